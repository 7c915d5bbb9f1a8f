/* Entry of system calls, and their table. */
#ifndef SYSCALL_SYSCALL_H
#define SYSCALL_SYSCALL_H

#include <stdint.h>

#include <kpanic/frame.h>

/* syscall/entry.S: what the `syscall` instruction goes to. */
void syscall_entry(void);
/* From there, with the frame of user mode: calls, and puts the result into it. */
void syscall_dispatch(struct kp_frame *frame);
/* NULL: there is no such call. */
const char *syscall_name(int64_t number);

#endif
