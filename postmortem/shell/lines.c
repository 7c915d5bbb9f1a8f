#include "shell/lines.h"

#include "symbols/cfi.h"
#include "symbols/elf.h"
#include "symbols/parameters.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct pm_shell_lines {
	struct pm_symbols_options options;
	struct pm_symbols *symbols;
	struct pm_kernel *kernel;
	bool any;
	struct pm_btf *variables; /* of the vmlinux that was given; NULL: not asked for yet, or none */
	bool tried_variables;
};

/* Without a vmlinux it is looked for where distributions put it, when the first line is asked for. */
static struct pm_shell_lines *lines_of(struct pm_shell *sh, const char *vmlinux)
{
	struct pm_kernel_id id = { .has_kaslr = true, .kaslr = sh->lx ? sh->lx->kaslr : 0 };
	const char *release = sh->lx ? sh->lx->release : NULL,
		   *build_id = sh->lx ? sh->lx->build_id : sh->image->build_id;

	if (sh->lines)
		return sh->lines;
	sh->lines = pm_alloc(sizeof(*sh->lines));
	sh->lines->options.vmlinux = vmlinux;
	sh->lines->symbols = pm_symbols_create(&sh->lines->options);
	if (release)
		id.release = pm_slice_of(release);
	if (build_id)
		id.build_id = pm_slice_of(build_id);
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
	if (sh->lines) {
		pm_symbols_destroy(sh->lines->symbols);
		pm_btf_close(sh->lines->variables);
	}
	free(sh->lines);
	sh->lines = NULL;
}

/* kallsyms' size goes up to the next symbol: it is that of a printed place, too. */
static struct pm_printed_place printed_place(const struct pm_place *place, uint64_t pc, bool exact)
{
	return (struct pm_printed_place){
		.symbol = pm_slice_of(place->symbol),
		.offset = place->offset,
		.size = place->size,
		.module = pm_slice_of(place->module),
		.build_id = pm_slice_of(place->build_id),
		.has_addr = true,
		.addr = pc,
		.exact = exact,
	};
}

void pm_shell_lines(struct pm_shell *sh, uint64_t pc, bool exact)
{
	struct pm_shell_lines *lines = lines_of(sh, NULL);
	struct pm_resolved_place found = { 0 };
	struct pm_arena arena;
	struct pm_place place;

	pm_arena_init(&arena);
	if (!pm_shell_place(sh, &arena, pc, exact, &place)) {
		pm_arena_deinit(&arena);
		return;
	}
	const struct pm_printed_place printed = printed_place(&place, pc, exact);

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

/* The functions at pc, inlined ones first; false: no source is known. */
static bool source_frames(struct pm_shell *sh, uint64_t pc, struct pm_arena *arena,
			  struct pm_resolved_place *found)
{
	struct pm_place place;

	if (!pm_shell_place(sh, arena, pc, true, &place))
		return false;
	const struct pm_printed_place printed = printed_place(&place, pc, true);

	return !pm_error_take(pm_kernel_resolve(lines_of(sh, NULL)->kernel, &printed, arena, found)) &&
	       found->frames.n;
}

bool pm_shell_line_of(struct pm_shell *sh, uint64_t pc, char *buf, size_t size)
{
	struct pm_resolved_place found = { 0 };
	struct pm_arena arena;

	*buf = 0;
	pm_arena_init(&arena);
	const struct pm_source_frame *last =
		source_frames(sh, pc, &arena, &found) ? &found.frames.v[found.frames.n - 1] : NULL;
	bool known = last && last->file;

	if (known)
		snprintf(buf, size, "%s: %u", last->file, last->line);
	pm_arena_deinit(&arena);
	return known;
}

/* ---- files of modules ---- */

bool pm_shell_lines_module(struct pm_shell *sh, const struct pm_linux_module *module, const char *path,
			   const char *folder)
{
	struct pm_kernel *kernel = lines_of(sh, NULL)->kernel;
	struct pm_slice name = pm_slice_of(module->name), build_id = pm_slice_of(module->build_id);

	if (!path)
		return pm_kernel_search_module(kernel, name, build_id, folder);
	struct pm_error *err = pm_kernel_use_module(kernel, name, build_id, path);

	if (!err)
		return true;
	pm_shell_error(sh, "mod", "%s", err->message);
	pm_error_free(err);
	return false;
}

void pm_shell_lines_drop(struct pm_shell *sh, const struct pm_linux_module *module)
{
	pm_kernel_drop_module(lines_of(sh, NULL)->kernel, pm_slice_of(module->name));
}

const char *pm_shell_lines_file(struct pm_shell *sh, const struct pm_linux_module *module, bool *lines_out)
{
	return sh->lines ? pm_kernel_module_path(sh->lines->kernel, pm_slice_of(module->name), lines_out)
			 : NULL;
}

struct pm_btf *pm_shell_variables(struct pm_shell *sh)
{
	struct pm_shell_lines *lines = sh->lines;
	struct pm_elf *elf;

	if (!lines || !lines->options.vmlinux || lines->tried_variables)
		return lines ? lines->variables : NULL;
	lines->tried_variables = true;
	struct pm_error *err = pm_elf_open(lines->options.vmlinux, &elf);

	if (!err)
		err = pm_btf_open_variables(elf, &lines->variables);
	pm_error_free(err);
	return lines->variables;
}

bool pm_shell_source(struct pm_shell *sh, uint64_t pc, struct pm_shell_source *out)
{
	struct pm_resolved_place found = { 0 };
	struct pm_arena arena;

	pm_arena_init(&arena);
	const struct pm_source_frame *first =
		source_frames(sh, pc, &arena, &found) ? &found.frames.v[0] : NULL;
	bool known = first && first->file;

	if (known) {
		lines_of(sh, NULL)->any = true;
		snprintf(out->file, sizeof(out->file), "%s", first->file);
		snprintf(out->directory, sizeof(out->directory), "%s",
			 first->directory ? first->directory : "");
		out->line = first->line;
	}
	pm_arena_deinit(&arena);
	return known;
}

/* ---- parameters ---- */

struct frame_reader {
	struct pm_shell *sh;
	const struct pm_x86_regs *regs;
};

/* DWARF's order. */
static const enum pm_x86_reg dwarf_order[] = { PM_X86_AX,  PM_X86_DX,  PM_X86_CX,  PM_X86_BX,
					       PM_X86_SI,  PM_X86_DI,  PM_X86_BP,  PM_X86_SP,
					       PM_X86_R8,  PM_X86_R9,  PM_X86_R10, PM_X86_R11,
					       PM_X86_R12, PM_X86_R13, PM_X86_R14, PM_X86_R15 };

static bool read_register(void *user, unsigned number, uint64_t *value_out)
{
	const struct frame_reader *f = user;

	if (number >= PM_COUNT(dwarf_order) || !pm_x86_has(f->regs, dwarf_order[number]))
		return false;
	*value_out = f->regs->v[dwarf_order[number]];
	return true;
}

static bool read_memory(void *user, uint64_t addr, unsigned size, uint64_t *value_out)
{
	const struct frame_reader *f = user;

	return pm_space_load(pm_shell_space(f->sh), addr, size, value_out);
}

static void put_value(struct pm_shell *sh, const struct pm_parameter *p)
{
	unsigned unused = 64 - 8 * (p->size ? p->size : 8);

	if (!p->known)
		fputs("?", sh->out);
	else if (p->is_pointer)
		fprintf(sh->out, "0x%llx", (unsigned long long)p->value);
	else if (p->is_signed)
		fprintf(sh->out, "%lld", (long long)((int64_t)(p->value << unused) >> unused));
	else if (p->value > 1 << 16)
		fprintf(sh->out, "0x%llx", (unsigned long long)p->value);
	else
		fprintf(sh->out, "%llu", (unsigned long long)p->value);
}

static void put_parameters(struct pm_shell *sh, const pm_parameters *all)
{
	if (sh->json)
		pm_json_open(sh->json, "parameters", '[');
	for (size_t i = 0; i < all->n; i++) {
		const struct pm_parameter *p = &all->v[i];
		bool first = !i || strcmp(p->function, p[-1].function);

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_str(sh->json, "function", p->function);
			pm_json_str(sh->json, "name", p->name);
			if (p->known)
				pm_json_hex(sh->json, "value", p->value);
			pm_json_close(sh->json, '}');
			continue;
		}
		fprintf(sh->out, first ? "%s    %s(%s = " : "%s%s, %s = ", first && i ? ")\n" : "",
			first ? p->function : "", p->name);
		put_value(sh, p);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else if (all->n)
		fputs(")\n", sh->out);
}

/* What the caller's registers were: those that the function saved, or left alone. */
static void leave_frame(struct pm_shell *sh, const struct pm_printed_place *place, uint64_t cfa,
			struct pm_x86_regs *regs)
{
	static const enum pm_x86_reg kept[] = { PM_X86_BX,  PM_X86_BP,  PM_X86_R12,
						PM_X86_R13, PM_X86_R14, PM_X86_R15 };
	struct pm_x86_regs before = *regs;
	struct pm_cfi cfi;

	regs->known = 0;
	if (!cfa || pm_error_take(pm_symbols_cfi(lines_of(sh, NULL)->kernel, place, &cfi)) != PM_OK)
		return;
	for (size_t i = 0; i < PM_COUNT(dwarf_order); i++)
		for (size_t k = 0; k < PM_COUNT(kept); k++) {
			uint64_t value = before.v[dwarf_order[i]];

			if (kept[k] != dwarf_order[i])
				continue;
			if (cfi.saved[i].rule == PM_CFI_SAME
				    ? pm_x86_has(&before, kept[k])
				    : cfi.saved[i].rule == PM_CFI_AT_CFA &&
					      pm_space_load(pm_shell_space(sh),
							    cfa + (uint64_t)cfi.saved[i].offset, 8, &value))
				pm_x86_set(regs, kept[k], value);
		}
}

void pm_shell_parameters(struct pm_shell *sh, const struct pm_stack_frame *frame,
			 const struct pm_stack_frame *caller, struct pm_x86_regs *regs)
{
	struct pm_shell_lines *lines = lines_of(sh, NULL);
	struct frame_reader reader = { sh, regs };
	/* the caller's return address is the last word below where its stack pointer was */
	const struct pm_frame_values values = {
		.reg = read_register,
		.read = read_memory,
		.user = &reader,
		.cfa = caller && !caller->exact_pc && caller->return_at ? caller->return_at + 8 : 0,
	};
	struct pm_arena arena;
	struct pm_place place;
	pm_parameters found;

	if (frame->trust != PM_EXACT) { /* it may be no frame at all */
		regs->known = 0;
		return;
	}
	if (frame->exact_pc)
		*regs = frame->regs;
	for (unsigned i = 0; i < PM_X86_REGS; i++)
		if (pm_x86_has(&frame->regs, (enum pm_x86_reg)i))
			pm_x86_set(regs, (enum pm_x86_reg)i, frame->regs.v[i]);
	pm_arena_init(&arena);
	if (pm_shell_place(sh, &arena, frame->pc, frame->exact_pc, &place)) {
		const struct pm_printed_place printed = printed_place(&place, frame->pc, frame->exact_pc);

		if (!pm_error_take(pm_symbols_parameters(lines->kernel, &printed, &values, &arena, &found))) {
			lines->any = true;
			put_parameters(sh, &found);
		}
		leave_frame(sh, &printed, values.cfa, regs);
	} else {
		regs->known = 0;
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
	/* what explain can be told does not help here */
	return pm_shell_error(sh, command, "%.*s; kpanic shell DUMP VMLINUX takes them from a vmlinux",
			      missing ? (int)strcspn(missing, ";") : 15,
			      missing ? missing : "no source lines");
}
