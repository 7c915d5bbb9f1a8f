/* Errors that carry their way: a code for programs, a message for people.
 *
 * A function that can fail returns `struct pm_error *`, NULL on success.  The
 * caller owns what it gets: it frees it, passes it on, or prepends where it was:
 *
 *	vmcore: page descriptor 1234: zstd frame truncated
 */
#ifndef PM_ERROR_H
#define PM_ERROR_H

#include <stdarg.h>

enum pm_code {
	PM_OK,
	PM_NOT_FOUND,   /* what was asked for is not there */
	PM_BAD_DATA,    /* the input contradicts itself or its format */
	PM_TRUNCATED,   /* the input ends too early */
	PM_MISMATCH,    /* two inputs do not belong together (build ids, releases) */
	PM_UNSUPPORTED, /* recognised, but not handled by this build */
	PM_IO,          /* the operating system said no */
	PM_USAGE,       /* the command line is wrong */
};

struct pm_error {
	enum pm_code code;
	char *message;
};

struct pm_error *pm_error_new(enum pm_code code, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));
/* As above, ending in ": " and the words for errno_value. */
struct pm_error *pm_error_errno(int errno_value, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));
/* Puts "<formatted>: " before the message; returns err, for `return pm_error_prepend(err, …)`. */
struct pm_error *pm_error_prepend(struct pm_error *err, const char *fmt, ...)
	__attribute__((format(printf, 2, 3), warn_unused_result));
/* NULL is allowed. */
void pm_error_free(struct pm_error *err);
/* Frees err and tells its code (PM_OK for NULL): for callers that only branch. */
enum pm_code pm_error_take(struct pm_error *err);

#endif
