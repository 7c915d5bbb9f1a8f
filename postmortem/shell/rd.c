/* rd: memory as numbers, symbols or text; below the kernel's addresses that of the current task's process. */
#include "shell/rd.h"

#include "linux/mm.h"
#include "shell/commands.h"
#include "symbols/bytes.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { text_columns = 60 };

struct options {
	unsigned width; /* bytes of a unit: 1, 2, 4, 8 */
	bool physical, user, symbols, text, ascii, swapped;
	bool decimal, with_sign;
	unsigned slabs;         /* 1: the cache's name for an address in one, 2: the address, too */
	uint64_t count, end;    /* units; end: up to where instead, 0: not told */
	struct pm_space *space; /* of virtual addresses */
};

static const uint64_t max_bytes = 64 << 20;

/* Whose addresses those at at are; false: the current task has no memory of its own. */
static bool choose_space(struct pm_shell *sh, struct options *o, uint64_t at, struct pm_space *user)
{
	o->space = pm_shell_space(sh);
	if (sh->image && o->user)
		return pm_shell_error(sh, "rd", "-u: which task is the current one is Linux's to tell");
	if (sh->image)
		return o->physical || pm_shell_has_space(sh, "rd");
	if (o->physical || (!o->user && at >= sh->lx->kernel.mmu->kernel_start(&sh->lx->kernel)))
		return true;
	const struct pm_linux_task *task = pm_linux_task_by_addr(pm_session_tasks(sh->session), sh->task);

	if (!task || !pm_linux_user_space(sh->lx, task->mm, user))
		return pm_shell_error(
			sh, "rd", "0x%llx: an address of a process, and the current task%s%s%s has none",
			(unsigned long long)at, task ? " (" : "", task ? task->comm : "", task ? ")" : "");
	o->space = user;
	return true;
}

static size_t read_memory(struct pm_shell *sh, const struct options *o, uint64_t at, void *buf, size_t n,
			  enum pm_absence *why)
{
	return o->physical ? pm_dump_read(sh->dump, at, buf, n, why)
			   : pm_space_read(o->space, at, buf, n, why);
}

static uint64_t unit_at(const struct options *o, const uint8_t *p)
{
	return pm_load(p, o->width, o->swapped);
}

/* The symbol or cache that stands for a value; false: it is a number. */
static bool name_of(struct pm_shell *sh, const struct options *o, uint64_t value, char *buf, size_t size)
{
	struct pm_linux_object object;
	struct pm_arena arena;
	struct pm_place place;

	if (!o->symbols || o->width != 8 || value < pm_shell_space(sh)->mmu->kernel_start(pm_shell_space(sh)))
		return false;
	pm_arena_init(&arena);
	bool found = pm_shell_place(sh, &arena, value, true, &place);

	pm_arena_deinit(&arena);
	if (found) {
		pm_shell_name(sh, value, true, buf, size);
		return true;
	}
	if (!o->slabs || sh->image ||
	    !pm_linux_object_at(sh->lx, pm_session_caches(sh->session), value, &object))
		return false;
	if (o->slabs > 1)
		snprintf(buf, size, "[%llx:%s]", (unsigned long long)value, object.cache->name);
	else
		snprintf(buf, size, "[%s]", object.cache->name);
	return true;
}

static void print_unit(struct pm_shell *sh, const struct options *o, const uint8_t *p)
{
	/* columns of a decimal number, by width */
	static const int with_sign[] = { [1] = 3, [2] = 5, [4] = 12, [8] = 15 };
	static const int without[] = { [1] = 3, [2] = 5, [4] = 12, [8] = 20 };
	uint64_t value = unit_at(o, p);
	unsigned shift = 64 - 8 * o->width;
	char name[PM_LINUX_NAME_MAX + 96];

	if (name_of(sh, o, value, name, sizeof(name)))
		fprintf(sh->out, " %-16s", name);
	else if (o->decimal && o->with_sign)
		fprintf(sh->out, " %*lld", with_sign[o->width],
			(long long)((int64_t)(value << shift) >> shift));
	else if (o->decimal)
		fprintf(sh->out, " %*llu", without[o->width], (unsigned long long)value);
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

/* pass: 0 values, 1 their names; only as JSON is there a second one. */
static bool print_memory(struct pm_shell *sh, const struct options *o, uint64_t at, unsigned pass)
{
	uint64_t left = o->count * o->width;

	while (left && !pm_shell_interrupted(sh)) {
		uint8_t row[16];
		char name[PM_LINUX_NAME_MAX + 96];
		size_t n = left < sizeof(row) ? (size_t)left : sizeof(row);
		enum pm_absence why;
		size_t got = read_memory(sh, o, at, row, n, &why);

		got -= got % o->width;
		uint64_t stopped = at + got;

		for (size_t i = 0; sh->json && i < got; i += o->width)
			if (!pass)
				pm_json_hex(sh->json, NULL, unit_at(o, row + i));
			else if (name_of(sh, o, unit_at(o, row + i), name, sizeof(name)))
				pm_json_str(sh->json, NULL, name);
			else
				pm_json_null(sh->json, NULL);
		if (got && !sh->json)
			print_row(sh, o, at, row, got);
		if (got < n)
			return pass || pm_shell_absent(sh, "rd", stopped, why);
		at += n;
		left -= n;
	}
	return true;
}

bool pm_shell_dump(struct pm_shell *sh, const char *command, struct pm_space *space, uint64_t addr,
		   uint64_t size, unsigned width)
{
	const struct options o = { .width = width, .text = true, .space = space, .physical = !space };
	struct pm_buf hex = { 0 };
	enum pm_absence why;
	bool ok = true;

	for (uint64_t done = 0; ok && done < size && done < max_bytes && !pm_shell_interrupted(sh);) {
		uint8_t row[16];
		size_t n = size - done < sizeof(row) ? (size_t)(size - done) : sizeof(row);
		size_t got = read_memory(sh, &o, addr + done, row, n, &why);

		for (size_t i = 0; sh->json && i < got; i++)
			pm_buf_printf(&hex, "%02x", row[i]);
		/* of a structure whose size is no multiple of words the last one is as long as it is */
		if (got && !sh->json && !(got % width))
			print_row(sh, &o, addr + done, row, got);
		else if (got && !sh->json)
			print_row(sh, &(struct options){ .width = 1, .text = true }, addr + done, row, got);
		ok = got == n || pm_shell_absent(sh, command, addr + done + got, why);
		done += n;
	}
	if (sh->json)
		pm_json_str(sh->json, "bytes", hex.data ? hex.data : "");
	pm_buf_deinit(&hex);
	return ok;
}

/* Text in lines, up to what is no text where no count was given. */
static bool print_ascii(struct pm_shell *sh, const struct options *o, uint64_t at)
{
	struct pm_buf all = { 0 };
	uint64_t left = o->count;
	bool ok = true, ended = false;

	while (left && !ended && ok && !pm_shell_interrupted(sh)) {
		char row[text_columns];
		size_t n = left < sizeof(row) ? (size_t)left : sizeof(row), i = 0;
		enum pm_absence why;
		size_t got = read_memory(sh, o, at, row, n, &why);

		while (i < got && isprint((unsigned char)row[i]))
			i++;
		ended = i < got;
		if (i && sh->json)
			pm_buf_add(&all, row, i);
		else if (i)
			fprintf(sh->out, "%16llx:  %.*s\n", (unsigned long long)at, (int)i, row);
		if (!ended && got < n)
			ok = pm_shell_absent(sh, "rd", at + got, why);
		at += n;
		left -= n;
	}
	if (sh->json)
		pm_json_str(sh->json, "text", all.data ? all.data : "");
	pm_buf_deinit(&all);
	return ok;
}

static bool read_at(struct pm_shell *sh, uint64_t at, int cpu, void *user)
{
	struct options o = *(const struct options *)user;
	struct pm_space process;

	if (o.end)
		o.count = o.end > at ? (o.end - at - 1) / o.width + 1 : 0;
	if (o.count > max_bytes / o.width)
		return pm_shell_error(sh, "rd", "0x%llx: more than %llu MiB from there on",
				      (unsigned long long)at, (unsigned long long)max_bytes >> 20);
	if (!choose_space(sh, &o, at, &process))
		return false;
	if (!sh->json) {
		pm_shell_put_cpu(sh, at, cpu);
		return o.ascii ? print_ascii(sh, &o, at) : print_memory(sh, &o, at, 0);
	}
	if (cpu >= 0)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_cpu(sh, at, cpu);
	pm_json_hex(sh->json, "address", at);
	pm_json_bool(sh->json, "physical", o.physical);
	bool ok = true;

	if (o.ascii) {
		ok = print_ascii(sh, &o, at);
	} else {
		pm_json_uint(sh->json, "width", o.width);
		for (unsigned pass = 0; pass < (o.symbols ? 2 : 1); pass++) {
			pm_json_open(sh->json, pass ? "names" : "values", '[');
			ok &= print_memory(sh, &o, at, pass);
			pm_json_close(sh->json, ']');
		}
	}
	if (cpu >= 0)
		pm_json_close(sh->json, '}');
	return ok;
}

/* -r: as it is, into a file of this machine. */
static bool write_file(struct pm_shell *sh, const struct options *given, uint64_t at, const char *path)
{
	struct options o = *given;
	struct pm_space process;
	enum pm_absence why;
	uint64_t done = 0, n = o.end ? o.end > at ? o.end - at : 0 : o.count;
	bool ok = true;

	if (!choose_space(sh, &o, at, &process))
		return false;
	if (sh->sealed)
		return pm_shell_error(sh, "rd", "-r: nothing is written here");
	FILE *file = fopen(path, "we");

	if (!file)
		return pm_shell_error(sh, "rd", "%s: %s", path, strerror(errno));
	while (ok && done < n && !pm_shell_interrupted(sh)) {
		uint8_t bytes[PM_PAGE_SIZE];
		size_t piece = n - done < sizeof(bytes) ? (size_t)(n - done) : sizeof(bytes);
		size_t got = read_memory(sh, &o, at + done, bytes, piece, &why);

		ok = fwrite(bytes, 1, got, file) == got ||
		     pm_shell_error(sh, "rd", "%s: %s", path, strerror(errno));
		done += got;
		if (ok && got < piece)
			ok = pm_shell_absent(sh, "rd", at + done, why);
	}
	if (fclose(file) && ok)
		ok = pm_shell_error(sh, "rd", "%s: %s", path, strerror(errno));
	if (sh->json) {
		pm_json_hex(sh->json, "address", at);
		pm_json_uint(sh->json, "bytes", done);
		pm_json_str(sh->json, "file", path);
	} else {
		fprintf(sh->out, "%llu bytes copied from 0x%llx to %s\n", (unsigned long long)done,
			(unsigned long long)at, path);
	}
	return ok;
}

/* What is asked for beside the address and the count. */
struct request {
	struct options o;
	bool bits[4]; /* -8, -16, -32, -64 */
	bool bare, reverse, with_sign, without_sign, file_offset, machine;
	const char *file;
	uint64_t offset;
};

/* false: said. */
static bool settle(struct pm_shell *sh, struct request *r, bool has_count)
{
	struct options *o = &r->o;

	o->width = 8;
	for (unsigned i = 0; i < 4; i++)
		if (r->bits[i])
			o->width = 1u << i;
	if (o->slabs)
		o->symbols = true;
	o->decimal = r->with_sign || r->without_sign;
	o->with_sign = r->with_sign;
	o->text = !r->bare && !o->symbols && !o->decimal;
	if (r->file_offset)
		return pm_shell_error(sh, "rd",
				      "-f: offsets in the dump's file are not addresses here; -p takes "
				      "physical ones");
	if (r->machine)
		return pm_shell_error(sh, "rd", "-m: no machine addresses: this is no dump of Xen's");
	if (o->swapped && o->width != 2 && o->width != 4)
		return pm_shell_error(sh, "rd", "-N: of 16 or 32 bits only");
	if (o->ascii) {
		o->width = 1;
		if (!has_count && !o->end)
			o->count = max_bytes;
	}
	if (r->reverse && o->count < 2)
		return pm_shell_error(sh, "rd", "-R wants a count of 2 or more behind the address");
	if (r->file && !has_count && !o->end)
		return pm_shell_error(sh, "rd", "-r wants a count of bytes, or -e");
	return true;
}

/* The address that was told, moved by -o and -R. */
static bool read_moved(struct pm_shell *sh, uint64_t at, int cpu, void *user)
{
	struct request *r = user;

	at += r->offset;
	if (r->reverse)
		at -= (r->o.count - 1) * r->o.width;
	return r->file ? write_file(sh, &r->o, at, r->file) : read_at(sh, at, cpu, &r->o);
}

bool pm_shell_rd(struct pm_shell *sh, int argc, char **argv)
{
	struct request r = { .o.count = 1 };
	const struct pm_shell_option options[] = {
		{ "-p", PM_OPTION_FLAG, &r.o.physical, NULL },
		{ "-u", PM_OPTION_FLAG, &r.o.user, NULL },
		{ "-f", PM_OPTION_FLAG, &r.file_offset, NULL },
		{ "-m", PM_OPTION_FLAG, &r.machine, NULL },
		{ "-d", PM_OPTION_FLAG, &r.with_sign, NULL },
		{ "-D", PM_OPTION_FLAG, &r.without_sign, NULL },
		{ "-s", PM_OPTION_FLAG, &r.o.symbols, NULL },
		{ "-S", PM_OPTION_COUNT, &r.o.slabs, NULL },
		{ "-x", PM_OPTION_FLAG, &r.bare, NULL },
		{ "-8", PM_OPTION_FLAG, &r.bits[0], NULL },
		{ "-16", PM_OPTION_FLAG, &r.bits[1], NULL },
		{ "-32", PM_OPTION_FLAG, &r.bits[2], NULL },
		{ "-64", PM_OPTION_FLAG, &r.bits[3], NULL },
		{ "-a", PM_OPTION_FLAG, &r.o.ascii, NULL },
		{ "-N", PM_OPTION_FLAG, &r.o.swapped, NULL },
		{ "-R", PM_OPTION_FLAG, &r.reverse, NULL },
		{ "-o", PM_OPTION_NUMBER, &r.offset, NULL },
		{ "-e", PM_OPTION_ADDRESS, &r.o.end, NULL },
		{ "-r", PM_OPTION_TEXT, &r.file, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc < 2)
		return pm_shell_error(sh, "rd", "which address?");
	if (*argv[1] == '-')
		return pm_shell_no_option(sh, "rd", argv[1]);
	if (argc > 3)
		return pm_shell_error(sh, "rd", "an address and a count, not more: %s", argv[3]);
	if (argc > 2 && !pm_shell_number(argv[2], &r.o.count))
		return pm_shell_error(sh, "rd", "not a number: %s", argv[2]);
	if (!settle(sh, &r, argc > 2))
		return false;
	bool is_list = sh->json && pm_shell_is_percpu(argv[1]);

	if (is_list)
		pm_json_open(sh->json, "cpus", '[');
	bool ok = pm_shell_each_address(sh, "rd", argv[1], read_moved, &r);

	if (is_list)
		pm_json_close(sh->json, ']');
	return ok;
}
