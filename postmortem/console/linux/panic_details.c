/* panic() itself, the death of init, a missing root, and stacks that ran over. */
#include "console/linux/details.h"
#include "console/linux/details_rows.h"

#include <inttypes.h>

/* ---- Why it panicked ---- */

/* What panic() is called with, by the start of the words. */
static const struct pm_detail_word reasons[] = {
	{ "Fatal exception in interrupt", "an oops in an interrupt: nothing can be killed to go on" },
	{ "Fatal exception", "an oops, and panic_on_oops is set" },
	{ "Oops: Fatal exception in interrupt", "an oops in an interrupt: nothing can be killed to go on" },
	{ "Oops: Fatal exception", "an oops, and panic_on_oops is set" },
	{ "Oops - BUG: Fatal exception", "an oops, and panic_on_oops is set" },
	{ "panic_on_warn set", "a warning, and panic_on_warn is set" },
	{ "KASAN: panic_on_warn set", "a KASAN report, and panic_on_warn is set" },
	{ "UBSAN: panic_on_warn set", "a UBSAN report, and panic_on_warn is set" },
	{ "kasan.fault=panic set", "a KASAN report, and kasan.fault=panic is set" },
	{ "softlockup: hung tasks", "a soft lockup, and softlockup_panic is set" },
	{ "hung_task: blocked tasks", "a hung task, and hung_task_panic is set" },
	{ "RCU Stall", "an RCU stall, and panic_on_rcu_stall is set" },
	{ "Hard LOCKUP", "a hard lockup, and hardlockup_panic (nmi_watchdog=panic) is set" },
	{ "sysrq triggered crash", "somebody asked for it: sysrq-c" },
	{ "Attempted to kill init!", "process 1 ended: the kernel cannot go on without it" },
	{ "Attempted to kill the idle task!", "the idle task died: an oops in it" },
	{ "Aiee, killing interrupt handler!", "an interrupt handler died" },
	{ "No working init found", "no program could be started as process 1" },
	{ "Requested init", "the program that init= names could not be started" },
	{ "VFS: Unable to mount root fs", "the root file system could not be mounted" },
	{ "Out of memory", "out of memory, and panic_on_oom is set or nothing was left to kill" },
	{ "System is deadlocked on memory", "out of memory, and nothing was left to kill" },
	{ "stack-protector:", "a function's canary was overwritten: a buffer on the stack ran over" },
	{ "corrupted stack end detected inside scheduler",
	  "the last word of a task's stack was overwritten" },
	{ "kernel stack overflow", "a stack ran over its end" },
	{ "Fatal machine check", "the processor reported an error that cannot be contained" },
	{ "Fatal local machine check", "the processor reported an error that cannot be contained" },
	{ "Machine check:", "the processor reported an error that cannot be contained" },
	{ "Timeout: Not all CPUs entered broadcast exception handler",
	  "a machine check, and some processors did not come: they hang" },
	{ "Fatal hardware error!", "the firmware reported a fatal hardware error (APEI)" },
	{ "NMI: Not continuing",
	  "an NMI of unknown reason, and unknown_nmi_panic or panic_on_unrecovered_nmi is set" },
	{ "nmi: watchdog", "the NMI watchdog fired" },
	{ "An NMI occurred.", "a hardware watchdog (HPE iLO) sent an NMI" },
	{ "NMI IOCK error: Not continuing", "an I/O check NMI: a device reported a bus error" },
	{ "NMI: PCI system error (SERR)", "a device reported a PCI system error" },
	{ "Asynchronous SError Interrupt",
	  "the memory system reported an error that belongs to no instruction" },
	{ "Unrecoverable", "an exception that cannot be left again" },
	{ "Machine halted.", "the double fault handler stops the machine" },
	{ NULL },
};

static void reason(struct pm_detail *d, const struct pm_match *m)
{
	for (const struct pm_detail_word *row = reasons; row->value; row++)
		if (pm_slice_starts(m->cap[0], pm_slice_of(row->value))) {
			pm_detail_mean(d, "reason", row->words);
			return;
		}
}

static const struct pm_detail_row panic_rows[] = {
	{ "Kernel panic - not syncing: {*}$", { "reason" }, NULL, reason },
	{ "Kernel panic: {*}$", { "reason" }, NULL, reason },
};

/* ---- init ---- */

static const struct {
	const char *name, *words;
} signals[] = {
	[1] = { "SIGHUP" },
	[2] = { "SIGINT" },
	[3] = { "SIGQUIT" },
	[4] = { "SIGILL", "illegal instruction" },
	[5] = { "SIGTRAP" },
	[6] = { "SIGABRT", "it gave up itself" },
	[7] = { "SIGBUS", "bus error" },
	[8] = { "SIGFPE", "arithmetic error" },
	[9] = { "SIGKILL" },
	[10] = { "SIGUSR1" },
	[11] = { "SIGSEGV", "bad memory access" },
	[12] = { "SIGUSR2" },
	[13] = { "SIGPIPE" },
	[14] = { "SIGALRM" },
	[15] = { "SIGTERM" },
	[24] = { "SIGXCPU" },
	[25] = { "SIGXFSZ" },
	[31] = { "SIGSYS", "bad system call" },
};

static const char *exit_words(const struct pm_init_exit *end, struct pm_arena *arena)
{
	const char *words = end->signal_name ? signals[end->signal].words : NULL;

	if (!end->signal)
		return pm_arena_printf(arena, "it exited with status %u%s", end->status,
				       end->status == 127   ? " (127: a shell found no such command)"
				       : end->status == 126 ? " (126: a shell could not run the command)"
				       : !end->status       ? ": it returned as if its work were done"
							    : "");
	return pm_arena_printf(arena, "it was killed by signal %u%s%s%s%s%s", end->signal,
			       end->signal_name ? ", " : "", end->signal_name ? end->signal_name : "",
			       words ? ", " : "", words ? words : "",
			       end->core_dumped ? "; core dumped" : "");
}

/* As wait(2) reports it: low seven bits the signal, bit 7 core dumped, then the exit status. */
static void init_exit(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_init_exit *end = &d->inc->init_exit;
	uint64_t code;

	if (end->known || !pm_slice_hex(m->cap[0], &code))
		return;
	*end = (struct pm_init_exit){
		.known = true,
		.signal = code & 0x7f,
		.status = code >> 8 & 0xff,
		.core_dumped = code & 0x80,
	};
	if (end->signal < PM_COUNT(signals))
		end->signal_name = signals[end->signal].name;
	pm_detail_mean(d, "exit_code", exit_words(end, &d->inc->arena));
}

static const struct pm_detail_row init_rows[] = {
	{ "Attempted to kill init! exitcode={x}", { "exit_code" }, NULL, init_exit },
	{ "^Requested init {w} failed (error {w})",
	  { "init", "errno" },
	  "the program that was to be process 1",
	  NULL },
	{ "^Failed to execute {w} (error {w})",
	  { "init", "errno" },
	  "the program that was to be process 1",
	  NULL },
	{ "^Run {w} as init process", { "init" }, "the program that was to be process 1", NULL },
	{ "^Starting init: {w} exists but couldn't execute it (error {w})",
	  { "init", "errno" },
	  "it is there, but cannot run: wrong architecture, missing interpreter or permission",
	  NULL },
};

/* ---- root ---- */

static const struct pm_detail_word errnos[] = {
	{ "-2", "ENOENT: no such device or file" },
	{ "-5", "EIO: input or output error" },
	{ "-6", "ENXIO: no such device" },
	{ "-12", "ENOMEM: out of memory" },
	{ "-13", "EACCES: permission denied" },
	{ "-16", "EBUSY: in use" },
	{ "-19", "ENODEV: no such file system or device" },
	{ "-22", "EINVAL: not of a file system that is built in" },
	{ "-30", "EROFS: read-only" },
	{ "-74", "EBADMSG: damaged" },
	{ "-117", "EUCLEAN: the file system needs cleaning" },
	{ NULL },
};

static void root_device(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_mean(d, "root_device", "what the command line's root= names");
	pm_detail_mean(d, "errno", pm_detail_words(errnos, m->cap[2]));
}

static void root_block(struct pm_detail *d, const struct pm_match *m)
{
	bool none = pm_slice_eq(m->cap[1], PM_S("0")) && pm_slice_eq(m->cap[2], PM_S("0"));

	pm_detail_add_words(
		d, "unknown_block",
		pm_arena_printf(&d->inc->arena, "%.*s,%.*s", PM_FMT(m->cap[1]), PM_FMT(m->cap[2])),
		none ? "no such block device: its driver is not there (yet), or the name is wrong"
		     : "major,minor: the device is known; no file system on it could be mounted");
}

/* Partitions stand in lines of their own until a blank or other line. */
static void root_partitions(struct pm_detail *d, const struct pm_match *m)
{
	bool any = false;

	(void)m;
	for (unsigned n = 0; n < 32 && d->i + 1 < d->n; n++) {
		if (!pm_match("^{x}{_}{d} {*}", pm_slice_trim(pm_detail_line(d, d->i + 1)), NULL))
			break;
		pm_detail_go(d, d->i + 1);
		pm_detail_add_another(d, "partition", d->body, NULL);
		any = true;
	}
	if (!any)
		pm_detail_add_words(d, "partition", "none",
				    "the kernel saw no disk at all: its driver is missing");
}

static const struct pm_detail_row root_rows[] = {
	{ "VFS: Cannot open root device \"{*}\" or {w} error {w}",
	  { "root_device", "", "errno" },
	  NULL,
	  root_device },
	{ "Cannot open root device \"{*}\" or {*}", { "root_device" }, NULL, NULL },
	{ "Unable to mount root fs on {*}unknown-block({d},{d})", { "" }, NULL, root_block },
	{ "Unable to mount root fs{*}via NFS", { NULL }, NULL, NULL },
	{ "Unable to mount root fs on \"{*}\"", { "root_device" }, NULL, NULL },
	{ "here are the available partitions:", { NULL }, NULL, root_partitions },
	{ "List of all partitions:", { NULL }, NULL, root_partitions },
	{ "No filesystem could mount root, tried: {*}$",
	  { "tried" },
	  "file systems that are built in or loaded",
	  NULL },
};

/* ---- Stacks ---- */

static const struct pm_detail_row stack_rows[] = {
	{ "PANIC: double fault, error_code: {x}", { "error_code" }, "always 0 for a double fault", NULL },
	{ "Kernel stack is corrupted in: {*}$",
	  { "corrupted_in" },
	  "the function whose canary was overwritten",
	  NULL },
	{ "{w} has overflown the kernel stack (cur:{x},sp:{x}",
	  { "task", "stack_current", "stack_pointer" },
	  NULL,
	  NULL },
	{ "kernel stack regs at {x} in {*} has bad '{w}' value {x}",
	  { "regs", "task", "register", "bad_value" },
	  NULL,
	  NULL },
	{ "kernel stack frame pointer at {x} in {*} has bad value {x}",
	  { "frame", "task", "bad_value" },
	  NULL,
	  NULL },
	{ "Thread overran stack, or stack corrupted",
	  { "end_overwritten" },
	  "the word at the stack's low end was overwritten" },
};

/* Where the stack pointer stands in the stack that pm_oops_read read the bounds of. */
static void stack_pointer(struct pm_incident *inc)
{
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_register *sp = pm_regs_find(regs, "rsp");
	const struct pm_fault *fault = &inc->fault;

	if (!sp)
		sp = pm_regs_find(regs, "sp");
	if (!sp || !fault->has_stack)
		return;
	const char *words =
		sp->value < fault->stack_low
			? pm_arena_printf(&inc->arena, "%" PRIu64 " bytes below the stack: it ran over",
					  fault->stack_low - sp->value)
		: sp->value > fault->stack_high
			? pm_arena_printf(&inc->arena, "%" PRIu64 " bytes above the stack: it is another one",
					  sp->value - fault->stack_high)
			: pm_arena_printf(&inc->arena,
					  "inside the stack, %" PRIu64 " bytes above its low end",
					  sp->value - fault->stack_low);
	pm_incident_add_fact(inc, "stack", "stack_pointer_place",
			     pm_slice_of(pm_arena_printf(&inc->arena, "0x%" PRIx64, sp->value)), words,
			     sp->at);
}

void pm_stack_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	PM_DETAIL_READ(report, inc, "panic", panic_rows, NULL);
	PM_DETAIL_READ(report, inc, "stack", stack_rows, NULL);
	stack_pointer(inc);
}

#define ROOT_LINES_BEFORE 40

void pm_panic_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	if (inc->fault.kind == PM_KIND_INIT_KILLED || inc->fault.kind == PM_KIND_NO_ROOT) {
		PM_DETAIL_READ(report, inc, "init", init_rows, NULL);
		PM_DETAIL_READ_BEFORE(report, inc, "init", init_rows, NULL, ROOT_LINES_BEFORE);
	}
	if (inc->fault.kind == PM_KIND_NO_ROOT) {
		PM_DETAIL_READ(report, inc, "root", root_rows, NULL);
		PM_DETAIL_READ_BEFORE(report, inc, "root", root_rows, NULL, ROOT_LINES_BEFORE);
	}
	pm_stack_fields(report, inc);
}
