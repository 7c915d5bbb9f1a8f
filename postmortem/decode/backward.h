/* Where the base register came from. */
#ifndef PM_DECODE_BACKWARD_H
#define PM_DECODE_BACKWARD_H

#include "incident.h"

/* Fills fault.base_from and fault.base_origin: the last instruction before the marked one that writes
 * the base register, when no call, jump target or doubt about the decoding that
 * can be seen stands between.  Likely at most: a jump may have come in between. */
void pm_backward_decode(struct pm_incident *inc);

#endif
