/* The modules of a kernel in a dump: where they lie, their symbols, their unwinding tables. */
#ifndef PM_LINUX_MODULES_H
#define PM_LINUX_MODULES_H

#include "linux/linux.h"
#include "unwind/orc.h"

#define PM_MODULE_REGIONS 8

struct pm_linux_module {
	uint64_t addr; /* of its struct module */
	const char *name;
	uint64_t state;       /* enum module_state: 0 live, 1 coming, 2 going, 3 unformed */
	uint64_t taints;      /* bits as in the kernel's taint flags */
	uint64_t size;        /* bytes, all regions: what lsmod shows */
	const char *build_id; /* hex; NULL: not kept (before 5.14, or left out) */
	struct {
		uint64_t start, size;
	} mem[PM_MODULE_REGIONS];          /* size 0: none; [0] is the core's text */
	struct pm_orc_table orc;           /* n 0: none */
	struct pm_module_symbols *symbols; /* read when first asked for */
	bool has_btf;
	struct pm_btf *btf; /* linux/kernel_types.h */
};

struct pm_linux_modules {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_module) v; /* as the kernel lists them: newest first */
	const char *trouble;              /* why the list ends early; NULL: it does not */
	uint64_t start, end;              /* what all of their regions lie between */
};

/* The list; never fails: what cannot be read is told in trouble. */
void pm_linux_modules_read(struct pm_linux *lx, struct pm_linux_modules *modules);
void pm_linux_modules_deinit(struct pm_linux_modules *modules);

struct pm_linux_module *pm_linux_module_at(struct pm_linux_modules *modules, uint64_t addr);

/* The symbol of a module that covers addr, as kallsyms finds it; name is borrowed from the module. */
bool pm_linux_module_symbol(struct pm_linux *lx, struct pm_linux_module *module, uint64_t addr,
			    const char **name_out, uint64_t *start_out, uint64_t *end_out);
/* By index, ascending by address; false: there are no more.  A name may be empty; the type is the letter that
 * kallsyms prints, 0 where it is not told. */
bool pm_linux_module_symbol_at(struct pm_linux *lx, struct pm_linux_module *module, uint32_t index,
			       const char **name_out, uint64_t *addr_out, char *type_out);
/* By name. */
bool pm_linux_module_lookup(struct pm_linux *lx, struct pm_linux_module *module, const char *name,
			    uint64_t *addr_out);

#endif
