#include "show/codes.h"

#include "report.h"

static const struct kp_code_row codes[] = {
#define KP_CODE(number, name, bombs, words, advice) { number, bombs, words, advice },
#include "../../formats/codes.def"
#undef KP_CODE
};
#define CODES (sizeof(codes) / sizeof(*codes))

/* By what a number is known.  A field that is 0 or NULL is true of everything; the first row that is true counts. */
struct sign {
	unsigned short number;
	const char *exception;              /* struct kp_fault's name */
	const char *mark;                   /* within the message or the site's condition */
	unsigned classes, states, accesses; /* bits 1 << enum kp_address_class … */
	bool (*is)(const struct kp_report *report);
};

#define CLASS(name) (1u << KP_CLASS_##name)
#define STATE(name) (1u << KP_STATE_##name)
#define ACCESS(name) (1u << KP_ACCESS_##name)

static bool is_call(const struct kp_report *report)
{
	return !report->fault.name;
}

static bool is_bug(const struct kp_report *report)
{
	return !report->fault.name && report->frame.vector == KP_VECTOR_BUG;
}

static bool is_warning(const struct kp_report *report)
{
	return report->kind == KP_KIND_WARN;
}

static bool same(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return *a == *b;
}

/* text ends at NUL or after limit bytes. */
static bool contains(const char *text, size_t limit, const char *mark)
{
	for (size_t at = 0; at < limit && text[at]; at++) {
		size_t n = 0;

		while (mark[n] && at + n < limit && text[at + n] == mark[n])
			n++;
		if (!mark[n])
			return true;
	}
	return false;
}

/* A guard page whose name says what it guards. */
static bool is_stack(const struct kp_report *report)
{
	return report->fault.address_class == KP_CLASS_GUARD &&
	       contains(report->fault.region, sizeof(report->fault.region), "stack");
}

static bool is_missing_gate(const struct kp_report *report)
{
	const struct kp_machine *machine = &report->machine;

	for (unsigned i = 0; machine->known && i < machine->gate_count && i < KP_GATES_MAX; i++)
		if (machine->gates[i].known && !machine->gates[i].present)
			return true;
	return false;
}

static bool is_access(const struct kp_report *report)
{
	return report->fault.has_address && !report->fault.stale;
}

static const struct sign signs[] = {
	{ KP_CODE_GATE, "double fault", .is = is_missing_gate },
	{ KP_CODE_GATE, "segment not present", .is = is_missing_gate },
	{ KP_CODE_STACK_OVERFLOW, .is = is_stack },
	{ KP_CODE_DOUBLE_FAULT, "double fault" },
	{ KP_CODE_MACHINE_CHECK, "machine check" },
	{ KP_CODE_NMI, "NMI" },
	{ KP_CODE_NONCANONICAL, .classes = CLASS(NONCANONICAL), .is = is_access },
	{ KP_CODE_GUARD, .classes = CLASS(GUARD), .is = is_access },
	{ KP_CODE_PAGE_TABLE, .states = STATE(RESERVED), .is = is_access },
	{ KP_CODE_NULL_CALL, .classes = CLASS(NULL), .accesses = ACCESS(EXECUTE), .is = is_access },
	{ KP_CODE_NULL_WRITE, .classes = CLASS(NULL), .accesses = ACCESS(WRITE), .is = is_access },
	{ KP_CODE_NULL_READ, .classes = CLASS(NULL), .is = is_access },
	{ KP_CODE_NO_EXECUTE, .states = STATE(PROTECTED), .accesses = ACCESS(EXECUTE), .is = is_access },
	{ KP_CODE_USER_MEMORY, .classes = CLASS(USER), .states = STATE(PROTECTED), .is = is_access },
	{ KP_CODE_READ_ONLY, .states = STATE(PROTECTED), .accesses = ACCESS(WRITE), .is = is_access },
	{ KP_CODE_PAGE_FAULT, "Oops" },
	{ KP_CODE_PAGE_FAULT, "page fault" },
	{ KP_CODE_DIVIDE, "divide error" },
	{ KP_CODE_BUG, .is = is_bug },
	{ KP_CODE_INVALID_OPCODE, "invalid opcode" },
	{ KP_CODE_PROTECTION, "general protection fault" },
	{ KP_CODE_SEGMENT, "invalid TSS" },
	{ KP_CODE_SEGMENT, "segment not present" },
	{ KP_CODE_SEGMENT, "stack segment" },
	{ KP_CODE_ARITHMETIC, "fpu exception" },
	{ KP_CODE_ARITHMETIC, "simd exception" },
	{ KP_CODE_ALIGNMENT, "alignment check" },
	{ KP_CODE_DEBUG, "debug" },
	{ KP_CODE_DEBUG, "int3" },
	{ KP_CODE_CONTROL_FLOW, "control protection fault" },
	{ KP_CODE_WARNING, .is = is_warning },
	{ KP_CODE_STACK_SMASHED, .mark = "stack-protector", .is = is_call },
	{ KP_CODE_STACK_SMASHED, .mark = "stack is corrupted", .is = is_call },
	{ KP_CODE_UNDEFINED_BEHAVIOUR, .mark = "undefined behaviour", .is = is_call },
	{ KP_CODE_OUT_OF_MEMORY, .mark = "ut of memory", .is = is_call },
	{ KP_CODE_DEADLOCK, .mark = "deadlock", .is = is_call },
	{ KP_CODE_DEADLOCK, .mark = "already held", .is = is_call },
	{ KP_CODE_DEADLOCK, .mark = "taken twice", .is = is_call },
	{ KP_CODE_STUCK, .mark = "lockup", .is = is_call },
	{ KP_CODE_STUCK, .mark = "watchdog", .is = is_call },
	{ KP_CODE_STUCK, .mark = "stuck", .is = is_call },
	{ KP_CODE_FIRST_PROCESS, .mark = "kill init", .is = is_call },
	{ KP_CODE_FIRST_PROCESS, .mark = "first process", .is = is_call },
	{ KP_CODE_BOOT, .mark = "boot:", .is = is_call },
	{ KP_CODE_BOOT, .mark = "booted by", .is = is_call },
	{ KP_CODE_BOOT, .mark = "too little memory", .is = is_call },
	{ KP_CODE_BOOT, .mark = "CPU lacks", .is = is_call },
	{ KP_CODE_BOOT, .mark = "user program", .is = is_call },
	{ KP_CODE_PANIC, .is = is_call },
	{ KP_CODE_EXCEPTION },
};

static bool applies(const struct sign *sign, const struct kp_report *report)
{
	const struct kp_fault *fault = &report->fault;

	if (sign->exception && (!fault->name || !same(fault->name, sign->exception)))
		return false;
	if (sign->mark && !contains(report->message, sizeof(report->message), sign->mark))
		return false;
	if (sign->classes && !(sign->classes >> fault->address_class & 1))
		return false;
	if (sign->states && !(sign->states >> fault->state & 1))
		return false;
	if (sign->accesses && !(sign->accesses >> fault->access & 1))
		return false;
	return !sign->is || sign->is(report);
}

const struct kp_code_row *kp_code_find(unsigned number)
{
	for (unsigned i = 0; i < CODES; i++)
		if (codes[i].number == number)
			return &codes[i];
	return NULL;
}

const struct kp_code_row *kp_code_of(const struct kp_report *report)
{
	for (unsigned i = 0; i < sizeof(signs) / sizeof(*signs); i++)
		if (applies(&signs[i], report))
			return kp_code_find(signs[i].number);
	return &codes[0];
}
