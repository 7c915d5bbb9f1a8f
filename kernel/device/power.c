#include "device/power.h"

#include "cpu/instructions.h"

/* isa-debug-exit: the emulator's status becomes (value << 1) | 1.  1 to 63 are its own failures. */
enum { EXIT_PORT = 0xf4, EXIT_BASE = 0x20 };
enum { KEYBOARD_COMMAND = 0x64, KEYBOARD_BUSY = 2, KEYBOARD_RESET = 0xfe };
enum { RESET_PORT = 0xcf9, RESET_FULL = 0x06 };

void power_halt(void)
{
	for (;;) {
		interrupts_disable();
		__asm__ volatile("hlt");
	}
}

void power_off(int status)
{
	out32(EXIT_PORT, EXIT_BASE + (uint32_t)status);
	power_halt();
}

void power_reset(void)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) nothing = { 0, 0 };

	interrupts_disable();
	__asm__ volatile(
		"wbinvd" ::
			: "memory"); /* a warm reset keeps what is in memory, not what is in a cache */
	out8(RESET_PORT, RESET_FULL);
	for (unsigned i = 0; i < 100000 && in8(KEYBOARD_COMMAND) & KEYBOARD_BUSY; i++)
		pause();
	out8(KEYBOARD_COMMAND, KEYBOARD_RESET);
	/* The last resort of every PC: a fault that has no handler. */
	__asm__ volatile("lidt %0; int3" ::"m"(nothing));
	power_halt();
}
