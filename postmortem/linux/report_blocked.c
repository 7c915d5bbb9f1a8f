#include "linux/report_blocked.h"

#include "linux/identify.h"
#include "linux/report_values.h"
#include "linux/waits.h"

static const char *task_words(struct pm_linux_session *s, struct pm_incident *inc, uint64_t addr)
{
	const struct pm_linux_task *task = pm_linux_task_by_addr(pm_session_tasks(s), addr);

	return task ? pm_arena_printf(&inc->arena, "%s (pid %d)", task->comm, task->pid)
		    : "a task that is gone";
}

static void add_lock(struct pm_linux_session *s, struct pm_incident *inc, enum pm_lock_role role,
		     const struct pm_linux_wait *wait, uint64_t task)
{
	const struct pm_linux_task *found = pm_linux_task_by_addr(pm_session_tasks(s), task);
	char name[PM_LINUX_NAME_MAX + 128];

	for (size_t i = 0; i < inc->locks.n; i++)
		if (inc->locks.v[i].role == role && inc->locks.v[i].addr == wait->lock && found &&
		    inc->locks.v[i].has_pid && inc->locks.v[i].pid == found->pid)
			return;
	struct pm_lock *lock = PM_PUSH(&inc->arena, &inc->locks);

	lock->role = role;
	lock->type = wait->type;
	lock->from_memory = true;
	lock->has_addr = true;
	lock->addr = wait->lock;
	lock->at.memory = wait->lock;
	lock->name = pm_session_identify(s, wait->lock, name, sizeof(name))
			     ? pm_arena_str(&inc->arena, pm_slice_of(name))
			     : pm_arena_printf(&inc->arena, "%s at 0x%llx", wait->type,
					       (unsigned long long)wait->lock);
	if (found) {
		lock->task = pm_arena_str(&inc->arena, pm_slice_of(found->comm));
		lock->has_pid = true;
		lock->pid = found->pid;
	}
}

/* Groups and tasks of a group that are shown: a machine that hangs has thousands. */
enum { max_groups = 16, max_group_names = 8, max_group_locks = 32 };

/* Tasks in the same place need not wait for the same lock: each may have an inode's of its own. */
static bool wait_for_one(const struct pm_linux_blocked *group)
{
	for (size_t i = 1; i < group->waits.n; i++)
		if (group->waits.v[i].lock != group->waits.v[0].lock)
			return false;
	return true;
}

static void add_group(struct pm_linux_session *s, struct pm_incident *inc,
		      const struct pm_linux_blocked *group)
{
	struct pm_buf title = { 0 };
	struct pm_trace *trace = PM_PUSH(&inc->arena, &inc->traces);
	const struct pm_linux_task *first = group->tasks.v[0];

	for (size_t i = 0; i < group->tasks.n; i++) {
		const struct pm_linux_task *task = group->tasks.v[i];

		if (inc->actor.has_pid && task->pid == inc->actor.pid)
			continue;
		if (!trace->others++)
			first = task;
	}
	if (group->tasks.n > 1)
		pm_buf_printf(&title, "%zu tasks blocked in the same place: ", group->tasks.n);
	else
		pm_buf_str(&title, "blocked: ");
	for (size_t i = 0; i < group->tasks.n && i < max_group_names; i++)
		pm_buf_printf(&title, "%s%s (pid %d)", i ? ", " : "", group->tasks.v[i]->comm,
			      group->tasks.v[i]->pid);
	if (group->tasks.n > max_group_names)
		pm_buf_printf(&title, " and %zu more", group->tasks.n - max_group_names);
	trace->role = PM_TRACE_TASK;
	trace->from_memory = true;
	trace->has_pid = true;
	trace->pid = first->pid;
	trace->comm = pm_arena_str(&inc->arena, pm_slice_of(first->comm));
	pm_linux_report_frames(s, inc, &group->trace, 0, trace);
	for (size_t i = 0; i < group->waits.n && i < max_group_locks; i++) {
		const struct pm_linux_wait *wait = &group->waits.v[i];

		if (!i) {
			char name[PM_LINUX_NAME_MAX + 128];

			pm_buf_printf(&title, "; %s for the %s ",
				      group->tasks.n == 1   ? "waits"
				      : wait_for_one(group) ? "waiting"
							    : "the first waits",
				      wait->type);
			if (pm_session_identify(s, wait->lock, name, sizeof(name)))
				pm_buf_str(&title, name);
			else
				pm_buf_printf(&title, "at 0x%llx", (unsigned long long)wait->lock);
			if (wait->owner)
				pm_buf_printf(&title, "%s %s",
					      wait->by_readers ? ", last read-locked by" : ", held by",
					      task_words(s, inc, wait->owner));
		}
		add_lock(s, inc, PM_LOCK_WANTED, wait, wait->task);
		if (wait->owner && !wait->by_readers)
			add_lock(s, inc, PM_LOCK_HELD, wait, wait->owner);
	}
	trace->title = pm_arena_str(&inc->arena, (struct pm_slice){ title.data, title.n });
	pm_buf_deinit(&title);
}

static bool has_trace_of(const struct pm_incident *inc, int64_t pid)
{
	for (size_t i = 0; i < inc->traces.n; i++)
		if (inc->traces.v[i].has_pid && inc->traces.v[i].pid == pid)
			return true;
	return false;
}

/* Who holds what others wait for, and is not blocked itself: what it does instead of letting go. */
static void add_holders(struct pm_linux_session *s, struct pm_incident *inc)
{
	unsigned n = 0;

	for (size_t i = 0; i < inc->locks.n && n < max_groups; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];
		struct pm_stack_trace found;

		if (!lock->from_memory || lock->role != PM_LOCK_HELD || !lock->has_pid ||
		    has_trace_of(inc, lock->pid))
			continue;
		const struct pm_linux_task *task =
			pm_linux_task_by_pid(pm_session_tasks(s), (int32_t)lock->pid);

		if (!task)
			continue;
		struct pm_trace *trace = PM_PUSH(&inc->arena, &inc->traces);

		trace->role = PM_TRACE_TASK;
		trace->from_memory = true;
		trace->others = !inc->actor.has_pid || lock->pid != inc->actor.pid;
		trace->has_pid = true;
		trace->pid = lock->pid;
		trace->comm = lock->task;
		trace->title = pm_arena_printf(&inc->arena, "holds the %s %s", lock->type, lock->name);
		pm_session_unwind(s, task, &found);
		pm_linux_report_frames(s, inc, &found, 0, trace);
		pm_stack_trace_deinit(&found);
		n++;
	}
}

void pm_linux_add_blocked(struct pm_linux_session *s, struct pm_incident *inc)
{
	struct pm_linux_blocked_groups groups;

	pm_linux_blocked_read(s, &groups);
	for (size_t i = 0; i < groups.v.n && i < max_groups; i++)
		add_group(s, inc, &groups.v.v[i]);
	add_holders(s, inc);
	pm_linux_blocked_deinit(&groups);
}
