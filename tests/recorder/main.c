#include "test.h"

#include "host.h"

#include <sys/wait.h>
#include <unistd.h>

static const struct test *const tables[] = { lib_tests, verdict_tests, trace_tests, stages_tests,
					     x86_tests, note_tests,    dump_tests,  keep_tests };

static bool run(const struct test *test)
{
	int status;
	pid_t child;

	fflush(NULL);
	child = fork();
	if (child == 0) {
		alarm(60);
		test->run();
		exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
		fprintf(stderr, "FAIL %s (status 0x%x)\n", test->name, child < 0 ? 0u : (unsigned)status);
		return false;
	}
	return true;
}

/* A runner that cannot fail proves nothing. */
static void fails(void)
{
	exit(1);
}

static void crashes(void)
{
	abort();
}

static int self_test(void)
{
	static const struct test bad[] = { TEST(fails), TEST(crashes) };
	int failed = 0;

	if (!freopen("/dev/null", "w", stderr))
		return 1;
	for (size_t i = 0; i < 2; i++)
		failed += run(&bad[i]);
	return failed;
}

/* usage: test [report WHAT]: runs the tests; or puts one report on standard output, for the golden files. */
int main(int count, char **arguments)
{
	int passed = 0, failed = 0;

	if (count == 2 && !strcmp(arguments[1], "--self-test"))
		return self_test();
	if (count == 3 && !strcmp(arguments[1], "report"))
		return fake_host_report(arguments[2]);
	for (size_t i = 0; i < sizeof(tables) / sizeof(*tables); i++) {
		for (const struct test *test = tables[i]; test->name; test++) {
			if (run(test))
				passed++;
			else
				failed++;
		}
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed != 0;
}
