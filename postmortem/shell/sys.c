/* sys: the system, and what it died of. */
#include "shell/commands.h"

#include "linux/clock.h"
#include "linux/member.h"
#include "linux/zones.h"
#include "shell/sys.h"

#include <stdlib.h>
#include <string.h>

void pm_shell_row(struct pm_shell *sh, const char *label, const char *key, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *text = pm_vprintf(fmt, ap);
	va_end(ap);
	if (sh->json)
		pm_json_str(sh->json, key, text);
	else
		fprintf(sh->out, "%12s: %s\n", label, text);
	free(text);
}

void pm_shell_uptime(struct pm_shell *sh, uint64_t ns)
{
	uint64_t seconds = ns / 1000000000;

	if (sh->json)
		pm_json_uint(sh->json, "uptime_s", seconds);
	else if (seconds >= 86400)
		pm_shell_row(sh, "UPTIME", NULL, "%llu days, %02llu:%02llu:%02llu",
			     (unsigned long long)seconds / 86400, (unsigned long long)seconds / 3600 % 24,
			     (unsigned long long)seconds / 60 % 60, (unsigned long long)seconds % 60);
	else
		pm_shell_row(sh, "UPTIME", NULL, "%02llu:%02llu:%02llu", (unsigned long long)seconds / 3600,
			     (unsigned long long)seconds / 60 % 60, (unsigned long long)seconds % 60);
}

static void number(struct pm_shell *sh, const char *label, const char *key, uint64_t value)
{
	if (sh->json)
		pm_json_uint(sh->json, key, value);
	else
		fprintf(sh->out, "%12s: %llu\n", label, (unsigned long long)value);
}

static void print_times(struct pm_shell *sh, const struct pm_log *log)
{
	int64_t now, boot;
	char date[40];
	bool has_clock = pm_linux_wall_clock(sh->lx, &now, &boot);

	if (has_clock) {
		pm_linux_date(now, date);
		if (sh->json)
			pm_json_int(sh->json, "time_s", now);
		else
			pm_shell_row(sh, "DATE", NULL, "%s", date);
	}
	const struct pm_log_record *last = pm_log_last(log);

	/* who died said so; who runs may not have said anything for days */
	if (sh->live && has_clock)
		pm_shell_uptime(sh, (uint64_t)(now - boot) * 1000000000);
	else if (last)
		pm_shell_uptime(sh, last->ts_ns);
}

/* Of a list that is broken only how many there are at least is known. */
static void print_tasks(struct pm_shell *sh)
{
	const struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);

	if (!tasks->trouble)
		number(sh, "TASKS", "tasks", tasks->v.n);
	else if (sh->json)
		pm_json_str(sh->json, "tasks_trouble", tasks->trouble);
	else if (tasks->v.n)
		pm_shell_row(sh, "TASKS", NULL, "at least %zu (%s)", tasks->v.n, tasks->trouble);
	else
		pm_shell_row(sh, "TASKS", NULL, "unknown (%s)", tasks->trouble);
}

/* The last record that starts with one of the words; NULL: none. */
static const struct pm_log_record *last_that_starts(const struct pm_log *log, const char *const *words)
{
	for (size_t i = log->records.n; i-- > 0;)
		for (size_t w = 0; words[w]; w++)
			if (pm_slice_starts(log->records.v[i].text, pm_slice_of(words[w])))
				return &log->records.v[i];
	return NULL;
}

/* What the kernel died of by its own words.  With a crash kernel loaded an oops goes there without panic()'s. */
static const struct pm_log_record *last_words(const struct pm_log *log)
{
	static const char *const panics[] = { "Kernel panic - not syncing: ", NULL };
	static const char *const others[] = { "Oops: ",
					      "Internal error: ",
					      "general protection fault",
					      "BUG: ",
					      "kernel BUG at ",
					      "Unable to handle kernel ",
					      "watchdog: BUG: ",
					      "NMI watchdog: ",
					      "sysrq: Trigger a crash",
					      "SysRq : Trigger a crash",
					      NULL };
	const struct pm_log_record *panic = last_that_starts(log, panics);

	return panic ? panic : last_that_starts(log, others);
}

static void print_panic(struct pm_shell *sh, const struct pm_linux_cpus *cpus, const struct pm_log *log)
{
	const struct pm_log_record *words = last_words(log);
	struct pm_linux_task task;

	if (sh->json)
		pm_json_open(sh->json, "panic", '{');
	if (words) {
		struct pm_slice text = words->text;
		size_t end = pm_slice_find_char(text, '\n');

		text.n = end == PM_NPOS ? text.n : end;
		pm_shell_row(sh, "PANIC", "message", sh->json ? "%.*s" : "\"%.*s\"", PM_FMT(text));
	}
	if (pm_linux_task_read(sh->lx, cpus->v.v[cpus->panic_cpu].task, &task)) {
		task.cpu = (uint32_t)cpus->panic_cpu;
		if (sh->json) {
			pm_shell_put_task(sh, &task);
		} else {
			pm_shell_row(sh, "PID", NULL, "%d", task.pid);
			pm_shell_row(sh, "COMMAND", NULL, "\"%s\"", task.comm);
			pm_shell_row(sh, "TASK", NULL, "%016llx", (unsigned long long)task.addr);
			pm_shell_row(sh, "CPU", NULL, "%d", cpus->panic_cpu);
			pm_shell_row(sh, "STATE", NULL, "%s (PANIC)", pm_shell_state_words(task.state));
		}
	}
	if (sh->json)
		pm_json_close(sh->json, '}');
}

/* The kernel's own fixed point numbers of 11 bits, rounded as /proc/loadavg does. */
static void print_load(struct pm_shell *sh)
{
	enum { bits = 11, one = 1 << bits };
	uint64_t at, load[3], hundredths[3];

	if (!pm_linux_symbol(sh->lx, "avenrun", &at))
		return;
	for (unsigned i = 0; i < 3; i++) {
		if (!pm_space_load(&sh->lx->kernel, at + 8 * i, 8, &load[i]) || load[i] >> 40)
			return;
		hundredths[i] = (load[i] + one / 200) * 100 >> bits;
	}
	pm_shell_row(sh, "LOAD AVERAGE", "load_average", "%llu.%02llu, %llu.%02llu, %llu.%02llu",
		     (unsigned long long)hundredths[0] / 100, (unsigned long long)hundredths[0] % 100,
		     (unsigned long long)hundredths[1] / 100, (unsigned long long)hundredths[1] % 100,
		     (unsigned long long)hundredths[2] / 100, (unsigned long long)hundredths[2] % 100);
}

uint64_t pm_shell_present_pages(struct pm_shell *sh)
{
	struct pm_linux_zones zones;
	uint64_t pages = 0;

	pm_linux_nodes_of(sh->lx, &zones);
	for (size_t i = 0; i < zones.nodes.n; i++)
		pages += zones.nodes.v[i].present;
	pm_linux_zones_deinit(&zones);
	return pages;
}

static void print_machine(struct pm_shell *sh)
{
	uint64_t names, khz = 0;
	char machine[65];

	if (!pm_linux_symbol(sh->lx, "init_uts_ns", &names) ||
	    !pm_linux_member_text(sh->lx, names, "uts_namespace", "name.machine", machine, sizeof(machine)))
		return;
	pm_linux_variable(sh->lx, "cpu_khz", 4, &khz);
	pm_shell_row(sh, "MACHINE", "machine", khz && !sh->json ? "%s  (%llu Mhz)" : "%s", machine,
		     (unsigned long long)khz / 1000);
	if (sh->json && khz)
		pm_json_uint(sh->json, "mhz", khz / 1000);
}

static void print_memory(struct pm_shell *sh)
{
	uint64_t total, present = pm_shell_present_pages(sh);
	bool known = pm_linux_variable(sh->lx, "_totalram_pages", 8, &total);
	char text[32];

	if (sh->json) {
		if (known)
			pm_json_uint(sh->json, "memory_kb", total * 4);
		if (present)
			pm_json_uint(sh->json, "present_kb", present * 4);
	} else if (present || known) {
		pm_shell_size_words((present ? present : total) * PM_PAGE_SIZE, text, sizeof(text));
		pm_shell_row(sh, "MEMORY", NULL, "%s", text);
	}
}

/* What uname tells. */
static void print_names(struct pm_shell *sh)
{
	uint64_t names, banner;
	char text[512];
	bool has_names = pm_linux_symbol(sh->lx, "init_uts_ns", &names);

	/* the names' places are in VMCOREINFO, too */
	if (has_names && sh->lx->fields[PM_UTS_NS_NAME].offset >= 0 &&
	    pm_space_string(&sh->lx->kernel,
			    pm_linux_at(sh->lx, pm_linux_at(sh->lx, names, PM_UTS_NS_NAME), PM_UTS_NODENAME),
			    text, 65))
		pm_shell_row(sh, "NODENAME", "nodename", "%s", text);
	if (sh->lx->release)
		pm_shell_row(sh, "RELEASE", "release", "%s", sh->lx->release);
	if (sh->lx->build_id)
		pm_shell_row(sh, "BUILD-ID", "build_id", "%s", sh->lx->build_id);
	/* as JSON all of it */
	if (sh->json && pm_linux_symbol(sh->lx, "linux_banner", &banner) &&
	    pm_space_string(&sh->lx->kernel, banner, text, sizeof(text))) {
		text[strcspn(text, "\n")] = 0;
		pm_json_str(sh->json, "version", text);
	} else if (!sh->json && has_names &&
		   pm_linux_member_text(sh->lx, names, "uts_namespace", "name.version", text, sizeof(text))) {
		pm_shell_row(sh, "VERSION", NULL, "%s", text);
	}
}

static void print_system(struct pm_shell *sh)
{
	struct pm_linux_cpus *cpus = pm_session_cpus(sh->session);
	const struct pm_dump_info *info = pm_dump_info(sh->dump);
	const struct pm_log *log = pm_session_log(sh->session, NULL);
	unsigned online = 0;

	for (size_t i = 0; i < cpus->v.n; i++)
		online += cpus->v.v[i].online;
	if (sh->json) {
		pm_json_str(sh->json, "dump", pm_dump_name(sh->dump));
		pm_json_str(sh->json, "format", info->format);
		pm_json_uint(sh->json, "cpus", cpus->v.n);
		pm_json_uint(sh->json, "cpus_online", online);
	} else {
		pm_shell_row(sh, "DUMPFILE", NULL, "%s  [%s]", pm_dump_name(sh->dump), info->format);
		pm_shell_row(sh, "CPUS", NULL, cpus->v.n > online ? "%zu [OFFLINE: %zu]" : "%zu", cpus->v.n,
			     cpus->v.n - online);
	}
	print_times(sh, log);
	print_load(sh);
	print_tasks(sh);
	print_names(sh);
	print_machine(sh);
	print_memory(sh);
	pm_shell_row(sh, "KASLR", "kaslr", "0x%llx", (unsigned long long)sh->lx->kaslr);
	if (cpus->panic_cpu >= 0)
		print_panic(sh, cpus, log);
}

bool pm_shell_sys(struct pm_shell *sh, int argc, char **argv)
{
	if (sh->image)
		return pm_shell_image_sys(sh, argc, argv);
	bool calls = false, taints = false, dmi = false, panic = false;
	const struct pm_shell_option options[] = {
		{ "-c", PM_OPTION_FLAG, &calls, NULL },
		{ "-t", PM_OPTION_FLAG, &taints, NULL },
		{ "-i", PM_OPTION_FLAG, &dmi, NULL },
		{ "-panic", PM_OPTION_FLAG, &panic, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (panic)
		return pm_shell_error(sh, "sys",
				      "-panic: nothing is written to a system, or to a dump of one");
	if (calls)
		return pm_shell_system_calls(sh, argc > 1 ? argv[1] : NULL);
	if (taints || dmi)
		return (!taints || pm_shell_taints(sh)) && (!dmi || pm_shell_dmi(sh));
	if (argc > 1)
		return !strcmp(argv[1], "config") ? pm_shell_config(sh)
						  : pm_shell_error(sh, "sys", "no such table: %s", argv[1]);
	print_system(sh);
	return true;
}
