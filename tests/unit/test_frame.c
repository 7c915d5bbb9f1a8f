#include "console/oops/frame.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

/* clang-format off */
static const struct {
	const char *text;
	bool yes;
	const char *symbol;
	uint64_t offset, size;
	const char *module, *file;
	uint32_t line;
	bool unreliable, inlined;
	const char *callee;
} rows[] = {
	{ " vfs_frob+0xb1/0x290", true, "vfs_frob", 0xb1, 0x290 },
	{ " ? vfs_frob+0xb1/0x290 [frob]", true, "vfs_frob", 0xb1, 0x290, "frob", .unreliable = true },
	{ " vfs_frob.isra.0+0xb1/0x290 [frob 0123abcd] fs/frob.c:12", true, "vfs_frob.isra.0", 0xb1, 0x290, "frob", "fs/frob.c", 12 },
	{ " frob_one fs/frob.c:99 [inline]", true, "frob_one", 0, 0, "", "fs/frob.c", 99, false, true },
	{ " [<     inline     >] frob_one fs/frob.c:99", true, "frob_one", 0, 0, "", "fs/frob.c", 99, false, true },
	{ " [<ffffffff81234567>] ? frob+0x1/0x2", true, "frob", 1, 2, .unreliable = true },
	{ " [<ffffffff81234567>] frob+0x1/0x2 fs/frob.c:1", true, "frob", 1, 2, "", "fs/frob.c", 1 },
	{ " <IRQ>  [<ffffffff81234567>] frob+0x1/0x2", true, "frob", 1, 2 },
	{ "[c000000001234560] [c00000000abcdef0] frob+0x1/0x2 [m] (unreliable)", true, "frob", 1, 2, "m", .unreliable = true },
	{ "([<0000000000123456>] frob+0x1/0x2)", true, "frob", 1, 2, .unreliable = true },
	{ "[<c0012345>] (frob) from [<c0023456>] (bar+0x10/0x20)", true, "bar", 0x10, 0x20, .callee = "frob" },
	{ "[<c0012345>] (frob+0x1/0x3) from [<c0023456>] (bar+0x10/0x20 a/b.c:7)", true, "bar", 0x10, 0x20, "", "a/b.c", 7, .callee = "frob" },
	{ "[<c0012345>] (frob [mod]) from [<c0023456>] (bar+0x10/0x20)", true, "bar", 0x10, 0x20, .callee = "frob" },
	{ " frob from bar+0x10/0x20", true, "bar", 0x10, 0x20, .callee = "frob" },
	{ "[<c0012345>] (frob) from [<c0023456>] (baz a/b.c:7 [inline])", true, "baz", 0, 0, "", "a/b.c", 7, false, true, "frob" },
	{ " frob+0x10/0x20 fs/frob.c:3 (P)", true, "frob", 0x10, 0x20, "", "fs/frob.c", 3 },
	{ "frob (fs/frob.c:3 (discriminator 2)) kmod", true, "frob", 0, 0, "", "fs/frob.c", 3 },
	{ " <drv::Dev as kernel::miscdevice::MiscDevice>::mmap+0x10/0x20", true, "<drv::Dev as kernel::miscdevice::MiscDevice>::mmap", 0x10, 0x20 },
	{ " core::panicking::panic_fmt lib.rs:3 [inline]", true, "core::panicking::panic_fmt", 0, 0, "", "lib.rs", 3, false, true },
	{ " 0xffffffffa0001234", true, "" },
	{ " [<00000000fc1ab34d>] 0xffffffffffffffff", true, "" },
	{ "Call Trace:", false },
	{ " <TASK>", false },
	{ "RIP: 0010:frob+0x1/0x2", false },
	{ "RSP: 0018:ffff888012345678 EFLAGS: 00010246", false },
	{ " r7:00000000 r6:00000001 r5:c0012345", false },
	{ "Code: 48 89 c7 e8", false },
	{ "WARNING: at fs/frob.c:12 frob+0x1/0x2", false },
	{ "message from nowhere", false },
	{ "Kernel Offset: 0x2a000000 from 0xffffffff81000000 (relocation range: 0xffffffff80000000-0xffffffffbfffffff)", false },
	{ "Kernel Offset: disabled from 0xffffffff81000000", false },
	{ " #0: ffff8880 (&x){+.+.}, at: frob+0x1/0x2", false },
	{ "", false },
	{ "deadbeef", false },
};
/* clang-format on */

static void expect(const char *text, const char *what, struct pm_slice got, const char *want)
{
	if (!pm_slice_eq(got, pm_slice_of(want ? want : "")))
		fail_msg("%s: %s is \"%.*s\"", text, what, PM_FMT(got));
}

static void trace_lines(void **state)
{
	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		struct pm_frame_text frame;
		bool yes = pm_frame_parse(pm_slice_of(rows[i].text), &frame);

		if (yes != rows[i].yes)
			fail_msg("%s: %d", rows[i].text, yes);
		if (!yes)
			continue;
		expect(rows[i].text, "symbol", frame.symbol, rows[i].symbol);
		expect(rows[i].text, "module", frame.module, rows[i].module);
		expect(rows[i].text, "file", frame.file, rows[i].file);
		expect(rows[i].text, "callee", frame.callee, rows[i].callee);
		assert_int_equal(frame.offset, rows[i].offset);
		assert_int_equal(frame.size, rows[i].size);
		assert_int_equal(frame.file_line, rows[i].line);
		assert_int_equal(frame.unreliable, rows[i].unreliable);
		assert_int_equal(frame.inlined, rows[i].inlined);
	}
}

/* decode_stacktrace tells several places where functions were inlined: the last is the function's own. */
static void inlined_places(void **state)
{
	struct pm_frame_text frame;
	struct pm_slice file;
	uint32_t line;

	(void)state;
	assert_true(pm_frame_parse(PM_S("f (a.h:1 b.c:2 c.c:3 (discriminator 1)) mod"), &frame));
	expect("f", "file", frame.file, "c.c");
	assert_int_equal(frame.file_line, 3);
	assert_true(pm_frame_take_inlined(&frame.inlined_at, &file, &line));
	expect("f", "inlined", file, "a.h");
	assert_int_equal(line, 1);
	assert_true(pm_frame_take_inlined(&frame.inlined_at, &file, &line));
	assert_int_equal(line, 2);
	assert_false(pm_frame_take_inlined(&frame.inlined_at, &file, &line));
	assert_true(pm_frame_parse(PM_S("f (c.c:3)"), &frame));
	assert_false(pm_frame_take_inlined(&frame.inlined_at, &file, &line));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(trace_lines), cmocka_unit_test(inlined_places) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
