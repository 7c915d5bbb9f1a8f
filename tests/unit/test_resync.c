/* Pages found again behind a damaged bitmap: never one for another, and only a few not at all. */
#include "read/resync.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

enum { bits = 40000, image_start = 20000, image_end = 24000, block = 4096 };
static const uint64_t linear = 0xffff8c1000000000, image = 0xffffffff80000000, image_at = 0x4000000;

struct made {
	uint8_t whole[bits / 8], damaged[bits / 8];
	uint32_t bit_of[bits]; /* of each place */
	uint64_t n;
	bool anchors;
};

static uint32_t mix(uint32_t x)
{
	x *= 0x9e3779b1u;
	x ^= x >> 15;
	x *= 0x85ebca77u;
	return x ^ x >> 13;
}

static void put_head(uint8_t *page, uint64_t base, unsigned at)
{
	uint64_t own = base + at;

	memcpy(page + at, &own, 8);
	memcpy(page + at + 8, &own, 8);
}

/* Every third page has empty lists; of those some tell the address of another page. */
static bool read_page(void *user, uint64_t place, uint8_t *out)
{
	const struct made *m = user;
	uint32_t bit = m->bit_of[place], kind = mix(bit + 1) % 60;

	assert_true(place < m->n);
	memset(out, 0x5a, block);
	if (kind == 59)
		return false; /* a descriptor that is damaged */
	if (!m->anchors || kind % 3)
		return true;
	if (bit >= image_start && bit < image_end)
		put_head(out, image + ((uint64_t)bit << 12) - image_at, 0x440);
	else
		put_head(out, linear + ((uint64_t)(kind == 57 ? bit ^ 64 : bit) << 12), 8 * (kind * 3));
	return true;
}

static struct made *make(void)
{
	struct made *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->anchors = true;
	for (uint32_t bit = 0; bit < bits; bit++)
		if ((bit >= image_start && bit < image_end) || mix(bit / 16) % 3 == 0) {
			m->whole[bit / 8] |= (uint8_t)(1 << bit % 8);
			m->bit_of[m->n++] = bit;
		}
	memcpy(m->damaged, m->whole, sizeof(m->whole));
	return m;
}

/* found_out: pages of the dump that were found. */
static bool resynced(struct made *m, uint64_t *found_out)
{
	struct pm_file *file = pm_file_memory("bitmap", m->damaged, sizeof(m->damaged));
	struct pm_bitmap *bitmap = pm_bitmap_create(file, 0, 0, bits);
	const struct pm_resync_pages pages = {
		.read = read_page, .user = m, .n = m->n, .block = block, .image = image, .image_at = image_at
	};
	struct pm_resync *r = pm_resync_create(bitmap, 0, bits, &pages);
	uint64_t unknown = 0;

	*found_out = 0;
	for (uint64_t bit = 0; r && bit < bits; bit++) {
		uint64_t place;
		enum pm_placed placed = pm_resync_find(r, bit, &place);

		unknown += placed == PM_PLACED_UNKNOWN;
		if (placed != PM_PLACED)
			continue;
		/* in what is overwritten, bits say what they say; elsewhere a page is itself */
		if (m->damaged[bit / 8] == m->whole[bit / 8]) {
			assert_true(place < m->n);
			assert_int_equal(m->bit_of[place], bit);
			++*found_out;
		}
	}
	if (r) {
		assert_int_equal(pm_resync_unknown(r), unknown);
		assert_int_equal(pm_resync_find(r, bits, &unknown), PM_PLACED_NOT);
	}
	pm_resync_destroy(r);
	pm_bitmap_destroy(bitmap);
	pm_file_close(file);
	return r != NULL;
}

static void single_bytes(void **state)
{
	(void)state;
	for (unsigned at = 100; at < bits / 8; at += 487) {
		struct made *m = make();
		uint64_t found;
		unsigned before = (unsigned)__builtin_popcount(m->damaged[at]);

		m->damaged[at] = before > 4 ? 0 : 0xff;
		assert_true(resynced(m, &found));
		assert_true(found > m->n * 95 / 100);
		free(m);
	}
}

static void many_places(void **state)
{
	struct made *m = make();
	uint64_t found;

	(void)state;
	memset(m->damaged + 300, 0xff, 40);
	memset(m->damaged + 1900, 0, 200);
	memset(m->damaged + 2600, 0, 90); /* the image: as many pages as addresses */
	memset(m->damaged + 4300, 0xa5, 100);
	assert_true(resynced(m, &found));
	assert_true(found > m->n * 80 / 100);
	free(m);
}

/* Each page of the image that lost its bit alone is found all the same. */
static void a_stretch_without_holes(void **state)
{
	struct made *m = make();
	struct pm_file *file;
	uint64_t place;

	(void)state;
	memset(m->damaged + 2700, 0, 50);
	file = pm_file_memory("bitmap", m->damaged, sizeof(m->damaged));
	struct pm_bitmap *bitmap = pm_bitmap_create(file, 0, 0, bits);
	const struct pm_resync_pages pages = {
		.read = read_page, .user = m, .n = m->n, .block = block, .image = image, .image_at = image_at
	};
	struct pm_resync *r = pm_resync_create(bitmap, 0, bits, &pages);

	assert_non_null(r);
	for (uint64_t bit = 2700 * 8; bit < 2750 * 8; bit++) {
		assert_int_equal(pm_resync_find(r, bit, &place), PM_PLACED);
		assert_int_equal(m->bit_of[place], bit);
	}
	pm_resync_destroy(r);
	pm_bitmap_destroy(bitmap);
	pm_file_close(file);
	free(m);
}

static void nothing_to_find(void **state)
{
	struct made *m = make();
	uint64_t found;

	(void)state;
	assert_false(resynced(m, &found)); /* whole */
	m->anchors = false;
	m->damaged[500] ^= 0xff;
	assert_false(resynced(m, &found)); /* of a kernel whose pages tell nothing */
	free(m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(single_bytes),
		cmocka_unit_test(many_places),
		cmocka_unit_test(a_stretch_without_holes),
		cmocka_unit_test(nothing_to_find),
	};

	return cmocka_run_group_tests_name("resync", tests, NULL, NULL);
}
