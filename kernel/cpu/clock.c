#include "cpu/clock.h"

#include "cpu/instructions.h"

enum { PIT_HZ = 1193182, PIT_CHANNEL_2 = 0x42, PIT_COMMAND = 0x43, PIT_GATE = 0x61 };
enum { MEASURE_MS = 10 };

static uint64_t start;
static uint64_t ticks_per_ms;

/* Ticks that pass while channel 2 of the timer chip counts down. Bounded: a machine without one gives a guess. */
static uint64_t measure(void)
{
	uint32_t count = PIT_HZ * MEASURE_MS / 1000;

	out8(PIT_GATE, (uint8_t)((in8(PIT_GATE) & ~2) | 1)); /* gate on, speaker off */
	out8(PIT_COMMAND, 0xb0);                             /* channel 2, both bytes, one shot */
	out8(PIT_CHANNEL_2, (uint8_t)count);
	out8(PIT_CHANNEL_2, (uint8_t)(count >> 8));
	uint64_t before = read_tsc();
	for (uint32_t i = 0; i < 10000000; i++)
		if (in8(PIT_GATE) & 0x20)
			return read_tsc() - before;
	return 1000000ull * MEASURE_MS;
}

void clock_init(void)
{
	ticks_per_ms = measure() / MEASURE_MS;
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
