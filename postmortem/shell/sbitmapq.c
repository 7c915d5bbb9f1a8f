/* sbitmapq: a queue that hands out bits (struct sbitmap_queue), as block devices do for their tags. */
#include "shell/commands.h"

#include "linux/member.h"

#include <stdlib.h>
#include <string.h>

/* More bits than a device has tags; SBQ_WAIT_QUEUES. */
enum { max_depth = 1 << 20, max_words = 1 << 18, wait_queues = 8 };

struct bits {
	uint64_t sb;                  /* struct sbitmap */
	uint64_t depth, shift, words; /* all bits, log2 of those in a word, words */
	uint8_t *used;                /* [depth]: handed out and not given back */
	uint64_t busy, cleared;
};

struct choice {
	char *structure;     /* -s: what the array holds; NULL: no array */
	const char *members; /* behind its '.'; NULL: all */
	uint64_t array;
	bool pointers, print, hex, decimal;
};

/* false: said.  b->used is freed by the caller either way. */
static bool read_bits(struct pm_shell *sh, uint64_t queue, struct bits *b)
{
	struct pm_linux *lx = sh->lx;
	uint64_t map, size = pm_linux_type_size(lx, "sbitmap_word");
	uint64_t word_at = pm_linux_member_offset(lx, "sbitmap_word", "word");

	uint64_t gap;
	enum pm_absence why;

	if (pm_shell_gap(sh, queue, 1, &gap, &why))
		return pm_shell_absent(sh, "sbitmapq", gap, why);
	b->sb = pm_linux_member_at(lx, queue, "sbitmap_queue", "sb");
	if (!b->sb || !size)
		return pm_shell_error(sh, "sbitmapq",
				      "this kernel has no struct sbitmap_queue of a kind that is known");
	if (!pm_linux_member_get(lx, b->sb, "sbitmap", "depth", &b->depth) ||
	    !pm_linux_member_get(lx, b->sb, "sbitmap", "shift", &b->shift) ||
	    !pm_linux_member_get(lx, b->sb, "sbitmap", "map_nr", &b->words) ||
	    !pm_linux_member_get(lx, b->sb, "sbitmap", "map", &map))
		return pm_shell_error(sh, "sbitmapq", "0x%llx: the queue is not in the dump",
				      (unsigned long long)queue);
	if (b->depth > max_depth || b->shift > 6 || b->words > max_words || b->words << b->shift < b->depth)
		return pm_shell_error(sh, "sbitmapq",
				      "0x%llx: no sbitmap_queue: depth %llu in %llu words of 2^%llu bits",
				      (unsigned long long)queue, (unsigned long long)b->depth,
				      (unsigned long long)b->words, (unsigned long long)b->shift);
	b->used = pm_alloc(b->depth + 1);
	for (uint64_t i = 0; i < b->words; i++) {
		uint64_t at = map + i * size, word, cleared = 0;

		if (!pm_space_load(&lx->kernel, at + word_at, 8, &word))
			return pm_shell_error(sh, "sbitmapq", "0x%llx: its words are not in the dump",
					      (unsigned long long)queue);
		pm_linux_member_get(lx, at, "sbitmap_word", "cleared", &cleared);
		for (uint64_t bit = 0; bit < 1ull << b->shift && (i << b->shift) + bit < b->depth; bit++) {
			bool is_set = word >> bit & 1, is_cleared = cleared >> bit & 1;

			b->used[(i << b->shift) + bit] = is_set && !is_cleared;
			b->busy += is_set && !is_cleared;
			b->cleared += is_cleared;
		}
	}
	return true;
}

static void number(struct pm_shell *sh, const char *name, uint64_t value, bool hex)
{
	if (sh->json)
		pm_json_hex(sh->json, name, value);
	else
		fprintf(sh->out, hex ? "%s = 0x%llx\n" : "%s = %llu\n", name, (unsigned long long)value);
}

static void put_hints(struct pm_shell *sh, uint64_t queue, uint64_t sb)
{
	uint64_t at = pm_linux_member_value(sh->lx, sb, "sbitmap", "alloc_hint"), hint;

	/* of the queue itself until 5.11 */
	if (!at)
		at = pm_linux_member_value(sh->lx, queue, "sbitmap_queue", "alloc_hint");
	if (!at)
		return;
	if (sh->json)
		pm_json_open(sh->json, "alloc_hint", '[');
	else
		fputs("alloc_hint = {", sh->out);
	for (uint32_t cpu = 0; cpu < sh->lx->cpus; cpu++) {
		bool known = pm_space_load(&sh->lx->kernel, at + sh->lx->cpu_offset[cpu], 4, &hint);

		if (sh->json && known)
			pm_json_uint(sh->json, NULL, hint);
		else if (sh->json)
			pm_json_null(sh->json, NULL);
		else if (known)
			fprintf(sh->out, "%s%llu", cpu ? ", " : "", (unsigned long long)hint);
		else
			fprintf(sh->out, "%s?", cpu ? ", " : "");
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fputs("}\n", sh->out);
}

static void put_waits(struct pm_shell *sh, uint64_t queue)
{
	uint64_t ws = pm_linux_member_value(sh->lx, queue, "sbitmap_queue", "ws");
	uint64_t size = pm_linux_type_size(sh->lx, "sbq_wait_state"), count, first;
	bool has_count = pm_linux_member(sh->lx, "sbq_wait_state", "wait_cnt")->offset >= 0; /* until 6.1 */

	if (!ws || !size)
		return;
	if (sh->json)
		pm_json_open(sh->json, "ws", '[');
	else
		fputs("ws = {\n", sh->out);
	for (unsigned i = 0; i < wait_queues; i++) {
		uint64_t at = ws + i * size,
			 head = pm_linux_member_at(sh->lx, at, "sbq_wait_state", "wait.head");
		bool known = pm_space_load(&sh->lx->kernel, head, 8, &first);

		count = pm_linux_member_value(sh->lx, at, "sbq_wait_state", "wait_cnt");
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			if (has_count)
				pm_json_int(sh->json, "wait_cnt", (int32_t)count);
			if (known)
				pm_json_bool(sh->json, "active", first != head);
			pm_json_close(sh->json, '}');
			continue;
		}
		fputs("        { ", sh->out);
		if (has_count)
			fprintf(sh->out, ".wait_cnt = %d, ", (int32_t)count);
		fprintf(sh->out, ".wait = %s },\n", !known ? "?" : first == head ? "inactive" : "active");
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fputs("}\n", sh->out);
}

/* The bits that are used, 16 bytes in a line. */
static void put_dump(struct pm_shell *sh, const struct bits *b)
{
	fputc('\n', sh->out);
	for (uint64_t byte = 0; byte * 8 < b->depth && !pm_shell_interrupted(sh); byte++) {
		unsigned value = 0;

		for (unsigned bit = 0; bit < 8 && byte * 8 + bit < b->depth; bit++)
			value |= (unsigned)b->used[byte * 8 + bit] << bit;
		if (byte % 16 == 0)
			fprintf(sh->out, "%s%08llx:", byte ? "\n" : "", (unsigned long long)byte);
		fprintf(sh->out, byte % 2 ? "%02x" : " %02x", value);
	}
	fputc('\n', sh->out);
}

static void put_queue(struct pm_shell *sh, uint64_t queue, const struct bits *b, bool hex)
{
	static const struct {
		const char *name;
		bool of_bits;
		const char *path;
	} after[] = { { "round_robin", true, "round_robin" },
		      { "min_shallow_depth", false, "min_shallow_depth" } };
	uint64_t value;

	number(sh, "depth", b->depth, hex);
	number(sh, "busy", b->busy, hex);
	number(sh, "cleared", b->cleared, hex);
	number(sh, "bits_per_word", 1ull << b->shift, hex);
	number(sh, "map_nr", b->words, hex);
	put_hints(sh, queue, b->sb);
	if (pm_linux_member_get(sh->lx, queue, "sbitmap_queue", "wake_batch", &value))
		number(sh, "wake_batch", value, hex);
	if (pm_linux_member_get(sh->lx, queue, "sbitmap_queue", "wake_index", &value))
		number(sh, "wake_index", value, hex);
	if (pm_linux_member_get(sh->lx, queue, "sbitmap_queue", "ws_active", &value))
		number(sh, "ws_active", value, hex);
	put_waits(sh, queue);
	for (size_t i = 0; i < PM_COUNT(after); i++)
		if (after[i].of_bits
			    ? pm_linux_member_get(sh->lx, b->sb, "sbitmap", after[i].path, &value)
			    : pm_linux_member_get(sh->lx, queue, "sbitmap_queue", after[i].path, &value))
			number(sh, after[i].name, value, hex);
	if (!sh->json) {
		put_dump(sh, b);
		return;
	}
	pm_json_open(sh->json, "used", '[');
	for (uint64_t i = 0; i < b->depth; i++)
		if (b->used[i])
			pm_json_uint(sh->json, NULL, i);
	pm_json_close(sh->json, ']');
}

/* ---- the array that the bits number ---- */

static bool put_array(struct pm_shell *sh, const struct bits *b, const struct choice *choice)
{
	uint64_t size = pm_linux_type_size(sh->lx, choice->structure);
	bool ok = true;

	if (!size)
		return pm_shell_no_such(sh, "sbitmapq", "type", choice->structure, NULL);
	if (sh->json)
		pm_json_open(sh->json, "elements", '[');
	for (uint64_t i = 0; i < b->depth && !pm_shell_interrupted(sh); i++) {
		uint64_t addr = choice->array + i * (choice->pointers ? 8 : size);

		if (!b->used[i])
			continue;
		if (choice->pointers && !pm_space_load(&sh->lx->kernel, addr, 8, &addr)) {
			ok = pm_shell_error(sh, "sbitmapq", "0x%llx: not in the dump",
					    (unsigned long long)addr);
			continue;
		}
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_uint(sh->json, "bit", i);
			pm_json_hex(sh->json, "address", addr);
		} else {
			fprintf(sh->out, choice->print ? "%llu (0x%llx):\n" : "%llu: 0x%llx\n",
				(unsigned long long)i, (unsigned long long)addr);
		}
		if (choice->print || choice->members)
			ok &= pm_shell_put_structs(sh, "sbitmapq", choice->structure, choice->members,
						   pm_shell_radix(choice->hex, choice->decimal), &addr, 1);
		if (sh->json)
			pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return ok;
}

bool pm_shell_sbitmapq(struct pm_shell *sh, int argc, char **argv)
{
	struct choice choice = { .hex = sh->hex };
	const char *structure = NULL;
	bool has_array = false;
	const struct pm_shell_option options[] = {
		{ "-s", PM_OPTION_TEXT, &structure },
		{ "-a", PM_OPTION_ADDRESS, &choice.array, &has_array },
		{ "-p", PM_OPTION_FLAG, &choice.pointers },
		{ "-v", PM_OPTION_FLAG, &choice.print },
		{ "-x", PM_OPTION_FLAG, &choice.hex },
		{ "-d", PM_OPTION_FLAG, &choice.decimal },
	};
	struct bits bits = { 0 };
	uint64_t queue;

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc != 2)
		return pm_shell_error(sh, "sbitmapq", "it takes the address of a struct sbitmap_queue");
	if ((structure != NULL) != has_array || (choice.print && !structure))
		return pm_shell_error(sh, "sbitmapq", "-s and -a go together; -v goes with them");
	choice.hex &= !choice.decimal;
	bool ok = pm_shell_address(sh, "sbitmapq", argv[1], &queue) && read_bits(sh, queue, &bits);

	if (ok && structure) {
		const char *dot = strchr(structure, '.');

		choice.structure =
			pm_printf("%.*s", dot ? (int)(dot - structure) : (int)strlen(structure), structure);
		choice.members = dot ? dot + 1 : NULL;
		ok = put_array(sh, &bits, &choice);
		free(choice.structure);
	} else if (ok) {
		put_queue(sh, queue, &bits, choice.hex);
	}
	free(bits.used);
	return ok;
}
