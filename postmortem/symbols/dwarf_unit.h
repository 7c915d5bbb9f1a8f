/* Units, abbreviations and attributes of DWARF: the inside of dwarf.c and dwarf_line.c. */
#ifndef PM_DWARF_UNIT_H
#define PM_DWARF_UNIT_H

#include "symbols/dwarf.h"

struct pm_abbrev_attr {
	uint16_t at, form;
	int16_t size; /* bytes; -1: depends on the data */
	int64_t implicit;
};

struct pm_abbrev {
	uint32_t first, n; /* in unit->attrs */
	uint16_t tag;
	bool children, known;
	int32_t fixed;      /* size of all attributes, bytes; -1: varies */
	int32_t sibling_at; /* bytes before DW_AT_sibling; -1: none, or not at a fixed place */
	uint8_t sibling_size;
};

/* One file of a line table. */
struct pm_line_file {
	const char *name;
	uint32_t dir;
};

struct pm_line_table {
	bool ready, good;
	uint16_t version;
	uint8_t min_length, line_range, opcode_base, address_size;
	int8_t line_base;
	uint8_t lengths[256];
	const char **dirs;
	size_t dirs_n;
	struct pm_line_file *files;
	size_t files_n;
	struct pm_bytes program;
};

struct pm_unit {
	uint64_t offset, first_die, end; /* in .debug_info */
	uint64_t used;                   /* for the cache: when last asked for; 0: free */
	uint16_t version;
	uint8_t address_size, offset_size, type;
	struct pm_abbrev *abbrevs; /* by code */
	size_t abbrevs_n;
	struct pm_abbrev_attr *attrs;
	size_t attrs_n, attrs_cap;
	/* of the unit's own entry */
	uint16_t language;
	bool has_stmt_list, has_low, root_children;
	uint64_t stmt_list, low, addr_base, str_offsets_base, rnglists_base, loclists_base;
	const char *name, *comp_dir;
	uint64_t children; /* offset of the first child entry */
	struct pm_line_table lines;
};

/* The attributes of one entry that looking up an address needs. */
struct pm_die {
	uint64_t offset, sibling; /* sibling 0: none */
	const struct pm_abbrev *abbrev;
	bool has_low, has_high, high_is_size, has_ranges, has_origin, has_call_file;
	bool ranges_are_index;
	uint64_t low, high, ranges, origin; /* origin: offset in .debug_info */
	uint64_t call_file;
	uint32_t call_line, call_column;
	/* Where the name stands; it is read when it is asked for (pm_die_name). */
	uint16_t name_form;
	struct pm_reader name_at;
	const struct pm_unit *unit;
};

struct pm_arange {
	uint64_t start, end, unit;
};

#define PM_UNITS_CACHED 64

struct pm_dwarf {
	struct pm_elf *elf;
	bool big_endian;
	struct pm_bytes info, abbrev, line, str, line_str, ranges, rnglists, addr, str_offsets;
	struct pm_arange *aranges;
	size_t aranges_n, aranges_cap;
	bool aranges_ready, scanned;
	uint64_t *unit_offsets; /* all, ascending, once asked for */
	size_t unit_offsets_n;
	struct pm_unit units[PM_UNITS_CACHED];
	uint64_t clock;
};

/* Where the unit at an offset ends, and the next one begins; false: none is there. */
bool pm_unit_end(const struct pm_dwarf *dw, uint64_t offset, uint64_t *end_out);
/* The unit at an offset; stays valid while less than PM_UNITS_CACHED others are asked for. NULL: broken. */
/* The length that a unit or a set begins with, and the size of its offsets: 64-bit DWARF is told by an escape. */
uint64_t pm_read_unit_length(struct pm_reader *r, uint8_t *offset_size_out);
struct pm_unit *pm_unit_at(struct pm_dwarf *dw, uint64_t offset);
/* The unit that an offset of .debug_info lies in, or NULL. */
struct pm_unit *pm_unit_of(struct pm_dwarf *dw, uint64_t die_offset);

/* Reads the header of an entry at r: its abbreviation, or NULL for the null entry that ends a list
 * of children; *broken is set where the data makes no sense. */
const struct pm_abbrev *pm_die_abbrev(const struct pm_unit *unit, struct pm_reader *r, bool *broken);
/* Reads the attributes; r then stands at what follows. */
bool pm_die_read(struct pm_dwarf *dw, struct pm_unit *unit, const struct pm_abbrev *abbrev,
		 struct pm_reader *r, struct pm_die *die);
/* Passes over the attributes, and over the children too if `children`. */
bool pm_die_skip(struct pm_dwarf *dw, const struct pm_unit *unit, const struct pm_abbrev *abbrev,
		 struct pm_reader *r, bool children);
/* A reader at an offset of .debug_info, ending where the unit ends. */
struct pm_reader pm_unit_reader(const struct pm_dwarf *dw, const struct pm_unit *unit, uint64_t offset);

/* Does the entry cover pc?  has_code_out (may be NULL): does it tell of any address at all? */
bool pm_die_covers(struct pm_dwarf *dw, const struct pm_unit *unit, const struct pm_die *die, uint64_t pc,
		   bool *has_code_out);
/* Calls add for every range of the entry. */
void pm_die_ranges(struct pm_dwarf *dw, const struct pm_unit *unit, const struct pm_die *die,
		   void (*add)(void *context, uint64_t start, uint64_t end), void *context);
/* The entry's name, its own or its origin's, or NULL. */
const char *pm_die_name(struct pm_dwarf *dw, const struct pm_die *die);

/* Reads one attribute value of a form: numbers and offsets into *value, strings into *text. */
struct pm_form_value {
	uint64_t value;
	const char *text;
	struct pm_bytes block;
};
bool pm_form_read(struct pm_dwarf *dw, const struct pm_unit *unit, uint16_t form, int64_t implicit,
		  struct pm_reader *r, struct pm_form_value *out);

/* An address out of .debug_addr. */
bool pm_indexed_address(struct pm_dwarf *dw, const struct pm_unit *unit, uint64_t index, uint64_t *addr);
/* The function that covers pc; leaves r at its children. */
bool pm_function_find(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t pc, struct pm_reader *r,
		      struct pm_die *function);

/* dwarf_line.c */
struct pm_line_row {
	uint64_t addr;
	uint32_t file, line, column;
};
/* The last row at or below pc in a sequence that covers it. */
bool pm_line_find(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t pc, struct pm_line_row *row_out);
/* The path of a file of the unit's line table, in the arena; NULL: none. */
const char *pm_line_path(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t file, struct pm_arena *arena);
void pm_line_table_deinit(struct pm_line_table *table);

#endif
