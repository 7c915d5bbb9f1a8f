#include "linux/waits.h"

#include "base/interrupt.h"
#include "linux/member.h"
#include "symbols/bytes.h"

#include <stdlib.h>
#include <string.h>

/* One row for each kind of lock that tasks sleep for. */
struct kind {
	const char *type;
	const char *function; /* a function whose name begins so stands in the trace */
	enum pm_field waiter_task;
	enum pm_field wait_list, first; /* of the lock: a list head, or (7.1 and later) its first waiter */
	enum pm_field owner;
};

static const struct kind kinds[] = {
	{ "mutex", "__mutex_lock", PM_MUTEX_WAITER_TASK, PM_MUTEX_WAIT_LIST, PM_MUTEX_FIRST, PM_MUTEX_OWNER },
	{ "mutex", "__ww_mutex_lock", PM_MUTEX_WAITER_TASK, PM_MUTEX_WAIT_LIST, PM_MUTEX_FIRST,
	  PM_MUTEX_OWNER },
	{ "rwsem (read)", "rwsem_down_read_slowpath", PM_RWSEM_WAITER_TASK, PM_RWSEM_WAIT_LIST,
	  PM_RWSEM_FIRST, PM_RWSEM_OWNER },
	{ "rwsem", "rwsem_down_write_slowpath", PM_RWSEM_WAITER_TASK, PM_RWSEM_WAIT_LIST, PM_RWSEM_FIRST,
	  PM_RWSEM_OWNER },
	{ "semaphore", "__down", PM_SEM_WAITER_TASK, PM_SEM_WAIT_LIST, PM_SEM_FIRST, PM_SEM_LAST_HOLDER },
};

enum { max_waiters = 65536, max_stack_words = 8192 };

/* With PREEMPT_RT all of them are made of an rt_mutex (and so are spinlocks): what of is told by a function further out. */
struct rt_kind {
	const char *type;
	const char *function;  /* as above */
	const char *structure; /* of the lock, in which the rt_mutex is a member; NULL: at its start */
	const char *member;
};

static const char *const rt_functions[] = { "rt_mutex_slowlock", "__rt_mutex_slowlock", "rtlock_slowlock" };
static const struct rt_kind rt_kinds[] = {
	{ "rwsem (read)", "__rwbase_read_lock", "rw_semaphore", "rwbase.rtmutex" },
	{ "rwsem", "rwbase_write_lock", "rw_semaphore", "rwbase.rtmutex" },
	{ "mutex", "mutex_lock", NULL, NULL },
	{ "mutex", "__mutex_lock", NULL, NULL },
	{ "mutex", "ww_mutex_lock", NULL, NULL },
	{ "spinlock", "rt_spin_lock", NULL, NULL },
};
static const struct rt_kind plain_rt_mutex = { "rt_mutex", NULL, NULL, NULL };

/* What a trace says that its task waits for: neither is set where it does not. */
struct found_kind {
	const struct kind *kind;
	const struct rt_kind *rt;
};

static bool begins(const char *symbol, const char *with)
{
	return !strncmp(symbol, with, strlen(with));
}

static void match(const char *symbol, struct found_kind *found)
{
	for (size_t k = 0; k < PM_COUNT(kinds) && !found->kind && !found->rt; k++)
		if (begins(symbol, kinds[k].function))
			found->kind = &kinds[k];
	for (size_t k = 0; k < PM_COUNT(rt_kinds) && found->rt == &plain_rt_mutex; k++)
		if (begins(symbol, rt_kinds[k].function))
			found->rt = &rt_kinds[k];
	for (size_t k = 0; k < PM_COUNT(rt_functions) && !found->kind && !found->rt; k++)
		if (begins(symbol, rt_functions[k]))
			found->rt = &plain_rt_mutex;
}

static struct found_kind kind_of(struct pm_linux_session *s, const struct pm_stack_trace *trace)
{
	struct pm_linux *lx = pm_session_kernel(s);
	struct found_kind found = { NULL, NULL };
	struct pm_arena arena;

	pm_arena_init(&arena);
	for (size_t i = 0; i < trace->frames.n && i < 8 && !found.kind; i++) {
		struct pm_place place;

		if (pm_linux_place(lx, pm_session_modules(s), &arena, trace->frames.v[i].pc,
				   trace->frames.v[i].exact_pc, &place))
			match(place.symbol, &found);
	}
	pm_arena_deinit(&arena);
	return found;
}

struct words {
	uint64_t *v;
	size_t n;
	uint64_t start; /* address of the first */
};

/* The part of a task's stack that is in use. */
static struct words read_stack(struct pm_linux_session *s, const struct pm_linux_task *task,
			       const struct pm_stack_trace *trace)
{
	struct pm_linux *lx = pm_session_kernel(s);
	uint64_t end = task->stack + pm_session_unwinder(s)->thread_size;
	struct words words = { .start = trace->frames.n ? trace->frames.v[0].sp & ~7ull : 0 };

	if (words.start < task->stack || words.start >= end)
		return words;
	words.n = (size_t)(end - words.start) / 8;
	if (words.n > max_stack_words)
		words.n = max_stack_words;
	words.v = pm_alloc(words.n * sizeof(uint64_t));
	words.n = pm_space_read(&lx->kernel, words.start, words.v, words.n * 8, NULL) / 8;
	for (size_t i = 0; i < words.n; i++)
		words.v[i] = pm_load((const uint8_t *)&words.v[i], 8, false);
	return words;
}

/* ---- rings ----
 *
 * Waiters of one lock are linked to each other.  Each ring is walked once, whoever of its waiters is asked for:
 * a lock with ten thousand of them takes no longer for each than a lock with one. */

enum { no_ring = UINT32_MAX, max_ring_nodes = 1 << 22 };

struct pm_linux_rings {
	struct {
		uint64_t node; /* 0: empty */
		uint32_t ring;
	} * slots;
	size_t cap, n; /* cap: a power of two */
	struct {
		uint64_t lock; /* 0: not known */
	} * v;
	size_t v_n, v_cap;
};

static size_t slot_of(const struct pm_linux_rings *r, uint64_t node)
{
	size_t i = (size_t)(node * 0x9e3779b97f4a7c15ull >> 20) & (r->cap - 1);

	while (r->slots[i].node && r->slots[i].node != node)
		i = (i + 1) & (r->cap - 1);
	return i;
}

static uint32_t ring_of(const struct pm_linux_rings *r, uint64_t node)
{
	size_t i = r->cap ? slot_of(r, node) : 0;

	return r->cap && r->slots[i].node ? r->slots[i].ring : no_ring;
}

static void add_node(struct pm_linux_rings *r, uint64_t node, uint32_t ring)
{
	if (!node)
		return;
	if (2 * r->n >= r->cap) {
		struct pm_linux_rings old = *r;

		r->cap = old.cap ? 2 * old.cap : 256;
		r->slots = pm_alloc(r->cap * sizeof(*r->slots));
		for (size_t i = 0; i < old.cap; i++)
			if (old.slots[i].node)
				r->slots[slot_of(r, old.slots[i].node)] = old.slots[i];
		free(old.slots);
	}
	size_t i = slot_of(r, node);

	r->n += !r->slots[i].node;
	r->slots[i].node = node;
	r->slots[i].ring = ring;
}

struct pm_linux_rings *pm_linux_rings_new(void)
{
	return pm_alloc(sizeof(struct pm_linux_rings));
}

void pm_linux_rings_free(struct pm_linux_rings *rings)
{
	if (!rings)
		return;
	free(rings->slots);
	free(rings->v);
	free(rings);
}

/* Walks from a waiter on until it comes again, or until what no_waiter says; which is its ring.  *stopped_out: the
 * node that is no waiter; 0: there was none. */
static uint32_t walk_ring(struct pm_linux_session *s, struct pm_linux_rings *r, uint64_t waiter,
			  bool has_head, uint64_t *stopped_out)
{
	struct pm_linux *lx = pm_session_kernel(s);
	struct pm_linux_tasks *tasks = pm_session_tasks(s);
	uint64_t size = pm_session_unwinder(s)->thread_size, at = waiter;

	*stopped_out = 0;
	if (r->n >= max_ring_nodes)
		return no_ring;
	PM_ROOM(r->v, r->v_n, r->v_cap);
	uint32_t ring = (uint32_t)r->v_n++;

	r->v[ring].lock = 0;
	for (unsigned i = 0; i < max_waiters; i++) {
		uint32_t known = ring_of(r, at);

		if (known != no_ring && known != ring) {
			/* met where another waiter's walk began: the same ring */
			r->v[ring].lock = r->v[known].lock;
			break;
		}
		if (known == ring)
			break;
		add_node(r, at, ring);
		if (!pm_space_load(&lx->kernel, at, 8, &at))
			break;
		if (has_head && !pm_linux_task_by_stack(tasks, size, at)) {
			*stopped_out = at;
			break;
		}
	}
	return ring;
}

/* The lock whose list the waiter hangs in: the one node that lies on no stack is its head. */
static uint64_t lock_by_head(struct pm_linux_session *s, const struct kind *kind, uint64_t waiter)
{
	struct pm_linux_rings *r = pm_session_rings(s);
	uint32_t ring = ring_of(r, waiter);
	uint64_t head;

	if (ring != no_ring)
		return r->v[ring].lock;
	ring = walk_ring(s, r, waiter, true, &head);
	if (head)
		r->v[ring].lock = head - (uint64_t)pm_session_kernel(s)->fields[kind->wait_list].offset;
	return ring == no_ring ? 0 : r->v[ring].lock;
}

/* Where waiters form a ring of their own, the lock points to the first: a word on the stack that leads to such a
 * pointer is the lock's address. */
static uint64_t lock_by_first(struct pm_linux_session *s, const struct kind *kind, const struct words *stack,
			      uint64_t waiter)
{
	struct pm_linux *lx = pm_session_kernel(s);
	struct pm_linux_rings *r = pm_session_rings(s);
	uint64_t kernel = lx->kernel.mmu->kernel_start(&lx->kernel), first;
	uint32_t ring = ring_of(r, waiter);

	if (ring == no_ring)
		ring = walk_ring(s, r, waiter, false, &first);
	if (ring == no_ring || r->v[ring].lock)
		return ring == no_ring ? 0 : r->v[ring].lock;
	for (size_t i = 0; i < stack->n; i++) {
		if (stack->v[i] < kernel || stack->v[i] & 7 ||
		    !pm_linux_get(lx, stack->v[i], kind->first, &first) || !first ||
		    ring_of(r, first) != ring)
			continue;
		/* a waiter's own links lead into the ring, too */
		if (ring_of(r, stack->v[i]) == ring)
			continue;
		r->v[ring].lock = stack->v[i];
		break;
	}
	return r->v[ring].lock;
}

/* A waiter begins with its list node; both neighbours must lead back to it. */
static bool is_node(struct pm_linux *lx, uint64_t node)
{
	uint64_t next, prev, back;

	return pm_space_load(&lx->kernel, node, 8, &next) && pm_space_load(&lx->kernel, node + 8, 8, &prev) &&
	       pm_space_load(&lx->kernel, next + 8, 8, &back) && back == node &&
	       pm_space_load(&lx->kernel, prev, 8, &back) && back == node;
}

/* ---- rt_mutexes ---- */

/* What it is itself, until 5.14, is since then in what has lockdep's words, too. */
static const char *rt_mutex(struct pm_linux *lx)
{
	return pm_linux_type_size(lx, "rt_mutex_base") ? "rt_mutex_base" : "rt_mutex";
}

/* The waiter's node in the lock's tree: what is above it must lead to it. */
static bool is_rt_waiter(struct pm_linux *lx, uint64_t waiter, uint64_t lock)
{
	uint64_t node = pm_linux_member_at(lx, waiter, "rt_mutex_waiter", "tree_entry|tree.entry"), above,
		 right, left;
	uint64_t root = pm_linux_member_at(lx, lock, rt_mutex(lx), "waiters");

	if (!node || !root || !pm_space_load(&lx->kernel, node, 8, &above))
		return false;
	above &= ~3ull;
	if (!above)
		return pm_space_load(&lx->kernel, root, 8, &above) && above == node;
	return pm_space_load(&lx->kernel, above + 8, 8, &right) &&
	       pm_space_load(&lx->kernel, above + 16, 8, &left) && (right == node || left == node);
}

static bool rt_wait_of(struct pm_linux *lx, const struct pm_linux_task *task, const struct rt_kind *kind,
		       const struct words *stack, struct pm_linux_wait *out)
{
	const struct pm_field_place *task_at = &lx->fields[PM_RTMUTEX_WAITER_TASK];
	uint64_t lock, owner;

	for (size_t i = 0; task_at->offset >= 0 && i < stack->n; i++) {
		uint64_t waiter = stack->start + 8 * i - (uint64_t)task_at->offset;

		if (stack->v[i] != task->addr || !pm_linux_get(lx, waiter, PM_RTMUTEX_WAITER_LOCK, &lock) ||
		    !is_rt_waiter(lx, waiter, lock))
			continue;
		*out = (struct pm_linux_wait){ .task = task->addr, .type = kind->type, .lock = lock };
		if (kind->structure)
			out->lock -= pm_linux_member_offset(lx, kind->structure, kind->member);
		/* its lowest bit: there are waiters */
		if (pm_linux_member_get(lx, lock, rt_mutex(lx), "owner", &owner))
			out->owner = owner & ~7ull;
		return true;
	}
	return false;
}

bool pm_linux_wait_of(struct pm_linux_session *s, const struct pm_linux_task *task,
		      const struct pm_stack_trace *trace, struct pm_linux_wait *out)
{
	struct pm_linux *lx = pm_session_kernel(s);
	const struct found_kind found = kind_of(s, trace);
	const struct kind *kind = found.kind;
	uint64_t owner, lock = 0;

	if (!found.rt && (!kind || lx->fields[kind->waiter_task].offset < 0))
		return false;
	struct words stack = read_stack(s, task, trace);

	if (found.rt) {
		bool is_found = rt_wait_of(lx, task, found.rt, &stack, out);

		free(stack.v);
		return is_found;
	}
	uint64_t task_at = (uint64_t)lx->fields[kind->waiter_task].offset;

	for (size_t i = 0; i < stack.n && !lock; i++) {
		uint64_t waiter = stack.start + 8 * i - task_at;

		if (stack.v[i] != task->addr || !is_node(lx, waiter))
			continue;
		lock = lx->fields[kind->wait_list].offset >= 0 ? lock_by_head(s, kind, waiter)
							       : lock_by_first(s, kind, &stack, waiter);
	}
	free(stack.v);
	if (!lock)
		return false;
	*out = (struct pm_linux_wait){ .task = task->addr, .type = kind->type, .lock = lock };
	if (pm_linux_get(lx, lock, kind->owner, &owner)) {
		out->by_readers = kind->owner == PM_RWSEM_OWNER && owner & 1;
		out->owner = owner & ~7ull;
	}
	return true;
}

/* ---- groups ---- */

static bool same_stack(const struct pm_stack_trace *a, const struct pm_stack_trace *b)
{
	if (a->frames.n != b->frames.n)
		return false;
	for (size_t i = 0; i < a->frames.n; i++)
		if (a->frames.v[i].pc != b->frames.v[i].pc)
			return false;
	return true;
}

static int by_size(const void *a, const void *b)
{
	const struct pm_linux_blocked *x = a, *y = b;

	return x->tasks.n > y->tasks.n ? -1 : x->tasks.n < y->tasks.n;
}

void pm_linux_blocked_read(struct pm_linux_session *s, struct pm_linux_blocked_groups *groups)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(s);

	*groups = (struct pm_linux_blocked_groups){ 0 };
	pm_arena_init(&groups->arena);
	for (size_t i = 0; i < tasks->v.n && !pm_interrupted(); i++) {
		const struct pm_linux_task *task = &tasks->v.v[i];
		struct pm_linux_blocked *group = NULL;
		struct pm_stack_trace trace;
		struct pm_linux_wait wait;

		if (task->state != 'D' || pm_session_cpu_of(s, task->addr))
			continue;
		pm_session_unwind(s, task, &trace);
		for (size_t k = 0; k < groups->v.n && !group; k++)
			if (same_stack(&groups->v.v[k].trace, &trace))
				group = &groups->v.v[k];
		bool has_wait = pm_linux_wait_of(s, task, &trace, &wait);

		if (group) {
			pm_stack_trace_deinit(&trace);
		} else {
			group = PM_PUSH(&groups->arena, &groups->v);
			group->trace = trace;
		}
		*PM_PUSH(&groups->arena, &group->tasks) = task;
		if (has_wait)
			*PM_PUSH(&groups->arena, &group->waits) = wait;
	}
	if (groups->v.n)
		qsort(groups->v.v, groups->v.n, sizeof(*groups->v.v), by_size);
}

void pm_linux_blocked_deinit(struct pm_linux_blocked_groups *groups)
{
	for (size_t i = 0; i < groups->v.n; i++)
		pm_stack_trace_deinit(&groups->v.v[i].trace);
	pm_arena_deinit(&groups->arena);
}
