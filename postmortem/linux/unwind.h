/* Stack traces in a dump: by the kernel's ORC tables, by frame pointers where there are none, and by
 * what looks like a return address where neither goes on; each frame says which. */
#ifndef PM_LINUX_UNWIND_H
#define PM_LINUX_UNWIND_H

#include "linux/modules.h"
#include "unwind/trace.h"

/* What unwinding needs of a kernel; made once. */
struct pm_linux_unwinder {
	struct pm_linux *lx;
	struct pm_linux_modules *modules;
	struct pm_orc_table orc; /* n 0: the kernel has none */
	const char *orc_trouble; /* why not; in lx's arena */
	bool frame_pointers;     /* it was built to keep them everywhere instead */
	uint64_t text, text_end, init_text, init_text_end;
	uint64_t thread_size; /* bytes of a task's stack */
	uint64_t irq_stack_size;
};

void pm_linux_unwinder_init(struct pm_linux_unwinder *unwinder, struct pm_linux *lx,
			    struct pm_linux_modules *modules);

/* Unwinds from regs (ip and sp must be known).  exact: ip is a place that was interrupted, not a return address.
 * task_stack: lowest address of the task's stack; 0: not known. */
void pm_linux_unwind(struct pm_linux_unwinder *unwinder, const struct pm_x86_regs *regs, bool exact,
		     uint64_t task_stack, struct pm_stack_trace *trace);
/* Of a task that does not run: from where it was switched out.  task: its struct task_struct. */
void pm_linux_unwind_sleeping(struct pm_linux_unwinder *unwinder, uint64_t task,
			      struct pm_stack_trace *trace);

/* A stack of a CPU besides its tasks': of interrupts, and those that the CPU switches to by itself. */
struct pm_linux_stack {
	uint64_t start, end; /* start 0: where it lies is not in the dump, or this kernel has none */
	enum pm_stack kind;
	const char *name; /* "IRQ", "NMI", "#DF" */
};
/* index: from 0 on; false: there are no more. */
bool pm_linux_cpu_stack(const struct pm_linux_unwinder *unwinder, uint32_t cpu, size_t index,
			struct pm_linux_stack *out);

/* Is it code of the kernel or of a module? */
bool pm_linux_is_text(const struct pm_linux_unwinder *unwinder, uint64_t addr);

/* Symbol, offset, size, module of an address; strings in the arena.  exact as above: else the
 * symbol is that of the call, as kernels print it.  false: no symbol. */
bool pm_linux_place(struct pm_linux *lx, struct pm_linux_modules *modules, struct pm_arena *arena,
		    uint64_t addr, bool exact, struct pm_place *out);

#endif
