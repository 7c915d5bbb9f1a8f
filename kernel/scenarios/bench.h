/* How long a report takes: from the instruction that faults to the first byte, and to the last. */
#ifndef SCENARIOS_BENCH_H
#define SCENARIOS_BENCH_H

/* A byte has been put. */
void bench_byte(void);
/* After the report: prints it, where scenario=bench was measured. */
void bench_tell(void);

#endif
