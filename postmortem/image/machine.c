#include "image/machine.h"

#include "image/symbols.h"
#include "symbols/bytes.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>

enum {
	firmware_end = 1 << 20, /* of a PC: ACPI's and SMBIOS' entries lie below, on
                             16-byte lines */
	max_sampled = 4096,     /* pages whose words are counted */
	least_addresses = 64,   /* among them, before a count says anything */
};

struct search {
	struct pm_dump *dump;
	struct pm_image_machine *out;
	uint64_t little, big; /* words that look like addresses of a 64-bit kernel, in
                           each order */
	unsigned sampled;
};

static void tell(struct pm_image_machine *m, const char *what, uint64_t at)
{
	size_t n = strlen(m->words);

	snprintf(m->words + n, sizeof(m->words) - n, "%s%s at 0x%llx", n ? ", " : "", what,
		 (unsigned long long)at);
}

static void set_order(struct pm_image_machine *m, bool big_endian)
{
	if (m->has_order)
		return;
	m->has_order = true;
	m->big_endian = big_endian;
	m->grade = PM_CERTAIN;
}

/* Sums to 0, as ACPI and SMBIOS have it. */
static bool sums_up(const uint8_t *p, size_t n)
{
	uint8_t sum = 0;

	for (size_t i = 0; i < n; i++)
		sum = (uint8_t)(sum + p[i]);
	return !sum;
}

/* What firmware leaves for the system: all of it little-endian. */
static void look_at_line(struct search *s, uint64_t at, const uint8_t *p, size_t n)
{
	static const struct {
		const char *magic, *words;
		size_t sum; /* bytes that sum up to 0 */
	} rows[] = {
		{ "RSD PTR ", "ACPI's root pointer", 20 },
		{ "_SM3_", "an SMBIOS entry", 24 },
		{ "_DMI_", "an SMBIOS entry", 15 },
		{ "_MP_", "a multiprocessor table", 16 },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (n >= rows[i].sum && !memcmp(p, rows[i].magic, strlen(rows[i].magic)) &&
		    sums_up(p, rows[i].sum)) {
			set_order(s->out, false);
			tell(s->out, rows[i].words, at);
			return;
		}
}

static const struct {
	uint16_t machine;
	enum pm_arch arch;
	const char *words;
} machines[] = {
	{ EM_X86_64, PM_X86_64, "an ELF file of x86-64" },   { EM_386, PM_I386, "an ELF file of i386" },
	{ EM_AARCH64, PM_ARM64, "an ELF file of arm64" },    { EM_ARM, PM_ARM, "an ELF file of arm" },
	{ EM_RISCV, PM_RISCV64, "an ELF file of riscv" },    { EM_PPC64, PM_PPC64, "an ELF file of ppc64" },
	{ EM_S390, PM_S390X, "an ELF file of s390x" },       { EM_MIPS, PM_MIPS, "an ELF file of mips" },
	{ 258, PM_LOONGARCH64, "an ELF file of loongarch" }, /* EM_LOONGARCH */
};

/* A program that was loaded, or a kernel as it was loaded: its header is at the
 * start of a page. */
static void look_at_elf(struct search *s, uint64_t at, const uint8_t *p)
{
	bool big_endian = p[EI_DATA] == ELFDATA2MSB;
	uint64_t type = pm_load(p + 16, 2, big_endian), machine = pm_load(p + 18, 2, big_endian);

	if (memcmp(p, ELFMAG, SELFMAG) || s->out->arch != PM_ARCH_UNKNOWN ||
	    (p[EI_CLASS] != ELFCLASS32 && p[EI_CLASS] != ELFCLASS64) ||
	    (p[EI_DATA] != ELFDATA2LSB && !big_endian) || (type != ET_EXEC && type != ET_DYN))
		return;
	for (size_t i = 0; i < PM_COUNT(machines); i++)
		if (machines[i].machine == machine) {
			s->out->arch = machines[i].arch;
			if (!s->out->word)
				s->out->word = p[EI_CLASS] == ELFCLASS64 ? 8 : 4;
			set_order(s->out, big_endian);
			tell(s->out, machines[i].words, at);
		}
}

/* The recorder's symbol table has a sum of its own, in the machine's byte
 * order; it lies on a multiple of 4 bytes. */
static void look_at_table(struct search *s, uint64_t at, const uint8_t *page, size_t n)
{
	for (size_t i = 0; i + PM_IMAGE_TABLE_HEAD <= n && !s->out->table_at; i += 4)
		for (unsigned big_endian = 0; big_endian < 2; big_endian++)
			if (pm_image_table_size(page + i, big_endian)) {
				s->out->table_at = at + i;
				set_order(s->out, big_endian);
				tell(s->out, "the recorder's table of symbols", at + i);
				return;
			}
}

static void count_addresses(struct search *s, const uint8_t *page, size_t n)
{
	for (size_t i = 0; i + 8 <= n; i += 8) {
		bool little = page[i + 7] == 0xff && page[i + 6] == 0xff,
		     big = page[i] == 0xff && page[i + 1] == 0xff;

		/* neither all ones nor small negative numbers, which are 4 bytes of ones in
     * front */
		if (little != big && pm_load(page + i, 8, big) < 0xffffffffffff0000)
			*(big ? &s->big : &s->little) += 1;
	}
}

static void look_at_page(struct search *s, uint64_t at)
{
	uint8_t page[PM_PAGE_SIZE];
	size_t n = pm_dump_peek(s->dump, at, page, sizeof(page), NULL);

	if (n < sizeof(page))
		return;
	look_at_elf(s, at, page);
	if (!s->out->table_at)
		look_at_table(s, at, page, n);
	for (size_t i = 0; at < firmware_end && i < n; i += 16)
		look_at_line(s, at + i, page + i, n - i);
	if (s->sampled < max_sampled) {
		count_addresses(s, page, n);
		s->sampled++;
	}
}

void pm_image_machine_of(struct pm_dump *dump, struct pm_image_machine *out)
{
	struct search s = { .dump = dump, .out = out };
	struct pm_dump_range range;

	*out = (struct pm_image_machine){ 0 };
	for (size_t i = 0; pm_dump_range(dump, i, &range); i++)
		for (uint64_t at = (range.start + PM_PAGE_SIZE - 1) & -(uint64_t)PM_PAGE_SIZE; at < range.end;
		     at += PM_PAGE_SIZE) {
			uint64_t next = pm_dump_next(dump, at);

			if (next >= range.end)
				break;
			if (next > at) {
				at = ((next + PM_PAGE_SIZE - 1) & -(uint64_t)PM_PAGE_SIZE) - PM_PAGE_SIZE;
				continue;
			}
			look_at_page(&s, at);
		}
	uint64_t most = s.little > s.big ? s.little : s.big, least = s.little > s.big ? s.big : s.little;

	/* one order has nearly all of them */
	if (most < least_addresses || least > most / 8)
		return;
	if (!out->word)
		out->word = 8;
	if (!out->has_order) {
		out->has_order = true;
		out->big_endian = s.big > s.little;
		out->grade = PM_LIKELY;
	}
	size_t n = strlen(out->words);

	snprintf(out->words + n, sizeof(out->words) - n, "%s%llu words that look like a kernel's addresses",
		 n ? ", " : "", (unsigned long long)most);
}
