/* What the lines since a boot told about the machine, kept for the reports that follow. */
#ifndef PM_BOOT_H
#define PM_BOOT_H

#include "console/line.h"

struct pm_boot {
	uint32_t number;       /* 1-based; 0: no boot's start was seen */
	uint64_t offset;       /* of its first line */
	struct pm_at begins;   /* that line, where the system is another */
	struct pm_arena arena; /* of the strings below */
	char *version, *command_line, *hardware, *kaslr;
	struct pm_at version_at, command_line_at, hardware_at;
	uint32_t cpus;     /* that were brought up; 0: not told */
	uint32_t reports;  /* of this boot so far */
	char *first_title; /* of its first report */
	uint32_t first_index, total;
	bool tainting_line;
};

extern const char *const pm_boot_words[]; /* NULL-terminated: one of them is in each line that matters here */

void pm_boot_init(struct pm_boot *boot);
void pm_boot_deinit(struct pm_boot *boot);
/* Does a boot begin with this line? */
bool pm_boot_starts(const struct pm_line *line);
void pm_boot_begin(struct pm_boot *boot, const struct pm_line *line);
/* The same for systems other than Linux, at one of the lines that pm_system_boots knows. */
void pm_boot_begin_other(struct pm_boot *boot, const struct pm_line *line);
void pm_boot_see(struct pm_boot *boot, const struct pm_line *line);
/* Fills what the report itself did not tell. */
void pm_boot_fill(const struct pm_boot *boot, struct pm_incident *inc);
/* Counts the report; a later one of the same boot is told which came first. */
void pm_boot_reported(struct pm_boot *boot, struct pm_incident *inc);

#endif
