#include "decode/taint.h"

#include "decode/bits.h"

/* Documentation/admin-guide/tainted-kernels.rst.  G, the absence of P, is no taint. */
static const struct pm_taint letters[] = {
	{ 'P', "proprietary module loaded" },
	{ 'F', "module was force loaded" },
	{ 'S', "kernel runs on an out-of-specification system" },
	{ 'R', "module was force unloaded" },
	{ 'M', "processor reported a machine check" },
	{ 'B', "bad page referenced or unexpected page flags" },
	{ 'U', "taint requested by user space" },
	{ 'D', "kernel died before (oops or BUG)" },
	{ 'A', "ACPI table overridden by user" },
	{ 'W', "kernel warned before" },
	{ 'C', "staging driver loaded" },
	{ 'I', "workaround for a bug in platform firmware" },
	{ 'O', "out-of-tree module loaded" },
	{ 'E', "unsigned module loaded" },
	{ 'L', "soft lockup occurred before" },
	{ 'K', "kernel was live patched" },
	{ 'X', "auxiliary taint, defined by the distribution" },
	{ 'T', "built with the struct randomization plugin" },
	{ 'N', "an in-kernel test has run" },
	{ 'J', "user space used a mutating debug operation in fwctl" },
};

/* The same of one module, and what it is about to do (kernel/module/main.c: module_flags). */
static const struct pm_taint module_letters[] = {
	{ 'P', "proprietary" },  { 'F', "force loaded" },    { 'R', "force unloaded" },
	{ 'C', "staging" },      { 'O', "out-of-tree" },     { 'E', "unsigned" },
	{ 'K', "live patch" },   { 'X', "auxiliary taint" }, { 'N', "test" },
	{ '+', "being loaded" }, { '-', "being unloaded" },
};

static const char *module_words(struct pm_arena *arena, const char *flags)
{
	const char *words = NULL;

	for (; *flags; flags++)
		for (size_t i = 0; i < PM_COUNT(module_letters); i++)
			if (module_letters[i].letter == *flags)
				words = pm_arena_printf(arena, "%s%s%s", words ? words : "",
							words ? ", " : "", module_letters[i].words);
	return words;
}

const char *pm_taint_words(char letter)
{
	for (size_t i = 0; i < PM_COUNT(letters); i++)
		if (letters[i].letter == letter)
			return letters[i].words;
	return NULL;
}

void pm_taint_decode(struct pm_incident *inc)
{
	struct pm_machine *machine = &inc->machine;
	struct pm_slice text = pm_slice_trim(pm_slice_of(machine->taint));

	pm_take(&text, PM_S("Tainted:"));
	if (!machine->taints.n && !pm_slice_starts(text, PM_S("Not tainted")))
		for (size_t i = 0; i < text.n && i < 64; i++)
			if (pm_taint_words(text.p[i]))
				PM_PUSH(&inc->arena, &machine->taints)->letter = text.p[i];
	for (size_t i = 0; i < machine->taints.n; i++)
		if (!machine->taints.v[i].words)
			machine->taints.v[i].words = pm_taint_words(machine->taints.v[i].letter);
	for (size_t i = 0; machine->system == PM_LINUX && i < inc->modules.n; i++)
		if (inc->modules.v[i].flags)
			inc->modules.v[i].flags_words = module_words(&inc->arena, inc->modules.v[i].flags);
}
