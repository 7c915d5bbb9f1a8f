#include "base/error.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct pm_error *make(enum pm_code code, const char *fmt, va_list ap)
{
	struct pm_error *err = pm_alloc(sizeof(*err));

	err->code = code;
	err->message = pm_vprintf(fmt, ap);
	return err;
}

struct pm_error *pm_error_new(enum pm_code code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct pm_error *err = make(code, fmt, ap);
	va_end(ap);
	return err;
}

struct pm_error *pm_error_errno(int errno_value, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	struct pm_error *err = make(PM_IO, fmt, ap);
	va_end(ap);

	char *message = pm_printf("%s: %s", err->message, strerror(errno_value));
	free(err->message);
	err->message = message;
	return err;
}

struct pm_error *pm_error_prepend(struct pm_error *err, const char *fmt, ...)
{
	if (!err)
		return NULL;
	va_list ap;
	va_start(ap, fmt);
	char *where = pm_vprintf(fmt, ap);
	va_end(ap);

	char *message = pm_printf("%s: %s", where, err->message);
	free(where);
	free(err->message);
	err->message = message;
	return err;
}

void pm_error_free(struct pm_error *err)
{
	if (!err)
		return;
	free(err->message);
	free(err);
}

enum pm_code pm_error_take(struct pm_error *err)
{
	enum pm_code code = err ? err->code : PM_OK;

	pm_error_free(err);
	return code;
}
