/* Explicit calls: what the stubs of an ISA hand on, with the registers of their callers. */
#include "fault/verdict.h"
#include "stages.h"

_Noreturn void kp_call_panic(const struct kp_frame *frame, const struct kp_site *site, const char *format,
			     va_list *arguments)
{
	kp_report_make(&(struct kp_event){
		.kind = KP_KIND_PANIC,
		.because = "called",
		.frame = frame,
		.site = site,
		.format = format,
		.arguments = arguments,
	});
	kp_isa_stop();
}

/* Explicit calls but that, and below tier 2 exceptions. */
static void make(enum kp_kind kind, bool oops, const char *because, const struct kp_frame *frame,
		 const struct kp_site *site, const struct kp_fault *fault)
{
	kp_report_make(&(struct kp_event){
		.kind = kind,
		.oops = oops,
		.because = because,
		.frame = frame,
		.site = site,
		.fault = fault,
	});
}

/* Linux's words, which its tools know. */
_Noreturn void kp_call_stack_smashed(const struct kp_frame *frame)
{
	make(KP_KIND_PANIC, false, "stack-protector: Kernel stack is corrupted", frame, NULL, NULL);
	kp_isa_stop();
}

#if KP_TIER < 2
static _Noreturn void fatal(const struct kp_frame *frame, const struct kp_site *site,
			    const struct kp_fault *fault)
{
	make(KP_KIND_PANIC, true, "Fatal exception", frame, site, fault);
	kp_isa_stop();
}

void kp_exception(struct kp_frame *frame)
{
	struct kp_fault fault;

	kp_isa_fault(frame, &fault);
	fatal(frame, NULL, &fault);
}
#endif

_Noreturn void kp_call_bug(const struct kp_frame *frame, const struct kp_site *site)
{
#if KP_TIER >= 2
	kp_verdict_oops(frame, NULL, site);
#else
	fatal(frame, site, NULL);
#endif
}

void kp_call_warn(const struct kp_frame *frame, const struct kp_site *site)
{
	bool panic = kp_policy()->panic_on_warn;

	make(panic ? KP_KIND_PANIC : KP_KIND_WARN, false, panic ? "kernel: panic_on_warn set ..." : "called",
	     frame, site, NULL);
}
