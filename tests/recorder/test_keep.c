/* The flight record when power fails: at any moment one record is whole, and one that nobody has read stays.
 *
 * `memory` is what the CPU sees, `ram` what a power failure leaves: a cache line gets there when it is flushed, and before that
 * at any time or never, whole or in part.  Each start of the machine is a process of its own. */
#include "test.h"

#include "host.h"

#include "formats/keep.h"
#include "kpanic/keep.h"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SLOT = 4096, AREA = KF_KEEP_SLOTS * SLOT, LINE = 64, STARTS = 200 };

static uint8_t memory[AREA] __attribute__((aligned(LINE)));

/* What outlives a start. */
static struct shared {
	uint8_t ram[AREA];
	uint32_t seed;
	uint64_t run;      /* whose first record was there for certain */
	uint64_t sequence; /* of the last record that was there for certain */
	uint64_t waits;    /* the run whose record waits; 0: none, or not known */
	unsigned cuts, whole;
	unsigned lost; /* what must not be */
} * shared;

static unsigned flushes_left; /* until the power fails */
static bool no_order;         /* the control: nothing is flushed when it is said to be */

static unsigned draw(unsigned below)
{
	shared->seed = shared->seed * 1664525u + 1013904223u;
	return (unsigned)((uint64_t)shared->seed * below >> 32);
}

/* Of each line what was there, what was to be there, or some words of either. */
static void lose_power(void)
{
	for (size_t at = 0; at < AREA; at += LINE) {
		unsigned how = draw(3);

		for (size_t word = at; how && word < at + LINE; word += 8)
			if (how == 2 || draw(2))
				memcpy(shared->ram + word, memory + word, 8);
	}
	shared->cuts++;
	exit(0);
}

void __real_kp_isa_flush(const void *at, size_t n);
void __wrap_kp_isa_flush(const void *at, size_t n);
void __wrap_kp_isa_flush(const void *at, size_t n)
{
	uintptr_t start = (uintptr_t)at - (uintptr_t)memory;

	if (shared && start < AREA) {
		if (!flushes_left--)
			lose_power();
		for (size_t line = start / LINE * LINE; !no_order && line < start + n && line < AREA;
		     line += LINE)
			memcpy(shared->ram + line, memory + line, LINE);
	}
	__real_kp_isa_flush(at, n);
}

/* A slot of what power left. */
static bool read_slot(unsigned number, struct kf_keep *out)
{
	uint8_t copy[SLOT];
	uint32_t mended;

	memcpy(copy, shared->ram + number * SLOT, SLOT);
	return kf_keep_read(copy, SLOT, out, &mended) == KF_KEEP_WHOLE;
}

/* Before a start: is there what must be? */
static void look(void)
{
	struct kf_keep keep;
	bool newest = !shared->sequence, waiting = !shared->waits;

	for (unsigned i = 0; i < 2; i++)
		newest |= read_slot(i, &keep) && keep.sequence >= shared->sequence;
	waiting |= read_slot(KF_KEEP_WAITING, &keep) && keep.run == shared->waits;
	shared->lost += !newest || !waiting;
	shared->whole += newest && waiting;
}

/* The sequence of what was written last, all of which is there by now. */
static void is_there(void)
{
	struct kf_keep keep;

	for (unsigned i = 0; i < 2; i++)
		if (read_slot(i, &keep) && keep.sequence > shared->sequence)
			shared->sequence = keep.sequence;
}

static void start(void)
{
	static const struct kp_system system = { .name = "toy", .release = "1.0" };
	const struct kp_keep_last *last;
	struct kf_keep keep;

	memcpy(memory, shared->ram, AREA);
	flushes_left = draw(40);
	fake.cpus = 2;
	fake.log = "one line\nanother\n";
	kp_init(&system);
	CHECK(kp_keep_init(memory, AREA, 0));
	last = kp_keep_last();
	if (!no_order) {
		/* Of a run that was cut before its first record there is none. */
		CHECK(last->run > shared->run && last->run <= shared->run + 1 + shared->cuts);
		CHECK(last->known == (shared->sequence != 0) || shared->run == 0);
		CHECK(!last->known || (last->waits && !last->damaged));
		CHECK(!last->waits || read_slot(KF_KEEP_WAITING, &keep));
		CHECK(!last->waits || !shared->waits || keep.run == shared->waits);
		if (last->waits)
			shared->waits = keep.run;
		is_there();
	}
	shared->run = last->run;
	if (last->waits && !draw(3)) {
		shared->waits = 0;
		kp_keep_done();
	}
	for (;;) {
		fake.time_ns += 1000000;
		kp_keep_renew();
		if (!no_order)
			is_there();
	}
}

static void run_all(void)
{
	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	CHECK(shared != MAP_FAILED);
	shared->seed = 7;
	for (unsigned i = 0; i < STARTS; i++) {
		pid_t child = fork();
		int status;

		if (!child) {
			start();
			exit(1);
		}
		CHECK(child > 0 && waitpid(child, &status, 0) == child);
		CHECK(no_order || !status);
		look();
	}
}

static void power_fails_at_any_moment(void)
{
	run_all();
	CHECK(shared->cuts == STARTS && !shared->lost && shared->whole == STARTS);
}

/* Where lines reach the memory in any order, records are lost: the test above can tell. */
static void without_order_records_are_lost(void)
{
	no_order = true;
	run_all();
	/* Nothing is there for certain; but what is there must sometimes be no record at all. */
	CHECK(shared->cuts > 0);
	unsigned none = 0;
	struct kf_keep keep;

	for (unsigned i = 0; i < 100; i++) {
		pid_t child = fork();

		if (!child) {
			start();
			exit(1);
		}
		waitpid(child, NULL, 0);
		none += !read_slot(0, &keep) && !read_slot(1, &keep);
	}
	CHECK(none > 0);
}

const struct test keep_tests[] = {
	TEST(power_fails_at_any_moment),
	TEST(without_order_records_are_lost),
	{ NULL, NULL },
};
