#include "show/story.h"

#include "lib/format.h"
#include "report.h"
#include "show/codes.h"

#define NS_PER_TENTH 100000000u

static struct kp_story story;
static char message[KP_MESSAGE_MAX + 64], place[96], site[96], who[96], system_words[96];

void kp_story_place(char *to, size_t size, uintptr_t address, bool after_call)
{
	static struct kp_symbol symbol;
	/* What follows a call may be the next function already. */
	uintptr_t at = after_call && address ? address - 1 : address;

	if (!kp_symbol(at, &symbol))
		kp_format(to, size, "0x%llx", (unsigned long long)address);
	else if (symbol.size)
		kp_format(to, size, "%s+0x%llx/0x%llx", symbol.name,
			  (unsigned long long)(address - symbol.start), (unsigned long long)symbol.size);
	else
		kp_format(to, size, "%s+0x%llx", symbol.name, (unsigned long long)(address - symbol.start));
}

static void say_message(const struct kp_report *report)
{
	static const char *const accesses[] = {
		[KP_ACCESS_UNKNOWN] = "access to", [KP_ACCESS_NONE] = "access to",
		[KP_ACCESS_READ] = "read of",      [KP_ACCESS_WRITE] = "write to",
		[KP_ACCESS_EXECUTE] = "jump to",
	};
	static const char *const classes[] = {
		[KP_CLASS_UNKNOWN] = "",
		[KP_CLASS_NULL] = ", a NULL pointer",
		[KP_CLASS_USER] = ", a user's address",
		[KP_CLASS_KERNEL] = "",
		[KP_CLASS_GUARD] = ", a guard page",
		[KP_CLASS_NONCANONICAL] = ", which no address can be",
	};
	const struct kp_fault *fault = &report->fault;
	/* Linux's name of a page fault is for tools. */
	bool is_page_fault = fault->name && fault->name[0] == 'O' && fault->name[1] == 'o';
	size_t n;

	if (!fault->name) {
		const char *what = report->site ? report->site->what : NULL;

		if (report->message[0])
			kp_format(message, sizeof(message), "%s", report->message);
		else if (what)
			kp_format(message, sizeof(message), "%s: %s",
				  report->kind == KP_KIND_WARN ? "warning" : "bug", what);
		else
			kp_format(message, sizeof(message), "%s", story.words);
		return;
	}
	n = kp_format(message, sizeof(message), "%s", is_page_fault ? "page fault" : fault->name);
	if (fault->has_address && !fault->stale &&
	    (unsigned)fault->access < sizeof(accesses) / sizeof(*accesses) &&
	    (unsigned)fault->address_class < sizeof(classes) / sizeof(*classes))
		n += kp_format(message + n, sizeof(message) - n, ": %s 0x%llx%s", accesses[fault->access],
			       (unsigned long long)fault->address, classes[fault->address_class]);
	else if (fault->has_error && fault->error)
		n += kp_format(message + n, sizeof(message) - n, ", error code 0x%llx",
			       (unsigned long long)fault->error);
	if (fault->region[0])
		kp_format(message + n, sizeof(message) - n, " (%s)", fault->region);
}

static const char *last_part(const char *path)
{
	const char *part = path;

	for (; *path; path++)
		if (*path == '/' && path[1])
			part = path + 1;
	return part;
}

static void say_where(const struct kp_report *report)
{
	size_t n;

	kp_story_place(place, sizeof(place), (uintptr_t)KP_FRAME_PC(&report->frame),
		       report->frame.vector >= KP_VECTOR_CALL);
	site[0] = 0;
	if (report->site && report->site->file)
		kp_format(site, sizeof(site), "%s:%u", last_part(report->site->file),
			  (unsigned)report->site->line);
	if (report->task_known)
		n = kp_format(who, sizeof(who), "task %s (%llu), ", report->task_name,
			      (unsigned long long)report->task.id);
	else
		n = 0;
	if (report->cpus)
		kp_format(who + n, sizeof(who) - n, "CPU %u of %u", report->cpu, report->cpus);
	else
		kp_format(who + n, sizeof(who) - n, "CPU %u", report->cpu);
}

/* Tenths of seconds without a 64-bit division, which a 32-bit machine has no instruction for. */
static uint64_t tenths(uint64_t ns)
{
	uint64_t whole = 0;

	for (int bit = 36; bit >= 0; bit--) {
		if (ns >> bit >= NS_PER_TENTH) {
			ns -= (uint64_t)NS_PER_TENTH << bit;
			whole |= 1ull << bit;
		}
	}
	return whole;
}

static void say_system(const struct kp_report *report)
{
	size_t n = kp_format(
		system_words, sizeof(system_words), "%s%s%s", kp_system.name ? kp_system.name : "",
		kp_system.name && kp_system.release ? " " : "", kp_system.release ? kp_system.release : "");
	uint32_t up = (uint32_t)tenths(report->up_ns);

	if (report->up_ns)
		kp_format(system_words + n, sizeof(system_words) - n, "%sup %u.%u s", n ? ", " : "",
			  (unsigned)(up / 10), (unsigned)(up % 10));
}

const struct kp_story *kp_story_of(const struct kp_report *report)
{
	static const char *const kinds[] = {
		[KP_KIND_WARN] = "Kernel warning",
		[KP_KIND_OOPS] = "Kernel oops",
		[KP_KIND_PANIC] = "Kernel panic",
	};
	const struct kp_code_row *code = kp_code_of(report);

	story = (struct kp_story){
		.code = code->number,
		.bombs = code->bombs,
		.words = code->words,
		.advice = code->advice,
		.kind = (unsigned)report->kind < sizeof(kinds) / sizeof(*kinds) ? kinds[report->kind]
										: "Kernel panic",
		.message = message,
		.place = place,
		.site = site,
		.who = who,
		.system = system_words,
		.pc = KP_FRAME_PC(&report->frame),
		.address = report->fault.has_address && !report->fault.stale ? report->fault.address : 0,
	};
	say_message(report);
	say_where(report);
	say_system(report);
	return &story;
}
