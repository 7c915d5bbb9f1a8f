#include "linux/identify.h"

#include "linux/typed.h"

#include <ctype.h>
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

/* The start of a string of at least three letters, quoted. */
static bool is_string(struct pm_linux_session *s, uint64_t value, char *buf, size_t size)
{
	char text[43];
	size_t n = pm_space_read(&pm_session_kernel(s)->kernel, value - 1, text, sizeof(text), NULL), end = 1;

	while (end < n && isprint((unsigned char)text[end]) && text[end] != '"')
		end++;
	if (n < 5 || text[0] || end < 4 || (end < n && text[end] && text[end] != '\n'))
		return false;
	snprintf(buf, size, "\"%.*s\"%s", (int)end - 1, text + 1, end == n ? "..." : "");
	return true;
}

static enum pm_identity symbol(struct pm_linux_session *s, uint64_t value, char *buf, size_t size)
{
	bool is_code = pm_linux_is_text(pm_session_unwinder(s), value), found;
	struct pm_arena arena;
	struct pm_place place;
	char rest[96] = "";

	pm_arena_init(&arena);
	found = pm_linux_place(pm_session_kernel(s), pm_session_modules(s), &arena, value, true, &place);
	if (place.module)
		snprintf(rest, sizeof(rest), " [%s]", place.module);
	/* strings have no names: that of a variable somewhere before would mislead */
	if ((found ? place.offset != 0 : *rest != 0) && !is_code && is_string(s, value, buf, size))
		snprintf(buf + strlen(buf), size - strlen(buf), "%s", rest);
	else if (found)
		put(buf, size, place.symbol, (int64_t)place.offset, rest);
	else if (place.module)
		snprintf(buf, size, "in module %s", place.module);
	pm_arena_deinit(&arena);
	return !found && !*rest ? PM_IS_NOTHING : is_code ? PM_IS_CODE : PM_IS_DATA;
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

static enum pm_identity object(struct pm_linux_session *s, uint64_t value, char *buf, size_t size)
{
	struct pm_linux *lx = pm_session_kernel(s);
	struct pm_linux_object o;
	struct pm_btf_member member;
	char what[PM_LINUX_NAME_MAX], path[64], rest[96] = "";
	enum pm_identity is = PM_IS_OBJECT;

	if (!pm_linux_object_at(lx, pm_session_caches(s), value, &o))
		return PM_IS_NOTHING;
	/* a task is worth more than "an object of task_struct" */
	const struct pm_linux_task *task = pm_linux_task_by_addr(pm_session_tasks(s), o.start);
	uint32_t type = pm_linux_cache_type(lx, o.cache);

	if (task) {
		snprintf(what, sizeof(what), "task_struct of %s (pid %d)", task->comm, task->pid);
		is = PM_IS_TASK;
	} else if (o.state != PM_OBJECT_FREE && pm_linux_typed_words(s, &o, what, sizeof(what))) {
		is = PM_IS_TYPED;
	} else {
		snprintf(what, sizeof(what), "%s object", o.cache->name);
	}
	if (o.state == PM_OBJECT_FREE)
		is = PM_IS_FREE;
	if (o.state == PM_OBJECT_FREE)
		snprintf(rest, sizeof(rest), ", free");
	else if (o.offset < 0)
		snprintf(rest, sizeof(rest), ", in the red zone before it");
	else if (o.offset >= (int64_t)o.cache->object_size)
		snprintf(rest, sizeof(rest), ", behind its end");
	else if (type && o.offset &&
		 pm_btf_member_at(lx->btf, type, (uint64_t)o.offset, path, sizeof(path), &member) && *path)
		snprintf(rest, sizeof(rest), " (%s)", path);
	put(buf, size, what, o.offset, rest);
	return is;
}

static bool is_page(struct pm_linux_session *s, uint64_t value, char *buf, size_t size)
{
	struct pm_linux *lx = pm_session_kernel(s);
	const struct pm_linux_caches *caches = pm_session_caches(s);

	if (!caches->vmemmap || !caches->page_size || value < caches->vmemmap ||
	    !pm_dump_has_memory(lx->dump, (value - caches->vmemmap) / caches->page_size * PM_PAGE_SIZE))
		return false;
	uint64_t page = value - (value - caches->vmemmap) % caches->page_size;

	snprintf(buf, size, "struct page of 0x%llx",
		 (unsigned long long)(pm_linux_page_address(lx, caches, page) - lx->page_offset));
	return true;
}

enum pm_identity pm_session_identify(struct pm_linux_session *s, uint64_t value, char *buf, size_t size)
{
	struct pm_linux *lx = pm_session_kernel(s);
	enum pm_identity is;

	*buf = 0;
	if (value < lx->kernel.mmu->kernel_start(&lx->kernel) || value > 0xfffffffffffff000)
		return PM_IS_NOTHING;
	if ((is = symbol(s, value, buf, size)) != PM_IS_NOTHING)
		return is;
	if (is_stack(s, value, buf, size))
		return PM_IS_STACK;
	if (is_percpu(s, value, buf, size))
		return PM_IS_PERCPU;
	if ((is = object(s, value, buf, size)) != PM_IS_NOTHING)
		return is;
	return is_page(s, value, buf, size) ? PM_IS_PAGE : PM_IS_NOTHING;
}
