/* The note KPANIC, written and read; cut, damaged, too long for its room. */
#include "formats/bytes.h"
#include "formats/note.h"
#include "formats/sum.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static uint8_t memory[8192];

static const struct kf_note_header header = {
	.physical = 0x1234000,
	.state = KF_NOTE_BEGUN,
	.machine = 62,
	.word = 8,
	.page_size = 4096,
	.cpus = 2,
};

static const struct kf_note_task task = {
	.id = 7,
	.stack_start = 0xffffd00000004000,
	.stack_end = 0xffffd00000008000,
	.pc = 1,
	.sp = 2,
	.fp = 3,
	.frame = 4,
	.root = 5,
	.waits_for = 6,
	.syscall = ~0ull,
	.state = KF_TASK_WAITING,
	.cpu = KF_NO_CPU,
	.name = "a task whose name is very long",
};

static void write_all(struct kf_note_writer *writer, uint32_t capacity)
{
	const struct kf_note_symbols symbols = { 0xffffffff80200000, 0x200000, 4242, 0xffffffff80100000 };
	const struct kf_note_root root = { 0x7000, 4 };
	const struct kf_note_time time = { 1700000000, 12345678901, 1000000 };
	const struct kf_note_range range = { 0x100000, 0x7ff00000, 0x100000, KF_MEMORY_RAM, "main memory" };
	const struct kf_note_stage stage = { "screen", 4, 14, 1, 2, 0xffffffff80100123 };
	struct kf_note_cpu cpu = { .cpu = 1,
				   .state = KF_CPU_FROZEN,
				   .flags = KF_CPU_HAS_TASK,
				   .form = KF_REGISTERS_X86_64,
				   .task = 9,
				   .root = 0x8000,
				   .vector = 14,
				   .error = 2,
				   .name = "init",
				   .count = 27 };

	for (unsigned i = 0; i < cpu.count; i++)
		cpu.registers[i] = i * 0x0101010101010101;
	memset(memory, 0xaa, sizeof(memory));
	kf_note_begin(writer, memory, capacity, &header);
	kf_note_bytes(writer, KF_NOTE_BUILD_ID, "\1\2\3\4\5", 5);
	kf_note_put_symbols(writer, &symbols);
	kf_note_put_root(writer, &root);
	kf_note_put_time(writer, &time);
	kf_note_section(writer, KF_NOTE_MEMORY);
	kf_note_add_range(writer, &range);
	kf_note_add_range(writer, &range);
	kf_note_put_cpu(writer, &cpu);
	kf_note_section(writer, KF_NOTE_TASKS);
	kf_note_add_task(writer, &task);
	kf_note_section(writer, KF_NOTE_STAGES);
	kf_note_add_stage(writer, &stage);
	kf_note_section(writer, KF_NOTE_REPORT);
	kf_note_add(writer, "KPANIC 1 begin\n", 15);
	kf_note_add(writer, "KPANIC 1 end\n", 13);
	kf_note_end(writer);
}

static void whole(void **state)
{
	struct kf_note_writer writer;
	struct kf_note note;
	struct kf_note_part part;
	struct kf_note_symbols symbols;
	struct kf_note_root root;
	struct kf_note_time time;
	struct kf_note_range range;
	struct kf_note_cpu cpu;
	struct kf_note_task got;
	struct kf_note_stage stage;
	unsigned parts = 0;

	(void)state;
	write_all(&writer, sizeof(memory));
	kf_note_state(&writer, KF_NOTE_COMPLETE);
	assert_int_equal(kf_note_open(memory, sizeof(memory), &note), KF_NOTE_IS_WHOLE);
	assert_int_equal(note.header.physical, header.physical);
	assert_int_equal(note.header.state, KF_NOTE_COMPLETE);
	assert_int_equal(note.header.machine, 62);
	assert_int_equal(note.header.word, 8);
	assert_int_equal(note.header.size, writer.used);
	assert_int_equal(note.header.capacity, sizeof(memory));
	while (kf_note_next(&note, &part)) {
		assert_true(part.whole && !part.short_of_room);
		parts++;
	}
	assert_int_equal(parts, 9);

	assert_true(kf_note_find(&note, KF_NOTE_BUILD_ID, &part));
	assert_int_equal(part.n, 5);
	assert_memory_equal(part.at, "\1\2\3\4\5", 5);
	assert_false(kf_note_get_symbols(&part, &symbols));
	assert_false(kf_note_get_range(&part, 0, &range));
	assert_true(kf_note_find(&note, KF_NOTE_SYMBOLS, &part) && kf_note_get_symbols(&part, &symbols));
	assert_int_equal(symbols.at, 0xffffffff80200000);
	assert_int_equal(symbols.anchor, 0xffffffff80100000);
	assert_true(kf_note_find(&note, KF_NOTE_ROOT, &part) && kf_note_get_root(&part, &root));
	assert_int_equal(root.physical, 0x7000);
	assert_int_equal(root.levels, 4);
	assert_true(kf_note_find(&note, KF_NOTE_TIME, &part) && kf_note_get_time(&part, &time));
	assert_int_equal(time.up_ns, 12345678901);
	assert_true(kf_note_find(&note, KF_NOTE_MEMORY, &part));
	assert_true(kf_note_get_range(&part, 1, &range));
	assert_false(kf_note_get_range(&part, 2, &range));
	assert_int_equal(range.size, 0x7ff00000);
	assert_string_equal(range.name, "main memory");
	assert_true(kf_note_find(&note, KF_NOTE_CPU, &part) && kf_note_get_cpu(&part, &cpu));
	assert_int_equal(cpu.count, 27);
	assert_int_equal(cpu.registers[26], 26 * 0x0101010101010101);
	assert_string_equal(cpu.name, "init");
	assert_true(kf_note_find(&note, KF_NOTE_TASKS, &part) && kf_note_get_task(&part, 0, &got));
	assert_memory_equal(&got, &task, sizeof(task));
	assert_true(kf_note_find(&note, KF_NOTE_STAGES, &part) && kf_note_get_stage(&part, 0, &stage));
	assert_int_equal(stage.pc, 0xffffffff80100123);
	assert_string_equal(stage.name, "screen");
	assert_true(kf_note_find(&note, KF_NOTE_REPORT, &part));
	assert_int_equal(part.n, 28);
	assert_false(kf_note_find(&note, KF_NOTE_DUMP, &part));
}

/* Whatever is there of it, its sections are whole up to the cut. */
static void cut(void **state)
{
	struct kf_note_writer writer;

	(void)state;
	write_all(&writer, sizeof(memory));
	for (size_t n = 0; n < writer.used; n++) {
		uint8_t *copy = malloc(n ? n : 1);
		struct kf_note note;
		struct kf_note_part part;
		enum kf_note_is is;

		memcpy(copy, memory, n);
		is = kf_note_open(copy, n, &note);
		assert_int_equal(is, n < KF_NOTE_HEADER ? KF_NOTE_IS_NONE : KF_NOTE_IS_CUT);
		while (is == KF_NOTE_IS_CUT && kf_note_next(&note, &part))
			assert_int_equal(part.whole,
					 part.at + kf_get32(part.at - 8) <= (const uint8_t *)copy + n);
		free(copy);
	}
}

/* A byte that is another is told: by the header's sum or by a section's, and by nothing else but padding. */
static void damaged(void **state)
{
	struct kf_note_writer writer;

	(void)state;
	write_all(&writer, sizeof(memory));
	for (size_t i = 0; i < writer.used; i++) {
		struct kf_note note;
		struct kf_note_part part;
		enum kf_note_is is;
		unsigned parts = 0, bad = 0;

		memory[i] ^= 0x40;
		is = kf_note_open(memory, sizeof(memory), &note);
		memory[i] ^= 0x40;
		if (is == KF_NOTE_IS_NONE) {
			assert_true(i < 8);
			continue;
		}
		assert_int_equal(is == KF_NOTE_IS_BAD, i < KF_NOTE_HEADER);
		if (is == KF_NOTE_IS_BAD)
			continue;
		memory[i] ^= 0x40;
		while (kf_note_next(&note, &part)) {
			parts++;
			bad += !part.whole;
		}
		memory[i] ^= 0x40;
		/* The only bytes of no section's are the three behind the build id, and the four behind the report. */
		if (!bad && parts == 9)
			assert_true((i >= 64 + 16 + 5 && i < 64 + 24) || i >= writer.used - 4);
	}
}

/* Whatever the capacity: nothing behind it is touched, what is there is valid, and what was left out is told. */
static void no_room(void **state)
{
	struct kf_note_writer writer;
	struct kf_note note;
	struct kf_note_part part;

	(void)state;
	for (uint32_t capacity = KF_NOTE_HEADER; capacity < 1200; capacity++) {
		write_all(&writer, capacity);
		for (size_t i = capacity; i < sizeof(memory); i++)
			assert_int_equal(memory[i], 0xaa);
		assert_int_equal(kf_note_open(memory, capacity, &note), KF_NOTE_IS_WHOLE);
		while (kf_note_next(&note, &part))
			assert_true(part.whole);
	}
	/* A text is cut where a row is left out. */
	kf_note_begin(&writer, memory, 256, &header);
	assert_true(kf_note_section(&writer, KF_NOTE_TASKS));
	assert_true(kf_note_add_task(&writer, &task));
	assert_false(kf_note_add_task(&writer, &task));
	kf_note_begin(&writer, memory, 128, &header);
	assert_true(kf_note_section(&writer, KF_NOTE_REPORT));
	memset(memory + 1024, 'x', 100);
	assert_false(kf_note_add(&writer, memory + 1024, 100));
	assert_int_equal(kf_note_open(memory, 128, &note), KF_NOTE_IS_WHOLE);
	assert_true(kf_note_next(&note, &part) && part.whole && part.short_of_room);
	assert_int_equal(part.n, 48);
	/* Put there by its writer itself. */
	kf_note_begin(&writer, memory, 128, &header);
	assert_true(kf_note_section(&writer, KF_NOTE_LOG));
	size_t space;
	char *to = kf_note_space(&writer, &space);

	assert_int_equal(space, 48);
	memset(to, 'y', space);
	kf_note_grow(&writer, space + 1, true);
	kf_note_grow(&writer, 40, true);
	assert_ptr_equal(kf_note_space(&writer, &space), to + 40);
	assert_int_equal(space, 8);
	assert_int_equal(kf_note_open(memory, 128, &note), KF_NOTE_IS_WHOLE);
	assert_true(kf_note_next(&note, &part) && part.whole && part.short_of_room);
	assert_int_equal(part.n, 40);
	/* What is reserved is there in the end. */
	kf_note_begin(&writer, memory, 128, &header);
	writer.reserve = 24;
	kf_note_section(&writer, KF_NOTE_REPORT);
	kf_note_add(&writer, memory + 1024, 100);
	writer.reserve = 0;
	assert_true(kf_note_bytes(&writer, KF_NOTE_DUMP, "12345678", 8));
}

/* A panic after another start of it: what came behind the mark is written anew. */
static void back(void **state)
{
	struct kf_note_writer writer;
	struct kf_note note;
	struct kf_note_part part;
	uint32_t mark;

	(void)state;
	kf_note_begin(&writer, memory, sizeof(memory), &header);
	kf_note_bytes(&writer, KF_NOTE_SYSTEM, "kpk", 3);
	mark = kf_note_mark(&writer);
	kf_note_bytes(&writer, KF_NOTE_REPORT, "one", 3);
	kf_note_back(&writer, mark);
	kf_note_bytes(&writer, KF_NOTE_COMMAND, "two", 3);
	assert_int_equal(kf_note_open(memory, sizeof(memory), &note), KF_NOTE_IS_WHOLE);
	assert_true(kf_note_find(&note, KF_NOTE_SYSTEM, &part));
	assert_true(kf_note_find(&note, KF_NOTE_COMMAND, &part));
	assert_false(kf_note_find(&note, KF_NOTE_REPORT, &part));
}

/* Tags and versions of later, and a row that grew. */
static void later(void **state)
{
	struct kf_note_writer writer;
	struct kf_note note;
	struct kf_note_part part;
	struct kf_note_stage stage;
	uint8_t long_row[8 + 2 * 80] = { 80 };

	(void)state;
	kf_note_begin(&writer, memory, sizeof(memory), &header);
	kf_note_bytes(&writer, (enum kf_note_tag)4711, "?", 1);
	kf_note_bytes(&writer, KF_NOTE_STAGES, "", 0);
	assert_int_equal(kf_note_open(memory, sizeof(memory), &note), KF_NOTE_IS_WHOLE);
	assert_true(kf_note_find(&note, (enum kf_note_tag)4711, &part));
	assert_true(kf_note_find(&note, KF_NOTE_STAGES, &part));
	assert_false(kf_note_get_stage(&part, 0, &stage));
	memcpy(long_row + 8 + 80, "end", 4);
	part = (struct kf_note_part){ .at = long_row, .n = sizeof(long_row) };
	assert_true(kf_note_get_stage(&part, 1, &stage));
	assert_string_equal(stage.name, "end");
	assert_false(kf_note_get_stage(&part, 2, &stage));
	long_row[0] = 0; /* rows of no bytes */
	assert_false(kf_note_get_stage(&part, 0, &stage));
	kf_put32(memory + 8, 2);
	kf_put32(memory + 60, kf_crc32(0, memory, 60));
	assert_int_equal(kf_note_open(memory, sizeof(memory), &note), KF_NOTE_IS_FOREIGN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whole),   cmocka_unit_test(cut),  cmocka_unit_test(damaged),
		cmocka_unit_test(no_room), cmocka_unit_test(back), cmocka_unit_test(later),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
