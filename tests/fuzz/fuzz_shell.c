/* Lines typed into the shell: taken apart, completed, run on small kernels, as text and as JSON.  Nothing of it leaves the
 * shell: it is sealed.
 *
 * The first byte chooses the kernel, JSON, and how the others are read: as the line itself, or as choices by which a line is
 * made of commands, their own options, and the kernel's names, so that most of what is tried gets further than the words. */
#include "../unit/linux_image.h"

#include "base/interrupt.h"
#include "shell/complete.h"
#include "shell/lines.h"
#include "shell/settings.h"
#include "shell/shell.h"

#include <sys/time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MOST = 400 }; /* bytes of a line */

static const struct image_options kinds[] = {
	{ .machine = true },
	{ .queues = true },
	{ .old = true, .blocked = true },
	{ .sheaves = true, .held = true, .calls = true },
};

static struct kernel {
	struct image image;
	struct pm_dump *dump;
	struct pm_linux_session *session;
} kernels[PM_COUNT(kinds)];

static FILE *nothing;

static void start(struct kernel *k, const struct image_options *options)
{
	image_make(&k->image, options);
	k->dump = image_open(&k->image);
	if (!k->dump || pm_session_open(k->dump, NULL, &k->session))
		abort();
}

/* ---- a line out of choices ---- */

struct choices {
	const uint8_t *p;
	size_t n;
	const struct kernel *kernel;
	struct pm_buf line;
};

/* A number below n; 0 when there are no more. */
static size_t choose(struct choices *c, size_t n)
{
	if (!c->n)
		return 0;
	c->n--;
	return *c->p++ % n;
}

static void say(struct choices *c, const char *text)
{
	pm_buf_str(&c->line, text);
}

static void say_one(struct choices *c, const char *const *words, size_t n)
{
	say(c, words[choose(c, n)]);
}

static void say_symbol(struct choices *c)
{
	say(c, c->kernel->image.symbols[choose(c, c->kernel->image.symbols_n)].name);
}

static void say_type(struct choices *c)
{
	struct pm_btf *btf = pm_session_kernel(c->kernel->session)->btf;
	static const char *const basic[] = { "long", "char", "unsigned int", "void *", "union foo", "u8" };
	size_t first = choose(c, 256);

	for (uint32_t i = 0; i < 40; i++) {
		uint32_t id = (uint32_t)first + i + 1;

		if (pm_btf_kind(btf, id) == PM_BTF_STRUCT && *pm_btf_name(btf, id)) {
			pm_buf_printf(&c->line, "struct %s", pm_btf_name(btf, id));
			return;
		}
	}
	say_one(c, basic, PM_COUNT(basic));
}

static void say_number(struct choices *c)
{
	static const char *const numbers[] = {
		"0",
		"1",
		"2",
		"42",
		"7",
		"64",
		"-1",
		"0x10",
		"ff",
		"4096",
		"1k",
		"8g",
		"0-2",
		"1,3",
		"a",
		"all",
		"1.5",
		"4711",
		"1000",
		"077",
		"'A'",
		"18446744073709551615",
		"0x",
		"10:0",
		"0x8000000000000000",
		"9999999999",
		"2m",
	};

	say_one(c, numbers, PM_COUNT(numbers));
}

static void say_address(struct choices *c)
{
	static const char *const offsets[] = { "", "", "", "+8", "-0x10", "+4096", ":0", ":a", ":0,1", ":" };
	const struct image *im = &c->kernel->image;
	const uint64_t places[] = {
		0,
		IMAGE_DIRECT + IMAGE_STACK,
		IMAGE_DIRECT + IMAGE_SLAB,
		IMAGE_DIRECT + IMAGE_SLAB_2,
		IMAGE_PAGES,
		IMAGE_PAGES + 64 * IMAGE_SLAB / 4096,
		IMAGE_VMA_START,
		IMAGE_TEXT,
		IMAGE_MODULE,
		im->queue_task,
		im->queue_timer,
		im->queue_tree,
		im->fds,
		im->user_regs,
		IMAGE_DIRECT + im->memory_from,
		IMAGE_DIRECT + im->machine_from,
		IMAGE_MEMORY - 1,
		IMAGE_SLAB,
		0xffffc90000000000ull,
		UINT64_MAX,
	};

	if (choose(c, 2)) {
		say_symbol(c);
		say_one(c, offsets, PM_COUNT(offsets));
	} else {
		uint64_t at = places[choose(c, PM_COUNT(places))];

		pm_buf_printf(&c->line, "%llx", (unsigned long long)at + 8 * choose(c, 256));
	}
}

static void say_expression(struct choices *c, unsigned depth)
{
	static const char *const before[] = { "-", "!", "~", "*", "&", "+", "(int)", "(u8 *)", "sizeof " };
	static const char *const between[] = { "+",  "-",  "*",  "/",  "%",  "<<", ">>", "<", ">", "<=",
					       ">=", "==", "!=", "&&", "||", "&",  "|",  "^", ",", "?" };
	static const char *const members[] = { ".comm",       "->next",       ".pid",      "[1]",
					       ".tasks.next", "->prev->next", "->comm",    "[-1]",
					       "[999]",       "@2",           "->mm->pgd", ".thread" };

	if (depth > 8 || c->line.n > MOST)
		return;
	switch (choose(c, 8)) {
	case 0:
		say_one(c, before, PM_COUNT(before));
		say_expression(c, depth + 1);
		break;
	case 1:
		say_expression(c, depth + 1);
		say_one(c, between, PM_COUNT(between));
		say_expression(c, depth + 1);
		break;
	case 2:
		say(c, "(");
		say_type(c);
		say(c, choose(c, 4) ? " *)" : ")");
		say_expression(c, depth + 1);
		break;
	case 3:
		say(c, "(");
		say_expression(c, depth + 1);
		say(c, ")");
		break;
	case 4:
		say_expression(c, depth + 1);
		say_one(c, members, PM_COUNT(members));
		break;
	case 5:
		say_number(c);
		break;
	default:
		say_address(c);
	}
}

/* "-x": one that its help lists, or any letter. */
static void say_option(struct choices *c, const struct pm_shell_command *command)
{
	static const char letters[] = "acdefghiklmnopqrstuvxyACDEFGHILMNOPRSTVX8136";
	size_t nth = choose(c, 24);
	const char *at = command->help;

	for (; at && (at = strstr(at, "  -")) && nth; nth--)
		at += 2;
	if (at)
		pm_buf_printf(&c->line, "%.*s", (int)strcspn(at + 2, " ,;:\n"), at + 2);
	else
		pm_buf_printf(&c->line, "-%c", letters[choose(c, sizeof(letters) - 1)]);
}

static void say_word(struct choices *c, const struct pm_shell_command *command)
{
	static const char *const others[] = {
		"sh",       "UN",  "'^s.*'",    "\"a b\"", "kernel", "user",           "next,prev",
		"comm,pid", "hex", "test-48",   "drv",     "off",    "radix",          "'unclosed",
		"\\;",      "--",  "/bin/sh",   "x",       "rb",     "maple",          "root",
		"10",       "on",  "print_max", "irq,cpu", "bt",     "ps -k",          "struct page",
		"-",        "\\",  "\\xff",     "\xff",    "xarray", "list_head.next", "mm->pgd",
	};

	say(c, " ");
	switch (choose(c, 8)) {
	case 0:
	case 1:
		say_option(c, command);
		break;
	case 2:
		say_number(c);
		break;
	case 3:
		say_type(c);
		break;
	case 4:
		say_type(c);
		say(c, ".");
		say_one(c, others, PM_COUNT(others));
		break;
	case 5:
		say_one(c, others, PM_COUNT(others));
		break;
	case 6:
		say_expression(c, 0);
		break;
	default:
		say_address(c);
	}
}

static const struct pm_shell_command *any_command(struct choices *c)
{
	size_t n = 0;

	while (pm_shell_command_at(n))
		n++;
	return pm_shell_command_at(choose(c, n));
}

static void say_line(struct choices *c)
{
	static const char *const joins[] = { "; ", "\n", " | grep x; ", " > f; ", " ;; ", " < f\n" };

	do {
		const struct pm_shell_command *command = any_command(c);

		pm_buf_printf(&c->line, "%s", command->name);
		for (size_t n = choose(c, 5); n && c->line.n < MOST; n--)
			say_word(c, command);
		if (c->n)
			say_one(c, joins, PM_COUNT(joins));
	} while (c->n && c->line.n < MOST);
}

/* ---- running it ---- */

static void run(struct kernel *k, const char *line, bool as_json)
{
	struct pm_shell sh = { .dump = k->dump, .session = k->session, .sealed = true, .out = nothing };
	struct pm_shell_matches matches;
	struct pm_json json;

	sh.lx = pm_session_kernel(k->session);
	sh.btf = sh.lx->btf;
	sh.settings.errors_file = fopen("/dev/null", "w");
	pm_json_init(&json, nothing);
	sh.json = as_json ? &json : NULL;
	sh.task = pm_session_cpus(k->session)->v.n ? pm_session_cpus(k->session)->v.v[0].task : 0;
	pm_shell_complete(&sh, line, &matches);
	if (pm_shell_common(&matches) < matches.length && matches.names.n)
		abort(); /* what is there of the word is in all of them */
	pm_shell_matches_free(&matches);
	pm_shell_run(&sh, line);
	pm_shell_lines_close(&sh);
	pm_shell_settings_end(&sh);
	pm_shell_aliases_free(&sh);
	pm_json_deinit(&json);
}

/* As Ctrl-C: what was told to take long is cut, and must end then. */
static void on_time(int signal)
{
	(void)signal;
	pm_interrupt_flag = 1;
}

static void set_time(unsigned ms)
{
	const struct itimerval it = { .it_value = { .tv_usec = 1000 * (suseconds_t)ms } };

	signal(SIGVTALRM, on_time);
	pm_interrupt_flag = 0;
	setitimer(ITIMER_VIRTUAL, &it, NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	if (!nothing && !(nothing = fopen("/dev/null", "w")))
		abort();
	struct kernel *k = &kernels[data[0] >> 1 & 3];
	struct choices c = { .p = data + 1, .n = size - 1, .kernel = k };

	if (!k->session)
		start(k, &kinds[k - kernels]);
	if (data[0] & 8)
		say_line(&c);
	else
		pm_buf_printf(&c.line, "%.*s", (int)(c.n < MOST ? c.n : MOST), (const char *)c.p);
	pm_buf_str(&c.line, "\n");
	if (getenv("FUZZ_SHELL_SHOW"))
		fputs(c.line.data, stderr);
	set_time(500);
	run(k, c.line.data, data[0] & 1);
	set_time(0);
	if (pm_interrupt_flag)
		pm_session_forget(k->session); /* what it read halfway */
	pm_buf_deinit(&c.line);
	return 0;
}
