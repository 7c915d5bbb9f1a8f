#include "decode/decode.h"

void pm_decode(struct pm_incident *inc)
{
	(void)inc;
}
