/* Tests of the recorder's portable parts.  Each runs in a process of its own, since a panic is for good, and a crash is a
 * failure like others.  No library: these are built for machines that have none. */
#ifndef RECORDER_TEST_H
#define RECORDER_TEST_H

#include <setjmp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test {
	const char *name;
	void (*run)(void);
};
#define TEST(function)                                                                                       \
	{                                                                                                    \
#function, function                                                                          \
	}

/* One table for each file; a row without a name ends it. */
extern const struct test lib_tests[], verdict_tests[], trace_tests[], stages_tests[], x86_tests[],
	note_tests[], dump_tests[], keep_tests[];

#define CHECK(condition)                                                                                     \
	do {                                                                                                 \
		if (!(condition)) {                                                                          \
			fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);                      \
			exit(1);                                                                             \
		}                                                                                            \
	} while (0)

#endif
