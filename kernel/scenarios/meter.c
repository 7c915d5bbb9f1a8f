/* A driver with two bugs, as they are in real ones.  "N VALUE" sets meter N; "=TEXT" names the instrument.
 *   meter_set      writes through what meter_find has not found
 *   meter_rename   copies as many bytes as the process says into an array of 32 */
#include <kpanic/panic.h>

#include "lib/string.h"
#include "lock/lock.h"
#include "log.h"
#include "scenarios/scenario.h"
#include "syscall/numbers.h"

struct meter {
	char unit[16];
	uint64_t flags;
	uint64_t reading;
};

static struct lock meter_lock = LOCK("meter", 0);
static struct meter meters[2] = { { .unit = "V" }, { .unit = "A" } };

static __attribute__((noinline)) struct meter *meter_find(unsigned long number)
{
	return number < sizeof(meters) / sizeof(meters[0]) ? &meters[number] : NULL;
}

static __attribute__((noinline)) void meter_set(unsigned long number, uint64_t value)
{
	struct meter *meter = meter_find(number);

	lock_take(&meter_lock);
	meter->reading = value;
	lock_release(&meter_lock);
}

static __attribute__((noinline)) int64_t meter_rename(const char *user, size_t n)
{
	char name[32];

	memset(name, 0, sizeof(name));
	if (kp_copy_from_user(name, user, n))
		return -EFAULT;
	log_line("meter: now called %c…", name[0]);
	return (int64_t)n;
}

static int64_t meter_write(struct file *file, const void *user, size_t n)
{
	char text[32];
	size_t room = n < sizeof(text) ? n : sizeof(text) - 1;
	const char *value;

	(void)file;
	memset(text, 0, sizeof(text));
	if (kp_copy_from_user(text, user, room))
		return -EFAULT;
	if (text[0] == '=')
		return meter_rename((const char *)user + 1, n - 1);
	for (value = text; *value && *value != ' ';)
		value++;
	if (!*value)
		return -EINVAL;
	meter_set(number_of(text), number_of(value + 1));
	return (int64_t)n;
}

static int64_t meter_read(struct file *file, void *user, size_t n)
{
	uint64_t readings[2] = { meters[0].reading, meters[1].reading };

	(void)file;
	if (n < sizeof(readings))
		return -EINVAL;
	return kp_copy_to_user(user, readings, sizeof(readings)) ? -EFAULT : (int64_t)sizeof(readings);
}

const struct device meter_device = { "meter", meter_write, meter_read };
