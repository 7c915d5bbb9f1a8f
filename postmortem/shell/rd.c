/* rd: memory as numbers, symbols or text; below the kernel's addresses that of the current task's process. */
#include "linux/mm.h"
#include "shell/commands.h"

#include "symbols/bytes.h"

#include <ctype.h>
#include <string.h>

struct options {
	unsigned width; /* bytes of a unit: 1, 2, 4, 8 */
	bool physical, symbols, text, decimal;
	uint64_t count, end;    /* units; end: up to where instead, 0: not told */
	struct pm_space *space; /* of virtual addresses */
};

static const uint64_t max_bytes = 64 << 20;

/* Whose addresses those at at are; false: the current task has no memory of its own. */
static bool choose_space(struct pm_shell *sh, struct options *o, uint64_t at, struct pm_space *user)
{
	o->space = pm_shell_space(sh);
	if (sh->image)
		return o->physical || pm_shell_has_space(sh, "rd");
	if (o->physical || at >= sh->lx->kernel.mmu->kernel_start(&sh->lx->kernel))
		return true;
	const struct pm_linux_task *task = pm_linux_task_by_addr(pm_session_tasks(sh->session), sh->task);

	if (!task || !pm_linux_user_space(sh->lx, task->mm, user))
		return pm_shell_error(
			sh, "rd", "0x%llx: an address of a process, and the current task%s%s%s has none",
			(unsigned long long)at, task ? " (" : "", task ? task->comm : "", task ? ")" : "");
	o->space = user;
	return true;
}

static size_t read_memory(struct pm_shell *sh, const struct options *o, uint64_t at, uint8_t *buf, size_t n,
			  enum pm_absence *why)
{
	return o->physical ? pm_dump_read(sh->dump, at, buf, n, why)
			   : pm_space_read(o->space, at, buf, n, why);
}

static void print_unit(struct pm_shell *sh, const struct options *o, const uint8_t *p)
{
	uint64_t value = pm_load(p, o->width, false);
	char name[PM_LINUX_NAME_MAX + 96];

	if (o->symbols && o->width == 8 &&
	    value >= pm_shell_space(sh)->mmu->kernel_start(pm_shell_space(sh))) {
		pm_shell_name(sh, value, true, name, sizeof(name));
		/* no symbol: the number itself */
		if (strlen(name) != 16 || strspn(name, "0123456789abcdef") != 16) {
			fprintf(sh->out, " %-16s", name);
			return;
		}
	}
	if (o->decimal)
		fprintf(sh->out, " %*llu",
			o->width == 8   ? 20
			: o->width == 4 ? 10
			: o->width == 2 ? 5
					: 3,
			(unsigned long long)value);
	else
		fprintf(sh->out, " %0*llx", (int)o->width * 2, (unsigned long long)value);
}

static void print_row(struct pm_shell *sh, const struct options *o, uint64_t at, const uint8_t *p, size_t n)
{
	fprintf(sh->out, "%16llx: ", (unsigned long long)at);
	for (size_t i = 0; i + o->width <= n; i += o->width)
		print_unit(sh, o, p + i);
	if (o->text) {
		for (size_t i = n; i < 16; i += o->width)
			fprintf(sh->out, "%*s", (int)o->width * 2 + 1, "");
		fputs("   ", sh->out);
		for (size_t i = 0; i < n; i++)
			fputc(isprint(p[i]) ? p[i] : '.', sh->out);
	}
	fputc('\n', sh->out);
}

static bool print_memory(struct pm_shell *sh, const struct options *o, uint64_t at)
{
	uint64_t left = o->count * o->width;

	while (left) {
		uint8_t row[16];
		size_t n = left < sizeof(row) ? (size_t)left : sizeof(row);
		enum pm_absence why;
		size_t got = read_memory(sh, o, at, row, n, &why);

		got -= got % o->width;
		uint64_t stopped = at + got;

		for (size_t i = 0; sh->json && i < got; i += o->width)
			pm_json_hex(sh->json, NULL, pm_load(row + i, o->width, false));
		if (got && !sh->json)
			print_row(sh, o, at, row, got);
		if (got < n)
			return pm_shell_absent(sh, "rd", stopped, why);
		at += n;
		left -= n;
	}
	return true;
}

static bool read_at(struct pm_shell *sh, uint64_t at, int cpu, void *user)
{
	struct options o = *(const struct options *)user;
	struct pm_space process;

	if (o.end)
		o.count = o.end > at ? (o.end - at) / o.width : 0;
	if (o.count > max_bytes / o.width)
		return pm_shell_error(sh, "rd", "0x%llx: more than %llu MiB from there on",
				      (unsigned long long)at, (unsigned long long)max_bytes >> 20);
	if (!choose_space(sh, &o, at, &process))
		return false;
	if (!sh->json) {
		pm_shell_put_cpu(sh, at, cpu);
		return print_memory(sh, &o, at);
	}
	if (cpu >= 0)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_cpu(sh, at, cpu);
	pm_json_hex(sh->json, "address", at);
	pm_json_bool(sh->json, "physical", o.physical);
	pm_json_uint(sh->json, "width", o.width);
	pm_json_open(sh->json, "values", '[');
	bool ok = print_memory(sh, &o, at);

	pm_json_close(sh->json, ']');
	if (cpu >= 0)
		pm_json_close(sh->json, '}');
	return ok;
}

bool pm_shell_rd(struct pm_shell *sh, int argc, char **argv)
{
	struct options o = { .width = 8, .text = true, .count = 1 };
	const char *address = NULL, *count = NULL;

	for (int i = 1; i < argc; i++) {
		if (*argv[i] != '-') {
			*(address ? &count : &address) = argv[i];
			continue;
		}
		if (!strcmp(argv[i], "-e") && i + 1 < argc) {
			if (!pm_shell_address(sh, "rd", argv[++i], &o.end))
				return false;
			continue;
		}
		for (const char *letter = argv[i] + 1; *letter; letter++) {
			static const char widths[] = "8  1 16 2 32 4 64 8 ";

			if (isdigit((unsigned char)*letter)) {
				const char *row = strstr(widths, letter);

				if (!row || (row != widths && row[-1] != ' '))
					return pm_shell_no_option(sh, "rd", argv[i]);
				o.width = (unsigned)(row[3] - '0');
				break;
			}
			switch (*letter) {
			case 'p':
				o.physical = true;
				break;
			case 's':
			case 'S':
				o.symbols = true;
				o.text = false;
				break;
			case 'd':
				o.decimal = true;
				break;
			case 'x':
				o.text = false;
				break;
			default:
				return pm_shell_no_option(sh, "rd", argv[i]);
			}
		}
	}
	if (!address)
		return pm_shell_error(sh, "rd", "which address?");
	if (count && !pm_shell_number(count, &o.count))
		return pm_shell_error(sh, "rd", "not a number: %s", count);
	bool is_list = sh->json && pm_shell_is_percpu(address);

	if (is_list)
		pm_json_open(sh->json, "cpus", '[');
	bool ok = pm_shell_each_address(sh, "rd", address, read_at, &o);

	if (is_list)
		pm_json_close(sh->json, ']');
	return ok;
}
