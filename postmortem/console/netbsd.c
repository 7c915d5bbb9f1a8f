/* NetBSD's panics: "panic: …", "fatal … fault in supervisor mode", the sanitizers'
 * reports, LOCKDEBUG, ddb's output. */
#include "console/plain/fields.h"
#include "console/plain/report.h"
#include "console/plain/trace.h"

static const char *const words[] = {
	"fault in supervisor mode", "panic: ", "UBSan:", PM_PLAIN_FUZZER_WORDS, NULL,
};
static const char *const marks[] = {
	"The NetBSD Foundation",
	"NetBSD 1",
	"NetBSD 6.",
	"NetBSD 7.",
	"NetBSD 8.",
	"NetBSD 9.",
	">> NetBSD/",
	NULL,
};

/* "Stopped in pid 1.2 (comm) at netbsd:name+0x12: insn" */
static bool look_stopped(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	for (size_t i = 1; i < report->lines.n; i++) {
		struct pm_slice text = report->lines.v[i].text;
		size_t stopped = pm_slice_find(text, PM_S("Stopped in"));

		if (stopped == PM_NPOS)
			continue;
		text = pm_slice_from(text, stopped);
		size_t at = pm_slice_find(text, PM_S("netbsd:"));
		if (at == PM_NPOS)
			continue;
		text = pm_slice_from(text, at + 7);
		found->a = pm_slice_upto(text, pm_slice_find_char(text, '+'));
		return found->a.n > 0;
	}
	return false;
}

/* The frame behind the last run of frames for which is holds: what called the checker. */
static bool caller_of(const struct pm_plain_report *report, bool (*is)(struct pm_slice),
		      struct pm_plain_found *found)
{
	struct pm_plain_frame frame;
	bool run = false, any = false;

	for (size_t i = 1; i < report->lines.n; i++) {
		struct pm_slice text = pm_slice_trim(report->lines.v[i].text);

		if (!pm_plain_frame_parse(text, &frame)) {
			run = false;
			continue;
		}
		/* The call itself, not what is inlined into it. */
		struct pm_slice name = pm_slice_upto(text, pm_slice_find_char(text, '('));
		bool one = is(name);
		if (run && !one) {
			found->a = name;
			any = true;
		}
		run = one;
	}
	return any;
}

static bool is_asan(struct pm_slice name)
{
	return pm_slice_starts(name, PM_S("kasan")) || pm_slice_starts(name, PM_S("__asan"));
}

static bool is_msan(struct pm_slice name)
{
	return pm_slice_starts(name, PM_S("kmsan")) || pm_slice_starts(name, PM_S("__msan"));
}

static bool is_ubsan(struct pm_slice name)
{
	return pm_slice_starts(name, PM_S("Handle")) || pm_slice_starts(name, PM_S("__ubsan"));
}

static bool look_asan(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return caller_of(report, is_asan, found);
}

static bool look_msan(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return caller_of(report, is_msan, found);
}

static bool look_ubsan(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return caller_of(report, is_ubsan, found);
}

/* The first frame that has nothing to do with locks or with panicking. */
static bool look_lock_user(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	static const char *const parts[] = { "panic", "printf", "lockdebug", "abort", "mutex" };
	size_t i = pm_plain_find(report, 1, "Begin traceback");
	struct pm_plain_frame frame;

	if (i == PM_NPOS)
		return false;
	while (++i < report->lines.n) {
		struct pm_slice text = pm_slice_trim(report->lines.v[i].text);
		bool skip = false;

		if (!pm_plain_frame_parse(text, &frame))
			return false;
		for (size_t k = 0; k < PM_COUNT(parts); k++)
			skip |= pm_slice_has(text, pm_slice_of(parts[k]));
		if (!skip) {
			found->a = pm_slice_upto(text, pm_slice_find_char(text, '('));
			return true;
		}
	}
	return false;
}

static const struct pm_plain_row fault_rows[] = {
	{ "fatal page fault in supervisor mode", "page fault in $a", PM_KIND_PAGE_FAULT, look_stopped },
	{ "fatal protection fault in supervisor mode", "protection fault in $a", PM_KIND_GPF, look_stopped },
	{ "fatal integer divide fault in supervisor mode", "integer divide fault in $a", PM_KIND_DIVIDE,
	  look_stopped },
};
static const struct pm_plain_row panic_rows[] = {
	{ "panic: kernel diagnostic assertion \"{*}\"", "assert failed: $1", PM_KIND_ASSERT },
	{ "panic: lock error", "lock error in $a", PM_KIND_LOCKING, look_lock_user },
	{ "ASan: Unauthorized Access", "ASan: Unauthorized Access in $a", PM_KIND_KASAN, look_asan },
	{ "MSan: Uninitialized", "MSan: Uninitialized Memory in $a", PM_KIND_KMSAN, look_msan },
	{ "UBSan: Undefined Behavior", "UBSan: Undefined Behavior in $a", PM_KIND_UBSAN, look_ubsan },
};
static const struct pm_plain_row ubsan_rows[] = {
	{ "UBSan:", "UBSan: Undefined behavior", PM_KIND_UBSAN },
};

/* What follows a report of UBSan's that did not panic: nothing. */
#define INCOMPLETE "the stack trace is missing or ends early"
#define ROWS(rows) rows, PM_COUNT(rows)
static const struct pm_plain_header headers[] = {
	{ "fault in supervisor mode", NULL, ROWS(fault_rows), PM_KIND_PAGE_FAULT, INCOMPLETE, NULL },
	{ "panic: ", pm_plain_no_panic, ROWS(panic_rows), PM_KIND_PANIC, INCOMPLETE, NULL },
	{ "UBSan:", NULL, ROWS(ubsan_rows), PM_KIND_UBSAN, NULL, pm_plain_nothing_more },
};

static bool starts(const struct pm_line *line)
{
	return pm_plain_header_find(headers, PM_COUNT(headers), line->body, NULL) != NULL;
}

/* "trap type 6 code 0 rip 0xffffffff8021beee cs 0x8 rflags 0x10206 cr2 0 ilevel 0 rsp 0xffffa6816efd4b38" */
static void read_trap(struct pm_plain_report *report)
{
	static const struct {
		const char *word, *reg;
		unsigned bits;
	} registers[] = {
		{ " rip ", "rip", 64 },       { " cs ", "cs", 16 },   { " rflags ", "rflags", 64 },
		{ " cr2 ", "cr2", 64 },       { " rsp ", "rsp", 64 }, { " eip ", "eip", 32 },
		{ " eflags ", "eflags", 32 }, { " esp ", "esp", 32 },
	};
	struct pm_fault *fault = &report->inc->fault;
	bool panicked = pm_slice_has(report->lines.v[0].text, PM_S("panic: "));

	for (size_t i = 0; i < report->lines.n && i < 300; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_slice text = line->text, number, code;
		struct pm_match m;
		uint64_t type, value;

		if (pm_match("curlwp {x} pid {d}.{d} lowest kstack {x}", text, &m)) {
			if (pm_take_dec(&m.cap[1], &value))
				pm_plain_set_process(report, true, value, (struct pm_slice){ 0 }, line);
			pm_plain_fact(report, "process", "curlwp", m.cap[0], NULL, line);
			pm_plain_fact(report, "process", "lwp", m.cap[2], NULL, line);
			pm_plain_fact(report, "process", "lowest_kstack", m.cap[3], NULL, line);
		} else if (pm_match("cpu{d}: Begin traceback", text, &m)) {
			if (pm_take_dec(&m.cap[0], &value))
				pm_plain_set_cpu(report, value, line);
		}
		if (!pm_match("trap type {d} code {x} ", text, &m))
			continue;
		number = m.cap[0];
		code = m.cap[1];
		if (!pm_take_dec(&number, &type))
			continue;
		/* The breakpoint by which a panic enters the debugger is not the fault. */
		if (panicked && type == 1) {
			pm_plain_fact(report, "trap", "debugger_entry", text, NULL, line);
			continue;
		}
		if (pm_incident_fact(report->inc, "trap", "type"))
			continue;
		pm_plain_fact(report, "trap", "type", m.cap[0], pm_plain_trap_words(PM_NETBSD, type), line);
		if (pm_take_hex(&code, &fault->error_code, NULL)) {
			fault->has_error_code = true;
			if (type == 6) {
				fault->has_vector = true;
				fault->vector = 14;
				fault->access = fault->error_code & 0x10 ? PM_EXECUTE
						: fault->error_code & 2  ? PM_WRITE
									 : PM_READ;
			}
		}
		for (size_t r = 0; r < PM_COUNT(registers); r++) {
			size_t at = pm_slice_find(text, pm_slice_of(registers[r].word));
			struct pm_slice s;

			if (at == PM_NPOS)
				continue;
			s = pm_slice_from(text, at + strlen(registers[r].word));
			if (!pm_take_hex(&s, &value, NULL))
				continue;
			pm_plain_set_register(report, registers[r].reg, value, registers[r].bits, line);
			if (type == 6 && !strcmp(registers[r].reg, "cr2"))
				pm_plain_set_address(report, value, line);
		}
	}
}

static void read_place(struct pm_plain_report *report, struct pm_slice file, struct pm_slice number,
		       const struct pm_plain_line *line)
{
	pm_plain_fact(report, "panic", "file", file, NULL, line);
	pm_plain_fact(report, "panic", "line", number, NULL, line);
	report->inc->guilty_file = pm_plain_str(report, file);
}

/* What the first line tells beyond its kind. */
static void read_message(struct pm_plain_report *report)
{
	const struct pm_plain_line *line = &report->lines.v[0];
	struct pm_fault *fault = &report->inc->fault;
	struct pm_match m;
	uint64_t value;

	if (pm_match("assertion \"{*}\" failed: file \"{*}\", line {d}", line->text, &m)) {
		pm_plain_fact(report, "assert", "expression", m.cap[0], NULL, line);
		read_place(report, m.cap[1], m.cap[2], line);
	} else if (pm_match("UBSan: Undefined Behavior in {*}:{d}:{d}, {*}$", line->text, &m)) {
		pm_plain_fact(report, "ubsan", "what", m.cap[3], NULL, line);
		read_place(report, m.cap[0], m.cap[1], line);
	} else if (pm_match("ASan: Unauthorized Access In {x}: Addr {x} [{d} byte{*}, {f}, {*}]", line->text,
			    &m)) {
		if (pm_take_hex(&m.cap[1], &value, NULL))
			pm_plain_set_address(report, value, line);
		if (pm_take_dec(&m.cap[2], &value) && value <= UINT32_MAX)
			fault->access_size = (uint32_t)value;
		fault->access = pm_slice_eq(m.cap[4], PM_S("write")) ? PM_WRITE : PM_READ;
		pm_plain_fact(report, "kasan", "pc", m.cap[0], NULL, line);
		pm_plain_fact(report, "kasan", "shadow", m.cap[5], NULL, line);
	} else if (pm_match("MSan: Uninitialized {*} In {f}", line->text, &m)) {
		pm_plain_fact(report, "kmsan", "memory", m.cap[0], NULL, line);
	}
}

static bool read_report(struct pm_window *window, struct pm_incident *inc)
{
	struct pm_plain_report report = { .window = window, .inc = inc };
	const struct pm_plain_header *header =
		pm_plain_header_find(headers, PM_COUNT(headers), window->lines[window->start].body, NULL);

	if (pm_plain_of_program(window) || !pm_plain_begin(&report, header, pm_plain_text, NULL))
		return false;
	read_trap(&report);
	pm_plain_ddb(&report);
	read_message(&report);
	pm_plain_finish(&report);
	return true;
}

const struct pm_console_system pm_console_netbsd = { PM_NETBSD, starts, read_report, words, marks };
