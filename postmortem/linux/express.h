/* Values as C expressions: what a register held, in the words of the source, by the types that the kernel has of
 * itself. */
#ifndef PM_LINUX_EXPRESS_H
#define PM_LINUX_EXPRESS_H

#include "decode/follow.h"
#include "linux/function.h"

struct pm_linux_expression {
	char text[160]; /* "file->f_op"; "": it cannot be said */
	uint32_t type;  /* of function's types; 0: not known */
};

struct pm_linux_express {
	struct pm_linux_session *session;
	const struct pm_linux_function *function;
	uint32_t prototype; /* 0: not known */
};

/* Without what was added to the value (its offset). */
void pm_linux_express(const struct pm_linux_express *express, const struct pm_value *value,
		      struct pm_linux_expression *out);
/* The structure that an expression of that type points to; 0: to none. */
uint32_t pm_linux_pointed_struct(const struct pm_btf *types, uint32_t type);

#endif
