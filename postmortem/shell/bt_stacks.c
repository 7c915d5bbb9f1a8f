/* bt: what lies on stacks, whether a trace leads there or not. */
#include "shell/bt.h"

#include "linux/member.h"

#include <stdlib.h>
#include <string.h>

/* ---- saved registers ---- */

/* Selectors of x86-64 Linux (arch/x86/include/asm/segment.h). */
enum { KERNEL_CS = 0x10, KERNEL_DS = 0x18, USER32_CS = 0x23, USER_DS = 0x2b, USER_CS = 0x33 };

/* Could an exception have saved these?  In kernel mode it interrupted code; in user mode nothing of the kernel. */
static bool looks_saved(struct pm_shell *sh, const struct pm_x86_regs *r, bool *user_out)
{
	uint64_t kernel = pm_shell_space(sh)->mmu->kernel_start(pm_shell_space(sh));
	uint64_t cs = r->v[PM_X86_CS] & 0xffff, ss = r->v[PM_X86_SS] & 0xffff, flags = r->v[PM_X86_FLAGS];
	uint64_t ip = r->v[PM_X86_IP], sp = r->v[PM_X86_SP];

	/* bit 1 is always set, bits 3, 5 and 15 never are, and none above 21 is used */
	if ((flags & 0x802a) != 2 || flags >> 22)
		return false;
	*user_out = cs == USER_CS || cs == USER32_CS;
	if (*user_out)
		return ss == USER_DS && ip < kernel && sp < kernel && ip && sp;
	return cs == KERNEL_CS && (ss == KERNEL_DS || !ss) && sp >= kernel &&
	       (sh->image ? pm_image_is_text(sh->image, ip)
			  : pm_linux_is_text(pm_session_unwinder(sh->session), ip));
}

bool pm_bt_exceptions(struct pm_shell *sh, uint64_t start, uint64_t end)
{
	char name[PM_LINUX_NAME_MAX + 96];
	enum pm_absence why;
	size_t n = 0;
	uint64_t gap;

	if (sh->json)
		pm_json_open(sh->json, "exceptions", '[');
	for (uint64_t at = start; at + 8ull * PM_X86_REGS <= end && !pm_shell_interrupted(sh); at += 8) {
		struct pm_x86_regs regs = { 0 };
		uint64_t word;
		bool user;

		for (unsigned i = 0; i < PM_X86_REGS; i++)
			if (pm_space_load(pm_shell_space(sh), at + 8ull * i, 8, &word))
				pm_x86_set(&regs, (enum pm_x86_reg)i, word);
		if (regs.known != (1u << PM_X86_REGS) - 1 || !looks_saved(sh, &regs, &user))
			continue;
		n++;
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "at", at);
			pm_json_bool(sh->json, "user", user);
			pm_bt_json_regs(sh, "registers", &regs);
			pm_json_close(sh->json, '}');
			continue;
		}
		fprintf(sh->out, "\n  %s-MODE EXCEPTION FRAME AT: %016llx\n", user ? "USER" : "KERNEL",
			(unsigned long long)at);
		if (!user) {
			pm_shell_name(sh, regs.v[PM_X86_IP], true, name, sizeof(name));
			name[strcspn(name, " ")] = 0;
			fprintf(sh->out, "    [exception RIP: %s]\n", name);
		}
		pm_bt_put_regs(sh, &regs);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	if (pm_shell_gap(sh, start, end - start, &gap, &why))
		return pm_shell_absent(sh, "bt", gap, why);
	if (!n && !sh->json && !pm_shell_interrupted(sh))
		fputs("(none found)\n", sh->out);
	return true;
}

const char *pm_bt_stack_label(const char *name)
{
	/* as crash calls them */
	static const char *const labels[][2] = { { "#DF", "DOUBLEFAULT exception" },
						 { "NMI", "NMI exception" },
						 { "#DB", "DEBUG exception" },
						 { "#MC", "MCE exception" } };

	for (size_t i = 0; i < PM_COUNT(labels); i++)
		if (!strcmp(labels[i][0], name))
			return labels[i][1];
	return name;
}

static bool put_cpu_stack(struct pm_shell *sh, uint32_t cpu, const struct pm_linux_stack *stack)
{
	uint64_t phys;
	/* one that this machine has no use for is mapped nowhere, and holds none */
	bool is_unused = pm_space_translate(pm_shell_space(sh), stack->start, &phys, NULL) == PM_UNMAPPED, ok;

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "cpu", cpu);
		pm_json_str(sh->json, "stack", stack->name);
		pm_json_hex(sh->json, "start", stack->start);
		ok = is_unused || pm_bt_exceptions(sh, stack->start, stack->end);
		pm_json_close(sh->json, '}');
		return ok;
	}
	char label[32];
	size_t n = 0;

	for (const char *at = pm_bt_stack_label(stack->name); *at && n + 1 < sizeof(label); at++)
		label[n++] = *at >= 'a' && *at <= 'z' ? (char)(*at - 'a' + 'A') : *at;
	label[n] = 0;
	fprintf(sh->out, "CPU %u %s STACK:\n", cpu, label);
	if (is_unused)
		fputs("(none found)\n", sh->out);
	ok = is_unused || pm_bt_exceptions(sh, stack->start, stack->end);
	fputc('\n', sh->out);
	return ok;
}

bool pm_bt_cpu_stacks(struct pm_shell *sh, const char *cpus)
{
	const struct pm_linux_unwinder *u = pm_session_unwinder(sh->session);
	bool *chosen, any = false, ok = true;

	if (!pm_shell_cpus(sh, "bt", cpus ? cpus : "a", sh->lx->cpus, &chosen))
		return false;
	if (sh->json)
		pm_json_open(sh->json, "stacks", '[');
	for (size_t pass = 0; pass < 2; pass++) /* those of interrupts first, as crash does */
		for (uint32_t cpu = 0; cpu < sh->lx->cpus; cpu++) {
			struct pm_linux_stack stack;

			for (size_t i = 0; chosen[cpu] && pm_linux_cpu_stack(u, cpu, i, &stack); i++)
				if (stack.start && (stack.kind != PM_STACK_IRQ) == pass) {
					ok &= put_cpu_stack(sh, cpu, &stack);
					any = true;
				}
		}
	if (sh->json)
		pm_json_close(sh->json, ']');
	free(chosen);
	return any ? ok : pm_shell_error(sh, "bt", "where the CPUs' stacks lie is not in the dump");
}

/* ---- words ---- */

bool pm_bt_raw(struct pm_shell *sh, const struct pm_linux_task *task, const struct pm_bt_options *options)
{
	uint64_t size = pm_session_unwinder(sh->session)->thread_size, word;
	char text[PM_LINUX_NAME_MAX + 64];
	bool ok = true;

	if (!task->stack)
		return pm_shell_error(sh, "bt", "%s (pid %d): it has no stack any more", task->comm,
				      task->pid);
	if (sh->json) {
		pm_json_hex(sh->json, "start", task->stack);
		pm_json_open(sh->json, "words", '[');
	}
	for (uint64_t at = task->stack; at < task->stack + size && !pm_shell_interrupted(sh); at += 8) {
		bool known = pm_space_load(&sh->lx->kernel, at, 8, &word);
		bool named = known && pm_bt_word(sh, word, 1 + (options->symbolic > 1), text, sizeof(text)) &&
			     (options->symbolic || *text != '[');

		ok &= known;
		if (sh->json && known) {
			pm_json_hex(sh->json, NULL, word);
			continue;
		} else if (sh->json) {
			pm_json_null(sh->json, NULL);
			continue;
		}
		if (at % 16 == 0)
			fprintf(sh->out, "%016llx:  ", (unsigned long long)at);
		if (named)
			fprintf(sh->out, "%-16s ", text);
		else if (known)
			fprintf(sh->out, "%016llx ", (unsigned long long)word);
		else
			fputs("---------------- ", sh->out);
		if (at % 16)
			fputc('\n', sh->out);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok || pm_shell_error(sh, "bt", "%s (pid %d): its stack is not whole in the dump", task->comm,
				    task->pid);
}

/* ---- the ends of stacks ---- */

/* What stands at the lowest address of each (include/uapi/linux/magic.h). */
static const uint64_t end_magic = 0x57ac6e9d;

static void put_overflow(struct pm_shell *sh, const struct pm_linux_task *task, uint64_t word, bool bad_cpu)
{
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_task(sh, task);
	if (sh->json) {
		if (word != end_magic)
			pm_json_hex(sh->json, "stack_end", word);
		pm_json_bool(sh->json, "bad_cpu", bad_cpu);
		pm_json_close(sh->json, '}');
		return;
	}
	if (bad_cpu)
		fprintf(sh->out, "possible stack overflow: thread_info.cpu: %u >= %u\n", task->cpu,
			sh->lx->cpus);
	if (word != end_magic)
		fprintf(sh->out, "possible stack overflow: %llx != STACK_END_MAGIC\n",
			(unsigned long long)word);
	fputc('\n', sh->out);
}

bool pm_bt_overflows(struct pm_shell *sh)
{
	const struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	/* until 4.9 the thread_info stood below it */
	uint64_t below = pm_linux_member(sh->lx, "task_struct", "thread_info")->offset >= 0
				 ? 0
				 : pm_linux_type_size(sh->lx, "thread_info");
	size_t missing = 0;
	bool any = false;

	if (sh->json)
		pm_json_open(sh->json, "overflows", '[');
	for (size_t i = 0; i < tasks->v.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_task *task = &tasks->v.v[i];
		uint64_t word = end_magic;
		bool bad_cpu = sh->lx->cpus && task->cpu >= sh->lx->cpus;

		if (task->stack && !pm_space_load(&sh->lx->kernel, task->stack + below, 8, &word))
			missing++;
		if (word == end_magic && !bad_cpu)
			continue;
		any = true;
		put_overflow(sh, task, word, bad_cpu);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else if (!any && !missing && !tasks->trouble && !pm_shell_interrupted(sh))
		fputs("No stack overflows detected\n", sh->out);
	if (missing)
		return pm_shell_error(sh, "bt", "the ends of %zu stacks are not in the dump", missing);
	return !tasks->trouble || pm_shell_error(sh, "bt", "the list of tasks: %s", tasks->trouble);
}
