/* What to do now: concrete for this case, few, and the most telling first. */
#include "explain/rules.h"

#define NEXT_MAX 4

/* What the advice is about: worth nothing where the kernel has it. */
enum need { NEEDS_NOTHING, NEEDS_KASAN, NEEDS_SLUB_DEBUG, NEEDS_LOCKDEP };

/* Which option of the kernel would tell more, by kind. */
static const struct {
	uint64_t kinds;
	const char *rule; /* a statement that must be there; NULL: none */
	const char *words;
	enum need need;
} options[] = {
	{ PM_K(PAGE_FAULT) | PM_K(GPF) | PM_K(LIST_CORRUPTION) | PM_K(NULL_DEREF) | PM_K(NON_CANONICAL),
	  "poison",
	  "boot with slub_debug=FZPU to learn who freed the object, or use a kernel with KASAN, which stops "
	  "at the first bad access",
	  NEEDS_SLUB_DEBUG },
	{ PM_K(PAGE_FAULT) | PM_K(GPF) | PM_K(NON_CANONICAL) | PM_K(EXECUTE_NX), NULL,
	  "if it happens again at varying places, memory is being overwritten: a kernel with KASAN (or "
	  "slub_debug=FZPU) stops nearer to the cause",
	  NEEDS_SLUB_DEBUG },
	{ PM_K(LIST_CORRUPTION) | PM_K(BAD_PAGE) | PM_K(SLAB_CORRUPTION) | PM_K(REFCOUNT), NULL,
	  "reproduce it with KASAN, or with slub_debug=FZPU on the command line: both say who allocated and "
	  "freed the object",
	  NEEDS_SLUB_DEBUG },
	{ PM_K(STACK_CANARY), NULL,
	  "look for local arrays in it and copies into them; a kernel with KASAN that checks stacks "
	  "(CONFIG_KASAN_STACK) "
	  "stops at the write",
	  NEEDS_KASAN },
	{ PM_K(STACK_CANARY), NULL, "look for local arrays in it and copies into them" },
	{ PM_K(STACK_END), NULL,
	  "look for deep recursion and large local variables on the way; with CONFIG_VMAP_STACK a guard page "
	  "stops "
	  "at the first access past the end" },
	{ PM_K(SOFT_LOCKUP) | PM_K(HARD_LOCKUP) | PM_K(HUNG_TASK), "double-acquire",
	  "a kernel with CONFIG_PROVE_LOCKING proves it and names both places", NEEDS_LOCKDEP },
	{ PM_K(HUNG_TASK), "waits-for-lock",
	  "look at the tasks named with that lock: their traces tell which one holds it (echo w or t > "
	  "/proc/sysrq-trigger shows them)" },
	{ PM_K(HUNG_TASK), NULL,
	  "get all blocked tasks at the next time (echo w > /proc/sysrq-trigger); a kernel with "
	  "CONFIG_PROVE_LOCKING names the holders",
	  NEEDS_LOCKDEP },
	{ PM_K(RCU_STALL) | PM_K(SOFT_LOCKUP) | PM_K(HARD_LOCKUP), NULL,
	  "if it happens again, compare the places of several reports: the same loop is the cause, ever "
	  "different places mean load or a stalled host" },
	{ PM_K(BREAKPOINT), NULL,
	  "look in the log for what was loaded or switched just before (a module, tracing, kprobes, BPF, a "
	  "live "
	  "patch); of a running machine /sys/kernel/tracing/enabled_functions and "
	  "/sys/kernel/debug/kprobes/list tell "
	  "which places are patched" },
	{ PM_K(MEMORY_LEAK), NULL,
	  "look for the missing free on the error paths of the function that allocated" },
	{ PM_K(KCSAN), NULL,
	  "decide which side needs a lock; if the race is meant, mark both accesses with "
	  "READ_ONCE()/WRITE_ONCE() or data_race()" },
};

static const char *place_argument(struct pm_incident *inc, const struct pm_place *place)
{
	if (!place->symbol || !place->has_offset)
		return NULL;
	if (place->size)
		return pm_arena_printf(&inc->arena, "%s+0x%llx/0x%llx%s%s%s", place->symbol,
				       (unsigned long long)place->offset, (unsigned long long)place->size,
				       place->module ? " [" : "", place->module ? place->module : "",
				       place->module ? "]" : "");
	return pm_arena_printf(&inc->arena, "%s+0x%llx", place->symbol, (unsigned long long)place->offset);
}

/* Is an argument safe to paste into a shell inside of single quotes? */
static bool quotable(const char *text)
{
	for (; *text; text++)
		if (*text < 0x20 || *text > 0x7e || *text == '\'')
			return false;
	return true;
}

static const struct pm_place *blamed(struct pm_incident *inc)
{
	const struct pm_trace *trace = pm_incident_crash_trace(inc);
	enum pm_frame_class class = pm_frame_class(inc->machine.system, inc->place.symbol);
	struct pm_walk walk;

	if (inc->place.symbol && (class == PM_FRAME_STORY || class == PM_FRAME_CALL))
		return &inc->place;
	if (!trace)
		return NULL;
	pm_walk(inc, trace, &walk);
	const struct pm_place *culprit = pm_walk_culprit(inc, &walk);
	/* A system call's own function, when nothing else is on the way. */
	for (size_t i = 0; !culprit && i < walk.places.n; i++)
		if (pm_frame_class(inc->machine.system, walk.places.v[i]->symbol) == PM_FRAME_CALL)
			culprit = walk.places.v[i];
	return culprit;
}

/* "sys_write" and "__x64_sys_write" */
static bool same_call(const char *a, const char *b)
{
	struct pm_slice one = pm_symbol_syscall(pm_slice_of(a)), other = pm_symbol_syscall(pm_slice_of(b));

	return one.n && pm_slice_eq(one, other);
}

static void look_at_place(struct pm_incident *inc)
{
	const uint64_t elsewhere = PM_K(MACHINE_CHECK) | PM_K(HARDWARE_ERROR) | PM_K(NMI) | PM_K(NO_ROOT) |
				   PM_K(INIT_KILLED) | PM_K(OOM) | PM_K(REBOOT) | PM_K(RESET) |
				   PM_K(STACK_END);
	const struct pm_place *place;

	if (elsewhere >> inc->fault.kind & 1)
		return;
	if (inc->on_request)
		return;
	if (pm_found(inc, "constant-pointer") && inc->fault.base_from &&
	    inc->fault.kind != PM_KIND_WRITE_READ_ONLY)
		pm_next(inc, NULL, "look in the source for the constant that is used as an address");
	if (pm_found(inc, "recursion") &&
	    (inc->fault.kind == PM_KIND_STACK_GUARD || inc->fault.kind == PM_KIND_DOUBLE_FAULT ||
	     inc->fault.kind == PM_KIND_STACK_END)) {
		pm_next(inc, NULL,
			"look at what should end the recursion named above: a depth that is not limited, or "
			"a structure that contains itself");
		return;
	}
	place = blamed(inc);
	if (!place || !place->symbol)
		return;
	/* A check in a helper blames its caller. */
	const uint64_t checks = PM_K(BUG) | PM_K(WARNING) | PM_K(REFCOUNT) | PM_K(KOBJECT) | PM_K(ODEBUG);
	if (checks >> inc->fault.kind & 1 && inc->frame && !pm_symbol_same(inc->frame, place->symbol) &&
	    strcmp(inc->frame, "corrupted") && !same_call(inc->frame, place->symbol))
		pm_next(inc, NULL, "look at %s(), which called what noticed it", inc->frame);
	if (place->file && place->file_line) {
		if (pm_found(inc, "base-register-from") || pm_found(inc, "null-member-offset"))
			pm_next(inc, NULL, "look where the pointer that %s:%u uses is set", place->file,
				place->file_line);
		else
			pm_next(inc, NULL, "look at %s:%u", place->file, place->file_line);
		return;
	}
	const char *argument = place_argument(inc, place), *command = NULL;
	/* Where the search has found nothing, the same search would find nothing again; and where no release is
	 * known, a folder is not searched for a vmlinux. */
	const char *where = !inc->symbols_missing                   ? ""
			    : place->module || inc->machine.release ? " --debug-dir DIR"
								    : " --vmlinux FILE";
	/* A call that the compiler put in by itself has a file, but no line: there is none to be found. */
	if (place->file)
		argument = NULL;
	if (argument && inc->machine.system == PM_LINUX && quotable(argument) &&
	    (!inc->machine.release || quotable(inc->machine.release)))
		command = pm_arena_printf(&inc->arena, "kpanic symbolize%s '%s'%s%s%s", where, argument,
					  inc->machine.release ? " --release '" : "",
					  inc->machine.release ? inc->machine.release : "",
					  inc->machine.release ? "'" : "");
	/* Its ELF file lies where only its makers know. */
	bool named = inc->input && quotable(inc->input) && strcmp(inc->input, "-");
	if (argument && inc->machine.system == PM_KPANIC)
		command = pm_arena_printf(&inc->arena, "kpanic --vmlinux KERNEL.elf %s%s%s", named ? "'" : "",
					  named ? inc->input : "LOG", named ? "'" : "");
	if (command && inc->symbols_missing && inc->machine.system == PM_LINUX)
		pm_next(inc, command, "look at %s; for its source line, with %s%s%s",
			pm_function_words(inc, place), place->module ? place->module : "the kernel's vmlinux",
			place->module ? ".ko" : "", strstr(where, "DIR") ? " in DIR" : " as FILE");
	else
		pm_next(inc, command, "look at %s%s", pm_function_words(inc, place),
			command ? "; for its source line" : "");
}

static void hardware(struct pm_incident *inc)
{
	const uint64_t kinds = PM_K(MACHINE_CHECK) | PM_K(HARDWARE_ERROR);

	if (kinds >> inc->fault.kind & 1) {
		if (inc->machine.system == PM_LINUX)
			pm_next(inc, "ras-mc-ctl --errors",
				"read the hardware's own history: rasdaemon's or mcelog's log and the "
				"management controller's event log");
		pm_next(inc, NULL,
			"test memory (memtest86+); check cooling, power and firmware updates; swap the "
			"suspected part");
	} else if (inc->fault.kind == PM_KIND_NMI && inc->machine.system != PM_KPANIC) {
		pm_next(inc, NULL,
			"read the management controller's event log (ipmitool sel list) for the same time");
	} else if (pm_found(inc, "flipped-bit")) {
		pm_next(inc, NULL, "test memory (memtest86+) if this machine shows unrelated crashes, too");
	}
}

static void boot(struct pm_incident *inc)
{
	if (inc->fault.kind == PM_KIND_NO_ROOT) {
		pm_next(inc, NULL,
			"check root= on the command line%s%s, and that an initramfs with the disk's and the "
			"file system's drivers is loaded",
			inc->machine.command_line ? ": " : "",
			inc->machine.command_line ? inc->machine.command_line : "");
	} else if (inc->fault.kind == PM_KIND_INIT_KILLED) {
		pm_next(inc, NULL,
			"read what process 1 itself printed before; start once with init=/bin/sh to look "
			"around");
	} else if (inc->fault.kind == PM_KIND_OOM) {
		if (pm_value(inc, "oom", "memcg_limit"))
			pm_next(inc, NULL, "raise the cgroup's limit, or find what grows in it");
		else
			pm_next(inc, NULL,
				"find out what grew: the table of tasks for programs, slab and unevictable "
				"counts for the kernel itself");
	}
}

/* Does the kernel have that already? */
static bool has(const struct pm_incident *inc, enum need need)
{
	switch (need) {
	case NEEDS_KASAN:
		return inc->machine.kasan;
	case NEEDS_SLUB_DEBUG:
		return inc->machine.kasan ||
		       (inc->machine.command_line && strstr(inc->machine.command_line, "slub_debug="));
	case NEEDS_LOCKDEP:
		return inc->machine.lockdep;
	default:
		return false;
	}
}

/* What only our recorder's evidence can advise. */
static void recorder(struct pm_incident *inc)
{
	const struct pm_lock *wanted = NULL, *held = NULL;

	if (inc->machine.system != PM_KPANIC)
		return;
	if (pm_found(inc, "missing-gate"))
		pm_next(inc, NULL,
			"set the gate named above up before anything can fault; then look at what %s "
			"accessed there",
			pm_function_words(inc, &inc->place));
	for (size_t i = 0; i < inc->locks.n && !wanted; i++)
		if (inc->locks.v[i].role == PM_LOCK_WANTED)
			wanted = &inc->locks.v[i];
	for (size_t i = 0; wanted && !held && i < inc->locks.n; i++)
		if (inc->locks.v[i].role == PM_LOCK_HELD && inc->locks.v[i].addr == wanted->addr)
			held = &inc->locks.v[i];
	if (inc->fault.kind == PM_KIND_DEADLOCK && wanted && held && wanted->taken.symbol &&
	    held->taken.symbol)
		pm_next(inc, NULL,
			"look at the way from %s, which took the lock, to %s, which takes it again",
			pm_function_words(inc, &held->taken), pm_function_words(inc, &wanted->taken));
}

void pm_explain_next(struct pm_incident *inc)
{
	if (inc->secondary && inc->follows)
		pm_next(inc, NULL, "explain the earlier report first: \"%s\"", inc->follows);
	hardware(inc);
	boot(inc);
	recorder(inc);
	look_at_place(inc);
	pm_next_dump(inc);
	if (inc->machine.system != PM_LINUX)
		return;
	for (size_t i = 0; i < PM_COUNT(options); i++) {
		if (!(options[i].kinds >> inc->fault.kind & 1) ||
		    (options[i].rule && !pm_found(inc, options[i].rule)))
			continue;
		/* Memory that is right needs no checker: a constant, or a pointer that nobody set. */
		if (options[i].need == NEEDS_SLUB_DEBUG && !options[i].rule &&
		    inc->fault.address_class == PM_ADDR_NULL)
			continue;
		if (options[i].need == NEEDS_SLUB_DEBUG &&
		    (pm_found(inc, "constant-pointer") || pm_found(inc, "number-as-pointer")))
			continue;
		/* A sanitizer's kernel needs no advice to use one, nor lockdep's. */
		if (has(inc, options[i].need))
			continue;
		pm_next(inc, NULL, "%s", options[i].words);
		break;
	}
	if (inc->next.n > NEXT_MAX)
		inc->next.n = NEXT_MAX;
}
