/* list: what is linked, each element once, however it is linked. */
#include "shell/commands.h"
#include "shell/seen.h"
#include "shell/typed.h"

#include <string.h>

struct request {
	struct pm_shell_typed typed;
	bool has_type;
	uint64_t offset;      /* of the link in an element */
	uint64_t head_offset; /* of it in the structure that holds the head */
	uint64_t inside;      /* -l: what an element's address is behind its structure's start */
	uint64_t end;         /* an address that is no element any more */
	bool has_end, has_head_offset, has_inside;
	bool head, holder; /* -H: the start is a list_head; -h: it is a structure with one */
	bool backwards, brent;
};

static bool put_element(struct pm_shell *sh, const struct request *r, uint64_t addr)
{
	bool ok = true;

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "address", addr);
	} else {
		fprintf(sh->out, "%llx\n", (unsigned long long)addr);
	}
	if (r->has_type)
		ok = pm_typed_print(sh, &r->typed, addr - r->inside);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
}

static bool say_loop(struct pm_shell *sh, const struct request *r, uint64_t addr, uint64_t first, uint64_t n)
{
	if (r->brent)
		return pm_shell_error(sh, "list", "a loop of %llu elements, from element %llu (0x%llx) on",
				      (unsigned long long)(n - first), (unsigned long long)first,
				      (unsigned long long)addr);
	return pm_shell_error(sh, "list", "0x%llx comes again, after %llu: it was element %llu",
			      (unsigned long long)addr, (unsigned long long)n, (unsigned long long)first);
}

/* start: the first element, or what the kind of list makes of it.  What ends it is what ends crash's: its head, nothing,
 * or an element that links to itself. */
static bool walk(struct pm_shell *sh, const struct request *r, uint64_t start)
{
	uint64_t step = r->backwards ? 8 : 0;
	/* links are at the start of list_heads, elements are that much before them */
	bool circular = r->head || r->holder;
	uint64_t head = r->head ? start : start + (r->has_head_offset ? r->head_offset : r->offset);
	uint64_t link = circular ? head : start + r->offset, current = start, n = 0, first, next = 0;
	struct pm_shell_seen seen = { 0 };
	enum pm_absence why;
	uint64_t gap;
	bool ok = true;

	if (pm_shell_gap(sh, link + step, 8, &gap, &why))
		return pm_shell_absent(sh, "list", gap, why);
	if (!r->head && !(r->holder && r->has_head_offset)) {
		ok = put_element(sh, r, start);
		pm_shell_seen_add(&seen, start, n++, &first);
	}
	while (ok && !pm_shell_interrupted(sh)) {
		if (!pm_space_load(&sh->lx->kernel, link + step, 8, &next)) {
			pm_shell_gap(sh, link + step, 8, &gap, &why);
			ok = pm_shell_absent(sh, "list", gap, why);
			break;
		}
		uint64_t element = circular ? next - r->offset : next;

		if (!next || (r->has_end && next == r->end) || (circular && next == head) ||
		    (!circular && (next == start || next == current)) || next == link)
			break;
		if (pm_shell_gap(sh, (circular ? next : next + r->offset) + step, 8, &gap, &why)) {
			ok = pm_shell_absent(sh, "list", gap, why);
			break;
		}
		if (!pm_shell_seen_add(&seen, element, n, &first)) {
			/* without a head it may lead back to the first that the start linked to */
			ok = (!circular && first <= 1) || say_loop(sh, r, element, first, n);
			break;
		}
		ok = put_element(sh, r, element);
		n++;
		current = element;
		link = circular ? next : next + r->offset;
	}
	pm_shell_seen_free(&seen);
	return ok;
}

/* "module.list", or a number that is no address. */
static bool is_offset(const char *text)
{
	const uint64_t most = 1 << 20;
	uint64_t value;

	return strchr(text, '.') || (pm_shell_number(text, &value) && value < most);
}

/* Of the arguments that are no options, one may be the offset. */
static bool take_arguments(struct pm_shell *sh, int argc, char **argv, struct request *r, const char *offset,
			   uint64_t *start)
{
	int at = 1;

	if (argc > 2 && offset)
		return pm_shell_error(sh, "list", "two offsets: %s and %s", offset, argv[1]);
	if (argc > 3 || argc < 2)
		return pm_shell_error(sh, "list",
				      argc < 2 ? "from which address on?"
					       : "an offset and a start, not more: %s",
				      argc > 3 ? argv[3] : "");
	if (argc == 3) {
		/* "module.list modules" and "modules module.list" */
		at = is_offset(argv[2]) && !is_offset(argv[1]) ? 1 : 2;
		offset = argv[3 - at];
	}
	if (offset && !pm_shell_offset(sh, "list", offset, &r->offset))
		return false;
	return pm_shell_address(sh, "list", argv[at], start);
}

bool pm_shell_list(struct pm_shell *sh, int argc, char **argv)
{
	struct request r = { 0 };
	const char *offset = NULL, *head_offset = NULL, *inside = NULL, *slow = NULL, *fast = NULL;
	bool hex = false, decimal = false;
	uint64_t start = 0;
	const struct pm_shell_option options[] = {
		{ "-o", PM_OPTION_TEXT, &offset, NULL },
		{ "-e", PM_OPTION_ADDRESS, &r.end, &r.has_end },
		{ "-s", PM_OPTION_TEXT, &slow, NULL },
		{ "-S", PM_OPTION_TEXT, &fast, NULL },
		{ "-l", PM_OPTION_TEXT, &inside, &r.has_inside },
		{ "-O", PM_OPTION_TEXT, &head_offset, &r.has_head_offset },
		{ "-x", PM_OPTION_FLAG, &hex, NULL },
		{ "-d", PM_OPTION_FLAG, &decimal, NULL },
		{ "-r", PM_OPTION_FLAG, &r.backwards, NULL },
		{ "-B", PM_OPTION_FLAG, &r.brent, NULL },
		{ "-h", PM_OPTION_FLAG, &r.holder, NULL },
		{ "-H", PM_OPTION_FLAG, &r.head, NULL },
	};
	const char *type;

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	type = slow ? slow : fast;
	if (!argc || !take_arguments(sh, argc, argv, &r, offset, &start))
		return false;
	if (r.has_head_offset && !r.holder)
		return pm_shell_error(sh, "list", "-O: only with -h");
	if (r.has_inside && !type)
		return pm_shell_error(sh, "list", "-l: only with -s");
	if ((head_offset && !pm_shell_offset(sh, "list", head_offset, &r.head_offset)) ||
	    (inside && !pm_shell_offset(sh, "list", inside, &r.inside)))
		return false;
	if (type && !pm_typed_open(sh, "list", type, &r.typed))
		return false;
	r.has_type = type != NULL;
	r.typed.hex = hex || (sh->hex && !decimal);
	r.typed.bare = fast != NULL;
	sh->members = PM_VALUE_MEMBERS;
	if (sh->json)
		pm_json_open(sh->json, "elements", '[');
	bool ok = walk(sh, &r, start);

	if (sh->json)
		pm_json_close(sh->json, ']');
	if (!sh->members)
		ok = pm_shell_error(sh, "list", "more than %d members: not all of them are told",
				    PM_VALUE_MEMBERS);
	if (type)
		pm_typed_close(sh, &r.typed);
	return ok;
}
