#include "console/oops/fields.h"

#include "base/pattern.h"
#include "functions/functions.h"

struct pm_trace *pm_fields_trace(struct pm_fields *f)
{
	return f->trace < f->inc->traces.n ? &f->inc->traces.v[f->trace] : NULL;
}

static bool is_empty(const struct pm_trace *trace)
{
	return !trace->frames.n && !trace->regs.n;
}

void pm_fields_trace_close(struct pm_fields *f)
{
	f->trace = PM_FIELDS_NONE;
	f->block_trace = f->block = PM_FIELDS_NONE;
	f->stack = PM_STACK_TASK;
	f->stack_name = NULL;
	f->registers_last = false;
}

struct pm_trace *pm_fields_trace_open(struct pm_fields *f, enum pm_trace_role role, struct pm_slice title)
{
	struct pm_incident *inc = f->inc;

	pm_fields_trace_close(f);
	if (inc->traces.n >= PM_FIELDS_TRACES)
		return NULL;
	struct pm_trace *trace = PM_PUSH(f->arena, &inc->traces);
	title = pm_slice_trim(title);
	while (title.n && (title.p[title.n - 1] == ':' || title.p[title.n - 1] == ' '))
		title.n--;
	trace->role = role;
	trace->title = title.n ? pm_fields_str(f, pm_slice_upto(title, 256)) : NULL;
	trace->at = f->at;
	f->trace = inc->traces.n - 1;
	return trace;
}

static size_t find_crash(const struct pm_fields *f)
{
	const struct pm_incident *inc = f->inc;

	for (size_t i = 0; i < inc->traces.n; i++)
		if (inc->traces.v[i].role == PM_TRACE_CRASH)
			return i;
	return PM_FIELDS_NONE;
}

/* The CPU that stands still was asked for its stack by another one, which then panicked: that one's stack follows. */
static bool seen_by_another(const struct pm_fields *f)
{
	const struct pm_incident *inc = f->inc;

	if (!f->panicked || (inc->fault.kind != PM_KIND_HARD_LOCKUP && inc->fault.kind != PM_KIND_RCU_STALL))
		return false;
	for (size_t i = 0; i < inc->traces.n; i++)
		if (inc->traces.v[i].role == PM_TRACE_CPU && inc->traces.v[i].frames.n > 1)
			return true;
	return false;
}

struct pm_trace *pm_fields_trace_empty(struct pm_fields *f)
{
	struct pm_trace *trace = pm_fields_trace(f);
	size_t crash = find_crash(f);

	if (trace && is_empty(trace)) {
		if (f->panicked && !trace->title && trace->role == PM_TRACE_OTHER)
			trace->role = PM_TRACE_REPORTER;
		return trace;
	}
	/* KFENCE prints the registers of the access behind its stacks. */
	if (crash != PM_FIELDS_NONE && f->inc->traces.v[crash].title && !f->panicked &&
	    !f->inc->traces.v[crash].regs.n &&
	    pm_slice_has(pm_slice_of(f->inc->traces.v[crash].title), PM_S("kfence-#")) && pm_fields_own(f)) {
		pm_fields_trace_close(f);
		f->trace = crash;
		f->registers_last = true;
		return &f->inc->traces.v[crash];
	}
	/* panic() prints the stack of the context whose oops or warning printed registers only. */
	if (crash != PM_FIELDS_NONE && !f->inc->traces.v[crash].frames.n &&
	    (f->panicked || f->trace == crash) && pm_fields_own(f)) {
		f->trace = crash;
		f->stack = PM_STACK_TASK;
		f->stack_name = NULL;
		return &f->inc->traces.v[crash];
	}
	enum pm_trace_role role = crash == PM_FIELDS_NONE && !seen_by_another(f) ? PM_TRACE_CRASH
				  : f->panicked                                  ? PM_TRACE_REPORTER
										 : PM_TRACE_OTHER;
	return pm_fields_trace_open(f, role, (struct pm_slice){ 0 });
}

static bool number_behind(struct pm_slice s, const char *words, uint64_t *number)
{
	return pm_take_past(&s, pm_slice_of(words)) && pm_take_dec(&s, number);
}

/* The pid and CPU that a title tells. */
static void read_title_numbers(struct pm_trace *trace, struct pm_slice title)
{
	static const char *const pids[] = { "task ", "pid=", "pid ", "pid:" };
	static const char *const cpus[] = { "on cpu ", "cpu=", "for cpu ", "for CPU ", "on CPU " };
	uint64_t number;

	for (size_t i = 0; i < PM_COUNT(pids) && !trace->has_pid; i++)
		if (number_behind(title, pids[i], &number) && number <= INT32_MAX) {
			trace->has_pid = true;
			trace->pid = (int64_t)number;
		}
	for (size_t i = 0; i < PM_COUNT(cpus) && !trace->has_cpu; i++)
		if (number_behind(title, cpus[i], &number) && number <= UINT32_MAX) {
			trace->has_cpu = true;
			trace->cpu = (uint32_t)number;
		}
}

static void add_frame(struct pm_fields *f, const struct pm_frame_text *text)
{
	struct pm_trace *trace = pm_fields_trace(f);

	/* The mark at the end of saved stacks before 5.2. */
	if (!text->symbol.n && text->addr == UINT64_MAX)
		return;
	if (!trace)
		trace = pm_fields_trace_empty(f);
	if (!trace || trace->frames.n >= PM_FIELDS_FRAMES)
		return;
	/* Functions inlined there have a place, but no name. */
	struct pm_slice places = text->inlined_at, file;
	uint32_t line;

	while (trace->frames.n + 1 < PM_FIELDS_FRAMES && pm_frame_take_inlined(&places, &file, &line)) {
		struct pm_frame *inlined = PM_PUSH(f->arena, &trace->frames);

		inlined->place.file = pm_fields_str(f, pm_slice_upto(file, 512));
		inlined->place.file_line = line;
		inlined->place.at = inlined->at = f->at;
		inlined->trust = text->unreliable ? PM_SCANNED : PM_EXACT;
		inlined->inlined = true;
		inlined->stack = f->stack;
		inlined->stack_name = f->stack_name;
	}
	struct pm_frame *frame = PM_PUSH(f->arena, &trace->frames);
	struct pm_place *place = &frame->place;

	/* Kernels from 4.15 to 4.19 printed "[<00000000fa15e998>]": a hash, no address. */
	if (pm_slice_starts(f->body, PM_S("[c0000000")) && pm_slice_has(f->body, PM_S("] [c0000000")))
		pm_fields_arch(f, PM_PPC64, PM_LIKELY); /* "[c000…stack] [c000…code] f+0x1/0x2" */
	if (text->callee.n)
		pm_fields_arch(f, PM_ARM, PM_LIKELY); /* "(f) from (g+0x1/0x2)" */
	place->has_addr = text->has_addr && !(text->symbol.n && pm_slice_has(f->body, PM_S("[<00000000")));
	place->addr = place->has_addr ? text->addr : 0;
	if (text->symbol.n)
		place->symbol = pm_fields_str(f, pm_slice_upto(text->symbol, 512));
	place->has_offset = text->has_offset;
	place->offset = text->offset;
	place->size = text->size;
	if (text->module.n)
		place->module = pm_fields_str(f, pm_slice_upto(text->module, 64));
	if (text->build_id.n)
		place->build_id = pm_fields_str(f, pm_slice_upto(text->build_id, 64));
	if (text->file.n) {
		place->file = pm_fields_str(f, pm_slice_upto(text->file, 512));
		place->file_line = text->file_line;
	}
	place->at = frame->at = f->at;
	frame->trust = text->unreliable ? PM_SCANNED : PM_EXACT;
	frame->inlined = text->inlined;
	frame->stack = f->stack;
	frame->stack_name = f->stack_name;
	/* arm64 since 6.13 marks the place of an exception: "foo+0x1/0x2 (P)". */
	frame->interrupted = pm_slice_ends(f->body, PM_S(" (P)"));
	for (uint32_t i = 1; i < text->repeats && trace->frames.n < PM_FIELDS_FRAMES; i++) {
		struct pm_frame same = trace->frames.v[trace->frames.n - 1];

		*PM_PUSH(f->arena, &trace->frames) = same;
	}
}

static const struct {
	const char *name;
	enum pm_stack stack;
} markers[] = {
	{ "TASK", PM_STACK_TASK },
	{ "IRQ", PM_STACK_IRQ },
	{ "SOFTIRQ", PM_STACK_SOFTIRQ },
	{ "NMI", PM_STACK_NMI },
	{ "EOI", PM_STACK_TASK }, /* before 4.9: the end of the interrupt stack */
	{ "EOE", PM_STACK_TASK },
	{ "#DF", PM_STACK_EXCEPTION },
	{ "#DB", PM_STACK_EXCEPTION },
	{ "#MC", PM_STACK_EXCEPTION },
	{ "#VC", PM_STACK_EXCEPTION },
	{ "#VC2", PM_STACK_EXCEPTION },
	{ "DOUBLEFAULT", PM_STACK_EXCEPTION },
	{ "ENTRY_TRAMPOLINE", PM_STACK_EXCEPTION },
	{ "ENTRY", PM_STACK_EXCEPTION },
	{ "SYSENTER", PM_STACK_EXCEPTION },
	{ "RECORDER", PM_STACK_EXCEPTION }, /* our recorder's own */
	{ "UNK", PM_STACK_EXCEPTION },
	{ "unknown", PM_STACK_EXCEPTION },
};

/* "<IRQ>", "</IRQ>", "<<EOE>>" at the start of *s. */
static bool take_marker(struct pm_fields *f, struct pm_slice *s)
{
	struct pm_slice rest = *s, name;

	if (!pm_take_char(&rest, '<'))
		return false;
	pm_take_char(&rest, '<');
	bool end = pm_take_char(&rest, '/');
	if (!pm_take_until(&rest, ">< ", &name) || !pm_take_char(&rest, '>'))
		return false;
	pm_take_char(&rest, '>');
	for (size_t i = 0; i < PM_COUNT(markers); i++) {
		if (!pm_slice_eq(name, pm_slice_of(markers[i].name)))
			continue;
		bool over = end || !strcmp(markers[i].name, "EOI") || !strcmp(markers[i].name, "EOE");
		f->stack = over ? PM_STACK_TASK : markers[i].stack;
		f->stack_name = over ? NULL : markers[i].name;
		*s = rest;
		return true;
	}
	return false;
}

bool pm_fields_bare_frame(struct pm_fields *f)
{
	struct pm_slice s = f->body;
	struct pm_frame_text text = { 0 };
	struct pm_match m;
	uint64_t n;

	if (!pm_fields_trace(f))
		return false;
	text.unreliable = pm_take(&s, PM_S("? "));
	if (!pm_slice_starts(s, PM_S("0x")) || !pm_take_hex(&s, &text.addr, NULL))
		return false;
	text.has_addr = true;
	if (pm_match("^ (x{d})$", s, &m) && pm_slice_dec(m.cap[0], &n) && n <= UINT32_MAX)
		text.repeats = (uint32_t)n;
	else if (s.n)
		return false;
	add_frame(f, &text);
	return true;
}

bool pm_fields_frame(struct pm_fields *f)
{
	struct pm_slice s = f->body;
	struct pm_frame_text text;
	bool marked = false;

	while (take_marker(f, &s)) {
		marked = true;
		s = pm_slice_trim(s);
	}
	if (!s.n)
		return true;
	if (!pm_frame_parse(s, &text))
		return marked;
	const char *wanted = f->frame_fact;
	f->frame_fact = NULL;
	if (wanted && f->index - f->frame_fact_index <= 2) {
		pm_fields_fact_named(f, wanted, s);
		return true;
	}
	add_frame(f, &text);
	return true;
}

/* "Call Trace:", "Call trace:", "Backtrace:"; what follows in the line may be a marker and a frame. */
static bool read_header(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_trace *trace = pm_fields_trace(f);

	/* Registers printed before it belong to the same stack. */
	if (!trace || trace->frames.n)
		trace = pm_fields_trace_empty(f);
	f->stack = PM_STACK_TASK;
	f->stack_name = NULL;
	if (row->number)
		pm_fields_arch(f, (enum pm_arch)row->number, PM_LIKELY);
	rest = pm_slice_trim(rest);
	if (!rest.n)
		return true;
	if (trace && (pm_slice_has(rest, PM_S("underflow")) || pm_slice_has(rest, PM_S("invalid")) ||
		      pm_slice_has(rest, PM_S("aborted")))) {
		trace->broken = pm_fields_str(f, pm_slice_upto(rest, 128));
		return true;
	}
	f->body = rest;
	pm_fields_frame(f);
	return true;
}

static bool read_title(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)rest;
	/* A title ends its line; what row->name says must stand in it. */
	if (row->name && !pm_slice_has(f->body, pm_slice_of(row->name)))
		return false;
	struct pm_trace *trace = pm_fields_trace_open(f, (enum pm_trace_role)row->number, f->body);
	if (trace) {
		read_title_numbers(trace, f->body);
		trace->of_page = pm_slice_starts(f->body, PM_S("page last ")); /* page owner's */
	}
	f->blocked = false;
	return true;
}

/* lockdep's own stack: that of the context the report is about, unless that was printed. */
static bool read_backtrace(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	size_t crash = find_crash(f);

	(void)row;
	(void)rest;
	if (crash != PM_FIELDS_NONE && is_empty(&f->inc->traces.v[crash])) {
		pm_fields_trace_close(f);
		f->trace = crash;
		return true;
	}
	pm_fields_trace_open(f, crash == PM_FIELDS_NONE ? PM_TRACE_CRASH : PM_TRACE_OTHER, f->body);
	return true;
}

/* KCSAN: "write to 0xffff… of 4 bytes by task 123 on cpu 1:"; the second one is the other side. */
static bool read_race(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	size_t crash = find_crash(f);

	(void)row;
	(void)rest;
	if (!pm_slice_has(f->body, PM_S(" by task ")) && !pm_slice_has(f->body, PM_S(" by interrupt ")))
		return false;
	if (!pm_slice_ends(f->body, PM_S(":")))
		return false;
	struct pm_trace *trace =
		pm_fields_trace_open(f, crash == PM_FIELDS_NONE ? PM_TRACE_CRASH : PM_TRACE_RACE, f->body);
	if (trace)
		read_title_numbers(trace, f->body);
	return true;
}

/* "INFO: Freed in kfree_skb+0x12/0x34 age=1 cpu=0 pid=12" (SLUB): the first frame stands in the title. */
static bool read_tracked(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_frame_text text;
	struct pm_slice symbol;

	if (!pm_take_word(&rest, &symbol) || !pm_slice_has(rest, PM_S("age=")))
		return false;
	struct pm_trace *trace = pm_fields_trace_open(f, (enum pm_trace_role)row->number, f->body);
	if (!trace)
		return true;
	read_title_numbers(trace, f->body);
	/* Since 2.6.40 the whole stack follows; then its own frames are enough. */
	if (f->index + 1 < f->report->lines.n) {
		struct pm_slice next = pm_slice_trim(f->report->lines.v[f->index + 1]->body);

		if (pm_frame_parse(next, &text))
			return true;
	}
	if (pm_frame_parse(symbol, &text))
		add_frame(f, &text);
	return true;
}

/* "NMI backtrace for cpu 1", "… skipped: idling at default_idle+0xf/0x20" */
static bool read_nmi(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_trace *trace = pm_fields_trace_open(f, PM_TRACE_CPU, f->body);
	size_t at = pm_slice_find(rest, PM_S(" idling at "));

	(void)row;
	if (!trace)
		return true;
	read_title_numbers(trace, f->body);
	if (at != PM_NPOS) {
		struct pm_slice s = pm_slice_trim(pm_slice_from(rest, at + 11));
		struct pm_frame_text text;

		pm_take(&s, PM_S("pc ")); /* 4.x: "skipped: idling at pc 0xffff…" */
		if (pm_frame_parse(s, &text))
			add_frame(f, &text);
		pm_fields_trace_close(f);
	}
	return true;
}

/* "INFO: task sh:123 blocked for more than 120 seconds." */
static bool read_blocked(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_actor *actor = &f->inc->actor;
	size_t end = pm_slice_find(rest, PM_S(" blocked "));
	uint64_t pid;

	(void)row;
	if (end == PM_NPOS)
		end = pm_slice_find(rest, PM_S(" can't die "));
	if (end == PM_NPOS || !pm_fields_own(f))
		return end != PM_NPOS;
	struct pm_slice task = pm_slice_upto(rest, end);
	for (size_t i = task.n; i-- > 0;)
		if (task.p[i] == ':') {
			struct pm_slice number = pm_slice_from(task, i + 1);

			if (pm_take_dec(&number, &pid) && pid <= INT32_MAX && !actor->has_pid) {
				actor->has_pid = true;
				actor->pid = (int64_t)pid;
				actor->comm = pm_fields_str(f, pm_slice_upto(task, i));
				actor->context = PM_RUNS_TASK;
				actor->at = f->at;
			}
			break;
		}
	f->blocked = find_crash(f) == PM_FIELDS_NONE;
	return true;
}

static void open_task(struct pm_fields *f, struct pm_slice comm, bool has_pid, uint64_t pid)
{
	struct pm_trace *trace = pm_fields_trace(f);

	size_t crash = find_crash(f);
	if (f->blocked && crash != PM_FIELDS_NONE) {
		if (is_empty(&f->inc->traces.v[crash]))
			f->inc->traces.v[crash].role = PM_TRACE_OTHER;
		else
			f->blocked = false;
	}
	if (!trace || !is_empty(trace) || !trace->title)
		trace = pm_fields_trace_open(f, f->blocked ? PM_TRACE_CRASH : PM_TRACE_TASK, f->body);
	f->blocked = false;
	if (!trace)
		return;
	trace->comm = pm_fields_str(f, pm_slice_upto(comm, 64));
	trace->has_pid = has_pid;
	trace->pid = (int64_t)pid;
}

/* "task:sh              state:D stack:24168 pid:123   tgid:123 ppid:1 flags:0x4000" (since 5.9) */
static bool read_task(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	size_t state = pm_slice_find(rest, PM_S("state:"));
	uint64_t pid = 0;

	(void)row;
	if (state == PM_NPOS)
		return false;
	struct pm_slice s = pm_slice_from(rest, state);
	size_t at = pm_slice_find(s, PM_S(" pid:"));
	bool has_pid = false;
	if (at != PM_NPOS) {
		s = pm_slice_from(s, at + 5);
		pm_take_blanks(&s);
		has_pid = pm_take_dec(&s, &pid) && pid <= INT32_MAX;
	}
	open_task(f, pm_slice_upto(rest, state), has_pid, pid);
	return true;
}

/* "sh              D ffff88008ad8f5b0     0  2293      1 0x00000000" (before 5.9) */
bool pm_fields_task_line(struct pm_fields *f)
{
	struct pm_slice s = f->body, comm, word, last = { 0 };
	uint64_t numbers[4] = { 0 };
	unsigned n = 0;

	if (s.n < 30 || s.n > 160)
		return false;
	/* Names may hold blanks, but the state stands in column 16. */
	size_t state = s.n > 16 && s.p[15] == ' ' ? 16 : 0;
	if (!state || !strchr("RSDTtXZPIKWxNn", s.p[state]))
		return false;
	comm = pm_slice_upto(s, state);
	s = pm_slice_from(s, state + 1);
	pm_take_blanks(&s);
	pm_take(&s, PM_S("running task"));
	while (pm_take_blanks(&s), pm_take_word(&s, &word)) {
		struct pm_slice w = word;
		uint64_t value;

		last = word;
		if (pm_slice_starts(w, PM_S("0x")))
			break;
		if (pm_take_dec(&w, &value) && !w.n) {
			if (n == 4)
				return false;
			numbers[n++] = value;
		} else if (!pm_take_hex(&w, &value, NULL) || w.n || n) {
			return false; /* but for the pc of the task, once */
		}
	}
	if (n < 3 || !pm_slice_starts(last, PM_S("0x")) || last.n != 10)
		return false;
	open_task(f, comm, numbers[n - 2] <= INT32_MAX, numbers[n - 2]);
	return true;
}

/* KASAN of 4.x: "PID = 3845" behind "Allocated:" */
static bool read_pid_is(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_trace *trace = pm_fields_trace(f);
	uint64_t pid;

	(void)row;
	if (!pm_take_dec(&rest, &pid) || pid > INT32_MAX)
		return false;
	if (trace && is_empty(trace) && !trace->has_pid) {
		trace->has_pid = true;
		trace->pid = (int64_t)pid;
	}
	return true;
}

static bool read_broken(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_trace *trace = pm_fields_trace(f);

	(void)row;
	(void)rest;
	if (trace && !trace->broken)
		trace->broken = pm_fields_str(f, pm_slice_upto(f->body, 160));
	return true;
}

static bool read_close(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	pm_fields_trace_close(f);
	return true;
}

/* "page last free pid 12 tgid 12 stack trace:"; without "stack trace" the frames follow all the same. */
bool pm_fields_unknown_title(struct pm_fields *f)
{
	struct pm_slice body = f->body;
	struct pm_frame_text text;

	if (body.n < 4 || body.n > 200 || f->index + 1 >= f->report->lines.n)
		return false;
	bool at = pm_slice_ends(body, PM_S(" at:")) || pm_slice_ends(body, PM_S(" at"));
	if (!at && body.p[body.n - 1] != ':')
		return false;
	/* In the middle of a stack it is rather another's message. */
	if (!at && f->index && pm_fields_trace(f) &&
	    pm_frame_parse(pm_slice_trim(f->report->lines.v[f->index - 1]->body), &text))
		return false;
	struct pm_slice next = pm_slice_trim(f->report->lines.v[f->index + 1]->body);
	if (!next.n || pm_slice_starts(next, PM_S("Call ")) || !pm_frame_parse(next, &text))
		return false;
	size_t crash = find_crash(f);
	/* "… is trying to release lock (x) at:" names a place, not the stack of the report. */
	enum pm_trace_role role = at && pm_slice_has(body, PM_S("lock"))           ? PM_TRACE_LOCK
				  : !at && crash == PM_FIELDS_NONE && !f->panicked ? PM_TRACE_CRASH
										   : PM_TRACE_OTHER;
	struct pm_trace *trace = pm_fields_trace_open(f, role, body);
	if (trace)
		read_title_numbers(trace, body);
	return true;
}

bool pm_fields_found_by_detector(const struct pm_fields *f, const struct pm_trace *trace)
{
	for (size_t i = 0; i < trace->frames.n && i < 32; i++)
		if (pm_function_has(f->dialect->system, trace->frames.v[i].place.symbol, PM_FUNCTION_DETECTS))
			return true;
	return false;
}

static void promote(const struct pm_fields *f, struct pm_trace *trace)
{
	bool detector = pm_fields_found_by_detector(f, trace);

	trace->role = PM_TRACE_CRASH;
	for (size_t i = 0; i < trace->regs.n; i++) {
		struct pm_regs *regs = &trace->regs.v[i];

		if (regs->role == PM_REGS_OTHER || (regs->role == PM_REGS_INTERRUPTED && detector)) {
			regs->role = PM_REGS_FAULT;
			break;
		}
	}
}

void pm_fields_traces_finish(struct pm_fields *f)
{
	static const enum pm_trace_role candidates[] = { PM_TRACE_CPU, PM_TRACE_TASK, PM_TRACE_OTHER };
	struct pm_incident *inc = f->inc;
	size_t crash = find_crash(f), n = 0;

	/* Stalls have no stack of their own: the first that was asked for is the one that stalls. */
	if (crash == PM_FIELDS_NONE || is_empty(&inc->traces.v[crash])) {
		size_t best = PM_FIELDS_NONE;

		for (size_t c = 0; c < PM_COUNT(candidates) && best == PM_FIELDS_NONE; c++)
			for (size_t i = 0; i < inc->traces.n && best == PM_FIELDS_NONE; i++)
				if (inc->traces.v[i].role == candidates[c] && !is_empty(&inc->traces.v[i]) &&
				    !(inc->traces.v[i].title &&
				      pm_slice_has(pm_slice_of(inc->traces.v[i].title), PM_S("skipped"))))
					best = i;
		if (best != PM_FIELDS_NONE) {
			if (crash != PM_FIELDS_NONE)
				inc->traces.v[crash].role = PM_TRACE_OTHER;
			promote(f, &inc->traces.v[best]);
			crash = best;
		}
	}
	pm_fields_code_finish(f);
	if (crash != PM_FIELDS_NONE && crash) {
		struct pm_trace first = inc->traces.v[crash];

		memmove(&inc->traces.v[1], &inc->traces.v[0], crash * sizeof(first));
		inc->traces.v[0] = first;
	}
	for (size_t i = 0; i < inc->traces.n; i++)
		if (!is_empty(&inc->traces.v[i]) || inc->traces.v[i].broken)
			inc->traces.v[n++] = inc->traces.v[i];
	inc->traces.n = n;
	pm_fields_trace_close(f);
}

const struct pm_field_row pm_rows_trace[] = {
	{ "Call Trace:", read_header },
	{ "Call trace:", read_header, PM_ARM64 },
	{ "Backtrace:", read_header, PM_ARM },
	{ "backtrace:", read_title, PM_TRACE_ALLOCATED },
	{ "backtrace (crc ", read_title, PM_TRACE_ALLOCATED },
	{ "stack backtrace:", read_backtrace },
	{ "Allocated by task ", read_title, PM_TRACE_ALLOCATED },
	{ "Freed by task ", read_title, PM_TRACE_FREED },
	{ "Allocated:", read_title, PM_TRACE_ALLOCATED },
	{ "Freed:", read_title, PM_TRACE_FREED },
	{ "PID = ", read_pid_is },
	{ "allocated by task ", read_title, PM_TRACE_ALLOCATED },
	{ "freed by task ", read_title, PM_TRACE_FREED },
	{ "rcu_freeing by task ", read_title, PM_TRACE_FREED },
	{ "kfence-#", read_title, PM_TRACE_ALLOCATED, "allocated by task " },
	{ "kfence-#", read_title, PM_TRACE_FREED, "freed by task " },
	{ "INFO: Allocated in ", read_tracked, PM_TRACE_ALLOCATED },
	{ "INFO: Freed in ", read_tracked, PM_TRACE_FREED },
	{ "Allocated in ", read_tracked, PM_TRACE_ALLOCATED },
	{ "Freed in ", read_tracked, PM_TRACE_FREED },
	{ "page last allocated via order", read_title, PM_TRACE_ALLOCATED },
	{ "page last free ", read_title, PM_TRACE_FREED },
	{ "Last call_rcu", read_title, PM_TRACE_CREATED },
	{ "First call_rcu", read_title, PM_TRACE_CREATED },
	{ "Last potentially related work creation:", read_title, PM_TRACE_CREATED },
	{ "Last queuing work stack:", read_title, PM_TRACE_CREATED },
	{ "Second to last ", read_title, PM_TRACE_CREATED },
	{ "Uninit was ", read_title, PM_TRACE_CREATED },
	{ "Local variable ", read_title, PM_TRACE_CREATED, "created at" },
	{ "local variable created at", read_title, PM_TRACE_CREATED },
	{ "chained origin", read_title, PM_TRACE_CREATED },
	{ "origin:", read_title, PM_TRACE_CREATED },
	{ "write ", read_race },
	{ "write to ", read_race },
	{ "read ", read_race },
	{ "read-write ", read_race },
	{ "assert no ", read_race },
	{ "race at unknown origin, with ", read_race },
	{ "Reported by Kernel Concurrency Sanitizer", read_close },
	{ "-> #", read_title, PM_TRACE_LOCK },
	{ "{", read_title, PM_TRACE_LOCK, " state was registered at:" },
	{ "... which became ", read_title, PM_TRACE_LOCK, " at:" },
	{ "... acquired at:", read_title, PM_TRACE_LOCK },
	{ "acquired at:", read_title, PM_TRACE_LOCK },
	{ "HARDIRQ-ON-", read_title, PM_TRACE_LOCK, " at:" },
	{ "SOFTIRQ-ON-", read_title, PM_TRACE_LOCK, " at:" },
	{ "IN-", read_title, PM_TRACE_LOCK, " at:" },
	{ "INITIAL ", read_title, PM_TRACE_LOCK, " at:" },
	{ "... key ", pm_fields_skip },
	{ "NMI backtrace for cpu ", read_nmi },
	{ "Task dump for CPU ", read_title, PM_TRACE_CPU },
	{ "RCU grace-period kthread stack dump:", read_title, PM_TRACE_TASK },
	{ "Stack dump where RCU GP kthread last ran:", read_title, PM_TRACE_CPU },
	{ "INFO: task ", read_blocked },
	{ "task:", read_task },
	{ "Showing all locks held in the system:", read_close },
	{ "Showing busy workqueues", read_close },
	{ "The buggy address belongs to ", read_close },
	{ "Memory state around the buggy address", read_close },
	{ "Mem-Info:", read_close },
	{ "WARNING: kernel stack ", read_broken },
	{ "WARNING: can't ", read_broken },
	{ "WARNING: unrecognized unwind stack type", read_broken },
	{ "WARNING: stack recursion ", read_broken },
	{ "Backtrace aborted", read_broken },
	{ "backtrace aborted", read_broken },
	{ "unwind: ", read_broken },
	{ "FAULT_INJECTION: ", read_title, PM_TRACE_OTHER },
	{ "stack trace:", pm_fields_skip },
	{ "Stack:", pm_fields_skip },
	{ "<Same stack as pid ", pm_fields_skip },
	{ "name state pid", pm_fields_skip },
	{ 0 },
};
