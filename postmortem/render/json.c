/* An incident as JSON, schema 1: docs/json.md has the tables, docs/report.schema.json
 * the schema.  What is not known is left out; keys never change their meaning. */
#include "render/render.h"

#include "render/json_out.h"

static const char *const lock_roles[] = { "held", "wanted", "released" };
static const char *const regs_roles[] = { "fault", "interrupted", "user", "other" };
static const char *const stacks[] = { "task", "irq", "softirq", "nmi", "exception" };

static const char *grade_name(enum pm_grade grade)
{
	return grade == PM_CERTAIN ? "certain" : grade == PM_LIKELY ? "likely" : NULL;
}

/* Where a value was found: {"line": 12, "offset": 345}; {"memory": "0xffffffff81a40"}. */
static void at(struct pm_json *json, const char *key, struct pm_at where)
{
	if (!where.line && !where.offset && !where.memory)
		return;
	pm_json_open(json, key, '{');
	if (where.line)
		pm_json_uint(json, "line", where.line);
	if (!where.memory || where.offset)
		pm_json_uint(json, "offset", where.offset);
	if (where.memory)
		pm_json_hex(json, "memory", where.memory);
	pm_json_close(json, '}');
}

static void place_fields(struct pm_json *json, const struct pm_place *place)
{
	if (place->has_addr)
		pm_json_hex(json, "address", place->addr);
	pm_json_str(json, "symbol", place->symbol);
	if (place->has_offset) {
		pm_json_hex(json, "offset_in_symbol", place->offset);
		if (place->size)
			pm_json_hex(json, "symbol_size", place->size);
	}
	pm_json_str(json, "module", place->module);
	pm_json_str(json, "module_build_id", place->build_id);
	pm_json_str(json, "file", place->file);
	if (place->file_line)
		pm_json_uint(json, "file_line", place->file_line);
	pm_json_str(json, "source_text", place->source_text);
}

static bool place_empty(const struct pm_place *place)
{
	return !place->has_addr && !place->symbol && !place->file;
}

static void place(struct pm_json *json, const char *key, const struct pm_place *what)
{
	if (place_empty(what))
		return;
	pm_json_open(json, key, '{');
	place_fields(json, what);
	at(json, "at", what->at);
	pm_json_close(json, '}');
}

static void identity(struct pm_json *json, const struct pm_incident *inc)
{
	pm_json_str(json, "title", inc->title ? inc->title : "");
	pm_json_str(json, "title_apart", inc->title_apart);
	pm_json_open(json, "alt_titles", '[');
	for (size_t i = 0; i < inc->alt_titles.n; i++)
		pm_json_str(json, NULL, inc->alt_titles.v[i]);
	pm_json_close(json, ']');
	pm_json_str(json, "type", inc->type);
	pm_json_str(json, "frame", inc->frame);
	pm_json_str(json, "guilty_file", inc->guilty_file ? inc->guilty_file : "");
	pm_json_bool(json, "corrupted", inc->corrupted);
	pm_json_str(json, "corrupted_why", inc->corrupted_why);
	pm_json_bool(json, "panicked", inc->panicked);
	pm_json_str(json, "fingerprint", inc->fingerprint);
	pm_json_str(json, "input", inc->input);
	if (inc->boot)
		pm_json_uint(json, "boot", inc->boot);
	pm_json_bool(json, "secondary", inc->secondary);
	if (inc->follows) {
		pm_json_open(json, "follows", '{');
		pm_json_str(json, "title", inc->follows);
		pm_json_uint(json, "index", inc->follows_index);
		pm_json_close(json, '}');
	}
	pm_json_str(json, "context_how", inc->context_how);
}

static void conclusions(struct pm_json *json, const struct pm_incident *inc)
{
	pm_json_str(json, "headline", inc->headline);
	pm_json_str(json, "path", inc->path);
	pm_json_open(json, "findings", '[');
	for (size_t i = 0; i < inc->findings.n; i++) {
		const struct pm_finding *finding = &inc->findings.v[i];

		pm_json_open(json, NULL, '{');
		pm_json_str(json, "rule", finding->rule);
		pm_json_str(json, "grade", grade_name(finding->grade));
		pm_json_int(json, "rank", finding->rank);
		pm_json_str(json, "text", finding->text);
		pm_json_open(json, "evidence", '[');
		for (size_t k = 0; k < finding->evidence.n; k++)
			at(json, NULL, finding->evidence.v[k]);
		pm_json_close(json, ']');
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
	pm_json_open(json, "also", '[');
	for (size_t i = 0; i < inc->also.n; i++)
		pm_json_str(json, NULL, inc->also.v[i]);
	pm_json_close(json, ']');
	pm_json_open(json, "next", '[');
	for (size_t i = 0; i < inc->next.n; i++) {
		pm_json_open(json, NULL, '{');
		pm_json_str(json, "text", inc->next.v[i].text);
		pm_json_str(json, "command", inc->next.v[i].command);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
	pm_json_open(json, "missing", '[');
	for (size_t i = 0; i < inc->missing.n; i++)
		pm_json_str(json, NULL, inc->missing.v[i]);
	pm_json_close(json, ']');
}

static void fault(struct pm_json *json, const struct pm_fault *f)
{
	pm_json_open(json, "fault", '{');
	pm_json_str(json, "kind", pm_kind_name(f->kind));
	pm_json_str(json, "kind_words", pm_kind_words(f->kind));
	pm_json_str(json, "message", f->message);
	at(json, "at", f->at);
	if (f->has_vector)
		pm_json_uint(json, "vector", f->vector);
	if (f->has_error_code)
		pm_json_hex(json, "error_code", f->error_code);
	pm_json_str(json, "error_words", f->error_words);
	if (f->has_address) {
		pm_json_hex(json, "address", f->address);
	}
	if (f->address_class != PM_ADDR_UNKNOWN)
		pm_json_str(json, "address_class", pm_address_class_name(f->address_class));
	if (f->address_class != PM_ADDR_UNKNOWN && f->address_grade != PM_NO_GRADE)
		pm_json_str(json, "address_grade", f->address_grade == PM_CERTAIN ? "certain" : "likely");
	pm_json_str(json, "address_words", f->address_words);
	at(json, "address_at", f->address_at);
	if (f->access != PM_ACCESS_UNKNOWN)
		pm_json_str(json, "access", pm_access_name(f->access));
	if (f->access_size)
		pm_json_uint(json, "access_size", f->access_size);
	if (f->has_effective)
		pm_json_hex(json, "effective", f->effective);
	pm_json_str(json, "effective_words", f->effective_words);
	if (f->has_effective) {
		if (f->has_address)
			pm_json_bool(json, "effective_explains_address", f->effective_equal);
		pm_json_str(json, "base_register", f->base_reg);
		pm_json_str(json, "index_register", f->index_reg);
		pm_json_int(json, "displacement", f->displacement);
		pm_json_str(json, "value_register", f->value_reg);
		pm_json_str(json, "base_from", f->base_from);
		pm_json_str(json, "member_type", f->member_type);
		pm_json_str(json, "member", f->member);
		if (f->member)
			pm_json_uint(json, "member_offset", f->member_offset);
		pm_json_str(json, "origin_register", f->origin_reg);
		if (f->origin_reg)
			pm_json_int(json, "origin_offset", f->origin_offset);
	}
	pm_json_str(json, "member_variable", f->member_variable);
	pm_json_str(json, "object", f->object);
	if (f->oops_count)
		pm_json_uint(json, "oops_count", f->oops_count);
	pm_json_str(json, "flags", f->flags);
	pm_json_close(json, '}');
}

static void actor(struct pm_json *json, const struct pm_actor *a)
{
	pm_json_open(json, "actor", '{');
	if (a->has_cpu)
		pm_json_uint(json, "cpu", a->cpu);
	if (a->cpus)
		pm_json_uint(json, "cpus", a->cpus);
	if (a->has_pid)
		pm_json_int(json, "pid", a->pid);
	if (a->has_uid)
		pm_json_uint(json, "uid", a->uid);
	pm_json_str(json, "comm", a->comm);
	pm_json_str(json, "context", a->context ? pm_runs_name(a->context) : NULL);
	pm_json_str(json, "workqueue", a->workqueue);
	if (a->has_syscall)
		pm_json_hex(json, "syscall_nr", a->syscall_nr);
	pm_json_str(json, "syscall", a->syscall);
	if (a->has_syscall_args) {
		pm_json_bool(json, "syscall_compat", a->syscall_compat);
		pm_json_open(json, "syscall_arguments", '[');
		for (size_t i = 0; i < a->syscall_args.n; i++) {
			const struct pm_syscall_argument *arg = &a->syscall_args.v[i];

			pm_json_open(json, NULL, '{');
			pm_json_str(json, "name", arg->name);
			pm_json_str(json, "type", arg->type);
			pm_json_hex(json, "value", arg->value);
			pm_json_str(json, "words", arg->words);
			pm_json_close(json, '}');
		}
		pm_json_close(json, ']');
	}
	at(json, "at", a->at);
	pm_json_close(json, '}');
}

static void machine(struct pm_json *json, const struct pm_machine *m)
{
	pm_json_open(json, "machine", '{');
	pm_json_str(json, "system", pm_system_name(m->system));
	pm_json_str(json, "system_grade", grade_name(m->system_grade));
	pm_json_str(json, "system_why", m->system_why);
	pm_json_str(json, "arch", pm_arch_name(m->arch));
	pm_json_str(json, "arch_grade", grade_name(m->arch_grade));
	if (m->arch != PM_ARCH_UNKNOWN)
		pm_json_bool(json, "big_endian", m->big_endian);
	pm_json_str(json, "name", m->name);
	pm_json_str(json, "release", m->release);
	pm_json_str(json, "build", m->build);
	pm_json_str(json, "build_id", m->build_id);
	at(json, "release_at", m->release_at);
	pm_json_str(json, "version_line", m->version_line);
	pm_json_str(json, "command_line", m->command_line);
	pm_json_str(json, "hardware", m->hardware);
	pm_json_str(json, "bios", m->bios);
	at(json, "hardware_at", m->hardware_at);
	pm_json_str(json, "taint", m->taint);
	pm_json_open(json, "taints", '[');
	for (size_t i = 0; i < m->taints.n; i++) {
		char letter[2] = { m->taints.v[i].letter, 0 };

		pm_json_open(json, NULL, '{');
		pm_json_str(json, "letter", letter);
		pm_json_str(json, "words", m->taints.v[i].words);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
	at(json, "taint_at", m->taint_at);
	if (m->has_uptime) /* may pass 2^53 after 104 days */
		pm_json_hex(json, "uptime_ns", m->uptime_ns);
	pm_json_str(json, "wall_time", m->wall_time);
	if (m->has_kaslr)
		pm_json_hex(json, "kaslr_offset", m->kaslr);
	pm_json_close(json, '}');
}

static void code(struct pm_json *json, const struct pm_code_bytes *c)
{
	if (!c->bytes.n && !c->bad)
		return;
	pm_json_open(json, "code", '{');
	if (c->bytes.n) {
		struct pm_buf hex = { 0 };

		for (size_t i = 0; i < c->bytes.n; i++)
			pm_buf_printf(&hex, "%02x", c->bytes.v[i]);
		pm_json_str(json, "bytes", hex.data);
		pm_buf_deinit(&hex);
		if (c->marked != SIZE_MAX)
			pm_json_uint(json, "marked", c->marked);
	}
	pm_json_str(json, "bad", c->bad);
	pm_json_open(json, "instructions", '[');
	for (size_t i = 0; i < c->insns.n; i++) {
		const struct pm_insn *insn = &c->insns.v[i];
		char hex[2 * sizeof(insn->bytes) + 1] = "";

		for (size_t k = 0; k < insn->size && k < sizeof(insn->bytes); k++)
			snprintf(hex + 2 * k, 3, "%02x", insn->bytes[k]);
		pm_json_open(json, NULL, '{');
		if (insn->has_addr)
			pm_json_hex(json, "address", insn->addr);
		pm_json_int(json, "offset", insn->offset);
		pm_json_str(json, "bytes", hex);
		pm_json_str(json, "text", insn->text);
		pm_json_bool(json, "marked", insn->marked);
		pm_json_str(json, "grade", grade_name(insn->doubtful ? PM_LIKELY : PM_CERTAIN));
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
	at(json, "at", c->at);
	pm_json_close(json, '}');
}

static void registers(struct pm_json *json, const struct pm_regs *regs)
{
	pm_json_open(json, NULL, '{');
	pm_json_str(json, "role", regs_roles[regs->role]);
	place(json, "pc", &regs->pc);
	pm_json_str(json, "code_segment", regs->code_segment);
	pm_json_open(json, "values", '[');
	for (size_t i = 0; i < regs->regs.n; i++) {
		const struct pm_register *reg = &regs->regs.v[i];

		pm_json_open(json, NULL, '{');
		pm_json_str(json, "name", reg->name);
		pm_json_hex(json, "value", reg->value);
		if (reg->bits)
			pm_json_uint(json, "bits", reg->bits);
		pm_json_str(json, "meaning", reg->meaning);
		pm_json_str(json, "holds", reg->holds);
		at(json, "at", reg->at);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
	at(json, "at", regs->at);
	pm_json_close(json, '}');
}

static void frame(struct pm_json *json, const struct pm_frame *f)
{
	pm_json_open(json, NULL, '{');
	place_fields(json, &f->place);
	pm_json_str(json, "trust", pm_trust_name(f->trust));
	pm_json_str(json, "stack", stacks[f->stack]);
	pm_json_str(json, "stack_name", f->stack_name);
	pm_json_bool(json, "inlined", f->inlined);
	pm_json_bool(json, "interrupted", f->interrupted);
	at(json, "at", f->at.line || f->at.offset ? f->at : f->place.at);
	pm_json_close(json, '}');
}

static void traces(struct pm_json *json, const struct pm_incident *inc)
{
	pm_json_open(json, "traces", '[');
	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];

		pm_json_open(json, NULL, '{');
		pm_json_str(json, "role", pm_trace_role_name(trace->role));
		pm_json_str(json, "title", trace->title);
		if (trace->has_pid)
			pm_json_int(json, "pid", trace->pid);
		if (trace->has_cpu)
			pm_json_uint(json, "cpu", trace->cpu);
		pm_json_str(json, "comm", trace->comm);
		pm_json_open(json, "frames", '[');
		for (size_t k = 0; k < trace->frames.n; k++)
			frame(json, &trace->frames.v[k]);
		pm_json_close(json, ']');
		pm_json_open(json, "registers", '[');
		for (size_t k = 0; k < trace->regs.n; k++)
			registers(json, &trace->regs.v[k]);
		pm_json_close(json, ']');
		pm_json_str(json, "broken", trace->broken);
		at(json, "at", trace->at);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
}

static void stack_words(struct pm_json *json, const struct pm_incident *inc)
{
	if (!inc->stack_words.n)
		return;
	pm_json_open(json, "stack_words", '[');
	for (size_t i = 0; i < inc->stack_words.n; i++) {
		const struct pm_stack_word *word = &inc->stack_words.v[i];

		pm_json_open(json, NULL, '{');
		pm_json_hex(json, "address", word->addr);
		pm_json_uint(json, "from_stack_pointer", word->from_sp);
		pm_json_str(json, "function", word->function);
		pm_json_hex(json, "value", word->value);
		pm_json_str(json, "meaning", word->meaning);
		pm_json_bool(json, "object_free", word->object_free);
		pm_json_bool(json, "telling", word->telling);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
}

static void locks(struct pm_json *json, const struct pm_incident *inc)
{
	pm_json_open(json, "locks", '[');
	for (size_t i = 0; i < inc->locks.n; i++) {
		const struct pm_lock *lock = &inc->locks.v[i];

		pm_json_open(json, NULL, '{');
		pm_json_str(json, "role", lock_roles[lock->role]);
		pm_json_str(json, "name", lock->name);
		pm_json_str(json, "type", lock->type);
		if (lock->has_addr)
			pm_json_hex(json, "address", lock->addr);
		pm_json_str(json, "task", lock->task);
		if (lock->has_pid)
			pm_json_int(json, "pid", lock->pid);
		if (lock->has_cpu)
			pm_json_uint(json, "cpu", lock->cpu);
		place(json, "taken", &lock->taken);
		at(json, "at", lock->at);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
	pm_json_open(json, "lock_edges", '[');
	for (size_t i = 0; i < inc->lock_edges.n; i++) {
		const struct pm_lock_edge *edge = &inc->lock_edges.v[i];

		pm_json_open(json, NULL, '{');
		pm_json_str(json, "from", edge->from);
		pm_json_str(json, "to", edge->to);
		pm_json_str(json, "how", edge->how);
		if (edge->trace >= 0)
			pm_json_int(json, "trace", edge->trace);
		pm_json_bool(json, "new_edge", edge->new_edge);
		at(json, "at", edge->at);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
}

static void details(struct pm_json *json, const struct pm_incident *inc)
{
	pm_json_open(json, "modules", '[');
	for (size_t i = 0; i < inc->modules.n; i++) {
		pm_json_open(json, NULL, '{');
		pm_json_str(json, "name", inc->modules.v[i].name);
		pm_json_str(json, "flags", inc->modules.v[i].flags);
		pm_json_str(json, "flags_words", inc->modules.v[i].flags_words);
		at(json, "at", inc->modules.v[i].at);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
	pm_json_open(json, "facts", '[');
	for (size_t i = 0; i < inc->facts.n; i++) {
		const struct pm_fact *fact = &inc->facts.v[i];

		pm_json_open(json, NULL, '{');
		pm_json_str(json, "group", fact->group);
		pm_json_str(json, "name", fact->name);
		pm_json_str(json, "value", fact->value);
		pm_json_str(json, "meaning", fact->meaning);
		pm_json_str(json, "grade", grade_name(fact->grade));
		at(json, "at", fact->at);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
	pm_json_open(json, "memory", '[');
	for (size_t i = 0; i < inc->memory.n; i++)
		pm_json_str(json, NULL, inc->memory.v[i]);
	pm_json_close(json, ']');
	pm_json_open(json, "log", '[');
	for (size_t i = 0; i < inc->log.n; i++) {
		pm_json_open(json, NULL, '{');
		pm_json_str(json, "text", inc->log.v[i].text);
		pm_json_bool(json, "report", inc->log.v[i].report);
		at(json, "at", inc->log.v[i].at);
		pm_json_close(json, '}');
	}
	pm_json_close(json, ']');
}

static void ending(struct pm_json *json, const struct pm_incident *inc)
{
	if (!inc->panic_reason && inc->end == PM_END_UNKNOWN)
		return;
	pm_json_open(json, "end", '{');
	pm_json_str(json, "panic_reason", inc->panic_reason);
	at(json, "panic_at", inc->panic_at);
	pm_json_str(json, "what", pm_end_name(inc->end));
	pm_json_str(json, "words", inc->end_words);
	at(json, "at", inc->end_at);
	pm_json_close(json, '}');
}

void pm_render_json_begin(FILE *out, const char *const *inputs, size_t n)
{
	struct pm_json json;

	pm_json_init(&json, out);
	fputs("{\"schema\": 1", out);
	json.comma = true;
	pm_json_str(&json, "input", n ? inputs[0] : NULL);
	pm_json_open(&json, "inputs", '[');
	for (size_t i = 0; i < n; i++)
		pm_json_str(&json, NULL, inputs[i]);
	pm_json_close(&json, ']');
	fputs(", \"reports\": [", out);
	pm_json_deinit(&json);
}

void pm_render_json_report(FILE *out, const struct pm_incident *inc, bool first)
{
	struct pm_json json;

	pm_json_init(&json, out);
	fputs(first ? "\n  " : ",\n  ", out);
	pm_json_open(&json, NULL, '{');
	identity(&json, inc);
	conclusions(&json, inc);
	fault(&json, &inc->fault);
	place(&json, "place", &inc->place);
	actor(&json, &inc->actor);
	machine(&json, &inc->machine);
	code(&json, &inc->code);
	traces(&json, inc);
	stack_words(&json, inc);
	locks(&json, inc);
	details(&json, inc);
	ending(&json, inc);
	pm_json_close(&json, '}');
	pm_json_deinit(&json);
}

void pm_render_json_end(FILE *out)
{
	fputs("\n]}\n", out);
}
