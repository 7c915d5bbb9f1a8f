/* A real dump, cut and overwritten in memory, through all of kpanic:
 *
 *	damage DUMP [CUTS [OVERWRITTEN [NUMBER]]]       100 and 200 by default; NUMBER: that one of those alone
 *
 * Each copy is cut at another place, or has 1,000 random bytes (every other one: pages) overwritten, half of them
 * anywhere and half among the kernel's own structures, which is found by reading the dump once.  Prints how many were
 * still explained, and the slowest (with DAMAGE_SAYS set: what was wrong with each); exit 1 when one took longer than ten seconds, or more
 * than 256 MiB (768 with AddressSanitizer).  A crash ends it. */
#include "damage.h"

#include "decode/decode.h"
#include "explain/explain.h"
#include "linux/report.h"
#include "linux/session.h"
#include "linux/kernel_types.h"
#include "read/file.h"
#include "render/render.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifdef __SANITIZE_ADDRESS__ /* shadow memory, and what was freed is kept a while */
enum { most_mib = 768 };
#else
enum { most_mib = 256 };
#endif
enum { damages_n = 1000, most_seconds = 10 };

struct told {
	unsigned reports, panics, frames;
	bool says; /* what went wrong with each copy */
	FILE *sink;
};

static bool on_incident(struct pm_incident *inc, void *user)
{
	const struct pm_render_text style = { .details = true, .evidence = true, .width = 80 };
	struct told *told = user;
	const struct pm_trace *trace;

	pm_decode(inc);
	pm_explain(inc);
	pm_render_text(told->sink, inc, &style);
	pm_render_json_report(told->sink, inc, true);
	told->reports++;
	told->panics += inc->panicked;
	trace = pm_incident_crash_trace(inc);
	if (trace)
		told->frames += (unsigned)trace->frames.n;
	return true;
}

/* Everything else that reads: lists, traces of all tasks. */
static void walk(struct pm_linux_session *session)
{
	struct pm_linux_tasks *tasks = pm_session_tasks(session);
	struct pm_linux_modules *modules = pm_session_modules(session);

	for (size_t i = 0; i < tasks->v.n && i < 2000; i++) {
		struct pm_stack_trace trace;

		pm_session_unwind(session, &tasks->v.v[i], &trace);
		pm_stack_trace_deinit(&trace);
	}
	for (size_t i = 0; i < modules->v.n; i++)
		pm_linux_module_types(pm_session_kernel(session), &modules->v.v[i]);
	pm_session_caches(session);
}

/* A copy that never ends must not keep the others from being told of. */
static void on_hang(int signal)
{
	static const char text[] = "damage: a copy took more than a minute of CPU time: a hang\n";

	(void)signal;
	(void)!write(STDERR_FILENO, text, sizeof(text) - 1);
	_exit(1);
}

static void watch(void)
{
	const struct itimerval minute = { .it_value.tv_sec = 60 };

	signal(SIGPROF, on_hang);
	setitimer(ITIMER_PROF, &minute, NULL);
}

struct totals {
	unsigned copies, opened, explained, panics;
	double slowest;
	uint64_t slowest_seed;
};

static void try_copy(const char *path, const struct pm_damage *damages, size_t n, uint64_t size,
		     uint64_t seed, struct told *told, struct totals *totals)
{
	struct pm_file *file;
	struct pm_dump *dump = NULL;
	struct pm_linux_session *session = NULL;
	double start = now();
	struct pm_error *err = pm_file_open(path, &file);

	watch();
	told->reports = told->panics = 0;
	if (!err) {
		bool raw = pm_dump_may_be_raw(file); /* before it is damaged: as one who knows what it is */

		file = pm_file_damaged(file, damages, n, size);
		err = raw ? pm_dump_open_raw_file(file, NULL, 0, &dump) : pm_dump_open_file(file, &dump);
	}
	if (!err) {
		totals->opened++;
		err = pm_session_open(dump, NULL, &session);
	}
	if (!err && session) {
		err = pm_linux_read_dump(session, on_incident, told);
		walk(session);
	} else if (dump) {
		pm_linux_read_log_alone(dump, on_incident, told);
	}
	if (told->says)
		printf("%s%s%s\n", err ? err->message : "read",
		       dump && pm_dump_info(dump)->trouble ? "; " : "",
		       dump && pm_dump_info(dump)->trouble ? pm_dump_info(dump)->trouble : "");
	pm_error_free(err);
	pm_session_close(session);
	pm_dump_close(dump);
	totals->copies++;
	totals->explained += told->reports > 0;
	totals->panics += told->panics > 0;
	if (now() - start > totals->slowest) {
		totals->slowest = now() - start;
		totals->slowest_seed = seed;
	}
}

static void print(const char *what, const struct totals *t)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	printf("%-12s %4u copies: %u opened, %u explained, %u told the panic; slowest %.2f s (number %" PRIu64
	       "), %ld MiB at most\n",
	       what, t->copies, t->opened, t->explained, t->panics, t->slowest, t->slowest_seed,
	       usage.ru_maxrss / 1024);
	fflush(stdout);
}

int main(int argc, char **argv)
{
	uint64_t cuts = argc > 2 ? strtoull(argv[2], NULL, 0) : 100;
	uint64_t rounds = argc > 3 ? strtoull(argv[3], NULL, 0) : 200;
	struct told told = { .sink = fopen("/dev/null", "w"), .says = getenv("DAMAGE_SAYS") != NULL };
	struct totals cut = { 0 }, bytes = { 0 }, pages = { 0 };
	struct pm_file *file;
	struct pm_error *err;

	if (argc < 2) {
		fputs("usage: damage DUMP [CUTS [OVERWRITTEN [NUMBER]]]\n", stderr);
		return 2;
	}
	err = pm_file_open(argv[1], &file);
	if (err) {
		fprintf(stderr, "damage: %s\n", err->message);
		return 3;
	}
	uint64_t size = pm_file_size(file);

	pm_file_close(file);
	for (uint64_t i = 0; i < cuts; i++)
		try_copy(argv[1], NULL, 0, size / cuts * i + (i ? i * 7919 % 4096 : 0), i, &told, &cut);
	print("cut", &cut);
	uint64_t first = argc > 4 ? strtoull(argv[4], NULL, 0) : 0;

	for (uint64_t i = first; i < (argc > 4 ? first + 1 : rounds); i++) {
		struct pm_damage damages[damages_n];
		uint64_t state = 0x9e3779b97f4a7c15ull * (i + 1), length = i & 1 ? 4096 : 1;

		for (size_t k = 0; k < damages_n; k++)
			damages[k] = (struct pm_damage){ noise(&state) % size, length, NULL };
		try_copy(argv[1], damages, damages_n, size, i, &told, i & 1 ? &pages : &bytes);
	}
	print("bytes", &bytes);
	print("pages", &pages);
	fclose(told.sink);
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	if (usage.ru_maxrss / 1024 > most_mib) {
		fprintf(stderr, "damage: more than %d MiB of memory\n", most_mib);
		return 1;
	}
	return cut.slowest > most_seconds || bytes.slowest > most_seconds || pages.slowest > most_seconds;
}
