/* A sliding view of a text of any size, with line numbers. */
#ifndef PM_TEXT_H
#define PM_TEXT_H

#include "console/line.h"
#include "console/source.h"

/* How much is kept before the place that is looked at, and read ahead of it, bytes. */
#define PM_TEXT_BACK (64u * 1024)
#define PM_TEXT_AHEAD (1024u * 1024)

struct pm_text {
	struct pm_source *source; /* borrowed */
	char *buf;
	size_t n, cap;
	uint64_t base;          /* offset of buf[0] in the text */
	bool at_end;            /* the source has given everything */
	struct pm_error *error; /* why it ended early; owned */
	uint64_t counted;       /* offset up to which line ends are counted */
	uint32_t line;          /* number of the line that holds `counted` */
};

void pm_text_init(struct pm_text *text, struct pm_source *source);
void pm_text_deinit(struct pm_text *text);
/* Reads on until `ahead` bytes after offset are there, or the end; drops what lies more
 * than PM_TEXT_BACK before it.  Returns how many bytes there are from offset on. */
size_t pm_text_need(struct pm_text *text, uint64_t offset, size_t ahead);
/* The bytes from offset on; valid until the next pm_text_need. */
struct pm_slice pm_text_at(const struct pm_text *text, uint64_t offset);
/* Number (1-based) of the line that holds offset, which never goes back. */
uint32_t pm_text_line(struct pm_text *text, uint64_t offset);

#endif
