/* Every console that works by polling: serial, the debug console of emulators, and the screen once there is one. */
#ifndef DEVICE_CONSOLE_H
#define DEVICE_CONSOLE_H

#include <stddef.h>

void console_init(void);
void console_put(char c);
/* Without the screen: for the recorder, which shows its own. */
void console_put_bytes_only(char c);

#endif
