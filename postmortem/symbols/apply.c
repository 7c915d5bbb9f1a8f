/* An incident's places get their source lines. */
#include "symbols/kernel.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* Lines of source longer than this are cut: it is shown, not parsed. */
#define SOURCE_LINE_MAX 160
#define SOURCE_FILE_MAX ((off_t)16 << 20)

struct job {
	struct pm_symbols *symbols;
	struct pm_kernel *kernel;
	struct pm_incident *inc;
	bool kernel_without_line;
	PM_VEC(const char *) modules_without_line;
};

static struct pm_printed_place printed(const struct pm_place *place, bool exact)
{
	return (struct pm_printed_place){
		.symbol = pm_slice_of(place->has_offset ? place->symbol : NULL),
		.offset = place->offset,
		.size = place->size,
		.module = pm_slice_of(place->module),
		.build_id = pm_slice_of(place->build_id),
		.has_addr = place->has_addr,
		.addr = place->addr,
		.exact = exact,
	};
}

/* ---- the text of a source line ---- */

static const char *read_line(const char *path, uint32_t number, int64_t object_mtime, struct pm_arena *arena)
{
	struct stat st;
	FILE *f = fopen(path, "re");
	const char *text = NULL;

	if (!f)
		return NULL;
	/* A source that was changed after the object was built has other lines. */
	if (!fstat(fileno(f), &st) && S_ISREG(st.st_mode) && st.st_size <= SOURCE_FILE_MAX &&
	    (!object_mtime || st.st_mtime <= object_mtime)) {
		char *line = NULL;
		size_t cap = 0;
		ssize_t n = -1;

		for (uint32_t i = 0; i < number && (n = getline(&line, &cap, f)) >= 0; i++)
			;
		if (n > 0) {
			struct pm_slice s = pm_slice_trim((struct pm_slice){ line, (size_t)n });

			if (s.n && !memchr(s.p, 0, s.n))
				text = pm_arena_str(arena, pm_slice_upto(s, SOURCE_LINE_MAX));
		}
		free(line);
	}
	fclose(f);
	return text;
}

static const char *source_text(struct job *job, const struct pm_resolved_place *resolved, const char *file,
			       const char *directory, uint32_t line, int64_t mtime)
{
	const char *root = job->symbols->options.source_path;
	const char *text = NULL;

	(void)resolved;
	if (!file || !line)
		return NULL;
	if (root) {
		char *path = pm_printf("%s/%s", root, *file == '/' ? file + 1 : file);

		text = read_line(path, line, 0, &job->inc->arena);
		free(path);
	}
	if (!text && *file == '/')
		text = read_line(file, line, mtime, &job->inc->arena);
	if (!text && *file != '/' && directory && *directory == '/') {
		char *path = pm_printf("%s/%s", directory, file);

		text = read_line(path, line, mtime, &job->inc->arena);
		free(path);
	}
	return text;
}

/* ---- places ---- */

static bool resolve(struct job *job, struct pm_place *place, bool exact, struct pm_resolved_place *out)
{
	struct pm_printed_place p = printed(place, exact);
	const bool bare = !p.symbol.n, recorder = job->inc->machine.system == PM_KPANIC;

	/* An address alone is worth something only where it is known how far the kernel was moved; who has our recorder in
	 * a kernel names the file that runs. */
	if (place->file || (bare && !(p.has_addr && (job->inc->machine.has_kaslr || recorder))))
		return false;
	enum pm_code code = pm_error_take(pm_kernel_resolve(job->kernel, &p, &job->inc->arena, out));
	if (code == PM_OK && bare && recorder && !place->symbol && out->symbol) {
		place->symbol = out->symbol;
		place->has_offset = true;
		place->offset = out->offset;
		place->size = out->size;
	}
	if (code == PM_OK && out->frames.n && out->frames.v[0].file)
		return true;
	if (!place->module) {
		job->kernel_without_line = true;
		return false;
	}
	for (size_t i = 0; i < job->modules_without_line.n; i++)
		if (!strcmp(job->modules_without_line.v[i], place->module))
			return false;
	*PM_PUSH(&job->inc->arena, &job->modules_without_line) = place->module;
	return false;
}

static int64_t object_mtime(const struct pm_resolved_place *resolved)
{
	struct stat st;

	return resolved->object && !stat(resolved->object, &st) ? st.st_mtime : 0;
}

static void set_line(struct job *job, struct pm_place *place, const struct pm_resolved_place *resolved,
		     size_t which, bool text)
{
	const struct pm_source_frame *frame = &resolved->frames.v[which];

	place->file = frame->file;
	place->file_line = frame->line;
	if (text)
		place->source_text = source_text(job, resolved, frame->file, frame->directory, frame->line,
						 object_mtime(resolved));
}

static void apply_place(struct job *job, struct pm_place *place, bool exact)
{
	struct pm_resolved_place resolved;

	if (resolve(job, place, exact, &resolved))
		set_line(job, place, &resolved, 0, true);
}

/* The recorder's traces begin with the place itself; first_exact: that is no return address. */
static void apply_frames(struct job *job, pm_frames *frames, bool text, bool first_exact)
{
	pm_frames old = *frames;

	*frames = (pm_frames){ 0 };
	for (size_t i = 0; i < old.n; i++) {
		struct pm_frame *frame = &old.v[i];
		struct pm_resolved_place resolved;
		bool found = !frame->inlined && resolve(job, &frame->place,
							frame->interrupted || (!i && first_exact), &resolved);

		/* The calls that were inlined there stand above their function, the innermost first. */
		for (size_t k = 0; found && k + 1 < resolved.frames.n; k++) {
			struct pm_frame *inner = PM_PUSH(&job->inc->arena, frames);

			*inner = *frame;
			inner->inlined = true;
			inner->place = (struct pm_place){ .symbol = resolved.frames.v[k].function,
							  .module = frame->place.module,
							  .at = frame->place.at };
			set_line(job, &inner->place, &resolved, k, text);
		}
		struct pm_frame *copy = PM_PUSH(&job->inc->arena, frames);
		*copy = *frame;
		if (found) {
			set_line(job, &copy->place, &resolved, resolved.frames.n - 1, text);
			if (!copy->place.symbol)
				copy->place.symbol = resolved.symbol;
		}
	}
}

/* ---- does the vmlinux belong to it? ---- */

static void count(struct job *job, const struct pm_place *place, size_t votes[PM_CONTRADICTS + 1],
		  const struct pm_place **example)
{
	struct pm_printed_place p = printed(place, true);
	enum pm_agreement agreement = pm_kernel_agrees(job->kernel, &p);

	votes[agreement]++;
	if (agreement == PM_CONTRADICTS && !*example)
		*example = place;
}

static void check_sizes(struct job *job)
{
	size_t votes[PM_CONTRADICTS + 1] = { 0 };
	const struct pm_place *example = NULL;
	struct pm_resolved_place resolved;

	count(job, &job->inc->place, votes, &example);
	for (size_t i = 0; i < job->inc->traces.n; i++)
		for (size_t k = 0; k < job->inc->traces.v[i].frames.n && k < 256; k++)
			count(job, &job->inc->traces.v[i].frames.v[k].place, votes, &example);
	if (!example || votes[PM_CONTRADICTS] <= votes[PM_AGREES])
		return;
	struct pm_printed_place p = printed(example, true);
	struct pm_error *why = pm_kernel_resolve(job->kernel, &p, &job->inc->arena, &resolved);
	if (why)
		pm_kernel_refuse(job->kernel, why);
}

static void apply_member(struct job *job)
{
	struct pm_fault *fault = &job->inc->fault;
	struct pm_printed_place p = printed(&job->inc->place, true);
	struct pm_member member;

	/* What a dump's own types told is less exact. */
	if (!fault->base_reg || fault->index_reg || !p.symbol.n || (fault->member && !job->inc->of_dump))
		return;
	if (pm_error_take(pm_symbols_member(job->kernel, &p, fault->base_reg, fault->displacement,
					    &job->inc->arena, &member)) != PM_OK)
		return;
	if (member.variable || !fault->member_variable)
		fault->member_variable = member.variable;
	fault->member_type = member.type;
	fault->member = member.member;
	fault->member_offset = member.offset;
	char *words = pm_printf("`%s` in %s", member.member, member.type);
	pm_incident_add_fact(job->inc, "symbols", "member", pm_slice_of(words), NULL, job->inc->place.at)
		->grade = PM_LIKELY;
	free(words);
	if (member.variable)
		pm_incident_add_fact(job->inc, "symbols", "variable", pm_slice_of(member.variable), NULL,
				     job->inc->place.at)
			->grade = PM_LIKELY;
}

static void say_missing(struct job *job)
{
	struct pm_incident *inc = job->inc;
	const char *missing = job->kernel_without_line ? pm_kernel_missing(job->kernel) : NULL;

	inc->symbols_missing = missing || job->modules_without_line.n;
	if (missing)
		*PM_PUSH(&inc->arena, &inc->missing) = pm_arena_str(&inc->arena, pm_slice_of(missing));
	for (size_t i = 0; i < job->modules_without_line.n && i < 8; i++)
		*PM_PUSH(&inc->arena, &inc->missing) =
			pm_arena_printf(&inc->arena,
					"source lines of %s: no %s.ko with debug information that fits was "
					"found (--debug-dir)",
					job->modules_without_line.v[i], job->modules_without_line.v[i]);
}

struct pm_error *pm_symbols_apply(struct pm_symbols *symbols, struct pm_incident *inc)
{
	struct job job = { .symbols = symbols, .inc = inc };

	/* A kernel that has our recorder lies in none of the usual places. */
	const struct pm_symbols_options *options = &symbols->options;
	if (inc->machine.system != PM_LINUX &&
	    !(inc->machine.system == PM_KPANIC && (options->vmlinux || options->debug_dirs_n)))
		return NULL;
	struct pm_kernel_id id = {
		.release = pm_slice_of(inc->machine.release),
		.version = pm_slice_of(inc->machine.build),
		.banner = pm_slice_of(inc->machine.version_line),
		.build_id = pm_slice_of(inc->machine.build_id),
		.has_kaslr = inc->machine.has_kaslr,
		.kaslr = inc->machine.kaslr,
	};
	job.kernel = pm_symbols_kernel(symbols, &id);
	pm_kernel_set_kaslr(job.kernel, id.has_kaslr, id.kaslr);
	check_sizes(&job);
	apply_member(&job);
	/* A trap is taken behind its instruction: the place is that of a return address.  So is that of a call of the
	 * recorder (formats/SPEC.md). */
	const bool recorder = inc->machine.system == PM_KPANIC;
	const bool called = recorder && !inc->fault.has_vector && !inc->fault.has_error_code;
	const bool exact = inc->fault.kind != PM_KIND_BREAKPOINT && !called;

	apply_place(&job, &inc->place, exact);
	for (size_t i = 0; i < inc->traces.n; i++) {
		struct pm_trace *trace = &inc->traces.v[i];

		for (size_t k = 0; k < trace->regs.n; k++)
			if (trace->regs.v[k].role != PM_REGS_USER)
				apply_place(&job, &trace->regs.v[k].pc, exact);
		const bool crash = trace->role == PM_TRACE_CRASH;

		apply_frames(&job, &trace->frames, crash, recorder && (!crash || exact));
	}
	for (size_t i = 0; i < inc->locks.n; i++)
		apply_place(&job, &inc->locks.v[i].taken, false);
	say_missing(&job);
	/* A search that finds nothing is no error; a file that the user named is one, if it is not the right one. */
	const struct pm_error *trouble = symbols->options.vmlinux ? pm_kernel_trouble(job.kernel) : NULL;
	return trouble ? pm_error_new(trouble->code, "%s", trouble->message) : NULL;
}
