#include "console/oops/frame.h"
#include "console/linux/identify.h"

#define LINES_BEFORE 50
#define LINES_BEYOND 400       /* that are kept behind the start of another report */
#define QUIET_LINES 100        /* without anything like a report: it is over */
#define PAUSE_NS 15000000000ll /* the same in time */

/* Printed in the middle of a report by code that goes on: its stack is not the report's. */
static const char *const notes_with_stacks[] = {
	"vmalloc: allocation failure:",
	"FAULT_INJECTION: forcing a failure",
	"FAULT_FLAG_ALLOW_RETRY missing",
};

static bool has_note(struct pm_slice body)
{
	for (size_t i = 0; i < PM_COUNT(notes_with_stacks); i++)
		if (pm_slice_has(body, pm_slice_of(notes_with_stacks[i])))
			return true;
	return false;
}

/* How many lines make a report complete enough that a panic after it is only its end. */
static size_t complete_after(struct pm_slice first)
{
	return pm_slice_has(first, PM_S("BUG: KMSAN:")) ? 16 : 22;
}

/* Where nothing tells whose line it is, they are left: without contexts nothing is certain anyway. */
bool pm_printk_doubted(const struct pm_line *line)
{
	struct pm_slice body = line->body;

	if (line->context.kind == PM_CONTEXT_NONE || pm_slice_has(body, PM_S("<EOI>")))
		return false;
	return pm_slice_starts(body, PM_S("? ")) || pm_slice_has(body, PM_S(" ? ")) ||
	       pm_slice_ends(body, PM_S(" (unreliable)"));
}

/* Is the line before lines[i], or the next behind it, of a stack trace? */
static bool in_trace(const struct pm_window *window, size_t i, struct pm_context context)
{
	struct pm_frame_text frame;

	for (size_t k = i; k-- > window->start && i - k < 3;)
		if (pm_context_same(window->lines[k].context, context) &&
		    pm_frame_parse(window->lines[k].body, &frame))
			return true;
	return false;
}

/* Is this a line that reports are made of: a frame, registers, memory?  In doubt it says yes. */
static bool report_like(struct pm_slice body)
{
	size_t digits = 0;

	if (pm_slice_has(body, PM_S("+0x")) || pm_slice_has(body, PM_S("---[ end")))
		return true;
	for (size_t i = 0; i < body.n && i < 200; i++) {
		char c = body.p[i];

		digits = pm_is_digit(c) || (c >= 'a' && c <= 'f') ? digits + 1 : 0;
		if (digits == 8)
			return true;
	}
	return false;
}

struct progress {
	int64_t time;   /* of the last line that was like a report */
	size_t quiet;   /* lines since then */
	bool end_trace; /* "---[ end trace" was there */
};

/* Nothing tells where a report ends; silence and time do. */
static void advance(struct progress *p, const struct pm_line *line)
{
	if (pm_slice_has(line->body, PM_S("---[ end trace")))
		p->end_trace = true;
	if (!report_like(line->body)) {
		p->quiet++;
		return;
	}
	p->quiet = 0;
	if (line->time_ns >= 0)
		p->time = line->time_ns;
}

static bool long_after(const struct progress *p, const struct pm_line *line)
{
	return p->time >= 0 && line->time_ns >= 0 && line->time_ns - p->time > PAUSE_NS;
}

/* A symbolised first line is there once for each function inlined at its place:
 *	BUG: KASAN: use-after-free in frob_get include/linux/frob.h:12 [inline]
 *	BUG: KASAN: use-after-free in frob_read+0x12/0x34 fs/frob.c:56 */
static bool repeats_inlined(const struct pm_window *window, size_t i)
{
	const struct pm_line *line = &window->lines[i];

	for (size_t k = i; k-- > window->start;) {
		const struct pm_line *before = &window->lines[k];

		if (pm_context_same(before->context, line->context))
			return pm_slice_ends(pm_slice_trim(before->body), PM_S(" [inline]")) &&
			       pm_printk_start(before) != PM_NO_START;
	}
	return false;
}

/* Does another report start at lines[i], of the context whose report this is? */
static bool splits(const struct pm_window *window, size_t i, const struct progress *p)
{
	const struct pm_line *line = &window->lines[i];

	switch (pm_printk_start(line)) {
	case PM_STARTS:
		return !repeats_inlined(window, i);
	case PM_ASIDE:
		return !in_trace(window, i, line->context);
	case PM_FOLLOWS: /* what ends a report comes at once */
		return long_after(p, line) ||
		       (p->end_trace && !pm_slice_has(line->body, PM_S("Kernel panic")) &&
			!pm_slice_has(line->body, PM_S("unregister_netdevice")));
	default:
		return false;
	}
}

void pm_printk_segment(struct pm_window *window, struct pm_arena *arena, struct pm_printk_report *report_out)
{
	const struct pm_line *first = &window->lines[window->start];
	struct pm_context context = first->context;
	bool guessed = context.kind == PM_CONTEXT_GUESSED;
	bool told = guessed || context.kind == PM_CONTEXT_TASK || context.kind == PM_CONTEXT_CPU;
	bool all_cpus = false, over = false;
	struct progress progress = { .time = first->time_ns };
	size_t count = 0, beyond = 0;

	*report_out = (struct pm_printk_report){ .context = context, .window = window, .apart = guessed };
	size_t before = window->start > LINES_BEFORE ? window->start - LINES_BEFORE : 0;
	for (size_t i = before; i < window->start; i++)
		if (pm_context_same(window->lines[i].context, context) && !window->taken[i])
			*PM_PUSH(arena, &report_out->before) = &window->lines[i];

	report_out->own = report_out->tail = SIZE_MAX;
	for (size_t i = window->start; i < window->n; i++) {
		const struct pm_line *line = &window->lines[i];
		bool same = pm_context_same(line->context, context);

		/* Those of an earlier report that were told apart from this one's. */
		if (!told && i > window->start && window->taken[i]) {
			report_out->apart = true;
			continue;
		}
		if (i > window->start && report_out->own == SIZE_MAX && (!told || same)) {
			bool note = has_note(line->body);

			if (note || splits(window, i, &progress)) {
				report_out->own = report_out->lines.n;
				over = !note;
			}
		}
		if (!same && !(all_cpus && line->context.kind == PM_CONTEXT_CPU))
			continue;
		if (long_after(&progress, line) || (over && ++beyond > LINES_BEYOND))
			break;
		advance(&progress, line);
		if (progress.quiet > QUIET_LINES)
			break;
		if (report_out->tail == SIZE_MAX &&
		    (count += !pm_printk_doubted(line)) > complete_after(first->body) &&
		    (pm_slice_has(line->body, PM_S("Kernel panic - not syncing")) ||
		     pm_slice_has(line->body,
				  PM_S("WARNING: possible circular locking dependency detected"))))
			report_out->tail = report_out->lines.n;
		if (pm_slice_has(line->body, PM_S("Sending NMI from CPU")))
			all_cpus = true;
		*PM_PUSH(arena, &report_out->lines) = line;
		if (!over)
			window->taken[i] = true;
	}
	if (report_out->own > report_out->lines.n)
		report_out->own = report_out->lines.n;
	if (report_out->tail > report_out->lines.n)
		report_out->tail = report_out->lines.n;
}
