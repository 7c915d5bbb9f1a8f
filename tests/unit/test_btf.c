/* BTF as modules have it, and BTF with broken records. */
#include "linux_image.h"

#include "symbols/btf.h"

#include <setjmp.h>
#include <stdarg.h>
#include <time.h>
#include <cmocka.h>

enum { STRUCTS = 300 };

static uint8_t *bytes_of(struct image_btf *b, size_t *n_out)
{
	size_t n = 24 + b->types.n + b->strings.n;
	uint32_t header[] = {
		0x0001eb9f, 24, 0, (uint32_t)b->types.n, (uint32_t)b->types.n, (uint32_t)b->strings.n
	};
	uint8_t *bytes = pm_alloc(n);

	memcpy(bytes, header, 24);
	memcpy(bytes + 24, b->types.data, b->types.n);
	memcpy(bytes + 24 + b->types.n, b->strings.data, b->strings.n);
	pm_buf_deinit(&b->types);
	pm_buf_deinit(&b->strings);
	*n_out = n;
	return bytes;
}

static struct pm_btf *opened(uint8_t *bytes, size_t n, struct pm_btf *base)
{
	struct pm_btf *btf = NULL;
	struct pm_error *err = pm_btf_open(bytes, n, base, &btf);

	if (err)
		fail_msg("%s", err->message);
	return btf;
}

/* places[i]: offset of the record of struct s<i>, which has i % 5 + 1 members; each refers to the one before it, and
 * functions stand among them. */
static uint8_t *many(size_t places[STRUCTS], size_t *n_out)
{
	struct image_btf b = { 0 };
	uint32_t last = 0;

	pm_buf_add(&b.strings, "", 1);
	uint32_t u32 = image_btf_type(&b, "int", 1, 0, 4);
	image_btf_u32(&b, 1 << 24 | 32);
	for (unsigned i = 0; i < STRUCTS; i++) {
		static const char *const names[] = { "a", "b", "c", "d", "e" };
		struct image_member members[7] = { 0 };
		char name[16];
		unsigned n = i % 5 + 1;

		for (unsigned k = 0; k < n; k++)
			members[k] = (struct image_member){ names[k], u32, 4 * k, 0, 0 };
		if (last) {
			members[n] = (struct image_member){ "before", last, 4 * n, 0, 0 };
			if (i % 3)
				members[n].name = NULL;
		}
		places[i] = 24 + b.types.n;
		snprintf(name, sizeof(name), "s%u", i);
		/* no further than the one before: sizes stay small */
		uint32_t id = image_btf_struct(&b, name, 4, 4 * (n + (members[n].name ? 100 : 0)), members);
		if (i % 3)
			last = image_btf_type(&b, "", 2, 0, id);
		if (i % 7 == 0) {
			uint32_t proto = image_btf_type(&b, "", 13, 1, u32);
			image_btf_u32(&b, image_btf_string(&b, "arg"));
			image_btf_u32(&b, last ? last : u32);
			snprintf(name, sizeof(name), "f%u", i);
			image_btf_type(&b, name, 12, 0, proto);
		}
	}
	return bytes_of(&b, n_out);
}

/* What is right of structs from first to end, none of which may be broken. */
static void check_structs(struct pm_btf *btf, unsigned first, unsigned end)
{
	for (unsigned i = first; i < end; i++) {
		struct pm_btf_member member;
		char name[16];

		snprintf(name, sizeof(name), "s%u", i);
		uint32_t id = pm_btf_find(btf, PM_BTF_STRUCT, name);

		assert_int_not_equal(id, 0);
		assert_true(pm_btf_find_member(btf, id, "a", &member));
		assert_string_equal(pm_btf_name(btf, member.type), "int");
		if (i % 7)
			continue;
		snprintf(name, sizeof(name), "f%u", i);
		id = pm_btf_find(btf, PM_BTF_FUNC, name);
		assert_int_not_equal(id, 0);
		assert_int_equal(pm_btf_kind(btf, pm_btf_target(btf, id)), PM_BTF_FUNC_PROTO);
	}
}

static void whole(void **state)
{
	size_t places[STRUCTS], n;
	uint8_t *bytes = many(places, &n);
	struct pm_btf *btf = opened(bytes, n, NULL);

	(void)state;
	assert_null(pm_btf_trouble(btf));
	check_structs(btf, 0, STRUCTS);
	pm_btf_close(btf);
}

/* Each way to break a record: of its info word, or of many bytes. */
static void broken_records(void **state)
{
	static const struct {
		unsigned at, n; /* bytes from the record on */
		uint8_t with;
		unsigned lost; /* structs that may be lost, from the broken one on */
	} rows[] = {
		{ 7, 1, 0, 1 },    /* no kind */
		{ 7, 1, 31, 1 },   /* one that there is not */
		{ 4, 1, 77, 17 },  /* more members than there are: it swallows what follows */
		{ 4, 1, 0, 1 },    /* fewer */
		{ 6, 1, 0xff, 1 }, /* more than fit */
		{ 0, 4, 0xff, 1 }, /* a name that is not there */
		{ 0, 400, 0, 9 },  /* many */
		{ 0, 400, 0xff, 9 },
	};

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
		size_t places[STRUCTS], n;
		uint8_t *bytes = many(places, &n);
		const unsigned broken = 104; /* of five members, in the middle */

		memset(bytes + places[broken] + rows[row].at, rows[row].with, rows[row].n);
		struct pm_btf *btf = opened(bytes, n, NULL);

		if (!pm_btf_trouble(btf))
			fail_msg("row %zu: nothing is said", row);
		assert_non_null(strstr(pm_btf_trouble(btf), "are lost from offset 0x"));
		if (strstr(pm_btf_trouble(btf), "nothing tells"))
			fail_msg("row %zu: %s", row, pm_btf_trouble(btf));
		check_structs(btf, 0, broken - 1);
		check_structs(btf, broken + rows[row].lost, STRUCTS);
		pm_btf_close(btf);
	}
}

/* Two places far from each other. */
static void broken_twice(void **state)
{
	size_t places[STRUCTS], n;
	uint8_t *bytes = many(places, &n);

	(void)state;
	bytes[places[50] + 7] = 0;
	memset(bytes + places[200], 0, 300);
	struct pm_btf *btf = opened(bytes, n, NULL);

	assert_non_null(pm_btf_trouble(btf));
	check_structs(btf, 0, 49);
	check_structs(btf, 51, 199);
	check_structs(btf, 214, STRUCTS);
	pm_btf_close(btf);
}

/* Records without references: nothing tells how many are lost, and what stands behind is not used. */
static void no_evidence(void **state)
{
	struct image_btf b = { 0 };
	size_t n;

	(void)state;
	pm_buf_add(&b.strings, "", 1);
	for (unsigned i = 0; i < 100; i++) {
		char name[16];

		snprintf(name, sizeof(name), "int%u", i);
		image_btf_type(&b, name, 1, 0, 4);
		image_btf_u32(&b, 32);
	}
	uint8_t *bytes = bytes_of(&b, &n);

	memset(bytes + 24 + 16 * 40, 0, 48);
	struct pm_btf *btf = opened(bytes, n, NULL);

	assert_non_null(strstr(pm_btf_trouble(btf), "nothing tells"));
	assert_int_equal(pm_btf_count(btf), 40);
	assert_int_equal(pm_btf_find(btf, PM_BTF_INT, "int39"), 40);
	assert_int_equal(pm_btf_find(btf, PM_BTF_INT, "int90"), 0);
	pm_btf_close(btf);
}

/* The kernel's types for a module: an int, and a struct of 16 bytes. */
static struct pm_btf *kernel_types(void)
{
	struct image_btf b = { 0 };
	size_t n;

	pm_buf_add(&b.strings, "", 1);
	image_btf_type(&b, "other", 1, 0, 8);
	image_btf_u32(&b, 64);
	uint32_t u32 = image_btf_type(&b, "int", 1, 0, 4);
	image_btf_u32(&b, 32);
	image_btf_struct(&b, "list_head", 4, 24, (struct image_member[]){ { "wrong", u32, 0, 0, 0 }, { 0 } });
	image_btf_struct(
		&b, "list_head", 4, 16,
		(struct image_member[]){ { "next", u32, 0, 0, 0 }, { "prev", u32, 8, 0, 0 }, { 0 } });
	uint8_t *bytes = bytes_of(&b, &n);

	return opened(bytes, n, NULL);
}

static void check_module(struct pm_btf *btf)
{
	struct pm_btf_member member;
	uint32_t id = pm_btf_find_written(btf, "struct drv");
	char text[64];

	assert_int_not_equal(id, 0);
	assert_int_equal(pm_btf_size(btf, id), 40);
	assert_true(pm_btf_find_member(btf, id, "link.prev", &member));
	assert_int_equal(member.bit_offset, 8 * 16);
	assert_true(pm_btf_find_member(btf, id, "count", &member));
	assert_string_equal(pm_btf_name(btf, member.type), "int");
	pm_btf_declare(btf, pm_btf_find(btf, PM_BTF_TYPEDEF, "drv_t"), "x", text, sizeof(text));
	assert_string_equal(text, "drv_t x");
	assert_string_equal(pm_btf_name(btf, pm_btf_resolve(btf, pm_btf_find(btf, PM_BTF_TYPEDEF, "drv_t"))),
			    "drv");
}

/* struct drv { int count; struct list_head link; … }, drv_t; u32 and list: their ids. */
static void module_types(struct image_btf *b, uint32_t strings, uint32_t u32, uint32_t list)
{
	uint32_t id = image_btf_struct(
		b, "drv", 4, 40,
		(struct image_member[]){ { "count", u32, 0, 0, 0 }, { "link", list, 8, 0, 0 }, { 0 } });
	image_btf_type(b, "drv_t", 8, 0, id);
	/* its strings go on where the base's end, which are as many bytes as `strings` says */
	uint8_t *p = (uint8_t *)b->types.data;
	for (size_t at = 0; at < b->types.n;) {
		uint32_t name, info;

		memcpy(&name, p + at, 4);
		memcpy(&info, p + at + 4, 4);
		name = name ? name + strings : 0;
		memcpy(p + at, &name, 4);
		if (info >> 24 == 4)
			for (unsigned i = 0; i < (info & 0xffff); i++) {
				memcpy(&name, p + at + 12 + 12 * i, 4);
				name += strings;
				memcpy(p + at + 12 + 12 * i, &name, 4);
			}
		at += 12 + (info >> 24 == 4 ? 12 * (info & 0xffff) : 0);
	}
}

/* A module's own, behind those of the kernel. */
static void split(void **state)
{
	struct pm_btf *kernel = kernel_types();
	struct image_btf b = { .n = 4 };
	size_t n;

	(void)state;
	pm_buf_add(&b.strings, "", 1);
	module_types(&b, 1 + 6 + 4 + 10 + 6 + 10 + 5 + 5, 2, 4);
	uint8_t *bytes = bytes_of(&b, &n);
	struct pm_btf *btf = opened(bytes, n, kernel);

	assert_null(pm_btf_trouble(btf));
	assert_int_equal(pm_btf_count(btf), 6);
	check_module(btf);
	pm_btf_close(btf);
	pm_btf_close(kernel);
}

/* The same on a base of its own: the kernel's types by name and size, in another order. */
static void distilled(void **state)
{
	(void)state;
	for (unsigned unknown = 0; unknown < 2; unknown++) {
		struct pm_btf *kernel = kernel_types(), *btf;
		struct image_btf base = { 0 }, b = { .n = 2 };
		size_t base_n, n;

		pm_buf_add(&base.strings, "", 1);
		image_btf_type(&base, "list_head", 4, 0, unknown ? 32 : 16);
		image_btf_type(&base, "int", 1, 0, 4);
		image_btf_u32(&base, 32);
		pm_buf_add(&b.strings, "", 1);
		module_types(&b, 1 + 10 + 4, 2, 1);
		uint8_t *base_bytes = bytes_of(&base, &base_n), *bytes = bytes_of(&b, &n);
		struct pm_error *err = pm_btf_open_distilled(bytes, n, base_bytes, base_n, kernel, &btf);

		assert_null(err);
		assert_int_equal(pm_btf_count(btf), 6);
		if (unknown)
			assert_string_equal(pm_btf_trouble(btf),
					    "1 of the 2 types of its base are not this kernel's");
		else
			check_module(btf);
		pm_btf_close(btf);
		pm_btf_close(kernel);
	}
}

/* Strings that are said to lie over the records, whose ids are rewritten: the last one ends all the same. */
static void distilled_with_strings_over_records(void **state)
{
	struct pm_btf *kernel = kernel_types(), *btf;
	struct image_btf base = { 0 }, b = { .n = 1 };
	size_t base_n, n;

	(void)state;
	pm_buf_add(&base.strings, "", 1);
	image_btf_type(&base, "int", 1, 0, 4);
	image_btf_u32(&base, 32);
	pm_buf_add(&b.strings, "", 1);
	image_btf_type(&b, "", 2, 0, 0xffffff); /* a pointer: 12 bytes */
	image_btf_u32(&b, 5 + 11);              /* one whose name is the first one's last byte */
	image_btf_u32(&b, 2 << 24);
	image_btf_u32(&b, 0);
	uint8_t *base_bytes = bytes_of(&base, &base_n), *bytes = bytes_of(&b, &n);

	bytes[16] = 0; /* the strings are the first record */
	bytes[20] = 12;
	assert_null(pm_btf_open_distilled(bytes, n, base_bytes, base_n, kernel, &btf));
	assert_int_equal(pm_btf_kind(btf, pm_btf_count(btf)), PM_BTF_PTR);
	assert_string_equal(pm_btf_name(btf, pm_btf_count(btf)), "");
	pm_btf_close(btf);
	pm_btf_close(kernel);
}

/* Types that all have one name: looking for another takes no time that counts. */
static void one_name(void **state)
{
	struct image_btf b = { 0 };
	clock_t start = clock();
	size_t n;

	(void)state;
	pm_buf_add(&b.strings, "\0same\0other", 12);
	for (unsigned i = 0; i < 200000; i++) {
		image_btf_u32(&b, 1);
		image_btf_u32(&b, 1 << 24);
		image_btf_u32(&b, 4);
		image_btf_u32(&b, 32);
	}
	uint8_t *bytes = bytes_of(&b, &n);
	struct pm_btf *btf = opened(bytes, n, NULL);

	assert_int_equal(pm_btf_find(btf, PM_BTF_INT, "same"), 1);
	assert_int_equal(pm_btf_find(btf, PM_BTF_INT, "other"), 0);
	assert_in_range((clock() - start) / CLOCKS_PER_SEC, 0, 4);
	pm_btf_close(btf);
}

/* Whatever is damaged: no fault, no endless search. */
static void damaged_anyhow(void **state)
{
	uint64_t seed = 88172645463325252ull;

	(void)state;
	for (unsigned i = 0; i < 300; i++) {
		size_t places[STRUCTS], n;
		uint8_t *bytes = many(places, &n);
		struct pm_btf *btf = NULL;

		for (unsigned k = 0; k < 1 + i % 60; k++) {
			seed ^= seed << 13;
			seed ^= seed >> 7;
			seed ^= seed << 17;
			bytes[24 + seed % (n - 24)] = (uint8_t)(seed >> 40);
		}
		struct pm_error *err = pm_btf_open(bytes, n, NULL, &btf);

		assert_null(err);
		for (uint32_t id = 1; id <= pm_btf_count(btf); id++) {
			char text[128];

			pm_btf_declare(btf, id, "x", text, sizeof(text));
		}
		pm_btf_close(btf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),
		cmocka_unit_test(broken_records),
		cmocka_unit_test(broken_twice),
		cmocka_unit_test(no_evidence),
		cmocka_unit_test(split),
		cmocka_unit_test(distilled),
		cmocka_unit_test(distilled_with_strings_over_records),
		cmocka_unit_test(one_name),
		cmocka_unit_test(damaged_anyhow),
	};

	return cmocka_run_group_tests_name("btf", tests, NULL, NULL);
}
