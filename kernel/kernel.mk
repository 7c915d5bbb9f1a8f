# The reference kernel, its user program, and a disk that boots it.

.PHONY: kernel kernel-iso

KERNEL_O := $(O)/kernel
KERNEL_ELF := $(KERNEL_O)/kernel.elf
KERNEL_INIT := $(KERNEL_O)/init.elf
KERNEL_ISO := $(KERNEL_O)/kernel.iso

# Integer code only, as everywhere in a kernel; frame pointers for exact traces; a large frame touches each of its pages, so
# that it cannot step over a guard page.
KERNEL_CFLAGS := -std=gnu11 $(WARNINGS) $(if $(WERROR),-Werror) -O2 -g -ffreestanding -fno-pic -fno-pie \
		 -mgeneral-regs-only -mno-red-zone -fno-omit-frame-pointer -fno-optimize-sibling-calls \
		 -fno-asynchronous-unwind-tables -fno-strict-aliasing -fstack-clash-protection -Ikernel -Ipanic/include
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

-include $(KERNEL_OBJECTS:.o=.d) $(USER_OBJECTS:.o=.d)
