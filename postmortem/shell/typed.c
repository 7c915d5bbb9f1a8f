#include "shell/typed.h"

#include "linux/kernel_types.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- finding it ---- */

static uint32_t find_here(struct pm_shell *sh, enum pm_btf_kind only, const char *name)
{
	uint32_t type = only ? pm_btf_find(sh->btf, only, name) : 0;

	return type ? type : pm_btf_find_written(sh->btf, name);
}

uint32_t pm_shell_find_type(struct pm_shell *sh, enum pm_btf_kind only, const char *name,
			    const char **module_out)
{
	struct pm_btf *before = sh->btf;
	uint32_t type;

	*module_out = NULL;
	if (!sh->btf)
		return 0;
	type = find_here(sh, only, name);
	if (type || !sh->session)
		return type;
	struct pm_linux_modules *modules = pm_session_modules(sh->session);

	for (size_t i = 0; i < modules->v.n; i++) {
		struct pm_btf *own = pm_linux_module_types(sh->lx, &modules->v.v[i]);

		if (!own)
			continue;
		sh->btf = own;
		type = find_here(sh, only, name);
		*module_out = modules->v.v[i].name;
		if (type)
			return type;
	}
	*module_out = NULL;
	sh->btf = before;
	return 0;
}

bool pm_shell_has_type(struct pm_shell *sh, const char *name)
{
	struct pm_btf *before = sh->btf;
	const char *module;
	bool found = pm_shell_find_type(sh, PM_BTF_VOID, name, &module) != 0;

	sh->btf = before;
	return found;
}

/* Before anything is printed: each of the members that were named must be one. */
static bool has_members(struct pm_shell *sh, const struct pm_shell_typed *t)
{
	char *members = pm_printf("%s", t->members);
	struct pm_btf_member member;
	bool ok = true;

	for (char *rest = members, *path; (path = strsep(&rest, ","));)
		if (!pm_btf_find_member(sh->btf, t->type, path, &member)) {
			char *what = pm_printf("member of %s", pm_btf_name(sh->btf, t->type));

			ok = pm_shell_no_such(sh, t->command, what, path, NULL);
			free(what);
		}
	free(members);
	return ok;
}

bool pm_typed_open(struct pm_shell *sh, const char *command, const char *written, struct pm_shell_typed *t)
{
	enum pm_btf_kind only = !strcmp(command, "struct")  ? PM_BTF_STRUCT
				: !strcmp(command, "union") ? PM_BTF_UNION
							    : PM_BTF_VOID;
	char name[256];
	size_t n = strcspn(written, ".");

	t->command = command;
	t->members = NULL;
	if (!sh->btf)
		return pm_shell_no_types(sh, command);
	if (n >= sizeof(name))
		return pm_shell_no_such(sh, command, "type", written, NULL);
	memcpy(name, written, n);
	name[n] = 0;
	t->type = pm_shell_find_type(sh, only, name, &t->module);
	if (!t->type)
		return pm_shell_no_such(sh, command, "type", name,
					sh->lx->btf_lost ? sh->lx->btf_lost
							 : pm_session_modules(sh->session)->trouble);
	t->members = written[n] ? pm_printf("%s", written + n + 1) : NULL;
	if (!t->members || has_members(sh, t))
		return true;
	pm_typed_close(sh, t);
	return false;
}

void pm_typed_close(struct pm_shell *sh, struct pm_shell_typed *t)
{
	free(t->members);
	t->members = NULL;
	sh->btf = sh->lx->btf;
}

bool pm_shell_offset(struct pm_shell *sh, const char *command, const char *text, uint64_t *out)
{
	struct pm_btf *before = sh->btf;
	const char *dot = strchr(text, '.'), *module;
	struct pm_btf_member member;
	char *name;
	bool ok;

	if (!dot)
		return pm_shell_number(text, out) ||
		       pm_shell_error(sh, command,
				      "an offset is STRUCTURE.MEMBER or a number of bytes, not '%s'", text);
	if (!sh->btf)
		return pm_shell_no_types(sh, command);
	name = pm_printf("%.*s", (int)(dot - text), text);
	uint32_t type = pm_shell_find_type(sh, PM_BTF_VOID, name, &module);

	ok = type && pm_btf_find_member(sh->btf, type, dot + 1, &member);
	if (ok)
		*out = member.bit_offset / 8;
	else
		pm_shell_no_such(sh, command, type ? "member" : "type", type ? text : name, NULL);
	sh->btf = before;
	free(name);
	return ok;
}

/* ---- its members ---- */

static enum pm_value_offsets offsets_of(const struct pm_shell_typed *t)
{
	return !t->offsets ? PM_OFFSETS_NONE : t->hex ? PM_OFFSETS_HEX : PM_OFFSETS_DECIMAL;
}

/* Calls fn for each of the members that were named; false: fn said so. */
static bool each_member(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t addr,
			bool (*fn)(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t addr,
				   const char *path, const struct pm_btf_member *member))
{
	char *members = pm_printf("%s", t->members);
	bool ok = true;

	for (char *rest = members, *path; (path = strsep(&rest, ","));) {
		struct pm_btf_member member;

		/* there are no others: pm_typed_open */
		if (pm_btf_find_member(sh->btf, t->type, path, &member))
			ok &= fn(sh, t, addr, path, &member);
	}
	free(members);
	return ok;
}

/* Says why where part of that memory is not there.  *any_out: is some of it? */
static bool is_readable(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t addr, uint64_t size,
			bool *any_out)
{
	enum pm_absence why;
	uint64_t gap, later;

	*any_out = true;
	if (!pm_shell_gap_in(pm_value_space(sh), addr, size, &gap, &why))
		return true;
	/* it may go on in the next page */
	*any_out = gap > addr ||
		   !pm_shell_gap_in(pm_value_space(sh), addr + size - 1, 1, &later, &(enum pm_absence){ 0 });
	return pm_shell_absent(sh, t->command, gap, why);
}

static uint64_t size_of(struct pm_shell *sh, const struct pm_btf_member *member)
{
	return member->bits ? (member->bits + member->bit_offset % 8 + 7) / 8
			    : pm_btf_size(sh->btf, member->type);
}

/* "  struct mm_struct *mm = 0x…", and in the lines behind it what stands there. */
static bool print_target(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t addr, const char *path,
			 const struct pm_btf_member *member, bool *is_pointer_out)
{
	const struct pm_value_style style = { .indent = 5, .hex = t->hex };
	uint32_t type = pm_btf_resolve(sh->btf, member->type), target = pm_btf_target(sh->btf, type);
	uint64_t value, size = pm_btf_size(sh->btf, target);
	char text[512];
	bool any;

	*is_pointer_out = !member->bits && pm_btf_kind(sh->btf, type) == PM_BTF_PTR &&
			  pm_space_load(pm_value_space(sh), addr + member->bit_offset / 8, 8, &value);
	if (!*is_pointer_out)
		return true;
	pm_btf_declare(sh->btf, member->type, path, text, sizeof(text));
	fprintf(sh->out, "  %s = ", text);
	pm_value_print_pointer(sh, value, pm_value_is_char(sh->btf, target));
	fputc('\n', sh->out);
	if (!size || !value || pm_value_is_char(sh->btf, target))
		return true;
	bool ok = is_readable(sh, t, value, size, &any);

	if (!any)
		return ok;
	fputs("  -> ", sh->out);
	pm_value_print(sh, value, target, &style);
	fputc('\n', sh->out);
	return ok;
}

static bool print_member(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t addr, const char *path,
			 const struct pm_btf_member *member)
{
	const struct pm_value_style style = { .indent = 2, .hex = t->hex, .numbers = t->bare };
	bool any, done = false;
	bool ok = is_readable(sh, t, addr + member->bit_offset / 8, size_of(sh, member), &any);

	if (sh->json) {
		pm_value_json_member(sh, path, addr, member);
		return ok;
	}
	if (any && t->targets)
		ok &= print_target(sh, t, addr, path, member, &done);
	if (any && !done) {
		fprintf(sh->out, "  %s = ", path);
		pm_value_print_member(sh, addr, member, &style);
		fputs(t->bare ? "\n" : ",\n", sh->out);
	}
	return ok;
}

/* addr 0: where in the structure it stands; else where that is. */
static bool declare_member(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t addr,
			   const char *path, const struct pm_btf_member *member)
{
	uint64_t offset = member->bit_offset / 8;
	char text[512], where[24];

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
	snprintf(where, sizeof(where),
		 addr     ? "[%" PRIx64 "]"
		 : t->hex ? "[0x%" PRIx64 "]"
			  : "[%" PRIu64 "]",
		 addr + offset);
	if (member->bits)
		fprintf(sh->out, "  %s %s : %u;\n", where, text, member->bits);
	else
		fprintf(sh->out, "  %s %s;\n", where, text);
	return true;
}

static void open_type(struct pm_shell *sh, const struct pm_shell_typed *t, const char *behind)
{
	enum pm_btf_kind kind = pm_btf_kind(sh->btf, pm_btf_resolve(sh->btf, t->type));

	if (kind == PM_BTF_STRUCT || kind == PM_BTF_UNION)
		fprintf(sh->out, "%s %s %s", kind == PM_BTF_STRUCT ? "struct" : "union",
			pm_btf_name(sh->btf, t->type), behind);
}

static bool declare_members(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t addr)
{
	if (sh->json)
		pm_json_open(sh->json, "members", '[');
	else
		open_type(sh, t, "{\n");
	bool ok = each_member(sh, t, addr, declare_member);

	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fputs("}\n", sh->out);
	return ok;
}

static bool print_whole(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t addr)
{
	const struct pm_value_style style = { .hex = t->hex, .numbers = t->bare };
	bool any, ok = is_readable(sh, t, addr, pm_btf_size(sh->btf, t->type), &any);

	if (sh->json) {
		pm_value_json(sh, "value", addr, t->type);
	} else if (any) {
		open_type(sh, t, "");
		pm_value_print(sh, addr, t->type, &style);
		fputc('\n', sh->out);
	}
	return ok;
}

bool pm_typed_declare(struct pm_shell *sh, const struct pm_shell_typed *t)
{
	bool ok = true;

	if (t->members)
		ok = declare_members(sh, t, 0);
	else if (sh->json)
		pm_value_json_type(sh, t->type);
	else
		pm_value_print_type(sh, t->type, offsets_of(t), 0);
	if (t->module && sh->json)
		pm_json_str(sh->json, "module", t->module);
	else if (t->module && !t->members)
		fprintf(sh->out, "MODULE: %s\n", t->module);
	return ok;
}

bool pm_typed_print(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t addr)
{
	if (t->offsets && t->members)
		return declare_members(sh, t, addr);
	if (t->offsets && !sh->json) {
		pm_value_print_type(sh, t->type, offsets_of(t), addr);
		return true;
	}
	if (!t->members)
		return print_whole(sh, t, addr);
	if (sh->json)
		pm_json_open(sh->json, "value", '{');
	bool ok = each_member(sh, t, addr, print_member);

	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
}

bool pm_typed_extent(struct pm_shell *sh, const struct pm_shell_typed *t, uint64_t *offset_out,
		     uint64_t *size_out)
{
	struct pm_btf_member member;

	*offset_out = 0;
	*size_out = pm_btf_size(sh->btf, t->type);
	if (!t->members)
		return true;
	if (strchr(t->members, ','))
		return pm_shell_error(sh, t->command, "%s: one member only, with -r", t->members);
	if (!pm_btf_find_member(sh->btf, t->type, t->members, &member))
		return pm_shell_no_such(sh, t->command, "member", t->members, NULL);
	*offset_out = member.bit_offset / 8;
	*size_out = size_of(sh, &member);
	return true;
}
