/* For unit tests: the made kernel of linux_image.h, opened as a dump is. */
#ifndef PM_TEST_LINUX_OPENED_H
#define PM_TEST_LINUX_OPENED_H

#include "linux_image.h"

#include "linux/session.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

struct opened {
	struct image image;
	struct pm_dump *dump;
	struct pm_linux_session *session;
	struct pm_linux *lx;
};

/* Opens o->image, which was made (and may have been changed since). options may be NULL. */
static inline void open_made(struct opened *o, const struct pm_linux_options *options)
{
	struct pm_error *err;

	o->dump = image_open(&o->image);
	assert_non_null(o->dump);
	err = pm_session_open(o->dump, options, &o->session);
	if (err)
		fail_msg("%s", err->message);
	o->lx = pm_session_kernel(o->session);
}

static inline void open_image(struct opened *o, const struct image_options *options)
{
	image_make(&o->image, options);
	open_made(o, NULL);
}

static inline void close_image(struct opened *o)
{
	pm_session_close(o->session);
	pm_dump_close(o->dump);
	image_deinit(&o->image);
}

/* names: the functions of the trace, innermost first, to NULL; each frame exact, and no other. */
static inline void assert_frames(struct opened *o, const struct pm_stack_trace *trace,
				 const char *const *names)
{
	size_t i = 0;

	for (; names[i]; i++) {
		const struct pm_stack_frame *frame = &trace->frames.v[i];
		struct pm_place place;
		struct pm_arena arena;

		assert_true(i < trace->frames.n);
		pm_arena_init(&arena);
		assert_true(pm_linux_place(o->lx, pm_session_modules(o->session), &arena, frame->pc,
					   frame->exact_pc, &place));
		assert_string_equal(place.symbol, names[i]);
		assert_int_equal(frame->trust, PM_EXACT);
		pm_arena_deinit(&arena);
	}
	assert_int_equal(trace->frames.n, i);
}

#endif
