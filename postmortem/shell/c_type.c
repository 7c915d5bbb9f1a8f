#include "shell/c_type.h"

#include "shell/typed.h"

#include <stdlib.h>
#include <string.h>

enum { max_pointers = 64 };

size_t pm_c_word(const char *at)
{
	size_t n = 0;

	if (!pm_is_alpha(*at) && *at != '_')
		return 0;
	while (pm_is_word(at[n]))
		n++;
	return n;
}

bool pm_c_is_word(const char *at, size_t n, const char *word)
{
	return strlen(word) == n && !strncmp(at, word, n);
}

const struct pm_c_type pm_c_int = { .size = 4, .encoding = PM_BTF_SIGNED };
const struct pm_c_type pm_c_long = { .size = 8, .encoding = PM_BTF_SIGNED };
const struct pm_c_type pm_c_unsigned = { .size = 4 };
const struct pm_c_type pm_c_unsigned_long = { .size = 8 };
const struct pm_c_type pm_c_char = { .size = 1, .encoding = PM_BTF_SIGNED | PM_BTF_CHAR };

/* What C's own words add up to. */
struct integer_words {
	unsigned longs;
	bool is_unsigned, is_short, is_char, is_bool, is_void, is_int;
};

static bool add_word(struct integer_words *w, const char *at, size_t n)
{
	bool *const rows[] = { &w->is_unsigned, &w->is_short, &w->is_char, &w->is_bool,
			       &w->is_bool,     &w->is_void,  &w->is_int,  &w->is_int };
	static const char *const words[] = { "unsigned", "short", "char", "bool",
					     "_Bool",    "void",  "int",  "signed" };

	for (size_t i = 0; i < PM_COUNT(words); i++)
		if (pm_c_is_word(at, n, words[i])) {
			*rows[i] = true;
			return true;
		}
	w->longs += pm_c_is_word(at, n, "long");
	return pm_c_is_word(at, n, "long");
}

static struct pm_c_type integer_of(const struct integer_words *w)
{
	struct pm_c_type type = { 0 };

	if (w->is_void)
		return type;
	type.size = w->is_bool || w->is_char ? 1 : w->is_short ? 2 : w->longs ? 8 : 4;
	type.encoding = (w->is_unsigned || w->is_bool ? 0 : PM_BTF_SIGNED) | (w->is_char ? PM_BTF_CHAR : 0) |
			(w->is_bool ? PM_BTF_BOOL : 0);
	return type;
}

/* Advances *at behind a type's name; false: it is none, and *at stays.  with_bare: a structure's name alone, too. */
static bool base_type(struct pm_shell *sh, const char **at, bool with_bare, struct pm_c_type *out)
{
	const char *p = *at, *module;
	struct integer_words words = { 0 };
	bool any = false;
	size_t n;

	*out = (struct pm_c_type){ 0 };
	for (;;) {
		char name[PM_LINUX_NAME_MAX];
		enum pm_btf_kind kind = PM_BTF_VOID;

		p += strspn(p, " \t");
		n = pm_c_word(p);
		if (pm_c_is_word(p, n, "const") || pm_c_is_word(p, n, "volatile")) {
			p += n;
			continue;
		}
		if (n && add_word(&words, p, n)) {
			any = true;
			p += n;
			continue;
		}
		if (any || !n || n >= sizeof(name) || out->id)
			break;
		if (pm_c_is_word(p, n, "struct"))
			kind = PM_BTF_STRUCT;
		else if (pm_c_is_word(p, n, "union"))
			kind = PM_BTF_UNION;
		else if (pm_c_is_word(p, n, "enum"))
			kind = PM_BTF_ENUM;
		if (kind) {
			p += n;
			p += strspn(p, " \t");
			n = pm_c_word(p);
		}
		if (!n || n >= sizeof(name))
			return false;
		memcpy(name, p, n);
		name[n] = 0;
		/* a name alone is a typedef's: that of a structure may be a variable's, too */
		if (!kind && !with_bare)
			kind = PM_BTF_TYPEDEF;
		struct pm_btf *before = sh->btf;

		out->id = pm_shell_find_type(sh, kind, name, &module);
		if (kind == PM_BTF_TYPEDEF && pm_btf_kind(sh->btf, out->id) != PM_BTF_TYPEDEF &&
		    (p[n + strspn(p + n, " \t")] != '*' || !out->id)) {
			sh->btf = before;
			out->id = 0;
		}
		if (!out->id)
			return false;
		p += n;
	}
	if (any)
		*out = integer_of(&words);
	if (!any && !out->id)
		return false;
	*at = p;
	return true;
}

/* "[4]", "[NR_SOFTIRQS]" of an enumeration, "[]". */
static bool take_bounds(struct pm_shell *sh, const char **at, struct pm_c_type *out)
{
	char name[128];
	int64_t value = 0;
	size_t n = strcspn(++*at, "]");

	if ((*at)[n] != ']' || n >= sizeof(name))
		return false;
	memcpy(name, *at, n);
	name[n] = 0;
	*at += n + 1;
	if (pm_c_word(name) == n && n) {
		if (!pm_btf_enum_value(sh->btf, name, &value))
			return false;
	} else {
		value = (int64_t)strtoul(name, NULL, 0);
	}
	out->elements = value > 0 && value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
	return true;
}

bool pm_c_type_take(struct pm_shell *sh, const char **at, bool with_bare, struct pm_c_type *out)
{
	if (!base_type(sh, at, with_bare, out))
		return false;
	for (;;) {
		size_t n;

		*at += strspn(*at, " \t");
		n = pm_c_word(*at);
		if (**at == '*') {
			out->pointers++;
			++*at;
		} else if (pm_c_is_word(*at, n, "const") || pm_c_is_word(*at, n, "volatile")) {
			*at += n;
		} else {
			break;
		}
	}
	return **at != '[' || take_bounds(sh, at, out);
}

bool pm_c_type_parse(struct pm_shell *sh, const char *text, struct pm_c_type *out)
{
	const char *at = text;

	return pm_c_type_take(sh, &at, true, out) && !at[strspn(at, " \t")];
}

struct pm_c_type pm_c_type_element(struct pm_c_type type)
{
	type.elements = 0;
	return type;
}

uint64_t pm_c_type_size(struct pm_shell *sh, const struct pm_c_type *type)
{
	const struct pm_c_type element = pm_c_type_element(*type);

	if (type->elements)
		return type->elements * pm_c_type_size(sh, &element);
	if (type->pointers)
		return 8;
	return type->id ? pm_btf_size(sh->btf, type->id) : type->size;
}

struct pm_c_type pm_c_type_plain(struct pm_shell *sh, struct pm_c_type type)
{
	while (!type.pointers && !type.elements && type.id) {
		uint32_t id = pm_btf_resolve(sh->btf, type.id);

		type.id = id;
		if (pm_btf_kind(sh->btf, id) != PM_BTF_PTR)
			break;
		type.id = pm_btf_target(sh->btf, id);
		type.pointers = 1;
	}
	return type;
}

enum pm_btf_kind pm_c_type_kind(struct pm_shell *sh, const struct pm_c_type *type)
{
	return type->pointers || type->elements ? PM_BTF_VOID
						: pm_btf_kind(sh->btf, pm_btf_resolve(sh->btf, type->id));
}

bool pm_c_type_is_structure(struct pm_shell *sh, const struct pm_c_type *type)
{
	enum pm_btf_kind kind = pm_c_type_kind(sh, type);

	return kind == PM_BTF_STRUCT || kind == PM_BTF_UNION;
}

bool pm_c_type_is_array(struct pm_shell *sh, const struct pm_c_type *type)
{
	return type->elements || pm_c_type_kind(sh, type) == PM_BTF_ARRAY;
}

bool pm_c_type_is_function(struct pm_shell *sh, const struct pm_c_type *type)
{
	return pm_c_type_kind(sh, type) == PM_BTF_FUNC_PROTO;
}

static const char *integer_name(const struct pm_c_type *type)
{
	static const char *const names[2][9] = {
		{ [0] = "void",
		  [1] = "unsigned char",
		  [2] = "unsigned short",
		  [4] = "unsigned int",
		  [8] = "unsigned long" },
		{ [1] = "signed char", [2] = "short", [4] = "int", [8] = "long" },
	};

	if (type->encoding & PM_BTF_BOOL)
		return "bool";
	if (type->size == 1 && type->encoding == (PM_BTF_SIGNED | PM_BTF_CHAR))
		return "char";
	return names[type->encoding & PM_BTF_SIGNED][type->size];
}

void pm_c_type_declare(struct pm_shell *sh, const struct pm_c_type *type, const char *name, char *buf,
		       size_t size)
{
	struct pm_buf inner = { 0 };

	pm_buf_str(&inner, "");
	for (unsigned i = 0; i < type->pointers && i < max_pointers; i++)
		pm_buf_str(&inner, "*");
	pm_buf_str(&inner, name);
	if (type->elements)
		pm_buf_printf(&inner, "[%u]", type->elements);
	enum pm_btf_kind kind = pm_btf_kind(sh->btf, type->id);

	if (type->id && type->pointers && (kind == PM_BTF_FUNC_PROTO || kind == PM_BTF_ARRAY)) {
		char *wrapped = pm_printf("(%s)", inner.data);

		pm_btf_declare(sh->btf, type->id, wrapped, buf, size);
		free(wrapped);
	} else if (type->id) {
		pm_btf_declare(sh->btf, type->id, inner.data, buf, size);
	} else {
		snprintf(buf, size, "%s%s%s", integer_name(type), *inner.data ? " " : "", inner.data);
	}
	pm_buf_deinit(&inner);
}

bool pm_c_type_is_signed(struct pm_shell *sh, const struct pm_c_type *type)
{
	if (type->pointers || type->elements)
		return false;
	if (!type->id)
		return type->encoding & PM_BTF_SIGNED;
	uint32_t id = pm_btf_resolve(sh->btf, type->id);

	return pm_btf_kind(sh->btf, id) == PM_BTF_INT && pm_btf_int_encoding(sh->btf, id) & PM_BTF_SIGNED;
}
