/* Types as C writes them: pointers to BTF's types and arrays of them, and C's own integers. */
#ifndef PM_SHELL_C_TYPE_H
#define PM_SHELL_C_TYPE_H

#include "shell/shell.h"

/* `elements` of `pointers` to a type of sh->btf. */
struct pm_c_type {
	uint32_t id;       /* 0: void, or an integer of size bytes */
	uint8_t size;      /* of an integer that C names itself; 0: not one of these */
	uint8_t encoding;  /* of it, BTF's */
	unsigned pointers; /* to it */
	uint32_t elements; /* of an array of them; 0: none */
};

extern const struct pm_c_type pm_c_int, pm_c_long, pm_c_unsigned, pm_c_unsigned_long, pm_c_char;

/* "struct rq *", "unsigned long[4]", "[]": as many as there is room for (UINT32_MAX); false: none that is known, and
 * nothing is said.  A module's type: its types are sh->btf then. */
bool pm_c_type_parse(struct pm_shell *sh, const char *text, struct pm_c_type *out);
/* The same from *at on, which is moved behind it.  with_bare: a structure's name alone is one, too. */
bool pm_c_type_take(struct pm_shell *sh, const char **at, bool with_bare, struct pm_c_type *out);
/* Bytes; 0: not known. */
uint64_t pm_c_type_size(struct pm_shell *sh, const struct pm_c_type *type);
/* "struct rq *name"; name may be "". */
void pm_c_type_declare(struct pm_shell *sh, const struct pm_c_type *type, const char *name, char *buf,
		       size_t size);

/* One of an array's elements. */
struct pm_c_type pm_c_type_element(struct pm_c_type type);
/* Without typedefs; a pointer of BTF's is counted in pointers. */
struct pm_c_type pm_c_type_plain(struct pm_shell *sh, struct pm_c_type type);
/* Through typedefs; void: a pointer, an array, an integer of C's own. */
enum pm_btf_kind pm_c_type_kind(struct pm_shell *sh, const struct pm_c_type *type);
bool pm_c_type_is_structure(struct pm_shell *sh, const struct pm_c_type *type);
bool pm_c_type_is_array(struct pm_shell *sh, const struct pm_c_type *type);
bool pm_c_type_is_function(struct pm_shell *sh, const struct pm_c_type *type);
bool pm_c_type_is_signed(struct pm_shell *sh, const struct pm_c_type *type);

/* The letters of a name in C that begins there; 0: none does. */
size_t pm_c_word(const char *at);
/* Are the n letters there that word? */
bool pm_c_is_word(const char *at, size_t n, const char *word);

#endif
