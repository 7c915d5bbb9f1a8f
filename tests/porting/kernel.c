/* A kernel that knows how to write to a serial line, and to die: of a stuck door, or of a bad pointer (LETTER), with the recorder's
 * gates (from tier 2 on), or one of its own (HANDLER). */
#include "kpanic/panic.h"

#include <stdint.h>

#define SERIAL 0x3f8

static inline void out(uint16_t port, uint8_t value)
{
	__asm__ volatile("outb %0, %1" : : "a"(value), "Nd"(port));
}

static inline uint8_t in(uint16_t port)
{
	uint8_t value;

	__asm__ volatile("inb %1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* ---- tier 0 ---- */

void kp_host_putc(char c)
{
	for (unsigned i = 0; i < 10000 && !(in(SERIAL + 5) & 0x20); i++)
		;
	out(SERIAL, (uint8_t)c);
}

#if KP_TIER >= 1

extern char text_start[], text_end[], data_start[], data_end[], stack_start[], stack_top[];

size_t kp_host_read(uintptr_t from, void *to, size_t n)
{
#if KP_TIER >= 2
	return kp_read_own(from, to, n);
#else
	/* Without gates nothing may fault: what is mapped is the first GiB. */
	const uint8_t *bytes = (const uint8_t *)from;

	if (from >= 1u << 30 || n > (1u << 30) - from)
		return 0;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = bytes[i];
	return n;
#endif
}

uint64_t kp_host_time_ns(void)
{
	return 0; /* no clock yet */
}

void kp_host_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

void kp_host_reset(void)
{
	out(0x64, 0xfe); /* the keyboard controller's way */
}

bool kp_host_region(unsigned index, struct kp_region *out)
{
	const struct kp_region regions[] = {
		{ KP_REGION_TEXT, (uintptr_t)text_start, (uintptr_t)text_end, 0, "text" },
		{ KP_REGION_DATA, (uintptr_t)data_start, (uintptr_t)data_end, 0, "data" },
		{ KP_REGION_STACKS, (uintptr_t)stack_start, (uintptr_t)stack_top, 0, "the stack" },
		{ KP_REGION_DIRECT, 0, 1u << 30, 0, "memory" },
	};

	if (index >= sizeof(regions) / sizeof(*regions))
		return false;
	*out = regions[index];
	return true;
}

#endif
#if KP_TIER >= 2

bool kp_host_screen(struct kp_screen *out)
{
	*out = (struct kp_screen){
		.kind = KP_SCREEN_VGA_TEXT, .base = (void *)0xb8000, .width = 80, .height = 25
	};
	return true;
}

#ifndef HANDLER
extern uint64_t gdt[];

static void gates_open(void)
{
	const struct kp_gates gates = { .code_selector = 8, .gdt = gdt, .tss_slot = 3 };

	kp_gates_install(&gates);
}
#endif
#endif

#ifdef HANDLER
extern char page_fault[]; /* boot.S */

/* A gate of the kernel's own. */
static void handler_install(void)
{
	static uint64_t idt[2 * 15];
	const struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) table = { sizeof(idt) - 1, (uintptr_t)idt };
	uint64_t at = (uintptr_t)page_fault;

	idt[2 * 14] = (at & 0xffff) | 8 << 16 | 0x8eull << 40 | (at >> 16 & 0xffff) << 48;
	idt[2 * 14 + 1] = at >> 32;
	__asm__ volatile("lidt %0" : : "m"(table));
}
#endif

#ifdef LETTER
extern volatile uint64_t *letter_box;
volatile uint64_t *letter_box = (volatile uint64_t *)0x4000000000; /* where nothing is mapped */

static __attribute__((noinline)) void letter_drop(volatile uint64_t *box)
{
	box[3] = 1;
}
#endif

#if KP_TIER >= 3

/* What nobody asks for here: a dump of memory needs somebody to write it, and a note a kernel's map of memory. */
bool kp_host_memory(unsigned index, struct kp_memory *out)
{
	(void)index;
	(void)out;
	return false;
}

uint64_t kp_host_physical(const volatile void *at)
{
	return (uintptr_t)at; /* all is mapped where it is */
}

bool kp_host_task_info(unsigned index, struct kp_task_info *out)
{
	(void)index;
	(void)out;
	return false;
}

#endif

static __attribute__((noinline)) void door_open(int door)
{
	KP_BUG_ON(door < 0);
	KP_PANIC("door %d is stuck", door);
}

void main(void);
void main(void)
{
	static const struct kp_system me = { .name = "doorman",
					     .release = "0.0.1",
					     .command_line = "oops=panic" };

	kp_init(&me);
#ifdef HANDLER
	handler_install();
#elif KP_TIER >= 2
	gates_open();
#endif
#ifdef LETTER
	letter_drop(letter_box);
#endif
	door_open(3);
}
