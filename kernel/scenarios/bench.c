#include "scenarios/bench.h"

#include <stdint.h>

#include "cpu/instructions.h"
#include "device/console.h"
#include "lib/format.h"
#include "scenarios/scenario.h"

static volatile uint64_t *volatile nowhere = (volatile uint64_t *)0x18;
static uint64_t fault, first, last;

static void write_nowhere(void)
{
	fault = read_tsc();
	*nowhere = 1;
}

void bench_byte(void)
{
	if (!fault)
		return;
	last = read_tsc();
	if (!first)
		first = last;
}

void bench_tell(void)
{
	char line[80];

	if (!fault)
		return;
	format(line, sizeof(line), "bench: first byte %lu, last byte %lu\n", first - fault, last - fault);
	fault = 0;
	for (const char *c = line; *c; c++)
		console_put_bytes_only(*c);
}

const struct scenario scenarios_bench[] = {
	{ "bench", SCENARIO_PROCESS, write_nowhere },
	{ 0 },
};
