/* The part of the small kernel that `kmem -f` and the like, net, dev, mach, bpf and sys tell of: a zone with a free block, an
 * area of vmalloc, a network device with a neighbour, a socket, a character device, resources, a PCI device, a BPF program
 * with its map, system calls, an audit message.  image_options.machine asks for it. */
#ifndef LINUX_IMAGE_MACHINE_H
#define LINUX_IMAGE_MACHINE_H

#include <zlib.h>

#define IMAGE_FREE_PAGE (IMAGE_PAGES + 0x80ull * PAGE_SIZE_OF) /* of a free block of 4 pages */
#define IMAGE_VMALLOC 0xffffc90000000000ull
#define IMAGE_IRQ_STACK 0xa4000u       /* physical */
#define IMAGE_JIT (IMAGE_TEXT + 0xe00) /* a compiled program: push %rbp, ret */

enum {
	ZONE_FREE = 64,
	ZONE_STAT = 184,
	ZONE_SIZE = 208,
	NODE_SIZE = 456,
	TASK_NSPROXY = 184,
	PAGE_BUDDY = 8,
	FREE_AREA = 40, /* two kinds */
	SOCK_SPORT = 32,
};

static inline void image_zone_types(struct image_btf *b, const struct image_basic *t)
{
	uint32_t lists = image_btf_array(b, t->list, t->u32, 2),
		 marks = image_btf_array(b, t->u64, t->u32, 3);
	uint32_t area = image_btf_struct(
		b, "free_area", 4, FREE_AREA,
		(struct image_member[]){ { "free_list", lists, 0 }, { "nr_free", t->u64, 32 }, { 0 } });
	uint32_t areas = image_btf_array(b, area, t->u32, 3), stats = image_btf_array(b, t->u64, t->u32, 2);
	uint32_t zone = image_btf_struct(b, "zone", 4, ZONE_SIZE,
					 (struct image_member[]){ { "_watermark", marks, 0 },
								  { "name", t->ptr, 24 },
								  { "zone_start_pfn", t->u64, 32 },
								  { "spanned_pages", t->u64, 40 },
								  { "present_pages", t->u64, 48 },
								  { "managed_pages", t->u64, 56 },
								  { "free_area", areas, ZONE_FREE },
								  { "vm_stat", stats, ZONE_STAT },
								  { 0 } });
	uint32_t zones = image_btf_array(b, zone, t->u32, 2);

	image_btf_struct(b, "pglist_data", 4, NODE_SIZE,
			 (struct image_member[]){ { "node_zones", zones, 0 },
						  { "node_id", t->u32, 416 },
						  { "node_start_pfn", t->u64, 424 },
						  { "node_spanned_pages", t->u64, 432 },
						  { "node_present_pages", t->u64, 440 },
						  { "nr_zones", t->u32, 448 },
						  { 0 } });
	image_btf_enum(
		b, "migratetype",
		(struct image_enumerator[]){ { "MIGRATE_UNMOVABLE", 0 }, { "MIGRATE_MOVABLE", 1 }, { 0 } });
	image_btf_enum(b, "vm_event_item",
		       (struct image_enumerator[]){
			       { "PGFAULT", 0 }, { "OOM_KILL", 1 }, { "NR_VM_EVENT_ITEMS", 2 }, { 0 } });
	image_btf_struct(b, "mem_section", 4, 16,
			 (struct image_member[]){ { "section_mem_map", t->u64, 0 }, { 0 } });
	image_btf_struct(
		b, "vm_struct", 4, 32,
		(struct image_member[]){
			{ "flags", t->u64, 0 }, { "nr_pages", t->u32, 8 }, { "caller", t->ptr, 16 }, { 0 } });
	image_btf_struct(b, "hstate", 4, 64,
			 (struct image_member[]){ { "order", t->u32, 0 },
						  { "nr_huge_pages", t->u64, 8 },
						  { "free_huge_pages", t->u64, 16 },
						  { "name", image_btf_array(b, t->chr, t->u32, 32), 24 },
						  { 0 } });
}

static inline void image_net_types(struct image_btf *b, const struct image_basic *t, uint32_t u16)
{
	image_btf_struct(b, "net", 4, 16, (struct image_member[]){ { "dev_base_head", t->list, 0 }, { 0 } });
	image_btf_struct(b, "net_device", 4, 56,
			 (struct image_member[]){ { "name", image_btf_array(b, t->chr, t->u32, 16), 0 },
						  { "dev_list", t->list, 16 },
						  { "ip_ptr", t->ptr, 32 },
						  { "type", u16, 40 },
						  { "addr_len", t->chr, 42 },
						  { 0 } });
	image_btf_struct(b, "in_device", 4, 8, (struct image_member[]){ { "ifa_list", t->ptr, 0 }, { 0 } });
	image_btf_struct(
		b, "in_ifaddr", 4, 16,
		(struct image_member[]){ { "ifa_next", t->ptr, 0 }, { "ifa_address", t->u32, 8 }, { 0 } });
	image_btf_struct(
		b, "neighbour", 4, 40,
		(struct image_member[]){ { "next", t->ptr, 0 },
					 { "dev", t->ptr, 8 },
					 { "nud_state", t->chr, 16 },
					 { "ha", image_btf_array(b, t->chr, t->u32, 8), 20 },
					 { "primary_key", image_btf_array(b, t->chr, t->u32, 0), 32 },
					 { 0 } });
	image_btf_struct(b, "neigh_table", 4, 8, (struct image_member[]){ { "nht", t->ptr, 0 }, { 0 } });
	image_btf_struct(
		b, "neigh_hash_table", 4, 16,
		(struct image_member[]){ { "hash_buckets", t->ptr, 0 }, { "hash_shift", t->u32, 8 }, { 0 } });
	image_btf_struct(b, "socket", 4, 16,
			 (struct image_member[]){ { "type", u16, 0 }, { "sk", t->ptr, 8 }, { 0 } });
	uint32_t common = image_btf_struct(b, "sock_common", 4, 16,
					   (struct image_member[]){ { "skc_daddr", t->u32, 0 },
								    { "skc_rcv_saddr", t->u32, 4 },
								    { "skc_dport", u16, 8 },
								    { "skc_family", u16, 10 },
								    { "skc_state", t->chr, 12 },
								    { 0 } });
	uint32_t sock = image_btf_struct(
		b, "sock", 4, 32,
		(struct image_member[]){ { "__sk_common", common, 0 }, { "sk_protocol", u16, 16 }, { 0 } });

	image_btf_struct(
		b, "inet_sock", 4, 40,
		(struct image_member[]){ { "sk", sock, 0 }, { "inet_sport", u16, SOCK_SPORT }, { 0 } });
	image_btf_struct(
		b, "sk_buff", 4, 32,
		(struct image_member[]){
			{ "next", t->ptr, 0 }, { "data", t->ptr, 16 }, { "len", t->u32, 24 }, { 0 } });
}

static const struct image_layout image_device_layouts[] = {
	{ "vmap_area", "va_start:long va_end:long list:list vm:ptr rb_node:rb_node" },
	{ "kobject", "name:ptr" },
	{ "device", "kobj:kobject type:ptr" },
	{ "char_device_struct", "next:ptr major:int baseminor:int name:char[64] cdev:ptr" },
	{ "cdev", "ops:ptr" },
	{ "blk_major_name", "next:ptr major:int name:char[16]" },
	{ "resource", "start:long end:long name:ptr flags:long desc:long sibling:ptr child:ptr" },
	{ "pci_bus", "node:list children:list devices:list dev:device" },
	{ "pci_dev",
	  "bus_list:list class:int vendor:short device:short pcie_cap:char pcie_flags_reg:short dev:device" },
	{ "klist", "k_list:list" },
	{ "klist_node", "n_node:list" },
	{ "class", "p:ptr" },
	{ "subsys_private", "klist_devices:klist" },
	{ "device_private", "klist_children:klist knode_class:klist_node device:ptr" },
	{ "gendisk", "disk_name:char[32] major:int first_minor:int queue:ptr fops:ptr part0:ptr" },
	{ "block_device", "bd_device:device bd_disk:ptr bd_nr_sectors:long bd_stats:ptr" },
	{ "request_queue", "mq_ops:ptr nr_hw_queues:int queue_hw_ctx:ptr" },
	{ "blk_mq_hw_ctx", "tags:ptr" },
	{ "blk_mq_tags", "nr_tags:int rqs:ptr" },
	{ "request", "q:ptr state:int tag:int cmd_flags:int" },
	{ "swap_info_struct", "flags:long prio:short pages:int inuse_pages:int swap_file:ptr" },
	{ 0 }
};

static inline void image_device_types(struct image *im, struct image_btf *b, const struct image_basic *t)
{
	image_layouts(im, b, t, image_device_layouts);
	image_btf_enum(b, "e820_type", (struct image_enumerator[]){ { "E820_TYPE_RAM", 1 }, { 0 } });
	uint32_t entry = image_btf_struct(
		b, "e820_entry", 4, 20,
		(struct image_member[]){
			{ "addr", t->u64, 0 }, { "size", t->u64, 8 }, { "type", t->u32, 16 }, { 0 } });

	image_btf_struct(b, "e820_table", 4, 44,
			 (struct image_member[]){ { "nr_entries", t->u32, 0 },
						  { "entries", image_btf_array(b, entry, t->u32, 2), 4 },
						  { 0 } });
	image_btf_struct(
		b, "cpuinfo_x86", 4, 16,
		(struct image_member[]){ { "x86", t->u32, 0 }, { "loops_per_jiffy", t->u64, 8 }, { 0 } });
	image_btf_enum(b, "dmi_field",
		       (struct image_enumerator[]){
			       { "DMI_NONE", 0 }, { "DMI_SYS_VENDOR", 1 }, { "DMI_STRING_MAX", 2 }, { 0 } });
}

static inline void image_bpf_types(struct image_btf *b, const struct image_basic *t, uint32_t u16)
{
	uint32_t name = image_btf_array(b, t->chr, t->u32, 16);

	image_btf_enum(b, "bpf_prog_type",
		       (struct image_enumerator[]){ { "BPF_PROG_TYPE_SOCKET_FILTER", 1 }, { 0 } });
	image_btf_enum(b, "bpf_map_type", (struct image_enumerator[]){ { "BPF_MAP_TYPE_HASH", 1 }, { 0 } });
	image_btf_struct(b, "bpf_prog", 4, 48,
			 (struct image_member[]){ { "pages", u16, 0 },
						  { "jited", t->u32, 4, 1, 0 },
						  { "gpl_compatible", t->u32, 4, 1, 1 },
						  { "type", t->u32, 8 },
						  { "len", t->u32, 12 },
						  { "jited_len", t->u32, 16 },
						  { "tag", image_btf_array(b, t->chr, t->u32, 8), 20 },
						  { "aux", t->ptr, 32 },
						  { "bpf_func", t->ptr, 40 },
						  { "insnsi", image_btf_array(b, t->u64, t->u32, 0), 48 },
						  { 0 } });
	image_btf_struct(b, "bpf_prog_aux", 4, 56,
			 (struct image_member[]){ { "used_map_cnt", t->u32, 0 },
						  { "id", t->u32, 4 },
						  { "used_maps", t->ptr, 8 },
						  { "load_time", t->u64, 16 },
						  { "name", name, 32 },
						  { 0 } });
	image_btf_struct(b, "bpf_map", 4, 40,
			 (struct image_member[]){ { "map_type", t->u32, 0 },
						  { "key_size", t->u32, 4 },
						  { "value_size", t->u32, 8 },
						  { "max_entries", t->u32, 12 },
						  { "map_flags", t->u32, 16 },
						  { "id", t->u32, 20 },
						  { "name", name, 24 },
						  { 0 } });
}

static inline void image_machine_types(struct image *im, struct image_btf *b, const struct image_basic *t)
{
	if (!im->options.machine)
		return;
	uint32_t u16 = im->u16_type;

	image_zone_types(b, t);
	image_net_types(b, t, u16);
	image_device_types(im, b, t);
	image_bpf_types(b, t, u16);
}

/* A zone of all memory, in which pages 0x80 to 0x83 are free; another without any. */
static inline void image_zones(struct image *im)
{
	uint64_t node = image_variable(im, "contig_page_data", NODE_SIZE), sections = image_room(im, 4096);
	uint64_t table = image_room(im, 8);

	for (unsigned z = 0; z < 2; z++)
		for (unsigned i = 0; i < 6; i++) {
			uint64_t list = node + z * ZONE_SIZE + ZONE_FREE + i / 2 * FREE_AREA + i % 2 * 16;

			/* of order 2 the movable ones */
			if (!z && i == 5)
				image_list(im, (uint64_t[]){ list, IMAGE_FREE_PAGE + PAGE_BUDDY }, 2);
			else
				image_list(im, &list, 1);
		}
	image_put(im, node, 10, 8);
	image_put(im, node + 8, 20, 8);
	image_put(im, node + 16, 30, 8);
	image_put(im, node + 24, image_string(im, "DMA32"), 8);
	image_put(im, node + 40, IMAGE_MEMORY / 4096, 8);
	image_put(im, node + 48, 500, 8);
	image_put(im, node + 56, 490, 8);
	image_put(im, node + ZONE_STAT + 8, 4, 8);
	image_put(im, node + ZONE_SIZE + 24, image_string(im, "Normal"), 8);
	image_put(im, node + 432, IMAGE_MEMORY / 4096, 8);
	image_put(im, node + 440, 500, 8);
	image_put(im, node + 448, 2, 4);
	image_number(im, "mem_section", table);
	image_put(im, table, sections, 8);
	image_put(im, sections, IMAGE_PAGES | 15, 8);
	image_say(im, "LENGTH(mem_section)=1\n");

	uint64_t head = image_variable(im, "vmap_area_list", 16), area = image_new(im, "vmap_area");
	uint64_t vm = image_room(im, 32), events = image_per_cpu(im, "vm_event_states", 16);

	image_list(im, (uint64_t[]){ head, area + 16 }, 2);
	image_number(im, "vmap_area_root", image_member(im, area, "vmap_area.rb_node"));
	image_put(im, area, IMAGE_VMALLOC, 8);
	image_put(im, area + 8, IMAGE_VMALLOC + 0x3000, 8);
	image_put(im, area + 32, vm, 8);
	image_put(im, vm, 2, 8);
	image_put(im, vm + 8, 2, 4);
	image_put(im, vm + 16, image_function("vfs_write"), 8);
	image_put(im, events + IMAGE_PERCPU, 77, 8);

	uint64_t pool = image_variable(im, "hstates", 64);

	image_number(im, "hugetlb_max_hstate", 1);
	image_put(im, pool, 9, 4);
	image_put(im, pool + 8, 5, 8);
	image_put(im, pool + 16, 3, 8);
	image_text(im, pool + 24, "hugepages-2048kB");
}

/* Of a file system that is mounted nowhere. */
static inline uint64_t image_socket_dentry(struct image *im, uint64_t inode)
{
	uint64_t of_root = im->super_block, type = image_new(im, "file_system_type"), dentry;

	im->super_block = image_new(im, "super_block");
	image_set(im, type, "file_system_type.name", image_string(im, "sockfs"));
	image_set(im, im->super_block, "super_block.s_type", type);
	image_set(im, inode, "inode.i_sb", im->super_block);
	image_set(im, inode, "inode.i_ino", 77);
	dentry = image_dentry(im, 0, "", inode);
	im->super_block = of_root;
	return dentry;
}

static inline void image_network(struct image *im, uint64_t task)
{
	uint64_t net = image_variable(im, "init_net", 16), device = image_room(im, 56);
	uint64_t ip = image_room(im, 8), address = image_room(im, 16), namespaces = image_new(im, "nsproxy");
	uint64_t space = image_new(im, "mnt_namespace");
	uint64_t table = image_variable(im, "arp_tbl", 8), hash = image_room(im, 16);
	uint64_t buckets = image_room(im, 16), neighbour = image_room(im, 40);

	image_put(im, task + TASK_NSPROXY, namespaces, 8);
	image_put(im, im->init_task + TASK_NSPROXY, namespaces, 8);
	image_set(im, namespaces, "nsproxy.net_ns", net);
	image_set(im, namespaces, "nsproxy.mnt_ns", space);
	im->namespaces = namespaces;
	image_list(im,
		   (uint64_t[]){ image_member(im, space, "mnt_namespace.list"),
				 image_member(im, im->mount, "mount.mnt_list") },
		   2);
	image_list(im, (uint64_t[]){ net, device + 16 }, 2);
	image_text(im, device, "eth0");
	image_put(im, device + 32, ip, 8);
	image_put(im, device + 40, 1, 2);
	image_put(im, device + 42, 6, 1);
	image_put(im, ip, address, 8);
	image_put(im, address + 8, 0x0210000a, 4);
	image_put(im, table, hash, 8);
	image_put(im, hash, buckets, 8);
	image_put(im, hash + 8, 1, 4);
	image_put(im, buckets + 8, neighbour, 8);
	image_put(im, neighbour + 8, device, 8);
	image_put(im, neighbour + 16, 4, 1);
	image_put(im, neighbour + 20, 0x665544332211, 8);
	image_put(im, neighbour + 32, 0x0110000a, 4);

	/* a connected socket, as descriptor 4 */
	uint64_t file = image_new(im, "file"), inode = image_new(im, "inode"), socket = image_room(im, 16);
	uint64_t sock = image_room(im, 40);

	image_put(im, im->fds + 8 * 4, file, 8);
	image_set(im, file, "file.f_path.dentry", image_socket_dentry(im, inode));
	image_set(im, file, "file.f_inode", inode);
	image_set(im, file, "file.private_data", socket);
	image_put(im, inode, 0140777, 4);
	image_put(im, socket, 1, 2);
	image_put(im, socket + 8, sock, 8);
	image_put(im, sock, 0x0110000a, 4);
	image_put(im, sock + 4, 0x0210000a, 4);
	image_put(im, sock + 8, 0x5000, 2); /* port 80 */
	image_put(im, sock + 10, 2, 2);
	image_put(im, sock + 16, 6, 2);
	image_put(im, sock + SOCK_SPORT, 0x3930, 2); /* port 12345 */

	uint64_t queue = image_variable(im, "audit_queue", 16), buffer = image_room(im, 32);
	uint64_t data = image_room(im, 64);

	image_list(im, (uint64_t[]){ queue, buffer }, 2);
	image_put(im, buffer + 16, data, 8);
	image_put(im, buffer + 24, 16 + 20, 4);
	image_put(im, data, 20, 4); /* without its own length */
	image_put(im, data + 4, 1300, 2);
	image_text(im, data + 16, "audit(1.2:3): arch=x");
}

static inline void image_devices(struct image *im)
{
	uint64_t table = image_variable(im, "chrdevs", 255 * 8), entry = image_room(im, 96),
		 cdev = image_room(im, 8);
	uint64_t majors = image_variable(im, "major_names", 255 * 8), major = image_room(im, 32);

	image_put(im, table + 8 * 5, entry, 8);
	image_put(im, entry + 8, 5, 4);
	image_text(im, entry + 16, "tty");
	image_put(im, entry + 80, cdev, 8);
	image_put(im, cdev, image_function("vfs_write"), 8);
	image_put(im, majors + 8 * 8, major, 8);
	image_put(im, major + 8, 8, 4);
	image_text(im, major + 12, "sd");

	uint64_t ports = image_variable(im, "ioport_resource", 56), port = image_room(im, 56);
	uint64_t memory = image_variable(im, "iomem_resource", 56);

	image_put(im, ports + 8, 0xffff, 8);
	image_put(im, ports + 16, image_string(im, "PCI IO"), 8);
	image_put(im, ports + 48, port, 8);
	image_put(im, port, 0x60, 8);
	image_put(im, port + 8, 0x64, 8);
	image_put(im, port + 16, image_string(im, "keyboard"), 8);
	image_put(im, memory + 8, 0xffffffff, 8);
	image_put(im, memory + 16, image_string(im, "PCI mem"), 8);

	uint64_t roots = image_variable(im, "pci_root_buses", 16), bus = image_new(im, "pci_bus"),
		 pci = image_new(im, "pci_dev");

	image_list(im, (uint64_t[]){ roots, bus }, 2);
	image_list(im, (uint64_t[]){ bus + 16 }, 1);
	image_list(im, (uint64_t[]){ bus + 32, pci }, 2);
	image_put(im, bus + 48, image_string(im, "0000:00"), 8);
	image_put(im, pci + 16, 0x060400, 4);
	image_put(im, pci + 20, 0x8086, 2);
	image_put(im, pci + 22, 0x1237, 2);
	image_put(im, pci + 24, 0x40, 1);
	image_put(im, pci + 26, 0x42, 2); /* a root port */
	image_put(im, pci + 32, image_string(im, "0000:00:1c.0"), 8);
}

/* One disk, with a request of two tags on its way; swap on it. */
static inline void image_disk(struct image *im)
{
	uint64_t class = image_variable(im, "block_class", 8), type = image_variable(im, "disk_type", 8);
	uint64_t private = image_new(im, "subsys_private"), of_device = image_new(im, "device_private");
	uint64_t part = image_new(im, "block_device"), disk = image_new(im, "gendisk"),
		 queue = image_new(im, "request_queue");
	uint64_t table = image_room(im, 8), hctx = image_new(im, "blk_mq_hw_ctx"),
		 tags = image_new(im, "blk_mq_tags");
	uint64_t requests = image_room(im, 16), request = image_new(im, "request");

	image_set(im, class, "class.p", private);
	image_list(im,
		   (uint64_t[]){ image_member(im, private, "subsys_private.klist_devices.k_list"),
				 image_member(im, of_device, "device_private.knode_class.n_node") },
		   2);
	image_set(im, of_device, "device_private.device", part);
	image_set(im, part, "block_device.bd_device.type", type);
	image_set(im, part, "block_device.bd_disk", disk);
	image_set(im, part, "block_device.bd_nr_sectors", 2048);
	image_set_text(im, disk, "gendisk.disk_name", "vda");
	image_set(im, disk, "gendisk.major", 8);
	image_set(im, disk, "gendisk.queue", queue);
	image_set(im, disk, "gendisk.fops", image_function("ksys_write"));
	image_set(im, disk, "gendisk.part0", part);
	image_set(im, queue, "request_queue.mq_ops", image_function("vfs_write"));
	image_set(im, queue, "request_queue.nr_hw_queues", 1);
	image_set(im, queue, "request_queue.queue_hw_ctx", table);
	image_put(im, table, hctx, 8);
	image_set(im, hctx, "blk_mq_hw_ctx.tags", tags);
	image_set(im, tags, "blk_mq_tags.nr_tags", 2);
	image_set(im, tags, "blk_mq_tags.rqs", requests);
	image_put(im, requests + 8, request, 8);
	image_set(im, request, "request.q", queue);
	image_set(im, request, "request.state", 1);
	image_set(im, request, "request.tag", 1);
	image_set(im, request, "request.cmd_flags", 1); /* a write */

	uint64_t areas = image_variable(im, "swap_info", 8), area = image_new(im, "swap_info_struct"), file;

	image_number(im, "nr_swapfiles", 1);
	image_put(im, areas, area, 8);
	memcpy(&file, im->memory + (im->fds + 8 * 3 - IMAGE_MAP), 8);
	image_set(im, area, "swap_info_struct.flags", 1);
	image_set(im, area, "swap_info_struct.prio", (uint64_t)-2);
	image_set(im, area, "swap_info_struct.pages", 100);
	image_set(im, area, "swap_info_struct.inuse_pages", 60);
	image_set(im, area, "swap_info_struct.swap_file", file);
}

static inline void image_configuration(struct image *im)
{
	static const char text[] =
		"#\n# Linux\n#\nCONFIG_64BIT=y\n# CONFIG_KASAN is not set\nCONFIG_HZ=250\n";
	uint8_t packed[256];
	z_stream z = { .next_in = (Bytef *)(uintptr_t)text,
		       .avail_in = sizeof(text) - 1,
		       .next_out = packed,
		       .avail_out = sizeof(packed) };

	deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
	deflate(&z, Z_FINISH);
	size_t n = sizeof(packed) - z.avail_out;
	uint64_t at = image_room(im, n + 16) + 8;

	deflateEnd(&z);
	image_text(im, at - 8, "IKCFG_ST");
	for (size_t i = 0; i < n; i++)
		image_put(im, at + i, packed[i], 1);
	image_text(im, at + n, "IKCFG_ED");
	/* without symbols of data it is found by its mark */
	if (im->options.old)
		return;
	image_symbol(im, "kernel_config_data", 'r', at);
	image_symbol(im, "kernel_config_data_end", 'r', at + n);
}

static inline void image_system(struct image *im)
{
	uint64_t calls = image_variable(im, "sys_call_table", 24), e820 = image_room(im, 44);
	uint64_t cpu = image_per_cpu(im, "cpu_info", 16), dmi = image_variable(im, "dmi_ident", 16);
	uint64_t load = image_variable(im, "avenrun", 24);

	image_put(im, calls, image_function("ksys_write"), 8);
	image_put(im, calls + 8, image_function("vfs_write"), 8);
	image_number(im, "e820_table", e820);
	image_put(im, e820, 1, 4);
	image_put(im, e820 + 4, 0x1000, 8);
	image_put(im, e820 + 12, 0x9e000, 8);
	image_put(im, e820 + 20, 1, 4);
	image_put(im, cpu + IMAGE_PERCPU, 6, 4);
	image_put(im, cpu + IMAGE_PERCPU + 8, 10000000, 8);
	image_number(im, "cpu_khz", 2500000);
	/* it began with 2024 */
	uint64_t clock = image_variable(im, "shadow_timekeeper", image_field(im, "timekeeper")->size);

	image_set(im, clock, "timekeeper.xtime_sec", 1704067200 + 5);
	image_set(im, clock, "timekeeper.wall_to_monotonic.tv_sec", (uint64_t)-1704067200);
	image_number(im, "__cpu_online_mask", 1);
	image_put(im, dmi + 8, image_string(im, "QEMU"), 8);
	image_number(im, "tainted_mask", 1 << 7 | 1 << 12);
	image_put(im, load, 3 << 10, 8); /* 1.50 */
	image_configuration(im);
}

static inline void image_bpf(struct image *im)
{
	static const uint64_t insns[] = {
		0x00000007fffc0a62, /* *(u32 *)(r10 -4) = 7 */
		0x0000000000000118, /* r1 = map */
		0,
		0x0000000100010015, /* if r0 == 0x1 goto pc+1 */
		0x0000000000000095, /* exit */
	};
	uint64_t programs = image_variable(im, "prog_idr", 16), maps = image_variable(im, "map_idr", 16);
	uint64_t program = image_room(im, 48 + sizeof(insns)), aux = image_room(im, 56);
	uint64_t used = image_room(im, 8), map = image_room(im, 40);

	image_put(im, programs + 8, program, 8);
	image_put(im, maps + 8, map, 8);
	image_put(im, program, 1, 2);
	image_put(im, program + 4, 3, 4);
	image_put(im, program + 8, 1, 4);
	image_put(im, program + 12, 5, 4);
	image_put(im, program + 16, 2, 4);
	image_put(im, program + 20, 0xefcdab8967452301, 8);
	image_put(im, program + 32, aux, 8);
	image_put(im, program + 40, IMAGE_JIT, 8);
	image_put(im, IMAGE_JIT, 0xc355, 2);
	for (unsigned i = 0; i < sizeof(insns) / sizeof(insns[0]); i++)
		image_put(im, program + 48 + 8 * i, insns[i], 8);
	image_put(im, program + 48 + 8 + 4, map, 4);
	image_put(im, program + 48 + 16 + 4, map >> 32, 4);
	image_put(im, aux, 1, 4);
	image_put(im, aux + 4, 13, 4);
	image_put(im, aux + 8, used, 8);
	image_text(im, aux + 32, "watch");
	image_put(im, used, map, 8);
	image_put(im, map, 1, 4);
	image_put(im, map + 4, 4, 4);
	image_put(im, map + 8, 8, 4);
	image_put(im, map + 12, 64, 4);
	image_put(im, map + 20, 21, 4);
	image_text(im, map + 24, "seen");
}

/* A timer's interrupt, on the CPU's stack for them; and the flags of user mode that the panicking task came from. */
static inline void image_exceptions(struct image *im)
{
	uint64_t top = IMAGE_DIRECT + IMAGE_IRQ_STACK + 0x4000, regs = top - 0x400;
	uint64_t pointer = image_per_cpu(im, "hardirq_stack_ptr", 8) + IMAGE_PERCPU;

	image_put(im, pointer, top - 8, 8);
	image_put(im, regs + 8 * 16, image_function("vfs_write") + 8, 8);
	image_put(im, regs + 8 * 17, 0x10, 8);
	image_put(im, regs + 8 * 18, 0x246, 8);
	image_put(im, regs + 8 * 19, IMAGE_DIRECT + IMAGE_STACK + 0x3048, 8);
	image_put(im, regs + 8 * 20, 0x18, 8);
	image_put(im, im->user_regs + 8 * 18, 0x202, 8);
}

static inline void image_machine(struct image *im, uint64_t task)
{
	if (!im->options.machine)
		return;
	image_exceptions(im);
	im->machine_from = im->next;
	image_zones(im);
	image_network(im, task);
	image_devices(im);
	image_disk(im);
	image_system(im);
	image_bpf(im);
	im->machine_to = im->next;
}

#endif
