/*	CIE   length, id of ones, version, augmentation, alignments, instructions that hold for all its functions
 *	FDE   length, offset of its CIE, first address, bytes, instructions
 */
#include "symbols/cfi.h"

#include "symbols/dwarf_unit.h"
#include "symbols/kernel.h"

#include <dwarf.h>

enum { max_states = 8, max_instructions = 100000 };

struct program {
	const struct pm_elf *elf;
	bool big_endian;
	uint64_t code_align;
	int64_t data_align;
	uint64_t at, pc; /* addresses of the file */
	struct pm_cfi now, initial, kept[max_states];
	unsigned kept_n;
};

static void set(struct pm_cfi *cfi, uint64_t reg, enum pm_cfi_rule rule, int64_t offset)
{
	if (reg >= PM_CFI_REGISTERS)
		return;
	cfi->saved[reg].rule = rule;
	cfi->saved[reg].offset = offset;
}

static void restore(struct program *p, uint64_t reg)
{
	if (reg < PM_CFI_REGISTERS)
		p->now.saved[reg] = p->initial.saved[reg];
}

/* One instruction that is not packed into two bits; false: not understood. */
static bool step(struct program *p, uint8_t op, struct pm_reader *r)
{
	uint64_t reg;

	switch (op) {
	case DW_CFA_nop:
		return true;
	case DW_CFA_set_loc:
		p->at = pm_read(r, pm_elf_address_size(p->elf));
		return true;
	case DW_CFA_advance_loc1:
	case DW_CFA_advance_loc2:
	case DW_CFA_advance_loc4:
		p->at += pm_read(r, op == DW_CFA_advance_loc1   ? 1
				    : op == DW_CFA_advance_loc2 ? 2
								: 4) *
			 p->code_align;
		return true;
	case DW_CFA_offset_extended:
		reg = pm_read_uleb(r);
		set(&p->now, reg, PM_CFI_AT_CFA, (int64_t)(pm_read_uleb(r) * (uint64_t)p->data_align));
		return true;
	case DW_CFA_offset_extended_sf:
		reg = pm_read_uleb(r);
		set(&p->now, reg, PM_CFI_AT_CFA,
		    (int64_t)((uint64_t)pm_read_sleb(r) * (uint64_t)p->data_align));
		return true;
	case DW_CFA_restore_extended:
		restore(p, pm_read_uleb(r));
		return true;
	case DW_CFA_same_value:
		set(&p->now, pm_read_uleb(r), PM_CFI_SAME, 0);
		return true;
	case DW_CFA_undefined:
		set(&p->now, pm_read_uleb(r), PM_CFI_LOST, 0);
		return true;
	case DW_CFA_register:
	case DW_CFA_val_offset:
	case DW_CFA_val_offset_sf:
		set(&p->now, pm_read_uleb(r), PM_CFI_LOST, 0);
		pm_read_uleb(r);
		return true;
	case DW_CFA_expression:
	case DW_CFA_val_expression:
		set(&p->now, pm_read_uleb(r), PM_CFI_LOST, 0);
		return pm_reader_skip(r, pm_read_uleb(r));
	case DW_CFA_remember_state:
		if (p->kept_n == max_states)
			return false;
		p->kept[p->kept_n++] = p->now;
		return true;
	case DW_CFA_restore_state:
		if (!p->kept_n)
			return false;
		p->now = p->kept[--p->kept_n];
		return true;
	/* where the CFA is: the unwinder knows */
	case DW_CFA_def_cfa:
	case DW_CFA_def_cfa_sf:
		pm_read_uleb(r);
		pm_read_uleb(r);
		return true;
	case DW_CFA_def_cfa_register:
	case DW_CFA_def_cfa_offset:
	case DW_CFA_def_cfa_offset_sf:
	case DW_CFA_GNU_args_size:
		pm_read_uleb(r);
		return true;
	case DW_CFA_def_cfa_expression:
		return pm_reader_skip(r, pm_read_uleb(r));
	default:
		return false;
	}
}

static bool run(struct program *p, struct pm_reader r)
{
	for (unsigned i = 0; r.p < r.end && p->at <= p->pc; i++) {
		uint8_t op = pm_read_u8(&r), low = op & 0x3f;

		if (i == max_instructions)
			return false;
		switch (op & 0xc0) {
		case DW_CFA_advance_loc:
			p->at += low * p->code_align;
			break;
		case DW_CFA_offset:
			set(&p->now, low, PM_CFI_AT_CFA,
			    (int64_t)(pm_read_uleb(&r) * (uint64_t)p->data_align));
			break;
		case DW_CFA_restore:
			restore(p, low);
			break;
		default:
			if (!step(p, op, &r))
				return false;
		}
		if (r.bad)
			return false;
	}
	return true;
}

/* Reads a CIE and runs its instructions. */
static bool run_common(struct program *p, struct pm_bytes section, uint64_t offset)
{
	struct pm_reader r = pm_reader_at(section, offset, p->big_endian);
	uint8_t offset_size, version;
	uint64_t length = pm_read_unit_length(&r, &offset_size);

	if (r.bad || length > pm_reader_left(&r))
		return false;
	r.end = r.p + length;
	pm_read(&r, offset_size);
	version = pm_read_u8(&r);
	/* an augmentation would change what follows; kernels have none here */
	if (pm_read_u8(&r) || (version != 1 && version != 3 && version != 4))
		return false;
	if (version == 4)
		pm_read(&r, 2);
	p->code_align = pm_read_uleb(&r);
	p->data_align = pm_read_sleb(&r);
	if (version == 1)
		pm_read_u8(&r);
	else
		pm_read_uleb(&r);
	p->pc = UINT64_MAX;
	if (r.bad || !run(p, r))
		return false;
	p->initial = p->now;
	return true;
}

struct pm_error *pm_elf_cfi(struct pm_elf *elf, uint64_t pc, struct pm_cfi *out)
{
	struct pm_bytes section = pm_elf_section(elf, ".debug_frame");
	struct program p = { .elf = elf, .big_endian = pm_elf_big_endian(elf) };
	struct pm_reader r = pm_reader_at(section, 0, p.big_endian);
	unsigned size = pm_elf_address_size(elf);

	while (!r.bad && r.p < r.end) {
		uint8_t offset_size;
		uint64_t length = pm_read_unit_length(&r, &offset_size);

		if (r.bad || length > pm_reader_left(&r))
			break;
		struct pm_reader one = { r.p, r.p + length, p.big_endian, false };
		uint64_t id = pm_read(&one, offset_size);

		pm_reader_skip(&r, length);
		if (id == (offset_size == 8 ? UINT64_MAX : UINT32_MAX))
			continue;
		uint64_t start = pm_read(&one, size), bytes = pm_read(&one, size);

		if (one.bad || pc - start >= bytes)
			continue;
		if (!run_common(&p, section, id))
			break;
		p.at = start;
		p.pc = pc;
		if (!run(&p, one))
			break;
		*out = p.now;
		return NULL;
	}
	return pm_error_new(PM_NOT_FOUND, "%s: nothing tells where registers were saved", pm_elf_path(elf));
}

struct pm_error *pm_symbols_cfi(struct pm_kernel *kernel, const struct pm_printed_place *place,
				struct pm_cfi *out)
{
	const struct pm_elf_symbol *symbol;
	struct pm_image *image;
	uint64_t pc;
	struct pm_error *err = pm_kernel_locate(kernel, place, &image, &pc, &symbol);

	return err ? err : pm_elf_cfi(image->elf, pc - !place->exact, out);
}
