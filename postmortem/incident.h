/* The evidence of one incident: what any producer (a console text, a memory
 * dump, a record of our own recorder) found, and all that explaining and
 * rendering ever see.
 *
 * Every value says where it was found (`struct pm_at`) and how sure it is
 * (`enum pm_grade`).  What is not known is absent: NULL, an empty vector, or a
 * `has_…` that is false; nothing is ever guessed into a plain field.  All
 * strings and vectors live in the incident's arena.
 */
#ifndef PM_INCIDENT_H
#define PM_INCIDENT_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

/* Where in the input a value was found.  line 0: not a text, or not known. */
struct pm_at {
	uint32_t line;   /* 1-based, of the decompressed text */
	uint64_t offset; /* bytes, of the decompressed text or of the dump file */
	uint64_t memory; /* virtual address in a dump's memory; 0: not from memory */
};

enum pm_grade {
	PM_NO_GRADE,
	PM_LIKELY,  /* inferred; the rule is named */
	PM_CERTAIN, /* read */
};

enum pm_system {
	PM_SYSTEM_UNKNOWN,
	PM_LINUX,
	PM_FREEBSD,
	PM_OPENBSD,
	PM_NETBSD,
	PM_DARWIN,
	PM_FUCHSIA,
	PM_KPANIC, /* a kernel that has our recorder in; machine.name says which */
	PM_SYSTEMS,
};

enum pm_arch {
	PM_ARCH_UNKNOWN,
	PM_X86_64,
	PM_I386,
	PM_ARM64,
	PM_ARM,
	PM_RISCV64,
	PM_PPC64,
	PM_S390X,
	PM_MIPS,
	PM_LOONGARCH64,
	PM_ARCHES,
};

/* What kind of fault.  One row each in incident_kinds.def: id, stable name for
 * JSON, words for a headline. */
enum pm_kind {
#define PM_KIND(id, name, words) PM_KIND_##id,
#include "incident_kinds.def"
#undef PM_KIND
	PM_KINDS
};

/* Class of a fault address (decode/address.h tells it). */
enum pm_address_class {
	PM_ADDR_UNKNOWN,
	PM_ADDR_NULL,          /* NULL itself, or a member of a structure at NULL */
	PM_ADDR_ERROR_POINTER, /* ERR_PTR(-errno), or a member of one */
	PM_ADDR_LIST_POISON,
	PM_ADDR_SLAB_POISON,  /* 0x6b…: freed; 0x5a…: allocated, not initialised; 0xbb/0xcc: red zone */
	PM_ADDR_PAGE_POISON,  /* 0xaa… */
	PM_ADDR_OTHER_POISON, /* timers, mutexes, rcu, stack initialisation, … */
	PM_ADDR_USER,
	PM_ADDR_NON_CANONICAL,
	PM_ADDR_STACK_GUARD,
	PM_ADDR_DIRECT_MAP,
	PM_ADDR_VMALLOC,
	PM_ADDR_VMEMMAP,
	PM_ADDR_KERNEL_TEXT, /* the kernel image: text or data */
	PM_ADDR_MODULE,
	PM_ADDR_CPU_ENTRY,
	PM_ADDR_FIXMAP,
	PM_ADDR_KASAN_SHADOW,
	PM_ADDR_HOLE,      /* where kernels map nothing */
	PM_ADDR_TEXT_LIKE, /* bytes that read as ASCII: a string over a pointer */
	PM_ADDRESS_CLASSES,
};

/* What a value that kernels write to be recognised says of the memory it was read from (decode/poison.h). */
enum pm_poison {
	PM_NO_POISON,
	PM_POISON_LIST,   /* the links of an entry that was already removed */
	PM_POISON_FREED,  /* memory that was given back, or an object after its end */
	PM_POISON_UNSET,  /* memory or a variable that nobody has set */
	PM_POISON_BOUNDS, /* what stands around or behind an object: red zones, end marks */
	PM_POISON_INSIDE, /* a mark that stands inside of objects: a lock's magic, a stack's end */
	PM_POISON_MARK,   /* a number that some code uses for its own ends */
};

/* How the faulting instruction's base register got its value (decode/backward.h). */
enum pm_origin {
	PM_ORIGIN_UNKNOWN,
	PM_ORIGIN_LOADED,   /* read from memory */
	PM_ORIGIN_RESULT,   /* what a called function returned */
	PM_ORIGIN_CONSTANT, /* a number that stands in the code */
	PM_ORIGIN_COMPUTED,
};

enum pm_access { PM_ACCESS_UNKNOWN, PM_READ, PM_WRITE, PM_EXECUTE, PM_FREE };

/* A place in code. */
struct pm_place {
	bool has_addr;
	uint64_t addr;
	const char *symbol; /* without offset; with compiler suffixes as printed */
	bool has_offset;
	uint64_t offset, size;   /* bytes; size 0: not told */
	const char *module;      /* NULL: the kernel itself, or not told */
	const char *build_id;    /* of the module, hex, when printed */
	const char *file;        /* source */
	uint32_t file_line;      /* 0: not known */
	const char *source_text; /* that line of the source, trimmed; NULL: not read */
	struct pm_at at;
};

enum pm_trust {
	PM_EXACT,   /* unwound by tables, or the interrupted place itself, or printed as reliable */
	PM_GUESSED, /* by frame pointer, not proved */
	PM_SCANNED, /* a text address on the stack ("?" on x86, "(unreliable)" on powerpc) */
};

enum pm_stack {
	PM_STACK_TASK,
	PM_STACK_IRQ,
	PM_STACK_SOFTIRQ,
	PM_STACK_NMI,
	PM_STACK_EXCEPTION, /* #DF, #DB, #MC, #VC, ENTRY: the name is in stack_name */
};

struct pm_frame {
	struct pm_place place;
	enum pm_trust trust;
	enum pm_stack stack;
	const char *stack_name; /* as printed: "TASK", "#DF", …; NULL when none was */
	bool inlined;           /* an inlined call: belongs to the next frame that is not */
	bool interrupted;       /* made by an interrupt or exception: the pc is exact, not a return address */
	struct pm_at at;
};
typedef PM_VEC(struct pm_frame) pm_frames;

struct pm_register {
	const char *name; /* lower case: "rax", "x0", "cr2", "eflags", "ds" */
	uint64_t value;
	uint8_t bits;                /* printed width: 16, 32, 64 */
	const char *meaning;         /* decoded, or NULL */
	enum pm_poison poison;       /* of a general register's value, where meaning says so */
	enum pm_address_class class; /* of a stack pointer */
	const char
		*holds;   /* what the source calls its value, "file->f_op", likely (a dump); NULL: not told */
	bool object_free; /* it points to an object that is free (a dump) */
	struct pm_at at;
};

enum pm_regs_role {
	PM_REGS_FAULT,       /* of the crashed context */
	PM_REGS_INTERRUPTED, /* of what an interrupt on the way interrupted */
	PM_REGS_USER,        /* of user mode, at the system call or interrupt */
	PM_REGS_OTHER,       /* of another CPU or task */
};

struct pm_regs {
	enum pm_regs_role role;
	struct pm_place pc;       /* RIP, pc, NIP, epc, PSW… */
	const char *code_segment; /* x86: "0010" */
	PM_VEC(struct pm_register) regs;
	struct pm_at at;
};

/* A word on the crashed stack that means something (a dump). */
struct pm_stack_word {
	uint64_t addr, value;
	uint64_t from_sp;     /* bytes above the crashed stack pointer */
	const char *function; /* in whose frame it lies; NULL: no symbol */
	const char *meaning;
	bool object_free; /* it points to an object that is free */
	bool telling; /* one of the few that are worth a line; the others repeat something, or are usual */
};

enum pm_trace_role {
	PM_TRACE_CRASH,     /* of the context that the report is about */
	PM_TRACE_CPU,       /* of another CPU (NMI backtraces) */
	PM_TRACE_TASK,      /* of another task (hung tasks, lock holders) */
	PM_TRACE_ALLOCATED, /* where the object was allocated */
	PM_TRACE_FREED,     /* where it was freed */
	PM_TRACE_CREATED, /* related work, last potentially related, stored or created at (KMSAN, KASAN aux) */
	PM_TRACE_LOCK,    /* where a lock was taken; lockdep's paths */
	PM_TRACE_RACE,    /* the other side of a data race */
	PM_TRACE_REPORTER, /* of the panic or detector that only reported it */
	PM_TRACE_OTHER,
};

struct pm_trace {
	enum pm_trace_role role;
	const char *title; /* as printed, trimmed: "Allocated by task 3789" */
	bool from_memory;  /* PM_TRACE_TASK: a dump's, not the log's */
	uint32_t others;   /* of a dump: tasks with that stack, but for the one that the report is about */
	bool of_page; /* PM_TRACE_ALLOCATED, PM_TRACE_FREED: of the page around the object, not of the object */
	bool has_pid, has_cpu;
	int64_t pid;
	uint32_t cpu;
	const char *comm;
	pm_frames frames;
	PM_VEC(struct pm_regs) regs; /* in the order printed */
	const char *broken;          /* why it ends early or cannot be right; NULL when nothing says so */
	struct pm_at at;
};

enum pm_lock_role { PM_LOCK_HELD, PM_LOCK_WANTED, PM_LOCK_RELEASED };

/* May its holder sleep? */
enum pm_lock_sleeps { PM_LOCK_SLEEPS_UNKNOWN, PM_LOCK_SLEEPS, PM_LOCK_SPINS };

/* What the lock checker found (lockdep). */
enum pm_lock_bug {
	PM_LOCK_BUG_NONE,
	PM_LOCK_CIRCLE,       /* an order that closes a circle */
	PM_LOCK_RECURSION,    /* taken while one of its class is held */
	PM_LOCK_INCONSISTENT, /* taken inside of an interrupt, and with such interrupts on */
	PM_LOCK_IRQ_ORDER,    /* a lock of interrupts depends on one that is taken with interrupts on */
	PM_LOCK_IRQ_INVERSION,
	PM_LOCK_WAIT_CONTEXT, /* a lock that sleeps where sleeping is not allowed */
	PM_LOCK_NOT_HELD,     /* released without being held */
	PM_LOCK_CONTENTION,
	PM_LOCK_LEFT_HELD,    /* at exit or freezing */
	PM_LOCK_LEFT_TO_USER, /* on the way to user mode */
	PM_LOCK_FREED,        /* its memory was freed while it was held */
	PM_LOCK_UNKNOWN_KEY,  /* never initialised */
	PM_LOCK_RCU,          /* RCU's rules */
	PM_LOCK_BUGS,
};

struct pm_lock {
	enum pm_lock_role role;
	const char *name; /* "&mm->mmap_lock" */
	const char *type; /* "mutex", "spinlock", "{+.+.}-{3:3}": as printed, or NULL */
	enum pm_lock_sleeps sleeps;
	bool has_addr;
	uint64_t addr;    /* tells locks apart; below 2^32 it may be a hash (Linux 4.15 to 4.20) */
	const char *task; /* comm of who holds or wants it */
	bool has_pid;
	int64_t pid;
	bool has_cpu; /* held by whoever runs on that CPU */
	uint32_t cpu;
	struct pm_place taken; /* where */
	bool from_memory;      /* a dump's lock names its holder, its list those who wait */
	struct pm_at at;
};

/* An arc of a lock order graph: `from` was held when `to` was taken. */
struct pm_lock_edge {
	const char *from, *to;
	const char *how; /* "existing dependency #1", "this acquisition" */
	int32_t trace;   /* index into incident->traces; -1: none */
	bool new_edge;   /* the one that closes the cycle */
	struct pm_at at;
};

struct pm_module {
	const char *name, *flags; /* flags: letters as printed, "OE" */
	const char *flags_words;  /* "out-of-tree, unsigned" */
	struct pm_at at;
};

/* A part of the machine that a hardware error speaks of. */
enum pm_part { PM_PART_UNKNOWN, PM_PART_MEMORY, PM_PART_CACHE, PM_PART_PROCESSOR, PM_PART_BUS, PM_PART_PCIE };

/* A decoded detail that has no field of its own: "error_code", "pte", "MCi_STATUS" … */
struct pm_fact {
	const char *group;   /* "page-fault", "machine-check", "kasan", "oom", "rcu" … */
	const char *name;    /* stable, snake_case: "error_code", "mci_status.uc" */
	const char *value;   /* as printed */
	const char *meaning; /* in words; NULL when the value says it all */
	enum pm_grade grade;
	enum pm_part part; /* of hardware errors: which part it points to */
	struct pm_at at;
};

enum pm_insn_kind {
	PM_INSN_OTHER,
	PM_INSN_CALL,
	PM_INSN_JUMP, /* unconditional */
	PM_INSN_RETURN,
	PM_INSN_DIVIDE,
	PM_INSN_TRAP,       /* put where code must never get to: ud2 */
	PM_INSN_BREAKPOINT, /* int3 */
};

/* One instruction of the Code line. */
struct pm_insn {
	bool has_addr;
	uint64_t addr;
	int64_t offset; /* bytes from the marked instruction */
	uint8_t bytes[16];
	uint8_t size;
	const char *text; /* "mov %rbx,0x18(%rax)" */
	enum pm_insn_kind kind;
	const char *reg;  /* of its first register operand, full width: a divisor's; NULL: none */
	uint8_t reg_size; /* bytes of it that are used; 0: not known */
	bool marked;      /* the one that faulted */
	bool doubtful;    /* before the mark: decoding backwards is ambiguous */
};

struct pm_code_bytes {
	PM_VEC(uint8_t)
	bytes; /* in memory order: words that a kernel printed as numbers are taken apart by its byte order */
	size_t marked; /* index of the first byte of the marked instruction; SIZE_MAX: no mark */
	PM_VEC(struct pm_insn) insns;
	const char *bad; /* "Bad RIP value", "Unable to access opcode bytes": as printed */
	struct pm_at at;
};

/* What a rule concluded. */
struct pm_finding {
	const char *rule; /* stable name, "null-member-offset" */
	enum pm_grade grade;
	int rank;         /* lower first */
	const char *text; /* a sentence without full stop */
	PM_VEC(struct pm_at) evidence;
};

/* A hint what to do next, concrete for this case. */
struct pm_advice {
	const char *text, *command; /* command may be NULL */
};

struct pm_fault {
	enum pm_kind kind;
	const char *message; /* the line that names it, as printed */
	struct pm_at at;
	bool has_vector;
	uint32_t vector; /* x86 vector number */
	bool has_error_code;
	uint64_t error_code; /* x86 error code, arm64 ESR, riscv cause, … */
	const char *error_words;
	bool has_address;
	uint64_t address;
	enum pm_address_class address_class; /* of address; where none was told, of effective */
	enum pm_grade address_grade;         /* how sure the class is */
	enum pm_poison address_poison;
	const char *address_words; /* "NULL + 0x18" */
	struct pm_at address_at;
	/* PM_ADDR_KASAN_SHADOW: the addresses whose shadow it is, which the code was about to access. */
	bool has_shadowed;
	uint64_t shadowed_first, shadowed_last;
	enum pm_address_class shadowed_class;
	const char *shadowed_words; /* "NULL + 0x18" */
	bool bad_pc;                /* the processor refused the program counter itself */
	enum pm_access access;
	uint32_t access_size; /* bytes; 0: not known */
	bool has_effective;   /* effective address computed from instruction and registers */
	uint64_t effective;
	const char *effective_words; /* "rax (0x0) + 0x18 = 0x18, the fault address" */
	bool effective_equal; /* it is the fault address, or explains it (page crossing, a string move under way) */
	bool effective_fine; /* nothing was wrong with it: the fault has another reason */
	/* Of the memory operand behind `effective`; names as in pm_register. */
	const char *base_reg, *index_reg; /* NULL: none */
	int64_t displacement;             /* bytes */
	const char *value_reg;            /* the register stored or loaded into; NULL: none */
	/* What debug information says base_reg held there: a variable that points to a structure, and the member at
	 * the displacement; likely (pm_symbols_apply).  NULL: not told. */
	const char *member_variable; /* "st" */
	const char *member_type;     /* "struct my_state" */
	const char *member;          /* "counter" */
	uint64_t member_offset;      /* bytes, of the member in the structure */
	/* A dump, likely: base_reg was loaded from there, and origin_reg still holds the address of the object that it is
	 * a member of.  NULL: not told. */
	const char *origin_reg;
	int64_t origin_offset; /* bytes, from what origin_reg holds */
	const char *
		base_from; /* the instruction before that last wrote base_reg, "mov 0x28(%rdi),%rax"; likely at most */
	enum pm_origin base_origin;
	const char
		*object; /* what the address belongs to, as told: "kmalloc-64 of size 64, 8 bytes inside" */
	enum pm_lock_bug lock_bug;
	/* The stack it ran on, as told. */
	bool has_stack;
	uint64_t stack_low, stack_high; /* high: the byte behind its last */
	uint32_t oops_count;            /* "#1"; 0: not told */
	const char *flags;              /* "PREEMPT SMP KASAN PTI" as printed */
};

enum pm_runs {
	PM_RUNS_UNKNOWN,
	PM_RUNS_TASK,
	PM_RUNS_IRQ,
	PM_RUNS_SOFTIRQ,
	PM_RUNS_NMI,
	PM_RUNS_IDLE,
	PM_RUNS_EARLY_BOOT,
};

struct pm_syscall_argument {
	const char *name, *type; /* as the kernel calls them: "fd", "unsigned int"; NULL: not known */
	uint64_t value;
	const char
		*words; /* "1 </dev/console>", "\"/etc/passwd\"", "0x7ffd00001000 ([stack] + 0x20)", "-1" */
};

struct pm_actor {
	bool has_pid, has_cpu, has_uid;
	int64_t pid;
	uint32_t cpu, uid;
	uint32_t cpus; /* how many the machine has; 0: not known */
	const char *comm;
	enum pm_runs context;
	const char *workqueue; /* "usb_hub_wq hub_event" */
	bool has_syscall;
	uint64_t syscall_nr;
	const char *syscall; /* "write" */
	bool syscall_compat; /* of the 32-bit interface of a 64-bit kernel */
	bool has_syscall_args;
	PM_VEC(struct pm_syscall_argument) syscall_args; /* in order */
	struct pm_at at;
};

struct pm_taint {
	char letter;
	const char *words;
};

struct pm_machine {
	enum pm_system system;
	enum pm_grade system_grade;
	const char *system_why; /* the mark it was recognised by */
	enum pm_arch arch;
	enum pm_grade arch_grade;
	bool big_endian;
	const char *name;    /* PM_KPANIC: what it calls itself, "kpk"; NULL: not told */
	const char *release; /* "6.1.0-50-amd64" */
	const char *build;   /* "#1 SMP PREEMPT_DYNAMIC Debian 6.1.…" as printed */
	const char *build_id;
	const char *version_line; /* "Linux version …" whole */
	const char *command_line;
	const char *hardware, *bios;
	const char *taint; /* as printed: "G    O E", "Not tainted" */
	PM_VEC(struct pm_taint) taints;
	struct pm_at release_at, hardware_at, taint_at;
	bool has_uptime;
	uint64_t uptime_ns;    /* printk time of the first line of the report */
	const char *wall_time; /* as printed by syslog, journal or dmesg -T */
	/* Checkers that the kernel was built with, as far as the report shows it. */
	bool kasan, lockdep;
	bool has_kaslr;
	uint64_t kaslr; /* "Kernel Offset:" */
};

/* How process 1 ended, by the code that wait(2) would return for it. */
struct pm_init_exit {
	bool known;
	uint32_t signal;         /* 0: it exited by itself */
	const char *signal_name; /* "SIGSEGV"; NULL: none of those that kill */
	uint32_t status;         /* of an exit by itself */
	bool core_dumped;
};

enum pm_end { PM_END_UNKNOWN, PM_END_GOES_ON, PM_END_HALT, PM_END_REBOOT, PM_END_KDUMP };

struct pm_log_line {
	const char *text; /* raw, printable, prefix included */
	struct pm_at at;
	bool report; /* of this report's context (else: interleaved or leading up to it) */
};

/* What the shell can tell of a memory dump without leaving anything out. */
enum pm_dump_whole {
	PM_WHOLE_TASKS = 1,  /* the list of tasks */
	PM_WHOLE_CPUS = 2,   /* what each CPU ran */
	PM_WHOLE_CACHES = 4, /* the slab caches */
};

struct pm_incident {
	struct pm_arena arena;
	const char *input; /* name of the file */
	uint32_t boot;     /* 1-based: which boot of the input */
	bool of_dump;      /* the input is a memory dump */
	unsigned in_dump;  /* enum pm_dump_whole, of its fatal report */
	const char *shell; /* what `kpanic shell` takes to open that dump, quoted; NULL: it cannot be told */
	bool user_told; /* registers that hold addresses of user mode have been told: other values are numbers */

	struct pm_fault fault;
	struct pm_place place; /* the exact place: RIP, or where BUG/WARN stands */
	struct pm_actor actor;
	struct pm_machine machine;
	struct pm_code_bytes code;

	PM_VEC(struct pm_trace) traces;           /* the crashed context's first, when there is one */
	PM_VEC(struct pm_stack_word) stack_words; /* ascending */
	PM_VEC(struct pm_lock) locks;
	PM_VEC(struct pm_lock_edge) lock_edges;
	PM_VEC(struct pm_module) modules;
	PM_VEC(struct pm_fact) facts;
	PM_VEC(struct pm_log_line) log; /* the report's own lines and some that lead up to it */
	PM_VEC(const char *) memory;    /* Mem-Info, slab and page lines that matter, as printed */

	/* Names to group by: the conventions of the public kernel-fuzzing dashboards. */
	const char *title;
	const char *
		title_apart; /* of the lines told apart (`apart`), where title is that of the mixed ones; or NULL */
	PM_VEC(const char *) alt_titles;
	const char *type;        /* NULL: none */
	const char *frame;       /* the guilty function; NULL: none */
	const char *guilty_file; /* the source file to blame; NULL: none */
	bool corrupted;
	const char *corrupted_why;
	bool whole; /* only the dashboards call it corrupted: it names no function, or has no trace */
	bool panicked;
	const char *fingerprint; /* hex; the same across builds, offsets, CPUs, compiler suffixes */

	/* Of a report that a copy may tell again, in the same input: what no other report has; NULL: none is known. */
	const char *told_by;
	bool is_copy;             /* it is one: the next start printed it */
	bool ran_before;          /* PM_KIND_REBOOT: lines before show a kernel that ran, so that it is one */
	bool on_request;          /* somebody asked for the crash: sysrq-c */
	const char *panic_reason; /* "Fatal exception", "panic_on_warn set ..." */
	struct pm_at panic_at;
	struct pm_init_exit init_exit;
	enum pm_end end;
	const char *end_words;
	struct pm_at end_at;
	const char *follows;    /* title of the earlier report that this one is a consequence of */
	uint32_t follows_index; /* its index in the reports of this input */
	bool secondary;
	const char *
		context_how; /* how lines were told apart: "caller ids", "one console (no caller ids): by position" */
	bool apart;          /* several CPUs printed at once, and their lines were told apart by heuristics */

	/* What explain concluded. */
	const char *headline; /* "NULL pointer dereference: write of 8 bytes at 0x18" */
	const char *path;     /* "write(2) → ksys_write → vfs_write → kpcrash_write" */
	PM_VEC(struct pm_finding) findings;
	PM_VEC(const char *) also;
	PM_VEC(struct pm_advice) next;
	PM_VEC(const char *) missing; /* what the input lacks and what it costs */
	bool symbols_missing;         /* the symbols' reader has said there what it lacks */
};

void pm_incident_init(struct pm_incident *inc);
void pm_incident_deinit(struct pm_incident *inc);

/* Stable words for JSON and people. */
const char *pm_kind_name(enum pm_kind kind);
const char *pm_kind_words(enum pm_kind kind);
const char *pm_system_name(enum pm_system system);
const char *pm_arch_name(enum pm_arch arch);
const char *pm_access_name(enum pm_access access);
const char *pm_address_class_name(enum pm_address_class cls);
const char *pm_runs_name(enum pm_runs context); /* "task", "early boot" */
const char *pm_trust_name(enum pm_trust trust);
const char *pm_trace_role_name(enum pm_trace_role role);
const char *pm_end_name(enum pm_end end);

/* The crashed context's trace, or NULL. */
struct pm_trace *pm_incident_crash_trace(const struct pm_incident *inc);
/* The registers of the fault, or NULL; of user mode, or NULL. */
struct pm_regs *pm_incident_regs(const struct pm_incident *inc, enum pm_regs_role role);
/* By name, or NULL. */
struct pm_register *pm_regs_find(const struct pm_regs *regs, const char *name);
/* By group (NULL: any) and name, or NULL. */
struct pm_fact *pm_incident_fact(const struct pm_incident *inc, const char *group, const char *name);
struct pm_fact *pm_incident_add_fact(struct pm_incident *inc, const char *group, const char *name,
				     struct pm_slice value, const char *meaning, struct pm_at at);

#endif
