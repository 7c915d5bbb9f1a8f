#include "decode/address.h"

#include "decode/bits.h"
#include "decode/errno.h"
#include "decode/poison.h"
#include "decode/regions.h"

#include <inttypes.h>
#include <stdlib.h>

#define MAX_ERRNO 4095 /* include/linux/err.h */
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)

bool pm_arch_is_64(enum pm_arch arch)
{
	return arch != PM_I386 && arch != PM_ARM;
}

static unsigned pointer_bits(const struct pm_address_space *space)
{
	return pm_arch_is_64(space->arch) && space->va_bits != 32 ? 64 : 32;
}

static uint64_t apart(uint64_t a, uint64_t b)
{
	return a > b ? a - b : b - a;
}

/* ---- What an incident tells about the address space ---- */

static const char *const sp_names[PM_ARCHES] = {
	[PM_X86_64] = "rsp", [PM_I386] = "esp",   [PM_ARM64] = "sp",
	[PM_ARM] = "sp",     [PM_RISCV64] = "sp", [PM_PPC64] = "r1",
	[PM_S390X] = "r15",  [PM_MIPS] = "r29",   [PM_LOONGARCH64] = "sp",
};

static unsigned va_bits_of(const struct pm_address_space *space, const struct pm_incident *inc)
{
	uint64_t sp = space->sp;

	switch (space->arch) {
	case PM_X86_64: { /* mm.rst: with 5 levels the kernel's data start at ff11000000000000 */
		const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
		const struct pm_register *cr4 = regs ? pm_regs_find(regs, "cr4") : NULL;

		if (cr4 && cr4->value)
			return cr4->value >> 12 & 1 ? 57 : 48; /* LA57 */
		if (space->has_sp && sp >> 56 == 0xff && sp < UINT64_C(0xffff000000000000))
			return 57;
		if (space->has_percpu && space->percpu < UINT64_C(0xffff000000000000))
			return 57;
		return (space->has_sp && sp >> 47 == 0x1ffff) || space->has_percpu ? 48 : 0;
	}
	case PM_ARM64:
		if (space->has_text && space->text >= UINT64_C(0xffffff8000000000))
			return 39;
		if (space->has_text && space->text >> 47 == 0x1ffff)
			return 48;
		if (space->has_text && space->text >> 40 == 0xffff00)
			return 47; /* the layout before 5.4 */
		return 0;
	case PM_RISCV64:
		if (!space->has_sp || sp < UINT64_C(0xff00000000000000))
			return 0;
		return sp >= UINT64_C(0xffffffc000000000) ? 39 : sp >= UINT64_C(0xffff800000000000) ? 48 : 57;
	case PM_MIPS: {
		struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);

		for (size_t i = 0; regs && i < regs->regs.n; i++)
			if (regs->regs.v[i].bits == 64)
				return 64;
		return 32;
	}
	default:
		return 0;
	}
}

/* "6.1.0-50-amd64" → 6001; 0: it does not start so. */
static unsigned release_of(const char *release)
{
	char *end;
	unsigned long major = release ? strtoul(release, &end, 10) : 0;

	if (!major || major > 1000 || *end != '.')
		return 0;
	unsigned long minor = strtoul(end + 1, NULL, 10);
	return minor < 1000 ? (unsigned)(major * 1000 + minor) : 0;
}

void pm_address_space_of(const struct pm_incident *inc, struct pm_address_space *space)
{
	*space = (struct pm_address_space){ .system = inc->machine.system,
					    .arch = inc->machine.arch,
					    .big_endian = inc->machine.big_endian };
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_register *sp =
		regs && sp_names[space->arch] ? pm_regs_find(regs, sp_names[space->arch]) : NULL;
	const struct pm_register *gs =
		regs && space->arch == PM_X86_64 ? pm_regs_find(regs, "gs_base") : NULL;

	if (regs && !gs && space->arch == PM_X86_64)
		gs = pm_regs_find(regs, "gs"); /* "GS:ffff88813bc00000(0000)": the base comes first */
	if (sp && sp->value) {
		space->has_sp = true;
		space->sp = sp->value;
	}
	if (gs && gs->bits == 64 && gs->value >> 56 == 0xff) {
		space->has_percpu = true;
		space->percpu = gs->value;
	}
	if (inc->place.has_addr && inc->place.addr >> 63) {
		space->has_text = true;
		space->text = inc->place.addr;
	} else if (regs && regs->pc.has_addr && regs->pc.addr >> 63) {
		space->has_text = true;
		space->text = regs->pc.addr;
	}
	space->kasan = inc->machine.kasan;
	space->user_told = inc->user_told;
	space->stack_overflow =
		inc->fault.kind == PM_KIND_STACK_GUARD || inc->fault.kind == PM_KIND_DOUBLE_FAULT;
	space->release = release_of(inc->machine.release);
	space->va_bits = va_bits_of(space, inc);
}

/* ---- Classes, most telling first ---- */

static bool set(struct pm_address_meaning *out, enum pm_address_class class, enum pm_grade grade,
		const char *words)
{
	*out = (struct pm_address_meaning){ .class = class, .grade = grade, .words = words };
	return true;
}

/* Stacks grow down into the page below them, which is not mapped (VMAP_STACK). */
static bool is_stack_guard(struct pm_arena *arena, const struct pm_address_space *space, uint64_t addr,
			   struct pm_address_meaning *out)
{
	if (!space->has_sp || !(space->sp >> (pointer_bits(space) - 1)))
		return false;
	uint64_t below = space->sp - addr; /* wraps for addresses above */
	bool near = below <= 0x2000 || apart(addr, space->sp) < 0x100;
	bool other_page = addr >> 12 != space->sp >> 12;
	/* Stacks are aligned to their size, 8 KiB at least: the page below starts at an odd page. */
	bool below_stack = ((addr >> 12) & 1) && (addr >> 12) + 1 == space->sp >> 12;

	if (!near || !(space->stack_guard || (space->stack_overflow && (addr >> 12 & 1)) ||
		       (other_page && below_stack)))
		return false;
	return set(out, PM_ADDR_STACK_GUARD, PM_LIKELY,
		   addr == space->sp
			   ? "at the stack pointer: the stack has overflowed into its guard page"
			   : pm_arena_printf(
				     arena, "0x%" PRIx64 " %s the stack pointer: the guard page of the stack",
				     apart(addr, space->sp), addr < space->sp ? "below" : "above"));
}

static bool is_null(struct pm_arena *arena, const struct pm_address_space *space, uint64_t addr,
		    struct pm_address_meaning *out)
{
	if (!addr)
		return set(out, PM_ADDR_NULL, PM_CERTAIN, "NULL");
	if (addr >= 0x10000)
		return false;
	/* On 32 bits list poison is a small number (include/linux/poison.h). */
	if (space->system == PM_LINUX && pointer_bits(space) == 32 && (addr == 0x100 || addr == 0x104))
		return set(out, PM_ADDR_NULL, PM_LIKELY,
			   addr == 0x100 ? "NULL + 0x100, or LIST_POISON1"
					 : "NULL + 0x104, or LIST_POISON1 + 0x4");
	if (addr < 0x1000)
		return set(out, PM_ADDR_NULL, PM_CERTAIN, pm_arena_printf(arena, "NULL + 0x%" PRIx64, addr));
	return set(out, PM_ADDR_NULL, PM_LIKELY,
		   pm_arena_printf(arena, "NULL + 0x%" PRIx64 ", or a small number used as a pointer", addr));
}

static bool is_error_pointer(struct pm_arena *arena, const struct pm_address_space *space, uint64_t addr,
			     struct pm_address_meaning *out)
{
	uint64_t number = pointer_bits(space) == 32 ? (uint32_t)-addr : -addr;

	if (space->system != PM_LINUX || !number || number > MAX_ERRNO)
		return false;
	const char *name = pm_errno_name(space->arch, (unsigned)number);

	if (!name)
		return set(out, PM_ADDR_UNKNOWN, PM_LIKELY,
			   pm_arena_printf(arena, "NULL - 0x%" PRIx64 " (-%" PRIu64 ")", number, number));
	/* A structure that holds a member at that offset, computed from a NULL member (container_of), looks the same. */
	if (number % 8 == 0)
		return set(out, PM_ADDR_ERROR_POINTER, PM_LIKELY,
			   pm_arena_printf(arena, "ERR_PTR(-%s), or NULL - 0x%" PRIx64, name, number));
	return set(out, PM_ADDR_ERROR_POINTER, PM_LIKELY, pm_arena_printf(arena, "ERR_PTR(-%s)", name));
}

/* "KASAN's shadow of 0x18-0x1f: NULL + 0x18" */
static bool set_shadow(struct pm_arena *arena, const struct pm_address_space *space, uint64_t shadowed,
		       unsigned shift, enum pm_grade grade, struct pm_address_meaning *out)
{
	struct pm_address_space plain = { .system = space->system,
					  .arch = space->arch,
					  .va_bits = space->va_bits };
	const struct pm_region *region = pm_region_find(&plain, shadowed);
	uint64_t last = shadowed + (1u << shift) - 1;
	struct pm_address_meaning of = { .words = "a wild pointer" };

	if (shadowed < 0x10000)
		set(&of, PM_ADDR_NULL, PM_CERTAIN,
		    shadowed ? pm_arena_printf(arena, "NULL + 0x%" PRIx64, shadowed) : "NULL");
	else if (!pm_poison_find(arena, space->system, shadowed, 64, &of) && region)
		set(&of, region->class, region->grade, region->words);
	*out = (struct pm_address_meaning){
		.class = PM_ADDR_KASAN_SHADOW,
		.grade = grade,
		.words = pm_arena_printf(arena, "KASAN's shadow of 0x%" PRIx64 "-0x%" PRIx64 ": %s", shadowed,
					 last, of.words),
		.poison = of.poison,
		.shadowed_first = shadowed,
		.shadowed_last = last,
		.shadowed_class = of.class,
		.shadowed_words = of.words,
	};
	return true;
}

/* Generic KASAN's check of a pointer reads the pointer's shadow; a wild pointer's shadow faults. */
static bool is_shadow(struct pm_arena *arena, const struct pm_address_space *space, uint64_t addr,
		      struct pm_address_meaning *out)
{
	const struct pm_region *region = pm_region_find(space, addr);

	/* The shadow of all addresses, wild ones too, would cover mapped regions as well: those are meant. */
	if (space->system != PM_LINUX ||
	    (region && region->class != PM_ADDR_NON_CANONICAL && region->class != PM_ADDR_KASAN_SHADOW))
		return false;
	for (const struct pm_kasan_shadow *row = pm_kasan_shadows; row->offset; row++) {
		uint64_t in = addr - row->offset;
		uint64_t shadowed = in << row->shift;
		struct pm_address_meaning of = { 0 };

		if (row->arch != space->arch || in >> (64 - row->shift))
			continue;
		bool telling =
			shadowed < 0x10000 ||
			(pm_poison_find(arena, space->system, shadowed, 64, &of) && of.grade == PM_CERTAIN);

		if (!telling && (!space->kasan || !region))
			continue;
		return set_shadow(arena, space, shadowed, row->shift, telling ? PM_CERTAIN : PM_LIKELY, out);
	}
	return false;
}

static bool is_printable(uint8_t byte)
{
	return byte >= 0x20 && byte < 0x7f;
}

static bool is_word_char(uint8_t byte)
{
	return pm_is_word(byte) || byte == '-' || byte == '.' || byte == '/' || byte == ' ';
}

static bool is_text(struct pm_arena *arena, bool big_endian, uint64_t value, unsigned bits,
		    struct pm_address_meaning *out)
{
	char text[9] = { 0 };
	unsigned n = 0, words = 0, bytes = bits / 8;

	for (unsigned i = 0; i < bytes; i++) {
		uint8_t byte = (uint8_t)(value >> 8 * (big_endian ? bytes - 1 - i : i));

		if (!byte && n >= bytes - 2 && !(big_endian ? value << 8 * i : value >> 8 * i))
			break; /* a string's end: zeros only from here */
		if (!is_printable(byte))
			return false;
		text[n++] = (char)byte;
		words += is_word_char(byte);
	}
	/* Six letters with two zeros are a user address as well: be sure. */
	if (n < bytes && words < n)
		return false;
	if (words + 2 < n || (bits == 32 && n < 4))
		return false;
	return set(out, PM_ADDR_TEXT_LIKE, PM_LIKELY,
		   pm_arena_printf(arena, "reads as the text \"%s\"", text));
}

/* The x86-64 regions that KASLR moves: take the table's row only where something
 * vouches for the unmoved layout, else tell by what lies near. */
static bool is_moved_region(const struct pm_address_space *space, uint64_t addr,
			    struct pm_address_meaning *out)
{
	static const uint64_t fixed_starts[] = {
		/* direct map (before and since 4.20), vmalloc, vmemmap; the same with 5 levels */
		UINT64_C(0xffff880000000000), UINT64_C(0xffff888000000000), UINT64_C(0xffffc90000000000),
		UINT64_C(0xffffea0000000000), UINT64_C(0xff11000000000000), UINT64_C(0xffa0000000000000),
		UINT64_C(0xffd4000000000000),
	};
	const uint64_t clues[] = { space->has_percpu ? space->percpu : 0, space->has_sp ? space->sp : 0,
				   space->has_percpu || space->has_sp ? 0 : addr };
	uint64_t first = space->va_bits == 57 ? UINT64_C(0xff11000000000000) : UINT64_C(0xffff888000000000);

	if (space->system != PM_LINUX || space->arch != PM_X86_64 || space->kasan || addr < first ||
	    addr >= UINT64_C(0xfffffe0000000000))
		return false;
	for (size_t i = 0; i < PM_COUNT(clues); i++)
		for (size_t j = 0; j < PM_COUNT(fixed_starts); j++)
			if (clues[i] >= fixed_starts[j] && clues[i] - fixed_starts[j] < TIB / 4)
				return false;
	if (space->has_percpu && apart(addr, space->percpu) < TIB / 2)
		return set(out, PM_ADDR_DIRECT_MAP, PM_LIKELY,
			   "in the direct map of physical memory (near the per-CPU data)");
	if (space->has_percpu && space->has_sp && apart(space->sp, space->percpu) > TIB &&
	    apart(addr, space->sp) < 64 * GIB)
		return set(out, PM_ADDR_VMALLOC, PM_LIKELY, "in the vmalloc area (near the stack)");
	return set(out, PM_ADDR_UNKNOWN, PM_LIKELY,
		   "a kernel address (direct map, vmalloc or vmemmap: KASLR moves them)");
}

/* The top byte of an arm64 pointer is a tag (TBI; KASAN's tags for kernel pointers). */
static bool untag(const struct pm_address_space *space, uint64_t addr, uint64_t *plain_out)
{
	uint8_t tag = (uint8_t)(addr >> 56), next = (uint8_t)(addr >> 48);

	if (space->arch != PM_ARM64)
		return false;
	if (next == 0xff && tag >= 0xf0 && tag != 0xff) { /* KASAN uses 0xf0…0xff only */
		*plain_out = addr | UINT64_C(0xff) << 56;
		return true;
	}
	if (!next && tag) {
		*plain_out = addr & ~(UINT64_C(0xff) << 56);
		return true;
	}
	return false;
}

static bool is_region(struct pm_arena *arena, const struct pm_address_space *space, uint64_t addr,
		      struct pm_address_meaning *out)
{
	uint64_t plain = addr;
	bool tagged = untag(space, addr, &plain);
	const struct pm_region *region;

	if (is_moved_region(space, plain, out))
		return true;
	region = pm_region_find(space, plain);
	if (!region) {
		if (!tagged)
			return false;
		set(out, PM_ADDR_UNKNOWN, PM_LIKELY, "a kernel address");
	} else {
		set(out, region->class, region->grade, region->words);
		if (region->class == PM_ADDR_KASAN_SHADOW && !space->kasan)
			set(out, PM_ADDR_UNKNOWN, PM_LIKELY,
			    "a kernel address where nothing is mapped, unless the kernel has KASAN");
		/* Programs are linked at 0x400000 at the lowest, and mostly run far above 4 GiB. */
		if (region->class == PM_ADDR_USER && pointer_bits(space) == 64 && !tagged && addr < 4 * GIB)
			set(out, PM_ADDR_USER, PM_LIKELY, "a user address, or a number used as a pointer");
		/* Other splits of 32-bit address spaces exist; the stack is kernel memory for sure. */
		if (pointer_bits(space) == 32 && region->class == PM_ADDR_USER && space->arch != PM_MIPS &&
		    space->has_sp && addr >= (space->sp & 0x80000000) && space->sp < UINT64_C(0xbf000000))
			set(out, PM_ADDR_UNKNOWN, PM_NO_GRADE, NULL);
	}
	if (tagged)
		out->words = pm_arena_printf(
			arena, "%s, tagged 0x%02x%s", out->words, (unsigned)(addr >> 56),
			addr >> 56 == 0xfe ? " (KASAN's tag of freed or forbidden memory)" : "");
	return out->words != NULL;
}

void pm_address_classify(struct pm_arena *arena, const struct pm_address_space *space, uint64_t addr,
			 struct pm_address_meaning *out)
{
	unsigned bits = pointer_bits(space);

	*out = (struct pm_address_meaning){ 0 };
	if (bits == 32)
		addr = (uint32_t)addr;
	if (space->arch == PM_ARCH_UNKNOWN) {
		if (addr < 0x1000)
			is_null(arena, space, addr, out);
		return;
	}
	if (is_stack_guard(arena, space, addr, out))
		return;
	if (pm_poison_find(arena, space->system, addr, bits, out))
		return;
	if (is_null(arena, space, addr, out) || is_error_pointer(arena, space, addr, out) ||
	    is_shadow(arena, space, addr, out) || is_text(arena, space->big_endian, addr, bits, out))
		return;
	is_region(arena, space, addr, out);
}

bool pm_address_is_shadow_offset(enum pm_arch arch, uint64_t value)
{
	for (const struct pm_kasan_shadow *row = pm_kasan_shadows; row->offset; row++)
		if (row->arch == arch && row->offset == value)
			return true;
	return false;
}

bool pm_address_is_shadow_of(struct pm_arena *arena, const struct pm_address_space *space, uint64_t addr,
			     uint64_t offset, struct pm_address_meaning *out)
{
	for (const struct pm_kasan_shadow *row = pm_kasan_shadows; row->offset; row++) {
		if (space->system == PM_LINUX && row->arch == space->arch && row->offset == offset)
			return set_shadow(arena, space, (addr - offset) << row->shift, row->shift, PM_CERTAIN,
					  out);
	}
	return false;
}

const char *pm_value_words(struct pm_arena *arena, const struct pm_address_space *space, uint64_t value,
			   unsigned bits, enum pm_poison *poison_out)
{
	struct pm_address_meaning meaning;

	*poison_out = PM_NO_POISON;
	if (bits < pointer_bits(space) || value < 0x10000)
		return NULL;
	for (const struct pm_kasan_shadow *row = pm_kasan_shadows; row->offset; row++)
		if (row->arch == space->arch && row->offset == value && space->system == PM_LINUX)
			return "KASAN's shadow offset";
	if (space->has_sp && value >= space->sp && value - space->sp < 0x4000 &&
	    space->sp >> (pointer_bits(space) - 1))
		return value == space->sp
			       ? NULL
			       : pm_arena_printf(arena, "on the stack, sp + 0x%" PRIx64, value - space->sp);
	pm_address_classify(arena, space, value, &meaning);
	switch (meaning.class) {
	case PM_ADDR_LIST_POISON:
	case PM_ADDR_SLAB_POISON:
	case PM_ADDR_PAGE_POISON:
	case PM_ADDR_OTHER_POISON:
		*poison_out = meaning.poison;
		return meaning.words;
	case PM_ADDR_KERNEL_TEXT:
	case PM_ADDR_MODULE:
	case PM_ADDR_CPU_ENTRY:
	case PM_ADDR_FIXMAP:
	case PM_ADDR_VMEMMAP:
	case PM_ADDR_TEXT_LIKE:
		return meaning.words;
	case PM_ADDR_KASAN_SHADOW:
		*poison_out = space->kasan ? meaning.poison : PM_NO_POISON;
		return space->kasan ? meaning.words : NULL;
	case PM_ADDR_ERROR_POINTER:
		return pm_arena_printf(arena, "%s, or %" PRId64, meaning.words,
				       pointer_bits(space) == 32 ? (int64_t)(int32_t)value : (int64_t)value);
	case PM_ADDR_USER: /* small numbers are as often lengths, flags, hashes */
		return pointer_bits(space) == 64 && value >> 40 && !space->user_told ? meaning.words : NULL;
	default:
		return NULL;
	}
}
