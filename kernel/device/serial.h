/* The serial port (16550, COM1), by polling. */
#ifndef DEVICE_SERIAL_H
#define DEVICE_SERIAL_H

void serial_init(void);
/* Drops the byte when the port is not ready within about a millisecond. */
void serial_put(char c);

#endif
