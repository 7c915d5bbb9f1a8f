/* What a running system does, as text: the same lines as in a report (formats/SPEC.md, section 1), by a writer of its own, since
 * that of the reports may be in use on another CPU. */
#include "keep/keep.h"

#include "lib/format.h"
#include "lib/mem.h"
#include "show/sections.h"

/* What a CPU did when its timer came last. */
static struct tick {
	volatile uint64_t at_ns;
	volatile uint64_t pc, sp;
	volatile unsigned code, stack; /* selectors, or 0 */
	volatile bool user;
} ticks[KP_CPUS_MAX];

static char log_end[KP_KEEP_LOG_MAX];

void kp_keep_tick(const struct kp_frame *frame)
{
	struct tick *tick = &ticks[kp_cpu()];
	unsigned code, stack;

	kp_isa_selectors(frame, &code, &stack);
	tick->pc = KP_FRAME_PC(frame);
	tick->sp = KP_FRAME_SP(frame);
	tick->code = code;
	tick->stack = stack;
	tick->user = KP_FRAME_USER(frame);
	tick->at_ns = kp_host_time_ns();
}

/* Lines into memory. What does not fit is left out, whole lines. */
struct writer {
	char *to;
	size_t used, room, line; /* line: where the present one begins */
	unsigned lines;
	bool full;
};

static void __attribute__((format(printf, 2, 3))) add(struct writer *w, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	if (!w->full && w->room - w->used > KP_LINE_MAX)
		w->used += kp_vformat(w->to + w->used, KP_LINE_MAX - (w->used - w->line), format, arguments);
	va_end(arguments);
}

static void end_line(struct writer *w)
{
	if (w->full || w->room - w->used <= KP_LINE_MAX) {
		w->full = true;
		w->used = w->line;
		return;
	}
	w->to[w->used++] = '\n';
	w->line = w->used;
	w->lines++;
}

/* Room in the line for one more byte in its longest form, and what ends the quotes. */
static bool fits(const struct writer *w)
{
	return w->used - w->line + 8 < KP_LINE_MAX;
}

static void add_string(struct writer *w, const char *key, const char *value)
{
	if (!value || w->used - w->line + kp_length(key, KP_LINE_MAX) + 12 > KP_LINE_MAX)
		return;
	add(w, " %s=\"", key);
	for (; *value && fits(w); value++) {
		unsigned char c = (unsigned char)*value;

		if (c == '"' || c == '\\')
			add(w, "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			add(w, "\\x%02x", c);
		else
			add(w, "%c", c);
	}
	add(w, "\"");
}

static void add_time(struct writer *w, const char *key, uint64_t ns)
{
	if (ns)
		add(w, " %s=%u.%06u", key, (unsigned)kp_seconds(ns), (unsigned)kp_microseconds(ns));
}

static void begin(struct writer *w, const char *message)
{
	add(w, "KPANIC 1 begin report=0 kind=%s tier=%d arch=%s", message ? "panic" : "run", KP_TIER,
	    kp_isa_name);
	if (message)
		add(w, " cpu=%u", kp_cpu());
	add(w, " cpus=%u", kp_host_cpus());
	add_time(w, "up", kp_host_time_ns());
	if (kp_oops_count())
		add(w, " oopses=%u", kp_oops_count());
	add_string(w, "system", kp_system.name);
	add_string(w, "release", kp_system.release);
	if (kp_system.build_id) {
		add(w, " build=");
		for (size_t i = 0; i < kp_system.build_id_size && i < 20; i++)
			add(w, "%02x", kp_system.build_id[i]);
	}
	add_string(w, "command", kp_system.command_line);
	end_line(w);
	if (message) {
		add(w, "KPANIC 1 verdict is=panic");
		add_string(w, "message", message);
		end_line(w);
	}
}

/* In the form of a report's other CPUs, which begin with what runs there. */
static void cpu(struct writer *w, unsigned index)
{
	struct kp_task task = { .name = NULL };
	const struct tick *tick = &ticks[index];
	struct kp_symbol symbol;
	uint64_t pc = tick->pc;

	add(w, "KPANIC 1 cpu cpu=%u state=%s", index, tick->at_ns ? "running" : "unseen");
	if (kp_host_running(index, &task)) {
		add(w, " task=%lld", (long long)task.id);
		add_string(w, "name", task.name);
	}
	add_time(w, "seen", tick->at_ns);
	if (tick->user)
		add(w, " mode=user");
	end_line(w);
	if (!tick->at_ns)
		return;
	add(w, "RIP: %04x:", tick->code);
	if (!tick->user && kp_symbol((uintptr_t)pc, &symbol))
		add(w, "%s+0x%llx/0x%llx", symbol.name, (unsigned long long)(pc - symbol.start),
		    (unsigned long long)symbol.size);
	else
		add(w, "0x%llx", (unsigned long long)pc);
	end_line(w);
	add(w, "RSP: %04x:%016llx", tick->stack, (unsigned long long)tick->sp);
	end_line(w);
}

static void end_of_log(struct writer *w)
{
	size_t n = kp_host_keep_log(log_end, sizeof(log_end)), at = 0;

	if (n > sizeof(log_end))
		n = sizeof(log_end);
	/* What is left of a line at the start says nothing. */
	if (n == sizeof(log_end))
		while (at < n && log_end[at++] != '\n')
			;
	add(w, "KPANIC 1 log bytes=%u", (unsigned)(n - at));
	end_line(w);
	while (at < n && !w->full) {
		add(w, "> ");
		for (; at < n && log_end[at] != '\n'; at++) {
			char c = log_end[at];

			if (fits(w))
				add(w, "%c", (unsigned char)c >= ' ' && c != 0x7f ? c : '?');
		}
		at++;
		end_line(w);
	}
}

size_t kp_keep_write(char *to, size_t room, const char *message)
{
	struct writer w = { .to = to, .room = room };
	unsigned cpus = kp_host_cpus();
	uint32_t sum;

	begin(&w, message);
	for (unsigned i = 0; i < cpus && i < KP_CPUS_MAX; i++)
		cpu(&w, i);
	end_of_log(&w);
	/* Room for a line was always left. */
	w.full = false;
	w.room += KP_LINE_MAX;
	sum = kp_crc32(0, to, w.used);
	add(&w, "KPANIC 1 end lines=%u crc32=%08x", w.lines, (unsigned)sum);
	end_line(&w);
	return w.used;
}
