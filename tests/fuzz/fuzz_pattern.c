/* A pattern (the first line), looked for in a text (the rest).  The seeds hold every pattern of the sources:
 * mutating them keeps more than those alive, as long as they are well formed, which those of the sources are. */
#include "base/pattern.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool well_formed(const char *p)
{
	for (; *p; p++) {
		if (*p == '{' && p[1] == '{') {
			p++;
		} else if (*p == '{' && p[1] && p[2] == '}') {
			if (!strchr("fwxds*a_", p[1]))
				return false;
			p += 2;
		} else if (*p == '{') {
			size_t n = strcspn(p + 1, "{}");

			if (p[1 + n] != '}' || !memchr(p, '|', n))
				return false;
			p += 1 + n;
		}
	}
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_slice line = { (const char *)data, size }, first;
	struct pm_match match;
	char pattern[256];

	if (!pm_take_line(&line, &first) || first.n >= sizeof(pattern))
		return 0;
	memcpy(pattern, first.p, first.n);
	pattern[first.n] = '\0';
	if (!well_formed(pattern) || !pm_match(pattern, line, &match))
		return 0;
	if (match.start > match.end || match.end > line.n || match.n > PM_CAPTURES)
		abort();
	const char *from = line.p + match.start;
	for (size_t i = 0; i < match.n; i++) {
		if (match.cap[i].p < from || match.cap[i].p + match.cap[i].n > line.p + match.end)
			abort();
		from = match.cap[i].p + match.cap[i].n; /* captures stand in order */
	}
	return 0;
}
