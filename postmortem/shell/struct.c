/* struct, union, *: a type's declaration, or the memory at an address by it. */
#include "shell/value.h"

#include "linux/kernel_types.h"

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

static bool print_members_of(struct pm_shell *sh, const struct request *r, uint64_t addr)
{
	const struct pm_value_style style = { .indent = 2, .hex = r->hex };
	bool ok = true;

	for (char *rest = r->members, *path; (path = strsep(&rest, ","));) {
		struct pm_btf_member member;

		if (!pm_btf_find_member(sh->btf, r->type, path, &member)) {
			ok = pm_shell_error(sh, r->command, "no member '%s'", path);
			continue;
		}
		if (sh->json) {
			pm_value_json_member(sh, path, addr, &member);
			continue;
		}
		fprintf(sh->out, "  %s = ", path);
		pm_value_print_member(sh, addr, &member, &style);
		fputc('\n', sh->out);
	}
	return ok;
}

static bool print_at(struct pm_shell *sh, struct request *r, uint64_t addr)
{
	const struct pm_value_style style = { .hex = r->hex };

	if (!r->members && sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "address", addr);
		pm_value_json(sh, "value", addr, r->type);
		pm_json_close(sh->json, '}');
		return true;
	}
	if (!r->members) {
		if (pm_btf_kind(sh->btf, pm_btf_resolve(sh->btf, r->type)) == PM_BTF_STRUCT)
			fprintf(sh->out, "struct %s ", pm_btf_name(sh->btf, r->type));
		pm_value_print(sh, addr, r->type, &style);
		fputc('\n', sh->out);
		return true;
	}
	struct request copy = *r;
	copy.members = pm_printf("%s", r->members);
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "address", addr);
		pm_json_open(sh->json, "value", '{');
	}
	bool ok = print_members_of(sh, &copy, addr);

	if (sh->json) {
		pm_json_close(sh->json, '}');
		pm_json_close(sh->json, '}');
	}

	free(copy.members);
	return ok;
}

static bool declare_members(struct pm_shell *sh, const struct request *r)
{
	char *members = pm_printf("%s", r->members), text[512];
	bool ok = true;

	if (sh->json)
		pm_json_open(sh->json, "members", '[');
	for (char *rest = members, *path; (path = strsep(&rest, ","));) {
		struct pm_btf_member member;

		if (!pm_btf_find_member(sh->btf, r->type, path, &member)) {
			ok = pm_shell_error(sh, r->command, "no member '%s'", path);
			continue;
		}
		if (sh->json) {
			pm_btf_declare(sh->btf, member.type, "", text, sizeof(text));
			pm_json_open(sh->json, NULL, '{');
			pm_json_str(sh->json, "name", path);
			pm_json_str(sh->json, "type", text);
			pm_json_uint(sh->json, "offset", member.bit_offset / 8);
			pm_json_close(sh->json, '}');
			continue;
		}
		pm_btf_declare(sh->btf, member.type, path, text, sizeof(text));
		fprintf(sh->out, "  [%llu] %s;\n", (unsigned long long)member.bit_offset / 8, text);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	free(members);
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
		return pm_shell_error(sh, command, "%s; %s", sh->lx->btf_trouble->message,
				      pm_linux_types_hint);
	if (n >= sizeof(name))
		return pm_shell_error(sh, command, "no type '%s'", written);
	memcpy(name, written, n);
	name[n] = 0;
	r->command = command;
	r->type = find_type(sh, command, name);
	if (!r->type)
		find_in_modules(sh, r, name);
	if (!r->type)
		return pm_shell_error(sh, command, "no type '%s' in this kernel or its modules%s%s%s", name,
				      sh->lx->btf_lost ? " (" : "", sh->lx->btf_lost ? sh->lx->btf_lost : "",
				      sh->lx->btf_lost ? ")" : "");
	r->members = written[n] ? pm_printf("%s", written + n + 1) : NULL;
	bool ok = true;

	if (!*rest && r->members)
		ok = declare_members(sh, r);
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

	for (; *rest; rest++) {
		uint64_t addr, size = pm_btf_size(sh->btf, r->type);

		if (!pm_shell_address(sh, *rest, &addr)) {
			ok = pm_shell_error(sh, command, "no symbol or address '%s'", *rest);
			continue;
		}
		if (r->offsets && !sh->json) {
			pm_value_print_type(sh, r->type, true, addr);
			continue;
		}
		for (uint64_t i = 0; i < r->count; i++)
			ok &= print_at(sh, r, addr + i * size);
	}
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
				return pm_shell_error(sh, argv[0], "-c wants a number, not '%s'", argv[i]);
		} else if (*argv[i] == '-')
			return pm_shell_error(sh, argv[0], "no option '%s'", argv[i]);
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
