/* Is a text JSON?  Takes one value off it; fails the test where it is none. */
#ifndef JSON_CHECK_H
#define JSON_CHECK_H

#include "base/slice.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static inline void json_value(const char **s);

static inline void json_string(const char **s)
{
	assert_int_equal(*(*s)++, '"');
	while (**s != '"') {
		assert_true((unsigned char)**s >= 0x20);
		*s += **s == '\\' ? 2 : 1;
	}
	(*s)++;
}

/* The members between brackets; empty ones are allowed. */
static inline void json_list(const char **s, char close)
{
	(*s)++;
	for (bool first = true; **s != close; first = false) {
		if (!first)
			assert_int_equal(*(*s)++, ',');
		if (close == '}') {
			json_string(s);
			assert_int_equal(*(*s)++, ':');
		}
		json_value(s);
	}
	(*s)++;
}

static inline void json_value(const char **s)
{
	static const char *const words[] = { "true", "false", "null" };

	if (**s == '"') {
		json_string(s);
		return;
	}
	if (**s == '{' || **s == '[') {
		json_list(s, **s == '{' ? '}' : ']');
		return;
	}
	for (size_t i = 0; i < PM_COUNT(words); i++)
		if (!strncmp(*s, words[i], strlen(words[i]))) {
			*s += strlen(words[i]);
			return;
		}
	size_t n = strspn(*s, "-0123456789");

	assert_true(n > 0);
	*s += n;
}

#endif
