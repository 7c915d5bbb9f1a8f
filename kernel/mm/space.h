/* A process's memory: areas, each with every page there.  An address that was not asked for is not there. */
#ifndef MM_SPACE_H
#define MM_SPACE_H

#include <stdbool.h>
#include <stdint.h>

struct task;

/* Whether n bytes from address lie in user mode's half; not, whether anything is there. */
bool space_is_user(uint64_t address, uint64_t n);

/* Adds zeroed memory, page-aligned; 0 or -ENOMEM, -EINVAL. */
int space_add(struct task *task, uint64_t start, uint64_t size, bool write, bool execute);
/* Copies everything of one process into a new one; 0 or -ENOMEM. */
int space_copy(struct task *to, const struct task *from);
/* Writes to the memory of a process that does not run yet, whatever the rights. The range must be there. */
void space_write(struct task *task, uint64_t to, const void *from, uint64_t n);

#endif
