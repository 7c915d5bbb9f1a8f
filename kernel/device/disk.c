/* A virtio disk (virtio_blk.h), one request at a time.
 * The three parts of a request (what to do, the sectors, how it went) are descriptors 0, 1 and 2, always the same. */
#include "device/disk.h"

#include <stddef.h>

#include "cpu/clock.h"
#include "cpu/instructions.h"
#include "device/pci.h"
#include "device/virtio_blk.h"
#include "lib/string.h"
#include "lock/lock.h"
#include "log.h"
#include "mm/layout.h"

#define PATIENCE_NS 1000000000ull

static struct virtio_queue queue;

static struct {
	struct virtio_blk_what what;
	uint8_t data[DISK_SECTORS_MAX * DISK_SECTOR];
	volatile uint8_t result;
} request __attribute__((aligned(16)));

static struct lock disk_lock = LOCK("disk", 0);
static uint16_t port;
static uint64_t sectors;

void disk_init(void)
{
	struct pci_device device;

	if (!pci_find(VIRTIO_VENDOR, VIRTIO_BLK, &device) || !(port = pci_port_bar(device, 0)))
		return;
	out8(port + REG_STATUS, 0);
	out8(port + REG_STATUS, STATUS_SEEN | STATUS_DRIVER);
	out32(port + REG_FEATURES, 0);
	out16(port + REG_QUEUE_SELECT, 0);
	if (in16(port + REG_QUEUE_SIZE) != QUEUE_MAX) {
		log_line("disk: a queue of %u, not %u: not used", in16(port + REG_QUEUE_SIZE), QUEUE_MAX);
		return;
	}
	queue.available.flags = NO_INTERRUPT;
	out32(port + REG_QUEUE_PAGE, (uint32_t)(virtio_physical(&queue) / PAGE_SIZE));
	out8(port + REG_STATUS, STATUS_SEEN | STATUS_DRIVER | STATUS_READY);
	sectors = in32(port + REG_CAPACITY) | (uint64_t)in32(port + REG_CAPACITY + 4) << 32;
	log_line("disk: %lu sectors", sectors);
}

uint64_t disk_sectors(void)
{
	return sectors;
}

static bool transfer(uint32_t type, uint64_t sector, unsigned count)
{
	uint16_t before = queue.used.count;
	uint64_t end = clock_ns() + PATIENCE_NS;

	request.what.type = type;
	request.what.sector = sector;
	request.result = RESULT_NONE;
	queue.descriptors[0] =
		(struct virtio_descriptor){ virtio_physical(&request.what), sizeof(request.what), NEXT, 1 };
	queue.descriptors[1] = (struct virtio_descriptor){ virtio_physical(request.data), count * DISK_SECTOR,
							   NEXT | (type == READ ? DEVICE_WRITES : 0), 2 };
	queue.descriptors[2] =
		(struct virtio_descriptor){ virtio_physical(&request.result), 1, DEVICE_WRITES, 0 };
	queue.available.ring[queue.available.count % QUEUE_MAX] = 0;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	queue.available.count++;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	out16(port + REG_NOTIFY, 0);
	while (queue.used.count == before) {
		if (clock_ns() > end) {
			sectors =
				0; /* it may still write into the request: nothing of it can be used again */
			return false;
		}
		pause();
	}
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return request.result == RESULT_OK;
}

static bool within(uint64_t sector, unsigned count)
{
	return count && count <= DISK_SECTORS_MAX && sector < sectors && count <= sectors - sector;
}

bool disk_read(uint64_t sector, void *to, unsigned count)
{
	lock_take(&disk_lock);
	bool done = within(sector, count) && transfer(READ, sector, count);
	if (done)
		memcpy(to, request.data, (size_t)count * DISK_SECTOR);
	lock_release(&disk_lock);
	return done;
}

bool disk_write(uint64_t sector, const void *from, unsigned count)
{
	lock_take(&disk_lock);
	bool done = within(sector, count);
	if (done) {
		memcpy(request.data, from, (size_t)count * DISK_SECTOR);
		done = transfer(WRITE, sector, count);
	}
	lock_release(&disk_lock);
	return done;
}
