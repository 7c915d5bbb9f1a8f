/* Tier 3: what survives the machine.  The note KPANIC in memory, and the dump of memory to sinks that the host registers. */
#ifndef KP_SINK_H
#define KP_SINK_H

#include "kpanic/host.h"

/* ---- the note (formats/SPEC.md, section 3) ---- */

/* Begins it anew: after kp_init, whenever what it says has changed (memory is known, the kernel's page tables are in use,
 * CPUs were started). Not in a panic. */
void kp_note_renew(void);
/* Where it lies; *size_out: its capacity, bytes. */
const void *kp_note(size_t *size_out);
/* An ELF note VMCOREINFO with keys of the kernel's, among them where the note KPANIC is: for who dumps this machine from outside
 * (QEMU's vmcoreinfo device). Stays where it is; its content is renewed with the note. */
const void *kp_vmcoreinfo(size_t *size_out);

#endif
