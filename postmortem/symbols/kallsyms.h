/* The text of /proc/kallsyms and of System.map: "ffffffff81000000 T _text", and for modules "\t[name]". */
#ifndef PM_KALLSYMS_H
#define PM_KALLSYMS_H

#include "base/error.h"
#include "base/memory.h"

struct pm_kallsym {
	uint64_t addr, end;        /* end: the next symbol's address; addr itself for the last */
	const char *name, *module; /* module NULL: the kernel */
	bool text;
};

struct pm_kallsyms;

/* PM_IO; PM_BAD_DATA: no line of that shape, or all addresses are 0 (read without privilege). */
struct pm_error *pm_kallsyms_open(const char *path, struct pm_kallsyms **out)
	__attribute__((warn_unused_result));
struct pm_error *pm_kallsyms_parse(const char *name, struct pm_slice text, struct pm_kallsyms **out)
	__attribute__((warn_unused_result));
void pm_kallsyms_close(struct pm_kallsyms *kallsyms); /* NULL is allowed */

/* The symbol of code that covers addr, an address as the file has them; NULL: none. */
const struct pm_kallsym *pm_kallsyms_find(const struct pm_kallsyms *kallsyms, uint64_t addr);
/* The first symbol of that name; how many there are in *count_out (may be NULL). */
const struct pm_kallsym *pm_kallsyms_named(const struct pm_kallsyms *kallsyms, struct pm_slice name,
					   size_t *count_out);
size_t pm_kallsyms_count(const struct pm_kallsyms *kallsyms);

#endif
