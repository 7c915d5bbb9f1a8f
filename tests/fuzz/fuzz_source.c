/* A file as it comes, compressed or not, through a pipe that gives it piece by piece.
 * The first byte says how long the pieces are, and how much is read at once. */
#include "console/source.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* A bomb's length is not this reader's business, only that its memory does not grow with it. */
#define TEXT_MAX ((size_t)1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t pieces[] = { 1, 2, 5, 31, 64, 500, 4096, 4096 };
	static const size_t reads[] = { 1u << 18, 1, 100, 1u << 16 };
	static uint8_t text[1u << 18];
	struct pm_source *source;
	int ends[2];

	/* Each write to a "packet" pipe is given out by a read of its own; sixteen have room for certain. */
	if (!size || size > 8192 || pipe2(ends, O_CLOEXEC | O_DIRECT))
		return 0;
	uint8_t choice = data[0];
	data++, size--;
	for (unsigned i = 0; size; i++) {
		size_t piece = i < 12 ? pieces[choice % 8] : 4096;

		if (piece > size)
			piece = size;
		if (write(ends[1], data, piece) != (ssize_t)piece)
			abort();
		data += piece;
		size -= piece;
	}
	close(ends[1]);
	if (pm_error_take(pm_source_fd("fuzz", ends[0], &source)) != PM_OK)
		return 0;
	pm_source_peek(source);
	size_t total = 0, got = 0, want = reads[choice / 8 % 4];
	while (total < (want == 1 ? 4096 : TEXT_MAX) &&
	       pm_error_take(pm_source_read(source, text, want, &got)) == PM_OK && got) {
		if (got > want)
			abort();
		total += got;
	}
	pm_source_close(source);
	return 0;
}
