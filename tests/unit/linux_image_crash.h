/* The part of the small kernel that a crash is told from: what its functions take, how it describes system calls, the
 * process's memory, and the registers of user mode.
 *
 *	physical
 *	0x5000, 0x6000   page tables of user mode: IMAGE_VMA_START + physical
 *	0x7000           what the process writes
 */
#ifndef LINUX_IMAGE_CRASH_H
#define LINUX_IMAGE_CRASH_H

enum {
	META_NAME = 0,
	META_NB_ARGS = 12,
	META_TYPES = 16,
	META_ARGS = 24,
	META_SIZE = 64,
	DEVICE_OPS = 8,
	TRACK_SIZE = 16
};

/* vfs_write(struct drv_device *dev, unsigned long flags); dev->ops->go(void *data) */
static inline void image_crash_types(struct image *im, struct image_btf *b, const struct image_basic *t)
{
	uint32_t data = image_btf_string(b, "data"), go_proto = image_btf_type(b, "", 13, 1, t->u64);

	image_btf_u32(b, data);
	image_btf_u32(b, t->ptr);
	uint32_t go = image_btf_type(b, "", 2, 0, go_proto);
	uint32_t ops = image_btf_struct(
		b, "drv_ops", 4, 24,
		(struct image_member[]){
			{ "open", t->ptr, 0 }, { "close", t->ptr, 8 }, { "go", go, 16 }, { 0 } });
	uint32_t ops_ptr = image_btf_type(b, "", 2, 0, ops);
	uint32_t device = image_btf_struct(
		b, "drv_device", 4, 16,
		(struct image_member[]){ { "id", t->u64, 0 }, { "ops", ops_ptr, DEVICE_OPS }, { 0 } });
	uint32_t device_ptr = image_btf_type(b, "", 2, 0, device);
	uint32_t dev = image_btf_string(b, "dev"), flags = image_btf_string(b, "flags");
	uint32_t proto = image_btf_type(b, "", 13, 2, t->u64);

	image_btf_u32(b, dev);
	image_btf_u32(b, device_ptr);
	image_btf_u32(b, flags);
	image_btf_u32(b, t->u64);
	image_btf_type(b, "vfs_write", 12, 0, proto);
	image_btf_struct(b, "track", 4, TRACK_SIZE,
			 (struct image_member[]){
				 { "addr", t->u64, 0 }, { "cpu", t->u32, 8 }, { "pid", t->u32, 12 }, { 0 } });
	if (!im->options.calls)
		return;
	image_btf_struct(b, "syscall_metadata", 4, META_SIZE,
			 (struct image_member[]){ { "name", t->ptr, META_NAME },
						  { "nb_args", t->u32, META_NB_ARGS },
						  { "types", t->ptr, META_TYPES },
						  { "args", t->ptr, META_ARGS },
						  { 0 } });
}

static inline uint64_t image_strings(struct image *im, const char *const *texts, unsigned n)
{
	uint64_t at = image_room(im, 8 * n);

	for (unsigned i = 0; i < n; i++)
		image_put(im, at + 8 * i, image_string(im, texts[i]), 8);
	return at;
}

/* Of write, by the names that a kernel to come may have. */
static inline void image_calls(struct image *im)
{
	static const char *const types[] = { "unsigned int", "const char *", "size_t" };
	static const char *const names[] = { "fd", "what", "count" };
	uint64_t array = image_room(im, 8 * 4), meta = image_room(im, META_SIZE);

	image_number(im, "syscalls_metadata", array);
	image_put(im, array + 8, meta, 8);
	image_put(im, meta + META_NAME, image_string(im, "sys_write"), 8);
	image_put(im, meta + META_NB_ARGS, 3, 4);
	image_put(im, meta + META_TYPES, image_strings(im, types, 3), 8);
	image_put(im, meta + META_ARGS, image_strings(im, names, 3), 8);
}

/* regs: where the registers of user mode lie.  It called write(3, "hello\n", 6). */
static inline void image_crash(struct image *im, uint64_t regs)
{
	image_put(im, 0x1000, 0x5000 | 7, 8);
	image_put(im, 0x5000, 0x6000 | 7, 8);
	image_put(im, 0x6000 + 8 * (IMAGE_VMA_START >> 21), 0x87, 8);
	image_text(im, IMAGE_USER_TEXT, "hello\n");
	image_put(im, regs + 8 * 5, 3, 8);                                  /* bx */
	image_put(im, regs + 8 * 10, (uint64_t)-38, 8);                     /* ax */
	image_put(im, regs + 8 * 11, IMAGE_VMA_START + IMAGE_USER_TEXT, 8); /* cx */
	image_put(im, regs + 8 * 12, 6, 8);                                 /* dx */
	image_put(im, regs + 8 * 13, IMAGE_VMA_START + IMAGE_USER_TEXT, 8); /* si */
	image_put(im, regs + 8 * 14, 3, 8);                                 /* di */
	image_put(im, regs + 8 * 20, 0x2b, 8);                              /* ss */
	if (im->options.calls)
		image_calls(im);
}

#endif
