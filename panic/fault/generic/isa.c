/* An ISA without a folder of its own: what the compiler knows, and no more.  Also the natively run tests' ISA. */
#include "show/sections.h"
#include "stages.h"

#include <stddef.h>

#if defined(__x86_64__)
const char kp_isa_name[] = "x86_64";
#elif defined(__i386__)
const char kp_isa_name[] = "i386";
#elif defined(__aarch64__)
const char kp_isa_name[] = "arm64";
#elif defined(__riscv)
const char kp_isa_name[] = "riscv64";
#elif defined(__s390x__)
const char kp_isa_name[] = "s390x";
#else
const char kp_isa_name[] = "generic";
#endif

const struct kp_register kp_registers[] = {
	{ "PC", offsetof(struct kp_frame, pc) },
	{ "SP", offsetof(struct kp_frame, sp) },
	{ "FP", offsetof(struct kp_frame, fp) },
};
const unsigned kp_register_count = sizeof(kp_registers) / sizeof(*kp_registers);

/* The caller's registers, as far as the built-ins tell them.  A macro, since they are the present function's own. */
#if defined(__s390x__)
#define CALLER_FP(own) ((void)(own), 0)
#else
#define CALLER_FP(own) (((const uintptr_t *)(own))[KP_FP_CALLER])
#endif
#define CAPTURE(frame, kind)                                                                                 \
	struct kp_frame frame = {                                                                            \
		.pc = (uintptr_t)__builtin_return_address(0),                                                \
		.sp = (uintptr_t)__builtin_frame_address(0),                                                 \
		.fp = CALLER_FP(__builtin_frame_address(0)),                                                 \
		.vector = kind,                                                                              \
	}

_Noreturn __attribute__((noinline)) void kp_panic_at(const struct kp_site *site, const char *format, ...)
{
	CAPTURE(frame, KP_VECTOR_CALL);
	va_list arguments;

	va_start(arguments, format);
	kp_call_panic(&frame, site, format, &arguments);
}

_Noreturn __attribute__((noinline)) void kp_bug_at(const struct kp_site *site)
{
	CAPTURE(frame, KP_VECTOR_BUG);
	kp_call_bug(&frame, site);
}

__attribute__((noinline)) void kp_warn_at(const struct kp_site *site)
{
	CAPTURE(frame, KP_VECTOR_CALL);
	kp_call_warn(&frame, site);
}

#ifndef KP_HOSTED
_Noreturn void __stack_chk_fail(void);
__attribute__((weak)) _Noreturn void __stack_chk_fail(void)
{
	CAPTURE(frame, KP_VECTOR_CALL);
	kp_call_stack_smashed(&frame);
}
#endif

void kp_isa_interrupts_off(void)
{
}

void kp_isa_relax(void)
{
}

#ifndef KP_HOSTED
_Noreturn void kp_isa_stop(void)
{
	for (;;)
		__asm__ volatile("" ::: "memory");
}
#endif

/* There is no way from here to another stack: it stays the one that it is. */
void kp_isa_call_on(void *top, void (*run)(void))
{
	(void)top;
	run();
}

_Noreturn void kp_isa_restart_on(void *top, void (*run)(void))
{
	(void)top;
	run();
	kp_isa_stop();
}

enum kp_stage_result kp_isa_take_gates(void)
{
	return KP_RESULT_NONE;
}

#if KP_TIER >= 2
enum kp_stage_result kp_isa_mend_gates(void)
{
	return KP_RESULT_NONE;
}

void *kp_isa_other_stack(void)
{
	return NULL;
}

void kp_isa_join_gates(void)
{
}

bool kp_isa_gates_are_right(void)
{
	return true;
}

bool kp_isa_tables_were_right(void)
{
	return true;
}

void kp_isa_spare_gates(struct kp_blob *blob)
{
	(void)blob;
}

void kp_isa_restore_address(uint64_t address)
{
	(void)address;
}
#endif

enum kp_trilean kp_isa_call_before(uintptr_t address)
{
	(void)address;
	return KP_UNKNOWN;
}

bool kp_isa_stack_of(uintptr_t address, enum kp_stack_kind *out)
{
	(void)address;
	(void)out;
	return false;
}

int kp_isa_before_frame(uintptr_t pc)
{
	(void)pc;
	return -1;
}

void kp_isa_fault(const struct kp_frame *frame, struct kp_fault *out)
{
	*out = (struct kp_fault){ .vector = (unsigned)frame->vector, .user = frame->user != 0 };
	if (frame->vector < KP_VECTOR_CALL) {
		out->name = "exception";
		out->has_error = true;
		out->error = frame->error;
	}
}

bool kp_isa_fixup(struct kp_frame *frame, const struct kp_fault *fault)
{
	(void)frame;
	(void)fault;
	return false;
}

bool kp_isa_is_nmi(const struct kp_frame *frame)
{
	(void)frame;
	return false;
}

const char *kp_isa_fatal(const struct kp_frame *frame)
{
	(void)frame;
	return NULL;
}

void kp_isa_interrupts_as(const struct kp_frame *frame)
{
	(void)frame;
}

enum kp_address_class kp_isa_class(uint64_t address)
{
	return address < 4096 ? KP_CLASS_NULL : KP_CLASS_UNKNOWN;
}

void kp_isa_machine(struct kp_machine *machine)
{
	machine->known = false;
}

void kp_isa_walk(uint64_t root, uint64_t address, struct kp_walk *out)
{
	(void)root;
	(void)address;
	out->end = KP_WALK_NONE;
}

void kp_isa_conclude(struct kp_report *report)
{
	(void)report;
}

void kp_isa_add_flags(const struct kp_frame *frame)
{
	(void)frame;
}

void kp_isa_infer(struct kp_report *report)
{
	(void)report;
}

void kp_isa_selectors(const struct kp_frame *frame, unsigned *code, unsigned *stack)
{
	(void)frame;
	*code = *stack = 0;
}

#if KP_TIER >= 3
/* Order is all that can be said without the ISA's own instructions: a host on one of these maps the record uncached. */
void kp_isa_flush(const void *at, size_t n)
{
	(void)at;
	(void)n;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
}
#endif
