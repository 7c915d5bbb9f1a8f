/* search: where a value or text stands, in the kernel's memory, a process's, or all there is. */
#include "linux/areas.h"
#include "linux/mm.h"
#include "shell/commands.h"
#include "shell/rd.h"
#include "shell/scan.h"

#include "symbols/bytes.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum {
	at_once = 256 << 10, /* bytes that are read and scanned together: they are still in the cache then */
	max_text = 255,
	max_carried = 256, /* as max_text, and what is read is aligned */
	text_columns = 56,
	max_context = 1024,
};

enum where { IN_KERNEL, IN_PROCESS, IN_PHYSICAL, ON_STACKS };

struct search {
	struct pm_shell *sh;
	struct pm_scan scan;
	enum where where;
	bool areas[PM_AREAS];
	bool active; /* -T */
	uint64_t start, end;
	uint64_t context;                  /* -x: units before and behind */
	const char *words[PM_SCAN_WANTED]; /* as they were written, where that is no number */
	struct pm_space *space;            /* of what addresses are; NULL: physical */

	uint8_t *bytes; /* [max_carried + at_once] */
	size_t carried; /* bytes before bytes + max_carried that belong before what is read next */
	uint64_t next;  /* where what was read last ended */
	uint64_t matches, searched, missing; /* the latter in bytes */
	enum pm_absence why;                 /* the first that was missing is not there */
	const struct pm_linux_task *task;    /* whose stack it is; NULL: none, or its line was printed */
	bool in_task;                        /* as JSON: its object is open */
};

/* ---- what was found ---- */

static void put_context(struct search *s, uint64_t at)
{
	uint64_t n = s->context * s->scan.width;

	pm_shell_dump(s->sh, "search", s->space, at - n, n, s->scan.width);
	fprintf(s->sh->out, "%llx:  ", (unsigned long long)at);
}

/* n bytes at p, which are those at `at`; fewer than wanted may be the end of what was read at once. */
static void put_text(struct search *s, uint64_t at, const uint8_t *p, size_t n)
{
	uint8_t more[text_columns];
	char text[text_columns + 1];

	if (n < text_columns) {
		size_t got = s->space ? pm_space_read(s->space, at, more, sizeof(more), NULL)
				      : pm_dump_read(s->sh->dump, at, more, sizeof(more), NULL);

		if (got > n) {
			p = more;
			n = got;
		}
	}
	n = n < text_columns ? n : text_columns;
	for (size_t i = 0; i < n; i++)
		text[i] = isprint(p[i]) ? (char)p[i] : '.';
	text[n] = 0;
	if (s->sh->json)
		pm_json_str(s->sh->json, "text", text);
	else
		fprintf(s->sh->out, "%s\n", text);
}

/* The line of the task whose stack it is, before its first match. */
static void put_owner(struct search *s)
{
	struct pm_shell *sh = s->sh;

	if (!s->task)
		return;
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_shell_put_task(sh, s->task);
		pm_json_open(sh->json, "matches", '[');
		s->in_task = true;
	} else {
		if (s->matches)
			fputc('\n', sh->out);
		pm_shell_put_task(sh, s->task);
	}
	s->task = NULL;
}

static void put_match(struct search *s, uint64_t at, const uint8_t *p, size_t n, size_t which)
{
	struct pm_shell *sh = s->sh;
	uint64_t value = s->scan.width ? pm_load(p, s->scan.width, false) : 0;

	put_owner(s);
	s->matches++;
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "address", at);
		if (s->scan.width)
			pm_json_hex(sh->json, "value", value);
		else
			put_text(s, at, p, n);
		pm_json_str(sh->json, "argument", s->words[which]);
		pm_json_close(sh->json, '}');
		return;
	}
	if (s->context)
		put_context(s, at);
	else
		fprintf(sh->out, "%llx: ", (unsigned long long)at);
	if (!s->scan.width) {
		put_text(s, at, p, n);
		return;
	}
	fprintf(sh->out, "%llx", (unsigned long long)value);
	if (s->words[which])
		fprintf(sh->out, " (%s)", s->words[which]);
	fputc('\n', sh->out);
	if (s->context) {
		pm_shell_dump(sh, "search", s->space, at + s->scan.width, s->context * s->scan.width,
			      s->scan.width);
		fputc('\n', sh->out);
	}
}

/* ---- scanning ---- */

/* n bytes at s->bytes + max_carried, which are those at `at`; what may be the start of a text is kept for the next. */
static void scan(struct search *s, uint64_t at, size_t n)
{
	size_t before = at == s->next ? s->carried : 0, which = 0, total = before + n, keep;
	const uint8_t *p = s->bytes + max_carried - before;

	for (size_t i = 0; (i = pm_scan_next(&s->scan, p, total, i, &which)) < total;) {
		/* what lies in what was carried over has been told */
		if (s->scan.width || i + s->scan.texts[which].n > before)
			put_match(s, at - before + i, p + i, total - i, which);
		if (pm_shell_interrupted(s->sh))
			return;
		i += s->scan.width ? s->scan.width : 1;
	}
	s->searched += n;
	s->next = at + n;
	if (s->scan.width)
		return;
	keep = 0;
	for (size_t i = 0; i < s->scan.n; i++)
		keep = s->scan.texts[i].n - 1 > keep ? s->scan.texts[i].n - 1 : keep;
	keep = keep < total ? keep : total;
	memmove(s->bytes + max_carried - keep, p + total - keep, keep);
	s->carried = keep;
}

static bool scan_stretch(const struct pm_linux_stretch *stretch, void *user)
{
	struct search *s = user;

	for (uint64_t done = 0; done < stretch->size;) {
		enum pm_absence why = PM_PRESENT;
		uint64_t phys = stretch->phys + done, left = stretch->size - done;
		size_t n = left < at_once ? (size_t)left : at_once, got;

		if (pm_shell_interrupted(s->sh))
			return false;
		got = pm_dump_read(s->sh->dump, phys, s->bytes + max_carried, n, &why);
		if (got)
			scan(s, stretch->virt + done, got);
		done += got;
		if (got == n)
			continue;
		/* on with the next page that may be there */
		uint64_t next = pm_dump_next(s->sh->dump, (stretch->phys + done) | (PM_PAGE_SIZE - 1));

		next = next == UINT64_MAX ? stretch->phys + stretch->size
					  : (next + PM_PAGE_SIZE - 1) & -(uint64_t)PM_PAGE_SIZE;
		uint64_t gap = next > stretch->phys + done ? next - stretch->phys - done : PM_PAGE_SIZE;

		if (gap > stretch->size - done)
			gap = stretch->size - done;
		/* devices' memory is no dump's */
		if (why != PM_NO_MEMORY && !s->missing)
			s->why = why;
		s->missing += why != PM_NO_MEMORY ? gap : 0;
		done += gap;
	}
	return true;
}

static bool search_kernel(struct search *s)
{
	bool ok = true;

	for (enum pm_area area = 0; area < PM_AREAS && !pm_shell_interrupted(s->sh); area++)
		if (s->areas[area] && !pm_linux_area_each(s->sh->lx, area, s->start, s->end, scan_stretch, s))
			ok = pm_shell_error(s->sh, "search",
					    "the page tables of the %s map more than there is memory: not "
					    "all of it was searched",
					    pm_linux_area_name(area));
	return ok;
}

static bool search_process(struct search *s)
{
	struct pm_shell *sh = s->sh;
	struct pm_linux_task task;
	struct pm_space user;
	struct pm_linux_vmas vmas;
	bool ok = true;

	if (!pm_shell_current(sh, "search", &task))
		return false;
	if (!pm_linux_user_space(sh->lx, task.mm, &user))
		return pm_shell_error(sh, "search", "-u: the current task (%s) has no memory of its own",
				      task.comm);
	s->space = &user;
	pm_linux_vmas_read(sh->lx, task.mm, &vmas);
	for (size_t i = 0; i < vmas.v.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_vma *vma = &vmas.v.v[i];
		uint64_t from = vma->start > s->start ? vma->start : s->start;
		uint64_t to = vma->end < s->end ? vma->end : s->end;

		if (from < to && !pm_linux_mapped_each(&user, from, to, scan_stretch, s))
			ok = pm_shell_error(sh, "search",
					    "the page tables of %s (pid %d) map more than there is memory",
					    task.comm, task.pid);
	}
	if (vmas.trouble)
		ok = pm_shell_error(sh, "search", "the mappings of %s (pid %d): %s", task.comm, task.pid,
				    vmas.trouble);
	pm_linux_vmas_deinit(&vmas);
	s->space = NULL;
	return ok;
}

static void search_physical(struct search *s)
{
	struct pm_dump_range range;

	for (size_t i = 0; pm_dump_range(s->sh->dump, i, &range); i++) {
		uint64_t from = range.start > s->start ? range.start : s->start;
		uint64_t to = range.end < s->end ? range.end : s->end;
		const struct pm_linux_stretch stretch = { from, from, to - from };

		if (from < to && !scan_stretch(&stretch, s))
			return;
	}
}

static bool search_stacks(struct search *s)
{
	struct pm_shell *sh = s->sh;
	const struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	uint64_t size = pm_session_unwinder(sh->session)->thread_size;
	bool ok = true;

	for (size_t i = 0; i < tasks->v.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_task *task = &tasks->v.v[i];

		if (!task->stack || (s->active && !pm_session_cpu_of(sh->session, task->addr)))
			continue;
		s->task = task;
		ok &= pm_linux_mapped_each(&sh->lx->kernel, task->stack, task->stack + size, scan_stretch, s);
		if (s->in_task) {
			pm_json_close(sh->json, ']');
			pm_json_close(sh->json, '}');
			s->in_task = false;
		}
	}
	s->task = NULL;
	if (tasks->trouble)
		ok = pm_shell_error(sh, "search", "the list of tasks: %s", tasks->trouble);
	return ok;
}

/* ---- arguments ---- */

/* A number in hex, or a symbol or an expression, of which one is told what it was. */
static bool take_value(struct pm_shell *sh, struct search *s, const char *text)
{
	uint64_t value, most = s->scan.width == 8 ? UINT64_MAX : (1ull << 8 * s->scan.width) - 1;
	struct pm_slice slice = pm_slice_of(text);
	bool is_number =
		pm_slice_hex(slice, &value) || (pm_take(&slice, PM_S("0x")) && pm_slice_hex(slice, &value));

	if (!is_number && !pm_shell_address(sh, "search", text, &value))
		return false;
	if (value > most)
		return pm_shell_error(sh, "search", "%s: more than %u bits", text, 8 * s->scan.width);
	s->words[s->scan.n] = is_number ? NULL : text;
	s->scan.values[s->scan.n++] = value;
	return true;
}

static bool take_text(struct pm_shell *sh, struct search *s, const char *text)
{
	size_t n = strlen(text);

	if (!n || n > max_text)
		return pm_shell_error(sh, "search", "a text of 1 to %d letters, not %zu", max_text, n);
	s->scan.texts[s->scan.n].p = text;
	s->scan.texts[s->scan.n++].n = n;
	return true;
}

/* What the options say of where. */
struct range {
	const char *start, *end;
	uint64_t length;
	bool has_length;
};

static bool take_range(struct pm_shell *sh, struct search *s, const struct range *range)
{
	uint64_t kernel = sh->lx->kernel.mmu->kernel_start(&sh->lx->kernel);
	uint64_t rest;

	s->start = s->where == IN_KERNEL ? kernel : 0;
	s->end = s->where == IN_PROCESS ? kernel : UINT64_MAX;
	if (range->end && range->has_length)
		return pm_shell_error(sh, "search", "-e or -l, not both");
	if (range->start && !pm_shell_address(sh, "search", range->start, &s->start))
		return false;
	if (range->end && !pm_shell_address(sh, "search", range->end, &s->end))
		return false;
	if (range->has_length)
		s->end = s->start + range->length < s->start ? UINT64_MAX : s->start + range->length;
	if (s->where == IN_KERNEL && s->start < kernel)
		return pm_shell_error(sh, "search", "0x%llx: no address of the kernel's: -u, -p",
				      (unsigned long long)s->start);
	if (s->start >= s->end)
		return pm_shell_error(sh, "search", "0x%llx: not behind the start, 0x%llx",
				      (unsigned long long)s->end, (unsigned long long)s->start);
	rest = s->scan.width ? s->start % s->scan.width : 0;
	s->start -= rest;
	return !rest || !pm_shell_error(sh, "search", "the start is rounded down to 0x%llx",
					(unsigned long long)s->start);
}

static bool run(struct pm_shell *sh, struct search *s)
{
	bool ok = true;

	s->sh = sh;
	s->bytes = pm_alloc_large(max_carried + at_once);
	s->next = UINT64_MAX;
	if (sh->json)
		pm_json_open(sh->json, s->where == ON_STACKS ? "tasks" : "matches", '[');
	s->space = s->where == IN_PHYSICAL ? NULL : &sh->lx->kernel;
	if (s->where == IN_KERNEL)
		ok = search_kernel(s);
	else if (s->where == IN_PROCESS)
		ok = search_process(s);
	else if (s->where == IN_PHYSICAL)
		search_physical(s);
	else
		ok = search_stacks(s);
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_uint(sh->json, "searched_bytes", s->searched);
		pm_json_uint(sh->json, "missing_bytes", s->missing);
	}
	free(s->bytes);
	/* what is known to be left out is said, and is no failure */
	if (s->missing && !pm_shell_interrupted(sh)) {
		char words[96];

		pm_dump_absence(sh->dump, s->why, words, sizeof(words));
		pm_shell_error(sh, "search", "%llu KiB were not searched: %s",
			       (unsigned long long)(s->missing + 1023) / 1024, words);
	}
	return ok && (s->searched || pm_shell_error(sh, "search", "nothing is mapped there"));
}

bool pm_shell_search(struct pm_shell *sh, int argc, char **argv)
{
	struct search s = { .scan.width = 8 };
	struct range range = { 0 };
	bool all = false, linear = false, mapped = false, user = false, physical = false, stacks = false;
	bool texts = false, words = false, halves = false;
	const char *mask = NULL;
	uint64_t ignored = 0;
	const struct pm_shell_option options[] = {
		{ "-s", PM_OPTION_TEXT, &range.start, NULL },
		{ "-e", PM_OPTION_TEXT, &range.end, NULL },
		{ "-l", PM_OPTION_NUMBER, &range.length, &range.has_length },
		{ "-k", PM_OPTION_FLAG, &all, NULL },
		{ "-K", PM_OPTION_FLAG, &linear, NULL },
		{ "-V", PM_OPTION_FLAG, &mapped, NULL },
		{ "-u", PM_OPTION_FLAG, &user, NULL },
		{ "-p", PM_OPTION_FLAG, &physical, NULL },
		{ "-t", PM_OPTION_FLAG, &stacks, NULL },
		{ "-T", PM_OPTION_FLAG, &s.active, NULL },
		{ "-m", PM_OPTION_TEXT, &mask, NULL },
		{ "-x", PM_OPTION_NUMBER, &s.context, NULL },
		{ "-c", PM_OPTION_FLAG, &texts, NULL },
		{ "-w", PM_OPTION_FLAG, &words, NULL },
		{ "-h", PM_OPTION_FLAG, &halves, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	stacks |= s.active;
	if (all + linear + mapped + user + physical + stacks > 1)
		return pm_shell_error(sh, "search", "one of -k, -K, -V, -u, -p, -t and -T");
	s.where = user ? IN_PROCESS : physical ? IN_PHYSICAL : stacks ? ON_STACKS : IN_KERNEL;
	for (enum pm_area area = 0; area < PM_AREAS; area++) {
		bool is_line = area == PM_AREA_DIRECT || area == PM_AREA_IMAGE;

		s.areas[area] = linear ? is_line : mapped ? !is_line : true;
	}
	s.scan.width = texts ? 0 : words ? 4 : halves ? 2 : 8;
	if (mask && !pm_slice_hex(pm_slice_of(mask), &ignored))
		return pm_shell_error(sh, "search", "-m wants bits in hex, not '%s'", mask);
	s.scan.care = ~ignored;
	if (s.context > max_context || (s.context && texts))
		return pm_shell_error(sh, "search", texts ? "-x: not of texts" : "-x: up to %d", max_context);
	if (argc < 2)
		return pm_shell_error(sh, "search", "for what?  A value, a symbol, or -c TEXT");
	if (argc - 1 > PM_SCAN_WANTED)
		return pm_shell_error(sh, "search", "for up to %d at a time", PM_SCAN_WANTED);
	for (int i = 1; i < argc; i++)
		if (!(texts ? take_text(sh, &s, argv[i]) : take_value(sh, &s, argv[i])))
			return false;
	return (s.where == ON_STACKS || take_range(sh, &s, &range)) && run(sh, &s);
}
