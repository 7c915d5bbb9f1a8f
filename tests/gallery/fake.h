/* A recorder without a crash: reports as collect/ would fill them, and the hooks that the screen calls. For the gallery and
 * the unit tests of the screen. */
#ifndef FAKE_H
#define FAKE_H

#include "kpanic/screen.h"
#include "report.h"

/* Each clears kp_report first. */
struct fake_report {
	const char *name;
	void (*fill)(void);
};
extern const struct fake_report
	fake_reports[]; /* the first is a NULL write in a driver; name NULL ends them */

/* Allocated memory of a screen, with guard bytes around it. */
struct fake_screen {
	struct kp_screen screen;
	uint8_t *memory;
	size_t size; /* of the screen's own */
};
#define FAKE_GUARD 4096
#define FAKE_BYTE 0xa5
/* bits 0: VGA text of width by height characters.  slack: bytes that a row is longer than its pixels. Channels as usual for
 * the depth; rgb or bgr. The guards hold FAKE_BYTE, the screen `byte`. */
void fake_screen_make(struct fake_screen *fake, uint32_t width, uint32_t height, unsigned bits, bool bgr,
		      uint32_t slack, uint8_t byte);
void fake_screen_free(struct fake_screen *fake);
/* Have the guards, and the bytes between rows (slack, filled with `byte`), kept what was in them? */
bool fake_screen_is_whole(const struct fake_screen *fake, uint8_t byte);

/* What kp_host_screen, kp_host_key and kp_host_time_ns answer. */
extern struct kp_screen fake_shown; /* base NULL: none */
extern unsigned fake_keys;          /* that many are pressed */
extern uint64_t fake_now_ns, fake_step_ns;

#endif
