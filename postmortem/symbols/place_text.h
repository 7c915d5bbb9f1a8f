/* Places and kernels in lines of console text: what there is to symbolise, and what it is of. */
#ifndef PM_PLACE_TEXT_H
#define PM_PLACE_TEXT_H

#include "symbols/symbols.h"

struct pm_text_place {
	size_t start, end;             /* of the text that the place takes, module and parentheses included */
	struct pm_printed_place place; /* slices are of the line */
	bool raw;                      /* an address without a name */
	bool bracketed;                /* raw, in "[<…>]": surely meant as code */
	bool in_parentheses;
};

/* The next place at or after *at, which it advances; false: none is left. */
bool pm_text_place_next(struct pm_slice line, size_t *at, struct pm_text_place *out);
/* The same in words that somebody gave as places: "vfs_write+0xb1", without the size, is one too. */
bool pm_text_place_asked(struct pm_slice words, size_t *at, struct pm_text_place *out);

/* A report of our own recorder (formats/SPEC.md): its lines tell which of its places are return addresses. */
struct pm_text_report {
	enum { PM_NO_REPORT, PM_REPORT_OF_FAULT, PM_REPORT_OF_CALL } is;
	bool trace_begins; /* no place of the trace was seen yet */
};
/* Goes over the line; each line of the text in turn. */
void pm_text_report_line(struct pm_slice line, struct pm_text_report *report);
/* Corrects place->exact of a place found in the line that was gone over last. */
void pm_text_report_place(struct pm_slice line, struct pm_text_report *report,
			  struct pm_printed_place *place);

/* Does the line tell of the kernel that printed it?  "Linux version …" at boot; "CPU: … Comm: … Tainted: …
 * 6.1.0-50-amd64 #1 Debian …" in reports.  Slices are of the line. */
bool pm_text_kernel_id(struct pm_slice line, struct pm_kernel_id *out);
/* "Kernel Offset: 0x1a000000 from 0xffffffff81000000", or "disabled". */
bool pm_text_kaslr(struct pm_slice line, uint64_t *kaslr_out);

#endif
