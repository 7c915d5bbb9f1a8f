#include "shell/complete.h"
#include "shell/settings.h"

#include "symbols/btf.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

/* A screen has no room for more, and a unique one is among fewer. */
static const size_t max_names = 2000;
static const unsigned max_unnamed = 8; /* structures within structures without a name */
/* Members that are looked at: types that lie hold each other many times over. */
static const unsigned max_members = 1 << 20;

struct finder {
	struct pm_shell *sh;
	struct pm_shell_matches *out;
	const char *word; /* what is there of it */
	size_t n;
	unsigned members; /* that were looked at */
};

/* Names of a dump are whatever its memory says, and these go to the terminal as they are. */
static bool is_plain(const char *name)
{
	while (*name && (unsigned char)*name >= ' ' && *name != 0x7f)
		name++;
	return !*name;
}

/* before: what stands in the word before the name, n bytes. */
static void add_behind(struct finder *f, const char *before, size_t n, const char *name)
{
	if (!is_plain(name))
		return;
	if (f->out->names.n >= max_names) {
		f->out->many = true;
		return;
	}
	*PM_PUSH(&f->out->arena, &f->out->names) =
		pm_arena_printf(&f->out->arena, "%.*s%s", (int)n, before, name);
}

static void offer(struct finder *f, const char *name)
{
	if (*name && !strncmp(name, f->word, f->n))
		add_behind(f, "", 0, name);
}

static void find_commands(struct finder *f)
{
	const struct pm_shell_command *command;
	const char *alias;

	for (size_t i = 0; (command = pm_shell_command_at(i)); i++)
		offer(f, command->name);
	for (size_t i = 0; (alias = pm_shell_alias_at(f->sh, i)); i++)
		if (pm_shell_alias_of(f->sh, alias, strlen(alias)))
			offer(f, alias);
}

/* "  -f, -F  free blocks; -m MEMBER: members": an option begins a line of help, or stands behind a comma or semicolon. */
static void find_options(struct finder *f, const char *help)
{
	for (const char *at = help; at && (at = strstr(at, " -")); at++) {
		char option[16];
		size_t n = strcspn(at + 1, " ,;:=.\n");

		if (at == help || !strchr(" ,;", at[-1]) || n < 2 || n >= sizeof(option))
			continue;
		memcpy(option, at + 1, n);
		option[n] = 0;
		offer(f, option);
	}
}

static void find_symbols(struct finder *f)
{
	struct pm_shell *sh = f->sh;
	char name[PM_LINUX_NAME_MAX];
	const char *text;
	uint64_t addr;
	char type;

	for (size_t i = 0; sh->image && i < sh->image->symbols.v.n; i++)
		offer(f, sh->image->symbols.v.v[i].name);
	if (sh->image)
		return;
	for (uint32_t i = 0; sh->lx->symbols && i < pm_linux_symbols_count(sh->lx->symbols); i++)
		if (pm_linux_symbols_name(sh->lx->symbols, i, name))
			offer(f, name);
	struct pm_linux_modules *modules = pm_session_modules(sh->session);

	for (size_t i = 0; i < modules->v.n; i++)
		for (uint32_t k = 0;
		     pm_linux_module_symbol_at(sh->lx, &modules->v.v[i], k, &text, &addr, &type); k++)
			if (*text != '.' && *text != '$')
				offer(f, text);
}

static void find_types(struct finder *f)
{
	for (uint32_t id = 1; f->sh->btf && id <= pm_btf_count(f->sh->btf); id++)
		switch (pm_btf_kind(f->sh->btf, id)) {
		case PM_BTF_STRUCT:
		case PM_BTF_UNION:
		case PM_BTF_ENUM:
		case PM_BTF_ENUM64:
		case PM_BTF_TYPEDEF:
			offer(f, pm_btf_name(f->sh->btf, id));
			break;
		default:
			break;
		}
}

/* Members of a structure, those of unnamed ones in it as its own. */
static void find_members(struct finder *f, uint32_t type, size_t before, unsigned depth)
{
	struct pm_btf *btf = f->sh->btf;
	struct pm_btf_member member;

	type = pm_btf_resolve(btf, type);
	for (uint32_t i = 0; i < pm_btf_members(btf, type) && pm_btf_member(btf, type, i, &member); i++) {
		if (f->members++ >= max_members)
			return;
		if (!*member.name && depth)
			find_members(f, member.type, before, depth - 1);
		else if (*member.name && !strncmp(member.name, f->word + before, f->n - before))
			add_behind(f, f->word, before, member.name);
	}
}

/* "task_struct.se.av", "task_struct.pid,co": of a type whose name is written out. */
static void find_in_type(struct finder *f)
{
	char type[128], path[256];
	size_t n = strcspn(f->word, "."), begins = n + 1;
	struct pm_btf_member member;

	if (n >= sizeof(type) || !f->sh->btf)
		return;
	memcpy(type, f->word, n);
	type[n] = 0;
	uint32_t id = pm_btf_find_written(f->sh->btf, type);
	const char *comma = strrchr(f->word, ','), *dot = strrchr(f->word, '.');

	if (!id)
		return;
	if (comma && comma >= f->word + begins)
		begins = (size_t)(comma - f->word) + 1;
	id = pm_btf_resolve(f->sh->btf, id);
	if (dot && dot >= f->word + begins) {
		n = (size_t)(dot - (f->word + begins));
		if (n >= sizeof(path))
			return;
		memcpy(path, f->word + begins, n);
		path[n] = 0;
		if (!pm_btf_find_member(f->sh->btf, id, path, &member))
			return;
		id = member.type;
		begins = (size_t)(dot - f->word) + 1;
	}
	find_members(f, id, begins, max_unnamed);
	f->out->is_prefix = true;
}

static void find_tasks(struct finder *f)
{
	struct pm_linux_tasks *tasks = f->sh->session ? pm_session_tasks(f->sh->session) : NULL;

	for (size_t i = 0; tasks && i < tasks->v.n; i++)
		if (!strchr(tasks->v.v[i].comm, ' '))
			offer(f, tasks->v.v[i].comm);
}

static void find_modules(struct finder *f)
{
	struct pm_linux_modules *modules = f->sh->session ? pm_session_modules(f->sh->session) : NULL;

	for (size_t i = 0; modules && i < modules->v.n; i++)
		offer(f, modules->v.v[i].name);
}

static void find_files(struct finder *f)
{
	const char *slash = strrchr(f->word, '/'), *home = getenv("HOME");
	size_t n = slash ? (size_t)(slash - f->word) + 1 : 0;
	bool at_home = f->word[0] == '~' && n && home;
	char *path = at_home ? pm_printf("%s%.*s", home, (int)n - 1, f->word + 1)
		     : n     ? pm_printf("%.*s", (int)n, f->word)
			     : pm_printf(".");
	DIR *folder = opendir(path);

	for (struct dirent *entry; folder && (entry = readdir(folder));)
		if (!strncmp(entry->d_name, f->word + n, f->n - n) && (*entry->d_name != '.' || f->n > n)) {
			char *name = pm_printf("%s%s", entry->d_name, entry->d_type == DT_DIR ? "/" : "");

			add_behind(f, f->word, n, name);
			f->out->is_prefix |= entry->d_type == DT_DIR;
			free(name);
		}
	if (folder)
		closedir(folder);
	free(path);
}

static void find_settings(struct finder *f)
{
	const char *name;

	for (size_t i = 0; (name = pm_shell_setting_at(i)); i++)
		offer(f, name);
}

static void find_arguments(struct finder *f, enum pm_shell_completes what)
{
	switch (what) {
	case PM_COMPLETE_NOTHING:
		break;
	case PM_COMPLETE_EITHER:
	case PM_COMPLETE_SYMBOL:
		find_symbols(f);
		if (what == PM_COMPLETE_SYMBOL)
			break;
		/* fallthrough */
	case PM_COMPLETE_TYPE:
		if (strchr(f->word, '.'))
			find_in_type(f);
		else
			find_types(f);
		break;
	case PM_COMPLETE_TASK:
		find_tasks(f);
		break;
	case PM_COMPLETE_MODULE:
		find_modules(f);
		break;
	case PM_COMPLETE_COMMAND:
		find_commands(f);
		break;
	case PM_COMPLETE_FILE:
		find_files(f);
		break;
	}
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort(struct pm_shell_matches *out)
{
	size_t n = 0;

	if (out->names.n)
		qsort(out->names.v, out->names.n, sizeof(*out->names.v), by_text);
	for (size_t i = 0; i < out->names.n; i++)
		if (!n || strcmp(out->names.v[n - 1], out->names.v[i]) != 0)
			out->names.v[n++] = out->names.v[i];
	out->names.n = n;
}

/* The row of the line's first word, through an alias. */
static const struct pm_shell_command *command_of(struct pm_shell *sh, const char *line)
{
	char name[64];
	size_t n = strcspn(line, " \t");
	const char *alias = pm_shell_alias_of(sh, line, n);

	if (alias) {
		line = alias;
		n = strcspn(line, " \t");
	}
	if (n >= sizeof(name))
		return NULL;
	memcpy(name, line, n);
	name[n] = 0;
	return pm_shell_command_find(name);
}

void pm_shell_complete(struct pm_shell *sh, const char *line, struct pm_shell_matches *out)
{
	const char *semicolon = strrchr(line, ';');

	memset(out, 0, sizeof(*out));
	pm_arena_init(&out->arena);
	if (semicolon)
		line = semicolon + 1;
	line += strspn(line, " \t");
	const char *word = line + strlen(line), *to = strrchr(line, '>');

	while (word > line && !strchr(" \t>(&*", word[-1]))
		word--;
	/* "*task_st": a command, and a type behind it */
	if (word == line + 1 && *line == '*')
		word = line;
	struct finder f = { sh, out, word, strlen(word), 0 };
	const struct pm_shell_command *command = word > line ? command_of(sh, line) : NULL;

	out->length = f.n;
	if (*line == '<' || (to && !strchr(line, '|')))
		find_files(&f);
	else if (strchr(line, '|') || *line == '!')
		; /* a shell of the user's knows better */
	else if (word == line && !strchr(word, '.'))
		find_commands(&f);
	else if (word == line)
		find_in_type(&f);
	else if (*word == '-' && command)
		find_options(&f, command->help);
	else if (command && !strcmp(command->name, "set"))
		find_settings(&f), find_tasks(&f);
	else if (command && !strcmp(command->name, "foreach"))
		find_tasks(&f), find_commands(&f);
	else
		find_arguments(&f, command ? command->completes : PM_COMPLETE_TYPE);
	sort(out);
}

void pm_shell_matches_free(struct pm_shell_matches *matches)
{
	pm_arena_deinit(&matches->arena);
	memset(matches, 0, sizeof(*matches));
}

size_t pm_shell_common(const struct pm_shell_matches *matches)
{
	size_t n = matches->names.n ? strlen(matches->names.v[0]) : 0;

	for (size_t i = 1; i < matches->names.n; i++)
		while (strncmp(matches->names.v[0], matches->names.v[i], n) != 0)
			n--;
	return n;
}
