/* An address space: virtual → physical, and reading through it.
 *
 * One row of struct pm_mmu for each architecture.  Where the kernel maps a stretch of addresses
 * linearly (its own image, the direct map), that is used before the page tables are walked: it is
 * faster, and still works where page tables are damaged or left out.
 *
 * A pm_space is small and holds a cache of translations: one for each thread, by copying.
 */
#ifndef PM_SPACE_H
#define PM_SPACE_H

#include "read/dump.h"

#define PM_SPACE_LINEAR 4
#define PM_SPACE_TLB 64

struct pm_space;

/* What one level of a walk found; level 5 is the top where there are five, 1 the page itself. */
struct pm_walk_step {
	unsigned level;
	uint64_t entry_at, entry; /* physical address of the entry, and its value */
};

struct pm_mmu {
	enum pm_arch arch;
	/* Fills phys and the size of the page; steps (may be NULL) gets up to 5, their count in steps_n. */
	enum pm_absence (*walk)(struct pm_space *space, uint64_t virt, uint64_t *phys_out,
				uint64_t *page_size_out, struct pm_walk_step *steps, unsigned *steps_n);
	bool (*is_canonical)(const struct pm_space *space, uint64_t virt);
	/* The first address that belongs to the kernel. */
	uint64_t (*kernel_start)(const struct pm_space *space);
};

extern const struct pm_mmu pm_mmu_x86_64;
/* NULL: that architecture has no row yet. */
const struct pm_mmu *pm_mmu_of(enum pm_arch arch);

struct pm_space {
	struct pm_dump *dump; /* borrowed */
	const struct pm_mmu *mmu;
	uint64_t root;       /* physical address of the top table */
	unsigned levels;     /* 4, 5 */
	uint64_t crypt_mask; /* bit of encrypted memory (SME, SEV), cleared out of entries; 0: none */
	struct {
		uint64_t virt, size, phys;
	} linear[PM_SPACE_LINEAR]; /* looked at first */
	unsigned linear_n;
	struct {
		uint64_t page; /* virtual, page aligned, + 1; 0: empty */
		uint64_t phys;
	} tlb[PM_SPACE_TLB];
	/* The lowest table of the last walk that came there; span: what it maps, as the row numbers it, + 1; 0: none. */
	struct {
		uint64_t span, table;
	} lowest;
};

void pm_space_init(struct pm_space *space, struct pm_dump *dump, const struct pm_mmu *mmu, uint64_t root,
		   unsigned levels);
void pm_space_add_linear(struct pm_space *space, uint64_t virt, uint64_t size, uint64_t phys);

/* Translations that were kept are of page tables that may have changed. */
void pm_space_forget(struct pm_space *space);

/* left_out (may be NULL): bytes from there on that are physically contiguous, at least to the end of the page. */
enum pm_absence pm_space_translate(struct pm_space *space, uint64_t virt, uint64_t *phys_out,
				   uint64_t *left_out);
/* How many of n bytes at virt could be read from the start on; *why_out (may be NULL) as for pm_dump_read. */
size_t pm_space_read(struct pm_space *space, uint64_t virt, void *buf, size_t n, enum pm_absence *why_out);
/* Reads all of n bytes, zeros for what is not there; gap (may be NULL) is called for each page or part of one that is
 * not, ascending, with where in buf it begins and ends. */
void pm_space_read_around(struct pm_space *space, uint64_t virt, void *buf, size_t n,
			  void (*gap)(size_t start, size_t end, enum pm_absence why, void *user), void *user);
/* Little endian integers of 1, 2, 4, 8 bytes; false: not there, *value_out stays. */
bool pm_space_load(struct pm_space *space, uint64_t virt, unsigned size, uint64_t *value_out);
/* A NUL-terminated string of at most size - 1 bytes; false: its first byte is not there. */
bool pm_space_string(struct pm_space *space, uint64_t virt, char *buf, size_t size);

#endif
