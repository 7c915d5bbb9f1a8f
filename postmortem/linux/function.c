#include "linux/function.h"

#include "linux/kernel_types.h"

#include <string.h>

bool pm_linux_function_open(struct pm_linux_session *s, uint64_t pc, struct pm_linux_function *out)
{
	struct pm_linux *lx = pm_session_kernel(s);
	struct pm_place place;

	*out = (struct pm_linux_function){ 0 };
	pm_arena_init(&out->arena);
	if (pm_linux_place(lx, pm_session_modules(s), &out->arena, pc, true, &place) && place.size &&
	    place.size <= PM_LINUX_FUNCTION_MAX) {
		out->start = pc - place.offset;
		out->size = place.size;
		out->name = place.symbol;
		out->module = pm_linux_module_at(pm_session_modules(s), pc);
		out->code = pm_arena_alloc(&out->arena, (size_t)place.size);
		if (pm_space_read(&lx->kernel, out->start, out->code, (size_t)place.size, NULL) ==
		    place.size) {
			out->types = out->module ? pm_linux_module_types(lx, out->module) : NULL;
			if (!out->types)
				out->types = lx->btf;
			return true;
		}
	}
	pm_linux_function_close(out);
	return false;
}

void pm_linux_function_close(struct pm_linux_function *function)
{
	pm_arena_deinit(&function->arena);
	*function = (struct pm_linux_function){ 0 };
}

/* A function that the compiler made anew (".isra.0") has other parameters, and its name says so. */
uint32_t pm_linux_function_prototype(struct pm_linux_session *s, const struct pm_linux_function *f)
{
	struct pm_btf *base = pm_session_kernel(s)->btf;
	uint32_t id = 0;

	if (!f->types)
		return 0;
	/* another's of the same name would do harm: a module's are looked for in its own types alone */
	if (f->module && f->types != base)
		for (uint32_t i = pm_btf_count(base) + 1; i <= pm_btf_count(f->types) && !id; i++)
			if (pm_btf_kind(f->types, i) == PM_BTF_FUNC &&
			    !strcmp(pm_btf_name(f->types, i), f->name))
				id = i;
	if (!f->module)
		id = pm_btf_find(base, PM_BTF_FUNC, f->name);
	return id ? pm_btf_target(f->types, id) : 0;
}
