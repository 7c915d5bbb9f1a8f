/* Disks of any bytes hold a dump or not, wherever their partitions are said to be; and what begins like a dump of ours is opened. */
#include "image/image.h"
#include "read/dump.h"
#include "read/file.h"
#include "read/saved.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void look(const uint8_t *bytes, size_t n)
{
	struct pm_file *file = pm_file_memory("disk", bytes, n);
	struct pm_saved saved;
	struct pm_dump *dump;
	struct pm_image *image;
	int read_errno;

	if (pm_saved_find(file, &saved, &read_errno) &&
	    (saved.at > n || strlen(saved.system) > KF_KDUMP_UTSNAME_FIELD))
		abort();
	if (pm_error_take(pm_dump_open_file(file, &dump)) != PM_OK)
		return;
	if (pm_error_take(pm_image_open(dump, NULL, &image)) == PM_OK)
		pm_image_close(image);
	pm_dump_close(dump);
}

/* The input as it is; and as the first block of a dump whose sum is right, the rest behind it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t n = 2 * KF_KDUMP_BLOCK + size;
	uint8_t *disk = pm_alloc(n);

	look(data, size);
	memcpy(disk, data, size < KF_KDUMP_BLOCK ? size : KF_KDUMP_BLOCK);
	memcpy(disk, size % 2 ? KF_KDUMP_TORN : KF_KDUMP_WHOLE, 8);
	memcpy(disk + KF_DUMP_AT, KF_DUMP_MAGIC, 8);
	kf_put32(disk + KF_DUMP_AT + KF_DUMP_SIZE - 4, kf_crc32(0, disk + KF_DUMP_AT, KF_DUMP_SIZE - 4));
	memcpy(disk + KF_KDUMP_BLOCK, data, size);
	look(disk, n);
	free(disk);
	return 0;
}
