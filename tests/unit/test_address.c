/* Addresses by their look: one row per class, with numbers as kernels print them. */
#include "decode/address.h"
#include "decode/errno.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

struct row {
	enum pm_arch arch;
	uint64_t addr;
	enum pm_address_class class;
	const char *words; /* a part of them; NULL: none at all */
};

static struct pm_arena arena;

static void check(const struct pm_address_space *space, uint64_t addr, enum pm_address_class class,
		  const char *words)
{
	struct pm_address_meaning meaning;

	pm_address_classify(&arena, space, addr, &meaning);
	if (meaning.class != class)
		print_error("0x%llx: class %d, words %s\n", (unsigned long long)addr, meaning.class,
			    meaning.words ? meaning.words : "-");
	assert_int_equal(meaning.class, class);
	if (!words) {
		assert_null(meaning.words);
		return;
	}
	assert_non_null(meaning.words);
	if (!strstr(meaning.words, words))
		print_error("0x%llx: \"%s\" lacks \"%s\"\n", (unsigned long long)addr, meaning.words, words);
	assert_non_null(strstr(meaning.words, words));
}

static void check_rows(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct pm_address_space space = { .system = PM_LINUX, .arch = rows[i].arch };

		check(&space, rows[i].addr, rows[i].class, rows[i].words);
	}
}
#define CHECK(rows) check_rows(rows, PM_COUNT(rows))

static void null_and_errors(void **state)
{
	static const struct row rows[] = {
		{ PM_X86_64, 0, PM_ADDR_NULL, "NULL" },
		{ PM_X86_64, 0x18, PM_ADDR_NULL, "NULL + 0x18" },
		{ PM_X86_64, 0xfff, PM_ADDR_NULL, "NULL + 0xfff" },
		{ PM_X86_64, 0x1a40, PM_ADDR_NULL, "small number" },
		{ PM_X86_64, 0xfffffffffffffff4, PM_ADDR_ERROR_POINTER, "ERR_PTR(-ENOMEM)" },
		{ PM_X86_64, 0xffffffffffffffa1, PM_ADDR_ERROR_POINTER, "ERR_PTR(-EOPNOTSUPP)" },
		{ PM_X86_64, 0xfffffffffffffdfb, PM_ADDR_ERROR_POINTER, "ERR_PTR(-EPROBE_DEFER)" },
		{ PM_X86_64, 0xfffffffffffff001, PM_ADDR_UNKNOWN, "NULL - 0xfff" },
		{ PM_I386, 0xfffffff4, PM_ADDR_ERROR_POINTER, "ERR_PTR(-ENOMEM)" },
		{ PM_I386, 0x28, PM_ADDR_NULL, "NULL + 0x28" },
		{ PM_ARM64, 0xffffffffffffffea, PM_ADDR_ERROR_POINTER, "ERR_PTR(-EINVAL)" },
	};
	(void)state;
	CHECK(rows);
	assert_string_equal(pm_errno_name(PM_X86_64, 1), "EPERM");
	assert_string_equal(pm_errno_name(PM_X86_64, 133), "EHWPOISON");
	assert_null(pm_errno_name(PM_X86_64, 41)); /* EWOULDBLOCK has no number of its own */
	assert_null(pm_errno_name(PM_X86_64, 134));
	assert_null(pm_errno_name(PM_MIPS, 35));
}

static void poison(void **state)
{
	static const struct row rows[] = {
		{ PM_X86_64, 0xdead000000000100, PM_ADDR_LIST_POISON, "LIST_POISON1:" },
		{ PM_X86_64, 0xdead000000000108, PM_ADDR_LIST_POISON, "LIST_POISON1 + 0x8" },
		{ PM_X86_64, 0xdead000000000122, PM_ADDR_LIST_POISON, "LIST_POISON2:" },
		{ PM_X86_64, 0xdead000000000118, PM_ADDR_LIST_POISON, "LIST_POISON1 + 0x18" },
		{ PM_X86_64, 0xdead0000000000c8, PM_ADDR_LIST_POISON, "LIST_POISON1 - 0x38" },
		{ PM_X86_64, 0xdead000000100100, PM_ADDR_LIST_POISON, "before 4.3" },
		{ PM_ARM64, 0xdead000000000108, PM_ADDR_LIST_POISON, "LIST_POISON1 + 0x8" },
		{ PM_RISCV64, 0xdead000000000122, PM_ADDR_LIST_POISON, "LIST_POISON2" },
		{ PM_PPC64, 0x5deadbeef0000100, PM_ADDR_LIST_POISON, "LIST_POISON1" },
		{ PM_I386, 0x122, PM_ADDR_LIST_POISON, "LIST_POISON2" },
		{ PM_I386, 0x100, PM_ADDR_NULL, "or LIST_POISON1" },
		{ PM_I386, 0x00200200, PM_ADDR_LIST_POISON, "LIST_POISON2" },
		{ PM_X86_64, 0xdead000000000300, PM_ADDR_OTHER_POISON, "TIMER_ENTRY_STATIC" },
		{ PM_X86_64, 0xdead000000000400, PM_ADDR_OTHER_POISON, "TAIL_MAPPING" },
		{ PM_X86_64, 0x6b6b6b6b6b6b6b6b, PM_ADDR_SLAB_POISON, "POISON_FREE (0x6b bytes): " },
		{ PM_X86_64, 0x6b6b6b6b6b6b6b83, PM_ADDR_SLAB_POISON, "POISON_FREE (0x6b bytes) + 0x18" },
		{ PM_X86_64, 0x6b6b6b6b6b6b6b5b, PM_ADDR_SLAB_POISON, "POISON_FREE (0x6b bytes) - 0x10" },
		{ PM_X86_64, 0xa56b6b6b6b6b6b6b, PM_ADDR_SLAB_POISON, "POISON_FREE" },
		{ PM_X86_64, 0x000000006b6b6b6b, PM_ADDR_SLAB_POISON, "partly POISON_FREE" },
		{ PM_X86_64, 0xffff6b6b6b6b6b6b, PM_ADDR_SLAB_POISON, "partly POISON_FREE" },
		{ PM_X86_64, 0x5a5a5a5a5a5a5a5a, PM_ADDR_SLAB_POISON, "POISON_INUSE" },
		{ PM_X86_64, 0xbbbbbbbbbbbbbbbb, PM_ADDR_SLAB_POISON, "SLUB_RED_INACTIVE" },
		{ PM_X86_64, 0xcccccccccccccccc, PM_ADDR_SLAB_POISON, "SLUB_RED_ACTIVE" },
		{ PM_X86_64, 0xaaaaaaaaaaaaaab2, PM_ADDR_PAGE_POISON, "PAGE_POISON" },
		{ PM_ARM64, 0x6b6b6b6b6b6b6b7b, PM_ADDR_SLAB_POISON, "POISON_FREE" },
		{ PM_I386, 0x6b6b6b6f, PM_ADDR_SLAB_POISON, "POISON_FREE (0x6b bytes) + 0x4" },
		{ PM_X86_64, 0xfefefefefefefefe, PM_ADDR_OTHER_POISON, "gcc" },
		{ PM_X86_64, 0x1111111111111111, PM_ADDR_OTHER_POISON, "MUTEX_DEBUG_INIT" },
		{ PM_X86_64, 0x2222222222222232, PM_ADDR_OTHER_POISON,
		  "MUTEX_DEBUG_FREE (0x22 bytes) + 0x10" },
		{ PM_X86_64, 0xdead4ead, PM_ADDR_OTHER_POISON, "SPINLOCK_MAGIC" },
		{ PM_X86_64, 0x57ac6e9d, PM_ADDR_OTHER_POISON, "STACK_END_MAGIC" },
		/* not poison */
		{ PM_X86_64, 0xdeac000000000100, PM_ADDR_NON_CANONICAL, "not canonical" },
		{ PM_X86_64, 0x6b6b6b6b12346b6b, PM_ADDR_NON_CANONICAL, "not canonical" },
	};
	(void)state;
	CHECK(rows);
	/* Another system's freed memory; Linux's poison means nothing there. */
	struct pm_address_space freebsd = { .system = PM_FREEBSD, .arch = PM_X86_64 };
	check(&freebsd, 0xdeadc0dedeadc0de, PM_ADDR_SLAB_POISON, "UMA");
	check(&freebsd, 0xdead000000000100, PM_ADDR_NON_CANONICAL, "not canonical");
	check(&freebsd, 0xfffffffffffffff4, PM_ADDR_UNKNOWN, NULL);
}

static void regions(void **state)
{
	static const struct row rows[] = {
		{ PM_X86_64, 0x00007f1234567890, PM_ADDR_USER, "user" },
		{ PM_X86_64, 0x1234567890abcdef, PM_ADDR_NON_CANONICAL, "not canonical" },
		{ PM_X86_64, 0xffff888012345678, PM_ADDR_DIRECT_MAP, "direct map" },
		{ PM_X86_64, 0xffffc90000a03e48, PM_ADDR_VMALLOC, "vmalloc" },
		{ PM_X86_64, 0xffffea0000123400, PM_ADDR_VMEMMAP, "vmemmap" },
		{ PM_X86_64, 0xffffffff81234567, PM_ADDR_KERNEL_TEXT, "kernel image" },
		{ PM_X86_64, 0xffffffffc0123456, PM_ADDR_MODULE, "module" },
		{ PM_X86_64, 0xfffffe0000002fc8, PM_ADDR_CPU_ENTRY, "cpu entry" },
		{ PM_X86_64, 0xffffffffff5fd000, PM_ADDR_FIXMAP, "fixmap" },
		{ PM_X86_64, 0xffffffffff600000, PM_ADDR_FIXMAP, "vsyscall" },
		{ PM_X86_64, 0xffff9a1b2c3d4e5f, PM_ADDR_UNKNOWN, "KASLR" },
		{ PM_I386, 0xb7712345, PM_ADDR_USER, "user" },
		{ PM_I386, 0xc1234567, PM_ADDR_DIRECT_MAP, "low memory" },
		{ PM_I386, 0xf8123456, PM_ADDR_VMALLOC, "vmalloc" },
		{ PM_ARM64, 0x0000ffff12345678, PM_ADDR_USER, "user" },
		{ PM_ARM64, 0x0012345678901234, PM_ADDR_NON_CANONICAL, "never mapped" },
		{ PM_PPC64, 0xc0000000012b8f40, PM_ADDR_DIRECT_MAP, "direct map" },
		{ PM_PPC64, 0xc008000001230000, PM_ADDR_VMALLOC, "vmalloc" },
		{ PM_PPC64, 0xc00c000000012340, PM_ADDR_VMEMMAP, "vmemmap" },
		{ PM_LOONGARCH64, 0x9000000001234567, PM_ADDR_DIRECT_MAP, "cached" },
		{ PM_MIPS, 0x80123456, PM_ADDR_UNKNOWN, NULL }, /* 32 or 64 bits: not told here */
		{ PM_RISCV64, 0x0000003ff0000000, PM_ADDR_USER, "user" },
		{ PM_S390X, 0x0000000012345678, PM_ADDR_UNKNOWN,
		  NULL }, /* own address spaces: the number does not tell */
		{ PM_ARCH_UNKNOWN, 0xffff888012345678, PM_ADDR_UNKNOWN, NULL },
		{ PM_ARCH_UNKNOWN, 0x18, PM_ADDR_NULL, "NULL + 0x18" },
	};
	(void)state;
	CHECK(rows);
}

static void spaces(void **state)
{
	(void)state;
	struct pm_address_space five = { .system = PM_LINUX, .arch = PM_X86_64, .va_bits = 57 };
	check(&five, 0x00ffaa0000000000, PM_ADDR_USER, "5-level");
	check(&five, 0xff11000012345678, PM_ADDR_DIRECT_MAP, "direct map");
	check(&five, 0xffa0000012345678, PM_ADDR_VMALLOC, "vmalloc");
	check(&five, 0xffd4000012345678, PM_ADDR_VMEMMAP, "vmemmap");
	check(&five, 0x0123456789abcdef, PM_ADDR_NON_CANONICAL, "not canonical");

	/* KASLR moved the regions: what lies near the per-CPU data or the stack tells. */
	struct pm_address_space kaslr = { .system = PM_LINUX,
					  .arch = PM_X86_64,
					  .va_bits = 48,
					  .has_percpu = true,
					  .percpu = 0xffff9a1b7fc00000,
					  .has_sp = true,
					  .sp = 0xffffb1c0c0a3bd48 };
	check(&kaslr, 0xffff9a1a41234568, PM_ADDR_DIRECT_MAP, "per-CPU");
	check(&kaslr, 0xffffb1c0c0b00010, PM_ADDR_VMALLOC, "stack");
	check(&kaslr, 0xffffc90000001000, PM_ADDR_UNKNOWN, "KASLR");
	struct pm_address_space kasan = {
		.system = PM_LINUX, .arch = PM_X86_64, .va_bits = 48, .kasan = true
	};
	check(&kasan, 0xffffed1003456789, PM_ADDR_KASAN_SHADOW, "shadow");

	struct pm_address_space arm39 = { .system = PM_LINUX, .arch = PM_ARM64, .va_bits = 39 };
	check(&arm39, 0xffffff8012345678, PM_ADDR_DIRECT_MAP, "linear map");
	check(&arm39, 0xffffffc000123456, PM_ADDR_MODULE, "module");
	check(&arm39, 0xffffffc012345678, PM_ADDR_VMALLOC, "vmalloc");
	struct pm_address_space arm48 = { .system = PM_LINUX, .arch = PM_ARM64, .va_bits = 48 };
	check(&arm48, 0xffff000812345678, PM_ADDR_DIRECT_MAP, "linear map");
	check(&arm48, 0xffff800012345678, PM_ADDR_VMALLOC, "vmalloc");
	check(&arm48, 0xfffffc0000345678, PM_ADDR_VMEMMAP, "vmemmap");
	check(&arm48, 0xf5ff000812345678, PM_ADDR_DIRECT_MAP, "tagged 0xf5");
	check(&arm48, 0xfeff000812345678, PM_ADDR_DIRECT_MAP, "freed or forbidden");
	check(&arm48, 0x3400ffff12345678, PM_ADDR_USER, "tagged 0x34");
	struct pm_address_space old = { .system = PM_LINUX, .arch = PM_ARM64, .va_bits = 47 };
	check(&old, 0xffff800812345678, PM_ADDR_DIRECT_MAP, "linear map");

	struct pm_address_space sv39 = { .system = PM_LINUX, .arch = PM_RISCV64, .va_bits = 39 };
	check(&sv39, 0xffffffd812345678, PM_ADDR_DIRECT_MAP, "direct map");
	check(&sv39, 0xffffffff80123456, PM_ADDR_KERNEL_TEXT, "image");
	struct pm_address_space mips64 = { .system = PM_LINUX, .arch = PM_MIPS, .va_bits = 64 };
	check(&mips64, 0xa800000001234567, PM_ADDR_DIRECT_MAP, "XKPHYS");
	struct pm_address_space mips32 = { .system = PM_LINUX, .arch = PM_MIPS, .va_bits = 32 };
	check(&mips32, 0xffffff9f, PM_ADDR_UNKNOWN, "-97"); /* mips numbers errors above 34 its own way */
	check(&mips32, 0x80123456, PM_ADDR_DIRECT_MAP, "KSEG0");
}

static void shadow(void **state)
{
	static const struct row rows[] = {
		{ PM_X86_64, 0xdffffc0000000000, PM_ADDR_KASAN_SHADOW, "0x0-0x7: NULL" },
		{ PM_X86_64, 0xdffffc0000000003, PM_ADDR_KASAN_SHADOW, "0x18-0x1f: NULL + 0x18" },
		{ PM_X86_64, 0xed6d696d6d6d6d6d, PM_ADDR_KASAN_SHADOW, "POISON_FREE" },
		{ PM_X86_64, 0xfbd59c0000000020, PM_ADDR_KASAN_SHADOW, "LIST_POISON1" },
		{ PM_ARM64, 0xdfff800000000002, PM_ADDR_KASAN_SHADOW, "0x10-0x17: NULL + 0x10" },
		{ PM_X86_64, 0xe0000bffdeadbeef, PM_ADDR_NON_CANONICAL,
		  "not canonical" }, /* KASAN is not told */
	};
	(void)state;
	CHECK(rows);
	struct pm_address_space kasan = { .system = PM_LINUX, .arch = PM_X86_64, .kasan = true };
	check(&kasan, 0xe0000bffdeadbeef, PM_ADDR_KASAN_SHADOW, "shadow of");
}

static void text(void **state)
{
	static const struct row rows[] = {
		{ PM_X86_64, 0x6867666564636261, PM_ADDR_TEXT_LIKE, "\"abcdefgh\"" },
		{ PM_X86_64, 0x0067666564636261, PM_ADDR_TEXT_LIKE, "\"abcdefg\"" },
		{ PM_X86_64, 0x0000666564636261, PM_ADDR_TEXT_LIKE, "\"abcdef\"" },
		{ PM_X86_64, 0x0000006564636261, PM_ADDR_USER, "user" }, /* five letters: too little to say */
		{ PM_X86_64, 0x7c7d7e2323217c7c, PM_ADDR_NON_CANONICAL, "not canonical" },
		{ PM_I386, 0x64636261, PM_ADDR_TEXT_LIKE, "\"abcd\"" },
	};
	(void)state;
	CHECK(rows);
}

static void stack(void **state)
{
	(void)state;
	struct pm_address_space space = { .system = PM_LINUX,
					  .arch = PM_X86_64,
					  .va_bits = 48,
					  .has_sp = true,
					  .sp = 0xffffc90000a04008,
					  .stack_overflow = true };
	check(&space, 0xffffc90000a03ff8, PM_ADDR_STACK_GUARD, "0x10 below the stack pointer");
	space.stack_overflow = false;
	check(&space, 0xffffc90000a03ff8, PM_ADDR_STACK_GUARD, "guard page");
	check(&space, 0xffffc90000a04800, PM_ADDR_VMALLOC,
	      "vmalloc"); /* the same page: on the stack itself */
	check(&space, 0xffffc90000b03ff8, PM_ADDR_VMALLOC, "vmalloc");
}

static void register_values(void **state)
{
	(void)state;
	struct pm_address_space space = {
		.system = PM_LINUX, .arch = PM_X86_64, .va_bits = 48, .has_sp = true, .sp = 0xffffc90000a03e48
	};
	enum pm_poison poison;

	assert_null(pm_value_words(&arena, &space, 0, 64, &poison));
	assert_null(pm_value_words(&arena, &space, 42, 64, &poison));
	assert_null(pm_value_words(&arena, &space, 0xffff888012345678, 64, &poison));
	assert_null(pm_value_words(&arena, &space, 0x12345678, 64, &poison));
	assert_string_equal(pm_value_words(&arena, &space, 0xffffc90000a03e50, 64, &poison),
			    "on the stack, sp + 0x8");
	assert_string_equal(pm_value_words(&arena, &space, 0xfffffffffffffff4, 64, &poison),
			    "ERR_PTR(-ENOMEM), or -12");
	assert_non_null(
		strstr(pm_value_words(&arena, &space, 0x6b6b6b6b6b6b6b6b, 64, &poison), "POISON_FREE"));
	assert_int_equal(poison, PM_POISON_FREED);
	assert_non_null(
		strstr(pm_value_words(&arena, &space, 0xffffffff81234567, 64, &poison), "kernel image"));
	assert_string_equal(pm_value_words(&arena, &space, 0xdffffc0000000000, 64, &poison),
			    "KASAN's shadow offset");
}

static int done(void **state)
{
	(void)state;
	pm_arena_deinit(&arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(null_and_errors), cmocka_unit_test(poison),
		cmocka_unit_test(regions),         cmocka_unit_test(spaces),
		cmocka_unit_test(shadow),          cmocka_unit_test(text),
		cmocka_unit_test(stack),           cmocka_unit_test(register_values),
	};
	return cmocka_run_group_tests_name("address", tests, NULL, done);
}
