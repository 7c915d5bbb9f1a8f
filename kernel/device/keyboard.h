/* The keyboard (i8042), by polling: keys pressed, as far as they are letters, digits or blanks. */
#ifndef DEVICE_KEYBOARD_H
#define DEVICE_KEYBOARD_H

#include <stdbool.h>

/* The next character; 0: none. */
char keyboard_get(void);
/* Was any key pressed since the last call? Takes no lock. */
bool keyboard_pressed(void);

#endif
