#include "boot/boot.h"

#include <kpanic/panic.h>

#include "lib/string.h"
#include "mm/layout.h"

enum { PVH_MAGIC = 0x336ec578, MULTIBOOT2_ENTERED = 0x36d76289, RAM = 1 };

struct boot boot;

const void *boot_physical(uint64_t address)
{
	return (const void *)(DIRECT_BASE + address);
}

static void add_ram(uint64_t start, uint64_t size)
{
	uint64_t end = (start + size) & ~(uint64_t)(PAGE_SIZE - 1);

	start = (start + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
	if (start < end && boot.ram_count < BOOT_RANGES_MAX)
		boot.ram[boot.ram_count++] = (struct boot_range){ start, end };
}

/* ---- PVH ---- */

struct pvh_information {
	uint32_t magic, version, flags, modules_count;
	uint64_t modules, command_line, rsdp, memory_map;
	uint32_t memory_map_count, reserved;
};
struct pvh_module {
	uint64_t start, size, command_line, reserved;
};
struct pvh_range {
	uint64_t start, size;
	uint32_t type, reserved;
};

static void read_pvh(uint32_t information)
{
	const struct pvh_information *pvh = boot_physical(information);

	if (pvh->magic != PVH_MAGIC)
		KP_PANIC("booted by neither Multiboot2 nor PVH (magic %x)", pvh->magic);
	boot.loader = "PVH";
	boot.rsdp = pvh->rsdp;
	if (pvh->command_line)
		strcopy(boot.command_line, boot_physical(pvh->command_line), BOOT_COMMAND_LINE_MAX);
	const struct pvh_range *range = boot_physical(pvh->memory_map);
	for (uint32_t i = 0; i < pvh->memory_map_count; i++)
		if (range[i].type == RAM)
			add_ram(range[i].start, range[i].size);
	if (pvh->modules_count) {
		const struct pvh_module *module = boot_physical(pvh->modules);

		boot.program = (struct boot_range){ module->start, module->start + module->size };
	}
}

/* ---- Multiboot2 ---- */

enum {
	TAG_END = 0,
	TAG_COMMAND_LINE = 1,
	TAG_MODULE = 3,
	TAG_MEMORY_MAP = 6,
	TAG_FRAME_BUFFER = 8,
	TAG_RSDP_1 = 14,
	TAG_RSDP_2 = 15,
};
enum { FRAME_BUFFER_RGB = 1 };

struct tag {
	uint32_t type, size;
};
struct tag_module {
	struct tag tag;
	uint32_t start, end;
};
struct tag_memory_map {
	struct tag tag;
	uint32_t entry_size, entry_version;
};
struct tag_frame_buffer {
	struct tag tag;
	uint64_t address;
	uint32_t pitch, width, height;
	uint8_t bits, type;
	uint16_t reserved;
	uint8_t red_at, red_bits, green_at, green_bits, blue_at, blue_bits;
};

static void read_memory_map(const struct tag *tag)
{
	const struct tag_memory_map *map = (const void *)tag;
	const uint8_t *end = (const uint8_t *)tag + tag->size;

	for (const uint8_t *p = (const uint8_t *)(map + 1); p < end; p += map->entry_size) {
		const struct pvh_range *range = (const void *)p; /* of the same form */

		if (range->type == RAM)
			add_ram(range->start, range->size);
	}
}

/* A text mode comes as a frame buffer of another type, and "no screen" as one of one bit. */
static void read_frame_buffer(const struct tag *tag)
{
	const struct tag_frame_buffer *fb = (const void *)tag;

	if (fb->type != FRAME_BUFFER_RGB || fb->bits < 15)
		return;
	boot.screen = (struct boot_screen){
		.address = fb->address,
		.width = fb->width,
		.height = fb->height,
		.pitch = fb->pitch,
		.bits = fb->bits,
		.red_at = fb->red_at,
		.red_bits = fb->red_bits,
		.green_at = fb->green_at,
		.green_bits = fb->green_bits,
		.blue_at = fb->blue_at,
		.blue_bits = fb->blue_bits,
	};
}

static void read_multiboot2(uint32_t information)
{
	const uint32_t *total = boot_physical(information);
	const uint8_t *end = (const uint8_t *)total + *total;

	boot.loader = "Multiboot2";
	boot.information_start = information;
	boot.information_end = information + (uint64_t)*total;
	for (const uint8_t *p = (const uint8_t *)(total + 2); p < end;) {
		const struct tag *tag = (const void *)p;
		const uint8_t *body = p + sizeof(*tag);

		switch (tag->type) {
		case TAG_COMMAND_LINE:
			strcopy(boot.command_line, (const char *)body, BOOT_COMMAND_LINE_MAX);
			break;
		case TAG_MODULE: {
			const struct tag_module *module = (const void *)tag;

			boot.program = (struct boot_range){ module->start, module->end };
			break;
		}
		case TAG_MEMORY_MAP:
			read_memory_map(tag);
			break;
		case TAG_FRAME_BUFFER:
			read_frame_buffer(tag);
			break;
		case TAG_RSDP_1:
			if (boot.rsdp)
				break;
			/* fall through */
		case TAG_RSDP_2: /* the table itself is in the tag */
			boot.rsdp = information + (uint64_t)(body - (const uint8_t *)total);
			break;
		default:
			break;
		}
		if (tag->type == TAG_END || !tag->size)
			break;
		p += (tag->size + 7) & ~7u;
	}
}

void boot_read(uint32_t magic, uint32_t information)
{
	if (magic == MULTIBOOT2_ENTERED)
		read_multiboot2(information);
	else
		read_pvh(information);
}

const char *boot_option(const char *word)
{
	static char value[BOOT_COMMAND_LINE_MAX];
	size_t n = strlen(word);

	for (const char *p = boot.command_line; *p;) {
		size_t length = 0;

		while (*p == ' ')
			p++;
		while (p[length] && p[length] != ' ')
			length++;
		if (length > n && p[n] == '=' && !strncmp(p, word, n)) {
			memcpy(value, p + n + 1, length - n - 1);
			value[length - n - 1] = '\0';
			return value;
		}
		p += length;
	}
	return NULL;
}
