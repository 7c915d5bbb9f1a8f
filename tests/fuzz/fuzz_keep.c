/* Flight records of any bytes are mended or not, and what they hold is read as a console's text. */
#include "console/console.h"
#include "console/keep.h"
#include "console/source.h"
#include "read/file.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool ignore(struct pm_incident *inc, void *user)
{
	(void)inc;
	(void)user;
	return true;
}

static void read_file(const uint8_t *data, size_t size)
{
	struct pm_keep *keep = pm_alloc(sizeof(*keep));
	struct pm_file *file = pm_file_memory("input", data, size);
	struct pm_buf text = { 0 };

	if (pm_keep_may_be(file))
		pm_keep_find(file, keep);
	for (unsigned i = 0; i < keep->n; i++)
		pm_keep_text(&keep->records[i], &text);
	if (text.n) {
		struct pm_source *source = pm_source_memory("input", (struct pm_slice){ text.data, text.n });

		pm_error_free(pm_console_read_source(source, "input", ignore, NULL));
		pm_source_close(source);
	}
	pm_keep_deinit(keep);
	pm_buf_deinit(&text);
	pm_file_close(file);
	free(keep);
}

/* The input is a file; and it is what happened to a good one: places, and by what they are changed, behind a text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum { SLOT = 8192 };
	static uint8_t slot[SLOT];
	struct kf_keep keep = { .slot_size = SLOT, .state = KF_KEEP_PANICKED, .sequence = 1, .run = 1 };

	read_file(data, size);
	if (size < 2)
		return 0;
	size_t changes = data[0] * 3u, n;
	if (changes > size - 1)
		changes = (size - 1) / 3 * 3;
	n = size - 1 - changes;
	if (n > kf_keep_capacity(SLOT))
		n = kf_keep_capacity(SLOT);
	memset(slot, 0, sizeof(slot));
	if (n)
		memcpy(slot + KF_KEEP_TEXT_AT, data + 1 + changes, n);
	keep.size = (uint32_t)n;
	keep.sum = kf_keep_seal(slot, n);
	kf_keep_put_header(slot, &keep);
	for (size_t i = 0; i + 3 <= changes; i += 3)
		slot[(data[1 + i] << 8 | data[2 + i]) % SLOT] ^= data[3 + i];
	read_file(slot, sizeof(slot));
	return 0;
}
