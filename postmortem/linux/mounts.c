#include "linux/mounts.h"

#include "linux/list.h"
#include "linux/member.h"
#include "linux/tree.h"

#include <stdio.h>
#include <string.h>

/* sysctl fs.mount-max's default is 100,000 for each namespace. */
enum { max_mounts = 1 << 20 };

static void add(struct pm_linux *lx, struct pm_linux_mounts *mounts, uint64_t addr)
{
	struct pm_linux_mount m = { .addr = addr };
	uint64_t type;

	m.vfsmount = pm_linux_at(lx, addr, PM_MOUNT_MNT);
	if (!pm_linux_member_get(lx, m.vfsmount, "vfsmount", "mnt_sb", &m.sb) ||
	    !pm_linux_get(lx, m.vfsmount, PM_VFSMOUNT_ROOT, &m.root)) {
		mounts->trouble = "a mount is not in the dump";
		return;
	}
	/* a namespace's list has a cursor of readers of /proc/mounts in it, which is no mount */
	if (!m.sb)
		return;
	pm_linux_member_text(lx, addr, "mount", "mnt_devname", m.device, sizeof(m.device));
	if (pm_linux_get(lx, m.sb, PM_SB_TYPE, &type))
		pm_linux_member_text(lx, type, "file_system_type", "name", m.type, sizeof(m.type));
	*PM_PUSH(&mounts->arena, &mounts->v) = m;
}

struct walk {
	struct pm_linux *lx;
	struct pm_linux_mounts *mounts;
};

static bool visit(uint64_t first, uint64_t last, uint64_t node, void *user)
{
	struct walk *walk = user;

	(void)first;
	(void)last;
	add(walk->lx, walk->mounts, node - pm_linux_member_offset(walk->lx, "mount", "mnt_node"));
	return true;
}

static uint64_t namespace_of(struct pm_linux *lx, uint64_t task)
{
	uint64_t proxy = 0;

	if (!task && !pm_linux_symbol(lx, "init_task", &task))
		return 0;
	pm_linux_member_get(lx, task, "task_struct", "nsproxy", &proxy);
	return pm_linux_member_value(lx, proxy, "nsproxy", "mnt_ns");
}

void pm_linux_mounts_read(struct pm_linux *lx, uint64_t task, struct pm_linux_mounts *mounts)
{
	struct walk walk = { lx, mounts };

	*mounts = (struct pm_linux_mounts){ 0 };
	pm_arena_init(&mounts->arena);
	uint64_t space = namespace_of(lx, task);
	uint64_t list = pm_linux_member_at(lx, space, "mnt_namespace", "list");
	uint64_t tree = pm_linux_member_at(lx, space, "mnt_namespace", "mounts"); /* 6.8 and later */

	if (!space) {
		mounts->trouble = "the task's namespace is not in the dump, or it has given it up";
	} else if (list) {
		struct pm_linux_nodes nodes;

		pm_linux_nodes_read(lx, list, max_mounts, &nodes);
		for (size_t i = 0; i < nodes.n; i++)
			add(lx, mounts, nodes.v[i] - pm_linux_member_offset(lx, "mount", "mnt_list"));
		if (nodes.trouble)
			mounts->trouble = nodes.trouble;
		pm_linux_nodes_free(&nodes);
	} else if (tree) {
		struct pm_linux_tree rb = { .lx = lx, .visit = visit, .user = &walk, .most = max_mounts };

		pm_linux_rb_walk(&rb, tree);
		if (rb.trouble)
			mounts->trouble = rb.trouble;
	} else {
		mounts->trouble = "how this kernel lists mounts is not known";
	}
}

void pm_linux_mounts_deinit(struct pm_linux_mounts *mounts)
{
	pm_arena_deinit(&mounts->arena);
}

const struct pm_linux_mount *pm_linux_mount_of(const struct pm_linux_mounts *mounts, uint64_t sb)
{
	for (size_t i = 0; i < mounts->v.n; i++)
		if (mounts->v.v[i].sb == sb)
			return &mounts->v.v[i];
	return NULL;
}
