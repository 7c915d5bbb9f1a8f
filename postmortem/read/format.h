/* The inside of a dump, for the formats. */
#ifndef PM_FORMAT_H
#define PM_FORMAT_H

#include "read/dump.h"
#include "read/file.h"

#include <pthread.h>

/* What memory there is: made when it is first asked for. */
struct pm_dump_map {
	pthread_mutex_t lock;
	bool made;
	struct pm_arena arena;
	PM_VEC(struct pm_dump_range) ranges;
	uint64_t machine, here; /* pages */
};

struct pm_dump_ops {
	const char *name;
	/* By the first bytes (n of them, up to 4096). */
	bool (*is)(const uint8_t *start, size_t n);
	/* May a dump of this format be split over files? */
	bool parts;
	/* Fills dump->info, notes, state; and its map, where that costs nothing. */
	struct pm_error *(*open)(struct pm_dump *dump);
	/* Else: fills the map, once, when it is asked for; locked.  May be NULL. */
	void (*survey)(const struct pm_dump *dump, struct pm_dump_map *map);
	/* Formats that store memory as it is: where in which file the byte at phys lies, and how many follow it
	 * there in one piece; of one that is not there, how many follow that are not there either.  NULL: pages are made by `page`. */
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
	struct pm_dump_map *map;
	struct pm_slice vmcoreinfo;
	bool flattened;
	void *state; /* of the format */
	struct pm_page_cache *cache;
};

extern const struct pm_dump_ops pm_dump_elf, pm_dump_kdump, pm_dump_lime, pm_dump_raw;

/* What pm_dump_raw finds in dump->state when it opens. */
struct pm_dump_pieces {
	const struct pm_dump_piece *v;
	size_t n;
};

/* By machine: "x86_64" as uname has it. */
enum pm_arch pm_dump_arch_of(struct pm_slice machine);
/* What a file is that is no dump, from its first n bytes: one line. */
struct pm_error *pm_dump_not_one(const char *name, const uint8_t *start, size_t n)
	__attribute__((returns_nonnull, warn_unused_result));

/* Adds the notes in bytes (of the arena), which stand at offset of the file. */
void pm_dump_add_notes(struct pm_dump *dump, const uint8_t *bytes, size_t n, uint64_t offset,
		       bool big_endian);
/* Adds a range; ranges may come in any order, and are sorted and joined when opening ends.  What lies where no machine
 * has memory is left out. */
void pm_dump_add_range(struct pm_dump_map *map, uint64_t start, uint64_t end);
/* Is phys in one of the ranges?  Of a map that is made. */
bool pm_dump_map_has(const struct pm_dump_map *map, uint64_t phys);
/* Adds to info.trouble: something that cost nothing, or that a filter left out. */
void pm_dump_trouble(struct pm_dump *dump, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The same of a dump that could not be read to its end: makes it info.incomplete. */
void pm_dump_incomplete(struct pm_dump *dump, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
