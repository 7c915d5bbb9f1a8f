/* For whoever writes the kernel: what happened, the trace, and the registers beside it. */
#include "show/styles.h"

#include "lib/format.h"
#include "report.h"
#include "show/flow.h"
#include "show/story.h"

#if defined(__x86_64__) && !defined(KP_ISA_GENERIC)
#define PC_NAME "RIP"
#define SP_NAME "RSP"
#else
#define PC_NAME "PC"
#define SP_NAME "SP"
#endif

#define REGISTER_COLUMNS 21 /* "RAX 0123456789abcdef" and a blank */

static char line[256];

/* The n-th register that is shown; false past the last. */
static bool register_at(unsigned n, const char **name_out, uint64_t *value_out)
{
	const struct kp_frame *frame = &kp_report.frame;
	const struct kp_machine *machine = &kp_report.machine;
	const struct {
		const char *name;
		uint64_t value;
	} ends[] = {
		{ "CR0", machine->cr0 },
		{ "CR2", machine->cr2 },
		{ "CR3", machine->cr3 },
		{ "CR4", machine->cr4 },
	};

	if (n == 0) {
		*name_out = PC_NAME;
		*value_out = KP_FRAME_PC(frame);
		return true;
	}
	if (n == 1) {
		*name_out = SP_NAME;
		*value_out = KP_FRAME_SP(frame);
		return true;
	}
	n -= 2;
	if (n < kp_register_count) {
		*name_out = kp_registers[n].name;
		*value_out = kp_register(frame, n);
		return true;
	}
	n -= kp_register_count;
	if (!machine->known || n >= sizeof(ends) / sizeof(*ends))
		return false;
	*name_out = ends[n].name;
	*value_out = ends[n].value;
	return true;
}

static unsigned register_count(void)
{
	return 2 + kp_register_count + (kp_report.machine.known ? 4 : 0);
}

/* Beside the text, in as many columns as their number asks for. */
static void draw_registers(struct kp_canvas *canvas, unsigned column, unsigned row, unsigned rows)
{
	const char *name;
	uint64_t value;

	for (unsigned i = 0; rows && register_at(i, &name, &value); i++) {
		unsigned at = column + i / rows * REGISTER_COLUMNS, used;

		used = kp_canvas_text(canvas, at, row + i % rows, 3, name, KP_BRIGHT_CYAN, KP_BLACK);
		kp_format(line, sizeof(line), "%016llx", (unsigned long long)value);
		kp_canvas_text(canvas, at + (used < 3 ? 3 : used) + 1, row + i % rows, 16, line,
			       value ? KP_LIGHT : KP_DARK, KP_BLACK);
	}
}

/* As lines of the text, where there is no room beside it. */
static void put_registers(struct kp_flow *flow)
{
	unsigned across = flow->columns / REGISTER_COLUMNS;
	const char *name;
	uint64_t value;
	size_t n = 0;

	if (!across)
		across = 1;
	if (across > 6)
		across = 6;
	kp_flow_heading(flow, "registers", KP_BRIGHT_CYAN);
	for (unsigned i = 0; register_at(i, &name, &value); i++) {
		n += kp_format(line + n, sizeof(line) - n, "%s%-3s %016llx", n ? " " : "", name,
			       (unsigned long long)value);
		if ((i + 1) % across == 0) {
			kp_flow_words(flow, line, 4, KP_LIGHT);
			n = 0;
		}
	}
	if (n)
		kp_flow_words(flow, line, 4, KP_LIGHT);
}

static void put_trace(struct kp_flow *flow)
{
	const struct kp_trace *trace = &kp_report.trace;
	unsigned stack = KP_STACK_TASK;

	if (!trace->n)
		return;
	kp_flow_heading(flow, "trace", KP_BRIGHT_CYAN);
	for (unsigned i = 0; i < trace->n && i < KP_FRAMES_MAX; i++) {
		const struct kp_trace_frame *frame = &trace->frames[i];
		bool scanned = frame->grade == KP_FRAME_SCANNED;
		size_t n;

		if (frame->stack != stack && frame->stack < KP_STACK_KINDS) {
			stack = frame->stack;
			kp_format(line, sizeof(line), " on the stack %s", kp_stack_name(frame->stack));
			kp_flow_words(flow, line, 2, KP_DARK);
		}
		n = kp_format(line, sizeof(line), scanned ? " ? " : "   ");
		kp_story_place(line + n, sizeof(line) - n, frame->address, !frame->interrupted);
		while (line[n])
			n++;
		if (frame->repeats)
			kp_format(line + n, sizeof(line) - n, " (and %u times more)",
				  (unsigned)frame->repeats);
		kp_flow_words(flow, line, 5, scanned ? KP_DARK : i ? KP_LIGHT : KP_WHITE);
	}
	if (trace->more)
		kp_flow_words(flow, "   and more", 5, KP_DARK);
}

static void put_code(struct kp_flow *flow)
{
	const struct kp_code *code = &kp_report.code;
	size_t n;

	if (!code->any)
		return;
	kp_flow_heading(flow, "code", KP_BRIGHT_CYAN);
	n = kp_format(line, sizeof(line), "   ");
	for (unsigned i = 0; i < KP_CODE_BEFORE + KP_CODE_AFTER; i++) {
		bool here = i == KP_CODE_BEFORE;

		n += kp_format(line + n, sizeof(line) - n,
			       code->known[i] ? here ? "<%02x>" : "%02x"
			       : here         ? "<\?\?>"
					      : "\?\?",
			       code->bytes[i]);
		if (i + 1 < KP_CODE_BEFORE + KP_CODE_AFTER)
			n += kp_format(line + n, sizeof(line) - n, " ");
	}
	kp_flow_words(flow, line, 3, KP_LIGHT);
}

static void put_log(struct kp_flow *flow)
{
	size_t start = 0;

	if (!kp_report.log_size)
		return;
	kp_flow_heading(flow, "log", KP_BRIGHT_CYAN);
	for (size_t i = 0; i <= kp_report.log_size && i <= KP_LOG_MAX; i++) {
		bool end = i == kp_report.log_size || i == KP_LOG_MAX;
		size_t n = i - start;

		if (!end && kp_report.log[i] != '\n' && n + 4 < sizeof(line))
			continue;
		if (end && !n)
			break;
		kp_format(line, sizeof(line), "   %.*s", (int)n, kp_report.log + start);
		kp_flow_words(flow, line, 5, KP_LIGHT);
		start = end || kp_report.log[i] == '\n' ? i + 1 : i;
	}
}

static void put_facts(struct kp_flow *flow, const struct kp_story *story)
{
	kp_flow_words(flow, story->message, 0, KP_WHITE);
	kp_format(line, sizeof(line), "%s%s%s", story->place, story->site[0] ? "  " : "", story->site);
	kp_flow_words(flow, line, 4, KP_YELLOW);
	kp_format(line, sizeof(line), "%s%s%s", story->who, story->system[0] ? "  " : "", story->system);
	kp_flow_words(flow, line, 4, KP_LIGHT);
	if (kp_report.verdict.because) {
		kp_format(line, sizeof(line), "%s: %s", story->kind, kp_report.verdict.because);
		kp_flow_words(flow, line, 4, KP_DARK);
	}
	for (unsigned i = 0; i < kp_report.cause_count && i < KP_CAUSES_MAX; i++) {
		const struct kp_cause *cause = &kp_report.causes[i];

		kp_format(line, sizeof(line), "%s: %s", cause->grade == KP_CERTAIN ? "certain" : "likely",
			  cause->words);
		kp_flow_words(flow, line, 4, KP_BRIGHT_GREEN);
	}
}

static void draw_bar(struct kp_canvas *canvas, const struct kp_story *story)
{
	unsigned used;
	size_t n;

	kp_canvas_fill(canvas, 0, 0, canvas->columns, 1, KP_RED);
	used = kp_canvas_text(canvas, 1, 0, canvas->columns, story->kind, KP_WHITE, KP_RED);
	n = kp_format(line, sizeof(line), "code %u", story->code);
	if (used + n + 4 <= canvas->columns)
		kp_canvas_text(canvas, canvas->columns - (unsigned)n - 1, 0, (unsigned)n, line, KP_WHITE,
			       KP_RED);
}

unsigned kp_style_full(struct kp_canvas *canvas, const struct kp_story *story, unsigned page)
{
	unsigned rows = kp_style_rows(canvas), count = register_count(), across, beside;
	unsigned first = rows > 8 ? 2 : 1;
	struct kp_flow flow = { .canvas = canvas, .page = page, .paper = KP_BLACK };

	draw_bar(canvas, story);
	rows = rows > first ? rows - first : 0;
	across = rows ? (count + rows - 1) / rows : 1;
	beside = across * REGISTER_COLUMNS;
	/* Registers take no more than half. */
	if (canvas->columns < 2 * beside + 4 || rows < 12)
		beside = 0;
	flow.column = canvas->columns > 20;
	flow.row = first;
	flow.columns = canvas->columns - flow.column - (beside ? beside + 2 : flow.column);
	flow.rows = rows;
	kp_flow_start(&flow);
	put_facts(&flow, story);
	if (!beside)
		put_registers(&flow);
	put_trace(&flow);
	put_code(&flow);
	put_log(&flow);
	if (beside) {
		unsigned at = canvas->columns - beside;

		for (unsigned i = 0; i < rows; i++)
			kp_canvas_put(canvas, at - 2, first + i, KP_GLYPH_VERTICAL, KP_DARK, KP_BLACK);
		draw_registers(canvas, at, first, (count + across - 1) / across);
	}
	return kp_flow_pages(&flow);
}
