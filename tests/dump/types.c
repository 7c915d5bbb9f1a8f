/* usage: types VMLINUX
 * Every type, function and per-CPU variable that VMLINUX has both as BTF and as DWARF, one against the other: sizes,
 * members, values, prototypes, each declaration as it is shown.  Of several types of one name DWARF's is one of BTF's.
 * Ends with 'N passed, N failed'; exit status 77 when VMLINUX does not have both. */
#include "base/memory.h"
#include "symbols/btf.h"
#include "symbols/elf.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	most_told = 20,
	per_thousand_absent = 5, /* types that are known inside of one function alone */
	per_thousand_other = 2,  /* functions of two files that include a third one, with other types */
};

struct compare {
	struct pm_btf *btf, *dwarf;
	unsigned long types, absent, differ;
	unsigned long functions, other; /* those that DWARF has, too: not in assembler, of one name once */
};

/* BTF as pahole makes it has one dimension where the source has several: a[4][2] becomes a[8]. */
static void flatten(char *text)
{
	char *p = text;

	while ((p = strchr(p, '['))) {
		unsigned long n;
		int used = 0;

		while (sscanf(p, "[%lu]%n", &n, &used) == 1 && used && p[used] == '[') {
			unsigned long m;
			int more = 0;
			char both[32];

			if (sscanf(p + used, "[%lu]%n", &m, &more) != 1 || !more)
				break;
			snprintf(both, sizeof(both), "[%lu]", n * m);
			memmove(p + strlen(both), p + used + more, strlen(p + used + more) + 1);
			memcpy(p, both, strlen(both));
		}
		p++;
	}
}

static void declare(const struct pm_btf *btf, uint32_t id, const char *name, char *text, size_t size)
{
	pm_btf_declare(btf, id, name, text, size);
	flatten(text);
}

static void put_type(const struct pm_btf *btf, uint32_t id, struct pm_buf *out)
{
	struct pm_btf_member m;
	char text[512];
	int64_t value;
	const char *name;
	uint32_t type;

	declare(btf, pm_btf_target(btf, id), "", text, sizeof(text));
	pm_buf_printf(out, "%d bytes %llu target %s length %u\n",
		      pm_btf_kind(btf, id) == PM_BTF_ENUM64 ? PM_BTF_ENUM : pm_btf_kind(btf, id),
		      (unsigned long long)pm_btf_size(btf, id), text, pm_btf_length(btf, id));
	for (uint32_t i = 0; pm_btf_member(btf, id, i, &m); i++) {
		declare(btf, m.type, m.name, text, sizeof(text));
		pm_buf_printf(out, "  %llu:%u %s\n", (unsigned long long)m.bit_offset, m.bits, text);
		/* what has no name has no other place to be compared at */
		uint32_t inner = pm_btf_resolve(btf, m.type);
		enum pm_btf_kind kind = pm_btf_kind(btf, inner);

		if (!*pm_btf_name(btf, inner) && (kind == PM_BTF_STRUCT || kind == PM_BTF_UNION))
			put_type(btf, inner, out);
	}
	for (uint32_t i = 0; (name = pm_btf_enum(btf, id, i, &value)); i++)
		pm_buf_printf(out, "  %s %lld\n", name, (long long)value);
	if (pm_btf_kind(btf, id) == PM_BTF_FUNC)
		id = pm_btf_target(btf, id);
	for (uint32_t i = 0; pm_btf_param(btf, id, i, &name, &type); i++) {
		declare(btf, type, name, text, sizeof(text));
		pm_buf_printf(out, "  (%s)\n", text);
	}
}

static bool is_one_of(const struct compare *c, enum pm_btf_kind kind, const char *name, const char *text)
{
	bool same = false;

	for (uint32_t id = 1; id <= pm_btf_count(c->btf) && !same; id++) {
		struct pm_buf a = { 0 };

		if (pm_btf_kind(c->btf, id) != kind || strcmp(pm_btf_name(c->btf, id), name))
			continue;
		put_type(c->btf, id, &a);
		same = !strcmp(a.data, text);
		pm_buf_deinit(&a);
	}
	return same;
}

static void compare_one(struct compare *c, uint32_t id)
{
	enum pm_btf_kind kind = pm_btf_kind(c->btf, id);
	bool is_function = kind == PM_BTF_FUNC;
	const char *name = pm_btf_name(c->btf, id);
	struct pm_buf a = { 0 }, b = { 0 };
	uint32_t other = pm_btf_find(c->dwarf, kind == PM_BTF_ENUM64 ? PM_BTF_ENUM : kind, name);

	c->types += !is_function;
	c->functions += is_function && other;
	if (!other) {
		if (!is_function && c->absent++ < most_told)
			printf("not found: %s\n", name);
		return;
	}
	put_type(c->btf, id, &a);
	put_type(c->dwarf, other, &b);
	if (strcmp(a.data, b.data) && !is_one_of(c, kind, name, b.data)) {
		if (is_function)
			c->other++;
		else
			c->differ++;
		if (c->differ + c->other < most_told)
			printf("%s, of BTF: %sof DWARF: %s", name, a.data, b.data);
	}
	pm_buf_deinit(&a);
	pm_buf_deinit(&b);
}

static bool is_compared(const struct compare *c, uint32_t id)
{
	static const bool kinds[PM_BTF_KINDS] = {
		[PM_BTF_STRUCT] = true,  [PM_BTF_UNION] = true, [PM_BTF_ENUM] = true,  [PM_BTF_ENUM64] = true,
		[PM_BTF_TYPEDEF] = true, [PM_BTF_INT] = true,   [PM_BTF_FLOAT] = true,
	};
	enum pm_btf_kind kind = pm_btf_kind(c->btf, id);
	const char *name = pm_btf_name(c->btf, id);

	if (kind == PM_BTF_FUNC || kind == PM_BTF_VAR)
		return true;
	return kinds[kind] && *name && pm_btf_find(c->btf, kind, name) == id;
}

static unsigned failed;

static void check(const char *what, unsigned long wrong, unsigned long all, unsigned long most)
{
	bool ok = all && wrong <= most;

	printf("%s %s: %lu of %lu, at most %lu\n", ok ? "ok  " : "FAIL", what, wrong, all, most);
	failed += !ok;
}

int main(int argc, char **argv)
{
	struct compare c = { 0 };
	struct pm_error *err;
	struct pm_elf *elf;
	char *build_id;
	struct timespec start, end;

	if (argc != 2) {
		fputs("usage: types VMLINUX\n", stderr);
		return 2;
	}
	err = pm_btf_open_file(argv[1], &c.btf, &build_id);
	if (!err && pm_btf_dwarf_names(c.btf)) {
		printf("%s: no BTF to compare with\n", argv[1]);
		return 77;
	}
	if (!err)
		err = pm_elf_open(argv[1], &elf);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &start);
	if (!err)
		err = pm_btf_open_dwarf(elf, &c.dwarf);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &end);
	if (err) {
		printf("%s\n", err->message);
		return 77;
	}
	if (pm_btf_trouble(c.dwarf))
		printf("%s\n", pm_btf_trouble(c.dwarf));
	for (uint32_t id = 1; id <= pm_btf_count(c.btf); id++)
		if (is_compared(&c, id))
			compare_one(&c, id);
	printf("all units walked in %.2f s\n",
	       (double)(end.tv_sec - start.tv_sec) + (double)(end.tv_nsec - start.tv_nsec) / 1e9);
	check("types that DWARF does not have", c.absent, c.types, c.types * per_thousand_absent / 1000);
	check("types that differ", c.differ, c.types, 0);
	check("functions that differ", c.other, c.functions, c.functions * per_thousand_other / 1000);
	pm_btf_close(c.btf);
	pm_btf_close(c.dwarf);
	free(build_id);
	printf("%u passed, %u failed\n", 3 - failed, failed);
	return failed != 0;
}
