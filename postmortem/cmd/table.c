#include "cmd/cmd.h"

#include "cmd/dump.h"
#include "cmd/report.h"

#include <stdio.h>
#include <string.h>

const struct pm_cmd pm_cmds[] = {
	{ "explain", "[OPTION...] [FILE...]", "explain what a panic left behind (what kpanic FILE does)",
	  "Each FILE is a console log, gzip, xz or zstd compressed or not, or a part of a\n"
	  "pstore record; standard input without one, or for '-'.\n\n" PM_REPORT_OPTIONS_HELP,
	  pm_cmd_explain },
	{ "last", "[OPTION...]", "explain this host's latest panic",
	  "Looks at the journals of earlier boots, /sys/fs/pstore, systemd's archive of it,\n"
	  "and kdump's logs and memory dumps in /var/crash, and explains the newest panic.\n\n"
	  "  --root DIR       look below DIR: the mounted disk of a machine that is down\n"
	  "  --list           only list what was found, newest first; also as "
	  "--json\n" PM_REPORT_OPTIONS_HELP,
	  pm_cmd_last },
	{ "check", "[OPTION...] DUMP...", "what a memory dump is, and what is missing of it",
	  "Prints its format, completeness, filter level and kernel, and what of the kernel\n"
	  "can be read: symbols, types, unwinding tables, log, tasks, modules. The files of\n"
	  "a dump that was split are given together.\n\n"
	  "  --btf FILE       types for a kernel that has none: does FILE fit?\n" PM_CMD_RAW_HELP,
	  pm_cmd_check },
	{ "dmesg", "[OPTION...] DUMP...", "the kernel's log out of a memory dump",
	  "Prints every record that is in the dump, oldest first. The files of a dump that\n"
	  "was split are given together.\n\n"
	  "  -x, --level      with the level of each line, as <6>\n"
	  "  --caller         with the task or CPU that printed it\n" PM_CMD_RAW_HELP,
	  pm_cmd_dmesg },
	{ "shell", "[OPTION...] {DUMP... | --live} [VMLINUX]",
	  "look around in a memory dump, with crash's commands",
	  "Reads commands from standard input; `help` lists them, man kpanic and\n"
	  "docs/shell.md tell more. VMLINUX, with debug information, gives `bt -l` its\n"
	  "source lines, and a dump whose kernel has none its types; it is refused when its\n"
	  "build id is not the dump's. The files of a dump that was split are given\n"
	  "together.\n\n"
	  "  -c COMMANDS      run these, separated by ';', and end\n"
	  "  -i FILE          run the commands in it first\n"
	  "  --live           the running kernel, by /proc/kcore, which only root may read\n"
	  "  --no-rc          do not run .kpanicrc\n"
	  "  -s, --silent     at a terminal, do not begin with what sys prints\n"
	  "  --btf FILE       types for a kernel that has none: /sys/kernel/btf/vmlinux of\n"
	  "                   the same build, or a vmlinux\n"
	  "  --json           one object in one line for each command\n" PM_CMD_RAW_HELP,
	  pm_cmd_shell },
	{ "symbolize",
	  "[OPTION...] [FILE... | PLACE... |\n                         VMLINUX [BASE|auto [MODULES]]]",
	  "put source lines into a log, as decode_stacktrace.sh does",
	  "Reads text from FILEs or standard input and writes it back with file:line and\n"
	  "inlined calls; a PLACE is vfs_write+0xb1/0x290 [module], the size may be left\n"
	  "out, or an address.\n"
	  "vmlinux and modules are looked for by build id and release in /usr/lib/debug,\n"
	  "/boot and /lib/modules, and asked for at $DEBUGINFOD_URLS when that is set.\n"
	  "One that does not match the log is refused: status 3.\n\n"
	  "  -r, --release R      of the kernel, where the text does not tell it\n"
	  "  --vmlinux FILE       the kernel with its debug information\n"
	  "  -m, --modules DIR    search modules there first\n"
	  "  --debug-dir DIR      search vmlinux and modules there first (repeatable)\n"
	  "  --kallsyms FILE      a copy of /proc/kallsyms: names for raw addresses\n"
	  "  --system-map FILE    the same from a System.map\n"
	  "  --base-path DIR      cut this off source files (default: auto)\n"
	  "  --root DIR           look for the usual places below DIR\n"
	  "  -R, --return-addresses\n"
	  "                       look up return addresses themselves, not the call before\n"
	  "  --inlines            a line for every inlined call\n"
	  "  --json               {\"schema\": 1, \"places\": [...]}\n"
	  "  --force              use files that do not match\n",
	  pm_cmd_symbolize },
	{ "save", "[OPTION...] DEVICE|IMAGE [FILE]", "take the recorder's memory dump off a disk",
	  "Finds the dump that a dying kernel wrote to a raw disk or partition, or to an\n"
	  "image of one, says whether it is whole or torn, and copies it to FILE: a\n"
	  "kdump-compressed dump. Exit status 3: something of it is missing.\n\n"
	  "  -f, --force      write over FILE\n"
	  "  --json           {\"schema\": 1, \"state\": ...}\n",
	  pm_cmd_save },
	{ "code", "[--json] [CODE...]", "what the numbers mean that a panic screen of the recorder's shows",
	  "CODE is a number as the screen shows it (302, 0x12e) or its name (null-write).\n"
	  "Without one, lists all; docs/codes.md has them, too.\n\n"
	  "  --json           {\"schema\": 1, \"codes\": [...]}: number, name, bombs, words,\n"
	  "                   advice\n",
	  pm_cmd_code },
};
const unsigned pm_cmds_count = PM_COUNT(pm_cmds);

int pm_cmd_help(const char *name)
{
	for (unsigned i = 0; i < pm_cmds_count; i++) {
		const struct pm_cmd *cmd = &pm_cmds[i];

		if (!strcmp(cmd->name, name))
			printf("usage: kpanic %s %s\n\n%s\n\n%s", cmd->name, cmd->arguments, cmd->summary,
			       cmd->help ? cmd->help : "");
	}
	return pm_cmd_printed(PM_STATUS_OK);
}
