/* Borrowed pieces of text: pointer and length, never NUL-terminated by promise.
 * A slice is valid as long as what it was cut from. */
#ifndef PM_SLICE_H
#define PM_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

/* Rows of a table. */
#define PM_COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct pm_slice {
	const char *p;
	size_t n;
};

#define PM_NPOS ((size_t)-1)
#define PM_S(literal) ((struct pm_slice){ "" literal, sizeof(literal) - 1 })
#define PM_FMT(s) (int)(s).n, (s).p /* for "%.*s" */

static inline struct pm_slice pm_slice_of(const char *s)
{
	return (struct pm_slice){ s, s ? strlen(s) : 0 };
}

/* Cut to the slice's bounds: never reads outside. */
static inline struct pm_slice pm_slice_from(struct pm_slice s, size_t start)
{
	if (start > s.n)
		start = s.n;
	return (struct pm_slice){ s.p + start, s.n - start };
}

static inline struct pm_slice pm_slice_upto(struct pm_slice s, size_t end)
{
	return (struct pm_slice){ s.p, end < s.n ? end : s.n };
}

/* Characters, in every locale the same. */
static inline bool pm_is_digit(char c)
{
	return c >= '0' && c <= '9';
}
static inline bool pm_is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
static inline bool pm_is_alnum(char c)
{
	return pm_is_alpha(c) || pm_is_digit(c);
}
/* Of a name in C. */
static inline bool pm_is_word(char c)
{
	return pm_is_alnum(c) || c == '_';
}
/* The value of a hex digit of either case, or -1. */
static inline int pm_hex_digit(char c)
{
	if (pm_is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}
static inline bool pm_is_hex(char c)
{
	return pm_hex_digit(c) >= 0;
}

bool pm_slice_eq(struct pm_slice a, struct pm_slice b);
bool pm_slice_starts(struct pm_slice s, struct pm_slice prefix);
bool pm_slice_ends(struct pm_slice s, struct pm_slice suffix);
/* Position of the first occurrence, or PM_NPOS. */
size_t pm_slice_find(struct pm_slice s, struct pm_slice what);
size_t pm_slice_find_char(struct pm_slice s, char c);
static inline bool pm_slice_has(struct pm_slice s, struct pm_slice what)
{
	return pm_slice_find(s, what) != PM_NPOS;
}
/* Blanks, tabs, CR and LF off both ends. */
struct pm_slice pm_slice_trim(struct pm_slice s);
/* The whole of s, blanks at its ends aside, as a number; false when it is none, has a rest, or is past 64 bits. */
bool pm_slice_dec(struct pm_slice s, uint64_t *out);
bool pm_slice_hex(struct pm_slice s, uint64_t *out);

/* Takers: on a match they advance *s behind it and return true; else *s stays. */
bool pm_take(struct pm_slice *s, struct pm_slice prefix);
bool pm_take_char(struct pm_slice *s, char c);
void pm_take_blanks(struct pm_slice *s);
/* Decimal digits; false without a digit or past 64 bits. */
bool pm_take_dec(struct pm_slice *s, uint64_t *value_out);
/* Hex digits, with or without "0x"; digits_out (may be NULL) counts them without "0x". */
bool pm_take_hex(struct pm_slice *s, uint64_t *value_out, unsigned *digits_out);
/* Up to the first of the characters in stop (not taken), or the end; false when nothing stands before it. */
bool pm_take_until(struct pm_slice *s, const char *stop, struct pm_slice *out);
/* All up to and with the first `what`. */
bool pm_take_past(struct pm_slice *s, struct pm_slice what);
/* A run of non-blanks. */
bool pm_take_word(struct pm_slice *s, struct pm_slice *out);
/* The next line without its line end (LF, CR LF); false at the end. */
bool pm_take_line(struct pm_slice *s, struct pm_slice *out);

#endif
