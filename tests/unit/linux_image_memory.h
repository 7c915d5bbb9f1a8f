/* The part of the small kernel that memory is told from: counters, a slab cache, a process's mappings and files.
 *
 *	physical
 *	0x40000  struct pages, one for each of IMAGE_MEMORY's
 *	0x50000  a slab of 64 objects, of which 3, 5 and 0 are free, on its node's list of partial ones
 *	0x51000  another, that the CPU allocates from; or whose objects 1 and 2 are in the CPU's sheaf
 */
#ifndef LINUX_IMAGE_MEMORY_H
#define LINUX_IMAGE_MEMORY_H

#define IMAGE_PAGES (IMAGE_DIRECT + 0x40000)
#define IMAGE_SLAB 0x50000u
#define IMAGE_SLAB_2 0x51000u
#define IMAGE_VMA_START 0x400000ull

enum {
	PAGE_SIZE_OF = 64,
	PAGE_COUNT = 52,
	CACHE_CPU = 0,
	CACHE_SIZES = 8,
	CACHE_NAME_AT = 24,
	CACHE_LIST_AT = 32,
	CACHE_RANDOM_AT = 48,
	CACHE_NODES = 56,
	CACHE_FLAGS_AT = 80,
	CACHE_INUSE_AT = 88,
	CACHE_SIZE_OF = 96,
	MAPLE_PIVOT = 8,
	MAPLE_SLOT = 128,
	MM_ARGUMENTS = 88,
	MM_SIZE = 128,
	MUTEX_WAIT_LIST = 16,
	MUTEX_SIZE = 32,
	RT_MUTEX_OWNER = 16,
	/* as struct page had it, and struct slab after it */
	SLAB_CACHE_AT = 8,
	SLAB_LIST_AT = 16,
	SLAB_FREELIST_AT = 32,
	SLAB_COUNTERS_AT = 40,
};

static const struct image_enumerator image_zone_items[] = {
	{ "NR_ZONE_OTHER", 0 }, { "NR_FREE_PAGES", 1 }, { "NR_VM_ZONE_STAT_ITEMS", 2 }, { 0 }
};
static const struct image_enumerator image_node_items[] = {
	{ "NR_FILE_PAGES", 2 },           { "NR_SLAB_RECLAIMABLE_B", 3 },
	{ "NR_SLAB_UNRECLAIMABLE_B", 4 }, { "NR_SWAPCACHE", 5 },
	{ "NR_ANON_MAPPED", 6 },          { "NR_SHMEM", 7 },
	{ "NR_KERNEL_STACK_KB", 8 },      { "NR_PAGETABLE", 9 },
	{ "NR_VM_NODE_STAT_ITEMS", 10 },  { 0 }
};
static const struct image_enumerator image_flags[] = { { "PG_locked", 0 }, { "PG_reserved", 3 },
						       { "PG_slab", 7 },   { "__NR_PAGEFLAGS", 20 },
						       { "PG_alias", 7 },  { 0 } };

/* Trees, and files. */
static const struct image_layout image_file_layouts[] = {
	{ "rb_node", "__rb_parent_color:long rb_right:ptr rb_left:ptr" },
	{ "rb_root", "rb_node:ptr" },
	{ "rb_root_cached", "rb_root:rb_root rb_leftmost:ptr" },
	{ "xarray", "xa_flags:long xa_head:ptr" },
	{ "xa_node", "shift:char offset:char parent:ptr slots:ptr[4]" },
	{ "hlist_node", "next:ptr pprev:ptr" },
	{ "hlist_head", "first:ptr" },
	{ "hlist_bl_node", "next:ptr pprev:ptr" },
	{ "rlimit", "rlim_cur:long rlim_max:long" },
	{ "timespec64", "tv_sec:long tv_nsec:long" },
	{ "timekeeper", "xtime_sec:long wall_to_monotonic:timespec64" },
	{ "path", "mnt:ptr dentry:ptr" },
	{ "qstr", "name:ptr" },
	{ "vfsmount", "mnt_root:ptr mnt_sb:ptr" },
	{ "mount", "mnt_parent:ptr mnt_mountpoint:ptr mnt:vfsmount mnt_list:list mnt_devname:ptr" },
	{ "mnt_namespace", "root:ptr list:list" },
	{ "nsproxy", "net_ns:ptr mnt_ns:ptr ipc_ns:ptr" },
	{ "file_system_type", "name:ptr" },
	{ "super_block", "s_inodes:list s_type:ptr s_id:char[32]" },
	{ "address_space", "nrpages:long i_pages:xarray host:ptr" },
	{ "inode", "i_mode:int i_nlink:int i_mapping:ptr i_sb_list:list i_sb:ptr i_ino:long i_size:long "
		   "i_count:int i_state:long "
		   "i_dentry:hlist_head i_data:address_space" },
	{ "dentry", "d_parent:ptr d_name:qstr d_inode:ptr d_hash:hlist_bl_node d_sb:ptr d_alias:hlist_node "
		    "d_subdirs:list "
		    "d_child:list" },
	{ "files_struct", "fdt:ptr" },
	{ "fdtable", "max_fds:int fd:ptr" },
	{ "fs_struct", "root:path pwd:path" },
	{ "file", "f_path:path f_inode:ptr private_data:ptr" },
	{ 0 }
};

static inline void image_slab_types(struct image *im, struct image_btf *b, const struct image_basic *t)
{
	const struct image_member slab[] = { { "slab_cache", t->ptr, SLAB_CACHE_AT },
					     { "slab_list", t->list, SLAB_LIST_AT },
					     { "next", t->ptr, SLAB_LIST_AT },
					     { "freelist", t->ptr, SLAB_FREELIST_AT },
					     { "inuse", t->u32, SLAB_COUNTERS_AT, 16, 0 },
					     { "objects", t->u32, SLAB_COUNTERS_AT, 15, 16 },
					     { 0 } };
	struct image_member page[16] = { { "flags", t->u64, 0 }, { "compound_head", t->u64, 8 + 48 } };
	unsigned n = 2;

	for (unsigned i = 0; im->options.old && slab[i].name; i++)
		page[n++] = slab[i];
	page[n++] = (struct image_member){ "_refcount", t->u32, PAGE_COUNT };
	if (im->options.machine) {
		page[n++] = (struct image_member){ "buddy_list", t->list, 8 };
		/* types may tell of more than VMCOREINFO has room for */
		page[n++] = (struct image_member){ "beyond", t->list, 1 << 16 };
	}
	image_btf_struct(b, "page", 4, PAGE_SIZE_OF, page);
	if (!im->options.old)
		image_btf_struct(b, "slab", 4, PAGE_SIZE_OF, slab);

	uint32_t pair = image_btf_struct(
		b, "kmem_cache_per_node_ptrs", 4, 16,
		(struct image_member[]){ { "barn", t->ptr, 0 }, { "node", t->ptr, 8 }, { 0 } });
	uint32_t nodes = image_btf_array(b, im->options.sheaves ? pair : t->ptr, t->u32, 1);
	uint32_t oo = image_btf_struct(b, "kmem_cache_order_objects", 4, 4,
				       (struct image_member[]){ { "x", t->u32, 0 }, { 0 } });

	image_btf_struct(b, "kmem_cache", 4, CACHE_SIZE_OF,
			 (struct image_member[]){
				 { im->options.sheaves ? "cpu_sheaves" : "cpu_slab", t->ptr, CACHE_CPU },
				 { "size", t->u32, CACHE_SIZES },
				 { "object_size", t->u32, CACHE_SIZES + 4 },
				 { "offset", t->u32, CACHE_SIZES + 8 },
				 { "oo", oo, CACHE_SIZES + 12 },
				 { "name", t->ptr, CACHE_NAME_AT },
				 { "list", t->list, CACHE_LIST_AT },
				 { "random", t->u64, CACHE_RANDOM_AT },
				 { "flags", t->u64, CACHE_FLAGS_AT },
				 { "inuse", t->u32, CACHE_INUSE_AT },
				 { im->options.sheaves ? "per_node" : "node", nodes, CACHE_NODES },
				 { 0 } });
	image_btf_struct(b, "kmem_cache_node", 4, 40,
			 (struct image_member[]){ { "partial", t->list, 0 },
						  { "nr_slabs", t->u64, 16 },
						  { "total_objects", t->u64, 24 },
						  { 0 } });
	image_btf_struct(b, "kmem_cache_cpu", 4, 24,
			 (struct image_member[]){ { "freelist", t->ptr, 0 },
						  { im->options.old ? "page" : "slab", t->ptr, 8 },
						  { "partial", t->ptr, 16 },
						  { 0 } });
	image_btf_struct(b, "slub_percpu_sheaves", 4, 24,
			 (struct image_member[]){ { "main", t->ptr, 0 }, { "spare", t->ptr, 8 }, { 0 } });
	image_btf_struct(b, "slab_sheaf", 4, 40,
			 (struct image_member[]){ { "barn_list", t->list, 0 },
						  { "size", t->u32, 16 },
						  { "objects", t->list, 24 },
						  { 0 } });
	image_btf_struct(b, "node_barn", 4, 16,
			 (struct image_member[]){ { "sheaves_full", t->list, 0 }, { 0 } });
}

static inline void image_process_types(struct image *im, struct image_btf *b, const struct image_basic *t)
{
	uint32_t plain = image_btf_array(b, t->u64, t->u32, 4);
	uint32_t counter = image_btf_struct(
		b, "percpu_counter", 4, 16,
		(struct image_member[]){ { "count", t->u64, 0 }, { "counters", t->ptr, 8 }, { 0 } });
	uint32_t counters = image_btf_array(b, counter, t->u32, 4);
	uint32_t tree = image_btf_struct(b, "maple_tree", 4, 8,
					 (struct image_member[]){ { "ma_root", t->ptr, 0 }, { 0 } });
	uint32_t pivots = image_btf_array(b, t->u64, t->u32, 15),
		 slots = image_btf_array(b, t->ptr, t->u32, 16);

	image_btf_struct(b, "maple_range_64", 4, 256,
			 (struct image_member[]){ { "parent", t->ptr, 0 },
						  { "pivot", pivots, MAPLE_PIVOT },
						  { "slot", slots, MAPLE_SLOT },
						  { 0 } });
	image_btf_struct(b, "mm_struct", 4, MM_SIZE,
			 (struct image_member[]){
				 { "pgd", t->ptr, 0 },
				 { "total_vm", t->u64, 8 },
				 { im->options.old ? "mmap" : "mm_mt", im->options.old ? t->ptr : tree, 16 },
				 { "rss_stat", im->options.old ? plain : counters, 24 },
				 { "arg_start", t->u64, MM_ARGUMENTS },
				 { "arg_end", t->u64, MM_ARGUMENTS + 8 },
				 { "env_start", t->u64, MM_ARGUMENTS + 16 },
				 { "env_end", t->u64, MM_ARGUMENTS + 24 },
				 { 0 } });
	image_btf_struct(b, "vm_area_struct", 4, 48,
			 (struct image_member[]){ { "vm_start", t->u64, 0 },
						  { "vm_end", t->u64, 8 },
						  { "vm_flags", t->u64, 16 },
						  { "vm_file", t->ptr, 24 },
						  { "vm_pgoff", t->u64, 32 },
						  { "vm_next", t->ptr, 40 },
						  { 0 } });
	image_btf_struct(b, "mutex", 4, MUTEX_SIZE,
			 (struct image_member[]){ { "owner", t->u64, 0 },
						  { im->options.sheaves ? "first_waiter" : "wait_list",
						    im->options.sheaves ? t->ptr : t->list, MUTEX_WAIT_LIST },
						  { 0 } });
	image_btf_struct(b, "mutex_waiter", 4, 24,
			 (struct image_member[]){ { "list", t->list, 0 }, { "task", t->ptr, 16 }, { 0 } });
	if (!im->options.rt)
		return;
	image_btf_struct(b, "rt_mutex_base", 4, MUTEX_SIZE,
			 (struct image_member[]){
				 { "waiters", t->ptr, 0 }, { "owner", t->ptr, RT_MUTEX_OWNER }, { 0 } });
	image_btf_struct(b, "rt_mutex_waiter", 4, 32,
			 (struct image_member[]){ { "tree_entry", t->list, 0 },
						  { "task", t->ptr, 16 },
						  { "lock", t->ptr, 24 },
						  { 0 } });
}

static inline void image_memory_types(struct image *im, struct image_btf *b, const struct image_basic *t)
{
	image_btf_enum(b, "zone_stat_item", image_zone_items);
	image_btf_enum(b, "node_stat_item", image_node_items);
	image_btf_enum(b, "pageflags", image_flags);
	image_slab_types(im, b, t);
	image_process_types(im, b, t);
}

static inline uint64_t image_number(struct image *im, const char *name, uint64_t value)
{
	uint64_t at = image_variable(im, name, 8);

	image_put(im, at, value, 8);
	return at;
}

static inline uint64_t image_string(struct image *im, const char *text)
{
	uint64_t at = image_room(im, strlen(text) + 1);

	image_text(im, at, text);
	return at;
}

static inline void image_counters(struct image *im)
{
	uint64_t zone = image_variable(im, "vm_zone_stat", 16), node = image_variable(im, "vm_node_stat", 80);
	uint64_t committed = image_variable(im, "vm_committed_as", 16), parts = image_room(im, 8);
	uint64_t super = image_new(im, "super_block"), inode = image_new(im, "inode");
	uint64_t mapping = image_new(im, "address_space");

	image_number(im, "_totalram_pages", 500);
	image_number(im, "total_swap_pages", 100);
	image_number(im, "nr_swap_pages", 40);
	image_number(im, "blockdev_superblock", super);
	image_put(im, zone + 8, 200, 8);
	image_put(im, node + 16, 60, 8);
	image_put(im, node + 24, 10, 8);
	image_put(im, node + 32, 5, 8);
	image_put(im, node + 48, 120, 8);
	image_put(im, node + 56, 8, 8);
	image_put(im, node + 64, 16, 8); /* KiB */
	image_put(im, node + 72, 6, 8);
	image_number(im, "nr_vmalloc_pages", 14);
	image_put(im, node + 40, 3, 8);
	image_put(im, committed, 50, 8);
	image_put(im, committed + 8, parts, 8);
	image_put(im, parts + IMAGE_PERCPU, (uint32_t)-8, 4);
	image_list(im, (uint64_t[]){ super, inode + 16 }, 2);
	image_put(im, inode + 8, mapping, 8);
	image_put(im, mapping, 7, 8);
	/* two shared pages, one of them reserved */
	image_put(im, IMAGE_PAGES + 0x60 * PAGE_SIZE_OF + PAGE_COUNT, 2, 4);
	image_put(im, IMAGE_PAGES + 0x61 * PAGE_SIZE_OF + PAGE_COUNT, 2, 4);
	image_put(im, IMAGE_PAGES + 0x61 * PAGE_SIZE_OF, 1 << 3, 8);
}

/* Links the objects of a slab by their index; the first one's address. */
static inline uint64_t image_free(struct image *im, uint64_t slab, const int *objects)
{
	uint64_t first = 0, at = 0;

	for (; *objects >= 0; objects++) {
		uint64_t object = IMAGE_DIRECT + slab + 64 * (uint64_t)*objects;

		if (at)
			image_put(im, at, object, 8);
		else
			first = object;
		at = object;
		image_put(im, at, 0, 8);
	}
	return first;
}

static inline void image_slab(struct image *im, uint64_t slab, uint64_t cache, uint64_t first, unsigned inuse)
{
	uint64_t page = IMAGE_PAGES + slab / 4096 * PAGE_SIZE_OF;

	image_put(im, page, 1 << 7, 8);
	image_put(im, page + SLAB_CACHE_AT, cache, 8);
	image_put(im, page + SLAB_FREELIST_AT, first, 8);
	image_put(im, page + SLAB_COUNTERS_AT, inuse | 64u << 16, 4);
	image_put(im, page + PAGE_COUNT, 1, 4);
}

static inline void image_slabs(struct image *im)
{
	uint64_t head = image_variable(im, "slab_caches", 16), cache = image_room(im, CACHE_SIZE_OF);
	uint64_t node = image_room(im, 40), per_cpu = image_room(im, 24), barn = image_room(im, 16);
	uint64_t sheaf = image_room(im, 40), full = image_room(im, 40);
	uint64_t page = IMAGE_PAGES + IMAGE_SLAB / 4096 * PAGE_SIZE_OF;
	uint64_t page_2 = IMAGE_PAGES + IMAGE_SLAB_2 / 4096 * PAGE_SIZE_OF;

	image_number(im, "vmemmap_base", IMAGE_PAGES);
	image_list(im, (uint64_t[]){ head, cache + CACHE_LIST_AT }, 2);
	image_put(im, cache + CACHE_CPU, per_cpu, 8);
	image_put(im, cache + CACHE_SIZES, 64, 4);
	image_put(im, cache + CACHE_SIZES + 4, 48, 4);
	image_put(im, cache + CACHE_SIZES + 12, 64, 4);
	image_put(im, cache + CACHE_NAME_AT, image_string(im, "test-48"), 8);
	image_put(im, cache + CACHE_NODES + (im->options.sheaves ? 8 : 0), node, 8);
	image_put(im, node + 16, 2, 8);
	image_put(im, node + 24, 128, 8);
	image_list(im, (uint64_t[]){ node, page + SLAB_LIST_AT }, 2);
	image_slab(im, IMAGE_SLAB, cache, image_free(im, IMAGE_SLAB, (int[]){ 3, 5, 0, -1 }), 61);
	image_slab(im, IMAGE_SLAB_2, cache, 0, 64);
	if (!im->options.sheaves) {
		image_put(im, per_cpu + IMAGE_PERCPU, image_free(im, IMAGE_SLAB_2, (int[]){ 1, 2, -1 }), 8);
		image_put(im, per_cpu + IMAGE_PERCPU + 8, page_2, 8);
		return;
	}
	image_put(im, cache + CACHE_NODES, barn, 8);
	image_put(im, per_cpu + IMAGE_PERCPU, sheaf, 8);
	image_put(im, sheaf + 16, 2, 4);
	image_put(im, sheaf + 24, IMAGE_DIRECT + IMAGE_SLAB_2 + 64, 8);
	image_put(im, sheaf + 32, IMAGE_DIRECT + IMAGE_SLAB_2 + 128, 8);
	image_list(im, (uint64_t[]){ barn, full }, 2);
	image_put(im, full + 16, 1, 4);
	image_put(im, full + 24, IMAGE_DIRECT + IMAGE_SLAB_2 + 192, 8);
}

static inline uint64_t image_dentry(struct image *im, uint64_t parent, const char *name, uint64_t inode)
{
	uint64_t at = image_new(im, "dentry"), alias = image_member(im, at, "dentry.d_alias");
	uint64_t names = image_member(im, inode, "inode.i_dentry"),
		 child = image_member(im, at, "dentry.d_child");

	image_set(im, at, "dentry.d_parent", parent ? parent : at);
	image_set(im, at, "dentry.d_name.name", image_string(im, name));
	image_set(im, at, "dentry.d_inode", inode);
	image_set(im, at, "dentry.d_hash.pprev", parent ? at : 0);
	image_set(im, at, "dentry.d_sb", im->super_block);
	image_set(im, inode, "inode.i_dentry.first", alias);
	image_set(im, at, "dentry.d_alias.pprev", names);
	image_list(im, (uint64_t[]){ image_member(im, at, "dentry.d_subdirs") }, 1);
	if (parent)
		image_list(im, (uint64_t[]){ image_member(im, parent, "dentry.d_subdirs"), child }, 2);
	else
		image_list(im, &child, 1);
	return at;
}

static inline uint64_t image_inode(struct image *im, uint64_t number, unsigned mode)
{
	uint64_t at = image_new(im, "inode");

	image_set(im, at, "inode.i_mode", mode);
	image_set(im, at, "inode.i_nlink", 1);
	image_set(im, at, "inode.i_count", 2);
	image_set(im, at, "inode.i_ino", number);
	image_set(im, at, "inode.i_sb", im->super_block);
	image_set(im, at, "inode.i_data.host", at);
	return at;
}

/* The file system of /, and its mount. */
static inline uint64_t image_file_system(struct image *im)
{
	uint64_t type = image_new(im, "file_system_type"), mount = image_new(im, "mount");

	im->super_block = image_new(im, "super_block");
	image_set(im, type, "file_system_type.name", image_string(im, "ext4"));
	image_set(im, im->super_block, "super_block.s_type", type);
	image_set_text(im, im->super_block, "super_block.s_id", "vda");
	image_set(im, mount, "mount.mnt_parent", mount);
	image_set(im, mount, "mount.mnt.mnt_sb", im->super_block);
	image_set(im, mount, "mount.mnt_devname", image_string(im, "/dev/vda"));
	return mount;
}

/* The tree of the inodes' super block, in which sh's is one that must be written back; sh's page in the page cache. */
static inline void image_page_cache(struct image *im, uint64_t inode)
{
	uint64_t list = image_member(im, inode, "inode.i_sb_list"), mapping = image_new(im, "address_space");

	image_list(im, (uint64_t[]){ image_member(im, im->super_block, "super_block.s_inodes"), list }, 2);
	image_set(im, inode, "inode.i_state", 7);
	image_set(im, inode, "inode.i_size", 5000);
	image_set(im, inode, "inode.i_mapping", mapping);
	image_set(im, mapping, "address_space.nrpages", 1);
	image_set(im, mapping, "address_space.i_pages.xa_head", IMAGE_PAGES + 0x60 * PAGE_SIZE_OF);
}

/* A tree of one leaf, in which the mapping has the second of three ranges. */
static inline uint64_t image_maple(struct image *im, uint64_t tree, uint64_t vma)
{
	uint64_t leaf = (image_room(im, 512) + 255) & ~255ull;

	image_put(im, leaf, tree | 1, 8);
	image_put(im, leaf + MAPLE_PIVOT, IMAGE_VMA_START - 1, 8);
	image_put(im, leaf + MAPLE_PIVOT + 8, IMAGE_VMA_START + 0xffff, 8);
	image_put(im, leaf + MAPLE_PIVOT + 16, ~0ull, 8);
	image_put(im, leaf + MAPLE_SLOT + 8, vma, 8);
	return leaf | 1 << 3 | 2;
}

/* A process that maps and has open /bin/sh, with 9 pages in memory. */
static inline void image_process(struct image *im, uint64_t task)
{
	uint64_t mm = image_room(im, MM_SIZE), vma = image_room(im, 48), file = image_new(im, "file");
	uint64_t files = image_new(im, "files_struct"), table = image_new(im, "fdtable"),
		 fds = image_room(im, 512);
	uint64_t fs = image_new(im, "fs_struct"), mount = image_file_system(im), parts = image_room(im, 8);
	uint64_t folder = image_inode(im, 2, 040755), inode = image_inode(im, 12, 0100755);
	uint64_t root = image_dentry(im, 0, "/", folder),
		 bin = image_dentry(im, root, "bin", image_inode(im, 11, 040755));
	uint64_t sh = image_dentry(im, bin, "sh", inode);

	if (im->options.deleted)
		image_set(im, sh, "dentry.d_hash.pprev", 0);
	image_page_cache(im, inode);
	image_put(im, task + TASK_MM, mm, 8);
	image_put(im, task + TASK_FILES, files, 8);
	image_put(im, task + TASK_FS, fs, 8);
	image_put(im, mm, IMAGE_MAP + 0x1000, 8);
	image_put(im, mm + 8, 16, 8);
	image_put(im, mm + 16, im->options.old ? vma : image_maple(im, mm + 16, vma), 8);
	if (im->options.old) {
		image_put(im, mm + 24, 4, 8);      /* files */
		image_put(im, mm + 24 + 16, 5, 8); /* swapped: not counted */
		image_put(im, task + TASK_RSS + 4, 5, 4);
	} else {
		image_put(im, mm + 24, 10, 8);
		image_put(im, mm + 32, parts, 8);
		image_put(im, parts + IMAGE_PERCPU, (uint32_t)-1, 4);
	}
	for (unsigned i = 0; i < 4;
	     i++) /* behind what it writes: its arguments, 6 bytes, and environment, 7 */
		image_put(im, mm + MM_ARGUMENTS + 8 * i,
			  IMAGE_VMA_START + IMAGE_USER_TEXT + 16 +
				  (i == 0   ? 0
				   : i == 3 ? 13
					    : 6),
			  8);
	image_text(im, IMAGE_USER_TEXT + 16, "sh");
	image_text(im, IMAGE_USER_TEXT + 19, "-c");
	image_text(im, IMAGE_USER_TEXT + 22, "HOME=/");
	image_put(im, vma, IMAGE_VMA_START, 8);
	image_put(im, vma + 8, IMAGE_VMA_START + 0x10000, 8);
	image_put(im, vma + 16, 5, 8);
	image_put(im, vma + 24, file, 8);
	image_set(im, files, "files_struct.fdt", table);
	image_set(im, table, "fdtable.max_fds", 64);
	image_set(im, table, "fdtable.fd", fds);
	im->fds = fds;
	im->inode = inode;
	im->dentry = sh;
	im->mount = mount;
	image_put(im, fds + 8 * 3, file, 8);
	image_set(im, file, "file.f_path.mnt", image_member(im, mount, "mount.mnt"));
	image_set(im, file, "file.f_path.dentry", sh);
	image_set(im, file, "file.f_inode", inode);
	image_set(im, mount, "mount.mnt.mnt_root", root);
	for (unsigned i = 0; i < 2; i++) {
		uint64_t path = fs + i * image_field(im, "path")->size;

		image_set(im, path, "fs_struct.root.mnt", image_member(im, mount, "mount.mnt"));
		image_set(im, path, "fs_struct.root.dentry", i ? bin : root);
	}
}

static inline void image_memory(struct image *im, uint64_t task)
{
	im->memory_from = im->next;
	image_counters(im);
	image_slabs(im);
	image_process(im, task);
	im->memory_to = im->next;
}

#endif
