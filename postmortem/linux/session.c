#include "linux/session.h"

#include "linux/waits.h"

#include <stdlib.h>

struct pm_linux_session {
	struct pm_linux *lx;
	bool has_modules, has_unwinder, has_tasks, has_cpus, has_caches, has_log;
	struct pm_linux_modules modules;
	struct pm_linux_unwinder unwinder;
	struct pm_linux_tasks tasks;
	struct pm_linux_cpus cpus;
	struct pm_linux_caches caches;
	struct pm_log log;
	struct pm_error *log_trouble;
	struct pm_linux_rings *rings;
};

struct pm_error *pm_session_open(struct pm_dump *dump, const struct pm_linux_options *options,
				 struct pm_linux_session **out)
{
	struct pm_linux *lx;
	struct pm_error *err = pm_linux_open(dump, options, &lx);

	if (err)
		return err;
	*out = pm_alloc(sizeof(**out));
	(*out)->lx = lx;
	return NULL;
}

void pm_session_forget(struct pm_linux_session *s)
{
	if (s->has_modules)
		pm_linux_modules_deinit(&s->modules);
	if (s->has_tasks)
		pm_linux_tasks_deinit(&s->tasks);
	if (s->has_cpus)
		pm_linux_cpus_deinit(&s->cpus);
	if (s->has_caches)
		pm_linux_caches_deinit(&s->caches);
	if (s->has_log)
		pm_linux_log_deinit(&s->log);
	pm_error_free(s->log_trouble);
	pm_linux_rings_free(s->rings);
	*s = (struct pm_linux_session){ .lx = s->lx };
}

void pm_session_close(struct pm_linux_session *s)
{
	if (!s)
		return;
	pm_session_forget(s);
	pm_linux_close(s->lx);
	free(s);
}

struct pm_linux *pm_session_kernel(struct pm_linux_session *s)
{
	return s->lx;
}

struct pm_linux_modules *pm_session_modules(struct pm_linux_session *s)
{
	if (!s->has_modules)
		pm_linux_modules_read(s->lx, &s->modules);
	s->has_modules = true;
	return &s->modules;
}

struct pm_linux_unwinder *pm_session_unwinder(struct pm_linux_session *s)
{
	if (!s->has_unwinder)
		pm_linux_unwinder_init(&s->unwinder, s->lx, pm_session_modules(s));
	s->has_unwinder = true;
	return &s->unwinder;
}

struct pm_linux_tasks *pm_session_tasks(struct pm_linux_session *s)
{
	if (!s->has_tasks)
		pm_linux_tasks_read(s->lx, &s->tasks);
	s->has_tasks = true;
	return &s->tasks;
}

struct pm_linux_cpus *pm_session_cpus(struct pm_linux_session *s)
{
	if (!s->has_cpus)
		pm_linux_cpus_read(s->lx, pm_session_unwinder(s), &s->cpus);
	s->has_cpus = true;
	return &s->cpus;
}

struct pm_linux_caches *pm_session_caches(struct pm_linux_session *s)
{
	if (!s->has_caches)
		pm_linux_caches_read(s->lx, &s->caches);
	s->has_caches = true;
	return &s->caches;
}

struct pm_linux_rings *pm_session_rings(struct pm_linux_session *s)
{
	if (!s->rings)
		s->rings = pm_linux_rings_new();
	return s->rings;
}

struct pm_log *pm_session_log(struct pm_linux_session *s, const struct pm_error **trouble_out)
{
	if (!s->has_log) {
		struct pm_error *err = pm_linux_log_read(s->lx, &s->log, &s->log_trouble);

		if (err)
			s->log_trouble = err;
		if (!s->log.records.n && pm_linux_log_search(s->lx->dump, &s->log)) {
			err = pm_error_new(PM_TRUNCATED,
					   "%s: %zu records were found by searching memory, without times",
					   s->log_trouble ? s->log_trouble->message : "its ring is empty",
					   s->log.records.n);
			pm_error_free(s->log_trouble);
			s->log_trouble = err;
		}
		s->has_log = true;
	}
	if (trouble_out)
		*trouble_out = s->log_trouble;
	return &s->log;
}

const struct pm_linux_cpu *pm_session_cpu_of(struct pm_linux_session *s, uint64_t task)
{
	struct pm_linux_cpus *cpus = pm_session_cpus(s);

	for (size_t i = 0; i < cpus->v.n; i++)
		if (cpus->v.v[i].task == task)
			return &cpus->v.v[i];
	return NULL;
}

void pm_session_unwind(struct pm_linux_session *s, const struct pm_linux_task *task,
		       struct pm_stack_trace *trace)
{
	const struct pm_linux_cpu *cpu = pm_session_cpu_of(s, task->addr);

	if (cpu && cpu->has_regs)
		pm_linux_unwind(pm_session_unwinder(s), &cpu->regs, true, task->stack, trace);
	else
		pm_linux_unwind_sleeping(pm_session_unwinder(s), task->addr, trace);
}
