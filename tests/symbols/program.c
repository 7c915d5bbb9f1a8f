/* Carries a table of its own functions and looks itself up, as a kernel does. */
#include "kpanic/symbols.h"

#include <stdio.h>
#include <string.h>

#ifdef __s390__
#define NOP "nopr %r0\n"
#else
#define NOP "nop\n"
#endif

void kp_test_global(void);
__attribute__((noinline)) void kp_test_global(void)
{
	__asm__ volatile(NOP NOP);
}

static __attribute__((noinline)) void kp_test_local(void)
{
	__asm__ volatile(NOP NOP);
}

/* A label without type or size, as assembly has them, and one of the compiler's kind. */
__asm__(".text\n.globl kp_test_label\nkp_test_label:\n$mark:\n" NOP NOP NOP
	".globl kp_test_next\nkp_test_next:\n" NOP);
extern char kp_test_label[], kp_test_next[];
static int data_word;

static void tell(const char *what, uintptr_t address)
{
	char name[64] = "none";
	uintptr_t start = 0;
	size_t size = 0;

	if (kp_symbol_find(address, name, sizeof name, &start, &size))
		printf("%s %s+%zu%s\n", what, name, (size_t)(address - start),
		       address - start < size ? "" : " (past it)");
	else
		printf("%s none\n", what);
}

int main(void)
{
	char small[8] = "";
	uintptr_t start;
	size_t size;

	tell("global", (uintptr_t)kp_test_global);
	tell("local", (uintptr_t)kp_test_local + 1);
	tell("label", (uintptr_t)kp_test_label + 2);
	tell("next", (uintptr_t)kp_test_next);
	tell("data", (uintptr_t)&data_word);
	tell("null", 0);
	tell("top", UINTPTR_MAX);
	kp_test_local();
	if (kp_symbol_find((uintptr_t)kp_test_global, small, sizeof small, &start, &size))
		printf("cut %s\n", small);
	return 0;
}
