#include "device/watchdog.h"

#include <stdbool.h>

#include "cpu/cpu.h"
#include "device/pci.h"
#include "log.h"
#include "mm/paging.h"

enum { VENDOR = 0x8086, DEVICE = 0x25ab };
enum { LOCK_REGISTER = 0x68, LOCK_ENABLE = 1 << 1 };
enum { TIMER_1 = 0x00, TIMER_2 = 0x04, RELOAD = 0x0c, RELOAD_NOW = 0x100, UNLOCK_1 = 0x80, UNLOCK_2 = 0x86 };
/* Each of the two timers counts 2^20 / 2^15 a second: half of the time each. */
enum { SECONDS = 2, COUNT = SECONDS * 1024 / 2 };
#define STALE_NS 1000000000ull

static volatile uint8_t *registers;
static uint64_t last_ticks[CPUS_MAX], last_seen_ns[CPUS_MAX];

static void unlock(void)
{
	*(volatile uint16_t *)(registers + RELOAD) = UNLOCK_1;
	*(volatile uint16_t *)(registers + RELOAD) = UNLOCK_2;
}

static void put(unsigned at, uint32_t value)
{
	unlock();
	*(volatile uint32_t *)(registers + at) = value;
}

static void pet(void)
{
	unlock();
	*(volatile uint16_t *)(registers + RELOAD) = RELOAD_NOW;
}

void watchdog_init(void)
{
	struct pci_device device;
	uint64_t size = 0;

	if (!pci_find(VENDOR, DEVICE, &device))
		return;
	uint64_t address = pci_memory_bar(device, 0, &size);
	if (!address)
		return;
	registers = paging_map_device(address, size);
	put(TIMER_1, COUNT);
	put(TIMER_2, COUNT);
	pet();
	pci_write_byte(device, LOCK_REGISTER, LOCK_ENABLE);
	log_line("watchdog: i6300esb, %u s", SECONDS);
}

void watchdog_tick(uint64_t now_ns)
{
	if (!registers)
		return;
	for (unsigned i = 0; i < cpus_count; i++) {
		if (cpus[i].ticks != last_ticks[i]) {
			last_ticks[i] = cpus[i].ticks;
			last_seen_ns[i] = now_ns;
		}
		if (cpus[i].started && now_ns - last_seen_ns[i] > STALE_NS)
			return; /* let it bite */
	}
	pet();
}
