/* Plain consoles: what the readers of the BSDs, XNU and Zircon share.
 *
 * These kernels die on one console without telling contexts apart, so a report is
 * the lines from its start to the next boot (or, for what does not kill, to the
 * first line of another shape).  A system's reader collects them, names the report
 * by a table of rows, then hands each line to the readers of fields and traces. */
#ifndef PM_PLAIN_REPORT_H
#define PM_PLAIN_REPORT_H

#include "base/pattern.h"
#include "console/report.h"

struct pm_plain_line {
	struct pm_slice text;       /* what the kernel printed; wrapped lines are joined */
	const struct pm_line *from; /* the (first) line of the window */
};

struct pm_plain_report {
	struct pm_window *window;
	struct pm_incident *inc;
	PM_VEC(struct pm_plain_line) lines; /* [0]: at which it starts */
};

/* Cuts a line's text out of it: systems with a prefix of their own have their own. */
typedef struct pm_slice (*pm_plain_text_fn)(const struct pm_line *line);
struct pm_slice pm_plain_text(const struct pm_line *line);
/* Is line still part of a report that did not stop the machine? */
typedef bool (*pm_plain_more_fn)(struct pm_slice text);

/* Collects and takes the lines.  more NULL: the machine stopped, all is its report until it boots again.
 * join: may the text be continued by the next line's?  NULL: never. */
typedef bool (*pm_plain_join_fn)(const struct pm_line *line, struct pm_slice text, struct pm_slice next);
void pm_plain_collect(struct pm_plain_report *report, pm_plain_text_fn text, pm_plain_more_fn more,
		      pm_plain_join_fn join);

/* A way to name a report.  Rows of a header are tried in order. */
struct pm_plain_found {
	struct pm_match match; /* of the row's pattern, in the first line */
	struct pm_slice a, b;  /* what look found; "$a", "$b" in titles */
};

struct pm_plain_row {
	const char *pattern; /* of the first line (base/pattern.h) */
	const char *title;   /* "$1"… captures, "$a" "$b" of look, "$/1" the last part of a path */
	enum pm_kind kind;
	/* Looks further into the report; NULL: not needed.  False: the row does not fit. */
	bool (*look)(const struct pm_plain_report *report, struct pm_plain_found *found);
	const char *corrupted; /* why this form is incomplete; NULL: it is not */
};

/* What may start a report: the first header in the line that is not one of `not`. */
struct pm_plain_header {
	const char *word;
	const char *const * not ; /* such lines are none; NULL-terminated, or NULL */
	const struct pm_plain_row *rows;
	size_t n;
	enum pm_kind kind;     /* where no row fits: the rest of the line is the title */
	const char *otherwise; /* why that means that the report is incomplete; NULL: it does not */
	pm_plain_more_fn more; /* for a report that does not stop the machine */
};

/* A report of one line. */
bool pm_plain_nothing_more(struct pm_slice text);
/* What a fuzzer's programs print on any console: words of every system, and headers that come behind its own. */
#define PM_PLAIN_FUZZER_WORDS "SYZFAIL:", "SYZFATAL:"

/* NULL: no report starts here.  at_out (may be NULL): where the word is in text. */
const struct pm_plain_header *pm_plain_header_find(const struct pm_plain_header *headers, size_t n,
						   struct pm_slice text, size_t *at_out);
/* Names the report: title, type, frame, kind, corrupted; message and place in the text. */
void pm_plain_name(struct pm_plain_report *report, const struct pm_plain_header *header);
/* Collects the lines, names the report and reads its traces.  header NULL: false, nothing was done. */
bool pm_plain_begin(struct pm_plain_report *report, const struct pm_plain_header *header,
		    pm_plain_text_fn text, pm_plain_join_fn join);
/* What is left when everything is read: place, kind by address, log, fingerprint. */
void pm_plain_finish(struct pm_plain_report *report);

/* What a message is about, by its words. */
enum pm_kind pm_plain_kind(struct pm_slice message, enum pm_kind otherwise);
/* Is the panic at the window's start that of a program (Go's runtime says "panic: …" too)? */
bool pm_plain_of_program(const struct pm_window *window);
/* Index of the first line from `from` on that holds text, or PM_NPOS. */
size_t pm_plain_find(const struct pm_plain_report *report, size_t from, const char *text);
/* A copy in the incident's arena. */
const char *pm_plain_str(struct pm_plain_report *report, struct pm_slice text);
void pm_plain_fact(struct pm_plain_report *report, const char *group, const char *name, struct pm_slice value,
		   const char *meaning, const struct pm_plain_line *line);

/* "panic:" that is none: settings and names with the word. */
extern const char *const pm_plain_no_panic[];

#endif
