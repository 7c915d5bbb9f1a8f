#include "base/path.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

/* Does what was written since floor end in "../"?  Then another one cannot take it back. */
static bool ends_above(const char *floor, const char *out)
{
	return out - floor >= 3 && !memcmp(out - 3, "../", 3) && (out - 3 == floor || out[-4] == '/');
}

void pm_path_clean(char *path)
{
	bool rooted = *path == '/';
	char *floor = path + rooted, *out = floor;
	const char *p = floor;

	while (*p) {
		const char *end = strchrnul(p, '/');
		size_t n = (size_t)(end - p);
		bool up = n == 2 && p[0] == '.' && p[1] == '.';
		bool last = !*end;

		if (up && out > floor && !ends_above(floor, out)) {
			out--;
			while (out > floor && out[-1] != '/')
				out--;
		} else if (n && !(n == 1 && *p == '.') && !(up && rooted)) {
			memmove(out, p, n);
			out += n;
			if (!last)
				*out++ = '/';
		}
		p = last ? end : end + 1;
	}
	*out = 0;
}
