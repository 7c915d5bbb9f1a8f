#include "console/linux/identify.h"

#include "console/scan.h"

/* The order is the precedence within a line: "BUG: Unable to handle kernel data access" is a BUG. */
const char *const pm_printk_words[] = {
	"BUG:",
	"WARNING:",
	"INFO:",
	"Unable to handle kernel",
	"general protection fault",
	"stack segment: ",
	"Kernel panic",
	"PANIC: double fault",
	"rust_kernel: panicked",
	"kernel BUG",
	"Kernel BUG",
	"BUG ",
	"divide error:",
	"divide_error:",
	"invalid opcode:",
	"UBSAN:",
	"Booting the kernel.",
	"unregister_netdevice: waiting for",
	"VFS: Close: file count is 0",
	"VFS: Busy inodes after unmount",
	"Internal error:",
	"Unhandled fault:",
	"Alignment trap:",
	"alignment check:",
	"trusty: panic",
	"hard LOCKUP",
	"CFI failure",
	"slab error in",
	"unreferenced object",
	"invoked oom-killer",
	"ut of memory: Kill",
	"Hardware Error",
	"Machine Check Exception:",
	"Hardware event.",
	"mce_record:",
	"EDAC ",
	"BERT: Error records",
	"PCIe Bus Error:",
	"NMI received",
	"NMI: ",
	"KVM internal error",
	"bounds: ",
	"overflow: ",
	"invalid TSS: ",
	"segment not present: ",
	"segment overrun: ",
	"simd exception: ",
	"fpu exception: ",
	"control protection fault: ",
	"virtualization exception: ",
	"iret exception: ",
	"double fault: ",
	"PANIC: early exception",
	" ilc:",
	"bug detected[#",
	"kernel code[#",
	"access[#",
	"kernel context![#",
	"Oops",
	"int3:",
	"SYZFAIL:",
	"SYZFATAL:",
	"fatal error: ",
	NULL,
};

/* "ODEBUG:" is no "BUG:", "skb_panic" no "panic". */
static bool stands_alone(struct pm_slice body, const char *word)
{
	struct pm_slice needle = pm_slice_of(word);
	size_t pos = 0;

	for (int tries = 0; tries < 8; tries++) {
		size_t found = pm_slice_find(pm_slice_from(body, pos), needle);

		if (found == PM_NPOS)
			return false;
		pos += found;
		if (!pos || !pm_is_word(needle.p[0]) || !pm_is_word(body.p[pos - 1]))
			return true;
		if (needle.p[0] == 'u') /* "ut of memory": Out or out */
			return true;
		pos += needle.n;
	}
	return false;
}

static const char *first_of(const char *const *words, struct pm_slice body)
{
	for (; *words; words++)
		if (stands_alone(body, *words))
			return *words;
	return NULL;
}

const char *pm_printk_word(struct pm_slice body, const char *after)
{
	static struct pm_scanner scanner;
	static bool built;

	if (!built) {
		pm_scanner_init(&scanner);
		pm_scanner_add(&scanner, pm_printk_words);
		pm_scanner_build(&scanner, false);
		built = true;
	}
	if (after) {
		const char *const *word = pm_printk_words;

		while (*word && *word != after)
			word++;
		return *word ? first_of(word + 1, body) : NULL;
	}
	return pm_scan(&scanner, body, 0) == PM_NPOS ? NULL : first_of(pm_printk_words, body);
}
