/* Line programs: address → file and line.  The program is run each time: only a
 * few addresses of a unit are ever asked for, and its table would be larger
 * than everything else. */
#include "base/path.h"
#include "symbols/dwarf_unit.h"

#include <dwarf.h>
#include <stdlib.h>

#define FILES_MAX (1u << 20)

void pm_line_table_deinit(struct pm_line_table *table)
{
	free(table->dirs);
	free(table->files);
	memset(table, 0, sizeof(*table));
}

/* Directories or files of DWARF 5: a list of forms, then that many of each. */
static bool read_entries5(struct pm_dwarf *dw, struct pm_unit *unit, const struct pm_unit *shape,
			  struct pm_reader *r, bool files)
{
	struct pm_line_table *table = &unit->lines;
	struct {
		uint64_t type, form;
	} formats[16];
	uint8_t formats_n = pm_read_u8(r);

	if (formats_n > 16)
		return false;
	for (unsigned i = 0; i < formats_n; i++) {
		formats[i].type = pm_read_uleb(r);
		formats[i].form = pm_read_uleb(r);
	}
	uint64_t n = pm_read_uleb(r);
	/* Every entry takes at least a byte. */
	if (r->bad || n > FILES_MAX || n > pm_reader_left(r) || (n && !formats_n))
		return false;
	if (files)
		table->files = pm_alloc(n * sizeof(*table->files));
	else
		table->dirs = pm_alloc(n * sizeof(*table->dirs));
	for (uint64_t i = 0; i < n; i++) {
		const char *name = NULL;
		uint64_t dir = 0;

		for (unsigned k = 0; k < formats_n; k++) {
			struct pm_form_value v;

			if (formats[k].form > UINT16_MAX ||
			    !pm_form_read(dw, shape, (uint16_t)formats[k].form, 0, r, &v))
				return false;
			if (formats[k].type == DW_LNCT_path)
				name = v.text;
			else if (formats[k].type == DW_LNCT_directory_index)
				dir = v.value;
		}
		if (files)
			table->files[table->files_n++] =
				(struct pm_line_file){ name, dir > UINT32_MAX ? UINT32_MAX : (uint32_t)dir };
		else
			table->dirs[table->dirs_n++] = name;
	}
	return !r->bad;
}

/* Up to DWARF 4: strings up to an empty one; numbers start at 1, 0 is the compilation's own. */
static bool read_entries4(struct pm_unit *unit, struct pm_reader *r)
{
	struct pm_line_table *table = &unit->lines;
	size_t dirs_cap = 0, files_cap = 0;

	PM_ROOM(table->dirs, table->dirs_n, dirs_cap);
	table->dirs[table->dirs_n++] = unit->comp_dir;
	for (;;) {
		const char *name = pm_read_str(r);

		if (!name || table->dirs_n > FILES_MAX)
			return false;
		if (!*name)
			break;
		PM_ROOM(table->dirs, table->dirs_n, dirs_cap);
		table->dirs[table->dirs_n++] = name;
	}
	PM_ROOM(table->files, table->files_n, files_cap);
	table->files[table->files_n++] = (struct pm_line_file){ unit->name, 0 };
	for (;;) {
		const char *name = pm_read_str(r);

		if (!name || table->files_n > FILES_MAX)
			return false;
		if (!*name)
			return true;
		uint64_t dir = pm_read_uleb(r);
		pm_read_uleb(r); /* time */
		pm_read_uleb(r); /* length */
		if (r->bad)
			return false;
		PM_ROOM(table->files, table->files_n, files_cap);
		table->files[table->files_n++] =
			(struct pm_line_file){ name, dir > UINT32_MAX ? UINT32_MAX : (uint32_t)dir };
	}
}

static bool read_table(struct pm_dwarf *dw, struct pm_unit *unit)
{
	struct pm_line_table *table = &unit->lines;
	struct pm_reader r = pm_reader_at(dw->line, unit->stmt_list, dw->big_endian);
	uint8_t offset_size;
	uint64_t length = pm_read_unit_length(&r, &offset_size);

	if (r.bad || length > pm_reader_left(&r))
		return false;
	r.end = r.p + length;
	table->version = (uint16_t)pm_read(&r, 2);
	if (table->version < 2 || table->version > 5)
		return false;
	table->address_size = unit->address_size;
	if (table->version >= 5) {
		table->address_size = pm_read_u8(&r);
		pm_read_u8(&r); /* segment selector size */
	}
	uint64_t header = pm_read(&r, offset_size);
	if (r.bad || header > pm_reader_left(&r))
		return false;
	table->program = (struct pm_bytes){ r.p + header, pm_reader_left(&r) - header };
	r.end = r.p + header;
	table->min_length = pm_read_u8(&r);
	if (table->version >= 4)
		pm_read_u8(&r); /* operations of an instruction: 1, kernels run on no VLIW machine */
	pm_read_u8(&r);         /* default is_stmt */
	table->line_base = (int8_t)pm_read_u8(&r);
	table->line_range = pm_read_u8(&r);
	table->opcode_base = pm_read_u8(&r);
	for (unsigned i = 1; i < table->opcode_base; i++)
		table->lengths[i] = pm_read_u8(&r);
	if (r.bad || !table->line_range || !table->opcode_base)
		return false;
	if (table->version < 5)
		return read_entries4(unit, &r);
	/* The assembler that makes the table may use another DWARF size than the compiler did. */
	struct pm_unit shape = *unit;
	shape.offset_size = (uint8_t)offset_size;
	return read_entries5(dw, unit, &shape, &r, false) && read_entries5(dw, unit, &shape, &r, true);
}

static bool want_table(struct pm_dwarf *dw, struct pm_unit *unit)
{
	if (!unit->lines.ready) {
		unit->lines.ready = true;
		unit->lines.good = unit->has_stmt_list && read_table(dw, unit);
	}
	return unit->lines.good;
}

struct machine {
	struct pm_line_row row, last;
	bool has_last;
	uint64_t pc;
};

/* A row of the table; true: the one before it covers pc. */
static bool emit(struct machine *m, bool end_of_sequence)
{
	if (m->has_last && m->last.addr <= m->pc && m->pc < m->row.addr)
		return true;
	m->last = m->row;
	m->has_last = !end_of_sequence;
	return false;
}

static void restart(struct machine *m)
{
	m->row = (struct pm_line_row){ .file = 1, .line = 1 };
	m->has_last = false;
}

static bool extended(const struct pm_line_table *table, struct pm_reader *r, struct machine *m)
{
	uint64_t size = pm_read_uleb(r);
	const uint8_t *start = r->p;
	bool hit = false;

	if (r->bad || size > pm_reader_left(r)) {
		r->bad = true;
		return false;
	}
	uint8_t op = size ? pm_read_u8(r) : 0;
	if (op == DW_LNE_end_sequence) {
		hit = emit(m, true);
		if (!hit)
			restart(m);
	} else if (op == DW_LNE_set_address && (size == 5 || size == 9)) {
		m->row.addr = pm_read(r, (unsigned)size - 1);
	}
	(void)table;
	r->p = start + size;
	return hit;
}

bool pm_line_find(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t pc, struct pm_line_row *row_out)
{
	const struct pm_line_table *table = &unit->lines;

	if (!want_table(dw, unit))
		return false;
	struct pm_reader r = pm_reader_at(table->program, 0, dw->big_endian);
	struct machine m = { .pc = pc };
	bool hit = false;

	restart(&m);
	while (!hit && r.p < r.end && !r.bad) {
		uint8_t op = *r.p++;

		if (op >= table->opcode_base) {
			unsigned adjusted = op - table->opcode_base;

			m.row.addr += (uint64_t)(adjusted / table->line_range) * table->min_length;
			m.row.line += (uint32_t)(table->line_base + (int)(adjusted % table->line_range));
			hit = emit(&m, false);
			continue;
		}
		switch (op) {
		case 0:
			hit = extended(table, &r, &m);
			break;
		case DW_LNS_copy:
			hit = emit(&m, false);
			break;
		case DW_LNS_advance_pc:
			m.row.addr += pm_read_uleb(&r) * table->min_length;
			break;
		case DW_LNS_advance_line:
			m.row.line += (uint32_t)pm_read_sleb(&r);
			break;
		case DW_LNS_set_file:
			m.row.file = (uint32_t)pm_read_uleb(&r);
			break;
		case DW_LNS_set_column:
			m.row.column = (uint32_t)pm_read_uleb(&r);
			break;
		case DW_LNS_const_add_pc:
			m.row.addr += (uint64_t)((255 - table->opcode_base) / table->line_range) *
				      table->min_length;
			break;
		case DW_LNS_fixed_advance_pc:
			m.row.addr += pm_read(&r, 2);
			break;
		default:
			for (unsigned i = 0; i < table->lengths[op]; i++)
				pm_read_uleb(&r);
			break;
		}
	}
	if (hit)
		*row_out = m.last;
	return hit;
}

const char *pm_line_path(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t file, struct pm_arena *arena)
{
	const struct pm_line_table *table = &unit->lines;

	if (!want_table(dw, unit) || file >= table->files_n || !table->files[file].name)
		return NULL;
	const char *name = table->files[file].name, *dir = NULL, *base = NULL;
	if (*name != '/' && table->files[file].dir < table->dirs_n)
		dir = table->dirs[table->files[file].dir];
	/* Directory 0 is the compilation's; the others are below it unless they say otherwise. */
	if (dir && *dir != '/' && table->files[file].dir)
		base = table->version >= 5 ? table->dirs[0] : unit->comp_dir;
	char *path = pm_arena_printf(arena, "%s%s%s%s%s", base ? base : "", base ? "/" : "", dir ? dir : "",
				     dir && *dir ? "/" : "", name);
	pm_path_clean(path);
	return path;
}
