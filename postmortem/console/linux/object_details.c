/* Kernel objects used wrongly, and code in the wrong context: ODEBUG, reference
 * counts, kobjects, sleeping in atomic context. */
#include "console/linux/details.h"
#include "console/linux/details_rows.h"

/* What the kernel says just before "cut here" and BUG. */
#define LINES_BEFORE 6

/* ---- ODEBUG ---- */

static const struct pm_detail_word odebug_actions[] = {
	{ "activate", "it was made active" },
	{ "deactivate", "it was made inactive" },
	{ "init", "it was initialised" },
	{ "destroy", "it was destroyed" },
	{ "free", "the memory it lies in was freed" },
	{ "assert_init", "it was used as if initialised" },
	{ "active_state", "its state was changed" },
	{ NULL },
};

static const struct pm_detail_word odebug_states[] = {
	{ "none", "unknown" },
	{ "not available", "never initialised" },
	{ "initialized", "initialised, not active" },
	{ "inactive", "not active" },
	{ "active", "still active" },
	{ "destroyed", "destroyed" },
	{ NULL },
};

static void odebug(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_slice type = m->cap[m->n - 2], hint = m->cap[m->n - 1];

	pm_detail_mean(d, "action", pm_detail_words(odebug_actions, m->cap[0]));
	pm_detail_mean(d, "state", pm_detail_words(odebug_states, m->cap[1]));
	pm_detail_mean(d, "hint", "the function that belongs to the object");
	if (!d->inc->fault.object)
		d->inc->fault.object =
			pm_arena_printf(&d->inc->arena, "%.*s object (%.*s)", PM_FMT(type), PM_FMT(hint));
}

static const struct pm_detail_row odebug_rows[] = {
	{ "ODEBUG: {f} {*} (active state {d}) object: {w} object type: {w} hint: {*}$",
	  { "action", "state", "active_state", "object_address", "object_type", "hint" },
	  NULL,
	  odebug },
	/* Until 6.6. */
	{ "ODEBUG: {f} {*} (active state {d}) object type: {w} hint: {*}$",
	  { "action", "state", "active_state", "object_type", "hint" },
	  NULL,
	  odebug },
};

/* ---- refcount_t ---- */

static const struct pm_detail_word refcount_errors[] = {
	{ "addition on 0; use-after-free.",
	  "a reference was taken to an object that nobody held: it may be freed" },
	{ "increment on 0; use-after-free.",
	  "a reference was taken to an object that nobody held: it may be freed" },
	{ "underflow; use-after-free.", "a reference was dropped that nobody held: a put too many" },
	{ "sub-dec on 0; use-after-free.", "a reference was dropped that nobody held: a put too many" },
	{ "saturated; leaking memory.",
	  "too many references, or a damaged count: the object is never freed" },
	{ "decrement hit 0; leaking memory.",
	  "the last reference was dropped where it must not be: the object leaks" },
	{ NULL },
};

static void refcount(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_mean(d, "error", pm_detail_words(refcount_errors, pm_slice_trim(m->cap[0])));
}

static const struct pm_detail_row refcount_rows[] = {
	{ "refcount_t: {*}$", { "error" }, NULL, refcount },
	{ "percpu ref ({*}) <= 0 ({w}) after switching to atomic",
	  { "function", "value" },
	  "a reference too many was dropped",
	  NULL },
};

/* ---- kobject ---- */

static const struct pm_detail_row kobject_rows[] = {
	{ "kobject: '{*}' ({*}): tried to {*}$", { "object", "object_address", "error" }, NULL, NULL },
	{ "kobject: '{*}' ({*}): is not initialized, yet {f}() is being called",
	  { "object", "object_address", "called" },
	  NULL,
	  NULL },
	{ "kobject_add_internal failed for {*} with {w},", { "object", "errno" }, NULL, NULL },
	{ "kobject_add_internal failed for {*} (error: {w} parent: {*})",
	  { "object", "errno", "parent" },
	  NULL,
	  NULL },
	{ "cannot create duplicate filename '{*}'", { "duplicate" }, "the name is taken already", NULL },
	{ "Device '{*}' does not have a release() function", { "object" }, NULL, NULL },
};

/* ---- Context ---- */

static const char *times(struct pm_arena *arena, const char *what, unsigned n)
{
	return n == 1 ? what : pm_arena_printf(arena, "%s %u times", what, n);
}

/* include/linux/preempt.h: a byte of preemption, a byte of soft interrupts, four bits each of hard interrupts
 * and NMIs. */
static const char *preempt_count_words(uint64_t count, struct pm_arena *arena)
{
	unsigned preempt = count & 0xff, soft = count >> 8 & 0xff, hard = count >> 16 & 0xf,
		 nmi = count >> 20 & 0xf;
	const char *text = NULL;

	/* An odd soft interrupt count is one being served; each disabling adds two. */
	const char *const parts[] = {
		nmi ? "in an NMI" : NULL,
		hard ? "in a hard interrupt" : NULL,
		soft & 1 ? "in a soft interrupt" : NULL,
		soft >> 1 ? times(arena, "soft interrupts disabled", soft >> 1) : NULL,
		preempt ? times(arena, "preemption disabled", preempt) : NULL,
	};
	for (size_t i = 0; i < PM_COUNT(parts); i++)
		if (parts[i])
			text = text ? pm_arena_printf(arena, "%s, %s", text, parts[i]) : parts[i];
	return text ? text : "nothing forbids sleeping";
}

static void atomic_count(struct pm_detail *d, const struct pm_match *m)
{
	uint64_t count;
	struct pm_slice text = m->cap[0];

	if (pm_slice_hex(text, &count))
		pm_detail_mean(d, "preempt_count", preempt_count_words(count, &d->inc->arena));
}

static void atomic_state(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_mean(d, "in_atomic",
		       pm_slice_eq(m->cap[0], PM_S("0")) ? "not in atomic context" : "in atomic context");
	pm_detail_mean(d, "irqs_disabled",
		       pm_slice_eq(m->cap[1], PM_S("0")) ? "interrupts are enabled"
							 : "interrupts are disabled");
	if (m->n > 4)
		pm_detail_mean(d, "non_block",
			       pm_slice_eq(m->cap[2], PM_S("0")) ? "no section that must not block"
								 : "in a section that must not block");
}

/* "comm/pid/0x00000101" */
static void atomic_scheduling(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_slice who = m->cap[0];
	uint64_t pid, count;

	for (unsigned part = 0; part < 2; part++) {
		size_t slash = who.n;

		while (slash && who.p[slash - 1] != '/')
			slash--;
		if (!slash)
			return;
		struct pm_slice tail = pm_slice_from(who, slash);
		who = pm_slice_upto(who, slash - 1);
		if (!part && pm_slice_hex(tail, &count))
			pm_detail_add(d, "preempt_count", tail, preempt_count_words(count, &d->inc->arena));
		else if (part && pm_slice_dec(tail, &pid))
			pm_detail_add(d, "pid", tail, NULL);
		else
			return;
	}
	pm_detail_add(d, "task", who, NULL);
}

static void next_line(struct pm_detail *d, const char *name, const char *meaning)
{
	struct pm_slice text = pm_slice_trim(pm_detail_line(d, d->i + 1));

	if (!text.n)
		return;
	pm_detail_go(d, d->i + 1);
	pm_detail_add(d, name, text, meaning);
}

static void atomic_where(struct pm_detail *d, const struct pm_match *m)
{
	if (m->n && pm_slice_trim(m->cap[0]).n)
		pm_detail_add(d, "preemption_disabled_at", m->cap[0], "where the atomic context began");
	else
		next_line(d, "preemption_disabled_at", "where the atomic context began");
}

static void atomic_depth(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_mean(d, "rcu_depth",
		       pm_slice_eq(m->cap[0], m->cap[1]) ? "as it should be"
							 : "inside of an RCU reader, which must not sleep");
}

static void atomic_preemptible(struct pm_detail *d, const struct pm_match *m)
{
	uint64_t count;

	if (pm_slice_hex(m->cap[1], &count))
		pm_detail_mean(d, "preempt_count", preempt_count_words(count, &d->inc->arena));
}

static const struct pm_detail_row atomic_rows[] = {
	{ "sleeping function called from invalid context at {s}",
	  { "source" },
	  "where the sleeping function checks",
	  NULL },
	{ "^in_atomic(): {d}, irqs_disabled(): {d}, non_block: {d}, pid: {d}, name: {*}$",
	  { "in_atomic", "irqs_disabled", "non_block", "pid", "task" },
	  NULL,
	  atomic_state },
	{ "^in_atomic(): {d}, irqs_disabled(): {d}, pid: {d}, name: {*}$",
	  { "in_atomic", "irqs_disabled", "pid", "task" },
	  NULL,
	  atomic_state },
	{ "^preempt_count: {x}, expected: {x}", { "preempt_count", "preempt_expected" }, NULL, atomic_count },
	{ "^RCU nest depth: {d}, expected: {d}", { "rcu_depth", "rcu_expected" }, NULL, atomic_depth },
	{ "Preemption disabled at:{*}$", { "" }, NULL, atomic_where },
	{ "scheduling while atomic: {*}$", { "" }, NULL, atomic_scheduling },
	{ "using {f}() in preemptible [{x}] code: {*}/{d}$",
	  { "function", "preempt_count", "task", "pid" },
	  "needs that the task cannot move to another CPU",
	  atomic_preemptible },
	{ "^caller is {*}$", { "caller" }, NULL, NULL },
	{ "workqueue leaked {*}: {*}$", { "leaked", "worker" }, NULL, NULL },
	{ "last function: {f}", { "work_function" }, "the work item that ran", NULL },
};

void pm_atomic_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	PM_DETAIL_READ(report, inc, "atomic", atomic_rows, NULL);
	pm_held_locks_fields(report, inc);
}

void pm_object_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	PM_DETAIL_READ(report, inc, "odebug", odebug_rows, NULL);
	PM_DETAIL_READ(report, inc, "refcount", refcount_rows, NULL);
	PM_DETAIL_READ(report, inc, "kobject", kobject_rows, NULL);
	PM_DETAIL_READ_BEFORE(report, inc, "odebug", odebug_rows, NULL, LINES_BEFORE);
	PM_DETAIL_READ_BEFORE(report, inc, "refcount", refcount_rows, NULL, LINES_BEFORE);
	pm_list_fields(report, inc);
}

/* BUG and WARN: what stands around them says what they are about. */
void pm_bug_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	pm_object_fields(report, inc);
	pm_page_dump_fields(report, inc);
	PM_DETAIL_READ(report, inc, "atomic", atomic_rows, NULL);
}

void pm_other_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	pm_bug_fields(report, inc);
	pm_held_locks_fields(report, inc);
}
