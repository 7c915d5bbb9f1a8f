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

#define KEEP_MAGIC "KPANKEEP"

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

/* ---- on the disk ----
 * Three places at its end, written in turn, each like a slot of the area: what was whole on the disk stays so until two more
 * are.  The order is that of the slots in memory, and each write is on the disk when it returns. */

enum { PLACES = 3, PLACE = KEEP_SIZE / PLACES, NUMBER_AT = 264 /* formats/SPEC.md, section 5 */ };

static uint8_t sector[DISK_SECTOR];

static uint64_t place_sector(unsigned number)
{
	return disk_sectors() - (KEEP_SIZE - (uint64_t)number * PLACE) / DISK_SECTOR;
}

/* The place after that which was written last, and the number of what is written there. */
static bool choose_place(unsigned *place_out, uint64_t *number_out)
{
	uint64_t number, least = UINT64_MAX;

	*number_out = 1;
	for (unsigned i = 0; i < PLACES; i++) {
		number = 0;
		if (!disk_read(place_sector(i), sector, 1))
			return false;
		if (!memcmp(sector, KEEP_MAGIC, sizeof(KEEP_MAGIC) - 1))
			memcpy(&number, sector + NUMBER_AT, sizeof(number));
		if (number < least) {
			least = number;
			*place_out = i;
		}
		if (number >= *number_out)
			*number_out = number + 1;
	}
	return true;
}

static bool write_record(const struct kp_keep_last *last)
{
	const char *from = last->slot;
	uint64_t sectors = (last->slot_size + DISK_SECTOR - 1) / DISK_SECTOR, at, number;
	unsigned which = 0;

	if (!choose_place(&which, &number))
		return false;
	at = place_sector(which);
	memset(sector, 0, sizeof(sector));
	if (!disk_write(at, sector, 1))
		return false;
	for (uint64_t done = 1, n; done < sectors; done += n) {
		n = sectors - done < DISK_SECTORS_MAX ? sectors - done : DISK_SECTORS_MAX;
		if (!disk_write(at + done, from + done * DISK_SECTOR, (unsigned)n))
			return false;
	}
	memcpy(sector, from, sizeof(sector));
	memcpy(sector + NUMBER_AT, &number, sizeof(number));
	if (!disk_write(at, sector, 1))
		return false;
	log_line("keep: written to the disk, from sector %lu", at);
	return true;
}

void keep_hand_on(void)
{
	const struct kp_keep_last *last = kp_keep_last();
	const char *wish = boot_option("keep");

	if (!last->waits || (wish && !strcmp(wish, "wait")))
		return;
	if (disk_sectors() > KEEP_SIZE / DISK_SECTOR && !write_record(last)) {
		log_line("keep: the disk does not take the record: it stays in memory");
		return;
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
