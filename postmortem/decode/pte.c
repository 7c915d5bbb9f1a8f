#include "decode/pte.h"

#include "decode/bits.h"

#include <inttypes.h>

static const char *const level_names[PM_TABLE_LEVELS] = { "pgd", "p4d", "pud", "pmd", "pte" };
static const char *const level_titles[PM_TABLE_LEVELS] = { "PGD", "P4D", "PUD", "PMD", "PTE" };

/* Intel SDM vol 3, tables 4-15 to 4-20; the software bits: arch/x86/include/asm/pgtable_types.h */
#define FRAME UINT64_C(0x000ffffffffff000)
static const struct pm_bit x86_table_bits[] = {
	PM_BIT(1, "writable"),      PM_CLEAR(1, "read-only"),        PM_BIT(2, "user"),
	PM_CLEAR(2, "kernel only"), PM_BIT(3, "write through"),      PM_BIT(4, "not cached"),
	PM_BIT(63, "no execute"),   { 0x1 | 0x60 | 0xf80, 0, NULL }, { UINT64_C(0x7ff) << 52, 0, NULL },
};
static const struct pm_bit x86_page_bits[] = {
	PM_BIT(1, "writable"),
	PM_CLEAR(1, "read-only"),
	PM_BIT(2, "user"),
	PM_CLEAR(2, "kernel only"),
	PM_BIT(3, "write through"),
	PM_BIT(4, "not cached"),
	PM_BIT(5, "accessed"),
	PM_BIT(6, "dirty"),
	PM_BIT(8, "global"),
	PM_BIT(63, "no execute"),
	PM_CLEAR(63, "executable"),
	{ 0x1 | 0x80 | 0xe00, 0, NULL },
	{ UINT64_C(0x7ff) << 52, 0, NULL },
};

static const char *x86_words(struct pm_arena *arena, enum pm_table_level level, uint64_t entry)
{
	bool huge = (level == PM_PUD || level == PM_PMD) && entry >> 7 & 1;

	if (!entry)
		return "empty: not present";
	if (!(entry & 1)) {
		/* _PAGE_PROTNONE is the global bit of an entry that is not present. */
		if (entry >> 8 & 1 && (level == PM_PTE || level == PM_PMD))
			return pm_arena_printf(arena, "not present (PROT_NONE), frame 0x%" PRIx64,
					       (entry & FRAME) >> 12);
		return "not present (swapped out, migrating or damaged)";
	}
	if (level == PM_PTE || huge)
		return pm_arena_printf(
			arena, "%s%s, frame 0x%" PRIx64,
			!huge             ? "present, "
			: level == PM_PUD ? "1 GiB page, "
					  : "2 MiB page, ",
			pm_bits_words(arena, x86_page_bits, PM_COUNT(x86_page_bits), entry & ~FRAME, ", "),
			(entry & FRAME & (huge ? ~UINT64_C(0x1000) : ~UINT64_C(0))) >> 12);
	return pm_arena_printf(arena, "table at physical 0x%" PRIx64 ", %s", entry & FRAME,
			       pm_bits_words(arena, x86_table_bits, PM_COUNT(x86_table_bits),
					     entry & ~FRAME & ~UINT64_C(0x80), ", "));
}

/* Arm ARM D8.3.2 (figures D8-16…): stage 1 descriptors; arch/arm64/include/asm/pgtable-hwdef.h */
static const struct pm_bit arm64_page_bits[] = {
	{ 0xc0, 0x00, "writable, kernel only" },
	{ 0xc0, 0x40, "writable, user" },
	{ 0xc0, 0x80, "read-only, kernel only" },
	{ 0xc0, 0xc0, "read-only, user" },
	PM_CLEAR(10, "not accessed"),
	PM_BIT(11, "not global"),
	PM_BIT(52, "contiguous"),
	PM_BIT(53, "no kernel execute (PXN)"),
	PM_BIT(54, "no user execute (UXN)"),
	PM_BIT(50, "guarded (BTI)"),
	{ UINT64_C(0x800000000000033f), 0, NULL },
	{ UINT64_C(0x7f88000000000000), 0, NULL },
};

static const char *arm64_words(struct pm_arena *arena, enum pm_table_level level, uint64_t entry)
{
	const uint64_t frame = UINT64_C(0x0000fffffffff000);

	if (!entry)
		return "empty: not present";
	if (!(entry & 1))
		return "not valid (swapped out, PROT_NONE, migrating or damaged)";
	if (level != PM_PTE && entry & 2)
		return pm_arena_printf(arena, "table at physical 0x%" PRIx64, entry & frame);
	return pm_arena_printf(
		arena, "%s%s, frame 0x%" PRIx64, level == PM_PTE ? "valid, " : "block, ",
		pm_bits_words(arena, arm64_page_bits, PM_COUNT(arm64_page_bits), entry & ~frame, ", "),
		(entry & frame) >> 12);
}

const char *pm_pte_words(struct pm_arena *arena, enum pm_arch arch, enum pm_table_level level, uint64_t entry)
{
	switch (arch) {
	case PM_X86_64:
		return x86_words(arena, level, entry);
	case PM_I386: /* without PAE 4 MiB pages; the bits that are named are the same */
		return entry && entry & 1 && level != PM_PTE && entry >> 7 & 1
			       ? NULL
			       : x86_words(arena, level, entry);
	case PM_ARM64:
		return arm64_words(arena, level, entry);
	default:
		return NULL;
	}
}

/* mm/page_alloc.c, CONFIG_DEBUG_PAGEALLOC: kernel pages are unmapped when they are freed. */
static bool is_freed_page(const struct pm_incident *inc)
{
	return inc->machine.arch == PM_X86_64 && inc->fault.flags &&
	       strstr(inc->fault.flags, "DEBUG_PAGEALLOC") && inc->fault.has_address &&
	       inc->fault.address >> 63;
}

void pm_pte_decode(struct pm_incident *inc)
{
	const char *end = NULL;
	struct pm_at at = { 0 };

	for (size_t i = 0; i < PM_TABLE_LEVELS; i++) {
		struct pm_fact *fact = pm_incident_fact(inc, NULL, level_names[i]);
		struct pm_slice text = pm_slice_of(fact ? fact->value : NULL);
		uint64_t entry;

		if (!fact || !pm_take_hex(&text, &entry, NULL))
			continue;
		if (!fact->meaning && entry && !(entry & 1) && is_freed_page(inc)) {
			fact->meaning = "not present: the page is free (DEBUG_PAGEALLOC unmaps free pages)";
			fact->grade = PM_LIKELY;
		}
		if (!fact->meaning)
			fact->meaning =
				pm_pte_words(&inc->arena, inc->machine.arch, (enum pm_table_level)i, entry);
		/* "P4D 0" repeats a folded level: the first that is not present ends the walk. */
		if (fact->meaning && !(entry & 1) && !end) {
			end = pm_arena_printf(&inc->arena, "not present at the level of the %s",
					      level_titles[i]);
			at = fact->at;
		}
	}
	if (end && !pm_incident_fact(inc, "page-table", "walk"))
		pm_incident_add_fact(inc, "page-table", "walk", pm_slice_of(end), NULL, at);
}
