/* Slab objects whose type is known: which structure a cache is of, and what one of them stands for. */
#ifndef PM_LINUX_TYPED_H
#define PM_LINUX_TYPED_H

#include "linux/session.h"

/* The structure (a BTF id) that the objects of a cache are; 0: not known: kmalloc's, merged caches. */
uint32_t pm_linux_cache_type(struct pm_linux *lx, const struct pm_linux_cache *cache);

/* "file /dev/null", "dentry /etc/passwd", "inode 42 (ext4)", "mm_struct of sh (pid 42)", "struct cred"; by its
 * contents, so of an object that is in use.  false: its type is not known. */
bool pm_linux_typed_words(struct pm_linux_session *session, const struct pm_linux_object *object, char *buf,
			  size_t size);

#endif
