#include "symbols/rewrite.h"

#include "render/json_out.h"
#include "symbols/place_text.h"

#include <stdlib.h>

#define WINDOW ((size_t)4 << 20)
#define TROUBLES_MAX 16
#define MEMO_SIZE 8192
/* Places looked at to decide whether a vmlinux belongs to the text. */
#define CHECKED_MAX 256
/* A vmlinux that has not one of so many functions is of something else. */
#define STRANGERS 4
/* How far above its "CPU: … Comm: …" line a report starts at most, lines. */
#define HEADER_LINES 16

/* A stretch of lines that one kernel printed. */
struct stretch {
	size_t first_line; /* in the window */
	struct pm_kernel *kernel;
	bool banner; /* begins with a boot */
	bool has_kaslr, raw_unsure;
	uint64_t kaslr;
};

struct memo {
	struct pm_kernel *kernel;
	char *key, *value; /* value NULL: left as it is */
};

struct pm_rewriter {
	struct pm_symbols *symbols;
	FILE *out;
	struct pm_rewrite_options options;
	struct pm_json json;
	struct pm_buf pending;
	struct pm_arena scratch;
	struct stretch *stretches; /* of this window */
	size_t stretches_n, stretches_cap;
	struct stretch last; /* of the window before */
	struct pm_text_report report;
	size_t line; /* of the whole text, 1-based */
	struct pm_rewrite_totals totals;
	char *troubles[TROUBLES_MAX];
	char *first_missing;            /* why the first place without an answer has none */
	size_t names_known, names_lost; /* places of the kernel's own, in a vmlinux that is used */
	char *first_lost;               /* which function it does not have */
	size_t troubles_n;
	enum pm_code worst;
	struct memo *memo; /* [MEMO_SIZE], from the first place on */
};

struct pm_rewriter *pm_rewriter_create(struct pm_symbols *symbols, FILE *out,
				       const struct pm_rewrite_options *options)
{
	struct pm_rewriter *rw = pm_alloc(sizeof(*rw));

	rw->symbols = symbols;
	rw->out = out;
	rw->options = *options;
	if (!rw->options.window)
		rw->options.window = WINDOW;
	pm_arena_init(&rw->scratch);
	if (options->json) {
		pm_json_init(&rw->json, out);
		pm_json_open(&rw->json, NULL, '{');
		pm_json_uint(&rw->json, "schema", 1);
		pm_json_open(&rw->json, "places", '[');
	}
	return rw;
}

void pm_rewriter_destroy(struct pm_rewriter *rw)
{
	for (size_t i = 0; rw->memo && i < MEMO_SIZE; i++) {
		free(rw->memo[i].key);
		free(rw->memo[i].value);
	}
	for (size_t i = 0; i < rw->troubles_n; i++)
		free(rw->troubles[i]);
	if (rw->options.json)
		pm_json_deinit(&rw->json);
	free(rw->memo);
	free(rw->first_missing);
	free(rw->first_lost);
	free(rw->stretches);
	pm_buf_deinit(&rw->pending);
	pm_arena_deinit(&rw->scratch);
	free(rw);
}

const struct pm_rewrite_totals *pm_rewriter_totals(const struct pm_rewriter *rw)
{
	return &rw->totals;
}

size_t pm_rewriter_troubles(const struct pm_rewriter *rw, const char *const **messages_out,
			    enum pm_code *worst_out)
{
	*messages_out = (const char *const *)rw->troubles;
	*worst_out = rw->worst;
	return rw->troubles_n;
}

static void trouble(struct pm_rewriter *rw, const char *message)
{
	for (size_t i = 0; i < rw->troubles_n; i++)
		if (!strcmp(rw->troubles[i], message))
			return;
	if (rw->troubles_n < TROUBLES_MAX)
		rw->troubles[rw->troubles_n++] = pm_printf("%s", message);
}

/* ---- which kernel printed which lines ---- */

static struct stretch *add_stretch(struct pm_rewriter *rw, size_t first_line)
{
	PM_ROOM(rw->stretches, rw->stretches_n, rw->stretches_cap);
	struct stretch *stretch = &rw->stretches[rw->stretches_n++];
	*stretch = (struct stretch){ .first_line = first_line };
	return stretch;
}

static struct pm_kernel *unknown_kernel(struct pm_rewriter *rw)
{
	struct pm_kernel_id id = { 0 };

	return pm_symbols_kernel(rw->symbols, &id);
}

static bool starts_report(struct pm_slice line)
{
	static const char *const words[] = { "cut here",
					     "BUG: ",
					     "WARNING: ",
					     "Oops",
					     "Unable to handle",
					     "INFO: ",
					     "general protection fault",
					     "kernel BUG at",
					     "divide error",
					     "stack guard" };

	for (size_t i = 0; i < PM_COUNT(words); i++)
		if (pm_slice_has(line, pm_slice_of(words[i])))
			return true;
	return false;
}

struct marks {
	struct pm_slice release, build_id; /* of the current stretch, in the window's text */
	bool known;
};

/* Begins a stretch where the text tells of another kernel, or of another boot. */
static void mark(struct pm_rewriter *rw, struct marks *marks, const struct pm_kernel_id *id, size_t line,
		 size_t report_line)
{
	bool boot = id->banner.n != 0;
	bool same = marks->known && !boot && pm_slice_eq(marks->release, id->release) &&
		    (!marks->build_id.n || !id->build_id.n || pm_slice_eq(marks->build_id, id->build_id));
	struct stretch *stretch = &rw->stretches[rw->stretches_n - 1];

	if (!same && (marks->known || boot)) {
		size_t first =
			!boot && line - report_line <= HEADER_LINES && report_line > stretch->first_line
				? report_line
				: line;

		stretch = add_stretch(rw, first);
		stretch->banner = boot;
	}
	stretch->kernel = pm_symbols_kernel(rw->symbols, id);
	marks->known = true;
	marks->release = id->release;
	if (id->build_id.n || boot)
		marks->build_id = id->build_id;
}

/* Pass 1: boots, releases and KASLR offsets. */
static void find_stretches(struct pm_rewriter *rw, struct pm_slice text)
{
	struct marks marks = { 0 };
	struct pm_slice line;
	size_t n = 0, report_line = 0;

	rw->stretches_n = 0;
	*add_stretch(rw, 0) = rw->last;
	rw->stretches[0].first_line = 0;
	marks.known = rw->last.kernel != NULL;
	for (; pm_take_line(&text, &line); n++) {
		struct pm_kernel_id id;
		uint64_t kaslr;

		if (pm_text_kernel_id(line, &id)) {
			mark(rw, &marks, &id, n, report_line);
		} else if (pm_text_kaslr(line, &kaslr)) {
			struct stretch *stretch = &rw->stretches[rw->stretches_n - 1];

			stretch->has_kaslr = true;
			stretch->kaslr = kaslr;
		} else if (starts_report(line) && n - report_line > HEADER_LINES) {
			report_line = n;
		}
	}
	for (size_t i = 0; i < rw->stretches_n; i++)
		if (!rw->stretches[i].kernel)
			/* Before the first mark: the same kernel as after it, if there is one. */
			rw->stretches[i].kernel = i + 1 < rw->stretches_n && !rw->stretches[i + 1].banner
							  ? rw->stretches[i + 1].kernel
							  : unknown_kernel(rw);
	rw->last = rw->stretches[rw->stretches_n - 1];
}

/* ---- does the vmlinux belong to the text? ---- */

struct check {
	size_t agree, contradict, raw_found, raw_lost;
	struct pm_printed_place example;
	struct {
		uint64_t kaslr;
		size_t votes;
		struct pm_slice symbol;
	} solved[8];
	size_t solved_n, solved_total;
};

static void vote(struct check *check, uint64_t kaslr, struct pm_slice symbol)
{
	check->solved_total++;
	for (size_t i = 0; i < check->solved_n; i++)
		if (check->solved[i].kaslr == kaslr) {
			/* Several different symbols must agree, not one that is repeated. */
			check->solved[i].votes += !pm_slice_eq(check->solved[i].symbol, symbol);
			return;
		}
	if (check->solved_n < PM_COUNT(check->solved)) {
		check->solved[check->solved_n].kaslr = kaslr;
		check->solved[check->solved_n].votes = 1;
		check->solved[check->solved_n++].symbol = symbol;
	}
}

static bool next_place(const struct pm_rewriter *rw, struct pm_slice line, size_t *at,
		       struct pm_text_place *found)
{
	return rw->options.asked ? pm_text_place_asked(line, at, found) : pm_text_place_next(line, at, found);
}

static void check_line(const struct pm_rewriter *rw, struct stretch *stretch, struct pm_slice line,
		       struct check *check)
{
	struct pm_text_place found;
	size_t at = 0;

	while (check->agree + check->contradict < CHECKED_MAX && next_place(rw, line, &at, &found)) {
		uint64_t kaslr;

		if (found.raw) {
			bool kernel_image = found.place.addr >> 31 == 0x1ffffffff; /* x86: the top 2 GiB */

			if (kernel_image && check->raw_lost + check->raw_found < CHECKED_MAX) {
				if (pm_kernel_covers(stretch->kernel, found.place.addr))
					check->raw_found++;
				else
					check->raw_lost++;
			}
			continue;
		}
		switch (pm_kernel_agrees(stretch->kernel, &found.place)) {
		case PM_AGREES:
			check->agree++;
			break;
		case PM_CONTRADICTS:
			if (!check->contradict++)
				check->example = found.place;
			break;
		case PM_AGREES_UNKNOWN:
			break;
		}
		if (!stretch->has_kaslr && pm_kernel_solve_kaslr(stretch->kernel, &found.place, &kaslr) &&
		    !(kaslr & 0xfff))
			vote(check, kaslr, found.place.symbol);
	}
}

static void conclude(struct stretch *stretch, const struct check *check)
{
	for (size_t i = 0; i < check->solved_n && !stretch->has_kaslr; i++)
		if (check->solved[i].votes >= 2 && check->solved[i].votes * 2 > check->solved_n) {
			stretch->has_kaslr = true;
			stretch->kaslr = check->solved[i].kaslr;
		}
	pm_kernel_set_kaslr(stretch->kernel, stretch->has_kaslr, stretch->kaslr);
	/* Without an offset, addresses can only be those of the link, all of them or none. */
	stretch->raw_unsure = !stretch->has_kaslr && check->raw_lost;
	if (check->contradict > check->agree) {
		struct pm_resolved_place resolved;
		struct pm_arena arena;

		pm_arena_init(&arena);
		struct pm_error *why = pm_kernel_resolve(stretch->kernel, &check->example, &arena, &resolved);
		if (why && check->contradict > 1) {
			struct pm_error *more = pm_error_new(
				PM_MISMATCH, "%s (and %zu of %zu other sizes differ)", why->message,
				check->contradict - 1, check->contradict + check->agree - 1);

			pm_error_free(why);
			why = more;
		}
		if (why)
			pm_kernel_refuse(stretch->kernel, why);
		pm_arena_deinit(&arena);
	}
}

/* Pass 2. */
static void check_stretches(struct pm_rewriter *rw, struct pm_slice text)
{
	struct check check = { 0 };
	struct pm_slice line;
	size_t n = 0, which = 0;

	for (; pm_take_line(&text, &line); n++) {
		while (which + 1 < rw->stretches_n && rw->stretches[which + 1].first_line <= n) {
			conclude(&rw->stretches[which++], &check);
			check = (struct check){ 0 };
		}
		check_line(rw, &rw->stretches[which], line, &check);
	}
	conclude(&rw->stretches[which], &check);
	rw->last = rw->stretches[rw->stretches_n - 1];
}

/* ---- writing ---- */

static void write_json(struct pm_rewriter *rw, struct pm_slice text, const struct pm_resolved_place *resolved,
		       const struct pm_error *err)
{
	struct pm_json *json = &rw->json;
	char *copy = pm_printf("%.*s", PM_FMT(text));

	pm_json_open(json, NULL, '{');
	pm_json_uint(json, "line", rw->line);
	pm_json_str(json, "text", copy);
	free(copy);
	if (err) {
		pm_json_str(json, "error", err->message);
		pm_json_close(json, '}');
		return;
	}
	pm_json_str(json, "symbol", resolved->symbol);
	pm_json_hex(json, "offset", resolved->offset);
	if (resolved->size)
		pm_json_hex(json, "size", resolved->size);
	pm_json_str(json, "module", resolved->module);
	pm_json_str(json, "object", resolved->object);
	pm_json_open(json, "frames", '[');
	for (size_t i = 0; i < resolved->frames.n; i++) {
		const struct pm_source_frame *frame = &resolved->frames.v[i];

		pm_json_open(json, NULL, '{');
		pm_json_str(json, "function", frame->function);
		pm_json_str(json, "file", frame->file);
		if (frame->line)
			pm_json_uint(json, "line", frame->line);
		if (frame->column)
			pm_json_uint(json, "column", frame->column);
		pm_json_bool(json, "inlined", i + 1 < resolved->frames.n);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
	pm_json_close(json, '}');
}

static void add_line(struct pm_buf *out, const struct pm_source_frame *frame)
{
	if (frame->line)
		pm_buf_printf(out, "%s:%u", frame->file ? frame->file : "??", frame->line);
	else
		pm_buf_printf(out, "%s:?", frame->file ? frame->file : "??");
}

static bool has_line(const struct pm_resolved_place *resolved)
{
	return resolved->frames.n && resolved->frames.v[0].file;
}

/* What stands for the place; NULL: leave it. */
static char *replacement(struct pm_rewriter *rw, struct pm_slice line, const struct pm_text_place *found,
			 const struct pm_resolved_place *resolved)
{
	struct pm_buf out = { 0 };
	bool lines = has_line(resolved);
	size_t first = 0;

	if (!lines && !found->raw)
		return NULL;
	if (lines && rw->options.inline_lines) {
		for (; first + 1 < resolved->frames.n; first++) {
			const struct pm_source_frame *frame = &resolved->frames.v[first];

			pm_buf_printf(&out, "%s (", frame->function ? frame->function : "??");
			add_line(&out, frame);
			pm_buf_str(&out, ") [inline]\n");
			pm_buf_add(&out, line.p, found->start);
		}
	}
	if (found->raw)
		pm_buf_printf(&out, "%.*s %s+0x%llx/0x%llx", (int)(found->end - found->start),
			      line.p + found->start, resolved->symbol, (unsigned long long)resolved->offset,
			      (unsigned long long)resolved->size);
	else
		pm_buf_printf(&out, "%.*s", PM_FMT(found->place.symbol));
	if (lines) {
		pm_buf_str(&out, " (");
		for (size_t i = first; i < resolved->frames.n; i++) {
			if (i > first)
				pm_buf_str(&out, " ");
			add_line(&out, &resolved->frames.v[i]);
		}
		pm_buf_str(&out, ")");
	}
	if (found->raw && resolved->module)
		pm_buf_printf(&out, " [%s]", resolved->module);
	else if (resolved->module)
		pm_buf_printf(&out, " %s", resolved->module);
	return out.data;
}

static struct memo *memo_of(struct pm_rewriter *rw, struct pm_kernel *kernel, struct pm_slice text,
			    bool exact, bool *known)
{
	uint32_t h = exact ? 2166136261u : 7;

	if (!rw->memo)
		rw->memo = pm_alloc(MEMO_SIZE * sizeof(*rw->memo));
	for (size_t i = 0; i < text.n; i++)
		h = (h ^ (uint8_t)text.p[i]) * 16777619u;
	struct memo *memo = &rw->memo[(h ^ h >> 16) % MEMO_SIZE];
	*known = memo->kernel == kernel && memo->key && memo->key[0] == (exact ? 'x' : 'r') &&
		 pm_slice_eq(pm_slice_of(memo->key + 1), text);
	return memo;
}

/* A number that is no code is no place at all, unless somebody says that it is one. */
static bool is_place(const struct pm_rewriter *rw, const struct pm_text_place *found)
{
	return !found->raw || found->bracketed || rw->options.asked;
}

/* Notes why a place has no answer. */
static void say_why(struct pm_rewriter *rw, struct pm_kernel *kernel, const struct pm_text_place *found,
		    const struct pm_error *err)
{
	const char *missing = pm_kernel_trouble(kernel) ? pm_kernel_missing(kernel) : NULL;
	bool of_module = found->place.module.n != 0;

	if (err->code == PM_MISMATCH)
		rw->totals.contradictions++;
	if (is_place(rw, found) && !rw->first_missing)
		rw->first_missing = pm_printf("%s", err->message);
	if (!found->raw && !of_module && !missing && err->code == PM_NOT_FOUND && !rw->names_lost++)
		rw->first_lost = pm_printf("%s", err->message);
	if (err->code != PM_NOT_FOUND) {
		trouble(rw, err->message);
	} else if (of_module) {
		char *words =
			pm_printf("source lines of %.*s: %s", PM_FMT(found->place.module), err->message);

		trouble(rw, words);
		free(words);
	} else if (missing && !found->raw) {
		trouble(rw, missing);
	} else if (rw->options.asked) {
		char *words =
			pm_printf("%s%s", err->message,
				  found->raw && !missing ? "; if KASLR moved the kernel, its log tells how "
							   "far: give that"
							 : "");

		trouble(rw, words);
		free(words);
	}
}

static char *resolve(struct pm_rewriter *rw, const struct stretch *stretch, struct pm_slice line,
		     const struct pm_text_place *found)
{
	struct pm_resolved_place resolved = { 0 };
	struct pm_error *err = NULL;
	struct pm_slice text = { line.p + found->start, found->end - found->start };

	if (found->raw && stretch->raw_unsure && !rw->options.asked)
		err = pm_error_new(PM_NOT_FOUND,
				   "addresses without names: the text does not tell the KASLR offset");
	else
		err = pm_kernel_resolve(stretch->kernel, &found->place, &rw->scratch, &resolved);
	if (err)
		say_why(rw, stretch->kernel, found, err);
	if (!found->raw && !found->place.module.n && (!err || err->code != PM_NOT_FOUND))
		rw->names_known++;
	const struct pm_error *of_kernel = pm_kernel_trouble(stretch->kernel);
	if (of_kernel && of_kernel->code != PM_NOT_FOUND) {
		trouble(rw, of_kernel->message);
		rw->worst = of_kernel->code;
	}
	if (!err && !has_line(&resolved) && !found->raw && !found->place.module.n &&
	    pm_kernel_missing(stretch->kernel))
		trouble(rw, pm_kernel_missing(stretch->kernel));
	if (rw->options.json && (!err || is_place(rw, found)))
		write_json(rw, text, &resolved, err);
	char *value = err ? NULL : replacement(rw, line, found, &resolved);
	pm_error_free(err);
	return value;
}

static void rewrite_line(struct pm_rewriter *rw, const struct stretch *stretch, struct pm_slice line)
{
	struct pm_text_place found;
	size_t at = 0, written = 0;

	pm_text_report_line(line, &rw->report);
	while (next_place(rw, line, &at, &found)) {
		struct pm_slice text = { line.p + found.start, found.end - found.start };
		pm_text_report_place(line, &rw->report, &found.place);
		bool known = false,
		     plain = !rw->options.json && !rw->options.inline_lines && !found.place.has_addr;
		struct memo *memo =
			plain ? memo_of(rw, stretch->kernel, text, found.place.exact, &known) : NULL;
		char *value = memo && known ? memo->value : resolve(rw, stretch, line, &found);

		rw->totals.places += value || is_place(rw, &found);
		rw->totals.resolved += value != NULL;
		if (value && !rw->options.json) {
			fwrite(line.p + written, 1, found.start - written, rw->out);
			fputs(value, rw->out);
			written = found.end;
		}
		if (!memo) {
			free(value);
		} else if (!known) {
			free(memo->key);
			free(memo->value);
			*memo = (struct memo){
				stretch->kernel,
				pm_printf("%c%.*s", found.place.exact ? 'x' : 'r', PM_FMT(text)), value
			};
		}
	}
	if (!rw->options.json)
		fwrite(line.p + written, 1, line.n - written, rw->out);
}

/* One kernel may have booted several times, at another offset each time. */
static void enter(const struct stretch *stretch)
{
	pm_kernel_set_kaslr(stretch->kernel, stretch->has_kaslr, stretch->kaslr);
}

static void rewrite_window(struct pm_rewriter *rw, struct pm_slice text)
{
	size_t which = 0, n = 0;

	find_stretches(rw, text);
	check_stretches(rw, text);
	pm_arena_deinit(&rw->scratch);
	enter(&rw->stretches[0]);
	for (; text.n; n++) {
		size_t end = pm_slice_find_char(text, '\n');
		struct pm_slice line = pm_slice_upto(text, end == PM_NPOS ? text.n : end);

		text = pm_slice_from(text, line.n);
		while (which + 1 < rw->stretches_n && rw->stretches[which + 1].first_line <= n)
			enter(&rw->stretches[++which]);
		rw->line++;
		rewrite_line(rw, &rw->stretches[which], line);
		if (pm_take_char(&text, '\n') && !rw->options.json)
			putc('\n', rw->out);
		if (rw->scratch.used > 1 << 20)
			pm_arena_deinit(&rw->scratch);
	}
	fflush(rw->out);
}

void pm_rewriter_flush(struct pm_rewriter *rw)
{
	const char *end = rw->pending.n ? memrchr(rw->pending.data, '\n', rw->pending.n) : NULL;
	size_t n = end ? (size_t)(end - rw->pending.data) + 1 : 0;

	if (!n)
		return;
	rewrite_window(rw, (struct pm_slice){ rw->pending.data, n });
	rw->pending.n -= n;
	memmove(rw->pending.data, rw->pending.data + n, rw->pending.n);
}

void pm_rewriter_feed(struct pm_rewriter *rw, struct pm_slice text)
{
	while (text.n) {
		size_t room = rw->options.window > rw->pending.n ? rw->options.window - rw->pending.n : 1;
		struct pm_slice part = pm_slice_upto(text, room);

		pm_buf_add(&rw->pending, part.p, part.n);
		text = pm_slice_from(text, part.n);
		if (rw->pending.n < rw->options.window)
			continue;
		pm_rewriter_flush(rw);
		if (rw->pending.n < rw->options.window)
			continue;
		/* One line fills the window. */
		rewrite_window(rw, (struct pm_slice){ rw->pending.data, rw->pending.n });
		rw->pending.n = 0;
	}
}

void pm_rewriter_end(struct pm_rewriter *rw)
{
	if (rw->pending.n)
		rewrite_window(rw, (struct pm_slice){ rw->pending.data, rw->pending.n });
	rw->pending.n = 0;
	if (rw->names_lost >= STRANGERS && !rw->names_known) {
		char *words =
			pm_printf("%s, nor any other of the kernel's functions in the text: it is another "
				  "kernel's",
				  rw->first_lost);

		trouble(rw, words);
		free(words);
		rw->worst = PM_MISMATCH;
	}
	if (!rw->totals.resolved && !rw->troubles_n && rw->first_missing)
		trouble(rw, rw->first_missing);
	if (rw->options.json) {
		pm_json_close(&rw->json, ']');
		pm_json_close(&rw->json, '}');
		putc('\n', rw->out);
	}
	fflush(rw->out);
}
