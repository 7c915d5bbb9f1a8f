/* A type, or some of its members, as commands are told of it: "task_struct.pid,comm"; and memory by it. */
#ifndef PM_SHELL_TYPED_H
#define PM_SHELL_TYPED_H

#include "shell/value.h"

struct pm_shell_typed {
	const char *command; /* in whose name errors are said */
	uint32_t type;       /* of sh->btf, as long as this is open */
	const char *module;  /* whose type it is; NULL: the kernel's */
	char *members;       /* "pid,comm"; NULL: the whole */
	bool offsets;        /* where members stand, instead of what they are */
	bool hex;
	bool targets; /* what members point to, too */
	bool bare;    /* no comma behind members */
};

/* Sets type, module and members; the caller sets the others.  false: said.  A module's type: its types are sh->btf until
 * pm_typed_close. */
bool pm_typed_open(struct pm_shell *sh, const char *command, const char *written, struct pm_shell_typed *out);
void pm_typed_close(struct pm_shell *sh, struct pm_shell_typed *t);

/* The type's declaration, or its members': without addresses. */
bool pm_typed_declare(struct pm_shell *sh, const struct pm_shell_typed *t);
/* What is at addr; as JSON a member "value", or of offsets "members". */
bool pm_typed_print(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t addr);
/* The one member, or the whole: where it begins, and its size.  false: several members, or none of that name; said. */
bool pm_typed_extent(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t *offset_out,
		     uint64_t *size_out);

/* A structure's member ("task_struct.tasks") or a number of bytes.  false: said. */
bool pm_shell_offset(struct pm_shell *sh, const char *command, const char *text, uint64_t *out);
/* A type of the kernel or the first module that has one of that name; sh->btf is set to where it is, which the caller
 * sets back.  only: struct or union; PM_BTF_VOID: any.  0: none.  *module_out: NULL: the kernel's. */
uint32_t pm_shell_find_type(struct pm_shell *sh, enum pm_btf_kind only, const char *name,
			    const char **module_out);

#endif
