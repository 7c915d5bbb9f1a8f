#include "image/image.h"

#include "image/find.h"

#include <elf.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- CPUs ---- */

/* struct elf_prstatus of x86-64: the registers in the order of pt_regs at 112. */
enum { prstatus_size = 336, prstatus_regs = 112 };
/* QEMU's note: version 1, its size, registers, segments of 24 bytes from 152 on, CR0 to CR4, the other GS base. */
enum { system_size = 440, system_segments = 152, system_cr = 392, system_gs = 432, max_cpus = 8192 };

static struct pm_image_cpu *cpu_at(struct pm_image *image, size_t number)
{
	while (image->cpus.n <= number && image->cpus.n < max_cpus) {
		uint32_t next = (uint32_t)image->cpus.n;

		PM_PUSH(&image->arena, &image->cpus)->cpu = next;
	}
	return number < image->cpus.n ? &image->cpus.v[number] : NULL;
}

static void read_system(const uint8_t *p, struct pm_x86_system *out)
{
	/* in the order of the note */
	struct pm_x86_segment *const segments[] = { &out->cs, &out->ds,  &out->es, &out->fs,  &out->gs,
						    &out->ss, &out->ldt, &out->tr, &out->gdt, &out->idt };

	for (size_t i = 0; i < PM_COUNT(segments); i++) {
		const uint8_t *at = p + system_segments + 24 * i;

		*segments[i] = (struct pm_x86_segment){ .selector = (uint32_t)pm_load(at, 4, false),
							.limit = (uint32_t)pm_load(at + 4, 4, false),
							.flags = (uint32_t)pm_load(at + 8, 4, false),
							.base = pm_load(at + 16, 8, false) };
	}
	for (size_t i = 0; i < PM_COUNT(out->cr); i++)
		out->cr[i] = pm_load(p + system_cr + 8 * i, 8, false);
	out->kernel_gs = pm_load(p + system_gs, 8, false);
}

static void read_cpus(struct pm_image *image)
{
	const struct pm_dump_note *notes;
	size_t n = pm_dump_notes(image->dump, &notes), registers = 0, systems = 0;

	if (image->arch != PM_X86_64)
		return;
	for (size_t i = 0; i < n; i++) {
		bool is_system = !strcmp(notes[i].name, "QEMU") && notes[i].size >= system_size &&
				 pm_load(notes[i].desc, 4, false) == 1;
		bool is_status = !strcmp(notes[i].name, "CORE") && notes[i].type == NT_PRSTATUS &&
				 notes[i].size >= prstatus_size;
		struct pm_image_cpu *cpu = is_system   ? cpu_at(image, systems++)
					   : is_status ? cpu_at(image, registers++)
						       : NULL;

		if (!cpu)
			continue;
		if (is_system) {
			cpu->has_system = true;
			read_system(notes[i].desc, &cpu->system);
			continue;
		}
		cpu->has_regs = true;
		for (unsigned k = 0; k < PM_X86_REGS; k++)
			pm_x86_set(&cpu->regs, (enum pm_x86_reg)k,
				   pm_load(notes[i].desc + prstatus_regs + 8 * k, 8, false));
	}
}

bool pm_image_cpu_regs(const struct pm_image_cpu *cpu, bool crash, struct pm_x86_regs *out)
{
	bool told = cpu->told && cpu->told->form == KF_REGISTERS_X86_64 && cpu->told->count >= PM_X86_REGS;

	if (!(crash && told) && !cpu->has_regs && !told)
		return false;
	*out = cpu->regs;
	if ((crash && told) || !cpu->has_regs) {
		*out = (struct pm_x86_regs){ 0 };
		for (unsigned i = 0; i < PM_X86_REGS; i++)
			pm_x86_set(out, (enum pm_x86_reg)i, cpu->told->registers[i]);
	}
	return true;
}

/* ---- the note ---- */

static const struct {
	uint32_t machine;
	enum pm_arch arch;
} machines[] = {
	{ EM_X86_64, PM_X86_64 }, { EM_386, PM_I386 },      { EM_AARCH64, PM_ARM64 },
	{ EM_ARM, PM_ARM },       { EM_RISCV, PM_RISCV64 }, { EM_PPC64, PM_PPC64 },
	{ EM_S390, PM_S390X },    { EM_MIPS, PM_MIPS },     { 258, PM_LOONGARCH64 }, /* EM_LOONGARCH */
};

static struct pm_slice text_of(const struct pm_image *image, enum kf_note_tag tag)
{
	struct kf_note_part part;

	if (!image->found || !kf_note_find(&image->note, tag, &part))
		return PM_S("");
	return (struct pm_slice){ (const char *)part.at, part.n };
}

static void read_note(struct pm_image *image)
{
	const struct kf_note_header *header = &image->note.header;
	struct kf_note_part part;
	struct kf_note walk = image->note;
	char hex[2 * PM_BUILD_ID_MAX + 1] = "";

	if (!image->found)
		return;
	image->big_endian = header->big_endian;
	image->word = header->word == 4 || header->word == 8 ? header->word : 0;
	for (size_t i = 0; i < PM_COUNT(machines); i++)
		if (machines[i].machine == header->machine)
			image->arch = machines[i].arch;
	image->name = text_of(image, KF_NOTE_SYSTEM);
	image->release = text_of(image, KF_NOTE_RELEASE);
	image->command = text_of(image, KF_NOTE_COMMAND);
	image->report = text_of(image, KF_NOTE_REPORT);
	image->log = text_of(image, KF_NOTE_LOG);
	if (kf_note_find(&image->note, KF_NOTE_BUILD_ID, &part) && part.n) {
		for (size_t i = 0; i < part.n && i < PM_BUILD_ID_MAX; i++)
			snprintf(hex + 2 * i, 3, "%02x", part.at[i]);
		image->build_id = pm_arena_str(&image->arena, pm_slice_of(hex));
	}
	read_cpus(image);
	while (kf_note_next(&walk, &part)) {
		struct kf_note_cpu *told = pm_arena_alloc(&image->arena, sizeof(*told));
		struct pm_image_cpu *cpu;

		if (part.tag != KF_NOTE_CPU || !kf_note_get_cpu(&part, told))
			continue;
		cpu = cpu_at(image, told->cpu);
		if (cpu)
			cpu->told = told;
	}
}

/* The row in a section with that tag; which: its index over all sections with it. */
#define PM_ROW(name, tag_, get, type)                                                                        \
	bool name(const struct pm_image *image, size_t index, struct type *out)                              \
	{                                                                                                    \
		struct kf_note_part part;                                                                    \
                                                                                                             \
		return image->found && kf_note_find(&image->note, tag_, &part) && get(&part, index, out);    \
	}
PM_ROW(pm_image_task, KF_NOTE_TASKS, kf_note_get_task, kf_note_task)
PM_ROW(pm_image_region, KF_NOTE_REGIONS, kf_note_get_range, kf_note_range)
PM_ROW(pm_image_stage, KF_NOTE_STAGES, kf_note_get_stage, kf_note_stage)
static PM_ROW(direct_map, KF_NOTE_DIRECT, kf_note_get_range, kf_note_range)

	bool pm_image_time(const struct pm_image *image, struct kf_note_time *out)
{
	struct kf_note_part part;

	return image->found && kf_note_find(&image->note, KF_NOTE_TIME, &part) &&
	       kf_note_get_time(&part, out);
}

/* What a terminal would take for more than text, by its number. */
static void add_clean(struct pm_buf *out, struct pm_slice line)
{
	for (size_t i = 0; i < line.n; i++) {
		unsigned char c = (unsigned char)line.p[i];

		if ((c < ' ' && c != '\t') || c == 0x7f)
			pm_buf_printf(out, "\\x%02x", c);
		else
			pm_buf_add(out, &line.p[i], 1);
	}
}

void pm_image_log(const struct pm_image *image, struct pm_buf *out)
{
	struct pm_slice rest, line;
	bool quoted = false;

	rest = image->log;
	while (pm_take_line(&rest, &line)) {
		add_clean(out, line);
		pm_buf_str(out, "\n");
	}
	if (image->log.n)
		return;
	rest = image->report;
	/* each report has the end of the log as it was then: the last one's */
	while (pm_take_line(&rest, &line)) {
		if (pm_slice_starts(line, PM_S("KPANIC 1 log"))) {
			quoted = true;
			if (out->n)
				out->n = 0;
		} else if (quoted && pm_take(&line, PM_S("> "))) {
			add_clean(out, line);
			pm_buf_str(out, "\n");
		} else {
			quoted = false;
		}
	}
}

/* ---- the address space ---- */

#define CR0_PAGING (1ull << 31)
#define CR4_LEVELS_5 (1ull << 12)
#define FRAME 0x000ffffffffff000ull

/* Do the tables map what must be mapped: the note's own symbols, to where it says; else the code that a CPU runs? */
static bool maps(struct pm_image *image, const struct kf_note_symbols *symbols)
{
	struct pm_space *space = &image->space;
	uint64_t phys, size;
	bool any = false;

	if (symbols && symbols->physical)
		return !space->mmu->walk(space, symbols->at, &phys, &size, NULL, NULL) &&
		       phys == symbols->physical;
	for (size_t i = 0; i < image->cpus.n; i++) {
		const struct pm_image_cpu *cpu = &image->cpus.v[i];

		if (!cpu->has_regs || cpu->regs.v[PM_X86_IP] < space->mmu->kernel_start(space))
			continue;
		any = true;
		if (!space->mmu->walk(space, cpu->regs.v[PM_X86_IP], &phys, &size, NULL, NULL))
			return true;
	}
	return !any;
}

static bool try_root(struct pm_image *image, uint64_t root, unsigned levels,
		     const struct kf_note_symbols *symbols)
{
	uint8_t entry;

	if (levels != 5)
		levels = 4;
	pm_space_init(&image->space, image->dump, pm_mmu_of(image->arch), root & FRAME, levels);
	return pm_dump_read(image->dump, root & FRAME, &entry, 1, NULL) == 1 && maps(image, symbols);
}

/* Does no CPU have paging on?  One that firmware has parked says nothing of the kernel. */
static bool before_paging(const struct pm_image *image)
{
	bool any = false;

	for (size_t i = 0; i < image->cpus.n; i++) {
		if (!image->cpus.v[i].has_system)
			continue;
		if (image->cpus.v[i].system.cr[0] & CR0_PAGING)
			return false;
		any = true;
	}
	return any;
}

/* Where no page table does: what the note says is linear; and a CPU that runs without paging. */
static void add_linear(struct pm_image *image)
{
	struct kf_note_range range;

	for (size_t i = 0; direct_map(image, i, &range); i++)
		pm_space_add_linear(&image->space, range.start, range.size, range.physical);
	for (size_t i = 0; pm_image_region(image, i, &range); i++)
		if (range.physical && (range.kind == KF_REGION_TEXT || range.kind == KF_REGION_DATA))
			pm_space_add_linear(&image->space, range.start, range.size, range.physical);
	if (before_paging(image))
		pm_space_add_linear(&image->space, 0, 1ull << 32, 0);
}

static void open_space(struct pm_image *image, const struct kf_note_symbols *symbols)
{
	struct kf_note_part part;
	struct kf_note_root root = { 0 };
	unsigned levels = 0;

	/* whoever reads through it finds nothing */
	pm_space_init(&image->space, image->dump, &pm_mmu_x86_64, FRAME, 4);
	if (!pm_mmu_of(image->arch)) {
		image->space_trouble = "the page tables of this architecture are not known to kpanic";
		return;
	}
	image->has_space = true;
	for (size_t i = 0; i < image->cpus.n && !levels; i++)
		if (image->cpus.v[i].has_system)
			levels = image->cpus.v[i].system.cr[4] & CR4_LEVELS_5 ? 5 : 4;
	if (image->found && kf_note_find(&image->note, KF_NOTE_ROOT, &part) &&
	    kf_note_get_root(&part, &root) && root.physical) {
		image->space_from = "the recorder's note";
		if (try_root(image, root.physical, root.levels ? root.levels : levels, symbols)) {
			add_linear(image);
			return;
		}
		image->space_trouble =
			"the page tables that the note names do not map the kernel: damaged, or "
			"not in the dump";
	}
	for (size_t i = 0; i < image->cpus.n; i++) {
		const struct pm_image_cpu *cpu = &image->cpus.v[i];
		uint64_t cr3 = cpu->has_system && cpu->system.cr[0] & CR0_PAGING ? cpu->system.cr[3]
			       : cpu->told                                       ? cpu->told->root
										 : 0;

		if (!cr3 || !try_root(image, cr3, levels, symbols))
			continue;
		image->space_from = pm_arena_printf(&image->arena, "CR3 of CPU %u", cpu->cpu);
		image->space_trouble = NULL;
		add_linear(image);
		return;
	}
	/* nothing but what is linear */
	if (!image->space_trouble)
		image->space_trouble = "no root of page tables is told that maps the kernel";
	pm_space_init(&image->space, image->dump, pm_mmu_of(image->arch),
		      root.physical ? root.physical : FRAME, root.levels == 5 ? 5 : 4);
	add_linear(image);
	if (symbols && symbols->physical)
		pm_space_add_linear(&image->space, symbols->at, symbols->size, symbols->physical);
	if (!image->space.linear_n && !root.physical)
		image->has_space = false;
}

/* ---- symbols ---- */

/* An ELF file is that of this kernel by its build id; without one by its code, as far as that is in memory. */
static struct pm_error *check_elf(struct pm_image *image, struct pm_elf *elf)
{
	const char *build_id = pm_elf_build_id(elf);
	struct pm_bytes text = pm_elf_section(elf, ".text");
	uint64_t at, size;
	uint8_t here[256];

	if (image->build_id && *build_id) {
		if (!strcmp(build_id, image->build_id))
			return NULL;
		return pm_error_new(PM_MISMATCH, "%s: of another kernel: build id %s, the dump has %s",
				    pm_elf_path(elf), build_id, image->build_id);
	}
	if (!image->has_space || !text.p || !pm_elf_section_place(elf, ".text", &at, &size))
		return NULL;
	size_t n = text.n < sizeof(here) ? text.n : sizeof(here),
	       got = pm_space_read(&image->space, at, here, n, NULL);

	if (got && memcmp(here, text.p, got))
		return pm_error_new(PM_MISMATCH,
				    "%s: of another kernel: its code at 0x%llx is not that in the dump",
				    pm_elf_path(elf), (unsigned long long)at);
	return NULL;
}

static struct pm_error *open_elf(struct pm_image *image, const char *path)
{
	struct pm_elf *elf;
	struct pm_error *err = pm_elf_open(path, &elf);

	if (err)
		return err;
	err = check_elf(image, elf);
	if (!err)
		err = pm_image_symbols_elf(&image->symbols, elf);
	pm_elf_close(elf);
	return err;
}

/* Without a note: the table's magic is found in memory, and what it counts from by the code. */
static void search_symbols(struct pm_image *image)
{
	const struct kf_note_symbols where = { .physical = image->machine.table_at };
	uint64_t anchor;

	image->symbols_trouble = "without a note it is not known where its symbols are";
	if (!where.physical || !image->has_space ||
	    pm_error_take(pm_image_read_table(image, &where)) != PM_OK)
		return;
	if (!pm_image_find_anchor(image, &image->symbols, &anchor)) {
		image->symbols_trouble =
			"its table of symbols was found, but not the address that it counts from";
		image->symbols.v.n = 0;
		return;
	}
	for (size_t i = 0; i < image->symbols.v.n; i++)
		image->symbols.v.v[i].start += anchor;
	pm_image_symbols_sort(&image->symbols);
	image->symbols.from = "the table in its image, placed by the calls in its code";
	image->symbols_trouble = NULL;
}

static void open_symbols(struct pm_image *image, const struct kf_note_symbols *where)
{
	if (!where && !image->found) {
		search_symbols(image);
		return;
	}
	if (!where) {
		image->symbols_trouble = "the note does not say where its symbol table is";
		return;
	}
	struct pm_error *err = pm_image_read_table(image, where);

	if (err)
		image->symbols_trouble = pm_arena_str(&image->arena, pm_slice_of(err->message));
	pm_error_free(err);
}

/* ---- all of it ---- */

bool pm_image_is(const struct pm_dump *dump)
{
	const struct pm_dump_note *notes;
	size_t n = pm_dump_notes(dump, &notes);
	struct pm_slice info = pm_dump_vmcoreinfo(dump);

	/* of a Linux that has the recorder in, Linux's own way tells more */
	if (pm_slice_has(info, PM_S("SYMBOL(swapper_pg_dir)=")))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strcmp(notes[i].name, KF_NOTE_NAME))
			return true;
	return pm_slice_has(info, PM_S(KF_NOTE_KEY "="));
}

/* Without a note: do registers lead to a kernel that runs?  One whose code the page tables map, or one before paging. */
static bool cpus_run(struct pm_image *image)
{
	for (size_t i = 0; i < image->cpus.n; i++) {
		const struct pm_image_cpu *cpu = &image->cpus.v[i];
		uint64_t phys;

		if (!cpu->has_system || !cpu->has_regs)
			continue;
		if (before_paging(image) && cpu->regs.v[PM_X86_IP])
			return true;
		if (image->has_space && !image->space_trouble && cpu->regs.v[PM_X86_IP] &&
		    pm_space_translate(&image->space, cpu->regs.v[PM_X86_IP], &phys, NULL) == PM_PRESENT)
			return true;
	}
	return false;
}

/* What can be said of it all the same. */
static struct pm_error *no_kernel(const struct pm_image *image)
{
	const struct pm_image_machine *m = &image->machine;
	const char *order = !m->has_order ? "" : m->big_endian ? "big-endian " : "little-endian ";
	char word[16] = "";

	if (!*m->words)
		return pm_error_new(
			PM_NOT_FOUND,
			"%s: no kernel that kpanic knows in it: neither a VMCOREINFO nor a note of the "
			"recorder's nor registers",
			pm_dump_name(image->dump));
	if (m->word)
		snprintf(word, sizeof(word), "%u-bit ", 8 * m->word);
	return pm_error_new(PM_NOT_FOUND,
			    "%s: the memory of a %s%smachine%s%s (%s), but without a note of the recorder's, "
			    "registers or a root of page tables there is no way into its kernel",
			    pm_dump_name(image->dump), order, word, m->arch ? ", " : "",
			    m->arch ? pm_arch_name(m->arch) : "", m->words);
}

struct pm_error *pm_image_open(struct pm_dump *dump, const struct pm_image_options *options,
			       struct pm_image **out)
{
	struct pm_image *image = pm_alloc(sizeof(*image));
	struct kf_note_symbols where;
	struct kf_note_part part;

	image->dump = dump;
	image->arch = pm_dump_info(dump)->arch;
	pm_arena_init(&image->arena);
	pm_image_symbols_init(&image->symbols);
	pm_image_find_note(image, true);
	if (image->found)
		read_note(image);
	else
		read_cpus(image);
	if (!image->found && !(options && options->note_only))
		pm_image_machine_of(dump, &image->machine);
	bool told = image->found && kf_note_find(&image->note, KF_NOTE_SYMBOLS, &part) &&
		    kf_note_get_symbols(&part, &where) && where.at;

	open_space(image, told ? &where : NULL);
	if (!image->found && ((options && options->note_only) || !cpus_run(image))) {
		struct pm_error *nothing = no_kernel(image);

		pm_image_close(image);
		return nothing;
	}
	struct pm_error *err = options && options->vmlinux ? open_elf(image, options->vmlinux) : NULL;

	if (err) {
		pm_image_close(image);
		return err;
	}
	if (!image->symbols.v.n)
		open_symbols(image, told ? &where : NULL);
	*out = image;
	return NULL;
}

void pm_image_close(struct pm_image *image)
{
	if (!image)
		return;
	pm_image_symbols_deinit(&image->symbols);
	pm_arena_deinit(&image->arena);
	free(image);
}

/* ---- places and addresses ---- */

bool pm_image_place(const struct pm_image *image, uint64_t addr, bool exact, struct pm_place *out)
{
	const struct pm_image_symbol *symbol = pm_image_symbols_at(&image->symbols, exact ? addr : addr - 1);

	*out = (struct pm_place){ .has_addr = true, .addr = addr };
	if (!symbol)
		return false;
	out->symbol = symbol->name;
	out->has_offset = true;
	out->offset = addr - symbol->start;
	out->size = symbol->size;
	return true;
}

/* Of a kernel's page: mapped, and executable at every level. */
static bool is_executable(struct pm_image *image, uint64_t addr)
{
	struct pm_walk_step steps[5];
	unsigned n = 0;
	uint64_t phys, size;

	if (!image->has_space || image->space.mmu->walk(&image->space, addr, &phys, &size, steps, &n))
		return false;
	for (unsigned i = 0; i < n; i++)
		if (steps[i].entry >> 63)
			return false;
	return true;
}

bool pm_image_is_text(struct pm_image *image, uint64_t addr)
{
	const struct pm_image_symbol *symbol = pm_image_symbols_at(&image->symbols, addr);
	struct kf_note_range range;
	bool any = image->symbols.v.n > 0;

	/* code of before paging is in no region of the host's */
	if (symbol && !symbol->data)
		return true;
	for (size_t i = 0; pm_image_region(image, i, &range); i++)
		if (range.kind == KF_REGION_TEXT) {
			if (addr - range.start < range.size)
				return true;
			any = true;
		}
	return !any && image->has_space && addr >= image->space.mmu->kernel_start(&image->space) &&
	       is_executable(image, addr);
}

bool pm_image_identify(struct pm_image *image, uint64_t value, char *buf, size_t size)
{
	const struct pm_image_symbol *symbol = pm_image_symbols_at(&image->symbols, value);
	struct kf_note_task task;
	struct kf_note_range range;

	*buf = 0;
	if (symbol) {
		if (value == symbol->start)
			snprintf(buf, size, "%s", symbol->name);
		else
			snprintf(buf, size, "%s+0x%llx", symbol->name,
				 (unsigned long long)(value - symbol->start));
		return true;
	}
	for (size_t i = 0; pm_image_task(image, i, &task); i++)
		if (task.stack_end > task.stack_start &&
		    value - task.stack_start < task.stack_end - task.stack_start) {
			snprintf(buf, size, "stack of %s (id %lld) + 0x%llx", task.name, (long long)task.id,
				 (unsigned long long)(value - task.stack_start));
			return true;
		}
	/* narrow ones first: the direct map holds all of memory */
	for (unsigned pass = 0; pass < 2; pass++)
		for (size_t i = 0; pm_image_region(image, i, &range); i++) {
			if (value - range.start >= range.size ||
			    (range.kind == KF_REGION_DIRECT) != (pass == 1))
				continue;
			if (pass)
				snprintf(buf, size, "physical 0x%llx",
					 (unsigned long long)range.physical + (value - range.start));
			else
				snprintf(buf, size, "%s + 0x%llx",
					 *range.name ? range.name : "a region of the kernel",
					 (unsigned long long)(value - range.start));
			return true;
		}
	return false;
}
