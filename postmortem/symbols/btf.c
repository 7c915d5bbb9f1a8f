#include "symbols/btf_records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint32_t pm_btf_count(const struct pm_btf *btf)
{
	return btf->first + btf->count - 1;
}

static uint32_t info(const struct pm_btf *btf, uint32_t id)
{
	size_t at;
	const struct pm_btf *own = pm_btf_record(btf, id, &at);

	return own ? pm_btf_u32(own, at + 4) : 0;
}

enum pm_btf_kind pm_btf_kind(const struct pm_btf *btf, uint32_t id)
{
	unsigned kind = pm_btf_info_kind(info(btf, id));

	return kind < PM_BTF_KINDS ? (enum pm_btf_kind)kind : PM_BTF_VOID;
}

const char *pm_btf_name(const struct pm_btf *btf, uint32_t id)
{
	size_t at;
	const struct pm_btf *own = pm_btf_record(btf, id, &at);

	return own ? pm_btf_string(own, pm_btf_u32(own, at)) : "";
}

/* ---- by name ---- */

static bool is_named_kind(enum pm_btf_kind kind)
{
	return kind == PM_BTF_STRUCT || kind == PM_BTF_UNION || kind == PM_BTF_ENUM ||
	       kind == PM_BTF_ENUM64 || kind == PM_BTF_TYPEDEF || kind == PM_BTF_INT || kind == PM_BTF_FLOAT;
}

/* Of the record with that index; void where it is lost. */
static enum pm_btf_kind own_kind(const struct pm_btf *btf, uint32_t i)
{
	return btf->records[i] ? (enum pm_btf_kind)pm_btf_info_kind(pm_btf_u32(btf, btf->records[i] + 4))
			       : PM_BTF_VOID;
}

static const char *own_name(const struct pm_btf *btf, uint32_t i)
{
	return pm_btf_string(btf, pm_btf_u32(btf, btf->records[i]));
}

static uint32_t hash(const char *s)
{
	uint32_t h = 2166136261u;

	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * 16777619u;
	return h ^ h >> 15;
}

/* Steps past other names; kernels need a tenth of their number of types.  Types that all have one name, as broken ones
 * may, would need their square: those of them that are not reached are not found. */
static const uint64_t max_index_steps = 1 << 26;

static void index_names(struct pm_btf *btf)
{
	uint64_t steps = 0;
	uint32_t named = 0, size = 64;

	for (uint32_t i = 0; i < btf->count; i++)
		named += is_named_kind(own_kind(btf, i));
	while (size < 2 * named)
		size *= 2;
	btf->by_name = pm_alloc(size * sizeof(uint32_t));
	btf->by_name_mask = size - 1;
	for (uint32_t i = 0; i < btf->count; i++) {
		if (!is_named_kind(own_kind(btf, i)) || !*own_name(btf, i))
			continue;
		uint32_t slot = hash(own_name(btf, i)) & btf->by_name_mask;

		for (; btf->by_name[slot] && steps < max_index_steps; steps++)
			slot = (slot + 1) & btf->by_name_mask;
		if (!btf->by_name[slot])
			btf->by_name[slot] = btf->first + i;
	}
}

static bool is_kind(enum pm_btf_kind kind, enum pm_btf_kind wanted)
{
	return kind == wanted || (wanted == PM_BTF_ENUM && kind == PM_BTF_ENUM64);
}

uint32_t pm_btf_find_sized(struct pm_btf *btf, enum pm_btf_kind kind, const char *name, uint64_t size)
{
	if (btf->dwarf) {
		uint32_t id = pm_dwarf_types_find(btf->dwarf, kind, name);

		return size == UINT64_MAX || pm_btf_size(btf, id) == size ? id : 0;
	}
	uint32_t found = btf->base ? pm_btf_find_sized(btf->base, kind, name, size) : 0;

	if (found || !*name)
		return found;
	if (is_named_kind(kind)) {
		if (!btf->by_name)
			index_names(btf);
		for (uint32_t slot = hash(name) & btf->by_name_mask; btf->by_name[slot];
		     slot = (slot + 1) & btf->by_name_mask) {
			uint32_t id = btf->by_name[slot];

			if (is_kind(pm_btf_kind(btf, id), kind) && !strcmp(pm_btf_name(btf, id), name) &&
			    (size == UINT64_MAX || pm_btf_size(btf, id) == size))
				return id;
		}
		return 0;
	}
	for (uint32_t i = 0; i < btf->count; i++)
		if (own_kind(btf, i) == kind && !strcmp(own_name(btf, i), name))
			return btf->first + i;
	return 0;
}

uint32_t pm_btf_find(struct pm_btf *btf, enum pm_btf_kind kind, const char *name)
{
	return pm_btf_find_sized(btf, kind, name, UINT64_MAX);
}

uint32_t pm_btf_find_written(struct pm_btf *btf, const char *written)
{
	static const struct {
		const char *word;
		enum pm_btf_kind kind;
	} words[] = { { "struct ", PM_BTF_STRUCT }, { "union ", PM_BTF_UNION }, { "enum ", PM_BTF_ENUM },
		      { "", PM_BTF_STRUCT },        { "", PM_BTF_UNION },       { "", PM_BTF_TYPEDEF },
		      { "", PM_BTF_ENUM },          { "", PM_BTF_INT } };
	uint32_t id = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]) && !id; i++) {
		size_t n = strlen(words[i].word);

		if (!strncmp(written, words[i].word, n))
			id = pm_btf_find(btf, words[i].kind, written + n);
	}
	return id;
}

uint32_t pm_btf_target(const struct pm_btf *btf, uint32_t id)
{
	size_t at;
	const struct pm_btf *own = pm_btf_record(btf, id, &at);

	switch (pm_btf_kind(btf, id)) {
	case PM_BTF_ARRAY:
		return pm_btf_u32(own, at + 12);
	case PM_BTF_PTR:
	case PM_BTF_TYPEDEF:
	case PM_BTF_VOLATILE:
	case PM_BTF_CONST:
	case PM_BTF_RESTRICT:
	case PM_BTF_FUNC:
	case PM_BTF_FUNC_PROTO:
	case PM_BTF_VAR:
	case PM_BTF_DECL_TAG:
	case PM_BTF_TYPE_TAG:
		return pm_btf_u32(own, at + 8);
	default:
		return 0;
	}
}

static bool is_alias(enum pm_btf_kind kind)
{
	return kind == PM_BTF_TYPEDEF || kind == PM_BTF_VOLATILE || kind == PM_BTF_CONST ||
	       kind == PM_BTF_RESTRICT || kind == PM_BTF_TYPE_TAG;
}

uint32_t pm_btf_resolve(const struct pm_btf *btf, uint32_t id)
{
	for (unsigned i = 0; i < PM_BTF_MAX_CHAIN; i++) {
		if (!is_alias(pm_btf_kind(btf, id)))
			return id;
		id = pm_btf_target(btf, id);
	}
	return 0;
}

uint32_t pm_btf_length(const struct pm_btf *btf, uint32_t id)
{
	size_t at;
	const struct pm_btf *own = pm_btf_record(btf, id, &at);

	return pm_btf_kind(btf, id) == PM_BTF_ARRAY ? pm_btf_u32(own, at + 20) : 0;
}

uint64_t pm_btf_size(const struct pm_btf *btf, uint32_t id)
{
	uint64_t times = 1;

	for (unsigned i = 0; i < PM_BTF_MAX_CHAIN; i++) {
		size_t at;
		const struct pm_btf *own = pm_btf_record(btf, id, &at);
		enum pm_btf_kind kind = pm_btf_kind(btf, id);

		switch (kind) {
		case PM_BTF_INT:
		case PM_BTF_STRUCT:
		case PM_BTF_UNION:
		case PM_BTF_ENUM:
		case PM_BTF_ENUM64:
		case PM_BTF_FLOAT:
			return times * pm_btf_u32(own, at + 8);
		case PM_BTF_PTR:
			return times * 8;
		case PM_BTF_ARRAY:
			if (times > UINT32_MAX)
				return 0;
			times *= pm_btf_length(btf, id);
			break;
		default:
			if (!is_alias(kind))
				return 0;
		}
		id = pm_btf_target(btf, id);
	}
	return 0;
}

unsigned pm_btf_int_encoding(const struct pm_btf *btf, uint32_t id)
{
	size_t at;
	const struct pm_btf *own = pm_btf_record(btf, id, &at);

	return pm_btf_kind(btf, id) == PM_BTF_INT ? pm_btf_u32(own, at + 12) >> 24 & 15 : 0;
}

/* ---- members ---- */

static bool is_compound(enum pm_btf_kind kind)
{
	return kind == PM_BTF_STRUCT || kind == PM_BTF_UNION;
}

uint32_t pm_btf_members(const struct pm_btf *btf, uint32_t id)
{
	return is_compound(pm_btf_kind(btf, id)) ? info(btf, id) & 0xffffff : 0;
}

bool pm_btf_member(const struct pm_btf *btf, uint32_t id, uint32_t index, struct pm_btf_member *out)
{
	size_t at;
	const struct pm_btf *own = pm_btf_record(btf, id, &at);

	if (index >= pm_btf_members(btf, id))
		return false;
	at += 12 + 12 * (size_t)index;
	uint32_t offset = pm_btf_u32(own, at + 8);
	bool has_bits = info(btf, id) >> 31;

	*out = (struct pm_btf_member){ .name = pm_btf_string(own, pm_btf_u32(own, at)),
				       .type = pm_btf_u32(own, at + 4),
				       .bit_offset = has_bits ? offset & 0xffffff : offset,
				       .bits = has_bits ? offset >> 24 : 0 };
	return true;
}

/* One name in a structure, through unnamed ones.  looks: how many members may still be looked at; unnamed ones that
 * hold each other would have no end. */
static bool find_one(const struct pm_btf *btf, uint32_t id, const char *name, size_t n, unsigned depth,
		     unsigned *looks, struct pm_btf_member *out)
{
	struct pm_btf_member member;

	for (uint32_t i = 0; *looks && pm_btf_member(btf, id, i, &member); i++) {
		--*looks;
		if (*member.name) {
			if (strncmp(member.name, name, n) || member.name[n])
				continue;
			*out = member;
			return true;
		}
		uint32_t inner = pm_btf_resolve(btf, member.type);

		if (depth < PM_BTF_MAX_NESTING && is_compound(pm_btf_kind(btf, inner)) &&
		    find_one(btf, inner, name, n, depth + 1, looks, out)) {
			out->bit_offset += member.bit_offset;
			return true;
		}
	}
	return false;
}

bool pm_btf_find_member(const struct pm_btf *btf, uint32_t id, const char *path, struct pm_btf_member *out)
{
	uint64_t bit_offset = 0;

	for (;;) {
		size_t n = strcspn(path, ".[");
		unsigned looks = 1 << 12; /* the largest real structures have some hundreds */

		if (!find_one(btf, pm_btf_resolve(btf, id), path, n, 0, &looks, out))
			return false;
		bit_offset += out->bit_offset;
		path += n;
		while (*path == '[') {
			char *end;
			unsigned long index = strtoul(path + 1, &end, 10);
			uint32_t array = pm_btf_resolve(btf, out->type);

			if (*end != ']' || pm_btf_kind(btf, array) != PM_BTF_ARRAY)
				return false;
			out->type = pm_btf_target(btf, array);
			bit_offset += 8 * index * pm_btf_size(btf, out->type);
			path = end + 1;
		}
		out->bit_offset = bit_offset;
		if (!*path)
			return true;
		if (*path++ != '.')
			return false;
		id = out->type;
	}
}

bool pm_btf_member_at(const struct pm_btf *btf, uint32_t id, uint64_t byte, char *path, size_t size,
		      struct pm_btf_member *out)
{
	uint64_t base = 0; /* bits */
	size_t used = 0;
	bool found = false;

	*path = 0;
	for (unsigned depth = 0; depth < PM_BTF_MAX_NESTING; depth++) {
		struct pm_btf_member member, best = { 0 };
		bool any = false;

		id = pm_btf_resolve(btf, id);
		if (pm_btf_kind(btf, id) == PM_BTF_ARRAY) {
			uint64_t element = pm_btf_size(btf, pm_btf_target(btf, id));
			uint64_t inside = byte - base / 8;

			if (!element || inside / element >= pm_btf_length(btf, id) || used >= size)
				break;
			int n = snprintf(path + used, size - used, "[%llu]",
					 (unsigned long long)(inside / element));
			used += n > 0 ? (size_t)n : 0;
			base += inside / element * element * 8;
			id = pm_btf_target(btf, id);
			out->type = id;
			out->bit_offset = base;
			continue;
		}
		for (uint32_t i = 0; pm_btf_member(btf, id, i, &member); i++) {
			uint64_t start = base + member.bit_offset;
			uint64_t bits = member.bits ? member.bits : 8 * pm_btf_size(btf, member.type);

			if (byte * 8 + 7 >= start && byte * 8 < start + bits) {
				best = member;
				any = true;
				break;
			}
		}
		if (!any)
			break;
		found = true;
		base += best.bit_offset;
		*out = best;
		out->bit_offset = base;
		if (*best.name && used < size) {
			int n = snprintf(path + used, size - used, "%s%s", used ? "." : "", best.name);
			used += n > 0 ? (size_t)n : 0;
		}
		id = best.type;
	}
	return found;
}

/* ---- enums, prototypes, variables ---- */

const char *pm_btf_enum(const struct pm_btf *btf, uint32_t id, uint32_t index, int64_t *value_out)
{
	size_t at;
	const struct pm_btf *own = pm_btf_record(btf, id, &at);
	enum pm_btf_kind kind = pm_btf_kind(btf, id);
	uint32_t word = info(btf, id);

	if ((kind != PM_BTF_ENUM && kind != PM_BTF_ENUM64) || index >= (word & 0xffffff))
		return NULL;
	at += 12 + (kind == PM_BTF_ENUM ? 8 : 12) * (size_t)index;
	uint32_t low = pm_btf_u32(own, at + 4);

	if (kind == PM_BTF_ENUM64)
		*value_out = (int64_t)((uint64_t)pm_btf_u32(own, at + 8) << 32 | low);
	else
		*value_out = word >> 31 ? (int32_t)low : (int64_t)low;
	return pm_btf_string(own, pm_btf_u32(own, at));
}

static bool has_enum_value(const struct pm_btf *btf, uint32_t id, const char *name, int64_t *value_out)
{
	const char *found;

	for (uint32_t i = 0; (found = pm_btf_enum(btf, id, i, value_out)); i++)
		if (!strcmp(found, name))
			return true;
	return false;
}

bool pm_btf_enum_value(struct pm_btf *btf, const char *name, int64_t *value_out)
{
	if (btf->dwarf) {
		uint32_t id;

		for (uint32_t i = 0; (id = pm_dwarf_types_enum(btf->dwarf, i)); i++)
			if (has_enum_value(btf, id, name, value_out))
				return true;
		return false;
	}
	for (uint32_t id = 1; id <= pm_btf_count(btf); id++)
		if (has_enum_value(btf, id, name, value_out))
			return true;
	return false;
}

uint32_t pm_btf_params(const struct pm_btf *btf, uint32_t id)
{
	return pm_btf_kind(btf, id) == PM_BTF_FUNC_PROTO ? info(btf, id) & 0xffffff : 0;
}

bool pm_btf_param(const struct pm_btf *btf, uint32_t id, uint32_t index, const char **name_out,
		  uint32_t *type_out)
{
	size_t at;
	const struct pm_btf *own = pm_btf_record(btf, id, &at);

	if (index >= pm_btf_params(btf, id))
		return false;
	at += 12 + 8 * (size_t)index;
	*name_out = pm_btf_string(own, pm_btf_u32(own, at));
	*type_out = pm_btf_u32(own, at + 4);
	return true;
}

bool pm_btf_variable(struct pm_btf *btf, const char *name, uint32_t *type_out)
{
	uint32_t id = pm_btf_find(btf, PM_BTF_VAR, name);

	*type_out = pm_btf_target(btf, id);
	return id != 0;
}

/* ---- C ---- */

/* Compilers name the integers in full; people, and other debuggers, do not. */
static const char *usual_name(const char *name)
{
	static const char *const names[][2] = {
		{ "long unsigned int", "unsigned long" },           { "long int", "long" },
		{ "long long unsigned int", "unsigned long long" }, { "long long int", "long long" },
		{ "short unsigned int", "unsigned short" },         { "short int", "short" },
	};

	for (size_t i = 0; i < PM_COUNT(names); i++)
		if (!strcmp(name, names[i][0]))
			return names[i][1];
	return name;
}

/* "{RED, BLACK}" */
static void write_enumerators(const struct pm_btf *btf, uint32_t type, struct pm_buf *out)
{
	enum { most = 64 };
	const char *name;
	int64_t value;
	uint32_t i;

	pm_buf_str(out, "{");
	for (i = 0; i < most && (name = pm_btf_enum(btf, type, i, &value)); i++)
		pm_buf_printf(out, "%s%s", i ? ", " : "", name);
	pm_buf_str(out, i == most ? ", ...}" : "}");
}

/* Declarations are written from the inside out: the name first, then what stands around it. */
void pm_btf_declare(const struct pm_btf *btf, uint32_t type, const char *name, char *buf, size_t size)
{
	static const char *const words[PM_BTF_KINDS] = {
		[PM_BTF_STRUCT] = "struct ", [PM_BTF_UNION] = "union ",       [PM_BTF_ENUM] = "enum ",
		[PM_BTF_ENUM64] = "enum ",   [PM_BTF_VOLATILE] = "volatile ", [PM_BTF_CONST] = "const ",
		[PM_BTF_FWD] = "struct ",
	};
	struct pm_buf inner = { 0 };
	char qualifiers[64] = "";
	bool pointer_last = false;

	pm_buf_str(&inner, name ? name : "");
	for (unsigned i = 0; i < PM_BTF_MAX_CHAIN; i++) {
		enum pm_btf_kind kind = pm_btf_kind(btf, type);
		struct pm_buf next = { 0 };

		switch (kind) {
		case PM_BTF_PTR:
			pm_buf_printf(&next, "*%s", inner.data ? inner.data : "");
			pointer_last = true;
			break;
		case PM_BTF_ARRAY:
			pm_buf_printf(&next, pointer_last ? "(%s)[" : "%s[", inner.data ? inner.data : "");
			if (pm_btf_length(btf, type))
				pm_buf_printf(&next, "%u", pm_btf_length(btf, type));
			pm_buf_str(&next, "]");
			pointer_last = false;
			break;
		case PM_BTF_FUNC_PROTO:
			pm_buf_printf(&next, pointer_last ? "(%s)(" : "%s(", inner.data ? inner.data : "");
			/* what is longer than buf is cut anyway */
			for (uint32_t p = 0; p < pm_btf_params(btf, type) && next.n < size; p++) {
				char param[128] = "";
				const char *param_name;
				uint32_t param_type = 0;

				pm_btf_param(btf, type, p, &param_name, &param_type);
				/* a prototype in a prototype: its own parameters are left out */
				if (!param_type && p + 1 == pm_btf_params(btf, type))
					snprintf(param, sizeof(param), "...");
				else if (size > 256)
					pm_btf_declare(btf, param_type, "", param, sizeof(param));
				pm_buf_printf(&next, "%s%s", p ? ", " : "", param);
			}
			pm_buf_str(&next, pm_btf_params(btf, type) ? ")" : "void)");
			pointer_last = false;
			break;
		case PM_BTF_CONST:
		case PM_BTF_VOLATILE:
			snprintf(qualifiers + strlen(qualifiers), sizeof(qualifiers) - strlen(qualifiers),
				 "%s", words[kind]);
			type = pm_btf_target(btf, type);
			continue;
		case PM_BTF_RESTRICT:
		case PM_BTF_TYPE_TAG:
			type = pm_btf_target(btf, type);
			continue;
		default: {
			const char *own = usual_name(pm_btf_name(btf, type));
			struct pm_buf unnamed = { 0 };

			if (!*own && (kind == PM_BTF_ENUM || kind == PM_BTF_ENUM64))
				write_enumerators(btf, type, &unnamed);
			snprintf(buf, size, "%s%s%s%s%s", qualifiers, words[kind] ? words[kind] : "",
				 *own                  ? own
				 : unnamed.n           ? unnamed.data
				 : kind == PM_BTF_VOID ? "void"
						       : "{...}",
				 inner.n ? " " : "", inner.data ? inner.data : "");
			pm_buf_deinit(&unnamed);
			pm_buf_deinit(&inner);
			return;
		}
		}
		pm_buf_deinit(&inner);
		inner = next;
		type = pm_btf_target(btf, type);
	}
	pm_buf_deinit(&inner);
	snprintf(buf, size, "? %s", name ? name : "");
}
