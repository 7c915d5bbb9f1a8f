/* kpanic save: the recorder's memory dump off a raw disk, a partition or an image of one, into a file. */
#include "cmd/cmd.h"

#include "base/memory.h"
#include "formats/kdump.h"
#include "read/file.h"
#include "read/saved.h"
#include "render/json_out.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CHUNK (1u << 20)

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
static bool copy(const struct pm_file *file, const struct pm_saved *found, int fd, uint64_t *n_out)
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

static int save(const struct pm_file *file, const struct pm_saved *found, const char *to, bool force,
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

static const char *lack(const struct pm_saved *found)
{
	return found->dump.why < PM_COUNT(lacks) ? lacks[found->dump.why] : "";
}

static void print_text(const struct pm_saved *found, const char *to)
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

static void print_json(const struct pm_saved *found, const char *to)
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
	struct pm_saved found;
	struct pm_error *err = pm_file_open(path, &file);
	int status = PM_STATUS_OK, read_errno;
	uint64_t n = 0;

	if (err) {
		pm_cmd_say("%s: %s", path, err->message);
		pm_error_free(err);
		return PM_STATUS_UNREADABLE;
	}
	if (!pm_saved_find(file, &found, &read_errno)) {
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
