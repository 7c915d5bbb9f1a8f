#include "console/linux/identify.h"

#include "base/demangle.h"
#include "base/symbol.h"

/* The first line, and what broke into it: a title that is cut there would look whole. */
static struct pm_slice whole_first(const struct pm_printk_report *report)
{
	const struct pm_line *first = report->lines.v[0];
	const struct pm_window *window = report->window;
	struct pm_slice body = first->body;

	for (size_t i = window ? window->start + 1 : 0; window && i < window->n; i++) {
		const struct pm_line *next = &window->lines[i];

		if (next->at.line != first->at.line || next->raw.p != body.p + body.n)
			break;
		body.n += next->raw.n;
	}
	return body;
}

static void make_view(const struct pm_printk_report *report, struct pm_arena *arena, struct pm_view *view)
{
	*view = (struct pm_view){ .own = SIZE_MAX };
	for (size_t i = 0; i < report->lines.n && i < report->tail; i++) {
		const struct pm_line *line = report->lines.v[i];

		if (i >= report->own && view->own == SIZE_MAX)
			view->own = view->lines.n;
		/* Printed by the taint of what was found, in the middle of it. */
		if (i && (pm_printk_doubted(line) ||
			  pm_slice_has(line->body, PM_S("Disabling lock debugging due to kernel taint"))))
			continue;
		*PM_PUSH(arena, &view->lines) = i ? line->body : whole_first(report);
	}
	if (view->own == SIZE_MAX)
		view->own = view->lines.n;
}

struct named {
	const struct pm_printk_row *row;
	const struct pm_printk_family *family;
	size_t line; /* of the view, at which the row matched */
	struct pm_match match;
	struct pm_search search;
	bool matched;                     /* a row's line did, though its details may not */
	const struct pm_printk_row *like; /* the first such row */
	const struct pm_printk_family *like_family;
};

/* Functions among a match's captures, as titles call them. */
static void plain_names(struct pm_arena *arena, const char *pattern, struct pm_match *match)
{
	size_t cap = 0;

	for (const char *p = pattern; *p && cap < match->n; p++) {
		if (*p != '{' || p[1] == '{' || !p[1]) {
			p += *p == '{' && p[1] == '{';
			continue;
		}
		if (p[1] == 'f' && p[2] == '}' && !pm_demangle(arena, match->cap[cap], &match->cap[cap]))
			match->cap[cap] = pm_symbol_title(match->cap[cap]);
		cap += !((p[1] == '_' || p[1] == 'a') && p[2] == '}');
		p += strcspn(p, "}");
	}
}

/* Finds the row's details behind the line that matched; adds their captures. */
static bool find_details(const struct pm_view *view, struct pm_arena *arena, struct named *named)
{
	size_t at = named->line + 1;

	for (size_t d = 0; d < PM_ROW_DETAILS && named->row->details[d]; d++) {
		struct pm_match match;

		while (at < view->own && !pm_match(named->row->details[d], view->lines.v[at], &match))
			at++;
		if (at++ >= view->own)
			return false;
		plain_names(arena, named->row->details[d], &match);
		for (size_t i = 0; i < match.n && named->match.n < PM_CAPTURES; i++)
			named->match.cap[named->match.n++] = match.cap[i];
	}
	return true;
}

/* The first line with the report's word that a row knows names it: mostly the first line of all. */
static void name(const struct pm_view *view, struct pm_arena *arena, struct named *named)
{
	*named = (struct named){ 0 };
	if (!view->lines.n)
		return;
	const char *word = pm_printk_word(view->lines.v[0], NULL), *known = word;
	struct pm_match match;

	/* of several words on the line, the first that a row knows there */
	while (known && !pm_printk_row_match(known, view->lines.v[0], 0, &match, NULL, NULL))
		known = pm_printk_word(view->lines.v[0], known);
	if (known)
		word = known;
	if (!word)
		return;
	for (size_t i = 0; i < view->own && !named->matched; i++) {
		size_t next = 0;

		if (!pm_slice_has(view->lines.v[i], pm_slice_of(word)))
			continue;
		named->line = i;
		for (;;) {
			named->row = pm_printk_row_match(word, view->lines.v[i], next, &named->match,
							 &named->family, &next);
			if (!named->row)
				break;
			/* a report that a row knows, but damaged, is not an unknown one */
			if (named->matched && named->row->flags & PM_ROW_NEEDS_STACK)
				continue;
			named->matched = true;
			named->like = named->like ? named->like : named->row;
			named->like_family = named->like_family ? named->like_family : named->family;
			plain_names(arena, named->row->line, &named->match);
			if (find_details(view, arena, named))
				return;
		}
	}
	named->row = NULL;
	named->family = NULL;
}

const struct pm_printk_row *pm_printk_row_of(const struct pm_printk_report *report,
					     const struct pm_printk_family **family_out)
{
	struct pm_arena arena;
	struct pm_view view;
	struct named named = { 0 };

	pm_arena_init(&arena);
	make_view(report, &arena, &view);
	name(&view, &arena, &named);
	pm_arena_deinit(&arena);
	if (family_out)
		*family_out = named.row ? named.family : named.like_family;
	return named.row;
}

static bool has_place(const struct pm_printk_row *row)
{
	return row->steps[0].kind != PM_STEP_END;
}

static void name_and_blame(const struct pm_view *view, struct pm_arena *arena, struct named *named)
{
	name(view, arena, named);
	if (named->row && has_place(named->row))
		pm_guilty_search(view, named->line, named->row, arena, &named->search);
}

static bool told(struct pm_context context)
{
	return context.kind == PM_CONTEXT_TASK || context.kind == PM_CONTEXT_CPU;
}

static void add_alt(struct pm_incident *inc, const char *alt)
{
	if (!strcmp(alt, inc->title))
		return;
	for (size_t i = 0; i < inc->alt_titles.n; i++)
		if (!strcmp(inc->alt_titles.v[i], alt))
			return;
	*PM_PUSH(&inc->arena, &inc->alt_titles) = alt;
}

/* The titles by one form of the guilty functions' names. */
static void add_titles(struct pm_incident *inc, const struct named *named, struct pm_slice f,
		       struct pm_slice g, bool main_too)
{
	const struct pm_printk_row *row = named->row;
	const char *templates[] = { main_too ? row->title : NULL, row->alt[0], row->alt[1] };

	for (size_t i = 0; i < PM_COUNT(templates); i++) {
		if (!templates[i])
			continue;
		const char *title =
			pm_title_make(&inc->arena, templates[i], named->match.cap, named->match.n, f, g);
		add_alt(inc, pm_title_clean(&inc->arena, pm_slice_of(title)));
	}
}

static void make_titles(struct pm_incident *inc, const struct named *named, const char **raw_title_out)
{
	const struct pm_search *search = &named->search;
	struct pm_slice f = search->guilty[0].canonical, g = search->guilty[1].canonical, form_f, form_g;

	*raw_title_out =
		pm_title_make(&inc->arena, named->row->title, named->match.cap, named->match.n, f, g);
	inc->title = pm_title_clean(&inc->arena, pm_slice_of(*raw_title_out));
	add_titles(inc, named, f, g, false);
	if (!has_place(named->row))
		return;
	/* Other kernels call the same system call by other names: those are the same bug. */
	for (size_t i = 0; pm_symbol_title_form(search->guilty[0].raw, i, &form_f); i++) {
		if (!pm_symbol_title_form(search->guilty[1].raw, i, &form_g))
			break;
		if (!i || form_f.n != search->guilty[0].raw.n || form_g.n != search->guilty[1].raw.n)
			add_titles(inc, named, form_f, form_g, true);
	}
}

static const char *context_words(struct pm_arena *arena, const struct pm_printk_report *report)
{
	struct pm_context context = report->context;

	if (report->apart)
		return "several CPUs at once, no caller ids: lines told apart by what they say (likely)";
	switch (context.kind) {
	case PM_CONTEXT_TASK:
		return pm_arena_printf(arena, "caller ids: the lines of task %u", context.id);
	case PM_CONTEXT_CPU:
		return pm_arena_printf(arena, "caller ids: the lines of CPU %u", context.id);
	case PM_CONTEXT_CONSOLE:
		return "one console (no caller ids): by position";
	default:
		return "no kernel prefix: by position";
	}
}

/* How the text goes on behind the start: a panic, or a broken connection. */
static void find_end(const struct pm_printk_report *report, struct pm_incident *inc)
{
	const struct pm_window *window = report->window;

	for (size_t i = 0; window && i < window->n; i++) {
		const struct pm_line *line = &window->lines[i];
		size_t pos = pm_slice_find(line->body, PM_S("Kernel panic - not syncing"));

		/* What a cloud's console service says when it drops the connection. */
		if (!inc->corrupted && pm_slice_has(line->body, PM_S("serialport: VM disconnected."))) {
			inc->corrupted = true;
			inc->corrupted_why = "the console's connection broke";
			inc->whole = false;
		}
		if (i < window->start || pos == PM_NPOS || inc->panicked)
			continue;
		struct pm_slice reason =
			pm_slice_from(line->body, pos + sizeof("Kernel panic - not syncing") - 1);
		(void)pm_take_char(&reason, ':');
		inc->panicked = true;
		inc->panic_reason = pm_arena_str(&inc->arena, pm_slice_trim(reason));
		inc->panic_at = line->at;
		inc->on_request = pm_slice_has(reason, PM_S("sysrq triggered crash"));
	}
}

bool pm_printk_identify(const struct pm_printk_report *report, struct pm_incident *inc)
{
	struct pm_arena scratch;
	struct pm_view view;
	struct named named;
	const char *raw_title, *why = NULL;
	bool nothing_lost = false;

	if (!report->lines.n)
		return false;
	const struct pm_line *first = report->lines.v[0];
	pm_arena_init(&scratch);
	make_view(report, &scratch, &view);
	name_and_blame(&view, &inc->arena, &named);
	/* Where lines surely are of one task, a report whose printing crashed goes on in that crash's. */
	if (view.own < view.lines.n && told(report->context) &&
	    (!named.row || (has_place(named.row) && !named.search.ok))) {
		struct pm_view whole = view;
		struct named again;

		whole.own = whole.lines.n;
		name_and_blame(&whole, &inc->arena, &again);
		if (again.row && (!has_place(again.row) || again.search.ok))
			named = again;
	}
	if (named.row) {
		make_titles(inc, &named, &raw_title);
		inc->fault.kind = named.row->kind;
		if (has_place(named.row) && !named.search.ok) {
			why = "no function to name it by was found";
			nothing_lost = true;
		} else if (named.row->flags & PM_ROW_CORRUPTED) {
			why = "its start or the rest of its first line is lost";
		}
	} else {
		const char *word = pm_printk_word(first->body, NULL);
		size_t pos = word ? pm_slice_find(first->body, pm_slice_of(word)) : 0;

		raw_title = pm_arena_str(&inc->arena, pm_slice_from(first->body, pos));
		inc->title = pm_title_clean(&inc->arena, pm_slice_of(raw_title));
		/* What kind it is the line has told. */
		inc->fault.kind = named.like ? named.like->kind : PM_KIND_OTHER;
		if (named.matched)
			why = "what must follow its first line is missing";
	}
	if (!why)
		why = pm_corrupted_why(&view, raw_title, named.row, &nothing_lost);
	inc->corrupted = why != NULL;
	inc->whole = nothing_lost;
	inc->corrupted_why = why;
	inc->type = pm_title_type(inc->title);
	inc->frame = pm_title_frame(&inc->arena, inc->title);
	inc->guilty_file = pm_guilty_file(&view, inc->title, &inc->arena);
	inc->fault.message = pm_arena_str(&inc->arena, pm_slice_trim(first->body));
	inc->fault.at = first->at;
	inc->context_how = context_words(&inc->arena, report);
	inc->apart = report->apart;
	find_end(report, inc);
	inc->fingerprint =
		pm_fingerprint(&inc->arena, inc->fault.kind, inc->title,
			       named.row && has_place(named.row) && named.search.ok ? &named.search : NULL);
	pm_arena_deinit(&scratch);
	return true;
}
