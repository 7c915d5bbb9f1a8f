# kpanic.  `make help` lists the targets.  Sources are found by folder: adding a
# file needs no change here.

# Options: SAN=1 (address and undefined-behaviour sanitizers), STATIC=1, CC=clang, WERROR=1, O=build folder
CC      ?= cc
ifeq ($(origin CC),default)
CC      := gcc
endif
suffix  := $(if $(SAN),-san)$(if $(STATIC),-static)$(if $(filter clang,$(CC)),-clang)
O       ?= build$(suffix)

PACKAGES := capstone libdeflate liblzma libzstd zlib

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
	    -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wno-missing-field-initializers
CFLAGS   ?= -O2 -g
CPPFLAGS += -I. -Ipostmortem -D_GNU_SOURCE $(if $(STATIC),-DPM_STATIC=1)
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(if $(WERROR),-Werror) $(CFLAGS) \
	     $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer) \
	     $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
ALL_LDFLAGS = $(LDFLAGS) $(if $(SAN),-fsanitize=address$(comma)undefined) $(if $(STATIC),-static)
LIBS     = $(shell pkg-config --libs $(if $(STATIC),--static) $(PACKAGES)) -lm
comma   := ,

SOURCES  := $(sort $(shell find postmortem formats -name '*.c'))
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

.PHONY: static install uninstall clean
static: ## one binary without shared libraries, in build-static/ (no debuginfod)
	$(MAKE) STATIC=1 SAN= O=build-static

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
MANDIR  ?= $(PREFIX)/share/man
COMPDIR ?= $(PREFIX)/share/bash-completion/completions

install: $(O)/kpanic ## binary, man pages, bash completion (PREFIX=/usr/local, DESTDIR=)
	install -D -m 755 $(O)/kpanic $(DESTDIR)$(BINDIR)/kpanic
	for page in docs/man/*.1; do install -D -m 644 $$page $(DESTDIR)$(MANDIR)/man1/$$(basename $$page) || exit 1; done
	install -D -m 644 tools/completion.bash $(DESTDIR)$(COMPDIR)/kpanic

uninstall: ## what install put there
	rm -f $(DESTDIR)$(BINDIR)/kpanic $(DESTDIR)$(COMPDIR)/kpanic
	for page in docs/man/*.1; do rm -f $(DESTDIR)$(MANDIR)/man1/$$(basename $$page); done

clean: ## remove what was built (not the rig's cache of kernels, build/rig)
	rm -rf build-san build-static build-fuzz build-clang build-lint-gcc build-lint-clang
	rm -rf build/kpanic build/libpm.a build/postmortem build/tests build/panic build/kernel
	rm -rf build/show build/gallery build/libkpshow.a build/kp-symbols

include panic/show/show.mk
include panic/panic.mk
include panic/blob/blob.mk
include tests/recorder/recorder.mk
include kernel/kernel.mk
include tests/tests.mk
