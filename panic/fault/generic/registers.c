/* What the note holds of an ISA without a folder of its own. */
#include "formats/note.h"
#include "stages.h"

const unsigned kp_isa_elf_machine = 0;

void kp_isa_note(const struct kp_frame *frame, struct kf_note_cpu *out)
{
	out->form = KF_REGISTERS_GENERIC;
	out->vector = frame->vector;
	out->error = frame->error;
	out->count = 3;
	out->registers[0] = frame->pc;
	out->registers[1] = frame->sp;
	out->registers[2] = frame->fp;
}

uint64_t kp_isa_root(unsigned *levels_out)
{
	if (levels_out)
		*levels_out = 0;
	return 0;
}
