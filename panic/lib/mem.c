#include "lib/mem.h"

#include "kpanic/config.h"

/* Compilers make calls of these four on their own account, under these names.  Weak: a host's are as good until it
 * instruments them; the recorder then wants to be linked before (kpanic.o as a whole, or names of its own by objcopy). */
__attribute__((weak)) void *memset(void *to, int byte, size_t n)
{
	unsigned char *t = to;

	while (n--)
		*t++ = (unsigned char)byte;
	return to;
}

__attribute__((weak)) void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	while (n--)
		*t++ = *f++;
	return to;
}

#if KP_TIER >= 1
__attribute__((weak)) void *memmove(void *to, const void *from, size_t n)
{
	unsigned char *t = to;
	const unsigned char *f = from;

	if ((uintptr_t)t - (uintptr_t)f >= n) {
		while (n--)
			*t++ = *f++;
	} else {
		while (n--)
			t[n] = f[n];
	}
	return to;
}

__attribute__((weak)) int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++) {
		if (*x != *y)
			return *x < *y ? -1 : 1;
	}
	return 0;
}
#endif

size_t kp_length(const char *s, size_t limit)
{
	size_t n = 0;

	while (n < limit && s[n])
		n++;
	return n;
}

#if KP_TIER >= 1
bool kp_same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}
#endif

void kp_string_copy(char *to, size_t size, const char *from)
{
	size_t n = 0;

	for (; from && n + 1 < size && from[n]; n++)
		to[n] = from[n];
	to[n] = 0;
}

uint32_t kp_crc32(uint32_t crc, const void *bytes, size_t n)
{
	const unsigned char *at = bytes;

	crc = ~crc;
#if KP_TIER >= 2
	/* By half bytes: before the first word of a panic the recorder sums up its own code, a hundred kilobytes. */
	static const uint32_t halves[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
		0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
		0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};

	for (; n--; at++) {
		crc = halves[(crc ^ *at) & 15] ^ crc >> 4;
		crc = halves[(crc ^ (uint32_t)*at >> 4) & 15] ^ crc >> 4;
	}
#else
	/* By bits: a table would take more room than a few kilobytes of text are worth. */
	while (n--) {
		crc ^= *at++;
		for (int bit = 0; bit < 8; bit++)
			crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
	}
#endif
	return ~crc;
}
