/* Records of /dev/kmsg and extended netconsole, through the whole console reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/console.h"
#include "console/line.h"
#include "console/source.h"

#include <stdio.h>
#include <stdlib.h>

struct seen {
	unsigned n;
	char title[256], modules[256];
	unsigned frames;
	char meanings[512];
};

static bool on_incident(struct pm_incident *inc, void *user)
{
	struct seen *seen = user;
	const struct pm_trace *trace = pm_incident_crash_trace(inc);

	if (seen->n++)
		return true;
	snprintf(seen->title, sizeof(seen->title), "%s", inc->title);
	for (size_t i = 0; i < inc->modules.n; i++)
		snprintf(seen->modules + strlen(seen->modules), sizeof(seen->modules) - strlen(seen->modules),
			 "%s ", inc->modules.v[i].name);
	seen->frames = trace ? (unsigned)trace->frames.n : 0;
	for (size_t i = 0; i < inc->facts.n; i++)
		if (!strcmp(inc->facts.v[i].group, "page-table"))
			snprintf(seen->meanings + strlen(seen->meanings),
				 sizeof(seen->meanings) - strlen(seen->meanings), "%s=%s ",
				 inc->facts.v[i].name, inc->facts.v[i].value);
	return true;
}

static struct seen see(const char *text)
{
	struct seen seen = { 0 };
	struct pm_source *source = pm_source_memory("text", pm_slice_of(text));

	pm_error_free(pm_console_read_source(source, "text", on_incident, &seen));
	pm_source_close(source);
	return seen;
}

#define TRACE                                                                                                \
	"4,425,1758435,-;CPU: 0 PID: 77 Comm: frobd Not tainted 6.1.0 #1\n"                                  \
	"4,426,1758436,-;RIP: 0010:frob_open+0x17/0x20\n"                                                    \
	"4,427,1758437,-;Call Trace:\n"                                                                      \
	"4,428,1758438,-; <TASK>\n"                                                                          \
	"4,429,1758439,-; vfs_open+0x17/0x20\n"                                                              \
	"4,430,1758440,-; do_syscall_64+0x17/0x20\n"                                                         \
	"4,431,1758441,-; </TASK>\n"
#define WARNING                                                                                              \
	"4,416,1758426,-;WARNING: CPU: 0 PID: 77 at lib/frob.c:12 frob_open+0x17/0x20\n SUBSYSTEM=frob\n "   \
	"DEVICE=+frob:1\n"

/* Each packet on a line of its own, and one after the other as `nc` writes them. */
static void fragments(void **state)
{
	static const char *const texts[] = {
		WARNING "4,420,1758430,-,ncfrag=0/39;Modules linked in: fro\n"
			"4,420,1758430,-,ncfrag=22/39;b(OE) nic crc32c\n" TRACE,
		WARNING "4,420,1758430,-,ncfrag=0/39;Modules linked in: fro4,420,1758430,-,ncfrag=22/39;"
			"b(OE) nic crc32c\n" TRACE,
		WARNING "4,420,1758430,-,ncfrag=0/39;Modules linked in: fro4,420,1758430,-,ncfrag=22/39;"
			"b(OE) nic4,420,1758430,-,ncfrag=31/39; crc32c\r\n" TRACE,
		"6.12.0,4,416,1758426,-;WARNING: CPU: 0 PID: 77 at lib/frob.c:12 frob_open+0x17/0x20\n"
		"6.12.0,4,420,1758430,-,ncfrag=0/39;Modules linked in: fro\n"
		"6.12.0,4,420,1758430,-,ncfrag=22/39;b(OE) nic crc32c\n" TRACE,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		struct seen seen = see(texts[i]);

		assert_int_equal(seen.n, 1);
		assert_string_equal(seen.title, "WARNING in frob_open");
		assert_string_equal(seen.modules, "frob nic crc32c ");
		assert_int_equal(seen.frames, 2);
	}
}

static void a_lost_fragment(void **state)
{
	struct seen seen = see(WARNING "4,420,1758430,-,ncfrag=0/139;Modules linked in: frob nic\n" TRACE);

	(void)state;
	assert_string_equal(seen.modules, "frob nic ");
	assert_int_equal(seen.frames, 2);
	seen = see(WARNING "4,420,1758430,-,ncfrag=22/39;b(OE) nic crc32c\n" TRACE);
	assert_string_equal(seen.title, "WARNING in frob_open");
	assert_int_equal(seen.frames, 2);
}

/* A line end within a record; other bytes escaped. */
static void escapes(void **state)
{
	struct seen seen = see("4,415,1758425,-;\\x0a\\x0aWARNING: CPU: 0 PID: 77 at lib/frob.c:12 "
			       "frob_open+0x17/0x20\\x0aModules linked in: frob\n" TRACE);

	(void)state;
	assert_int_equal(seen.n, 1);
	assert_string_equal(seen.title, "WARNING in frob_open");
	assert_string_equal(seen.modules, "frob ");
	seen = see("0,415,1758425,-;Kernel panic - not syncing: fr\\xc3\\xb6b \\x5cdead\n" TRACE);
	assert_string_equal(seen.title, "kernel panic: frb \\dead");
}

/* Parts of a line: '+' until 4.9; 'c' since then, where it looks like one. */
static void continued(void **state)
{
	struct seen seen =
		see("1,415,1758425,-;BUG: kernel NULL pointer dereference, address: 0000000000000018\n"
		    "6,416,1758426,c;PGD 1234067 \n"
		    "6,417,1758427,+;P4D 5678067 \n"
		    "6,418,1758428,+;PUD 0 \n" TRACE);

	(void)state;
	assert_string_equal(seen.meanings, "pgd=1234067 p4d=5678067 pud=0 ");
	seen = see("1,415,1758425,-;BUG: kernel NULL pointer dereference, address: 0000000000000018\n"
		   "6,416,1758426,-;PGD 1234067 \n"
		   "6,417,1758427,c;P4D 5678067 PUD 0 \n"
		   "4,418,1758428,c;frob: hello\n" TRACE);
	assert_string_equal(seen.meanings, "pgd=1234067 p4d=5678067 pud=0 ");
	assert_int_equal(seen.frames, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fragments),
		cmocka_unit_test(a_lost_fragment),
		cmocka_unit_test(escapes),
		cmocka_unit_test(continued),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
