/* Copies that may fault, and the table of the instructions that may.
 *
 * Each entry is one instruction, the one that touches the other side's memory: a fault on the kernel's side of a copy is a
 * bug, and is reported as one. */
#include "frame.inc"

/* Kinds of entries (gates.c). */
#define USER 0
#define OWN 1

	.macro MAY_FAULT kind, instruction, way_out
	.pushsection .rodata
	.long	\instruction - kp_x86_extable
	.long	\way_out - kp_x86_extable
	.long	\kind
	.popsection
	.endm

	.section .rodata
	.balign	4
	.globl	kp_x86_extable, kp_x86_extable_end
	.hidden	kp_x86_extable, kp_x86_extable_end
kp_x86_extable:
	.text

/* Lets the kernel at user memory, where the processor keeps it off (kp_x86_smap: CR4.SMAP). */
	.macro USER_OPEN
	cmpb	$0, kp_x86_smap(%rip)
	je	.Lopen\@
	stac
.Lopen\@:
	.endm
	.macro USER_CLOSE
	cmpb	$0, kp_x86_smap(%rip)
	je	.Lclose\@
	clac
.Lclose\@:
	.endm

/* size_t (to, from, n): what is left. */
FUNCTION kp_copy_from_user
	USER_OPEN
	movq	%rdx, %rcx
	shrq	$3, %rcx
	jz	2f
1:	movq	(%rsi), %rax
	MAY_FAULT USER, 1b, 2f
	movq	%rax, (%rdi)
	addq	$8, %rsi
	addq	$8, %rdi
	subq	$8, %rdx
	decq	%rcx
	jnz	1b
	/* By bytes: the rest, or up to the one that faults. */
2:	testq	%rdx, %rdx
	jz	4f
3:	movb	(%rsi), %al
	MAY_FAULT USER, 3b, 4f
	movb	%al, (%rdi)
	incq	%rsi
	incq	%rdi
	decq	%rdx
	jnz	3b
4:	USER_CLOSE
	movq	%rdx, %rax
	ret
END kp_copy_from_user

FUNCTION kp_copy_to_user
	USER_OPEN
	movq	%rdx, %rcx
	shrq	$3, %rcx
	jz	3f
1:	movq	(%rsi), %rax
2:	movq	%rax, (%rdi)
	MAY_FAULT USER, 2b, 3f
	addq	$8, %rsi
	addq	$8, %rdi
	subq	$8, %rdx
	decq	%rcx
	jnz	1b
3:	testq	%rdx, %rdx
	jz	6f
4:	movb	(%rsi), %al
5:	movb	%al, (%rdi)
	MAY_FAULT USER, 5b, 6f
	incq	%rsi
	incq	%rdi
	decq	%rdx
	jnz	4b
6:	USER_CLOSE
	movq	%rdx, %rax
	ret
END kp_copy_to_user

/* ptrdiff_t (to, from, size): the length; size: no NUL within it; -1: a fault. */
FUNCTION kp_strncpy_from_user
	USER_OPEN
	xorl	%ecx, %ecx
1:	cmpq	%rdx, %rcx
	jae	3f
2:	movb	(%rsi, %rcx), %al
	MAY_FAULT USER, 2b, 4f
	movb	%al, (%rdi, %rcx)
	testb	%al, %al
	jz	3f
	incq	%rcx
	jmp	1b
4:	movq	$-1, %rcx
3:	USER_CLOSE
	movq	%rcx, %rax
	ret
END kp_strncpy_from_user

/* bool (to, from, size) */
FUNCTION kp_get_user
	USER_OPEN
	xorl	%eax, %eax
	cmpl	$8, %edx
	je	8f
	cmpl	$4, %edx
	je	4f
	cmpl	$2, %edx
	je	2f
	cmpl	$1, %edx
	jne	10f
1:	movzbl	(%rsi), %ecx
	MAY_FAULT USER, 1b, 10f
	jmp	9f
2:	movzwl	(%rsi), %ecx
	MAY_FAULT USER, 2b, 10f
	jmp	9f
4:	movl	(%rsi), %ecx
	MAY_FAULT USER, 4b, 10f
	jmp	9f
8:	movq	(%rsi), %rcx
	MAY_FAULT USER, 8b, 10f
9:	movq	%rcx, (%rdi)
	movl	$1, %eax
10:	USER_CLOSE
	ret
END kp_get_user

/* bool (to, value, size) */
FUNCTION kp_put_user
	USER_OPEN
	xorl	%eax, %eax
	cmpl	$8, %edx
	je	8f
	cmpl	$4, %edx
	je	4f
	cmpl	$2, %edx
	je	2f
	cmpl	$1, %edx
	jne	10f
1:	movb	%sil, (%rdi)
	MAY_FAULT USER, 1b, 10f
	jmp	9f
2:	movw	%si, (%rdi)
	MAY_FAULT USER, 2b, 10f
	jmp	9f
4:	movl	%esi, (%rdi)
	MAY_FAULT USER, 4b, 10f
	jmp	9f
8:	movq	%rsi, (%rdi)
	MAY_FAULT USER, 8b, 10f
9:	movl	$1, %eax
10:	USER_CLOSE
	ret
END kp_put_user

/* size_t (from, to, n): bytes copied of the kernel's own memory. Words where they are aligned: a device's register, or a
 * lock, is read as a whole. */
FUNCTION kp_x86_read
	movq	%rdx, %rax
	testb	$7, %dil
	jnz	2f
1:	cmpq	$8, %rdx
	jb	2f
3:	movq	(%rdi), %rcx
	MAY_FAULT OWN, 3b, 2f
	movq	%rcx, (%rsi)
	addq	$8, %rdi
	addq	$8, %rsi
	subq	$8, %rdx
	jmp	1b
2:	testq	%rdx, %rdx
	jz	5f
4:	movb	(%rdi), %cl
	MAY_FAULT OWN, 4b, 5f
	movb	%cl, (%rsi)
	incq	%rdi
	incq	%rsi
	decq	%rdx
	jmp	2b
5:	subq	%rdx, %rax
	ret
END kp_x86_read

/* bool (number, out): a model-specific register that may not be there. */
FUNCTION kp_x86_rdmsr
	movl	%edi, %ecx
	xorl	%r8d, %r8d
1:	rdmsr
	MAY_FAULT OWN, 1b, 2f
	shlq	$32, %rdx
	orq	%rdx, %rax
	movq	%rax, (%rsi)
	incl	%r8d
2:	movl	%r8d, %eax
	ret
END kp_x86_rdmsr

	.section .rodata
kp_x86_extable_end:

	.section .note.GNU-stack, "", @progbits
