#include "console/boot.h"

#include "base/pattern.h"

const char *const pm_boot_words[] = {
	"Linux version ",
	"ommand line: ",
	"DMI: ",
	"Hardware name: ",
	"Brought up ",
	/* of other systems (console/system.h) */
	"---<<BOOT>>---",
	"welcome to Zircon",
	">> OpenBSD/",
	">> NetBSD/",
	"Copyright (c) 19",
	NULL,
};

void pm_boot_init(struct pm_boot *boot)
{
	*boot = (struct pm_boot){ 0 };
	pm_arena_init(&boot->arena);
}

void pm_boot_deinit(struct pm_boot *boot)
{
	pm_arena_deinit(&boot->arena);
}

bool pm_boot_starts(const struct pm_line *line)
{
	/* "Linux version 6.1.0 (builder@host) (gcc …) #1 …" */
	return pm_slice_starts(line->body, PM_S("Linux version ")) && pm_slice_has(line->body, PM_S(" (")) &&
	       pm_slice_has(line->body, PM_S("#"));
}

void pm_boot_begin(struct pm_boot *boot, const struct pm_line *line)
{
	struct pm_boot next = { .number = boot->number + 1, .offset = line->at.offset, .total = boot->total };

	pm_arena_deinit(&boot->arena);
	*boot = next;
	boot->version = pm_arena_str(&boot->arena, line->body);
	boot->version_at = line->at;
}

/* A loader's line, the kernel's copyright and more: one boot says it several times. */
#define SAME_BOOT_LINES 200

void pm_boot_begin_other(struct pm_boot *boot, const struct pm_line *line)
{
	if (boot->number && !boot->version && !boot->reports &&
	    line->at.line - boot->begins.line < SAME_BOOT_LINES)
		return;
	struct pm_boot next = { .number = boot->number + 1,
				.offset = line->at.offset,
				.begins = line->at,
				.total = boot->total };

	pm_arena_deinit(&boot->arena);
	*boot = next;
}

static void keep(struct pm_boot *boot, char **to, struct pm_at *at_out, struct pm_slice text, struct pm_at at)
{
	if (*to)
		return;
	*to = pm_arena_str(&boot->arena, pm_slice_trim(text));
	*at_out = at;
}

/* "smp: Brought up 1 node, 8 CPUs"; "Brought up 8 CPUs" until 4.3 */
static void keep_cpus(struct pm_boot *boot, struct pm_slice s)
{
	struct pm_match match;
	uint64_t cpus;

	if (!pm_match("Brought up {d} CPUs", s, &match) &&
	    !pm_match("Brought up {d} node, {d} CPU", s, &match) &&
	    !pm_match("Brought up {d} nodes, {d} CPU", s, &match))
		return;
	if (pm_take_dec(&match.cap[match.n - 1], &cpus) && cpus <= 65536)
		boot->cpus = (uint32_t)cpus;
}

void pm_boot_see(struct pm_boot *boot, const struct pm_line *line)
{
	struct pm_slice s = line->body;

	keep_cpus(boot, s);
	if (pm_take(&s, PM_S("Kernel command line: ")) || pm_take(&s, PM_S("Command line: ")))
		keep(boot, &boot->command_line, &boot->command_line_at, s, line->at);
	else if (pm_take(&s, PM_S("DMI: ")) || pm_take(&s, PM_S("Hardware name: ")))
		keep(boot, &boot->hardware, &boot->hardware_at, s, line->at);
}

void pm_boot_fill(const struct pm_boot *boot, struct pm_incident *inc)
{
	struct pm_machine *machine = &inc->machine;
	struct pm_slice s = pm_slice_of(boot->version), release;

	inc->boot = boot->number;
	if (machine->system != PM_LINUX)
		return;
	if (boot->version && !machine->version_line) {
		machine->version_line = pm_arena_str(&inc->arena, s);
		(void)pm_take(&s, PM_S("Linux version "));
		if (!machine->release && pm_take_word(&s, &release)) {
			machine->release = pm_arena_str(&inc->arena, release);
			machine->release_at = boot->version_at;
		}
		size_t build = pm_slice_find(s, PM_S(") #"));
		if (!machine->build && build != PM_NPOS)
			machine->build = pm_arena_str(&inc->arena, pm_slice_from(s, build + 2));
	}
	if (!inc->actor.cpus)
		inc->actor.cpus = boot->cpus;
	if (boot->command_line && !machine->command_line)
		machine->command_line = pm_arena_str(&inc->arena, pm_slice_of(boot->command_line));
	if (boot->hardware && !machine->hardware) {
		struct pm_slice hardware = pm_slice_of(boot->hardware);
		size_t bios = pm_slice_find(hardware, PM_S(", BIOS "));

		machine->hardware = pm_arena_str(&inc->arena, pm_slice_upto(hardware, bios));
		machine->hardware_at = boot->hardware_at;
		if (bios != PM_NPOS)
			machine->bios = pm_arena_str(&inc->arena, pm_slice_from(hardware, bios + 7));
	}
}

void pm_boot_reported(struct pm_boot *boot, struct pm_incident *inc)
{
	/* A start is no cause of what comes after it. */
	if (inc->fault.kind == PM_KIND_REBOOT) {
		boot->total++;
		return;
	}
	if (boot->reports++ == 0) {
		boot->first_title = pm_arena_str(&boot->arena, pm_slice_of(inc->title_apart ? inc->title_apart
									   : inc->title     ? inc->title
											    : ""));
		boot->first_index = boot->total;
	} else if (boot->first_title) {
		inc->follows = pm_arena_str(&inc->arena, pm_slice_of(boot->first_title));
		inc->follows_index = boot->first_index;
		/* A kernel that has the recorder goes on after an oops as it was before: no more than a hint. */
		inc->secondary = inc->machine.system != PM_KPANIC;
	}
	boot->total++;
}
