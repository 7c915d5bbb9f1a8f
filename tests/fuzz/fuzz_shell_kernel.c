/* The commands that read structures of the kernel, on small kernels with any bytes of them changed; and any bytes as
 * instructions of BPF. */
#include "../unit/linux_image.h"

#include "decode/bpf.h"
#include "shell/lines.h"
#include "shell/settings.h"
#include "shell/shell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct kind {
	struct image_options options;
	const char *commands[24];
};

static const struct kind kinds[] = {
	{ { .machine = true },
	  { "kmem -f; kmem -F", "kmem -v; kmem -z; kmem -h", "kmem -n; kmem -V; kmem -o",
	    "kmem -S; kmem 81000", "net; net -a; net -S 42", "log -a; log -s; log -d", "dev; dev -i",
	    "dev -p; dev -d", "sys; sys -c; sys -i", "sys config; sys -t", "mach; mach -m; mach -c",
	    "bpf -PMTs", "kmem -m flags,buddy_list", "net -n 42; mod -t", "mount; mount -f; mount -i",
	    "files -c 42; files -p ffffffff80150000", "swap; pte 7fffffffffffc0a" } },
	{ { .queues = true },
	  { "runq; runq -g; runq -T", "runq -d; runq -m; runq -t", "timer; timer -r",
	    "irq; irq -s; irq -a; irq -b; irq -d", "sig 42; sig -g 42", "ipcs; ipcs -M", "sbitmapq some_tags",
	    "waitq some_wait; waitq nobody_waits", "tree -t xarray irq_desc_tree; tree -t rb runqueues:0",
	    "ps -t; ps -l; ps -m", "list -H some_wait" } },
	{ { .old = true, .blocked = true },
	  { "ps -G; ps -a; ps -r", "vm; vm -p; vm -m", "kmem -s; kmem -i; kmem -S", "locks; blocked",
	    "foreach bt -FF", "files; fuser /bin/sh", "bt -a -f; bt -e; bt -v; bt -E",
	    "rd -S ffff888000083e00 64", "mod; mod -t; log" } },
	{ { .sheaves = true, .held = true, .rt = true },
	  { "kmem -s; kmem -i; kmem -S", "locks; blocked", "vm; vm -P 42; vtop 400012", "id ffff888000050300",
	    "files; foreach files", "bt all; bt -t; bt -T; bt -r", "search -t ffff888000050300",
	    "ps -p; ps -c; ps -g", "why; task 42; p init_task" } },
};

static void run(struct pm_dump *dump, const char *line, bool as_json)
{
	static FILE *nothing;
	struct pm_shell sh = { .dump = dump, .sealed = true };
	struct pm_json json;
	struct pm_error *err = pm_session_open(dump, NULL, &sh.session);

	if (!nothing)
		nothing = fopen("/dev/null", "w");
	if (!err && nothing) {
		sh.out = nothing;
		sh.lx = pm_session_kernel(sh.session);
		sh.btf = sh.lx->btf;
		sh.settings.errors_file = fopen("/dev/null", "w");
		pm_json_init(&json, nothing);
		sh.json = as_json ? &json : NULL;
		sh.task = pm_session_cpus(sh.session)->v.n ? pm_session_cpus(sh.session)->v.v[0].task : 0;
		pm_shell_run(&sh, line);
		pm_shell_lines_close(&sh);
		pm_shell_settings_end(&sh);
		pm_shell_aliases_free(&sh);
		pm_json_deinit(&json);
	}
	pm_error_free(err);
	pm_session_close(sh.session);
}

static void read_instructions(const uint8_t *data, size_t size)
{
	char text[64];

	for (; size >= 8; data += 8, size -= 8) {
		struct pm_bpf_insn insn;

		pm_bpf_load(data, &insn);
		pm_bpf_text(&insn, 0, NULL, text, sizeof(text));
		if (strlen(text) >= sizeof(text))
			abort();
	}
}

static struct kernel {
	struct image image;
	uint8_t *saved;
} kernels[PM_COUNT(kinds)];

static void start(struct kernel *k, const struct image_options *options)
{
	image_make(&k->image, options);
	k->saved = pm_alloc(k->image.core_size);
	memcpy(k->saved, k->image.core, k->image.core_size);
}

/* Two bytes of place, one of what lies there and of length, then the bytes.  undo: the image becomes what it was. */
static void patch(struct kernel *k, const uint8_t *data, size_t size, bool undo)
{
	const struct image *im = &k->image;
	const uint64_t parts[][2] = {
		{ im->machine_from, im->machine_to },
		{ im->memory_from, im->memory_to },
		{ 0x100000, im->next },
		{ 0x40000, IMAGE_SLAB_2 + PM_PAGE_SIZE },
		{ IMAGE_STACK, IMAGE_STACK + 0x8000 },
		{ IMAGE_STACK_2, IMAGE_STACK_3 + 0x4000 },
	};

	for (size_t at = 0; at + 3 < size;) {
		const uint64_t *part = parts[(data[at + 2] >> 4) % PM_COUNT(parts)];
		uint64_t length = part[1] > part[0] ? part[1] - part[0] : 1;
		uint64_t place =
			part[0] +
			(8 * (data[at] | (uint64_t)data[at + 1] << 8) + (data[at + 2] >> 1 & 7)) % length;
		size_t n = data[at + 2] & 15;

		at += 3;
		for (size_t i = 0; i <= n && at < size && place < part[1]; i++, place++, at++)
			im->core[im->memory_at + place] = undo ? k->saved[im->memory_at + place] : data[at];
	}
}

/* A byte that chooses the kernel and the commands, then instructions, and patches. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	unsigned which = data[0] >> 1;
	const struct kind *kind = &kinds[which % PM_COUNT(kinds)];
	struct kernel *k = &kernels[which % PM_COUNT(kinds)];
	size_t n = 0;

	if (!k->saved)
		start(k, &kind->options);
	while (n < PM_COUNT(kind->commands) && kind->commands[n])
		n++;
	read_instructions(data + 1, size - 1);
	patch(k, data + 1, size - 1, false);
	struct pm_dump *dump = NULL;
	struct pm_error *err =
		pm_dump_open_file(pm_file_memory("fuzz", k->image.core, k->image.core_size), &dump);

	if (!err)
		run(dump, kind->commands[which / PM_COUNT(kinds) % n], data[0] & 1);
	pm_error_free(err);
	pm_dump_close(dump);
	patch(k, data + 1, size - 1, true);
	return 0;
}
