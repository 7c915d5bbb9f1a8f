/* Dumps looked at by hand, below everything that understands Linux:
 *
 *	dumptool info DUMP…                     what opening tells
 *	dumptool compare DUMP… -- OTHER…        page by page over the memory of the second; exit 1 where they differ
 *	dumptool bench DUMP…                    reads at random and in order
 *	dumptool damage [COUNT] DUMP…           opens and reads with COUNT (200) overwritten copies and 100 cut ones
 */
#include "read/dump.h"
#include "read/file.h"

#include "base/memory.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static struct pm_dump *open_or_die(char **paths, size_t n)
{
	struct pm_dump *dump;
	struct pm_error *err = pm_dump_open((const char *const *)paths, n, &dump);

	if (!err)
		return dump;
	fprintf(stderr, "dumptool: %s\n", err->message);
	pm_error_free(err);
	exit(3);
}

static int info(char **paths, size_t n)
{
	double start = now();
	struct pm_dump *dump = open_or_die(paths, n);
	double opened = now();
	const struct pm_dump_info *info = pm_dump_info(dump);
	const struct pm_dump_note *notes;
	struct pm_dump_range range;
	uint64_t machine, here;

	printf("format     %s\n", info->format);
	printf("arch       %s\n", pm_arch_name(info->arch));
	printf("level      %d\n", info->level);
	printf("release    %s\n", info->release ? info->release : "-");
	if (info->has_phys_base)
		printf("phys_base  0x%" PRIx64 "\n", info->phys_base);
	printf("notes      %zu, VMCOREINFO of %zu bytes\n", pm_dump_notes(dump, &notes),
	       pm_dump_vmcoreinfo(dump).n);
	printf("trouble    %s\n", info->trouble ? info->trouble : "-");
	printf("opened in  %.2f ms\n", 1e3 * (opened - start));
	pm_dump_pages(dump, &machine, &here);
	printf("pages      %" PRIu64 " of %" PRIu64 ", counted in %.2f ms\n", here, machine,
	       1e3 * (now() - opened));
	for (size_t i = 0; pm_dump_range(dump, i, &range) && i < 20; i++)
		printf("range      0x%" PRIx64 "-0x%" PRIx64 "\n", range.start, range.end);
	pm_dump_close(dump);
	return 0;
}

static int compare(char **paths, size_t n)
{
	size_t first = 0;
	uint64_t counts[PM_UNMAPPED + 1] = { 0 }, differ = 0, only_first = 0;

	while (first < n && strcmp(paths[first], "--"))
		first++;
	if (first + 1 >= n)
		return 2;
	struct pm_dump *a = open_or_die(paths, first), *b = open_or_die(paths + first + 1, n - first - 1);
	struct pm_dump_range range;

	for (size_t i = 0; pm_dump_range(b, i, &range); i++)
		for (uint64_t at = range.start; at + PM_PAGE_SIZE <= range.end; at += PM_PAGE_SIZE) {
			uint8_t x[PM_PAGE_SIZE], y[PM_PAGE_SIZE];
			enum pm_absence why_a, why_b;
			size_t in_a = pm_dump_read(a, at, x, sizeof(x), &why_a);
			size_t in_b = pm_dump_read(b, at, y, sizeof(y), &why_b);

			if (in_b < sizeof(y)) {
				only_first += in_a == sizeof(x);
				continue;
			}
			counts[why_a]++;
			if (in_a == sizeof(x) && memcmp(x, y, sizeof(x)) && !differ++)
				printf("the first that differs: 0x%" PRIx64 " (offset 0x%" PRIx64 ")\n", at,
				       pm_dump_offset(a, at));
		}
	printf("%" PRIu64 " pages in both, %" PRIu64 " of them differ; %" PRIu64 " only in the first\n",
	       counts[PM_PRESENT], differ, only_first);
	for (size_t i = 1; i <= PM_UNMAPPED; i++)
		if (counts[i])
			printf("%" PRIu64 " not in the first: %s\n", counts[i], pm_absence_words(i));
	pm_dump_close(a);
	pm_dump_close(b);
	return differ != 0;
}

static uint64_t random_next(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static int bench(char **paths, size_t n)
{
	double start = now();
	struct pm_dump *dump = open_or_die(paths, n);
	struct pm_dump_range range, last = { 0 };
	uint64_t seed = 88172645463325252ull, read = 0, tried = 0;
	static uint8_t buf[1 << 16];
	struct rusage usage;

	printf("open       %8.2f ms\n", 1e3 * (now() - start));
	start = now();
	for (size_t i = 0; pm_dump_range(dump, i, &range); i++)
		if (range.end - range.start > last.end - last.start)
			last = range;
	printf("ranges     %8.2f ms\n", 1e3 * (now() - start));
	start = now();
	while (now() - start < 1) {
		for (int i = 0; i < 256; i++, tried++)
			read += pm_dump_read(dump,
					     last.start + (random_next(&seed) % (last.end - last.start) &
							   ~0xfffull),
					     buf, PM_PAGE_SIZE, NULL) == PM_PAGE_SIZE;
	}
	printf("random     %8.0f pages/s (%" PRIu64 " %% there)\n", (double)tried / (now() - start),
	       100 * read / tried);
	start = now();
	uint64_t end = last.end - last.start > 100u << 20 ? last.start + (100u << 20) : last.end;
	for (uint64_t at = last.start; at < end; at += sizeof(buf))
		for (size_t done = 0; done < sizeof(buf); done += PM_PAGE_SIZE)
			done += pm_dump_read(dump, at + done, buf + done, sizeof(buf) - done, NULL);
	double took = now() - start;

	printf("in order   %8.0f MiB/s (%.1f ms for %" PRIu64 " MiB)\n",
	       (double)((end - last.start) >> 20) / took, 1e3 * took, (end - last.start) >> 20);
	getrusage(RUSAGE_SELF, &usage);
	printf("resident   %8.1f MiB\n", (double)usage.ru_maxrss / 1024);
	pm_dump_close(dump);
	return 0;
}

/* Opens with damages, and reads a little everywhere. */
static bool try_damaged(const char *path, const struct pm_damage *damages, size_t n, uint64_t size,
			double *worst)
{
	struct pm_file *file;
	struct pm_dump *dump;
	struct pm_dump_range range;
	double start = now();

	if (pm_error_take(pm_file_open(path, &file)) != PM_OK)
		exit(3);
	struct pm_error *err = pm_dump_open_file(pm_file_damaged(file, damages, n, size), &dump);

	if (!err) {
		for (size_t i = 0; i < 64 && pm_dump_range(dump, i, &range); i++)
			for (uint64_t k = 0; k < 64; k++) {
				uint8_t page[PM_PAGE_SIZE];

				pm_dump_read(dump, range.start + (range.end - range.start) / 64 * k, page,
					     sizeof(page), NULL);
			}
		pm_dump_close(dump);
	}
	bool opened = !err;
	if (err && getenv("WHY"))
		printf("%s\n", err->message);
	pm_error_free(err);
	if (now() - start > *worst)
		*worst = now() - start;
	return opened;
}

static int damage(char **paths, size_t n)
{
	uint64_t seed = 88172645463325252ull, size;
	int count = n > 1 ? atoi(*paths++) : 200, opened[3] = { 0 };
	double worst = 0;
	static struct pm_damage damages[1000];
	static uint8_t bytes[1000];
	struct pm_file *file;

	if (pm_error_take(pm_file_open(paths[0], &file)) != PM_OK)
		return 3;
	size = pm_file_size(file);
	pm_file_close(file);
	for (int i = 0; i < count; i++) {
		for (size_t k = 0; k < 1000; k++) {
			bytes[k] = (uint8_t)random_next(&seed);
			damages[k] = (struct pm_damage){ random_next(&seed) % size, 1, &bytes[k] };
		}
		opened[0] += try_damaged(paths[0], damages, 1000, size, &worst);
		for (size_t k = 0; k < 1000; k++)
			damages[k] = (struct pm_damage){ random_next(&seed) % size & ~0xfffull, 4096, NULL };
		opened[1] += try_damaged(paths[0], damages, 1000, size, &worst);
	}
	for (uint64_t i = 0; i < 100; i++)
		opened[2] += try_damaged(paths[0], NULL, 0, size / 100 * i + i % 7, &worst);
	printf("opened: %d of %d with bytes overwritten, %d of %d with pages, %d of 100 cut; at most %.0f ms "
	       "each\n",
	       opened[0], count, opened[1], count, opened[2], 1e3 * worst);
	return 0;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*run)(char **paths, size_t n);
	} commands[] = { { "info", info }, { "compare", compare }, { "bench", bench }, { "damage", damage } };

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		if (argc > 2 && !strcmp(argv[1], commands[i].name))
			return commands[i].run(argv + 2, (size_t)argc - 2);
	fprintf(stderr, "usage: dumptool info|compare|bench|damage DUMP…\n");
	return 2;
}
