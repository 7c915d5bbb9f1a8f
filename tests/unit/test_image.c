/* A kernel that is not Linux, in memory: how its note is found, what it tells, and what is told without. */
#include "kernel_image.h"

#include "console/console.h"
#include "console/source.h"
#include "decode/decode.h"
#include "explain/explain.h"
#include "image/image.h"
#include "image/report.h"
#include "shell/shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct seen {
	unsigned n;
	char title[200], fingerprint[40], frames[300], facts[400], missing[600], findings[800],
		registers[300];
	bool panicked, corrupted;
};

static void add(char *to, size_t size, const char *a, const char *b)
{
	size_t n = strlen(to);

	snprintf(to + n, size - n, "%s%s%s%s", n ? "; " : "", a ? a : "-", b ? " " : "", b ? b : "");
}

static bool see(struct pm_incident *inc, void *user)
{
	struct seen *s = user;
	const struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	const struct pm_fact *fact = pm_incident_fact(inc, "dump", "log_frames");

	pm_decode(inc);
	pm_explain(inc);
	memset(s->frames, 0, sizeof(s->frames));
	s->n++;
	s->panicked = inc->panicked;
	s->corrupted = inc->corrupted;
	snprintf(s->title, sizeof(s->title), "%s", inc->title);
	snprintf(s->fingerprint, sizeof(s->fingerprint), "%s", inc->fingerprint ? inc->fingerprint : "");
	for (size_t i = 0; i < inc->traces.n; i++)
		for (size_t k = 0; k < inc->traces.v[i].frames.n; k++)
			add(s->frames, sizeof(s->frames), inc->traces.v[i].frames.v[k].place.symbol,
			    i && !k ? "(another)" : NULL);
	if (fact)
		add(s->facts, sizeof(s->facts), fact->name, fact->value);
	for (size_t i = 0; i < inc->missing.n; i++)
		add(s->missing, sizeof(s->missing), inc->missing.v[i], NULL);
	for (size_t i = 0; i < inc->findings.n; i++)
		add(s->findings, sizeof(s->findings), inc->findings.v[i].text, NULL);
	for (size_t i = 0; regs && i < regs->regs.n; i++)
		if (regs->regs.v[i].meaning)
			add(s->registers, sizeof(s->registers), regs->regs.v[i].name,
			    regs->regs.v[i].meaning);
	return true;
}

/* An image, opened, and what it was seen to tell. */
struct opened {
	struct kernel_image ki;
	struct pm_image *image;
	struct pm_dump *dump;
	struct seen seen;
};

/* Of the file as o->ki has it; size: cut there, 0: whole. */
static void read_image(struct opened *o, size_t size)
{
	memset(&o->seen, 0, sizeof(o->seen));
	o->dump = kernel_image_open(&o->ki, size);
	assert_non_null(o->dump);
	struct pm_error *err = pm_image_open(o->dump, NULL, &o->image);

	if (err)
		fail_msg("%s", err->message);
	assert_null(pm_image_read_dump(o->image, see, &o->seen));
}

static void close_image(struct opened *o)
{
	pm_image_close(o->image);
	pm_dump_close(o->dump);
	free(o->ki.file);
}

static void read_text(struct seen *seen)
{
	char report[4096];
	size_t n = ki_report(report, sizeof(report));
	struct pm_source *source = pm_source_memory("text", (struct pm_slice){ report, n });

	memset(seen, 0, sizeof(*seen));
	assert_null(pm_console_read_source(source, "text", see, seen));
	pm_source_close(source);
	assert_int_equal(seen->n, 1);
}

/* Whatever carried the note: the report is that of the console's text. */
static void same_as_text(void **state)
{
	static const enum pm_image_found found[] = { [KI_BY_NAME] = PM_IMAGE_BY_NAME,
						     [KI_BY_KEY] = PM_IMAGE_BY_KEY,
						     [KI_BY_SCAN] = PM_IMAGE_BY_SCAN,
						     [KI_RAW] = PM_IMAGE_BY_SCAN };
	struct seen text;

	(void)state;
	read_text(&text);
	assert_false(text.corrupted);
	for (unsigned carrier = KI_BY_NAME; carrier <= KI_RAW; carrier++) {
		struct opened o;

		kernel_image_make(&o.ki, (enum ki_carrier)carrier, KF_NOTE_COMPLETE);
		read_image(&o, 0);
		assert_int_equal(pm_image_is(o.dump), carrier == KI_BY_NAME || carrier == KI_BY_KEY);
		assert_int_equal(o.image->found, found[carrier]);
		assert_null(o.image->note_trouble);
		assert_int_equal(o.seen.n, 1);
		assert_true(o.seen.panicked);
		assert_string_equal(o.seen.title, text.title);
		assert_string_equal(o.seen.fingerprint, text.fingerprint);
		assert_string_equal(o.seen.facts, "log_frames 3 of 3");
		assert_non_null(strstr(o.seen.registers, "rbx idle"));
		/* CPU 1 did not stop: only its registers tell where it was */
		assert_string_equal(o.seen.frames, carrier == KI_RAW ? "poke; work; start"
								     : "poke; work; start; idle (another)");
		assert_string_equal(o.image->build_id, "deadbeef");
		close_image(&o);
	}
}

/* A copy of the note, of an earlier run or in a buffer, says another place than where it is. */
static void stale_copy(void **state)
{
	struct opened o;

	(void)state;
	kernel_image_make(&o.ki, KI_BY_SCAN, KF_NOTE_BEGUN);
	ki_note(o.ki.memory + 0x1000 * 40, 0x7000000, KF_NOTE_COMPLETE);
	read_image(&o, 0);
	assert_int_equal(o.image->note_at, KI_NOTE);
	assert_int_equal(o.image->notes_passed, 1);
	close_image(&o);
}

/* What is damaged costs what it held. */
static void damages(void **state)
{
	static const struct {
		const char *name;
		uint64_t at, size;                   /* of memory, set to 0xa5 */
		uint64_t cut;                        /* of memory; 0: whole */
		const char *title, *facts, *missing; /* title NULL: that of the text */
	} rows[] = {
		{ "page tables", KI_PML4, 0x6000, 0, NULL, "log_frames 3 of 3", "do not map the kernel" },
		{ "symbols", KI_TABLE, 16, 0, NULL, "", "was written over" },
		{ "the header's sum", KI_NOTE + 60, 4, 0, NULL, "log_frames 3 of 3",
		  "header of the recorder's note was changed" },
		{ "the stack", KI_STACK + 0xf00, 0x100, 0, NULL, "log_frames 1 of 3", NULL },
		{ "cut in the note", 0, 0, KI_NOTE + 0x400, "kernel panic without a report", "",
		  "not whole in the dump" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		struct seen text;
		struct opened o;

		read_text(&text);
		kernel_image_make(&o.ki, KI_BY_SCAN, KF_NOTE_COMPLETE);
		memset(o.ki.memory + rows[i].at, 0xa5, rows[i].size);
		read_image(&o, rows[i].cut ? o.ki.memory_at + rows[i].cut : 0);
		if (strcmp(o.seen.title, rows[i].title ? rows[i].title : text.title) ||
		    strcmp(o.seen.facts, rows[i].facts) ||
		    (rows[i].missing && !strstr(o.seen.missing, rows[i].missing)))
			fail_msg("%s: title '%s', facts '%s', missing '%s'", rows[i].name, o.seen.title,
				 o.seen.facts, o.seen.missing);
		close_image(&o);
	}
}

/* Without a report: a kernel that runs has nothing to tell, and gates that are missing are told. */
static void no_report(void **state)
{
	struct opened o;

	(void)state;
	kernel_image_make(&o.ki, KI_BY_SCAN, KF_NOTE_BEGUN);
	o.ki.memory[KI_IDT + 16 * 14 + 5] = 0x8e;
	ki_put(o.ki.memory + KI_STACK + 0xf00 - 24, 0, 8); /* no frame of an exception */
	read_image(&o, 0);
	assert_int_equal(o.seen.n, 0);
	close_image(&o);

	kernel_image_make(&o.ki, KI_NO_NOTE, KF_NOTE_BEGUN);
	read_image(&o, 0);
	assert_int_equal(o.image->found, PM_IMAGE_NO_NOTE);
	assert_int_equal(o.seen.n, 1);
	assert_false(o.seen.panicked);
	assert_string_equal(o.seen.title, "CPU 0: gates of its IDT are not present: 14");
	assert_non_null(strstr(o.seen.findings,
			       "CPU 0: it handles an exception on the stack of #DF double fault, "
			       "raised at 0xffffffff80000048"));
	assert_non_null(strstr(o.seen.missing, "there is no note"));
	close_image(&o);

	/* an IDT of zeros */
	kernel_image_make(&o.ki, KI_NO_NOTE, KF_NOTE_BEGUN);
	memset(o.ki.memory + KI_IDT, 0, 0x200);
	read_image(&o, 0);
	assert_non_null(strstr(o.seen.title, "CPU 0: no IDT is loaded"));
	close_image(&o);
}

/* Memory without a header, and no kernel that is known in it: byte order, word size and architecture all the same. */
static void machines(void **state)
{
	static const struct {
		const char *name;
		unsigned
			what; /* bits: 1 ACPI's pointer, 2 an ELF header, 4 a table of symbols, 8 addresses */
		bool big_endian, bad_sum;
		struct pm_image_machine is;
		const char *words;
	} rows[] = {
		{ "nothing", 0, .words = "" },
		{ "acpi", 1, .is = { .has_order = true, .grade = PM_CERTAIN },
		  .words = "ACPI's root pointer at 0x40" },
		{ "acpi, wrong sum", 1, .bad_sum = true, .words = "" },
		{ "elf", 2, true, .is = { PM_S390X, 8, true, true, PM_CERTAIN },
		  .words = "an ELF file of s390x at 0x5000" },
		{ "table", 4, true,
		  .is = { .has_order = true, .big_endian = true, .grade = PM_CERTAIN, .table_at = 0x6010 },
		  .words = "the recorder's table of symbols at 0x6010" },
		{ "table, wrong sum", 4, true, true, .words = "" },
		{ "addresses", 8, .is = { .word = 8, .has_order = true, .grade = PM_LIKELY },
		  .words = "128 words that look like a kernel's addresses" },
		{ "addresses, big-endian", 8, true,
		  .is = { .word = 8, .has_order = true, .big_endian = true, .grade = PM_LIKELY },
		  .words = "128 words that look like a kernel's addresses" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		static uint8_t memory[16 * 4096];
		struct pm_image_machine found;
		struct pm_dump *dump = NULL;
		bool big = rows[i].big_endian;

		memset(memory, 0, sizeof(memory));
		if (rows[i].what & 1) {
			memcpy(memory + 0x40, "RSD PTR ", 8);
			for (unsigned k = 0; k < 8; k++)
				memory[0x48] = (uint8_t)(memory[0x48] - memory[0x40 + k]);
		}
		if (rows[i].what & 2) {
			memcpy(memory + 0x5000, "\177ELF\2\2\1", 7);
			memory[0x5011] = ET_EXEC;
			memory[0x5013] = EM_S390;
		}
		if (rows[i].what & 4) {
			const uint32_t head[4] = { 0x6b70736d, 1, 2,
						   ~(0x6b70736du ^ 1 * 0x9e3779b1u ^ 2 * 0x85ebca6bu) };

			for (unsigned k = 0; k < 16; k++)
				memory[0x6010 + k] = (uint8_t)(head[k / 4] >> 8 * (big ? 3 - k % 4 : k % 4));
		}
		for (unsigned k = 0; rows[i].what & 8 && k < 128; k++)
			for (unsigned b = 0; b < 8; b++)
				memory[0x7000 + 8 * k + b] =
					(uint8_t)((0xffff800012340000ull + k) >> 8 * (big ? 7 - b : b));
		if (rows[i].bad_sum)
			memory[0x4b] = memory[0x601e] = 0x55;
		assert_null(
			pm_dump_open_raw_file(pm_file_memory("raw", memory, sizeof(memory)), NULL, 0, &dump));
		pm_image_machine_of(dump, &found);
		pm_dump_close(dump);
		if (strcmp(found.words, rows[i].words) || found.arch != rows[i].is.arch ||
		    found.word != rows[i].is.word || found.has_order != rows[i].is.has_order ||
		    found.big_endian != rows[i].is.big_endian || found.grade != rows[i].is.grade ||
		    found.table_at != rows[i].is.table_at)
			fail_msg("%s: '%s', arch %d, word %u, order %d %d, grade %d", rows[i].name,
				 found.words, (int)found.arch, found.word, found.has_order, found.big_endian,
				 (int)found.grade);
	}
}

/* ---- the shell ---- */

static void commands(void **state)
{
	static const struct {
		const char *command, *text; /* NULL: it fails */
	} rows[] = {
		{ "bt", "PID: 7        CPU: 0    COMMAND: \"worker\"\n"
			" #0 [ffffffff80008f10] poke at ffffffff80000048\n"
			" #1 [ffffffff80008f28] work at ffffffff80000030\n" },
		{ "bt -s waiter", "PID: 8        CPU: -    COMMAND: \"waiter\"\n"
				  " #0 [ffffffff80008f30] work+16 at ffffffff80000030\n"
				  " #1 [ffffffff80008f48] start+16 at ffffffff80000010\n" },
		{ "bt -c 1", "PID: ?        CPU: 1    COMMAND: ?\n"
			     " #0 [ffffffff80008e00] idle at ffffffff80000068\n" },
		{ "ps", "       PID  CPU  ST  STACK             SYSCALL  COMM\n"
			">        7    0  RU  ffffffff80008000        -  [worker]\n"
			"         8    -  IN  0000000000000000        3  waiter  waits for poke\n" },
		{ "log", "[    0.1] toy: \\x1b[2Jbegun\n[    1.2] toy: at work\n" },
		{ "sym work", "ffffffff80000020 (t) work\n" },
		{ "sym ffffffff80000048", "ffffffff80000048 (t) poke+8\n" },
		{ "sym -q o", "ffffffff80000020 (t) work\nffffffff80000040 (t) poke\n" },
		{ "rd work", "ffffffff80000020:  90909090e5894855                    UH......\n" },
		{ "rd -p 10020", "           10020:  90909090e5894855                    UH......\n" },
		{ "dis poke 1", "0xffffffff80000040 <poke>:\tpush %rbp\n" },
		{ "id ffffffff80000044", "ffffffff80000044  poke+0x4\n" },
		{ "vtop poke", "VIRTUAL           PHYSICAL\nffffffff80000040  10040\n\nPAGE DIRECTORY: 1000\n"
			       "   PGD: 1ff8 => 2003" },
		{ "vtop -c waiter ffff800000001000", "VIRTUAL           PHYSICAL\nffff800000001000  1000\n" },
		{ "kmem -i", NULL },
		{ "struct task", NULL },
		{ "vtop 1000", "VIRTUAL           PHYSICAL\n1000              (not mapped)\n" },
		{ "bt nobody", NULL },
		{ "ps -z", NULL },
		{ "log -m", NULL },
	};
	struct opened o;

	(void)state;
	kernel_image_make(&o.ki, KI_BY_NAME, KF_NOTE_COMPLETE);
	read_image(&o, 0);
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		struct pm_shell sh = { .dump = o.dump, .image = o.image };
		char *text = NULL;
		size_t n;

		sh.out = open_memstream(&text, &n);
		bool ok = pm_shell_run(&sh, rows[i].command);

		fclose(sh.out);
		if (rows[i].text ? strncmp(text, rows[i].text, strlen(rows[i].text)) : ok)
			fail_msg("%s: %s", rows[i].command, text);
		free(text);
	}
	close_image(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_as_text), cmocka_unit_test(stale_copy), cmocka_unit_test(damages),
		cmocka_unit_test(no_report),    cmocka_unit_test(commands),   cmocka_unit_test(machines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
