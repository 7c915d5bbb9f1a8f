/* System calls by number, and what else the kernel and its programs agree on. */
#ifndef SYSCALL_NUMBERS_H
#define SYSCALL_NUMBERS_H

#include <stdint.h>

/* Number, name. Up to five arguments in rdi, rsi, rdx, r10, r8; the number in rax, and the result: below 0 an error. */
#define SYSCALLS(X)                                                                                          \
	X(0, exit)                                                                                           \
	X(1, write)                                                                                          \
	X(2, read)                                                                                           \
	X(3, open)                                                                                           \
	X(4, close)                                                                                          \
	X(5, fork)                                                                                           \
	X(6, wait)                                                                                           \
	X(7, mmap)                                                                                           \
	X(8, sigaction)                                                                                      \
	X(9, sigreturn)                                                                                      \
	X(10, sigaltstack)                                                                                   \
	X(11, kill)                                                                                          \
	X(12, getpid)                                                                                        \
	X(13, sched_yield)

enum {
#define X(number, name) SYS_##name = (number),
	SYSCALLS(X)
#undef X
		SYSCALLS_COUNT
};

/* Errors, with POSIX's names and Linux's numbers. */
enum {
	EPERM = 1,
	ENOENT = 2,
	ESRCH = 3,
	EIO = 5,
	EBADF = 9,
	ECHILD = 10,
	EAGAIN = 11,
	ENOMEM = 12,
	EFAULT = 14,
	EINVAL = 22,
	EMFILE = 24,
	ENAMETOOLONG = 36,
	ENOSYS = 38,
};

enum { MMAP_WRITE = 1, MMAP_EXECUTE = 2 };

enum {
	SIGILL = 4,
	SIGTRAP = 5,
	SIGBUS = 7,
	SIGFPE = 8,
	SIGKILL = 9,
	SIGUSR1 = 10,
	SIGSEGV = 11,
	SIGTERM = 15,
	SIGNALS_COUNT = 32,
};

/* Flag of an action: run on the alternate stack whenever one is set, as POSIX has it. Without it the alternate stack is
 * still used when the signal cannot be delivered on the stack in use: that is ours. */
enum { SIGNAL_ON_ALTERNATE = 1 };

struct signal_information {
	uint64_t signal, address, instruction;
	uint64_t vector; /* of the exception; 0x100: sent by kill */
};

struct signal_action {
	uint64_t handler;  /* void (*)(struct signal_information *); 0: terminate, 1: ignore */
	uint64_t restorer; /* where the handler returns to: does sigreturn */
	uint64_t flags;
};

struct signal_stack {
	uint64_t start, size; /* 0, 0: none */
};

/* Status of a process that a signal has ended: this + the signal. */
enum { STATUS_SIGNAL = 128, STATUS_OOPS = 255 };

#endif
