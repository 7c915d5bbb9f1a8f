/* What an address says by itself: its class and words for it.
 *
 * A class rests on the layout of the architecture's address space and on the
 * values that kernels put into memory to be recognised.  Layouts that move from
 * boot to boot (KASLR) or that came in several versions are graded likely, and
 * what cannot be told is PM_ADDR_UNKNOWN with words NULL.
 */
#ifndef PM_DECODE_ADDRESS_H
#define PM_DECODE_ADDRESS_H

#include "incident.h"

/* What is known about the machine's address space.  pm_address_space_of reads it
 * off an incident; a zeroed one with system and arch set is fine too. */
struct pm_address_space {
	enum pm_system system;
	enum pm_arch arch;
	bool big_endian;
	unsigned va_bits; /* of a virtual address: 48, 57, 39 …; 0: not known */
	bool has_sp, has_percpu, has_text;
	uint64_t sp;         /* kernel stack pointer */
	uint64_t percpu;     /* x86-64: GS base, in the direct map */
	uint64_t text;       /* some address of the kernel's code */
	bool kasan;          /* built with KASAN: shadow memory exists, and the regions do not move */
	bool stack_guard;    /* the kernel says that a stack's guard page was hit */
	unsigned release;    /* Linux's, major * 1000 + minor: 4020; 0: not known */
	bool user_told;      /* values that are addresses of user mode have been told */
	bool stack_overflow; /* a double fault: mostly a stack's end */
};

struct pm_address_meaning {
	enum pm_address_class class;
	enum pm_grade grade;
	const char *words; /* in the arena; NULL: nothing to say */
	enum pm_poison poison;
	/* PM_ADDR_KASAN_SHADOW, where shadowed_words is set: of which addresses it is the shadow. */
	uint64_t shadowed_first, shadowed_last;
	enum pm_address_class shadowed_class;
	const char *shadowed_words;
};

void pm_address_space_of(const struct pm_incident *inc, struct pm_address_space *space_out);

void pm_address_classify(struct pm_arena *arena, const struct pm_address_space *space, uint64_t addr,
			 struct pm_address_meaning *meaning_out);

/* Is value where the architecture's KASAN shadow starts? */
bool pm_address_is_shadow_offset(enum pm_arch arch, uint64_t value);

/* Is offset where the architecture's KASAN shadow starts, so that addr is a shadow address for sure? */
bool pm_address_is_shadow_of(struct pm_arena *arena, const struct pm_address_space *space, uint64_t addr,
			     uint64_t offset, struct pm_address_meaning *meaning_out);

/* The same for a general register's value: only what is telling (poison, error
 * pointers, text, NULL, user pointers, the stack), not every kernel address.
 * poison_out is set whenever the words speak of one. */
const char *pm_value_words(struct pm_arena *arena, const struct pm_address_space *space, uint64_t value,
			   unsigned bits, enum pm_poison *poison_out);

/* Has the architecture 64-bit addresses?  (A 32-bit mips is told by its registers' width.) */
bool pm_arch_is_64(enum pm_arch arch);

#endif
