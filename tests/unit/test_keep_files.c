/* Flight records in files: which of several copies is told, what of it was mended, what of it was lost. */
#include "console/keep.h"
#include "read/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { SLOT = 2048, AREA = KF_KEEP_SLOTS * SLOT, LARGE = (1 << 20) + 65536 };

static uint8_t *bytes;

static int setup(void **state)
{
	(void)state;
	bytes = calloc(1, LARGE);
	return !bytes;
}

static int teardown(void **state)
{
	(void)state;
	free(bytes);
	return 0;
}

static void put(size_t at, unsigned slot, uint64_t run, uint64_t sequence, enum kf_keep_state how,
		const char *text)
{
	struct kf_keep keep = { .slot = slot,
				.slot_size = SLOT,
				.state = how,
				.size = (uint32_t)strlen(text),
				.sequence = sequence,
				.run = run,
				.up_ns = 1500000000,
				.build_id = "0123456789abcdefghi" };

	kf_keep_clear(bytes + at);
	memcpy(bytes + at + KF_KEEP_TEXT_AT, text, keep.size);
	keep.sum = kf_keep_seal(bytes + at, keep.size);
	kf_keep_put_header(bytes + at, &keep);
}

/* The text of all that is found in the first n bytes. */
static char *found(size_t n, unsigned *count_out)
{
	struct pm_keep *keep = pm_alloc(sizeof(*keep));
	struct pm_file *file = pm_file_memory("area", bytes, n);
	struct pm_buf text = { 0 };

	keep->n = 0;
	if (pm_keep_may_be(file))
		pm_keep_find(file, keep);
	for (unsigned i = 0; i < keep->n; i++)
		pm_keep_text(&keep->records[i], &text);
	*count_out = keep->n;
	pm_keep_deinit(keep);
	pm_file_close(file);
	free(keep);
	pm_buf_add(&text, "", 1);
	return text.data;
}

static void check(size_t n, unsigned count, const char *wanted)
{
	unsigned is;
	char *text = found(n, &is);

	assert_int_equal(is, count);
	assert_string_equal(text, wanted);
	free(text);
}

#define HEAD(state, of, sequence, mended)                                                                    \
	"KPANIC 1 kept state=" state " of=" of " sequence=" sequence " up=1.500000 mended=" mended           \
	" missed=0 in_row=0"

static void the_newer_of_two(void **state)
{
	(void)state;
	put(0, 0, 7, 20, KF_KEEP_RUNNING, "old\n");
	put(SLOT, 1, 7, 21, KF_KEEP_PANICKED, "new\n");
	check(AREA, 1, HEAD("panicked", "7", "21", "0") " image=1\nlast: new\n");
	put(0, 0, 7, 22, KF_KEEP_PANICKED, "newer\n");
	check(AREA, 1, HEAD("panicked", "7", "22", "0") " image=1\nlast: newer\n");
}

/* Power was lost while the other was written. */
static void one_that_was_being_written(void **state)
{
	(void)state;
	put(0, 0, 7, 20, KF_KEEP_RUNNING, "old\n");
	put(SLOT, 1, 7, 21, KF_KEEP_RUNNING, "new\n");
	kf_keep_clear(bytes + SLOT);
	check(AREA, 1, HEAD("running", "7", "20", "0") " image=1\nlast: old\n");
}

static void flipped_bits(void **state)
{
	(void)state;
	put(0, 0, 7, 20, KF_KEEP_RUNNING, "old\n");
	put(SLOT, 1, 7, 21, KF_KEEP_PANICKED, "new\n");
	for (unsigned i = 0; i < 5; i++)
		bytes[SLOT + 24 * i] ^= (uint8_t)(1u << i); /* its magic, too */
	bytes[SLOT + KF_KEEP_TEXT_AT + 1] ^= 0x40;
	check(AREA, 1, HEAD("panicked", "7", "21", "6") " image=1\nlast: new\n");
	/* More than can be mended: the one before it, which is whole. */
	memset(bytes + SLOT + KF_KEEP_TEXT_AT, 0xff, 512);
	check(AREA, 1, HEAD("running", "7", "20", "0") " image=1\nlast: old\n");
	/* None is: the newest, and that it is damaged. */
	memset(bytes + KF_KEEP_TEXT_AT, 0xff, 512);
	unsigned n;
	char *text = found(AREA, &n);

	assert_int_equal(n, 1);
	assert_non_null(strstr(text, "sequence=21"));
	assert_non_null(strstr(text, "damaged=1"));
	free(text);
}

/* What waits is of another run: both are told, and a copy of it elsewhere is the same. */
static void what_waits(void **state)
{
	(void)state;
	put(0, 0, 9, 30, KF_KEEP_RUNNING, "this run\n");
	put(2 * SLOT, KF_KEEP_WAITING, 7, 21, KF_KEEP_PANICKED, "that run\n");
	memcpy(bytes + 8 * SLOT, bytes + 2 * SLOT, SLOT);
	check(10 * SLOT, 2,
	      HEAD("panicked", "7", "21", "0") "\nlast: that run\n" HEAD("running", "9", "30",
									 "0") " image=1\nlast: this run\n");
	kf_keep_acknowledge(bytes + 2 * SLOT);
	check(AREA, 2,
	      HEAD("panicked", "7", "21", "0") " read=1\nlast: that run\n" HEAD(
		      "running", "9", "30", "0") " image=1\nlast: this run\n");
}

/* The number of a copy, in what is 0 elsewhere, is none of the record's. */
static void a_copy_with_its_number(void **state)
{
	(void)state;
	put(0, KF_KEEP_WAITING, 7, 21, KF_KEEP_PANICKED, "that run\n");
	bytes[264] = 3;
	check(SLOT, 1, HEAD("panicked", "7", "21", "0") "\nlast: that run\n");
}

/* Wherever it lies in a large file: pieces of it are read one after the other. */
static void across_pieces(void **state)
{
	(void)state;
	for (size_t at = (1 << 20) - 400; at <= (1 << 20) + 8; at += 8) {
		memset(bytes, 0, LARGE);
		put(at, 0, 7, 20, KF_KEEP_RUNNING, "text\n");
		check(LARGE, 1, HEAD("running", "7", "20", "0") " image=1\nlast: text\n");
	}
}

/* A file that ends in it: what there is of the text. */
static void a_file_that_is_cut(void **state)
{
	char text[513] = "";
	unsigned n;

	(void)state;
	memset(text, 'x', 512);
	put(0, 0, 7, 20, KF_KEEP_RUNNING, text);
	put(SLOT, 1, 7, 19, KF_KEEP_RUNNING, "before\n");
	memmove(bytes + 400, bytes + SLOT, SLOT); /* over most of it */
	char *out = found(400 + SLOT, &n);

	assert_int_equal(n, 1);
	assert_non_null(strstr(out, "sequence=19"));
	free(out);
	memset(bytes, 0, LARGE);
	put(SLOT, 0, 7, 20, KF_KEEP_RUNNING, text);
	out = found(SLOT + KF_KEEP_TEXT_AT + 100, &n);
	assert_int_equal(n, 1);
	assert_non_null(strstr(out, "damaged=1"));
	assert_non_null(strstr(out, "last: xxxx"));
	free(out);
}

/* More runs than are told cost no memory but their own. */
static void many(void **state)
{
	unsigned n;

	(void)state;
	for (unsigned i = 0; i < PM_KEEP_RECORDS + 20; i++)
		put(i * SLOT, 0, i + 1, i + 1, KF_KEEP_RUNNING, "text\n");
	free(found((PM_KEEP_RECORDS + 20) * SLOT, &n));
	assert_int_equal(n, PM_KEEP_RECORDS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_newer_of_two, setup, teardown),
		cmocka_unit_test_setup_teardown(one_that_was_being_written, setup, teardown),
		cmocka_unit_test_setup_teardown(flipped_bits, setup, teardown),
		cmocka_unit_test_setup_teardown(what_waits, setup, teardown),
		cmocka_unit_test_setup_teardown(a_copy_with_its_number, setup, teardown),
		cmocka_unit_test_setup_teardown(across_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(a_file_that_is_cut, setup, teardown),
		cmocka_unit_test_setup_teardown(many, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
