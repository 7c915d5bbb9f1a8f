#include "console/oops/frame.h"
#include "console/linux/identify.h"

/* How many lines behind a stack's heading its first frame may stand. */
#define HEADING_LINES 15

/* Each must be followed by a frame, wherever it stands. */
static const char *const headings[] = {
	"Call {T|t}race",
	"Allocated:",
	"Allocated by task {d}:",
	"Freed:",
	"Freed by task {d}:",
	" backtrace:",
	" backtrace (crc {x}):",
	"Backtrace:",
	"Uninit was stored to memory at",
	/* riscv prints the stack of an interrupted kernel without a heading: the registers' last line. */
	"status: {x} badaddr: {x} cause: {x}",
};
#define RISCV_REGISTERS (PM_COUNT(headings) - 1)

static bool is_heading(size_t which, struct pm_slice body)
{
	struct pm_match match;

	if (!pm_match(headings[which], body, &match))
		return false;
	/* lockdep's "stack backtrace:" is followed by a heading of its own */
	return headings[which][0] != ' ' || !match.start || body.p[match.start - 1] != 'k';
}

/* A letter that is in every heading: most lines are told apart by looking for these. */
static bool may_be_heading(struct pm_slice body)
{
	return pm_slice_has(body, PM_S("race")) || pm_slice_has(body, PM_S("llocated")) ||
	       pm_slice_has(body, PM_S("Freed")) || pm_slice_has(body, PM_S("Uninit")) ||
	       pm_slice_has(body, PM_S("badaddr"));
}

bool pm_stack_starts(struct pm_slice body)
{
	if (!may_be_heading(body))
		return false;
	for (size_t i = 0; i < PM_COUNT(headings); i++)
		if (is_heading(i, body))
			return true;
	return false;
}

static bool is_frame(struct pm_slice body)
{
	struct pm_frame_text frame;

	return pm_slice_has(body, PM_S("(stack is not available)")) ||
	       (!pm_stack_tagged(body) && pm_frame_parse(body, &frame) && frame.symbol.n && !frame.inlined &&
		!frame.unreliable);
}

/* Of a stack, but none of its frames: a stack's name, or a return address that lay there by chance. */
static bool is_beside(struct pm_slice body)
{
	pm_take_blanks(&body);
	return pm_slice_starts(body, PM_S("? ")) || pm_slice_starts(body, PM_S("<TASK>")) ||
	       pm_slice_starts(body, PM_S("<IRQ>"));
}

/* "[   12.345678]" in the title: a line of another CPU begins in the middle of it. */
static bool has_timestamp(const char *title)
{
	struct pm_slice s = pm_slice_of(title);
	size_t pos;

	while ((pos = pm_slice_find_char(s, '[')) != PM_NPOS) {
		struct pm_match match;

		s = pm_slice_from(s, pos);
		if (pm_match("^[{_}{d}.{d}]", s, &match) || pm_match("^[{_}NUM.NUM]", s, &match))
			return true;
		s = pm_slice_from(s, 1);
	}
	return false;
}

const char *pm_corrupted_why(const struct pm_view *view, const char *title, const struct pm_printk_row *row,
			     bool *whole_out)
{
	bool seen[PM_COUNT(headings)] = { false }, any = false;

	*whole_out = false;
	if (has_timestamp(title))
		return "another line's time stands in the title";
	if (!row || row->flags & PM_ROW_NO_TRACE)
		return NULL;
	for (size_t i = 0; i < view->lines.n; i++) {
		if (!may_be_heading(view->lines.v[i]))
			continue;
		for (size_t h = 0; h < PM_COUNT(headings); h++) {
			if (seen[h] || !is_heading(h, view->lines.v[i]))
				continue;
			seen[h] = true;
			if (view->lines.n - i < 3)
				return "the report ends behind the heading of a stack trace";
			bool found = false;
			size_t end = i + HEADING_LINES;
			for (size_t k = i + 1; k <= end && k < view->lines.n; k++) {
				if (pm_stack_starts(view->lines.v[k]))
					break;
				end += is_beside(view->lines.v[k]);
				if (is_frame(view->lines.v[k])) {
					found = true;
					break;
				}
			}
			any |= found;
			if (!found && h != RISCV_REGISTERS) {
				*whole_out = true;
				return "no frames in a stack trace";
			}
		}
	}
	*whole_out = !any;
	return any ? NULL : "no stack trace in the report";
}
