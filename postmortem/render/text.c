/* The explanation for a terminal: docs/man/kpanic.1 shows it. */
#include "render/page.h"
#include "render/text_details.h"
#include "render/words.h"

#include <stdlib.h>
#include <strings.h>

enum { HEAD_INDENT = 2, HEAD_HANG = 10, HANG = 12 };

bool pm_render_is_utf8(void)
{
	static const char *const variables[] = { "LC_ALL", "LC_CTYPE", "LANG" };

	for (size_t i = 0; i < PM_COUNT(variables); i++) {
		const char *value = getenv(variables[i]);

		if (value && *value)
			return strcasestr(value, "UTF-8") || strcasestr(value, "UTF8");
	}
	return false;
}

static void report_number(struct pm_page *page, const struct pm_incident *inc)
{
	const struct pm_render_text *style = page->style;
	struct pm_buf line = { 0 };

	if (!style->number)
		return;
	if (style->number > 1)
		pm_page_blank(page);
	pm_buf_printf(&line, "report %u", style->number);
	if (style->total)
		pm_buf_printf(&line, " of %u", style->total);
	/* Each boot has its own time. */
	if (inc->boot > 1)
		pm_buf_printf(&line, ", boot %u", inc->boot);
	if (style->number > 1 && style->has_first && inc->machine.has_uptime &&
	    inc->boot == style->first_boot && inc->machine.uptime_ns >= style->first_ns) {
		pm_buf_str(&line, ", ");
		pm_words_seconds(&line, inc->machine.uptime_ns - style->first_ns);
		pm_buf_str(&line, " after the first");
	}
	pm_page_line(page, 0, PM_DIM, line.data);
	pm_buf_deinit(&line);
}

static void head_line(struct pm_page *page, const char *label, struct pm_buf *words)
{
	if (words->n)
		pm_page_text(page, HEAD_INDENT, label, PM_DIM, HEAD_HANG, PM_PLAIN, words->data);
	words->n = 0;
}

static void head(struct pm_page *page, const struct pm_incident *inc)
{
	const char *headline = inc->headline ? inc->headline : inc->title ? inc->title : "unknown failure";
	struct pm_buf words = { 0 };

	pm_page_text(page, 0, NULL, PM_PLAIN, 0, PM_RED, headline);
	pm_words_place(&words, &inc->place, false);
	if (inc->place.file && words.n)
		pm_buf_str(&words, "  ");
	pm_words_source(&words, &inc->place);
	head_line(page, "in", &words);
	pm_words_actor(&words, inc);
	head_line(page, "by", &words);
	pm_words_call(&words, inc);
	head_line(page, "call", &words);
	pm_words_kernel(&words, inc);
	head_line(page, "kernel", &words);
	pm_buf_deinit(&words);
}

static void findings(struct pm_page *page, const struct pm_incident *inc)
{
	struct pm_buf text = { 0 };

	if (!inc->findings.n)
		return;
	pm_page_blank(page);
	pm_page_line(page, 0, PM_BOLD, "why");
	for (size_t i = 0; i < inc->findings.n; i++) {
		const struct pm_finding *finding = &inc->findings.v[i];
		bool certain = finding->grade == PM_CERTAIN;

		text.n = 0;
		if (page->style->evidence)
			pm_buf_printf(&text, "[%zu] ", i + 1);
		pm_buf_str(&text, finding->text);
		pm_page_text(page, HEAD_INDENT, certain ? "certain" : "likely",
			     certain ? PM_GREEN : PM_YELLOW, HANG, PM_PLAIN, text.data);
	}
	pm_buf_deinit(&text);
}

/* "path        a → b" */
static void sections(struct pm_page *page, const struct pm_incident *inc)
{
	struct pm_buf text = { 0 };

	if (inc->path)
		pm_page_text(page, 0, "path", PM_BOLD, HANG, PM_PLAIN, inc->path);
	for (size_t i = 0; i < inc->also.n; i++)
		pm_buf_printf(&text, "%s%s", i ? "; " : "", inc->also.v[i]);
	if (text.n)
		pm_page_text(page, 0, "also", PM_BOLD, HANG, PM_PLAIN, text.data);
	for (size_t i = 0; i < inc->next.n; i++) {
		const struct pm_advice *advice = &inc->next.v[i];

		pm_page_text(page, 0, i ? "" : "next", PM_BOLD, HANG, PM_PLAIN, advice->text);
		if (advice->command)
			pm_page_command(page, HANG + 2, PM_CYAN, advice->command);
	}
	for (size_t i = 0; i < inc->missing.n; i++)
		pm_page_text(page, 0, i ? "" : "missing", PM_DIM, HANG, PM_PLAIN, inc->missing.v[i]);
	pm_buf_deinit(&text);
}

/* The circle, one lock a line; a rail stands for the way back. */
static void lock_cycle(struct pm_page *page, const struct pm_incident *inc)
{
	size_t n = inc->lock_edges.n;

	if (n < 2 || n > 16 || !inc->lock_edges.v[0].from)
		return;
	for (size_t i = 0; i < n; i++)
		if (!inc->lock_edges.v[i].from || !inc->lock_edges.v[i].to ||
		    (i && strcmp(inc->lock_edges.v[i - 1].to, inc->lock_edges.v[i].from)))
			return; /* not a way through locks: the statements say what is known */
	pm_page_text(page, 0, "locks     ┌", PM_BOLD, HANG, PM_PLAIN, inc->lock_edges.v[0].from);
	for (size_t i = 0; i < n; i++) {
		const struct pm_lock_edge *edge = &inc->lock_edges.v[i];
		bool last = i == n - 1;
		struct pm_buf line = { 0 };

		pm_buf_printf(&line, "→ %s", edge->to);
		if (edge->how)
			pm_buf_printf(&line, "  (%s)", edge->how);
		pm_page_text(page, 0, last ? "          └" : "          │", PM_BOLD, HANG,
			     edge->new_edge ? PM_RED : PM_PLAIN, line.data);
		pm_buf_deinit(&line);
	}
}

static const char *log_text(const struct pm_incident *inc, struct pm_at at)
{
	for (size_t i = 0; i < inc->log.n; i++)
		if (at.line ? inc->log.v[i].at.line == at.line : inc->log.v[i].at.offset == at.offset)
			return inc->log.v[i].text;
	return NULL;
}

/* What is told of an address elsewhere; NULL: nothing. */
static const char *memory_text(const struct pm_incident *inc, uint64_t memory)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);

	for (size_t i = 0; i < inc->locks.n; i++)
		if (inc->locks.v[i].from_memory && inc->locks.v[i].addr == memory)
			return inc->locks.v[i].name;
	for (size_t i = 0; regs && i < regs->regs.n; i++)
		if (regs->regs.v[i].value == memory)
			return regs->regs.v[i].meaning;
	for (size_t i = 0; i < inc->facts.n; i++)
		if (inc->facts.v[i].at.memory == memory)
			return inc->facts.v[i].meaning;
	return NULL;
}

static void evidence(struct pm_page *page, const struct pm_incident *inc)
{
	bool any = false;

	for (size_t i = 0; i < inc->findings.n; i++) {
		const struct pm_finding *finding = &inc->findings.v[i];

		for (size_t k = 0; k < finding->evidence.n; k++) {
			struct pm_at at = finding->evidence.v[k];
			const char *text = at.memory ? memory_text(inc, at.memory) : log_text(inc, at);
			char number[32] = "";

			if (!any) {
				pm_page_blank(page);
				pm_page_line(page, 0, PM_BOLD, "evidence");
			}
			any = true;
			if (k == 0)
				snprintf(number, sizeof(number), "[%zu]", i + 1);
			if (at.memory)
				pm_page_printf(page, 2, PM_PLAIN, "%-5s memory 0x%llx%s%s", number,
					       (unsigned long long)at.memory, text ? ": " : "",
					       text ? text : "");
			else if (at.line)
				pm_page_printf(page, 2, PM_PLAIN, "%-5s line %u%s%s", number, at.line,
					       text ? ": " : "", text ? text : "");
			else
				pm_page_printf(page, 2, PM_PLAIN, "%-5s offset 0x%llx%s%s", number,
					       (unsigned long long)at.offset, text ? ": " : "",
					       text ? text : "");
		}
		if (!finding->evidence.n)
			pm_page_printf(page, 2, PM_PLAIN, "[%zu]   %s: no single line", i + 1, finding->rule);
		any = true;
	}
}

void pm_render_text(FILE *out, const struct pm_incident *inc, const struct pm_render_text *style)
{
	struct pm_page page;

	pm_page_init(&page, out, style);
	report_number(&page, inc);
	head(&page, inc);
	findings(&page, inc);
	if (!inc->findings.n)
		pm_page_blank(&page);
	lock_cycle(&page, inc);
	sections(&page, inc);
	if (style->evidence)
		evidence(&page, inc);
	if (style->details)
		pm_text_details(&page, inc);
	pm_page_deinit(&page);
}
