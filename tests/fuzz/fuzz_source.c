/* A file as it comes, compressed or not, through a pipe that gives it piece by piece.
 * The first byte says how long the pieces are, and how much is read at once. */
#include "console/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A bomb's length is not this reader's business, only that its memory does not grow with it. */
#define TEXT_MAX ((size_t)128 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
	enum pm_code code;
	size_t n;
	uint32_t hash; /* of the text */
};

/* piece: bytes that the pipe gives at once; want: bytes asked for at once. */
static struct result read_all(const uint8_t *data, size_t size, size_t piece, size_t want)
{
	static uint8_t text[1u << 18];
	struct result result = { .hash = 2166136261u };
	struct pm_source *source;
	size_t got = 0;
	int ends[2];

	/* Each write to a "packet" pipe is given out by a read of its own; sixteen have room for certain. */
	if (pipe2(ends, O_CLOEXEC | O_DIRECT))
		abort();
	for (unsigned i = 0; size; i++) {
		size_t n = i < 12 ? piece : 4096;

		if (n > size)
			n = size;
		if (write(ends[1], data, n) != (ssize_t)n)
			abort();
		data += n;
		size -= n;
	}
	close(ends[1]);
	result.code = pm_error_take(pm_source_fd("fuzz", ends[0], &source));
	if (result.code != PM_OK)
		return result;
	pm_source_peek(source);
	while (result.n < TEXT_MAX) {
		result.code = pm_error_take(pm_source_read(source, text, want, &got));
		if (got > want)
			abort();
		for (size_t i = 0; i < got; i++)
			result.hash = (result.hash ^ text[i]) * 16777619u;
		result.n += got;
		if (result.code != PM_OK || !got)
			break;
	}
	pm_source_close(source);
	return result;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 1, 2, 5, 31, 64, 500, 4000, 4096 };
	static const size_t reads[] = { 1u << 18, 100, 1000, 1u << 16 };

	if (!size || size > 8192)
		return 0;
	struct result a = read_all(data + 1, size - 1, 4096, 1u << 18),
		      b = read_all(data + 1, size - 1, pieces[data[0] % 8], reads[data[0] / 8 % 4]);
	/* However a whole file comes, it is the same text.  When damage is noticed is the libraries' business. */
	if (a.code == PM_OK && b.code == PM_OK && a.n < TEXT_MAX && b.n < TEXT_MAX &&
	    (a.n != b.n || a.hash != b.hash))
		abort();
	return 0;
}
