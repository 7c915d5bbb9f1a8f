#include "linux/tasks.h"

#include "linux/list.h"

#include "symbols/bytes.h"

#include <elf.h>
#include <stdlib.h>
#include <string.h>

/* PID_MAX_LIMIT of 64-bit kernels. */
static const size_t max_tasks = 4 << 20;

/* What lists are read into; left: elements that may still be looked at, of all lists together. */
struct reader {
	struct pm_linux *lx;
	struct pm_linux_tasks *tasks;
	size_t left;
};

static uint64_t get(struct pm_linux *lx, uint64_t base, enum pm_field field)
{
	uint64_t value = 0;

	pm_linux_get(lx, base, field, &value);
	return value;
}

/* Bits of task_struct.__state and exit_state (include/linux/sched.h); the same since 4.14, but for two: waiting for a lock
 * that is a spinlock elsewhere (5.16, PREEMPT_RT) and frozen (6.1), both of which ps shows as D. */
static char state_letter(uint64_t state, uint64_t exit_state)
{
	static const struct {
		uint64_t bits;
		char letter;
	} rows[] = { { 0x402, 'I' }, { 0x1, 'S' },    { 0x2, 'D' },   { 0x4, 'T' },
		     { 0x8, 't' },   { 0x40, 'P' },   { 0x80, 'X' },  { 0x200, 'W' },
		     { 0x800, 'N' }, { 0x1000, 'D' }, { 0x8000, 'D' } };

	if (exit_state & 0x20)
		return 'Z';
	if (exit_state & 0x10)
		return 'X';
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if ((state & rows[i].bits) == rows[i].bits)
			return rows[i].letter;
	return 'R';
}

bool pm_linux_task_read(struct pm_linux *lx, uint64_t addr, struct pm_linux_task *t)
{
	uint64_t comm = pm_linux_at(lx, addr, PM_TASK_COMM), pid;

	*t = (struct pm_linux_task){ .addr = addr };
	if (!comm || !pm_linux_get(lx, addr, PM_TASK_PID, &pid) ||
	    pm_space_read(&lx->kernel, comm, t->comm, sizeof(t->comm) - 1, NULL) < sizeof(t->comm) - 1)
		return false;
	t->comm[strnlen(t->comm, sizeof(t->comm) - 1)] = 0;
	t->pid = (int32_t)pid;
	t->tgid = (int32_t)get(lx, addr, PM_TASK_TGID);
	t->state_bits = get(lx, addr, PM_TASK_STATE);
	t->state = state_letter(t->state_bits, get(lx, addr, PM_TASK_EXIT_STATE));
	t->flags = get(lx, addr, PM_TASK_FLAGS);
	t->stack = get(lx, addr, PM_TASK_STACK);
	t->mm = get(lx, addr, PM_TASK_MM);
	t->cpu = (uint32_t)get(lx, addr, PM_TASK_CPU);
	t->on_cpu = get(lx, addr, PM_TASK_ON_CPU) & 1;
	t->leader = t->pid == t->tgid;
	t->parent = get(lx, addr, PM_TASK_PARENT);
	/* ps shows the parent's process, not its thread; an idle task has none, only who brought its CPU up */
	t->ppid = t->parent && t->pid ? (int32_t)get(lx, t->parent, PM_TASK_TGID) : 0;
	return true;
}

static void add(struct reader *r, uint64_t addr)
{
	struct pm_linux_task task;

	if (!r->left) {
		r->tasks->trouble = "more tasks than any kernel has";
		return;
	}
	r->left--;
	if (pm_linux_task_read(r->lx, addr, &task))
		*PM_PUSH(&r->tasks->arena, &r->tasks->v) = task;
	else
		r->tasks->trouble = "a task in the list is not in the dump";
}

/* The threads behind a leader: signal->thread_head links their thread_node. */
static void add_threads(struct reader *r, uint64_t leader)
{
	struct pm_linux *lx = r->lx;
	uint64_t signal = get(lx, leader, PM_TASK_SIGNAL), head;
	uint64_t node = pm_linux_at(lx, 0, PM_TASK_THREAD_NODE);
	struct pm_linux_nodes list;

	if (!r->left || !signal || !(head = pm_linux_at(lx, signal, PM_SIGNAL_THREAD_HEAD)))
		return;
	pm_linux_nodes_read(lx, head, r->left, &list);
	for (size_t i = 0; i < list.n; i++)
		if (list.v[i] - node != leader)
			add(r, list.v[i] - node);
	if (list.trouble)
		r->tasks->trouble =
			pm_arena_printf(&r->tasks->arena, "threads of a process: %s", list.trouble);
	pm_linux_nodes_free(&list);
}

static void add_idle(struct reader *r)
{
	struct pm_linux *lx = r->lx;
	uint64_t runqueue, idle;
	struct pm_btf_member member;

	for (uint32_t cpu = 0; cpu < lx->cpus; cpu++)
		if (pm_linux_percpu(lx, "runqueues", cpu, &runqueue) &&
		    pm_btf_find_member(lx->btf, pm_btf_find(lx->btf, PM_BTF_STRUCT, "rq"), "idle", &member) &&
		    pm_space_load(&lx->kernel, runqueue + member.bit_offset / 8, 8, &idle) && idle)
			add(r, idle);
}

void pm_linux_tasks_read(struct pm_linux *lx, struct pm_linux_tasks *tasks)
{
	uint64_t init, at, link = pm_linux_at(lx, 0, PM_TASK_TASKS);
	struct reader r = { lx, tasks, max_tasks };
	struct pm_linux_nodes list;

	*tasks = (struct pm_linux_tasks){ 0 };
	pm_arena_init(&tasks->arena);
	if (!lx->btf) {
		tasks->trouble = "the kernel's types are not known";
		return;
	}
	add_idle(&r);
	if (!pm_linux_symbol(lx, "init_task", &init) || !pm_space_load(&lx->kernel, init + link, 8, &at)) {
		tasks->trouble = "the first task is not in the dump";
		return;
	}
	pm_linux_nodes_read(lx, init + link, max_tasks, &list);
	for (size_t i = 0; i < list.n && r.left; i++) {
		add(&r, list.v[i] - link);
		add_threads(&r, list.v[i] - link);
	}
	if (list.trouble)
		tasks->trouble = list.trouble;
	pm_linux_nodes_free(&list);
}

void pm_linux_tasks_deinit(struct pm_linux_tasks *tasks)
{
	pm_arena_deinit(&tasks->arena);
}

struct pm_linux_task *pm_linux_task_by_pid(struct pm_linux_tasks *tasks, int32_t pid)
{
	for (size_t i = 0; i < tasks->v.n; i++)
		if (tasks->v.v[i].pid == pid)
			return &tasks->v.v[i];
	return NULL;
}

static int by_addr(const void *a, const void *b)
{
	const struct pm_linux_task *const *x = a, *const *y = b;

	/* one that comes twice is found where it came first */
	if ((*x)->addr == (*y)->addr)
		return *x < *y ? -1 : *x > *y;
	return (*x)->addr < (*y)->addr ? -1 : 1;
}

static int by_stack(const void *a, const void *b)
{
	const struct pm_linux_task *const *x = a, *const *y = b;

	return (*x)->stack < (*y)->stack ? -1 : (*x)->stack > (*y)->stack;
}

/* Tasks in another order; with_stack: those that have one.  *n_out: how many. */
static struct pm_linux_task **sorted(struct pm_linux_tasks *tasks, bool with_stack,
				     int (*order)(const void *a, const void *b), size_t *n_out)
{
	struct pm_linux_task **v =
		pm_arena_alloc(&tasks->arena, (tasks->v.n + 1) * sizeof(struct pm_linux_task *));
	size_t n = 0;

	for (size_t i = 0; i < tasks->v.n; i++)
		if (!with_stack || tasks->v.v[i].stack)
			v[n++] = &tasks->v.v[i];
	qsort(v, n, sizeof(struct pm_linux_task *), order);
	*n_out = n;
	return v;
}

struct pm_linux_task *pm_linux_task_by_addr(struct pm_linux_tasks *tasks, uint64_t addr)
{
	size_t low = 0, high;

	if (!tasks->by_addr)
		tasks->by_addr = sorted(tasks, false, by_addr, &tasks->by_addr_n);
	for (high = tasks->by_addr_n; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (tasks->by_addr[middle]->addr >= addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low < tasks->by_addr_n && tasks->by_addr[low]->addr == addr ? tasks->by_addr[low] : NULL;
}

struct pm_linux_task *pm_linux_task_by_stack(struct pm_linux_tasks *tasks, uint64_t size, uint64_t addr)
{
	size_t low = 0, high;

	if (!tasks->by_stack)
		tasks->by_stack = sorted(tasks, true, by_stack, &tasks->by_stack_n);
	for (high = tasks->by_stack_n; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (tasks->by_stack[middle]->stack > addr)
			high = middle;
		else
			low = middle + 1;
	}
	return low && addr - tasks->by_stack[low - 1]->stack < size ? tasks->by_stack[low - 1] : NULL;
}

static int by_parent(const void *a, const void *b)
{
	const struct pm_linux_task *const *x = a, *const *y = b;

	if ((*x)->parent != (*y)->parent)
		return (*x)->parent < (*y)->parent ? -1 : 1;
	return *x < *y ? -1 : *x > *y;
}

struct pm_linux_task *const *pm_linux_task_children(struct pm_linux_tasks *tasks, uint64_t parent,
						    size_t *n_out)
{
	size_t low = 0, n = 0, all = tasks->v.n;

	if (!tasks->by_parent)
		tasks->by_parent = sorted(tasks, false, by_parent, &all);
	for (size_t high = all; low < high;) {
		size_t middle = low + (high - low) / 2;

		if (tasks->by_parent[middle]->parent >= parent)
			high = middle;
		else
			low = middle + 1;
	}
	while (low + n < all && tasks->by_parent[low + n]->parent == parent)
		n++;
	*n_out = n;
	return &tasks->by_parent[low];
}

/* ---- memory of processes ---- */

/* MM_FILEPAGES, MM_ANONPAGES, MM_SHMEMPAGES: what counts as resident; between them is MM_SWAPENTS. */
static const unsigned resident_kinds[] = { 0, 1, 3 };

struct pm_linux_task_pages {
	uint64_t mm;
	int64_t pages;
};

static int by_mm(const void *a, const void *b)
{
	const struct pm_linux_task_pages *x = a, *y = b;

	return x->mm < y->mm ? -1 : x->mm > y->mm;
}

/* SPLIT_RSS_COUNTING (until 6.1): each task counts in task_struct.rss_stat and adds that to its mm now and then. */
static void read_task_pages(struct pm_linux *lx, struct pm_linux_tasks *tasks)
{
	size_t n = 0;

	tasks->pages = pm_arena_alloc(&tasks->arena, (tasks->v.n + 1) * sizeof(*tasks->pages));
	if (lx->fields[PM_TASK_RSS_STAT].offset < 0 || lx->fields[PM_TASK_RSS_COUNT].offset < 0)
		return;
	for (size_t i = 0; i < tasks->v.n; i++) {
		const struct pm_linux_task *t = &tasks->v.v[i];
		uint64_t at = pm_linux_at(lx, pm_linux_at(lx, t->addr, PM_TASK_RSS_STAT), PM_TASK_RSS_COUNT),
			 count;
		int64_t sum = 0;

		for (size_t k = 0; t->mm && k < PM_COUNT(resident_kinds); k++)
			if (pm_space_load(&lx->kernel, at + 4 * resident_kinds[k], 4, &count))
				sum += (int32_t)count;
		if (sum)
			tasks->pages[n++] = (struct pm_linux_task_pages){ t->mm, sum };
	}
	qsort(tasks->pages, n, sizeof(*tasks->pages), by_mm);
	for (size_t i = 0; i < n; i++) {
		struct pm_linux_task_pages *last = tasks->pages + tasks->pages_n;

		if (tasks->pages_n && last[-1].mm == tasks->pages[i].mm)
			last[-1].pages += tasks->pages[i].pages;
		else
			tasks->pages[tasks->pages_n++] = tasks->pages[i];
	}
}

/* mm->rss_stat: an array of atomic_long_t (until 6.1), or of struct percpu_counter. */
uint64_t pm_linux_resident_pages(struct pm_linux *lx, struct pm_linux_tasks *tasks, uint64_t mm)
{
	const struct pm_field_place *place = &lx->fields[PM_MM_RSS_STAT];
	uint32_t counter = lx->btf ? pm_btf_find(lx->btf, PM_BTF_STRUCT, "percpu_counter") : 0;
	uint64_t at = pm_linux_at(lx, mm, PM_MM_RSS_STAT), value, step = pm_btf_size(lx->btf, counter);
	bool is_plain = place->size == 4 * 8; /* struct mm_rss_stat { atomic_long_t count[4]; } */
	int64_t sum = 0;

	if (!at || (!is_plain && !step))
		return 0;
	for (size_t i = 0; i < PM_COUNT(resident_kinds); i++)
		if (is_plain ? pm_space_load(&lx->kernel, at + 8 * resident_kinds[i], 8, &value)
			     : pm_linux_percpu_counter(lx, at + resident_kinds[i] * step, &value))
			sum += (int64_t)value;
	if (!tasks->pages)
		read_task_pages(lx, tasks);
	const struct pm_linux_task_pages key = { .mm = mm }, *found = NULL;

	if (tasks->pages_n)
		found = bsearch(&key, tasks->pages, tasks->pages_n, sizeof(key), by_mm);
	sum += found ? found->pages : 0;
	return sum > 0 ? (uint64_t)sum : 0;
}

/* ---- CPUs ---- */

static uint64_t current_task(struct pm_linux *lx, uint32_t cpu)
{
	uint64_t addr, task = 0;

	/* its own variable (until 6.1, and from 6.15), or in the hot ones */
	if (lx->fields[PM_PCPU_HOT_CURRENT].offset >= 0 && pm_linux_percpu(lx, "pcpu_hot", cpu, &addr))
		pm_linux_get(lx, addr, PM_PCPU_HOT_CURRENT, &task);
	else if (pm_linux_percpu(lx, "current_task", cpu, &addr))
		pm_space_load(&lx->kernel, addr, 8, &task);
	return task;
}

static bool mask_bit(struct pm_linux *lx, const char *mask, uint32_t bit)
{
	uint64_t addr, byte;

	return pm_linux_symbol(lx, mask, &addr) && pm_space_load(&lx->kernel, addr + bit / 8, 1, &byte) &&
	       byte >> bit % 8 & 1;
}

/* struct elf_prstatus of x86-64: pid at 32, the registers in the order of pt_regs at 112. */
enum { prstatus_size = 336, prstatus_regs = 112 };

static struct pm_x86_regs regs_of(const struct pm_dump_note *note)
{
	struct pm_x86_regs regs = { 0 };

	for (unsigned i = 0; i < PM_X86_REGS; i++)
		pm_x86_set(&regs, (enum pm_x86_reg)i, pm_load(note->desc + prstatus_regs + 8 * i, 8, false));
	return regs;
}

/* CPUs that did not save their registers have no note, so a note's number is not the CPU's.  The stack tells:
 * it is that of the task that runs there. */
static struct pm_linux_cpu *cpu_of(struct pm_linux *lx, const struct pm_linux_unwinder *u,
				   struct pm_linux_cpus *cpus, const struct pm_x86_regs *regs)
{
	uint64_t sp = regs->v[PM_X86_SP];

	for (size_t i = 0; i < cpus->v.n; i++) {
		uint64_t stack;

		if (!cpus->v.v[i].has_regs && pm_linux_get(lx, cpus->v.v[i].task, PM_TASK_STACK, &stack) &&
		    sp - stack <= u->thread_size)
			return &cpus->v.v[i];
	}
	return NULL;
}

void pm_linux_cpus_read(struct pm_linux *lx, const struct pm_linux_unwinder *u, struct pm_linux_cpus *cpus)
{
	const struct pm_dump_note *notes;
	size_t n = pm_dump_notes(lx->dump, &notes), prstatus = 0;
	uint64_t value;

	*cpus = (struct pm_linux_cpus){ .panic_cpu = -1 };
	pm_arena_init(&cpus->arena);
	for (uint32_t cpu = 0; cpu < lx->cpus; cpu++) {
		struct pm_linux_cpu *c = PM_PUSH(&cpus->arena, &cpus->v);

		c->cpu = cpu;
		c->online = mask_bit(lx, "__cpu_online_mask", cpu);
		c->task = current_task(lx, cpu);
	}
	static const char *const who[] = { "panic_cpu", "crashing_cpu" };
	for (size_t i = 0; i < sizeof(who) / sizeof(who[0]) && cpus->panic_cpu < 0; i++)
		if (pm_linux_variable(lx, who[i], 4, &value) && value < lx->cpus) {
			cpus->panic_cpu = (int32_t)value;
			cpus->panic_how = who[i];
		}
	if (cpus->panic_cpu >= 0)
		cpus->v.v[cpus->panic_cpu].panicked = true;
	/* First those whose stack tells, then the others in their order. */
	for (unsigned pass = 0; pass < 2; pass++) {
		prstatus = 0;
		for (size_t i = 0; i < n; i++) {
			if (notes[i].type != NT_PRSTATUS || strcmp(notes[i].name, "CORE") ||
			    notes[i].size < prstatus_size)
				continue;
			struct pm_x86_regs regs = regs_of(&notes[i]);
			struct pm_linux_cpu *cpu = NULL;
			size_t number = prstatus++;
			/* /proc/kcore's note has none */
			bool taken = !regs.v[PM_X86_IP] && !regs.v[PM_X86_SP];

			for (size_t k = 0; k < cpus->v.n; k++)
				taken |= cpus->v.v[k].has_regs &&
					 !memcmp(cpus->v.v[k].regs.v, regs.v, sizeof(regs.v));
			if (taken)
				continue;
			if (!pass)
				cpu = cpu_of(lx, u, cpus, &regs);
			else if (number < cpus->v.n && !cpus->v.v[number].has_regs)
				cpu = &cpus->v.v[number];
			if (cpu) {
				cpu->has_regs = true;
				cpu->regs = regs;
			}
		}
	}
}

void pm_linux_cpus_deinit(struct pm_linux_cpus *cpus)
{
	pm_arena_deinit(&cpus->arena);
}
