/* Addresses as arguments: numbers, symbols, per-CPU symbols; and why what stands there cannot be read. */
#include "shell/shell.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool number(const char *text, int base, uint64_t *out)
{
	char *end;

	if (!strchr("0123456789abcdefABCDEF", *text) || !*text)
		return false;
	errno = 0;
	*out = strtoull(text, &end, base);
	return !*end && !errno;
}

bool pm_shell_number(const char *text, uint64_t *out)
{
	return number(text, !strncmp(text, "0x", 2) || strpbrk(text, "abcdefABCDEF") ? 16 : 10, out);
}

bool pm_shell_symbol(struct pm_shell *sh, const char *name, uint64_t *out, bool *percpu_out)
{
	struct pm_linux_modules *modules;

	*percpu_out = false;
	if (sh->image) {
		const struct pm_image_symbol *symbol = pm_image_symbols_named(&sh->image->symbols, name);

		if (symbol)
			*out = symbol->start;
		return symbol != NULL;
	}
	if (pm_linux_symbol(sh->lx, name, out)) {
		*percpu_out = pm_linux_is_percpu(sh->lx, *out);
		return true;
	}
	modules = pm_session_modules(sh->session);
	for (size_t i = 0; i < modules->v.n; i++)
		if (pm_linux_module_lookup(sh->lx, &modules->v.v[i], name, out)) {
			/* its own memory, or what is added to each CPU's area */
			*percpu_out = pm_linux_module_at(modules, *out) == NULL;
			return true;
		}
	return false;
}

/* Why a name may be unknown though the kernel has it; NULL: it has not. */
static const char *symbols_lost(struct pm_shell *sh, char *buf, size_t size)
{
	uint32_t lost;

	if (sh->image) {
		snprintf(buf, size, "%u of the kernel's symbols are not in the dump",
			 sh->image->symbols.lost);
		return sh->image->symbols_trouble ? sh->image->symbols_trouble
		       : sh->image->symbols.lost  ? buf
						  : NULL;
	}
	lost = sh->lx->symbols ? pm_linux_symbols_lost(sh->lx->symbols) : 0;

	if (!sh->lx->symbols)
		return sh->lx->symbols_trouble->message;
	if (lost) {
		snprintf(buf, size, "%u of the kernel's symbols are not in the dump", lost);
		return buf;
	}
	return pm_session_modules(sh->session)->trouble;
}

bool pm_shell_lookup(struct pm_shell *sh, const char *command, const char *text, uint64_t *out,
		     bool *percpu_out)
{
	char name[PM_LINUX_NAME_MAX], lost[80];
	const char *plus = strpbrk(text, "+-");
	size_t n = plus ? (size_t)(plus - text) : strlen(text);
	uint64_t offset = 0;

	*percpu_out = false;
	if (*text == '(')
		return pm_shell_calculate(sh, command, text, out);
	if (!n || n >= sizeof(name))
		return pm_shell_no_such(sh, command, "symbol", text, NULL);
	if (plus && !pm_shell_number(plus + 1, &offset))
		return pm_shell_no_such(sh, command, "offset", plus, NULL);
	memcpy(name, text, n);
	name[n] = 0;
	/* A symbol wins over a number: "add" is hex, too. */
	if (!pm_shell_symbol(sh, name, out, percpu_out) && !number(name, 16, out))
		return pm_shell_no_such(sh, command, "symbol", name, symbols_lost(sh, lost, sizeof(lost)));
	*out += plus && *plus == '-' ? -offset : offset;
	return true;
}

bool pm_shell_address(struct pm_shell *sh, const char *command, const char *text, uint64_t *out)
{
	bool percpu = false;

	if (!pm_shell_lookup(sh, command, text, out, &percpu))
		return false;
	return !percpu || pm_shell_error(sh, command, "%s: per-CPU: '%s:0' is CPU 0's, '%s:a' each one's",
					 text, text, text);
}

bool pm_shell_cpus(struct pm_shell *sh, const char *command, const char *list, size_t n, bool **chosen_out)
{
	struct pm_slice rest = pm_slice_of(list);
	bool all = !strcmp(list, "a") || !strcmp(list, "all"), *chosen = pm_alloc(n + 1);
	uint64_t from = 0, to = 0;

	for (size_t i = 0; all && i < n; i++)
		chosen[i] = true;
	while (!all && rest.n) {
		bool ok = pm_take_dec(&rest, &from);

		to = from;
		if (ok && pm_take_char(&rest, '-'))
			ok = pm_take_dec(&rest, &to) && from <= to;
		if (!ok || (rest.n && !pm_take_char(&rest, ','))) {
			free(chosen);
			return pm_shell_error(sh, command,
					      "CPUs are written 0, 0,2-4, or a for all of them, not '%s'",
					      list);
		}
		if (to >= n) {
			char which[24], there[32];

			free(chosen);
			snprintf(which, sizeof(which), "%llu", (unsigned long long)to);
			snprintf(there, sizeof(there), n == 1 ? "there is %zu" : "there are %zu", n);
			return pm_shell_no_such(sh, command, "CPU", which, there);
		}
		for (; from <= to; from++)
			chosen[from] = true;
	}
	*chosen_out = chosen;
	return true;
}

bool pm_shell_is_percpu(const char *text)
{
	return strchr(text, ':') != NULL;
}

/* Where a process runs that is asked about without saying on which CPU. */
static void current_cpu(struct pm_shell *sh, char *buf, size_t size)
{
	const struct pm_linux_task *task = pm_linux_task_by_addr(pm_session_tasks(sh->session), sh->task);

	snprintf(buf, size, "%u", task ? task->cpu : 0);
}

bool pm_shell_each_address(struct pm_shell *sh, const char *command, const char *text,
			   bool (*fn)(struct pm_shell *sh, uint64_t addr, int cpu, void *user), void *user)
{
	const char *colon = strchr(text, ':');
	uint64_t addr = 0;
	char here[16];
	bool percpu = false, ok, *chosen = NULL;

	if (!colon)
		return pm_shell_address(sh, command, text, &addr) && fn(sh, addr, -1, user);
	if (sh->image)
		return pm_shell_error(sh, command, "%s: per-CPU symbols are Linux's", text);
	char *name = pm_printf("%.*s", (int)(colon - text), text);

	/* a number is what the kernel's own per-CPU pointers are */
	ok = pm_shell_lookup(sh, command, name, &addr, &percpu);
	if (ok && !percpu && addr >= sh->lx->kernel.mmu->kernel_start(&sh->lx->kernel) &&
	    !pm_linux_is_percpu(sh->lx, addr))
		ok = pm_shell_error(sh, command, "%s: not per-CPU", name);
	free(name);
	if (!ok)
		return false;
	if (!sh->lx->cpus)
		return pm_shell_error(sh, command, "%s: where each CPU has its own is not in the dump", text);
	current_cpu(sh, here, sizeof(here));
	if (!pm_shell_cpus(sh, command, colon[1] ? colon + 1 : here, sh->lx->cpus, &chosen))
		return false;
	for (uint32_t cpu = 0; chosen && cpu < sh->lx->cpus; cpu++)
		if (chosen[cpu])
			ok &= fn(sh, addr + sh->lx->cpu_offset[cpu], (int)cpu, user);
	free(chosen);
	return ok;
}

void pm_shell_put_cpu(struct pm_shell *sh, uint64_t addr, int cpu)
{
	if (cpu < 0)
		return;
	if (sh->json)
		pm_json_int(sh->json, "cpu", cpu);
	else
		fprintf(sh->out, "[%d]: %016llx\n", cpu, (unsigned long long)addr);
}

bool pm_shell_absent(struct pm_shell *sh, const char *command, uint64_t addr, enum pm_absence why)
{
	char words[96];

	pm_dump_absence(sh->dump, why, words, sizeof(words));
	return pm_shell_error(sh, command, "0x%llx: %s", (unsigned long long)addr, words);
}

bool pm_shell_gap(struct pm_shell *sh, uint64_t addr, uint64_t size, uint64_t *at_out,
		  enum pm_absence *why_out)
{
	return pm_shell_gap_in(pm_shell_space(sh), addr, size, at_out, why_out);
}

bool pm_shell_gap_in(struct pm_space *space, uint64_t addr, uint64_t size, uint64_t *at_out,
		     enum pm_absence *why_out)
{
	const uint64_t most = 16 << 20; /* no type is larger that is none by mistake */
	uint8_t bytes[PM_PAGE_SIZE];

	for (uint64_t done = 0; done < size && done < most;) {
		uint64_t at = addr + done, n = PM_PAGE_SIZE - at % PM_PAGE_SIZE;

		if (n > size - done)
			n = size - done;
		size_t got = pm_space_read(space, at, bytes, (size_t)n, why_out);

		*at_out = at + got;
		if (got < n)
			return true;
		done += n;
	}
	return false;
}
