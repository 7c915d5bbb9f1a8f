#include "console/plain/lock.h"

#include "console/plain/trace.h"

#define LOCKS_MAX 256

/* " 1st 0xffff800000c0d8f0 vmmaplk (&map->lock) @ /usr/src/sys/kern/foo.c:12" */
static bool ordinal(struct pm_slice text, struct pm_slice *addr_out, struct pm_slice *name_out,
		    struct pm_slice *rest_out)
{
	struct pm_slice s = pm_slice_trim(text);

	if (!pm_take(&s, PM_S("1st ")) && !pm_take(&s, PM_S("2nd ")) && !pm_take(&s, PM_S("3rd ")))
		return false;
	if (!pm_slice_starts(s, PM_S("0x")) || !pm_take_word(&s, addr_out))
		return false;
	pm_take_blanks(&s);
	if (!pm_take_word(&s, name_out))
		return false;
	*rest_out = s;
	return true;
}

bool pm_plain_look_reversal(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_slice addr, rest;
	size_t i = 1;

	while (i < report->lines.n && !pm_slice_trim(report->lines.v[i].text).n)
		i++;
	return i + 1 < report->lines.n && ordinal(report->lines.v[i].text, &addr, &found->a, &rest) &&
	       ordinal(report->lines.v[i + 1].text, &addr, &found->b, &rest);
}

bool pm_plain_of_witness(struct pm_slice text)
{
	static const char *const begins[] = {
		"1st ",
		"2nd ",
		"3rd ",
		"lock order ",
		"shared ",
		"exclusive ",
		"stack backtrace:",
		"KDB: stack backtrace:",
		"Stopped at ",
		"ddb",
	};
	struct pm_plain_frame frame;

	text = pm_slice_trim(text);
	if (!text.n)
		return true;
	for (size_t i = 0; i < PM_COUNT(begins); i++)
		if (pm_slice_starts(text, pm_slice_of(begins[i])))
			return true;
	return pm_plain_frame_parse(text, &frame);
}

static struct pm_lock *add_lock(struct pm_plain_report *report, enum pm_lock_role role, struct pm_slice name,
				struct pm_slice addr, const struct pm_plain_line *line)
{
	struct pm_incident *inc = report->inc;

	if (inc->locks.n >= LOCKS_MAX)
		return NULL;
	struct pm_lock *lock = PM_PUSH(&inc->arena, &inc->locks);
	lock->role = role;
	lock->name = pm_plain_str(report, name);
	lock->has_addr = pm_take_hex(&addr, &lock->addr, NULL);
	lock->at = line->from->at;
	return lock;
}

/* "@ /usr/src/sys/kern/foo.c:12" */
static void taken_at(struct pm_plain_report *report, struct pm_slice text, struct pm_lock *lock)
{
	size_t at = pm_slice_find(text, PM_S("@ ")), colon = PM_NPOS;
	uint64_t nr;

	if (at == PM_NPOS)
		return;
	struct pm_slice file = pm_slice_trim(pm_slice_from(text, at + 2));
	for (size_t i = file.n; i-- > 0 && colon == PM_NPOS;)
		if (file.p[i] == ':')
			colon = i;
	if (colon == PM_NPOS)
		return;
	struct pm_slice number = pm_slice_from(file, colon + 1);
	if (!pm_take_dec(&number, &nr) || nr > UINT32_MAX)
		return;
	lock->taken.file = pm_plain_str(report, pm_slice_upto(file, colon));
	lock->taken.file_line = (uint32_t)nr;
	lock->taken.at = lock->at;
}

/* "(ufs, lockmgr)" of FreeBSD, "(&map->lock)" of OpenBSD */
static void described(struct pm_plain_report *report, struct pm_slice rest, struct pm_lock *lock)
{
	size_t open = pm_slice_find_char(rest, '('), close = pm_slice_find_char(rest, ')');

	if (open == PM_NPOS || close == PM_NPOS || close <= open + 1)
		return;
	struct pm_slice in = pm_slice_from(pm_slice_upto(rest, close), open + 1);
	size_t comma = pm_slice_find(in, PM_S(", "));
	lock->type = pm_plain_str(report, comma == PM_NPOS ? in : pm_slice_from(in, comma + 2));
}

static int32_t trace_behind(const struct pm_incident *inc, uint32_t line)
{
	for (size_t i = 0; i < inc->traces.n; i++)
		if (inc->traces.v[i].at.line > line && inc->traces.v[i].at.line <= line + 2)
			return (int32_t)i;
	return -1;
}

/* lock order "a"(rwlock) -> "b"(rwlock) first seen at:   lock order a -> b established at: */
static void order(struct pm_plain_report *report, struct pm_slice text, const struct pm_plain_line *line,
		  const char *held, const char *wanted)
{
	struct pm_incident *inc = report->inc;
	struct pm_match m;

	if (!pm_match("^lock order {*} -> {*} first seen at:", text, &m) &&
	    !pm_match("^lock order {*} -> {*} established at:", text, &m) &&
	    !pm_match("^lock order {*} -> {*} attempted at:", text, &m))
		return;
	if (inc->lock_edges.n >= LOCKS_MAX)
		return;
	struct pm_lock_edge *edge = PM_PUSH(&inc->arena, &inc->lock_edges);
	edge->from = pm_plain_str(report, m.cap[0]);
	edge->to = pm_plain_str(report, m.cap[1]);
	edge->how = pm_plain_str(report, pm_slice_from(text, (size_t)(m.cap[1].p + m.cap[1].n - text.p)));
	edge->trace = trace_behind(inc, line->from->at.line);
	edge->new_edge = pm_slice_has(text, PM_S("attempted")) ||
			 (held && wanted && pm_slice_has(m.cap[0], pm_slice_of(held)) &&
			  pm_slice_has(m.cap[1], pm_slice_of(wanted)));
	edge->at = line->from->at;
	/* The order that is new is the one that the current context takes. */
	if (edge->new_edge && edge->trace >= 0 && !pm_incident_crash_trace(inc))
		inc->traces.v[edge->trace].role = PM_TRACE_CRASH;
}

/* LOCKDEBUG: "lock address : 0xffff… type     :     sleep/adaptive", several of a line. */
static void lockdebug(struct pm_plain_report *report, struct pm_slice text, const struct pm_plain_line *line)
{
	static const struct {
		const char *label, *name;
	} labels[] = {
		{ "lock address", "lock_address" }, { "type", "lock_type" },
		{ "initialized", "initialized" },   { "shared holds", "shared_holds" },
		{ "exclusive", "exclusive_holds" }, { "shares wanted", "shares_wanted" },
		{ "relevant cpu", "relevant_cpu" }, { "last held", "last_held" },
		{ "relevant lwp", "relevant_lwp" }, { "last locked*", "last_locked" },
		{ "last locked", "last_locked" },   { "unlocked", "unlocked" },
		{ "owner field", "owner" },         { "wait/spin", "wait_spin" },
		{ "current cpu", "current_cpu" },   { "current lwp", "current_lwp" },
	};

	for (size_t i = 0; i < PM_COUNT(labels); i++) {
		size_t at = pm_slice_find(text, pm_slice_of(labels[i].label));
		struct pm_slice s, value;

		if (at == PM_NPOS)
			continue;
		s = pm_slice_from(text, at + strlen(labels[i].label));
		pm_take_blanks(&s);
		if (!pm_take_char(&s, ':'))
			continue;
		pm_take_blanks(&s);
		if (!pm_take_word(&s, &value))
			continue;
		pm_plain_fact(report, "lockdebug", labels[i].name, value, NULL, line);
		if (i == 0 && !report->inc->locks.n)
			(void)add_lock(report, PM_LOCK_WANTED, value, value, line);
	}
}

void pm_plain_locks(struct pm_plain_report *report)
{
	const char *held = NULL, *wanted = NULL;
	bool debug = pm_slice_has(report->lines.v[0].text, PM_S("lock error"));

	for (size_t i = 0; i < report->lines.n && i < 4000; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_slice text = pm_slice_trim(line->text), addr, name, rest;
		struct pm_match m;

		if (ordinal(text, &addr, &name, &rest)) {
			bool first = text.p[0] == '1';
			struct pm_lock *lock =
				add_lock(report, first ? PM_LOCK_HELD : PM_LOCK_WANTED, name, addr, line);

			if (!lock)
				continue;
			size_t open = pm_slice_find(rest, PM_S(" (")); /* names may hold blanks */
			if (open != PM_NPOS && open)
				lock->name = pm_plain_str(
					report,
					(struct pm_slice){ name.p, (size_t)(rest.p - name.p) + open });
			described(report, rest, lock);
			taken_at(report, rest, lock);
			if (first)
				held = lock->name;
			else
				wanted = lock->name;
		} else if (pm_match("^exclusive {*} r = {d} ({x}) locked @", text, &m) ||
			   pm_match("^shared {*} r = {d} ({x}) locked @", text, &m)) {
			struct pm_lock *lock = add_lock(report, PM_LOCK_HELD, m.cap[0], m.cap[2], line);

			if (lock) {
				lock->type = text.p[0] == 'e' ? "exclusive" : "shared";
				taken_at(report, text, lock);
			}
		} else if (pm_slice_starts(text, PM_S("lock order "))) {
			order(report, text, line, held, wanted);
		} else if (debug && i < 40) {
			lockdebug(report, text, line);
		}
	}
}
