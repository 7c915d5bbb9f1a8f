/* waitq: who waits in a wait queue. */
#include "shell/commands.h"

#include "linux/list.h"
#include "linux/member.h"

#include <stdlib.h>
#include <string.h>

enum { max_waiters = 1 << 20 };

/* A task that is named by an entry, or on whose stack the entry lies. */
static const struct pm_linux_task *waiter(struct pm_shell *sh, uint64_t private, uint64_t entry)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	const struct pm_linux_task *task = private ? pm_linux_task_by_addr(tasks, private) : NULL;

	return task ? task
		    : pm_linux_task_by_stack(tasks, pm_session_unwinder(sh->session)->thread_size, entry);
}

static void put(struct pm_shell *sh, uint64_t entry, uint64_t private, uint64_t function)
{
	const struct pm_linux_task *task = waiter(sh, private, entry);
	char name[PM_LINUX_NAME_MAX + 96];

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		if (task)
			pm_shell_put_task(sh, task);
		pm_json_hex(sh->json, "entry", entry);
		if (function) {
			pm_json_hex(sh->json, "function", function);
			pm_shell_json_place(sh, function, true);
		}
		pm_json_close(sh->json, '}');
	} else if (task) {
		pm_shell_put_task(sh, task);
	} else {
		/* what is called instead of waking a task: an epoll, a poll of an eventfd */
		if (function)
			pm_shell_name(sh, function, true, name, sizeof(name));
		else
			snprintf(name, sizeof(name), "?");
		fprintf(sh->out, "ENTRY: %016llx  FUNCTION: %s\n", (unsigned long long)entry, name);
	}
}

/* Both kinds of queues begin with a lock and a list (struct wait_queue_head, swait_queue_head). */
struct kind {
	const char *head, *list, *entry, *link, *who, *function;
};

static const struct kind kinds[] = {
	{ "wait_queue_head", "head|task_list", "wait_queue_entry", "entry|task_list", "private", "func" },
	{ "swait_queue_head", "task_list", "swait_queue", "task_list", "task", NULL },
};

static bool put_queue(struct pm_shell *sh, const char *name, uint64_t addr, const struct kind *kind)
{
	uint64_t list = pm_linux_member_at(sh->lx, addr, kind->head, kind->list), at;
	uint64_t link = pm_linux_member_offset(sh->lx, kind->entry, kind->link);
	struct pm_linux_nodes nodes;
	enum pm_absence why;

	if (pm_shell_gap(sh, addr, 1, &at, &why))
		return pm_shell_absent(sh, "waitq", at, why);
	if (!list)
		return pm_shell_error(sh, "waitq", "this kernel has no struct %s", kind->head);
	if (pm_shell_gap(sh, list, 16, &at, &why))
		return pm_shell_absent(sh, "waitq", at, why);
	pm_linux_nodes_read(sh->lx, list, max_waiters, &nodes);
	if (sh->json) {
		pm_json_hex(sh->json, "address", addr);
		pm_json_open(sh->json, "waiters", '[');
	} else if (!nodes.n && !nodes.trouble) {
		fprintf(sh->out, "wait queue \"%s\" (%016llx) is empty\n", name, (unsigned long long)addr);
	}
	for (size_t i = 0; i < nodes.n && !pm_shell_interrupted(sh); i++) {
		uint64_t entry = nodes.v[i] - link, function = 0;

		if (kind->function)
			pm_linux_member_get(sh->lx, entry, kind->entry, kind->function, &function);
		put(sh, entry, pm_linux_member_value(sh->lx, entry, kind->entry, kind->who), function);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	const char *trouble = nodes.trouble;

	pm_linux_nodes_free(&nodes);
	return !trouble || pm_shell_error(sh, "waitq", "0x%llx: %s", (unsigned long long)addr, trouble);
}

/* "task_struct.signal.wait_chldexit" is none: a member of the structure itself.  false: said. */
static bool member_address(struct pm_shell *sh, char *name, const char *where, uint64_t *addr_out,
			   const struct kind **kind_out)
{
	char *dot = strchr(name, '.'), *type = pm_printf("%.*s", dot ? (int)(dot - name) : 0, name);
	struct pm_btf_member member;
	uint64_t base;
	uint32_t id = dot ? pm_btf_find_written(sh->btf, type) : 0;
	bool ok = false;

	if (!id)
		pm_shell_no_such(sh, "waitq", "type", dot ? type : name, NULL);
	else if (!pm_btf_find_member(sh->btf, pm_btf_resolve(sh->btf, id), dot + 1, &member))
		pm_shell_error(sh, "waitq", "no such member of %s: %s", type, dot + 1);
	else if ((ok = pm_shell_address(sh, "waitq", where, &base)))
		*addr_out = base + member.bit_offset / 8;
	if (ok && !strcmp(pm_btf_name(sh->btf, pm_btf_resolve(sh->btf, member.type)), kinds[1].head))
		*kind_out = &kinds[1];
	free(type);
	return ok;
}

bool pm_shell_waitq(struct pm_shell *sh, int argc, char **argv)
{
	const struct kind *kind = &kinds[0];
	bool simple = false;
	const struct pm_shell_option options[] = { { "-s", PM_OPTION_FLAG, &simple } };
	uint64_t addr;

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc != 2 && argc != 3)
		return pm_shell_error(sh, "waitq",
				      "it takes a symbol or an address, or STRUCTURE.MEMBER and "
				      "the structure's address");
	if (argc == 3 ? !member_address(sh, argv[1], argv[2], &addr, &kind)
		      : !pm_shell_address(sh, "waitq", argv[1], &addr))
		return false;
	return put_queue(sh, argv[1], addr, simple ? &kinds[1] : kind);
}
