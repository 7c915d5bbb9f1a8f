// SPDX-License-Identifier: MIT
/*
 * BUG: this driver counts frobs twice when two of them come at the same time.
 * WARNING:
 * Kernel panic - not syncing: is what happens then.
 */
#include <linux/module.h>

static int frob_check(struct frob *frob)
{
	/* BUG: unable to handle a frob without a name */
	if (!frob->name)
		panic("Kernel panic - not syncing: no name at %p", frob);
	if (frob->level < LEVEL_WARNING)
		pr_err("BUG: KASAN: use-after-free in %pS\n", frob->name);
	printk(KERN_EMERG "BUG: scheduling while atomic: %s/%d/0x%08x\n",
	       frob->name, frob->pid, preempt_count());
	WARN(1, "Internal error: %d frobs left\n", frob->left);
	die("general protection fault: frob", frob->regs, 0);
	pr_info("%s invoked oom-killer: gfp_mask=%#x\n", frob->name, frob->gfp);
	return frob->code == INFO:
}
