/* Bochs VBE: the mode registers of the virtual VGA card.  After vbe_init it needs ports alone, so a panic can set a mode. */
#include "cpu/instructions.h"
#include "device/pci.h"
#include "device/screen.h"
#include "mm/paging.h"

enum { INDEX = 0x1ce, DATA = 0x1cf };
enum { REG_ID, REG_WIDTH, REG_HEIGHT, REG_BITS, REG_ENABLE, REG_BANK, REG_VIRTUAL_WIDTH };
enum { ID_FIRST = 0xb0c0, ID_LAST = 0xb0cf, ENABLE = 0x01, ENABLE_LINEAR = 0x40 };
enum { VENDOR = 0x1234, DEVICE = 0x1111 };

static volatile void *frame_buffer;
static uint64_t frame_buffer_size;

static uint16_t get(uint16_t index)
{
	out16(INDEX, index);
	return in16(DATA);
}

static void put(uint16_t index, uint16_t value)
{
	out16(INDEX, index);
	out16(DATA, value);
}

void vbe_init(void)
{
	struct pci_device device;
	uint16_t id = get(REG_ID);

	if (id < ID_FIRST || id > ID_LAST || !pci_find(VENDOR, DEVICE, &device))
		return;
	uint64_t address = pci_memory_bar(device, 0, &frame_buffer_size);
	if (address && frame_buffer_size)
		frame_buffer = paging_map_device(address, frame_buffer_size);
}

/* Where the colours lie, by bits of a pixel. */
static const struct {
	uint8_t bits, red_at, red_bits, green_at, green_bits, blue_at, blue_bits;
} formats[] = {
	{ 15, 10, 5, 5, 5, 0, 5 },
	{ 16, 11, 5, 5, 6, 0, 5 },
	{ 24, 16, 8, 8, 8, 0, 8 },
	{ 32, 16, 8, 8, 8, 0, 8 },
};

bool vbe_set(uint32_t width, uint32_t height, uint32_t bits, struct kp_screen *out)
{
	uint32_t bytes = (bits + 7) / 8;

	if (!frame_buffer || (uint64_t)width * height * bytes > frame_buffer_size)
		return false;
	for (unsigned i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (formats[i].bits != bits)
			continue;
		put(REG_ENABLE, 0);
		put(REG_WIDTH, (uint16_t)width);
		put(REG_HEIGHT, (uint16_t)height);
		put(REG_BITS, (uint16_t)bits);
		put(REG_ENABLE, ENABLE | ENABLE_LINEAR);
		/* A mode that does not fit is cut without a word. */
		if (get(REG_WIDTH) != width || get(REG_HEIGHT) != height || get(REG_BITS) != bits)
			return false;
		*out = (struct kp_screen){
			.kind = KP_SCREEN_LINEAR,
			.base = frame_buffer,
			.width = width,
			.height = height,
			.pitch = get(REG_VIRTUAL_WIDTH) * bytes,
			.bits = (uint8_t)bits,
			.red_at = formats[i].red_at,
			.red_bits = formats[i].red_bits,
			.green_at = formats[i].green_at,
			.green_bits = formats[i].green_bits,
			.blue_at = formats[i].blue_at,
			.blue_bits = formats[i].blue_bits,
		};
		return true;
	}
	return false;
}
