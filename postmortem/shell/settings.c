/* The variables of `set`: crash's, by their names. */
#include "shell/settings.h"

#include "base/interrupt.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct variable {
	const char *name;
	/* Its value, for people; freed by the caller. */
	char *(*show)(struct pm_shell *sh);
	/* false: said.  NULL: the value is fixed; why says so. */
	bool (*set)(struct pm_shell *sh, const char *value);
	const char *fixed, *why;
};

static char *copy(const char *text)
{
	return pm_printf("%s", text);
}

static bool no_value(struct pm_shell *sh, const char *name, const char *value, const char *words)
{
	return pm_shell_error(sh, "set", "%s: %s: it is %s", name, value, words);
}

/* false: neither. */
static bool on_off(const char *value, bool *out)
{
	*out = !strcmp(value, "on");
	return *out || !strcmp(value, "off");
}

static const char *pager(const struct pm_shell *sh)
{
	return sh->settings.pager ? sh->settings.pager : "none";
}

static char *show_scroll(struct pm_shell *sh)
{
	return pm_printf("%s (%s)", sh->settings.scroll ? "on" : "off", pager(sh));
}

/* As people set their pager for all programs; it ends by itself where all fits, and leaves what was read on the screen. */
static const char *users_pager(void)
{
	const char *told = getenv("KPANIC_PAGER");

	if (!told)
		told = getenv("PAGER");
	return told && *told ? told : "less";
}

/* Is there a program of that name?  words: it and its arguments. */
static bool is_there(const char *words)
{
	const char *path = getenv("PATH");
	size_t n = strcspn(words, " \t");

	if (strpbrk(words, "/|&;<>()$`\\\"'"))
		return true;
	for (path = path ? path : "/usr/bin:/bin"; *path; path += strspn(path, ":")) {
		size_t folder = strcspn(path, ":");
		char *program = pm_printf("%.*s/%.*s", (int)folder, path, (int)n, words);
		bool found = !access(program, X_OK);

		free(program);
		if (found)
			return true;
		path += folder;
	}
	return false;
}

static bool take_pager(struct pm_shell *sh, const char *words)
{
	if (!is_there(words))
		return false;
	free(sh->settings.pager);
	sh->settings.pager = copy(words);
	return true;
}

static bool set_scroll(struct pm_shell *sh, const char *value)
{
	if (on_off(value, &sh->settings.scroll)) {
		if (sh->settings.scroll && !sh->settings.pager && !take_pager(sh, users_pager()))
			sh->settings.scroll = take_pager(sh, "more");
		return true;
	}
	const char *words = !strcmp(value, "CRASHPAGER") ? getenv("CRASHPAGER") : value;

	if (!words || !*words)
		return pm_shell_error(sh, "set", "scroll: CRASHPAGER is not set in the environment");
	if (!take_pager(sh, words))
		return pm_shell_error(sh, "set", "scroll: no such program: %s", words);
	sh->settings.scroll = true;
	return true;
}

static char *show_radix(struct pm_shell *sh)
{
	return copy(sh->hex ? "16 (hex)" : "10 (decimal)");
}

static bool set_radix(struct pm_shell *sh, const char *value)
{
	bool hex = !strcmp(value, "16") || !strcmp(value, "hex");

	if (!hex && strcmp(value, "10") != 0 && strcmp(value, "dec") != 0 && strcmp(value, "decimal") != 0)
		return no_value(sh, "radix", value, "10 or 16");
	sh->hex = hex;
	return true;
}

static char *show_refresh(struct pm_shell *sh)
{
	return copy(sh->settings.keep ? "off" : "on");
}

static bool set_refresh(struct pm_shell *sh, const char *value)
{
	bool on;

	if (!on_off(value, &on))
		return no_value(sh, "refresh", value, "on or off");
	sh->settings.keep = !on;
	return true;
}

static char *show_silent(struct pm_shell *sh)
{
	return copy(sh->settings.silent ? "on" : "off");
}

static bool set_silent(struct pm_shell *sh, const char *value)
{
	return on_off(value, &sh->settings.silent) || no_value(sh, "silent", value, "on or off");
}

static const uint64_t print_max_default = 256;

uint64_t pm_shell_print_max(const struct pm_shell *sh)
{
	return sh->settings.print_max ? sh->settings.print_max : print_max_default;
}

static char *show_print_max(struct pm_shell *sh)
{
	return pm_printf("%llu", (unsigned long long)pm_shell_print_max(sh));
}

static bool set_print_max(struct pm_shell *sh, const char *value)
{
	uint64_t n;

	if (!pm_shell_number(value, &n) || !n)
		return no_value(sh, "print_max", value, "a number from 1 on");
	sh->settings.print_max = n;
	return true;
}

static char *show_edit(struct pm_shell *sh)
{
	return copy(sh->settings.vi ? "vi" : "emacs");
}

static bool is_edit_mode(const char *text)
{
	return !strcmp(text, "vi") || !strcmp(text, "emacs");
}

static bool set_edit(struct pm_shell *sh, const char *value)
{
	if (!is_edit_mode(value))
		return no_value(sh, "edit", value, "vi or emacs");
	sh->settings.vi = *value == 'v';
	return true;
}

static char *show_namelist(struct pm_shell *sh)
{
	return copy(sh->vmlinux ? sh->vmlinux : "(none: symbols and types are the dump's own)");
}

static char *show_dump(struct pm_shell *sh)
{
	return copy(pm_dump_name(sh->dump));
}

static char *show_error(struct pm_shell *sh)
{
	return copy(sh->settings.errors_path ? sh->settings.errors_path
		    : sh->settings.errors    ? "redirect"
					     : "default");
}

static bool set_error(struct pm_shell *sh, const char *value)
{
	FILE *file = NULL;
	bool redirect = !strcmp(value, "redirect");

	if (!redirect && strcmp(value, "default") != 0) {
		if (sh->sealed)
			return pm_shell_error(sh, "set", "error: %s: %s", value, strerror(EPERM));
		file = fopen(value, "ae");
		if (!file)
			return pm_shell_error(sh, "set", "error: %s: %s", value, strerror(errno));
		setvbuf(file, NULL, _IOLBF, 0);
	}
	if (sh->settings.errors_file)
		fclose(sh->settings.errors_file);
	free(sh->settings.errors_path);
	sh->settings.errors_file = file;
	sh->settings.errors_path = file ? copy(value) : NULL;
	sh->settings.errors = redirect;
	return true;
}

static const char not_zero[] = "what is not in the dump is told as such, never as zeros";
static const char no_gdb[] = "there is no gdb in here";

static const struct variable variables[] = {
	{ "scroll", show_scroll, set_scroll, NULL, NULL },
	{ "radix", show_radix, set_radix, NULL, NULL },
	{ "refresh", show_refresh, set_refresh, NULL, NULL },
	{ "print_max", show_print_max, set_print_max, NULL, NULL },
	{ "print_array", NULL, NULL, "off", "arrays are printed in lines" },
	{ "console", NULL, NULL, "(not assigned)", "there is no debug console" },
	{ "debug", NULL, NULL, "0", "there is no debug level" },
	{ "core", NULL, NULL, "off", "an error of a command is no reason to die" },
	{ "hash", NULL, NULL, "on", "lists are always checked" },
	{ "silent", show_silent, set_silent, NULL, NULL },
	{ "edit", show_edit, set_edit, NULL, NULL },
	{ "namelist", show_namelist, NULL, NULL, "it is given when kpanic is started" },
	{ "dumpfile", show_dump, NULL, NULL, "it is given when kpanic is started" },
	{ "unwind", NULL, NULL, "on", "traces go by the kernel's own unwinding tables" },
	{ "zero_excluded", NULL, NULL, "off", not_zero },
	{ "null-stop", NULL, NULL, "on", "texts end at their first NUL" },
	{ "gdb", NULL, NULL, "off", no_gdb },
	{ "scope", NULL, NULL, "0 (not set)", no_gdb },
	{ "offline", NULL, NULL, "show", "CPUs that are offline are shown" },
	{ "redzone", NULL, NULL, "off", "addresses of objects are those that the kernel gives out" },
	{ "error", show_error, set_error, NULL, NULL },
};

static const struct variable *find(const char *name)
{
	for (size_t i = 0; i < PM_COUNT(variables); i++)
		if (!strcmp(name, variables[i].name))
			return &variables[i];
	return NULL;
}

/* "set vi", as crash's own files have it: the variable that a value alone is one of; NULL: none. */
static const struct variable *find_value(const char *value)
{
	return is_edit_mode(value)                              ? find("edit")
	       : !strcmp(value, "hex") || !strcmp(value, "dec") ? find("radix")
								: NULL;
}

bool pm_shell_is_setting(const char *name)
{
	return find(name) || find_value(name);
}

const char *pm_shell_setting_at(size_t i)
{
	return i < PM_COUNT(variables) ? variables[i].name : NULL;
}

static char *value_of(struct pm_shell *sh, const struct variable *v)
{
	return v->show ? v->show(sh) : copy(v->fixed);
}

static void put(struct pm_shell *sh, const struct variable *v, int width)
{
	char *value = value_of(sh, v);

	if (sh->json)
		pm_json_str(sh->json, v->name, value);
	else
		fprintf(sh->out, "%*s: %s\n", width, v->name, value);
	free(value);
}

static bool set(struct pm_shell *sh, const struct variable *v, const char *value)
{
	if (v->set)
		return v->set(sh, value);
	/* to what it is anyway: files of crash's users say so */
	char *now = value_of(sh, v);
	bool same = !strncmp(now, value, strlen(value));

	free(now);
	return same || pm_shell_error(sh, "set", "%s: it cannot be changed: %s", v->name, v->why);
}

bool pm_shell_settings(struct pm_shell *sh, int argc, char **argv, int first)
{
	bool ok = true;

	if (sh->json)
		pm_json_open(sh->json, "variables", '{');
	while (first < argc && ok) {
		const struct variable *v = find(argv[first]);

		if (!v && find_value(argv[first])) {
			v = find_value(argv[first]);
			ok = set(sh, v, argv[first++]);
			if (ok && !sh->script)
				put(sh, v, 0);
			continue;
		}
		if (!v) {
			ok = pm_shell_no_such(sh, "set", "variable", argv[first], "'set -v' lists them");
			break;
		}
		bool has_value = first + 1 < argc && !find(argv[first + 1]);

		if (has_value)
			ok = set(sh, v, argv[first + 1]);
		/* what a file of the user's sets needs no words */
		if (ok && (!has_value || !sh->script))
			put(sh, v, 0);
		first += 1 + has_value;
	}
	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
}

void pm_shell_settings_put(struct pm_shell *sh)
{
	if (sh->json)
		pm_json_open(sh->json, "variables", '{');
	for (size_t i = 0; i < PM_COUNT(variables); i++)
		put(sh, &variables[i], 14);
	if (sh->json)
		pm_json_close(sh->json, '}');
}

bool pm_shell_pages(struct pm_shell *sh)
{
	return sh->interactive && sh->terminal && !sh->json && !sh->pager && sh->settings.scroll &&
	       sh->settings.pager && strcmp(sh->settings.pager, "cat") != 0;
}

void pm_shell_settings_start(struct pm_shell *sh)
{
	/* what git and others give it, too: end where all fits on the screen, keep it there */
	setenv("LESS", "FRX", 0);
	set_scroll(sh, "on");
}

void pm_shell_settings_end(struct pm_shell *sh)
{
	if (sh->settings.errors_file)
		fclose(sh->settings.errors_file);
	free(sh->settings.errors_path);
	free(sh->settings.pager);
	memset(&sh->settings, 0, sizeof(sh->settings));
}
