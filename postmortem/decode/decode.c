#include "decode/decode.h"

#include "decode/address.h"
#include "decode/arch.h"
#include "decode/disasm.h"
#include "decode/backward.h"
#include "decode/effective.h"
#include "decode/oops_flags.h"
#include "decode/pte.h"
#include "decode/registers.h"
#include "decode/syscall.h"
#include "decode/taint.h"

static const char *const fault_address_regs[] = { "cr2", "far", "badaddr", "dar", "badva", "badv" };

static bool is_breakpoint(const char *name)
{
	return name[0] == 'd' && name[1] == 'r' && name[2] >= '0' && name[2] <= '3' && !name[3];
}

/* A register's meaning: what it controls or, for a general one, what its value looks like. */
static void decode_registers(struct pm_incident *inc, const struct pm_decode_arch *arch,
			     const struct pm_address_space *space)
{
	for (size_t t = 0; t < inc->traces.n; t++)
		for (size_t r = 0; r < inc->traces.v[t].regs.n; r++) {
			struct pm_regs *regs = &inc->traces.v[t].regs.v[r];
			struct pm_address_space own = *space;

			if (regs->role != PM_REGS_FAULT)
				own.has_sp = false;
			for (size_t i = 0; i < regs->regs.n; i++) {
				struct pm_register *reg = &regs->regs.v[i];

				if (reg->name && (!strcmp(reg->name, "rsp") || !strcmp(reg->name, "esp") ||
						  !strcmp(reg->name, "sp"))) {
					struct pm_address_meaning meaning;

					own.has_sp = false;
					pm_address_classify(&inc->arena, &own, reg->value, &meaning);
					own.has_sp = regs->role == PM_REGS_FAULT && space->has_sp;
					reg->class = meaning.class;
				}
				if (reg->meaning || !reg->name)
					continue;
				if (arch && arch->reg)
					reg->meaning = arch->reg(&inc->arena, inc, reg);
				for (size_t j = 0; j < PM_COUNT(fault_address_regs) && !reg->meaning; j++)
					if (!strcmp(reg->name, fault_address_regs[j])) {
						struct pm_address_meaning meaning;

						pm_address_classify(&inc->arena, space, reg->value, &meaning);
						reg->meaning = meaning.words;
					}
				if (!reg->meaning && regs->role != PM_REGS_USER &&
				    (pm_register_is_general(reg->name) || is_breakpoint(reg->name)))
					reg->meaning = pm_value_words(&inc->arena, &own, reg->value,
								      reg->bits, &reg->poison);
			}
		}
}

static void decode_address(struct pm_incident *inc, const struct pm_address_space *space)
{
	struct pm_fault *fault = &inc->fault;
	struct pm_address_meaning meaning;

	if (!fault->has_address && !fault->has_effective)
		return;
	if (fault->address_class != PM_ADDR_UNKNOWN || fault->address_words)
		return;
	pm_effective_classify(inc, space, &meaning);
	fault->address_class = meaning.class;
	fault->address_grade = meaning.grade;
	fault->address_words = meaning.words;
	fault->address_poison = meaning.poison;
	if (meaning.class == PM_ADDR_KASAN_SHADOW)
		inc->machine.kasan = true;
	fault->has_shadowed = meaning.shadowed_words != NULL;
	fault->shadowed_first = meaning.shadowed_first;
	fault->shadowed_last = meaning.shadowed_last;
	fault->shadowed_class = meaning.shadowed_class;
	fault->shadowed_words = meaning.shadowed_words;
}

/* Which checkers the kernel was built with: told by an oops's first line, or by what they left in the report. */
static void decode_checkers(struct pm_incident *inc)
{
	static const char *const kasan[] = {
		"kasan_", "__kasan_", "__asan_", "__hwasan_", "check_memory_region", "quarantine_"
	};
	struct pm_machine *machine = &inc->machine;

	machine->lockdep = machine->lockdep || inc->locks.n;
	machine->kasan = machine->kasan || inc->fault.kind == PM_KIND_KASAN ||
			 (inc->fault.flags && strstr(inc->fault.flags, "KASAN")) ||
			 (inc->place.symbol && !strncmp(inc->place.symbol, "__hwasan_", 9));
	for (size_t i = 0; i < inc->traces.n && !machine->kasan; i++)
		for (size_t k = 0; k < inc->traces.v[i].frames.n && !machine->kasan; k++) {
			const char *symbol = inc->traces.v[i].frames.v[k].place.symbol;

			for (size_t n = 0; symbol && n < PM_COUNT(kasan); n++)
				machine->kasan |= !strncmp(symbol, kasan[n], strlen(kasan[n]));
		}
}

void pm_decode(struct pm_incident *inc)
{
	const struct pm_decode_arch *arch = pm_decode_arch_find(inc->machine.arch);
	struct pm_address_space space;

	/* From what the processor said to what follows from it: each step reads what the ones before filled.
	 */
	if (arch && arch->fault)
		arch->fault(inc);
	decode_checkers(inc);
	pm_address_space_of(inc, &space);
	pm_disassemble(inc);
	pm_effective_decode(inc);
	pm_backward_decode(inc);
	decode_address(inc, &space);
	pm_oops_flags_decode(inc);
	pm_pte_decode(inc);
	decode_registers(inc, arch, &space);
	pm_taint_decode(inc);
	pm_syscall_decode(inc);
}
