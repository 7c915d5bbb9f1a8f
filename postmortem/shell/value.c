#include "shell/value.h"

#include "symbols/bytes.h"

#include <string.h>

enum { max_depth = 12 };

bool pm_value_goes_on(struct pm_shell *sh)
{
	return sh->members && !pm_shell_interrupted(sh) && sh->members--;
}

static void print(struct pm_shell *sh, uint64_t addr, uint32_t type, const struct pm_value_style *style,
		  unsigned depth);

struct pm_space *pm_value_space(struct pm_shell *sh)
{
	return sh->values ? sh->values : &sh->lx->kernel;
}

bool pm_value_bits(struct pm_shell *sh, uint64_t base, const struct pm_btf_member *member, uint64_t *out)
{
	unsigned shift = (unsigned)(member->bit_offset % 8), n = (member->bits + shift + 7) / 8;
	uint8_t bytes[8] = { 0 };

	if (n > sizeof(bytes) ||
	    pm_space_read(pm_value_space(sh), base + member->bit_offset / 8, bytes, n, NULL) < n)
		return false;
	*out = pm_load(bytes, 8, false) >> shift & (member->bits == 64 ? ~0ull : (1ull << member->bits) - 1);
	return true;
}

bool pm_value_is_char(const struct pm_btf *btf, uint32_t type)
{
	uint32_t id = pm_btf_resolve(btf, type);
	const char *name = pm_btf_name(btf, id);

	return pm_btf_kind(btf, id) == PM_BTF_INT && pm_btf_size(btf, id) == 1 &&
	       (pm_btf_int_encoding(btf, id) & PM_BTF_CHAR || !strcmp(name, "char") ||
		!strcmp(name, "unsigned char") || !strcmp(name, "signed char"));
}

/* "65 'A'" */
static void print_char(struct pm_shell *sh, uint8_t value, bool is_signed)
{
	if (is_signed)
		fprintf(sh->out, "%d", (int8_t)value);
	else
		fprintf(sh->out, "%u", value);
	if (value >= 0x20 && value < 0x7f)
		fprintf(sh->out, value == '\'' || value == '\\' ? " '\\%c'" : " '%c'", value);
	else
		fprintf(sh->out, " '\\%03o'", value);
}

void pm_value_print_integer(struct pm_shell *sh, uint64_t value, uint64_t size, unsigned encoding,
			    const struct pm_value_style *style)
{
	if (size && size < 8)
		value &= (1ull << 8 * size) - 1;
	if (style->hex)
		fprintf(sh->out, "0x%llx", (unsigned long long)value);
	else if (encoding & PM_BTF_BOOL && value <= 1)
		fputs(value ? "true" : "false", sh->out);
	else if (encoding & PM_BTF_CHAR && size == 1)
		print_char(sh, (uint8_t)value, encoding & PM_BTF_SIGNED);
	else if (encoding & PM_BTF_SIGNED && size && size < 8)
		fprintf(sh->out, "%lld", (long long)((int64_t)(value << (64 - 8 * size)) >> (64 - 8 * size)));
	else if (encoding & PM_BTF_SIGNED)
		fprintf(sh->out, "%lld", (long long)value);
	else
		fprintf(sh->out, "%llu", (unsigned long long)value);
}

static void print_enum(struct pm_shell *sh, uint32_t type, int64_t value, const struct pm_value_style *style)
{
	int64_t known;
	bool with_sign = false;
	const char *name;

	for (uint32_t i = 0; (name = pm_btf_enum(sh->btf, type, i, &known)); i++) {
		with_sign |= known < 0;
		if (known == value && !style->numbers) {
			fputs(name, sh->out);
			return;
		}
	}
	if (!with_sign && pm_btf_size(sh->btf, type) == 4)
		value = (uint32_t)value;
	fprintf(sh->out, "%lld", (long long)value);
}

static void put_letter(struct pm_shell *sh, uint8_t c)
{
	if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\')
		fputc(c, sh->out);
	else
		fprintf(sh->out, "\\%03o", c);
}

static void print_string(struct pm_shell *sh, const uint8_t *bytes, size_t n)
{
	size_t end = strnlen((const char *)bytes, n);

	fputc('"', sh->out);
	for (size_t i = 0; i < end; i++)
		put_letter(sh, bytes[i]);
	fputc('"', sh->out);
}

/* An array of characters: a string up to its end; of unsigned ones, which may be anything, all up to the zeros at its
 * end. */
static void print_text(struct pm_shell *sh, const uint8_t *bytes, size_t n, bool is_string)
{
	while (!is_string && n && !bytes[n - 1])
		n--;
	if (is_string || strnlen((const char *)bytes, n) == n) {
		print_string(sh, bytes, n);
		return;
	}
	fputc('"', sh->out);
	for (size_t i = 0; i < n; i++)
		put_letter(sh, bytes[i]);
	fputc('"', sh->out);
}

void pm_value_print_pointer(struct pm_shell *sh, uint64_t value, bool is_text)
{
	char name[PM_LINUX_NAME_MAX + 96];
	struct pm_arena arena;
	struct pm_place place;
	uint8_t text[1024];

	fprintf(sh->out, "0x%llx", (unsigned long long)value);
	/* of code and data of the kernel and its modules: whose */
	if (value >= sh->lx->kernel.mmu->kernel_start(&sh->lx->kernel)) {
		pm_arena_init(&arena);
		bool found = pm_shell_place(sh, &arena, value, true, &place);

		pm_arena_deinit(&arena);
		/* strings have no names: that of a variable somewhere before would mislead */
		if (found && !(is_text && place.offset)) {
			pm_shell_name(sh, value, true, name, sizeof(name));
			fprintf(sh->out, " <%s>", name);
		}
	}
	if (!is_text || !value)
		return;
	size_t n = pm_space_read(pm_value_space(sh), value, text, sizeof(text), NULL);

	if (!n)
		return;
	fputc(' ', sh->out);
	print_string(sh, text, n);
	if (n == sizeof(text) && strnlen((const char *)text, n) == n)
		fputs("...", sh->out);
}

void pm_value_print_number(struct pm_shell *sh, uint32_t type, uint64_t value,
			   const struct pm_value_style *style)
{
	const struct pm_btf *btf = sh->btf;
	uint64_t size;

	type = pm_btf_resolve(btf, type);
	size = pm_btf_size(btf, type);
	switch (pm_btf_kind(btf, type)) {
	case PM_BTF_PTR:
		pm_value_print_pointer(sh, value, pm_value_is_char(btf, pm_btf_target(btf, type)));
		break;
	case PM_BTF_ENUM:
		print_enum(sh, type, size == 4 ? (int32_t)value : (int64_t)value, style);
		break;
	case PM_BTF_ENUM64:
		print_enum(sh, type, (int64_t)value, style);
		break;
	default:
		pm_value_print_integer(sh, value, size,
				       pm_btf_int_encoding(btf, type) |
					       (pm_value_is_char(btf, type) ? PM_BTF_CHAR : 0),
				       style);
	}
}

static void newline(struct pm_shell *sh, unsigned indent)
{
	fprintf(sh->out, "\n%*s", (int)indent, "");
}

static void print_members(struct pm_shell *sh, uint64_t addr, uint32_t type,
			  const struct pm_value_style *style, unsigned depth)
{
	struct pm_value_style inner = { style->indent + 2, style->hex, style->numbers };
	struct pm_btf_member member;

	if (!pm_btf_members(sh->btf, type)) {
		fputs("{}", sh->out);
		return;
	}
	fputc('{', sh->out);
	for (uint32_t i = 0; pm_value_goes_on(sh) && pm_btf_member(sh->btf, type, i, &member); i++) {
		newline(sh, inner.indent);
		if (*member.name)
			fprintf(sh->out, "%s = ", member.name);
		if (member.bits)
			pm_value_print_member(sh, addr, &member, &inner);
		else
			print(sh, addr + member.bit_offset / 8, member.type, &inner, depth + 1);
		if (i + 1 < pm_btf_members(sh->btf, type))
			fputc(',', sh->out);
	}
	newline(sh, style->indent);
	fputc('}', sh->out);
}

static void print_array(struct pm_shell *sh, uint64_t addr, uint32_t type, const struct pm_value_style *style,
			unsigned depth)
{
	const struct pm_btf *btf = sh->btf;
	uint32_t element = pm_btf_resolve(btf, pm_btf_target(btf, type)), n = pm_btf_length(btf, type);
	uint64_t size = pm_btf_size(btf, element);
	bool is_text = pm_value_is_char(btf, element);
	const struct pm_value_style inner = { style->indent + 2, style->hex, style->numbers };
	uint8_t bytes[1024];

	if (is_text && n && n <= sizeof(bytes)) {
		if (pm_space_read(pm_value_space(sh), addr, bytes, n, NULL) == n)
			print_text(sh, bytes, n, !strcmp(pm_btf_name(btf, element), "char"));
		else
			fputs("<not in the dump>", sh->out);
		return;
	}
	const uint64_t most = pm_shell_print_max(sh);

	fputc('{', sh->out);
	for (uint32_t i = 0; i < n && i < most && pm_value_goes_on(sh); i++) {
		if (i)
			fputs(", ", sh->out);
		print(sh, addr + i * size, element, &inner, depth + 1);
	}
	fputs(n > most ? "...}" : "}", sh->out);
}

static void print(struct pm_shell *sh, uint64_t addr, uint32_t type, const struct pm_value_style *style,
		  unsigned depth)
{
	const struct pm_btf *btf = sh->btf;
	uint64_t size, value;

	type = pm_btf_resolve(btf, type);
	size = pm_btf_size(btf, type);
	if (depth > max_depth) {
		fputs("{...}", sh->out);
		return;
	}
	switch (pm_btf_kind(btf, type)) {
	case PM_BTF_STRUCT:
	case PM_BTF_UNION:
		print_members(sh, addr, type, style, depth);
		return;
	case PM_BTF_ARRAY:
		print_array(sh, addr, type, style, depth);
		return;
	default:
		break;
	}
	if (!size || size > 8) {
		fprintf(sh->out, size ? "<%llu bytes>" : "<unknown>", (unsigned long long)size);
		return;
	}
	if (!pm_space_load(pm_value_space(sh), addr, (unsigned)size, &value))
		fputs("<not in the dump>", sh->out);
	else
		pm_value_print_number(sh, type, value, style);
}

void pm_value_print(struct pm_shell *sh, uint64_t addr, uint32_t type, const struct pm_value_style *style)
{
	print(sh, addr, type, style, 0);
}

void pm_value_print_member(struct pm_shell *sh, uint64_t base, const struct pm_btf_member *member,
			   const struct pm_value_style *style)
{
	const struct pm_btf *btf = sh->btf;
	uint64_t value;

	if (!member->bits) {
		print(sh, base + member->bit_offset / 8, member->type, style, 0);
		return;
	}
	if (!pm_value_bits(sh, base, member, &value)) {
		fputs("<not in the dump>", sh->out);
		return;
	}
	uint32_t type = pm_btf_resolve(btf, member->type);
	if (pm_btf_kind(btf, type) == PM_BTF_ENUM || pm_btf_kind(btf, type) == PM_BTF_ENUM64)
		print_enum(sh, type, (int64_t)value, style);
	else
		pm_value_print_integer(sh, value, 8, pm_btf_int_encoding(btf, type) & PM_BTF_BOOL, style);
}

/* "   [2416]" or " [ff18b65602860970]": in columns of their own, the brackets in line at their ends. */
enum { offset_columns = 9, address_columns = 20 };

static void print_offset(struct pm_shell *sh, enum pm_value_offsets kind, uint64_t base, uint64_t offset)
{
	uint64_t addr = base + offset;
	char text[24];

	if (base)
		snprintf(text, sizeof(text), "[%llx]", (unsigned long long)addr);
	else
		snprintf(text, sizeof(text), kind == PM_OFFSETS_HEX ? "[0x%llx]" : "[%llu]",
			 (unsigned long long)offset);
	fprintf(sh->out, "%*s", base ? address_columns : offset_columns, text);
}

static bool is_typedef(const struct pm_btf *btf, uint32_t type)
{
	enum pm_btf_kind kind = pm_btf_kind(btf, type);

	while (kind == PM_BTF_CONST || kind == PM_BTF_VOLATILE) {
		type = pm_btf_target(btf, type);
		kind = pm_btf_kind(btf, type);
	}
	return kind == PM_BTF_TYPEDEF;
}

static void print_declarations(struct pm_shell *sh, uint32_t type, enum pm_value_offsets offsets,
			       uint64_t base, uint64_t bit_base, unsigned indent, unsigned depth)
{
	const struct pm_btf *btf = sh->btf;
	struct pm_btf_member member;

	for (uint32_t i = 0; pm_value_goes_on(sh) && pm_btf_member(btf, type, i, &member); i++) {
		char text[512];
		uint32_t inner = pm_btf_resolve(btf, member.type);
		enum pm_btf_kind kind = pm_btf_kind(btf, inner);
		uint64_t bit = bit_base + member.bit_offset;

		if (offsets)
			print_offset(sh, offsets, base, bit / 8);
		fprintf(sh->out, "%*s", (int)indent, "");
		/* an unnamed one is part of this declaration, unless a typedef names it (atomic_t) */
		if ((kind == PM_BTF_STRUCT || kind == PM_BTF_UNION) && !*pm_btf_name(btf, inner) &&
		    !is_typedef(btf, member.type) && depth < max_depth) {
			fprintf(sh->out, "%s {\n", kind == PM_BTF_STRUCT ? "struct" : "union");
			print_declarations(sh, inner, offsets, base, bit, indent + 4, depth + 1);
			fprintf(sh->out, "%*s}%s%s;\n",
				(int)indent + (!offsets ? 0
					       : base   ? address_columns
							: offset_columns),
				"", *member.name ? " " : "", member.name);
			continue;
		}
		pm_btf_declare(btf, member.type, member.name, text, sizeof(text));
		if (member.bits)
			fprintf(sh->out, "%s : %u;\n", text, member.bits);
		else
			fprintf(sh->out, "%s;\n", text);
	}
}

void pm_value_print_body(struct pm_shell *sh, uint32_t id, enum pm_value_offsets offsets, uint64_t base)
{
	const struct pm_btf *btf = sh->btf;
	enum pm_btf_kind kind = pm_btf_kind(btf, id);
	const char *own = pm_btf_name(btf, id), *name;
	int64_t value;

	if (kind == PM_BTF_STRUCT || kind == PM_BTF_UNION) {
		fprintf(sh->out, "%s%s%s {\n", kind == PM_BTF_STRUCT ? "struct" : "union", *own ? " " : "",
			own);
		print_declarations(sh, id, offsets, base, 0, offsets ? 1 : 4, 0);
	} else {
		fprintf(sh->out, "enum%s%s {\n", *own ? " " : "", own);
		for (uint32_t i = 0; (name = pm_btf_enum(btf, id, i, &value)); i++)
			fprintf(sh->out, "  %s = %lld\n", name, (long long)value);
	}
	fputc('}', sh->out);
}

void pm_value_print_type(struct pm_shell *sh, uint32_t type, enum pm_value_offsets offsets, uint64_t base)
{
	uint32_t id = pm_btf_resolve(sh->btf, type);
	enum pm_btf_kind kind = pm_btf_kind(sh->btf, id);
	char text[256];

	if (kind == PM_BTF_STRUCT || kind == PM_BTF_UNION || kind == PM_BTF_ENUM || kind == PM_BTF_ENUM64) {
		pm_value_print_body(sh, id, offsets, base);
		fputc('\n', sh->out);
	} else {
		pm_btf_declare(sh->btf, type, "", text, sizeof(text));
		fprintf(sh->out, "%s\n", text);
	}
	fprintf(sh->out, "SIZE: %llu\n", (unsigned long long)pm_btf_size(sh->btf, type));
}
