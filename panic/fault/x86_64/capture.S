/* KP_PANIC and its siblings: the registers are those of the caller, at the call. */
#include "frame.inc"

	.text

#define PANIC 0
#define BUG 1
#define WARN 2
#define SMASHED 3

FUNCTION kp_panic_at
	pushq	$PANIC
	jmp	capture
END kp_panic_at

FUNCTION kp_bug_at
	pushq	$BUG
	jmp	capture
END kp_bug_at

FUNCTION kp_warn_at
	pushq	$WARN
	jmp	capture
END kp_warn_at

	.weak	__stack_chk_fail
	.type	__stack_chk_fail, @function
__stack_chk_fail:
	pushq	$SMASHED
END __stack_chk_fail

/* Saves a struct kp_frame as if the call had been an exception: RIP is the return address, RSP what it is after the return.
 * The frame lies at the stack pointer then, 192 bytes below the return address; above it the flags, and who was called. */
	.type	capture, @function
capture:
	pushfq
	cli
	cld
	pushq	$0
	movw	%ss, (%rsp)
	pushq	%rsp
	addq	$32, (%rsp)	/* pushed: 24 below the return address; wanted: 8 above it */
	pushq	16(%rsp)	/* the flags */
	pushq	$0
	movw	%cs, (%rsp)
	pushq	48(%rsp)	/* the return address */
	pushq	$0		/* no error code */
	pushq	$0x1000
	PUSH_REGISTERS
	movl	184(%rsp), %eax
	cmpl	$BUG, %eax
	jb	panic
	je	bug
	cmpl	$WARN, %eax
	je	warn
	/* What is called from here on does not come back, but for the last. */
	movq	%rsp, %rdi
	pushq	%rax
	call	kp_call_stack_smashed

/* (site, format, …) → kp_call_panic(frame, site, format, va_list *) */
panic:
	movq	%rsp, %rax
	/* The registers of arguments in the order in which va_arg takes them. */
	pushq	%r9
	pushq	%r8
	pushq	%rcx
	pushq	%rdx
	pushq	%rsi
	pushq	%rdi
	movq	%rsp, %r10
	/* A va_list: 16 bytes of the registers are used up, all 48 of what would be floating point's offset; the arguments
	 * on the stack; the registers. */
	leaq	200(%rax), %r11
	pushq	%r10
	pushq	%r11
	movabsq	$0x3000000010, %r10
	pushq	%r10
	movq	%rsi, %rdx
	movq	%rdi, %rsi
	movq	%rax, %rdi
	movq	%rsp, %rcx
	call	kp_call_panic

bug:
	incl	FRAME_VECTOR(%rsp)
	movq	%rdi, %rsi
	movq	%rsp, %rdi
	pushq	%rax
	call	kp_call_bug

warn:
	movq	%rdi, %rsi
	movq	%rsp, %rdi
	pushq	%rax
	call	kp_call_warn
	popq	%rax
	POP_REGISTERS
	addq	$56, %rsp
	popfq
	leaq	8(%rsp), %rsp	/* which leaves the flags alone */
	ret
	.size	capture, . - capture

/* (top, run): runs on another stack, and comes back. */
FUNCTION kp_isa_call_on
	pushq	%rbp
	movq	%rsp, %rbp
	movq	%rdi, %rsp
	call	*%rsi
	leave
	ret
END kp_isa_call_on

/* (top, run): runs on another stack, for good.  The descriptor tables may be broken: none is needed. */
FUNCTION kp_x86_jump_on
	movq	%rdi, %rsp
	xorl	%ebp, %ebp
	call	*%rsi
	ud2
END kp_x86_jump_on

/* The same, and NMIs may come again, which the processor keeps off until it sees an iret. */
FUNCTION kp_x86_iret_on
	leaq	-64(%rdi), %rsp
	xorl	%ebp, %ebp
	movl	%ss, %eax
	pushq	%rax
	leaq	-8(%rdi), %rax	/* aligned as behind a call */
	movq	$0, (%rax)
	pushq	%rax
	pushq	$2
	movl	%cs, %eax
	pushq	%rax
	pushq	%rsi
	iretq
END kp_x86_iret_on

	.section .note.GNU-stack, "", @progbits
