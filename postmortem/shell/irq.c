/* irq: interrupts. */
#include "linux/irqs.h"

#include "linux/member.h"
#include "shell/commands.h"

#include <stdlib.h>
#include <string.h>

/* ---- the descriptors ---- */

static void put_irq(struct pm_shell *sh, const struct pm_linux_irq *irq)
{
	char name[64];
	uint64_t action = 0;
	unsigned n = 0;

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "irq", irq->irq);
		pm_json_hex(sh->json, "desc", irq->desc);
		pm_json_open(sh->json, "actions", '[');
	}
	while (pm_linux_irq_action(sh->lx, irq, &action, &n, name, sizeof(name))) {
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "address", action);
			pm_json_str(sh->json, "name", name);
			pm_json_close(sh->json, '}');
		} else if (n == 1) {
			fprintf(sh->out, "%3u   %016llx  %016llx  \"%s\"\n", irq->irq,
				(unsigned long long)irq->desc, (unsigned long long)action, name);
		} else {
			fprintf(sh->out, "%24s%016llx  \"%s\"\n", "", (unsigned long long)action, name);
		}
	}
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
	} else if (!n) {
		fprintf(sh->out,
			irq->action ? "%3u   %016llx  (not in the dump)\n"
				    : "%3u   %016llx      (unused)      \n",
			irq->irq, (unsigned long long)irq->desc);
	}
}

static const struct pm_linux_irq *find(const struct pm_linux_irqs *irqs, uint32_t number)
{
	for (size_t i = 0; i < irqs->v.n; i++)
		if (irqs->v.v[i].irq == number)
			return &irqs->v.v[i];
	return NULL;
}

/* Those without a descriptor, too, unless told otherwise. */
static void put_all(struct pm_shell *sh, const struct pm_linux_irqs *irqs, bool in_use)
{
	size_t next = 0;
	uint32_t n = irqs->n ? irqs->n : irqs->v.n ? irqs->v.v[irqs->v.n - 1].irq + 1 : 0;

	for (uint32_t i = 0; i < n && !pm_shell_interrupted(sh); i++) {
		if (next < irqs->v.n && irqs->v.v[next].irq == i)
			put_irq(sh, &irqs->v.v[next++]);
		else if (!in_use && !sh->json)
			fprintf(sh->out, "%3u       (unused)          (unused)      \n", i);
	}
}

static bool put_irqs(struct pm_shell *sh, int argc, char **argv, const struct pm_linux_irqs *irqs,
		     bool in_use)
{
	bool ok = true;

	if (sh->json)
		pm_json_open(sh->json, "irqs", '[');
	else
		fputs(" IRQ   IRQ_DESC/_DATA      IRQACTION      NAME\n", sh->out);
	for (int i = 1; i < argc; i++) {
		uint64_t number;
		const struct pm_linux_irq *irq = pm_shell_number(argv[i], &number) && number <= UINT32_MAX
							 ? find(irqs, (uint32_t)number)
							 : NULL;

		if (irq)
			put_irq(sh, irq);
		else
			ok = pm_shell_no_such(sh, "irq", "interrupt", argv[i], irqs->trouble);
	}
	if (argc < 2)
		put_all(sh, irqs, in_use);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

/* The names of what handles it, with commas. */
static void names_of(struct pm_shell *sh, const struct pm_linux_irq *irq, char *buf, size_t size)
{
	char name[64];
	uint64_t action = 0;
	unsigned n = 0;
	size_t at = 0;

	*buf = 0;
	while (at < size && pm_linux_irq_action(sh->lx, irq, &action, &n, name, sizeof(name)))
		at += (size_t)snprintf(buf + at, size - at, "%s%s", n > 1 ? "," : "", name);
}

static void put_affinity(struct pm_shell *sh, const struct pm_linux_irqs *irqs)
{
	char names[256], cpus[512];

	if (sh->json)
		pm_json_open(sh->json, "irqs", '[');
	else
		fputs("IRQ NAME                 AFFINITY\n", sh->out);
	for (size_t i = 0; i < irqs->v.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_irq *irq = &irqs->v.v[i];

		if (!irq->action)
			continue;
		names_of(sh, irq, names, sizeof(names));
		bool known = pm_linux_irq_affinity(sh->lx, irq, cpus, sizeof(cpus));

		if (!sh->json) {
			fprintf(sh->out, "%3u %-20s %s\n", irq->irq, names, known ? cpus : "?");
			continue;
		}
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "irq", irq->irq);
		pm_json_str(sh->json, "names", names);
		pm_json_str(sh->json, "cpus", known ? cpus : NULL);
		pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
}

/* ---- how often ---- */

static void put_counts(struct pm_shell *sh, const struct pm_linux_irq *irq, const bool *chosen)
{
	char chip[96], names[256];
	uint64_t count;

	pm_linux_irq_chip(sh->lx, irq, chip, sizeof(chip));
	names_of(sh, irq, names, sizeof(names));
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "irq", irq->irq);
		pm_json_open(sh->json, "counts", '[');
	} else {
		fprintf(sh->out, "%3u: ", irq->irq);
	}
	for (uint32_t cpu = 0; cpu < sh->lx->cpus; cpu++) {
		if (!chosen[cpu])
			continue;
		bool known = pm_linux_irq_count(sh->lx, irq, cpu, &count);

		if (sh->json && known)
			pm_json_uint(sh->json, NULL, count);
		else if (sh->json)
			pm_json_null(sh->json, NULL);
		else if (known)
			fprintf(sh->out, "%10llu ", (unsigned long long)count);
		else
			fprintf(sh->out, "%10s ", "?");
	}
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_str(sh->json, "chip", chip);
		pm_json_str(sh->json, "names", names);
		pm_json_close(sh->json, '}');
		return;
	}
	fprintf(sh->out, " %-16s %s\n", chip, names);
}

static bool put_statistics(struct pm_shell *sh, const struct pm_linux_irqs *irqs, const char *cpus)
{
	bool *chosen;

	if (!pm_shell_cpus(sh, "irq", cpus, sh->lx->cpus, &chosen))
		return false;
	if (sh->json)
		pm_json_open(sh->json, "cpus", '[');
	else
		fputs("     ", sh->out);
	for (uint32_t cpu = 0; cpu < sh->lx->cpus; cpu++) {
		char name[16];

		snprintf(name, sizeof(name), "CPU%u", cpu);
		if (chosen[cpu] && sh->json)
			pm_json_uint(sh->json, NULL, cpu);
		else if (chosen[cpu])
			fprintf(sh->out, "%10s ", name);
	}
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_open(sh->json, "irqs", '[');
	} else {
		fputc('\n', sh->out);
	}
	for (size_t i = 0; i < irqs->v.n && !pm_shell_interrupted(sh); i++)
		if (irqs->v.v[i].action)
			put_counts(sh, &irqs->v.v[i], chosen);
	if (sh->json)
		pm_json_close(sh->json, ']');
	free(chosen);
	return true;
}

/* ---- where the CPU goes, and what is put off ---- */

/* Rows of an index and an address of code. */
static void put_code(struct pm_shell *sh, unsigned index, uint64_t addr, bool with_address)
{
	char name[PM_LINUX_NAME_MAX + 96], number[16];

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "vector", index);
		pm_json_hex(sh->json, "address", addr);
		pm_shell_json_place(sh, addr, true);
		pm_json_close(sh->json, '}');
		return;
	}
	pm_shell_name(sh, addr, true, name, sizeof(name));
	snprintf(number, sizeof(number), "[%u]", index);
	if (with_address)
		fprintf(sh->out, "%7s     %016llx  <%s>\n", number, (unsigned long long)addr, name);
	else
		fprintf(sh->out, "%5s %s\n", number, name);
}

static bool put_gates(struct pm_shell *sh)
{
	uint64_t table, low, high;
	bool ok = true;

	if (!pm_linux_symbol(sh->lx, "idt_table", &table))
		return pm_shell_error(sh, "irq", "no such symbol: idt_table");
	if (sh->json)
		pm_json_open(sh->json, "vectors", '[');
	for (unsigned i = 0; i < 256 && ok; i++) {
		/* the address in three parts: bits 0-15, 48-63, and 64-95 of the gate */
		ok = pm_space_load(&sh->lx->kernel, table + 16 * i, 8, &low) &&
		     pm_space_load(&sh->lx->kernel, table + 16 * i + 8, 4, &high);
		if (ok)
			put_code(sh, i, (low & 0xffff) | (low >> 48) << 16 | high << 32, false);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok || pm_shell_error(sh, "irq", "the interrupt descriptor table is not whole in the dump");
}

static bool put_softirqs(struct pm_shell *sh)
{
	uint64_t table, action, end;
	bool ok = true;
	uint32_t type, n = 10; /* NR_SOFTIRQS, the same since 2.6.39 */

	if (!pm_linux_symbol(sh->lx, "softirq_vec", &table))
		return pm_shell_error(sh, "irq", "no such symbol: softirq_vec");
	if (pm_btf_variable(sh->btf, "softirq_vec", &type) &&
	    (end = pm_btf_length(sh->btf, pm_btf_resolve(sh->btf, type))) && end <= 64)
		n = (uint32_t)end;
	if (sh->json)
		pm_json_open(sh->json, "softirqs", '[');
	else
		fputs("SOFTIRQ_VEC      ACTION     \n", sh->out);
	for (unsigned i = 0; i < n && ok; i++) {
		ok = pm_space_load(&sh->lx->kernel, table + 8 * i, 8, &action);
		if (ok)
			put_code(sh, i, action, true);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok || pm_shell_error(sh, "irq", "softirq_vec is not whole in the dump");
}

bool pm_shell_irq(struct pm_shell *sh, int argc, char **argv)
{
	bool in_use = false, gates = false, bottom = false, affinity = false, statistics = false, ok = true;
	const char *cpus = "a";
	const struct pm_shell_option options[] = {
		{ "-u", PM_OPTION_FLAG, &in_use },     { "-d", PM_OPTION_FLAG, &gates },
		{ "-b", PM_OPTION_FLAG, &bottom },     { "-a", PM_OPTION_FLAG, &affinity },
		{ "-s", PM_OPTION_FLAG, &statistics }, { "-c", PM_OPTION_TEXT, &cpus },
	};
	struct pm_linux_irqs irqs;

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (gates)
		return put_gates(sh);
	if (bottom)
		return put_softirqs(sh);
	pm_linux_irqs_read(sh->lx, &irqs);
	if (affinity)
		put_affinity(sh, &irqs);
	else if (statistics)
		ok = put_statistics(sh, &irqs, cpus);
	else
		ok = put_irqs(sh, argc, argv, &irqs, in_use);
	if (irqs.trouble)
		ok = pm_shell_error(sh, "irq", "the list of interrupts: %s", irqs.trouble);
	pm_linux_irqs_deinit(&irqs);
	return ok;
}
