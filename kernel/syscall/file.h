/* Open files of the current task, by descriptor. */
#ifndef SYSCALL_FILE_H
#define SYSCALL_FILE_H

#include <stdint.h>

#include "task/task.h"

void file_open_console(struct file *file);

/* The system calls; arguments as user mode gave them, trusted in nothing. */
int64_t file_open(uint64_t name);
int64_t file_close(uint64_t descriptor);
int64_t file_write(uint64_t descriptor, uint64_t from, uint64_t n);
int64_t file_read(uint64_t descriptor, uint64_t to, uint64_t n);

#endif
