#include "console/oops/fields.h"
#include "functions/functions.h"

#include <stdio.h>

bool pm_fields_place(struct pm_fields *f, struct pm_slice *s, struct pm_place *place)
{
	struct pm_frame_text text;
	struct pm_slice rest = pm_slice_trim(*s);
	uint64_t value;

	*place = (struct pm_place){ .at = f->at };
	if (pm_slice_starts(rest, PM_S("(null)"))) {
		place->has_addr = true;
		*s = pm_slice_from(rest, 6);
		return true;
	}
	if (pm_frame_parse(rest, &text)) {
		/* A bare symbol with an address in "[<…>]" is one, too. */
		place->has_addr = text.has_addr;
		place->addr = text.addr;
		if (text.symbol.n)
			place->symbol = pm_fields_str(f, pm_slice_upto(text.symbol, 512));
		place->has_offset = text.has_offset;
		place->offset = text.offset;
		place->size = text.size;
		if (text.module.n)
			place->module = pm_fields_str(f, pm_slice_upto(text.module, 64));
		if (text.build_id.n)
			place->build_id = pm_fields_str(f, pm_slice_upto(text.build_id, 64));
		if (text.file.n) {
			place->file = pm_fields_str(f, pm_slice_upto(text.file, 512));
			place->file_line = text.file_line;
		}
		size_t comma = pm_slice_find(rest, PM_S(", CPU#"));
		*s = comma == PM_NPOS ? pm_slice_from(rest, rest.n) : pm_slice_from(rest, comma);
		return true;
	}
	if (pm_take_hex(&rest, &value, NULL) && (!rest.n || strchr(" \t,)>]", rest.p[0]))) {
		place->has_addr = true;
		place->addr = value;
		*s = rest;
		return true;
	}
	return false;
}

static bool same_place(const struct pm_place *a, const struct pm_place *b)
{
	if (a->symbol && b->symbol)
		return !strcmp(a->symbol, b->symbol) && a->offset == b->offset;
	return a->has_addr && b->has_addr && a->addr == b->addr;
}

static bool fault_was_reported(const struct pm_fields *f, const struct pm_trace *trace)
{
	for (size_t i = 0; i < trace->frames.n && i < 32; i++)
		if (pm_function_has(f->dialect->system, trace->frames.v[i].place.symbol, PM_FUNCTION_TRAPS))
			return true;
	return false;
}

static bool has_kernel_block(const struct pm_trace *trace)
{
	for (size_t i = 0; i < trace->regs.n; i++)
		if (trace->regs.v[i].role != PM_REGS_USER)
			return true;
	return false;
}

struct pm_regs *pm_fields_block(struct pm_fields *f)
{
	if (f->block_trace == PM_FIELDS_NONE || f->block_trace >= f->inc->traces.n)
		return NULL;
	struct pm_trace *trace = &f->inc->traces.v[f->block_trace];
	return f->block < trace->regs.n ? &trace->regs.v[f->block] : NULL;
}

void pm_fields_block_user(struct pm_fields *f)
{
	struct pm_regs *regs = pm_fields_block(f);

	if (regs)
		regs->role = PM_REGS_USER;
}

void pm_fields_block_open(struct pm_fields *f, const struct pm_place *pc, bool user)
{
	struct pm_trace *trace = pm_fields_trace(f);
	struct pm_trace *crash = pm_incident_crash_trace(f->inc);

	f->block_trace = f->block = PM_FIELDS_NONE;
	f->block_sp = false;
	f->sequence = 0;
	/* x86 says the fault's registers again behind the end mark. */
	if (!trace && f->ended && crash && !user) {
		struct pm_regs *fault = pm_incident_regs(f->inc, PM_REGS_FAULT);

		if (fault && same_place(&fault->pc, pc))
			return;
	}
	if (!trace)
		trace = pm_fields_trace_empty(f);
	if (!trace || trace->regs.n >= PM_FIELDS_BLOCKS)
		return;
	enum pm_regs_role role;
	if (user)
		role = PM_REGS_USER;
	else if (trace->role != PM_TRACE_CRASH && trace->role != PM_TRACE_REPORTER)
		role = trace->frames.n ? PM_REGS_INTERRUPTED : PM_REGS_OTHER;
	else if (has_kernel_block(trace))
		role = PM_REGS_INTERRUPTED;
	else if (!trace->frames.n || f->registers_last)
		role = trace->role == PM_TRACE_CRASH ? PM_REGS_FAULT : PM_REGS_OTHER;
	else
		role = trace->role == PM_TRACE_CRASH && fault_was_reported(f, trace) ? PM_REGS_FAULT
										     : PM_REGS_INTERRUPTED;
	/* The unwinder goes on with the caller: the interrupted function itself stands here only. */
	if (!user && trace->frames.n && !f->registers_last && trace->frames.n < PM_FIELDS_FRAMES &&
	    (pc->symbol || pc->has_addr)) {
		struct pm_frame *frame = PM_PUSH(f->arena, &trace->frames);

		frame->place = *pc;
		frame->trust = PM_EXACT;
		frame->stack = f->stack;
		frame->stack_name = f->stack_name;
		frame->interrupted = true;
		frame->at = f->at;
	}
	struct pm_regs *regs = PM_PUSH(f->arena, &trace->regs);
	regs->role = role;
	regs->pc = *pc;
	regs->at = f->at;
	f->block_trace = (size_t)(trace - f->inc->traces.v);
	f->block = trace->regs.n - 1;
}

static uint8_t width(unsigned digits)
{
	return digits <= 4 ? 16 : digits <= 8 ? 32 : 64;
}

void pm_fields_register(struct pm_fields *f, const char *name, uint64_t value, unsigned digits)
{
	struct pm_regs *regs = pm_fields_block(f);

	if (!regs || regs->regs.n >= PM_FIELDS_REGISTERS)
		return;
	if (pm_regs_find(regs, name))
		return;
	if (!strcmp(name, "rsp") || !strcmp(name, "esp") || !strcmp(name, "sp"))
		f->block_sp = true;
	struct pm_register *reg = PM_PUSH(f->arena, &regs->regs);
	reg->name = pm_arena_str(f->arena, pm_slice_of(name));
	reg->value = value;
	reg->bits = width(digits);
	reg->at = f->at;
}

bool pm_fields_named(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_regs *regs = pm_fields_block(f);
	uint64_t value;
	unsigned digits;

	pm_take_blanks(&rest);
	pm_take_char(&rest, ':');
	pm_take_blanks(&rest);
	if (!pm_take_hex(&rest, &value, &digits) || !regs)
		return false;
	pm_fields_register(f, row->name, value, digits);
	if (regs->role != PM_REGS_FAULT || !pm_fields_own(f))
		return true;
	if (row->number != PM_NAMED_ONLY)
		pm_fields_fact(f, "registers", row->name, rest);
	if (row->number == PM_NAMED_ERROR_CODE)
		pm_fields_error_code(f, value);
	if (row->number == PM_NAMED_ADDRESS)
		pm_fields_address(f, value);
	return true;
}

#define NAME_MAX_LENGTH 20

/* Finds printed in the list and writes what it is stored as. */
static bool stored_name(const char *names, struct pm_slice printed, char out[NAME_MAX_LENGTH])
{
	struct pm_slice list = pm_slice_of(names), entry;

	while (pm_take_blanks(&list), pm_take_word(&list, &entry)) {
		size_t equals = pm_slice_find_char(entry, '='), n = 0;

		if (!pm_slice_eq(pm_slice_upto(entry, equals), printed))
			continue;
		struct pm_slice to = equals == PM_NPOS ? entry : pm_slice_from(entry, equals + 1);
		for (; n < to.n && n < NAME_MAX_LENGTH - 1; n++)
			out[n] = to.p[n] >= 'A' && to.p[n] <= 'Z' ? (char)(to.p[n] | 0x20) : to.p[n];
		out[n] = 0;
		return true;
	}
	return false;
}

/* "FS:  00007f9e6a7746c0(0000)": the base of a segment. */
static void register_base(struct pm_fields *f, const char *segment, uint64_t value, unsigned digits)
{
	char name[NAME_MAX_LENGTH + 8];

	snprintf(name, sizeof(name), "%s_base", segment);
	pm_fields_register(f, name, value, digits);
}

unsigned pm_fields_pairs(struct pm_fields *f, struct pm_slice s, const char *names, bool colons)
{
	unsigned n = 0;

	while (n < 16) {
		struct pm_slice name, digits_from;
		uint64_t value;
		unsigned digits;

		while (s.n && (s.p[0] == ' ' || s.p[0] == ',' || s.p[0] == '\t'))
			s = pm_slice_from(s, 1);
		if (!pm_take_until(&s, " :\t", &name) || name.n > 12)
			break;
		pm_take_blanks(&s);
		if (colons && !pm_take_char(&s, ':'))
			break;
		pm_take_blanks(&s);
		digits_from = s;
		bool bracket = pm_take(&s, PM_S("[<"));
		if (!pm_take_hex(&s, &value, &digits)) {
			s = digits_from;
			break;
		}
		if (bracket)
			pm_take(&s, PM_S(">]"));
		/* "0018:ffffc900…": selector first; "00007f9e…(0000)": selector behind. */
		uint64_t selector = 0;
		unsigned selector_digits = 0;
		char stored[NAME_MAX_LENGTH];
		bool known = stored_name(names, name, stored);
		if (digits == 4 && s.n && s.p[0] == ':') {
			selector = value;
			s = pm_slice_from(s, 1);
			if (!pm_take_hex(&s, &value, &digits))
				break;
			if (known && (!strcmp(stored, "rsp") || !strcmp(stored, "esp")))
				pm_fields_register(f, "ss", selector, 4);
		} else if (s.n && s.p[0] == '(') {
			s = pm_slice_from(s, 1);
			if (pm_take_hex(&s, &selector, &selector_digits))
				pm_take_char(&s, ')');
			else
				selector_digits = 0;
		}
		if (!known)
			break;
		if (selector_digits)
			register_base(f, stored, value, digits);
		pm_fields_register(f, stored, selector_digits ? selector : value,
				   selector_digits ? selector_digits : digits);
		n++;
	}
	return n;
}

unsigned pm_fields_words(struct pm_fields *f, struct pm_slice s, const char *const *names, size_t count)
{
	unsigned n = 0, digits;
	uint64_t value;

	while (pm_take_blanks(&s), pm_take_hex(&s, &value, &digits)) {
		if (s.n && s.p[0] != ' ' && s.p[0] != '\t')
			break;
		if (f->sequence < count)
			pm_fields_register(f, names[f->sequence], value, digits);
		f->sequence++;
		n++;
	}
	return n;
}

void pm_fields_code_add(struct pm_fields *f)
{
	if (f->ncodes >= PM_FIELDS_CODES)
		return;
	struct pm_fields_code *code = &f->codes[f->ncodes++];

	*code = (struct pm_fields_code){ .trace = f->block_trace, .block = f->block };
	code->bytes.marked = SIZE_MAX;
	code->bytes.at = f->at;
	struct pm_regs *regs = pm_fields_block(f);
	/* Printed right behind the instruction pointer, it is that block's; else it stands at the
	 * end of the report (x86 before 4.18, arm, arm64) and is the fault's. */
	if (!regs || (f->block_sp && regs->role != PM_REGS_FAULT && regs->role != PM_REGS_OTHER))
		code->fault = !f->ended;
}

void pm_fields_code_byte(struct pm_fields *f, uint8_t byte, bool marked)
{
	struct pm_fields_code *code = f->ncodes ? &f->codes[f->ncodes - 1] : NULL;

	if (!code || code->bytes.bytes.n >= 512)
		return;
	if (marked && code->bytes.marked == SIZE_MAX)
		code->bytes.marked = code->bytes.bytes.n;
	*PM_PUSH(f->arena, &code->bytes.bytes) = byte;
}

bool pm_fields_code_bad(struct pm_fields *f, struct pm_slice text)
{
	size_t before = f->ncodes;

	pm_fields_code_add(f);
	if (f->ncodes > before)
		f->codes[f->ncodes - 1].bytes.bad = pm_fields_str(f, pm_slice_upto(text, 128));
	return true;
}

bool pm_fields_code(struct pm_fields *f, struct pm_slice s, unsigned digits_wanted, bool big_endian)
{
	struct pm_slice word;
	size_t before = f->ncodes;
	unsigned bad = 0;

	s = pm_slice_trim(s);
	if (pm_slice_starts(s, PM_S("Bad ")) || pm_slice_starts(s, PM_S("bad ")) ||
	    pm_slice_starts(s, PM_S("Unable ")))
		return pm_fields_code_bad(f, s);
	pm_fields_code_add(f);
	if (f->ncodes == before)
		return true;
	while (pm_take_blanks(&s), pm_take_word(&s, &word)) {
		bool marked = word.p[0] == '<' || word.p[0] == '(';
		uint64_t value;
		unsigned digits;

		if (marked) {
			word = pm_slice_from(word, 1);
			if (word.n && (word.p[word.n - 1] == '>' || word.p[word.n - 1] == ')'))
				word.n--;
		}
		struct pm_slice rest = word;
		if (pm_slice_eq(word, PM_S("??"))) /* could not be read */
			continue;
		if (!pm_take_hex(&rest, &value, &digits) || rest.n ||
		    (digits != 2 && digits != 4 && digits != 8) ||
		    (digits_wanted && digits != digits_wanted)) {
			if (++bad > 4)
				break;
			continue; /* "bad" and "????????" stand for bytes that could not be read */
		}
		for (unsigned i = 0; i < digits / 2; i++) {
			unsigned shift = big_endian ? digits * 4 - 8 - i * 8 : i * 8;

			pm_fields_code_byte(f, (uint8_t)(value >> shift), marked && !i);
		}
	}
	return true;
}

void pm_fields_code_finish(struct pm_fields *f)
{
	struct pm_incident *inc = f->inc;
	struct pm_regs *fault = pm_incident_regs(inc, PM_REGS_FAULT);

	if (inc->code.bytes.n || inc->code.bad)
		return;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < f->ncodes; i++) {
			struct pm_fields_code *code = &f->codes[i];
			struct pm_regs *regs = NULL;

			if (code->trace < inc->traces.n && code->block < inc->traces.v[code->trace].regs.n)
				regs = &inc->traces.v[code->trace].regs.v[code->block];
			if (pass ? code->fault : !code->fault && fault && regs == fault) {
				inc->code = code->bytes;
				return;
			}
		}
}
