/* The image's header (kpanic/blob.h), its entries, and the switch from the kernel's page tables to its own. */

	.section .blob.header, "aw"
	.globl	kp_blob
	.hidden	kp_blob
kp_blob:
	.ascii	"KPANBLOB"
	.long	2, 640
	.long	kp_blob_image_end - kp_blob
	.long	kp_blob_memory_end - kp_blob
	.long	kp_blob_initialise - kp_blob
	.long	kp_blob_enter - kp_blob
	.quad	0			/* physical */
	.long	0			/* entered */
	.word	0x3f8, 1		/* serial, its divisor */
	.skip	512 - (. - kp_blob)
	.long	double_fault - kp_blob, nmi - kp_blob
	.skip	640 - (. - kp_blob)

#include "fault/x86_64/frame.inc"

/* struct kp_frame and struct kp_blob */
#define FRAME_FLAGS 152
#define FRAME_SS 168
#define BLOB_ENTERED 40
#define BLOB_FRAME 320
#define BLOB_HOST_DOUBLE_FAULT 528
#define BLOB_HOST_NMI 536
#define BLOB_WHY 568
#define BLOB_ADDRESS 576
#define BLOB_FRAME_SAVED 584
#define BLOB_WATCHED_START 544
#define BLOB_WATCHED_END 552
#define BLOB_LAST_STACK 592
#define BLOB_WATCHED_WORDS 600

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

/* The kernel's gate of the double fault, on whatever stack its TSS has: the kernel's recorder gets it, unless that has had one already
 * and got nowhere since.  Needs this page, the header and the stack. */
double_fault:
	/* Each CPU has a stack of its own for this. */
	cmpq	%rsp, kp_blob + BLOB_LAST_STACK(%rip)
	je	1f
	movq	%rsp, kp_blob + BLOB_LAST_STACK(%rip)
	/* What it finds is noted: the second one may be of the recorder's own. */
	cmpl	$1, kp_blob + BLOB_FRAME_SAVED(%rip)
	je	3f
	pushq	$8
	PUSH_REGISTERS
	cld
	movq	%rsp, %rsi
	leaq	kp_blob + BLOB_FRAME(%rip), %rdi
	movl	$(FRAME_SIZE / 8), %ecx
	rep movsq
	movq	%cr2, %rax
	movq	%rax, kp_blob + BLOB_ADDRESS(%rip)
	movl	$1, kp_blob + BLOB_FRAME_SAVED(%rip)
	POP_REGISTERS
	addq	$8, %rsp
3:	jmp	*kp_blob + BLOB_HOST_DOUBLE_FAULT(%rip)
1:	pushq	$8
	PUSH_REGISTERS
	movq	%rsp, %rdi
	leaq	.Lwhy(%rip), %rax
.Lfrom_a_gate:
	movq	%rax, kp_blob + BLOB_WHY(%rip)
	xorl	%esi, %esi
	cmpl	$1, kp_blob + BLOB_FRAME_SAVED(%rip)
	jne	kp_blob_enter
	movq	kp_blob + BLOB_ADDRESS(%rip), %rax
	movq	%rax, %cr2
	leaq	kp_blob + BLOB_FRAME(%rip), %rdi
	jmp	kp_blob_enter
.Lwhy:	.asciz	"the spare: the recorder did not survive a double fault"

/* The kernel's gate of the NMI: who is stopped for the image's sake needs nothing of the kernel's; and where the recorder's code is not
 * what it was, a watchdog's NMI is the last that can tell. */
nmi:
	cmpl	$0, kp_blob + BLOB_ENTERED(%rip)
	jne	.Ltoo_late
	pushq	%rax
	pushq	%rcx
	pushq	%rdx
	cmpq	$0, kp_blob + BLOB_WATCHED_WORDS(%rip)
	je	2f
	movq	kp_blob + BLOB_WATCHED_START(%rip), %rcx
	movq	kp_blob + BLOB_WATCHED_END(%rip), %rdx
	subq	$8, %rdx
	xorl	%eax, %eax
1:	addq	(%rcx), %rax
	rolq	%rax
	addq	$8, %rcx
	cmpq	%rdx, %rcx
	jbe	1b
	cmpq	%rax, kp_blob + BLOB_WATCHED_WORDS(%rip)
	jne	3f
2:	popq	%rdx
	popq	%rcx
	popq	%rax
	jmp	*kp_blob + BLOB_HOST_NMI(%rip)
3:	popq	%rdx
	popq	%rcx
	popq	%rax
	pushq	$0
	pushq	$2
	PUSH_REGISTERS
	movq	%rsp, %rdi
	leaq	.Lchanged(%rip), %rax
	jmp	.Lfrom_a_gate
.Lchanged: .asciz "the spare: the recorder's own code was changed"

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
