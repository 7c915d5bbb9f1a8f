/* An ELF file as the symbol readers see it: sections, symbols, build id.
 *
 * Reads vmlinux, modules (.ko, relocatable) and split debug files, 32 and 64
 * bits, either byte order.  The file is mapped, and a section is looked at when
 * it is asked for: a kernel with debug information has half a gigabyte.
 *
 * In a relocatable file each allocated section gets a place of its own, so that
 * symbol addresses and (relocated) DWARF addresses agree; those addresses mean
 * nothing outside this file.
 */
#ifndef PM_ELF_H
#define PM_ELF_H

#include "base/error.h"
#include "symbols/bytes.h"

#define PM_BUILD_ID_MAX 64 /* bytes; SHA-1 has 20 */

struct pm_elf_symbol {
	uint64_t addr, size; /* size: st_size; may be 0 */
	const char *name;    /* borrowed from the file */
	uint16_t section;
	bool function; /* in an executable section */
	uint8_t rank;  /* which of several names at one address kallsyms would print: higher first */
};

struct pm_elf;

/* Opens and recognises the file; .xz, .gz and .zst are decompressed into memory
 * (at most 1 GiB).  PM_IO, PM_BAD_DATA (no ELF, or a broken one), PM_UNSUPPORTED. */
struct pm_error *pm_elf_open(const char *path, struct pm_elf **elf_out) __attribute__((warn_unused_result));
/* As above from bytes, which are copied. */
struct pm_error *pm_elf_open_bytes(const char *name, const void *bytes, size_t n, struct pm_elf **elf_out)
	__attribute__((warn_unused_result));
void pm_elf_close(struct pm_elf *elf); /* NULL is allowed */

const char *pm_elf_path(const struct pm_elf *elf);
bool pm_elf_big_endian(const struct pm_elf *elf);
unsigned pm_elf_address_size(const struct pm_elf *elf); /* bytes: 4, 8 */
uint16_t pm_elf_machine(const struct pm_elf *elf);      /* EM_… */

/* The contents of a section, decompressed and relocated; {NULL, 0} where there is none or it is broken.
 * Valid as long as the elf. */
struct pm_bytes pm_elf_section(struct pm_elf *elf, const char *name);
bool pm_elf_has_section(const struct pm_elf *elf, const char *name);

/* Where a section is in memory, and its bytes there; also one without contents in the file.  false: there is none. */
bool pm_elf_section_place(const struct pm_elf *elf, const char *name, uint64_t *addr_out, uint64_t *size_out);
/* These bytes of a section will not be read again soon: their pages go, and come back from the file. */
void pm_elf_forget(const struct pm_elf *elf, const uint8_t *p, size_t n);

/* The GNU build id in lower-case hex; "" where there is none. */
const char *pm_elf_build_id(struct pm_elf *elf);
/* "Linux version …" of a vmlinux, without line end, in storage of the elf; NULL: none found. */
const char *pm_elf_banner(struct pm_elf *elf);
/* Why the file cannot be a linked Linux kernel: "a program", "a kernel module", "an object file" …; NULL: it may
 * be one.  Told by its type, its banner and functions that every kernel has. */
const char *pm_elf_no_kernel(struct pm_elf *elf);

/* Symbols by name: fills up to max of those with that name in executable sections, tells how many there are.
 */
size_t pm_elf_find_name(struct pm_elf *elf, const char *name, size_t name_size,
			const struct pm_elf_symbol **found, size_t max);
/* The function symbol that covers addr (an address of this file), or NULL. */
const struct pm_elf_symbol *pm_elf_find_addr(struct pm_elf *elf, uint64_t addr);
/* How long kallsyms calls the symbol: up to the next one of its section.  0: it is the last, nothing is
 * known. */
uint64_t pm_elf_symbol_extent(struct pm_elf *elf, const struct pm_elf_symbol *symbol);
/* Can a kernel made of this file print `symbol` with that size? */
bool pm_elf_size_agrees(struct pm_elf *elf, const struct pm_elf_symbol *symbol, uint64_t size);

#endif
