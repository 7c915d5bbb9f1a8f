/* Disassembly, effective addresses, and where their registers came from, for every instruction set. */
#include "decode_incident.h"

static void effective_base_and_offset(void **state)
{
	(void)state;
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("48 8b 47 28 <48> 89 58 18 5b c3");
	reg("rax", 0);
	reg("rbx", 5);
	fault_at(0x18);
	error_code(2);
	pm_decode(&inc);
	assert_string_equal(marked(), "mov %rbx,0x18(%rax)");
	assert_true(inc.fault.has_effective);
	assert_true(inc.fault.effective_equal);
	assert_int_equal(inc.fault.effective, 0x18);
	assert_string_equal(inc.fault.effective_words, "rax (0x0) + 0x18 = 0x18, the fault address");
	assert_string_equal(inc.fault.base_reg, "rax");
	assert_string_equal(inc.fault.value_reg, "rbx");
	assert_int_equal(inc.fault.displacement, 0x18);
	assert_int_equal(inc.fault.access, PM_WRITE);
	assert_int_equal(inc.fault.access_size, 8);
	assert_string_equal(inc.fault.address_words, "NULL + 0x18");
	assert_string_equal(inc.fault.base_from, "mov 0x28(%rdi),%rax");
	assert_string_equal(inc.fault.error_words, "write, kernel mode, page not present");
	assert_int_equal(inc.fault.vector, 14);
	assert_true(inc.code.insns.v[0].doubtful);
	assert_false(inc.code.insns.v[1].doubtful);
	assert_int_equal(inc.code.insns.n, 4);

	/* The registers do not give the fault address: said, and nothing concluded. */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("<48> 89 58 18");
	reg("rax", 0x1000);
	fault_at(0x18);
	pm_decode(&inc);
	assert_true(inc.fault.has_effective);
	assert_false(inc.fault.effective_equal);
	assert_string_equal(inc.fault.effective_words,
			    "rax (0x1000) + 0x18 = 0x1018, but the fault address is 0x18");
	assert_int_equal(inc.fault.access_size, 0);

	/* A register that was not printed. */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("<48> 89 58 18");
	fault_at(0x18);
	pm_decode(&inc);
	assert_false(inc.fault.has_effective);
}

static void effective_forms(void **state)
{
	(void)state;
	/* an absolute address */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("<48> 89 1c 25 18 00 00 00");
	reg("rbx", 1);
	fault_at(0x18);
	pm_decode(&inc);
	assert_string_equal(marked(), "mov %rbx,0x18");
	assert_string_equal(inc.fault.effective_words, "the absolute address 0x18, the fault address");
	assert_null(inc.fault.base_reg);

	/* base + index * 8 + displacement */
	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	code("<48> 8b 44 d1 10");
	reg("rcx", 0xffff888100000000);
	reg("rdx", 0x20000000);
	fault_at(0xffff888200000010);
	pm_decode(&inc);
	assert_string_equal(marked(), "mov 0x10(%rcx,%rdx,8),%rax");
	assert_true(inc.fault.effective_equal);
	assert_string_equal(inc.fault.index_reg, "rdx");
	assert_int_equal(inc.fault.access, PM_READ);

	/* relative to RIP */
	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	code("<48> 8b 05 32 00 00 00");
	regs->pc.has_addr = true;
	regs->pc.addr = 0xffffffffc0123000;
	reg("rax", 1);
	fault_at(0xffffffffc0123039);
	pm_decode(&inc);
	assert_true(inc.fault.effective_equal);
	has(inc.fault.effective_words, "the next instruction (0xffffffffc0123007) + 0x32");

	/* through GS */
	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	code("<65> 48 8b 04 25 28 00 00 00");
	reg("gs", 0xffff88813bc00000);
	fault_at(0xffff88813bc00028);
	pm_decode(&inc);
	assert_true(inc.fault.effective_equal);
	has(inc.fault.effective_words, "gs base (0xffff88813bc00000) + 0x28");
	begin(PM_X86_64, PM_KIND_PAGE_FAULT); /* only the selector is known */
	code("<65> 48 8b 04 25 28 00 00 00");
	reg("gs", 0);
	pm_regs_find(regs, "gs")->bits = 16;
	fault_at(0xffff88813bc00028);
	pm_decode(&inc);
	assert_false(inc.fault.has_effective);

	/* push and call write below the stack pointer */
	begin(PM_X86_64, PM_KIND_STACK_GUARD);
	code("<55> 48 89 e5");
	reg("rsp", 0xffffc90000a04000);
	fault_at(0xffffc90000a03ff8);
	pm_decode(&inc);
	assert_string_equal(inc.fault.effective_words,
			    "rsp (0xffffc90000a04000) - 0x8 = 0xffffc90000a03ff8, the fault address");
	assert_int_equal(inc.fault.access, PM_WRITE);
	assert_int_equal(inc.fault.address_class, PM_ADDR_STACK_GUARD);
	begin(PM_X86_64, PM_KIND_DOUBLE_FAULT);
	code("<e8> 00 01 00 00");
	reg("rsp", 0xffffc90000a04000);
	fault_at(0xffffc90000a03ff8);
	pm_decode(&inc);
	assert_true(inc.fault.effective_equal);

	/* an indirect call reads the pointer, not the stack */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("<ff> 50 18");
	reg("rax", 0);
	reg("rsp", 0xffffc90000a03e00);
	fault_at(0x18);
	error_code(0);
	pm_decode(&inc);
	assert_string_equal(marked(), "call *0x18(%rax)");
	assert_string_equal(inc.fault.base_reg, "rax");
	assert_int_equal(inc.fault.access, PM_READ);

	/* string moves: the source, the destination, and one under way */
	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	code("<f3> 48 a5");
	reg("rsi", 0x10);
	reg("rdi", 0xffff888012345678);
	reg("rcx", 8);
	fault_at(0x10);
	error_code(0);
	pm_decode(&inc);
	assert_string_equal(inc.fault.base_reg, "rsi");
	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	code("<f3> a4");
	reg("rsi", 0xffff888012345ff0);
	reg("rdi", 0xffff888012349ff0);
	reg("rcx", 0x100);
	fault_at(0xffff88801234a000);
	error_code(2);
	pm_decode(&inc);
	assert_true(inc.fault.effective_equal);
	has(inc.fault.effective_words, "the string operation covers the fault address");
	assert_string_equal(inc.fault.base_reg, "rdi");

	/* an access over the end of a page */
	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	code("<48> 8b 00");
	reg("rax", 0xffff888012345ffc);
	fault_at(0xffff888012346000);
	pm_decode(&inc);
	assert_true(inc.fault.effective_equal);
	has(inc.fault.effective_words, "crosses into the page");

	/* lea reads nothing; nor does what faulted for another reason */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("<48> 8d 47 08");
	reg("rdi", 0);
	fault_at(0x8);
	pm_decode(&inc);
	assert_false(inc.fault.has_effective);
	begin(PM_X86_64, PM_KIND_BUG);
	code("<0f> 0b");
	pm_decode(&inc);
	assert_string_equal(marked(), "ud2");
	assert_int_equal(inc.code.insns.v[0].kind, PM_INSN_TRAP);
	assert_false(inc.fault.has_effective);

	/* read-modify-write */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("<f0> 0f b1 0a");
	reg("rdx", 0);
	reg("rcx", 1);
	fault_at(0);
	error_code(2);
	pm_decode(&inc);
	assert_string_equal(marked(), "lock cmpxchg %ecx,(%rdx)");
	assert_true(inc.fault.effective_equal);

	/* i386 wraps at 32 bits */
	begin(PM_I386, PM_KIND_NULL_DEREF);
	code("<8b> 40 04");
	reg("eax", 0xfffffffc);
	fault_at(0);
	pm_decode(&inc);
	assert_string_equal(marked(), "mov 0x4(%eax),%eax");
	assert_true(inc.fault.effective_equal);
}

static void effective_without_fault_address(void **state)
{
	(void)state;
	/* #GP tells no address: freed memory read as a pointer */
	begin(PM_X86_64, PM_KIND_GPF);
	code("<48> 8b 40 18");
	reg("rax", 0x6b6b6b6b6b6b6b6b);
	error_code(0);
	pm_decode(&inc);
	assert_string_equal(inc.fault.effective_words,
			    "rax (0x6b6b6b6b6b6b6b6b) + 0x18 = 0x6b6b6b6b6b6b6b83");
	assert_int_equal(inc.fault.address_class, PM_ADDR_SLAB_POISON);
	assert_false(inc.fault.has_address);
	assert_string_equal(inc.fault.error_words, "no selector");

	/* KASAN's inline check */
	begin(PM_X86_64, PM_KIND_GPF);
	code("<80> 3c 02 00");
	reg("rdx", 0x3);
	reg("rax", 0xdffffc0000000000);
	pm_decode(&inc);
	assert_string_equal(marked(), "cmpb $0x0,(%rdx,%rax,1)");
	assert_int_equal(inc.fault.address_class, PM_ADDR_KASAN_SHADOW);
	has(inc.fault.address_words, "NULL + 0x18");

	/* a member of an error pointer: only the base register shows it */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("<48> 8b 40 18");
	reg("rax", 0xfffffffffffffff4);
	fault_at(0xc);
	pm_decode(&inc);
	assert_int_equal(inc.fault.address_class, PM_ADDR_ERROR_POINTER);
	assert_string_equal(inc.fault.address_words, "ERR_PTR(-ENOMEM) + 0x18");

	/* container_of(NULL) */
	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	code("<48> 8b 40 f8");
	reg("rax", 0);
	fault_at(0xfffffffffffffff8);
	pm_decode(&inc);
	assert_int_equal(inc.fault.address_class, PM_ADDR_NULL);
	assert_string_equal(inc.fault.address_words, "NULL - 0x8");
}

/* "mov %edi,%ebx" cannot have left an upper half: what stands before the mark is not what ran. */
static void narrow_copy_is_no_origin(void **state)
{
	(void)state;
	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	code("89 fb <48> 8b 43 08"); /* mov %edi,%ebx; mov 0x8(%rbx),%rax */
	reg("rbx", 0xffff88807fffffe8);
	fault_at(0xffff88807ffffff0);
	pm_decode(&inc);
	assert_true(inc.fault.effective_equal);
	assert_null(inc.fault.base_from);

	begin(PM_X86_64, PM_KIND_NULL_DEREF); /* a small value may come from one */
	code("89 fb <48> 8b 43 08");
	reg("rbx", 0x10);
	fault_at(0x18);
	pm_decode(&inc);
	has(inc.fault.base_from, "mov %edi,%ebx");
}

static void other_instruction_sets(void **state)
{
	(void)state;
	begin(PM_ARM64, PM_KIND_NULL_DEREF); /* f9400800 b9001001: in memory order */
	code("00 08 40 f9 <01> 10 00 b9");
	reg("x0", 0);
	reg("x1", 7);
	fault_at(0x10);
	error_code(0x96000044);
	pm_decode(&inc);
	assert_string_equal(marked(), "str w1, [x0, #0x10]");
	assert_true(inc.fault.effective_equal);
	assert_int_equal(inc.fault.access_size, 4);
	assert_string_equal(inc.fault.value_reg, "x1");
	assert_string_equal(inc.fault.base_from, "ldr x0, [x0, #0x10]");
	assert_false(inc.code.insns.v[0].doubtful);

	begin(PM_ARM64, PM_KIND_NULL_DEREF); /* ldaddal: the kernel's counters */
	code("<20> 00 f8 f8");
	reg("x1", 0x40);
	reg("x24", 1);
	fault_at(0x40);
	pm_decode(&inc);
	assert_string_equal(marked(), "ldaddal x24, x0, [x1]");
	assert_true(inc.fault.effective_equal);

	begin(PM_ARM64, PM_KIND_PAGE_FAULT); /* casa of a spinlock, lr as a base */
	code("<c1> 7f e2 88");
	reg("lr", 0x1000);
	fault_at(0x1000);
	pm_decode(&inc);
	has(marked(), "cas");
	assert_true(inc.fault.effective_equal);

	begin(PM_ARM, PM_KIND_PAGE_FAULT); /* an index that is shifted */
	code("<01> 21 92 e7");
	reg("r1", 0x10);
	reg("r2", 0x1000);
	fault_at(0x1040);
	pm_decode(&inc);
	has(marked(), "lsl #2");
	assert_true(inc.fault.effective_equal);

	begin(PM_RISCV64, PM_KIND_NULL_DEREF); /* sd a1,16(a0) */
	code("<0c> e9");
	reg("a0", 0);
	reg("cause", 0xf);
	reg("badaddr", 0x10);
	pm_decode(&inc);
	assert_string_equal(marked(), "sd a1,16(a0)");
	assert_true(inc.fault.effective_equal);
	begin(PM_RISCV64, PM_KIND_NULL_DEREF); /* ld a5,-8(a4); lw */
	code("<83> 37 87 ff");
	reg("a4", 0x20);
	fault_at(0x18);
	pm_decode(&inc);
	assert_string_equal(marked(), "ld a5,-8(a4)");
	assert_true(inc.fault.effective_equal);

	begin(PM_PPC64, PM_KIND_PAGE_FAULT); /* big-endian: e87f0b20 */
	inc.machine.big_endian = true;
	code("<e8> 7f 0b 20");
	reg("gpr31", 0x1000);
	fault_at(0x1b20);
	pm_decode(&inc);
	assert_string_equal(marked(), "ld r3, 0xb20(r31)");
	assert_true(inc.fault.effective_equal);
	begin(PM_PPC64, PM_KIND_PAGE_FAULT); /* little-endian ldx r9,r3,r4 */
	code("<2a> 20 23 7d");
	reg("r3", 0x1000);
	reg("r4", 0x20);
	fault_at(0x1020);
	pm_decode(&inc);
	assert_true(inc.fault.effective_equal);
	assert_string_equal(inc.fault.index_reg, "r4");

	begin(PM_S390X, PM_KIND_PAGE_FAULT); /* lg %r1,0(%r2) */
	code("<e3> 10 20 08 00 04");
	reg("r2", 0x2000);
	fault_at(0x2000);
	pm_decode(&inc);
	assert_string_equal(marked(), "lg %r1, 8(%r2)");
	assert_true(inc.fault.effective_equal);
	has(inc.fault.effective_words, "in the page of the failing address");

	begin(PM_MIPS, PM_KIND_PAGE_FAULT); /* lw $2,0x10($4) */
	inc.machine.big_endian = true;
	code("<8c> 82 00 10");
	reg("r4", 0);
	pm_regs_find(regs, "r4")->bits = 32;
	fault_at(0x10);
	pm_decode(&inc);
	assert_true(inc.fault.effective_equal);

	begin(PM_ARM, PM_KIND_PAGE_FAULT); /* str r7,[r3,#4] */
	code("<04> 70 83 e5");
	reg("r3", 0);
	fault_at(4);
	pm_decode(&inc);
	assert_string_equal(marked(), "str r7, [r3, #4]");
	assert_true(inc.fault.effective_equal);

	begin(PM_LOONGARCH64, PM_KIND_PAGE_FAULT); /* the library has no such disassembler */
	code("<00> 00 00 28");
	pm_decode(&inc);
	assert_int_equal(inc.code.insns.n, 0);
}

static void origins(void **state)
{
	(void)state;
	/* the result of a call, copied */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("e8 12 34 00 00 48 89 c3 48 85 c0 74 0a <48> 8b 43 08");
	reg("rbx", 0);
	fault_at(8);
	inc.place.symbol = "f";
	inc.place.has_offset = true;
	inc.place.offset = 0x40;
	inc.place.size = 0x100;
	pm_decode(&inc);
	has(inc.fault.base_from, "call ");
	has(inc.fault.base_from, "; mov %rax,%rbx");
	assert_int_equal(inc.fault.base_origin, PM_ORIGIN_RESULT);
	assert_string_equal(inc.code.insns.v[3].text, "je f+0x4a");
	/* KASAN's inline check: the address it looks at, and where that came from */
	begin(PM_X86_64, PM_KIND_NON_CANONICAL);
	code("49 8b 5c 24 10 48 8d 7b 58 48 89 fa 48 c1 ea 03 <80> 3c 02 00");
	reg("rdx", 0xb);
	reg("rax", 0xdffffc0000000000);
	fault_at(0xdffffc000000000b);
	pm_decode(&inc);
	assert_string_equal(inc.fault.base_reg, "rdx");
	assert_string_equal(inc.fault.base_from,
			    "mov 0x10(%r12),%rbx; lea 0x58(%rbx),%rdi; mov %rdi,%rdx; shr $0x3,%rdx");
	assert_int_equal(inc.fault.base_origin, PM_ORIGIN_LOADED);
	assert_string_equal(inc.fault.address_words, "KASAN's shadow of 0x58-0x5f: NULL + 0x58");
	assert_true(inc.fault.has_shadowed);
	assert_int_equal(inc.fault.shadowed_first, 0x58);
	assert_int_equal(inc.fault.shadowed_last, 0x5f);
	assert_int_equal(inc.fault.shadowed_class, PM_ADDR_NULL);
	assert_true(inc.machine.kasan);
	/* a call clobbers what is not kept over it: nothing can be said */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("48 8b 7b 10 e8 12 34 00 00 <48> 8b 47 08");
	reg("rdi", 0);
	fault_at(8);
	pm_decode(&inc);
	assert_null(inc.fault.base_from);
	/* nor past a jump */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("48 8b 7b 10 eb 10 <48> 8b 47 08");
	reg("rdi", 0);
	fault_at(8);
	pm_decode(&inc);
	assert_null(inc.fault.base_from);
}

/* A number in the code, copied or not; one that the register did not hold was not what ran. */
static void constant_base(void **state)
{
	(void)state;
	begin(PM_X86_64, PM_KIND_NON_CANONICAL);
	code("48 b8 00 00 fe ca ef be ad de 48 89 c3 <48> 89 53 18");
	reg("rbx", 0xdeadbeefcafe0000);
	fault_at(0xdeadbeefcafe0018);
	pm_decode(&inc);
	assert_int_equal(inc.fault.base_origin, PM_ORIGIN_CONSTANT);
	begin(PM_X86_64, PM_KIND_NON_CANONICAL);
	code("48 b8 00 00 fe ca ef be ad de <48> 89 50 18");
	reg("rax", 0x1234beefcafe0000);
	fault_at(0x1234beefcafe0018);
	pm_decode(&inc);
	assert_int_equal(inc.fault.base_origin, PM_ORIGIN_UNKNOWN);
	assert_null(inc.fault.base_from);
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("31 c0 <48> 8b 40 10");
	reg("rax", 0);
	fault_at(0x10);
	pm_decode(&inc);
	assert_int_equal(inc.fault.base_origin, PM_ORIGIN_CONSTANT);
	begin(PM_ARM64, PM_KIND_PAGE_FAULT);
	code("20 00 80 d2 <00> 00 40 f9"); /* mov x0, #1; ldr x0, [x0] */
	reg("x0", 1);
	fault_at(1);
	pm_decode(&inc);
	assert_int_equal(inc.fault.base_origin, PM_ORIGIN_CONSTANT);
}

static void divisor(void **state)
{
	(void)state;
	begin(PM_X86_64, PM_KIND_DIVIDE);
	code("<f7> f1"); /* div %ecx */
	pm_decode(&inc);
	assert_int_equal(inc.code.insns.v[0].kind, PM_INSN_DIVIDE);
	assert_string_equal(inc.code.insns.v[0].reg, "rcx");
	assert_int_equal(inc.code.insns.v[0].reg_size, 4);
	begin(PM_X86_64, PM_KIND_DIVIDE);
	code("<48> f7 7d f0"); /* idivq -0x10(%rbp) */
	pm_decode(&inc);
	assert_int_equal(inc.code.insns.v[0].kind, PM_INSN_DIVIDE);
	assert_null(inc.code.insns.v[0].reg);
}

/* The direct map began lower before 4.20: what is known of the release decides. */
static void direct_map_of_the_release(void **state)
{
	static const struct {
		const char *release;
		enum pm_address_class class;
		const char *words;
	} rows[] = {
		{ "4.9.0-rc1", PM_ADDR_DIRECT_MAP, "in the direct map of physical memory" },
		{ "6.1.0-50-amd64", PM_ADDR_HOLE, "in the LDT remap area, below the direct map" },
		{ "5.0.0", PM_ADDR_HOLE, "in the LDT remap area, below the direct map" },
		{ "4.19.100", PM_ADDR_DIRECT_MAP,
		  "in the direct map of physical memory of older kernels, or the LDT remap area (since "
		  "4.20)" },
		{ NULL, PM_ADDR_DIRECT_MAP,
		  "in the direct map of physical memory of older kernels, or the LDT remap area (since "
		  "4.20)" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		begin(PM_X86_64, PM_KIND_PAGE_FAULT);
		inc.machine.release = rows[i].release;
		inc.machine.kasan = true; /* the regions do not move */
		fault_at(0xffff8801d386d964);
		pm_decode(&inc);
		assert_int_equal(inc.fault.address_class, rows[i].class);
		assert_string_equal(inc.fault.address_words, rows[i].words);
	}
}

static void odd_code(void **state)
{
	(void)state;
	begin(PM_X86_64, PM_KIND_PAGE_FAULT); /* nothing but a mark; a bad instruction; cut in the middle */
	code("<48>");
	pm_decode(&inc);
	assert_string_equal(marked(), "(bad)");
	begin(PM_X86_64, PM_KIND_PAGE_FAULT);
	code("<06> 90 48 8b");
	pm_decode(&inc);
	assert_string_equal(marked(), "(bad)");
	assert_int_equal(inc.code.insns.n, 2);
	begin(PM_X86_64, PM_KIND_UBSAN); /* ud1 0x2(%eax),%eax */
	code("<67> 0f b9 40 02 90");
	pm_decode(&inc);
	has(marked(), "ud1 0x2");
	assert_int_equal(inc.code.insns.n, 2);
	/* the mark stands in the middle of what a wrong start reads */
	begin(PM_X86_64, PM_KIND_NULL_DEREF);
	code("00 00 48 8b 47 28 48 85 c0 74 05 <48> 89 58 18");
	pm_decode(&inc);
	assert_string_equal(marked(), "mov %rbx,0x18(%rax)");
	for (size_t i = 0; i < inc.code.insns.n; i++)
		if (inc.code.insns.v[i].offset == -9)
			assert_string_equal(inc.code.insns.v[i].text, "mov 0x28(%rdi),%rax");
	/* no architecture, no registers, nothing at all */
	begin(PM_ARCH_UNKNOWN, PM_KIND_UNKNOWN);
	code("<48> 89 58 18");
	pm_decode(&inc);
	assert_int_equal(inc.code.insns.n, 0);
	pm_incident_deinit(&inc);
	pm_incident_init(&inc);
	pm_decode(&inc);
	assert_false(inc.fault.has_effective);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(effective_base_and_offset),
		cmocka_unit_test(effective_forms),
		cmocka_unit_test(effective_without_fault_address),
		cmocka_unit_test(other_instruction_sets),
		cmocka_unit_test(narrow_copy_is_no_origin),
		cmocka_unit_test(origins),
		cmocka_unit_test(constant_base),
		cmocka_unit_test(divisor),
		cmocka_unit_test(direct_map_of_the_release),
		cmocka_unit_test(odd_code),
	};

	pm_incident_init(&inc);
	return cmocka_run_group_tests_name("instructions", tests, NULL, done);
}
