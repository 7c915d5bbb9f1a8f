/* The kernel's symbol table with pages of it missing: what is left is right, and nothing else is told. */
#include "linux/symbols.h"

#include "read/file.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { symbols_n = 5000, stext_index = 700, memory = 64 * 4096, by_name_bytes = 3 * symbols_n };

static const uint64_t image = 0xffffffff81000000;

struct tables {
	uint8_t bytes[memory];
	uint32_t names, markers, token_table, token_index, offsets, base, number, end;
};

static uint64_t address_of(uint32_t i)
{
	return image + 0x100000 + 32ull * i;
}

static void name_of(uint32_t i, char name[32])
{
	if (i == stext_index)
		strcpy(name, "_stext");
	else
		snprintf(name, 32, "symbol_%u", i);
}

static void put(struct tables *t, uint32_t at, uint64_t value, unsigned size)
{
	memcpy(t->bytes + at, &value, size);
}

/* As Linux 6.0 orders them; seqs: as 6.2 does, with names by their order before the tokens. */
static void make_tables(struct tables *t, bool seqs)
{
	uint32_t at = 4096;

	memset(t, 0, sizeof(*t));
	t->offsets = at;
	for (uint32_t i = 0; i < symbols_n; i++)
		put(t, at + 4 * i, address_of(i) - image, 4);
	t->base = (at + 4 * symbols_n + 7) & ~7u;
	put(t, t->base, image, 8);
	t->number = t->base + 8;
	put(t, t->number, symbols_n, 4);
	t->names = at = t->number + 8;
	uint32_t markers[symbols_n / 256 + 1];

	for (uint32_t i = 0; i < symbols_n; i++) {
		char name[32];

		if (i % 256 == 0)
			markers[i / 256] = at - t->names;
		name_of(i, name);
		put(t, at++, strlen(name) + 1, 1);
		put(t, at++, 'T', 1);
		memcpy(t->bytes + at, name, strlen(name));
		at += (uint32_t)strlen(name);
	}
	t->markers = (at + 7) & ~7u;
	memcpy(t->bytes + t->markers, markers, sizeof(markers));
	at = (t->markers + (uint32_t)sizeof(markers) + 7) & ~7u;
	t->token_table = seqs ? (at + by_name_bytes + 7) & ~7u : at;
	t->token_index = t->token_table + 512;
	for (uint32_t c = 0; c < 256; c++) {
		put(t, t->token_table + 2 * c, c ? c : 1, 1);
		put(t, t->token_index + 2 * c, 2 * c, 2);
	}
	t->end = t->token_index + 512;
	assert_true(t->end <= memory);
}

/* A core of that memory without the pages from first until end. */
static struct pm_dump *open_without(const struct tables *t, uint32_t first, uint32_t end)
{
	const size_t start = sizeof(Elf64_Ehdr) + 2 * sizeof(Elf64_Phdr);
	Elf64_Ehdr eh = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
			  .e_type = ET_CORE,
			  .e_machine = EM_X86_64,
			  .e_phoff = sizeof(eh),
			  .e_phentsize = sizeof(Elf64_Phdr),
			  .e_phnum = 2 };
	const uint64_t low = first * 4096ull, high = end * 4096ull;
	Elf64_Phdr ph[2] = { { .p_type = PT_LOAD, .p_offset = start, .p_filesz = low, .p_memsz = low },
			     { .p_type = PT_LOAD,
			       .p_offset = start + high,
			       .p_paddr = high,
			       .p_filesz = memory - high,
			       .p_memsz = memory - high } };
	static uint8_t core[sizeof(eh) + sizeof(ph) + memory];
	struct pm_dump *dump = NULL;

	memcpy(core, &eh, sizeof(eh));
	memcpy(core + sizeof(eh), ph, sizeof(ph));
	memcpy(core + start, t->bytes, memory);
	pm_error_free(pm_dump_open_file(pm_file_memory("core", core, sizeof(core)), &dump));
	assert_non_null(dump);
	return dump;
}

static struct pm_error *open_symbols(const struct tables *t, struct pm_dump *dump,
				     struct pm_linux_symbols **out)
{
	char text[512];
	struct pm_vmcoreinfo info;
	struct pm_space space;

	snprintf(text, sizeof(text),
		 "SYMBOL(kallsyms_names)=%llx\nSYMBOL(kallsyms_num_syms)=%llx\n"
		 "SYMBOL(kallsyms_token_table)=%llx\nSYMBOL(kallsyms_token_index)=%llx\n"
		 "SYMBOL(kallsyms_offsets)=%llx\nSYMBOL(kallsyms_relative_base)=%llx\n",
		 (unsigned long long)image + t->names, (unsigned long long)image + t->number,
		 (unsigned long long)image + t->token_table, (unsigned long long)image + t->token_index,
		 (unsigned long long)image + t->offsets, (unsigned long long)image + t->base);
	info = (struct pm_vmcoreinfo){ .text = pm_slice_of(text) };
	pm_space_init(&space, dump, &pm_mmu_x86_64, 0, 4);
	pm_space_add_linear(&space, image, memory, 0);
	return pm_linux_symbols_open(&space, &info, image, image + memory, address_of(stext_index), out);
}

/* How many symbols are right both ways; fails when one is wrong. */
static uint32_t count_right(struct pm_linux_symbols *s)
{
	uint32_t right = 0;

	for (uint32_t i = 0; i < symbols_n; i++) {
		char name[PM_LINUX_NAME_MAX], wanted[32];
		uint64_t addr = 0, start, end;
		uint32_t index;

		name_of(i, wanted);
		bool by_name = pm_linux_symbols_lookup(s, wanted, &addr);
		bool by_address = pm_linux_symbols_find(s, address_of(i) + 4, &index, &start, &end);

		if (by_name)
			assert_int_equal(addr, address_of(i));
		if (by_address) {
			assert_int_equal(index, i);
			assert_int_equal(start, address_of(i));
			if (i + 1 < symbols_n)
				assert_int_equal(end, address_of(i + 1));
			if (pm_linux_symbols_name(s, index, name))
				assert_string_equal(name, wanted);
			else
				assert_string_equal(name, "");
		}
		right += by_name && by_address;
	}
	return right;
}

static void pages_missing(void **state)
{
	static struct tables t;

	(void)state;
	for (unsigned form = 0; form < 2; form++) {
		make_tables(&t, form);
		uint32_t tokens_page = t.token_table / 4096;

		for (uint32_t first = 1; first <= t.end / 4096 + 1; first++)
			for (uint32_t pages = 1; pages <= 3; pages += 2) {
				struct pm_dump *dump = open_without(&t, first, first + pages);
				struct pm_linux_symbols *s = NULL;
				struct pm_error *err = open_symbols(&t, dump, &s);

				/* without the tokens, the base or the number nothing can be read */
				if (err) {
					bool has_reason =
						first + pages > tokens_page ||
						(t.number / 4096 >= first &&
						 t.number / 4096 < first + pages) ||
						(t.base / 4096 >= first && t.base / 4096 < first + pages);

					if (!has_reason)
						fail_msg("pages %u to %u: %s", first, first + pages - 1,
							 err->message);
					pm_error_free(err);
				} else {
					uint32_t right = count_right(s), lost = pm_linux_symbols_lost(s);

					/* of the names a page is 300, of the addresses 1024; the group of 256
					 * around, and a neighbour; those behind, where the markers are gone,
					 * too */
					if (first > t.markers / 4096 || first + pages <= t.markers / 4096)
						assert_true(right + pages * 1024 + 2 * 256 + 2 >= symbols_n);
					assert_true(right + lost <= symbols_n);
					assert_true((right == symbols_n) == !lost);
					pm_linux_symbols_close(s);
				}
				pm_dump_close(dump);
			}
		struct pm_dump *dump = open_without(&t, memory / 4096, memory / 4096);
		struct pm_linux_symbols *s = NULL;

		assert_null(open_symbols(&t, dump, &s));
		assert_int_equal(count_right(s), symbols_n);
		assert_int_equal(pm_linux_symbols_lost(s), 0);
		pm_linux_symbols_close(s);
		pm_dump_close(dump);
	}
}

/* A byte that is another one: names behind it are not shifted. */
static void lengths_changed(void **state)
{
	static struct tables t;

	(void)state;
	make_tables(&t, false);
	for (uint32_t at = t.names; at < t.markers; at += 97) {
		uint8_t before = t.bytes[at];
		bool is_length = before < 0x20;

		t.bytes[at] = is_length ? (uint8_t)(before + 1) : before;
		struct pm_dump *dump = open_without(&t, memory / 4096, memory / 4096);
		struct pm_linux_symbols *s = NULL;

		assert_null(open_symbols(&t, dump, &s));
		assert_true(count_right(s) >= symbols_n - 256);
		assert_true((pm_linux_symbols_lost(s) > 0) == is_length);
		pm_linux_symbols_close(s);
		pm_dump_close(dump);
		t.bytes[at] = before;
	}
}

/* Whoever looks at each page steps over what is not there in one step, however long it is told to be. */
static void next_page_there(void **state)
{
	static struct tables t;
	struct pm_dump *dump = open_without(&t, 3, 7);

	(void)state;
	assert_int_equal(pm_dump_next(dump, 0x1000), 0x1000);
	assert_int_equal(pm_dump_next(dump, 0x3000), 0x7000);
	assert_int_equal(pm_dump_next(dump, 0x6fff), 0x7000);
	assert_true(pm_dump_next(dump, memory) == UINT64_MAX);
	pm_dump_close(dump);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(pages_missing),
					    cmocka_unit_test(lengths_changed),
					    cmocka_unit_test(next_page_there) };

	return cmocka_run_group_tests_name("linux_symbols", tests, NULL, NULL);
}
