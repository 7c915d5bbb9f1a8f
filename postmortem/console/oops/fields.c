#include "console/oops/fields.h"
#include "functions/functions.h"

/* The rows of all tables, chained by the first character of their text. */
#define ROWS_MAX 512
struct row_index {
	uint16_t first[128]; /* 1-based; 0: none */
	uint16_t last[128];
	uint16_t next[ROWS_MAX + 1];
	const struct pm_field_row *rows[ROWS_MAX + 1];
};

char *pm_fields_str(struct pm_fields *f, struct pm_slice text)
{
	return pm_arena_str(f->arena, pm_slice_trim(text));
}

bool pm_fields_own(const struct pm_fields *f)
{
	return !f->report->own || f->index < f->report->own;
}

struct pm_fact *pm_fields_fact(struct pm_fields *f, const char *group, const char *name,
			       struct pm_slice value)
{
	value = pm_slice_trim(value);
	if (!value.n || pm_incident_fact(f->inc, group, name))
		return NULL;
	return pm_incident_add_fact(f->inc, group, name, pm_slice_upto(value, 512), NULL, f->at);
}

bool pm_fields_skip(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)f;
	(void)row;
	(void)rest;
	return true;
}

void pm_fields_fact_named(struct pm_fields *f, const char *path, struct pm_slice value)
{
	const char *slash = strchr(path, '/');
	char group[32];

	if (!slash || !pm_fields_own(f) || (size_t)(slash - path) >= sizeof(group))
		return;
	memcpy(group, path, (size_t)(slash - path));
	group[slash - path] = 0;
	if (pm_slice_trim(value).n && !pm_incident_fact(f->inc, group, slash + 1))
		pm_fields_fact(f, pm_arena_str(f->arena, pm_slice_of(group)), slash + 1, value);
}

bool pm_fields_fact_row(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	pm_fields_fact_named(f, row->name, rest);
	return true;
}

void pm_fields_arch(struct pm_fields *f, enum pm_arch arch, enum pm_grade grade)
{
	struct pm_machine *m = &f->inc->machine;

	if (grade > m->arch_grade) {
		m->arch = arch;
		m->arch_grade = grade;
		m->big_endian = arch == PM_S390X;
	}
}

bool pm_oops_is_hashed(struct pm_slice address)
{
	struct pm_slice s = pm_slice_trim(address);
	uint64_t value;
	unsigned digits;

	return pm_take_hex(&s, &value, &digits) && digits == 16 && value && value <= UINT32_MAX;
}

static void index_rows(struct row_index *index, const struct pm_field_row *const *tables)
{
	uint16_t n = 0;

	memset(index->first, 0, sizeof(index->first));
	for (; *tables; tables++)
		for (const struct pm_field_row *row = *tables; row->text && n < ROWS_MAX; row++) {
			unsigned c = (unsigned char)row->text[0] & 127;

			index->rows[++n] = row;
			index->next[n] = 0;
			if (index->first[c])
				index->next[index->last[c]] = n;
			else
				index->first[c] = n;
			index->last[c] = n;
		}
}

static bool dispatch(const struct row_index *index, struct pm_fields *f)
{
	unsigned char c = f->body.n ? (unsigned char)f->body.p[0] : 0;

	if (!c || c > 127)
		return false;
	for (uint16_t i = index->first[c]; i; i = index->next[i]) {
		const struct pm_field_row *row = index->rows[i];
		size_t n = strlen(row->text);

		if (n <= f->body.n && !memcmp(row->text, f->body.p, n) &&
		    row->read(f, row, pm_slice_from(f->body, n)))
			return true;
	}
	return false;
}

/* What stands before the text of some messages: a driver's name, or printk's own note that lines are lost. */
static void strip(struct pm_fields *f)
{
	static const char *const names[] = { "rcu: ", "watchdog: ", "traps: ", "kasan: ", "PM: " };
	struct pm_slice s = f->body;
	uint64_t number;

	if (pm_take(&s, PM_S("** ")) && pm_take_dec(&s, &number) &&
	    pm_take(&s, PM_S(" printk messages dropped **"))) {
		size_t end = pm_slice_find_char(s, ']');

		pm_fields_fact(f, "log", "dropped", f->body);
		f->body = pm_slice_trim(end == PM_NPOS ? pm_slice_from(s, s.n) : pm_slice_from(s, end + 1));
	}
	for (size_t i = 0; i < PM_COUNT(names); i++)
		if (pm_take(&f->body, pm_slice_of(names[i]))) {
			f->body = pm_slice_trim(f->body);
			break;
		}
}

/* Words of hex digits only, with or without "addr:" before them: memory and stack dumps. */
static bool is_dump(struct pm_slice s)
{
	struct pm_slice word;
	unsigned words = 0;

	pm_take_char(&s, '>');
	while (words < 40) {
		uint64_t value;
		unsigned digits;

		pm_take_blanks(&s);
		if (!pm_take_word(&s, &word))
			break;
		struct pm_slice w = word;
		if (pm_slice_eq(w, PM_S("(ptrval):")) || pm_slice_eq(w, PM_S("(____ptrval____):")) ||
		    pm_slice_eq(w, PM_S("........")) || pm_slice_starts(w, PM_S("****"))) {
			words++;
			continue;
		}
		if (!pm_take_hex(&w, &value, &digits) || digits < 2)
			return words > 1 && w.n;
		if (w.n && !(pm_slice_eq(w, PM_S(":")) && !words))
			return false;
		words++;
	}
	return words > 1;
}

static bool read_line(const struct row_index *index, struct pm_fields *f)
{
	struct pm_slice whole = f->line->body;

	f->body = pm_slice_trim(whole);
	f->indent = f->body.n ? (size_t)(f->body.p - whole.p) : 0;
	if (!f->body.n)
		return true;
	strip(f);
	bool (*reading)(struct pm_fields *) = f->reading;
	f->reading = NULL;
	if (reading && reading(f)) {
		f->reading = f->reading ? f->reading : reading;
		return true;
	}
	f->reading = NULL;
	if (dispatch(index, f))
		return true;
	if (pm_fields_frame(f) || pm_fields_oops(f))
		return true;
	if (!f->dialect->loose)
		return false;
	return pm_fields_task_line(f) || pm_fields_ident(f) || pm_fields_lock_task(f) || is_dump(f->body) ||
	       pm_fields_unknown_title(f);
}

static void read_log(struct pm_fields *f)
{
	struct pm_incident *inc = f->inc;
	const pm_line_list *parts[] = { &f->report->before, &f->report->lines };

	for (int part = 0; part < 2; part++)
		for (size_t i = 0; i < parts[part]->n && inc->log.n < PM_FIELDS_LOG; i++) {
			const struct pm_line *line = parts[part]->v[i];
			struct pm_log_line *out = PM_PUSH(f->arena, &inc->log);
			char *text = pm_arena_str(f->arena, line->raw);

			for (char *c = text; *c; c++)
				if ((unsigned char)*c < ' ' && *c != '\t')
					*c = '?';
			out->text = text;
			out->at = line->at;
			out->report = part == 1;
		}
}

static void read_message(struct pm_fields *f)
{
	struct pm_fault *fault = &f->inc->fault;

	for (size_t i = 0; i < f->report->lines.n && i < 8 && !fault->message; i++) {
		const struct pm_line *line = f->report->lines.v[i];
		struct pm_slice s = pm_slice_trim(line->body);

		if (!s.n || pm_slice_starts(s, PM_S("=====")) || pm_slice_starts(s, PM_S("-----")) ||
		    pm_slice_starts(s, PM_S("8<---")))
			continue;
		fault->message = pm_arena_str(f->arena, pm_slice_upto(s, 1024));
		fault->at = line->at;
	}
}

static void read_times(struct pm_fields *f)
{
	struct pm_machine *m = &f->inc->machine;

	for (size_t i = 0; i < f->report->lines.n && i < 16; i++) {
		const struct pm_line *line = f->report->lines.v[i];

		if (!m->has_uptime && line->time_ns >= 0) {
			m->has_uptime = true;
			m->uptime_ns = (uint64_t)line->time_ns;
		}
		if (!m->wall_time && line->stamp.n)
			m->wall_time = pm_fields_str(f, line->stamp);
	}
}

/* Marks that hold for one architecture only, but stand outside registers. */
static void guess_arch(struct pm_fields *f)
{
	static const struct {
		const char *text;
		enum pm_arch arch;
	} marks[] = {
		{ "amd64", PM_X86_64 },  { "x86_64", PM_X86_64 },   { "arm64", PM_ARM64 },
		{ "aarch64", PM_ARM64 }, { "ppc64", PM_PPC64 },     { "powerpc64", PM_PPC64 },
		{ "s390x", PM_S390X },   { "riscv64", PM_RISCV64 }, { "loong", PM_LOONGARCH64 },
		{ "armmp", PM_ARM },     { "armv7", PM_ARM },       { "i686", PM_I386 },
	};
	static const struct {
		const char *prefix;
		enum pm_arch arch;
	} functions[] = {
		{ "entry_SYSCALL_64", PM_X86_64 },
		{ "asm_exc_", PM_X86_64 },
		{ "asm_sysvec_", PM_X86_64 },
		{ "ret_from_fork_asm", PM_X86_64 },
		{ "x86_64_start_kernel", PM_X86_64 },
		{ "do_syscall_64", PM_X86_64 },
		{ "do_fast_syscall_32", PM_X86_64 },
		{ "el0_svc", PM_ARM64 },
		{ "el0t_64_", PM_ARM64 },
		{ "el1h_64_", PM_ARM64 },
		{ "apic_timer_interrupt", PM_X86_64 },
		{ "smp_apic_timer", PM_X86_64 },
		{ "native_safe_halt", PM_X86_64 },
		{ "system_call_fastpath", PM_X86_64 },
		{ "common_interrupt", PM_X86_64 },
		{ "sysenter_past_esp", PM_I386 },
		{ "do_int80_syscall_32", PM_I386 },
		{ "ret_fast_syscall", PM_ARM },
		{ "system_call_exception", PM_PPC64 },
		{ "do_trap_ecall_u", PM_RISCV64 },
	};
	struct pm_slice release = pm_slice_of(f->inc->machine.release);

	for (size_t i = 0; i < PM_COUNT(marks); i++)
		if (release.n && pm_slice_has(release, pm_slice_of(marks[i].text)))
			pm_fields_arch(f, marks[i].arch, PM_LIKELY);
	/* QEMU's and Bochs' PC boards. */
	if (f->inc->machine.hardware &&
	    pm_slice_has(pm_slice_of(f->inc->machine.hardware), PM_S("Standard PC (")))
		pm_fields_arch(f, PM_X86_64, PM_LIKELY);
	for (size_t t = 0; t < f->inc->traces.n && t < 8; t++)
		for (size_t i = 0; i < f->inc->traces.v[t].frames.n && !f->inc->machine.arch_grade; i++) {
			const char *symbol = f->inc->traces.v[t].frames.v[i].place.symbol;

			for (size_t k = 0; symbol && k < PM_COUNT(functions); k++)
				if (!strncmp(symbol, functions[k].prefix, strlen(functions[k].prefix)))
					pm_fields_arch(f, functions[k].arch, PM_LIKELY);
		}
}

static bool symbol_is(const struct pm_frame *frame, const char *name)
{
	size_t n = strlen(name);
	const char *s = frame->place.symbol;

	return s && !strncmp(s, name, n) && (!s[n] || s[n] == '.');
}

/* Soft interrupts run on the interrupt stack: the outermost of __do_softirq and a hard
 * interrupt's entry tells which of them the innermost frame belongs to. */
static bool in_softirq(const struct pm_fields *f, const struct pm_trace *trace, size_t i, enum pm_stack stack)
{
	for (; i < trace->frames.n && trace->frames.v[i].stack == stack; i++) {
		const struct pm_frame *frame = &trace->frames.v[i];

		if (frame->trust == PM_SCANNED)
			continue;
		switch (pm_frame_class(f->dialect->system, frame->place.symbol)) {
		case PM_FRAME_SOFTIRQ:
			return true;
		case PM_FRAME_IRQ:
		case PM_FRAME_TICK:
			return false;
		default:
			break;
		}
	}
	return false;
}

static enum pm_runs trace_context(const struct pm_fields *f, const struct pm_trace *trace)
{
	const pm_frames *frames = &trace->frames;
	size_t i = 0;

	while (i < frames->n && frames->v[i].trust == PM_SCANNED)
		i++;
	if (i < frames->n && frames->v[i].stack != PM_STACK_TASK) {
		enum pm_stack stack = frames->v[i].stack;
		bool detector = false;
		size_t end = i;

		for (; end < frames->n && frames->v[end].stack == stack; end++)
			detector |= pm_function_has(f->dialect->system, frames->v[end].place.symbol,
						    PM_FUNCTION_DETECTS);
		if (!detector)
			switch (stack) {
			case PM_STACK_NMI:
				return PM_RUNS_NMI;
			case PM_STACK_SOFTIRQ:
				return PM_RUNS_SOFTIRQ;
			case PM_STACK_IRQ:
				return in_softirq(f, trace, i, stack) ? PM_RUNS_SOFTIRQ : PM_RUNS_IRQ;
			default:
				return PM_RUNS_UNKNOWN; /* a double fault's stack says nothing of what was interrupted */
			}
		else if (end < frames->n && frames->v[end].stack == PM_STACK_IRQ && stack == PM_STACK_NMI)
			return in_softirq(f, trace, end, PM_STACK_IRQ) ? PM_RUNS_SOFTIRQ : PM_RUNS_IRQ;
	}
	for (; i < frames->n; i++)
		if (symbol_is(&frames->v[i], "start_kernel") ||
		    symbol_is(&frames->v[i], "kernel_init_freeable"))
			return PM_RUNS_EARLY_BOOT;
	if (trace->has_pid && !trace->pid)
		return PM_RUNS_IDLE;
	return frames->n && trace->has_pid ? PM_RUNS_TASK : PM_RUNS_UNKNOWN;
}

static void finish_actor(struct pm_fields *f)
{
	struct pm_incident *inc = f->inc;
	struct pm_actor *actor = &inc->actor;
	struct pm_trace *crash = pm_incident_crash_trace(inc);
	const struct pm_line *first = f->report->lines.n ? f->report->lines.v[0] : NULL;

	if (crash && (crash->has_pid || crash->comm)) {
		if (crash->has_pid && (!actor->has_pid || actor->pid != crash->pid)) {
			/* What was read belongs to another task: the one that reported. */
			if (actor->has_pid) {
				actor->has_uid = actor->has_cpu = false;
				actor->comm = actor->workqueue = NULL;
			}
			actor->at = crash->at;
		}
		if (crash->has_pid) {
			actor->has_pid = true;
			actor->pid = crash->pid;
		}
		if (crash->comm)
			actor->comm = crash->comm;
		if (crash->has_cpu) {
			actor->has_cpu = true;
			actor->cpu = crash->cpu;
		}
	}
	if (crash && !crash->has_pid && !crash->comm && actor->has_pid) {
		/* KFENCE's stack comes before the line that says whose it is. */
		crash->has_pid = true;
		crash->pid = actor->pid;
		crash->comm = actor->comm;
		if (!crash->has_cpu) {
			crash->has_cpu = actor->has_cpu;
			crash->cpu = actor->cpu;
		}
	}
	if (!actor->has_cpu && first && first->context.kind == PM_CONTEXT_CPU) {
		actor->has_cpu = true;
		actor->cpu = first->context.id;
	}
	if (!actor->context && crash)
		actor->context = trace_context(f, crash);
	if (!actor->context && actor->has_pid && !actor->pid && actor->comm)
		actor->context = actor->comm[strcspn(actor->comm, "/")] ? PM_RUNS_IDLE : PM_RUNS_EARLY_BOOT;

	/* Which register holds the number of a system call is Linux's to say. */
	if (f->dialect->system != PM_LINUX)
		return;
	struct pm_regs *user = pm_incident_regs(inc, PM_REGS_USER);
	const struct pm_register *number = NULL;
	if (inc->machine.arch == PM_X86_64 || inc->machine.arch == PM_I386) {
		number = pm_regs_find(user, "orig_rax");
		if (!number)
			number = pm_regs_find(user, "orig_eax");
	} else if (inc->machine.arch == PM_PPC64) {
		const struct pm_register *trap = pm_regs_find(user, "trap");

		if (trap && (trap->value == 0xc00 || trap->value == 0x3000))
			number = pm_regs_find(user, "r0");
	} else if (inc->machine.arch == PM_ARM && crash && crash->frames.n) {
		const char *entry = crash->frames.v[crash->frames.n - 1].place.symbol;

		if (entry && !strcmp(entry, "ret_fast_syscall"))
			number = pm_regs_find(user, "r7");
	}
	/* -1 and other negative numbers: an interrupt or exception, not a system call. */
	if (number && number->value < 0x80000000 && !actor->has_syscall) {
		actor->has_syscall = true;
		actor->syscall_nr = number->value;
	}
}

/* Adds to place what the other knows of the same place. */
static void merge(struct pm_place *place, const struct pm_place *other)
{
	if (place->symbol && other->symbol && strcmp(place->symbol, other->symbol) != 0)
		return;
	if (!place->symbol) {
		place->symbol = other->symbol;
		place->has_offset = other->has_offset;
		place->offset = other->offset;
		place->size = other->size;
	}
	if (!place->has_addr && other->has_addr) {
		place->has_addr = true;
		place->addr = other->addr;
	}
	if (!place->module)
		place->module = other->module;
	if (!place->build_id)
		place->build_id = other->build_id;
	if (!place->file) {
		place->file = other->file;
		place->file_line = other->file_line;
	}
}

static void finish_place(struct pm_fields *f)
{
	struct pm_incident *inc = f->inc;
	struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	struct pm_place *place = &inc->place;
	bool pc = regs && (regs->pc.symbol || regs->pc.has_addr);

	if (place->symbol || place->has_addr)
		return;
	if (f->stated.symbol || f->stated.file) {
		*place = f->stated;
		if (pc)
			merge(place, &regs->pc);
	} else if (pc) {
		*place = regs->pc;
		merge(place, &f->ip);
	} else {
		*place = f->ip;
	}
}

/* Where the message tells no address, or only its hash. */
static void finish_address(struct pm_fields *f)
{
	struct pm_fault *fault = &f->inc->fault;
	const struct pm_register *cr2 = pm_regs_find(pm_incident_regs(f->inc, PM_REGS_FAULT), "cr2");

	if (cr2 && !fault->has_address && (f->guard || (fault->has_vector && fault->vector == 14))) {
		fault->has_address = true;
		fault->address = cr2->value;
		fault->address_at = cr2->at;
	}
}

static void finish_end(struct pm_fields *f)
{
	struct pm_incident *inc = f->inc;
	const struct pm_window *window = f->report->window;

	if (inc->end != PM_END_UNKNOWN)
		return;
	if (inc->panic_reason) {
		/* crash_kexec comes before the lines that say how a panic ends. */
		if (f->kdump_loaded && window && window->has_end_of_boot) {
			inc->end = PM_END_KDUMP;
			inc->end_words =
				"a crash kernel was loaded, and another kernel boots right after the panic";
		}
		return;
	}
	size_t n = f->report->lines.n;
	if (!window || !window->n || !n)
		return;
	const struct pm_line *last = f->report->lines.v[n - 1], *very_last = &window->lines[window->n - 1];
	if (very_last->at.line > last->at.line) {
		inc->end = PM_END_GOES_ON;
		inc->end_words = "the log goes on behind the report";
		inc->end_at = very_last->at;
	}
}

void pm_oops_read(const struct pm_printk_report *report, struct pm_incident *inc,
		  const struct pm_oops_dialect *dialect, bool *seen)
{
	struct row_index index;
	struct pm_fields f = {
		.report = report,
		.dialect = dialect,
		.inc = inc,
		.arena = &inc->arena,
		.trace = PM_FIELDS_NONE,
		.block_trace = PM_FIELDS_NONE,
		.block = PM_FIELDS_NONE,
		.seen = seen,
	};

	index_rows(&index, dialect->tables);
	read_message(&f);
	read_times(&f);
	for (size_t i = 0; i < report->lines.n; i++) {
		f.line = report->lines.v[i];
		f.index = i;
		f.at = f.line->at;
		bool took = read_line(&index, &f);
		if (seen)
			seen[i] = took;
	}
	pm_fields_traces_finish(&f);
	pm_fields_code_finish(&f);
	guess_arch(&f);
	finish_actor(&f);
	finish_place(&f);
	finish_address(&f);
	finish_end(&f);
	read_log(&f);
}
