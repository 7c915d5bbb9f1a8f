/* Pages, slabs, copies to user mode, leaks: what reports of damaged memory say. */
#include "console/linux/details.h"
#include "console/linux/details_rows.h"

/* What the kernel says just before "cut here" and BUG. */
#define LINES_BEFORE 6

/* ---- struct page, dumped ---- */

static const struct pm_detail_word page_flags[] = {
	{ "locked", "locked" },
	{ "error", "an I/O error happened" },
	{ "referenced", "referenced" },
	{ "uptodate", "up to date" },
	{ "dirty", "dirty" },
	{ "lru", "on a reclaim list" },
	{ "active", "on the active list" },
	{ "workingset", "part of the working set" },
	{ "waiters", "tasks wait for it" },
	{ "slab", "used by the slab allocator" },
	{ "head", "first page of a compound page" },
	{ "tail", "tail of a compound page" },
	{ "reserved", "reserved" },
	{ "private", "has private data of a file system" },
	{ "private_2", "has more private data of a file system" },
	{ "writeback", "being written back" },
	{ "mappedtodisk", "has blocks on disk" },
	{ "reclaim", "to be reclaimed soon" },
	{ "swapbacked", "backed by swap" },
	{ "swapcache", "in the swap cache" },
	{ "unevictable", "not evictable" },
	{ "mlocked", "locked into memory by user mode" },
	{ "uncached", "mapped uncached" },
	{ "hwpoison", "hardware found it broken" },
	{ "owner_priv_1", "owner's private flag" },
	{ "arch_1", "architecture's flag" },
	{ "arch_2", "architecture's flag" },
	{ NULL },
};

/* "0xfff00000000200(workingset|slab|node=0|zone=1)" */
static void page_flag_words(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_slice list = m->cap[1];
	const char *text = NULL;

	while (list.n) {
		size_t bar = pm_slice_find_char(list, '|');

		struct pm_slice flag = pm_slice_upto(list, bar == PM_NPOS ? list.n : bar);
		list = bar == PM_NPOS ? PM_S("") : pm_slice_from(list, bar + 1);
		const char *words = pm_detail_words(page_flags, flag);
		if (!words)
			words = pm_arena_str(&d->inc->arena, flag);
		if (*words)
			text = text ? pm_arena_printf(&d->inc->arena, "%s, %s", text, words) : words;
	}
	pm_detail_mean(d, "flags", text ? text : "no flag");
}

static void page_counts(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_match part;

	(void)m;
	if (pm_match("refcount:{w}", d->body, &part) || pm_match(" count:{w}", d->body, &part))
		pm_detail_add(d, "refcount", part.cap[0],
			      pm_slice_eq(part.cap[0], PM_S("0")) ? "nobody holds the page" : NULL);
	if (pm_match("mapcount:{w}", d->body, &part)) {
		uint64_t n;

		pm_detail_add(d, "mapcount", part.cap[0],
			      pm_slice_dec(part.cap[0], &n)
				      ? n ? "mapped into that many page tables" : "in no page table"
				      : "negative: not a count of mappings");
	}
	if (pm_match("mapping:{_}{w}", d->body, &part))
		pm_detail_add(d, "mapping", part.cap[0], NULL);
	if (pm_match("index:{w}", d->body, &part))
		pm_detail_add(d, "index", part.cap[0], NULL);
	if (pm_match("pfn:{w}", d->body, &part))
		pm_detail_add(d, "pfn", part.cap[0], "the page's number in physical memory");
}

#define PAGE_ROWS                                                                                            \
	{ "^page:{*}mapcount:", { "" }, NULL, page_counts },                                                 \
		{ "^page_type: {*}$", { "page_type" }, NULL, NULL },                                         \
		{ "^head:{*}order:{d}", { "", "order" }, NULL, NULL },                                       \
		{ "^memcg:{w}", { "memcg" }, NULL, NULL },                                                   \
		{ "^flags: {x}({*})", { "flags" }, NULL, page_flag_words },                                  \
		{ "^raw: {*}$", { "raw" }, NULL, NULL, true },                                               \
		{ "^page dumped because: {*}$", { "dumped_because" }, NULL, NULL },                          \
		{ "^bad because of flags: {x}({*})",                                                         \
		  { "bad_flags", "bad_flag_names" },                                                         \
		  "flags that a free page must not have",                                                    \
		  NULL },                                                                                    \
		{ "^page_owner tracks the page as {w}", { "owner_state" }, NULL, NULL },                     \
		{ "^page last allocated via order {d}, migratetype {w}, gfp_mask {w}, pid {d}",              \
		  { "last_order", "last_migratetype", "last_gfp", "last_pid" },                              \
		  "2^n pages",                                                                               \
		  NULL },                                                                                    \
	{                                                                                                    \
		"^page last free{*}pid {d}", { "", "last_free_pid" }, NULL, NULL                             \
	}

static const struct pm_detail_row page_rows[] = {
	PAGE_ROWS,
	{ "BUG: Bad page state in process {w}{_}pfn:{x}", { "process", "pfn" }, NULL, NULL },
	{ "BUG: Bad page map in process {w}{_}pte:{x} pmd:{x}", { "process", "pte", "pmd" }, NULL, NULL },
	{ "BUG: Bad {w} state mm:{x} type:{w} val:{w}", { "", "mm", "counter", "value" }, NULL, NULL },
	{ "BUG: Bad {w} state mm:{x} idx:{w} val:{w}", { "", "mm", "counter", "value" }, NULL, NULL },
	{ "^addr:{x} vm_flags:{x} anon_vma:{w} mapping:{_}{w} index:{w}",
	  { "address", "vm_flags", "anon_vma", "file_mapping", "index" },
	  NULL,
	  NULL },
	{ "^file:{_}{w} fault:{_}{w} mmap:{_}{w}", { "file", "fault_handler", "mmap_handler" }, NULL, NULL },
};

static const struct pm_detail_row page_dump_rows[] = { PAGE_ROWS };

void pm_page_dump_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	PM_DETAIL_READ(report, inc, "page", page_dump_rows, NULL);
}

/* ---- SLUB's checks ---- */

struct slab {
	const char *cache;
	bool has_bad, has_object;
	uint64_t bad, object;
};

static const struct pm_detail_word slab_errors[] = {
	{ "Poison overwritten", "a freed object was written to" },
	{ "Redzone overwritten", "bytes beside the object were written to" },
	{ "Right Redzone overwritten", "bytes behind the object were written to" },
	{ "Left Redzone overwritten", "bytes before the object were written to" },
	{ "Object padding overwritten", "bytes far behind the object were written to" },
	{ "Alignment padding overwritten", "bytes behind the object were written to" },
	{ "kmalloc Redzone overwritten", "bytes behind what kmalloc was asked for were written to" },
	{ "Object already free", "an object was freed a second time" },
	{ "Freepointer corrupt", "the link to the next free object was overwritten" },
	{ "Freechain corrupt", "the list of free objects was overwritten" },
	{ "Freelist Pointer check fails", "the list of free objects leads outside of the slab" },
	{ "Not a valid slab page", "the page is no slab" },
	{ "page slab pointer corrupt.", "the object was freed into another cache than its own" },
	{ NULL },
};

const struct pm_detail_word pm_slab_bytes[] = {
	{ "0x6b", "poison of a freed object" },
	{ "0xa5", "last byte of a freed object's poison" },
	{ "0x5a", "poison of an object that was not initialised" },
	{ "0xbb", "red zone of a freed object" },
	{ "0xcc", "red zone of an object in use" },
	{ NULL },
};

static void slab_title(struct pm_detail *d, const struct pm_match *m)
{
	struct slab *s = d->state;

	if (s->cache)
		return;
	s->cache = pm_detail_str(d, m->cap[0]);
	pm_detail_mean(d, "error", pm_detail_words(slab_errors, pm_slice_trim(m->cap[2])));
}

static void slab_bytes(struct pm_detail *d, const struct pm_match *m)
{
	struct slab *s = d->state;

	if (!s->has_bad && !pm_oops_is_hashed(m->cap[0]))
		s->has_bad = pm_slice_hex(m->cap[0], &s->bad);
	pm_detail_mean(d, "found", pm_detail_words(pm_slab_bytes, m->cap[m->n - 2]));
	pm_detail_mean(d, "expected", pm_detail_words(pm_slab_bytes, m->cap[m->n - 1]));
	if (s->has_bad)
		pm_detail_fault_address(d, s->bad);
}

static void slab_object(struct pm_detail *d, const struct pm_match *m)
{
	struct slab *s = d->state;

	if (!s->has_object && !pm_oops_is_hashed(m->cap[0]))
		s->has_object = pm_slice_hex(m->cap[0], &s->object);
}

static void slab_damage(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_match bytes = *m;

	pm_detail_mean(d, "damage", pm_detail_words(slab_errors, m->cap[0]));
	bytes.cap[0] = m->cap[1];
	slab_bytes(d, &bytes);
}

static const struct pm_detail_row slab_rows[] = {
	/* Before the title since 6.2. */
	{ "^[{*}] {x}-{x} @offset={d}. First byte {x} instead of {x}",
	  { "damage", "first_bad", "last_bad", "slab_offset", "found", "expected" },
	  NULL,
	  slab_damage },
	{ "^BUG {w} ({*}): {*}$", { "cache", "", "error" }, NULL, slab_title },
	{ "{x}-{x} @offset={d}. First byte {x} instead of {x}",
	  { "first_bad", "last_bad", "slab_offset", "found", "expected" },
	  NULL,
	  slab_bytes },
	{ "{x}-{x}. First byte {x} instead of {x}",
	  { "first_bad", "last_bad", "found", "expected" },
	  NULL,
	  slab_bytes },
	{ "Allocated in {w} age={w} cpu={d} pid={w}",
	  { "allocated_in", "alloc_age", "alloc_cpu", "alloc_pid" },
	  NULL,
	  NULL },
	{ "Allocated in {w} {*}age={w} cpu={d} pid={w}",
	  { "allocated_in", "", "alloc_age", "alloc_cpu", "alloc_pid" },
	  NULL,
	  NULL },
	{ "Freed in {w} age={w} cpu={d} pid={w}",
	  { "freed_in", "free_age", "free_cpu", "free_pid" },
	  NULL,
	  NULL },
	{ "Freed in {w} {*}age={w} cpu={d} pid={w}",
	  { "freed_in", "", "free_age", "free_cpu", "free_pid" },
	  NULL,
	  NULL },
	{ "Slab {x} objects={d} used={d} fp={w} flags={w}",
	  { "slab", "slab_objects", "slab_used", "slab_freelist", "slab_flags" },
	  NULL,
	  NULL },
	{ "Object {x} @offset={d} fp={w}",
	  { "object_address", "object_offset", "freepointer" },
	  NULL,
	  slab_object },
	{ "^FIX {w}: {*}$", { "", "repair" }, "what the allocator did about it", NULL },
};

/* "Object   ffff8880…: 6b 6b …  kkkk": the dump around the damage. */
static void slab_dump(struct pm_detail *d, const struct pm_match *m)
{
	static const struct pm_detail_word names[] = {
		{ "Bytes b4", "before the object" },
		{ "Object", "of the object" },
		{ "Redzone", "of the red zone" },
		{ "Padding", "of the padding" },
		{ NULL },
	};
	const char *what = pm_detail_words(names, pm_slice_trim(m->cap[0]));

	if (what)
		pm_detail_add_another(d, "dump", d->body, pm_arena_printf(&d->inc->arena, "bytes %s", what));
}

static const struct pm_detail_row slab_dump_rows[] = {
	{ "^{*} {x}: {x} {x} {x} {x}", { "" }, NULL, slab_dump },
};

static void slab_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	struct slab s = { 0 };
	const char *text;

	PM_DETAIL_READ(report, inc, "slab", slab_rows, &s);
	if (!s.cache)
		return;
	if (!s.has_bad)
		PM_DETAIL_READ_BEFORE(report, inc, "slab", slab_rows, &s, 4);
	PM_DETAIL_READ(report, inc, "slab", slab_dump_rows, &s);
	if (inc->fault.object)
		return;
	text = s.has_object ? pm_arena_printf(&inc->arena, "object 0x%llx of cache %s",
					      (unsigned long long)s.object, s.cache)
			    : pm_arena_printf(&inc->arena, "cache %s", s.cache);
	if (s.has_object && s.has_bad)
		text = s.bad >= s.object
			       ? pm_arena_printf(&inc->arena, "%s; damaged from byte %llu on", text,
						 (unsigned long long)(s.bad - s.object))
			       : pm_arena_printf(&inc->arena, "%s; damaged from %llu bytes before it on",
						 text, (unsigned long long)(s.object - s.bad));
	inc->fault.object = text;
}

/* ---- Hardened usercopy ---- */

static void usercopy(struct pm_detail *d, const struct pm_match *m)
{
	bool exposure = pm_slice_eq(m->cap[0], PM_S("exposure"));

	pm_detail_mean(d, "attempt",
		       exposure ? "kernel memory would have been copied to user mode"
				: "user data would have been copied over kernel memory");
	pm_detail_fault_access(d, exposure ? PM_S("read") : PM_S("write"));
	if (!d->inc->fault.object)
		d->inc->fault.object = pm_detail_str(d, m->cap[2]);
	pm_detail_fault_size(d, m->cap[m->n - 1]);
}

static const struct pm_detail_row usercopy_rows[] = {
	{ "ernel memory {w} attempt detected {w} {*} (offset {d}, size {d})",
	  { "attempt", "", "object", "offset", "size" },
	  NULL,
	  usercopy },
	{ "ernel memory {w} attempt detected {w} {*} ({d} bytes)",
	  { "attempt", "", "object", "size" },
	  NULL,
	  usercopy },
};

/* ---- kmemleak ---- */

static void leak_dump(struct pm_detail *d, const struct pm_match *m)
{
	(void)m;
	for (unsigned n = 0; n < 4 && d->i + 1 < d->n; n++) {
		struct pm_slice line = pm_slice_trim(pm_detail_line(d, d->i + 1));

		if (!pm_match("^{x} {x} {x}", line, NULL) && !pm_match("^{x} ", line, NULL))
			break;
		pm_detail_go(d, d->i + 1);
		pm_detail_add_another(d, "dump", line, "the object's first bytes");
	}
}

static void leak_object(struct pm_detail *d, const struct pm_match *m)
{
	if (!d->inc->fault.object)
		d->inc->fault.object = pm_arena_printf(&d->inc->arena, "object at %.*s of %.*s bytes",
						       PM_FMT(m->cap[0]), PM_FMT(m->cap[1]));
}

static const struct pm_detail_row leak_rows[] = {
	{ "unreferenced object {x} (size {d})", { "object_address", "size" }, NULL, leak_object },
	{ "unreferenced object {w} {x} (size {d})", { "object_kind", "object_address", "size" }, NULL, NULL },
	{ "^{_}comm \"{*}\", pid {d}, jiffies {d} (age {w})",
	  { "comm", "pid", "jiffies", "age" },
	  "the task that allocated it",
	  NULL },
	{ "^{_}comm \"{*}\", pid {d}, jiffies {d}",
	  { "comm", "pid", "jiffies" },
	  "the task that allocated it",
	  NULL },
	{ "hex dump (first {d} bytes)", { NULL }, NULL, leak_dump },
};

/* ---- Lists and trees of lib/ ---- */

static void list_value(struct pm_detail *d, const struct pm_match *m)
{
	static const struct {
		const char *value, *words;
	} poisons[] = {
		{ "dead000000000100", "LIST_POISON1: the entry was deleted already" },
		{ "dead000000000122", "LIST_POISON2: the entry was deleted already" },
		{ "dead000000000200", "LIST_POISON2: the entry was deleted already" }, /* until 4.20 */
		{ "6b6b6b6b6b6b6b6b", "slab poison: the memory was freed" },
		{ "0000000000000000", "NULL: never linked, or cleared" },
	};
	struct pm_fact *fact = pm_incident_fact(d->inc, d->group, "found");

	(void)m;
	for (size_t i = 0; fact && i < PM_COUNT(poisons); i++)
		if (!strcmp(fact->value, poisons[i].value))
			fact->meaning = poisons[i].words;
}

static const struct pm_detail_row list_rows[] = {
	{ "list_{f} corruption{*} prev->next should be {w} ({x}), but was {x}",
	  { "operation", "", "link", "expected", "found" },
	  NULL,
	  list_value },
	{ "list_{f} corruption{*} next->prev should be {w} ({x}), but was {x}",
	  { "operation", "", "link", "expected", "found" },
	  NULL,
	  list_value },
	{ "list_{f} corruption{*} {w} should be {x}, but was {x}",
	  { "operation", "", "link", "expected", "found" },
	  NULL,
	  list_value },
	{ "list_{f} corruption, {x}->{w} is {w} ({x})",
	  { "operation", "entry", "link", "poison", "found" },
	  "an entry that was deleted already is deleted again",
	  list_value },
	{ "list_{f} corruption, {x}->{w} is NULL", { "operation", "entry", "link" }, NULL, NULL },
	{ "list_{f} corruption. {w} is NULL", { "operation", "link" }, NULL, NULL },
	{ "list_{f} double add: new={x}, prev={x}, next={x}",
	  { "operation", "entry", "prev", "next" },
	  "an entry is added that is in the list already",
	  NULL },
};

void pm_memory_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	slab_fields(report, inc);
	PM_DETAIL_READ(report, inc, "kmemleak", leak_rows, NULL);
	PM_DETAIL_READ(report, inc, "page", page_rows, NULL);
	pm_list_fields(report, inc);
}

void pm_list_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	PM_DETAIL_READ(report, inc, "list", list_rows, NULL);
	PM_DETAIL_READ_BEFORE(report, inc, "list", list_rows, NULL, LINES_BEFORE);
	PM_DETAIL_READ(report, inc, "usercopy", usercopy_rows, NULL);
	PM_DETAIL_READ_BEFORE(report, inc, "usercopy", usercopy_rows, NULL, LINES_BEFORE);
}
