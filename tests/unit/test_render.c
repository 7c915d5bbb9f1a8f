#include "render/escape.h"
#include "render/render.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void assert_escaped(void (*escape)(struct pm_buf *, const char *), const char *text,
			   const char *wanted)
{
	struct pm_buf buf = { 0 };

	escape(&buf, text);
	assert_string_equal(buf.n ? buf.data : "", wanted);
	pm_buf_deinit(&buf);
}

static void utf8(struct pm_buf *buf, const char *text)
{
	pm_escape_terminal(buf, text, false);
}

static void ascii(struct pm_buf *buf, const char *text)
{
	pm_escape_terminal(buf, text, true);
}

static void terminals(void **state)
{
	(void)state;
	assert_escaped(utf8, "a → b", "a → b");
	assert_escaped(ascii, "a → b…", "a -> b...");
	assert_escaped(ascii, "\xc3\xa9", "\\u{00e9}");
	assert_escaped(utf8, "\033[2Jx\r\n", "\\x1b[2Jx\\x0d\\x0a");
	assert_escaped(utf8, "\xc2\x9b", "\\u{009b}");     /* CSI in one character */
	assert_escaped(utf8, "\xe2\x80\xae", "\\u{202e}"); /* writes backwards */
	/* No UTF-8: lone, overlong, surrogate, too large, cut. */
	assert_escaped(utf8, "\xff|\xc0\xaf|\xed\xa0\x80|\xf5|\xe2\x82",
		       "\\xff|\\xc0\\xaf|\\xed\\xa0\\x80|\\xf5|\\xe2\\x82");
}

static void pages(void **state)
{
	(void)state;
	assert_escaped(pm_escape_html, "<b a=\"'&\">", "&lt;b a=&quot;&#39;&amp;&quot;&gt;");
	assert_escaped(pm_escape_html, "\x01\xff", "\\x01\\xff");
}

static void json(void **state)
{
	(void)state;
	assert_escaped(pm_escape_json, "a\"\\\n\t\x01\x7f", "\"a\\\"\\\\\\n\\t\\u0001\\u007f\"");
	assert_escaped(pm_escape_json, "\xff→", "\"\\\\xff→\"");
	assert_escaped(pm_escape_json, "\xf3\xa0\x80\x81", "\"\\udb40\\udc01\"");
	assert_escaped(pm_escape_json, "", "\"\"");
}

/* What pm_render_text writes for this incident. */
static char *text_of(const struct pm_incident *inc, const struct pm_render_text *style)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	assert_non_null(out);
	pm_render_text(out, inc, style);
	fclose(out);
	return text;
}

static void columns(void **state)
{
	struct pm_render_text style = {
		.width = 80, .evidence = true, .number = 2, .has_first = true, .first_ns = 1000000000
	};
	struct pm_incident inc;

	(void)state;
	pm_incident_init(&inc);
	inc.headline = "a headline";
	inc.machine.has_uptime = true;
	inc.machine.uptime_ns = UINT64_C(13300000000);
	struct pm_finding *finding = PM_PUSH(&inc.arena, &inc.findings);
	finding->rule = "some-rule";
	finding->grade = PM_LIKELY;
	finding->text = "word word word word word word word word word word word word word word word word "
			"word word word word → word";
	*PM_PUSH(&inc.arena, &finding->evidence) = (struct pm_at){ .line = 12 };
	char *text = text_of(&inc, &style);
	assert_non_null(strstr(text, "report 2, 12.3 s after the first\n"));
	assert_non_null(strstr(text, "  likely    [1] word"));
	assert_non_null(strstr(text, "\n            word")); /* hangs */
	assert_non_null(strstr(text, "line 12"));
	assert_null(strchr(text, '\033'));
	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		size_t wide = 0;

		for (const char *p = line; *p; p++)
			wide += (*p & 0xc0) != 0x80;
		assert_true(wide <= 80);
	}
	free(text);
	style.colour = true;
	text = text_of(&inc, &style);
	assert_non_null(strstr(text, "\033[33mlikely\033[0m"));
	free(text);
	pm_incident_deinit(&inc);
}

static void empty_incident(void **state)
{
	const struct pm_render_text style = { .details = true, .evidence = true };
	struct pm_incident inc;

	(void)state;
	pm_incident_init(&inc);
	char *text = text_of(&inc, &style);
	assert_non_null(strstr(text, "unknown failure"));
	free(text);
	pm_incident_deinit(&inc);
}

static char *details_of(size_t times)
{
	const struct pm_render_text style = { .details = true, .width = 80 };
	struct pm_incident inc;

	pm_incident_init(&inc);
	struct pm_trace *trace = PM_PUSH(&inc.arena, &inc.traces);
	for (size_t i = 0; i <= times; i++)
		PM_PUSH(&inc.arena, &trace->frames)->place = (struct pm_place){
			.symbol = i < times ? "deeper" : "outer", .has_offset = true, .offset = 1, .size = 2
		};
	char *text = text_of(&inc, &style);

	pm_incident_deinit(&inc);
	return text;
}

/* Of a recursion three frames and their number are enough. */
static void frames_that_repeat(void **state)
{
	static const struct {
		size_t times;
		const char *wanted;
	} rows[] = {
		{ 3, "    deeper+0x1/0x2\n    deeper+0x1/0x2\n    deeper+0x1/0x2\n    outer+0x1/0x2\n" },
		{ 4, "    deeper+0x1/0x2\n    deeper+0x1/0x2\n    deeper+0x1/0x2\n    the same once more\n"
		     "    outer+0x1/0x2\n" },
		{ 99,
		  "    deeper+0x1/0x2\n    deeper+0x1/0x2\n    deeper+0x1/0x2\n    the same 96 times more\n"
		  "    outer+0x1/0x2\n" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		char *text = details_of(rows[i].times);

		if (!strstr(text, rows[i].wanted))
			fail_msg("%s", text);
		free(text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terminals),      cmocka_unit_test(pages),
		cmocka_unit_test(json),           cmocka_unit_test(columns),
		cmocka_unit_test(empty_incident), cmocka_unit_test(frames_that_repeat),
	};

	return cmocka_run_group_tests_name("render", tests, NULL, NULL);
}
