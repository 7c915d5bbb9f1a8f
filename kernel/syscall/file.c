#include "syscall/file.h"

#include <stddef.h>

#include <kpanic/panic.h>

#include "device/device.h"
#include "mm/layout.h"
#include "mm/space.h"
#include "syscall/numbers.h"

enum { NAME_MAX = 32, TRANSFER_MAX = 1 << 20 };

void file_open_console(struct file *file)
{
	file->device = &console_device;
	file->position = 0;
}

/* NULL: no open file has this descriptor. */
static struct file *file_of(uint64_t descriptor)
{
	struct task *task = task_current();

	if (descriptor >= FILES_MAX || !task->files[descriptor].device)
		return NULL;
	return &task->files[descriptor];
}

int64_t file_open(uint64_t name_at)
{
	struct task *task = task_current();
	char name[NAME_MAX];

	if (!space_is_user(name_at, 1))
		return -EFAULT;
	/* What is left of user mode's half may be less than a name. */
	uint64_t room = USER_END - name_at;
	size_t size = room < sizeof(name) ? room : sizeof(name);
	ptrdiff_t n = kp_strncpy_from_user(name, (const char *)name_at, size);
	if (n < 0)
		return -EFAULT;
	if ((size_t)n == size)
		return -ENAMETOOLONG;

	const struct device *device = device_find(name);
	if (!device)
		return -ENOENT;
	for (unsigned i = 0; i < FILES_MAX; i++) {
		if (task->files[i].device)
			continue;
		task->files[i] = (struct file){ device, 0 };
		return i;
	}
	return -EMFILE;
}

int64_t file_close(uint64_t descriptor)
{
	struct file *file = file_of(descriptor);

	if (!file)
		return -EBADF;
	file->device = NULL;
	return 0;
}

int64_t file_write(uint64_t descriptor, uint64_t from, uint64_t n)
{
	struct file *file = file_of(descriptor);

	if (!file)
		return -EBADF;
	if (!space_is_user(from, n))
		return -EFAULT;
	if (!file->device->write)
		return -EINVAL;
	return file->device->write(file, (const void *)from, n < TRANSFER_MAX ? n : TRANSFER_MAX);
}

int64_t file_read(uint64_t descriptor, uint64_t to, uint64_t n)
{
	struct file *file = file_of(descriptor);

	if (!file)
		return -EBADF;
	if (!space_is_user(to, n))
		return -EFAULT;
	if (!file->device->read)
		return -EINVAL;
	return file->device->read(file, (void *)to, n < TRANSFER_MAX ? n : TRANSFER_MAX);
}
