/* What only one family of Linux reports carries: the words of KASAN about an
 * object, lockdep's chains, a machine check's banks, an OOM killer's numbers.
 *
 * Each family has a table of lines it knows: a pattern, the facts that the
 * pattern's captures become, and a function for lines that take more than that.
 * Every fact is `group` + `name` (snake_case, stable: they are part of the JSON),
 * its value as printed, and its meaning in words where the value alone does not
 * say it.
 */
#ifndef PM_PRINTK_DETAILS_H
#define PM_PRINTK_DETAILS_H

#include "base/pattern.h"
#include "console/linux/linux.h"

/* Bytes of a line that are looked at: the kernel's own lines are shorter. */
#define PM_DETAIL_LINE_MAX 1024
/* Facts of one report: a hostile text may not make more. */
#define PM_DETAIL_FACTS_MAX 2000
#define PM_DETAIL_NAMES 6

struct pm_detail {
	const struct pm_printk_report *report;
	struct pm_incident *inc;
	const char *group;
	const struct pm_line *const *lines; /* the report's own, or those before it */
	size_t i, n;                        /* the line being read; how many there are */
	struct pm_slice body; /* of that line without leading blanks, at most PM_DETAIL_LINE_MAX */
	struct pm_at at;      /* of that line */
	void *state;          /* the family's own */
};

struct pm_detail_row {
	const char *pattern; /* base/pattern.h */
	/* One name per capture; "" for a capture that becomes no fact.  Without captures the first name's
	 * value is "true": the line stands there. */
	const char *names[PM_DETAIL_NAMES];
	const char *meaning; /* of the first fact */
	/* More than naming; may be NULL.  Called after the facts were added. */
	void (*read)(struct pm_detail *d, const struct pm_match *m);
	bool repeats; /* a second line of this kind is a fact of its own (else the first one counts) */
};

/* Reads every line by the first row that matches it. */
void pm_detail_read(const struct pm_printk_report *report, struct pm_incident *inc, const char *group,
		    const struct pm_detail_row *rows, size_t nrows, void *state);
/* The same over the last `most` lines before the report: what the kernel says before it says BUG. */
void pm_detail_read_before(const struct pm_printk_report *report, struct pm_incident *inc, const char *group,
			   const struct pm_detail_row *rows, size_t nrows, void *state, size_t most);
#define PM_DETAIL_READ_BEFORE(report, inc, group, rows, state, most)                                         \
	pm_detail_read_before(report, inc, group, rows, PM_COUNT(rows), state, most)
#define PM_DETAIL_READ(report, inc, group, rows, state)                                                      \
	pm_detail_read(report, inc, group, rows, PM_COUNT(rows), state)

/* Adds a fact of the line being read.  NULL when the value is empty, when a fact of this name
 * is there already (pm_detail_add_another does not mind), or when there are too many. */
struct pm_fact *pm_detail_add(struct pm_detail *d, const char *name, struct pm_slice value,
			      const char *meaning);
struct pm_fact *pm_detail_add_another(struct pm_detail *d, const char *name, struct pm_slice value,
				      const char *meaning);
/* The same, of a word that no line prints as such. */
struct pm_fact *pm_detail_add_words(struct pm_detail *d, const char *name, const char *value,
				    const char *meaning);

/* Says what the value of this family's first fact of that name means; NULL says nothing. */
void pm_detail_mean(struct pm_detail *d, const char *name, const char *meaning);

/* The body of line i, cut to PM_DETAIL_LINE_MAX; empty behind the end. */
struct pm_slice pm_detail_line(const struct pm_detail *d, size_t i);
/* Makes line i the one being read: facts added from here on stand there. */
void pm_detail_go(struct pm_detail *d, size_t i);

/* "where" of a frame text ("vfs_write+0x1c/0x80 [m]") as a place. */
void pm_detail_place(struct pm_detail *d, struct pm_slice text, struct pm_place *place_out);

const char *pm_detail_str(struct pm_detail *d, struct pm_slice s);

/* A value and its words; tables end with { NULL }. */
struct pm_detail_word {
	const char *value, *words;
};
const char *pm_detail_words(const struct pm_detail_word *table, struct pm_slice value);

/* The names of set bits, joined by ", "; NULL for none.  Tables end with words NULL. */
struct pm_detail_bit {
	uint64_t mask;
	const char *words;
};
const char *pm_detail_bits(struct pm_arena *arena, const struct pm_detail_bit *table, uint64_t value);

/* Fault details of a line, kept only where nothing was read before. */
/* Takes no hashed pointers. */
void pm_detail_fault_pointer(struct pm_detail *d, struct pm_slice address);
void pm_detail_fault_address(struct pm_detail *d, uint64_t address);
void pm_detail_fault_access(struct pm_detail *d, struct pm_slice word);
void pm_detail_fault_size(struct pm_detail *d, struct pm_slice bytes);

#endif
