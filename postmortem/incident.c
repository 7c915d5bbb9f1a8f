#include "incident.h"

#include <stdlib.h>
#include <string.h>

static const struct {
	const char *name, *words;
} kinds[PM_KINDS] = {
#define PM_KIND(id, name, words) [PM_KIND_##id] = { name, words },
#include "incident_kinds.def"
#undef PM_KIND
};

#define NAMED(function, type, table)                                                                         \
	const char *function(type value)                                                                     \
	{                                                                                                    \
		return (size_t)value < PM_COUNT(table) ? table[value] : "unknown";                           \
	}

static const char *const systems[] = { "unknown", "linux",  "freebsd", "openbsd",
				       "netbsd",  "darwin", "fuchsia", "kpanic" };
static const char *const arches[] = { "unknown", "x86_64", "i386",  "arm64", "arm",
				      "riscv64", "ppc64",  "s390x", "mips",  "loongarch64" };
static const char *const accesses[] = { "unknown", "read", "write", "execute", "free" };
static const char *const address_classes[PM_ADDRESS_CLASSES] = {
	[PM_ADDR_UNKNOWN] = "unknown",
	[PM_ADDR_NULL] = "null",
	[PM_ADDR_ERROR_POINTER] = "error-pointer",
	[PM_ADDR_LIST_POISON] = "list-poison",
	[PM_ADDR_SLAB_POISON] = "slab-poison",
	[PM_ADDR_PAGE_POISON] = "page-poison",
	[PM_ADDR_OTHER_POISON] = "poison",
	[PM_ADDR_USER] = "user",
	[PM_ADDR_NON_CANONICAL] = "non-canonical",
	[PM_ADDR_STACK_GUARD] = "stack-guard",
	[PM_ADDR_DIRECT_MAP] = "direct-map",
	[PM_ADDR_VMALLOC] = "vmalloc",
	[PM_ADDR_VMEMMAP] = "vmemmap",
	[PM_ADDR_KERNEL_TEXT] = "kernel-image",
	[PM_ADDR_MODULE] = "module",
	[PM_ADDR_CPU_ENTRY] = "cpu-entry-area",
	[PM_ADDR_FIXMAP] = "fixmap",
	[PM_ADDR_KASAN_SHADOW] = "kasan-shadow",
	[PM_ADDR_HOLE] = "hole",
	[PM_ADDR_TEXT_LIKE] = "ascii",
};
static const char *const trusts[] = { "exact", "guessed", "scanned" };
static const char *const trace_roles[] = { "crash",   "cpu",  "task", "allocated", "freed",
					   "created", "lock", "race", "reporter",  "other" };
static const char *const runs[] = { "unknown", "task", "irq", "softirq", "nmi", "idle", "early boot" };
static const char *const ends[] = { "unknown", "goes-on", "halt", "reboot", "kdump" };

NAMED(pm_system_name, enum pm_system, systems)
NAMED(pm_arch_name, enum pm_arch, arches)
NAMED(pm_access_name, enum pm_access, accesses)
NAMED(pm_address_class_name, enum pm_address_class, address_classes)
NAMED(pm_runs_name, enum pm_runs, runs)
NAMED(pm_trust_name, enum pm_trust, trusts)
NAMED(pm_trace_role_name, enum pm_trace_role, trace_roles)
NAMED(pm_end_name, enum pm_end, ends)

const char *pm_kind_name(enum pm_kind kind)
{
	return kinds[kind < PM_KINDS ? kind : PM_KIND_UNKNOWN].name;
}

const char *pm_kind_words(enum pm_kind kind)
{
	return kinds[kind < PM_KINDS ? kind : PM_KIND_UNKNOWN].words;
}

void pm_incident_init(struct pm_incident *inc)
{
	memset(inc, 0, sizeof(*inc));
	pm_arena_init(&inc->arena);
	inc->code.marked = SIZE_MAX;
}

void pm_incident_deinit(struct pm_incident *inc)
{
	pm_arena_deinit(&inc->arena);
	memset(inc, 0, sizeof(*inc));
}

struct pm_trace *pm_incident_crash_trace(const struct pm_incident *inc)
{
	for (size_t i = 0; i < inc->traces.n; i++)
		if (inc->traces.v[i].role == PM_TRACE_CRASH)
			return &inc->traces.v[i];
	return NULL;
}

struct pm_regs *pm_incident_regs(const struct pm_incident *inc, enum pm_regs_role role)
{
	for (size_t i = 0; i < inc->traces.n; i++)
		for (size_t k = 0; inc->traces.v[i].role == PM_TRACE_CRASH && k < inc->traces.v[i].regs.n;
		     k++)
			if (inc->traces.v[i].regs.v[k].role == role)
				return &inc->traces.v[i].regs.v[k];
	return NULL;
}

struct pm_register *pm_regs_find(const struct pm_regs *regs, const char *name)
{
	for (size_t i = 0; regs && i < regs->regs.n; i++)
		if (!strcmp(regs->regs.v[i].name, name))
			return &regs->regs.v[i];
	return NULL;
}

struct pm_fact *pm_incident_fact(const struct pm_incident *inc, const char *group, const char *name)
{
	for (size_t i = 0; i < inc->facts.n; i++) {
		struct pm_fact *fact = &inc->facts.v[i];

		if ((!group || !strcmp(fact->group, group)) && !strcmp(fact->name, name))
			return fact;
	}
	return NULL;
}

struct pm_fact *pm_incident_add_fact(struct pm_incident *inc, const char *group, const char *name,
				     struct pm_slice value, const char *meaning, struct pm_at at)
{
	struct pm_fact *fact = PM_PUSH(&inc->arena, &inc->facts);

	fact->group = group;
	fact->name = name;
	fact->value = pm_arena_str(&inc->arena, value);
	fact->meaning = meaning;
	fact->grade = PM_CERTAIN;
	fact->at = at;
	return fact;
}
