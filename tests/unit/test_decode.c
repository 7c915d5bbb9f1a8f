/* Error codes, registers, page tables, letters and system calls in words. */
#include "decode_incident.h"

/* ---- Error codes ---- */

static void page_fault_codes(void **state)
{
	static const struct {
		uint64_t value;
		const char *words;
	} rows[] = {
		{ 0x0, "read, kernel mode, page not present" },
		{ 0x2, "write, kernel mode, page not present" },
		{ 0x3, "write, kernel mode, the page is present, access forbidden" },
		{ 0x4, "read, user mode, page not present" },
		{ 0x7, "write, user mode, the page is present, access forbidden" },
		{ 0x9, "read, kernel mode, the page is present, access forbidden, a reserved bit is set in a "
		       "page table entry" },
		{ 0x10, "instruction fetch, kernel mode, page not present" },
		{ 0x11, "instruction fetch, kernel mode, the page is present, access forbidden" },
		{ 0x25,
		  "read, user mode, the page is present, access forbidden, forbidden by the protection key" },
		{ 0x46, "write, user mode, page not present, shadow stack access" },
		{ 0x8007, "write, user mode, the page is present, access forbidden, SGX access control" },
		{ 0x80000003,
		  "write, kernel mode, the page is present, access forbidden, RMP violation (SEV-SNP)" },
		{ 0x100, "read, kernel mode, page not present, unknown 0x100" },
	};
	struct pm_arena arena;

	(void)state;
	pm_arena_init(&arena);
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		assert_string_equal(pm_x86_page_fault_words(&arena, rows[i].value), rows[i].words);
	assert_string_equal(pm_x86_selector_words(&arena, 0), "no selector");
	assert_string_equal(pm_x86_selector_words(&arena, 0x18), "GDT, selector 0x18");
	assert_string_equal(pm_x86_selector_words(&arena, 0x14c), "LDT, selector 0x14c");
	assert_string_equal(pm_x86_selector_words(&arena, 0x10b), "external event, IDT, vector 0x21");
	assert_string_equal(pm_x86_vector_words(14), "#PF page fault");
	assert_string_equal(pm_x86_vector_words(29), "#VC VMM communication exception");
	assert_null(pm_x86_vector_words(15));
	pm_arena_deinit(&arena);
}

static void arm64_syndromes(void **state)
{
	static const struct {
		uint64_t esr;
		const char *words;
	} rows[] = {
		{ 0x96000004, "data abort: translation fault, level 0, read" },
		{ 0x96000046, "data abort: translation fault, level 2, write" },
		{ 0x9600004f, "data abort: permission fault, level 3, write" },
		{ 0x96000021, "data abort: alignment fault, read" },
		{ 0x96000010, "data abort: synchronous external abort, read" },
		{ 0x96000210, "data abort: synchronous external abort, read, external" },
		{ 0x96000011, "data abort: synchronous tag check fault, read" },
		{ 0x96000147, "data abort: translation fault, level 3, write, cache maintenance" },
		{ 0x8600000f, "instruction abort: permission fault, level 3" },
		{ 0x86000004, "instruction abort: translation fault, level 0" },
		{ 0x02000000, "unknown reason (an undefined instruction)" },
		{ 0xf2000800, "BRK instruction 0x800: BUG() or WARN()" },
		{ 0xf2000910, "BRK instruction 0x910: KASAN: write of 1 bytes" },
		{ 0xf2000903, "BRK instruction 0x903: KASAN: read of 8 bytes" },
		{ 0xf2005512, "BRK instruction 0x5512: UBSAN trap: array index out of bounds" },
		{ 0xf2008228, "BRK instruction 0x8228: CFI failure: call through x8" },
		{ 0xf2001234, "BRK instruction 0x1234" },
		{ 0xbe000011, "SError interrupt" },
		{ 0x36000000, "branch target exception (BTI)" },
		{ 0x72000000, "pointer authentication failed (FPAC)" },
	};
	struct pm_arena arena;

	(void)state;
	pm_arena_init(&arena);
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		assert_string_equal(pm_arm64_esr_words(&arena, rows[i].esr), rows[i].words);
	pm_arena_deinit(&arena);
}

static void other_causes(void **state)
{
	(void)state;
	begin(PM_RISCV64, PM_KIND_PAGE_FAULT);
	reg("status", 0x200000120);
	reg("badaddr", 0x10);
	reg("cause", 0xf);
	pm_decode(&inc);
	assert_string_equal(inc.fault.error_words, "store page fault");
	assert_int_equal(inc.fault.access, PM_WRITE);
	assert_true(inc.fault.has_address);
	assert_string_equal(inc.fault.address_words, "NULL + 0x10");
	assert_string_equal(meaning("status"),
			    "interrupts off, interrupts were on (SPIE), from supervisor mode (SPP)");

	begin(PM_PPC64, PM_KIND_PAGE_FAULT);
	reg("trap", 0x300);
	reg("dar", 0x0);
	reg("dsisr", 0x42000000);
	reg("msr", 0x8000000000009033);
	pm_decode(&inc);
	assert_string_equal(inc.fault.error_words,
			    "data storage: no translation or access forbidden: no translation, write");
	assert_int_equal(inc.fault.access, PM_WRITE);
	assert_int_equal(inc.fault.address_class, PM_ADDR_NULL);
	has(meaning("msr"), "EE (interrupts on)");

	begin(PM_S390X, PM_KIND_PAGE_FAULT);
	error_code(0x10);
	pm_incident_add_fact(&inc, "page-fault", "teid", PM_S("0000000000000483"), NULL, (struct pm_at){ 0 });
	reg("psw", 0x0704c00180000000);
	pm_decode(&inc);
	assert_string_equal(inc.fault.error_words, "segment translation");
	assert_int_equal(inc.fault.access, PM_WRITE);
	has(meaning("psw"), "kernel mode");
	has(meaning("psw"), "64 bits");

	begin(PM_MIPS, PM_KIND_PAGE_FAULT);
	reg("cause", 0x0080000c);
	reg("badva", 0x4);
	pm_decode(&inc);
	assert_string_equal(inc.fault.error_words, "TLB miss on a store");
	assert_int_equal(inc.fault.access, PM_WRITE);

	begin(PM_LOONGARCH64, PM_KIND_PAGE_FAULT);
	reg("estat", 0x00020000);
	reg("badv", 0x20);
	reg("crmd", 0xb0);
	pm_decode(&inc);
	assert_string_equal(inc.fault.error_words, "page invalid for store (PIS)");
	assert_int_equal(inc.fault.address, 0x20);
	has(meaning("crmd"), "kernel mode");

	begin(PM_ARM, PM_KIND_PAGE_FAULT);
	error_code(0x817);
	pm_decode(&inc);
	assert_string_equal(inc.fault.error_words, "translation fault, page, write");
	begin(PM_ARM, PM_KIND_PAGE_FAULT);
	error_code(0x8000000d);
	pm_decode(&inc);
	assert_string_equal(inc.fault.error_words, "permission fault, section, instruction fetch");
	begin(PM_ARM, PM_KIND_BUG);
	error_code(0);
	pm_decode(&inc);
	assert_null(inc.fault.error_words);
}

static void error_code_fields(void **state)
{
	(void)state;
	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	error_code(0x13);
	inc.fault.flags = "PREEMPT SMP NOPTI other";
	struct pm_module *module = PM_PUSH(&inc.arena, &inc.modules);
	module->name = "ringbuf";
	module->flags = "POE+";
	pm_decode(&inc);
	assert_string_equal(code_fact("p")->value, "1");
	assert_string_equal(code_fact("i")->meaning, "instruction fetch");
	assert_string_equal(code_fact("u")->meaning, "kernel mode");
	assert_null(code_fact("sgx"));
	assert_non_null(pm_incident_fact(&inc, "oops-flags", "preempt"));
	assert_non_null(pm_incident_fact(&inc, "oops-flags", "nopti"));
	assert_null(pm_incident_fact(&inc, "oops-flags", "pti"));
	assert_string_equal(inc.modules.v[0].flags_words, "proprietary, out-of-tree, unsigned, being loaded");
	begin(PM_X86_64, PM_KIND_GPF);
	error_code(0);
	pm_decode(&inc);
	assert_null(code_fact("index")); /* no selector */
	begin(PM_X86_64, PM_KIND_GPF);
	error_code(0x2c);
	pm_decode(&inc);
	assert_string_equal(code_fact("index")->value, "0x5");
	has(code_fact("table")->meaning, "LDT");
	begin(PM_ARM64, PM_KIND_PAGE_FAULT);
	error_code(0x8600000f);
	pm_decode(&inc);
	assert_string_equal(code_fact("ifsc")->meaning, "permission fault, level 3");
	assert_null(code_fact("wnr"));
	begin(PM_ARM64, PM_KIND_BUG);
	error_code(0); /* "Oops - BUG: 0" holds no ESR */
	pm_decode(&inc);
	assert_null(code_fact("ec"));
}

/* ---- Registers, tables, letters ---- */

static void x86_registers(void **state)
{
	(void)state;
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	reg("eflags", 0x10246);
	reg("cr0", 0x80050033);
	reg("cr2", 0x18);
	reg("cr3", 0x1234000);
	reg("cr4", 0x3506f0);
	reg("dr6", 0xfffe0ff0);
	reg("dr7", 0x400);
	reg("ds", 0x18);
	pm_regs_find(regs, "ds")->bits = 16;
	reg("rax", 0x6b6b6b6b6b6b6b6b);
	reg("rbx", 7);
	pm_decode(&inc);
	assert_string_equal(meaning("eflags"), "PF (parity), ZF (zero), IF (interrupts on), RF (resume)");
	has(meaning("cr0"), "PE (protected mode), MP (");
	has(meaning("cr0"), "WP (write protection binds the kernel)");
	assert_string_equal(meaning("cr2"), "NULL + 0x18");
	assert_string_equal(meaning("cr3"), "top page table at physical 0x1234000");
	has(meaning("cr4"), "SMEP (no kernel execution of user pages), SMAP (");
	assert_string_equal(meaning("dr6"), "nothing hit");
	assert_string_equal(meaning("dr7"), "no breakpoint on");
	assert_string_equal(meaning("ds"), "kernel data");
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	reg("dr0", 0x6b6b6b6b6b6b6b6b);
	reg("dr7", 0x00d90606);
	reg("pkru", 0x55555558);
	reg("es", 0);
	pm_regs_find(regs, "es")->bits = 16;
	pm_decode(&inc);
	has(meaning("dr0"), "POISON_FREE");
	assert_string_equal(meaning("dr7"), "0 on (global): write, 8 bytes, 1 on: write, 4 bytes, GE");
	assert_string_equal(meaning("pkru"), "key 0: open; key 1: read only; keys 2-15: no access");
	assert_string_equal(meaning("es"), "null selector");
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	reg("rax", 0x6b6b6b6b6b6b6b6b);
	reg("rbx", 7);
	pm_decode(&inc);
	has(meaning("rax"), "POISON_FREE");
	assert_null(meaning("rbx"));
	/* Another system has its own selectors. */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	inc.machine.system = PM_FREEBSD;
	reg("ds", 0x18);
	pm_regs_find(regs, "ds")->bits = 16;
	pm_decode(&inc);
	assert_null(meaning("ds"));
}

static void page_tables(void **state)
{
	struct pm_arena arena;

	(void)state;
	pm_arena_init(&arena);
	assert_string_equal(pm_pte_words(&arena, PM_X86_64, PM_PTE, 0), "empty: not present");
	assert_string_equal(pm_pte_words(&arena, PM_X86_64, PM_PGD, 0x1067),
			    "table at physical 0x1000, writable, user");
	assert_string_equal(
		pm_pte_words(&arena, PM_X86_64, PM_PTE, 0x8000000001234163),
		"present, writable, kernel only, accessed, dirty, global, no execute, frame 0x1234");
	assert_string_equal(
		pm_pte_words(&arena, PM_X86_64, PM_PMD, 0x2001e1),
		"2 MiB page, read-only, kernel only, accessed, dirty, global, executable, frame 0x200");
	has(pm_pte_words(&arena, PM_X86_64, PM_PTE, 0x1234100), "PROT_NONE");
	has(pm_pte_words(&arena, PM_ARM64, PM_PGD, 0x41234003), "table at physical 0x41234000");
	has(pm_pte_words(&arena, PM_ARM64, PM_PTE, 0x0068000041234f83), "read-only, kernel only");
	assert_null(pm_pte_words(&arena, PM_S390X, PM_PTE, 0x1234));
	pm_arena_deinit(&arena);

	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	pm_incident_add_fact(&inc, "page-fault", "pgd", PM_S("1067"), NULL, (struct pm_at){ 0 });
	pm_incident_add_fact(&inc, "page-fault", "p4d", PM_S("1067"), NULL, (struct pm_at){ 0 });
	pm_incident_add_fact(&inc, "page-fault", "pud", PM_S("0"), NULL, (struct pm_at){ 0 });
	pm_decode(&inc);
	assert_string_equal(pm_incident_fact(&inc, "page-table", "walk")->value,
			    "not present at the level of the PUD");
	has(pm_incident_fact(&inc, NULL, "pgd")->meaning, "table at physical 0x1000");
}

static void taint_letters(void **state)
{
	(void)state;
	begin(PM_X86_64, PM_KIND_BUG);
	inc.machine.taint = "G    B D W  OE     ";
	pm_decode(&inc);
	assert_int_equal(inc.machine.taints.n, 5);
	assert_int_equal(inc.machine.taints.v[0].letter, 'B');
	assert_string_equal(inc.machine.taints.v[3].words, "out-of-tree module loaded");
	begin(PM_X86_64, PM_KIND_BUG);
	inc.machine.taint = "Not tainted";
	pm_decode(&inc);
	assert_int_equal(inc.machine.taints.n, 0);
	assert_null(pm_taint_words('G'));
	for (const char *letter = "PFSRMBUDAWCIOELKXTNJ"; *letter; letter++)
		assert_non_null(pm_taint_words(*letter));
}

static void system_calls(void **state)
{
	(void)state;
	assert_string_equal(pm_syscall_name(PM_X86_64, false, 1), "write");
	assert_string_equal(pm_syscall_name(PM_X86_64, true, 4), "write");
	assert_string_equal(pm_syscall_name(PM_X86_64, false, 0x40000001), "write");
	assert_string_equal(pm_syscall_name(PM_I386, false, 4), "write");
	assert_string_equal(pm_syscall_name(PM_ARM64, false, 64), "write");
	assert_string_equal(pm_syscall_name(PM_RISCV64, false, 222), "mmap");
	assert_string_equal(pm_syscall_name(PM_X86_64, false, 452), "fchmodat2");
	assert_null(pm_syscall_name(PM_X86_64, false, 400));
	assert_null(pm_syscall_name(PM_X86_64, false, UINT64_MAX));
	assert_string_equal(pm_syscall_name(PM_ARM, false, 322), "openat");
	assert_string_equal(pm_syscall_name(PM_ARM64, true, 4), "write");
	assert_string_equal(pm_syscall_name(PM_PPC64, false, 4), "write");
	assert_string_equal(pm_syscall_name(PM_S390X, false, 288), "openat");
	assert_string_equal(pm_syscall_name(PM_MIPS, false, 4004), "write");
	assert_string_equal(pm_syscall_name(PM_MIPS, false, 5001), "write");
	assert_string_equal(pm_syscall_name(PM_MIPS, false, 6001), "write");
	assert_null(pm_syscall_name(PM_MIPS, false, 4));
	assert_string_equal(pm_syscall_name(PM_PPC64, false, 462), "mseal");

	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	frame("vfs_write");
	frame("ksys_write");
	frame("do_syscall_64");
	frame("entry_SYSCALL_64_after_hwframe");
	struct pm_regs *user = PM_PUSH(&inc.arena, &inc.traces.v[0].regs);
	user->role = PM_REGS_USER;
	struct pm_register *r = PM_PUSH(&inc.arena, &user->regs);
	*r = (struct pm_register){ .name = "orig_rax", .value = 1, .bits = 64 };
	pm_decode(&inc);
	assert_true(inc.actor.has_syscall);
	assert_string_equal(inc.actor.syscall, "write");
	/* An interrupt of user mode leaves -1 there; an exception without a system call says nothing. */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	frame("exc_page_fault");
	frame("asm_exc_page_fault");
	user = PM_PUSH(&inc.arena, &inc.traces.v[0].regs);
	user->role = PM_REGS_USER;
	r = PM_PUSH(&inc.arena, &user->regs);
	*r = (struct pm_register){ .name = "orig_rax", .value = 6, .bits = 64 };
	pm_decode(&inc);
	assert_false(inc.actor.has_syscall);
	assert_null(inc.actor.syscall);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(page_fault_codes), cmocka_unit_test(arm64_syndromes),
		cmocka_unit_test(other_causes),     cmocka_unit_test(error_code_fields),
		cmocka_unit_test(x86_registers),    cmocka_unit_test(page_tables),
		cmocka_unit_test(taint_letters),    cmocka_unit_test(system_calls),
	};

	pm_incident_init(&inc);
	return cmocka_run_group_tests_name("decode", tests, NULL, done);
}
