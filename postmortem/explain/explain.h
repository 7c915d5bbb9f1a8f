/* Evidence → cause.  Works on an incident alone: whoever made it. */
#ifndef PM_EXPLAIN_H
#define PM_EXPLAIN_H

#include "incident.h"

/* Runs every rule over the evidence: fills headline, path, findings (ranked), also, next and missing. */
void pm_explain(struct pm_incident *inc);

#endif
