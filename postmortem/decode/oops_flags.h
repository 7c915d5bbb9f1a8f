/* What the words of an oops's header line say about the kernel's build. */
#ifndef PM_DECODE_OOPS_FLAGS_H
#define PM_DECODE_OOPS_FLAGS_H

#include "incident.h"

/* Adds a fact "oops-flags" for each word of fault.flags that is known. */
void pm_oops_flags_decode(struct pm_incident *inc);

#endif
