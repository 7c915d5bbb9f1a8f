/* Addresses that are none. The values come out of memory, so that the compiler cannot know them. */
#include <stdint.h>

#include "scenarios/scenario.h"

enum { USER_PROGRAM = 0x400000 }; /* user/user.lds */

struct node {
	struct node *next, *previous;
	uint64_t value;
};

static struct node *volatile no_node;
static struct node *volatile wild = (struct node *)0xffff9000deadb000;
static struct node *volatile noncanonical = (struct node *)0x6b6b6b6b6b6b6b6b;
static volatile uint64_t zero;
/* A function's bytes where data is: mov $42, %eax; ret. */
static uint8_t code_in_data[] = { 0xb8, 42, 0, 0, 0, 0xc3 };

static void null_read(void)
{
	zero = no_node->value;
}

static void null_write(void)
{
	no_node->previous = 0;
}

static void wild_write(void)
{
	wild->value = 1;
}

static void noncanonical_read(void)
{
	zero = noncanonical->next->value;
}

static void null_call(void)
{
	void (*call)(void) = (void (*)(void))(uintptr_t)no_node;

	call();
}

static void execute_data(void)
{
	uint8_t *volatile data = code_in_data;
	int (*call)(void) = (int (*)(void))(uintptr_t)data;

	zero = (uint64_t)call();
}

static void write_text(void)
{
	volatile uint8_t *text = (volatile uint8_t *)(uintptr_t)null_read;

	*text = 0x90;
}

/* As a system call does that takes its caller's word for it, where only the copies may. */
static void touch_user(void)
{
	zero = *(volatile uint64_t *)USER_PROGRAM;
}

static void divide(void)
{
	zero = 1000 / zero;
}

static void invalid_opcode(void)
{
	__asm__ volatile(".byte 0x0f, 0xff"); /* ud0 */
}

/* What a compiler puts where undefined behaviour is (-fsanitize=undefined -fsanitize-trap): here, an addition's overflow. */
static void undefined(void)
{
	__asm__ volatile(".byte 0x67, 0x0f, 0xb9, 0x00"); /* ud1 (%eax), %eax */
}

/* The same for an index out of bounds. */
static void undefined_index(void)
{
	__asm__ volatile(".byte 0x67, 0x0f, 0xb9, 0x40, 18"); /* ud1 18(%eax), %eax */
}

const struct scenario scenarios_memory[] = {
	{ "null-read", SCENARIO_PROCESS, null_read },
	{ "null-write-early", SCENARIO_EARLY, null_write },
	{ "null-write-before-tasks", SCENARIO_BEFORE_TASKS, null_write },
	{ "null-write-thread", SCENARIO_THREAD, null_write },
	{ "null-write-interrupt", SCENARIO_INTERRUPT, null_write },
	{ "null-call", SCENARIO_PROCESS, null_call },
	{ "wild-write", SCENARIO_PROCESS, wild_write },
	{ "noncanonical-read", SCENARIO_PROCESS, noncanonical_read },
	{ "execute-data", SCENARIO_PROCESS, execute_data },
	{ "write-text", SCENARIO_PROCESS, write_text },
	{ "touch-user", SCENARIO_PROCESS, touch_user },
	{ "divide", SCENARIO_PROCESS, divide },
	{ "undefined", SCENARIO_PROCESS, undefined },
	{ "undefined-index", SCENARIO_PROCESS, undefined_index },
	{ "invalid-opcode", SCENARIO_PROCESS, invalid_opcode },
	{ 0 },
};
