#include "explain/frames.h"

#include <string.h>

enum pm_wait pm_frame_wait(const char *symbol)
{
	/* Anywhere in the name; the first match wins. */
	static const struct {
		const char *part;
		enum pm_wait wait;
	} rows[] = {
		{ "preempt_schedule", PM_WAIT_PREEMPTED },
		{ "spin_on_owner", PM_WAIT_SLEEP }, /* before it sleeps */
		{ "optimistic_spin", PM_WAIT_SLEEP },
		{ "spin",
		  PM_WAIT_SPIN }, /* _raw_spin_lock, native_queued_spin_lock_slowpath, ticket_spin_lock */
		{ "queued_read_lock", PM_WAIT_RWLOCK },
		{ "queued_write_lock", PM_WAIT_RWLOCK },
		{ "raw_read_lock", PM_WAIT_RWLOCK },
		{ "raw_write_lock", PM_WAIT_RWLOCK },
		{ "smp_call", PM_WAIT_ANSWER },
		{ "csd_lock", PM_WAIT_ANSWER },
		{ "lock", PM_WAIT_SLEEP },
		{ "down_", PM_WAIT_SLEEP },
	};
	static const char *const scheduler[] = { "__schedule", "schedule", "__switch_to" };

	if (!symbol)
		return PM_WAIT_OTHER;
	for (size_t i = 0; i < PM_COUNT(scheduler); i++)
		if (!strncmp(symbol, scheduler[i], strlen(scheduler[i])))
			return PM_WAIT_SCHEDULER;
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (strstr(symbol, rows[i].part))
			return rows[i].wait;
	return PM_WAIT_OTHER;
}

bool pm_frame_allocates(const char *symbol)
{
	static const char *const parts[] = { "quarantine", "qlist", "slab_alloc", "kmem_cache_alloc" };

	for (size_t i = 0; symbol && i < PM_COUNT(parts); i++)
		if (strstr(symbol, parts[i]))
			return true;
	return false;
}

bool pm_frame_prints(const char *symbol)
{
	static const char *const prefixes[] = { "console_unlock",    "console_emit",       "console_flush",
						"vprintk",           "serial8250_console", "univ8250_console",
						"io_serial_in",      "wait_for_lsr",       "wait_for_xmitr",
						"uart_console_write" };

	for (size_t i = 0; symbol && i < PM_COUNT(prefixes); i++)
		if (!strncmp(symbol, prefixes[i], strlen(prefixes[i])))
			return true;
	return false;
}

const char *pm_frame_retpoline(const char *symbol)
{
	static const char prefix[] = "__x86_indirect_thunk_";

	return symbol && !strncmp(symbol, prefix, sizeof(prefix) - 1) ? symbol + sizeof(prefix) - 1 : NULL;
}

/* An interrupt whose entry is not told yet. */
static const char plain_irq[] = "interrupt";

/* "asm_sysvec_apic_timer_interrupt" → "apic timer interrupt". */
static const char *irq_words(struct pm_incident *inc, const char *symbol)
{
	static const char *const prefixes[] = { "asm_sysvec_", "__sysvec_", "sysvec_", "smp_" };
	for (size_t i = 0; i < PM_COUNT(prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(symbol, prefixes[i], n))
			continue;
		char *words = pm_arena_str(&inc->arena, pm_slice_of(symbol + n));
		for (char *p = words; *p; p++)
			if (*p == '_')
				*p = ' ';
		return strstr(words, "interrupt") ? words
						  : pm_arena_printf(&inc->arena, "%s interrupt", words);
	}
	return plain_irq;
}

static const char *thread_words(struct pm_incident *inc, const struct pm_trace *trace)
{
	bool crash = trace->role == PM_TRACE_CRASH;
	const char *comm = trace->comm ? trace->comm : crash ? inc->actor.comm : NULL;

	if (crash && inc->actor.workqueue)
		return pm_arena_printf(&inc->arena, "workqueue %s", inc->actor.workqueue);
	if (comm)
		return pm_arena_printf(&inc->arena, "kernel thread %s", comm);
	return "kernel thread";
}

static const char *call_words(struct pm_incident *inc, struct pm_slice name)
{
	return pm_arena_printf(&inc->arena, "%.*s(2)", PM_FMT(name));
}

/* Of a system call whose own function was inlined away. */
static const char *syscall_words(struct pm_incident *inc, bool crash, const struct pm_walk *walk)
{
	const char *outermost = walk->places.v[walk->places.n - 1]->symbol;

	if (crash && inc->actor.syscall)
		return call_words(inc, pm_slice_of(inc->actor.syscall));
	struct pm_slice inner = { outermost, pm_symbol_stem(outermost) };

	if (pm_take(&inner, PM_S("ksys_")) && inner.n)
		return call_words(inc, inner);
	return "system call";
}

/* x86 prints the place apart from the trace, which starts at its caller. */
static void add_place(struct pm_incident *inc, const struct pm_trace *trace, size_t from,
		      struct pm_walk *walk)
{
	const char *symbol = inc->place.symbol;

	switch (pm_frame_class(inc->machine.system, symbol)) {
	case PM_FRAME_STORY:
	case PM_FRAME_WAIT:
	case PM_FRAME_HELPER:
		break;
	default:
		return;
	}
	if (!symbol)
		return;
	for (size_t i = from; i < trace->frames.n; i++) {
		const struct pm_place *place = &trace->frames.v[i].place;

		/* A function that called itself stands there with another offset. */
		if (trace->frames.v[i].trust != PM_SCANNED && pm_symbol_same(place->symbol, symbol) &&
		    (!place->has_offset || !inc->place.has_offset || place->offset == inc->place.offset))
			return;
	}
	*PM_PUSH(&inc->arena, &walk->places) = &inc->place;
}

/* The innermost entry counts, and only what stands inside of it. */
static void enter(struct pm_walk *walk, enum pm_entry entered, const char *words)
{
	if (!walk->places.n || walk->entry)
		return;
	walk->entered = entered;
	walk->entry = words;
}

void pm_walk(struct pm_incident *inc, const struct pm_trace *trace, struct pm_walk *walk)
{
	enum pm_system system = inc->machine.system;
	const uint64_t stalls = UINT64_C(1) << PM_KIND_RCU_STALL | UINT64_C(1) << PM_KIND_SOFT_LOCKUP |
				UINT64_C(1) << PM_KIND_HARD_LOCKUP;
	bool stall = (stalls >> inc->fault.kind & 1) || trace->role == PM_TRACE_CPU;
	bool crash = trace->role == PM_TRACE_CRASH;
	size_t drop = 0; /* frames up to here belong to the detector */
	size_t i;

	memset(walk, 0, sizeof(*walk));
	/* A stall is noticed in an interrupt: what it interrupted is the story. */
	for (i = 0; stall && i < trace->frames.n; i++) {
		const struct pm_frame *frame = &trace->frames.v[i];
		enum pm_frame_class class = pm_frame_class(system, frame->place.symbol);

		if (frame->trust == PM_SCANNED)
			continue;
		if (class == PM_FRAME_SOFTIRQ) /* the stall is in the soft interrupt itself */
			break;
		if (class == PM_FRAME_NMI || class == PM_FRAME_IRQ || class == PM_FRAME_TICK)
			drop = i + 1;
		else if (drop && class != PM_FRAME_REPORT)
			break;
	}
	if (crash)
		add_place(inc, trace, drop, walk);
	for (i = drop; i < trace->frames.n; i++) {
		const struct pm_frame *frame = &trace->frames.v[i];
		const char *symbol = frame->place.symbol;

		if (frame->trust == PM_SCANNED || !symbol)
			continue;
		switch (pm_frame_class(system, symbol)) {
		case PM_FRAME_REPORT:
			break;
		case PM_FRAME_EXCEPTION:
			if (strstr(symbol, "fault"))
				enter(walk, PM_ENTRY_PAGE_FAULT, "page fault");
			else
				enter(walk, PM_ENTRY_EXCEPTION, "exception");
			break;
		case PM_FRAME_NMI:
			enter(walk, PM_ENTRY_NMI, "NMI");
			break;
		case PM_FRAME_IRQ:
			if (walk->places.n && (!walk->entry || walk->entry == plain_irq)) {
				walk->entered = PM_ENTRY_IRQ;
				walk->entry = irq_words(inc, symbol);
			}
			break;
		case PM_FRAME_TICK:
			enter(walk, PM_ENTRY_IRQ, plain_irq);
			break;
		case PM_FRAME_SOFTIRQ:
			enter(walk, PM_ENTRY_SOFTIRQ, "softirq");
			break;
		case PM_FRAME_SYSCALL:
			if (!walk->entry && walk->places.n)
				enter(walk, PM_ENTRY_CALL, syscall_words(inc, crash, walk));
			goto done;
		case PM_FRAME_CALL:
			if (walk->entry) {
				walk->interrupted = walk->interrupted ? walk->interrupted : &frame->place;
				goto done;
			}
			walk->entered = PM_ENTRY_CALL;
			walk->entry = call_words(inc, pm_symbol_syscall(pm_slice_of(symbol)));
			if (!walk->places.n)
				*PM_PUSH(&inc->arena, &walk->places) = &frame->place;
			goto done;
		case PM_FRAME_THREAD:
			enter(walk, PM_ENTRY_THREAD, thread_words(inc, trace));
			goto done;
		case PM_FRAME_IDLE:
			walk->idle = true;
			enter(walk, PM_ENTRY_IDLE, "idle task");
			goto done;
		case PM_FRAME_STORY:
		case PM_FRAME_WAIT:
		case PM_FRAME_HELPER:
			if (walk->entry) { /* below an interrupt: another story */
				walk->interrupted = &frame->place;
				goto done;
			}
			*PM_PUSH(&inc->arena, &walk->places) = &frame->place;
			break;
		}
	}
done:
	return;
}

const struct pm_place *pm_walk_culprit(const struct pm_incident *inc, const struct pm_walk *walk)
{
	for (size_t i = 0; i < walk->places.n; i++)
		if (pm_frame_class(inc->machine.system, walk->places.v[i]->symbol) == PM_FRAME_STORY)
			return walk->places.v[i];
	return NULL;
}
