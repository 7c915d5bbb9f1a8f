/* From one task's stack to another's, and the first steps of a new one. */
	.text

	.globl switch_stacks
	.type switch_stacks, @function
switch_stacks:
	pushq %rbp
	movq %rsp, %rbp /* a frame, for traces of tasks that do not run */
	pushq %rbx
	pushq %r12
	pushq %r13
	pushq %r14
	pushq %r15
	movq %rsp, (%rdi)
	movq %rsi, %rsp
	popq %r15
	popq %r14
	popq %r13
	popq %r12
	popq %rbx
	popq %rbp
	ret
	.size switch_stacks, . - switch_stacks

	.globl task_first
	.type task_first, @function
task_first:
	xorl %ebp, %ebp
	call task_arrived
	movq %r13, %rdi
	call *%r12
	xorl %edi, %edi
	call task_end
	ud2
	.size task_first, . - task_first

	.section .note.GNU-stack, "", @progbits
