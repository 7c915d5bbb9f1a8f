/* Stopping the other CPUs. */
#include "lib/mem.h"
#include "stages.h"

#define WAIT_NS 1000000000ull /* an NMI takes up to 0.1 s under emulation */
#define WAIT_SPINS 20000000u  /* where there is no clock */
#define LET_NS 200000000ull   /* for those that stop by themselves */
#define LET_SPINS 2000000u

static bool freezing;

bool kp_freezing(void)
{
	return __atomic_load_n(&freezing, __ATOMIC_SEQ_CST);
}

/* What this CPU did. Called once. */
static void describe(void)
{
	struct kp_cpu_record *record = &kp_others[kp_cpu()];
	struct kp_task task = { .name = NULL };

	record->trace.n = 0;
	record->task_known = kp_host_task(&task);
	kp_trace_walk(&record->frame, record->task_known ? &task : NULL, &record->trace);
	record->task = task.id;
	kp_string_copy(record->task_name, sizeof(record->task_name), task.name);
	__atomic_store_n(&record->state, KP_CPU_FROZEN, __ATOMIC_SEQ_CST);
	kp_isa_stop();
}

_Noreturn void kp_freeze_here(const struct kp_frame *frame, bool panicked)
{
	struct kp_cpu_record *record = &kp_others[kp_cpu()];
	void *stack = panicked ? kp_isa_other_stack() : NULL;

	/* Its own may be what is broken. */
	if (panicked)
		kp_isa_join_gates();
	/* Told before anything is read that may fault: then an NMI that arrives meanwhile has nothing to do, and a fault
	 * comes here again, to stop. */
	if (!__atomic_exchange_n(&record->begun, 1, __ATOMIC_SEQ_CST)) {
		record->panicked = panicked;
#if KP_TIER >= 3
		record->root = kp_isa_root(NULL);
#endif
		record->frame = *frame;
		/* What it panicked of may be its stack; an NMI has one of its own. */
		if (stack)
			kp_isa_call_on(stack, describe);
		describe();
	}
	__atomic_store_n(&record->state, KP_CPU_FROZEN, __ATOMIC_SEQ_CST);
	kp_isa_stop();
}

static unsigned cpus(void)
{
	unsigned n = kp_host_cpus();

	return n < KP_CPUS_MAX ? n : KP_CPUS_MAX;
}

/* Who panics, too, may have no table left by which it could take an NMI, until it has ours.  Where this CPU's tables were broken, those of
 * the others may be, and each gets a moment to notice it. */
static void let_them_join(void)
{
	uint64_t start = kp_host_time_ns();
	bool all = !kp_isa_tables_were_right();

	for (unsigned i = 0, spins = 0; i < cpus(); spins++) {
		if (i == kp_report.cpu || (!all && !kp_stops_by_itself(i)) ||
		    __atomic_load_n(&kp_others[i].begun, __ATOMIC_SEQ_CST))
			i++;
		else if (start ? kp_host_time_ns() - start >= LET_NS : spins >= LET_SPINS)
			return;
		else
			kp_isa_relax();
	}
}

static enum kp_stage_result freeze_send(void)
{
	if (cpus() < 2)
		return KP_RESULT_NONE;
#ifdef KP_WITHOUT_FREEZE
	return KP_RESULT_DONE;
#endif
	/* One that found no gate would reset the machine. */
	if (!kp_isa_gates_are_right())
		return KP_RESULT_FAILED;
	let_them_join();
	__atomic_store_n(&freezing, true, __ATOMIC_SEQ_CST);
	kp_host_stop_others();
	return KP_RESULT_DONE;
}

/* How many others have not stopped; `now_silent`: they are given up. */
static unsigned running(bool now_silent)
{
	unsigned n = 0;

	for (unsigned i = 0; i < cpus(); i++) {
		unsigned *state = &kp_others[i].state, was;
		if (i == kp_report.cpu)
			continue;
		was = __atomic_load_n(state, __ATOMIC_SEQ_CST);
		if (was == KP_CPU_FROZEN)
			continue;
		/* One that stops late after all says so itself: its store comes after ours, or ours fails. */
		if (now_silent)
			__atomic_compare_exchange_n(state, &was, KP_CPU_SILENT, false, __ATOMIC_SEQ_CST,
						    __ATOMIC_SEQ_CST);
		n++;
	}
	return n;
}

static enum kp_stage_result freeze_wait(void)
{
	uint64_t start = kp_host_time_ns();

	if (cpus() < 2)
		return KP_RESULT_NONE;
	for (unsigned spins = 0; running(false); spins++) {
		if (start ? kp_host_time_ns() - start >= WAIT_NS : spins >= WAIT_SPINS)
			break;
		kp_isa_relax();
	}
	return running(true) ? KP_RESULT_FAILED : KP_RESULT_DONE;
}

kp_step *const kp_freeze_steps[] = {
	freeze_send,
	freeze_wait,
#if KP_TIER >= 3
	kp_keep_early,
#endif
	NULL,
};
