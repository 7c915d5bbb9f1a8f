/* Multiboot 1 (qemu -kernel, GRUB): 32-bit code that maps the first GiB to itself, turns on 64-bit mode and calls main. */
#define MAGIC 0x1badb002
#define FLAGS 0

	.section .multiboot, "a"
	.align 4
	.long MAGIC, FLAGS, -(MAGIC + FLAGS)

	.section .text
	.code32
	.globl _start
_start:
	mov	$stack_top, %esp
	/* PML4[0] → PDPT[0] → 512 pages of 2 MiB */
	movl	$(pdpt + 3), pml4
	movl	$(pd + 3), pdpt
	mov	$pd, %edi
	mov	$0x83, %eax
	mov	$512, %ecx
1:	mov	%eax, (%edi)
	add	$0x200000, %eax
	add	$8, %edi
	loop	1b
	mov	$pml4, %eax
	mov	%eax, %cr3
	mov	%cr4, %eax
	or	$0x20, %eax			/* physical address extension */
	mov	%eax, %cr4
	mov	$0xc0000080, %ecx		/* EFER: long mode enable */
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	or	$0x80000000, %eax
	mov	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$8, $start64
	.code64
start64:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	xor	%ebp, %ebp			/* the end of every stack trace */
	call	main
2:	hlt
	jmp	2b

#ifdef HANDLER
/* A page fault, where the kernel has gates of its own: below what the processor has pushed, the rest of struct kp_frame. */
	.globl page_fault
page_fault:
	push	$14
	push	%rdi
	push	%rsi
	push	%rdx
	push	%rcx
	push	%rax
	push	%r8
	push	%r9
	push	%r10
	push	%r11
	push	%rbx
	push	%rbp
	push	%r12
	push	%r13
	push	%r14
	push	%r15
	mov	%rsp, %rdi
	mov	%rsp, %rbx
	and	$-16, %rsp
	call	kp_exception
	mov	%rbx, %rsp
	pop	%r15
	pop	%r14
	pop	%r13
	pop	%r12
	pop	%rbp
	pop	%rbx
	pop	%r11
	pop	%r10
	pop	%r9
	pop	%r8
	pop	%rax
	pop	%rcx
	pop	%rdx
	pop	%rsi
	pop	%rdi
	add	$16, %rsp
	iretq
#endif

	.section .data
	.align 8
	.globl gdt
gdt:	.quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff, 0, 0 /* code, data, and room for a TSS */
gdt_pointer:
	.word . - gdt - 1
	.long gdt

	.section .bss
	.align 4096
pml4:	.skip 4096
pdpt:	.skip 4096
pd:	.skip 4096
	.globl stack_start, stack_top
stack_start:
	.skip 16384
stack_top:

	.section .note.GNU-stack, "", @progbits
