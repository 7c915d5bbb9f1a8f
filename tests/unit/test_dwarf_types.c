/* Types made of DWARF: what compilers write of the types below, held against the types themselves. */
#include "base/memory.h"
#include "symbols/btf.h"
#include "symbols/elf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <unistd.h>

/* Once for this program, once as a text for the compilers. */
#define BOTH(...)                                                                                            \
	__VA_ARGS__                                                                                          \
	static const char types_text[] = #__VA_ARGS__;

// clang-format off
BOTH(
typedef unsigned int u32;
typedef void nothing;
enum colour { RED, GREEN = 5, BLUE };
enum below { MINUS = -2, NIL, PLUS };
enum wide { SMALL = 1, BIG = 0x123456789ll };
struct inner { char c; long l; };
typedef struct { short first; struct inner second; } unnamed_t;
union either { int i; char bytes[12]; struct inner in; };
struct later;
struct bits {
	unsigned a : 3; unsigned b : 13; int c : 7; unsigned char d : 1; unsigned char e : 7;
	unsigned long f : 33; _Bool g : 1; u32 h : 31; enum colour k : 4; char last;
};
struct __attribute__((packed)) packed_bits { char x; unsigned a : 20; unsigned b : 20; short z; };
struct all {
	_Bool truth; signed char sc; unsigned char uc; short s; unsigned short us; int i; u32 u; long l;
	unsigned long ul; long long ll; float f; double d;
	char name[16]; int matrix[2][3]; struct inner *pointers[4]; struct inner (*to_array)[5];
	enum colour colour; enum below below; enum wide wide; union either either; unnamed_t unnamed;
	union { long one; struct { int two; int three; }; };
	struct { u32 deep[3]; } within[2];
	const char *text; char *const fixed; volatile int *both; void *any; nothing *none;
	struct later *later; struct all *self;
	int (*call)(struct inner *, unsigned long); void (*plain)(void); int (*many)(const char *, ...);
	struct list { struct list *next; struct list *prev; } list; struct bits bits;
	int zero[0]; long flexible[];
};
)
// clang-format on

static const char source[] =
	"union either either; struct bits bits; struct packed_bits packed_bits; struct all *all;\n"
	"struct twin { int a; char b; } twin;\n"
	"__attribute__((section(\".data..percpu\"))) struct inner area;\n"
	"long not_percpu = 1;\n"
	"int work(struct all *p, const char *text, u32 n, ...) { return p->i + *text + n; }\n"
	"static int helper(int a) { return a; }\n"
	"int (*used)(int) = helper;\n";
static const char other[] = "struct later { long now; int then; };\n"
			    "struct later later;\n"
			    "struct twin { long z; struct later *y; } twin2;\n"
			    "struct holder { struct twin twin; } holder;\n"
			    "\n\n"
			    "static int helper(struct twin *t) { return t->z; }\n"
			    "int (*used2)(struct twin *) = helper;\n";

static char folder[] = "/tmp/kpanic-dwarf-types.XXXXXX";

static void put(const char *name, const char *a, const char *b)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "w");
	assert_non_null(f);
	fprintf(f, "%s\n%s", a, b);
	fclose(f);
}

static bool build(const char *how)
{
	char command[512];

	put("a.c", types_text, source);
	put("b.c", "", other);
	snprintf(command, sizeof(command),
		 "cd %s && for f in a b; do %s -c -o $f.o $f.c || exit; done 2>/dev/null && ld -r -o both.o "
		 "a.o b.o",
		 folder, how);
	return !system(command);
}

static struct pm_btf *open_built(const char *name)
{
	struct pm_btf *btf;
	char path[128], *build_id;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	assert_null(pm_btf_open_file(path, &btf, &build_id));
	free(build_id);
	assert_int_not_equal(pm_btf_dwarf_names(btf), 0);
	return btf;
}

static uint32_t written(struct pm_btf *btf, const char *name)
{
	uint32_t id = pm_btf_find_written(btf, name);

	if (!id)
		fail_msg("there is no %s", name);
	return id;
}

/* ---- places ---- */

struct fact {
	const char *type, *member;
	uint64_t bit, size; /* size: bytes; of a bit field: how many bits */
	bool bits;
};

static void count_bits(const unsigned char *p, size_t n, struct fact *out)
{
	for (size_t i = n * 8; i-- > 0;)
		if (p[i / 8] >> i % 8 & 1) {
			out->bit = i;
			out->size++;
		}
}

static volatile int all_bits = -1;

#define M(type_, member_)                                                                                    \
	{                                                                                                    \
		.type = #type_, .member = #member_, .bit = 8 * offsetof(type_, member_),                     \
		.size = sizeof(((type_ *)0)->member_)                                                        \
	}
#define B(type_, member_)                                                                                    \
	({                                                                                                   \
		union {                                                                                      \
			type_ s;                                                                             \
			unsigned char bytes[sizeof(type_)];                                                  \
		} u;                                                                                         \
		struct fact fact = { .type = #type_, .member = #member_, .bits = true };                     \
		memset(&u, 0, sizeof(u));                                                                    \
		u.s.member_ = all_bits;                                                                      \
		count_bits(u.bytes, sizeof(u.bytes), &fact);                                                 \
		fact;                                                                                        \
	})

static void check_places(struct pm_btf *btf)
{
	const struct fact facts[] = {
		M(struct inner, c),
		M(struct inner, l),
		M(union either, i),
		M(union either, bytes),
		M(union either, in),
		M(union either, in.l),
		M(struct packed_bits, x),
		M(struct packed_bits, z),
		M(struct bits, last),
		M(struct all, truth),
		M(struct all, sc),
		M(struct all, us),
		M(struct all, u),
		M(struct all, ll),
		M(struct all, f),
		M(struct all, d),
		M(struct all, name),
		M(struct all, matrix),
		M(struct all, matrix[1]),
		M(struct all, matrix[1][2]),
		M(struct all, pointers[3]),
		M(struct all, to_array),
		M(struct all, colour),
		M(struct all, below),
		M(struct all, wide),
		M(struct all, either.in.l),
		M(struct all, unnamed.second.l),
		M(struct all, one),
		M(struct all, two),
		M(struct all, three),
		M(struct all, within[1].deep[2]),
		M(struct all, text),
		M(struct all, later),
		M(struct all, call),
		M(struct all, list.prev),
		M(struct all, bits.last),
		M(struct all, zero),
		B(struct bits, a),
		B(struct bits, b),
		B(struct bits, c),
		B(struct bits, d),
		B(struct bits, e),
		B(struct bits, g),
		B(struct bits, h),
		B(struct bits, k),
		B(struct packed_bits, a),
		B(struct packed_bits, b),
		B(struct all, bits.c),
		B(struct all, bits.k),
	};
	struct pm_btf_member m;

	for (size_t i = 0; i < PM_COUNT(facts); i++) {
		const struct fact *f = &facts[i];

		if (!pm_btf_find_member(btf, written(btf, f->type), f->member, &m))
			fail_msg("%s has no %s", f->type, f->member);
		if (m.bit_offset != f->bit || m.bits != (f->bits ? f->size : 0) ||
		    (!f->bits && pm_btf_size(btf, m.type) != f->size))
			fail_msg("%s.%s: bit %llu, %u bits, %llu bytes instead of bit %llu, %llu", f->type,
				 f->member, (unsigned long long)m.bit_offset, m.bits,
				 (unsigned long long)pm_btf_size(btf, m.type), (unsigned long long)f->bit,
				 (unsigned long long)f->size);
	}
	/* 33 bits are wider than what -1 is here */
	assert_true(pm_btf_find_member(btf, written(btf, "struct bits"), "f", &m));
	assert_int_equal(m.bits, 33);
	assert_true(pm_btf_find_member(btf, written(btf, "struct all"), "flexible", &m));
	assert_int_equal(m.bit_offset, 8 * sizeof(struct all));
	assert_int_equal(pm_btf_length(btf, m.type), 0);
	assert_int_equal(pm_btf_size(btf, written(btf, "struct all")), sizeof(struct all));
	assert_int_equal(pm_btf_size(btf, written(btf, "struct bits")), sizeof(struct bits));
	assert_int_equal(pm_btf_size(btf, written(btf, "struct packed_bits")), sizeof(struct packed_bits));
	assert_int_equal(pm_btf_size(btf, written(btf, "unnamed_t")), sizeof(unnamed_t));
	assert_int_equal(pm_btf_size(btf, written(btf, "union either")), sizeof(union either));
}

/* ---- as they are written ---- */

static void check_declarations(struct pm_btf *btf)
{
	static const char *const expected[] = {
		"_Bool truth",
		"signed char sc",
		"unsigned char uc",
		"u32 u",
		"char name[16]",
		"int matrix[2][3]",
		"struct inner *pointers[4]",
		"struct inner (*to_array)[5]",
		"enum colour colour",
		"union either either",
		"unnamed_t unnamed",
		"struct {...} within[2]",
		"const char *text",
		"volatile int *both",
		"void *any",
		"nothing *none",
		"struct later *later",
		"struct all *self",
		"int (*call)(struct inner *, unsigned long)",
		"void (*plain)(void)",
		"int (*many)(const char *, ...)",
		"int zero[]",
		"long flexible[]",
	};
	uint32_t all = written(btf, "struct all");
	struct pm_btf_member m;
	size_t next = 0;
	char text[300];

	for (uint32_t i = 0; pm_btf_member(btf, all, i, &m) && next < PM_COUNT(expected); i++) {
		pm_btf_declare(btf, m.type, m.name, text, sizeof(text));
		next += !strcmp(text, expected[next]);
	}
	if (next < PM_COUNT(expected))
		fail_msg("no member is `%s`", expected[next]);
}

static int64_t value_of(struct pm_btf *btf, const char *name)
{
	int64_t value = 0;

	assert_true(pm_btf_enum_value(btf, name, &value));
	return value;
}

static void check_others(struct pm_btf *btf)
{
	static const char *const params[] = { "struct all *p", "const char *text", "u32 n" };
	struct pm_btf_member m;
	const char *name;
	char text[128];
	uint32_t type;
	int64_t value;

	assert_int_equal(value_of(btf, "BLUE"), BLUE);
	assert_int_equal(value_of(btf, "MINUS"), MINUS);
	assert_int_equal(value_of(btf, "BIG"), BIG);
	assert_false(pm_btf_enum_value(btf, "YELLOW", &value));
	assert_int_equal(pm_btf_kind(btf, written(btf, "enum colour")), PM_BTF_ENUM);
	assert_int_equal(pm_btf_kind(btf, written(btf, "enum wide")), PM_BTF_ENUM64);
	assert_int_equal(pm_btf_int_encoding(btf, written(btf, "int")), PM_BTF_SIGNED);
	assert_int_equal(pm_btf_int_encoding(btf, written(btf, "_Bool")), PM_BTF_BOOL);

	uint32_t work = pm_btf_find(btf, PM_BTF_FUNC, "work"), proto = pm_btf_target(btf, work);
	assert_int_equal(pm_btf_kind(btf, proto), PM_BTF_FUNC_PROTO);
	assert_int_equal(pm_btf_params(btf, proto), 4);
	for (uint32_t i = 0; i < 3; i++) {
		assert_true(pm_btf_param(btf, proto, i, &name, &type));
		pm_btf_declare(btf, type, name, text, sizeof(text));
		assert_string_equal(text, params[i]);
	}
	assert_true(pm_btf_param(btf, proto, 3, &name, &type));
	assert_int_equal(type, 0);

	assert_true(pm_btf_variable(btf, "area", &type));
	assert_int_equal(type, pm_btf_find(btf, PM_BTF_STRUCT, "inner"));
	assert_false(pm_btf_variable(btf, "not_percpu", &type));
	assert_int_equal(pm_btf_find_written(btf, "struct nowhere"), 0);
	assert_int_equal(pm_btf_find(btf, PM_BTF_STRUCT, ""), 0);

	/* ids go on being given, and stay */
	uint32_t before = written(btf, "struct list");
	assert_true(pm_btf_find_member(btf, written(btf, "struct all"), "list", &m));
	assert_int_equal(m.type, before);
	assert_true(pm_btf_member_at(btf, written(btf, "struct all"), offsetof(struct all, either) + 8, text,
				     sizeof(text), &m));
}

/* Two units: what is only declared in one is found in the other, and two of one name are kept apart. */
static void check_units(struct pm_btf *btf)
{
	struct pm_btf_member m;
	uint32_t type;

	assert_true(pm_btf_find_member(btf, written(btf, "struct all"), "later", &m));
	assert_true(pm_btf_find_member(btf, pm_btf_target(btf, m.type), "then", &m));
	assert_int_equal(m.bit_offset, 64);
	assert_true(pm_btf_find_member(btf, written(btf, "struct twin"), "b", &m));
	assert_true(pm_btf_find_member(btf, written(btf, "struct holder"), "twin", &m));
	type = m.type;
	assert_true(pm_btf_find_member(btf, type, "y", &m));
	assert_false(pm_btf_find_member(btf, type, "b", &m));
	/* which of the two runs is not known by the name */
	assert_int_equal(pm_btf_find(btf, PM_BTF_FUNC, "helper"), 0);
}

static const char *const ways[] = {
	"gcc -gdwarf-5",
	"gcc -gdwarf-5 -O2",
	"gcc -gdwarf-4",
	"gcc -gdwarf-4 -gz=zlib",
	"gcc -gdwarf-5 -gdwarf64",
	"gcc -gdwarf-3",
	"gcc -gdwarf-2 -gstrict-dwarf", /* places as expressions, bit fields counted from above */
	"clang -gdwarf-5",
	"clang -gdwarf-4 -O2",
};

static void compiled(void **state)
{
	(void)state;
	for (size_t i = 0; i < PM_COUNT(ways); i++) {
		if (!build(ways[i])) {
			if (!i)
				fail_msg("%s does not run", ways[i]);
			print_message("skipped: %s\n", ways[i]);
			continue;
		}
		print_message("%s\n", ways[i]);
		struct pm_btf *btf = open_built("both.o");

		assert_null(pm_btf_trouble(btf));
		check_places(btf);
		check_declarations(btf);
		check_others(btf);
		check_units(btf);
		pm_btf_close(btf);
	}
}

/* ---- files that are not what they should be ---- */

static uint8_t *read_built(const char *name, size_t *n_out)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	uint8_t *bytes = pm_alloc(1 << 20);
	*n_out = fread(bytes, 1, 1 << 20, f);
	fclose(f);
	return bytes;
}

/* Everything that can be asked of it, without an end that is too late. */
static bool survives(const uint8_t *bytes, size_t n)
{
	static const char *const names[] = { "struct all",   "struct bits", "union either",
					     "enum wide",    "unnamed_t",   "struct twin",
					     "struct later", "u32",         "struct packed_bits" };
	struct pm_elf *elf;
	struct pm_btf *btf;
	char text[300];
	int64_t value;

	if (pm_error_take(pm_elf_open_bytes("damaged", bytes, n, &elf)) != PM_OK ||
	    pm_error_take(pm_btf_open_dwarf(elf, &btf)) != PM_OK)
		return false;
	for (size_t i = 0; i < PM_COUNT(names); i++)
		pm_btf_find_written(btf, names[i]);
	pm_btf_target(btf, pm_btf_find(btf, PM_BTF_FUNC, "work"));
	pm_btf_enum_value(btf, "nowhere", &value);
	for (uint32_t id = 1; id <= pm_btf_count(btf) && id < 2000; id++) {
		struct pm_btf_member m;

		pm_btf_declare(btf, id, "x", text, sizeof(text));
		pm_btf_size(btf, id);
		pm_btf_member_at(btf, id, id % 64, text, sizeof(text), &m);
		pm_btf_find_member(btf, id, "a.b", &m);
	}
	pm_btf_close(btf);
	return true;
}

static void damaged(void **state)
{
	size_t n, opened = 0;
	uint32_t random = 1;

	(void)state;
	assert_true(build("gcc -gdwarf-5"));
	uint8_t *bytes = read_built("both.o", &n), *copy = pm_alloc(n);

	assert_true(survives(bytes, n));
	for (size_t cut = 0; cut < n; cut += n / 40)
		survives(bytes, cut);
	for (unsigned round = 0; round < 300; round++) {
		memcpy(copy, bytes, n);
		for (unsigned i = 0; i < 1 + round % 20; i++) {
			random = random * 1664525 + 1013904223;
			copy[64 + (random >> 8) % (n / 2 - 64)] = (uint8_t)(random >> 24);
		}
		opened += survives(copy, n);
	}
	assert_true(opened > 100);
	free(bytes);
	free(copy);
}

static void expect_error(const char *name, const char *words)
{
	struct pm_btf *btf;
	char path[128], *build_id;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	struct pm_error *err = pm_btf_open_file(path, &btf, &build_id);
	assert_non_null(err);
	if (!strstr(err->message, words))
		fail_msg("%s: without `%s`", err->message, words);
	pm_error_free(err);
}

static void run(const char *words)
{
	char command[512];

	snprintf(command, sizeof(command), "cd %s && (%s) 2>/dev/null", folder, words);
	assert_int_equal(system(command), 0);
}

/* Types that are somewhere else: it is said where. */
static void elsewhere(void **state)
{
	(void)state;
	assert_true(build("gcc -gdwarf-5"));
	run("printf 'common.debug\\0xxxxxxxxxxxxxxxxxxxx' >link && "
	    "objcopy --add-section .gnu_debugaltlink=link both.o dwz.o");
	struct pm_btf *btf = open_built("dwz.o");
	assert_non_null(strstr(pm_btf_trouble(btf), "dwz moved into another file (common.debug)"));
	check_places(btf);
	pm_btf_close(btf);
	run("gcc -gdwarf-5 -gsplit-dwarf -c -o split.o a.c");
	expect_error("split.o", "its DWARF has no types (are they in .dwo files?)");
	run("gcc -c -o none.o a.c");
	expect_error("none.o", "no types in it (neither .BTF nor .debug_info)");
	run("objcopy --remove-section .debug_abbrev --remove-section .rela.debug_info --remove-section "
	    ".rela.debug_aranges both.o holes.o");
	expect_error("holes.o", "its DWARF cannot be read");
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	char command[128];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compiled),
		cmocka_unit_test(damaged),
		cmocka_unit_test(elsewhere),
	};

	return cmocka_run_group_tests_name("dwarf_types", tests, make_folder, remove_folder);
}
