/* help: the commands, or one of them. */
#include "shell/commands.h"

#include <string.h>

bool pm_shell_help(struct pm_shell *sh, int argc, char **argv)
{
	const struct pm_shell_command *cmd;
	bool found = argc < 2;

	if (sh->json)
		pm_json_open(sh->json, "commands", '[');
	for (size_t i = 0; (cmd = pm_shell_command_at(i)); i++) {
		if (argc < 2 && sh->image && cmd->needs_linux)
			continue;
		if (sh->json && (argc < 2 || !strcmp(argv[1], cmd->name))) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_str(sh->json, "name", cmd->name);
			pm_json_str(sh->json, "arguments", cmd->arguments);
			pm_json_str(sh->json, "summary", cmd->summary);
			pm_json_str(sh->json, "help", cmd->help);
			pm_json_close(sh->json, '}');
			found = true;
		} else if (sh->json) {
			continue;
		} else if (argc < 2) {
			fprintf(sh->out, "  %-8s %s\n", cmd->name, cmd->summary);
		} else if (!strcmp(argv[1], cmd->name)) {
			fprintf(sh->out, "%s %s\n  %s\n%s", cmd->name, cmd->arguments, cmd->summary,
				cmd->help ? cmd->help : "");
			return true;
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	if (!found && pm_shell_not_implemented(sh, argv[1]))
		return false;
	return found || pm_shell_no_such(sh, "help", "command", argv[1], NULL);
}
