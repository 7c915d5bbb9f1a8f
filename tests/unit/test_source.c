/* Texts that come in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/source.h"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

static const char text[] =
	"BUG: kernel NULL pointer dereference, address: 0000000000000008 #PF: supervisor write "
	"access in kernel mode, which is long enough to be recognised before it ends";

static size_t gzip(uint8_t *out, size_t room)
{
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text,
		       .avail_in = sizeof(text) - 1,
		       .next_out = out,
		       .avail_out = (uInt)room };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	deflateEnd(&z);
	return room - z.avail_out;
}

/* Two gzip members one after the other; the pipe gives the first `split` bytes, then the others. */
static size_t read_split(const uint8_t *data, size_t n, size_t split)
{
	struct pm_source *source;
	size_t total = 0, got;
	int ends[2];

	/* A "packet" pipe gives out each write by a read of its own. */
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_DIRECT), 0);
	assert_int_equal(write(ends[1], data, split), split);
	assert_int_equal(write(ends[1], data + split, n - split), n - split);
	close(ends[1]);
	assert_null(pm_source_fd("pipe", ends[0], &source));
	do {
		char bytes[1000];

		assert_null(pm_source_read(source, bytes, sizeof(bytes), &got));
		total += got;
	} while (got);
	pm_source_close(source);
	return total;
}

static void a_member_may_begin_with_a_pieces_last_byte(void **state)
{
	uint8_t data[1000];
	size_t first = gzip(data, sizeof(data)), n = first + gzip(data + first, sizeof(data) - first);

	(void)state;
	for (size_t split = first - 4; split < first + 16; split++)
		assert_int_equal(read_split(data, n, split), 2 * (sizeof(text) - 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_member_may_begin_with_a_pieces_last_byte),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
