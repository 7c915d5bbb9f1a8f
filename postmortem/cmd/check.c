/* kpanic check: what a dump is, what is missing of it, and what that allows. */
#include "cmd/dump.h"

#include "linux/kernel_types.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option long_options[] = {
	{ "btf", required_argument, NULL, 'b' },
	{ "raw", optional_argument, NULL, 'r' },
	{ "help", no_argument, NULL, 'h' },
	{ 0 },
};

static void row(const char *label, const char *fmt, ...)
{
	enum { indent = 13, width = 80 };
	va_list ap;

	va_start(ap, fmt);
	char *text = pm_vprintf(fmt, ap);
	va_end(ap);
	printf("%-12s ", label);
	for (const char *rest = text;;) {
		size_t n = strlen(rest);

		if (n > width - indent) {
			size_t cut = width - indent;

			while (cut && rest[cut] != ' ')
				cut--;
			n = cut ? cut : strcspn(rest, " ");
		}
		printf("%.*s\n", (int)n, rest);
		rest += n + (rest[n] == ' ');
		if (!*rest)
			break;
		printf("%*s", indent, "");
	}
	free(text);
}

/* What makedumpfile's -d leaves out, bit by bit. */
enum { LEVEL_CACHE = 2 | 4, LEVEL_USER = 8, LEVEL_FREE = 16 };

static void print_level(const struct pm_dump_info *info, uint64_t machine, uint64_t here)
{
	static const char *const bits[] = { "pages of zeros", "the page cache",
					    "the page cache with private data", "memory of user processes",
					    "free memory" };
	struct pm_buf text = { 0 };
	int level = info->level;

	if (level < 0 && here < machine && !info->incomplete)
		row("filter", "%llu MiB are left out; this format does not tell at which level",
		    (unsigned long long)(machine - here) * PM_PAGE_SIZE >> 20);
	if (level < 0)
		return;
	/* Only kdump-compressed tells a level, and it keeps one page of zeros, to which all of them refer. */
	for (size_t i = 1; i < PM_COUNT(bits); i++)
		if (level >> i & 1)
			pm_buf_printf(&text, "%s%s", text.n ? ", " : "left out are ", bits[i]);
	row("filter", "-d %d: %s%s", level, text.n ? text.data : "nothing is left out",
	    level & 1 ? "; pages of zeros share one" : "");
	pm_buf_deinit(&text);
}

static bool left_out_somehow(const struct pm_dump *dump)
{
	uint64_t machine, here;

	pm_dump_pages(dump, &machine, &here);
	return here < machine;
}

/* The same in the words of whoever has a question: what can be asked of this dump, and what not. */
static void print_use(struct pm_linux_session *session)
{
	const struct pm_linux *lx = pm_session_kernel(session);
	const struct pm_linux_unwinder *unwinder = pm_session_unwinder(session);
	const struct pm_linux_cpus *cpus = pm_session_cpus(session);
	const struct pm_error *trouble;
	int level = pm_dump_info(lx->dump)->level, left_out = level < 0 ? 0 : level;
	size_t with_regs = 0;

	for (size_t i = 0; i < cpus->v.n; i++)
		with_regs += cpus->v.v[i].has_regs;

	const struct {
		bool can;
		const char *what;
	} rows[] = {
		{ pm_session_log(session, &trouble)->records.n, "its log" },
		{ lx->symbols, "names of addresses" },
		{ unwinder->orc.n || unwinder->frame_pointers, "stack traces" },
		{ cpus->v.n && with_regs == cpus->v.n, "the registers of each CPU" },
		{ lx->btf && pm_session_tasks(session)->v.n, "tasks and locks" },
		{ lx->btf, "modules, structures, files, mappings, slabs" },
		{ !(left_out & LEVEL_USER), "what programs had in their memory" },
		{ !(left_out & LEVEL_CACHE), "what files held" },
		{ !(left_out & LEVEL_FREE), "what freed memory held" },
	};
	struct pm_buf can = { 0 }, cannot = { 0 };

	/* where no level is told nobody knows what the last three are */
	for (size_t i = 0; i < PM_COUNT(rows) - (level < 0 && left_out_somehow(lx->dump) ? 3 : 0); i++) {
		struct pm_buf *text = rows[i].can ? &can : &cannot;

		pm_buf_printf(text, "%s%s", text->n ? ", " : "", rows[i].what);
	}
	if (can.n)
		row("allows", "%s", can.data);
	if (cannot.n)
		row("not", "%s", cannot.data);
	pm_buf_deinit(&can);
	pm_buf_deinit(&cannot);
}

static void print_kernel(struct pm_linux_session *session)
{
	struct pm_linux *lx = pm_session_kernel(session);
	const struct pm_linux_unwinder *unwinder = pm_session_unwinder(session);
	const struct pm_linux_modules *modules = pm_session_modules(session);
	const struct pm_linux_tasks *tasks = pm_session_tasks(session);
	const struct pm_linux_cpus *cpus = pm_session_cpus(session);
	const struct pm_error *log_trouble;
	const struct pm_log *log = pm_session_log(session, &log_trouble);
	unsigned with_regs = 0;

	row("kernel", "%s", lx->release ? lx->release : "Linux, release not told");
	if (lx->build_id)
		row("build id", "%s", lx->build_id);
	row("VMCOREINFO", "%s",
	    !lx->info_searched               ? "in the dump's notes"
	    : pm_dump_vmcoreinfo(lx->dump).n ? "wrong in the notes: found in memory"
					     : "not in the notes: found in memory");
	row("page tables", "%u levels, KASLR offset 0x%llx", lx->kernel.levels,
	    (unsigned long long)lx->kaslr);
	uint32_t lost = lx->symbols ? pm_linux_symbols_lost(lx->symbols) : 0;

	if (lx->symbols)
		row("symbols", "%u, %s", pm_linux_symbols_count(lx->symbols),
		    pm_linux_symbols_encoding(lx->symbols));
	if (lost)
		row("", "%u of them are not in the dump", lost);
	if (!lx->symbols)
		row("symbols", "none: %s", lx->symbols_trouble->message);
	if (lx->btf && pm_btf_dwarf_names(lx->btf))
		row("types", "%u names (DWARF) of %s%s%s", pm_btf_dwarf_names(lx->btf), lx->btf_file,
		    lx->btf_lost ? "; " : "", lx->btf_lost ? lx->btf_lost : "");
	else if (lx->btf)
		row("types", "%u (BTF)%s%s%s%s", pm_btf_count(lx->btf), lx->btf_file ? " of " : "",
		    lx->btf_file ? lx->btf_file : "", lx->btf_lost ? "; " : "",
		    lx->btf_lost ? lx->btf_lost : "");
	else
		row("types", "none: %s; %s", lx->btf_trouble->message, pm_linux_types_hint);
	if (unwinder->orc.n)
		row("unwinding", "ORC, version %d, %u places", (int)unwinder->orc.version, unwinder->orc.n);
	else if (unwinder->frame_pointers)
		row("unwinding", "by frame pointers");
	else
		row("unwinding", "none: %s", unwinder->orc_trouble ? unwinder->orc_trouble : "no tables");
	for (size_t i = 0; i < cpus->v.n; i++)
		with_regs += cpus->v.v[i].has_regs;
	row("CPUs", "%zu, registers of %u", cpus->v.n, with_regs);
	row("tasks", "%zu%s%s", tasks->v.n, tasks->trouble ? "; " : "", tasks->trouble ? tasks->trouble : "");
	row("modules", "%zu%s%s", modules->v.n, modules->trouble ? "; " : "",
	    modules->trouble ? modules->trouble : "");
	row("log", "%zu records%s%s", log->records.n, log_trouble ? "; " : "",
	    log_trouble ? log_trouble->message : "");
	if (log->lost)
		row("", "the text of %llu records is not in the dump", (unsigned long long)log->lost);
	if (cpus->panic_cpu >= 0)
		row("panic", "on CPU %d", cpus->panic_cpu);
	else
		row("panic", "none: the kernel had not panicked");
	print_use(session);
}

/* The same of a kernel that is not Linux. */
static void print_image(const struct pm_image *image)
{
	static const char *const found[] = { "", "among the dump's notes", "named by VMCOREINFO",
					     "found in memory" };
	static const char *const states[] = { "", "no panic", "a panic that did not come to its end",
					      "complete" };
	unsigned state = image->note.header.state <= KF_NOTE_COMPLETE ? image->note.header.state : 0;
	unsigned with_regs = 0;
	struct kf_note_task task;
	size_t tasks = 0;
	struct pm_buf log = { 0 };

	if (image->name.n || image->release.n)
		row("kernel", "%.*s%s%.*s", PM_FMT(image->name), image->name.n && image->release.n ? " " : "",
		    PM_FMT(image->release));
	if (image->build_id)
		row("build id", "%s", image->build_id);
	if (image->found)
		row("note", "the recorder's, %s%s%s%s%s", found[image->found], *states[state] ? ": " : "",
		    states[state], image->note_trouble ? "; " : "",
		    image->note_trouble ? image->note_trouble : "");
	else
		row("note", "none: %s", image->note_trouble);
	if (image->has_space)
		row("page tables", "%u levels, root 0x%llx of %s%s%s", image->space.levels,
		    (unsigned long long)image->space.root,
		    image->space_from ? image->space_from : "no one that is told",
		    image->space_trouble ? "; " : "", image->space_trouble ? image->space_trouble : "");
	else
		row("page tables", "none: %s", image->space_trouble);
	if (image->symbols.v.n)
		row("symbols", "%zu of %s", image->symbols.v.n, image->symbols.from);
	else
		row("symbols", "none: %s", image->symbols_trouble);
	if (image->symbols.lost)
		row("", "%u of them are not in the dump", image->symbols.lost);
	for (size_t i = 0; i < image->cpus.n; i++) {
		struct pm_x86_regs regs;

		with_regs += pm_image_cpu_regs(&image->cpus.v[i], true, &regs);
	}
	row("CPUs", "%zu, registers of %u", image->cpus.n, with_regs);
	while (pm_image_task(image, tasks, &task))
		tasks++;
	row("tasks", "%zu", tasks);
	pm_image_log(image, &log);
	row("log", "%zu bytes", log.n);
	pm_buf_deinit(&log);
	row("report", image->report.n ? "%zu bytes" : "none", image->report.n);
}

int pm_cmd_check(int argc, char **argv)
{
	struct pm_dump *dump = NULL;
	struct pm_cmd_kernel kernel = { 0 };
	struct pm_linux_options with = { .installed = true };
	const char *raw = NULL;
	uint64_t machine, here;
	int c;

	while ((c = getopt_long(argc, argv, "h", long_options, NULL)) != -1) {
		if (c == 'h')
			return pm_cmd_help("check");
		if (c == 'b') {
			with.btf = optarg;
			continue;
		}
		if (c == 'r') {
			raw = optarg ? optarg : "";
			continue;
		}
		fputs("kpanic: see kpanic check --help\n", stderr);
		return PM_STATUS_USAGE;
	}
	if (optind >= argc) {
		fputs("kpanic: check: which dump? see kpanic check --help\n", stderr);
		return PM_STATUS_USAGE;
	}
	struct pm_error *err = pm_cmd_dump_open(argv + optind, (size_t)(argc - optind), raw, &dump);
	enum pm_status status = PM_STATUS_OK;

	if (!err) {
		const struct pm_dump_info *info = pm_dump_info(dump);

		row("format", "%s", info->format);
		pm_dump_pages(dump, &machine, &here);
		if (machine)
			row("memory", "%llu MiB, of which the dump has %llu MiB",
			    (unsigned long long)machine * PM_PAGE_SIZE >> 20,
			    (unsigned long long)here * PM_PAGE_SIZE >> 20);
		print_level(info, machine, here);
		row("whole", "%s", info->trouble ? info->trouble : "as far as opening it tells");
		pm_cmd_dump_status(dump, false, &status);
		pm_cmd_kernel_open(dump, &with, false, &kernel, &status);
	} else {
		pm_cmd_say("%s", err->message);
		status = err->code == PM_USAGE ? PM_STATUS_USAGE : PM_STATUS_UNREADABLE;
		pm_error_free(err);
	}
	if (kernel.session)
		print_kernel(kernel.session);
	if (kernel.image)
		print_image(kernel.image);
	if (kernel.image && kernel.image->note_trouble)
		status = PM_STATUS_UNREADABLE;
	if (kernel.session && !pm_cmd_log_is_whole(kernel.session))
		status = PM_STATUS_UNREADABLE;
	if (fflush(stdout))
		status = PM_STATUS_UNREADABLE;
	pm_cmd_kernel_close(&kernel);
	pm_dump_close(dump);
	return status;
}
