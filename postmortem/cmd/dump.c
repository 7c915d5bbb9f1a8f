#include "cmd/dump.h"

#include "read/file.h"

#include <stdlib.h>

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

struct pm_linux_session *pm_cmd_session(struct pm_dump *dump, const struct pm_linux_options *options,
					enum pm_status *status)
{
	struct pm_linux_session *session = NULL;
	struct pm_error *err = pm_session_open(dump, options, &session);

	if (err) {
		pm_cmd_say("%s", err->message);
		pm_error_free(err);
		*status = PM_STATUS_UNREADABLE;
		return NULL;
	}
	const struct pm_error *refused = pm_session_kernel(session)->types_refused;

	if (refused) {
		pm_cmd_say("%s", refused->message);
		*status = PM_STATUS_UNREADABLE;
	}
	return session;
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
