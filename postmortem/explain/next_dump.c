/* Which commands of kpanic shell tell more of this dump: those that fit what it died of, and can be answered whole. */
#include "explain/rules.h"

/* In order of precedence: the first that fits is said.  A word in capitals is replaced: see fill(). */
static const struct {
	uint64_t kinds;   /* 0: all */
	unsigned needs;   /* enum pm_dump_whole */
	const char *rule; /* a statement that must be there; NULL: none */
	const char *commands, *words;
} rows[] = {
	{ PM_K(OOM), PM_WHOLE_TASKS | PM_WHOLE_CACHES, NULL, "kmem -i; kmem -s; ps -G",
	  "look at what the memory is used for" },
	{ PM_K(HUNG_TASK), PM_WHOLE_TASKS, NULL, "locks; blocked",
	  "look at who waits for which lock, and where the tasks sleep" },
	{ PM_K(SOFT_LOCKUP) | PM_K(HARD_LOCKUP) | PM_K(RCU_STALL), PM_WHOLE_CPUS, NULL, "bt -a",
	  "look at what each CPU did" },
	{ 0, 0, "lock-holder-in-memory", "locks; blocked",
	  "look at who waits for which lock, and where the tasks sleep" },
	{ 0, PM_WHOLE_TASKS | PM_WHOLE_CACHES, "freed-object-in-memory", "kmem FREED; bt -f",
	  "look at the object that was freed, and at the words on the stack" },
	{ 0, PM_WHOLE_TASKS | PM_WHOLE_CPUS, NULL, "bt -f; bt -a",
	  "look at the words on its stack, and at what the other CPUs did" },
	{ 0, PM_WHOLE_CPUS, NULL, "bt -a", "look at what each CPU did" },
	/* memory as it is has no registers */
	{ 0, PM_WHOLE_TASKS, NULL, "ps; blocked",
	  "look at the tasks, and at what those that sleep wait for" },
};

/* The register that points into a free object; NULL: none. */
static const struct pm_register *freed(const struct pm_incident *inc)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);

	for (size_t i = 0; regs && i < regs->regs.n; i++)
		if (regs->regs.v[i].object_free)
			return &regs->regs.v[i];
	return NULL;
}

/* The commands with addresses of this report; NULL: it has none. */
static const char *fill(struct pm_incident *inc, const char *commands)
{
	const char *at = strstr(commands, "FREED");
	const struct pm_register *reg = at ? freed(inc) : NULL;

	if (!at)
		return commands;
	return reg ? pm_arena_printf(&inc->arena, "%.*s0x%llx%s", (int)(at - commands), commands,
				     (unsigned long long)reg->value, at + 5)
		   : NULL;
}

void pm_next_dump(struct pm_incident *inc)
{
	if (!inc->shell)
		return;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		const char *commands;

		if ((rows[i].kinds && !(rows[i].kinds >> inc->fault.kind & 1)) ||
		    (rows[i].needs & ~inc->in_dump) || (rows[i].rule && !pm_found(inc, rows[i].rule)) ||
		    !(commands = fill(inc, rows[i].commands)))
			continue;
		pm_next(inc, pm_arena_printf(&inc->arena, "kpanic shell %s -c '%s'", inc->shell, commands),
			"%s", rows[i].words);
		return;
	}
}
