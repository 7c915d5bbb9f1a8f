/* What only one family's reports carry, on texts made up in the kernels' formats (memory: test_details_memory.c). */
#include "details_scene.h"

static void lockdep_cycle(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "WARNING: possible circular locking dependency detected\n"
	      "frobd/12 is trying to acquire lock:\n"
	      "ffff888012345670 (&a->lock#2){+.+.}-{4:4}, at: frob_a+0x1c/0x80 [frob]\n"
	      "\n"
	      "but task is already holding lock:\n"
	      "ffffffff82345670 (c_mutex){+.+.}-{4:4}, at: frob_c+0x1c/0x80\n"
	      "\n"
	      "which lock already depends on the new lock.\n"
	      "the existing dependency chain (in reverse order) is:\n"
	      "-> #2 (c_mutex){+.+.}-{4:4}:\n"
	      "       take_c+0x1/0x2\n"
	      "-> #1 (&(&b->lock)->rlock){..-.}-{3:3}:\n"
	      "       take_b+0x1/0x2\n"
	      "-> #0 (&a->lock#2){+.+.}-{4:4}:\n"
	      "       take_a+0x1/0x2\n"
	      "Chain exists of:\n"
	      "  &a->lock#2 --> &(&b->lock)->rlock --> c_mutex\n"
	      " Possible unsafe locking scenario:\n"
	      "\n"
	      "       CPU0                    CPU1\n"
	      "       ----                    ----\n"
	      "  lock(c_mutex);\n"
	      "                               lock(&(&b->lock)->rlock);\n"
	      " *** DEADLOCK ***\n"
	      "1 lock held by frobd/12:\n"
	      " #0: ffffffff82345670 (c_mutex){+.+.}-{4:4}, at: frob_c+0x1c/0x80\n");
	pm_lockdep_fields(&s.report, &s.inc);
	assert_int_equal(s.inc.locks.n, 2); /* the list of held locks repeats the one told above */
	assert_int_equal(s.inc.locks.v[0].role, PM_LOCK_WANTED);
	assert_string_equal(s.inc.locks.v[0].name, "&a->lock#2");
	assert_string_equal(s.inc.locks.v[0].taken.symbol, "frob_a");
	assert_string_equal(s.inc.locks.v[0].taken.module, "frob");
	assert_int_equal(s.inc.locks.v[1].pid, 12);
	assert_int_equal(s.inc.locks.v[1].sleeps, PM_LOCK_SLEEPS);
	assert_true(s.inc.locks.v[1].addr == 0xffffffff82345670);
	assert_int_equal(s.inc.lock_edges.n, 3);
	assert_string_equal(s.inc.lock_edges.v[0].from, "&(&b->lock)->rlock");
	assert_string_equal(s.inc.lock_edges.v[0].to, "c_mutex");
	assert_false(s.inc.lock_edges.v[1].new_edge);
	assert_string_equal(s.inc.lock_edges.v[2].from, "c_mutex");
	assert_string_equal(s.inc.lock_edges.v[2].to, "&a->lock#2");
	assert_true(s.inc.lock_edges.v[2].new_edge);
	expect_fact(&s, "lockdep", "scenario", "lock(c_mutex);", "CPU0");
	expect_fact(&s, "lockdep", "usage", "{+.+.}-{4:4}",
		    "hardirqs enabled, taken with softirqs enabled; sleeping lock");
	strike(&s);
}

/* {3:3} is a lock that sleeps, unless the report knows a fourth kind; "(wq_completion)" is no lock at all. */
static void locks_that_sleep(void **state)
{
	static const struct {
		const char *lines;
		enum pm_lock_sleeps sleeps[2];
	} rows[] = {
		{ "2 locks held by a/1:\n #0: ffff888012345670 (&x->m){+.+.}-{3:3}, at: f+0x1/0x2\n"
		  " #1: ffff888012345680 (&x->s){..-.}-{2:2}, at: g+0x1/0x2\n",
		  { PM_LOCK_SLEEPS, PM_LOCK_SPINS } },
		{ "2 locks held by a/1:\n #0: ffff888012345670 (&x->m){+.+.}-{4:4}, at: f+0x1/0x2\n"
		  " #1: ffff888012345680 (&x->s){..-.}-{3:3}, at: g+0x1/0x2\n",
		  { PM_LOCK_SLEEPS, PM_LOCK_SPINS } },
		{ "2 locks held by a/1:\n #0: ffff888012345670 ((wq_completion)w){+.+.}-{0:0}, at: "
		  "f+0x1/0x2\n"
		  " #1: ffff888012345680 (frob_mutex){+.+.}, at: g+0x1/0x2\n",
		  { PM_LOCK_SLEEPS, PM_LOCK_SLEEPS } },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		struct scene s;

		stage(&s, NULL, rows[i].lines);
		pm_held_locks_fields(&s.report, &s.inc);
		assert_int_equal(s.inc.locks.n, 2);
		for (size_t k = 0; k < 2; k++)
			assert_int_equal(s.inc.locks.v[k].sleeps, rows[i].sleeps[k]);
		strike(&s);
	}
}

static void lockdep_others(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "WARNING: inconsistent lock state\n"
	      "inconsistent {IN-SOFTIRQ-W} -> {SOFTIRQ-ON-R} usage.\n"
	      "frob/3/44 [HC0[0]:SC0[0]:HE1:SE1] takes:\n"
	      " (frob_lock){+.?.}, at: [<ffffffff81234567>] frob+0x1/0x2\n");
	s.inc.fault.message = "WARNING: inconsistent lock state";
	pm_lockdep_fields(&s.report, &s.inc);
	assert_int_equal(s.inc.fault.lock_bug, PM_LOCK_INCONSISTENT);
	assert_int_equal(s.inc.locks.v[0].sleeps, PM_LOCK_SLEEPS_UNKNOWN);
	expect_fact(&s, "lockdep", "state_before", "IN-SOFTIRQ-W", "inside a soft interrupt");
	expect_fact(&s, "lockdep", "state_now", "SOFTIRQ-ON-R",
		    "taken for reading with soft interrupts enabled");
	assert_string_equal(s.inc.locks.v[0].task, "frob/3");
	assert_int_equal(s.inc.locks.v[0].pid, 44);
	assert_string_equal(s.inc.locks.v[0].taken.symbol, "frob");
	strike(&s);

	stage(&s, NULL,
	      "WARNING: possible recursive locking detected\n"
	      "x/1 is trying to acquire lock:\n"
	      " (m){+.+.}, at: f+0x1/0x2\n"
	      "but task is already holding lock:\n"
	      " (m){+.+.}, at: g+0x1/0x2\n");
	pm_lockdep_fields(&s.report, &s.inc);
	assert_int_equal(s.inc.lock_edges.n, 1);
	assert_string_equal(s.inc.lock_edges.v[0].from, "m");
	assert_true(s.inc.lock_edges.v[0].new_edge);
	strike(&s);

	stage(&s, NULL,
	      "WARNING: bad unlock balance detected!\n"
	      "x/1 is trying to release lock (frob_mutex) at:\n"
	      "[<ffffffff81234567>] frob_exit+0x5/0x10\n"
	      "but there are no more locks to release!\n");
	pm_lockdep_fields(&s.report, &s.inc);
	assert_int_equal(s.inc.locks.v[0].role, PM_LOCK_RELEASED);
	assert_string_equal(s.inc.locks.v[0].taken.symbol, "frob_exit");
	strike(&s);

	stage(&s, NULL,
	      "WARNING: suspicious RCU usage\n"
	      "net/frob/frob.c:12 suspicious rcu_dereference_check() usage!\n"
	      "rcu_scheduler_active = 2, debug_locks = 1\n"
	      "no locks held by x/1.\n");
	pm_lockdep_fields(&s.report, &s.inc);
	expect_fact(&s, "lockdep", "source", "net/frob/frob.c:12", NULL);
	expect_fact(&s, "lockdep", "rcu_scheduler_active", "2", "fully running");
	assert_int_equal(s.inc.locks.n, 0);
	assert_int_equal(s.inc.lock_edges.n, 0);
	strike(&s);

	/* A chain with a link missing is no cycle. */
	stage(&s, NULL, "-> #2 (a){+.+.}:\n-> #0 (b){+.+.}:\n");
	pm_lockdep_fields(&s.report, &s.inc);
	assert_int_equal(s.inc.lock_edges.n, 0);
	strike(&s);
}

static void stalls(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "rcu: INFO: rcu_sched self-detected stall on CPU\n"
	      "rcu: \t3-O.N7: (0 ticks this GP) idle=54d/1/0x4000000000000002 softirq=54/54 fqs=12 \n"
	      "rcu: \t(t=21000 jiffies g=-807 q=13 ncpus=4)\n"
	      "rcu: rcu_sched kthread starved for 20990 jiffies! g-807 f0x0 RCU_GP_WAIT_FQS(5) ->state=0x0 "
	      "->cpu=3\n");
	pm_rcu_fields(&s.report, &s.inc);
	expect_fact(&s, "rcu", "stalled_cpus", "3", NULL);
	expect_fact(&s, "rcu", "cpu_flags", "3-O.N7", "offline, will be offline");
	expect_fact(&s, "rcu", "cpu_flags", "3-O.N7", "waited on it for 7 grace periods");
	expect_fact(&s, "rcu", "ticks", "0", "no timer interrupt");
	expect_fact(&s, "rcu", "jiffies", "21000", NULL);
	expect_fact(&s, "rcu", "grace_period", "-807", NULL);
	expect_fact(&s, "rcu", "starved_jiffies", "20990", NULL);
	expect_fact(&s, "rcu", "softirq", "softirq=54/54", "no RCU soft interrupt");
	strike(&s);

	stage(&s, NULL,
	      "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 0-...D P77 } 266 jiffies s: "
	      "5961 root: 0x1/.\n");
	pm_rcu_fields(&s.report, &s.inc);
	expect_fact(&s, "rcu", "stalled_cpus", "0", NULL);
	expect_fact(&s, "rcu", "stalled_tasks", "P77", NULL);
	expect_fact(&s, "rcu", "detection", "expedited", NULL);
	strike(&s);

	/* Until 3.18 all stood in one line. */
	stage(&s, NULL,
	      "INFO: rcu_sched self-detected stall on CPU { 1}  (t=65000 jiffies g=11881 c=11880 q=3)\n");
	pm_rcu_fields(&s.report, &s.inc);
	expect_fact(&s, "rcu", "stalled_cpus", "1", NULL);
	expect_fact(&s, "rcu", "jiffies", "65000", "age");
	expect_fact(&s, "rcu", "queued_callbacks", "3", NULL);
	strike(&s);

	stage(&s, NULL, "watchdog: BUG: soft lockup - CPU#2 stuck for 26s! [frob:x:77]\n");
	pm_lockup_fields(&s.report, &s.inc);
	expect_fact(&s, "soft-lockup", "seconds", "26", NULL);
	expect_fact(&s, "soft-lockup", "task", "frob:x", NULL);
	assert_int_equal(s.inc.actor.pid, 77);
	assert_int_equal(s.inc.actor.cpu, 2);
	strike(&s);

	stage(&s, NULL,
	      "INFO: task frob:77 blocked for more than 120 seconds.\n"
	      "task:frob            state:D stack:0     pid:77    tgid:77    ppid:1      flags:0x00004000\n"
	      "INFO: task frob:77 is blocked on a mutex likely owned by task barn:78.\n"
	      "1 lock held by barn/78:\n"
	      " #0: ffff888012345670 (m){+.+.}-{3:3}, at: barn+0x1/0x2\n");
	pm_hung_fields(&s.report, &s.inc);
	expect_fact(&s, "hung-task", "state", "D", "uninterruptible");
	expect_fact(&s, "hung-task", "blocker", "barn:78", NULL);
	expect_no_fact(&s, "hung-task", "stack_free");
	assert_int_equal(s.inc.locks.n, 3);
	assert_int_equal(s.inc.locks.v[1].role, PM_LOCK_WANTED);
	assert_int_equal(s.inc.locks.v[1].pid, 77);
	assert_string_equal(s.inc.locks.v[2].task, "barn");
	strike(&s);

	stage(&s, NULL,
	      "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 37s!\n"
	      "workqueue events: flags=0x0\n"
	      "    in-flight: 12:frob_work\n");
	s.inc.fault.kind = PM_KIND_WORKQUEUE_LOCKUP;
	pm_lockup_fields(&s.report, &s.inc);
	expect_fact(&s, "workqueue", "seconds", "37", NULL);
	expect_fact(&s, "workqueue", "in_flight", "12:frob_work", NULL);
	strike(&s);
}

static void machine_check(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "mce: [Hardware Error]: CPU 2: Machine Check Exception: 5 Bank 4: be00000000000175\n"
	      "mce: [Hardware Error]: RIP !INEXACT! 10:<ffffffff81234567> {frob_idle+0x5/0x10}\n"
	      "mce: [Hardware Error]: TSC 1234 ADDR 5678 MISC 9a \n"
	      "mce: [Hardware Error]: PROCESSOR 0:306c3 TIME 1700000000 SOCKET 0 APIC 4 microcode 28\n"
	      "Kernel panic - not syncing: Fatal machine check\n");
	pm_hardware_fields(&s.report, &s.inc);
	expect_fact(&s, "machine-check", "bank", "4", NULL);
	expect_fact(&s, "machine-check", "mci_status", "be00000000000175", "fatal");
	expect_fact(&s, "machine-check", "mci_status.uc", "1", "not corrected");
	expect_fact(&s, "machine-check", "mci_status.mca_code", "0175", "eviction of data, level 1");
	expect_fact(&s, "machine-check", "mci_addr", "5678", NULL);
	expect_fact(&s, "machine-check", "mcg_status", "5", "could go on");
	expect_no_fact(&s, "machine-check", "mci_status.over");
	expect_no_fact(&s, "machine-check", "mci_status.tcc"); /* not an AMD processor */
	strike(&s);

	stage(&s, NULL,
	      "HARDWARE ERROR. This is *NOT* a software problem!\n"
	      "CPU 4 BANK 8 TSC 2d4f5a\n"
	      "MISC 640738dd0009159c ADDR 96236c6c0 \n"
	      "STATUS cc0055000001009f MCGSTATUS 0\n"
	      "CPUID Vendor Intel Family 6 Model 44\n");
	pm_hardware_fields(&s.report, &s.inc);
	expect_fact(&s, "machine-check", "bank", "8", NULL);
	expect_fact(&s, "machine-check", "mci_addr", "96236c6c0", NULL);
	expect_fact(&s, "machine-check", "mci_status", "cc0055000001009f", "corrected by the hardware");
	expect_fact(&s, "machine-check", "mci_status.mca_code", "009f",
		    "memory controller: read, channel not told");
	expect_fact(&s, "machine-check", "mci_status.corrected_count", "340", NULL);
	strike(&s);
}

static void mca_codes(void **state)
{
	static const struct {
		uint16_t code;
		const char *words;
	} rows[] = {
		{ 0x0000, "no error" },
		{ 0x0400, "internal timer: no instruction retired for too long (three-strike timeout)" },
		{ 0x000e, "cache hierarchy, level 2" },
		{ 0x0015, "TLB: translation of data, level 1" },
		{ 0x00a2, "memory controller: write, channel 2" },
		{ 0x100f, "cache hierarchy, any level" }, /* with the filter bit */
		{ 0x0e0f, "bus or interconnect: error, other, participation not told, any level" },
		{ 0x0b00,
		  "bus or interconnect: error, memory, answered by this processor, timed out, level 0" },
		{ 0x0152, "cache hierarchy: instruction fetch, level 2" },
		{ 0x0410, "internal, unclassified" },
	};
	struct pm_arena arena;

	(void)state;
	pm_arena_init(&arena);
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		assert_string_equal(pm_mca_code(rows[i].code, &arena), rows[i].words);
	assert_null(pm_mca_code(0x8000, &arena));
	assert_string_equal(pm_mca_severity(0xbd80000000100134, PM_MCA_INTEL),
			    "uncorrected, recoverable, action required (SRAR)");
	assert_string_equal(pm_mca_severity(0xbd80000000100134, PM_MCA_UNKNOWN), "uncorrected");
	assert_string_equal(pm_mca_severity(0x8000100000000000, PM_MCA_AMD),
			    "deferred: not corrected, not used yet");
	assert_string_equal(pm_mca_severity(0, PM_MCA_INTEL), "nothing valid");
	assert_string_equal(pm_aer_status(0x4000, false, &arena), "completion timeout");
	assert_string_equal(pm_aer_status(0x41, true, &arena), "receiver error, bad packet");
	assert_null(pm_aer_status(0, true, &arena));
	pm_arena_deinit(&arena);
}

static void other_hardware(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 3\n"
	      "{1}[Hardware Error]: event severity: fatal\n"
	      "{1}[Hardware Error]:  Error 0, type: fatal\n"
	      "{1}[Hardware Error]:   section_type: PCIe error\n"
	      "{1}[Hardware Error]:   physical_address: 0x0000000123456780\n"
	      "{1}[Hardware Error]:   DIMM location: BANK 0 DIMM 1 \n"
	      "{1}[Hardware Error]:   aer_uncor_status: 0x00100000, aer_uncor_mask: 0x00000000\n"
	      "{1}[Hardware Error]:   device_id: 0000:01:00.0\n");
	pm_hardware_fields(&s.report, &s.inc);
	expect_fact(&s, "ghes", "source", "3", NULL);
	expect_fact(&s, "ghes", "severity", "fatal", "panics");
	expect_fact(&s, "ghes", "section_type", "PCIe error", NULL);
	expect_fact(&s, "ghes", "dimm", "BANK 0 DIMM 1", NULL);
	expect_fact(&s, "ghes", "aer_uncor_status", "0x00100000", "unsupported request");
	expect_fact(&s, "ghes", "pci_address", "0000:01:00.0", NULL);
	strike(&s);

	stage(&s, NULL,
	      "EDAC MC0: 1 CE memory read error on CPU_SrcID#0_Ha#0_Chan#1_DIMM#0 (channel:1 slot:0 "
	      "page:0x1234 offset:0x40 grain:32 syndrome:0x0)\n"
	      "Uhhuh. NMI received for unknown reason 2d on CPU 1.\n"
	      "pcieport 0000:00:1c.0: PCIe Bus Error: severity=Corrected, type=Physical Layer, (Receiver "
	      "ID)\n"
	      "pcieport 0000:00:1c.0:   device [1234:5678] error status/mask=00000001/00002000\n");
	pm_hardware_fields(&s.report, &s.inc);
	expect_fact(&s, "edac", "kind", "CE", "corrected");
	expect_fact(&s, "edac", "dimm", "CPU_SrcID#0_Ha#0_Chan#1_DIMM#0", NULL);
	expect_fact(&s, "edac", "channel", "1", NULL);
	expect_fact(&s, "nmi", "reason", "2d", "names no source");
	expect_fact(&s, "aer", "status", "00000001", "receiver error");
	strike(&s);
}

static void contexts(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "BUG: sleeping function called from invalid context at mm/frob.h:12\n"
	      "in_atomic(): 1, irqs_disabled(): 0, non_block: 0, pid: 77, name: frob\n"
	      "preempt_count: 10201, expected: 0\n"
	      "RCU nest depth: 1, expected: 0\n"
	      "Preemption disabled at:\n"
	      "[<ffffffff81234567>] frob_lock+0x1c/0x80\n");
	pm_atomic_fields(&s.report, &s.inc);
	expect_fact(&s, "atomic", "preempt_count", "10201",
		    "in a hard interrupt, soft interrupts disabled, preemption disabled");
	expect_fact(&s, "atomic", "rcu_depth", "1", "inside of an RCU reader");
	expect_fact(&s, "atomic", "preemption_disabled_at", "[<ffffffff81234567>] frob_lock+0x1c/0x80", NULL);
	strike(&s);

	stage(&s, NULL, "BUG: scheduling while atomic: kworker/0:1/77/0x00000100\n");
	pm_atomic_fields(&s.report, &s.inc);
	expect_fact(&s, "atomic", "task", "kworker/0:1", NULL);
	expect_fact(&s, "atomic", "pid", "77", NULL);
	expect_fact(&s, "atomic", "preempt_count", "0x00000100", "in a soft interrupt");
	strike(&s);

	stage(&s, NULL,
	      "ODEBUG: free active (active state 0) object: ffff888012345600 object type: timer_list hint: "
	      "frob_timer+0x0/0x40\n");
	pm_object_fields(&s.report, &s.inc);
	expect_fact(&s, "odebug", "action", "free", "freed");
	expect_fact(&s, "odebug", "object_type", "timer_list", NULL);
	expect_fact(&s, "odebug", "hint", "frob_timer+0x0/0x40", NULL);
	strike(&s);
}

static void panics(void **state)
{
	static const struct {
		const char *code, *words;
		unsigned signal, status;
	} codes[] = {
		{ "0x0000000b", "it was killed by signal 11, SIGSEGV, bad memory access", 11, 0 },
		{ "0x00000086", "it was killed by signal 6, SIGABRT, it gave up itself; core dumped", 6, 0 },
		{ "0x00007f00", "it exited with status 127 (127: a shell found no such command)", 0, 127 },
		{ "0x00000000", "it exited with status 0: it returned as if its work were done", 0, 0 },
		{ "0x00000040", "it was killed by signal 64", 64, 0 },
	};
	struct scene s;
	char text[128];

	(void)state;
	for (size_t i = 0; i < PM_COUNT(codes); i++) {
		snprintf(text, sizeof(text),
			 "Kernel panic - not syncing: Attempted to kill init! exitcode=%s\n", codes[i].code);
		stage(&s, NULL, text);
		s.inc.fault.kind = PM_KIND_INIT_KILLED;
		pm_panic_fields(&s.report, &s.inc);
		expect_fact(&s, "init", "exit_code", codes[i].code, codes[i].words);
		assert_true(s.inc.init_exit.known);
		assert_int_equal(s.inc.init_exit.signal, codes[i].signal);
		assert_int_equal(s.inc.init_exit.status, codes[i].status);
		strike(&s);
	}

	stage(&s,
	      "VFS: Cannot open root device \"sdz9\" or unknown-block(0,0): error -6\n"
	      "Please append a correct \"root=\" boot option; here are the available partitions:\n"
	      "0800         1048576 sda driver: sd\n"
	      "  0801       1047552 sda1 0123abcd-01\n",
	      "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n");
	s.inc.fault.kind = PM_KIND_NO_ROOT;
	pm_panic_fields(&s.report, &s.inc);
	expect_fact(&s, "root", "root_device", "sdz9", NULL);
	expect_fact(&s, "root", "errno", "-6", "ENXIO");
	expect_fact(&s, "root", "partition", "0800         1048576 sda driver: sd", NULL);
	expect_fact(&s, "root", "unknown_block", "0,0", "no such block device");
	strike(&s);
}

/* No family may see anything in ordinary lines. */
static void nothing(void **state)
{
	static pm_printk_details *const families[] = {
		pm_access_fields, pm_stack_fields,   pm_hardware_fields, pm_rcu_fields,    pm_lockup_fields,
		pm_hung_fields,   pm_kasan_fields,   pm_kfence_fields,   pm_kmsan_fields,  pm_kcsan_fields,
		pm_ubsan_fields,  pm_lockdep_fields, pm_atomic_fields,   pm_object_fields, pm_memory_fields,
		pm_oom_fields,    pm_bug_fields,     pm_panic_fields,    pm_other_fields,
	};
	struct scene s;

	(void)state;
	for (size_t i = 0; i < PM_COUNT(families); i++) {
		stage(&s, "tsc: Fast TSC calibration using PIT\n",
		      "Linux version 6.1.0 (gcc) #1 SMP\n"
		      "clocksource: tsc-early: mask: 0xffffffffffffffff max_cycles: 0x1234\n"
		      "CPU: 0 PID: 1 Comm: swapper/0 Not tainted 6.1.0 #1\n"
		      "RAX: 0000000000000000 RBX: 0000000000000001 RCX: 0000000000000002\n"
		      " frob+0x1c/0x80\n"
		      "EDAC MC: Ver: 3.0.0\n"
		      "\n");
		families[i](&s.report, &s.inc);
		if (s.inc.facts.n)
			fail_msg("family %zu: %s.%s", i, s.inc.facts.v[0].group, s.inc.facts.v[0].name);
		assert_int_equal(s.inc.locks.n + s.inc.lock_edges.n + s.inc.memory.n, 0);
		assert_null(s.inc.fault.object);
		strike(&s);
	}
	/* Nor in none. */
	for (size_t i = 0; i < PM_COUNT(families); i++) {
		stage(&s, NULL, "");
		families[i](&s.report, &s.inc);
		assert_int_equal(s.inc.facts.n, 0);
		strike(&s);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lockdep_cycle),  cmocka_unit_test(locks_that_sleep),
		cmocka_unit_test(lockdep_others), cmocka_unit_test(stalls),
		cmocka_unit_test(machine_check),  cmocka_unit_test(mca_codes),
		cmocka_unit_test(other_hardware), cmocka_unit_test(contexts),
		cmocka_unit_test(panics),         cmocka_unit_test(nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
