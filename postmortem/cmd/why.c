/* The explanation inside of the shell. */
#include "cmd/why.h"

#include "decode/decode.h"
#include "explain/explain.h"
#include "image/report.h"
#include "linux/report.h"
#include "render/render.h"
#include "symbols/symbols.h"

#include <stdlib.h>

struct why {
	struct pm_shell *sh;
	struct pm_symbols *symbols;
	struct pm_render_text style;
	unsigned reports, consequences;
};

/* In one line, as all that the shell writes: line ends are only between members. */
static void put_json(struct pm_shell *sh, const struct pm_incident *inc, bool first)
{
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	if (!out)
		return;
	pm_render_json_report(out, inc, first);
	fclose(out);
	for (size_t i = 0; i < n; i++)
		if (text[i] != '\n')
			fputc(text[i], sh->json->out);
	free(text);
}

/* As cmd/report.c: the first report says all that memory knows; what only follows from it is counted. */
static bool on_incident(struct pm_incident *inc, void *user)
{
	struct why *why = user;
	struct pm_shell *sh = why->sh;

	pm_decode(inc);
	pm_error_free(pm_symbols_apply(why->symbols, inc));
	pm_explain(inc);
	if (sh->json) {
		put_json(sh, inc, why->reports == 0);
	} else if (inc->secondary && !why->style.details) {
		why->consequences++;
	} else {
		why->style.number = why->reports ? why->reports + 1 : 0;
		pm_render_text(sh->out, inc, &why->style);
	}
	why->reports++;
	return !pm_shell_interrupted(sh);
}

bool pm_cmd_why(struct pm_shell *sh, bool details, bool evidence)
{
	const struct pm_symbols_options symbols = { .vmlinux = sh->vmlinux };
	struct why why = { .sh = sh,
			   .symbols = pm_symbols_create(&symbols),
			   .style = { .width = 80,
				      .ascii = !pm_render_is_utf8(),
				      .details = details,
				      .evidence = evidence } };
	struct pm_error *err;

	if (sh->json)
		pm_json_open(sh->json, "reports", '[');
	err = sh->session ? pm_linux_read_dump(sh->session, on_incident, &why)
			  : pm_image_read_dump(sh->image, on_incident, &why);
	if (sh->json)
		pm_json_close(sh->json, ']');
	pm_symbols_destroy(why.symbols);
	if (why.consequences)
		fprintf(sh->out, "\n%u more report%s in its log %s of this (-v shows %s)\n", why.consequences,
			why.consequences > 1 ? "s" : "",
			why.consequences > 1 ? "are consequences" : "is a consequence",
			why.consequences > 1 ? "them" : "it");
	if (err) {
		pm_shell_error(sh, "why", "%s", err->message);
		pm_error_free(err);
		return false;
	}
	return why.reports || pm_shell_error(sh, "why", "the kernel had not panicked");
}
