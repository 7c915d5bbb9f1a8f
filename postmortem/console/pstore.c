#include "console/pstore.h"

#include <stdlib.h>

/* kmsg_dump_reason_str() in kernel/printk/printk.c. */
static const char *const reasons[] = { "Panic",   "Oops", "Emergency", "Shutdown",
				       "Restart", "Halt", "Poweroff",  "Unknown" };

struct part {
	uint64_t count, number; /* which record, which part of it */
	size_t order;           /* where it stood */
	struct pm_slice text;
};

static bool take_header(struct pm_slice *s, struct part *part_out)
{
	struct pm_slice rest = *s, line;

	if (!pm_take_line(&rest, &line))
		return false;
	for (size_t i = 0; i < PM_COUNT(reasons); i++) {
		struct pm_slice header = line;

		if (pm_take(&header, pm_slice_of(reasons[i])) && pm_take_char(&header, '#') &&
		    pm_take_dec(&header, &part_out->count) && pm_take(&header, PM_S(" Part")) &&
		    pm_take_dec(&header, &part_out->number) && !header.n) {
			*s = rest;
			return true;
		}
	}
	return false;
}

/* The last line with something in it. */
static struct pm_slice last_line(struct pm_slice text)
{
	text = pm_slice_trim(text);
	size_t start = text.n;
	while (start && text.p[start - 1] != '\n')
		start--;
	return pm_slice_from(text, start);
}

/* A later record holds the log's tail at its time, and so what an earlier one ended with:
 * drops all up to that line. */
static struct pm_slice without_repeated(struct pm_slice record, struct pm_slice earlier)
{
	struct pm_slice last = last_line(earlier);
	size_t found = last.n > 16 ? pm_slice_find(record, last) : PM_NPOS;

	return found == PM_NPOS ? record : pm_slice_from(record, found + last.n);
}

bool pm_pstore_is_part(struct pm_slice text)
{
	struct part part;

	return take_header(&text, &part);
}

static int compare(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	if (x->count != y->count)
		return x->count < y->count ? -1 : 1;
	if (x->number != y->number)
		return x->number > y->number ? -1 : 1;
	return x->order < y->order ? -1 : 1;
}

void pm_pstore_order(struct pm_slice text, struct pm_buf *out)
{
	struct pm_arena arena;
	PM_VEC(struct part) parts = { 0 };
	struct part part = { 0 };
	const char *start = text.p;

	pm_arena_init(&arena);
	while (text.n) {
		const char *here = text.p;

		if (take_header(&text, &part)) {
			if (parts.n)
				parts.v[parts.n - 1].text.n = (size_t)(here - parts.v[parts.n - 1].text.p);
			else
				pm_buf_add(out, start, (size_t)(here - start));
			part.order = parts.n;
			part.text = text;
			*PM_PUSH(&arena, &parts) = part;
		} else {
			struct pm_slice line;

			if (!pm_take_line(&text, &line))
				break;
		}
	}
	if (!parts.n)
		pm_buf_add(out, start, (size_t)(text.p - start));
	else
		qsort(parts.v, parts.n, sizeof(parts.v[0]), compare);
	struct pm_buf record = { 0 };
	for (size_t i = 0; i < parts.n;) {
		uint64_t count = parts.v[i].count;

		record.n = 0;
		for (; i < parts.n && parts.v[i].count == count; i++) {
			pm_buf_add(&record, parts.v[i].text.p, parts.v[i].text.n);
			if (record.n && record.data[record.n - 1] != '\n')
				pm_buf_add(&record, "\n", 1);
		}
		struct pm_slice rest = without_repeated((struct pm_slice){ record.data, record.n },
							(struct pm_slice){ out->data, out->n });
		pm_buf_add(out, rest.p, rest.n);
	}
	pm_buf_deinit(&record);
	pm_arena_deinit(&arena);
}
