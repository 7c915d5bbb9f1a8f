/* How the recorder's parts call each other.  Nothing here is for hosts. */
#ifndef KP_STAGES_H
#define KP_STAGES_H

#include "report.h"

/* All of it is linked together: no way round a table of offsets. */
#pragma GCC visibility push(hidden)

/* What happened, told to panic.c, which copies it before it leaves the stack that it is on. */
struct kp_event {
	enum kp_kind kind;
	bool oops;           /* counts as one: the kernel's own fault */
	const char *because; /* of the verdict; for a panic without a format its message, too */
	const struct kp_frame *frame;
	const struct kp_fault *fault; /* NULL: no exception */
	const struct kp_site *site;   /* NULL: none */
	const char *format;           /* NULL: none */
	va_list *arguments;
};
/* Whose the report is, as panic.c has it. */
extern unsigned kp_owner;
/* Makes the report.  Returns for a warning and an oops only, on the stack it was called on. */
void kp_report_make(const struct kp_event *event);

/* Does this CPU make a report? */
bool kp_reporting_here(void);
/* Is the CPU on its way to a report, and so to stop where another has a panic? */
bool kp_stops_by_itself(unsigned cpu);

/* Tier 2. An NMI on a CPU that may be the one that panics. true: it was the alarm of a stage that is late (then this does
 * not return, either), or one that came too late to matter: go on. false: it is none of the recorder's. */
bool kp_panic_nmi(const struct kp_frame *frame);

/* ---- steps: each is tried once ---- */
typedef enum kp_stage_result kp_step(void);

extern kp_step *const kp_win_steps[];
extern kp_step *const kp_freeze_steps[];
extern kp_step *const kp_collect_steps[];
extern kp_step *const kp_keep_steps[];
extern kp_step *const kp_text_steps[];
extern kp_step *const kp_note_steps[];
extern kp_step *const kp_screen_steps[];
extern kp_step *const kp_dump_steps[];
extern kp_step *const kp_end_steps[];

/* Has the text on the console its end? */
bool kp_text_whole(void);

/* One `stage` line. */
void kp_text_stage(enum kp_stage_id id);

/* The text report from its section *next on, where the lines go to now (show/line.h).  *next moves on before a section is
 * begun: a step that calls this, and is called again after a fault, leaves out the one that faulted.  Returns when all is done. */
void kp_text_again(unsigned *next);

#define KP_DUMP_MS 600000 /* of the whole stage */
/* Tier 3. For a step that takes long, as often as it gets on: it is left if this is not called again within ns. */
void kp_step_within(uint64_t ns);

/* Tier 3, note.c. Begins the note: what is known at start. Again where that has changed. */
void kp_note_begin(void);
/* Around lines of how a dump goes, which go into the note; false: there is no room, or no note. */
bool kp_note_dump_open(void);
void kp_note_dump_close(void);

/* Tier 2: show/screen.c */
kp_step kp_show_screen;

/* ---- the spare (kpanic/spare.h), tier 2 ---- */

/* Enters it; returns where there is none. frame: where kp_spare_note was not called before; why: begins with "the spare: ". */
void kp_spare_enter(const struct kp_frame *frame, const char *why);
/* What it is to report. */
void kp_spare_note(const struct kp_frame *frame, const struct kp_fault *fault);
/* The recorder gets on: another double fault is the first one again. */
void kp_spare_alive(void);
/* Is what kp_init was told what it was? */
bool kp_system_intact(void);
/* Is the recorder's code what it was? Yes, where nobody watches it. */
bool kp_spare_watched_intact(void);

/* ---- freeze ---- */

/* Stops this CPU for good, after it has written down what it did. panicked: it lost a race to panic. */
_Noreturn void kp_freeze_here(const struct kp_frame *frame, bool panicked);
bool kp_freezing(void);

/* ---- collect ---- */

/* Fills trace from a register set of this CPU. task: may be NULL. */
void kp_trace_walk(const struct kp_frame *frame, const struct kp_task *task, struct kp_trace *trace);
/* Reads n bytes that may not be there; what is returned is less where the rest cannot be read. */
size_t kp_read(uintptr_t from, void *to, size_t n);
bool kp_read_word(uintptr_t from, uintptr_t *out);
/* The host's region of any of these kinds (bits 1 << kind) that holds address, a guard before what lies around it; false:
 * none. */
bool kp_region_of(uintptr_t address, unsigned kinds, struct kp_region *out);
/* Has the host told of any? */
bool kp_region_any(unsigned kinds);
/* May the address be an instruction of the kernel? Yes where the host has no word on it. */
bool kp_is_text(uintptr_t address);
/* Physical memory through the host's KP_REGION_DIRECT. */
bool kp_read_physical(uint64_t address, uint64_t *out);

/* ---- fault ---- */

/* What the stubs behind KP_PANIC and its siblings call, with the registers of their callers. */
_Noreturn void kp_call_panic(const struct kp_frame *frame, const struct kp_site *site, const char *format,
			     va_list *arguments);
_Noreturn void kp_call_bug(const struct kp_frame *frame, const struct kp_site *site);
void kp_call_warn(const struct kp_frame *frame, const struct kp_site *site);
_Noreturn void kp_call_stack_smashed(const struct kp_frame *frame);

#if KP_TIER >= 2
static inline unsigned kp_cpu(void)
{
	unsigned cpu = kp_host_cpu();

	return cpu < KP_CPUS_MAX ? cpu : KP_CPUS_MAX - 1;
}
#else
static inline unsigned kp_cpu(void)
{
	return 0;
}
#endif

enum kp_trilean { KP_NO, KP_YES, KP_UNKNOWN };

/* Tier 3: freeze/freeze.c's last step, which is the record's first word of a panic. */
kp_step kp_keep_early;

/* What a folder of fault/ supplies. */
extern const char kp_isa_name[]; /* as Linux calls it */
void kp_isa_interrupts_off(void);
void kp_isa_relax(void);
_Noreturn void kp_isa_stop(void);
/* Runs on another stack; the second does not come back, and lets NMIs in again where the ISA holds them off. */
void kp_isa_call_on(void *top, void (*run)(void));
_Noreturn void kp_isa_restart_on(void *top, void (*run)(void));
/* Tier 2. The top of a stack of the recorder's that this CPU has, and does not run on; NULL: there is none. */
void *kp_isa_other_stack(void);
/* Puts the recorder's own gates in place, after it has noted how the old ones were. */
enum kp_stage_result kp_isa_take_gates(void);
/* Tier 2. For a CPU that has lost the race to panic: the winner's gates, as soon as they are there. */
void kp_isa_join_gates(void);
/* Tier 2. Makes the gates anew that the other CPUs have. */
enum kp_stage_result kp_isa_mend_gates(void);
/* Tier 2. Will an NMI to the others come to the recorder? */
bool kp_isa_gates_are_right(void);
/* Tier 2. Were the tables right with which this CPU came? Those of the others may be as they were. */
bool kp_isa_tables_were_right(void);
/* Tier 2. Tells the spare where its gates lead on; puts a fault's address back into the register that it is read from. */
struct kp_blob;
void kp_isa_spare_gates(struct kp_blob *blob);
void kp_isa_restore_address(uint64_t address);
/* Does a call instruction end at address? */
enum kp_trilean kp_isa_call_before(uintptr_t address);
/* Which emergency stack holds the address; false: none. */
bool kp_isa_stack_of(uintptr_t address, enum kp_stack_kind *out);
/* Where a function that has not made its frame yet has its return address: bytes above the stack pointer; -1: it has. */
int kp_isa_before_frame(uintptr_t pc);
/* What the exception in frame means.  Reads the address register, so it comes first; asks nobody. */
void kp_isa_fault(const struct kp_frame *frame, struct kp_fault *out);
/* Tier 2. Leads out of a copy that may fault, where the exception table has its instruction. */
bool kp_isa_fixup(struct kp_frame *frame, const struct kp_fault *fault);
/* Tier 2. Is the exception an NMI?  Is there no way on from it, and then why? */
bool kp_isa_is_nmi(const struct kp_frame *frame);
const char *kp_isa_fatal(const struct kp_frame *frame);
/* Tier 2. Interrupts as they were in frame; see kp_isa_interrupts_off. */
void kp_isa_interrupts_as(const struct kp_frame *frame);
/* Tier 3. What was written there is in memory before whatever is written next: a reset keeps memory, not caches. */
void kp_isa_flush(const void *at, size_t n);
/* What kind of address it is. */
enum kp_address_class kp_isa_class(uint64_t address);
void kp_isa_machine(struct kp_machine *machine);
void kp_isa_walk(uint64_t root, uint64_t address, struct kp_walk *out);
/* What the instruction says of the access, where the exception does not. */
void kp_isa_infer(struct kp_report *report);
/* What follows from all of the report: its causes. */
void kp_isa_conclude(struct kp_report *report);
/* Tier 3. A register set in the note's form, and the root of the page tables in use on this CPU (0: not known). */
struct kf_note_cpu;
void kp_isa_note(const struct kp_frame *frame, struct kf_note_cpu *out);
uint64_t kp_isa_root(unsigned *levels_out);
extern const unsigned kp_isa_elf_machine;
/* What Linux calls the place of an instruction pointer in a report: "RIP: 0010:" and its like, and the stack pointer's. */
void kp_isa_selectors(const struct kp_frame *frame, unsigned *code, unsigned *stack);

/* The recorder's own stack; which: 0 for reports that return, 1 for a panic. */
void *kp_own_stack_top(unsigned which);
bool kp_on_own_stack(uintptr_t address);
/* Tier 1. Was one of them too small since this was asked last? */
bool kp_own_stack_overran(void);
bool kp_own_stack(unsigned index, uintptr_t *start_out, uintptr_t *end_out);

#pragma GCC visibility pop

#endif
