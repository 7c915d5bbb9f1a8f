/* Memory that may not be there. */
#include "stages.h"

#include "lib/mem.h"

size_t kp_read(uintptr_t from, void *to, size_t n)
{
#if KP_TIER >= 1
	if (from + n < from)
		n = 0 - from;
	size_t got = kp_host_read(from, to, n);
	return got < n ? got : n;
#else
	/* Nobody can tell what is there.  The walker asks for words of the stack that it is on, only (see kp_trace_walk). */
	memcpy(to, (const void *)from, n);
	return n;
#endif
}

bool kp_read_word(uintptr_t from, uintptr_t *out)
{
	return from % sizeof(*out) == 0 && kp_read(from, out, sizeof(*out)) == sizeof(*out);
}

#if KP_TIER >= 1

/* More regions than that are the host's mistake: an index that never ends. */
#define REGIONS_MAX 4096

static bool find(uintptr_t address, unsigned kinds, struct kp_region *out)
{
	for (unsigned i = 0; i < REGIONS_MAX && kp_host_region(i, out); i++) {
		if (kinds & 1u << out->kind && address >= out->start && address < out->end)
			return true;
	}
	return false;
}

bool kp_region_of(uintptr_t address, unsigned kinds, struct kp_region *out)
{
	const unsigned guard = 1u << KP_REGION_GUARD;

	/* A host's data, or its stacks, may go around their guards. */
	return (kinds & guard && find(address, guard, out)) || find(address, kinds, out);
}

bool kp_region_any(unsigned kinds)
{
	struct kp_region region;

	for (unsigned i = 0; i < REGIONS_MAX && kp_host_region(i, &region); i++) {
		if (kinds & 1u << region.kind)
			return true;
	}
	return false;
}

bool kp_is_text(uintptr_t address)
{
	struct kp_region region;

	if (kp_region_of(address, 1u << KP_REGION_TEXT, &region))
		return true;
	return address >= 4096 && !kp_region_any(1u << KP_REGION_TEXT);
}

bool kp_read_physical(uint64_t address, uint64_t *out)
{
	struct kp_region region;

	for (unsigned i = 0; i < REGIONS_MAX && kp_host_region(i, &region); i++) {
		if (region.kind != KP_REGION_DIRECT || address < region.physical ||
		    address - region.physical >= region.end - region.start)
			continue;
		return kp_read(region.start + (uintptr_t)(address - region.physical), out, sizeof(*out)) ==
		       sizeof(*out);
	}
	return false;
}

#else

bool kp_is_text(uintptr_t address)
{
	return address >= 4096;
}

#endif
