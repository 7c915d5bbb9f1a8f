/* System calls at random, a hundred thousand and more: in children, some of which end of them. */
#include "user/user.h"

enum { CHILDREN = 100, CALLS = 1000 };

static uint64_t state;

static uint64_t random(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state;
}

static char buffer[8192];

static uint64_t argument(void)
{
	static const uint64_t special[] = {
		0,
		1,
		2,
		8,
		4096,
		0x7fffffff,
		0xffffffff,
		0x00007fffffffefff,
		0x00007fffffffffff,
		0x0000800000000000,
		0xffff800000000000,
		0xffffffff80200000,
		(uint64_t)-1,
		(uint64_t)-8,
		1ull << 63,
	};

	switch (random() % 5) {
	case 0:
		return special[random() % (sizeof(special) / sizeof(special[0]))];
	case 1:
		return random();
	case 2:
		return random() % 32;
	default:
		return (uint64_t)buffer + random() % sizeof(buffer);
	}
}

/* Without those that only end it, or fill the console. */
static void calls(void)
{
	for (unsigned i = 0; i < 3; i++)
		CALL1(close, i);
	for (unsigned i = 0; i < CALLS; i++) {
		int64_t number = (int64_t)(random() % (SYSCALLS_COUNT + 2));

		if (number == SYS_exit || number == SYS_fork || (number == SYS_sigreturn && random() % 256))
			number = SYS_getpid;
		system_call(number, argument(), argument(), argument(), argument(), argument());
	}
}

static void random_calls(void)
{
	unsigned whole = 0, children = 0;

	while (whole < CHILDREN && children < CHILDREN * 10) {
		state = 0x9e3779b97f4a7c15 * ++children;
		whole += in_child(calls) == 0;
	}
	say("random: %u children made %u calls each, others fewer", whole, CALLS);
	EXPECT(whole == CHILDREN);
}

const struct test tests_random[] = {
	{ "random-calls", random_calls, 0 },
	{ 0 },
};
