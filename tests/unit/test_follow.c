/* Values in registers, followed from a function's start: what they were made from, in short words. */
#include "decode/follow.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

enum { START = 0x1000 };

struct followed {
	struct pm_incident inc;
	struct pm_disasm *dis;
	uint8_t code[256];
	size_t n;
	struct pm_values values;
};

static void begin(struct followed *f, const char *hex)
{
	*f = (struct followed){ 0 };
	pm_incident_init(&f->inc);
	f->inc.machine.system = PM_LINUX;
	f->inc.machine.arch = PM_X86_64;
	f->dis = pm_disasm_new(&f->inc);
	for (; *hex && f->n < sizeof(f->code); hex += 2) {
		char byte[3] = { hex[0], hex[1], 0 };

		while (*hex == ' ')
			memcpy(byte, ++hex, 2);
		f->code[f->n++] = (uint8_t)strtoul(byte, NULL, 16);
	}
}

static void end(struct followed *f)
{
	pm_disasm_free(f->dis);
	pm_incident_deinit(&f->inc);
}

/* "arg0", "[arg0+0x28]", "call 0x1100", "[percpu 0x1234]", "0x5", "stack-0x8"; "?": not known. */
static void words_of(const struct pm_value *value, char *buf, size_t size)
{
	char inner[96], offset[24] = "";

	if (!value) {
		snprintf(buf, size, "?");
		return;
	}
	if (value->offset)
		snprintf(offset, sizeof(offset), "%c0x%llx", value->offset < 0 ? '-' : '+',
			 (unsigned long long)(value->offset < 0 ? -value->offset : value->offset));
	switch (value->kind) {
	case PM_VALUE_ARGUMENT:
		snprintf(buf, size, "arg%llu%s", (unsigned long long)value->number, offset);
		break;
	case PM_VALUE_LOADED:
		words_of(value->from, inner, sizeof(inner));
		snprintf(buf, size, "[%.60s]%s", inner, offset);
		break;
	case PM_VALUE_PERCPU:
		snprintf(buf, size, "[percpu 0x%llx]%s", (unsigned long long)value->number, offset);
		break;
	case PM_VALUE_RESULT:
		words_of(value->from, inner, sizeof(inner));
		if (value->number)
			snprintf(inner, sizeof(inner), "0x%llx", (unsigned long long)value->number);
		snprintf(buf, size, "call %.60s%s", inner, offset);
		break;
	case PM_VALUE_CONSTANT:
		snprintf(buf, size, "0x%llx", (unsigned long long)value->number);
		break;
	case PM_VALUE_STACK:
		snprintf(buf, size, "stack%s", offset);
		break;
	}
}

static void is(const struct followed *f, const char *reg, const char *words)
{
	char buf[192];

	words_of(f->values.regs[pm_follow_reg(reg)], buf, sizeof(buf));
	if (strcmp(buf, words))
		fail_msg("%s is %s, not %s", reg, buf, words);
}

static void at_end(struct followed *f)
{
	assert_true(pm_follow(f->dis, &f->inc.arena, f->code, f->n, START, START + f->n - 1, &f->values));
}

static void through_a_call(void **state)
{
	struct followed f;

	(void)state;
	/* nopl; push %rbx; mov %rdi,%rbx; sub $0x20,%rsp; mov %rsi,0x8(%rsp); call +0x100; mov 0x28(%rbx),%rdx;
	 * mov 0x8(%rsp),%rcx; mov 0x10(%rdx),%rax; nop */
	begin(&f, "0f1f0400 53 4889fb 4883ec20 4889742408 e8ea000000 488b5328 488b4c2408 488b4210 90");
	at_end(&f);
	is(&f, "rbx", "arg0");
	is(&f, "rdx", "[arg0+0x28]");
	is(&f, "rcx", "arg1"); /* from where it was kept on the stack */
	is(&f, "rax", "[[arg0+0x28]+0x10]");
	is(&f, "rdi", "?"); /* lost in the call */
	is(&f, "rsp", "stack-0x28");
	is(&f, "r12", "?"); /* the caller's */
	assert_true(pm_follow(f.dis, &f.inc.arena, f.code, f.n, START, START + 0x16, &f.values));
	is(&f, "rax", "call 0x1100");
	/* inside of an instruction, and outside of the function */
	assert_false(pm_follow(f.dis, &f.inc.arena, f.code, f.n, START, START + 0x17, &f.values));
	assert_false(pm_follow(f.dis, &f.inc.arena, f.code, f.n, START, START + f.n, &f.values));
	end(&f);
}

static void two_ways_join(void **state)
{
	struct followed f;

	(void)state;
	/* mov %rdi,%rbx; test %rsi,%rsi; je 1f; mov 0x8(%rbx),%rax; jmp 2f; 1: mov 0x10(%rbx),%rax; 2: nop */
	begin(&f, "4889fb 4885f6 7406 488b4308 eb04 488b4310 90");
	at_end(&f);
	is(&f, "rbx", "arg0");
	is(&f, "rax", "?");
	is(&f, "rsi", "arg1");
	end(&f);
	/* mov %rdi,%rbx; mov %rdi,%rcx; 1: mov (%rbx),%rbx; test %rbx,%rbx; jne 1b; nop */
	begin(&f, "4889fb 4889f9 488b1b 4885db 75f8 90");
	at_end(&f);
	is(&f, "rbx", "?"); /* as often as the loop ran */
	is(&f, "rcx", "arg0");
	end(&f);
	/* jmp over it: never reached; ret; nop */
	begin(&f, "eb01 90 c3 90");
	assert_false(pm_follow(f.dis, &f.inc.arena, f.code, f.n, START, START + 2, &f.values));
	assert_false(pm_follow(f.dis, &f.inc.arena, f.code, f.n, START, START + 4, &f.values));
	end(&f);
}

static void stack_and_variables(void **state)
{
	struct followed f;

	(void)state;
	/* sub $0x18,%rsp; mov %rdi,0x8(%rsp); mov %rdi,(%rsp); lea 0x8(%rsp),%rdi; call +0x100; mov 0x8(%rsp),%rcx;
	 * mov (%rsp),%rdx; mov %gs:0x1234,%rsi; lea 0x40(%rdx),%rbp; mov 0x11223344(%rip),%rdi; xor %r8d,%r8d; nop */
	begin(&f, "4883ec18 48897c2408 48893c24 488d7c2408 e8e9000000 488b4c2408 488b1424 65488b342534120000 "
		  "488d6a40 488b3d44332211 4531c0 90");
	at_end(&f);
	is(&f, "rcx", "?"); /* the called function had its address */
	is(&f, "rdx", "arg0");
	is(&f, "rsi", "[percpu 0x1234]");
	is(&f, "rbp", "arg0+0x40");
	is(&f, "rdi", "[0x11224378]");
	is(&f, "r8", "0x0");
	end(&f);
}

/* However a function hands out an address in its frame, what stands there is not known behind the next call. */
static void addresses_that_are_handed_out(void **state)
{
	struct followed f;

	(void)state;
	/* sub $0x10,%rsp; mov %rdi,(%rsp); mov %rsp,%rdi; call +0x100; mov (%rsp),%rcx; nop */
	begin(&f, "4883ec10 48893c24 4889e7 e8f0000000 488b0c24 90");
	at_end(&f);
	is(&f, "rcx", "?");
	end(&f);
	/* the same, but mov %rsp,(%rsi) */
	begin(&f, "4883ec10 48893c24 488926 e8f0000000 488b0c24 90");
	at_end(&f);
	is(&f, "rcx", "?");
	end(&f);
	/* push %rbp; mov %rsp,%rbp; sub $0x10,%rsp; mov %rdi,-0x8(%rbp); call +0x100; mov -0x8(%rbp),%rcx; nop */
	begin(&f, "55 4889e5 4883ec10 48897df8 e8ef000000 488b4df8 90");
	at_end(&f);
	is(&f, "rcx", "arg0");
	end(&f);
}

static void pointers_that_are_called(void **state)
{
	struct followed f;
	const struct pm_value *through;
	char buf[192];

	(void)state;
	/* mov 0x28(%rdi),%rax; call *0x8(%rax); mov %rax,%rbx; call *%rbx; nop */
	begin(&f, "488b4728 ff5008 4889c3 ffd3 90");
	assert_true(pm_follow_call(f.dis, &f.inc.arena, f.code, f.n, START, START + 7, &f.values, &through));
	words_of(through, buf, sizeof(buf));
	assert_string_equal(buf, "[[arg0+0x28]+0x8]");
	assert_true(pm_follow_call(f.dis, &f.inc.arena, f.code, f.n, START, START + 12, &f.values, &through));
	words_of(through, buf, sizeof(buf));
	assert_string_equal(buf, "call [[arg0+0x28]+0x8]");
	assert_false(
		pm_follow_call(f.dis, &f.inc.arena, f.code, f.n, START, START + 10, &f.values, &through));
	end(&f);
}

/* Nothing that bytes can say makes it fail or run on. */
static void any_bytes(void **state)
{
	struct followed f;
	uint32_t random = 1;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		begin(&f, "");
		for (f.n = 0; f.n < 120; f.n++) {
			random = random * 1664525 + 1013904223;
			f.code[f.n] = (uint8_t)(random >> 24);
		}
		for (size_t at = 0; at < f.n; at += 7)
			pm_follow(f.dis, &f.inc.arena, f.code, f.n, START, START + at, &f.values);
		end(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(through_a_call),      cmocka_unit_test(two_ways_join),
		cmocka_unit_test(stack_and_variables), cmocka_unit_test(pointers_that_are_called),
		cmocka_unit_test(any_bytes),           cmocka_unit_test(addresses_that_are_handed_out),
	};

	return cmocka_run_group_tests_name("follow", tests, NULL, NULL);
}
