/* C expressions on the kernel's variables: "init_task.mm->pgd", "*(struct list_head *)0xffff888000001000",
 * "__per_cpu_offset[1] + 8".  What a symbol's type is, shell/globals.h knows. */
#ifndef PM_SHELL_EXPRESSION_H
#define PM_SHELL_EXPRESSION_H

#include "shell/globals.h"
#include "shell/value.h"

struct pm_c_value {
	struct pm_c_type type;
	bool is_place;              /* it stands at addr; else it is number */
	enum pm_type_from from;     /* of a symbol: who says of what type it is */
	uint64_t addr, number;      /* addr: also of what is no place */
	struct pm_btf_member field; /* of a bit field, from addr on; bits 0: it is none */
	const char *symbol;         /* in the text: what is a symbol alone; NULL: it is more */
};

/* cpu: whose per-CPU variables are meant where no other is named; -1: they are refused.  false: said, in the command's
 * name.  Types of a module may be sh->btf then: the caller sets it back. */
bool pm_expression(struct pm_shell *sh, const char *command, const char *text, int cpu,
		   struct pm_c_value *out);

/* As gdb prints it, without a line end. */
void pm_c_value_print(struct pm_shell *sh, const struct pm_c_value *value,
		      const struct pm_value_style *style);
/* Members "type", "address" of a place, and "value". */
void pm_c_value_json(struct pm_shell *sh, const struct pm_c_value *value);

#endif
