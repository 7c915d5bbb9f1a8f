#include "render/text_details.h"

#include "render/words.h"

enum { HANG = 15, FACT_HANG = 22, GROUPS_MAX = 64 };

static void section(struct pm_page *page, const char *title)
{
	pm_page_blank(page);
	pm_page_text(page, 0, NULL, PM_PLAIN, 0, PM_BOLD, title);
}

static void pair(struct pm_page *page, const char *label, const char *text)
{
	if (text && *text)
		pm_page_text(page, 2, label, PM_DIM, HANG, PM_PLAIN, text);
}

static void names(struct pm_page *page, const struct pm_incident *inc)
{
	const struct pm_machine *m = &inc->machine;
	struct pm_buf system = { 0 };

	section(page, "report");
	pair(page, "title", inc->title);
	pair(page, "type", inc->type);
	pair(page, "frame", inc->frame);
	pair(page, "guilty", inc->guilty_file);
	pair(page, "fingerprint", inc->fingerprint);
	pair(page, "message", inc->fault.message);
	pair(page, "error", inc->fault.error_words);
	pair(page, "flags", inc->fault.flags);
	pair(page, "hardware", m->hardware);
	pair(page, "bios", m->bios);
	pair(page, "build", m->build);
	pair(page, "command", m->command_line);
	pm_buf_str(&system, pm_system_name(m->system));
	if (m->system_why)
		pm_buf_printf(&system, ", recognised by: %s", m->system_why);
	pair(page, "system", system.data);
	pm_buf_deinit(&system);
	pair(page, "context", inc->context_how);
}

/* Those with a meaning a line each, the others three in a line. */
static void registers(struct pm_page *page, const struct pm_regs *regs)
{
	static const char *const roles[] = { "registers", "registers of what was interrupted",
					     "registers of user mode", "registers" };
	struct pm_buf line = { 0 }, words = { 0 };
	unsigned column = 0;
	int name_width = 6;

	if (!regs->regs.n)
		return;
	section(page, roles[regs->role]);
	if (regs->pc.symbol || regs->pc.has_addr) {
		pm_buf_str(&line, "pc   ");
		if (regs->code_segment)
			pm_buf_printf(&line, "%s:", regs->code_segment);
		pm_words_place(&line, &regs->pc, true);
		pm_page_line(page, 2, PM_PLAIN, line.data);
		line.n = 0;
	}
	for (size_t i = 0; i < regs->regs.n; i++) {
		const struct pm_register *reg = &regs->regs.v[i];

		if (reg->meaning || reg->holds)
			continue;
		pm_buf_printf(&line, "%s%-6s %0*llx", line.n ? "  " : "", reg->name,
			      reg->bits == 64   ? 16
			      : reg->bits == 32 ? 8
						: 4,
			      (unsigned long long)reg->value);
		if (++column % 3 == 0) {
			pm_page_line(page, 2, PM_PLAIN, line.data);
			line.n = 0;
		}
	}
	if (line.n)
		pm_page_line(page, 2, PM_PLAIN, line.data);
	for (size_t i = 0; i < regs->regs.n; i++)
		if ((regs->regs.v[i].meaning || regs->regs.v[i].holds) && strlen(regs->regs.v[i].name) > 6)
			name_width = 8; /* "orig_rax"; a single "kernel_gs_base" stands out */
	for (size_t i = 0; i < regs->regs.n; i++) {
		const struct pm_register *reg = &regs->regs.v[i];

		if (!reg->meaning && !reg->holds)
			continue;
		line.n = 0;
		pm_buf_printf(&line, "%-*s %0*llx ", name_width, reg->name,
			      reg->bits == 64   ? 16
			      : reg->bits == 32 ? 8
						: 4,
			      (unsigned long long)reg->value);
		words.n = 0;
		pm_words_register(&words, reg);
		pm_page_text(page, 2, line.data, PM_PLAIN, (unsigned)line.n + 3, PM_CYAN, words.data);
	}
	pm_buf_deinit(&words);
	pm_buf_deinit(&line);
}

static void code(struct pm_page *page, const struct pm_code_bytes *c)
{
	if (!c->insns.n && !c->bad)
		return;
	section(page, "code");
	if (c->bad)
		pm_page_line(page, 2, PM_PLAIN, c->bad);
	for (size_t i = 0; i < c->insns.n; i++) {
		const struct pm_insn *insn = &c->insns.v[i];
		struct pm_buf line = { 0 };
		char hex[3 * sizeof(insn->bytes) + 1] = "";

		for (size_t k = 0; k < insn->size && k < sizeof(insn->bytes); k++)
			snprintf(hex + 3 * k, 4, "%02x ", insn->bytes[k]);
		pm_buf_printf(&line, "%c%c %+5lld  %-30s %s", insn->marked ? '>' : ' ',
			      insn->doubtful ? '?' : ' ', (long long)insn->offset, hex,
			      insn->text ? insn->text : "(bad)");
		pm_page_line(page, 1, insn->marked ? PM_RED : insn->doubtful ? PM_DIM : PM_PLAIN, line.data);
		pm_buf_deinit(&line);
	}
}

/* A recursion's frames are the same hundreds of times. */
enum { SAME_SHOWN = 3 };

static bool same_frame(const struct pm_frame *a, const struct pm_frame *b)
{
	return a->trust == b->trust && a->stack == b->stack && a->inlined == b->inlined && a->place.symbol &&
	       b->place.symbol && !strcmp(a->place.symbol, b->place.symbol) && a->place.has_offset &&
	       b->place.has_offset && a->place.offset == b->place.offset;
}

static void frames(struct pm_page *page, const pm_frames *list)
{
	const char *stack = NULL;
	size_t same = 0;

	for (size_t i = 0; i < list->n; i++) {
		const struct pm_frame *frame = &list->v[i];
		const char *on = pm_words_stack(frame);
		struct pm_buf line = { 0 };

		same = i && same_frame(frame, frame - 1) ? same + 1 : 0;
		if (same >= SAME_SHOWN) {
			bool last = i + 1 == list->n || !same_frame(frame, frame + 1);

			if (last && same == SAME_SHOWN)
				pm_page_line(page, 2, PM_DIM, "  the same once more");
			else if (last)
				pm_page_printf(page, 2, PM_DIM, "  the same %zu times more",
					       same - SAME_SHOWN + 1);
			continue;
		}
		if ((on && (!stack || strcmp(on, stack))) || (!on && stack))
			pm_page_printf(page, 2, PM_DIM, "on the %s stack", on ? on : "task's");
		stack = on;
		pm_buf_printf(&line, "%c ", frame->trust == PM_SCANNED ? '?' : ' ');
		pm_words_place(&line, &frame->place, true);
		if (frame->inlined)
			pm_buf_str(&line, " (inlined)");
		if (frame->place.file) {
			pm_buf_str(&line, "  ");
			pm_words_source(&line, &frame->place);
		}
		pm_page_line(page, 2, frame->trust == PM_SCANNED ? PM_DIM : PM_PLAIN, line.data);
		pm_buf_deinit(&line);
	}
}

static void stack_words(struct pm_page *page, const struct pm_incident *inc)
{
	const char *function = NULL;
	bool any = false;

	for (size_t i = 0; i < inc->stack_words.n; i++) {
		const struct pm_stack_word *word = &inc->stack_words.v[i];
		struct pm_buf line = { 0 };

		if (!word->telling)
			continue;
		if (!any)
			section(page, "on the crashed stack");
		if (word->function && (!function || strcmp(function, word->function)))
			pm_page_printf(page, 2, PM_DIM, "in %s", word->function);
		any = true;
		function = word->function;
		pm_buf_printf(&line, "sp+0x%-3llx %016llx ", (unsigned long long)word->from_sp,
			      (unsigned long long)word->value);
		pm_page_text(page, 4, line.data, PM_PLAIN, (unsigned)line.n + 5, PM_CYAN, word->meaning);
		pm_buf_deinit(&line);
	}
}

static void traces(struct pm_page *page, const struct pm_incident *inc)
{
	bool shown = false;

	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];
		struct pm_buf title = { 0 };

		if (trace->frames.n || trace->broken) {
			pm_buf_printf(&title, "trace (%s)", pm_trace_role_name(trace->role));
			if (trace->title)
				pm_buf_printf(&title, ": %s", trace->title);
			if (trace->has_cpu)
				pm_buf_printf(&title, ", CPU %u", trace->cpu);
			if (trace->comm)
				pm_buf_printf(&title, ", %s", trace->comm);
			if (trace->has_pid)
				pm_buf_printf(&title, ", pid %lld", (long long)trace->pid);
			section(page, title.data);
			if (pm_words_place_apart(inc, trace)) {
				struct pm_buf line = { 0 };

				pm_buf_str(&line, "> ");
				pm_words_place(&line, &inc->place, true);
				if (inc->place.file)
					pm_buf_str(&line, "  ");
				pm_words_source(&line, &inc->place);
				pm_page_line(page, 2, PM_RED, line.data);
				pm_buf_deinit(&line);
			}
			frames(page, &trace->frames);
			if (trace->broken)
				pm_page_line(page, 2, PM_YELLOW, trace->broken);
		}
		for (size_t k = 0; k < trace->regs.n; k++)
			registers(page, &trace->regs.v[k]);
		if (trace->role == PM_TRACE_CRASH && !shown)
			stack_words(page, inc);
		shown |= trace->role == PM_TRACE_CRASH;
		pm_buf_deinit(&title);
	}
}

static void locks(struct pm_page *page, const struct pm_incident *inc)
{
	static const char *const roles[] = { "holds", "wants", "releases" };

	if (!inc->locks.n)
		return;
	section(page, "locks");
	for (size_t i = 0; i < inc->locks.n; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];
		struct pm_buf line = { 0 };

		if (!lock->task && lock->has_cpu)
			pm_buf_printf(&line, "CPU %u", lock->cpu);
		else
			pm_buf_str(&line, lock->task ? lock->task : "?");
		if (lock->has_pid)
			pm_buf_printf(&line, " (pid %lld)", (long long)lock->pid);
		pm_buf_printf(&line, " %s %s", roles[lock->role],
			      lock->name   ? lock->name
			      : lock->type ? lock->type
					   : "a lock");
		if (lock->has_addr)
			pm_buf_printf(&line, " at 0x%llx", (unsigned long long)lock->addr);
		if (lock->taken.symbol) {
			pm_buf_str(&line, ", in ");
			pm_words_place(&line, &lock->taken, false);
		}
		pm_page_text(page, 2, NULL, PM_PLAIN, 4, PM_PLAIN, line.data);
		pm_buf_deinit(&line);
	}
}

static void facts_of(struct pm_page *page, const struct pm_incident *inc, const char *group, size_t from)
{
	section(page, group);
	for (size_t i = from; i < inc->facts.n; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];
		struct pm_buf line = { 0 };

		if (strcmp(group, fact->group))
			continue;
		pm_buf_printf(&line, "%s%s%s", fact->value, fact->meaning ? ": " : "",
			      fact->meaning ? fact->meaning : "");
		pm_page_text(page, 2, fact->name, PM_DIM, FACT_HANG, PM_PLAIN, line.data);
		pm_buf_deinit(&line);
	}
}

/* Each group once, where it first comes: several readers add to one. */
static void facts(struct pm_page *page, const struct pm_incident *inc)
{
	const char *groups[GROUPS_MAX];
	size_t n = 0;

	for (size_t i = 0; i < inc->facts.n && n < GROUPS_MAX; i++) {
		bool seen = false;

		for (size_t k = 0; k < n && !seen; k++)
			seen = !strcmp(groups[k], inc->facts.v[i].group);
		if (seen)
			continue;
		groups[n++] = inc->facts.v[i].group;
		facts_of(page, inc, inc->facts.v[i].group, i);
	}
}

static void modules(struct pm_page *page, const struct pm_incident *inc)
{
	struct pm_buf line = { 0 };

	for (size_t i = 0; i < inc->modules.n; i++) {
		const struct pm_module *module = &inc->modules.v[i];
		bool flags = module->flags && *module->flags;

		pm_buf_printf(&line, "%s%s%s%s%s", i ? " " : "", module->name, flags ? "(" : "",
			      flags ? module->flags : "", flags ? ")" : "");
	}
	if (line.n) {
		section(page, "modules");
		pm_page_text(page, 2, NULL, PM_PLAIN, 2, PM_PLAIN, line.data);
	}
	pm_buf_deinit(&line);
}

void pm_text_details(struct pm_page *page, const struct pm_incident *inc)
{
	names(page, inc);
	code(page, &inc->code);
	traces(page, inc);
	locks(page, inc);
	facts(page, inc);
	modules(page, inc);
	if (inc->memory.n) {
		section(page, "memory");
		for (size_t i = 0; i < inc->memory.n; i++)
			pm_page_text(page, 2, NULL, PM_PLAIN, 4, PM_PLAIN, inc->memory.v[i]);
	}
}
