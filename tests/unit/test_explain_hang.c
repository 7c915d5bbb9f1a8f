/* What the rules say of locks, stalls and hung tasks. */
#include "explain_case.h"

static void lock_circle(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_DEADLOCK;
	/* As lockdep prints them: the newest first. */
	*PM_PUSH(&inc.arena, &inc.lock_edges) = edge("b", "c", false);
	*PM_PUSH(&inc.arena, &inc.lock_edges) = edge("a", "b", false);
	*PM_PUSH(&inc.arena, &inc.lock_edges) = edge("c", "a", true);
	pm_explain(&inc);
	assert_says("lock-order-cycle", PM_CERTAIN, "a → b → c → a");
	assert_string_equal(inc.lock_edges.v[0].from, "a");
}

static void edges_without_circle(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_DEADLOCK;
	*PM_PUSH(&inc.arena, &inc.lock_edges) = edge("a", "b", false);
	*PM_PUSH(&inc.arena, &inc.lock_edges) = edge("b", "c", true);
	pm_explain(&inc);
	assert_silent("lock-order-cycle");
}

static void stall_spins(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_RCU_STALL;
	TRACE(PM_TRACE_CRASH, "rcu_dump_cpu_stacks", "rcu_sched_clock_irq", "hrtimer_interrupt",
	      "asm_sysvec_apic_timer_interrupt", "frob_loop", "frob_write", "vfs_write", "do_syscall_64");
	pm_explain(&inc);
	assert_says("spinning-function", PM_LIKELY, "frob_loop()");
	assert_string_equal(inc.path, "system call → vfs_write → frob_write → frob_loop");
}

static void stall_waits(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_SOFT_LOCKUP;
	inc.place.symbol = "native_queued_spin_lock_slowpath";
	TRACE(PM_TRACE_CRASH, "_raw_spin_lock", "frob_get", "frob_write", "frob_get", "vfs_write");
	pm_explain(&inc);
	assert_says("spinning-function", PM_CERTAIN, "waits for a spin lock");
	assert_says("double-acquire", PM_LIKELY, "frob_get() is on the stack twice");
}

/* Lockdep notes a lock before it is got: the task does not hold what it sleeps for. */
static void hung_task_waits_for_its_last_lock(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "__schedule", "schedule", "rwsem_down_write_slowpath", "down_write",
	      "frob_register", "frob_init");
	inc.fault.kind = PM_KIND_HUNG_TASK;
	inc.fault.at.line = 1;
	inc.actor.has_pid = true;
	inc.actor.pid = 40;
	held("frob_mutex", 0x1000, "probe", 40, "frob_init");
	held("frob_rwsem", 0x2000, "probe", 40, "frob_register");
	held("frob_rwsem", 0x2000, "kworker/1:1", 41, "frob_cleanup");
	pm_explain(&inc);
	assert_says("waits-for-lock", PM_LIKELY, "it waits for frob_rwsem");
	assert_says("waits-for-lock", PM_LIKELY, "kworker/1:1 (pid 41) in frob_cleanup()");
	assert_true(mentions(inc.also.v, inc.also.n, "held 1 lock: frob_mutex"));
	assert_false(advises("PROVE_LOCKING"));
	/* How a wait sleeps is not told. */
	assert_non_null(inc.path);
	assert_null(strstr(inc.path, "schedule"));
}

static void add_task(int64_t pid, const char *function)
{
	struct pm_trace *trace = TRACE(PM_TRACE_TASK, "__mutex_lock", function, "frob_thread");

	trace->has_pid = true;
	trace->pid = pid;
	trace->comm = "frob";
}

/* Tasks that sleep in one place are told together; what a dump's memory has of them stands for the log's, and counts
 * all. */
static void tasks_in_one_place(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_HUNG_TASK;
	inc.actor.has_pid = true;
	inc.actor.pid = 40;
	for (int64_t pid = 40; pid < 45; pid++)
		add_task(pid, pid < 44 ? "frob_get" : "frob_put");
	pm_explain(&inc);
	assert_true(mentions(inc.also.v, inc.also.n,
			     "4 other tasks: 3 in __mutex_lock() of frob_get(), frob (pid 44) in "
			     "__mutex_lock() of frob_put()"));
	inc.also.n = 0;
	add_task(41, "frob_get");
	inc.traces.v[inc.traces.n - 1].from_memory = true;
	inc.traces.v[inc.traces.n - 1].others = 9;
	pm_explain(&inc);
	assert_true(mentions(inc.also.v, inc.also.n, "9 other tasks: 9 in __mutex_lock() of frob_get()"));
}

/* What it holds was taken elsewhere: it waits for something that lockdep does not know. */
static void hung_task_holds_its_lock(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "__schedule", "schedule", "schedule_timeout", "down", "console_lock",
	      "frob_device");
	inc.fault.kind = PM_KIND_HUNG_TASK;
	inc.fault.at.line = 1;
	inc.actor.has_pid = true;
	inc.actor.pid = 40;
	held("frob_mutex", 0x1000, "probe", 40, "frob_open");
	pm_explain(&inc);
	assert_silent("waits-for-lock");
	assert_true(mentions(inc.also.v, inc.also.n, "held 1 lock: frob_mutex"));
}

static void preempted_reader_does_not_spin(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "__schedule", "preempt_schedule_common", "preempt_schedule",
	      "___preempt_schedule", "frob_walk", "do_syscall_64");
	inc.fault.kind = PM_KIND_RCU_STALL;
	inc.fault.at.line = 1;
	pm_explain(&inc);
	assert_says("spinning-function", PM_LIKELY, "was preempted in frob_walk()");
}

static void sleeper_does_not_spin(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "__schedule", "schedule", "frob_wait", "do_syscall_64");
	inc.fault.kind = PM_KIND_RCU_STALL;
	inc.fault.at.line = 1;
	pm_explain(&inc);
	assert_silent("spinning-function");
}

/* Nothing protects a lock from an NMI. */
static void no_softirq_advice_for_an_nmi(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "_raw_spin_lock", "frob_nmi");
	inc.fault.kind = PM_KIND_DEADLOCK;
	inc.fault.at.line = 1;
	fact("lockdep", "state_before", "INITIAL USE");
	fact("lockdep", "state_now", "IN-NMI");
	pm_explain(&inc);
	assert_non_null(found("irq-lock-state"));
	for (size_t i = 0; i < inc.findings.n; i++)
		assert_null(strstr(inc.findings.v[i].text, "spin_lock_bh"));
}

/* Of all locks held the one counts that the interrupt takes, too. */
static void interrupts_lock_is_named(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "_raw_read_lock", "frob_signal");
	inc.fault.kind = PM_KIND_DEADLOCK;
	inc.fault.at.line = 1;
	held("frob_outer", 0x1000, "a", 5, "frob_enter");
	held("frob_inner", 0x2000, "a", 5, "frob_flush");
	struct pm_lock *wanted = held("frob_third", 0x3000, "a", 5, "frob_signal");
	wanted->role = PM_LOCK_WANTED;
	fact("lockdep", "scenario", "lock(frob_third);");
	fact("lockdep", "scenario", "<Interrupt>");
	fact("lockdep", "scenario", "lock(frob_inner);");
	pm_explain(&inc);
	assert_says("wanted-while-held", PM_CERTAIN, "while it holds frob_inner, taken in frob_flush()");
}

/* Work items' marks and sleeping locks do not make a context atomic; an old "disabled at" is no reason. */
static void atomic_context_reasons(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "__mutex_lock", "frob_timer");
	inc.fault.kind = PM_KIND_ATOMIC_SLEEP;
	inc.fault.at.line = 1;
	inc.actor.has_pid = true;
	inc.actor.pid = 5;
	held("(wq_completion)frob_wq", 0x1000, "a", 5, "process_one_work")->sleeps = PM_LOCK_SLEEPS;
	held("&dev->mutex", 0x1100, "a", 5, "frob_attach")->sleeps = PM_LOCK_SLEEPS;
	held("&frob->lock", 0x1200, "a", 5, "frob_timer")->sleeps = PM_LOCK_SPINS;
	log_line("in_atomic(): 0, irqs_disabled(): 1, non_block: 0, pid: 5, name: a");
	fact("atomic", "preemption_disabled_at", "[<ffffffff81234567>] frob_stale+0x1/0x20");
	pm_explain(&inc);
	size_t holds = 0;
	for (size_t i = 0; i < inc.findings.n; i++) {
		holds += !strncmp(inc.findings.v[i].text, "it holds", 8);
		assert_null(strstr(inc.findings.v[i].text, "frob_stale"));
	}
	assert_int_equal(holds, 1);
}

static void freed_while_held(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "kmem_cache_free", "frob_free");
	inc.fault.kind = PM_KIND_LOCKING;
	inc.fault.lock_bug = PM_LOCK_FREED;
	inc.fault.at.line = 1;
	held("&frob->lock", 0x1000, "a", 5, "frob_wait");
	pm_explain(&inc);
	assert_says("freed-while-held", PM_CERTAIN,
		    "a (pid 5) frees memory in which &frob->lock lies, taken in frob_wait()");
}

static void protected_pointer(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_RCU_USAGE;
	inc.fault.at.line = 1;
	fact("lockdep", "source", "net/frob.c:12");
	fact("lockdep", "rcu_check", "rcu_dereference_protected()");
	pm_explain(&inc);
	bool seen = false;
	for (size_t i = 0; i < inc.findings.n; i++) {
		assert_null(strstr(inc.findings.v[i].text, "without rcu_read_lock()"));
		seen |= strstr(inc.findings.v[i].text, "lockdep sees none such") != NULL;
	}
	assert_true(seen);
}

static void printing_cpu(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_shout", "vfs_write");
	inc.fault.kind = PM_KIND_SOFT_LOCKUP;
	inc.fault.at.line = 1;
	inc.place.symbol = "console_unlock";
	pm_explain(&inc);
	assert_says("spinning-function", PM_LIKELY, "was printing, for frob_shout()");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(freed_while_held),
		TEST(protected_pointer),
		TEST(printing_cpu),
		TEST(lock_circle),
		TEST(edges_without_circle),
		TEST(stall_spins),
		TEST(stall_waits),
		TEST(hung_task_waits_for_its_last_lock),
		TEST(hung_task_holds_its_lock),
		TEST(tasks_in_one_place),
		TEST(preempted_reader_does_not_spin),
		TEST(sleeper_does_not_spin),
		TEST(no_softirq_advice_for_an_nmi),
		TEST(interrupts_lock_is_named),
		TEST(atomic_context_reasons),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
