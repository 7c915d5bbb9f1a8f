/* A line of a stack trace, as the kernels of all architectures print it. */
#ifndef PM_PRINTK_FRAME_H
#define PM_PRINTK_FRAME_H

#include "base/slice.h"

struct pm_frame_text {
	struct pm_slice
		symbol; /* "vfs_write", "foo.isra.0.cold"; Rust and C++ names whole; may be empty when only an address is told */
	bool has_offset;
	uint64_t offset, size;
	struct pm_slice module;   /* "[kpcrash]" without brackets; empty: none */
	struct pm_slice build_id; /* "[kpcrash 1a2b…]" */
	bool has_addr;
	uint64_t addr;        /* "[<ffffffff81234567>]" */
	bool unreliable;      /* "? " or "(unreliable)" */
	bool inlined;         /* "[inline]" */
	uint32_t repeats;     /* " (x12)": it stands for so many, one called by the other; 0: for itself */
	struct pm_slice file; /* of a symbolised line: "fs/read_write.c" */
	uint32_t file_line;
	struct pm_slice
		inlined_at; /* decode_stacktrace's "(a.h:1 b.c:2 c.c:3)": the places before the last, innermost first */
	struct pm_slice
		callee; /* arm's "A from B": the frame is B, this is A (it stood as B in the line before) */
};

/* Is body a trace line?  Takes x86 (with and without addresses), arm, arm64, powerpc
 * ("[c00…] [c00…] sym+0x…/0x…"), s390, riscv, mips and decode_stacktrace's output. */
bool pm_frame_parse(struct pm_slice body, struct pm_frame_text *out);

/* Takes the next "file:line" off inlined_at. */
bool pm_frame_take_inlined(struct pm_slice *inlined_at, struct pm_slice *file_out, uint32_t *line_out);

#endif
