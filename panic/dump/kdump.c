/* A kdump-compressed file (version 6) on a disk.
 *
 *   block 0           header: while the dump is written with a signature that says so (formats/kdump.h)
 *   block 1 …         sub-header, notes
 *   bitmap 1          one bit for each page that was to be dumped
 *   bitmap 2          one for each that is in the file: a page of zeros is not
 *   descriptors       24 bytes for each of these, in order; room for all pages that there could be, since nobody counts them first
 *   pages             as they are, or packed
 *
 * All of it in one pass over memory. What the notes hold comes first, since it tells most; then pages, and behind them their
 * descriptors and bitmaps; now and then how far that has come; in the end the notes once more, with how the dump went, and the
 * header that makes it one.  Between what must not be torn apart stands a flush.
 *
 * Pages are handed to the sink where they lie, so that a disk that does transfers by itself takes them without a copy; while it
 * does, the next are looked at. */
#include "dump/dump.h"

#include "formats/kdump.h"
#include "lib/mem.h"

#define BLOCK KF_KDUMP_BLOCK
#define BITS (BLOCK * 8u) /* pages that a block of a bitmap tells of */
#define ROWS 2048u        /* descriptors that wait for being written: 12 blocks */
#define PIECES_MAX 64u
#define LARGEST (1u << 20) /* bytes of one write */
#define CHECKPOINT_NS 1000000000ull
#define PACKED (262144u) /* bytes that wait, packed, in each half of the plan's memory */

_Static_assert(ROWS *KF_KDUMP_DESCRIPTOR % BLOCK == 0, "whole blocks");
_Static_assert(2 * PACKED + KP_SNAPPY_TABLE <= KP_DUMP_WORK_SIZE, "what the plan's memory is for");

static uint8_t rows[ROWS * KF_KDUMP_DESCRIPTOR] __attribute__((aligned(BLOCK)));
static uint8_t wanted[BLOCK] __attribute__((aligned(BLOCK))), here[BLOCK] __attribute__((aligned(BLOCK)));
static uint8_t block[BLOCK] __attribute__((aligned(BLOCK)));

/* A write: pages from `first` on (numbered as their descriptors are). */
struct batch {
	struct kp_piece pieces[PIECES_MAX];
	unsigned n;
	size_t bytes;
	uint64_t offset, first, pages;
};

static struct {
	struct kp_sink *sink;
	struct kp_dump_count *count;
	struct kf_dump told;
	uint64_t limit; /* bytes of the sink */
	uint64_t notes, bitmap_1, bitmap_2, next_data;
	uint32_t bitmap_blocks, sub_blocks;
	uint64_t row, rows_from; /* descriptors made, and how many of them were before rows[0] */
	uint64_t bitmap_block;   /* which of a bitmap `wanted` and `here` are */
	uint64_t checkpoint_ns;
	struct batch batches[2];
	unsigned filling; /* which of them */
	bool in_flight;   /* the other */
	bool broken;      /* what the file cannot be without could not be written */
	bool full;
	uint64_t reached; /* pages below this were looked at */
} d;

static void put32_of_machine(uint8_t *to, uint32_t value)
{
	__builtin_memcpy(to, &value, sizeof(value)); /* not a call: one for each page */
}

static void put64_of_machine(uint8_t *to, uint64_t value)
{
	__builtin_memcpy(to, &value, sizeof(value)); /* not a call: one for each page */
}

/* A sink does one thing at a time: what it was given before is done first. */
static void await(void);

/* What there is no file without. */
static void write_needed(uint64_t offset, const void *at, size_t n)
{
	await();
	if (!d.broken && !kp_sink_write(d.sink, offset, at, n))
		d.broken = true;
}

static void flush(void)
{
	await();
	if (!d.broken && !kp_sink_flush(d.sink))
		d.broken = true;
}

/* ---- header, sub-header, notes ---- */

static void put_header(const char *signature, uint32_t status)
{
	static const char *names[6];
	uint8_t *field = block + KF_KDUMP_AT_UTSNAME;

	memset(block, 0, sizeof(block));
	memcpy(block, signature, 8);
	/* Readers of this format take the first for its signature, and look at no register without it. */
	names[0] = "Linux";
	names[1] = kp_system.name;
	names[2] = kp_system.release;
	names[3] = "kpanic";
	names[4] = kp_isa_name;
	for (unsigned i = 0; i < 6; i++)
		kp_string_copy((char *)field + i * KF_KDUMP_UTSNAME_FIELD, KF_KDUMP_UTSNAME_FIELD, names[i]);
	put32_of_machine(block + KF_KDUMP_AT_VERSION, KF_KDUMP_VERSION);
	put32_of_machine(block + KF_KDUMP_AT_STATUS, status);
	put32_of_machine(block + KF_KDUMP_AT_BLOCK_SIZE, BLOCK);
	put32_of_machine(block + KF_KDUMP_AT_SUB_BLOCKS, d.sub_blocks);
	put32_of_machine(block + KF_KDUMP_AT_BITMAP_BLOCKS, 2 * d.bitmap_blocks);
	put32_of_machine(block + KF_KDUMP_AT_MAX_MAPNR,
			 d.told.max_mapnr > UINT32_MAX ? UINT32_MAX : (uint32_t)d.told.max_mapnr);
	put32_of_machine(block + KF_KDUMP_AT_CPUS, kp_report.cpus);
	kf_dump_put(block, &d.told);
	write_needed(0, block, sizeof(block));
}

static void put_sub_header(void)
{
	size_t text_at, text_size, size = kp_notes_size(&text_at, &text_size);

	memset(block, 0, sizeof(block));
	put32_of_machine(block + KF_KDUMP_SUB_LEVEL, KF_KDUMP_LEVEL_ZERO);
	put64_of_machine(block + KF_KDUMP_SUB_VMCOREINFO, d.notes + text_at);
	put64_of_machine(block + KF_KDUMP_SUB_VMCOREINFO + 8, text_size);
	put64_of_machine(block + KF_KDUMP_SUB_NOTES, d.notes);
	put64_of_machine(block + KF_KDUMP_SUB_NOTES + 8, size);
	put64_of_machine(block + KF_KDUMP_SUB_END_PFN, d.told.max_mapnr);
	put64_of_machine(block + KF_KDUMP_SUB_MAX_MAPNR, d.told.max_mapnr);
	write_needed(BLOCK, block, sizeof(block));
}

/* Bytes, gathered to blocks. */
static uint64_t gathered;

static bool gather(const void *bytes, size_t n)
{
	const uint8_t *from = bytes;

	while (n && !d.broken) {
		size_t at = gathered % BLOCK, part = BLOCK - at < n ? BLOCK - at : n;

		memcpy(block + at, from, part);
		gathered += part;
		from += part;
		n -= part;
		if (gathered % BLOCK == 0)
			write_needed(d.notes + gathered - BLOCK, block, BLOCK);
	}
	return !d.broken;
}

static void put_notes(void)
{
	gathered = 0;
	memset(block, 0, sizeof(block));
	if (kp_notes_put(gather) && gathered % BLOCK) {
		memset(block + gathered % BLOCK, 0, BLOCK - gathered % BLOCK);
		write_needed(d.notes + gathered - gathered % BLOCK, block, BLOCK);
	}
	put_sub_header();
}

/* ---- pages ---- */

static uint8_t *row_of(uint64_t number)
{
	return rows + (number - d.rows_from) * KF_KDUMP_DESCRIPTOR;
}

/* Its descriptor stays, since readers count, and tells by an offset of 0 that there is nothing. */
static void lose(uint64_t number)
{
	static const uint8_t nothing[KF_KDUMP_DESCRIPTOR];

	if (!memcmp(row_of(number), nothing, sizeof(nothing)))
		return; /* of two writes, both lost */
	memset(row_of(number), 0, KF_KDUMP_DESCRIPTOR);
	d.count->pages--;
	d.count->lost++;
}

/* One that could not be written as a whole: page by page, where they are not packed. */
static void write_singly(const struct batch *batch)
{
	uint64_t number = batch->first, offset = batch->offset;

	if (kp_plan.work) {
		bool done = offset + batch->bytes <= d.limit &&
			    kp_sink_start(d.sink, offset, batch->pieces, batch->n) && kp_sink_wait(d.sink);

		for (uint64_t i = 0; i < batch->pages && !done; i++)
			lose(number + i);
		return;
	}
	for (unsigned i = 0; i < batch->n; i++) {
		struct kp_piece page = batch->pieces[i];
		size_t left = page.n;

		for (page.n = KP_PAGE; left; left -= KP_PAGE, number++, offset += KP_PAGE) {
			bool done = false;

			for (unsigned attempt = 0; attempt < 2 && !done && offset + KP_PAGE <= d.limit;
			     attempt++)
				done = kp_sink_start(d.sink, offset, &page, 1) && kp_sink_wait(d.sink);
			if (!done)
				lose(number);
			page.at = (const void *)((uintptr_t)page.at + KP_PAGE);
			page.physical += KP_PAGE;
		}
	}
}

static void await(void)
{
	if (!d.in_flight)
		return;
	d.in_flight = false;
	if (!kp_sink_wait(d.sink))
		write_singly(&d.batches[1 - d.filling]);
	if (kp_sink_dead())
		d.broken = true;
}

/* Sends what was filled, and goes on with the other. */
static void submit(void)
{
	struct batch *batch = &d.batches[d.filling], *other = &d.batches[1 - d.filling];

	if (!batch->n)
		return;
	await();
	if (d.next_data + batch->bytes > d.limit) {
		d.full = true;
		batch->offset = d.next_data;
		write_singly(batch);
		d.next_data = d.limit / KP_PAGE * KP_PAGE;
	} else if (!d.broken) {
		batch->offset = d.next_data;
		d.filling = 1 - d.filling;
		d.in_flight = true;
		if (!kp_sink_start(d.sink, batch->offset, batch->pieces, batch->n)) {
			d.in_flight = false;
			write_singly(batch);
		}
		d.next_data += batch->bytes;
		d.count->bytes += batch->bytes;
		batch = other;
		if (kp_sink_dead())
			d.broken = true;
	}
	batch->n = 0;
	batch->bytes = 0;
	batch->pages = 0;
}

static void put_row(uint64_t offset, size_t size, uint32_t flags)
{
	uint8_t *row = row_of(d.row++);

	put64_of_machine(row + KF_KDUMP_PAGE_OFFSET, offset);
	put32_of_machine(row + KF_KDUMP_PAGE_SIZE, (uint32_t)size);
	put32_of_machine(row + KF_KDUMP_PAGE_FLAGS, flags);
	put64_of_machine(row + KF_KDUMP_PAGE_FLAGS + 4, 0); /* flags of the page's, which are Linux's */
}

static unsigned pieces_max(void)
{
	return d.sink->pieces_max && d.sink->pieces_max < PIECES_MAX ? d.sink->pieces_max : PIECES_MAX;
}

static size_t largest(void)
{
	return d.sink->largest && d.sink->largest < LARGEST ? d.sink->largest : LARGEST;
}

/* As it is, from where it lies. */
static void add_raw(const void *at, uint64_t physical)
{
	struct batch *batch = &d.batches[d.filling];
	struct kp_piece *last = batch->n ? &batch->pieces[batch->n - 1] : NULL;
	bool joins = last && last->physical + last->n == physical &&
		     (uintptr_t)last->at + last->n == (uintptr_t)at;

	if (batch->bytes + KP_PAGE > largest() || (!joins && batch->n == pieces_max())) {
		submit();
		batch = &d.batches[d.filling];
		joins = false;
	}
	if (!batch->n)
		batch->first = d.row;
	if (joins)
		last->n += KP_PAGE;
	else
		batch->pieces[batch->n++] = (struct kp_piece){ at, physical, KP_PAGE };
	put_row(d.next_data + batch->bytes, KP_PAGE, 0);
	batch->bytes += KP_PAGE;
	batch->pages++;
	d.count->pages++;
}

/* The half of the plan's memory that is being filled. */
static uint8_t *half(unsigned which)
{
	return (uint8_t *)kp_plan.work + which * PACKED;
}

/* Bytes that fit into a half. */
static size_t packed_room(void)
{
	return largest() < PACKED ? largest() : PACKED;
}

/* Whole blocks of it; what is left over goes to the start of the other half, when that is written. `end`: all of it, filled up. */
static void submit_packed(bool end)
{
	struct batch *batch = &d.batches[d.filling];
	size_t rest = batch->bytes % BLOCK;
	unsigned which = d.filling;

	if (!batch->bytes)
		return;
	if (end && rest) {
		memset(half(which) + batch->bytes, 0, BLOCK - rest);
		batch->bytes += BLOCK - rest;
		rest = 0;
	}
	batch->bytes -= rest;
	await();
	memcpy(half(1 - which), half(which) + batch->bytes, rest);
	batch->pieces[0] =
		(struct kp_piece){ half(which), kp_plan.work_physical + which * PACKED, batch->bytes };
	batch->n = 1;
	submit();
	if (d.filling == which) /* it was not sent: nothing is, from here on */
		return;
	/* The page that lies in both is lost with either. */
	batch = &d.batches[d.filling];
	batch->bytes = rest;
	batch->first = d.row - 1;
	batch->pages = rest != 0;
}

static void add_packed(const void *at)
{
	struct batch *batch = &d.batches[d.filling];
	uint8_t *to;
	size_t n;
	uint32_t flags = KF_KDUMP_SNAPPY;

	if (batch->bytes + 2 * KP_PAGE > packed_room()) {
		submit_packed(false);
		batch = &d.batches[d.filling];
	}
	if (!batch->pages)
		batch->first = d.row;
	to = half(d.filling) + batch->bytes;
	n = kp_snappy(at, KP_PAGE, to, KP_PAGE, half(2));
	if (!n) {
		memcpy(to, at, KP_PAGE);
		n = KP_PAGE;
		flags = 0;
	}
	put_row(d.next_data + batch->bytes, n, flags);
	batch->bytes += n;
	batch->pages++;
	d.count->pages++;
}

/* Everything up to here is written down. */
static void settle(void)
{
	if (kp_plan.work)
		submit_packed(true);
	else
		submit();
	await();
}

static void set_bit(uint8_t *bitmap, uint64_t page)
{
	bitmap[page % BITS / 8] |= (uint8_t)(1u << page % 8);
}

/* Descriptors as far as there are any; the rest of their last block is 0. */
static void put_rows(void)
{
	uint64_t n = (d.row - d.rows_from) * KF_KDUMP_DESCRIPTOR, padded = (n + BLOCK - 1) / BLOCK * BLOCK;

	memset(rows + n, 0, padded - n);
	if (padded)
		write_needed(d.told.descriptors + d.rows_from * KF_KDUMP_DESCRIPTOR, rows, padded);
	if (d.row - d.rows_from == ROWS)
		d.rows_from = d.row;
}

static void put_bitmaps(void)
{
	write_needed(d.bitmap_1 + d.bitmap_block * BLOCK, wanted, BLOCK);
	write_needed(d.bitmap_2 + d.bitmap_block * BLOCK, here, BLOCK);
}

/* How far it is, so that a dump that is torn behind this can be read up to here. */
static void checkpoint(uint64_t page)
{
	settle();
	put_rows();
	put_bitmaps();
	flush();
	d.told.done = page;
	d.told.size = d.next_data;
	d.told.pages = d.count->pages;
	d.told.zero = d.count->zero;
	d.told.lost = d.count->lost;
	put_header(KF_KDUMP_TORN, 0);
	kp_dump_progress(page, d.told.max_mapnr);
	d.checkpoint_ns = kp_host_time_ns();
}

/* Bitmaps up to the block that page is in. */
static void move_to(uint64_t page)
{
	while (d.bitmap_block < page / BITS && !d.broken) {
		put_bitmaps();
		memset(wanted, 0, sizeof(wanted));
		memset(here, 0, sizeof(here));
		d.bitmap_block++;
	}
}

static void add_page(uint64_t page)
{
	const void *at;

	move_to(page);
	if (!kp_dump_wants(page))
		return;
	set_bit(wanted, page);
	at = kp_dump_page(page);
	if (at && kp_is_zero(at)) {
		d.count->zero++;
		return;
	}
	if (d.row - d.rows_from == ROWS) {
		settle();
		put_rows();
	}
	set_bit(here, page);
	if (!at && d.sink->by_physical && !kp_plan.work) {
		add_raw(NULL,
			page * KP_PAGE); /* mapped nowhere, on purpose or by damage: the disk can read it */
	} else if (!at) {
		put_row(0, 0, 0);
		d.count->lost++;
	} else if (kp_plan.work) {
		add_packed(at);
	} else {
		add_raw(at, page * KP_PAGE);
	}
}

/* What an earlier dump may have left behind the descriptors would look like more of them. */
static void clear_rest(void)
{
	uint64_t at = d.told.descriptors + (d.row * KF_KDUMP_DESCRIPTOR + BLOCK - 1) / BLOCK * BLOCK;

	memset(rows, 0, sizeof(rows));
	while (at < d.told.data && !d.broken) {
		struct kp_piece *pieces = d.batches[0].pieces;
		uint64_t left = d.told.data - at;
		size_t n = 0, part;
		unsigned i = 0;

		for (; i < pieces_max() && left > n && n + sizeof(rows) <= largest(); i++, n += part) {
			part = left - n < sizeof(rows) ? (size_t)(left - n) : sizeof(rows);
			pieces[i] = (struct kp_piece){ rows, kp_host_physical(rows), part };
		}
		if (!i || !kp_sink_start(d.sink, at, pieces, i) || !kp_sink_wait(d.sink)) {
			n = left < BLOCK ? (size_t)left : BLOCK;
			write_needed(at, rows, n);
		}
		at += n;
	}
}

/* ---- all of it ---- */

static void lay_out(void)
{
	uint64_t max = kp_dump_max(), first = 1, end = 0, all = 0;

	for (uint64_t from = 0; kp_dump_next(from, &first, &end); from = end)
		all += end - first;
	d.sub_blocks = 1 + (uint32_t)((kp_notes_max() + BLOCK - 1) / BLOCK);
	d.bitmap_blocks = (uint32_t)((max + BITS - 1) / BITS);
	d.notes = 2 * BLOCK;
	d.bitmap_1 = (1 + (uint64_t)d.sub_blocks) * BLOCK;
	d.bitmap_2 = d.bitmap_1 + (uint64_t)d.bitmap_blocks * BLOCK;
	d.told = (struct kf_dump){
		.state = KF_DUMP_WRITING,
		.id = kp_host_time_ns(),
		.max_mapnr = max,
		.descriptors = d.bitmap_2 + (uint64_t)d.bitmap_blocks * BLOCK,
	};
	d.told.data = d.told.descriptors + (all * KF_KDUMP_DESCRIPTOR + BLOCK - 1) / BLOCK * BLOCK;
	d.told.size = d.told.data;
	d.next_data = d.told.data;
}

static bool pages(void)
{
	uint64_t start, end;

	for (uint64_t from = 0; kp_dump_next(from, &start, &end); from = end) {
		for (uint64_t page = start; page < end; page++) {
			add_page(page);
			d.reached = page + 1;
			if (d.broken || d.full)
				return false;
			if (page % 256)
				continue;
			if (kp_dump_is_late())
				return false;
			if (kp_host_time_ns() - d.checkpoint_ns >= CHECKPOINT_NS)
				checkpoint(page + 1);
		}
	}
	return true;
}

static enum kf_dump_why why(bool all)
{
	return d.full          ? KF_DUMP_NO_ROOM
	       : !all          ? KF_DUMP_NO_TIME
	       : d.count->lost ? KF_DUMP_LOST_PAGES
			       : KF_DUMP_ALL_THERE;
}

enum kp_dump_end kp_dump_kdump(struct kp_sink *sink, struct kp_dump_count *count)
{
	bool all;

	memset(&d, 0, sizeof(d));
	d.sink = sink;
	d.count = count;
	d.limit = sink->size;
	memset(wanted, 0, sizeof(wanted));
	memset(here, 0, sizeof(here));
	lay_out();
	if (d.told.data >= d.limit)
		return KP_DUMP_FAILED;
	/* First that what is there now is no dump any more. */
	put_header(KF_KDUMP_TORN, 0);
	flush();
	put_notes();
	flush();
	d.checkpoint_ns = kp_host_time_ns();

	all = pages();
	settle();
	put_rows();
	move_to(d.told.max_mapnr ? d.told.max_mapnr - 1 : 0);
	put_bitmaps();
	clear_rest();
	if (d.broken)
		return KP_DUMP_FAILED;

	d.told.state = KF_DUMP_WHOLE;
	d.told.why = why(all);
	d.told.size = d.next_data;
	d.told.done = all ? d.told.max_mapnr : d.reached;
	d.told.pages = count->pages;
	d.told.zero = count->zero;
	d.told.lost = count->lost;
	kp_dump_note(count, d.told.why);
	put_notes();
	flush();
	put_header(KF_KDUMP_WHOLE,
		   (kp_plan.work ? KF_KDUMP_SNAPPY : 0) | (d.told.why ? KF_KDUMP_INCOMPLETE : 0));
	flush();
	if (d.broken)
		return KP_DUMP_FAILED;
	return d.full || !all ? KP_DUMP_EARLY : count->lost ? KP_DUMP_LOST : KP_DUMP_DONE;
}
