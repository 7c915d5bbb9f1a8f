#include "device/serial.h"

#include <stdbool.h>

#include "cpu/instructions.h"

enum { PORT = 0x3f8, DATA = 0, INTERRUPTS = 1, FIFO = 2, LINE = 3, MODEM = 4, STATUS = 5, SCRATCH = 7 };
enum { STATUS_EMPTY = 0x20 };

/* A port that was not ready once gets little patience from then on. */
static unsigned patience = 100000;
static bool absent;

void serial_init(void)
{
	out8(PORT + SCRATCH, 0x5a);
	absent = in8(PORT + SCRATCH) != 0x5a;
	out8(PORT + INTERRUPTS, 0);
	out8(PORT + LINE, 0x80); /* the next two are the divisor: 115200 baud */
	out8(PORT + DATA, 1);
	out8(PORT + INTERRUPTS, 0);
	out8(PORT + LINE, 0x03); /* 8 bits, no parity, 1 stop bit */
	out8(PORT + FIFO, 0xc7);
	out8(PORT + MODEM, 0x03);
}

#ifdef KP_WITHOUT_SERIAL_TIMEOUT
#define SERIAL_PATIENT(i) true
#else
#define SERIAL_PATIENT(i) ((i) < patience)
#endif

static void put(char c)
{
	for (unsigned i = 0; SERIAL_PATIENT(i); i++) {
		if (in8(PORT + STATUS) & STATUS_EMPTY) {
			out8(PORT + DATA, (uint8_t)c);
			return;
		}
		pause();
	}
	patience = 100;
}

void serial_put(char c)
{
	if (absent)
		return;
	if (c == '\n')
		put('\r');
	put(c);
}
