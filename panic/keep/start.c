/* What the last run left: found, mended, moved to where it waits to be read, told. */
#include "keep/keep.h"

#include "lib/format.h"
#include "lib/mem.h"
#include "show/line.h"
#include "show/sections.h"

/* A slot as it was found. */
struct found {
	enum kf_keep_found what;
	uint32_t mended;
	struct kf_keep keep;
};

static struct found look(unsigned index)
{
	struct found found = { .what = KF_KEEP_NONE };

	found.what = kf_keep_read(kp_keep_slot(index), kp_keep.slot_size, &found.keep, &found.mended);
	/* Of an area of another size, or another one's copy: not ours. */
	if (found.what != KF_KEEP_NONE && found.keep.slot_size != kp_keep.slot_size)
		found.what = KF_KEEP_NONE;
	return found;
}

static bool crashed(const struct found *found)
{
	return found->what != KF_KEEP_NONE && found->keep.state < KF_KEEP_REBOOTING;
}

/* Of the two of the last run: the newer, if it is whole or the other is not. */
static const struct found *newest(const struct found found[2])
{
	bool second = found[1].keep.sequence > found[0].keep.sequence;

	if (found[0].what != found[1].what)
		second = found[1].what > found[0].what;
	return &found[second];
}

/* In the order of all writing (keep.c). A cut before the last step leaves the original, for the next start to move. */
static void move(const struct found *from)
{
	uint8_t *to = kp_keep_slot(KF_KEEP_WAITING);
	const uint8_t *source = kp_keep_slot(from->keep.slot);
	struct kf_keep keep = from->keep;
	size_t n = kf_keep_used(keep.size);

	kf_keep_clear(to);
	kp_isa_flush(to, KF_KEEP_TEXT_AT);
	memcpy(to + KF_KEEP_TEXT_AT, source + KF_KEEP_TEXT_AT, n - KF_KEEP_TEXT_AT);
	kp_isa_flush(to + KF_KEEP_TEXT_AT, n - KF_KEEP_TEXT_AT);
	keep.slot = KF_KEEP_WAITING;
	kf_keep_put_header(to, &keep);
	kp_isa_flush(to, KF_KEEP_TEXT_AT);
}

static void waits(const struct found *found)
{
	const uint8_t *slot = kp_keep_slot(KF_KEEP_WAITING);

	kp_keep.last.waits = true;
	kp_keep.last.damaged = found->what == KF_KEEP_DAMAGED;
	kp_keep.last.mended = found->mended;
	kp_keep.last.text = (const char *)slot + KF_KEEP_TEXT_AT;
	kp_keep.last.size = found->keep.size;
	kp_keep.last.slot = slot;
	kp_keep.last.slot_size = kf_keep_used(found->keep.size);
	kp_keep.waiting = found->keep;
}

static void first_record(void)
{
	uint8_t *slot = kp_keep_begin();
	size_t n = kp_keep_write((char *)slot + KF_KEEP_TEXT_AT, kf_keep_capacity(kp_keep.slot_size), NULL);

	kp_keep_publish(slot, KF_KEEP_RUNNING, n, false);
}

bool kp_keep_init(void *memory, size_t size, uint64_t physical)
{
	uint32_t slot_size = (uint32_t)(size / KF_KEEP_SLOTS > KF_KEEP_SLOT_MAX ? KF_KEEP_SLOT_MAX
										: size / KF_KEEP_SLOTS) &
			     ~63u;
	struct found slots[KF_KEEP_SLOTS], *waiting = &slots[KF_KEEP_WAITING];
	const struct found *last;
	bool old;

	if (slot_size < KF_KEEP_SLOT_MIN)
		return false;
	kp_keep_use(memory, slot_size);
	for (unsigned i = 0; i < KF_KEEP_SLOTS; i++)
		slots[i] = look(i);
	last = newest(slots);
	if (waiting->what != KF_KEEP_NONE && kf_keep_was_read(kp_keep_slot(KF_KEEP_WAITING)))
		waiting->what = KF_KEEP_NONE;
	kp_keep.now = (struct kf_keep){ .slot = 1 };
	kp_keep.last = (struct kp_keep_last){ .state = "lost" };

	old = waiting->what != KF_KEEP_NONE;
	if (last->what != KF_KEEP_NONE) {
		kp_keep.now = last->keep;
		kp_keep.now.in_row = crashed(last) ? last->keep.in_row + 1 : 0;
		kp_keep.last.state = kf_keep_state_word(last->keep.state);
		kp_keep.last.known = true;
	}
	if (old && last->what == KF_KEEP_NONE) {
		kp_keep.now.run = waiting->keep.run;
		kp_keep.now.sequence = waiting->keep.sequence;
		kp_keep.now.missed = waiting->keep.missed;
	}
	if (old && crashed(last) && waiting->keep.run != last->keep.run)
		kp_keep.now.missed++; /* the first of several crashes tells most: it stays */
	if (!old)
		kp_keep.now.missed = 0;
	if (old) {
		waits(waiting);
		kp_keep.last.known = true;
	} else if (crashed(last)) {
		move(last);
		waits(last);
	}
	kp_keep.now.run++;
	kp_keep.now.physical = physical;
	memset(kp_keep.now.build_id, 0, sizeof(kp_keep.now.build_id));
	for (size_t i = 0;
	     kp_system.build_id && i < kp_system.build_id_size && i < sizeof(kp_keep.now.build_id); i++)
		kp_keep.now.build_id[i] = kp_system.build_id[i];
	kp_keep.last.run = kp_keep.now.run;
	kp_keep.last.in_row = kp_keep.now.in_row;
	kp_keep.last.missed = kp_keep.now.missed;
	first_record();
	return true;
}

static void put(const char *text, size_t n)
{
	for (size_t i = 0; i < n; i++)
		kp_host_putc(text[i]);
}

void kp_keep_tell(void)
{
	const struct kp_keep_last *last = &kp_keep.last;
	char line[KP_LINE_MAX];
	size_t n;

	if (!last->known)
		return;
	n = kp_format(line, sizeof(line), "KPANIC 1 kept last=%s in_row=%u missed=%u run=%u", last->state,
		      last->in_row, last->missed, (unsigned)last->run);
	if (last->waits) {
		const struct kf_keep *keep = &kp_keep.waiting;

		n += kp_format(line + n, sizeof(line) - n,
			       " state=%s of=%u sequence=%llu up=%u.%06u mended=%u%s%s",
			       kf_keep_state_word(keep->state), (unsigned)keep->run,
			       (unsigned long long)keep->sequence, (unsigned)kp_seconds(keep->up_ns),
			       (unsigned)kp_microseconds(keep->up_ns), last->mended,
			       last->damaged ? " damaged=1" : "", keep->cut ? " cut=1" : "");
	}
	put(line, n);
	put("\n", 1);
	for (size_t at = 0; last->waits && at < last->size;) {
		size_t end = at;

		while (end < last->size && last->text[end] != '\n')
			end++;
		put("last: ", 6);
		for (; at < end; at++) /* a damaged one may have anything */
			kp_host_putc((unsigned char)last->text[at] >= ' ' || last->text[at] == '\t'
					     ? last->text[at]
					     : '?');
		put("\n", 1);
		at = end + 1;
	}
}

void kp_keep_done(void)
{
	uint8_t *slot;

	if (!kp_keep.last.waits || !kp_keep_usable())
		return;
	slot = kp_keep_slot(KF_KEEP_WAITING);
	kf_keep_acknowledge(slot);
	kp_isa_flush(slot + KF_KEEP_READ_AT, 8);
	kp_keep.last.waits = false;
	/* What was missed is told with what waited. */
	kp_keep.now.missed = 0;
}
