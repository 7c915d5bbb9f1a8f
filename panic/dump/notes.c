/* The notes of a dump: what the note KPANIC says of the CPUs as NT_PRSTATUS, VMCOREINFO, and the note itself. */
#include "dump/dump.h"

#include "formats/note.h"
#include "lib/mem.h"

enum { NT_PRSTATUS = 1, PRSTATUS_SIZE = 336, PRSTATUS_PID = 32, PRSTATUS_REGISTERS = 112, REGISTERS = 27 };
enum { HEAD = 12, NAME = 8 }; /* of a note: sizes and type; "CORE" and "KPANIC" filled up */

static bool put_head(kp_put_bytes *put, const char *name, uint32_t size, uint32_t type)
{
	struct {
		uint32_t name_size, size, type;
		char name[NAME];
	} head = { (uint32_t)kp_length(name, NAME) + 1, size, type, "" };

	kp_string_copy(head.name, sizeof(head.name), name);
	return put(&head, HEAD + NAME);
}

/* The KPANIC note as it is now; false: it is none. */
static bool own_note(struct kf_note *out)
{
	size_t size;
	const void *at = kp_note(&size);

	return kf_note_open(at, size, out) == KF_NOTE_IS_WHOLE;
}

/* Of which there is a set of x86-64's registers. */
static bool find_cpu(struct kf_note note, unsigned number, struct kf_note_cpu *out)
{
	struct kf_note_part part;

	while (kf_note_next(&note, &part))
		if (part.tag == KF_NOTE_CPU && kf_note_get_cpu(&part, out) && out->cpu == number)
			return true;
	return false;
}

static bool has_prstatus(void)
{
	return kp_isa_elf_machine == 62;
}

static unsigned cpus(void)
{
	return kp_report.cpus < KP_CPUS_MAX ? kp_report.cpus : KP_CPUS_MAX;
}

/* One for each CPU, in order: who reads them counts.  Of one that did not stop all is 0. */
static bool put_prstatus(kp_put_bytes *put)
{
	static uint8_t status[PRSTATUS_SIZE];
	static struct kf_note_cpu cpu;
	struct kf_note note;

	if (!has_prstatus() || !own_note(&note))
		return true;
	for (unsigned i = 0; i < cpus(); i++) {
		memset(status, 0, sizeof(status));
		if (find_cpu(note, i, &cpu) && cpu.form == KF_REGISTERS_X86_64) {
			uint32_t id = (uint32_t)cpu.task;

			memcpy(status + PRSTATUS_PID, &id, sizeof(id));
			memcpy(status + PRSTATUS_REGISTERS, cpu.registers, REGISTERS * 8);
		}
		if (!put_head(put, "CORE", PRSTATUS_SIZE, NT_PRSTATUS) || !put(status, sizeof(status)))
			return false;
	}
	return true;
}

static size_t prstatus_size(void)
{
	struct kf_note note;

	return has_prstatus() && own_note(&note) ? cpus() * (HEAD + NAME + PRSTATUS_SIZE) : 0;
}

size_t kp_notes_max(void)
{
	size_t n;

	kp_vmcoreinfo(&n);
	return KP_CPUS_MAX * (HEAD + NAME + PRSTATUS_SIZE) + n + HEAD + NAME + KP_NOTE_MAX;
}

size_t kp_notes_size(size_t *vmcoreinfo_at_out, size_t *vmcoreinfo_size_out)
{
	struct kf_note note;
	size_t n, head = HEAD + 12; /* "VMCOREINFO" filled up */

	kp_vmcoreinfo(&n);
	*vmcoreinfo_at_out = prstatus_size() + head;
	*vmcoreinfo_size_out = n - head;
	n += prstatus_size();
	return own_note(&note) ? n + HEAD + NAME + note.n : n;
}

bool kp_notes_put(kp_put_bytes *put)
{
	struct kf_note note;
	size_t n;
	const void *vmcoreinfo = kp_vmcoreinfo(&n); /* whole fours */

	if (!put_prstatus(put) || !put(vmcoreinfo, n))
		return false;
	return !own_note(&note) || (put_head(put, KF_NOTE_NAME, (uint32_t)note.n, 0) && put(note.at, note.n));
}
