/* mach: the machine: its processors, stacks, physical memory map. */
#include "shell/commands.h"

#include "linux/member.h"
#include "shell/sys.h"
#include "shell/value.h"

#include <string.h>

/* ---- alone ---- */

enum { label_columns = 22 };

static void text_row(struct pm_shell *sh, const char *label, const char *key, const char *text)
{
	if (sh->json)
		pm_json_str(sh->json, key, text);
	else
		fprintf(sh->out, "%*s: %s\n", label_columns, label, text);
}

static void number_row(struct pm_shell *sh, const char *label, const char *key, uint64_t value,
		       const char *unit)
{
	if (sh->json)
		pm_json_uint(sh->json, key, value);
	else
		fprintf(sh->out, "%*s: %llu%s\n", label_columns, label, (unsigned long long)value, unit);
}

/* addr 0: not known. */
static void address_row(struct pm_shell *sh, const char *label, const char *key, uint64_t addr)
{
	if (!addr)
		pm_shell_say(sh, "%*s: ?\n", label_columns, label);
	else if (sh->json)
		pm_json_hex(sh->json, key, addr);
	else
		fprintf(sh->out, "%*s: %016llx\n", label_columns, label, (unsigned long long)addr);
}

/* Ticks a second: by a tick's nanoseconds, or by how the delay loops were calibrated (of the TSC). */
static uint64_t ticks(struct pm_shell *sh)
{
	static const unsigned common[] = { 100, 250, 300, 1000, 1024, 64, 128, 200, 256, 500 };
	uint64_t ns, khz, loops, at;

	if (pm_linux_variable(sh->lx, "tick_nsec", 8, &ns) && ns > 100000 && ns < 1000000000)
		return (1000000000 + ns / 2) / ns;
	if (!pm_linux_variable(sh->lx, "cpu_khz", 4, &khz) || !pm_linux_percpu(sh->lx, "cpu_info", 0, &at) ||
	    !pm_linux_member_get(sh->lx, at, "cpuinfo_x86", "loops_per_jiffy", &loops))
		return 0;
	for (size_t i = 0; i < PM_COUNT(common); i++) {
		uint64_t told = loops * common[i] / 1000, apart = told > khz ? told - khz : khz - told;

		if (apart < khz / 100)
			return common[i];
	}
	return 0;
}

/* Where the stacks of one kind begin, CPU by CPU. */
static void stack_rows(struct pm_shell *sh, const char *label, const char *key, uint64_t size,
		       bool (*find)(struct pm_shell *sh, uint32_t cpu, const void *user, uint64_t *start),
		       const void *user)
{
	char text[64];
	uint64_t start;
	bool any = false;

	/* none of a kind that this kernel has not */
	for (uint32_t cpu = 0; cpu < sh->lx->cpus && !any; cpu++)
		any = find(sh, cpu, user, &start);
	if (!size || !any)
		return;
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_str(sh->json, "kind", key);
		pm_json_uint(sh->json, "size", size);
		pm_json_open(sh->json, "starts", '[');
	} else {
		snprintf(text, sizeof(text), "%s STACK SIZE", label);
		number_row(sh, text, NULL, size, "");
		snprintf(text, sizeof(text), "%s STACKS", label);
		fprintf(sh->out, "%*s:\n", label_columns, text);
	}
	for (uint32_t cpu = 0; cpu < sh->lx->cpus; cpu++) {
		bool known = find(sh, cpu, user, &start);
		uint64_t phys;

		if (sh->json && known)
			pm_json_hex(sh->json, NULL, start);
		else if (sh->json)
			pm_json_null(sh->json, NULL);
		if (sh->json)
			continue;
		snprintf(text, sizeof(text), "CPU %u", cpu);
		if (known)
			fprintf(sh->out, "%*s: %016llx%s\n", label_columns, text, (unsigned long long)start,
				pm_space_translate(&sh->lx->kernel, start, &phys, NULL) ? " [unavailable]"
											: "");
		else
			fprintf(sh->out, "%*s: (not in the dump)\n", label_columns, text);
	}
	pm_shell_close(sh, ']');
	pm_shell_close(sh, '}');
}

/* What is stored is its top, or the last word below that (from 6.1 on), which need not be aligned as the stack is. */
static bool irq_stack(struct pm_shell *sh, uint32_t cpu, const void *user, uint64_t *start)
{
	uint64_t at, top, size = pm_session_unwinder(sh->session)->irq_stack_size;

	(void)user;
	if (!pm_linux_percpu(sh->lx, "hardirq_stack_ptr", cpu, &at)) {
		if (!pm_linux_percpu(sh->lx, "pcpu_hot", cpu, &at))
			return false;
		at = pm_linux_member_at(sh->lx, at, "pcpu_hot", "hardirq_stack_ptr");
	}
	if (!at || !pm_space_load(&sh->lx->kernel, at, 8, &top) || !top)
		return false;
	*start = ((top + PM_PAGE_SIZE - 1) & -(uint64_t)PM_PAGE_SIZE) - size;
	return true;
}

/* user: the member's name in struct cea_exception_stacks. */
static bool exception_stack(struct pm_shell *sh, uint32_t cpu, const void *user, uint64_t *start)
{
	uint64_t at, stacks;

	if (!pm_linux_percpu(sh->lx, "cea_exception_stacks", cpu, &at) ||
	    !pm_space_load(&sh->lx->kernel, at, 8, &stacks))
		return false;
	*start = pm_linux_member_at(sh->lx, stacks, "cea_exception_stacks", user);
	return *start;
}

static void print_stacks(struct pm_shell *sh)
{
	static const struct {
		const char *label, *key, *member;
	} rows[] = {
		{ "DOUBLEFAULT", "double_fault", "DF_stack" },
		{ "NMI", "nmi", "NMI_stack" },
		{ "DEBUG", "debug", "DB_stack" },
		{ "MCE", "mce", "MCE_stack" },
		{ "VC", "vc", "VC_stack" },
	};
	const struct pm_linux_unwinder *unwinder = pm_session_unwinder(sh->session);

	number_row(sh, "KERNEL STACK SIZE", "kernel_stack_size", unwinder->thread_size, "");
	pm_shell_open(sh, "stacks", '[');
	stack_rows(sh, "IRQ", "irq", unwinder->irq_stack_size, irq_stack, NULL);
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		stack_rows(sh, rows[i].label, rows[i].key,
			   pm_linux_member(sh->lx, "cea_exception_stacks", rows[i].member)->size,
			   exception_stack, rows[i].member);
	pm_shell_close(sh, ']');
}

static void print_hypervisor(struct pm_shell *sh)
{
	uint64_t type;
	const char *name;

	/* X86_HYPER_NATIVE 0: none, or one that the kernel does not know */
	if (pm_linux_variable(sh->lx, "x86_hyper_type", 4, &type) && type &&
	    (name = pm_linux_enumerator_name(sh->lx, "x86_hypervisor_type", (int64_t)type)))
		text_row(sh, "HYPERVISOR", "hypervisor",
			 pm_slice_starts(pm_slice_of(name), PM_S("X86_HYPER_")) ? name + 10 : name);
}

static bool print_machine(struct pm_shell *sh)
{
	struct pm_linux *lx = sh->lx;
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	uint64_t pages = pm_shell_present_pages(sh), khz, hz = ticks(sh), base;
	unsigned offline = 0;
	int64_t image_size;
	char text[64];

	text_row(sh, "MACHINE TYPE", "machine", pm_arch_name(lx->kernel.mmu->arch));
	if (pages) {
		pm_shell_size_words(pages * PM_PAGE_SIZE, text, sizeof(text));
		if (sh->json)
			pm_json_uint(sh->json, "memory_kb", pages * 4);
		else
			text_row(sh, "MEMORY SIZE", NULL, text);
	}
	for (size_t i = 0; i < cpus->v.n; i++)
		offline += !cpus->v.v[i].online;
	snprintf(text, sizeof(text), offline ? "%zu [OFFLINE: %u]" : "%zu", cpus->v.n, offline);
	if (sh->json) {
		pm_json_uint(sh->json, "cpus", cpus->v.n);
		pm_json_uint(sh->json, "cpus_online", cpus->v.n - offline);
	} else {
		text_row(sh, "CPUS", NULL, text);
	}
	print_hypervisor(sh);
	if (pm_linux_variable(lx, "cpu_khz", 4, &khz))
		number_row(sh, "PROCESSOR SPEED", "mhz", khz / 1000, " Mhz");
	if (hz)
		number_row(sh, "HZ", "hz", hz, "");
	number_row(sh, "PAGE SIZE", "page_size", PM_PAGE_SIZE, "");
	address_row(sh, "KERNEL VIRTUAL BASE", "page_offset", lx->page_offset);
	/* a variable with CONFIG_RANDOMIZE_MEMORY or five levels */
	if (!pm_linux_symbol(lx, "vmalloc_base", &base))
		base = lx->kernel.levels == 5 ? 0xffa0000000000000 : 0xffffc90000000000;
	else if (!pm_linux_variable(lx, "vmalloc_base", 8, &base))
		base = 0;
	address_row(sh, "KERNEL VMALLOC BASE", "vmalloc", base);
	address_row(sh, "KERNEL VMEMMAP BASE", "vmemmap", pm_session_caches(sh->session)->vmemmap);
	base = 0xffffffff80000000;
	address_row(sh, "KERNEL START MAP", "kernel_map", base);
	if (pm_vmcoreinfo_number(&lx->info, "KERNEL_IMAGE_SIZE", &image_size) && image_size > 0)
		address_row(sh, "KERNEL MODULES BASE", "modules", base + (uint64_t)image_size);
	print_stacks(sh);
	return true;
}

/* ---- -m ---- */

static bool print_map(struct pm_shell *sh)
{
	static const struct pm_column columns[] = {
		{ "PHYSICAL ADDRESS RANGE", NULL, -35, PM_CELL_TEXT },
		{ NULL, "start", 0, PM_CELL_ADDRESS },
		{ NULL, "end", 0, PM_CELL_ADDRESS },
		{ "TYPE", "type", -1, PM_CELL_TEXT },
	};
	enum { most = 4096 };
	struct pm_linux *lx = sh->lx;
	uint64_t table, n, size = pm_linux_type_size(lx, "e820_entry"), entries, missing = 0;

	if (!pm_linux_variable(lx, "e820_table", 8, &table) || !size ||
	    !pm_linux_member_get(lx, table, "e820_table", "nr_entries", &n) ||
	    !(entries = pm_linux_member_at(lx, table, "e820_table", "entries")))
		return pm_shell_error(sh, "mach", "-m: the firmware's memory map is not in the dump");
	PM_TITLES(sh, columns);
	pm_shell_open(sh, "memory_map", '[');
	for (uint64_t i = 0; i < n && i < most; i++) {
		uint64_t at = entries + i * size, start, length, type;
		char range[48], name[64];

		if (!pm_linux_member_get(lx, at, "e820_entry", "addr", &start) ||
		    !pm_linux_member_get(lx, at, "e820_entry", "size", &length) ||
		    !pm_linux_member_get(lx, at, "e820_entry", "type", &type)) {
			missing++;
			continue;
		}
		uint64_t end = start + length;
		const char *known = pm_linux_enumerator_name(lx, "e820_type", (int32_t)type);

		/* E820_TYPE_RAM was E820_RAM for decades */
		if (known && pm_slice_starts(pm_slice_of(known), PM_S("E820_TYPE_")))
			snprintf(name, sizeof(name), "E820_%s", known + 10);
		else
			snprintf(name, sizeof(name), "type %llu", (unsigned long long)type);
		snprintf(range, sizeof(range), "%016llx - %016llx", (unsigned long long)start,
			 (unsigned long long)end);
		PM_ROW(sh, columns, { .s = range }, { start }, { end }, { .s = name });
	}
	pm_shell_close(sh, ']');
	if (missing)
		return pm_shell_error(sh, "mach", "-m: %llu of its ranges are not in the dump",
				      (unsigned long long)missing);
	return n <= most ||
	       pm_shell_error(sh, "mach", "-m: the map tells of %llu ranges", (unsigned long long)n);
}

/* ---- -c ---- */

static bool print_cpus(struct pm_shell *sh, bool hex)
{
	const struct pm_value_style style = { .hex = hex };
	uint32_t type = pm_btf_find(sh->lx->btf, PM_BTF_STRUCT, "cpuinfo_x86");
	uint64_t at;

	if (!type || !pm_linux_percpu(sh->lx, "cpu_info", 0, &at))
		return pm_shell_error(sh, "mach", "-c: what is known of the CPUs is not in the dump");
	pm_shell_open(sh, "cpuinfo", '[');
	for (uint32_t cpu = 0; pm_linux_percpu(sh->lx, "cpu_info", cpu, &at) && !pm_shell_interrupted(sh);
	     cpu++) {
		sh->members = PM_VALUE_MEMBERS;
		if (sh->json) {
			pm_value_json(sh, NULL, at, type);
			continue;
		}
		fprintf(sh->out, "%sCPU %u:\nstruct cpuinfo_x86 ", cpu ? "\n" : "", cpu);
		pm_value_print(sh, at, type, &style);
		fputc('\n', sh->out);
	}
	pm_shell_close(sh, ']');
	return true;
}

bool pm_shell_mach(struct pm_shell *sh, int argc, char **argv)
{
	bool map = false, cpus = false, opal = false, hex = sh->hex, decimal = false;
	const struct pm_shell_option options[] = {
		{ "-m", PM_OPTION_FLAG, &map, NULL },     { "-c", PM_OPTION_FLAG, &cpus, NULL },
		{ "-o", PM_OPTION_FLAG, &opal, NULL },    { "-x", PM_OPTION_FLAG, &hex, NULL },
		{ "-d", PM_OPTION_FLAG, &decimal, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc > 1)
		return pm_shell_error(sh, "mach", "it takes no argument: %s", argv[1]);
	if (opal)
		return pm_shell_error(sh, "mach", "-o: the firmware's log is one of POWER machines");
	if (map || cpus)
		return (!map || print_map(sh)) && (!cpus || print_cpus(sh, hex && !decimal));
	return print_machine(sh);
}
