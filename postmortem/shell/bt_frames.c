/* bt: the frames of a trace, their registers and words. */
#include "shell/bt.h"
#include "shell/lines.h"
#include "shell/shell.h"

#include <stdlib.h>
#include <string.h>

void pm_bt_put_regs(struct pm_shell *sh, const struct pm_x86_regs *r)
{
	static const struct {
		const char *label;
		enum pm_x86_reg reg;
		bool ends; /* the line */
	} rows[] = {
		{ "    RIP", PM_X86_IP, false },
		{ "  RSP", PM_X86_SP, false },
		{ "  RFLAGS", PM_X86_FLAGS, true },
		{ "    RAX", PM_X86_AX, false },
		{ "  RBX", PM_X86_BX, false },
		{ "  RCX", PM_X86_CX, true },
		{ "    RDX", PM_X86_DX, false },
		{ "  RSI", PM_X86_SI, false },
		{ "  RDI", PM_X86_DI, true },
		{ "    RBP", PM_X86_BP, false },
		{ "   R8", PM_X86_R8, false },
		{ "   R9", PM_X86_R9, true },
		{ "    R10", PM_X86_R10, false },
		{ "  R11", PM_X86_R11, false },
		{ "  R12", PM_X86_R12, true },
		{ "    R13", PM_X86_R13, false },
		{ "  R14", PM_X86_R14, false },
		{ "  R15", PM_X86_R15, true },
		{ "    ORIG_RAX", PM_X86_ORIG_AX, false },
		{ "  CS", PM_X86_CS, false },
		{ "  SS", PM_X86_SS, true },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		bool is_short = rows[i].reg == PM_X86_CS || rows[i].reg == PM_X86_SS;

		if (pm_x86_has(r, rows[i].reg))
			fprintf(sh->out, "%s: %0*llx", rows[i].label,
				is_short                      ? 4
				: rows[i].reg == PM_X86_FLAGS ? 8
							      : 16,
				(unsigned long long)r->v[rows[i].reg] & (is_short ? 0xffff : ~0ull));
		if (rows[i].ends)
			fputc('\n', sh->out);
	}
}

/* Registers by their names, those that are known. */
void pm_bt_json_regs(struct pm_shell *sh, const char *key, const struct pm_x86_regs *r)
{
	pm_json_open(sh->json, key, '{');
	for (unsigned i = 0; i < PM_X86_REGS; i++)
		if (pm_x86_has(r, (enum pm_x86_reg)i))
			pm_json_hex(sh->json, pm_x86_reg_name((enum pm_x86_reg)i), r->v[i]);
	pm_json_close(sh->json, '}');
}

static const uint64_t max_frame = 16384;

bool pm_bt_word(struct pm_shell *sh, uint64_t word, unsigned symbolic, char *buf, size_t size)
{
	struct pm_linux_object object;
	struct pm_arena arena;
	struct pm_place place;
	uint64_t text;

	/* numbers are no symbols, although there are absolute ones */
	if (word < pm_shell_space(sh)->mmu->kernel_start(pm_shell_space(sh)))
		return false;
	if (!sh->image && pm_linux_object_at(sh->lx, pm_session_caches(sh->session), word, &object)) {
		const char *name = object.cache->name;

		if (symbolic > 1)
			snprintf(buf, size, "[%llx:%s]", (unsigned long long)word, name);
		else
			snprintf(buf, size, "[%s]", name);
		return true;
	}
	pm_arena_init(&arena);
	bool known = pm_shell_place(sh, &arena, word, true, &place) &&
		     (!place.size || place.offset < place.size) &&
		     pm_space_load(pm_shell_space(sh), word, 1, &text);

	pm_arena_deinit(&arena);
	if (known) {
		pm_shell_name(sh, word, true, buf, size);
		buf[strcspn(buf, " ")] = 0; /* without its module */
	}
	return known;
}

/* The words from one frame's stack pointer up to the next one's. */
static void print_words(struct pm_shell *sh, uint64_t from, uint64_t to, unsigned symbolic)
{
	char text[PM_LINUX_NAME_MAX + 64];

	if (to <= from || to - from > max_frame)
		return;
	if (sh->json)
		pm_json_open(sh->json, "words", '[');
	for (uint64_t at = from; at < to; at += 8) {
		uint64_t word;
		bool first = (at - from) % 16 == 0, known = pm_space_load(pm_shell_space(sh), at, 8, &word);

		if (sh->json) {
			if (known && symbolic && pm_bt_word(sh, word, symbolic, text, sizeof(text)))
				pm_json_str(sh->json, NULL, text);
			else if (known)
				pm_json_hex(sh->json, NULL, word);
			else
				pm_json_null(sh->json, NULL);
			continue;
		}
		if (first)
			fprintf(sh->out, "%s    %016llx:", at == from ? "" : "\n", (unsigned long long)at);
		if (known && symbolic && pm_bt_word(sh, word, symbolic, text, sizeof(text)))
			fprintf(sh->out, " %-16s", text);
		else if (known)
			fprintf(sh->out, " %016llx", (unsigned long long)word);
		else
			fputs(" ----------------", sh->out);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fputc('\n', sh->out);
}

static const char *grade_mark(enum pm_trust trust)
{
	return trust == PM_EXACT ? "" : trust == PM_GUESSED ? "  (guessed)" : "  (scanned)";
}

static void json_frame(struct pm_shell *sh, const struct pm_stack_frame *f, bool interrupted)
{
	pm_json_hex(sh->json, "pc", f->pc);
	pm_shell_json_place(sh, f->pc, f->exact_pc);
	pm_json_hex(sh->json, "sp", f->sp);
	if (f->return_at)
		pm_json_hex(sh->json, "return_at", f->return_at);
	pm_json_str(sh->json, "trust", pm_trust_name(f->trust));
	pm_json_str(sh->json, "stack", f->stack_name);
	if (interrupted)
		pm_bt_json_regs(sh, "registers", &f->regs);
}

/* "vfs_write+0xb1" and " [module]": crash shows offsets only when told to, and then decimal unless told otherwise, and the
 * module behind the address. */
struct name {
	char symbol[PM_LINUX_NAME_MAX + 64], module[80];
};

static void name_of(struct pm_shell *sh, uint64_t addr, bool exact, const struct pm_bt_options *options,
		    struct name *out)
{
	char *module, *plus;

	pm_shell_name(sh, addr, exact, out->symbol, sizeof(out->symbol));
	module = strchr(out->symbol, ' ');
	snprintf(out->module, sizeof(out->module), "%s", module ? module : "");
	if (module)
		*module = 0;
	plus = strchr(out->symbol, '+');
	if (plus && !options->offsets)
		*plus = 0;
	else if (plus && options->hex)
		snprintf(plus, sizeof(out->symbol) - (size_t)(plus - out->symbol), "+0x%llx",
			 strtoull(plus + 1, NULL, 10));
}

static void print_frame(struct pm_shell *sh, size_t i, const struct pm_stack_frame *f,
			const struct pm_bt_options *options)
{
	const struct pm_bt_options with_offset = { .offsets = true };
	char number[24];
	struct name name;

	if (f->exact_pc && (i || (!sh->image && pm_x86_has(&f->regs, PM_X86_FLAGS)))) {
		name_of(sh, f->pc, true, &with_offset, &name);
		fprintf(sh->out, "    [exception RIP: %s]\n", name.symbol);
		pm_bt_put_regs(sh, &f->regs);
	}
	name_of(sh, f->pc, f->exact_pc, options, &name);
	snprintf(number, sizeof(number), "#%zu", i);
	fprintf(sh->out, "%3s [%016llx] %s at %016llx%s", number,
		(unsigned long long)(f->return_at && !f->exact_pc ? f->return_at : f->sp), name.symbol,
		(unsigned long long)f->pc, name.module);
	if (f->trust != PM_EXACT) {
		pm_shell_style(sh, PM_STYLE_DOUBT);
		fputs(grade_mark(f->trust), sh->out);
		pm_shell_style(sh, PM_STYLE_PLAIN);
	}
	fputc('\n', sh->out);
}

/* Where the note does not say how long a stack is. */
static const uint64_t image_stack = 8192;

/* Every code address from the stack pointer up to the stack's end, whether it was left by a call or not. */
static bool print_text(struct pm_shell *sh, uint64_t stack, const struct pm_stack_trace *trace,
		       const struct pm_bt_options *options)
{
	struct pm_linux_unwinder *u = sh->image ? NULL : pm_session_unwinder(sh->session);
	uint64_t at = trace->frames.n ? trace->frames.v[0].sp & ~7ull : 0, word;
	const uint64_t first = trace->frames.n ? trace->frames.v[0].return_at : 0;
	uint64_t size = u ? u->thread_size : image_stack;
	struct name name;
	unsigned number = 0, missing = 0;

	/* where it was switched out is one, too */
	if (first && at - first == 8)
		at = first;
	if (!stack)
		stack = u ? at & -size : at;
	if (at - stack >= size || options->whole_stack)
		at = stack;
	if (sh->json)
		pm_json_open(sh->json, "text", '[');
	else if (trace->frames.n && !options->whole_stack && !options->old) {
		name_of(sh, trace->frames.v[0].pc, trace->frames.v[0].exact_pc, options, &name);
		fprintf(sh->out, "              START: %s at %llx%s\n", name.symbol,
			(unsigned long long)trace->frames.v[0].pc, name.module);
	}
	for (; at - stack < size && !pm_shell_interrupted(sh); at += 8) {
		bool known = pm_space_load(pm_shell_space(sh), at, 8, &word);

		missing += !known;
		if (!known || !(u ? pm_linux_is_text(u, word) : pm_image_is_text(sh->image, word)))
			continue;
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "at", at);
			pm_json_hex(sh->json, "pc", word);
			pm_shell_json_place(sh, word, true);
			pm_json_close(sh->json, '}');
		} else {
			const struct pm_bt_options with_offset = { .offsets = true };
			char label[24] = " ";

			/* no call returns to where a function begins */
			name_of(sh, word, true, &with_offset, &name);
			if (options->old && !strchr(name.symbol, '+'))
				continue;
			name_of(sh, word, true, options, &name);
			if (options->old)
				snprintf(label, sizeof(label), "#%u", number++);
			fprintf(sh->out,
				options->old ? "%3s [%016llx] %s at %016llx%s\n"
					     : "%2s[%016llx] %s at %016llx%s\n",
				label, (unsigned long long)at, name.symbol, (unsigned long long)word,
				name.module);
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	/* how long the stack of another kernel is, is not known */
	return !u || !missing ||
	       pm_shell_error(sh, "bt", "%u words of the stack are not in the dump", missing);
}

static void print_frames(struct pm_shell *sh, const struct pm_stack_trace *trace,
			 const struct pm_bt_options *options)
{
	const char *stack = NULL;
	struct pm_x86_regs regs = { 0 };

	if (sh->json)
		pm_json_open(sh->json, "frames", '[');
	for (size_t i = 0; i < trace->frames.n; i++) {
		const struct pm_stack_frame *f = &trace->frames.v[i];

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			json_frame(sh, f, f->exact_pc);
		} else {
			if (i && stack != f->stack_name)
				fprintf(sh->out, "--- <%s stack> ---\n",
					pm_bt_stack_label(stack ? stack : f->stack_name));
			stack = f->stack_name;
			print_frame(sh, i, f, options);
		}
		if (options->lines)
			pm_shell_lines(sh, f->pc, f->exact_pc);
		if (options->parameters)
			pm_shell_parameters(sh, f, i + 1 < trace->frames.n ? f + 1 : NULL, &regs);
		if (options->words && i + 1 < trace->frames.n)
			print_words(sh, f->sp, trace->frames.v[i + 1].sp, options->symbolic);
		if (sh->json)
			pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
}

bool pm_bt_put_trace(struct pm_shell *sh, struct pm_stack_trace *trace, uint64_t stack,
		     const struct pm_bt_options *options, const char *whose)
{
	bool whole = true;

	if (options->text)
		whole = print_text(sh, stack, trace, options);
	else
		print_frames(sh, trace, options);
	if (sh->json) {
		if (trace->has_user)
			pm_bt_json_regs(sh, "user", &trace->user);
		pm_json_str(sh->json, "ended", trace->ended);
		pm_json_close(sh->json, '}');
	} else {
		if (trace->has_user)
			pm_bt_put_regs(sh, &trace->user);
		/* what an interrupt cut short did not end by itself */
		if (trace->ended && !options->text && !pm_shell_interrupted(sh))
			fprintf(sh->out, "    (the trace ends here: %s)\n", trace->ended);
	}
	bool any = trace->frames.n || trace->has_user || options->text;
	const char *ended = trace->ended;

	pm_stack_trace_deinit(trace);
	return any ? whole : pm_shell_error(sh, "bt", "%s: no trace: %s", whose, ended ? ended : "no frames");
}
