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
	SIGNAL_SIZE = 64,
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
	uint32_t rb = image_btf_struct(b, "rb_node", 4, 24,
				       (struct image_member[]){ { "__rb_parent_color", t->u64, 0 },
								{ "rb_right", t->ptr, 8 },
								{ "rb_left", t->ptr, 16 },
								{ 0 } });
	uint32_t se = image_btf_struct(
		b, "sched_entity", 4, 40,
		(struct image_member[]){
			{ "run_node", rb, 0 }, { "on_rq", t->u32, 24 }, { "my_q", t->ptr, 32 }, { 0 } });
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

static inline void image_queue_tree_types(struct image_btf *b, const struct image_basic *t)
{
	uint32_t u8 = t->chr, slots = image_btf_array(b, t->ptr, t->u32, 4);
	uint32_t root = image_btf_struct(b, "rb_root_cached", 4, 16,
					 (struct image_member[]){ { "rb_root", t->ptr, 0 }, { 0 } });
	uint32_t cfs = image_btf_struct(
		b, "cfs_rq", 4, 32,
		(struct image_member[]){ { "tasks_timeline", root, 0 }, { "curr", t->ptr, 16 }, { 0 } });

	image_btf_struct(b, "rq", 4, RQ_SIZE,
			 (struct image_member[]){ { "clock", t->u64, 0 },
						  { "curr", t->ptr, 8 },
						  { "idle", t->ptr, 16 },
						  { "cfs", cfs, RQ_CFS },
						  { 0 } });
	image_btf_struct(b, "xa_node", 4, XA_NODE_SIZE,
			 (struct image_member[]){ { "shift", u8, 0 },
						  { "offset", u8, 1 },
						  { "parent", t->ptr, 8 },
						  { "slots", slots, XA_SLOTS },
						  { 0 } });
	uint32_t xarray = image_btf_struct(b, "xarray", 4, 16,
					   (struct image_member[]){ { "xa_head", t->ptr, 8 }, { 0 } });
	uint32_t idr =
		image_btf_struct(b, "idr", 4, 16, (struct image_member[]){ { "idr_rt", xarray, 0 }, { 0 } });
	uint32_t ids = image_btf_struct(b, "ipc_ids", 4, 16,
					(struct image_member[]){ { "ipcs_idr", idr, 0 }, { 0 } });
	uint32_t three = image_btf_array(b, ids, t->u32, 3);
	uint32_t perm = image_btf_struct(b, "kern_ipc_perm", 4, 16,
					 (struct image_member[]){ { "id", t->u32, 0 },
								  { "key", t->u32, 4 },
								  { "uid", t->u32, 8 },
								  { "mode", t->u32, 12 },
								  { 0 } });

	image_btf_struct(b, "ipc_namespace", 4, 48, (struct image_member[]){ { "ids", three, 0 }, { 0 } });
	image_btf_struct(b, "shmid_kernel", 4, 32,
			 (struct image_member[]){ { "shm_perm", perm, 0 },
						  { "shm_segsz", t->u64, 16 },
						  { "shm_nattch", t->u64, 24 },
						  { 0 } });
	image_btf_struct(
		b, "irq_desc", 4, 16,
		(struct image_member[]){ { "action", t->ptr, 0 }, { "kstat_irqs", t->ptr, 8 }, { 0 } });
	image_btf_struct(b, "irqaction", 4, 16,
			 (struct image_member[]){ { "next", t->ptr, 0 }, { "name", t->ptr, 8 }, { 0 } });
}

static inline void image_queue_types(struct image *im, struct image_btf *b, const struct image_basic *t)
{
	if (!im->options.queues)
		return;
	image_queue_tree_types(b, t);
	uint32_t vectors = image_btf_array(b, t->ptr, t->u32, 2);

	image_btf_struct(b, "timer_base", 4, 24,
			 (struct image_member[]){ { "clk", t->u64, 0 }, { "vectors", vectors, 8 }, { 0 } });
	image_btf_struct(b, "timer_list", 4, 32,
			 (struct image_member[]){ { "entry", t->list, 0 },
						  { "expires", t->u64, 16 },
						  { "function", t->ptr, 24 },
						  { 0 } });
	image_btf_struct(b, "wait_queue_head", 4, 24,
			 (struct image_member[]){ { "lock", t->u32, 0 }, { "head", t->list, 8 }, { 0 } });
	image_btf_struct(
		b, "wait_queue_entry", 4, 40,
		(struct image_member[]){
			{ "private", t->ptr, 8 }, { "func", t->ptr, 16 }, { "entry", t->list, 24 }, { 0 } });
	uint32_t sb = image_btf_struct(b, "sbitmap", 4, 24,
				       (struct image_member[]){ { "depth", t->u32, 0 },
								{ "shift", t->u32, 4 },
								{ "map_nr", t->u32, 8 },
								{ "map", t->ptr, 16 },
								{ 0 } });

	image_btf_struct(b, "sbitmap_queue", 4, 32, (struct image_member[]){ { "sb", sb, 0 }, { 0 } });
	image_btf_struct(b, "sbitmap_word", 4, 16,
			 (struct image_member[]){ { "word", t->u64, 0 }, { "cleared", t->u64, 8 }, { 0 } });
	image_btf_struct(b, "k_sigaction", 4, ACTION_SIZE,
			 (struct image_member[]){ { "sa", t->ptr, 0 }, { 0 } });
	image_btf_struct(b, "sigaction", 4, ACTION_SIZE,
			 (struct image_member[]){ { "sa_handler", t->ptr, 0 },
						  { "sa_flags", t->u64, 8 },
						  { "sa_mask", t->u64, 24 },
						  { 0 } });
	image_btf_struct(b, "sighand_struct", 4, 64 * ACTION_SIZE,
			 (struct image_member[]){ { "action", t->ptr, 0 }, { 0 } });
	image_btf_struct(b, "sigqueue", 4, 24,
			 (struct image_member[]){ { "list", t->list, 0 }, { "info", t->u64, 16 }, { 0 } });
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

static inline void image_queues(struct image *im, uint64_t init, uint64_t shell, uint64_t worker)
{
	uint64_t signal = image_room(im, SIGNAL_SIZE), perm = image_room(im, 32), desc = image_room(im, 16);
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
	/* an interrupt */
	at = image_variable(im, "irq_desc_tree", 16);
	image_put(im, at + 8, im->queue_tree = image_queue_tree(im, desc), 8);
	image_put(im, desc, action, 8);
	image_put(im, action + 8, image_string(im, "drv0"), 8);
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
	/* timers, and the run queue: behind the variables that are no CPU's */
	image_number(im, "jiffies_64", 1000);
	uint64_t bases = image_variable(im, "timer_bases", 48) + IMAGE_PERCPU;

	image_put(im, bases + 8, im->queue_timer, 8);
	image_put(im, im->queue_timer + 16, 1010, 8);
	image_put(im, im->queue_timer + 24, image_function("schedule"), 8);
	uint64_t rq = image_variable(im, "runqueues", RQ_SIZE) + IMAGE_PERCPU;

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
