/* Hooks of the recorder's host that fail: "hook=log:fault", "hook=screen:hang" on the command line; "hook=putc:fault@600":
 * only its 600th call.  Not while the kernel starts: the recorder asks some of them then, too. */
#include <stdbool.h>
#include <stdint.h>

#include "attack/attack.h"
#include "boot/boot.h"
#include "cpu/instructions.h"
#include "lib/string.h"
#include "scenarios/scenario.h"

static volatile uint64_t *volatile nowhere = (volatile uint64_t *)8;

static volatile bool armed;

void scenario_hooks_arm(void)
{
	armed = true;
}

void scenario_hook(const char *name)
{
	static char wanted[64]; /* NAME:WHAT[@CALL]; " ": it was looked for, and there is none */
	static unsigned long calls;
	size_t n = strlen(name), what = n + 1;

	attack_hook(name);
	if (!armed)
		return;
	/* Once: the recorder's bytes, each of which comes by here, are counted in instructions. */
	if (!wanted[0]) {
		const char *option = boot_option("hook");

		strcopy(wanted, option ? option : " ", sizeof(wanted));
	}
	if (strncmp(wanted, name, n) != 0 || wanted[n] != ':')
		return;
	for (const char *at = wanted + what; *at; at++)
		if (*at == '@' && ++calls != number_of(at + 1))
			return;
	while (!strncmp(wanted + what, "hang", 4))
		pause();
	*nowhere = 0;
}
