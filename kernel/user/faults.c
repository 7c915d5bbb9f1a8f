/* Faults of a program's own: it ends, and nothing else does. */
#include "user/user.h"

static volatile uint64_t zero;
static volatile unsigned never = (unsigned)-1;

static void null_read(void)
{
	zero = *(volatile uint64_t *)zero;
}

static void kernel_read(void)
{
	zero = *(volatile uint64_t *)0xffffffff80200000;
}

static void kernel_call(void)
{
	((void (*)(void))0xffffffff80200000)();
}

static void noncanonical(void)
{
	zero = *(volatile uint64_t *)(0x6b6b6b6b6b6b6b6b + zero);
}

static const char constant[] = "constant";

static void write_constant(void)
{
	*(volatile char *)(uintptr_t)constant = 'C';
}

static void write_text(void)
{
	*(volatile char *)(uintptr_t)null_read = 0x90;
}

static uint8_t code[] = { 0xc3 };

static void execute_data(void)
{
	((void (*)(void))(uintptr_t)code)();
}

static void divide(void)
{
	zero = 1000 / zero;
}

static void invalid_opcode(void)
{
	__asm__ volatile("ud2");
}

static void privileged(void)
{
	__asm__ volatile("cli");
}

static void breakpoint(void)
{
	__asm__ volatile("int3");
}

static void kernels_vector(void)
{
	__asm__ volatile("int $32");
}

static __attribute__((noinline)) unsigned recurse(unsigned depth)
{
	volatile char room[512];

	room[depth % sizeof(room)] = 1;
	if (depth == never)
		return depth;
	return recurse(depth + 1) + (unsigned)room[depth % sizeof(room)];
}

static void stack_overflow(void)
{
	zero = recurse(0);
}

/* The kernel must not trust rsp on the way in. */
static void stack_lost(void)
{
	__asm__ volatile("movq $0x1234, %%rsp\n\tmovl $12, %%eax\n\tsyscall\n\tpushq %%rax" ::: "memory");
}

static void stack_in_kernel(void)
{
	__asm__ volatile("movabsq $0xffffffff80300000, %%rsp\n\tmovl $12, %%eax\n\tsyscall\n\tpushq %%rax" ::
				 : "memory");
}

enum { SEGV = STATUS_SIGNAL + SIGSEGV };

const struct test tests_fault[] = {
	{ "user-null-read", null_read, SEGV },
	{ "user-kernel-read", kernel_read, SEGV },
	{ "user-kernel-call", kernel_call, SEGV },
	{ "user-noncanonical", noncanonical, SEGV },
	{ "user-write-constant", write_constant, SEGV },
	{ "user-write-text", write_text, SEGV },
	{ "user-execute-data", execute_data, SEGV },
	{ "user-divide", divide, STATUS_SIGNAL + SIGFPE },
	{ "user-invalid-opcode", invalid_opcode, STATUS_SIGNAL + SIGILL },
	{ "user-privileged", privileged, SEGV },
	{ "user-breakpoint", breakpoint, STATUS_SIGNAL + SIGTRAP },
	{ "user-kernels-vector", kernels_vector, SEGV },
	{ "user-stack-overflow", stack_overflow, SEGV },
	{ "user-stack-lost", stack_lost, SEGV },
	{ "user-stack-in-kernel", stack_in_kernel, SEGV },
	{ 0 },
};
