/* BTF: the types that a Linux kernel carries of itself (Documentation/bpf/btf.rst); or, for a kernel that carries none,
 * the same made of its DWARF, type by type as they are asked for.
 *
 * The bytes are checked once when they are opened.  A type whose record is broken is not there: it is void.  Those
 * behind it are used where it can be told how many types were lost.  A module's BTF is split: its ids and strings go
 * on where the kernel's end.
 */
#ifndef PM_BTF_H
#define PM_BTF_H

#include "base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pm_btf;

enum pm_btf_kind {
	PM_BTF_VOID,
	PM_BTF_INT,
	PM_BTF_PTR,
	PM_BTF_ARRAY,
	PM_BTF_STRUCT,
	PM_BTF_UNION,
	PM_BTF_ENUM,
	PM_BTF_FWD,
	PM_BTF_TYPEDEF,
	PM_BTF_VOLATILE,
	PM_BTF_CONST,
	PM_BTF_RESTRICT,
	PM_BTF_FUNC,
	PM_BTF_FUNC_PROTO,
	PM_BTF_VAR,
	PM_BTF_DATASEC,
	PM_BTF_FLOAT,
	PM_BTF_DECL_TAG,
	PM_BTF_TYPE_TAG,
	PM_BTF_ENUM64,
	PM_BTF_KINDS
};

/* bytes were made by pm_alloc and are taken over, also on error.  base: the kernel's, for a module's; NULL: none;
 * it must outlive this one.  PM_BAD_DATA: not BTF, or lying sizes; PM_UNSUPPORTED: a version to come. */
struct pm_error *pm_btf_open(uint8_t *bytes, size_t n, struct pm_btf *base, struct pm_btf **out)
	__attribute__((warn_unused_result));
/* A module's whose .BTF stands on a distilled base (.BTF.base, Linux 6.12): the few types of the kernel that it needs,
 * by name and size.  They are looked for in the kernel's.  Both arrays are taken over, also on error. */
struct pm_error *pm_btf_open_distilled(uint8_t *bytes, size_t n, uint8_t *base_bytes, size_t base_n,
				       struct pm_btf *kernel, struct pm_btf **out)
	__attribute__((warn_unused_result));
/* As BTF has them, out of an ELF file's DWARF 2 to 5.  The elf is taken over, also on error.  All units are walked once
 * (a tenth of a second for 200 MB of .debug_info); records are made when they are first looked at, so that ids go on
 * being given, and one file is for one thread.  PM_NOT_FOUND: it has no types; PM_BAD_DATA: it cannot be read. */
struct pm_elf;
struct pm_error *pm_btf_open_dwarf(struct pm_elf *elf, struct pm_btf **out)
	__attribute__((warn_unused_result));
/* The same with all variables that stand anywhere, not only those of the section .data..percpu; of several of one name
 * the first. */
struct pm_error *pm_btf_open_variables(struct pm_elf *elf, struct pm_btf **out)
	__attribute__((warn_unused_result));
/* Of a file: BTF as it is (/sys/kernel/btf/vmlinux), or an ELF file's .BTF, or its DWARF.  *build_id_out: of the ELF
 * file, in hex, on the heap; NULL: it has none.  PM_NOT_FOUND: no types in it; else as pm_btf_open, pm_btf_open_dwarf,
 * pm_elf_open. */
struct pm_error *pm_btf_open_file(const char *path, struct pm_btf **out, char **build_id_out)
	__attribute__((warn_unused_result));
void pm_btf_close(struct pm_btf *btf); /* NULL is allowed */
/* How many types are known by name where they are of DWARF; 0: they are BTF. */
uint32_t pm_btf_dwarf_names(const struct pm_btf *btf);
/* What of it is lost; NULL: nothing.  Borrowed. */
const char *pm_btf_trouble(const struct pm_btf *btf);

/* Ids go from 1 to this, which grows with DWARF; 0 is void.  Every function takes any id: one that is not there is void. */
uint32_t pm_btf_count(const struct pm_btf *btf);
enum pm_btf_kind pm_btf_kind(const struct pm_btf *btf, uint32_t id);
/* Borrowed; "" where it has none. */
const char *pm_btf_name(const struct pm_btf *btf, uint32_t id);
/* The first type of that kind (struct, union, enum, typedef, func, var) and name; 0: none. */
uint32_t pm_btf_find(struct pm_btf *btf, enum pm_btf_kind kind, const char *name);
/* A C name as people write it: "struct task_struct", "pid_t", "union foo"; without a word: struct, union,
 * typedef, enum are tried in that order.  0: none. */
uint32_t pm_btf_find_written(struct pm_btf *btf, const char *written);
/* What a pointer, typedef, qualifier, array, function or variable refers to. */
uint32_t pm_btf_target(const struct pm_btf *btf, uint32_t id);
/* Through typedefs, qualifiers and tags. */
uint32_t pm_btf_resolve(const struct pm_btf *btf, uint32_t id);
/* Bytes; 0: not known (void, functions, declarations). */
uint64_t pm_btf_size(const struct pm_btf *btf, uint32_t id);
/* Elements of an array. */
uint32_t pm_btf_length(const struct pm_btf *btf, uint32_t id);
/* Of an int: signed, char, bool. */
enum pm_btf_encoding { PM_BTF_SIGNED = 1, PM_BTF_CHAR = 2, PM_BTF_BOOL = 4 };
unsigned pm_btf_int_encoding(const struct pm_btf *btf, uint32_t id);

struct pm_btf_member {
	const char *name; /* "" in an unnamed member */
	uint32_t type;
	uint64_t bit_offset; /* from the start of the structure that was asked for */
	unsigned bits;       /* of a bit field; 0: none */
};
uint32_t pm_btf_members(const struct pm_btf *btf, uint32_t id); /* of a struct or union */
bool pm_btf_member(const struct pm_btf *btf, uint32_t id, uint32_t index, struct pm_btf_member *out);
/* By path: "mm.owner", "thread.sp", "link[1].next"; unnamed structs and unions are looked through. */
bool pm_btf_find_member(const struct pm_btf *btf, uint32_t id, const char *path, struct pm_btf_member *out);
/* The deepest member that covers the byte; its path ("se.vruntime") into buf.  false: padding, or no struct. */
bool pm_btf_member_at(const struct pm_btf *btf, uint32_t id, uint64_t byte, char *path, size_t size,
		      struct pm_btf_member *out);

/* Of an enum: its values; name NULL past the last. */
const char *pm_btf_enum(const struct pm_btf *btf, uint32_t id, uint32_t index, int64_t *value_out);
bool pm_btf_enum_value(struct pm_btf *btf, const char *name, int64_t *value_out); /* of any enum */
/* Parameters of a function prototype. */
uint32_t pm_btf_params(const struct pm_btf *btf, uint32_t id);
bool pm_btf_param(const struct pm_btf *btf, uint32_t id, uint32_t index, const char **name_out,
		  uint32_t *type_out);
/* A variable of a data section ("" .data..percpu): its offset there; false: none of that name. */
bool pm_btf_variable(struct pm_btf *btf, const char *name, uint32_t *type_out);

/* Writes a declaration as C has it: `struct list_head *next`, `char comm[16]`, `void (*func)(struct work *)`. */
void pm_btf_declare(const struct pm_btf *btf, uint32_t type, const char *name, char *buf, size_t size);

#endif
