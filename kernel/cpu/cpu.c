#include "cpu/cpu.h"

#include <kpanic/panic.h>

#include "cpu/instructions.h"
#include "lib/string.h"
#include "log.h"
#include "syscall/syscall.h"

enum {
	MSR_EFER = 0xc0000080,
	MSR_STAR = 0xc0000081,
	MSR_LSTAR = 0xc0000082,
	MSR_FMASK = 0xc0000084,
	MSR_GS_BASE = 0xc0000101,
	MSR_KERNEL_GS_BASE = 0xc0000102,
};
enum { EFER_SYSCALL = 1 << 0, EFER_NX = 1 << 11 };
enum { CR4_MACHINE_CHECK = 1 << 6, CR4_UMIP = 1 << 11, CR4_SMEP = 1 << 20, CR4_SMAP = 1 << 21 };
/* Flags that a system call begins without: trap, interrupt, direction, alignment check, nested task. */
enum { FLAGS_MASKED = 0x100 | 0x200 | 0x400 | 0x4000 | 0x40000 };

struct cpu cpus[CPUS_MAX];
unsigned cpus_count = 1;

static const uint64_t gdt[GDT_SLOTS] = {
	0,
	0x00af9b000000ffff, /* kernel code */
	0x00cf93000000ffff, /* kernel data */
	0x00cff3000000ffff, /* user data */
	0x00affb000000ffff, /* user code */
	0,
	0, /* TSS: the recorder's */
};

static uint32_t apic_id(void)
{
	uint32_t a, b, c, d;

	cpuid(1, &a, &b, &c, &d);
	return b >> 24;
}

struct cpu *cpu_by_apic(void)
{
	uint32_t id = apic_id();

	for (unsigned i = 0; i < CPUS_MAX; i++)
		if (cpus[i].self && cpus[i].apic_id == id)
			return &cpus[i];
	return &cpus[0];
}

static void load_gdt(struct cpu *cpu)
{
	struct {
		uint16_t limit;
		uint64_t base;
	} __attribute__((packed)) pointer = { sizeof(cpu->gdt) - 1, (uint64_t)cpu->gdt };

	memcpy(cpu->gdt, gdt, sizeof(gdt));
	__asm__ volatile("lgdt %0\n\t"
			 "pushq %1\n\t"
			 "leaq 1f(%%rip), %%rax\n\t"
			 "pushq %%rax\n\t"
			 "lretq\n"
			 "1:\tmovl %2, %%eax\n\t"
			 "movl %%eax, %%ds\n\t"
			 "movl %%eax, %%es\n\t"
			 "movl %%eax, %%ss\n\t"
			 "xorl %%eax, %%eax\n\t"
			 "movl %%eax, %%fs\n\t"
			 "movl %%eax, %%gs\n\t"
			 :
			 : "m"(pointer), "i"(SELECTOR_CODE), "i"(SELECTOR_DATA)
			 : "rax", "memory");
}

void cpu_init(unsigned index)
{
	struct cpu *cpu = &cpus[index];

	load_gdt(cpu);
	cpu->index = index;
	cpu->apic_id = apic_id();
	cpu->self = cpu;
	write_msr(MSR_GS_BASE, (uint64_t)cpu);
	write_msr(MSR_KERNEL_GS_BASE, 0);
	cpu_init_gates();
}

void cpu_init_gates(void)
{
	struct cpu *cpu = this_cpu();

	kp_gates_install(&(struct kp_gates){
		.code_selector = SELECTOR_CODE,
		.gdt = cpu->gdt,
		.tss_slot = GDT_TSS_SLOT,
		.gs_base = (uintptr_t)cpu,
	});
	cpu->has_gates = true;
	/* A machine check that nobody has enabled shuts the machine down. */
	write_cr4(read_cr4() | CR4_MACHINE_CHECK);
}

/* Features, by the leaf and register that tell of them. */
static const struct {
	uint32_t leaf;
	char reg;
	uint8_t bit;
	const char *name;
} needed[] = {
	{ 0x00000001, 'd', 4, "a time stamp counter (tsc)" },
	{ 0x00000001, 'd', 5, "model-specific registers (msr)" },
	{ 0x00000001, 'd', 9, "a local interrupt controller (apic)" },
	{ 0x80000001, 'd', 11, "the syscall instruction (syscall)" },
	{ 0x80000001, 'd', 20, "pages without execution (nx)" },
};

void cpu_check_features(void)
{
	uint32_t a, b, c, d;

	for (unsigned i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		cpuid(needed[i].leaf, &a, &b, &c, &d);
		if (!((needed[i].reg == 'd' ? d : c) >> needed[i].bit & 1))
			KP_PANIC("this CPU lacks %s, which the kernel cannot do without", needed[i].name);
	}
}

void cpu_init_features(void)
{
	uint32_t a, b, c, d;
	uint64_t cr4 = read_cr4();

	write_msr(MSR_EFER, read_msr(MSR_EFER) | EFER_SYSCALL | EFER_NX);
	write_msr(MSR_STAR, (uint64_t)(SELECTOR_DATA | 3) << 48 | (uint64_t)SELECTOR_CODE << 32);
	write_msr(MSR_LSTAR, (uint64_t)syscall_entry);
	write_msr(MSR_FMASK, FLAGS_MASKED);

	cpuid(0, &a, &b, &c, &d);
	if (a >= 7) {
		cpuid(7, &a, &b, &c, &d);
		if (b >> 7 & 1)
			cr4 |= CR4_SMEP;
		if (b >> 20 & 1)
			cr4 |= CR4_SMAP;
		if (c >> 2 & 1)
			cr4 |= CR4_UMIP;
	}
	write_cr4(cr4);
	/* The recorder's copies of user memory must know of SMAP. */
	cpu_init_gates();
}
