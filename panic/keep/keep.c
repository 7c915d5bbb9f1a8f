/* The flight record while the system runs, and when it dies: which slot is written, and in which order.
 *
 * Order is all there is against a cut: the slot that is written is never the one that holds the last record; first it stops
 * being one (its header is cleared), then come the text and its check bytes, then the header.  Each of these is out of the
 * caches before the next begins, so a reset that nobody has announced finds them in this order, too. */
#include "keep/keep.h"

#include "lib/format.h"
#include "lib/mem.h"
#include "show/line.h"

struct kp_keep kp_keep;

static unsigned busy;   /* 0, or the CPU + 1 that writes */
static unsigned closed; /* a panic or an end in order: no more renewals */

/* The place is checked before it is written to by a kernel of which some data may be garbage. */
static uintptr_t check_of(const uint8_t *memory, uint32_t slot_size)
{
	return ~(uintptr_t)memory ^ (uintptr_t)slot_size << 7;
}

void kp_keep_use(uint8_t *memory, uint32_t slot_size)
{
	kp_keep.memory = memory;
	kp_keep.slot_size = slot_size;
	kp_keep.check = check_of(memory, slot_size);
}

bool kp_keep_usable(void)
{
	return kp_keep.memory && kp_keep.check == check_of(kp_keep.memory, kp_keep.slot_size) &&
	       kp_keep.now.slot < KF_KEEP_SLOTS;
}

uint8_t *kp_keep_slot(unsigned index)
{
	return kp_keep.memory + (size_t)index * kp_keep.slot_size;
}

const struct kp_keep_last *kp_keep_last(void)
{
	return &kp_keep.last;
}

uint8_t *kp_keep_begin(void)
{
	uint8_t *slot = kp_keep_slot(kp_keep.now.slot == 0);

	kf_keep_clear(slot);
	kp_isa_flush(slot, KF_KEEP_TEXT_AT);
	return slot;
}

void kp_keep_publish(uint8_t *slot, enum kf_keep_state state, size_t size, bool cut)
{
	struct kf_keep next = kp_keep.now;

	next.slot = slot != kp_keep.memory;
	next.slot_size = kp_keep.slot_size;
	next.state = state;
	next.sequence++;
	next.up_ns = kp_host_time_ns();
	next.size = (uint32_t)size;
	next.cut = cut;
	next.sum = kf_keep_seal(slot, size);
	kp_isa_flush(slot + KF_KEEP_TEXT_AT, kf_keep_used(size) - KF_KEEP_TEXT_AT);
	kf_keep_put_header(slot, &next);
	kp_isa_flush(slot, KF_KEEP_TEXT_AT);
	kp_keep.now = next;
}

static bool take(void)
{
	unsigned nobody = 0;

	return __atomic_compare_exchange_n(&busy, &nobody, kp_cpu() + 1, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

static void write_state(enum kf_keep_state state, const char *message)
{
	uint8_t *slot = kp_keep_begin();
	size_t room = kf_keep_capacity(kp_keep.slot_size);
	size_t n = kp_keep_write((char *)slot + KF_KEEP_TEXT_AT, room, message);

	/* A panic on another CPU, which could not stop this one, has the slot now. */
	if (state != KF_KEEP_RUNNING || !__atomic_load_n(&closed, __ATOMIC_SEQ_CST))
		kp_keep_publish(slot, state, n, false);
}

void kp_keep_renew(void)
{
	if (!kp_keep_usable() || __atomic_load_n(&closed, __ATOMIC_SEQ_CST) || !take())
		return;
	write_state(KF_KEEP_RUNNING, NULL);
	__atomic_store_n(&busy, 0, __ATOMIC_SEQ_CST);
}

#define WAIT_SPINS 1000000u /* some milliseconds: a renewal takes a tenth of one */

/* No more renewals; one that is under way on a CPU that still runs gets a moment. */
static void stop_renewals(void)
{
	__atomic_store_n(&closed, 1, __ATOMIC_SEQ_CST);
	for (unsigned spins = 0; spins < WAIT_SPINS; spins++) {
		unsigned by = __atomic_load_n(&busy, __ATOMIC_SEQ_CST);

		if (!by || by == kp_cpu() + 1 || by > KP_CPUS_MAX ||
		    __atomic_load_n(&kp_others[by - 1].state, __ATOMIC_SEQ_CST) == KP_CPU_FROZEN)
			return;
		kp_isa_relax();
	}
}

void kp_keep_end(enum kp_keep_end how)
{
	if (!kp_keep_usable() || kp_panicking())
		return;
	stop_renewals();
	write_state(how == KP_KEEP_REBOOT ? KF_KEEP_REBOOTING : KF_KEEP_OFF, NULL);
}

/* ---- a panic ---- */

/* Right after the others were stopped: the message, and what was known of the run.  Whatever becomes of the rest. */
enum kp_stage_result kp_keep_early(void)
{
	if (!kp_keep.memory)
		return KP_RESULT_NONE;
	if (!kp_keep_usable())
		return KP_RESULT_FAILED;
	stop_renewals();
	write_state(KF_KEEP_PANICKING, kp_report.message);
	return KP_RESULT_DONE;
}

static uint8_t *target;
static size_t used, left_out;
static unsigned section;

static void put_line(const char *line, size_t n)
{
	/* Whole lines only, in the report's order, which is that of their weight; with room for what tells of it. */
	const size_t room = kf_keep_capacity(kp_keep.slot_size) - KP_LINE_MAX;

	if (left_out || used + n > room) {
		left_out += n;
		return;
	}
	memcpy(target + KF_KEEP_TEXT_AT + used, line, n);
	used += n;
}

static enum kp_stage_result keep_begin(void)
{
	if (!kp_keep.memory)
		return KP_RESULT_NONE;
	if (!kp_keep_usable())
		return KP_RESULT_FAILED;
	stop_renewals();
	used = left_out = 0;
	section = 0;
	target = kp_keep_begin();
	return KP_RESULT_DONE;
}

/* Called again after a section that faulted, it goes on behind that one. */
static enum kp_stage_result keep_text(void)
{
	if (!target)
		return KP_RESULT_NONE;
	kp_line_to(put_line);
	kp_text_again(&section);
	kp_line_to(NULL);
	return KP_RESULT_DONE;
}

static enum kp_stage_result keep_end(void)
{
	kp_line_to(NULL);
	if (!target || !kp_keep_usable())
		return KP_RESULT_NONE;
	if (left_out) {
		char line[40];
		size_t n = kp_format(line, sizeof(line), "KPANIC 1 cut bytes=%u\n", (unsigned)left_out);

		memcpy(target + KF_KEEP_TEXT_AT + used, line, n);
		used += n;
	}
	kp_keep_publish(target, KF_KEEP_PANICKED, used, left_out != 0);
	return left_out ? KP_RESULT_FAILED : KP_RESULT_DONE;
}

kp_step *const kp_keep_steps[] = { keep_begin, keep_text, keep_text, keep_text, keep_text,
				   keep_text,  keep_text, keep_end,  NULL };
