/* Lines typed into the shell: taken apart, completed, run on a small kernel, as text and as JSON.  Nothing of it leaves
 * the shell: it is sealed. */
#include "../unit/linux_image.h"

#include "shell/complete.h"
#include "shell/lines.h"
#include "shell/settings.h"
#include "shell/shell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct pm_linux_session *session;
static struct pm_dump *dump;
static FILE *nothing;

static void start(void)
{
	static struct image image;

	image_make(&image, &(struct image_options){ .machine = true });
	dump = image_open(&image);
	nothing = fopen("/dev/null", "w");
	if (!dump || !nothing || pm_session_open(dump, NULL, &session))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const size_t most = 400;
	struct pm_shell_matches matches;
	struct pm_json json;

	if (!size)
		return 0;
	if (!session)
		start();
	struct pm_shell sh = { .dump = dump, .session = session, .sealed = true, .out = nothing };

	sh.lx = pm_session_kernel(session);
	sh.btf = sh.lx->btf;
	sh.settings.errors_file = fopen("/dev/null", "w");
	pm_json_init(&json, nothing);
	sh.json = data[0] & 1 ? &json : NULL;
	sh.task = pm_session_cpus(session)->v.n ? pm_session_cpus(session)->v.v[0].task : 0;
	char *line = pm_printf("%.*s", (int)(size - 1 < most ? size - 1 : most), (const char *)data + 1);

	pm_shell_complete(&sh, line, &matches);
	if (pm_shell_common(&matches) < matches.length && matches.names.n)
		abort(); /* what is there of the word is in all of them */
	pm_shell_matches_free(&matches);
	pm_shell_run(&sh, line);
	free(line);
	pm_shell_lines_close(&sh);
	pm_shell_settings_end(&sh);
	pm_shell_aliases_free(&sh);
	pm_json_deinit(&json);
	return 0;
}
