/* Registers as the entry stubs save them (fault/x86_64/entry.S), lowest address first: after them the processor's own. */
#ifndef KP_ISA_X86_64_H
#define KP_ISA_X86_64_H

#include <stdint.h>

struct kp_frame {
	uint64_t r15, r14, r13, r12, rbp, rbx, r11, r10, r9, r8, rax, rcx, rdx, rsi, rdi;
	uint64_t vector; /* KP_VECTOR_CALL: no exception but a call */
	uint64_t error;  /* 0 where the processor has none */
	uint64_t rip, cs, rflags, rsp, ss;
};

#define KP_FRAME_PC(frame) ((frame)->rip)
#define KP_FRAME_SP(frame) ((frame)->rsp)
#define KP_FRAME_FP(frame) ((frame)->rbp)
#define KP_FRAME_USER(frame) (((frame)->cs & 3) == 3)

/* Where a function that keeps frame pointers has its caller's, and its return address; in words, from its own. */
#define KP_FP_CALLER 0
#define KP_FP_RETURN 1

#endif
