/* The table of functions that a kernel carries, so that its panics have names (kpanic/symbols.h).
 *
 *   kp-symbols [-o FILE] KERNEL.elf
 *
 * Writes C with the table of a linked ELF of any word size, byte order and machine, to be compiled for it and linked in
 * a second pass.  Functions and labels in sections with code are taken; of several at one address one: a function
 * before a label, global before local.  A symbol without a size ends where the next begins, or its section.
 * Run over the kernel of the second pass it must write the same; if not, link a third time with what it writes then.
 * Exit status: 0, or 1 with a word on standard error. */
#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ANCHOR "kp_symbol_find"
#define MAGIC 0x6b70736du

enum { SHT_SYMTAB_ = 2, SHF_EXECINSTR_ = 4, STT_NOTYPE_ = 0, STT_FUNC_ = 2, STT_GNU_IFUNC_ = 10 };

struct image {
	const char *path;
	const uint8_t *bytes;
	size_t size;
	bool wide, big; /* 64-bit, big-endian */
};

struct symbol {
	uint64_t start, size;
	const char *name;
	unsigned rank; /* of several at one address, the highest stays */
	uint64_t section_end;
};

static _Noreturn void fail(const char *path, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
static void fail(const char *path, const char *fmt, ...)
{
	va_list list;

	fprintf(stderr, "kp-symbols: %s: ", path);
	va_start(list, fmt);
	vfprintf(stderr, fmt, list);
	va_end(list);
	fputc('\n', stderr);
	exit(1);
}

static void *need(void *p)
{
	if (!p)
		fail("memory", "%s", strerror(ENOMEM));
	return p;
}

/* n bytes at `at`, in the image's byte order. */
static uint64_t load(const struct image *image, uint64_t at, unsigned n)
{
	uint64_t value = 0;

	if (at > image->size || n > image->size - at)
		fail(image->path, "ends within its headers or symbols (at %llu)", (unsigned long long)at);
	for (unsigned i = 0; i < n; i++)
		value = value << 8 | image->bytes[at + (image->big ? i : n - 1 - i)];
	return value;
}

struct section {
	uint64_t flags, address, offset, size, link, entry;
	uint32_t type;
};

static struct section section_at(const struct image *image, uint64_t at)
{
	unsigned word = image->wide ? 8 : 4;
	struct section s = { .type = (uint32_t)load(image, at + 4, 4) };

	s.flags = load(image, at + 8, word);
	s.address = load(image, at + 8 + word, word);
	s.offset = load(image, at + 8 + 2 * word, word);
	s.size = load(image, at + 8 + 3 * word, word);
	s.link = load(image, at + 8 + 4 * word, 4);
	s.entry = load(image, at + (image->wide ? 56 : 36), word);
	return s;
}

static void read_whole(struct image *image)
{
	FILE *file = fopen(image->path, "rb");
	uint8_t *bytes = NULL;
	size_t size = 0, room = 0;

	if (!file)
		fail(image->path, "%s", strerror(errno));
	for (;;) {
		size_t n;

		if (size == room)
			bytes = need(realloc(bytes, room = room ? 2 * room : 1 << 20));
		n = fread(bytes + size, 1, room - size, file);
		if (!n)
			break;
		size += n;
	}
	if (ferror(file))
		fail(image->path, "%s", strerror(errno));
	fclose(file);
	image->bytes = bytes;
	image->size = size;
	if (size < 52 || memcmp(bytes, "\177ELF", 4) || bytes[4] < 1 || bytes[4] > 2 || bytes[5] < 1 ||
	    bytes[5] > 2)
		fail(image->path, "is no ELF file");
	image->wide = bytes[4] == 2;
	image->big = bytes[5] == 2;
}

static int by_start(const void *left, const void *right)
{
	const struct symbol *a = left, *b = right;

	if (a->start != b->start)
		return a->start < b->start ? -1 : 1;
	if (a->rank != b->rank)
		return a->rank > b->rank ? -1 : 1;
	return strcmp(a->name, b->name);
}

/* Compilers' and assemblers' own marks ($x, .L12, __func__.3 is data) are not what one calls a place. */
static bool is_named(const char *name)
{
	return *name && *name != '$' && *name != '.';
}

struct symbols {
	struct symbol *all;
	size_t count;
	uint64_t anchor;
	bool anchored;
};

static void read_symbol(const struct image *image, const struct section *names, uint64_t sections,
			uint64_t stride, uint64_t sections_count, uint64_t at, struct symbols *out)
{
	uint64_t name = load(image, at, 4);
	unsigned info = (unsigned)load(image, at + (image->wide ? 4 : 12), 1), type = info & 15;
	uint64_t index = load(image, at + (image->wide ? 6 : 14), 2);
	struct symbol symbol = { .start = load(image, at + (image->wide ? 8 : 4), image->wide ? 8 : 4),
				 .size = load(image, at + (image->wide ? 16 : 8), image->wide ? 8 : 4) };
	struct section section;

	if ((type != STT_FUNC_ && type != STT_NOTYPE_ && type != STT_GNU_IFUNC_) || !index ||
	    index >= sections_count)
		return;
	section = section_at(image, sections + index * stride);
	if (!(section.flags & SHF_EXECINSTR_) || name >= names->size || names->offset > image->size ||
	    names->size > image->size - names->offset)
		return;
	symbol.name = (const char *)image->bytes + names->offset + name;
	if (!memchr(symbol.name, 0, names->size - name) || !is_named(symbol.name))
		return;
	symbol.section_end = section.address + section.size;
	symbol.rank = (type != STT_NOTYPE_) * 4u + (info >> 4 != 0) * 2u + (symbol.size != 0);
	if (!strcmp(symbol.name, ANCHOR)) {
		out->anchor = symbol.start;
		out->anchored = true;
	}
	out->all[out->count++] = symbol;
}

static void read_symbols(const struct image *image, struct symbols *out)
{
	uint64_t sections = load(image, image->wide ? 40 : 32, image->wide ? 8 : 4);
	uint64_t stride = load(image, image->wide ? 58 : 46, 2),
		 count = load(image, image->wide ? 60 : 48, 2);

	if (!sections || stride < (image->wide ? 64 : 40))
		fail(image->path, "has no sections");
	for (uint64_t i = 0; i < count; i++) {
		struct section table = section_at(image, sections + i * stride), names;
		uint64_t step = image->wide ? 24 : 16;

		if (table.type != SHT_SYMTAB_)
			continue;
		if (table.link >= count || table.offset > image->size ||
		    table.size > image->size - table.offset)
			fail(image->path, "has a damaged table of symbols");
		names = section_at(image, sections + table.link * stride);
		out->all = need(realloc(out->all, (out->count + table.size / step + 1) * sizeof *out->all));
		for (uint64_t at = 0; at + step <= table.size; at += step)
			read_symbol(image, &names, sections, stride, count, table.offset + at, out);
	}
	if (!out->count)
		fail(image->path, "has no symbols of functions (was it stripped?)");
	if (!out->anchored)
		fail(image->path, "has no " ANCHOR ": panic/collect/symbols.c is not linked in");
}

/* One symbol an address, each with a size, near enough to the anchor; returns how many were too far. */
static size_t tidy(struct symbols *symbols)
{
	size_t kept = 0, far = 0;

	qsort(symbols->all, symbols->count, sizeof *symbols->all, by_start);
	for (size_t i = 0; i < symbols->count; i++)
		if (!kept || symbols->all[kept - 1].start != symbols->all[i].start)
			symbols->all[kept++] = symbols->all[i];
	symbols->count = kept;
	kept = 0;
	for (size_t i = 0; i < symbols->count; i++) {
		struct symbol s = symbols->all[i];
		uint64_t end = s.section_end;
		int64_t distance = (int64_t)(s.start - symbols->anchor);

		if (i + 1 < symbols->count && symbols->all[i + 1].start < end)
			end = symbols->all[i + 1].start;
		if (!s.size)
			s.size = end - s.start;
		if (distance > INT32_MAX || distance < INT32_MIN) {
			far++;
			continue;
		}
		if (s.size && s.size <= UINT32_MAX)
			symbols->all[kept++] = s;
	}
	symbols->count = kept;
	return far;
}

static void write_name(FILE *out, const char *name)
{
	fputs("\t\t\"", out);
	for (; *name; name++) {
		unsigned char c = (unsigned char)*name;

		if (c < 0x20 || c >= 0x7f || c == '"' || c == '\\' || c == '?')
			fprintf(out, "\\%03o", c);
		else
			fputc(c, out);
	}
	fputs("\\0\"\n", out);
}

static void write_table(FILE *out, const struct symbols *symbols)
{
	uint32_t names = 0, count = (uint32_t)symbols->count, at = 0;

	for (uint32_t i = 0; i < count; i++)
		names += (uint32_t)strlen(symbols->all[i].name) + 1;
	names++; /* the NUL that ends the C string */
	fprintf(out,
		"/* Written by kp-symbols. */\n#include \"kpanic/symbols.h\"\n\n"
		"extern const struct kp_symbols_table kp_symbols;\n"
		"const struct kp_symbols_table {\n"
		"\tstruct kp_symbols head;\n\tstruct kp_symbols_row rows[%u];\n\tchar names[%u];\n"
		"} kp_symbols = {\n\t{ KP_SYMBOLS_MAGIC, %u, %u, KP_SYMBOLS_CHECK(%uu, %uu) },\n\t{\n",
		count, names, count, names, count, names);
	for (uint32_t i = 0; i < count; i++) {
		const struct symbol *s = &symbols->all[i];

		fprintf(out, "\t\t{ %lld, %llu, %u },\n", (long long)(int64_t)(s->start - symbols->anchor),
			(unsigned long long)s->size, at);
		at += (uint32_t)strlen(s->name) + 1;
	}
	fputs("\t},\n", out);
	for (uint32_t i = 0; i < count; i++)
		write_name(out, symbols->all[i].name);
	fputs("};\n", out);
}

int main(int argc, char **argv)
{
	struct image image = { 0 };
	struct symbols symbols = { 0 };
	const char *to = NULL;
	size_t far;
	FILE *out = stdout;

	if (argc == 4 && !strcmp(argv[1], "-o")) {
		to = argv[2];
		image.path = argv[3];
	} else if (argc == 2 && argv[1][0] != '-') {
		image.path = argv[1];
	} else {
		fputs("usage: kp-symbols [-o FILE] KERNEL.elf\n", stderr);
		return 1;
	}
	read_whole(&image);
	read_symbols(&image, &symbols);
	far = tidy(&symbols);
	if (to && !(out = fopen(to, "w")))
		fail(to, "%s", strerror(errno));
	write_table(out, &symbols);
	if (fflush(out) || ferror(out) || (to && fclose(out)))
		fail(to ? to : "standard output", "%s", strerror(errno));
	if (far)
		fprintf(stderr,
			"kp-symbols: %s: %zu functions lie more than 2 GiB from " ANCHOR
			" and are left out\n",
			image.path, far);
	free(symbols.all);
	free((void *)(uintptr_t)image.bytes);
	return 0;
}
