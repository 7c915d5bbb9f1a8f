#include "linux/member.h"

#include "linux/place.h"

#include <string.h>

/* ---- the cache: by name, chained by content ---- */

enum { slots = 512 };

struct entry {
	struct entry *next;
	const char *structure, *paths;
	struct pm_field_place place;
};

struct pm_linux_members {
	struct entry *slot[slots];
};

static uint32_t hash(uint32_t h, const char *s)
{
	for (; *s; s++)
		h = (h ^ (uint8_t)*s) * 16777619u;
	return h;
}

static uint32_t type_of(struct pm_linux *lx, const char *written)
{
	uint32_t id = lx->btf ? pm_btf_find(lx->btf, PM_BTF_STRUCT, written) : 0;

	return id || !lx->btf ? id : pm_btf_resolve(lx->btf, pm_btf_find_written(lx->btf, written));
}

/* The first of the paths that there is. */
static bool find_member(struct pm_linux *lx, const char *structure, const char *paths,
			struct pm_btf_member *member)
{
	struct pm_slice rest = pm_slice_of(paths), path;
	uint32_t id = type_of(lx, structure);
	char one[128];

	while (id && pm_take_until(&rest, "|", &path)) {
		pm_take_char(&rest, '|');
		if (path.n >= sizeof(one))
			continue;
		memcpy(one, path.p, path.n);
		one[path.n] = 0;
		if (pm_btf_find_member(lx->btf, id, one, member))
			return true;
	}
	return false;
}

void pm_linux_find_place(struct pm_linux *lx, const char *structure, const char *paths,
			 struct pm_field_place *place)
{
	struct pm_btf_member member;

	*place = (struct pm_field_place){ .offset = -1 };
	if (find_member(lx, structure, paths, &member)) {
		place->offset = (int32_t)(member.bit_offset / 8);
		place->size = (uint32_t)pm_btf_size(lx->btf, member.type);
		place->shift = member.bits ? (uint8_t)(member.bit_offset % 8) : 0;
		place->bits = (uint8_t)member.bits;
		/* in whole bytes: it may stand near the end of its structure */
		if (member.bits && place->size > 1)
			place->size = place->shift + member.bits <= 8    ? 1
				      : place->shift + member.bits <= 16 ? 2
									 : place->size;
	}
}

const struct pm_field_place *pm_linux_member(struct pm_linux *lx, const char *structure, const char *paths)
{
	uint32_t h = hash(hash(2166136261u, structure) * 31, paths) % slots;

	if (!lx->members)
		lx->members = pm_arena_alloc(&lx->arena, sizeof(*lx->members));
	for (const struct entry *e = lx->members->slot[h]; e; e = e->next)
		if (!strcmp(e->paths, paths) && !strcmp(e->structure, structure))
			return &e->place;
	struct entry *made = pm_arena_alloc(&lx->arena, sizeof(*made));

	*made = (struct entry){ .next = lx->members->slot[h],
				.structure = pm_arena_str(&lx->arena, pm_slice_of(structure)),
				.paths = pm_arena_str(&lx->arena, pm_slice_of(paths)) };
	pm_linux_find_place(lx, structure, paths, &made->place);
	lx->members->slot[h] = made;
	return &made->place;
}

/* ---- reading ---- */

bool pm_linux_load_place(struct pm_linux *lx, uint64_t base, const struct pm_field_place *place,
			 uint64_t *value_out)
{
	if (place->offset < 0 ||
	    !pm_space_load(&lx->kernel, base + (uint64_t)place->offset, place->size, value_out))
		return false;
	if (place->bits && place->bits < 64)
		*value_out = *value_out >> place->shift & ((1ull << place->bits) - 1);
	return true;
}

bool pm_linux_member_get(struct pm_linux *lx, uint64_t base, const char *structure, const char *paths,
			 uint64_t *value_out)
{
	return base && pm_linux_load_place(lx, base, pm_linux_member(lx, structure, paths), value_out);
}

uint64_t pm_linux_member_value(struct pm_linux *lx, uint64_t base, const char *structure, const char *paths)
{
	uint64_t value = 0;

	pm_linux_member_get(lx, base, structure, paths, &value);
	return value;
}

uint64_t pm_linux_member_at(struct pm_linux *lx, uint64_t base, const char *structure, const char *paths)
{
	const struct pm_field_place *place = pm_linux_member(lx, structure, paths);

	return base && place->offset >= 0 ? base + (uint64_t)place->offset : 0;
}

uint64_t pm_linux_member_offset(struct pm_linux *lx, const char *structure, const char *paths)
{
	const struct pm_field_place *place = pm_linux_member(lx, structure, paths);

	return place->offset >= 0 ? (uint64_t)place->offset : 0;
}

bool pm_linux_member_text(struct pm_linux *lx, uint64_t base, const char *structure, const char *paths,
			  char *buf, size_t size)
{
	uint64_t at = pm_linux_member_at(lx, base, structure, paths);
	struct pm_btf_member member;

	*buf = 0;
	if (!at || !find_member(lx, structure, paths, &member))
		return false;
	/* an array stands there, anything else points to it */
	bool is_array = pm_btf_kind(lx->btf, pm_btf_resolve(lx->btf, member.type)) == PM_BTF_ARRAY;
	uint32_t length = is_array ? (uint32_t)pm_btf_size(lx->btf, member.type) : 0;

	if (!is_array && (!pm_space_load(&lx->kernel, at, 8, &at) || !at))
		return false;
	if (length && length + 1 < size)
		size = length + 1;
	return pm_space_string(&lx->kernel, at, buf, size);
}

uint64_t pm_linux_type_size(struct pm_linux *lx, const char *type)
{
	return lx->btf ? pm_btf_size(lx->btf, type_of(lx, type)) : 0;
}

bool pm_linux_enumerator(struct pm_linux *lx, const char *type, const char *name, uint64_t *value_out)
{
	uint32_t id = lx->btf ? pm_btf_find(lx->btf, PM_BTF_ENUM, type) : 0;
	const char *known;
	int64_t value;

	for (uint32_t i = 0; id && (known = pm_btf_enum(lx->btf, id, i, &value)); i++)
		if (!strcmp(known, name)) {
			*value_out = (uint64_t)value;
			return value >= 0;
		}
	return false;
}

const char *pm_linux_enumerator_name(struct pm_linux *lx, const char *type, int64_t value)
{
	uint32_t id = lx->btf ? pm_btf_find(lx->btf, PM_BTF_ENUM, type) : 0;
	const char *name;
	int64_t known;

	for (uint32_t i = 0; id && (name = pm_btf_enum(lx->btf, id, i, &known)); i++)
		if (known == value)
			return name;
	return NULL;
}
