/* The part of the small kernel that runq, timer, sig, waitq, irq, ipcs and sbitmapq tell of: a task in a run queue, timers,
 * signals, somebody who waits, an interrupt, shared memory, a queue of bits.  image_options.queues asks for it. */
#ifndef LINUX_IMAGE_QUEUES_H
#define LINUX_IMAGE_QUEUES_H

enum {
	TASK_QUEUES = 192, /* what a task_struct has besides */
	TASK_SE = TASK_QUEUES,
	TASK_PRIO = TASK_QUEUES + 40,
	TASK_POLICY = TASK_QUEUES + 44,
	TASK_BLOCKED = TASK_QUEUES + 48,
	TASK_PENDING = TASK_QUEUES + 56,
	TASK_SIGHAND = TASK_QUEUES + 80,
	TASK_LAST_RUN = TASK_QUEUES + 88,
	TASK_ON_RQ = TASK_QUEUES + 96,
	TASK_QUEUES_SIZE = 112,
	SIGNAL_SHARED = 32,
	SIGNAL_LIMITS = 64,
	SIGNAL_SIZE = SIGNAL_LIMITS + 16 * 16,
	ACTION_SIZE = 32,
	RQ_CFS = 32,
	RQ_SIZE = 64,
	XA_SLOTS = 16,
	XA_NODE_SIZE = 48, /* two bits of an index for each level */
};

static inline uint32_t image_task_size(const struct image *im)
{
	return im->options.queues ? TASK_QUEUES + TASK_QUEUES_SIZE : TASK_QUEUES;
}

/* The unnamed structure in task_struct, and those in it. */
static inline uint32_t image_queue_task_types(struct image *im, struct image_btf *b,
					      const struct image_basic *t)
{
	if (!im->options.queues)
		return image_btf_struct(b, "", 4, 8,
					(struct image_member[]){ { "unused_too", t->u64, 0 }, { 0 } });
	uint32_t se =
		image_btf_struct(b, "sched_entity", 4, 40,
				 (struct image_member[]){ { "run_node", image_field(im, "rb_node")->type, 0 },
							  { "on_rq", t->u32, 24 },
							  { "my_q", t->ptr, 32 },
							  { 0 } });
	uint32_t pending = image_btf_struct(
		b, "sigpending", 4, 24,
		(struct image_member[]){ { "list", t->list, 0 }, { "signal", t->u64, 16 }, { 0 } });
	uint32_t info = image_btf_struct(b, "sched_info", 4, 8,
					 (struct image_member[]){ { "last_arrival", t->u64, 0 }, { 0 } });

	return image_btf_struct(b, "", 4, TASK_QUEUES_SIZE,
				(struct image_member[]){ { "se", se, TASK_SE - TASK_QUEUES },
							 { "prio", t->u32, TASK_PRIO - TASK_QUEUES },
							 { "policy", t->u32, TASK_POLICY - TASK_QUEUES },
							 { "blocked", t->u64, TASK_BLOCKED - TASK_QUEUES },
							 { "pending", pending, TASK_PENDING - TASK_QUEUES },
							 { "sighand", t->ptr, TASK_SIGHAND - TASK_QUEUES },
							 { "sched_info", info, TASK_LAST_RUN - TASK_QUEUES },
							 { "on_rq", t->u32, TASK_ON_RQ - TASK_QUEUES },
							 { 0 } });
}

static const struct image_layout image_queue_layouts[] = {
	{ "cfs_rq", "tasks_timeline:rb_root_cached curr:ptr unused:ptr" },
	{ "rq", "clock:long curr:ptr idle:ptr unused:ptr cfs:cfs_rq" },
	{ "idr", "idr_rt:xarray" },
	{ "ipc_ids", "ipcs_idr:idr" },
	{ "kern_ipc_perm", "id:int key:int uid:int mode:int" },
	{ "ipc_namespace", "ids:ipc_ids[3]" },
	{ "shmid_kernel", "shm_perm:kern_ipc_perm shm_segsz:long shm_nattch:long shm_file:ptr" },
	{ "sem_array", "sem_perm:kern_ipc_perm sem_nsems:int" },
	{ "msg_queue", "q_perm:kern_ipc_perm q_cbytes:long q_qnum:long" },
	{ "irq_chip", "name:ptr" },
	{ "irq_data", "chip:ptr" },
	{ "irq_common_data", "affinity:long" },
	{ "irq_desc",
	  "action:ptr kstat_irqs:ptr irq_data:irq_data name:ptr irq_common_data:irq_common_data" },
	{ "irqaction", "next:ptr name:ptr" },
	{ "timer_base", "clk:long vectors:ptr[2]" },
	{ "timer_list", "entry:list expires:long function:ptr" },
	{ "timerqueue_node", "node:rb_node expires:long" },
	{ "timerqueue_head", "rb_root:rb_root_cached" },
	{ "hrtimer", "node:timerqueue_node _softexpires:long function:ptr" },
	{ "hrtimer_clock_base", "clockid:int active:timerqueue_head get_time:ptr offset:long" },
	{ "hrtimer_cpu_base", "clock_base:hrtimer_clock_base[2]" },
	{ "wait_queue_head", "lock:int head:list" },
	{ "wait_queue_entry", "flags:long private:ptr func:ptr entry:list" },
	{ "swait_queue_head", "lock:int task_list:list" },
	{ "swait_queue", "task:ptr task_list:list" },
	{ "sbitmap", "depth:int shift:int map_nr:int map:ptr" },
	{ "sbitmap_queue", "sb:sbitmap wake_batch:int" },
	{ "sbitmap_word", "word:long cleared:long" },
	{ "sigaction", "sa_handler:ptr sa_flags:long sa_restorer:ptr sa_mask:long" },
	{ "k_sigaction", "sa:sigaction" },
	{ "sighand_struct", "action:k_sigaction[64]" },
	{ "sigqueue", "list:list info:long" },
	{ 0 }
};

static inline void image_queue_types(struct image *im, struct image_btf *b, const struct image_basic *t)
{
	if (im->options.queues)
		image_layouts(im, b, t, image_queue_layouts);
}

/* ---- what there is ---- */

static inline void image_queue_signals(struct image *im, uint64_t task, uint64_t signal)
{
	uint64_t hand = image_room(im, 64 * ACTION_SIZE), queued = image_room(im, 24);

	image_put(im, task + TASK_SIGHAND, hand, 8);
	image_put(im, hand + ACTION_SIZE * 1, 0x401234, 8); /* SIGINT */
	image_put(im, hand + ACTION_SIZE * 1 + 8, 0x14000000, 8);
	image_put(im, hand + ACTION_SIZE * 2, 1, 8); /* SIGQUIT */
	image_put(im, task + TASK_BLOCKED, 1 << 9, 8);
	image_put(im, task + TASK_PENDING + 16, 1 << 9, 8);
	image_list(im, (uint64_t[]){ task + TASK_PENDING, queued }, 2);
	image_put(im, queued + 16, 10, 4);
	image_list(im, (uint64_t[]){ signal + SIGNAL_SHARED }, 1);
	image_put(im, signal + SIGNAL_SHARED + 16, 1 << 14, 8);
	for (unsigned i = 0; i < 16;
	     i++) { /* nothing is limited but open files: 1,024, or as root says 4,096 */
		image_put(im, signal + SIGNAL_LIMITS + 16 * i, i == 7 ? 1024 : ~0ull, 8);
		image_put(im, signal + SIGNAL_LIMITS + 16 * i + 8, i == 7 ? 4096 : ~0ull, 8);
	}
}

/* Index 5 of a tree of two levels. */
static inline uint64_t image_queue_tree(struct image *im, uint64_t entry)
{
	uint64_t top = image_room(im, XA_NODE_SIZE), low = image_room(im, XA_NODE_SIZE);

	image_put(im, top, 2, 1);
	image_put(im, top + XA_SLOTS + 8, low | 2, 8);
	image_put(im, low + 1, 1, 1);
	image_put(im, low + 8, top, 8);
	image_put(im, low + XA_SLOTS + 8, entry, 8);
	return top | 2;
}

/* A semaphore and a message queue beside the shared memory; each alone in its tree. */
static inline void image_queue_objects(struct image *im, uint64_t space)
{
	uint64_t sem = image_new(im, "sem_array"), msg = image_new(im, "msg_queue");

	image_set(im, space, "ipc_namespace.ids.ipcs_idr.idr_rt.xa_head", sem);
	image_set(im, space + image_field(im, "ipc_ids")->size, "ipc_namespace.ids.ipcs_idr.idr_rt.xa_head",
		  msg);
	image_set(im, sem, "sem_array.sem_perm.id", 5);
	image_set(im, sem, "sem_array.sem_perm.mode", 0600);
	image_set(im, sem, "sem_array.sem_nsems", 4);
	image_set(im, msg, "msg_queue.q_perm.id", 6);
	image_set(im, msg, "msg_queue.q_perm.key", 0x1234);
	image_set(im, msg, "msg_queue.q_perm.mode", 0644);
	image_set(im, msg, "msg_queue.q_cbytes", 120);
	image_set(im, msg, "msg_queue.q_qnum", 2);
}

/* What counts an interrupt and where it may come to; where the CPU goes for each vector; what is put off. */
static inline void image_queue_interrupt(struct image *im, uint64_t desc)
{
	uint64_t chip = image_new(im, "irq_chip"), counts = image_per_cpu(im, "drv0_counts", 8);
	uint64_t gates = image_variable(im, "idt_table", 256 * 16);
	uint64_t softirqs = image_variable(im, "softirq_vec", 10 * 8);

	image_put(im, counts + IMAGE_PERCPU, 17, 4);
	image_set(im, desc, "irq_desc.kstat_irqs", counts);
	image_set(im, desc, "irq_desc.irq_data.chip", chip);
	image_set(im, desc, "irq_desc.name", image_string(im, "edge"));
	image_set(im, desc, "irq_desc.irq_common_data.affinity",
		  UINT64_MAX); /* no address, as large as it is */
	image_set(im, chip, "irq_chip.name", image_string(im, "IO-APIC"));
	for (unsigned i = 0; i < 256; i++) {
		uint64_t code = image_function(i < 32 ? "do_syscall_64" : "vfs_write");

		image_put(im, gates + 16 * i, code, 2);
		image_put(im, gates + 16 * i + 6, code >> 16, 2);
		image_put(im, gates + 16 * i + 8, code >> 32, 4);
	}
	image_put(im, softirqs + 8, image_function("kthread"), 8);
}

/* A timer of nanoseconds, of the second of two clocks. */
static inline void image_queue_clocks(struct image *im)
{
	uint64_t cpu =
		image_per_cpu(im, "hrtimer_bases", image_field(im, "hrtimer_cpu_base")->size) + IMAGE_PERCPU;
	uint64_t second = cpu + image_field(im, "hrtimer_clock_base")->size, timer = image_new(im, "hrtimer");

	image_set(im, second, "hrtimer_clock_base.clockid", 1);
	image_set(im, second, "hrtimer_clock_base.active.rb_root.rb_root.rb_node", timer);
	image_set(im, timer, "hrtimer.node.expires", 5000700000);
	image_set(im, timer, "hrtimer._softexpires", 5000600000);
	image_set(im, timer, "hrtimer.function", image_function("kthread"));
}

static inline void image_queues(struct image *im, uint64_t init, uint64_t shell, uint64_t worker)
{
	uint64_t signal = image_room(im, SIGNAL_SIZE), perm = image_new(im, "shmid_kernel"),
		 desc = image_new(im, "irq_desc");
	uint64_t action = image_room(im, 16), words = image_room(im, 32), at, wait = image_room(im, 40);

	im->queue_timer = image_room(im, 32);
	im->queue_task = worker;
	image_put(im, shell + TASK_SIGNAL, signal, 8);
	image_list(im, (uint64_t[]){ signal + 8, shell + TASK_NODE }, 2);
	image_queue_signals(im, shell, signal);
	/* shared memory: one, so that its tree is no tree */
	image_put(im, perm, 3, 4);
	image_put(im, perm + 4, 0xabcd, 4);
	image_put(im, perm + 8, 1000, 4);
	image_put(im, perm + 12, 0666 | 01000, 4);
	image_put(im, perm + 16, 90000, 8);
	image_put(im, perm + 24, 2, 8);
	at = image_variable(im, "init_ipc_ns", 48);
	image_put(im, at + 2 * 16 + 8, perm, 8);
	image_queue_objects(im, at);
	if (im->namespaces)
		image_set(im, im->namespaces, "nsproxy.ipc_ns", at);
	/* an interrupt */
	at = image_variable(im, "irq_desc_tree", 16);
	image_put(im, at + 8, im->queue_tree = image_queue_tree(im, desc), 8);
	image_put(im, desc, action, 8);
	image_put(im, action + 8, image_string(im, "drv0"), 8);
	image_queue_interrupt(im, desc);
	image_number(im, "nr_irqs", 8);
	/* bits 0, 2 and 8 of 10, of which 2 was given back */
	at = image_variable(im, "some_tags", 32);
	image_put(im, at, 10, 4);
	image_put(im, at + 4, 3, 4);
	image_put(im, at + 8, 2, 4);
	image_put(im, at + 16, words, 8);
	image_put(im, words, 5, 8);
	image_put(im, words + 8, 4, 8);
	image_put(im, words + 16, 1, 8);
	/* who waits */
	at = image_variable(im, "some_wait", 24);
	image_list(im, (uint64_t[]){ at + 8, wait + 24 }, 2);
	image_put(im, wait + 8, worker, 8);
	at = image_variable(im, "nobody_waits", 24);
	image_list(im, (uint64_t[]){ at + 8 }, 1);
	at = image_variable(im, "some_swait", image_field(im, "swait_queue_head")->size);
	uint64_t simple = image_new(im, "swait_queue");

	image_list(im,
		   (uint64_t[]){ image_member(im, at, "swait_queue_head.task_list"),
				 image_member(im, simple, "swait_queue.task_list") },
		   2);
	image_set(im, simple, "swait_queue.task", worker);
	image_number(im, "jiffies_64", 1000);
	uint64_t bases = image_per_cpu(im, "timer_bases", 48) + IMAGE_PERCPU;

	image_put(im, bases + 8, im->queue_timer, 8);
	image_put(im, im->queue_timer + 16, 1010, 8);
	image_put(im, im->queue_timer + 24, image_function("schedule"), 8);
	image_queue_clocks(im);
	uint64_t rq = image_per_cpu(im, "runqueues", RQ_SIZE) + IMAGE_PERCPU;

	image_put(im, rq, 5000000000, 8);
	image_put(im, rq + 8, shell, 8);
	image_put(im, rq + 16, init, 8);
	image_put(im, rq + RQ_CFS, worker + TASK_SE, 8);
	image_put(im, worker + TASK_PRIO, 120, 4);
	image_put(im, worker + TASK_ON_RQ, 1, 4);
	image_put(im, shell + TASK_LAST_RUN, 4000000000, 8);
	image_put(im, shell + TASK_POLICY, 1, 4);
}

#endif
