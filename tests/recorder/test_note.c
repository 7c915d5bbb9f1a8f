/* The note KPANIC: what is in it at start and after a panic, and when hooks fault meanwhile. */
#include "test.h"

#include "host.h"

#include "formats/note.h"
#include "formats/report.h"
#include "kpanic/sink.h"

#include <sys/wait.h>
#include <unistd.h>

static const struct kp_memory memory[] = {
	{ KP_MEMORY_RAM, 0x100000, 0x700000, "RAM" },
	{ KP_MEMORY_KERNEL, 0x200000, 0x10000, NULL },
	{ .size = 0 },
};
static const struct kp_task_info tasks[] = {
	{ .id = 1, .name = "init", .state = KP_TASK_RUNNING, .cpu = 0, .syscall = 3 },
	{ .id = 2,
	  .name = "shell",
	  .state = KP_TASK_WAITING,
	  .cpu = KP_NO_CPU,
	  .pc = 0x10010,
	  .syscall = -1 },
	{ .name = NULL },
};
static const struct kp_region regions[] = {
	{ KP_REGION_TEXT, 0x10000, 0x20000, 0, "text" },
	{ KP_REGION_GUARD, 0x20000, 0x21000, 0, "guard" },
	{ KP_REGION_DIRECT, 0x40000000, 0x50000000, 0, "direct" },
	{ .end = 0 },
};
static const uint8_t build_id[] = { 0xab, 0xcd };

static struct kf_note open_note(void)
{
	struct kf_note note;
	size_t size;
	const void *at = kp_note(&size);

	CHECK(size == KP_NOTE_MAX && (uintptr_t)at % KF_NOTE_ALIGN == 0);
	CHECK(kf_note_open(at, size, &note) == KF_NOTE_IS_WHOLE);
	return note;
}

static bool has_text(const struct kf_note *note, enum kf_note_tag tag, const char *text)
{
	struct kf_note_part part;

	return kf_note_find(note, tag, &part) && part.whole && part.n == strlen(text) &&
	       memcmp(part.at, text, part.n) == 0;
}

static void start(void)
{
	const struct kp_system system = { "kpk", "0.1", build_id, sizeof(build_id), "a=b c" };

	fake.cpus = 2;
	fake.memory = memory;
	fake.tasks = tasks;
	fake.regions = regions;
	kp_init(&system);
}

static void is_begun_at_start(void)
{
	struct kf_note note;
	struct kf_note_part part;
	struct kf_note_range range;
	size_t size;
	const uint8_t *vmcoreinfo;
	char key[64];

	start();
	note = open_note();
	CHECK(note.header.state == KF_NOTE_BEGUN && note.header.cpus == 2);
	CHECK(note.header.word == sizeof(void *));
	CHECK(has_text(&note, KF_NOTE_SYSTEM, "kpk") && has_text(&note, KF_NOTE_RELEASE, "0.1"));
	CHECK(has_text(&note, KF_NOTE_COMMAND, "a=b c") && has_text(&note, KF_NOTE_BUILD_ID, "\xab\xcd"));
	CHECK(kf_note_find(&note, KF_NOTE_DIRECT, &part) && kf_note_get_range(&part, 0, &range));
	CHECK(range.start == 0x40000000 && range.size == 0x10000000 && !kf_note_get_range(&part, 1, &range));
	CHECK(kf_note_find(&note, KF_NOTE_MEMORY, &part) && kf_note_get_range(&part, 1, &range));
	CHECK(range.kind == KF_MEMORY_KERNEL && !strcmp(range.name, ""));
	CHECK(kf_note_get_range(&part, 2, &range) && range.kind == KF_MEMORY_NOTE);
	CHECK(range.start == note.header.physical);
	CHECK(kf_note_find(&note, KF_NOTE_REGIONS, &part) && kf_note_get_range(&part, 0, &range));
	CHECK(range.kind == KF_REGION_TEXT && !kf_note_get_range(&part, 1, &range));
	CHECK(!kf_note_find(&note, KF_NOTE_REPORT, &part));

	vmcoreinfo = kp_vmcoreinfo(&size);
	CHECK(size > 24 && !memcmp(vmcoreinfo + 12, "VMCOREINFO", 11));
	CHECK(!memcmp(vmcoreinfo + 24, "OSRELEASE=0.1\n", 14));
	snprintf(key, sizeof(key), "BUILD-ID=abcd\nKPANIC_NOTE=%llx:%llx\n",
		 (unsigned long long)note.header.physical, (unsigned long long)KP_NOTE_MAX);
	while (size && !vmcoreinfo[size - 1])
		size--;
	CHECK(size > 24 + strlen(key) && !memcmp(vmcoreinfo + size - strlen(key), key, strlen(key)));
}

/* The report in it is that of the consoles, but for what is told of the text's own stage. */
static void has_the_report(const struct kf_note *note)
{
	struct kf_note_part part;
	const char *text, *end;
	char sum[32];

	CHECK(kf_note_find(note, KF_NOTE_REPORT, &part) && part.whole && !part.short_of_room);
	text = (const char *)part.at;
	CHECK(part.n > 16 && !memcmp(text, "KPANIC 1 begin", 14) && text[part.n - 1] == '\n');
	for (end = text + part.n - 2; end > text && end[-1] != '\n'; end--)
		;
	CHECK(!memcmp(end, "KPANIC 1 end ", 13));
	snprintf(sum, sizeof(sum), "crc32=%08x\n", (unsigned)kf_crc32(0, text, (size_t)(end - text)));
	CHECK(!memcmp(text + part.n - strlen(sum), sum, strlen(sum)));
}

static void is_completed_by_a_panic(void)
{
	struct kf_note note;
	struct kf_note_part part;
	struct kf_note_cpu cpu;
	struct kf_note_task task;
	struct kf_note_stage stage;

	start();
	fake.log = "one\ntwo\n";
	UNTIL_END(KP_PANIC("answer %d", 42));
	note = open_note();
	CHECK(note.header.state == KF_NOTE_COMPLETE);
	has_the_report(&note);
	CHECK(has_text(&note, KF_NOTE_LOG, "one\ntwo"));
	CHECK(kf_note_find(&note, KF_NOTE_CPU, &part) && kf_note_get_cpu(&part, &cpu));
	CHECK(cpu.cpu == 0 && cpu.flags & KF_CPU_REPORTS && cpu.vector == KP_VECTOR_CALL);
	CHECK(cpu.count == 3 && cpu.registers[0] == kp_report.frame.pc);
	CHECK(kf_note_find(&note, KF_NOTE_TASKS, &part) && kf_note_get_task(&part, 1, &task));
	CHECK(task.id == 2 && task.state == KF_TASK_WAITING && task.syscall == ~0ull && task.pc == 0x10010);
	CHECK(!kf_note_get_task(&part, 2, &task));
	CHECK(kf_note_find(&note, KF_NOTE_STAGES, &part) && kf_note_get_stage(&part, 0, &stage));
	CHECK(!strcmp(stage.name, "win") && stage.result == 1);
	/* It goes to the consoles once. */
	CHECK(!strstr(fake_find("KPANIC 1 end "), "KPANIC 1 begin"));
}

/* Its end, whole lines, as far as there is room; and what comes after it still has its own. */
static void has_the_log(void)
{
	static char log[2 * KP_NOTE_MAX];
	struct kf_note note;
	struct kf_note_part part;

	for (unsigned i = 0; i + 8 < sizeof(log); i += 8)
		snprintf(log + i, 9, "%07u\n", i / 8 % 10000000);
	start();
	fake.log = log;
	fake.fault_in = FAKE_SCREEN; /* whose pages would be turned for ever */
	UNTIL_END(KP_PANIC("answer %d", 42));
	note = open_note();
	CHECK(note.header.state == KF_NOTE_COMPLETE);
	has_the_report(&note);
	CHECK(kf_note_find(&note, KF_NOTE_LOG, &part) && part.whole && part.short_of_room);
	CHECK(part.n > KP_NOTE_MAX / 2 && part.n % 8 == 7);
	CHECK(!memcmp(part.at, log + strlen(log) - 1 - part.n, part.n));
	CHECK(kp_note_dump_open());
	kp_note_dump_close();
}

/* Whatever faults, at start or in the panic: the note ends complete, and the report in it is whole. */
static void a_fault_costs_its_step(void)
{
	/* One each: a panic is for good. */
	for (enum fake_hook hook = FAKE_NONE; hook < FAKE_HOOKS; hook++) {
		struct kf_note note;
		pid_t child;
		int status;

		fflush(NULL);
		child = fork();
		if (child) {
			CHECK(child > 0 && waitpid(child, &status, 0) == child);
			if (status)
				fprintf(stderr, "hook %d\n", hook);
			CHECK(status == 0);
			continue;
		}
		start();
		fake.fault_in = hook;
		fake.always = true;
		UNTIL_END(KP_PANIC("answer %d", 42));
		note = open_note();
		CHECK(note.header.state == KF_NOTE_COMPLETE);
		has_the_report(&note);
		exit(0);
	}
}

/* Before kp_init there is nothing of the system in it, but all of the panic. */
static void a_panic_before_start_has_it(void)
{
	struct kf_note note;

	fake.regions = regions;
	UNTIL_END(KP_PANIC("answer %d", 42));
	note = open_note();
	CHECK(note.header.state == KF_NOTE_COMPLETE);
	has_the_report(&note);
}

/* What was written over is begun anew. */
static void damage_is_mended(void)
{
	struct kf_note note;
	size_t size;

	start();
	memset((void *)(uintptr_t)kp_note(&size), 0x5a, 4096);
	UNTIL_END(KP_PANIC("answer %d", 42));
	note = open_note();
	CHECK(note.header.state == KF_NOTE_COMPLETE);
	CHECK(has_text(&note, KF_NOTE_SYSTEM, "kpk"));
	has_the_report(&note);
}

const struct test note_tests[] = {
	TEST(is_begun_at_start),
	TEST(is_completed_by_a_panic),
	TEST(has_the_log),
	TEST(a_fault_costs_its_step),
	TEST(a_panic_before_start_has_it),
	TEST(damage_is_mended),
	{ NULL, NULL },
};
