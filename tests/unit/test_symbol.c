/* Names of functions: what the compiler appended, what system calls are called, what titles keep. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/symbol.h"
#include "assert_slice.h"

static void compilers_suffixes_are_cut(void **state)
{
	static const char *const rows[][2] = {
		{ "f", "f" },
		{ "f.isra.0", "f" },
		{ "f.constprop.0.cold", "f" },
		{ "f.part.12", "f" },
		{ "f.cold", "f" },
		{ "f.llvm.12345", "f" },
		{ "f.__uniq.123.llvm.45", "f" },
		{ "f.text", "f.text" },
		{ "memcpy.erms.cold", "memcpy.erms" },
		{ ".cold", ".cold" },
		{ "<core::fmt::Arguments>::new.isra.0", "<core::fmt::Arguments>::new" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (pm_symbol_stem(rows[i][0]) != strlen(rows[i][1]))
			fail_msg("%s", rows[i][0]);
	assert_true(pm_symbol_same("f.isra.0", "f"));
	assert_true(pm_symbol_same("f.cold", "f.part.1"));
	assert_false(pm_symbol_same("f.text", "f"));
	assert_false(pm_symbol_same(NULL, "f"));
	assert_false(pm_symbol_same("f", NULL));
}

static void system_calls_have_one_name(void **state)
{
	static const char *const rows[][2] = {
		{ "__x64_sys_write", "write" },
		{ "__se_compat_sys_ioctl", "ioctl" },
		{ "__do_sys_bpf.isra.0", "bpf" },
		{ "SYSC_ioctl", "ioctl" },
		{ "C_SYSC_ioctl", "ioctl" },
		{ "compat_SyS_ioctl", "ioctl" },
		{ "sys_write", "write" },
		{ "__powerpc_sys_read", "read" },
		/* no such function, or not yet the call's */
		{ "__x64_sys_", "" },
		{ "__x64_sys__", "" },
		{ "ksys_write", "" },
		{ "__sys_sendmsg", "" },
		{ "vfs_write", "" },
		{ "do_sys_open", "" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		assert_slice(pm_symbol_syscall(pm_slice_of(rows[i][0])), rows[i][1]);
}

static bool has_form(struct pm_slice raw, const char *form)
{
	struct pm_slice one;

	for (size_t i = 0; pm_symbol_title_form(raw, i, &one); i++)
		if (pm_slice_eq(one, pm_slice_of(form)))
			return true;
	return false;
}

static void titles_cut_at_the_first_dot(void **state)
{
	struct pm_slice form;
	size_t n = 0;

	(void)state;
	assert_slice(pm_symbol_title(PM_S("f.isra.0")), "f");
	assert_slice(pm_symbol_title(PM_S("memcpy.erms")), "memcpy"); /* the difference to the stem */
	assert_slice(pm_symbol_title(PM_S("kernel::fs::File.cold")), "kernel::fs::File.cold");

	assert_true(has_form(PM_S("__x64_sys_write"), "__x64_sys_write"));
	assert_true(has_form(PM_S("__x64_sys_write"), "sys_write")); /* the difference to the call */
	assert_false(has_form(PM_S("__x64_sys_write"), "write"));
	assert_true(has_form(PM_S("__se_sys_write"), "write"));
	assert_true(has_form(PM_S("__sys_sendmsg"), "sendmsg"));
	while (pm_symbol_title_form(PM_S("vfs_write"), n, &form)) {
		assert_slice(form, "vfs_write");
		n++;
	}
	assert_int_equal(n, 16);
	assert_false(pm_symbol_title_form(PM_S("vfs_write"), SIZE_MAX, &form));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compilers_suffixes_are_cut),
		cmocka_unit_test(system_calls_have_one_name),
		cmocka_unit_test(titles_cut_at_the_first_dot),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
