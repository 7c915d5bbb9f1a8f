/* The end of the machine. */
#ifndef DEVICE_POWER_H
#define DEVICE_POWER_H

/* Emulators' exit device first: status tells the test how it went. */
_Noreturn void power_off(int status);
_Noreturn void power_reset(void);
_Noreturn void power_halt(void);

#endif
