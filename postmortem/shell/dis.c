/* dis: instructions of the kernel and its modules. */
#include "shell/commands.h"
#include "shell/lines.h"

#include "decode/disasm.h"

#include <string.h>

struct options {
	bool reverse, forward, hex, bytes, lines, source, user;
	uint64_t count;                /* 0: the whole function */
	struct pm_space *space;        /* of the addresses */
	struct pm_space process;       /* -u */
	struct pm_shell_source before; /* of the instruction before */
};

/* The longest function that is read whole. */
static const uint64_t max_function = 1 << 20;

static bool bounds(struct pm_shell *sh, uint64_t addr, uint64_t *start, uint64_t *end)
{
	struct pm_arena arena;
	struct pm_place place;
	bool found;

	pm_arena_init(&arena);
	found = pm_shell_place(sh, &arena, addr, true, &place);
	*start = addr - place.offset;
	*end = *start + place.size;
	pm_arena_deinit(&arena);
	return found && place.size;
}

/* The target of a jump or call stands as a bare number at the end: whose is it? */
static bool target_of(const char *text, uint64_t *target_out)
{
	const char *at = strrchr(text, ' ');

	return at && (text[0] == 'j' || !strncmp(text, "call", 4)) && !strncmp(at + 1, "0x", 2) &&
	       pm_shell_number(at + 1, target_out);
}

/* "vfs_read+5", "vfs_read+0x5", without its module. */
static void name_of(struct pm_shell *sh, const struct options *o, uint64_t addr, char *buf, size_t size)
{
	struct pm_arena arena;
	struct pm_place place;

	pm_arena_init(&arena);
	if (!pm_shell_place(sh, &arena, addr, true, &place))
		snprintf(buf, size, "%llx", (unsigned long long)addr);
	else if (!place.offset)
		snprintf(buf, size, "%s", place.symbol);
	else
		snprintf(buf, size, o->hex ? "%s+0x%llx" : "%s+%llu", place.symbol,
			 (unsigned long long)place.offset);
	pm_arena_deinit(&arena);
}

/* The line above an instruction that belongs to another one than the one before. */
static void put_line(struct pm_shell *sh, struct options *o, uint64_t addr)
{
	struct pm_shell_source here;

	if (!pm_shell_source(sh, addr, &here))
		return;
	if (sh->json) {
		pm_json_str(sh->json, "file", here.file);
		pm_json_uint(sh->json, "line", here.line);
		return;
	}
	if (here.line != o->before.line || strcmp(here.file, o->before.file) != 0)
		fprintf(sh->out, "%s: %u\n", here.file, here.line);
	o->before = here;
}

static void json_one(struct pm_shell *sh, struct options *o, uint64_t addr, const uint8_t *code,
		     unsigned size, const char *text)
{
	uint64_t target;
	char hex[2 * 16 + 1] = "";

	for (unsigned i = 0; i < size && i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", code[i]);
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "address", addr);
	if (!o->user)
		pm_shell_json_place(sh, addr, true);
	if (o->lines)
		put_line(sh, o, addr);
	pm_json_str(sh->json, "bytes", hex);
	pm_json_str(sh->json, "text", text);
	if (text && target_of(text, &target)) {
		pm_json_open(sh->json, "target", '{');
		pm_json_hex(sh->json, "address", target);
		if (!o->user)
			pm_shell_json_place(sh, target, true);
		pm_json_close(sh->json, '}');
	}
	pm_json_close(sh->json, '}');
}

static void text_one(struct pm_shell *sh, struct options *o, uint64_t addr, const uint8_t *code,
		     unsigned size, const char *text)
{
	char name[PM_LINUX_NAME_MAX + 32];
	uint64_t target;

	if (o->lines)
		put_line(sh, o, addr);
	if (o->user) {
		fprintf(sh->out, "   0x%llx:\t%s", (unsigned long long)addr, text ? text : "(bad)");
	} else {
		name_of(sh, o, addr, name, sizeof(name));
		fprintf(sh->out, "0x%llx <%s>:\t%s", (unsigned long long)addr, name, text ? text : "(bad)");
	}
	if (!o->user && text && target_of(text, &target)) {
		name_of(sh, o, target, name, sizeof(name));
		fprintf(sh->out, " <%s>", name);
	}
	if (o->bytes) {
		fputs("\t#", sh->out);
		for (unsigned i = 0; i < size; i++)
			fprintf(sh->out, " %02x", code[i]);
	}
	fputc('\n', sh->out);
}

/* quiet: only how long it is. */
static bool print_one(struct pm_shell *sh, const struct pm_disasm *dis, struct options *o, uint64_t addr,
		      bool quiet, unsigned *size_out)
{
	struct pm_arena arena;
	struct pm_operation op;
	uint8_t code[16];
	const char *text;
	enum pm_absence why;
	size_t n = pm_space_read(o->space, addr, code, sizeof(code), &why);

	if (!n)
		return pm_shell_absent(sh, "dis", addr, why);
	pm_arena_init(&arena);
	bool known = pm_disasm_one(dis, &arena, code, n, addr, &op, &text);

	*size_out = known ? op.size : 1;
	if (quiet)
		(void)0;
	else if (sh->json)
		json_one(sh, o, addr, code, *size_out, known ? text : NULL);
	else
		text_one(sh, o, addr, code, *size_out, known ? text : NULL);
	pm_arena_deinit(&arena);
	return true;
}

/* Up to `to`, count of them; last: the last count. */
static bool print_range(struct pm_shell *sh, struct options *o, uint64_t from, uint64_t to, uint64_t count,
			bool last)
{
	struct pm_incident inc;
	uint64_t skip = 0;
	bool ok = true;

	pm_incident_init(&inc);
	inc.machine.system = sh->image ? PM_KPANIC : PM_LINUX;
	inc.machine.arch = sh->image ? sh->image->arch : PM_X86_64;
	struct pm_disasm *dis = pm_disasm_new(&inc);

	if (sh->json)
		pm_json_open(sh->json, "instructions", '[');
	for (unsigned pass = last && count != UINT64_MAX ? 0 : 1; pass < 2; pass++) {
		uint64_t at = from, i = 0, end = pass && !last ? count : UINT64_MAX;

		for (; ok && dis && i < end && at < to && !pm_shell_interrupted(sh); i++) {
			unsigned size = 1;

			ok = print_one(sh, dis, o, at, !pass || i < skip, &size);
			at += size;
		}
		skip = !pass && i > count ? i - count : skip;
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	if (!dis)
		ok = pm_shell_error(sh, "dis", "0x%llx: this kpanic was built without a disassembler",
				    (unsigned long long)from);
	pm_disasm_free(dis);
	pm_incident_deinit(&inc);
	return ok;
}

/* The lines around the place, where the source lies where the compiler found it. */
static bool print_listing(struct pm_shell *sh, const struct options *o, const struct pm_shell_source *place,
			  const char *what)
{
	enum { before = 5, usual = 20 };
	char line[1024], path[1100];
	uint64_t last = place->line + (o->count ? o->count : usual);
	FILE *file = NULL;

	if (*place->file != '/' && *place->directory && !sh->sealed) {
		snprintf(path, sizeof(path), "%s/%s", place->directory, place->file);
		file = fopen(path, "re");
	}
	if (!file && !sh->sealed)
		file = fopen(place->file, "re");
	if (!file)
		return pm_shell_error(sh, "dis", "%s: the source is not on this machine: %s", what,
				      place->file);
	for (uint64_t n = 1; n <= last && fgets(line, sizeof(line), file); n++)
		if (n + before >= place->line)
			fprintf(sh->out, "%c %3llu  %.*s\n", n == place->line ? '*' : ' ',
				(unsigned long long)n, (int)strcspn(line, "\n"), line);
	fclose(file);
	return true;
}

static bool print_source(struct pm_shell *sh, const struct options *o, uint64_t addr, const char *what)
{
	struct pm_shell_source place;

	if (!pm_shell_source(sh, addr, &place))
		return pm_shell_lines_told(sh, "dis") &&
		       pm_shell_error(sh, "dis", "%s: no source line is known of it", what);
	if (sh->json) {
		pm_json_str(sh->json, "file", place.file);
		pm_json_uint(sh->json, "line", place.line);
		return true;
	}
	fprintf(sh->out, "FILE: %s\nLINE: %u\n\n", place.file, place.line);
	return print_listing(sh, o, &place, what);
}

static bool print(struct pm_shell *sh, struct options *o, uint64_t addr, const char *what)
{
	uint64_t start, end, count = o->count ? o->count : UINT64_MAX;

	if (o->user)
		return print_range(sh, o, addr, UINT64_MAX, o->count ? o->count : 1, false);
	if (o->source)
		return print_source(sh, o, addr, what);
	bool has_bounds = bounds(sh, addr, &start, &end) && end - start <= max_function;

	if ((o->reverse || o->forward) && !has_bounds)
		return pm_shell_error(sh, "dis", "0x%llx lies in no function", (unsigned long long)addr);
	if (o->reverse)
		return print_range(sh, o, start, addr + 1, count, true);
	if (o->forward)
		return print_range(sh, o, addr, end, count, false);
	if (o->count)
		return print_range(sh, o, addr, UINT64_MAX, o->count, false);
	if (has_bounds && addr == start)
		return print_range(sh, o, start, end, UINT64_MAX, false);
	return print_range(sh, o, addr, UINT64_MAX, 1, false);
}

bool pm_shell_dis(struct pm_shell *sh, int argc, char **argv)
{
	struct options o = { 0 };
	bool decimal = false, hex = false, skipped = false;
	uint64_t addr;
	const struct pm_shell_option options[] = {
		{ "-r", PM_OPTION_FLAG, &o.reverse, NULL }, { "-f", PM_OPTION_FLAG, &o.forward, NULL },
		{ "-l", PM_OPTION_FLAG, &o.lines, NULL },   { "-s", PM_OPTION_FLAG, &o.source, NULL },
		{ "-u", PM_OPTION_FLAG, &o.user, NULL },    { "-x", PM_OPTION_FLAG, &hex, NULL },
		{ "-d", PM_OPTION_FLAG, &decimal, NULL },   { "-B", PM_OPTION_FLAG, &o.bytes, NULL },
		{ "-b", PM_OPTION_FLAG, &skipped, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (skipped)
		return pm_shell_error(sh, "dis",
				      "-b: no bytes are skipped behind ud2: the instruction set says "
				      "how long it is");
	if (argc < 2)
		return pm_shell_error(sh, "dis", "which address or function?");
	if (argc > 2 && !pm_shell_number(argv[2], &o.count))
		return pm_shell_error(sh, "dis", "not a number: %s", argv[2]);
	o.hex = hex || (sh->hex && !decimal);
	o.lines &= !o.user;
	if (!pm_shell_has_space(sh, "dis") || !pm_shell_address(sh, "dis", argv[1], &addr))
		return false;
	o.space = o.user ? &o.process : pm_shell_space(sh);
	if (o.user && !pm_shell_user_space(sh, "dis", &o.process))
		return false;
	return print(sh, &o, addr, argv[1]) && (!o.lines || pm_shell_lines_told(sh, "dis"));
}
