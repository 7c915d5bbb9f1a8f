/* Interrupts: the kernel's descriptors of them, and what handles each. */
#ifndef PM_LINUX_IRQS_H
#define PM_LINUX_IRQS_H

#include "linux/linux.h"

struct pm_linux_irq {
	uint32_t irq;
	uint64_t desc;   /* of its struct irq_desc; 0: none */
	uint64_t action; /* the first struct irqaction; 0: nobody handles it */
};

struct pm_linux_irqs {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_irq) v; /* those with a descriptor, ascending */
	uint32_t n;                    /* how many there may be; 0: not known */
	const char *trouble;           /* why not all are here; NULL: they are */
};

void pm_linux_irqs_read(struct pm_linux *lx, struct pm_linux_irqs *irqs);
void pm_linux_irqs_deinit(struct pm_linux_irqs *irqs);

/* Goes through an interrupt's actions: NULL at first.  false: there are no more, or it cannot be read. */
bool pm_linux_irq_action(struct pm_linux *lx, const struct pm_linux_irq *irq, uint64_t *action, unsigned *n,
			 char *name, size_t size);
/* How often it came to a CPU. */
bool pm_linux_irq_count(struct pm_linux *lx, const struct pm_linux_irq *irq, uint32_t cpu, uint64_t *n_out);
/* "IO-APIC-edge" */
void pm_linux_irq_chip(struct pm_linux *lx, const struct pm_linux_irq *irq, char *buf, size_t size);
/* The CPUs that it may come to: "0-3,8". */
bool pm_linux_irq_affinity(struct pm_linux *lx, const struct pm_linux_irq *irq, char *buf, size_t size);

#endif
