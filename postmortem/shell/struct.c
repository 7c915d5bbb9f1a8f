/* struct, union, *: a type's declaration, or the memory at an address by it. */
#include "shell/commands.h"
#include "shell/value.h"

#include "linux/kernel_types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct request {
	const char *command;
	uint32_t type;
	const char *module; /* whose type it is; NULL: the kernel's */
	char *members;      /* "pid,comm"; NULL: the whole */
	bool offsets, hex;
	uint64_t count;
};

/* Calls fn for each of the members that were named; false: one of them is none, or fn said so. */
static bool each_member(struct pm_shell *sh, const struct request *r, uint64_t addr,
			bool (*fn)(struct pm_shell *sh, const struct request *r, uint64_t addr,
				   const char *path, const struct pm_btf_member *member))
{
	char *members = pm_printf("%s", r->members);
	bool ok = true;

	for (char *rest = members, *path; (path = strsep(&rest, ","));) {
		struct pm_btf_member member;

		if (pm_btf_find_member(sh->btf, r->type, path, &member)) {
			ok &= fn(sh, r, addr, path, &member);
			continue;
		}
		char *what = pm_printf("member of %s", pm_btf_name(sh->btf, r->type));

		ok = pm_shell_no_such(sh, r->command, what, path, NULL);
		free(what);
	}
	free(members);
	return ok;
}

/* Says why where part of that memory is not there.  *any_out: is some of it? */
static bool is_readable(struct pm_shell *sh, const struct request *r, uint64_t addr, uint64_t size,
			bool *any_out)
{
	enum pm_absence why;
	uint64_t gap, later;

	*any_out = true;
	if (!pm_shell_gap(sh, addr, size, &gap, &why))
		return true;
	/* it may go on in the next page */
	*any_out = gap > addr || !pm_shell_gap(sh, addr + size - 1, 1, &later, &(enum pm_absence){ 0 });
	return pm_shell_absent(sh, r->command, gap, why);
}

static bool print_member(struct pm_shell *sh, const struct request *r, uint64_t addr, const char *path,
			 const struct pm_btf_member *member)
{
	const struct pm_value_style style = { .indent = 2, .hex = r->hex };
	uint64_t size = member->bits ? (member->bits + member->bit_offset % 8 + 7) / 8
				     : pm_btf_size(sh->btf, member->type);
	bool any, ok = is_readable(sh, r, addr + member->bit_offset / 8, size, &any);

	if (sh->json) {
		pm_value_json_member(sh, path, addr, member);
	} else if (any) {
		fprintf(sh->out, "  %s = ", path);
		pm_value_print_member(sh, addr, member, &style);
		fputc('\n', sh->out);
	}
	return ok;
}

/* addr 0: where in the structure it stands; else where that is. */
static bool declare_member(struct pm_shell *sh, const struct request *r, uint64_t addr, const char *path,
			   const struct pm_btf_member *member)
{
	uint64_t offset = member->bit_offset / 8;
	char text[512], where[24];

	(void)r;
	if (sh->json) {
		pm_btf_declare(sh->btf, member->type, "", text, sizeof(text));
		pm_json_open(sh->json, NULL, '{');
		pm_json_str(sh->json, "name", path);
		pm_json_str(sh->json, "type", text);
		pm_json_uint(sh->json, "offset", offset);
		if (addr)
			pm_json_hex(sh->json, "address", addr + offset);
		pm_json_close(sh->json, '}');
		return true;
	}
	pm_btf_declare(sh->btf, member->type, path, text, sizeof(text));
	snprintf(where, sizeof(where), addr ? "[%" PRIx64 "]" : "[%" PRIu64 "]", addr + offset);
	if (member->bits)
		fprintf(sh->out, "  %s %s : %u;\n", where, text, member->bits);
	else
		fprintf(sh->out, "  %s %s;\n", where, text);
	return true;
}

static void open_type(struct pm_shell *sh, const struct request *r, const char *behind)
{
	enum pm_btf_kind kind = pm_btf_kind(sh->btf, pm_btf_resolve(sh->btf, r->type));

	if (kind == PM_BTF_STRUCT || kind == PM_BTF_UNION)
		fprintf(sh->out, "%s %s %s", kind == PM_BTF_STRUCT ? "struct" : "union",
			pm_btf_name(sh->btf, r->type), behind);
}

static bool declare_members(struct pm_shell *sh, const struct request *r, uint64_t addr)
{
	if (sh->json)
		pm_json_open(sh->json, "members", '[');
	else
		open_type(sh, r, "{\n");
	bool ok = each_member(sh, r, addr, declare_member);

	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fputs("}\n", sh->out);
	return ok;
}

static bool print_whole(struct pm_shell *sh, const struct request *r, uint64_t addr)
{
	const struct pm_value_style style = { .hex = r->hex };
	bool any, ok = is_readable(sh, r, addr, pm_btf_size(sh->btf, r->type), &any);

	if (sh->json) {
		pm_value_json(sh, "value", addr, r->type);
	} else if (any) {
		open_type(sh, r, "");
		pm_value_print(sh, addr, r->type, &style);
		fputc('\n', sh->out);
	}
	return ok;
}

/* One of those that stand behind each other from an address on. */
static bool print_element(struct pm_shell *sh, const struct request *r, uint64_t addr, int cpu)
{
	bool ok;

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_shell_put_cpu(sh, addr, cpu);
		pm_json_hex(sh->json, "address", addr);
	}
	if (r->offsets && r->members) {
		ok = declare_members(sh, r, addr);
	} else if (r->offsets && !sh->json) {
		pm_value_print_type(sh, r->type, true, addr);
		ok = true;
	} else if (!r->members) {
		ok = print_whole(sh, r, addr);
	} else {
		if (sh->json)
			pm_json_open(sh->json, "value", '{');
		ok = each_member(sh, r, addr, print_member);
		if (sh->json)
			pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
}

static bool print_at(struct pm_shell *sh, uint64_t addr, int cpu, void *user)
{
	const struct request *r = user;
	uint64_t size = pm_btf_size(sh->btf, r->type);
	bool ok = true;

	if (!sh->json)
		pm_shell_put_cpu(sh, addr, cpu);
	/* memory that ends, ends for all that follow */
	for (uint64_t i = 0; ok && i < r->count; i++)
		ok = print_element(sh, r, addr + i * size, cpu);
	return ok;
}

static uint32_t find_type(struct pm_shell *sh, const char *command, const char *name)
{
	uint32_t type = 0;

	if (!strcmp(command, "struct"))
		type = pm_btf_find(sh->btf, PM_BTF_STRUCT, name);
	else if (!strcmp(command, "union"))
		type = pm_btf_find(sh->btf, PM_BTF_UNION, name);
	return type ? type : pm_btf_find_written(sh->btf, name);
}

/* The first module that has a type of that name. */
static void find_in_modules(struct pm_shell *sh, struct request *r, const char *name)
{
	struct pm_linux_modules *modules = pm_session_modules(sh->session);

	for (size_t i = 0; i < modules->v.n && !r->type; i++) {
		struct pm_btf *own = pm_linux_module_types(sh->lx, &modules->v.v[i]);

		if (!own)
			continue;
		sh->btf = own;
		r->type = find_type(sh, r->command, name);
		r->module = modules->v.v[i].name;
	}
	if (!r->type)
		r->module = NULL;
}

bool pm_shell_has_type(struct pm_shell *sh, const char *name)
{
	struct request r = { .command = "*" };

	if (!sh->btf)
		return false;
	r.type = find_type(sh, r.command, name);
	if (!r.type)
		find_in_modules(sh, &r, name);
	sh->btf = sh->lx->btf;
	return r.type != 0;
}

static bool run(struct pm_shell *sh, const char *command, const char *written, struct request *r, char **rest)
{
	char name[256];
	size_t n = strcspn(written, ".");

	if (!sh->btf)
		return pm_shell_no_types(sh, command);
	if (n >= sizeof(name))
		return pm_shell_no_such(sh, command, "type", written, NULL);
	memcpy(name, written, n);
	name[n] = 0;
	r->command = command;
	r->type = find_type(sh, command, name);
	if (!r->type)
		find_in_modules(sh, r, name);
	if (!r->type)
		return pm_shell_no_such(sh, command, "type", name,
					sh->lx->btf_lost ? sh->lx->btf_lost
							 : pm_session_modules(sh->session)->trouble);
	r->members = written[n] ? pm_printf("%s", written + n + 1) : NULL;
	bool ok = true;

	if (!*rest && r->members)
		ok = declare_members(sh, r, 0);
	else if (!*rest && sh->json)
		pm_value_json_type(sh, r->type);
	else if (!*rest)
		pm_value_print_type(sh, r->type, r->offsets, 0);
	if (r->module && sh->json)
		pm_json_str(sh->json, "module", r->module);
	else if (r->module && !*rest && !r->members)
		fprintf(sh->out, "MODULE: %s\n", r->module);
	if (*rest && sh->json)
		pm_json_open(sh->json, "values", '[');
	bool is_list = *rest && sh->json;

	for (; *rest; rest++)
		ok &= pm_shell_each_address(sh, command, *rest, print_at, r);
	if (is_list)
		pm_json_close(sh->json, ']');
	free(r->members);
	return ok;
}

bool pm_shell_struct(struct pm_shell *sh, int argc, char **argv)
{
	struct request r = { .count = 1 };
	const char *written = NULL;
	char **rest = argv + 1; /* addresses are moved together there */
	int rest_n = 0;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-o"))
			r.offsets = true;
		else if (!strcmp(argv[i], "-x"))
			r.hex = true;
		else if (!strcmp(argv[i], "-d"))
			r.hex = false;
		else if (!strcmp(argv[i], "-c") && i + 1 < argc) {
			if (!pm_shell_number(argv[++i], &r.count) || r.count > 100000)
				return pm_shell_error(sh, argv[0], "-c wants a number up to 100000, not '%s'",
						      argv[i]);
		} else if (*argv[i] == '-')
			return pm_shell_no_option(sh, argv[0], argv[i]);
		else if (!written)
			written = argv[i];
		else
			rest[rest_n++] = argv[i];
	}
	rest[rest_n] = NULL;
	if (!written)
		return pm_shell_error(sh, argv[0], "which type?");
	sh->members = PM_VALUE_MEMBERS;
	bool ok = run(sh, argv[0], written, &r, rest);

	if (!sh->members)
		ok = pm_shell_error(sh, argv[0], "more than %d members: not all of them are told",
				    PM_VALUE_MEMBERS);

	sh->btf = sh->lx->btf;
	return ok;
}
