/* An ISA without a folder of its own: what a compiler's built-ins tell, and what a host's handler fills in. */
#ifndef KP_ISA_GENERIC_H
#define KP_ISA_GENERIC_H

#include <stdbool.h>
#include <stdint.h>

struct kp_frame {
	uint64_t pc, sp, fp;
	uint64_t vector; /* the host's own numbers; KP_VECTOR_CALL: no exception but a call */
	uint64_t error;
	uint64_t user; /* not 0: of user mode */
};

#define KP_FRAME_PC(frame) ((frame)->pc)
#define KP_FRAME_SP(frame) ((frame)->sp)
#define KP_FRAME_FP(frame) ((frame)->fp)
#define KP_FRAME_USER(frame) ((frame)->user != 0)

#if defined(__riscv)
#define KP_FP_CALLER (-2)
#define KP_FP_RETURN (-1)
#else
#define KP_FP_CALLER 0
#define KP_FP_RETURN 1
#endif

#endif
