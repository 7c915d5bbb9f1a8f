#include "device/keyboard.h"

#include <stdint.h>

#include "cpu/instructions.h"

enum { DATA = 0x60, STATUS = 0x64, STATUS_FULL = 1, STATUS_MOUSE = 0x20, RELEASED = 0x80, BYTES_MAX = 32 };

/* Set 1, by scan code. */
static const char characters[] = "\0\0331234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";

/* Bounded: a controller that is not there reads as full for ever. */
static int scan_code(void)
{
	for (unsigned i = 0; i < BYTES_MAX; i++) {
		uint8_t status = in8(STATUS);

		if (status == 0xff || !(status & STATUS_FULL))
			return -1;
		uint8_t code = in8(DATA);
		if (!(status & STATUS_MOUSE) && !(code & RELEASED))
			return code;
	}
	return -1;
}

char keyboard_get(void)
{
	for (unsigned i = 0; i < BYTES_MAX; i++) {
		int code = scan_code();

		if (code < 0)
			return 0;
		if (code < (int)sizeof(characters) && characters[code])
			return characters[code];
	}
	return 0;
}

bool keyboard_pressed(void)
{
	return scan_code() >= 0;
}
