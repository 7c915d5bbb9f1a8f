/* The small kernel's table of symbols, as the kernel packs it (kallsyms). */
#ifndef LINUX_IMAGE_SYMBOLS_H
#define LINUX_IMAGE_SYMBOLS_H

static inline int image_by_addr(const void *a, const void *b)
{
	const struct image_symbol *x = a, *y = b;

	return x->addr < y->addr ? -1 : x->addr > y->addr;
}

/* From 128 on; below, each byte is its own token. */
static const char *const image_tokens[] = { "Tvfs_", "_write", "D__", "t_", "ask", "_start_", "tex" };

/* The token that text goes on with; *length_out: of it. */
static inline uint8_t image_token(const char *text, size_t *length_out)
{
	for (uint8_t i = 0; i < sizeof(image_tokens) / sizeof(image_tokens[0]); i++) {
		*length_out = strlen(image_tokens[i]);
		if (!strncmp(text, image_tokens[i], *length_out))
			return 128 + i;
	}
	*length_out = 1;
	return (uint8_t)*text;
}

static inline void image_kallsyms(struct image *im)
{
	enum image_encoding encoding = im->options.encoding;
	size_t n = im->symbols_n, step = encoding == IMAGE_ABSOLUTE ? 8 : 4, names_size = 0;

	qsort(im->symbols, n, sizeof(im->symbols[0]), image_by_addr);
	uint64_t offsets = image_room(im, n * step), base = image_room(im, 8), number = image_room(im, 8);

	/* the pad of 8 bytes between number and names is how the kernel aligns them, too */
	number = base + 8;
	im->next = number + 8 - IMAGE_MAP;
	uint64_t names = IMAGE_MAP + im->next;
	image_put(im, base, IMAGE_MAP, 8);
	image_put(im, number, n, 4);

	for (size_t i = 0; i < n; i++) {
		char text[512];
		uint8_t tokens[512];
		size_t length = 0, size;

		snprintf(text, sizeof(text), "%c%s", im->symbols[i].type, im->symbols[i].name);
		for (const char *p = text; *p; p += size)
			tokens[length++] = image_token(p, &size);
		if (length > 127) {
			image_put(im, names + names_size++, (length & 127) | 128, 1);
			image_put(im, names + names_size++, length >> 7, 1);
		} else {
			image_put(im, names + names_size++, length, 1);
		}
		for (size_t k = 0; k < length; k++)
			image_put(im, names + names_size++, tokens[k], 1);

		uint64_t addr = im->symbols[i].addr, place = offsets + step * i;
		uint64_t value = encoding == IMAGE_PERCPU_BASE      ? IMAGE_MAP - 1 - addr
				 : encoding == IMAGE_BASE           ? addr - IMAGE_MAP
				 : encoding == IMAGE_PLACE_RELATIVE ? addr - place
								    : addr;
		image_put(im, place, value, (unsigned)step);
	}
	im->next += names_size;
	uint64_t table = image_room(im, 1024), index = 0, at = 0;

	index = table + 2 * 256 + 32;
	for (unsigned c = 0; c < 256; c++) {
		bool is_long = c >= 128 && c - 128 < sizeof(image_tokens) / sizeof(image_tokens[0]);

		image_put(im, index + 2 * c, at, 2);
		if (is_long)
			image_text(im, table + at, image_tokens[c - 128]);
		else
			image_put(im, table + at, c ? c : 1, 1);
		at += is_long ? strlen(image_tokens[c - 128]) : 1;
		image_put(im, table + at++, 0, 1);
	}
	im->next = index + 512 - IMAGE_MAP;
	image_say(im,
		  "SYMBOL(kallsyms_names)=%llx\nSYMBOL(kallsyms_num_syms)=%llx\n"
		  "SYMBOL(kallsyms_token_table)=%llx\nSYMBOL(kallsyms_token_index)=%llx\n",
		  (unsigned long long)names, (unsigned long long)number, (unsigned long long)table,
		  (unsigned long long)index);
	image_say(im,
		  encoding == IMAGE_ABSOLUTE ? "SYMBOL(kallsyms_addresses)=%llx\n"
					     : "SYMBOL(kallsyms_offsets)=%llx\n",
		  (unsigned long long)offsets);
	if (encoding == IMAGE_PERCPU_BASE || encoding == IMAGE_BASE)
		image_say(im, "SYMBOL(kallsyms_relative_base)=%llx\n", (unsigned long long)base);
}

#endif
