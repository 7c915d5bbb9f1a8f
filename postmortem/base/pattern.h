/* Patterns over a line of text, as kernels' printf formats are written.
 *
 * A pattern is literal text with fields in braces.  Every field captures, in
 * order of appearance:
 *
 *	{f}  a function name: letters, digits, _ and . (no leading digit), at least one
 *	{w}  non-blanks, at least one, as few as the rest of the pattern allows; all at its end
 *	{x}  hex digits, with or without 0x
 *	{d}  decimal digits
 *	{s}  a source place, file.c:123
 *	{this|that|}  one of several texts, the first that fits; an empty one always does
 *	{*}  anything, even nothing, as little as the rest of the pattern allows
 *	{a}  a kernel address in brackets and the blanks behind it, or nothing; does not capture
 *	{_}  blanks, any number; does not capture
 *
 * It is looked for anywhere in the line; ^ at its start and $ at its end anchor
 * it.  {{ stands for a brace.  Time is bounded: a hostile line does not match.
 */
#ifndef PM_PATTERN_H
#define PM_PATTERN_H

#include "base/slice.h"

#define PM_CAPTURES 8

struct pm_match {
	size_t start, end; /* of the whole match, in the line */
	struct pm_slice cap[PM_CAPTURES];
	size_t n;
};

/* False: no match; *out is then undefined.  out may be NULL. */
bool pm_match(const char *pattern, struct pm_slice line, struct pm_match *out);

/* Is c part of a function name as kernels print it? */
bool pm_is_name_char(char c);

#endif
