#include "shell/globals.h"

#include "shell/lines.h"

#include <stdlib.h>
#include <string.h>

struct row {
	const char *name, *types;
};

static const struct row rows[] = {
#define PM_GLOBAL(name, types) { name, types },
#include "shell/globals.def"
#undef PM_GLOBAL
};

/* What the kernel's authors call things, where nothing else tells their types. */
static const struct row endings[] = {
	{ "_fops", "struct file_operations" },
	{ "_file_operations", "struct file_operations" },
	{ "_file_ops", "struct file_operations" },
	{ "_inode_operations", "struct inode_operations" },
	{ "_dentry_operations", "struct dentry_operations" },
	{ "_super_operations", "struct super_operations" },
	{ "_aops", "struct address_space_operations" },
	{ "_proc_ops", "struct proc_ops" },
	{ "_netdev_ops", "struct net_device_ops" },
	{ "_ethtool_ops", "struct ethtool_ops" },
	{ "_net_ops", "struct pernet_operations" },
	{ "_vm_ops", "struct vm_operations_struct" },
	{ "_fs_type", "struct file_system_type" },
	{ "_sched_class", "struct sched_class" },
	{ "_cgrp_subsys", "struct cgroup_subsys" },
	{ "_attr_group", "struct attribute_group" },
	{ "_nb", "struct notifier_block" },
	{ "_mutex", "struct mutex" },
	{ "__this_module", "struct module" },
};

static int by_name(const void *name, const void *row)
{
	return strcmp(name, ((const struct row *)row)->name);
}

bool pm_globals_row(size_t index, const char **name_out, const char **types_out)
{
	if (index >= PM_COUNT(rows))
		return false;
	*name_out = rows[index].name;
	*types_out = rows[index].types;
	return true;
}

/* Of a text with more room than any has, the NUL is its end: constants without names lie behind linux_banner. */
static uint64_t text_bytes(struct pm_shell *sh, uint64_t addr, uint64_t room)
{
	char text[4096];

	if (room <= sizeof(text) || !pm_space_string(&sh->lx->kernel, addr, text, sizeof(text)))
		return room;
	uint64_t bytes = strlen(text) + 1;

	return bytes < sizeof(text) ? bytes : room;
}

/* The first of the types that there is and that has room; slack: bytes that may be left behind it. */
static bool choose(struct pm_shell *sh, const char *types, uint64_t addr, uint64_t room, uint64_t slack,
		   struct pm_c_type *out)
{
	char *copy = pm_printf("%s", types);
	bool found = false;

	for (char *rest = copy, *one; !found && (one = strsep(&rest, "|"));) {
		struct pm_btf *before = sh->btf;

		if (!pm_c_type_parse(sh, one, out))
			continue;
		const struct pm_c_type element = pm_c_type_element(*out);
		uint64_t size = pm_c_type_size(sh, &element);

		if (out->elements == UINT32_MAX && !strcmp(one, "char[]"))
			room = text_bytes(sh, addr, room);
		if (out->elements == UINT32_MAX)
			out->elements = size && room / size < UINT32_MAX ? (uint32_t)(room / size) : 0;
		found = size && (!room || (size <= room && (out->elements || room - size <= slack)));
		if (!found)
			sh->btf = before;
	}
	free(copy);
	return found;
}

/* The kernel tells of per-CPU variables, and of functions. */
static bool told(struct pm_shell *sh, const char *name, uint64_t addr, bool percpu, struct pm_c_type *out)
{
	uint32_t id;

	*out = (struct pm_c_type){ 0 };
	if (!sh->btf)
		return false;
	if (percpu || pm_btf_variable(sh->btf, name, &id))
		return pm_btf_variable(sh->btf, name, &out->id);
	if (!pm_linux_is_text(pm_session_unwinder(sh->session), addr))
		return false;
	id = pm_btf_find(sh->btf, PM_BTF_FUNC, name);
	out->id = pm_btf_target(sh->btf, id);
	return id && out->id;
}

/* The vmlinux that was given tells it: in the words of its DWARF, which are looked up among the kernel's own types.  A type
 * without a name is found nowhere else: sh->btf is that of the vmlinux then. */
static bool debug_information(struct pm_shell *sh, const char *name, uint64_t room, struct pm_c_type *out)
{
	struct pm_btf *variables = pm_shell_variables(sh), *before = sh->btf;
	uint32_t type, id;
	char text[512];

	if (!variables || !pm_btf_variable(variables, name, &type))
		return false;
	uint64_t size = pm_btf_size(variables, type);

	/* another of that name, which a file has for itself */
	if (!size || (room && size > room))
		return false;
	pm_btf_declare(variables, type, "", text, sizeof(text));
	if (pm_c_type_parse(sh, text, out) && pm_c_type_size(sh, out) == size)
		return true;
	id = type;
	sh->btf = before == variables ? before : variables;
	*out = (struct pm_c_type){ .id = id };
	return true;
}

static bool ends_with(const char *name, const char *end)
{
	size_t n = strlen(name), m = strlen(end);

	return n >= m && !strcmp(name + n - m, end);
}

enum pm_type_from pm_globals_type(struct pm_shell *sh, const char *name, uint64_t addr, bool percpu,
				  struct pm_c_type *out, uint64_t *room_out)
{
	const struct row *row = bsearch(name, rows, PM_COUNT(rows), sizeof(rows[0]), by_name);
	struct pm_arena arena;
	struct pm_place place;

	uint32_t index;
	uint64_t start, end;

	pm_arena_init(&arena);
	*room_out = pm_shell_place(sh, &arena, addr, true, &place) && !place.offset ? place.size : 0;
	pm_arena_deinit(&arena);
	if (sh->image)
		return PM_TYPE_UNKNOWN;
	/* per-CPU variables stand at the beginning of the address space, or elsewhere than code */
	if (percpu && sh->lx->symbols && pm_linux_symbols_find(sh->lx->symbols, addr, &index, &start, &end))
		*room_out = start == addr ? end - start : 0;
	if (told(sh, name, addr, percpu, out))
		return PM_TYPE_TOLD;
	/* variables are aligned: what follows may be a line of the cache away, or the end of a page */
	if (row && choose(sh, row->types, addr, *room_out, UINT64_MAX, out))
		return PM_TYPE_TABLED;
	if (debug_information(sh, name, *room_out, out))
		return PM_TYPE_TOLD;
	for (size_t i = 0; !percpu && i < PM_COUNT(endings); i++)
		if (ends_with(name, endings[i].name) &&
		    choose(sh, endings[i].types, addr, *room_out, 63, out))
			return PM_TYPE_GUESSED;
	return PM_TYPE_UNKNOWN;
}
