#include "translate/space.h"

#include <string.h>

#include "symbols/bytes.h"

const struct pm_mmu *pm_mmu_of(enum pm_arch arch)
{
	static const struct pm_mmu *const rows[] = { &pm_mmu_x86_64 };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i]->arch == arch)
			return rows[i];
	return NULL;
}

void pm_space_init(struct pm_space *space, struct pm_dump *dump, const struct pm_mmu *mmu, uint64_t root,
		   unsigned levels)
{
	*space = (struct pm_space){ .dump = dump, .mmu = mmu, .root = root, .levels = levels };
}

void pm_space_add_linear(struct pm_space *space, uint64_t virt, uint64_t size, uint64_t phys)
{
	if (space->linear_n == PM_SPACE_LINEAR || !size)
		return;
	space->linear[space->linear_n].virt = virt;
	space->linear[space->linear_n].size = size;
	space->linear[space->linear_n++].phys = phys;
}

void pm_space_forget(struct pm_space *space)
{
	memset(space->tlb, 0, sizeof(space->tlb));
	memset(&space->lowest, 0, sizeof(space->lowest));
}

enum pm_absence pm_space_translate(struct pm_space *space, uint64_t virt, uint64_t *phys_out,
				   uint64_t *left_out)
{
	for (unsigned i = 0; i < space->linear_n; i++)
		if (virt - space->linear[i].virt < space->linear[i].size) {
			uint64_t inside = virt - space->linear[i].virt;

			*phys_out = space->linear[i].phys + inside;
			if (left_out)
				*left_out = space->linear[i].size - inside;
			return PM_PRESENT;
		}
	uint64_t page = virt & -(uint64_t)PM_PAGE_SIZE;
	size_t slot = (size_t)(page / PM_PAGE_SIZE % PM_SPACE_TLB);

	if (left_out)
		*left_out = page + PM_PAGE_SIZE - virt;
	if (space->tlb[slot].page == page + 1) {
		*phys_out = space->tlb[slot].phys + (virt - page);
		return PM_PRESENT;
	}
	uint64_t phys, size;
	/* A damaged pointer, mostly: no processor reads there. */
	enum pm_absence why = space->mmu->is_canonical(space, virt)
				      ? space->mmu->walk(space, virt, &phys, &size, NULL, NULL)
				      : PM_UNMAPPED;

	if (why)
		return why;
	space->tlb[slot].page = page + 1;
	space->tlb[slot].phys = phys & -(uint64_t)PM_PAGE_SIZE;
	*phys_out = phys;
	if (left_out)
		*left_out = size - (virt & (size - 1));
	return PM_PRESENT;
}

size_t pm_space_read(struct pm_space *space, uint64_t virt, void *buf, size_t n, enum pm_absence *why_out)
{
	enum pm_absence why = PM_PRESENT;
	size_t done = 0;

	while (done < n && why == PM_PRESENT) {
		uint64_t phys, left;

		why = pm_space_translate(space, virt + done, &phys, &left);
		if (why)
			break;
		size_t part = left < n - done ? (size_t)left : n - done;

		done += pm_dump_read(space->dump, phys, (uint8_t *)buf + done, part, &why);
	}
	if (why_out)
		*why_out = why;
	return done;
}

void pm_space_read_around(struct pm_space *space, uint64_t virt, void *buf, size_t n,
			  void (*gap)(size_t start, size_t end, enum pm_absence why, void *user), void *user)
{
	for (size_t done = 0; done < n;) {
		enum pm_absence why;

		done += pm_space_read(space, virt + done, (uint8_t *)buf + done, n - done, &why);
		if (done >= n)
			break;
		size_t next = (size_t)(((virt + done) | (PM_PAGE_SIZE - 1)) + 1 - virt);

		next = next < n ? next : n;
		memset((uint8_t *)buf + done, 0, next - done);
		if (gap)
			gap(done, next, why, user);
		done = next;
	}
}

bool pm_space_load(struct pm_space *space, uint64_t virt, unsigned size, uint64_t *value_out)
{
	uint8_t bytes[8];

	if (size > sizeof(bytes) || pm_space_read(space, virt, bytes, size, NULL) < size)
		return false;
	*value_out = pm_load(bytes, size, false);
	return true;
}

bool pm_space_string(struct pm_space *space, uint64_t virt, char *buf, size_t size)
{
	size_t done = 0;

	/* By pieces that end where a page does: the string may be the last thing before a hole. */
	while (done < size - 1) {
		uint64_t at = virt + done;
		size_t part = 64 - (size_t)(at % 64);

		if (part > size - 1 - done)
			part = size - 1 - done;
		size_t got = pm_space_read(space, at, buf + done, part, NULL);
		const char *end = memchr(buf + done, 0, got);

		if (end)
			return true;
		done += got;
		if (got < part)
			break;
	}
	buf[done] = 0;
	return done > 0;
}
