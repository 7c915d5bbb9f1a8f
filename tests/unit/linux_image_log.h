/* The part of the small kernel that its log is told from. */
#ifndef LINUX_IMAGE_LOG_H
#define LINUX_IMAGE_LOG_H

static const char *const image_log[] = {
	"Linux version 6.6.0-test (somebody@somewhere) #1 SMP",
	"two\nlines",
	"sysrq: Trigger a crash",
	"Kernel panic - not syncing: sysrq triggered crash",
};
enum { IMAGE_RECORDS = sizeof(image_log) / sizeof(image_log[0]), IMAGE_DESCS = 8, IMAGE_RING = 512 };

static inline void image_write_log(struct image *im)
{
	uint64_t prb = image_variable(im, "prb", 8), rb = image_room(im, 88),
		 descs = image_room(im, 24 * IMAGE_DESCS);
	uint64_t infos = image_room(im, 88 * IMAGE_DESCS), text = image_room(im, IMAGE_RING);
	uint64_t first = 6, fitting = (8 + strlen(image_log[0]) + 7) & ~7ull;
	uint64_t pos = 2 * IMAGE_RING - (im->options.wrapped_log   ? 24
					 : im->options.fitting_log ? fitting
								   : 0);

	image_put(im, prb, rb, 8);
	image_put(im, rb, 3, 4); /* count_bits */
	image_put(im, rb + 8, descs, 8);
	image_put(im, rb + 16, infos, 8);
	image_put(im, rb + 24, first + IMAGE_RECORDS - 1, 8);
	image_put(im, rb + 32, first, 8);
	image_put(im, rb + 48, 9, 4); /* size_bits */
	image_put(im, rb + 56, text, 8);
	for (unsigned i = 0; i < IMAGE_RECORDS; i++) {
		uint64_t id = first + i, desc = descs + 24 * (id % IMAGE_DESCS),
			 info = infos + 88 * (id % IMAGE_DESCS);
		size_t n = strlen(image_log[i]);
		uint64_t size = (8 + n + (im->options.moved_log ? 4 : 0) + 7) & ~7ull, begin = pos,
			 end = pos + size;
		uint64_t at = begin % IMAGE_RING;

		if (at + size > IMAGE_RING) { /* it does not fit: the text stands at the start */
			at = 0;
			end = (begin / IMAGE_RING + 1) * IMAGE_RING + size;
		}
		image_put(im, desc, id | 2ull << 62, 8);
		image_put(im, desc + 8, begin, 8);
		image_put(im, desc + 16, end, 8);
		image_put(im, info, i, 8);
		image_put(im, info + 8, 1000000000ull * (i + 1), 8);
		image_put(im, info + 16, n, 2);
		image_put(im, info + 19, 6u << 5, 1);
		image_put(im, info + 20, i == 3 ? 42 : 1, 4);
		image_put(im, text + at, id, 8);
		image_text(im, text + at + 8, image_log[i]);
		if (im->options.moved_log) {
			image_text(im, text + at + 8 + n, image_log[i] + n - 2);
			image_text(im, text + at + 8 + n + 2, "\n");
		}
		pos = end;
	}
	uint64_t pairs = im->options.moved_log ? image_room(im, 16 * 8) : 0;

	for (unsigned i = 0; pairs && i < 8; i++) {
		image_put(im, pairs + 16 * i, 100 + i, 8);
		image_put(im, pairs + 16 * i + 8, 0xffffffff81402a20 + 0x20 * i, 8);
	}
	image_say(im,
		  "SYMBOL(prb)=%llx\n"
		  "SIZE(printk_ringbuffer)=88\nOFFSET(printk_ringbuffer.desc_ring)=0\n"
		  "OFFSET(printk_ringbuffer.text_data_ring)=48\nSIZE(prb_desc_ring)=48\n"
		  "OFFSET(prb_desc_ring.count_bits)=0\nOFFSET(prb_desc_ring.descs)=8\n"
		  "OFFSET(prb_desc_ring.infos)=16\nOFFSET(prb_desc_ring.head_id)=24\n"
		  "OFFSET(prb_desc_ring.tail_id)=32\nSIZE(prb_desc)=24\nOFFSET(prb_desc.state_var)=0\n"
		  "OFFSET(prb_desc.text_blk_lpos)=8\nOFFSET(prb_data_blk_lpos.begin)=0\n"
		  "OFFSET(prb_data_blk_lpos.next)=8\nSIZE(printk_info)=88\nOFFSET(printk_info.seq)=0\n"
		  "OFFSET(printk_info.ts_nsec)=8\nOFFSET(printk_info.text_len)=16\n"
		  "OFFSET(printk_info.caller_id)=20\nOFFSET(prb_data_ring.size_bits)=0\n"
		  "OFFSET(prb_data_ring.data)=8\n",
		  (unsigned long long)prb);
}

#endif
