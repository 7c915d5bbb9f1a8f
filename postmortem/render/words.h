/* Pieces of an incident as words, the same on terminals and pages.
 * Appended to a buffer, not escaped yet. */
#ifndef PM_RENDER_WORDS_H
#define PM_RENDER_WORDS_H

#include "incident.h"

void pm_words_place(struct pm_buf *buf, const struct pm_place *place, bool sizes); /* "f+0x1c/0x80 [m]" */
void pm_words_source(struct pm_buf *buf, const struct pm_place *place);            /* "a.c:12" */
void pm_words_actor(struct pm_buf *buf,
		    const struct pm_incident *inc); /* "init, pid 1, CPU 1 of 2, in write(2)" */
/* "`file`: kmalloc-192 object"; nothing where nothing is known of its value. */
void pm_words_register(struct pm_buf *buf, const struct pm_register *reg);
/* "write(1 </dev/console>, \"hello\", 5)", of a dump; nothing where the arguments are not known. */
void pm_words_call(struct pm_buf *buf, const struct pm_incident *inc);
void pm_words_kernel(struct pm_buf *buf,
		     const struct pm_incident *inc);      /* "6.1.0, up 13.0 s, tainted O (…)" */
void pm_words_seconds(struct pm_buf *buf, uint64_t ns);   /* "13.0 s", "2 h 5 min" */
const char *pm_words_stack(const struct pm_frame *frame); /* "IRQ", "#DF"; NULL: the task's stack */

/* Is the place itself not in the trace, which starts at its caller (x86)? */
bool pm_words_place_apart(const struct pm_incident *inc, const struct pm_trace *trace);

#endif
