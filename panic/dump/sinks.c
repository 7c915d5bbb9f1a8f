/* Sinks, and what becomes of one that does not answer. */
#include "dump/dump.h"

#define PATIENCE_NS 5000000000ull /* for one write; a flush may take longer */
#define FLUSH_NS 20000000000ull
#define LATE_MAX 2
/* For one call of the host's that does not keep to its time: it is left, and so is its sink. */
#define HANGS_NS 30000000000ull

static struct kp_sink *sinks[KP_SINKS_MAX];
static unsigned late;
unsigned kp_sink_errors, kp_sink_opened;
uint64_t kp_sink_waited_ns;

bool kp_sink_add(struct kp_sink *sink)
{
	for (unsigned i = 0; i < KP_SINKS_MAX; i++) {
		if (sinks[i])
			continue;
		sinks[i] = sink;
		return true;
	}
	return false;
}

struct kp_sink *kp_sink_at(unsigned index)
{
	return index < KP_SINKS_MAX ? sinks[index] : NULL;
}

bool kp_sink_open(struct kp_sink *sink)
{
	late = 0;
	kp_sink_errors = 0;
	kp_sink_waited_ns = 0;
	kp_sink_opened++;
	kp_step_within(HANGS_NS);
	return sink->open(sink);
}

bool kp_sink_dead(void)
{
	return late >= LATE_MAX;
}

/* One that is late is made ready anew: whatever it still does with the memory it was given, only reads. */
static bool judge(struct kp_sink *sink, enum kp_sink_result result)
{
	if (result == KP_SINK_DONE)
		return true;
	kp_sink_errors++;
	if (result != KP_SINK_LATE)
		return false;
	kp_sink_opened++;
	if (++late >= LATE_MAX || !sink->open(sink))
		late = LATE_MAX;
	return false;
}

bool kp_sink_start(struct kp_sink *sink, uint64_t offset, const struct kp_piece *pieces, unsigned n)
{
	if (kp_sink_dead())
		return false;
	kp_step_within(HANGS_NS);
	return sink->start(sink, offset, pieces, n);
}

bool kp_sink_wait(struct kp_sink *sink)
{
	uint64_t start = kp_host_time_ns();
	enum kp_sink_result result = sink->wait(sink, PATIENCE_NS);

	kp_sink_waited_ns += kp_host_time_ns() - start;
	return judge(sink, result);
}

bool kp_sink_write(struct kp_sink *sink, uint64_t offset, const void *at, size_t n)
{
	const struct kp_piece piece = { at, kp_host_physical(at), n };

	for (unsigned attempt = 0; attempt < 2 && !kp_sink_dead(); attempt++)
		if (kp_sink_start(sink, offset, &piece, 1) && kp_sink_wait(sink))
			return true;
	return false;
}

bool kp_sink_flush(struct kp_sink *sink)
{
	for (unsigned attempt = 0; attempt < 2 && !kp_sink_dead(); attempt++) {
		kp_step_within(HANGS_NS);
		if (!sink->flush || judge(sink, sink->flush(sink, FLUSH_NS)))
			return true;
	}
	return false;
}
