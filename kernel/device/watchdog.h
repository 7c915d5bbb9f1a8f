/* The watchdog card (i6300esb): an NMI when the CPUs make no progress. */
#ifndef DEVICE_WATCHDOG_H
#define DEVICE_WATCHDOG_H

#include <stdint.h>

/* Starts it where there is one. */
void watchdog_init(void);
/* In the boot CPU's timer interrupt: tells the card that all is well, when each CPU's timer has come lately. */
void watchdog_tick(uint64_t now_ns);

#endif
