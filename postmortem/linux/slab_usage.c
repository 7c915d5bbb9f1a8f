/* How full a cache is: its slabs, and where its free objects are.
 *
 * Free objects hang on slabs that lie on a node's list of partial ones; on the slabs that each CPU allocates from
 * (until 7.0: one with a list of its own, and some in reserve); or in sheaves, arrays of objects that each CPU and
 * each node's barn keep (from 6.18).  What is on none of these is allocated. */
#include "linux/memory.h"

#include "base/interrupt.h"
#include "linux/list.h"
#include "linux/member.h"

#include <stdlib.h>

enum { max_nodes = 1024, max_chain = 65536, max_slabs = 1 << 24, max_sheaf = 4096, max_barn = 4096 };

struct fields {
	enum pm_field list, next, inuse, objects, freelist;
};

/* The same members of struct slab (5.17) or, before, of struct page. */
static const struct fields *fields_of(const struct pm_linux *lx)
{
	static const struct fields slab = { PM_SLAB_LIST, PM_SLAB_NEXT, PM_SLAB_INUSE, PM_SLAB_OBJECTS,
					    PM_SLAB_FREELIST },
				   page = { PM_PAGE_SLAB_LIST, PM_PAGE_SLAB_NEXT, PM_PAGE_SLAB_INUSE,
					    PM_PAGE_SLAB_OBJECTS, PM_PAGE_SLAB_FREELIST };

	return lx->fields[PM_SLAB_CACHE].offset >= 0 ? &slab : &page;
}

static uint64_t get(struct pm_linux *lx, uint64_t base, enum pm_field field)
{
	uint64_t value = 0;

	if (base)
		pm_linux_get(lx, base, field, &value);
	return value;
}

static uint64_t free_of(struct pm_linux *lx, uint64_t slab)
{
	const struct fields *f = fields_of(lx);
	uint64_t objects = get(lx, slab, f->objects), inuse = get(lx, slab, f->inuse);

	return objects > inuse ? objects - inuse : 0;
}

/* Full sheaves of a node's barn, of which kernels keep ten. */
struct barn {
	struct pm_linux_list list;
	unsigned left; /* that are believed */
};

/* barn: its struct node_barn; 0: none. */
static void barn_init(struct pm_linux *lx, uint64_t barn, struct barn *b)
{
	uint64_t head = barn ? pm_linux_at(lx, barn, PM_BARN_FULL) : 0;

	pm_linux_list_init(&b->list, lx, head);
	b->left = head ? max_barn : 0;
}

/* Its struct slab_sheaf; false: there are no more. */
static bool barn_next(struct barn *b, uint64_t *sheaf_out)
{
	if (!b->left-- || !pm_linux_list_next(&b->list, sheaf_out)) {
		b->left = 0;
		return false;
	}
	*sheaf_out -= pm_linux_at(b->list.lx, 0, PM_SHEAF_LIST);
	return true;
}

static const char missing_sheaf[] = "a sheaf of free objects is not in the dump";

/* sheaf 0: there is none. */
static void add_sheaf(struct pm_linux *lx, uint64_t sheaf, struct pm_linux_cache_usage *u)
{
	uint64_t n = 0;

	if (sheaf && !pm_linux_get(lx, sheaf, PM_SHEAF_SIZE, &n))
		u->trouble = missing_sheaf;
	u->free_sheaves += n;
}

static void add_barn(struct pm_linux *lx, uint64_t addr, struct pm_linux_cache_usage *u)
{
	struct barn barn;
	uint64_t sheaf;

	barn_init(lx, addr, &barn);
	while (barn_next(&barn, &sheaf))
		add_sheaf(lx, sheaf, u);
	if (barn.list.trouble)
		u->trouble = barn.list.trouble;
}

static void add_node(struct pm_linux *lx, uint64_t node, struct pm_linux_cache_usage *u)
{
	const struct fields *f = fields_of(lx);
	uint64_t slabs = 0, at, link = pm_linux_at(lx, 0, f->list);
	struct pm_linux_list list;

	if (!pm_linux_get(lx, node, PM_NODE_SLABS, &slabs)) {
		u->trouble = "a node's part of the cache is not in the dump";
		return;
	}
	u->slabs += slabs;
	u->total += get(lx, node, PM_NODE_OBJECTS);
	pm_linux_list_init(&list, lx, pm_linux_at(lx, node, PM_NODE_PARTIAL));
	while (pm_linux_list_next(&list, &at)) {
		u->partial++;
		u->free_partial += free_of(lx, at - link);
	}
	if (list.trouble)
		u->trouble = list.trouble;
}

/* The parts of a cache on a node: its struct kmem_cache_node and its barn (0: none).  false: there are no more. */
static bool node_of(struct pm_linux *lx, const struct pm_linux_cache *cache, uint64_t i, uint64_t *node_out,
		    uint64_t *barn_out)
{
	bool pairs = lx->fields[PM_CACHE_PER_NODE].offset >= 0;
	const struct pm_field_place *place = &lx->fields[pairs ? PM_CACHE_PER_NODE : PM_CACHE_NODE];
	uint64_t step = pairs ? 16 : 8, n = 1, slot = cache->addr + (uint64_t)place->offset + i * step;

	if (!pm_linux_variable(lx, "nr_node_ids", 4, &n) || n > max_nodes)
		n = 1;
	if (place->offset < 0 || i >= n || (i + 1) * step > place->size)
		return false;
	*node_out = *barn_out = 0;
	if (pairs) {
		*node_out = get(lx, slot, PM_PER_NODE_NODE);
		*barn_out = get(lx, slot, PM_PER_NODE_BARN);
	} else if (pm_space_load(&lx->kernel, slot, 8, node_out)) {
		*barn_out = get(lx, *node_out, PM_NODE_BARN);
	}
	return true;
}

static void add_nodes(struct pm_linux *lx, const struct pm_linux_cache *cache, struct pm_linux_cache_usage *u)
{
	uint64_t node, barn, i = 0;

	for (; node_of(lx, cache, i, &node, &barn); i++) {
		if (node)
			add_node(lx, node, u);
		add_barn(lx, barn, u);
	}
	if (!i)
		u->trouble = "the kernel's types do not tell its nodes";
}

bool pm_linux_in_barn(struct pm_linux *lx, const struct pm_linux_cache *cache, uint64_t object)
{
	uint64_t node, addr, sheaf;

	for (uint64_t i = 0; node_of(lx, cache, i, &node, &addr); i++) {
		struct barn barn;

		barn_init(lx, addr, &barn);
		while (barn_next(&barn, &sheaf))
			if (pm_linux_in_sheaf(lx, sheaf, object))
				return true;
	}
	return false;
}

/* The slab that a CPU allocates from: what it has taken off the slab's list, and what others freed since. */
static void add_cpu_slab(struct pm_linux *lx, const struct pm_linux_caches *caches,
			 const struct pm_linux_cache *cache, uint64_t cpu_slab,
			 struct pm_linux_cache_usage *u)
{
	const struct fields *f = fields_of(lx);
	uint64_t slab = get(lx, cpu_slab, PM_CPU_SLAB_SLAB), first = get(lx, cpu_slab, PM_CPU_SLAB_FREELIST);
	uint64_t at = get(lx, cpu_slab, PM_CPU_SLAB_PARTIAL);

	if (slab) {
		u->free_cpu += free_of(lx, slab);
		u->free_cpu += pm_linux_free_objects(lx, caches, cache, slab, first, NULL, NULL);
	}
	for (unsigned i = 0; at && i < max_chain; i++) {
		u->free_cpu += free_of(lx, at);
		at = get(lx, at, f->next);
	}
	if (at)
		u->trouble = "a CPU's list of slabs does not end";
}

void pm_linux_cache_usage(struct pm_linux *lx, const struct pm_linux_caches *caches,
			  const struct pm_linux_cache *cache, struct pm_linux_cache_usage *u)
{
	static const enum pm_field sheaves[] = { PM_SHEAVES_MAIN, PM_SHEAVES_SPARE, PM_SHEAVES_RCU_FREE };
	uint64_t cpu_slab = get(lx, cache->addr, PM_CACHE_CPU_SLAB);
	uint64_t cpu_sheaves = get(lx, cache->addr, PM_CACHE_CPU_SHEAVES);

	*u = (struct pm_linux_cache_usage){ 0 };
	add_nodes(lx, cache, u);
	for (uint32_t cpu = 0; cpu < lx->cpus; cpu++) {
		if (cpu_slab)
			add_cpu_slab(lx, caches, cache, cpu_slab + lx->cpu_offset[cpu], u);
		for (size_t i = 0; cpu_sheaves && i < PM_COUNT(sheaves); i++)
			add_sheaf(lx, get(lx, cpu_sheaves + lx->cpu_offset[cpu], sheaves[i]), u);
	}
	uint64_t unused = u->free_partial + u->free_cpu + u->free_sheaves;

	u->allocated = u->total > unused ? u->total - unused : 0;
}

uint64_t pm_linux_cache_bytes(struct pm_linux *lx, const struct pm_linux_cache *cache)
{
	uint64_t node, barn, slabs = 0;

	for (uint64_t i = 0; node_of(lx, cache, i, &node, &barn); i++)
		slabs += get(lx, node, PM_NODE_SLABS);
	return slabs < 1ull << 40 ? slabs * cache->slab_size : 0;
}

void pm_linux_slab_usage(struct pm_linux *lx, uint64_t slab, uint64_t *objects_out, uint64_t *inuse_out)
{
	*objects_out = get(lx, slab, fields_of(lx)->objects);
	*inuse_out = get(lx, slab, fields_of(lx)->inuse);
}

uint64_t pm_linux_slab_free(struct pm_linux *lx, uint64_t slab)
{
	return get(lx, slab, fields_of(lx)->freelist);
}

/* ---- one by one ---- */

struct each {
	struct pm_linux *lx;
	bool (*fn)(const struct pm_linux_slab_of *slab, void *user);
	void *user;
	const char *trouble;
	bool ended;
};

static void tell(struct each *e, enum pm_slab_list list, uint32_t owner, uint64_t holder, uint64_t slab,
		 uint64_t first)
{
	const struct pm_linux_slab_of one = { list, owner, holder, slab, first };

	e->ended |= !e->fn(&one, e->user) || pm_interrupted();
}

static void each_of_cpu(struct each *e, uint32_t cpu, uint64_t cpu_slab)
{
	uint64_t at = get(e->lx, cpu_slab, PM_CPU_SLAB_PARTIAL), mark = 0;
	bool any = false;

	tell(e, PM_SLAB_OF_CPU, cpu, cpu_slab, get(e->lx, cpu_slab, PM_CPU_SLAB_SLAB),
	     get(e->lx, cpu_slab, PM_CPU_SLAB_FREELIST));
	for (unsigned i = 0; at && i < max_chain && !e->ended; i++, any = true) {
		tell(e, PM_SLAB_CPU_PARTIAL, cpu, cpu_slab, at, 0);
		/* one that comes again, counted from a mark that moves ahead at powers of two */
		if (!(i & (i + 1)))
			mark = at;
		at = get(e->lx, at, fields_of(e->lx)->next);
		if (at == mark)
			break;
	}
	if (at && !e->ended)
		e->trouble = "a CPU's list of slabs does not end";
	if (!any && !e->ended)
		tell(e, PM_SLAB_CPU_PARTIAL, cpu, cpu_slab, 0, 0);
}

static void each_of_list(struct each *e, enum pm_slab_list list, uint32_t node_id, uint64_t node,
			 uint64_t head)
{
	struct pm_linux_nodes slabs;

	pm_linux_nodes_read(e->lx, head, max_slabs, &slabs);
	for (size_t i = 0; i < slabs.n && !e->ended; i++)
		tell(e, list, node_id, node, slabs.v[i] - pm_linux_at(e->lx, 0, fields_of(e->lx)->list), 0);
	if (!slabs.n && !e->ended)
		tell(e, list, node_id, node, 0, 0);
	if (slabs.trouble)
		e->trouble = slabs.trouble;
	pm_linux_nodes_free(&slabs);
}

const char *pm_linux_slabs_each(struct pm_linux *lx, const struct pm_linux_cache *cache,
				bool (*fn)(const struct pm_linux_slab_of *slab, void *user), void *user)
{
	uint64_t cpu_slab = get(lx, cache->addr, PM_CACHE_CPU_SLAB), node, barn;
	struct each e = { lx, fn, user, NULL, false };

	for (uint32_t cpu = 0; cpu_slab && cpu < lx->cpus && !e.ended; cpu++)
		each_of_cpu(&e, cpu, cpu_slab + lx->cpu_offset[cpu]);
	for (uint64_t i = 0; !e.ended && node_of(lx, cache, i, &node, &barn); i++) {
		uint64_t partial = node ? pm_linux_at(lx, node, PM_NODE_PARTIAL) : 0;
		uint64_t full = pm_linux_member_at(lx, node, "kmem_cache_node", "full"), next = 0;

		if (partial)
			each_of_list(&e, PM_SLAB_NODE_PARTIAL, (uint32_t)i, node, partial);
		/* kept with slub_debug only: empty it says nothing */
		if (full && !e.ended && pm_space_load(&lx->kernel, full, 8, &next) && next != full)
			each_of_list(&e, PM_SLAB_NODE_FULL, (uint32_t)i, node, full);
	}
	return e.trouble;
}

/* Why not all are known; NULL: they are.  sheaf 0: there is none. */
static const char *each_in_sheaf(struct pm_linux *lx, uint64_t sheaf, int cpu,
				 void (*fn)(uint64_t object, int cpu, void *user), void *user)
{
	uint64_t n, objects = pm_linux_at(lx, sheaf, PM_SHEAF_OBJECTS), value;

	if (!sheaf)
		return NULL;
	if (!pm_linux_get(lx, sheaf, PM_SHEAF_SIZE, &n))
		return missing_sheaf;
	for (uint64_t i = 0; i < n && i < max_sheaf; i++) {
		if (!pm_space_load(&lx->kernel, objects + 8 * i, 8, &value))
			return missing_sheaf;
		fn(value, cpu, user);
	}
	return NULL;
}

const char *pm_linux_sheaves_each(struct pm_linux *lx, const struct pm_linux_cache *cache,
				  void (*fn)(uint64_t object, int cpu, void *user), void *user)
{
	static const enum pm_field sheaves[] = { PM_SHEAVES_MAIN, PM_SHEAVES_SPARE, PM_SHEAVES_RCU_FREE };
	uint64_t per_cpu = get(lx, cache->addr, PM_CACHE_CPU_SHEAVES), node, addr, sheaf;
	const char *trouble = NULL, *why;

	for (uint32_t cpu = 0; per_cpu && cpu < lx->cpus; cpu++)
		for (size_t i = 0; i < PM_COUNT(sheaves); i++) {
			why = each_in_sheaf(lx, get(lx, per_cpu + lx->cpu_offset[cpu], sheaves[i]), (int)cpu,
					    fn, user);
			trouble = why ? why : trouble;
		}
	for (uint64_t i = 0; node_of(lx, cache, i, &node, &addr); i++) {
		struct barn barn;

		barn_init(lx, addr, &barn);
		while (barn_next(&barn, &sheaf)) {
			why = each_in_sheaf(lx, sheaf, -1, fn, user);
			trouble = why ? why : trouble;
		}
		if (barn.list.trouble)
			trouble = barn.list.trouble;
	}
	return trouble;
}
