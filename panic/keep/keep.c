/* The flight record. */
#include "stages.h"

kp_step *const kp_keep_steps[] = { NULL };
