#include "shell/lines.h"

#include "symbols/symbols.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

struct pm_shell_lines {
	struct pm_symbols_options options;
	struct pm_symbols *symbols;
	struct pm_kernel *kernel;
	bool any;
};

/* Without a vmlinux it is looked for where distributions put it, when the first line is asked for. */
static struct pm_shell_lines *lines_of(struct pm_shell *sh, const char *vmlinux)
{
	struct pm_kernel_id id = { .has_kaslr = true, .kaslr = sh->lx->kaslr };

	if (sh->lines)
		return sh->lines;
	sh->lines = pm_alloc(sizeof(*sh->lines));
	sh->lines->options.vmlinux = vmlinux;
	sh->lines->symbols = pm_symbols_create(&sh->lines->options);
	if (sh->lx->release)
		id.release = pm_slice_of(sh->lx->release);
	if (sh->lx->build_id)
		id.build_id = pm_slice_of(sh->lx->build_id);
	sh->lines->kernel = pm_symbols_kernel(sh->lines->symbols, &id);
	return sh->lines;
}

struct pm_error *pm_shell_lines_open(struct pm_shell *sh, const char *vmlinux)
{
	if (access(vmlinux, R_OK))
		return pm_error_errno(errno, "%s", vmlinux);
	const struct pm_error *trouble = pm_kernel_trouble(lines_of(sh, vmlinux)->kernel);

	return trouble ? pm_error_new(trouble->code, "%s", trouble->message) : NULL;
}

void pm_shell_lines_close(struct pm_shell *sh)
{
	if (sh->lines)
		pm_symbols_destroy(sh->lines->symbols);
	free(sh->lines);
	sh->lines = NULL;
}

void pm_shell_lines(struct pm_shell *sh, uint64_t pc, bool exact)
{
	struct pm_shell_lines *lines = lines_of(sh, NULL);
	struct pm_resolved_place found = { 0 };
	struct pm_arena arena;
	struct pm_place place;

	pm_arena_init(&arena);
	if (!pm_linux_place(sh->lx, pm_session_modules(sh->session), &arena, pc, exact, &place)) {
		pm_arena_deinit(&arena);
		return;
	}
	/* kallsyms' size goes up to the next symbol: it is that of a printed place, too */
	const struct pm_printed_place printed = {
		.symbol = pm_slice_of(place.symbol),
		.offset = place.offset,
		.size = place.size,
		.module = place.module ? pm_slice_of(place.module) : (struct pm_slice){ 0 },
		.has_addr = true,
		.addr = pc,
		.exact = exact,
	};

	if (!pm_error_take(pm_kernel_resolve(lines->kernel, &printed, &arena, &found)) && found.frames.n) {
		lines->any = true;
		if (sh->json)
			pm_json_open(sh->json, "lines", '[');
		for (size_t i = 0; i < found.frames.n; i++) {
			const struct pm_source_frame *f = &found.frames.v[i];

			if (!f->file)
				continue;
			if (sh->json) {
				pm_json_open(sh->json, NULL, '{');
				pm_json_str(sh->json, "function", f->function);
				pm_json_str(sh->json, "file", f->file);
				pm_json_uint(sh->json, "line", f->line);
				pm_json_close(sh->json, '}');
			} else {
				fprintf(sh->out, "    %s: %u%s%s%s\n", f->file, f->line,
					i + 1 < found.frames.n ? "  (" : "",
					i + 1 < found.frames.n && f->function ? f->function : "",
					i + 1 < found.frames.n ? ", inlined)" : "");
			}
		}
		if (sh->json)
			pm_json_close(sh->json, ']');
	}
	pm_arena_deinit(&arena);
}

bool pm_shell_lines_told(struct pm_shell *sh, const char *command)
{
	const char *missing;

	if (!sh->lines || sh->lines->any)
		return true;
	const struct pm_error *trouble = pm_kernel_trouble(sh->lines->kernel);

	if (trouble && trouble->code != PM_NOT_FOUND)
		return pm_shell_error(sh, command, "no source lines: %s", trouble->message);
	missing = pm_kernel_missing(sh->lines->kernel);
	return pm_shell_error(
		sh, command, "%s",
		missing ? missing : "no source lines: kpanic shell DUMP VMLINUX takes them from a vmlinux");
}
