#include "explain/explain.h"

void pm_explain(struct pm_incident *inc)
{
	(void)inc;
}
