# The screen and the table of symbols: what is built for a workstation.

# Builds tables of symbols for other machines, so it is always a program of this one.
HOSTCC ?= cc
$(O)/kp-symbols: tools/kp-symbols.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 $(WARNINGS) $(if $(WERROR),-Werror) -O2 -o $@ $<

all: $(O)/kp-symbols
check: $(O)/kp-symbols
