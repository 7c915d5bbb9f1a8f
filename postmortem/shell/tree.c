/* tree: red-black trees, radix trees, xarrays and maple trees. */
#include "linux/tree.h"

#include "linux/member.h"
#include "shell/commands.h"
#include "shell/typed.h"

#include <string.h>

struct kind;

struct request {
	struct pm_shell *sh;
	struct pm_shell_typed typed;
	struct pm_linux_tree tree;
	const struct kind *kind;
	uint64_t node_offset; /* of the rb_node in what is in the tree */
	uint64_t n;           /* entries so far */
	bool has_type, position, nodes, hex, ok;
};

/* Short names are crash's. */
static const struct kind {
	const char *name, *short_name;
	void (*walk)(struct pm_linux_tree *tree, uint64_t root);
	void (*walk_node)(struct pm_linux_tree *tree, uint64_t node);
	bool by_index, is_rb, is_maple;
} kinds[] = {
	{ "rbtree", "rb", pm_linux_rb_walk, pm_linux_rb_walk_node, false, true, false },
	{ "radix", "ra", pm_linux_xarray_walk, pm_linux_xarray_walk_node, true, false, false },
	{ "xarray", "x", pm_linux_xarray_walk, pm_linux_xarray_walk_node, true, false, false },
	{ "maple", "m", pm_linux_maple_walk, pm_linux_maple_walk_node, false, false, true },
};

/* "root/l/r", "root/1/26" */
static void position_of(const struct request *r, char *buf, size_t size)
{
	size_t n = (size_t)snprintf(buf, size, "root");

	for (unsigned i = 0; i < r->tree.depth && i < PM_TREE_DEPTH && n < size; i++)
		n += (size_t)(r->kind->is_rb ? snprintf(buf + n, size - n, "/%c", (char)r->tree.path[i])
					     : snprintf(buf + n, size - n, "/%u", r->tree.path[i]));
}

static void put_range(struct pm_shell *sh, const struct request *r, uint64_t first, uint64_t last,
		      unsigned depth, const char *behind)
{
	fprintf(sh->out, r->hex ? "%*s%llx-%llx: %s" : "%*s%llu-%llu: %s", (int)(2 * depth), "",
		(unsigned long long)first, (unsigned long long)last, behind);
}

/* -v: each node of a maple tree, and each of its slots. */
static void print_node(uint64_t first, uint64_t last, uint64_t entry, unsigned depth, void *user)
{
	struct request *r = user;
	struct pm_shell *sh = r->sh;
	uint64_t parent = 0;

	pm_space_load(&sh->lx->kernel, entry & ~255ull, 8, &parent);
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "node", entry & ~255ull);
		pm_json_uint(sh->json, "kind", entry >> 3 & 15);
		pm_json_hex(sh->json, "first", first);
		pm_json_hex(sh->json, "last", last);
		pm_json_close(sh->json, '}');
		return;
	}
	put_range(sh, r, first, last, depth, "");
	fprintf(sh->out, "node 0x%llx depth %u type %llu parent 0x%llx\n",
		(unsigned long long)(entry & ~255ull), depth, (unsigned long long)(entry >> 3 & 15),
		(unsigned long long)parent);
}

static void print_place(struct request *r, uint64_t first, uint64_t last)
{
	struct pm_shell *sh = r->sh;
	uint64_t index = r->kind->by_index ? first : r->n;
	char position[16 * PM_TREE_DEPTH];

	position_of(r, position, sizeof(position));
	if (sh->json) {
		if (!r->kind->is_rb) {
			pm_json_hex(sh->json, "first", first);
			pm_json_hex(sh->json, "last", last);
		}
		pm_json_str(sh->json, "position", position);
	} else if (!r->position) {
		return;
	} else if (r->kind->is_rb) {
		fprintf(sh->out, "  position: %s\n", position);
	} else {
		fprintf(sh->out, r->hex ? "  index: %llx  position: %s\n" : "  index: %llu  position: %s\n",
			(unsigned long long)index, position);
	}
}

static bool print_entry(uint64_t first, uint64_t last, uint64_t entry, void *user)
{
	struct request *r = user;
	struct pm_shell *sh = r->sh;
	uint64_t addr = entry - r->node_offset;

	if (r->nodes && !sh->json) {
		put_range(sh, r, first, last, r->tree.depth, "");
		fprintf(sh->out, "0x%llx\n", (unsigned long long)entry);
		return !pm_shell_interrupted(sh);
	}
	if (!entry)
		return true;
	r->n++;
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "address", addr);
	} else {
		fprintf(sh->out, "%llx\n", (unsigned long long)addr);
	}
	print_place(r, first, last);
	/* values are no addresses: a number of the index, with bit 0 set */
	if (r->has_type && !(entry & 1))
		r->ok &= pm_typed_print(sh, &r->typed, addr);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return sh->members && !pm_shell_interrupted(sh);
}

static void print_root(struct pm_shell *sh, const struct request *r, uint64_t root)
{
	uint64_t flags = pm_linux_member_value(sh->lx, root, "maple_tree", "ma_flags");
	uint64_t top = pm_linux_member_value(sh->lx, root, "maple_tree", "ma_root");

	if (!sh->json && r->nodes)
		fprintf(sh->out, "maple_tree(%llx) flags %llX, height %llu root 0x%llx\n\n",
			(unsigned long long)root, (unsigned long long)flags,
			(unsigned long long)(flags >> 2 & 31), (unsigned long long)top);
}

static bool walk(struct pm_shell *sh, struct request *r, uint64_t root, bool is_node)
{
	r->sh = sh;
	r->ok = true;
	r->tree.lx = sh->lx;
	r->tree.visit = print_entry;
	r->tree.user = r;
	if (r->nodes) {
		r->tree.node = print_node;
		r->tree.empty = true;
		if (!is_node)
			print_root(sh, r, root);
	}
	if (sh->json)
		pm_json_open(sh->json, "entries", '[');
	(is_node ? r->kind->walk_node : r->kind->walk)(&r->tree, root);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return (!r->tree.trouble ||
		pm_shell_error(sh, "tree", "0x%llx: %s%s", (unsigned long long)root, r->tree.trouble,
			       r->n ? "; what is told here is not all of it" : "")) &&
	       r->ok;
}

static const struct kind *find_kind(const char *name)
{
	for (size_t i = 0; i < PM_COUNT(kinds); i++)
		if (!strcmp(name, kinds[i].name) || !strcmp(name, kinds[i].short_name))
			return &kinds[i];
	return NULL;
}

bool pm_shell_tree(struct pm_shell *sh, int argc, char **argv)
{
	struct request r = { 0 };
	const char *kind = "rbtree", *root_text = NULL, *node_text = NULL, *slow = NULL, *fast = NULL, *type;
	uint64_t root_offset = 0, start, gap;
	bool hex = false, decimal = false, is_node = false, linear = false;
	enum pm_absence why;
	const struct pm_shell_option options[] = {
		{ "-t", PM_OPTION_TEXT, &kind, NULL },       { "-r", PM_OPTION_TEXT, &root_text, NULL },
		{ "-o", PM_OPTION_TEXT, &node_text, NULL },  { "-s", PM_OPTION_TEXT, &slow, NULL },
		{ "-S", PM_OPTION_TEXT, &fast, NULL },       { "-l", PM_OPTION_FLAG, &linear, NULL },
		{ "-p", PM_OPTION_FLAG, &r.position, NULL }, { "-x", PM_OPTION_FLAG, &hex, NULL },
		{ "-d", PM_OPTION_FLAG, &decimal, NULL },    { "-v", PM_OPTION_FLAG, &r.nodes, NULL },
		{ "-N", PM_OPTION_FLAG, &is_node, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	r.kind = find_kind(kind);
	if (!r.kind)
		return pm_shell_error(sh, "tree", "-t takes rbtree, radix, xarray or maple, not '%s'", kind);
	if (argc != 2)
		return pm_shell_error(sh, "tree",
				      argc < 2 ? "from which address on?" : "one address, not more: %s",
				      argc < 2 ? "" : argv[2]);
	if (r.nodes && !r.kind->is_maple)
		return pm_shell_error(sh, "tree", "-v: of maple trees only");
	if (node_text && !r.kind->is_rb)
		return pm_shell_error(sh, "tree",
				      "-o: of red-black trees only: the others hold the structures' "
				      "own addresses");
	if ((root_text && !pm_shell_offset(sh, "tree", root_text, &root_offset)) ||
	    (node_text && !pm_shell_offset(sh, "tree", node_text, &r.node_offset)) ||
	    !pm_shell_address(sh, "tree", argv[1], &start))
		return false;
	start += is_node ? 0 : root_offset;
	if (pm_shell_gap(sh, start, 8, &gap, &why))
		return pm_shell_absent(sh, "tree", gap, why);
	type = slow ? slow : fast;
	if (type && !pm_typed_open(sh, "tree", type, &r.typed))
		return false;
	r.has_type = type != NULL;
	r.hex = r.typed.hex = hex || (sh->hex && !decimal);
	r.typed.bare = fast != NULL;
	r.tree.preorder = !linear;
	sh->members = PM_VALUE_MEMBERS;
	bool ok = walk(sh, &r, start, is_node);

	if (!sh->members)
		ok = pm_shell_error(sh, "tree", "more than %d members: not all of them are told",
				    PM_VALUE_MEMBERS);
	if (type)
		pm_typed_close(sh, &r.typed);
	return ok;
}
