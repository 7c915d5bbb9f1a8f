#include "linux/disks.h"

#include "base/interrupt.h"
#include "linux/list.h"
#include "linux/member.h"
#include "linux/tree.h"

#include <string.h>

enum { max_classes = 65536, max_devices = 1 << 20, max_queues = 8192, max_tags = 1 << 21 };

/* ---- devices of a class ---- */

/* A class points to its subsys_private (until 6.3), or is found in a list of all classes'. */
static uint64_t private_of(struct pm_linux *lx, uint64_t class)
{
	uint64_t private = pm_linux_member_value(lx, class, "class", "p"), kset, found = 0;
	uint64_t link = pm_linux_member_offset(lx, "subsys_private", "subsys.kobj.entry");
	struct pm_linux_nodes list;

	if (private || !pm_linux_variable(lx, "class_kset", 8, &kset) || !link)
		return private;
	uint64_t head = pm_linux_member_at(lx, kset, "kset", "list");

	if (!head)
		return 0;
	pm_linux_nodes_read(lx, head, max_classes, &list);
	for (size_t i = 0; i < list.n && !found; i++)
		if (pm_linux_member_value(lx, list.v[i] - link, "subsys_private", "class") == class)
			found = list.v[i] - link;
	pm_linux_nodes_free(&list);
	return found;
}

const char *pm_linux_class_devices(struct pm_linux *lx, const char *class,
				   bool (*fn)(uint64_t device, void *user), void *user)
{
	uint64_t at, link = pm_linux_member_offset(lx, "device_private", "knode_class.n_node");
	struct pm_linux_nodes list;

	if (!pm_linux_symbol(lx, class, &at))
		return "no symbol leads to them";
	uint64_t private = private_of(lx, at);
	uint64_t head = pm_linux_member_at(lx, private, "subsys_private", "klist_devices.k_list");

	if (!head || !link)
		return "the list of devices is not in the dump";
	pm_linux_nodes_read(lx, head, max_devices, &list);
	for (size_t i = 0; i < list.n && !pm_interrupted(); i++) {
		uint64_t device = pm_linux_member_value(lx, list.v[i] - link, "device_private", "device");

		if (device && !fn(device, user))
			break;
	}
	const char *trouble = list.trouble;

	pm_linux_nodes_free(&list);
	return trouble;
}

/* ---- requests ---- */

static void count_tags(struct pm_linux *lx, struct pm_linux_disk *d, uint64_t tags, uint64_t *left)
{
	uint64_t n = pm_linux_member_value(lx, tags, "blk_mq_tags", "nr_tags");
	uint64_t table = pm_linux_member_value(lx, tags, "blk_mq_tags", "rqs"), request;

	for (uint64_t i = 0; table && i < n && *left && !pm_interrupted(); i++, --*left) {
		/* what stands there may have been freed since: it must be of this queue, in flight, and have this tag */
		if (!pm_space_load(&lx->kernel, table + 8 * i, 8, &request) || !request ||
		    pm_linux_member_value(lx, request, "request", "q") != d->queue ||
		    pm_linux_member_value(lx, request, "request", "state") != 1 ||
		    pm_linux_member_value(lx, request, "request", "tag") != i)
			continue;
		if (pm_linux_member_value(lx, request, "request", "cmd_flags") & 1)
			d->writes++;
		else
			d->reads++;
	}
}

struct queue {
	struct pm_linux *lx;
	uint64_t *left; /* tags that may be looked at, of all disks */
	struct pm_linux_disk *disk;
	uint64_t seen[64]; /* tags that several hardware queues share */
	unsigned seen_n;
};

static bool count_queue(uint64_t index, uint64_t hctx, void *user)
{
	struct queue *q = user;
	uint64_t tags = pm_linux_member_value(q->lx, hctx, "blk_mq_hw_ctx", "tags");

	(void)index;
	for (unsigned i = 0; i < q->seen_n; i++)
		if (q->seen[i] == tags)
			return true;
	if (q->seen_n < PM_COUNT(q->seen))
		q->seen[q->seen_n++] = tags;
	if (tags)
		count_tags(q->lx, q->disk, tags, q->left);
	return true;
}

/* Of a driver with queues of its own by their tags; else what the CPUs count. */
static void count_requests(struct pm_linux *lx, struct pm_linux_disk *d, uint64_t *left)
{
	struct queue q = { .lx = lx, .left = left, .disk = d };
	uint64_t n = pm_linux_member_value(lx, d->queue, "request_queue", "nr_hw_queues"), hctx;
	uint64_t table = pm_linux_member_value(lx, d->queue, "request_queue", "queue_hw_ctx");
	uint64_t tree = pm_linux_member_at(lx, d->queue, "request_queue", "hctx_table");

	d->multi_queue = pm_linux_member_value(lx, d->queue, "request_queue", "mq_ops");
	if (d->multi_queue && table) {
		for (uint64_t i = 0; i < n && i < max_queues; i++)
			if (pm_space_load(&lx->kernel, table + 8 * i, 8, &hctx) && hctx)
				count_queue(i, hctx, &q);
		return;
	}
	if (d->multi_queue && tree) {
		pm_linux_xarray_each(lx, tree, count_queue, &q);
		return;
	}
	uint64_t part = pm_linux_member_value(lx, d->addr, "gendisk", "part0");
	uint64_t stats = pm_linux_member(lx, "block_device", "bd_stats")->offset >= 0
				 ? pm_linux_member_value(lx, part, "block_device", "bd_stats")
				 : pm_linux_member_value(lx, d->addr, "gendisk", "part0.dkstats");
	uint64_t at = pm_linux_member_offset(lx, "disk_stats", "in_flight"), count;
	int64_t sums[2] = { 0, 0 };

	for (uint32_t cpu = 0; stats && at && cpu < lx->cpus; cpu++)
		for (unsigned i = 0; i < 2; i++)
			if (pm_space_load(&lx->kernel, stats + lx->cpu_offset[cpu] + at + 8 * i, 8, &count))
				sums[i] += (int64_t)count;
	d->reads = sums[0] > 0 ? (uint64_t)sums[0] : 0;
	d->writes = sums[1] > 0 ? (uint64_t)sums[1] : 0;
}

/* ---- disks ---- */

struct reader {
	struct pm_linux *lx;
	struct pm_linux_disks *disks;
	uint64_t disk_type;
	uint64_t left;
};

/* A device of the class is that of a disk or of a partition; since 5.11 both are a struct block_device's. */
static bool add_disk(uint64_t device, void *user)
{
	struct reader *r = user;
	struct pm_linux *lx = r->lx;
	struct pm_linux_disk d = { 0 };
	const struct pm_field_place *in_bdev = pm_linux_member(lx, "block_device", "bd_device");

	if (pm_linux_member_value(lx, device, "device", "type") != r->disk_type)
		return true;
	if (in_bdev->offset >= 0)
		d.addr = pm_linux_member_value(lx, device - (uint64_t)in_bdev->offset, "block_device",
					       "bd_disk");
	else
		d.addr = device - pm_linux_member_offset(lx, "gendisk", "part0.__dev");
	if (!pm_linux_member_text(lx, d.addr, "gendisk", "disk_name", d.name, sizeof(d.name))) {
		r->disks->trouble = "a disk is not in the dump";
		return true;
	}
	d.major = (unsigned)pm_linux_member_value(lx, d.addr, "gendisk", "major");
	d.first_minor = (unsigned)pm_linux_member_value(lx, d.addr, "gendisk", "first_minor");
	d.queue = pm_linux_member_value(lx, d.addr, "gendisk", "queue");
	d.fops = pm_linux_member_value(lx, d.addr, "gendisk", "fops");
	d.sectors = in_bdev->offset >= 0 ? pm_linux_member_value(lx, device - (uint64_t)in_bdev->offset,
								 "block_device", "bd_nr_sectors")
					 : pm_linux_member_value(lx, d.addr, "gendisk", "part0.nr_sects");
	count_requests(lx, &d, &r->left);
	*PM_PUSH(&r->disks->arena, &r->disks->v) = d;
	return true;
}

void pm_linux_disks_read(struct pm_linux *lx, struct pm_linux_disks *disks)
{
	struct reader r = { lx, disks, 0, max_tags };
	const char *trouble;

	*disks = (struct pm_linux_disks){ 0 };
	pm_arena_init(&disks->arena);
	if (!pm_linux_symbol(lx, "disk_type", &r.disk_type)) {
		disks->trouble = "no symbol leads to them";
		return;
	}
	trouble = pm_linux_class_devices(lx, "block_class", add_disk, &r);
	if (trouble)
		disks->trouble = trouble;
}

void pm_linux_disks_deinit(struct pm_linux_disks *disks)
{
	pm_arena_deinit(&disks->arena);
}
