#include "linux/express.h"

#include <stdio.h>
#include <string.h>

enum { max_depth = 8 };

uint32_t pm_linux_pointed_struct(const struct pm_btf *types, uint32_t type)
{
	uint32_t id = pm_btf_resolve(types, type);

	if (!id || pm_btf_kind(types, id) != PM_BTF_PTR)
		return 0;
	id = pm_btf_resolve(types, pm_btf_target(types, id));
	return pm_btf_kind(types, id) == PM_BTF_STRUCT || pm_btf_kind(types, id) == PM_BTF_UNION ? id : 0;
}

static void express(const struct pm_linux_express *ex, const struct pm_value *value, unsigned depth,
		    struct pm_linux_expression *out);

static void put(struct pm_linux_expression *out, uint32_t type, const char *a, const char *between,
		const char *b)
{
	int n = snprintf(out->text, sizeof(out->text), "%s%s%s", a, between, b);

	out->type = type;
	if (n < 0 || (size_t)n >= sizeof(out->text))
		*out = (struct pm_linux_expression){ 0 };
}

/* A variable's type stands in BTF for per-CPU ones, and since some kernels for others. */
static bool variable(const struct pm_linux_express *ex, uint64_t addr, struct pm_linux_expression *out)
{
	struct pm_linux *lx = pm_session_kernel(ex->session);
	struct pm_arena arena;
	struct pm_place place;
	char rest[24] = "";
	bool found;

	pm_arena_init(&arena);
	found = pm_linux_place(lx, pm_session_modules(ex->session), &arena, addr, true, &place) &&
		place.offset < 0x1000;
	if (found && place.offset)
		snprintf(rest, sizeof(rest), "+0x%llx", (unsigned long long)place.offset);
	if (found)
		put(out, 0, place.symbol, rest, "");
	if (found && !place.offset && ex->function->types)
		pm_btf_variable(ex->function->types, place.symbol, &out->type);
	pm_arena_deinit(&arena);
	return found;
}

/* What lies at byte `offset` of what a pointer points to: the innermost member that begins there. */
static void member(const struct pm_btf *types, const struct pm_linux_expression *pointer, int64_t offset,
		   struct pm_linux_expression *out)
{
	uint32_t id = pm_linux_pointed_struct(types, pointer->type);
	struct pm_btf_member found;
	char path[96];

	if (!id || offset < 0 || !pm_btf_member_at(types, id, (uint64_t)offset, path, sizeof(path), &found) ||
	    !*path || found.bit_offset != 8 * (uint64_t)offset || found.bits)
		return;
	put(out, found.type, pointer->text, "->", path);
}

static void percpu(const struct pm_linux_express *ex, uint64_t addr, struct pm_linux_expression *out)
{
	struct pm_linux *lx = pm_session_kernel(ex->session);
	struct pm_btf *types = ex->function->types;
	char name[PM_LINUX_NAME_MAX];
	struct pm_btf_member found;
	uint64_t start, end;
	uint32_t index, type;

	if (!types || !lx->symbols || !pm_linux_symbols_find(lx->symbols, addr, &index, &start, &end) ||
	    !pm_linux_symbols_name(lx->symbols, index, name) || !pm_btf_variable(types, name, &type))
		return;
	if (addr == start) {
		put(out, type, strcmp(name, "current_task") ? name : "current", "", "");
		return;
	}
	char path[96];

	if (!pm_btf_member_at(types, pm_btf_resolve(types, type), addr - start, path, sizeof(path), &found) ||
	    found.bit_offset != 8 * (addr - start))
		return;
	if (!strcmp(path, "current_task"))
		put(out, found.type, "current", "", "");
	else
		put(out, found.type, name, ".", path);
}

static void argument(const struct pm_linux_express *ex, uint64_t number, struct pm_linux_expression *out)
{
	const struct pm_btf *types = ex->function->types;
	const char *name;
	uint32_t type;

	/* each in one register: a structure by value would shift those behind it */
	for (uint32_t i = 0; i <= number; i++)
		if (!ex->prototype || !pm_btf_param(types, ex->prototype, i, &name, &type) ||
		    !pm_btf_size(types, type) || pm_btf_size(types, type) > 8 ||
		    pm_btf_kind(types, pm_btf_resolve(types, type)) == PM_BTF_FLOAT)
			return;
	if (*name)
		put(out, type, name, "", "");
}

static void result(const struct pm_linux_express *ex, uint64_t target, struct pm_linux_expression *out)
{
	struct pm_linux_function called;
	struct pm_arena arena;
	struct pm_place place;

	pm_arena_init(&arena);
	if (target &&
	    pm_linux_place(pm_session_kernel(ex->session), pm_session_modules(ex->session), &arena, target,
			   true, &place) &&
	    !place.offset && !strstr(place.symbol, "__x86_indirect_thunk")) {
		put(out, 0, place.symbol, "()", "");
		/* ids of other modules' types are not those of this function */
		if (pm_linux_function_open(ex->session, target, &called)) {
			if (called.types == ex->function->types || !called.module)
				out->type = pm_btf_target(called.types,
							  pm_linux_function_prototype(ex->session, &called));
			pm_linux_function_close(&called);
		}
	}
	pm_arena_deinit(&arena);
}

static void express(const struct pm_linux_express *ex, const struct pm_value *value, unsigned depth,
		    struct pm_linux_expression *out)
{
	struct pm_linux_expression inner;

	*out = (struct pm_linux_expression){ 0 };
	if (!value || depth > max_depth)
		return;
	switch (value->kind) {
	case PM_VALUE_ARGUMENT:
		argument(ex, value->number, out);
		break;
	case PM_VALUE_LOADED:
		if (value->from->kind == PM_VALUE_CONSTANT) {
			variable(ex, value->from->number, out);
			break;
		}
		express(ex, value->from, depth + 1, &inner);
		if (inner.type && ex->function->types)
			member(ex->function->types, &inner, value->from->offset, out);
		break;
	case PM_VALUE_PERCPU:
		percpu(ex, value->number, out);
		break;
	case PM_VALUE_RESULT:
		result(ex, value->number, out);
		break;
	case PM_VALUE_CONSTANT:
	case PM_VALUE_STACK:
		break;
	}
}

void pm_linux_express(const struct pm_linux_express *ex, const struct pm_value *value,
		      struct pm_linux_expression *out)
{
	express(ex, value, 0, out);
}
