/* Random damage: "attack=random:SEED@thread".  All is told by the seed: which region, how many places, bytes or bits, and whether the
 * panic is called for at once or the kernel goes on for a while with what is left. */
#include "attack/attack.h"

#include "cpu/clock.h"
#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "boot/spare.h"
#include "log.h"
#include "mm/layout.h"
#include "mm/page.h"

enum { PLACES_MAX_SHIFT = 8, GO_ON_MS = 50 };

extern char text_start[], text_end[], rodata_start[], rodata_end[], data_start[], data_end[];
extern char recorder_text_start[], recorder_text_end[], recorder_data_start[], recorder_data_end[];

static const struct region {
	const char *name;
	const char *start, *end, *not_start, *not_end;
} regions[] = {
	{ "kernel-data", data_start, data_end, recorder_data_start, recorder_data_end },
	{ "kernel-text", text_start, recorder_text_start },
	{ "kernel-constants", rodata_start, rodata_end },
	{ "recorder-data", recorder_data_start, recorder_data_end },
	{ "recorder-text", recorder_text_start, recorder_text_end },
	{ "anywhere" }, /* in physical memory */
};
#define REGIONS (sizeof(regions) / sizeof(regions[0]))

static uint64_t state;

/* xorshift64* */
static uint64_t next(void)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return state * 0x2545f4914f6cdd1d;
}

static uintptr_t place_in(const struct region *region)
{
	for (;;) {
		uintptr_t at;

		if (region->start) {
			at = (uintptr_t)region->start + next() % (uintptr_t)(region->end - region->start);
			if (at >= (uintptr_t)region->not_start && at < (uintptr_t)region->not_end)
				continue;
		} else {
			at = next() % page_end();
			at += spare_holds(at & ~(uintptr_t)(PAGE_SIZE - 1)) ? SPARE_BASE : DIRECT_BASE;
		}
		if (attack_mapped(at))
			return at;
	}
}

void attack_random(void)
{
	const struct region *region = &regions[attack_seed % REGIONS];
	unsigned places;
	bool bits, go_on;
	uint64_t end;

	state = attack_seed * 0x9e3779b97f4a7c15 + 1;
	next();
	places = 1u << next() % (PLACES_MAX_SHIFT + 1);
	bits = next() >> 63;
	go_on = next() >> 63;
	log_line("attack: random %lu: %s, %u %s, %s", attack_seed, region->name, places,
		 bits ? "bits" : "bytes", go_on ? "goes on" : "panics");
	for (unsigned i = 0; i < places; i++) {
		uintptr_t at = place_in(region);
		uint64_t value = next();

		attack_poke(at, bits ? (uint8_t)(*(volatile uint8_t *)at ^ 1u << value % 8) : (uint8_t)value);
	}
	if (!go_on)
		return;
	end = clock_ns() + GO_ON_MS * 1000000ull;
	interrupts_enable();
	while (clock_ns() < end)
		pause();
	interrupts_disable();
}
