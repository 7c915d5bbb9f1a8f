#include "lib/format.h"

#include <stdbool.h>

struct out {
	char *to;
	size_t size, n;
};

static void put(struct out *out, char c)
{
	if (out->n + 1 >= out->size)
		return;
	out->to[out->n + 1] = 0;
	out->to[out->n++] = c;
}

struct spec {
	bool left, zero, prefix; /* prefix: 0x, where it is not 0 */
	int width, precision;    /* -1: none */
	int longs;               /* of l; z counts as one that fits a size_t */
};

/* More than any line: a width from a broken argument must not keep us. */
#define WIDTH_MAX 256

static void pad(struct out *out, char with, int n)
{
	for (; n > 0; n--)
		put(out, with);
}

static void put_string(struct out *out, const struct spec *spec, const char *s)
{
	int n = 0, most = spec->precision >= 0 ? spec->precision : (int)out->size;

	if (!s)
		s = "(null)";
	if (spec->width > 0 && !spec->left) {
		while (n < most && s[n])
			n++;
		pad(out, ' ', spec->width - n);
	}
	for (n = 0; n < most && s[n]; n++)
		put(out, s[n]);
	if (spec->left)
		pad(out, ' ', spec->width - n);
}

static void put_number(struct out *out, const struct spec *spec, uint64_t value, unsigned base, char ten,
		       const char *sign)
{
	char digits[20];
	int n = 0, length;

	do {
		/* A 64-bit division needs a library function on a 32-bit machine; base 16 is a shift, base 10 is done by
		 * long division over 16 bits at a time. */
		unsigned digit;
		if (base == 16) {
			digit = value & 15;
			value >>= 4;
		} else {
			uint32_t rest = 0;
			uint64_t quotient = 0;
			for (int shift = 48; shift >= 0; shift -= 16) {
				uint32_t part = rest << 16 | (uint32_t)(value >> shift & 0xffff);
				quotient |= (uint64_t)(part / 10) << shift;
				rest = part % 10;
			}
			digit = rest;
			value = quotient;
		}
		digits[n++] = (char)(digit < 10 ? '0' + digit : (unsigned)ten + digit - 10);
	} while (value);
	length = n;
	for (const char *s = sign; *s; s++)
		length++;
	if (!spec->left && !spec->zero)
		pad(out, ' ', spec->width - length);
	while (*sign)
		put(out, *sign++);
	if (!spec->left && spec->zero)
		pad(out, '0', spec->width - length);
	while (n)
		put(out, digits[--n]);
	if (spec->left)
		pad(out, ' ', spec->width - length);
}

static int number_in(const char **at)
{
	int n = 0;

	while (**at >= '0' && **at <= '9') {
		n = n * 10 + (*(*at)++ - '0');
		if (n > WIDTH_MAX)
			n = WIDTH_MAX;
	}
	return n;
}

static int clamp(int n)
{
	return n > WIDTH_MAX ? WIDTH_MAX : n;
}

size_t kp_vformat(char *to, size_t size, const char *format, va_list arguments)
{
	struct out out = { to, size, 0 };

	if (!size)
		return 0;
	*to = 0;
	while (*format) {
		const char *start = format;
		struct spec spec = { .precision = -1 };
		if (*format != '%') {
			put(&out, *format++);
			continue;
		}
		for (format++;; format++) {
			if (*format == '-')
				spec.left = true;
			else if (*format == '0')
				spec.zero = true;
			else if (*format == '#')
				spec.prefix = true;
			else
				break;
		}
		if (*format == '*') {
			spec.width = clamp(va_arg(arguments, int));
			if (spec.width < 0) {
				spec.left = true;
				spec.width = spec.width < -WIDTH_MAX ? WIDTH_MAX : -spec.width;
			}
			format++;
		} else {
			spec.width = number_in(&format);
		}
		if (*format == '.') {
			format++;
			if (*format == '*') {
				spec.precision = clamp(va_arg(arguments, int));
				format++;
			} else {
				spec.precision = number_in(&format);
			}
		}
		for (;; format++) {
			if (*format == 'l')
				spec.longs++;
			else if (*format == 'z' || *format == 't')
				spec.longs = sizeof(size_t) > sizeof(long) ? 2 : 1;
			else if (*format == 'j')
				spec.longs = 2;
			else if (*format != 'h')
				break;
		}
		switch (*format) {
		case 's':
			put_string(&out, &spec, va_arg(arguments, const char *));
			break;
		case 'c':
			put(&out, (char)va_arg(arguments, int));
			break;
		case 'p':
			put_number(&out, &spec, (uintptr_t)va_arg(arguments, void *), 16, 'a', "0x");
			break;
		case 'd':
		case 'i': {
			int64_t value = spec.longs > 1 ? va_arg(arguments, long long)
					: spec.longs   ? va_arg(arguments, long)
						       : va_arg(arguments, int);
			put_number(&out, &spec, value < 0 ? 0 - (uint64_t)value : (uint64_t)value, 10, 'a',
				   value < 0 ? "-" : "");
			break;
		}
		case 'u':
		case 'x':
		case 'X': {
			uint64_t value = spec.longs > 1 ? va_arg(arguments, unsigned long long)
					 : spec.longs   ? va_arg(arguments, unsigned long)
							: va_arg(arguments, unsigned);
			put_number(&out, &spec, value, *format == 'u' ? 10 : 16, *format == 'X' ? 'A' : 'a',
				   spec.prefix && value && *format != 'u' ? "0x" : "");
			break;
		}
		case '%':
			put(&out, '%');
			break;
		default:
			for (; start < format; start++)
				put(&out, *start);
			continue;
		}
		format++;
	}
	return out.n;
}

size_t kp_format(char *to, size_t size, const char *format, ...)
{
	va_list arguments;
	size_t n;

	va_start(arguments, format);
	n = kp_vformat(to, size, format, arguments);
	va_end(arguments);
	return n;
}
