#include "host.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct fake_host fake = { .cpus = 1, .tick_ns = 1000 };

static void maybe_fault(enum fake_hook hook)
{
	struct kp_frame frame = { .pc = 0xbad, .vector = 14, .error = 2 };

	if (fake.fault_in != hook || (!fake.always && fake.fault_after-- > 0))
		return;
	if (!fake.always)
		fake.fault_in = FAKE_NONE;
	fake.faults++;
	if (fake.late) {
		fake.time_ns += 1000000000000u;
		kp_panic_nmi(&frame);
	}
	kp_exception(&frame);
}

void kp_host_putc(char c)
{
	maybe_fault(FAKE_PUTC);
	if (fake.used + 1 < sizeof(fake.out))
		fake.out[fake.used++] = c;
}

/* A stack at an address that is the same everywhere, for the golden files. */
#define STACK 0x30000u
static uintptr_t stack[16];

static bool readable(uintptr_t at)
{
	for (const struct kp_region *region = fake.regions; region && region->end; region++) {
		if (region->kind != KP_REGION_GUARD && region->kind != KP_REGION_TEXT &&
		    at >= region->start && at < region->end)
			return true;
	}
	return false;
}

size_t kp_host_read(uintptr_t from, void *to, size_t n)
{
	size_t i;

	maybe_fault(FAKE_READ);
	for (i = 0; i < n && readable(from + i); i++) {
		uintptr_t at =
			from + i - STACK < sizeof(stack) ? (uintptr_t)stack + from + i - STACK : from + i;
		((unsigned char *)to)[i] = *(const unsigned char *)at;
	}
	return i;
}

uint64_t kp_host_time_ns(void)
{
	return fake.time_ns += fake.tick_ns;
}

void kp_host_halt(void)
{
	fake.halts++;
}

void kp_host_reset(void)
{
	fake.resets++;
}

bool kp_host_region(unsigned index, struct kp_region *out)
{
	maybe_fault(FAKE_REGION);
	if (!fake.regions)
		return false;
	for (unsigned i = 0; i <= index; i++) {
		if (!fake.regions[i].end)
			return false;
	}
	*out = fake.regions[index];
	return true;
}

unsigned kp_host_cpu(void)
{
	return fake.cpu;
}

unsigned kp_host_cpus(void)
{
	maybe_fault(FAKE_CPUS);
	return fake.cpus;
}

void kp_host_stop_others(void)
{
	maybe_fault(FAKE_STOP);
	fake.stops++;
}

bool kp_host_alarm(uint64_t ns)
{
	fake.alarm_ns = ns;
	fake.alarms += ns != 0;
	return true;
}

bool kp_host_key(void)
{
	maybe_fault(FAKE_KEY);
	return false;
}

bool kp_host_task(struct kp_task *out)
{
	maybe_fault(FAKE_TASK);
	*out = fake.task;
	return fake.has_task;
}

bool kp_host_lock(unsigned index, struct kp_lock *out)
{
	maybe_fault(FAKE_LOCK);
	for (unsigned i = 0; fake.locks && i <= index; i++) {
		if (!fake.locks[i].name)
			return false;
		*out = fake.locks[i];
	}
	return fake.locks != NULL;
}

size_t kp_host_log(char *to, size_t n)
{
	size_t length = fake.log ? strlen(fake.log) : 0;

	maybe_fault(FAKE_LOG);
	if (fake.overrun)
		*(volatile uintptr_t *)((char *)kp_own_stack_top(1) - KP_STACK_SIZE) = 1;
	if (length > n)
		length = n;
	if (length)
		memcpy(to, fake.log + strlen(fake.log) - length, length);
	return length;
}

/* Functions of 0x100 bytes, by number. */
bool kp_host_symbol(uintptr_t address, char *name, size_t size, uintptr_t *start_out, size_t *size_out)
{
	maybe_fault(FAKE_SYMBOL);
	if (address < 0x10000 || address >= 0x20000)
		return false;
	snprintf(name, size, "function_%x", (unsigned)(address >> 8 & 0xff));
	*start_out = address & ~(uintptr_t)0xff;
	*size_out = 0x100;
	return true;
}

bool kp_host_page_fault(struct kp_frame *frame, const struct kp_fault *fault)
{
	(void)frame;
	(void)fault;
	return fake.page_fault_handled;
}

void kp_host_user_fault(struct kp_frame *frame, const struct kp_fault *fault)
{
	(void)frame;
	(void)fault;
	fake.user_faults++;
}

void kp_host_kill_task(void)
{
	fake.kills++;
	longjmp(fake.end, 1);
}

void kp_host_after_panic(void)
{
	maybe_fault(FAKE_AFTER);
}

bool kp_host_memory(unsigned index, struct kp_memory *out)
{
	maybe_fault(FAKE_MEMORY);
	for (unsigned i = 0; fake.memory && i <= index; i++) {
		if (!fake.memory[i].size)
			return false;
		*out = fake.memory[i];
	}
	return fake.memory != NULL;
}

/* As if all of the program were at its address. */
uint64_t kp_host_physical(const volatile void *at)
{
	return (uintptr_t)at;
}

bool kp_host_task_info(unsigned index, struct kp_task_info *out)
{
	maybe_fault(FAKE_TASK_INFO);
	for (unsigned i = 0; fake.tasks && i <= index; i++) {
		if (!fake.tasks[i].name)
			return false;
		*out = fake.tasks[i];
	}
	return fake.tasks != NULL;
}

bool kp_host_screen(struct kp_screen *out)
{
	static uint32_t pixels[480][640];

	maybe_fault(FAKE_SCREEN);
	fake.screens++;
	*out = (struct kp_screen){
		.kind = KP_SCREEN_LINEAR,
		.base = pixels,
		.width = 640,
		.height = 480,
		.pitch = sizeof(pixels[0]),
		.bits = 32,
		.red_at = 16,
		.red_bits = 8,
		.green_at = 8,
		.green_bits = 8,
		.blue_bits = 8,
	};
	return true;
}

/* What ends a process's recorder; an ISA's own would spin. */
_Noreturn void kp_isa_stop(void)
{
	fake.stops++;
	longjmp(fake.end, 1);
}

const char *fake_find(const char *words)
{
	fake.out[fake.used] = 0;
	return strstr(fake.out, words);
}

/* ---- reports for the golden files ---- */

/* Two calls, the outer one of which was interrupted by nothing; told with addresses that are the same everywhere. */
static struct kp_frame made_frame(void)
{
	stack[4 + KP_FP_CALLER] = STACK + 8 * sizeof(uintptr_t);
	stack[4 + KP_FP_RETURN] = 0x10234;
	stack[8 + KP_FP_CALLER] = 0;
	stack[8 + KP_FP_RETURN] = 0x10345;
	return (struct kp_frame){
		.pc = 0x10123,
		.sp = STACK + 2 * sizeof(uintptr_t),
		.fp = STACK + 4 * sizeof(uintptr_t),
		.vector = 14,
		.error = 2,
	};
}

int fake_host_report(const char *what)
{
	static const struct kp_system system = { .name = "toy",
						 .release = "1.0",
						 .command_line = "quiet name=\"x\"" };
	const struct kp_region regions[] = {
		{ KP_REGION_TEXT, 0x10000, 0x20000, 0, "text" },
		{ KP_REGION_STACKS, STACK, STACK + sizeof(stack), 0, "stacks" },
		{ .end = 0 },
	};
	static const struct kp_lock locks[] = { { "table", 0x20010, 0x10456, 0, false }, { .name = NULL } };
	struct kp_frame frame = made_frame();

	kp_init(&system);
	fake.regions = regions;
	fake.locks = locks;
	fake.log = "one\ntwo \033[1m\nthree\n";
	fake.has_task = true;
	fake.task = (struct kp_task){ .id = 7, .name = "shell", .syscall = 1 };
	if (!strcmp(what, "oops"))
		UNTIL_END(kp_exception(&frame));
	else if (!strcmp(what, "interrupt")) {
		fake.task.context = KP_IN_INTERRUPT;
		UNTIL_END(kp_exception(&frame));
	} else if (!strcmp(what, "faults")) {
		fake.fault_in = FAKE_LOG;
		fake.task.context = KP_IN_INTERRUPT;
		UNTIL_END(kp_exception(&frame));
	} else {
		return 2;
	}
	fwrite(fake.out, 1, fake.used, stdout);
	return 0;
}
