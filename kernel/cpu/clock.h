/* Time since start, from the time stamp counter, measured once against the old timer chip. */
#ifndef CPU_CLOCK_H
#define CPU_CLOCK_H

#include <stdint.h>

void clock_init(void);
/* Of the counter; 0 before clock_init. */
uint64_t clock_khz(void);
/* 0 before clock_init. */
uint64_t clock_ns(void);
/* Busy. */
void clock_wait_us(uint64_t us);

#endif
