/* Darwin's panics (macOS, iOS): "panic(cpu N caller 0x…): …", on a console or inside the
 * JSON of a .ips or panic-full file, where the text is one string. */
#include "console/plain/fields.h"
#include "console/plain/report.h"
#include "console/plain/trace.h"

static const char *const words[] = {
	"panic(cpu ",
	"Debugger: Unexpected kernel trap number:",
	PM_PLAIN_FUZZER_WORDS,
	NULL,
};
static const char *const marks[] = { "Darwin Kernel Version ", "\"panicString\"", NULL };

/* What stands behind the last "): ", where the caller and all else in parentheses ends. */
static bool behind(struct pm_slice text, struct pm_slice close, struct pm_slice *out)
{
	size_t open = pm_slice_find(text, PM_S("panic("));

	for (size_t at = text.n; open != PM_NPOS && at-- > open + 6;) {
		struct pm_slice s = pm_slice_from(text, at);

		if (pm_take(&s, close)) {
			*out = s;
			return true;
		}
	}
	return false;
}

static size_t find_last(struct pm_slice s, char c)
{
	for (size_t i = s.n; i-- > 0;)
		if (s.p[i] == c)
			return i;
	return PM_NPOS;
}

/* ): "message"@/path/file.c:12 */
static bool look_quoted(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_slice s;

	if (!behind(report->lines.v[0].text, PM_S("): \""), &s))
		return false;
	size_t end = find_last(s, '"');
	if (end == PM_NPOS)
		return false;
	found->a = pm_slice_upto(s, end);
	return true;
}

static bool look_plain(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return behind(report->lines.v[0].text, PM_S("): "), &found->a);
}

static bool look_asserted(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_slice s;

	if (!behind(report->lines.v[0].text, PM_S("): assertion failed: "), &s))
		return false;
	for (size_t at = s.n; at-- > 0;)
		if (pm_slice_starts(pm_slice_from(s, at), PM_S(", file"))) {
			found->a = pm_slice_upto(s, at);
			return true;
		}
	return false;
}

/* "zalloc: zone (357 elements) retry fail 6": how many there were says nothing. */
static bool look_zone(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_match m;

	if (!look_quoted(report, found) || !pm_match("^zalloc:{*}({d} elements){*}$", found->a, &m))
		return false;
	found->b = m.cap[2];
	found->a = pm_slice_upto(found->a, (size_t)(m.cap[0].p + m.cap[0].n - found->a.p));
	return true;
}

static const struct pm_plain_row panic_rows[] = {
	{ "panic({*}): assertion failed: {*}, file", "panic: assertion failed: $a", PM_KIND_ASSERT,
	  look_asserted },
	{ "panic({*}): Kernel trap at {x}, {*}, registers", "panic: Kernel trap $3" },
	{ "panic({*}): \"in6p_route_copyout: wrong or corrupted route:",
	  "panic: in6p_route_copyout: wrong or corrupted route" },
	{ "panic({*}): \"zalloc:", "panic: $a$b", PM_KIND_OOM, look_zone },
	{ "panic({*}): \"", "panic: $a", PM_KIND_UNKNOWN, look_quoted },
	{ "panic({*}): ", "panic: $a", PM_KIND_UNKNOWN, look_plain },
};
static const struct pm_plain_row debugger_rows[] = {
	{ "Debugger: Unexpected kernel trap number: {x}", "debugger: Unexpected kernel trap number: $1",
	  PM_KIND_PANIC },
};

#define ROWS(rows) rows, PM_COUNT(rows)
static const struct pm_plain_header headers[] = {
	{ "panic(cpu ", NULL, ROWS(panic_rows), PM_KIND_PANIC, NULL, NULL },
	{ "Debugger: Unexpected kernel trap number:", NULL, ROWS(debugger_rows), PM_KIND_PANIC, NULL, NULL },
};

static bool starts(const struct pm_line *line)
{
	return pm_plain_header_find(headers, PM_COUNT(headers), line->body, NULL) != NULL;
}

/* --- JSON ---------------------------------------------------------------------------------- */

/* The inside of a JSON string at s, up to its quote or the end; as UTF-8 as far as ASCII goes. */
static struct pm_slice unescaped(struct pm_arena *arena, struct pm_slice s)
{
	char *out = pm_arena_alloc(arena, s.n + 1);
	size_t n = 0;

	for (size_t i = 0; i < s.n && s.p[i] != '"'; i++) {
		if (s.p[i] != '\\' || i + 1 == s.n) {
			out[n++] = s.p[i];
			continue;
		}
		char c = s.p[++i];
		if (c == 'n' || c == 'r') {
			out[n++] = '\n';
		} else if (c == 't') {
			out[n++] = '\t';
		} else if (c == 'u') {
			int v = 0;

			for (int k = 0; k < 4 && i + 1 < s.n && pm_hex_digit(s.p[i + 1]) >= 0; k++)
				v = v * 16 + pm_hex_digit(s.p[++i]);
			out[n++] = v >= 0x20 && v < 0x7f ? (char)v : v == '\n' ? '\n' : '?';
		} else {
			out[n++] = c;
		}
	}
	return (struct pm_slice){ out, n };
}

/* "key" : "value" somewhere before the panic's string in the same line or the lines before. */
static void json_field(struct pm_plain_report *report, struct pm_slice raw, const char *key, const char *name,
		       const struct pm_plain_line *line)
{
	size_t at = pm_slice_find(raw, pm_slice_of(key));
	struct pm_slice s, value;

	if (at == PM_NPOS)
		return;
	s = pm_slice_from(raw, at + strlen(key));
	pm_take_blanks(&s);
	if (!pm_take_char(&s, ':'))
		return;
	pm_take_blanks(&s);
	if (!pm_take_char(&s, '"') || !pm_take_until(&s, "\"", &value))
		return;
	pm_plain_fact(report, "ips", name, value, NULL, line);
	if (!strcmp(name, "product") && !report->inc->machine.hardware) {
		report->inc->machine.hardware = pm_plain_str(report, value);
		report->inc->machine.hardware_at = line->from->at;
	}
}

/* The panic's text inside a JSON string becomes lines of its own.  False: it is no JSON. */
static bool collect_json(struct pm_plain_report *report)
{
	struct pm_window *window = report->window;
	struct pm_arena *arena = &report->inc->arena;
	const struct pm_line *line = &window->lines[window->start];
	struct pm_slice s = line->raw;
	size_t at = pm_slice_find(s, PM_S("\"panicString\""));

	if (at == PM_NPOS)
		at = pm_slice_find(s, PM_S("\"macOSPanicString\""));
	if (at == PM_NPOS)
		return false;
	s = pm_slice_from(s, at);
	size_t colon = pm_slice_find_char(s, ':');
	if (colon == PM_NPOS)
		return false;
	s = pm_slice_from(s, colon + 1);
	pm_take_blanks(&s);
	if (!pm_take_char(&s, '"'))
		return false;
	struct pm_slice text = unescaped(arena, s), one;
	window->taken[window->start] = true;
	while (pm_take_line(&text, &one) && report->lines.n < 8000)
		if (report->lines.n || pm_slice_has(one, PM_S("panic(cpu ")))
			*PM_PUSH(arena, &report->lines) = (struct pm_plain_line){ one, line };
	return report->lines.n > 0;
}

/* --- fields ---------------------------------------------------------------------------------- */

static void read_process(struct pm_plain_report *report, struct pm_slice value,
			 const struct pm_plain_line *line)
{
	pm_plain_set_process(report, false, 0, value, line);
}

/* "Panicked task 0xffffff8015c9e590: 123 threads: pid 1: launchd" */
static void read_task(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	struct pm_match m;
	uint64_t pid;

	if (pm_match("pid {d}: {*}$", value, &m) && pm_take_dec(&m.cap[0], &pid))
		pm_plain_set_process(report, true, pid, m.cap[1], line);
	pm_plain_fact(report, "process", "panicked_task", value, NULL, line);
}

static void read_thread(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	pm_plain_fact(report, "process", "panicked_thread", value, NULL, line);
}

static void read_os(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	if (!value.n && line + 1 < report->lines.v + report->lines.n) /* the value is in the next line */
		value = pm_slice_trim((line + 1)->text);
	pm_plain_fact(report, "machine", "os_version", value, NULL, line);
	if (!report->inc->machine.build)
		report->inc->machine.build = pm_plain_str(report, value);
}

static void read_kernel(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	struct pm_machine *machine = &report->inc->machine;
	struct pm_match m;

	if (!value.n && line + 1 < report->lines.v + report->lines.n)
		value = pm_slice_trim((line + 1)->text);
	if (!value.n || machine->version_line)
		return;
	machine->version_line = pm_plain_str(report, value);
	if (pm_match("Darwin Kernel Version {*}:", value, &m)) {
		machine->release = pm_plain_str(report, m.cap[0]);
		machine->release_at = line->from->at;
	}
	if (pm_slice_has(value, PM_S("X86_64")))
		machine->arch = PM_X86_64;
	else if (pm_slice_has(value, PM_S("ARM64")))
		machine->arch = PM_ARM64;
	machine->arch_grade = machine->arch ? PM_CERTAIN : PM_NO_GRADE;
}

static void read_slide(struct pm_plain_report *report, struct pm_slice value,
		       const struct pm_plain_line *line)
{
	struct pm_machine *machine = &report->inc->machine;

	pm_plain_fact(report, "machine", "kernel_slide", value, NULL, line);
	if (!machine->has_kaslr)
		machine->has_kaslr = pm_take_hex(&value, &machine->kaslr, NULL);
}

static void read_text_base(struct pm_plain_report *report, struct pm_slice value,
			   const struct pm_plain_line *line)
{
	pm_plain_fact(report, "machine", "kernel_text_base", value, NULL, line);
}

static void read_uuid(struct pm_plain_report *report, struct pm_slice value, const struct pm_plain_line *line)
{
	pm_plain_fact(report, "machine", "kernel_uuid", value, NULL, line);
	if (!report->inc->machine.build_id)
		report->inc->machine.build_id = pm_plain_str(report, value);
}

/* "MacBookPro11,4 (Mac-06F11FD93F0323C5)" */
static void read_model(struct pm_plain_report *report, struct pm_slice value,
		       const struct pm_plain_line *line)
{
	if (report->inc->machine.hardware)
		return;
	report->inc->machine.hardware = pm_plain_str(report, value);
	report->inc->machine.hardware_at = line->from->at;
}

static void read_uptime(struct pm_plain_report *report, struct pm_slice value,
			const struct pm_plain_line *line)
{
	struct pm_machine *machine = &report->inc->machine;
	struct pm_slice s = value;
	uint64_t ns;

	pm_plain_fact(report, "machine", "uptime_ns", value, NULL, line);
	if (!machine->has_uptime && pm_take_dec(&s, &ns)) {
		machine->has_uptime = true;
		machine->uptime_ns = ns;
	}
}

static void read_boot_args(struct pm_plain_report *report, struct pm_slice value,
			   const struct pm_plain_line *line)
{
	(void)line;
	if (!report->inc->machine.command_line && value.n)
		report->inc->machine.command_line = pm_plain_str(report, value);
}

static void read_message(struct pm_plain_report *report, struct pm_slice value,
			 const struct pm_plain_line *line)
{
	pm_plain_fact(report, "panic", "debugger_message", value, NULL, line);
}

static void read_memory_id(struct pm_plain_report *report, struct pm_slice value,
			   const struct pm_plain_line *line)
{
	pm_plain_fact(report, "panic", "memory_id", value, NULL, line);
}

static void read_debugger(struct pm_plain_report *report, struct pm_slice value,
			  const struct pm_plain_line *line)
{
	pm_plain_fact(report, "panic", "debugger_called", value, NULL, line);
}

static void read_fault_cr2(struct pm_plain_report *report, struct pm_slice value,
			   const struct pm_plain_line *line)
{
	struct pm_fault *fault = &report->inc->fault;
	struct pm_match m;
	uint64_t v;

	/* "Fault CR2: 0x…, Error code: 0x…, Fault CPU: 0x1, PL: 0, VF: 0" */
	if (pm_take_hex(&value, &v, NULL))
		pm_plain_set_address(report, v, line);
	if (pm_match("Error code: {x}, Fault CPU: {x}", line->text, &m) && !fault->has_error_code) {
		fault->has_error_code = pm_take_hex(&m.cap[0], &fault->error_code, NULL);
		if (fault->has_vector && fault->vector == 14)
			fault->access = fault->error_code & 0x10 ? PM_EXECUTE
					: fault->error_code & 2  ? PM_WRITE
								 : PM_READ;
	}
}

static const struct pm_plain_field fields[] = {
	{ "BSD process name corresponding to current thread", read_process },
	{ "Process name corresponding to current thread", read_process },
	{ "Panicked task", read_task },
	{ "Panicked thread", read_thread },
	{ "Mac OS version", read_os },
	{ "OS version", read_os },
	{ "Kernel version", read_kernel },
	{ "Kernel slide", read_slide },
	{ "KernelCache slide", read_slide },
	{ "Kernel text base", read_text_base },
	{ "Kernel UUID", read_uuid },
	{ "System model name", read_model },
	{ "System uptime in nanoseconds", read_uptime },
	{ "Boot args", read_boot_args },
	{ "Debugger message", read_message },
	{ "Memory ID", read_memory_id },
	{ "Debugger called", read_debugger },
	{ "Fault CR2", read_fault_cr2 },
};

/* Below "Kernel Extensions in backtrace:": "com.apple.driver.Foo(1.2)[UUID]@0x…->0x…" */
static void read_extensions(struct pm_plain_report *report)
{
	struct pm_incident *inc = report->inc;
	size_t i = pm_plain_find(report, 0, "Kernel Extensions in backtrace");

	if (i == PM_NPOS)
		return;
	for (i++; i < report->lines.n && inc->modules.n < 256; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_slice text = pm_slice_trim(line->text), name;
		struct pm_match m;

		if (pm_slice_starts(text, PM_S("dependency:")))
			continue;
		if (!pm_match("^{f}({*})", text, &m))
			return;
		name = m.cap[0];
		struct pm_module *module = PM_PUSH(&inc->arena, &inc->modules);
		module->name = pm_plain_str(report, name);
		module->at = line->from->at;
	}
}

/* The first line: who panicked where. */
static void read_first(struct pm_plain_report *report)
{
	struct pm_incident *inc = report->inc;
	struct pm_fault *fault = &inc->fault;
	const struct pm_plain_line *line = &report->lines.v[0];
	struct pm_match m;
	uint64_t v;

	if (pm_match("panic(cpu {d} caller {x})", line->text, &m)) {
		struct pm_slice message = pm_slice_from(line->text, m.end);

		(void)pm_take(&message, PM_S(": "));
		fault->message = inc->panic_reason = pm_plain_str(report, message);
		if (pm_take_dec(&m.cap[0], &v))
			pm_plain_set_cpu(report, v, line);
		pm_plain_fact(report, "panic", "caller", m.cap[1], NULL, line);
	}
	if (pm_match("@{s}", line->text, &m)) { /* "…"@/path/xnu/bsd/net/pf.c:2578, or @pf.c:2578 */
		size_t colon = pm_slice_find_char(m.cap[0], ':');
		struct pm_slice number = pm_slice_from(m.cap[0], colon + 1);

		if (colon != PM_NPOS && pm_take_dec(&number, &v)) {
			pm_plain_fact(report, "panic", "source", m.cap[0], NULL, line);
			inc->guilty_file = pm_plain_str(report, pm_slice_upto(m.cap[0], colon));
		}
	}
	if (pm_match("Kernel trap at {x}, type {d}=", line->text, &m)) {
		if (pm_take_dec(&m.cap[1], &v) && v < 256) {
			fault->has_vector = true;
			fault->vector = (uint32_t)v;
			pm_plain_fact(report, "trap", "type", m.cap[1], pm_plain_trap_words(PM_DARWIN, v),
				      line);
		}
		if (pm_take_hex(&m.cap[0], &v, NULL))
			inc->place = (struct pm_place){ .has_addr = true, .addr = v, .at = line->from->at };
	} else if (pm_match("at pc {x}, lr {x}", line->text, &m)) {
		if (pm_take_hex(&m.cap[0], &v, NULL))
			inc->place = (struct pm_place){ .has_addr = true, .addr = v, .at = line->from->at };
	}
}

static bool read_report(struct pm_window *window, struct pm_incident *inc)
{
	struct pm_plain_report report = { .window = window, .inc = inc };
	const struct pm_line *line = &window->lines[window->start];
	const struct pm_plain_header *header =
		pm_plain_header_find(headers, PM_COUNT(headers), line->body, NULL);
	bool json;

	if (!header)
		return false;
	json = collect_json(&report);
	if (!json)
		pm_plain_collect(&report, pm_plain_text, header->more, NULL);
	pm_plain_name(&report, header);
	pm_plain_traces(&report);
	read_first(&report);
	pm_plain_registers(&report);
	pm_plain_fields(&report, fields, PM_COUNT(fields));
	read_extensions(&report);
	/* Data aborts of arm64 tell their address in a register. */
	struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	struct pm_register *far = regs ? pm_regs_find(regs, "far") : NULL;
	struct pm_register *cr2 = regs ? pm_regs_find(regs, "cr2") : NULL;
	if (far && pm_slice_has(report.lines.v[0].text, PM_S("abort")))
		pm_plain_set_address(&report, far->value, &report.lines.v[0]);
	else if (cr2 && inc->fault.has_vector && inc->fault.vector == 14)
		pm_plain_set_address(&report, cr2->value, &report.lines.v[0]);
	for (size_t i = window->start; json && i-- > 0 && window->start - i < 40;)
		for (size_t k = 0; k < 4; k++) {
			static const char *const keys[][2] = {
				{ "\"product\"", "product" },
				{ "\"build\"", "build" },
				{ "\"date\"", "date" },
				{ "\"incident\"", "incident" },
			};
			json_field(&report, window->lines[i].raw, keys[k][0], keys[k][1],
				   &(struct pm_plain_line){ window->lines[i].raw, &window->lines[i] });
		}
	if (json)
		json_field(&report, line->raw, "\"product\"", "product", &report.lines.v[0]);
	pm_plain_finish(&report);
	return true;
}

const struct pm_console_system pm_console_darwin = { PM_DARWIN, starts, read_report, words, marks };
