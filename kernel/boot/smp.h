/* The other CPUs' start. */
#ifndef BOOT_SMP_H
#define BOOT_SMP_H

#include <stdint.h>

/* Starts the CPUs that are not the calling one, each with a stack and the number of its turn. Who does not come within half
 * a second is left out, with a line in the log. */
void smp_start(const uint32_t *apic_ids, unsigned count);
/* The page below that CPU's first stack, which becomes its idle task's; 0: it has none here. */
uintptr_t smp_stack_guard(unsigned cpu);

#endif
