#include "render/words.h"

void pm_words_place(struct pm_buf *buf, const struct pm_place *place, bool sizes)
{
	if (place->symbol) {
		pm_buf_str(buf, place->symbol);
		if (place->has_offset)
			pm_buf_printf(buf, "+0x%llx", (unsigned long long)place->offset);
		if (place->has_offset && place->size && sizes)
			pm_buf_printf(buf, "/0x%llx", (unsigned long long)place->size);
	} else if (place->has_addr) {
		pm_buf_printf(buf, "0x%llx", (unsigned long long)place->addr);
	}
	if (place->module)
		pm_buf_printf(buf, " [%s]", place->module);
}

void pm_words_source(struct pm_buf *buf, const struct pm_place *place)
{
	if (!place->file)
		return;
	pm_buf_str(buf, place->file);
	if (place->file_line)
		pm_buf_printf(buf, ":%u", place->file_line);
	if (place->source_text)
		pm_buf_printf(buf, "  %s", place->source_text);
}

static const char *comma(const struct pm_buf *buf)
{
	return buf->n ? ", " : "";
}

void pm_words_actor(struct pm_buf *buf, const struct pm_incident *inc)
{
	const struct pm_actor *a = &inc->actor;

	if (a->comm)
		pm_buf_str(buf, a->comm);
	if (a->has_pid)
		pm_buf_printf(buf, "%spid %lld", comma(buf), (long long)a->pid);
	if (a->has_uid)
		pm_buf_printf(buf, "%suid %u", comma(buf), a->uid);
	if (a->has_cpu && a->cpus)
		pm_buf_printf(buf, "%sCPU %u of %u", comma(buf), a->cpu, a->cpus);
	else if (a->has_cpu)
		pm_buf_printf(buf, "%sCPU %u", comma(buf), a->cpu);
	if (a->syscall && !a->has_syscall_args)
		pm_buf_printf(buf, "%sin %s(2)", comma(buf), a->syscall);
	else if (a->has_syscall && inc->machine.system == PM_KPANIC) /* whose names nobody knows */
		pm_buf_printf(buf, "%sin system call %llu", comma(buf), (unsigned long long)a->syscall_nr);
	if (a->workqueue)
		pm_buf_printf(buf, "%sworkqueue %s", comma(buf), a->workqueue);
	if (a->context && a->context != PM_RUNS_TASK)
		pm_buf_printf(buf, "%sin %s context", comma(buf), pm_runs_name(a->context));
}

void pm_words_register(struct pm_buf *buf, const struct pm_register *reg)
{
	if (reg->holds)
		pm_buf_printf(buf, "`%s`%s", reg->holds, reg->meaning ? ": " : "");
	if (reg->meaning)
		pm_buf_str(buf, reg->meaning);
}

void pm_words_call(struct pm_buf *buf, const struct pm_incident *inc)
{
	const struct pm_actor *a = &inc->actor;

	if (!a->has_syscall_args)
		return;
	if (a->syscall)
		pm_buf_printf(buf, "%s(", a->syscall);
	else
		pm_buf_printf(buf, "system call %llu(", (unsigned long long)a->syscall_nr);
	for (size_t i = 0; i < a->syscall_args.n; i++)
		pm_buf_printf(buf, "%s%s", i ? ", " : "", a->syscall_args.v[i].words);
	pm_buf_printf(buf, ")%s", a->syscall_compat ? ", of the 32-bit interface" : "");
}

void pm_words_seconds(struct pm_buf *buf, uint64_t ns)
{
	uint64_t seconds = ns / 1000000000;

	if (ns && ns < 10000000)
		pm_buf_printf(buf, "%llu.%llu ms", (unsigned long long)(ns / 1000000),
			      (unsigned long long)(ns / 100000 % 10));
	else if (ns && ns < 100000000)
		pm_buf_printf(buf, "%llu ms", (unsigned long long)(ns / 1000000));
	else if (seconds < 600)
		pm_buf_printf(buf, "%llu.%llu s", (unsigned long long)seconds,
			      (unsigned long long)(ns / 100000000 % 10));
	else if (seconds < 3600 * 2)
		pm_buf_printf(buf, "%llu min", (unsigned long long)(seconds / 60));
	else if (seconds < 86400 * 2)
		pm_buf_printf(buf, "%llu h %llu min", (unsigned long long)(seconds / 3600),
			      (unsigned long long)(seconds / 60 % 60));
	else
		pm_buf_printf(buf, "%llu days %llu h", (unsigned long long)(seconds / 86400),
			      (unsigned long long)(seconds / 3600 % 24));
}

void pm_words_kernel(struct pm_buf *buf, const struct pm_incident *inc)
{
	static const char *const systems[] = {
		[PM_FREEBSD] = "FreeBSD", [PM_OPENBSD] = "OpenBSD", [PM_NETBSD] = "NetBSD",
		[PM_DARWIN] = "Darwin",   [PM_FUCHSIA] = "Zircon",
	};
	const struct pm_machine *m = &inc->machine;
	size_t start = buf->n;

	const char *name = m->system < PM_COUNT(systems) && systems[m->system] ? systems[m->system] : m->name;
	if (name)
		pm_buf_printf(buf, "%s%s", name, m->release ? " " : "");
	if (m->release)
		pm_buf_str(buf, m->release);
	if (m->arch && m->arch != PM_X86_64)
		pm_buf_printf(buf, "%s%s", buf->n > start ? ", " : "", pm_arch_name(m->arch));
	if (m->has_uptime) {
		pm_buf_printf(buf, "%sup ", buf->n > start ? ", " : "");
		pm_words_seconds(buf, m->uptime_ns);
	}
	if (m->wall_time)
		pm_buf_printf(buf, "%s%s", buf->n > start ? ", " : "", m->wall_time);
	for (size_t i = 0; i < m->taints.n; i++) {
		pm_buf_printf(buf, "%s%c",
			      i                ? ", "
			      : buf->n > start ? ", tainted "
					       : "tainted ",
			      m->taints.v[i].letter);
		if (m->taints.v[i].words)
			pm_buf_printf(buf, " (%s)", m->taints.v[i].words);
	}
	if (!m->taints.n && m->taint && strstr(m->taint, "Not tainted"))
		pm_buf_printf(buf, "%snot tainted", buf->n > start ? ", " : "");
}

const char *pm_words_stack(const struct pm_frame *frame)
{
	static const char *const names[] = {
		[PM_STACK_TASK] = NULL,
		[PM_STACK_IRQ] = "IRQ",
		[PM_STACK_SOFTIRQ] = "SOFTIRQ",
		[PM_STACK_NMI] = "NMI",
		[PM_STACK_EXCEPTION] = "exception",
	};

	if (frame->stack == PM_STACK_TASK)
		return NULL;
	if (frame->stack_name)
		return frame->stack_name;
	return (size_t)frame->stack < PM_COUNT(names) ? names[frame->stack] : NULL;
}

bool pm_words_place_apart(const struct pm_incident *inc, const struct pm_trace *trace)
{
	if (trace->role != PM_TRACE_CRASH || !inc->place.symbol)
		return false;
	for (size_t i = 0; i < trace->frames.n; i++) {
		const struct pm_frame *frame = &trace->frames.v[i];

		if (frame->trust != PM_SCANNED && frame->place.symbol &&
		    !strcmp(frame->place.symbol, inc->place.symbol) &&
		    frame->place.offset == inc->place.offset)
			return false;
	}
	return true;
}
