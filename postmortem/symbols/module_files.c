/* Files of modules: found, or named; checked against what is known of the module. */
#include "symbols/kernel.h"

#include <stdlib.h>
#include <string.h>

enum { CANDIDATES_MAX = 8, MODULES_MAX = 1024 };

/* A module says which kernel it was built for: "vermagic=6.1.0-50-amd64 SMP preempt mod_unload". */
static bool of_other_release(struct pm_elf *elf, const char *release)
{
	struct pm_bytes info = pm_elf_section(elf, ".modinfo");
	struct pm_slice text = { (const char *)info.p, info.n }, magic;
	size_t at = pm_slice_find(text, PM_S("vermagic="));

	if (!release || !*release || at == PM_NPOS)
		return false;
	text = pm_slice_from(text, at + strlen("vermagic="));
	text = pm_slice_upto(text, pm_slice_find_char(text, 0));
	return pm_take_word(&text, &magic) && !pm_slice_eq(magic, pm_slice_of(release));
}

/* Behind those that it has. */
static struct pm_error *add_file(struct pm_kernel *kernel, struct pm_module_images *module, const char *path)
{
	struct pm_image image = { 0 };
	struct pm_error *err = pm_kernel_image_open(path, &image);

	if (err)
		return err;
	const char *id = pm_elf_build_id(image.elf);
	bool force = kernel->symbols->options.force;

	if (!force && of_other_release(image.elf, kernel->release))
		err = pm_error_new(PM_MISMATCH, "%s is of another kernel than %s", path, kernel->release);
	else if (!force && module->build_id && *id && strcmp(id, module->build_id))
		err = pm_error_new(PM_MISMATCH,
				   "%s is another build of %s: its build id is %s, the module's %s", path,
				   module->name, id, module->build_id);
	if (err) {
		pm_kernel_image_close(&image);
		return err;
	}
	if (image.dwarf)
		module->any_debug = true;
	module->images[module->images_n++] = image;
	return NULL;
}

struct pm_module_images *pm_kernel_module(struct pm_kernel *kernel, struct pm_slice name,
					  struct pm_slice build_id)
{
	for (size_t i = 0; i < kernel->modules_n; i++) {
		struct pm_module_images *module = &kernel->modules[i];

		if (pm_slice_eq(pm_slice_of(module->name), name) &&
		    (!build_id.n || !module->build_id ||
		     pm_slice_eq(pm_slice_of(module->build_id), build_id)))
			return module;
	}
	if (kernel->modules_n == MODULES_MAX)
		return NULL;
	kernel->modules = pm_realloc(kernel->modules, (kernel->modules_n + 1) * sizeof(*kernel->modules));
	struct pm_module_images *module = &kernel->modules[kernel->modules_n++];
	*module = (struct pm_module_images){ 0 };
	pm_kernel_learn(&module->build_id, build_id);
	module->name = pm_printf("%.*s", PM_FMT(name));

	struct pm_arena arena;
	pm_paths paths = { 0 };
	const struct pm_symbols_options *options = &kernel->symbols->options;

	pm_arena_init(&arena);
	pm_kernel_want_vmlinux(kernel);
	pm_find_module(kernel->symbols->finder, module->name, kernel->release, module->build_id,
		       kernel->vmlinux.elf ? options->vmlinux : NULL, &arena, &paths);
	if (module->build_id && !paths.n) {
		const char *path = pm_debuginfod_find(module->build_id, &arena);

		if (path)
			*PM_PUSH(&arena, &paths) = path;
	}
	module->images = pm_alloc(CANDIDATES_MAX * sizeof(*module->images));
	for (size_t i = 0; i < paths.n && module->images_n < CANDIDATES_MAX; i++)
		pm_error_free(add_file(kernel, module, paths.v[i]));
	pm_arena_deinit(&arena);
	return module;
}

/* ---- by order of the user ---- */

/* A file's own word for what module it is of: ".gnu.linkonce.this_module" is not read, its modinfo is. */
static bool is_module_file(struct pm_elf *elf, const char *name)
{
	struct pm_bytes info = pm_elf_section(elf, ".modinfo");
	struct pm_slice text = { (const char *)info.p, info.n };
	size_t at = pm_slice_find(text, PM_S("name="));

	while (at != PM_NPOS && at && text.p[at - 1]) {
		size_t next = pm_slice_find(pm_slice_from(text, at + 1), PM_S("name="));

		at = next == PM_NPOS ? next : at + 1 + next;
	}
	if (at == PM_NPOS)
		return true; /* one with debug information alone does not tell */
	text = pm_slice_from(text, at + strlen("name="));
	return pm_slice_eq(pm_slice_upto(text, pm_slice_find_char(text, 0)), pm_slice_of(name));
}

struct pm_error *pm_kernel_use_module(struct pm_kernel *kernel, struct pm_slice name,
				      struct pm_slice build_id, const char *path)
{
	struct pm_module_images *module = pm_kernel_module(kernel, name, build_id);
	struct pm_error *err;

	if (!module)
		return pm_error_new(PM_UNSUPPORTED, "more modules than can be");
	size_t n = module->images_n;

	for (size_t i = 0; i < n; i++)
		if (!strcmp(pm_elf_path(module->images[i].elf), path))
			return NULL;
	if (n == CANDIDATES_MAX) {
		pm_kernel_image_close(&module->images[n - 1]);
		module->images_n = n = n - 1;
	}
	err = add_file(kernel, module, path);
	if (err)
		return err;
	struct pm_image image = module->images[n];

	if (!kernel->symbols->options.force && !is_module_file(image.elf, module->name)) {
		module->images_n = n;
		pm_kernel_image_close(&image);
		return pm_error_new(PM_MISMATCH, "%s is not the module %s", path, module->name);
	}
	memmove(module->images + 1, module->images, n * sizeof(image));
	module->images[0] = image;
	return NULL;
}

bool pm_kernel_search_module(struct pm_kernel *kernel, struct pm_slice name, struct pm_slice build_id,
			     const char *folder)
{
	struct pm_module_images *module = pm_kernel_module(kernel, name, build_id);
	struct pm_finder *finder;
	struct pm_arena arena;
	pm_paths paths = { 0 };
	bool found = false;

	if (!module)
		return false;
	if (!folder)
		return module->images_n;
	pm_arena_init(&arena);
	finder = pm_finder_create("/nowhere", NULL, 0, folder);
	pm_find_module(finder, module->name, kernel->release, module->build_id, NULL, &arena, &paths);
	for (size_t i = 0; i < paths.n; i++)
		found |= pm_error_take(pm_kernel_use_module(kernel, name, build_id, paths.v[i])) == PM_OK;
	pm_finder_destroy(finder);
	pm_arena_deinit(&arena);
	return found;
}

void pm_kernel_drop_module(struct pm_kernel *kernel, struct pm_slice name)
{
	for (size_t i = 0; i < kernel->modules_n; i++) {
		struct pm_module_images *module = &kernel->modules[i];

		if (!pm_slice_eq(pm_slice_of(module->name), name))
			continue;
		for (size_t k = 0; k < module->images_n; k++)
			pm_kernel_image_close(&module->images[k]);
		module->images_n = 0;
		module->any_debug = false;
	}
}

const char *pm_kernel_module_path(const struct pm_kernel *kernel, struct pm_slice name, bool *lines_out)
{
	for (size_t i = 0; i < kernel->modules_n; i++) {
		const struct pm_module_images *module = &kernel->modules[i];

		if (!pm_slice_eq(pm_slice_of(module->name), name) || !module->images_n)
			continue;
		*lines_out = module->any_debug;
		for (size_t k = 0; k < module->images_n; k++)
			if (module->images[k].dwarf)
				return pm_elf_path(module->images[k].elf);
		return pm_elf_path(module->images[0].elf);
	}
	return NULL;
}
