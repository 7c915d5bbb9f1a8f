#include "fake.h"

#include "stages.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what the rest of the recorder would have ---- */

struct kp_report kp_report;
struct kp_system kp_system = { .name = "kpk", .release = "0.1" };

struct kp_policy *kp_policy(void)
{
	static struct kp_policy policy;

	return &policy;
}

const struct kp_register kp_registers[] = {
	{ "RAX", 0 },  { "RBX", 8 },  { "RCX", 16 }, { "RDX", 24 },  { "RSI", 32 },
	{ "RDI", 40 }, { "RBP", 48 }, { "R08", 56 }, { "R09", 64 },  { "R10", 72 },
	{ "R11", 80 }, { "R12", 88 }, { "R13", 96 }, { "R14", 104 }, { "R15", 112 },
};
const unsigned kp_register_count = 15;

uint64_t kp_register(const struct kp_frame *frame, unsigned index)
{
	static const uint64_t values[] = { 0,
					   0xffff888003a41200,
					   0x1000,
					   0x40,
					   0xffff888003a41200,
					   0,
					   0xffffc90000013e38,
					   2,
					   0x7f,
					   0x2c,
					   0x246,
					   0xffffffff80124fd0,
					   0xffff888003b02c00,
					   0x7ffe4410,
					   0x40 };

	(void)frame;
	return values[index];
}

const char *kp_stack_name(enum kp_stack_kind kind)
{
	return kind == KP_STACK_DOUBLE_FAULT ? "#DF" : kind == KP_STACK_INTERRUPT ? "IRQ" : "TASK";
}

void kp_isa_relax(void)
{
}

static const char *const functions[] = {
	"ledger_write",     "vfs_write",     "sys_write",
	"syscall_dispatch", "syscall_entry", "a_function_with_a_name_so_long_that_no_column_has_room_for_it"
};
#define TEXT 0xffffffff80101000ull
#define FUNCTION_SIZE 0x1a0

bool kp_symbol(uintptr_t address, struct kp_symbol *out)
{
	uint64_t n = (address - TEXT) / FUNCTION_SIZE;

	memset(out, 0, sizeof(*out));
	if (address < TEXT || n >= sizeof(functions) / sizeof(*functions))
		return false;
	snprintf(out->name, sizeof(out->name), "%s", functions[n]);
	out->start = TEXT + n * FUNCTION_SIZE;
	out->size = FUNCTION_SIZE;
	return true;
}

struct kp_screen fake_shown;
unsigned fake_keys;
uint64_t fake_now_ns, fake_step_ns;

bool kp_host_screen(struct kp_screen *out)
{
	*out = fake_shown;
	return fake_shown.base != NULL;
}

bool kp_host_key(void)
{
	return fake_keys && fake_keys--;
}

uint64_t kp_host_time_ns(void)
{
	return fake_now_ns += fake_step_ns;
}

/* ---- reports ---- */

static void frame_add(unsigned function, unsigned offset, unsigned grade)
{
	struct kp_trace *trace = &kp_report.trace;

	if (trace->n < KP_FRAMES_MAX)
		trace->frames[trace->n++] = (struct kp_trace_frame){
			.address = TEXT + function * FUNCTION_SIZE + offset,
			.grade = (uint8_t)grade,
			.interrupted = trace->n == 1,
		};
}

static void common(void)
{
	memset(&kp_report, 0, sizeof(kp_report));
	kp_report.number = 1;
	kp_report.kind = KP_KIND_PANIC;
	kp_report.cpu = 1;
	kp_report.cpus = 4;
	kp_report.up_ns = 13402000000;
	kp_report.task_known = true;
	kp_report.task = (struct kp_task){ .id = 7, .syscall = 1 };
	strcpy(kp_report.task_name, "teller");
	KP_FRAME_PC(&kp_report.frame) = TEXT + 0x8c;
	KP_FRAME_SP(&kp_report.frame) = 0xffffc90000013e10;
	kp_report.machine =
		(struct kp_machine){ .known = true, .cr0 = 0x80050033, .cr3 = 0x3a5c000, .cr4 = 0x3006b0 };
	frame_add(0, 0x8c, KP_FRAME_EXACT);
	frame_add(1, 0x9b, KP_FRAME_EXACT);
	frame_add(2, 0x4e, KP_FRAME_EXACT);
	frame_add(5, 0x11, KP_FRAME_SCANNED);
	frame_add(3, 0x62, KP_FRAME_EXACT);
	frame_add(4, 0x70, KP_FRAME_EXACT);
	for (unsigned i = 0; i < KP_CODE_BEFORE + KP_CODE_AFTER; i++) {
		kp_report.code.known[i] = true;
		kp_report.code.bytes[i] = (uint8_t)(0x48 + 37 * i);
	}
	kp_report.code.any = true;
	kp_report.log_size =
		(size_t)snprintf(kp_report.log, sizeof(kp_report.log),
				 "disk0: 64 MiB, polled\nledger: 3 accounts\nteller: opened /dev/ledger\n"
				 "teller: write of 64 bytes\n");
}

static void null_write(void)
{
	common();
	kp_report.fault = (struct kp_fault){ .vector = 14,
					     .name = "Oops",
					     .has_error = true,
					     .error = 2,
					     .has_address = true,
					     .address = 0x18,
					     .access = KP_ACCESS_WRITE,
					     .state = KP_STATE_ABSENT,
					     .address_class = KP_CLASS_NULL };
	kp_report.verdict = (struct kp_verdict){ KP_VERDICT_PANIC, "panic_on_oops is set" };
	kp_report.machine.cr2 = 0x18;
	kp_report.cause_count = 2;
	kp_report.causes[0].grade = KP_CERTAIN;
	strcpy(kp_report.causes[0].words, "the instruction writes 8 bytes at RDI + 0x18, and RDI is 0");
	kp_report.causes[1].grade = KP_LIKELY;
	strcpy(kp_report.causes[1].words, "0x18 is the offset of a member: the pointer was never set");
}

static void explicit_panic(void)
{
	static const struct kp_site site = { "kernel/mm/pages.c", "page_alloc", NULL, 141 };

	common();
	kp_report.site = &site;
	kp_report.frame.vector = KP_VECTOR_CALL;
	strcpy(kp_report.message, "out of memory: 0 of 16384 pages free, 12 wanted by teller");
}

static void double_fault(void)
{
	common();
	kp_report.fault = (struct kp_fault){ .vector = 8,
					     .name = "double fault",
					     .has_error = true,
					     .has_address = true,
					     .address = 0xffffc90000011ff8,
					     .access = KP_ACCESS_WRITE,
					     .address_class = KP_CLASS_GUARD };
	strcpy(kp_report.fault.region, "stack of teller");
	kp_report.trace.n = 0;
	for (unsigned i = 0; i < KP_FRAMES_MAX; i++)
		frame_add(i % 5, 0x20 + i, i % 4 == 3 ? KP_FRAME_SCANNED : KP_FRAME_EXACT);
	kp_report.trace.more = true;
	kp_report.trace.frames[3].repeats = 212;
	for (unsigned i = 0; i < 2; i++)
		kp_report.trace.frames[i].stack = KP_STACK_DOUBLE_FAULT;
}

/* Everything as long, and as strange, as it can be. */
static void hostile(void)
{
	static const struct kp_site site = {
		"a/very/long/path/of/a/file/that/nobody/would/give/a/file/really.c", "f", "x", 4294967295u
	};

	double_fault();
	memset(&kp_report.fault, 0, sizeof(kp_report.fault));
	kp_report.site = &site;
	for (unsigned i = 0; i + 1 < sizeof(kp_report.message); i++)
		kp_report.message[i] = (char)(i % 7 ? 1 + i * 5 : ' ');
	memset(kp_report.task_name, 'w', sizeof(kp_report.task_name) - 1);
	kp_report.task.id = UINT64_MAX;
	kp_report.cpu = kp_report.cpus = UINT32_MAX;
	kp_report.up_ns = UINT64_MAX;
	kp_report.cause_count = KP_CAUSES_MAX;
	for (unsigned i = 0; i < KP_CAUSES_MAX; i++)
		memset(kp_report.causes[i].words, 'm', sizeof(kp_report.causes[i].words) - 1);
	kp_report.log_size = sizeof(kp_report.log);
	for (unsigned i = 0; i < sizeof(kp_report.log); i++)
		kp_report.log[i] = (char)(i % 300 ? i : '\n');
}

const struct fake_report fake_reports[] = {
	{ "null-write", null_write },
	{ "out-of-memory", explicit_panic },
	{ "stack-overflow", double_fault },
	{ "hostile", hostile },
	{ NULL, NULL },
};

/* ---- screens ---- */

void fake_screen_make(struct fake_screen *fake, uint32_t width, uint32_t height, unsigned bits, bool bgr,
		      uint32_t slack, uint8_t byte)
{
	static const struct {
		uint8_t bits, red_at, red_bits, green_at, green_bits, blue_at, blue_bits;
	} channels[] = { { 15, 10, 5, 5, 5, 0, 5 },
			 { 16, 11, 5, 5, 6, 0, 5 },
			 { 24, 16, 8, 8, 8, 0, 8 },
			 { 32, 16, 8, 8, 8, 0, 8 } };
	struct kp_screen *screen = &fake->screen;

	memset(fake, 0, sizeof(*fake));
	screen->kind = bits ? KP_SCREEN_LINEAR : KP_SCREEN_VGA_TEXT;
	screen->width = width;
	screen->height = height;
	screen->bits = (uint8_t)bits;
	screen->pitch = width * (bits ? (bits + 7) / 8 : 2) + slack;
	for (unsigned i = 0; i < 4; i++) {
		if (channels[i].bits != bits)
			continue;
		screen->red_at = bgr ? channels[i].blue_at : channels[i].red_at;
		screen->red_bits = channels[i].red_bits;
		screen->green_at = channels[i].green_at;
		screen->green_bits = channels[i].green_bits;
		screen->blue_at = bgr ? channels[i].red_at : channels[i].blue_at;
		screen->blue_bits = channels[i].blue_bits;
	}
	fake->size = (size_t)screen->pitch * height;
	fake->memory = malloc(fake->size + 2 * FAKE_GUARD);
	if (!fake->memory)
		abort();
	memset(fake->memory, FAKE_BYTE, fake->size + 2 * FAKE_GUARD);
	memset(fake->memory + FAKE_GUARD, byte, fake->size);
	screen->base = fake->memory + FAKE_GUARD;
}

void fake_screen_free(struct fake_screen *fake)
{
	free(fake->memory);
}

bool fake_screen_is_whole(const struct fake_screen *fake, uint8_t byte)
{
	const struct kp_screen *screen = &fake->screen;
	size_t used = (size_t)screen->width * (screen->bits ? (screen->bits + 7u) / 8 : 2);
	const uint8_t *start = fake->memory + FAKE_GUARD;

	for (size_t i = 0; i < FAKE_GUARD; i++)
		if (fake->memory[i] != FAKE_BYTE || start[fake->size + i] != FAKE_BYTE)
			return false;
	for (size_t row = 0; row < screen->height; row++)
		for (size_t i = used; i < screen->pitch; i++)
			if (start[row * screen->pitch + i] != byte)
				return false;
	return true;
}
