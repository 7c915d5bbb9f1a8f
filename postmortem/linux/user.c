#include "linux/user.h"

#include "linux/files.h"

#include <stdio.h>

void pm_linux_user_init(struct pm_linux_user *user, struct pm_linux *lx, uint64_t mm)
{
	*user = (struct pm_linux_user){ .lx = lx, .mm = mm };
	user->has_space = pm_linux_user_space(lx, mm, &user->space);
}

/* In user mode's half?  vm.mmap_min_addr is 64 KiB: what is smaller is a number, or a member of NULL. */
static bool is_user(const struct pm_linux_user *user, uint64_t addr)
{
	return addr >= 0x10000 && addr < 1ull << (user->lx->kernel.levels == 5 ? 56 : 47);
}

static void put(char *buf, size_t size, const char *how, const char *what, uint64_t offset)
{
	if (offset)
		snprintf(buf, size, "user address, %s%s + 0x%llx", how, what, (unsigned long long)offset);
	else
		snprintf(buf, size, "user address, %s%s", how, what);
}

enum pm_mapped pm_linux_user_words(const struct pm_linux_user *user, uint64_t addr, char *buf, size_t size)
{
	char name[PM_LINUX_PATH_MAX];
	struct pm_linux_vma vma;
	enum pm_mapped mapped =
		is_user(user, addr) ? pm_linux_vma_find(user->lx, user->mm, addr, &vma) : PM_MAPPED_UNKNOWN;

	if (mapped == PM_NOT_MAPPED)
		snprintf(buf, size, "user address, not mapped");
	if (mapped != PM_MAPPED)
		return mapped;
	const char *what = pm_linux_vma_name(user->lx, user->mm, &vma, name, sizeof(name));

	if (vma.file)
		put(buf, size, "mapped from ", what, addr - vma.start + vma.page_offset * PM_PAGE_SIZE);
	else if (*what)
		put(buf, size, "", what, addr - vma.start);
	else
		put(buf, size, "anonymous memory", "", 0);
	return mapped;
}

size_t pm_linux_user_read(struct pm_linux_user *user, uint64_t addr, void *buf, size_t n,
			  enum pm_absence *why_out)
{
	if (why_out)
		*why_out = PM_UNMAPPED;
	return user->has_space && is_user(user, addr) ? pm_space_read(&user->space, addr, buf, n, why_out)
						      : 0;
}
