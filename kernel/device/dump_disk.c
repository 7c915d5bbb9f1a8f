/* A virtio disk for a panic: by polling, with a queue of its own.  Whatever the driver was doing with the device (disk.c), it is
 * reset and set up again, so that nothing of the driver's is needed or believed. */
#include "device/dump.h"

#include <stddef.h>

#include "attack/attack.h"
#include "boot/keep.h"
#include "cpu/clock.h"
#include "cpu/instructions.h"
#include "device/pci.h"
#include "device/virtio_blk.h"
#include "lib/string.h"
#include "mm/layout.h"

enum { SECTOR = 512, LARGEST = 1 << 20, DISKS_MAX = 2 };
/* Requests, each with its descriptors: what to do, pieces, how it went. */
enum { REQUESTS = 4, DESCRIPTORS = QUEUE_MAX / REQUESTS, PIECES_MAX = DESCRIPTORS - 2 };
/* Where there is no clock: a poll takes a microsecond of a real device's, more of an emulated one. */
#define SPINS_MAX 100000000u
#define RESET_NS 1000000000ull

struct disk {
	struct virtio_queue queue;
	struct virtio_blk_what what[REQUESTS] __attribute__((aligned(16)));
	volatile uint8_t results[REQUESTS]; /* RESULT_NONE: under way */
	uint16_t port;
	unsigned begun, over; /* requests since open; those that were waited for */
	bool flushes;
	struct kp_sink sink;
	char name[8];
};

static struct disk disks[DISKS_MAX];

static bool reset(struct disk *disk)
{
	uint64_t start = clock_ns();

	out8(disk->port + REG_STATUS, 0);
	for (unsigned spins = 0; in8(disk->port + REG_STATUS); spins++)
		if ((int64_t)(clock_ns() - start) > (int64_t)RESET_NS || spins > SPINS_MAX)
			return false;
	return true;
}

static bool open(struct kp_sink *sink)
{
	struct disk *disk = sink->context;
	uint32_t features;

	if (!reset(disk))
		return false;
	memset(disk->queue.descriptors, 0, sizeof(disk->queue.descriptors));
	memset(&disk->queue.available, 0, sizeof(disk->queue.available));
	disk->queue.used.count = 0;
	disk->begun = disk->over = 0;
	out8(disk->port + REG_STATUS, STATUS_SEEN | STATUS_DRIVER);
	features = in32(disk->port + REG_OFFERED) & FEATURE_FLUSH;
	out32(disk->port + REG_FEATURES, features);
	disk->flushes = features != 0;
	out16(disk->port + REG_QUEUE_SELECT, 0);
	if (in16(disk->port + REG_QUEUE_SIZE) != QUEUE_MAX)
		return false;
	disk->queue.available.flags = NO_INTERRUPT;
	out32(disk->port + REG_QUEUE_PAGE, (uint32_t)(virtio_physical(&disk->queue) / PAGE_SIZE));
	out8(disk->port + REG_STATUS, STATUS_SEEN | STATUS_DRIVER | STATUS_READY);
	sink->size = SECTOR *
		     (in32(disk->port + REG_CAPACITY) | (uint64_t)in32(disk->port + REG_CAPACITY + 4) << 32);
	if (sink->size > KEEP_SIZE) /* the next start may put this run's record there (boot/keep.c) */
		sink->size -= KEEP_SIZE;
	return true;
}

/* What to do, the pieces, how it went. */
static void send(struct disk *disk, uint32_t type, uint64_t sector, const struct kp_piece *pieces, unsigned n)
{
	unsigned request = disk->begun++ % REQUESTS;
	uint16_t at = (uint16_t)(request * DESCRIPTORS);
	struct virtio_descriptor *d = disk->queue.descriptors + at;

	disk->what[request].type = type;
	disk->what[request].sector = sector;
	disk->results[request] = RESULT_NONE;
	d[0] = (struct virtio_descriptor){ virtio_physical(&disk->what[request]), sizeof(disk->what[request]),
					   NEXT, (uint16_t)(at + 1) };
	for (unsigned i = 0; i < n; i++)
		d[i + 1] = (struct virtio_descriptor){ pieces[i].physical, (uint32_t)pieces[i].n, NEXT,
						       (uint16_t)(at + i + 2) };
	d[n + 1] =
		(struct virtio_descriptor){ virtio_physical(&disk->results[request]), 1, DEVICE_WRITES, 0 };
	disk->queue.available.ring[disk->queue.available.count % QUEUE_MAX] = at;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	*(volatile uint16_t *)&disk->queue.available.count = (uint16_t)(disk->queue.available.count + 1);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	out16(disk->port + REG_NOTIFY, 0);
}

static bool start(struct kp_sink *sink, uint64_t offset, const struct kp_piece *pieces, unsigned n)
{
	struct disk *disk = sink->context;
	uint64_t bytes = 0;

	attack_hook("sink");
	if (disk->begun - disk->over >= REQUESTS)
		return false;
	for (unsigned i = 0; i < n; i++) {
		/* 0 is not known, but for the first page of all. */
		if ((!pieces[i].physical && pieces[i].at != (const void *)DIRECT_BASE) ||
		    pieces[i].n % SECTOR)
			return false;
		bytes += pieces[i].n;
	}
	if (offset % SECTOR || !n || n > PIECES_MAX || offset > sink->size || bytes > sink->size - offset)
		return false;
	send(disk, WRITE, offset / SECTOR, pieces, n);
	return true;
}

/* For the oldest: the disk may be done with them in another order. */
static enum kp_sink_result wait(struct kp_sink *sink, uint64_t timeout_ns)
{
	struct disk *disk = sink->context;
	volatile uint8_t *result = &disk->results[disk->over % REQUESTS];
	uint64_t begin = clock_ns();

	for (unsigned spins = 0; *result == RESULT_NONE; spins++) {
		/* Signed: another CPU's counter may be a little behind. */
		if (begin ? (int64_t)(clock_ns() - begin) > (int64_t)timeout_ns : spins > SPINS_MAX)
			return KP_SINK_LATE;
		pause();
	}
	disk->over++;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return *result == RESULT_OK ? KP_SINK_DONE : KP_SINK_ERROR;
}

static enum kp_sink_result flush(struct kp_sink *sink, uint64_t timeout_ns)
{
	struct disk *disk = sink->context;

	if (!disk->flushes)
		return KP_SINK_DONE;
	send(disk, FLUSH, 0, NULL, 0);
	return wait(sink, timeout_ns);
}

struct kp_sink *dump_disk(unsigned number)
{
	struct pci_device device;
	struct disk *disk = &disks[number % DISKS_MAX];

	if (number >= DISKS_MAX || !pci_find_nth(VIRTIO_VENDOR, VIRTIO_BLK, number, &device))
		return NULL;
	disk->port = pci_port_bar(device, 0);
	if (!disk->port)
		return NULL;
	memcpy(disk->name, "disk0", 6);
	disk->name[4] = (char)('0' + number);
	disk->sink = (struct kp_sink){
		.name = disk->name,
		.kind = KP_SINK_SEEKS,
		.block = SECTOR,
		.largest = LARGEST,
		.pieces_max = PIECES_MAX,
		.at_once = REQUESTS - 1,
		.open = open,
		.start = start,
		.wait = wait,
		.flush = flush,
		.by_physical = true,
		.context = disk,
	};
	return &disk->sink;
}
