#include "base/interrupt.h"

volatile sig_atomic_t pm_interrupt_flag;
