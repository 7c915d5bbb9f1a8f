/* The first instructions: entered in 32-bit protected mode without paging, by PVH (qemu -kernel) or Multiboot2 (GRUB).
 * Builds page tables that map the first 4 GiB three times (as they are, at the direct map, and the first GiB at the
 * kernel's base), switches to long mode, and calls boot_main(magic, information). */
#include "mm/layout.h"

#define MULTIBOOT2_MAGIC 0xe85250d6

	.section .boot.header, "a"
	.balign 8
multiboot2:
	.long MULTIBOOT2_MAGIC, 0, multiboot2_end - multiboot2
	.long -(MULTIBOOT2_MAGIC + (multiboot2_end - multiboot2))
	/* Where to enter; the ELF header's entry is PVH's. */
	.word 3, 0
	.long 12, multiboot2_entry
	.balign 8
	/* Modules begin on a page. */
	.word 6, 0
	.long 8
	/* A frame buffer would be welcome. */
	.word 5, 1
	.long 20, 1024, 768, 32
	.balign 8
	.word 0, 0
	.long 8
multiboot2_end:

	.section .note.xen, "a", @note
	.balign 4
	.long 4, 4, 18 /* XEN_ELFNOTE_PHYS32_ENTRY */
	.asciz "Xen"
	.long pvh_entry

	.section .boot.text, "ax"
	.code32
	.globl pvh_entry
pvh_entry:
	xorl %eax, %eax
multiboot2_entry:
	cli
	cld
	movl $boot_stack32_end, %esp
	movl %eax, %ebp /* magic */

	movl $0x80000000, %eax
	movl %ebx, %esi /* the loader's information */
	cpuid
	cmpl $0x80000001, %eax
	jb no_long_mode
	movl $0x80000001, %eax
	cpuid
	btl $29, %edx
	jnc no_long_mode

	/* Page directories: 2048 pages of 2 MiB. */
	movl $boot_directories, %edi
	movl $0x83, %eax /* present, writable, large */
	movl $2048, %ecx
1:	movl %eax, (%edi)
	movl $0, 4(%edi)
	addl $0x200000, %eax
	addl $8, %edi
	loop 1b

	movl $boot_directories + 3, %eax
	movl %eax, boot_pointers
	movl %eax, boot_pointers_high + 510 * 8
	addl $0x1000, %eax
	movl %eax, boot_pointers + 8
	addl $0x1000, %eax
	movl %eax, boot_pointers + 16
	addl $0x1000, %eax
	movl %eax, boot_pointers + 24
	movl $boot_pointers + 3, %eax
	movl %eax, boot_root
	movl %eax, boot_root + 256 * 8
	movl $boot_pointers_high + 3, %eax
	movl %eax, boot_root + 511 * 8

	call to_long_mode_tables
	lgdt boot_gdt_pointer
	ljmp $0x08, $start64

/* Also done by the other CPUs, in boot/trampoline.S. */
to_long_mode_tables:
	movl $boot_root, %eax
	movl %eax, %cr3
	movl %cr4, %eax
	orl $0x20, %eax /* PAE */
	movl %eax, %cr4
	movl $0xc0000080, %ecx
	rdmsr
	orl $0x100, %eax /* LME */
	wrmsr
	movl %cr0, %eax
	andl $0xfffffffb, %eax /* no emulation */
	orl $0x80010002, %eax /* paging, write protection, monitor coprocessor */
	movl %eax, %cr0
	ret

/* Nothing of the kernel can run: a line on serial by hand. */
no_long_mode:
	movl $no_long_mode_text, %esi
1:	lodsb
	testb %al, %al
	jz 2f
	movw $0x3f8, %dx
	outb %al, %dx
	jmp 1b
2:	hlt
	jmp 2b

	.code64
start64:
	movl $0x10, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movabsq $boot_stack_end, %rsp
	movl %ebp, %edi
	movl %esi, %esi
	xorl %ebp, %ebp
	pushq $0 /* the end of the chain of frames */
	pushq $0
	movabsq $boot_main, %rax
	call *%rax
1:	hlt
	jmp 1b

/* Another CPU, in long mode, with its stack in rsp and its number in rdi. */
	.globl ap_start64
ap_start64:
	xorl %ebp, %ebp
	pushq $0
	pushq $0
	movabsq $smp_ap_main, %rax
	call *%rax
1:	hlt
	jmp 1b

	.section .boot.data, "aw"
	.balign 8
	.globl boot_gdt_pointer
boot_gdt:
	.quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff
boot_gdt_pointer:
	.word boot_gdt_pointer - boot_gdt - 1
	.quad boot_gdt
no_long_mode_text:
	.asciz "kernel: this CPU has no long mode\n"

	.section .boot.bss, "aw", @nobits
	.balign 4096
	.globl boot_root
boot_root:
	.skip 4096
boot_pointers:
	.skip 4096
boot_pointers_high:
	.skip 4096
boot_directories:
	.skip 4 * 4096
	.skip 256
boot_stack32_end:

	.bss
	.balign 4096
	.globl boot_stack_guard, boot_stack_start, boot_stack_end
boot_stack_guard:
	.skip 4096
boot_stack_start:
	.skip KERNEL_STACK_SIZE
boot_stack_end:

	.section .note.GNU-stack, "", @progbits
