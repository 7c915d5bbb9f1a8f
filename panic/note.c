/* The note KPANIC: what is known, in memory, for whoever reads that memory later (formats/SPEC.md, section 3).
 *
 * Begun at start, so that a dump from outside at any time tells what system this is, and where things are. A panic completes
 * it: what came of an earlier attempt is written over.  The report is in it as its very text: the same functions that put
 * it onto the consoles put it here, once more. */
#include "show/line.h"
#include "stages.h"

#include "formats/note.h"
#include "kpanic/sink.h"
#include "kpanic/symbols.h"
#include "lib/format.h"
#include "lib/mem.h"

#define RANGES_MAX 64    /* rows of a table; more are left out */
#define REGIONS_MAX 4096 /* that a host may name, guards with them */
#define TASKS_MAX 256
#define AFTER_TEXT 2048 /* bytes: stages, and how the dump went */
#define AFTER_LOG 512   /* that alone */
#define PAGE 4096

_Static_assert(KP_NOTE_MAX % KF_NOTE_ALIGN == 0, "whole pages");

static uint8_t note[KP_NOTE_MAX] __attribute__((aligned(KF_NOTE_ALIGN)));
static struct kf_note_writer writer;
static uint32_t mark; /* where what a panic adds begins */

#ifndef KP_HOSTED
extern const struct kp_symbols kp_symbols __attribute__((weak));
#endif

const void *kp_note(size_t *size_out)
{
	*size_out = sizeof(note);
	return note;
}

/* ---- VMCOREINFO ---- */

#define VMCOREINFO_NAME "VMCOREINFO"

/* As an ELF note: sizes of name and content, type, then both, each filled up to four bytes. */
static struct {
	uint32_t name_size, size, type;
	char name[12];
	char text[1024]; /* NULs fill the last four bytes */
} vmcoreinfo __attribute__((aligned(8)));

const void *kp_vmcoreinfo(size_t *size_out)
{
	*size_out = offsetof(__typeof__(vmcoreinfo), text) + ((vmcoreinfo.size + 3) & ~3u);
	return &vmcoreinfo;
}

static void add_key(const char *format, ...) __attribute__((format(printf, 1, 2)));
static void add_key(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vmcoreinfo.size += (uint32_t)kp_vformat(vmcoreinfo.text + vmcoreinfo.size,
						sizeof(vmcoreinfo.text) - vmcoreinfo.size, format, arguments);
	va_end(arguments);
}

/* OSRELEASE and PAGESIZE are what tools for Linux's dumps want to see before anything else. */
static void write_vmcoreinfo(void)
{
	kp_string_copy(vmcoreinfo.name, sizeof(vmcoreinfo.name), VMCOREINFO_NAME);
	vmcoreinfo.name_size = sizeof(VMCOREINFO_NAME);
	vmcoreinfo.type = 0;
	vmcoreinfo.size = 0;
	add_key("OSRELEASE=%s\n", kp_system.release ? kp_system.release : "-");
	if (kp_system.name)
		add_key("SYSTEM=%s\n", kp_system.name);
	add_key("PAGESIZE=%u\n", (unsigned)PAGE);
	if (kp_system.build_id) {
		add_key("BUILD-ID=");
		for (size_t i = 0; i < kp_system.build_id_size && i < 32; i++)
			add_key("%02x", kp_system.build_id[i]);
		add_key("\n");
	}
	add_key(KF_NOTE_KEY "=%llx:%llx\n", (unsigned long long)kp_host_physical(note),
		(unsigned long long)sizeof(note));
	for (uint32_t i = vmcoreinfo.size; i % 4; i++)
		vmcoreinfo.text[i] = '\0';
}

/* ---- at start ---- */

static void put_text(enum kf_note_tag tag, const char *text)
{
	if (text)
		kf_note_bytes(&writer, tag, text, kp_length(text, 4096));
}

static void put_symbols(void)
{
#ifndef KP_HOSTED
	if (!&kp_symbols || kp_symbols.magic != KP_SYMBOLS_MAGIC)
		return;
	kf_note_put_symbols(&writer,
			    &(struct kf_note_symbols){
				    .at = (uintptr_t)&kp_symbols,
				    .physical = kp_host_physical(&kp_symbols),
				    .size = sizeof(kp_symbols) +
					    (uint64_t)kp_symbols.count * sizeof(struct kp_symbols_row) +
					    kp_symbols.names_size,
				    .anchor = (uintptr_t)kp_symbol_find,
			    });
#endif
}

/* The host's regions of the kinds given, guards never: there is one for each stack. */
static void put_regions(enum kf_note_tag tag, unsigned kinds)
{
	struct kp_region region;

	if (!kf_note_section(&writer, tag))
		return;
	for (unsigned i = 0, rows = 0; i < REGIONS_MAX && rows < RANGES_MAX && kp_host_region(i, &region);
	     i++) {
		struct kf_note_range range = { region.start, region.end - region.start, region.physical,
					       region.kind, "" };
		if (!(kinds & 1u << region.kind))
			continue;
		if (region.kind != KP_REGION_DIRECT)
			range.physical = kp_host_physical((const void *)region.start);
		if (tag == KF_NOTE_DIRECT)
			range.kind = 0;
		kp_string_copy(range.name, sizeof(range.name), region.name);
		kf_note_add_range(&writer, &range);
		rows++;
	}
}

static void put_memory(void)
{
	struct kp_memory memory;
	const struct kf_note_range own = { kp_host_physical(note), sizeof(note), kp_host_physical(note),
					   KF_MEMORY_NOTE, "note" };

	if (!kf_note_section(&writer, KF_NOTE_MEMORY))
		return;
	for (unsigned i = 0; i < RANGES_MAX && kp_host_memory(i, &memory); i++) {
		struct kf_note_range range = { memory.start, memory.size, memory.start, memory.kind, "" };
		kp_string_copy(range.name, sizeof(range.name), memory.name);
		kf_note_add_range(&writer, &range);
	}
	kf_note_add_range(&writer, &own);
}

void kp_note_begin(void)
{
	const uint16_t one = 1;
	unsigned levels;
	uint64_t root = kp_isa_root(&levels);

	write_vmcoreinfo();
	kf_note_begin(&writer, note, sizeof(note),
		      &(struct kf_note_header){
			      .physical = kp_host_physical(note),
			      .state = KF_NOTE_BEGUN,
			      .machine = kp_isa_elf_machine,
			      .word = sizeof(void *),
			      .big_endian = *(const uint8_t *)&one == 0,
			      .page_size = PAGE,
			      .cpus = kp_host_cpus(),
		      });
	if (kp_system.build_id)
		kf_note_bytes(&writer, KF_NOTE_BUILD_ID, kp_system.build_id, kp_system.build_id_size);
	put_text(KF_NOTE_SYSTEM, kp_system.name);
	put_text(KF_NOTE_RELEASE, kp_system.release);
	put_text(KF_NOTE_COMMAND, kp_system.command_line);
	put_symbols();
	if (root)
		kf_note_put_root(&writer, &(struct kf_note_root){ root, levels });
	put_regions(KF_NOTE_DIRECT, 1u << KP_REGION_DIRECT);
	put_memory();
	put_regions(KF_NOTE_REGIONS, 1u << KP_REGION_TEXT | 1u << KP_REGION_DATA | 1u << KP_REGION_STACKS);
	kf_note_bytes(&writer, KF_NOTE_VMCOREINFO, vmcoreinfo.text, vmcoreinfo.size);
	mark = kf_note_mark(&writer);
}

void kp_note_renew(void)
{
	if (!kp_panicking())
		kp_note_begin();
}

/* ---- in a panic ---- */

/* Is the writer what it was?  Before kp_init it is not, nor where the damage was about. */
static bool usable(void)
{
	return writer.at == note && writer.capacity == sizeof(note) && writer.used >= KF_NOTE_HEADER &&
	       writer.used <= sizeof(note);
}

/* What was begun at start is still whole. */
static bool is_begun(void)
{
	struct kf_note begun;
	struct kf_note_part part;

	if (!usable() || mark < KF_NOTE_HEADER || mark > sizeof(note) / 2 ||
	    kf_note_open(note, sizeof(note), &begun) != KF_NOTE_IS_WHOLE)
		return false;
	while (begun.next < mark)
		if (!kf_note_next(&begun, &part) || !part.whole)
			return false;
	return true;
}

static enum kp_stage_result note_open(void)
{
	if (!is_begun())
		kp_note_begin();
	kf_note_back(&writer, mark);
	writer.reserve = AFTER_TEXT;
	kf_note_state(&writer, KF_NOTE_PANICKING);
	kf_note_put_time(&writer, &(struct kf_note_time){ .up_ns = kp_host_time_ns() });
	return KP_RESULT_DONE;
}

static void put_cpu(unsigned number)
{
	static struct kf_note_cpu cpu;
	const struct kp_cpu_record *record = &kp_others[number];
	bool own = number == kp_report.cpu;

	cpu = (struct kf_note_cpu){ .cpu = number, .state = KF_CPU_RUNNING };
	if (own) {
		cpu.flags = KF_CPU_REPORTS | (kp_report.task_known ? KF_CPU_HAS_TASK : 0);
		cpu.task = kp_report.task.id;
		cpu.root = kp_report.machine.known ? kp_report.machine.cr3 : kp_isa_root(NULL);
		kp_string_copy(cpu.name, sizeof(cpu.name), kp_report.task_name);
		kp_isa_note(&kp_report.frame, &cpu);
	} else {
		cpu.state = record->state == KP_CPU_OFFLINE ? KF_CPU_RUNNING : record->state;
		if (record->state == KP_CPU_FROZEN) {
			cpu.flags = (record->panicked ? KF_CPU_PANICKED : 0) |
				    (record->task_known ? KF_CPU_HAS_TASK : 0);
			cpu.task = record->task;
			cpu.root = record->root;
			kp_string_copy(cpu.name, sizeof(cpu.name), record->task_name);
			kp_isa_note(&record->frame, &cpu);
		}
	}
	kf_note_put_cpu(&writer, &cpu);
}

static enum kp_stage_result note_cpus(void)
{
	if (!usable())
		return KP_RESULT_FAILED;
	put_cpu(kp_report.cpu);
	for (unsigned i = 0; i < kp_report.cpus && i < KP_CPUS_MAX; i++)
		if (i != kp_report.cpu)
			put_cpu(i);
	return KP_RESULT_DONE;
}

static enum kp_stage_result note_tasks(void)
{
	struct kp_task_info info;
	unsigned n = 0;

	if (!usable())
		return KP_RESULT_FAILED;
	/* Opened with the first: a host without tasks has no table. */
	for (; n < TASKS_MAX && kp_host_task_info(n, &info); n++) {
		struct kf_note_task task = {
			.id = info.id,
			.stack_start = info.stack_start,
			.stack_end = info.stack_end,
			.pc = info.pc,
			.sp = info.sp,
			.fp = info.fp,
			.frame = info.frame,
			.root = info.root,
			.waits_for = info.waits_for,
			.syscall = (uint64_t)info.syscall,
			.state = info.state,
			.cpu = info.cpu,
		};
		if (!n && !kf_note_section(&writer, KF_NOTE_TASKS))
			return KP_RESULT_FAILED;
		kp_string_copy(task.name, sizeof(task.name), info.name);
		if (!kf_note_add_task(&writer, &task))
			return KP_RESULT_FAILED;
	}
	return n ? KP_RESULT_DONE : KP_RESULT_NONE;
}

static unsigned next_section; /* of the text */

static void add_line(const char *text, size_t n)
{
	if (usable())
		kf_note_add(&writer, text, n);
}

static enum kp_stage_result note_report(void)
{
	next_section = 0;
	if (!usable() || !kf_note_section(&writer, KF_NOTE_REPORT))
		return KP_RESULT_FAILED;
	return KP_RESULT_DONE;
}

/* Goes on where it was left, without what faulted. */
static enum kp_stage_result note_text(void)
{
	kp_line_to(add_line);
	kp_text_again(&next_section);
	return KP_RESULT_DONE;
}

static enum kp_stage_result note_stages(void)
{
	kp_line_to(NULL);
	if (!usable())
		return KP_RESULT_FAILED;
	kf_note_end(&writer);
	writer.reserve = 0;
	if (!kf_note_section(&writer, KF_NOTE_STAGES))
		return KP_RESULT_FAILED;
	for (unsigned id = 0; id < KP_STAGES; id++) {
		const struct kp_stage_record *record = &kp_report.stages[id];
		struct kf_note_stage stage = {
			.result = record->result,
			.vector = record->vector,
			.started_ns = record->started_ns,
			.took_ns = record->took_ns,
			.pc = record->pc,
		};
		if (!record->entered || id == KP_STAGE_NOTE)
			continue;
		kp_string_copy(stage.name, sizeof(stage.name), kp_stage_label(id));
		kf_note_add_stage(&writer, &stage);
	}
	return KP_RESULT_DONE;
}

/* As much of its end as there is room for, whole lines. */
static enum kp_stage_result note_log(void)
{
	size_t room, n, start = 0;
	char *to;

	if (!kp_report.log_size) /* there is none, or who tried to read it was lost */
		return KP_RESULT_NONE;
	writer.reserve = AFTER_LOG;
	if (!usable() || !kf_note_section(&writer, KF_NOTE_LOG))
		return KP_RESULT_FAILED;
	to = kf_note_space(&writer, &room);
	n = kp_host_log(to, room);
	if (n >= room)
		for (n = room; start < n && to[start++] != '\n';)
			;
	while (n > start && to[n - 1] == '\n')
		n--;
	for (size_t i = start; i < n; i++)
		to[i - start] = to[i] ? to[i] : '?';
	kf_note_grow(&writer, n - start, start != 0);
	return KP_RESULT_DONE;
}

static enum kp_stage_result note_close(void)
{
	kp_line_to(NULL);
	if (!usable())
		return KP_RESULT_FAILED;
	kf_note_end(&writer);
	kf_note_state(&writer, KF_NOTE_COMPLETE);
	return KP_RESULT_DONE;
}

/* Written over at the next sink. */
static uint32_t behind_panic;

bool kp_note_dump_open(void)
{
	if (!usable())
		return false;
	writer.reserve = 0;
	if (behind_panic >= mark && behind_panic <= writer.used)
		kf_note_back(&writer, behind_panic);
	behind_panic = kf_note_mark(&writer);
	if (!kf_note_section(&writer, KF_NOTE_DUMP))
		return false;
	kp_line_to(add_line);
	return true;
}

void kp_note_dump_close(void)
{
	kp_line_to(NULL);
	kf_note_end(&writer);
}

#define EIGHT(step) step, step, step, step, step, step, step, step

/* As often as the text has sections, each of which may fault. */
kp_step *const kp_note_steps[] = {
	note_open,   note_cpus, note_tasks, note_report, EIGHT(note_text), EIGHT(note_text), EIGHT(note_text),
	note_stages, note_log,  note_close, NULL
};
