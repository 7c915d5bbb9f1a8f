/* The text report: one section a step, so that one that faults costs only itself.  formats/SPEC.md is its grammar. */
#include "show/sections.h"

#include "lib/mem.h"

static const char kinds[][6] = {
	[KP_KIND_WARN] = "warn", [KP_KIND_OOPS] = "oops", [KP_KIND_PANIC] = "panic"
};

/* By `begin` and `verdict`, which a text that is made again begins with, too, whatever became of the report. */
static struct {
	enum kp_kind kind;
#if KP_TIER >= 3
	unsigned report;
	const char *because;
#endif
} announced;

static void announce(void)
{
#if KP_TIER >= 3
	if (announced.report == kp_report.number)
		return;
	announced.report = kp_report.number;
	announced.because = kp_report.verdict.because;
#endif
	announced.kind = kp_report.kind;
}

static enum kp_stage_result begin(void)
{
	announce();
	kp_line_start();
	kp_extension("begin");
	kp_add(" report=%u kind=%s", kp_report.number, kinds[announced.kind]);
	if (kp_report.oops)
		kp_key_number("oops", kp_report.oops);
	kp_add(" tier=%u arch=%s cpu=%u cpus=%u", KP_TIER, kp_isa_name, kp_report.cpu, kp_report.cpus);
#if KP_TIER >= 1
	if (kp_report.up_ns) /* 0: no clock */
		kp_add(" up=%u.%06u", (unsigned)kp_seconds(kp_report.up_ns),
		       (unsigned)kp_microseconds(kp_report.up_ns));
#endif
	kp_key_string("system", kp_system.name);
	kp_key_string("release", kp_system.release);
	if (kp_system.build_id) {
		kp_add(" build=");
		for (size_t i = 0; i < kp_system.build_id_size && i < 20; i++)
			kp_add("%02x", kp_system.build_id[i]);
	}
	kp_key_string("command", kp_system.command_line);
	kp_end_line();
	return KP_RESULT_DONE;
}

static enum kp_stage_result site(void)
{
	const struct kp_site *at = kp_report.site;

	if (!at)
		return KP_RESULT_NONE;
	kp_extension("site");
	kp_key_number("line", at->line);
	kp_key_string("function", at->function);
	kp_key_string("file", at->file);
	kp_key_string("what", at->what);
	kp_end_line();
	return KP_RESULT_DONE;
}

static enum kp_stage_result verdict(void)
{
	kp_extension("verdict");
	kp_add(" is=%s", kinds[kp_report.kind]);
	kp_key_string("because", kp_report.verdict.because);
	if (kp_report.message[0])
		kp_key_string("message", kp_report.message);
	kp_end_line();
	return KP_RESULT_DONE;
}

#if KP_TIER >= 3
static enum kp_stage_result verdict_announced(void)
{
	if (kp_report.kind == announced.kind)
		return verdict();
	kp_extension("verdict");
	kp_add(" is=%s", kinds[announced.kind]);
	kp_key_string("because", announced.because);
	kp_end_line();
	return KP_RESULT_DONE;
}
#endif

/* Of a report that became a panic's after its beginning was out. */
static enum kp_stage_result verdict_again(void)
{
	return kp_report.kind == announced.kind ? KP_RESULT_NONE : verdict();
}

/* What Linux prints first, by which its tools know the kind of report. */
static enum kp_stage_result title(void)
{
	const struct kp_fault *fault = &kp_report.fault;
	const struct kp_site *at = kp_report.site;
	kp_line_mend();

#if KP_TIER >= 2
	kp_text_page_fault();
#else
	if (fault->has_address) { /* of page faults alone */
		kp_add("BUG: %s address: %016llx",
		       fault->address < 4096 ? "kernel NULL pointer dereference,"
					     : "unable to handle page fault for",
		       (unsigned long long)fault->address);
		kp_end_line();
	}
#endif
	if (fault->name) {
		kp_add("%s", fault->name);
#if KP_TIER >= 2
		if (fault->has_address && fault->address_class == KP_CLASS_NONCANONICAL && !fault->stale)
			kp_add(", probably for non-canonical address 0x%llx",
			       (unsigned long long)fault->address);
#endif
		kp_add(": %04llx", (unsigned long long)fault->error);
		if (kp_report.oops)
			kp_add(" [#%u]", kp_report.oops);
		kp_end_line();
	}
	if (kp_report.frame.vector == KP_VECTOR_BUG && at) {
		kp_add("kernel BUG at %s:%u!", at->file, (unsigned)at->line);
		kp_end_line();
	} else if (at && !kp_report.message[0]) {
		kp_add("WARNING: CPU: %u PID: %lld at %s:%u %s", kp_report.cpu, (long long)kp_report.task.id,
		       at->file, (unsigned)at->line, at->function);
		kp_end_line();
	}
	return KP_RESULT_DONE;
}

static enum kp_stage_result place(void)
{
	unsigned code, stack;
	kp_line_mend();

	kp_isa_selectors(&kp_report.frame, &code, &stack);
#if KP_TIER >= 2
	kp_add("CPU: %u PID: %lld Comm: ", kp_report.cpu, (long long)kp_report.task.id);
	kp_add_foreign(kp_report.task_known ? kp_report.task_name : "none", sizeof(kp_report.task_name));
#else
	kp_add("CPU: 0 PID: 0 Comm: none");
#endif
	kp_add(" Not tainted %s %s", kp_system.release ? kp_system.release : "-",
	       kp_system.name ? kp_system.name : "-");
	kp_end_line();
	kp_add("RIP: %04x:", code);
	kp_add_place((uintptr_t)KP_FRAME_PC(&kp_report.frame), kp_report.frame.vector >= KP_VECTOR_CALL);
	kp_end_line();
	return KP_RESULT_DONE;
}

#if KP_TIER >= 1
static enum kp_stage_result code(void)
{
	const struct kp_code *bytes = &kp_report.code;
	kp_line_mend();

	if (!bytes->any)
		return KP_RESULT_NONE;
	kp_add("Code:");
	for (unsigned i = 0; i < sizeof(bytes->bytes) && kp_line_room() > 6; i++) {
		if (!bytes->known[i]) {
			/* Linux leaves out what it cannot read; ours keeps the place of what is known. */
			kp_add(i == KP_CODE_BEFORE ? " <\?\?>" : " \?\?");
			continue;
		}
		kp_add(i == KP_CODE_BEFORE ? " <%02x>" : " %02x", bytes->bytes[i]);
	}
	kp_end_line();
	return KP_RESULT_DONE;
}
#endif

static enum kp_stage_result registers(void)
{
	unsigned code_selector, stack;
	kp_line_mend();

	kp_isa_selectors(&kp_report.frame, &code_selector, &stack);
	kp_add("RSP: %04x:%016llx", stack, (unsigned long long)KP_FRAME_SP(&kp_report.frame));
	kp_isa_add_flags(&kp_report.frame);
	kp_end_line();
	kp_add_registers(&kp_report.frame);
	return KP_RESULT_DONE;
}

static enum kp_stage_result trace(void)
{
	kp_line_mend();
	kp_add_trace(&kp_report.trace);
	return KP_RESULT_DONE;
}

static enum kp_stage_result end_trace(void)
{
	kp_line_mend();
	kp_add("---[ end trace %016x ]---", 0);
	kp_end_line();
	return KP_RESULT_DONE;
}

static enum kp_stage_result message(void)
{
	kp_line_mend();
	if (kp_report.kind != KP_KIND_PANIC)
		return KP_RESULT_NONE;
	kp_add("Kernel panic - not syncing: ");
	kp_add_foreign(kp_report.message,
		       sizeof(kp_report.message)); /* one line, whatever the caller put into it */
	kp_end_line();
	return KP_RESULT_DONE;
}

void kp_text_stage(enum kp_stage_id id)
{
	static const char results[][8] = {
		[KP_RESULT_NONE] = "none", [KP_RESULT_DONE] = "done",       [KP_RESULT_FAILED] = "failed",
		[KP_RESULT_LATE] = "late", [KP_RESULT_FAULTED] = "faulted",
	};
	const struct kp_stage_record *record = &kp_report.stages[id];

	if (!record->entered)
		return;
	kp_extension("stage");
	kp_add(" name=%s result=%s", kp_stage_label(id), results[record->result]);
#if KP_TIER >= 1
	kp_key_number("took", record->took_ns);
	if (record->overran)
		kp_key_number("overran", 1);
#endif
	if (record->result >= KP_RESULT_LATE) {
		kp_add(" vector=%u ip=%llx", record->vector, (unsigned long long)record->pc);
		if (record->site) {
			kp_key_number("line", record->site->line);
			kp_key_string("file", record->site->file);
		}
	}
	kp_end_line();
}

static enum kp_stage_result stages(void)
{
	for (unsigned id = 0; id <= KP_STAGE_TEXT; id++) {
		struct kp_stage_record *record = &kp_report.stages[id];
		/* The present one has no end yet; it is told where something went wrong in it. */
		if (id < KP_STAGE_TEXT || record->result > KP_RESULT_DONE)
			kp_text_stage(id);
	}
	return KP_RESULT_DONE;
}

static bool whole;

bool kp_text_whole(void)
{
	return whole;
}

static enum kp_stage_result end(void)
{
	unsigned lines;
	uint32_t crc;

	kp_line_mend();
	lines = kp_line_count();
	crc = kp_line_crc();
	kp_extension("end");
	kp_add(" lines=%u crc32=%08x", lines, (unsigned)crc);
	kp_end_line();
#if KP_TIER >= 3
	/* The same text goes elsewhere, too. */
	if (!kp_line_on_console())
		return KP_RESULT_DONE;
#endif
	whole = true;
	return KP_RESULT_DONE;
}

/* A stage before this may have been left in the middle. */
static enum kp_stage_result to_console(void)
{
#if KP_TIER >= 3
	kp_line_to(NULL);
#endif
	whole = false;
	/* Whatever the host's console was in the middle of. */
	kp_host_putc('\n');
	return KP_RESULT_NONE;
}

kp_step *const kp_text_steps[] = {
	to_console,
	begin,
#if KP_TIER >= 3
	verdict_announced,
#else
	verdict,
#endif
	site,
#if KP_TIER >= 2
	kp_text_task,
	kp_text_fault,
#endif
	title,
	place,
#if KP_TIER >= 1
	code,
#endif
	registers,
#if KP_TIER >= 2
	kp_text_machine,
#endif
	trace,
#if KP_TIER >= 2
	kp_text_causes,
	kp_text_walk,
	kp_text_gates,
	kp_text_tables,
	kp_text_msrs,
	kp_text_locks,
	kp_text_raw,
	kp_text_cpus,
	kp_text_log,
#endif
	end_trace,
	verdict_again,
	message,
	stages,
	end,
	NULL,
};

#if KP_TIER >= 3
void kp_text_again(unsigned *next)
{
	if (!*next) /* what is for the console alone */
		*next = 1;
	while (kp_text_steps[*next])
		kp_text_steps[(*next)++]();
}
#endif
