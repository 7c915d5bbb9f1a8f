/* kpanic shell: crash's commands on a dump, without debug information.
 *
 * One file and one row (shell/table_TOPIC.c) for each command.  A command writes to sh->out, says on stderr what it
 * cannot do, and never ends the shell.
 *
 * With sh->json it writes members of an object instead, which shell/line.c opens and closes; what it cannot do is
 * said on stderr too, and stands in the object's "errors".  docs/shell.md has the members of each command.
 */
#ifndef PM_SHELL_H
#define PM_SHELL_H

#include "image/image.h"
#include "linux/session.h"
#include "render/json_out.h"

#include <stdio.h>

struct pm_shell_alias;
struct pm_shell_output;

/* What `set` changes; all zero is how a script finds it. */
struct pm_shell_settings {
	bool scroll, vi, silent; /* silent: a session at a terminal begins without `sys` */
	bool keep;               /* a live kernel's lists from one command to the next */
	bool errors; /* those of a command whose output goes elsewhere go there, too, and to stderr no more */
	char *pager; /* a line for /bin/sh; NULL: none */
	uint64_t print_max; /* pm_shell_print_max */
	char *errors_path;  /* where errors go instead; NULL: stderr */
	FILE *errors_file;
};

struct pm_shell {
	struct pm_dump *dump;
	struct pm_linux_session *session; /* NULL: the kernel is no Linux, and image is set */
	struct pm_linux *lx;              /* of the session */
	struct pm_image *image;           /* a kernel that is not Linux; NULL: it is */
	struct pm_btf *btf; /* its types, or for as long as a command runs those of a module; NULL: none */
	FILE *out;
	struct pm_json *json; /* one object for each command; NULL: text */
	struct pm_arena errors_arena;
	PM_VEC(char *) errors;        /* of this command, for its object */
	struct pm_shell_lines *lines; /* shell/lines.h; NULL: not asked for yet */
	unsigned members;             /* that may still be printed by this command (shell/value.h) */
	struct pm_space *values;      /* where shell/value.h finds them; NULL: in the kernel's space */
	unsigned printed;             /* values that `p` has numbered: "$1" */
	uint64_t task;                /* the current one: commands without an argument mean it */
	bool hex;                     /* `set radix 16`: integers in hex where no option says otherwise */
	bool each;                    /* foreach runs the command: it is told of that task alone */
	bool each_first;              /* for the first of its tasks */
	bool ended;                   /* by quit */
	bool interactive;             /* lines are typed: an interrupt ends a command, not the shell */
	bool terminal;                /* standard output is one */
	bool colours;                 /* and may be coloured */
	FILE *screen;                 /* sh->out where it is the terminal */
	bool live;                    /* the memory is that of the running kernel */
	bool in_object;               /* of the JSON of a command */
	bool sealed;                  /* no program is run, no file of the user's opened: for fuzzers */
	bool telling;        /* that it was interrupted: what comes of that in commands is not said */
	unsigned depth;      /* of aliases and scripts that run others */
	const char *script;  /* the file whose lines are run; NULL: they are typed, or of -c */
	const char *vmlinux; /* that was given; NULL: none */
	const char *quotes;  /* of argv, when a command is run that is raw: \'…\', "…", 0: none */
	struct pm_shell_alias *aliases;
	struct pm_shell_settings settings;
	struct pm_shell_output *pager; /* where sh->out goes; NULL: none */
	unsigned failures;             /* commands that could not do what they were told */
	/* The dump's own explanation, which lies behind this layer (cmd/why.c); NULL: there is none. */
	bool (*explain)(struct pm_shell *sh, bool details, bool evidence);
};

/* What a command's arguments are that are no options: what the Tab key completes them to. */
enum pm_shell_completes {
	PM_COMPLETE_NOTHING,
	PM_COMPLETE_SYMBOL, /* of the kernel and its modules */
	PM_COMPLETE_TYPE,   /* structures, unions, enumerations, typedefs, and behind a '.' members */
	PM_COMPLETE_EITHER, /* of those two */
	PM_COMPLETE_TASK,   /* names of tasks, which foreach, ps and bt take */
	PM_COMPLETE_MODULE,
	PM_COMPLETE_COMMAND,
	PM_COMPLETE_FILE, /* on this machine */
};

enum pm_shell_each {
	PM_EACH_NOT,
	PM_EACH,       /* what it prints begins with the task's line (pm_shell_put_task) */
	PM_EACH_WHOLE, /* and ends with an empty one */
	PM_EACH_HEAD,  /* that line is printed for it */
	PM_EACH_ROW, /* it prints a row of a list, whose head is above the first: where sh->each_first is set */
};

struct pm_shell_command {
	const char *name, *arguments, *summary;
	const char *help; /* options, a line each; NULL: none */
	/* false: it was told something that it cannot do, and said so. */
	bool (*run)(struct pm_shell *sh, int argc, char **argv);
	bool needs_types; /* without the kernel's types it could only say nothing, which is not none */
	bool needs_linux; /* it reads structures of Linux */
	enum pm_shell_each
		foreach; /* may foreach run it, with each task as the current one (sh->each is set then)? */
	bool raw;        /* its arguments are given as they were written: "-fl" is not "-f" "-l" */
	enum pm_shell_completes completes;
};

struct pm_shell_topic {
	const char *title;
	const struct pm_shell_command *commands; /* up to one without a name */
};

extern const struct pm_shell_topic pm_shell_topics[];
extern const size_t pm_shell_topics_n;

/* All of them, sorted by name; NULL: there are no more. */
const struct pm_shell_command *pm_shell_command_at(size_t i);
/* NULL: none of that name. */
const struct pm_shell_command *pm_shell_command_find(const char *name);

/* Structures as `struct TYPE[.MEMBERS] ADDRESS…` prints them (shell/struct.c), in the name of a command; members: NULL:
 * all. */
enum pm_shell_radix { PM_RADIX_AS_SET, PM_RADIX_HEX, PM_RADIX_DECIMAL };
static inline enum pm_shell_radix pm_shell_radix(bool hex, bool decimal)
{
	return hex ? PM_RADIX_HEX : decimal ? PM_RADIX_DECIMAL : PM_RADIX_AS_SET;
}
bool pm_shell_put_structs(struct pm_shell *sh, const char *command, const char *type, const char *members,
			  enum pm_shell_radix radix, const uint64_t *addrs, size_t n);

/* Does the kernel or a module of it have a type of that name, as C writes it? */
bool pm_shell_has_type(struct pm_shell *sh, const char *name);

/* Runs commands separated by ';' or line ends, with their aliases and redirections; false: one of them failed. */
bool pm_shell_run(struct pm_shell *sh, const char *line);
/* One command, as words; words[-1] may be written to.  It prints into the object that is open. */
bool pm_shell_run_words(struct pm_shell *sh, int n, char **words);
/* The same of a command that was found. */
bool pm_shell_run_command(struct pm_shell *sh, const struct pm_shell_command *command, int n, char **words);
/* The lines of a file (shell/script.c); false: one of them failed, or it was said why there are none. */
bool pm_shell_run_file(struct pm_shell *sh, const char *path);
/* A file of the user's, to be read; NULL: said why not. */
FILE *pm_shell_open_file(struct pm_shell *sh, const char *path);
/* Those of .kpanicrc, the user's and the current folder's, if they are the user's own. */
void pm_shell_run_rc(struct pm_shell *sh);

/* What an alias stands for (shell/alias.c); NULL: there is none of that name, of n bytes. */
const char *pm_shell_alias_of(struct pm_shell *sh, const char *name, size_t n);
const char *pm_shell_alias_at(struct pm_shell *sh, size_t i); /* names; NULL: there are no more */
void pm_shell_aliases_free(struct pm_shell *sh);

/* How many elements of an array are printed as text, `set print_max`; as JSON all are. */
uint64_t pm_shell_print_max(const struct pm_shell *sh);

/* Of a live kernel: forgets what was read of it, as it has changed; nothing of a dump. */
void pm_shell_refresh(struct pm_shell *sh);

/* What follows is set off from the rest, where the terminal can; until PM_STYLE_PLAIN. */
enum pm_shell_style { PM_STYLE_PLAIN, PM_STYLE_BOLD, PM_STYLE_DOUBT };
void pm_shell_style(struct pm_shell *sh, enum pm_shell_style style);

/* A stream to out on which control characters of the dump's texts are escaped; closing it leaves out open. */
FILE *pm_shell_terminal(FILE *out);

/* Was the command told to stop (Ctrl-C)?  Whatever may run for long asks in its loops, and returns; that it was stopped
 * is said behind it.  Cheap.  Loops that know of no shell ask pm_interrupted (base/interrupt.h). */
bool pm_shell_interrupted(struct pm_shell *sh);

/* ---- options (shell/options.c) ---- */

enum pm_shell_option_kind {
	PM_OPTION_FLAG,    /* bool *: set */
	PM_OPTION_COUNT,   /* unsigned *: one more each time: "-FF" */
	PM_OPTION_TEXT,    /* const char **: the next argument */
	PM_OPTION_NUMBER,  /* uint64_t *: the next argument, as pm_shell_number */
	PM_OPTION_ADDRESS, /* uint64_t *: the next argument, as pm_shell_address */
};

/* A row of a command's options: { "-c", PM_OPTION_NUMBER, &count }. */
struct pm_shell_option {
	const char *name;
	enum pm_shell_option_kind kind;
	void *to;
	bool *given; /* set where it stands; NULL: not asked */
};

/* Takes options out of argv, wherever among the arguments they stand, and moves the others to argv[1] and on; returns
 * how many arguments are left with argv[0], as argc.  "--" ends the options.  A negative number is no option, unless a
 * row has its name.  0: one is unknown, or lacks what it takes, and it was said. */
int pm_shell_options(struct pm_shell *sh, int argc, char **argv, const struct pm_shell_option *rows,
		     size_t n);

/* ---- what commands share (shell/arguments.c) ---- */

/* The kernel's address space, whichever kernel it is. */
struct pm_space *pm_shell_space(struct pm_shell *sh);
/* Why there is none, said; true: there is one. */
bool pm_shell_has_space(struct pm_shell *sh, const char *command);
/* Symbol, offset, size and module of an address, as pm_linux_place. */
bool pm_shell_place(struct pm_shell *sh, struct pm_arena *arena, uint64_t addr, bool exact,
		    struct pm_place *out);

/* "kpanic: bt: <formatted>" on stderr; returns false, for `return pm_shell_error(…)`.  A message names what it is about
 * and says why.  command: NULL: none. */
bool pm_shell_error(struct pm_shell *sh, const char *command, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
/* The messages that commands share; all return false.
 * "no such task: 4711 (the list does not end)"; reason: why it may be there all the same; NULL: it is not. */
bool pm_shell_no_such(struct pm_shell *sh, const char *command, const char *what, const char *which,
		      const char *reason);
/* "no such option: -z; 'help bt' lists them" */
bool pm_shell_no_option(struct pm_shell *sh, const char *command, const char *option);
/* Why there are no types, and what would give some. */
bool pm_shell_no_types(struct pm_shell *sh, const char *command);
/* "0xffff888000001000: left out by the dump's filter, -d 31" */
bool pm_shell_absent(struct pm_shell *sh, const char *command, uint64_t addr, enum pm_absence why);

/* ---- rows of `sys` (shell/sys.c) ---- */

/* "       PANIC: …"; label: as text, NULL: not there; key: as JSON. */
void pm_shell_row(struct pm_shell *sh, const char *label, const char *key, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));
/* Its row of the time since start. */
void pm_shell_uptime(struct pm_shell *sh, uint64_t ns);

/* ---- addresses (shell/address.c) ---- */

/* A number as crash reads it: decimal, 0x hex, or hex with a letter in it. */
bool pm_shell_number(const char *text, uint64_t *out);
/* The address of a symbol of the kernel or a module; false: none of that name, and nothing is said.  *percpu_out as
 * below. */
bool pm_shell_symbol(struct pm_shell *sh, const char *name, uint64_t *out, bool *percpu_out);
/* What an expression of numbers and symbols' addresses comes to, as `eval` has it.  false: said. */
bool pm_shell_calculate(struct pm_shell *sh, const char *command, const char *text, uint64_t *out);
/* "(init_task+8)" as pm_shell_calculate; a number (hex, with 0x or without, as crash reads addresses), a symbol, or either with +offset or -offset.  false:
 * it was said what is wrong.  *percpu_out: a symbol of which each CPU has its own: what is to be added to its area. */
bool pm_shell_lookup(struct pm_shell *sh, const char *command, const char *text, uint64_t *out,
		     bool *percpu_out);
/* The same; a per-CPU symbol is refused. */
bool pm_shell_address(struct pm_shell *sh, const char *command, const char *text, uint64_t *out);
/* Calls fn for the address that is meant, with cpu -1, or, of "runqueues:0,2-3", "runqueues:a" (all), "runqueues:" (the
 * current task's), for that of each CPU.  false: it was said why not, or fn said so. */
bool pm_shell_each_address(struct pm_shell *sh, const char *command, const char *text,
			   bool (*fn)(struct pm_shell *sh, uint64_t addr, int cpu, void *user), void *user);
/* Does it name CPUs? */
bool pm_shell_is_percpu(const char *text);
/* "[0]: ff1100003ec31c40", a line before what stands there; as JSON a member "cpu".  Nothing for cpu -1. */
void pm_shell_put_cpu(struct pm_shell *sh, uint64_t addr, int cpu);
/* "0", "0,2-4", "a": which of n CPUs; *chosen_out, [n], is freed by the caller.  false: said. */
bool pm_shell_cpus(struct pm_shell *sh, const char *command, const char *list, size_t n, bool **chosen_out);
/* Is a byte of those not there?  The first one, and why.  Of the kernel's own addresses, or of another space's. */
bool pm_shell_gap(struct pm_shell *sh, uint64_t addr, uint64_t size, uint64_t *at_out,
		  enum pm_absence *why_out);
bool pm_shell_gap_in(struct pm_space *space, uint64_t addr, uint64_t size, uint64_t *at_out,
		     enum pm_absence *why_out);

/* ---- tasks and names (shell/arguments.c) ---- */

/* A pid, the address of a task_struct, or the name of one task alone; NULL: said on stderr. */
struct pm_linux_task *pm_shell_task(struct pm_shell *sh, const char *command, const char *text);
/* The current task; false: it cannot be read, and it was said why. */
bool pm_shell_current(struct pm_shell *sh, const char *command, struct pm_linux_task *task);
/* Where its struct thread_info is: in the task_struct, or until 4.9 at its stack's lowest address. */
uint64_t pm_shell_thread_info(struct pm_shell *sh, const struct pm_linux_task *task);
/* -u: the memory of the current task's process.  false: said why there is none. */
bool pm_shell_user_space(struct pm_shell *sh, const char *command, struct pm_space *out);
/* "vfs_write+0xb1" with " [module]"; an address without a symbol is printed as such. */
void pm_shell_name(struct pm_shell *sh, uint64_t addr, bool exact, char *buf, size_t size);
/* The line that stands above what is told of a task, as crash has it; as JSON its members: pid, task, cpu, comm. */
void pm_shell_put_task(struct pm_shell *sh, const struct pm_linux_task *task);
/* "TASK_RUNNING" of 'R': the state's name in the kernel; "?": of no letter that ps has. */
const char *pm_shell_state_words(char letter);
/* Members "symbol", "offset" and "module" of an address; without a symbol none. */
void pm_shell_json_place(struct pm_shell *sh, uint64_t addr, bool exact);

/* What commands do with a list of tasks as arguments: fn for each of argv[first…], or for the current one where
 * there is none.  false: one of them is no task, or fn said so. */
bool pm_shell_each_task(struct pm_shell *sh, int argc, char **argv, int first,
			bool (*fn)(struct pm_shell *sh, const struct pm_linux_task *task));

#endif
