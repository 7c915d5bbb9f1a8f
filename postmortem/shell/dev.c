/* dev: character and block devices, disks. */
#include "shell/dev.h"

#include "linux/disks.h"
#include "linux/member.h"
#include "read/dump.h"
#include "shell/commands.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const struct pm_column device_columns[] = {
	{ NULL, "major", 0, PM_CELL_UNSIGNED },
	{ NULL, "name", 0, PM_CELL_TEXT },
	{ NULL, "address", 0, PM_CELL_ADDRESS },
};

static void device_row(struct pm_shell *sh, uint64_t major, const char *name, uint64_t device,
		       uint64_t operations)
{
	char text[PM_LINUX_NAME_MAX + 96] = "", addr[24] = "(none)";

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		PM_ROW_MEMBERS(sh, device_columns, { major }, { .s = name },
			       { .n = device, .absent = !device });
		if (operations) {
			pm_json_open(sh->json, "operations", '{');
			pm_json_hex(sh->json, "address", operations);
			pm_shell_json_place(sh, operations, true);
			pm_json_close(sh->json, '}');
		}
		pm_json_close(sh->json, '}');
		return;
	}
	if (operations)
		pm_shell_name(sh, operations, true, text, sizeof(text));
	text[strcspn(text, " ")] = 0; /* without its module, as crash has it */
	if (device)
		snprintf(addr, sizeof(addr), "%016llx", (unsigned long long)device);
	fprintf(sh->out, "%4llu      %-16s  %-16s  %s\n", (unsigned long long)major, name, addr, text);
}

/* ---- alone ---- */

enum { hash = 255, max_chain = 256 };

/* A table of chains: chrdevs, major_names. */
static const char *each_chain(struct pm_shell *sh, const char *symbol, const char *type,
			      void (*fn)(struct pm_shell *sh, uint64_t entry, const void *user),
			      const void *user)
{
	uint64_t table, at;
	const char *trouble = NULL;

	if (!pm_linux_symbol(sh->lx, symbol, &table))
		return "no symbol leads to them";
	for (unsigned i = 0; i < hash; i++) {
		if (!pm_space_load(&sh->lx->kernel, table + 8 * i, 8, &at)) {
			trouble = "parts of the table are not in the dump";
			continue;
		}
		for (unsigned k = 0; at; k++) {
			if (k == max_chain || pm_shell_interrupted(sh)) {
				trouble = "a chain does not end";
				break;
			}
			uint64_t next;

			if (!pm_linux_member_get(sh->lx, at, type, "next", &next)) {
				trouble = "a chain leads to memory that is not in the dump";
				break;
			}
			fn(sh, at, user);
			at = next;
		}
	}
	return trouble;
}

/* Most are found by their numbers alone: a map of them, with the same hash, of ranges, the smallest first. */
static uint64_t mapped_device(struct pm_shell *sh, uint64_t major, uint64_t minor)
{
	enum { minor_bits = 20 };
	struct pm_linux *lx = sh->lx;
	uint64_t map, at, number = major << minor_bits | minor, first, range;

	if (!pm_linux_variable(lx, "cdev_map", 8, &map) ||
	    !pm_space_load(&lx->kernel, map + 8 * (major % hash), 8, &at))
		return 0;
	for (unsigned i = 0; at && i < max_chain; i++) {
		if (pm_linux_member_get(lx, at, "probe", "dev", &first) &&
		    pm_linux_member_get(lx, at, "probe", "range", &range) && number - first < range)
			return pm_linux_member_value(lx, at, "probe", "data");
		if (!pm_linux_member_get(lx, at, "probe", "next", &at))
			break;
	}
	return 0;
}

static void print_character(struct pm_shell *sh, uint64_t entry, const void *user)
{
	static const char type[] = "char_device_struct";
	struct pm_linux *lx = sh->lx;
	uint64_t device = pm_linux_member_value(lx, entry, type, "cdev");
	char name[65];

	(void)user;
	uint64_t major = pm_linux_member_value(lx, entry, type, "major");

	if (!device)
		device = mapped_device(sh, major, pm_linux_member_value(lx, entry, type, "baseminor"));
	pm_linux_member_text(lx, entry, type, "name", name, sizeof(name));
	device_row(sh, major, name, device, pm_linux_member_value(lx, device, "cdev", "ops"));
}

/* user: the disks. */
static void print_block(struct pm_shell *sh, uint64_t entry, const void *user)
{
	static const char type[] = "blk_major_name";
	const struct pm_linux_disks *disks = user;
	uint64_t major = pm_linux_member_value(sh->lx, entry, type, "major");
	char name[17];
	bool any = false;

	pm_linux_member_text(sh->lx, entry, type, "name", name, sizeof(name));
	for (size_t i = 0; i < disks->v.n; i++)
		if (disks->v.v[i].major == major) {
			any = true;
			device_row(sh, major, name, disks->v.v[i].addr, disks->v.v[i].fops);
		}
	if (!any)
		device_row(sh, major, name, 0, 0);
}

static bool print_devices(struct pm_shell *sh)
{
	struct pm_linux_disks disks;
	bool ok = true;

	pm_shell_say(sh, "CHRDEV    %-16s  %-16s  %s\n", "NAME", "CDEV", "OPERATIONS");
	pm_shell_open(sh, "character", '[');
	const char *trouble = each_chain(sh, "chrdevs", "char_device_struct", print_character, NULL);

	pm_shell_close(sh, ']');
	if (trouble)
		ok = pm_shell_error(sh, "dev", "character devices: %s", trouble);
	pm_linux_disks_read(sh->lx, &disks);
	pm_shell_say(sh, "\nBLKDEV    %-16s  %-16s  %s\n", "NAME", "GENDISK", "OPERATIONS");
	pm_shell_open(sh, "block", '[');
	trouble = each_chain(sh, "major_names", "blk_major_name", print_block, &disks);
	pm_shell_close(sh, ']');
	if (trouble || disks.trouble)
		ok = pm_shell_error(sh, "dev", "block devices: %s", trouble ? trouble : disks.trouble);
	pm_linux_disks_deinit(&disks);
	return ok;
}

/* ---- -d, -D ---- */

static bool print_disks(struct pm_shell *sh, bool busy)
{
	static const struct pm_column columns[] = {
		{ "MAJOR", "major", 5, PM_CELL_UNSIGNED },
		{ "GENDISK", "address", -16, PM_CELL_ADDRESS },
		{ "NAME", "name", -10, PM_CELL_TEXT },
		{ "REQUEST_QUEUE", "queue", -16, PM_CELL_ADDRESS },
		{ "TOTAL", "total", 5, PM_CELL_UNSIGNED },
		{ "READ", "reads", 5, PM_CELL_UNSIGNED },
		{ "WRITE", "writes", 5, PM_CELL_UNSIGNED },
		{ NULL, "first_minor", 0, PM_CELL_UNSIGNED },
		{ NULL, "sectors", 0, PM_CELL_UNSIGNED },
	};
	struct pm_linux_disks disks;

	pm_linux_disks_read(sh->lx, &disks);
	PM_TITLES(sh, columns);
	pm_shell_open(sh, "disks", '[');
	for (size_t i = 0; i < disks.v.n; i++) {
		const struct pm_linux_disk *d = &disks.v.v[i];

		if (!busy || d->reads + d->writes)
			PM_ROW(sh, columns, { d->major }, { d->addr }, { .s = d->name }, { d->queue },
			       { d->reads + d->writes }, { d->reads }, { d->writes }, { d->first_minor },
			       { d->sectors });
	}
	pm_shell_close(sh, ']');
	bool ok = !disks.trouble || pm_shell_error(sh, "dev", "the list of disks: %s", disks.trouble);

	pm_linux_disks_deinit(&disks);
	return ok;
}

/* ---- -V, -v: what drivers added to the dump as notes ---- */

/* struct vmcoredd_header (include/uapi/linux/vmcore.h): the note's head is the first 20 bytes. */
enum { note_device_dump = 0x700, dump_name = 44 };

/* The next of them from notes[*at] on, which is moved behind it; NULL: there is no more. */
static const struct pm_dump_note *next_dump(struct pm_shell *sh, size_t *at, const uint8_t **data_out,
					    size_t *size_out, char name[dump_name + 1])
{
	const struct pm_dump_note *notes;
	size_t n = pm_dump_notes(sh->dump, &notes);

	while (*at < n) {
		const struct pm_dump_note *note = &notes[(*at)++];

		if (note->type != note_device_dump || note->size < dump_name)
			continue;
		memcpy(name, note->desc, dump_name);
		name[dump_name] = 0;
		*data_out = note->desc + dump_name;
		*size_out = note->size - dump_name;
		return note;
	}
	return NULL;
}

static bool list_dumps(struct pm_shell *sh)
{
	static const struct pm_column columns[] = { { "INDEX", "index", 5, PM_CELL_UNSIGNED },
						    { "OFFSET", "offset", -18, PM_CELL_HEX },
						    { "SIZE", "size", 10, PM_CELL_UNSIGNED },
						    { "NAME", "name", -1, PM_CELL_TEXT } };
	const struct pm_dump_note *note;
	const uint8_t *data;
	char name[dump_name + 1];
	size_t size, at = 0;

	pm_shell_open(sh, "dumps", '[');
	uint64_t i = 0;

	for (; (note = next_dump(sh, &at, &data, &size, name)) && !pm_shell_interrupted(sh); i++) {
		if (!i)
			PM_TITLES(sh, columns);
		PM_ROW(sh, columns, { i }, { note->offset + (uint64_t)(data - note->desc) }, { size },
		       { .s = name });
	}
	pm_shell_close(sh, ']');
	return i || pm_shell_error(sh, "dev", "-V: no device dumps found in this dumpfile");
}

static bool show_dump(struct pm_shell *sh, uint64_t index, const char *path)
{
	enum { line = 16 };
	const uint8_t *data;
	char name[dump_name + 1];
	size_t size, next = 0;
	const struct pm_dump_note *note = next_dump(sh, &next, &data, &size, name);

	for (uint64_t i = 0; note && i < index; i++)
		note = next_dump(sh, &next, &data, &size, name);
	if (!note)
		return pm_shell_error(sh, "dev", "-v: no device dump of number %llu; -V lists them",
				      (unsigned long long)index);
	pm_shell_say(sh, "DEVICE: %s\n", name);
	if (sh->json) {
		pm_json_str(sh->json, "name", name);
		pm_json_uint(sh->json, "size", size);
	}
	if (path) {
		FILE *file = sh->sealed ? NULL : fopen(path, "wbx"); /* not over another one */
		bool ok = file && fwrite(data, 1, size, file) == size;

		ok = (!file || !fclose(file)) && ok;
		if (!ok)
			return pm_shell_error(sh, "dev", "-v: %s: %s", path, strerror(errno));
		pm_shell_say(sh, "%zu bytes copied to %s\n", size, path);
		return true;
	}
	for (size_t at = 0; at < size && !sh->json && !pm_shell_interrupted(sh); at += line) {
		size_t n = size - at < line ? size - at : line;

		fprintf(sh->out, "%8zx: ", at);
		for (size_t i = 0; i < line; i++)
			if (i < n)
				fprintf(sh->out, " %02x", data[at + i]);
			else
				fputs("   ", sh->out);
		fputs("  ", sh->out);
		for (size_t i = 0; i < n; i++)
			fputc(data[at + i] >= ' ' && data[at + i] < 0x7f ? data[at + i] : '.', sh->out);
		fputc('\n', sh->out);
	}
	return true;
}

bool pm_shell_dev(struct pm_shell *sh, int argc, char **argv)
{
	bool resources = false, pci = false, disks = false, busy = false, dumps = false, one = false;
	uint64_t index = 0;
	const struct pm_shell_option options[] = {
		{ "-i", PM_OPTION_FLAG, &resources, NULL }, { "-p", PM_OPTION_FLAG, &pci, NULL },
		{ "-d", PM_OPTION_FLAG, &disks, NULL },     { "-D", PM_OPTION_FLAG, &busy, NULL },
		{ "-V", PM_OPTION_FLAG, &dumps, NULL },     { "-v", PM_OPTION_NUMBER, &index, &one },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (one)
		return show_dump(sh, index, argc > 1 ? argv[1] : NULL);
	if (argc > 1)
		return pm_shell_error(sh, "dev", "it takes no argument: %s", argv[1]);
	if (dumps)
		return list_dumps(sh);
	if (resources)
		return pm_shell_resources(sh);
	if (pci)
		return pm_shell_pci(sh);
	return disks || busy ? print_disks(sh, busy) : print_devices(sh);
}
