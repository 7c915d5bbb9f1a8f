/* Whole incidents made by hand, as a producer would fill them, and what decoding made of them. */
#ifndef DECODE_INCIDENT_H
#define DECODE_INCIDENT_H

#include "decode/decode.h"

#include "decode/arch.h"
#include "decode/pte.h"
#include "decode/syscall.h"
#include "decode/taint.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

static struct pm_incident inc;
static struct pm_regs *regs;

static inline void begin(enum pm_arch arch, enum pm_kind kind)
{
	pm_incident_deinit(&inc);
	pm_incident_init(&inc);
	inc.machine.system = PM_LINUX;
	inc.machine.arch = arch;
	inc.fault.kind = kind;
	struct pm_trace *trace = PM_PUSH(&inc.arena, &inc.traces);
	trace->role = PM_TRACE_CRASH;
	regs = PM_PUSH(&inc.arena, &trace->regs);
	regs->role = PM_REGS_FAULT;
}

static inline void reg(const char *name, uint64_t value)
{
	struct pm_register *r = PM_PUSH(&inc.arena, &regs->regs);

	r->name = name;
	r->value = value;
	r->bits = inc.machine.arch == PM_I386 || inc.machine.arch == PM_ARM ? 32 : 64;
}

/* "48 8b 07 <48> 89": a mark before the byte that faulted. */
static inline void code(const char *text)
{
	inc.code.marked = SIZE_MAX;
	while (*text) {
		if (*text == ' ' || *text == '>') {
			text++;
		} else if (*text == '<') {
			inc.code.marked = inc.code.bytes.n;
			text++;
		} else {
			char byte[3] = { text[0], text[1], 0 };
			*PM_PUSH(&inc.arena, &inc.code.bytes) = (uint8_t)strtoul(byte, NULL, 16);
			text += 2;
		}
	}
}

static inline void fault_at(uint64_t address)
{
	inc.fault.has_address = true;
	inc.fault.address = address;
}

static inline void error_code(uint64_t value)
{
	inc.fault.has_error_code = true;
	inc.fault.error_code = value;
}

static inline void has(const char *text, const char *part)
{
	assert_non_null(text);
	if (!strstr(text, part))
		print_error("\"%s\" lacks \"%s\"\n", text, part);
	assert_non_null(strstr(text, part));
}

static inline const char *marked(void)
{
	for (size_t i = 0; i < inc.code.insns.n; i++)
		if (inc.code.insns.v[i].marked)
			return inc.code.insns.v[i].text;
	return NULL;
}

static inline const char *meaning(const char *name)
{
	return pm_regs_find(regs, name)->meaning;
}

static inline const struct pm_fact *code_fact(const char *name)
{
	return pm_incident_fact(&inc, "error-code", name);
}

static inline void frame(const char *symbol)
{
	struct pm_frame *f = PM_PUSH(&inc.arena, &inc.traces.v[0].frames);

	f->place.symbol = symbol;
}

static inline int done(void **state)
{
	(void)state;
	pm_incident_deinit(&inc);
	return 0;
}

#endif
