/* Extension lines: what each key is, and where in the incident it belongs.  A key without a row becomes a fact of its own:
 * the word's group, the key's name. */
#include "console/kpanic/kpanic.h"

#include "console/oops/fields.h"
#include "decode/arch.h"

/* A hostile report may not make more. */
#define FACTS_MAX 600
#define LOCKS_MAX 64
#define STACK_WORDS_MAX 512
#define VALUE_MAX 1024

/* ---- values ---- */

static struct pm_slice slice(struct kf_text text)
{
	return (struct pm_slice){ text.p, text.n };
}

/* The value as text, escapes undone, in the arena; what does not print is a blank. */
static char *text_of(struct pm_fields *f, const struct kf_pair *pair)
{
	size_t n = kf_value_copy(pair, NULL, 0);

	n = n > VALUE_MAX ? VALUE_MAX : n;
	char *text = pm_arena_alloc(f->arena, n + 1);
	kf_value_copy(pair, text, n);
	for (size_t i = 0; i < n; i++)
		if ((unsigned char)text[i] < ' ' || text[i] == 0x7f)
			text[i] = ' ';
	text[n] = 0;
	return text;
}

static bool find(struct kf_line line, const char *key, struct kf_pair *out)
{
	while (kf_pair_next(&line.rest, out))
		if (pm_slice_eq(slice(out->key), pm_slice_of(key)))
			return true;
	return false;
}

static bool is_set(struct kf_line line, const char *key)
{
	struct kf_pair pair;

	return find(line, key, &pair) && pair.value.n && !pm_slice_eq(slice(pair.value), PM_S("0"));
}

/* A small number. */
static bool read_u32(const struct kf_pair *pair, uint32_t *out)
{
	uint64_t value;

	if (!kf_value_dec(pair, &value) || value > UINT32_MAX)
		return false;
	*out = (uint32_t)value;
	return true;
}

struct word_row {
	const char *word, *key;
	size_t number;
};

/* The row of a value that is one of few words. */
static const struct word_row *choose(const struct word_row *rows, size_t n, const struct kf_pair *pair)
{
	for (size_t i = 0; i < n; i++)
		if (pm_slice_eq(slice(pair->value), pm_slice_of(rows[i].word)))
			return &rows[i];
	return NULL;
}

/* ---- keys that have a place of their own ---- */

/* What is read goes into the incident; false: it becomes a fact (too). */
typedef bool (*key_fn)(struct pm_fields *f, const struct kf_pair *pair);

static bool system_name(struct pm_fields *f, const struct kf_pair *pair)
{
	f->inc->machine.name = text_of(f, pair);
	return true;
}

static bool release(struct pm_fields *f, const struct kf_pair *pair)
{
	f->inc->machine.release = text_of(f, pair);
	f->inc->machine.release_at = f->at;
	return true;
}

static bool build(struct pm_fields *f, const struct kf_pair *pair)
{
	f->inc->machine.build_id = text_of(f, pair);
	return true;
}

static bool arch(struct pm_fields *f, const struct kf_pair *pair)
{
	for (int i = 1; i < PM_ARCHES; i++)
		if (pm_slice_eq(slice(pair->value), pm_slice_of(pm_arch_name((enum pm_arch)i))))
			pm_fields_arch(f, (enum pm_arch)i, PM_CERTAIN);
	return f->inc->machine.arch_grade == PM_CERTAIN;
}

static bool cpu(struct pm_fields *f, const struct kf_pair *pair)
{
	return f->inc->actor.has_cpu = read_u32(pair, &f->inc->actor.cpu);
}

static bool cpus(struct pm_fields *f, const struct kf_pair *pair)
{
	return read_u32(pair, &f->inc->actor.cpus);
}

/* Seconds, with a fraction of up to nine digits. */
static bool up(struct pm_fields *f, const struct kf_pair *pair)
{
	struct pm_slice s = slice(pair->value);
	uint64_t seconds, part = 0;
	unsigned digits = 0;

	if (!pm_take_dec(&s, &seconds) || seconds > 9000000000ull)
		return false;
	if (pm_take_char(&s, '.'))
		for (; s.n && pm_is_digit(s.p[0]) && digits < 9; s = pm_slice_from(s, 1), digits++)
			part = part * 10 + (uint64_t)(s.p[0] - '0');
	for (; digits < 9; digits++)
		part *= 10;
	f->inc->machine.has_uptime = true;
	f->inc->machine.uptime_ns = seconds * 1000000000ull + part;
	return true;
}

static bool command(struct pm_fields *f, const struct kf_pair *pair)
{
	f->inc->machine.command_line = text_of(f, pair);
	return true;
}

static bool report_kind(struct pm_fields *f, const struct kf_pair *pair)
{
	f->inc->panicked = pm_slice_eq(slice(pair->value), PM_S("panic"));
	return false;
}

static bool verdict_is(struct pm_fields *f, const struct kf_pair *pair)
{
	f->inc->panicked |= pm_slice_eq(slice(pair->value), PM_S("panic"));
	return false;
}

static bool site_file(struct pm_fields *f, const struct kf_pair *pair)
{
	f->stated.file = text_of(f, pair);
	f->stated.at = f->at;
	return true;
}

static bool site_line(struct pm_fields *f, const struct kf_pair *pair)
{
	return read_u32(pair, &f->stated.file_line);
}

static bool site_function(struct pm_fields *f, const struct kf_pair *pair)
{
	f->stated.symbol = text_of(f, pair);
	f->stated.at = f->at;
	return true;
}

static bool task_id(struct pm_fields *f, const struct kf_pair *pair)
{
	uint64_t id;

	if (!kf_value_dec(pair, &id) || id > INT64_MAX)
		return false;
	f->inc->actor.has_pid = true;
	f->inc->actor.pid = (int64_t)id;
	f->inc->actor.at = f->at;
	return true;
}

static bool task_name(struct pm_fields *f, const struct kf_pair *pair)
{
	f->inc->actor.comm = text_of(f, pair);
	return true;
}

static bool task_stack(struct pm_fields *f, const struct kf_pair *pair)
{
	struct pm_slice s = slice(pair->value);
	struct pm_fault *fault = &f->inc->fault;
	uint64_t low, high;

	if (!pm_take_hex(&s, &low, NULL) || !pm_take_char(&s, '-') || !pm_take_hex(&s, &high, NULL) ||
	    low >= high)
		return false;
	fault->has_stack = true;
	fault->stack_low = low;
	fault->stack_high = high;
	return false;
}

/* "interrupt+first" */
static bool task_context(struct pm_fields *f, const struct kf_pair *pair)
{
	struct pm_slice s = slice(pair->value), word;
	enum pm_runs context = PM_RUNS_TASK;

	while (pm_take_until(&s, "+", &word)) {
		if (pm_slice_eq(word, PM_S("interrupt")))
			context = PM_RUNS_IRQ;
		else if (pm_slice_eq(word, PM_S("idle")) && context == PM_RUNS_TASK)
			context = PM_RUNS_IDLE;
		if (!pm_take_char(&s, '+'))
			break;
	}
	f->inc->actor.context = context;
	return false;
}

static bool task_syscall(struct pm_fields *f, const struct kf_pair *pair)
{
	if (pm_slice_eq(slice(pair->value), PM_S("-1")))
		return true; /* in none */
	return f->inc->actor.has_syscall = kf_value_dec(pair, &f->inc->actor.syscall_nr);
}

static bool fault_vector(struct pm_fields *f, const struct kf_pair *pair)
{
	return f->inc->fault.has_vector = read_u32(pair, &f->inc->fault.vector);
}

static bool fault_error(struct pm_fields *f, const struct kf_pair *pair)
{
	return f->inc->fault.has_error_code = kf_value_hex(pair, &f->inc->fault.error_code);
}

static bool fault_access(struct pm_fields *f, const struct kf_pair *pair)
{
	static const struct word_row rows[] = { { "read", NULL, PM_READ },
						{ "write", NULL, PM_WRITE },
						{ "execute", NULL, PM_EXECUTE } };
	const struct word_row *row = choose(rows, PM_COUNT(rows), pair);

	if (row)
		f->inc->fault.access = (enum pm_access)row->number;
	return row || pm_slice_eq(slice(pair->value), PM_S("none")) ||
	       pm_slice_eq(slice(pair->value), PM_S("unknown"));
}

static bool fault_address(struct pm_fields *f, const struct kf_pair *pair)
{
	struct pm_fault *fault = &f->inc->fault;

	if (!kf_value_hex(pair, &fault->address))
		return false;
	fault->has_address = true;
	fault->address_at = f->at;
	return true;
}

static bool fault_size(struct pm_fields *f, const struct kf_pair *pair)
{
	return read_u32(pair, &f->inc->fault.access_size);
}

/* The recorder asks the host what is where: surer than any guess by the number. */
static bool fault_class(struct pm_fields *f, const struct kf_pair *pair)
{
	static const struct word_row rows[] = {
		{ "null", NULL, PM_ADDR_NULL },
		{ "user", NULL, PM_ADDR_USER },
		{ "guard", NULL, PM_ADDR_STACK_GUARD },
		{ "noncanonical", NULL, PM_ADDR_NON_CANONICAL },
	};
	const struct word_row *row = choose(rows, PM_COUNT(rows), pair);

	if (row) {
		f->inc->fault.address_class = (enum pm_address_class)row->number;
		f->inc->fault.address_grade = PM_CERTAIN;
	}
	return false;
}

/* What a value means that is a word or a number of few. */
static const struct meaning {
	const char *word, *key, *value, *meaning;
} meanings[] = {
	{ "fault", "sent", "1", "CR2 was not written by this fault: what it holds is older" },
	{ "fault", "inferred", "1", "access and address come from the instruction, not from the processor" },
	{ "fault", "state", "absent", "nothing is mapped there" },
	{ "fault", "state", "protected", "it is mapped, but not for that" },
	{ "fault", "state", "reserved", "a reserved bit is set in a page table's entry" },
	{ "fault", "state", "noncanonical", "no address: its upper bits are not alike" },
	{ "walk", "end", "mapped", "a page is mapped there" },
	{ "walk", "end", "absent", "nothing is mapped there" },
	{ "walk", "end", "reserved", "a reserved bit is set" },
	{ "walk", "end", "unreadable", "a table could not be read" },
	{ "stage", "result", "none", "there was nothing to do" },
	{ "stage", "result", "failed", "it could not do its work" },
	{ "stage", "result", "late", "it did not end in time" },
	{ "stage", "result", "faulted", "a fault within it ended it" },
	{ "cpu", "state", "silent", "it did not answer the NMI" },
	{ "cpu", "state", "offline", "it had been stopped before" },
	{ "cpu", "state", "unseen", "its timer had not come yet" },
	{ "gate", "present", "0", "the processor cannot deliver this vector" },
};

static const struct key_row {
	const char *word, *key;
	key_fn read;
} keys[] = {
	{ "begin", "system", system_name },
	{ "begin", "release", release },
	{ "begin", "build", build },
	{ "begin", "arch", arch },
	{ "begin", "cpu", cpu },
	{ "begin", "cpus", cpus },
	{ "begin", "up", up },
	{ "begin", "command", command },
	{ "begin", "kind", report_kind },
	{ "verdict", "is", verdict_is },
	{ "site", "file", site_file },
	{ "site", "line", site_line },
	{ "site", "function", site_function },
	{ "task", "id", task_id },
	{ "task", "name", task_name },
	{ "task", "stack", task_stack },
	{ "task", "context", task_context },
	{ "task", "syscall", task_syscall },
	{ "fault", "vector", fault_vector },
	{ "fault", "error", fault_error },
	{ "fault", "access", fault_access },
	{ "fault", "address", fault_address },
	{ "fault", "class", fault_class },
	{ "fault", "size", fault_size },
};

/* ---- lines ---- */

static const char *meaning_of(const char *word, struct pm_slice key, const char *value)
{
	for (size_t i = 0; i < PM_COUNT(meanings); i++)
		if (!strcmp(meanings[i].word, word) && pm_slice_eq(key, pm_slice_of(meanings[i].key)) &&
		    !strcmp(meanings[i].value, value))
			return meanings[i].meaning;
	return NULL;
}

/* "14.present": the names of facts are of letters, digits, dots and underscores. */
static const char *fact_name(struct pm_fields *f, const char *instance, struct pm_slice key)
{
	char *name = pm_arena_printf(f->arena, "%s%s%.*s", instance ? instance : "", instance ? "." : "",
				     (int)(key.n > 40 ? 40 : key.n), key.p);

	for (char *c = name; *c; c++) {
		if (*c >= 'A' && *c <= 'Z')
			*c = (char)(*c | 0x20);
		else if (!pm_is_alnum(*c) && *c != '.')
			*c = '_';
	}
	return name;
}

struct extension_row {
	const char *word, *group;
	const char *each; /* there may be several: the key whose value tells them apart */
	bool (*read)(struct pm_fields *f, const struct extension_row *row, struct kf_line line);
};

static bool read_pairs(struct pm_fields *f, const struct extension_row *row, struct kf_line line)
{
	struct kf_pair pair;
	const char *instance = NULL;

	if (row->each)
		instance = find(line, row->each, &pair) ? text_of(f, &pair) : "";
	while (kf_pair_next(&line.rest, &pair)) {
		struct pm_slice key = slice(pair.key);
		bool done = row->each && pm_slice_eq(key, pm_slice_of(row->each));

		for (size_t i = 0; i < PM_COUNT(keys) && !done; i++)
			if (!strcmp(keys[i].word, row->word) && pm_slice_eq(key, pm_slice_of(keys[i].key)))
				done = keys[i].read(f, &pair);
		if (done || f->inc->facts.n >= FACTS_MAX)
			continue;
		const char *value = text_of(f, &pair);
		struct pm_fact *fact =
			pm_fields_fact(f, row->group, fact_name(f, instance, key), pm_slice_of(value));
		if (fact)
			fact->meaning = meaning_of(row->word, key, value);
	}
	return true;
}

/* "owner" is a CPU; "taken_at" an address, or a symbol with offset and size. */
static bool read_lock(struct pm_fields *f, const struct extension_row *row, struct kf_line line)
{
	struct kf_pair pair;

	(void)row;
	if (f->inc->locks.n >= LOCKS_MAX)
		return true;
	struct pm_lock *lock = PM_PUSH(f->arena, &f->inc->locks);
	lock->role = is_set(line, "waits") ? PM_LOCK_WANTED : PM_LOCK_HELD;
	lock->sleeps = PM_LOCK_SLEEPS_UNKNOWN;
	lock->at = f->at;
	if (find(line, "name", &pair))
		lock->name = text_of(f, &pair);
	if (find(line, "address", &pair))
		lock->has_addr = kf_value_hex(&pair, &lock->addr);
	if (find(line, "owner", &pair))
		lock->has_cpu = read_u32(&pair, &lock->cpu);
	if (find(line, "taken_at", &pair)) {
		struct pm_slice place = pm_slice_of(text_of(f, &pair));

		(void)pm_fields_place(f, &place, &lock->taken);
	}
	return true;
}

/* "at=… word word …": the raw stack, upwards. */
static bool read_stack(struct pm_fields *f, const struct extension_row *row, struct kf_line line)
{
	struct pm_slice s = slice(line.rest), word;
	struct kf_pair pair;
	uint64_t at, value;

	(void)row;
	if (!find(line, "at", &pair) || !kf_value_hex(&pair, &at))
		return true;
	while (pm_take_blanks(&s), pm_take_word(&s, &word) && f->inc->stack_words.n < STACK_WORDS_MAX) {
		if (pm_slice_find_char(word, '=') != PM_NPOS)
			continue;
		if (!pm_slice_hex(word, &value))
			break;
		struct pm_stack_word *out = PM_PUSH(f->arena, &f->inc->stack_words);
		out->addr = at;
		out->value = value;
		at += word.n / 2;
	}
	return true;
}

/* Another CPU: its registers and trace follow, up to the next extension line. */
static bool read_cpu(struct pm_fields *f, const struct extension_row *row, struct kf_line line)
{
	struct kf_pair pair;
	uint32_t number;

	read_pairs(f, row, line);
	if (!find(line, "cpu", &pair) || !read_u32(&pair, &number))
		return true;
	struct pm_trace *trace = pm_fields_trace_open(f, PM_TRACE_CPU, (struct pm_slice){ 0 });
	if (!trace)
		return true;
	trace->has_cpu = true;
	trace->cpu = number;
	if (find(line, "state", &pair))
		trace->title = text_of(f, &pair);
	return true;
}

/* The last one counts: a report that went wrong after its beginning was written became a panic's. */
static bool read_verdict(struct pm_fields *f, const struct extension_row *row, struct kf_line line)
{
	static const char *const names[][2] = { { "is", "was" }, { "because", "was_because" } };

	for (size_t i = 0; i < PM_COUNT(names); i++) {
		for (size_t k = 0; k < f->inc->facts.n; k++) {
			struct pm_fact *fact = &f->inc->facts.v[k];

			if (!strcmp(fact->group, row->group) && !strcmp(fact->name, names[i][0]) &&
			    !pm_incident_fact(f->inc, row->group, names[i][1]))
				fact->name = names[i][1];
		}
	}
	return read_pairs(f, row, line);
}

/* There may be several: "1.words", "1.grade", "2.words" … */
static bool read_cause(struct pm_fields *f, const struct extension_row *row, struct kf_line line)
{
	struct kf_pair pair;
	unsigned n = 1;

	while (n < 16 && pm_incident_fact(f->inc, row->group, pm_arena_printf(f->arena, "%u.words", n)))
		n++;
	const char *words = find(line, "words", &pair) ? text_of(f, &pair) : "";
	struct pm_fact *fact =
		pm_fields_fact(f, row->group, pm_arena_printf(f->arena, "%u.words", n), pm_slice_of(words));
	if (fact)
		fact->grade = find(line, "grade", &pair) && pm_slice_eq(slice(pair.value), PM_S("certain"))
				      ? PM_CERTAIN
				      : PM_LIKELY;
	return true;
}

static const struct extension_row rows[] = {
	{ "begin", "report", NULL, read_pairs },    { "site", "site", NULL, read_pairs },
	{ "task", "task", NULL, read_pairs },       { "fault", "fault", NULL, read_pairs },
	{ "walk", "page-table", NULL, read_pairs }, { "gate", "gate", "vector", read_pairs },
	{ "tss", "tss", NULL, read_pairs },         { "table", "table", NULL, read_pairs },
	{ "msr", "msr", NULL, read_pairs },         { "verdict", "verdict", NULL, read_verdict },
	{ "cpu", "cpu", "cpu", read_cpu },          { "lock", "lock", NULL, read_lock },
	{ "stack", "stack", NULL, read_stack },     { "stage", "stage", "name", read_pairs },
	{ "log", "log", NULL, read_pairs },         { "cause", "cause", NULL, read_cause },
	{ "cut", "cut", NULL, read_pairs },         { "end", NULL, NULL, NULL }, /* cut.c */
};

/* The part of another CPU is over: what follows is the crashed one's. */
static void leave_cpu(struct pm_fields *f)
{
	const struct pm_trace *open = pm_fields_trace(f);

	if (!open || open->role != PM_TRACE_CPU)
		return;
	pm_fields_trace_close(f);
	for (size_t i = 0; i < f->inc->traces.n; i++)
		if (f->inc->traces.v[i].role == PM_TRACE_CRASH)
			f->trace = i;
}

static bool read_extension(struct pm_fields *f, const struct pm_field_row *field, struct pm_slice rest)
{
	struct kf_line line;

	(void)field;
	(void)rest;
	if (!kf_line_read(f->body.p, f->body.n, &line) || line.version != KF_REPORT_VERSION)
		return false;
	leave_cpu(f);
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (pm_slice_eq(slice(line.word), pm_slice_of(rows[i].word)))
			return !rows[i].read || rows[i].read(f, &rows[i], line);
	return true; /* a word of a later recorder */
}

static bool read_bare_frame(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	return pm_fields_bare_frame(f);
}

static bool read_more(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_trace *trace = pm_fields_trace(f);

	(void)row;
	if (!trace || pm_slice_trim(rest).n)
		return false;
	trace->broken = "the recorder keeps no more frames";
	return true;
}

/* Of the architectures without a reader of their own: "PC: …", "SP: … FP: …". */
static bool read_plain_registers(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	return pm_fields_pairs(f, f->body, "PC SP FP", true) > 0;
}

static const struct pm_field_row rows_kpanic[] = {
	{ KF_REPORT_MARK, read_extension },
	{ "0x", read_bare_frame },
	{ "? 0x", read_bare_frame },
	{ "...", read_more },
	{ "PC: ", read_plain_registers },
	{ "SP: ", read_plain_registers },
	{ "FP: ", read_plain_registers },
	{ ">", pm_fields_skip }, /* the log's end, quoted */
	{ 0 },
};

static const struct pm_field_row *const tables[] = {
	rows_kpanic,   pm_rows_machine,   pm_rows_fault, pm_rows_trace, pm_rows_x86,
	pm_rows_arm64, pm_rows_arm,       pm_rows_riscv, pm_rows_ppc,   pm_rows_s390,
	pm_rows_mips,  pm_rows_loongarch, NULL,
};

const struct pm_oops_dialect pm_oops_kpanic = { PM_KPANIC, tables, .taints = false, .loose = false };
