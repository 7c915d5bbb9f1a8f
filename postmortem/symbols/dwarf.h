/* Source places out of DWARF 2 to 5, read as far as one address needs.
 *
 * Looking up an address touches .debug_aranges (or, where it does not cover the
 * address, the first entry of every unit), the one unit it names, and that
 * unit's line program.  Nothing else of the file is read, so that the first
 * answer comes after milliseconds whatever the file's size.
 */
#ifndef PM_DWARF_H
#define PM_DWARF_H

#include "base/memory.h"
#include "symbols/elf.h"

/* One source place.  frames[0] is the innermost inlined call; the last one is the function itself. */
struct pm_source_frame {
	const char *function; /* as in the source; NULL: not known */
	const char *file; /* cleaned of "." and "..", absolute or relative as the compiler was called; NULL:
			     not known */
	uint32_t line, column; /* 0: not known */
	const char *directory; /* where the compiler was called; borrowed from the file; NULL: not known */
};
typedef PM_VEC(struct pm_source_frame) pm_source_frames;

struct pm_dwarf;

/* The elf is borrowed and must outlive it.  NULL: the file has no line information. */
struct pm_dwarf *pm_dwarf_create(struct pm_elf *elf);
/* The same for one whose lines nobody asks for: what of it is missing is empty. */
struct pm_dwarf *pm_dwarf_of_types(struct pm_elf *elf);
void pm_dwarf_destroy(struct pm_dwarf *dwarf); /* NULL is allowed */

/* Fills frames with the source places of pc, an address of this file: strings live in the arena.
 * None: PM_NOT_FOUND. */
struct pm_error *pm_dwarf_find(struct pm_dwarf *dwarf, uint64_t pc, struct pm_arena *arena,
			       pm_source_frames *frames_out) __attribute__((warn_unused_result));
/* The offset in .debug_info of the unit that covers pc; false: none. */
bool pm_dwarf_unit_of(struct pm_dwarf *dwarf, uint64_t pc, uint64_t *unit_offset_out);

#endif
