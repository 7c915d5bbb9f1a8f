#include "read/saved.h"

#include "base/memory.h"
#include "read/file.h"

#include <stdlib.h>
#include <string.h>

#define SECTOR 512
#define CHUNK (1u << 20)
#define PARTITIONS_MAX 256
#define ENTRIES_MAX 4096 /* of a table, used or not: one that says more lies */

static void take_name(const uint8_t *block, unsigned field, char to[KF_KDUMP_UTSNAME_FIELD + 1])
{
	memcpy(to, block + KF_KDUMP_AT_UTSNAME + field * KF_KDUMP_UTSNAME_FIELD, KF_KDUMP_UTSNAME_FIELD);
	to[KF_KDUMP_UTSNAME_FIELD] = '\0';
}

/* Is block the first one of a dump? */
static bool is_dump(const uint8_t *block, size_t n, uint64_t at, struct pm_saved *out)
{
	bool header;

	if (n < KF_KDUMP_BLOCK || (memcmp(block, KF_KDUMP_WHOLE, 8) && memcmp(block, KF_KDUMP_TORN, 8)))
		return false;
	if (!kf_dump_get(block, n, &out->dump))
		return false;
	/* Power may have gone between the two: a disk writes a sector whole, and no more than that. */
	header = !memcmp(block, KF_KDUMP_WHOLE, 8);
	out->whole = header && out->dump.state == KF_DUMP_WHOLE;
	out->at = at;
	take_name(block, 1, out->system);
	take_name(block, 2, out->release);
	return true;
}

static bool is_dump_at(const struct pm_file *file, uint64_t at, struct pm_saved *out)
{
	uint8_t block[KF_KDUMP_BLOCK];

	return is_dump(block, pm_file_read(file, at, block, sizeof(block), NULL), at, out);
}

/* The first bytes of partitions, by either kind of table; returns how many. */
static size_t partitions(const struct pm_file *file, uint64_t starts[PARTITIONS_MAX])
{
	uint8_t sector[SECTOR], entry[64];
	size_t n = 0;

	if (pm_file_read(file, 0, sector, sizeof(sector), NULL) == sizeof(sector) &&
	    kf_get16(sector + 510) == 0xaa55)
		for (unsigned i = 0; i < 4; i++)
			if (sector[446 + i * 16 + 4])
				starts[n++] = (uint64_t)kf_get32(sector + 446 + i * 16 + 8) * SECTOR;
	if (pm_file_read(file, SECTOR, sector, sizeof(sector), NULL) < sizeof(sector) ||
	    memcmp(sector, "EFI PART", 8))
		return n;
	uint64_t table = kf_get64(sector + 72) * SECTOR;
	uint32_t count = kf_get32(sector + 80), size = kf_get32(sector + 84);

	for (uint32_t i = 0; i < count && i < ENTRIES_MAX && n < PARTITIONS_MAX && size >= sizeof(entry);
	     i++) {
		if (pm_file_read(file, table + (uint64_t)i * size, entry, sizeof(entry), NULL) <
		    sizeof(entry))
			break;
		if (kf_get64(entry + 32))
			starts[n++] = kf_get64(entry + 32) * SECTOR;
	}
	return n;
}

/* Every block, from the start on. */
static bool search(const struct pm_file *file, struct pm_saved *out, int *errno_out)
{
	uint8_t *chunk = pm_alloc(CHUNK);
	bool found = false;
	size_t n = CHUNK;

	for (uint64_t at = 0; n == CHUNK && !found; at += CHUNK) {
		n = pm_file_read(file, at, chunk, CHUNK, errno_out);
		for (size_t i = 0; i + KF_KDUMP_BLOCK <= n && !found; i += KF_KDUMP_BLOCK)
			found = chunk[i] == 'K' && is_dump(chunk + i, KF_KDUMP_BLOCK, at + i, out);
	}
	free(chunk);
	return found;
}

bool pm_saved_find(const struct pm_file *file, struct pm_saved *out, int *errno_out)
{
	uint64_t starts[PARTITIONS_MAX];
	size_t n;

	*errno_out = 0;
	if (is_dump_at(file, 0, out))
		return true;
	n = partitions(file, starts);
	for (size_t i = 0; i < n; i++)
		if (is_dump_at(file, starts[i], out))
			return true;
	return search(file, out, errno_out);
}
