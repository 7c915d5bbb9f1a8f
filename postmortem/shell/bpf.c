/* bpf: programs and maps of BPF. */
#include "decode/bpf.h"

#include "decode/disasm.h"
#include "linux/clock.h"
#include "linux/member.h"
#include "linux/tree.h"
#include "shell/commands.h"
#include "shell/rows.h"
#include "shell/value.h"

#include <stdlib.h>
#include <string.h>

struct bpf {
	struct pm_shell *sh;
	bool details, translate, bytes, jited, structures, hex;
	bool one, found; /* one: of that id alone */
	uint64_t id;
	bool any;
	bool ok;
};

static uint64_t prog(const struct bpf *b, uint64_t at, const char *member)
{
	return pm_linux_member_value(b->sh->lx, at, "bpf_prog", member);
}

static uint64_t aux_of(const struct bpf *b, uint64_t at, const char *member)
{
	return pm_linux_member_value(b->sh->lx, at, "bpf_prog_aux", member);
}

static uint64_t map_of(const struct bpf *b, uint64_t at, const char *member)
{
	return pm_linux_member_value(b->sh->lx, at, "bpf_map", member);
}

/* "SOCKET_FILTER" of BPF_PROG_TYPE_SOCKET_FILTER. */
static const char *type_name(const struct bpf *b, const char *type, const char *prefix, uint64_t value)
{
	const char *name = pm_linux_enumerator_name(b->sh->lx, type, (int64_t)value);

	return name && pm_slice_starts(pm_slice_of(name), pm_slice_of(prefix)) ? name + strlen(prefix)
									       : "UNKNOWN";
}

/* ---- details ---- */

static void put_user(const struct bpf *b, uint64_t user, bool known)
{
	uint64_t uid;

	if (known && pm_linux_member_get(b->sh->lx, user, "user_struct", "uid", &uid)) {
		if (b->sh->json)
			pm_json_uint(b->sh->json, "uid", (uint32_t)uid);
		else
			fprintf(b->sh->out, "  UID: %u\n", (uint32_t)uid);
	} else {
		pm_shell_say(b->sh, known && user ? "  UID: ?\n" : "  UID: (unused)\n");
	}
}

static void put_name(const struct bpf *b, const char *name)
{
	if (b->sh->json)
		pm_json_str(b->sh->json, "bpf_name", *name ? name : NULL);
	else if (*name)
		fprintf(b->sh->out, "NAME: \"%s\"", name);
	else
		fputs("NAME: (unused)", b->sh->out);
}

static void program_details(const struct bpf *b, uint64_t at, uint64_t aux)
{
	struct pm_shell *sh = b->sh;
	uint64_t loaded = aux_of(b, aux, "load_time"), length = prog(b, at, "len") * 8;
	uint64_t pages = prog(b, at, "pages"), jited = prog(b, at, "jited_len");
	char name[17], date[40] = "?";
	int64_t now, boot;

	pm_linux_member_text(sh->lx, aux, "bpf_prog_aux", "name", name, sizeof(name));
	bool has_clock = pm_linux_wall_clock(sh->lx, &now, &boot);

	if (has_clock)
		pm_linux_date(boot + (int64_t)(loaded / 1000000000), date);
	if (sh->json) {
		pm_json_uint(sh->json, "xlated", length);
		pm_json_uint(sh->json, "jited", jited);
		pm_json_uint(sh->json, "memlock", pages * PM_PAGE_SIZE);
		pm_json_hex(sh->json, "load_time_ns", loaded);
		pm_json_bool(sh->json, "gpl_compatible", prog(b, at, "gpl_compatible"));
	} else {
		fprintf(sh->out,
			"     XLATED: %llu  JITED: %llu  MEMLOCK: %llu\n     LOAD_TIME: %s\n     "
			"GPL_COMPATIBLE: %s  ",
			(unsigned long long)length, (unsigned long long)jited,
			(unsigned long long)pages * PM_PAGE_SIZE, date,
			prog(b, at, "gpl_compatible") ? "yes" : "no");
	}
	put_name(b, name);
	put_user(b, aux_of(b, aux, "user"), true);
}

/* Where the kernel does not count it (5.11 and later): as it estimates it for /proc/PID/fdinfo. */
static uint64_t map_memory(const struct bpf *b, uint64_t at)
{
	uint64_t pages, key = map_of(b, at, "key_size"), value = map_of(b, at, "value_size");
	const char *type = type_name(b, "bpf_map_type", "BPF_MAP_TYPE_", map_of(b, at, "map_type"));

	if (pm_linux_member_get(b->sh->lx, at, "bpf_map", "memory.pages|pages", &pages))
		return pages * PM_PAGE_SIZE;
	value = (value + 7) & ~7ull;
	if (strstr(type, "PERCPU"))
		value *= b->sh->lx->cpus;
	return (map_of(b, at, "max_entries") * ((key + value + 7) & ~7ull) + PM_PAGE_SIZE - 1) &
	       -(uint64_t)PM_PAGE_SIZE;
}

static void map_details(const struct bpf *b, uint64_t at)
{
	struct pm_shell *sh = b->sh;
	uint64_t user = 0, memory = map_memory(b, at);
	bool has_user = pm_linux_member_get(sh->lx, at, "bpf_map", "memory.user|user", &user);
	char name[17];

	pm_linux_member_text(sh->lx, at, "bpf_map", "name", name, sizeof(name));
	if (sh->json) {
		pm_json_uint(sh->json, "key_size", map_of(b, at, "key_size"));
		pm_json_uint(sh->json, "value_size", map_of(b, at, "value_size"));
		pm_json_uint(sh->json, "max_entries", map_of(b, at, "max_entries"));
		pm_json_uint(sh->json, "memlock", memory);
	} else {
		fprintf(sh->out,
			"     KEY_SIZE: %llu  VALUE_SIZE: %llu  MAX_ENTRIES: %llu  MEMLOCK: %llu\n     ",
			(unsigned long long)map_of(b, at, "key_size"),
			(unsigned long long)map_of(b, at, "value_size"),
			(unsigned long long)map_of(b, at, "max_entries"), (unsigned long long)memory);
	}
	put_name(b, name);
	put_user(b, user, has_user);
}

/* ---- -t, -T ---- */

enum { most_insns = 1 << 20, most_maps = 1024 };

struct references {
	const struct bpf *b;
	uint64_t aux, base; /* base: what calls are relative to; 0: not known */
};

static const char *function_name(int32_t imm, void *user, char *buf, size_t size)
{
	const struct references *r = user;
	char name[PM_LINUX_NAME_MAX + 96];

	if (!r->base)
		return NULL;
	pm_shell_name(r->b->sh, r->base + (uint64_t)(int64_t)imm, true, name, sizeof(name));
	name[strcspn(name, " ")] = 0;
	snprintf(buf, size, "%.200s", name);
	return buf;
}

/* The verifier has put the map's address in the place of its descriptor. */
static const char *map_name(uint64_t imm, void *user, char *buf, size_t size)
{
	const struct references *r = user;
	uint64_t n = aux_of(r->b, r->aux, "used_map_cnt"), maps = aux_of(r->b, r->aux, "used_maps"), map;

	for (uint64_t i = 0; i < n && i < most_maps; i++)
		if (pm_space_load(&r->b->sh->lx->kernel, maps + 8 * i, 8, &map) && map == imm) {
			snprintf(buf, size, "map[id:%llu]", (unsigned long long)map_of(r->b, map, "id"));
			return buf;
		}
	return NULL;
}

static void put_insn(const struct bpf *b, uint64_t number, const char *text, const uint8_t *bytes, size_t n)
{
	struct pm_shell *sh = b->sh;

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_uint(sh->json, "number", number);
		pm_json_str(sh->json, "text", text);
		pm_json_close(sh->json, '}');
		return;
	}
	fprintf(sh->out, "%4llu: %s\n", (unsigned long long)number, text);
	if (!b->bytes)
		return;
	fputs("      ", sh->out);
	for (size_t i = 0; i < n; i++)
		fprintf(sh->out, " %02x", bytes[i]);
	fputc('\n', sh->out);
}

static bool translate(const struct bpf *b, uint64_t at, uint64_t aux)
{
	struct pm_shell *sh = b->sh;
	uint64_t insns = pm_linux_member_at(sh->lx, at, "bpf_prog", "insnsi"), n = prog(b, at, "len");
	struct references r = { b, aux, 0 };
	const struct pm_bpf_names names = { function_name, map_name, &r };
	bool ok = true;

	pm_linux_symbol(sh->lx, "__bpf_call_base", &r.base);
	pm_shell_say(sh, "\n");
	pm_shell_open(sh, "instructions", '[');
	for (uint64_t i = 0; insns && i < n && i < most_insns && ok && !pm_shell_interrupted(sh);) {
		struct pm_bpf_insn insn, second = { 0 };
		uint8_t bytes[16];
		char text[400];
		size_t got = pm_space_read(&sh->lx->kernel, insns + 8 * i, bytes, 8, NULL);

		ok = got == 8;
		if (!ok)
			break;
		pm_bpf_load(bytes, &insn);
		unsigned words = i + 1 < n ? pm_bpf_words(&insn) : 1;

		ok = words == 1 || pm_space_read(&sh->lx->kernel, insns + 8 * i + 8, bytes + 8, 8, NULL) == 8;
		if (words == 2)
			pm_bpf_load(bytes + 8, &second);
		pm_bpf_text(&insn, second.imm, &names, text, sizeof(text));
		put_insn(b, i, text, bytes, 8ull * words);
		i += words;
	}
	pm_shell_close(sh, ']');
	return ok || pm_shell_error(sh, "bpf", "the program's instructions are not in the dump");
}

/* ---- -j ---- */

static bool disassemble(const struct bpf *b, uint64_t at)
{
	struct pm_shell *sh = b->sh;
	uint64_t code = prog(b, at, "bpf_func"), end = code + prog(b, at, "jited_len"), target;
	char name[PM_LINUX_NAME_MAX + 96];
	struct pm_incident inc;
	bool ok = true;

	if (!prog(b, at, "jited") || end == code)
		return pm_shell_error(sh, "bpf", "-j: the program was not compiled");
	pm_incident_init(&inc);
	inc.machine.system = PM_LINUX;
	inc.machine.arch = sh->lx->kernel.mmu->arch;
	struct pm_disasm *dis = pm_disasm_new(&inc);

	if (!dis)
		ok = pm_shell_error(sh, "bpf", "-j: this kpanic was built without a disassembler");
	pm_shell_say(sh, "\n");
	pm_shell_open(sh, "code", '[');
	for (uint64_t i = 0; dis && code < end && i < most_insns && ok && !pm_shell_interrupted(sh); i++) {
		struct pm_arena arena;
		struct pm_operation op;
		uint8_t bytes[16];
		const char *text;
		size_t n = pm_space_read(&sh->lx->kernel, code, bytes, sizeof(bytes), NULL);

		pm_arena_init(&arena);
		ok = n && pm_disasm_one(dis, &arena, bytes, n, code, &op, &text);
		if (ok && sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "address", code);
			pm_json_str(sh->json, "text", text);
			pm_json_close(sh->json, '}');
		} else if (ok) {
			const char *last = strrchr(text, ' ');

			fprintf(sh->out, "   0x%llx:\t%s", (unsigned long long)code, text);
			if (op.call && last && pm_shell_number(last + 1, &target)) {
				pm_shell_name(sh, target, true, name, sizeof(name));
				fprintf(sh->out, " <%s>", name);
			}
			fputc('\n', sh->out);
		}
		code += ok ? op.size : 0;
		pm_arena_deinit(&arena);
	}
	pm_shell_close(sh, ']');
	if (dis && !ok)
		pm_shell_error(sh, "bpf", "-j: 0x%llx: not in the dump, or no instruction",
			       (unsigned long long)code);
	pm_disasm_free(dis);
	pm_incident_deinit(&inc);
	return ok;
}

/* ---- -s ---- */

static void structure(const struct bpf *b, const char *name, const char *key, uint64_t at)
{
	struct pm_shell *sh = b->sh;
	const struct pm_value_style style = { .hex = b->hex };
	uint32_t type = pm_btf_find(sh->lx->btf, PM_BTF_STRUCT, name);

	if (!type || !at)
		return;
	sh->members = PM_VALUE_MEMBERS;
	if (sh->json) {
		pm_value_json(sh, key, at, type);
		return;
	}
	fprintf(sh->out, "\nstruct %s ", name);
	pm_value_print(sh, at, type, &style);
	fputc('\n', sh->out);
}

/* ---- lists ---- */

static bool print_program(uint64_t index, uint64_t at, void *user)
{
	static const struct pm_column columns[] = {
		{ "ID", "id", 4, PM_CELL_UNSIGNED },
		{ "BPF_PROG", "bpf_prog", -16, PM_CELL_ADDRESS },
		{ "BPF_PROG_AUX", "bpf_prog_aux", -16, PM_CELL_ADDRESS },
		{ "BPF_PROG_TYPE", "type", -16, PM_CELL_TEXT },
		{ "TAG", "tag", -16, PM_CELL_TEXT },
		{ "USED_MAPS", NULL, -1, PM_CELL_TEXT },
	};
	struct bpf *b = user;
	struct pm_shell *sh = b->sh;
	uint64_t aux, id, map, maps, n;
	uint64_t tag_at = pm_linux_member_at(sh->lx, at, "bpf_prog", "tag");
	uint8_t tag[8] = { 0 };
	char tag_text[17] = "";
	struct pm_buf used = { 0 };

	if (!pm_linux_member_get(sh->lx, at, "bpf_prog", "aux", &aux) ||
	    !pm_linux_member_get(sh->lx, aux, "bpf_prog_aux", "id", &id)) {
		/* programs are entered by their ids */
		if (!b->one || index == b->id)
			b->ok = pm_shell_error(sh, "bpf", "program %llu is not in the dump",
					       (unsigned long long)index);
		b->found |= index == b->id;
		return !pm_shell_interrupted(sh);
	}
	if (b->one && id != b->id)
		return true;
	b->found = true;
	bool has_tag =
		tag_at && pm_space_read(&sh->lx->kernel, tag_at, tag, sizeof(tag), NULL) == sizeof(tag);

	for (unsigned i = 0; has_tag && i < sizeof(tag); i++)
		snprintf(tag_text + 2 * i, 3, "%02x", tag[i]);
	if (!b->any || b->details) {
		pm_shell_say(sh, b->any ? "\n" : "%s", "");
		PM_TITLES(sh, columns);
	}
	b->any = true;
	maps = aux_of(b, aux, "used_maps");
	n = aux_of(b, aux, "used_map_cnt");
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		PM_ROW_MEMBERS(sh, columns, { id }, { at }, { aux },
			       { .s = type_name(b, "bpf_prog_type", "BPF_PROG_TYPE_", prog(b, at, "type")) },
			       { .s = tag_text, .absent = !has_tag }, { 0 });
		pm_json_open(sh->json, "used_maps", '[');
	}
	for (uint64_t i = 0; i < n && i < most_maps; i++) {
		if (!pm_space_load(&sh->lx->kernel, maps + 8 * i, 8, &map))
			break;
		if (sh->json)
			pm_json_uint(sh->json, NULL, map_of(b, map, "id"));
		pm_buf_printf(&used, "%s%llu", i ? "," : "", (unsigned long long)map_of(b, map, "id"));
	}
	pm_shell_close(sh, ']');
	if (!sh->json)
		PM_ROW(sh, columns, { id }, { at }, { aux },
		       { .s = type_name(b, "bpf_prog_type", "BPF_PROG_TYPE_", prog(b, at, "type")) },
		       { .s = tag_text, .absent = !has_tag }, { .s = used.data });
	pm_buf_deinit(&used);
	if (b->details)
		program_details(b, at, aux);
	if (b->jited)
		b->ok &= disassemble(b, at);
	if (b->translate)
		b->ok &= translate(b, at, aux);
	if (b->structures) {
		structure(b, "bpf_prog", "bpf_prog_value", at);
		structure(b, "bpf_prog_aux", "bpf_prog_aux_value", aux);
	}
	pm_shell_close(sh, '}');
	return !pm_shell_interrupted(sh);
}

static bool print_map(uint64_t index, uint64_t at, void *user)
{
	static const struct pm_column columns[] = {
		{ "ID", "id", 4, PM_CELL_UNSIGNED },           { "BPF_MAP", "bpf_map", -16, PM_CELL_ADDRESS },
		{ "BPF_MAP_TYPE", "type", -20, PM_CELL_TEXT }, { "MAP_FLAGS", NULL, -1, PM_CELL_TEXT },
		{ NULL, "map_flags", 0, PM_CELL_HEX },
	};
	struct bpf *b = user;
	struct pm_shell *sh = b->sh;
	uint64_t id, flags = map_of(b, at, "map_flags");
	char text[16];

	if (!pm_linux_member_get(sh->lx, at, "bpf_map", "id", &id)) {
		if (!b->one || index == b->id)
			b->ok = pm_shell_error(sh, "bpf", "map %llu is not in the dump",
					       (unsigned long long)index);
		b->found |= index == b->id;
		return !pm_shell_interrupted(sh);
	}
	if (b->one && id != b->id)
		return true;
	b->found = true;
	if (!b->any || b->details) {
		pm_shell_say(sh, b->any ? "\n" : "%s", "");
		PM_TITLES(sh, columns);
	}
	b->any = true;
	snprintf(text, sizeof(text), "%08llx", (unsigned long long)flags & UINT32_MAX);
	const struct pm_cell cells[] = { { id },
					 { at },
					 { .s = type_name(b, "bpf_map_type", "BPF_MAP_TYPE_",
							  map_of(b, at, "map_type")) },
					 { .s = text },
					 { flags } };

	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_shell_cell_members(sh, columns, PM_COUNT(columns), cells);
	} else {
		pm_shell_cells(sh, columns, PM_COUNT(columns), cells);
	}
	if (b->details)
		map_details(b, at);
	if (b->structures)
		structure(b, "bpf_map", "bpf_map_value", at);
	pm_shell_close(sh, '}');
	return !pm_shell_interrupted(sh);
}

/* symbol: of an idr, whose first member is its tree. */
static bool each(struct bpf *b, const char *symbol, const char *key,
		 bool (*fn)(uint64_t index, uint64_t entry, void *user))
{
	uint64_t idr;
	const char *trouble;

	if (!pm_linux_symbol(b->sh->lx, symbol, &idr))
		return pm_shell_error(b->sh, "bpf",
				      "%s is not in the dump, or the kernel was built without BPF", symbol);
	b->any = b->found = false;
	pm_shell_open(b->sh, key, '[');
	trouble = pm_linux_xarray_each(b->sh->lx, idr, fn, b);
	pm_shell_close(b->sh, ']');
	return !trouble || pm_shell_error(b->sh, "bpf", "%s: %s", symbol, trouble);
}

bool pm_shell_bpf(struct pm_shell *sh, int argc, char **argv)
{
	struct bpf b = { .sh = sh, .hex = sh->hex, .ok = true };
	bool programs = false, maps = false, one_program = false, one_map = false, decimal = false;
	uint64_t program = 0, map = 0;
	const struct pm_shell_option options[] = {
		{ "-p", PM_OPTION_NUMBER, &program, &one_program },
		{ "-P", PM_OPTION_FLAG, &programs, NULL },
		{ "-m", PM_OPTION_NUMBER, &map, &one_map },
		{ "-M", PM_OPTION_FLAG, &maps, NULL },
		{ "-t", PM_OPTION_FLAG, &b.translate, NULL },
		{ "-T", PM_OPTION_FLAG, &b.bytes, NULL },
		{ "-j", PM_OPTION_FLAG, &b.jited, NULL },
		{ "-s", PM_OPTION_FLAG, &b.structures, NULL },
		{ "-x", PM_OPTION_FLAG, &b.hex, NULL },
		{ "-d", PM_OPTION_FLAG, &decimal, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc > 1)
		return pm_shell_error(sh, "bpf", "-p or -m goes before an id: %s", argv[1]);
	b.translate |= b.bytes;
	b.hex &= !decimal;
	b.details = programs || maps || one_program || one_map;
	bool both = !b.details, ok = true;

	if ((b.translate || b.jited || b.structures) && both)
		return pm_shell_error(sh, "bpf", "-t, -T, -j and -s go with -p, -P, -m or -M");
	if (both || programs || one_program) {
		b.one = one_program;
		b.id = program;
		ok &= each(&b, "prog_idr", "programs", print_program);
		if (one_program && !b.found)
			ok = pm_shell_error(sh, "bpf", "no such program: %llu", (unsigned long long)program);
	}
	if (both || ((programs || one_program) && (maps || one_map)))
		pm_shell_say(sh, "\n");
	if (both || maps || one_map) {
		b.one = one_map;
		b.id = map;
		ok &= each(&b, "map_idr", "maps", print_map);
		if (one_map && !b.found)
			ok = pm_shell_error(sh, "bpf", "no such map: %llu", (unsigned long long)map);
	}
	return ok && b.ok;
}
