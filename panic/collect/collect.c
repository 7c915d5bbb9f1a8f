/* The steps that fill the report.  Each may fault, and costs only itself. */
#include "stages.h"

#include "lib/format.h"
#include "lib/mem.h"

#if KP_TIER >= 2
void kp_cause_add(enum kp_certainty grade, const char *format, ...)
{
	struct kp_cause *cause = &kp_report.causes[kp_report.cause_count];
	va_list arguments;

	if (kp_report.cause_count >= KP_CAUSES_MAX)
		return;
	cause->grade = grade;
	va_start(arguments, format);
	kp_vformat(cause->words, sizeof(cause->words), format, arguments);
	va_end(arguments);
	kp_report.cause_count++;
}
#endif

uint64_t kp_register(const struct kp_frame *frame, unsigned index)
{
	uint64_t value;

	__builtin_memcpy(&value, (const char *)frame + kp_registers[index].offset, sizeof(value));
	return value;
}

static enum kp_stage_result collect_system(void)
{
#if KP_TIER >= 1
	kp_report.up_ns = kp_host_time_ns();
#endif
	kp_report.cpus = 1;
#if KP_TIER >= 2
	kp_report.cpus = kp_host_cpus();
#endif
	return KP_RESULT_DONE;
}

#if KP_TIER >= 2
static enum kp_stage_result collect_task(void)
{
	kp_report.task.syscall = -1;
	if (!kp_host_task(&kp_report.task))
		return KP_RESULT_NONE;
	kp_string_copy(kp_report.task_name, sizeof(kp_report.task_name), kp_report.task.name);
	kp_report.task.name = kp_report.task_name;
	kp_report.task_known = true;
	return KP_RESULT_DONE;
}

static enum kp_stage_result collect_machine(void)
{
	kp_isa_machine(&kp_report.machine);
	return kp_report.machine.known ? KP_RESULT_DONE : KP_RESULT_NONE;
}
#endif

#if KP_TIER >= 1
static enum kp_stage_result collect_code(void)
{
	struct kp_code *code = &kp_report.code;
	uintptr_t pc = (uintptr_t)KP_FRAME_PC(&kp_report.frame);

	/* The user's bytes are the user's; and a call's are those of the call. */
	if (KP_FRAME_USER(&kp_report.frame))
		return KP_RESULT_NONE;
	for (unsigned i = 0; i < sizeof(code->bytes); i++) {
		code->known[i] = kp_read(pc - KP_CODE_BEFORE + i, &code->bytes[i], 1) == 1;
		code->any |= code->known[i];
	}
	return code->any ? KP_RESULT_DONE : KP_RESULT_FAILED;
}

static enum kp_stage_result collect_raw(void)
{
	struct kp_raw_stack *raw = &kp_report.raw;

	raw->at = (uintptr_t)KP_FRAME_SP(&kp_report.frame) & ~(sizeof(uintptr_t) - 1);
	if (KP_FRAME_USER(&kp_report.frame))
		return KP_RESULT_NONE;
	/* Of a stack that ran over, what is left of it. */
	if (!kp_read_word(raw->at, &raw->words[0]) && kp_report.task_known &&
	    raw->at < kp_report.task.stack_start && kp_report.task.stack_start - raw->at <= 0x10000)
		raw->at = kp_report.task.stack_start;
	while (raw->n < KP_RAW_WORDS &&
	       kp_read_word(raw->at + raw->n * sizeof(uintptr_t), &raw->words[raw->n]))
		raw->n++;
	return raw->n ? KP_RESULT_DONE : KP_RESULT_FAILED;
}

static enum kp_stage_result collect_fault(void)
{
	struct kp_fault *fault = &kp_report.fault;
	struct kp_region region;

	if (fault->has_address && !fault->stale) {
		fault->address_class = kp_isa_class(fault->address);
		if (kp_region_of((uintptr_t)fault->address, ~0u, &region)) {
			kp_string_copy(fault->region, sizeof(fault->region), region.name);
			if (region.kind == KP_REGION_GUARD)
				fault->address_class = KP_CLASS_GUARD;
		}
	}
	return KP_RESULT_DONE;
}
#endif

static enum kp_stage_result collect_trace(void)
{
	kp_trace_walk(&kp_report.frame, kp_report.task_known ? &kp_report.task : NULL, &kp_report.trace);
	return KP_RESULT_DONE;
}

#if KP_TIER >= 2
static enum kp_stage_result collect_walk(void)
{
	struct kp_walk *walk = &kp_report.walk;

	if (!kp_report.machine.known || !kp_report.fault.has_address || kp_report.fault.stale)
		return KP_RESULT_NONE;
	kp_isa_walk(kp_report.machine.cr3, kp_report.fault.address, walk);
	return walk->end == KP_WALK_UNREADABLE ? KP_RESULT_FAILED : KP_RESULT_DONE;
}

static enum kp_stage_result collect_infer(void)
{
	kp_isa_infer(&kp_report);
	return KP_RESULT_DONE;
}

static enum kp_stage_result collect_conclude(void)
{
	kp_isa_conclude(&kp_report);
	return KP_RESULT_DONE;
}

static enum kp_stage_result collect_locks(void)
{
	while (kp_report.lock_count < KP_LOCKS_MAX) {
		struct kp_lock_record *record = &kp_report.locks[kp_report.lock_count];
		if (!kp_host_lock(kp_report.lock_count, &record->lock))
			break;
		kp_string_copy(record->name, sizeof(record->name), record->lock.name);
		record->lock.name = record->name;
		kp_report.lock_count++;
	}
	return kp_report.lock_count ? KP_RESULT_DONE : KP_RESULT_NONE;
}

static enum kp_stage_result collect_log(void)
{
	size_t n = kp_host_log(kp_report.log, sizeof(kp_report.log));

	kp_report.log_size = n < sizeof(kp_report.log) ? n : sizeof(kp_report.log);
	return n ? KP_RESULT_DONE : KP_RESULT_NONE;
}
#endif

/* What others need comes first: the code for what the instruction says, that for the address's class and walk. */
kp_step *const kp_collect_steps[] = {
	collect_system,
#if KP_TIER >= 2
	collect_task,   collect_machine,
#endif
#if KP_TIER >= 1
	collect_code,   collect_raw,
#endif
#if KP_TIER >= 2
	collect_infer,
#endif
#if KP_TIER >= 1
	collect_fault,
#endif
	collect_trace,
#if KP_TIER >= 2
	collect_locks,  collect_log,     collect_walk, collect_conclude,
#endif
	NULL,
};
