/* The image's host (kpanic/host.h): a machine without a kernel, but for what the header says. */
#include "blob/blob.h"

#include "kpanic/host.h"

/* Where the recorder reads physical memory: no address of any kernel's, since it is not canonical. */
#define WINDOW 0x6b70000000000000ull

/* ---- ports ---- */

static inline void out8(unsigned port, uint8_t value)
{
	__asm__ volatile("outb %0, %w1" ::"a"(value), "Nd"(port));
}

static inline uint8_t in8(unsigned port)
{
	uint8_t value;

	__asm__ volatile("inb %w1, %0" : "=a"(value) : "Nd"(port));
	return value;
}

/* ---- a 16550 ---- */

enum { DATA = 0, INTERRUPTS = 1, FIFO = 2, LINE = 3, MODEM = 4, STATUS = 5 };
#define LATCH 0x80
#define EIGHT_BITS 0x03
#define EMPTY 0x20

static bool serial_open;
static unsigned patience = 100000; /* of a port that never was not ready */

static void serial_start(unsigned port, unsigned divisor)
{
	out8(port + INTERRUPTS, 0);
	out8(port + LINE, LATCH | EIGHT_BITS);
	out8(port + DATA, (uint8_t)divisor);
	out8(port + INTERRUPTS, (uint8_t)(divisor >> 8));
	out8(port + LINE, EIGHT_BITS);
	out8(port + FIFO, 1);
	out8(port + MODEM, 3);
}

static void serial_put(unsigned port, char c)
{
	for (unsigned i = 0; i < patience; i++) {
		if (in8(port + STATUS) & EMPTY) {
			out8(port + DATA, (uint8_t)c);
			return;
		}
	}
	patience = 100;
}

void kp_host_putc(char c)
{
	if (!kp_blob.serial)
		return;
	if (!serial_open && kp_blob.serial_divisor)
		serial_start(kp_blob.serial, kp_blob.serial_divisor);
	serial_open = true;
	if (c == '\n')
		serial_put(kp_blob.serial, '\r');
	serial_put(kp_blob.serial, c);
}

/* ---- memory, time, end ---- */

size_t kp_host_read(uintptr_t from, void *to, size_t n)
{
	uint64_t physical = from - WINDOW;

	if (physical >= kp_blob_mapped_end)
		return kp_blob_read(from, to, n);
	if (n > kp_blob_mapped_end - physical)
		n = kp_blob_mapped_end - physical;
	for (size_t i = 0; i < n; i++)
		((uint8_t *)to)[i] = ((const volatile uint8_t *)(uintptr_t)physical)[i];
	return n;
}

uint64_t kp_host_time_ns(void)
{
	uint32_t low, high;
	uint64_t ticks, khz = kp_blob.tsc_khz;

	if (!khz)
		return 0;
	__asm__ volatile("rdtsc" : "=a"(low), "=d"(high));
	ticks = (uint64_t)high << 32 | low;
	/* In two parts, so that neither overflows. */
	return ticks / khz * 1000000u + ticks % khz * 1000000u / khz;
}

void kp_host_halt(void)
{
	for (;;)
		__asm__ volatile("cli; hlt");
}

void kp_host_reset(void)
{
	out8(0xcf9, 0x02); /* the chip set's reset register */
	out8(0xcf9, 0x06);
	out8(0x64, 0xfe); /* the keyboard controller */
}

bool kp_host_region(unsigned index, struct kp_region *out)
{
	switch (index) {
	case 0:
		*out = (struct kp_region){ KP_REGION_DIRECT, WINDOW, WINDOW + kp_blob_mapped_end, 0,
					   "all memory" };
		return true;
	case 1:
		*out = (struct kp_region){ KP_REGION_TEXT, kp_blob.text_start, kp_blob.text_end, 0,
					   "kernel text" };
		return kp_blob.text_end > kp_blob.text_start;
	default:
		return false;
	}
}

/* What there is no kernel any more to ask for: quiet.c. */

/* ---- the screen ---- */

bool kp_host_screen(struct kp_screen *out)
{
	const struct kp_blob *b = &kp_blob;

	if ((b->screen != KP_BLOB_LINEAR && b->screen != KP_BLOB_VGA_TEXT) ||
	    b->screen_base >= kp_blob_mapped_end)
		return false;
	*out = (struct kp_screen){
		.kind = b->screen == KP_BLOB_LINEAR ? KP_SCREEN_LINEAR : KP_SCREEN_VGA_TEXT,
		.base = (volatile void *)(uintptr_t)b->screen_base,
		.width = b->width,
		.height = b->height,
		.pitch = b->pitch,
		.bits = b->bits,
		.red_at = b->red_at,
		.red_bits = b->red_bits,
		.green_at = b->green_at,
		.green_bits = b->green_bits,
		.blue_at = b->blue_at,
		.blue_bits = b->blue_bits,
	};
	return true;
}
