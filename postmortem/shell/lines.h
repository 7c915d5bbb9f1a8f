/* Source lines of a dump's code and parameters of its frames, from a vmlinux with debug information. */
#ifndef PM_SHELL_LINES_H
#define PM_SHELL_LINES_H

#include "shell/shell.h"

/* Looks at the vmlinux that was given.  PM_MISMATCH: it is of another kernel; PM_IO, PM_BAD_DATA. */
struct pm_error *pm_shell_lines_open(struct pm_shell *sh, const char *vmlinux)
	__attribute__((warn_unused_result));
void pm_shell_lines_close(struct pm_shell *sh);

/* Prints the source lines of an address, one for each inlined call and one for the function, or a member "lines".
 * Nothing where they are not known. */
void pm_shell_lines(struct pm_shell *sh, uint64_t pc, bool exact);
/* "fs/read_write.c: 621" of an address, not of what is inlined there; false: not known. */
bool pm_shell_line_of(struct pm_shell *sh, uint64_t pc, char *buf, size_t size);
/* Files of modules.  path: this one; folder: what is found there; both NULL: where modules are.  false: none fits (said with
 * a path, else not). */
bool pm_shell_lines_module(struct pm_shell *sh, const struct pm_linux_module *module, const char *path,
			   const char *folder);
void pm_shell_lines_drop(struct pm_shell *sh, const struct pm_linux_module *module);
/* The file in use; NULL: none so far. */
const char *pm_shell_lines_file(struct pm_shell *sh, const struct pm_linux_module *module, bool *lines_out);

/* The innermost source place of an instruction, of inlined calls too; false: not known. */
struct pm_shell_source {
	char file[512], directory[512]; /* where the compiler was called; "": not known */
	uint32_t line;
};
bool pm_shell_source(struct pm_shell *sh, uint64_t pc, struct pm_shell_source *out);
/* The variables of the vmlinux that was given, with their types (pm_btf_variable); NULL: none was, or it has none.  Made
 * when first asked for, which takes a second for a whole kernel. */
struct pm_btf *pm_shell_variables(struct pm_shell *sh);
/* The parameters of a frame's function, and of those inlined there, as far as their values are known; caller: the
 * frame behind it, NULL: none.  regs: what is known of the frame's registers, from the call for the frame before it;
 * then of the caller's. */
void pm_shell_parameters(struct pm_shell *sh, const struct pm_stack_frame *frame,
			 const struct pm_stack_frame *caller, struct pm_x86_regs *regs);
/* Says why no lines could be told so far; true: some were. */
bool pm_shell_lines_told(struct pm_shell *sh, const char *command);

#endif
