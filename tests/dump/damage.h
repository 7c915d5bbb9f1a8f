/* What programs that damage dumps share. */
#ifndef TESTS_DUMP_DAMAGE_H
#define TESTS_DUMP_DAMAGE_H

#include <stdint.h>
#include <time.h>

/* Seconds of CPU time. */
static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The next of a sequence that its first state, not 0, decides. */
static inline uint64_t noise(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

#endif
