/* One self-contained page: what the terminal says, with the evidence a click away. */
#include "render/html_page.h"

#include "render/escape.h"
#include "render/words.h"

#include <stdlib.h>

/* A page is for reading: what is longer is in the JSON. */
enum { MOMENTS_MAX = 500, FRAMES_MAX = 400, TRACES_MAX = 64, LOG_MAX = 3000, FACTS_MAX = 400 };

void pm_html_raw(struct pm_render_html *page, const char *markup)
{
	fputs(markup, page->out);
}

void pm_html_rawf(struct pm_render_html *page, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *markup = pm_vprintf(fmt, ap);
	va_end(ap);
	fputs(markup, page->out);
	free(markup);
}

void pm_html_text(struct pm_render_html *page, const char *text)
{
	page->buf.n = 0;
	pm_escape_html(&page->buf, text);
	fwrite(page->buf.data, 1, page->buf.n, page->out);
}

void pm_html_cut(struct pm_render_html *page, const char *text, size_t characters)
{
	const char *p = text;
	uint32_t code;

	for (size_t i = 0; *p && i < characters; i++)
		pm_utf8_take(&p, &code);
	if (!*p) {
		pm_html_text(page, text);
		return;
	}
	char *start = pm_printf("%.*s…", (int)(p - text), text);
	pm_html_text(page, start);
	free(start);
}

static bool in_log(const struct pm_incident *inc, struct pm_at at)
{
	for (size_t i = 0; i < inc->log.n && i < LOG_MAX; i++)
		if (inc->log.v[i].at.line == at.line)
			return true;
	return false;
}

void pm_html_line(struct pm_render_html *page, const struct pm_incident *inc, size_t index, struct pm_at at)
{
	if (at.memory)
		pm_html_rawf(page, "<span>memory 0x%llx</span> ", (unsigned long long)at.memory);
	else if (!at.line)
		pm_html_rawf(page, "<span>offset 0x%llx</span> ", (unsigned long long)at.offset);
	else if (in_log(inc, at))
		pm_html_rawf(page, "<a href=\"#r%zu-l%u\">%u</a>", index + 1, at.line, at.line);
	else
		pm_html_rawf(page, " %u", at.line);
}

static void heading(struct pm_render_html *page, const char *title)
{
	pm_html_rawf(page, "<h3>%s</h3>\n", title);
}

static void pair(struct pm_render_html *page, const char *label, struct pm_buf *words)
{
	if (words->n) {
		pm_html_rawf(page, "<dt>%s</dt><dd>", label);
		pm_html_text(page, words->data);
		pm_html_raw(page, "</dd>\n");
	}
	words->n = 0;
}

static void head(struct pm_render_html *page, const struct pm_incident *inc, size_t index)
{
	struct pm_buf words = { 0 };

	pm_html_rawf(page, "<p class=\"ev of\">report %zu", index + 1);
	if (page->many && inc->input) {
		pm_html_raw(page, ", ");
		pm_html_text(page, inc->input);
	}
	if (inc->boot > 1)
		pm_html_rawf(page, ", boot %u", inc->boot);
	pm_html_raw(page, "</p>\n<h2>");
	pm_html_text(page, inc->headline ? inc->headline : inc->title ? inc->title : "unknown failure");
	pm_html_raw(page, "</h2>\n<dl class=\"head\">\n");
	pm_words_place(&words, &inc->place, false);
	if (words.n && inc->place.file)
		pm_buf_str(&words, " · ");
	pm_words_source(&words, &inc->place);
	pair(page, "in", &words);
	pm_words_actor(&words, inc);
	pair(page, "by", &words);
	pm_words_call(&words, inc);
	pair(page, "call", &words);
	pm_words_kernel(&words, inc);
	pair(page, "kernel", &words);
	if (inc->machine.hardware)
		pm_buf_printf(&words, "%s%s%s", inc->machine.hardware, inc->machine.bios ? ", BIOS " : "",
			      inc->machine.bios ? inc->machine.bios : "");
	pair(page, "machine", &words);
	if (inc->title)
		pm_buf_str(&words, inc->title);
	pair(page, "title", &words);
	pm_html_raw(page, "</dl>\n");
	pm_buf_deinit(&words);
}

static void why(struct pm_render_html *page, const struct pm_incident *inc, size_t index)
{
	if (!inc->findings.n)
		return;
	heading(page, "why");
	pm_html_raw(page, "<ul class=\"why\">\n");
	for (size_t i = 0; i < inc->findings.n; i++) {
		const struct pm_finding *finding = &inc->findings.v[i];
		const char *grade = finding->grade == PM_CERTAIN ? "certain" : "likely";

		pm_html_rawf(page, "<li><span class=\"grade %s\">%s</span><span>", grade, grade);
		pm_html_text(page, finding->text);
		if (finding->evidence.n)
			pm_html_raw(page, " <span class=\"ev\">line");
		for (size_t k = 0; k < finding->evidence.n && k < 8; k++)
			pm_html_line(page, inc, index, finding->evidence.v[k]);
		pm_html_rawf(page, "%s</span></li>\n", finding->evidence.n ? "</span>" : "");
	}
	pm_html_raw(page, "</ul>\n");
}

static void rest(struct pm_render_html *page, const struct pm_incident *inc)
{
	if (inc->path) {
		heading(page, "path");
		pm_html_raw(page, "<p class=\"path mono\">");
		pm_html_text(page, inc->path);
		pm_html_raw(page, "</p>\n");
	}
	if (inc->also.n)
		heading(page, "also");
	for (size_t i = 0; i < inc->also.n; i++) {
		pm_html_raw(page, "<p>");
		pm_html_text(page, inc->also.v[i]);
		pm_html_raw(page, "</p>\n");
	}
	if (inc->next.n)
		heading(page, "next");
	for (size_t i = 0; i < inc->next.n; i++) {
		pm_html_raw(page, "<p>");
		pm_html_text(page, inc->next.v[i].text);
		pm_html_raw(page, "</p>\n");
		if (inc->next.v[i].command) {
			pm_html_raw(page, "<pre class=\"command\">");
			pm_html_text(page, inc->next.v[i].command);
			pm_html_raw(page, "</pre>\n");
		}
	}
	if (inc->missing.n)
		heading(page, "missing");
	for (size_t i = 0; i < inc->missing.n; i++) {
		pm_html_raw(page, "<p>");
		pm_html_text(page, inc->missing.v[i]);
		pm_html_raw(page, "</p>\n");
	}
}

static void frame(struct pm_render_html *page, const struct pm_frame *f)
{
	static const char *const classes[] = { "task", "irq", "softirq", "nmi", "exception" };
	struct pm_buf words = { 0 };
	const char *stack = pm_words_stack(f);

	pm_html_rawf(page, "<li class=\"%s%s%s\">", classes[f->stack],
		     f->trust == PM_SCANNED ? " scanned" : "", f->inlined ? " inlined" : "");
	pm_words_place(&words, &f->place, true);
	if (f->trust == PM_SCANNED)
		pm_html_raw(page, "? ");
	pm_html_text(page, words.n ? words.data : "?");
	if (f->place.file) {
		words.n = 0;
		pm_words_source(&words, &f->place);
		pm_html_raw(page, "<span class=\"src\">");
		pm_html_text(page, words.data);
		pm_html_raw(page, "</span>");
	}
	if (stack) {
		pm_html_raw(page, "<span class=\"stack\">");
		pm_html_text(page, stack);
		pm_html_raw(page, "</span>");
	}
	pm_html_raw(page, "</li>\n");
	pm_buf_deinit(&words);
}

static void trace_body(struct pm_render_html *page, const struct pm_incident *inc,
		       const struct pm_trace *trace)
{
	pm_html_raw(page, "<ol class=\"trace\">\n");
	if (pm_words_place_apart(inc, trace)) {
		struct pm_frame place = { .place = inc->place };

		if (trace->frames.n) {
			place.stack = trace->frames.v[0].stack;
			place.stack_name = trace->frames.v[0].stack_name;
		}
		frame(page, &place);
	}
	for (size_t i = 0; i < trace->frames.n && i < FRAMES_MAX; i++)
		frame(page, &trace->frames.v[i]);
	pm_html_raw(page, "</ol>\n");
	if (trace->frames.n > FRAMES_MAX)
		pm_html_rawf(page, "<p class=\"ev\">… and %zu more frames</p>\n",
			     trace->frames.n - FRAMES_MAX);
	if (trace->broken) {
		pm_html_raw(page, "<p class=\"likely\">");
		pm_html_text(page, trace->broken);
		pm_html_raw(page, "</p>\n");
	}
}

static void trace_title(struct pm_render_html *page, const struct pm_trace *trace)
{
	struct pm_buf words = { 0 };

	pm_buf_str(&words, trace->title ? trace->title : pm_trace_role_name(trace->role));
	if (trace->has_cpu)
		pm_buf_printf(&words, ", CPU %u", trace->cpu);
	if (trace->comm)
		pm_buf_printf(&words, ", %s", trace->comm);
	if (trace->has_pid)
		pm_buf_printf(&words, ", pid %lld", (long long)trace->pid);
	pm_html_text(page, words.data);
	pm_buf_deinit(&words);
}

static bool is_life(const struct pm_trace *trace)
{
	return trace->role == PM_TRACE_ALLOCATED || trace->role == PM_TRACE_FREED;
}

static void traces(struct pm_render_html *page, const struct pm_incident *inc)
{
	bool lives = false;

	for (size_t i = 0; i < inc->traces.n; i++)
		lives |= is_life(&inc->traces.v[i]) && inc->traces.v[i].frames.n;
	for (size_t i = 0; i < inc->traces.n; i++) {
		if (inc->traces.v[i].role != PM_TRACE_CRASH || !inc->traces.v[i].frames.n)
			continue;
		heading(page, "trace");
		trace_body(page, inc, &inc->traces.v[i]);
		break;
	}
	if (lives) {
		heading(page, "the object's life");
		pm_html_raw(page, "<div class=\"side\">\n");
		for (size_t i = 0; i < inc->traces.n && i < TRACES_MAX; i++) {
			if (!is_life(&inc->traces.v[i]) || !inc->traces.v[i].frames.n)
				continue;
			pm_html_rawf(page, "<div class=\"%s\"><p>",
				     pm_trace_role_name(inc->traces.v[i].role));
			trace_title(page, &inc->traces.v[i]);
			pm_html_raw(page, "</p>\n");
			trace_body(page, inc, &inc->traces.v[i]);
			pm_html_raw(page, "</div>\n");
		}
		pm_html_raw(page, "</div>\n");
	}
	bool first = true, titled = false;
	for (size_t i = 0; i < inc->traces.n && i < TRACES_MAX; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];
		bool shown = trace->role == PM_TRACE_CRASH && first;

		if (trace->role == PM_TRACE_CRASH && trace->frames.n)
			first = false;
		if (shown || is_life(trace) || !trace->frames.n)
			continue;
		if (!titled)
			heading(page, "other traces");
		titled = true;
		pm_html_raw(page, "<details><summary>");
		trace_title(page, trace);
		pm_html_raw(page, "</summary>\n");
		trace_body(page, inc, trace);
		pm_html_raw(page, "</details>\n");
	}
}

static void registers(struct pm_render_html *page, const struct pm_incident *inc)
{
	static const char *const roles[] = { "registers", "registers of what was interrupted",
					     "registers of user mode", NULL };
	struct pm_buf words = { 0 };

	for (size_t i = 0; i < inc->traces.n; i++) {
		for (size_t k = 0; inc->traces.v[i].role == PM_TRACE_CRASH && k < inc->traces.v[i].regs.n;
		     k++) {
			const struct pm_regs *regs = &inc->traces.v[i].regs.v[k];

			if (!roles[regs->role] || !regs->regs.n)
				continue;
			heading(page, roles[regs->role]);
			pm_html_rawf(page, "<details%s><summary>%zu registers</summary>\n",
				     regs->role == PM_REGS_FAULT ? " open" : "", regs->regs.n);
			pm_html_raw(page, "<div class=\"scroll\"><table "
					  "class=\"registers\">\n<tr><th>name</th><th>value</th><th>meaning</"
					  "th></tr>\n");
			for (size_t r = 0; r < regs->regs.n; r++) {
				const struct pm_register *reg = &regs->regs.v[r];

				pm_html_raw(page, "<tr><td>");
				pm_html_text(page, reg->name);
				pm_html_rawf(page, "</td><td>%0*llx</td><td class=\"meaning\">",
					     reg->bits ? reg->bits / 4 : 16, (unsigned long long)reg->value);
				words.n = 0;
				pm_words_register(&words, reg);
				pm_html_text(page, words.n ? words.data : "");
				pm_html_raw(page, "</td></tr>\n");
			}
			pm_html_raw(page, "</table></div></details>\n");
		}
	}
	pm_buf_deinit(&words);
}

static void stack_words(struct pm_render_html *page, const struct pm_incident *inc)
{
	size_t n = 0;

	for (size_t i = 0; i < inc->stack_words.n; i++)
		n += inc->stack_words.v[i].telling;
	if (!n)
		return;
	heading(page, "on the crashed stack");
	pm_html_raw(page,
		    "<div class=\"scroll\"><table class=\"registers\">\n<tr><th>place</th><th>value</th>"
		    "<th>meaning</th></tr>\n");
	for (size_t i = 0; i < inc->stack_words.n; i++) {
		const struct pm_stack_word *word = &inc->stack_words.v[i];

		if (!word->telling)
			continue;
		pm_html_rawf(page, "<tr><td>sp+0x%llx ", (unsigned long long)word->from_sp);
		pm_html_text(page, word->function ? word->function : "");
		pm_html_rawf(page, "</td><td>%016llx</td><td class=\"meaning\">",
			     (unsigned long long)word->value);
		pm_html_text(page, word->meaning);
		pm_html_raw(page, "</td></tr>\n");
	}
	pm_html_raw(page, "</table></div>\n");
}

static void code(struct pm_render_html *page, const struct pm_code_bytes *c)
{
	if (!c->insns.n)
		return;
	heading(page, "code");
	pm_html_raw(page, "<pre class=\"code\">");
	for (size_t i = 0; i < c->insns.n; i++) {
		const struct pm_insn *insn = &c->insns.v[i];
		char hex[3 * sizeof(insn->bytes) + 1] = "";

		for (size_t k = 0; k < insn->size && k < sizeof(insn->bytes); k++)
			snprintf(hex + 3 * k, 4, "%02x ", insn->bytes[k]);
		pm_html_rawf(page, "<span class=\"insn%s%s\">%c %+5lld  <span class=\"hex\">%-30s </span>",
			     insn->marked ? " marked" : "", insn->doubtful ? " doubtful" : "",
			     insn->marked ? '>' : ' ', (long long)insn->offset, hex);
		pm_html_text(page, insn->text ? insn->text : "(bad)");
		pm_html_raw(page, "</span>\n");
	}
	pm_html_raw(page, "</pre>\n");
}

static void facts(struct pm_render_html *page, const struct pm_incident *inc)
{
	if (!inc->facts.n)
		return;
	heading(page, "facts");
	pm_html_rawf(page,
		     "<details><summary>%zu facts</summary>\n<div class=\"scroll\"><table class=\"facts\">\n",
		     inc->facts.n);
	for (size_t i = 0; i < inc->facts.n && i < FACTS_MAX; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];

		pm_html_raw(page, "<tr><td>");
		pm_html_text(page, fact->group);
		pm_html_raw(page, "</td><td>");
		pm_html_text(page, fact->name);
		pm_html_raw(page, "</td><td>");
		pm_html_text(page, fact->value);
		pm_html_raw(page, "</td><td class=\"meaning\">");
		pm_html_text(page, fact->meaning ? fact->meaning : "");
		pm_html_raw(page, "</td></tr>\n");
	}
	pm_html_raw(page, "</table></div></details>\n");
}

static void modules(struct pm_render_html *page, const struct pm_incident *inc)
{
	if (!inc->modules.n)
		return;
	heading(page, "modules");
	pm_html_raw(page, "<p class=\"mono path\">");
	for (size_t i = 0; i < inc->modules.n; i++) {
		const struct pm_module *module = &inc->modules.v[i];

		pm_html_text(page, module->name);
		if (module->flags && *module->flags) {
			pm_html_raw(page, "(");
			pm_html_text(page, module->flags);
			pm_html_raw(page, ")");
		}
		pm_html_raw(page, " ");
	}
	pm_html_raw(page, "</p>\n");
}

static void log_excerpt(struct pm_render_html *page, const struct pm_incident *inc, size_t index)
{
	if (!inc->log.n)
		return;
	heading(page, "log");
	pm_html_rawf(page, "<ol class=\"log\">\n");
	for (size_t i = 0; i < inc->log.n && i < LOG_MAX; i++) {
		const struct pm_log_line *line = &inc->log.v[i];

		pm_html_rawf(page, "<li%s id=\"r%zu-l%u\"><span class=\"no\">%u</span>",
			     line->report ? " class=\"report\"" : "", index + 1, line->at.line,
			     line->at.line);
		pm_html_text(page, line->text);
		pm_html_raw(page, "</li>\n");
	}
	pm_html_raw(page, "</ol>\n");
	if (inc->log.n > LOG_MAX)
		pm_html_rawf(page, "<p class=\"ev\">… and %zu more lines</p>\n", inc->log.n - LOG_MAX);
}

/* "a.log", "a.log and 2 more" */
static void input_words(struct pm_render_html *page, const char *const *inputs, size_t n)
{
	pm_html_text(page, n ? inputs[0] : "this host");
	if (n > 1)
		pm_html_rawf(page, " and %zu more", n - 1);
}

void pm_render_html_begin(struct pm_render_html *page, FILE *out, const char *const *inputs, size_t n)
{
	*page = (struct pm_render_html){ .out = out, .many = n > 1 };
	pm_arena_init(&page->arena);
	pm_html_raw(page, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
			  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
			  "<link rel=\"icon\" href=\"data:,\">\n<title>kpanic: ");
	input_words(page, inputs, n);
	pm_html_raw(page, "</title>\n<style>\n");
	pm_html_raw(page, pm_html_style);
	pm_html_raw(page, "</style>\n</head>\n<body>\n<main>\n<header><h1>kpanic explain ");
	input_words(page, inputs, n);
	pm_html_raw(page, "</h1></header>\n");
}

void pm_render_html_report(struct pm_render_html *page, const struct pm_incident *inc, size_t index)
{
	const char *headline = inc->headline ? inc->headline : inc->title ? inc->title : "unknown failure";

	if (page->moments.n < MOMENTS_MAX)
		*PM_PUSH(&page->arena, &page->moments) = (struct pm_html_moment){
			.headline = pm_arena_str(&page->arena, pm_slice_of(headline)),
			.input = pm_arena_str(&page->arena, pm_slice_of(inc->input)),
			.boot = inc->boot,
			.has_time = inc->machine.has_uptime,
			.ns = inc->machine.uptime_ns,
			.secondary = inc->secondary,
		};
	pm_html_rawf(page, "<article id=\"r%zu\"%s>\n", index + 1,
		     inc->secondary ? " class=\"secondary\"" : "");
	head(page, inc, index);
	why(page, inc, index);
	if (pm_html_lock_cycle(page, inc) || pm_html_wait_graph(page, inc))
		pm_html_raw(page, "\n");
	rest(page, inc);
	traces(page, inc);
	code(page, &inc->code);
	registers(page, inc);
	stack_words(page, inc);
	facts(page, inc);
	modules(page, inc);
	log_excerpt(page, inc, index);
	pm_html_raw(page, "</article>\n");
}

void pm_render_html_end(struct pm_render_html *page)
{
	if (page->moments.n > 1)
		pm_html_timeline(page);
	if (!page->moments.n)
		pm_html_raw(page, "<p>No report of a panic was found.</p>\n");
	pm_html_raw(page, "</main>\n</body>\n</html>\n");
	pm_arena_deinit(&page->arena);
	pm_buf_deinit(&page->buf);
}
