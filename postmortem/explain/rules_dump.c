/* What only memory tells: who holds the lock that somebody waits for. */
#include "explain/frames.h"
#include "explain/rules.h"

/* Longer chains of waiting than this are told up to here. */
enum { max_chain = 8 };

static const struct pm_lock *of_memory(const struct pm_incident *inc, enum pm_lock_role role, int64_t pid,
				       uint64_t addr)
{
	for (size_t i = 0; i < inc->locks.n; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];

		if (lock->from_memory && lock->role == role && lock->has_pid &&
		    (addr ? lock->addr == addr : lock->pid == pid))
			return lock;
	}
	return NULL;
}

static size_t waiters_of(const struct pm_incident *inc, uint64_t addr)
{
	size_t n = 0;

	for (size_t i = 0; i < inc->locks.n; i++)
		n += inc->locks.v[i].from_memory && inc->locks.v[i].role == PM_LOCK_WANTED &&
		     inc->locks.v[i].addr == addr;
	return n;
}

static const char *what_it_does(struct pm_incident *inc, int64_t pid)
{
	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];
		struct pm_walk walk;

		if (!trace->has_pid || trace->pid != pid || trace->role == PM_TRACE_REPORTER)
			continue;
		pm_walk(inc, trace, &walk);
		const struct pm_place *place = pm_walk_culprit(inc, &walk);

		if (place)
			return pm_arena_printf(&inc->arena, ", which is in %s",
					       pm_function_words(inc, place));
	}
	return "";
}

/* "mutex kpcrash_left [kpcrash]"; a lock that is in no variable and no object is called by its type and place already. */
static const char *lock_words(struct pm_incident *inc, const struct pm_lock *lock)
{
	return strncmp(lock->name, lock->type, strlen(lock->type))
		       ? pm_arena_printf(&inc->arena, "%s %s", lock->type, lock->name)
		       : lock->name;
}

/* From who waits to who holds, and on, as long as the holder waits, too. */
static void tell_chain(struct pm_incident *inc, const struct pm_rule *rule, const struct pm_lock *want)
{
	struct pm_buf text = { 0 };
	int64_t seen[max_chain];
	size_t n = 0, waiters = waiters_of(inc, want->addr);
	bool cycle = false;
	struct pm_at chain[max_chain];
	size_t chain_n = 0;

	pm_buf_printf(&text, "%s waits for the %s", pm_task_words(inc, want->task, true, want->pid),
		      lock_words(inc, want));
	if (waiters > 1)
		pm_buf_printf(&text, " (with %zu more)", waiters - 1);
	while (want && !cycle && n < max_chain) {
		const struct pm_lock *held = of_memory(inc, PM_LOCK_HELD, 0, want->addr);

		seen[n++] = want->pid;
		chain[chain_n++] = want->at;
		if (!held)
			break;
		for (size_t i = 0; i < n; i++)
			cycle |= seen[i] == held->pid;
		want = of_memory(inc, PM_LOCK_WANTED, held->pid, 0);
		pm_buf_printf(&text, "%s %s holds%s", n > 1 ? ", that" : ", which",
			      pm_task_words(inc, held->task, true, held->pid),
			      want || cycle ? "" : what_it_does(inc, held->pid));
		if (want && !cycle)
			pm_buf_printf(&text, "; it waits for the %s", lock_words(inc, want));
	}
	if (cycle)
		pm_buf_str(&text, ": each waits for the other, a deadlock");
	struct pm_finding *finding = pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, chain[0], "%s", text.data);

	for (size_t i = 1; i < chain_n; i++)
		pm_because(inc, finding, chain[i]);
	pm_buf_deinit(&text);
}

/* Where the report names a task, what that one waits for; else what most wait for. */
static bool holder(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_lock *best =
		inc->actor.has_pid ? of_memory(inc, PM_LOCK_WANTED, inc->actor.pid, 0) : NULL;

	for (size_t i = 0; !best && i < inc->locks.n; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];

		if (lock->from_memory && lock->role == PM_LOCK_WANTED && waiters_of(inc, lock->addr) > 1)
			best = lock;
	}
	if (!best)
		return false;
	tell_chain(inc, rule, best);
	return true;
}

static const struct pm_register *fault_reg(const struct pm_incident *inc, const char *name)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);

	return regs && name ? pm_regs_find(regs, name) : NULL;
}

/* "rdi + 0x28"; "rdi" */
static const char *place_words(struct pm_incident *inc, const char *reg, int64_t offset)
{
	if (!offset)
		return reg;
	return pm_arena_printf(&inc->arena, "%s %c 0x%llx", reg, offset < 0 ? '-' : '+',
			       (unsigned long long)(offset < 0 ? -offset : offset));
}

/* Of an object that is said to be free anyway. */
static const char *object_words(struct pm_incident *inc, const struct pm_register *reg)
{
	struct pm_slice words = pm_slice_of(reg->meaning), rest = PM_S(", free");

	if (pm_slice_ends(words, rest))
		words = pm_slice_upto(words, words.n - rest.n);
	return pm_arena_str(&inc->arena, words);
}

/* ", freed by drv_close() [drv], sh (pid 42)"; "": not kept. */
static const char *freed_by(struct pm_incident *inc)
{
	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];

		if (trace->role == PM_TRACE_FREED && trace->frames.n && trace->frames.v[0].place.symbol)
			return pm_arena_printf(&inc->arena, ", freed by %s, %s",
					       pm_function_words(inc, &trace->frames.v[0].place),
					       pm_task_words(inc, trace->comm, trace->has_pid, trace->pid));
	}
	return "";
}

static struct pm_at in_memory(const struct pm_register *reg, int64_t offset)
{
	return (struct pm_at){ .memory = reg->value + (uint64_t)offset };
}

static bool freed_object(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	const struct pm_register *base = fault_reg(inc, f->base_reg), *origin = fault_reg(inc, f->origin_reg);

	if (base && base->object_free && base->meaning) {
		pm_because(inc,
			   pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, base->at,
				   "%s, which the access went through, points to memory that is free (%s%s): "
				   "use after free",
				   base->name, object_words(inc, base), freed_by(inc)),
			   in_memory(base, 0));
		return true;
	}
	if (!origin || !origin->object_free || !origin->meaning)
		return false;
	struct pm_finding *finding =
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, origin->at,
			"%s was loaded from %s, and what %s points to is free (%s%s): use after free",
			f->base_reg, place_words(inc, f->origin_reg, f->origin_offset), origin->name,
			object_words(inc, origin), freed_by(inc));
	if (base)
		pm_because(inc, finding, base->at);
	pm_because(inc, finding, in_memory(origin, 0));
	return true;
}

/* Where the bad pointer stood, and what that is. */
static bool pointer_from(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	const struct pm_register *origin = fault_reg(inc, f->origin_reg);
	bool speaks = f->has_effective && (f->effective_equal || !f->has_address);

	if (!speaks || !origin || origin->object_free || !origin->meaning)
		return false;
	/* a variable on the stack: that much the instruction tells */
	if (pm_slice_starts(pm_slice_of(origin->meaning), PM_S("on the stack")))
		return false;
	struct pm_finding *finding = pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE + 1, origin->at,
					     "%s was loaded from %s; %s%s%s%s is: %s", f->base_reg,
					     place_words(inc, f->origin_reg, f->origin_offset), origin->name,
					     origin->holds ? " (`" : "", origin->holds ? origin->holds : "",
					     origin->holds ? "`)" : "", origin->meaning);

	pm_because(inc, finding, in_memory(origin, f->origin_offset));
	return true;
}

/* Of NULL its own rule tells it. */
static bool member(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_fault *f = &inc->fault;
	bool speaks = f->has_effective && (f->effective_equal || !f->has_address) && f->base_reg;
	const struct pm_register *base = fault_reg(inc, f->base_reg);
	struct pm_at at = base ? base->at : inc->fault.address_at;

	if (!speaks || f->address_class == PM_ADDR_NULL || (!f->member && !f->member_variable))
		return false;
	if (f->member && f->member_variable)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, at,
			"the pointer that was used is `%s` (%s), for `%s` at offset 0x%llx of %s",
			f->member_variable, f->base_reg, f->member, (unsigned long long)f->member_offset,
			f->member_type);
	else if (f->member)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, at,
			"what was accessed is `%s`, at offset 0x%llx of %s", f->member,
			(unsigned long long)f->member_offset, f->member_type);
	else
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, at, "the pointer that was used is `%s` (%s)",
			f->member_variable, f->base_reg);
	return true;
}

/* What memory has at the address that faulted. */
static bool address_in_memory(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_slice prefix = PM_S("user address, ");
	const char *object = inc->fault.object;

	if (!inc->of_dump || !inc->fault.has_address || !object)
		return false;
	if (pm_slice_starts(pm_slice_of(object), prefix))
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ + 1, inc->fault.address_at,
			"the fault address in the process: %s", object + prefix.n);
	else
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ + 1, inc->fault.address_at,
			"the fault address belongs to: %s", object);
	return true;
}

/* The parameter of the function that waits still stands in a register. */
static bool spin_lock(struct pm_incident *inc, const struct pm_rule *rule)
{
	const struct pm_trace *crash = pm_incident_crash_trace(inc);
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	enum pm_wait wait =
		crash && crash->frames.n ? pm_frame_wait(crash->frames.v[0].place.symbol) : PM_WAIT_OTHER;

	if (wait != PM_WAIT_SPIN && wait != PM_WAIT_RWLOCK)
		return false;
	for (size_t i = 0; regs && i < regs->regs.n; i++) {
		const struct pm_register *reg = &regs->regs.v[i];

		if (!reg->holds || strcmp(reg->holds, "lock") || !reg->meaning)
			continue;
		pm_because(inc,
			   pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, reg->at,
				   "the lock that it spins for (%s, `lock`) is %s", reg->name, reg->meaning),
			   in_memory(reg, 0));
		return true;
	}
	return false;
}

static const struct pm_rule rules[] = {
	{ "lock-holder-in-memory", holder, 0, PM_LINUX },
	{ "freed-object-in-memory", freed_object, 0, PM_LINUX },
	{ "address-in-memory", address_in_memory,
	  PM_K(PAGE_FAULT) | PM_K(SMAP) | PM_K(SMEP) | PM_K(EXECUTE_NX) | PM_K(WRITE_READ_ONLY), PM_LINUX },
	{ "faulting-member", member, 0, PM_LINUX },
	{ "spin-lock-in-memory", spin_lock, PM_K(SOFT_LOCKUP) | PM_K(HARD_LOCKUP) | PM_K(RCU_STALL),
	  PM_LINUX },
	{ "pointer-from-object", pointer_from, 0, PM_LINUX },
};
const struct pm_theme pm_theme_dump = PM_THEME(rules);
