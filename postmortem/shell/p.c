/* p: what an expression is. */
#include "shell/commands.h"
#include "shell/expression.h"
#include "shell/globals.h"

#include <stdlib.h>
#include <string.h>

struct request {
	bool hex, user;
	const char *from; /* NULL, or how sure the type is */
	struct pm_space process;
};

static const char *const grades[] = {
	[PM_TYPE_UNKNOWN] = "its type is not known: as a number; a cast tells it: *(struct x *)&",
	[PM_TYPE_TOLD] = NULL,
	[PM_TYPE_TABLED] = NULL,
	[PM_TYPE_GUESSED] = "its type is what its name says",
};

static bool print_value(struct pm_shell *sh, const struct request *r, const char *text, const char *label,
			int cpu)
{
	const struct pm_value_style style = { .hex = r->hex };
	struct pm_c_value v;
	bool ok = pm_expression(sh, "p", text, cpu, &v);
	uint64_t at;
	enum pm_absence why;

	if (ok && v.is_place && !pm_c_type_is_function(sh, &v.type) &&
	    pm_shell_gap_in(pm_value_space(sh), v.addr, pm_c_type_size(sh, &v.type), &at, &why))
		ok = pm_shell_absent(sh, "p", at, why);
	else if (ok && sh->json) {
		if (cpu >= 0)
			pm_json_open(sh->json, NULL, '{');
		if (cpu >= 0)
			pm_json_int(sh->json, "cpu", cpu);
		pm_c_value_json(sh, &v);
		if (v.symbol && grades[v.from])
			pm_json_bool(sh->json, "guessed", true);
		if (cpu >= 0)
			pm_json_close(sh->json, '}');
	} else if (ok) {
		fprintf(sh->out, "%s%s$%u = ", v.symbol || cpu >= 0 ? label : "",
			v.symbol || cpu >= 0 ? " = " : "", ++sh->printed);
		pm_c_value_print(sh, &v, &style);
		if (v.symbol && grades[v.from])
			fprintf(sh->out, "  (%s%s)", grades[v.from], v.from == PM_TYPE_UNKNOWN ? label : "");
		fputc('\n', sh->out);
	}
	return ok;
}

/* Where each CPU has its own. */
static bool print_places(struct pm_shell *sh, const char *name, uint64_t addr)
{
	struct pm_c_type type;
	uint64_t room;
	char text[512];
	enum pm_type_from from = pm_globals_type(sh, name, addr, true, &type, &room);

	if (from)
		pm_c_type_declare(sh, &type, sh->json ? "" : name, text, sizeof(text));
	if (sh->json) {
		if (from)
			pm_json_str(sh->json, "type", text);
		pm_json_open(sh->json, "cpus", '[');
	} else {
		fprintf(sh->out, "PER-CPU DATA TYPE:\n  %s;\nPER-CPU ADDRESSES:\n",
			from ? text : "not known");
	}
	for (uint32_t cpu = 0; cpu < sh->lx->cpus && !pm_shell_interrupted(sh); cpu++) {
		uint64_t at = addr + sh->lx->cpu_offset[cpu];

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_uint(sh->json, "cpu", cpu);
			pm_json_hex(sh->json, "address", at);
			pm_json_close(sh->json, '}');
		} else {
			fprintf(sh->out, "  [%u]: %016llx\n", cpu, (unsigned long long)at);
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return true;
}

/* "runqueues:0-1" and what is behind it, ".nr_running", of each of the CPUs. */
static bool print_each(struct pm_shell *sh, const struct request *r, const char *text, const char *colon)
{
	size_t n = strspn(colon + 1, "0123456789,-al");
	char *list = pm_printf("%.*s", (int)n, colon + 1);
	char *rest = pm_printf("%.*s%s", (int)(colon - text), text, colon + 1 + n);
	bool *chosen = NULL, ok = false;
	char here[16];
	struct pm_linux_task task;

	snprintf(here, sizeof(here), "%u", pm_linux_task_read(sh->lx, sh->task, &task) ? task.cpu : 0);
	if (!sh->lx->cpus)
		pm_shell_error(sh, "p", "%s: where each CPU has its own is not in the dump", text);
	else
		ok = pm_shell_cpus(sh, "p", *list ? list : here, sh->lx->cpus, &chosen);
	if (ok && sh->json)
		pm_json_open(sh->json, "cpus", '[');
	for (uint32_t cpu = 0; chosen && cpu < sh->lx->cpus && ok && !pm_shell_interrupted(sh); cpu++) {
		if (!chosen[cpu])
			continue;
		char *label = pm_printf("per_cpu(%.*s, %u)%s", (int)(colon - text), text, cpu, colon + 1 + n);

		ok = print_value(sh, r, rest, label, (int)cpu);
		free(label);
	}
	if (chosen && sh->json)
		pm_json_close(sh->json, ']');
	free(chosen);
	free(list);
	free(rest);
	return ok;
}

static bool print(struct pm_shell *sh, const struct request *r, const char *text)
{
	size_t n = pm_c_word(text);
	uint64_t addr;
	bool percpu;

	if (n && text[n] == ':')
		return print_each(sh, r, text, text + n);
	if (n && !text[n] && pm_shell_symbol(sh, text, &addr, &percpu) && percpu)
		return print_places(sh, text, addr);
	return print_value(sh, r, text, text, -1);
}

/* Options stand before the expression, which may begin with a minus. */
static bool take_options(struct pm_shell *sh, int argc, char **argv, int *first, struct request *r)
{
	bool decimal = false;

	for (*first = 1; *first < argc && argv[*first][0] == '-'; ++*first) {
		const char *letters = argv[*first] + 1;

		if (!*letters || strspn(letters, "xdu") != strlen(letters))
			break;
		r->hex |= strchr(letters, 'x') != NULL;
		decimal |= strchr(letters, 'd') != NULL;
		r->user |= strchr(letters, 'u') != NULL;
	}
	r->hex |= sh->hex && !decimal;
	return *first < argc ||
	       pm_shell_error(sh, "p", "which expression?  'p init_task.pid', 'p *(struct x *)ADDRESS'");
}

bool pm_shell_p(struct pm_shell *sh, int argc, char **argv)
{
	struct request r = { 0 };
	struct pm_buf text = { 0 };
	int first;

	if (!take_options(sh, argc, argv, &first, &r))
		return false;
	pm_buf_str(&text, argv[first]);
	for (int i = first + 1; i < argc; i++)
		pm_buf_printf(&text, " %s", argv[i]);
	sh->members = PM_VALUE_MEMBERS;
	sh->values = r.user ? &r.process : NULL;
	bool ok = (!r.user || pm_shell_user_space(sh, "p", &r.process)) && print(sh, &r, text.data);

	if (!sh->members)
		ok = pm_shell_error(sh, "p", "more than %d members: not all of them are told",
				    PM_VALUE_MEMBERS);
	pm_buf_deinit(&text);
	sh->values = NULL;
	sh->btf = sh->lx->btf;
	return ok;
}
