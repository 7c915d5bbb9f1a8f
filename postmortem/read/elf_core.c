/* ELF cores: /proc/vmcore and copies of it, QEMU's dump-guest-memory, kexec'd kernels' own.
 *
 * Only what the program headers say is believed, and e_phoff is honoured: QEMU writes the section
 * headers first and an e_ehsize of 8.
 */
#include "read/format.h"
#include "read/spans.h"

#include "base/memory.h"
#include "symbols/bytes.h"

#include <elf.h>
#include <stdlib.h>

struct segment {
	uint64_t phys, size, offset; /* size: bytes in the file, as far as it goes */
};

/* Segments may overlap (a /proc/vmcore has the kernel's text twice): any that holds a byte will do. */
struct elf_core {
	struct segment *segments; /* of the arena */
	struct pm_span *here;     /* what the file has; value: 1 + index of the segment */
	size_t here_n;
	struct pm_span *cut; /* what it would have if it went on */
	size_t cut_n;
};

/* More program headers than any machine has ranges of memory, and than a damaged count may make us read. */
static const uint64_t max_headers = 1 << 20;
static const uint64_t max_notes = 32 << 20; /* bytes, of all note segments */
static const size_t max_header_size = 256;

static bool is_elf_core(const uint8_t *start, size_t n)
{
	if (n < 20 || memcmp(start, ELFMAG, SELFMAG))
		return false;
	return pm_load(start + 16, 2, start[EI_DATA] == ELFDATA2MSB) == ET_CORE;
}

static const struct {
	uint16_t machine;
	enum pm_arch arch;
} machines[] = {
	{ EM_X86_64, PM_X86_64 }, { EM_386, PM_I386 },      { EM_AARCH64, PM_ARM64 },
	{ EM_ARM, PM_ARM },       { EM_RISCV, PM_RISCV64 }, { EM_PPC64, PM_PPC64 },
	{ EM_S390, PM_S390X },    { EM_MIPS, PM_MIPS },     { 258, PM_LOONGARCH64 }, /* EM_LOONGARCH */
};

struct header {
	uint64_t phoff, shoff, phnum;
	size_t phentsize, shentsize;
	bool is64, big_endian;
};

static struct pm_error *read_header(struct pm_dump *dump, struct header *h)
{
	uint8_t bytes[sizeof(Elf64_Ehdr)];
	size_t n = pm_file_read(dump->files[0], 0, bytes, sizeof(bytes), NULL);

	if (n < sizeof(Elf32_Ehdr) || (bytes[EI_CLASS] == ELFCLASS64 && n < sizeof(Elf64_Ehdr)))
		return pm_error_new(PM_TRUNCATED, "offset 0x%zx: the ELF header is cut off", n);
	if (bytes[EI_CLASS] != ELFCLASS64 && bytes[EI_CLASS] != ELFCLASS32)
		return pm_error_new(PM_BAD_DATA, "offset 0x4: ELF class %u", bytes[EI_CLASS]);
	h->is64 = bytes[EI_CLASS] == ELFCLASS64;
	h->big_endian = bytes[EI_DATA] == ELFDATA2MSB;
	struct pm_reader r = pm_reader_at((struct pm_bytes){ bytes, n }, 18, h->big_endian);
	unsigned word = h->is64 ? 8 : 4;
	uint16_t machine = (uint16_t)pm_read(&r, 2);

	for (size_t i = 0; i < sizeof(machines) / sizeof(machines[0]); i++)
		if (machines[i].machine == machine)
			dump->info.arch = machines[i].arch;
	pm_reader_skip(&r, 4 + word); /* e_version, e_entry */
	h->phoff = pm_read(&r, word);
	h->shoff = pm_read(&r, word);
	pm_reader_skip(&r, 4 + 2); /* e_flags, e_ehsize */
	h->phentsize = (uint16_t)pm_read(&r, 2);
	h->phnum = (uint16_t)pm_read(&r, 2);
	h->shentsize = (uint16_t)pm_read(&r, 2);
	if (h->phnum == PN_XNUM) { /* the count stands in sh_info of section 0 */
		uint8_t section[sizeof(Elf64_Shdr)];
		size_t at = h->is64 ? 44 : 28;

		if (pm_file_read(dump->files[0], h->shoff, section, at + 4, NULL) < at + 4)
			return pm_error_new(PM_TRUNCATED,
					    "offset 0x%llx: section 0, which has the number of segments",
					    (unsigned long long)h->shoff);
		h->phnum = pm_load(section + at, 4, h->big_endian);
	}
	if (h->phentsize < (h->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)) ||
	    h->phentsize > max_header_size)
		return pm_error_new(PM_BAD_DATA, "offset 0x36: program headers of %zu bytes", h->phentsize);
	return NULL;
}

static void read_notes(struct pm_dump *dump, uint64_t offset, uint64_t size, bool big_endian)
{
	uint64_t file_size = pm_file_size(dump->files[0]), left = max_notes;

	left -= dump->arena.used < left ? dump->arena.used : left;
	if (size > left) {
		pm_dump_incomplete(dump, "offset 0x%llx: notes of %llu bytes", (unsigned long long)offset,
				   (unsigned long long)size);
		size = left;
	}
	if (offset > file_size || size > file_size - offset) {
		pm_dump_incomplete(dump, "the file ends in its notes, at 0x%llx",
				   (unsigned long long)file_size);
		size = offset > file_size ? 0 : file_size - offset;
	}
	uint8_t *bytes = pm_arena_alloc(&dump->arena, (size_t)size + 1);
	size_t n = pm_file_read(dump->files[0], offset, bytes, (size_t)size, NULL);

	pm_dump_add_notes(dump, bytes, n, offset, big_endian);
}

/* A user process's core has segments too; only a kernel's are told from it by physical addresses, or by
 * notes that a process never has. */
static bool is_process(const struct pm_dump *dump, bool any_phys)
{
	if (any_phys || dump->vmcoreinfo.n)
		return false;
	for (size_t i = 0; i < dump->notes.n; i++)
		if (dump->notes.v[i].type == NT_AUXV || dump->notes.v[i].type == NT_SIGINFO ||
		    dump->notes.v[i].type == NT_FILE)
			return true;
	return false;
}

struct program_header {
	uint32_t type;
	uint64_t offset, phys, size, memory;
};

static void read_program_header(struct pm_reader r, bool is64, struct program_header *out)
{
	unsigned word = is64 ? 8 : 4;

	out->type = (uint32_t)pm_read(&r, 4);
	if (is64)
		pm_reader_skip(&r, 4); /* p_flags */
	out->offset = pm_read(&r, word);
	pm_reader_skip(&r, word); /* p_vaddr */
	out->phys = pm_read(&r, word);
	out->size = pm_read(&r, word);
	out->memory = pm_read(&r, word);
	if (out->memory < out->size)
		out->memory = out->size;
}

struct segments {
	PM_VEC(struct segment) all;
	PM_VEC(struct pm_span) here, cut;
	uint64_t cut_bytes;
	bool any_phys;
};

static void add_segment(struct pm_dump *dump, struct segments *s, const struct program_header *p)
{
	uint64_t file_size = pm_file_size(dump->files[0]);

	/* /proc/kcore marks segments that are not memory with an address of all ones. */
	if (p->phys == UINT64_MAX || p->memory > UINT64_MAX - p->phys)
		return;
	s->any_phys |= p->phys != 0;
	pm_dump_add_range(dump->map, p->phys, p->phys + p->memory);
	if (p->memory > p->size) /* makedumpfile -E, at any level */
		dump->info.zeros_left_out = true;
	if (!p->size)
		return;
	struct segment *segment = PM_PUSH(&dump->arena, &s->all);
	uint64_t here = p->offset > file_size             ? 0
			: p->size > file_size - p->offset ? file_size - p->offset
							  : p->size;

	*segment = (struct segment){ p->phys, here, p->offset };
	*PM_PUSH(&dump->arena, &s->here) = (struct pm_span){ p->phys, p->phys + here, s->all.n };
	if (here < p->size)
		*PM_PUSH(&dump->arena, &s->cut) =
			(struct pm_span){ p->phys + here, p->phys + p->size, s->all.n };
	s->cut_bytes += p->size - here;
}

static void read_program_headers(struct pm_dump *dump, struct header *h, struct segments *s)
{
	static const size_t batch = 1024;
	uint8_t *bytes = pm_alloc(batch * h->phentsize);
	uint64_t i = 0;

	while (i < h->phnum) {
		size_t want = h->phnum - i < batch ? (size_t)(h->phnum - i) : batch;
		uint64_t at = h->phoff + i * h->phentsize;
		size_t got = pm_file_read(dump->files[0], at, bytes, want * h->phentsize, NULL);
		struct pm_bytes here = { bytes, got };

		for (size_t k = 0; k < got / h->phentsize; k++) {
			struct program_header p;

			read_program_header(pm_reader_at(here, k * h->phentsize, h->big_endian), h->is64, &p);
			if (p.type == PT_NOTE)
				read_notes(dump, p.offset, p.size, h->big_endian);
			if (p.type == PT_LOAD)
				add_segment(dump, s, &p);
		}
		i += want;
		if (got < want * h->phentsize) {
			pm_dump_incomplete(dump, "the file ends in its program headers, at 0x%llx",
					   (unsigned long long)at + got);
			break;
		}
	}
	free(bytes);
}

static struct pm_error *open_elf(struct pm_dump *dump)
{
	struct header h = { 0 };
	struct segments s = { 0 };
	struct pm_error *err = read_header(dump, &h);

	if (err)
		return err;
	if (!h.phnum || !h.phoff)
		return pm_error_new(PM_BAD_DATA, "an ELF core without program headers");
	if (h.phnum > max_headers) {
		pm_dump_incomplete(dump, "%llu program headers are told; the first %llu are read",
				   (unsigned long long)h.phnum, (unsigned long long)max_headers);
		h.phnum = max_headers;
	}
	read_program_headers(dump, &h, &s);
	if (is_process(dump, s.any_phys))
		return pm_error_new(PM_UNSUPPORTED, "the core of a user process, not a kernel's memory");
	if (!s.all.n && !dump->notes.n)
		return pm_error_new(PM_BAD_DATA, "an ELF core that holds no memory");
	if (s.cut_bytes)
		pm_dump_incomplete(dump, "the file ends at 0x%llx, %llu KiB before its memory does",
				   (unsigned long long)pm_file_size(dump->files[0]),
				   (unsigned long long)((s.cut_bytes + 1023) >> 10));
	struct elf_core *core = pm_arena_alloc(&dump->arena, sizeof(*core));

	dump->state = core;
	core->segments = s.all.v;
	core->here = pm_spans_settle(s.here.v, s.here.n, &core->here_n);
	core->cut = pm_spans_settle(s.cut.v, s.cut.n, &core->cut_n);
	for (size_t i = 0; i < core->here_n; i++)
		dump->map->here += (core->here[i].end - core->here[i].start) / PM_PAGE_SIZE;
	if (!h.is64)
		dump->info.format = "ELF core, 32-bit";
	return NULL;
}

static enum pm_absence locate_elf(const struct pm_dump *dump, uint64_t phys, const struct pm_file **file_out,
				  uint64_t *offset_out, uint64_t *length_out)
{
	const struct elf_core *core = dump->state;
	size_t i = pm_span_find(core->here, core->here_n, phys);

	if (i < core->here_n && core->here[i].start <= phys) {
		const struct segment *segment = &core->segments[core->here[i].value - 1];

		*file_out = dump->files[0];
		*offset_out = segment->offset + (phys - segment->phys);
		*length_out = core->here[i].end - phys;
		return PM_PRESENT;
	}
	*length_out = (i < core->here_n ? core->here[i].start : UINT64_MAX) - phys;
	i = pm_span_find(core->cut, core->cut_n, phys);
	if (i < core->cut_n && core->cut[i].start <= phys)
		return PM_CUT;
	/* Memory that is told of (p_memsz) but not stored was left out. */
	return pm_dump_map_has(dump->map, phys) ? PM_FILTERED : PM_NO_MEMORY;
}

static void close_elf(struct pm_dump *dump)
{
	struct elf_core *core = dump->state;

	if (!core)
		return;
	free(core->here);
	free(core->cut);
}

const struct pm_dump_ops pm_dump_elf = {
	.name = "ELF core",
	.is = is_elf_core,
	.open = open_elf,
	.locate = locate_elf,
	.close = close_elf,
};
