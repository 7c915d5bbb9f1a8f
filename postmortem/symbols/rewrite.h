/* Console text in, the same text with source lines out; every byte that is not replaced stays.
 *
 *	vfs_write+0xb1/0x290              →  vfs_write (fs/read_write.c:589)
 *	do_syscall_64+0x5b/0xc0           →  do_syscall_64 (arch/x86/entry/common.c:51
 *arch/x86/entry/common.c:81) kpcrash_write+0x4c/0x1b0 [kpcrash] → kpcrash_write (kpcrash.c:23) kpcrash
 *	[<ffffffff812345b1>]              →  [<ffffffff812345b1>] vfs_write+0xb1/0x290 (fs/read_write.c:589)
 *
 * This is the form of the kernel's scripts/decode_stacktrace.sh: inlined calls stand in the parentheses, the
 * innermost first, and the brackets of the module go.
 */
#ifndef PM_REWRITE_H
#define PM_REWRITE_H

#include "symbols/symbols.h"

#include <stdio.h>

struct pm_rewrite_options {
	bool inline_lines; /* a line of its own for every inlined call, above the function's */
	bool json;         /* places as an array of JSON objects instead of the text */
	bool asked;        /* the text is places that somebody named: each is one, and wants an answer */
	size_t window;     /* bytes looked at together; 0: 4 MiB */
};

struct pm_rewrite_totals {
	size_t places, resolved; /* resolved: with a source line, or (raw addresses) with a name */
	size_t contradictions;   /* places of functions with another size */
};

struct pm_rewriter;

/* symbols and out are borrowed. */
struct pm_rewriter *pm_rewriter_create(struct pm_symbols *symbols, FILE *out,
				       const struct pm_rewrite_options *options)
	__attribute__((returns_nonnull));
/* Takes text in pieces of any size; writes as soon as a window is full. */
void pm_rewriter_feed(struct pm_rewriter *rw, struct pm_slice text);
/* Writes the whole lines that wait: the source pauses, and somebody may be watching. */
void pm_rewriter_flush(struct pm_rewriter *rw);
/* The end of the text: writes what is left, with JSON the end of the array. */
void pm_rewriter_end(struct pm_rewriter *rw);
const struct pm_rewrite_totals *pm_rewriter_totals(const struct pm_rewriter *rw);
/* What went wrong, each once, at most 16: messages for stderr, and the worst code among the kernels'
 * own troubles (PM_OK: none).  Borrowed. */
size_t pm_rewriter_troubles(const struct pm_rewriter *rw, const char *const **messages_out,
			    enum pm_code *worst_out);
void pm_rewriter_destroy(struct pm_rewriter *rw);

#endif
