/* Between the files of this folder. */
#ifndef KP_X86_H
#define KP_X86_H

#include "stages.h"

#define KP_FLAG_IF 0x200u

enum kp_x86_vector {
	KP_X86_DE = 0,
	KP_X86_DB = 1,
	KP_X86_NMI = 2,
	KP_X86_BP = 3,
	KP_X86_OF = 4,
	KP_X86_UD = 6,
	KP_X86_DF = 8,
	KP_X86_TS = 10,
	KP_X86_NP = 11,
	KP_X86_SS = 12,
	KP_X86_GP = 13,
	KP_X86_PF = 14,
	KP_X86_AC = 17,
	KP_X86_MC = 18,
	KP_X86_CP = 21,
};

/* What CR2 is set to when its value has been read: no processor writes it there, since it is not canonical. */
#define KP_CR2_SENTINEL 0x6b70616e69632121ull

_Noreturn void kp_x86_jump_on(void *top, void (*run)(void));
_Noreturn void kp_x86_iret_on(void *top, void (*run)(void));

const char *kp_x86_vector_name(unsigned vector);
bool kp_x86_has_error(unsigned vector);
void kp_x86_as_found(struct kp_machine *machine);

static inline uint64_t kp_x86_read_cr2(void)
{
	uint64_t value;

	__asm__ volatile("movq %%cr2, %0" : "=r"(value));
	return value;
}

static inline void kp_x86_write_cr2(uint64_t value)
{
	__asm__ volatile("movq %0, %%cr2" ::"r"(value));
}

#endif
