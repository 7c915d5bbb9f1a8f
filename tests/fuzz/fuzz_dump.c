/* A dump in any format, by its first bytes, or raw: what opening tells, and reads everywhere. */
#include "read/dump.h"
#include "read/file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(struct pm_dump *dump)
{
	static const uint64_t places[] = { 0,        0x1000,    0x2fff,     0x10000,
					   0x100000, 0x1234567, 0x20000000, UINT64_MAX - 7 };
	const struct pm_dump_note *notes;
	struct pm_dump_range range;
	uint64_t machine, here;
	uint8_t buf[9000];
	enum pm_absence why;

	for (size_t i = 0; i < pm_dump_notes(dump, &notes); i++)
		for (size_t k = 0; k < notes[i].size; k++)
			if (notes[i].desc[k] == 0x55 && !notes[i].name)
				abort();
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		size_t n = pm_dump_read(dump, places[i], buf, sizeof(buf), &why);

		if ((n < sizeof(buf)) != (why != PM_PRESENT))
			abort();
		pm_dump_offset(dump, places[i]);
	}
	for (size_t i = 0; i < 16 && pm_dump_range(dump, i, &range); i++) {
		if (range.start >= range.end)
			abort();
		pm_dump_read(dump, range.start, buf, 4096, &why);
		pm_dump_read(dump, range.end - 4096, buf, sizeof(buf), &why);
	}
	pm_dump_pages(dump, &machine, &here);
	pm_dump_close(dump);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_file *files[2];
	struct pm_dump *dump;

	if (size < 2)
		return 0;
	/* Whole, as two parts, or raw, as the last byte says. */
	switch (data[--size] % 4) {
	case 0:
		files[0] = pm_file_memory("one", data, size / 2);
		files[1] = pm_file_memory("two", data + size / 2, size - size / 2);
		if (pm_error_take(pm_dump_open_files(files, 2, &dump)) == PM_OK)
			look(dump);
		break;
	case 1:
		files[0] = pm_file_memory("raw", data, size);
		struct pm_dump_piece pieces[] = { { 0, 0x1000, data[0] },
						  { 0x800, size, 1 },
						  { 0x100000, 5, 0 } };
		if (pm_error_take(pm_dump_open_raw_file(files[0], pieces, 3, &dump)) == PM_OK)
			look(dump);
		break;
	default:
		files[0] = pm_file_memory("one", data, size);
		if (pm_error_take(pm_dump_open_files(files, 1, &dump)) == PM_OK)
			look(dump);
	}
	return 0;
}
