#include "cpu/apic.h"

#include "cpu/clock.h"
#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "mm/paging.h"

enum {
	REG_TASK_PRIORITY = 0x80,
	REG_END_OF_INTERRUPT = 0xb0,
	REG_SPURIOUS = 0xf0,
	REG_COMMAND = 0x300,
	REG_COMMAND_HIGH = 0x310,
	REG_TIMER = 0x320,
	REG_LINT0 = 0x350,
	REG_LINT1 = 0x360,
	REG_TIMER_COUNT = 0x380,
	REG_TIMER_NOW = 0x390,
	REG_TIMER_DIVIDE = 0x3e0,
};
enum {
	MODE_NMI = 4 << 8,
	MODE_INIT = 5 << 8,
	MODE_STARTUP = 6 << 8,
	COMMAND_PENDING = 1 << 12,
	COMMAND_ASSERT = 1 << 14,
	COMMAND_OTHERS = 3 << 18,
	MASKED = 1 << 16,
	PERIODIC = 1 << 17,
	ENABLED = 1 << 8,
	DIVIDE_BY_16 = 3,
};
enum { APIC_ADDRESS = 0xfee00000 };

static volatile uint32_t *registers;
static uint32_t counts_per_tick;

static uint32_t get(unsigned at)
{
	return registers[at / 4];
}

static void put(unsigned at, uint32_t value)
{
	registers[at / 4] = value;
}

void apic_init(void)
{
	registers = paging_map_device(APIC_ADDRESS, PAGE_SIZE);
	/* The old controllers: moved away from the exceptions' vectors, and silent. */
	static const uint8_t words[][2] = {
		{ 0x20, 0x11 }, { 0xa0, 0x11 }, { 0x21, 0xf0 }, { 0xa1, 0xf8 }, { 0x21, 4 },
		{ 0xa1, 2 },    { 0x21, 1 },    { 0xa1, 1 },    { 0x21, 0xff }, { 0xa1, 0xff },
	};
	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		out8(words[i][0], words[i][1]);
}

static void measure(void)
{
	enum { TICK_NS = 1000000000 / TICKS_PER_SECOND };
	uint64_t began, counts;

	put(REG_TIMER_DIVIDE, DIVIDE_BY_16);
	put(REG_TIMER, MASKED | VECTOR_TIMER);
	began = clock_ns();
	put(REG_TIMER_COUNT, 0xffffffff);
	clock_wait_us(TICK_NS / 1000);
	counts = 0xffffffff - get(REG_TIMER_NOW);
	/* What it took is more than what was asked for, where this CPU was stopped meanwhile. */
	counts_per_tick = (uint32_t)(counts * TICK_NS / (clock_ns() - began));
}

void apic_init_cpu(void)
{
	put(REG_TASK_PRIORITY, 0);
	put(REG_SPURIOUS, ENABLED | VECTOR_SPURIOUS);
	put(REG_LINT0, MASKED);
	/* What boards (and a watchdog card) raise as an NMI. One CPU has it, so that the report is of that one. */
	put(REG_LINT1, this_cpu()->index == 0 ? MODE_NMI : MASKED);
	if (!counts_per_tick)
		measure();
	put(REG_TIMER_DIVIDE, DIVIDE_BY_16);
	put(REG_TIMER, PERIODIC | VECTOR_TIMER);
	put(REG_TIMER_COUNT, counts_per_tick);
}

void apic_end_of_interrupt(void)
{
	put(REG_END_OF_INTERRUPT, 0);
}

static bool send(uint32_t apic_id, uint32_t command)
{
	if (!registers)
		return false;
	put(REG_COMMAND_HIGH, apic_id << 24);
	put(REG_COMMAND, command);
	for (unsigned i = 0; i < 10000; i++) {
		if (!(get(REG_COMMAND) & COMMAND_PENDING))
			return true;
		pause();
	}
	return false;
}

bool apic_send_init(uint32_t apic_id)
{
	return send(apic_id, MODE_INIT | COMMAND_ASSERT);
}

bool apic_send_startup(uint32_t apic_id, uint8_t page)
{
	return send(apic_id, MODE_STARTUP | COMMAND_ASSERT | page);
}

bool apic_send_nmi(uint32_t apic_id)
{
	return send(apic_id, MODE_NMI | COMMAND_ASSERT);
}

bool apic_send_nmi_to_others(void)
{
	return send(0, MODE_NMI | COMMAND_ASSERT | COMMAND_OTHERS);
}

bool apic_timer_nmi(uint64_t ns)
{
	/* Rather late than early. */
	uint64_t counts = ns / 1000 * counts_per_tick / (1000000 / TICKS_PER_SECOND) + 1;

	/* A count of 0: this CPU's timer was never started. */
	if (!registers || !counts_per_tick || !get(REG_TIMER_COUNT))
		return false;
	put(REG_TIMER, MASKED);
	if (!ns) {
		put(REG_TIMER, PERIODIC | VECTOR_TIMER);
		put(REG_TIMER_COUNT, counts_per_tick);
		return true;
	}
	if (counts > 0xffffffff)
		counts = 0xffffffff;
	/* The new count first: what is left of the tick's would end as an NMI that nobody waits for. */
	put(REG_TIMER_COUNT, (uint32_t)counts);
	put(REG_TIMER, MODE_NMI);
	return true;
}
