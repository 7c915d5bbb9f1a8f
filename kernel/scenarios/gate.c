/* Gates that are missing when they are needed, or that nobody is behind. */
#include <stdint.h>

#include <kpanic/panic.h>
#include "mm/page.h"
#include "mm/paging.h"
#include "scenarios/scenario.h"

enum { PAGE_FAULT = 14, DOUBLE_FAULT = 8, GATE_SIZE = 16, GATE_RIGHTS = 5, GATE_PRESENT = 0x80 };

static volatile uint64_t *volatile nowhere = (volatile uint64_t *)0x18;

/* Through the direct map, in case the table's own address is read-only. */
static void remove_gate(unsigned vector)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) idt;

	__asm__ volatile("sidt %0" : "=m"(idt));
	volatile uint8_t *rights = (volatile uint8_t *)(idt.base + vector * GATE_SIZE + GATE_RIGHTS);
	uint64_t *entry = paging_entry(paging_kernel_root(), (uintptr_t)rights, false);

	if (entry)
		rights = (volatile uint8_t *)page_at(*entry & PAGING_ADDRESS) + (uintptr_t)rights % PAGE_SIZE;
	*rights &= (uint8_t)~GATE_PRESENT;
}

static void no_page_fault(void)
{
	remove_gate(PAGE_FAULT);
	*nowhere = 1;
}

static void neither(void)
{
	remove_gate(PAGE_FAULT);
	remove_gate(DOUBLE_FAULT);
	*nowhere = 1;
}

/* Reported by the panic, and survived until then. */
static void unclaimed(void)
{
	__asm__ volatile("int $0x99\n\tint $0x99\n\tint $0x9a" ::: "memory");
	KP_PANIC("three interrupts that nobody wanted");
}

const struct scenario scenarios_gate[] = {
	{ "unclaimed", SCENARIO_PROCESS, unclaimed },
	{ "no-page-fault-gate", SCENARIO_PROCESS, no_page_fault },
	{ "no-gates", SCENARIO_PROCESS, neither },
	{ 0 },
};
