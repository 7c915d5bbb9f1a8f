#include "device/device.h"

#include <kpanic/panic.h>

#include "boot/boot.h"
#include "device/console.h"
#include "device/disk.h"
#include "device/keyboard.h"
#include "lib/string.h"
#include "log.h"
#include "mm/page.h"
#include "scenarios/scenario.h"
#include "syscall/file.h"
#include "syscall/numbers.h"

/* A line of a process's goes to the log, so that a panic shows it. */
static int64_t console_write(struct file *file, const void *user, size_t n)
{
	char line[160];
	size_t done = 0;

	(void)file;
	while (done < n) {
		size_t part = n - done < sizeof(line) - 1 ? n - done : sizeof(line) - 1;
		size_t missing = kp_copy_from_user(line, (const char *)user + done, part);

		part -= missing;
		for (size_t i = 0; i < part; i++) { /* what is no text would garble the terminal */
			if (line[i] == '\n' && i + 1 < part) {
				part = i + 1;
				break;
			}
			if ((line[i] < ' ' || line[i] > '~') && line[i] != '\n')
				line[i] = '.';
		}
		line[part] = '\0';
		if (part && line[part - 1] == '\n')
			line[part - 1] = '\0';
		if (part)
			log_line("%s", line);
		done += part;
		if (missing && !part)
			return done ? (int64_t)done : -EFAULT;
	}
	return (int64_t)n;
}

static int64_t console_read(struct file *file, void *user, size_t n)
{
	size_t done = 0;

	(void)file;
	for (char c; done < n && (c = keyboard_get()); done++)
		if (kp_copy_to_user((char *)user + done, &c, 1))
			return -EFAULT;
	return (int64_t)done;
}

static int64_t null_write(struct file *file, const void *user, size_t n)
{
	(void)file;
	(void)user;
	return (int64_t)n;
}

static int64_t null_read(struct file *file, void *user, size_t n)
{
	(void)file;
	(void)user;
	(void)n;
	return 0;
}

static int64_t zero_read(struct file *file, void *user, size_t n)
{
	static const char zeros[256];

	(void)file;
	for (size_t done = 0; done < n; done += sizeof(zeros))
		if (kp_copy_to_user((char *)user + done, zeros,
				    n - done < sizeof(zeros) ? n - done : sizeof(zeros)))
			return -EFAULT;
	return (int64_t)n;
}

/* The user program's own file. */
static int64_t program_read(struct file *file, void *user, size_t n)
{
	uint64_t size = boot.program.end - boot.program.start;
	uint64_t at = file->position < size ? file->position : size;

	if (n > size - at)
		n = size - at;
	if (kp_copy_to_user(user, (const char *)page_at(boot.program.start) + at, n))
		return -EFAULT;
	file->position = at + n;
	return (int64_t)n;
}

/* Whole sectors, at the file's position; what is done before an error or the end counts. */
static int64_t disk_transfer(struct file *file, void *user, size_t n, bool write)
{
	size_t done = 0;

	if (n % DISK_SECTOR)
		return -EINVAL;
	for (; done < n && file->position / DISK_SECTOR < disk_sectors(); done += DISK_SECTOR) {
		char *at = (char *)user + done, sector[DISK_SECTOR];
		bool good;

		if (write) {
			if (kp_copy_from_user(sector, at, DISK_SECTOR))
				return done ? (int64_t)done : -EFAULT;
			good = disk_write(file->position / DISK_SECTOR, sector, 1);
		} else {
			good = disk_read(file->position / DISK_SECTOR, sector, 1);
			if (good && kp_copy_to_user(at, sector, DISK_SECTOR))
				return done ? (int64_t)done : -EFAULT;
		}
		if (!good)
			return done ? (int64_t)done : -EIO;
		file->position += DISK_SECTOR;
	}
	return (int64_t)done;
}

static int64_t disk_file_write(struct file *file, const void *user, size_t n)
{
	return disk_transfer(file, (void *)(uintptr_t)user, n, true);
}

static int64_t disk_file_read(struct file *file, void *user, size_t n)
{
	return disk_transfer(file, user, n, false);
}

const struct device console_device = { "console", console_write, console_read };

static const struct device null_device = { "null", null_write, null_read };
static const struct device zero_device = { "zero", null_write, zero_read };
static const struct device program_device = { "init", NULL, program_read };
static const struct device disk_device = { "disk", disk_file_write, disk_file_read };

static const struct device *const devices[] = {
	&console_device, &null_device,  &zero_device,  &program_device,
	&disk_device,    &meter_device, &crash_device,
};

const struct device *device_find(const char *name)
{
	for (unsigned i = 0; i < sizeof(devices) / sizeof(devices[0]); i++)
		if (!strcmp(devices[i]->name, name))
			return devices[i];
	return NULL;
}
