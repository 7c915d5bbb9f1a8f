/* The inside of types that are made of DWARF, for dwarf_types.c (ids), dwarf_names.c (which names there are),
 * dwarf_facts.c (attributes) and dwarf_record.c (an entry becomes a record).
 *
 * A kernel's DWARF has each type again in each of its thousands of units: half a gigabyte, of which a few hundred
 * types are asked for.  So three things are done at three times.  When the file is opened all units are walked once,
 * and where a name is defined first is kept.  A type gets an id when something refers to it.  Its record, in BTF's
 * form, is made when somebody looks at it: then what it refers to gets ids, too.
 *
 * A structure, union, enum, typedef or integer that is mentioned in one unit is the one of that name that was
 * defined first, if both have the same size, line and column, or there is only a declaration here.  Otherwise it is another one
 * of the same name, and stays one.
 */
#ifndef PM_DWARF_TYPES_H
#define PM_DWARF_TYPES_H

#include "symbols/btf_records.h"
#include "symbols/die.h"

/* What has a name and can be asked for. */
struct pm_dwarf_name {
	uint64_t die;  /* offset in .debug_info */
	uint64_t size; /* bytes; functions and variables have none */
	uint32_t name; /* pm_dwarf_string */
	uint32_t hash;
	uint32_t line;
	uint8_t kind;   /* enum pm_btf_kind */
	bool ambiguous; /* of a function: another of that name is defined elsewhere */
};

/* An id. */
struct pm_dwarf_node {
	uint64_t die;
	uint8_t part; /* of an array: its dimension; of a function: 1 is its prototype */
	bool tried;   /* to make its record */
};

/* What an entry was found to be: several entries may have one id. */
struct pm_dwarf_place {
	uint64_t key; /* offset and part */
	uint32_t id;  /* 0: free */
};

struct pm_dwarf_member {
	uint64_t bit_offset;
	uint32_t name, type;
	unsigned bits; /* of a bit field; 0: none */
};

struct pm_dwarf_types {
	struct pm_btf *btf;
	struct pm_elf *elf;
	struct pm_dwarf *dw;

	struct pm_dwarf_name *names;
	size_t names_n, names_cap;
	uint32_t types_named; /* of them; the others are functions and variables */
	uint32_t *by_name;    /* hash → index + 1 */
	size_t by_name_cap;
	uint64_t name_steps;          /* past others there: bounded */
	uint8_t *seen;                /* [.debug_str]: as what; only while names are collected */
	bool all_variables;           /* not only per-CPU ones */
	uint64_t percpu, percpu_size; /* where per-CPU variables are */
	uint64_t *enums;              /* their entries, also of those without a name */
	size_t enums_n, enums_cap;

	struct pm_dwarf_node *nodes; /* [btf->count] */
	size_t nodes_cap;
	struct pm_dwarf_place *places;
	size_t places_n, places_cap;

	struct pm_dwarf_member *members; /* of the structure at hand */
	size_t members_n, members_cap;
	size_t bytes_cap; /* of btf->bytes */
	uint64_t steps;   /* entries looked at for records: bounded */
};

/* The attributes of an entry that types need. */
struct pm_dwarf_facts {
	uint32_t name;      /* pm_dwarf_string; 0: none */
	uint32_t line;      /* and from bit 20 on the column, which older compilers do not tell */
	bool declared;      /* only: it is defined elsewhere */
	bool is_signed;     /* of an enumerator: its value was written with a sign */
	bool has_count;     /* of a subrange */
	bool has_data_bits; /* data_bit_offset */
	bool has_bits;      /* bit_offset */
	uint64_t size;      /* bytes; 0: not told */
	uint64_t bit_size;  /* of a bit field; 0: none */
	uint64_t location;  /* of a member: bytes */
	uint64_t data_bit_offset;
	int64_t bit_offset;     /* of DWARF 2 and 3: from the storage unit's upper end */
	int64_t value;          /* of an enumerator */
	uint64_t type;          /* entry; 0: none, or not in this file */
	uint64_t specification; /* entry; 0: none */
	uint64_t encoding;      /* of an integer */
	uint64_t count;         /* of a subrange: elements; 0: not told */
	struct pm_bytes place;  /* of a variable: expression */
};

/* dwarf_facts.c; r stands at the entry's attributes. */
bool pm_dwarf_facts(const struct pm_dwarf_types *types, const struct pm_unit *unit,
		    const struct pm_abbrev *abbrev, struct pm_reader r, struct pm_dwarf_facts *out);
/* The name alone; 0: none. */
uint32_t pm_dwarf_facts_name(const struct pm_dwarf_types *types, const struct pm_unit *unit,
			     const struct pm_abbrev *abbrev, struct pm_reader r);
/* BTF's kind of a type that has a name of its own; void: it is none. */
enum pm_btf_kind pm_dwarf_named_kind(uint16_t tag, uint64_t encoding);

/* dwarf_names.c.  What of the file is lost goes into *trouble_out, on the heap; NULL: nothing. */
void pm_dwarf_names_collect(struct pm_dwarf_types *types, char **trouble_out);
/* NULL: none. */
const struct pm_dwarf_name *pm_dwarf_names_find(const struct pm_dwarf_types *types, enum pm_btf_kind kind,
						const char *name);

/* dwarf_types.c.  The id of an entry, given if it has none yet.  0: it is no type, or there are too many. */
uint32_t pm_dwarf_types_id(struct pm_dwarf_types *types, uint64_t die, uint8_t part);

/* dwarf_record.c.  Makes the record of an id; false: it cannot be told. */
bool pm_dwarf_record(struct pm_dwarf_types *types, uint32_t id);

#endif
