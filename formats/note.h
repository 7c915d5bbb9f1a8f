/* The note KPANIC (SPEC.md, section 3): what the recorder knows, in memory, for whoever reads that memory later.
 *
 * It is begun at start and grows; each section has a sum of its own, so that whatever is there at any moment can be read.
 * No input or output, no allocation, nothing of the C library. */
#ifndef KF_NOTE_H
#define KF_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KF_NOTE_NAME "KPANIC" /* among the notes of an ELF core or a kdump file, with type 0 */
#define KF_NOTE_KEY                                                                                          \
	"KPANIC_NOTE" /* in VMCOREINFO: its physical address and its capacity, hex, "address:bytes" */
#define KF_NOTE_MAGIC "KPANNOTE"
#define KF_NOTE_VERSION 1
#define KF_NOTE_ALIGN 4096 /* of it in memory: who searches looks at each page's start */
#define KF_NOTE_HEADER 64  /* bytes */
#define KF_NOTE_SECTION 16
#define KF_NOTE_NAME_MAX 32 /* of a task's or a range's name; NULs fill it, the last byte is one */

enum kf_note_state {
	KF_NOTE_BEGUN = 1,     /* no panic yet */
	KF_NOTE_PANICKING = 2, /* being completed: a panic that did not come to its end, if it stays so */
	KF_NOTE_COMPLETE = 3,
};

enum kf_note_tag {
	KF_NOTE_BUILD_ID = 1,    /* bytes */
	KF_NOTE_SYSTEM = 2,      /* text: what calls itself this */
	KF_NOTE_RELEASE = 3,     /* text */
	KF_NOTE_COMMAND = 4,     /* text: the command line */
	KF_NOTE_SYMBOLS = 5,     /* struct kf_note_symbols */
	KF_NOTE_ROOT = 6,        /* struct kf_note_root */
	KF_NOTE_DIRECT = 7,      /* table of struct kf_note_range: kind 0 */
	KF_NOTE_MEMORY = 8,      /* table of struct kf_note_range: enum kf_memory_kind */
	KF_NOTE_REGIONS = 9,     /* table of struct kf_note_range: virtual; enum kf_region_kind */
	KF_NOTE_CPU = 10,        /* struct kf_note_cpu; a section for each */
	KF_NOTE_TASKS = 11,      /* table of struct kf_note_task */
	KF_NOTE_STAGES = 12,     /* table of struct kf_note_stage */
	KF_NOTE_REPORT = 13,     /* text: section 1 of SPEC.md */
	KF_NOTE_TIME = 14,       /* struct kf_note_time */
	KF_NOTE_VMCOREINFO = 15, /* text: KEY=value lines */
	KF_NOTE_DUMP = 16,       /* text: KPANIC 1 dump … lines: how the dump that carries this note went */
	KF_NOTE_LOG = 17,        /* text: the end of the kernel's log, as much as there was room for */
};

/* The symbol table in the form of kpanic/symbols.h. */
struct kf_note_symbols {
	uint64_t at, physical; /* of the table */
	uint64_t size;         /* bytes */
	uint64_t anchor;       /* virtual: what its rows count from */
};

struct kf_note_root {
	uint64_t physical; /* of the kernel's first page table */
	uint32_t levels;   /* 0: not known */
};

enum kf_memory_kind { KF_MEMORY_RAM = 1, KF_MEMORY_KERNEL = 2, KF_MEMORY_RESERVED = 3, KF_MEMORY_NOTE = 4 };
enum kf_region_kind { KF_REGION_TEXT, KF_REGION_DATA, KF_REGION_STACKS, KF_REGION_DIRECT, KF_REGION_GUARD };

struct kf_note_range {
	uint64_t start, size; /* bytes */
	uint64_t physical;    /* of start; of physical ranges the same */
	uint32_t kind;
	char name[KF_NOTE_NAME_MAX]; /* "": none */
};

enum kf_cpu_state { KF_CPU_OFFLINE, KF_CPU_RUNNING, KF_CPU_FROZEN, KF_CPU_SILENT };
enum {
	KF_CPU_REPORTS = 1,  /* it made the report */
	KF_CPU_PANICKED = 2, /* it wanted to, too, and was too late */
	KF_CPU_HAS_TASK = 4,
};
enum kf_registers_form {
	KF_REGISTERS_NONE,
	KF_REGISTERS_X86_64,  /* the 27 of an ELF core's NT_PRSTATUS, in its order */
	KF_REGISTERS_GENERIC, /* pc, sp, fp */
};
#define KF_REGISTERS_MAX 64
struct kf_note_cpu {
	uint32_t cpu, state, flags, form;
	uint64_t task, root; /* root: of the page tables in use (CR3); 0: not known */
	uint64_t vector, error;
	char name[KF_NOTE_NAME_MAX]; /* of the task */
	unsigned count;
	uint64_t registers[KF_REGISTERS_MAX];
};

enum kf_task_state { KF_TASK_UNKNOWN, KF_TASK_RUNNING, KF_TASK_READY, KF_TASK_WAITING, KF_TASK_DEAD };
#define KF_NO_CPU 0xffffffffu
struct kf_note_task {
	uint64_t id, stack_start, stack_end;
	uint64_t pc, sp, fp; /* where it goes on; 0: not known. Of a running one not. */
	uint64_t frame;      /* virtual: its interrupted registers (struct kp_frame); 0: none */
	uint64_t root;       /* its page tables; 0: the kernel's */
	uint64_t waits_for;  /* virtual; 0: nothing, or not known */
	uint64_t syscall;    /* all ones: in none */
	uint32_t state, cpu; /* cpu: KF_NO_CPU: on none */
	char name[KF_NOTE_NAME_MAX];
};

struct kf_note_stage {
	char name[KF_NOTE_NAME_MAX];
	uint32_t result; /* 0 nothing to do, 1 done, 2 failed, 3 late, 4 faulted */
	uint32_t vector;
	uint64_t started_ns, took_ns, pc;
};

struct kf_note_time {
	uint64_t started;   /* seconds since 1970 when the clock below began; 0: not known */
	uint64_t up_ns;     /* when this was written; 0: no clock */
	uint64_t ticks_khz; /* of the time stamp counter; 0: not known */
};

struct kf_note_header {
	uint32_t version;
	uint32_t size, capacity; /* bytes with the header: in use, and of the memory */
	uint64_t physical;       /* its own; 0: not known */
	enum kf_note_state state;
	uint32_t machine;   /* ELF's number: 62 x86-64; 0: not known */
	uint8_t word;       /* bytes of a pointer */
	bool big_endian;    /* the machine; the note never is */
	uint32_t page_size; /* bytes */
	uint32_t cpus;
};

/* ---- writing ---- */

struct kf_note_writer {
	uint8_t *at;
	uint32_t capacity;
	uint32_t used;    /* bytes; a multiple of 8 where no section is open */
	uint32_t section; /* offset of the open one; 0: none */
	uint32_t reserve; /* bytes that sections must leave: for what comes after them */
	uint32_t sum;     /* of the open one's content */
};

/* at: aligned to KF_NOTE_ALIGN, capacity bytes, KF_NOTE_HEADER at least.  header: its size is not looked at. */
void kf_note_begin(struct kf_note_writer *writer, void *at, uint32_t capacity,
		   const struct kf_note_header *header);
/* Changes what the header says; size stays. */
void kf_note_state(struct kf_note_writer *writer, enum kf_note_state state);
/* What comes from here on is forgotten: what was written after mark = kf_note_mark() was taken. */
uint32_t kf_note_mark(struct kf_note_writer *writer);
void kf_note_back(struct kf_note_writer *writer, uint32_t mark);

/* Opens a section; one that is open ends.  What does not fit is left out, and the section says so. After each call all that
 * is there is valid. false: no room. */
bool kf_note_section(struct kf_note_writer *writer, enum kf_note_tag tag);
bool kf_note_add(struct kf_note_writer *writer, const void *bytes, size_t n);
/* Where the open section goes on, for a writer that puts it there by itself: *room_out bytes, of which n are content then. cut: there
 * was more. */
void *kf_note_space(struct kf_note_writer *writer, size_t *room_out);
void kf_note_grow(struct kf_note_writer *writer, size_t n, bool cut);
/* A table's rows, all of one size, follow one by one as sections' contents. */
bool kf_note_add_range(struct kf_note_writer *writer, const struct kf_note_range *range);
bool kf_note_add_task(struct kf_note_writer *writer, const struct kf_note_task *task);
bool kf_note_add_stage(struct kf_note_writer *writer, const struct kf_note_stage *stage);
/* Whole sections. */
bool kf_note_bytes(struct kf_note_writer *writer, enum kf_note_tag tag, const void *bytes, size_t n);
bool kf_note_put_symbols(struct kf_note_writer *writer, const struct kf_note_symbols *symbols);
bool kf_note_put_root(struct kf_note_writer *writer, const struct kf_note_root *root);
bool kf_note_put_time(struct kf_note_writer *writer, const struct kf_note_time *time);
bool kf_note_put_cpu(struct kf_note_writer *writer, const struct kf_note_cpu *cpu);
/* Ends the open section. */
void kf_note_end(struct kf_note_writer *writer);

/* ---- reading: bytes may be anything ---- */

enum kf_note_is {
	KF_NOTE_IS_NONE,    /* no magic, or too short for a header */
	KF_NOTE_IS_FOREIGN, /* a version above ours, whose header is another */
	KF_NOTE_IS_BAD,     /* the header's sum is wrong */
	KF_NOTE_IS_CUT,     /* fewer bytes than it has: what is there can be read */
	KF_NOTE_IS_WHOLE,
};
struct kf_note {
	struct kf_note_header header;
	const uint8_t *at;  /* borrowed */
	size_t n;           /* bytes that are there of it */
	size_t first, next; /* offsets of sections */
};
/* Takes what begins at bytes.  Of IS_CUT and IS_WHOLE the note can be walked; of IS_BAD, too, with n as its size. */
enum kf_note_is kf_note_open(const void *bytes, size_t n, struct kf_note *out);

struct kf_note_part {
	uint32_t tag;
	const uint8_t *at;  /* borrowed */
	size_t n;           /* bytes that are there */
	bool whole;         /* its sum is right */
	bool short_of_room; /* the writer had no room for all of it */
};
/* The next section, of whatever tag; false: no more that could be one. */
bool kf_note_next(struct kf_note *note, struct kf_note_part *out);
/* The first section with this tag, from the start; false: none. */
bool kf_note_find(const struct kf_note *note, enum kf_note_tag tag, struct kf_note_part *out);

/* false: too short; rows: index past the last. Names end with a NUL. */
bool kf_note_get_symbols(const struct kf_note_part *part, struct kf_note_symbols *out);
bool kf_note_get_root(const struct kf_note_part *part, struct kf_note_root *out);
bool kf_note_get_time(const struct kf_note_part *part, struct kf_note_time *out);
bool kf_note_get_cpu(const struct kf_note_part *part, struct kf_note_cpu *out);
bool kf_note_get_range(const struct kf_note_part *part, size_t index, struct kf_note_range *out);
bool kf_note_get_task(const struct kf_note_part *part, size_t index, struct kf_note_task *out);
bool kf_note_get_stage(const struct kf_note_part *part, size_t index, struct kf_note_stage *out);

#endif
