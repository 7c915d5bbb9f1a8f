/* Code that is not what was compiled: breakpoints that nobody claims. */
#include "explain/rules.h"

#include "base/symbol.h"

#define INT3 0xcc

/* Functions that change code while it runs (arch/x86/kernel/alternative.c and its users). */
static const struct {
	const char *prefix, *words;
} patchers[] = {
	{ "text_poke", "code was being patched" },
	{ "smp_text_poke", "code was being patched" },
	{ "jump_label_", "a static branch (jump label) was being switched" },
	{ "arch_jump_label_", "a static branch (jump label) was being switched" },
	{ "static_key_", "a static branch (jump label) was being switched" },
	{ "static_call_", "a static call was being switched" },
	{ "ftrace_", "function tracing was being switched" },
	{ "arm_kprobe", "a kprobe was being set" },
	{ "register_kprobe", "a kprobe was being set" },
	{ "unregister_kprobe", "a kprobe was being removed" },
	{ "klp_", "a live patch was being applied" },
	{ "bpf_arch_text_poke", "a BPF trampoline was being set" },
	{ "bpf_trampoline_", "a BPF trampoline was being set" },
};

/* Another CPU, or this one's own trace, in the middle of it. */
static bool patching(struct pm_incident *inc, const struct pm_rule *rule)
{
	for (size_t t = 0; t < inc->traces.n; t++) {
		const struct pm_trace *trace = &inc->traces.v[t];

		if (trace->role != PM_TRACE_CRASH && trace->role != PM_TRACE_CPU &&
		    trace->role != PM_TRACE_TASK)
			continue;
		for (size_t i = 0; i < trace->frames.n; i++) {
			const struct pm_place *place = &trace->frames.v[i].place;

			for (size_t k = 0; place->symbol && k < PM_COUNT(patchers); k++) {
				if (trace->frames.v[i].trust == PM_SCANNED ||
				    strncmp(place->symbol, patchers[k].prefix, strlen(patchers[k].prefix)))
					continue;
				pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, place->at,
					"%s at that time, by %s%s", patchers[k].words,
					pm_function_words(inc, place),
					trace->has_cpu && trace->role == PM_TRACE_CPU
						? pm_arena_printf(&inc->arena, " on CPU %u", trace->cpu)
						: "");
				return true;
			}
		}
	}
	return false;
}

/* What stands where the breakpoint was executed: RIP points behind its one byte. */
struct site {
	bool known;    /* the code was printed */
	uint8_t byte;  /* before RIP */
	bool padding;  /* one of several breakpoints in a row: between functions, behind returns and jumps */
	bool switched; /* the rest of an instruction that the kernel exchanges at run time */
	bool entry;    /* at a function's start: where calls of tracers are put */
};

static struct site look(const struct pm_incident *inc)
{
	const struct pm_code_bytes *code = &inc->code;
	struct site site = { 0 };

	if (!code->marked || code->marked >= code->bytes.n)
		return site;
	const uint8_t *rest = code->bytes.v + code->marked;
	size_t left = code->bytes.n - code->marked;
	uint64_t start = inc->place.has_offset && inc->place.offset ? inc->place.offset - 1 : UINT64_MAX;

	site.known = true;
	site.byte = rest[-1];
	site.padding = site.byte == INT3 && (rest[0] == INT3 || (code->marked > 1 && rest[-2] == INT3));
	/* nopl 0x0(%rax,%rax,1) is 0f 1f 44 00 00, nopw is 66 90. */
	site.switched =
		site.byte == INT3 && ((left >= 4 && !memcmp(rest, "\x1f\x44\x00\x00", 4)) || rest[0] == 0x90);
	site.entry = start == 0 || start == 4; /* behind endbr64 */
	return site;
}

static bool breakpoint(struct pm_incident *inc, const struct pm_rule *rule)
{
	struct site site = look(inc);
	struct pm_at at = inc->code.at.line ? inc->code.at : inc->fault.at;

	if (!site.known) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, at,
			"a breakpoint (int3) was executed that nobody in the kernel claims: no debugger, "
			"kprobe "
			"or code patching that is under way");
		return true;
	}
	if (site.byte != INT3) {
		pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, at,
			"a breakpoint (int3) was executed that nobody claims, but the byte before RIP is "
			"0x%02x: "
			"it was taken away before the report was printed",
			site.byte);
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, at,
			"the kernel was patching this place, and the CPU met the breakpoint that stands "
			"there "
			"meanwhile when its handler no longer knew of it");
		return true;
	}
	pm_find(inc, rule, PM_CERTAIN, PM_RANK_READ, at,
		"the byte before RIP is a breakpoint (int3, 0xcc) that nobody in the kernel claims");
	if (site.padding)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, at,
			"it is one of several in a row: padding, where code never comes by itself. A "
			"function "
			"pointer, return address or jump led to a wrong place");
	else if (site.switched)
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, at,
			"what follows is the rest of a nop that the kernel exchanges while it runs (%s): the "
			"exchange was not finished, or its breakpoint was left behind",
			site.entry ? "at the function's start: tracing, live patches, BPF"
				   : "a static branch or static call");
	else
		pm_find(inc, rule, PM_LIKELY, PM_RANK_CAUSE, at,
			"left behind by a patch of the code (static branch or call, tracing, kprobe, "
			"debugger) "
			"that was not finished, compiled in, or written over the code");
	return true;
}

static const struct pm_rule rules[] = {
	{ "stray-breakpoint", breakpoint, PM_K(BREAKPOINT), PM_LINUX },
	{ "patched-meanwhile", patching, PM_K(BREAKPOINT), PM_LINUX },
};
const struct pm_theme pm_theme_code = PM_THEME(rules);
