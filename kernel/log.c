#include "log.h"

#include <stdarg.h>

#include "boot/keep.h"
#include "cpu/clock.h"
#include "device/console.h"
#include "lib/format.h"
#include "lock/lock.h"

enum { RING_SIZE = 16384 };

static struct lock log_lock = LOCK("log", LOCK_CRITICAL);
static char ring[RING_SIZE];
static size_t written; /* ever */

static void put(char c)
{
	ring[written % RING_SIZE] = c;
	written++;
	console_put(c);
}

void log_line(const char *text, ...)
{
	char line[200];
	va_list list;
	uint64_t us = clock_ns() / 1000;
	size_t n = format(line, sizeof(line), "[%5lu.%06lu] ", us / 1000000, us % 1000000);

	va_start(list, text);
	n += format_list(line + n, sizeof(line) - n, text, list);
	va_end(list);

	lock_take(&log_lock);
	for (size_t i = 0; i < n; i++)
		put(line[i]);
	put('\n');
	lock_release(&log_lock);
	keep_log();
}

void log_hold(void)
{
	lock_take(&log_lock);
}

size_t log_tail(char *to, size_t n)
{
	size_t end = *(volatile size_t *)&written;
	size_t have = end < RING_SIZE ? end : RING_SIZE;

	if (n > have)
		n = have;
	for (size_t i = 0; i < n; i++)
		to[i] = ring[(end - n + i) % RING_SIZE];
	return n;
}
