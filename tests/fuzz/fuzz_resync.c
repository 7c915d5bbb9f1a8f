/* A bitmap, and pages that tell addresses, both as the input likes: no page is told where there is none, and none twice. */
#include "read/resync.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { block = 64, first = 2, bitmap_size = 64, of_page = 2 };
static const uint64_t image = 0xffffffff80000000;

struct input {
	const uint8_t *pages;
	uint64_t n;
};

/* Two bytes tell what a page tells: nothing, an address of the linear map or one of the image's. */
static bool read_page(void *user, uint64_t place, uint8_t *out)
{
	const struct input *in = user;
	uint64_t own, number, at;

	if (place >= in->n)
		abort();
	number = (uint64_t)in->pages[of_page * place] | (uint64_t)(in->pages[of_page * place + 1] & 0x0f)
								<< 8;
	memset(out, 0, block);
	switch (in->pages[of_page * place + 1] >> 6) {
	case 0:
		return false;
	case 1:
		return true;
	case 2:
		at = 0x38; /* its twin is in the next page */
		own = image + number * block;
		break;
	default:
		at = 0x10;
		own = 0xffff888000000000 + number * block;
	}
	own += at;
	memcpy(out + at, &own, 8);
	if (at + 16 <= block)
		memcpy(out + at + 8, &own, 8);
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < first + bitmap_size)
		return 0;
	struct input in = { data + first + bitmap_size, (size - first - bitmap_size) / of_page };
	struct pm_file *file = pm_file_memory("bitmap", data + first, bitmap_size);
	uint64_t start = data[0], end = 8 * bitmap_size - data[1], last = 0;
	struct pm_bitmap *bitmap = pm_bitmap_create(file, 0, start, end);
	const struct pm_resync_pages pages = { .read = read_page,
					       .user = &in,
					       .n = in.n,
					       .block = block,
					       .image = image,
					       .image_at = 64 * block };
	struct pm_resync *r = pm_resync_create(bitmap, start, end, &pages);
	bool any = false;

	for (uint64_t bit = 0; r && bit < 8 * bitmap_size + 8; bit++) {
		uint64_t place;

		if (pm_resync_find(r, bit, &place) != PM_PLACED)
			continue;
		if (place >= in.n || (any && place <= last) || bit < start || bit >= end)
			abort();
		any = true;
		last = place;
	}
	if (r && pm_resync_unknown(r) > end - start)
		abort();
	pm_resync_destroy(r);
	pm_bitmap_destroy(bitmap);
	pm_file_close(file);
	return 0;
}
