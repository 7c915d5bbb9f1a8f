/* The user program's file. */
#ifndef TASK_ELF_H
#define TASK_ELF_H

#include <stdint.h>

struct task;

/* Maps and fills the program's segments; NULL, or why not: the file is not trusted. */
const char *elf_load(struct task *task, const void *file, uint64_t size, uint64_t *entry_out);

#endif
