#include "lib/format.h"

#include "kpanic/config.h"

#include <stdbool.h>

/* Small, and called from many places: a compiler that copies them there makes tier 0 too large. */
#define ONCE __attribute__((noinline))

struct out {
	char *to;
	size_t size, n;
};

static ONCE void put(struct out *out, char c)
{
	if (out->n + 1 >= out->size)
		return;
	out->to[out->n + 1] = 0;
	out->to[out->n++] = c;
}

struct spec {
	bool left, zero, prefix; /* prefix: 0x, where it is not 0 */
	int width, precision;    /* precision below 0: none */
	int longs;               /* how many l; see next */
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
		unsigned digit;
#if UINTPTR_MAX > UINT32_MAX
		digit = (unsigned)(value % base);
		value /= base;
#else
		/* A 64-bit division needs a library function on a 32-bit machine; base 16 is a shift, base 10 is done by
		 * long division over 16 bits at a time. */
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
#endif
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

static ONCE int number_in(const char **at)
{
	int n = 0;

	while (**at >= '0' && **at <= '9') {
		n = n * 10 + (*(*at)++ - '0');
		if (n > WIDTH_MAX)
			n = WIDTH_MAX;
	}
	return n;
}

struct list {
	va_list arguments; /* in a struct, so that its address can be passed whatever a va_list is */
};

/* One place for all: each va_arg is a page of code. longs: 0 int, 1 long, 2 long long; the sign is kept. */
static ONCE int64_t next(struct list *list, int longs)
{
	if (longs > 1 && sizeof(long) < sizeof(long long))
		return va_arg(list->arguments, long long);
	return longs ? va_arg(list->arguments, long) : va_arg(list->arguments, int);
}

/* A width or a precision: a number, or "*" for the next argument. */
static ONCE int next_width(struct list *list, const char **at)
{
	int64_t n;

	if (**at != '*')
		return number_in(at);
	(*at)++;
	n = next(list, 0);
	return n > WIDTH_MAX ? WIDTH_MAX : n < -WIDTH_MAX ? -WIDTH_MAX : (int)n;
}

static void format_one(struct out *out, const char **at, struct list *list)
{
	const char *format = *at + 1;
	struct spec spec = { .precision = -1 };
	uint64_t value;
	const char *sign = "";
	bool hex;

	for (;; format++) {
		if (*format == '-')
			spec.left = true;
		else if (*format == '0')
			spec.zero = true;
		else if (*format == '#')
			spec.prefix = true;
		else
			break;
	}
	spec.width = next_width(list, &format);
	if (spec.width < 0) {
		spec.left = true;
		spec.width = -spec.width;
	}
	if (*format == '.') {
		format++;
		spec.precision = next_width(list, &format);
	}
	for (;; format++) {
		if (*format == 'l')
			spec.longs++;
		else if (*format == 'z' || *format == 't')
			spec.longs = 1; /* a long has the size of a pointer wherever this is built */
		else if (*format == 'j')
			spec.longs = 2;
		else if (*format != 'h')
			break;
	}
	hex = *format == 'x' || *format == 'X' || *format == 'p';
	switch (*format) {
	case 's':
		put_string(out, &spec, (const char *)(uintptr_t)next(list, 1));
		break;
	case 'c':
		put(out, (char)next(list, 0));
		break;
	case 'p':
		spec.longs = 1;
		/* fallthrough */
	case 'd':
	case 'i':
	case 'u':
	case 'x':
	case 'X':
		value = (uint64_t)next(list, spec.longs);
		if ((*format == 'd' || *format == 'i') && (int64_t)value < 0) {
			value = 0 - value;
			sign = "-";
		} else if (spec.longs < 2) {
			value &= spec.longs ? ~0ul : ~0u;
		}
		if (*format == 'p' || (hex && spec.prefix && value))
			sign = "0x";
		put_number(out, &spec, value, hex ? 16 : 10, *format == 'X' ? 'A' : 'a', sign);
		break;
	case '%':
		put(out, '%');
		break;
	default:
		while (*at < format)
			put(out, *(*at)++);
		return;
	}
	*at = format + 1;
}

size_t kp_vformat(char *to, size_t size, const char *format, va_list arguments)
{
	struct out out = { to, size, 0 };
	struct list list;

	if (!size)
		return 0;
	*to = 0;
	va_copy(list.arguments, arguments);
	while (*format) {
		if (*format == '%')
			format_one(&out, &format, &list);
		else
			put(&out, *format++);
	}
	va_end(list.arguments);
	return out.n;
}

#if KP_TIER >= 2
size_t kp_format(char *to, size_t size, const char *format, ...)
{
	va_list arguments;
	size_t n;

	va_start(arguments, format);
	n = kp_vformat(to, size, format, arguments);
	va_end(arguments);
	return n;
}
#endif
