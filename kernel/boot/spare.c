#include "boot/spare.h"

#include <kpanic/panic.h>
#include <kpanic/spare.h>
#include <kpanic/symbols.h>

#include "boot/boot.h"
#include "cpu/clock.h"
#include "cpu/cpu.h"
#include "device/screen.h"
#include "lib/string.h"
#include "log.h"
#include "mm/page.h"
#include "mm/paging.h"

#define SERIAL 0x3f8
#define APIC 0xfee00000u

extern const char spare_image[], spare_image_end[];
extern char text_start[], text_end[], hooks_start[], recorder_constants_end[];
extern const char build_id_start[], build_id_end[];
extern const struct kp_symbols kp_symbols __attribute__((weak));

/* Physical, in memory that belongs to no allocator: the first that nothing lies in. GRUB by UEFI puts the program into the first. */
static const uint32_t places[] = { 0x10000, 0x20000, 0x30000, 0x40000, 0x50000 };

static struct kp_blob *spare;           /* NULL: none is loaded */
static uint64_t spare_start, spare_end; /* physical */

/* What is written over it is no place. */
struct kp_blob *kp_host_spare(void)
{
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if ((uintptr_t)spare == SPARE_BASE + places[i])
			return spare;
	return NULL;
}

bool spare_holds(uint64_t page)
{
	return spare && page >= spare_start && page < spare_end;
}

static bool is_free(uint64_t start, uint64_t end)
{
	const struct boot_range taken[] = {
		boot.program,
		{ boot.information_start, boot.information_end },
	};

	for (unsigned i = 0; i < sizeof(taken) / sizeof(taken[0]); i++)
		if (start < taken[i].end && taken[i].start < end)
			return false;
	for (unsigned i = 0; i < boot.ram_count; i++)
		if (start >= boot.ram[i].start && end <= boot.ram[i].end)
			return true;
	return false;
}

static void tell_names(struct kp_blob *blob)
{
	enum { NOTE_HEADER = 16 };
	size_t n = (size_t)(build_id_end - build_id_start);

	strcopy(blob->system, KERNEL_NAME, sizeof(blob->system));
	strcopy(blob->release, KERNEL_RELEASE, sizeof(blob->release));
	strcopy(blob->command, boot.command_line, sizeof(blob->command));
	if (n > NOTE_HEADER && n - NOTE_HEADER <= sizeof(blob->build_id)) {
		blob->build_id_size = (uint32_t)(n - NOTE_HEADER);
		memcpy(blob->build_id, build_id_start + NOTE_HEADER, n - NOTE_HEADER);
	}
}

void spare_load(void)
{
	const struct kp_blob *image = (const struct kp_blob *)(const void *)spare_image;
	const unsigned count = sizeof(places) / sizeof(places[0]);
	struct kp_blob *blob;
	unsigned i = 0;

#ifdef KP_WITHOUT_SPARE
	return;
#endif
	while (i < count && !is_free(places[i], places[i] + image->memory_size))
		i++;
	if (i == count) {
		log_line("spare: not loaded: no %u KiB are free where it may lie", image->memory_size >> 10);
		return;
	}
	blob = (struct kp_blob *)(SPARE_BASE + places[i]);
	memcpy(blob, image, (size_t)(spare_image_end - spare_image));
	blob->physical = places[i];
	blob->serial = SERIAL;
	blob->serial_divisor = 0;
	blob->tsc_khz = (uint32_t)clock_khz();
	blob->text_start = (uintptr_t)text_start;
	blob->text_end = (uintptr_t)text_end;
	blob->symbols = (uintptr_t)&kp_symbols;
	blob->symbols_anchor = (uintptr_t)kp_symbol_find;
	tell_names(blob);
	kp_spare_arm(blob, hooks_start, recorder_constants_end);
	spare_start = places[i];
	spare_end = spare_start + blob->memory_size;
	spare = blob;
	cpu_init_gates();
}

void spare_map(void)
{
	if (!spare)
		return;
	for (uint64_t page = spare_start; page < spare_end; page += PAGE_SIZE) {
		bool image = page > spare_start && page < spare_start + spare->image_size;

		if (!paging_map(paging_kernel_root(), SPARE_BASE + page, page,
				image ? 0 : PAGING_WRITE | PAGING_NO_EXECUTE))
			KP_PANIC("out of memory: no page for the spare's page tables");
	}
}

void spare_tell_cpus(void)
{
	if (spare && cpus_count > 1)
		spare->apic = APIC;
}

void spare_tell_screen(void)
{
	const struct kp_screen *screen = screen_now();
	uint64_t physical;

	if (!spare || !screen || !paging_physical((uintptr_t)screen->base, &physical))
		return;
	spare->screen = screen->kind == KP_SCREEN_LINEAR ? KP_BLOB_LINEAR : KP_BLOB_VGA_TEXT;
	spare->width = screen->width;
	spare->height = screen->height;
	spare->pitch = screen->pitch;
	spare->screen_base = physical;
	spare->bits = screen->bits;
	spare->red_at = screen->red_at;
	spare->red_bits = screen->red_bits;
	spare->green_at = screen->green_at;
	spare->green_bits = screen->green_bits;
	spare->blue_at = screen->blue_at;
	spare->blue_bits = screen->blue_bits;
}
