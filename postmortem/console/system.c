#include "console/system.h"

#include "base/pattern.h"
#include "console/prose.h"

#include <threads.h>

static const struct pm_console_system *const table[] = {
	&pm_console_linux,  &pm_console_freebsd, &pm_console_openbsd, &pm_console_netbsd,
	&pm_console_darwin, &pm_console_fuchsia, &pm_console_kpanic,
};

/* What the kernels print, and how strongly it speaks for one of them.  8: nothing else
 * prints it; less: others might, or a message quotes it. */
static const struct mark {
	enum pm_system system;
	unsigned weight;
	const char *text;
} marks[] = {
	{ PM_LINUX, 8, "Linux version " },
	{ PM_LINUX, 8, "Kernel panic - not syncing" },
	{ PM_LINUX, 8, "Not tainted" },
	{ PM_LINUX, 8, " Tainted: " },
	{ PM_LINUX, 8, "RIP: 0010:" },
	{ PM_LINUX, 8, "[ cut here ]" },
	{ PM_LINUX, 8, "---[ end " },
	{ PM_LINUX, 4, "Call Trace:" },
	{ PM_LINUX, 4, "Call trace:" },
	{ PM_LINUX, 4, " Comm: " },
	{ PM_LINUX, 2, "BUG: " },
	{ PM_LINUX, 2, "usb " },
	{ PM_LINUX, 2, "audit: " },
	{ PM_LINUX, 2, "ieee802154 " },
	{ PM_LINUX, 2, "Bluetooth: " },
	{ PM_LINUX, 2, "EXT4-fs" },

	{ PM_FREEBSD, 8, "KDB: stack backtrace:" },
	{ PM_FREEBSD, 8, "KDB: enter: " },
	{ PM_FREEBSD, 8, "The FreeBSD Project" },
	{ PM_FREEBSD, 8, "The FreeBSD Foundation" },
	{ PM_FREEBSD, 8, "FreeBSD ELF" },
	{ PM_FREEBSD, 8, "/frame 0xfffff" },
	{ PM_FREEBSD, 8, "db_trace_self_wrapper" },
	{ PM_FREEBSD, 4, "---<<BOOT>>---" },
	{ PM_FREEBSD, 4, "FreeBSD/" },
	{ PM_FREEBSD, 4, "FreeBSD 1" },
	{ PM_FREEBSD, 4, "Fatal trap " },
	{ PM_FREEBSD, 4, "supervisor read " },
	{ PM_FREEBSD, 4, "supervisor write " },
	{ PM_FREEBSD, 4, "[ thread pid " },
	{ PM_FREEBSD, 4, "cpuid = " },
	{ PM_FREEBSD, 4, "ASan: Invalid access, " },
	{ PM_FREEBSD, 2, "@ /usr/src/sys/" },
	{ PM_FREEBSD, 2, " of destroyed " },
	{ PM_FREEBSD, 2, "db> " },

	{ PM_OPENBSD, 8, "https://www.openbsd.org/ddb.html" },
	{ PM_OPENBSD, 8, "http://www.openbsd.org/ddb.html" },
	{ PM_OPENBSD, 8, "end trace frame: " },
	{ PM_OPENBSD, 8, "PRFLAGS     PFLAGS" },
	{ PM_OPENBSD, 8, "reorder_kernel" },
	{ PM_OPENBSD, 4, "OpenBSD/" },
	{ PM_OPENBSD, 4, "OpenBSD " },
	{ PM_OPENBSD, 4, "ddb{" },
	{ PM_OPENBSD, 4, "ddb> " },
	{ PM_OPENBSD, 4, "db_enter+0x" },
	{ PM_OPENBSD, 4, "Xsyscall" },
	{ PM_OPENBSD, 4, "witness: " },
	{ PM_OPENBSD, 4, "uvm_fault(0x" },
	{ PM_OPENBSD, 4, "Data modified on freelist: " },
	{ PM_OPENBSD, 4, "pool_cache_item_magic_check: " },
	{ PM_OPENBSD, 4, "pool_do_get: " },
	{ PM_OPENBSD, 4, "pool_do_put: " },
	{ PM_OPENBSD, 4, "pool_p_free: " },
	{ PM_OPENBSD, 4, "Caught invalid memory access at " },
	{ PM_OPENBSD, 2, "Stopped at  " },
	{ PM_OPENBSD, 2, "cleaned vnode" },
	{ PM_OPENBSD, 2, "kernel: page fault trap, code=" },
	{ PM_OPENBSD, 2, "kernel: protection fault trap, code=" },
	{ PM_OPENBSD, 2, "timeout_add: to_ticks " },
	{ PM_OPENBSD, 2, "unhandled af " },

	{ PM_NETBSD, 8, " at netbsd:" },
	{ PM_NETBSD, 8, "Begin traceback..." },
	{ PM_NETBSD, 8, "The NetBSD Foundation" },
	{ PM_NETBSD, 8, " lowest kstack 0x" },
	{ PM_NETBSD, 8, "Stopped in pid " },
	{ PM_NETBSD, 4, "fault in supervisor mode" },
	{ PM_NETBSD, 4, "NetBSD " },
	{ PM_NETBSD, 4, "NetBSD/" },
	{ PM_NETBSD, 4, "UBSan: Undefined Behavior in " },
	{ PM_NETBSD, 4, "ASan: Unauthorized Access" },
	{ PM_NETBSD, 4, "MSan: Uninitialized " },
	{ PM_NETBSD, 4, "panic: lock error: " },
	{ PM_NETBSD, 4, "LOCKDEBUG" },
	{ PM_NETBSD, 2, "netbsd:" },
	{ PM_NETBSD, 2, "/sysctl.conf" },

	{ PM_DARWIN, 8, "panic(cpu " },
	{ PM_DARWIN, 8, "Darwin Kernel Version " },
	{ PM_DARWIN, 8, "mach_kernel : " },
	{ PM_DARWIN, 8, "BSD process name corresponding to current thread" },
	{ PM_DARWIN, 8, "Kernel Extensions in backtrace" },
	{ PM_DARWIN, 4, "Backtrace (CPU " },
	{ PM_DARWIN, 4, "Debugger called: " },
	{ PM_DARWIN, 4, "xnu-" },

	{ PM_FUCHSIA, 8, "ZIRCON KERNEL " },
	{ PM_FUCHSIA, 8, "STARNIX KERNEL PANIC" },
	{ PM_FUCHSIA, 8, "welcome to Zircon" },
	{ PM_FUCHSIA, 8, "{{{bt:" },
	{ PM_FUCHSIA, 8, "{{{module:" },
	{ PM_FUCHSIA, 8, "entering panic shell loop" },
	{ PM_FUCHSIA, 4, "name=zircon.elf" },
	{ PM_FUCHSIA, 4, "<== fatal exception" },
	{ PM_FUCHSIA, 4, "<PAGE FAULT> " },
	{ PM_FUCHSIA, 4, "platform_halt suggested_action" },
	{ PM_FUCHSIA, 4, "fuchsia" },
	{ PM_FUCHSIA, 4, "gfxconsole: " },
	{ PM_FUCHSIA, 4, "[klog]" },
	{ PM_FUCHSIA, 4, "syscall/zx/" },

	/* What stands around it has Linux's form, and Linux's marks. */
	{ PM_KPANIC, 100, "KPANIC 1 " },
};

/* How a kernel begins to tell its release. */
static const struct {
	enum pm_system system;
	const char *text;
} versions[] = {
	{ PM_FREEBSD, "FreeBSD 1" },
	{ PM_FREEBSD, "FreeBSD 9." },
	{ PM_FREEBSD, "FreeBSD 8." },
	{ PM_OPENBSD, "OpenBSD 7." },
	{ PM_OPENBSD, "OpenBSD 6." },
	{ PM_OPENBSD, "OpenBSD 5." },
	{ PM_OPENBSD, "OpenBSD 8." },
	{ PM_NETBSD, "NetBSD 1" },
	{ PM_NETBSD, "NetBSD 9." },
	{ PM_NETBSD, "NetBSD 8." },
	{ PM_NETBSD, "NetBSD 7." },
	{ PM_NETBSD, "NetBSD 6." },
	{ PM_DARWIN, "Darwin Kernel Version " },
};

static const char *const boots[] = {
	"---<<BOOT>>---", "welcome to Zircon", ">> OpenBSD/",
	">> NetBSD/",     "KPANIC 1 kept ", /* the recorder, of the run before */
};

void pm_systems_words(struct pm_scanner *scanner)
{
	for (size_t i = 0; i < PM_COUNT(table); i++) {
		pm_scanner_add(scanner, table[i]->words);
		pm_scanner_add(scanner, table[i]->marks);
	}
}

void pm_systems_init(struct pm_systems *systems)
{
	*systems = (struct pm_systems){ PM_SYSTEM_UNKNOWN };
}

static void keep_version(struct pm_systems *systems, const struct pm_line *line)
{
	for (size_t i = 0; i < PM_COUNT(versions); i++) {
		size_t at = pm_slice_find(line->body, pm_slice_of(versions[i].text));
		enum pm_system system = versions[i].system;

		if (at == PM_NPOS)
			continue;
		struct pm_slice text = pm_slice_trim(pm_slice_from(line->body, at));
		text = pm_slice_upto(text, PM_VERSION_MAX - 1);
		memcpy(systems->version[system], text.p, text.n);
		systems->version[system][text.n] = 0;
		systems->version_at[system] = line->at;
		return;
	}
}

void pm_systems_see(struct pm_systems *systems, const struct pm_line *line)
{
	for (size_t i = 0; i < PM_COUNT(table); i++)
		for (const char *const *mark = table[i]->marks; *mark; mark++)
			if (pm_slice_has(line->raw, pm_slice_of(*mark))) {
				systems->seen = table[i]->system;
				keep_version(systems, line);
			}
}

/* Where the first of the system's words stands. */
static size_t word_at(const struct pm_console_system *system, struct pm_slice body)
{
	size_t first = PM_NPOS;

	for (const char *const *word = system->words; *word; word++) {
		size_t at = pm_slice_find(body, pm_slice_of(*word));

		if (at < first)
			first = at;
	}
	return first;
}

static bool may_start(const struct pm_console_system *system, const struct pm_line *line)
{
	if (!system->starts(line))
		return false;
	/* Linux's rows know themselves where they begin. */
	size_t at = system->system == PM_LINUX ? PM_NPOS : word_at(system, line->body);
	if (at == PM_NPOS)
		return true;
	struct pm_slice head = pm_slice_upto(line->body, at);
	bool bsd =
		system->system == PM_FREEBSD || system->system == PM_OPENBSD || system->system == PM_NETBSD;
	/* "kpanic: " is no "panic: ". */
	if (bsd && at && pm_is_name_char(head.p[at - 1]) && pm_is_name_char(line->body.p[at]))
		return false;
	if (line->context.kind != PM_CONTEXT_NONE)
		return true;
	if (bsd)
		return !pm_prose_before(head);
	/* Words that only their kernels have; in a file of XNU's (.ips) they stand in a string. */
	return !pm_prose_quotes(head) || pm_slice_has(head, PM_S("\"panicString\""));
}

const struct pm_console_system *pm_systems_start(const struct pm_systems *systems, const struct pm_line *line)
{
	const struct pm_console_system *first = NULL;

	for (size_t i = 0; i < PM_COUNT(table); i++)
		if ((!first || table[i]->system == systems->seen) && may_start(table[i], line))
			first = table[i];
	return first;
}

bool pm_system_boots(const struct pm_line *line)
{
	for (size_t i = 0; i < PM_COUNT(boots); i++)
		if (pm_slice_has(line->raw, pm_slice_of(boots[i])))
			return true;
	/* FreeBSD and NetBSD begin with their copyright. */
	return pm_slice_starts(line->body, PM_S("Copyright (c) ")) &&
	       (pm_slice_has(line->body, PM_S("The FreeBSD Project")) ||
		pm_slice_has(line->body, PM_S("Copyright (c) 1996, 1997")) ||
		pm_slice_has(line->body, PM_S("Copyright (c) 1982, 1986")));
}

/* Every line counts, but a mark only once. */
#define WEIGH_BEFORE 120
#define WEIGH_AFTER 200

/* Few lines hold a mark: they are found all marks at once. */
static struct pm_scanner mark_scanner;
static once_flag mark_scanner_once = ONCE_FLAG_INIT;

static void make_mark_scanner(void)
{
	pm_scanner_init(&mark_scanner);
	for (size_t m = 0; m < PM_COUNT(marks); m++)
		pm_scanner_add(&mark_scanner, (const char *const[]){ marks[m].text, NULL });
	pm_scanner_build(&mark_scanner, false);
}

static void weigh_line(struct pm_slice raw, bool seen[PM_COUNT(marks)], unsigned weight_out[PM_SYSTEMS],
		       const char *why_out[PM_SYSTEMS], unsigned why_weight[PM_SYSTEMS])
{
	raw = pm_slice_upto(raw, 1024);
	for (size_t at = 0; (at = pm_scan(&mark_scanner, raw, at)) != PM_NPOS; at++) {
		struct pm_slice here = pm_slice_from(raw, at);

		for (size_t m = 0; m < PM_COUNT(marks); m++) {
			enum pm_system system = marks[m].system;

			if (seen[m] || marks[m].text[0] != here.p[0] ||
			    !pm_slice_starts(here, pm_slice_of(marks[m].text)))
				continue;
			seen[m] = true;
			weight_out[system] += marks[m].weight;
			if (marks[m].weight > why_weight[system]) {
				why_weight[system] = marks[m].weight;
				why_out[system] = marks[m].text;
			}
		}
	}
}

/* "01234.05678> " behind the time: Zircon's process and thread. */
static bool has_zircon_prefix(const struct pm_line *line)
{
	struct pm_slice s = line->body;
	uint64_t pid, tid;
	size_t n = s.n;

	return line->time_ns >= 0 && pm_take_dec(&s, &pid) && n - s.n == 5 && pm_take_char(&s, '.') &&
	       pm_take_dec(&s, &tid) && pm_take_char(&s, '>');
}

/* "[   1.0000030] ": seven digits, which only NetBSD prints. */
static bool has_netbsd_time(const struct pm_line *line)
{
	struct pm_slice s = line->raw;
	uint64_t whole, part;

	if (!pm_take_char(&s, '['))
		return false;
	pm_take_blanks(&s);
	if (!pm_take_dec(&s, &whole) || !pm_take_char(&s, '.'))
		return false;
	size_t n = s.n;
	return pm_take_dec(&s, &part) && n - s.n == 7 && pm_take_char(&s, ']');
}

void pm_systems_weigh(const struct pm_window *window, unsigned weight_out[PM_SYSTEMS],
		      const char *why_out[PM_SYSTEMS])
{
	bool seen[PM_COUNT(marks)] = { false };
	unsigned why_weight[PM_SYSTEMS] = { 0 };
	size_t from = window->start > WEIGH_BEFORE ? window->start - WEIGH_BEFORE : 0;
	size_t to = window->n - window->start > WEIGH_AFTER ? window->start + WEIGH_AFTER : window->n;

	for (int i = 0; i < PM_SYSTEMS; i++) {
		weight_out[i] = 0;
		why_out[i] = NULL;
	}
	call_once(&mark_scanner_once, make_mark_scanner);
	for (size_t i = from; i < to; i++) {
		const struct pm_line *line = &window->lines[i];

		weigh_line(line->raw, seen, weight_out, why_out, why_weight);
		if (line->context.kind == PM_CONTEXT_TASK || line->context.kind == PM_CONTEXT_CPU) {
			weight_out[PM_LINUX] = PM_WEIGHT_CERTAIN;
			if (!why_out[PM_LINUX])
				why_out[PM_LINUX] = "caller ids";
		}
	}
	/* The prefix of the report itself. */
	const struct pm_line *start = &window->lines[window->start];
	if (has_zircon_prefix(start)) {
		weight_out[PM_FUCHSIA] += PM_WEIGHT_CERTAIN;
		if (!why_out[PM_FUCHSIA])
			why_out[PM_FUCHSIA] = "process.thread> prefix";
	}
	if (has_netbsd_time(start)) {
		weight_out[PM_NETBSD] += PM_WEIGHT_CERTAIN;
		if (!why_out[PM_NETBSD])
			why_out[PM_NETBSD] = "times with seven digits";
	}
}

static void tell_system(const struct pm_systems *systems, struct pm_incident *inc, enum pm_system system,
			enum pm_grade grade, const char *why)
{
	struct pm_machine *machine = &inc->machine;

	machine->system = system;
	machine->system_grade = grade;
	machine->system_why = why ? pm_arena_str(&inc->arena, pm_slice_trim(pm_slice_of(why))) : NULL;
	if (*systems->version[system] && !machine->version_line) {
		struct pm_slice s = pm_slice_of(systems->version[system]), name, release;

		machine->version_line = pm_arena_str(&inc->arena, s);
		if (system == PM_DARWIN)
			(void)pm_take(&s, PM_S("Darwin Kernel Version "));
		else
			(void)pm_take_word(&s, &name);
		pm_take_blanks(&s);
		if (!machine->release && pm_take_until(&s, " :", &release)) {
			machine->release = pm_arena_str(&inc->arena, release);
			machine->release_at = systems->version_at[system];
		}
	}
}

/* A kernel's clock starts at 0: where a line before tells a later time, another one ran. */
static bool ran_before(const struct pm_window *window)
{
	int64_t time = window->lines[window->start].time_ns;

	for (size_t i = 0; i < window->start; i++)
		if (window->lines[i].time_ns > (time < 0 ? 0 : time))
			return true;
	return false;
}

bool pm_systems_read(const struct pm_systems *systems, struct pm_window *window, struct pm_incident *inc)
{
	const struct pm_line *line = &window->lines[window->start];
	bool may[PM_SYSTEMS] = { false };
	unsigned weight[PM_SYSTEMS], candidates = 0;
	const char *why[PM_SYSTEMS];
	enum pm_system strongest = PM_SYSTEM_UNKNOWN;

	for (size_t i = 0; i < PM_COUNT(table); i++)
		if (may_start(table[i], line)) {
			may[table[i]->system] = true;
			candidates++;
		}
	if (!candidates)
		return false;
	pm_systems_weigh(window, weight, why);
	if (systems->seen != PM_SYSTEM_UNKNOWN)
		weight[systems->seen] += 3; /* decides where the lines around do not */
	weight[PM_SYSTEM_UNKNOWN] = 0;
	/* Another kernel booted since. */
	if (!may[PM_KPANIC] && systems->seen != PM_KPANIC && systems->seen != PM_SYSTEM_UNKNOWN)
		weight[PM_KPANIC] = 0;
	for (int i = 1; i < PM_SYSTEMS; i++)
		if (weight[i] > weight[strongest])
			strongest = (enum pm_system)i;
	if (line->context.kind == PM_CONTEXT_NONE &&
	    (pm_prose_describes(window) ||
	     (!pm_prose_is_kernel(line->body) && pm_prose_around(window) == PM_PROSE_TEXT)))
		return false;
	/* A text that is another system's: what looks like a report here is quoted, or a program's. */
	if (!may[strongest] && weight[strongest] >= PM_WEIGHT_CERTAIN)
		return false;

	for (;;) { /* by falling weight; equal ones in the table's order */
		const struct pm_console_system *best = NULL;

		for (size_t i = 0; i < PM_COUNT(table); i++)
			if (may[table[i]->system] &&
			    (!best || weight[table[i]->system] > weight[best->system]))
				best = table[i];
		if (!best)
			return false;
		may[best->system] = false;
		/* Only one system's lines look like this, or its marks stand around. */
		bool own = candidates == 1 || weight[best->system] >= PM_WEIGHT_CERTAIN;
		bool known = own || weight[best->system] > 0;

		inc->machine.system = known ? best->system : PM_SYSTEM_UNKNOWN;
		if (best->read(window, inc)) {
			inc->ran_before = ran_before(window);
			if (inc->machine.system == PM_SYSTEM_UNKNOWN)
				known = false; /* the reader could not tell either */
			tell_system(systems, inc, known ? best->system : PM_SYSTEM_UNKNOWN,
				    !known ? PM_NO_GRADE
				    : own  ? PM_CERTAIN
					   : PM_LIKELY,
				    !known              ? NULL
				    : why[best->system] ? why[best->system]
				    : candidates == 1   ? "the line at which the report starts"
							: "a mark earlier in the text");
			return true;
		}
		inc->machine.system = PM_SYSTEM_UNKNOWN;
	}
}
