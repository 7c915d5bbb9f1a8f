/* A function in memory: its bounds, its code, its prototype. */
#ifndef PM_LINUX_FUNCTION_H
#define PM_LINUX_FUNCTION_H

#include "linux/session.h"

enum { PM_LINUX_FUNCTION_MAX = 1 << 15 }; /* bytes that are read of one */

struct pm_linux_function {
	struct pm_arena arena;
	uint64_t start, size;
	const char *name;
	struct pm_linux_module *module; /* NULL: the kernel's own */
	uint8_t *code;                  /* size bytes */
	struct pm_btf *types;           /* the module's with the kernel's, or the kernel's; NULL: none */
};

/* The function that pc lies in.  false: no symbol, too long, or not in the dump. */
bool pm_linux_function_open(struct pm_linux_session *session, uint64_t pc, struct pm_linux_function *out);
void pm_linux_function_close(struct pm_linux_function *function);

/* Its FUNC_PROTO; 0: its types are not known, or not by that name. */
uint32_t pm_linux_function_prototype(struct pm_linux_session *session,
				     const struct pm_linux_function *function);

#endif
