/* KASAN's words about an access: of what kind, to which object, and what its shadow memory says. */
#include "console/linux/details.h"
#include "console/linux/details_rows.h"

#include <inttypes.h>

#define SHADOW_ROWS_MAX 16
#define STACK_OBJECTS_MAX 64

struct stack_object {
	uint64_t start, end; /* bytes in the frame */
	const char *name;
};

struct kasan {
	const char *type; /* "slab-use-after-free" */
	bool tags;        /* a tag-based mode: shadow bytes are memory tags */
	bool has_pointer_tag;
	uint64_t pointer_tag;

	const char *cache, *relation, *region_state;
	bool has_size, has_bytes, has_object;
	uint64_t size, bytes, object;

	const char *variable, *stack_task, *stack_frame, *mapping;
	bool has_stack_offset;
	uint64_t stack_offset;
	struct stack_object objects[STACK_OBJECTS_MAX];
	size_t nobjects;
};

static const struct pm_detail_word types[] = {
	{ "slab-out-of-bounds", "access outside of a slab object" },
	{ "slab-use-after-free", "access to a slab object after it was freed" },
	{ "use-after-free", "access to memory after it was freed" },
	{ "double-free", "memory freed a second time" },
	{ "invalid-free", "free of an address that is no start of an allocated object" },
	{ "double-free or invalid-free",
	  "memory freed a second time, or an address freed that is no object's start" },
	{ "stack-out-of-bounds", "access outside of a variable on a stack" },
	{ "global-out-of-bounds", "access outside of a global variable" },
	{ "alloca-out-of-bounds", "access outside of a variable-length array on the stack" },
	{ "vmalloc-out-of-bounds", "access outside of a vmalloc area" },
	{ "use-after-scope", "access to a stack variable after its scope ended" },
	{ "out-of-bounds", "access outside of the memory that was asked for" },
	{ "out-of-bounds-access", "access outside of an object" },
	{ "out-of-memory", "access to memory that has no shadow" },
	{ "null-ptr-deref", "access near address 0" },
	{ "user-memory-access", "direct access to a user-mode address" },
	{ "wild-memory-access", "access through an address that is nobody's" },
	{ "unknown-crash", "shadow byte of no known meaning" },
	{ "invalid-access", "the pointer's tag does not match the memory's tag" },
	{ "use-after-free or slab-out-of-bounds",
	  "the memory's tag differs: freed, or outside of the object" },
	{ NULL },
};

static const struct pm_detail_word ranges[] = {
	{ "null-ptr-deref", "the address lies in the first page: a NULL pointer plus an offset" },
	{ "user-memory-access", "the address lies in the user half of the address space" },
	{ "probably user-memory-access", "the address lies in the user half of the address space" },
	{ "wild-memory-access", "the address is non-canonical; it is computed back from the shadow address" },
	{ "maybe wild-memory-access", "non-canonical if the fault was an access to shadow memory; computed "
				      "back from the shadow address" },
	{ NULL },
};

/* "name/123" → the task's name and id. */
static void read_task(struct pm_detail *d, struct pm_slice task)
{
	size_t slash = task.n;
	uint64_t pid;

	while (slash && task.p[slash - 1] != '/')
		slash--;
	if (!slash || !pm_slice_dec(pm_slice_from(task, slash), &pid) || pid > INT32_MAX)
		return;
	if (!d->inc->actor.comm && !d->inc->actor.has_pid) {
		d->inc->actor.comm = pm_detail_str(d, pm_slice_upto(task, slash - 1));
		d->inc->actor.has_pid = true;
		d->inc->actor.pid = (int64_t)pid;
		d->inc->actor.at = d->at;
	}
}

static void read_title(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;
	struct pm_match addr;
	uint64_t value;

	if (k->type)
		return;
	/* Until 4.11 the address stood in the first line. */
	if (pm_match(" at addr {x}", d->body, &addr) && pm_slice_hex(addr.cap[0], &value)) {
		pm_detail_add(d, "address", addr.cap[0], NULL);
		pm_detail_fault_address(d, value);
	}
	k->type = pm_detail_str(d, m->cap[0]);
	pm_detail_add(d, "bug_type", m->cap[0], pm_detail_words(types, m->cap[0]));
	if (!strcmp(k->type, "invalid-access"))
		k->tags = true;
	if (!strcmp(k->type, "double-free") || !strcmp(k->type, "invalid-free"))
		pm_detail_fault_access(d, PM_S("free"));
}

static void read_access(struct pm_detail *d, const struct pm_match *m)
{
	uint64_t address;

	pm_detail_fault_access(d, m->cap[0]);
	pm_detail_fault_size(d, m->cap[1]);
	if (m->n > 3 && pm_slice_hex(m->cap[2], &address))
		pm_detail_fault_address(d, address);
	if (m->n > 2)
		read_task(d, m->cap[m->n - 1]);
}

static void read_sizeless(struct pm_detail *d, const struct pm_match *m)
{
	uint64_t address;

	pm_detail_fault_access(d, m->cap[0]);
	if (pm_slice_hex(m->cap[1], &address))
		pm_detail_fault_address(d, address);
	read_task(d, m->cap[2]);
}

static void read_tags(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;

	k->tags = true;
	k->has_pointer_tag = pm_slice_hex(m->cap[0], &k->pointer_tag);
}

static void read_object(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;

	if (!k->has_object)
		k->has_object = pm_slice_hex(m->cap[0], &k->object);
}

static void read_cache(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;

	if (k->cache)
		return;
	k->cache = pm_detail_str(d, m->cap[m->n - 2]);
	k->has_size = pm_slice_dec(m->cap[m->n - 1], &k->size);
	if (m->n == 3)
		read_object(d, m);
}

static void read_located(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;

	if (k->relation)
		return;
	k->has_bytes = pm_slice_dec(m->cap[0], &k->bytes);
	k->relation = pm_detail_str(d, m->cap[1]);
}

static void read_region(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;

	if (m->cap[0].n && !k->region_state)
		k->region_state = pm_detail_str(d, m->cap[0]);
}

/* The next line's place becomes the fact. */
static const char *next_place(struct pm_detail *d, const char *name, const char *meaning)
{
	struct pm_slice text = pm_slice_trim(pm_detail_line(d, d->i + 1));

	if (d->i + 1 >= d->n || !text.n)
		return NULL;
	pm_detail_go(d, d->i + 1);
	pm_detail_add(d, name, text, meaning);
	return pm_detail_str(d, text);
}

static void read_variable(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;

	k->variable = m->n ? pm_detail_str(d, m->cap[0]) : next_place(d, "variable", "a global variable");
}

static void read_stack_task(struct pm_detail *d, const struct pm_match *m)
{
	((struct kasan *)d->state)->stack_task = pm_detail_str(d, m->cap[0]);
}

static void read_stack_offset(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;

	k->has_stack_offset = pm_slice_dec(m->cap[m->n - 1], &k->stack_offset);
	if (m->n == 2)
		read_stack_task(d, m);
	k->stack_frame = next_place(d, "stack_frame", "the function whose frame it is");
}

static void read_stack_object(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;
	struct stack_object object;

	if (!pm_slice_dec(m->cap[0], &object.start) || !pm_slice_dec(m->cap[1], &object.end) ||
	    object.end < object.start || k->nobjects == STACK_OBJECTS_MAX)
		return;
	object.name = pm_detail_str(d, m->cap[2]);
	k->objects[k->nobjects++] = object;
	pm_detail_add_another(d, "stack_object", d->body,
			      pm_arena_printf(&d->inc->arena,
					      "variable '%s', %llu bytes at offset %llu of the frame",
					      object.name, (unsigned long long)(object.end - object.start),
					      (unsigned long long)object.start));
}

static void read_mapping(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;
	const char *by = next_place(d, "mapping_created_by", NULL);

	k->mapping = pm_arena_printf(&d->inc->arena, "virtual mapping [%.*s, %.*s)%s%s", PM_FMT(m->cap[0]),
				     PM_FMT(m->cap[1]), by ? " created by " : "", by ? by : "");
}

/* Since 6.15 without its bounds. */
static void read_vmalloc(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;

	(void)m;
	if (!k->mapping)
		k->mapping = "vmalloc area";
}

static void read_range(struct pm_detail *d, const struct pm_match *m)
{
	const char *words = pm_detail_words(ranges, m->cap[0]);
	const char *range =
		pm_arena_printf(&d->inc->arena, "[%.*s-%.*s]", PM_FMT(m->cap[1]), PM_FMT(m->cap[2]));
	struct pm_fact *told = pm_incident_fact(d->inc, d->group, "range");

	pm_detail_add(d, "range_type", m->cap[0], words);
	if (told)
		told->value = range;
	else
		pm_detail_add_words(d, "range", range, NULL);
	pm_detail_mean(d, "range", "the 8 bytes (16 with tags) of memory whose shadow was read");
}

/* Shadow bytes of the generic mode; context is the bug type, where a value changed its meaning. */
static const char *shadow_words(const struct kasan *k, unsigned byte, struct pm_arena *arena)
{
	static const struct {
		uint8_t byte;
		const char *words;
	} rows[] = {
		{ 0x00, "accessible" },
		{ 0xf1, "stack red zone, left of the frame's variables" },
		{ 0xf2, "stack red zone, between variables" },
		{ 0xf3, "stack red zone, right of the frame's variables" },
		{ 0xf4, "stack red zone, partial" },
		{ 0xf5, "stack frame that was left" },
		{ 0xca, "alloca red zone, left" },
		{ 0xcb, "alloca red zone, right" },
		{ 0xfb, "freed slab object" },
		{ 0xfc, "slab red zone" },
		{ 0xfe, "page red zone (behind a large kmalloc)" },
		{ 0xff, "freed page" },
		{ 0xf9, "red zone of a global variable" }, /* 5.5 to 5.7: vmalloc area without backing */
	};
	bool global = k->type && strstr(k->type, "global");
	bool scope = k->type && strstr(k->type, "scope");
	bool vmalloc = k->type && strstr(k->type, "vmalloc");

	if (byte > 0 && byte < 8)
		return pm_arena_printf(arena, "the first %u of 8 bytes accessible", byte);
	if (byte == 0xfa) /* until 5.7 the red zone of globals */
		return global ? "red zone of a global variable"
			      : "freed slab object (its free stack is kept)";
	if (byte == 0xf8) /* until 5.x a stack variable out of scope */
		return scope     ? "stack variable out of scope"
		       : vmalloc ? "vmalloc area without backing"
				 : "vmalloc area without backing, or a stack variable out of scope";
	if (byte == 0xf9 && vmalloc)
		return "vmalloc area without backing";
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (rows[i].byte == byte)
			return rows[i].words;
	return NULL;
}

static const char *tag_words(const struct kasan *k, unsigned byte, struct pm_arena *arena)
{
	if (k->has_pointer_tag && byte == k->pointer_tag)
		return pm_arena_printf(arena, "tag %02x, the pointer's own", byte);
	if (byte == 0xfe)
		return "tag fe: freed or never allocated";
	return pm_arena_printf(arena, "tag %02x%s", byte, byte == 0xff ? " (memory that is not tagged)" : "");
}

static const char *byte_words(const struct kasan *k, unsigned byte, struct pm_arena *arena)
{
	const char *words = k->tags ? tag_words(k, byte, arena) : shadow_words(k, byte, arena);

	return words ? words : pm_arena_printf(arena, "0x%02x, of no known meaning", byte);
}

struct shadow_row {
	uint64_t address;
	uint8_t bytes[16];
	size_t n;
	size_t column; /* of the first byte in the line */
	bool marked;
	struct pm_at at;
};

/* " ffff888012345600: fb fb fc …", ">…": the row of the bad address. */
static bool take_shadow_row(struct pm_slice line, struct shadow_row *row)
{
	struct pm_slice s = line;
	unsigned digits;

	pm_take_blanks(&s);
	row->marked = pm_take_char(&s, '>');
	pm_take_blanks(&s);
	if (!pm_take_hex(&s, &row->address, &digits) || digits < 8 || !pm_take_char(&s, ':'))
		return false;
	for (row->n = 0; row->n < sizeof(row->bytes); row->n++) {
		uint64_t byte;

		pm_take_blanks(&s);
		size_t column = (size_t)(s.p - line.p);
		if (!pm_take_hex(&s, &byte, &digits) || digits != 2)
			break;
		if (!row->n)
			row->column = column;
		row->bytes[row->n] = (uint8_t)byte;
	}
	return row->n > 0;
}

static const char *row_words(const struct kasan *k, const struct shadow_row *row, struct pm_arena *arena)
{
	const char *text = NULL;

	for (size_t i = 0; i < row->n;) {
		size_t run = 1;

		while (i + run < row->n && row->bytes[i + run] == row->bytes[i])
			run++;
		const char *one =
			pm_arena_printf(arena, "%zu × %s", run, byte_words(k, row->bytes[i], arena));
		text = text ? pm_arena_printf(arena, "%s; %s", text, one) : one;
		i += run;
	}
	return text;
}

static void read_shadow(struct pm_detail *d, const struct pm_match *m)
{
	struct kasan *k = d->state;
	struct shadow_row rows[SHADOW_ROWS_MAX];
	size_t n = 0, caret = PM_NPOS;
	struct pm_at caret_at = { 0 };

	(void)m;
	while (d->i + 1 < d->n && n < SHADOW_ROWS_MAX) {
		struct pm_slice line = pm_detail_line(d, d->i + 1);
		struct pm_slice trimmed = pm_slice_trim(line);

		if (take_shadow_row(line, &rows[n])) {
			rows[n++].at = d->lines[d->i + 1]->at;
		} else if (trimmed.n == 1 && trimmed.p[0] == '^' && n && rows[n - 1].marked) {
			caret = (size_t)(trimmed.p - line.p);
			caret_at = d->lines[d->i + 1]->at;
		} else {
			break;
		}
		d->i++;
	}
	if (n < 2)
		return;
	/* 16 shadow bytes a row: 8 bytes each in the generic mode, 16 in the tag-based ones.  A lost row
	 * makes a step too wide, never too narrow. */
	uint64_t step = rows[1].address - rows[0].address;
	for (size_t i = 2; i < n; i++)
		if (rows[i].address - rows[i - 1].address < step)
			step = rows[i].address - rows[i - 1].address;
	uint64_t granule = k->tags || (step == 256 && n > 2) ? 16 : step == 128 ? 8 : 0;

	if (granule == 16)
		k->tags = true;
	for (size_t i = 0; i < n; i++) {
		d->at = rows[i].at;
		const char *bytes = NULL;
		for (size_t b = 0; b < rows[i].n; b++)
			bytes = pm_arena_printf(&d->inc->arena, "%s %02x", bytes ? bytes : "",
						rows[i].bytes[b]);
		pm_detail_add_another(
			d, "shadow_row",
			pm_slice_of(pm_arena_printf(&d->inc->arena, "%016llx:%s",
						    (unsigned long long)rows[i].address, bytes)),
			row_words(k, &rows[i], &d->inc->arena));
		if (!rows[i].marked || caret == PM_NPOS || caret < rows[i].column)
			continue;
		size_t index = (caret - rows[i].column) / 3;
		if (index >= rows[i].n)
			continue;
		d->at = caret_at;
		pm_detail_add_words(d, "shadow_byte",
				    pm_arena_printf(&d->inc->arena, "%02x", rows[i].bytes[index]),
				    byte_words(k, rows[i].bytes[index], &d->inc->arena));
		if (granule)
			pm_detail_add_words(d, "shadow_address",
					    pm_arena_printf(&d->inc->arena, "0x%" PRIx64,
							    rows[i].address + index * granule),
					    k->tags ? "the marked 16 bytes" : "the marked 8 bytes");
	}
}

static const struct pm_detail_row kasan_rows[] = {
	{ "BUG: KASAN: {*} in {*}", { "" }, NULL, read_title },
	{ "BUG: KASAN: {w}$", { "" }, NULL, read_title },
	{ "KASAN: {*} in range [{x}-{x}]", { "" }, NULL, read_range },
	{ "GPF could be caused by NULL-ptr deref or user memory access",
	  { "gpf_hint" },
	  "the general protection fault may be an access to the shadow of a NULL or user pointer" },
	{ "^{f} of size {d} at addr {x} by task {*}$",
	  { "access", "access_size", "address", "task" },
	  NULL,
	  read_access },
	{ "^{f} of size {d} by task {*}$", { "access", "access_size", "task" }, NULL, read_access },
	{ "^{f} of addr {x} by task {*}$", { "access", "address", "task" }, NULL, read_sizeless },
	{ "^{f} at addr {x} by task {*}$", { "access", "address", "task" }, NULL, read_sizeless },
	{ "^Pointer tag: [{x}], memory tag: [{x}]", { "pointer_tag", "memory_tag" }, NULL, read_tags },
	{ "^Asynchronous {*}: no details available",
	  { "asynchronous" },
	  "the tag mismatch was noticed after the access: where it happened is not known",
	  NULL },
	{ "The buggy address belongs to the object at {x}", { "object_address" }, NULL, read_object },
	{ "which belongs to the cache {w} of size {d}", { "cache", "object_size" }, NULL, read_cache },
	{ "^Object at {x}, in cache {w} size: {d}",
	  { "object_address", "cache", "object_size" },
	  NULL,
	  read_cache },
	{ "The buggy address is located {d} bytes {*} of", { "offset", "relation" }, NULL, read_located },
	{ "^{_}{*}{d}-byte region [{x}, {x})",
	  { "region_state", "region_size", "region_start", "region_end" },
	  NULL,
	  read_region },
	{ "The buggy address belongs to the variable:", { NULL }, NULL, read_variable },
	{ "^Address belongs to variable {*}$", { "variable" }, "a global variable", read_variable },
	{ "is located in stack of task {*} at offset {d} in frame:",
	  { "stack_task", "stack_offset" },
	  NULL,
	  read_stack_offset },
	{ "and is located at offset {d} in frame:", { "stack_offset" }, NULL, read_stack_offset },
	{ "belongs to stack of task {*}$", { "stack_task" }, NULL, read_stack_task },
	{ "^this frame has {d} object", { "stack_objects" }, NULL, NULL },
	{ "^{_}[{d}, {d}) '{*}'", { "" }, NULL, read_stack_object },
	{ "^{_}[{x}, {x}) created by:", { "mapping_start", "mapping_end" }, NULL, read_mapping },
	{ "belongs to a vmalloc virtual mapping", { "vmalloc" }, "a vmalloc area", read_vmalloc },
	{ "Address {x} is a wild pointer",
	  { "wild_pointer" },
	  "the address belongs to nothing that is known",
	  NULL },
	{ "Memory state around the buggy address:", { NULL }, NULL, read_shadow },
};

/* Which of the frame's variables the offset belongs to, or stands behind or before. */
static const char *stack_object_words(const struct kasan *k, struct pm_arena *arena)
{
	const struct stack_object *before = NULL, *after = NULL;

	if (!k->has_stack_offset)
		return NULL;
	for (size_t i = 0; i < k->nobjects; i++) {
		const struct stack_object *o = &k->objects[i];

		if (k->stack_offset >= o->start && k->stack_offset < o->end)
			return pm_arena_printf(arena, "%llu bytes inside variable '%s'",
					       (unsigned long long)(k->stack_offset - o->start), o->name);
		if (o->end <= k->stack_offset && (!before || o->end > before->end))
			before = o;
		if (o->start > k->stack_offset && (!after || o->start < after->start))
			after = o;
	}
	if (before)
		return pm_arena_printf(arena, "%llu bytes behind variable '%s'",
				       (unsigned long long)(k->stack_offset - before->end), before->name);
	if (after)
		return pm_arena_printf(arena, "%llu bytes before variable '%s'",
				       (unsigned long long)(after->start - k->stack_offset), after->name);
	return NULL;
}

static const char *object_words(const struct kasan *k, struct pm_arena *arena)
{
	const char *text;

	if (k->cache) {
		text = k->has_size ? pm_arena_printf(arena, "%s%sobject of cache %s, size %llu",
						     k->region_state ? k->region_state : "",
						     k->region_state ? " " : "", k->cache,
						     (unsigned long long)k->size)
				   : pm_arena_printf(arena, "object of cache %s", k->cache);
		if (k->relation && k->has_bytes)
			text = pm_arena_printf(arena, "%s; %llu bytes %s%s", text,
					       (unsigned long long)k->bytes, k->relation,
					       strcmp(k->relation, "inside") ? " of it" : "");
		return text;
	}
	if (k->stack_frame) {
		const char *variable = stack_object_words(k, arena);

		text = pm_arena_printf(arena, "stack frame of %s", k->stack_frame);
		if (k->has_stack_offset)
			text = pm_arena_printf(arena, "%s, offset %llu", text,
					       (unsigned long long)k->stack_offset);
		return variable ? pm_arena_printf(arena, "%s: %s", text, variable) : text;
	}
	if (k->stack_task)
		return pm_arena_printf(arena, "stack of task %s", k->stack_task);
	if (k->variable)
		return pm_arena_printf(arena, "global variable %s", k->variable);
	return k->mapping;
}

void pm_kasan_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	struct kasan k = { 0 };

	PM_DETAIL_READ(report, inc, "kasan", kasan_rows, &k);
	if (!inc->fault.object)
		inc->fault.object = object_words(&k, &inc->arena);
	pm_page_dump_fields(report, inc);
}

/* The range that KASAN computes back from the shadow address of a general protection fault. */
void pm_access_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	static const struct pm_detail_row rows[] = {
		{ "KASAN: {*} in range [{x}-{x}]", { "" }, NULL, read_range },
	};

	PM_DETAIL_READ(report, inc, "kasan", rows, NULL);
	PM_DETAIL_READ_BEFORE(report, inc, "kasan", rows, NULL, 3);
	pm_stack_fields(report, inc);
}
