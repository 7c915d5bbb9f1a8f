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
extern char text_start[], text_end[], recorder_text_start[], recorder_text_end[];
extern const char build_id_start[], build_id_end[];
extern const struct kp_symbols kp_symbols __attribute__((weak));

static struct kp_blob *const spare = (struct kp_blob *)(SPARE_BASE + SPARE);
static bool loaded;
static uint64_t spare_end; /* physical */

struct kp_blob *kp_host_spare(void)
{
	return loaded ? spare : NULL;
}

bool spare_holds(uint64_t page)
{
	return loaded && page >= SPARE && page < spare_end;
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

static void tell_names(void)
{
	enum { NOTE_HEADER = 16 };
	size_t n = (size_t)(build_id_end - build_id_start);

	strcopy(spare->system, KERNEL_NAME, sizeof(spare->system));
	strcopy(spare->release, KERNEL_RELEASE, sizeof(spare->release));
	strcopy(spare->command, boot.command_line, sizeof(spare->command));
	if (n > NOTE_HEADER && n - NOTE_HEADER <= sizeof(spare->build_id)) {
		spare->build_id_size = (uint32_t)(n - NOTE_HEADER);
		memcpy(spare->build_id, build_id_start + NOTE_HEADER, n - NOTE_HEADER);
	}
}

void spare_load(void)
{
	const struct kp_blob *image = (const struct kp_blob *)(const void *)spare_image;

	if (!is_free(SPARE, SPARE + image->memory_size))
		return;
	memcpy(spare, image, (size_t)(spare_image_end - spare_image));
	spare->physical = SPARE;
	spare->serial = SERIAL;
	spare->serial_divisor = 0;
	spare->tsc_khz = (uint32_t)clock_khz();
	spare->text_start = (uintptr_t)text_start;
	spare->text_end = (uintptr_t)text_end;
	spare->symbols = (uintptr_t)&kp_symbols;
	spare->symbols_anchor = (uintptr_t)kp_symbol_find;
	tell_names();
	spare_end = SPARE + spare->memory_size;
	kp_spare_arm(spare, recorder_text_start, recorder_text_end);
	loaded = true;
	cpu_init_gates();
}

void spare_map(void)
{
	if (!loaded)
		return;
	for (uint64_t page = SPARE; page < spare_end; page += PAGE_SIZE) {
		bool image = page > SPARE && page < SPARE + spare->image_size;

		if (!paging_map(paging_kernel_root(), SPARE_BASE + page, page,
				image ? 0 : PAGING_WRITE | PAGING_NO_EXECUTE))
			KP_PANIC("out of memory: no page for the spare's page tables");
	}
}

void spare_tell_cpus(void)
{
	if (loaded && cpus_count > 1)
		spare->apic = APIC;
}

void spare_tell_screen(void)
{
	const struct kp_screen *screen = screen_now();
	uint64_t physical;

	if (!loaded || !screen || !paging_physical((uintptr_t)screen->base, &physical))
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
