/* Taint letters in words. */
#ifndef PM_DECODE_TAINT_H
#define PM_DECODE_TAINT_H

#include "incident.h"

/* NULL: no such letter. */
const char *pm_taint_words(char letter);

/* Fills machine.taints from machine.taint where the producer left it empty, and
 * words where it left those out. */
void pm_taint_decode(struct pm_incident *inc);

#endif
