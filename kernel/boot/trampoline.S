/* Where another CPU starts, in real mode: copied to TRAMPOLINE (below 1 MiB), with two values filled in by boot/smp.c. */
#include "mm/layout.h"

#define AT(symbol) (TRAMPOLINE + (symbol) - trampoline_start)

	.section .rodata
	.globl trampoline_start, trampoline_end, trampoline_stack, trampoline_cpu
	.balign 16
trampoline_start:
	.code16
	cli
	xorw %ax, %ax
	movw %ax, %ds
	lgdtl AT(trampoline_gdt_pointer)
	movl %cr0, %eax
	orl $1, %eax
	movl %eax, %cr0
	ljmpl $0x18, $AT(trampoline32)

	.code32
trampoline32:
	movl $0x10, %eax
	movl %eax, %ds
	movl %eax, %es
	movl %eax, %ss
	movl $boot_root, %eax
	movl %eax, %cr3
	movl %cr4, %eax
	orl $0x20, %eax
	movl %eax, %cr4
	movl $0xc0000080, %ecx
	rdmsr
	orl $0x100, %eax
	wrmsr
	movl %cr0, %eax
	andl $0x9ffffffb, %eax /* no emulation, caches on */
	orl $0x80010002, %eax
	movl %eax, %cr0
	ljmp $0x08, $AT(trampoline64)

	.code64
trampoline64:
	xorl %eax, %eax
	movl %eax, %fs
	movl %eax, %gs
	movq AT(trampoline_stack), %rsp
	movl AT(trampoline_cpu), %edi
	movl $ap_start64, %eax
	jmp *%rax

	.balign 8
trampoline_gdt:
	.quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff, 0x00cf9a000000ffff
trampoline_gdt_pointer:
	.word trampoline_gdt_pointer - trampoline_gdt - 1
	.long AT(trampoline_gdt)
	.balign 8
trampoline_stack:
	.quad 0
trampoline_cpu:
	.long 0
trampoline_end:

	.section .note.GNU-stack, "", @progbits
