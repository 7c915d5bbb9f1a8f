/* What follows from all that was collected. */
#include "fault/x86_64/operand.h"
#include "fault/x86_64/x86.h"

#include "lib/mem.h"

static struct kp_x86_instruction instruction;
static bool known_instruction;

static bool noncanonical(uint64_t address)
{
	return kp_isa_class(address) == KP_CLASS_NONCANONICAL;
}

static const char *word_of(enum kp_access access)
{
	switch (access) {
	case KP_ACCESS_READ:
		return "read";
	case KP_ACCESS_WRITE:
		return "write";
	case KP_ACCESS_EXECUTE:
		return "execution";
	default:
		return "access";
	}
}

/* What the instruction touches of the fault's address. */
static const struct kp_x86_touch *touch_at(uint64_t address)
{
	for (unsigned i = 0; i < instruction.count; i++) {
		const struct kp_x86_touch *touch = &instruction.touches[i];
		if (address - touch->address < (touch->size ? touch->size : 64))
			return touch;
	}
	return NULL;
}

static void decode(const struct kp_report *report)
{
	const struct kp_frame *frame = &report->frame;
	struct kp_x86_state state = {
		.registers = { frame->rax, frame->rcx, frame->rdx, frame->rbx, frame->rsp, frame->rbp,
			       frame->rsi, frame->rdi, frame->r8, frame->r9, frame->r10, frame->r11,
			       frame->r12, frame->r13, frame->r14, frame->r15 },
		.rip = frame->rip,
		.fs_base = report->machine.fs_base,
		.gs_base = report->machine.gs_base,
	};
	unsigned n = 0;

	while (n < KP_CODE_AFTER && report->code.known[KP_CODE_BEFORE + n])
		n++;
	known_instruction =
		n && kp_x86_instruction(report->code.bytes + KP_CODE_BEFORE, n, &state, &instruction);
	if (!known_instruction)
		memset(&instruction, 0, sizeof(instruction));
}

static void of_stack(struct kp_report *report)
{
	for (unsigned i = 0; i < instruction.count; i++) {
		const struct kp_x86_touch *touch = &instruction.touches[i];
		if (touch->address + 4096 - report->frame.rsp >= 8192)
			continue;
		report->fault.address = touch->address;
		report->fault.access = touch->access;
		report->fault.size = touch->size;
		report->fault.inferred = true;
	}
}

void kp_isa_infer(struct kp_report *report)
{
	struct kp_fault *fault = &report->fault;
	const struct kp_x86_touch *touch;

	memset(&instruction, 0, sizeof(instruction));
	if (!fault->name || fault->user)
		return;
	decode(report);
	switch (fault->vector) {
	case KP_X86_PF:
		touch = touch_at(fault->address);
		if (touch && fault->access != KP_ACCESS_EXECUTE)
			fault->size = touch->size;
		break;
	case KP_X86_DF:
		/* The error code of the first fault is lost; its address may be in CR2. */
		if (!fault->has_address)
			break;
		touch = touch_at(fault->address);
		if (touch) {
			fault->access = touch->access;
			fault->size = touch->size;
			fault->inferred = true;
		} else if (fault->address - report->frame.rip < 15) {
			fault->access = KP_ACCESS_EXECUTE;
			fault->inferred = true;
		} else if (report->frame.rsp - fault->address <= 64) {
			/* CR2 is of the processor's own push, of the first fault's frame: the stack is no place for that. */
			of_stack(report);
		}
		break;
	case KP_X86_GP:
	case KP_X86_SS:
		for (unsigned i = 0; i < instruction.count && !fault->has_address; i++) {
			touch = &instruction.touches[i];
			if (!noncanonical(touch->address))
				continue;
			fault->has_address = fault->inferred = true;
			fault->address = touch->address;
			fault->access = touch->access;
			fault->size = touch->size;
			fault->state = KP_STATE_NONCANONICAL;
		}
		break;
	default:
		break;
	}
}

static const struct kp_gate *gate_of(const struct kp_report *report, unsigned vector)
{
	for (unsigned i = 0; i < report->machine.gate_count; i++) {
		if (report->machine.gates[i].vector == vector)
			return &report->machine.gates[i];
	}
	return NULL;
}

static bool gate_missing(const struct kp_report *report, unsigned vector)
{
	const struct kp_gate *gate = gate_of(report, vector);

	return gate && gate->known && !gate->present;
}

/* Below the stack pointer, a page at most above it: where a push or a large frame's first access lands. */
static bool near_stack_pointer(const struct kp_report *report, uint64_t address)
{
	return address + 0x10000 - report->frame.rsp < 0x11000;
}

/* Is the stack pointer at the lower end of its stack, or not far below it? */
static bool at_its_end(const struct kp_report *report)
{
	const struct kp_task *task = &report->task;

	return report->task_known && task->stack_end &&
	       report->frame.rsp + 0x10000 - task->stack_start < 0x10000 + 512;
}

static void of_double_fault(const struct kp_report *report)
{
	const struct kp_fault *fault = &report->fault;
	uint64_t rsp = report->frame.rsp;
	struct kp_region region;
	bool overflow = fault->has_address && near_stack_pointer(report, fault->address) &&
			(fault->address_class == KP_CLASS_GUARD || at_its_end(report));

	if (fault->has_address && gate_missing(report, KP_X86_PF)) {
		kp_cause_add(KP_CERTAIN, "a page fault (trap 14) could not be handled because gate 14 of the "
					 "IDT was not present");
		if (fault->inferred && fault->access != KP_ACCESS_UNKNOWN && !overflow)
			kp_cause_add(KP_LIKELY,
				     "the page fault was a %s at 0x%llx, by the instruction at RIP",
				     word_of(fault->access), (unsigned long long)fault->address);
	}
	if (overflow) {
		kp_cause_add(fault->address_class == KP_CLASS_GUARD ? KP_CERTAIN : KP_LIKELY,
			     "the kernel stack overflowed: CR2 0x%llx is next to RSP 0x%llx%s%s",
			     (unsigned long long)report->machine.cr2, (unsigned long long)rsp,
			     fault->region[0] ? ", in " : "", fault->region);
		return;
	}
	if (!fault->has_address) {
		if (gate_missing(report, KP_X86_GP))
			kp_cause_add(
				KP_LIKELY,
				"a fault that was no page fault could not be handled: gate 13 of the IDT "
				"was not present");
		else if (noncanonical(rsp))
			kp_cause_add(KP_CERTAIN,
				     "the stack pointer was destroyed: RSP 0x%llx is not canonical",
				     (unsigned long long)rsp);
		return;
	}
	if (!gate_missing(report, KP_X86_PF) && near_stack_pointer(report, fault->address) &&
	    kp_region_any(1u << KP_REGION_STACKS) &&
	    !kp_region_of((uintptr_t)rsp, 1u << KP_REGION_STACKS, &region))
		kp_cause_add(KP_LIKELY,
			     "the stack pointer was destroyed: no stack of the kernel's is at RSP 0x%llx",
			     (unsigned long long)rsp);
}

#define ENTRY_WRITE 2ull
#define ENTRY_USER 4ull
#define ENTRY_NX (1ull << 63)

static void of_null(const struct kp_fault *fault)
{
	if (fault->size)
		kp_cause_add(KP_LIKELY, "a NULL pointer: %s of %u bytes at 0x%llx from NULL",
			     word_of(fault->access), fault->size, (unsigned long long)fault->address);
	else
		kp_cause_add(KP_LIKELY, "a NULL pointer: %s at 0x%llx from NULL", word_of(fault->access),
			     (unsigned long long)fault->address);
}

static void of_page_fault(const struct kp_report *report)
{
	const struct kp_fault *fault = &report->fault;
	const struct kp_walk *walk = &report->walk;
	struct kp_region region;
	unsigned long long address = fault->address;
	bool text = kp_region_of((uintptr_t)address, 1u << KP_REGION_TEXT, &region);
	bool user_page = walk->end == KP_WALK_MAPPED;

	for (unsigned level = walk->level; user_page && level <= walk->top; level++)
		user_page = walk->entries[level] & ENTRY_USER;
	if (fault->address_class == KP_CLASS_GUARD && near_stack_pointer(report, address))
		kp_cause_add(KP_CERTAIN, "the kernel stack overflowed into %s", fault->region);
	else if (fault->access == KP_ACCESS_EXECUTE && fault->address_class == KP_CLASS_NULL)
		kp_cause_add(KP_CERTAIN, "a function at NULL was called, or returned to");
	else if (fault->access == KP_ACCESS_EXECUTE && walk->end == KP_WALK_MAPPED)
		kp_cause_add(KP_CERTAIN, "what is no code was executed: 0x%llx is %s", address,
			     user_page ? "a user page" : "mapped without execution");
	else if (fault->address_class == KP_CLASS_NULL)
		of_null(fault);
	else if (fault->access == KP_ACCESS_WRITE && text)
		kp_cause_add(KP_CERTAIN, "a write to the kernel's code");
	else if (fault->access == KP_ACCESS_WRITE && walk->end == KP_WALK_MAPPED &&
		 fault->state == KP_STATE_PROTECTED && !user_page)
		kp_cause_add(KP_CERTAIN, "a write to what is mapped for reading only");
	else if (user_page && !fault->user && fault->state == KP_STATE_PROTECTED)
		kp_cause_add(KP_LIKELY, "user memory was touched without kp_copy_from_user or its siblings");
	else if (fault->state == KP_STATE_RESERVED)
		kp_cause_add(KP_CERTAIN,
			     "the page tables of 0x%llx are damaged: a reserved bit is set at level %u",
			     address, walk->level);
	if (walk->end == KP_WALK_MAPPED && fault->state == KP_STATE_ABSENT)
		kp_cause_add(KP_LIKELY,
			     "0x%llx is mapped by now: another CPU mapped it, or this one's TLB is stale",
			     address);
}

/* What clang's trapping sanitizer puts into the instruction, by number. */
static const char *const undefined_behaviour[] = {
	"an addition overflowed",
	"what is declared never to be reached was reached",
	"a call broke the control flow's rules",
	"a division overflowed, or was by zero",
	"an object is not of the type that it is used as",
	"a value of floating point was cast to what cannot hold it",
	"a function was called by a wrong type",
	"an implicit conversion changed the value",
	"a builtin got a value that it must not",
	"a value was cast to a class of objects that it is not of",
	"a value that its type cannot have was loaded",
	"a function that returns a value ended without one",
	"a multiplication overflowed",
	"a negation overflowed",
	"an argument was null that must not be",
	"null was returned where it must not be",
	"an argument was null that must not be",
	"null was returned where it must not be",
	"an index was out of bounds",
	"pointer arithmetic overflowed",
	"a shift was out of bounds",
	"a subtraction overflowed",
	"a pointer was null, misaligned or to too small an object",
	"an alignment was promised that a pointer does not have",
	"an array of variable length got a length that is not positive",
};

static void of_invalid_opcode(void)
{
	/* ud1 disp8(%eax), %eax; the first kind has no byte for it. */
	if (instruction.opcode == 0x0fb9 && instruction.modrm >> 6 <= 1) {
		unsigned kind = instruction.modrm >> 6 ? instruction.immediate : 0;
		kp_cause_add(KP_CERTAIN, "undefined behaviour: %s (%u)",
			     kind < sizeof(undefined_behaviour) / sizeof(*undefined_behaviour)
				     ? undefined_behaviour[kind]
				     : "of a kind that is not known",
			     kind);
	} else if (instruction.opcode == 0x0f0b) {
		kp_cause_add(KP_CERTAIN, "a trap that the compiler or the author put there (ud2)");
	}
}

static void of_machine_check(const struct kp_report *report)
{
	for (unsigned i = 0; i < report->machine.msr_count; i++) {
		const struct kp_named *msr = &report->machine.msrs[i];
		if (kp_same(msr->name, "mc_status"))
			kp_cause_add(KP_CERTAIN, "the hardware reports an error in bank %u: %s, code 0x%x",
				     msr->index, msr->value >> 61 & 1 ? "not corrected" : "corrected",
				     (unsigned)(msr->value & 0xffff));
	}
}

static void of_locks(const struct kp_report *report)
{
	for (unsigned i = 0; i < report->lock_count; i++) {
		const struct kp_lock *lock = &report->locks[i].lock;
		if (lock->waits && lock->owner_cpu == report->cpu)
			kp_cause_add(KP_CERTAIN, "CPU %u waits for the lock %s, which it holds itself",
				     report->cpu, lock->name);
	}
}

void kp_isa_conclude(struct kp_report *report)
{
	const struct kp_fault *fault = &report->fault;

	of_locks(report);
	if (!fault->name)
		return;
	switch (fault->vector) {
	case KP_X86_DF:
		of_double_fault(report);
		break;
	case KP_X86_PF:
		of_page_fault(report);
		break;
	case KP_X86_UD:
		of_invalid_opcode();
		break;
	case KP_X86_MC:
		of_machine_check(report);
		break;
	case KP_X86_NMI:
		if (!(report->frame.rflags & KP_FLAG_IF) && !fault->user)
			kp_cause_add(KP_LIKELY,
				     "this CPU was stuck with interrupts off: an NMI found it at RIP");
		break;
	case KP_X86_GP:
		if (fault->address_class == KP_CLASS_NONCANONICAL && fault->inferred)
			kp_cause_add(KP_LIKELY, "a wild pointer: %s at 0x%llx, which no page can have",
				     word_of(fault->access), (unsigned long long)fault->address);
		break;
	default:
		break;
	}
}
