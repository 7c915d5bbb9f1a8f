#include "linux/typed.h"

#include "linux/files.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* Caches that are not called as their structure is. */
static const struct {
	const char *cache, *structure;
} caches[] = {
	{ "filp", "file" },
	{ "cred_jar", "cred" },
	{ "signal_cache", "signal_struct" },
	{ "sighand_cache", "sighand_struct" },
	{ "files_cache", "files_struct" },
	{ "fs_cache", "fs_struct" },
	{ "mnt_cache", "mount" },
	{ "kernfs_node_cache", "kernfs_node" },
	{ "skbuff_head_cache", "sk_buff" },
	{ "TCP", "tcp_sock" },
	{ "TCPv6", "tcp6_sock" },
	{ "UDP", "udp_sock" },
	{ "UNIX", "unix_sock" },
	{ "inode_cache", "inode" },
	{ "proc_inode_cache", "proc_inode" },
	{ "shmem_inode_cache", "shmem_inode_info" },
	{ "sock_inode_cache", "socket_alloc" },
	{ "bdev_cache", "bdev_inode" },
	{ "ext4_inode_cache", "ext4_inode_info" },
	{ "nfs_inode_cache", "nfs_inode" },
	{ "fat_inode_cache", "msdos_inode_info" },
	{ "hugetlbfs_inode_cache", "hugetlbfs_inode_info" },
	{ "pid_namespace", "pid_namespace" },
};

uint32_t pm_linux_cache_type(struct pm_linux *lx, const struct pm_linux_cache *cache)
{
	const char *name = cache->name;
	uint32_t id;

	if (!lx->btf || cache->shared)
		return 0;
	for (size_t i = 0; i < PM_COUNT(caches); i++)
		if (!strcmp(caches[i].cache, name))
			name = caches[i].structure;
	id = pm_btf_find(lx->btf, PM_BTF_STRUCT, name);
	/* a size rounded up, but not another's name by chance */
	return id && pm_btf_size(lx->btf, id) <= cache->object_size &&
			       2 * pm_btf_size(lx->btf, id) > cache->object_size
		       ? id
		       : 0;
}

static bool file_words(struct pm_linux_session *s, uint64_t file, char *buf, size_t size)
{
	char path[PM_LINUX_PATH_MAX];

	if (!pm_linux_file_path(pm_session_kernel(s), file, path, sizeof(path)))
		return false;
	snprintf(buf, size, "file %s", path);
	return true;
}

/* A cache that others were merged into: by its contents. */
static bool is_file(struct pm_linux_session *s, uint64_t addr)
{
	struct pm_linux *lx = pm_session_kernel(s);
	struct pm_linux_object dentry;
	uint64_t at;

	return pm_linux_get(lx, addr, PM_FILE_DENTRY, &at) &&
	       pm_linux_object_at(lx, pm_session_caches(s), at, &dentry) && !dentry.offset &&
	       !strcmp(dentry.cache->name, "dentry");
}

static bool dentry_words(struct pm_linux_session *s, uint64_t dentry, char *buf, size_t size)
{
	char path[PM_LINUX_PATH_MAX];

	if (!pm_linux_path(pm_session_kernel(s), 0, dentry, path, sizeof(path)))
		return false;
	snprintf(buf, size, "dentry %s", path);
	return true;
}

/* addr: of the inode itself. */
static bool inode_words(struct pm_linux_session *s, uint64_t addr, char *buf, size_t size)
{
	struct pm_linux *lx = pm_session_kernel(s);
	uint64_t number, sb, type, name;
	char fs[32];

	if (!pm_linux_get(lx, addr, PM_INODE_INO, &number) || !pm_linux_get(lx, addr, PM_INODE_SB, &sb) ||
	    !pm_linux_get(lx, sb, PM_SB_TYPE, &type) || !pm_linux_get(lx, type, PM_FS_TYPE_NAME, &name) ||
	    !pm_space_string(&lx->kernel, name, fs, sizeof(fs)))
		return false;
	snprintf(buf, size, "inode %llu (%s)", (unsigned long long)number, fs);
	return true;
}

static bool mm_words(struct pm_linux_session *s, uint64_t mm, char *buf, size_t size)
{
	const struct pm_linux_tasks *tasks = pm_session_tasks(s);

	for (size_t i = 0; i < tasks->v.n; i++)
		if (tasks->v.v[i].mm == mm) {
			snprintf(buf, size, "mm_struct of %s (pid %d)", tasks->v.v[i].comm,
				 tasks->v.v[i].pid);
			return true;
		}
	return false;
}

/* "struct net_device "eth0"": many structures have a name. */
static void put_struct(struct pm_linux *lx, uint32_t id, uint64_t addr, char *buf, size_t size)
{
	char name[40] = "";
	struct pm_btf_member member;
	size_t n = 0;

	if (pm_btf_find_member(lx->btf, id, "name", &member)) {
		uint32_t type = pm_btf_resolve(lx->btf, member.type);
		uint64_t at = addr + member.bit_offset / 8;
		bool is_text =
			pm_btf_size(lx->btf, pm_btf_resolve(lx->btf, pm_btf_target(lx->btf, type))) == 1;

		if (is_text &&
		    (pm_btf_kind(lx->btf, type) == PM_BTF_ARRAY ||
		     (pm_btf_kind(lx->btf, type) == PM_BTF_PTR && pm_space_load(&lx->kernel, at, 8, &at))))
			pm_space_string(&lx->kernel, at, name, sizeof(name));
	}
	while (isgraph((unsigned char)name[n]))
		n++;
	if (n && !name[n])
		snprintf(buf, size, "struct %s \"%s\"", pm_btf_name(lx->btf, id), name);
	else
		snprintf(buf, size, "struct %s", pm_btf_name(lx->btf, id));
}

static const struct {
	const char *structure;
	bool (*words)(struct pm_linux_session *s, uint64_t addr, char *buf, size_t size);
} namers[] = {
	{ "file", file_words },
	{ "dentry", dentry_words },
	{ "inode", inode_words },
	{ "mm_struct", mm_words },
};

bool pm_linux_typed_words(struct pm_linux_session *s, const struct pm_linux_object *object, char *buf,
			  size_t size)
{
	struct pm_linux *lx = pm_session_kernel(s);
	uint32_t id = pm_linux_cache_type(lx, object->cache);
	struct pm_btf_member inner;

	if (object->cache->shared && !strcmp(object->cache->name, "filp"))
		return is_file(s, object->start) && file_words(s, object->start, buf, size);
	if (!id)
		return false;
	for (size_t i = 0; i < PM_COUNT(namers); i++)
		if (!strcmp(namers[i].structure, pm_btf_name(lx->btf, id)) &&
		    namers[i].words(s, object->start, buf, size))
			return true;
	/* a file system's own inode has the kernel's inside */
	if ((pm_btf_find_member(lx->btf, id, "vfs_inode", &inner) ||
	     pm_btf_find_member(lx->btf, id, "netfs.inode", &inner) ||
	     pm_btf_find_member(lx->btf, id, "i_vnode", &inner)) &&
	    inode_words(s, object->start + inner.bit_offset / 8, buf, size))
		return true;
	put_struct(lx, id, object->start, buf, size);
	return true;
}
