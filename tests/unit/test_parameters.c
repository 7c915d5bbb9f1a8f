/* Parameters of functions that are compiled here, and where they keep their callers' registers. */
#include "folder.h"

#include "base/memory.h"
#include "symbols/cfi.h"
#include "symbols/parameters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>

static const char source[] =
	"int use(int, ...);\n"
	"struct s { int a; };\n"
	"static inline __attribute__((always_inline)) int inner(struct s *in, short small)\n"
	"{ return use(in->a, small) + small; }\n"
	"__attribute__((noinline)) int outer(struct s *p, int n, unsigned char c, long long big, struct s "
	"whole)\n"
	"{ return inner(p, -5) + use(n, c, big, whole.a) + n; }\n"
	"__attribute__((noipa)) int use(int a, ...) { __asm__ volatile(\"\" : : : \"memory\"); return a; }\n"
	"int _start(void) { struct s s = { 1 }; return outer(&s, 2, 3, 4, s); }\n";

static char folder[] = "/tmp/kpanic-parameters.XXXXXX";
static struct pm_arena arena;
static struct pm_elf *elf;
static struct pm_dwarf *dwarf;
static const struct pm_elf_symbol *function;

static void open_built(const char *flags)
{
	char path[128], command[512];

	snprintf(path, sizeof(path), "%s/prog.c", folder);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fputs(source, f);
	fclose(f);
	snprintf(command, sizeof(command),
		 "cd %s && gcc -g %s -fno-pie -fno-stack-protector -fno-asynchronous-unwind-tables "
		 "-fno-ipa-sra "
		 "-fno-ipa-cp -fcf-protection=none -nostdlib -static -no-pie -o prog prog.c 2>/dev/null",
		 folder, flags);
	assert_int_equal(system(command), 0);
	snprintf(path, sizeof(path), "%s/prog", folder);
	assert_null(pm_elf_open(path, &elf));
	dwarf = pm_dwarf_create(elf);
	assert_non_null(dwarf);
	assert_int_equal(pm_elf_find_name(elf, "outer", 5, &function, 1), 1);
	pm_arena_init(&arena);
}

static void close_built(void)
{
	pm_dwarf_destroy(dwarf);
	pm_elf_close(elf);
	pm_arena_deinit(&arena);
}

/* rdi, rsi, rdx, rcx and r8 are 0x105, 0x104, 0x101, 0x102, 0x108 … */
static bool reg(void *user, unsigned number, uint64_t *value_out)
{
	(void)user;
	*value_out = 0x100 + number;
	return true;
}

static bool no_reg(void *user, unsigned number, uint64_t *value_out)
{
	(void)user;
	(void)number;
	(void)value_out;
	return false;
}

/* Memory below the CFA holds its own distance from it. */
static bool memory(void *user, uint64_t addr, unsigned size, uint64_t *value_out)
{
	(void)user;
	(void)size;
	*value_out = 0x10000 - addr;
	return addr < 0x10000 && addr > 0xff00;
}

static const struct pm_parameter *find(const pm_parameters *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (!strcmp(all->v[i].name, name))
			return &all->v[i];
	return NULL;
}

static void in_registers(void **state)
{
	const struct pm_frame_values known = { reg, memory, NULL, 0x10000 },
				     unknown = { no_reg, memory, NULL, 0 };
	pm_parameters all;

	(void)state;
	open_built("-O2");
	assert_true(pm_dwarf_parameters(dwarf, function->addr, &known, &arena, &all));
	assert_true(all.n >= 5);
	assert_string_equal(all.v[0].function, "outer");
	const struct pm_parameter *p = find(&all, "p"), *c = find(&all, "c"), *n = find(&all, "n");
	assert_true(p->known && p->is_pointer && p->value == 0x105);
	assert_true(n->known && n->is_signed && n->size == 4 && n->value == 0x104);
	assert_true(c->known && c->size == 1 && c->value == 0x01);
	assert_int_equal(find(&all, "big")->value, 0x102);
	assert_false(find(&all, "whole")->known);
	assert_true(pm_dwarf_parameters(dwarf, function->addr, &unknown, &arena, &all));
	assert_false(find(&all, "p")->known);
	assert_false(pm_dwarf_parameters(dwarf, 0x10, &known, &arena, &all));

	/* the inlined call somewhere in it, with a constant */
	bool inlined = false;
	for (uint64_t at = function->addr; at < function->addr + function->size && !inlined; at++)
		if (pm_dwarf_parameters(dwarf, at, &known, &arena, &all) && find(&all, "small")) {
			inlined = true;
			assert_string_equal(find(&all, "small")->function, "inner");
			assert_true(find(&all, "small")->known);
			assert_int_equal((int16_t)find(&all, "small")->value, -5);
		}
	assert_true(inlined);
	close_built();
}

static void on_the_stack(void **state)
{
	const struct pm_frame_values known = { no_reg, memory, NULL, 0x10000 };
	pm_parameters all;

	(void)state;
	open_built("-O0");
	assert_true(pm_dwarf_parameters(dwarf, function->addr + function->size / 2, &known, &arena, &all));
	const struct pm_parameter *n = find(&all, "n");
	assert_true(n->known && n->value > 16 && n->value < 128);
	close_built();
}

static void saved_registers(void **state)
{
	struct pm_cfi cfi;
	bool saved = false;

	(void)state;
	open_built("-O2");
	assert_null(pm_elf_cfi(elf, function->addr, &cfi));
	for (unsigned i = 0; i < 16; i++)
		assert_int_equal(cfi.saved[i].rule, PM_CFI_SAME);
	for (uint64_t at = function->addr; at < function->addr + function->size; at++) {
		assert_null(pm_elf_cfi(elf, at, &cfi));
		/* rbx, rbp, r12 to r15 */
		for (unsigned i = 3; i < 16; i++) {
			if (cfi.saved[i].rule != PM_CFI_AT_CFA)
				continue;
			saved = true;
			assert_true(i == 3 || i == 6 || i >= 12);
			assert_true(cfi.saved[i].offset <= -16 && cfi.saved[i].offset >= -64 &&
				    cfi.saved[i].offset % 8 == 0);
		}
	}
	assert_true(saved);
	assert_int_equal(pm_error_take(pm_elf_cfi(elf, 0x10, &cfi)), PM_NOT_FOUND);
	close_built();
}

static int make_folder(void **state)
{
	(void)state;
	return folder_make(folder);
}

static int remove_folder(void **state)
{
	static const char *const files[] = { "prog.c", "prog", NULL };

	(void)state;
	return folder_remove(folder, files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_registers),
		cmocka_unit_test(on_the_stack),
		cmocka_unit_test(saved_registers),
	};

	return cmocka_run_group_tests_name("parameters", tests, make_folder, remove_folder);
}
