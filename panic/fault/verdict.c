#include "fault/verdict.h"

#include "stages.h"

/* Of the kernel's own faults: those of user mode and of user copies do not come here (kp_exception). In this order.  The words
 * are Linux's, which its users and tools know. */
static const struct row {
	unsigned if_all;
	enum kp_verdict_is is;
	const char *because;
} rows[] = {
	{ KP_C_FATAL, KP_VERDICT_PANIC, "Fatal exception" }, /* the exception's own words come in its place */
	{ KP_C_INTERRUPT, KP_VERDICT_PANIC, "Fatal exception in interrupt" },
	{ KP_C_NO_TASK, KP_VERDICT_PANIC, "Fatal exception before the first task" },
	{ KP_C_IDLE, KP_VERDICT_PANIC, "Attempted to kill the idle task!" },
	{ KP_C_FIRST, KP_VERDICT_PANIC, "Attempted to kill init!" },
	{ KP_C_CRITICAL, KP_VERDICT_PANIC, "Fatal exception while holding what must not be lost" },
	{ KP_C_PANIC_ON_OOPS, KP_VERDICT_PANIC, "Fatal exception" },
	{ KP_C_OOPS_LIMIT, KP_VERDICT_PANIC, "Oopsed too often" },
	{ 0, KP_VERDICT_OOPS, "only the task is lost" },
};

struct kp_verdict kp_verdict_of(unsigned circumstances)
{
	const struct row *row = rows;

	while ((circumstances & row->if_all) != row->if_all)
		row++;
	return (struct kp_verdict){ row->is, row->because };
}

static unsigned of_task(void)
{
	static const unsigned contexts[][2] = {
		{ KP_IN_INTERRUPT, KP_C_INTERRUPT },
		{ KP_IN_IDLE, KP_C_IDLE },
		{ KP_IN_FIRST, KP_C_FIRST },
		{ KP_IN_CRITICAL, KP_C_CRITICAL },
	};
	struct kp_task task = { .name = NULL };
	unsigned circumstances = kp_host_task(&task) ? 0 : KP_C_NO_TASK;

	for (size_t i = 0; i < sizeof(contexts) / sizeof(*contexts); i++) {
		if (task.context & contexts[i][0])
			circumstances |= contexts[i][1];
	}
	return circumstances;
}

static unsigned of_policy(void)
{
	const struct kp_policy *policy = kp_policy();

	return (policy->panic_on_oops ? KP_C_PANIC_ON_OOPS : 0) |
	       (policy->oops_limit && kp_oops_count() + 1 >= policy->oops_limit ? KP_C_OOPS_LIMIT : 0);
}

/* What each CPU asks its host for, in case the host faults. */
static struct first {
	bool asking, has_fault;
	struct kp_frame frame;
	struct kp_fault fault;
	const struct kp_site *site;
} firsts[KP_CPUS_MAX];

_Noreturn void kp_verdict_oops(const struct kp_frame *frame, const struct kp_fault *fault,
			       const struct kp_site *site)
{
	struct first *first = &firsts[kp_cpu()];
	const char *fatal = fault ? kp_isa_fatal(frame) : NULL;
	struct kp_verdict verdict;

	/* While a report is made, nothing of the host's is asked: kp_report_make leads back into the stages. */
	if (kp_panicking() || kp_reporting_here() || fatal) {
		verdict = kp_verdict_of(KP_C_FATAL);
	} else if (first->asking) {
		/* The host's answer faulted: it is about the fault that it was asked for, all the same. */
		first->asking = false;
		verdict = kp_verdict_of(KP_C_FATAL);
		fatal = "Fatal exception, and the host faulted when it was asked for the task";
		frame = &first->frame;
		fault = first->has_fault ? &first->fault : NULL;
		site = first->site;
	} else {
		first->frame = *frame;
		first->has_fault = fault != NULL;
		if (fault)
			first->fault = *fault;
		first->site = site;
		first->asking = true;
		verdict = kp_verdict_of(of_task() | of_policy());
		first->asking = false;
	}

	kp_report_make(&(struct kp_event){
		.kind = verdict.is == KP_VERDICT_OOPS ? KP_KIND_OOPS : KP_KIND_PANIC,
		.oops = true,
		.because = fatal ? fatal : verdict.because,
		.frame = frame,
		.fault = fault,
		.site = site,
	});
	kp_isa_interrupts_as(frame);
	kp_host_kill_task();
	kp_report_make(&(struct kp_event){
		.kind = KP_KIND_PANIC,
		.because = "kp_host_kill_task returned",
		.frame = frame,
		.fault = fault,
	});
	kp_isa_stop();
}

void kp_exception(struct kp_frame *frame)
{
	struct kp_fault fault;

	kp_isa_fault(frame, &fault);
	if (kp_isa_is_nmi(frame) && (kp_panic_nmi(frame) || kp_host_interrupt(fault.vector, frame)))
		return;
	if (!kp_isa_fatal(frame)) {
		/* The recorder's own reads are the most frequent by far, and may come from within an NMI: nobody is asked. */
		if (kp_isa_fixup(frame, &fault))
			return;
		if (!kp_panicking()) {
			bool done;

			kp_isa_interrupts_as(frame);
			done = fault.has_address && kp_host_page_fault(frame, &fault);
			if (!done && fault.user) {
				kp_host_user_fault(frame, &fault);
				done = true;
			}
			kp_isa_interrupts_off();
			if (done)
				return;
		} else if (fault.user && !kp_reporting_here()) {
			/* No crash of this CPU's: the panic elsewhere ends it. */
			kp_freeze_here(frame, false);
		}
	}
	kp_verdict_oops(frame, &fault, NULL);
}
