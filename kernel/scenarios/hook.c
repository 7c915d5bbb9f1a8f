/* Hooks of the recorder's host that fail while it reports: "hook=log:fault", "hook=screen:hang" on the command line. */
#include <stdint.h>

#include "boot/boot.h"
#include "cpu/instructions.h"
#include "lib/string.h"
#include "scenarios/scenario.h"

static volatile uint64_t *volatile nowhere = (volatile uint64_t *)8;

void scenario_hook(const char *name)
{
	const char *wanted = boot_option("hook");
	size_t n = strlen(name);

	if (!wanted || strncmp(wanted, name, n) != 0 || wanted[n] != ':')
		return;
	while (!strcmp(wanted + n + 1, "hang"))
		pause();
	*nowhere = 0;
}
