/* The parts of naming a report (identify.c), shared by the files that do them. */
#ifndef PM_PRINTK_IDENTIFY_H
#define PM_PRINTK_IDENTIFY_H

#include "base/pattern.h"
#include "console/linux/rows.h"

/* words.c: what a report's first line holds. */

/* In the order of precedence: a line that holds several belongs to the first.  NULL-terminated. */
extern const char *const pm_printk_words[];
/* The word by which body may be the first line of a report, or NULL; cheap when it holds none.
 * after: NULL, or the word that was returned before: the next one is wanted. */
const char *pm_printk_word(struct pm_slice body, const char *after);

/* rows.c: the rows of all families as one list. */

/* The first row at or after `from` that has this word and whose line pattern matches; NULL: none.
 * from: 0, or the index that the call before returned in *next_out. */
const struct pm_printk_row *pm_printk_row_match(const char *word, struct pm_slice body, size_t from,
						struct pm_match *match_out,
						const struct pm_printk_family **family_out, size_t *next_out);
enum pm_printk_start { PM_NO_START, PM_STARTS, PM_FOLLOWS, PM_ASIDE, PM_MAYBE };
/* Does a report start at this line?  PM_FOLLOWS: yes, unless it stands in a report already;
 * PM_ASIDE: yes, unless it stands in the middle of a stack trace; PM_MAYBE: where the lines behind it say so, and
 * never inside another. */
enum pm_printk_start pm_printk_start(const struct pm_line *line);

/* Does the kernel itself doubt this line (an unreliable frame)?  The name must not rest on it. */
bool pm_printk_doubted(const struct pm_line *line);

/* The report as it is read for its name: bodies of its lines, without unreliable frames. */
struct pm_view {
	PM_VEC(struct pm_slice) lines;
	size_t own; /* lines[own…] follow the start of another report */
};

/* guilty.c: who is to blame. */

#define PM_CANDIDATES 512

struct pm_guilty {
	struct pm_slice raw;       /* name as printed, without compiler suffix */
	struct pm_slice canonical; /* without the prefix of system calls; a bucket's name */
};

/* The result of a search: one guilty function for each PM_STEP_FRAMES (or one, without any). */
struct pm_search {
	bool ok;
	struct pm_guilty guilty[2];
	size_t n;
	struct pm_slice callers[4]; /* up to four functions from the guilty one on, for the fingerprint */
	size_t callers_n;
};

/* from: index of the line at which the row matched. */
void pm_guilty_search(const struct pm_view *view, size_t from, const struct pm_printk_row *row,
		      struct pm_arena *arena, struct pm_search *out);
/* Is this function of no interest in any report?  skip: globs, blank-separated, or NULL. */
bool pm_guilty_passed_over(struct pm_slice name, const char *skip);
/* The source file to blame, or NULL. */
const char *pm_guilty_file(const struct pm_view *view, const char *title, struct pm_arena *arena);

/* A line that starts a stack trace of any kind. */
bool pm_stack_starts(struct pm_slice body);
/* A frame behind the tag of a stack, on one line with it. */
bool pm_stack_tagged(struct pm_slice body);

/* title.c */

/* template: "… {1} … {f} …" with the captures, {f} and {g} (rows.h); cleaned of what changes from run to run.
 */
const char *pm_title_make(struct pm_arena *arena, const char *template, const struct pm_slice *captures,
			  size_t n, struct pm_slice f, struct pm_slice g);
const char *pm_title_clean(struct pm_arena *arena, struct pm_slice title);
/* NULL: none. */
const char *pm_title_type(const char *title);
/* The function that the title names, or NULL. */
const char *pm_title_frame(struct pm_arena *arena, const char *title);

/* corrupted.c: why the report cannot be whole, or NULL.  row may be NULL.
 * whole_out: only the convention calls it corrupted, nothing need be lost. */
const char *pm_corrupted_why(const struct pm_view *view, const char *title, const struct pm_printk_row *row,
			     bool *whole_out);

/* fingerprint.c */
const char *pm_fingerprint(struct pm_arena *arena, enum pm_kind kind, const char *title,
			   const struct pm_search *search);

#endif
