/* How long a report takes: from the instruction that faults to the first byte, and to the last. */
#ifndef SCENARIOS_BENCH_H
#define SCENARIOS_BENCH_H

/* A byte has been put. */
void bench_byte(void);
/* After the report: prints it, where scenario=bench was measured. */
void bench_tell(void);

/* "fill=MiB" on the command line: so much memory is filled with pages like the kernel's own, for dumps to have what to write. */
void bench_fill(void);
/* "bench=MiB": so much memory is written to the disk of the dump as it lies, without a dump: one request after the other, and with
 * as many under way as the sink takes. Prints how long that took, and what time it was before (`when`: its name). The driver's disk
 * is gone then. */
void bench_write(const char *when);

#endif
