#include "base/symbol.h"

static const char *const suffixes[] = { ".isra", ".constprop", ".part", ".cold", ".llvm", ".lto", ".__uniq" };

struct pm_slice pm_symbol_cut(struct pm_slice symbol)
{
	for (size_t dot = 1; dot < symbol.n; dot++)
		for (size_t i = 0; symbol.p[dot] == '.' && i < PM_COUNT(suffixes); i++)
			if (pm_slice_starts(pm_slice_from(symbol, dot), pm_slice_of(suffixes[i])))
				return pm_slice_upto(symbol, dot);
	return symbol;
}

size_t pm_symbol_stem(const char *symbol)
{
	return pm_symbol_cut(pm_slice_of(symbol)).n;
}

bool pm_symbol_same(const char *a, const char *b)
{
	return a && b && pm_slice_eq(pm_symbol_cut(pm_slice_of(a)), pm_symbol_cut(pm_slice_of(b)));
}

/* What system calls' functions are called by architecture and version: arch/.../asm/syscall_wrapper.h,
 * include/linux/syscalls.h; SyS_ and SYSC_ before 4.17.  TITLE: the dashboards take it off; their prefixes of
 * an architecture leave "sys_", and they take off those of the helpers that calls share. */
enum { CALL = 1, TITLE = 2 };
static const struct {
	const char *prefix;
	int of;
} prefixes[] = {
	/* In this order the forms of titles are tried. */
	{ "SYSC_", CALL | TITLE },
	{ "SyS_", CALL | TITLE },
	{ "sys_", CALL | TITLE },
	{ "__x64_", TITLE },
	{ "__ia32_", TITLE },
	{ "__arm64_", TITLE },
	{ "____sys_", TITLE },
	{ "___sys_", TITLE },
	{ "__sys_", TITLE },
	{ "__se_", TITLE },
	{ "__se_sys_", CALL | TITLE },
	{ "__do_sys_", CALL | TITLE },
	{ "compat_SYSC_", TITLE },
	{ "compat_SyS_", CALL | TITLE },
	{ "ksys_", TITLE },
	{ "C_SYSC_", CALL },
	{ "compat_sys_", CALL },
	{ "__se_compat_sys_", CALL },
	{ "__do_compat_sys_", CALL },
	{ "__x64_sys_", CALL },
	{ "__x64_compat_sys_", CALL },
	{ "__x32_compat_sys_", CALL },
	{ "__ia32_sys_", CALL },
	{ "__ia32_compat_sys_", CALL },
	{ "__arm64_sys_", CALL },
	{ "__arm64_compat_sys_", CALL },
	{ "__riscv_sys_", CALL },
	{ "__riscv_compat_sys_", CALL },
	{ "__s390x_sys_", CALL },
	{ "__s390x_compat_sys_", CALL },
	{ "__s390_sys_", CALL },
	{ "__s390_compat_sys_", CALL },
	{ "__powerpc_sys_", CALL },
	{ "__powerpc_compat_sys_", CALL },
};

struct pm_slice pm_symbol_syscall(struct pm_slice symbol)
{
	for (size_t i = 0; i < PM_COUNT(prefixes); i++) {
		struct pm_slice name = symbol;

		/* No prefix stands at another's start and before a small letter ("sys_" before "write"). */
		if ((prefixes[i].of & CALL) && pm_take(&name, pm_slice_of(prefixes[i].prefix)) && name.n &&
		    name.p[0] >= 'a' && name.p[0] <= 'z')
			return pm_symbol_cut(name);
	}
	return (struct pm_slice){ 0 };
}

struct pm_slice pm_symbol_title(struct pm_slice symbol)
{
	if (pm_slice_has(symbol, PM_S("::")))
		return symbol;
	return pm_slice_upto(symbol, pm_slice_find_char(symbol, '.'));
}

bool pm_symbol_title_form(struct pm_slice raw, size_t i, struct pm_slice *out)
{
	*out = raw;
	for (size_t k = 0; i && k < PM_COUNT(prefixes); k++)
		if ((prefixes[k].of & TITLE) && !--i) {
			(void)pm_take(out, pm_slice_of(prefixes[k].prefix));
			return true;
		}
	return !i;
}
