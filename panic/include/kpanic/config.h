/* What is fixed when the recorder is built.  Each can be set on the command line of the compiler (-DKP_TIER=1). */
#ifndef KP_CONFIG_H
#define KP_CONFIG_H

/* How much the host supplies; host.h marks each hook with the tier from which on it is needed.
 *   0  kp_host_putc alone: message, registers, stack trace on any byte sink
 *   1  + safe reads, time, end: the walk of stack, code and tables; reboot after a while
 *   2  + descriptor tables, other CPUs, tasks, symbols, screen
 *   3  + what outlives the machine: a record in RAM that a warm reset keeps, memory dumps; each without the other, too */
#ifndef KP_TIER
#define KP_TIER 2
#endif

#ifndef KP_CPUS_MAX
#if KP_TIER >= 2
#define KP_CPUS_MAX 16
#else
#define KP_CPUS_MAX 1
#endif
#endif

/* Bytes, whole pages; the recorder's own stack, and each emergency stack (four for each CPU), without the page below each
 * for a guard. `make size` prints what is in use. */
#ifndef KP_STACK_SIZE
#define KP_STACK_SIZE 8192
#endif

/* Frames of one trace. */
#ifndef KP_FRAMES_MAX
#define KP_FRAMES_MAX 48
#endif

/* Bytes of a formatted message. */
#ifndef KP_MESSAGE_MAX
#define KP_MESSAGE_MAX 256
#endif

/* Bytes of the end of the log that a report shows. */
#ifndef KP_LOG_MAX
#define KP_LOG_MAX 2048
#endif

/* From tier 3 on. Bytes of the note KPANIC (formats/SPEC.md, section 3), whole pages: the report's text is a kilobyte or three
 * for each CPU. */
#ifndef KP_NOTE_MAX
#define KP_NOTE_MAX 131072
#endif

/* Sinks of a memory dump. */
#ifndef KP_SINKS_MAX
#define KP_SINKS_MAX 4
#endif

/* Bytes of it that the flight record of a running system holds. */
#ifndef KP_KEEP_LOG_MAX
#define KP_KEEP_LOG_MAX 2048
#endif

#endif
