/* All that is known about one crash: filled by collect/, shown by show/, in static memory.  Every sink shows the same. */
#ifndef KP_REPORT_H
#define KP_REPORT_H

#include "kpanic/panic.h"

#pragma GCC visibility push(hidden)

enum kp_kind { KP_KIND_WARN, KP_KIND_OOPS, KP_KIND_PANIC };

/* How far a frame can be trusted; formats/SPEC.md prints "? " before what was only found. */
enum kp_frame_grade {
	KP_FRAME_EXACT,   /* the place of a register set, or of a proven chain: a call stands before it */
	KP_FRAME_CHAINED, /* of a chain, but what stands before it could not be read */
	KP_FRAME_SCANNED, /* a word on the stack that may be a return address */
};

/* What a stack is there for. */
enum kp_stack_kind {
	KP_STACK_TASK,
	KP_STACK_INTERRUPT,
	KP_STACK_NMI,
	KP_STACK_DOUBLE_FAULT,
	KP_STACK_MACHINE_CHECK,
	KP_STACK_DEBUG,
	KP_STACK_RECORDER,
	KP_STACK_KINDS,
};
const char *kp_stack_name(enum kp_stack_kind kind); /* "TASK", "IRQ", … as Linux has them */

struct kp_trace_frame {
	uintptr_t address;
	uint16_t repeats; /* how many times more, one after the other */
	uint8_t grade;    /* enum kp_frame_grade */
	uint8_t stack;    /* enum kp_stack_kind */
	bool interrupted; /* address is that of an instruction, not of what follows a call */
};

struct kp_trace {
	unsigned n;
	bool more; /* cut at KP_FRAMES_MAX */
	struct kp_trace_frame frames[KP_FRAMES_MAX];
};

/* One row per register of struct kp_frame, in the order in which Linux prints them. */
struct kp_register {
	char name[4];
	uint16_t offset; /* in struct kp_frame */
};
extern const struct kp_register kp_registers[];
extern const unsigned kp_register_count;
uint64_t kp_register(const struct kp_frame *frame, unsigned index);

enum kp_walk_end { KP_WALK_NONE, KP_WALK_MAPPED, KP_WALK_ABSENT, KP_WALK_RESERVED, KP_WALK_UNREADABLE };
struct kp_walk {
	uint64_t address, root; /* root: the table that it starts with, physical */
	uint64_t entries[6];    /* by level, [1] is the last; levels from `top` down to `level` were read */
	unsigned top, level;    /* level: where it ended */
	enum kp_walk_end end;
	uint64_t page;     /* bytes, where mapped */
	uint64_t physical; /* of the address, where mapped */
};

/* A gate of the interrupt descriptor table as it was before the recorder put its own in place. */
struct kp_gate {
	unsigned vector;
	bool known, present;
	unsigned type, dpl, selector, ist;
	uint64_t offset;
};
#define KP_GATES_MAX 4

struct kp_named {
	const char *name;
	unsigned index; /* printed behind name when less than KP_NO_INDEX: mc3_status */
	uint64_t value;
};
#define KP_NO_INDEX 0xffff
#define KP_MSRS_MAX 24

/* What else an ISA has.  0 where there is none. */
struct kp_machine {
	bool known;
	uint64_t cr0, cr2, cr3, cr4, cr8, dr[8];
	uint64_t fs_base, gs_base, kernel_gs_base;
	unsigned ds, es, fs, gs, tr, ldt; /* selectors */
	uint64_t gdt, idt;
	uint16_t gdt_limit, idt_limit;
	unsigned gate_count, msr_count;
	struct kp_gate gates[KP_GATES_MAX];
	struct kp_named msrs[KP_MSRS_MAX];
	uint64_t unclaimed; /* interrupts until now that nobody wanted */
	bool tss_known;
	uint64_t tss, rsp0, ist[8]; /* ist[0] is not used */
};

#define KP_CODE_BEFORE 42
#define KP_CODE_AFTER 22
struct kp_code {
	uint8_t bytes[KP_CODE_BEFORE + KP_CODE_AFTER];
	bool known[KP_CODE_BEFORE + KP_CODE_AFTER];
	bool any;
};

#define KP_RAW_WORDS 32
struct kp_raw_stack {
	uintptr_t at;
	unsigned n;
	uintptr_t words[KP_RAW_WORDS];
};

enum kp_cpu_state { KP_CPU_OFFLINE, KP_CPU_RUNNING, KP_CPU_FROZEN, KP_CPU_SILENT };
struct kp_cpu_record {
	unsigned state; /* enum kp_cpu_state; FROZEN is written last, by that CPU */
	unsigned begun; /* to write this down */
	bool panicked;  /* it had a panic of its own, and lost */
	struct kp_frame frame;
	struct kp_trace trace;
	bool task_known;
	uint64_t task;
	char task_name[32];
#if KP_TIER >= 3
	uint64_t root; /* of its page tables */
#endif
};

#define KP_LOCKS_MAX 8
struct kp_lock_record {
	struct kp_lock lock;
	char name[32];
};

enum kp_certainty { KP_CERTAIN, KP_LIKELY };
#define KP_CAUSES_MAX 4
struct kp_cause {
	enum kp_certainty grade;
	char words[160];
};

enum kp_stage_id {
	KP_STAGE_WIN,
#if KP_TIER >= 2
	KP_STAGE_FREEZE,
#endif
	KP_STAGE_COLLECT,
#if KP_TIER >= 3
	KP_STAGE_KEEP,
#endif
	KP_STAGE_TEXT,
#if KP_TIER >= 3
	KP_STAGE_NOTE,
#endif
#if KP_TIER >= 2
	KP_STAGE_SCREEN,
#endif
#if KP_TIER >= 3
	KP_STAGE_DUMP,
#endif
	KP_STAGE_END,
	KP_STAGES,
};
enum kp_stage_result { KP_RESULT_NONE, KP_RESULT_DONE, KP_RESULT_FAILED, KP_RESULT_LATE, KP_RESULT_FAULTED };
struct kp_stage_record {
	enum kp_stage_result result; /* the worst of its steps */
	bool entered, told;
	bool overran; /* the recorder's own stack, which was too small for it */
	uint64_t started_ns, took_ns;
	unsigned vector; /* of the last fault within it */
	uint64_t pc;
	const struct kp_site *site; /* of a KP_PANIC or KP_BUG within it; NULL: none */
};
const char *kp_stage_label(enum kp_stage_id id);

struct kp_verdict {
	enum kp_verdict_is {
		KP_VERDICT_NONE,
		KP_VERDICT_OOPS,
		KP_VERDICT_PANIC,
		KP_VERDICT_WARN,
	} is;
	const char *because;
};

struct kp_report {
	unsigned number; /* since start, from 1 */
	unsigned oops;   /* its number among the oopses; 0: none */
	enum kp_kind kind;
	unsigned cpu, cpus;
	uint64_t up_ns;
	struct kp_frame frame;
	const struct kp_site *site; /* NULL: no explicit call */
	char message[KP_MESSAGE_MAX];
	struct kp_verdict verdict;

	bool task_known;
	struct kp_task task;
	char task_name[32];

	struct kp_fault fault;
	struct kp_machine machine;
	struct kp_walk walk;
	struct kp_code code;
	struct kp_trace trace;
	struct kp_raw_stack raw;
	unsigned lock_count;
	struct kp_lock_record locks[KP_LOCKS_MAX];
	size_t log_size;
	char log[KP_LOG_MAX];
	unsigned cause_count;
	struct kp_cause causes[KP_CAUSES_MAX];
	struct kp_stage_record stages[KP_STAGES];
};

extern struct kp_report kp_report;
/* By CPU.  Apart from the report, which is cleared while others may already stop. */
extern struct kp_cpu_record kp_others[KP_CPUS_MAX];
extern struct kp_system kp_system;

/* Adds what the recorder concludes; what does not fit is left out. */
void kp_cause_add(enum kp_certainty grade, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The function that holds an address: name ends with a NUL, is "" and false returned where none is known.  Safe to call on
 * any number, at any time. */
struct kp_symbol {
	char name[64];
	uintptr_t start;
	size_t size; /* 0: not known */
};
bool kp_symbol(uintptr_t address, struct kp_symbol *out);

#pragma GCC visibility pop

#endif
