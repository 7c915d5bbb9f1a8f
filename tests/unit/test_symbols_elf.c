/* Symbols of real ELF files: a small kernel and module, compiled here in several ways, and compared with
 * eu-addr2line where it is installed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "symbols/kernel.h"
#include "symbols/place_text.h"
#include "symbols/rewrite.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const char source[] =
	"struct link { struct link *next, *prev; };\n"                                               /* 1 */
	"struct state { struct link link; int flags; union { long a; char *b; }; long counter; };\n" /* 2 */
	"long sink;\n"                                                                               /* 3 */
	"static inline __attribute__((always_inline)) void store(struct state *st, long n)\n"        /* 4 */
	"{\n"                                                                                        /* 5 */
	"	st->counter = n;\n"                                                                  /* 6 */
	"}\n"                                                                                        /* 7 */
	"static inline __attribute__((always_inline)) void twice(struct state *st, long n)\n"        /* 8 */
	"{\n"                                                                                        /* 9 */
	"	sink = n * 3;\n"                                                                     /* 10 */
	"	store(st, n);\n"                                                                     /* 11 */
	"}\n"                                                                                        /* 12 */
	"__attribute__((noinline)) void leaf(struct state *st, long n)\n"                            /* 13 */
	"{\n"                                                                                        /* 14 */
	"	twice(st, n);\n"                                                                     /* 15 */
	"}\n"                                                                                        /* 16 */
	"__attribute__((noinline)) long caller(struct state *st)\n"                                  /* 17 */
	"{\n"                                                                                        /* 18 */
	"	leaf(st, 7);\n"                                                                      /* 19 */
	"	return sink;\n"                                                                      /* 20 */
	"}\n"                                                                                        /* 21 */
	"__attribute__((section(\".text.far\"), noinline)) long far_away(long n)\n"                  /* 22 */
	"{\n"                                                                                        /* 23 */
	"	while (n > sink)\n"                                                                  /* 24 */
	"		n = n / 3 + sink;\n"                                                         /* 25 */
	"	return n;\n"                                                                         /* 26 */
	"}\n"                                                                                        /* 27 */
	"void kernel_init(void) { sink = caller((void *)0) + far_away(5); }\n"                       /* 28 */
	"const char linux_banner[] = \"Linux version 6.9.0-test (me@here) (gcc) #1 SMP Sat Nov 21\\n\";\n";

static char dir[] = "/tmp/kpanic-elf-XXXXXX";

static char *in_dir(const char *name)
{
	static char paths[8][256];
	static unsigned next;
	char *path = paths[next++ % 8];

	snprintf(path, 256, "%s/%s", dir, name);
	return path;
}

static bool run(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
static bool run(const char *fmt, ...)
{
	char command[1024];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	return system(command) == 0;
}

static bool build(const char *compiler, const char *flags, const char *name)
{
	bool module = strstr(name, ".ko") != NULL;

	/* One compiler at a time knows these: arguments stay as they are written. */
	const char *own = strcmp(compiler, "gcc") ? "" : "-fno-ipa-sra -fno-ipa-cp -fno-ipa-ra";

	return run("cd %s && %s -O2 %s %s -fno-pie -fno-stack-protector %s -o %s init/main.c 2>/dev/null",
		   dir, compiler, own, flags,
		   module ? "-c" : "-nostdlib -static -no-pie -Wl,-e,kernel_init -Wl,--build-id", name);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(dir) || mkdir(in_dir("init"), 0700))
		return -1;
	FILE *f = fopen(in_dir("init/main.c"), "w");
	fputs(source, f);
	fclose(f);
	return build("gcc", "-g", "vmlinux") && build("gcc", "-g", "mydrv.ko") ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return run("rm -rf %s", dir) ? 0 : -1;
}

static struct pm_elf *open_elf(const char *path)
{
	struct pm_elf *elf = NULL;
	struct pm_error *err = pm_elf_open(path, &elf);

	if (err)
		fail_msg("%s", err->message);
	return elf;
}

static const struct pm_elf_symbol *symbol(struct pm_elf *elf, const char *name)
{
	const struct pm_elf_symbol *found = NULL;

	assert_int_equal(pm_elf_find_name(elf, name, strlen(name), &found, 1), 1);
	return found;
}

/* "function file:line" for each frame, in one string; files without their folder. */
static void chain(struct pm_dwarf *dwarf, uint64_t pc, char *out, size_t size)
{
	struct pm_arena arena;
	pm_source_frames frames = { 0 };
	size_t n = 0;

	*out = 0;
	pm_arena_init(&arena);
	if (pm_error_take(pm_dwarf_find(dwarf, pc, &arena, &frames)) == PM_OK)
		for (size_t i = 0; i < frames.n && n < size; i++) {
			const struct pm_source_frame *frame = &frames.v[i];
			const char *slash = frame->file ? strrchr(frame->file, '/') : NULL;

			n += (size_t)snprintf(out + n, size - n, "%s %s:%u;",
					      frame->function ? frame->function : "??",
					      slash ? slash + 1 : "??", frame->line);
		}
	pm_arena_deinit(&arena);
}

static bool contains_chain(const char *path, const char *want)
{
	struct pm_elf *elf = open_elf(path);
	struct pm_dwarf *dwarf = pm_dwarf_create(elf);
	const struct pm_elf_symbol *leaf = symbol(elf, "leaf");
	char got[512];
	bool found = false;

	assert_non_null(dwarf);
	for (uint64_t pc = leaf->addr; pc < leaf->addr + leaf->size && !found; pc++) {
		chain(dwarf, pc, got, sizeof(got));
		found = !strcmp(got, want);
	}
	pm_dwarf_destroy(dwarf);
	pm_elf_close(elf);
	return found;
}

/* Every way of writing debug information gives the same answer. */
static void inlined_calls_are_told_in_every_format(void **state)
{
	static const struct {
		const char *compiler, *flags;
	} ways[] = {
		{ "gcc", "-g -gdwarf-5" },
		{ "gcc", "-g -gdwarf-4" },
		{ "gcc", "-g -gdwarf-3 -gstrict-dwarf" },
		{ "gcc", "-g -gdwarf-5 -gz=zlib" },
		{ "gcc", "-g -gdwarf64" },
		{ "clang", "-g -gdwarf-5" },
		{ "clang", "-g -gdwarf-4" },
		{ "gcc", "-g -ffunction-sections" },
		{ "clang", "-g -gz" },
	};
	unsigned tried = 0;

	(void)state;
	for (size_t i = 0; i < PM_COUNT(ways); i++)
		for (int module = 0; module < 2; module++) {
			const char *name = module ? "way.ko" : "way";

			if (!build(ways[i].compiler, ways[i].flags, name))
				continue;
			tried++;
			if (!contains_chain(in_dir(name), "store main.c:6;twice main.c:11;leaf main.c:15;"))
				fail_msg("%s %s %s", ways[i].compiler, ways[i].flags, name);
		}
	assert_true(tried >= 6);
}

/* A module of another machine: its relocations, address size and byte order. */
static void modules_of_every_machine_are_relocated(void **state)
{
	static const char *const targets[] = { "aarch64-linux-gnu",     "armv7-linux-gnueabi",
					       "armebv7-linux-gnueabi", "i686-linux-gnu",
					       "riscv64-linux-gnu",     "powerpc64le-linux-gnu",
					       "s390x-linux-gnu",       "mips64el-linux-gnuabi64",
					       "mips64-linux-gnuabi64" };
	static const char *const formats[] = { "-gdwarf-5", "-gdwarf-4" };

	(void)state;
	for (size_t i = 0; i < PM_COUNT(targets); i++)
		for (size_t k = 0; k < 2; k++) {
			char flags[128];

			snprintf(flags, sizeof(flags), "--target=%s %s -ffunction-sections", targets[i],
				 formats[k]);
			if (!build("clang", flags, "target.ko"))
				continue;
			/* On MIPS the store stands in the delay slot, and clang forgets whose it was. */
			if (!contains_chain(in_dir("target.ko"),
					    strncmp(targets[i], "mips", 4)
						    ? "store main.c:6;twice main.c:11;leaf main.c:15;"
						    : "leaf main.c:16;"))
				fail_msg("%s", flags);
		}
}

static void compressed_modules_are_opened(void **state)
{
	static const char *const packers[] = { "gzip -c %s/mydrv.ko > %s/p.ko.gz",
					       "xz -c %s/mydrv.ko > %s/p.ko.xz",
					       "zstd -qc %s/mydrv.ko > %s/p.ko.zst" };
	static const char *const names[] = { "p.ko.gz", "p.ko.xz", "p.ko.zst" };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		char command[256];

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		snprintf(command, sizeof(command), packers[i], dir, dir);
#pragma GCC diagnostic pop
		if (!run("%s 2>/dev/null", command))
			continue;
		assert_true(
			contains_chain(in_dir(names[i]), "store main.c:6;twice main.c:11;leaf main.c:15;"));
	}
}

static void agrees_with_eu_addr2line(void **state)
{
	char line[512], got[512], want[512];
	unsigned addresses = 0;

	(void)state;
	if (!run("eu-addr2line --version >/dev/null 2>&1"))
		skip();
	struct pm_elf *elf = open_elf(in_dir("vmlinux"));
	struct pm_dwarf *dwarf = pm_dwarf_create(elf);
	static const char *const functions[] = { "leaf", "caller", "far_away", "kernel_init" };
	for (size_t i = 0; i < 4; i++) {
		const struct pm_elf_symbol *s = symbol(elf, functions[i]);

		for (uint64_t pc = s->addr; pc < s->addr + s->size; pc++) {
			snprintf(line, sizeof(line), "eu-addr2line -i -f -s -e %s 0x%llx", in_dir("vmlinux"),
				 (unsigned long long)pc);
			FILE *f = popen(line, "r");
			char function[512], place[512];
			size_t n = 0;

			*want = 0;
			while (fgets(function, sizeof(function), f) && fgets(place, sizeof(place), f)) {
				function[strcspn(function, " \n")] = 0;
				char *colon = strchr(place, ':');
				assert_non_null(colon);
				colon[1 + strspn(colon + 1, "0123456789")] = 0;
				n += (size_t)snprintf(want + n, sizeof(want) - n, "%s %s;", function, place);
			}
			pclose(f);
			chain(dwarf, pc, got, sizeof(got));
			assert_string_equal(got, want);
			addresses++;
		}
	}
	assert_true(addresses > 50);
	pm_dwarf_destroy(dwarf);
	pm_elf_close(elf);
}

static void sizes_are_those_of_kallsyms(void **state)
{
	(void)state;
	struct pm_elf *elf = open_elf(in_dir("vmlinux"));
	const struct pm_elf_symbol *leaf = symbol(elf, "leaf"), *caller = symbol(elf, "caller");
	uint64_t extent = pm_elf_symbol_extent(elf, leaf);

	assert_int_equal(extent, caller->addr - leaf->addr);
	assert_true(pm_elf_size_agrees(elf, leaf, extent));
	assert_true(pm_elf_size_agrees(elf, leaf, leaf->size));
	assert_false(pm_elf_size_agrees(elf, leaf, extent + 16));
	assert_false(pm_elf_size_agrees(elf, leaf, 1));
	assert_ptr_equal(pm_elf_find_addr(elf, leaf->addr + 1), leaf);
	assert_null(pm_elf_find_addr(elf, 0x10));
	assert_int_equal(strlen(pm_elf_build_id(elf)), 40);
	assert_string_equal(pm_elf_banner(elf), "Linux version 6.9.0-test (me@here) (gcc) #1 SMP Sat Nov 21");
	pm_elf_close(elf);
}

/* ---- whole: text in, text out ---- */

struct result {
	char *text;
	char troubles[1024];
	enum pm_code worst;
};

static struct result symbolized(const struct pm_symbols_options *options, bool inlines, const char *text)
{
	struct pm_rewrite_options how = { .inline_lines = inlines };
	struct pm_symbols *symbols = pm_symbols_create(options);
	struct result result = { 0 };
	const char *const *messages;
	size_t n;

	FILE *f = open_memstream(&result.text, &n);
	struct pm_rewriter *rw = pm_rewriter_create(symbols, f, &how);
	pm_rewriter_feed(rw, pm_slice_of(text));
	pm_rewriter_end(rw);
	fclose(f);
	n = pm_rewriter_troubles(rw, &messages, &result.worst);
	for (size_t i = 0; i < n; i++) {
		strcat(result.troubles, messages[i]);
		strcat(result.troubles, "\n");
	}
	pm_rewriter_destroy(rw);
	pm_symbols_destroy(symbols);
	return result;
}

static struct pm_symbols_options with_vmlinux(void)
{
	static const char *dirs[1];

	dirs[0] = dir;
	return (struct pm_symbols_options){
		.vmlinux = in_dir("vmlinux"), .debug_dirs = dirs, .debug_dirs_n = 1, .root = "/nonexistent"
	};
}

/* A place as the kernel would print it: behind the call in `caller`, or at the store in `leaf`. */
static void print_place(const char *file, const char *name, uint32_t line, bool behind, char *out,
			size_t size)
{
	struct pm_elf *elf = open_elf(in_dir(file));
	struct pm_dwarf *dwarf = pm_dwarf_create(elf);
	const struct pm_elf_symbol *s = symbol(elf, name);
	uint64_t at = 0, extent = pm_elf_symbol_extent(elf, s);
	struct pm_arena arena;

	pm_arena_init(&arena);
	for (uint64_t pc = s->addr; pc < s->addr + s->size; pc++) {
		pm_source_frames frames = { 0 };

		if (pm_error_take(pm_dwarf_find(dwarf, pc, &arena, &frames)) == PM_OK &&
		    frames.v[0].line == line) {
			if (!at || behind)
				at = pc;
		}
	}
	assert_true(at);
	snprintf(out, size, "%s+0x%llx/0x%llx", name, (unsigned long long)(at - s->addr + behind),
		 (unsigned long long)(extent ? extent : s->size));
	pm_arena_deinit(&arena);
	pm_dwarf_destroy(dwarf);
	pm_elf_close(elf);
}

static void lines_replace_places(void **state)
{
	char store[128], call[128], text[1024], want[1024];

	(void)state;
	print_place("vmlinux", "leaf", 6, false, store, sizeof(store));
	print_place("vmlinux", "caller", 19, true, call, sizeof(call));
	snprintf(text, sizeof(text), "[    1.0] RIP: 0010:%s\r\n ? %s\n(%s)\nunknown_one+0x1/0x20\n", store,
		 call, call);
	struct pm_symbols_options options = with_vmlinux();
	struct result r = symbolized(&options, false, text);
	assert_string_equal(r.text,
			    "[    1.0] RIP: 0010:leaf (init/main.c:6 init/main.c:11 init/main.c:15)\r\n"
			    " ? caller (init/main.c:19)\n"
			    "caller (init/main.c:19)\n"
			    "unknown_one+0x1/0x20\n");
	assert_int_equal(r.worst, PM_OK);
	free(r.text);

	snprintf(text, sizeof(text), "[    1.0] RIP: 0010:%s", store);
	r = symbolized(&options, true, text);
	snprintf(want, sizeof(want),
		 "[    1.0] RIP: 0010:store (init/main.c:6) [inline]\n"
		 "[    1.0] RIP: 0010:twice (init/main.c:11) [inline]\n"
		 "[    1.0] RIP: 0010:leaf (init/main.c:15)");
	assert_string_equal(r.text, want);
	free(r.text);
}

static void modules_are_found_and_relocated(void **state)
{
	char store[128], far_place[128], text[512];

	(void)state;
	print_place("mydrv.ko", "leaf", 6, false, store, sizeof(store));
	print_place("mydrv.ko", "far_away", 25, false, far_place, sizeof(far_place));
	snprintf(text, sizeof(text), "RIP: 0010:%s [mydrv]\nRIP: 0010:%s [mydrv]\n %s [other]\n", store,
		 far_place, store);
	struct pm_symbols_options options = with_vmlinux();
	options.vmlinux = NULL;
	options.release = "6.9.0-test";
	struct result r = symbolized(&options, false, text);
	char *rest = strstr(r.text, "far_away");
	assert_non_null(rest);
	assert_memory_equal(r.text, "RIP: 0010:leaf (init/main.c:6 init/main.c:11 init/main.c:15) mydrv\n",
			    strlen("RIP: 0010:leaf (init/main.c:6 init/main.c:11 init/main.c:15) mydrv\n"));
	assert_memory_equal(rest, "far_away (init/main.c:25) mydrv\n",
			    strlen("far_away (init/main.c:25) mydrv\n"));
	assert_non_null(strstr(r.text, "[other]\n"));
	free(r.text);
}

static void another_kernel_is_refused(void **state)
{
	static const struct {
		const char *header, *why;
	} cases[] = {
		{ "Linux version 6.9.1-test (me@here) (gcc) #1 SMP Sat Nov 21\n",
		  "it is Linux 6.9.0-test, the kernel's is 6.9.1-test" },
		{ "Linux version 6.9.0-test (me@here) (gcc) #2 SMP Sun Nov 22\n",
		  "it is \"#1 SMP Sat Nov 21\", the kernel's is \"#2 SMP Sun Nov 22\"" },
		{ "CPU: 0 PID: 1 Comm: x Not tainted 6.9.0-test #1 "
		  "0123456789abcdef0123456789abcdef01234567\n",
		  "the kernel's is 0123456789abcdef0123456789abcdef01234567" },
		{ "CPU: 0 PID: 1 Comm: x Not tainted 6.9.0-test #7\n", "the kernel's is \"#7\"" },
	};
	char call[128], text[512];

	(void)state;
	print_place("vmlinux", "caller", 19, true, call, sizeof(call));
	for (size_t i = 0; i < PM_COUNT(cases); i++) {
		struct pm_symbols_options options = with_vmlinux();

		snprintf(text, sizeof(text), "%s %s\n", cases[i].header, call);
		struct result r = symbolized(&options, false, text);
		assert_string_equal(r.text, text);
		assert_int_equal(r.worst, PM_MISMATCH);
		if (!strstr(r.troubles, "vmlinux does not match: ") || !strstr(r.troubles, cases[i].why))
			fail_msg("%s: %s", cases[i].header, r.troubles);
		free(r.text);

		options.force = true;
		r = symbolized(&options, false, text);
		assert_non_null(strstr(r.text, "caller (init/main.c:19)"));
		free(r.text);
	}
	/* The same kernel is taken: the negative control. */
	struct pm_symbols_options options = with_vmlinux();
	snprintf(text, sizeof(text), "Linux version 6.9.0-test (me@here) (gcc) #1 SMP Sat Nov 21\n %s\n",
		 call);
	struct result r = symbolized(&options, false, text);
	assert_non_null(strstr(r.text, "caller (init/main.c:19)"));
	assert_int_equal(r.worst, PM_OK);
	free(r.text);
}

static void sizes_that_contradict_are_refused(void **state)
{
	(void)state;
	struct pm_symbols_options options = with_vmlinux();
	struct result r = symbolized(&options, false, " leaf+0x4/0x7f0\n caller+0x9/0x7e0\n");

	assert_string_equal(r.text, " leaf+0x4/0x7f0\n caller+0x9/0x7e0\n");
	assert_int_equal(r.worst, PM_MISMATCH);
	assert_non_null(strstr(r.troubles, "does not match: leaf is 0x"));
	free(r.text);
}

static void what_is_no_vmlinux_is_told_by_name(void **state)
{
	static const struct {
		const char *name, *why;
	} cases[] = {
		{ "mydrv.ko", "an unlinked object file, not a vmlinux" },
		{ "drv.ko", "a kernel module, not a vmlinux" },
		{ "program", "a program, not a vmlinux" },
		{ "bzImage", "a kernel image as it is booted" },
		{ "System.map", "a list of symbols, no ELF file: give it as --system-map" },
		{ "text", "not an ELF file" },
	};

	(void)state;
	assert_true(run(
		"cd %s && printf 'const char i[] __attribute__((section(\".modinfo\"))) = \"license=GPL\";' "
		">drv.c && gcc -c -o drv.ko drv.c && echo 'int main(void) { return 0; }' >p.c && "
		"gcc -o program p.c && head -c 514 /dev/zero >bzImage && printf HdrS >>bzImage && "
		"echo 'ffffffff81000000 T _text' >System.map && echo hello >text",
		dir));
	for (size_t i = 0; i < PM_COUNT(cases); i++) {
		struct pm_symbols_options options = with_vmlinux();
		options.vmlinux = in_dir(cases[i].name);
		struct result r = symbolized(&options, false,
					     "Linux version 6.9.0-test (me) (gcc) #1 SMP\n foo+0x1/0x2\n");

		if (!strstr(r.troubles, cases[i].why) || !strstr(r.troubles, options.vmlinux))
			fail_msg("%s: %s", cases[i].name, r.troubles);
		assert_int_equal(r.worst, PM_BAD_DATA);
		free(r.text);
	}
}

static void a_vmlinux_without_any_of_the_functions_is_anothers(void **state)
{
	(void)state;
	struct pm_symbols_options options = with_vmlinux();
	struct result r = symbolized(&options, false, "a+0x1/0x2\nb+0x1/0x2\nc+0x1/0x2\nd+0x1/0x2\n");

	assert_non_null(
		strstr(r.troubles, "no function a, nor any other of the kernel's functions in the text"));
	assert_int_equal(r.worst, PM_MISMATCH);
	free(r.text);
	r = symbolized(&options, false, "a+0x1/0x2\nb+0x1/0x2\nc+0x1/0x2\nkernel_init+0x1\n");
	assert_int_equal(r.worst, PM_OK);
	free(r.text);
}

static void a_base_path_that_cuts_nothing_is_noticed(void **state)
{
	char store[128];

	(void)state;
	print_place("vmlinux", "leaf", 6, false, store, sizeof(store));
	for (int nonsense = 0; nonsense < 2; nonsense++) {
		struct pm_symbols_options options = with_vmlinux();
		options.base_path = nonsense ? "/nonsense" : dir;
		struct pm_symbols *symbols = pm_symbols_create(&options);
		struct pm_kernel_id id = { 0 };
		struct pm_text_place place;
		struct pm_resolved_place resolved;
		struct pm_arena arena;
		size_t at = 0;

		pm_arena_init(&arena);
		assert_true(pm_text_place_next(pm_slice_of(store), &at, &place));
		assert_null(
			pm_kernel_resolve(pm_symbols_kernel(symbols, &id), &place.place, &arena, &resolved));
		const char *unused = pm_symbols_base_path_unused(symbols);
		assert_string_equal(unused ? unused : "used", nonsense ? in_dir("init/main.c") : "used");
		assert_string_equal(resolved.frames.v[0].file,
				    nonsense ? in_dir("init/main.c") : "init/main.c");
		pm_arena_deinit(&arena);
		pm_symbols_destroy(symbols);
	}
}

static void a_missing_vmlinux_is_named(void **state)
{
	(void)state;
	struct pm_symbols_options options = { .root = "/nonexistent", .release = "6.1.0-50-amd64" };
	struct result r = symbolized(&options, false, " leaf+0x4/0x7f0\n");

	assert_string_equal(r.text, " leaf+0x4/0x7f0\n");
	assert_string_equal(
		r.troubles,
		"source lines of the kernel: no vmlinux with debug information for 6.1.0-50-amd64 was found; "
		"install linux-image-6.1.0-50-amd64-dbg\n");
	free(r.text);
}

/* ---- incidents ---- */

static void incidents_get_lines_and_members(void **state)
{
	char store[128], call[128];
	struct pm_incident inc;
	unsigned long long offset, size;

	(void)state;
	print_place("vmlinux", "leaf", 6, false, store, sizeof(store));
	print_place("vmlinux", "caller", 19, true, call, sizeof(call));
	pm_incident_init(&inc);
	inc.machine.system = PM_LINUX;
	inc.machine.release = "6.9.0-test";
	assert_int_equal(sscanf(store, "leaf+0x%llx/0x%llx", &offset, &size), 2);
	inc.place = (struct pm_place){ .symbol = "leaf", .has_offset = true, .offset = offset, .size = size };
	inc.fault.base_reg = "rdi";
	inc.fault.displacement = 0x20;
	struct pm_trace *trace = PM_PUSH(&inc.arena, &inc.traces);
	trace->role = PM_TRACE_CRASH;
	struct pm_frame *frame = PM_PUSH(&inc.arena, &trace->frames);
	frame->place = inc.place;
	frame->interrupted = true;
	assert_int_equal(sscanf(call, "caller+0x%llx/0x%llx", &offset, &size), 2);
	frame = PM_PUSH(&inc.arena, &trace->frames);
	frame->place =
		(struct pm_place){ .symbol = "caller", .has_offset = true, .offset = offset, .size = size };

	struct pm_symbols_options options = with_vmlinux();
	options.source_path = dir;
	struct pm_symbols *symbols = pm_symbols_create(&options);
	assert_null(pm_symbols_apply(symbols, &inc));
	assert_string_equal(inc.place.file, "init/main.c");
	assert_int_equal(inc.place.file_line, 6);
	assert_string_equal(inc.place.source_text, "st->counter = n;");
	trace = &inc.traces.v[0];
	assert_int_equal(trace->frames.n, 4);
	assert_string_equal(trace->frames.v[0].place.symbol, "store");
	assert_true(trace->frames.v[0].inlined && trace->frames.v[1].inlined && !trace->frames.v[2].inlined);
	assert_int_equal(trace->frames.v[1].place.file_line, 11);
	assert_int_equal(trace->frames.v[2].place.file_line, 15);
	assert_string_equal(trace->frames.v[3].place.symbol, "caller");
	assert_int_equal(trace->frames.v[3].place.file_line, 19);
	assert_int_equal(inc.missing.n, 0);
#ifdef __x86_64__
	/* link: 16 bytes, flags, the union at 24, counter at 32. */
	assert_string_equal(inc.fault.member, "counter");
	assert_string_equal(inc.fault.member_type, "struct state");
	assert_string_equal(inc.fault.member_variable, "st");
	assert_int_equal(inc.fault.member_offset, 0x20);
#endif
	pm_symbols_destroy(symbols);
	pm_incident_deinit(&inc);
}

/* A kernel with the recorder and without names: addresses alone, and where a call never returns, one behind the function. */
static void the_recorders_addresses_get_names(void **state)
{
	struct pm_elf *elf = open_elf(in_dir("vmlinux"));
	const uint64_t behind = symbol(elf, "leaf")->addr + symbol(elf, "leaf")->size;
	const uint64_t first = symbol(elf, "caller")->addr;

	(void)state;
	for (int called = 0; called < 2; called++) {
		struct pm_symbols_options options = with_vmlinux();
		struct pm_symbols *symbols = pm_symbols_create(&options);
		struct pm_incident inc;

		pm_incident_init(&inc);
		inc.machine.system = PM_KPANIC;
		inc.fault.has_error_code = !called;
		inc.place = (struct pm_place){ .has_addr = true, .addr = called ? behind : first };
		struct pm_trace *trace = PM_PUSH(&inc.arena, &inc.traces);
		trace->role = PM_TRACE_CRASH;
		PM_PUSH(&inc.arena, &trace->frames)->place = inc.place;
		assert_null(pm_symbols_apply(symbols, &inc));
		const struct pm_frame *frame = &inc.traces.v[0].frames.v[inc.traces.v[0].frames.n - 1];
		assert_string_equal(inc.place.symbol, called ? "leaf" : "caller");
		assert_int_equal(inc.place.offset, called ? behind - symbol(elf, "leaf")->addr : 0);
		assert_in_range(inc.place.file_line, called ? 16 : 18, called ? 16 : 19);
		assert_string_equal(frame->place.symbol, inc.place.symbol);
		assert_int_equal(frame->place.file_line, inc.place.file_line);
		pm_symbols_destroy(symbols);
		pm_incident_deinit(&inc);
	}
	pm_elf_close(elf);
}

static void members_of_unions_and_nested_structures(void **state)
{
	static const struct {
		const char *reg;
		int64_t displacement;
		const char *member; /* NULL: not told */
	} cases[] = {
		{ "rdi", 0x20, "counter" }, { "rdi", 8, "link.prev" },
		{ "rdi", 0x18, "a or b" },  { "rdi", 0x28, NULL },
		{ "rdi", -8, NULL },        { "rsi", 0x20, NULL }, /* a long, no pointer */
		{ "r9", 0x20, NULL },       { "nonsense", 0, NULL },
	};
	struct pm_arena arena;

	(void)state;
#ifndef __x86_64__
	skip();
#endif
	struct pm_elf *elf = open_elf(in_dir("vmlinux"));
	struct pm_dwarf *dwarf = pm_dwarf_create(elf);
	pm_arena_init(&arena);
	for (size_t i = 0; i < PM_COUNT(cases); i++) {
		struct pm_member member = { 0 };
		bool told = pm_dwarf_member(dwarf, symbol(elf, "leaf")->addr, cases[i].reg,
					    cases[i].displacement, &arena, &member);

		assert_int_equal(told, cases[i].member != NULL);
		if (told)
			assert_string_equal(member.member, cases[i].member);
	}
	pm_arena_deinit(&arena);
	pm_dwarf_destroy(dwarf);
	pm_elf_close(elf);
}

static void broken_files_are_named(void **state)
{
	static const struct {
		const char *name, *bytes;
		size_t n;
		const char *why;
	} cases[] = {
		{ "empty", "", 0, "is empty" },
		{ "text", "hello", 5, "not an ELF file" },
		{ "cut", "\177ELF\2\1\1\0\0\0\0\0\0\0\0\0\2\0", 18, "ELF header is cut off" },
	};
	struct pm_elf *elf;

	(void)state;
	for (size_t i = 0; i < PM_COUNT(cases); i++) {
		FILE *f = fopen(in_dir(cases[i].name), "w");
		fwrite(cases[i].bytes, 1, cases[i].n, f);
		fclose(f);
		struct pm_error *err = pm_elf_open(in_dir(cases[i].name), &elf);
		assert_non_null(err);
		char want[512];
		snprintf(want, sizeof(want), "%s: %s", in_dir(cases[i].name), cases[i].why);
		assert_string_equal(err->message, want);
		pm_error_free(err);
	}
	struct pm_error *err = pm_elf_open(dir, &elf);
	assert_non_null(strstr(err->message, "is a directory"));
	pm_error_free(err);
	err = pm_elf_open("/nonexistent/vmlinux", &elf);
	assert_int_equal(err->code, PM_IO);
	pm_error_free(err);
}

/* A file cut off anywhere neither crashes nor answers wrongly. */
static void truncated_files_do_no_harm(void **state)
{
	char got[512];

	(void)state;
	FILE *f = fopen(in_dir("mydrv.ko"), "r");
	static char bytes[1 << 16];
	size_t n = fread(bytes, 1, sizeof(bytes), f);
	fclose(f);
	for (size_t cut = 0; cut < n; cut += 97) {
		struct pm_elf *elf;
		const struct pm_elf_symbol *found;

		/* The section table stands last: so it is bytes in the middle that are lost. */
		static char copy[1 << 16];
		memcpy(copy, bytes, n);
		memset(copy + cut, 0xff, n - cut < 64 ? n - cut : 64);
		if (pm_error_take(pm_elf_open_bytes("cut", copy, n, &elf)) != PM_OK)
			continue;
		struct pm_dwarf *dwarf = pm_dwarf_create(elf);
		if (dwarf && pm_elf_find_name(elf, "leaf", 4, &found, 1))
			chain(dwarf, found->addr, got, sizeof(got));
		pm_dwarf_destroy(dwarf);
		pm_elf_close(elf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(inlined_calls_are_told_in_every_format),
		cmocka_unit_test(modules_of_every_machine_are_relocated),
		cmocka_unit_test(compressed_modules_are_opened),
		cmocka_unit_test(agrees_with_eu_addr2line),
		cmocka_unit_test(sizes_are_those_of_kallsyms),
		cmocka_unit_test(lines_replace_places),
		cmocka_unit_test(modules_are_found_and_relocated),
		cmocka_unit_test(another_kernel_is_refused),
		cmocka_unit_test(sizes_that_contradict_are_refused),
		cmocka_unit_test(what_is_no_vmlinux_is_told_by_name),
		cmocka_unit_test(a_vmlinux_without_any_of_the_functions_is_anothers),
		cmocka_unit_test(a_base_path_that_cuts_nothing_is_noticed),
		cmocka_unit_test(a_missing_vmlinux_is_named),
		cmocka_unit_test(incidents_get_lines_and_members),
		cmocka_unit_test(the_recorders_addresses_get_names),
		cmocka_unit_test(members_of_unions_and_nested_structures),
		cmocka_unit_test(broken_files_are_named),
		cmocka_unit_test(truncated_files_do_no_harm),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
