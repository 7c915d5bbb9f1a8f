/* The extension lines of the recorder's text report (SPEC.md, section 1): what both halves need of them.
 * No input or output, no allocation, nothing of the C library: the recorder writes with it, the reader reads. */
#ifndef KF_REPORT_H
#define KF_REPORT_H

#include "formats/sum.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define KF_REPORT_MARK "KPANIC "
#define KF_REPORT_VERSION 1
#define KF_REPORT_LINE_MAX 200 /* bytes, without the line's end */

/* A piece of a line; borrowed. */
struct kf_text {
	const char *p;
	size_t n; /* bytes */
};

/* ---- reading ---- */

struct kf_line {
	unsigned version;
	struct kf_text word; /* "begin" */
	struct kf_text rest; /* the pairs behind it, for kf_pair_next */
};

/* Bytes before the first extension line's mark in text ("KPANIC <digit>"); n: there is none. */
size_t kf_line_find(const char *text, size_t n);
/* Takes a line that begins with the mark.  False: it does not, or has no word. */
bool kf_line_read(const char *text, size_t n, struct kf_line *out);

struct kf_pair {
	struct kf_text key, value; /* value: as it stands, without its quotes */
	bool quoted;               /* `value` may hold escapes: kf_value_copy */
	bool cut;                  /* the line ended inside of the quotes, or an escape is none */
};

/* The next pair of *rest, which moves on behind it.  Words without "=" are passed over; false: no more. */
bool kf_pair_next(struct kf_text *rest, struct kf_pair *out);
/* The value's bytes, escapes undone, at most size of them; returns how many there are in all. */
size_t kf_value_copy(const struct kf_pair *pair, char *to, size_t size);
/* The value as a number, all of it; false: it is none, or too large.  Hex: a "0x" before it is allowed. */
bool kf_value_dec(const struct kf_pair *pair, uint64_t *out);
bool kf_value_hex(const struct kf_pair *pair, uint64_t *out);

/* ---- writing ---- */

/* How the byte stands inside of quotes: writes 1 to 4 bytes, returns how many. */
#define KF_QUOTED_MAX 4
size_t kf_quote(char c, char out[KF_QUOTED_MAX]);
/* Can text stand without quotes?  (It is not empty and has no blank, quote or control character.) */
bool kf_is_bare(const char *text, size_t n);

#endif
