/* Tier 3. The flight record: a piece of RAM that a warm reset keeps, and what the next start does with it.
 *
 * The host reserves memory that neither the firmware nor a loader touches between a reset and its own start, always the same,
 * and gives it to kp_keep_init early. From then on the record says how this run ends:
 *
 *   running    what the system did when it was last renewed: up time, what each CPU ran, the end of the log. Whatever ends a
 *              run without any code of ours (triple fault, a watchdog's reset, a short loss of power) leaves this
 *   panicking  the same, and the message of the panic that has just begun
 *   panicked   the panic's report, the very text that went to the console
 *   rebooting, off   an end in order: kp_keep_end
 *
 * The record is written into two slots in turn, and counts only when all of it is there: a cut at any moment leaves the one
 * before.  A run that crashed is moved into a third slot by the next start, and waits there to be read; as long as nobody says
 * so (kp_keep_done), it is not overwritten: of what crashes meanwhile only the number is kept (`missed`). */
#ifndef KP_KEEP_H
#define KP_KEEP_H

#include "kpanic/host.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the run before this one ended, and what waits to be read. */
struct kp_keep_last {
	bool known;        /* there was a run before this one, or a record that waits */
	const char *state; /* of the run before: as above; "lost": its record is no more */
	uint64_t run;      /* number of this run, since the memory was new */
	unsigned
		in_row; /* how many runs in a row before this one have crashed: a host that sees many may stay down */
	unsigned missed;  /* crashed runs whose records gave way to the one that waits */
	unsigned mended;  /* bytes that had changed in the record that waits, and are right now */
	bool waits;       /* a crashed run's record waits to be read: what follows is of that one */
	bool damaged;     /* more had changed in it than could be mended */
	const char *text; /* not NUL-terminated; until kp_keep_done */
	size_t size;
	const void *slot; /* the record as `kpanic` reads it, for a disk or another file */
	size_t slot_size; /* of what is in use of it */
};

/* memory: aligned to 64 bytes, mapped for good. physical: where it lies, for who looks at a dump of memory. Finds what the last
 * run left, and writes this run's first record.  False: it is too small (3 × 1.5 KiB are the least).  Once, on one CPU, when
 * kp_init was called. */
bool kp_keep_init(void *memory, size_t size, uint64_t physical);
/* Until the end of this run. */
const struct kp_keep_last *kp_keep_last(void);
/* Prints the record that waits on the host's console, each line behind "last: ", so that `kpanic` finds it in the console's
 * log, and tells it from a panic of this run.  Of a run that ended in order one line; without a run before: nothing. */
void kp_keep_tell(void);
/* The record that waits was read: on a disk, or shown to who wants to know. */
void kp_keep_done(void);

/* Renews the record. From a timer's interrupt or anywhere but an NMI, as often as its cost allows (35 instructions for
 * each byte of text); several CPUs may: one of them does it, the others return.  Where tasks are preempted: with interrupts off,
 * so that nobody waits for who does it.  Takes no lock, and returns at once while a panic goes on. */
void kp_keep_renew(void);
/* In each CPU's timer: what it was doing. Cheap. */
void kp_keep_tick(const struct kp_frame *frame);
/* This run ends in order now.  The host resets or turns off next. */
enum kp_keep_end { KP_KEEP_REBOOT, KP_KEEP_OFF };
void kp_keep_end(enum kp_keep_end how);

#ifdef __cplusplus
}
#endif

#endif
