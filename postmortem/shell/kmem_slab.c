/* kmem -s, -S: slab caches, their slabs and objects. */
#include "shell/kmem.h"

#include "linux/zones.h"

#include <stdlib.h>
#include <string.h>

/* ---- a cache ---- */

static void cache_title(struct pm_shell *sh)
{
	pm_shell_say(sh, "%-16s  %8s  %9s  %8s  %5s  %5s  %s\n", "CACHE", "OBJSIZE", "ALLOCATED", "TOTAL",
		     "SLABS", "SSIZE", "NAME");
}

/* Why its numbers are not whole; NULL: they are. */
static const char *cache_row(struct pm_shell *sh, const struct pm_linux_cache *cache)
{
	struct pm_linux_cache_usage usage;

	pm_linux_cache_usage(sh->lx, pm_session_caches(sh->session), cache, &usage);
	if (!sh->json) {
		fprintf(sh->out, "%016llx  %8llu  %9llu  %8llu  %5llu  %4lluk  %s\n",
			(unsigned long long)cache->addr, (unsigned long long)cache->object_size,
			(unsigned long long)usage.allocated, (unsigned long long)usage.total,
			(unsigned long long)usage.slabs, (unsigned long long)cache->slab_size / 1024,
			cache->name);
		return usage.trouble;
	}
	pm_json_hex(sh->json, "address", cache->addr);
	pm_json_str(sh->json, "name", cache->name);
	pm_json_uint(sh->json, "object_size", cache->object_size);
	pm_json_uint(sh->json, "size", cache->size);
	pm_json_uint(sh->json, "allocated", usage.allocated);
	pm_json_uint(sh->json, "total", usage.total);
	pm_json_uint(sh->json, "slabs", usage.slabs);
	pm_json_uint(sh->json, "slab_size", cache->slab_size);
	pm_json_uint(sh->json, "partial_slabs", usage.partial);
	pm_json_open(sh->json, "free", '{');
	pm_json_uint(sh->json, "partial", usage.free_partial);
	pm_json_uint(sh->json, "cpus", usage.free_cpu);
	pm_json_uint(sh->json, "sheaves", usage.free_sheaves);
	pm_json_close(sh->json, '}');
	pm_json_str(sh->json, "trouble", usage.trouble);
	return usage.trouble;
}

/* ---- its slabs ---- */

/* struct slab has 15 bits for them. */
enum { max_objects = 32767 };

/* A free object, and who has it: -1 the slab, -2 a node's sheaf, else a CPU. */
struct unused {
	uint64_t object;
	int cpu;
	bool sheaf;
};

struct slabs {
	struct pm_shell *sh;
	const struct pm_linux_cache *cache;
	const bool *cpus; /* which CPUs; NULL: all */
	size_t cpus_n;
	struct unused *sheaves, *free; /* ascending; of one slab, unordered */
	size_t sheaves_n, sheaves_cap, free_n, free_cap;
	int cpu; /* whose list is being read */
	enum pm_slab_list list;
	uint32_t owner;
	bool any;
	struct pm_linux_zones nodes;
	const char *trouble; /* why a slab's objects are not all known */
};

static void add_sheaf(uint64_t object, int cpu, void *user)
{
	struct slabs *s = user;

	PM_ROOM(s->sheaves, s->sheaves_n, s->sheaves_cap);
	s->sheaves[s->sheaves_n++] = (struct unused){ object, cpu, true };
}

static void add_free(uint64_t object, void *user)
{
	struct slabs *s = user;

	PM_ROOM(s->free, s->free_n, s->free_cap);
	s->free[s->free_n++] = (struct unused){ object, s->cpu, false };
}

static int by_object(const void *a, const void *b)
{
	const struct unused *x = a, *y = b;

	return x->object < y->object ? -1 : x->object > y->object;
}

static const struct unused *find(const struct unused *v, size_t n, uint64_t object)
{
	const struct unused key = { .object = object };

	return n ? bsearch(&key, v, n, sizeof(*v), by_object) : NULL;
}

static void print_object(const struct slabs *s, uint64_t object, bool is_free, const struct unused *u)
{
	FILE *out = s->sh->out;

	if (!is_free)
		fprintf(out, "  [%016llx]\n", (unsigned long long)object);
	else if (u && u->cpu >= 0)
		fprintf(out, "   %016llx  (cpu %d %s)\n", (unsigned long long)object, u->cpu,
			u->sheaf ? "sheaf" : "cache");
	else
		fprintf(out, "   %016llx%s\n", (unsigned long long)object, u && u->sheaf ? "  (sheaf)" : "");
}

static void print_objects(struct slabs *s, uint64_t memory, uint64_t total)
{
	struct pm_shell *sh = s->sh;

	pm_shell_say(sh, "  FREE / [ALLOCATED]\n");
	pm_shell_open(sh, "objects", '[');
	for (uint64_t i = 0; i < total; i++) {
		uint64_t object = memory + i * s->cache->size + s->cache->left_pad;
		/* lists link slots, sheaves hold objects */
		const struct unused *u = find(s->free, s->free_n, object);

		if (!u)
			u = find(s->sheaves, s->sheaves_n, object);
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "address", object);
			pm_json_bool(sh->json, "free", u);
			if (u && u->cpu >= 0)
				pm_json_int(sh->json, "cpu", u->cpu);
			if (u && u->sheaf)
				pm_json_bool(sh->json, "sheaf", true);
			pm_json_close(sh->json, '}');
		} else {
			print_object(s, object, u, u);
		}
	}
	pm_shell_close(sh, ']');
}

static const struct pm_column slab_columns[] = {
	{ "  SLAB", NULL, -18, PM_CELL_TEXT },        { NULL, "address", 0, PM_CELL_ADDRESS },
	{ "MEMORY", "memory", -16, PM_CELL_ADDRESS }, { "NODE", "node", 4, PM_CELL_UNSIGNED },
	{ "TOTAL", "total", 5, PM_CELL_UNSIGNED },    { "ALLOCATED", "allocated", 9, PM_CELL_UNSIGNED },
	{ "FREE", "free", 4, PM_CELL_UNSIGNED },      { NULL, "in_use", 0, PM_CELL_UNSIGNED },
};

/* The node of a slab's memory. */
static const struct pm_linux_node *node_of(struct slabs *s, uint64_t memory)
{
	uint64_t frame = (memory - s->sh->lx->page_offset) / PM_PAGE_SIZE;

	for (size_t i = 0; i < s->nodes.nodes.n; i++)
		if (frame - s->nodes.nodes.v[i].first < s->nodes.nodes.v[i].spanned)
			return &s->nodes.nodes.v[i];
	return NULL;
}

/* Its row; the free ones are in s->free then.  objects: each of them, too. */
static void print_slab(struct slabs *s, const struct pm_linux_slab_of *of, bool objects)
{
	struct pm_shell *sh = s->sh;
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);
	uint64_t memory = pm_linux_page_address(sh->lx, caches, of->slab), total, inuse, unused = 0;
	const struct pm_linux_node *node = node_of(s, memory);
	char slab[32];

	pm_linux_slab_usage(sh->lx, of->slab, &total, &inuse);
	if (total > max_objects) {
		pm_shell_error(sh, "kmem", "0x%llx: no slab: it tells of %llu objects",
			       (unsigned long long)of->slab, (unsigned long long)total);
		total = 0;
	}
	s->free_n = 0;
	/* what others freed into the slab that a CPU uses is the CPU's, too: it takes it next */
	s->cpu = of->list == PM_SLAB_OF_CPU ? (int)of->owner : -1;
	uint64_t listed = pm_linux_free_objects(sh->lx, caches, s->cache, of->slab,
						pm_linux_slab_free(sh->lx, of->slab), add_free, s);

	if (total > inuse && listed < total - inuse)
		s->trouble = "a list of free objects leads to memory that is not in the dump, or lies";
	if (of->list == PM_SLAB_OF_CPU)
		pm_linux_free_objects(sh->lx, caches, s->cache, of->slab, of->first, add_free, s);
	if (s->free_n)
		qsort(s->free, s->free_n, sizeof(*s->free), by_object);
	for (uint64_t i = 0; i < total; i++) {
		uint64_t object = memory + i * s->cache->size + s->cache->left_pad;

		unused += find(s->free, s->free_n, object) || find(s->sheaves, s->sheaves_n, object);
	}
	snprintf(slab, sizeof(slab), "  %016llx", (unsigned long long)of->slab);
	const struct pm_cell cells[] = { { .s = slab }, { of->slab },
					 { memory },    { .n = node ? node->id : 0, .absent = !node },
					 { total },     { total - unused },
					 { unused },    { inuse } };

	PM_TITLES(sh, slab_columns);
	if (sh->json)
		pm_shell_cell_members(sh, slab_columns, PM_COUNT(slab_columns), cells);
	else
		pm_shell_cells(sh, slab_columns, PM_COUNT(slab_columns), cells);
	if (objects)
		print_objects(s, memory, total);
}

/* A node's part of the cache, and how many slabs CPUs allocate from. */
struct count {
	const bool *chosen; /* which CPUs are told of; NULL: all */
	size_t chosen_n;
	uint64_t partial, cpus;
};

static bool count_slab(const struct pm_linux_slab_of *of, void *user)
{
	struct count *c = user;

	c->partial += of->slab && of->list == PM_SLAB_NODE_PARTIAL;
	c->cpus += of->slab && of->list == PM_SLAB_OF_CPU &&
		   (!c->chosen || (of->owner < c->chosen_n && c->chosen[of->owner]));
	return true;
}

static void say_node(struct slabs *s, const struct pm_linux_slab_of *of)
{
	struct count c = { s->cpus, s->cpus_n, 0, 0 };
	uint64_t slabs = 0;

	if (s->sh->json)
		return;
	pm_linux_slabs_each(s->sh->lx, s->cache, count_slab, &c);
	pm_linux_get(s->sh->lx, of->holder, PM_NODE_SLABS, &slabs);
	fprintf(s->sh->out,
		"KMEM_CACHE_NODE   NODE  SLABS  PARTIAL  PER-CPU\n%016llx  %4u  %5llu  %7llu  %7llu\n",
		(unsigned long long)of->holder, of->owner, (unsigned long long)slabs,
		(unsigned long long)c.partial, (unsigned long long)c.cpus);
}

static void say_where(struct slabs *s, const struct pm_linux_slab_of *of)
{
	static const char *const words[PM_SLAB_LISTS] = { "CPU %u SLAB:\n", "CPU %u PARTIAL:\n",
							  "NODE %u PARTIAL:\n", "NODE %u FULL:\n" };
	bool per_cpu = of->list <= PM_SLAB_CPU_PARTIAL;
	bool same = s->any && s->list == of->list && s->owner == of->owner;

	if (!same && of->list == PM_SLAB_OF_CPU)
		pm_shell_say(s->sh, "CPU %u KMEM_CACHE_CPU:\n  %016llx\n", of->owner,
			     (unsigned long long)of->holder);
	if (!same && of->list == PM_SLAB_NODE_PARTIAL)
		say_node(s, of);
	if (!same && !s->sh->json) {
		const char *word = words[of->list];

		fprintf(s->sh->out, "%.*s%u%s", (int)strcspn(word, "%"), word, of->owner,
			strchr(word, 'u') + 1);
	}
	if (s->sh->json) {
		static const char *const lists[PM_SLAB_LISTS] = { "cpu", "cpu_partial", "node_partial",
								  "node_full" };

		pm_json_str(s->sh->json, "list", lists[of->list]);
		/* a node's slabs tell their node themselves */
		if (per_cpu)
			pm_json_uint(s->sh->json, "cpu", of->owner);
	}
	s->any = true;
	s->list = of->list;
	s->owner = of->owner;
}

static bool one_slab(const struct pm_linux_slab_of *of, void *user)
{
	struct slabs *s = user;
	bool per_cpu = of->list <= PM_SLAB_CPU_PARTIAL;

	if (per_cpu && s->cpus && (of->owner >= s->cpus_n || !s->cpus[of->owner]))
		return true;
	if (!of->slab && s->sh->json)
		return true;
	pm_shell_open(s->sh, NULL, '{');
	say_where(s, of);
	if (of->slab) {
		print_slab(s, of, true);
	} else {
		pm_shell_say(s->sh, "  (empty)\n");
	}
	pm_shell_close(s->sh, '}');
	return !pm_shell_interrupted(s->sh);
}

static bool print_slabs(struct pm_shell *sh, const struct pm_linux_cache *cache, const bool *cpus,
			size_t cpus_n)
{
	struct slabs s = { .sh = sh, .cache = cache, .cpus = cpus, .cpus_n = cpus_n };
	pm_linux_nodes_of(sh->lx, &s.nodes);
	const char *missing = pm_linux_sheaves_each(sh->lx, cache, add_sheaf, &s);

	if (s.sheaves_n)
		qsort(s.sheaves, s.sheaves_n, sizeof(*s.sheaves), by_object);
	pm_shell_open(sh, "slabs_at", '[');
	const char *trouble = pm_linux_slabs_each(sh->lx, cache, one_slab, &s);

	if (!trouble)
		trouble = missing ? missing : s.trouble;

	pm_shell_close(sh, ']');
	/* with slub_debug alone */
	if ((!s.any || s.list != PM_SLAB_NODE_FULL) && !pm_shell_interrupted(sh))
		pm_shell_say(sh, "NODE %u FULL:\n  (not tracked)\n", s.any ? s.owner : 0);
	pm_shell_say(sh, "\n");
	pm_linux_zones_deinit(&s.nodes);
	free(s.sheaves);
	free(s.free);
	return !trouble || pm_shell_error(sh, "kmem", "%s: its slabs: %s", cache->name, trouble);
}

/* ---- the caches ---- */

static bool has_cache(const struct pm_linux_caches *caches, const char *name)
{
	for (size_t i = 0; i < caches->v.n; i++)
		if (!strcmp(caches->v.v[i].name, name))
			return true;
	return false;
}

/* Is it among "a,b,c"? */
static bool is_in_list(const char *list, const char *name)
{
	struct pm_slice rest = pm_slice_of(list), one;

	while (list && rest.n) {
		if (pm_take_until(&rest, ",", &one) && pm_slice_eq(one, pm_slice_of(name)))
			return true;
		if (!pm_take_char(&rest, ','))
			break;
	}
	return false;
}

static bool is_chosen(const struct pm_kmem_slabs *what, const char *name)
{
	bool chosen = !what->n;

	for (int k = 0; k < what->n; k++)
		chosen |= !strcmp(what->names[k], name);
	return chosen && !is_in_list(what->ignored, name);
}

/* kmem -s list: names and addresses alone. */
static void list_caches(struct pm_shell *sh, const struct pm_linux_caches *caches)
{
	static const struct pm_column rows[] = { { "CACHE", "address", -16, PM_CELL_ADDRESS },
						 { "NAME", "name", -1, PM_CELL_TEXT } };

	pm_shell_open(sh, "caches", '[');
	for (size_t i = 0; i < caches->v.n; i++)
		PM_ROW(sh, rows, { caches->v.v[i].addr }, { .s = caches->v.v[i].name });
	pm_shell_close(sh, ']');
}

/* Caches of which it is told each by each why they are not whole. */
enum { most_told = 8 };

bool pm_kmem_slabs(struct pm_shell *sh, const struct pm_kmem_slabs *what)
{
	struct pm_linux_caches *caches = pm_session_caches(sh->session);
	bool any = false, ok = true, *cpus = NULL;
	size_t not_whole = 0;

	if (what->cpus && !pm_shell_cpus(sh, "kmem", what->cpus, sh->lx->cpus, &cpus))
		return false;
	if (what->n == 1 && !strcmp(what->names[0], "list") && !has_cache(caches, "list")) {
		list_caches(sh, caches);
		free(cpus);
		return !caches->trouble ||
		       pm_shell_error(sh, "kmem", "the list of caches: %s", caches->trouble);
	}
	pm_shell_open(sh, "caches", '[');
	for (size_t i = 0; i < caches->v.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_cache *cache = &caches->v.v[i];

		if (is_in_list(what->ignored, cache->name))
			pm_shell_say(sh, "%016llx  [IGNORED]%40s  %s\n", (unsigned long long)cache->addr, "",
				     cache->name);
		if (!is_chosen(what, cache->name))
			continue;
		if (!any || what->objects)
			cache_title(sh);
		any = true;
		pm_shell_open(sh, NULL, '{');
		const char *trouble = cache_row(sh, cache);

		if (trouble && not_whole++ < most_told)
			ok = pm_shell_error(sh, "kmem", "%s: %s", cache->name, trouble);
		if (what->objects)
			ok &= print_slabs(sh, cache, cpus, sh->lx->cpus);
		pm_shell_close(sh, '}');
	}
	pm_shell_close(sh, ']');
	free(cpus);
	if (not_whole > most_told)
		ok = pm_shell_error(sh, "kmem", "%zu more caches are not whole in the dump",
				    not_whole - most_told);
	if (caches->trouble)
		ok = pm_shell_error(sh, "kmem", "the list of caches: %s", caches->trouble);
	for (int k = 0; k < what->n; k++)
		ok &= has_cache(caches, what->names[k]) ||
		      pm_shell_no_such(sh, "kmem", "cache", what->names[k], caches->trouble);
	return ok;
}

/* ---- an object ---- */

struct holder {
	uint64_t slab;
	struct pm_linux_slab_of found;
};

static bool is_slab(const struct pm_linux_slab_of *of, void *user)
{
	struct holder *h = user;

	if (of->slab != h->slab)
		return true;
	h->found = *of;
	return false;
}

bool pm_kmem_object(struct pm_shell *sh, const struct pm_linux_object *o, bool whole)
{
	struct slabs s = { .sh = sh, .cache = o->cache };
	struct holder holder = { o->page, { .list = PM_SLAB_NODE_FULL, .slab = o->page } };

	pm_linux_nodes_of(sh->lx, &s.nodes);
	pm_linux_slabs_each(sh->lx, o->cache, is_slab, &holder);
	pm_linux_sheaves_each(sh->lx, o->cache, add_sheaf, &s);
	if (s.sheaves_n)
		qsort(s.sheaves, s.sheaves_n, sizeof(*s.sheaves), by_object);
	cache_title(sh);
	pm_shell_open(sh, "cache", '{');
	const char *trouble = cache_row(sh, o->cache);
	bool ok = !trouble || pm_shell_error(sh, "kmem", "%s: %s", o->cache->name, trouble);

	pm_shell_close(sh, '}');
	pm_shell_open(sh, "slab", '{');
	print_slab(&s, &holder.found, whole);
	pm_shell_close(sh, '}');
	if (s.trouble)
		ok = pm_shell_error(sh, "kmem", "%s: %s", o->cache->name, s.trouble);
	if (sh->json && !whole) {
		pm_json_open(sh->json, "object", '{');
		pm_json_hex(sh->json, "address", o->start);
		pm_json_int(sh->json, "offset", o->offset);
		pm_json_bool(sh->json, "free", o->state == PM_OBJECT_FREE);
		pm_json_close(sh->json, '}');
	} else if (!whole) {
		const struct unused *u = find(s.free, s.free_n, o->start);

		if (!u)
			u = find(s.sheaves, s.sheaves_n, o->start);
		fprintf(sh->out, "  FREE / [ALLOCATED]\n");
		print_object(&s, o->start, o->state == PM_OBJECT_FREE, u);
	}
	free(s.sheaves);
	free(s.free);
	pm_linux_zones_deinit(&s.nodes);
	return ok;
}
