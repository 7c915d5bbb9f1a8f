/* Structures of the small kernel that are made of a line of text each, and what lies in them by their members' names:
 *
 *	{ "irq_desc", "action:ptr irq_data:irq_data name:ptr" }
 *	image_set(im, desc, "irq_desc.irq_data.chip", chip);
 *
 * A member's type is ptr, long, int, short, char, list, or a structure of a line above; TYPE[N] is an array, whose first element
 * has the names of what is in it. */
#ifndef LINUX_IMAGE_LAYOUT_H
#define LINUX_IMAGE_LAYOUT_H

struct image_layout {
	const char *name, *members;
};

/* Of unsigned long, int, char, void * and struct list_head. */
struct image_basic {
	uint32_t u64, u32, chr, ptr, list;
};

static inline const struct image_field *image_field(const struct image *im, const char *path)
{
	for (size_t i = 0; i < im->fields_n; i++)
		if (!strcmp(im->fields[i].path, path))
			return &im->fields[i];
	fprintf(stderr, "no such member of the small kernel: %s\n", path);
	abort();
}

/* path: outer and inner, one behind the other. */
static inline void image_add_field(struct image *im, const char *outer, const char *inner, uint32_t type,
				   uint32_t offset, uint32_t size)
{
	if (im->fields_n == sizeof(im->fields) / sizeof(im->fields[0]))
		abort();
	struct image_field *f = &im->fields[im->fields_n++];

	*f = (struct image_field){ .type = type, .offset = offset, .size = size };
	if (snprintf(f->path, sizeof(f->path), "%s%s", outer, inner) >= (int)sizeof(f->path))
		abort();
}

/* The type of one element; its size. */
static inline uint32_t image_field_type(const struct image *im, const struct image_basic *t, const char *name,
					uint32_t *type_out)
{
	const struct {
		const char *name;
		uint32_t type, size;
	} basic[] = { { "ptr", t->ptr, 8 },         { "long", t->u64, 8 }, { "int", t->u32, 4 },
		      { "short", im->u16_type, 2 }, { "char", t->chr, 1 }, { "list", t->list, 16 } };

	for (size_t i = 0; i < sizeof(basic) / sizeof(basic[0]); i++)
		if (!strcmp(basic[i].name, name)) {
			*type_out = basic[i].type;
			return basic[i].size;
		}
	*type_out = image_field(im, name)->type;
	return image_field(im, name)->size;
}

/* The members of a structure that is itself one, by their names from the outer one's on. */
static inline void image_inner_fields(struct image *im, const char *inner, const char *outer, uint32_t offset)
{
	size_t length = strlen(inner), n = im->fields_n;

	for (size_t i = 0; i < n; i++) {
		const struct image_field *f = &im->fields[i];

		if (strncmp(f->path, inner, length) || f->path[length] != '.')
			continue;
		image_add_field(im, outer, f->path + length, f->type, offset + f->offset, f->size);
	}
}

static inline void image_layout(struct image *im, struct image_btf *b, const struct image_basic *t,
				const struct image_layout *layout)
{
	struct image_member members[32] = { 0 };
	char names[32][32], path[96];
	uint32_t at = 0;
	unsigned n = 0;

	for (const char *text = layout->members; *text; n++) {
		char type[32];
		unsigned count = 0;
		int length = 0;

		sscanf(text, " %31[^:]:%31[^][ ]%n", names[n], type, &length);
		text += length;
		length = 0;
		bool array = sscanf(text, "[%u]%n", &count, &length) == 1;

		text += length;
		uint32_t id, size = image_field_type(im, t, type, &id), align = size < 8 ? size : 8;

		at = (at + align - 1) & ~(align - 1);
		snprintf(path, sizeof(path), "%s.%s", layout->name, names[n]);
		members[n] = (struct image_member){ names[n],
						    array ? image_btf_array(b, id, t->u32, count) : id, at };
		image_add_field(im, path, "", id, at, size);
		image_inner_fields(im, type, path, at);
		at += array ? size * count : size;
	}
	at = (at + 7) & ~7u;
	image_add_field(im, layout->name, "", image_btf_struct(b, layout->name, 4, at, members), 0, at);
}

/* Up to one without a name. */
static inline void image_layouts(struct image *im, struct image_btf *b, const struct image_basic *t,
				 const struct image_layout *layouts)
{
	for (; layouts->name; layouts++)
		image_layout(im, b, t, layouts);
}

static inline uint64_t image_new(struct image *im, const char *structure)
{
	return image_room(im, image_field(im, structure)->size);
}

static inline uint64_t image_member(const struct image *im, uint64_t at, const char *path)
{
	return at + image_field(im, path)->offset;
}

static inline void image_set(struct image *im, uint64_t at, const char *path, uint64_t value)
{
	image_put(im, image_member(im, at, path), value, image_field(im, path)->size);
}

/* Into an array of char. */
static inline void image_set_text(struct image *im, uint64_t at, const char *path, const char *text)
{
	image_text(im, image_member(im, at, path), text);
}

#endif
