/* Where vmlinux and modules with debug information lie. */
#ifndef PM_FIND_H
#define PM_FIND_H

#include "base/memory.h"

struct pm_finder;

/* Borrows all strings.  root: before every usual place, NULL for "". */
struct pm_finder *pm_finder_create(const char *root, const char *const *debug_dirs, size_t debug_dirs_n,
				   const char *modules_path);
void pm_finder_destroy(struct pm_finder *finder);

typedef PM_VEC(const char *) pm_paths;

/* Paths at which a file exists, the most promising first, without repetition; strings in the arena.
 * release, build_id (hex) may be NULL. */
void pm_find_vmlinux(struct pm_finder *finder, const char *release, const char *build_id,
		     struct pm_arena *arena, pm_paths *paths_out);
/* beside: the vmlinux in use, whose folder may be the build tree; NULL: none. */
void pm_find_module(struct pm_finder *finder, const char *name, const char *release, const char *build_id,
		    const char *beside, struct pm_arena *arena, pm_paths *paths_out);

/* The words that tell how to get a release's debug information on the distribution that the release's
 * shape speaks of, or NULL. */
const char *pm_find_hint(const char *release, struct pm_arena *arena);

/* debuginfod.c.  Asks the servers in $DEBUGINFOD_URLS; the path in the client's cache, in the arena.
 * NULL: not asked for (the variable is not set, or this is the static binary), or not found. */
const char *pm_debuginfod_find(const char *build_id, struct pm_arena *arena);

#endif
