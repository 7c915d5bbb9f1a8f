#include "symbols/kernel.h"

#include <stdlib.h>

/* A text that names more kernels or modules than these is no log. */
#define KERNELS_MAX 256
#define SAME_NAME_MAX 64

static bool resolve_by_kallsyms(struct pm_kernel *kernel, const struct pm_printed_place *place,
				struct pm_arena *arena, struct pm_resolved_place *out);

/* ---- the set ---- */

struct pm_symbols *pm_symbols_create(const struct pm_symbols_options *options)
{
	struct pm_symbols *symbols = pm_alloc(sizeof(*symbols));

	symbols->options = *options;
	symbols->finder = pm_finder_create(options->root, options->debug_dirs, options->debug_dirs_n,
					   options->modules_path);
	return symbols;
}

void pm_kernel_image_close(struct pm_image *image)
{
	pm_dwarf_destroy(image->dwarf);
	pm_elf_close(image->elf);
	*image = (struct pm_image){ 0 };
}

static void kernel_destroy(struct pm_kernel *kernel)
{
	pm_kernel_image_close(&kernel->vmlinux);
	for (size_t i = 0; i < kernel->modules_n; i++) {
		struct pm_module_images *module = &kernel->modules[i];

		for (size_t k = 0; k < module->images_n; k++)
			pm_kernel_image_close(&module->images[k]);
		free(module->images);
		free(module->name);
		free(module->build_id);
	}
	free(kernel->modules);
	pm_error_free(kernel->trouble);
	free(kernel->release);
	free(kernel->version);
	free(kernel->banner);
	free(kernel->build_id);
	free(kernel->base_path);
	free(kernel->missing);
	free(kernel);
}

void pm_symbols_destroy(struct pm_symbols *symbols)
{
	if (!symbols)
		return;
	for (size_t i = 0; i < symbols->kernels_n; i++)
		kernel_destroy(symbols->kernels[i]);
	free(symbols->kernels);
	pm_kallsyms_close(symbols->kallsyms);
	pm_error_free(symbols->kallsyms_error);
	free(symbols->base_path_mismatch);
	pm_finder_destroy(symbols->finder);
	free(symbols);
}

/* ---- one kernel ---- */

/* Do two tellings of one thing agree?  What is not known agrees with all. */
static bool agrees(const char *known, struct pm_slice told)
{
	return !known || !told.n || pm_slice_eq(pm_slice_of(known), told);
}

void pm_kernel_learn(char **known, struct pm_slice told)
{
	if (!*known && told.n)
		*known = pm_printf("%.*s", PM_FMT(told));
}

struct pm_kernel *pm_symbols_kernel(struct pm_symbols *symbols, const struct pm_kernel_id *id)
{
	struct pm_slice release = id->release;

	if (!release.n)
		release = pm_slice_of(symbols->options.release);
	for (size_t i = 0; i < symbols->kernels_n; i++) {
		struct pm_kernel *kernel = symbols->kernels[i];

		if (!pm_slice_eq(pm_slice_of(kernel->release), release) ||
		    !agrees(kernel->build_id, id->build_id) || !agrees(kernel->banner, id->banner))
			continue;
		/* Once its files are chosen, the same kernel may not learn what would have chosen others. */
		if (!kernel->searched) {
			pm_kernel_learn(&kernel->build_id, id->build_id);
			pm_kernel_learn(&kernel->banner, id->banner);
			pm_kernel_learn(&kernel->version, id->version);
		}
		if (id->has_kaslr)
			pm_kernel_set_kaslr(kernel, true, id->kaslr);
		return kernel;
	}
	if (symbols->kernels_n == KERNELS_MAX)
		return symbols->kernels[KERNELS_MAX - 1];
	struct pm_kernel *kernel = pm_alloc(sizeof(*kernel));
	kernel->symbols = symbols;
	if (symbols->kernels_n == KERNELS_MAX - 1) {
		/* It stands for all the others too, so it must not answer. */
		kernel->searched = true;
		kernel->trouble = pm_error_new(PM_UNSUPPORTED, "the text tells of more than %d kernels",
					       KERNELS_MAX - 1);
	}
	pm_kernel_learn(&kernel->release, release);
	pm_kernel_learn(&kernel->build_id, id->build_id);
	pm_kernel_learn(&kernel->banner, id->banner);
	pm_kernel_learn(&kernel->version, id->version);
	kernel->has_kaslr = id->has_kaslr;
	kernel->kaslr = id->kaslr;
	symbols->kernels = pm_realloc(symbols->kernels, (symbols->kernels_n + 1) * sizeof(kernel));
	symbols->kernels[symbols->kernels_n++] = kernel;
	return kernel;
}

void pm_kernel_set_kaslr(struct pm_kernel *kernel, bool known, uint64_t kaslr)
{
	kernel->has_kaslr = known;
	kernel->kaslr = kaslr;
}

/* The first word after "Linux version ". */
static struct pm_slice banner_release(struct pm_slice banner)
{
	struct pm_slice release = { 0 };

	if (pm_take(&banner, PM_S("Linux version ")))
		pm_take_word(&banner, &release);
	return release;
}

/* "#1 SMP … (2026-07-02)": what follows the compiler's parentheses. */
static struct pm_slice banner_version(struct pm_slice banner)
{
	for (size_t i = banner.n; i-- > 2;)
		if (banner.p[i] == '#' && banner.p[i - 1] == ' ' && banner.p[i - 2] == ')')
			return pm_slice_from(banner, i);
	return (struct pm_slice){ 0 };
}

/* Trace headers print "#1 Debian 6.1.176-1": the number and what the distribution adds, without "SMP …".
 * True when every word of the printed one stands in the banner's. */
static bool version_words_agree(struct pm_slice printed, struct pm_slice banner)
{
	struct pm_slice word;

	for (pm_take_blanks(&printed); pm_take_word(&printed, &word); pm_take_blanks(&printed)) {
		struct pm_slice rest = banner, other;
		bool found = false;

		while (!found && (pm_take_blanks(&rest), pm_take_word(&rest, &other)))
			found = pm_slice_eq(word, other);
		if (!found)
			return false;
	}
	return true;
}

/* Does the file belong to this kernel?  *proved_out: by build id or banner. */
static struct pm_error *check_identity(const struct pm_kernel *kernel, struct pm_elf *elf, bool *proved_out)
{
	const char *path = pm_elf_path(elf), *build_id = pm_elf_build_id(elf);

	*proved_out = false;
	if (kernel->build_id && *build_id) {
		if (strcmp(kernel->build_id, build_id))
			return pm_error_new(PM_MISMATCH,
					    "%s does not match: its build id is %s, the kernel's is %s", path,
					    build_id, kernel->build_id);
		*proved_out = true;
		return NULL;
	}
	const char *text = pm_elf_banner(elf);
	if (!text)
		return NULL;
	struct pm_slice banner = pm_slice_of(text), release = banner_release(banner);
	if (kernel->release && release.n && !pm_slice_eq(release, pm_slice_of(kernel->release)))
		return pm_error_new(PM_MISMATCH, "%s does not match: it is Linux %.*s, the kernel's is %s",
				    path, PM_FMT(release), kernel->release);
	struct pm_slice version = banner_version(banner);
	if (kernel->banner) {
		struct pm_slice logged = pm_slice_trim(pm_slice_of(kernel->banner));
		struct pm_slice logged_version = banner_version(logged);

		if (pm_slice_eq(logged, banner)) {
			*proved_out = true;
			return NULL;
		}
		if (version.n && logged_version.n && !pm_slice_eq(version, logged_version))
			return pm_error_new(PM_MISMATCH,
					    "%s does not match: it is \"%.*s\", the kernel's is \"%.*s\"",
					    path, PM_FMT(version), PM_FMT(logged_version));
	}
	if (kernel->version && version.n && !version_words_agree(pm_slice_of(kernel->version), version))
		return pm_error_new(PM_MISMATCH, "%s does not match: it is \"%.*s\", the kernel's is \"%s\"",
				    path, PM_FMT(version), kernel->version);
	return NULL;
}

struct pm_error *pm_kernel_image_open(const char *path, struct pm_image *image)
{
	struct pm_error *err = pm_elf_open(path, &image->elf);

	if (!err)
		image->dwarf = pm_dwarf_create(image->elf);
	return err;
}

static void keep_first(struct pm_error **kept, struct pm_error *err)
{
	/* A file of another kernel says more than one that cannot be read. */
	if (*kept && !((*kept)->code != PM_MISMATCH && err->code == PM_MISMATCH)) {
		pm_error_free(err);
		return;
	}
	pm_error_free(*kept);
	*kept = err;
}

static struct pm_error *try_vmlinux(struct pm_kernel *kernel, const char *path)
{
	struct pm_image image = { 0 };
	bool proved = false;
	struct pm_error *err = pm_kernel_image_open(path, &image);

	if (err)
		return err;
	if (!kernel->symbols->options.force) {
		const char *what = pm_elf_no_kernel(image.elf);

		err = what ? pm_error_new(PM_BAD_DATA,
					  "%s: %s, not a vmlinux: no kernel's version and functions in it",
					  path, what)
			   : check_identity(kernel, image.elf, &proved);
	}
	if (err) {
		pm_kernel_image_close(&image);
		return err;
	}
	/* One with lines is better than one with symbols only. */
	if (kernel->vmlinux.elf && (kernel->vmlinux.dwarf || !image.dwarf)) {
		pm_kernel_image_close(&image);
		return NULL;
	}
	pm_kernel_image_close(&kernel->vmlinux);
	kernel->vmlinux = image;
	kernel->known_to_match = proved;
	return NULL;
}

void pm_kernel_want_vmlinux(struct pm_kernel *kernel)
{
	const struct pm_symbols_options *options = &kernel->symbols->options;
	struct pm_error *first = NULL;
	struct pm_arena arena;
	pm_paths paths = { 0 };

	if (kernel->searched)
		return;
	kernel->searched = true;
	if (options->vmlinux) {
		kernel->trouble = try_vmlinux(kernel, options->vmlinux);
		return;
	}
	if (!kernel->release && !kernel->build_id) {
		kernel->trouble = pm_error_new(PM_NOT_FOUND, "the text does not tell which kernel it is of");
		return;
	}
	pm_arena_init(&arena);
	pm_find_vmlinux(kernel->symbols->finder, kernel->release, kernel->build_id, &arena, &paths);
	for (size_t i = 0; i < paths.n && !kernel->vmlinux.dwarf; i++) {
		struct pm_error *err = try_vmlinux(kernel, paths.v[i]);

		if (err)
			keep_first(&first, err);
	}
	if (!kernel->vmlinux.dwarf) {
		const char *path = pm_debuginfod_find(kernel->build_id, &arena);
		struct pm_error *err = path ? try_vmlinux(kernel, path) : NULL;

		if (err)
			keep_first(&first, err);
	}
	if (kernel->vmlinux.elf)
		pm_error_free(first);
	else
		kernel->trouble = first ? first
					: pm_error_new(PM_NOT_FOUND, "no vmlinux of %s was found",
						       kernel->release ? kernel->release : kernel->build_id);
	pm_arena_deinit(&arena);
}

const struct pm_error *pm_kernel_trouble(struct pm_kernel *kernel)
{
	pm_kernel_want_vmlinux(kernel);
	return kernel->trouble;
}

void pm_kernel_refuse(struct pm_kernel *kernel, struct pm_error *why)
{
	if (kernel->symbols->options.force || kernel->trouble) {
		pm_error_free(why);
		return;
	}
	kernel->trouble = why;
	pm_kernel_image_close(&kernel->vmlinux);
}

const char *pm_kernel_missing(struct pm_kernel *kernel)
{
	struct pm_arena arena;

	pm_kernel_want_vmlinux(kernel);
	if (kernel->vmlinux.dwarf)
		return NULL;
	if (kernel->missing)
		return kernel->missing;
	pm_arena_init(&arena);
	const char *hint = pm_find_hint(kernel->release, &arena);
	if (kernel->trouble && kernel->trouble->code != PM_NOT_FOUND)
		kernel->missing = pm_printf("source lines: %s", kernel->trouble->message);
	else if (!kernel->release && !kernel->build_id)
		kernel->missing =
			pm_printf("source lines of the kernel: nothing tells which kernel it is; name its "
				  "vmlinux with --vmlinux (kpanic symbolize: or its --release)");
	else
		kernel->missing = pm_printf(
			"source lines of the kernel: no vmlinux with debug information%s%s was found; %s",
			kernel->release ? " for " : "", kernel->release ? kernel->release : "",
			hint ? hint : "name the one of this build with --vmlinux or --debug-dir");
	pm_arena_deinit(&arena);
	return kernel->missing;
}

/* ---- places ---- */

/* The functions of that name whose size agrees; how many there are. */
static size_t candidates(struct pm_elf *elf, const struct pm_printed_place *place, bool force,
			 const struct pm_elf_symbol **found, const struct pm_elf_symbol **wrong_size)
{
	const struct pm_elf_symbol *named[SAME_NAME_MAX];
	size_t n = pm_elf_find_name(elf, place->symbol.p, place->symbol.n, named, SAME_NAME_MAX), fit = 0;

	for (size_t i = 0; i < n && i < SAME_NAME_MAX; i++) {
		if (place->size && !pm_elf_size_agrees(elf, named[i], place->size)) {
			*wrong_size = named[i];
			continue;
		}
		/* Aliases at one address are one function. */
		bool alias = false;
		for (size_t k = 0; k < fit; k++)
			alias = alias || found[k]->addr == named[i]->addr;
		if (!alias)
			found[fit++] = named[i];
	}
	if (!fit && n == 1 && force)
		found[fit++] = named[0];
	return fit;
}

static struct pm_error *locate_in(struct pm_kernel *kernel, struct pm_image *image,
				  const struct pm_printed_place *place, uint64_t *addr_out,
				  const struct pm_elf_symbol **symbol_out)
{
	const struct pm_elf_symbol *found[SAME_NAME_MAX], *wrong = NULL;
	const char *path = pm_elf_path(image->elf);
	size_t n = candidates(image->elf, place, kernel->symbols->options.force, found, &wrong);

	if (!n && wrong)
		return pm_error_new(PM_MISMATCH,
				    "%s does not match: %.*s is 0x%llx bytes long there, 0x%llx in the log",
				    path, PM_FMT(place->symbol),
				    (unsigned long long)(pm_elf_symbol_extent(image->elf, wrong)
								 ? pm_elf_symbol_extent(image->elf, wrong)
								 : wrong->size),
				    (unsigned long long)place->size);
	if (!n)
		return pm_error_new(PM_NOT_FOUND, "%s: no function %.*s", path, PM_FMT(place->symbol));
	size_t which = 0;
	if (n > 1 && place->has_addr && kernel->has_kaslr && !place->module.n) {
		for (which = 0; which < n; which++)
			if (found[which]->addr + place->offset == place->addr - kernel->kaslr)
				break;
	} else if (n > 1) {
		which = n;
	}
	if (which == n)
		return pm_error_new(PM_BAD_DATA, "%s: %zu functions are named %.*s%s", path, n,
				    PM_FMT(place->symbol), place->size ? " and have that size" : "");
	uint64_t size = place->size ? place->size : pm_elf_symbol_extent(image->elf, found[which]);
	if (size && place->offset > size)
		return pm_error_new(
			PM_BAD_DATA, "%.*s: the offset 0x%llx is outside of the function (0x%llx bytes)",
			PM_FMT(place->symbol), (unsigned long long)place->offset, (unsigned long long)size);
	*addr_out = found[which]->addr + place->offset;
	if (symbol_out)
		*symbol_out = found[which];
	return NULL;
}

struct pm_error *pm_kernel_locate(struct pm_kernel *kernel, const struct pm_printed_place *place,
				  struct pm_image **image_out, uint64_t *addr_out,
				  const struct pm_elf_symbol **symbol_out)
{
	if (!place->symbol.n) {
		pm_kernel_want_vmlinux(kernel);
		const struct pm_symbols_options *options = &kernel->symbols->options;
		if (!kernel->vmlinux.elf && kernel->symbols->kallsyms)
			return pm_error_new(PM_NOT_FOUND, "%s: no symbol at 0x%llx",
					    options->kallsyms ? options->kallsyms : options->system_map,
					    (unsigned long long)place->addr);
		if (!kernel->vmlinux.elf || !place->has_addr)
			return pm_error_new(PM_NOT_FOUND, "%s",
					    kernel->vmlinux.elf ? "no address" : pm_kernel_missing(kernel));
		uint64_t addr = place->addr - (kernel->has_kaslr ? kernel->kaslr : 0);
		/* What follows a call may be the next function already. */
		bool behind = !place->exact && addr && !options->return_addresses;
		const struct pm_elf_symbol *symbol = pm_elf_find_addr(kernel->vmlinux.elf, addr - behind);
		if (!symbol)
			return pm_error_new(PM_NOT_FOUND, "%s: no function at 0x%llx",
					    pm_elf_path(kernel->vmlinux.elf), (unsigned long long)addr);
		*image_out = &kernel->vmlinux;
		*addr_out = addr;
		if (symbol_out)
			*symbol_out = symbol;
		return NULL;
	}
	if (!place->module.n) {
		pm_kernel_want_vmlinux(kernel);
		if (!kernel->vmlinux.elf)
			return pm_error_new(kernel->trouble ? kernel->trouble->code : PM_NOT_FOUND, "%s",
					    kernel->trouble ? kernel->trouble->message : "no vmlinux");
		*image_out = &kernel->vmlinux;
		return locate_in(kernel, &kernel->vmlinux, place, addr_out, symbol_out);
	}
	struct pm_module_images *module = pm_kernel_module(kernel, place->module, place->build_id);
	struct pm_error *first = NULL;
	/* Files with lines first. */
	for (int debug = 1; module && debug >= 0; debug--)
		for (size_t i = 0; i < module->images_n; i++) {
			struct pm_image *image = &module->images[i];

			if ((image->dwarf != NULL) != debug)
				continue;
			struct pm_error *err = locate_in(kernel, image, place, addr_out, symbol_out);
			if (!err) {
				pm_error_free(first);
				*image_out = image;
				return NULL;
			}
			keep_first(&first, err);
		}
	return first ? first
		     : pm_error_new(PM_NOT_FOUND, "no file of module %.*s was found", PM_FMT(place->module));
}

bool pm_kernel_covers(struct pm_kernel *kernel, uint64_t addr)
{
	struct pm_printed_place place = { .has_addr = true, .addr = addr };
	struct pm_resolved_place resolved = { 0 };
	struct pm_image *image;
	struct pm_arena arena;
	uint64_t at;

	pm_arena_init(&arena);
	bool covers = resolve_by_kallsyms(kernel, &place, &arena, &resolved) ||
		      pm_error_take(pm_kernel_locate(kernel, &place, &image, &at, NULL)) == PM_OK;
	pm_arena_deinit(&arena);
	return covers;
}

enum pm_agreement pm_kernel_agrees(struct pm_kernel *kernel, const struct pm_printed_place *place)
{
	const struct pm_elf_symbol *found[SAME_NAME_MAX], *wrong = NULL;

	pm_kernel_want_vmlinux(kernel);
	if (!kernel->vmlinux.elf || place->module.n || !place->symbol.n || !place->size)
		return PM_AGREES_UNKNOWN;
	if (candidates(kernel->vmlinux.elf, place, false, found, &wrong))
		return PM_AGREES;
	return wrong ? PM_CONTRADICTS : PM_AGREES_UNKNOWN;
}

static void want_kallsyms(struct pm_symbols *symbols)
{
	const char *path =
		symbols->options.kallsyms ? symbols->options.kallsyms : symbols->options.system_map;

	if (symbols->kallsyms_tried)
		return;
	symbols->kallsyms_tried = true;
	if (path)
		symbols->kallsyms_error = pm_kallsyms_open(path, &symbols->kallsyms);
}

bool pm_kernel_solve_kaslr(struct pm_kernel *kernel, const struct pm_printed_place *place,
			   uint64_t *kaslr_out)
{
	pm_kernel_want_vmlinux(kernel);
	if (!place->has_addr || !place->symbol.n || place->module.n)
		return false;
	if (kernel->vmlinux.elf) {
		const struct pm_elf_symbol *found[SAME_NAME_MAX], *wrong = NULL;

		if (candidates(kernel->vmlinux.elf, place, false, found, &wrong) != 1)
			return false;
		*kaslr_out = place->addr - place->offset - found[0]->addr;
		return true;
	}
	want_kallsyms(kernel->symbols);
	size_t count;
	const struct pm_kallsym *symbol =
		kernel->symbols->kallsyms
			? pm_kallsyms_named(kernel->symbols->kallsyms, place->symbol, &count)
			: NULL;
	if (!symbol || count != 1)
		return false;
	*kaslr_out = place->addr - place->offset - symbol->addr;
	return true;
}

/* ---- source files ---- */

static bool cut_suffix(char *path, const char *suffix)
{
	if (!path || !pm_slice_ends(pm_slice_of(path), pm_slice_of(suffix)))
		return false;
	path[strlen(path) - strlen(suffix)] = 0;
	return true;
}

/* As the kernel's script does: whatever stands before init/main.c, where kernel_init is. */
static const char *base_path(struct pm_kernel *kernel)
{
	const char *given = kernel->symbols->options.base_path;
	const struct pm_elf_symbol *symbol;
	struct pm_arena arena;
	pm_source_frames frames = { 0 };

	if (given && strcmp(given, "auto"))
		return given;
	if (kernel->base_path_ready)
		return kernel->base_path;
	kernel->base_path_ready = true;
	pm_arena_init(&arena);
	if (kernel->vmlinux.dwarf && pm_elf_find_name(kernel->vmlinux.elf, "kernel_init", 11, &symbol, 1) &&
	    pm_error_take(pm_dwarf_find(kernel->vmlinux.dwarf, symbol->addr, &arena, &frames)) == PM_OK &&
	    frames.v[frames.n - 1].file) {
		char *path = pm_printf("%s", frames.v[frames.n - 1].file);

		if (cut_suffix(path, "/init/main.c"))
			kernel->base_path = path;
		else
			free(path);
	}
	pm_arena_deinit(&arena);
	return kernel->base_path;
}

/* Distributions name the folder of their sources "linux-6.1.176"; assembly keeps it where C files were
 * mapped. */
static const char *below_source_folder(const char *file)
{
	const char *p = *file == '/' ? strstr(file, "/linux-") : NULL;

	while (p && !pm_is_digit(p[7]))
		p = strstr(p + 1, "/linux-");
	const char *slash = p ? strchr(p + 1, '/') : NULL;
	return slash && slash[1] ? slash + 1 : file;
}

/* A module that is built out of tree is named relative to where the compiler was called. */
static const char *below(const char *directory, const char *file)
{
	size_t n = directory ? strlen(directory) : 0;

	return n && !strncmp(file, directory, n) && file[n] == '/' && file[n + 1] ? file + n + 1 : file;
}

static void shorten(struct pm_kernel *kernel, pm_source_frames *frames)
{
	const char *base = base_path(kernel);
	size_t n = base ? strlen(base) : 0;
	bool automatic =
		!kernel->symbols->options.base_path || !strcmp(kernel->symbols->options.base_path, "auto");

	while (n && base[n - 1] == '/')
		n--;
	for (size_t i = 0; i < frames->n; i++) {
		const char *file = frames->v[i].file;

		if (!file)
			continue;
		if (n && !strncmp(file, base, n) && file[n] == '/' && file[n + 1]) {
			frames->v[i].file = file + n + 1;
			kernel->symbols->base_path_used = true;
		} else if (automatic) {
			frames->v[i].file = below_source_folder(below(frames->v[i].directory, file));
		} else if (n && !kernel->symbols->base_path_mismatch) {
			kernel->symbols->base_path_mismatch = pm_printf("%s", file);
		}
	}
}

const char *pm_symbols_base_path_unused(const struct pm_symbols *symbols)
{
	return symbols->base_path_used ? NULL : symbols->base_path_mismatch;
}

struct pm_error *pm_symbols_load(struct pm_symbols *symbols)
{
	want_kallsyms(symbols);
	const struct pm_error *err = symbols->kallsyms_error;
	return err ? pm_error_new(err->code, "%s", err->message) : NULL;
}

/* Only an address, and only a list of names: /proc/kallsyms has the addresses of the run, a System.map
 * those of the link. */
static bool resolve_by_kallsyms(struct pm_kernel *kernel, const struct pm_printed_place *place,
				struct pm_arena *arena, struct pm_resolved_place *out)
{
	struct pm_symbols *symbols = kernel->symbols;

	want_kallsyms(symbols);
	if (!symbols->kallsyms || !place->has_addr || place->symbol.n)
		return false;
	uint64_t addr = place->addr - (!symbols->options.kallsyms && kernel->has_kaslr ? kernel->kaslr : 0);
	const struct pm_kallsym *symbol = pm_kallsyms_find(symbols->kallsyms, addr);
	if (!symbol)
		return false;
	out->symbol = pm_arena_str(arena, pm_slice_of(symbol->name));
	out->module = symbol->module ? pm_arena_str(arena, pm_slice_of(symbol->module)) : NULL;
	out->offset = addr - symbol->addr;
	out->size = symbol->end - symbol->addr;
	return true;
}

struct pm_error *pm_kernel_resolve(struct pm_kernel *kernel, const struct pm_printed_place *place,
				   struct pm_arena *arena, struct pm_resolved_place *out)
{
	struct pm_image *image = NULL;
	const struct pm_elf_symbol *symbol = NULL;
	struct pm_printed_place named;
	uint64_t addr = 0;

	*out = (struct pm_resolved_place){ 0 };
	if (resolve_by_kallsyms(kernel, place, arena, out)) {
		named = *place;
		named.symbol = pm_slice_of(out->symbol);
		named.module = pm_slice_of(out->module);
		named.offset = out->offset;
		named.size = 0;
		place = &named;
		if (pm_error_take(pm_kernel_locate(kernel, place, &image, &addr, &symbol)) != PM_OK)
			return NULL;
	} else {
		if (kernel->symbols->kallsyms_error && !place->symbol.n)
			return pm_error_new(kernel->symbols->kallsyms_error->code, "%s",
					    kernel->symbols->kallsyms_error->message);
		struct pm_error *err = pm_kernel_locate(kernel, place, &image, &addr, &symbol);
		if (err)
			return err;
		if (!symbol)
			return pm_error_new(PM_NOT_FOUND, "no symbol");
		out->symbol = pm_arena_str(arena, pm_slice_of(symbol->name));
		out->offset = addr - symbol->addr;
		out->size = place->size ? place->size : pm_elf_symbol_extent(image->elf, symbol);
		out->module = place->module.n ? pm_arena_str(arena, place->module) : NULL;
	}
	if (!image)
		return NULL;
	out->object = pm_elf_path(image->elf);
	if (!image->dwarf)
		return NULL;
	/* A return address belongs to the call before it, which may be the last instruction of its line. */
	if (!place->exact && out->offset && !kernel->symbols->options.return_addresses)
		addr--;
	pm_error_free(pm_dwarf_find(image->dwarf, addr, arena, &out->frames));
	shorten(kernel, &out->frames);
	/* Assembly has lines, but no function in DWARF. */
	if (out->frames.n && !out->frames.v[out->frames.n - 1].function && symbol &&
	    (!symbol->size || out->offset < symbol->size))
		out->frames.v[out->frames.n - 1].function = out->symbol;
	return NULL;
}
