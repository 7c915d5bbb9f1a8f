/* Numbers that syscall/entry.S shares with C, which checks them (syscall/syscall.c). */
#ifndef SYSCALL_ENTRY_H
#define SYSCALL_ENTRY_H

#define CPU_SYSCALL_STACK 8
#define CPU_USER_STACK 16
#define FRAME_USER_DATA 0x1b
#define FRAME_USER_CODE 0x23
#define FRAME_SYSCALL 0x101

#endif
