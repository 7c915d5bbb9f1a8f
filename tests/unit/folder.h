/* A folder of a test program's own, removed at its end with the files that are named. */
#ifndef TEST_FOLDER_H
#define TEST_FOLDER_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* folder: as mkdtemp wants it; 0: made. */
static int folder_make(char *folder)
{
	return mkdtemp(folder) ? 0 : -1;
}

/* files: names of what may be in it, ends with NULL; 0: it is gone. */
static int folder_remove(const char *folder, const char *const *files)
{
	char path[256];

	for (; *files; files++) {
		snprintf(path, sizeof(path), "%s/%s", folder, *files);
		unlink(path);
	}
	return rmdir(folder);
}

#endif
