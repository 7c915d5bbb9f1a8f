/* Addresses of user mode, in a dump: what is mapped there, and what stands there. */
#ifndef PM_LINUX_USER_H
#define PM_LINUX_USER_H

#include "linux/mm.h"

struct pm_linux_user {
	struct pm_linux *lx;
	uint64_t mm; /* 0: a kernel thread, or not known */
	bool has_space;
	struct pm_space space;
};

/* Never fails; mm may be 0. */
void pm_linux_user_init(struct pm_linux_user *user, struct pm_linux *lx, uint64_t mm);

/* "user address, mapped from /bin/sh + 0x12" (the offset is that in the file), "user address, [stack] + 0x20",
 * "user address, anonymous memory", "user address, not mapped"; buf is set where it is known. */
enum pm_mapped pm_linux_user_words(const struct pm_linux_user *user, uint64_t addr, char *buf, size_t size);
/* How many of n bytes could be read; *why_out as for pm_dump_read. */
size_t pm_linux_user_read(struct pm_linux_user *user, uint64_t addr, void *buf, size_t n,
			  enum pm_absence *why_out);

#endif
