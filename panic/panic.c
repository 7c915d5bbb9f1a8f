/* How a kernel dies well.
 *
 * What is wrong is not known, so nothing is relied on: not the stack (it may be what overflowed), not a lock (its holder may
 * be dead), not the descriptor tables (they may be what was overwritten), not memory, not time, not this very code. What is
 * left is order, and bounds.
 *
 * A report is made in stages, each a few steps:
 *
 *   win      one CPU makes the report.  The others that want to stop themselves (freeze.c), after they have written down
 *            what they wanted to say.  The message is formatted, and the recorder's own gates are put in place, since
 *            whatever follows may fault and must come back here.
 *   freeze   the other CPUs stop, by NMI, before anything else is looked at: a lock's holder is evidence. Bounded: who does
 *            not stop is written down as silent, and we go on.
 *   collect  everything is read, carefully, into one static struct kp_report.
 *   keep     … and put where it outlives a reset: that takes a millisecond, and whatever comes next may be the end,
 *   text     and shown: bytes first, since they need least,
 *   note     the same into memory, for whoever reads that later (note.c),
 *   screen   then pixels,
 *   dump     then whatever takes long: memory itself, to a disk.
 *   end      a debugger, a wait, a reset, or a halt.
 *
 * Each step is tried once: `where` moves on before the step is begun.  So whatever becomes of it (it faults; it hangs until
 * the host's alarm; it calls KP_PANIC) the entry finds this CPU the owner already, notes what happened to the stage, and
 * goes on with the next step on a fresh stack.  Nothing of the broken one is undone, since nothing of it is trusted. As there
 * is a finite number of steps, and each entry uses one up, this ends. Entries that do not even get there (kp_host_cpu itself
 * faults) are counted, and stop at ENTRIES_MAX.
 *
 * A warning and an oops are the same without freeze, keep, screen, dump and end, and return.  Each transition is one-way: a fault
 * while an oops is reported makes a panic of it, which goes on where the oops was.
 *
 *        free ──claim──> reporting (cpu) ──release──> free
 *                            │ fault within, or late
 *        free ──claim──> panicking (cpu) ── never left
 *
 * Being late is a fault, too.  The step could be left, and the oops go on and return: but whoever has a hook that hangs with
 * interrupts off, for many times what a slow console needs (PATIENCE), cannot be told what that hook was in the middle of;
 * the kernel that is gone back to would stop at the next such place, and without a word.  A panic has all of the report, and
 * panic=N brings the machine back.
 *
 * `end` has no time of its own, since a debugger may take as long as it likes, and pages may be turned for ever. But where a
 * reboot is due, the steps on the way to it have until then and a little longer (allow).
 *
 * A panic that finds another CPU reporting waits for it, CLAIM_WAIT_NS at most, and then takes over: that one may be stuck.
 *
 * What is left unhandled: a hook that hangs where the host has no alarm; memory that lies (a flipped bit in our own code),
 * system management mode, a CPU that neither an NMI nor an alarm reaches. */
#include "stages.h"

#include "lib/format.h"
#include "lib/mem.h"
#if KP_TIER >= 2
#include "kpanic/screen.h"
#endif

#define ENTRIES_MAX (64 + 4 * KP_CPUS_MAX)
#define CLAIM_WAIT_NS 3000000000ull
#define CLAIM_SPINS 30000000u /* the same, about, where there is no clock */
#define MOMENT_NS 100000000ull
#define PATIENCE 2           /* times a stage's budget has a report that returns */
#define END_NS 5000000000ull /* by which a reboot may be late: a page being drawn, the reset itself */

struct kp_report kp_report;
struct kp_cpu_record kp_others[KP_CPUS_MAX];

/* 0: free; else CPU + 1, and PANICKING; above, their complement: what was written over it is no owner. */
#define PANICKING 0x1000u
#if KP_TIER >= 2
#define OWNED(by) ((by) | (~(by)&0xffffu) << 16)
static unsigned stalls; /* of this CPU's entries since a step was begun */
#define STALLS_MAX 2
#else
#define OWNED(by) (by)
#endif
unsigned kp_owner;
static unsigned entries, reports, oopses;
#if KP_TIER >= 2
static uint8_t inside[KP_CPUS_MAX]; /* CPUs that want to report, or do */
#endif
#define ENTRIES_NEVER (2 * ENTRIES_MAX) /* this many were not counted, but written over it */

_Static_assert(KP_CPUS_MAX < PANICKING, "a CPU's number fits below");

/* The event, copied away from the stack that it came on. */
static const char *format;
static va_list arguments;

struct where {
	unsigned stage, step;
};
static struct where where;
/* Where an oops's report was when it became a panic: what comes before that is done first, as a panic does it. */
#if KP_TIER >= 2
static struct where resume;
#endif
#if KP_TIER >= 2
static volatile uint64_t deadline_ns; /* of the present stage; 0: none */
/* Its alarm may come so much earlier: the timer and the clock need not agree on how long a second is. */
static volatile uint64_t early_ns;
enum { EARLY = 16 }; /* the part of the time that kp_host_alarm may be off */
#endif

/* Those that a warning and an oops have, too. */
#define RETURNING (1u << KP_STAGE_WIN | 1u << KP_STAGE_COLLECT | 1u << KP_STAGE_TEXT)

/* budget_ms: of the whole stage, after which its present step is left.  What is behind a 115200 baud line takes a second for
 * ten kilobytes. Below tier 2 nothing is left. */
#if KP_TIER >= 2
#define STAGE(name, budget_ms, steps)                                                                        \
	{                                                                                                    \
		name, steps, budget_ms                                                                       \
	}
#else
#define STAGE(name, budget_ms, steps)                                                                        \
	{                                                                                                    \
		name, steps                                                                                  \
	}
#endif
static const struct stage {
	char name[8];
	kp_step *const *steps; /* ends with NULL */
#if KP_TIER >= 2
	uint32_t budget_ms;
#endif
} stages[KP_STAGES] = {
	[KP_STAGE_WIN] = STAGE("win", 2000, kp_win_steps),
#if KP_TIER >= 2
	[KP_STAGE_FREEZE] = STAGE("freeze", 3000, kp_freeze_steps),
#endif
	[KP_STAGE_COLLECT] = STAGE("collect", 5000, kp_collect_steps),
#if KP_TIER >= 3
	[KP_STAGE_KEEP] = STAGE("keep", 5000, kp_keep_steps),
#endif
	[KP_STAGE_TEXT] = STAGE("text", 20000, kp_text_steps),
#if KP_TIER >= 3
	[KP_STAGE_NOTE] = STAGE("note", 5000, kp_note_steps),
#endif
#if KP_TIER >= 2
	[KP_STAGE_SCREEN] = STAGE("screen", 120000, kp_screen_steps),
#endif
#if KP_TIER >= 3
	[KP_STAGE_DUMP] = STAGE("dump", KP_DUMP_MS, kp_dump_steps),
#endif
	[KP_STAGE_END] = STAGE("end", 0, kp_end_steps),
};

const char *kp_stage_label(enum kp_stage_id id)
{
	return stages[id].name;
}

static uint64_t now(void)
{
#if KP_TIER >= 1
	return kp_host_time_ns();
#else
	return 0;
#endif
}

static void disarm(void)
{
#if KP_TIER >= 2
	if (deadline_ns) {
		deadline_ns = 0;
		kp_host_alarm(0);
	}
#endif
}

#if KP_TIER >= 2
/* The present step is left in ns from now. */
static void allow(uint64_t ns)
{
	uint64_t time = now();

#ifdef KP_WITHOUT_DEADLINES
	return;
#endif
	deadline_ns = time ? time + ns : 0;
	early_ns = ns / EARLY;
	if (time)
		kp_host_alarm(ns);
}
#endif

/* A stage's time runs from its first step on; its alarm is armed again for each, since a step that was left may have taken
 * the armed one with it. */
static void arm(const struct stage *stage, struct kp_stage_record *record)
{
#if KP_TIER >= 2
	uint64_t budget = stage->budget_ms * 1000000ull, took = now() - record->started_ns;

	if (kp_report.kind != KP_KIND_PANIC)
		budget *= PATIENCE;
	/* A stage that is late gets its other steps nonetheless, a moment each: the next may be the one that works. */
	if (budget)
		allow(budget > took + MOMENT_NS ? budget - took : MOMENT_NS);
	else
		disarm();
#else
	(void)stage;
	(void)record;
#endif
}

#if KP_TIER >= 3
void kp_step_within(uint64_t ns)
{
	const struct stage *stage = &stages[where.stage];
	uint64_t budget = stage->budget_ms * 1000000ull,
		 took = now() - kp_report.stages[where.stage].started_ns;

#ifdef KP_WITHOUT_STEP_DEADLINE
	return;
#endif
	if (deadline_ns && took < budget)
		allow(ns < budget - took ? ns : budget - took);
}
#endif

/* Whose the report is: 0, or CPU + 1 and PANICKING. */
static unsigned owned_by(void)
{
	unsigned by = __atomic_load_n(&kp_owner, __ATOMIC_SEQ_CST);

#ifdef KP_WITHOUT_OWNER_CHECK
	return by & 0xffffu;
#endif
	return by == OWNED(by & 0xffffu) ? by & 0xffffu : 0;
}

static bool take(unsigned from, unsigned to)
{
	from = from ? OWNED(from) : 0;
	return __atomic_compare_exchange_n(&kp_owner, &from, to ? OWNED(to) : 0, false, __ATOMIC_SEQ_CST,
					   __ATOMIC_SEQ_CST);
}

static void worse(struct kp_stage_record *record, enum kp_stage_result result)
{
	if (result > record->result)
		record->result = result;
}

static void check_stack(struct kp_stage_record *record)
{
#if KP_TIER >= 1
	if (kp_own_stack_overran()) {
		record->overran = true;
		worse(record, KP_RESULT_FAILED);
	}
#else
	(void)record;
#endif
}

/* The text is out: how the later stages went is told behind it, if there is something to tell. */
static void tell(struct kp_stage_record *record)
{
#if KP_TIER >= 1
	record->took_ns = now() - record->started_ns;
	if (where.stage <= KP_STAGE_TEXT || record->result < KP_RESULT_FAILED || record->told)
		return;
	record->told = true;
	kp_text_stage(where.stage);
#else
	(void)record; /* no clock; and what comes later is a halt */
#endif
}

static void got_on(void)
{
#if KP_TIER >= 2
	stalls = 0;
	kp_spare_alive();
#endif
}

/* The whole of it.  Starts where the last entry stopped. */
static void run_stages(void)
{
	for (; where.stage < KP_STAGES; where.stage++, where.step = 0) {
		const struct stage *stage;
		struct kp_stage_record *record;

#if KP_TIER >= 2
		if (where.stage == KP_STAGE_COLLECT && resume.stage) {
			where = resume;
			resume.stage = 0;
		}
#endif
		stage = &stages[where.stage];
		record = &kp_report.stages[where.stage];
		if (!stage->steps || (kp_report.kind != KP_KIND_PANIC && !(RETURNING & 1u << where.stage)))
			continue;
		if (!record->entered) {
			record->entered = true;
			record->started_ns = now();
		}
#if KP_TIER >= 2
		if (where.stage == KP_STAGE_END && !where.step && !kp_text_whole())
			kp_spare_enter(&kp_report.frame, "the spare: the report was not written to its end");
#endif
		while (stage->steps[where.step]) {
			got_on();
			arm(stage, record);
			tell(record);
#ifdef KP_WITHOUT_ONCE
			worse(record, stage->steps[where.step]());
			where.step++;
#else
			worse(record, stage->steps[where.step++]());
#endif
		}
		disarm();
		check_stack(record);
		tell(record);
	}
	if (kp_report.kind == KP_KIND_PANIC)
		kp_isa_stop();
}

static void note_trouble(enum kp_stage_result result, const struct kp_frame *frame,
			 const struct kp_site *site)
{
	struct kp_stage_record *record;

	if (where.stage >= KP_STAGES)
		return;
	record = &kp_report.stages[where.stage];
	check_stack(record);
	worse(record, result);
	record->vector = (unsigned)frame->vector;
	record->pc = KP_FRAME_PC(frame);
	record->site = site;
}

/* This CPU makes a report, and something happened to it. */
static _Noreturn void go_on(enum kp_stage_result result, const struct kp_frame *frame,
			    const struct kp_site *site)
{
#if KP_TIER >= 2
	if (++stalls > STALLS_MAX)
		kp_spare_enter(frame, "the spare: the recorder faults before it gets to its next step");
#endif
	note_trouble(result, frame, site);
	if (kp_report.kind != KP_KIND_PANIC) {
		kp_report.kind = KP_KIND_PANIC;
		kp_report.verdict.because = result == KP_RESULT_LATE ? "a hook hung while the report was made"
								     : "a fault while the report was made";
		if (!kp_report.message[0])
			kp_string_copy(kp_report.message, sizeof(kp_report.message),
				       kp_report.verdict.because);
#if KP_TIER >= 2
		/* The gates that a panic takes, and the other CPUs, come first. */
		resume = where;
		where = (struct where){ 0, 0 };
		kp_report.stages[KP_STAGE_WIN].started_ns = now();
#endif
		__atomic_store_n(&kp_owner, OWNED((kp_cpu() + 1) | PANICKING), __ATOMIC_SEQ_CST);
	}
	kp_isa_restart_on(kp_own_stack_top(1), run_stages);
}

#if KP_TIER >= 2
bool kp_stops_by_itself(unsigned cpu)
{
	return __atomic_load_n(&inside[cpu], __ATOMIC_SEQ_CST);
}
#endif

bool kp_panicking(void)
{
	return (owned_by() & PANICKING) != 0;
}

#if KP_TIER >= 2
bool kp_reporting_here(void)
{
	return (owned_by() & ~PANICKING) == kp_cpu() + 1;
}
#endif

unsigned kp_oops_count(void)
{
	return __atomic_load_n(&oopses, __ATOMIC_RELAXED);
}

#if KP_TIER >= 2
bool kp_panic_nmi(const struct kp_frame *frame)
{
	unsigned by = owned_by();
	bool panicking = by & PANICKING, here = (by & ~PANICKING) == kp_cpu() + 1;

	if (panicking && !here)
		kp_freeze_here(frame, false);
	/* By a clock that stands still, or none, nothing is ever late: then this is a watchdog's, and says that it is. */
	if (here && panicking && where.stage < KP_STAGES && now() <= kp_report.stages[where.stage].started_ns)
		go_on(KP_RESULT_LATE, frame, NULL);
	if (here && deadline_ns) {
		uint64_t time = now();
		if (time + early_ns >= deadline_ns)
			go_on(KP_RESULT_LATE, frame, NULL);
		/* Another's NMI, or a timer that cannot count that far: the alarm may be used up. */
		if (panicking)
			kp_host_alarm(deadline_ns - time);
	}
	return panicking;
}
#endif

/* Below tier 2 nobody tells one CPU from another: whose it is, it is this one's. */
#define MINE(by, me) (KP_TIER < 2 || ((by) & ~PANICKING) == (me))

/* Becomes the owner, or does not come back; false: a report that is not worth to wait for. */
static bool claim(const struct kp_event *event)
{
	unsigned me = kp_cpu() + 1, wanted = me | (event->kind == KP_KIND_PANIC ? PANICKING : 0);
	uint64_t start = now();

	for (unsigned spins = 0;; spins++) {
		unsigned by;
#if KP_TIER >= 2
		unsigned seen = __atomic_load_n(&kp_owner, __ATOMIC_SEQ_CST);
#endif

		if (take(0, wanted))
			return true;
		by = owned_by();
#ifdef KP_WITHOUT_OWNER_CHECK
		seen = 0;
#endif
#if KP_TIER >= 2
		if (seen && seen != OWNED(seen & 0xffffu)) {
			/* What else was written over is not known. */
			kp_spare_enter(event->frame, "the spare: the recorder's own data were changed");
			__atomic_compare_exchange_n(&kp_owner, &seen, 0, false, __ATOMIC_SEQ_CST,
						    __ATOMIC_SEQ_CST);
			continue;
		}
#endif
		if (MINE(by, me) && event->kind == KP_KIND_WARN)
			return false; /* of a hook's: not worth a panic */
		if (MINE(by, me))
			go_on(KP_RESULT_FAULTED, event->frame, event->site);
#if KP_TIER >= 2
		if (by & PANICKING)
			kp_freeze_here(event->frame, true);
#endif
		kp_isa_relax();
		if (start ? now() - start < CLAIM_WAIT_NS : spins < CLAIM_SPINS)
			continue;
		if (event->kind != KP_KIND_PANIC)
			return false;
		if (take(by, wanted))
			return true;
	}
}

static void come(unsigned by, bool in)
{
#if KP_TIER >= 2
	__atomic_store_n(&inside[by - 1], in, __ATOMIC_SEQ_CST);
#else
	(void)by;
	(void)in;
#endif
}

static void leave(unsigned by)
{
	come(by, false);
	__atomic_sub_fetch(&entries, 1, __ATOMIC_SEQ_CST);
}

void kp_report_make(const struct kp_event *event)
{
	unsigned by;

	kp_isa_interrupts_off();
	by = __atomic_add_fetch(&entries, 1, __ATOMIC_SEQ_CST);
#if KP_TIER >= 2
	if (by > ENTRIES_NEVER) {
		kp_spare_enter(event->frame, "the spare: the recorder's own data were changed");
		__atomic_store_n(&entries, 1, __ATOMIC_SEQ_CST);
		by = 1;
	}
	if (by > ENTRIES_MAX)
		kp_spare_enter(event->frame, "the spare: the recorder was entered too often");
#endif
	if (by > ENTRIES_MAX)
		kp_isa_stop();
	by = kp_cpu() + 1;
	come(by, true);
	if (!claim(event)) {
		leave(by);
		return;
	}

	/* Behind this line other CPUs stay out, and a fault of this one comes back to go_on. */
#if KP_TIER >= 2
	if (event->kind != KP_KIND_WARN)
		kp_spare_note(event->frame, event->fault);
#endif
	where = (struct where){ 0, 0 };
	memset(&kp_report, 0, sizeof(kp_report));
	kp_report.number = ++reports;
	if (event->oops)
		kp_report.oops = __atomic_add_fetch(&oopses, 1, __ATOMIC_RELAXED);
	kp_report.kind = event->kind;
	kp_report.cpu = kp_cpu();
	kp_report.frame = *event->frame;
	if (event->fault)
		kp_report.fault = *event->fault;
	kp_report.site = event->site;
	kp_report.verdict.because = event->because;
	format = event->format;
	if (event->arguments)
		va_copy(arguments, *event->arguments);

	if (event->kind == KP_KIND_PANIC)
		kp_isa_restart_on(kp_own_stack_top(1), run_stages);
	kp_isa_call_on(kp_own_stack_top(0), run_stages);
	leave(by);
	/* A panic elsewhere may have taken over meanwhile; then it keeps what it has, and its NMI is on the way. */
	take(by, 0);
}

/* ---- win ---- */

#if KP_TIER >= 2
static enum kp_stage_result win_gates(void)
{
	return kp_report.kind == KP_KIND_PANIC ? kp_isa_take_gates() : KP_RESULT_NONE;
}
#endif

static enum kp_stage_result win_message(void)
{
	if (format)
		kp_vformat(kp_report.message, sizeof(kp_report.message), format, arguments);
	else if (kp_report.kind == KP_KIND_PANIC && !kp_report.message[0])
		kp_string_copy(kp_report.message, sizeof(kp_report.message), kp_report.verdict.because);
	return KP_RESULT_DONE;
}

#if KP_TIER >= 2
static enum kp_stage_result win_mend(void)
{
	return kp_report.kind == KP_KIND_PANIC ? kp_isa_mend_gates() : KP_RESULT_NONE;
}

/* Code that was changed may do anything, and constants are what it says. */
static enum kp_stage_result win_intact(void)
{
	bool code, names = kp_system_intact();

	if (kp_report.kind != KP_KIND_PANIC)
		return KP_RESULT_NONE;
	/* As it is, since nothing of this code shall format it. */
	if (format && !kp_report.message[0])
		kp_string_copy(kp_report.message, sizeof(kp_report.message), format);
	code = kp_spare_watched_intact();
#ifdef KP_WITHOUT_SYSTEM_CHECK
	names = true;
#endif
	if (!code)
		kp_spare_enter(&kp_report.frame, "the spare: the recorder's own code was changed");
	if (!names) {
		kp_spare_enter(&kp_report.frame, "the spare: the recorder's own data were changed");
		/* No pointer there is to be followed. */
		memset(&kp_system, 0, sizeof(kp_system));
	}
	return code && names ? KP_RESULT_DONE : KP_RESULT_FAILED;
}
#endif

kp_step *const kp_win_steps[] = {
#if KP_TIER >= 2
	win_intact,  win_gates,
#endif
	win_message,
#if KP_TIER >= 2
	win_mend,
#endif
	NULL,
};

#if KP_TIER >= 2
kp_step *const kp_screen_steps[] = { kp_show_screen, NULL };
#endif

/* ---- end ---- */

#if KP_TIER >= 2
static enum kp_stage_result end_host(void)
{
	kp_host_after_panic();
	return KP_RESULT_DONE;
}
#endif

#if KP_TIER >= 1

/* When the wait for a reboot began. */
static uint64_t wait_ns;

/* A screen of several pages turns them until the reboot, or for ever: it does not come back then. */
static enum kp_stage_result end_pages(void)
{
	wait_ns = now();
#if KP_TIER >= 2
	int32_t seconds = kp_policy()->reboot_after_s;

	if (kp_report.stages[KP_STAGE_SCREEN].result == KP_RESULT_DONE && seconds >= 0) {
		if (seconds)
			allow((uint64_t)seconds * 1000000000u + END_NS);
		kp_screen_linger(seconds && wait_ns ? wait_ns + (uint64_t)seconds * 1000000000u : UINT64_MAX);
		return KP_RESULT_DONE;
	}
#endif
	return KP_RESULT_NONE;
}

static enum kp_stage_result end_reset(void)
{
	int32_t seconds = kp_policy()->reboot_after_s;

	if (seconds && wait_ns) {
#if KP_TIER >= 2
		allow((seconds > 0 ? (uint64_t)seconds * 1000000000u : 0) + END_NS);
#endif
		while (seconds > 0 && now() - wait_ns < (uint64_t)seconds * 1000000000u)
			kp_isa_relax();
		kp_host_reset();
	} else if (seconds < 0) {
		kp_host_reset();
	}
	return KP_RESULT_NONE;
}
#endif

static enum kp_stage_result end_halt(void)
{
#if KP_TIER >= 1
	kp_host_halt();
#endif
	kp_isa_stop();
}

kp_step *const kp_end_steps[] = {
#if KP_TIER >= 2
	end_host,
#endif
#if KP_TIER >= 1
	end_pages, end_reset,
#endif
	end_halt,  NULL,
};
