/* kmem -s, -S: slab caches, their slabs and objects. */
#include "shell/kmem.h"

#include <stdlib.h>
#include <string.h>

/* ---- a cache ---- */

static void cache_title(struct pm_shell *sh)
{
	pm_shell_say(sh, "%-16s  %8s  %9s  %8s  %5s  %5s  %s\n", "CACHE", "OBJSIZE", "ALLOCATED", "TOTAL",
		     "SLABS", "SSIZE", "NAME");
}

/* false: its numbers are not whole, and it was said why. */
static bool cache_row(struct pm_shell *sh, const struct pm_linux_cache *cache)
{
	struct pm_linux_cache_usage usage;

	pm_linux_cache_usage(sh->lx, pm_session_caches(sh->session), cache, &usage);
	if (!sh->json) {
		fprintf(sh->out, "%016llx  %8llu  %9llu  %8llu  %5llu  %4lluk  %s\n",
			(unsigned long long)cache->addr, (unsigned long long)cache->object_size,
			(unsigned long long)usage.allocated, (unsigned long long)usage.total,
			(unsigned long long)usage.slabs, (unsigned long long)cache->slab_size / 1024,
			cache->name);
		return !usage.trouble || pm_shell_error(sh, "kmem", "%s: %s", cache->name, usage.trouble);
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
	return !usage.trouble || pm_shell_error(sh, "kmem", "%s: %s", cache->name, usage.trouble);
}

/* ---- its slabs ---- */

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
	size_t told; /* slabs */
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
		} else if (!u) {
			fprintf(sh->out, "  [%016llx]\n", (unsigned long long)object);
		} else if (u->cpu >= 0) {
			fprintf(sh->out, "   %016llx  (cpu %d %s)\n", (unsigned long long)object, u->cpu,
				u->sheaf ? "sheaf" : "cache");
		} else {
			fprintf(sh->out, "   %016llx%s\n", (unsigned long long)object,
				u->sheaf ? "  (sheaf)" : "");
		}
	}
	pm_shell_close(sh, ']');
}

static void print_slab(struct slabs *s, const struct pm_linux_slab_of *of)
{
	static const struct pm_column rows[] = {
		{ "  SLAB", "address", -18, PM_CELL_TEXT },        { NULL, "address", 0, PM_CELL_ADDRESS },
		{ "MEMORY", "memory", -16, PM_CELL_ADDRESS },      { "TOTAL", "total", 5, PM_CELL_UNSIGNED },
		{ "ALLOCATED", "allocated", 9, PM_CELL_UNSIGNED }, { "FREE", "free", 5, PM_CELL_UNSIGNED },
	};
	struct pm_shell *sh = s->sh;
	const struct pm_linux_caches *caches = pm_session_caches(sh->session);
	uint64_t memory = pm_linux_page_address(sh->lx, caches, of->slab), total, inuse, unused = 0;
	char slab[32];

	pm_linux_slab_usage(sh->lx, of->slab, &total, &inuse);
	if (total > 65536)
		total = 0;
	s->free_n = 0;
	s->cpu = of->list == PM_SLAB_CPU_PARTIAL ? (int)of->owner : -1;
	pm_linux_free_objects(sh->lx, caches, s->cache, of->slab, pm_linux_slab_free(sh->lx, of->slab),
			      add_free, s);
	s->cpu = (int)of->owner;
	if (of->list == PM_SLAB_OF_CPU)
		pm_linux_free_objects(sh->lx, caches, s->cache, of->slab, of->first, add_free, s);
	if (s->free_n)
		qsort(s->free, s->free_n, sizeof(*s->free), by_object);
	for (uint64_t i = 0; i < total; i++) {
		uint64_t object = memory + i * s->cache->size + s->cache->left_pad;

		unused += find(s->free, s->free_n, object) || find(s->sheaves, s->sheaves_n, object);
	}
	snprintf(slab, sizeof(slab), "  %016llx", (unsigned long long)of->slab);
	const struct pm_cell cells[] = { { .s = sh->json ? NULL : slab },
					 { of->slab },
					 { memory },
					 { total },
					 { total - unused },
					 { unused } };

	PM_TITLES(sh, rows);
	if (sh->json)
		pm_shell_cell_members(sh, rows, PM_COUNT(rows), cells);
	else
		pm_shell_cells(sh, rows, PM_COUNT(rows), cells);
	print_objects(s, memory, total);
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
		pm_shell_say(s->sh, "NODE %u KMEM_CACHE_NODE:\n  %016llx\n", of->owner,
			     (unsigned long long)of->holder);
	if (!same && !s->sh->json) {
		const char *word = words[of->list];

		fprintf(s->sh->out, "%.*s%u%s", (int)strcspn(word, "%"), word, of->owner,
			strchr(word, 'u') + 1);
	}
	if (s->sh->json) {
		static const char *const lists[PM_SLAB_LISTS] = { "cpu", "cpu_partial", "node_partial",
								  "node_full" };

		pm_json_str(s->sh->json, "list", lists[of->list]);
		pm_json_uint(s->sh->json, per_cpu ? "cpu" : "node", of->owner);
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
		print_slab(s, of);
		s->told++;
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
	struct pm_linux_cache_usage usage;

	pm_linux_sheaves_each(sh->lx, cache, add_sheaf, &s);
	if (s.sheaves_n)
		qsort(s.sheaves, s.sheaves_n, sizeof(*s.sheaves), by_object);
	pm_shell_open(sh, "slabs_at", '[');
	const char *trouble = pm_linux_slabs_each(sh->lx, cache, one_slab, &s);

	pm_shell_close(sh, ']');
	pm_linux_cache_usage(sh->lx, pm_session_caches(sh->session), cache, &usage);
	if (usage.slabs > s.told && !cpus)
		pm_shell_say(sh, "FULL:\n  %llu slabs, not tracked\n",
			     (unsigned long long)(usage.slabs - s.told));
	pm_shell_say(sh, "\n");
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

bool pm_kmem_slabs(struct pm_shell *sh, const struct pm_kmem_slabs *what)
{
	struct pm_linux_caches *caches = pm_session_caches(sh->session);
	bool any = false, ok = true, *cpus = NULL;

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

		if (!is_chosen(what, cache->name))
			continue;
		if (!any || what->objects)
			cache_title(sh);
		any = true;
		pm_shell_open(sh, NULL, '{');
		ok &= cache_row(sh, cache);
		if (what->objects)
			ok &= print_slabs(sh, cache, cpus, sh->lx->cpus);
		pm_shell_close(sh, '}');
	}
	pm_shell_close(sh, ']');
	free(cpus);
	if (caches->trouble)
		ok = pm_shell_error(sh, "kmem", "the list of caches: %s", caches->trouble);
	for (int k = 0; k < what->n; k++)
		ok &= has_cache(caches, what->names[k]) ||
		      pm_shell_no_such(sh, "kmem", "cache", what->names[k], caches->trouble);
	return ok;
}

/* ---- an object ---- */

bool pm_kmem_object(struct pm_shell *sh, const struct pm_linux_object *o)
{
	bool is_free = o->state == PM_OBJECT_FREE;
	uint64_t objects, inuse;

	pm_linux_slab_usage(sh->lx, o->page, &objects, &inuse);
	if (sh->json) {
		pm_json_open(sh->json, "cache", '{');
		bool ok = cache_row(sh, o->cache);
		pm_json_close(sh->json, '}');
		pm_json_open(sh->json, "slab", '{');
		pm_json_hex(sh->json, "address", o->page);
		pm_json_hex(sh->json, "memory", o->slab);
		pm_json_uint(sh->json, "total", objects);
		pm_json_uint(sh->json, "in_use", inuse);
		pm_json_close(sh->json, '}');
		pm_json_open(sh->json, "object", '{');
		pm_json_hex(sh->json, "address", o->start);
		pm_json_int(sh->json, "offset", o->offset);
		pm_json_bool(sh->json, "free", is_free);
		pm_json_close(sh->json, '}');
		return ok;
	}
	cache_title(sh);
	bool ok = cache_row(sh, o->cache);
	fprintf(sh->out, "  %-16s  %-16s  %5s  %9s  %4s\n", "SLAB", "MEMORY", "TOTAL", "ALLOCATED", "FREE");
	fprintf(sh->out, "  %016llx  %016llx  %5llu  %9llu  %4llu\n", (unsigned long long)o->page,
		(unsigned long long)o->slab, (unsigned long long)objects, (unsigned long long)inuse,
		(unsigned long long)(objects > inuse ? objects - inuse : 0));
	fprintf(sh->out,
		is_free ? "  FREE / [ALLOCATED]\n   %016llx\n" : "  FREE / [ALLOCATED]\n  [%016llx]\n",
		(unsigned long long)o->start);
	return ok;
}
