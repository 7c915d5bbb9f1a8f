#include "console/linux/mark.h"

#include "console/oops/frame.h"
#include "console/linux/identify.h"

#define CHAIN_MAX 24

/* The lines of register dumps, each architecture's in the order in which its kernel prints them
 * (show_regs, __show_regs).  Some are left out on some machines. */
static const char *const chains[][CHAIN_MAX] = {
	/* x86-64 */
	{ "RIP: ", "Code: ", "RSP: ", "RAX: ", "RDX: ", "RBP: ", "R10: ", "R13: ", "FS: ", "CS: ", "CR2: ",
	  "DR0: ", "DR3: ", "PKRU: " },
	/* i386 */
	{ "EIP: ", "Code: ", "EAX: ", "ESI: ", "DS: ", "CR0: ", "DR0: ", "DR6: " },
	/* arm64 */
	{ "pstate: ", "pc : ", "lr : ", "sp : ", "pmr_save: ", "x29: ", "x28: ", "x27: ",
	  "x26: ",    "x25: ", "x24: ", "x23: ", "x22: ",      "x21: ", "x20: ", "x19: ",
	  "x18: ",    "x17: ", "x15: ", "x14: ", "x11: ",      "x8 : ", "x5 : ", "x2 : " },
	/* arm */
	{ "PC is at ", "LR is at ", "pc : ", "sp : ", "r10: ", "r7 : ", "r3 : ", "Flags: ", "Control: " },
	/* riscv */
	{ "epc : ", " ra : ", " gp : ", " t1 : ", " s1 : ", " a2 : ", " a5 : ", " s2 : ", " s5 : ", " s8 : ",
	  " s11: ", " t5 : ", "status: " },
	/* powerpc */
	{ "NIP: ", "REGS: ", "MSR: ", "CFAR: ", "GPR00: ", "GPR04: ", "GPR08: ", "GPR12: ", "GPR16: ",
	  "GPR20: ", "GPR24: ", "GPR28: ", "NIP [", "LR [" },
	/* s390 */
	{ "Krnl PSW : ", "Krnl GPRS: ", "Krnl Code: " },
};

/* Behind the line of the CPU. */
static const char *const machine[] = { "Tainted: ", "Hardware name: ", "Workqueue: ", "Stopper: ",
				       "Sched_ext: " };

/* The functions at which stacks begin. */
static const char *const bottoms[] = {
	"ret_from_fork_asm",      "entry_SYSCALL_64_after_hwframe",
	"entry_INT80_compat",     "entry_SYSENTER_compat_after_hwframe",
	"entry_INT80_32",         "entry_SYSENTER_32",
	"common_startup_64",      "secondary_startup_64_no_verify",
	"secondary_startup_64",   "startup_64",
	"el0t_64_sync",           "el0_sync",
	"__primary_switched",     "__secondary_switched",
	"ret_fast_syscall",       "ret_from_exception",
	"ret_from_kernel_thread", "system_call_vectored_common",
};

/* FNV-1a; 0 means none. */
static uint32_t hash(struct pm_slice s)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (unsigned char)s.p[i]) * 16777619u;
	return h ? h : 1;
}

static bool small(struct pm_slice s, uint32_t *value_out)
{
	uint64_t value;

	if (!pm_take_dec(&s, &value) || value > UINT32_MAX)
		return false;
	*value_out = (uint32_t)value;
	return true;
}

static void set_owner(struct pm_mark *mark, struct pm_slice cpu, struct pm_slice pid)
{
	mark->has_cpu = small(cpu, &mark->cpu);
	mark->has_pid = small(pid, &mark->pid);
}

/* The lines that say on which CPU and in which task they were printed. */
static bool read_owner(struct pm_slice body, struct pm_mark *mark)
{
	static const struct {
		const char *pattern;
		enum pm_mark_kind kind;
		uint8_t cpu, pid; /* which capture */
	} rows[] = {
		{ "^CPU: {d} UID: {d} PID: {d} Comm: ", PM_MARK_CPU, 0, 2 },
		{ "^CPU: {d} PID: {d} Comm: ", PM_MARK_CPU, 0, 1 },
		{ "^WARNING: CPU: {d} PID: {d} at ", PM_MARK_START, 0, 1 },
		/* since 6.19 */
		{ "^WARNING: {*}at {w}, CPU#{d}: {*}/{d}$", PM_MARK_START, 2, 4 },
		{ "soft lockup - CPU#{d} stuck for {d}s! [{*}:{d}]", PM_MARK_START, 0, 3 },
	};
	struct pm_match m;

	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		if (!pm_match(rows[i].pattern, body, &m))
			continue;
		mark->kind = rows[i].kind;
		set_owner(mark, m.cap[rows[i].cpu], m.cap[rows[i].pid]);
		if (pm_match(" at {*} {f}+0x", body, &m))
			mark->symbol = hash(m.cap[1]);
		return true;
	}
	return false;
}

static bool read_register(struct pm_slice body, struct pm_mark *mark)
{
	struct pm_match m;

	for (size_t c = 0; c < PM_COUNT(chains); c++)
		for (size_t i = 0; i < CHAIN_MAX && chains[c][i]; i++) {
			if (!pm_slice_starts(body, pm_slice_of(chains[c][i])))
				continue;
			/* "CR2: 0000000000000018" alone is no line of the dump */
			if (!strcmp(chains[c][i], "CR2: ") && !pm_slice_has(body, PM_S("CR4: ")))
				continue;
			mark->kind = PM_MARK_REGISTER;
			mark->chain = (uint8_t)c;
			mark->place = (uint8_t)i;
			mark->text = hash(body);
			mark->user = pm_slice_starts(body, PM_S("RIP: 0033:"));
			if (!i && !mark->user && pm_match(":{f}+0x", body, &m))
				mark->symbol = hash(m.cap[0]);
			return true;
		}
	return false;
}

static bool read_tag(struct pm_slice body, struct pm_mark *mark)
{
	struct pm_slice s = pm_slice_trim(body), name;

	if (!pm_take_char(&s, '<'))
		return false;
	bool close = pm_take_char(&s, '/');
	if (!pm_take_until(&s, ">", &name) || name.n > 12 || !pm_take_char(&s, '>') || s.n)
		return false;
	mark->kind = close ? PM_MARK_CLOSE : PM_MARK_OPEN;
	mark->text = hash(name);
	return true;
}

/* The levels of x86's page tables, printed one by one; the first stands at the start of its line. */
static const char *const levels[] = { "PGD ", "P4D ", "PUD ", "PMD ", "PTE " };

static bool starts_level(struct pm_slice body, size_t from)
{
	for (size_t i = from; i < PM_COUNT(levels); i++)
		if (pm_slice_starts(body, pm_slice_of(levels[i])))
			return true;
	return false;
}

/* printk's continuations: page-table entries, and the names of modules. */
static enum pm_broken piece_of(const struct pm_line *line)
{
	struct pm_slice s = line->body, word;

	if (starts_level(s, 1))
		return PM_BROKEN_LEVELS;
	if (line->context.kind == PM_CONTEXT_NONE)
		return PM_BROKEN_ANY;
	/* " kpcrash(OE) virtio_net [last unloaded: …]" */
	if (!pm_take_char(&s, ' '))
		return PM_NOT_BROKEN;
	while (pm_take_word(&s, &word)) {
		size_t open = pm_slice_find_char(word, '(');

		if (pm_slice_starts(word, PM_S("[last")))
			return PM_BROKEN_MODULES;
		for (size_t i = 0; i < word.n && i < open; i++)
			if (!pm_is_name_char(word.p[i]) || word.p[i] == '.')
				return PM_NOT_BROKEN;
		if (open != PM_NPOS && word.p[word.n - 1] != ')')
			return PM_NOT_BROKEN;
		pm_take_blanks(&s);
	}
	return s.n ? PM_NOT_BROKEN : PM_BROKEN_MODULES;
}

static enum pm_broken open_end(struct pm_slice body)
{
	if (pm_slice_eq(body, PM_S("Modules linked in:")))
		return PM_BROKEN_MODULES;
	return body.p[body.n - 1] == ' ' && starts_level(body, 0) ? PM_BROKEN_LEVELS : PM_NOT_BROKEN;
}

void pm_mark_read(const struct pm_line *line, struct pm_mark *mark_out)
{
	struct pm_slice body = line->body;
	struct pm_frame_text frame;
	struct pm_match m;

	*mark_out = (struct pm_mark){ PM_MARK_TEXT };
	if (!body.n)
		return;
	mark_out->open = open_end(body);
	if (pm_slice_has(body, PM_S("[ cut here ]"))) {
		mark_out->kind = PM_MARK_CUT;
	} else if (pm_slice_has(body, PM_S("---[ end trace"))) {
		mark_out->kind = PM_MARK_END;
	} else if (pm_slice_has(body, PM_S("Kernel panic - not syncing"))) {
		mark_out->kind = PM_MARK_PANIC;
	} else if (read_owner(body, mark_out) || read_tag(body, mark_out)) {
		return;
	} else if (pm_printk_start(line) == PM_STARTS) {
		mark_out->kind = PM_MARK_START;
	} else if (pm_slice_starts(body, PM_S("Modules linked in:"))) {
		mark_out->kind = PM_MARK_MODULES;
	} else if (pm_match("^Call {T|t}race:", body, &m) || pm_slice_starts(body, PM_S("Backtrace:"))) {
		mark_out->kind = PM_MARK_TRACE;
	} else if (pm_match("^note: {*}[{d}] exited with", body, &m)) {
		mark_out->kind = PM_MARK_NOTE;
		mark_out->has_pid = small(m.cap[1], &mark_out->pid);
	} else if (read_register(body, mark_out)) {
		return;
	} else if (pm_frame_parse(body, &frame) && frame.symbol.n) {
		mark_out->kind = PM_MARK_FRAME;
		mark_out->text = hash(pm_slice_trim(body));
		mark_out->doubted = frame.unreliable;
		for (size_t i = 0; i < PM_COUNT(bottoms); i++)
			mark_out->bottom |=
				!frame.unreliable && pm_slice_eq(frame.symbol, pm_slice_of(bottoms[i]));
	} else if ((mark_out->piece = piece_of(line)) != PM_NOT_BROKEN) {
		mark_out->kind = PM_MARK_PIECE;
	} else {
		for (size_t i = 0; i < PM_COUNT(machine); i++)
			if (pm_slice_starts(body, pm_slice_of(machine[i])))
				mark_out->kind = PM_MARK_MACHINE;
	}
}
