/* The way in by `syscall`, and the way out of the kernel for every process that does not come from a gate. */
#include "syscall/entry.h"

	.text
	.globl syscall_entry
	.type syscall_entry, @function
syscall_entry:
	swapgs
	movq %rsp, %gs:CPU_USER_STACK
	movq %gs:CPU_SYSCALL_STACK, %rsp
	/* struct kp_frame, from its end. */
	pushq $FRAME_USER_DATA
	pushq %gs:CPU_USER_STACK
	pushq %r11
	pushq $FRAME_USER_CODE
	pushq %rcx
	pushq $0
	pushq $FRAME_SYSCALL
	pushq %rdi
	pushq %rsi
	pushq %rdx
	pushq %rcx
	pushq %rax
	pushq %r8
	pushq %r9
	pushq %r10
	pushq %r11
	pushq %rbx
	pushq %rbp
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, %rdi
	leaq 1(%rsp), %rbp /* for traces: a frame of registers, not of a function */
	call syscall_dispatch
	movq %rsp, %rdi
	.size syscall_entry, . - syscall_entry

/* rdi: the frame. Interrupts are off. By iretq: it restores every register, and has no trouble with any rip. */
	.globl frame_return
	.type frame_return, @function
frame_return:
	movq %rdi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbp
	popq %rbx
	popq %r11
	popq %r10
	popq %r9
	popq %r8
	popq %rax
	popq %rcx
	popq %rdx
	popq %rsi
	popq %rdi
	addq $16, %rsp
	swapgs
	iretq
	.size frame_return, . - frame_return

	.section .note.GNU-stack, "", @progbits
