/* Which pages there are, which are wanted, and where they can be read. */
#include "dump/dump.h"

#define RANGES_MAX 256 /* of a host's */
#define REGIONS_MAX 4096

struct kp_dump_plan kp_plan;

void kp_dump_plan(const struct kp_dump_plan *plan)
{
	kp_plan = *plan;
}

/* The part of [*start, *end) from `from` on that comes first; pages. */
static void clip(uint64_t from, uint64_t start, uint64_t end, uint64_t *first, uint64_t *last)
{
	if (start < from)
		start = from;
	if (start >= end || start > *first)
		return;
	if (start == *first && end < *last)
		return;
	*first = start;
	*last = end;
}

/* Of the host's RAM: whole pages only. */
static bool next_ram(uint64_t from, uint64_t *start_out, uint64_t *end_out)
{
	struct kp_memory memory;

	*start_out = UINT64_MAX;
	*end_out = 0;
	for (unsigned i = 0; i < RANGES_MAX && kp_host_memory(i, &memory); i++) {
		if (memory.kind == KP_MEMORY_RAM)
			clip(from, (memory.start + KP_PAGE - 1) / KP_PAGE,
			     (memory.start + memory.size) / KP_PAGE, start_out, end_out);
	}
	return *start_out != UINT64_MAX;
}

static bool next_listed(uint64_t from, uint64_t *start_out, uint64_t *end_out)
{
	*start_out = UINT64_MAX;
	*end_out = 0;
	for (unsigned i = 0; i < kp_plan.list_count; i++)
		clip(from, kp_plan.list[i].start / KP_PAGE, (kp_plan.list[i].end + KP_PAGE - 1) / KP_PAGE,
		     start_out, end_out);
	return *start_out != UINT64_MAX;
}

bool kp_dump_next(uint64_t from, uint64_t *start_out, uint64_t *end_out)
{
	uint64_t start, end;

	if (kp_plan.what != KP_DUMP_LIST)
		return next_ram(from, start_out, end_out);
	/* Each turn passes a range's end: as many as there are of both. */
	for (unsigned i = 0; i < 2 * RANGES_MAX; i++) {
		if (!next_ram(from, start_out, end_out) || !next_listed(*start_out, &start, &end))
			return false;
		if (start < *end_out) {
			*start_out = start;
			if (end < *end_out)
				*end_out = end;
			return true;
		}
		from = *end_out;
	}
	return false;
}

uint64_t kp_dump_max(void)
{
	struct kp_memory memory;
	uint64_t max = 0;

	for (unsigned i = 0; i < RANGES_MAX && kp_host_memory(i, &memory); i++)
		if (memory.kind == KP_MEMORY_RAM && (memory.start + memory.size) / KP_PAGE > max)
			max = (memory.start + memory.size) / KP_PAGE;
	return max;
}

bool kp_dump_wants(uint64_t page)
{
	return kp_plan.what != KP_DUMP_KERNEL || kp_host_page_kept(page * KP_PAGE);
}

const void *kp_dump_page(uint64_t page)
{
	static struct kp_region direct; /* the one that the last page was in */
	uint64_t physical = page * KP_PAGE, word;
	uintptr_t at;

	if (physical < direct.physical || physical - direct.physical >= direct.end - direct.start) {
		unsigned i = 0;

		for (; i < REGIONS_MAX && kp_host_region(i, &direct); i++)
			if (direct.kind == KP_REGION_DIRECT && physical >= direct.physical &&
			    physical - direct.physical < direct.end - direct.start)
				break;
		if (direct.kind != KP_REGION_DIRECT || physical < direct.physical ||
		    physical - direct.physical >= direct.end - direct.start) {
			direct = (struct kp_region){ .end = 0 };
			return NULL;
		}
	}
	at = direct.start + (uintptr_t)(physical - direct.physical);
	/* What is mapped is mapped by whole pages. */
	return kp_read(at, &word, sizeof(word)) == sizeof(word) ? (const void *)at : NULL;
}

bool kp_is_zero(const void *page)
{
	const uint64_t *words = page;

	/* Most pages that are not zero are not so soon. */
	for (unsigned i = 0; i < KP_PAGE / 8; i += 8)
		if (words[i] | words[i + 1] | words[i + 2] | words[i + 3] | words[i + 4] | words[i + 5] |
		    words[i + 6] | words[i + 7])
			return false;
	return true;
}
