/* `kpanic last`: this host's latest panic, from wherever it left something. */
#include "cmd/dump.h"
#include "cmd/report.h"

#include "console/console.h"
#include "console/journal.h"
#include "console/pstore.h"
#include "linux/report.h"
#include "render/json_out.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BOOTS_MAX 10      /* earlier boots of the journal that are looked at */
#define DIRECTORY_MAX 256 /* entries of a directory that are looked at */

enum kind { FILE_TEXT, PSTORE_FOLDER, JOURNAL, DUMP };

/* Something that may hold a panic. */
struct place {
	enum kind kind;
	time_t when;      /* of its last line, or of the file */
	int rank;         /* among equals: journal, pstore, its archive, /var/crash */
	const char *path; /* for JOURNAL: the boot's id */
	const char *words;
};

struct search {
	struct pm_arena arena;
	const char *root;
	PM_VEC(struct place) places;
	PM_VEC(const char *) notes; /* what could not be looked at */
};

static void note(struct search *search, const char *what, int error)
{
	*PM_PUSH(&search->arena, &search->notes) =
		pm_arena_printf(&search->arena, "%s: %s", what, strerror(error));
}

static void add(struct search *search, enum kind kind, time_t when, int rank, const char *path,
		const char *words)
{
	struct place *place = PM_PUSH(&search->arena, &search->places);

	*place = (struct place){ kind, when, rank, pm_arena_str(&search->arena, pm_slice_of(path)), words };
}

/* --- the journal, through journalctl */

enum journal_query {
	JOURNAL_BOOTS, /* which boots there are */
	JOURNAL_LAST,  /* a boot's last kernel message, with its time */
	JOURNAL_WHOLE, /* all of a boot's kernel messages */
	JOURNAL_QUERIES,
};

static const char *const journal_arguments[JOURNAL_QUERIES] = {
	[JOURNAL_BOOTS] = "journalctl -q --no-pager --list-boots",
	[JOURNAL_LAST] = "journalctl -q --no-pager -k -a -o short-unix -n 1 -b",
	[JOURNAL_WHOLE] = "journalctl -q --no-pager -k -a -o short-monotonic -b",
};

/* Starts journalctl with its output on a pipe; -1: it cannot be started.  boot: an id, or NULL. */
static int journal_start(const struct search *search, enum journal_query query, const char *boot,
			 pid_t *pid_out)
{
	char *directory = search->root[0] ? pm_printf("--directory=%s/var/log/journal", search->root) : NULL;
	char *words = pm_printf("%s", journal_arguments[query]);
	char *boot_word = pm_printf("%s", boot ? boot : "");
	char *argv[16], *rest = words;
	int n = 0, ends[2];

	for (char *word; n < 12 && (word = strsep(&rest, " "));)
		argv[n++] = word;
	if (boot)
		argv[n++] = boot_word;
	if (directory)
		argv[n++] = directory;
	argv[n] = NULL;
	*pid_out = -1;
	if (!pipe2(ends, O_CLOEXEC)) {
		*pid_out = fork();
		if (*pid_out == 0) {
			int null = open("/dev/null", O_RDWR);

			dup2(ends[1], STDOUT_FILENO);
			dup2(null, STDIN_FILENO);
			dup2(null, STDERR_FILENO);
			execvp("journalctl", argv);
			_exit(127);
		}
		close(ends[1]);
		if (*pid_out < 0)
			close(ends[0]);
	}
	free(directory);
	free(words);
	free(boot_word);
	return *pid_out < 0 ? -1 : ends[0];
}

/* Exit status of the command, 127: it is not there. */
static int journal_end(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 127;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* All that a query prints, up to a bound; the command's exit status. */
static int journal_ask(struct search *search, enum journal_query query, const char *boot, struct pm_buf *out)
{
	char bytes[4096];
	ssize_t got;
	pid_t pid;
	int fd = journal_start(search, query, boot, &pid);

	if (fd < 0)
		return 127;
	while (out->n < 1u << 20 && (got = read(fd, bytes, sizeof(bytes))) > 0)
		pm_buf_add(out, bytes, (size_t)got);
	close(fd);
	return journal_end(pid);
}

static void look_at_boot(struct search *search, const struct pm_journal_boot *boot)
{
	struct pm_buf line = { 0 };
	const char *id = pm_arena_str(&search->arena, boot->id);
	time_t when;

	if (journal_ask(search, JOURNAL_LAST, id, &line) == 0 &&
	    pm_journal_time((struct pm_slice){ line.data, line.n }, &when))
		add(search, JOURNAL, when, 0, id,
		    pm_arena_printf(&search->arena, "the journal of boot %.*s", PM_FMT(boot->offset)));
	pm_buf_deinit(&line);
}

static void look_at_journal(struct search *search)
{
	struct pm_buf boots = { 0 };
	int status = journal_ask(search, JOURNAL_BOOTS, NULL, &boots);
	struct pm_slice list = { boots.data, boots.n };
	struct pm_journal_boot boot;

	if (status == 127)
		note(search, "journalctl", ENOENT);
	while (status == 0 && pm_journal_boot(&list, &boot))
		/* Boot 0 is the one that runs, unless it is another machine's disk. */
		if (boot.number > -BOOTS_MAX && (boot.number || search->root[0]))
			look_at_boot(search, &boot);
	pm_buf_deinit(&boots);
}

/* --- files */

static char *below(struct search *search, const char *path)
{
	return pm_arena_printf(&search->arena, "%s%s", search->root, path);
}

/* Calls fn for each entry of a folder, "." and ".." left out. */
static void each_entry(struct search *search, const char *folder, int rank,
		       void (*fn)(struct search *, const char *path, const char *name, const struct stat *,
				  int rank))
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	int n = 0;

	if (!dir) {
		if (errno != ENOENT)
			note(search, folder, errno);
		return;
	}
	while ((entry = readdir(dir)) && n < DIRECTORY_MAX) {
		struct stat st;
		char *path;

		if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
			continue;
		n++;
		path = pm_arena_printf(&search->arena, "%s/%s", folder, entry->d_name);
		if (!stat(path, &st))
			fn(search, path, entry->d_name, &st, rank);
	}
	closedir(dir);
}

struct newest {
	time_t when;
	unsigned n;
};

static struct newest parts_in(const char *folder)
{
	struct newest newest = { 0 };
	DIR *dir = opendir(folder);
	struct dirent *entry;

	while (dir && (entry = readdir(dir))) {
		struct stat st;

		if (strncmp(entry->d_name, "dmesg-", 6) || fstatat(dirfd(dir), entry->d_name, &st, 0) ||
		    !S_ISREG(st.st_mode))
			continue;
		newest.n++;
		if (st.st_mtime > newest.when)
			newest.when = st.st_mtime;
	}
	if (dir)
		closedir(dir);
	return newest;
}

static void look_at_pstore_folder(struct search *search, const char *folder, int rank, const char *words)
{
	if (access(folder, R_OK | X_OK) && errno == EACCES)
		note(search, folder, EACCES);
	struct newest parts = parts_in(folder);

	if (parts.n)
		add(search, PSTORE_FOLDER, parts.when, rank, folder, words);
}

/* systemd-pstore keeps a folder per boot and record, with the parts and the whole as dmesg.txt. */
static void look_at_archive(struct search *search, const char *path, const char *name, const struct stat *st,
			    int rank)
{
	(void)name;
	if (!S_ISDIR(st->st_mode))
		return;
	char *whole = pm_arena_printf(&search->arena, "%s/dmesg.txt", path);
	struct stat inner;

	if (!stat(whole, &inner)) {
		add(search, FILE_TEXT, inner.st_mtime, rank, whole, "systemd's archive of pstore");
		return;
	}
	look_at_pstore_folder(search, path, rank, "systemd's archive of pstore");
	if (rank < 4) /* one level more: 1700000000/001/dmesg.txt */
		each_entry(search, path, rank + 2, look_at_archive);
}

/* Of the rank in the order: a dump before the log that stands beside it, since it tells more. */
enum { RANK_DUMP = 6, RANK_COPY = 7 };

static bool is_dump(const char *name)
{
	return !strncmp(name, "dump.", 5) || !strcmp(name, "dump-incomplete") ||
	       (!strncmp(name, "vmcore", 6) && strncmp(name, "vmcore-dmesg", 12));
}

/* kdump-tools: /var/crash/2024…/dump.2024… and dmesg.2024…; dracut's kdump: /var/crash/host-time/vmcore and
 * vmcore-dmesg.txt. */
static void look_at_crash(struct search *search, const char *path, const char *name, const struct stat *st,
			  int rank)
{
	if (S_ISDIR(st->st_mode) && rank < 8) {
		each_entry(search, path, rank + 2, look_at_crash);
		return;
	}
	if (S_ISREG(st->st_mode) && (!strncmp(name, "dmesg", 5) || !strncmp(name, "vmcore-dmesg", 12)))
		add(search, FILE_TEXT, st->st_mtime, RANK_COPY, path, "kdump's copy of the log");
	else if (S_ISREG(st->st_mode) && is_dump(name))
		add(search, DUMP, st->st_mtime, RANK_DUMP, path, "kdump's memory dump");
}

static size_t folder_size(const char *path)
{
	return (size_t)(strrchr(path, '/') - path);
}

/* Both are of one crash, and which was written last differs: the dump is as new as the log in its folder. */
static void pair_dumps(struct search *search)
{
	for (size_t i = 0; i < search->places.n; i++)
		for (size_t k = 0; search->places.v[i].kind == DUMP && k < search->places.n; k++) {
			struct place *dump = &search->places.v[i];
			const struct place *copy = &search->places.v[k];
			size_t n = folder_size(dump->path);

			if (copy->rank == RANK_COPY && folder_size(copy->path) == n &&
			    !strncmp(copy->path, dump->path, n) && copy->when > dump->when)
				dump->when = copy->when;
		}
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	if (x->when != y->when)
		return x->when > y->when ? -1 : 1;
	return x->rank - y->rank;
}

/* --- reading a place */

static int compare_strings(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The parts of a pstore folder as one text; reads at most PM_PSTORE_MAX. */
static void read_pstore_folder(const char *folder, struct pm_buf *text)
{
	struct pm_buf parts = { 0 };
	struct pm_arena arena;
	PM_VEC(char *) names = { 0 };
	DIR *dir = opendir(folder);
	struct dirent *entry;

	pm_arena_init(&arena);
	while (dir && (entry = readdir(dir)))
		if (!strncmp(entry->d_name, "dmesg-", 6))
			*PM_PUSH(&arena, &names) = pm_arena_printf(&arena, "%s/%s", folder, entry->d_name);
	if (dir)
		closedir(dir);
	if (names.n)
		qsort(names.v, names.n, sizeof(names.v[0]), compare_strings);
	for (size_t i = 0; i < names.n; i++) {
		FILE *f = fopen(names.v[i], "r");
		char bytes[4096];
		size_t got;

		while (f && parts.n < PM_PSTORE_MAX && (got = fread(bytes, 1, sizeof(bytes), f)) > 0)
			pm_buf_add(&parts, bytes, got);
		if (f)
			fclose(f);
		if (parts.n && parts.data[parts.n - 1] != '\n')
			pm_buf_add(&parts, "\n", 1);
	}
	pm_pstore_order((struct pm_slice){ parts.data, parts.n }, text);
	pm_buf_deinit(&parts);
	pm_arena_deinit(&arena);
}

struct opened {
	struct pm_source *source;
	pid_t pid; /* of journalctl, or -1 */
	struct pm_buf text;
};

static struct pm_error *open_place(const struct search *search, const struct place *place, struct opened *out)
{
	*out = (struct opened){ .pid = -1 };
	switch (place->kind) {
	case JOURNAL: {
		int fd = journal_start(search, JOURNAL_WHOLE, place->path, &out->pid);

		if (fd < 0)
			return pm_error_errno(errno, "journalctl");
		return pm_source_fd(place->words, fd, &out->source);
	}
	case PSTORE_FOLDER:
		read_pstore_folder(place->path, &out->text);
		out->source = pm_source_memory(place->path, (struct pm_slice){ out->text.data, out->text.n });
		return NULL;
	default:
		return pm_source_open(place->path, &out->source);
	}
}

static void close_place(struct opened *opened)
{
	if (opened->pid >= 0)
		(void)journal_end(opened->pid);
	pm_buf_deinit(&opened->text);
}

/* Is it a report that the machine, or a task in the kernel, did not survive? */
static bool on_incident(struct pm_incident *inc, void *user)
{
	bool *fatal = user;

	if (inc->panicked || inc->fault.oops_count)
		*fatal = true;
	return !*fatal;
}

static bool dump_holds_panic(const char *path)
{
	struct pm_linux_session *session = NULL;
	struct pm_dump *dump;
	bool fatal = false;
	struct pm_error *err = pm_dump_open(&path, 1, &dump);

	if (err) {
		pm_error_free(err);
		return false;
	}
	err = pm_session_open(dump, NULL, &session);
	if (!err)
		err = pm_linux_read_dump(session, on_incident, &fatal);
	pm_error_free(err);
	pm_session_close(session);
	pm_dump_close(dump);
	return fatal;
}

static bool holds_panic(const struct search *search, const struct place *place)
{
	struct opened opened;
	bool fatal = false;

	if (place->kind == DUMP)
		return dump_holds_panic(place->path);
	struct pm_error *err = open_place(search, place, &opened);

	if (!err) {
		err = pm_console_read_source(opened.source, place->path, on_incident, &fatal);
		pm_source_close(opened.source);
	}
	close_place(&opened);
	pm_error_free(err);
	return fatal;
}

static const char *time_words(struct search *search, time_t when)
{
	struct tm tm;
	char text[64];

	if (!localtime_r(&when, &tm) || !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm))
		return "at an unknown time";
	return pm_arena_str(&search->arena, pm_slice_of(text));
}

static void look_everywhere(struct search *search)
{
	look_at_journal(search);
	look_at_pstore_folder(search, below(search, "/sys/fs/pstore"), 1, "pstore");
	each_entry(search, below(search, "/var/lib/systemd/pstore"), 2, look_at_archive);
	each_entry(search, below(search, "/var/crash"), 6, look_at_crash);
	pair_dumps(search);
	if (search->places.n)
		qsort(search->places.v, search->places.n, sizeof(search->places.v[0]), compare_places);
}

static void say_nothing_found(const struct search *search)
{
	pm_cmd_say("no panic found: looked at the journals of earlier boots, %s/sys/fs/pstore, "
		   "%s/var/lib/systemd/pstore, %s/var/crash (%zu logs and dumps)%s",
		   search->root, search->root, search->root, search->places.n,
		   geteuid() ? "; root may see more" : "");
}

/* {"schema": 1, "places": [ … ]}, newest first; docs/json.md. */
static void list_json(struct pm_json *json, const struct place *place, bool panic)
{
	static const char *const kinds[] = {
		[FILE_TEXT] = "file", [PSTORE_FOLDER] = "pstore", [JOURNAL] = "journal", [DUMP] = "dump"
	};
	struct tm tm;
	char time[32];

	pm_json_open(json, NULL, '{');
	pm_json_str(json, "kind", kinds[place->kind]);
	pm_json_str(json, "words", place->words);
	pm_json_str(json, place->kind == JOURNAL ? "boot_id" : "path", place->path);
	if (gmtime_r(&place->when, &tm) && strftime(time, sizeof(time), "%Y-%m-%dT%H:%M:%SZ", &tm))
		pm_json_str(json, "time", time);
	pm_json_bool(json, "panic", panic);
	pm_json_close(json, '}');
}

static enum pm_status list(struct search *search, bool as_json)
{
	struct pm_json json;
	bool any = false;

	pm_json_init(&json, stdout);
	if (as_json) {
		pm_json_open(&json, NULL, '{');
		pm_json_uint(&json, "schema", 1);
		pm_json_open(&json, "places", '[');
	}
	for (size_t i = 0; i < search->places.n; i++) {
		const struct place *place = &search->places.v[i];
		bool panic = holds_panic(search, place), journal = place->kind == JOURNAL;

		any = any || panic;
		if (as_json)
			list_json(&json, place, panic);
		else
			printf("%s  %-9s %s%s%s\n", time_words(search, place->when),
			       panic ? "panic" : "no panic", place->words, journal ? "" : ": ",
			       journal ? "" : place->path);
	}
	if (as_json) {
		pm_json_close(&json, ']');
		pm_json_close(&json, '}');
		putchar('\n');
	}
	pm_json_deinit(&json);
	if (!any)
		say_nothing_found(search);
	return pm_cmd_printed(any ? PM_STATUS_OK : PM_STATUS_NO_PANIC);
}

static enum pm_status explain_newest(struct search *search, const struct pm_report_options *options)
{
	for (size_t i = 0; i < search->places.n; i++) {
		const struct place *place = &search->places.v[i];
		const char *name = place->kind == JOURNAL ? place->words : place->path;
		struct opened opened;

		if (!holds_panic(search, place))
			continue;
		char *names[] = { pm_arena_str(&search->arena, pm_slice_of(name)), NULL };
		struct pm_report_run *run = pm_report_begin(options, names);
		if (!options->json)
			pm_cmd_say("from %s%s%s, %s", place->words, place->kind == JOURNAL ? "" : ": ",
				   place->kind == JOURNAL ? "" : place->path,
				   time_words(search, place->when));
		if (place->kind == DUMP) {
			pm_report_files(run, names);
			return pm_report_end(run);
		}
		struct pm_error *err = open_place(search, place, &opened);
		if (err) {
			pm_cmd_say("%s", err->message);
			pm_error_free(err);
		} else {
			pm_report_source(run, opened.source, name);
		}
		close_place(&opened);
		return pm_report_end(run);
	}
	char *no_names[] = { NULL };
	if (options->json || options->html)
		(void)pm_report_end(pm_report_begin(options, no_names));
	say_nothing_found(search);
	return PM_STATUS_NO_PANIC;
}

enum { OPT_ROOT = 256, OPT_LIST };

static const struct option long_options[] = {
	PM_REPORT_LONG_OPTIONS,
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "list", no_argument, NULL, OPT_LIST },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

int pm_cmd_last(int argc, char **argv)
{
	struct pm_report_options options;
	struct search search = { .root = "" };
	bool only_list = false;
	int c;

	pm_report_options_init(&options);
	while ((c = getopt_long(argc, argv, "vh", long_options, NULL)) != -1) {
		if (c == 'h')
			return pm_cmd_help("last");
		if (c == OPT_ROOT) {
			search.root = strcmp(optarg, "/") ? optarg : "";
		} else if (c == OPT_LIST) {
			only_list = true;
		} else if (!pm_report_option(&options, c, optarg)) {
			pm_cmd_say("see kpanic last --help");
			return PM_STATUS_USAGE;
		}
	}
	if (!pm_report_options_fit(&options))
		return PM_STATUS_USAGE;
	if (optind < argc) {
		pm_cmd_say("last takes no file; 'kpanic %s' explains one", argv[optind]);
		return PM_STATUS_USAGE;
	}
	int error = *search.root ? pm_cmd_folder_errno(search.root) : 0;
	if (error) {
		pm_cmd_say("%s: %s", search.root, strerror(error));
		return PM_STATUS_UNREADABLE;
	}
	pm_arena_init(&search.arena);
	look_everywhere(&search);
	enum pm_status status = only_list ? list(&search, options.json) : explain_newest(&search, &options);
	for (size_t i = 0; i < search.notes.n; i++)
		pm_cmd_say("not looked at: %s", search.notes.v[i]);
	/* What could not be looked at may have held one. */
	if (status == PM_STATUS_NO_PANIC && search.notes.n && !search.places.n)
		status = PM_STATUS_UNREADABLE;
	pm_arena_deinit(&search.arena);
	return status;
}
