/* A small kernel that is not Linux in a dump, with any bytes of it changed: note, page tables, symbols, stacks, descriptor
 * tables; read, explained, and looked around in. */
#include "../unit/kernel_image.h"

#include "decode/decode.h"
#include "explain/explain.h"
#include "image/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_incident(struct pm_incident *inc, void *user)
{
	(void)user;
	pm_decode(inc);
	pm_explain(inc);
	return true;
}

/* What the shell asks. */
static void look_around(struct pm_image *image)
{
	struct kf_note_task task;
	struct kf_note_range region;
	struct kf_note_stage stage;
	struct kf_note_time time;
	struct pm_stack_trace trace;
	struct pm_x86_regs regs;
	struct pm_buf log = { 0 };
	char words[128];

	for (size_t i = 0; i < image->cpus.n && i < 16; i++)
		for (unsigned crash = 0; crash < 2; crash++) {
			if (!pm_image_cpu_regs(&image->cpus.v[i], crash, &regs))
				continue;
			pm_image_unwind(image, &regs, true, &trace);
			for (size_t k = 0; k < trace.frames.n && k < 16; k++)
				pm_image_identify(image, trace.frames.v[k].sp, words, sizeof(words));
			pm_stack_trace_deinit(&trace);
		}
	for (size_t i = 0; i < 16 && pm_image_task(image, i, &task); i++)
		if (pm_image_unwind_task(image, &task, &trace))
			pm_stack_trace_deinit(&trace);
	for (size_t i = 0; i < 16 && pm_image_region(image, i, &region); i++)
		pm_image_identify(image, region.start, words, sizeof(words));
	for (size_t i = 0; i < 16 && pm_image_stage(image, i, &stage); i++)
		pm_image_identify(image, stage.pc, words, sizeof(words));
	pm_image_time(image, &time);
	pm_image_log(image, &log);
	pm_buf_deinit(&log);
	pm_image_symbols_named(&image->symbols, "poke");
}

/* The carrier, how much of the file there is, then patches: two bytes of place in memory's pages, one of length and kind, then the
 * bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct kernel_image images[5];
	static uint8_t *saved[5];

	for (unsigned i = 0; i < 5 && !saved[i]; i++) {
		kernel_image_make(&images[i], (enum ki_carrier)i, KF_NOTE_COMPLETE);
		saved[i] = malloc(images[i].size);
		if (!saved[i])
			abort();
		memcpy(saved[i], images[i].file, images[i].size);
	}
	if (size < 2)
		return 0;
	unsigned which = data[0] % 5;
	struct kernel_image *ki = &images[which];
	size_t cut = data[1] & 1 ? ki->size * (data[1] >> 1) / 128 + 1 : 0;

	for (size_t at = 2; at + 4 < size;) {
		/* most of memory is empty: the patches go to where something is, the note first */
		static const uint32_t places[] = { KI_NOTE, KI_PML4, KI_TABLE, KI_STACK + 0xe00,
						   KI_IDT,  KI_GDT,  0 };
		unsigned kind = data[at + 2] >> 5;
		size_t place = data[at] | (size_t)(data[at + 1] & 15) << 8, n = data[at + 2] & 15;

		if (kind < PM_COUNT(places) && places[kind])
			place += ki->memory_at + places[kind];
		else if (ki->memory_at) /* headers and notes */
			place = (place | (size_t)(data[at + 1] >> 4) << 12) % ki->memory_at;
		at += 3;
		for (size_t i = 0; i <= n && at < size && place < ki->size; i++)
			ki->file[place++] = data[at++];
	}
	struct pm_dump *dump = kernel_image_open(ki, cut);
	struct pm_image *image = NULL;
	struct pm_error *err = dump ? pm_image_open(dump, NULL, &image) : NULL;

	if (image) {
		err = pm_image_read_dump(image, on_incident, NULL);
		look_around(image);
	}
	pm_error_free(err);
	pm_image_close(image);
	pm_dump_close(dump);
	memcpy(ki->file, saved[which], ki->size);
	return 0;
}
