/* The kernel's start, in order.  Before each step stands what it makes possible; a panic works from the first on. */
#include <kpanic/panic.h>
#include <kpanic/sink.h>

#include "attack/attack.h"
#include "boot/acpi.h"
#include "boot/boot.h"
#include "boot/keep.h"
#include "boot/smp.h"
#include "boot/spare.h"
#include "cpu/apic.h"
#include "cpu/clock.h"
#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "device/console.h"
#include "device/disk.h"
#include "device/dump.h"
#include "device/screen.h"
#include "device/watchdog.h"
#include "lib/string.h"
#include "log.h"
#include "mm/page.h"
#include "mm/paging.h"
#include "scenarios/scenario.h"
#include "task/process.h"
#include "task/task.h"

extern char boot_root[]; /* physical, by its value */
extern char boot_stack_start[], boot_stack_end[];
extern const char build_id_start[], build_id_end[];

/* What the compiler puts below the return address of a function with arrays; another value at each boot. */
uintptr_t __stack_chk_guard = 0x00a7c35bd1e94f00;

/* No function with such a value may be running when it changes: none of this file is compiled with them. */
static void change_stack_guard(void)
{
	/* A NUL in it stops copies of strings. */
	__stack_chk_guard ^= read_tsc() * 0x9e3779b97f4a7c15 << 8;
}

/* Boot's tables map everything where it is loaded, too: from here on NULL is nowhere. (boot/smp.c needs it again.) */
static void forget_identity(void)
{
	enum {
		ENTRIES = 512,
		DIRECT_ENTRY = DIRECT_BASE >> 39 & (ENTRIES - 1),
		SPARE_ENTRY = SPARE_BASE >> 39 & (ENTRIES - 1)
	};
	volatile uint64_t *root = page_at((uint64_t)boot_root);

	root[0] = 0;
	root[SPARE_ENTRY] = root[DIRECT_ENTRY];
#ifndef KP_WITHOUT_EARLY_GUARD
	paging_guard_early(root);
#endif
	write_cr3(read_cr3());
}

/* The note of the linker's: name size, content size, type, "GNU", then the content. */
static void init_recorder(void)
{
	enum { CONTENT = 16 };
	static struct kp_system system = { .name = KERNEL_NAME, .release = KERNEL_RELEASE };

	if (build_id_end - build_id_start > CONTENT) {
		system.build_id = (const uint8_t *)build_id_start + CONTENT;
		system.build_id_size = (size_t)(build_id_end - build_id_start - CONTENT);
	}
	system.command_line = boot.command_line;
	kp_init(&system);
}

/* boot/entry.S */
void boot_main(uint32_t magic, uint32_t information);
void boot_main(uint32_t magic, uint32_t information)
{
	static uint32_t apic_ids[CPUS_MAX];

	forget_identity();
	change_stack_guard();
	console_init();
	cpu_init(0);

	boot_read(magic, information);
	init_recorder();
	clock_init();
	spare_load();
	log_line("%s %s: by %s, \"%s\"", KERNEL_NAME, KERNEL_RELEASE, boot.loader, boot.command_line);
	keep_start();
	scenario_at(SCENARIO_EARLY);
	attack_init();
	attack_at(ATTACK_EARLY);
	cpu_check_features();
	unsigned others = acpi_read_cpus(boot.rsdp, apic_ids, CPUS_MAX);

	cpu_init_features();
	page_init();
	paging_init();
	spare_map();
	cpu_init_gates();
	task_init_cpu((uintptr_t)boot_stack_start, (uintptr_t)boot_stack_end);
	kp_note_renew(); /* memory is known, and mapped as it stays */
	log_line("memory: %lu KiB", page_total_count() * (PAGE_SIZE >> 10));
	screen_init();
	spare_tell_screen();
	apic_init();
	apic_init_cpu();
	this_cpu()->started = true;
	scenario_at(SCENARIO_BEFORE_TASKS);
	attack_at(ATTACK_BOOT);

	smp_start(apic_ids, others);
	kp_note_renew();
	spare_tell_cpus();
	watchdog_init();
	disk_init();
	keep_hand_on();
	dump_init();
	scenario_hooks_arm();
	const char *scenario = boot_option("scenario");
	process_start_first(scenario ? scenario : attack_scenario());
	scenario_at(SCENARIO_THREAD);
	attack_at(ATTACK_TASKS);

	for (;;) {
		attack_at(ATTACK_IDLE);
		task_yield();
		__asm__ volatile("sti; hlt");
	}
}
