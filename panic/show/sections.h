/* Sections of the text report. */
#ifndef KP_SECTIONS_H
#define KP_SECTIONS_H

#include "show/line.h"

/* text_machine.c, tier 2 */
kp_step kp_text_task, kp_text_fault, kp_text_machine, kp_text_causes, kp_text_walk, kp_text_gates,
	kp_text_tables, kp_text_msrs, kp_text_locks, kp_text_raw, kp_text_cpus, kp_text_log;
/* "BUG: …, address: …", where there was a page fault. */
void kp_text_page_fault(void);

/* What an ISA prints behind the stack pointer: " EFLAGS: 00010046". */
void kp_isa_add_flags(const struct kp_frame *frame);

/* Without a 64-bit division, which a 32-bit machine has no instruction for. */
uint32_t kp_seconds(uint64_t ns);
uint32_t kp_microseconds(uint64_t ns); /* of the second */

#endif
