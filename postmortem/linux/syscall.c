/* What a call's arguments are is read from the kernel itself, where it traces system calls (FTRACE_SYSCALLS:
 * distributions' kernels do): syscalls_metadata[number] has their names and types as the source has them. */
#include "linux/syscall.h"

#include "decode/syscall.h"
#include "linux/files.h"
#include "linux/user.h"
#include "symbols/bytes.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum {
	max_number = 1 << 12,
	x32_bit = 0x40000000,
	ts_compat = 2, /* thread_info.status: arch/x86/include/asm/thread_info.h */
	max_text = 40, /* bytes of a string that are shown */
	enosys = 38,
	arguments_max = 6,
};

/* For kernels that do not tell: those that crashes are mostly in. */
static const struct {
	const char *name;
	struct {
		const char *type, *name;
	} args[arguments_max];
} known[] = {
	{ "read", { { "unsigned int", "fd" }, { "char *", "buf" }, { "size_t", "count" } } },
	{ "write", { { "unsigned int", "fd" }, { "const char *", "buf" }, { "size_t", "count" } } },
	{ "open", { { "const char *", "filename" }, { "int", "flags" }, { "umode_t", "mode" } } },
	{ "openat",
	  { { "int", "dfd" }, { "const char *", "filename" }, { "int", "flags" }, { "umode_t", "mode" } } },
	{ "close", { { "unsigned int", "fd" } } },
	{ "ioctl", { { "unsigned int", "fd" }, { "unsigned int", "cmd" }, { "unsigned long", "arg" } } },
	{ "execve",
	  { { "const char *", "filename" },
	    { "const char *const *", "argv" },
	    { "const char *const *", "envp" } } },
	{ "mount",
	  { { "const char *", "dev_name" },
	    { "const char *", "dir_name" },
	    { "const char *", "type" },
	    { "unsigned long", "flags" },
	    { "void *", "data" } } },
	{ "finit_module", { { "int", "fd" }, { "const char *", "uargs" }, { "int", "flags" } } },
	{ "delete_module", { { "const char *", "name_user" }, { "unsigned int", "flags" } } },
	{ "kill", { { "pid_t", "pid" }, { "int", "sig" } } },
	{ "exit_group", { { "int", "error_code" } } },
	{ "fsync", { { "unsigned int", "fd" } } },
	{ "unlink", { { "const char *", "pathname" } } },
};

/* 32-bit calls whose 64-bit arguments come in two registers: the names would be those of others. */
static const char *const split[] = { "pread64",       "pwrite64",        "truncate64",    "ftruncate64",
				     "readahead",     "sync_file_range", "fadvise64",     "fadvise64_64",
				     "fanotify_mark", "fallocate",       "lookup_dcookie" };

/* ---- the registers ---- */

static bool is_user_mode(const struct pm_x86_regs *regs)
{
	return (regs->v[PM_X86_CS] & 3) == 3 && (regs->v[PM_X86_SS] & 3) == 3;
}

/* By the trace, which says, too, that it was a system call that led there and no interrupt of user mode. */
static bool regs_of_trace(struct pm_linux_session *s, const struct pm_linux_task *task,
			  struct pm_x86_regs *regs, bool *entered_out)
{
	struct pm_stack_trace trace;
	struct pm_arena arena;
	bool found;

	pm_arena_init(&arena);
	pm_session_unwind(s, task, &trace);
	found = trace.has_user;
	*regs = trace.user;
	*entered_out = false;
	for (size_t i = 0; found && i < trace.frames.n && !*entered_out; i++) {
		struct pm_place place;

		*entered_out = trace.frames.v[i].trust != PM_SCANNED &&
			       pm_linux_place(pm_session_kernel(s), pm_session_modules(s), &arena,
					      trace.frames.v[i].pc, trace.frames.v[i].exact_pc, &place) &&
			       pm_syscall_is_entry(place.symbol);
	}
	pm_stack_trace_deinit(&trace);
	pm_arena_deinit(&arena);
	return found;
}

/* Where they must lie: at the stack's very top, or 16 bytes below it (FRED).  A system call's result is -ENOSYS until
 * it returns. */
static bool regs_of_stack(struct pm_linux_session *s, const struct pm_linux_task *task,
			  struct pm_x86_regs *regs)
{
	uint64_t top = task->stack + pm_session_unwinder(s)->thread_size;

	for (uint64_t padding = 0; task->stack && padding <= 16; padding += 16) {
		uint8_t bytes[8 * PM_X86_REGS];

		if (pm_space_read(&pm_session_kernel(s)->kernel, top - padding - sizeof(bytes), bytes,
				  sizeof(bytes), NULL) < sizeof(bytes))
			continue;
		*regs = (struct pm_x86_regs){ 0 };
		for (unsigned i = 0; i < PM_X86_REGS; i++)
			pm_x86_set(regs, (enum pm_x86_reg)i, pm_load(bytes + 8 * i, 8, false));
		if (is_user_mode(regs) && (int32_t)regs->v[PM_X86_AX] == -enosys)
			return true;
	}
	return false;
}

/* ---- names ---- */

struct meta {
	char name[64];
	unsigned n;
	char names[arguments_max][32], types[arguments_max][64];
};

static void read_strings(struct pm_linux *lx, uint64_t array, unsigned n, void *to, size_t size)
{
	for (unsigned i = 0; i < n; i++) {
		uint64_t text;
		char *at = (char *)to + i * size;

		*at = 0;
		if (pm_space_load(&lx->kernel, array + 8 * i, 8, &text))
			pm_space_string(&lx->kernel, text, at, size);
	}
}

static bool read_meta(struct pm_linux *lx, uint64_t at, struct meta *meta)
{
	uint64_t n, name, types, names;

	*meta = (struct meta){ 0 };
	if (!pm_linux_get(lx, at, PM_SYSCALL_NB_ARGS, &n) || n > arguments_max)
		return false;
	meta->n = (unsigned)n;
	if (pm_linux_get(lx, at, PM_SYSCALL_NAME, &name))
		pm_space_string(&lx->kernel, name, meta->name, sizeof(meta->name));
	if (pm_linux_get(lx, at, PM_SYSCALL_TYPES, &types))
		read_strings(lx, types, meta->n, meta->types, sizeof(meta->types[0]));
	if (pm_linux_get(lx, at, PM_SYSCALL_ARGS, &names))
		read_strings(lx, names, meta->n, meta->names, sizeof(meta->names[0]));
	return true;
}

static bool by_number(struct pm_linux *lx, uint64_t number, struct meta *meta)
{
	uint64_t array, at;

	return number < max_number && pm_linux_variable(lx, "syscalls_metadata", 8, &array) && array &&
	       pm_space_load(&lx->kernel, array + 8 * number, 8, &at) && at && read_meta(lx, at, meta);
}

static bool by_name(struct pm_linux *lx, const char *name, struct meta *meta)
{
	char symbol[96];
	uint64_t at;

	snprintf(symbol, sizeof(symbol), "__syscall_meta__%s", name ? name : "");
	return name && pm_linux_symbol(lx, symbol, &at) && read_meta(lx, at, meta);
}

static bool by_table(const char *name, struct meta *meta)
{
	*meta = (struct meta){ 0 };
	for (size_t i = 0; name && i < PM_COUNT(known); i++) {
		if (strcmp(known[i].name, name))
			continue;
		for (; meta->n < arguments_max && known[i].args[meta->n].name; meta->n++) {
			snprintf(meta->names[meta->n], sizeof(meta->names[0]), "%s",
				 known[i].args[meta->n].name);
			snprintf(meta->types[meta->n], sizeof(meta->types[0]), "%s",
				 known[i].args[meta->n].type);
		}
		return true;
	}
	return false;
}

static bool is_split(const char *name)
{
	for (size_t i = 0; i < PM_COUNT(split); i++)
		if (!strcmp(split[i], name))
			return true;
	return false;
}

/* ---- arguments in words ---- */

struct call {
	struct pm_linux_session *s;
	uint64_t task;
	struct pm_linux_user user;
	const struct meta *meta;
	uint64_t values[arguments_max];
};

/* As C writes it, up to n bytes or the NUL. */
static const char *quoted(struct pm_arena *arena, const uint8_t *text, size_t n, bool more)
{
	static const char letters[] = "\n\t\r\"\\", escapes[] = "ntr\"\\";
	struct pm_buf buf = { 0 };

	pm_buf_str(&buf, "\"");
	for (size_t i = 0; i < n; i++) {
		const char *found = text[i] ? strchr(letters, text[i]) : NULL;

		if (found)
			pm_buf_printf(&buf, "\\%c", escapes[found - letters]);
		else if (isprint(text[i]))
			pm_buf_add(&buf, text + i, 1);
		else
			pm_buf_printf(&buf, "\\x%02x", text[i]);
	}
	pm_buf_str(&buf, more ? "\"..." : "\"");
	const char *words = pm_arena_str(arena, (struct pm_slice){ buf.data, buf.n });

	pm_buf_deinit(&buf);
	return words;
}

/* why: what stands there was wanted, and could not be read. */
static const char *pointer_words(struct call *c, struct pm_arena *arena, uint64_t value, enum pm_absence why)
{
	static const char prefix[] = "user address, ";
	char words[PM_LINUX_PATH_MAX + 64], absent[96] = "";

	if (!value)
		return "NULL";
	enum pm_mapped mapped = pm_linux_user_words(&c->user, value, words, sizeof(words));

	if (mapped == PM_MAPPED_UNKNOWN)
		return pm_arena_printf(arena, "0x%" PRIx64, value);
	if (mapped == PM_MAPPED && why == PM_UNMAPPED)
		snprintf(absent, sizeof(absent), "not in the dump");
	else if (mapped == PM_MAPPED && why)
		pm_dump_absence(pm_session_kernel(c->s)->dump, why, absent, sizeof(absent));
	return pm_arena_printf(arena, "0x%" PRIx64 " (%s%s%s)", value, words + sizeof(prefix) - 1,
			       *absent ? ", " : "", absent);
}

/* What it reads from user mode; bytes that another argument counts need no NUL. */
static const char *text_words(struct call *c, struct pm_arena *arena, unsigned i)
{
	static const char *const counts[] = { "count", "len", "size", "nbytes" };
	uint8_t text[max_text + 1];
	size_t want = sizeof(text), n, end;
	enum pm_absence why = PM_PRESENT;
	bool counted = false;

	for (size_t k = 0; i + 1 < c->meta->n && k < PM_COUNT(counts); k++)
		counted |= !strcmp(c->meta->names[i + 1], counts[k]);
	if (counted && c->values[i + 1] < want)
		want = (size_t)c->values[i + 1];
	n = c->values[i] ? pm_linux_user_read(&c->user, c->values[i], text, want, &why) : 0;
	if (!c->values[i] || (!n && want))
		return pointer_words(c, arena, c->values[i], why);
	const uint8_t *nul = counted ? NULL : memchr(text, 0, n);

	end = nul ? (size_t)(nul - text) : n < max_text ? n : max_text;
	return quoted(arena, text, end, !nul && (counted ? c->values[i + 1] > end : true));
}

static const char *fd_words(struct call *c, struct pm_arena *arena, int32_t fd)
{
	struct pm_linux *lx = pm_session_kernel(c->s);
	char path[PM_LINUX_PATH_MAX];
	uint64_t file;

	if (fd == -100)
		return "AT_FDCWD";
	if (fd < 0 || !pm_linux_fd_file(lx, c->task, (uint32_t)fd, &file))
		return pm_arena_printf(arena, "%d", fd);
	if (!file)
		return pm_arena_printf(arena, "%d (not open)", fd);
	return pm_linux_file_path(lx, file, path, sizeof(path)) ? pm_arena_printf(arena, "%d <%s>", fd, path)
								: pm_arena_printf(arena, "%d", fd);
}

static bool is_fd(const char *type, const char *name)
{
	size_t n = strlen(name);

	return strstr(type, "int") && !strchr(type, '*') && n >= 2 &&
	       (!strncmp(name, "fd", 2) || !strcmp(name + n - 2, "fd") || !strcmp(name, "fildes"));
}

static const char *number_words(struct pm_arena *arena, const char *type, const char *name, uint64_t value)
{
	static const char *const patterns[] = { "flag", "prot", "cmd", "request", "mask", "addr" };
	static const char *const of_64[] = { "long", "size_t", "loff_t", "off_t", "u64", "__u64" };
	bool wide = false,
	     is_signed = !strstr(type, "unsigned") && !strstr(type, "u32") && !strstr(type, "u64");

	for (size_t i = 0; i < PM_COUNT(of_64); i++)
		wide |= strstr(type, of_64[i]) != NULL;
	wide |= !*type;
	if (!wide)
		value = is_signed ? (uint64_t)(int64_t)(int32_t)(uint32_t)value : (uint32_t)value;
	if (strstr(name, "mode"))
		return pm_arena_printf(arena, "0%" PRIo64, value);
	for (size_t i = 0; i < PM_COUNT(patterns); i++)
		if (strstr(name, patterns[i]))
			return pm_arena_printf(arena, "0x%" PRIx64, wide ? value : (uint64_t)(uint32_t)value);
	if (!*type || (!is_signed && value >> 31) || (is_signed && (int64_t)value != (int32_t)value))
		return pm_arena_printf(arena, value < 10 ? "%" PRIu64 : "0x%" PRIx64, value);
	return pm_arena_printf(arena, "%" PRId64, (int64_t)value);
}

static const char *words_of(struct call *c, struct pm_arena *arena, unsigned i)
{
	const char *type = c->meta->types[i], *name = c->meta->names[i];

	if (is_fd(type, name))
		return fd_words(c, arena, (int32_t)(uint32_t)c->values[i]);
	if (!strchr(type, '*'))
		return number_words(arena, type, name, c->values[i]);
	if (strstr(type, "const char") && strchr(type, '*') == strrchr(type, '*'))
		return text_words(c, arena, i);
	return pointer_words(c, arena, c->values[i], PM_PRESENT);
}

static const char *copy_or_null(struct pm_arena *arena, const char *text)
{
	return *text ? pm_arena_str(arena, pm_slice_of(text)) : NULL;
}

static void add_arguments(struct pm_linux_session *s, const struct pm_linux_task *task,
			  struct pm_arena *arena, const struct meta *meta, const struct pm_x86_regs *regs,
			  struct pm_actor *actor)
{
	static const enum pm_x86_reg native[] = { PM_X86_DI,  PM_X86_SI, PM_X86_DX,
						  PM_X86_R10, PM_X86_R8, PM_X86_R9 };
	static const enum pm_x86_reg compat[] = { PM_X86_BX, PM_X86_CX, PM_X86_DX,
						  PM_X86_SI, PM_X86_DI, PM_X86_BP };
	struct call c = { .s = s, .task = task->addr, .meta = meta };

	pm_linux_user_init(&c.user, pm_session_kernel(s), task->mm);
	for (unsigned i = 0; i < meta->n; i++)
		c.values[i] = actor->syscall_compat ? (uint32_t)regs->v[compat[i]] : regs->v[native[i]];
	actor->has_syscall_args = true;
	for (unsigned i = 0; i < meta->n; i++)
		*PM_PUSH(arena, &actor->syscall_args) =
			(struct pm_syscall_argument){ .name = copy_or_null(arena, meta->names[i]),
						      .type = copy_or_null(arena, meta->types[i]),
						      .value = c.values[i],
						      .words = words_of(&c, arena, i) };
}

bool pm_linux_syscall_read(struct pm_linux_session *s, const struct pm_linux_task *task,
			   struct pm_arena *arena, struct pm_actor *actor, struct pm_x86_regs *user_out)
{
	struct pm_linux *lx = pm_session_kernel(s);
	uint64_t status = 0, number;
	bool entered;
	struct meta meta;

	if (!regs_of_trace(s, task, user_out, &entered))
		entered = regs_of_stack(s, task, user_out);
	if (!entered || !pm_x86_has(user_out, PM_X86_ORIG_AX))
		return false;
	number = (uint32_t)user_out->v[PM_X86_ORIG_AX];
	if ((number & ~(uint64_t)x32_bit) >= max_number)
		return false;
	pm_linux_get(lx, task->addr, PM_TASK_STATUS, &status);
	/* 0x23 is the 32-bit code segment; int $0x80 of a 64-bit program only the status tells */
	actor->syscall_compat = user_out->v[PM_X86_CS] == 0x23 || status & ts_compat;
	actor->has_syscall = true;
	actor->syscall_nr = number;
	const char *name = pm_syscall_name(PM_X86_64, actor->syscall_compat, number);
	bool has_meta = actor->syscall_compat ? name && !is_split(name) && by_name(lx, name, &meta)
					      : by_number(lx, number & ~(uint64_t)x32_bit, &meta);

	if (!name && has_meta && !strncmp(meta.name, "sys_", 4))
		name = pm_arena_str(arena, pm_slice_of(meta.name + 4));
	actor->syscall = name;
	if (has_meta || (name && !is_split(name) && by_table(name, &meta)))
		add_arguments(s, task, arena, &meta, user_out, actor);
	return true;
}
