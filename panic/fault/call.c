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

/* Linux's words, which its tools know. */
_Noreturn void kp_call_stack_smashed(const struct kp_frame *frame)
{
	kp_report_make(&(struct kp_event){
		.kind = KP_KIND_PANIC,
		.because = "stack-protector: Kernel stack is corrupted",
		.frame = frame,
	});
	kp_isa_stop();
}

_Noreturn void kp_call_bug(const struct kp_frame *frame, const struct kp_site *site)
{
#if KP_TIER >= 2
	kp_verdict_oops(frame, NULL, site);
#else
	kp_report_make(&(struct kp_event){
		.kind = KP_KIND_PANIC,
		.oops = true,
		.because = "Fatal exception",
		.frame = frame,
		.site = site,
	});
#endif
	kp_isa_stop();
}

void kp_call_warn(const struct kp_frame *frame, const struct kp_site *site)
{
	bool panic = kp_policy()->panic_on_warn;

	kp_report_make(&(struct kp_event){
		.kind = panic ? KP_KIND_PANIC : KP_KIND_WARN,
		.because = panic ? "kernel: panic_on_warn set ..." : "called",
		.frame = frame,
		.site = site,
	});
}

#if KP_TIER < 2
void kp_exception(struct kp_frame *frame)
{
	struct kp_fault fault;

	kp_isa_fault(frame, &fault);
	kp_report_make(&(struct kp_event){
		.kind = KP_KIND_PANIC,
		.oops = true,
		.because = "Fatal exception",
		.frame = frame,
		.fault = &fault,
	});
	kp_isa_stop();
}
#endif
