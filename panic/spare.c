/* The way into the spare (kpanic/spare.h).  What is known of it stands in its own header, not in the recorder's data. */
#include "kpanic/spare.h"

#include "lib/mem.h"
#include "stages.h"

/* As the image does it where an NMI finds it (blob/header.S). */
static inline uint64_t words_of(uint64_t start, uint64_t end)
{
	uint64_t sum = 0;

	for (; end - start >= sizeof(sum); start += sizeof(sum)) {
		sum += *(const volatile uint64_t *)(uintptr_t)start;
		sum = sum << 1 | sum >> 63;
	}
	return sum;
}

void kp_spare_arm(struct kp_blob *blob, const void *start, const void *end)
{
	blob->watched_start = (uint64_t)(uintptr_t)start;
	blob->watched_end = (uint64_t)(uintptr_t)end;
	blob->watched_sum = kp_crc32(0, start, (size_t)((const char *)end - (const char *)start));
#if !defined(KP_WITHOUT_WATCHED_NMI) && !defined(KP_WITHOUT_WATCH)
	blob->watched_words = start != end ? words_of(blob->watched_start, blob->watched_end) : 0;
#endif
	kp_isa_spare_gates(blob);
	blob->sum = kp_crc32(0, (const char *)blob + blob->header_size, blob->image_size - blob->header_size);
}

void kp_spare_alive(void)
{
	struct kp_blob *blob = kp_host_spare();

	if (blob)
		blob->last_stack = 0;
}

void kp_spare_note(const struct kp_frame *frame, const struct kp_fault *fault)
{
	struct kp_blob *blob = kp_host_spare();

	if (!blob)
		return;
	blob->frame = *frame;
	blob->address = fault && fault->has_address ? fault->address : 0;
	blob->frame_saved = 1;
}

void kp_spare_enter(const struct kp_frame *frame, const char *why)
{
	struct kp_blob *blob = kp_host_spare();
	kp_blob_panic *enter;

#ifdef KP_WITHOUT_GIVING_UP
	blob = NULL;
#endif
	if (!blob)
		return;
	enter = (kp_blob_panic *)((uintptr_t)blob + blob->panic);
	blob->why = (uint64_t)(uintptr_t)why;
	if (blob->frame_saved) {
		frame = &blob->frame;
		kp_isa_restore_address(blob->address);
	}
	enter(frame, kp_report.message);
}

bool kp_spare_watched_intact(void)
{
	const struct kp_blob *blob = kp_host_spare();
	const char *start;

#ifdef KP_WITHOUT_WATCH
	return true;
#endif
	if (!blob || !blob->watched_end)
		return true;
	start = (const char *)(uintptr_t)blob->watched_start;
	return kp_crc32(0, start, (size_t)(blob->watched_end - blob->watched_start)) == blob->watched_sum;
}
