/* A module that was built outside of the kernel's tree, or is to fit more than one build of it, brings the types of
 * the kernel that it refers to along, as names and sizes alone (.BTF.base).  Its ids and strings go on behind those.
 * Here the ids are rewritten to the kernel's own, as the kernel does when it loads the module; the strings stay. */
#include "symbols/btf_records.h"

#include <stdlib.h>

struct rewrite {
	struct pm_btf *btf;
	uint32_t *ids;    /* [kept + 1]: of the kernel, by id in the distilled base */
	uint32_t kept;    /* types in the base */
	uint32_t shift;   /* added to the others */
	uint32_t unknown; /* types that the kernel does not have */
};

/* The kernel's type for one of the base; 0: none. */
static uint32_t counterpart(struct pm_btf *kernel, const struct pm_btf *base, uint32_t id)
{
	enum pm_btf_kind kind = pm_btf_kind(base, id);
	const char *name = pm_btf_name(base, id);
	uint32_t found;

	if (kind != PM_BTF_FWD)
		return pm_btf_find_sized(kernel, kind == PM_BTF_ENUM64 ? PM_BTF_ENUM : kind, name,
					 pm_btf_size(base, id));
	found = pm_btf_find(kernel, PM_BTF_STRUCT, name);
	if (!found)
		found = pm_btf_find(kernel, PM_BTF_UNION, name);
	return found ? found : pm_btf_find(kernel, PM_BTF_ENUM, name);
}

static void rewrite_id(size_t place, void *user)
{
	struct rewrite *r = user;
	uint32_t id = pm_btf_u32(r->btf, place);

	id = id <= r->kept ? r->ids[id] : id + r->shift;
	for (unsigned i = 0; i < 4; i++)
		r->btf->bytes[place + i] = (uint8_t)(id >> 8 * (r->btf->big_endian ? 3 - i : i));
}

struct pm_error *pm_btf_open_distilled(uint8_t *bytes, size_t n, uint8_t *base_bytes, size_t base_n,
				       struct pm_btf *kernel, struct pm_btf **out)
{
	struct pm_btf *base;
	struct rewrite r = { 0 };
	struct pm_error *err = pm_btf_open(base_bytes, base_n, NULL, &base);

	if (err) {
		free(bytes);
		return pm_error_prepend(err, "distilled base");
	}
	err = pm_btf_open(bytes, n, base, &r.btf);
	if (err) {
		pm_btf_close(base);
		return err;
	}
	r.kept = base->count;
	r.ids = pm_alloc((r.kept + 1) * sizeof(uint32_t));
	r.shift = kernel->count - base->count;
	for (uint32_t id = 1; id <= r.kept; id++) {
		r.ids[id] = counterpart(kernel, base, id);
		r.unknown += !r.ids[id];
	}
	for (uint32_t i = 0; i < r.btf->count; i++)
		if (r.btf->records[i])
			pm_btf_each_reference(r.btf, r.btf->records[i], rewrite_id, &r);
	/* where strings are said to lie over records, an id may have been written over the end of the last one */
	r.btf->bytes[(const uint8_t *)r.btf->strings + r.btf->strings_size - 1 - r.btf->bytes] = 0;
	r.btf->base = kernel;
	r.btf->first = kernel->first + kernel->count;
	r.btf->distilled = base;
	if (r.unknown) {
		char *before = r.btf->trouble;

		r.btf->trouble = pm_printf("%u of the %u types of its base are not this kernel's%s%s",
					   r.unknown, r.kept, before ? "; " : "", before ? before : "");
		free(before);
	}
	free(r.ids);
	*out = r.btf;
	return NULL;
}
