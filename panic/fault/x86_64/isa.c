/* What every tier needs of x86-64. */
#include "fault/x86_64/x86.h"
#include "lib/mem.h"
#include "show/sections.h"

#include <stddef.h>

const char kp_isa_name[] = "x86_64";

#define REGISTER(name, member)                                                                               \
	{                                                                                                    \
		name, offsetof(struct kp_frame, member)                                                      \
	}

const struct kp_register kp_registers[] = {
	REGISTER("RAX", rax), REGISTER("RBX", rbx), REGISTER("RCX", rcx), REGISTER("RDX", rdx),
	REGISTER("RSI", rsi), REGISTER("RDI", rdi), REGISTER("RBP", rbp), REGISTER("R08", r8),
	REGISTER("R09", r9),  REGISTER("R10", r10), REGISTER("R11", r11), REGISTER("R12", r12),
	REGISTER("R13", r13), REGISTER("R14", r14), REGISTER("R15", r15),
};
const unsigned kp_register_count = sizeof(kp_registers) / sizeof(*kp_registers);

/* Linux's words, one after the other from vector 0 on: pointers to them would take more room than they do. 9 is no
 * processor's since the 387. */
static const char names[] =
	"divide error\0debug\0NMI\0int3\0overflow\0bounds\0invalid opcode\0device not available\0"
	"double fault\0\0invalid TSS\0segment not present\0"
	"stack segment\0general protection fault\0Oops\0\0"
	"fpu exception\0alignment check\0machine check\0simd exception\0"
	"virtualization exception\0control protection fault\0\0\0"
	"\0\0\0\0\0VMM communication exception\0security exception\0";

const char *kp_x86_vector_name(unsigned vector)
{
	const char *name = names;

	if (vector < 32) {
		while (vector--)
			name += kp_length(name, sizeof(names)) + 1;
		if (*name)
			return name;
	}
	return "exception";
}

#if KP_TIER >= 2
bool kp_x86_has_error(unsigned vector)
{
	/* 8, 10 to 14, 17, 21, 29 and 30 */
	return vector < 32 && 0x60227d00u >> vector & 1;
}
#endif

void kp_isa_fault(const struct kp_frame *frame, struct kp_fault *out)
{
	unsigned vector = (unsigned)frame->vector;
	bool page_fault = vector == KP_X86_PF;
#if KP_TIER >= 2
	uint64_t address = 0;

	/* Before anything else, since each fault overwrites it.  A double fault is of the first fault's address, if that had
	 * one: where it had none, the sentinel is still there. */
	if (page_fault || vector == KP_X86_DF) {
		address = kp_x86_read_cr2();
		kp_x86_write_cr2(KP_CR2_SENTINEL);
	}
#else
	uint64_t address = kp_x86_read_cr2();
#endif
	memset(out, 0, sizeof(*out));
	out->vector = vector;
	out->name = kp_x86_vector_name(vector);
	out->error = frame->error;
	out->has_address = page_fault;
	out->address = page_fault ? address : 0;
#if KP_TIER >= 2
	/* What no line of a smaller report shows. */
	out->has_error = kp_x86_has_error(vector);
	out->user = KP_FRAME_USER(frame);
	if (page_fault) {
		out->access = frame->error & 16  ? KP_ACCESS_EXECUTE
			      : frame->error & 2 ? KP_ACCESS_WRITE
						 : KP_ACCESS_READ;
		out->state = frame->error & 8   ? KP_STATE_RESERVED
			     : frame->error & 1 ? KP_STATE_PROTECTED
						: KP_STATE_ABSENT;
	} else if (vector == KP_X86_DF) {
		out->has_address = address != KP_CR2_SENTINEL;
		out->address = out->has_address ? address : 0;
		out->stale = !out->has_address;
	}
#endif
}

void kp_isa_interrupts_off(void)
{
	__asm__ volatile("cli" ::: "memory");
}

#if KP_TIER >= 3
void kp_isa_flush(const void *at, size_t n)
{
	enum { LINE = 64 }; /* of every processor that has the instruction */

	for (size_t i = 0; i < n; i += LINE)
		__asm__ volatile("clflush %0" ::"m"(*((const char *)at + i)) : "memory");
	if (n)
		__asm__ volatile("clflush %0\n\tmfence" ::"m"(*((const char *)at + n - 1)) : "memory");
}
#endif

void kp_isa_relax(void)
{
	__asm__ volatile("pause" ::: "memory");
}

_Noreturn void kp_isa_stop(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" ::: "memory");
}

#if KP_TIER < 2
_Noreturn void kp_isa_restart_on(void *top, void (*run)(void))
{
	kp_x86_jump_on(top, run);
}
#endif

#if KP_TIER >= 1
/* A call is e8 and four bytes, or ff /2 with what its operand takes. */
enum kp_trilean kp_isa_call_before(uintptr_t address)
{
	static const uint8_t lengths[] = { 2, 3, 4, 6, 7 };
	uint8_t bytes[7];

	if (kp_read(address - sizeof(bytes), bytes, sizeof(bytes)) != sizeof(bytes))
		return KP_UNKNOWN;
	if (bytes[sizeof(bytes) - 5] == 0xe8)
		return KP_YES;
	for (unsigned i = 0; i < sizeof(lengths); i++) {
		const uint8_t *at = bytes + sizeof(bytes) - lengths[i];
		if (at[0] == 0xff && (at[1] >> 3 & 7) == 2)
			return KP_YES;
	}
	return KP_NO;
}

int kp_isa_before_frame(uintptr_t pc)
{
	static const uint8_t make_frame[] = { 0x48, 0x89, 0xe5 }; /* mov %rsp, %rbp */
	struct kp_symbol symbol;
	uint8_t bytes[96];
	size_t n;

	/* Compilers make no frame in functions that call nothing, and put off making one until it is needed. So it is looked for
	 * in all that may have run before pc. */
	if (!kp_symbol(pc, &symbol) || pc - symbol.start > sizeof(bytes))
		return -1;
	n = pc - symbol.start;
	if (kp_read(symbol.start, bytes, n) != n)
		return -1;
	for (size_t i = 0; i + sizeof(make_frame) <= n; i++) {
		if (bytes[i] == make_frame[0] && bytes[i + 1] == make_frame[1] &&
		    bytes[i + 2] == make_frame[2])
			return -1;
	}
	return n && bytes[n - 1] == 0x55 ? 8 : 0; /* push %rbp, but not yet mov */
}
#endif

#if KP_TIER >= 1
enum kp_address_class kp_isa_class(uint64_t address)
{
	/* By what four and five levels of page tables have in common; the walk knows better. */
	if (address < 4096)
		return KP_CLASS_NULL;
	if (address + (1ull << 56) >= 1ull << 57)
		return KP_CLASS_NONCANONICAL;
	return address >> 63 ? KP_CLASS_KERNEL : KP_CLASS_USER;
}
#endif

void kp_isa_selectors(const struct kp_frame *frame, unsigned *code, unsigned *stack)
{
	*code = (unsigned)frame->cs & 0xffff;
	*stack = (unsigned)frame->ss & 0xffff;
}

void kp_isa_add_flags(const struct kp_frame *frame)
{
	kp_add(" EFLAGS: %08x", (unsigned)frame->rflags);
}
