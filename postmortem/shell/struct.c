/* struct, union, *: a type's declaration, or the memory at an address by it. */
#include "shell/commands.h"
#include "shell/rd.h"
#include "shell/typed.h"

#include <stdlib.h>

#include <string.h>

/* What becomes of each address. */
struct request {
	struct pm_shell_typed typed;
	int64_t count; /* of them, one behind the other; below 0: before it, with it */
	bool raw;
	struct pm_space user; /* of the current task's process, with -u */
	uint64_t before;      /* bytes that the address lies behind the structure's start */
};

static const uint64_t max_count = 100000;

/* One of those that stand behind each other from an address on. */
static bool print_element(struct pm_shell *sh, const struct request *r, uint64_t addr, int cpu)
{
	uint64_t offset, size;
	bool ok;

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_shell_put_cpu(sh, addr, cpu);
		pm_json_hex(sh->json, "address", addr);
	}
	if (!r->raw)
		ok = pm_typed_print(sh, &r->typed, addr);
	else
		ok = pm_typed_extent(sh, &r->typed, &offset, &size) &&
		     pm_shell_dump(sh, r->typed.command, pm_value_space(sh), addr + offset, size, 8);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
}

static bool print_at(struct pm_shell *sh, uint64_t addr, int cpu, void *user)
{
	const struct request *r = user;
	uint64_t size = pm_btf_size(sh->btf, r->typed.type);
	int64_t from = r->count < 0 ? r->count + 1 : 0, to = r->count < 0 ? 1 : r->count;
	bool ok = true;

	if (!sh->json)
		pm_shell_put_cpu(sh, addr, cpu);
	/* memory that ends, ends for all that follow */
	for (int64_t i = from; ok && i < to && !pm_shell_interrupted(sh); i++) {
		if (i > from && !sh->json && !r->raw)
			fputc('\n', sh->out);
		ok = print_element(sh, r, addr - r->before + (uint64_t)i * size, cpu);
	}
	return ok;
}

/* "4" or "-4"; false: it is none, and nothing is said. */
static bool take_count(const char *text, int64_t *out)
{
	uint64_t n;
	bool minus = *text == '-';

	if (!pm_shell_number(text + minus, &n) || !n || n > max_count)
		return false;
	*out = minus ? -(int64_t)n : (int64_t)n;
	return true;
}

static bool print_all(struct pm_shell *sh, struct request *r, char **rest, int rest_n)
{
	const char *command = r->typed.command;
	bool ok = true;

	if (!rest_n)
		return pm_typed_declare(sh, &r->typed);
	if (r->typed.module && sh->json)
		pm_json_str(sh->json, "module", r->typed.module);
	if (sh->json)
		pm_json_open(sh->json, "values", '[');
	for (int i = 0; i < rest_n; i++)
		ok &= pm_shell_each_address(sh, command, rest[i], print_at, r);
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

bool pm_shell_struct(struct pm_shell *sh, int argc, char **argv)
{
	struct request r = { .count = 1 };
	const char *count = NULL, *offset = NULL;
	bool decimal = false, user = false, file = false, hex = false;
	const struct pm_shell_option options[] = {
		{ "-o", PM_OPTION_FLAG, &r.typed.offsets, NULL },
		{ "-x", PM_OPTION_FLAG, &hex, NULL },
		{ "-d", PM_OPTION_FLAG, &decimal, NULL },
		{ "-p", PM_OPTION_FLAG, &r.typed.targets, NULL },
		{ "-r", PM_OPTION_FLAG, &r.raw, NULL },
		{ "-u", PM_OPTION_FLAG, &user, NULL },
		{ "-f", PM_OPTION_FLAG, &file, NULL },
		{ "-l", PM_OPTION_TEXT, &offset, NULL },
		{ "-c", PM_OPTION_TEXT, &count, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc < 2)
		return pm_shell_error(sh, argv[0], "which type?");
	if (file)
		return pm_shell_error(sh, argv[0],
				      "-f: offsets in the dump's file are not addresses here; 'rd -p' takes "
				      "physical ones");
	r.typed.hex = hex || (sh->hex && !decimal);
	if (count && !take_count(count, &r.count))
		return pm_shell_error(sh, argv[0], "-c wants a number up to %llu, not '%s'",
				      (unsigned long long)max_count, count);
	/* as in crash, a number behind the address is how many */
	if (!count && argc > 3 && strspn(argv[argc - 1], "0123456789") == strlen(argv[argc - 1]) &&
	    take_count(argv[argc - 1], &r.count))
		argc--;
	if (offset && !pm_shell_offset(sh, argv[0], offset, &r.before))
		return false;
	sh->members = PM_VALUE_MEMBERS;
	sh->values = user ? &r.user : NULL;
	bool ok = (!user || pm_shell_user_space(sh, argv[0], &r.user)) &&
		  pm_typed_open(sh, argv[0], argv[1], &r.typed) && print_all(sh, &r, argv + 2, argc - 2);

	if (!sh->members)
		ok = pm_shell_error(sh, argv[0], "more than %d members: not all of them are told",
				    PM_VALUE_MEMBERS);
	pm_typed_close(sh, &r.typed);
	sh->values = NULL;
	return ok;
}

bool pm_shell_put_structs(struct pm_shell *sh, const char *command, const char *type, const char *members,
			  enum pm_shell_radix radix, const uint64_t *addrs, size_t n)
{
	char *name = pm_printf("%s", command), hex[] = "-x", decimal[] = "-d";
	char *what = members ? pm_printf("%s.%s", type, members) : pm_printf("%s", type);
	char(*where)[24] = pm_alloc(n * sizeof(*where)), **words = pm_alloc((n + 4) * sizeof(*words));
	int argc = 0;

	words[argc++] = name;
	if (radix != PM_RADIX_AS_SET)
		words[argc++] = radix == PM_RADIX_HEX ? hex : decimal;
	words[argc++] = what;
	for (size_t i = 0; i < n; i++) {
		snprintf(where[i], sizeof(where[i]), "%llx", (unsigned long long)addrs[i]);
		words[argc++] = where[i];
	}
	bool ok = pm_shell_struct(sh, argc, words);

	free(name);
	free(what);
	free(where);
	free(words);
	return ok;
}
