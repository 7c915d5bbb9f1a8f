/* The rows of decode's table of architectures: what each one's numbers mean. */
#ifndef PM_DECODE_ARCH_H
#define PM_DECODE_ARCH_H

#include "decode/bits.h"
#include "incident.h"

struct pm_decode_arch {
	enum pm_arch arch;
	/* Fills error_words, access and vector of the fault from its error code, kind and registers; facts
	 * too. */
	void (*fault)(struct pm_incident *inc);
	/* Words for a control register, flags or segment; NULL: not one of those, or nothing to say. */
	const char *(*reg)(struct pm_arena *arena, const struct pm_incident *inc,
			   const struct pm_register *reg);
};

extern const struct pm_decode_arch pm_decode_x86_64, pm_decode_i386, pm_decode_arm64, pm_decode_arm,
	pm_decode_riscv64, pm_decode_ppc64, pm_decode_s390x, pm_decode_mips, pm_decode_loongarch64;

/* NULL for an unknown architecture. */
const struct pm_decode_arch *pm_decode_arch_find(enum pm_arch arch);

/* Words for a register by name, out of rows { name, table }. */
struct pm_reg_bits {
	const char *name;
	const struct pm_bit *rows;
	size_t n;
};
const char *pm_reg_bits_words(struct pm_arena *arena, const struct pm_reg_bits *regs, size_t n,
			      const struct pm_register *reg);

/* Sets error_words and, where the fault has none yet, access. */
void pm_fault_say(struct pm_incident *inc, const char *words, enum pm_access access);

/* A field of an error code. */
struct pm_code_field {
	const char *name; /* lower case, of the manual */
	unsigned shift, width;
	const char *clear, *set;           /* words for 0 and for 1; NULL: not worth a fact */
	const struct pm_code_words *words; /* of a field of several bits */
	size_t n;
};

/* Adds a fact "error-code", named as the field, for each row. */
void pm_error_fields(struct pm_incident *inc, const struct pm_code_field *rows, size_t n);

/* ISA-neutral readers used by facts and registers alike. */
const char *pm_x86_page_fault_words(struct pm_arena *arena, uint64_t error_code);
const char *pm_x86_selector_words(struct pm_arena *arena, uint64_t error_code);
const char *pm_x86_vector_words(uint64_t vector);
const char *pm_arm64_esr_words(struct pm_arena *arena, uint64_t esr);
/* The kernel's meaning of a BRK comment: "BUG()", "KASAN", …; NULL: not one of Linux's. */
const char *pm_arm64_brk_words(struct pm_arena *arena, unsigned comment);

#endif
