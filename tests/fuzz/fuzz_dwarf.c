/* DWARF sections, put into an ELF file, and every kind of look-up in them.
 *
 * The harness for ELF files reaches the same readers, but most of its mutations break the file around the
 * sections.  Here an input is a byte that chooses the machine and what is asked, and then for each section
 * of the table its size (two bytes) and its bytes; a mutation changes one section and leaves the others
 * where they were. */
#include "symbols/btf.h"
#include "symbols/kernel.h"
#include "symbols/parameters.h"

#include <elf.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size); /* libFuzzer's */

/* tests/fuzz/seed knows their order. */
static const char *const names[] = {
	".debug_info",     ".debug_abbrev",   ".debug_line",   ".debug_str",
	".debug_line_str", ".debug_aranges",  ".debug_ranges", ".debug_rnglists",
	".debug_loc",      ".debug_loclists", ".debug_addr",   ".debug_str_offsets",
};
#define SECTIONS PM_COUNT(names)
#define SECTION_MAX 4096

static const struct {
	uint16_t machine;
	bool big_endian;
	unsigned size; /* of an address, bytes */
	const char *registers[3];
} machines[] = {
	{ EM_X86_64, false, 8, { "rdi", "rax", "rbx" } },
	{ EM_386, false, 4, { "eax", "edx", "ebx" } },
	{ EM_S390, true, 8, { "r2", "r3", "r11" } },
	{ EM_ARM, true, 4, { "r0", "r1", "r4" } },
};

struct input {
	uint8_t choice;
	struct pm_bytes parts[SECTIONS];
};

static void unpack(const uint8_t *data, size_t size, struct input *out)
{
	struct pm_reader r = pm_reader_at((struct pm_bytes){ data, size }, 0, false);

	*out = (struct input){ .choice = pm_read_u8(&r) };
	for (size_t i = 0; i < SECTIONS; i++) {
		size_t n = pm_read(&r, 2);

		if (n > pm_reader_left(&r))
			n = pm_reader_left(&r);
		if (n > SECTION_MAX)
			n = SECTION_MAX;
		out->parts[i] = (struct pm_bytes){ r.p, n };
		pm_reader_skip(&r, n);
	}
}

static void put(struct pm_buf *out, uint64_t value, unsigned size, bool big_endian)
{
	for (unsigned i = 0; i < size; i++)
		pm_buf_add(out, &(uint8_t){ (uint8_t)(value >> 8 * (big_endian ? size - 1 - i : i)) }, 1);
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned seed)
{
	uint8_t bytes[SECTION_MAX];
	struct pm_buf out = { 0 };
	struct input in;
	/* The first ones hold most of what there is to read. */
	size_t which = seed % 4 ? seed / 4 % 3 : seed / 4 % SECTIONS;

	unpack(data, size, &in);
	if (seed / 64 % 64 == 0)
		in.choice = (uint8_t)(seed >> 16);
	if (in.parts[which].n)
		memcpy(bytes, in.parts[which].p, in.parts[which].n);
	in.parts[which].n = LLVMFuzzerMutate(bytes, in.parts[which].n, sizeof(bytes));
	in.parts[which].p = bytes;
	put(&out, in.choice, 1, false);
	for (size_t i = 0; i < SECTIONS; i++) {
		put(&out, in.parts[i].n, 2, false);
		pm_buf_add(&out, in.parts[i].p, in.parts[i].n);
	}
	size = out.n < max_size ? out.n : max_size;
	memcpy(data, out.data, size);
	pm_buf_deinit(&out);
	return size;
}

/* Header, section headers (the first is empty, the last one is of their names), names, contents. */
static void build_elf(const struct input *in, struct pm_buf *out)
{
	bool be = machines[in->choice % 4].big_endian;
	unsigned word = machines[in->choice % 4].size;
	size_t header = word == 8 ? 64 : 52, row = word == 8 ? 64 : 40, n = SECTIONS + 2, strings = 1;
	size_t name = 1, at;

	for (size_t i = 0; i < SECTIONS; i++)
		strings += strlen(names[i]) + 1;
	at = header + n * row + strings;
	pm_buf_add(out, "\177ELF", 4);
	put(out, word == 8 ? ELFCLASS64 : ELFCLASS32, 1, be);
	put(out, be ? ELFDATA2MSB : ELFDATA2LSB, 1, be);
	put(out, 1, 1, be);
	pm_buf_add(out, "\0\0\0\0\0\0\0\0", 9);
	put(out, ET_EXEC, 2, be);
	put(out, machines[in->choice % 4].machine, 2, be);
	put(out, 1, 4, be);
	put(out, 0, word, be);
	put(out, 0, word, be);
	put(out, header, word, be); /* e_shoff */
	put(out, 0, 4, be);
	put(out, header, 2, be);
	put(out, 0, 2, be);
	put(out, 0, 2, be);
	put(out, row, 2, be);
	put(out, n, 2, be);
	put(out, n - 1, 2, be); /* e_shstrndx */
	for (size_t i = 0; i < n; i++) {
		bool is_names = i == n - 1, real = i && !is_names;
		size_t bytes = real ? in->parts[i - 1].n : is_names ? strings : 0;

		put(out, real && bytes ? name : 0, 4, be); /* an empty one has no name: it is not there */
		put(out, !i ? SHT_NULL : is_names ? SHT_STRTAB : SHT_PROGBITS, 4, be);
		put(out, 0, word, be);
		put(out, 0, word, be);
		put(out, is_names ? header + n * row : real ? at : 0, word, be);
		put(out, bytes, word, be);
		put(out, 0, 4, be);
		put(out, 0, 4, be);
		put(out, 1, word, be);
		put(out, 0, word, be);
		if (real) {
			name += strlen(names[i - 1]) + 1;
			at += bytes;
		}
	}
	put(out, 0, 1, be);
	for (size_t i = 0; i < SECTIONS; i++)
		pm_buf_add(out, names[i], strlen(names[i]) + 1);
	for (size_t i = 0; i < SECTIONS; i++)
		pm_buf_add(out, in->parts[i].p, in->parts[i].n);
}

static bool any_register(void *user, unsigned number, uint64_t *value_out)
{
	(void)user;
	*value_out = number * 0x1000;
	return number % 3 != 0;
}

static bool any_memory(void *user, uint64_t addr, unsigned size, uint64_t *value_out)
{
	(void)user;
	*value_out = addr / size;
	return addr % 5 != 0;
}

/* Of the machine's registers one, and one displacement, each time. */
static void look_up(struct pm_dwarf *dwarf, uint8_t choice, unsigned i, struct pm_arena *arena)
{
	uint64_t addr = i ? 0x1000 + i * 9 : 0; /* the seeds are linked to 0x1000 */
	const char *register_name = machines[choice % 4].registers[i % 3];
	int64_t displacement = (choice / 4 + i * 4) % 64;
	pm_source_frames frames = { 0 };
	struct pm_member member;

	if (pm_error_take(pm_dwarf_find(dwarf, addr, arena, &frames)) == PM_OK && !frames.n)
		abort();
	if (pm_dwarf_member(dwarf, addr, register_name, displacement, arena, &member) && !member.type)
		abort();
	const struct pm_frame_values frame = { any_register, any_memory, NULL, 0x8000 };
	pm_parameters parameters;

	if (pm_dwarf_parameters(dwarf, addr, &frame, arena, &parameters))
		for (size_t k = 0; k < parameters.n; k++)
			if (!parameters.v[k].function || !parameters.v[k].name)
				abort();
}

/* The types that are in it, each that is reached from those with a name of the seeds. */
static void look_at_types(const struct pm_buf *file)
{
	static const char *const known[] = { "struct s", "T", "struct b", "enum e", "int", "union u" };
	struct pm_elf *elf;
	struct pm_btf *btf;
	char text[300];
	int64_t value;

	if (pm_error_take(pm_elf_open_bytes("fuzz", file->data, file->n, &elf)) != PM_OK)
		abort();
	if (pm_error_take(pm_btf_open_dwarf(elf, &btf)) != PM_OK)
		return;
	for (size_t i = 0; i < PM_COUNT(known); i++)
		pm_btf_find_written(btf, known[i]);
	pm_btf_target(btf, pm_btf_find(btf, PM_BTF_FUNC, "f"));
	pm_btf_enum_value(btf, "BLUE", &value);
	for (uint32_t id = 1; id <= pm_btf_count(btf) && id < 300; id++) {
		struct pm_btf_member member;

		pm_btf_declare(btf, id, "x", text, sizeof(text));
		pm_btf_size(btf, id);
		pm_btf_member_at(btf, id, id % 40, text, sizeof(text), &member);
		pm_btf_find_member(btf, id, "in.b[1]", &member);
		if (!pm_btf_kind(btf, id) && *pm_btf_name(btf, id))
			abort();
	}
	pm_btf_close(btf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct pm_buf file = { 0 };
	struct pm_elf *elf;
	struct pm_arena arena;
	struct input in;

	if (!size)
		return 0;
	unpack(data, size, &in);
	build_elf(&in, &file);
	if (pm_error_take(pm_elf_open_bytes("fuzz", file.data, file.n, &elf)) != PM_OK)
		abort();
	pm_arena_init(&arena);
	struct pm_dwarf *dwarf = pm_dwarf_create(elf);
	for (unsigned i = 0; dwarf && i < 12; i++)
		look_up(dwarf, in.choice, i, &arena);
	pm_dwarf_destroy(dwarf);
	pm_elf_close(elf);
	pm_arena_deinit(&arena);
	look_at_types(&file);
	pm_buf_deinit(&file);
	return 0;
}
