/* virtio-blk in its first form ("legacy"): registers by ports, one queue; the device fixes both layouts. */
#ifndef DEVICE_VIRTIO_BLK_H
#define DEVICE_VIRTIO_BLK_H

#include <stdint.h>

#include "mm/layout.h"

enum { VIRTIO_VENDOR = 0x1af4, VIRTIO_BLK = 0x1001 };
enum {
	REG_OFFERED = 0x00,  /* features of the device's */
	REG_FEATURES = 0x04, /* that the driver takes */
	REG_QUEUE_PAGE = 0x08,
	REG_QUEUE_SIZE = 0x0c,
	REG_QUEUE_SELECT = 0x0e,
	REG_NOTIFY = 0x10,
	REG_STATUS = 0x12,
	REG_CAPACITY = 0x14,
};
enum { STATUS_SEEN = 1, STATUS_DRIVER = 2, STATUS_READY = 4 };
enum { FEATURE_FLUSH = 1 << 9 }; /* without it each write is one with a flush */
enum { NEXT = 1, DEVICE_WRITES = 2, NO_INTERRUPT = 1, QUEUE_MAX = 256 };
enum { READ = 0, WRITE = 1, FLUSH = 4, RESULT_OK = 0, RESULT_NONE = 0xff };

struct virtio_descriptor {
	uint64_t address;
	uint32_t size;
	uint16_t flags, next;
};

/* Of QUEUE_MAX: `used` begins on a page of its own. */
struct virtio_queue {
	struct virtio_descriptor descriptors[QUEUE_MAX];
	struct {
		uint16_t flags, count, ring[QUEUE_MAX];
	} available;
	struct {
		volatile uint16_t flags, count;
		struct {
			uint32_t index, size;
		} ring[QUEUE_MAX];
	} used __attribute__((aligned(PAGE_SIZE)));
} __attribute__((aligned(PAGE_SIZE)));

/* How a request begins. */
struct virtio_blk_what {
	uint32_t type, reserved;
	uint64_t sector;
};

/* Of something in the kernel's image. */
static inline uint64_t virtio_physical(const volatile void *address)
{
	return (uintptr_t)address - KERNEL_BASE;
}

#endif
