/* Tables of `sys` (shell/sys_tables.c). */
#ifndef PM_SHELL_SYS_H
#define PM_SHELL_SYS_H

#include "shell/rows.h"

/* All system calls, those whose name holds text, or that of its number; text NULL: all. */
bool pm_shell_system_calls(struct pm_shell *sh, const char *text);
bool pm_shell_taints(struct pm_shell *sh);
bool pm_shell_dmi(struct pm_shell *sh);
/* The configuration that the kernel was built with, where it carries it (CONFIG_IKCONFIG). */
bool pm_shell_config(struct pm_shell *sh);
/* Pages of memory that nodes have; 0: not known. */
uint64_t pm_shell_present_pages(struct pm_shell *sh);
/* "POE": the letters of taint flags, as the kernel prints them. */
void pm_shell_taint_letters(uint64_t taints, char buf[32]);

#endif
