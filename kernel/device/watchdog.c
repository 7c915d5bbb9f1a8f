#include "device/watchdog.h"

#include <stdbool.h>

#include <kpanic/panic.h>

#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "device/pci.h"
#include "log.h"
#include "mm/paging.h"

enum { VENDOR = 0x8086, DEVICE = 0x25ab };
enum { LOCK_REGISTER = 0x68, LOCK_ENABLE = 1 << 1 };
enum { TIMER_1 = 0x00, TIMER_2 = 0x04, RELOAD = 0x0c, RELOAD_NOW = 0x100, UNLOCK_1 = 0x80, UNLOCK_2 = 0x86 };
/* Each of the two timers counts 2^20 / 2^15 a second: half of the time each. */
enum { SECONDS = 2, COUNT = SECONDS * 1024 / 2 };
/* Of the boot CPU's own ticks: if the whole machine stands still, nobody is stuck. */
enum { STALE_TICKS = 3 * TICKS_PER_SECOND };

static volatile uint8_t *registers;
static uint64_t last_ticks[CPUS_MAX];
static unsigned stale[CPUS_MAX]; /* ticks of the boot CPU since that one's last */

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

void watchdog_tick(void)
{
	if (!registers)
		return;
	pet();
	for (unsigned i = 0; i < cpus_count; i++) {
		if (cpus[i].ticks != last_ticks[i] || !cpus[i].started) {
			last_ticks[i] = cpus[i].ticks;
			stale[i] = 0;
		} else if (++stale[i] == STALE_TICKS) {
			KP_PANIC("CPU %u is stuck: no interrupt of its timer for %u s", i,
				 STALE_TICKS / TICKS_PER_SECOND);
		}
	}
}
