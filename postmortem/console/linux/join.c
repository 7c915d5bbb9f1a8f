#include "console/linux/join.h"

#include "console/linux/mark.h"

#define REACH 16 /* lines back to the one that goes on */

void pm_printk_join(struct pm_line *line, struct pm_line *rest, struct pm_arena *arena)
{
	size_t lead = (size_t)(line->body.p - line->raw.p), n = lead + line->body.n;
	char *text = pm_arena_alloc(arena, n + rest->body.n + 1);

	memcpy(text, line->raw.p, n);
	memcpy(text + n, rest->body.p, rest->body.n);
	line->raw = (struct pm_slice){ text, n + rest->body.n };
	line->body = pm_slice_from(line->raw, lead);
	rest->body.n = 0;
}

/* The record before that the same context printed. */
static struct pm_line *record_before(const struct pm_window *window, size_t i)
{
	for (size_t k = i; k-- > 0 && i - k <= REACH;) {
		struct pm_line *line = &window->lines[k];

		if (line->record.is && line->body.n &&
		    pm_context_same(line->context, window->lines[i].context))
			return line;
	}
	return NULL;
}

void pm_printk_join_records(struct pm_window *window, struct pm_arena *arena)
{
	for (size_t i = 1; i < window->n; i++) {
		struct pm_line *rest = &window->lines[i], *line;
		struct pm_mark open, piece;

		if ((rest->record.flag != '+' && rest->record.flag != 'c') ||
		    !(line = record_before(window, i)))
			continue;
		if (rest->record.flag == 'c') {
			pm_mark_read(line, &open);
			pm_mark_read(rest, &piece);
			if (!open.open || piece.piece != open.open)
				continue;
		}
		if (line->raw.n + rest->body.n <= PM_LINE_MAX)
			pm_printk_join(line, rest, arena);
	}
}
