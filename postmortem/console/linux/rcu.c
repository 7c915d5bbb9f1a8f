#include "console/linux/rows.h"

static const struct pm_linux_row rows[] = {
	{ 0 },
};

const struct pm_linux_family pm_family_rcu = { "rcu", rows, 0, NULL };
