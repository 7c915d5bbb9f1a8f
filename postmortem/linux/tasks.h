/* The tasks of a kernel in a dump, and what each CPU was doing. */
#ifndef PM_LINUX_TASKS_H
#define PM_LINUX_TASKS_H

#include "linux/unwind.h"

struct pm_linux_task {
	uint64_t addr; /* of its struct task_struct */
	int32_t pid, tgid, ppid;
	char comm[17];
	char state; /* as ps prints it: R S D T t X Z P I */
	uint64_t state_bits, flags;
	uint64_t stack;  /* lowest address; 0: not there */
	uint64_t mm;     /* 0: a kernel thread */
	uint64_t parent; /* its struct task_struct: a thread, or the process */
	uint32_t cpu;
	bool on_cpu;
	bool leader; /* of its thread group */
};

struct pm_linux_tasks {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_task)
	v; /* the idle tasks first, then as the kernel lists them, threads behind their leader */
	const char *trouble; /* why the list ends early; NULL: it does not */
	struct pm_linux_task_pages
		*pages; /* what tasks counted for themselves, by mm; made when first asked for */
	size_t pages_n;
	/* Ascending, and then as they stand in the list; made when first asked for.  by_stack: those that have one. */
	struct pm_linux_task **by_addr, **by_stack, **by_parent;
	size_t by_addr_n, by_stack_n;
};

/* Never fails: what cannot be read is told in trouble. */
void pm_linux_tasks_read(struct pm_linux *lx, struct pm_linux_tasks *tasks);
void pm_linux_tasks_deinit(struct pm_linux_tasks *tasks);
/* One task; false: its memory is not in the dump. */
bool pm_linux_task_read(struct pm_linux *lx, uint64_t addr, struct pm_linux_task *out);
struct pm_linux_task *pm_linux_task_by_pid(struct pm_linux_tasks *tasks, int32_t pid);
struct pm_linux_task *pm_linux_task_by_addr(struct pm_linux_tasks *tasks, uint64_t addr);
/* Whose stack an address lies on; size: of a stack, bytes.  NULL: nobody's. */
struct pm_linux_task *pm_linux_task_by_stack(struct pm_linux_tasks *tasks, uint64_t size, uint64_t addr);

/* Those that have it as parent, as they stand in the list; *n_out of them. */
struct pm_linux_task *const *pm_linux_task_children(struct pm_linux_tasks *tasks, uint64_t parent,
						    size_t *n_out);

/* Pages of an address space that are in memory: its counters of file, anonymous and shared memory, and what its
 * tasks have counted for themselves (until 6.1). */
uint64_t pm_linux_resident_pages(struct pm_linux *lx, struct pm_linux_tasks *tasks, uint64_t mm);

/* What the dump has of one CPU. */
struct pm_linux_cpu {
	uint32_t cpu;
	bool online;
	uint64_t task; /* what ran on it: its struct task_struct; 0: not known */
	bool has_regs;
	struct pm_x86_regs regs; /* of its NT_PRSTATUS note */
	bool panicked;
};

struct pm_linux_cpus {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_cpu) v; /* by number */
	int32_t panic_cpu;             /* -1: no CPU was in panic() */
	const char *panic_how;         /* the variable that told it */
};

void pm_linux_cpus_read(struct pm_linux *lx, const struct pm_linux_unwinder *unwinder,
			struct pm_linux_cpus *cpus);
void pm_linux_cpus_deinit(struct pm_linux_cpus *cpus);

#endif
