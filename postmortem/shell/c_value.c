/* Values of expressions, printed as gdb does. */
#include "shell/expression.h"

#include <string.h>

static bool is_character(struct pm_shell *sh, const struct pm_c_type *type)
{
	if (type->pointers || type->elements)
		return false;
	return type->id ? pm_value_is_char(sh->btf, type->id)
			: type->size == 1 && type->encoding & PM_BTF_CHAR;
}

/* "(struct task_struct *) 0x… <init_task>"; text needs no cast to be known as such. */
static void print_pointer(struct pm_shell *sh, const struct pm_c_value *v, const struct pm_c_type *plain,
			  uint64_t number)
{
	struct pm_c_type target = *plain;
	char text[512];

	target.pointers--;
	bool is_text = is_character(sh, &target);

	if (!is_text) {
		pm_c_type_declare(sh, &v->type, "", text, sizeof(text));
		fprintf(sh->out, "(%s) ", text);
	}
	pm_value_print_pointer(sh, number, is_text);
}

static void print_function(struct pm_shell *sh, const struct pm_c_value *v)
{
	char text[512];

	pm_c_type_declare(sh, &v->type, "", text, sizeof(text));
	fprintf(sh->out, "{%s} ", text);
	pm_value_print_pointer(sh, v->addr, false);
}

static void print_array(struct pm_shell *sh, const struct pm_c_value *v, const struct pm_value_style *style)
{
	const struct pm_value_style inner = { style->indent + 2, style->hex };
	struct pm_c_value element = { .type = pm_c_type_element(v->type), .is_place = true, .addr = v->addr };
	uint64_t size = pm_c_type_size(sh, &element.type), number;
	struct pm_c_type plain = pm_c_type_plain(sh, element.type);

	if (is_character(sh, &plain)) {
		pm_value_print_pointer(sh, v->addr, true);
		return;
	}
	const uint64_t most = pm_shell_print_max(sh);

	fputc('{', sh->out);
	for (uint32_t i = 0; i < v->type.elements && i < most && pm_value_goes_on(sh);
	     i++, element.addr += size) {
		if (i)
			fputs(", ", sh->out);
		/* pointers without their type, as in structures */
		if (plain.pointers && pm_space_load(pm_value_space(sh), element.addr, 8, &number)) {
			plain.pointers--;
			pm_value_print_pointer(sh, number, is_character(sh, &plain));
			plain.pointers++;
		} else {
			pm_c_value_print(sh, &element, &inner);
		}
	}
	fputs(v->type.elements > most ? "...}" : "}", sh->out);
}

void pm_c_value_print(struct pm_shell *sh, const struct pm_c_value *v, const struct pm_value_style *style)
{
	struct pm_c_type plain = pm_c_type_plain(sh, v->type);
	uint64_t number = v->number, size = pm_c_type_size(sh, &v->type);

	if (v->is_place && v->type.elements) {
		print_array(sh, v, style);
		return;
	}
	if (pm_c_type_is_function(sh, &plain)) {
		print_function(sh, v);
		return;
	}
	if (v->field.bits) {
		pm_value_print_member(sh, v->addr, &v->field, style);
		return;
	}
	if (v->is_place && (pm_c_type_is_structure(sh, &plain) || pm_c_type_is_array(sh, &plain))) {
		pm_value_print(sh, v->addr, v->type.id, style);
		return;
	}
	if (v->is_place &&
	    (!size || size > 8 || !pm_space_load(pm_value_space(sh), v->addr, (unsigned)size, &number))) {
		fputs("<not in the dump>", sh->out);
		return;
	}
	if (plain.pointers)
		print_pointer(sh, v, &plain, number);
	else if (v->type.id)
		pm_value_print_number(sh, v->type.id, number, style);
	else
		pm_value_print_integer(sh, number, size, v->type.encoding, style);
}

static void json_elements(struct pm_shell *sh, const struct pm_c_value *v);

/* As text, where it is one: `char [198]`.  false: it is not. */
static bool json_text(struct pm_shell *sh, const char *key, const struct pm_c_value *v)
{
	struct pm_c_type element = pm_c_type_plain(sh, pm_c_type_element(v->type));
	char text[4096];
	uint32_t n = v->type.elements;

	if (n >= sizeof(text) || !is_character(sh, &element) || !pm_c_type_is_signed(sh, &element) ||
	    pm_space_read(pm_value_space(sh), v->addr, text, n, NULL) != n)
		return false;
	text[n] = 0;
	pm_json_str(sh->json, key, text);
	return true;
}

static void json_value(struct pm_shell *sh, const char *key, const struct pm_c_value *v)
{
	struct pm_c_type plain = pm_c_type_plain(sh, v->type);
	uint64_t number = v->number, size = pm_c_type_size(sh, &v->type);
	const uint64_t exact = UINT64_C(1) << 53;

	if (pm_c_type_is_function(sh, &plain)) {
		pm_json_hex(sh->json, key, v->is_place ? v->addr : v->number);
	} else if (v->field.bits) {
		pm_value_json_member(sh, key, v->addr, &v->field);
	} else if (v->is_place && v->type.elements && json_text(sh, key, v)) {
		; /* told */
	} else if (v->is_place && v->type.elements) {
		pm_json_open(sh->json, key, '[');
		json_elements(sh, v);
		pm_json_close(sh->json, ']');
	} else if (v->is_place && v->type.id && !v->type.pointers) {
		pm_value_json(sh, key, v->addr, v->type.id);
	} else if (v->is_place && (!size || size > 8 ||
				   !pm_space_load(pm_value_space(sh), v->addr, (unsigned)size, &number))) {
		pm_json_null(sh->json, key);
	} else if (plain.pointers) {
		pm_json_hex(sh->json, key, number);
	} else if (pm_c_type_is_signed(sh, &plain)) {
		unsigned shift = size && size < 8 ? (unsigned)(64 - 8 * size) : 0;

		pm_json_int(sh->json, key, (int64_t)(number << shift) >> shift);
	} else if (number < exact) {
		pm_json_uint(sh->json, key, number);
	} else {
		pm_json_hex(sh->json, key, number);
	}
}

static void json_elements(struct pm_shell *sh, const struct pm_c_value *v)
{
	struct pm_c_value element = { .type = pm_c_type_element(v->type), .is_place = true, .addr = v->addr };
	uint64_t size = pm_c_type_size(sh, &element.type);

	for (uint32_t i = 0; i < v->type.elements && pm_value_goes_on(sh); i++, element.addr += size)
		json_value(sh, NULL, &element);
}

void pm_c_value_json(struct pm_shell *sh, const struct pm_c_value *v)
{
	char text[512];

	pm_c_type_declare(sh, &v->type, "", text, sizeof(text));
	pm_json_str(sh->json, "type", text);
	if (v->is_place)
		pm_json_hex(sh->json, "address", v->addr);
	json_value(sh, "value", v);
}
