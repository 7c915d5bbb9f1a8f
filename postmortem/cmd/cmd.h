/* Subcommands: one file each in cmd/, one row each in cmd/table.c. */
#ifndef PM_CMD_H
#define PM_CMD_H

/* Exit status of the program (docs/man/kpanic.1). */
enum pm_status {
	PM_STATUS_OK = 0,
	PM_STATUS_NO_PANIC = 1, /* the input was read and holds no panic */
	PM_STATUS_USAGE = 2,
	PM_STATUS_UNREADABLE = 3, /* the input cannot be read, or writing the result failed */
};

struct pm_cmd {
	const char *name;
	const char *arguments; /* for the usage line: "[FILE…]" */
	const char *summary;   /* one line for `kpanic help` */
	const char *help;      /* what `kpanic NAME --help` prints below the usage line */
	/* argv[0] is the command's name.  Returns the exit status. */
	int (*run)(int argc, char **argv);
};

extern const struct pm_cmd pm_cmds[];
extern const unsigned pm_cmds_count;

/* "kpanic: …" on standard error, behind what standard output got so far.  Names of files and words of logs in it
 * do nothing to a terminal. */
void pm_cmd_say(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Prints a command's help to standard output; the exit status. */
int pm_cmd_help(const char *name);
/* The status, or PM_STATUS_UNREADABLE and a word on stderr when standard output cannot take what was printed. */
int pm_cmd_printed(int status);
/* 0, or the errno of why the folder's files cannot be looked at. */
int pm_cmd_folder_errno(const char *path);
/* Where standard input, output or error are closed, holds their numbers, so that no file that is opened later
 * becomes one of them. */
void pm_cmd_hold_standard_files(void);

int pm_cmd_explain(int argc, char **argv);
int pm_cmd_symbolize(int argc, char **argv);
int pm_cmd_last(int argc, char **argv);
int pm_cmd_check(int argc, char **argv);
int pm_cmd_dmesg(int argc, char **argv);
int pm_cmd_shell(int argc, char **argv);
int pm_cmd_code(int argc, char **argv);
int pm_cmd_save(int argc, char **argv);

#endif
