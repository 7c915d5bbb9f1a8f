/* The memory dump. */
#include "stages.h"

kp_step *const kp_dump_steps[] = { NULL };
