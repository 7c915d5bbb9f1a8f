#include "linux/identify.h"

#include <stdio.h>
#include <string.h>

static void put(char *buf, size_t size, const char *what, int64_t offset, const char *rest)
{
	if (!offset)
		snprintf(buf, size, "%s%s", what, rest);
	else
		snprintf(buf, size, "%s %c 0x%llx%s", what, offset < 0 ? '-' : '+',
			 (unsigned long long)(offset < 0 ? -offset : offset), rest);
}

static bool is_symbol(struct pm_linux_session *s, uint64_t value, char *buf, size_t size)
{
	struct pm_arena arena;
	struct pm_place place;
	char rest[96] = "";
	bool found;

	pm_arena_init(&arena);
	found = pm_linux_place(pm_session_kernel(s), pm_session_modules(s), &arena, value, true, &place);
	if (place.module)
		snprintf(rest, sizeof(rest), " [%s]", place.module);
	if (found)
		put(buf, size, place.symbol, (int64_t)place.offset, rest);
	else if (place.module)
		snprintf(buf, size, "in module %s", place.module);
	pm_arena_deinit(&arena);
	return found || *rest;
}

static bool is_stack(struct pm_linux_session *s, uint64_t value, char *buf, size_t size)
{
	const struct pm_linux_task *t =
		pm_linux_task_by_stack(pm_session_tasks(s), pm_session_unwinder(s)->thread_size, value);

	if (t)
		snprintf(buf, size, "stack of %s (pid %d)", t->comm, t->pid);
	return t;
}

/* A variable of one CPU: the same place in every CPU's area. */
static bool is_percpu(struct pm_linux_session *s, uint64_t value, char *buf, size_t size)
{
	struct pm_linux *lx = pm_session_kernel(s);
	uint64_t start, end, from, to;
	uint32_t index;
	char name[PM_LINUX_NAME_MAX], rest[32];

	if (!lx->symbols || !pm_linux_symbol(lx, "__per_cpu_start", &start) ||
	    !pm_linux_symbol(lx, "__per_cpu_end", &end))
		return false;
	for (uint32_t cpu = 0; cpu < lx->cpus; cpu++) {
		uint64_t inside = value - lx->cpu_offset[cpu];

		if (inside - start >= end - start ||
		    !pm_linux_symbols_find(lx->symbols, inside, &index, &from, &to) ||
		    !pm_linux_symbols_name(lx->symbols, index, name))
			continue;
		snprintf(rest, sizeof(rest), ", per-CPU, CPU %u", cpu);
		put(buf, size, name, (int64_t)(inside - from), rest);
		return true;
	}
	return false;
}

static bool is_object(struct pm_linux_session *s, uint64_t value, char *buf, size_t size)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(s);
	struct pm_linux_object object;
	char what[96];

	if (!pm_linux_object_at(pm_session_kernel(s), pm_session_caches(s), value, &object))
		return false;
	/* a task is worth more than "an object of task_struct" */
	const struct pm_linux_task *task = pm_linux_task_by_addr(tasks, object.start);

	if (task)
		snprintf(what, sizeof(what), "task_struct of %s (pid %d)", task->comm, task->pid);
	else
		snprintf(what, sizeof(what), "%s object", object.cache->name);
	put(buf, size, what, object.offset,
	    object.state == PM_OBJECT_FREE                        ? ", free"
	    : object.offset < 0                                   ? ", in the red zone before it"
	    : object.offset >= (int64_t)object.cache->object_size ? ", behind its end"
								  : "");
	return true;
}

bool pm_session_identify(struct pm_linux_session *s, uint64_t value, char *buf, size_t size)
{
	struct pm_linux *lx = pm_session_kernel(s);
	struct pm_linux_caches *caches = pm_session_caches(s);

	*buf = 0;
	if (value < lx->kernel.mmu->kernel_start(&lx->kernel) || value > 0xfffffffffffff000)
		return false;
	if (is_symbol(s, value, buf, size) || is_stack(s, value, buf, size) ||
	    is_percpu(s, value, buf, size) || is_object(s, value, buf, size))
		return true;
	if (caches->vmemmap && caches->page_size && value >= caches->vmemmap &&
	    pm_dump_has_memory(lx->dump, (value - caches->vmemmap) / caches->page_size * PM_PAGE_SIZE)) {
		uint64_t page = value - (value - caches->vmemmap) % caches->page_size;

		snprintf(buf, size, "struct page of 0x%llx",
			 (unsigned long long)(pm_linux_page_address(lx, caches, page) - lx->page_offset));
		return true;
	}
	return false;
}
