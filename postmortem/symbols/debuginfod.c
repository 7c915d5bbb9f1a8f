/* debuginfod's client library is loaded when it is asked for: it brings an HTTP
 * client with it, which would cost every other run its start-up time. */
#include "symbols/find.h"

#ifdef PM_STATIC

const char *pm_debuginfod_find(const char *build_id, struct pm_arena *arena)
{
	(void)build_id;
	(void)arena;
	return NULL;
}

#else

#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

struct client;

const char *pm_debuginfod_find(const char *build_id, struct pm_arena *arena)
{
	const char *urls = getenv("DEBUGINFOD_URLS");

	if (!urls || !*urls || !build_id || strspn(build_id, "0123456789abcdef") < 16)
		return NULL;
	void *library = dlopen("libdebuginfod.so.1", RTLD_NOW | RTLD_LOCAL);
	if (!library)
		return NULL;
	/* As <elfutils/debuginfod.h> declares them; a build id length of 0 says that it is hex text. */
	struct client *(*begin)(void) = NULL;
	int (*find)(struct client *, const unsigned char *, int, char **) = NULL;
	void (*end)(struct client *) = NULL;
	*(void **)&begin = dlsym(library, "debuginfod_begin");
	*(void **)&find = dlsym(library, "debuginfod_find_debuginfo");
	*(void **)&end = dlsym(library, "debuginfod_end");

	const char *found = NULL;
	struct client *client = begin && find && end ? begin() : NULL;
	if (client) {
		char *path = NULL;
		int fd = find(client, (const unsigned char *)build_id, 0, &path);

		if (fd >= 0) {
			close(fd);
			found = path ? pm_arena_str(arena, pm_slice_of(path)) : NULL;
			free(path);
		}
		end(client);
	}
	/* Not unloaded: the client's libraries keep threads and handlers of their own. */
	return found;
}

#endif
