#include "console/plain/trace.h"

#include "base/pattern.h"
#include "functions/functions.h"

#define TRACES_MAX 48
#define FRAMES_MAX 256

static bool is_name_char(char c)
{
	return pm_is_name_char(c) || c == '$';
}

/* "vfs_write", "__ZN9IOService14doServiceMatchEj", "HandleTypeMismatch.part.1" */
static bool take_name(struct pm_slice *s, struct pm_slice *out)
{
	size_t n = 0;

	while (n < s->n && is_name_char(s->p[n]))
		n++;
	if (!n || pm_is_digit(s->p[0]))
		return false;
	*out = pm_slice_upto(*s, n);
	*s = pm_slice_from(*s, n);
	return true;
}

static void take_offset(struct pm_slice *s, struct pm_plain_frame *out)
{
	struct pm_slice rest = *s;

	if (pm_take(&rest, PM_S("+0x")) && pm_take_hex(&rest, &out->offset, NULL)) {
		out->has_offset = true;
		*s = rest;
	} else if (pm_take(&rest, PM_S(" + ")) && pm_take_hex(&rest, &out->offset, NULL)) {
		out->has_offset = true;
		*s = rest;
	}
}

/* "kern/foo.c:12" at the end of s, the blank before it included; line -1 is one that is not known. */
static bool cut_file(struct pm_slice *s, struct pm_plain_frame *out)
{
	struct pm_slice text = pm_slice_trim(*s);
	size_t at = text.n, colon;
	uint64_t line = 0;

	while (at && text.p[at - 1] != ' ')
		at--;
	struct pm_slice word = pm_slice_from(text, at), digits;
	for (colon = word.n; colon-- > 0;)
		if (word.p[colon] == ':')
			break;
	if (colon == PM_NPOS || !colon)
		return false;
	digits = pm_slice_from(word, colon + 1);
	bool unknown = pm_slice_eq(digits, PM_S("-1"));
	if (!unknown && (!pm_take_dec(&digits, &line) || digits.n || line > UINT32_MAX))
		return false;
	if (!pm_slice_has(pm_slice_upto(word, colon), PM_S(".")))
		return false;
	out->file = pm_slice_upto(word, colon);
	out->file_line = unknown ? 0 : (uint32_t)line;
	*s = pm_slice_upto(text, at);
	return true;
}

/* What symbolising added behind a frame: "[name] file.c:12 [[inline]]". */
static void take_source(struct pm_slice rest, struct pm_plain_frame *out)
{
	struct pm_slice name;

	rest = pm_slice_trim(rest);
	if (pm_slice_ends(rest, PM_S("[inline]"))) {
		rest = pm_slice_upto(rest, rest.n - 8);
		out->inlined = true;
	}
	if (!cut_file(&rest, out)) {
		out->inlined = false;
		return;
	}
	rest = pm_slice_trim(rest);
	if (out->inlined && take_name(&rest, &name) && !rest.n) {
		out->symbol = name;
		out->has_offset = false;
	} else {
		out->inlined = false;
	}
}

/* name(args) at name+0x12… */
static bool parse_call(struct pm_slice s, struct pm_plain_frame *out)
{
	struct pm_slice name, rest = s;
	uint64_t addr;
	size_t at = pm_slice_find(s, PM_S(") at "));

	if (at == PM_NPOS)
		return false;
	if (take_name(&rest, &name))
		out->symbol = name;
	else if (!pm_slice_starts(rest, PM_S("0x")) || !pm_take_hex(&rest, &addr, NULL))
		return false;
	if (!pm_slice_starts(rest, PM_S("(")))
		return false;
	rest = pm_slice_from(s, at + 5);
	if (pm_slice_starts(rest, PM_S("0x")) && pm_take_hex(&rest, &addr, NULL)) {
		out->has_addr = true; /* no symbol covers it */
		out->addr = addr;
		return true;
	}
	if (!take_name(&rest, &name))
		return false;
	if (pm_take_char(&rest, ':')) { /* NetBSD: "netbsd:name" */
		if (!pm_slice_eq(name, PM_S("netbsd")))
			out->module = name;
		if (!take_name(&rest, &name))
			return false;
	}
	if (!out->symbol.n)
		out->symbol = name;
	take_offset(&rest, out);
	if (pm_take(&rest, PM_S("/frame "))) /* FreeBSD; the frame's address */
		(void)pm_take_hex(&rest, &addr, NULL);
	take_source(rest, out);
	return true;
}

/* "#0 …" in all its forms, the number taken */
static bool parse_numbered(struct pm_slice s, struct pm_plain_frame *out)
{
	struct pm_slice name, rest;
	uint64_t fraction;

	if (pm_take_char(&s, '.')) /* Rust's backtraces: "#3.1" is inlined into "#3" */
		out->inlined = pm_take_dec(&s, &fraction) && fraction > 0;
	pm_take_blanks(&s);
	rest = s;
	if (pm_slice_starts(rest, PM_S("0x")) && pm_take_hex(&rest, &out->addr, NULL) &&
	    (pm_take(&rest, PM_S(" at ")) || pm_take(&rest, PM_S(" in ")))) {
		out->has_addr = true;
		s = rest;
	}
	if (!take_name(&s, &name))
		return false;
	out->symbol = name;
	if (pm_slice_starts(s, PM_S("::"))) { /* a path of Rust's or C++'s */
		size_t end = pm_slice_find_char(s, ' ');
		struct pm_slice path = pm_slice_upto(s, end);

		out->symbol = (struct pm_slice){ name.p, name.n + path.n };
		s = pm_slice_from(s, path.n);
	}
	if (pm_slice_starts(s, PM_S("+0x"))) {
		take_offset(&s, out);
		take_source(s, out);
		return true;
	}
	size_t at = pm_slice_find(s, PM_S(") at ")); /* kgdb */
	if (at != PM_NPOS) {
		rest = pm_slice_from(s, at + 5);
		return cut_file(&rest, out);
	}
	if (!out->has_addr)
		return false;
	size_t module = pm_slice_find_char(s, '<');
	rest = pm_slice_upto(s, module);
	(void)cut_file(&rest, out);
	return true;
}

/* 0xframe : 0xreturn [module : _name + 0x12] */
static bool parse_darwin(struct pm_slice s, struct pm_plain_frame *out)
{
	uint64_t frame;
	struct pm_slice name;
	unsigned digits;

	if (!pm_slice_starts(s, PM_S("0x")) || !pm_take_hex(&s, &frame, &digits) || digits < 8)
		return false;
	pm_take_blanks(&s);
	if (!pm_take_char(&s, ':'))
		return false;
	pm_take_blanks(&s);
	if (!pm_slice_starts(s, PM_S("0x")) || !pm_take_hex(&s, &out->addr, &digits) || digits < 8)
		return false;
	out->has_addr = true;
	pm_take_blanks(&s);
	if (!s.n)
		return true;
	size_t colon = pm_slice_find(s, PM_S(" : "));
	if (colon == PM_NPOS)
		return true;
	name = pm_slice_trim(pm_slice_upto(s, colon));
	if (!pm_slice_eq(name, PM_S("mach_kernel")))
		out->module = name;
	s = pm_slice_from(s, colon + 3);
	if (take_name(&s, &name)) {
		/* Mach-O puts an underscore before every name of C. */
		out->symbol = name.n > 1 && name.p[0] == '_' ? pm_slice_from(name, 1) : name;
		take_offset(&s, out);
	}
	return true;
}

/* arm64 Darwin: "lr: 0xfffffff0081ab3c0  fp: 0xffffffe3f8b1b9c0" */
static bool parse_darwin_arm(struct pm_slice s, struct pm_plain_frame *out)
{
	unsigned digits;

	if (!pm_take(&s, PM_S("lr: ")) || !pm_take_hex(&s, &out->addr, &digits) || digits < 8)
		return false;
	out->has_addr = true;
	pm_take_blanks(&s);
	return pm_slice_starts(s, PM_S("fp: "));
}

/* "bt#00: …", the number taken */
static bool parse_zircon(struct pm_slice s, struct pm_plain_frame *out)
{
	struct pm_match m;

	pm_take_blanks(&s);
	if (pm_slice_starts(s, PM_S("end")))
		return false;
	if (pm_take(&s, PM_S("[ inline ]"))) {
		out->inlined = true;
	} else if (pm_match("^pc {x} sp {x} ({*},{x})", s, &m)) { /* a user program's */
		struct pm_slice pc = m.cap[0], off = m.cap[3];

		out->has_addr = pm_take_hex(&pc, &out->addr, NULL);
		out->module = m.cap[2];
		out->has_offset = pm_take_hex(&off, &out->offset, NULL);
		return true;
	} else if (pm_take_hex(&s, &out->addr, NULL)) {
		out->has_addr = true;
	} else {
		return false;
	}
	(void)cut_file(&s, out);
	out->symbol = pm_slice_trim(s);
	return true;
}

/* {{{bt:0:0xffffffff00105972:ra}}}: for a symboliser to fill in */
static bool parse_markup(struct pm_slice s, struct pm_plain_frame *out)
{
	size_t at = pm_slice_find(s, PM_S("{{{bt:"));

	if (at == PM_NPOS)
		return false;
	s = pm_slice_from(s, at + 6);
	out->numbered = pm_take_dec(&s, &out->number);
	out->has_addr = out->numbered && pm_take_char(&s, ':') && pm_take_hex(&s, &out->addr, NULL);
	return out->has_addr;
}

bool pm_plain_frame_parse(struct pm_slice text, struct pm_plain_frame *out)
{
	struct pm_slice s = text;

	*out = (struct pm_plain_frame){ 0 };
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = pm_slice_from(s, 1);
	if (s.n < 4)
		return false;
	if (pm_take_char(&s, '#'))
		return (out->numbered = pm_take_dec(&s, &out->number)) && parse_numbered(s, out);
	if (pm_take(&s, PM_S("bt#")))
		return (out->numbered = pm_take_dec(&s, &out->number)) && pm_take_char(&s, ':') &&
		       parse_zircon(s, out);
	if (parse_darwin(s, out) || (*out = (struct pm_plain_frame){ 0 }, parse_darwin_arm(s, out)))
		return true;
	*out = (struct pm_plain_frame){ 0 };
	if (parse_markup(s, out))
		return true;
	*out = (struct pm_plain_frame){ 0 };
	return parse_call(s, out);
}

struct pm_trace *pm_plain_crash_trace(struct pm_plain_report *report)
{
	struct pm_incident *inc = report->inc;
	struct pm_trace *trace = pm_incident_crash_trace(inc);

	if (trace)
		return trace;
	(void)PM_PUSH(&inc->arena, &inc->traces);
	for (size_t i = inc->traces.n - 1; i > 0; i--)
		inc->traces.v[i] = inc->traces.v[i - 1];
	inc->traces.v[0] = (struct pm_trace){ .role = PM_TRACE_CRASH, .at = inc->fault.at };
	return &inc->traces.v[0];
}

/* --- from lines to traces ------------------------------------------------------------------ */

/* Lines that say what the trace behind them is. */
static const struct {
	const char *word;
	enum pm_trace_role role;
} heads[] = {
	{ "KDB: stack backtrace:", PM_TRACE_CRASH }, { "Begin traceback...", PM_TRACE_CRASH },
	{ "Backtrace (CPU ", PM_TRACE_CRASH },       { "call trace:", PM_TRACE_CRASH },
	{ "allocated at:", PM_TRACE_ALLOCATED },     { "freed at:", PM_TRACE_FREED },
	{ "first seen at:", PM_TRACE_LOCK },         { "established at:", PM_TRACE_LOCK },
	{ "attempted at:", PM_TRACE_LOCK },          { " locked @ ", PM_TRACE_LOCK },
	{ "Panicked thread: ", PM_TRACE_CRASH },     { "Panicked task ", PM_TRACE_CRASH },
};

struct builder {
	struct pm_plain_report *report;
	bool open;       /* the last trace of the incident grows */
	bool after_trap; /* the next frame was interrupted */
	bool pending;    /* a head was seen */
	enum pm_trace_role role;
	struct pm_slice title;
	bool have_crash;
	uint64_t number; /* of the last frame, where they are numbered */
};

static struct pm_trace *last(struct builder *b)
{
	return &b->report->inc->traces.v[b->report->inc->traces.n - 1];
}

/* The first symbols that are not of the machinery say whether two traces are one context's. */
static bool same_context(enum pm_system system, const struct pm_trace *x, const struct pm_trace *y)
{
	size_t i = 0, k = 0, same = 0;

	while (same < 3) {
		while (i < x->frames.n &&
		       (!x->frames.v[i].place.symbol || x->frames.v[i].inlined ||
			pm_function_has(system, x->frames.v[i].place.symbol, PM_FUNCTION_STOPS)))
			i++;
		while (k < y->frames.n &&
		       (!y->frames.v[k].place.symbol || y->frames.v[k].inlined ||
			pm_function_has(system, y->frames.v[k].place.symbol, PM_FUNCTION_STOPS)))
			k++;
		if (i == x->frames.n || k == y->frames.n)
			return same > 0;
		if (strcmp(x->frames.v[i++].place.symbol, y->frames.v[k++].place.symbol))
			return false;
		same++;
	}
	return true;
}

static void close_trace(struct builder *b)
{
	struct pm_incident *inc = b->report->inc;

	if (!b->open)
		return;
	b->open = false;
	b->after_trap = false;
	struct pm_trace *trace = last(b), *crash = pm_incident_crash_trace(inc);
	if (!trace->frames.n && trace != crash && !trace->regs.n) {
		inc->traces.n--;
		return;
	}
	/* The debugger prints the same stack again, with or without its own frames. */
	if (crash && crash != trace && trace->role == PM_TRACE_OTHER &&
	    same_context(b->report->inc->machine.system, crash, trace)) {
		if (trace->frames.n > crash->frames.n + 4)
			crash->frames = trace->frames;
		inc->traces.n--;
	}
}

static bool open_trace(struct builder *b, struct pm_at at)
{
	struct pm_incident *inc = b->report->inc;
	enum pm_trace_role role = b->pending ? b->role : PM_TRACE_CRASH;

	if (inc->traces.n >= TRACES_MAX)
		return false;
	if (role == PM_TRACE_CRASH && b->have_crash)
		role = PM_TRACE_OTHER;
	if (role == PM_TRACE_CRASH)
		b->have_crash = true;
	struct pm_trace *trace = PM_PUSH(&inc->arena, &inc->traces);
	trace->role = role;
	trace->at = at;
	if (b->pending && b->title.n)
		trace->title = pm_plain_str(b->report, pm_slice_upto(b->title, 200));
	b->open = true;
	b->pending = false;
	return true;
}

static void add_frame(struct builder *b, const struct pm_plain_frame *f, struct pm_at at)
{
	struct pm_arena *arena = &b->report->inc->arena;

	if (!b->open && !open_trace(b, at))
		return;
	struct pm_trace *trace = last(b);
	if (trace->frames.n >= FRAMES_MAX) {
		trace->broken = "longer than what is kept";
		return;
	}
	struct pm_frame *frame = PM_PUSH(arena, &trace->frames);
	struct pm_place *place = &frame->place;
	frame->trust = PM_EXACT;
	frame->inlined = f->inlined;
	frame->interrupted = b->after_trap && !f->inlined;
	if (!f->inlined)
		b->after_trap = false;
	frame->at = place->at = at;
	place->has_addr = f->has_addr;
	place->addr = f->addr;
	if (f->symbol.n)
		place->symbol = pm_arena_str(arena, pm_slice_upto(f->symbol, 400));
	place->has_offset = f->has_offset;
	place->offset = f->offset;
	if (f->module.n)
		place->module = pm_arena_str(arena, pm_slice_upto(f->module, 200));
	if (f->file.n)
		place->file = pm_arena_str(arena, pm_slice_upto(f->file, 400));
	place->file_line = f->file_line;
}

static bool value_behind(struct pm_slice text, const char *name, uint64_t *value_out)
{
	size_t at = pm_slice_find(text, pm_slice_of(name));

	if (at == PM_NPOS)
		return false;
	struct pm_slice s = pm_slice_from(text, at + strlen(name));
	return pm_take_hex(&s, value_out, NULL);
}

static void add_register(struct pm_plain_report *report, struct pm_regs *regs, const char *name,
			 uint64_t value, struct pm_at at)
{
	*PM_PUSH(&report->inc->arena, &regs->regs) =
		(struct pm_register){ .name = name, .value = value, .bits = 64, .at = at };
}

/* "--- trap 0xc, rip = 0x…, rsp = 0x…, rbp = 0x… ---": what stands above only handled the trap. */
static void trap_marker(struct builder *b, struct pm_slice text, const struct pm_plain_line *line)
{
	struct pm_plain_report *report = b->report;
	struct pm_incident *inc = report->inc;
	struct pm_arena *arena = &inc->arena;
	uint64_t nr = 0, rip = 0, rsp = 0, rbp = 0;

	if (!b->open || !value_behind(text, "trap ", &nr) ||
	    (!value_behind(text, "rip = ", &rip) && !value_behind(text, "eip = ", &rip) &&
	     !value_behind(text, "pc = ", &rip)) ||
	    !rip)
		return;
	b->after_trap = true;
	struct pm_trace *trace = last(b);
	if (trace->role != PM_TRACE_CRASH || trace->regs.n || inc->traces.n >= TRACES_MAX)
		return;
	struct pm_trace reporter = *trace;
	trace->frames = (pm_frames){ 0 };
	struct pm_regs *regs = PM_PUSH(arena, &trace->regs);
	*regs = (struct pm_regs){ .role = PM_REGS_FAULT, .at = line->from->at };
	regs->pc = (struct pm_place){ .has_addr = true, .addr = rip, .at = line->from->at };
	add_register(report, regs, "rip", rip, line->from->at);
	if (value_behind(text, "rsp = ", &rsp))
		add_register(report, regs, "rsp", rsp, line->from->at);
	if (value_behind(text, "rbp = ", &rbp))
		add_register(report, regs, "rbp", rbp, line->from->at);
	/* The reporter's frames go behind the crashed context's, which still grows: keep that last. */
	struct pm_trace grows = *trace;
	reporter.role = PM_TRACE_REPORTER;
	reporter.title = "trap and panic handling";
	*trace = reporter;
	*PM_PUSH(arena, &inc->traces) = grows;
}

static void syscall_marker(struct builder *b, struct pm_slice text, const struct pm_plain_line *line)
{
	struct pm_actor *actor = &b->report->inc->actor;
	size_t at = pm_slice_find_char(text, '(');
	uint64_t nr;

	if (at == PM_NPOS)
		return;
	struct pm_slice s = pm_slice_from(text, at + 1);
	(void)pm_take(&s, PM_S("number "));
	if (!actor->has_syscall && pm_take_dec(&s, &nr) && nr) {
		actor->has_syscall = true;
		actor->syscall_nr = nr;
		if (!actor->at.line)
			actor->at = line->from->at;
	}
	close_trace(b);
}

void pm_plain_traces(struct pm_plain_report *report)
{
	struct pm_incident *inc = report->inc;
	struct builder b = { .report = report };

	for (size_t i = 0; i < report->lines.n; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_slice text = pm_slice_trim(line->text);
		struct pm_plain_frame frame;

		if (pm_slice_starts(text, PM_S("--- "))) {
			if (pm_slice_has(text, PM_S("syscall")))
				syscall_marker(&b, text, line);
			else if (pm_slice_starts(text, PM_S("--- trap")))
				trap_marker(&b, text, line);
			else if (b.open)
				b.after_trap = true; /* interrupts */
			continue;
		}
		if (pm_plain_frame_parse(text, &frame)) {
			/* Numbers that begin again: another trace. */
			if (b.open && frame.numbered && frame.number < b.number)
				close_trace(&b);
			b.number = frame.number;
			add_frame(&b, &frame, line->from->at);
			continue;
		}
		close_trace(&b);
		for (size_t h = 0; h < PM_COUNT(heads); h++)
			if (pm_slice_has(text, pm_slice_of(heads[h].word))) {
				b.pending = true;
				b.role = heads[h].role;
				b.title = text;
			}
	}
	close_trace(&b);

	/* The crashed context's first. */
	for (size_t i = 1; i < inc->traces.n; i++)
		if (inc->traces.v[i].role == PM_TRACE_CRASH) {
			struct pm_trace crash = inc->traces.v[i];

			for (; i > 0; i--)
				inc->traces.v[i] = inc->traces.v[i - 1];
			inc->traces.v[0] = crash;
			break;
		}
}
