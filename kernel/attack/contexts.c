/* Where a panic begins: rows of contexts[], and the way into each. */
#include "attack/attack.h"

#include <kpanic/panic.h>

#include "boot/boot.h"
#include "cpu/apic.h"
#include "cpu/clock.h"
#include "cpu/cpu.h"
#include "cpu/instructions.h"
#include "lib/string.h"
#include "log.h"
#include "task/task.h"

#define READY_NS 2000000000ull

static void enter_interrupt(void *);
static void enter_nmi(void *);
static void enter_page_fault(void *);
static void enter_here(void *);
static void enter_together(void *);

enum where { NOWHERE, FIRST_CPU, LAST_CPU, EVERY_CPU };

static const struct context {
	const char *name;
	enum attack_place place;
	enum where cpus; /* on which a thread goes there */
	void (*enter)(void *);
} contexts[] = {
	{ "early", ATTACK_EARLY, NOWHERE, NULL },
	{ "boot", ATTACK_BOOT, NOWHERE, NULL },
	{ "syscall", ATTACK_SYSCALL, NOWHERE, NULL },
	{ "interrupt", ATTACK_INTERRUPT, FIRST_CPU, enter_interrupt },
	{ "nmi", ATTACK_NMI, FIRST_CPU, enter_nmi },
	{ "exception", ATTACK_PAGE_FAULT, FIRST_CPU, enter_page_fault },
	{ "secondary", ATTACK_TASKS, LAST_CPU, enter_here },
	{ "idle", ATTACK_IDLE, NOWHERE, NULL },
	{ "all", ATTACK_TASKS, EVERY_CPU, enter_together },
	{ "thread", ATTACK_TASKS, FIRST_CPU, enter_here }, /* no context of the matrix: for random damage */
};

static const struct context *context;
const struct attack_damage *attack_damage;
const char *attack_context_name = "";
uint64_t attack_seed;

static volatile bool armed; /* ATTACK_INTERRUPT, _NMI, _PAGE_FAULT: the next one is it */
static volatile unsigned ready, here, broken;
static bool running;             /* a damage, of several CPUs at once */
static volatile uint32_t struck; /* CPUs, by bits, that broke things */
static volatile uint32_t deaf;   /* CPUs, by bits, whose next NMI never ends */

void attack_init(void)
{
	const char *option = boot_option("attack");
	size_t n = 0;

	if (!option)
		return;
	while (option[n] && option[n] != '@' && option[n] != ':')
		n++;
	for (const struct attack_damage *d = attack_damages; d->name; d++)
		if (strlen(d->name) == n && !strncmp(d->name, option, n))
			attack_damage = d;
	if (option[n] == ':')
		attack_seed = number_of(option + n + 1);
	while (option[n] && option[n] != '@')
		n++;
	for (unsigned i = 0; option[n] && i < sizeof(contexts) / sizeof(contexts[0]); i++)
		if (!strcmp(contexts[i].name, option + n + 1))
			context = &contexts[i];
	if (!attack_damage || !context)
		KP_PANIC("no such attack: %s", option);
	attack_context_name = context->name;
}

const char *attack_scenario(void)
{
	return !context ? "" : context->place == ATTACK_SYSCALL ? "attack" : "attacked";
}

static void start_on(unsigned cpu, void (*run)(void *))
{
	struct task *task = task_new("attack", run, NULL);

	KP_BUG_ON(!task);
	task->only_cpu = (int)cpu;
	task_start(task);
}

/* ---- the other CPUs ---- */

static _Noreturn void stay(void)
{
	__atomic_add_fetch(&ready, 1, __ATOMIC_SEQ_CST);
	for (;;)
		__asm__ volatile("hlt");
}

static void other(void *argument)
{
	struct cpu *cpu;

	(void)argument;
	interrupts_disable();
	cpu = this_cpu();
	if (attack_damage->others == OTHERS_DEAF) {
		__atomic_or_fetch(&deaf, 1u << cpu->index, __ATOMIC_SEQ_CST);
		apic_send_nmi(cpu->apic_id);
		for (;;)
			pause();
	}
	if (attack_damage->others == OTHERS_HOLD_LOG && cpu->index == cpus_count - 1)
		log_hold();
	stay();
}

/* Waits until they are as the damage wants them. */
static void prepare_others(bool together)
{
	unsigned me = this_cpu()->index, wanted = 0;
	uint64_t end = clock_ns() + READY_NS;

	if (attack_damage->others == OTHERS_HOLD_LOG && cpus_count < 2)
		log_hold();
	if (attack_damage->others == OTHERS_RUN || together)
		return;
	for (unsigned i = 0; i < cpus_count; i++) {
		if (i == me)
			continue;
		start_on(i, other);
		wanted++;
	}
	while (ready < wanted && clock_ns() < end)
		pause();
	if (ready < wanted)
		log_line("attack: only %u of %u other CPUs came", ready, wanted);
}

_Noreturn void attack_strike(bool together)
{
	static volatile uint64_t *volatile nowhere = (volatile uint64_t *)0x10;

	interrupts_disable();
	prepare_others(together);
	__atomic_or_fetch(&struck, 1u << cpu_by_apic()->index, __ATOMIC_SEQ_CST);
	together = together && attack_damage->then != THEN_NOTHING;
	while (together && __atomic_exchange_n(&running, true, __ATOMIC_SEQ_CST))
		pause();
	if (attack_damage->run)
		attack_damage->run();
	running = false;
	/* At once means that none of them is stopped before it notices. */
	__atomic_add_fetch(&broken, 1, __ATOMIC_SEQ_CST);
	while (together && broken < cpus_count - (attack_damage->others >= OTHERS_DEAF))
		pause();
	if (attack_damage->then == THEN_FAULT)
		*nowhere = 1;
	if (attack_damage->then == THEN_NOTHING)
		for (;;)
			pause();
	KP_PANIC("attack: %s at %s", attack_damage->name, attack_context_name);
}

/* ---- the ways ---- */

static void enter_here(void *argument)
{
	(void)argument;
	attack_strike(false);
}

static void enter_interrupt(void *argument)
{
	(void)argument;
	armed = true;
	task_wait_ns(60000000000);
}

static void enter_nmi(void *argument)
{
	(void)argument;
	armed = true;
	apic_send_nmi(this_cpu()->apic_id);
	task_wait_ns(60000000000);
}

static void enter_page_fault(void *argument)
{
	(void)argument;
	armed = true;
	*(volatile uint8_t *)ATTACK_ADDRESS = 1;
}

/* Of those that hold the log or hear nothing there is one, the last: when the others are here, who might want it on their way. */
static void enter_together(void *argument)
{
	unsigned others = attack_damage->others >= OTHERS_DEAF;

	interrupts_disable();
	if (others && this_cpu()->index == cpus_count - 1) {
		while (here < cpus_count - others)
			pause();
		other(argument);
	}
	__atomic_add_fetch(&here, 1, __ATOMIC_SEQ_CST);
	while (here < cpus_count - others || ready < others)
		pause();
	attack_strike(true);
}

void attack_at(enum attack_place place)
{
	if (place == ATTACK_NMI && deaf & 1u << cpu_by_apic()->index)
		stay();
	if (!context || (place != context->place && place != ATTACK_TASKS))
		return;
	if (place == ATTACK_TASKS) {
		unsigned first = context->cpus == LAST_CPU ? cpus_count - 1 : 0;

		for (unsigned i = first; context->cpus && i < cpus_count; i++) {
			start_on(i, context->enter);
			if (context->cpus == FIRST_CPU)
				break;
		}
		return;
	}
	if (context->enter && !armed)
		return;
	armed = false;
	attack_strike(false);
}

void attack_hook(const char *name)
{
	static volatile unsigned calls;

	/* A CPU that is about to be stopped may be in one, too. */
	if (!attack_damage || !attack_damage->hook || !kp_panicking() ||
	    strcmp(attack_damage->hook, name) != 0 || !(struck & 1u << cpu_by_apic()->index))
		return;
	unsigned call = __atomic_fetch_add(&calls, 1, __ATOMIC_SEQ_CST);

	bool always = attack_damage->does == HOOK_PANICS_ALWAYS || attack_damage->does == HOOK_HANGS_ALWAYS;

	if (call < attack_damage->skip || (call > attack_damage->skip && !always))
		return;
	while (attack_damage->does >= HOOK_HANGS)
		pause();
	KP_PANIC("attack: a panic within the panic, in the hook %s", name);
}
