/* kpanic code: what the numbers mean that the recorder's screen shows. */
#include "cmd/cmd.h"

#include "render/json_out.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 80
#define INDENT 5

static const struct code {
	unsigned number, bombs;
	const char *name, *words, *advice;
} codes[] = {
#define KP_CODE(number, name, bombs, words, advice) { number, bombs, #name, words, advice },
#include "formats/codes.def"
#undef KP_CODE
};

/* NULL_WRITE as one types it: null-write. */
static char typed(char c)
{
	return c == '_' ? '-' : (char)tolower((unsigned char)c);
}

static bool is_named(const struct code *code, const char *name)
{
	size_t i = 0;

	while (code->name[i] && typed(code->name[i]) == typed(name[i]))
		i++;
	return !code->name[i] && !name[i];
}

/* By number, decimal or with 0x (the styles guru and blue show it so), or by name; NULL: there is none. */
static const struct code *code_find(const char *word)
{
	char *end;
	unsigned long number = strtoul(word, &end, strncmp(word, "0x", 2) ? 10 : 16);

	for (size_t i = 0; i < PM_COUNT(codes); i++)
		if ((isdigit((unsigned char)*word) && !*end && codes[i].number == number) ||
		    is_named(&codes[i], word))
			return &codes[i];
	return NULL;
}

static void print_folded(const char *text)
{
	while (*text) {
		size_t n = strlen(text);

		if (n > WIDTH - INDENT) {
			n = WIDTH - INDENT;
			while (n && text[n] != ' ')
				n--;
		}
		printf("%*s%.*s\n", INDENT, "", (int)n, text);
		text += n + (text[n] == ' ');
	}
}

static void print_code(const struct code *code, bool whole)
{
	printf("%-*u%s\n", INDENT, code->number, code->words);
	if (!whole)
		return;
	print_folded(code->advice);
	printf("%*sname ", INDENT, "");
	for (const char *c = code->name; *c; c++)
		putchar(typed(*c));
	printf(", %u bomb%s\n", code->bombs, code->bombs == 1 ? "" : "s");
}

static void print_json(struct pm_json *json, const struct code *code)
{
	char name[32];
	size_t n = 0;

	for (; code->name[n] && n + 1 < sizeof(name); n++)
		name[n] = typed(code->name[n]);
	name[n] = 0;
	pm_json_open(json, NULL, '{');
	pm_json_uint(json, "number", code->number);
	pm_json_str(json, "name", name);
	pm_json_uint(json, "bombs", code->bombs);
	pm_json_str(json, "words", code->words);
	pm_json_str(json, "advice", code->advice);
	pm_json_close(json, '}');
}

static const struct option long_options[] = {
	{ "json", no_argument, NULL, 'j' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

int pm_cmd_code(int argc, char **argv)
{
	bool as_json = false;
	int c;

	while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		switch (c) {
		case 'j':
			as_json = true;
			break;
		case 'h':
			return pm_cmd_help("code");
		default:
			return PM_STATUS_USAGE;
		}
	}
	for (int i = optind; i < argc; i++) {
		if (!code_find(argv[i])) {
			pm_cmd_say("there is no code '%s'; `kpanic code` lists them", argv[i]);
			return PM_STATUS_USAGE;
		}
	}

	struct pm_json json;

	pm_json_init(&json, stdout);
	if (as_json) {
		pm_json_open(&json, NULL, '{');
		pm_json_uint(&json, "schema", 1);
		pm_json_open(&json, "codes", '[');
	}
	for (int i = optind; i < argc; i++) {
		if (as_json)
			print_json(&json, code_find(argv[i]));
		else
			print_code(code_find(argv[i]), true);
	}
	for (size_t i = 0; optind == argc && i < PM_COUNT(codes); i++) {
		if (as_json)
			print_json(&json, &codes[i]);
		else
			print_code(&codes[i], false);
	}
	if (as_json) {
		pm_json_close(&json, ']');
		pm_json_close(&json, '}');
		putchar('\n');
	}
	pm_json_deinit(&json);
	return pm_cmd_printed(PM_STATUS_OK);
}
