/* Names and texts of a dump are whatever its memory says: they must not move a terminal's cursor. */
#include "shell/output.h"

#include "base/interrupt.h"
#include "render/escape.h"

#include <stdlib.h>
#include <string.h>

static void write_escaped(FILE *out, const char *text)
{
	struct pm_buf safe = { 0 };

	pm_escape_terminal(&safe, text, false);
	if (safe.n)
		fwrite(safe.data, 1, safe.n, out);
	pm_buf_deinit(&safe);
}

/* Line ends and tabs are our own; what stands between them is escaped.  Of a command that was interrupted nothing more is
 * shown, however much it still has to say. */
static ssize_t write_safe(void *cookie, const char *bytes, size_t n)
{
	FILE *out = cookie;
	size_t done = 0;

	while (done < n && !pm_interrupted()) {
		size_t piece = 0;

		while (done + piece < n && !memchr("\n\t", bytes[done + piece], 3))
			piece++;
		char *text = pm_printf("%.*s", (int)piece, bytes + done);

		write_escaped(out, text);
		free(text);
		done += piece;
		if (done < n && bytes[done])
			fputc(bytes[done], out);
		done += done < n;
	}
	fflush(out);
	return ferror(out) ? 0 : (ssize_t)n;
}

FILE *pm_shell_terminal(FILE *out)
{
	FILE *safe = fopencookie(out, "w", (cookie_io_functions_t){ .write = write_safe });

	/* whole lines, so that no character is cut in two */
	if (safe)
		setvbuf(safe, NULL, _IOLBF, 1 << 16);
	return safe ? safe : out;
}

void pm_shell_style(struct pm_shell *sh, enum pm_shell_style style)
{
	static const char *const codes[] = { "\033[0m", "\033[1m", "\033[33m" };

	/* past what escapes the dump's own */
	if (!sh->colours || (!sh->pager && sh->out != sh->screen))
		return;
	fflush(sh->out);
	fputs(codes[style], sh->pager ? sh->pager->stream : stdout);
}
