// SPDX-License-Identifier: GPL-2.0
/* Crashes the kernel in the way that is written to /proc/kpcrash, so that real logs can be made.
 *
 * Every way is one function, kept out of line so that its name stands in the log, and one row of the
 * table at the end.  A comment "crash: NAME" marks the line that a reader of the log should name.
 */
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/objtool.h>
#include <linux/proc_fs.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include <linux/rwsem.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/timer.h>
#include <linux/uaccess.h>
#include <linux/workqueue.h>
#ifdef CONFIG_KFENCE
#include <linux/kfence.h>
#endif

struct kpcrash_state {
	struct list_head link;
	struct kpcrash_state *next;
	unsigned long counter;	/* at offset 0x18 */
};

/* What a way to crash is given: the rest of the written text, and where the writer keeps it. */
struct kpcrash_call {
	const char *argument;
	char __user *user;
	size_t count;
};

/* Never set; read through READ_ONCE so that the compiler does not know. */
static struct kpcrash_state *kpcrash_current;

static const unsigned long kpcrash_constant[16] = { 1, 2, 3 };
static unsigned char kpcrash_data[64] = { 0xc3 };	/* a RET, were it executable */

static DEFINE_SPINLOCK(kpcrash_lock);
static DEFINE_MUTEX(kpcrash_mutex);

/* Addresses go through here, so that the compiler cannot tell what they point at. */
static void *kpcrash_pointer(unsigned long address)
{
	OPTIMIZER_HIDE_VAR(address);
	return (void *)address;
}

static noinline void kpcrash_wild(struct kpcrash_call *call)
{
	struct kpcrash_state *st = kpcrash_pointer(0xffffdeadbeef0000);

	st->counter = call->count;	/* crash: wild */
}

static noinline void kpcrash_noncanonical(struct kpcrash_call *call)
{
	struct kpcrash_state *st = kpcrash_pointer(0xdeadbeefcafe0000);

	st->counter = call->count;	/* crash: noncanonical */
}

static noinline void kpcrash_bug(struct kpcrash_call *call)
{
	BUG_ON(call->count);	/* crash: bug */
}

static noinline void kpcrash_warn(struct kpcrash_call *call)
{
	WARN(1, "kpcrash: %zu bytes are too many\n", call->count);	/* crash: warn */
}

static noinline void kpcrash_panic(struct kpcrash_call *call)
{
	panic("kpcrash: told to panic: %s", call->argument);	/* crash: panic */
}

static noinline unsigned long kpcrash_recurse_deeper(unsigned long depth)	/* crash: recurse */
{
	volatile unsigned long frame[16] = { depth };	/* crash: recurse */

	return kpcrash_recurse_deeper(frame[0] + 1) + frame[depth % 16];	/* crash: recurse */
}

static noinline void kpcrash_recurse(struct kpcrash_call *call)
{
	kpcrash_current = kpcrash_pointer(kpcrash_recurse_deeper(call->count));
}

static noinline void kpcrash_spin(struct kpcrash_call *call)
{
	spin_lock(&kpcrash_lock);
	spin_lock(&kpcrash_lock);	/* crash: spin */
	barrier();	/* no tail call: this function's name is wanted */
}

static noinline void kpcrash_uaf(struct kpcrash_call *call)
{
	struct kpcrash_state *st = kzalloc(sizeof(*st), GFP_KERNEL);

	st->next = st;
	kfree(st);
	OPTIMIZER_HIDE_VAR(st);
	st->next->counter = call->count;	/* crash: uaf */
}

/* A function of the kernel is given a structure without what it calls through. */
static noinline void kpcrash_member(struct kpcrash_call *call)
{
	struct file *file = kzalloc(sizeof(*file), GFP_KERNEL);

	file->f_mode = FMODE_LSEEK;
	call->count = vfs_llseek(file, 0, 0);	/* crash: member */
}

static noinline void kpcrash_divide(struct kpcrash_call *call)
{
	unsigned long none = (unsigned long)READ_ONCE(kpcrash_current);

	call->count /= none;	/* crash: divide */
}

static noinline void kpcrash_rodata(struct kpcrash_call *call)
{
	unsigned long *constant = kpcrash_pointer((unsigned long)&kpcrash_constant[2]);

	*constant = call->count;	/* crash: rodata */
}

static noinline void kpcrash_nx(struct kpcrash_call *call)
{
	void (*function)(struct kpcrash_call *) = kpcrash_pointer((unsigned long)kpcrash_data);

	function(call);	/* crash: nx */
	barrier();
}

static noinline void kpcrash_userptr(struct kpcrash_call *call)
{
	const volatile char *text = kpcrash_pointer((unsigned long __force)call->user);

	call->count += *text;	/* crash: userptr */
}

static noinline void kpcrash_list(struct kpcrash_call *call)
{
	struct kpcrash_state *st = kzalloc(sizeof(*st), GFP_KERNEL);
	LIST_HEAD(head);

	list_add(&st->link, &head);
	list_del(&st->link);
	list_del(&st->link);	/* crash: list */
}

static int kpcrash_holder(void *unused)
{
	mutex_lock(&kpcrash_mutex);
	for (;;)
		schedule_timeout_interruptible(HZ);
	return 0;
}

static noinline void kpcrash_hung(struct kpcrash_call *call)
{
	kthread_run(kpcrash_holder, NULL, "kpcrash_holder");
	while (!mutex_is_locked(&kpcrash_mutex))
		msleep(1);
	mutex_lock(&kpcrash_mutex);	/* crash: hung */
	barrier();
}

/* Two locks that two threads take in opposite order, and ten more threads that want one of them. */
static DEFINE_MUTEX(kpcrash_left);
static DEFINE_MUTEX(kpcrash_right);
static DECLARE_COMPLETION(kpcrash_left_taken);
static DECLARE_COMPLETION(kpcrash_right_taken);

static noinline void kpcrash_left_first(void)
{
	mutex_lock(&kpcrash_left);
	complete(&kpcrash_left_taken);
	wait_for_completion(&kpcrash_right_taken);
	mutex_lock(&kpcrash_right);	/* crash: deadlock */
	barrier();
}

static noinline void kpcrash_right_first(void)
{
	mutex_lock(&kpcrash_right);
	complete(&kpcrash_right_taken);
	wait_for_completion(&kpcrash_left_taken);
	mutex_lock(&kpcrash_left);	/* crash: deadlock */
	barrier();
}

static noinline void kpcrash_wait_left(void)
{
	mutex_lock(&kpcrash_left);	/* crash: deadlock */
	barrier();
}

static noinline void kpcrash_wait_right(void)
{
	mutex_lock(&kpcrash_right);	/* crash: deadlock */
	barrier();
}

static DECLARE_RWSEM(kpcrash_rwsem);
static DECLARE_COMPLETION(kpcrash_rwsem_taken);

static noinline void kpcrash_write_and_sleep(void)
{
	down_write(&kpcrash_rwsem);
	complete_all(&kpcrash_rwsem_taken);
	for (;;)
		schedule_timeout_interruptible(HZ);
}

static noinline void kpcrash_reader(void)
{
	wait_for_completion(&kpcrash_rwsem_taken);
	down_read(&kpcrash_rwsem);	/* crash: rwsem */
	barrier();
}

static noinline void kpcrash_second_writer(void)
{
	wait_for_completion(&kpcrash_rwsem_taken);
	down_write(&kpcrash_rwsem);	/* crash: rwsem */
	barrier();
}

static int kpcrash_thread(void *function)
{
	((void (*)(void))function)();
	return 0;
}

static void kpcrash_run(void (*function)(void), const char *name, int count)
{
	int i;

	for (i = 0; i < count; i++)
		kthread_run(kpcrash_thread, (void *)function, "%s%d", name, i);
	msleep(20);
}

/* These two come back: who hangs is there before ../guest/tell lists the tasks. */
static noinline void kpcrash_deadlock(struct kpcrash_call *call)
{
	kpcrash_run(kpcrash_left_first, "kp-left-first", 1);
	kpcrash_run(kpcrash_right_first, "kp-right-first", 1);
	kpcrash_run(kpcrash_wait_left, "kp-wait-left", 7);
	kpcrash_run(kpcrash_wait_right, "kp-wait-right", 3);
}

static noinline void kpcrash_hold_rwsem(struct kpcrash_call *call)
{
	kpcrash_run(kpcrash_write_and_sleep, "kp-writer", 1);
	kpcrash_run(kpcrash_reader, "kp-reader", 3);
	kpcrash_run(kpcrash_second_writer, "kp-2nd-writer", 1);
}

/* A cache with a constructor is not merged with others of its size. */
static void kpcrash_construct(void *object)
{
	memset(object, 0, sizeof(struct kpcrash_state));
}

/* All memory, in one slab cache. */
static noinline void kpcrash_leak(struct kpcrash_call *call)
{
	struct kmem_cache *cache = kmem_cache_create("kpcrash_leak", 1000, 0, 0, kpcrash_construct);

	for (;;) {
		struct kpcrash_state *st = kmem_cache_alloc(cache, GFP_KERNEL);	/* crash: leak */

		st->next = READ_ONCE(kpcrash_current);
		WRITE_ONCE(kpcrash_current, st);
	}
}

static noinline void kpcrash_atomic(struct kpcrash_call *call)
{
	spin_lock(&kpcrash_lock);
	msleep(1);	/* crash: atomic */
	spin_unlock(&kpcrash_lock);
}

static void kpcrash_grace(struct rcu_head *unused)
{
}

/* Only a grace period that somebody waits for can stall. */
static noinline void kpcrash_stall(struct kpcrash_call *call)
{
	static struct rcu_head waiting;

	call_rcu(&waiting, kpcrash_grace);
	rcu_read_lock();
	while (!READ_ONCE(kpcrash_current))
		cpu_relax();	/* crash: rcustall */
	rcu_read_unlock();
}

static noinline void kpcrash_get(struct kpcrash_call *call)
{
	refcount_t references = REFCOUNT_INIT(0);

	refcount_inc(&references);	/* crash: refcount */
}

static noinline void kpcrash_copy_out(struct kpcrash_call *call)
{
	size_t too_many = 4 * sizeof(struct kpcrash_state);
	struct kpcrash_state *st = kzalloc(sizeof(*st), GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(st);
	OPTIMIZER_HIDE_VAR(too_many);
	if (copy_to_user(call->user, st, too_many))	/* crash: usercopy */
		pr_info("kpcrash: the copy was cut\n");
	kfree(st);
}

static noinline void kpcrash_stackprot(struct kpcrash_call *call)
{
	char name[16];
	char *end = name;

	OPTIMIZER_HIDE_VAR(end);
	memset(end, 0x41, sizeof(name) + 24);	/* crash: stackprot */
	OPTIMIZER_HIDE_VAR(end);
}

static noinline void kpcrash_redzone(struct kpcrash_call *call)
{
	char *st = kmalloc(sizeof(struct kpcrash_state), GFP_KERNEL);

	OPTIMIZER_HIDE_VAR(st);
	st[sizeof(struct kpcrash_state)] = 0x41;
	kfree(st);	/* crash: redzone */
	barrier();
}

static void kpcrash_timeout(struct timer_list *unused)
{
	READ_ONCE(kpcrash_current)->counter++;	/* crash: timer */
}

static DEFINE_TIMER(kpcrash_timer, kpcrash_timeout);

static noinline void kpcrash_start_timer(struct kpcrash_call *call)
{
	mod_timer(&kpcrash_timer, jiffies + 1);
	msleep(500);
}

static void kpcrash_work(struct work_struct *unused)
{
	READ_ONCE(kpcrash_current)->counter = 1;	/* crash: work */
}

static DECLARE_WORK(kpcrash_queued, kpcrash_work);

static noinline void kpcrash_queue_work(struct kpcrash_call *call)
{
	schedule_work(&kpcrash_queued);
	msleep(500);
}

static noinline void kpcrash_doublefault(struct kpcrash_call *call)
{
	asm volatile("mov %0, %%rsp; push %%rax" : : "r" (0xffffdeadbeef0000) : "memory");	/* crash: doublefault */
}
STACK_FRAME_NON_STANDARD(kpcrash_doublefault);

/* Interrupts off for good: only another CPU, or an NMI, can see it. */
static noinline void kpcrash_hardlockup(struct kpcrash_call *call)
{
	local_irq_disable();
	while (!READ_ONCE(kpcrash_current))
		cpu_relax();	/* crash: hardlockup */
	local_irq_enable();
}

static int kpcrash_expedite(void *unused)
{
	synchronize_rcu_expedited();
	return 0;
}

/* An expedited grace period that waits for a CPU that does not let go. */
static noinline void kpcrash_expstall(struct kpcrash_call *call)
{
	unsigned long until = jiffies + 4 * HZ;

	kthread_run(kpcrash_expedite, NULL, "kpcrash_expedite");
	preempt_disable();
	while (time_before(jiffies, until))	/* crash: expstall */
		cpu_relax();	/* crash: expstall */
	preempt_enable();
}

/* Two CPUs that report at the same time: "both WAY WAY", the first on CPU 0. */
static atomic_t kpcrash_together;

static noinline void kpcrash_both_warn(int cpu)
{
	WARN(1, "kpcrash: CPU %d warns\n", cpu);	/* crash: both */
}

static noinline void kpcrash_both_null(int cpu)
{
	READ_ONCE(kpcrash_current)->counter = cpu;	/* crash: both */
}

#ifdef CONFIG_X86
/* A breakpoint that nobody has put there, as a patch of the code that went wrong leaves one. */
static noinline void kpcrash_breakpoint(struct kpcrash_call *call)
{
	asm volatile("int3");	/* crash: breakpoint */
	barrier();
}
#endif

static const struct {
	const char *name;
	void (*crash)(int cpu);
} kpcrash_both_ways[] = {
	{ "warn", kpcrash_both_warn },
	{ "null", kpcrash_both_null },
};

/* Its own function on each CPU, so that the two reports can be told apart. */
static noinline int kpcrash_first(void *crash)
{
	atomic_inc(&kpcrash_together);
	while (atomic_read(&kpcrash_together) < 2)
		cpu_relax();
	((void (*)(int))crash)(smp_processor_id());
	return 0;
}

static noinline int kpcrash_second(void *crash)
{
	atomic_inc(&kpcrash_together);
	while (atomic_read(&kpcrash_together) < 2)
		cpu_relax();
	((void (*)(int))crash)(smp_processor_id());
	return 1;
}

static noinline void kpcrash_both(struct kpcrash_call *call)
{
	char ways[32], *rest = ways, *way;
	struct task_struct *tasks[2];
	unsigned int cpu;

	strscpy(ways, call->argument, sizeof(ways));
	for (cpu = 0; cpu < 2; cpu++) {
		int i = 0;

		way = strsep(&rest, " ");
		while (i < ARRAY_SIZE(kpcrash_both_ways) - 1 && strcmp(way ?: "", kpcrash_both_ways[i].name))
			i++;
		tasks[cpu] = kthread_create(cpu ? kpcrash_second : kpcrash_first, kpcrash_both_ways[i].crash,
					    "kpcrash/%u", cpu);
		kthread_bind(tasks[cpu], cpu);
	}
	for (cpu = 0; cpu < 2; cpu++)
		wake_up_process(tasks[cpu]);
	msleep(1000);
}

#ifdef CONFIG_KFENCE
/* KFENCE guards one allocation in a while: ask until the answer is one of its objects. */
static struct kpcrash_state *kpcrash_guarded(void)
{
	int tries;

	for (tries = 0; tries < 1000000; tries++) {
		struct kpcrash_state *st = kmalloc(sizeof(*st), GFP_KERNEL);

		if (is_kfence_address(st))
			return st;
		kfree(st);
		if (tries % 64 == 0)
			usleep_range(500, 1000);
	}
	panic("kpcrash: KFENCE guards nothing here");
}

/* An object lies at the start or at the end of its page: the byte outside is before or behind it. */
static noinline void kpcrash_kfence_oob(struct kpcrash_call *call)
{
	struct kpcrash_state *st = kpcrash_guarded();
	const volatile char *byte = (char *)st;

	call->count += byte[offset_in_page(st) ? sizeof(*st) : -1];	/* crash: kfence-oob */
}

static noinline void kpcrash_kfence_uaf(struct kpcrash_call *call)
{
	struct kpcrash_state *st = kpcrash_guarded();

	kfree(st);
	OPTIMIZER_HIDE_VAR(st);
	call->count += READ_ONCE(st->counter);	/* crash: kfence-uaf */
}

static noinline void kpcrash_kfence_free(struct kpcrash_call *call)
{
	char *st = (char *)kpcrash_guarded();

	OPTIMIZER_HIDE_VAR(st);
	kfree(st + 8);	/* crash: kfence-free */
	barrier();
}

/* Behind an object at the start of its page lie bytes that KFENCE compares when it is freed. */
static noinline void kpcrash_kfence_corrupt(struct kpcrash_call *call)
{
	char *st;

	do
		st = (char *)kpcrash_guarded();
	while (offset_in_page(st));
	OPTIMIZER_HIDE_VAR(st);
	st[sizeof(struct kpcrash_state)] = 0x41;
	kfree(st);	/* crash: kfence-corrupt */
	barrier();
}
#endif

static const struct {
	const char *name;
	void (*crash)(struct kpcrash_call *call);
} kpcrash_ways[] = {
	{ "wild", kpcrash_wild },
	{ "noncanonical", kpcrash_noncanonical },
	{ "bug", kpcrash_bug },
	{ "warn", kpcrash_warn },
	{ "panic", kpcrash_panic },
	{ "recurse", kpcrash_recurse },
	{ "spin", kpcrash_spin },
	{ "uaf", kpcrash_uaf },
	{ "member", kpcrash_member },
	{ "divide", kpcrash_divide },
	{ "rodata", kpcrash_rodata },
	{ "nx", kpcrash_nx },
	{ "userptr", kpcrash_userptr },
	{ "list", kpcrash_list },
	{ "hung", kpcrash_hung },
	{ "deadlock", kpcrash_deadlock },
	{ "rwsem", kpcrash_hold_rwsem },
	{ "leak", kpcrash_leak },
	{ "atomic", kpcrash_atomic },
	{ "rcustall", kpcrash_stall },
	{ "refcount", kpcrash_get },
	{ "usercopy", kpcrash_copy_out },
	{ "stackprot", kpcrash_stackprot },
	{ "redzone", kpcrash_redzone },
	{ "timer", kpcrash_start_timer },
	{ "work", kpcrash_queue_work },
	{ "doublefault", kpcrash_doublefault },
	{ "both", kpcrash_both },
	{ "hardlockup", kpcrash_hardlockup },
	{ "expstall", kpcrash_expstall },
#ifdef CONFIG_X86
	{ "breakpoint", kpcrash_breakpoint },
#endif
#ifdef CONFIG_KFENCE
	{ "kfence-oob", kpcrash_kfence_oob },
	{ "kfence-uaf", kpcrash_kfence_uaf },
	{ "kfence-free", kpcrash_kfence_free },
	{ "kfence-corrupt", kpcrash_kfence_corrupt },
#endif
};

/* Takes "WAY [ARGUMENT]".  The way "null" crashes right here: the write handler itself is to blame. */
static ssize_t kpcrash_write(struct file *file, const char __user *user, size_t n, loff_t *position)
{
	struct kpcrash_state *st = READ_ONCE(kpcrash_current);
	struct kpcrash_call call = { .user = (char __user *)user, .count = n };
	char text[64], *argument = text, *way;
	int i;

	if (n >= sizeof(text))
		return -EINVAL;
	if (copy_from_user(text, user, n))
		return -EFAULT;
	text[n] = 0;
	argument = strim(argument);
	way = strsep(&argument, " ");
	call.argument = argument ? argument : "no reason given";

	if (!strcmp(way, "null")) {
		st->counter = n;	/* crash: null */
		return n;
	}
	for (i = 0; i < ARRAY_SIZE(kpcrash_ways); i++) {
		if (!strcmp(way, kpcrash_ways[i].name)) {
			kpcrash_ways[i].crash(&call);
			return n;
		}
	}
	return -EINVAL;
}

static const struct proc_ops kpcrash_operations = { .proc_write = kpcrash_write };

static int __init kpcrash_init(void)
{
	return proc_create("kpcrash", 0200, NULL, &kpcrash_operations) ? 0 : -ENOMEM;
}

static void __exit kpcrash_exit(void)
{
	remove_proc_entry("kpcrash", NULL);
}

module_init(kpcrash_init);
module_exit(kpcrash_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Crashes the kernel in the way it is told");
