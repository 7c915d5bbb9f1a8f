/* Names of Linux's error numbers. */
#ifndef PM_DECODE_ERRNO_H
#define PM_DECODE_ERRNO_H

#include "incident.h"

/* 12 → "ENOMEM".  NULL where the number has no name on that architecture. */
const char *pm_errno_name(enum pm_arch arch, unsigned number);

#endif
