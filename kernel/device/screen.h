/* The screen: VGA text as the firmware leaves it, the loader's frame buffer, or a mode set through Bochs VBE. */
#ifndef DEVICE_SCREEN_H
#define DEVICE_SCREEN_H

#include <stdbool.h>
#include <stdint.h>

#include <kpanic/host.h>

/* Finds what there is; before it nothing is shown.  Then "video=1024x768x32" on the command line sets a mode. */
void screen_init(void);
/* VGA text only: a terminal of the simplest kind. */
void screen_put(char c);
/* The same, for good; NULL: nothing. */
const struct kp_screen *screen_now(void);
/* What is shown now; false: nothing. "panic.video=" on the command line sets another mode first. */
bool screen_for_panic(struct kp_screen *out);

/* device/vbe.c: sets a mode and reads it back; false: there is no such device, or it cannot. base: of the frame buffer,
 * mapped by vbe_init. */
void vbe_init(void);
bool vbe_set(uint32_t width, uint32_t height, uint32_t bits, struct kp_screen *out);

#endif
