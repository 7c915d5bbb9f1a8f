/* The report in the words of the screen. */
#ifndef KP_STORY_H
#define KP_STORY_H

#include "kpanic/screen.h"

struct kp_report;
struct kp_trace_frame;

/* Lives until the next call. */
const struct kp_story *kp_story_of(const struct kp_report *report);
/* "driver_write+0x8c/0x120", or the number alone.  after_call: as kp_add_place's. */
void kp_story_place(char *to, size_t size, uintptr_t address, bool after_call);

#endif
