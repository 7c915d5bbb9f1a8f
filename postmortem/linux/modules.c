#include "linux/modules.h"

#include "linux/list.h"

#include "symbols/bytes.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct module_symbol {
	uint64_t addr;
	uint32_t name;
	char type; /* as kallsyms prints it; 0: not told */
};

struct pm_module_symbols {
	struct module_symbol *v; /* by address */
	uint32_t n;
	char *strings;
	uint32_t strings_size;
};

/* More modules than any machine loads, more symbols than any module has. */
enum { max_modules = 4096, max_symbols = 1 << 20, max_strings = 1 << 24 };

static const char *read_name(struct pm_linux *lx, struct pm_arena *arena, uint64_t addr)
{
	char name[64];

	return pm_space_string(&lx->kernel, addr, name, sizeof(name)) ? pm_arena_str(arena, pm_slice_of(name))
								      : NULL;
}

static void read_memory(struct pm_linux *lx, struct pm_linux_module *m)
{
	uint64_t mem = pm_linux_at(lx, m->addr, PM_MODULE_MEM), start, size;
	const struct pm_field_place *place = &lx->fields[PM_MODULE_MEM];

	if (mem) { /* from 6.4: an array, one entry for each type */
		uint32_t id = pm_btf_find(lx->btf, PM_BTF_STRUCT, "module_memory");
		uint64_t step = pm_btf_size(lx->btf, id);

		for (size_t i = 0; step && i < place->size / step && i < PM_MODULE_REGIONS; i++)
			if (pm_linux_get(lx, mem + i * step, PM_MODULE_MEM_BASE, &start) &&
			    pm_linux_get(lx, mem + i * step, PM_MODULE_MEM_SIZE, &size) && start) {
				m->mem[i].start = start;
				m->mem[i].size = size;
				m->size += size;
			}
		return;
	}
	/* Before: the core, its text first, and what is freed when it has started.  Placed as in that array: text, data,
	 * init text. */
	if (pm_linux_get(lx, m->addr, PM_MODULE_CORE_BASE, &start) &&
	    pm_linux_get(lx, m->addr, PM_MODULE_CORE_SIZE, &size)) {
		uint64_t text;

		if (!pm_linux_get(lx, m->addr, PM_MODULE_CORE_TEXT_SIZE, &text) || !text || text > size)
			text = size;
		m->mem[0].start = start;
		m->mem[0].size = text;
		m->mem[1].start = start + text;
		m->mem[1].size = size - text;
		m->size = size;
	}
	if (pm_linux_get(lx, m->addr, PM_MODULE_INIT_BASE, &start) &&
	    pm_linux_get(lx, m->addr, PM_MODULE_INIT_SIZE, &size) && start) {
		m->mem[4].start = start;
		m->mem[4].size = size;
		m->size += size;
	}
}

/* The section of that name, of those that /sys/module/NAME/notes shows. */
static bool find_note(struct pm_linux *lx, uint64_t module, const char *name, uint64_t *at_out,
		      uint64_t *size_out)
{
	enum { max_notes = 16 };
	uint64_t table, step = pm_btf_size(lx->btf, pm_btf_find(lx->btf, PM_BTF_STRUCT, "bin_attribute"));

	if (!step || !pm_linux_get(lx, module, PM_MODULE_NOTES, &table) || !table ||
	    !(table = pm_linux_at(lx, table, PM_NOTES_ATTRS)))
		return false;
	for (unsigned i = 0; i < max_notes; i++) {
		uint64_t attr = table + i * step, text;
		char found[32];

		/* how many there are is told otherwise in each kernel; behind the last is something else */
		if (!pm_linux_get(lx, attr, PM_BIN_ATTR_NAME, &text) ||
		    !pm_space_string(&lx->kernel, text, found, sizeof(found)) || strncmp(found, ".note", 5))
			return false;
		if (!strcmp(found, name))
			return pm_linux_get(lx, attr, PM_BIN_ATTR_PRIVATE, at_out) &&
			       pm_linux_get(lx, attr, PM_BIN_ATTR_SIZE, size_out);
	}
	return false;
}

/* struct module has a build id where CONFIG_STACKTRACE_BUILD_ID asks for it; the note that it is read from is loaded
 * with every module. */
static void read_build_id(struct pm_linux *lx, struct pm_arena *arena, struct pm_linux_module *m)
{
	enum { head = 16, id_size = 20 };
	uint64_t at = pm_linux_at(lx, m->addr, PM_MODULE_BUILD_ID), size;
	uint8_t bytes[head + id_size], any = 0, *id = bytes + head;
	char hex[2 * id_size + 1];

	if (at) {
		if (pm_space_read(&lx->kernel, at, id, id_size, NULL) < id_size)
			return;
	} else if (!find_note(lx, m->addr, ".note.gnu.build-id", &at, &size) || size < sizeof(bytes) ||
		   pm_space_read(&lx->kernel, at, bytes, sizeof(bytes), NULL) < sizeof(bytes) ||
		   pm_load(bytes, 4, false) != 4 || pm_load(bytes + 4, 4, false) != id_size ||
		   pm_load(bytes + 8, 4, false) != NT_GNU_BUILD_ID || memcmp(bytes + 12, "GNU", 4)) {
		return;
	}
	for (size_t i = 0; i < id_size; i++) {
		any |= id[i];
		snprintf(hex + 2 * i, 3, "%02x", id[i]);
	}
	if (any)
		m->build_id = pm_arena_str(arena, pm_slice_of(hex));
}

static void read_orc(struct pm_linux *lx, struct pm_linux_module *m)
{
	uint64_t n;

	if (pm_linux_get(lx, m->addr, PM_MODULE_NUM_ORCS, &n) && n < 1 << 24 &&
	    pm_linux_get(lx, m->addr, PM_MODULE_ORC_IP, &m->orc.places) &&
	    pm_linux_get(lx, m->addr, PM_MODULE_ORC, &m->orc.rules))
		m->orc.n = (uint32_t)n;
}

static void find_bounds(struct pm_linux_modules *modules)
{
	modules->start = UINT64_MAX;
	for (size_t i = 0; i < modules->v.n; i++)
		for (size_t k = 0; k < PM_MODULE_REGIONS; k++) {
			uint64_t start = modules->v.v[i].mem[k].start, size = modules->v.v[i].mem[k].size;

			if (!size)
				continue;
			if (start < modules->start)
				modules->start = start;
			/* a region that lies about its size may go round the end */
			if (start + size - 1 < start)
				modules->end = UINT64_MAX;
			else if (start + size > modules->end)
				modules->end = start + size;
		}
}

void pm_linux_modules_read(struct pm_linux *lx, struct pm_linux_modules *modules)
{
	uint64_t head, link = pm_linux_at(lx, 0, PM_MODULE_LIST);
	struct pm_linux_nodes list;

	*modules = (struct pm_linux_modules){ 0 };
	pm_arena_init(&modules->arena);
	if (!lx->btf) {
		modules->trouble = "the kernel's types are not known";
		return;
	}
	if (!pm_linux_symbol(lx, "modules", &head)) {
		modules->trouble = "the list's head is not in the dump";
		return;
	}
	pm_linux_nodes_read(lx, head, max_modules, &list);
	modules->trouble = list.trouble;
	for (size_t i = 0; i < list.n; i++) {
		struct pm_linux_module module = { .addr = list.v[i] - link };

		module.name = read_name(lx, &modules->arena, pm_linux_at(lx, module.addr, PM_MODULE_NAME));
		if (!module.name) {
			modules->trouble = "a module in the list is not in the dump";
			continue;
		}
		pm_linux_get(lx, module.addr, PM_MODULE_STATE, &module.state);
		pm_linux_get(lx, module.addr, PM_MODULE_TAINTS, &module.taints);
		read_memory(lx, &module);
		read_build_id(lx, &modules->arena, &module);
		read_orc(lx, &module);
		*PM_PUSH(&modules->arena, &modules->v) = module;
	}
	pm_linux_nodes_free(&list);
	find_bounds(modules);
}

void pm_linux_modules_deinit(struct pm_linux_modules *modules)
{
	for (size_t i = 0; i < modules->v.n; i++) {
		pm_btf_close(modules->v.v[i].btf);
		if (modules->v.v[i].symbols) {
			free(modules->v.v[i].symbols->v);
			free(modules->v.v[i].symbols->strings);
			free(modules->v.v[i].symbols);
		}
	}
	pm_arena_deinit(&modules->arena);
}

struct pm_linux_module *pm_linux_module_at(struct pm_linux_modules *modules, uint64_t addr)
{
	/* most addresses that are asked for are the kernel's own */
	if (addr < modules->start || addr >= modules->end)
		return NULL;
	for (size_t i = 0; i < modules->v.n; i++)
		for (size_t k = 0; k < PM_MODULE_REGIONS; k++)
			if (addr - modules->v.v[i].mem[k].start < modules->v.v[i].mem[k].size)
				return &modules->v.v[i];
	return NULL;
}

static int compare(const void *a, const void *b)
{
	const struct module_symbol *x = a, *y = b;

	if (x->addr != y->addr)
		return x->addr < y->addr ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static void read_table(struct pm_linux *lx, uint64_t kallsyms, struct pm_module_symbols *s)
{
	uint64_t table, n, strings;

	if (!pm_linux_get(lx, kallsyms, PM_KALLSYMS_SYMTAB, &table) ||
	    !pm_linux_get(lx, kallsyms, PM_KALLSYMS_NUM, &n) ||
	    !pm_linux_get(lx, kallsyms, PM_KALLSYMS_STRTAB, &strings) || n > max_symbols)
		return;
	const size_t entry = 24; /* Elf64_Sym: name 4, info 1, other 1, section 2, value 8, size 8 */
	uint8_t *raw = pm_alloc((size_t)n * entry + 1);
	size_t got = pm_space_read(&lx->kernel, table, raw, (size_t)n * entry, NULL) / entry;
	uint32_t last = 0;

	uint64_t types;
	char *letters = pm_alloc(got + 1);

	if (pm_linux_get(lx, kallsyms, PM_KALLSYMS_TYPETAB, &types) && types)
		pm_space_read(&lx->kernel, types, letters, got, NULL);
	s->v = pm_alloc((got + 1) * sizeof(*s->v));
	for (size_t i = 0; i < got; i++) {
		const uint8_t *p = raw + i * entry;
		uint32_t name = (uint32_t)pm_load(p, 4, false);
		uint16_t section = (uint16_t)pm_load(p + 6, 2, false);

		if (!section || !name || name > max_strings)
			continue;
		s->v[s->n].type = letters[i] > ' ' && letters[i] < 0x7f ? letters[i] : 0;
		s->v[s->n].addr = pm_load(p + 8, 8, false);
		s->v[s->n++].name = name;
		last = name > last ? name : last;
	}
	free(raw);
	free(letters);
	qsort(s->v, s->n, sizeof(*s->v), compare);
	s->strings_size = s->n ? last + PM_LINUX_NAME_MAX : 0;
	s->strings = pm_alloc(s->strings_size + 1);
	/* The last name may end at the last byte that is mapped. */
	s->strings_size = (uint32_t)pm_space_read(&lx->kernel, strings, s->strings, s->strings_size, NULL);
	s->strings[s->strings_size] = 0;
}

static const struct pm_module_symbols *symbols_of(struct pm_linux *lx, struct pm_linux_module *module)
{
	uint64_t kallsyms;

	if (module->symbols)
		return module->symbols;
	module->symbols = pm_alloc(sizeof(*module->symbols));
	if ((pm_linux_get(lx, module->addr, PM_MODULE_KALLSYMS, &kallsyms) && kallsyms) ||
	    (kallsyms = pm_linux_at(lx, module->addr, PM_MODULE_CORE_KALLSYMS)))
		read_table(lx, kallsyms, module->symbols);
	return module->symbols;
}

static const char *name_of(const struct pm_module_symbols *s, const struct module_symbol *symbol)
{
	return symbol->name < s->strings_size ? s->strings + symbol->name : "";
}

bool pm_linux_module_symbol(struct pm_linux *lx, struct pm_linux_module *module, uint64_t addr,
			    const char **name_out, uint64_t *start_out, uint64_t *end_out)
{
	const struct pm_module_symbols *s = symbols_of(lx, module);
	uint32_t low = 0, high = s->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (s->v[middle].addr > addr)
			high = middle;
		else
			low = middle + 1;
	}
	uint32_t next = low;

	for (; low > 0; low--) {
		const char *name = name_of(s, &s->v[low - 1]);

		/* mapping symbols and section starts have no name that a trace shows */
		if (!*name || *name == '$' || *name == '.')
			continue;
		*name_out = name;
		*start_out = s->v[low - 1].addr;
		break;
	}
	if (!low)
		return false;
	/* It ends where the next one begins, or its region. */
	*end_out = next < s->n ? s->v[next].addr : UINT64_MAX;
	for (size_t k = 0; k < PM_MODULE_REGIONS; k++) {
		uint64_t end = module->mem[k].start + module->mem[k].size;

		if (addr - module->mem[k].start < module->mem[k].size) {
			if (*start_out < module->mem[k].start)
				return false;
			if (end < *end_out)
				*end_out = end;
		}
	}
	return true;
}

bool pm_linux_module_symbol_at(struct pm_linux *lx, struct pm_linux_module *module, uint32_t index,
			       const char **name_out, uint64_t *addr_out, char *type_out)
{
	const struct pm_module_symbols *s = symbols_of(lx, module);

	if (index >= s->n)
		return false;
	*name_out = name_of(s, &s->v[index]);
	*addr_out = s->v[index].addr;
	*type_out = s->v[index].type;
	return true;
}

bool pm_linux_module_lookup(struct pm_linux *lx, struct pm_linux_module *module, const char *name,
			    uint64_t *addr_out)
{
	const struct pm_module_symbols *s = symbols_of(lx, module);

	for (uint32_t i = 0; i < s->n; i++)
		if (!strcmp(name_of(s, &s->v[i]), name)) {
			*addr_out = s->v[i].addr;
			return true;
		}
	return false;
}
