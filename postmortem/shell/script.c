/* Commands out of files: `< FILE`, -i FILE, .kpanicrc. */
#include "shell/commands.h"

#include "base/interrupt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool run_stream(struct pm_shell *sh, FILE *in, const char *path)
{
	const char *outer = sh->script;
	char *line = NULL;
	size_t size = 0;
	bool ok = true;

	sh->script = path;
	while (!sh->ended && !pm_interrupted() && getline(&line, &size, in) >= 0)
		ok &= pm_shell_run(sh, line);
	if (ferror(in))
		ok = pm_shell_error(sh, NULL, "%s: cannot be read", path);
	sh->script = outer;
	free(line);
	return ok;
}

FILE *pm_shell_open_file(struct pm_shell *sh, const char *path)
{
	FILE *in = sh->sealed ? NULL : fopen(path, "re");
	struct stat about;

	if (!in) {
		pm_shell_error(sh, NULL, "%s: %s", path, strerror(sh->sealed ? EPERM : errno));
		return NULL;
	}
	if (!fstat(fileno(in), &about) && S_ISDIR(about.st_mode)) {
		fclose(in);
		pm_shell_error(sh, NULL, "%s: %s", path, strerror(EISDIR));
		return NULL;
	}
	return in;
}

bool pm_shell_run_file(struct pm_shell *sh, const char *path)
{
	FILE *in = pm_shell_open_file(sh, path);
	bool ok = in && run_stream(sh, in, path);

	if (in)
		fclose(in);
	return ok;
}

/* Commands may write files and run programs: those of another user are not run.  Opened once, so that what was looked
 * at is what is run. */
static void run_own(struct pm_shell *sh, const char *path)
{
	FILE *in = fopen(path, "re");
	struct stat about;

	if (!in) {
		if (errno != ENOENT && errno != ENOTDIR)
			pm_shell_error(sh, NULL, "%s: not run: %s", path, strerror(errno));
		return;
	}
	if (fstat(fileno(in), &about) || !S_ISREG(about.st_mode))
		pm_shell_error(sh, NULL, "%s: not run: no plain file", path);
	else if (about.st_uid != geteuid())
		pm_shell_error(sh, NULL, "%s: not run: it is of another user", path);
	else if (about.st_mode & (S_IWGRP | S_IWOTH))
		pm_shell_error(sh, NULL, "%s: not run: others may write to it", path);
	else
		run_stream(sh, in, ".kpanicrc");
	fclose(in);
}

void pm_shell_run_rc(struct pm_shell *sh)
{
	static const char name[] = ".kpanicrc";
	const char *home = getenv("HOME");
	char *in_home = home && *home ? pm_printf("%s/%s", home, name) : NULL;
	struct stat one, other;

	if (in_home)
		run_own(sh, in_home);
	/* once, where both are the same */
	if (!in_home || stat(in_home, &one) || stat(name, &other) || one.st_dev != other.st_dev ||
	    one.st_ino != other.st_ino)
		run_own(sh, name);
	free(in_home);
}
