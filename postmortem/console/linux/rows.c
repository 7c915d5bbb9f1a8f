#include "console/linux/identify.h"

#include "console/prose.h"

static const struct pm_printk_family *const families[] = {
	&pm_family_access, &pm_family_traps, &pm_family_stack,   &pm_family_hardware, &pm_family_rcu,
	&pm_family_lockup, &pm_family_hung,  &pm_family_kasan,   &pm_family_kfence,   &pm_family_kmsan,
	&pm_family_kcsan,  &pm_family_ubsan, &pm_family_lockdep, &pm_family_atomic,   &pm_family_object,
	&pm_family_memory, &pm_family_oom,   &pm_family_bug,     &pm_family_panic,    &pm_family_other,
};
/* Bytes of a report's first line that are looked at: no kernel prints more before what names it. */
#define FIRST_LINE_MAX 768

const struct pm_printk_row *pm_printk_row_match(const char *word, struct pm_slice body, size_t from,
						struct pm_match *match_out,
						const struct pm_printk_family **family_out, size_t *next_out)
{
	size_t index = 0;

	body = pm_slice_upto(body, FIRST_LINE_MAX);
	for (size_t f = 0; f < PM_COUNT(families); f++) {
		const struct pm_printk_family *family = families[f];

		if (from >= index + family->n) {
			index += family->n;
			continue;
		}
		for (size_t i = from > index ? from - index : 0; i < family->n; i++) {
			const struct pm_printk_row *row = &family->rows[i];

			if (strcmp(row->word, word) != 0 || !pm_match(row->line, body, match_out))
				continue;
			if (family_out)
				*family_out = family;
			if (next_out)
				*next_out = index + i + 1;
			return row;
		}
		index += family->n;
	}
	return NULL;
}

enum pm_printk_start pm_printk_start(const struct pm_line *line)
{
	const char *word = pm_printk_word(line->body, NULL);
	bool bug = word && !strcmp(word, "BUG:"), bare = line->context.kind == PM_CONTEXT_NONE;
	struct pm_match match;

	for (; word; word = pm_printk_word(line->body, word)) {
		const struct pm_printk_row *row =
			pm_printk_row_match(word, line->body, 0, &match, NULL, NULL);

		/* "segment-related general protection fault: beec [#2]": the count is only die()'s */
		if (row && bare && !pm_match(": {x} [#{d}]", line->body, NULL) &&
		    (pm_prose_before(pm_slice_upto(line->body, match.start)) ||
		     pm_prose_quotes(
			     pm_slice_upto(line->body, pm_slice_find(line->body, pm_slice_of(word)))) ||
		     (row->flags & PM_ROW_VAGUE && !pm_prose_is_kernel(line->body))))
			continue;
		if (row && row->flags & PM_ROW_NEEDS_STACK)
			return PM_MAYBE;
		if (row && row->flags & PM_ROW_FOLLOWS)
			return PM_FOLLOWS;
		if (row)
			return row->flags & PM_ROW_ASIDE ? PM_ASIDE : PM_STARTS;
	}
	/* The kernel says BUG only when it means it, and has more to say than the rows know. */
	if (bug &&
	    (pm_slice_starts(line->body, PM_S("BUG: ")) || pm_slice_starts(line->body, PM_S("[ BUG: ")) ||
	     (!bare && pm_slice_has(line->body, PM_S(": BUG: ")))) &&
	    (!bare || pm_prose_is_kernel(line->body)))
		return PM_STARTS;
	return PM_NO_START;
}
