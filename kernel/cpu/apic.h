/* The local interrupt controller: the timer, interrupts to other CPUs, non-maskable ones. */
#ifndef CPU_APIC_H
#define CPU_APIC_H

#include <stdbool.h>
#include <stdint.h>

enum {
	VECTOR_NMI = 2,
	VECTOR_TIMER = 32,
	VECTOR_SPURIOUS = 255,
	TICKS_PER_SECOND = 100,
};

/* Maps the registers, once; masks the old interrupt controllers. */
void apic_init(void);
/* On each CPU; the timer's interrupts begin to come. */
void apic_init_cpu(void);
void apic_end_of_interrupt(void);

/* To the CPU with that identification; false: it was not accepted within a millisecond. */
bool apic_send_init(uint32_t apic_id);
bool apic_send_startup(uint32_t apic_id, uint8_t page);
bool apic_send_nmi(uint32_t apic_id);
bool apic_send_nmi_to_others(void);
/* The timer becomes an NMI in ns nanoseconds; 0: becomes the tick again. false: this CPU's was not started yet. */
bool apic_timer_nmi(uint64_t ns);

#endif
