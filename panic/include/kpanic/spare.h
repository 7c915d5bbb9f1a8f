/* The spare: the recorder's image (blob.h), loaded at start, for the panic that the recorder itself does not survive.
 *
 * The recorder enters it by itself where its own code or state is found to be changed, where it faults again and again without
 * getting on, and where a report was not written to its end.  Where it cannot even tell, a double fault does: from kp_spare_arm on
 * the gates of the double fault and of the NMI lead through the image (a few instructions that need nothing else), which hands
 * on what the recorder survives.  docs/porting.md has the steps. */
#ifndef KP_SPARE_H
#define KP_SPARE_H

#include "kpanic/blob.h"

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Tier 2, x86-64.  Once, when the image lies in its place and is mapped, before anybody can have changed it: makes the sums of the
 * image and of the recorder's own code and constants (as the host's linker has them: from start to end, never written to).  Whatever the
 * kernel has to say in the header may be said later. kp_gates_install, called afterwards on each CPU, sets the gates. */
void kp_spare_arm(struct kp_blob *blob, const void *start, const void *end);

#ifdef __cplusplus
}
#endif

#endif
