#include "cmd/cmd.h"

const struct pm_cmd pm_cmds[] = {
	{ "explain", "[OPTION…] [FILE…]",
	  "explain what a panic left behind (also without the word: kpanic FILE)", 0, pm_cmd_explain },
};
const unsigned pm_cmds_count = sizeof(pm_cmds) / sizeof(*pm_cmds);
