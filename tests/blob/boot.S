/* Multiboot 1: 64-bit mode, with the first GiB mapped twice (as it is, and from 0xffff800000000000 on; page tables have five
 * levels where the processor can), then main(information);
 * and the way out of a kernel that destroys itself. */
#define MAGIC 0x1badb002
#define FLAGS 3 /* modules on pages, memory sizes */

	.section .multiboot, "a"
	.align 4
	.long MAGIC, FLAGS, -(MAGIC + FLAGS)

	.section .text
	.code32
	.globl _start
_start:
	mov	$stack_top, %esp
	movl	$(pdpt + 3), pml4
	movl	$(pdpt + 3), pml4 + 256 * 8
	movl	$(pd + 3), pdpt
	mov	$pd, %edi
	mov	$0x83, %eax
	mov	$512, %ecx
1:	mov	%eax, (%edi)
	add	$0x200000, %eax
	add	$8, %edi
	loop	1b
	mov	$pml4, %edi
	mov	$0xa0, %esi			/* physical address extension, global pages */
	push	%ebx
	mov	$7, %eax
	xor	%ecx, %ecx
	cpuid
	bt	$16, %ecx
	jnc	2f
	movl	$(pml4 + 3), pml5
	movl	$(pml4 + 3), pml5 + 511 * 8
	mov	$pml5, %edi
	or	$0x1000, %esi			/* five levels */
2:	pop	%ebx
	mov	%edi, %cr3
	mov	%esi, %cr4
	mov	$0xc0000080, %ecx		/* EFER: long mode enable */
	rdmsr
	or	$0x100, %eax
	wrmsr
	mov	%cr0, %eax
	or	$0x80010000, %eax		/* paging, write protection */
	mov	%eax, %cr0
	lgdt	gdt_pointer
	ljmp	$8, $start64
	.code64
start64:
	mov	$16, %eax
	mov	%eax, %ds
	mov	%eax, %es
	mov	%eax, %ss
	mov	%ebx, %edi
	xor	%ebp, %ebp			/* the end of every stack trace */
	call	main
2:	hlt
	jmp	2b

	.section .data
	.align 8
gdt:	.quad 0, 0x00af9a000000ffff, 0x00cf92000000ffff
gdt_pointer:
	.word . - gdt - 1
	.long gdt

	.section .bss
	.align 4096
pml5:	.skip 4096
pml4:	.skip 4096
pdpt:	.skip 4096
pd:	.skip 4096
stack_start:
	.skip 16384
stack_top:

/* Behind all that is wiped, on a page of its own. */
	.section .ruin, "awx"
	.globl	ruin_jump, ruin_keep, ruin_words
	.code64
/* (first root, last root, where to, its arguments: frame and message).  By the first one all of the kernel is wiped, the last one has
 * no more than where this code goes. */
ruin_jump:
	lidt	ruin_nothing(%rip)
	lgdt	ruin_nothing(%rip)
	mov	%rdx, %r11
	mov	%rcx, %r10
	mov	%rdi, %cr3
	mov	$0x100000, %edi
	mov	$wiped_end, %ecx
	sub	%rdi, %rcx
	xor	%eax, %eax
	rep stosb
	mov	%rsi, %cr3
/* (…, …, where to, frame, message): with the page tables as they are. */
ruin_leave:
	mov	%r10, %rdi
	mov	%r8, %rsi
	mov	$0x1b1b1b1b1b1b1b1b, %rbx
	mov	$0x1212121212121212, %r12
	mov	$0x0ddba11000000000, %rsp	/* not canonical: nothing can be pushed */
	mov	%rsp, %rbp
	jmp	*%r11
ruin_keep:
	lidt	ruin_nothing(%rip)
	lgdt	ruin_nothing(%rip)
	mov	%rdx, %r11
	mov	%rcx, %r10
	jmp	ruin_leave
ruin_nothing:
	.word 0
	.quad 0
ruin_words:
	.asciz "the doorman lost his mind"

	.section .note.GNU-stack, "", @progbits
