/* dis: instructions of the kernel and its modules. */
#include "shell/commands.h"

#include "decode/disasm.h"

#include <string.h>

struct options {
	bool reverse, forward, hex;
	uint64_t count; /* 0: the whole function */
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

static void json_one(struct pm_shell *sh, uint64_t addr, const uint8_t *code, unsigned size, const char *text)
{
	uint64_t target;
	char hex[2 * 16 + 1] = "";

	for (unsigned i = 0; i < size && i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", code[i]);
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "address", addr);
	pm_shell_json_place(sh, addr, true);
	pm_json_str(sh->json, "bytes", hex);
	pm_json_str(sh->json, "text", text);
	if (text && target_of(text, &target)) {
		pm_json_open(sh->json, "target", '{');
		pm_json_hex(sh->json, "address", target);
		pm_shell_json_place(sh, target, true);
		pm_json_close(sh->json, '}');
	}
	pm_json_close(sh->json, '}');
}

static void text_one(struct pm_shell *sh, const struct options *o, uint64_t addr, const uint8_t *code,
		     unsigned size, const char *text)
{
	char name[PM_LINUX_NAME_MAX + 96];
	uint64_t target;

	pm_shell_name(sh, addr, true, name, sizeof(name));
	char *module = strstr(name, " [");
	if (module)
		*module = 0;
	fprintf(sh->out, "0x%llx <%s>:\t%s", (unsigned long long)addr, name, text ? text : "(bad)");
	if (text && target_of(text, &target)) {
		pm_shell_name(sh, target, true, name, sizeof(name));
		fprintf(sh->out, " <%s>", name);
	}
	if (o->hex) {
		fputs("\t#", sh->out);
		for (unsigned i = 0; i < size; i++)
			fprintf(sh->out, " %02x", code[i]);
	}
	fputc('\n', sh->out);
}

static bool print_one(struct pm_shell *sh, const struct pm_disasm *dis, const struct options *o,
		      uint64_t addr, unsigned *size_out)
{
	struct pm_arena arena;
	struct pm_operation op;
	uint8_t code[16];
	const char *text;
	enum pm_absence why;
	size_t n = pm_space_read(pm_shell_space(sh), addr, code, sizeof(code), &why);

	if (!n)
		return pm_shell_absent(sh, "dis", addr, why);
	pm_arena_init(&arena);
	bool known = pm_disasm_one(dis, &arena, code, n, addr, &op, &text);

	*size_out = known ? op.size : 1;
	if (sh->json)
		json_one(sh, addr, code, *size_out, known ? text : NULL);
	else
		text_one(sh, o, addr, code, *size_out, known ? text : NULL);
	pm_arena_deinit(&arena);
	return true;
}

static bool print_range(struct pm_shell *sh, const struct options *o, uint64_t from, uint64_t to,
			uint64_t count)
{
	struct pm_incident inc;
	bool ok = true;

	pm_incident_init(&inc);
	inc.machine.system = sh->image ? PM_KPANIC : PM_LINUX;
	inc.machine.arch = sh->image ? sh->image->arch : PM_X86_64;
	struct pm_disasm *dis = pm_disasm_new(&inc);

	if (sh->json)
		pm_json_open(sh->json, "instructions", '[');
	for (uint64_t i = 0; ok && dis && i < count && from < to; i++) {
		unsigned size = 1;

		ok = print_one(sh, dis, o, from, &size);
		from += size;
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

bool pm_shell_dis(struct pm_shell *sh, int argc, char **argv)
{
	struct options o = { 0 };
	const char *what = NULL;
	uint64_t addr, start, end;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-r"))
			o.reverse = true;
		else if (!strcmp(argv[i], "-f"))
			o.forward = true;
		else if (!strcmp(argv[i], "-x"))
			o.hex = true;
		else if (*argv[i] == '-')
			return pm_shell_no_option(sh, "dis", argv[i]);
		else if (!what)
			what = argv[i];
		else if (!pm_shell_number(argv[i], &o.count))
			return pm_shell_error(sh, "dis", "not a number: %s", argv[i]);
	}
	if (!what)
		return pm_shell_error(sh, "dis", "which address or function?");
	if (!pm_shell_has_space(sh, "dis") || !pm_shell_address(sh, "dis", what, &addr))
		return false;
	bool has_bounds = bounds(sh, addr, &start, &end) && end - start <= max_function;

	if (o.reverse || o.forward) {
		if (!has_bounds)
			return pm_shell_error(sh, "dis", "0x%llx lies in no function",
					      (unsigned long long)addr);
		return o.reverse ? print_range(sh, &o, start, addr + 1, UINT64_MAX)
				 : print_range(sh, &o, addr, end, UINT64_MAX);
	}
	if (o.count)
		return print_range(sh, &o, addr, UINT64_MAX, o.count);
	if (has_bounds && addr == start)
		return print_range(sh, &o, start, end, UINT64_MAX);
	return print_range(sh, &o, addr, UINT64_MAX, 1);
}
