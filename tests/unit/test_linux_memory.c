/* Where memory went, by the counters of a kernel that is made here. */
#include "linux_image.h"

#include "linux/report_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static struct image image;
static struct pm_dump *dump;
static struct pm_linux_session *session;
static struct pm_incident inc;

static int set_up(void **state)
{
	(void)state;
	image_make(&image, &(struct image_options){ 0 });
	dump = image_open(&image);
	pm_incident_init(&inc);
	return !dump || pm_error_take(pm_session_open(dump, NULL, &session)) != PM_OK;
}

static int tear_down(void **state)
{
	(void)state;
	pm_incident_deinit(&inc);
	pm_session_close(session);
	pm_dump_close(dump);
	image_deinit(&image);
	return 0;
}

static const char *value(const char *name)
{
	const struct pm_fact *fact = pm_incident_fact(&inc, "memory", name);

	return fact ? fact->value : NULL;
}

static void used_up(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_OOM;
	pm_linux_add_memory(session, &inc);
	/* 500 pages: 200 free, 120 of programs, 8 shared, 15 slab, 4 stacks, 6 page tables, 14 - 4 vmalloc; the cache:
	 * 60 without the 8 that are shared and 3 of the swap */
	assert_string_equal(value("total_kb"), "2000");
	assert_string_equal(value("free_kb"), "800");
	assert_string_equal(value("anonymous_kb"), "480");
	assert_string_equal(value("shared_kb"), "32");
	assert_string_equal(value("slab_kb"), "60");
	assert_string_equal(value("kernel_stacks_kb"), "16");
	assert_string_equal(value("page_tables_kb"), "24");
	assert_string_equal(value("swap_kb"), "400");
	assert_string_equal(value("swap_free_kb"), "160");
	assert_string_equal(value("slab_cache_kb"), "8");
	const struct pm_fact *process = pm_incident_fact(&inc, "memory", "process_kb");
	assert_non_null(process);
	assert_string_equal(process->meaning, "sh (pid 42)");
	assert_string_equal(value("cache_kb"), "196");
	assert_string_equal(value("vmalloc_kb"), "40");
	assert_string_equal(value("unaccounted_kb"), "352");
	uint64_t sum = 0, part;
	static const char *const parts[] = { "free_kb",        "anonymous_kb", "shared_kb",
					     "cache_kb",       "slab_kb",      "kernel_stacks_kb",
					     "page_tables_kb", "vmalloc_kb",   "huge_pages_kb",
					     "unaccounted_kb" };
	for (size_t i = 0; i < PM_COUNT(parts); i++)
		if (value(parts[i]) && pm_slice_dec(pm_slice_of(value(parts[i])), &part))
			sum += part;
	assert_int_equal(sum, 2000);
}

/* Other panics say nothing of memory while there is some. */
static void not_used_up(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_PANIC;
	pm_linux_add_memory(session, &inc);
	assert_int_equal(inc.facts.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(used_up, set_up, tear_down),
		cmocka_unit_test_setup_teardown(not_used_up, set_up, tear_down),
	};

	return cmocka_run_group_tests_name("linux_memory", tests, NULL, NULL);
}
