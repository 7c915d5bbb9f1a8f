#include "cmd/dump.h"

#include "read/file.h"

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
