#include "formats/note.h"

#include "formats/bytes.h"
#include "formats/sum.h"

/* Offsets in the header. */
enum {
	AT_VERSION = 8,
	AT_HEADER = 12,
	AT_SIZE = 16,
	AT_CAPACITY = 20,
	AT_PHYSICAL = 24,
	AT_STATE = 32,
	AT_MACHINE = 36,
	AT_WORD = 40,
	AT_ENDIAN = 41,
	AT_PAGE = 44,
	AT_CPUS = 48,
	AT_SUM = 60,
};
/* In a section's. */
enum { SECTION_TAG = 0, SECTION_FLAGS = 4, SECTION_SIZE = 8, SECTION_SUM = 12 };
enum { FLAG_SHORT = 1 };

/* A table's content begins with the size of its rows, and four bytes of 0. */
enum { TABLE_HEAD = 8, RANGE_ROW = 64, TASK_ROW = 120, STAGE_ROW = 64, CPU_FIXED = 80 };

static uint32_t row_size(uint32_t tag)
{
	switch (tag) {
	case KF_NOTE_DIRECT:
	case KF_NOTE_MEMORY:
	case KF_NOTE_REGIONS:
		return RANGE_ROW;
	case KF_NOTE_TASKS:
		return TASK_ROW;
	case KF_NOTE_STAGES:
		return STAGE_ROW;
	default:
		return 0;
	}
}

static uint32_t up_to_8(uint32_t n)
{
	return (n + 7) & ~7u;
}

/* ---- writing ---- */

static void close_header(struct kf_note_writer *writer)
{
	kf_put32(writer->at + AT_SIZE, writer->used);
	kf_put32(writer->at + AT_SUM, kf_crc32(0, writer->at, AT_SUM));
}

static void fill(uint8_t *at, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		at[i] = 0;
}

void kf_note_begin(struct kf_note_writer *writer, void *at, uint32_t capacity,
		   const struct kf_note_header *header)
{
	static const char magic[8] = KF_NOTE_MAGIC;
	uint8_t *p = at;

	*writer = (struct kf_note_writer){ .at = p, .capacity = capacity, .used = KF_NOTE_HEADER };
	fill(p, KF_NOTE_HEADER);
	for (unsigned i = 0; i < sizeof(magic); i++)
		p[i] = (uint8_t)magic[i];
	kf_put32(p + AT_VERSION, KF_NOTE_VERSION);
	kf_put32(p + AT_HEADER, KF_NOTE_HEADER);
	kf_put32(p + AT_CAPACITY, capacity);
	kf_put64(p + AT_PHYSICAL, header->physical);
	kf_put32(p + AT_STATE, header->state);
	kf_put32(p + AT_MACHINE, header->machine);
	p[AT_WORD] = header->word;
	p[AT_ENDIAN] = header->big_endian;
	kf_put32(p + AT_PAGE, header->page_size);
	kf_put32(p + AT_CPUS, header->cpus);
	close_header(writer);
}

void kf_note_state(struct kf_note_writer *writer, enum kf_note_state state)
{
	kf_put32(writer->at + AT_STATE, state);
	close_header(writer);
}

void kf_note_end(struct kf_note_writer *writer)
{
	uint32_t padded = up_to_8(writer->used);

	fill(writer->at + writer->used, padded - writer->used);
	writer->used = padded;
	writer->section = 0;
	close_header(writer);
}

uint32_t kf_note_mark(struct kf_note_writer *writer)
{
	kf_note_end(writer);
	return writer->used;
}

void kf_note_back(struct kf_note_writer *writer, uint32_t mark)
{
	writer->section = 0;
	writer->used = mark;
	close_header(writer);
}

/* The sum covers the content first, so that it can grow, then the section's header up to the sum. */
static void close_section(struct kf_note_writer *writer)
{
	uint8_t *head = writer->at + writer->section;

	kf_put32(head + SECTION_SIZE, writer->used - writer->section - KF_NOTE_SECTION);
	kf_put32(head + SECTION_SUM, kf_crc32(writer->sum, head, SECTION_SUM));
	close_header(writer);
}

static uint32_t room(const struct kf_note_writer *writer)
{
	/* Whole eights: the padding always has its place. */
	uint32_t taken = writer->used + writer->reserve, end = writer->capacity & ~7u;

	return taken < end ? end - taken : 0;
}

bool kf_note_section(struct kf_note_writer *writer, enum kf_note_tag tag)
{
	uint8_t *head, table[TABLE_HEAD];
	uint32_t row = row_size(tag);

	kf_note_end(writer);
	if (room(writer) < KF_NOTE_SECTION + (row ? TABLE_HEAD : 0))
		return false;
	head = writer->at + writer->used;
	kf_put32(head + SECTION_TAG, tag);
	kf_put32(head + SECTION_FLAGS, 0);
	writer->section = writer->used;
	writer->used += KF_NOTE_SECTION;
	writer->sum = 0;
	if (row) {
		kf_put32(table, row);
		kf_put32(table + 4, 0);
		return kf_note_add(writer, table, sizeof(table));
	}
	close_section(writer);
	return true;
}

void *kf_note_space(struct kf_note_writer *writer, size_t *room_out)
{
	*room_out = writer->section ? room(writer) : 0;
	return writer->at + writer->used;
}

void kf_note_grow(struct kf_note_writer *writer, size_t n, bool cut)
{
	if (!writer->section || n > room(writer))
		return;
	writer->sum = kf_crc32(writer->sum, writer->at + writer->used, n);
	writer->used += (uint32_t)n;
	if (cut)
		kf_put32(writer->at + writer->section + SECTION_FLAGS, FLAG_SHORT);
	close_section(writer);
}

bool kf_note_add(struct kf_note_writer *writer, const void *bytes, size_t n)
{
	const uint8_t *from = bytes;
	uint8_t *to = writer->at + writer->used;
	uint32_t row, fits = room(writer);
	bool all;

	if (!writer->section)
		return false;
	all = n <= fits;
	row = row_size(kf_get32(writer->at + writer->section + SECTION_TAG));
	if (all)
		fits = (uint32_t)n;
	else if (row)
		fits = 0; /* a row, or none of it */
	for (uint32_t i = 0; i < fits; i++)
		to[i] = from[i];
	writer->sum = kf_crc32(writer->sum, to, fits);
	writer->used += fits;
	if (!all)
		kf_put32(writer->at + writer->section + SECTION_FLAGS, FLAG_SHORT);
	close_section(writer);
	return all;
}

bool kf_note_bytes(struct kf_note_writer *writer, enum kf_note_tag tag, const void *bytes, size_t n)
{
	bool done = kf_note_section(writer, tag) && kf_note_add(writer, bytes, n);

	kf_note_end(writer);
	return done;
}

/* A name as bytes; what is behind its NUL is nobody's. */
static void put_name(uint8_t *to, const char name[KF_NOTE_NAME_MAX])
{
	unsigned n = 0;

	for (; n < KF_NOTE_NAME_MAX - 1 && name[n]; n++)
		to[n] = (uint8_t)name[n];
	fill(to + n, KF_NOTE_NAME_MAX - n);
}

static void get_name(const uint8_t *from, char name[KF_NOTE_NAME_MAX])
{
	for (unsigned i = 0; i < KF_NOTE_NAME_MAX; i++)
		name[i] = (char)from[i];
	name[KF_NOTE_NAME_MAX - 1] = '\0';
}

/* 64-bit numbers, one after the other. */
static void put_words(uint8_t *to, const uint64_t *words, unsigned n)
{
	for (unsigned i = 0; i < n; i++)
		kf_put64(to + i * 8, words[i]);
}

static bool put_section(struct kf_note_writer *writer, enum kf_note_tag tag, const uint64_t *words,
			unsigned n)
{
	bool done = kf_note_section(writer, tag);

	for (unsigned i = 0; i < n && done; i++) {
		uint8_t bytes[8];
		kf_put64(bytes, words[i]);
		done = kf_note_add(writer, bytes, sizeof(bytes));
	}
	kf_note_end(writer);
	return done;
}

bool kf_note_put_symbols(struct kf_note_writer *writer, const struct kf_note_symbols *symbols)
{
	const uint64_t words[] = { symbols->at, symbols->physical, symbols->size, symbols->anchor };

	return put_section(writer, KF_NOTE_SYMBOLS, words, 4);
}

bool kf_note_put_root(struct kf_note_writer *writer, const struct kf_note_root *root)
{
	const uint64_t words[] = { root->physical, root->levels };

	return put_section(writer, KF_NOTE_ROOT, words, 2);
}

bool kf_note_put_time(struct kf_note_writer *writer, const struct kf_note_time *time)
{
	const uint64_t words[] = { time->started, time->up_ns, time->ticks_khz };

	return put_section(writer, KF_NOTE_TIME, words, 3);
}

bool kf_note_add_range(struct kf_note_writer *writer, const struct kf_note_range *range)
{
	uint8_t row[RANGE_ROW];

	kf_put64(row, range->start);
	kf_put64(row + 8, range->size);
	kf_put64(row + 16, range->physical);
	kf_put32(row + 24, range->kind);
	kf_put32(row + 28, 0);
	put_name(row + 32, range->name);
	return kf_note_add(writer, row, sizeof(row));
}

bool kf_note_add_task(struct kf_note_writer *writer, const struct kf_note_task *task)
{
	const uint64_t words[] = { task->id,        task->stack_start, task->stack_end, task->pc,
				   task->sp,        task->fp,          task->frame,     task->root,
				   task->waits_for, task->syscall };
	uint8_t row[TASK_ROW];

	put_words(row, words, 10);
	kf_put32(row + 80, task->state);
	kf_put32(row + 84, task->cpu);
	put_name(row + 88, task->name);
	return kf_note_add(writer, row, sizeof(row));
}

bool kf_note_add_stage(struct kf_note_writer *writer, const struct kf_note_stage *stage)
{
	uint8_t row[STAGE_ROW];

	put_name(row, stage->name);
	kf_put32(row + 32, stage->result);
	kf_put32(row + 36, stage->vector);
	kf_put64(row + 40, stage->started_ns);
	kf_put64(row + 48, stage->took_ns);
	kf_put64(row + 56, stage->pc);
	return kf_note_add(writer, row, sizeof(row));
}

bool kf_note_put_cpu(struct kf_note_writer *writer, const struct kf_note_cpu *cpu)
{
	const uint32_t numbers[] = { cpu->cpu, cpu->state, cpu->flags, cpu->form };
	const uint64_t words[] = { cpu->task, cpu->root, cpu->vector, cpu->error };
	uint8_t fixed[CPU_FIXED], word[8];
	bool done = kf_note_section(writer, KF_NOTE_CPU);

	for (unsigned i = 0; i < 4; i++)
		kf_put32(fixed + i * 4, numbers[i]);
	put_words(fixed + 16, words, 4);
	put_name(fixed + 48, cpu->name);
	done = done && kf_note_add(writer, fixed, sizeof(fixed));
	for (unsigned i = 0; i < cpu->count && i < KF_REGISTERS_MAX && done; i++) {
		kf_put64(word, cpu->registers[i]);
		done = kf_note_add(writer, word, sizeof(word));
	}
	kf_note_end(writer);
	return done;
}

/* ---- reading ---- */

static bool has_magic(const uint8_t *p)
{
	static const char magic[8] = KF_NOTE_MAGIC;

	for (unsigned i = 0; i < sizeof(magic); i++)
		if (p[i] != (uint8_t)magic[i])
			return false;
	return true;
}

enum kf_note_is kf_note_open(const void *bytes, size_t n, struct kf_note *out)
{
	const uint8_t *p = bytes;
	struct kf_note_header *header = &out->header;
	uint32_t size;

	if (n < KF_NOTE_HEADER || !has_magic(p))
		return KF_NOTE_IS_NONE;
	size = kf_get32(p + AT_SIZE);
	*out = (struct kf_note){ .at = p, .n = n };
	*header = (struct kf_note_header){
		.version = kf_get32(p + AT_VERSION),
		.size = size,
		.capacity = kf_get32(p + AT_CAPACITY),
		.physical = kf_get64(p + AT_PHYSICAL),
		.state = kf_get32(p + AT_STATE),
		.machine = kf_get32(p + AT_MACHINE),
		.word = p[AT_WORD],
		.big_endian = p[AT_ENDIAN] != 0,
		.page_size = kf_get32(p + AT_PAGE),
		.cpus = kf_get32(p + AT_CPUS),
	};
	out->first = out->next = KF_NOTE_HEADER;
	if (kf_crc32(0, p, AT_SUM) != kf_get32(p + AT_SUM))
		return KF_NOTE_IS_BAD;
	out->first = out->next = kf_get32(p + AT_HEADER);
	if (header->version != KF_NOTE_VERSION || out->first < KF_NOTE_HEADER || out->first > size)
		return KF_NOTE_IS_FOREIGN;
	if (size > n)
		return KF_NOTE_IS_CUT;
	out->n = size;
	return KF_NOTE_IS_WHOLE;
}

bool kf_note_next(struct kf_note *note, struct kf_note_part *out)
{
	const uint8_t *head = note->at + note->next;
	size_t left;
	uint32_t size;

	if (note->next > note->n || note->n - note->next < KF_NOTE_SECTION)
		return false;
	left = note->n - note->next - KF_NOTE_SECTION;
	size = kf_get32(head + SECTION_SIZE);
	/* What was not written yet is 0, which no section begins with. */
	if (!kf_get32(head + SECTION_TAG))
		return false;
	*out = (struct kf_note_part){
		.tag = kf_get32(head + SECTION_TAG),
		.at = head + KF_NOTE_SECTION,
		.n = size < left ? size : left,
		.short_of_room = (kf_get32(head + SECTION_FLAGS) & FLAG_SHORT) != 0,
	};
	out->whole = size <= left &&
		     kf_crc32(kf_crc32(0, out->at, size), head, SECTION_SUM) == kf_get32(head + SECTION_SUM);
	note->next += KF_NOTE_SECTION + out->n;
	note->next = (note->next + 7) & ~(size_t)7;
	return true;
}

bool kf_note_find(const struct kf_note *note, enum kf_note_tag tag, struct kf_note_part *out)
{
	struct kf_note at = *note;
	struct kf_note_part part;

	at.next = at.first;
	while (kf_note_next(&at, &part)) {
		if (part.tag != tag)
			continue;
		*out = part;
		return true;
	}
	return false;
}

static bool get_words(const struct kf_note_part *part, uint64_t *words, unsigned n)
{
	if (part->n < n * 8u)
		return false;
	for (unsigned i = 0; i < n; i++)
		words[i] = kf_get64(part->at + i * 8);
	return true;
}

bool kf_note_get_symbols(const struct kf_note_part *part, struct kf_note_symbols *out)
{
	uint64_t words[4];

	if (!get_words(part, words, 4))
		return false;
	*out = (struct kf_note_symbols){ words[0], words[1], words[2], words[3] };
	return true;
}

bool kf_note_get_root(const struct kf_note_part *part, struct kf_note_root *out)
{
	uint64_t words[2];

	if (!get_words(part, words, 2))
		return false;
	*out = (struct kf_note_root){ words[0], (uint32_t)words[1] };
	return true;
}

bool kf_note_get_time(const struct kf_note_part *part, struct kf_note_time *out)
{
	uint64_t words[3];

	if (!get_words(part, words, 3))
		return false;
	*out = (struct kf_note_time){ words[0], words[1], words[2] };
	return true;
}

bool kf_note_get_cpu(const struct kf_note_part *part, struct kf_note_cpu *out)
{
	const uint8_t *p = part->at;

	if (part->n < CPU_FIXED)
		return false;
	*out = (struct kf_note_cpu){
		.cpu = kf_get32(p),
		.state = kf_get32(p + 4),
		.flags = kf_get32(p + 8),
		.form = kf_get32(p + 12),
		.task = kf_get64(p + 16),
		.root = kf_get64(p + 24),
		.vector = kf_get64(p + 32),
		.error = kf_get64(p + 40),
	};
	get_name(p + 48, out->name);
	while (out->count < KF_REGISTERS_MAX && CPU_FIXED + (out->count + 1) * 8u <= part->n) {
		out->registers[out->count] = kf_get64(p + CPU_FIXED + out->count * 8u);
		out->count++;
	}
	return true;
}

/* A later version's rows may be longer. NULL: past the last. */
static const uint8_t *row_at(const struct kf_note_part *part, size_t index, uint32_t least)
{
	uint32_t size;

	if (part->n < TABLE_HEAD)
		return NULL;
	size = kf_get32(part->at);
	if (size < least || index >= (part->n - TABLE_HEAD) / size)
		return NULL;
	return part->at + TABLE_HEAD + index * size;
}

bool kf_note_get_range(const struct kf_note_part *part, size_t index, struct kf_note_range *out)
{
	const uint8_t *row = row_at(part, index, RANGE_ROW);

	if (!row)
		return false;
	*out = (struct kf_note_range){ kf_get64(row), kf_get64(row + 8), kf_get64(row + 16),
				       kf_get32(row + 24), "" };
	get_name(row + 32, out->name);
	return true;
}

bool kf_note_get_task(const struct kf_note_part *part, size_t index, struct kf_note_task *out)
{
	const uint8_t *row = row_at(part, index, TASK_ROW);

	if (!row)
		return false;
	*out = (struct kf_note_task){
		.id = kf_get64(row),
		.stack_start = kf_get64(row + 8),
		.stack_end = kf_get64(row + 16),
		.pc = kf_get64(row + 24),
		.sp = kf_get64(row + 32),
		.fp = kf_get64(row + 40),
		.frame = kf_get64(row + 48),
		.root = kf_get64(row + 56),
		.waits_for = kf_get64(row + 64),
		.syscall = kf_get64(row + 72),
		.state = kf_get32(row + 80),
		.cpu = kf_get32(row + 84),
	};
	get_name(row + 88, out->name);
	return true;
}

bool kf_note_get_stage(const struct kf_note_part *part, size_t index, struct kf_note_stage *out)
{
	const uint8_t *row = row_at(part, index, STAGE_ROW);

	if (!row)
		return false;
	*out = (struct kf_note_stage){
		.result = kf_get32(row + 32),
		.vector = kf_get32(row + 36),
		.started_ns = kf_get64(row + 40),
		.took_ns = kf_get64(row + 48),
		.pc = kf_get64(row + 56),
	};
	get_name(row, out->name);
	return true;
}
