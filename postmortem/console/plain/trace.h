/* Stack traces as the BSDs, Darwin and Zircon print them. */
#ifndef PM_PLAIN_TRACE_H
#define PM_PLAIN_TRACE_H

#include "console/plain/report.h"

struct pm_plain_frame {
	struct pm_slice symbol; /* may be empty: only an address */
	bool has_offset, has_addr, inlined;
	uint64_t offset, addr;
	struct pm_slice module, file;
	uint32_t file_line;
	bool numbered;
	uint64_t number;
};

/* Is text a frame?  Takes
 *	name(args) at [netbsd:]name+0x12[/frame 0x…] [inlined_name] [file.c:12] [[inline]]
 *	#0 0xffffffff80aada97 at name+0x12
 *	#0  name+0x12 [inlined_name] [file.c:12] [[inline]]
 *	#0  0xffffffff80aada97 in name (args) at file.c:12
 *	0xffffffb05e78ec10 : 0xffffff80176a0d75 [mach_kernel : _name + 0x12]
 *	bt#00: 0x00105972 name file.cpp:12
 *	{{{bt:0:0xffffffff00105972:ra}}}  */
bool pm_plain_frame_parse(struct pm_slice text, struct pm_plain_frame *out);

/* Reads all traces of the report.  The crashed context's is the first. */
void pm_plain_traces(struct pm_plain_report *report);
/* The crashed context's trace; made where there is none. */
struct pm_trace *pm_plain_crash_trace(struct pm_plain_report *report);

#endif
