#include "cmd/dump.h"

#include "read/file.h"
#include "symbols/bytes.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

struct pm_error *pm_cmd_raw_open(struct pm_file *file, const char *raw, struct pm_dump **out)
{
	struct pm_dump_piece *pieces = NULL;
	size_t n = 0;
	struct pm_error *err = *raw ? pm_dump_parse_pieces(raw, &pieces, &n) : NULL;

	if (err)
		pm_file_close(file);
	else
		err = pm_dump_open_raw_file(file, pieces, n, out);
	free(pieces);
	return err;
}

struct pm_error *pm_cmd_dump_open(char *const *paths, size_t n, const char *raw, struct pm_dump **out)
{
	struct pm_file *file;
	struct pm_error *err;

	if (raw && n > 1)
		return pm_error_new(PM_USAGE, "--raw: memory as it is comes in one file, not in %zu", n);
	if (!raw) {
		err = pm_dump_open((const char *const *)paths, n, out);
		if (!err || err->code != PM_NOT_FOUND || n > 1)
			return err;
		struct pm_error *unopened = pm_file_open(paths[0], &file);
		bool may = !unopened && pm_dump_may_be_raw(file);

		if (!unopened && !may)
			pm_file_close(file);
		pm_error_free(unopened);
		if (!may)
			return err;
		pm_error_free(err);
		return pm_cmd_raw_open(file, "", out);
	}
	err = pm_file_open(paths[0], &file);
	return err ? err : pm_cmd_raw_open(file, raw, out);
}

static void say(struct pm_error *err, enum pm_status *status)
{
	if (err) {
		pm_cmd_say("%s", err->message);
		*status = PM_STATUS_UNREADABLE;
	}
	pm_error_free(err);
}

static void say_refused(struct pm_linux_session *session, enum pm_status *status)
{
	const struct pm_error *refused = pm_session_kernel(session)->types_refused;

	if (!refused)
		return;
	pm_cmd_say("%s", refused->message);
	*status = PM_STATUS_UNREADABLE;
}

struct pm_linux_session *pm_cmd_session(struct pm_dump *dump, const struct pm_linux_options *options,
					enum pm_status *status)
{
	struct pm_linux_session *session = NULL;
	struct pm_error *err = pm_session_open(dump, options, &session);

	if (err) {
		say(err, status);
		return NULL;
	}
	say_refused(session, status);
	return session;
}

/* A vmlinux that is none of this kernel's is said, and the image opened without it. */
static struct pm_error *open_image(struct pm_dump *dump, const struct pm_linux_options *options, bool quiet,
				   struct pm_image **out, enum pm_status *status)
{
	const struct pm_image_options with = { .vmlinux = options ? options->vmlinux : NULL,
					       .note_only = quiet },
				      alone = { .note_only = quiet };
	struct pm_error *err = pm_image_open(dump, &with, out);

	if (!err || err->code == PM_NOT_FOUND || !with.vmlinux)
		return err;
	if (quiet)
		pm_error_free(err);
	else
		say(err, status);
	return pm_image_open(dump, &alone, out);
}

bool pm_cmd_kernel_open(struct pm_dump *dump, const struct pm_linux_options *options, bool quiet,
			struct pm_cmd_kernel *out, enum pm_status *status)
{
	struct pm_error *err = NULL, *other;

	*out = (struct pm_cmd_kernel){ 0 };
	if (!pm_image_is(dump)) {
		err = pm_session_open(dump, options, &out->session);
		if (!err && !quiet)
			say_refused(out->session, status);
		if (!err)
			return true;
		/* a Linux that is damaged, or not whole, is no other kernel */
		if (err->code != PM_NOT_FOUND && err->code != PM_UNSUPPORTED) {
			if (quiet)
				pm_error_free(err);
			else
				say(err, status);
			return false;
		}
	}
	other = open_image(dump, options, quiet, &out->image, status);
	if (!other && out->image->found) {
		pm_error_free(err);
		return true;
	}
	if (other || quiet) {
		pm_image_close(out->image);
		out->image = NULL;
		/* what is said of the machine is worth a line */
		bool told = other && other->code == PM_NOT_FOUND && strstr(other->message, "-endian ");

		if (quiet)
			pm_error_free(err);
		else
			say(err, status);
		if (!quiet && told)
			say(other, status);
		else
			pm_error_free(other);
		return false;
	}
	say(err, status);
	return true;
}

void pm_cmd_kernel_close(struct pm_cmd_kernel *kernel)
{
	pm_session_close(kernel->session);
	pm_image_close(kernel->image);
}

void pm_cmd_dump_status(const struct pm_dump *dump, bool say, enum pm_status *status)
{
	const struct pm_dump_info *info = pm_dump_info(dump);

	if (!info->incomplete)
		return;
	if (say)
		pm_cmd_say("%s: %s", pm_dump_name(dump), info->trouble);
	*status = PM_STATUS_UNREADABLE;
}

bool pm_cmd_log_is_whole(struct pm_linux_session *session)
{
	const struct pm_error *trouble;

	pm_session_log(session, &trouble);
	return !trouble;
}

static bool is_part(const char *path)
{
	struct pm_file *file;

	if (pm_error_take(pm_file_open(path, &file)) != PM_OK)
		return false;
	bool part = pm_dump_is_part(file);

	pm_file_close(file);
	return part;
}

size_t pm_cmd_parts(char *const *paths)
{
	size_t n = 1;

	if (paths[1] && is_part(paths[0]))
		while (n < PM_DUMP_PARTS && paths[n] && is_part(paths[n]))
			n++;
	return n;
}

static bool is_program(const char *path)
{
	uint8_t start[EI_NIDENT + 2];
	struct pm_file *file;

	if (pm_error_take(pm_file_open(path, &file)) != PM_OK)
		return false;
	bool whole = pm_file_read(file, 0, start, sizeof(start), NULL) == sizeof(start);

	pm_file_close(file);
	if (!whole || memcmp(start, ELFMAG, SELFMAG) != 0)
		return false;
	uint64_t type = pm_load(start + EI_NIDENT, 2, start[EI_DATA] == ELFDATA2MSB);

	return type == ET_EXEC || type == ET_DYN;
}

void pm_cmd_dump_first(char **paths)
{
	if (!paths[0] || !paths[1] || !is_program(paths[0]))
		return;
	char *program = paths[0];

	for (; paths[1]; paths++)
		paths[0] = paths[1];
	paths[0] = program;
}
