/* What the traces of every kernel share. */
#ifndef PM_SHELL_BT_H
#define PM_SHELL_BT_H

#include "shell/shell.h"

struct pm_bt_options {
	bool words, offsets, lines, parameters, text;
	bool hex;          /* offsets */
	bool whole_stack;  /* text from its lowest address on */
	bool old;          /* text as frames */
	unsigned symbolic; /* words: by name; 2: with their addresses, too */
	bool exceptions;   /* those saved on the stack, instead of a trace */
	bool raw;          /* the stack's words, instead of a trace */
	bool no_idle;      /* of idle tasks the line above alone */
	bool has_ip, has_sp;
	uint64_t ip, sp;       /* where the trace starts */
	const char *reference; /* traces alone in which that stands: a symbol, or an address; NULL: all */
};

/* Whose traces. */
struct pm_bt_choice {
	bool all_cpus;
	bool panicked;    /* the task that panicked */
	bool group;       /* all threads of each */
	const char *cpus; /* NULL: none named */
	int first;        /* of the tasks' arguments */
};

/* What follows the line or members of whose trace it is; false: nothing, and it was said why.  stack: the lowest address of
 * it; 0: not known. */
bool pm_bt_put_trace(struct pm_shell *sh, struct pm_stack_trace *trace, uint64_t stack,
		     const struct pm_bt_options *options, const char *whose);
/* Between traces. */
void pm_bt_gap(struct pm_shell *sh);
void pm_bt_put_regs(struct pm_shell *sh, const struct pm_x86_regs *regs);
/* Registers by their names, those that are known. */
void pm_bt_json_regs(struct pm_shell *sh, const char *key, const struct pm_x86_regs *regs);
/* A word of a stack that is a symbol's address, or lies in an object of a slab: "schedule+90", "[filp]", and where
 * symbolic is 2 "[ff39643901b8f800:filp]".  false: it is none. */
bool pm_bt_word(struct pm_shell *sh, uint64_t word, unsigned symbolic, char *buf, size_t size);

/* "NMI" → "NMI exception" */
const char *pm_bt_stack_label(const char *name);

/* ---- what lies on stacks (shell/bt_stacks.c) ---- */

/* Registers that were saved from start to end as an exception does, as far as they look like that; "(none found)" where all
 * of it is there.  false: not all of it is, which was said. */
bool pm_bt_exceptions(struct pm_shell *sh, uint64_t start, uint64_t end);
/* -E: of the stacks of interrupts and exceptions of the CPUs of a list; NULL: of all. */
bool pm_bt_cpu_stacks(struct pm_shell *sh, const char *cpus);
/* -r: all words of a stack. */
bool pm_bt_raw(struct pm_shell *sh, const struct pm_linux_task *task, const struct pm_bt_options *options);
/* -v: the tasks that went over the end of their stacks. */
bool pm_bt_overflows(struct pm_shell *sh);

/* Of a kernel that is not Linux (shell/image.c). */
bool pm_bt_image(struct pm_shell *sh, int argc, char **argv, const struct pm_bt_choice *choice,
		 const struct pm_bt_options *options);

#endif
