/* A Linux kernel in a dump: how its memory is mapped, its symbols, its types.
 *
 * pm_linux_open finds what everything else needs, in this order, each from the one before:
 *
 *	VMCOREINFO      from the dump's notes, or searched in memory
 *	address space   root of the kernel's page tables, phys_base, KASLR
 *	symbols         the packed table in the image
 *	types           BTF in the image
 *	direct map      page_offset_base
 *
 * What is missing is told by `trouble` and by NULL; whoever needs it says what cannot be told for want of it.
 */
#ifndef PM_LINUX_H
#define PM_LINUX_H

#include "linux/symbols.h"
#include "linux/vmcoreinfo.h"
#include "symbols/btf.h"
#include "translate/space.h"

enum pm_field {
#define PM_FIELD(id, structure, paths) PM_##id,
#include "linux/fields.def"
#undef PM_FIELD
	PM_FIELDS
};

struct pm_field_place {
	int32_t offset;      /* -1: no such member in this kernel, or no types */
	uint32_t size;       /* bytes */
	uint8_t shift, bits; /* of a bit field: where it begins in those bytes, how many; bits 0: none */
};

struct pm_linux {
	struct pm_dump *dump; /* borrowed */
	struct pm_arena arena;
	struct pm_space kernel;
	struct pm_vmcoreinfo info;
	bool info_searched;        /* VMCOREINFO is not in the dump's notes: found in memory */
	const char *release;       /* "6.1.0-50-amd64"; NULL: not told */
	const char *build_id;      /* hex; NULL: not told, or one that cannot be right */
	uint64_t stext;            /* at run time */
	uint64_t kaslr, phys_base; /* bytes */
	uint64_t page_offset;      /* start of the direct map; 0: not known */
	uint64_t image, image_end; /* the kernel's own mapping: _text to _end */

	struct pm_linux_symbols *symbols; /* NULL: symbols_trouble says why */
	struct pm_error *symbols_trouble;
	struct pm_btf *btf; /* NULL: btf_trouble says why */
	struct pm_error *btf_trouble;
	const char *btf_lost; /* what of the types is broken or not in the dump; NULL: nothing */
	const char *btf_file; /* the file that they are from; NULL: the dump itself */
	struct pm_error
		*types_refused; /* why the file that was given is not used; NULL: it is, or none was */
	uint64_t module_types;  /* bytes read of modules' types */
	struct pm_field_place fields[PM_FIELDS];
	struct pm_linux_members *members; /* linux/member.h; NULL: none was asked for yet */

	uint32_t cpus;        /* possible ones: per-CPU areas; 0: not known */
	uint64_t *cpu_offset; /* [cpus]: __per_cpu_offset */
};

/* Where types are from.  Strings are borrowed for as long as the kernel is open. */
struct pm_linux_options {
	const char *btf;     /* a file with the kernel's types (pm_btf_open_file); NULL: the dump's own */
	const char *vmlinux; /* an ELF file whose types are used where the dump has none; NULL: none */
	bool installed;      /* where the dump has none and no vmlinux is given: one that is installed */
	const char *const *debug_dirs; /* [debug_dirs_n]: where it is looked for first (symbols/find.h) */
	size_t debug_dirs_n;
};

/* The dump is borrowed.  options: NULL: none.  PM_NOT_FOUND: nothing that looks like a Linux kernel; PM_UNSUPPORTED: an architecture
 * without a row in translate/; PM_BAD_DATA: the page tables cannot be those of that VMCOREINFO. */
struct pm_error *pm_linux_open(struct pm_dump *dump, const struct pm_linux_options *options,
			       struct pm_linux **out) __attribute__((warn_unused_result));
void pm_linux_close(struct pm_linux *lx); /* NULL is allowed */

/* The address of a symbol of the kernel: of its own table, or of VMCOREINFO where there is none. */
bool pm_linux_symbol(struct pm_linux *lx, const char *name, uint64_t *addr_out);
/* The value of a variable of 1, 2, 4 or 8 bytes. */
bool pm_linux_variable(struct pm_linux *lx, const char *name, unsigned size, uint64_t *value_out);
/* A member of the structure at base, unsigned, of 1 to 8 bytes; false: no such member, or not in the dump. */
bool pm_linux_get(struct pm_linux *lx, uint64_t base, enum pm_field field, uint64_t *value_out);
/* The address of a member; 0: no such member. */
uint64_t pm_linux_at(const struct pm_linux *lx, uint64_t base, enum pm_field field);
/* The address of a per-CPU variable on a CPU; false: no such symbol or CPU. */
bool pm_linux_percpu(struct pm_linux *lx, const char *name, uint32_t cpu, uint64_t *addr_out);
/* Is it a per-CPU variable's, as symbols have it: what is added to each CPU's area?  Of the kernel itself. */
bool pm_linux_is_percpu(struct pm_linux *lx, uint64_t addr);
/* The sum of a struct percpu_counter, with what each CPU has not added to it yet; never below 0. */
bool pm_linux_percpu_counter(struct pm_linux *lx, uint64_t counter, uint64_t *value_out);

#endif
