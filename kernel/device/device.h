/* What a process can open, by name. */
#ifndef DEVICE_DEVICE_H
#define DEVICE_DEVICE_H

#include <stddef.h>
#include <stdint.h>

struct file;

struct device {
	const char *name;
	/* user: n bytes that lie in user mode's half, and may not be there.  Bytes done, or an error below 0. */
	int64_t (*write)(struct file *file, const void *user, size_t n);
	int64_t (*read)(struct file *file, void *user, size_t n);
};

/* NULL: no such device. */
const struct device *device_find(const char *name);
extern const struct device console_device;

#endif
