#include "linux/unwind.h"

#include "symbols/bytes.h"

#include <string.h>

/* A stack of 16 KiB has no more frames than this; a loop has. */
enum { max_frames = 2048 };
/* Bytes of a stack from its last frame on: saved registers, and a little. */
enum { last_frame = 400 };

static uint64_t symbol_or(struct pm_linux *lx, const char *name, uint64_t otherwise)
{
	uint64_t addr;

	return pm_linux_symbol(lx, name, &addr) ? addr : otherwise;
}

static void open_orc(struct pm_linux_unwinder *u)
{
	struct pm_linux *lx = u->lx;
	uint64_t places, places_end, rules, header;
	uint8_t hash[20];

	if (!pm_linux_symbol(lx, "__start_orc_unwind_ip", &places) ||
	    !pm_linux_symbol(lx, "__stop_orc_unwind_ip", &places_end) ||
	    !pm_linux_symbol(lx, "__start_orc_unwind", &rules) || places_end <= places ||
	    places_end - places > 256 << 20) {
		u->orc_trouble = "the kernel has no unwinding tables";
		return;
	}
	u->orc = (struct pm_orc_table){ .places = places,
					.rules = rules,
					.n = (uint32_t)((places_end - places) / 4) };
	bool has_hash = pm_linux_symbol(lx, "__start_orc_header", &header) &&
			pm_space_read(&lx->kernel, header, hash, sizeof(hash), NULL) == sizeof(hash);
	struct pm_error *err =
		pm_orc_version_of(&lx->kernel, &u->orc, has_hash ? hash : NULL, &u->orc.version);

	if (err) {
		u->orc_trouble = pm_arena_printf(&lx->arena, "%s", err->message);
		u->orc.n = 0;
		pm_error_free(err);
	}
}

/* Functions that are no leaves and that every kernel has.  Even without -fno-omit-frame-pointer a compiler gives one or
 * another of them a frame pointer, not nearly all. */
static bool keeps_frame_pointers(struct pm_linux *lx)
{
	static const char *const names[] = { "schedule",
					     "vfs_read",
					     "vfs_write",
					     "do_exit",
					     "wake_up_process",
					     "kfree",
					     "iput",
					     "dput",
					     "do_mmap",
					     "filp_close",
					     "ksys_write",
					     "kthread",
					     "set_cpus_allowed_ptr" };
	unsigned seen = 0, keep = 0, push, set;
	uint64_t addr;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (pm_linux_symbol(lx, names[i], &addr)) {
			seen++;
			keep += pm_x86_prologue(&lx->kernel, addr, &push, &set);
		}
	return seen >= 4 && 4 * keep >= 3 * seen;
}

void pm_linux_unwinder_init(struct pm_linux_unwinder *u, struct pm_linux *lx,
			    struct pm_linux_modules *modules)
{
	uint64_t stack, end;

	*u = (struct pm_linux_unwinder){
		.lx = lx, .modules = modules, .thread_size = 16384, .irq_stack_size = 16384
	};
	open_orc(u);
	u->frame_pointers = !u->orc.n && keeps_frame_pointers(lx);
	for (size_t i = 0; i < modules->v.n; i++)
		modules->v.v[i].orc.version = u->orc.version;
	u->text = symbol_or(lx, "_stext", lx->stext);
	u->text_end = symbol_or(lx, "_etext", lx->image_end);
	u->init_text = symbol_or(lx, "_sinittext", 0);
	u->init_text_end = symbol_or(lx, "_einittext", 0);
	/* The first task's stack is a variable: as long as all others. */
	if ((pm_linux_symbol(lx, "__start_init_stack", &stack) || pm_linux_symbol(lx, "init_stack", &stack) ||
	     pm_linux_symbol(lx, "init_thread_union", &stack)) &&
	    (pm_linux_symbol(lx, "__end_init_stack", &end) || pm_linux_symbol(lx, "__end_init_task", &end)) &&
	    end - stack >= 8192 && end - stack <= 1 << 18 && !(((end - stack) & (end - stack - 1))))
		u->thread_size = end - stack;
}

static const struct pm_orc_table *table_of(const struct pm_linux_unwinder *u, uint64_t pc)
{
	if ((pc >= u->text && pc < u->text_end) || (pc >= u->init_text && pc < u->init_text_end))
		return u->orc.n ? &u->orc : NULL;
	struct pm_linux_module *module = pm_linux_module_at(u->modules, pc);

	return module && module->orc.n && module->orc.version ? &module->orc : NULL;
}

bool pm_linux_is_text(const struct pm_linux_unwinder *u, uint64_t addr)
{
	if ((addr >= u->text && addr < u->text_end) || (addr >= u->init_text && addr < u->init_text_end))
		return true;
	struct pm_linux_module *module = pm_linux_module_at(u->modules, addr);

	/* The first region is the core's text, whatever the layout; 4 (6.4 and later) the init text. */
	return module && (addr - module->mem[0].start < module->mem[0].size ||
			  addr - module->mem[4].start < module->mem[4].size);
}

/* ---- stacks ---- */

static const struct {
	const char *member; /* of cea_exception_stacks; NULL: that of interrupts */
	enum pm_stack kind;
	const char *name;
} cpu_stacks[] = {
	{ NULL, PM_STACK_IRQ, "IRQ" },
	{ "DF_stack", PM_STACK_EXCEPTION, "#DF" },
	{ "NMI_stack", PM_STACK_NMI, "NMI" },
	{ "DB_stack", PM_STACK_EXCEPTION, "#DB" },
	{ "MCE_stack", PM_STACK_EXCEPTION, "#MC" },
	{ "VC_stack", PM_STACK_EXCEPTION, "#VC" },
	{ "VC2_stack", PM_STACK_EXCEPTION, "#VC2" },
};

static void irq_stack(const struct pm_linux_unwinder *u, uint32_t cpu, struct pm_linux_stack *out)
{
	uint64_t addr, top;
	struct pm_btf_member member;
	struct pm_linux *lx = u->lx;

	if (((pm_linux_percpu(lx, "hardirq_stack_ptr", cpu, &addr)) ||
	     (pm_linux_percpu(lx, "pcpu_hot", cpu, &addr) && lx->btf &&
	      pm_btf_find_member(lx->btf, pm_btf_find(lx->btf, PM_BTF_STRUCT, "pcpu_hot"),
				 "hardirq_stack_ptr", &member) &&
	      (addr += member.bit_offset / 8))) &&
	    pm_space_load(&lx->kernel, addr, 8, &top) && top > u->irq_stack_size) {
		out->end = (top + 15) & ~15ull; /* the pointer stands 8 below since 5.8 */
		out->start = out->end - u->irq_stack_size;
	}
}

bool pm_linux_cpu_stack(const struct pm_linux_unwinder *u, uint32_t cpu, size_t index,
			struct pm_linux_stack *out)
{
	struct pm_linux *lx = u->lx;
	uint64_t addr, base;
	struct pm_btf_member member;
	uint32_t id;

	if (index >= PM_COUNT(cpu_stacks))
		return false;
	*out = (struct pm_linux_stack){ .kind = cpu_stacks[index].kind, .name = cpu_stacks[index].name };
	if (!cpu_stacks[index].member) {
		irq_stack(u, cpu, out);
		return true;
	}
	if (lx->btf && (id = pm_btf_find(lx->btf, PM_BTF_STRUCT, "cea_exception_stacks")) &&
	    pm_btf_find_member(lx->btf, id, cpu_stacks[index].member, &member) &&
	    pm_linux_percpu(lx, "cea_exception_stacks", cpu, &addr) &&
	    pm_space_load(&lx->kernel, addr, 8, &base) && base) {
		out->start = base + member.bit_offset / 8;
		out->end = out->start + pm_btf_size(lx->btf, member.type);
	}
	return true;
}

/* The one of a CPU's stacks that sp lies on. */
static bool find_cpu_stack(const struct pm_linux_unwinder *u, uint32_t cpu, uint64_t sp,
			   struct pm_linux_stack *out)
{
	for (size_t i = 0; pm_linux_cpu_stack(u, cpu, i, out); i++)
		if (out->start && sp >= out->start && sp < out->end)
			return true;
	return false;
}

static struct pm_linux_stack stack_of(const struct pm_linux_unwinder *u, uint64_t sp, uint64_t task_stack)
{
	struct pm_linux_stack stack = { 0 };

	/* A stack pointer right at the end has used it up to nothing: it still belongs to it. */
	if (task_stack && sp - task_stack <= u->thread_size)
		return (struct pm_linux_stack){ task_stack, task_stack + u->thread_size, PM_STACK_TASK,
						NULL };
	for (uint32_t cpu = 0; cpu < u->lx->cpus; cpu++)
		if (find_cpu_stack(u, cpu, sp, &stack))
			return stack;
	/* Not known: a task's stack, which is aligned to its size, where nothing tells another; else this page, so that no
	 * walk leaves what is mapped together. */
	uint64_t size = task_stack ? PM_PAGE_SIZE : u->thread_size;

	return (struct pm_linux_stack){ sp & -size, (sp & -size) + size, PM_STACK_TASK, NULL };
}

/* ---- unwinding ---- */

static bool find_rule(struct pm_linux_unwinder *u, uint64_t pc, bool exact, struct pm_orc_rule *out)
{
	const struct pm_orc_table *table = table_of(u, pc);

	return table && pm_orc_find(&u->lx->kernel, table, exact ? pc : pc - 1, out) &&
	       out->type != PM_ORC_NONE;
}

static bool function_start(struct pm_linux_unwinder *u, uint64_t pc, uint64_t *start_out)
{
	struct pm_linux_module *module = pm_linux_module_at(u->modules, pc);
	const char *name;
	uint64_t end;
	uint32_t index;

	if (module)
		return pm_linux_module_symbol(u->lx, module, pc, &name, start_out, &end);
	return u->lx->symbols && pm_linux_symbols_find(u->lx->symbols, pc, &index, start_out, &end);
}

/* The rule of a kernel that keeps frame pointers; only what holds on this stack is one. */
static bool find_frame_rule(struct pm_linux_unwinder *u, const struct pm_linux_stack *stack, bool exact,
			    uint64_t task_stack, const struct pm_x86_regs *regs, struct pm_orc_rule *out)
{
	uint64_t start = 0, bp = regs->v[PM_X86_BP] & ~1ull, cs, ip;

	if (!u->frame_pointers || !pm_linux_is_text(u, regs->v[PM_X86_IP]) ||
	    (exact && !function_start(u, regs->v[PM_X86_IP], &start)))
		return false;
	*out = pm_x86_frame_rule(&u->lx->kernel, start, exact, regs);
	if (out->type == PM_ORC_NONE || out->type == PM_ORC_END || out->sp_base != PM_ORC_BP)
		return out->type != PM_ORC_NONE;
	if (bp - stack->start < stack->end - stack->start) {
		if (bp < regs->v[PM_X86_SP])
			return false;
	} else {
		struct pm_linux_stack other = stack_of(u, bp, task_stack);

		/* from a CPU's stack to the one that it was switched to from */
		if (stack->kind == PM_STACK_TASK || other.end - other.start <= PM_PAGE_SIZE)
			return false;
	}
	if (out->type != PM_ORC_REGS)
		return true;
	/* A kernel thread has none of user mode: all zero, at the stack's end (since 6.9 with 16 bytes behind it). */
	return pm_space_load(&u->lx->kernel, bp + 8 * PM_X86_CS, 8, &cs) &&
	       pm_space_load(&u->lx->kernel, bp + 8 * PM_X86_IP, 8, &ip) &&
	       (cs == 0x10 || (cs & 0xffff) == 0x23 || (cs & 0xffff) == 0x33 ||
		(!cs && !ip && stack->end - bp >= 8 * PM_X86_REGS &&
		 stack->end - bp <= 8 * PM_X86_REGS + 16));
}

/* The next word on the stack that follows a call; regs become those behind it. */
static bool scan(struct pm_linux_unwinder *u, const struct pm_linux_stack *stack, struct pm_x86_regs *regs,
		 uint64_t *return_at_out)
{
	for (uint64_t at = (regs->v[PM_X86_SP] + 7) & ~7ull; at + 8 <= stack->end; at += 8) {
		uint64_t value;

		if (!pm_space_load(&u->lx->kernel, at, 8, &value))
			return false;
		if (!pm_linux_is_text(u, value) || !pm_x86_after_call(&u->lx->kernel, value))
			continue;
		*regs = (struct pm_x86_regs){ 0 };
		pm_x86_set(regs, PM_X86_IP, value);
		pm_x86_set(regs, PM_X86_SP, at + 8);
		if (u->frame_pointers && pm_space_load(&u->lx->kernel, at - 8, 8, &value))
			pm_x86_set(regs, PM_X86_BP, value); /* saved by what was called */
		*return_at_out = at;
		return true;
	}
	return false;
}

/* ---- functions without rules ----
 *
 * The kernel's way into the crash kernel has none (STACK_FRAME_NON_STANDARD), and the ip that a CPU saves there is
 * that of a label.  A return address behind a direct call to the very function is its caller's all the same. */

static bool is_called_by(struct pm_linux_unwinder *u, uint64_t function, uint64_t return_address)
{
	uint64_t target;

	return pm_linux_is_text(u, return_address) &&
	       pm_x86_call_target(&u->lx->kernel, return_address, &target) && target == function;
}

/* The frame pointer of the caller, which the function may have saved anywhere in its frame, or left alone: the value
 * by which the caller's own rule leads to a call of the caller. */
static void find_bp(struct pm_linux_unwinder *u, const struct pm_x86_regs *before, uint64_t frame_end,
		    struct pm_x86_regs *caller)
{
	struct pm_orc_rule rule;
	uint64_t start, value = before->v[PM_X86_BP], ignored;

	if (u->frame_pointers) { /* it is left alone where no frame is set up */
		if (pm_x86_has(before, PM_X86_BP))
			pm_x86_set(caller, PM_X86_BP, value);
		return;
	}
	if (!find_rule(u, caller->v[PM_X86_IP], false, &rule) ||
	    (rule.sp_base != PM_ORC_BP && rule.sp_base != PM_ORC_BP_INDIRECT) ||
	    !function_start(u, caller->v[PM_X86_IP], &start))
		return;
	for (uint64_t at = before->v[PM_X86_SP] - 8; at < frame_end; at += 8) {
		struct pm_x86_regs next = *caller;

		if (at >= before->v[PM_X86_SP] && !pm_space_load(&u->lx->kernel, at, 8, &value))
			return;
		pm_x86_set(&next, PM_X86_BP, value);
		struct pm_x86_regs after = next;

		if (pm_x86_step(&u->lx->kernel, &rule, &after, &ignored) == PM_STEP_CALLER &&
		    is_called_by(u, start, after.v[PM_X86_IP])) {
			*caller = next;
			return;
		}
	}
}

static bool step_by_call(struct pm_linux_unwinder *u, const struct pm_linux_stack *stack,
			 struct pm_x86_regs *regs, uint64_t *return_at_out)
{
	uint64_t function, value;

	if (!function_start(u, regs->v[PM_X86_IP], &function))
		return false;
	for (uint64_t at = (regs->v[PM_X86_SP] + 7) & ~7ull; at + 8 <= stack->end; at += 8) {
		struct pm_x86_regs caller = { 0 };

		if (!pm_space_load(&u->lx->kernel, at, 8, &value))
			return false;
		if (!is_called_by(u, function, value))
			continue;
		pm_x86_set(&caller, PM_X86_IP, value);
		pm_x86_set(&caller, PM_X86_SP, at + 8);
		find_bp(u, regs, at, &caller);
		*regs = caller;
		*return_at_out = at;
		return true;
	}
	return false;
}

/* A chain of frame pointers ends where a system call cleared bp, right below the registers of user mode. */
static void user_at_end(struct pm_linux_unwinder *u, const struct pm_linux_stack *stack, uint64_t sp,
			struct pm_stack_trace *trace)
{
	static const struct pm_orc_rule saved = { .type = PM_ORC_REGS, .sp_base = PM_ORC_SP };
	struct pm_x86_regs regs = { 0 };
	uint64_t ignored;

	if (!u->frame_pointers || stack->end - sp < 8 * PM_X86_REGS || stack->end - sp > 8 * PM_X86_REGS + 16)
		return;
	pm_x86_set(&regs, PM_X86_SP, sp);
	if (pm_x86_step(&u->lx->kernel, &saved, &regs, &ignored) == PM_STEP_REGS &&
	    (regs.v[PM_X86_CS] & 3) == 3) {
		trace->has_user = true;
		trace->user = regs;
	}
}

/* A frame pointer where nothing else tells: in code without a table, on this stack, not below sp. */
static bool may_have_frame_pointer(const struct pm_linux_unwinder *u, const struct pm_linux_stack *stack,
				   const struct pm_x86_regs *regs)
{
	uint64_t pc = regs->v[PM_X86_IP], bp = regs->v[PM_X86_BP];

	return !table_of(u, pc) && !(u->frame_pointers && pm_linux_is_text(u, pc)) &&
	       pm_x86_has(regs, PM_X86_BP) && !(bp & 7) && bp >= regs->v[PM_X86_SP] && bp < stack->end;
}

/* One step, by the best rule that there is for the place; PM_STEP_LOST: by none.  *trust_io: less where it is guessed. */
static enum pm_step step_by_rule(struct pm_linux_unwinder *u, const struct pm_linux_stack *stack, bool exact,
				 uint64_t task_stack, struct pm_x86_regs *regs, struct pm_orc_rule *rule,
				 uint64_t *return_at_out, enum pm_trust *trust_io)
{
	uint64_t pc = regs->v[PM_X86_IP];

	if (!find_rule(u, pc, exact, rule)) {
		/* called through a bad pointer: the return address is on top */
		if (exact && !pm_linux_is_text(u, pc)) {
			*rule = pm_x86_no_code;
		} else if (find_frame_rule(u, stack, exact, task_stack, regs, rule)) {
			/* by that one */
		} else if (may_have_frame_pointer(u, stack, regs)) {
			*rule = pm_x86_frame_pointer;
			*trust_io = PM_GUESSED;
		} else {
			return PM_STEP_LOST;
		}
	}
	return pm_x86_step(&u->lx->kernel, rule, regs, return_at_out);
}

/* What a step came to: the next frame, the end of the trace, or a place that cannot be one. */
enum leads { LEADS_ON, LEADS_TO_END, LEADS_NOWHERE };

/* regs: after the step, from a frame at sp.  may_end: this frame can be the last one. */
static enum leads leads_to(const struct pm_linux_unwinder *u, const struct pm_linux_stack *stack,
			   enum pm_step step, uint64_t sp, const struct pm_x86_regs *regs, bool may_end)
{
	uint64_t next_sp = regs->v[PM_X86_SP], next_pc = regs->v[PM_X86_IP];
	bool is_user = pm_x86_has(regs, PM_X86_CS) && regs->v[PM_X86_CS] & 3;
	/* Within a stack it only goes up; the saved registers of an interrupt may lie on another. */
	bool goes_back = next_sp <= sp && next_sp >= stack->start && next_sp < stack->end;

	/* A kernel thread has no user mode to return to: all zero. */
	if (step == PM_STEP_REGS && !next_pc && !regs->v[PM_X86_CS])
		return LEADS_TO_END;
	if (is_user ||
	    (!goes_back && (step != PM_STEP_CALLER || pm_linux_is_text(u, next_pc) || table_of(u, next_pc))))
		return LEADS_ON;
	/* A chain that ends in nothing: all zero above the first frame of a thread. */
	return !next_pc && step == PM_STEP_CALLER && may_end ? LEADS_TO_END : LEADS_NOWHERE;
}

void pm_linux_unwind(struct pm_linux_unwinder *u, const struct pm_x86_regs *start, bool exact,
		     uint64_t task_stack, struct pm_stack_trace *trace)
{
	struct pm_x86_regs regs = *start;
	enum pm_trust trust = PM_EXACT;
	uint64_t return_at = 0;

	*trace = (struct pm_stack_trace){ 0 };
	pm_arena_init(&trace->arena);
	if (!pm_x86_has(&regs, PM_X86_IP) || !pm_x86_has(&regs, PM_X86_SP)) {
		trace->ended = "its registers are not in the dump";
		return;
	}
	for (;;) {
		if (pm_x86_has(&regs, PM_X86_CS) && regs.v[PM_X86_CS] & 3) {
			trace->has_user = true;
			trace->user = regs;
			return;
		}
		if (trace->frames.n == max_frames) {
			trace->ended = "more frames than any stack holds: it goes in circles";
			return;
		}
		uint64_t pc = regs.v[PM_X86_IP], sp = regs.v[PM_X86_SP];
		struct pm_linux_stack stack = stack_of(u, sp, task_stack);
		struct pm_stack_frame *frame = PM_PUSH(&trace->arena, &trace->frames);

		*frame = (struct pm_stack_frame){ .pc = pc,
						  .sp = sp,
						  .return_at = return_at,
						  .trust = trust,
						  .stack = stack.kind,
						  .stack_name = stack.name,
						  .exact_pc = exact,
						  .regs = regs };
		struct pm_orc_rule rule = { 0 };
		struct pm_x86_regs before = regs;
		enum pm_trust next_trust = trust == PM_EXACT ? PM_EXACT : PM_GUESSED;
		enum pm_step step =
			step_by_rule(u, &stack, exact, task_stack, &regs, &rule, &return_at, &next_trust);
		/* The last frame is at the stack's end: a rule that ends it elsewhere is damaged. */
		bool may_end = !task_stack || stack.start != task_stack || stack.end - sp <= last_frame;

		if (step == PM_STEP_END && may_end) {
			user_at_end(u, &stack, sp, trace);
			return;
		}
		enum leads leads = step == PM_STEP_END || step == PM_STEP_LOST
					   ? LEADS_NOWHERE
					   : leads_to(u, &stack, step, sp, &regs, may_end);

		if (leads == LEADS_TO_END)
			return;
		if (leads == LEADS_NOWHERE) {
			step = PM_STEP_LOST;
			regs = before;
		}
		if (step == PM_STEP_LOST && trust == PM_EXACT && step_by_call(u, &stack, &regs, &return_at)) {
			exact = false;
			continue;
		}
		if (step == PM_STEP_LOST) {
			if (!scan(u, &stack, &regs, &return_at)) {
				trace->ended = "no frame above it can be found";
				return;
			}
			trust = PM_SCANNED;
			exact = false;
			continue;
		}
		trust = next_trust;
		exact = step == PM_STEP_REGS || rule.signal;
	}
}

void pm_linux_unwind_sleeping(struct pm_linux_unwinder *u, uint64_t task, struct pm_stack_trace *trace)
{
	/* __switch_to_asm saves what functions must keep: values of parameters are found in it (bt -P). */
	static const struct {
		enum pm_x86_reg reg;
		enum pm_field field;
	} kept[] = { { PM_X86_BX, PM_INACTIVE_BX },
		     { PM_X86_R12, PM_INACTIVE_R12 },
		     { PM_X86_R13, PM_INACTIVE_R13 },
		     { PM_X86_R14, PM_INACTIVE_R14 },
		     { PM_X86_R15, PM_INACTIVE_R15 } };
	struct pm_linux *lx = u->lx;
	struct pm_x86_regs regs = { 0 };
	uint64_t sp, pc, bp, value, stack = 0, size;

	*trace = (struct pm_stack_trace){ 0 };
	pm_linux_get(lx, task, PM_TASK_STACK, &stack);
	size = lx->btf ? pm_btf_size(lx->btf, pm_btf_find(lx->btf, PM_BTF_STRUCT, "inactive_task_frame")) : 0;
	if (!size || !pm_linux_get(lx, task, PM_TASK_THREAD_SP, &sp) ||
	    !pm_linux_get(lx, sp, PM_INACTIVE_RET, &pc) || !pm_linux_get(lx, sp, PM_INACTIVE_BP, &bp)) {
		pm_arena_init(&trace->arena);
		trace->ended = "where it was switched out is not in the dump";
		return;
	}
	pm_x86_set(&regs, PM_X86_IP, pc);
	pm_x86_set(&regs, PM_X86_SP, sp + size);
	pm_x86_set(&regs, PM_X86_BP, bp);
	for (size_t i = 0; i < PM_COUNT(kept); i++)
		if (pm_linux_get(lx, sp, kept[i].field, &value))
			pm_x86_set(&regs, kept[i].reg, value);
	/* A task that has not run yet stands at the beginning of ret_from_fork: there was no call. */
	uint64_t fork = symbol_or(lx, "ret_from_fork_asm", symbol_or(lx, "ret_from_fork", 0));

	pm_linux_unwind(u, &regs, pc == fork, stack, trace);
	/* the call of __switch_to_asm, which took its place, left it there */
	if (trace->frames.n && pc != fork)
		trace->frames.v[0].return_at = pm_linux_at(lx, sp, PM_INACTIVE_RET);
}

/* ---- names ---- */

bool pm_linux_place(struct pm_linux *lx, struct pm_linux_modules *modules, struct pm_arena *arena,
		    uint64_t addr, bool exact, struct pm_place *out)
{
	uint64_t looked = exact ? addr : addr - 1, start, end;
	struct pm_linux_module *module = modules ? pm_linux_module_at(modules, looked) : NULL;
	char name[PM_LINUX_NAME_MAX];
	const char *found;
	uint32_t index;

	*out = (struct pm_place){ .has_addr = true, .addr = addr };
	if (module) {
		out->module = module->name;
		if (!pm_linux_module_symbol(lx, module, looked, &found, &start, &end))
			return false;
		out->symbol = pm_arena_str(arena, pm_slice_of(found));
		out->build_id = module->build_id;
	} else {
		if (!lx->symbols || looked < lx->image || looked >= lx->image_end ||
		    !pm_linux_symbols_find(lx->symbols, looked, &index, &start, &end) ||
		    !pm_linux_symbols_name(lx->symbols, index, name))
			return false;
		out->symbol = pm_arena_str(arena, pm_slice_of(name));
	}
	out->has_offset = true;
	out->offset = addr - start;
	out->size = end > start ? end - start : 0;
	return true;
}
