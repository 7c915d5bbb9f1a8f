#include "decode/oops_flags.h"

#include "decode/bits.h"

/* arch/<isa>/kernel: __die of dumpstack.c (x86), traps.c (the others) */
static const struct {
	const char *printed, *name, *words;
} flags[] = {
	{ "PREEMPT", "preempt", "kernel code can be preempted" },
	{ "PREEMPT_RT", "preempt_rt", "kernel code can be preempted nearly everywhere: spinlocks sleep" },
	{ "PREEMPT(none)", "preempt", "kernel code is not preempted" }, /* the model in force, since 6.13 */
	{ "PREEMPT(voluntary)", "preempt", "kernel code is preempted where it asks for it" },
	{ "PREEMPT(lazy)", "preempt", "kernel code is preempted late, for real-time tasks at once" },
	{ "PREEMPT(full)", "preempt", "kernel code can be preempted" },
	{ "SMP", "smp", "built for several CPUs" },
	{ "DEBUG_PAGEALLOC", "debug_pagealloc", "free pages are unmapped, to catch their use" },
	{ "KASAN", "kasan", "built with KASAN, which checks memory accesses" },
	{ "PTI", "pti", "page-table isolation (against Meltdown) is on" },
	{ "NOPTI", "nopti", "page-table isolation (against Meltdown) is off" },
	{ "ARM", "arm", "ARM instruction set" },
	{ "THUMB2", "thumb2", "Thumb-2 instruction set" },
	{ "NUMA", "numa", "built for memory of several nodes" },
	{ "LE", "le", "little-endian" },
	{ "BE", "be", "big-endian" },
};

void pm_oops_flags_decode(struct pm_incident *inc)
{
	struct pm_slice text = pm_slice_of(inc->fault.flags), word;

	if (inc->machine.system != PM_LINUX || !inc->fault.flags)
		return;
	while (pm_take_blanks(&text), pm_take_word(&text, &word))
		for (size_t i = 0; i < PM_COUNT(flags); i++)
			if (pm_slice_eq(word, pm_slice_of(flags[i].printed)) &&
			    !pm_incident_fact(inc, "oops-flags", flags[i].name))
				pm_incident_add_fact(inc, "oops-flags", flags[i].name, word, flags[i].words,
						     inc->fault.at);
}
