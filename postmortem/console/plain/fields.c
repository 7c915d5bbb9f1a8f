#include "console/plain/fields.h"

#include "base/pattern.h"
#include "console/plain/lock.h"
#include "console/plain/trace.h"
#include "functions/functions.h"

#include <ctype.h>
#include <stdio.h>

void pm_plain_set_address(struct pm_plain_report *report, uint64_t address, const struct pm_plain_line *line)
{
	struct pm_fault *fault = &report->inc->fault;

	if (fault->has_address)
		return;
	fault->has_address = true;
	fault->address = address;
	fault->address_at = line->from->at;
}

void pm_plain_set_process(struct pm_plain_report *report, bool has_pid, uint64_t pid, struct pm_slice comm,
			  const struct pm_plain_line *line)
{
	struct pm_actor *actor = &report->inc->actor;

	if (has_pid && !actor->has_pid && pid <= INT32_MAX) {
		actor->has_pid = true;
		actor->pid = (int64_t)pid;
		actor->at = line->from->at;
	}
	comm = pm_slice_trim(comm);
	if (comm.n && !actor->comm) {
		actor->comm = pm_plain_str(report, pm_slice_upto(comm, 200));
		actor->at = line->from->at;
	}
}

void pm_plain_set_cpu(struct pm_plain_report *report, uint64_t cpu, const struct pm_plain_line *line)
{
	struct pm_actor *actor = &report->inc->actor;

	if (actor->has_cpu || cpu > 65535)
		return;
	actor->has_cpu = true;
	actor->cpu = (uint32_t)cpu;
	if (!actor->at.line)
		actor->at = line->from->at;
}

static struct pm_regs *fault_regs(struct pm_plain_report *report, struct pm_at at)
{
	struct pm_trace *trace = pm_plain_crash_trace(report);

	if (!trace->regs.n) {
		struct pm_regs *regs = PM_PUSH(&report->inc->arena, &trace->regs);

		regs->role = PM_REGS_FAULT;
		regs->at = at;
	}
	return &trace->regs.v[0];
}

void pm_plain_set_register(struct pm_plain_report *report, const char *name, uint64_t value, unsigned bits,
			   const struct pm_plain_line *line)
{
	struct pm_machine *machine = &report->inc->machine;
	struct pm_regs *regs = fault_regs(report, line->from->at);
	enum pm_arch arch = PM_ARCH_UNKNOWN;

	if (pm_regs_find(regs, name) || regs->regs.n >= 128)
		return;
	struct pm_register *reg = PM_PUSH(&report->inc->arena, &regs->regs);
	reg->name = name;
	reg->value = value;
	reg->bits = (uint8_t)bits;
	reg->at = line->from->at;
	bool pc = !strcmp(name, "rip") || !strcmp(name, "eip") || !strcmp(name, "pc") || !strcmp(name, "elr");
	if (pc && !regs->pc.has_addr) {
		regs->pc.has_addr = true;
		regs->pc.addr = value;
		regs->pc.at = line->from->at;
	}
	if (!strcmp(name, "rip") || !strcmp(name, "r15"))
		arch = PM_X86_64;
	else if (!strcmp(name, "eip"))
		arch = PM_I386;
	else if (!strcmp(name, "x28") || !strcmp(name, "elr"))
		arch = PM_ARM64;
	if (arch && !machine->arch) {
		machine->arch = arch;
		machine->arch_grade = PM_LIKELY;
	}
}

/* --- registers ---------------------------------------------------------------------------- */

static const char *const registers[] = {
	"rax", "rbx", "rcx",  "rdx",  "rsi",    "rdi",    "rbp", "rsp", "r8",   "r9",  "r10", "r11", "r12",
	"r13", "r14", "r15",  "rip",  "rflags", "cs",     "ss",  "ds",  "es",   "fs",  "gs",  "cr0", "cr2",
	"cr3", "cr4", "dr0",  "dr1",  "dr2",    "dr3",    "dr6", "dr7", "efer", "eax", "ebx", "ecx", "edx",
	"esi", "edi", "ebp",  "esp",  "eip",    "eflags", "x0",  "x1",  "x2",   "x3",  "x4",  "x5",  "x6",
	"x7",  "x8",  "x9",   "x10",  "x11",    "x12",    "x13", "x14", "x15",  "x16", "x17", "x18", "x19",
	"x20", "x21", "x22",  "x23",  "x24",    "x25",    "x26", "x27", "x28",  "x29", "lr",  "sp",  "fp",
	"pc",  "elr", "spsr", "cpsr", "esr",    "far",    "usp",
};
/* Names that mean one of the above. */
static const char *const aliases[][2] = {
	{ "rfl", "rflags" },
	{ "efl", "rflags" },
	{ "x30", "lr" },
};

static const char *register_name(struct pm_slice word)
{
	char lower[8];

	if (!word.n || word.n >= sizeof(lower))
		return NULL;
	for (size_t i = 0; i < word.n; i++)
		lower[i] = (char)tolower((unsigned char)word.p[i]);
	lower[word.n] = 0;
	for (size_t i = 0; i < PM_COUNT(aliases); i++)
		if (!strcmp(lower, aliases[i][0]))
			return aliases[i][1];
	for (size_t i = 0; i < PM_COUNT(registers); i++)
		if (!strcmp(lower, registers[i]))
			return registers[i];
	return NULL;
}

struct pair {
	const char *name;
	uint64_t value;
	unsigned bits;
};

/* The next "NAME: value" or "NAME=value" of a line; false: none is left. */
static bool take_pair(struct pm_slice *s, struct pair *out)
{
	while (s->n) {
		struct pm_slice rest = *s;
		size_t n = 0;
		unsigned digits;

		while (n < rest.n && pm_is_alnum(rest.p[n]))
			n++;
		if (!n) {
			*s = pm_slice_from(*s, 1);
			continue;
		}
		out->name = register_name(pm_slice_upto(rest, n));
		rest = pm_slice_from(rest, n);
		*s = rest;
		if (!out->name)
			continue;
		pm_take_blanks(&rest);
		bool sign = pm_take_char(&rest, ':') || pm_take_char(&rest, '=');
		pm_take_blanks(&rest);
		/* Without a sign only arm64 Zircon prints: "x0  0x12 x1 0". */
		if (!sign && (out->name[0] != 'x' || !pm_slice_starts(rest, PM_S("0x"))))
			continue;
		if (!pm_take_hex(&rest, &out->value, &digits) || (rest.n && pm_is_alnum(rest.p[0])))
			continue;
		out->bits = digits > 8 || out->name[0] == 'r' || out->name[0] == 'x' ? 64 : 32;
		if (out->name[1] == 's' && out->name[2] == 0 && out->name[0] != 'p')
			out->bits = 16;
		*s = rest;
		return true;
	}
	return false;
}

/* "rdi   0xffff…   name+0x12": the debugger's list, a register a line. */
static bool listed(struct pm_slice text, struct pair *out, struct pm_slice *symbol_out)
{
	struct pm_slice word;
	unsigned digits;

	if (!pm_take_word(&text, &word) || !(out->name = register_name(word)))
		return false;
	pm_take_blanks(&text);
	if (!pm_take_hex(&text, &out->value, &digits) || (text.n && text.p[0] != ' ' && text.p[0] != '\t'))
		return false;
	out->bits = 64;
	*symbol_out = pm_slice_trim(text);
	return true;
}

void pm_plain_registers(struct pm_plain_report *report)
{
	unsigned lines = 0, quiet = 0; /* of one block */

	for (size_t i = 0; i < report->lines.n; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_slice text = pm_slice_trim(line->text), rest = text, symbol;
		struct pair pair, first = { 0 };
		unsigned pairs = 0;

		if (lines && ++quiet > 12)
			return; /* the first block is the crashed context's */
		if (listed(text, &pair, &symbol)) {
			/* One such line may be anything; the debugger lists many. */
			struct pm_slice next = i + 1 < report->lines.n
						       ? pm_slice_trim(report->lines.v[i + 1].text)
						       : (struct pm_slice){ 0 };
			struct pm_slice unused;
			struct pair other;

			if (!lines && !listed(next, &other, &unused))
				continue;
			pm_plain_set_register(report, pair.name, pair.value, pair.bits, line);
			struct pm_regs *regs = fault_regs(report, line->from->at);
			size_t plus = pm_slice_find_char(symbol, '+');
			if (symbol.n && !strcmp(pair.name, "rip") && !regs->pc.symbol) {
				struct pm_slice offset = pm_slice_from(symbol, plus + 1);

				regs->pc.symbol = pm_plain_str(report, pm_slice_upto(symbol, plus));
				if (plus != PM_NPOS)
					regs->pc.has_offset = pm_take_hex(&offset, &regs->pc.offset, NULL);
			}
			lines++;
			quiet = 0;
			continue;
		}
		if (text.n > 400)
			continue;
		while (pairs < 16 && take_pair(&rest, &pair)) {
			if (!pairs++) {
				first = pair;
				continue;
			}
			if (pairs == 2)
				pm_plain_set_register(report, first.name, first.value, first.bits, line);
			pm_plain_set_register(report, pair.name, pair.value, pair.bits, line);
		}
		/* A lone pair counts inside a block: "EFER=0000000000000d01". */
		if (pairs == 1 && lines)
			pm_plain_set_register(report, first.name, first.value, first.bits, line);
		if (pairs > 1 || (pairs && lines)) {
			lines++;
			quiet = 0;
		}
	}
}

/* --- the debugger --------------------------------------------------------------------------- */

/* "Stopped at      name+0x12:       insn", "Stopped in pid 1.2 (comm) at netbsd:name+0x12: insn" */
static void stopped(struct pm_plain_report *report, struct pm_slice text, const struct pm_plain_line *line)
{
	struct pm_incident *inc = report->inc;
	struct pm_slice s = text, name;
	struct pm_match m;
	size_t at;

	if (pm_match("Stopped in pid {d}.{d} ({*}) at{_}", text, &m)) {
		struct pm_slice pid = m.cap[0];
		uint64_t nr;

		if (pm_take_dec(&pid, &nr))
			pm_plain_set_process(report, true, nr, m.cap[2], line);
		pm_plain_fact(report, "process", "lwp", m.cap[1], NULL, line);
		s = pm_slice_from(text, m.end);
	} else if ((at = pm_slice_find(text, PM_S("Stopped at"))) != PM_NPOS) {
		s = pm_slice_from(text, at + 10);
	} else {
		return;
	}
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = pm_slice_from(s, 1);
	(void)pm_take(&s, PM_S("netbsd:"));
	size_t colon = pm_slice_find(s, PM_S(":"));
	if (colon != PM_NPOS)
		pm_plain_fact(report, "debugger", "instruction", pm_slice_from(s, colon + 1), NULL, line);
	struct pm_place place = { .at = line->from->at };
	if (pm_slice_starts(s, PM_S("0x"))) {
		place.has_addr = pm_take_hex(&s, &place.addr, NULL);
	} else if (pm_take_until(&s, "+: \t", &name)) {
		place.symbol = pm_plain_str(report, name);
		if (pm_take_char(&s, '+'))
			place.has_offset = pm_take_hex(&s, &place.offset, NULL);
	}
	pm_plain_fact(report, "debugger", "stopped_at", text, NULL, line);
	/* The debugger's own entry is not the fault's place. */
	if (place.symbol && !pm_function_has(inc->machine.system, place.symbol, PM_FUNCTION_STOPS) &&
	    !inc->place.symbol)
		inc->place = place;
	else if (place.has_addr && !inc->place.symbol && !inc->place.has_addr)
		inc->place = place;
}

/* "*482899     71      0     0x14000      0x200    0  reaper": OpenBSD's list of running threads */
static void running_threads(struct pm_plain_report *report, size_t head)
{
	for (size_t i = head + 1; i < report->lines.n && i < head + 65; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_slice s = pm_slice_trim(line->text), word[7], comm;
		bool current = pm_take_char(&s, '*');
		uint64_t tid, pid, cpu;
		int n = 0;

		while (n < 6 && pm_take_word((pm_take_blanks(&s), &s), &word[n]))
			n++;
		if (n < 6 || !pm_take_dec(&word[0], &tid) || !pm_take_dec(&word[1], &pid) ||
		    !pm_take_dec(&word[5], &cpu))
			return;
		comm = pm_slice_trim(s);
		if (current) {
			pm_plain_set_process(report, true, pid, comm, line);
			pm_plain_set_cpu(report, cpu, line);
			char digits[24];
			int len = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)tid);
			pm_plain_fact(report, "process", "tid", (struct pm_slice){ digits, (size_t)len },
				      NULL, line);
		}
	}
}

void pm_plain_debugger(struct pm_plain_report *report)
{
	struct pm_incident *inc = report->inc;

	for (size_t i = 0; i < report->lines.n; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_slice text = line->text;
		struct pm_match m;

		if (pm_slice_has(text, PM_S("Stopped "))) {
			if (!pm_incident_fact(inc, "debugger", "stopped_at"))
				stopped(report, text, line);
		} else if (pm_slice_has(text, PM_S("TID    PID    UID     PRFLAGS"))) {
			running_threads(report, i);
		} else if (pm_match("^[ thread pid {d} tid {d} ]", text, &m)) {
			struct pm_slice pid = m.cap[0];
			uint64_t nr;

			if (pm_take_dec(&pid, &nr))
				pm_plain_set_process(report, true, nr, (struct pm_slice){ 0 }, line);
			pm_plain_fact(report, "process", "tid", m.cap[1], NULL, line);
		} else if (pm_match("^kernel: {*} trap, code={x}", text, &m)) {
			struct pm_slice code = m.cap[1];

			pm_plain_fact(report, "trap", "type", m.cap[0], NULL, line);
			if (!inc->fault.has_error_code)
				inc->fault.has_error_code = pm_take_hex(&code, &inc->fault.error_code, NULL);
		} else if (pm_match("show panic", text, NULL) && i + 1 < report->lines.n) {
			pm_plain_fact(report, "debugger", "show_panic", report->lines.v[i + 1].text, NULL,
				      &report->lines.v[i + 1]);
		} else if (pm_match("^PROC ({*}) {*}pid={d}", text, &m)) {
			struct pm_slice pid = m.cap[2];
			uint64_t nr;

			pm_plain_set_process(report, false, 0, m.cap[0], line);
			/* Older versions call the thread's number pid, and tell no other. */
			if (pm_slice_has(m.cap[1], PM_S("tid=")) && pm_take_dec(&pid, &nr))
				pm_plain_set_process(report, true, nr, m.cap[0], line);
		} else if (pm_match("^Uptime: {*}$", text, &m) || pm_match("^UPTIME: {*}$", text, &m)) {
			pm_plain_fact(report, "machine", "uptime", m.cap[0], NULL, line);
		}
	}
}

void pm_plain_fields(struct pm_plain_report *report, const struct pm_plain_field *fields, size_t n)
{
	for (size_t i = 0; i < report->lines.n; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_slice text = pm_slice_trim(line->text);

		for (size_t f = 0; f < n; f++) {
			struct pm_slice s = text;

			if (!pm_take(&s, pm_slice_of(fields[f].name)))
				continue;
			while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
				s = pm_slice_from(s, 1);
			if (!pm_take_char(&s, '='))
				(void)pm_take_char(&s, ':');
			fields[f].read(report, pm_slice_trim(s), line);
			break;
		}
	}
}

const char *pm_plain_trap_words(enum pm_system system, uint64_t number)
{
	/* FreeBSD numbers traps its own way (machine/trap.h); Darwin by vector. */
	static const char *const freebsd[] = {
		[1] = "privileged instruction",
		[3] = "breakpoint",
		[6] = "arithmetic trap",
		[9] = "general protection fault",
		[10] = "trace trap",
		[12] = "page fault",
		[14] = "alignment fault",
		[18] = "integer divide",
		[19] = "non-maskable interrupt",
		[20] = "overflow",
		[21] = "bounds check",
		[22] = "no floating point unit",
		[23] = "double fault",
		[24] = "floating point operand fetch",
		[25] = "invalid TSS",
		[26] = "segment not present",
		[27] = "stack fault",
		[28] = "machine check",
		[29] = "SIMD floating point exception",
		[30] = "reserved",
	};
	static const char *const netbsd[] = {
		[0] = "privileged instruction",
		[1] = "breakpoint",
		[2] = "arithmetic trap",
		[3] = "asynchronous system trap",
		[4] = "protection fault",
		[5] = "trace trap",
		[6] = "page fault",
		[7] = "alignment fault",
		[8] = "integer divide",
		[9] = "non-maskable interrupt",
		[10] = "overflow",
		[11] = "bounds check",
		[12] = "no floating point unit",
		[13] = "double fault",
		[14] = "floating point operand fetch",
		[15] = "invalid TSS",
		[16] = "segment not present",
		[17] = "stack fault",
		[18] = "machine check",
		[19] = "SIMD floating point exception",
	};
	static const char *const vectors[] = {
		[0] = "divide error",
		[1] = "debug",
		[2] = "NMI",
		[3] = "breakpoint",
		[4] = "overflow",
		[5] = "bounds",
		[6] = "invalid opcode",
		[7] = "no floating point unit",
		[8] = "double fault",
		[10] = "invalid TSS",
		[11] = "segment not present",
		[12] = "stack fault",
		[13] = "general protection",
		[14] = "page fault",
		[16] = "floating point error",
		[17] = "alignment check",
		[18] = "machine check",
		[19] = "SIMD floating point exception",
	};

	if (system == PM_FREEBSD)
		return number < PM_COUNT(freebsd) ? freebsd[number] : NULL;
	if (system == PM_NETBSD || system == PM_OPENBSD)
		return number < PM_COUNT(netbsd) ? netbsd[number] : NULL;
	return number < PM_COUNT(vectors) ? vectors[number] : NULL;
}

void pm_plain_ddb(struct pm_plain_report *report)
{
	pm_plain_registers(report);
	pm_plain_debugger(report);
	pm_plain_locks(report);
}
