/* ascii: numbers as the text that their bytes are, and the chart of them. */
#include "shell/commands.h"

#include <ctype.h>
#include <string.h>

static const char *const controls[33] = {
	"NUL", "SOH", "STX", "ETX", "EOT", "ENQ", "ACK", "BEL", "BS",  "HT",  "LF",
	"VT",  "FF",  "CR",  "SO",  "SI",  "DLE", "DC1", "DC2", "DC3", "DC4", "NAK",
	"SYN", "ETB", "CAN", "EM",  "SUB", "ESC", "FS",  "GS",  "RS",  "US",  "SP",
};

static const char *name_of(unsigned c, char buf[2])
{
	buf[0] = (char)c;
	buf[1] = 0;
	return c < PM_COUNT(controls) ? controls[c] : c == 127 ? "DEL" : buf;
}

static void put_chart(struct pm_shell *sh)
{
	char buf[2];

	fputs("\n      0    1   2   3   4   5   6   7\n    +-------------------------------\n", sh->out);
	for (unsigned row = 0; row < 16; row++) {
		fprintf(sh->out, "  %X |", row);
		for (unsigned column = 0; column < 8; column++) {
			const char *name = name_of(column * 16 + row, buf);

			/* characters in the middle, names at the right */
			fprintf(sh->out, name[1] ? " %3s" : column < 7 ? "  %s " : "  %s", name);
		}
		fputc('\n', sh->out);
	}
	fputc('\n', sh->out);
}

bool pm_shell_ascii(struct pm_shell *sh, int argc, char **argv)
{
	bool ok = true;

	if (argc < 2 && sh->json)
		return true;
	if (argc < 2)
		put_chart(sh);
	if (sh->json)
		pm_json_open(sh->json, "values", '[');
	for (int i = 1; i < argc; i++) {
		const char *digits = argv[i] + (argv[i][0] == '0' && argv[i][1] == 'x' ? 2 : 0);
		struct pm_slice slice = pm_slice_of(digits);
		char text[9] = { 0 };
		uint64_t value;

		if (!pm_slice_hex(slice, &value)) {
			ok = pm_shell_error(sh, "ascii", "not a number in hex: %s", argv[i]);
			continue;
		}
		/* the lowest byte is the first in memory */
		for (unsigned k = 0; k < 8; k++) {
			unsigned char c = (unsigned char)(value >> 8 * k);

			text[k] = (char)(isprint(c) ? c : '.');
		}
		for (size_t k = 8; k && !(value >> 8 * (k - 1)); k--)
			text[k - 1] = 0;
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "value", value);
			pm_json_str(sh->json, "text", text);
			pm_json_close(sh->json, '}');
		} else {
			fprintf(sh->out, "%0*llx: %s\n", value >> 32 ? 16 : 8, (unsigned long long)value,
				text);
		}
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}
