/* What a user program has: system calls, and lines on the console. */
#ifndef USER_USER_H
#define USER_USER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "syscall/numbers.h"

int64_t system_call(int64_t number, uint64_t a, uint64_t b, uint64_t c, uint64_t d, uint64_t e);
void signal_restorer(void);

#define CALL0(name) system_call(SYS_##name, 0, 0, 0, 0, 0)
#define CALL1(name, a) system_call(SYS_##name, (uint64_t)(a), 0, 0, 0, 0)
#define CALL2(name, a, b) system_call(SYS_##name, (uint64_t)(a), (uint64_t)(b), 0, 0, 0)
#define CALL3(name, a, b, c) system_call(SYS_##name, (uint64_t)(a), (uint64_t)(b), (uint64_t)(c), 0, 0)

/* A line on the console. */
void say(const char *text, ...) __attribute__((format(printf, 1, 2)));
_Noreturn void quit(int status);
/* Runs it in a child; its status. */
int in_child(void (*run)(void));
void on_signal(unsigned signal, void (*handler)(struct signal_information *), uint64_t flags);

/* A test that the system must survive. */
struct test {
	const char *name;
	void (*run)(void); /* in a child */
	int status;        /* with which the child must end */
};
/* A row without a name ends each. */
extern const struct test tests_fault[], tests_call[], tests_signal[], tests_random[], tests_disk[];

/* In tests: ends the child with another status where the condition does not hold. */
#define EXPECT(condition)                                                                                    \
	do {                                                                                                 \
		if (!(condition)) {                                                                          \
			say("%s:%d: not so: %s", __FILE__, __LINE__, #condition);                            \
			quit(1);                                                                             \
		}                                                                                            \
	} while (0)

#endif
