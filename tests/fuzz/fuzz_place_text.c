/* Lines of text: the places in them, the kernel that they tell of, the KASLR offset. */
#include "symbols/place_text.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect_inside(struct pm_slice line, struct pm_slice part)
{
	if (part.p && (part.p < line.p || part.p + part.n > line.p + line.n))
		abort();
}

static void expect_places(struct pm_slice line,
			  bool (*next)(struct pm_slice, size_t *, struct pm_text_place *))
{
	struct pm_text_place found;

	for (size_t at = 0, end = 0; next(line, &at, &found); end = found.end) {
		/* They stand in order, and the text is gone through. */
		if (found.start < end || found.end <= found.start || found.end > line.n || at < found.end)
			abort();
		expect_inside(line, found.place.symbol);
		expect_inside(line, found.place.module);
		expect_inside(line, found.place.build_id);
		if (found.raw ? !found.place.has_addr : !found.place.symbol.n)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_slice text = { (const char *)data, size }, line;

	while (pm_take_line(&text, &line)) {
		struct pm_kernel_id id;
		uint64_t kaslr;

		expect_places(line, pm_text_place_next);
		expect_places(line, pm_text_place_asked);
		if (pm_text_kernel_id(line, &id)) {
			expect_inside(line, id.release);
			expect_inside(line, id.version);
			expect_inside(line, id.banner);
			expect_inside(line, id.build_id);
			if (!id.release.n)
				abort();
		}
		pm_text_kaslr(line, &kaslr);
	}
	return 0;
}
