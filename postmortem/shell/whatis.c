/* whatis: what a name stands for, and which structures are of a size or have a kind of member. */
#include "shell/commands.h"
#include "shell/expression.h"
#include "shell/typed.h"

#include <stdlib.h>
#include <string.h>

enum { max_depth = 8 };

/* ---- one name ---- */

/* "typedef struct spinlock { … } spinlock_t;" */
static void print_typedef(struct pm_shell *sh, uint32_t id, bool offsets)
{
	const char *name = pm_btf_name(sh->btf, id);
	uint32_t target = pm_btf_target(sh->btf, id), inner = pm_btf_resolve(sh->btf, target);
	enum pm_btf_kind kind = pm_btf_kind(sh->btf, target);
	char text[512];

	if (kind == PM_BTF_STRUCT || kind == PM_BTF_UNION || kind == PM_BTF_ENUM || kind == PM_BTF_ENUM64) {
		fputs("typedef ", sh->out);
		pm_value_print_body(sh, inner, offsets, 0);
		fprintf(sh->out, " %s;\n", name);
	} else {
		/* through others, as gdb has it: what a pid_t is in the end */
		pm_btf_declare(sh->btf, pm_btf_kind(sh->btf, inner) == PM_BTF_INT ? inner : target, name,
			       text, sizeof(text));
		fprintf(sh->out, "typedef %s;\n", text);
	}
	fprintf(sh->out, "SIZE: %llu\n", (unsigned long long)pm_btf_size(sh->btf, id));
}

/* false: it is no type's name, and nothing was said. */
static bool tell_type(struct pm_shell *sh, const char *text, bool offsets)
{
	const char *module;
	uint32_t id = pm_shell_find_type(sh, PM_BTF_VOID, text, &module);

	if (!id)
		return false;
	if (sh->json)
		pm_value_json_type(sh, id);
	else if (pm_btf_kind(sh->btf, id) == PM_BTF_TYPEDEF)
		print_typedef(sh, id, offsets);
	else
		pm_value_print_type(sh, id, offsets, 0);
	if (module && sh->json)
		pm_json_str(sh->json, "module", module);
	else if (module)
		fprintf(sh->out, "MODULE: %s\n", module);
	return true;
}

static void put_type(struct pm_shell *sh, const struct pm_c_type *type, const char *name, const char *rest)
{
	char text[1024];

	pm_c_type_declare(sh, type, sh->json ? "" : name, text, sizeof(text));
	if (!sh->json) {
		fprintf(sh->out, "%s%s\n", text, rest);
		return;
	}
	if (*name)
		pm_json_str(sh->json, "symbol", name);
	pm_json_str(sh->json, "type", text);
	uint64_t size = pm_c_type_size(sh, type);

	if (size)
		pm_json_uint(sh->json, "size", size);
}

/* false: no symbol, or of a type that nobody knows; nothing was said. */
static bool tell_symbol(struct pm_shell *sh, const char *text)
{
	struct pm_c_type type;
	uint64_t addr, room;
	bool percpu;

	if (pm_c_word(text) != strlen(text) || !pm_shell_symbol(sh, text, &addr, &percpu))
		return false;
	enum pm_type_from from = pm_globals_type(sh, text, addr, percpu, &type, &room);

	if (!from)
		return false;
	put_type(sh, &type, text, from == PM_TYPE_GUESSED ? ";  (its name says so)" : ";");
	if (sh->json && percpu)
		pm_json_bool(sh->json, "per_cpu", true);
	if (sh->json && from == PM_TYPE_GUESSED)
		pm_json_bool(sh->json, "guessed", true);
	return true;
}

/* "task_struct.comm", and no variable of that name? */
static bool is_member(struct pm_shell *sh, const char *text)
{
	char type[256];
	uint64_t addr;
	bool percpu;

	snprintf(type, sizeof(type), "%.*s", (int)pm_c_word(text), text);
	return *type &&
	       text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.")] == 0 &&
	       !pm_shell_symbol(sh, type, &addr, &percpu) && pm_shell_has_type(sh, type);
}

/* As `struct` has it. */
static bool tell_member(struct pm_shell *sh, const char *text)
{
	char *name = pm_printf("%s", text);
	char *words[] = { NULL, (char[]){ "whatis" }, name, NULL };
	bool ok = pm_shell_struct(sh, 2, words + 1);

	free(name);
	return ok;
}

static bool tell(struct pm_shell *sh, const char *text, bool offsets)
{
	struct pm_c_value value;
	uint64_t addr;
	bool percpu;

	if (tell_symbol(sh, text) || tell_type(sh, text, offsets))
		return true;
	if (pm_c_word(text) == strlen(text) && pm_shell_symbol(sh, text, &addr, &percpu))
		return pm_shell_error(sh, "whatis",
				      "%s: a symbol at 0x%llx, of a type that is not known: a vmlinux with "
				      "debug information tells it",
				      text, (unsigned long long)addr);
	if (pm_c_word(text) == strlen(text))
		return pm_shell_no_such(sh, "whatis", "type or symbol", text, NULL);
	if (is_member(sh, text))
		return tell_member(sh, text);
	if (!pm_expression(sh, "whatis", text, 0, &value))
		return false;
	put_type(sh, &value.type, "", "");
	return true;
}

/* ---- all structures ---- */

struct search {
	uint64_t least, most; /* bytes */
	const char *member;   /* NULL: any */
	uint8_t *seen;        /* of each type: has it such a member?  0: not looked at, 1: no, 2: yes */
	uint32_t n;           /* types */
};

struct found {
	uint64_t size;
	const char *name;
};

static bool has_member(struct pm_shell *sh, struct search *s, uint32_t id, unsigned depth)
{
	struct pm_btf_member m;
	char text[512];
	bool found = false;

	if (id > s->n)
		return false;
	if (s->seen[id])
		return s->seen[id] == 2;
	for (uint32_t i = 0; !found && pm_btf_member(sh->btf, id, i, &m); i++) {
		uint32_t inner = pm_btf_resolve(sh->btf, m.type);

		for (unsigned n = 0; n < max_depth && pm_btf_kind(sh->btf, inner) == PM_BTF_ARRAY; n++)
			inner = pm_btf_resolve(sh->btf, pm_btf_target(sh->btf, inner));
		enum pm_btf_kind kind = pm_btf_kind(sh->btf, inner);

		pm_btf_declare(sh->btf, m.type, "", text, sizeof(text));
		found = strstr(text, s->member) != NULL;
		if (!found && (kind == PM_BTF_STRUCT || kind == PM_BTF_UNION) && depth < max_depth)
			found = has_member(sh, s, inner, depth + 1);
	}
	s->seen[id] = found ? 2 : 1;
	return found;
}

static int by_size(const void *a, const void *b)
{
	const struct found *x = a, *y = b;

	return x->size < y->size ? -1 : x->size > y->size ? 1 : strcmp(x->name, y->name);
}

static bool list_types(struct pm_shell *sh, struct search *s)
{
	struct found *v = NULL;
	size_t n = 0, cap = 0;

	if (pm_btf_dwarf_names(sh->btf))
		return pm_shell_error(sh, "whatis",
				      "-r, -m: types out of DWARF are made one by one, as they "
				      "are asked for: there is no list of them");
	s->n = pm_btf_count(sh->btf);
	s->seen = pm_alloc((size_t)s->n + 1);
	for (uint32_t id = 1; id <= s->n && !pm_shell_interrupted(sh); id++) {
		enum pm_btf_kind kind = pm_btf_kind(sh->btf, id);
		const char *name = pm_btf_name(sh->btf, id);
		uint64_t size;

		if ((kind != PM_BTF_STRUCT && kind != PM_BTF_UNION) || !*name)
			continue;
		size = pm_btf_size(sh->btf, id);
		if (size < s->least || size > s->most || (s->member && !has_member(sh, s, id, 0)))
			continue;
		PM_ROOM(v, n, cap);
		v[n++] = (struct found){ size, name };
	}
	if (n)
		qsort(v, n, sizeof(*v), by_size);
	if (sh->json)
		pm_json_open(sh->json, "types", '[');
	else if (n)
		fputs("   SIZE  TYPE\n", sh->out);
	for (size_t i = 0; i < n; i++) {
		if (i && !by_size(&v[i - 1], &v[i]))
			continue; /* another of the same name and size */
		if (!sh->json) {
			fprintf(sh->out, "%7llu  %s\n", (unsigned long long)v[i].size, v[i].name);
			continue;
		}
		pm_json_open(sh->json, NULL, '{');
		pm_json_str(sh->json, "type", v[i].name);
		pm_json_uint(sh->json, "size", v[i].size);
		pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else if (!n)
		fputs("(none found)\n", sh->out);
	free(s->seen);
	free(v);
	return true;
}

/* "192", "256-512" */
static bool take_range(struct pm_shell *sh, const char *text, struct search *s)
{
	char *first = pm_printf("%.*s", (int)strcspn(text, "-"), text);
	const char *dash = strchr(text, '-');
	bool ok = pm_shell_number(first, &s->least);

	s->most = s->least;
	if (dash)
		ok = ok && pm_shell_number(dash + 1, &s->most);
	free(first);
	return ok || pm_shell_error(sh, "whatis", "-r wants a size or two, 256-512, not '%s'", text);
}

bool pm_shell_whatis(struct pm_shell *sh, int argc, char **argv)
{
	struct search search = { .most = UINT64_MAX };
	const char *range = NULL;
	struct pm_buf text = { 0 };
	bool offsets = false;
	const struct pm_shell_option options[] = {
		{ "-o", PM_OPTION_FLAG, &offsets, NULL },
		{ "-r", PM_OPTION_TEXT, &range, NULL },
		{ "-m", PM_OPTION_TEXT, &search.member, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc || (range && !take_range(sh, range, &search)))
		return false;
	if (range || search.member)
		return list_types(sh, &search);
	if (argc < 2)
		return pm_shell_error(sh, "whatis", "what?  A type, a symbol, or -r SIZE, -m MEMBER");
	for (int i = 1; i < argc; i++)
		pm_buf_printf(&text, "%s%s", i > 1 ? " " : "", argv[i]);
	sh->members = PM_VALUE_MEMBERS;
	bool ok = tell(sh, text.data, offsets);

	pm_buf_deinit(&text);
	sh->btf = sh->lx->btf;
	return ok;
}
