/* The watchdog card (i6300esb): an NMI when the boot CPU makes no progress, which watches the others. */
#ifndef DEVICE_WATCHDOG_H
#define DEVICE_WATCHDOG_H

/* Starts it where there is one. */
void watchdog_init(void);
/* In the boot CPU's timer interrupt: tells the card that this CPU goes on, and panics for another one that does not. */
void watchdog_tick(void);

#endif
