/* The inside of a kernel's symbols, for kernel.c, apply.c and member.c. */
#ifndef PM_KERNEL_H
#define PM_KERNEL_H

#include "symbols/find.h"
#include "symbols/kallsyms.h"
#include "symbols/symbols.h"

/* One ELF file in use. */
struct pm_image {
	struct pm_elf *elf;
	struct pm_dwarf *dwarf; /* NULL: no line information */
};

struct pm_module_images {
	char *name, *build_id;
	struct pm_image *images; /* every file that may be it; the one that fitted last stands first */
	size_t images_n;
	bool any_debug;
};

struct pm_kernel {
	struct pm_symbols *symbols;
	char *release, *version, *banner, *build_id; /* NULL: not known */
	bool has_kaslr;
	uint64_t kaslr;
	struct pm_image vmlinux; /* elf NULL: none */
	bool searched, known_to_match;
	struct pm_error *trouble;
	char *base_path; /* to be cut off files; NULL: none */
	bool base_path_ready;
	struct pm_module_images *modules;
	size_t modules_n;
	char *missing;
};

struct pm_symbols {
	struct pm_symbols_options options;
	struct pm_kernel **kernels;
	size_t kernels_n;
	struct pm_finder *finder;
	struct pm_kallsyms *kallsyms; /* NULL: none given */
	bool kallsyms_tried;
	struct pm_error *kallsyms_error;
	bool base_path_used;      /* it stood before some source file */
	char *base_path_mismatch; /* the first source file that it did not stand before; NULL: none */
};

/* Opens an image; closes it, and leaves an empty one. */
struct pm_error *pm_kernel_image_open(const char *path, struct pm_image *image)
	__attribute__((warn_unused_result));
void pm_kernel_image_close(struct pm_image *image);
/* Looks for the kernel's vmlinux, if that was not done yet. */
void pm_kernel_want_vmlinux(struct pm_kernel *kernel);
/* Keeps what was told, where nothing is known yet. */
void pm_kernel_learn(char **known, struct pm_slice told);
/* The files of a module (symbols/module_files.c); looks for them at the first call.  NULL: too many modules. */
struct pm_module_images *pm_kernel_module(struct pm_kernel *kernel, struct pm_slice name,
					  struct pm_slice build_id);

/* The image and the address in it that a place means (pc itself, not the call before).
 * symbol_out may be given NULL. */
struct pm_error *pm_kernel_locate(struct pm_kernel *kernel, const struct pm_printed_place *place,
				  struct pm_image **image_out, uint64_t *addr_out,
				  const struct pm_elf_symbol **symbol_out)
	__attribute__((warn_unused_result));

/* The heart of pm_symbols_member; pc is an address of the dwarf's file.  False: not told. */
bool pm_dwarf_member(struct pm_dwarf *dwarf, uint64_t pc, const char *register_name, int64_t displacement,
		     struct pm_arena *arena, struct pm_member *out);

#endif
