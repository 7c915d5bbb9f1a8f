/* A memory dump: what a file, or several, hold of a machine's physical memory.
 *
 * One row of ops for each format (read/dump.c); whatever the format, memory is read by
 * physical address, notes are ELF notes, and what is not there says why it is not.
 *
 * Opening touches headers and page maps only.  Reading is lazy and goes through a cache
 * of bounded size (PM_DUMP_CACHE bytes).  Safe to share between threads after opening.
 */
#ifndef PM_DUMP_H
#define PM_DUMP_H

#include "base/error.h"
#include "incident.h"

#define PM_PAGE_SIZE 4096u
#define PM_DUMP_CACHE (8u << 20) /* bytes of page contents kept */

struct pm_dump;
struct pm_file;

/* Why bytes of memory are not there. */
enum pm_absence {
	PM_PRESENT,
	PM_NO_MEMORY, /* the machine has no memory at that address, as far as the dump tells */
	PM_FILTERED,  /* left out on purpose by the program that wrote the dump */
	PM_CUT,       /* the dump ends before it, or whoever wrote it ran out of room */
	PM_ELSEWHERE, /* in a part of the dump that was not given */
	PM_DAMAGED,   /* it is there but cannot be read or inflated */
	PM_UNMAPPED,  /* a virtual address that no page table maps (translate/) */
	PM_UNREAD,    /* nothing more is read: the user wants what runs to stop (base/interrupt.h) */
};
/* In words: "left out by the dump's filter". */
const char *pm_absence_words(enum pm_absence why);
/* The same with the filter's level, where the dump tells it: "left out by the dump's filter, -d 31". */
void pm_dump_absence(const struct pm_dump *dump, enum pm_absence why, char *buf, size_t size);

/* A note, as ELF has it.  Borrowed from the dump. */
struct pm_dump_note {
	const char *name; /* "CORE", "VMCOREINFO", "QEMU" */
	uint32_t type;    /* NT_… */
	const uint8_t *desc;
	size_t size;
	uint64_t offset; /* of the note in the file; 0: not known */
};

struct pm_dump_info {
	const char *format; /* "ELF core", "kdump-compressed v6, zlib", "…, 3 parts", "…, flattened" */
	enum pm_arch arch;  /* PM_ARCH_UNKNOWN: the format does not tell */
	int level;          /* filter level, the -d bits; -1: not known */
	/* Pages of zeros were left out (or may have been), the kernel's own too: one that must be there and is
	 * PM_FILTERED is likely zero. */
	bool zeros_left_out;
	bool has_phys_base;
	uint64_t phys_base;  /* told by the format's header, apart from VMCOREINFO */
	const char *release; /* told by the header ("6.1.0-50-amd64"); NULL: not */
	/* What is wrong with the file as a whole, in words, NULL: nothing that opening found. */
	const char *trouble;
	/* Part of what the dump tells of is not in it, and not because a filter left it out: it was cut, never
	 * finished, is damaged, or a part of it was not given.  trouble says which. */
	bool incomplete;
};

#define PM_DUMP_PARTS 64 /* files that one dump may be split over */

/* paths: the parts of one dump, in any order (one, mostly).  Everything that can still be read of a
 * damaged dump is; an error means that nothing can be.
 * PM_IO; PM_NOT_FOUND: not a dump (the message says what it is, if that is known); PM_BAD_DATA;
 * PM_UNSUPPORTED: a dump of another kind (a process's core, an encrypted one, a foreign architecture). */
struct pm_error *pm_dump_open(const char *const *paths, size_t n, struct pm_dump **out)
	__attribute__((warn_unused_result));
/* The same for files that are open; takes them over, also on error. */
struct pm_error *pm_dump_open_files(struct pm_file *const *files, size_t n, struct pm_dump **out)
	__attribute__((warn_unused_result));
struct pm_error *pm_dump_open_file(struct pm_file *file, struct pm_dump **out)
	__attribute__((warn_unused_result));
/* Is a file that begins so a known thing that no report can be read out of: packed, encrypted, another's dump?  NULL:
 * not that one knows. */
struct pm_error *pm_dump_foreign(const char *name, const uint8_t *start, size_t n)
	__attribute__((warn_unused_result));
/* Is the file one of several that one dump was split over? */
bool pm_dump_is_part(const struct pm_file *file);
/* Memory as it is, without a header that would tell (QEMU's pmemsave, a copy of /dev/mem).  Of pieces that
 * overlap the later one wins.  n 0: the byte at physical address 0 is the file's first, and so on. */
struct pm_dump_piece {
	uint64_t phys, size, offset; /* bytes; offset: in the file */
};
struct pm_error *pm_dump_open_raw_file(struct pm_file *file, const struct pm_dump_piece *pieces, size_t n,
				       struct pm_dump **out) __attribute__((warn_unused_result));
/* Could the file be memory as it is?  Nothing that is known, no text, and as long as a memory: whole pages, 16 MiB at
 * least.  Only a kernel that is found in it proves that it is one. */
bool pm_dump_may_be_raw(const struct pm_file *file);
/* "START-END@OFFSET,…", all hex, END exclusive; "@OFFSET" left out: right behind the one before.
 * PM_USAGE.  *pieces_out is freed by the caller. */
struct pm_error *pm_dump_parse_pieces(const char *text, struct pm_dump_piece **pieces_out, size_t *n_out)
	__attribute__((warn_unused_result));
/* Does the file begin as some dump does?  Cheap.  A wrapped dump (gzip, xz, zstd) begins otherwise. */
bool pm_dump_is(const uint8_t *start, size_t n);
void pm_dump_close(struct pm_dump *dump); /* NULL is allowed */

const char *pm_dump_name(const struct pm_dump *dump);
const struct pm_dump_info *pm_dump_info(const struct pm_dump *dump);
size_t pm_dump_notes(const struct pm_dump *dump, const struct pm_dump_note **notes_out);
/* The text of VMCOREINFO from the notes or the header; empty where there is none. */
struct pm_slice pm_dump_vmcoreinfo(const struct pm_dump *dump);

/* Reads n bytes of physical memory.  How many could be read from the start on; where that is fewer
 * than n, *why_out (may be NULL) says why the next one could not.  What follows a gap is not touched. */
size_t pm_dump_read(struct pm_dump *dump, uint64_t phys, void *buf, size_t n, enum pm_absence *why_out);

/* The same for a few bytes of very many pages, which are not worth keeping: goes past the cache where the format
 * stores memory as it is. */
size_t pm_dump_peek(struct pm_dump *dump, uint64_t phys, void *buf, size_t n, enum pm_absence *why_out);
/* The first byte from phys on that may be there, UINT64_MAX: none; for those who look at each page, and may be told of
 * more memory than there is. */
uint64_t pm_dump_next(const struct pm_dump *dump, uint64_t phys);

/* Ranges of physical memory that the machine has, ascending; false past the last.
 * The first call reads the format's map of memory, where it has one. */
struct pm_dump_range {
	uint64_t start, end; /* bytes; end is exclusive */
};
bool pm_dump_range(const struct pm_dump *dump, size_t index, struct pm_dump_range *out);

/* Is there memory at phys, by those ranges? */
bool pm_dump_has_memory(const struct pm_dump *dump, uint64_t phys);

/* How many pages of PM_PAGE_SIZE the machine has, and the dump, by its own map, which this reads.
 * 0: not known. */
void pm_dump_pages(const struct pm_dump *dump, uint64_t *machine_out, uint64_t *here_out);

/* Memory that goes on changing (/proc/kcore): what was read of it is not kept any longer. */
void pm_dump_forget(struct pm_dump *dump);

/* The offset in the file of the byte at a physical address, for messages; 0: not known. */
uint64_t pm_dump_offset(const struct pm_dump *dump, uint64_t phys);

#endif
