#include "symbols/elf.h"

#include "base/memory.h"
#include "base/pattern.h"
#include "base/search.h"
#include "symbols/elf_relocate.h"
#include "symbols/inflate.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define UNPACKED_MAX ((size_t)1 << 30)
#define SECTIONS_MAX 200000
/* Where the sections of a relocatable file are laid out. */
#define LAYOUT_BASE 0x10000

struct section {
	const char *name;
	uint32_t type, link, info;
	uint64_t flags, addr, offset, size, align, entsize;
	struct pm_bytes bytes; /* once ready */
	bool ready;
	uint8_t *owned; /* decompressed */
};

struct pm_elf {
	char *path;
	uint8_t *map;
	size_t size;
	bool mapped; /* else: from malloc */
	bool is64, big_endian;
	uint16_t type, machine;
	struct section *sections;
	size_t sections_n;

	bool symbols_ready;
	struct pm_elf_symbol *symbols; /* by address, then rank, best first */
	size_t symbols_n;
	uint32_t *names; /* open addressing: index into symbols + 1 */
	size_t names_cap;

	bool build_id_ready, banner_ready;
	char build_id[2 * PM_BUILD_ID_MAX + 1];
	char *banner;
};

const char *pm_elf_path(const struct pm_elf *elf)
{
	return elf->path;
}

bool pm_elf_big_endian(const struct pm_elf *elf)
{
	return elf->big_endian;
}

unsigned pm_elf_address_size(const struct pm_elf *elf)
{
	return elf->is64 ? 8 : 4;
}

uint16_t pm_elf_machine(const struct pm_elf *elf)
{
	return elf->machine;
}

static struct pm_bytes file_bytes(const struct pm_elf *elf)
{
	return (struct pm_bytes){ elf->map, elf->size };
}

static void read_section(const struct pm_elf *elf, struct pm_reader *r, struct section *s, uint32_t *name)
{
	unsigned word = pm_elf_address_size(elf);

	*name = (uint32_t)pm_read(r, 4);
	s->type = (uint32_t)pm_read(r, 4);
	s->flags = pm_read(r, word);
	s->addr = pm_read(r, word);
	s->offset = pm_read(r, word);
	s->size = pm_read(r, word);
	s->link = (uint32_t)pm_read(r, 4);
	s->info = (uint32_t)pm_read(r, 4);
	s->align = pm_read(r, word);
	s->entsize = pm_read(r, word);
}

static void lay_out(struct pm_elf *elf)
{
	uint64_t at = LAYOUT_BASE;

	for (size_t i = 0; i < elf->sections_n; i++) {
		struct section *s = &elf->sections[i];

		if (!(s->flags & SHF_ALLOC) || s->size >> 40)
			continue;
		uint64_t align = s->align && s->align <= 1 << 20 ? s->align : 16;
		/* A byte between sections keeps the end of one apart from the start of the next. */
		at = (at + align) / align * align;
		s->addr = at;
		at += s->size;
	}
}

/* What is given instead of a vmlinux often enough to be told by name. */
static struct pm_error *not_elf(const struct pm_elf *elf)
{
	static const struct {
		size_t offset;
		const char *magic;
	} images[] = {
		{ 0x202, "HdrS" },            /* x86's boot protocol */
		{ 56, "ARM\x64" },            /* arm64 Image */
		{ 56, "RSC\x05" },            /* riscv Image */
		{ 0x24, "\x18\x28\x6f\x01" }, /* arm zImage, little endian */
		{ 0, "\x27\x05\x19\x56" },    /* uImage */
	};
	struct pm_slice text = { (const char *)elf->map, elf->size };
	struct pm_match m;

	for (size_t i = 0; i < PM_COUNT(images); i++)
		if (pm_slice_starts(pm_slice_from(text, images[i].offset), pm_slice_of(images[i].magic)))
			return pm_error_new(PM_BAD_DATA,
					    "a kernel image as it is booted, without symbols: the "
					    "vmlinux that it was made of is wanted");
	text = pm_slice_upto(text, pm_slice_find_char(text, '\n'));
	if (pm_match("^{x} {w} {w}", text, &m) && m.cap[0].n >= 8 && m.cap[1].n == 1)
		return pm_error_new(PM_BAD_DATA, "a list of symbols, no ELF file: give it as --system-map or "
						 "--kallsyms");
	return pm_error_new(PM_BAD_DATA, "not an ELF file");
}

static struct pm_error *read_headers(struct pm_elf *elf)
{
	struct pm_bytes file = file_bytes(elf);

	if (elf->size < EI_NIDENT || memcmp(elf->map, ELFMAG, SELFMAG))
		return not_elf(elf);
	elf->is64 = elf->map[EI_CLASS] == ELFCLASS64;
	elf->big_endian = elf->map[EI_DATA] == ELFDATA2MSB;
	if ((!elf->is64 && elf->map[EI_CLASS] != ELFCLASS32) ||
	    (!elf->big_endian && elf->map[EI_DATA] != ELFDATA2LSB))
		return pm_error_new(PM_BAD_DATA, "broken ELF header");

	struct pm_reader r = pm_reader_at(file, EI_NIDENT, elf->big_endian);
	unsigned word = pm_elf_address_size(elf);
	elf->type = (uint16_t)pm_read(&r, 2);
	elf->machine = (uint16_t)pm_read(&r, 2);
	pm_reader_skip(&r, 4 + 2 * word); /* version, entry, phoff */
	uint64_t shoff = pm_read(&r, word);
	pm_reader_skip(&r, 4 + 2 + 2 + 2); /* flags, ehsize, phentsize, phnum */
	uint64_t shentsize = pm_read(&r, 2), shnum = pm_read(&r, 2), shstrndx = pm_read(&r, 2);
	if (r.bad)
		return pm_error_new(PM_TRUNCATED, "ELF header is cut off");
	if (elf->type == ET_CORE)
		return pm_error_new(PM_BAD_DATA, "is a memory dump, not a kernel or module with symbols");
	if (!shoff || shentsize < (elf->is64 ? 64 : 40))
		return pm_error_new(PM_BAD_DATA, "ELF file without sections");

	struct section first = { 0 };
	uint32_t name;
	r = pm_reader_at(file, shoff, elf->big_endian);
	read_section(elf, &r, &first, &name);
	if (!shnum)
		shnum = first.size;
	if (shstrndx == SHN_XINDEX)
		shstrndx = first.link;
	if (r.bad || shnum > SECTIONS_MAX || shoff > elf->size || (elf->size - shoff) / shentsize < shnum)
		return pm_error_new(PM_TRUNCATED, "the section table at offset 0x%llx is cut off",
				    (unsigned long long)shoff);

	uint32_t *names = pm_alloc(shnum * sizeof(*names));
	elf->sections = pm_alloc(shnum * sizeof(*elf->sections));
	elf->sections_n = shnum;
	for (size_t i = 0; i < shnum; i++) {
		r = pm_reader_at(file, shoff + i * shentsize, elf->big_endian);
		read_section(elf, &r, &elf->sections[i], &names[i]);
	}
	struct pm_bytes strings = { 0 };
	if (shstrndx < shnum) {
		const struct section *s = &elf->sections[shstrndx];

		if (s->type != SHT_NOBITS && s->offset <= elf->size && s->size <= elf->size - s->offset)
			strings = (struct pm_bytes){ elf->map + s->offset, s->size };
	}
	for (size_t i = 0; i < shnum; i++) {
		const char *s = strings.p ? pm_str_at(strings, names[i]) : NULL;

		elf->sections[i].name = s ? s : "";
	}
	free(names);
	if (elf->type == ET_REL)
		lay_out(elf);
	return NULL;
}

static struct pm_error *unpack(struct pm_elf *elf)
{
	enum pm_packing packing = pm_packing_of(file_bytes(elf));

	if (packing == PM_PACKED_NOT)
		return NULL;
	uint8_t *data = NULL;
	size_t n = 0;
	struct pm_error *err = pm_inflate(packing, file_bytes(elf), 0, UNPACKED_MAX, &data, &n);
	if (err)
		return err;
	if (elf->mapped)
		munmap(elf->map, elf->size);
	else
		free(elf->map);
	elf->map = data;
	elf->size = n;
	elf->mapped = false;
	return NULL;
}

static struct pm_error *finish(struct pm_elf *elf, struct pm_elf **elf_out)
{
	struct pm_error *err = unpack(elf);

	if (!err)
		err = read_headers(elf);
	if (err) {
		err = pm_error_prepend(err, "%s", elf->path);
		pm_elf_close(elf);
		return err;
	}
	*elf_out = elf;
	return NULL;
}

struct pm_error *pm_elf_open(const char *path, struct pm_elf **elf_out)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return pm_error_errno(errno, "%s", path);
	if (fstat(fd, &st)) {
		struct pm_error *err = pm_error_errno(errno, "%s", path);

		close(fd);
		return err;
	}
	if (!S_ISREG(st.st_mode) || !st.st_size) {
		close(fd);
		return pm_error_new(PM_BAD_DATA, "%s: %s", path,
				    S_ISDIR(st.st_mode)   ? "is a directory"
				    : S_ISREG(st.st_mode) ? "is empty"
							  : "is no regular file");
	}
	/* Private and writable: relocations are applied in place, on the pages they touch. */
	void *map =
		mmap(NULL, (size_t)st.st_size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, fd, 0);
	int saved = errno;
	close(fd);
	if (map == MAP_FAILED)
		return pm_error_errno(saved, "%s", path);

	struct pm_elf *elf = pm_alloc(sizeof(*elf));
	elf->path = pm_printf("%s", path);
	elf->map = map;
	elf->size = (size_t)st.st_size;
	elf->mapped = true;
	return finish(elf, elf_out);
}

struct pm_error *pm_elf_open_bytes(const char *name, const void *bytes, size_t n, struct pm_elf **elf_out)
{
	struct pm_elf *elf = pm_alloc(sizeof(*elf));

	elf->path = pm_printf("%s", name);
	elf->map = pm_alloc(n);
	if (n)
		memcpy(elf->map, bytes, n);
	elf->size = n;
	return finish(elf, elf_out);
}

void pm_elf_close(struct pm_elf *elf)
{
	if (!elf)
		return;
	for (size_t i = 0; i < elf->sections_n; i++)
		free(elf->sections[i].owned);
	free(elf->sections);
	free(elf->symbols);
	free(elf->names);
	free(elf->banner);
	if (elf->mapped)
		munmap(elf->map, elf->size);
	else
		free(elf->map);
	free(elf->path);
	free(elf);
}

/* Of an SHF_COMPRESSED section, or of an old .zdebug_ one: "ZLIB", size in big-endian, data. */
static void decompress(struct pm_elf *elf, struct section *s)
{
	struct pm_reader r = pm_reader_at(s->bytes, 0, elf->big_endian);
	enum pm_packing packing;
	uint64_t size;

	if (s->flags & SHF_COMPRESSED) {
		uint64_t type = pm_read(&r, 4);

		if (elf->is64)
			pm_reader_skip(&r, 4);
		size = pm_read(&r, pm_elf_address_size(elf));
		pm_reader_skip(&r, pm_elf_address_size(elf));
		packing = type == 1 ? PM_PACKED_ZLIB : type == 2 ? PM_PACKED_ZSTD : PM_PACKED_NOT;
	} else {
		if (!s->bytes.p || s->bytes.n < 12 || memcmp(s->bytes.p, "ZLIB", 4))
			return;
		pm_reader_skip(&r, 4);
		r.big_endian = true;
		size = pm_read(&r, 8);
		packing = PM_PACKED_ZLIB;
	}
	struct pm_bytes in = { r.p, pm_reader_left(&r) };
	size_t n = 0;
	bool bad = r.bad || size > UNPACKED_MAX;

	s->bytes = (struct pm_bytes){ 0 };
	if (bad || pm_error_take(pm_inflate(packing, in, size, UNPACKED_MAX, &s->owned, &n)) != PM_OK)
		return;
	s->bytes = (struct pm_bytes){ s->owned, n };
}

static struct pm_bytes section_bytes(struct pm_elf *elf, size_t index);

static void relocate(struct pm_elf *elf, size_t index)
{
	struct section *target = &elf->sections[index];

	for (size_t i = 0; i < elf->sections_n; i++) {
		const struct section *s = &elf->sections[i];

		if (s->info != index || (s->type != SHT_RELA && s->type != SHT_REL) ||
		    s->link >= elf->sections_n)
			continue;
		const struct section *symtab = &elf->sections[s->link];
		if (symtab->type != SHT_SYMTAB)
			continue;
		struct pm_relocation job = {
			.machine = elf->machine,
			.is64 = elf->is64,
			.big_endian = elf->big_endian,
			.with_addend = s->type == SHT_RELA,
			.relocations = section_bytes(elf, i),
			.symbols = section_bytes(elf, s->link),
		};
		uint64_t *bases = pm_alloc(elf->sections_n * sizeof(*bases));
		for (size_t k = 0; k < elf->sections_n; k++)
			bases[k] = elf->sections[k].flags & SHF_ALLOC ? elf->sections[k].addr : 0;
		job.bases = bases;
		job.bases_n = elf->sections_n;
		/* The map is private and writable, and so is what was decompressed. */
		pm_relocate(&job, (uint8_t *)(uintptr_t)target->bytes.p, target->bytes.n);
		free(bases);
	}
}

static struct pm_bytes section_bytes(struct pm_elf *elf, size_t index)
{
	struct section *s = &elf->sections[index];

	if (s->ready)
		return s->bytes;
	s->ready = true;
	if (s->type == SHT_NOBITS || s->offset > elf->size || s->size > elf->size - s->offset)
		return s->bytes;
	s->bytes = (struct pm_bytes){ elf->map + s->offset, s->size };
	if ((s->flags & SHF_COMPRESSED) || !strncmp(s->name, ".zdebug_", 8))
		decompress(elf, s);
	/* By name: MIPS has a section type of its own for them. */
	if (elf->type == ET_REL && s->bytes.p && !(s->flags & SHF_ALLOC) &&
	    (!strncmp(s->name, ".debug_", 7) || !strncmp(s->name, ".zdebug_", 8)))
		relocate(elf, index);
	return s->bytes;
}

static size_t section_index(const struct pm_elf *elf, const char *name)
{
	char old[64];

	snprintf(old, sizeof(old), ".z%s", name + 1);
	for (size_t i = 0; i < elf->sections_n; i++) {
		const struct section *s = &elf->sections[i];

		if (s->type != SHT_NOBITS && s->size && (!strcmp(s->name, name) || !strcmp(s->name, old)))
			return i;
	}
	return 0;
}

struct pm_bytes pm_elf_section(struct pm_elf *elf, const char *name)
{
	size_t i = section_index(elf, name);

	return i ? section_bytes(elf, i) : (struct pm_bytes){ 0 };
}

bool pm_elf_has_section(const struct pm_elf *elf, const char *name)
{
	return section_index(elf, name) != 0;
}

bool pm_elf_section_place(const struct pm_elf *elf, const char *name, uint64_t *addr, uint64_t *size)
{
	for (size_t i = 0; i < elf->sections_n; i++)
		if (!strcmp(elf->sections[i].name, name)) {
			*addr = elf->sections[i].addr;
			*size = elf->sections[i].size;
			return true;
		}
	return false;
}

void pm_elf_forget(const struct pm_elf *elf, const uint8_t *p, size_t n)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), start = ((uintptr_t)p + page - 1) / page * page,
		  end = ((uintptr_t)p + n) / page * page, map = (uintptr_t)elf->map;

	/* what was relocated is not the file's any more */
	if (elf->mapped && elf->type != ET_REL && start >= map && end <= map + elf->size && start < end)
		madvise((void *)start, end - start, MADV_DONTNEED);
}

/* ---- build id and banner ---- */

static bool note_build_id(struct pm_elf *elf, struct pm_bytes notes)
{
	struct pm_reader r = pm_reader_at(notes, 0, elf->big_endian);

	while (pm_reader_left(&r) >= 12) {
		uint64_t name_size = pm_read(&r, 4), size = pm_read(&r, 4), type = pm_read(&r, 4);
		const uint8_t *name = r.p;

		pm_reader_skip(&r, (name_size + 3) & ~3ull);
		const uint8_t *id = r.p;
		if (r.bad || size > pm_reader_left(&r))
			return false;
		if (type == NT_GNU_BUILD_ID && name_size == 4 && !memcmp(name, "GNU", 4) && size &&
		    size <= PM_BUILD_ID_MAX) {
			for (size_t i = 0; i < size; i++)
				snprintf(elf->build_id + 2 * i, 3, "%02x", id[i]);
			return true;
		}
		pm_reader_skip(&r, (size + 3) & ~3ull);
	}
	return false;
}

const char *pm_elf_build_id(struct pm_elf *elf)
{
	for (size_t i = 0; !elf->build_id_ready && i < elf->sections_n; i++)
		if (elf->sections[i].type == SHT_NOTE && note_build_id(elf, section_bytes(elf, i)))
			break;
	elf->build_id_ready = true;
	return elf->build_id;
}

static char *banner_at(struct pm_bytes bytes, size_t offset)
{
	static const char mark[] = "Linux version ";
	size_t n = 0;

	if (offset > bytes.n || bytes.n - offset < sizeof(mark) ||
	    memcmp(bytes.p + offset, mark, sizeof(mark) - 1))
		return NULL;
	while (offset + n < bytes.n && bytes.p[offset + n] >= ' ' && n < 1024)
		n++;
	return pm_printf("%.*s", (int)n, (const char *)bytes.p + offset);
}

/* Since 6.1 the build leaves two: a weak one with "# SMP …", and the real one with "#1 SMP …". */
static bool has_build_number(const char *banner)
{
	const char *p = banner;

	while ((p = strstr(p, ") #")))
		if (*(p += 3) >= '0' && *p <= '9')
			return true;
	return false;
}

const char *pm_elf_banner(struct pm_elf *elf)
{
	struct pm_bytes bytes = pm_elf_section(elf, ".rodata");
	bool sure = false;

	if (elf->banner_ready)
		return elf->banner;
	elf->banner_ready = true;
	for (size_t at = 0; bytes.p && at < bytes.n && !sure;) {
		const uint8_t *p = memmem(bytes.p + at, bytes.n - at, "Linux version ", 14);

		if (!p)
			break;
		at = (size_t)(p - bytes.p) + 14;
		/* "Linux version %s …" stands there too. */
		if (at == bytes.n || bytes.p[at] < '0' || bytes.p[at] > '9')
			continue;
		char *banner = banner_at(bytes, at - 14);
		sure = banner && has_build_number(banner);
		if (banner && (sure || !elf->banner)) {
			free(elf->banner);
			elf->banner = banner;
		} else {
			free(banner);
		}
	}
	return elf->banner;
}

/* ---- symbols ---- */

static uint32_t hash_name(const char *name, size_t n)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < n; i++)
		h = (h ^ (uint8_t)name[i]) * 16777619u;
	return h ^ h >> 15;
}

/* Not in kallsyms: local labels, mapping symbols, markers of the module loader. */
static bool is_hidden(const char *name)
{
	return !*name || *name == '$' || !strncmp(name, ".L", 2) || !strncmp(name, "__UNIQUE_ID", 11) ||
	       !strncmp(name, "__crc_", 6) || !strncmp(name, "__kstrtab", 9);
}

static int by_address(const void *va, const void *vb)
{
	const struct pm_elf_symbol *a = va, *b = vb;

	if (a->addr != b->addr)
		return a->addr < b->addr ? -1 : 1;
	return a->rank != b->rank ? b->rank - a->rank : 0;
}

static void index_names(struct pm_elf *elf)
{
	elf->names_cap = 16;
	while (elf->names_cap < 2 * elf->symbols_n)
		elf->names_cap *= 2;
	elf->names = pm_alloc(elf->names_cap * sizeof(*elf->names));
	for (size_t i = 0; i < elf->symbols_n; i++) {
		const char *name = elf->symbols[i].name;
		size_t at = hash_name(name, strlen(name)) & (elf->names_cap - 1);

		if (!elf->symbols[i].function)
			continue;
		while (elf->names[at])
			at = (at + 1) & (elf->names_cap - 1);
		elf->names[at] = (uint32_t)i + 1;
	}
}

static void read_symbols(struct pm_elf *elf)
{
	size_t table = 0;

	elf->symbols_ready = true;
	for (size_t i = 1; i < elf->sections_n && !table; i++)
		if (elf->sections[i].type == SHT_SYMTAB && elf->sections[i].link < elf->sections_n)
			table = i;
	if (!table)
		return;
	struct pm_bytes bytes = section_bytes(elf, table);
	struct pm_bytes strings = section_bytes(elf, elf->sections[table].link);
	size_t entry = elf->is64 ? 24 : 16, n = bytes.p ? bytes.n / entry : 0;
	bool sorted = true;

	/* A name without end would run out of the table. */
	while (strings.n && strings.p[strings.n - 1])
		strings.n--;
	elf->symbols = pm_alloc(n * sizeof(*elf->symbols));
	for (size_t i = 0; i < n; i++) {
		struct pm_reader r = pm_reader_at(bytes, i * entry, elf->big_endian);
		struct pm_elf_symbol *symbol = &elf->symbols[elf->symbols_n];
		uint32_t name = (uint32_t)pm_read(&r, 4);
		uint8_t info;

		if (elf->is64) {
			info = pm_read_u8(&r);
			pm_reader_skip(&r, 1);
			symbol->section = (uint16_t)pm_read(&r, 2);
			symbol->addr = pm_read(&r, 8);
			symbol->size = pm_read(&r, 8);
		} else {
			symbol->addr = pm_read(&r, 4);
			symbol->size = pm_read(&r, 4);
			info = pm_read_u8(&r);
			pm_reader_skip(&r, 1);
			symbol->section = (uint16_t)pm_read(&r, 2);
		}
		uint8_t type = info & 15, bind = info >> 4;
		if (type == STT_FILE || type == STT_SECTION || type == STT_TLS || name >= strings.n ||
		    symbol->section == SHN_UNDEF || symbol->section >= elf->sections_n)
			continue;
		const struct section *s = &elf->sections[symbol->section];
		if (!(s->flags & SHF_ALLOC))
			continue;
		symbol->name = (const char *)strings.p + name;
		if (is_hidden(symbol->name))
			continue;
		if (elf->type == ET_REL)
			symbol->addr += s->addr;
		/* An ARM function's lowest bit says Thumb. */
		if (elf->machine == EM_ARM && type == STT_FUNC)
			symbol->addr &= ~1ull;
		symbol->function = (s->flags & SHF_EXECINSTR) &&
				   (type == STT_FUNC || type == STT_NOTYPE || type == STT_GNU_IFUNC);
		symbol->rank =
			(uint8_t)((type == STT_FUNC) * 4 + (symbol->size != 0) * 2 + (bind != STB_WEAK));
		if (elf->symbols_n && symbol[-1].addr > symbol->addr)
			sorted = false;
		elf->symbols_n++;
	}
	if (!sorted)
		qsort(elf->symbols, elf->symbols_n, sizeof(*elf->symbols), by_address);
}

static void want_symbols(struct pm_elf *elf)
{
	if (!elf->symbols_ready)
		read_symbols(elf);
}

size_t pm_elf_find_name(struct pm_elf *elf, const char *name, size_t name_size,
			const struct pm_elf_symbol **found, size_t max)
{
	size_t n = 0;

	want_symbols(elf);
	if (!elf->names)
		index_names(elf);
	for (size_t at = hash_name(name, name_size) & (elf->names_cap - 1); elf->names[at];
	     at = (at + 1) & (elf->names_cap - 1)) {
		const struct pm_elf_symbol *symbol = &elf->symbols[elf->names[at] - 1];

		if (strlen(symbol->name) != name_size || memcmp(symbol->name, name, name_size))
			continue;
		if (n < max)
			found[n] = symbol;
		n++;
	}
	return n;
}

/* Index of the first symbol above addr. */
static size_t above(const struct pm_elf *elf, uint64_t addr)
{
	return PM_FIRST_ABOVE(elf->symbols, elf->symbols_n, addr, addr);
}

const struct pm_elf_symbol *pm_elf_find_addr(struct pm_elf *elf, uint64_t addr)
{
	want_symbols(elf);
	const struct pm_elf_symbol *best = NULL;

	for (size_t i = above(elf, addr); i-- > 0;) {
		const struct pm_elf_symbol *symbol = &elf->symbols[i];

		if (best && symbol->addr != best->addr)
			break;
		if (symbol->function && (!best || symbol->rank >= best->rank))
			best = symbol;
	}
	if (!best)
		return NULL;
	const struct section *s = &elf->sections[best->section];
	return addr - s->addr < s->size ? best : NULL;
}

uint64_t pm_elf_symbol_extent(struct pm_elf *elf, const struct pm_elf_symbol *symbol)
{
	want_symbols(elf);
	for (size_t i = above(elf, symbol->addr); i < elf->symbols_n; i++)
		if (elf->symbols[i].section == symbol->section)
			return elf->symbols[i].addr - symbol->addr;
		else if (elf->type != ET_REL)
			break;
	return 0;
}

const char *pm_elf_no_kernel(struct pm_elf *elf)
{
	/* A file of debug information alone has no banner, but its symbols. */
	static const char *const of_every_kernel[] = { "start_kernel", "_stext", "_text",
						       "kp_exception" /* has our recorder in */ };
	const struct pm_elf_symbol *symbol;

	if (elf->type == ET_REL)
		return pm_elf_has_section(elf, ".modinfo") ? "a kernel module" : "an unlinked object file";
	if (pm_elf_banner(elf))
		return NULL;
	for (size_t i = 0; i < PM_COUNT(of_every_kernel); i++)
		if (pm_elf_find_name(elf, of_every_kernel[i], strlen(of_every_kernel[i]), &symbol, 1))
			return NULL;
	return pm_elf_has_section(elf, ".interp") || elf->type == ET_EXEC ? "a program" : "a shared library";
}

bool pm_elf_size_agrees(struct pm_elf *elf, const struct pm_elf_symbol *symbol, uint64_t size)
{
	uint64_t end = symbol->addr + size;
	const struct section *s = &elf->sections[symbol->section];
	uint64_t section_end = s->addr + s->size;

	want_symbols(elf);
	if (size == symbol->size || size == pm_elf_symbol_extent(elf, symbol))
		return true;
	if (size < symbol->size || end < symbol->addr)
		return false;
	/* The last one of a section: the kernel rounds to a page, or counts up to the next section's symbol.
	 */
	if (pm_elf_symbol_extent(elf, symbol) == 0)
		return end >= section_end || size >= symbol->size;
	/* A kernel may leave the symbols between out of its table, but a function ends where another begins.
	 */
	size_t i = above(elf, end);
	return i && elf->symbols[i - 1].addr == end && end <= section_end;
}
