#include "console/oops/fields.h"

#include "base/pattern.h"

#include <inttypes.h>

/* x86 vectors by the words that die() prints (arch/x86/kernel/traps.c). */
static const struct {
	const char *words;
	uint32_t vector;
} vectors[] = {
	{ "divide error", 0 },
	{ "debug", 1 },
	{ "int3", 3 },
	{ "overflow", 4 },
	{ "bounds", 5 },
	{ "invalid opcode", 6 },
	{ "device not available", 7 },
	{ "double fault", 8 },
	{ "coprocessor segment overrun", 9 },
	{ "invalid TSS", 10 },
	{ "segment not present", 11 },
	{ "stack segment", 12 },
	{ "general protection fault", 13 },
	{ "kernel stack overflow (page fault)", 14 },
	{ "kernel stack overflow (double-fault)", 8 },
	{ "stack guard page", 8 },
	{ "fpu exception", 16 },
	{ "alignment check", 17 },
	{ "simd exception", 19 },
	{ "control protection", 21 },
};

static void set_vector(struct pm_fields *f, uint32_t vector)
{
	if (!f->inc->fault.has_vector && pm_fields_own(f)) {
		f->inc->fault.has_vector = true;
		f->inc->fault.vector = vector;
	}
}

void pm_fields_error_code(struct pm_fields *f, uint64_t code)
{
	if (!f->inc->fault.has_error_code && pm_fields_own(f)) {
		f->inc->fault.has_error_code = true;
		f->inc->fault.error_code = code;
	}
}

void pm_fields_address(struct pm_fields *f, uint64_t address)
{
	struct pm_fault *fault = &f->inc->fault;

	if (!fault->has_address && pm_fields_own(f)) {
		fault->has_address = true;
		fault->address = address;
		fault->address_at = f->at;
	}
}

static void set_access(struct pm_fields *f, enum pm_access access)
{
	if (!f->inc->fault.access && pm_fields_own(f))
		f->inc->fault.access = access;
}

/* "ffff888000000000", "0xffff…", "(null)", "          (null)"; not "(ptrval)". */
static bool take_address(struct pm_slice *s, uint64_t *address)
{
	pm_take_blanks(s);
	if (pm_take(s, PM_S("(null)"))) {
		*address = 0;
		return true;
	}
	return pm_take_hex(s, address, NULL);
}

static bool address_behind(struct pm_slice s, const char *words, uint64_t *address)
{
	return pm_take_past(&s, pm_slice_of(words)) && take_address(&s, address);
}

static const struct {
	const char *words;
	enum pm_access access;
} accesses[] = {
	{ "write to read-only memory", PM_WRITE },
	{ "execute from non-executable memory", PM_EXECUTE },
	{ "read from unreadable memory", PM_READ },
	{ "instruction fetch", PM_EXECUTE },
	{ "execute userspace code", PM_EXECUTE },
	{ "on read at", PM_READ },
	{ "on write at", PM_WRITE },
};

static void find_access(struct pm_fields *f)
{
	for (size_t i = 0; i < PM_COUNT(accesses); i++)
		if (pm_slice_has(f->body, pm_slice_of(accesses[i].words)))
			set_access(f, accesses[i].access);
}

/* "BUG: unable to handle …", "Unable to handle kernel …": the address stands last. */
static bool read_unable(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	static const char *const before[] = { "virtual address ", "address: ", " at address ", " at " };
	static const struct {
		const char *text;
		enum pm_arch arch;
	} pcs[] = { { "epc == ", PM_MIPS }, { "era == ", PM_LOONGARCH64 } };
	uint64_t address;

	if (row->number)
		pm_fields_arch(f, (enum pm_arch)row->number, PM_LIKELY);
	for (size_t i = 0; i < PM_COUNT(before); i++)
		if (address_behind(rest, before[i], &address)) {
			pm_fields_address(f, address);
			break;
		}
	for (size_t i = 0; i < PM_COUNT(pcs); i++)
		if (address_behind(rest, pcs[i].text, &address)) {
			pm_fields_arch(f, pcs[i].arch, PM_LIKELY);
			if (!f->ip.has_addr) {
				f->ip.has_addr = true;
				f->ip.addr = address;
				f->ip.at = f->at;
			}
		}
	find_access(f);
	/* Of s390 and others: "in virtual kernel address space" tells no address. */
	return true;
}

/* MIPS and loongarch: "CPU 0 Unable to handle kernel paging request at …, epc == …, ra == …" */
static bool read_cpu_unable(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t cpu;

	pm_take_blanks(&rest);
	if (!pm_take_dec(&rest, &cpu))
		return false;
	pm_take_blanks(&rest);
	if (pm_slice_starts(rest, PM_S("Unable to handle")))
		return read_unable(f, row, rest);
	/* x86 before 3.10 puts it before the modules: "CPU 1" */
	rest = pm_slice_trim(rest);
	pm_take_char(&rest, ':');
	return !rest.n;
}

/* "#PF: supervisor write access in kernel mode", "#PF: error_code(0x0002) - not-present page" (since 5.0) */
static bool read_pf(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t code;

	(void)row;
	pm_fields_arch(f, PM_X86_64, PM_LIKELY);
	if (!pm_fields_own(f))
		return true;
	set_vector(f, 14);
	if (pm_take(&rest, PM_S("error_code("))) {
		if (!pm_take_hex(&rest, &code, NULL))
			return true;
		pm_fields_error_code(f, code);
		if (pm_take(&rest, PM_S(") - ")))
			pm_fields_fact(f, "page-fault", "reason", rest);
		return true;
	}
	if (pm_slice_has(rest, PM_S(" write access")))
		set_access(f, PM_WRITE);
	else if (pm_slice_has(rest, PM_S(" read access")))
		set_access(f, PM_READ);
	else if (pm_slice_has(rest, PM_S("instruction fetch")))
		set_access(f, PM_EXECUTE);
	pm_fields_fact(f, "page-fault", "access", rest);
	return true;
}

static bool is_level(struct pm_slice s)
{
	static const char *const names[] = { "PGD",  "P4D",  "PUD",  "PMD",   "PTE",   "*pgd", "*p4d",
					     "*pud", "*pmd", "*pte", "*pde",  "*pdpt", "pgd",  "p4d",
					     "pud",  "pmd",  "pte",  "*ppte", "PGDIR" };

	for (size_t i = 0; i < PM_COUNT(names); i++)
		if (pm_slice_eq(s, pm_slice_of(names[i])))
			return true;
	return false;
}

/* "PGD 3021067 P4D 3021067 PUD 0", "*pde = 00000000", "pgd=…, p4d=…": facts by the level's name. */
static bool read_levels(struct pm_fields *f, struct pm_slice s)
{
	unsigned n = 0;

	while (n < 8) {
		struct pm_slice name, value;
		char level[8];

		while (s.n && (s.p[0] == ' ' || s.p[0] == ',' || s.p[0] == '\t'))
			s = pm_slice_from(s, 1);
		if (!pm_take_until(&s, " =,\t", &name) || !is_level(name))
			break;
		while (s.n && (s.p[0] == ' ' || s.p[0] == '='))
			s = pm_slice_from(s, 1);
		if (!pm_take_until(&s, " ,\t", &value))
			break;
		n++;
		if (!pm_fields_own(f))
			continue;
		pm_take_char(&name, '*');
		size_t k = 0;
		for (; k < name.n && k < sizeof(level) - 1; k++)
			level[k] = name.p[k] | 0x20;
		level[k] = 0;
		if (!pm_incident_fact(f->inc, "page-table", level))
			pm_fields_fact(f, "page-table", pm_arena_str(f->arena, (struct pm_slice){ level, k }),
				       value);
	}
	return n;
}

static bool read_walk(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	return read_levels(f, f->body);
}

/* arm64, arm, riscv: "[ffff800012345678] pgd=1000000…, p4d=…", "[…] user address but active_mm is swapper" */
static bool read_bracket_walk(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t address;
	unsigned digits;

	(void)row;
	if (!pm_take_hex(&rest, &address, &digits) || digits < 8 || !pm_take(&rest, PM_S("] ")))
		return false;
	if (pm_slice_starts(rest, PM_S("user address")) || pm_slice_starts(rest, PM_S("address between"))) {
		if (pm_fields_own(f))
			pm_fields_fact(f, "page-table", "walk", rest);
		return true;
	}
	return read_levels(f, rest);
}

/* arm64's "Mem abort info:" and "Data abort info:": name = value, … */
static bool read_abort_info(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_slice s = f->body;

	(void)row;
	(void)rest;
	/* "FSC = 0x04: level 0 translation fault", "EC = 0x25: DABT (current EL), IL = 32 bits" */
	for (unsigned n = 0; n < 10; n++) {
		struct pm_slice name, value;
		char lower[24];

		while (s.n && (s.p[0] == ' ' || s.p[0] == ','))
			s = pm_slice_from(s, 1);
		if (!pm_take_until(&s, " =,:", &name) || name.n >= sizeof(lower))
			return n;
		pm_take_blanks(&s);
		if (!pm_take_char(&s, '='))
			return n;
		pm_take_blanks(&s);
		/* The words may hold commas and parentheses; a next name is followed by " = ". */
		size_t end = 0;
		for (;; end++) {
			size_t comma = pm_slice_find_char(pm_slice_from(s, end), ',');

			if (comma == PM_NPOS) {
				end = s.n;
				break;
			}
			end += comma;
			struct pm_slice next = pm_slice_from(s, end + 1), word;
			pm_take_blanks(&next);
			if (pm_take_until(&next, " =,", &word) &&
			    (pm_take_blanks(&next), pm_take_char(&next, '=')))
				break;
		}
		value = pm_slice_upto(s, end);
		s = pm_slice_from(s, end);
		if (!pm_fields_own(f))
			continue;
		for (size_t k = 0; k < name.n; k++)
			lower[k] =
				(name.p[k] >= 'A' && name.p[k] <= 'Z') ? (char)(name.p[k] | 0x20) : name.p[k];
		struct pm_slice key = { lower, name.n };
		pm_fields_fact(f, "mem-abort", pm_arena_str(f->arena, key), value);
		uint64_t number;
		struct pm_slice v = value;
		if (pm_slice_eq(key, PM_S("esr")) && pm_take_hex(&v, &number, NULL)) {
			pm_fields_arch(f, PM_ARM64, PM_CERTAIN);
			pm_fields_error_code(f, number);
		} else if (pm_slice_eq(key, PM_S("wnr")) && v.n) {
			set_access(f, v.p[0] == '1' ? PM_WRITE : PM_READ);
		}
	}
	return true;
}

/* "ESR: 0x0000000096000047 -- DABT (current EL)" and "FAR: …": arm64, stack overflow and SError */
static bool read_esr(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t value;

	pm_take_blanks(&rest);
	struct pm_slice text = rest;
	if (!pm_take_hex(&rest, &value, NULL))
		return false;
	pm_fields_arch(f, PM_ARM64, PM_LIKELY);
	if (row->number)
		pm_fields_error_code(f, value);
	else
		pm_fields_address(f, value);
	if (pm_fields_own(f))
		pm_fields_fact(f, "mem-abort", row->name, text);
	return true;
}

/* What stands before "[#1]" in an oops header. */
static void read_oops_words(struct pm_fields *f, struct pm_slice words)
{
	uint64_t address;

	while (pm_take(&words, PM_S("Oops: ")) || pm_take(&words, PM_S("Internal error: ")))
		;
	for (size_t i = 0; i < PM_COUNT(vectors); i++)
		if (pm_slice_starts(words, pm_slice_of(vectors[i].words))) {
			pm_fields_arch(f, PM_X86_64, PM_LIKELY);
			set_vector(f, vectors[i].vector);
			break;
		}
	if (address_behind(words, "non-canonical address ", &address) ||
	    address_behind(words, "maybe for address ", &address))
		pm_fields_address(f, address);
	if (pm_slice_starts(words, PM_S("SP/PC alignment")) || pm_slice_starts(words, PM_S("Oops - SP/PC")))
		pm_fields_arch(f, PM_ARM64, PM_LIKELY);
}

/* The number of an oops header: "…: 0002 [#1]", "…: 96000004 [#1]", "…: 0004 ilc:3 [#1]", "… sig: 11 [#1]" */
static void read_oops_code(struct pm_fields *f, struct pm_slice words)
{
	uint64_t code, ilc;
	size_t colon = PM_NPOS;

	words = pm_slice_trim(words);
	size_t at = pm_slice_find(words, PM_S(" ilc:"));
	if (at != PM_NPOS) {
		struct pm_slice s = pm_slice_from(words, at + 5);

		pm_fields_arch(f, PM_S390X, PM_LIKELY);
		if (pm_take_dec(&s, &ilc) && pm_fields_own(f))
			pm_fields_fact(f, "program-check", "ilc", pm_slice_from(words, at + 5));
		words = pm_slice_upto(words, at);
	}
	for (size_t i = words.n; i-- > 0;)
		if (words.p[i] == ':') {
			colon = i;
			break;
		}
	if (colon == PM_NPOS)
		return;
	struct pm_slice s = pm_slice_trim(pm_slice_from(words, colon + 1));
	unsigned digits;
	bool sig = pm_slice_ends(pm_slice_upto(words, colon), PM_S("sig"));
	if (sig) {
		if (pm_fields_own(f))
			pm_fields_fact(f, "oops", "signal", s);
		return;
	}
	if (!pm_take_hex(&s, &code, &digits) || s.n)
		return;
	pm_fields_error_code(f, code);
	/* "Oops: 0002 [#1]" without other words is a page fault on x86; arm64's numbers are longer. */
	if (digits == 4 &&
	    (pm_slice_starts(words, PM_S("Oops: Oops:")) ||
	     (colon == 4 && pm_slice_starts(words, PM_S("Oops:")))) &&
	    at == PM_NPOS)
		set_vector(f, 14);
}

/* Any line with "[#1]": the header of an oops, on every architecture. */
bool pm_fields_oops(struct pm_fields *f)
{
	struct pm_fault *fault = &f->inc->fault;
	size_t at = pm_slice_find(f->body, PM_S("[#"));
	uint64_t count;

	if (at == PM_NPOS)
		return false;
	struct pm_slice words = pm_slice_upto(f->body, at), rest = pm_slice_from(f->body, at + 2);
	if (!pm_take_dec(&rest, &count) || !pm_take_char(&rest, ']') || count > UINT32_MAX)
		return false;
	if (!pm_fields_own(f) || fault->oops_count)
		return true;
	fault->oops_count = (uint32_t)count;
	pm_take_char(&rest, ':');
	rest = pm_slice_trim(rest);
	if (rest.n && !fault->flags)
		fault->flags = pm_fields_str(f, pm_slice_upto(rest, 128));
	if (pm_slice_ends(rest, PM_S(" ARM")) || pm_slice_ends(rest, PM_S(" THUMB2")) ||
	    pm_slice_eq(rest, PM_S("ARM")))
		pm_fields_arch(f, PM_ARM, PM_LIKELY);
	f->thumb = pm_slice_ends(rest, PM_S("THUMB2"));
	read_oops_words(f, words);
	read_oops_code(f, words);
	return true;
}

static bool read_oops(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	(void)rest;
	return pm_fields_oops(f);
}

/* "PANIC: double fault, error_code: 0x0", "PANIC: early exception 0x0e IP 10:ffff… error 0 cr2 0xff" */
static bool read_panic_words(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t value;

	(void)row;
	pm_fields_arch(f, PM_X86_64, PM_LIKELY);
	if (pm_slice_starts(rest, PM_S("double fault")))
		set_vector(f, 8);
	if (address_behind(rest, "error_code: ", &value) || address_behind(rest, " error ", &value))
		pm_fields_error_code(f, value);
	if (address_behind(rest, "early exception ", &value) && value < 256)
		set_vector(f, (uint32_t)value);
	if (address_behind(rest, " cr2 ", &value))
		pm_fields_address(f, value);
	size_t ip = pm_slice_find(rest, PM_S(" IP "));
	if (ip != PM_NPOS) {
		struct pm_slice s = pm_slice_from(rest, ip + 4), segment;

		if (pm_take_until(&s, ":", &segment) && pm_take_char(&s, ':') &&
		    pm_take_hex(&s, &value, NULL)) {
			f->ip = (struct pm_place){ .has_addr = true, .addr = value, .at = f->at };
			if (!f->inc->actor.context)
				f->inc->actor.context = PM_RUNS_EARLY_BOOT;
		}
	}
	return true;
}

/* Facts about the bounds of one stack.  High is told as its last byte by x86 before 5.16, else as the byte behind;
 * *low_out and *high_out: the latter.  False: there are none, or only their hashes. */
static bool stack_facts(struct pm_fields *f, const char *name, const char *words, struct pm_slice low,
			struct pm_slice high, uint64_t *low_out, uint64_t *high_out)
{
	bool hashed = pm_oops_is_hashed(low);
	struct pm_fact *facts[] = {
		pm_fields_fact(f, "stack", pm_arena_printf(f->arena, "%slow", name), low),
		pm_fields_fact(f, "stack", pm_arena_printf(f->arena, "%shigh", name), high),
	};

	for (size_t i = 0; i < PM_COUNT(facts); i++)
		if (facts[i])
			facts[i]->meaning = hashed ? PM_HASHED_WORDS : words;
	if (hashed || !pm_slice_hex(low, low_out) || !pm_slice_hex(high, high_out))
		return false;
	*high_out += *high_out & 1;
	if (*low_out >= *high_out)
		return false;
	if (facts[0] && !words)
		facts[0]->meaning =
			pm_arena_printf(f->arena, "a stack of %" PRIu64 " bytes", *high_out - *low_out);
	return true;
}

static void set_stack(struct pm_fields *f, uint64_t low, uint64_t high)
{
	struct pm_fault *fault = &f->inc->fault;

	if (fault->has_stack)
		return;
	fault->has_stack = true;
	fault->stack_low = low;
	fault->stack_high = high;
}

/* "BUG: stack guard page was hit at ffffc900… (stack is ffffc900…..ffffc900…)"; since 5.16 the stack's name stands
 * before it: "BUG: TASK stack guard page …", also "#DF". */
static bool read_guard(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_match m;
	struct pm_fact *fact;
	uint64_t hit = 0, low, high;

	(void)row;
	if (!pm_match("{*}stack guard page was hit at {x}", rest, &m))
		return false;
	if (!pm_fields_own(f))
		return true;
	f->guard = true;
	pm_fields_fact(f, "stack", "stack", m.cap[0]);
	fact = pm_fields_fact(f, "stack", "guard_hit", m.cap[1]);
	/* Only its hash: the fault's CR2 tells the address then. */
	if (fact && pm_oops_is_hashed(m.cap[1]))
		fact->meaning = PM_HASHED_WORDS;
	else if (pm_slice_hex(m.cap[1], &hit))
		pm_fields_address(f, hit);
	if (!pm_match("(stack is {x}..{x})", rest, &m) ||
	    !stack_facts(f, "stack_", NULL, m.cap[0], m.cap[1], &low, &high))
		return true;
	set_stack(f, low, high);
	if (fact && hit < low)
		fact->meaning = pm_arena_printf(f->arena, "%" PRIu64 " bytes below the stack", low - hit);
	else if (fact && hit >= high)
		fact->meaning =
			pm_arena_printf(f->arena, "%" PRIu64 " bytes above the stack", hit - high + 1);
	return true;
}

/* arm64 overflow: "Task stack:     [0xffff8000…..0xffff8000…]" */
enum { STACK_TASK, STACK_IRQ, STACK_OVERFLOW };
static bool read_stack_bounds(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	static const char *const words[] = {
		[STACK_TASK] = NULL,
		[STACK_IRQ] = "the interrupt stack",
		[STACK_OVERFLOW] = "the stack the report is printed on",
	};
	struct pm_match m;
	uint64_t low, high;

	if (pm_fields_own(f) && pm_match("^{_}[{x}..{x}]", rest, &m) &&
	    stack_facts(f, row->name, words[row->number], m.cap[0], m.cap[1], &low, &high) &&
	    row->number == STACK_TASK)
		set_stack(f, low, high);
	return true;
}

/* "Faulting instruction address: 0xc000…" (powerpc) */
static bool read_faulting_instruction(struct pm_fields *f, const struct pm_field_row *row,
				      struct pm_slice rest)
{
	uint64_t address;

	(void)row;
	pm_take_blanks(&rest);
	if (take_address(&rest, &address) && !f->ip.has_addr && pm_fields_own(f))
		f->ip = (struct pm_place){ .has_addr = true, .addr = address, .at = f->at };
	return true;
}

/* "Failing address: 0000000000000000 TEID: 0000000000000483" (s390) */
static bool read_failing(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t address, teid;

	(void)row;
	pm_fields_arch(f, PM_S390X, PM_CERTAIN);
	pm_take_blanks(&rest);
	if (!take_address(&rest, &address))
		return true;
	/* Only the page is told: the last 12 bits hold the access. */
	pm_fields_address(f, address & ~(uint64_t)0xfff);
	if (address_behind(rest, "TEID: ", &teid) && pm_fields_own(f))
		pm_fields_fact(f, "program-check", "teid",
			       pm_slice_from(rest, pm_slice_find(rest, PM_S("TEID: ")) + 6));
	return true;
}

/* "mm/slub.c:123" → file and line. */
static bool take_source(struct pm_fields *f, struct pm_slice text, struct pm_place *place)
{
	uint64_t line;

	for (size_t i = text.n; i-- > 1;)
		if (text.p[i] == ':') {
			if (!pm_slice_dec(pm_slice_from(text, i + 1), &line) || line > UINT32_MAX)
				return false;
			place->file = pm_fields_str(f, pm_slice_upto(text, i));
			place->file_line = (uint32_t)line;
			return true;
		}
	return false;
}

/* What stands behind "WARNING: ", newest last.  The numbers say which capture is what; 0: not told. */
static const struct {
	const char *pattern;
	uint8_t where, cpu, minus, pid, comm;
} warnings[] = {
	{ "^CPU: {d} PID: {-|}{d} at {*}$", .cpu = 1, .minus = 2, .pid = 3, .where = 4 },
	{ "^CPU: {d} at {*}$", .cpu = 1, .where = 2 },
	/* since 6.18 */
	{ "^{*}, CPU#{d}: {*}/{d}$", .where = 1, .cpu = 2, .comm = 3, .pid = 4 },
	{ "^{*}, CPU#{d}", .where = 1, .cpu = 2 },
	{ "^at {*}$", .where = 1 }, /* 2.6 to 3.x */
	{ "^{*}$", .where = 1 },
};

/* "fs/inode.c:12 f+0x1/0x2", "fs/inode.c:12 at f+0x1/0x2 [m]", "f+0x1/0x2()" */
static bool take_warning_place(struct pm_fields *f, struct pm_slice s, struct pm_place *place)
{
	struct pm_slice rest = s, word;
	struct pm_place symbol = { .at = f->at };

	*place = symbol;
	if (pm_take_word(&rest, &word) && take_source(f, word, place))
		s = rest;
	pm_take_blanks(&s);
	pm_take(&s, PM_S("at "));
	if (pm_slice_has(pm_slice_upto(s, 256), PM_S("+0x")) && pm_fields_place(f, &s, &symbol)) {
		symbol.file = place->file;
		symbol.file_line = place->file_line;
		symbol.has_addr = false;
		*place = symbol;
	}
	return place->file || place->symbol;
}

static bool read_warning(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_actor *actor = &f->inc->actor;
	struct pm_place place;
	struct pm_match m;
	uint64_t number;
	size_t i = 0;

	(void)row;
	rest = pm_slice_upto(rest, 512);
	while (i < PM_COUNT(warnings) && !pm_match(warnings[i].pattern, rest, &m))
		i++;
	if (!pm_fields_own(f) || i == PM_COUNT(warnings) ||
	    !take_warning_place(f, m.cap[warnings[i].where - 1], &place))
		return false;
	if (!f->stated.symbol && !f->stated.file)
		f->stated = place;
	if (warnings[i].comm && !actor->comm)
		actor->comm = pm_fields_str(f, m.cap[warnings[i].comm - 1]);
	if (warnings[i].cpu && !actor->has_cpu && pm_slice_dec(m.cap[warnings[i].cpu - 1], &number) &&
	    number <= UINT32_MAX) {
		actor->has_cpu = true;
		actor->cpu = (uint32_t)number;
	}
	if (warnings[i].pid && !actor->has_pid && pm_slice_dec(m.cap[warnings[i].pid - 1], &number) &&
	    number <= INT32_MAX) {
		bool minus = warnings[i].minus && m.cap[warnings[i].minus - 1].n;

		actor->has_pid = true;
		actor->pid = minus ? -(int64_t)number : (int64_t)number;
		actor->at = f->at;
	}
	return true;
}

/* "kernel BUG at mm/slub.c:123!" */
static bool read_bug(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	struct pm_place place = { .at = f->at };

	(void)row;
	if (pm_fields_own(f) && !f->stated.file &&
	    take_source(f, pm_slice_upto(rest, pm_slice_find_char(rest, '!')), &place))
		f->stated = place;
	return true;
}

/* "BUG: KASAN: use-after-free in foo+0x12/0x34": the place, where registers do not tell one. */
static bool read_in(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	size_t at = pm_slice_find(rest, PM_S(" in "));

	(void)row;
	if (at != PM_NPOS && pm_fields_own(f) && !f->stated.symbol) {
		struct pm_slice s = pm_slice_from(rest, at + 4);
		struct pm_place place;

		if (pm_slice_has(pm_slice_upto(s, 512), PM_S("+0x")) && pm_fields_place(f, &s, &place))
			f->stated = place;
	}
	return true;
}

/* "SError Interrupt on CPU0, code 0xbf000002 -- SError" */
static bool read_serror(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t value;

	(void)row;
	pm_fields_arch(f, PM_ARM64, PM_LIKELY);
	if (pm_take_dec(&rest, &value) && value <= UINT32_MAX && !f->inc->actor.has_cpu) {
		f->inc->actor.has_cpu = true;
		f->inc->actor.cpu = (uint32_t)value;
	}
	if (address_behind(rest, "code ", &value))
		pm_fields_error_code(f, value);
	return true;
}

/* "Unhandled fault: synchronous external abort (0x96000010) at 0xffff…" */
static bool read_unhandled(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	uint64_t value;

	(void)row;
	if (address_behind(rest, "(0x", &value))
		pm_fields_error_code(f, value);
	if (address_behind(rest, ") at ", &value))
		pm_fields_address(f, value);
	return true;
}

/* "KASAN: null-ptr-deref in range [0x…18-0x…1f]" (also "maybe wild-memory-access"), after a GPF */
static bool read_kasan_range(struct pm_fields *f, const struct pm_field_row *row, struct pm_slice rest)
{
	(void)row;
	if (pm_fields_own(f) && pm_slice_has(rest, PM_S(" in range [")))
		pm_fields_fact(f, "kasan", "range", rest);
	return true;
}

const struct pm_field_row pm_rows_fault[] = {
	{ "BUG: unable to handle ", read_unable, PM_X86_64 },
	{ "BUG: kernel NULL pointer dereference", read_unable, PM_X86_64 }, /* since 5.2 */
	{ "BUG: Unable to handle ", read_unable, PM_PPC64 },
	{ "BUG: Kernel NULL pointer dereference", read_unable, PM_PPC64 },
	{ "BUG: K", read_in },
	{ "BUG: ", read_guard },
	{ "BUG: ", pm_fields_skip },
	{ "Unable to handle ", read_unable },
	{ "Unhandled fault: ", read_unhandled },
	{ "CPU ", read_cpu_unable },
	{ "#PF: ", read_pf },
	{ "PGD ", read_walk },
	{ "*pde = ", read_walk },
	{ "*pdpt = ", read_walk },
	{ "pgd = ", read_walk },
	{ "*pgd = ", read_walk },
	{ "[", read_bracket_walk },
	{ "user pgtable: ", pm_fields_fact_row, 0, "page-table/user" },
	{ "swapper pgtable: ", pm_fields_fact_row, 0, "page-table/swapper" },
	{ "Current ", pm_fields_fact_row, 0,
	  "page-table/current" },                          /* riscv: "Current sh pgtable: 4K pagesize, …" */
	{ "AS:", pm_fields_fact_row, 0, "page-table/as" }, /* s390 */
	{ "Fault in ", pm_fields_fact_row, 0, "program-check/fault_in" },
	{ "Failing address:", read_failing },
	{ "Mem abort info:", pm_fields_skip },
	{ "Data abort info:", pm_fields_skip },
	{ "ESR = ", read_abort_info },
	{ "EC = ", read_abort_info },
	{ "Exception class = ", read_abort_info },
	{ "SET = ", read_abort_info },
	{ "EA = ", read_abort_info },
	{ "FSC = ", read_abort_info },
	{ "ISV = ", read_abort_info },
	{ "CM = ", read_abort_info },
	{ "GCS = ", read_abort_info },
	{ "ESR: ", read_esr, 1, "esr" },
	{ "FAR: ", read_esr, 0, "far" },
	{ "Oops", read_oops },
	{ "Internal error: ", read_oops },
	{ "PANIC: ", read_panic_words },
	{ "Task stack: ", read_stack_bounds, STACK_TASK, "stack_" },
	{ "IRQ stack: ", read_stack_bounds, STACK_IRQ, "irq_stack_" },
	{ "Overflow stack: ", read_stack_bounds, STACK_OVERFLOW, "overflow_stack_" },
	{ "Insufficient stack space to handle exception!", pm_fields_skip },
	{ "Faulting instruction address:", read_faulting_instruction },
	{ "SError Interrupt on CPU", read_serror },
	{ "WARNING: ", read_warning },
	{ "kernel BUG at ", read_bug },
	{ "KASAN: ", read_kasan_range },
	{ "GPF could be caused by NULL-ptr deref", pm_fields_skip },
	{ "CONFIG_KASAN_INLINE enabled", pm_fields_skip },
	{ 0 },
};
