/* The parameters of a frame's function and of those inlined there, by DWARF: what they were worth. */
#ifndef PM_PARAMETERS_H
#define PM_PARAMETERS_H

#include "symbols/symbols.h"

/* What is known of a frame.  Numbers of registers are DWARF's. */
struct pm_frame_values {
	bool (*reg)(void *user, unsigned number, uint64_t *value_out);
	bool (*read)(void *user, uint64_t addr, unsigned size, uint64_t *value_out); /* of its memory */
	void *user;
	uint64_t cfa; /* the stack pointer before the call; 0: not known */
};

struct pm_parameter {
	const char *function, *name;
	bool known; /* false: it is nowhere any more, or in a register that is not known */
	bool is_pointer, is_signed;
	unsigned size; /* bytes: 1, 2, 4, 8; 0: a structure */
	uint64_t value;
};

typedef PM_VEC(struct pm_parameter) pm_parameters;

/* The function's first, then those of each function inlined at that place, from the outside in; strings in the
 * arena.  PM_NOT_FOUND: no debug information of it. */
struct pm_error *pm_symbols_parameters(struct pm_kernel *kernel, const struct pm_printed_place *place,
				       const struct pm_frame_values *frame, struct pm_arena *arena,
				       pm_parameters *out) __attribute__((warn_unused_result));

/* The heart of it; pc is an address of the dwarf's file.  false: no function there. */
bool pm_dwarf_parameters(struct pm_dwarf *dwarf, uint64_t pc, const struct pm_frame_values *frame,
			 struct pm_arena *arena, pm_parameters *out);

#endif
