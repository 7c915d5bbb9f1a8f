# The reference kernel, its user program, and a disk that boots it.

.PHONY: kernel kernel-iso

KERNEL_O := $(O)/kernel
KERNEL_ELF := $(KERNEL_O)/kernel.elf
# The recorder's spare is in it as bytes.
$(KERNEL_O)/boot/spare_image.S.o: KERNEL_ONLY += -DSPARE_IMAGE='"$(BLOB)"'
$(KERNEL_O)/boot/spare_image.S.o: $(BLOB)

KERNEL_INIT := $(KERNEL_O)/init.elf
KERNEL_ISO := $(KERNEL_O)/kernel.iso

# Integer code only, as everywhere in a kernel; frame pointers for exact traces; a large frame touches each of its pages, so
# that it cannot step over a guard page.
KERNEL_CFLAGS := -std=gnu11 $(WARNINGS) $(if $(WERROR),-Werror) -O2 -g -ffreestanding -fno-pic -fno-pie \
		 -mgeneral-regs-only -mno-red-zone -fno-omit-frame-pointer -mno-omit-leaf-frame-pointer -fno-optimize-sibling-calls \
		 -fno-asynchronous-unwind-tables -fno-strict-aliasing -fstack-clash-protection -Ikernel -Ipanic/include -DKP_TIER=3 $(WITHOUT:%=-D%)
KERNEL_ONLY := -mcmodel=kernel -fstack-protector-strong -mstack-protector-guard=global
KERNEL_USER := -fno-stack-protector

KERNEL_SOURCES := $(sort $(shell find kernel -name '*.[cS]' -not -path 'kernel/user/*'))
KERNEL_OBJECTS := $(patsubst kernel/%,$(KERNEL_O)/%.o,$(KERNEL_SOURCES))
USER_SOURCES := $(sort $(wildcard kernel/user/*.[cS])) kernel/lib/format.c kernel/lib/string.c
USER_OBJECTS := $(patsubst kernel/%,$(KERNEL_O)/user/%.o,$(USER_SOURCES))

kernel: $(KERNEL_ELF) $(KERNEL_INIT) ## the reference kernel, build/kernel/kernel.elf (for qemu -kernel), and its user program

# The stack guard changes while these run.
$(KERNEL_O)/boot/main.c.o: KERNEL_ONLY += -fno-stack-protector

$(KERNEL_O)/user/%.o: kernel/%
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) $(KERNEL_USER) -MMD -MP -c -o $@ $<

$(KERNEL_O)/%.o: kernel/%
	@mkdir -p $(@D)
	$(CC) $(KERNEL_CFLAGS) $(KERNEL_ONLY) -MMD -MP -c -o $@ $<

$(KERNEL_INIT): $(USER_OBJECTS) kernel/user/user.lds
	$(LD) -static -nostdlib -z noexecstack --build-id=none -T kernel/user/user.lds -o $@ $(USER_OBJECTS)

# Linked twice: the second time with the names of its functions, which stand behind the text and move none of it.
KERNEL_PANIC := $(O)/panic/x86_64-3/kpanic.o
KERNEL_LINK = $(LD) -static -nostdlib -z noexecstack -z max-page-size=4096 --build-id=sha1 -T kernel/kernel.lds -o $@

$(KERNEL_O)/first.elf: $(KERNEL_OBJECTS) $(KERNEL_PANIC) kernel/kernel.lds
	$(KERNEL_LINK) $(KERNEL_OBJECTS) $(KERNEL_PANIC)

$(KERNEL_O)/symbols.c: $(KERNEL_O)/first.elf $(O)/kp-symbols
	$(O)/kp-symbols -o $@ $<

$(KERNEL_O)/symbols.o: $(KERNEL_O)/symbols.c
	$(CC) $(KERNEL_CFLAGS) $(KERNEL_ONLY) -c -o $@ $<

$(KERNEL_ELF): $(KERNEL_OBJECTS) $(KERNEL_PANIC) $(KERNEL_O)/symbols.o
	$(KERNEL_LINK) $^

kernel-iso: $(KERNEL_ISO) ## a disk that boots it by BIOS or UEFI: build/kernel/kernel.iso

$(KERNEL_ISO): $(KERNEL_ELF) $(KERNEL_INIT) kernel/grub.cfg
	@rm -rf $(KERNEL_O)/iso
	@mkdir -p $(KERNEL_O)/iso/boot/grub
	@cp kernel/grub.cfg $(KERNEL_O)/iso/boot/grub/
	@cp $(KERNEL_INIT) $(KERNEL_O)/iso/boot/
	@strip -o $(KERNEL_O)/iso/boot/kernel.elf $(KERNEL_ELF)
	grub-mkrescue -o $@ $(KERNEL_O)/iso >$(KERNEL_O)/mkrescue.log 2>&1 || { cat $(KERNEL_O)/mkrescue.log; exit 1; }

.PHONY: check-kernel
check-kernel: kernel kernel-iso $(O)/kpanic ## crash the reference kernel in a quick set of ways (ONLY=scenarios)
	@tests/qemu/check --quick --kpanic $(O)/kpanic $(ONLY)

.PHONY: check-kernel-matrix
check-kernel-matrix: kernel kernel-iso $(O)/kpanic ## the same in all ways on all machines (ONLY=scenarios)
	@tests/qemu/check --kpanic $(O)/kpanic $(ONLY)
	@tests/qemu/dumps --kpanic $(O)/kpanic $(ONLY)

# What became of it is kept, so that docs/attack.md can be written again from parts of it: CELLS=… (names of cells, rows,
# @columns), SEEDS=, and CONTROLS=… pick some.
ATTACK := $(O)/kernel/attack-results.json

.PHONY: check-attack
check-attack: kernel $(O)/kpanic ## the panic path under attack: every cell, each protection left out once, SEEDS=1000 random damages; writes docs/attack.md
	@failed=0; \
	tests/attack/check --kpanic $(O)/kpanic --results $(ATTACK) $(CELLS) || failed=1; \
	tests/attack/control --kpanic $(O)/kpanic --results $(ATTACK) $(CONTROLS) || failed=1; \
	tests/attack/random --kpanic $(O)/kpanic --results $(ATTACK) --count $(or $(SEEDS),1000) || failed=1; \
	tests/attack/document $(ATTACK) >docs/attack.md; sed -n '/^## The matrix/,/^### /p' docs/attack.md; exit $$failed

check: kernel kernel-iso
bench: kernel
# ONLY= is a dump's there.
check-matrix: $(if $(ONLY),,check-kernel-matrix)

-include $(KERNEL_OBJECTS:.o=.d) $(USER_OBJECTS:.o=.d)
