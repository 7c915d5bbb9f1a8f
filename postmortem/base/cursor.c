#include "base/cursor.h"

#include "base/memory.h"

#include <stdlib.h>

void pm_cursor_init(struct pm_cursor *cur, const char *name, const void *data, size_t size)
{
	*cur = (struct pm_cursor){ .name = name, .data = data, .size = size };
}

struct pm_error *pm_cursor_error(const struct pm_cursor *cur, enum pm_code code, const char *fmt, ...)
{
	va_list ap;
	va_start(ap, fmt);
	char *what = pm_vprintf(fmt, ap);
	va_end(ap);

	struct pm_error *err = pm_error_new(code, "%s: offset 0x%llx: %s", cur->name,
					    (unsigned long long)cur->base + cur->pos, what);
	free(what);
	return err;
}

struct pm_error *pm_cursor_bytes(struct pm_cursor *cur, size_t n, const uint8_t **out)
{
	if (pm_cursor_left(cur) < n)
		return pm_cursor_error(cur, PM_TRUNCATED, "%zu bytes wanted, %zu left", n,
				       pm_cursor_left(cur));
	*out = cur->data + cur->pos;
	cur->pos += n;
	return NULL;
}

struct pm_error *pm_cursor_skip(struct pm_cursor *cur, size_t n)
{
	const uint8_t *unused = NULL;

	return pm_cursor_bytes(cur, n, &unused);
}

static struct pm_error *load(struct pm_cursor *cur, size_t n, uint64_t *out)
{
	const uint8_t *bytes = NULL;
	struct pm_error *err = pm_cursor_bytes(cur, n, &bytes);

	if (!bytes)
		return err;
	*out = 0;
	for (size_t i = 0; i < n; i++)
		*out = *out << 8 | bytes[cur->big_endian ? i : n - 1 - i];
	return NULL;
}

#define LOADER(name, type)                                                                                   \
	struct pm_error *name(struct pm_cursor *cur, type *out)                                              \
	{                                                                                                    \
		uint64_t value = 0;                                                                          \
		struct pm_error *err = load(cur, sizeof(type), &value);                                      \
		if (!err)                                                                                    \
			*out = (type)value;                                                                  \
		return err;                                                                                  \
	}

LOADER(pm_cursor_u8, uint8_t)
LOADER(pm_cursor_u16, uint16_t)
LOADER(pm_cursor_u32, uint32_t)
LOADER(pm_cursor_u64, uint64_t)
