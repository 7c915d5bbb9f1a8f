/* KFENCE, KMSAN, KCSAN and UBSAN: what they say beyond their traces. */
#include "console/linux/details.h"
#include "console/linux/details_rows.h"

/* ---- KFENCE ---- */

struct kfence {
	const char *error, *number, *size, *cache, *distance, *side;
	bool freed;
};

static const struct pm_detail_word kfence_errors[] = {
	{ "out-of-bounds", "access to the guard page beside the object" },
	{ "use-after-free", "access to an object after it was freed" },
	{ "memory corruption", "bytes behind the object were overwritten; found when it was freed" },
	{ "invalid free", "free of an address that is no allocated object" },
	{ "invalid", "access to the pool outside of any object" },
	{ NULL },
};

static void kfence_title(struct pm_detail *d, const struct pm_match *m)
{
	struct kfence *k = d->state;
	struct pm_slice error = m->cap[0];

	if (k->error)
		return;
	for (const char *const *p = (const char *const[]){ " read", " write", NULL }; *p; p++)
		if (pm_slice_ends(error, pm_slice_of(*p))) {
			struct pm_slice access = pm_slice_from(error, error.n - strlen(*p) + 1);

			error = pm_slice_upto(error, error.n - strlen(*p));
			pm_detail_fault_access(d, access);
			pm_detail_add(d, "access", access, NULL);
		}
	k->error = pm_detail_str(d, error);
	pm_detail_add(d, "error", error, pm_detail_words(kfence_errors, error));
	if (pm_slice_eq(error, PM_S("invalid free")))
		pm_detail_fault_access(d, PM_S("free"));
}

/* %p: hashed, unless no_hash_pointers or CONFIG_DEBUG_KERNEL with KFENCE's tests. */
static void kfence_address(struct pm_detail *d, struct pm_slice address)
{
	pm_detail_fault_pointer(d, address);
	if (pm_oops_is_hashed(address))
		pm_detail_mean(d, "address", PM_HASHED_WORDS);
}

static void kfence_bounds(struct pm_detail *d, const struct pm_match *m)
{
	struct kfence *k = d->state;

	kfence_address(d, m->cap[1]);
	k->distance = pm_detail_str(d, m->cap[2]);
	k->side = pm_detail_str(d, m->cap[3]);
	if (!k->number)
		k->number = pm_detail_str(d, m->cap[4]);
}

static void kfence_in(struct pm_detail *d, const struct pm_match *m)
{
	struct kfence *k = d->state;

	kfence_address(d, m->cap[1]);
	if (!k->number && m->n > 2)
		k->number = pm_detail_str(d, m->cap[2]);
}

/* "[ 0xac . . ! ]": '.' as it should be, '!' another value (not shown), else the byte. */
static void kfence_corrupted(struct pm_detail *d, const struct pm_match *m)
{
	struct pm_slice bytes = m->cap[1], word;
	unsigned total = 0, wrong = 0;

	kfence_address(d, m->cap[0]);
	while (pm_take_blanks(&bytes), pm_take_word(&bytes, &word)) {
		total++;
		wrong += !pm_slice_eq(word, PM_S("."));
	}
	pm_detail_add(
		d, "redzone", m->cap[1],
		pm_arena_printf(&d->inc->arena,
				"%u of the %u bytes shown were overwritten ('.' is unchanged, '!' changed)",
				wrong, total));
	if (!((struct kfence *)d->state)->number && m->n > 2)
		((struct kfence *)d->state)->number = pm_detail_str(d, m->cap[2]);
}

static void kfence_object(struct pm_detail *d, const struct pm_match *m)
{
	struct kfence *k = d->state;

	if (k->size)
		return;
	if (!k->number)
		k->number = pm_detail_str(d, m->cap[0]);
	k->size = pm_detail_str(d, m->cap[3]);
	k->cache = pm_detail_str(d, m->cap[4]);
	if (pm_oops_is_hashed(m->cap[1])) {
		pm_detail_mean(d, "object_start", PM_HASHED_WORDS);
		pm_detail_mean(d, "object_end", PM_HASHED_WORDS);
	}
}

static void kfence_freed(struct pm_detail *d, const struct pm_match *m)
{
	(void)m;
	((struct kfence *)d->state)->freed = true;
}

static const struct pm_detail_row kfence_rows[] = {
	{ "BUG: KFENCE: {*} in {*}", { "" }, NULL, kfence_title },
	{ "^Out-of-bounds {f} at {x} ({d}B {f} of kfence-#{d}",
	  { "", "address", "distance", "side", "object" },
	  NULL,
	  kfence_bounds },
	{ "^Use-after-free {f} at {x} (in kfence-#{d})", { "", "address", "object" }, NULL, kfence_in },
	{ "^Corrupted memory at {x} [{*}] (in kfence-#{d})",
	  { "address", "", "object" },
	  NULL,
	  kfence_corrupted },
	{ "^Corrupted memory at {x} [{*}]", { "address" }, NULL, kfence_corrupted },
	{ "^Invalid free {f} {x} (in kfence-#{d})", { "", "address", "object" }, NULL, kfence_in },
	{ "^Invalid free {f} {x}", { "", "address" }, NULL, kfence_in },
	{ "^Invalid {f} at {x}", { "", "address" }, NULL, kfence_in },
	{ "^kfence-#{d}: {x}-{x}, size={d}, cache={w}$",
	  { "object", "object_start", "object_end", "object_size", "cache" },
	  NULL,
	  kfence_object },
	/* Until 5.13. */
	{ "^kfence-#{d} [{x}-{x}, size={d}, cache={*}]",
	  { "object", "object_start", "object_end", "object_size", "cache" },
	  NULL,
	  kfence_object },
	{ "^allocated by task {d} on cpu {d} at {w} ({w} ago)",
	  { "alloc_task", "alloc_cpu", "alloc_time", "alloc_age" },
	  NULL,
	  NULL },
	{ "^allocated by task {d} on cpu {d} at {*}:",
	  { "alloc_task", "alloc_cpu", "alloc_time" },
	  NULL,
	  NULL },
	{ "^freed by task {d} on cpu {d} at {w} ({w} ago)",
	  { "free_task", "free_cpu", "free_time", "free_age" },
	  NULL,
	  kfence_freed },
	{ "^freed by task {d} on cpu {d} at {*}:",
	  { "free_task", "free_cpu", "free_time" },
	  NULL,
	  kfence_freed },
	{ "^freed by task {d}:", { "free_task" }, NULL, kfence_freed },
};

void pm_kfence_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	struct kfence k = { 0 };
	const char *text;

	PM_DETAIL_READ(report, inc, "kfence", kfence_rows, &k);
	if (inc->fault.object || !k.number)
		return;
	text = k.size && k.cache ? pm_arena_printf(&inc->arena, "%sobject kfence-#%s of cache %s, size %s",
						   k.freed ? "freed " : "", k.number, k.cache, k.size)
				 : pm_arena_printf(&inc->arena, "object kfence-#%s", k.number);
	if (k.distance && k.side)
		/* The kernel counts from the object's start on either side. */
		text = pm_arena_printf(&inc->arena, "%s; %s bytes %s its start", text, k.distance,
				       strcmp(k.side, "left") ? "behind" : "before");
	inc->fault.object = text;
}

/* ---- KMSAN ---- */

static const struct pm_detail_word kmsan_types[] = {
	{ "uninit-value", "a value that nobody set decides what happens" },
	{ "use-after-free", "a value is used that was left in freed memory" },
	{ "kernel-infoleak", "bytes that nobody set were copied to user mode" },
	{ "kernel-infoleak-after-free", "bytes left in freed memory were copied to user mode" },
	{ "kernel-usb-infoleak", "bytes that nobody set were sent to a USB device" },
	{ "kernel-usb-infoleak-after-free", "bytes left in freed memory were sent to a USB device" },
	{ "kernel-net-infoleak", "bytes that nobody set were sent to the network" },
	{ "kernel-net-infoleak-after-free", "bytes left in freed memory were sent to the network" },
	{ NULL },
};

static void kmsan_title(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_add(d, "bug_type", m->cap[0], pm_detail_words(kmsan_types, m->cap[0]));
}

static void kmsan_access(struct pm_detail *d, const struct pm_match *m)
{
	uint64_t address;

	pm_detail_fault_size(d, m->cap[0]);
	if (m->n > 1 && pm_slice_hex(m->cap[1], &address))
		pm_detail_fault_address(d, address);
}

static const struct pm_detail_row kmsan_rows[] = {
	{ "BUG: KMSAN: {*} in {*}", { "" }, NULL, kmsan_title },
	{ "^Bytes {d}-{d} of {d} are uninitialized",
	  { "first_byte", "last_byte", "access_bytes" },
	  "counted from 0: first and last byte that nobody set",
	  NULL },
	{ "^Byte {d} of {d} is uninitialized",
	  { "first_byte", "access_bytes" },
	  "counted from 0: the byte that nobody set",
	  NULL },
	{ "^Memory access of size {d} starts at {x}", { "access_size", "address" }, NULL, kmsan_access },
	{ "^Data copied to user address {x}", { "user_address" }, NULL, NULL },
	{ "^Local variable ----{*}@{f} created at:",
	  { "local_variable" },
	  "the variable that nobody set",
	  NULL }, /* until 5.17 */
	{ "^Local variable {*} created at:", { "local_variable" }, "the variable that nobody set", NULL },
	/* Until 5.x: "----name@function". */
	{ "^Local variable {*} created by:", { "local_variable" }, "the variable that nobody set", NULL },
	{ "^Local variable {*}", { "local_variable" }, NULL, NULL },
	{ "^Uninit was {*} at:",
	  { "origin" },
	  "what made the bytes uninitialised, or carried them on",
	  NULL,
	  true },
	{ "^Uninit {*}:$", { "origin" }, NULL, NULL, true },
};

void pm_kmsan_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	PM_DETAIL_READ(report, inc, "kmsan", kmsan_rows, NULL);
}

/* ---- KCSAN ---- */

static void kcsan_side(struct pm_detail *d, const struct pm_match *m)
{
	uint64_t address;

	if (pm_slice_hex(m->cap[1], &address))
		pm_detail_fault_address(d, address);
	pm_detail_fault_access(d, m->cap[0]);
	pm_detail_fault_size(d, m->cap[2]);
	pm_detail_add_another(
		d, "side",
		pm_slice_of(pm_arena_printf(&d->inc->arena, "%.*s of %.*s bytes by %.*s on cpu %.*s",
					    PM_FMT(m->cap[0]), PM_FMT(m->cap[2]), PM_FMT(m->cap[3]),
					    PM_FMT(m->cap[4]))),
		pm_slice_has(m->cap[0], PM_S("(marked)"))
			? "a marked access (READ_ONCE, WRITE_ONCE, atomic): the other one is plain"
			: "a plain access: the compiler may split, merge or repeat it");
}

static void kcsan_unknown(struct pm_detail *d, const struct pm_match *m)
{
	kcsan_side(d, m);
	pm_detail_add_words(d, "unknown_origin", "true",
			    "the value changed while it was watched; who wrote it was not seen");
}

static const struct pm_detail_row kcsan_rows[] = {
	{ "BUG: KCSAN: {*} in {*}$", { "bug_type", "functions" }, NULL, NULL },
	{ "^race at unknown origin, with {*} to {x} of {d} bytes by {*} on cpu {d}",
	  { "", "address", "access_size" },
	  NULL,
	  kcsan_unknown },
	{ "^{*} to {x} of {d} bytes by {*} on cpu {d}", { "", "address", "access_size" }, NULL, kcsan_side },
	{ "^value changed: {x} -> {x}", { "value_before", "value_after" }, NULL, NULL },
};

void pm_kcsan_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	PM_DETAIL_READ(report, inc, "kcsan", kcsan_rows, NULL);
}

/* ---- UBSAN ---- */

static const struct pm_detail_word ubsan_checks[] = {
	{ "array-index-out-of-bounds", "an index outside of the array's declared bounds" },
	{ "shift-out-of-bounds", "a shift by a negative amount or by the type's width or more" },
	{ "signed-integer-overflow", "a signed result that its type cannot hold" },
	{ "unsigned-integer-overflow", "an unsigned result that its type cannot hold" },
	{ "division-overflow", "a division by zero, or of the least value by -1" },
	{ "negation-overflow", "the least value of a signed type was negated" },
	{ "integer-divide-by-zero", "a division by zero" },
	{ "invalid-load", "a bool or enum holds a value its type does not have" },
	{ "null-ptr-deref", "an access through a NULL pointer" },
	{ "misaligned-access", "an address that is not aligned as its type wants" },
	{ "object-size-mismatch", "an access larger than the object" },
	{ "alignment-assumption", "a pointer is not aligned as the code promised" },
	{ "unreachable", "code was reached that was declared unreachable" },
	{ "implicit-conversion", "a conversion changed the value" },
	{ "pointer-overflow", "pointer arithmetic wrapped around" },
	{ NULL },
};

static void ubsan_title(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_add(d, "check", m->cap[0], pm_detail_words(ubsan_checks, m->cap[0]));
	pm_detail_add(d, "source", m->cap[1], NULL);
}

static void ubsan_address(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_fault_access(d, m->cap[0]);
	pm_detail_fault_pointer(d, m->cap[1]);
	if (pm_oops_is_hashed(m->cap[1]))
		pm_detail_mean(d, "address", PM_HASHED_WORDS);
}

static const struct pm_detail_row ubsan_rows[] = {
	/* Until 5.9 every kind was "Undefined behaviour". */
	{ "UBSAN: {*} in {w}$", { "" }, NULL, ubsan_title },
	{ "^index {w} is out of range for type {*}$",
	  { "index", "type" },
	  "outside of the array's bounds",
	  NULL },
	{ "^shift exponent {w} is negative", { "shift_exponent" }, "a negative number of bits", NULL },
	{ "^shift exponent {w} is too large for {d}-bit type {*}$",
	  { "shift_exponent", "type_bits", "type" },
	  "not less than the type's width",
	  NULL },
	{ "^left shift of negative value {w}", { "shifted_value" }, "negative", NULL },
	{ "^left shift of {w} by {w} places cannot be represented in type {*}$",
	  { "shifted_value", "shift_exponent", "type" },
	  NULL,
	  NULL },
	{ "^negation of {w} cannot be represented in type {*}$", { "negated_value", "type" }, NULL, NULL },
	{ "^division of {w} by -1 cannot be represented in type {*}$", { "dividend", "type" }, NULL, NULL },
	{ "^{w} {w} {w} cannot be represented in type {*}$",
	  { "left", "operator", "right", "type" },
	  NULL,
	  NULL },
	{ "^division by zero", { "division_by_zero" }, NULL, NULL },
	{ "^{*} null pointer of type {*}$", { "operation", "type" }, NULL, NULL },
	{ "^{*} misaligned address {x} for type {*}$",
	  { "operation", "address", "type" },
	  NULL,
	  ubsan_address },
	{ "^which requires {d} byte alignment", { "alignment" }, "bytes", NULL },
	{ "^{*} address {x} with insufficient space", { "operation", "address" }, NULL, ubsan_address },
	{ "^for an object of type {*}$", { "type" }, NULL, NULL },
	{ "^load of value {w} is not a valid value for type {*}$", { "value", "type" }, NULL, NULL },
	{ "^assumption of {d} byte alignment {*}for pointer of type {*} failed",
	  { "alignment", "", "type" },
	  "bytes",
	  NULL },
	{ "^calling __builtin_unreachable()", { "unreachable" }, "code that was declared unreachable" },
};

void pm_ubsan_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	static const struct {
		const char *fact, *check;
	} old[] = {
		{ "index", "array-index-out-of-bounds" },   { "shift_exponent", "shift-out-of-bounds" },
		{ "shifted_value", "shift-out-of-bounds" }, { "negated_value", "negation-overflow" },
		{ "operator", "signed-integer-overflow" },  { "value", "invalid-load" },
		{ "dividend", "division-overflow" },
	};
	struct pm_fact *check;

	PM_DETAIL_READ(report, inc, "ubsan", ubsan_rows, NULL);
	check = pm_incident_fact(inc, "ubsan", "check");
	for (size_t i = 0; check && !check->meaning && i < PM_COUNT(old); i++)
		if (pm_incident_fact(inc, "ubsan", old[i].fact))
			check->meaning = pm_detail_words(ubsan_checks, pm_slice_of(old[i].check));
}
