/* Registers in the order of an ELF core's NT_PRSTATUS. */
#include "formats/note.h"
#include "stages.h"

#define CR4_FIVE_LEVELS (1ull << 12)
#define ADDRESS 0x000ffffffffff000ull

const unsigned kp_isa_elf_machine = 62;

/* Bases and data selectors are the panicking CPU's, as it was found; of others nobody has read them. */
void kp_isa_note(const struct kp_frame *frame, struct kf_note_cpu *out)
{
	bool own = frame == &kp_report.frame && kp_report.machine.known;
	const struct kp_machine *machine = &kp_report.machine;
	const uint64_t registers[] = {
		frame->r15,
		frame->r14,
		frame->r13,
		frame->r12,
		frame->rbp,
		frame->rbx,
		frame->r11,
		frame->r10,
		frame->r9,
		frame->r8,
		frame->rax,
		frame->rcx,
		frame->rdx,
		frame->rsi,
		frame->rdi,
		~0ull, /* orig_rax: in no system call */
		frame->rip,
		frame->cs,
		frame->rflags,
		frame->rsp,
		frame->ss,
		own ? machine->fs_base : 0,
		own ? machine->gs_base : 0,
		own ? machine->ds : 0,
		own ? machine->es : 0,
		own ? machine->fs : 0,
		own ? machine->gs : 0,
	};

	out->form = KF_REGISTERS_X86_64;
	out->vector = frame->vector;
	out->error = frame->error;
	out->count = sizeof(registers) / sizeof(*registers);
	for (unsigned i = 0; i < out->count; i++)
		out->registers[i] = registers[i];
}

uint64_t kp_isa_root(unsigned *levels_out)
{
	uint64_t cr3, cr4;

	__asm__ volatile("movq %%cr3, %0" : "=r"(cr3));
	__asm__ volatile("movq %%cr4, %0" : "=r"(cr4));
	if (levels_out)
		*levels_out = cr4 & CR4_FIVE_LEVELS ? 5 : 4;
	return cr3 & ADDRESS;
}
