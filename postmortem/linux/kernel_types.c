#include "linux/kernel_types.h"

#include "linux/list.h"
#include "symbols/find.h"

#include <stdlib.h>
#include <string.h>

/* No kernel has a tenth of that. */
static const uint64_t max_btf = 256 << 20;

const char pm_linux_types_hint[] = "--btf FILE adds them, with the types of this very build (a vmlinux with "
				   "debug information, or its .BTF section)";

/* ---- in the dump ---- */

struct absent {
	size_t n; /* bytes */
	enum pm_absence why;
};

static void add_absent(size_t start, size_t end, enum pm_absence why, void *user)
{
	struct absent *absent = user;

	absent->n += end - start;
	absent->why = why;
}

static struct pm_error *of_memory(struct pm_linux *lx)
{
	uint64_t start, stop;
	struct absent absent = { 0 };
	enum pm_absence why;
	uint8_t first;

	if (!lx->symbols)
		return pm_error_new(PM_NOT_FOUND,
				    "without symbols nobody knows where this kernel's types (BTF) are");
	if (!pm_linux_symbol(lx, "__start_BTF", &start) || !pm_linux_symbol(lx, "__stop_BTF", &stop))
		return pm_error_new(PM_NOT_FOUND, "this kernel carries no types (BTF)");
	if (stop <= start || stop - start > max_btf)
		return pm_error_new(PM_BAD_DATA, "types (BTF) from 0x%llx to 0x%llx",
				    (unsigned long long)start, (unsigned long long)stop);
	size_t n = (size_t)(stop - start);

	if (!pm_space_read(&lx->kernel, start, &first, 1, &why))
		return pm_error_new(PM_TRUNCATED, "types (BTF) of the kernel: %s", pm_absence_words(why));
	uint8_t *bytes = pm_alloc_large(n);

	pm_space_read_around(&lx->kernel, start, bytes, n, add_absent, &absent);
	struct pm_error *err = pm_btf_open(bytes, n, NULL, &lx->btf);

	if (err)
		return pm_error_prepend(err, "types of the kernel");
	const char *lost = pm_btf_trouble(lx->btf);

	if (absent.n)
		lx->btf_lost =
			pm_arena_printf(&lx->arena, "%zu bytes of the types: %s%s%s", absent.n,
					pm_absence_words(absent.why), lost ? "; " : "", lost ? lost : "");
	else if (lost)
		lx->btf_lost = pm_arena_str(&lx->arena, pm_slice_of(lost));
	return NULL;
}

/* ---- of a file ---- */

/* Each SIZE(type)= and OFFSET(struct.member)= that the kernel left must hold in its types. */
static struct pm_error *fits_info(struct pm_linux *lx, struct pm_btf *btf)
{
	struct pm_slice rest = lx->info.text, line;

	while (pm_take_line(&rest, &line)) {
		struct pm_slice inside;
		uint64_t told, have;
		char name[128];
		bool is_size = pm_take(&line, PM_S("SIZE("));

		if ((!is_size && !pm_take(&line, PM_S("OFFSET("))) || !pm_take_until(&line, ")", &inside) ||
		    inside.n >= sizeof(name) || !pm_take(&line, PM_S(")=")) || !pm_take_dec(&line, &told))
			continue;
		memcpy(name, inside.p, inside.n);
		name[inside.n] = 0;
		char *member = is_size ? NULL : strchr(name, '.');

		if (member)
			*member++ = 0;
		uint32_t id = pm_btf_find_written(btf, name);
		struct pm_btf_member found;

		if (!id || (!is_size && (!member || !pm_btf_find_member(btf, id, member, &found))))
			continue; /* names of its own, or of another version */
		have = is_size ? pm_btf_size(btf, id) : found.bit_offset / 8;
		if (have != told)
			return pm_error_new(
				PM_MISMATCH,
				"types of another kernel: %s%s%s is %s%llu there, %llu in the dump", name,
				member ? "." : "", member ? member : "", is_size ? "of size " : "at offset ",
				(unsigned long long)have, (unsigned long long)told);
	}
	return NULL;
}

/* The first task is the one whose name and number are known. */
static struct pm_error *fits_first_task(struct pm_linux *lx, struct pm_btf *btf)
{
	uint32_t id = pm_btf_find(btf, PM_BTF_STRUCT, "task_struct");
	struct pm_btf_member comm, pid;
	uint64_t task, number;
	char name[8] = "";

	if (!id || !pm_btf_find_member(btf, id, "comm", &comm) || !pm_btf_find_member(btf, id, "pid", &pid))
		return pm_error_new(PM_MISMATCH,
				    "types of something else than a kernel: there is no task_struct");
	if (!pm_linux_symbol(lx, "init_task", &task))
		return NULL;
	if (pm_space_read(&lx->kernel, task + comm.bit_offset / 8, name, 7, NULL) < 7 ||
	    !pm_space_load(&lx->kernel, task + pid.bit_offset / 8, 4, &number))
		return NULL;
	if (strcmp(name, "swapper") || number)
		return pm_error_new(PM_MISMATCH,
				    "types of another kernel: by them the first task is not called swapper");
	return NULL;
}

static struct pm_error *of_file(struct pm_linux *lx, const char *path)
{
	struct pm_btf *btf;
	char *build_id;
	struct pm_error *err = pm_btf_open_file(path, &btf, &build_id);

	if (err)
		return err;
	if (build_id && lx->build_id && strcmp(build_id, lx->build_id))
		err = pm_error_new(PM_MISMATCH, "another kernel: its build id is %s, the dump's %s", build_id,
				   lx->build_id);
	/* A build id that is the same needs no more proof. */
	else if (!build_id || !lx->build_id)
		err = fits_info(lx, btf);
	if (!err && (!build_id || !lx->build_id))
		err = fits_first_task(lx, btf);
	free(build_id);
	if (err) {
		pm_btf_close(btf);
		return pm_error_prepend(err, "%s", path);
	}
	lx->btf = btf;
	lx->btf_file = path;
	if (pm_btf_trouble(btf))
		lx->btf_lost = pm_arena_str(&lx->arena, pm_slice_of(pm_btf_trouble(btf)));
	return NULL;
}

/* One with the dump's build id, as for source lines.  Whether there is one is the user's luck: nothing is said without. */
static bool of_installed(struct pm_linux *lx, const struct pm_linux_options *options)
{
	struct pm_finder *finder = pm_finder_create(NULL, options->debug_dirs, options->debug_dirs_n, NULL);
	pm_paths paths = { 0 };
	bool found = false;

	pm_find_vmlinux(finder, lx->release, lx->build_id, &lx->arena, &paths);
	for (size_t i = 0; i < paths.n && !found; i++)
		found = pm_error_take(of_file(lx, paths.v[i])) == PM_OK;
	pm_finder_destroy(finder);
	return found;
}

void pm_linux_types_open(struct pm_linux *lx, const struct pm_linux_options *options)
{
	if (options && options->btf && !(lx->types_refused = of_file(lx, options->btf)))
		return;
	lx->btf_trouble = of_memory(lx);
	if (!lx->btf_trouble || !options)
		return;
	if (!options->vmlinux) {
		if (options->installed && of_installed(lx, options)) {
			pm_error_free(lx->btf_trouble);
			lx->btf_trouble = NULL;
		}
		return;
	}
	/* It was given for source lines: types are welcome, and nothing is said without them. */
	struct pm_error *err = of_file(lx, options->vmlinux);

	if (!err) {
		pm_error_free(lx->btf_trouble);
		lx->btf_trouble = NULL;
	} else {
		lx->btf_trouble = pm_error_new(lx->btf_trouble->code, "%s (%s)", lx->btf_trouble->message,
					       err->message);
	}
	pm_error_free(err);
}

/* ---- modules ---- */

/* Bounded over all modules. */
static uint8_t *read_all(struct pm_linux *lx, uint64_t at, uint64_t n)
{
	if (!at || n < 24 || n > max_btf - lx->module_types)
		return NULL;
	uint8_t *bytes = pm_alloc((size_t)n);

	if (pm_space_read(&lx->kernel, at, bytes, (size_t)n, NULL) == n) {
		lx->module_types += n;
		return bytes;
	}
	free(bytes);
	return NULL;
}

/* What the kernel made of the module's section when it loaded it: its ids are the kernel's already. */
static struct pm_btf *from_list(struct pm_linux *lx, uint64_t module)
{
	struct pm_linux_list list;
	uint64_t head, at, owner, btf, data, n = 0;
	uint64_t link = pm_linux_at(lx, 0, PM_BTF_MODULE_LIST);
	struct pm_btf *out = NULL;

	if (!pm_linux_symbol(lx, "btf_modules", &head) || lx->fields[PM_BTF_MODULE_LIST].offset < 0)
		return NULL;
	pm_linux_list_init(&list, lx, head);
	while (pm_linux_list_next(&list, &at)) {
		if (!pm_linux_get(lx, at - link, PM_BTF_MODULE_MODULE, &owner) || owner != module)
			continue;
		uint8_t *bytes = pm_linux_get(lx, at - link, PM_BTF_MODULE_BTF, &btf) &&
						 pm_linux_get(lx, btf, PM_BTF_DATA, &data) &&
						 pm_linux_get(lx, btf, PM_BTF_DATA_SIZE, &n)
					 ? read_all(lx, data, n)
					 : NULL;

		if (bytes)
			pm_error_free(pm_btf_open(bytes, (size_t)n, lx->btf, &out));
		return out;
	}
	return NULL;
}

/* The section itself, as it is in the module's file. */
static struct pm_btf *from_section(struct pm_linux *lx, uint64_t module)
{
	uint64_t data, n, base = 0, base_n = 0;
	struct pm_btf *out = NULL;

	if (!pm_linux_get(lx, module, PM_MODULE_BTF_DATA, &data) ||
	    !pm_linux_get(lx, module, PM_MODULE_BTF_DATA_SIZE, &n))
		return NULL;
	pm_linux_get(lx, module, PM_MODULE_BTF_BASE_DATA, &base);
	pm_linux_get(lx, module, PM_MODULE_BTF_BASE_DATA_SIZE, &base_n);
	uint8_t *bytes = read_all(lx, data, n), *base_bytes = base ? read_all(lx, base, base_n) : NULL;

	if (bytes && base_bytes)
		pm_error_free(
			pm_btf_open_distilled(bytes, (size_t)n, base_bytes, (size_t)base_n, lx->btf, &out));
	else if (bytes && !base)
		pm_error_free(pm_btf_open(bytes, (size_t)n, lx->btf, &out));
	else {
		free(bytes);
		free(base_bytes);
	}
	return out;
}

struct pm_btf *pm_linux_module_types(struct pm_linux *lx, struct pm_linux_module *module)
{
	/* its ids go on where the kernel's own types end */
	if (!module->has_btf && lx->btf && !pm_btf_dwarf_names(lx->btf)) {
		module->btf = from_list(lx, module->addr);
		if (!module->btf)
			module->btf = from_section(lx, module->addr);
	}
	module->has_btf = true;
	return module->btf;
}
