#include "image/state.h"

#include "decode/arch.h"
#include "symbols/bytes.h"

#include <stdio.h>

enum { gate_bytes = 16, tss_bytes = 104, exceptions = 32, stack_reach = 0x4000, max_cpus = 64 };

#define CR0_PAGING (1ull << 31)
#define FLAGS_INTERRUPTS (1ull << 9)

/* What a processor may raise at any time; the others are reserved, or of features that must be switched on. */
static const uint32_t needed = 0x000d7dff; /* 0-8, 10-14, 16, 18, 19 */

struct gate {
	bool present;
	unsigned ist, selector;
	uint64_t offset;
};

struct cpu_state {
	struct pm_image *image;
	struct pm_incident *inc;
	const struct pm_image_cpu *cpu;
	const char *group, *worst; /* worst: what is most telling of it; NULL: nothing is wrong */
	struct gate gates[exceptions];
	unsigned gates_n;
	uint64_t ist[8]; /* [1] to [7]; 0: none */
};

/* wrong: what it means, where that is no good. */
static void fact(struct cpu_state *s, const char *name, const char *value, const char *wrong)
{
	pm_incident_add_fact(s->inc, s->group, name, pm_slice_of(value), wrong, (struct pm_at){ 0 });
	if (wrong && !s->worst)
		s->worst = pm_arena_printf(&s->inc->arena, "CPU %u: %s", s->cpu->cpu, wrong);
}

#define TEXT(s, ...) pm_arena_printf(&(s)->inc->arena, __VA_ARGS__)

static bool is_there(struct cpu_state *s, uint64_t addr, uint64_t n)
{
	uint8_t byte;

	return pm_space_read(&s->image->space, addr, &byte, 1, NULL) == 1 &&
	       pm_space_read(&s->image->space, addr + n - 1, &byte, 1, NULL) == 1;
}

/* ---- descriptor tables ---- */

/* Is it a present 64-bit code segment? */
static bool is_code(struct cpu_state *s, unsigned selector)
{
	const struct pm_x86_segment *gdt = &s->cpu->system.gdt;
	uint64_t entry;

	return !(selector & 4) && (selector | 7u) <= gdt->limit &&
	       pm_space_load(&s->image->space, gdt->base + (selector & ~7u), 8, &entry) &&
	       (entry >> 40 & 0x98) == 0x98 && entry >> 53 & 1;
}

static const char *vectors_words(struct cpu_state *s, uint32_t mask)
{
	struct pm_buf text = { 0 };

	for (unsigned i = 0; i < exceptions; i++)
		if (mask >> i & 1)
			pm_buf_printf(&text, "%s%u", text.n ? ", " : "", i);
	const char *words = TEXT(s, "%.*s", (int)text.n, text.n ? text.data : "");

	pm_buf_deinit(&text);
	return words;
}

static void look_at_gates(struct cpu_state *s)
{
	const struct pm_x86_segment *idt = &s->cpu->system.idt;
	uint32_t missing = 0, bad = 0;
	unsigned n = (idt->limit + 1) / gate_bytes;
	const char *base = TEXT(s, "base 0x%llx, limit 0x%x", (unsigned long long)idt->base, idt->limit);

	if (n > exceptions)
		n = exceptions;
	for (unsigned i = 0; i < n; i++) {
		uint8_t raw[gate_bytes];

		if (pm_space_read(&s->image->space, idt->base + (uint64_t)i * gate_bytes, raw, sizeof(raw),
				  NULL) < sizeof(raw))
			break;
		s->gates[i] =
			(struct gate){ .present = raw[5] >> 7,
				       .ist = raw[4] & 7,
				       .selector = (unsigned)pm_load(raw + 2, 2, false),
				       .offset = pm_load(raw, 2, false) | pm_load(raw + 6, 2, false) << 16 |
						 pm_load(raw + 8, 4, false) << 32 };
		s->gates_n = i + 1;
		if (!s->gates[i].present)
			missing |= 1u << i;
		else if (!is_code(s, s->gates[i].selector) || !pm_image_is_text(s->image, s->gates[i].offset))
			bad |= 1u << i;
	}
	for (unsigned i = s->gates_n; i < exceptions; i++)
		missing |= 1u << i;
	missing &= needed;
	if ((missing & needed) == needed) {
		fact(s, "idt", base,
		     "no IDT is loaded: the first exception, whatever it is, ends in a triple fault, which "
		     "resets "
		     "the machine");
		return;
	}
	fact(s, "idt", base, NULL);
	if (missing)
		fact(s, "gates_missing", vectors_words(s, missing),
		     TEXT(s, "gates of its IDT are not present: %s", vectors_words(s, missing)));
	if (bad)
		fact(s, "gates_bad", vectors_words(s, bad),
		     TEXT(s, "gates of its IDT lead to no code: %s", vectors_words(s, bad)));
}

static void look_at_gdt(struct cpu_state *s)
{
	const struct pm_x86_segment *gdt = &s->cpu->system.gdt;
	const char *base = TEXT(s, "base 0x%llx, limit 0x%x", (unsigned long long)gdt->base, gdt->limit);
	unsigned cs = s->cpu->system.cs.selector;

	if (!is_there(s, gdt->base, gdt->limit + 1ull))
		fact(s, "gdt", base,
		     "its GDT is not mapped: the next load of a segment, as each exception does, faults");
	else
		fact(s, "gdt", base,
		     is_code(s, cs) || s->cpu->system.cs.flags >> 21 == 0
			     ? NULL
			     : TEXT(s,
				    "its GDT was changed: selector 0x%x, which it runs with, is no code "
				    "there",
				    cs));
}

static void look_at_tss(struct cpu_state *s)
{
	const struct pm_x86_segment *tr = &s->cpu->system.tr;
	uint8_t raw[tss_bytes];
	unsigned bad = 0;

	if (!tr->selector) {
		fact(s, "tss", "none",
		     "no TSS is loaded: exceptions that need a stack of their own have none");
		return;
	}
	if (pm_space_read(&s->image->space, tr->base, raw, sizeof(raw), NULL) < sizeof(raw)) {
		fact(s, "tss", TEXT(s, "base 0x%llx", (unsigned long long)tr->base),
		     "its TSS is not mapped: an exception that switches stacks ends in a triple fault");
		return;
	}
	for (unsigned i = 1; i < PM_COUNT(s->ist); i++) {
		s->ist[i] = pm_load(raw + 28 + 8 * i, 8, false);
		bool used = false;

		for (unsigned k = 0; k < s->gates_n; k++)
			used |= s->gates[k].present && s->gates[k].ist == i;
		if (used && (!s->ist[i] || !is_there(s, s->ist[i] - 8, 8)))
			bad |= 1u << i;
	}
	fact(s, "tss",
	     TEXT(s, "base 0x%llx, RSP0 0x%llx", (unsigned long long)tr->base,
		  (unsigned long long)pm_load(raw + 4, 8, false)),
	     NULL);
	if (bad)
		fact(s, "ist_bad", vectors_words(s, bad),
		     TEXT(s, "emergency stacks that gates use (IST %s) are not mapped",
			  vectors_words(s, bad)));
}

/* ---- stacks ---- */

/* The vectors that are taken on an emergency stack. */
static const char *vectors_of(struct cpu_state *s, unsigned ist)
{
	uint32_t mask = 0;

	for (unsigned i = 0; i < s->gates_n; i++)
		if (s->gates[i].present && s->gates[i].ist == ist)
			mask |= 1u << i;
	return mask && !(mask & (mask - 1)) && pm_x86_vector_words((unsigned)__builtin_ctz(mask))
		       ? pm_x86_vector_words((unsigned)__builtin_ctz(mask))
		       : TEXT(s, "vectors %s", vectors_words(s, mask));
}

/* What the processor pushed at the top of an emergency stack; false: that is no frame of an exception. */
static bool trap_frame(struct cpu_state *s, uint64_t top, struct pm_x86_regs *out)
{
	static const enum pm_x86_reg order[] = { PM_X86_IP, PM_X86_CS, PM_X86_FLAGS, PM_X86_SP, PM_X86_SS };
	uint8_t raw[8 * PM_COUNT(order)];

	*out = (struct pm_x86_regs){ 0 };
	top &= ~15ull; /* the processor aligns it */
	if (!top || pm_space_read(&s->image->space, top - sizeof(raw), raw, sizeof(raw), NULL) < sizeof(raw))
		return false;
	for (size_t i = 0; i < PM_COUNT(order); i++)
		pm_x86_set(out, order[i], pm_load(raw + 8 * i, 8, false));
	bool user = (out->v[PM_X86_CS] & 3) == 3;

	/* bit 1 is always set, and nothing above 21 */
	return out->v[PM_X86_FLAGS] >> 1 & 1 && !(out->v[PM_X86_FLAGS] >> 22) &&
	       (user || is_code(s, (unsigned)out->v[PM_X86_CS] & 0xffff)) &&
	       (user || pm_image_is_text(s->image, out->v[PM_X86_IP]));
}

static void look_at_stack(struct cpu_state *s, const struct pm_x86_regs *regs)
{
	uint64_t sp = regs->v[PM_X86_SP];
	char where[256];

	if (!is_there(s, sp, 8)) {
		fact(s, "stack", TEXT(s, "RSP 0x%llx", (unsigned long long)sp),
		     "its stack is not mapped: an exception that does not switch stacks becomes a double "
		     "fault");
		return;
	}
	for (unsigned i = 1; i < PM_COUNT(s->ist); i++) {
		struct pm_x86_regs trap;
		bool here = s->ist[i] && sp < s->ist[i] && s->ist[i] - sp <= stack_reach;

		if (!trap_frame(s, s->ist[i], &trap) || !here)
			continue;

		if (!pm_image_identify(s->image, trap.v[PM_X86_IP], where, sizeof(where)))
			snprintf(where, sizeof(where), "0x%llx", (unsigned long long)trap.v[PM_X86_IP]);
		fact(s, "trap_frame", TEXT(s, "IST %u", i),
		     TEXT(s, "it handles an exception on the stack of %s, raised at %s", vectors_of(s, i),
			  where));
		struct pm_trace *trace = PM_PUSH(&s->inc->arena, &s->inc->traces);
		struct pm_stack_trace walked;

		trace->role = PM_TRACE_CRASH;
		trace->has_cpu = true;
		trace->cpu = s->cpu->cpu;
		trace->title = TEXT(s, "what the exception interrupted on CPU %u", s->cpu->cpu);
		pm_image_unwind(s->image, &trap, true, &walked);
		pm_image_add_frames(s->image, s->inc, &walked, trace);
		pm_image_add_regs(s->image, s->inc, trace, &trap, PM_REGS_FAULT);
		pm_stack_trace_deinit(&walked);
		trace->broken = "only the frame that the processor pushed is known";
		s->inc->place = trace->regs.v[0].pc;
		return;
	}
	bool known = pm_image_identify(s->image, sp, where, sizeof(where));

	fact(s, "stack",
	     TEXT(s, "RSP 0x%llx%s%s%s", (unsigned long long)sp, known ? " (" : "", where, known ? ")" : ""),
	     NULL);
}

/* ---- what it runs ---- */

static void look_at_code(struct cpu_state *s, const struct pm_x86_regs *regs)
{
	uint64_t ip = regs->v[PM_X86_IP];
	bool off = !(regs->v[PM_X86_FLAGS] & FLAGS_INTERRUPTS);
	uint8_t before = 0;

	if (!is_there(s, ip, 1)) {
		fact(s, "runs", TEXT(s, "RIP 0x%llx", (unsigned long long)ip),
		     "it runs where nothing is mapped");
		return;
	}
	pm_space_read(&s->image->space, ip - 1, &before, 1, NULL);
	fact(s, "runs", TEXT(s, "%s%s", before == 0xf4 ? "halted" : "running", off ? ", interrupts off" : ""),
	     NULL);
}

static bool paging_elsewhere(const struct pm_image *image)
{
	for (size_t i = 0; i < image->cpus.n; i++)
		if (image->cpus.v[i].has_system && image->cpus.v[i].system.cr[0] & CR0_PAGING)
			return true;
	return false;
}

static void look_at_cpu(struct cpu_state *s)
{
	const struct pm_x86_regs *regs = &s->cpu->regs;
	struct pm_stack_trace walked;

	if (s->cpu->has_system && !(s->cpu->system.cr[0] & CR0_PAGING)) {
		bool parked = paging_elsewhere(s->image);

		fact(s, "paging", "off",
		     parked ? NULL : "it runs without paging: before the kernel set it up, or after a reset");
		/* by firmware, and never started */
		if (parked)
			return;
	} else if (s->cpu->has_system && s->image->has_space) {
		look_at_gdt(s);
		look_at_gates(s);
		look_at_tss(s);
	}
	if (!s->cpu->has_regs || !s->image->has_space)
		return;
	look_at_code(s, regs);
	look_at_stack(s, regs);
	struct pm_trace *trace = PM_PUSH(&s->inc->arena, &s->inc->traces);

	trace->role = PM_TRACE_CPU;
	trace->has_cpu = true;
	trace->cpu = s->cpu->cpu;
	trace->title = TEXT(s, "CPU %u when the dump was taken", s->cpu->cpu);
	pm_image_unwind(s->image, regs, true, &walked);
	pm_image_add_frames(s->image, s->inc, &walked, trace);
	pm_image_add_regs(s->image, s->inc, trace, regs, PM_REGS_OTHER);
	pm_stack_trace_deinit(&walked);
}

bool pm_image_add_state(struct pm_image *image, struct pm_incident *inc)
{
	const char *worst = NULL;

	inc->actor.cpus = (uint32_t)image->cpus.n;
	for (size_t i = 0; i < image->cpus.n && i < max_cpus; i++) {
		struct cpu_state s = { .image = image, .inc = inc, .cpu = &image->cpus.v[i] };

		s.group = pm_arena_printf(&inc->arena, "cpu%u", s.cpu->cpu);
		look_at_cpu(&s);
		if (!worst)
			worst = s.worst;
	}
	if (worst)
		inc->fault.message = worst;
	return worst != NULL;
}
