/* From the processor to kp_x86_entry(frame) and back, for all 256 vectors.
 *
 * What cannot be known on entry, and what is done about it:
 * - The GS base. From user mode it is the user's: swapgs. From the kernel it is the kernel's, but for the few instructions
 *   around a switch of mode, where only what no lock holds off can strike: NMI, #MC, #DF, #DB.  These run on emergency
 *   stacks, at whose ends this CPU's data lie (struct kp_x86_emergency), and set the GS base from there, by its value.
 * - The stack, in the gap behind `syscall`: the user's. The same four have emergency stacks for that.
 * - The flags: all are cleared at once, among them the one that would let us read user memory unhindered.
 * - An NMI within an NMI.  An iret of any fault within lets the next one in, and it would begin where the first one lies.
 *   So the first moves away from the end of the stack, and marks it as busy; see nmi_entry. */
#include "frame.inc"

/* struct kp_x86_emergency (gates.c), which an emergency stack begins above of. */
#define EMERGENCY_GS_BASE 0
#define EMERGENCY_TSS 8
#define EMERGENCY_BUSY 16
#define EMERGENCY_AGAIN 24
#define EMERGENCY_BOTTOM 32
#define TSS_RSP0 4
#define MSR_GS_BASE 0xc0000101

	.text

/* ---- stubs ---- */

/* Vectors 0 to 31, 16 bytes each. */
	.globl	kp_x86_stubs, kp_x86_stubs_32
	.hidden	kp_x86_stubs, kp_x86_stubs_32
	.balign	16
kp_x86_stubs:
	.set	vector, 0
	.rept	32
	.balign	16
	.if	(vector == 8) || (vector >= 10 && vector <= 14) || (vector == 17) || (vector == 21) || (vector == 29) || (vector == 30)
	.else
	pushq	$0
	.endif
	.if	vector == 2
	jmp	nmi_entry
	.else
	pushq	$vector
	.if	(vector == 1) || (vector == 8) || (vector == 18)
	jmp	emergency_entry
	.else
	jmp	common_entry
	.endif
	.endif
	.set	vector, vector + 1
	.endr

/* Vectors 32 to 255, 8 bytes each: a byte is pushed with its sign, and 128 is added again in common_interrupt. */
	.balign	16
kp_x86_stubs_32:
	.set	vector, 32
	.rept	224
	.balign	8
	pushq	$(vector - 128)
	jmp	common_interrupt
	.set	vector, vector + 1
	.endr

/* ---- entries on the stack of what was interrupted ---- */

	.type	common_interrupt, @function
common_interrupt:
	addq	$128, (%rsp)
	pushq	(%rsp)			/* the vector moves down, into its place */
	movq	$0, 8(%rsp)		/* the error code */
	.type	common_entry, @function
common_entry:
	PUSH_REGISTERS
	testb	$3, FRAME_CS(%rsp)
	jz	1f
	swapgs
	jmp	.Lcall_c
1:	/* The return to user mode that failed: its frame is the user's making. */
	leaq	kp_x86_return_user(%rip), %rax
	cmpq	%rax, FRAME_RIP(%rsp)
	je	.Lbad_return
.Lcall_c:
	pushq	$2
	popfq
	leaq	1(%rsp), %rbp		/* so that a stack walk knows it for a frame of registers */
	movq	%rsp, %rdi
	movq	%rsp, %rbx
	andq	$-16, %rsp
	call	kp_x86_entry
	movq	%rbx, %rsp
.Lreturn:
	testb	$3, FRAME_CS(%rsp)
	jz	1f
	POP_REGISTERS
	addq	$16, %rsp
	swapgs
	.globl	kp_x86_return_user
	.hidden	kp_x86_return_user
kp_x86_return_user:
	iretq
1:	/* Into the kernel without iret, where it was an exception: an NMI's handler that faulted keeps other NMIs off.  The
	 * words below the interrupted stack pointer are nobody's, as nothing is built with a red zone. */
	cmpq	$32, FRAME_VECTOR(%rsp)
	jae	2f
	movq	FRAME_RSP(%rsp), %rax
	subq	$16, %rax
	cmpq	$2, FRAME_VECTOR(%rsp)
	je	2f
	leaq	(FRAME_SIZE - 16)(%rsp), %rcx
	cmpq	%rcx, %rax		/* our own frame is in the way: only if somebody changed RSP */
	jb	2f
	movq	FRAME_RIP(%rsp), %rcx
	movq	%rcx, 8(%rax)
	movq	152(%rsp), %rcx
	movq	%rcx, (%rax)
	movq	%rax, FRAME_VECTOR(%rsp)
	POP_REGISTERS
	movq	(%rsp), %rsp
	popfq
	ret
2:	POP_REGISTERS
	addq	$16, %rsp
	iretq

/* (frame): goes where it says, user mode or kernel. */
FUNCTION kp_return
	cli
	movq	%rdi, %rsp
	jmp	.Lreturn
END kp_return

/* iretq faulted on what it was to return to, with the user's registers and GS base loaded.  As if user mode had done it:
 * the 17 lower words of our frame go below the frame that iretq was given. */
.Lbad_return:
	swapgs
	movq	FRAME_RSP(%rsp), %rdi
	subq	$8, %rdi
	leaq	128(%rsp), %rsi
	leaq	-128(%rdi), %rax
	movl	$17, %ecx
	std
	rep movsq
	cld
	movq	%rax, %rsp
	jmp	.Lcall_c

/* ---- entries on an emergency stack: %rsp + FRAME_SIZE is its end, and struct kp_x86_emergency ---- */

emergency_entry:
	PUSH_REGISTERS
	pushq	$2
	popfq
	leaq	FRAME_SIZE(%rsp), %r15
	testb	$3, FRAME_CS(%rsp)
	jz	.Lemergency_call
	/* From user mode nothing is in doubt, and the handler may want to sleep: over to the task's stack. */
	swapgs
	movq	EMERGENCY_TSS(%r15), %rax
	movq	TSS_RSP0(%rax), %rdi
	subq	$FRAME_SIZE, %rdi
	movq	%rdi, %rax
	movq	%rsp, %rsi
	movl	$(FRAME_SIZE / 8), %ecx
	rep movsq
	movq	%rax, %rsp
	jmp	.Lcall_c
.Lemergency_call:
	call	careful_call
	POP_REGISTERS
	addq	$16, %rsp
	iretq

/* Calls kp_x86_entry with the frame above the return address; r15: struct kp_x86_emergency.  GS base and CR2 are put back
 * as they were: whom this interrupted may not have read them yet. */
careful_call:
	leaq	8(%rsp), %rdi
	pushq	%r15
	leaq	1(%rdi), %rbp
	xorl	%r12d, %r12d		/* the GS base to put back; 0: none */
	testb	$3, FRAME_CS(%rdi)
	jz	1f
	swapgs
	jmp	2f
1:	movq	EMERGENCY_GS_BASE(%r15), %r13
	testq	%r13, %r13
	jz	2f
	movl	$MSR_GS_BASE, %ecx
	rdmsr
	shlq	$32, %rdx
	orq	%rdx, %rax
	cmpq	%rax, %r13
	je	2f
	movq	%rax, %r12
	movq	%r13, %rax
	movq	%r13, %rdx
	shrq	$32, %rdx
	wrmsr
	incq	%r12			/* so that 0 means none */
2:	movq	%cr2, %r14
	movq	%rdi, %rbx
	movq	%rsp, %r13
	andq	$-16, %rsp
	call	kp_x86_entry
	movq	%r13, %rsp
	movq	%r14, %cr2
	testb	$3, FRAME_CS(%rbx)
	jz	3f
	swapgs
	jmp	4f
3:	testq	%r12, %r12
	jz	4f
	decq	%r12
	movl	$MSR_GS_BASE, %ecx
	movq	%r12, %rax
	movq	%r12, %rdx
	shrq	$32, %rdx
	wrmsr
4:	popq	%r15
	ret

/* The processor's five words lie at the end of the stack, below them the 0 of the stub.  They move down, where a second NMI
 * does not reach, before anything can let one in. */
#define MOVED 72			/* from the end of the stack to the end of the moved words */
nmi_entry:
	pushq	%rax			/* end: 48 + 8 = 56 bytes above %rsp */
	/* 0(%rsp) rax, 8 the stub's 0, 16 rip, 24 cs, 32 flags, 40 rsp, 48 ss, 56 struct kp_x86_emergency */
	testb	$3, 24(%rsp)
	jnz	.Lnmi_first
	leaq	.Lnmi_leave(%rip), %rax
	cmpq	%rax, 16(%rsp)
	jb	1f
	leaq	.Lnmi_left(%rip), %rax
	cmpq	%rax, 16(%rsp)
	jb	.Lnmi_in_leave
1:	cmpq	$0, (56 + EMERGENCY_BUSY)(%rsp)
	je	.Lnmi_first
	/* Busy, or left so by what never came back: then the stack pointer is not in here.  (In the gap behind syscall it is the
	 * user's choice; but then this CPU is not busy.) */
	movq	40(%rsp), %rax
	cmpq	(56 + EMERGENCY_BOTTOM)(%rsp), %rax
	jb	.Lnmi_first
	cmpq	%rsp, %rax
	jae	.Lnmi_first
	/* Within the first: that one does it again when it is done.  Back without an iret. */
	movq	$1, (56 + EMERGENCY_AGAIN)(%rsp)
	subq	$24, %rax
	pushq	%rbx
	movq	24(%rsp), %rbx		/* rip */
	movq	%rbx, 16(%rax)
	movq	40(%rsp), %rbx		/* flags */
	movq	%rbx, 8(%rax)
	movq	8(%rsp), %rbx		/* rax */
	movq	%rbx, (%rax)
	popq	%rbx
	movq	%rax, %rsp
	popq	%rax
	popfq
	ret

/* In the last instructions of the first, which has all its registers again, and the moved words at its stack pointer: as if
 * it had not left yet. */
.Lnmi_in_leave:
	movq	(%rsp), %rax
	movq	40(%rsp), %rsp
	jmp	.Lnmi_handle

.Lnmi_first:
	/* From 16(%rsp) on lie the five words: below what a second NMI needs of the stack (64 bytes) they are out of its way. */
	subq	$(MOVED - 56), %rsp
	pushq	(MOVED - 8)(%rsp)	/* ss, and with each push the one before it */
	pushq	(MOVED - 8)(%rsp)
	pushq	(MOVED - 8)(%rsp)
	pushq	(MOVED - 8)(%rsp)
	pushq	(MOVED - 8)(%rsp)
	movq	(MOVED + 40 - 56)(%rsp), %rax
.Lnmi_handle:
	/* %rsp: the moved words. */
	pushq	$0
	pushq	$2
	PUSH_REGISTERS
	pushq	$2
	popfq
	leaq	(FRAME_SIZE + MOVED)(%rsp), %r15
	movq	$1, EMERGENCY_BUSY(%r15)
	movq	$0, EMERGENCY_AGAIN(%r15)
	call	careful_call
	POP_REGISTERS
	addq	$16, %rsp
	/* Flags are the interrupted ones' only after iretq. */
.Lnmi_leave:
	movq	$0, (MOVED + 40 + EMERGENCY_BUSY)(%rsp)
	cmpq	$0, (MOVED + 40 + EMERGENCY_AGAIN)(%rsp)
	jne	.Lnmi_handle
	iretq
.Lnmi_left:

	.section .note.GNU-stack, "", @progbits
