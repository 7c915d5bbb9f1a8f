/* Opening a dump and the kernel in it, as check, dmesg, explain and shell do. */
#ifndef PM_CMD_DUMP_H
#define PM_CMD_DUMP_H

#include "cmd/cmd.h"
#include "image/image.h"
#include "linux/session.h"

#define PM_CMD_RAW_HELP                                                                                      \
	"  --raw[=MAP]      memory without a header, from address 0 on, or as MAP has\n"                     \
	"                   it: START-END@OFFSET,... (hex, END exclusive)\n"

/* Opens the n parts of one dump.  raw: what --raw has: NULL: not given, "": memory as it is from address 0, else a map
 * (pm_dump_parse_pieces).  Without it a file that is nothing else and may be memory as it is is opened as such.
 * Errors as of pm_dump_open; PM_USAGE: the map, or several files. */
struct pm_error *pm_cmd_dump_open(char *const *paths, size_t n, const char *raw, struct pm_dump **out)
	__attribute__((warn_unused_result));
/* The same for a file that is open and is memory as it is; takes it over. */
struct pm_error *pm_cmd_raw_open(struct pm_file *file, const char *raw, struct pm_dump **out)
	__attribute__((warn_unused_result));
/* The session of a dump; NULL: not opened, and it was said on stderr why.  A file with types that is not the kernel's
 * is said, too, makes *status PM_STATUS_UNREADABLE, and the session has the dump's own types or none. */
struct pm_linux_session *pm_cmd_session(struct pm_dump *dump, const struct pm_linux_options *options,
					enum pm_status *status);
/* The kernel in a dump: one of the first two. */
struct pm_cmd_kernel {
	struct pm_linux_session *session;
	struct pm_image
		*image; /* one that is not Linux; without a note it was said on stderr what is not found */
};
/* Linux first, where the notes do not say that it is another.  quiet: nothing is said, and no image is taken that only
 * registers tell of.  false: there is none that is known; otherwise as pm_cmd_session. */
bool pm_cmd_kernel_open(struct pm_dump *dump, const struct pm_linux_options *options, bool quiet,
			struct pm_cmd_kernel *out, enum pm_status *status);
void pm_cmd_kernel_close(struct pm_cmd_kernel *kernel);
/* Makes *status PM_STATUS_UNREADABLE where the dump is not whole; and says so on stderr, if told to. */
void pm_cmd_dump_status(const struct pm_dump *dump, bool say, enum pm_status *status);
/* Could the kernel's log be read as far as it goes?  Reads it. */
bool pm_cmd_log_is_whole(struct pm_linux_session *session);
/* How many of the paths, the first among them, are the parts of one dump. */
size_t pm_cmd_parts(char *const *paths);
/* "vmlinux vmcore", as crash has it: a program that stands before a dump is moved behind all. */
void pm_cmd_dump_first(char **paths);

#endif
