/* Fuchsia's panics: Zircon's "ZIRCON KERNEL PANIC" with registers and backtraces, symbolised
 * or as markup; Starnix; programs that Zircon reports; what a hypervisor says when it gives up. */
#include "console/plain/fields.h"
#include "console/plain/report.h"
#include "console/plain/trace.h"
#include "console/system.h"

static const char *const words[] = {
	"ZIRCON KERNEL PANIC",
	"recursion in interrupt handler",
	"welcome to Zircon",
	"KVM internal error",
	"KVM: entry failed, hardware error",
	"<== fatal exception",
	"STARNIX KERNEL PANIC",
	"panic:",
	PM_PLAIN_FUZZER_WORDS,
	"fatal error:",
	NULL,
};
static const char *const marks[] = {
	"welcome to Zircon", "ZIRCON KERNEL PANIC", "STARNIX KERNEL PANIC", "name=zircon.elf", NULL,
};

/* Behind the time: "01234.05678> ", or "[1234][5678][klog] INFO: " of later versions. */
static struct pm_slice text_of(const struct pm_line *line)
{
	struct pm_slice s = line->body, word;
	uint64_t n;

	if (line->time_ns >= 0) {
		if (pm_take_dec(&s, &n) && pm_take_char(&s, '.') && pm_take_dec(&s, &n) &&
		    pm_take_char(&s, '>')) {
			(void)pm_take_char(&s, ' ');
			return s;
		}
		return line->body;
	}
	s = line->raw;
	if (!pm_take_char(&s, '[') || !pm_take_dec(&s, &n) || !pm_take_char(&s, '.') ||
	    !pm_take_dec(&s, &n) || !pm_slice_starts(s, PM_S("][")))
		return line->body;
	s = pm_slice_from(s, 1);
	while (pm_take_char(&s, '['))
		if (!pm_take_until(&s, "]", &word) || !pm_take_char(&s, ']'))
			return line->body;
	(void)pm_take_char(&s, ' ');
	static const char *const levels[] = { "INFO: ",  "ERROR: ", "WARN: ", "WARNING: ",
					      "DEBUG: ", "TRACE: ", "FATAL: " };
	for (size_t i = 0; i < PM_COUNT(levels); i++)
		if (pm_take(&s, pm_slice_of(levels[i])))
			break;
	return s;
}

/* A record of Zircon's log holds this much; the rest of a longer line begins the next. */
#define RECORD_TEXT 127

static bool wrapped(const struct pm_line *line, struct pm_slice text, struct pm_slice next)
{
	(void)line;
	return text.n == RECORD_TEXT && next.n && pm_slice_has(text, PM_S("ASSERT FAILED at"));
}

/* --- naming -------------------------------------------------------------------------------- */

/* The first name of a stack, inlined ones included, that did not only halt the machine. */
static bool first_frame(const struct pm_plain_report *report, size_t from, struct pm_slice *out)
{
	for (size_t i = from; i < report->lines.n; i++) {
		struct pm_slice text = report->lines.v[i].text, s;
		struct pm_match m;
		size_t n = 0;

		if (pm_match("^bt#{d}: 0x{x} {*}$", text, &m))
			s = m.cap[2];
		else if (pm_match("^bt#{d}: [ inline ] {*}$", text, &m))
			s = m.cap[1];
		else if (pm_match(" RIP: 0x{x} {*}$", text, &m) && m.cap[0].n == 8)
			s = m.cap[1];
		else if (pm_match(" RIP: [ inline ] {*}$", text, &m))
			s = m.cap[0];
		else
			continue;
		pm_take_blanks(&s);
		while (n < s.n &&
		       ((pm_is_name_char(s.p[n]) && s.p[n] != '.') || s.p[n] == ':' || s.p[n] == '~'))
			n++;
		s = pm_slice_upto(s, n);
		if (!n || pm_slice_eq(s, PM_S("platform_halt")) || pm_slice_eq(s, PM_S("exception_die")) ||
		    pm_slice_eq(s, PM_S("_panic")))
			continue;
		*out = s;
		return true;
	}
	return false;
}

static bool look_frame(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return first_frame(report, 0, &found->a);
}

/* word stands below, and behind it a backtrace starts (or, where that will do, registers). */
static bool with_frame(const struct pm_plain_report *report, const char *word, bool need_trace,
		       struct pm_plain_found *found)
{
	size_t i = pm_plain_find(report, 1, word);

	if (i == PM_NPOS || (need_trace && pm_plain_find(report, i + 1, "bt#00:") == PM_NPOS))
		return false;
	return look_frame(report, found);
}

static bool look_assert(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return with_frame(report, "ASSERT FAILED", true, found);
}

/* Without a stack the expression names it. */
static bool look_expression(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	size_t i = pm_plain_find(report, 1, "ASSERT FAILED at (");
	struct pm_match m;

	if (i == PM_NPOS || !pm_match("ASSERT FAILED at ({*}): {*}$", report->lines.v[i].text, &m))
		return false;
	found->a = m.cap[1];
	return true;
}

static bool look_double(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return with_frame(report, "double fault, halting", true, found);
}

static bool look_double_bare(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	(void)found;
	return pm_plain_find(report, 1, "double fault, halting") != PM_NPOS;
}

static bool look_page_fault(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return with_frame(report, "Supervisor Page Fault exception, halting", false, found);
}

static bool look_page_fault_bare(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	(void)found;
	return pm_plain_find(report, 1, "Supervisor Page Fault exception, halting") != PM_NPOS;
}

static bool look_recursion(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return with_frame(report, "recursion in interrupt handler", false, found);
}

static bool look_recursion_bare(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	(void)found;
	return pm_plain_find(report, 1, "recursion in interrupt handler") != PM_NPOS;
}

static bool look_kvm(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	(void)found;
	return pm_plain_find(report, 1, "KVM internal error") != PM_NPOS;
}

/* The report itself says "recursion"; a stack or registers follow. */
static bool look_below(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	if (pm_plain_find(report, 1, "bt#00:") == PM_NPOS && pm_plain_find(report, 1, "RIP:") == PM_NPOS)
		return false;
	return look_frame(report, found);
}

static bool look_below_bare(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	(void)found;
	return pm_plain_find(report, 1, "bt#00:") != PM_NPOS || pm_plain_find(report, 1, "RIP:") != PM_NPOS;
}

/* "info=panicked at ../../src/starnix/foo.rs:12:34:", and what it said in the next line */
static bool look_starnix(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	for (size_t i = 0; i + 1 < report->lines.n; i++) {
		struct pm_slice s = report->lines.v[i].text;
		size_t at = pm_slice_find(s, PM_S("info=panicked at "));
		unsigned colons = 0;

		if (at == PM_NPOS)
			continue;
		s = pm_slice_from(s, at + 17);
		while (s.n && (s.p[0] == '.' || s.p[0] == '/'))
			s = pm_slice_from(s, 1);
		for (at = s.n; at-- > 0 && colons < 3;)
			if (s.p[at] == ':' && ++colons == 3)
				break;
		if (colons < 3)
			continue;
		found->a = pm_slice_upto(s, at);
		found->b = report->lines.v[i + 1].text;
		return true;
	}
	return false;
}

static bool look_starnix_traced(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	size_t i = pm_plain_find(report, 0, "stack backtrace:");
	struct pm_plain_frame frame;

	if (i == PM_NPOS || !look_starnix(report, found))
		return false;
	while (++i < report->lines.n) {
		struct pm_slice text = report->lines.v[i].text;
		size_t at = pm_slice_find_char(text, '#');

		if (at != PM_NPOS && pm_plain_frame_parse(pm_slice_from(text, at), &frame))
			return true;
	}
	return false;
}

/* "process /boot/bin/devmgr[1234]" */
static bool look_process(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_slice s = found->match.cap[0];
	size_t n = 0;

	(void)report;
	while (n < s.n && ((pm_is_name_char(s.p[n]) && s.p[n] != '.') || s.p[n] == '/' || s.p[n] == '-'))
		n++;
	found->a = pm_slice_upto(s, n);
	return n > 0;
}

#define NO_FRAMES "no frame with a name"
static const struct pm_plain_row zircon_rows[] = {
	{ "ZIRCON KERNEL PANIC", "ASSERT FAILED in $a", PM_KIND_ASSERT, look_assert },
	{ "ZIRCON KERNEL PANIC", "ASSERT FAILED: $a", PM_KIND_ASSERT, look_expression },
	{ "ZIRCON KERNEL PANIC", "double fault in $a", PM_KIND_DOUBLE_FAULT, look_double },
	{ "ZIRCON KERNEL PANIC", "double fault", PM_KIND_DOUBLE_FAULT, look_double_bare },
	{ "ZIRCON KERNEL PANIC", "Supervisor Fault in $a", PM_KIND_PAGE_FAULT, look_page_fault },
	{ "ZIRCON KERNEL PANIC", "Supervisor Fault in corrupted", PM_KIND_PAGE_FAULT, look_page_fault_bare,
	  NO_FRAMES },
	{ "ZIRCON KERNEL PANIC", "recursion in interrupt handler in $a", PM_KIND_OTHER, look_recursion },
	{ "ZIRCON KERNEL PANIC", "recursion in interrupt handler in corrupted", PM_KIND_OTHER,
	  look_recursion_bare, NO_FRAMES },
	{ "ZIRCON KERNEL PANIC", "KVM internal error", PM_KIND_EMULATION, look_kvm },
	{ "ZIRCON KERNEL PANIC", "KERNEL PANIC in $a", PM_KIND_PANIC, look_frame },
	{ "ZIRCON KERNEL PANIC", "KERNEL PANIC in corrupted", PM_KIND_PANIC, NULL, NO_FRAMES },
};
static const struct pm_plain_row recursion_rows[] = {
	{ "recursion in interrupt handler", "recursion in interrupt handler in $a", PM_KIND_OTHER,
	  look_below },
	{ "recursion in interrupt handler", "recursion in interrupt handler in corrupted", PM_KIND_OTHER,
	  look_below_bare, NO_FRAMES },
	{ "recursion in interrupt handler", "recursion in interrupt handler", PM_KIND_OTHER },
};
static const struct pm_plain_row boot_rows[] = {
	{ "welcome to Zircon", "unexpected kernel reboot", PM_KIND_REBOOT },
};
static const struct pm_plain_row kvm_rows[] = {
	{ "KVM internal error", "KVM internal error", PM_KIND_EMULATION },
};
static const struct pm_plain_row exception_rows[] = {
	{ "<== fatal exception: process {*}$", "fatal exception in $a", PM_KIND_OTHER, look_process },
	{ "<== fatal exception", "<== fatal exception", PM_KIND_OTHER, NULL, "the process is missing" },
};
static const struct pm_plain_row starnix_rows[] = {
	{ "STARNIX KERNEL PANIC", "starnix kernel panic in $a: $b", PM_KIND_PANIC, look_starnix_traced },
	{ "STARNIX KERNEL PANIC", "starnix kernel panic in $a: $b", PM_KIND_PANIC, look_starnix,
	  "no stack backtrace" },
};
static const struct pm_plain_row panic_rows[] = {
	{ "panic:{*}$", "panic:$1" },
};
static const struct pm_plain_row go_rows[] = {
	{ "fatal error:", "go runtime error", PM_KIND_OTHER },
};

/* Lines of a program's end, as Zircon's crash service or Go's runtime prints them. */
static bool of_program(struct pm_slice text)
{
	static const char *const parts[] = {
		"goroutine ", ".go:",  "(0x", "created by ", "<== fatal ", "errc:",   "bottom of user stack",
		"arch: ",     "dso: ", "bt#", "|",           ".func",      "()",      " RIP:",
		"RAX:",       "RSI:",  "R8:", "R12:",        "{{{",        "[signal "
	};

	if (!text.n)
		return true;
	for (size_t i = 0; i < PM_COUNT(parts); i++)
		if (pm_slice_has(text, pm_slice_of(parts[i])))
			return true;
	return false;
}

/* What QEMU prints of a guest that it cannot go on with. */
static bool of_hypervisor(struct pm_slice text)
{
	return pm_slice_starts(text, PM_S("emulation failure")) ||
	       pm_slice_starts(text, PM_S("extra data[")) || pm_match("^{f}{_}={_}{x}", text, NULL) ||
	       pm_slice_starts(text, PM_S("Code=")) || pm_match("^{f}={_}{x} {x}", text, NULL) ||
	       pm_slice_starts(text, PM_S("EAX=")) ||
	       pm_slice_starts(text, PM_S("If you're running a guest"));
}

/* Rust's "core::panic::Location" and "std::panic::…" are names. */
static const char *const no_panic[] = { "_panic:",      "panic::",        "xlog_status:",
					"ddb.onpanic:", "evtlog_status:", NULL };
static const char *const no_runtime_error[] = { "ALSA", "fatal error: cannot create timer", NULL };

#define ROWS(rows) rows, PM_COUNT(rows)
static const struct pm_plain_header headers[] = {
	{ "ZIRCON KERNEL PANIC", NULL, ROWS(zircon_rows), PM_KIND_PANIC, NULL, NULL },
	{ "recursion in interrupt handler", NULL, ROWS(recursion_rows), PM_KIND_OTHER, NULL, NULL },
	{ "welcome to Zircon", NULL, ROWS(boot_rows), PM_KIND_REBOOT, NULL, pm_plain_nothing_more },
	{ "KVM internal error", NULL, ROWS(kvm_rows), PM_KIND_EMULATION, NULL, of_hypervisor },
	{ "KVM: entry failed, hardware error", NULL, NULL, 0, PM_KIND_EMULATION, NULL, of_hypervisor },
	{ "<== fatal exception", NULL, ROWS(exception_rows), PM_KIND_OTHER, NO_FRAMES, of_program },
	{ "STARNIX KERNEL PANIC", NULL, ROWS(starnix_rows), PM_KIND_PANIC, "what panicked is missing", NULL },
	{ "panic:", no_panic, ROWS(panic_rows), PM_KIND_PANIC, NULL, of_program },
	{ "fatal error:", no_runtime_error, ROWS(go_rows), PM_KIND_OTHER, NULL, of_program },
};

static const struct pm_plain_header *header_of(const struct pm_line *line)
{
	const struct pm_plain_header *header =
		pm_plain_header_find(headers, PM_COUNT(headers), line->body, NULL);
	struct pm_match m;

	/* A fuzzer's own programs are meant to die. */
	if (header && header->rows == exception_rows &&
	    pm_match("<== fatal exception: process {*}[", line->body, &m) &&
	    pm_slice_has(m.cap[0], PM_S("syz")))
		return NULL;
	return header;
}

static bool starts(const struct pm_line *line)
{
	return header_of(line) != NULL;
}

/* --- fields ---------------------------------------------------------------------------------- */

static void read_uptime(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	struct pm_machine *machine = &report->inc->machine;
	struct pm_slice s = value;
	uint64_t ms;

	pm_plain_fact(report, "machine", "uptime", value, NULL, line);
	if (!machine->has_uptime && pm_take_dec(&s, &ms) && pm_slice_eq(s, PM_S("ms")) &&
	    ms < UINT64_MAX / 1000000) {
		machine->has_uptime = true;
		machine->uptime_ns = ms * 1000000;
	}
}

static void read_build(struct pm_plain_report *report, struct pm_slice value,
		       const struct pm_plain_line *line)
{
	struct pm_machine *machine = &report->inc->machine;

	if (machine->release || !value.n)
		return;
	machine->release = pm_plain_str(report, value);
	machine->release_at = line->from->at;
}

static void read_build_id(struct pm_plain_report *report, struct pm_slice value,
			  const struct pm_plain_line *line)
{
	(void)line;
	if (!report->inc->machine.build_id)
		report->inc->machine.build_id = pm_plain_str(report, value);
}

/* "dso: id=804f… base=0xffffffff00100000 name=zircon.elf" */
static void read_dso(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	struct pm_incident *inc = report->inc;
	struct pm_match m;

	if (!pm_match("id={w} base={x} name={*}$", value, &m) || inc->modules.n >= 256)
		return;
	struct pm_slice name = pm_slice_trim(m.cap[2]);
	if (pm_slice_eq(name, PM_S("zircon.elf"))) {
		if (!inc->machine.build_id)
			inc->machine.build_id = pm_plain_str(report, m.cap[0]);
		pm_plain_fact(report, "machine", "kernel_base", m.cap[1], NULL, line);
		return;
	}
	struct pm_module *module = PM_PUSH(&inc->arena, &inc->modules);
	module->name = pm_plain_str(report, name);
	module->at = line->from->at;
}

static void read_vector(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	struct pm_fault *fault = &report->inc->fault;
	uint64_t vector;

	if (fault->has_vector || !pm_take_dec(&value, &vector) || vector > 255)
		return;
	fault->has_vector = true;
	fault->vector = (uint32_t)vector;
	pm_plain_fact(report, "trap", "vector",
		      pm_slice_from(line->text, pm_slice_find(line->text, PM_S("vector"))),
		      pm_plain_trap_words(PM_FUCHSIA, vector), line);
}

static void read_errc(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	struct pm_fault *fault = &report->inc->fault;

	(void)line;
	if (!fault->has_error_code)
		fault->has_error_code = pm_take_hex(&value, &fault->error_code, NULL);
}

static void read_address(struct pm_plain_report *report, struct pm_slice value,
			 const struct pm_plain_line *line)
{
	uint64_t address;

	if (pm_take_char(&value, '='), pm_take_blanks(&value), pm_take_hex(&value, &address, NULL))
		pm_plain_set_address(report, address, line);
}

/* "supervisor read data, page not present" */
static void read_access(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	struct pm_fault *fault = &report->inc->fault;

	(void)line;
	if (fault->error_words)
		return;
	fault->error_words = pm_plain_str(report, value);
	fault->access = pm_slice_has(value, PM_S("instruction")) ? PM_EXECUTE
			: pm_slice_has(value, PM_S("write"))     ? PM_WRITE
								 : PM_READ;
}

static void read_halting(struct pm_plain_report *report, struct pm_slice value,
			 const struct pm_plain_line *line)
{
	uint64_t cpu;

	if (pm_take_dec(&value, &cpu))
		pm_plain_set_cpu(report, cpu, line);
}

/* "t 0xffffffff8003505998 (/system/bin/sshd:initial-thread)" */
static void read_thread(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	struct pm_match m;

	if (pm_match("t {x} ({*})", value, &m))
		pm_plain_set_process(report, false, 0, m.cap[1], line);
	pm_plain_fact(report, "process", "thread", value, NULL, line);
}

static void read_user_thread(struct pm_plain_report *report, struct pm_slice value,
			     const struct pm_plain_line *line)
{
	struct pm_match m;
	uint64_t pid;

	if (pm_match("pid {d}, tid {d}", value, &m) && pm_take_dec(&m.cap[0], &pid)) {
		pm_plain_set_process(report, true, pid, (struct pm_slice){ 0 }, line);
		pm_plain_fact(report, "process", "tid", m.cap[1], NULL, line);
	}
}

static void read_halt(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	struct pm_incident *inc = report->inc;

	pm_plain_fact(report, "panic", "platform_halt", value, NULL, line);
	if (inc->end)
		return;
	inc->end = PM_END_HALT;
	inc->end_words = pm_plain_str(report, line->text);
	inc->end_at = line->from->at;
}

static void read_suberror(struct pm_plain_report *report, struct pm_slice value,
			  const struct pm_plain_line *line)
{
	pm_plain_fact(report, "kvm", "suberror", value,
		      pm_slice_starts(value, PM_S("1")) ? "an instruction could not be emulated" : NULL,
		      line);
}

static const struct pm_plain_field fields[] = {
	{ "UPTIME", read_uptime },
	{ "BUILDID", read_build },
	{ "buildid", read_build },
	{ "ELF build ID", read_build_id },
	{ "dso", read_dso },
	{ "vector", read_vector },
	{ "errc", read_errc },
	{ "<PAGE FAULT> Fault Linear Address", read_address },
	{ "<PAGE FAULT> Error Code Value", read_errc },
	{ "<PAGE FAULT> Error Code Type", read_access },
	{ "halting cpu", read_halting },
	{ "dump_thread", read_thread },
	{ "user_thread", read_user_thread },
	{ "platform_halt suggested_action", read_halt },
	{ "KVM internal error. Suberror", read_suberror },
};

/* "panic (caller 0x… frame 0x…): DEBUG ASSERT FAILED at (file:12): expression" */
static void read_panics(struct pm_plain_report *report)
{
	for (size_t i = 0; i < report->lines.n; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_match m;

		if (pm_match("panic (caller {x} frame {x}): {*}$", line->text, &m)) {
			pm_plain_fact(report, "panic", "caller", m.cap[0], NULL, line);
			if (!pm_incident_fact(report->inc, "panic", "message")) {
				report->inc->fault.message = pm_plain_str(report, m.cap[2]);
				report->inc->fault.at = line->from->at;
				report->inc->panic_reason = report->inc->fault.message;
				report->inc->panic_at = line->from->at;
			}
			pm_plain_fact(report, "panic", "message", m.cap[2], NULL, line);
		}
		if (pm_match("ASSERT FAILED at ({*}:{d}): {*}$", line->text, &m)) {
			pm_plain_fact(report, "assert", "file", m.cap[0], NULL, line);
			pm_plain_fact(report, "assert", "line", m.cap[1], NULL, line);
			pm_plain_fact(report, "assert", "expression", m.cap[2], NULL, line);
			if (!report->inc->guilty_file)
				report->inc->guilty_file = pm_plain_str(report, m.cap[0]);
		}
		if (pm_match("{{{{{{module:{d}:{*}:elf:{*}}", line->text, &m) &&
		    report->inc->modules.n < 256) {
			struct pm_module *module = PM_PUSH(&report->inc->arena, &report->inc->modules);

			module->name = pm_plain_str(report, m.cap[1]);
			module->at = line->from->at;
		}
		if (pm_match("<== fatal exception: process {*}[{d}]", line->text, &m)) {
			uint64_t pid;

			if (pm_take_dec(&m.cap[1], &pid))
				pm_plain_set_process(report, true, pid, m.cap[0], line);
		}
	}
}

/* Does something around say that this is Fuchsia? */
static bool is_fuchsia(const struct pm_window *window)
{
	unsigned weight[PM_SYSTEMS];
	const char *why[PM_SYSTEMS];

	pm_systems_weigh(window, weight, why);
	return weight[PM_FUCHSIA] > 0;
}

static bool read_report(struct pm_window *window, struct pm_incident *inc)
{
	struct pm_plain_report report = { .window = window, .inc = inc };
	const struct pm_plain_header *header = header_of(&window->lines[window->start]);

	if (!header)
		return false;
	if (header->rows != zircon_rows && header->rows != starnix_rows && header->rows != boot_rows &&
	    !is_fuchsia(window)) {
		/* A hypervisor speaks of whatever it runs; the rest is some other system's. */
		if (header->kind != PM_KIND_EMULATION)
			return false;
		inc->machine.system = PM_SYSTEM_UNKNOWN;
	}
	(void)pm_plain_begin(&report, header, text_of, wrapped);
	pm_plain_registers(&report);
	pm_plain_fields(&report, fields, PM_COUNT(fields));
	read_panics(&report);
	struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	struct pm_register *cr2 = regs ? pm_regs_find(regs, "cr2") : NULL;
	if (cr2 && inc->fault.kind == PM_KIND_PAGE_FAULT)
		pm_plain_set_address(&report, cr2->value, &report.lines.v[0]);
	pm_plain_finish(&report);
	return true;
}

const struct pm_console_system pm_console_fuchsia = { PM_FUCHSIA, starts, read_report, words, marks };
