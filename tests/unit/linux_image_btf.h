/* Types as BTF has them, written by tests: the records one behind the other, ids from 1 on, and their names. */
#ifndef LINUX_IMAGE_BTF_H
#define LINUX_IMAGE_BTF_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct image_btf {
	struct pm_buf types, strings;
	uint32_t n;
};

static inline void image_btf_u32(struct image_btf *b, uint32_t v)
{
	uint8_t bytes[4] = { (uint8_t)v, (uint8_t)(v >> 8), (uint8_t)(v >> 16), (uint8_t)(v >> 24) };

	pm_buf_add(&b->types, bytes, 4);
}

static inline uint32_t image_btf_string(struct image_btf *b, const char *text)
{
	uint32_t at = (uint32_t)b->strings.n;

	if (!*text)
		return 0;
	pm_buf_add(&b->strings, text, strlen(text) + 1);
	return at;
}

static inline uint32_t image_btf_type(struct image_btf *b, const char *name, unsigned kind, unsigned vlen,
				      uint32_t size)
{
	image_btf_u32(b, image_btf_string(b, name));
	image_btf_u32(b, kind << 24 | vlen);
	image_btf_u32(b, size);
	return ++b->n;
}

struct image_member {
	const char *name;
	uint32_t type, offset; /* bytes */
	uint32_t bits, bit;    /* of a bit field: how many, from which of that byte on */
};

static inline uint32_t image_btf_struct(struct image_btf *b, const char *name, unsigned kind, uint32_t size,
					const struct image_member *members)
{
	unsigned n = 0;
	uint32_t names[64], id;
	bool fields = false;

	for (; members[n].name; n++)
		fields |= members[n].bits != 0;
	for (unsigned i = 0; i < n; i++)
		names[i] = image_btf_string(b, members[i].name);
	/* kind_flag: offsets hold the sizes of bit fields, too */
	id = image_btf_type(b, name, kind | (fields ? 0x80 : 0), n, size);
	for (unsigned i = 0; i < n; i++) {
		image_btf_u32(b, names[i]);
		image_btf_u32(b, members[i].type);
		image_btf_u32(b, (members[i].offset * 8 + members[i].bit) | members[i].bits << 24);
	}
	return id;
}

static inline uint32_t image_btf_array(struct image_btf *b, uint32_t element, uint32_t index, uint32_t n)
{
	uint32_t id = image_btf_type(b, "", 3, 0, 0);

	image_btf_u32(b, element);
	image_btf_u32(b, index);
	image_btf_u32(b, n);
	return id;
}

struct image_enumerator {
	const char *name;
	int32_t value;
};

static inline void image_btf_enum(struct image_btf *b, const char *name,
				  const struct image_enumerator *values)
{
	unsigned n = 0;
	uint32_t names[16];

	for (; values[n].name; n++)
		names[n] = image_btf_string(b, values[n].name);
	image_btf_type(b, name, 6, n, 4);
	for (unsigned i = 0; i < n; i++) {
		image_btf_u32(b, names[i]);
		image_btf_u32(b, (uint32_t)values[i].value);
	}
}

#endif
