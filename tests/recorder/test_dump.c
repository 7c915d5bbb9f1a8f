/* Memory dumps to sinks that are memory: whole, with errors, torn, full, packed. */
#include "test.h"

#include "host.h"

#include "dump/dump.h"
#include "formats/kdump.h"
#include "kpanic/sink.h"

#include <sys/wait.h>
#include <unistd.h>

#define PAGES 96
#define START (0x8000000u - 50 * 4096u) /* a bitmap has its second block in the midst of it */
#define DISK (1u << 20)

static uint8_t ram[PAGES][4096] __attribute__((aligned(4096)));
static uint8_t bytes[2][DISK], work[KP_DUMP_WORK_SIZE] __attribute__((aligned(4096)));

static struct fake_disk {
	uint8_t *at;
	uint64_t bad_from, bad_to; /* bytes that take no write */
	unsigned bad_times;        /* so often; 0: for ever */
	bool late, fails;
	unsigned late_at;                   /* the write that is not answered, once; 0: none */
	unsigned writes, opens, headers_at; /* headers_at: the write that made it a dump */
	unsigned under_way, most;           /* most: that were under way at once */
	enum kp_sink_result results[4];     /* the oldest first */
} disks[2] = { { .at = bytes[0] }, { .at = bytes[1] } };

static bool disk_open(struct kp_sink *sink)
{
	struct fake_disk *disk = sink->context;

	disk->opens++;
	disk->under_way = 0;
	return !disk->fails;
}

static bool disk_start(struct kp_sink *sink, uint64_t offset, const struct kp_piece *pieces, unsigned n)
{
	struct fake_disk *disk = sink->context;
	uint64_t end = offset;

	for (unsigned i = 0; i < n; i++)
		end += pieces[i].n;
	CHECK(offset % 512 == 0 && end % 512 == 0 && n && n <= sink->pieces_max &&
	      end - offset <= sink->largest);
	CHECK(disk->under_way < (sink->at_once ? sink->at_once : 1));
	if (end > sink->size)
		return false;
	disk->writes++;
	enum kp_sink_result *result = &disk->results[disk->under_way++];

	if (disk->under_way > disk->most)
		disk->most = disk->under_way;
	*result = disk->late || disk->writes == disk->late_at ? KP_SINK_LATE : KP_SINK_DONE;
	if (*result == KP_SINK_LATE)
		return true;
	if (disk->bad_to > offset && disk->bad_from < end) {
		*result = KP_SINK_ERROR;
		if (disk->bad_times && !--disk->bad_times)
			disk->bad_to = 0;
		return true;
	}
	for (unsigned i = 0; i < n; offset += pieces[i++].n)
		memcpy(disk->at + offset,
		       pieces[i].at ? pieces[i].at : (uint8_t *)ram + (pieces[i].physical - START),
		       pieces[i].n);
	if (!memcmp(disk->at, KF_KDUMP_WHOLE, 8) && !disk->headers_at)
		disk->headers_at = disk->writes;
	return true;
}

static enum kp_sink_result disk_wait(struct kp_sink *sink, uint64_t timeout_ns)
{
	struct fake_disk *disk = sink->context;

	(void)timeout_ns;
	enum kp_sink_result oldest = disk->results[0];

	CHECK(disk->under_way);
	disk->under_way--;
	for (unsigned i = 0; i < disk->under_way; i++)
		disk->results[i] = disk->results[i + 1];
	return oldest;
}

static struct kp_sink sinks[2] = {
	{ "first", KP_SINK_SEEKS, DISK, 512, 65536, 4, 0, disk_open, disk_start, disk_wait, NULL, false,
	  &disks[0] },
	{ "second", KP_SINK_SEEKS, DISK, 512, 65536, 4, 0, disk_open, disk_start, disk_wait, NULL, false,
	  &disks[1] },
};

static const struct kp_memory memory[] = {
	{ KP_MEMORY_RAM, START + 40 * 4096u, 56 * 4096u, "high" },
	{ KP_MEMORY_RAM, START, 36 * 4096u, "low" }, /* four pages between them are nobody's */
	{ .size = 0 },
};

static enum fake_hook fault_in_panic;
static unsigned hidden; /* pages from the 20th on that are mapped nowhere */

static void panic_with(unsigned count)
{
	static struct kp_region regions[3];
	const struct kp_system system = { .name = "toy", .release = "1.0" };

	regions[0] = (struct kp_region){ KP_REGION_DIRECT, (uintptr_t)ram,
					 (uintptr_t)ram[hidden ? 20 : PAGES], START, "all" };
	if (hidden)
		regions[1] =
			(struct kp_region){ KP_REGION_DIRECT, (uintptr_t)ram[20 + hidden],
					    (uintptr_t)ram[PAGES], START + (20 + hidden) * 4096u, "more" };
	fake.regions = regions;
	fake.memory = memory;
	/* Zeros, text, noise. */
	for (unsigned i = 0; i < PAGES; i++)
		for (unsigned j = 0; j < 4096 && i % 3; j++)
			ram[i][j] = i % 3 == 1 ? (uint8_t)("panic "[j % 6] + i % 7)
					       : (uint8_t)((i * 7919u + j) * 2654435761u >> 13);
	for (unsigned i = 0; i < count; i++)
		CHECK(kp_sink_add(&sinks[i]));
	kp_init(&system);
	fake.fault_in = fault_in_panic;
	UNTIL_END(KP_PANIC("answer %d", 42));
}

static uint32_t number32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

static uint64_t number64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return value;
}

/* Snappy, undone; false: it is none. */
static bool undo(const uint8_t *from, size_t n, uint8_t *to, size_t room)
{
	size_t at = 2, out = 0; /* the length of a page takes two bytes */

	while (at < n) {
		uint8_t tag = from[at++];
		size_t length = (size_t)(tag >> 2) + 1, offset;

		if ((tag & 3) == 0) {
			if (length == 61)
				length = (size_t)from[at++] + 1;
			else if (length == 62)
				length = kf_get16(from + at) + 1u, at += 2;
			if (out + length > room || at + length > n)
				return false;
			memcpy(to + out, from + at, length);
			at += length;
			out += length;
			continue;
		}
		offset = kf_get16(from + at);
		at += 2;
		if ((tag & 3) != 2 || !offset || offset > out || out + length > room)
			return false;
		for (; length--; out++)
			to[out] = to[out - offset];
	}
	return out == room && kf_get16(from) == (0x80 | 32 << 8);
}

/* Every page of the dump is what memory holds, but for those that are lost; how many are. */
static unsigned look(const uint8_t *disk)
{
	uint64_t sub = number32(disk + KF_KDUMP_AT_SUB_BLOCKS),
		 bitmaps = number32(disk + KF_KDUMP_AT_BITMAP_BLOCKS);
	const uint8_t *exists = disk + (1 + sub) * 4096, *here = exists + bitmaps * 4096 / 2,
		      *row = exists + bitmaps * 4096;
	unsigned lost = 0, zero = 0, pages = 0;
	struct kf_dump told;

	CHECK(!memcmp(disk, KF_KDUMP_WHOLE, 8) && kf_dump_get(disk, 4096, &told) &&
	      told.state == KF_DUMP_WHOLE);
	CHECK(number64(disk + 4096 + KF_KDUMP_SUB_MAX_MAPNR) == START / 4096 + PAGES);
	CHECK(told.descriptors == (uint64_t)(row - disk));
	for (unsigned i = 0; i < START / 4096 + PAGES; i++) {
		unsigned number = i - START / 4096;
		bool is = i >= START / 4096 && (number < 36 || number >= 40);
		uint8_t page[4096];
		uint64_t offset = number64(row);

		CHECK((exists[i / 8] >> i % 8 & 1) == is);
		if (!(here[i / 8] >> i % 8 & 1)) {
			CHECK(!is || number % 3 == 0);
			zero += is;
			continue;
		}
		CHECK(is && (number % 3 || (number >= 20 && number < 20 + hidden)));
		row += KF_KDUMP_DESCRIPTOR;
		if (!offset) {
			lost++;
			continue;
		}
		pages++;
		CHECK(offset >= told.data && offset + number32(row - 16) <= told.size && told.size <= DISK);
		if (number32(row - 12) == KF_KDUMP_SNAPPY)
			CHECK(undo(disk + offset, number32(row - 16), page, sizeof(page)));
		else
			memcpy(page, disk + offset, sizeof(page));
		CHECK(!memcmp(page, ram[number], sizeof(page)));
	}
	/* Behind the descriptors nothing that looks like one. */
	for (; row < disk + told.data; row++)
		CHECK(!*row);
	CHECK(pages == told.pages && zero == told.zero && lost == told.lost);
	return lost;
}

static void is_what_memory_is(void)
{
	memset(bytes, 0x5a, sizeof(bytes));
	panic_with(2);
	CHECK(look(bytes[0]) == 0);
	CHECK(disks[0].headers_at == disks[0].writes && !disks[1].opens);
	CHECK(strstr(fake_find("KPANIC 1 end "), "KPANIC 1 dump state=done sink=\"first\""));
}

static void is_packed(void)
{
	kp_dump_plan(&(struct kp_dump_plan){ .work = work, .work_physical = (uintptr_t)work });
	panic_with(1);
	CHECK(look(bytes[0]) == 0);
	CHECK(number32(bytes[0] + KF_KDUMP_AT_STATUS) == KF_KDUMP_SNAPPY);
}

/* In a child, which has the recorder as it is at start: what fn(at) ends with. */
static int ended_with(void (*fn)(unsigned at), unsigned at)
{
	pid_t child;
	int status;

	fflush(NULL);
	child = fork();
	if (!child) {
		fn(at);
		exit(0);
	}
	CHECK(child > 0 && waitpid(child, &status, 0) == child && WIFEXITED(status));
	return WEXITSTATUS(status);
}

/* A disk that reads memory by itself needs no mapping, whether other pages are packed or not. */
static void mapped_nowhere(unsigned packs)
{
	memset(bytes, 0x5a, sizeof(bytes));
	hidden = packs & 2 ? 11 : 1;
	sinks[0].by_physical = true;
	sinks[0].at_once = 2;
	if (packs & 1)
		kp_dump_plan(&(struct kp_dump_plan){ .work = work, .work_physical = (uintptr_t)work });
	panic_with(1);
	/* Of those nobody knows that they are zeros. */
	CHECK(look(bytes[0]) == 0);
}

static void what_is_mapped_nowhere_is_written(void)
{
	for (unsigned packs = 0; packs < 4; packs++)
		CHECK(!ended_with(mapped_nowhere, packs));
}

static void what_is_mapped_nowhere_is_lost_without(void)
{
	hidden = 4;
	panic_with(1);
	CHECK(look(bytes[0]) == 4);
}

/* Where the pages begin, which is the same each time. */
static uint64_t data_at(void)
{
	struct kf_dump told;

	return kf_dump_get(bytes[0], 4096, &told) ? told.data : 0;
}

static void an_error_that_goes_away_costs_nothing(void)
{
	disks[0].bad_from = 0;
	disks[0].bad_to = DISK;
	disks[0].bad_times = 1;
	panic_with(1);
	CHECK(look(bytes[0]) == 0 && strstr(fake.out, "errors=1 "));
}

static void a_bad_place_costs_its_pages(void)
{
	disks[0].bad_from = 200 * 1024;
	disks[0].bad_to = 200 * 1024 + 4097;
	panic_with(1);
	CHECK(data_at() && data_at() < 200 * 1024);
	CHECK(look(bytes[0]) == 2);
	CHECK(number32(bytes[0] + KF_KDUMP_AT_STATUS) & KF_KDUMP_INCOMPLETE);
	CHECK(strstr(fake.out, "dump state=lost") && strstr(fake.out, "stage name=dump result=failed"));
}

/* What is packed shares its writes: more is lost, and still told. */
static void a_bad_place_costs_a_write_where_pages_are_packed(void)
{
	disks[0].bad_from = 200 * 1024;
	disks[0].bad_to = disks[0].bad_from + 1;
	kp_dump_plan(&(struct kp_dump_plan){ .work = work, .work_physical = (uintptr_t)work });
	panic_with(1);
	CHECK(look(bytes[0]) > 0);
}

static void several_are_under_way(void)
{
	memset(bytes, 0x5a, sizeof(bytes));
	sinks[0].at_once = 3;
	panic_with(1);
	CHECK(look(bytes[0]) == 0 && disks[0].most == 3);
}

static void several_are_under_way_packed(void)
{
	memset(bytes, 0x5a, sizeof(bytes));
	sinks[0].at_once = 8; /* more than it makes use of */
	sinks[0].largest = 16384;
	kp_dump_plan(&(struct kp_dump_plan){ .work = work, .work_physical = (uintptr_t)work });
	panic_with(1);
	CHECK(look(bytes[0]) == 0 && disks[0].most == 3);
}

/* What was under way behind a write that failed is neither lost nor taken for another. */
static void a_bad_place_among_several(void)
{
	sinks[0].at_once = 3;
	disks[0].bad_from = 200 * 1024;
	disks[0].bad_to = 200 * 1024 + 4097;
	panic_with(1);
	CHECK(look(bytes[0]) == 2);
}

/* One write after the other is not answered, with others under way behind it, which must be done again. */
static void not_answered(unsigned at)
{
	memset(bytes, 0x5a, sizeof(bytes));
	sinks[0].at_once = 3;
	if (at & 1)
		kp_dump_plan(&(struct kp_dump_plan){ .work = work, .work_physical = (uintptr_t)work });
	disks[0].late_at = at;
	panic_with(1);
	CHECK(look(bytes[0]) == 0 && disks[0].opens == (disks[0].writes < at ? 1 : 2));
	exit(disks[0].writes < at ? 0 : 2);
}

static void one_of_several_is_not_answered(void)
{
	unsigned most = 0;

	for (unsigned at = 1; at < 40; at++) {
		int status = ended_with(not_answered, at);

		CHECK(status == 0 || status == 2);
		most = status == 2 ? at : most;
	}
	CHECK(most >= 10);
}

static void the_next_is_taken(void)
{
	disks[0].bad_from = 0;
	disks[0].bad_to = 4096;
	panic_with(2);
	CHECK(strstr(fake.out, "dump state=failed sink=\"first\"") &&
	      strstr(fake.out, "dump state=done sink=\"second\""));
	CHECK(look(bytes[1]) == 0);
}

static void one_that_does_not_answer_is_left(void)
{
	disks[0].late = true;
	panic_with(2);
	CHECK(disks[0].writes <= 2 && disks[0].opens >= 2 && look(bytes[1]) == 0);
}

static void one_that_does_not_open_is_left(void)
{
	disks[0].fails = true;
	panic_with(2);
	CHECK(!disks[0].writes && look(bytes[1]) == 0);
}

/* A fault in the middle: what is on the disk is torn, and the next is tried. */
static void fault(unsigned after)
{
	fake.fault_after = after;
	fault_in_panic = FAKE_MEMORY;
	panic_with(2);
	if (!strstr(fake.out, "stage name=dump result=faulted"))
		exit(0);
	CHECK(fake.faults == 1 && memcmp(bytes[0], KF_KDUMP_WHOLE, 8) && look(bytes[1]) == 0);
	exit(2);
}

static void a_fault_leaves_it_torn(void)
{
	unsigned within = 0;

	for (unsigned after = 0; after < 100; after++) {
		int status = ended_with(fault, after);

		CHECK(status == 0 || status == 2);
		within += status == 2;
	}
	CHECK(within >= 5);
}

static void a_disk_gets_what_fits(void)
{
	struct kf_dump told;

	sinks[0].size = 300 * 1024;
	panic_with(1);
	CHECK(kf_dump_get(bytes[0], 4096, &told) && told.why == KF_DUMP_NO_ROOM && told.pages && told.lost);
	CHECK(strstr(fake.out, "dump state=early"));
}

const struct test dump_tests[] = {
	TEST(is_what_memory_is),
	TEST(is_packed),
	TEST(an_error_that_goes_away_costs_nothing),
	TEST(a_bad_place_costs_its_pages),
	TEST(a_bad_place_costs_a_write_where_pages_are_packed),
	TEST(what_is_mapped_nowhere_is_written),
	TEST(what_is_mapped_nowhere_is_lost_without),
	TEST(several_are_under_way),
	TEST(several_are_under_way_packed),
	TEST(a_bad_place_among_several),
	TEST(one_of_several_is_not_answered),
	TEST(the_next_is_taken),
	TEST(one_that_does_not_answer_is_left),
	TEST(one_that_does_not_open_is_left),
	TEST(a_fault_leaves_it_torn),
	TEST(a_disk_gets_what_fits),
	{ NULL, NULL },
};
