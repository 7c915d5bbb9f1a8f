/* FreeBSD's panics: "Fatal trap …" with its block of fields, "panic: …", KDB's and
 * DDB's output, WITNESS's lock order reversals. */
#include "base/symbol.h"
#include "console/plain/fields.h"
#include "console/plain/lock.h"
#include "console/plain/report.h"
#include "console/plain/trace.h"

static const char *const words[] = {
	"Fatal trap ", "panic:", "lock order reversal:", PM_PLAIN_FUZZER_WORDS, NULL,
};
static const char *const marks[] = {
	"The FreeBSD Project", "FreeBSD 1", "FreeBSD 9.", "FreeBSD 8.", "---<<BOOT>>---", NULL,
};

/* The first frame of KDB's backtrace that did not only handle the trap, or copy for its caller. */
static bool look_first_frame(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	static const char *const skipped[] = {
		"kdb_backtrace", "vpanic",   "panic",      "trap_fatal",      "trap_pfault",
		"trap",          "calltrap", "m_copydata", "__rw_wlock_hard",
	};
	size_t i = pm_plain_find(report, 0, "KDB: stack backtrace:");
	struct pm_plain_frame frame;

	if (i == PM_NPOS)
		return false;
	while (++i < report->lines.n) {
		bool skip = false;

		/* Frames without numbers are look_after_trap's. */
		if (!pm_plain_frame_parse(report->lines.v[i].text, &frame) || !frame.numbered)
			return false;
		for (size_t k = 0; k < PM_COUNT(skipped); k++)
			skip |= pm_slice_eq(frame.symbol, pm_slice_of(skipped[k]));
		if (!skip && frame.symbol.n) {
			found->a = pm_symbol_title(frame.symbol);
			return true;
		}
	}
	return false;
}

/* The frame behind "--- trap 0xc, …", FreeBSD 12 and later. */
static bool look_after_trap(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	size_t i = pm_plain_find(report, 0, "KDB: stack backtrace:");
	struct pm_plain_frame frame;

	if (i == PM_NPOS)
		return false;
	while (++i < report->lines.n) {
		struct pm_slice text = report->lines.v[i].text;

		if (pm_slice_starts(text, PM_S("--- trap 0x"))) {
			if (i + 1 == report->lines.n ||
			    !pm_plain_frame_parse(report->lines.v[i + 1].text, &frame) || !frame.symbol.n)
				return false;
			found->a = frame.symbol;
			return true;
		}
		if (!pm_plain_frame_parse(text, &frame))
			return false;
	}
	return false;
}

/* The first frame behind those whose names satisfy is. */
static bool caller_of(const struct pm_plain_report *report, bool (*is)(struct pm_slice), struct pm_slice *out)
{
	size_t i = pm_plain_find(report, 0, "KDB: stack backtrace:");
	struct pm_plain_frame frame;
	bool seen = false;

	if (i == PM_NPOS)
		return false;
	while (++i < report->lines.n && pm_plain_frame_parse(report->lines.v[i].text, &frame)) {
		bool one = is(frame.symbol);

		if (seen && !one && frame.symbol.n) {
			*out = frame.symbol;
			return true;
		}
		seen |= one;
	}
	return false;
}

static bool is_sx_destroy(struct pm_slice symbol)
{
	return pm_slice_eq(symbol, PM_S("sx_destroy"));
}

static bool is_sanitizer(struct pm_slice symbol)
{
	return pm_slice_starts(symbol, PM_S("__asan_")) || pm_slice_starts(symbol, PM_S("kasan_")) ||
	       pm_slice_starts(symbol, PM_S("__msan_")) || pm_slice_starts(symbol, PM_S("kmsan_"));
}

static bool look_sx(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return caller_of(report, is_sx_destroy, &found->a);
}

static bool look_sanitizer(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return caller_of(report, is_sanitizer, &found->a);
}

/* "@ /usr/src/sys/kern/foo.c:12": the path from sys/ on. */
static bool look_sys_path(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_slice path = found->match.cap[2];

	(void)report;
	for (size_t at = path.n; at-- > 0;) {
		struct pm_slice s = pm_slice_from(path, at);

		if (pm_take(&s, PM_S("/")) && pm_slice_starts(s, PM_S("sys/"))) {
			size_t colon = pm_slice_find_char(s, ':');
			struct pm_slice number = pm_slice_from(s, colon + 1);
			uint64_t nr;

			if (colon == PM_NPOS || !pm_take_dec(&number, &nr))
				return false;
			found->a = pm_slice_upto(s, s.n - number.n);
			return true;
		}
	}
	return false;
}

static const struct pm_plain_row trap_rows[] = {
	{ "Fatal trap {*}$", "Fatal trap $1 in $a", PM_KIND_UNKNOWN, look_first_frame },
	{ "Fatal trap {d}:{*} while in kernel mode", "Fatal trap $1:$2 in $a", PM_KIND_UNKNOWN,
	  look_after_trap },
	{ "Fatal trap {d}:{*} while in user mode", "Fatal trap $1:$2 in $a", PM_KIND_UNKNOWN,
	  look_after_trap },
};

static const struct pm_plain_row panic_rows[] = {
	{ "panic: ffs_write: type {x} {d} ({d},{d})", "panic: ffs_write: type ADDR X (Y,Z)",
	  PM_KIND_FILESYSTEM },
	{ "panic: {f}() of destroyed {f} @ {*}$", "panic: $1() of destroyed $2 at $a", PM_KIND_LOCKING,
	  look_sys_path },
	{ "panic: No chunks on the queues for sid {d}.", "panic: sctp: no chunks on the queues",
	  PM_KIND_ASSERT },
	{ "panic: size_on_all_streams = {d} smaller than control length {d}",
	  "panic: size_on_all_streams smaller than control length", PM_KIND_ASSERT },
	{ "panic: sbflush_internal: ccc {d} mb {d} mbcnt {d}", "panic: sbflush_internal: residual data",
	  PM_KIND_ASSERT },
	{ "panic: sx lock still held", "panic: sx lock still held in $a", PM_KIND_LOCKING, look_sx },
	{ "panic: pfi_dynaddr_setup: dyn is {x}$", "panic: pfi_dynaddr_setup: non-NULL dyn", PM_KIND_ASSERT },
	{ "panic: ASan: Invalid access, {d}-byte {f} at {x}", "panic: ASan: Invalid access, $1-byte $2 in $a",
	  PM_KIND_KASAN, look_sanitizer },
	{ "panic:{*}$", "panic:$1" },
};

static const struct pm_plain_row reversal_rows[] = {
	{ "lock order reversal:", "witness: reversal: $a $b", PM_KIND_DEADLOCK, pm_plain_look_reversal },
};

static const struct pm_plain_header headers[] = {
	{ "Fatal trap ", NULL, trap_rows, 3, PM_KIND_PANIC, NULL, NULL },
	{ "panic:", pm_plain_no_panic, panic_rows, 9, PM_KIND_PANIC, NULL, NULL },
	{ "lock order reversal:", NULL, reversal_rows, 1, PM_KIND_DEADLOCK, "the locks are missing",
	  pm_plain_of_witness },
};

static bool starts(const struct pm_line *line)
{
	return pm_plain_header_find(headers, PM_COUNT(headers), line->body, NULL) != NULL;
}

/* --- the fields of a trap ---------------------------------------------------------------- */

static void read_address(struct pm_plain_report *report, struct pm_slice value,
			 const struct pm_plain_line *line)
{
	uint64_t address;

	if (pm_take_hex(&value, &address, NULL))
		pm_plain_set_address(report, address, line);
}

/* "supervisor read data, page not present" */
static void read_code(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	struct pm_fault *fault = &report->inc->fault;

	if (fault->error_words)
		return;
	/* "supervisor read data  , page not present": room for words that did not apply. */
	size_t gap = pm_slice_find(value, PM_S("  ,"));
	fault->error_words = gap == PM_NPOS ? pm_plain_str(report, value)
					    : pm_arena_printf(&report->inc->arena, "%.*s%.*s", (int)gap,
							      value.p, PM_FMT(pm_slice_from(value, gap + 2)));
	if (pm_slice_has(value, PM_S("instruction")))
		fault->access = PM_EXECUTE;
	else if (pm_slice_has(value, PM_S(" write")))
		fault->access = PM_WRITE;
	else if (pm_slice_has(value, PM_S(" read")))
		fault->access = PM_READ;
	pm_plain_fact(report, "page-fault", "fault_code", value, NULL, line);
}

/* "0x20:0xffffffff80edd52a" */
static bool far_pointer(struct pm_slice value, struct pm_slice *segment_out, uint64_t *offset_out)
{
	return pm_take_until(&value, ":", segment_out) && pm_take_char(&value, ':') &&
	       pm_take_hex(&value, offset_out, NULL);
}

static void read_rip(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	struct pm_slice segment;
	uint64_t rip;

	if (!far_pointer(value, &segment, &rip))
		return;
	pm_plain_set_register(report, "rip", rip, 64, line);
	struct pm_regs *regs = pm_incident_regs(report->inc, PM_REGS_FAULT);
	if (regs && !regs->code_segment)
		regs->code_segment = pm_plain_str(report, segment);
}

static void read_rsp(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	struct pm_slice segment;
	uint64_t rsp;

	if (far_pointer(value, &segment, &rsp))
		pm_plain_set_register(report, "rsp", rsp, 64, line);
}

static void read_rbp(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	struct pm_slice segment;
	uint64_t rbp;

	if (far_pointer(value, &segment, &rbp))
		pm_plain_set_register(report, "rbp", rbp, 64, line);
}

static void read_eflags(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	pm_plain_fact(report, "trap", "processor_eflags", value, NULL, line);
}

static void read_segment(struct pm_plain_report *report, struct pm_slice value,
			 const struct pm_plain_line *line)
{
	pm_plain_fact(report, "trap", "code_segment", value, NULL, line);
}

/* "40394 (syz-executor1)" */
static void read_process(struct pm_plain_report *report, struct pm_slice value,
			 const struct pm_plain_line *line)
{
	uint64_t pid;

	if (!pm_take_dec(&value, &pid))
		return;
	pm_take_blanks(&value);
	if (!pm_take_char(&value, '('))
		return;
	if (value.n && value.p[value.n - 1] == ')')
		value.n--;
	pm_plain_set_process(report, true, pid, value, line);
}

static void read_number(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	struct pm_fault *fault = &report->inc->fault;
	uint64_t number;
	struct pm_slice rest = value;

	if (!pm_take_dec(&rest, &number))
		return;
	pm_plain_fact(report, "trap", "number", value, pm_plain_trap_words(PM_FREEBSD, number), line);
	/* FreeBSD's own numbers are not the processor's vectors. */
	if (number == 12 && !fault->has_vector) {
		fault->has_vector = true;
		fault->vector = 14;
	} else if (number == 9 && !fault->has_vector) {
		fault->has_vector = true;
		fault->vector = 13;
	}
}

/* "3; apic id = 03" */
static void read_cpu(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	struct pm_slice s = value;
	uint64_t cpu;

	if (pm_take_dec(&s, &cpu))
		pm_plain_set_cpu(report, cpu, line);
	if (pm_take(&s, PM_S("; apic id = ")))
		pm_plain_fact(report, "trap", "apic_id", s, NULL, line);
}

static void read_time(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	pm_plain_fact(report, "machine", "time", value, "seconds since 1970, by the machine's clock", line);
}

static void read_uptime(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	pm_plain_fact(report, "machine", "uptime", value, NULL, line);
}

static void read_dump(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	(void)value;
	report->inc->end = PM_END_KDUMP;
	report->inc->end_words = pm_plain_str(report, line->text);
	report->inc->end_at = line->from->at;
}

static void read_reboot(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	(void)value;
	if (report->inc->end == PM_END_KDUMP)
		return;
	report->inc->end = PM_END_REBOOT;
	report->inc->end_words = pm_plain_str(report, line->text);
	report->inc->end_at = line->from->at;
}

static const struct pm_plain_field fields[] = {
	{ "fault virtual address", read_address },
	{ "fault code", read_code },
	{ "instruction pointer", read_rip },
	{ "stack pointer", read_rsp },
	{ "frame pointer", read_rbp },
	{ "processor eflags", read_eflags },
	{ "code segment", read_segment },
	{ "current process", read_process },
	{ "trap number", read_number },
	{ "cpuid", read_cpu },
	{ "time =", read_time },
	{ "Uptime", read_uptime },
	{ "Dumping ", read_dump },
	{ "Dump complete", read_dump },
	{ "Rebooting...", read_reboot },
	{ "Automatic reboot in ", read_reboot },
};

/* "ASan: Invalid access, 16-byte read at 0x…, RedZonePartial(5)" */
static void read_sanitizer(struct pm_plain_report *report)
{
	const struct pm_plain_line *line = &report->lines.v[0];
	struct pm_fault *fault = &report->inc->fault;
	struct pm_match m;
	uint64_t size, address;

	if (!pm_match("ASan: Invalid access, {d}-byte {f} at {x}, {*}$", line->text, &m))
		return;
	fault->access = pm_slice_eq(m.cap[1], PM_S("read")) ? PM_READ : PM_WRITE;
	if (pm_take_dec(&m.cap[0], &size) && size <= UINT32_MAX)
		fault->access_size = (uint32_t)size;
	if (pm_take_hex(&m.cap[2], &address, NULL))
		pm_plain_set_address(report, address, line);
	pm_plain_fact(report, "kasan", "shadow", m.cap[3], NULL, line);
}

/* "@ /usr/src/sys/kern/foo.c:12" in a panic's message */
static void read_place(struct pm_plain_report *report)
{
	struct pm_incident *inc = report->inc;
	const struct pm_plain_line *line = &report->lines.v[0];
	struct pm_match m;

	if (!pm_match("@ {s}", line->text, &m) && !pm_match(" at {s}", line->text, &m))
		return;
	size_t colon = pm_slice_find_char(m.cap[0], ':');
	struct pm_slice number = pm_slice_from(m.cap[0], colon + 1);
	uint64_t nr;
	if (colon == PM_NPOS || !pm_take_dec(&number, &nr) || nr > UINT32_MAX)
		return;
	pm_plain_fact(report, "panic", "source", m.cap[0], NULL, line);
	if (!inc->guilty_file)
		inc->guilty_file = pm_plain_str(report, pm_slice_upto(m.cap[0], colon));
}

static bool read_report(struct pm_window *window, struct pm_incident *inc)
{
	struct pm_plain_report report = { .window = window, .inc = inc };
	const struct pm_plain_header *header =
		pm_plain_header_find(headers, PM_COUNT(headers), window->lines[window->start].body, NULL);

	if (pm_plain_of_program(window) || !pm_plain_begin(&report, header, pm_plain_text, NULL))
		return false;
	pm_plain_fields(&report, fields, PM_COUNT(fields));
	pm_plain_ddb(&report);
	read_sanitizer(&report);
	read_place(&report);
	pm_plain_finish(&report);
	return true;
}

const struct pm_console_system pm_console_freebsd = { PM_FREEBSD, starts, read_report, words, marks };
