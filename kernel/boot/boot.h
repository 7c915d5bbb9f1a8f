/* What the loader told: memory, the user program, the frame buffer, the command line; one form for both ways of booting. */
#ifndef BOOT_BOOT_H
#define BOOT_BOOT_H

#include <stdbool.h>
#include <stdint.h>

#define KERNEL_NAME "kpk"
#define KERNEL_RELEASE "0.1"

enum { BOOT_RANGES_MAX = 64, BOOT_COMMAND_LINE_MAX = 512 };

struct boot_range {
	uint64_t start, end;
};

struct boot_screen {
	uint64_t address; /* physical; 0: none */
	uint32_t width, height, pitch;
	uint8_t bits, red_at, red_bits, green_at, green_bits, blue_at, blue_bits;
};

struct boot {
	struct boot_range ram[BOOT_RANGES_MAX]; /* usable, whole pages, as the firmware says */
	unsigned ram_count;
	struct boot_range program;                   /* the user program's ELF file; empty: none */
	uint64_t information_start, information_end; /* the loader's own: keep until boot is over */
	uint64_t rsdp;                               /* physical; 0: none */
	struct boot_screen screen;
	const char *loader;
	char command_line[BOOT_COMMAND_LINE_MAX];
};
extern struct boot boot;

/* magic: Multiboot2's, or 0 for PVH; information: physical. Panics on what is neither. */
void boot_read(uint32_t magic, uint32_t information);

/* The value behind "word=" on the command line, NUL-terminated, until the next call; NULL: not there. */
const char *boot_option(const char *word);

/* For physical addresses below 4 GiB while boot's page tables are in use. */
const void *boot_physical(uint64_t address);

#endif
