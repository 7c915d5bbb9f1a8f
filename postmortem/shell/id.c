/* id: what an address is. */
#include "linux/areas.h"
#include "linux/files.h"
#include "linux/identify.h"
#include "linux/member.h"
#include "linux/memory.h"
#include "linux/typed.h"
#include "linux/user.h"
#include "linux/zones.h"
#include "shell/commands.h"

#include <string.h>

/* Of a process: the current task's. */
static bool user_words(struct pm_shell *sh, uint64_t addr, char *buf, size_t size)
{
	const struct pm_linux_task *task = pm_linux_task_by_addr(pm_session_tasks(sh->session), sh->task);
	struct pm_linux_user user;

	if (!task || !task->mm)
		return pm_shell_error(
			sh, "id", "0x%llx: an address of a process, and the current task%s%s%s has none",
			(unsigned long long)addr, task ? " (" : "", task ? task->comm : "", task ? ")" : "");
	pm_linux_user_init(&user, sh->lx, task->mm);
	switch (pm_linux_user_words(&user, addr, buf, size)) {
	case PM_MAPPED:
		snprintf(buf + strlen(buf), size - strlen(buf), ", of %s (pid %d)", task->comm, task->pid);
		return true;
	case PM_NOT_MAPPED:
		return pm_shell_error(sh, "id", "0x%llx: not mapped by %s (pid %d)", (unsigned long long)addr,
				      task->comm, task->pid);
	default:
		return pm_shell_error(
			sh, "id",
			"0x%llx: not known: no address, or what %s (pid %d) has mapped is not in the dump",
			(unsigned long long)addr, task->comm, task->pid);
	}
}

/* ---- what has no name of its own ---- */

/* Places of the kernel that page tables map for it (Documentation/arch/x86/x86_64/mm.rst); levels 0: of 4 and 5. */
static const struct {
	uint64_t start, end;
	unsigned levels;
	const char *words;
} places[] = {
	{ 0xffff880000000000, 0xffff887fffffffff, 4, "LDT remap for page table isolation" },
	{ 0xffffec0000000000, 0xfffffbffffffffff, 4, "KASAN shadow memory" },
	{ 0xff10000000000000, 0xff10ffffffffffff, 5, "LDT remap for page table isolation" },
	{ 0xffdf000000000000, 0xfffffbffffffffff, 5, "KASAN shadow memory" },
	{ 0xfffffe0000000000, 0xfffffe7fffffffff, 0, "cpu_entry_area" },
	{ 0xffffff0000000000, 0xffffff7fffffffff, 0, "espfix stacks" },
	{ 0xffffffef00000000, 0xfffffffeffffffff, 0, "EFI run-time services" },
	{ 0xffffffffff000000, 0xffffffffff5fffff, 0, "fixmap" },
	{ 0xffffffffff600000, 0xffffffffff600fff, 0, "vsyscall page" },
};

static bool place_words(struct pm_shell *sh, uint64_t addr, char *buf, size_t size)
{
	for (size_t i = 0; i < PM_COUNT(places); i++)
		if (addr >= places[i].start && addr <= places[i].end &&
		    (!places[i].levels || places[i].levels == sh->lx->kernel.levels)) {
			snprintf(buf, size, "%s", places[i].words);
			return true;
		}
	return false;
}

/* Where each CPU's entry area begins: the CPUs are shuffled since 6.2. */
static bool entry_area_words(struct pm_shell *sh, uint64_t addr, char *buf, size_t size)
{
	const uint64_t first = 0xfffffe0000001000, each = pm_linux_type_size(sh->lx, "cpu_entry_area");
	struct pm_btf_member member;
	char path[128];

	for (uint32_t cpu = 0; each && cpu < sh->lx->cpus; cpu++) {
		uint64_t at, slot = cpu;

		if (pm_linux_percpu(sh->lx, "_cea_offset", cpu, &at) &&
		    !pm_space_load(&sh->lx->kernel, at, 4, &slot))
			continue;
		uint64_t start = first + slot * each;
		uint32_t type = pm_btf_find(sh->lx->btf, PM_BTF_STRUCT, "cpu_entry_area");

		if (addr < start || addr >= start + each)
			continue;
		*path = 0;
		pm_btf_member_at(sh->lx->btf, type, addr - start, path, sizeof(path), &member);
		snprintf(buf, size, "cpu_entry_area of CPU %u + 0x%llx%s%s%s", cpu,
			 (unsigned long long)(addr - start), *path ? " (" : "", path, *path ? ")" : "");
		return true;
	}
	return false;
}

/* Of the area of a CPU that is handed out while the kernel runs: no symbol tells whose. */
static bool percpu_words(struct pm_shell *sh, uint64_t addr, char *buf, size_t size)
{
	uint64_t start, unit;

	if (!pm_linux_symbol(sh->lx, "__per_cpu_start", &start) ||
	    !pm_linux_variable(sh->lx, "pcpu_unit_size", 4, &unit) || unit > 1 << 30)
		return false;
	for (uint32_t cpu = 0; cpu < sh->lx->cpus; cpu++) {
		uint64_t pointer = addr - sh->lx->cpu_offset[cpu];

		if (pointer - start >= unit)
			continue;
		snprintf(buf, size, "per-CPU memory of CPU %u, pointer 0x%llx", cpu,
			 (unsigned long long)pointer);
		return true;
	}
	return false;
}

static bool vmalloc_words(struct pm_shell *sh, uint64_t addr, char *buf, size_t size)
{
	/* include/linux/vmalloc.h */
	static const struct {
		unsigned flag;
		const char *words;
	} kinds[] = { { 1, "mapped device memory" }, { 2, "memory of vmalloc" }, { 4, "memory of vmap" } };
	struct pm_linux_vmaps vmaps;
	char caller[PM_LINUX_NAME_MAX + 96] = "";
	const char *kind = "vmalloc area";

	if (pm_linux_area_of(sh->lx, addr) != PM_AREA_VMALLOC)
		return false;
	pm_linux_vmaps_read(sh->lx, &vmaps);
	const struct pm_linux_vmap *v = pm_linux_vmap_at(&vmaps, addr);

	for (size_t i = 0; v && v->vm && i < PM_COUNT(kinds); i++)
		if (v->flags & kinds[i].flag)
			kind = kinds[i].words;
	if (v && v->caller)
		pm_shell_name(sh, v->caller, true, caller, sizeof(caller));
	if (v)
		snprintf(buf, size, "%s + 0x%llx, of %llu KiB%s%s", kind,
			 (unsigned long long)(addr - v->start),
			 (unsigned long long)(v->end - v->start) / 1024, *caller ? ", for " : "", caller);
	bool found = v;

	pm_linux_vmaps_deinit(&vmaps);
	return found;
}

/* Is it of that kind, by what a page that is mapped by nobody has in place of its count (include/linux/page-flags.h)? */
static bool is_page_type(struct pm_linux *lx, uint64_t type, const char *name, uint64_t old_bit)
{
	uint64_t value;

	if (pm_linux_enumerator(lx, "pagetype", name, &value))
		return value < 256 ? type >> 24 == value
				   : (type & 0xf0000000) == 0xf0000000 && !(type & value);
	return (type & 0xf0000000) == 0xf0000000 && !(type & old_bit);
}

/* The file that a page is of: as far as its inode's slab tells. */
static void mapping_words(struct pm_shell *sh, uint64_t mapping, char *buf, size_t size)
{
	struct pm_linux_object object;
	uint64_t host;

	snprintf(buf, size, "address space 0x%llx", (unsigned long long)mapping);
	if (pm_linux_member_get(sh->lx, mapping, "address_space", "host", &host) && host &&
	    pm_linux_object_at(sh->lx, pm_session_caches(sh->session), host, &object) &&
	    object.state != PM_OBJECT_FREE)
		pm_linux_typed_words(sh->session, &object, buf, size);
}

/* A page of memory by its struct page. */
static bool page_words(struct pm_shell *sh, uint64_t addr, char *buf, size_t size)
{
	struct pm_linux *lx = sh->lx;
	uint64_t page = pm_linux_page_of(lx, pm_session_caches(sh->session), addr);
	uint64_t flags, mapping = 0, index = 0, count = 0, type = 0;
	char names[256], owner[256];

	if (pm_linux_area_of(lx, addr) != PM_AREA_DIRECT || !page ||
	    !pm_linux_get(lx, page, PM_PAGE_FLAGS, &flags))
		return false;
	pm_linux_get(lx, page, PM_PAGE_MAPPING, &mapping);
	pm_linux_get(lx, page, PM_PAGE_INDEX, &index);
	bool has_count = pm_linux_get(lx, page, PM_PAGE_REFCOUNT, &count);

	pm_linux_member_get(lx, page, "page", "page_type", &type);
	pm_linux_page_flags(lx, flags, names, sizeof(names));
	if (strstr(names, "reserved"))
		snprintf(owner, sizeof(owner), "reserved");
	else if (is_page_type(lx, type, "PGTY_table", 0x400))
		snprintf(owner, sizeof(owner), "a page table");
	else if (is_page_type(lx, type, "PGTY_buddy", 0x80) || (has_count && !(int32_t)count))
		snprintf(owner, sizeof(owner), "free");
	else if (mapping & 1)
		snprintf(owner, sizeof(owner), "anonymous memory of a process, index 0x%llx",
			 (unsigned long long)index);
	else if (mapping && !(mapping & 3)) {
		char file[192];

		mapping_words(sh, mapping, file, sizeof(file));
		snprintf(owner, sizeof(owner), "of %s, page %llu", file, (unsigned long long)index);
	} else {
		snprintf(owner, sizeof(owner), "allocated by the kernel");
	}
	snprintf(buf, size, "page 0x%llx: %s%s%s", (unsigned long long)page, owner, *names ? "; " : "",
		 names);
	return true;
}

static bool other_words(struct pm_shell *sh, uint64_t addr, char *buf, size_t size)
{
	static bool (*const finders[])(struct pm_shell * sh, uint64_t addr, char *buf,
				       size_t size) = { entry_area_words, percpu_words, vmalloc_words,
							page_words, place_words };

	for (size_t i = 0; !sh->image && i < PM_COUNT(finders); i++)
		if (finders[i](sh, addr, buf, size))
			return true;
	return false;
}

/* Who allocated or freed a slab's object last, where its cache keeps that. */
static void add_track(struct pm_shell *sh, uint64_t addr, char *buf, size_t size)
{
	struct pm_linux_object object;
	struct pm_linux_track track;
	char name[PM_LINUX_NAME_MAX + 96];

	if (sh->image || !pm_linux_object_at(sh->lx, pm_session_caches(sh->session), addr, &object))
		return;
	bool is_free = object.state == PM_OBJECT_FREE;

	if (!pm_linux_object_track(sh->lx, &object, is_free, &track))
		return;
	pm_shell_name(sh, track.addr, false, name, sizeof(name));
	snprintf(buf + strlen(buf), size - strlen(buf), ", %s by %s (pid %d, CPU %u)",
		 is_free ? "freed" : "allocated", name, track.pid, track.cpu);
}

static bool print_address(struct pm_shell *sh, uint64_t addr, int cpu, void *user)
{
	char text[PM_LINUX_PATH_MAX + 128];
	struct pm_space *space = pm_shell_space(sh);
	bool is_user = !sh->image && addr < space->mmu->kernel_start(space);
	bool known = is_user || (sh->image ? pm_image_identify(sh->image, addr, text, sizeof(text))
					   : pm_session_identify(sh->session, addr, text, sizeof(text)) !=
						     PM_IS_NOTHING);
	enum pm_area area = is_user || sh->image ? PM_AREAS : pm_linux_area_of(sh->lx, addr);
	enum pm_absence why;
	uint64_t phys, at;

	(void)user;
	if (is_user && !user_words(sh, addr, text, sizeof(text)))
		return false;
	if (known && !is_user)
		add_track(sh, addr, text, sizeof(text));
	known = known || other_words(sh, addr, text, sizeof(text));
	if (!known && pm_shell_gap(sh, addr, 1, &at, &why))
		return pm_shell_absent(sh, "id", addr, why);
	bool mapped = !is_user && pm_space_translate(space, addr, &phys, NULL) == PM_PRESENT;

	if (!known && !mapped)
		return pm_shell_error(sh, "id", "0x%llx: not known", (unsigned long long)addr);
	if (!known)
		snprintf(text, sizeof(text), "physical 0x%llx, of no object that is known",
			 (unsigned long long)phys);
	if (!sh->json) {
		fprintf(sh->out, "%016llx  %s\n", (unsigned long long)addr, text);
		return true;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_shell_put_cpu(sh, addr, cpu);
	pm_json_hex(sh->json, "address", addr);
	pm_json_str(sh->json, "is", text);
	if (area < PM_AREAS)
		pm_json_str(sh->json, "area", pm_linux_area_name(area));
	if (mapped)
		pm_json_hex(sh->json, "physical", phys);
	pm_json_close(sh->json, '}');
	return true;
}

bool pm_shell_id(struct pm_shell *sh, int argc, char **argv)
{
	bool ok = true;

	if (argc < 2)
		return pm_shell_error(sh, "id", "which address?");
	if (sh->json)
		pm_json_open(sh->json, "addresses", '[');
	for (int i = 1; i < argc; i++)
		ok &= pm_shell_each_address(sh, "id", argv[i], print_address, NULL);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}
