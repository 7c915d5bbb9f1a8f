/* The parts of the flight record: keep.c (which slot, when), write.c (the text of a run), start.c (what the last run left). */
#ifndef KP_KEEP_PARTS_H
#define KP_KEEP_PARTS_H

#include "formats/keep.h"
#include "kpanic/keep.h"
#include "stages.h"

#pragma GCC visibility push(hidden)

struct kp_keep {
	uint8_t *memory; /* KF_KEEP_SLOTS slots; NULL: none */
	uint32_t slot_size;
	struct kf_keep now; /* of the last record that was written; slot: where it is */
	uintptr_t check;    /* of memory and slot_size: they decide where a dying kernel writes */
	struct kp_keep_last last;
	struct kf_keep waiting; /* what waits to be read */
};
extern struct kp_keep kp_keep;

/* Does the memory's place make sense? */
bool kp_keep_usable(void);
void kp_keep_use(uint8_t *memory, uint32_t slot_size);
uint8_t *kp_keep_slot(unsigned index);

/* A record is begun in the slot that does not hold the last one, gets its text, and is published. */
uint8_t *kp_keep_begin(void);
void kp_keep_publish(uint8_t *slot, enum kf_keep_state state, size_t size, bool cut);

/* The text of a running system into to[room]; returns its size.  message: of a panic that has begun; NULL: none. */
size_t kp_keep_write(char *to, size_t room, const char *message);

#pragma GCC visibility pop

#endif
