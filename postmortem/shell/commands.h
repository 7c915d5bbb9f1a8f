/* The commands' functions, one a line, and the tables that they stand in. */
#ifndef PM_SHELL_COMMANDS_H
#define PM_SHELL_COMMANDS_H

#include "shell/shell.h"

/* One table for each topic of `help`, sorted by name, up to a row without one (shell/table_TOPIC.c). */
extern const struct pm_shell_command pm_shell_kernel_commands[];
extern const struct pm_shell_command pm_shell_memory_commands[];
extern const struct pm_shell_command pm_shell_shell_commands[];
extern const struct pm_shell_command pm_shell_tasks_commands[];

/* memory */
bool pm_shell_btop(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_dis(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_id(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_list(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_p(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_pte(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_ptob(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_ptov(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_rd(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_search(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_struct(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_sym(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_tree(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_vtop(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_whatis(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_wr(struct pm_shell *sh, int argc, char **argv);

/* tasks */
bool pm_shell_blocked(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_bt(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_dentry(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_files(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_fuser(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_inode(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_ipcs(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_irq(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_locks(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_mount(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_ps(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_runq(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_sbitmapq(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_set(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_sig(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_swap(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_task_command(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_timer(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_vm(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_waitq(struct pm_shell *sh, int argc, char **argv);

/* kernel */
bool pm_shell_bpf(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_dev(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_diff(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_kmem(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_log(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_mach(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_mod(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_net(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_sys(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_why(struct pm_shell *sh, int argc, char **argv);

/* shell */
bool pm_shell_alias(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_ascii(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_eval(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_exit(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_extend(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_foreach(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_gdb(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_help(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_repeat(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_rustfilt(struct pm_shell *sh, int argc, char **argv);

/* The same of a kernel that is not Linux (shell/image.c). */
bool pm_shell_image_log(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_image_ps(struct pm_shell *sh, int argc, char **argv);
bool pm_shell_image_sys(struct pm_shell *sh, int argc, char **argv);

#endif
