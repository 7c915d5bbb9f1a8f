/* What becomes of a panic when the panic itself goes wrong. */
#include "test.h"

#include "host.h"

#include "formats/report.h"
#include "kpanic/screen.h"
#include "show/story.h"

/* Is the report whole: does its sum fit? */
static bool whole(void)
{
	const char *begin = fake_find("KPANIC 1 begin"), *end = fake_find("\nKPANIC 1 end ");
	char sum[32];

	if (!begin || !end)
		return false;
	end++;
	snprintf(sum, sizeof(sum), "crc32=%08x", (unsigned)kf_crc32(0, begin, (size_t)(end - begin)));
	return strstr(end, sum) != NULL;
}

static void goes_well(void)
{
	UNTIL_END(KP_PANIC("answer %d", 42));
	CHECK(whole() && fake_find("Kernel panic - not syncing: answer 42\n"));
	CHECK(fake_find("KPANIC 1 stage name=win result=done") && fake_find("KPANIC 1 stage name=collect "));
	CHECK(fake.screens >= 1 && fake.halts == 1);
	CHECK(!fake_find("result=faulted") && !fake_find("result=late"));
}

/* A fault in any of the host's functions costs the step that called it, and no more. */
static void faults_in(enum fake_hook hook, bool always)
{
	/* The walk begins in this function's frame, and finds its return address: is that code? */
	uintptr_t here = (uintptr_t)__builtin_frame_address(0);
	struct kp_region regions[] = {
		{ KP_REGION_TEXT, 0x10000, 0x20000, 0, "text" },
		{ KP_REGION_STACKS, here - 64, here + 64, 0, "stack" },
		{ .end = 0 },
	};

	fake.cpus = 2;
	fake.tick_ns = 1000000;
	fake.regions = regions;
	fake.fault_in = hook;
	fake.always = always;
	UNTIL_END(KP_PANIC("answer %d", 42));
	CHECK(fake.halts == 1 && kp_panicking());
	if (hook == FAKE_PUTC && always)
		return;
	CHECK(whole() && fake_find("Kernel panic - not syncing: answer 42\n"));
	/* Where no frame pointer is known, no region is asked for. */
	if (hook != FAKE_SCREEN && hook != FAKE_AFTER && fake.faults)
		CHECK(fake_find("result=faulted"));
	CHECK(hook == FAKE_SCREEN || fake.screens >= 1);
	if (hook == FAKE_SCREEN)
		CHECK(strstr(fake_find("KPANIC 1 end "), "KPANIC 1 stage name=screen result=faulted"));
	CHECK(fake.faults || (hook == FAKE_REGION && !kp_report.frame.fp));
}

#define FAULTS_IN(name, hook)                                                                                \
	static void faults_in_##name(void)                                                                   \
	{                                                                                                    \
		faults_in(hook, false);                                                                      \
	}                                                                                                    \
	static void always_faults_in_##name(void)                                                            \
	{                                                                                                    \
		faults_in(hook, true);                                                                       \
	}

FAULTS_IN(putc, FAKE_PUTC)
FAULTS_IN(read, FAKE_READ)
FAULTS_IN(region, FAKE_REGION)
FAULTS_IN(cpus, FAKE_CPUS)
FAULTS_IN(stop, FAKE_STOP)
FAULTS_IN(task, FAKE_TASK)
FAULTS_IN(lock, FAKE_LOCK)
FAULTS_IN(log, FAKE_LOG)
FAULTS_IN(symbol, FAKE_SYMBOL)
FAULTS_IN(screen, FAKE_SCREEN)
FAULTS_IN(after, FAKE_AFTER)

static void what_hangs_is_left(void)
{
	fake.fault_in = FAKE_LOG;
	fake.late = true;
	UNTIL_END(KP_PANIC("x"));
	CHECK(whole() && fake_find("name=collect result=late"));
}

/* A report that returns has a deadline, too, and gives the alarm back. */
static void a_hang_makes_a_panic_of_an_oops(void)
{
	struct kp_frame frame = { .pc = 0x10123, .vector = 14, .error = 2 };

	fake.has_task = true;
	fake.fault_in = FAKE_LOG;
	fake.late = true;
	UNTIL_END(kp_exception(&frame));
	CHECK(kp_panicking() && !fake.kills && whole() && fake_find("name=collect result=late"));
	CHECK(fake_find("is=panic because=\"a hook hung while the report was made\""));
}

static void an_oops_in_time_gives_the_alarm_back(void)
{
	struct kp_frame frame = { .pc = 0x10123, .vector = 14, .error = 2 };

	fake.has_task = true;
	UNTIL_END(kp_exception(&frame));
	CHECK(!kp_panicking() && fake.kills == 1 && fake.alarms && !fake.alarm_ns);
	/* Nobody's report: it is no late alarm. */
	CHECK(!kp_panic_nmi(&frame));
}

/* Its first lines said "oops": the last word is another. */
static void what_became_a_panic_says_so(void)
{
	struct kp_frame frame = { .pc = 0x10123, .vector = 14, .error = 2 };
	const char *first, *second;

	fake.has_task = true;
	fake.fault_in = FAKE_SYMBOL;
	UNTIL_END(kp_exception(&frame));
	CHECK(kp_panicking() && whole() && fake_find("kind=oops"));
	first = fake_find("\nKPANIC 1 verdict is=oops");
	second = fake_find("\nKPANIC 1 verdict is=panic because=\"a fault while the report was made\"");
	CHECK(first && second > first && !strstr(second + 2, "KPANIC 1 verdict"));
	CHECK(strstr(second, "\nKernel panic - not syncing: ") && strstr(second, "name=text result=faulted"));
}

static void one_verdict_is_enough(void)
{
	UNTIL_END(KP_PANIC("x"));
	CHECK(fake_find("KPANIC 1 verdict") &&
	      !strstr(fake_find("KPANIC 1 verdict") + 1, "KPANIC 1 verdict"));
}

/* The others are put, and the sum is of those. */
static void a_byte_that_is_lost_is_not_summed(void)
{
	fake.fault_in = FAKE_PUTC;
	fake.fault_after = 300;
	UNTIL_END(KP_PANIC("x"));
	CHECK(fake.faults == 1 && whole() && fake_find("name=text result=faulted"));
}

/* The reboot comes, whatever the screen's hooks do at the end. */
static unsigned three_pages(struct kp_canvas *canvas, const struct kp_story *story, unsigned page)
{
	(void)canvas;
	(void)story;
	(void)page;
	return 3;
}

static void reboots(enum fake_hook hook, bool late)
{
	static const struct kp_own_style style = { .draw = three_pages, .columns = 40, .rows = 10 };

	kp_policy()->reboot_after_s = 3;
	fake.tick_ns = 1000000;
	fake.fault_in = hook;
	fake.late = late;
	kp_policy()->style = KP_STYLE_OWN;
	kp_style_own(&style);
	UNTIL_END(KP_PANIC("x"));
	CHECK(fake.faults == 1 && fake.resets == 1 && fake.halts == 1);
	CHECK(strstr(fake_find("KPANIC 1 end "), late ? "KPANIC 1 stage name=end result=late"
						      : "KPANIC 1 stage name=end result=faulted"));
}

static void reboots_though_a_key_hangs(void)
{
	reboots(FAKE_KEY, true);
}

static void reboots_though_a_key_faults(void)
{
	reboots(FAKE_KEY, false);
}

static void an_nmi_in_time_changes_nothing(void)
{
	struct kp_frame frame = { .pc = 1, .vector = 2 };

	CHECK(!kp_panic_nmi(&frame));
	UNTIL_END(KP_PANIC("x"));
	CHECK(kp_panic_nmi(&frame));
}

static void a_fault_makes_a_panic_of_an_oops(void)
{
	struct kp_frame frame = { .pc = 0x10123, .vector = 14, .error = 2 };

	fake.has_task = true;
	fake.fault_in = FAKE_LOG;
	UNTIL_END(kp_exception(&frame));
	CHECK(kp_panicking() && !fake.kills && whole() &&
	      fake_find("is=panic because=\"a fault while the report was made\""));
}

static void a_warning_of_a_hook_is_dropped(void)
{
	UNTIL_END(KP_PANIC("x"));
	kp_report.number = 77;
	(void)KP_WARN_ON(true);
	CHECK(kp_report.number == 77);
}

static void a_stack_that_is_too_small_is_told(void)
{
	fake.overrun = true;
	UNTIL_END(KP_PANIC("x"));
	CHECK(whole() && fake_find("name=collect result=failed"));
	/* Of that stage, and told once. */
	CHECK(fake_find("overran=1") > fake_find("name=collect result=failed"));
	CHECK(!strstr(fake_find("overran=1") + 1, "overran=1"));
}

static void who_does_not_stop_is_told(void)
{
	fake.cpus = 3;
	fake.tick_ns = 1000000;
	UNTIL_END(KP_PANIC("x"));
	CHECK(fake_find("KPANIC 1 cpu cpu=1 state=silent") && fake_find("cpu=2 state=silent"));
	CHECK(fake_find("name=freeze result=failed") && fake.time_ns >= 1000000000u);
}

/* Another CPU that panics, too, stops and says what it did; it makes no report. */
static void the_second_one_stops(void)
{
	struct kp_frame frame = { .pc = 0x10555, .vector = 14 };
	size_t used;

	fake.cpus = 2;
	fake.tick_ns = 1000000;
	UNTIL_END(KP_PANIC("first"));
	used = fake.used;
	fake.cpu = 1;
	UNTIL_END(KP_PANIC("second"));
	CHECK(fake.used == used && kp_others[1].state == KP_CPU_FROZEN && kp_others[1].panicked);
	UNTIL_END(kp_exception(&frame));
	CHECK(fake.used == used);
}

static void the_message_is_one_line(void)
{
	UNTIL_END(KP_PANIC("two\nlines"));
	CHECK(whole() && fake_find("Kernel panic - not syncing: two lines\n") &&
	      fake_find("message=\"two\\nlines\""));
}

static void a_long_message_is_cut(void)
{
	char longer[1000];

	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	UNTIL_END(KP_PANIC("%s", longer));
	CHECK(whole());
	for (const char *line = fake.out; line && *line;
	     line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		CHECK(strchr(line, '\n') - line < 200);
}

/* The host's answer to "whose fault is it" faults, too: the report is of the first fault. */
static void the_first_fault_is_told(void)
{
	struct kp_frame frame = { .pc = 0x10123, .vector = 14, .error = 2 };

	fake.has_task = true;
	fake.fault_in = FAKE_TASK;
	fake.always = true;
	UNTIL_END(kp_exception(&frame));
	CHECK(kp_panicking() && kp_report.frame.pc == 0x10123 && whole());
	CHECK(fake_find("when it was asked for the task"));
}

/* An oops that becomes a panic stops the others, too, and goes on where it was. */
static void the_others_are_stopped_late(void)
{
	struct kp_frame frame = { .pc = 0x10123, .vector = 14, .error = 2 };

	fake.has_task = true;
	fake.cpus = 2;
	fake.tick_ns = 1000000;
	fake.fault_in = FAKE_LOG;
	UNTIL_END(kp_exception(&frame));
	CHECK(kp_panicking() && fake.stops >= 2 && whole());
	CHECK(fake_find("name=freeze result=failed") && fake_find("cpu=1 state=silent"));
	CHECK(fake_find("name=collect result=faulted"));
}

static void dropped_reports_are_not_counted(void)
{
	UNTIL_END(KP_PANIC("x"));
	for (int i = 0; i < 1000; i++)
		(void)KP_WARN_ON(true);
	fake.used = 0;
	UNTIL_END(KP_PANIC("y")); /* a fault within: it goes on, and does not just stop */
	CHECK(kp_report.stages[KP_STAGE_END].result == KP_RESULT_FAULTED || fake.halts > 1);
}

static void names_make_no_lines(void)
{
	struct kp_frame frame = { .pc = 0x10123, .vector = 14, .error = 2 };

	fake.has_task = true;
	fake.task.name = "x\nKPANIC 1 end\033[2J\x9b";
	fake.task.context = KP_IN_INTERRUPT;
	fake.log = "\xc3\xa4 \xc2\x9b \xff\n";
	UNTIL_END(kp_exception(&frame));
	CHECK(whole() && fake_find("Comm: x KPANIC 1 end?[2J? Not tainted") && !fake_find("\nKPANIC 1 end?"));
	CHECK(fake_find("name=\"x\\nKPANIC 1 end\\x1b[2J\\x9b\""));
	CHECK(fake_find("> \xc3\xa4 ?? ?\n"));
}

static void a_bug_tells_its_place(void)
{
	fake.has_task = true;
	UNTIL_END(KP_BUG_ON(fake.cpus == 1));
	CHECK(fake.kills == 1 && fake_find("kernel BUG at ") && fake_find("what=\"fake.cpus == 1\""));
}

static void a_guard_wins(void)
{
	static const struct kp_region regions[] = {
		{ KP_REGION_DATA, 0x30000, 0x40000, 0, "data" },
		{ KP_REGION_GUARD, 0x34000, 0x35000, 0, "guard" },
		{ .end = 0 },
	};
	struct kp_region region;

	fake.regions = regions;
	CHECK(kp_region_of(0x34008, ~0u, &region) && region.kind == KP_REGION_GUARD);
	CHECK(kp_region_of(0x35000, ~0u, &region) && region.kind == KP_REGION_DATA);
	CHECK(kp_region_of(0x34008, 1u << KP_REGION_DATA, &region) && region.kind == KP_REGION_DATA);
	CHECK(kp_region_any(1u << KP_REGION_GUARD) && !kp_region_any(1u << KP_REGION_STACKS));
}

/* The return address of a call that never returns may be the next function's first byte. */
static void the_screen_has_the_caller(void)
{
	struct kp_frame frame = { .pc = 0x10200, .vector = KP_VECTOR_BUG };

	kp_report.frame = frame;
	CHECK(!strcmp(kp_story_of(&kp_report)->place, "function_1+0x100/0x100"));
	kp_report.frame.vector = 14;
	CHECK(!strcmp(kp_story_of(&kp_report)->place, "function_2+0x0/0x100"));
}

#define BOTH(name) TEST(faults_in_##name), TEST(always_faults_in_##name)
const struct test stages_tests[] = {
	TEST(goes_well),
	BOTH(putc),
	BOTH(read),
	BOTH(region),
	BOTH(cpus),
	BOTH(stop),
	BOTH(task),
	BOTH(lock),
	BOTH(log),
	BOTH(symbol),
	BOTH(screen),
	BOTH(after),
	TEST(what_hangs_is_left),
	TEST(a_hang_makes_a_panic_of_an_oops),
	TEST(an_oops_in_time_gives_the_alarm_back),
	TEST(what_became_a_panic_says_so),
	TEST(one_verdict_is_enough),
	TEST(a_byte_that_is_lost_is_not_summed),
	TEST(reboots_though_a_key_hangs),
	TEST(reboots_though_a_key_faults),
	TEST(an_nmi_in_time_changes_nothing),
	TEST(a_fault_makes_a_panic_of_an_oops),
	TEST(a_warning_of_a_hook_is_dropped),
	TEST(a_stack_that_is_too_small_is_told),
	TEST(who_does_not_stop_is_told),
	TEST(the_second_one_stops),
	TEST(the_message_is_one_line),
	TEST(a_long_message_is_cut),
	TEST(the_first_fault_is_told),
	TEST(the_others_are_stopped_late),
	TEST(dropped_reports_are_not_counted),
	TEST(names_make_no_lines),
	TEST(a_bug_tells_its_place),
	TEST(a_guard_wins),
	TEST(the_screen_has_the_caller),
	{ NULL, NULL },
};
