/* What the recorder needs of its host: the one place to read for a port.  The host defines the functions of its tier
 * (config.h); the linker names those that are missing.
 *
 * Unless a hook says otherwise it is called with interrupts off, on the recorder's stack or an emergency stack, maybe from
 * within an NMI, with any lock of the host held by anybody.  So: no lock, no allocation, no waiting for another CPU, and
 * each loop has a bound.  A hook that faults costs its stage, not the report. */
#ifndef KP_HOST_H
#define KP_HOST_H

#include "kpanic/config.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct kp_frame;
struct kp_fault;

/* ---- tier 0 ---- */

/* Puts a byte on every console that works by polling. Also called before kp_init. A byte that cannot be put within a
 * millisecond is dropped. "\n" alone ends a line. */
void kp_host_putc(char c);

/* ---- tier 1 ---- */

/* Copies n bytes of virtual memory that may not be there; returns how many could be copied, from the first on.  Where the
 * recorder's gates are installed (kp_gates_install) kp_read_own does it, and a host's hook may be just that. */
size_t kp_host_read(uintptr_t from, void *to, size_t n);

/* Nanoseconds since start, never backwards on one CPU; 0: no clock (then nothing waits, and nothing has a deadline). */
uint64_t kp_host_time_ns(void);

/* The end. Neither returns, and the recorder copes with one that does.  Reset: a CPU in VMX operation leaves it first, since INIT
 * is blocked there; memory that shall outlive a warm reset must be out of the caches (wbinvd). */
void kp_host_halt(void);
void kp_host_reset(void);

/* Ranges of virtual memory that the kernel knows of, for the grade of a pointer and for bounds of walks; false past the
 * last. May be called at any time. */
enum kp_region_kind {
	KP_REGION_TEXT,   /* the kernel's code, mapped for execution */
	KP_REGION_DATA,   /* its data, read-only or not */
	KP_REGION_STACKS, /* stacks of tasks and CPUs lie in here */
	KP_REGION_DIRECT, /* physical memory, mapped linearly from `physical` on */
	KP_REGION_GUARD, /* never mapped; may lie within another region; name says what of ("stack of init") */
};
struct kp_region {
	enum kp_region_kind kind;
	uintptr_t start, end; /* end is exclusive */
	uint64_t physical;    /* of start, for KP_REGION_DIRECT */
	const char *name;     /* until the next call */
};
bool kp_host_region(unsigned index, struct kp_region *out);

/* ---- tier 2 ---- */

/* Of the CPU that calls, dense from 0 and less than KP_CPUS_MAX.  Must work with any GS base, any page table that maps the
 * kernel, and on any stack: the recorder asks before it knows anything. */
unsigned kp_host_cpu(void);
/* CPUs that were started and not stopped on purpose. */
unsigned kp_host_cpus(void);
/* Sends an NMI to every other CPU (on x86), and returns at once.  Their gate is the recorder's; they end in kp_freeze_here. */
void kp_host_stop_others(void);
/* Arms an NMI on this CPU in ns nanoseconds, or as late as it can, 0: disarms; false: there is nothing that could.  By
 * kp_host_time_ns it comes a sixteenth of that too early at most.  The recorder's overall deadline: a stage that hangs is
 * left when it comes. Reports that return have one, too: then what the timer was there for goes on when it is disarmed. */
bool kp_host_alarm(uint64_t ns);

/* What runs on this CPU; false: nothing that has a name (before the first task). Pointers until the CPU runs on. */
enum kp_context {
	KP_IN_INTERRUPT = 1, /* a handler of an interrupt runs */
	KP_IN_IDLE = 2,      /* the idle task */
	KP_IN_FIRST = 4,     /* the first process, without which the system is no more */
	KP_IN_CRITICAL = 8, /* holds what must not be lost: a task that is killed now would leave it behind */
};
struct kp_task {
	uint64_t id;
	const char *name;
	unsigned context;                 /* of KP_IN_… */
	uintptr_t stack_start, stack_end; /* kernel stack; 0, 0: not known */
	int64_t syscall;                  /* number; -1: in none */
};
bool kp_host_task(struct kp_task *out);

/* Locks that this CPU or its task holds, and the one that it waits for; false past the last. */
struct kp_lock {
	const char *name;
	uintptr_t address, taken_at;
	unsigned owner_cpu;
	bool waits; /* for it, instead of holding it */
};
bool kp_host_lock(unsigned index, struct kp_lock *out);

/* The last bytes of the log, oldest first; returns how many. */
size_t kp_host_log(char *to, size_t n);

/* Which symbols there are is told by the table that tools/kp-symbols puts into the image (symbols.h), or this: name (NUL
 * ends it) and start of the function that holds the address. false: none. Weak in the recorder. */
bool kp_host_symbol(uintptr_t address, char *name, size_t size, uintptr_t *start_out, size_t *size_out);

/* A linear frame buffer or VGA text memory that is shown now; false: none.  Asked at the time of the panic: what is shown
 * may have changed since kp_init.  A host that can set a mode may do so here. */
enum kp_screen_kind { KP_SCREEN_LINEAR, KP_SCREEN_VGA_TEXT };
struct kp_screen {
	enum kp_screen_kind kind;
	volatile void *base;
	uint32_t width, height; /* pixels; of VGA text: characters */
	uint32_t pitch;         /* bytes from a row to the next */
	uint8_t bits;           /* of a pixel, with what is unused: 15, 16, 24, 32 */
	uint8_t red_at, red_bits, green_at, green_bits, blue_at, blue_bits; /* lowest bit, and how many */
};
bool kp_host_screen(struct kp_screen *out);
/* Has a key been pressed since the last call? Polled; for paging. Weak: never. */
bool kp_host_key(void);

/* What the verdict asks for (fault/verdict.h). Called on the stack of the fault, with the state of before it: interrupts as
 * they were, not from within an NMI. */
/* A fault of user mode: deliver a signal, or terminate. Returns when frame may be returned to. */
void kp_host_user_fault(struct kp_frame *frame, const struct kp_fault *fault);
/* An oops, already reported: the current task must go. Does not return; locks that it holds are the host's to break. */
void kp_host_kill_task(void);
/* An interrupt vector from 32 on. true: handled; false: nobody claims it, and a panic's report says how many there were. Weak:
 * false. */
bool kp_host_interrupt(unsigned vector, struct kp_frame *frame);
/* A page fault that is none: a mapping that is made on demand. true: go on. Weak: false.  A fault of its own comes to it, too:
 * it must not touch by itself what it is asked for. */
bool kp_host_page_fault(struct kp_frame *frame, const struct kp_fault *fault);

/* The recorder's spare (spare.h), as it is mapped now; NULL: there is none, or it is not armed yet.  Asked when nothing of the
 * recorder's own can be relied on: best an address that never changes. Weak: NULL. */
struct kp_blob;
struct kp_blob *kp_host_spare(void);

/* After the report: a debugger, a boot of something else. Returns when it is done. Weak: nothing. */
void kp_host_after_panic(void);

/* ---- tier 3 ---- */

/* Ranges of physical memory; false past the last. May be called at any time. Those of RAM are what a dump holds, those of the
 * other kinds lie within them or beside them. */
enum kp_memory_kind {
	KP_MEMORY_RAM = 1,
	KP_MEMORY_KERNEL = 2,   /* the kernel's image */
	KP_MEMORY_RESERVED = 3, /* not RAM, or nobody's to read */
};
struct kp_memory {
	enum kp_memory_kind kind;
	uint64_t start, size; /* bytes */
	const char *name;     /* until the next call; NULL: none */
};
bool kp_host_memory(unsigned index, struct kp_memory *out);
/* Does a dump that leaves out what is not the kernel's hold this page?  Weak: every one. */
bool kp_host_page_kept(uint64_t physical);
/* Physical address of something in the kernel's image, by calculation, not by the page tables; 0: not known. */
uint64_t kp_host_physical(const volatile void *at);

/* Tasks, in any order; false past the last: for those who read the memory later.  In a panic, when the others have stopped. */
enum kp_task_state { KP_TASK_UNKNOWN, KP_TASK_RUNNING, KP_TASK_READY, KP_TASK_WAITING, KP_TASK_DEAD };
struct kp_task_info {
	uint64_t id;
	const char *name; /* until the next call */
	enum kp_task_state state;
	unsigned cpu; /* KP_NO_CPU: on none */
	uintptr_t stack_start, stack_end;
	uintptr_t pc, sp, fp; /* where it goes on; 0: not known */
	uintptr_t frame;      /* of its interrupted registers, a struct kp_frame; 0: none */
	uint64_t root;        /* its page tables, physical; 0: the kernel's */
	uintptr_t waits_for;  /* 0: nothing */
	int64_t syscall;      /* number; -1: in none */
};
#define KP_NO_CPU 0xffffffffu
bool kp_host_task_info(unsigned index, struct kp_task_info *out);

/* The flight record (keep.h), while the system runs: from kp_keep_renew, so in whatever context the host calls that.
 * The last bytes of the log, oldest first; returns how many.  Weak: kp_host_log. */
size_t kp_host_keep_log(char *to, size_t n);
/* What runs on any CPU now, as far as it can be read without a lock: id and name.  Weak: not known. */
bool kp_host_running(unsigned cpu, struct kp_task *out);

#ifdef __cplusplus
}
#endif

#endif
