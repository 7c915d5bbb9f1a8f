# The screen and the table of symbols: what is built for a workstation.

# Builds tables of symbols for other machines, so it is always a program of this one.
HOSTCC ?= cc
$(O)/kp-symbols: tools/kp-symbols.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=gnu11 $(WARNINGS) $(if $(WERROR),-Werror) -O2 -o $@ $<

all: $(O)/kp-symbols
check: $(O)/kp-symbols $(O)/gallery/gallery

# The recorder's screen as a library, with a fake recorder around it (tests/gallery/fake.h), for its tests and the gallery.
SHOW_SOURCES := $(addprefix panic/show/,canvas.c codes.c flow.c font.c linear.c screen.c story.c vga.c) \
		$(sort $(wildcard panic/show/styles/*.c)) panic/lib/format.c panic/collect/symbols.c tests/gallery/fake.c
SHOW_OBJECTS := $(SHOW_SOURCES:%.c=$(O)/show/%.o)
SHOW_CFLAGS   = $(ALL_CFLAGS) -D_GNU_SOURCE -Ipanic/include -Ipanic -Itests/gallery -I.

$(O)/show/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(SHOW_CFLAGS) -MMD -MP -c -o $@ $<

$(O)/libkpshow.a: $(SHOW_OBJECTS)
	@rm -f $@
	ar rcs $@ $^

-include $(SHOW_OBJECTS:.o=.d)

$(O)/tests/unit/test_show_%: tests/unit/test_show_%.c $(O)/libkpshow.a
	@mkdir -p $(@D)
	$(CC) $(SHOW_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(O)/libkpshow.a -lcmocka

$(O)/gallery/gallery: tests/gallery/gallery.c $(O)/libkpshow.a
	@mkdir -p $(@D)
	$(CC) $(SHOW_CFLAGS) $(ALL_LDFLAGS) -MMD -MP -o $@ $< $(O)/libkpshow.a -lz

.PHONY: gallery font check-screens
gallery: $(O)/gallery/gallery ## pictures of every style of the panic screen: build/gallery/*.png
	@$< $(O)/gallery

font: ## panic/show/font.c from the drawing in font.txt
	tools/kp-font panic/show/font.txt >panic/show/font.c.new && mv panic/show/font.c.new panic/show/font.c

check-screens: kernel kernel-iso $(O)/gallery/gallery ## the reference kernel's panic screen in every style and mode, under QEMU
	@tests/gallery/machine --all $(O)

check-matrix: $(if $(ONLY),,check-screens)
