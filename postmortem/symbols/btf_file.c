#include "symbols/btf_records.h"

#include "symbols/elf.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* No kernel has a tenth of that. */
static const size_t max_size = 256 << 20;

/* The whole of a file that begins as BTF does; NULL without error: it does not. */
static struct pm_error *read_raw(const char *path, uint8_t **bytes_out, size_t *n_out)
{
	FILE *f = fopen(path, "rb");
	struct stat st;
	uint8_t magic[2];

	*bytes_out = NULL;
	if (!f || fstat(fileno(f), &st)) {
		struct pm_error *err = pm_error_errno(errno, "%s", path);

		if (f)
			fclose(f);
		return err;
	}
	/* /sys/kernel/btf/vmlinux tells its size, too */
	if (S_ISREG(st.st_mode) && fread(magic, 1, 2, f) == 2 &&
	    ((magic[0] == 0x9f && magic[1] == 0xeb) || (magic[0] == 0xeb && magic[1] == 0x9f)) &&
	    (uint64_t)st.st_size <= max_size) {
		*bytes_out = pm_alloc((size_t)st.st_size + 1);
		rewind(f);
		*n_out = fread(*bytes_out, 1, (size_t)st.st_size, f);
	}
	fclose(f);
	return NULL;
}

/* elf is taken over. */
static struct pm_error *of_elf(struct pm_elf *elf, const char *path, struct pm_btf **out)
{
	struct pm_bytes section = pm_elf_section(elf, ".BTF");
	struct pm_error *err;

	if (section.n) {
		uint8_t *bytes = pm_alloc(section.n);

		memcpy(bytes, section.p, section.n);
		err = pm_btf_open(bytes, section.n, NULL, out);
		pm_elf_close(elf);
	} else if (pm_elf_has_section(elf, ".debug_info")) {
		err = pm_btf_open_dwarf(elf, out);
	} else {
		err = pm_error_new(PM_NOT_FOUND, "no types in it (neither .BTF nor .debug_info)");
		pm_elf_close(elf);
	}
	return err ? pm_error_prepend(err, "%s", path) : NULL;
}

struct pm_error *pm_btf_open_file(const char *path, struct pm_btf **out, char **build_id_out)
{
	uint8_t *bytes;
	size_t n;
	struct pm_elf *elf;
	struct pm_error *err = read_raw(path, &bytes, &n);

	*build_id_out = NULL;
	if (err)
		return err;
	if (bytes) {
		err = pm_btf_open(bytes, n, NULL, out);
		return err ? pm_error_prepend(err, "%s", path) : NULL;
	}
	err = pm_elf_open(path, &elf);
	if (err)
		return err;
	char *build_id = *pm_elf_build_id(elf) ? pm_printf("%s", pm_elf_build_id(elf)) : NULL;

	err = of_elf(elf, path, out);
	if (err)
		free(build_id);
	else
		*build_id_out = build_id;
	return err;
}
