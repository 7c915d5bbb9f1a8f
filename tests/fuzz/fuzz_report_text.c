/* An extension line of the recorder's report: what is read is inside of the line, and what is quoted comes back. */
#include "formats/report.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void must(bool true_)
{
	if (!true_)
		abort();
}

static void must_be_inside(struct kf_text text, const char *line, size_t n)
{
	must(text.p >= line && text.n <= n && text.p + text.n <= line + n);
}

static void quote_and_back(const char *bytes, size_t n)
{
	char text[4 + 64 * KF_QUOTED_MAX], back[64];
	size_t at = 0;
	struct kf_pair pair;

	n = n > sizeof(back) ? sizeof(back) : n;
	text[at++] = 'k';
	text[at++] = '=';
	text[at++] = '"';
	for (size_t i = 0; i < n; i++)
		at += kf_quote(bytes[i], text + at);
	text[at++] = '"';
	struct kf_text rest = { text, at };
	must(kf_pair_next(&rest, &pair) && !pair.cut && !rest.n);
	must(kf_value_copy(&pair, back, sizeof(back)) == n && !memcmp(back, bytes, n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text = (const char *)data;
	size_t at = kf_line_find(text, size);
	struct kf_line line;
	struct kf_pair pair;
	char value[32];
	uint64_t number;

	must(at <= size);
	quote_and_back(text, size);
	if (!kf_line_read(text + at, size - at, &line))
		return 0;
	must_be_inside(line.word, text, size);
	must_be_inside(line.rest, text, size);
	while (kf_pair_next(&line.rest, &pair)) {
		must_be_inside(pair.key, text, size);
		must_be_inside(pair.value, text, size);
		must(kf_value_copy(&pair, value, sizeof(value)) <= pair.value.n);
		if (kf_value_dec(&pair, &number))
			must(kf_value_hex(&pair, &number) || pair.value.n > 16);
	}
	return 0;
}
