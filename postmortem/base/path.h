/* Paths of source files. */
#ifndef PM_PATH_H
#define PM_PATH_H

/* In place: "./a//b/../c.c" becomes "a/c.c".  A leading ".." stays. */
void pm_path_clean(char *path);

#endif
