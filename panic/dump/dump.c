/* The memory dump: to the first sink that takes one.
 *
 * The host's sinks are tried in turn, each as its kind wants it: a disk gets a kdump-compressed file (kdump.c), a stream an
 * ELF core (elf.c), and where only text goes the report's goes there.  What could not be read or written is counted and the
 * rest is written all the same; a sink that fails for good is left for the next. How it goes is told by `dump` lines
 * on the consoles, and how it went in the note that the dump carries. */
#include "dump/dump.h"

#include "formats/kdump.h"
#include "formats/note.h"
#include "lib/mem.h"
#include "show/line.h"

#define SPARE_NS 20000000000ull /* of the stage's time: for the end of the file */
#define TELL_NS 2000000000ull

static unsigned next_sink;
static bool done;
static const struct kp_sink *current;
static uint64_t started_ns, told_ns;
static struct kp_dump_count count;

static const char *const whats[] = {
	[KP_DUMP_ALL] = "all", [KP_DUMP_KERNEL] = "kernel", [KP_DUMP_LIST] = "list"
};

static const struct {
	const char *format;
	enum kp_dump_end (*run)(struct kp_sink *sink, struct kp_dump_count *count);
} kinds[] = {
	[KP_SINK_SEEKS] = { "kdump", kp_dump_kdump },
	[KP_SINK_STREAMS] = { "elf", kp_dump_elf },
	[KP_SINK_TEXT] = { "text", kp_dump_text },
};

bool kp_dump_is_late(void)
{
	uint64_t now = kp_host_time_ns(), began = kp_report.stages[KP_STAGE_DUMP].started_ns;

	return now && (int64_t)(now - began) > (int64_t)(KP_DUMP_MS * 1000000ull - SPARE_NS);
}

static void begin_line(const char *state)
{
	kp_extension("dump");
	kp_key_word("state", state);
	kp_key_string("sink", current->name);
	kp_key_word("format", kinds[current->kind].format);
}

static void add_count(const struct kp_dump_count *counted)
{
	kp_key_number("pages", counted->pages);
	kp_key_number("zero", counted->zero);
	kp_key_number("lost", counted->lost);
	kp_key_number("errors", kp_sink_errors);
	kp_key_number("bytes", counted->bytes);
	kp_key_number("took", kp_host_time_ns() - started_ns);
	kp_key_number("waited", kp_sink_waited_ns);
}

/* In per cent, without a division that 32-bit machines have not. */
static unsigned share(uint64_t part, uint64_t of)
{
	unsigned percent = 0;

	while (percent < 100 && (percent + 1) * of <= part * 100)
		percent++;
	return percent;
}

void kp_dump_progress(uint64_t at, uint64_t of)
{
	uint64_t now = kp_host_time_ns();

	if (!now || now - told_ns < TELL_NS)
		return;
	told_ns = now;
	begin_line("writing");
	kp_key_number("percent", share(at, of));
	kp_end_line();
}

void kp_dump_note(const struct kp_dump_count *counted, unsigned why)
{
	static const char *const states[] = {
		[KF_DUMP_ALL_THERE] = "done",
		[KF_DUMP_LOST_PAGES] = "lost",
		[KF_DUMP_NO_TIME] = "late",
		[KF_DUMP_NO_ROOM] = "full",
	};

	if (!kp_note_dump_open())
		return;
	begin_line(states[why]);
	kp_key_word("what", whats[kp_plan.what]);
	add_count(counted);
	kp_end_line();
	kp_note_dump_close();
}

enum kp_dump_end kp_dump_text(struct kp_sink *sink, struct kp_dump_count *counted)
{
	struct kf_note note;
	struct kf_note_part part;
	size_t n;
	const void *at = kp_note(&n);

	if (kf_note_open(at, n, &note) != KF_NOTE_IS_WHOLE || !kf_note_find(&note, KF_NOTE_REPORT, &part))
		return KP_DUMP_FAILED;
	for (size_t i = 0; i < part.n; i += n) {
		n = sink->largest && part.n - i > sink->largest ? sink->largest : part.n - i;
		if (!kp_sink_write(sink, i, part.at + i, n))
			return KP_DUMP_FAILED;
	}
	counted->bytes = part.n;
	return kp_sink_flush(sink) ? KP_DUMP_DONE : KP_DUMP_FAILED;
}

static enum kp_stage_result dump_next(void)
{
	static const char *const states[] = { [KP_DUMP_DONE] = "done",
					      [KP_DUMP_LOST] = "lost",
					      [KP_DUMP_EARLY] = "early",
					      [KP_DUMP_FAILED] = "failed" };
	struct kp_sink *sink = kp_sink_at(next_sink);
	enum kp_dump_end end = KP_DUMP_FAILED;

	kp_line_to(NULL);
	if (done || !sink)
		return KP_RESULT_NONE;
	next_sink++;
	current = sink;
	count = (struct kp_dump_count){ 0 };
	started_ns = told_ns = kp_host_time_ns();
	begin_line("begun");
	kp_end_line();
	if (kp_sink_open(sink))
		end = kinds[sink->kind].run(sink, &count);
	done = end != KP_DUMP_FAILED;
	begin_line(states[end]);
	add_count(&count);
	kp_end_line();
	return end == KP_DUMP_DONE ? KP_RESULT_DONE : KP_RESULT_FAILED;
}

static enum kp_stage_result dump_over(void)
{
	kp_line_to(NULL);
	return KP_RESULT_NONE;
}

_Static_assert(KP_SINKS_MAX <= 8, "a step for each");
kp_step *const kp_dump_steps[] = { dump_next, dump_next, dump_next, dump_next, dump_next,
				   dump_next, dump_next, dump_next, dump_over, NULL };
