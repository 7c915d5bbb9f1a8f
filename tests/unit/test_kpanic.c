/* Reports of the recorder, through the whole console reader: what whole, cut, changed and mixed ones become. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/console.h"
#include "console/source.h"
#include "explain/rules.h"
#include "formats/report.h"

#include <stdio.h>
#include <stdlib.h>

typedef void (*check_fn)(struct pm_incident *inc);

struct reading {
	unsigned n;
	check_fn first;
	char titles[8][128];
	enum pm_system systems[8];
};

static bool on_incident(struct pm_incident *inc, void *user)
{
	struct reading *reading = user;

	if (reading->n < 8) {
		snprintf(reading->titles[reading->n], sizeof(reading->titles[0]), "%s", inc->title);
		reading->systems[reading->n] = inc->machine.system;
	}
	if (!reading->n++ && reading->first)
		reading->first(inc);
	return true;
}

static struct reading read_text(const char *text, check_fn first)
{
	struct reading reading = { .first = first };
	struct pm_source *source = pm_source_memory("text", pm_slice_of(text));

	pm_error_free(pm_console_read_source(source, "text", on_incident, &reading));
	pm_source_close(source);
	return reading;
}

/* The text with its last line: what stands from "KPANIC 1 begin" on is summed. */
static char *sealed(const char *prefix, const char *text, const char *after)
{
	char *out = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&out, &n);
	unsigned lines = 0;
	const char *line = text;

	for (const char *end; (end = strchr(line, '\n')); line = end + 1, lines++)
		fprintf(f, "%s%.*s", prefix, (int)(end + 1 - line), line);
	fprintf(f, "%sKPANIC 1 end lines=%u crc32=%08x\n%s", prefix, lines, kf_crc32(0, text, strlen(text)),
		after);
	fclose(f);
	return out;
}

#define BEGIN(kind)                                                                                          \
	"KPANIC 1 begin report=7 kind=" kind                                                                 \
	" tier=2 arch=x86_64 cpu=1 cpus=4 up=2.5 system=\"my os\" release=3.1\n"
#define PLACE                                                                                                \
	"CPU: 1 PID: 9 Comm: sh Not tainted 3.1 my os\n"                                                     \
	"RIP: 0008:frob+0x12/0x40\n"                                                                         \
	"RSP: 0010:ffff800000303e90 EFLAGS: 00010202\n"                                                      \
	"RAX: 0000000000000000 RBX: 0000000000000001 RCX: 0000000000000200\n"                                \
	"Call Trace:\n <TASK>\n frob+0x12/0x40\n ? stale+0x1/0x2\n main_loop+0x30/0x40\n </TASK>\n"
#define FAULT                                                                                                \
	BEGIN("panic")                                                                                       \
	"KPANIC 1 verdict is=panic because=\"Fatal exception\" message=\"Fatal exception\"\n"                \
	"KPANIC 1 task id=9 name=sh stack=ffff800000303000-ffff800000304000 context=interrupt+critical "     \
	"syscall=4\n"                                                                                        \
	"KPANIC 1 fault vector=14 name=\"page fault\" error=2 mode=kernel access=write address=18 "          \
	"state=absent class=null\n"                                                                          \
	"BUG: kernel NULL pointer dereference, address: 0000000000000018\n"                                  \
	"Oops: 0002 [#3]\n" PLACE                                                                            \
	"KPANIC 1 gate vector=14 present=1 type=14 dpl=0 selector=8 ist=0 offset=ffffffff80100e20\n"         \
	"KPANIC 1 msr efer=d01\n"                                                                            \
	"KPANIC 1 lock name=\"a b\" address=ffffffff80209140 taken_at=ffffffff80101234 owner=1\n"            \
	"KPANIC 1 stack at=ffff800000303e90 0000000000000001 ffffffff80104b72\n"                             \
	"KPANIC 1 cpu cpu=2 state=frozen\n"                                                                  \
	"RIP: 0008:idle+0x2/0x9\n"                                                                           \
	"RSP: 0010:ffffffff80231fb0 EFLAGS: 00000246\n"                                                      \
	"Call Trace:\n idle+0x2/0x9\n"                                                                       \
	"KPANIC 1 cpu cpu=3 state=silent\n"                                                                  \
	"KPANIC 1 log bytes=20\n"                                                                            \
	"> BUG: this is quoted\n"                                                                            \
	"> KPANIC 1 begin report=1 kind=oops\n"                                                              \
	"---[ end trace 0000000000000000 ]---\n"                                                             \
	"Kernel panic - not syncing: Fatal exception\n"                                                      \
	"KPANIC 1 stage name=freeze result=late took=1000000000\n"                                           \
	"KPANIC 1 newer key=value\n"
#define AFTER "KPANIC 1 stage name=screen result=faulted took=12 vector=14 ip=ffffffff80110000\n"

static const char *fact(struct pm_incident *inc, const char *group, const char *name)
{
	const struct pm_fact *found = pm_incident_fact(inc, group, name);

	return found ? found->value : "(none)";
}

static void whole(struct pm_incident *inc)
{
	const struct pm_trace *crash = pm_incident_crash_trace(inc);

	assert_int_equal(inc->machine.system, PM_KPANIC);
	assert_int_equal(inc->machine.system_grade, PM_CERTAIN);
	assert_string_equal(inc->machine.name, "my os");
	assert_string_equal(inc->machine.release, "3.1");
	assert_int_equal(inc->machine.arch, PM_X86_64);
	assert_int_equal(inc->machine.uptime_ns, 2500000000);
	assert_null(inc->machine.taint);
	assert_int_equal(inc->machine.taints.n, 0);
	assert_null(inc->type);
	assert_true(inc->panicked);
	assert_false(inc->corrupted);
	assert_int_equal(inc->fault.kind, PM_KIND_NULL_DEREF);
	assert_int_equal(inc->fault.vector, 14);
	assert_int_equal(inc->fault.error_code, 2);
	assert_int_equal(inc->fault.address, 0x18);
	assert_int_equal(inc->fault.access, PM_WRITE);
	assert_int_equal(inc->fault.address_class, PM_ADDR_NULL);
	assert_int_equal(inc->fault.oops_count, 3);
	assert_true(inc->fault.has_stack);
	assert_string_equal(inc->fault.message,
			    "BUG: kernel NULL pointer dereference, address: 0000000000000018");
	assert_int_equal(inc->actor.pid, 9);
	assert_string_equal(inc->actor.comm, "sh");
	assert_int_equal(inc->actor.cpu, 1);
	assert_int_equal(inc->actor.cpus, 4);
	assert_int_equal(inc->actor.context, PM_RUNS_IRQ);
	assert_int_equal(inc->actor.syscall_nr, 4);
	assert_string_equal(inc->frame, "frob");
	assert_int_equal(crash->frames.n, 3);
	assert_int_equal(crash->frames.v[1].trust, PM_SCANNED);
	assert_int_equal(inc->traces.n, 2); /* the silent CPU has none */
	assert_int_equal(inc->traces.v[1].role, PM_TRACE_CPU);
	assert_int_equal(inc->traces.v[1].cpu, 2);
	assert_int_equal(inc->traces.v[1].regs.n, 1);
	assert_int_equal(inc->locks.n, 1);
	assert_int_equal(inc->locks.v[0].cpu, 1);
	assert_int_equal(inc->locks.v[0].taken.addr, 0xffffffff80101234);
	assert_int_equal(inc->stack_words.n, 2);
	assert_int_equal(inc->stack_words.v[1].from_sp, 8);
	assert_string_equal(fact(inc, "gate", "14.present"), "1");
	assert_string_equal(fact(inc, "cpu", "3.state"), "silent");
	assert_string_equal(fact(inc, "msr", "efer"), "d01");
	assert_string_equal(fact(inc, "stage", "freeze.result"), "late");
	assert_string_equal(fact(inc, "stage", "screen.vector"), "14"); /* behind `end` */
	assert_string_equal(fact(inc, "integrity", "sum"), "ok");
	assert_string_equal(fact(inc, "report", "report"), "7");
}

static void reads_every_key(void **state)
{
	(void)state;
	char *text = sealed("", FAULT, AFTER);
	struct reading r = read_text(text, whole);

	assert_int_equal(r.n, 1);
	assert_string_equal(r.titles[0], "NULL pointer dereference in frob");
	free(text);
}

static void is_whole(struct pm_incident *inc)
{
	assert_false(inc->corrupted);
	assert_string_equal(fact(inc, "integrity", "sum"), "ok");
}

/* A trace has no line of the recorder's in it, however long it is. */
static void reads_long_traces(void **state)
{
	char *text = NULL, *report;
	size_t n = 0;
	FILE *f = open_memstream(&text, &n);

	(void)state;
	fputs(BEGIN("panic") PLACE "Call Trace:\n <TASK>\n", f);
	for (unsigned i = 0; i < 100; i++)
		fprintf(f, " caller_%u+0x1/0x%x\n", i, i + 2);
	fputs(" </TASK>\n ...\nKernel panic - not syncing: deep\n", f);
	fclose(f);
	report = sealed("", text, "");
	assert_int_equal(read_text(report, is_whole).n, 1);
	free(report);
	free(text);
}

/* A console's prefix is no part of the sum, whatever numbers it holds. */
static void takes_prefixes_off(void **state)
{
	static const char *const prefixes[] = { "[    2.500000] ", "kern0| ",
						"2026-01-02T03:04:05Z vm 17: ", "\x1b[0m" };

	(void)state;
	for (size_t i = 0; i < PM_COUNT(prefixes); i++) {
		char *text = sealed(prefixes[i], FAULT, "");
		struct reading r = read_text(text, NULL);

		assert_int_equal(r.n, 1);
		free(text);
	}
}

static void prefixed_is_whole(struct pm_incident *inc)
{
	assert_string_equal(fact(inc, "integrity", "sum"), "ok");
	assert_int_equal(inc->traces.n, 2);
}

static void sums_without_prefixes(void **state)
{
	(void)state;
	char *text = sealed("[    2.500000] con: ", FAULT, "");

	assert_int_equal(read_text(text, prefixed_is_whole).n, 1);
	free(text);
}

static void is_changed(struct pm_incident *inc)
{
	assert_true(inc->corrupted);
	assert_string_equal(fact(inc, "integrity", "sum"), "changed");
	assert_int_equal(inc->fault.kind, PM_KIND_NULL_DEREF); /* read all the same */
}

static void is_cut(struct pm_incident *inc)
{
	assert_true(inc->corrupted);
	assert_string_equal(fact(inc, "integrity", "sum"), "cut");
	assert_int_equal(inc->fault.kind, PM_KIND_NULL_DEREF);
}

static void is_mixed(struct pm_incident *inc)
{
	assert_false(inc->corrupted);
	assert_string_equal(fact(inc, "integrity", "sum"), "ok");
	assert_string_equal(fact(inc, "integrity", "foreign_lines"), "2");
}

static void tells_damage(void **state)
{
	(void)state;
	char *text = sealed("", FAULT, "");
	char *rbx = strstr(text, "RBX: 0000000000000001");

	rbx[20] = '2';
	assert_int_equal(read_text(text, is_changed).n, 1);
	rbx[20] = '1';
	*strstr(text, "KPANIC 1 stage") = 0;
	assert_int_equal(read_text(text, is_cut).n, 1);
	free(text);
}

static void allows_lines_of_others(void **state)
{
	(void)state;
	char *text = sealed("", FAULT, "");
	char *at = strstr(text, "RAX: "), *mixed = NULL;

	assert_true(asprintf(&mixed, "%.*seth0: link is up\nhello world from a driver\n%s", (int)(at - text),
			     text, at) > 0);
	assert_int_equal(read_text(mixed, is_mixed).n, 1);
	free(mixed);
	free(text);
}

/* A report that another one cuts short, and Linux's own behind both. */
static void tells_reports_apart(void **state)
{
	(void)state;
	char *second = sealed("", FAULT, AFTER), *text = NULL;
	static const char linux_oops[] =
		"[    0.000000] Linux version 6.1.0 (a@b) #1 SMP\n"
		"[    5.000000] BUG: kernel NULL pointer dereference, address: 0000000000000020\n"
		"[    5.000001] Oops: 0002 [#1] PREEMPT SMP\n"
		"[    5.000002] CPU: 0 PID: 1 Comm: init Not tainted 6.1.0 #1\n"
		"[    5.000003] RIP: 0010:linux_function+0x1/0x2\n"
		"[    5.000004] Call Trace:\n"
		"[    5.000005]  vfs_write+0x1/0x2\n";

	assert_true(asprintf(&text, "%s%s%s%s", BEGIN("oops"), "Oops: 0002 [#1]\n", second, linux_oops) > 0);
	struct reading r = read_text(text, NULL);
	assert_int_equal(r.n, 3);
	assert_int_equal(r.systems[0], PM_KPANIC);
	assert_int_equal(r.systems[1], PM_KPANIC);
	assert_int_equal(r.systems[2], PM_LINUX);
	free(text);
	free(second);
}

/* Without its begin it is still none of Linux's. */
static void is_never_taken_for_linux(void **state)
{
	(void)state;
	char *text = sealed("", FAULT, "");
	struct reading r = read_text(strstr(text, "BUG: kernel NULL"), NULL);

	for (unsigned i = 0; i < r.n; i++)
		assert_int_equal(r.systems[i], PM_KPANIC);
	free(text);
}

static void is_no_report(void **state)
{
	static const char *const rows[] = {
		"KPANIC 1 begin\n",                                /* no key */
		"KPANIC 2 begin report=1 kind=panic\n",            /* a version to come */
		"> KPANIC 1 begin report=1 kind=panic system=a\n", /* a log that quotes one */
		"KPANIC 1 stage name=screen result=done took=1\n",
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		assert_int_equal(read_text(rows[i], NULL).n, 0);
}

static void kind_of(const char *lines, const char *title)
{
	char *body = NULL;

	assert_true(asprintf(&body, "%s%s", BEGIN("panic"), lines) > 0);
	char *text = sealed("", body, "");
	struct reading r = read_text(text, NULL);

	assert_int_equal(r.n, 1);
	assert_string_equal(r.titles[0], title);
	free(text);
	free(body);
}

static void names_kinds(void **state)
{
	(void)state;
	kind_of("KPANIC 1 fault vector=0 name=\"divide error\"\ndivide error: 0000 [#1]\n" PLACE,
		"division error in frob");
	kind_of("KPANIC 1 fault vector=14 error=3 access=write address=ffffffff80100000 state=protected "
		"class=kernel\n" PLACE,
		"write to read-only memory in frob");
	kind_of("KPANIC 1 fault vector=14 error=11 access=execute address=ffffffff80100000 state=protected "
		"class=kernel\n" PLACE,
		"execution of non-executable memory in frob");
	kind_of("KPANIC 1 fault vector=14 error=1 access=read address=400000 state=protected "
		"class=user\n" PLACE,
		"access to user memory (SMAP) in frob");
	kind_of("KPANIC 1 fault vector=13 error=0 class=noncanonical\n" PLACE,
		"access to a non-canonical address in frob");
	kind_of("KPANIC 1 fault vector=8 error=0 address=ffff800000302ff8 class=guard region=\"stack of "
		"sh\"\n" PLACE,
		"kernel stack overflow (guard page hit) in frob");
	kind_of("KPANIC 1 fault vector=8 error=0 sent=1\n" PLACE "KPANIC 1 gate vector=14 present=0\n",
		"page fault without a gate in frob");
	kind_of(PLACE "KPANIC 1 lock name=l address=ffff80 taken_at=frob+0x1/0x2 owner=1 waits=1\n"
		      "Kernel panic - not syncing: lock l: taken twice\n",
		"deadlock in frob");
	kind_of(PLACE "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: frob\n",
		"kernel stack corrupted (canary overwritten) in frob");
	kind_of("KPANIC 1 verdict is=panic because=\"kernel: panic_on_warn set ...\"\n"
		"KPANIC 1 site line=3 function=\"frob\" file=\"a.c\" what=\"x\"\n" PLACE,
		"warning in frob");
	/* Below tier 2 there is no extension line of the fault. */
	kind_of("BUG: kernel NULL pointer dereference, address: 0000000000000018\nOops: 0002 [#1]\n" PLACE,
		"NULL pointer dereference in frob");
	kind_of("kernel BUG at a.c:12!\n" PLACE "Kernel panic - not syncing: Fatal exception\n",
		"BUG() reached in frob");
	kind_of(PLACE "Kernel panic - not syncing: cannot mount the disk\n", "panic: cannot mount the disk");
}

static void became_a_panic(struct pm_incident *inc)
{
	assert_true(inc->panicked);
	assert_string_equal(fact(inc, "report", "kind"), "oops");
	assert_string_equal(fact(inc, "verdict", "is"), "panic");
	assert_string_equal(fact(inc, "verdict", "because"), "a fault while the report was made");
	assert_string_equal(fact(inc, "verdict", "was"), "oops");
	assert_string_equal(fact(inc, "verdict", "was_because"), "only the task is lost");
}

static void lets_the_last_verdict_count(void **state)
{
	char *text = sealed("",
			    BEGIN("oops") "KPANIC 1 verdict is=oops because=\"only the task is lost\"\n" PLACE
					  "KPANIC 1 verdict is=panic because=\"a fault while the report was "
					  "made\"\n"
					  "Kernel panic - not syncing: a fault while the report was made\n",
			    "");

	(void)state;
	assert_int_equal(read_text(text, became_a_panic).n, 1);
	free(text);
}

static void without_symbols(struct pm_incident *inc)
{
	const struct pm_trace *crash = pm_incident_crash_trace(inc);

	assert_string_equal(fact(inc, "integrity", "sum"), "ok");
	assert_null(pm_incident_fact(inc, "integrity", "foreign_lines"));
	assert_int_equal(crash->frames.n, 4); /* 0x1000db stands for two */
	assert_int_equal(crash->frames.v[1].place.addr, 0x1000db);
	assert_int_equal(crash->frames.v[3].trust, PM_SCANNED);
	assert_non_null(crash->broken);
	assert_false(inc->actor.has_pid); /* "none" is no task */
	assert_null(inc->actor.comm);
	assert_string_equal(fact(inc, "machine-check", "bank"), "1");
}

/* Tier 0 has no task, a kernel without symbols only addresses; a bank that reports an error is the machine check's. */
static void reads_bare_frames(void **state)
{
	(void)state;
	char *text = sealed("",
			    BEGIN("panic") "CPU: 1 PID: 0 Comm: none Not tainted 3.1 my os\n"
					   "RIP: 0008:0x1000a7\n"
					   "RSP: 0010:0000000000109fe0 EFLAGS: 00000046\n"
					   "Call Trace:\n <RECORDER>\n 0x1000a7\n 0x1000db (x2)\n ? "
					   "0x10008a\n </RECORDER>\n ...\n"
					   "KPANIC 1 msr mcg_cap=100010a mc_status0=0 "
					   "mc_status1=bd80000000000134 mc_addr1=12345000\n"
					   "Kernel panic - not syncing: door 3 is stuck\n",
			    "");

	assert_int_equal(read_text(text, without_symbols).n, 1);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_every_key),     cmocka_unit_test(reads_long_traces),
		cmocka_unit_test(takes_prefixes_off),  cmocka_unit_test(sums_without_prefixes),
		cmocka_unit_test(tells_damage),        cmocka_unit_test(allows_lines_of_others),
		cmocka_unit_test(tells_reports_apart), cmocka_unit_test(is_never_taken_for_linux),
		cmocka_unit_test(is_no_report),        cmocka_unit_test(names_kinds),
		cmocka_unit_test(reads_bare_frames),   cmocka_unit_test(lets_the_last_verdict_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
