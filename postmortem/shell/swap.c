/* swap: where memory is swapped out to. */
#include "linux/swap.h"

#include "shell/commands.h"

static void put(struct pm_shell *sh, const struct pm_linux_swap *swap)
{
	unsigned percent = swap->pages ? (unsigned)(swap->used * 100 / swap->pages) : 0;

	if (!sh->json) {
		fprintf(sh->out, "%016llx  %-9s %9lluk %9lluk %6u%% %4d  %s\n",
			(unsigned long long)swap->addr, swap->partition ? "PARTITION" : "  FILE",
			(unsigned long long)swap->pages * 4, (unsigned long long)swap->used * 4, percent,
			swap->prio, swap->path);
		return;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "address", swap->addr);
	pm_json_str(sh->json, "type", swap->partition ? "partition" : "file");
	pm_json_uint(sh->json, "size_kb", swap->pages * 4 & ((1ull << 53) - 1));
	pm_json_uint(sh->json, "used_kb", swap->used * 4 & ((1ull << 53) - 1));
	pm_json_int(sh->json, "prio", swap->prio);
	pm_json_str(sh->json, "path", swap->path);
	pm_json_close(sh->json, '}');
}

bool pm_shell_swap(struct pm_shell *sh, int argc, char **argv)
{
	struct pm_linux_swap swap;
	enum pm_linux_swap_state state;
	bool ok = true;

	argc = pm_shell_options(sh, argc, argv, NULL, 0);
	if (!argc)
		return false;
	if (argc > 1)
		return pm_shell_error(sh, "swap", "it takes no argument: %s", argv[1]);
	if (sh->json)
		pm_json_open(sh->json, "swaps", '[');
	else
		fputs("SWAP_INFO_STRUCT    TYPE       SIZE       USED     PCT  PRI  FILENAME\n", sh->out);
	for (uint32_t i = 0; (state = pm_linux_swap_read(sh->lx, i, &swap)) != PM_LINUX_SWAP_END; i++) {
		if (state == PM_LINUX_SWAP_USED)
			put(sh, &swap);
		else if (state == PM_LINUX_SWAP_UNKNOWN)
			ok = pm_shell_error(sh, "swap", "number %u is not in the dump", i);
		if (state == PM_LINUX_SWAP_UNKNOWN && !i)
			break;
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}
