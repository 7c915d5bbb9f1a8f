/* Opening BTF: its header, its strings, where each type's record stands.
 *
 *	header   magic 0xeb9f, version, flags, header's length; then offset and length of types and of strings, and,
 *	         where it is long enough, of a table that tells for each kind how long its records are
 *	type     name (u32: offset in the strings), info (kind and number), size or type; then what the kind has
 *
 * Types have no numbers of their own: the id of one is how many stand before it.
 */
#include "symbols/btf_records.h"

#include <stdlib.h>
#include <string.h>

#define MAGIC 0xeb9f

/* Of a kind that came later: what the file tells, 4 bytes for each: of the record, of an element of it, flags. */
static uint64_t told_tail(const struct pm_btf *btf, unsigned kind, uint64_t n)
{
	if (!kind || 4 * kind + 4 > btf->layout_size)
		return UINT64_MAX;
	const uint8_t *p = btf->bytes + btf->layout_at + 4 * (size_t)kind;

	return p[0] + n * p[1];
}

/* Bytes behind the three words that every type has; UINT64_MAX: no such kind. */
static uint64_t record_tail(const struct pm_btf *btf, uint32_t info)
{
	uint64_t n = pm_btf_info_n(info);

	switch (pm_btf_info_kind(info)) {
	case PM_BTF_INT:
	case PM_BTF_VAR:
	case PM_BTF_DECL_TAG:
		return 4;
	case PM_BTF_ARRAY:
		return 12;
	case PM_BTF_STRUCT:
	case PM_BTF_UNION:
	case PM_BTF_DATASEC:
	case PM_BTF_ENUM64:
		return 12 * n;
	case PM_BTF_ENUM:
	case PM_BTF_FUNC_PROTO:
		return 8 * n;
	case PM_BTF_PTR:
	case PM_BTF_FWD:
	case PM_BTF_TYPEDEF:
	case PM_BTF_VOLATILE:
	case PM_BTF_CONST:
	case PM_BTF_RESTRICT:
	case PM_BTF_FUNC:
	case PM_BTF_FLOAT:
	case PM_BTF_TYPE_TAG:
		return 0;
	default:
		return told_tail(btf, pm_btf_info_kind(info), n);
	}
}

/* A place inside of a structure's members nearly never looks like a record: where the info stands are ids, offsets of
 * names or of members, whose upper byte is 0, and no kind is 0. */
size_t pm_btf_record_size(const struct pm_btf *btf, size_t pos, size_t left)
{
	if (left < 12)
		return 0;
	uint64_t tail = record_tail(btf, pm_btf_u32(btf, pos + 4));

	if (tail > left - 12 || pm_btf_u32(btf, pos) >= btf->strings_first + (uint64_t)btf->strings_size)
		return 0;
	return 12 + (size_t)tail;
}

void pm_btf_add_record(struct pm_btf *btf, size_t pos)
{
	if (btf->count == btf->cap) {
		btf->cap = 2 * btf->cap + 16;
		btf->records = pm_realloc(btf->records, btf->cap * sizeof(uint32_t));
	}
	btf->records[btf->count++] = (uint32_t)pos;
}

static void find_records(struct pm_btf *btf)
{
	struct pm_btf_salvage *salvage = NULL;
	size_t pos = btf->types_at;

	/* of two words for each type's own and the same again of members: typical of kernels */
	btf->cap = (btf->types_end - pos) / 12 / 2 + 16;
	btf->records = pm_alloc(btf->cap * sizeof(uint32_t));
	while (pos < btf->types_end) {
		size_t size = pm_btf_record_size(btf, pos, btf->types_end - pos);

		if (size) {
			pm_btf_add_record(btf, pos);
			pos += size;
		} else if (!pm_btf_salvage_next(btf, &salvage, &pos)) {
			break;
		}
	}
	pm_btf_salvage_end(btf, &salvage);
}

static void tell_lost(struct pm_btf *btf)
{
	uint64_t all = btf->types_end - btf->types_at;

	if (!btf->lost_at)
		return;
	btf->trouble =
		pm_printf("%u types and %llu of %llu bytes are lost from offset 0x%zx on: broken records%s",
			  btf->lost_types, (unsigned long long)btf->lost_bytes, (unsigned long long)all,
			  btf->lost_at, btf->tail_lost ? ", and nothing tells what comes behind" : "");
}

struct pm_error *pm_btf_open(uint8_t *bytes, size_t n, struct pm_btf *base, struct pm_btf **out)
{
	struct pm_error *err = NULL;
	struct pm_btf *btf = pm_alloc(sizeof(*btf));

	btf->bytes = bytes;
	btf->n = n;
	if (base && base->dwarf) {
		err = pm_error_new(PM_UNSUPPORTED,
				   "a module's types stand on the kernel's own, not on those of DWARF");
		goto bad;
	}
	btf->base = btf->strings_base = base;
	if (n < 24) {
		err = pm_error_new(PM_TRUNCATED, "BTF: %zu bytes are no header", n);
		goto bad;
	}
	btf->big_endian = bytes[0] == MAGIC >> 8;
	if (pm_load(bytes, 2, btf->big_endian) != MAGIC) {
		err = pm_error_new(PM_BAD_DATA, "BTF: offset 0x0: magic %02x%02x", bytes[0], bytes[1]);
		goto bad;
	}
	if (bytes[2] != 1) {
		err = pm_error_new(PM_UNSUPPORTED, "BTF: version %u", bytes[2]);
		goto bad;
	}
	uint64_t header = pm_btf_u32(btf, 4), type_at = header + pm_btf_u32(btf, 8),
		 type_size = pm_btf_u32(btf, 12);
	uint64_t string_at = header + pm_btf_u32(btf, 16), string_size = pm_btf_u32(btf, 20);

	if (n > UINT32_MAX || header < 24 || type_at > n || type_size > n - type_at || string_at > n ||
	    string_size > n - string_at || !string_size) {
		err = pm_error_new(PM_BAD_DATA, "BTF: its parts do not fit into %zu bytes", n);
		goto bad;
	}
	/* The last string of a whole one ends there anyway. */
	bytes[string_at + string_size - 1] = 0;
	btf->strings = (const char *)bytes + string_at;
	btf->strings_size = (uint32_t)string_size;
	btf->first = base ? base->first + base->count : 1;
	btf->strings_first = base ? base->strings_first + base->strings_size : 0;
	btf->types_at = (size_t)type_at;
	btf->types_end = (size_t)(type_at + type_size);
	if (header >= 32) {
		uint64_t at = header + pm_btf_u32(btf, 24), size = pm_btf_u32(btf, 28);

		if (at <= n && size <= n - at) {
			btf->layout_at = (size_t)at;
			btf->layout_size = (uint32_t)size;
		}
	}
	find_records(btf);
	tell_lost(btf);
	*out = btf;
	return NULL;
bad:
	pm_btf_close(btf);
	return err;
}

void pm_btf_close(struct pm_btf *btf)
{
	if (!btf)
		return;
	pm_btf_close(btf->distilled);
	pm_dwarf_types_close(btf->dwarf);
	free(btf->bytes);
	free(btf->records);
	free(btf->by_name);
	free(btf->trouble);
	free(btf);
}

const char *pm_btf_trouble(const struct pm_btf *btf)
{
	return btf->trouble;
}

const char *pm_btf_string(const struct pm_btf *btf, uint32_t offset)
{
	while (btf && offset < btf->strings_first)
		btf = btf->strings_base;
	if (btf && btf->dwarf)
		return pm_dwarf_string(btf->dwarf, offset);
	if (!btf || offset - btf->strings_first >= btf->strings_size)
		return "";
	return btf->strings + (offset - btf->strings_first);
}

void pm_btf_each_reference(const struct pm_btf *btf, size_t at, void (*fn)(size_t place, void *user),
			   void *user)
{
	uint32_t info = pm_btf_u32(btf, at + 4), n = pm_btf_info_n(info);

	switch (pm_btf_info_kind(info)) {
	case PM_BTF_ARRAY:
		fn(at + 12, user);
		fn(at + 16, user);
		break;
	case PM_BTF_STRUCT:
	case PM_BTF_UNION:
		for (uint32_t i = 0; i < n; i++)
			fn(at + 12 + 12 * (size_t)i + 4, user);
		break;
	case PM_BTF_DATASEC:
		for (uint32_t i = 0; i < n; i++)
			fn(at + 12 + 12 * (size_t)i, user);
		break;
	case PM_BTF_FUNC_PROTO:
		fn(at + 8, user);
		for (uint32_t i = 0; i < n; i++)
			fn(at + 12 + 8 * (size_t)i + 4, user);
		break;
	case PM_BTF_PTR:
	case PM_BTF_TYPEDEF:
	case PM_BTF_VOLATILE:
	case PM_BTF_CONST:
	case PM_BTF_RESTRICT:
	case PM_BTF_FUNC:
	case PM_BTF_VAR:
	case PM_BTF_DECL_TAG:
	case PM_BTF_TYPE_TAG:
		fn(at + 8, user);
		break;
	default:
		break;
	}
}
