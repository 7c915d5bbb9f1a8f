/* An ELF file with its symbols and DWARF, and every kind of look-up in it. */
#include "symbols/cfi.h"
#include "symbols/kernel.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct pm_elf_symbol *found[4];
	struct pm_elf *elf;
	struct pm_arena arena;

	/* Compressed files are another parser's business; they only make this one slow. */
	if (size < 4 || data[0] != 0x7f ||
	    pm_error_take(pm_elf_open_bytes("fuzz", data, size, &elf)) != PM_OK)
		return 0;
	pm_arena_init(&arena);
	pm_elf_build_id(elf);
	pm_elf_banner(elf);
	size_t n = pm_elf_find_name(elf, "f", 1, found, 4);
	for (size_t i = 0; i < n && i < 4; i++) {
		pm_elf_size_agrees(elf, found[i], 16);
		pm_elf_symbol_extent(elf, found[i]);
	}
	struct pm_dwarf *dwarf = pm_dwarf_create(elf);
	static const uint64_t bases[] = { 0, 0x10000, 0x401000, 0x81000000, 0xffffffff81000000 };
	for (size_t b = 0; b < PM_COUNT(bases); b++)
		for (uint64_t i = 0; i < 12; i++) {
			uint64_t addr = bases[b] + i * 7;
			pm_source_frames frames = { 0 };

			pm_elf_find_addr(elf, addr);
			if (dwarf && pm_error_take(pm_dwarf_find(dwarf, addr, &arena, &frames)) == PM_OK &&
			    !frames.n)
				abort();
			struct pm_cfi cfi;
			struct pm_member member;
			pm_error_free(pm_elf_cfi(elf, addr, &cfi));
			if (dwarf &&
			    pm_dwarf_member(dwarf, addr, i & 1 ? "rdi" : "rax", (int64_t)i * 4, &arena,
					    &member) &&
			    !member.type)
				abort();
		}
	pm_dwarf_destroy(dwarf);
	pm_elf_close(elf);
	pm_arena_deinit(&arena);
	return 0;
}
