/* Private to the readers of what every report in this form may carry (oops.h: pm_oops_read).
 *
 * fields.c drives: it hands each line to the rows of the tables below whose text
 * the line starts with, first those of the line's first character, so that a line
 * is looked at by a handful of readers only.  What no row takes may be a frame
 * (trace.c) or the rest of the line before (wrapped module lists).
 *
 * machine.c  who and where: CPU line, taint, release, hardware, modules, the end
 * fault.c    what happened: oops header, fault address, page tables, abort information
 * trace.c    stack traces, their titles and markers
 * regs.c     register blocks of all architectures; regs_<isa>.c their lines
 */
#ifndef PM_PRINTK_FIELDS_H
#define PM_PRINTK_FIELDS_H

#include "console/oops/frame.h"
#include "console/oops/oops.h"

#define PM_FIELDS_NONE SIZE_MAX

/* Bounds: what a report carries beyond them is in the log, but not in the incident. */
#define PM_FIELDS_TRACES 256
#define PM_FIELDS_FRAMES 512   /* of a trace */
#define PM_FIELDS_BLOCKS 32    /* register blocks of a trace */
#define PM_FIELDS_REGISTERS 96 /* of a block */
#define PM_FIELDS_CODES 64
#define PM_FIELDS_MODULES 2048
#define PM_FIELDS_LOG 2000

/* Code bytes as printed, until it is known which block is the fault's. */
struct pm_fields_code {
	size_t trace, block; /* PM_FIELDS_NONE: none was open */
	bool fault;          /* belongs to the crash whatever block was printed last */
	struct pm_code_bytes bytes;
};

struct pm_fields {
	const struct pm_printk_report *report;
	const struct pm_oops_dialect *dialect;
	struct pm_incident *inc;
	struct pm_arena *arena;

	/* The line being read. */
	const struct pm_line *line;
	size_t index; /* of the line in the report */
	struct pm_at at;
	struct pm_slice body; /* trimmed */
	size_t indent;        /* blanks before it */

	/* Open things. */
	size_t trace;           /* index of the open trace */
	const char *stack_name; /* marker in force inside it */
	enum pm_stack stack;
	size_t block_trace, block;            /* the open register block */
	bool block_sp;                        /* its stack pointer was read: the block is under way */
	unsigned sequence;                    /* number of the next register in lines that do not name them */
	bool (*reading)(struct pm_fields *f); /* takes the line if it goes on with what the last one began */
	uint32_t words[18];                   /* of arm\'s exception stack */
	unsigned nwords;
	const char *frame_fact; /* "group/name": the next frame is its value */
	size_t frame_fact_index;
	bool panicked; /* past the panic line */
	bool ended;    /* past the end-trace mark */
	bool blocked;  /* the next task line is the one that the report is about */
	bool kdump_loaded, thumb;
	bool registers_last; /* the open trace's frames came before its registers */
	bool guard;          /* a stack's guard page was hit */
	size_t last_modules; /* length of the last line of the module list */

	struct pm_place ip;     /* from an "IP:" line, or the faulting instruction's address */
	struct pm_place stated; /* where WARN or BUG says that it stands */
	struct pm_fields_code codes[PM_FIELDS_CODES];
	size_t ncodes;
	bool *seen; /* [lines], NULL: set for lines that a reader took */
};

struct pm_field_row;
/* rest: the body behind the row's text.  False: not this row's after all. */
typedef bool (*pm_field_fn)(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest);
struct pm_field_row {
	const char *text; /* the body starts with it */
	pm_field_fn read;
	int number; /* for the reader */
	const char *name;
};

/* Tables end with a row without text. */
extern const struct pm_field_row pm_rows_machine[], pm_rows_fault[], pm_rows_trace[], pm_rows_x86[],
	pm_rows_arm64[], pm_rows_arm[], pm_rows_riscv[], pm_rows_ppc[], pm_rows_s390[], pm_rows_mips[],
	pm_rows_loongarch[];

/* fields.c: helpers of all readers */
char *pm_fields_str(struct pm_fields *f, struct pm_slice text);
/* The report's own lines, before those that follow the start of another one. */
bool pm_fields_own(const struct pm_fields *f);
/* Adds a fact unless one of that name is there; NULL: none was added. */
struct pm_fact *pm_fields_fact(struct pm_fields *f, const char *group, const char *name,
			       struct pm_slice value);
/* path is "group/name". */
void pm_fields_fact_named(struct pm_fields *f, const char *path, struct pm_slice value);
/* A reader of lines that carry nothing for the incident. */
bool pm_fields_skip(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest);
/* The value becomes the fact row->name. */
bool pm_fields_fact_row(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest);
/* Keeps the surer of two opinions about the architecture. */
void pm_fields_arch(struct pm_fields *f, enum pm_arch arch, enum pm_grade grade);

/* machine.c */
/* Taint, "Not tainted" or "Tainted: G  W", at the start of *s: stored, unless known, and advanced over. */
bool pm_fields_taint(struct pm_fields *f, struct pm_slice *s);
/* A line that is release, version and taint only. */
bool pm_fields_ident(struct pm_fields *f);
/* "sh/123 is trying to acquire lock:" */
bool pm_fields_lock_task(struct pm_fields *f);

/* fault.c */
/* Of the report's own lines, and where none was told before. */
void pm_fields_error_code(struct pm_fields *f, uint64_t code);
void pm_fields_address(struct pm_fields *f, uint64_t address);
bool pm_fields_oops(struct pm_fields *f);

/* trace.c */
struct pm_trace *pm_fields_trace(struct pm_fields *f); /* the open one, or NULL */
/* The open trace when nothing of its stack was printed yet, else a new one without title. */
struct pm_trace *pm_fields_trace_empty(struct pm_fields *f);
struct pm_trace *pm_fields_trace_open(struct pm_fields *f, enum pm_trace_role role, struct pm_slice title);
void pm_fields_trace_close(struct pm_fields *f);
/* By an interrupt that only found a stall: the crash is what it interrupted. */
bool pm_fields_found_by_detector(const struct pm_fields *f, const struct pm_trace *trace);
/* A line that may be a frame or a marker. */
bool pm_fields_frame(struct pm_fields *f);
/* "0x1000a7", "? 0x1000a7": a frame of a kernel without symbols, inside of a trace. */
bool pm_fields_bare_frame(struct pm_fields *f);
/* A line that no row knows, but that has frames behind it: the title of a trace. */
bool pm_fields_unknown_title(struct pm_fields *f);
bool pm_fields_task_line(struct pm_fields *f);
/* At the end: one crash trace, first of all; empty ones removed. */
void pm_fields_traces_finish(struct pm_fields *f);

/* regs.c */
/* "sym+0x1/0x2 [module build-id] file:line", "[<addr>] sym+…", "0xaddr", "(null)". */
bool pm_fields_place(struct pm_fields *f, struct pm_slice *s, struct pm_place *place_out);
/* Opens a block: the instruction pointer was printed. */
void pm_fields_block_open(struct pm_fields *f, const struct pm_place *pc, bool user);
struct pm_regs *pm_fields_block(struct pm_fields *f); /* the open one, or NULL */
void pm_fields_block_user(struct pm_fields *f);       /* it turned out to be user mode's */
void pm_fields_register(struct pm_fields *f, const char *name, uint64_t value, unsigned digits);
/* A reader of "Cause : 00800008 (ExcCode 02)", one register in a line: row->name, the words behind it a fact;
 * row->number says what else it is. */
enum { PM_NAMED_WORDS, PM_NAMED_ERROR_CODE, PM_NAMED_ADDRESS, PM_NAMED_ONLY /* the words are a symbol */ };
bool pm_fields_named(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest);
/* Reads "NAME: value NAME: value …" (or without colons) with the names of the list,
 * blank-separated "RAX RBX …"; "PRINTED=stored" renames, else the stored name is the
 * printed one in lower case.  Returns how many. */
unsigned pm_fields_pairs(struct pm_fields *f, struct pm_slice text, const char *names, bool colons);
/* Words in the lines that do not name their registers: the next is number f->sequence. */
unsigned pm_fields_words(struct pm_fields *f, struct pm_slice text, const char *const *names, size_t n);
/* "Code:" lines.  width: hex digits of a word, 0: told by the first word. */
bool pm_fields_code(struct pm_fields *f, struct pm_slice text, unsigned width, bool big_endian);
bool pm_fields_code_bad(struct pm_fields *f, struct pm_slice text);
void pm_fields_code_byte(struct pm_fields *f, uint8_t byte, bool marked); /* to the last code */
void pm_fields_code_add(struct pm_fields *f);                             /* a new, empty one */
void pm_fields_code_finish(struct pm_fields *f);

#endif
