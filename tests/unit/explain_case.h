/* An incident made by hand, and what the rules say of it. */
#ifndef EXPLAIN_CASE_H
#define EXPLAIN_CASE_H

#include "explain/explain.h"
#include "explain/frames.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>
static struct pm_incident inc;

static inline int set_up(void **state)
{
	(void)state;
	pm_incident_init(&inc);
	inc.machine.system = PM_LINUX;
	inc.machine.arch = PM_X86_64;
	inc.machine.release = "6.1.0";
	return 0;
}

static inline int tear_down(void **state)
{
	(void)state;
	pm_incident_deinit(&inc);
	return 0;
}

static uint32_t next_line = 100;

static inline struct pm_trace *add_trace(enum pm_trace_role role, const char *const *symbols)
{
	struct pm_trace *trace = PM_PUSH(&inc.arena, &inc.traces);

	trace->role = role;
	for (; *symbols; symbols++) {
		struct pm_frame *frame = PM_PUSH(&inc.arena, &trace->frames);
		const char *symbol = *symbols;

		frame->trust = *symbol == '?' ? PM_SCANNED : PM_EXACT;
		frame->place.symbol = *symbol == '?' ? symbol + 1 : symbol;
		frame->place.has_offset = true;
		frame->place.offset = 0x10 + next_line;
		frame->place.at.line = next_line++;
		frame->at = frame->place.at;
	}
	return trace;
}

#define TRACE(role, ...) add_trace(role, (const char *const[]){ __VA_ARGS__, NULL })

static inline const struct pm_finding *found(const char *rule)
{
	for (size_t i = 0; i < inc.findings.n; i++)
		if (!strcmp(inc.findings.v[i].rule, rule))
			return &inc.findings.v[i];
	return NULL;
}

/* The statement of a rule: its grade, words that it holds, and that it names a line. */
static inline void assert_says(const char *rule, enum pm_grade grade, const char *words)
{
	const struct pm_finding *finding = found(rule);

	if (!finding)
		fail_msg("rule %s is silent", rule);
	assert_int_equal(finding->grade, grade);
	if (!strstr(finding->text, words))
		fail_msg("%s says: %s", rule, finding->text);
}

static inline void assert_silent(const char *rule)
{
	if (found(rule))
		fail_msg("%s says: %s", rule, found(rule)->text);
}

static inline void fault(enum pm_kind kind, uint64_t address, enum pm_address_class class)
{
	inc.fault.kind = kind;
	inc.fault.at.line = 1;
	inc.fault.has_address = true;
	inc.fault.address = address;
	inc.fault.address_class = class;
	inc.fault.address_grade = PM_CERTAIN;
	inc.fault.address_at.line = 2;
}

static inline void operand(const char *base, uint64_t value, int64_t displacement)
{
	struct pm_regs *regs = PM_PUSH(&inc.arena, &inc.traces.v[0].regs);
	struct pm_register *reg = PM_PUSH(&inc.arena, &regs->regs);

	regs->role = PM_REGS_FAULT;
	*reg = (struct pm_register){ .name = base, .value = value, .bits = 64, .at = { .line = 3 } };
	inc.fault.base_reg = base;
	inc.fault.displacement = displacement;
	inc.fault.has_effective = true;
	inc.fault.effective = value + (uint64_t)displacement;
	inc.fault.effective_equal = inc.fault.effective == inc.fault.address;
}

static inline struct pm_lock_edge edge(const char *from, const char *to, bool closes)
{
	return (struct pm_lock_edge){
		.from = from, .to = to, .trace = -1, .new_edge = closes, .at = { .line = next_line++ }
	};
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

static inline struct pm_lock *held(const char *name, uint64_t addr, const char *task, int64_t pid,
				   const char *taken)
{
	struct pm_lock *lock = PM_PUSH(&inc.arena, &inc.locks);

	*lock = (struct pm_lock){ .role = PM_LOCK_HELD,
				  .name = name,
				  .has_addr = true,
				  .addr = addr,
				  .task = task,
				  .has_pid = true,
				  .pid = pid };
	lock->taken.symbol = taken;
	lock->at.line = next_line++;
	return lock;
}

static inline void fact(const char *group, const char *name, const char *value)
{
	pm_incident_add_fact(&inc, group, name, pm_slice_of(value), NULL,
			     (struct pm_at){ .line = next_line++ });
}

static inline void log_line(const char *text)
{
	struct pm_log_line *line = PM_PUSH(&inc.arena, &inc.log);

	*line = (struct pm_log_line){ .text = text, .at = { .line = next_line++ }, .report = true };
}

static inline bool mentions(const char *const *texts, size_t n, const char *words)
{
	for (size_t i = 0; i < n; i++)
		if (strstr(texts[i], words))
			return true;
	return false;
}

static inline bool advises(const char *words)
{
	for (size_t i = 0; i < inc.next.n; i++)
		if (strstr(inc.next.v[i].text, words))
			return true;
	return false;
}

static inline void code_bytes(const char *bytes, size_t n, size_t marked)
{
	for (size_t i = 0; i < n; i++)
		*PM_PUSH(&inc.arena, &inc.code.bytes) = (uint8_t)bytes[i];
	inc.code.marked = marked;
	inc.code.at.line = 9;
}

#endif
