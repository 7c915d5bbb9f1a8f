/* The first process. Its argument is the scenario: "survive" and the names of tests are its own; what it does not know it
 * hands to the kernel, through a child, so that an oops kills that and not the system.  "NAME@init" does it itself. */
#include "lib/string.h"
#include "user/user.h"

enum { STATUS_ELSEWHERE = 77 }; /* the scenario is not one of a process */

static const char *scenario;

/* Those that need what not every machine has run only when they are named. */
static const struct {
	const struct test *tests;
	bool only_named;
} tables[] = {
	{ tests_fault, false },  { tests_call, false }, { tests_signal, false },
	{ tests_random, false }, { tests_disk, true },
};

static bool run(const struct test *test)
{
	int status = in_child(test->run);
	bool passed = status == test->status;

	say("test %s: %s (status %d)", test->name, passed ? "passed" : "FAILED", status);
	return passed;
}

/* Every test, or the one with this name; how many have failed. -1: there is none. */
static int run_tests(const char *name)
{
	int failed = 0, count = 0;

	for (unsigned i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct test *test = tables[i].tests; test->name; test++) {
			if (name ? strcmp(name, test->name) != 0 : tables[i].only_named)
				continue;
			count++;
			failed += !run(test);
		}
	}
	return count ? failed : -1;
}

/* The result of the write. */
static int64_t write_to(const char *device, const char *text)
{
	int64_t descriptor = CALL1(open, device);
	int64_t result = CALL3(write, descriptor, text, strlen(text));

	CALL1(close, descriptor);
	return result;
}

/* The bugs of the meter's driver, met as a program would meet them. */
static void driver(void)
{
	write_to("meter", "1 230"); /* which is there */
	write_to("meter", "7 230");
}

static void overflow(void)
{
	char text[200];

	memset(text, 'A', sizeof(text));
	text[0] = '=';
	text[sizeof(text) - 1] = '\0';
	write_to("meter", text);
}

static void crash(void)
{
	if (write_to("crash", scenario) < 0)
		quit(STATUS_ELSEWHERE);
}

/* System calls without end, with the kernel's half in rsp: whatever strikes on the way in must not trust it. */
static void call_loop(void)
{
	say("scenario: wait");
	__asm__ volatile("movabsq $0xffffffff80180000, %%rsp\n"
			 "1:\tmovl $12, %%eax\n\t" /* getpid */
			 "syscall\n\t"
			 "jmp 1b" ::
				 : "memory");
}

static const struct {
	const char *name;
	void (*run)(void);
} crashes[] = {
	{ "driver", driver },
	{ "overflow", overflow },
	{ "call-loop", call_loop },
	{ "", crash }, /* the kernel knows */
};

/* After a crash that the system has survived: it still works. */
static bool works(void)
{
	int64_t descriptor = CALL1(open, "meter");
	uint64_t readings[2];

	return descriptor >= 0 && CALL3(write, descriptor, "0 12", 4) == 4 &&
	       CALL3(read, descriptor, readings, sizeof(readings)) == sizeof(readings) && readings[0] == 12 &&
	       CALL1(close, descriptor) == 0;
}

static char argument[64];

int main(const char *given)
{
	bool here = false;
	void (*way)(void) = crash;
	int failed;

	strcopy(argument, given, sizeof(argument));
	for (char *p = argument; *p; p++) {
		if (*p != '@')
			continue;
		here = !strcmp(p + 1, "init");
		*p = '\0';
		break;
	}
	scenario = argument;
	say("init: %s", *scenario ? scenario : "nothing to do");
	if (!*scenario)
		return 0;

	failed = run_tests(strcmp(scenario, "survive") != 0 ? scenario : NULL);
	if (failed >= 0) {
		say("init: %d failed", failed);
		return failed;
	}
	for (unsigned i = 0; i < sizeof(crashes) / sizeof(crashes[0]); i++) {
		if (*crashes[i].name && strcmp(crashes[i].name, scenario) != 0)
			continue;
		way = crashes[i].run;
		break;
	}
	if (here) {
		way();
	} else {
		int status = in_child(way);

		say("init: the child has ended with status %d", status);
		if (status != STATUS_ELSEWHERE)
			return works() ? 0 : 1;
	}
	/* In a thread of the kernel's, or it waits for something from outside. */
	for (;;)
		CALL0(sched_yield);
}
