/* Values and types as JSON: members of unnamed structures stand among those around them, as in C. */
#include "shell/value.h"

#include <string.h>

enum { max_depth = 12 };

static void value(struct pm_shell *sh, const char *key, uint64_t addr, uint32_t type, unsigned depth);

static void integer(struct pm_shell *sh, const char *key, uint64_t v, uint64_t size, unsigned encoding)
{
	const int64_t exact = INT64_C(1) << 53;
	int64_t with_sign = (int64_t)v;

	if (encoding & PM_BTF_SIGNED && size < 8)
		with_sign = (int64_t)(v << (64 - 8 * size)) >> (64 - 8 * size);
	if (encoding & PM_BTF_BOOL && v <= 1)
		pm_json_bool(sh->json, key, v);
	else if (encoding & PM_BTF_SIGNED && with_sign > -exact && with_sign < exact)
		pm_json_int(sh->json, key, with_sign);
	else if (!(encoding & PM_BTF_SIGNED) && v < (uint64_t)exact)
		pm_json_uint(sh->json, key, v);
	else
		pm_json_hex(sh->json, key, v);
}

static void enumerator(struct pm_shell *sh, const char *key, uint32_t type, int64_t v)
{
	int64_t known;
	const char *name;

	for (uint32_t i = 0; (name = pm_btf_enum(sh->btf, type, i, &known)); i++)
		if (known == v) {
			pm_json_str(sh->json, key, name);
			return;
		}
	pm_json_int(sh->json, key, v);
}

static void bit_field(struct pm_shell *sh, const char *key, uint64_t addr, const struct pm_btf_member *m)
{
	const struct pm_btf *btf = sh->btf;
	uint32_t type = pm_btf_resolve(btf, m->type);
	uint64_t v;

	if (!pm_value_bits(sh, addr, m, &v)) {
		pm_json_null(sh->json, key);
		return;
	}
	if (pm_btf_kind(btf, type) == PM_BTF_ENUM || pm_btf_kind(btf, type) == PM_BTF_ENUM64)
		enumerator(sh, key, type, (int64_t)v);
	else
		integer(sh, key, v, 8, pm_btf_int_encoding(btf, type) & PM_BTF_BOOL);
}

static bool is_structure(const struct pm_btf *btf, uint32_t type)
{
	enum pm_btf_kind kind = pm_btf_kind(btf, type);

	return kind == PM_BTF_STRUCT || kind == PM_BTF_UNION;
}

static void members(struct pm_shell *sh, uint64_t addr, uint32_t type, unsigned depth)
{
	const struct pm_btf *btf = sh->btf;
	struct pm_btf_member m;

	for (uint32_t i = 0; pm_value_goes_on(sh) && pm_btf_member(btf, type, i, &m); i++) {
		uint32_t inner = pm_btf_resolve(btf, m.type);

		if (m.bits && *m.name)
			bit_field(sh, m.name, addr, &m);
		else if (*m.name)
			value(sh, m.name, addr + m.bit_offset / 8, m.type, depth + 1);
		else if (is_structure(btf, inner) && depth < max_depth)
			members(sh, addr + m.bit_offset / 8, inner, depth + 1);
	}
}

static void array(struct pm_shell *sh, const char *key, uint64_t addr, uint32_t type, unsigned depth)
{
	const struct pm_btf *btf = sh->btf;
	uint32_t element = pm_btf_resolve(btf, pm_btf_target(btf, type)), n = pm_btf_length(btf, type);
	uint64_t size = pm_btf_size(btf, element);
	char text[257];

	if (size == 1 && pm_btf_kind(btf, element) == PM_BTF_INT &&
	    !strcmp(pm_btf_name(btf, element), "char") && n && n < sizeof(text)) {
		bool known = pm_space_read(pm_value_space(sh), addr, text, n, NULL) == n;

		text[n] = 0;
		if (known)
			pm_json_str(sh->json, key, text);
		else
			pm_json_null(sh->json, key);
		return;
	}
	pm_json_open(sh->json, key, '[');
	for (uint32_t i = 0; i < n && pm_value_goes_on(sh); i++)
		value(sh, NULL, addr + i * size, element, depth + 1);
	pm_json_close(sh->json, ']');
}

static void value(struct pm_shell *sh, const char *key, uint64_t addr, uint32_t type, unsigned depth)
{
	const struct pm_btf *btf = sh->btf;
	uint64_t size, v;

	type = pm_btf_resolve(btf, type);
	size = pm_btf_size(btf, type);
	if (depth <= max_depth && is_structure(btf, type)) {
		pm_json_open(sh->json, key, '{');
		members(sh, addr, type, depth);
		pm_json_close(sh->json, '}');
	} else if (depth <= max_depth && pm_btf_kind(btf, type) == PM_BTF_ARRAY) {
		array(sh, key, addr, type, depth);
	} else if (!size || size > 8 || !pm_space_load(pm_value_space(sh), addr, (unsigned)size, &v)) {
		pm_json_null(sh->json, key);
	} else if (pm_btf_kind(btf, type) == PM_BTF_PTR) {
		pm_json_hex(sh->json, key, v);
	} else if (pm_btf_kind(btf, type) == PM_BTF_ENUM) {
		enumerator(sh, key, type, size == 4 ? (int32_t)v : (int64_t)v);
	} else if (pm_btf_kind(btf, type) == PM_BTF_ENUM64) {
		enumerator(sh, key, type, (int64_t)v);
	} else {
		integer(sh, key, v, size, pm_btf_int_encoding(btf, type));
	}
}

void pm_value_json(struct pm_shell *sh, const char *key, uint64_t addr, uint32_t type)
{
	value(sh, key, addr, type, 0);
}

void pm_value_json_member(struct pm_shell *sh, const char *key, uint64_t base,
			  const struct pm_btf_member *member)
{
	if (member->bits)
		bit_field(sh, key, base, member);
	else
		value(sh, key, base + member->bit_offset / 8, member->type, 0);
}

static void declarations(struct pm_shell *sh, uint32_t type, uint64_t bit_base, unsigned depth)
{
	const struct pm_btf *btf = sh->btf;
	struct pm_btf_member m;

	for (uint32_t i = 0; pm_value_goes_on(sh) && pm_btf_member(btf, type, i, &m); i++) {
		uint32_t inner = pm_btf_resolve(btf, m.type);
		char text[512];

		m.bit_offset += bit_base;
		if (!*m.name && is_structure(btf, inner)) {
			if (depth < max_depth)
				declarations(sh, inner, m.bit_offset, depth + 1);
			continue;
		}
		pm_btf_declare(btf, m.type, "", text, sizeof(text));
		pm_json_open(sh->json, NULL, '{');
		pm_json_str(sh->json, "name", m.name);
		pm_json_str(sh->json, "type", text);
		pm_json_uint(sh->json, "offset", m.bit_offset / 8);
		if (m.bits) {
			pm_json_uint(sh->json, "bit", m.bit_offset % 8);
			pm_json_uint(sh->json, "bits", m.bits);
		} else {
			pm_json_uint(sh->json, "size", pm_btf_size(btf, m.type));
		}
		pm_json_close(sh->json, '}');
	}
}

void pm_value_json_type(struct pm_shell *sh, uint32_t type)
{
	const struct pm_btf *btf = sh->btf;
	uint32_t id = pm_btf_resolve(btf, type);
	char text[256];
	int64_t v;
	const char *name;

	pm_btf_declare(btf, type, "", text, sizeof(text));
	pm_json_str(sh->json, "type", text);
	pm_json_uint(sh->json, "size", pm_btf_size(btf, type));
	if (is_structure(btf, id)) {
		pm_json_open(sh->json, "members", '[');
		declarations(sh, id, 0, 0);
		pm_json_close(sh->json, ']');
	} else if (pm_btf_kind(btf, id) == PM_BTF_ENUM || pm_btf_kind(btf, id) == PM_BTF_ENUM64) {
		pm_json_open(sh->json, "enumerators", '{');
		for (uint32_t i = 0; (name = pm_btf_enum(btf, id, i, &v)); i++)
			pm_json_int(sh->json, name, v);
		pm_json_close(sh->json, '}');
	}
}
