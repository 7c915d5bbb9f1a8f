/* A user program's first instructions, its system calls, and the end of its signal handlers. */
	.text
	.globl start
start:
	xorl %ebp, %ebp
	andq $-16, %rsp
	call main
	movl %eax, %edi
	xorl %eax, %eax /* exit */
	syscall
	ud2

/* int64_t system_call(number, five arguments) */
	.globl system_call
system_call:
	movq %rdi, %rax
	movq %rsi, %rdi
	movq %rdx, %rsi
	movq %rcx, %rdx
	movq %r8, %r10
	movq %r9, %r8
	syscall
	ret

	.globl signal_restorer
signal_restorer:
	movl $9, %eax /* sigreturn */
	syscall
	ud2

	.section .note.GNU-stack, "", @progbits
