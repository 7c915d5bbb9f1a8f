#include "device/console.h"

#include <stdbool.h>

#include "cpu/instructions.h"
#include "device/screen.h"
#include "device/serial.h"

enum { DEBUG_PORT = 0xe9 }; /* reads as its own number where there is one */

static bool debug_console;

void console_init(void)
{
	serial_init();
	debug_console = in8(DEBUG_PORT) == DEBUG_PORT;
}

void console_put_bytes_only(char c)
{
	serial_put(c);
	if (debug_console)
		out8(DEBUG_PORT, (uint8_t)c);
}

void console_put(char c)
{
	console_put_bytes_only(c);
	screen_put(c);
}
