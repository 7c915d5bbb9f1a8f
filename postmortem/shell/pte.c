/* ptov, ptob, btop, pte: addresses and page table entries, one into the other. */
#include "shell/pte.h"

#include "linux/swap.h"
#include "shell/commands.h"

#include <stdlib.h>
#include <string.h>

/* ---- pte ---- */

/* arch/x86/include/asm/pgtable_types.h; crash's names. */
static const struct {
	unsigned bit;
	const char *name;
} flags[] = {
	{ 0, "PRESENT" },  { 1, "RW" },    { 2, "USER" }, { 3, "PWT" },    { 4, "PCD" },
	{ 5, "ACCESSED" }, { 6, "DIRTY" }, { 7, "PSE" },  { 8, "GLOBAL" }, { 63, "NX" },
};

static const uint64_t frame_bits = 0x000ffffffffff000, present = 1, protnone = 0x100;

/* text in the middle of n columns. */
static void centred(struct pm_shell *sh, const char *text, size_t n)
{
	size_t length = strlen(text), left = length < n ? (n - length) / 2 : 0;

	fprintf(sh->out, "%*s%s%*s", (int)left, "", text, (int)(length + left < n ? n - length - left : 0),
		"");
}

static void titles(struct pm_shell *sh, const char *first, size_t first_n, const char *second,
		   size_t second_n, const char *third)
{
	centred(sh, first, first_n);
	fputs("  ", sh->out);
	centred(sh, second, second_n);
	fprintf(sh->out, "  %s\n", third);
}

static void flag_names(struct pm_shell *sh, uint64_t entry)
{
	bool any = false, is_present = entry & present;

	if (sh->json)
		pm_json_open(sh->json, "flags", '[');
	else
		fputc('(', sh->out);
	for (size_t i = 0; i < PM_COUNT(flags); i++) {
		/* of a page without access the bit that means global is what says so */
		const char *name = !is_present && flags[i].bit == 8 ? "PROTNONE" : flags[i].name;

		if (!(entry >> flags[i].bit & 1))
			continue;
		if (sh->json)
			pm_json_str(sh->json, NULL, name);
		else
			fprintf(sh->out, "%s%s", any ? "|" : "", name);
		any = true;
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fputs(any ? ")\n" : "no mapping)\n", sh->out);
}

static void put_swap(struct pm_shell *sh, uint64_t entry)
{
	struct pm_linux_swap swap;
	char hex[24];
	uint32_t index;
	uint64_t offset;
	bool is_swap = pm_linux_swap_entry(entry, &index, &offset);
	enum pm_linux_swap_state state =
		is_swap ? pm_linux_swap_read(sh->lx, index, &swap) : PM_LINUX_SWAP_END;
	bool known = state == PM_LINUX_SWAP_USED;

	snprintf(hex, sizeof(hex), "%llx", (unsigned long long)entry);
	if (sh->json && is_swap) {
		pm_json_open(sh->json, "swap", '{');
		pm_json_str(sh->json, "path", known ? swap.path : NULL);
		pm_json_uint(sh->json, "device", index);
		pm_json_uint(sh->json, "offset", offset);
		pm_json_close(sh->json, '}');
	}
	if (sh->json)
		return;
	if (known) {
		titles(sh, "PTE", strlen(hex), "SWAP", strlen(swap.path), "OFFSET");
		fprintf(sh->out, "%s  %s  %llu\n", hex, swap.path, (unsigned long long)offset);
	} else if (is_swap) {
		fprintf(sh->out, "%s  swapped out to device %u, %s, at %llu: or it is migrating\n", hex,
			index,
			state == PM_LINUX_SWAP_UNKNOWN ? "which is not in the dump"
						       : "of which there is none",
			(unsigned long long)offset);
	} else {
		fprintf(sh->out, "%s  (not present)\n", hex);
	}
}

void pm_shell_put_pte(struct pm_shell *sh, uint64_t entry, uint64_t page_bytes, bool alone)
{
	char hex[24], physical[24];
	uint64_t frame = entry;

	if (sh->json)
		pm_json_hex(sh->json, "pte", entry);
	if (entry && !(entry & (present | protnone))) {
		put_swap(sh, entry);
		return;
	}
	/* Linux turns the frame of a page without access around (L1TF) */
	if (entry && !(entry & present))
		frame = ~entry;
	frame &= frame_bits & -(page_bytes ? page_bytes : PM_PAGE_SIZE);
	if (sh->json && alone)
		pm_json_hex(sh->json, "physical", frame);
	if (!sh->json) {
		snprintf(hex, sizeof(hex), "%llx", (unsigned long long)entry);
		snprintf(physical, sizeof(physical), "%llx", (unsigned long long)frame);
		size_t first = strlen(hex) > 3 ? strlen(hex) : 3,
		       second = strlen(physical) > 8 ? strlen(physical) : 8;

		titles(sh, "PTE", first, "PHYSICAL", second, "FLAGS");
		centred(sh, hex, first);
		fputs("  ", sh->out);
		centred(sh, physical, second);
		fputs("  ", sh->out);
	}
	flag_names(sh, entry);
}

/* ---- numbers ---- */

static bool each_number(struct pm_shell *sh, int argc, char **argv, bool hex,
			bool (*fn)(struct pm_shell *sh, uint64_t number))
{
	bool ok = true;

	if (argc < 2)
		return pm_shell_error(sh, argv[0], "which number?");
	if (sh->json)
		pm_json_open(sh->json, "numbers", '[');
	for (int i = 1; i < argc; i++) {
		struct pm_slice slice = pm_slice_of(argv[i]);
		uint64_t number;

		if (*argv[i] == '-')
			ok = pm_shell_no_option(sh, argv[0], argv[i]);
		else if (hex ? (pm_take(&slice, PM_S("0x")), pm_slice_hex(slice, &number))
			     : pm_shell_number(argv[i], &number))
			ok &= fn(sh, number);
		else
			ok = pm_shell_error(sh, argv[0], "not a number: %s", argv[i]);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

static bool put_pair(struct pm_shell *sh, uint64_t page, uint64_t bytes, bool page_first)
{
	if (!sh->json) {
		fprintf(sh->out, "%llx: %llx\n", (unsigned long long)(page_first ? page : bytes),
			(unsigned long long)(page_first ? bytes : page));
		return true;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "page", page);
	pm_json_hex(sh->json, "bytes", bytes);
	pm_json_close(sh->json, '}');
	return true;
}

static bool page_to_bytes(struct pm_shell *sh, uint64_t page)
{
	return put_pair(sh, page, page * PM_PAGE_SIZE, true);
}

static bool bytes_to_page(struct pm_shell *sh, uint64_t bytes)
{
	return put_pair(sh, bytes / PM_PAGE_SIZE, bytes, false);
}

static bool entry_of(struct pm_shell *sh, uint64_t entry)
{
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	pm_shell_put_pte(sh, entry, 0, true);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return true;
}

bool pm_shell_ptob(struct pm_shell *sh, int argc, char **argv)
{
	return each_number(sh, argc, argv, false, page_to_bytes);
}

bool pm_shell_btop(struct pm_shell *sh, int argc, char **argv)
{
	return each_number(sh, argc, argv, true, bytes_to_page);
}

bool pm_shell_pte(struct pm_shell *sh, int argc, char **argv)
{
	return each_number(sh, argc, argv, true, entry_of);
}

/* ---- ptov ---- */

static bool physical_to_virtual(struct pm_shell *sh, uint64_t physical)
{
	uint64_t virtual = sh->lx->page_offset + physical;

	if (!sh->lx->page_offset)
		return pm_shell_error(sh, "ptov", "where the direct map begins is not known");
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "virtual", virtual);
		pm_json_hex(sh->json, "physical", physical);
		pm_json_close(sh->json, '}');
	} else {
		fprintf(sh->out, "VIRTUAL           PHYSICAL\n%016llx  %llx\n", (unsigned long long)virtual,
			(unsigned long long)physical);
	}
	if (!pm_dump_has_memory(sh->dump, physical))
		return pm_shell_absent(sh, "ptov", physical, PM_NO_MEMORY);
	return true;
}

struct offset {
	uint64_t value;
	bool titled;
};

static bool of_cpu(struct pm_shell *sh, uint64_t addr, int cpu, void *user)
{
	struct offset *offset = user;

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_int(sh->json, "cpu", cpu);
		pm_json_hex(sh->json, "virtual", addr);
		pm_json_hex(sh->json, "offset", addr - sh->lx->cpu_offset[cpu]);
		pm_json_close(sh->json, '}');
		return true;
	}
	if (!offset->titled)
		fprintf(sh->out, "PER-CPU OFFSET: %llx\n  CPU    VIRTUAL\n",
			(unsigned long long)(addr - sh->lx->cpu_offset[cpu]));
	offset->titled = true;
	fprintf(sh->out, "  [%d]  %016llx\n", cpu, (unsigned long long)addr);
	return true;
}

bool pm_shell_ptov(struct pm_shell *sh, int argc, char **argv)
{
	bool ok = true;

	if (argc < 2)
		return pm_shell_error(sh, "ptov", "which physical address?");
	if (sh->json)
		pm_json_open(sh->json, "addresses", '[');
	for (int i = 1; i < argc; i++) {
		struct pm_slice slice = pm_slice_of(argv[i]);
		struct offset offset = { 0 };
		uint64_t physical;

		pm_take(&slice, PM_S("0x"));
		if (pm_shell_is_percpu(argv[i]))
			ok &= pm_shell_each_address(sh, "ptov", argv[i], of_cpu, &offset);
		else if (pm_slice_hex(slice, &physical))
			ok &= physical_to_virtual(sh, physical);
		else
			ok = pm_shell_error(sh, "ptov", "not a number: %s", argv[i]);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

/* ---- wr ---- */

bool pm_shell_wr(struct pm_shell *sh, int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return pm_shell_error(sh, "wr",
			      "a dump is what was: nothing is ever written, not even to the memory of a "
			      "system that runs");
}
