/* Control, debug and model-specific registers. */
#include "fault/x86_64/x86.h"

bool kp_x86_rdmsr(uint32_t number, uint64_t *out);

#define EFER 0xc0000080
#define FS_BASE 0xc0000100
#define GS_BASE 0xc0000101
#define KERNEL_GS_BASE 0xc0000102
#define MCG_CAP 0x179
#define MC0_CTL 0x400

static const struct {
	const char *name;
	uint32_t number;
} msrs[] = {
	{ "efer", EFER },          { "star", 0xc0000081 }, { "lstar", 0xc0000082 },
	{ "fmask", 0xc0000084 },   { "apic_base", 0x1b },  { "pat", 0x277 },
	{ "sysenter_cs", 0x174 },  { "debugctl", 0x1d9 },  { "misc_enable", 0x1a0 },
	{ "tsc_aux", 0xc0000103 }, { "mcg_cap", MCG_CAP }, { "mcg_status", 0x17a },
};

static void add(struct kp_machine *machine, const char *name, unsigned index, uint64_t value)
{
	if (machine->msr_count < KP_MSRS_MAX)
		machine->msrs[machine->msr_count++] = (struct kp_named){ name, index, value };
}

/* The banks that hold an error, after a machine check. */
static void banks(struct kp_machine *machine)
{
	static const char *const names[] = { "mc_status", "mc_addr", "mc_misc" };
	uint64_t count, value;

	if (!kp_x86_rdmsr(MCG_CAP, &count))
		return;
	count &= 0xff;
	for (unsigned bank = 0; bank < count && bank < 32; bank++) {
		uint64_t more;
		if (!kp_x86_rdmsr(MC0_CTL + 4 * bank + 1, &value) || !(value >> 63))
			continue;
		add(machine, names[0], bank, value);
		for (unsigned i = 1; i < 3; i++) {
			/* Bit 58: the address is valid; 59: the other is. */
			if (value >> (59 - (i == 1)) & 1 && kp_x86_rdmsr(MC0_CTL + 4 * bank + 1 + i, &more))
				add(machine, names[i], bank, more);
		}
	}
}

#define READ_CR(number, out) __asm__ volatile("movq %%cr" #number ", %0" : "=r"(out))
#define READ_DR(number, out) __asm__ volatile("movq %%db" #number ", %0" : "=r"(out))

/* Whoever changes registers before the recorder is entered puts back here what they were (panic/blob). */
__attribute__((weak)) void kp_x86_as_found(struct kp_machine *machine)
{
	(void)machine;
}

void kp_isa_machine(struct kp_machine *machine)
{
	uint64_t value;

	READ_CR(0, machine->cr0);
	READ_CR(3, machine->cr3);
	READ_CR(4, machine->cr4);
	READ_CR(8, machine->cr8);
	/* As it was before the recorder's own reads faulted; a panic's is read when it takes its gates. */
	if (kp_report.fault.has_address)
		machine->cr2 = kp_report.fault.address;
	else if (kp_report.kind != KP_KIND_PANIC)
		machine->cr2 = kp_x86_read_cr2();
	if (machine->cr2 == KP_CR2_SENTINEL)
		machine->cr2 = 0;
	kp_x86_as_found(machine);
	READ_DR(0, machine->dr[0]);
	READ_DR(1, machine->dr[1]);
	READ_DR(2, machine->dr[2]);
	READ_DR(3, machine->dr[3]);
	READ_DR(6, machine->dr[6]);
	READ_DR(7, machine->dr[7]);
	__asm__ volatile("movl %%fs, %0" : "=r"(machine->fs));
	__asm__ volatile("movl %%gs, %0" : "=r"(machine->gs));
	if (kp_report.kind != KP_KIND_PANIC) {
		__asm__ volatile("movl %%ds, %0" : "=r"(machine->ds));
		__asm__ volatile("movl %%es, %0" : "=r"(machine->es));
	}
	__asm__ volatile("sldt %w0" : "=r"(value) : "0"(0ull));
	machine->ldt = value & 0xffff;
	machine->known = true;
	/* In long mode these are there on every processor; the others may not be, and a fault needs our gates. */
	kp_x86_rdmsr(FS_BASE, &machine->fs_base);
	kp_x86_rdmsr(GS_BASE, &machine->gs_base);
	kp_x86_rdmsr(KERNEL_GS_BASE, &machine->kernel_gs_base);
	if (kp_report.kind != KP_KIND_PANIC) {
		if (kp_x86_rdmsr(EFER, &value))
			add(machine, "efer", KP_NO_INDEX, value);
		return;
	}
	for (unsigned i = 0; i < sizeof(msrs) / sizeof(*msrs); i++) {
		if (kp_x86_rdmsr(msrs[i].number, &value))
			add(machine, msrs[i].name, KP_NO_INDEX, value);
	}
	if (kp_report.fault.vector == KP_X86_MC && kp_report.fault.name)
		banks(machine);
}
