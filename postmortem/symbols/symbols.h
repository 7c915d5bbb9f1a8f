/* Symbols: printed places of a kernel → source lines, for `kpanic symbolize` and for explain.
 *
 * `struct pm_symbols` is everything the user gave and everything found so far;
 * it hands out one `struct pm_kernel` for each kernel a text tells of (by
 * release and build id), and looks for that kernel's vmlinux and modules when
 * the first place asks for them.  What it finds is checked against what the log
 * says, and refused where the two contradict each other: a wrong line is worse
 * than none.
 *
 *	struct pm_symbols *symbols = pm_symbols_create(&options);
 *	err = pm_symbols_apply(symbols, &incident);
 *	…
 *	pm_symbols_destroy(symbols);
 */
#ifndef PM_SYMBOLS_H
#define PM_SYMBOLS_H

#include "incident.h"
#include "symbols/dwarf.h"

struct pm_symbols;
struct pm_kernel;

/* All strings are borrowed and must outlive the pm_symbols. */
struct pm_symbols_options {
	const char *vmlinux;  /* this file for every kernel, and nothing else is looked for; NULL: search */
	const char *release;  /* of the kernel where the text does not tell it; NULL: none */
	const char *kallsyms; /* a copy of /proc/kallsyms, or a System.map: names for raw addresses */
	const char *system_map;
	const char *const
		*debug_dirs; /* [debug_dirs_n]: searched first, by build id and by name, recursively */
	size_t debug_dirs_n;
	const char *modules_path; /* searched for modules before all others; NULL: none */
	const char *base_path;    /* cut off the front of source files; NULL or "auto": what stands before
				     init/main.c */
	const char *source_path;  /* where the kernel's sources lie, for the text of lines; NULL: as the file
				     says */
	const char *root;         /* before every usual place: "/mnt/disk"; NULL: this machine */
	bool force;               /* take files that do not match */
	bool return_addresses;    /* look up a return address itself, not the call before it */
};

struct pm_symbols *pm_symbols_create(const struct pm_symbols_options *options)
	__attribute__((returns_nonnull));
void pm_symbols_destroy(struct pm_symbols *symbols); /* NULL is allowed */

/* Reads the kallsyms or System.map that was named, if one was.  After an error all else still works. */
struct pm_error *pm_symbols_load(struct pm_symbols *symbols) __attribute__((warn_unused_result));

/* Was a base path given that stood before no source file told so far?  Then such a file, else NULL. */
const char *pm_symbols_base_path_unused(const struct pm_symbols *symbols);

/* What a text tells of its kernel; slices may be empty. */
struct pm_kernel_id {
	struct pm_slice release; /* "6.1.0-50-amd64" */
	struct pm_slice
		version;        /* "#1 SMP PREEMPT_DYNAMIC Debian 6.1.176-1 (2026-07-02)", or its beginning */
	struct pm_slice banner; /* "Linux version …", whole */
	struct pm_slice build_id; /* hex */
	bool has_kaslr;
	uint64_t kaslr; /* bytes: where the kernel ran minus where it was linked */
};

/* The kernel of that id, made at the first call.  The id's strings are copied.
 * Owned by symbols.  Later ids of the same release add what they know. */
struct pm_kernel *pm_symbols_kernel(struct pm_symbols *symbols, const struct pm_kernel_id *id)
	__attribute__((returns_nonnull));

/* Why the kernel's vmlinux is not used: NULL when it is.  Looks for it if that was not done yet.
 * PM_NOT_FOUND, PM_MISMATCH (found or given, but of another kernel), PM_BAD_DATA, PM_IO.  Borrowed. */
const struct pm_error *pm_kernel_trouble(struct pm_kernel *kernel);
/* What to install or give so that source lines can be told: a sentence for pm_incident.missing; NULL:
 * nothing is missing.  In storage of the kernel. */
const char *pm_kernel_missing(struct pm_kernel *kernel);
/* Tells the KASLR offset that holds from now on (one kernel boots more than once), or that it is not known.
 */
void pm_kernel_set_kaslr(struct pm_kernel *kernel, bool known, uint64_t kaslr);

/* A place as a log prints it. */
struct pm_printed_place {
	struct pm_slice symbol;   /* empty: only an address */
	uint64_t offset, size;    /* size 0: not printed */
	struct pm_slice module;   /* empty: the kernel itself */
	struct pm_slice build_id; /* of the module; may be empty */
	bool has_addr;
	uint64_t addr; /* at run time */
	bool exact;    /* a program counter; else a return address: the call before it is meant */
};

struct pm_resolved_place {
	const char *symbol;      /* NULL: not known */
	uint64_t offset, size;   /* in the symbol */
	const char *module;      /* NULL: the kernel itself */
	const char *object;      /* the file that told; borrowed from the kernel */
	pm_source_frames frames; /* empty: no source line */
};

/* Strings live in the arena.  PM_NOT_FOUND: nothing is known of it.  PM_MISMATCH: the file's function of
 * that name has another size, so it is another build.  PM_BAD_DATA: several functions fit, or a broken file.
 */
struct pm_error *pm_kernel_resolve(struct pm_kernel *kernel, const struct pm_printed_place *place,
				   struct pm_arena *arena, struct pm_resolved_place *out)
	__attribute__((warn_unused_result));

/* Does any symbol cover that address of the run?  Cheap: no DWARF is read. */
bool pm_kernel_covers(struct pm_kernel *kernel, uint64_t addr);

/* Files of modules by order of the user (symbols/module_files.c); build_id may be empty.
 * This file before all others: PM_MISMATCH (another kernel's, another build, another module's), PM_IO, PM_BAD_DATA. */
struct pm_error *pm_kernel_use_module(struct pm_kernel *kernel, struct pm_slice name,
				      struct pm_slice build_id, const char *path)
	__attribute__((warn_unused_result));
/* Looks for them in a folder, or (NULL) where modules are; false: none there fits. */
bool pm_kernel_search_module(struct pm_kernel *kernel, struct pm_slice name, struct pm_slice build_id,
			     const char *folder);
/* Forgets them: nothing is told of the module any more. */
void pm_kernel_drop_module(struct pm_kernel *kernel, struct pm_slice name);
/* The file that is in use, and whether it has lines; NULL: none so far.  Looks for nothing.  Borrowed. */
const char *pm_kernel_module_path(const struct pm_kernel *kernel, struct pm_slice name, bool *lines_out);

enum pm_agreement { PM_AGREES_UNKNOWN, PM_AGREES, PM_CONTRADICTS };
/* Does the vmlinux have the function with the size that was printed?  Cheap: no DWARF is read. */
enum pm_agreement pm_kernel_agrees(struct pm_kernel *kernel, const struct pm_printed_place *place);
/* Refuses the kernel's vmlinux from now on (unless forced): too much of the text contradicts it. */
void pm_kernel_refuse(struct pm_kernel *kernel, struct pm_error *why);
/* The KASLR offset that a printed pair of address and symbol gives; false: the symbol is unknown or
 * ambiguous. */
bool pm_kernel_solve_kaslr(struct pm_kernel *kernel, const struct pm_printed_place *place,
			   uint64_t *kaslr_out);

/* Fills file, file_line and inlined frames of every place of a Linux incident, the text of source lines
 * where they can be read, and the member behind the fault address; says in inc->missing what could not be
 * told for want of a file.  Errors that end the whole (PM_MISMATCH, PM_IO of a file that the user named)
 * are returned; everything else is silence. */
struct pm_error *pm_symbols_apply(struct pm_symbols *symbols, struct pm_incident *inc)
	__attribute__((warn_unused_result));

/* A variable and member that an instruction's memory operand stood for. */
struct pm_member {
	const char *variable; /* "st"; NULL: not known */
	const char *type;     /* "struct my_state" */
	const char *member;   /* "counter", "link.next"; NULL: the structure's very start has no member */
	uint64_t offset;      /* of the member in the structure */
	uint32_t size;        /* bytes; 0: not known */
	const char *function; /* whose variable it is */
};

/* At the place (a program counter), which variable does register hold (DWARF numbers it; the name is as in
 * pm_register), and what lies displacement bytes behind it?  Only variables that DWARF places in that
 * register at that very instruction, whose type is a pointer to a structure, are told.
 * PM_NOT_FOUND: none, or more than one that differ. */
struct pm_error *pm_symbols_member(struct pm_kernel *kernel, const struct pm_printed_place *place,
				   const char *register_name, int64_t displacement, struct pm_arena *arena,
				   struct pm_member *out) __attribute__((warn_unused_result));

#endif
