#include "test.h"

#include "host.h"

/* Stacks are made of words; text is an address range without memory. */
#define TEXT 0x10000
static uintptr_t stack[20000], other[64];

static const struct kp_region *regions(void)
{
	static struct kp_region all[4];

	all[0] = (struct kp_region){ KP_REGION_TEXT, TEXT, TEXT + 0x10000, 0, "text" };
	all[1] = (struct kp_region){ KP_REGION_STACKS, (uintptr_t)stack, (uintptr_t)(stack + 20000), 0,
				     "stack" };
	all[2] =
		(struct kp_region){ KP_REGION_STACKS, (uintptr_t)other, (uintptr_t)(other + 64), 0, "other" };
	return all;
}

/* A function's frame at words[at]; its caller's at words[next], 0: none. */
static void make(uintptr_t *words, size_t at, uintptr_t caller, uintptr_t address)
{
	words[at + (size_t)KP_FP_CALLER] = caller;
	words[at + (size_t)KP_FP_RETURN] = address;
}

static struct kp_trace trace;

static void walk(uintptr_t pc, uintptr_t *sp, uintptr_t fp)
{
	struct kp_frame frame = { .pc = pc, .sp = (uintptr_t)sp, .fp = fp, .vector = 14 };

	fake.regions = regions();
	kp_trace_walk(&frame, NULL, &trace);
}

static void a_chain_is_followed(void)
{
	make(stack, 10, (uintptr_t)&stack[20], TEXT + 1);
	make(stack, 20, (uintptr_t)&stack[30], TEXT + 2);
	make(stack, 30, 0, TEXT + 3);
	walk(TEXT, &stack[5], (uintptr_t)&stack[10]);
	CHECK(trace.n == 4 && !trace.more);
	CHECK(trace.frames[0].address == TEXT && trace.frames[0].interrupted);
	CHECK(trace.frames[3].address == TEXT + 3 && !trace.frames[3].interrupted);
}

static void a_circle_ends(void)
{
	make(stack, 10, (uintptr_t)&stack[20], TEXT + 1);
	make(stack, 20, (uintptr_t)&stack[10], TEXT + 2);
	walk(TEXT, &stack[5], (uintptr_t)&stack[10]);
	CHECK(trace.n == 3);
	make(stack, 20, (uintptr_t)&stack[20], TEXT + 2);
	walk(TEXT, &stack[5], (uintptr_t)&stack[10]);
	CHECK(trace.n == 3);
}

static void a_bad_frame_pointer_ends_it(void)
{
	static const uintptr_t bad[] = { 8, 0x7ffffffc, (uintptr_t)-8, (uintptr_t)-1, 3 };

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		walk(TEXT, &stack[5], bad[i]);
		CHECK(trace.n == 1);
		make(stack, 10, bad[i], TEXT + 1);
		walk(TEXT, &stack[5], (uintptr_t)&stack[10]);
		CHECK(trace.n == 2);
	}
}

static void what_is_no_code_ends_it(void)
{
	make(stack, 10, (uintptr_t)&stack[20], 0x41414141);
	walk(TEXT, &stack[5], (uintptr_t)&stack[10]);
	CHECK(trace.n == 1);
}

static void a_huge_step_ends_it(void)
{
	make(stack, 10, (uintptr_t)&stack[19990], TEXT + 1);
	make(stack, 19990, 0, TEXT + 2);
	walk(TEXT, &stack[5], (uintptr_t)&stack[10]);
	CHECK(trace.n == 2);
}

static void recursion_is_counted(void)
{
	for (size_t i = 0; i < 3000; i++)
		make(stack, 10 + 4 * i, (uintptr_t)&stack[14 + 4 * i], TEXT + 1);
	make(stack, 10 + 4 * 3000, 0, TEXT + 2);
	walk(TEXT, &stack[5], (uintptr_t)&stack[10]);
	CHECK(trace.n == 3 && trace.frames[1].repeats == 2999 && trace.frames[2].address == TEXT + 2);
}

static void a_long_one_is_cut(void)
{
	for (size_t i = 0; i < 200; i++)
		make(stack, 10 + 4 * i, (uintptr_t)&stack[14 + 4 * i], TEXT + 1 + i);
	walk(TEXT, &stack[5], (uintptr_t)&stack[10]);
	CHECK(trace.n == KP_FRAMES_MAX && trace.more);
}

static void exceptions_lead_to_other_stacks(void)
{
	struct kp_frame inner = {
		.pc = TEXT + 5, .sp = (uintptr_t)&other[8], .fp = (uintptr_t)&other[10], .vector = 14
	};

	memcpy(&stack[40], &inner, sizeof(inner));
	make(stack, 10, (uintptr_t)&stack[40] | 1, TEXT + 1);
	make(other, 10, 0, TEXT + 6);
	walk(TEXT, &stack[5], (uintptr_t)&stack[10]);
	CHECK(trace.n == 4 && trace.frames[2].address == TEXT + 5 && trace.frames[2].interrupted &&
	      trace.frames[3].address == TEXT + 6);
}

/* Whoever broke the stack may make frames of registers, too. */
static void exceptions_in_a_circle_end(void)
{
	struct kp_frame inner = { .pc = TEXT + 5,
				  .sp = (uintptr_t)&stack[5],
				  .fp = (uintptr_t)&stack[40] | 1 };
	struct kp_frame next = { .pc = TEXT + 6,
				 .sp = (uintptr_t)&stack[5],
				 .fp = (uintptr_t)&stack[40] | 1 };

	memcpy(&stack[40], &inner, sizeof(inner));
	walk(TEXT, &stack[5], (uintptr_t)&stack[40] | 1);
	CHECK(trace.n == 2 && trace.frames[1].repeats > 100);
	inner.fp = (uintptr_t)&stack[80] | 1;
	memcpy(&stack[40], &inner, sizeof(inner));
	memcpy(&stack[80], &next, sizeof(next));
	walk(TEXT, &stack[5], (uintptr_t)&stack[40] | 1);
	CHECK(trace.n == KP_FRAMES_MAX && trace.more);
}

static void user_mode_is_not_looked_at(void)
{
	struct kp_frame frame = {
		.pc = TEXT, .sp = (uintptr_t)&stack[5], .fp = (uintptr_t)&stack[10], .user = 1
	};

	fake.regions = regions();
	make(stack, 10, 0, TEXT + 1);
	kp_trace_walk(&frame, NULL, &trace);
	CHECK(trace.n == 1);
}

const struct test trace_tests[] = {
	TEST(a_chain_is_followed),
	TEST(a_circle_ends),
	TEST(a_bad_frame_pointer_ends_it),
	TEST(what_is_no_code_ends_it),
	TEST(a_huge_step_ends_it),
	TEST(recursion_is_counted),
	TEST(a_long_one_is_cut),
	TEST(exceptions_lead_to_other_stacks),
	TEST(exceptions_in_a_circle_end),
	TEST(user_mode_is_not_looked_at),
	{ NULL, NULL },
};
