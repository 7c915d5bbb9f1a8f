/* What happened, in a line: read, not concluded. */
#include "explain/rules.h"

#include "base/pattern.h"

static const char *access_words(enum pm_access access)
{
	switch (access) {
	case PM_READ:
		return "read";
	case PM_WRITE:
		return "write";
	case PM_EXECUTE:
		return "jump";
	case PM_FREE:
		return "free";
	default:
		return NULL;
	}
}

/* "write of 8 bytes at 0x18", "jump to 0x0", "access at 0x18"; NULL when neither is known. */
static const char *access_of(struct pm_incident *inc)
{
	const struct pm_fault *f = &inc->fault;
	const char *verb = access_words(f->access);
	struct pm_arena *arena = &inc->arena;
	uint64_t addr = f->has_address ? f->address : f->effective;
	bool has_addr = f->has_address || f->has_effective;
	const char *words = verb;

	if (!verb && has_addr)
		return pm_arena_printf(arena, "at 0x%llx", (unsigned long long)addr);

	if (words && f->access_size && f->access != PM_EXECUTE)
		words = pm_arena_printf(arena, "%s of %s", words, pm_bytes_words(inc, f->access_size));
	if (words && has_addr)
		words = pm_arena_printf(arena, "%s %s 0x%llx", words, f->access == PM_EXECUTE ? "to" : "at",
					(unsigned long long)addr);
	return words;
}

/* A message as a kernel prints it, without the words that the headline says already. */
static const char *bare_message(struct pm_incident *inc)
{
	static const char *const prefixes[] = { "BUG: ",
						"INFO: ",
						"WARNING: ",
						"Kernel panic - not syncing: ",
						"kernel panic: ",
						"panic: ",
						"Internal error: ",
						"watchdog: BUG: ",
						"watchdog: ",
						"Kernel BUG: ",
						"NMI watchdog: BUG: ",
						"NMI watchdog: ",
						"UBSan: Undefined Behavior in " };
	const char *message = inc->fault.message;

	if (!message)
		return NULL;
	struct pm_match m;
	/* Since xnu-7195 or so the source follows the words: "…"@/…/bsd/net/pf.c:2578 */
	if (inc->machine.system == PM_DARWIN && pm_match("^\"{*}\"@{*}$", pm_slice_of(message), &m))
		return pm_arena_str(&inc->arena, m.cap[0]);
	/* XNU puts processor and caller before what it has to say. */
	if (pm_match("panic(cpu {d} caller {x}): \"{*}\"@", pm_slice_of(message), &m))
		return pm_arena_str(&inc->arena, m.cap[2]);
	if (!strcmp(message, "ZIRCON KERNEL PANIC"))
		return inc->title;
	while (*message == ' ' || *message == '\t')
		message++;
	for (size_t i = 0; i < PM_COUNT(prefixes); i++)
		if (!strncmp(message, prefixes[i], strlen(prefixes[i])))
			message += strlen(prefixes[i]);
	/* "lib/a.c:615 at f+0x4/0x5, CPU#1: comm/2": the same since 6.18. */
	if (pm_match("^{*}:{d} at {*}, CPU#{d}: {*}$", pm_slice_of(message), NULL))
		return NULL;
	/* "CPU: 1 PID: 2 at file.c:3 f+0x4/0x5" names what other lines name better. */
	if (!strncmp(message, "CPU: ", 5) && strstr(message, " PID: "))
		return NULL;
	return message;
}

static const char *with_place(struct pm_incident *inc, const char *words)
{
	if (inc->place.file && inc->place.file_line)
		return pm_arena_printf(&inc->arena, "%s at %s:%u", words, inc->place.file,
				       inc->place.file_line);
	if (inc->place.symbol)
		return pm_arena_printf(&inc->arena, "%s in %s", words, pm_function_words(inc, &inc->place));
	return words;
}

/* "of the type": words and what was accessed. */
static const char *memory_headline(struct pm_incident *inc, const char *words)
{
	const char *access = access_of(inc);

	if (!access)
		return with_place(inc, words);
	return pm_arena_printf(&inc->arena, "%s%s %s", words, strncmp(access, "at ", 3) ? ":" : "", access);
}

static const char *access_headline(struct pm_incident *inc)
{
	const struct pm_fault *f = &inc->fault;
	const char *headline;

	if (f->kind == PM_KIND_STACK_GUARD || f->kind == PM_KIND_DOUBLE_FAULT)
		return with_place(
			inc, pm_kind_words(f->kind)); /* the address printed is a hashed one since 4.15 */
	/* The check of an access failed, not the access: its size and direction are the check's. */
	if (f->has_shadowed)
		return pm_arena_printf(
			&inc->arena, "%s: KASAN's check of an access to 0x%llx-0x%llx (%s) faulted",
			pm_kind_words(f->shadowed_class == PM_ADDR_NULL ? PM_KIND_NULL_DEREF : f->kind),
			(unsigned long long)f->shadowed_first, (unsigned long long)f->shadowed_last,
			f->shadowed_words);
	/* A general protection fault tells no address: the operand's is only worth telling when it was refused. */
	if (f->effective_fine)
		return with_place(inc, pm_kind_words(f->kind));
	headline = memory_headline(inc, pm_kind_words(f->kind));
	if (f->kind == PM_KIND_NULL_DEREF && f->access == PM_EXECUTE && f->has_address && !f->address)
		headline = memory_headline(inc, "call through a NULL function pointer");
	if (f->address_grade != PM_NO_GRADE && f->address_words && f->address_class != PM_ADDR_NULL &&
	    f->address_class != PM_ADDR_NON_CANONICAL && f->address_class != PM_ADDR_USER &&
	    f->address_class != PM_ADDR_UNKNOWN && (f->has_address || f->has_effective))
		headline = pm_arena_printf(&inc->arena, "%s (%s)", headline, f->address_words);
	return headline;
}

static const char *sanitizer_headline(struct pm_incident *inc)
{
	const char *type = pm_value(inc, "kasan", "bug_type");
	const char *words = NULL;

	if (!type)
		type = pm_value(inc, "kfence", "error");
	if (!type)
		type = pm_value(inc, "kmsan", "bug_type");
	if (!type)
		return memory_headline(inc, pm_kind_words(inc->fault.kind));
	words = pm_arena_printf(&inc->arena, "%s (%s)", type,
				inc->fault.kind == PM_KIND_KASAN    ? "KASAN"
				: inc->fault.kind == PM_KIND_KFENCE ? "KFENCE"
								    : "KMSAN");
	return memory_headline(inc, words);
}

/* Where the object was freed, in words; NULL: not told. */
static const char *freed_words(struct pm_incident *inc)
{
	for (size_t i = 0; i < inc->traces.n; i++) {
		struct pm_walk walk;

		if (inc->traces.v[i].role != PM_TRACE_FREED || inc->traces.v[i].of_page)
			continue;
		pm_walk(inc, &inc->traces.v[i], &walk);
		const struct pm_place *by = pm_walk_culprit(inc, &walk);
		return by ? pm_function_words(inc, by) : NULL;
	}
	return NULL;
}

/* "read", "write behind", "free inside of": how the access lies to the object.  The kernel counts from its start. */
static const char *kfence_relation(struct pm_incident *inc)
{
	const char *side = pm_value(inc, "kfence", "side"), *verb = access_words(inc->fault.access);
	uint64_t distance, size;
	struct pm_slice d = pm_slice_of(pm_value(inc, "kfence", "distance")),
			s = pm_slice_of(pm_value(inc, "kfence", "object_size"));

	if (!verb)
		return "beside";
	if (inc->fault.access == PM_FREE)
		return "free of an address inside or near";
	if (!side || !pm_take_dec(&d, &distance) || !pm_take_dec(&s, &size))
		return pm_arena_printf(&inc->arena, "%s of", verb);
	if (!strcmp(side, "left"))
		return pm_arena_printf(&inc->arena, "%s %s before", verb, pm_bytes_words(inc, distance));
	if (distance < size)
		return pm_arena_printf(&inc->arena, "%s beside", verb);
	return distance == size ? pm_arena_printf(&inc->arena, "%s right behind", verb)
				: pm_arena_printf(&inc->arena, "%s %s behind", verb,
						  pm_bytes_words(inc, distance - size));
}

/* "use-after-free (KFENCE): read of a kmalloc-32 object (32 bytes) in f(), freed in g()" */
static const char *kfence_headline(struct pm_incident *inc)
{
	const char *error = pm_value(inc, "kfence", "error"), *cache = pm_value(inc, "kfence", "cache");
	const char *size = pm_value(inc, "kfence", "object_size"), *words, *freed;

	if (!error || !cache || !size)
		return NULL;
	words = with_place(inc, pm_arena_printf(&inc->arena, "%s (KFENCE): %s a %s object (%s bytes)", error,
						kfence_relation(inc), cache, size));
	freed = strcmp(error, "use-after-free") ? NULL : freed_words(inc);
	return freed ? pm_arena_printf(&inc->arena, "%s, freed in %s", words, freed) : words;
}

static const char *bug_headline(struct pm_incident *inc)
{
	return with_place(inc, "BUG() reached");
}

static const char *warning_headline(struct pm_incident *inc)
{
	const char *words = with_place(inc, "warning");
	struct pm_at at;
	const char *reason = inc->machine.system == PM_LINUX ? pm_warn_text(inc, &at) : NULL;

	return reason ? pm_arena_printf(&inc->arena, "%s: %s", words, reason) : words;
}

/* "soft lockup: CPU 1 stuck for 22 s in foo()" */
static const char *lockup_headline(struct pm_incident *inc)
{
	const char *group = inc->fault.kind == PM_KIND_SOFT_LOCKUP ? "soft-lockup" : "hard-lockup";
	const char *cpu = pm_value(inc, group, "cpu"), *seconds = pm_value(inc, group, "seconds");
	const char *words = pm_kind_words(inc->fault.kind);

	if (cpu)
		words = pm_arena_printf(&inc->arena, "%s: CPU %s", words, cpu);
	if (cpu && seconds)
		words = pm_arena_printf(&inc->arena, "%s stuck for %s s", words, seconds);
	return words;
}

static const char *stall_headline(struct pm_incident *inc)
{
	const char *cpus = pm_value(inc, "rcu", "stalled_cpus"),
		   *tasks = pm_value(inc, "rcu", "stalled_tasks");
	const char *flavour = pm_value(inc, "rcu", "flavour"), *jiffies = pm_value(inc, "rcu", "jiffies");
	const char *words = pm_kind_words(PM_KIND_RCU_STALL);
	struct pm_arena *arena = &inc->arena;

	if (flavour)
		words = pm_arena_printf(arena, "%s of %s", words, flavour);
	if (cpus)
		words = pm_arena_printf(arena, "%s: CPU%s %s", words, strchr(cpus, ' ') ? "s" : "", cpus);
	else if (tasks)
		words = pm_arena_printf(arena, "%s: tasks %s", words, tasks);
	if ((cpus || tasks) && jiffies)
		words = pm_arena_printf(arena, "%s held up the grace period for %s jiffies", words, jiffies);
	return words;
}

static const char *hung_headline(struct pm_incident *inc)
{
	const char *task = pm_value(inc, "hung-task", "task"), *pid = pm_value(inc, "hung-task", "pid");
	const char *seconds = pm_value(inc, "hung-task", "seconds");

	if (!task || !seconds)
		return NULL;
	return pm_arena_printf(&inc->arena, "hung task: %s (pid %s) blocked for more than %s s", task,
			       pid ? pid : "?", seconds);
}

static const char *lockdep_headline(struct pm_incident *inc)
{
	static const char *const words[PM_LOCK_BUGS] = {
		[PM_LOCK_CIRCLE] = "possible deadlock: locks taken in a circle",
		[PM_LOCK_RECURSION] = "possible deadlock: a task takes a lock that it holds",
		[PM_LOCK_INCONSISTENT] =
			"possible deadlock: a lock taken inside an interrupt and with interrupts on",
		[PM_LOCK_IRQ_ORDER] =
			"possible deadlock: a lock of interrupts depends on one taken with interrupts on",
		[PM_LOCK_IRQ_INVERSION] = "possible deadlock: an interrupt inverts the order of two locks",
		[PM_LOCK_WAIT_CONTEXT] = "a sleeping lock is taken where sleeping is not allowed",
		[PM_LOCK_NOT_HELD] = "a lock is released that is not held",
		[PM_LOCK_CONTENTION] = "lock bookkeeping is inconsistent",
		[PM_LOCK_LEFT_HELD] = "a task exits or freezes with a lock held",
		[PM_LOCK_LEFT_TO_USER] = "a task returns to user mode with a lock held",
		[PM_LOCK_FREED] = "memory with a held lock in it is freed",
		[PM_LOCK_UNKNOWN_KEY] = "a lock is used that was never initialised",
		[PM_LOCK_RCU] = "RCU used without its lock",
	};

	return words[inc->fault.lock_bug];
}

static const char *panic_headline(struct pm_incident *inc)
{
	const char *reason =
		inc->panic_reason && inc->machine.system == PM_LINUX ? inc->panic_reason : bare_message(inc);

	return reason ? pm_arena_printf(&inc->arena, "panic: %s", reason) : NULL;
}

static const char *race_headline(struct pm_incident *inc)
{
	const char *functions = pm_value(inc, "kcsan", "functions");

	return functions ? pm_arena_printf(&inc->arena, "data race (KCSAN) in %s", functions) : NULL;
}

/* The kind and the place: the message says no more. */
static const char *plain_headline(struct pm_incident *inc)
{
	const char *what = inc->fault.kind == PM_KIND_REFCOUNT ? pm_value(inc, "refcount", "error") : NULL;
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	const char *words = pm_kind_words(inc->fault.kind);
	struct pm_walk walk = { 0 };

	if (what)
		words = pm_arena_printf(&inc->arena, "%s (%.*s)", words, (int)strcspn(what, "."), what);
	if (pm_frame_class(inc->machine.system, inc->place.symbol) != PM_FRAME_REPORT)
		return with_place(inc, words);
	/* The place is the check's; who failed it called it. */
	if (trace)
		pm_walk(inc, trace, &walk);
	const struct pm_place *culprit = pm_walk_culprit(inc, &walk);
	return culprit ? pm_arena_printf(&inc->arena, "%s in %s", words, pm_function_words(inc, culprit))
		       : words;
}

static const char *list_headline(struct pm_incident *inc)
{
	const char *operation = pm_value(inc, "list", "operation");
	const char *words = plain_headline(inc);

	return operation ? pm_arena_printf(&inc->arena, "%s (list_%s)", words, operation) : words;
}

static const char *ubsan_headline(struct pm_incident *inc)
{
	const char *check = pm_value(inc, "ubsan", "check"), *source = pm_value(inc, "ubsan", "source");

	if (!check || !source)
		return NULL;
	/* Before 5.13 or so the first line did not say which. */
	if (!strcasecmp(check, "undefined behaviour"))
		check = pm_value(inc, "ubsan", "index")            ? "array-index-out-of-bounds"
			: pm_value(inc, "ubsan", "shift_exponent") ? "shift-out-of-bounds"
								   : NULL;
	if (!check)
		return pm_arena_printf(&inc->arena, "undefined behaviour (UBSAN) at %s", source);
	return pm_arena_printf(&inc->arena, "undefined behaviour (UBSAN): %s at %s", check, source);
}

static const char *init_headline(struct pm_incident *inc)
{
	const char *code = pm_value(inc, "init", "exit_code");

	return code ? pm_arena_printf(&inc->arena, "init (process 1) died: exit code %s", code) : NULL;
}

static const char *reboot_headline(struct pm_incident *inc)
{
	return inc->ran_before ? NULL : "a kernel starts; whether that is a reboot is not told";
}

static const char *oom_headline(struct pm_incident *inc)
{
	const char *killed = pm_value(inc, "oom", "killed"), *pid = pm_value(inc, "oom", "killed_pid");
	const char *constraint = pm_value(inc, "oom", "constraint");
	const char *words = constraint && !strcmp(constraint, "CONSTRAINT_MEMCG")
				    ? "out of memory in a cgroup"
				    : "out of memory";

	if (killed)
		return pm_arena_printf(&inc->arena, "%s: %s%s%s%s was killed", words, killed,
				       pid ? " (pid " : "", pid ? pid : "", pid ? ")" : "");
	return words;
}

static const char *mce_headline(struct pm_incident *inc)
{
	const struct pm_fact *status = pm_incident_fact(inc, "machine-check", "mci_status");
	const char *cpu = pm_value(inc, "machine-check", "cpu"),
		   *bank = pm_value(inc, "machine-check", "bank");

	if (!status || !cpu || !bank)
		return NULL;
	return pm_arena_printf(&inc->arena, "machine check on CPU %s, bank %s%s%s", cpu, bank,
			       status->meaning ? ": " : "", status->meaning ? status->meaning : "");
}

static const char *pcie_headline(struct pm_incident *inc)
{
	const char *severity = pm_value(inc, "aer", "severity"),
		   *device = pm_value(inc, "aer", "pci_address"), *layer = pm_value(inc, "aer", "layer");

	if (!severity || !device)
		return NULL;
	return pm_arena_printf(&inc->arena, "PCIe error of device %s: %s%s%s", device, severity,
			       layer ? ", " : "", layer ? layer : "");
}

static const char *canary_headline(struct pm_incident *inc)
{
	const char *in = pm_value(inc, "stack", "corrupted_in");

	return in ? pm_arena_printf(&inc->arena, "%s in %s", pm_kind_words(PM_KIND_STACK_CANARY), in) : NULL;
}

static const char *slab_headline(struct pm_incident *inc)
{
	const char *cache = pm_value(inc, "slab", "cache"), *damage = pm_value(inc, "slab", "damage");

	if (!damage)
		damage = pm_value(inc, "slab", "error");
	return cache && damage
		       ? pm_arena_printf(&inc->arena, "slab object of %s corrupted: %s", cache, damage)
		       : NULL;
}

/* "per-CPU access in preemptible code: __this_cpu_read() in foo()" */
static const char *preemptible_headline(struct pm_incident *inc)
{
	const char *function = pm_value(inc, "atomic", "function");
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	struct pm_walk walk = { 0 };

	if (!function)
		return NULL;
	if (trace)
		pm_walk(inc, trace, &walk);
	const struct pm_place *culprit = pm_walk_culprit(inc, &walk);
	return pm_arena_printf(&inc->arena, "%s: %s()%s%s", pm_kind_words(inc->fault.kind), function,
			       culprit ? " in " : "", culprit ? pm_function_words(inc, culprit) : "");
}

static const char *leak_headline(struct pm_incident *inc)
{
	const char *size = pm_value(inc, "kmemleak", "size"), *comm = pm_value(inc, "kmemleak", "comm");

	if (!size)
		return pm_kind_words(inc->fault.kind);
	return pm_arena_printf(&inc->arena, "%s: %s bytes%s%s", pm_kind_words(inc->fault.kind), size,
			       comm ? ", allocated by " : "", comm ? comm : "");
}

static const struct {
	uint64_t kinds;
	const char *(*words)(struct pm_incident *inc); /* NULL: the next row is tried */
} rows[] = {
	{ PM_K(NULL_DEREF) | PM_K(PAGE_FAULT) | PM_K(WRITE_READ_ONLY) | PM_K(EXECUTE_NX) | PM_K(SMEP) |
		  PM_K(SMAP) | PM_K(GPF) | PM_K(NON_CANONICAL) | PM_K(ALIGNMENT) | PM_K(EXTERNAL_ABORT) |
		  PM_K(DOUBLE_FAULT) | PM_K(STACK_GUARD),
	  access_headline },
	{ PM_K(KFENCE), kfence_headline },
	{ PM_K(KASAN) | PM_K(KFENCE) | PM_K(KMSAN), sanitizer_headline },
	{ PM_K(KCSAN), race_headline },
	{ PM_K(PREEMPTIBLE), preemptible_headline },
	{ PM_K(MEMORY_LEAK), leak_headline },
	{ PM_K(BUG), bug_headline },
	{ PM_K(DIVIDE) | PM_K(INVALID_OPCODE) | PM_K(BREAKPOINT) | PM_K(USERCOPY) | PM_K(REFCOUNT),
	  plain_headline },
	{ PM_K(LIST_CORRUPTION), list_headline },
	{ PM_K(INIT_KILLED), init_headline },
	{ PM_K(UBSAN), ubsan_headline },
	{ PM_K(HARDWARE_ERROR), pcie_headline },
	{ PM_K(OOM), oom_headline },
	{ PM_K(REBOOT), reboot_headline },
	{ PM_K(MACHINE_CHECK), mce_headline },
	{ PM_K(STACK_CANARY), canary_headline },
	{ PM_K(SLAB_CORRUPTION), slab_headline },
	{ PM_K(WARNING), warning_headline },
	{ PM_K(SOFT_LOCKUP) | PM_K(HARD_LOCKUP), lockup_headline },
	{ PM_K(RCU_STALL), stall_headline },
	{ PM_K(HUNG_TASK), hung_headline },
	{ PM_K(DEADLOCK) | PM_K(LOCKING) | PM_K(RCU_USAGE), lockdep_headline },
	{ PM_K(PANIC), panic_headline },
};

/* What the message adds to the kind's words; NULL: nothing. */
static const char *default_headline(struct pm_incident *inc)
{
	const char *words = pm_kind_words(inc->fault.kind), *message = bare_message(inc);

	if (inc->fault.kind == PM_KIND_UNKNOWN || inc->fault.kind == PM_KIND_OTHER)
		return message ? message : inc->title;
	if (!message)
		return plain_headline(inc);
	if (strcasestr(message, words) == message)
		return message;
	return pm_arena_printf(&inc->arena, "%s: %s", words, message);
}

void pm_explain_headline(struct pm_incident *inc)
{
	if (inc->machine.system == PM_KPANIC && !inc->headline)
		inc->headline = pm_recorder_headline(inc);
	for (size_t i = 0; i < PM_COUNT(rows) && !inc->headline; i++)
		if (rows[i].kinds >> inc->fault.kind & 1)
			inc->headline = rows[i].words(inc);
	if (!inc->headline)
		inc->headline = default_headline(inc);
	if (!inc->headline)
		inc->headline = pm_kind_words(inc->fault.kind);
}
