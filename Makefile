# kpanic.  `make help` lists the targets.  Sources are found by folder: adding a
# file needs no change here.

# Options: SAN=1 (address and undefined-behaviour sanitizers), STATIC=1, CC=clang, WERROR=1, O=build folder
CC      ?= cc
ifeq ($(origin CC),default)
CC      := gcc
endif
suffix  := $(if $(SAN),-san)$(if $(STATIC),-static)$(if $(filter clang,$(CC)),-clang)
O       ?= build$(suffix)

PACKAGES := libdw libelf capstone json-c liblzma libzstd zlib
ifndef STATIC
PACKAGES += libdebuginfod
endif

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	    -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wno-missing-field-initializers
CFLAGS   ?= -O2 -g
CPPFLAGS += -Ipostmortem -D_GNU_SOURCE $(if $(STATIC),-DPM_STATIC=1)
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(if $(WERROR),-Werror) $(CFLAGS) \
	     $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer) \
	     $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
ALL_LDFLAGS = $(LDFLAGS) $(if $(SAN),-fsanitize=address$(comma)undefined) $(if $(STATIC),-static)
LIBS     = $(shell pkg-config --libs $(if $(STATIC),--static) $(PACKAGES)) $(if $(STATIC),-lbz2 -lstdc++) -lm
comma   := ,

SOURCES  := $(sort $(shell find postmortem -name '*.c'))
OBJECTS  := $(SOURCES:%.c=$(O)/%.o)
LIBRARY  := $(filter-out $(O)/postmortem/main.o,$(OBJECTS))

.PHONY: all help
all: $(O)/kpanic ## build kpanic (default)

$(O)/kpanic: $(O)/postmortem/main.o $(O)/libpm.a
	$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ $(LIBS)

$(O)/libpm.a: $(LIBRARY)
	rm -f $@
	ar rcs $@ $^

$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## /{printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

include tests/tests.mk
