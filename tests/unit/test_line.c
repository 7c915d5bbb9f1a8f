#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/line.h"

struct row {
	const char *raw, *body;
	int64_t time_ns;
	int level;
	enum pm_context_kind kind;
	uint32_t id;
	const char *stamp;
};

#define SEC 1000000000ll

static const struct row rows[] = {
	{ "[   12.345678] BUG: foo", "BUG: foo", 12345678000, -1, PM_CONTEXT_CONSOLE, 0, "" },
	{ "[   12.345678]  vfs_write+0x1/0x2", " vfs_write+0x1/0x2", 12345678000, -1, PM_CONTEXT_CONSOLE, 0,
	  "" },
	{ "box login: Unable to handle kernel paging request at virtual address c0ffee00",
	  "Unable to handle kernel paging request at virtual address c0ffee00", -1, -1, PM_CONTEXT_NONE, 0,
	  "" },
	{ "box login: root", "box login: root", -1, -1, PM_CONTEXT_NONE, 0, "" },
	{ "<4>[    0.000000] x", "x", 0, 4, PM_CONTEXT_CONSOLE, 0, "" },
	{ "[    1.5][  T123] x", "x", 1500000000, -1, PM_CONTEXT_TASK, 123, "" },
	{ "[    1.500000][    C7] x", "x", 1500000000, -1, PM_CONTEXT_CPU, 7, "" },
	{ "[    1.500000] [   T123] x", "x", 1500000000, -1, PM_CONTEXT_TASK, 123, "" },
	{ "[    1.500000][ T12@3] x", "x", 1500000000, -1, PM_CONTEXT_TASK, 12, "" },
	{ "[  T42] x", "x", -1, -1, PM_CONTEXT_TASK, 42, "" },
	{ "[   12.345678]", "", 12345678000, -1, PM_CONTEXT_CONSOLE, 0, "" },
	{ "Jan  2 03:04:05 box kernel: [   12.345678] x", "x", 12345678000, -1, PM_CONTEXT_CONSOLE, 0,
	  "Jan  2 03:04:05" },
	{ "Jan 02 03:04:05 box kernel: BUG: x", "BUG: x", -1, -1, PM_CONTEXT_CONSOLE, 0, "Jan 02 03:04:05" },
	{ "Jan 02 03:04:05.123456 box kernel: x", "x", -1, -1, PM_CONTEXT_CONSOLE, 0,
	  "Jan 02 03:04:05.123456" },
	{ "2024-01-02T03:04:05.678901+01:00 box kernel: [    9.000001] x", "x", 9000001000, -1,
	  PM_CONTEXT_CONSOLE, 0, "2024-01-02T03:04:05.678901+01:00" },
	{ "2024-01-02T03:04:05+0100 box kernel: x", "x", -1, -1, PM_CONTEXT_CONSOLE, 0,
	  "2024-01-02T03:04:05+0100" },
	{ "Tue 2024-01-02 03:04:05 UTC box kernel: x", "x", -1, -1, PM_CONTEXT_CONSOLE, 0,
	  "Tue 2024-01-02 03:04:05 UTC" },
	{ "<6>1 2024-01-02T03:04:05.678Z box kernel - - - [    9.000001] x", "x", 9000001000, 6,
	  PM_CONTEXT_CONSOLE, 0, "2024-01-02T03:04:05.678Z" },
	{ "[    9.000001] box kernel: x", "x", 9000001000, -1, PM_CONTEXT_CONSOLE, 0, "" },
	{ "[Tue Jan  2 03:04:05 2024] x", "x", -1, -1, PM_CONTEXT_CONSOLE, 0, "Tue Jan  2 03:04:05 2024" },
	{ "[2024-01-02 03:04:05] [    9.000001] x", "x", 9000001000, -1, PM_CONTEXT_CONSOLE, 0,
	  "2024-01-02 03:04:05" },
	{ "2024-01-02T03:04:05,678901+00:00 x", "x", -1, -1, PM_CONTEXT_CONSOLE, 0,
	  "2024-01-02T03:04:05,678901+00:00" },
	{ "kern  :warn  : [    9.000001] x", "x", 9000001000, 4, PM_CONTEXT_CONSOLE, 0, "" },
	{ "kern  :emerg : [Tue Jan  2 03:04:05 2024] x", "x", -1, 0, PM_CONTEXT_CONSOLE, 0,
	  "Tue Jan  2 03:04:05 2024" },
	{ "[Tue Jan  2 03:04:05 2024][   T12]  x", " x", -1, -1, PM_CONTEXT_TASK, 12,
	  "Tue Jan  2 03:04:05 2024" },
	{ "[Tue Jan  2 03:04:05 2024] [    C3] x", "x", -1, -1, PM_CONTEXT_CPU, 3,
	  "Tue Jan  2 03:04:05 2024" },
	{ "1732158721.123456 box kernel: x", "x", -1, -1, PM_CONTEXT_CONSOLE, 0, "1732158721.123456" },
	{ "1732158721.123456 box sshd[12]: x", "1732158721.123456 box sshd[12]: x", -1, -1, PM_CONTEXT_NONE,
	  0, "" },
	{ "6.9.0-rc1,6,1234,5678901,-,caller=T12;x", "x", 5678901000, 6, PM_CONTEXT_TASK, 12, "" },
	/* a prefix that is not known, before printk's */
	{ "[box] [    9.000001] x", "x", 9000001000, -1, PM_CONTEXT_CONSOLE, 0, "" },
	{ "node-1  | [    9.000001][   T12]  x", " x", 9000001000, -1, PM_CONTEXT_TASK, 12, "" },
	{ "03:04:05 [    9.000001] x", "x", 9000001000, -1, PM_CONTEXT_CONSOLE, 0, "" },
	{ "> [    9.000001] x", "x", 9000001000, -1, PM_CONTEXT_CONSOLE, 0, "" },
	{ "took [    9.0001] x", "took [    9.0001] x", -1, -1, PM_CONTEXT_NONE, 0, "" },
	{ "6,1234,5678901,-;x", "x", 5678901000, 6, PM_CONTEXT_CONSOLE, 0, "" },
	{ "6,1234,5678901,-,caller=T12;x", "x", 5678901000, 6, PM_CONTEXT_TASK, 12, "" },
	{ "** 5 printk messages dropped ** [    9.000001] x", "x", 9000001000, -1, PM_CONTEXT_CONSOLE, 0,
	  "" },
	{ "box login: [    9.000001] x", "x", 9000001000, -1, PM_CONTEXT_CONSOLE, 0, "" },
	/* not a kernel's prefix */
	{ "plain text", "plain text", -1, -1, PM_CONTEXT_NONE, 0, "" },
	{ "[not a time] x", "[not a time] x", -1, -1, PM_CONTEXT_NONE, 0, "" },
	{ "[  12.34x] x", "[  12.34x] x", -1, -1, PM_CONTEXT_NONE, 0, "" },
	{ "Jan  2 03:04:05 box sshd[12]: x", "Jan  2 03:04:05 box sshd[12]: x", -1, -1, PM_CONTEXT_NONE, 0,
	  "" },
	{ "1,2,3", "1,2,3", -1, -1, PM_CONTEXT_NONE, 0, "" },
	{ "", "", -1, -1, PM_CONTEXT_NONE, 0, "" },
};

static void prefixes(void **state)
{
	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		const struct row *row = &rows[i];
		struct pm_line line = { .raw = pm_slice_of(row->raw) };

		pm_line_parse(&line);
		if (!pm_slice_eq(line.body, pm_slice_of(row->body)) || line.time_ns != row->time_ns ||
		    line.level != row->level || line.context.kind != row->kind ||
		    line.context.id != row->id || !pm_slice_eq(line.stamp, pm_slice_of(row->stamp)))
			fail_msg("\"%s\": body \"%.*s\", time %lld, level %d, context %d %u, stamp \"%.*s\"",
				 row->raw, PM_FMT(line.body), (long long)line.time_ns, line.level,
				 (int)line.context.kind, line.context.id, PM_FMT(line.stamp));
	}
}

static size_t second(const char *raw)
{
	struct pm_line line = { .raw = pm_slice_of(raw) };

	pm_line_parse(&line);
	return pm_line_second(&line);
}

static void two_messages_in_a_line(void **state)
{
	(void)state;
	assert_int_equal(second("[    1.000000] half[    1.000001] BUG: x"), 4);
	assert_int_equal(second("[    1.000000][   T1] half[    1.000001][   C0] BUG: x"), 4);
	assert_int_equal(second("[    1.000000] whole [1.5] and [12] and [<ffffffff81000000>]"), PM_NPOS);
	assert_int_equal(second("said: [    1.000001] BUG: x"), PM_NPOS);
	assert_int_equal(second("[    1.000000] cut [    1.00000"), PM_NPOS);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(prefixes),
					    cmocka_unit_test(two_messages_in_a_line) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
