/* What every Linux report may carry, apart from its architecture's registers (test_linux_registers.c).
 * All texts are made up after the kernels' formats. */
#include "linux_fields.h"

/* panic_on_warn of 4.x: the registers of the warning stand inside panic()'s stack. */
static void warn_panic(void **state)
{
	struct reading *r = *state;

	read_text(r, "------------[ cut here ]------------\n"
		     "WARNING: CPU: 1 PID: 485 at drivers/rocket/pump.c:319 pump_check+0x47/0x50\n"
		     "Kernel panic - not syncing: panic_on_warn set ...\n"
		     "\n"
		     "CPU: 1 PID: 485 Comm: pump Not tainted 4.15.0 #2\n"
		     "Call Trace:\n"
		     " dump_stack+0x194/0x257\n"
		     " panic+0x1e4/0x41c\n"
		     " __warn+0x1dc/0x200\n"
		     " report_bug+0x211/0x2d0\n"
		     " do_invalid_op+0x1b/0x20\n"
		     " invalid_op+0x22/0x40\n"
		     "RIP: 0010:pump_check+0x47/0x50\n"
		     "RSP: 0018:ffff8801cd1e7a40 EFLAGS: 00010282\n"
		     "RAX: dffffc0000000008 RBX: 0000000000000001 RCX: ffffffff8159da6e\n"
		     " pump_open+0x12/0x30\n"
		     " entry_SYSCALL_64_fastpath+0x23/0x9a\n"
		     "RIP: 0033:0x445db9\n"
		     "RSP: 002b:00007f2467415d98 EFLAGS: 00000212 ORIG_RAX: 0000000000000002\n"
		     "RAX: ffffffffffffffda RBX: 00000000006dbc84 RCX: 0000000000445db9\n"
		     "Dumping ftrace buffer:\n"
		     "   (ftrace buffer empty)\n"
		     "Kernel Offset: disabled\n"
		     "Rebooting in 86400 seconds..\n");
	all_seen(r);
	assert_string_equal(r->inc.place.symbol, "pump_check");
	assert_string_equal(r->inc.place.file, "drivers/rocket/pump.c");
	assert_int_equal(r->inc.place.file_line, 319);
	assert_int_equal(r->inc.traces.n, 1);
	assert_int_equal(reg(r, PM_REGS_FAULT, "rax"), 0xdffffc0000000008);
	const struct pm_trace *crash = trace(r, PM_TRACE_CRASH);
	assert_int_equal(crash->frames.n, 9);
	assert_true(crash->frames.v[6].interrupted);
	assert_string_equal(crash->frames.v[6].place.symbol, "pump_check");
	assert_int_equal(r->inc.actor.syscall_nr, 2);
	assert_true(r->inc.machine.has_kaslr && !r->inc.machine.kaslr);
	assert_int_equal(r->inc.end, PM_END_REBOOT);
	done(r);
}

static void warn_new(void **state)
{
	struct reading *r = *state;

	read_text(r, "WARNING: drivers/rocket/pump.c:319 at pump_check+0x47/0x50 [pump], CPU#2: pump/485\n");
	assert_string_equal(r->inc.place.symbol, "pump_check");
	assert_string_equal(r->inc.place.module, "pump");
	assert_int_equal(r->inc.place.file_line, 319);
	assert_int_equal(r->inc.actor.cpu, 2);
	assert_int_equal(r->inc.actor.pid, 485);
	assert_string_equal(r->inc.actor.comm, "pump");
	done(r);
	static const struct {
		const char *line, *symbol, *file, *comm;
		int64_t pid;
	} rows[] = {
		{ "WARNING: drivers/a.c:3 at f+0x1/0x2, CPU#0: kworker/0:1/77\n", "f", "drivers/a.c",
		  "kworker/0:1", 77 },
		{ "WARNING: CPU: 0 PID: -2 at drivers/a.c:3 f+0x1/0x2()\n", "f", "drivers/a.c", NULL, -2 },
		{ "WARNING: at drivers/a.c:3 f+0x1/0x2()\n", "f", "drivers/a.c", NULL, 0 },
		{ "WARNING: CPU: 0 PID: 7 at f+0x1/0x2\n", "f", NULL, NULL, 7 },
		{ "WARNING: CPU: 0 PID: 7 at drivers/a.c:3\n", NULL, "drivers/a.c", NULL, 7 },
	};
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		const struct pm_place *place = &r->inc.place;

		read_text(r, rows[i].line);
		assert_true((rows[i].symbol && place->symbol && !strcmp(rows[i].symbol, place->symbol)) ||
			    (!rows[i].symbol && !place->symbol));
		assert_true((rows[i].file && place->file && !strcmp(rows[i].file, place->file)) ||
			    (!rows[i].file && !place->file));
		assert_true(!rows[i].comm || !strcmp(r->inc.actor.comm, rows[i].comm));
		assert_int_equal(r->inc.actor.pid, rows[i].pid);
		done(r);
	}
	read_text(r, "WARNING: possible circular locking dependency detected\n");
	assert_null(r->inc.place.symbol);
	assert_false(r->seen[0]);
	done(r);
}

static void side_stacks(void **state)
{
	struct reading *r = *state;

	read_text(r, "BUG: KASAN: slab-use-after-free in rocket_read+0x12/0x40\n"
		     "CPU: 0 UID: 0 PID: 50 Comm: kworker/0:1 Not tainted 6.12.0 #1\n"
		     "Workqueue: events rocket_work\n"
		     "Call Trace:\n"
		     " <TASK>\n"
		     " rocket_read+0x12/0x40\n"
		     " </TASK>\n"
		     "\n"
		     "Allocated by task 49 on cpu 1 at 5.123456s:\n"
		     " kmalloc_trace+0x1/0x2\n"
		     " rocket_open+0x3/0x4\n"
		     "\n"
		     "Freed by task 48:\n"
		     " kfree+0x5/0x6\n"
		     "\n"
		     "Last potentially related work creation:\n"
		     " insert_work+0x7/0x8\n"
		     "\n"
		     "page last allocated via order 0, migratetype Unmovable, gfp_mask 0xcc0(GFP_KERNEL), "
		     "pid 1, tgid 1 (init), ts 123, free_ts 0\n"
		     " post_alloc_hook+0x9/0xa\n"
		     "page last free pid 22 tgid 22 stack trace:\n"
		     " free_frozen_pages+0xb/0xc\n"
		     "NMI backtrace for cpu 1 skipped: idling at default_idle+0xf/0x20\n");
	all_seen(r);
	assert_int_equal(r->inc.traces.n, 7);
	const struct pm_trace *allocated = trace(r, PM_TRACE_ALLOCATED);
	assert_int_equal(allocated->pid, 49);
	assert_int_equal(allocated->cpu, 1);
	assert_int_equal(allocated->frames.n, 2);
	assert_string_equal(allocated->title, "Allocated by task 49 on cpu 1 at 5.123456s");
	assert_int_equal(trace(r, PM_TRACE_FREED)->pid, 48);
	assert_string_equal(trace(r, PM_TRACE_CREATED)->frames.v[0].place.symbol, "insert_work");
	assert_string_equal(trace(r, PM_TRACE_CPU)->frames.v[0].place.symbol, "default_idle");
	assert_int_equal(r->inc.traces.v[0].role, PM_TRACE_CRASH);
	assert_string_equal(r->inc.place.symbol, "rocket_read");
	assert_string_equal(r->inc.actor.workqueue, "events rocket_work");
	done(r);
}

/* The stack that stalls is found behind the detector's interrupt. */
static void stall(void **state)
{
	struct reading *r = *state;

	read_text(r, "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\n"
		     "Sending NMI from CPU 0 to CPUs 1:\n"
		     "NMI backtrace for cpu 1\n"
		     "CPU: 1 PID: 70 Comm: spin Not tainted 6.1.0 #1\n"
		     "RIP: 0010:rocket_spin+0x3/0x10\n"
		     "Code: f3 90 <eb> fc\n"
		     "RSP: 0018:ffffc90000123e58 EFLAGS: 00000246\n"
		     "Call Trace:\n"
		     " <TASK>\n"
		     " rocket_ioctl+0x5/0x10\n"
		     " </TASK>\n"
		     "rcu: rcu_preempt kthread starved for 9998 jiffies!\n"
		     "rcu: RCU grace-period kthread stack dump:\n"
		     "task:rcu_preempt     state:R stack:28736 pid:16    ppid:2      flags:0x00004000\n"
		     "Call Trace:\n"
		     " <TASK>\n"
		     " __schedule+0x1/0x2\n");
	const struct pm_trace *crash = &r->inc.traces.v[0];
	assert_int_equal(crash->role, PM_TRACE_CRASH);
	assert_int_equal(crash->pid, 70);
	assert_string_equal(r->inc.place.symbol, "rocket_spin");
	assert_int_equal(r->inc.code.marked, 2);
	assert_string_equal(r->inc.actor.comm, "spin");
	const struct pm_trace *task = trace(r, PM_TRACE_TASK);
	assert_int_equal(task->pid, 16);
	assert_string_equal(task->comm, "rcu_preempt");
	done(r);
}

static void hung_task(void **state)
{
	struct reading *r = *state;

	read_text(r, "INFO: task pump:285 blocked for more than 120 seconds.\n"
		     "      Not tainted 4.19.0 #7\n"
		     "pump            D27056   285      1 0x20020004\n"
		     "Call Trace:\n"
		     " __schedule+0x1/0x2\n"
		     " rocket_wait+0x3/0x4\n"
		     "NMI backtrace for cpu 0\n"
		     "CPU: 0 PID: 30 Comm: khungtaskd Not tainted 4.19.0 #7\n"
		     "Call Trace:\n"
		     " dump_stack+0x5/0x6\n"
		     "Kernel panic - not syncing: hung_task: blocked tasks\n"
		     "CPU: 0 PID: 30 Comm: khungtaskd Not tainted 4.19.0 #7\n"
		     "Call Trace:\n"
		     " panic+0x7/0x8\n");
	all_seen(r);
	assert_string_equal(r->inc.actor.comm, "pump");
	assert_int_equal(r->inc.actor.pid, 285);
	assert_false(r->inc.actor.has_cpu);
	assert_string_equal(r->inc.machine.release, "4.19.0");
	assert_string_equal(trace(r, PM_TRACE_CRASH)->frames.v[1].place.symbol, "rocket_wait");
	assert_string_equal(trace(r, PM_TRACE_CPU)->comm, "khungtaskd");
	assert_string_equal(trace(r, PM_TRACE_REPORTER)->frames.v[0].place.symbol, "panic");
	done(r);
}

static void race(void **state)
{
	struct reading *r = *state;

	read_text(r, "BUG: KCSAN: data-race in rocket_read / rocket_write\n"
		     "\n"
		     "write to 0xffff88812f5c4f38 of 4 bytes by task 10 on cpu 1:\n"
		     " rocket_write+0x1/0x2\n"
		     "read to 0xffff88812f5c4f38 of 4 bytes by interrupt on cpu 0:\n"
		     " rocket_read+0x3/0x4\n"
		     "Reported by Kernel Concurrency Sanitizer on:\n"
		     "CPU: 1 PID: 10 Comm: pump Not tainted 5.19.0 #1\n");
	assert_string_equal(trace(r, PM_TRACE_CRASH)->frames.v[0].place.symbol, "rocket_write");
	assert_int_equal(trace(r, PM_TRACE_CRASH)->pid, 10);
	assert_int_equal(trace(r, PM_TRACE_RACE)->cpu, 0);
	assert_int_equal(r->inc.traces.n, 2);
	assert_string_equal(r->inc.actor.comm, "pump");
	done(r);
}

/* KFENCE: the stack, then the other stacks, then who it was, and the registers. */
static void kfence(void **state)
{
	struct reading *r = *state;

	read_text(r, "BUG: KFENCE: use-after-free read in pump_read+0x12/0x40\n"
		     "Use-after-free read at 0xffff8c2aae231fff (in kfence-#24):\n"
		     " pump_read+0x12/0x40\n"
		     " vfs_read+0x5/0x10\n"
		     "\n"
		     "kfence-#24: 0xffff8c2aae231ff0-0xffff8c2aae231fff, size=16, cache=kmalloc-16\n"
		     "allocated by task 70 on cpu 1 at 3.000000s:\n"
		     " pump_open+0x1/0x2\n"
		     "freed by task 71 on cpu 0 at 3.100000s:\n"
		     " pump_close+0x1/0x2\n"
		     "CPU: 3 PID: 72 Comm: pump Not tainted 5.15.0 #1\n"
		     "RIP: 0010:pump_read+0x12/0x40\n"
		     "Code: 90 <0f> b6 00\n"
		     "RSP: 0000:ffffa226013dfe40 EFLAGS: 00010246\n");
	const struct pm_trace *crash = trace(r, PM_TRACE_CRASH);
	assert_int_equal(r->inc.traces.n, 3);
	assert_int_equal(crash->frames.n, 2);
	assert_int_equal(crash->pid, 72);
	assert_int_equal(reg(r, PM_REGS_FAULT, "rsp"), 0xffffa226013dfe40);
	assert_int_equal(r->inc.code.marked, 1);
	assert_int_equal(trace(r, PM_TRACE_FREED)->pid, 71);
	done(r);
}

/* A place that lockdep names is not the stack of the report. */
static void unlock_balance(void **state)
{
	struct reading *r = *state;

	read_text(r, "WARNING: bad unlock balance detected!\n"
		     "4.15.0-rc3+ #217 Not tainted\n"
		     "-------------------------------------\n"
		     "pump/195 is trying to release lock (pump_lock) at:\n"
		     "[<00000000adc671f1>] pump_stop+0xe1/0x130\n"
		     "but there are no more locks to release!\n"
		     "stack backtrace:\n"
		     "CPU: 0 PID: 195 Comm: pump Not tainted 4.15.0-rc3+ #217\n"
		     "Call Trace:\n"
		     " dump_stack+0x194/0x257\n"
		     " pump_stop+0xe1/0x130\n");
	assert_string_equal(trace(r, PM_TRACE_CRASH)->title, "stack backtrace");
	assert_int_equal(trace(r, PM_TRACE_CRASH)->frames.n, 2);
	assert_int_equal(trace(r, PM_TRACE_LOCK)->frames.n, 1);
	assert_false(trace(r, PM_TRACE_LOCK)->frames.v[0].place.has_addr);
	assert_string_equal(r->inc.actor.comm, "pump");
	assert_int_equal(r->inc.actor.at.line, 4);
	assert_string_equal(r->inc.machine.build, "#217");
	done(r);
}

static void mixed(void **state)
{
	struct reading *r = *state;

	read_text(r, "general protection fault: 0000 [#1] PREEMPT SMP\n"
		     "CPU: 0 PID: 10 Comm: a Not tainted 4.20.0+ #138\n"
		     "CPU: 1 PID: 11 Comm: b Not tainted 4.20.0+ #138\n"
		     "Call Trace:\n"
		     " f+0x1/0x2\n");
	assert_string_equal(trace(r, PM_TRACE_CRASH)->broken, "another task's lines are mixed in");
	assert_int_equal(r->inc.fault.vector, 13);
	done(r);
}

static void wrapped_modules(void **state)
{
	struct reading *r = *state;

	read_text(r, "Modules linked in: aaaaaaaaaaaaaaaa bbbbbbbbbbbbbbbbbb(E) cccccccccccccccccccc dddddd\n"
		     " eeeeee(O) ffffff_1 [last unloaded: gone]\n"
		     "CPU: 0 PID: 1 Comm: a Not tainted 5.0 #1\n"
		     "not modules at all: no\n");
	assert_int_equal(r->inc.modules.n, 6);
	assert_string_equal(r->inc.modules.v[4].name, "eeeeee");
	assert_string_equal(r->inc.modules.v[4].flags, "O");
	assert_string_equal(r->inc.machine.taint, "Not tainted");
	assert_int_equal(r->inc.machine.taints.n, 0);
	done(r);
}

/* What follows the start of another report does not fill this one's fault. */
static void follow_up(void **state)
{
	struct reading *r = *state;

	read_own(r,
		 "BUG: KASAN: slab-out-of-bounds in rocket_read+0x12/0x40\n"
		 "CPU: 0 PID: 50 Comm: pump Not tainted 6.12.0 #1\n"
		 "Call Trace:\n"
		 " rocket_read+0x12/0x40\n"
		 "BUG: unable to handle page fault for address: ffffdeadbeef0018\n"
		 "Oops: 0002 [#1] SMP\n",
		 4);
	assert_false(r->inc.fault.has_address);
	assert_false(r->inc.fault.has_error_code);
	assert_int_equal(r->inc.fault.oops_count, 0);
	assert_string_equal(r->inc.place.symbol, "rocket_read");
	done(r);
}

/* Hashed pointers are no addresses. */
static void hashed(void **state)
{
	struct reading *r = *state;

	read_text(r, "BUG: TASK stack guard page was hit at 0000000042141945 (stack is "
		     "00000000edc5fae9..000000003826f0e6)\n"
		     "CPU: 0 PID: 50 Comm: pump Not tainted 6.1.0 #1\n"
		     "RIP: 0010:deep+0x1/0x2\n"
		     "RSP: 0018:ffffc90000422ff8 EFLAGS: 00010246\n"
		     "CR2: ffffc90000422fe8 CR3: 0000000001b40000 CR4: 0000000000751ef0\n"
		     "Call Trace:\n"
		     " [<00000000fa15e998>] deep+0x9/0x20\n");
	all_seen(r);
	assert_int_equal(r->inc.fault.address, 0xffffc90000422fe8);
	assert_string_equal(fact(r, "stack", "stack"), "TASK");
	assert_string_equal(fact(r, "stack", "guard_hit"), "0000000042141945");
	assert_non_null(strstr(meaning(r, "guard_hit"), "hashed"));
	assert_non_null(strstr(meaning(r, "stack_high"), "hashed"));
	assert_false(r->inc.fault.has_stack);
	assert_false(trace(r, PM_TRACE_CRASH)->frames.v[0].place.has_addr);
	done(r);
	read_text(r, "BUG: stack guard page was hit at ffffc90000422fe8 (stack is "
		     "ffffc90000423000..ffffc90000427fff)\n");
	assert_int_equal(r->inc.fault.address, 0xffffc90000422fe8);
	assert_string_equal(fact(r, "stack", "stack_high"), "ffffc90000427fff");
	assert_string_equal(meaning(r, "guard_hit"), "24 bytes below the stack");
	assert_string_equal(meaning(r, "stack_low"), "a stack of 20480 bytes");
	assert_int_equal(r->inc.fault.stack_high, 0xffffc90000428000);
	done(r);
	/* Since 5.16: every stack has a name, and the end is the byte behind. */
	read_text(r, "BUG: #DF stack guard page was hit at ffffc90000428000 (stack is "
		     "ffffc90000423000..ffffc90000428000)\n");
	assert_string_equal(fact(r, "stack", "stack"), "#DF");
	assert_string_equal(meaning(r, "guard_hit"), "1 bytes above the stack");
	assert_int_equal(r->inc.fault.stack_high, 0xffffc90000428000);
	done(r);
	/* arm64 */
	read_text(r, "Insufficient stack space to handle exception!\n"
		     "Task stack:     [0xffff800008010000..0xffff800008014000]\n"
		     "IRQ stack:      [0xffff800008000000..0xffff800008004000]\n"
		     "Overflow stack: [0xffff0000ff7882b0..0xffff0000ff7892b0]\n");
	assert_int_equal(r->inc.fault.stack_low, 0xffff800008010000);
	assert_int_equal(r->inc.fault.stack_high, 0xffff800008014000);
	assert_string_equal(meaning(r, "stack_low"), "a stack of 16384 bytes");
	assert_string_equal(meaning(r, "irq_stack_low"), "the interrupt stack");
	assert_string_equal(fact(r, "stack", "overflow_stack_high"), "0xffff0000ff7892b0");
	done(r);
}

static void nonsense(void **state)
{
	struct reading *r = *state;

	read_text(r, "CPU: x PID: 1 Comm: a\n"
		     "CPU: 99999999999999999999 PID: 1 Comm: a\n"
		     "RIP: \n"
		     "RIP: 0010:\n"
		     "RAX: RBX: zz RCX:\n"
		     "Code: \n"
		     "Code: <\n"
		     "Oops: [#\n"
		     "Oops: [#99999999999]\n"
		     "x: y\n"
		     "x29:\n"
		     "pstate: \n"
		     "$ 99 : 1\n"
		     "GPR99: 1\n"
		     "[\n"
		     "[<\n"
		     "[zz] pgd=1\n"
		     "PGD\n"
		     "ESR = \n"
		     "Modules linked in:\n"
		     "Tainted: \n"
		     "WARNING: CPU: 1 PID: 2 at \n"
		     "kernel BUG at !\n"
		     "** 12 printk messages dropped **\n"
		     "Process (pid: 1\n"
		     "Krnl PSW : 1\n"
		     "NIP [\n"
		     "LR [\n"
		     "task:\n"
		     "<\n"
		     "<IRQ\n"
		     "NMI backtrace for cpu\n");
	assert_null(r->inc.place.symbol);
	assert_false(r->inc.actor.has_cpu);
	assert_false(r->inc.fault.has_address);
	assert_int_equal(r->inc.fault.oops_count, 0);
	done(r);
	read_text(r, "");
	assert_int_equal(r->inc.traces.n, 0);
	done(r);
}

int main(void)
{
	struct reading *r = calloc(1, sizeof(*r));
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(warn_panic, r),      cmocka_unit_test_prestate(warn_new, r),
		cmocka_unit_test_prestate(side_stacks, r),     cmocka_unit_test_prestate(stall, r),
		cmocka_unit_test_prestate(hung_task, r),       cmocka_unit_test_prestate(race, r),
		cmocka_unit_test_prestate(wrapped_modules, r), cmocka_unit_test_prestate(follow_up, r),
		cmocka_unit_test_prestate(hashed, r),          cmocka_unit_test_prestate(nonsense, r),
		cmocka_unit_test_prestate(kfence, r),          cmocka_unit_test_prestate(unlock_balance, r),
		cmocka_unit_test_prestate(mixed, r),
	};
	int failed = cmocka_run_group_tests_name("linux_fields", tests, NULL, NULL);

	free(r);
	return failed;
}
