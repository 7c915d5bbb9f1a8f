/* The kernel's own symbol table, as it lies in its image: what /proc/kallsyms prints of vmlinux.
 *
 * Names are packed (256 tokens), addresses are offsets in one of four encodings; VMCOREINFO names the
 * tables from 6.0 on, before that they are found by their shape.
 */
#ifndef PM_LINUX_SYMBOLS_H
#define PM_LINUX_SYMBOLS_H

#include "linux/vmcoreinfo.h"
#include "translate/space.h"

struct pm_linux_symbols;

#define PM_LINUX_NAME_MAX 512 /* KSYM_NAME_LEN since 6.1, with its NUL */

/* kernel: able to read the image.  image, image_end: addresses of the kernel's text and data, where the tables
 * are searched if VMCOREINFO does not name them.  stext: the address of _stext, which the tables must reproduce.
 * Where pages of the tables are missing, what is left is used.  PM_NOT_FOUND, PM_BAD_DATA, PM_TRUNCATED (too many are). */
struct pm_error *pm_linux_symbols_open(struct pm_space *kernel, const struct pm_vmcoreinfo *info,
				       uint64_t image, uint64_t image_end, uint64_t stext,
				       struct pm_linux_symbols **out) __attribute__((warn_unused_result));
void pm_linux_symbols_close(struct pm_linux_symbols *symbols); /* NULL is allowed */

uint32_t pm_linux_symbols_count(const struct pm_linux_symbols *symbols);
/* Of how many the name or the address is not in the dump (at least). */
uint32_t pm_linux_symbols_lost(const struct pm_linux_symbols *symbols);
/* How the addresses are encoded, in words. */
const char *pm_linux_symbols_encoding(const struct pm_linux_symbols *symbols);
/* By index, ascending by address. */
uint64_t pm_linux_symbols_addr(const struct pm_linux_symbols *symbols, uint32_t index);
/* The name without the type letter; returns that letter ('T', 'd', …), 0 where the table is broken or
 * the name not in the dump. */
char pm_linux_symbols_name(const struct pm_linux_symbols *symbols, uint32_t index,
			   char name[PM_LINUX_NAME_MAX]);

/* The symbol that covers addr: its index, first of its aliases, and where the next one begins
 * (as kallsyms counts sizes).  false: addr lies before the first. */
bool pm_linux_symbols_find(const struct pm_linux_symbols *symbols, uint64_t addr, uint32_t *index_out,
			   uint64_t *start_out, uint64_t *end_out);
/* The address of the first symbol of that name. */
bool pm_linux_symbols_lookup(struct pm_linux_symbols *symbols, const char *name, uint64_t *addr_out);

#endif
