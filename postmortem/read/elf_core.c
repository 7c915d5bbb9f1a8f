/* ELF cores: /proc/vmcore and copies of it, QEMU's dump-guest-memory, kexec'd kernels' own.
 *
 * Only what the program headers say is believed, and e_phoff is honoured: QEMU writes the section
 * headers first and an e_ehsize of 8.
 */
#include "read/format.h"

#include "base/memory.h"
#include "symbols/bytes.h"

#include <elf.h>
#include <stdlib.h>

struct segment {
	uint64_t phys, size, offset; /* size: bytes in the file */
	const struct pm_file *file;
};

struct elf_core {
	struct segment *segments; /* by phys */
	size_t n;
};

/* More program headers than any machine has ranges of memory, and than a damaged count may make us read. */
static const uint64_t max_headers = 1 << 20;
static const uint64_t max_notes = 64 << 20;

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

static int compare_segments(const void *a, const void *b)
{
	const struct segment *x = a, *y = b;

	if (x->phys != y->phys)
		return x->phys < y->phys ? -1 : 1;
	return x->size > y->size ? -1 : x->size < y->size;
}

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
	if (h->phentsize < (h->is64 ? sizeof(Elf64_Phdr) : sizeof(Elf32_Phdr)))
		return pm_error_new(PM_BAD_DATA, "offset 0x36: program headers of %zu bytes", h->phentsize);
	return NULL;
}

static void read_notes(struct pm_dump *dump, uint64_t offset, uint64_t size, bool big_endian)
{
	if (size > max_notes) {
		pm_dump_trouble(dump, "offset 0x%llx: notes of %llu bytes", (unsigned long long)offset,
				(unsigned long long)size);
		size = max_notes;
	}
	uint64_t file_size = pm_file_size(dump->files[0]);
	if (offset > file_size || size > file_size - offset) {
		pm_dump_trouble(dump, "the file ends in its notes, at 0x%llx", (unsigned long long)file_size);
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

static struct pm_error *open_elf(struct pm_dump *dump)
{
	struct header h = { 0 };
	struct pm_error *err = read_header(dump, &h);

	if (err)
		return err;
	if (!h.phnum || !h.phoff)
		return pm_error_new(PM_BAD_DATA, "an ELF core without program headers");
	if (h.phnum > max_headers) {
		pm_dump_trouble(dump, "%llu program headers are told; the first %llu are read",
				(unsigned long long)h.phnum, (unsigned long long)max_headers);
		h.phnum = max_headers;
	}
	struct elf_core *core = pm_arena_alloc(&dump->arena, sizeof(*core));
	PM_VEC(struct segment) segments = { 0 };
	uint64_t file_size = pm_file_size(dump->files[0]), cut = 0;
	bool any_phys = false;
	size_t batch = 1024;
	uint8_t *bytes = pm_alloc(batch * h.phentsize);

	dump->state = core;
	for (uint64_t i = 0; i < h.phnum; i++) {
		size_t in_batch = (size_t)(i % batch);
		if (!in_batch) {
			uint64_t want = h.phnum - i < batch ? h.phnum - i : batch;
			size_t got = pm_file_read(dump->files[0], h.phoff + i * h.phentsize, bytes,
						  (size_t)want * h.phentsize, NULL);

			if (got / h.phentsize < want) {
				pm_dump_trouble(dump, "the file ends in its program headers, at 0x%llx",
						(unsigned long long)(h.phoff + i * h.phentsize + got));
				h.phnum = i + got / h.phentsize;
				if (h.phnum == i)
					break;
			}
		}
		struct pm_reader r = pm_reader_at((struct pm_bytes){ bytes, batch * h.phentsize },
						  in_batch * h.phentsize, h.big_endian);
		uint32_t type = (uint32_t)pm_read(&r, 4);
		uint64_t offset, phys, size, memory;

		if (h.is64) {
			pm_reader_skip(&r, 4);
			offset = pm_read(&r, 8);
			pm_reader_skip(&r, 8);
			phys = pm_read(&r, 8);
			size = pm_read(&r, 8);
			memory = pm_read(&r, 8);
		} else {
			offset = (uint32_t)pm_read(&r, 4);
			pm_reader_skip(&r, 4);
			phys = (uint32_t)pm_read(&r, 4);
			size = (uint32_t)pm_read(&r, 4);
			memory = (uint32_t)pm_read(&r, 4);
		}
		if (type == PT_NOTE)
			read_notes(dump, offset, size, h.big_endian);
		if (type != PT_LOAD)
			continue;
		/* /proc/kcore marks segments that are not memory with an address of all ones. */
		if (phys == UINT64_MAX || phys > UINT64_MAX - (memory > size ? memory : size))
			continue;
		any_phys |= phys != 0;
		if (size) {
			*PM_PUSH(&dump->arena, &segments) =
				(struct segment){ phys, size, offset, dump->files[0] };
			if (offset > file_size || size > file_size - offset)
				cut += size - (offset > file_size ? 0 : file_size - offset);
		}
		pm_dump_add_range(dump, phys, phys + (memory > size ? memory : size));
	}
	free(bytes);
	if (is_process(dump, any_phys))
		return pm_error_new(PM_UNSUPPORTED, "the core of a user process, not a kernel's memory");
	if (!segments.n && !dump->notes.n)
		return pm_error_new(PM_BAD_DATA, "an ELF core that holds no memory");
	if (cut)
		pm_dump_trouble(dump, "the file ends at 0x%llx, %llu MiB before its memory does",
				(unsigned long long)file_size, (unsigned long long)(cut >> 20));
	if (segments.n)
		qsort(segments.v, segments.n, sizeof(*segments.v), compare_segments);
	core->segments = segments.v;
	core->n = segments.n;
	for (size_t i = 0; i < segments.n; i++)
		dump->info.pages_here += segments.v[i].size / PM_PAGE_SIZE;
	dump->info.pages_here -=
		cut / PM_PAGE_SIZE < dump->info.pages_here ? cut / PM_PAGE_SIZE : dump->info.pages_here;
	return NULL;
}

/* Segments may overlap (a /proc/vmcore maps the kernel's text twice): any that holds it will do. */
static enum pm_absence locate_elf(const struct pm_dump *dump, uint64_t phys, const struct pm_file **file_out,
				  uint64_t *offset_out, uint64_t *length_out)
{
	const struct elf_core *core = dump->state;
	size_t low = 0, high = core->n;

	while (low < high) { /* the first that begins behind phys */
		size_t middle = low + (high - low) / 2;

		if (core->segments[middle].phys > phys)
			high = middle;
		else
			low = middle + 1;
	}
	for (size_t i = low, tries = 0; i-- > 0 && tries < 16; tries++) {
		const struct segment *s = &core->segments[i];

		if (phys - s->phys < s->size) {
			*file_out = s->file;
			*offset_out = s->offset + (phys - s->phys);
			*length_out = s->size - (phys - s->phys);
			return PM_PRESENT;
		}
	}
	/* Memory that is told of (p_memsz) but not stored was left out. */
	for (size_t i = 0; i < dump->ranges.n && dump->ranges.v[i].start <= phys; i++)
		if (phys < dump->ranges.v[i].end)
			return PM_FILTERED;
	return PM_NO_MEMORY;
}

const struct pm_dump_ops pm_dump_elf = {
	.name = "ELF core",
	.is = is_elf_core,
	.open = open_elf,
	.locate = locate_elf,
};
