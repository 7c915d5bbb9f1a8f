#include "cpu/clock.h"

#include <stdbool.h>

#include "cpu/instructions.h"

enum { PIT_HZ = 1193182, PIT_CHANNEL_2 = 0x42, PIT_COMMAND = 0x43, PIT_GATE = 0x61 };
enum { MEASURE_US = 1000, ATTEMPTS = 64, SPINS = 10000000 };

static uint64_t start;
static uint64_t ticks_per_ms;

/* How many ticks pass while channel 2 of the timer chip counts down: so many at least, and at most. false: there is none. */
static bool measure(uint64_t *least, uint64_t *most)
{
	uint32_t count = PIT_HZ / (1000000 / MEASURE_US);
	uint64_t before, begun, running;

	out8(PIT_GATE, (uint8_t)((in8(PIT_GATE) & ~2) | 1)); /* gate on, speaker off */
	out8(PIT_COMMAND, 0xb0);                             /* channel 2, both bytes, one shot */
	out8(PIT_CHANNEL_2, (uint8_t)count);
	before = read_tsc();
	out8(PIT_CHANNEL_2, (uint8_t)(count >> 8));
	begun = running = read_tsc();
	for (uint32_t i = 0; i < SPINS; i++) {
		uint64_t asked = read_tsc();

		if (in8(PIT_GATE) & 0x20) {
			*least = running - begun;
			*most = read_tsc() - before;
			return true;
		}
		running = asked; /* it was not over then; when it answered is not known */
	}
	return false;
}

/* The best of some short attempts: whoever is above us (an emulator's host, the firmware) may have stopped this CPU in the midst of one. */
void clock_init(void)
{
	uint64_t doubt = UINT64_MAX, ticks = 1000ull * MEASURE_US, least, most;

	for (unsigned i = 0; i < ATTEMPTS && doubt > ticks / 32; i++) {
		if (!measure(&least, &most))
			break;
		if (most - least >= doubt)
			continue;
		doubt = most - least;
		ticks = least + doubt / 2;
	}
	ticks_per_ms = ticks * 1000 / MEASURE_US;
	if (!ticks_per_ms)
		ticks_per_ms = 1;
	start = read_tsc();
}

uint64_t clock_khz(void)
{
	return ticks_per_ms;
}

uint64_t clock_ns(void)
{
	if (!ticks_per_ms)
		return 0;

	uint64_t ticks = read_tsc() - start;
	/* Counters of two CPUs may differ a little just after the start. */
	if ((int64_t)ticks < 0)
		return 0;
	return ticks / ticks_per_ms * 1000000 + ticks % ticks_per_ms * 1000000 / ticks_per_ms;
}

void clock_wait_us(uint64_t us)
{
	uint64_t end = clock_ns() + us * 1000;

	while (clock_ns() < end)
		pause();
}
