#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

#define AT_KMSAN                                                                                             \
	{                                                                                                    \
		{ PM_STEP_FRAMES }, { PM_STEP_LINE, "{Local variable|Uninit was created at:}" },             \
		{                                                                                            \
			PM_STEP_FRAMES                                                                       \
		}                                                                                            \
	}

static const struct pm_printk_row rows[] = {
	{ "BUG:",
	  "BUG: KMSAN: kernel-usb-infoleak in {f}",
	  { NULL },
	  "KMSAN: kernel-usb-infoleak in {f}",
	  { "KMSAN origin in {g}" },
	  PM_KIND_KMSAN,
	  AT_KMSAN,
	  .skip = "*alloc_skb* *usb_submit_urb* *usb_start_wait_urb* *usb_bulk_msg* *usb_interrupt_msg* "
		  "*usb_control_msg*",
	  .flags = PM_ROW_NO_TRACE },
	/* A checksum or cipher reads what its caller left uninitialised. */
	{ "BUG:",
	  "BUG: KMSAN: {w} in {f}",
	  { NULL },
	  "KMSAN: {1} in {f}",
	  { "bad-access in {f}" },
	  PM_KIND_KMSAN,
	  AT_KMSAN,
	  .skip = "*alloc_skb* *netlink_ack* *netlink_rcv_skb* *_encrypt crypto_* cipher_* drbg_* rng_*",
	  .flags = PM_ROW_NO_TRACE },
};

const struct pm_printk_family pm_family_kmsan = PM_ROWS("kmsan", rows, pm_kmsan_fields);
