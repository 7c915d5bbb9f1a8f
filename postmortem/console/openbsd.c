/* OpenBSD's panics: "panic: …", "uvm_fault(…)", witness's reports, ddb's output. */
#include "console/plain/fields.h"
#include "console/plain/lock.h"
#include "console/plain/report.h"
#include "console/plain/trace.h"

static const char *const words[] = {
	"cleaned vnode: ", "panic:",   "lock order reversal:", "witness: ",
	"uvm_fault(",      "kernel: ", PM_PLAIN_FUZZER_WORDS,  NULL,
};
static const char *const marks[] = {
	"OpenBSD 5.", "OpenBSD 6.", "OpenBSD 7.", "OpenBSD 8.", ">> OpenBSD/", "www.openbsd.org/ddb.html",
	NULL,
};

/* Functions that only copy or check memory for their caller. */
static bool is_memory_helper(struct pm_slice symbol)
{
	static const char *const names[] = {
		"memcpy",     "memmove",      "memset",        "memcmp",       "bcmp",         "bcopy",
		"bzero",      "kcopy",        "strcmp",        "strncmp",      "strlcpy",      "strlcat",
		"strlen",     "strnlen",      "strncpy",       "copyin",       "copyinstr",    "copyout",
		"copyoutstr", "kasan_memcpy", "kasan_memmove", "kasan_memset", "kasan_memcmp",
	};

	if (pm_slice_starts(symbol, PM_S("__asan_load")) || pm_slice_starts(symbol, PM_S("__asan_store")))
		return true;
	for (size_t i = 0; i < PM_COUNT(names); i++)
		if (pm_slice_eq(symbol, pm_slice_of(names[i])))
			return true;
	return false;
}

/* The frame that called the helper which KASAN checked. */
static bool look_kasan(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_plain_frame frame;
	bool helper = false;

	for (size_t i = 1; i < report->lines.n; i++) {
		struct pm_slice text = report->lines.v[i].text;
		bool is = pm_plain_frame_parse(text, &frame) && !frame.numbered;

		if (is && is_memory_helper(frame.symbol)) {
			helper = true;
		} else if (helper) {
			size_t n = 0;

			/* The call itself, not what is inlined into it. */
			while (n < text.n && (pm_is_name_char(text.p[n]) && text.p[n] != '.'))
				n++;
			found->a = pm_slice_upto(text, n);
			return n > 0;
		}
	}
	return false;
}

/* What "show panic" says: on several CPUs the first line may be mixed with another's. */
static bool look_show_panic(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_match m;

	for (size_t i = 0; i < report->lines.n; i++) {
		if (!pm_match("^ddb{{{d}}> show panic", report->lines.v[i].text, NULL))
			continue;
		for (size_t k = i + 1; k < report->lines.n; k++) {
			struct pm_slice text = report->lines.v[k].text;

			if (pm_slice_starts(text, PM_S("ddb{")))
				break;
			if (pm_match("*cpu{d}: {*}$", text, &m) && m.cap[1].n) {
				found->a = m.cap[1];
				return pm_plain_find(report, k, "> trace") != PM_NPOS;
			}
		}
		return false;
	}
	return false;
}

/* As above, where the first line is mixed and KASAN's words stand only there. */
static bool look_kasan_shown(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return look_show_panic(report, found) &&
	       pm_slice_has(found->a, PM_S("Caught invalid memory access")) && look_kasan(report, found);
}

/* "kqueue_scan:879: kq=0x… kn=0x… knote !ACTIVE": from the last lower-case word that something follows. */
static bool look_last_words(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_slice text = found->match.cap[0];

	(void)report;
	for (size_t at = text.n; at-- > 0;) {
		struct pm_slice s = pm_slice_from(text, at);
		size_t n = 0;

		if (!pm_take_char(&s, ' '))
			continue;
		while (n < s.n && s.p[n] >= 'a' && s.p[n] <= 'z')
			n++;
		if (n && n < s.n && s.p[n] == ' ') {
			found->a = s;
			return true;
		}
	}
	return false;
}

/* The system call among the frames behind "returning with the following locks held"; the debugger
 * may stand between. */
static bool look_userret(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	const struct pm_window *window = report->window;
	size_t end = window->n - window->start > 400 ? window->start + 400 : window->n;
	struct pm_match m;

	for (size_t i = window->start + 1; i < end; i++)
		if (pm_match("sys_{f}+", window->lines[i].body, &m)) {
			found->a = m.cap[0];
			return true;
		}
	return false;
}

static bool look_order_missing(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	(void)found;
	for (size_t i = 1; i < report->lines.n; i++)
		if (pm_match("lock order data {*} missing", report->lines.v[i].text, NULL))
			return true;
	return false;
}

/* Where ddb stopped; the trace must have come to its end. */
static bool look_stopped(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_match m;

	for (size_t i = 1; i < report->lines.n; i++)
		if (pm_match("Stopped at{_}{*}$", report->lines.v[i].text, &m)) {
			struct pm_slice s = m.cap[0];

			while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
				s = pm_slice_from(s, 1);
			if (!pm_take_until(&s, "+: \t", &found->a)) /* no "+0x0" at a function's start */
				return false;
			return pm_plain_find(report, i, "end trace frame") != PM_NPOS;
		}
	return false;
}

/* It stopped where no function is: a wild jump. */
static bool look_stopped_nowhere(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	return look_stopped(report, found) && pm_slice_starts(found->a, PM_S("0x"));
}

/* "Stopped at" in the very next line. */
static bool look_stopped_next(const struct pm_plain_report *report, struct pm_plain_found *found)
{
	struct pm_match m;

	if (report->lines.n < 2 || !pm_match("^Stopped at{_}{*}$", report->lines.v[1].text, &m))
		return false;
	struct pm_slice s = m.cap[0];
	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = pm_slice_from(s, 1);
	return pm_take_until(&s, "+: \t", &found->a);
}

static const struct pm_plain_row vnode_rows[] = {
	{ "cleaned vnode: ", "panic: cleaned vnode isn't", PM_KIND_ASSERT },
};
static const struct pm_plain_row panic_rows[] = {
	{ "panic: {*}Caught invalid memory access", "KASAN: invalid memory access in $a", PM_KIND_KASAN,
	  look_kasan },
	{ "panic: kernel diagnostic assertion {*} failed: file \"{*}\"", "assert $1 failed in $/2",
	  PM_KIND_ASSERT },
	{ "panic: Data modified on freelist: {*} previous type {w} ", "malloc: free list modified: $2",
	  PM_KIND_SLAB_CORRUPTION },
	{ "panic: Data modified on freelist: {*} previous type {w}$", "malloc: free list modified: $2",
	  PM_KIND_SLAB_CORRUPTION },
	{ "panic: pool_cache_item_magic_check: {w} cpu free list modified",
	  "pool: cpu free list modified: $1", PM_KIND_SLAB_CORRUPTION },
	{ "panic: pool_do_put: {*}: double pool_put", "pool: double put: $1", PM_KIND_SLAB_CORRUPTION },
	{ "panic: pool_do_get: {*} free list modified", "pool: free list modified: $1",
	  PM_KIND_SLAB_CORRUPTION },
	{ "panic: pool_p_free: {*} free list modified", "pool: free list modified: $1",
	  PM_KIND_SLAB_CORRUPTION },
	{ "panic: timeout_add: to_ticks ({*}) < 0", "panic: timeout_add: to_ticks < 0", PM_KIND_ASSERT },
	{ "panic: attempt to execute user address {x} in supervisor mode",
	  "panic: attempt to execute user address", PM_KIND_SMEP },
	{ "panic: unhandled af", "panic: unhandled af", PM_KIND_ASSERT },
	{ "panic: kqueue{*}$", "kqueue: $a", PM_KIND_ASSERT, look_last_words },
	{ "panic: knote{*}$", "kqueue: $a", PM_KIND_ASSERT, look_last_words },
	{ "panic: receive {w}:", "soreceive $1", PM_KIND_ASSERT },
	{ "panic:", "KASAN: invalid memory access in $a", PM_KIND_KASAN, look_kasan_shown },
	{ "panic:", "panic: $a", PM_KIND_UNKNOWN, look_show_panic },
	{ "panic:{*}$", "panic:$1" },
};
static const struct pm_plain_row reversal_rows[] = {
	{ "lock order reversal:", "witness: reversal: lock order data missing", PM_KIND_DEADLOCK,
	  look_order_missing },
	{ "lock order reversal:", "witness: reversal: $a $b", PM_KIND_DEADLOCK, pm_plain_look_reversal },
};
static const struct pm_plain_row witness_rows[] = {
	{ "witness: thread {x} exiting with the following locks held:",
	  "witness: thread exiting with locks held", PM_KIND_LOCKING },
	{ "witness: userret: returning with the following locks held:", "witness: userret: $a",
	  PM_KIND_LOCKING, look_userret },
	{ "witness: {*}$", "witness: $1", PM_KIND_LOCKING },
};
static const struct pm_plain_row fault_rows[] = {
	{ "uvm_fault(", "uvm_fault", PM_KIND_PAGE_FAULT, look_stopped_nowhere },
	{ "uvm_fault(", "uvm_fault: $a", PM_KIND_PAGE_FAULT, look_stopped },
	{ "uvm_fault(", "uvm_fault", PM_KIND_PAGE_FAULT, NULL, "the stack trace is missing or ends early" },
};
static const struct pm_plain_row kernel_rows[] = {
	{ "kernel: page fault trap, code=0", "uvm_fault: $a", PM_KIND_PAGE_FAULT, look_stopped_next },
	{ "kernel: protection fault trap, code=0", "protection_fault: $a", PM_KIND_GPF, look_stopped_next },
	{ "kernel: {*} trap, code={x}", "kernel: $1 trap, code=$2", PM_KIND_UNKNOWN },
};

static const char *const no_trap[] = { "reorder_kernel", NULL };

#define ROWS(rows) rows, PM_COUNT(rows)
static const struct pm_plain_header headers[] = {
	{ "cleaned vnode: ", NULL, ROWS(vnode_rows), PM_KIND_PANIC, NULL, NULL },
	{ "panic:", pm_plain_no_panic, ROWS(panic_rows), PM_KIND_PANIC, NULL, NULL },
	{ "lock order reversal:", NULL, ROWS(reversal_rows), PM_KIND_DEADLOCK, NULL, pm_plain_of_witness },
	{ "witness: ", NULL, ROWS(witness_rows), PM_KIND_LOCKING, NULL, pm_plain_of_witness },
	{ "uvm_fault(", NULL, ROWS(fault_rows), PM_KIND_PAGE_FAULT, NULL, NULL },
	{ "kernel: ", no_trap, ROWS(kernel_rows), PM_KIND_PANIC, NULL, NULL },
};

static const struct pm_plain_header *header_of(const struct pm_line *line)
{
	struct pm_slice text = pm_plain_text(line);
	const struct pm_plain_header *header = pm_plain_header_find(headers, PM_COUNT(headers), text, NULL);

	/* Syslog writes "kernel: " before everything; the trap's line says trap. */
	if (header && header->rows == kernel_rows && !pm_match("kernel: {*} trap, code=", text, NULL))
		return NULL;
	return header;
}

static bool starts(const struct pm_line *line)
{
	return header_of(line) != NULL;
}

static bool is_call_start(struct pm_slice text)
{
	size_t n = 0;

	while (n < text.n && pm_is_name_char(text.p[n]))
		n++;
	return n && n < text.n && text.p[n] == '(';
}

/* ddb breaks lines at 80 columns unless told otherwise ("set $maxwidth = 0"). */
static bool wrapped(const struct pm_line *line, struct pm_slice text, struct pm_slice next)
{
	struct pm_plain_frame frame;
	char both[256];

	(void)line;
	if (text.n < 78 || text.n > 80 || !next.n || next.n > 80 || !is_call_start(text) ||
	    is_call_start(next))
		return false;
	memcpy(both, text.p, text.n);
	memcpy(both + text.n, next.p, next.n);
	return pm_plain_frame_parse((struct pm_slice){ both, text.n + next.n }, &frame);
}

/* uvm_fault(map, address, fault type, access type) -> error */
static void read_uvm_fault(struct pm_plain_report *report)
{
	struct pm_fault *fault = &report->inc->fault;

	for (size_t i = 0; i < report->lines.n && i < 200; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_match m;
		uint64_t address, access;

		if (!pm_match("uvm_fault({x}, {x}, {d}, {d}) -> {*}$", line->text, &m))
			continue;
		if (pm_take_hex(&m.cap[1], &address, NULL))
			pm_plain_set_address(report, address, line);
		pm_plain_fact(report, "page-fault", "map", m.cap[0], NULL, line);
		pm_plain_fact(report, "page-fault", "error", m.cap[4],
			      pm_slice_eq(m.cap[4], PM_S("e"))   ? "EFAULT: nothing is mapped there"
			      : pm_slice_eq(m.cap[4], PM_S("d")) ? "EACCES: not allowed there"
								 : NULL,
			      line);
		/* PROT_READ 1, PROT_WRITE 2, PROT_EXEC 4 */
		if (pm_take_dec(&m.cap[3], &access) && fault->access == PM_ACCESS_UNKNOWN)
			fault->access = access & 4 ? PM_EXECUTE : access & 2 ? PM_WRITE : PM_READ;
		return;
	}
}

/* KASAN's panic line, and what "show kasan" tells. */
static void read_kasan(struct pm_plain_report *report)
{
	struct pm_fault *fault = &report->inc->fault;

	for (size_t i = 0; i < report->lines.n && i < 2000; i++) {
		const struct pm_plain_line *line = &report->lines.v[i];
		struct pm_match m;
		uint64_t address, size;

		if (pm_match("Caught invalid memory access at {x} size {d} op {d}", line->text, &m)) {
			if (pm_take_hex(&m.cap[0], &address, NULL))
				pm_plain_set_address(report, address, line);
			if (pm_take_dec(&m.cap[1], &size) && size <= UINT32_MAX)
				fault->access_size = (uint32_t)size;
		} else if (pm_match("KASAN: invalid {f} of {d} bytes at {x} from pc {x}", line->text, &m)) {
			fault->access = pm_slice_eq(m.cap[0], PM_S("write")) ? PM_WRITE : PM_READ;
			pm_plain_fact(report, "kasan", "pc", m.cap[3], NULL, line);
		} else if (pm_match("KASAN: first bad byte at {x} {*}; shadow {x}: {*}$", line->text, &m)) {
			pm_plain_fact(report, "kasan", "first_bad_byte", m.cap[0], NULL, line);
			pm_plain_fact(report, "kasan", "shadow", m.cap[2], pm_plain_str(report, m.cap[3]),
				      line);
		} else if (pm_match("KASAN: {x} is {*}$", line->text, &m)) {
			if (!fault->object)
				fault->object = pm_plain_str(report, m.cap[1]);
		}
	}
}

/* panic: kernel diagnostic assertion "x" failed: file "y", line 1 */
static void read_assertion(struct pm_plain_report *report)
{
	const struct pm_plain_line *line = &report->lines.v[0];
	struct pm_match m;

	if (!pm_match("assertion \"{*}\" failed: file \"{*}\", line {d}", line->text, &m))
		return;
	pm_plain_fact(report, "assert", "expression", m.cap[0], NULL, line);
	pm_plain_fact(report, "assert", "file", m.cap[1], NULL, line);
	pm_plain_fact(report, "assert", "line", m.cap[2], NULL, line);
	report->inc->guilty_file = pm_plain_str(report, m.cap[1]);
}

static bool read_report(struct pm_window *window, struct pm_incident *inc)
{
	struct pm_plain_report report = { .window = window, .inc = inc };
	const struct pm_plain_header *header = header_of(&window->lines[window->start]);

	if (pm_plain_of_program(window) || !pm_plain_begin(&report, header, pm_plain_text, wrapped))
		return false;
	pm_plain_ddb(&report);
	read_uvm_fault(&report);
	read_kasan(&report);
	read_assertion(&report);
	pm_plain_finish(&report);
	return true;
}

const struct pm_console_system pm_console_openbsd = { PM_OPENBSD, starts, read_report, words, marks };
