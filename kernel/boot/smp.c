#include "boot/smp.h"

#include "cpu/apic.h"
#include "cpu/clock.h"
#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "lib/string.h"
#include "log.h"
#include "mm/page.h"
#include "mm/paging.h"
#include "task/task.h"

enum { WAIT_US = 500000, STEP_US = 100 };
enum { DIRECT_ENTRY = 256 }; /* of the root, for DIRECT_BASE */

extern char boot_root[]; /* physical, by its value */
extern char trampoline_start[], trampoline_end[], trampoline_stack[], trampoline_cpu[];

static uintptr_t stack_end;
/* What lay where the trampoline does: the loader may have put the program there. */
static char before[PAGE_SIZE];

/* boot/entry.S: with boot's page tables, on the stack that smp_start has given. */
void smp_ap_main(uint32_t index);
void smp_ap_main(uint32_t index)
{
	cpu_init(index);
	cpu_init_features();
	paging_init_cpu();
	task_init_cpu(stack_end - KERNEL_STACK_SIZE, stack_end);
	apic_init_cpu();
	this_cpu()->started = true;
	for (;;) {
		task_yield();
		__asm__ volatile("sti; hlt");
	}
}

/* In the kernel's image: a new CPU begins with boot's tables, which have nothing else that stays where it is.  The first page
 * of each is a guard (mm/paging.c). */
struct ap_stack {
	char guard[PAGE_SIZE], stack[KERNEL_STACK_SIZE];
};
static struct ap_stack ap_stacks[CPUS_MAX] __attribute__((aligned(PAGE_SIZE)));

uintptr_t smp_stack_guard(unsigned cpu)
{
	return cpu && cpu < CPUS_MAX ? (uintptr_t)ap_stacks[cpu].guard : 0;
}

static void fill(const char *symbol, const void *value, size_t n)
{
	memcpy((char *)page_at(TRAMPOLINE) + (symbol - trampoline_start), value, n);
}

void smp_start(const uint32_t *apic_ids, unsigned count)
{
	uint64_t *root = page_at((uint64_t)boot_root);

	root[0] = root[DIRECT_ENTRY]; /* the first steps are taken where they are loaded */
	memcpy(before, page_at(TRAMPOLINE), sizeof(before));
	memcpy(page_at(TRAMPOLINE), trampoline_start, (size_t)(trampoline_end - trampoline_start));
	for (unsigned i = 0; i < count && cpus_count < CPUS_MAX; i++) {
		uint32_t index = cpus_count;
		unsigned waited = 0;

		if (apic_ids[i] == this_cpu()->apic_id)
			continue;
		stack_end = (uintptr_t)ap_stacks[index].stack + KERNEL_STACK_SIZE;
		fill(trampoline_stack, &stack_end, sizeof(stack_end));
		fill(trampoline_cpu, &index, sizeof(index));
		apic_send_init(apic_ids[i]);
		clock_wait_us(10000);
		apic_send_startup(apic_ids[i], TRAMPOLINE / PAGE_SIZE);
		while (!cpus[index].started && waited < WAIT_US) {
			clock_wait_us(STEP_US);
			waited += STEP_US;
		}
		if (cpus[index].started)
			cpus_count++;
		else
			log_line("smp: the CPU with APIC %u does not start", apic_ids[i]);
	}
	memcpy(page_at(TRAMPOLINE), before, sizeof(before));
	log_line("smp: %u CPUs", cpus_count);
}
