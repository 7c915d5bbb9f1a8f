#include "linux/irqs.h"

#include "linux/member.h"
#include "linux/tree.h"

#include <stdio.h>
#include <string.h>

/* IRQ_BITMAP_BITS is below 2^20; handlers that share a line are few. */
enum { max_irqs = 1 << 20, max_actions = 256 };

struct walk {
	struct pm_linux *lx;
	struct pm_linux_irqs *irqs;
};

static bool visit(uint64_t first, uint64_t last, uint64_t desc, void *user)
{
	struct walk *walk = user;
	struct pm_linux_irq *irq = PM_PUSH(&walk->irqs->arena, &walk->irqs->v);

	(void)last;
	irq->irq = (uint32_t)first;
	irq->desc = desc;
	if (!pm_linux_member_get(walk->lx, desc, "irq_desc", "action", &irq->action))
		walk->irqs->trouble = "a descriptor is not in the dump";
	return true;
}

void pm_linux_irqs_read(struct pm_linux *lx, struct pm_linux_irqs *irqs)
{
	struct walk walk = { lx, irqs };
	struct pm_linux_tree tree = { .lx = lx, .visit = visit, .user = &walk, .most = max_irqs };
	uint64_t at, n = 0;

	*irqs = (struct pm_linux_irqs){ 0 };
	pm_arena_init(&irqs->arena);
	if (pm_linux_variable(lx, "nr_irqs", 4, &n) || pm_linux_variable(lx, "total_nr_irqs", 4, &n))
		irqs->n = n <= max_irqs ? (uint32_t)n : 0;
	if (pm_linux_symbol(lx, "sparse_irqs", &at)) /* 6.5 and later */
		pm_linux_maple_walk(&tree, at);
	else if (pm_linux_symbol(lx, "irq_desc_tree", &at))
		pm_linux_xarray_walk(&tree, at);
	else
		tree.trouble = "how this kernel lists them is not known";
	if (tree.trouble)
		irqs->trouble = tree.trouble;
}

void pm_linux_irqs_deinit(struct pm_linux_irqs *irqs)
{
	pm_arena_deinit(&irqs->arena);
}

bool pm_linux_irq_action(struct pm_linux *lx, const struct pm_linux_irq *irq, uint64_t *action, unsigned *n,
			 char *name, size_t size)
{
	uint64_t next = irq->action;

	if (*action && !pm_linux_member_get(lx, *action, "irqaction", "next", &next))
		return false;
	if (!next || (*n)++ == max_actions)
		return false;
	*action = next;
	if (!pm_linux_member_text(lx, next, "irqaction", "name", name, size))
		snprintf(name, size, "?");
	return true;
}

bool pm_linux_irq_count(struct pm_linux *lx, const struct pm_linux_irq *irq, uint32_t cpu, uint64_t *n_out)
{
	uint64_t at;

	return cpu < lx->cpus && pm_linux_member_get(lx, irq->desc, "irq_desc", "kstat_irqs", &at) && at &&
	       pm_space_load(&lx->kernel, at + lx->cpu_offset[cpu], 4, n_out);
}

void pm_linux_irq_chip(struct pm_linux *lx, const struct pm_linux_irq *irq, char *buf, size_t size)
{
	uint64_t chip = pm_linux_member_value(lx, irq->desc, "irq_desc", "irq_data.chip");
	char name[48] = "", kind[32] = "";

	pm_linux_member_text(lx, chip, "irq_chip", "name", name, sizeof(name));
	pm_linux_member_text(lx, irq->desc, "irq_desc", "name", kind, sizeof(kind));
	snprintf(buf, size, "%s%s%s", name, *kind ? "-" : "", kind);
}

bool pm_linux_irq_affinity(struct pm_linux *lx, const struct pm_linux_irq *irq, char *buf, size_t size)
{
	uint32_t desc = lx->btf ? pm_btf_find(lx->btf, PM_BTF_STRUCT, "irq_desc") : 0;
	struct pm_btf_member member;
	uint64_t at, byte;
	size_t n = 0;

	*buf = 0;
	if (!desc || !pm_btf_find_member(lx->btf, desc, "irq_common_data.affinity", &member))
		return false;
	at = irq->desc + member.bit_offset / 8;
	/* a mask of its own where there may be many CPUs: CONFIG_CPUMASK_OFFSTACK */
	if (pm_btf_kind(lx->btf, pm_btf_resolve(lx->btf, member.type)) == PM_BTF_PTR &&
	    !pm_space_load(&lx->kernel, at, 8, &at))
		return false;
	for (uint32_t cpu = 0, from = UINT32_MAX; cpu <= lx->cpus && n < size; cpu++) {
		bool set = cpu < lx->cpus && pm_space_load(&lx->kernel, at + cpu / 8, 1, &byte) &&
			   byte >> cpu % 8 & 1;

		if (set && from == UINT32_MAX)
			from = cpu;
		if (set || from == UINT32_MAX)
			continue;
		n += (size_t)snprintf(buf + n, size - n, from + 1 == cpu ? "%s%u" : "%s%u-%u", n ? "," : "",
				      from, cpu - 1);
		from = UINT32_MAX;
	}
	return true;
}
