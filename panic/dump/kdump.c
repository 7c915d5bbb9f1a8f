/* A kdump-compressed file (version 6) on a disk.
 *
 *   block 0           header: while the dump is written with a signature that says so (formats/kdump.h)
 *   block 1 …         sub-header, notes
 *   bitmap 1          one bit for each page that was to be dumped
 *   bitmap 2          one for each that is in the file: a page of zeros is not
 *   descriptors       24 bytes for each of these, in order; room for all pages that there could be, since nobody counts them first
 *   pages             as they are, or packed
 * * All of it in one pass over memory. What the notes hold comes first, since it tells most; then pages, and behind them their
 * descriptors and bitmaps; now and then how far that has come; in the end the notes once more, with how the dump went, and the
 * header that makes it one.  Between what must not be torn apart stands a flush.
 *
 * Pages are handed to the sink where they lie, so that a disk that does transfers by itself takes them without a copy; while it
 * does, the next are looked at.  Descriptors follow when their pages are known to be written: until then one that could
 * not be may still become one of a lost page. */
#include "dump/dump.h"

#include "formats/kdump.h"
#include "lib/mem.h"

#define BLOCK KF_KDUMP_BLOCK
#define BITS (BLOCK * 8u)  /* pages that a block of a bitmap tells of */
#define ROWS 1024u         /* descriptors of each half of those that wait for being written: 6 blocks */
#define LARGEST (1u << 20) /* bytes of one write */
#define CHECKPOINT_NS 1000000000ull
#define BATCHES 4u
#define PACKED (131072u) /* bytes that wait, packed, in the plan's memory: for each batch */

_Static_assert(ROWS *KF_KDUMP_DESCRIPTOR % BLOCK == 0, "whole blocks");
_Static_assert(BATCHES *PACKED + KP_SNAPPY_TABLE <= KP_DUMP_WORK_SIZE, "what the plan's memory is for");

static uint8_t rows[2 * ROWS * KF_KDUMP_DESCRIPTOR] __attribute__((aligned(BLOCK)));
static uint8_t wanted[BLOCK] __attribute__((aligned(BLOCK))), here[BLOCK] __attribute__((aligned(BLOCK)));
static uint8_t block[BLOCK] __attribute__((aligned(BLOCK)));

static struct {
	struct kp_sink *sink;
	struct kp_dump_count *count;
	struct kf_dump told;
	uint64_t limit; /* bytes of the sink */
	uint64_t notes, bitmap_1, bitmap_2, next_data;
	uint32_t bitmap_blocks, sub_blocks;
	uint64_t row; /* descriptors made; the last of them are in `rows`, in turn in both halves */
	uint64_t rows_sent, rows_done; /* halves of them: begun to be written, written */
	uint64_t bitmap_block;         /* which of a bitmap `wanted` and `here` are */
	uint64_t checkpoint_ns;
	struct kp_batch batches[BATCHES], row_batch;
	struct kp_batch *filling;
	size_t used; /* of the memory in which its pages are packed */
	bool broken; /* what the file cannot be without could not be written */
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

static void settle(void)
{
	kp_queue_settle();
	d.rows_done = d.rows_sent;
	if (kp_sink_dead())
		d.broken = true;
}

/* What there is no file without. */
static void write_needed(uint64_t offset, const void *at, size_t n)
{
	settle();
	if (!d.broken && !kp_sink_write(d.sink, offset, at, n))
		d.broken = true;
}

static void flush(void)
{
	settle();
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

/* Bytes, gathered where descriptors wait while there are any. */
static uint64_t gathered;

static bool gather(const void *bytes, size_t n)
{
	const uint8_t *from = bytes;

	while (n && !d.broken) {
		size_t at = gathered % sizeof(rows), part = sizeof(rows) - at < n ? sizeof(rows) - at : n;

		memcpy(rows + at, from, part);
		gathered += part;
		from += part;
		n -= part;
		if (gathered % sizeof(rows) == 0)
			write_needed(d.notes + gathered - sizeof(rows), rows, sizeof(rows));
	}
	return !d.broken;
}

/* Before the first descriptor, and behind the last. */
static void put_notes(void)
{
	size_t rest, padded;

	gathered = 0;
	if (kp_notes_put(gather) && gathered % sizeof(rows)) {
		rest = gathered % sizeof(rows);
		padded = (rest + BLOCK - 1) / BLOCK * BLOCK;
		memset(rows + rest, 0, padded - rest);
		write_needed(d.notes + gathered - rest, rows, padded);
	}
	put_sub_header();
}

/* ---- pages ---- */

static uint8_t *row_of(uint64_t number)
{
	return rows + number % (2 * ROWS) * KF_KDUMP_DESCRIPTOR;
}

/* The pages of a batch of which something is there.  Their descriptors stay, since readers count, and tell by an offset of 0 that
 * there is nothing. */
static void lose(const struct kp_batch *batch, uint64_t offset, size_t n)
{
	for (uint64_t number = batch->first; number < d.row; number++) {
		uint8_t *row = row_of(number);
		uint64_t start;
		uint32_t size;

		__builtin_memcpy(&start, row + KF_KDUMP_PAGE_OFFSET, sizeof(start));
		__builtin_memcpy(&size, row + KF_KDUMP_PAGE_SIZE, sizeof(size));
		if (!start || start + size <= offset)
			continue;
		if (start >= offset + n)
			return;
		memset(row, 0, KF_KDUMP_DESCRIPTOR);
		d.count->pages--;
		d.count->lost++;
	}
}

static void lose_rows(const struct kp_batch *batch, uint64_t offset, size_t n)
{
	(void)batch;
	(void)offset;
	(void)n;
	d.broken = true;
}

/* Descriptors below this are those of pages that are written, or known to be lost. */
static uint64_t known_rows(void)
{
	uint64_t known = d.row;

	for (unsigned i = 0; i < BATCHES; i++) {
		const struct kp_batch *batch = &d.batches[i];

		if (batch->first < known && (batch == d.filling ? batch->n : kp_queue_has(batch)))
			known = batch->first;
	}
	return known;
}

/* A half whose pages are known. */
static void send_rows(void)
{
	uint8_t *from = row_of(d.rows_sent);
	const size_t n = ROWS * KF_KDUMP_DESCRIPTOR;

	if (!kp_queue_has(&d.row_batch))
		d.rows_done = d.rows_sent;
	if (d.rows_done != d.rows_sent || known_rows() < d.rows_sent + ROWS)
		return;
	d.row_batch.pieces[0] = (struct kp_piece){ from, kp_host_physical(from), n };
	d.row_batch.n = 1;
	d.row_batch.bytes = n;
	d.row_batch.offset = d.told.descriptors + d.rows_sent * KF_KDUMP_DESCRIPTOR;
	d.row_batch.lost = lose_rows;
	d.rows_sent += ROWS;
	kp_queue_send(&d.row_batch);
}

/* The memory in which the pages of a batch are packed. */
static uint8_t *part_of(const struct kp_batch *batch)
{
	return (uint8_t *)kp_plan.work + (size_t)(batch - d.batches) * PACKED;
}

static void fill_next(void)
{
	struct kp_batch *next = d.batches;

	while (next < d.batches + BATCHES - 1 && (next == d.filling || kp_queue_has(next)))
		next++;
	next->n = 0;
	next->bytes = 0;
	next->lost = lose;
	d.filling = next;
	d.used = 0;
}

/* Sends what was filled, and goes on with another. */
static void submit(void)
{
	struct kp_batch *batch = d.filling;

	if (!batch->n)
		return;
	batch->offset = d.next_data;
	if (!d.broken && d.next_data + batch->bytes > d.limit) {
		d.full = true;
		d.next_data = d.limit / KP_PAGE * KP_PAGE;
	} else {
		d.next_data += batch->bytes;
		d.count->bytes += batch->bytes;
	}
	if (!d.broken)
		kp_queue_send(batch);
	if (kp_sink_dead())
		d.broken = true;
	fill_next();
	if (!d.broken)
		send_rows();
}

static unsigned pieces_max(void)
{
	return d.sink->pieces_max && d.sink->pieces_max < KP_PIECES_MAX ? d.sink->pieces_max : KP_PIECES_MAX;
}

static size_t largest(void)
{
	return d.sink->largest && d.sink->largest < LARGEST ? d.sink->largest : LARGEST;
}

/* The last piece of what is being filled, where packed bytes go on; NULL: it is another. */
static struct kp_piece *packed_piece(void)
{
	struct kp_batch *batch = d.filling;
	struct kp_piece *last = batch->n ? &batch->pieces[batch->n - 1] : NULL;

	return last && kp_plan.work && (const uint8_t *)last->at + last->n == part_of(batch) + d.used ? last
												      : NULL;
}

/* Up to the next block. */
static void fill_up(void)
{
	struct kp_piece *piece = packed_piece();
	size_t pad = (BLOCK - d.filling->bytes % BLOCK) % BLOCK;

	if (!piece || !pad)
		return;
	memset(part_of(d.filling) + d.used, 0, pad);
	d.used += pad;
	piece->n += pad;
	d.filling->bytes += pad;
}

/* Whole blocks of it; what is left over begins the next. */
static void submit_packed(void)
{
	struct kp_batch *batch = d.filling;
	struct kp_piece *piece = packed_piece();
	size_t rest = batch->bytes % BLOCK;
	const uint8_t *from = part_of(batch) + d.used - rest;

	if (!piece || piece->n <= rest) {
		fill_up();
		submit();
		return;
	}
	piece->n -= rest;
	batch->bytes -= rest;
	submit();
	if (!rest)
		return;
	/* The page that lies in both is lost with either. */
	batch = d.filling;
	batch->first = d.row - 1;
	if (d.full || d.broken) {
		lose(batch, d.next_data, rest);
		return;
	}
	memcpy(part_of(batch), from, rest);
	batch->pieces[0] = (struct kp_piece){
		part_of(batch), kp_plan.work_physical + (uint64_t)(part_of(batch) - part_of(d.batches)), rest
	};
	batch->n = 1;
	batch->bytes = d.used = rest;
}

static void put_row(uint64_t offset, size_t size, uint32_t flags)
{
	uint8_t *row = row_of(d.row++);

	put64_of_machine(row + KF_KDUMP_PAGE_OFFSET, offset);
	put32_of_machine(row + KF_KDUMP_PAGE_SIZE, (uint32_t)size);
	put32_of_machine(row + KF_KDUMP_PAGE_FLAGS, flags);
	put64_of_machine(row + KF_KDUMP_PAGE_FLAGS + 4, 0); /* flags of the page's, which are Linux's */
}

/* As it is, from where it lies; at: NULL: mapped nowhere, but the sink needs no mapping. */
static void add_raw(const void *at, uint64_t physical)
{
	struct kp_batch *batch;
	struct kp_piece *last;
	bool joins;

	fill_up();
	batch = d.filling;
	last = batch->n ? &batch->pieces[batch->n - 1] : NULL;
	joins = last && last->physical + last->n == physical &&
		(at ? last->at && (uintptr_t)last->at + last->n == (uintptr_t)at : !last->at);
	if (batch->bytes + KP_PAGE > largest() || (!joins && batch->n == pieces_max())) {
		submit();
		batch = d.filling;
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
	d.count->pages++;
}

static void add_packed(const void *at)
{
	struct kp_batch *batch = d.filling;
	struct kp_piece *piece;
	uint8_t *to;
	size_t n;
	uint32_t flags = KF_KDUMP_SNAPPY;

	/* With what may be needed to fill it up. */
	if (d.used + 2 * KP_PAGE > PACKED || batch->bytes + 2 * KP_PAGE > largest() ||
	    (!packed_piece() && batch->n == pieces_max()))
		submit_packed();
	batch = d.filling;
	piece = packed_piece();
	if (!batch->n)
		batch->first = d.row;
	to = part_of(batch) + d.used;
	if (!piece) {
		piece = &batch->pieces[batch->n++];
		*piece = (struct kp_piece){ to, kp_plan.work_physical + (uint64_t)(to - part_of(d.batches)),
					    0 };
	}
	n = kp_snappy(at, KP_PAGE, to, KP_PAGE, (uint8_t *)kp_plan.work + BATCHES * PACKED);
	if (!n) {
		memcpy(to, at, KP_PAGE);
		n = KP_PAGE;
		flags = 0;
	}
	put_row(d.next_data + batch->bytes, n, flags);
	d.used += n;
	piece->n += n;
	batch->bytes += n;
	d.count->pages++;
}

/* Everything up to here is written down. */
static void write_down(void)
{
	fill_up();
	submit();
	settle();
}

/* Room for another descriptor: of those that lie where it comes to lie must be known that they are written. */
static void make_row_room(void)
{
	while (!d.broken && d.row - d.rows_done == 2ull * ROWS) {
		send_rows();
		if (kp_queue_oldest()) {
			kp_queue_wait_one();
		} else {
			fill_up();
			submit();
		}
		if (kp_sink_dead())
			d.broken = true;
		send_rows();
	}
}

static void set_bit(uint8_t *bitmap, uint64_t page)
{
	bitmap[page % BITS / 8] |= (uint8_t)(1u << page % 8);
}

/* Descriptors as far as there are any, when all pages are written down; the rest of their last block is 0. */
static void put_rows(void)
{
	while (d.rows_sent < d.row && !d.broken) {
		uint64_t left = d.row - d.rows_sent;
		size_t n = (size_t)(left < ROWS ? left : ROWS) * KF_KDUMP_DESCRIPTOR,
		       padded = (n + BLOCK - 1) / BLOCK * BLOCK;
		uint8_t *from = row_of(d.rows_sent);

		memset(from + n, 0, padded - n);
		write_needed(d.told.descriptors + d.rows_sent * KF_KDUMP_DESCRIPTOR, from, padded);
		if (left < ROWS)
			break;
		d.rows_sent += ROWS;
		d.rows_done = d.rows_sent;
	}
}

static void put_bitmaps(void)
{
	write_needed(d.bitmap_1 + d.bitmap_block * BLOCK, wanted, BLOCK);
	write_needed(d.bitmap_2 + d.bitmap_block * BLOCK, here, BLOCK);
}

/* How far it is, so that a dump that is torn behind this can be read up to here. */
static void checkpoint(uint64_t page)
{
	write_down();
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
	make_row_room();
	set_bit(here, page);
	if (!at && d.sink->by_physical) {
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
	kp_queue_begin(sink);
	fill_next();
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
	write_down();
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
