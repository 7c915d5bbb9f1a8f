/* The inside of a dump, for the formats. */
#ifndef PM_FORMAT_H
#define PM_FORMAT_H

#include "read/dump.h"
#include "read/file.h"

#include <pthread.h>

struct pm_dump_ops {
	const char *name;
	/* By the first bytes (n of them, up to 4096). */
	bool (*is)(const uint8_t *start, size_t n);
	/* Fills dump->info, ranges, notes, state. */
	struct pm_error *(*open)(struct pm_dump *dump);
	/* Formats that store memory as it is: where in which file the byte at phys lies, and how many follow it
	 * there in one piece.  NULL: pages are made by `page`. */
	enum pm_absence (*locate)(const struct pm_dump *dump, uint64_t phys, const struct pm_file **file_out,
				  uint64_t *offset_out, uint64_t *length_out);
	/* Formats that pack pages: the contents of a page. */
	enum pm_absence (*page)(const struct pm_dump *dump, uint64_t pfn, uint8_t page[PM_PAGE_SIZE]);
	/* Where the page is stored, for messages. */
	uint64_t (*offset)(const struct pm_dump *dump, uint64_t pfn);
	void (*close)(struct pm_dump *dump);
};

struct pm_dump {
	const struct pm_dump_ops *ops;
	struct pm_file **files;
	size_t files_n;
	struct pm_arena arena; /* for what info and notes point to */
	struct pm_dump_info info;
	PM_VEC(struct pm_dump_note) notes;
	PM_VEC(struct pm_dump_range) ranges;
	struct pm_slice vmcoreinfo;
	void *state; /* of the format */
	struct pm_page_cache *cache;
};

extern const struct pm_dump_ops pm_dump_elf, pm_dump_kdump, pm_dump_raw;

/* Adds the notes in bytes (of the arena), which stand at offset of the file. */
void pm_dump_add_notes(struct pm_dump *dump, const uint8_t *bytes, size_t n, uint64_t offset,
		       bool big_endian);
/* Adds a range; ranges may come in any order, and are sorted and joined when opening ends. */
void pm_dump_add_range(struct pm_dump *dump, uint64_t start, uint64_t end);
/* Adds to info.trouble. */
void pm_dump_trouble(struct pm_dump *dump, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
