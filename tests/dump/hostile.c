/* The shell's commands on a real dump whose memory lies:
 *
 *	hostile DUMP COMMANDS [COPIES [NUMBER]]       20 by default; NUMBER: that copy alone
 *
 * COMMANDS is a file, a command on each line: `tests/dump/hostile --list` makes it.  They run once as it is, which tells what they read.  Then on copies with 2,000 words of that overwritten each: by
 * noise, by zero, by small numbers, and by pointers that stand elsewhere, so that lists and trees lead back into themselves
 * or into each other.  Prints the slowest command and the one that said most; exit 1 where one took more than ten seconds of
 * CPU time, or wrote more than 64 MiB.  A crash ends it. */
#include "damage.h"

#include "read/file.h"
#include "read/file_kind.h"
#include "shell/lines.h"
#include "shell/shell.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { words_n = 2000, most_seconds = 10, most_written = 64 << 20, max_commands = 4096 };

static char *commands[max_commands];
static size_t commands_n;

static void read_commands(const char *path)
{
	FILE *in = fopen(path, "r");
	char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while (in && (n = getline(&line, &size, in)) > 0 && commands_n < max_commands) {
		line[n - (line[n - 1] == '\n')] = 0;
		commands[commands_n++] = pm_printf("%s", line);
	}
	if (!in || !feof(in) || !commands_n) {
		fprintf(stderr, "hostile: %s: no list of commands\n", path);
		exit(2);
	}
	free(line);
	fclose(in);
}

/* ---- what is read ---- */

enum { block = 512 };

static uint8_t *was_read; /* a bit for each block of the file */

struct recorded {
	struct pm_file *inner;
};

static size_t read_recorded(const struct pm_file *file, uint64_t offset, uint8_t *buf, size_t n,
			    int *errno_out)
{
	const struct recorded *state = file->state;

	/* what reads ahead says nothing of what is looked at */
	for (uint64_t at = offset / block;
	     n && n <= 65536 && at <= (offset + n - 1) / block && at * block < file->size; at++)
		was_read[at / 8] |= (uint8_t)(1 << at % 8);
	return pm_file_read(state->inner, offset, buf, n, errno_out);
}

static void close_recorded(struct pm_file *file)
{
	struct recorded *state = file->state;

	pm_file_close(state->inner);
}

static const struct pm_file_ops recorded_ops = { read_recorded, close_recorded };

/* ---- a copy ---- */

static const char *running = "nothing";

static void on_hang(int signal)
{
	static const char text[] = "hostile: a hang: ";

	(void)signal;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	(void)!write(STDERR_FILENO, running, strlen(running));
	(void)!write(STDERR_FILENO, "\n", 1);
	_exit(1);
}

static uint64_t written;

static ssize_t count(void *cookie, const char *bytes, size_t n)
{
	(void)cookie;
	(void)bytes;
	written += n;
	return (ssize_t)n;
}

struct most {
	double seconds;
	uint64_t bytes;
	const char *slowest, *longest;
	uint64_t slowest_copy, longest_copy;
	unsigned opened, failures;
};

static void run(struct pm_shell *sh, uint64_t copy, struct most *most)
{
	const struct itimerval limit = { .it_value.tv_sec = 3 * most_seconds };

	for (size_t i = 0; i < commands_n; i++) {
		double start = now();

		running = commands[i];
		written = 0;
		setitimer(ITIMER_PROF, &limit, NULL);
		pm_shell_run(sh, commands[i]);
		fflush(sh->out);
		if (now() - start > most->seconds) {
			most->seconds = now() - start;
			most->slowest = commands[i];
			most->slowest_copy = copy;
		}
		if (written > most->bytes) {
			most->bytes = written;
			most->longest = commands[i];
			most->longest_copy = copy;
		}
	}
}

/* Takes the file over. */
static void try_file(struct pm_file *file, uint64_t copy, struct most *most)
{
	struct pm_shell sh = { 0 };
	struct pm_json json;
	struct pm_error *err = pm_dump_open_file(file, &sh.dump);

	if (!err)
		err = pm_session_open(sh.dump, NULL, &sh.session);
	if (!err) {
		sh.lx = pm_session_kernel(sh.session);
		sh.btf = sh.lx->btf;
		sh.out = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = count });
		pm_json_init(&json, sh.out);
		sh.json = copy & 1 ? &json : NULL;
		sh.sealed = true;
		const struct pm_linux_cpus *cpus = pm_session_cpus(sh.session);

		sh.task = cpus->v.n ? cpus->v.v[cpus->panic_cpu >= 0 ? cpus->panic_cpu : 0].task : 0;
		most->opened++;
		run(&sh, copy, most);
		most->failures += sh.failures;
		fclose(sh.out);
		pm_json_deinit(&json);
		pm_shell_lines_close(&sh);
	}
	pm_error_free(err);
	pm_session_close(sh.session);
	pm_dump_close(sh.dump);
}

/* Where, among what was read. */
static uint64_t place(uint64_t *state, uint64_t size)
{
	for (unsigned tries = 0; tries < 1 << 24; tries++) {
		uint64_t at = noise(state) % (size - 8) & ~7ull;

		if (was_read[at / block / 8] >> at / block % 8 & 1)
			return at;
	}
	return 0;
}

static void damage(struct pm_file *file, uint64_t copy, struct pm_damage damages[words_n],
		   uint64_t words[words_n])
{
	uint64_t state = 0x9e3779b97f4a7c15ull * (copy + 1), size = pm_file_size(file);

	for (unsigned i = 0; i < words_n; i++) {
		uint64_t at = place(&state, size);

		switch (noise(&state) % 8) {
		case 0:
			words[i] = noise(&state);
			break;
		case 1:
			words[i] = 0;
			break;
		case 2:
			words[i] = noise(&state) % 4096;
			break;
		default: /* another's pointer, or number */
			for (unsigned tries = 0; tries < 4096; tries++) {
				uint8_t bytes[8];

				pm_file_read(file, place(&state, size), bytes, 8, NULL);
				memcpy(&words[i], bytes, 8);
				if (words[i] >> 48 >= 0xff00)
					break;
			}
		}
		damages[i] = (struct pm_damage){ at, 8, (const uint8_t *)&words[i] };
	}
}

static struct pm_file *open_it(const char *path)
{
	struct pm_file *file;
	struct pm_error *err = pm_file_open(path, &file);

	if (!err)
		return file;
	fprintf(stderr, "hostile: %s\n", err->message);
	exit(3);
}

int main(int argc, char **argv)
{
	uint64_t copies = argc > 3 ? strtoull(argv[3], NULL, 0) : 20;
	uint64_t first = argc > 4 ? strtoull(argv[4], NULL, 0) : 0;
	struct most clean = { 0 }, most = { 0 };
	static uint64_t words[words_n];
	struct pm_damage damages[words_n];

	if (argc < 3) {
		fputs("usage: hostile DUMP COMMANDS [COPIES [NUMBER]]\n", stderr);
		return 2;
	}
	read_commands(argv[2]);
	signal(SIGPROF, on_hang);
	/* what commands cannot do is what is tried here: thousands of lines */
	if (!getenv("HOSTILE_SAYS") && !freopen("/dev/null", "w", stderr))
		return 2;
	struct pm_file *file = open_it(argv[1]), *recorded;
	uint64_t size = pm_file_size(file);

	was_read = pm_alloc((size_t)(size / block / 8 + 2));
	recorded = pm_file_new(&recorded_ops, argv[1], size, sizeof(struct recorded));
	((struct recorded *)recorded->state)->inner = file;
	try_file(recorded, 0, &clean);
	printf("%-12s slowest %.2f s: %s; longest %" PRIu64 " KiB: %s\n", "as it is", clean.seconds,
	       clean.slowest, clean.bytes >> 10, clean.longest);
	for (uint64_t i = first; i < (argc > 4 ? first + 1 : copies); i++) {
		file = open_it(argv[1]);
		damage(file, i, damages, words);
		try_file(pm_file_damaged(file, damages, words_n, size), i, &most);
	}
	printf("%-12s %u opened, %u commands could not do all; slowest %.2f s: %s (number %" PRIu64
	       "); longest %" PRIu64 " KiB: %s (number %" PRIu64 ")\n",
	       "overwritten", most.opened, most.failures, most.seconds, most.slowest ? most.slowest : "none",
	       most.slowest_copy, most.bytes >> 10, most.longest ? most.longest : "none", most.longest_copy);
	free(was_read);
	return most.seconds > most_seconds || most.bytes > most_written;
}
