#include "console/plain/report.h"

#include "base/hash.h"
#include "base/pattern.h"
#include "base/symbol.h"
#include "console/plain/lock.h"
#include "console/plain/trace.h"
#include "console/system.h"
#include "console/title.h"
#include "functions/functions.h"

#define LINES_MAX 12000
#define LOG_MAX 1500
#define LOG_BEFORE 20

struct pm_slice pm_plain_text(const struct pm_line *line)
{
	/* "kernel: page fault trap, code=0" is the kernel's own; syslog's "kernel: " is no part of a text. */
	if (pm_slice_has(line->body, PM_S(" trap, code="))) {
		size_t at = pm_slice_find(line->raw, PM_S("kernel: "));

		if (at != PM_NPOS && line->raw.p + at + 8 == line->body.p)
			return pm_slice_from(line->raw, at);
	}
	return line->body;
}

const char *pm_plain_str(struct pm_plain_report *report, struct pm_slice text)
{
	return pm_arena_str(&report->inc->arena, pm_slice_trim(text));
}

void pm_plain_fact(struct pm_plain_report *report, const char *group, const char *name, struct pm_slice value,
		   const char *meaning, const struct pm_plain_line *line)
{
	struct pm_slice text = pm_slice_trim(value);

	if (!text.n || pm_incident_fact(report->inc, group, name))
		return;
	pm_incident_add_fact(report->inc, group, name, text, meaning, line->from->at);
}

void pm_plain_collect(struct pm_plain_report *report, pm_plain_text_fn text, pm_plain_more_fn more,
		      bool (*join)(const struct pm_line *line, struct pm_slice text, struct pm_slice next))
{
	struct pm_window *window = report->window;
	struct pm_arena *arena = &report->inc->arena;

	/* Whose panic it is nobody knows: perhaps a program's, and then life goes on. */
	if (!more && report->inc->machine.system == PM_SYSTEM_UNKNOWN)
		more = pm_plain_of_witness;
	for (size_t i = window->start; i < window->n && report->lines.n < LINES_MAX; i++) {
		const struct pm_line *line = &window->lines[i];
		struct pm_slice body = text(line);

		if (i > window->start && (window->taken[i] || pm_system_boots(line)))
			break;
		if (i > window->start && more && !more(body))
			break;
		window->taken[i] = true;
		if (join && i + 1 < window->n && join(line, body, text(&window->lines[i + 1]))) {
			struct pm_slice next = text(&window->lines[i + 1]);
			char *both = pm_arena_alloc(arena, body.n + next.n + 1);

			memcpy(both, body.p, body.n);
			memcpy(both + body.n, next.p, next.n);
			body = (struct pm_slice){ both, body.n + next.n };
			window->taken[++i] = true;
		}
		*PM_PUSH(arena, &report->lines) = (struct pm_plain_line){ body, line };
	}
}

size_t pm_plain_find(const struct pm_plain_report *report, size_t from, const char *text)
{
	for (size_t i = from; i < report->lines.n; i++)
		if (pm_slice_has(report->lines.v[i].text, pm_slice_of(text)))
			return i;
	return PM_NPOS;
}

bool pm_plain_nothing_more(struct pm_slice text)
{
	(void)text;
	return false;
}

static const struct pm_plain_header *find_header(const struct pm_plain_header *headers, size_t n,
						 struct pm_slice text, size_t *at_out)
{
	for (size_t i = 0; i < n; i++) {
		size_t at = pm_slice_find(text, pm_slice_of(headers[i].word));
		bool none = false;

		if (at == PM_NPOS)
			continue;
		for (const char *const *not = headers[i].not ; not &&*not &&!none; not ++)
			none = pm_slice_has(text, pm_slice_of(*not ));
		if (none)
			continue;
		if (at_out)
			*at_out = at;
		return &headers[i];
	}
	return NULL;
}

const struct pm_plain_header *pm_plain_header_find(const struct pm_plain_header *headers, size_t n,
						   struct pm_slice text, size_t *at_out)
{
	static const struct pm_plain_header fuzzer[] = {
		{ "SYZFAIL:", NULL, NULL, 0, PM_KIND_OTHER, NULL, pm_plain_nothing_more },
		{ "SYZFATAL:", NULL, NULL, 0, PM_KIND_OTHER, NULL, pm_plain_nothing_more },
	};
	const struct pm_plain_header *header = find_header(headers, n, text, at_out);

	return header ? header : find_header(fuzzer, PM_COUNT(fuzzer), text, at_out);
}

bool pm_plain_begin(struct pm_plain_report *report, const struct pm_plain_header *header,
		    pm_plain_text_fn text, pm_plain_join_fn join)
{
	if (!header)
		return false;
	pm_plain_collect(report, text, header->more, join);
	pm_plain_name(report, header);
	pm_plain_traces(report);
	return true;
}

/* A title's text with its captures filled in. */
static struct pm_slice fill_in(struct pm_arena *arena, const char *format, const struct pm_plain_found *found)
{
	size_t room = strlen(format) + found->a.n * 2 + found->b.n * 2 + 1, n = 0;

	for (size_t i = 0; i < found->match.n; i++)
		room += found->match.cap[i].n * 2;
	char *out = pm_arena_alloc(arena, room);
	for (const char *f = format; *f; f++) {
		struct pm_slice s = { 0 };
		bool last = false;

		if (*f != '$' || !f[1]) {
			if (n < room)
				out[n++] = *f;
			continue;
		}
		f++;
		if (*f == '/' && f[1]) {
			last = true;
			f++;
		}
		if (*f == 'a')
			s = found->a;
		else if (*f == 'b')
			s = found->b;
		else if (*f >= '1' && (size_t)(*f - '1') < found->match.n)
			s = found->match.cap[*f - '1'];
		for (size_t i = s.n; last && i-- > 0;)
			if (s.p[i] == '/') {
				s = pm_slice_from(s, i + 1);
				break;
			}
		if (s.n && n + s.n <= room) {
			memcpy(out + n, s.p, s.n);
			n += s.n;
		}
	}
	return (struct pm_slice){ out, n };
}

/* The types of bugs that the dashboards know, by how a title begins. */
static const struct {
	const char *begin, *type;
} types[] = {
	{ "panic:", "DoS" },
	{ "go runtime error", "DoS" },
	{ "unexpected kernel reboot", "REBOOT" },
	{ "SYZFAIL", "SYZ_FAILURE" },
	{ "SYZFATAL:", "SYZ_FAILURE" },
	{ "KASAN:", "KASAN-UNKNOWN" },
	{ "KMSAN:", "KMSAN-UNKNOWN" },
	{ "KCSAN:", "KCSAN-UNKNOWN" },
	{ "UBSAN:", "UBSAN" },
	{ "WARNING:", "WARNING" },
};

/* What a message is about, for titles that say no more than "panic: …". */
static const struct {
	const char *word;
	enum pm_kind kind;
} kinds[] = {
	{ "page fault", PM_KIND_PAGE_FAULT },
	{ "protection fault", PM_KIND_GPF },
	{ "double fault", PM_KIND_DOUBLE_FAULT },
	{ "integer divide", PM_KIND_DIVIDE },
	{ "divide error", PM_KIND_DIVIDE },
	{ "invalid opcode", PM_KIND_INVALID_OPCODE },
	{ "privileged instruction", PM_KIND_INVALID_OPCODE },
	{ "vm_fault", PM_KIND_PAGE_FAULT },
	{ "uvm_fault", PM_KIND_PAGE_FAULT },
	{ "Kernel data abort", PM_KIND_PAGE_FAULT },
	{ "Kernel instruction fetch abort", PM_KIND_EXECUTE_NX },
	{ "attempt to execute user address", PM_KIND_SMEP },
	{ "attempt to access user address", PM_KIND_SMAP },
	{ "machine check", PM_KIND_MACHINE_CHECK },
	{ "Machine Check", PM_KIND_MACHINE_CHECK },
	{ "stack overflow", PM_KIND_STACK_GUARD },
	{ "smashed stack", PM_KIND_STACK_CANARY },
	{ "stack smash", PM_KIND_STACK_CANARY },
	{ "stack overflow detected", PM_KIND_STACK_CANARY },
	{ "ASan:", PM_KIND_KASAN },
	{ "KASAN:", PM_KIND_KASAN },
	{ "MSan:", PM_KIND_KMSAN },
	{ "UBSan:", PM_KIND_UBSAN },
	{ "CSan:", PM_KIND_KCSAN },
	{ "assert", PM_KIND_ASSERT },
	{ "ASSERT", PM_KIND_ASSERT },
	{ "modified on freelist", PM_KIND_SLAB_CORRUPTION },
	{ "free list modified", PM_KIND_SLAB_CORRUPTION },
	{ "modified after free", PM_KIND_SLAB_CORRUPTION },
	{ "double pool_put", PM_KIND_SLAB_CORRUPTION },
	{ "Duplicate free", PM_KIND_SLAB_CORRUPTION },
	{ "Duplicate alloc", PM_KIND_SLAB_CORRUPTION },
	{ "Memory modified after free", PM_KIND_SLAB_CORRUPTION },
	{ "zone corruption", PM_KIND_SLAB_CORRUPTION },
	{ "element modified", PM_KIND_SLAB_CORRUPTION },
	{ "deadlock", PM_KIND_DEADLOCK },
	{ "deadlres", PM_KIND_HUNG_TASK },
	{ "lock order reversal", PM_KIND_DEADLOCK },
	{ "locking against myself", PM_KIND_LOCKING },
	{ "lock held", PM_KIND_LOCKING },
	{ "not owned", PM_KIND_LOCKING },
	{ "lock error", PM_KIND_LOCKING },
	{ "of destroyed", PM_KIND_LOCKING },
	{ "spin lock held too long", PM_KIND_HARD_LOCKUP },
	{ "watchdog timeout", PM_KIND_SOFT_LOCKUP },
	{ "heartbeat", PM_KIND_SOFT_LOCKUP },
	{ "refcount", PM_KIND_REFCOUNT },
	{ "out of memory", PM_KIND_OOM },
	{ "kmem_map too small", PM_KIND_OOM },
	{ "out of space in kmem_map", PM_KIND_OOM },
	{ "init died", PM_KIND_INIT_KILLED },
	{ "Going nowhere without my init", PM_KIND_INIT_KILLED },
	{ "initproc exited", PM_KIND_INIT_KILLED },
	{ "mountroot", PM_KIND_NO_ROOT },
	{ "cannot mount root", PM_KIND_NO_ROOT },
	{ "ffs_", PM_KIND_FILESYSTEM },
	{ "ufs_", PM_KIND_FILESYSTEM },
	{ "unmount: dangling", PM_KIND_FILESYSTEM },
};

enum pm_kind pm_plain_kind(struct pm_slice message, enum pm_kind otherwise)
{
	for (size_t i = 0; i < PM_COUNT(kinds); i++)
		if (pm_slice_has(message, pm_slice_of(kinds[i].word)))
			return kinds[i].kind;
	return otherwise;
}

bool pm_plain_of_program(const struct pm_window *window)
{
	size_t end = window->n - window->start > 8 ? window->start + 8 : window->n;

	if (!pm_slice_has(window->lines[window->start].body, PM_S("panic:")))
		return false;
	for (size_t i = window->start + 1; i < end; i++)
		if (pm_match("goroutine {d} [{*}]:", window->lines[i].body, NULL))
			return true;
	return false;
}

/* The name in "… in NAME", the last there is. */
static bool title_frame(struct pm_slice title, struct pm_slice *name_out)
{
	for (size_t at = title.n; at-- > 0;) {
		struct pm_slice s = pm_slice_from(title, at);
		size_t n = 0;

		if (!pm_take(&s, PM_S(" in ")))
			continue;
		while (n < s.n && pm_is_name_char(s.p[n]) && s.p[n] != '.')
			n++;
		if (n) {
			*name_out = pm_slice_upto(s, n);
			return true;
		}
	}
	return false;
}

void pm_plain_name(struct pm_plain_report *report, const struct pm_plain_header *header)
{
	struct pm_incident *inc = report->inc;
	const struct pm_plain_line *first = &report->lines.v[0];
	struct pm_slice text = first->text, title = { 0 }, frame;
	size_t at = pm_slice_find(text, pm_slice_of(header->word));
	const struct pm_plain_row *row = NULL;
	bool half = false; /* a row's form is there, but what it needs is not */

	for (size_t i = 0; i < header->n; i++) {
		struct pm_plain_found found = { 0 };

		if (!pm_match(header->rows[i].pattern, text, &found.match))
			continue;
		if (header->rows[i].look && !header->rows[i].look(report, &found)) {
			half = true;
			continue;
		}
		row = &header->rows[i];
		title = fill_in(&inc->arena, row->title, &found);
		break;
	}
	text = pm_slice_from(text, at == PM_NPOS ? 0 : at);
	if (!row)
		title = text;
	inc->corrupted_why = row ? row->corrupted : half ? header->otherwise : NULL;
	inc->corrupted = inc->corrupted_why != NULL;
	inc->title = pm_title_clean(&inc->arena, title);
	if (title_frame(pm_slice_of(inc->title), &frame))
		inc->frame = pm_plain_str(report, frame);
	for (size_t i = 0; i < PM_COUNT(types) && !inc->type; i++)
		if (pm_slice_starts(pm_slice_of(inc->title), pm_slice_of(types[i].begin)))
			inc->type = types[i].type;
	inc->fault.kind = row && row->kind ? row->kind : pm_plain_kind(text, header->kind);
	(void)pm_take(&text, PM_S("panic: ")); /* what panic() was given */
	inc->fault.message = pm_plain_str(report, text);
	inc->fault.at = first->from->at;
	if (!header->more) {
		inc->panic_reason = inc->fault.message;
		inc->panic_at = first->from->at;
	}
	/* A hosting service's console that goes away takes lines with it. */
	for (size_t i = 0; i < report->window->n && !inc->corrupted; i++)
		if (pm_slice_has(report->window->lines[i].raw, PM_S("serialport: VM disconnected."))) {
			inc->corrupted = true;
			inc->corrupted_why = "the console was disconnected";
		}
}

static void add_log(struct pm_plain_report *report)
{
	struct pm_incident *inc = report->inc;
	struct pm_window *window = report->window;
	size_t from = window->start > LOG_BEFORE ? window->start - LOG_BEFORE : 0;

	for (size_t i = from; i < window->n && inc->log.n < LOG_MAX; i++) {
		bool own = i >= window->start && window->taken[i];

		if (i > window->start && !own)
			break;
		struct pm_log_line *log = PM_PUSH(&inc->arena, &inc->log);
		log->text = pm_arena_str(&inc->arena, pm_slice_upto(window->lines[i].raw, 1000));
		log->at = window->lines[i].at;
		log->report = own;
	}
}

/* The frames that only died for the context go to a trace of their own: its stack begins below them. */
static void split_reporter(struct pm_incident *inc)
{
	struct pm_trace *trace = pm_incident_crash_trace(inc);
	size_t n = 0, i = 0;

	if (!trace)
		return;
	for (; i < trace->frames.n; i++) {
		const char *symbol = trace->frames.v[i].place.symbol;

		if (!symbol || (!trace->frames.v[i].inlined &&
				!pm_function_has(inc->machine.system, symbol, PM_FUNCTION_STOPS)))
			break;
		/* What is inlined stands before the function that it is inlined into. */
		if (!trace->frames.v[i].inlined)
			n = i + 1;
	}
	if (!n || n == trace->frames.n)
		return;
	struct pm_trace reporter = { .role = PM_TRACE_REPORTER, .title = "panic handling", .at = trace->at };
	reporter.frames = trace->frames;
	reporter.frames.n = reporter.frames.cap = n;
	trace->frames.v += n;
	trace->frames.n -= n;
	trace->frames.cap -= n;
	*PM_PUSH(&inc->arena, &inc->traces) = reporter;
}

void pm_plain_finish(struct pm_plain_report *report)
{
	struct pm_incident *inc = report->inc;
	split_reporter(inc);
	struct pm_trace *trace = pm_incident_crash_trace(inc);
	struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	uint64_t h = PM_HASH_BEGIN;
	unsigned used = 0;

	if (trace) {
		for (size_t i = 0; i < trace->frames.n; i++) {
			const struct pm_frame *frame = &trace->frames.v[i];

			if (!frame->place.symbol || frame->inlined ||
			    pm_function_has(inc->machine.system, frame->place.symbol, PM_FUNCTION_STOPS))
				continue;
			if (!inc->place.symbol)
				inc->place = frame->place;
			break;
		}
	}
	if (regs && regs->pc.has_addr && !inc->place.symbol && !inc->place.has_addr &&
	    (inc->fault.kind == PM_KIND_EMULATION || inc->fault.kind == PM_KIND_PAGE_FAULT ||
	     inc->fault.kind == PM_KIND_DOUBLE_FAULT))
		inc->place = regs->pc;
	if (inc->fault.kind == PM_KIND_PAGE_FAULT && inc->fault.has_address && inc->fault.address < 0x1000)
		inc->fault.kind = PM_KIND_NULL_DEREF;
	h = pm_hash_field(h, pm_slice_of(pm_system_name(inc->machine.system)));
	h = pm_hash_field(h, pm_slice_of(inc->title));
	for (size_t i = 0; trace && i < trace->frames.n && used < 3; i++) {
		const char *symbol = trace->frames.v[i].place.symbol;

		if (symbol && !pm_function_has(inc->machine.system, symbol, PM_FUNCTION_STOPS)) {
			h = pm_hash_field(h, pm_symbol_title(pm_slice_of(symbol)));
			used++;
		}
	}
	inc->fingerprint = pm_arena_printf(&inc->arena, "%016llx", (unsigned long long)h);
	inc->context_how = "one console: all lines up to the next boot";
	add_log(report);
}

/* --- what every system's console may show ------------------------------------------------ */

const char *const pm_plain_no_panic[] = {
	"_panic:", "xlog_status:", "ddb.onpanic:", "evtlog_status:", "event_init: unable to initialize", NULL,
};
