/* timer: what is to be called when. */
#include "shell/commands.h"

#include "base/interrupt.h"
#include "linux/clock.h"
#include "linux/member.h"
#include "linux/runqueue.h"
#include "linux/tree.h"

#include <stdlib.h>
#include <string.h>

/* Of a base; more are no timers. */
enum { max_timers = 1 << 20, max_clocks = 64 };

struct timer {
	uint64_t addr, expires, soft, function;
};

struct timers {
	struct timer *v;
	size_t n, cap;
	const char *trouble;
};

static void add(struct timers *timers, const struct timer *one)
{
	PM_ROOM(timers->v, timers->n, timers->cap);
	timers->v[timers->n++] = *one;
}

static int by_expiry(const void *a, const void *b)
{
	const struct timer *x = a, *y = b;

	return x->expires < y->expires ? -1 : x->expires > y->expires;
}

static int digits(uint64_t value)
{
	return snprintf(NULL, 0, "%llu", (unsigned long long)value);
}

static void put_function(struct pm_shell *sh, uint64_t function)
{
	char name[PM_LINUX_NAME_MAX + 96];

	if (sh->json) {
		pm_json_hex(sh->json, "function", function);
		pm_shell_json_place(sh, function, true);
		return;
	}
	pm_shell_name(sh, function, true, name, sizeof(name));
	fprintf(sh->out, "%016llx  <%s>\n", (unsigned long long)function, name);
}

/* ---- the wheel (kernel/time/timer.c): bases of each CPU, in each lists by when they expire ---- */

static void read_base(struct pm_linux *lx, uint64_t base, struct timers *timers)
{
	const struct pm_field_place *vectors = pm_linux_member(lx, "timer_base", "vectors");
	uint64_t link = pm_linux_member_offset(lx, "timer_list", "entry"), at;

	for (uint32_t i = 0; vectors->offset >= 0 && i < vectors->size / 8; i++) {
		if (!pm_space_load(&lx->kernel, base + (uint64_t)vectors->offset + 8ull * i, 8, &at)) {
			timers->trouble = "its lists are not in the dump";
			return;
		}
		/* a list that leads back into itself comes by a mark that moves on at powers of two */
		uint64_t mark = 0, steps = 0, next_mark = 1;

		while (at && !pm_interrupted()) {
			struct timer one = { .addr = at - link };

			if (timers->n == max_timers || at == mark) {
				timers->trouble = "a list of timers does not end";
				return;
			}
			if (!pm_linux_member_get(lx, one.addr, "timer_list", "expires", &one.expires) ||
			    !pm_space_load(&lx->kernel, at, 8, &at)) {
				timers->trouble = "a list of timers leads to memory that is not in the dump";
				break;
			}
			one.function = pm_linux_member_value(lx, one.addr, "timer_list", "function");
			add(timers, &one);
			if (++steps == next_mark) {
				mark = one.addr + link;
				next_mark *= 2;
			}
		}
	}
}

static bool put_base(struct pm_shell *sh, uint32_t cpu, const char *name, uint64_t base, uint64_t jiffies)
{
	struct timers timers = { 0 };

	read_base(sh->lx, base, &timers);
	if (timers.n)
		qsort(timers.v, timers.n, sizeof(*timers.v), by_expiry);
	int width = timers.n ? digits(timers.v[timers.n - 1].expires) : 0;

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "cpu", cpu);
		pm_json_str(sh->json, "base", name);
		pm_json_hex(sh->json, "address", base);
		pm_json_open(sh->json, "timers", '[');
	} else {
		fprintf(sh->out, "TIMER_BASES[%u][%s]: %016llx\n", cpu, name, (unsigned long long)base);
		if (timers.n || !timers.trouble)
			fprintf(sh->out,
				timers.n ? "  %-*s        TTE           TIMER_LIST     FUNCTION\n"
					 : "  %-*s(none)\n",
				width, timers.n ? "EXPIRES" : "");
	}
	for (size_t i = 0; i < timers.n && !pm_shell_interrupted(sh); i++) {
		const struct timer *t = &timers.v[i];

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "timer", t->addr);
			pm_json_hex(sh->json, "expires", t->expires);
			pm_json_hex(sh->json, "in_jiffies", t->expires - jiffies);
			put_function(sh, t->function);
			pm_json_close(sh->json, '}');
			continue;
		}
		fprintf(sh->out, "  %*llu %10lld  %016llx  ", width, (unsigned long long)t->expires,
			(long long)(t->expires - jiffies), (unsigned long long)t->addr);
		put_function(sh, t->function);
	}
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
	}
	const char *trouble = timers.trouble;

	free(timers.v);
	return !trouble || pm_shell_error(sh, "timer", "CPU %u, %s: %s", cpu, name, trouble);
}

/* How many bases a CPU has: a second one with CONFIG_NO_HZ_COMMON, a third since 6.9. */
static uint32_t bases(struct pm_linux *lx)
{
	uint32_t type, n;

	if (pm_btf_variable(lx->btf, "timer_bases", &type)) {
		n = pm_btf_length(lx->btf, pm_btf_resolve(lx->btf, type));
		return n && n <= 3 ? n : 2;
	}
	return 2;
}

static bool put_wheels(struct pm_shell *sh, const bool *chosen)
{
	static const char *const names[4][3] = { [1] = { "BASE_STD" },
						 [2] = { "BASE_STD", "BASE_DEF" },
						 [3] = { "BASE_LOCAL", "BASE_GLOBAL", "BASE_DEF" } };
	uint64_t size = pm_linux_type_size(sh->lx, "timer_base"), jiffies = 0, at;
	uint32_t n = bases(sh->lx);
	bool ok = pm_linux_jiffies(sh->lx, &jiffies, NULL), first = true;

	if (!ok || !size)
		return pm_shell_error(sh, "timer", "%s",
				      size ? "the time (jiffies) is not in the dump"
					   : "this kernel's timers are of a kind that is not known");
	if (sh->json) {
		pm_json_hex(sh->json, "jiffies", jiffies);
		pm_json_open(sh->json, "bases", '[');
	} else {
		fprintf(sh->out, "JIFFIES   \n%llu\n\n", (unsigned long long)jiffies);
	}
	for (uint32_t cpu = 0; cpu < sh->lx->cpus && !pm_shell_interrupted(sh); cpu++) {
		if (!chosen[cpu] || !pm_linux_percpu(sh->lx, "timer_bases", cpu, &at))
			continue;
		if (!first && !sh->json)
			fputc('\n', sh->out);
		first = false;
		for (uint32_t i = 0; i < n; i++)
			ok &= put_base(sh, cpu, names[n][i], at + i * size, jiffies);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return first ? pm_shell_error(sh, "timer", "no such symbol: timer_bases") : ok;
}

/* ---- those of nanoseconds (kernel/time/hrtimer.c): a tree for each clock of each CPU ---- */

struct clock {
	struct pm_linux *lx;
	struct timers timers;
};

static bool visit(uint64_t first, uint64_t last, uint64_t node, void *user)
{
	struct clock *clock = user;
	struct timer one = { .addr = node - pm_linux_member_offset(clock->lx, "hrtimer", "node") };

	(void)first;
	(void)last;
	if (!pm_linux_member_get(clock->lx, one.addr, "hrtimer", "node.expires|expires", &one.expires))
		clock->timers.trouble = "a timer is not in the dump";
	one.soft = pm_linux_member_value(clock->lx, one.addr, "hrtimer", "_softexpires");
	one.function = pm_linux_member_value(clock->lx, one.addr, "hrtimer", "function|__function");
	add(&clock->timers, &one);
	return true;
}

/* Of CLOCK_MONOTONIC and so on, by their numbers; what asks for the time of each, where the kernel does not say. */
static const char *clock_name(struct pm_linux *lx, uint64_t base, struct pm_arena *arena)
{
	uint64_t get, id;
	struct pm_place place;

	if (pm_linux_member_get(lx, base, "hrtimer_clock_base", "get_time", &get) &&
	    pm_linux_place(lx, NULL, arena, get, true, &place))
		return place.symbol;
	id = pm_linux_member_value(lx, base, "hrtimer_clock_base", "clockid");
	switch (id) {
	case 0:
		return "ktime_get_real";
	case 1:
		return "ktime_get";
	case 7:
		return "ktime_get_boottime";
	case 11:
		return "ktime_get_clocktai";
	default:
		return "?";
	}
}

static void put_hrtimers(struct pm_shell *sh, struct timers *timers, uint64_t now)
{
	int width = 12;

	for (size_t i = 0; i < timers->n; i++)
		if (digits(timers->v[i].expires) > width)
			width = digits(timers->v[i].expires);
	if (digits(now) > width)
		width = digits(now);
	if (!sh->json)
		fprintf(sh->out, "  %*s\n  %*llu\n  %*s  %*s  %12s       HRTIMER           FUNCTION    \n",
			width, "CURRENT  ", width, (unsigned long long)now, width, "SOFTEXPIRES", width,
			"EXPIRES  ", "TTE    ");
	for (size_t i = 0; i < timers->n && !pm_shell_interrupted(sh); i++) {
		const struct timer *t = &timers->v[i];

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "timer", t->addr);
			pm_json_hex(sh->json, "soft_expires_ns", t->soft);
			pm_json_hex(sh->json, "expires_ns", t->expires);
			pm_json_hex(sh->json, "in_ns", t->expires - now);
			put_function(sh, t->function);
			pm_json_close(sh->json, '}');
			continue;
		}
		fprintf(sh->out, "  %*lld  %*lld  %12lld  %016llx  ", width, (long long)t->soft, width,
			(long long)t->expires, (long long)(t->expires - now), (unsigned long long)t->addr);
		put_function(sh, t->function);
	}
}

static bool put_clock(struct pm_shell *sh, uint32_t cpu, unsigned index, uint64_t base, uint64_t uptime)
{
	struct clock clock = { .lx = sh->lx };
	struct pm_linux_tree tree = { .lx = sh->lx, .visit = visit, .user = &clock, .most = max_timers };
	uint64_t offset = 0, now;
	bool known = pm_linux_member_get(sh->lx, base, "hrtimer_clock_base", "offset", &offset);
	uint64_t active = pm_linux_member_at(sh->lx, base, "hrtimer_clock_base", "active");
	struct pm_arena arena;

	if (!known)
		return pm_shell_error(sh, "timer", "CPU %u, clock %u: it is not in the dump", cpu, index);
	now = uptime + offset;
	pm_arena_init(&arena);
	const char *name = clock_name(sh->lx, base, &arena);

	if (active)
		pm_linux_rb_walk(&tree, active);
	if (tree.trouble)
		clock.timers.trouble = tree.trouble;
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "clock", index);
		pm_json_hex(sh->json, "address", base);
		pm_json_str(sh->json, "get_time", name);
		pm_json_hex(sh->json, "now_ns", now);
		pm_json_open(sh->json, "timers", '[');
	} else {
		fprintf(sh->out, "  CLOCK: %u  HRTIMER_CLOCK_BASE: %016llx  [%s]\n", index,
			(unsigned long long)base, name);
	}
	if (clock.timers.n || sh->json)
		put_hrtimers(sh, &clock.timers, now);
	else if (!clock.timers.trouble)
		fputs("  (empty)\n", sh->out);
	if (sh->json) {
		pm_json_close(sh->json, ']');
		pm_json_close(sh->json, '}');
	} else {
		fputc('\n', sh->out);
	}
	pm_arena_deinit(&arena);
	const char *trouble = clock.timers.trouble;

	free(clock.timers.v);
	return !trouble || pm_shell_error(sh, "timer", "CPU %u, clock %u: %s", cpu, index, trouble);
}

static bool put_clocks(struct pm_shell *sh, const bool *chosen)
{
	const struct pm_field_place *place = pm_linux_member(sh->lx, "hrtimer_cpu_base", "clock_base");
	uint64_t size = pm_linux_type_size(sh->lx, "hrtimer_clock_base"), jiffies, uptime = 0, at;
	bool known = pm_linux_jiffies(sh->lx, &jiffies, &uptime), ok = true;

	if (place->offset < 0 || !size)
		return pm_shell_error(sh, "timer", "this kernel's timers are of a kind that is not known");
	if (!known && !pm_linux_latest_clock(sh->lx, &uptime))
		return pm_shell_error(sh, "timer", "the time is not in the dump");
	uint32_t clocks = (uint32_t)(place->size / size);

	if (clocks > max_clocks)
		return pm_shell_error(sh, "timer", "more clocks than there are: %u", clocks);
	bool any = false;

	if (sh->json)
		pm_json_open(sh->json, "cpus", '[');
	for (uint32_t cpu = 0; cpu < sh->lx->cpus && !pm_shell_interrupted(sh); cpu++) {
		if (!chosen[cpu] || !pm_linux_percpu(sh->lx, "hrtimer_bases", cpu, &at))
			continue;
		any = true;
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_uint(sh->json, "cpu", cpu);
			pm_json_hex(sh->json, "address", at);
			pm_json_open(sh->json, "clocks", '[');
		} else {
			fprintf(sh->out, "CPU: %u  HRTIMER_CPU_BASE: %016llx\n", cpu, (unsigned long long)at);
		}
		for (unsigned i = 0; i < clocks && !pm_shell_interrupted(sh); i++)
			ok &= put_clock(sh, cpu, i, at + (uint64_t)place->offset + i * size, uptime);
		if (sh->json) {
			pm_json_close(sh->json, ']');
			pm_json_close(sh->json, '}');
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return any ? ok : pm_shell_error(sh, "timer", "no such symbol: hrtimer_bases");
}

bool pm_shell_timer(struct pm_shell *sh, int argc, char **argv)
{
	bool precise = false, *chosen;
	const char *cpus = "a";
	const struct pm_shell_option options[] = {
		{ "-r", PM_OPTION_FLAG, &precise },
		{ "-C", PM_OPTION_TEXT, &cpus },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc > 1)
		return pm_shell_error(sh, "timer", "it takes no argument: %s", argv[1]);
	if (!pm_shell_cpus(sh, "timer", cpus, sh->lx->cpus, &chosen))
		return false;
	bool ok = precise ? put_clocks(sh, chosen) : put_wheels(sh, chosen);

	free(chosen);
	return ok;
}
