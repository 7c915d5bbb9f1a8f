/* The commands on the kernel's memory, devices, network and programs, on a small kernel with any bytes of it changed; and any
 * bytes as instructions of BPF. */
#include "../unit/linux_image.h"

#include "decode/bpf.h"
#include "shell/lines.h"
#include "shell/settings.h"
#include "shell/shell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const commands[] = {
	"kmem -f; kmem -F",
	"kmem -v; kmem -z; kmem -h",
	"kmem -n; kmem -V; kmem -o",
	"kmem -S; kmem 81000",
	"net; net -a; net -S 42",
	"log -a; log -s; log -d",
	"dev; dev -i",
	"dev -p; dev -d",
	"sys; sys -c; sys -i",
	"sys config; sys -t",
	"mach; mach -m; mach -c",
	"bpf -PMTs",
	"kmem -m flags,buddy_list",
	"net -n 42; mod -t",
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

/* A byte that chooses commands; then patches: two bytes of place in the structures, one of length, then the bytes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct image image;
	static uint8_t *saved;

	if (!saved) {
		image_make(&image, &(struct image_options){ .machine = true });
		saved = pm_alloc(image.core_size);
		memcpy(saved, image.core, image.core_size);
	}
	if (!size)
		return 0;
	read_instructions(data + 1, size - 1);
	uint64_t length = image.machine_to - image.machine_from;

	for (size_t at = 1; at + 3 < size;) {
		uint64_t place = image.machine_from + (data[at] | (uint64_t)data[at + 1] << 8) % length;
		size_t n = data[at + 2] & 15;

		at += 3;
		for (size_t i = 0; i <= n && at < size && place < image.machine_to; i++, place++)
			image.core[image.memory_at + place] = data[at++];
	}
	struct pm_dump *dump = NULL;
	struct pm_error *err = pm_dump_open_file(pm_file_memory("fuzz", image.core, image.core_size), &dump);

	if (!err)
		run(dump, commands[(data[0] >> 1) % PM_COUNT(commands)], data[0] & 1);
	pm_error_free(err);
	pm_dump_close(dump);
	memcpy(image.core + image.memory_at + image.machine_from,
	       saved + image.memory_at + image.machine_from, (size_t)length);
	return 0;
}
