/* What the input does not hold, and what that costs. */
#include "explain/rules.h"

#define CPU_FAULTS                                                                                           \
	(PM_K(NULL_DEREF) | PM_K(PAGE_FAULT) | PM_K(WRITE_READ_ONLY) | PM_K(EXECUTE_NX) | PM_K(SMEP) |       \
	 PM_K(SMAP) | PM_K(GPF) | PM_K(NON_CANONICAL) | PM_K(ALIGNMENT) | PM_K(DIVIDE) |                     \
	 PM_K(INVALID_OPCODE) | PM_K(BREAKPOINT))

/* Reports that come without a trace by their nature. */
#define TRACELESS                                                                                            \
	(PM_K(MACHINE_CHECK) | PM_K(HARDWARE_ERROR) | PM_K(REBOOT) | PM_K(RESET) | PM_K(NO_ROOT) |           \
	 PM_K(INIT_KILLED) | PM_K(MEMORY_LEAK) | PM_K(OOM) | PM_K(UNKNOWN) | PM_K(OTHER) |                   \
	 PM_K(FILESYSTEM) | PM_K(WORKQUEUE_LOCKUP) | PM_K(EMULATION))

static bool has(uint64_t kinds, const struct pm_incident *inc)
{
	return kinds >> inc->fault.kind & 1;
}

void pm_explain_missing(struct pm_incident *inc)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	bool frames = trace && trace->frames.n;
	bool jump = inc->fault.access == PM_EXECUTE;

	if (has(CPU_FAULTS, inc) && inc->machine.system == PM_LINUX) {
		if (!regs || !regs->regs.n)
			pm_missing(inc,
				   "registers: the value of the bad pointer and its source cannot be told");
		if (!inc->code.bytes.n && inc->code.bad && !jump)
			pm_missing(inc,
				   "the code at the place (%s): which instruction faulted cannot be told",
				   inc->code.bad);
		else if (!inc->code.bytes.n && !jump && !inc->code.bad)
			pm_missing(inc, "the Code line: which instruction faulted, and through which "
					"register, cannot be told");
	}
	if (!frames && !has(TRACELESS, inc))
		pm_missing(inc, "the stack trace: how the kernel got there cannot be told");
	if (frames && trace->broken)
		pm_missing(inc, "the end of the stack trace (%s): the path starts in the middle",
			   trace->broken);
	if (inc->machine.system == PM_LINUX && !inc->machine.release)
		pm_missing(inc,
			   "the kernel's release: places cannot be looked up in source or debug information");
	if (inc->machine.system != PM_LINUX)
		return;
	if (inc->symbols_missing)
		return;
	if (inc->place.symbol && !inc->place.file && has(CPU_FAULTS | PM_K(SOFT_LOCKUP), inc))
		pm_missing(inc, "debug information: no source line%s (see next)",
			   inc->fault.member ? "" : " and no member names");
}
