/* Signals: handlers, the ladder of stacks, and what sigreturn may not do. */
#include "lib/string.h"
#include "user/user.h"

enum { PAGE = 4096, SEGV = STATUS_SIGNAL + SIGSEGV };

static volatile uint64_t seen_address, seen_stack, count;
static uint64_t alternate_start;
static volatile unsigned never = (unsigned)-1;
/* Nothing is there. */
static volatile uint64_t *volatile nowhere = (volatile uint64_t *)0x20;

static void note(struct signal_information *information)
{
	seen_address = information->address;
	seen_stack = (uint64_t)__builtin_frame_address(0);
	count++;
}

static void note_and_quit(struct signal_information *information)
{
	note(information);
	quit(seen_stack - alternate_start <= PAGE ? 7 : 8);
}

static void set_alternate(void)
{
	struct signal_stack stack;

	alternate_start = (uint64_t)CALL2(mmap, PAGE, MMAP_WRITE);
	stack = (struct signal_stack){ alternate_start, PAGE };
	EXPECT(CALL1(sigaltstack, &stack) == 0);
}

static void sent(void)
{
	volatile uint64_t kept = 0x1122334455667788;

	on_signal(SIGUSR1, note, 0);
	EXPECT(CALL2(kill, CALL0(getpid), SIGUSR1) == 0);
	EXPECT(count == 1 && kept == 0x1122334455667788);
	EXPECT(CALL2(kill, CALL0(getpid), SIGUSR1) == 0);
	EXPECT(count == 2);
	on_signal(SIGUSR1, (void (*)(struct signal_information *))1, 0); /* ignored */
	EXPECT(CALL2(kill, CALL0(getpid), SIGUSR1) == 0);
	EXPECT(count == 2);
}

static void handled(void)
{
	on_signal(SIGSEGV, note_and_quit, 0);
	*nowhere = 1;
}

/* sigreturn leads back to the instruction, which faults again: until the third time. */
static void thrice(struct signal_information *information)
{
	note(information);
	if (count == 3)
		quit(9);
}

static void again(void)
{
	on_signal(SIGSEGV, thrice, 0);
	*nowhere = 1;
}

static void within(struct signal_information *information)
{
	note(information);
	*nowhere = 1;
}

static void nested(void)
{
	on_signal(SIGSEGV, within, 0);
	*nowhere = 1;
}

static void on_alternate(void)
{
	set_alternate();
	on_signal(SIGSEGV, note_and_quit, SIGNAL_ON_ALTERNATE);
	*nowhere = 1;
}

static void not_on_alternate(void)
{
	set_alternate();
	on_signal(SIGSEGV, note_and_quit, 0);
	*nowhere = 1;
}

static __attribute__((noinline)) unsigned recurse(unsigned depth)
{
	volatile char room[512];

	room[depth % sizeof(room)] = 1;
	if (depth == never)
		return depth;
	return recurse(depth + 1) + (unsigned)room[depth % sizeof(room)];
}

/* The ladder: its own stack cannot take it, and the alternate one is set, if not asked for. */
static void overflow_alternate(void)
{
	set_alternate();
	on_signal(SIGSEGV, note_and_quit, 0);
	count = recurse(0);
}

static void overflow_none(void)
{
	on_signal(SIGSEGV, note_and_quit, 0);
	count = recurse(0);
}

static void alternate_gone(void)
{
	struct signal_stack stack = { 0x10000, PAGE }; /* nothing is there */

	EXPECT(CALL1(sigaltstack, &stack) == 0);
	on_signal(SIGSEGV, note_and_quit, 0);
	count = recurse(0);
}

/* sigreturn without a signal: with a frame of one's own, that asks for the kernel's segments and flags. */
static void forged(void)
{
	static uint64_t frame[64];

	memset(frame, 0xff, sizeof(frame));
	__asm__ volatile("movq %0, %%rsp\n\tmovl $9, %%eax\n\tsyscall\n\tud2" ::"r"((uint64_t)frame + 8)
			 : "memory");
}

static void forged_nowhere(void)
{
	__asm__ volatile("movq $0x1000, %%rsp\n\tmovl $9, %%eax\n\tsyscall\n\tud2" ::: "memory");
}

static void bad_actions(void)
{
	struct signal_action action = { 0xffffffff80200000, (uint64_t)signal_restorer, 0 };

	EXPECT(CALL2(sigaction, SIGUSR1, &action) == -EFAULT);
	action = (struct signal_action){ (uint64_t)note, 0, 0xff };
	EXPECT(CALL2(sigaction, SIGUSR1, &action) == -EINVAL);
	EXPECT(CALL2(sigaction, SIGKILL, &action) == -EINVAL);
	EXPECT(CALL2(sigaction, 0, &action) == -EINVAL);
	EXPECT(CALL2(sigaction, SIGNALS_COUNT, &action) == -EINVAL);
}

const struct test tests_signal[] = {
	{ "signal-sent", sent, 0 },
	{ "signal-handled", handled, 8 },
	{ "signal-again", again, 9 },
	{ "signal-nested", nested, SEGV },
	{ "signal-on-alternate", on_alternate, 7 },
	{ "signal-not-on-alternate", not_on_alternate, 8 },
	{ "signal-overflow-alternate", overflow_alternate, 7 },
	{ "signal-overflow", overflow_none, SEGV },
	{ "signal-alternate-gone", alternate_gone, SEGV },
	{ "signal-forged", forged, SEGV },
	{ "signal-forged-nowhere", forged_nowhere, SEGV },
	{ "signal-bad-actions", bad_actions, 0 },
	{ 0 },
};
