#include "test.h"

#include "fault/verdict.h"
#include "host.h"

static void first_row_wins(void)
{
	static const struct {
		unsigned circumstances;
		enum kp_verdict_is is;
		const char *because;
	} rows[] = {
		{ 0, KP_VERDICT_OOPS, "only the task is lost" },
		{ KP_C_FATAL | KP_C_FIRST, KP_VERDICT_PANIC, "Fatal exception" },
		{ KP_C_INTERRUPT | KP_C_FIRST, KP_VERDICT_PANIC, "Fatal exception in interrupt" },
		{ KP_C_IDLE, KP_VERDICT_PANIC, "Attempted to kill the idle task!" },
		{ KP_C_FIRST, KP_VERDICT_PANIC, "Attempted to kill init!" },
		{ KP_C_CRITICAL, KP_VERDICT_PANIC, "Fatal exception while holding what must not be lost" },
		{ KP_C_NO_TASK, KP_VERDICT_PANIC, "Fatal exception before the first task" },
		{ KP_C_PANIC_ON_OOPS, KP_VERDICT_PANIC, "Fatal exception" },
		{ KP_C_OOPS_LIMIT, KP_VERDICT_PANIC, "Oopsed too often" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct kp_verdict verdict = kp_verdict_of(rows[i].circumstances);
		CHECK(verdict.is == rows[i].is && !strcmp(verdict.because, rows[i].because));
	}
}

static struct kp_frame fault(void)
{
	return (struct kp_frame){ .pc = 0x10123, .sp = 0x1000, .vector = 14, .error = 2 };
}

static void user_faults_are_the_hosts(void)
{
	struct kp_frame frame = fault();

	frame.user = 1;
	kp_exception(&frame);
	CHECK(fake.user_faults == 1 && !fake.used && !fake.kills);
}

static void an_oops_kills_the_task_and_goes_on(void)
{
	struct kp_frame frame = fault();

	fake.has_task = true;
	UNTIL_END(kp_exception(&frame));
	CHECK(fake.kills == 1 && !kp_panicking() && kp_oops_count() == 1);
	CHECK(fake_find("kind=oops oops=1") && fake_find("[#1]") && !fake_find("Kernel panic"));
	UNTIL_END(kp_exception(&frame));
	CHECK(fake.kills == 2 && fake_find("report=2 kind=oops oops=2") && fake.screens == 0);
}

static void oopses_have_a_limit(void)
{
	struct kp_frame frame = fault();

	fake.has_task = true;
	kp_policy()->oops_limit = 2;
	UNTIL_END(kp_exception(&frame));
	CHECK(!kp_panicking());
	UNTIL_END(kp_exception(&frame));
	CHECK(kp_panicking() && fake_find("Kernel panic - not syncing: Oopsed too often"));
}

static void the_context_decides(void)
{
	struct kp_frame frame = fault();

	fake.has_task = true;
	fake.task.context = KP_IN_FIRST;
	UNTIL_END(kp_exception(&frame));
	CHECK(kp_panicking() && fake_find("Attempted to kill init!") && !fake.kills && fake.screens >= 1);
}

static void before_the_first_task_there_is_none_to_kill(void)
{
	struct kp_frame frame = fault();

	UNTIL_END(kp_exception(&frame));
	CHECK(kp_panicking() && !fake.kills && fake.halts == 1);
}

static void a_warning_returns(void)
{
	int x = 3;

	CHECK(KP_WARN_ON(x == 3));
	CHECK(!KP_WARN_ON(x == 4));
	CHECK(fake_find("kind=warn") && fake_find("what=\"x == 3\"") && !kp_panicking() &&
	      fake_find("KPANIC 1 end "));
}

static void a_warning_may_be_a_panic(void)
{
	kp_policy()->panic_on_warn = true;
	UNTIL_END((void)KP_WARN_ON(true));
	CHECK(kp_panicking() && fake_find("panic_on_warn set"));
}

static void reboots_after_a_while(void)
{
	uint64_t start = fake.time_ns;

	fake.tick_ns = 1000000;
	kp_policy()->reboot_after_s = 5;
	UNTIL_END(KP_PANIC("x"));
	CHECK(fake.resets == 1 && fake.time_ns - start > 5000000000u);
}

const struct test verdict_tests[] = {
	TEST(first_row_wins),
	TEST(user_faults_are_the_hosts),
	TEST(an_oops_kills_the_task_and_goes_on),
	TEST(oopses_have_a_limit),
	TEST(the_context_decides),
	TEST(before_the_first_task_there_is_none_to_kill),
	TEST(a_warning_returns),
	TEST(a_warning_may_be_a_panic),
	TEST(reboots_after_a_while),
	{ NULL, NULL },
};
