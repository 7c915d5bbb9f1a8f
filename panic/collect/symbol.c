#include "stages.h"

#include "lib/mem.h"

#if KP_TIER >= 1
bool kp_symbol(uintptr_t address, struct kp_symbol *out)
{
	(void)address;
	memset(out, 0, sizeof(*out));
#if KP_TIER >= 2
	if (kp_host_symbol(address, out->name, sizeof(out->name), &out->start, &out->size) &&
	    out->start <= address) {
		out->name[sizeof(out->name) - 1] = 0;
		/* A host's table may be what is broken; a name with blanks would break the line that it stands in. */
		for (char *c = out->name; *c; c++) {
			if (*c <= ' ' || *c > '~')
				*c = '?';
		}
		return out->name[0] != 0;
	}
#endif
	return false;
}
#endif
