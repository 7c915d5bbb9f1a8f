#include "symbols/place_text.h"

#include "base/pattern.h"

/* What stands before a program counter, where other places are return addresses. */
static const char *const exact_marks[] = {
	"RIP: ",       /* x86-64 */
	"EIP: ",       /* i386 */
	"IP: ",        /* x86 before 4.11: "IP: [<…>] foo+…" */
	"pc : ",       /* arm64 */
	"PC is at ",   /* arm */
	"epc : ",      /* riscv, mips */
	"NIP [",       /* powerpc */
	"Krnl PSW : ", /* s390 */
	"era : ",      /* loongarch */
	" ERA: ",      /* loongarch */
	"PC: ",        /* mips lockup reports and others */
	"WARNING: ",   /* "WARNING: CPU: 0 PID: 1 at mm/slub.c:12 foo+…" names the trapping instruction */
	"kernel BUG at ",
};

static bool is_symbol_char(char c)
{
	return pm_is_name_char(c) || c == '$';
}

static bool is_exact(struct pm_slice line, size_t start, size_t end)
{
	struct pm_slice before = pm_slice_upto(line, start), after = pm_slice_from(line, end);

	for (size_t i = 0; i < PM_COUNT(exact_marks); i++)
		if (pm_slice_has(before, pm_slice_of(exact_marks[i])))
			return true;
	/* arm64 since 6.13: "(P)" marks a program counter out of saved registers. */
	return pm_slice_starts(after, PM_S(" (P)")) || pm_slice_starts(after, PM_S(" (PL)"));
}

/* " [module]" or " [module 0123…]" at s; its size, or 0. */
static size_t take_module(struct pm_slice s, struct pm_printed_place *place)
{
	struct pm_slice rest = s, name, id;

	if (!pm_take_char(&rest, ' ') || !pm_take_char(&rest, '['))
		return 0;
	size_t n = 0;
	while (n < rest.n && (pm_is_name_char(rest.p[n]) || rest.p[n] == '-'))
		n++;
	if (!n)
		return 0;
	name = pm_slice_upto(rest, n);
	rest = pm_slice_from(rest, n);
	if (pm_take_char(&rest, ' ')) {
		n = 0;
		while (n < rest.n && pm_is_hex(rest.p[n]))
			n++;
		id = pm_slice_upto(rest, n);
		rest = pm_slice_from(rest, n);
		if (n < 16)
			return 0;
		place->build_id = id;
	}
	if (!pm_take_char(&rest, ']'))
		return 0;
	place->module = name;
	return s.n - rest.n;
}

/* "[<ffffffff81234567>] " that ends at `end`, where only blanks and "? " may stand between. */
static void take_address_before(struct pm_slice line, size_t end, struct pm_printed_place *place)
{
	size_t i = end, first;
	uint64_t addr;
	unsigned digits;

	while (i && (line.p[i - 1] == ' ' || line.p[i - 1] == '?' || line.p[i - 1] == '('))
		i--;
	if (i < 4 || line.p[i - 1] != ']' || line.p[i - 2] != '>')
		return;
	for (first = i - 2; first && pm_is_hex(line.p[first - 1]) && i - first < 20;)
		first--;
	if (first < 2 || line.p[first - 1] != '<' || line.p[first - 2] != '[')
		return;
	struct pm_slice hex = { line.p + first, i - 2 - first };
	if (pm_take_hex(&hex, &addr, &digits) && !hex.n && digits >= 8) {
		place->has_addr = true;
		place->addr = addr;
	}
}

/* A named place around the "+0x" at `plus`. */
static bool named_place(struct pm_slice line, size_t floor, size_t plus, bool asked,
			struct pm_text_place *out)
{
	size_t start = plus, module;
	struct pm_slice rest = pm_slice_from(line, plus + 1);

	*out = (struct pm_text_place){ 0 };
	while (start > floor && is_symbol_char(line.p[start - 1]))
		start--;
	if (start == plus || pm_is_digit(line.p[start]))
		return false;
	if (!pm_take_hex(&rest, &out->place.offset, NULL))
		return false;
	/* In a log, what has no size is mostly data: "list+0x18". */
	if (!(asked && (!rest.n || rest.p[0] != '/')) &&
	    (!pm_take(&rest, PM_S("/0x")) || !pm_take_hex(&rest, &out->place.size, NULL)))
		return false;
	out->place.symbol = (struct pm_slice){ line.p + start, plus - start };
	out->start = start;
	out->end = line.n - rest.n;
	module = take_module(rest, &out->place);
	out->end += module;
	take_address_before(line, start, &out->place);
	if (start > floor && line.p[start - 1] == '(' && out->end < line.n && line.p[out->end] == ')') {
		out->in_parentheses = true;
		out->start--;
		out->end++;
	}
	out->place.exact = is_exact(line, out->start, out->end);
	return true;
}

/* "[<hex>]", "0x" and 8 or 16 digits, or a line that is nothing but such a number. */
static bool raw_place(struct pm_slice line, size_t *at, struct pm_text_place *out)
{
	struct pm_slice trimmed = pm_slice_trim(line), hex = trimmed;
	uint64_t addr;
	unsigned digits;

	*out = (struct pm_text_place){ .raw = true };
	if (!*at && pm_take_hex(&hex, &addr, &digits) && !hex.n && digits >= 8) {
		out->start = (size_t)(trimmed.p - line.p);
		out->end = out->start + trimmed.n;
		out->place = (struct pm_printed_place){ .has_addr = true, .addr = addr, .exact = true };
		*at = line.n;
		return true;
	}
	/* Ranges are of memory, not of code: "[mem 0x0000000000100000-0x000000003fffffff]". */
	bool memory = pm_slice_has(line, PM_S("[mem "));
	for (size_t i = *at; i + 3 < line.n; i++) {
		bool bracket = line.p[i] == '[' && line.p[i + 1] == '<';
		bool prefix = line.p[i] == '0' && line.p[i + 1] == 'x' &&
			      (!i || (!is_symbol_char(line.p[i - 1]) && line.p[i - 1] != '+' &&
				      line.p[i - 1] != '/'));

		if (!bracket && (!prefix || memory || (i && line.p[i - 1] == '-')))
			continue;
		struct pm_slice rest = pm_slice_from(line, i + 2);
		/* "[<0>]" and "[<function>]" are of other things. */
		if (!rest.n || !pm_is_hex(rest.p[0]) || !pm_take_hex(&rest, &addr, &digits) ||
		    (digits != 8 && digits != 16) || (bracket && !pm_take(&rest, PM_S(">]"))) ||
		    (prefix && rest.n && (is_symbol_char(rest.p[0]) || rest.p[0] == '-')))
			continue;
		out->bracketed = bracket;
		out->start = i;
		out->end = line.n - rest.n;
		out->place = (struct pm_printed_place){ .has_addr = true, .addr = addr };
		out->place.exact = prefix || is_exact(line, out->start, out->end);
		*at = out->end;
		return true;
	}
	*at = line.n;
	return false;
}

static bool next_place(struct pm_slice line, size_t *at, bool asked, struct pm_text_place *out)
{
	bool first = !*at;

	for (size_t from = *at; from < line.n;) {
		size_t found = pm_slice_find(pm_slice_from(line, from), PM_S("+0x"));

		if (found == PM_NPOS)
			break;
		first = false;
		if (named_place(line, *at, from + found, asked, out)) {
			*at = out->end;
			return true;
		}
		from += found + 3;
	}
	/* Addresses count only where the line has no name beside them. */
	if (first || !pm_slice_has(line, PM_S("+0x")))
		return raw_place(line, at, out);
	*at = line.n;
	return false;
}

bool pm_text_place_next(struct pm_slice line, size_t *at, struct pm_text_place *out)
{
	return next_place(line, at, false, out);
}

bool pm_text_place_asked(struct pm_slice words, size_t *at, struct pm_text_place *out)
{
	return next_place(words, at, true, out);
}

/* ---- the recorder's reports ---- */

void pm_text_report_line(struct pm_slice line, struct pm_text_report *report)
{
	/* What a CPU that was stopped says is of its NMI.  A smashed stack is noticed by a call, too, which no source line made. */
	static const struct {
		const char *mark;
		int is;
	} rows[] = {
		{ "KPANIC 1 begin ", PM_REPORT_OF_FAULT },
		{ "KPANIC 1 site ", PM_REPORT_OF_CALL },
		{ "because=\"stack-protector: ", PM_REPORT_OF_CALL },
		{ "KPANIC 1 cpu ", PM_REPORT_OF_FAULT },
		{ "KPANIC 1 end ", PM_NO_REPORT },
	};

	if (pm_slice_has(line, PM_S("KPANIC 1 ")))
		for (size_t i = 0; i < PM_COUNT(rows); i++)
			if (pm_slice_has(line, pm_slice_of(rows[i].mark)))
				report->is = rows[i].is;
	if (pm_slice_has(line, PM_S("Call Trace:")))
		report->trace_begins = true;
}

void pm_text_report_place(struct pm_slice line, struct pm_text_report *report, struct pm_printed_place *place)
{
	if (report->is == PM_NO_REPORT)
		return;
	/* A trace begins with the place itself. */
	place->exact = report->is == PM_REPORT_OF_FAULT &&
		       (report->trace_begins || pm_slice_has(line, PM_S("RIP: ")));
	report->trace_begins = false;
}

/* ---- which kernel ---- */

/* "6.1.0-50-amd64": digits, a dot, a digit. */
static bool is_release(struct pm_slice s)
{
	size_t n = 0;

	while (n < s.n && pm_is_digit(s.p[n]))
		n++;
	return n && n < 4 && n + 1 < s.n && s.p[n] == '.' && pm_is_digit(s.p[n + 1]) && s.n < 128;
}

bool pm_text_kernel_id(struct pm_slice line, struct pm_kernel_id *out)
{
	size_t at = pm_slice_find(line, PM_S("Linux version "));
	struct pm_slice rest, word;

	*out = (struct pm_kernel_id){ 0 };
	if (at != PM_NPOS) {
		out->banner = pm_slice_trim(pm_slice_from(line, at));
		rest = pm_slice_from(out->banner, 14);
		return pm_take_word(&rest, &out->release) && is_release(out->release);
	}
	if (!pm_slice_has(line, PM_S("Comm: ")) || !pm_slice_has(line, PM_S("ainted")))
		return false;
	/* The last " #<digit>": a command's name may hold anything. */
	for (at = line.n; at-- > 1;)
		if (line.p[at] == '#' && line.p[at - 1] == ' ' && at + 1 < line.n &&
		    pm_is_digit(line.p[at + 1]))
			break;
	if (at == 0 || at == PM_NPOS)
		return false;
	size_t end = at;
	while (end && line.p[end - 1] == ' ')
		end--;
	size_t start = end;
	while (start && line.p[start - 1] != ' ')
		start--;
	out->release = (struct pm_slice){ line.p + start, end - start };
	out->version = pm_slice_trim(pm_slice_from(line, at));
	/* CONFIG_STACKTRACE_BUILD_ID puts the build id last. */
	for (rest = out->version; pm_take_word(&rest, &word); pm_take_blanks(&rest))
		if (word.n == 40 && !rest.n) {
			size_t n = 0;

			while (n < word.n && pm_is_hex(word.p[n]))
				n++;
			if (n == word.n) {
				out->build_id = word;
				out->version = pm_slice_trim(
					pm_slice_upto(out->version, (size_t)(word.p - out->version.p)));
			}
		}
	/* "PREEMPT(full)" and the like (since 6.14) follow too. */
	for (rest = out->version; pm_take_word(&rest, &word); pm_take_blanks(&rest))
		if (pm_slice_starts(word, PM_S("PREEMPT(")) || pm_slice_starts(word, PM_S("NONE("))) {
			out->version =
				pm_slice_trim(pm_slice_upto(out->version, (size_t)(word.p - out->version.p)));
			break;
		}
	return is_release(out->release);
}

bool pm_text_kaslr(struct pm_slice line, uint64_t *kaslr_out)
{
	struct pm_match m;
	uint64_t offset;

	if (pm_slice_has(line, PM_S("Kernel Offset: disabled"))) {
		*kaslr_out = 0;
		return true;
	}
	if (!pm_slice_has(line, PM_S("Kernel Offset: ")) ||
	    !pm_match("Kernel Offset: {x} from {x}", line, &m))
		return false;
	if (!pm_take_hex(&m.cap[0], &offset, NULL))
		return false;
	*kaslr_out = offset;
	return true;
}
