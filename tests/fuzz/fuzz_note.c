/* The note KPANIC out of any bytes: walked, found, and each section read as what it may be. */
#include "formats/note.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void read_note(const uint8_t *data, size_t n)
{
	struct kf_note note;
	struct kf_note_part part;
	struct kf_note_symbols symbols;
	struct kf_note_root root;
	struct kf_note_time time;
	struct kf_note_cpu cpu;
	struct kf_note_range range;
	struct kf_note_task task;
	struct kf_note_stage stage;
	volatile uint64_t sum = 0;

	switch (kf_note_open(data, n, &note)) {
	case KF_NOTE_IS_BAD:
	case KF_NOTE_IS_CUT:
	case KF_NOTE_IS_WHOLE:
		break;
	default:
		return;
	}
	while (kf_note_next(&note, &part)) {
		for (size_t i = 0; i < part.n; i++)
			sum += part.at[i];
		kf_note_get_symbols(&part, &symbols);
		kf_note_get_root(&part, &root);
		kf_note_get_time(&part, &time);
		kf_note_get_cpu(&part, &cpu);
		for (size_t i = 0; kf_note_get_range(&part, i, &range); i++)
			sum += range.size;
		for (size_t i = 0; kf_note_get_task(&part, i, &task); i++)
			sum += task.id;
		for (size_t i = 0; kf_note_get_stage(&part, i, &stage); i++)
			sum += stage.pc;
	}
	kf_note_find(&note, KF_NOTE_REPORT, &part);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	uint8_t *marked = malloc(n + 8);

	if (!marked)
		abort();
	memcpy(marked, KF_NOTE_MAGIC, 8);
	if (n)
		memcpy(marked + 8, data, n);
	read_note(data, n);
	read_note(marked, n + 8);
	free(marked);
	return 0;
}
