/* The image's header (kpanic/blob.h), its entries, and the switch from the kernel's page tables to its own. */

	.section .blob.header, "aw"
	.globl	kp_blob
	.hidden	kp_blob
kp_blob:
	.ascii	"KPANBLOB"
	.long	1, 512
	.long	kp_blob_image_end - kp_blob
	.long	kp_blob_memory_end - kp_blob
	.long	kp_blob_initialise - kp_blob
	.long	kp_blob_enter - kp_blob
	.quad	0			/* physical */
	.long	0			/* entered */
	.word	0x3f8, 1		/* serial, its divisor */
	.balign	512

/* struct kp_frame and struct kp_blob */
#define FRAME_VECTOR 120
#define FRAME_RIP 136
#define FRAME_CS 144
#define FRAME_FLAGS 152
#define FRAME_RSP 160
#define FRAME_SS 168
#define BLOB_ENTERED 40

/* CR4: what stands in the way of code and page tables as plain as ours: global pages, PCIDs, control-flow enforcement,
 * protection keys of user and kernel. */
#define CR4_OFF (1 << 7 | 1 << 17 | 1 << 22 | 1 << 23 | 1 << 24)

	.macro	SAVE register, offset
	movq	%\register, kp_blob_found + \offset(%rip)
	.endm

	.section .blob.switch, "ax"
	.globl	kp_blob_enter
	.hidden	kp_blob_enter
	.type	kp_blob_enter, @function
/* (frame, message): whatever the kernel has become.  Nothing is pushed before the stack is ours. */
kp_blob_enter:
	lock btsl $0, kp_blob + BLOB_ENTERED(%rip)
	jc	.Ltoo_late
	SAVE	r15, 0
	SAVE	r14, 8
	SAVE	r13, 16
	SAVE	r12, 24
	SAVE	rbp, 32
	SAVE	rbx, 40
	SAVE	r11, 48
	SAVE	r10, 56
	SAVE	r9, 64
	SAVE	r8, 72
	SAVE	rax, 80
	SAVE	rcx, 88
	SAVE	rdx, 96
	SAVE	rsi, 104
	SAVE	rdi, 112
	SAVE	rsp, FRAME_RSP
	leaq	kp_blob_stack_top(%rip), %rsp
	pushfq
	cli
	cld
	popq	kp_blob_found + FRAME_FLAGS(%rip)
	movl	%cs, %eax
	SAVE	rax, FRAME_CS
	movl	%ss, %eax
	SAVE	rax, FRAME_SS
	movq	%cr0, %rax
	movq	%rax, kp_blob_cr0(%rip)
	movq	%cr3, %rax
	movq	%rax, kp_blob_cr3(%rip)
	movq	%cr4, %rax
	movq	%rax, kp_blob_cr4(%rip)
	andq	$~CR4_OFF, %rax
	movq	%rax, %cr4
	xorl	%ebp, %ebp

	/* Still by the kernel's page tables: rbx is the way from there to where the image lies. */
	call	kp_blob_tables
	movq	%rax, %rbx
	movq	kp_blob_between(%rip), %rcx
	movq	kp_blob_root(%rip), %rdx
	leaq	1f(%rip), %rax
	addq	%rbx, %rax
	movq	%rcx, %cr3		/* has this page both where the kernel has it, and where it lies */
	jmp	*%rax
1:	movq	%rdx, %cr3
	addq	%rbx, %rsp
	call	kp_blob_run
	ud2

.Ltoo_late:
	cli
	hlt
	jmp	.Ltoo_late

	.text
	.globl	kp_blob_initialise
	.hidden	kp_blob_initialise
	.type	kp_blob_initialise, @function
/* uint32_t (void) */
kp_blob_initialise:
	leaq	kp_blob(%rip), %rcx
	movl	$1, %eax
	testl	$0xfff, %ecx
	jnz	1f
	movl	$2, %eax
	movq	%rcx, %rdx
	shrq	$32, %rdx
	jnz	1f
	movq	%rcx, kp_blob + 32(%rip)
	xorl	%eax, %eax
1:	ret

	.section .blob.memory, "aw", @nobits
	.balign	4096
	.skip	8192
	.globl	kp_blob_stack_top
	.hidden	kp_blob_stack_top
kp_blob_stack_top:

	.section .note.GNU-stack, "", @progbits
