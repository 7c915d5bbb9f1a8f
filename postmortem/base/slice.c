#include "base/slice.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

bool pm_slice_eq(struct pm_slice a, struct pm_slice b)
{
	return a.n == b.n && (!a.n || !memcmp(a.p, b.p, a.n));
}

bool pm_slice_starts(struct pm_slice s, struct pm_slice prefix)
{
	return s.n >= prefix.n && (!prefix.n || !memcmp(s.p, prefix.p, prefix.n));
}

bool pm_slice_ends(struct pm_slice s, struct pm_slice suffix)
{
	return s.n >= suffix.n && (!suffix.n || !memcmp(s.p + s.n - suffix.n, suffix.p, suffix.n));
}

/* Lines are short and looked through for many words: the C library's memmem, made for long
 * texts, spends more on preparing than on searching. */
#define SHORT_TEXT 4096

#if defined(__SSE2__)
static size_t find_short(struct pm_slice s, struct pm_slice what)
{
	const __m128i first = _mm_set1_epi8(what.p[0]), last = _mm_set1_epi8(what.p[what.n - 1]);
	size_t ends = s.n - what.n + 1, i = 0;

	for (; i + 16 <= ends; i += 16) {
		__m128i a = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i));
		__m128i b = _mm_loadu_si128((const __m128i *)(const void *)(s.p + i + what.n - 1));
		unsigned hits = (unsigned)_mm_movemask_epi8(
			_mm_and_si128(_mm_cmpeq_epi8(a, first), _mm_cmpeq_epi8(b, last)));

		for (; hits; hits &= hits - 1) {
			size_t at = i + (size_t)__builtin_ctz(hits);

			if (!memcmp(s.p + at, what.p, what.n))
				return at;
		}
	}
	for (; i < ends; i++)
		if (s.p[i] == what.p[0] && !memcmp(s.p + i, what.p, what.n))
			return i;
	return PM_NPOS;
}
#else
static size_t find_short(struct pm_slice s, struct pm_slice what)
{
	const char *p = s.p, *end = s.p + s.n - what.n + 1;

	while (p < end && (p = memchr(p, what.p[0], (size_t)(end - p)))) {
		if (!memcmp(p, what.p, what.n))
			return (size_t)(p - s.p);
		p++;
	}
	return PM_NPOS;
}
#endif

size_t pm_slice_find(struct pm_slice s, struct pm_slice what)
{
	if (what.n > s.n)
		return PM_NPOS;
	if (!what.n)
		return 0;
	if (s.n <= SHORT_TEXT)
		return find_short(s, what);
	const char *p = memmem(s.p, s.n, what.p, what.n);
	return p ? (size_t)(p - s.p) : PM_NPOS;
}

size_t pm_slice_find_char(struct pm_slice s, char c)
{
	const char *p = s.n ? memchr(s.p, c, s.n) : NULL;

	return p ? (size_t)(p - s.p) : PM_NPOS;
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

struct pm_slice pm_slice_trim(struct pm_slice s)
{
	while (s.n && is_blank(s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && is_blank(s.p[s.n - 1]))
		s.n--;
	return s;
}

bool pm_take(struct pm_slice *s, struct pm_slice prefix)
{
	if (!pm_slice_starts(*s, prefix))
		return false;
	*s = pm_slice_from(*s, prefix.n);
	return true;
}

bool pm_take_char(struct pm_slice *s, char c)
{
	if (!s->n || s->p[0] != c)
		return false;
	*s = pm_slice_from(*s, 1);
	return true;
}

void pm_take_blanks(struct pm_slice *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t'))
		*s = pm_slice_from(*s, 1);
}

bool pm_take_dec(struct pm_slice *s, uint64_t *value_out)
{
	uint64_t value = 0;
	size_t i = 0;

	for (; i < s->n && pm_is_digit(s->p[i]); i++)
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, (uint64_t)(s->p[i] - '0'), &value))
			return false;
	if (!i)
		return false;
	*value_out = value;
	*s = pm_slice_from(*s, i);
	return true;
}

bool pm_take_hex(struct pm_slice *s, uint64_t *value_out, unsigned *digits_out)
{
	struct pm_slice rest = *s;
	uint64_t value = 0;
	size_t i = 0;

	if (rest.n > 2 && rest.p[0] == '0' && (rest.p[1] | 0x20) == 'x' && pm_hex_digit(rest.p[2]) >= 0)
		rest = pm_slice_from(rest, 2);
	for (; i < rest.n && pm_hex_digit(rest.p[i]) >= 0; i++) {
		if (value >> 60)
			return false;
		value = value << 4 | (uint64_t)pm_hex_digit(rest.p[i]);
	}
	if (!i)
		return false;
	*value_out = value;
	if (digits_out)
		*digits_out = (unsigned)i;
	*s = pm_slice_from(rest, i);
	return true;
}

bool pm_slice_dec(struct pm_slice s, uint64_t *out)
{
	uint64_t value;

	s = pm_slice_trim(s);
	if (!pm_take_dec(&s, &value) || s.n)
		return false;
	*out = value;
	return true;
}

bool pm_slice_hex(struct pm_slice s, uint64_t *out)
{
	uint64_t value;

	s = pm_slice_trim(s);
	if (!pm_take_hex(&s, &value, NULL) || s.n)
		return false;
	*out = value;
	return true;
}

bool pm_take_until(struct pm_slice *s, const char *stop, struct pm_slice *out)
{
	size_t i = 0;

	while (i < s->n && (!s->p[i] || !strchr(stop, s->p[i])))
		i++;
	if (!i)
		return false;
	*out = pm_slice_upto(*s, i);
	*s = pm_slice_from(*s, i);
	return true;
}

bool pm_take_past(struct pm_slice *s, struct pm_slice what)
{
	size_t at = pm_slice_find(*s, what);

	if (at == PM_NPOS)
		return false;
	*s = pm_slice_from(*s, at + what.n);
	return true;
}

bool pm_take_word(struct pm_slice *s, struct pm_slice *out)
{
	return pm_take_until(s, " \t\r\n", out);
}

bool pm_take_line(struct pm_slice *s, struct pm_slice *out)
{
	if (!s->n)
		return false;
	size_t end = pm_slice_find_char(*s, '\n');

	*out = pm_slice_upto(*s, end);
	*s = pm_slice_from(*s, end == PM_NPOS ? s->n : end + 1);
	while (out->n && out->p[out->n - 1] == '\r')
		out->n--;
	return true;
}
