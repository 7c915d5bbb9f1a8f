#include "console/oops/fields.h"

/* kernel/panic.c: taint_flags.  G stands for the absence of P and is no taint. */
static const struct pm_taint taint_letters[] = {
	{ 'P', "proprietary module" },
	{ 'F', "module was force loaded" },
	{ 'S', "CPU out of specification" },
	{ 'R', "module was force unloaded" },
	{ 'M', "machine check happened" },
	{ 'B', "bad page or unexpected page flags" },
	{ 'U', "taint requested by user space" },
	{ 'D', "kernel died recently (OOPS or BUG)" },
	{ 'A', "ACPI table overridden" },
	{ 'W', "warning was issued" },
	{ 'C', "staging driver" },
	{ 'I', "firmware bug worked around" },
	{ 'O', "out-of-tree module" },
	{ 'E', "unsigned module" },
	{ 'L', "soft lockup happened" },
	{ 'K', "live patched" },
	{ 'X', "auxiliary, defined by the distribution" },
	{ 'T', "structure layout randomised" },
	{ 'N', "in-kernel test was run" },              /* 5.18 */
	{ 'J', "fwctl's mutating debug command used" }, /* 6.15 */
};

static void add_taint(struct pm_fields *f, char letter)
{
	struct pm_machine *m = &f->inc->machine;

	for (size_t i = 0; i < m->taints.n; i++)
		if (m->taints.v[i].letter == letter)
			return;
	for (size_t i = 0; i < PM_COUNT(taint_letters); i++)
		if (taint_letters[i].letter == letter) {
			*PM_PUSH(f->arena, &m->taints) = taint_letters[i];
			return;
		}
	if (letter != 'G' && letter >= 'A' && letter <= 'Z')
		*PM_PUSH(f->arena, &m->taints) = (struct pm_taint){ letter, NULL };
}

static bool is_letters(struct pm_slice word)
{
	for (size_t i = 0; i < word.n; i++)
		if (word.p[i] < 'A' || word.p[i] > 'Z')
			return false;
	return word.n && word.n <= 20;
}

/* The letters stand in fixed columns with blanks between ("G        W  OE    "): all
 * words of capitals belong to them.  What follows is the release, which has others. */
bool pm_fields_taint(struct pm_fields *f, struct pm_slice *s)
{
	struct pm_machine *m = &f->inc->machine;
	struct pm_slice text = *s;

	if (pm_take(s, PM_S("Not tainted"))) {
		text = pm_slice_upto(text, 11);
	} else if (pm_take(s, PM_S("Tainted: "))) {
		struct pm_slice start = *s, word, rest = *s;

		for (;;) {
			pm_take_blanks(&rest);
			if (!pm_take_word(&rest, &word) || !is_letters(word))
				break;
			*s = rest;
		}
		text = (struct pm_slice){ start.p, (size_t)(s->p - start.p) };
		if (!text.n)
			return false;
	} else {
		return false;
	}
	if (m->taint || !f->dialect->taints)
		return true;
	m->taint = pm_fields_str(f, text);
	m->taint_at = f->at;
	if (text.p[0] != 'N' || text.n != 11)
		for (size_t i = 0; i < text.n; i++)
			if (text.p[i] != ' ')
				add_taint(f, text.p[i]);
	return true;
}

static void read_release(struct pm_fields *f, struct pm_slice release, struct pm_slice build)
{
	struct pm_machine *m = &f->inc->machine;

	release = pm_slice_trim(release);
	if (!release.n || release.n > 128)
		return;
	if (!m->release) {
		m->release = pm_fields_str(f, release);
		m->release_at = f->at;
	}
	if (!m->build && build.n && build.p[0] == '#')
		m->build = pm_fields_str(f, build);
}

static bool is_hex_id(struct pm_slice s)
{
	if (s.n != 40 && s.n != 32)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!(pm_is_digit(s.p[i]) || (s.p[i] >= 'a' && s.p[i] <= 'f')))
			return false;
	return true;
}

/* "6.12.0-rc1 #1 PREEMPT(full) 1b2c…": release, first word of the version, since 6.13
 * the preemption model, since 5.14 the build id when configured. */
static void read_version(struct pm_fields *f, struct pm_slice s)
{
	struct pm_slice release, word, build;

	s = pm_slice_trim(s);
	if (pm_take_char(&s, '(')) { /* 2.6: "(2.6.32 #1)" */
		size_t end = pm_slice_find_char(s, ')');

		if (end != PM_NPOS)
			s = pm_slice_upto(s, end);
	}
	if (!pm_take_word(&s, &release))
		return;
	build = pm_slice_trim(s);
	for (struct pm_slice rest = s; pm_take_blanks(&rest), pm_take_word(&rest, &word);)
		if (is_hex_id(word)) {
			if (!f->inc->machine.build_id)
				f->inc->machine.build_id = pm_fields_str(f, word);
			build.n = (size_t)(word.p - build.p);
			break;
		}
	read_release(f, release, pm_slice_trim(build));
}

/* hung_task: "      Not tainted 6.1.0 #1" */
static bool read_tainted_first(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_slice s = f->body;

	(void)row;
	if (rest.n && rest.p[0] == '[') { /* 6.12: "Tainted: [W]=WARN, [O]=OOT_MODULE" */
		pm_fields_fact(f, "machine", "taint_words", rest);
		return true;
	}
	if (!pm_fields_taint(f, &s))
		return false;
	read_version(f, s);
	return true;
}

/* lockdep and others: "6.1.0-rc1 #1 Not tainted" */
bool pm_fields_ident(struct pm_fields *f)
{
	struct pm_slice s = f->body, release;
	size_t at = pm_slice_find(s, PM_S(" Not tainted"));

	if (at == PM_NPOS)
		at = pm_slice_find(s, PM_S(" Tainted: "));
	if (at == PM_NPOS || at > 200)
		return false;
	struct pm_slice taint = pm_slice_from(s, at + 1), version = pm_slice_upto(s, at);
	if (!pm_take_word(&version, &release))
		return false;
	version = pm_slice_trim(version);
	if (!version.n || version.p[0] != '#')
		return false;
	pm_fields_taint(f, &taint);
	read_release(f, release, version);
	return true;
}

/* Where the name of a task ends: before the taint, or before kexec's mark. */
static size_t comm_end(struct pm_slice s)
{
	static const char *const ends[] = { " Kdump: loaded ", " Not tainted", " Tainted: " };

	for (size_t i = 0; i < PM_COUNT(ends); i++) {
		size_t end = pm_slice_find(s, pm_slice_of(ends[i]));

		if (end != PM_NPOS)
			return end;
	}
	return s.n;
}

static void actor_task(struct pm_fields *f, uint64_t pid, struct pm_slice comm)
{
	struct pm_actor *actor = &f->inc->actor;
	struct pm_trace *trace = pm_fields_trace_empty(f);

	/* Two CPUs that print at once, and no caller ids to tell them apart. */
	if (trace && !trace->title && trace->has_pid && trace->pid != (int64_t)pid && !trace->broken &&
	    f->report->context.kind != PM_CONTEXT_TASK && f->report->context.kind != PM_CONTEXT_CPU)
		trace->broken = "another task's lines are mixed in";
	comm = pm_slice_trim(comm);
	if (trace) {
		if (!trace->has_pid) {
			trace->has_pid = true;
			trace->pid = (int64_t)pid;
		}
		if (!trace->comm && comm.n && trace->pid == (int64_t)pid)
			trace->comm = pm_fields_str(f, pm_slice_upto(comm, 64));
	}
	if (!actor->has_pid) {
		actor->has_pid = true;
		actor->pid = (int64_t)pid;
		actor->at = f->at;
	}
	if (actor->pid == (int64_t)pid && !actor->comm && comm.n)
		actor->comm = pm_fields_str(f, pm_slice_upto(comm, 64));
}

static void actor_cpu(struct pm_fields *f, uint64_t cpu)
{
	struct pm_actor *actor = &f->inc->actor;
	struct pm_trace *trace = pm_fields_trace(f);

	if (cpu > UINT32_MAX)
		return;
	if (trace && !trace->has_cpu) {
		trace->has_cpu = true;
		trace->cpu = (uint32_t)cpu;
	}
	/* Of the task that the report is about only: the hung task's watcher runs elsewhere. */
	if (!actor->has_cpu && (!trace || !trace->has_pid || !actor->has_pid || trace->pid == actor->pid)) {
		actor->has_cpu = true;
		actor->cpu = (uint32_t)cpu;
	}
}

/* "name/123" at the end of text; names may hold slashes. */
static bool name_and_pid(struct pm_slice text, struct pm_slice *comm, uint64_t *pid)
{
	for (size_t i = text.n; i-- > 1;)
		if (text.p[i] == '/') {
			struct pm_slice number = pm_slice_from(text, i + 1);

			*comm = pm_slice_trim(pm_slice_upto(text, i));
			return pm_take_dec(&number, pid) && !number.n && *pid <= INT32_MAX && comm->n <= 64;
		}
	return false;
}

static void name_actor(struct pm_fields *f, struct pm_slice text)
{
	struct pm_actor *actor = &f->inc->actor;
	struct pm_slice comm;
	uint64_t pid;

	if (!actor->has_pid && pm_fields_own(f) && name_and_pid(text, &comm, &pid)) {
		actor->has_pid = true;
		actor->pid = (int64_t)pid;
		actor->comm = pm_fields_str(f, comm);
		actor->at = f->at;
	}
}

bool pm_fields_lock_task(struct pm_fields *f)
{
	static const char *const doings[] = { " is trying to ", " is freeing memory ",
					      " is leaving the kernel ",
					      " just changed the state of lock:", " is exiting with locks " };

	for (size_t i = 0; i < PM_COUNT(doings); i++) {
		size_t at = pm_slice_find(pm_slice_upto(f->body, 256), pm_slice_of(doings[i]));

		/* "sh/1 [HC0[0]:SC0[0]:HE0:SE1] is trying to acquire:" */
		if (at != PM_NPOS && at < 128) {
			struct pm_slice name = pm_slice_upto(f->body, at);

			name_actor(f, pm_slice_upto(name, pm_slice_find(name, PM_S(" ["))));
			return false; /* the rest of the line is read elsewhere; it may title a place */
		}
	}
	return false;
}

/* "Read of size 4 at addr ffff… by task sh/123" (KASAN) */
static bool read_by_task(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	size_t at = pm_slice_find(rest, PM_S(" by task "));

	(void)row;
	if (at != PM_NPOS)
		name_actor(f, pm_slice_from(rest, at + 9));
	return at != PM_NPOS;
}

/* A pid may be negative where a task was overwritten; that is said as printed. */
static bool take_pid(struct pm_slice *s, uint64_t *pid)
{
	bool minus = pm_take_char(s, '-');

	if (!pm_take_dec(s, pid) || *pid > INT32_MAX)
		return false;
	if (minus)
		*pid = (uint64_t) - (int64_t)*pid;
	return true;
}

/* "CPU: 1 UID: 0 PID: 77 Comm: kworker/1:3 Kdump: loaded Tainted: G  W  6.12.0 #1 PREEMPT(full)" */
static bool read_cpu(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_actor *actor = &f->inc->actor;
	uint64_t cpu, pid = 0, uid = 0;
	bool has_uid = false;

	(void)row;
	pm_take_blanks(&rest);
	if (!pm_take_dec(&rest, &cpu))
		return false;
	pm_take_blanks(&rest);
	if (pm_take(&rest, PM_S("UID: "))) { /* 6.12 */
		has_uid = pm_take_dec(&rest, &uid) && uid <= UINT32_MAX;
		pm_take_blanks(&rest);
	}
	if (!pm_take(&rest, PM_S("PID: "))) {
		/* arm before 3.10: "CPU: 0    Not tainted  (2.6.37 #1)"; MIPS: "CPU: 0 PID: …" */
		if (pm_fields_trace_empty(f))
			actor_cpu(f, cpu);
		if (pm_fields_taint(f, &rest))
			read_version(f, rest);
		return true;
	}
	if (!take_pid(&rest, &pid))
		return false;
	pm_take_blanks(&rest);
	if (!pm_take(&rest, PM_S("Comm:"))) /* "CPU: 0 PID: 1 at …" has no own line */
		return false;
	size_t end = comm_end(rest);
	actor_task(f, pid, pm_slice_upto(rest, end));
	actor_cpu(f, cpu);
	if (has_uid && !actor->has_uid && actor->pid == (int64_t)pid) {
		actor->has_uid = true;
		actor->uid = (uint32_t)uid;
	}
	rest = pm_slice_from(rest, end);
	pm_take_blanks(&rest);
	if (pm_take(&rest, PM_S("Kdump: loaded "))) {
		f->kdump_loaded = true;
		pm_fields_fact(f, "machine", "kdump", PM_S("loaded"));
	}
	if (pm_fields_taint(f, &rest))
		read_version(f, rest);
	return true;
}

/* "Pid: 1234, comm: foo Tainted: G  W  2.6.32 #1 vendor board" (before 3.10) */
static bool read_pid(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t pid;

	(void)row;
	pm_take_blanks(&rest);
	if (!take_pid(&rest, &pid) || !pm_take(&rest, PM_S(", comm:")))
		return false;
	size_t end = comm_end(rest);
	actor_task(f, pid, pm_slice_upto(rest, end));
	rest = pm_slice_from(rest, end);
	pm_take_blanks(&rest);
	if (!pm_fields_taint(f, &rest))
		return true;
	struct pm_slice word, release, build;
	struct pm_slice s = pm_slice_trim(rest);
	if (pm_slice_starts(s, PM_S("("))) {
		read_version(f, s);
	} else if (pm_take_word(&s, &release)) {
		pm_take_blanks(&s);
		build = s;
		if (pm_take_word(&s, &word)) {
			build.n = word.n;
			read_release(f, release, build);
			/* What show_regs_common added between 2.6.33 and 3.9: the board. */
			s = pm_slice_trim(s);
			if (s.n > 2 && !f->inc->machine.hardware && word.p[0] == '#') {
				f->inc->machine.hardware = pm_fields_str(f, s);
				f->inc->machine.hardware_at = f->at;
			}
		}
	}
	return true;
}

/* "Process foo (pid: 26, stack limit = 0x…)", "Process foo (pid: 26, threadinfo …, task …)" */
static bool read_process(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	size_t at = pm_slice_find(rest, PM_S(" (pid: "));
	uint64_t pid;

	(void)row;
	if (at == PM_NPOS)
		return false;
	struct pm_slice comm = pm_slice_upto(rest, at), s = pm_slice_from(rest, at + 7);
	if (!take_pid(&s, &pid))
		return false;
	if (pm_fields_own(f))
		actor_task(f, pid, comm);
	/* Since 4.15 it may be a hash: believed only when the stack pointer is near. */
	at = pm_slice_find(s, PM_S("stack limit = "));
	const struct pm_register *sp = pm_regs_find(pm_fields_block(f), "sp");
	uint64_t limit;
	if (at != PM_NPOS && sp && pm_fields_own(f)) {
		struct pm_slice text = pm_slice_from(s, at + 14), number = text;

		if (pm_take_hex(&number, &limit, NULL) && sp->value - limit < 64 * 1024)
			pm_fields_fact(f, "stack", "limit",
				       pm_slice_upto(text, pm_slice_find_char(text, ')')));
	}
	return true;
}

/* "task: ffff… task.stack: ffff…", "task: ffff… ti: ffff… task.ti: ffff…" */
static bool read_task_pointers(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	static const struct {
		const char *text, *name;
	} parts[] = { { "task.stack: ", "base" }, { " ti: ", "thread_info" } };
	struct pm_slice word;

	(void)row;
	pm_take_blanks(&rest);
	if (!pm_take_word(&rest, &word) || word.n < 8)
		return false;
	if (!pm_fields_own(f) || pm_slice_starts(word, PM_S("00000000"))) /* a hash, since 4.15 */
		return true;
	pm_fields_fact(f, "task", "task_struct", word);
	for (size_t i = 0; i < PM_COUNT(parts); i++) {
		size_t at = pm_slice_find(rest, pm_slice_of(parts[i].text));

		if (at != PM_NPOS) {
			struct pm_slice s = pm_slice_from(rest, at + strlen(parts[i].text));

			pm_take_blanks(&s);
			if (pm_take_word(&s, &word))
				pm_fields_fact(f, "stack", parts[i].name, word);
		}
	}
	return true;
}

/* "Hardware name: vendor product/board, BIOS version date"; device trees: "model (DT)" */
static bool read_hardware(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_machine *m = &f->inc->machine;

	(void)row;
	if (m->hardware)
		return true;
	size_t bios = pm_slice_find(rest, PM_S(", BIOS "));
	struct pm_slice name = pm_slice_trim(pm_slice_upto(rest, bios));
	if (!name.n)
		return true;
	m->hardware = pm_fields_str(f, name);
	m->hardware_at = f->at;
	if (bios != PM_NPOS)
		m->bios = pm_fields_str(f, pm_slice_from(rest, bios + 7));
	return true;
}

static bool read_workqueue(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_trace *trace = pm_fields_trace(f);

	(void)row;
	if (!f->inc->actor.workqueue && (!trace || trace->role == PM_TRACE_CRASH))
		f->inc->actor.workqueue = pm_fields_str(f, pm_slice_upto(rest, 256));
	return true;
}

/* "Linux version 6.1.0 (builder@host) (gcc …) #1 SMP PREEMPT_DYNAMIC date" */
static bool read_linux_version(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_machine *m = &f->inc->machine;
	struct pm_slice release, build = { 0 };

	(void)row;
	if (f->panicked || m->version_line)
		return true;
	m->version_line = pm_fields_str(f, f->body);
	if (!pm_take_word(&rest, &release))
		return true;
	for (size_t i = rest.n; i-- > 1;)
		if (rest.p[i] == '#' && rest.p[i - 1] == ' ') {
			build = pm_slice_from(rest, i);
			break;
		}
	read_release(f, release, build);
	return true;
}

static bool read_command_line(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	if (!f->inc->machine.command_line)
		f->inc->machine.command_line = pm_fields_str(f, rest);
	return true;
}

/* "Kernel Offset: 0x1a000000 from 0xffffffff81000000 (relocation range: …)", "disabled" */
static bool read_kernel_offset(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_machine *m = &f->inc->machine;
	uint64_t value = 0;

	(void)row;
	if (m->has_kaslr)
		return true;
	pm_take_blanks(&rest);
	if (pm_slice_starts(rest, PM_S("disabled")) || pm_take_hex(&rest, &value, NULL)) {
		m->has_kaslr = true;
		m->kaslr = value;
	}
	return true;
}

/* ppc: "LE PAGE_SIZE=64K MMU=Hash SMP NR_CPUS=2048 NUMA pSeries" */
static bool read_ppc_platform(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)rest;
	pm_fields_arch(f, PM_PPC64, PM_LIKELY);
	f->inc->machine.big_endian = row->number;
	if (!f->inc->machine.hardware)
		pm_fields_fact(f, "machine", "platform", f->body);
	if (!f->inc->fault.flags && pm_fields_own(f))
		f->inc->fault.flags = pm_fields_str(f, f->body);
	return true;
}

/* "smp: Brought up 1 node, 2 CPUs", "smpboot: Total of 2 processors activated" */
static bool read_cpus(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t cpus;

	(void)row;
	size_t comma = pm_slice_find(rest, PM_S(", "));
	if (comma != PM_NPOS)
		rest = pm_slice_from(rest, comma + 2);
	if (pm_take_dec(&rest, &cpus) && cpus && cpus < 65536)
		f->inc->actor.cpus = (uint32_t)cpus;
	return true;
}

static bool is_module_name(struct pm_slice s)
{
	if (!s.n || s.n > 64)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (!((s.p[i] >= 'a' && s.p[i] <= 'z') || (s.p[i] >= 'A' && s.p[i] <= 'Z') ||
		      pm_is_digit(s.p[i]) || s.p[i] == '_' || s.p[i] == '-'))
			return false;
	return true;
}

/* Letters of taints the module brought, "+" while it loads, "-" while it unloads. */
static bool is_module_flags(struct pm_slice s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!(s.p[i] >= 'A' && s.p[i] <= 'Z') && s.p[i] != '+' && s.p[i] != '-')
			return false;
	return s.n && s.n <= 24;
}

static bool take_module(struct pm_slice word, struct pm_slice *name, struct pm_slice *flags)
{
	size_t paren = pm_slice_find_char(word, '(');

	*name = pm_slice_upto(word, paren);
	*flags = (struct pm_slice){ 0 };
	if (paren != PM_NPOS) {
		*flags = pm_slice_from(word, paren + 1);
		if (!flags->n || flags->p[flags->n - 1] != ')')
			return false;
		flags->n--;
		if (!is_module_flags(*flags))
			return false;
	}
	return is_module_name(*name);
}

static bool more_modules(struct pm_fields *f);

/* more: a line that may go on with the list: only when all of it is modules. */
static bool take_modules(struct pm_fields *f, struct pm_slice text, bool more)
{
	struct pm_incident *inc = f->inc;
	struct pm_slice s = text, word, name, flags;
	size_t unloaded = pm_slice_find(s, PM_S("[last unloaded: "));

	/* printk splits a line at about 1,000 bytes, syslog daemons earlier; short lines do not go on. */
	if (more && f->last_modules < 60)
		return false;
	if (unloaded != PM_NPOS) {
		struct pm_slice last = pm_slice_from(s, unloaded + 16);

		s = pm_slice_upto(s, unloaded);
		if (pm_fields_own(f))
			pm_fields_fact(f, "modules", "last_unloaded",
				       pm_slice_upto(last, pm_slice_find_char(last, ']')));
	}
	if (more) {
		unsigned words = 0;

		for (struct pm_slice t = s; pm_take_blanks(&t), pm_take_word(&t, &word); words++)
			if (!take_module(word, &name, &flags))
				return false;
		if (!words && unloaded == PM_NPOS)
			return false;
	}
	f->last_modules = text.n;
	f->reading = more_modules;
	while (pm_take_blanks(&s), pm_take_word(&s, &word)) {
		if (!take_module(word, &name, &flags))
			continue;
		if (inc->modules.n >= PM_FIELDS_MODULES)
			break;
		struct pm_module *module = PM_PUSH(f->arena, &inc->modules);
		module->name = pm_fields_str(f, name);
		module->flags = flags.n ? pm_fields_str(f, flags) : NULL;
		module->at = f->at;
	}
	return true;
}

static bool more_modules(struct pm_fields *f)
{
	return take_modules(f, f->body, true);
}

static bool read_modules(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	/* Printed again by a second report of the same context: the first list is the report's. */
	if (f->inc->modules.n)
		return true;
	take_modules(f, rest, false);
	return true;
}

/* "Kernel panic - not syncing: Fatal exception in interrupt" */
static bool read_panic(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_incident *inc = f->inc;
	struct pm_trace *trace = pm_fields_trace(f);

	(void)row;
	size_t colon = pm_slice_find(rest, PM_S(": "));
	if (!inc->panic_reason) {
		inc->panic_reason =
			pm_fields_str(f, colon == PM_NPOS ? rest : pm_slice_from(rest, colon + 2));
		inc->panic_at = f->at;
	}
	f->panicked = true;
	/* "stack-protector: Kernel stack is corrupted in: f+0x1/0x2 [module]" */
	size_t in = pm_slice_find(rest, PM_S(" corrupted in: "));
	if (in != PM_NPOS && pm_fields_own(f) && !f->stated.symbol) {
		struct pm_slice s = pm_slice_from(rest, in + 15);
		struct pm_place place;

		if (pm_fields_place(f, &s, &place))
			f->stated = place;
	}
	if (trace && (trace->frames.n || trace->regs.n))
		pm_fields_trace_close(f);
	return true;
}

static void set_end(struct pm_fields *f, enum pm_end end)
{
	struct pm_incident *inc = f->inc;

	/* "Rebooting in 10 seconds" is followed by the end line only when the reboot fails. */
	if (inc->end != PM_END_UNKNOWN)
		return;
	inc->end = end;
	inc->end_words = pm_fields_str(f, pm_slice_upto(f->body, 256));
	inc->end_at = f->at;
}

static bool read_end(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)rest;
	set_end(f, (enum pm_end)row->number);
	return true;
}

static bool read_end_trace(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	pm_fields_trace_close(f);
	f->ended = true;
	return true;
}

/* "Preemption disabled at:" is followed by a place, in the same line or the next. */
static bool read_place_fact(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	if (!pm_fields_own(f))
		return true;
	if (pm_slice_trim(rest).n) {
		pm_fields_fact_named(f, row->name, rest);
	} else {
		f->frame_fact = row->name;
		f->frame_fact_index = f->index;
	}
	return true;
}

/* "hardirqs last  enabled at (60): [<…>] sym+0x1/0x2" */
static bool read_irq_trace(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	static const struct {
		const char *text, *name;
	} kinds[] = {
		{ "enabled at", "last_enabled" },
		{ "disabled at", "last_disabled" },
	};

	pm_take_blanks(&rest);
	for (size_t i = 0; i < 2; i++)
		if (pm_take(&rest, pm_slice_of(kinds[i].text))) {
			size_t colon = pm_slice_find(rest, PM_S("): "));

			if (colon != PM_NPOS && pm_fields_own(f))
				pm_fields_fact(f, "irq-flags",
					       pm_arena_printf(f->arena, "%s_%s", row->name, kinds[i].name),
					       pm_slice_from(rest, colon + 3));
			return true;
		}
	return false;
}

const struct pm_field_row pm_rows_machine[] = {
	{ "CPU: ", read_cpu },
	{ "Pid: ", read_pid },
	{ "Process ", read_process },
	{ "task: ", read_task_pointers },
	{ "Not tainted ", read_tainted_first },
	{ "Tainted: ", read_tainted_first },
	{ "Hardware name:", read_hardware },
	{ "DMI: ", read_hardware },
	{ "Read of size ", read_by_task },
	{ "Write of size ", read_by_task },
	{ "Read at addr ", read_by_task },
	{ "Write at addr ", read_by_task },
	{ "Workqueue: ", read_workqueue },
	{ "Stopper: ", pm_fields_fact_row, 0, "task/stopper" },
	{ "Linux version ", read_linux_version },
	{ "Kernel command line: ", read_command_line },
	{ "Command line: ", read_command_line },
	{ "Kernel Offset:", read_kernel_offset },
	{ "PHYS_OFFSET: ", pm_fields_fact_row, 0, "machine/phys_offset" },
	{ "CPU features: ", pm_fields_fact_row, 0, "machine/cpu_features" },
	{ "Memory Limit: ", pm_fields_fact_row, 0, "machine/memory_limit" },
	{ "LE PAGE_SIZE=", read_ppc_platform, 0 },
	{ "BE PAGE_SIZE=", read_ppc_platform, 1 },
	{ "smp: Brought up ", read_cpus },
	{ "smpboot: Total of ", read_cpus },
	{ "Modules linked in:", read_modules },
	{ "Kernel panic - not syncing", read_panic },
	{ "---[ end Kernel panic", read_end, PM_END_HALT },
	{ "Rebooting in ", read_end, PM_END_REBOOT },
	{ "Loading crashdump kernel", read_end, PM_END_KDUMP },
	{ "Starting crashdump kernel", read_end, PM_END_KDUMP },
	{ "---[ end trace ", read_end_trace },
	{ "irq event stamp: ", pm_fields_fact_row, 0, "irq-flags/event_stamp" },
	{ "hardirqs last ", read_irq_trace, 0, "hardirqs" },
	{ "softirqs last ", read_irq_trace, 0, "softirqs" },
	{ "Preemption disabled at:", read_place_fact, 0, "atomic/preemption_disabled_at" },
	{ "Last Breaking-Event-Address:", read_place_fact, 0, "registers/last_breaking_event" },
	{ "------------[ cut here ]", pm_fields_skip },
	{ "8<--- cut here ---", pm_fields_skip },
	{ "=======", pm_fields_skip },
	{ "-------", pm_fields_skip },
	{ "Dumping ftrace buffer:", pm_fields_skip },
	{ "(ftrace buffer empty)", pm_fields_skip },
	{ "SMP: stopping secondary CPUs", pm_fields_skip },
	{ "SMP: failed to stop secondary CPUs", pm_fields_skip },
	{ "Shutting down cpus with NMI", pm_fields_skip },
	{ "Sending NMI ", pm_fields_skip },
	{ "Disabling lock debugging due to kernel taint", pm_fields_skip },
	{ "note: ", pm_fields_skip }, /* "note: sh[12] exited with irqs disabled" */
	{ 0 },
};
