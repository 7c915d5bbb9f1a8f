/* The inside of types, for btf.c (what is asked of it), btf_records.c (opening), btf_salvage.c (past broken records),
 * btf_distilled.c (modules with a base of their own) and dwarf_types.c (types of DWARF, made when they are asked for). */
#ifndef PM_BTF_RECORDS_H
#define PM_BTF_RECORDS_H

#include "base/memory.h"
#include "symbols/btf.h"
#include "symbols/bytes.h"

/* Chains of typedefs and qualifiers, and structures in structures: as deep as no C has them. */
enum { PM_BTF_MAX_CHAIN = 64, PM_BTF_MAX_NESTING = 32 };

struct pm_dwarf_types;

struct pm_btf {
	uint8_t *bytes;
	size_t n;
	bool big_endian;
	struct pm_btf *base;
	uint32_t first; /* id of the first type here */
	uint32_t count; /* here */
	size_t cap;
	uint32_t *records; /* [count]: offset in bytes; 0: that type is lost */
	size_t types_at, types_end;
	size_t layout_at; /* how long records of each kind are, by the file itself */
	uint32_t layout_size;
	const char *strings;
	uint32_t strings_size, strings_first;
	struct pm_btf *strings_base; /* whose strings stand before; base, but with a distilled one */
	struct pm_btf *distilled;    /* owned; NULL: none */
	uint32_t *by_name;           /* hash → id; made at the first look-up */
	uint32_t by_name_mask;

	/* While it is being found out how many types a broken place held: ids from hole_at on are looked up that
	 * many records earlier.  hole_types 0: no such place. */
	uint32_t hole_at, hole_types;

	uint32_t lost_types; /* whose places are known */
	uint64_t lost_bytes;
	size_t lost_at; /* offset of the first broken place; 0: none */
	bool tail_lost; /* nothing is known behind the last broken place */
	char *trouble;

	struct pm_dwarf_types
		*dwarf; /* records are made of it when they are first looked at; owned; NULL: BTF */
};

/* symbols/dwarf_types.c.  The record of an id, which has none yet; false: it cannot be made. */
bool pm_dwarf_types_make(struct pm_dwarf_types *types, uint32_t id);
/* Of all units; 0: none, or of a function: several. */
uint32_t pm_dwarf_types_find(struct pm_dwarf_types *types, enum pm_btf_kind kind, const char *name);
/* Enumerations, one after another, named or not: 0: that was all. */
uint32_t pm_dwarf_types_enum(struct pm_dwarf_types *types, uint32_t index);
const char *pm_dwarf_string(const struct pm_dwarf_types *types, uint32_t offset);
void pm_dwarf_types_close(struct pm_dwarf_types *types); /* NULL is allowed */

static inline uint32_t pm_btf_u32(const struct pm_btf *btf, size_t at)
{
	return (uint32_t)pm_load(btf->bytes + at, 4, btf->big_endian);
}

/* kind_flag (bit 31), kind, number of what follows.  The widths are those that the reserved bits around them allow
 * for: where they are 0, that changes nothing. */
static inline unsigned pm_btf_info_kind(uint32_t info)
{
	return info >> 24 & 0x7f;
}

static inline uint32_t pm_btf_info_n(uint32_t info)
{
	return info & 0xffffff;
}

/* The BTF that has the id, and the place of its record; NULL: void, or lost. */
static inline const struct pm_btf *pm_btf_record(const struct pm_btf *btf, uint32_t id, size_t *at_out)
{
	*at_out = 0;
	while (btf && id < btf->first)
		btf = btf->base;
	if (!btf || !id)
		return NULL;
	if (btf->hole_types && id >= btf->hole_at) {
		if (id - btf->hole_at < btf->hole_types)
			return NULL;
		id -= btf->hole_types;
	}
	if (id - btf->first >= btf->count ||
	    (!btf->records[id - btf->first] && !(btf->dwarf && pm_dwarf_types_make(btf->dwarf, id))))
		return NULL;
	*at_out = btf->records[id - btf->first];
	return btf;
}

/* A string that a record of btf names. */
const char *pm_btf_string(const struct pm_btf *btf, uint32_t offset);
/* Bytes of the record at pos, at most left; 0: none that could be right. */
size_t pm_btf_record_size(const struct pm_btf *btf, size_t pos, size_t left);
void pm_btf_add_record(struct pm_btf *btf, size_t pos);

/* Finds the next place after a broken record at pos from which records go on; settles how many types an earlier
 * broken place held.  false: there is none. */
struct pm_btf_salvage;
bool pm_btf_salvage_next(struct pm_btf *btf, struct pm_btf_salvage **salvage, size_t *pos);
/* At the end: settles the last broken place; frees *salvage. */
void pm_btf_salvage_end(struct pm_btf *btf, struct pm_btf_salvage **salvage);

/* Where in the record at `at` ids of other types stand: calls fn with the place of each. */
void pm_btf_each_reference(const struct pm_btf *btf, size_t at, void (*fn)(size_t place, void *user),
			   void *user);
/* As pm_btf_find, but only one of that size; size UINT64_MAX: any. */
uint32_t pm_btf_find_sized(struct pm_btf *btf, enum pm_btf_kind kind, const char *name, uint64_t size);

#endif
