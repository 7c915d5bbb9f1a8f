/* Writes that are under way: as many at once as the sink takes, so that it never waits for the next one, begun and looked
 * after in order.  One that fails is done again block by block when nothing else is under way; what stays is lost, and its
 * owner is told which bytes. */
#include "dump/dump.h"

static struct kp_sink *sink;
static uint64_t limit; /* bytes of the sink */
static struct kp_batch *under_way[KP_AT_ONCE_MAX];
static unsigned n_under_way, at_once;

void kp_queue_begin(struct kp_sink *to)
{
	sink = to;
	limit = to->size;
	n_under_way = 0;
	at_once = !to->at_once ? 1 : to->at_once < KP_AT_ONCE_MAX ? to->at_once : KP_AT_ONCE_MAX;
}

bool kp_queue_has(const struct kp_batch *batch)
{
	for (unsigned i = 0; i < n_under_way; i++)
		if (under_way[i] == batch)
			return true;
	return false;
}

const struct kp_batch *kp_queue_oldest(void)
{
	return n_under_way ? under_way[0] : NULL;
}

static bool write_block(uint64_t offset, const struct kp_piece *piece)
{
	for (unsigned attempt = 0; attempt < 2 && offset + piece->n <= limit; attempt++)
		if (kp_sink_start(sink, offset, piece, 1) && kp_sink_wait(sink))
			return true;
	return false;
}

static void redo(const struct kp_batch *batch)
{
	uint64_t offset = batch->offset;

	for (unsigned i = 0; i < batch->n; i++) {
		struct kp_piece block = batch->pieces[i];

		for (size_t left = block.n; left; left -= block.n) {
			block.n = left < KP_PAGE ? left : KP_PAGE;
			if (!write_block(offset, &block))
				batch->lost(batch, offset, block.n);
			offset += block.n;
			block.at = (const void *)((uintptr_t)block.at + block.n);
			block.physical += block.n;
		}
	}
}

/* What was begun before a sink was made ready anew is not known to be done, nor is it waited for. */
static bool is_done(const struct kp_batch *batch)
{
	return batch->opened == kp_sink_opened && kp_sink_wait(sink);
}

static struct kp_batch *take_oldest(void)
{
	struct kp_batch *oldest = under_way[0];

	n_under_way--;
	for (unsigned i = 0; i < n_under_way; i++)
		under_way[i] = under_way[i + 1];
	return oldest;
}

/* With nothing else under way: a write of its own would be taken for theirs. */
static void recover(const struct kp_batch *first)
{
	const struct kp_batch *failed[KP_AT_ONCE_MAX + 1] = { first };
	unsigned n = 1;

	while (n_under_way) {
		const struct kp_batch *batch = take_oldest();

		if (!is_done(batch))
			failed[n++] = batch;
	}
	for (unsigned i = 0; i < n; i++)
		redo(failed[i]);
}

void kp_queue_wait_one(void)
{
	const struct kp_batch *batch;

	if (!n_under_way)
		return;
	batch = take_oldest();
	if (!is_done(batch))
		recover(batch);
}

void kp_queue_settle(void)
{
	while (n_under_way)
		kp_queue_wait_one();
}

void kp_queue_send(struct kp_batch *batch)
{
	while (n_under_way >= at_once)
		kp_queue_wait_one();
	batch->opened = kp_sink_opened;
	if (batch->offset + batch->bytes <= limit &&
	    kp_sink_start(sink, batch->offset, batch->pieces, batch->n))
		under_way[n_under_way++] = batch;
	else
		recover(batch);
}
