#include "scenarios/bench.h"

#include <stdint.h>

#include "boot/boot.h"
#include "cpu/clock.h"
#include "cpu/instructions.h"
#include "device/console.h"
#include "device/dump.h"
#include "lib/format.h"
#include "lib/string.h"
#include "mm/page.h"
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

/* ---- memory dumps ---- */

extern char text_start[], text_end[];

/* Decimal; 0: not told. */
static uint64_t option(const char *word)
{
	const char *value = boot_option(word);
	uint64_t number = 0;

	for (; value && *value >= '0' && *value <= '9'; value++)
		number = number * 10 + (uint64_t)(*value - '0');
	return number;
}

void bench_fill(void)
{
	uint64_t pages = option("fill") * (1048576 / PAGE_SIZE),
		 of = (uint64_t)(text_end - text_start) / PAGE_SIZE;

	for (uint64_t i = 0; i < pages; i++) {
		uint64_t page = page_get();
		uint64_t *words = page_at(page);

		if (!page)
			break;
		memcpy(words, text_start + i % of * PAGE_SIZE, PAGE_SIZE);
		words[0] = i; /* no two are the same */
	}
}

/* The most that a virtio request of the dump's takes; twice the same memory is as good as other memory. */
enum { AT_ONCE = 1 << 20, FIRST = 16 << 20 };
#define PATIENCE_NS 10000000000ull

static void tell(const char *line)
{
	for (const char *c = line; *c; c++)
		console_put_bytes_only(*c);
}

/* at_once: requests under way. */
static void write_all(struct kp_sink *sink, uint64_t bytes, unsigned at_once, const char *name)
{
	uint64_t start, begun = 0, written = 0;
	char line[120];

	if (!sink->open(sink))
		return;
	start = clock_ns();
	while (written < bytes) {
		while (begun < bytes && begun - written < at_once * (uint64_t)AT_ONCE) {
			uint64_t from = FIRST + begun % (page_end() - FIRST - AT_ONCE) / AT_ONCE * AT_ONCE;
			struct kp_piece piece = { page_at(from), from, AT_ONCE };

			if (!sink->start(sink, begun, &piece, 1))
				return;
			begun += AT_ONCE;
		}
		if (sink->wait(sink, PATIENCE_NS) != KP_SINK_DONE)
			return;
		written += AT_ONCE;
	}
	sink->flush(sink, PATIENCE_NS);
	format(line, sizeof(line), "bench: %s write %lu bytes, %lu ns\n", name, written, clock_ns() - start);
	tell(line);
}

void bench_write(const char *when)
{
	uint64_t bytes = option("bench") << 20;
	struct kp_sink *sink = bytes ? dump_disk(0) : NULL;
	char line[80];

	if (!sink)
		return;
	format(line, sizeof(line), "bench: %s %lu ns\n", when, clock_ns());
	tell(line);
	write_all(sink, bytes, 1, "plain");
	write_all(sink, bytes, sink->at_once, "queued");
}

const struct scenario scenarios_bench[] = {
	{ "bench", SCENARIO_PROCESS, write_nowhere },
	{ 0 },
};
