/* What can be broken, a row each.  Nothing here knows what will become of it: that is in tests/attack/cells. */
#include "attack/attack.h"

#include <kpanic/panic.h>

#include "boot/keep.h"
#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "device/screen.h"
#include "mm/heap.h"
#include "mm/layout.h"
#include "mm/page.h"
#include "mm/paging.h"
#include "scenarios/scenario.h"

enum { MSR_GS_BASE = 0xc0000101, GARBAGE = 0xa5, SINK_CALLS = 4 };

/* The recorder's own names: this file knows what it breaks. */
extern char kp_report[], kp_others[], kp_system[], kp_end_line[];
extern unsigned kp_owner;

struct table {
	uint16_t limit;
	uint64_t base;
} __attribute__((packed));

static struct table idt(void)
{
	struct table table;

	__asm__ volatile("sidt %0" : "=m"(table));
	return table;
}

static struct table gdt(void)
{
	struct table table;

	__asm__ volatile("sgdt %0" : "=m"(table));
	return table;
}

/* ---- stacks ---- */

/* Calls for the panic with that little left of the stack: enough for the call, and for nothing that a panic does. */
enum { ROOM_LEFT = 640 };

static volatile bool deep_enough; /* never: no recursion without an end */

static __attribute__((noinline)) void call_deep(uintptr_t lowest)
{
	if (deep_enough)
		return;
	if ((uintptr_t)__builtin_frame_address(0) - lowest > ROOM_LEFT)
		call_deep(lowest);
	KP_PANIC("attack: %s at %s", attack_damage->name, attack_context_name);
}

/* The page below is the first that is not mapped. */
static void little_stack(void)
{
	uintptr_t lowest = (uintptr_t)__builtin_frame_address(0) & ~(uintptr_t)(PAGE_SIZE - 1);

	while (attack_mapped(lowest - 1))
		lowest -= PAGE_SIZE;
	call_deep(lowest);
}

static _Noreturn __attribute__((noinline, used)) void call_here(void)
{
	KP_PANIC("attack: %s at %s", attack_damage->name, attack_context_name);
}

/* In the recorder's records of CPUs, this one's, which nobody needs: room for the call, and below lies who makes the report. */
static void strange_stack(void)
{
	enum { RECORD = 1024, ROOM = 800 };

	__asm__ volatile("movq %0, %%rsp\n\t"
			 "xorl %%ebp, %%ebp\n\t"
			 "call call_here" ::"r"((uintptr_t)kp_others + this_cpu()->index * RECORD + ROOM)
			 : "memory");
	__builtin_unreachable();
}

/* ---- descriptor tables ---- */

static void fill_idt(void)
{
	attack_fill(idt().base, idt().base + idt().limit + 1u, GARBAGE);
}

static void cut_idt(void)
{
	struct table none = { 0, idt().base };

	__asm__ volatile("lidt %0" ::"m"(none));
}

static void fill_gdt(void)
{
	attack_fill(gdt().base, gdt().base + gdt().limit + 1u, GARBAGE);
}

static void cut_gdt(void)
{
	struct table none = { 0, gdt().base };

	__asm__ volatile("lgdt %0" ::"m"(none));
}

/* Where the task register's descriptor says; its type as it is when it is loaded. */
static uint64_t *tss_descriptor(void)
{
	uint16_t tr;

	__asm__ volatile("str %0" : "=r"(tr));
	return (uint64_t *)(gdt().base + (tr & ~7u));
}

static void fill_tss(void)
{
	uint64_t *slot = tss_descriptor();
	uintptr_t base = (slot[0] >> 16 & 0xffffff) | (slot[0] >> 56) << 24 | slot[1] << 32;

	attack_fill(base, base + (slot[0] & 0xffff) + 1, GARBAGE);
}

/* The processor keeps the limit that it has loaded: so it is loaded anew. */
static void cut_tss(void)
{
	uint64_t *slot = tss_descriptor();

	slot[0] = (slot[0] & ~0xffffull & ~(0x0full << 40)) | 3 | 9ull << 40;
	__asm__ volatile("ltr %w0" ::"r"((unsigned)((uintptr_t)slot - gdt().base)) : "memory");
}

/* An overflow finds no stack to go to. */
static void fill_tss_stack(void)
{
	fill_tss();
	scenario_overflow_stack();
}

static void wrong_gs(void)
{
	write_msr(MSR_GS_BASE, 0xffffb00000002000);
}

/* ---- page tables ---- */

extern char recorder_text_start[], recorder_text_end[], recorder_data_start[], recorder_data_end[];
extern char text_start[];

/* All but the few pages of this very code. */
static void unmap_kernel_text(void)
{
	uintptr_t here = (uintptr_t)unmap_kernel_text & ~(uintptr_t)(PAGE_SIZE - 1);
	uintptr_t strike = (uintptr_t)attack_strike & ~(uintptr_t)(PAGE_SIZE - 1);
	uintptr_t unmap = (uintptr_t)attack_unmap & ~(uintptr_t)(PAGE_SIZE - 1);

	for (uintptr_t at = (uintptr_t)text_start; at < (uintptr_t)recorder_text_start; at += PAGE_SIZE)
		if ((at < here || at > here + PAGE_SIZE) && (at < strike || at > strike + PAGE_SIZE) &&
		    (at < unmap - PAGE_SIZE || at > unmap + PAGE_SIZE))
			attack_unmap(at, at + 1);
}

static void unmap_recorder_text(void)
{
	attack_unmap((uintptr_t)recorder_text_start, (uintptr_t)recorder_text_end);
}

static void unmap_recorder_data(void)
{
	attack_unmap((uintptr_t)recorder_data_start, (uintptr_t)recorder_data_end);
}

static void unmap_report(void)
{
	attack_unmap((uintptr_t)kp_report, (uintptr_t)kp_report + 1);
}

static void unmap_idt(void)
{
	attack_unmap(idt().base, idt().base + idt().limit);
}

/* Where the flight record lies. */
static void unmap_keep(void)
{
	uintptr_t start = (uintptr_t)page_at(keep_place().start);

	attack_unmap(start, start + KEEP_SIZE);
}

static void unmap_direct(void)
{
	static bool gone; /* another CPU has done it, and this one cannot look */
	uint64_t *root = page_at(read_cr3() & PAGING_ADDRESS);

	if (gone)
		return;
	gone = true;
	root[DIRECT_BASE >> 39 & 511] = 0;
	write_cr3(read_cr3());
}

static void unmap_all(void)
{
	static uint64_t nothing[512] __attribute__((aligned(PAGE_SIZE)));

	write_cr3((uintptr_t)nothing - KERNEL_BASE);
}

static void unmap_screen(void)
{
	struct kp_screen screen;

	if (screen_for_panic(&screen))
		attack_unmap((uintptr_t)screen.base,
			     (uintptr_t)screen.base + (uintptr_t)screen.pitch * screen.height);
}

/* ---- the kernel's and the recorder's data ---- */

static void break_heap(void)
{
	heap_break(0x6b6b6b6b6b6b6b6b);
	for (unsigned i = 0; i < 8; i++)
		*(volatile uint8_t *)heap_get(32) = 1;
}

static void fill_report(void)
{
	attack_fill((uintptr_t)kp_report, (uintptr_t)kp_report + 2048, GARBAGE);
}

static void fill_others(void)
{
	attack_fill((uintptr_t)kp_others, (uintptr_t)kp_others + 2048, GARBAGE);
}

static void fill_policy(void)
{
	attack_fill((uintptr_t)kp_policy(), (uintptr_t)kp_policy() + sizeof(struct kp_policy), GARBAGE);
}

static void fill_system(void)
{
	attack_fill((uintptr_t)kp_system, (uintptr_t)kp_system + sizeof(struct kp_system), GARBAGE);
}

static void fill_stacks(void)
{
	uintptr_t start, end;

	for (unsigned i = 0; kp_gates_emergency_stack(KP_CPUS_MAX, i, &start, &end); i++)
		attack_fill(start, end, GARBAGE);
}

/* Those of #DF, NMI, #MC and #DB, but for the one that this runs on. */
static void fill_emergency_stacks(void)
{
	uintptr_t start, end, here = (uintptr_t)__builtin_frame_address(0);

	for (unsigned cpu = 0; cpu < KP_CPUS_MAX; cpu++)
		for (unsigned i = 0; kp_gates_emergency_stack(cpu, i, &start, &end); i++)
			if (here < start || here >= end)
				attack_fill(start, end, GARBAGE);
}

/* As if another CPU, which there is not, were at it. */
static void change_owner(void)
{
	kp_owner = 0x1000 + KP_CPUS_MAX;
}

/* What writes a line of the report returns at once: all seems to go well. */
static void silence_text(void)
{
	attack_poke((uintptr_t)kp_end_line, 0xc3);
}

/* A jump to itself, where a panic is called for, and where all exceptions come by. */
static void hang_recorder(void)
{
	const uintptr_t places[] = { (uintptr_t)kp_exception, (uintptr_t)kp_panic_at };

	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		attack_poke(places[i], 0xeb);
		attack_poke(places[i] + 1, 0xfe);
	}
}

static void fill_recorder_data(void)
{
	uintptr_t start = (uintptr_t)recorder_data_start, end = (uintptr_t)recorder_data_end;
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);

	/* In an NMI's handler this runs on a stack of the recorder's. */
	if (here >= start && here < end) {
		attack_fill(start, here - 2048, GARBAGE);
		start = (here | 0x1fff) + 1;
	}
	attack_fill(start, end, GARBAGE);
}

static void fill_recorder_text(void)
{
	attack_fill((uintptr_t)recorder_text_start, (uintptr_t)recorder_text_end, 0xcc);
}

const struct attack_damage attack_damages[] = {
	{ "stack", scenario_overflow_stack, THEN_NOTHING, OTHERS_RUN },
	{ "stack-low", little_stack, THEN_NOTHING, OTHERS_RUN },
	{ "stack-astray", strange_stack, THEN_NOTHING, OTHERS_RUN },
	{ "idt", fill_idt, THEN_CALL, OTHERS_PARKED },
	{ "idt-fault", fill_idt, THEN_FAULT, OTHERS_PARKED },
	{ "idt-limit", cut_idt, THEN_CALL, OTHERS_RUN },
	{ "idt-limit-fault", cut_idt, THEN_FAULT, OTHERS_RUN },
	{ "gdt", fill_gdt, THEN_CALL, OTHERS_RUN },
	{ "gdt-fault", fill_gdt, THEN_FAULT, OTHERS_RUN },
	{ "gdt-limit", cut_gdt, THEN_CALL, OTHERS_RUN },
	{ "gdt-limit-fault", cut_gdt, THEN_FAULT, OTHERS_RUN },
	{ "tss", fill_tss, THEN_CALL, OTHERS_RUN },
	{ "tss-fault", fill_tss, THEN_FAULT, OTHERS_RUN },
	{ "tss-limit", cut_tss, THEN_CALL, OTHERS_RUN },
	{ "tss-stack", fill_tss_stack, THEN_NOTHING, OTHERS_RUN },
	{ "gs", wrong_gs, THEN_CALL, OTHERS_RUN },
	{ "gs-fault", wrong_gs, THEN_FAULT, OTHERS_RUN },
	{ "map-report", unmap_report, THEN_CALL, OTHERS_RUN },
	{ "map-keep", unmap_keep, THEN_CALL, OTHERS_PARKED },
	{ "map-idt", unmap_idt, THEN_CALL, OTHERS_PARKED },
	{ "map-data", unmap_recorder_data, THEN_CALL, OTHERS_PARKED },
	{ "map-recorder", unmap_recorder_text, THEN_CALL, OTHERS_PARKED },
	{ "map-text", unmap_kernel_text, THEN_CALL, OTHERS_PARKED },
	{ "map-direct", unmap_direct, THEN_CALL, OTHERS_RUN },
	{ "map-all", unmap_all, THEN_CALL, OTHERS_RUN },
	{ "screen", unmap_screen, THEN_CALL, OTHERS_RUN },
	{ "log-lock", NULL, THEN_CALL, OTHERS_HOLD_LOG },
	{ "heap", break_heap, THEN_CALL, OTHERS_RUN },
	{ "serial", NULL, THEN_CALL, OTHERS_RUN }, /* the machine has a port that is never ready */
	{ "deaf", NULL, THEN_CALL, OTHERS_DEAF },
	{ "in-win", NULL, THEN_CALL, OTHERS_RUN, "alarm" },
	{ "in-freeze", NULL, THEN_CALL, OTHERS_RUN, "stop" },
	{ "in-collect", NULL, THEN_CALL, OTHERS_RUN, "log" },
	{ "in-text", NULL, THEN_CALL, OTHERS_RUN, "putc", HOOK_PANICS, 1500 },
	{ "in-keep", NULL, THEN_CALL, OTHERS_RUN, "running" },
	{ "in-note", NULL, THEN_CALL, OTHERS_RUN, "task_info" },
	{ "in-dump", NULL, THEN_CALL, OTHERS_RUN, "sink", HOOK_PANICS, SINK_CALLS },
	{ "in-screen", NULL, THEN_CALL, OTHERS_RUN, "screen" },
	{ "in-end", NULL, THEN_CALL, OTHERS_RUN, "after" },
	{ "always-collect", NULL, THEN_CALL, OTHERS_RUN, "log", HOOK_PANICS_ALWAYS },
	{ "always-text", NULL, THEN_CALL, OTHERS_RUN, "putc", HOOK_PANICS_ALWAYS },
	{ "always-time", NULL, THEN_CALL, OTHERS_RUN, "time", HOOK_PANICS_ALWAYS },
	{ "always-cpu", NULL, THEN_CALL, OTHERS_RUN, "cpu", HOOK_PANICS_ALWAYS },
	{ "hang-collect", NULL, THEN_CALL, OTHERS_RUN, "log", HOOK_HANGS },
	{ "hang-text", NULL, THEN_CALL, OTHERS_RUN, "putc", HOOK_HANGS_ALWAYS, 1500 },
	{ "hang-dump", NULL, THEN_CALL, OTHERS_RUN, "sink", HOOK_HANGS, SINK_CALLS },
	/* Of these the machine has one that does not work. */
	{ "disk-dead", NULL, THEN_CALL, OTHERS_RUN },
	{ "disk-next", NULL, THEN_CALL, OTHERS_RUN },
	{ "disk-errors", NULL, THEN_CALL, OTHERS_RUN },
	{ "disk-error", NULL, THEN_CALL, OTHERS_RUN },
	{ "own-report", fill_report, THEN_CALL, OTHERS_RUN },
	{ "own-others", fill_others, THEN_CALL, OTHERS_RUN },
	{ "own-owner", change_owner, THEN_CALL, OTHERS_RUN },
	{ "own-policy", fill_policy, THEN_CALL, OTHERS_RUN },
	{ "own-system", fill_system, THEN_CALL, OTHERS_RUN },
	{ "own-stacks", fill_stacks, THEN_CALL, OTHERS_RUN },
	{ "own-emergency", fill_emergency_stacks, THEN_FAULT, OTHERS_PARKED },
	{ "own-data", fill_recorder_data, THEN_CALL, OTHERS_PARKED },
	{ "own-text", fill_recorder_text, THEN_CALL, OTHERS_PARKED },
	{ "own-silence", silence_text, THEN_CALL, OTHERS_RUN },
	{ "own-hang", hang_recorder, THEN_CALL, OTHERS_RUN },
	{ "random", attack_random, THEN_CALL, OTHERS_RUN }, /* no row of the matrix */
	{ 0 },
};
