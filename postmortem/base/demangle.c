#include "base/demangle.h"

#define DEPTH_MAX 48
#define OUTPUT_MAX 480
#define STEPS_MAX 2000

struct rust {
	struct pm_slice s; /* behind "_R": back references count from here */
	size_t pos;
	char out[OUTPUT_MAX];
	size_t n;
	unsigned depth, steps;
	bool bad;
	bool quiet; /* read, but not printed: where an impl stands */
};

static void put(struct rust *r, const char *text, size_t n)
{
	if (r->quiet || r->bad)
		return;
	if (n > OUTPUT_MAX - r->n) {
		r->bad = true;
		return;
	}
	memcpy(r->out + r->n, text, n);
	r->n += n;
}

static void puts_(struct rust *r, const char *text)
{
	put(r, text, strlen(text));
}

static char peek(const struct rust *r)
{
	return !r->bad && r->pos < r->s.n ? r->s.p[r->pos] : 0;
}

static char next(struct rust *r)
{
	char c = peek(r);

	if (!c)
		r->bad = true;
	else
		r->pos++;
	return c;
}

static bool take(struct rust *r, char c)
{
	if (peek(r) != c)
		return false;
	r->pos++;
	return true;
}

/* "_" is 0, "0_" is 1 … */
static uint64_t base62(struct rust *r)
{
	uint64_t value = 0;

	if (take(r, '_'))
		return 0;
	for (;;) {
		char c = next(r);
		unsigned digit;

		if (c == '_')
			return value + 1;
		if (pm_is_digit(c))
			digit = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'z')
			digit = (unsigned)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'Z')
			digit = (unsigned)(c - 'A') + 36;
		else {
			r->bad = true;
			return 0;
		}
		if (value > (UINT64_MAX - 62) / 62) {
			r->bad = true;
			return 0;
		}
		value = value * 62 + digit;
	}
}

static uint64_t disambiguator(struct rust *r)
{
	return take(r, 's') ? base62(r) + 1 : 0;
}

static struct pm_slice identifier(struct rust *r, uint64_t *number_out)
{
	struct pm_slice rest, name;
	uint64_t n;

	*number_out = disambiguator(r);
	(void)take(r, 'u'); /* punycode is left as it is */
	rest = pm_slice_from(r->s, r->pos);
	if (r->bad || !pm_take_dec(&rest, &n)) {
		r->bad = true;
		return (struct pm_slice){ NULL, 0 };
	}
	(void)pm_take_char(&rest, '_');
	if (n > rest.n) {
		r->bad = true;
		return (struct pm_slice){ NULL, 0 };
	}
	name = pm_slice_upto(rest, n);
	r->pos = (size_t)(name.p + name.n - r->s.p);
	return name;
}

static void path(struct rust *r);
static void type(struct rust *r);

static bool enter(struct rust *r)
{
	if (++r->depth > DEPTH_MAX || ++r->steps > STEPS_MAX)
		r->bad = true;
	return !r->bad;
}

/* Reads what stands at an earlier place once more. */
static void back(struct rust *r, void (*what)(struct rust *))
{
	uint64_t to = base62(r);
	size_t here = r->pos;

	if (r->bad || to >= here) {
		r->bad = true;
		return;
	}
	r->pos = (size_t)to;
	what(r);
	r->pos = here;
}

static void lifetime(struct rust *r)
{
	if (take(r, 'L'))
		(void)base62(r);
}

static void constant(struct rust *r)
{
	if (!enter(r))
		return;
	if (take(r, 'p')) {
		puts_(r, "_");
	} else if (take(r, 'B')) {
		back(r, constant);
	} else {
		bool quiet = r->quiet;
		size_t start;

		r->quiet = true; /* the type of a number says little */
		type(r);
		r->quiet = quiet;
		if (take(r, 'n'))
			puts_(r, "-");
		start = r->pos;
		while (peek(r) && peek(r) != '_')
			r->pos++;
		puts_(r, "0x");
		put(r, r->s.p + start, r->pos - start);
		if (!take(r, '_'))
			r->bad = true;
	}
	r->depth--;
}

static void arguments(struct rust *r)
{
	for (unsigned i = 0; !r->bad && !take(r, 'E'); i++) {
		if (!enter(r))
			return;
		if (i)
			puts_(r, ", ");
		if (peek(r) == 'L') {
			lifetime(r);
			puts_(r, "'_");
		} else if (take(r, 'K')) {
			constant(r);
		} else {
			type(r);
		}
		r->depth--;
	}
}

static void path(struct rust *r)
{
	struct pm_slice name;
	uint64_t number;
	bool quiet = r->quiet;
	char c;

	if (!enter(r))
		return;
	switch (next(r)) {
	case 'C':
		name = identifier(r, &number);
		put(r, name.p, name.n);
		break;
	case 'N':
		c = next(r);
		path(r);
		name = identifier(r, &number);
		if (c >= 'A' && c <= 'Z') {
			puts_(r, c == 'C' ? "::{closure" : "::{shim");
			if (name.n)
				puts_(r, ":");
			put(r, name.p, name.n);
			puts_(r, "}");
		} else if (name.n) {
			puts_(r, "::");
			put(r, name.p, name.n);
		}
		break;
	case 'M':
		r->quiet = true;
		(void)disambiguator(r);
		path(r);
		r->quiet = quiet;
		puts_(r, "<");
		type(r);
		puts_(r, ">");
		break;
	case 'X':
		r->quiet = true;
		(void)disambiguator(r);
		path(r);
		r->quiet = quiet;
		/* fall through */
	case 'Y':
		puts_(r, "<");
		type(r);
		puts_(r, " as ");
		path(r);
		puts_(r, ">");
		break;
	case 'I':
		path(r);
		puts_(r, "<");
		arguments(r);
		puts_(r, ">");
		break;
	case 'B':
		back(r, path);
		break;
	default:
		r->bad = true;
	}
	r->depth--;
}

static const char *const basic_types[26] = {
	['a' - 'a'] = "i8",    ['b' - 'a'] = "bool", ['c' - 'a'] = "char", ['d' - 'a'] = "f64",
	['e' - 'a'] = "str",   ['f' - 'a'] = "f32",  ['h' - 'a'] = "u8",   ['i' - 'a'] = "isize",
	['j' - 'a'] = "usize", ['l' - 'a'] = "i32",  ['m' - 'a'] = "u32",  ['n' - 'a'] = "i128",
	['o' - 'a'] = "u128",  ['p' - 'a'] = "_",    ['s' - 'a'] = "i16",  ['t' - 'a'] = "u16",
	['u' - 'a'] = "()",    ['v' - 'a'] = "...",  ['x' - 'a'] = "i64",  ['y' - 'a'] = "u64",
	['z' - 'a'] = "!",
};

static void function_type(struct rust *r)
{
	uint64_t number;

	if (take(r, 'G'))
		(void)base62(r);
	if (take(r, 'U'))
		puts_(r, "unsafe ");
	if (take(r, 'K') && !take(r, 'C'))
		(void)identifier(r, &number);
	puts_(r, "fn(");
	arguments(r);
	puts_(r, ")");
	if (!take(r, 'u')) {
		puts_(r, " -> ");
		type(r);
	}
}

static void dynamic(struct rust *r)
{
	uint64_t number;

	puts_(r, "dyn ");
	if (take(r, 'G'))
		(void)base62(r);
	for (unsigned i = 0; !r->bad && !take(r, 'E'); i++) {
		if (i)
			puts_(r, " + ");
		path(r);
		while (take(r, 'p')) {
			bool quiet = r->quiet;

			(void)identifier(r, &number);
			r->quiet = true;
			type(r);
			r->quiet = quiet;
		}
	}
	lifetime(r);
}

static void type(struct rust *r)
{
	char c = peek(r);

	if (!enter(r))
		return;
	if (c >= 'a' && c <= 'z' && basic_types[c - 'a']) {
		r->pos++;
		puts_(r, basic_types[c - 'a']);
	} else {
		switch (c) {
		case 'A':
		case 'S':
			r->pos++;
			puts_(r, "[");
			type(r);
			if (c == 'A') {
				puts_(r, "; ");
				constant(r);
			}
			puts_(r, "]");
			break;
		case 'T':
			r->pos++;
			puts_(r, "(");
			arguments(r);
			puts_(r, ")");
			break;
		case 'R':
		case 'Q':
			r->pos++;
			lifetime(r);
			puts_(r, c == 'R' ? "&" : "&mut ");
			type(r);
			break;
		case 'P':
		case 'O':
			r->pos++;
			puts_(r, c == 'P' ? "*const " : "*mut ");
			type(r);
			break;
		case 'F':
			r->pos++;
			function_type(r);
			break;
		case 'D':
			r->pos++;
			dynamic(r);
			break;
		case 'B':
			r->pos++;
			back(r, type);
			break;
		default:
			path(r);
		}
	}
	r->depth--;
}

static bool rust_v0(struct pm_arena *arena, struct pm_slice symbol, struct pm_slice *out)
{
	struct rust r = { .s = pm_slice_from(symbol, 2) };

	path(&r);
	if (r.bad || !r.n)
		return false;
	*out = (struct pm_slice){ pm_arena_str(arena, (struct pm_slice){ r.out, r.n }), r.n };
	return true;
}

/* "$LT$" and ".." of Rust's names before v0. */
static void put_legacy(struct rust *r, struct pm_slice name)
{
	static const char *const escapes[][2] = {
		{ "$LT$", "<" },  { "$GT$", ">" },  { "$RF$", "&" },  { "$BP$", "*" },  { "$C$", "," },
		{ "$LP$", "(" },  { "$RP$", ")" },  { "$u20$", " " }, { "$u7b$", "{" }, { "$u7d$", "}" },
		{ "$u5b$", "[" }, { "$u5d$", "]" }, { "$u27$", "'" }, { "$u3b$", ";" }, { "..", "::" },
	};
	if (pm_slice_starts(name, PM_S("_$")))
		name = pm_slice_from(name, 1);
	while (name.n) {
		size_t i = 0;

		while (i < PM_COUNT(escapes) && !pm_slice_starts(name, pm_slice_of(escapes[i][0])))
			i++;
		if (i < PM_COUNT(escapes)) {
			puts_(r, escapes[i][1]);
			name = pm_slice_from(name, strlen(escapes[i][0]));
		} else {
			put(r, name.p, 1);
			name = pm_slice_from(name, 1);
		}
	}
}

static bool itanium(struct pm_arena *arena, struct pm_slice symbol, struct pm_slice *out)
{
	struct rust r = { .s = symbol };
	struct pm_slice rest = pm_slice_from(symbol, 2);
	bool nested = pm_take_char(&rest, 'N');

	while (nested && rest.n && strchr("rVKRO", rest.p[0]))
		rest = pm_slice_from(rest, 1);
	(void)pm_take_char(&rest, 'L'); /* internal linkage */
	for (;;) {
		uint64_t n;

		if (!pm_take_dec(&rest, &n) || !n || n > rest.n)
			return false;
		struct pm_slice name = pm_slice_upto(rest, n);
		rest = pm_slice_from(rest, n);
		if (nested && n == 17 && name.p[0] == 'h' && rest.n && rest.p[0] == 'E')
			break; /* Rust's hash */
		if (r.n)
			puts_(&r, "::");
		put_legacy(&r, name);
		if (!nested || pm_take_char(&rest, 'E'))
			break;
	}
	/* templates, constructors and operators are left as they are */
	if (r.bad || !r.n || (rest.n && rest.p[0] == 'I'))
		return false;
	*out = (struct pm_slice){ pm_arena_str(arena, (struct pm_slice){ r.out, r.n }), r.n };
	return true;
}

bool pm_demangle(struct pm_arena *arena, struct pm_slice symbol, struct pm_slice *out)
{
	*out = symbol;
	if (symbol.n > 2048)
		return false;
	if (pm_slice_starts(symbol, PM_S("_R")) && symbol.n > 3 && strchr("CMXYNIB", symbol.p[2]))
		return rust_v0(arena, symbol, out);
	if (pm_slice_starts(symbol, PM_S("_Z")))
		return itanium(arena, symbol, out);
	return false;
}
