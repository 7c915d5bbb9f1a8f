/* Meanings: numbers that processors and kernels print → words.  Pure functions over an incident. */
#ifndef PM_DECODE_H
#define PM_DECODE_H

#include "incident.h"

/* Fills what follows from what was read: address class, error code and register
 * words, taint words, disassembly of the code bytes, the effective address of
 * the faulting instruction compared with the fault address, access kind. */
void pm_decode(struct pm_incident *inc);

#endif
