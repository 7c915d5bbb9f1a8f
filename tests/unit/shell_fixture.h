/* The shell on a kernel that is made in memory. */
#ifndef SHELL_FIXTURE_H
#define SHELL_FIXTURE_H

#include "json_check.h"
#include "linux_image.h"

#include "shell/lines.h"
#include "shell/shell.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

struct run {
	struct image image;
	struct pm_shell sh;
	struct pm_json json;
	char *text;
	size_t n;
};

/* What the commands print to standard error is told apart by their failures. */
static inline void open_shell(struct run *r, const struct image *image, bool json)
{
	memset(&r->sh, 0, sizeof(r->sh));
	r->image = *image;
	r->text = NULL;
	r->sh.dump = image_open(image);
	assert_non_null(r->sh.dump);
	struct pm_error *err = pm_session_open(r->sh.dump, NULL, &r->sh.session);

	if (err)
		fail_msg("%s", err->message);
	r->sh.lx = pm_session_kernel(r->sh.session);
	r->sh.btf = r->sh.lx->btf;
	r->sh.out = open_memstream(&r->text, &r->n);
	pm_json_init(&r->json, r->sh.out);
	r->sh.json = json ? &r->json : NULL;
	struct pm_linux_cpus *cpus = pm_session_cpus(r->sh.session);

	r->sh.task = cpus->v.n ? cpus->v.v[0].task : 0;
}

static inline void close_shell(struct run *r)
{
	fclose(r->sh.out);
	pm_json_deinit(&r->json);
	pm_shell_lines_close(&r->sh);
	pm_session_close(r->sh.session);
	pm_dump_close(r->sh.dump);
	free(r->text);
}

static inline void start(struct run *r, const struct image_options *options, bool json)
{
	struct image image;

	image_make(&image, options);
	open_shell(r, &image, json);
}

static inline void end(struct run *r)
{
	close_shell(r);
	image_deinit(&r->image);
}

/* What a command prints; until the next one. */
static inline const char *output(struct run *r, const char *command)
{
	rewind(r->sh.out);
	pm_shell_run(&r->sh, command);
	fputc(0, r->sh.out);
	fflush(r->sh.out);
	return r->text;
}

/* Each line, up to NULL, must stand in what the command prints; none may fail. */
static inline void expect(const struct image_options *options, const char *command, const char *const *lines)
{
	struct run r;

	start(&r, options, false);
	const char *text = output(&r, command);

	for (; *lines; lines++)
		if (!strstr(text, *lines))
			fail_msg("%s: no '%s' in\n%s", command, *lines, text);
	assert_int_equal(r.sh.failures, 0);
	end(&r);
}

/* A kernel whose memory was changed: the command must end, say what is wrong, and print what it can. */
static inline void expect_trouble(const struct image *image, const char *command, const char *error)
{
	struct run r;

	open_shell(&r, image, true);
	const char *text = output(&r, command);

	if (r.sh.failures != 1 || !strstr(text, error))
		fail_msg("%s: no '%s' in\n%s", command, error, text);
	json_value(&text);
	close_shell(&r);
}

/* Makes the core anew from the memory that was changed. */
static inline void lie(struct image *im, uint64_t virt, uint64_t value)
{
	image_put(im, virt, value, 8);
	for (unsigned i = 0; i < 8; i++)
		im->core[im->memory_at + (virt - IMAGE_MAP) + i] = (uint8_t)(value >> 8 * i);
}

#endif
