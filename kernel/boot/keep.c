#include "boot/keep.h"

#include <kpanic/keep.h>
#include <kpanic/panic.h>

#include "cpu/apic.h"
#include "cpu/cpu.h"
#include "device/disk.h"
#include "lib/string.h"
#include "lock/lock.h"
#include "log.h"
#include "mm/page.h"

/* Where PVH, SeaBIOS with GRUB, and OVMF leave alone what is in memory over a reset: measured, by filling all of it. GRUB's
 * own heap and OVMF's tables are at the top of memory and below 24 MiB; direct boot puts the program at the top. */
static const struct {
	uint64_t memory, at; /* in machines with so much of it */
} places[] = { { 48 << 20, 32 << 20 }, { 20 << 20, 16 << 20 } };
/* A machine that always dies again stays down after so many times, and shows why. */
enum { CRASHES_MAX = 5 };

enum { EVERY_TICKS = TICKS_PER_SECOND / 10 };
/* Lines of the log that are kept at once, until the timer of the boot CPU comes: of a flood the rest waits for it. */
enum { LINES_MAX = 16 };

static struct boot_range place;
static volatile unsigned lines;
static volatile bool changed; /* the log, since then */

/* All of it is memory, and nothing else lies there. */
static bool is_free(struct boot_range range)
{
	const struct boot_range others[] = {
		boot.program,
		{ boot.information_start, boot.information_end },
	};

	for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (others[i].start < range.end && range.start < others[i].end)
			return false;
	for (unsigned i = 0; i < boot.ram_count; i++)
		if (range.start >= boot.ram[i].start && range.end <= boot.ram[i].end)
			return true;
	return false;
}

static void choose(void)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < boot.ram_count; i++)
		if (boot.ram[i].end > end)
			end = boot.ram[i].end;
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		struct boot_range range = { places[i].at, places[i].at + KEEP_SIZE };

		/* The firmware takes some of what there is. */
		if (end + (4 << 20) < places[i].memory || !is_free(range))
			continue;
		place = range;
		return;
	}
}

struct boot_range keep_place(void)
{
	return place;
}

void keep_start(void)
{
	const struct kp_keep_last *last = kp_keep_last();

#ifdef KP_WITHOUT_KEEP
	return;
#endif
	choose();
	if (!place.end || !kp_keep_init(page_at(place.start), KEEP_SIZE, place.start))
		return;
	kp_keep_tell();
	if (last->known)
		log_line("keep: the last run was %s", last->state);
	if (last->in_row >= CRASHES_MAX && kp_policy()->reboot_after_s) {
		log_line("keep: %u runs in a row have crashed: the next panic stays", last->in_row);
		kp_policy()->reboot_after_s = 0;
	}
}

void keep_hand_on(void)
{
	const struct kp_keep_last *last = kp_keep_last();
	uint64_t sectors = (last->slot_size + DISK_SECTOR - 1) / DISK_SECTOR;
	const char *wish = boot_option("keep");

	if (!last->waits || (wish && !strcmp(wish, "wait")))
		return;
	if (disk_sectors() > KEEP_SIZE / DISK_SECTOR) {
		uint64_t at = disk_sectors() - KEEP_SIZE / DISK_SECTOR;

		for (uint64_t done = 0; done < sectors; done++)
			if (!disk_write(at + done, (const char *)last->slot + done * DISK_SECTOR, 1)) {
				log_line("keep: the disk does not take the record: it stays in memory");
				return;
			}
		log_line("keep: written to the disk, from sector %lu", at);
	}
	kp_keep_done();
}

static void renew(void)
{
	interrupts_push();
	changed = false;
	kp_keep_renew();
	interrupts_pop();
}

void keep_tick(const struct kp_frame *frame)
{
	struct cpu *cpu = this_cpu();

	kp_keep_tick(frame);
	if (cpu->index != 0)
		return;
	lines = 0;
	if (changed || cpu->ticks % EVERY_TICKS == 0)
		renew();
}

/* At once, so that the line before the end is there. */
void keep_log(void)
{
	changed = true;
	if (lines++ < LINES_MAX)
		renew();
}
