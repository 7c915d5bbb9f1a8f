/* Values of memory by their type, printed as C initialisers. */
#ifndef PM_SHELL_VALUE_H
#define PM_SHELL_VALUE_H

#include "shell/shell.h"

struct pm_value_style {
	unsigned indent; /* columns */
	bool hex;        /* integers in hex */
	bool numbers;    /* enumerations as numbers */
};

/* Before members of a declaration: nothing, or where they stand. */
enum pm_value_offsets { PM_OFFSETS_NONE, PM_OFFSETS_DECIMAL, PM_OFFSETS_HEX };

/* A value that was read, or worked out: an integer of size bytes with BTF's encoding, a pointer, an enumeration. */
void pm_value_print_number(struct pm_shell *sh, uint32_t type, uint64_t value,
			   const struct pm_value_style *style);
void pm_value_print_integer(struct pm_shell *sh, uint64_t value, uint64_t size, unsigned encoding,
			    const struct pm_value_style *style);
/* "0xffffffff81000000 <startup_64+4>"; is_text: with the string that it points to. */
void pm_value_print_pointer(struct pm_shell *sh, uint64_t value, bool is_text);
/* Is it a character, as char and u8 are? */
bool pm_value_is_char(const struct pm_btf *btf, uint32_t type);

/* A command prints so many members at most: types that hold each other, as broken ones may, would have no end. */
bool pm_value_goes_on(struct pm_shell *sh);
enum { PM_VALUE_MEMBERS = 1 << 20 };

/* A bit field of the structure at base; false: not in the dump, or in more bytes than a number has. */
bool pm_value_bits(struct pm_shell *sh, uint64_t base, const struct pm_btf_member *member, uint64_t *out);

/* Whose addresses they are: the kernel's, or those that sh->values says. */
struct pm_space *pm_value_space(struct pm_shell *sh);

/* Prints what stands at addr as the type (an id of the kernel's BTF); a member that is not in the dump is said
 * to be missing in its place.  Nothing is printed before or behind it. */
void pm_value_print(struct pm_shell *sh, uint64_t addr, uint32_t type, const struct pm_value_style *style);
/* A member: bit fields too. */
void pm_value_print_member(struct pm_shell *sh, uint64_t base, const struct pm_btf_member *member,
			   const struct pm_value_style *style);
/* The declaration of a structure with its members; offsets: those before each. */
void pm_value_print_type(struct pm_shell *sh, uint32_t type, enum pm_value_offsets offsets, uint64_t base);
/* The same of a structure or enumeration alone, up to its '}'. */
void pm_value_print_body(struct pm_shell *sh, uint32_t id, enum pm_value_offsets offsets, uint64_t base);

/* The same as JSON (shell/value_json.c): a value of that key, null where it is not in the dump; of a type its
 * members "type", "size", "members" or "enumerators". */
void pm_value_json(struct pm_shell *sh, const char *key, uint64_t addr, uint32_t type);
void pm_value_json_member(struct pm_shell *sh, const char *key, uint64_t base,
			  const struct pm_btf_member *member);
void pm_value_json_type(struct pm_shell *sh, uint32_t type);

#endif
