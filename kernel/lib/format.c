#include "lib/format.h"

#include <stdbool.h>
#include <stdint.h>

#include "lib/string.h"

struct out {
	char *to;
	size_t used, size;
};

static void put(struct out *out, char c)
{
	if (out->used + 1 < out->size)
		out->to[out->used++] = c;
}

static void put_padded(struct out *out, const char *text, size_t n, int width, bool left, char pad)
{
	int missing = width - (int)n;

	if (!left)
		for (; missing > 0; missing--)
			put(out, pad);
	for (size_t i = 0; i < n; i++)
		put(out, text[i]);
	for (; missing > 0; missing--)
		put(out, ' ');
}

static size_t digits(char *buffer, uint64_t value, unsigned base)
{
	char reversed[24];
	size_t n = 0;

	do {
		reversed[n++] = "0123456789abcdef"[value % base];
		value /= base;
	} while (value);
	for (size_t i = 0; i < n; i++)
		buffer[i] = reversed[n - 1 - i];
	return n;
}

size_t format_list(char *to, size_t size, const char *text, va_list list)
{
	struct out out = { to, 0, size };
	char number[32];

	for (; *text; text++) {
		bool left = false;
		char pad = ' ';
		int width = 0, longs = 0;
		size_t n = 0;

		if (*text != '%') {
			put(&out, *text);
			continue;
		}
		for (text++; *text == '-' || *text == '0'; text++) {
			if (*text == '-')
				left = true;
			else
				pad = '0';
		}
		for (; *text >= '0' && *text <= '9'; text++)
			width = width * 10 + *text - '0';
		for (; *text == 'l' || *text == 'z'; text++)
			longs++;
		switch (*text) {
		case 'c':
			number[0] = (char)va_arg(list, int);
			put_padded(&out, number, 1, width, left, ' ');
			break;
		case 's': {
			const char *s = va_arg(list, const char *);

			if (!s)
				s = "(null)";
			put_padded(&out, s, strlen(s), width, left, ' ');
			break;
		}
		case 'd': {
			int64_t value = longs ? va_arg(list, int64_t) : va_arg(list, int);

			if (value < 0)
				number[n++] = '-';
			n += digits(number + n, value < 0 ? -(uint64_t)value : (uint64_t)value, 10);
			put_padded(&out, number, n, width, left, pad);
			break;
		}
		case 'u':
		case 'x':
			n = digits(number, longs ? va_arg(list, uint64_t) : va_arg(list, unsigned),
				   *text == 'u' ? 10 : 16);
			put_padded(&out, number, n, width, left, pad);
			break;
		case 'p':
			n = digits(number, (uintptr_t)va_arg(list, void *), 16);
			put_padded(&out, number, n, 16, false, '0');
			break;
		case '%':
			put(&out, '%');
			break;
		default: /* an end, or none of ours */
			goto done;
		}
	}
done:
	if (size)
		to[out.used] = '\0';
	return out.used;
}

size_t format(char *to, size_t size, const char *text, ...)
{
	va_list list;

	va_start(list, text);
	size_t n = format_list(to, size, text, list);
	va_end(list);
	return n;
}
