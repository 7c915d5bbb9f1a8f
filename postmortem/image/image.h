/* A kernel that is not Linux, in memory: what can be known of it without knowing its structures.
 *
 * pm_image_open finds what everything else needs, in this order, each as far as it goes:
 *
 *	CPUs       registers from the dump's notes: NT_PRSTATUS, and an emulator's with the control registers
 *	note       the recorder's (formats/note.h): among the dump's notes, where VMCOREINFO says, or searched in memory
 *	space      the root of the page tables: of the note, of a CPU's CR3; the note's linear mappings
 *	symbols    the table inside the image (kpanic/symbols.h), or of an ELF file that was given
 *
 * What is missing is told by `trouble` of each; whoever needs it says what cannot be told for want of it.
 */
#ifndef PM_IMAGE_H
#define PM_IMAGE_H

#include "formats/note.h"
#include "image/machine.h"
#include "image/symbols.h"
#include "translate/space.h"
#include "unwind/trace.h"

/* A segment register or descriptor table register, as an emulator's note has it. */
struct pm_x86_segment {
	uint32_t selector, limit, flags;
	uint64_t base;
};

struct pm_x86_system {
	uint64_t cr[5];
	struct pm_x86_segment cs, ds, es, fs, gs, ss, ldt, tr, gdt, idt;
	uint64_t kernel_gs;
};

struct pm_image_cpu {
	uint32_t cpu;
	bool has_regs; /* when the dump was taken */
	struct pm_x86_regs regs;
	bool has_system;
	struct pm_x86_system system;
	const struct kf_note_cpu *told; /* what the recorder wrote down of it; NULL: nothing */
};

/* Where the recorder's note was. */
enum pm_image_found {
	PM_IMAGE_NO_NOTE,
	PM_IMAGE_BY_NAME, /* among the dump's notes */
	PM_IMAGE_BY_KEY,  /* VMCOREINFO names its place */
	PM_IMAGE_BY_SCAN, /* its magic at the start of a page */
};

struct pm_image {
	struct pm_dump *dump; /* borrowed */
	struct pm_arena arena;
	enum pm_arch arch; /* PM_ARCH_UNKNOWN: neither the note nor the format tells */
	unsigned word;     /* bytes of a pointer; 0: not known */
	bool big_endian;
	PM_VEC(struct pm_image_cpu) cpus; /* by number */

	enum pm_image_found found;
	enum kf_note_is note_is;
	struct kf_note note;      /* where found; its bytes live in the arena or the dump */
	uint64_t note_at;         /* physical; 0: not known */
	const char *note_trouble; /* why it is not whole, or not there; NULL: it is whole */
	unsigned notes_passed;    /* candidates that were damaged worse than the one taken, or older */
	struct pm_slice name, release, command, report, log; /* of its sections; empty: not there */
	const char *build_id;                                /* hex; NULL: not told */

	bool has_space;
	struct pm_space space;     /* virtual addresses of the kernel; where has_space */
	const char *space_from;    /* what named the root: "the note", "CR3 of CPU 0" */
	const char *space_trouble; /* why there is none, or it is only in parts; NULL: it is whole */

	struct pm_image_machine machine; /* where no note was found: what its memory says */
	struct pm_image_symbols symbols; /* v.n 0: none, symbols_trouble says why */
	const char *symbols_trouble;
};

struct pm_image_options {
	const char *vmlinux; /* the kernel's ELF file, whose symbols are used; NULL: none */
	bool note_only;      /* without a note nothing else is looked at: PM_NOT_FOUND */
};

/* Is it one for certain, by its notes alone?  Cheap: no memory is read. */
bool pm_image_is(const struct pm_dump *dump);
/* The dump is borrowed.  options: NULL: none.  PM_NOT_FOUND: neither a note nor registers nor symbols: nothing to go by;
 * PM_MISMATCH: the file given is of another kernel; PM_IO, PM_BAD_DATA: it cannot be read. */
struct pm_error *pm_image_open(struct pm_dump *dump, const struct pm_image_options *options,
			       struct pm_image **out) __attribute__((warn_unused_result));
void pm_image_close(struct pm_image *image); /* NULL is allowed */

/* Symbol, offset and size of an address; strings are the image's.  exact: the address itself; else it is a return address
 * and the symbol that of the call.  false: no symbol, only the address is set. */
bool pm_image_place(const struct pm_image *image, uint64_t addr, bool exact, struct pm_place *out);
/* May the address be code of the kernel's: mapped, executable, and where there are symbols in one of them? */
bool pm_image_is_text(struct pm_image *image, uint64_t addr);
/* "meter_set+0x1e", "stack of init (id 2) + 0x120", "kernel data", "physical 0x123000"; false: nothing known. */
bool pm_image_identify(struct pm_image *image, uint64_t value, char *buf, size_t size);

/* Sections of the note, one row after the other; false: past the last. */
bool pm_image_task(const struct pm_image *image, size_t index, struct kf_note_task *out);
bool pm_image_region(const struct pm_image *image, size_t index, struct kf_note_range *out);
bool pm_image_stage(const struct pm_image *image, size_t index, struct kf_note_stage *out);
bool pm_image_time(const struct pm_image *image, struct kf_note_time *out);

/* What is known of the kernel's log: the note's, else what its reports quote of it.  Lines as they are. */
void pm_image_log(const struct pm_image *image, struct pm_buf *out);

/* The registers of a CPU that say most: those of the crash where the recorder has them, else when the dump was taken. */
bool pm_image_cpu_regs(const struct pm_image_cpu *cpu, bool crash, struct pm_x86_regs *out);

/* Walks by frame pointers, across the frames that the recorder's entry code leaves, and by what looks like return
 * addresses where the chain breaks; each frame says which.  exact: ip was interrupted there. */
void pm_image_unwind(struct pm_image *image, const struct pm_x86_regs *regs, bool exact,
		     struct pm_stack_trace *trace);
/* A task that does not run, from where the note says that it goes on; false: it does not say. */
bool pm_image_unwind_task(struct pm_image *image, const struct kf_note_task *task,
			  struct pm_stack_trace *trace);

#endif
