/* A small Linux kernel in a dump, with any bytes of it changed: page tables, symbols, types, lists, stacks. */
#include "../unit/linux_image.h"

#include "linux/express.h"
#include "linux/files.h"
#include "linux/identify.h"
#include "linux/mm.h"
#include "linux/report.h"
#include "linux/session.h"
#include "linux/kernel_types.h"
#include "linux/waits.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_incident(struct pm_incident *inc, void *user)
{
	(void)inc;
	(void)user;
	return true;
}

/* The function of a frame, followed to it, and what its values are called. */
static void express(struct pm_linux_session *session, const struct pm_stack_frame *frame)
{
	struct pm_incident inc;
	struct pm_linux_function f;
	struct pm_values values;

	pm_incident_init(&inc);
	inc.machine.arch = PM_X86_64;
	struct pm_disasm *dis = pm_disasm_new(&inc);

	if (dis && pm_linux_function_open(session, frame->pc, &f)) {
		struct pm_linux_express ex = { session, &f, pm_linux_function_prototype(session, &f) };
		struct pm_linux_expression e;

		if (pm_follow(dis, &f.arena, f.code, (size_t)f.size, f.start, frame->pc, &values))
			for (unsigned i = 0; i < PM_FOLLOW_REGS; i++)
				pm_linux_express(&ex, values.regs[i], &e);
		pm_linux_function_close(&f);
	}
	pm_disasm_free(dis);
	pm_incident_deinit(&inc);
}

/* What the shell and explaining read, task by task. */
static void read_all(struct pm_dump *dump)
{
	struct pm_linux_session *session = NULL;
	struct pm_error *err = pm_session_open(dump, NULL, &session);

	if (!err)
		err = pm_linux_read_dump(session, on_incident, NULL);
	pm_error_free(err);
	if (!session)
		return;
	struct pm_linux *lx = pm_session_kernel(session);
	struct pm_linux_tasks *tasks = pm_session_tasks(session);
	struct pm_linux_blocked_groups groups;
	char text[PM_LINUX_NAME_MAX + 128];

	pm_session_log(session, NULL);
	for (size_t i = 0; i < tasks->v.n && i < 8; i++) {
		struct pm_stack_trace trace;
		struct pm_linux_wait wait;

		pm_session_unwind(session, &tasks->v.v[i], &trace);
		pm_linux_wait_of(session, &tasks->v.v[i], &trace, &wait);
		for (size_t k = 0; k < trace.frames.n && k < 16; k++)
			pm_session_identify(session, trace.frames.v[k].sp, text, sizeof(text));
		for (size_t k = 0; k < trace.frames.n && k < 4; k++)
			express(session, &trace.frames.v[k]);
		pm_stack_trace_deinit(&trace);
	}
	struct pm_linux_modules *modules = pm_session_modules(session);
	for (size_t i = 0; i < modules->v.n && i < 8; i++)
		pm_linux_module_types(lx, &modules->v.v[i]);
	pm_linux_blocked_read(session, &groups);
	pm_linux_blocked_deinit(&groups);
	for (uint32_t id = 0; lx->btf && id <= pm_btf_count(lx->btf) && id < 64; id++) {
		struct pm_btf_member member;

		pm_btf_declare(lx->btf, id, "x", text, sizeof(text));
		pm_btf_size(lx->btf, id);
		pm_btf_member_at(lx->btf, id, 20, text, sizeof(text), &member);
	}
	pm_session_close(session);
}

/* Patches: three bytes of place in the file, one of length and kind, then the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct image images[4];
	static bool made;
	static uint8_t *saved[4];

	if (!made) {
		image_make(&images[0], &(struct image_options){ .encoding = IMAGE_PERCPU_BASE, .orc = 1 });
		image_make(&images[1], &(struct image_options){
					       .encoding = IMAGE_PLACE_RELATIVE, .orc = 4, .calls = true });
		image_make(&images[2],
			   &(struct image_options){ .encoding = IMAGE_ABSOLUTE, .wrapped_log = true });
		image_make(&images[3], &(struct image_options){ .encoding = IMAGE_BASE, .no_note = true });
		for (unsigned i = 0; i < 4; i++) {
			saved[i] = pm_alloc(images[i].core_size);
			memcpy(saved[i], images[i].core, images[i].core_size);
		}
		made = true;
	}
	if (size < 1)
		return 0;
	struct image *im = &images[data[0] & 3];
	size_t low = im->core_size, high = 0;

	for (size_t at = 1; at + 4 < size;) {
		size_t place =
			(data[at] | (size_t)data[at + 1] << 8 | (size_t)data[at + 2] << 16) % im->core_size;
		size_t n = data[at + 3] & 15;

		/* most of the memory is empty: half the patches go to where something is */
		if (data[at + 3] & 16)
			place = im->memory_at + 0x100000 + place % 0x8000;
		at += 4;
		for (size_t i = 0; i <= n && at < size && place < im->core_size; i++, place++) {
			im->core[place] = data[at++];
			low = place < low ? place : low;
			high = place + 1 > high ? place + 1 : high;
		}
	}
	struct pm_dump *dump = NULL;
	struct pm_error *err = pm_dump_open_file(pm_file_memory("fuzz", im->core, im->core_size), &dump);

	if (!err)
		read_all(dump);
	pm_error_free(err);
	pm_dump_close(dump);
	if (low < high)
		memcpy(im->core + low, saved[data[0] & 3] + low, high - low);
	return 0;
}
