/* Entries of DWARF one by one: their attributes, what they refer to, their types, and where a variable is. */
#ifndef PM_DIE_H
#define PM_DIE_H

#include "symbols/dwarf_unit.h"

struct pm_entry {
	struct pm_unit *unit;
	uint64_t offset;
	const struct pm_abbrev *abbrev;
	struct pm_reader attrs; /* at the first attribute */
};

/* Only inside of one unit: units of the cache may go when others are read, and compilers keep the types
 * that a unit uses in it (link-time optimisation apart). */
bool pm_entry_at(struct pm_dwarf *dw, struct pm_unit *unit, uint64_t offset, struct pm_entry *out);
/* form_out may be NULL. */
bool pm_entry_attribute(struct pm_dwarf *dw, const struct pm_entry *entry, uint16_t at,
			struct pm_form_value *out, uint16_t *form_out);
/* The entry that an attribute refers to. */
bool pm_entry_follow(struct pm_dwarf *dw, const struct pm_entry *entry, uint16_t at, struct pm_entry *out);
/* Type and name of the entry or, where it is an inlined or out-of-line copy, of what it is a copy of. */
bool pm_entry_type(struct pm_dwarf *dw, struct pm_entry entry, struct pm_entry *out);
const char *pm_entry_name(struct pm_dwarf *dw, struct pm_entry entry);
/* Through typedefs and qualifiers. */
bool pm_entry_strip(struct pm_dwarf *dw, struct pm_entry *type);
/* Bytes of a type; 0: not known. */
uint64_t pm_entry_size(struct pm_dwarf *dw, struct pm_entry type);
/* The expression that tells where the variable is at pc; false: nowhere. */
bool pm_entry_location(struct pm_dwarf *dw, const struct pm_entry *variable, uint64_t pc,
		       struct pm_bytes *out);

/* The function whose code covers pc. */
struct pm_scopes {
	uint64_t pc;
	struct pm_entry function;
	struct pm_reader inside; /* at its first child */
};
bool pm_scopes_at(struct pm_dwarf *dw, uint64_t pc, struct pm_scopes *out);

/* A variable or parameter (entry) in a scope that covers pc. depth: 0 in the function itself, one more for
 * each block and inlined call; function: the innermost one, inlined or not, that the scope belongs to. */
typedef void pm_scope_visitor(void *user, const struct pm_entry *entry, int depth,
			      const struct pm_entry *function);
/* All of them, from the function inwards; at most a million entries are looked at. */
void pm_scopes_visit(struct pm_dwarf *dw, const struct pm_scopes *scopes, pm_scope_visitor *visit,
		     void *user);

#endif
