#include "shell/expression.h"

#include "shell/typed.h"

#include <stdlib.h>
#include <string.h>

enum { max_depth = 64, max_name = PM_LINUX_NAME_MAX };

struct parser {
	struct pm_shell *sh;
	const char *command, *text, *at;
	int cpu;
	unsigned depth;
	bool failed; /* it was said why */
};

static bool binary(struct parser *p, struct pm_c_value *out, unsigned least);
static bool unary(struct parser *p, struct pm_c_value *out);

static bool fail(struct parser *p, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

static bool fail(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	if (p->failed)
		return false;
	p->failed = true;
	va_start(ap, fmt);
	char *text = pm_vprintf(fmt, ap);
	va_end(ap);
	pm_shell_error(p->sh, p->command, "%s", text);
	free(text);
	return false;
}

/* ---- words ---- */

static void blanks(struct parser *p)
{
	p->at += strspn(p->at, " \t");
}

static bool take(struct parser *p, const char *sign)
{
	blanks(p);
	if (strncmp(p->at, sign, strlen(sign)) != 0)
		return false;
	p->at += strlen(sign);
	return true;
}

/* ---- values ---- */

static struct pm_c_value number_of(struct pm_c_type type, uint64_t number)
{
	return (struct pm_c_value){ .type = type, .number = number };
}

static struct pm_c_value place_of(struct pm_c_type type, uint64_t addr)
{
	return (struct pm_c_value){ .type = type, .is_place = true, .addr = addr };
}

/* As a number of 64 bits. */
static uint64_t widen(uint64_t number, uint64_t size, bool with_sign)
{
	unsigned shift = size && size < 8 ? (unsigned)(64 - 8 * size) : 0;

	return with_sign ? (uint64_t)((int64_t)(number << shift) >> shift) : number << shift >> shift;
}

static bool absent(struct pm_shell *sh, const char *command, uint64_t addr)
{
	enum pm_absence why;
	uint64_t at;

	if (pm_shell_gap_in(pm_value_space(sh), addr, 8, &at, &why))
		return pm_shell_absent(sh, command, at, why);
	return pm_shell_error(sh, command, "0x%llx: no number stands there", (unsigned long long)addr);
}

/* Its number, or the address of what has none (structures, arrays, functions).  false: not in the dump; said. */
static bool number_at(struct parser *p, const struct pm_c_value *v, uint64_t *out)
{
	struct pm_shell *sh = p->sh;
	uint64_t size = pm_c_type_size(sh, &v->type);

	if (p->failed)
		return false;
	*out = v->is_place ? v->addr : v->number;
	if (!v->is_place)
		return true;
	if (v->field.bits)
		p->failed = !pm_value_bits(sh, v->addr, &v->field, out) &&
			    !absent(sh, p->command, v->addr + v->field.bit_offset / 8);
	else if (pm_c_type_is_structure(sh, &v->type) || pm_c_type_is_array(sh, &v->type) ||
		 pm_c_type_is_function(sh, &v->type))
		return true;
	else if (!size || size > 8 || !pm_space_load(pm_value_space(sh), v->addr, (unsigned)size, out))
		p->failed = !absent(sh, p->command, v->addr);
	else
		*out = widen(*out, size, pm_c_type_is_signed(sh, &v->type));
	return !p->failed;
}

/* What a pointer points to, an array's first element, a function itself. */
static bool follow(struct parser *p, const struct pm_c_value *v, struct pm_c_value *out)
{
	struct pm_c_type type = pm_c_type_plain(p->sh, v->type);
	uint64_t at;

	if (pm_c_type_is_function(p->sh, &type)) {
		*out = *v;
		return true;
	}
	if (!number_at(p, v, &at))
		return false;
	if (type.elements) {
		type.elements = 0;
	} else if (pm_c_type_is_array(p->sh, &type)) {
		type.id = pm_btf_target(p->sh->btf, type.id);
	} else if (type.pointers) {
		type.pointers--;
	} else {
		return fail(p, "%s: '*' wants a pointer, not a number: cast it: *(struct x *)…", p->text);
	}
	if (!type.pointers && !type.id && !type.size)
		return fail(p, "%s: a pointer to void: cast it: *(struct x *)…", p->text);
	*out = place_of(type, at);
	return true;
}

static bool member(struct parser *p, struct pm_c_value *v)
{
	struct pm_btf_member found;
	char name[max_name];

	blanks(p);
	size_t n = pm_c_word(p->at);

	if (!n || n >= sizeof(name))
		return fail(p, "%s: a member's name is missing at '%s'", p->text, p->at);
	memcpy(name, p->at, n);
	name[n] = 0;
	p->at += n;
	struct pm_c_type type = pm_c_type_plain(p->sh, v->type);

	/* gdb takes '.' for '->', and the other way round */
	if (type.pointers == 1 && !follow(p, v, v))
		return false;
	type = pm_c_type_plain(p->sh, v->type);
	if (!pm_c_type_is_structure(p->sh, &type) || !v->is_place)
		return fail(p, "%s: '.%s' of what is no structure", p->text, name);
	if (!pm_btf_find_member(p->sh->btf, type.id, name, &found)) {
		char text[256];

		pm_c_type_declare(p->sh, &type, "", text, sizeof(text));
		return fail(p, "no such member of %s: %s", text, name);
	}
	uint64_t addr = v->addr;

	*v = place_of((struct pm_c_type){ .id = found.type },
		      found.bits ? addr : addr + found.bit_offset / 8);
	if (found.bits)
		v->field = found;
	return true;
}

static bool element(struct parser *p, struct pm_c_value *v)
{
	struct pm_c_value index;
	uint64_t n, size;

	if (!binary(p, &index, 0) || !number_at(p, &index, &n))
		return false;
	if (!take(p, "]"))
		return fail(p, "%s: a ']' is missing", p->text);
	if (!follow(p, v, v))
		return false;
	size = pm_c_type_size(p->sh, &v->type);
	if (!size)
		return fail(p, "%s: elements of a size that is not known", p->text);
	v->addr += n * size;
	return true;
}

static bool postfix(struct parser *p, struct pm_c_value *v)
{
	for (;;) {
		bool ok = true, more = true;

		if (take(p, "["))
			ok = element(p, v);
		else if (take(p, "->") || take(p, "."))
			ok = member(p, v);
		else
			more = false;
		if (!more || !ok)
			return ok;
		v->symbol = NULL;
	}
}

/* ---- what stands alone ---- */

static bool number(struct parser *p, struct pm_c_value *out)
{
	char *end;
	bool hex = !strncmp(p->at, "0x", 2) || !strncmp(p->at, "0X", 2);
	uint64_t value = strtoull(p->at, &end, 0);

	/* an address as commands take them: hex without saying so */
	if (!hex && pm_is_hex(*end)) {
		value = strtoull(p->at, &end, 16);
		hex = true;
	}
	struct pm_c_type type = value <= INT32_MAX           ? pm_c_int
				: hex && value <= UINT32_MAX ? pm_c_unsigned
				: value <= INT64_MAX         ? pm_c_long
							     : pm_c_unsigned_long;

	for (; *end && strchr("uUlL", *end); end++) {
		bool is_long = *end == 'l' || *end == 'L';

		type.size = is_long ? 8 : type.size;
		type.encoding = is_long ? type.encoding : 0;
	}
	if (pm_is_word(*end))
		return fail(p, "not a number: %s", p->at);
	p->at = end;
	*out = number_of(type, value);
	return true;
}

static bool character(struct parser *p, struct pm_c_value *out)
{
	if (!p->at[0] || p->at[1] != '\'')
		return fail(p, "%s: a character is 'a'", p->text);
	*out = number_of(pm_c_char, (uint8_t)p->at[0]);
	p->at += 2;
	return true;
}

/* What is known of a symbol: its type, or an integer as large as it. */
static bool symbol(struct parser *p, const char *name, struct pm_c_value *out)
{
	struct pm_shell *sh = p->sh;
	struct pm_c_type type;
	uint64_t addr, size;
	bool percpu;

	if (!pm_shell_symbol(sh, name, &addr, &percpu))
		return false;
	int cpu = p->cpu;

	/* "runqueues:0.nr_running" */
	if (percpu && *p->at == ':' && pm_is_digit(p->at[1])) {
		char *end;
		unsigned long number = strtoul(p->at + 1, &end, 10);

		cpu = number <= INT32_MAX ? (int)number : INT32_MAX;
		p->at = end;
	}
	if (percpu && (cpu < 0 || (uint32_t)cpu >= sh->lx->cpus))
		return fail(p, "%s: per-CPU: '%s:0' is CPU 0's, '%s:a' each one's", name, name, name);
	enum pm_type_from from = pm_globals_type(sh, name, addr, percpu, &type, &size);

	if (percpu)
		addr += sh->lx->cpu_offset[cpu];
	if (!from)
		type = (struct pm_c_type){ .size = size == 1 || size == 2 || size == 4 ? (uint8_t)size : 8 };
	*out = place_of(type, addr);
	out->from = from;
	return true;
}

static bool name(struct parser *p, struct pm_c_value *out)
{
	size_t n = pm_c_word(p->at);
	const char *start = p->at;
	char text[max_name];
	int64_t value;

	if (n >= sizeof(text))
		return fail(p, "no such symbol: %.64s…", start);
	memcpy(text, start, n);
	text[n] = 0;
	p->at += n;
	if (symbol(p, text, out)) {
		out->symbol = start;
		return true;
	}
	if (p->failed)
		return false;
	if (p->sh->btf && pm_btf_enum_value(p->sh->btf, text, &value)) {
		*out = number_of(value > INT32_MAX || value < INT32_MIN ? pm_c_long : pm_c_int,
				 (uint64_t)value);
		return true;
	}
	if (strspn(text, "0123456789abcdefABCDEF") == n && n <= 16) {
		*out = number_of(pm_c_unsigned_long, strtoull(text, NULL, 16));
		return true;
	}
	p->failed = true;
	/* "(struct foo *)" is no cast, where there is none */
	if (!strcmp(text, "struct") || !strcmp(text, "union") || !strcmp(text, "enum")) {
		char *type;

		blanks(p);
		type = pm_printf("%s %.*s", text, (int)pm_c_word(p->at), p->at);
		pm_shell_no_such(p->sh, p->command, "type", type, NULL);
		free(type);
		return false;
	}
	return pm_shell_no_such(p->sh, p->command, "symbol", text, NULL);
}

static bool primary(struct parser *p, struct pm_c_value *out)
{
	blanks(p);
	if (take(p, "(")) {
		if (!binary(p, out, 0))
			return false;
		out->symbol = NULL;
		return take(p, ")") || fail(p, "%s: a ')' is missing", p->text);
	}
	if (take(p, "'"))
		return character(p, out);
	if (pm_is_digit(*p->at))
		return number(p, out);
	if (pm_c_word(p->at))
		return name(p, out);
	if (*p->at == '$')
		return fail(p,
			    "%s: neither earlier values ($1) nor registers ($rip) can be used: an expression "
			    "has names "
			    "and addresses, and 'bt' the registers",
			    p->text);
	return fail(p, *p->at ? "%s: not understood from '%s' on" : "%s: something is missing at its end%s",
		    p->text, p->at);
}

/* ---- one operand ---- */

static bool address_of(struct parser *p, struct pm_c_value *out)
{
	struct pm_c_type type;

	if (!unary(p, out))
		return false;
	if (!out->is_place || out->field.bits)
		return fail(p, "%s: '&' of what stands nowhere", p->text);
	type = out->type;
	/* a pointer to an array is one to its first element here */
	if (type.elements)
		type.elements = 0;
	type.pointers++;
	*out = number_of(type, out->addr);
	return true;
}

static bool size_of(struct parser *p, struct pm_c_value *out)
{
	const char *before = p->at;
	struct pm_btf *btf = p->sh->btf;
	struct pm_c_type type;
	struct pm_c_value value;

	if (take(p, "(") && pm_c_type_take(p->sh, &p->at, true, &type) && take(p, ")")) {
		*out = number_of(pm_c_unsigned_long, pm_c_type_size(p->sh, &type));
		return true;
	}
	p->at = before;
	p->sh->btf = btf;
	if (!unary(p, &value))
		return false;
	*out = number_of(pm_c_unsigned_long, pm_c_type_size(p->sh, &value.type));
	return true;
}

static bool cast(struct parser *p, struct pm_c_type type, struct pm_c_value *out)
{
	struct pm_c_value value = { 0 };
	uint64_t number_, size = pm_c_type_size(p->sh, &type);

	if (!unary(p, &value))
		return false;
	struct pm_c_type flat = pm_c_type_plain(p->sh, type);

	/* of a symbol whose type is not known: what it is, stands there */
	if (value.is_place && (pm_c_type_is_structure(p->sh, &flat) || pm_c_type_is_array(p->sh, &flat) ||
			       (value.from == PM_TYPE_UNKNOWN && value.symbol && size))) {
		*out = place_of(type, value.addr);
		return true;
	}
	if (pm_c_type_is_structure(p->sh, &flat) || pm_c_type_is_array(p->sh, &flat))
		return fail(p, "%s: a number is no structure: *(struct x *)…", p->text);
	if (!number_at(p, &value, &number_))
		return false;
	*out = number_of(type, widen(number_, size, pm_c_type_is_signed(p->sh, &type)));
	return true;
}

static bool is_cast(struct parser *p, struct pm_c_type *out)
{
	const char *before = p->at;
	struct pm_btf *btf = p->sh->btf;

	if (take(p, "(") && pm_c_type_take(p->sh, &p->at, false, out) && take(p, ")"))
		return true;
	p->at = before;
	p->sh->btf = btf;
	return false;
}

/* Small integers become int. */
static struct pm_c_type promoted(struct pm_shell *sh, const struct pm_c_type *type)
{
	uint64_t size = pm_c_type_size(sh, type);
	bool with_sign = pm_c_type_is_signed(sh, type);

	if (type->pointers || pm_c_type_is_array(sh, type))
		return pm_c_unsigned_long;
	if (size < 4 || (size == 4 && (with_sign || pm_c_type_kind(sh, type) == PM_BTF_ENUM)))
		return pm_c_int;
	return size == 4 ? pm_c_unsigned : with_sign ? pm_c_long : pm_c_unsigned_long;
}

static bool unary_sign(struct parser *p, char sign, struct pm_c_value *out)
{
	struct pm_c_value v;
	uint64_t n;

	if (!unary(p, &v) || !number_at(p, &v, &n))
		return false;
	struct pm_c_type type = promoted(p->sh, &v.type);

	switch (sign) {
	case '-':
		n = -n;
		break;
	case '~':
		n = ~n;
		break;
	case '!':
		n = !n;
		type = pm_c_int;
		break;
	default:
		break;
	}
	*out = number_of(type, widen(n, type.size, type.encoding & PM_BTF_SIGNED));
	return true;
}

static bool unary_inner(struct parser *p, struct pm_c_value *out)
{
	static const char signs[] = "-~!+";
	struct pm_c_type type;

	blanks(p);
	if (*p->at == '&' && p->at[1] != '&') {
		p->at++;
		return address_of(p, out);
	}
	if (take(p, "*"))
		return unary(p, out) && follow(p, out, out) && ((out->symbol = NULL), true);
	for (const char *sign = signs; *sign; sign++)
		if (*p->at == *sign) {
			p->at++;
			return unary_sign(p, *sign, out);
		}
	if (pm_c_is_word(p->at, pm_c_word(p->at), "sizeof")) {
		p->at += strlen("sizeof");
		return size_of(p, out);
	}
	if (is_cast(p, &type))
		return cast(p, type, out);
	return primary(p, out) && postfix(p, out);
}

static bool unary(struct parser *p, struct pm_c_value *out)
{
	if (p->depth == max_depth)
		return fail(p, "%.64s…: deeper than %d levels", p->text, max_depth);
	p->depth++;
	bool ok = unary_inner(p, out);

	p->depth--;
	return ok;
}

/* ---- two operands ---- */

enum operation {
	OR_ELSE,
	AND_THEN,
	BIT_OR,
	XOR,
	BIT_AND,
	EQ,
	NE,
	LE,
	GE,
	LT,
	GT,
	SHL,
	SHR,
	ADD,
	SUB,
	MUL,
	DIV,
	MOD
};

/* Longer signs first. */
static const struct {
	const char *sign;
	enum operation op;
	unsigned strength;
} operations[] = {
	{ "||", OR_ELSE, 1 }, { "&&", AND_THEN, 2 }, { "==", EQ, 6 },  { "!=", NE, 6 },    { "<=", LE, 7 },
	{ ">=", GE, 7 },      { "<<", SHL, 8 },      { ">>", SHR, 8 }, { "|", BIT_OR, 3 }, { "^", XOR, 4 },
	{ "&", BIT_AND, 5 },  { "<", LT, 7 },        { ">", GT, 7 },   { "+", ADD, 9 },    { "-", SUB, 9 },
	{ "*", MUL, 10 },     { "/", DIV, 10 },      { "%", MOD, 10 },
};

static bool calculate(struct parser *p, enum operation op, uint64_t a, uint64_t b, bool with_sign,
		      uint64_t *out)
{
	int64_t x = (int64_t)a, y = (int64_t)b;

	switch (op) {
	case OR_ELSE:
		*out = a || b;
		return true;
	case AND_THEN:
		*out = a && b;
		return true;
	case BIT_OR:
		*out = a | b;
		return true;
	case XOR:
		*out = a ^ b;
		return true;
	case BIT_AND:
		*out = a & b;
		return true;
	case EQ:
		*out = a == b;
		return true;
	case NE:
		*out = a != b;
		return true;
	case LE:
		*out = with_sign ? x <= y : a <= b;
		return true;
	case GE:
		*out = with_sign ? x >= y : a >= b;
		return true;
	case LT:
		*out = with_sign ? x < y : a < b;
		return true;
	case GT:
		*out = with_sign ? x > y : a > b;
		return true;
	case SHL:
		*out = b < 64 ? a << b : 0;
		return true;
	case SHR:
		*out = b >= 64 ? 0 : with_sign ? (uint64_t)(x >> b) : a >> b;
		return true;
	case ADD:
		*out = a + b;
		return true;
	case SUB:
		*out = a - b;
		return true;
	case MUL:
		*out = a * b;
		return true;
	case DIV:
	case MOD:
		break;
	}
	if (!b)
		return fail(p, "%s: a division by zero", p->text);
	if (with_sign && y == -1)
		*out = op == DIV ? -a : 0;
	else if (with_sign)
		*out = (uint64_t)(op == DIV ? x / y : x % y);
	else
		*out = op == DIV ? a / b : a % b;
	return true;
}

/* A pointer (or array) and a number: in elements. */
static bool with_pointer(struct parser *p, enum operation op, struct pm_c_value *a,
			 const struct pm_c_value *b, uint64_t x, uint64_t y)
{
	struct pm_c_type left = pm_c_type_plain(p->sh, a->type), right = pm_c_type_plain(p->sh, b->type),
			 to = left;
	bool both = left.pointers && right.pointers;

	if (pm_c_type_is_array(p->sh, &left)) {
		to = left.elements ? pm_c_type_element(left)
				   : (struct pm_c_type){ .id = pm_btf_target(p->sh->btf, left.id) };
		to.pointers++;
		left = to;
	}
	to.pointers--;
	uint64_t size = pm_c_type_size(p->sh, &to);

	size = size && size <= INT32_MAX ? size : 1;
	if (both && op == SUB)
		*a = number_of(pm_c_long, (uint64_t)((int64_t)(x - y) / (int64_t)size));
	else
		*a = number_of(left, op == ADD ? x + y * size : x - y * size);
	return true;
}

static bool combine(struct parser *p, enum operation op, struct pm_c_value *a, const struct pm_c_value *b)
{
	struct pm_c_type left = pm_c_type_plain(p->sh, a->type);
	bool is_pointer = left.pointers || pm_c_type_is_array(p->sh, &left);
	uint64_t x, y, result = 0;

	if (!number_at(p, a, &x) || !number_at(p, b, &y))
		return false;
	if (is_pointer && (op == ADD || op == SUB))
		return with_pointer(p, op, a, b, x, y);
	struct pm_c_type of_a = promoted(p->sh, &a->type), of_b = promoted(p->sh, &b->type), type = of_a;

	/* a shift's type is its left operand's */
	if (op != SHL && op != SHR) {
		if (of_b.size > type.size || (of_b.size == type.size && !of_b.encoding))
			type = of_b;
	}
	bool with_sign = type.encoding & PM_BTF_SIGNED;

	x = widen(x, type.size, with_sign);
	if (op != SHL && op != SHR)
		y = widen(y, type.size, with_sign);
	if (!calculate(p, op, x, y, with_sign, &result))
		return false;
	if (op <= AND_THEN || (op >= EQ && op <= GT))
		type = pm_c_int;
	*a = number_of(type, widen(result, type.size, type.encoding & PM_BTF_SIGNED));
	return true;
}

static bool binary(struct parser *p, struct pm_c_value *out, unsigned least)
{
	if (!unary(p, out))
		return false;
	for (;;) {
		struct pm_c_value right;
		size_t i = 0;

		blanks(p);
		while (i < PM_COUNT(operations) &&
		       strncmp(p->at, operations[i].sign, strlen(operations[i].sign)) != 0)
			i++;
		if (i == PM_COUNT(operations) || operations[i].strength <= least)
			return true;
		p->at += strlen(operations[i].sign);
		if (p->depth == max_depth)
			return fail(p, "%.64s…: deeper than %d levels", p->text, max_depth);
		p->depth++;
		bool ok = binary(p, &right, operations[i].strength);

		p->depth--;
		if (!ok || !combine(p, operations[i].op, out, &right))
			return false;
	}
}

bool pm_expression(struct pm_shell *sh, const char *command, const char *text, int cpu,
		   struct pm_c_value *out)
{
	struct parser p = { .sh = sh, .command = command, .text = text, .at = text, .cpu = cpu };

	*out = (struct pm_c_value){ 0 };
	if (!binary(&p, out, 0))
		return false;
	blanks(&p);
	return !*p.at || fail(&p, "%s: not understood from '%s' on", text, p.at);
}
