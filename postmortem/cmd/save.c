/* kpanic save: the recorder's memory dump off a raw disk, a partition or an image of one, into a file. */
#include "cmd/cmd.h"

#include "base/memory.h"
#include "formats/kdump.h"
#include "read/file.h"
#include "render/json_out.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECTOR 512
#define CHUNK (1u << 20)
#define PARTITIONS_MAX 256

struct found {
	uint64_t at; /* byte of the device */
	bool whole;  /* its header was written, too: the last thing that is */
	struct kf_dump dump;
	char system[KF_KDUMP_UTSNAME_FIELD + 1], release[KF_KDUMP_UTSNAME_FIELD + 1];
};

static void take_name(const uint8_t *block, unsigned field, char to[KF_KDUMP_UTSNAME_FIELD + 1])
{
	memcpy(to, block + KF_KDUMP_AT_UTSNAME + field * KF_KDUMP_UTSNAME_FIELD, KF_KDUMP_UTSNAME_FIELD);
	to[KF_KDUMP_UTSNAME_FIELD] = '\0';
}

/* Is block the first one of a dump? */
static bool is_dump(const uint8_t *block, size_t n, uint64_t at, struct found *out)
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

static bool is_dump_at(const struct pm_file *file, uint64_t at, struct found *out)
{
	uint8_t block[KF_KDUMP_BLOCK];

	return is_dump(block, pm_file_read(file, at, block, sizeof(block), NULL), at, out);
}

/* ---- where to look ---- */

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

	for (uint32_t i = 0; i < count && n < PARTITIONS_MAX && size >= sizeof(entry); i++) {
		if (pm_file_read(file, table + (uint64_t)i * size, entry, sizeof(entry), NULL) <
		    sizeof(entry))
			break;
		if (kf_get64(entry + 32))
			starts[n++] = kf_get64(entry + 32) * SECTOR;
	}
	return n;
}

/* Every block, from the start on; false: there is none, or what there is cannot be read. */
static bool search(const struct pm_file *file, struct found *out, int *errno_out)
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

static bool find(const struct pm_file *file, struct found *out, int *errno_out)
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

/* ---- saving ---- */

static bool all_zero(const uint8_t *bytes, size_t n)
{
	return !bytes[0] && !memcmp(bytes, bytes + 1, n - 1);
}

static bool write_all(int fd, const uint8_t *bytes, size_t n, uint64_t at)
{
	while (n) {
		ssize_t done = pwrite(fd, bytes, n, (off_t)at);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		n -= (size_t)done;
		at += (size_t)done;
	}
	return true;
}

/* Blocks of zeros become holes. *n_out: bytes that were there. */
static bool copy(const struct pm_file *file, const struct found *found, int fd, uint64_t *n_out)
{
	uint8_t *chunk = pm_alloc(CHUNK);
	bool done = true;
	uint64_t at = 0;

	while (at < found->dump.size && done) {
		uint64_t left = found->dump.size - at;
		size_t want = left < CHUNK ? (size_t)left : CHUNK;
		size_t n = pm_file_read(file, found->at + at, chunk, want, NULL);

		for (size_t i = 0; i < n && done; i += KF_KDUMP_BLOCK) {
			size_t part = n - i < KF_KDUMP_BLOCK ? n - i : KF_KDUMP_BLOCK;

			if (!all_zero(chunk + i, part))
				done = write_all(fd, chunk + i, part, at + i);
		}
		at += n;
		if (n < want)
			break;
	}
	free(chunk);
	*n_out = at;
	return done && !ftruncate(fd, (off_t)at);
}

static int save(const struct pm_file *file, const struct found *found, const char *to, bool force,
		uint64_t *n_out)
{
	int fd = open(to, O_WRONLY | O_CREAT | O_CLOEXEC | (force ? O_TRUNC : O_EXCL), 0600);
	bool done;

	if (fd < 0) {
		pm_cmd_say("%s: %s%s", to, strerror(errno), errno == EEXIST ? " (-f writes over it)" : "");
		return PM_STATUS_UNREADABLE;
	}
	done = copy(file, found, fd, n_out);
	done = !close(fd) && done;
	if (!done)
		pm_cmd_say("%s: %s", to, strerror(errno));
	return done ? PM_STATUS_OK : PM_STATUS_UNREADABLE;
}

/* ---- telling ---- */

static const char *const lacks[] = {
	[KF_DUMP_ALL_THERE] = "",
	[KF_DUMP_LOST_PAGES] = ", without the pages that could not be read or written",
	[KF_DUMP_NO_TIME] = ", without the end of memory: time ran out",
	[KF_DUMP_NO_ROOM] = ", without the end of memory: the disk was full",
};

static const char *lack(const struct found *found)
{
	return found->dump.why < PM_COUNT(lacks) ? lacks[found->dump.why] : "";
}

static void print_text(const struct found *found, const char *to)
{
	const struct kf_dump *dump = &found->dump;

	printf("%s dump of %s %s at byte %" PRIu64 ", %" PRIu64 " bytes%s\n", found->whole ? "whole" : "torn",
	       found->system, found->release, found->at, dump->size, found->whole ? lack(found) : "");
	printf("  pages   %" PRIu64 " written, %" PRIu64 " of zeros left out, %" PRIu64 " lost\n",
	       dump->pages, dump->zero, dump->lost);
	if (!found->whole)
		printf("  torn    memory below 0x%" PRIx64 " of 0x%" PRIx64 " was on the disk for certain\n",
		       dump->done * KF_KDUMP_BLOCK, dump->max_mapnr * KF_KDUMP_BLOCK);
	if (to)
		printf("  saved   %s\n", to);
}

static void print_json(const struct found *found, const char *to)
{
	const struct kf_dump *dump = &found->dump;
	struct pm_json json;

	pm_json_init(&json, stdout);
	pm_json_open(&json, NULL, '{');
	pm_json_uint(&json, "schema", 1);
	pm_json_str(&json, "state", found->whole ? "whole" : "torn");
	pm_json_str(&json, "name", found->system);
	pm_json_str(&json, "release", found->release);
	pm_json_uint(&json, "offset", found->at);
	pm_json_uint(&json, "size", dump->size);
	pm_json_uint(&json, "pages", dump->pages);
	pm_json_uint(&json, "zero", dump->zero);
	pm_json_uint(&json, "lost", dump->lost);
	pm_json_uint(&json, "done", dump->done);
	pm_json_uint(&json, "of", dump->max_mapnr);
	pm_json_str(&json, "file", to);
	pm_json_close(&json, '}');
	putchar('\n');
	pm_json_deinit(&json);
}

static const struct option long_options[] = {
	{ "force", no_argument, NULL, 'f' },
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static int run(const char *path, const char *to, bool force, bool as_json)
{
	struct pm_file *file;
	struct found found;
	struct pm_error *err = pm_file_open(path, &file);
	int status = PM_STATUS_OK, read_errno;
	uint64_t n = 0;

	if (err) {
		pm_cmd_say("%s: %s", path, err->message);
		pm_error_free(err);
		return PM_STATUS_UNREADABLE;
	}
	if (!find(file, &found, &read_errno)) {
		if (read_errno)
			pm_cmd_say("%s: %s", path, strerror(read_errno));
		else
			pm_cmd_say("%s: no dump of the recorder's on it", path);
		pm_file_close(file);
		return read_errno ? PM_STATUS_UNREADABLE : PM_STATUS_NO_PANIC;
	}
	if (to)
		status = save(file, &found, to, force, &n);
	if (to && status == PM_STATUS_OK && n < found.dump.size) {
		pm_cmd_say("%s: ends %" PRIu64 " bytes before its dump does", path, found.dump.size - n);
		found.whole = false;
	}
	pm_file_close(file);
	if (status != PM_STATUS_OK)
		return status;
	if (as_json)
		print_json(&found, to);
	else
		print_text(&found, to);
	/* As everywhere: what is not whole is read, and said. */
	return pm_cmd_printed(found.whole && found.dump.why == KF_DUMP_ALL_THERE ? PM_STATUS_OK
										 : PM_STATUS_UNREADABLE);
}

int pm_cmd_save(int argc, char **argv)
{
	bool force = false, as_json = false;
	int c;

	while ((c = getopt_long(argc, argv, "fh", long_options, NULL)) != -1) {
		switch (c) {
		case 'f':
			force = true;
			break;
		case 'j':
			as_json = true;
			break;
		case 'h':
			return pm_cmd_help("save");
		default:
			return PM_STATUS_USAGE;
		}
	}
	if (argc - optind < 1 || argc - optind > 2) {
		pm_cmd_say("usage: kpanic save [OPTION...] DEVICE|IMAGE [FILE]");
		return PM_STATUS_USAGE;
	}
	return run(argv[optind], argc - optind > 1 ? argv[optind + 1] : NULL, force, as_json);
}
