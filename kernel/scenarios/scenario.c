#include "scenarios/scenario.h"

#include <kpanic/panic.h>

#include "boot/boot.h"
#include "cpu/clock.h"
#include "lib/string.h"
#include "log.h"
#include "syscall/numbers.h"
#include "task/task.h"

enum { START_NS = 300000000 }; /* until the first process runs, so that the other CPUs have something to do */

static const struct scenario *const tables[] = {
	scenarios_call, scenarios_memory, scenarios_stack, scenarios_gate, scenarios_stuck, scenarios_bench,
};

static const struct scenario *volatile at_tick;

static const struct scenario *find(const char *name)
{
	for (unsigned i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		for (const struct scenario *s = tables[i]; s->name; s++)
			if (!strcmp(s->name, name))
				return s;
	return NULL;
}

static void thread(void *argument)
{
	const struct scenario *scenario = argument;

	task_wait_ns(START_NS);
	log_line("scenario: %s", scenario->name);
	if (scenario->place == SCENARIO_INTERRUPT)
		at_tick = scenario;
	else
		scenario->run();
}

void scenario_at(enum scenario_place place)
{
	const char *name = boot_option("scenario");
	const struct scenario *scenario = name ? find(name) : NULL;
	bool later =
		scenario && (scenario->place == SCENARIO_THREAD || scenario->place == SCENARIO_INTERRUPT);

	if (!scenario)
		return;
	if (place == SCENARIO_THREAD && later) {
		struct task *task = task_thread("crash", thread, (void *)(uintptr_t)scenario);

		/* The boot CPU: where a non-maskable interrupt of the board's arrives. */
		if (task)
			task->only_cpu = 0;
	} else if (place == scenario->place) {
		log_line("scenario: %s", scenario->name);
		scenario->run();
	}
}

void scenario_tick(void)
{
	const struct scenario *scenario = at_tick;

	if (!scenario)
		return;
	at_tick = NULL;
	scenario->run();
}

/* The name of a scenario, written by a process. */
static int64_t crash_write(struct file *file, const void *user, size_t n)
{
	char name[32];

	(void)file;
	if (n >= sizeof(name))
		return -EINVAL;
	if (kp_copy_from_user(name, user, n))
		return -EFAULT;
	name[n] = '\0';
	const struct scenario *scenario = find(name);
	if (!scenario || scenario->place != SCENARIO_PROCESS)
		return -ENOENT;
	scenario->run();
	return (int64_t)n;
}

const struct device crash_device = { "crash", crash_write, NULL };
