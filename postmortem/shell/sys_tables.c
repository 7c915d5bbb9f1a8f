/* sys -c, -t, -i, config: system calls, taints, the firmware's words, the kernel's configuration. */
#include "shell/sys.h"

#include "decode/taint.h"
#include "linux/member.h"
#include "shell/lines.h"
#include "symbols/inflate.h"

#include <stdlib.h>
#include <string.h>

/* ---- -c ---- */

static void system_call(struct pm_shell *sh, unsigned number, uint64_t function, const char *name)
{
	static const struct pm_column columns[] = {
		{ "NUM", "number", 3, PM_CELL_UNSIGNED },
		{ NULL, "address", 0, PM_CELL_ADDRESS },
		{ "SYSTEM CALL", "name", -25, PM_CELL_TEXT },
		{ "FILE AND LINE NUMBER", "source", -1, PM_CELL_TEXT },
	};
	char source[256] = "";

	/* of a vmlinux that was given: one that would have to be looked for takes its time for all of them */
	if (sh->lines)
		pm_shell_line_of(sh, function, source, sizeof(source));
	if (!number && !name)
		PM_TITLES(sh, columns);
	else
		PM_ROW(sh, columns, { number }, { function }, { .s = name },
		       { .s = *source ? source : NULL });
}

bool pm_shell_system_calls(struct pm_shell *sh, const char *text)
{
	enum { most = 2048 };
	struct pm_linux *lx = sh->lx;
	uint64_t table, start, end, function, wanted = 0;
	bool by_number = text && pm_slice_dec(pm_slice_of(text), &wanted), any = false, lost = false;
	uint32_t index;

	if (!pm_linux_symbol(lx, "sys_call_table", &table) || !lx->symbols ||
	    !pm_linux_symbols_find(lx->symbols, table, &index, &start, &end))
		return pm_shell_error(sh, "sys", "-c: no symbol leads to the table of system calls");
	pm_shell_open(sh, "system_calls", '[');
	for (unsigned i = 0; i < (end - table) / 8 && i < most && !pm_shell_interrupted(sh); i++) {
		char name[PM_LINUX_NAME_MAX + 96];

		if (by_number && i != wanted)
			continue;
		if (!pm_space_load(&lx->kernel, table + 8 * i, 8, &function)) {
			lost = true;
			continue;
		}
		/* behind the table is what its alignment leaves */
		if (function < lx->image || function >= lx->image_end)
			break;
		pm_shell_name(sh, function, true, name, sizeof(name));
		if (text && !by_number && !strstr(name, text))
			continue;
		if (!any)
			system_call(sh, 0, 0, NULL);
		any = true;
		system_call(sh, i, function, name);
	}
	pm_shell_close(sh, ']');
	if (lost)
		return pm_shell_error(sh, "sys", "-c: parts of the table are not in the dump");
	return any || pm_shell_no_such(sh, "sys", "system call", text ? text : "", NULL);
}

/* ---- -t ---- */

void pm_shell_taint_letters(uint64_t taints, char buf[32])
{
	/* by bit (kernel/panic.c): modules have some of the same */
	static const char letters[] = "PFSRMBUDAWCIOELKXTNJ";
	size_t n = 0;

	for (unsigned bit = 0; letters[bit]; bit++)
		if (taints >> bit & 1)
			buf[n++] = letters[bit];
	buf[n] = 0;
}

bool pm_shell_taints(struct pm_shell *sh)
{
	uint64_t mask;
	char letters[32];

	if (!pm_linux_variable(sh->lx, "tainted_mask", 8, &mask))
		return pm_shell_error(sh, "sys", "-t: tainted_mask is not in the dump");
	pm_shell_taint_letters(mask, letters);
	if (sh->json) {
		pm_json_hex(sh->json, "tainted_mask", mask);
		pm_json_str(sh->json, "taints", letters);
	} else {
		fprintf(sh->out, "TAINTED_MASK: %llx  %s\n", (unsigned long long)mask, letters);
	}
	pm_shell_open(sh, "words", '[');
	for (const char *l = letters; *l; l++) {
		const char *words = pm_taint_words(*l);

		if (sh->json)
			pm_json_str(sh->json, NULL, words ? words : "?");
		else
			fprintf(sh->out, "  %c: %s\n", *l, words ? words : "?");
	}
	pm_shell_close(sh, ']');
	return true;
}

/* ---- -i ---- */

bool pm_shell_dmi(struct pm_shell *sh)
{
	struct pm_linux *lx = sh->lx;
	uint32_t id = lx->btf ? pm_btf_find(lx->btf, PM_BTF_ENUM, "dmi_field") : 0;
	uint64_t table, at;
	const char *name;
	int64_t index;
	char text[256];

	if (!id || !pm_linux_symbol(lx, "dmi_ident", &table))
		return pm_shell_error(sh, "sys",
				      "-i: the kernel keeps no texts of its firmware, or no symbol of them");
	pm_shell_open(sh, "dmi", '{');
	for (uint32_t i = 0; (name = pm_btf_enum(lx->btf, id, i, &index)) && strcmp(name, "DMI_STRING_MAX");
	     i++) {
		if (index < 0 || index > 64 ||
		    !pm_space_load(&lx->kernel, table + 8 * (uint64_t)index, 8, &at) || !at)
			continue;
		if (!pm_space_string(&lx->kernel, at, text, sizeof(text)))
			snprintf(text, sizeof(text), "(not in the dump)");
		if (sh->json)
			pm_json_str(sh->json, name, text);
		else
			fprintf(sh->out, "%25s: %s\n", name, text);
	}
	pm_shell_close(sh, '}');
	return true;
}

/* ---- config ---- */

/* Up to there: the largest configuration packed, and unpacked, has a quarter of that. */
enum { most_packed = 1 << 20, most_text = 4 << 20 };

static const char config_start[] = "IKCFG_ST";

/* Where the packed text stands between its marks.  The symbols are between them, too; without symbols of data the marks
 * are looked for in the image. */
static bool find_config(struct pm_shell *sh, uint64_t *start_out, uint64_t *end_out)
{
	struct pm_linux *lx = sh->lx;
	enum { step = 1 << 16, mark = sizeof(config_start) - 1 };

	if (pm_linux_symbol(lx, "kernel_config_data", start_out)) {
		if (!pm_linux_symbol(lx, "kernel_config_data_end", end_out) || *end_out <= *start_out)
			*end_out = *start_out + most_packed;
		return true;
	}
	uint8_t *buf = pm_alloc(step + mark);
	bool found = false;

	for (uint64_t at = lx->image; at < lx->image_end && !found && !pm_shell_interrupted(sh); at += step) {
		size_t got = pm_space_read(&lx->kernel, at, buf, step + mark, NULL);
		uint8_t *hit = got ? memmem(buf, got, config_start, mark) : NULL;

		found = hit;
		if (found) {
			*start_out = at + (uint64_t)(hit - buf) + mark;
			*end_out = *start_out + most_packed;
		}
	}
	free(buf);
	return found;
}

/* "CONFIG_X=y" → a member; comments that say "is not set" → "n". */
static void config_json(struct pm_shell *sh, struct pm_slice text)
{
	struct pm_slice line, name;

	pm_json_open(sh->json, "config", '{');
	while (pm_take_line(&text, &line)) {
		bool off = pm_take(&line, PM_S("# ")) && pm_slice_ends(line, PM_S(" is not set"));

		if (!pm_slice_starts(line, PM_S("CONFIG_")) || !pm_take_until(&line, off ? " " : "=", &name))
			continue;
		pm_take_char(&line, '=');
		char *key = pm_printf("%.*s", PM_FMT(name)), *value = pm_printf("%.*s", PM_FMT(line));

		pm_json_str(sh->json, key, off ? "n" : value);
		free(key);
		free(value);
	}
	pm_json_close(sh->json, '}');
}

bool pm_shell_config(struct pm_shell *sh)
{
	uint64_t start = 0, end = 0;
	uint8_t *packed, *text;
	size_t n;

	if (!find_config(sh, &start, &end))
		return pm_shell_error(sh, "sys",
				      "config: the kernel does not carry its configuration "
				      "(CONFIG_IKCONFIG); it may be in /boot/config-%s",
				      sh->lx->release ? sh->lx->release : "RELEASE");
	if (end - start > most_packed)
		end = start + most_packed;
	packed = pm_alloc(most_packed);
	size_t got = pm_space_read(&sh->lx->kernel, start, packed, (size_t)(end - start), NULL);
	struct pm_error *err = pm_inflate(PM_PACKED_GZIP, (struct pm_bytes){ .p = packed, .n = got }, 0,
					  most_text, &text, &n);

	free(packed);
	if (err) {
		pm_shell_error(sh, "sys", "config: %s", err->message);
		pm_error_free(err);
		return false;
	}
	if (sh->json)
		config_json(sh, (struct pm_slice){ (const char *)text, n });
	else
		fwrite(text, 1, n, sh->out);
	free(text);
	return true;
}
