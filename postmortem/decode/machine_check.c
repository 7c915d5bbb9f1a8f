/* Intel SDM volume 3, chapter "Machine-Check Architecture"; AMD APM volume 2, chapter "Machine Check
 * Architecture"; PCIe base specification, "Advanced Error Reporting". */
#include "decode/machine_check.h"

const struct pm_mca_bit pm_mca_bits[] = {
	{ 63, "val", "the bank holds an error", "the bank holds nothing valid", PM_MCA_UNKNOWN },
	{ 62, "over", "another error came before this one was read", NULL, PM_MCA_UNKNOWN },
	{ 61, "uc", "not corrected", "corrected", PM_MCA_UNKNOWN },
	{ 60, "en", "the error's machine check was enabled", NULL, PM_MCA_UNKNOWN },
	{ 59, "miscv", "MCi_MISC is valid", NULL, PM_MCA_UNKNOWN },
	{ 58, "addrv", "MCi_ADDR is valid", "no address was recorded", PM_MCA_UNKNOWN },
	{ 57, "pcc", "the processor's context may be corrupt", NULL, PM_MCA_UNKNOWN },
	{ 56, "s", "signalled by a machine check", NULL, PM_MCA_INTEL },
	{ 55, "ar", "recovery needs an action before going on", NULL, PM_MCA_INTEL },
	{ 55, "tcc", "the task's context is corrupt", NULL, PM_MCA_AMD },
	{ 53, "syndv", "MCi_SYND is valid", NULL, PM_MCA_AMD },
	{ 46, "cecc", "corrected by ECC", NULL, PM_MCA_AMD },
	{ 45, "uecc", "ECC could not correct it", NULL, PM_MCA_AMD },
	{ 44, "deferred", "deferred: the data are marked bad and were not used yet", NULL, PM_MCA_AMD },
	{ 43, "poison", "data were used that had been marked bad", NULL, PM_MCA_AMD },
	{ 40, "scrub", "found by the memory scrubber", NULL, PM_MCA_AMD },
};
const size_t pm_mca_nbits = PM_COUNT(pm_mca_bits);

static bool is_set(uint64_t status, unsigned bit)
{
	return status >> bit & 1;
}

const char *pm_mca_severity(uint64_t status, enum pm_mca_vendor vendor)
{
	bool s = is_set(status, 56), ar = is_set(status, 55);

	if (!is_set(status, 63))
		return "nothing valid";
	if (!is_set(status, 61))
		return vendor == PM_MCA_AMD && is_set(status, 44) ? "deferred: not corrected, not used yet"
								  : "corrected by the hardware";
	if (is_set(status, 57))
		return "uncorrected, the processor's context is lost: fatal";
	if (vendor == PM_MCA_AMD)
		return is_set(status, 55) ? "uncorrected, the task's context is lost"
					  : "uncorrected, restartable";
	if (vendor != PM_MCA_INTEL)
		return "uncorrected";
	return s && ar ? "uncorrected, recoverable, action required (SRAR)"
	       : s     ? "uncorrected, recoverable, action optional (SRAO)"
	       : ar    ? "uncorrected"
		       : "uncorrected, no action required (UCNA)";
}

static const char *const transactions[] = { "an instruction", "data", "anything", "reserved" };
static const char *const levels[] = { "level 0", "level 1", "level 2", "any level" };
static const char *const requests[] = { "error",     "read",       "write",
					"data read", "data write", "instruction fetch",
					"prefetch",  "eviction",   "snoop" };
static const char *const participants[] = { "requested by this processor", "answered by this processor",
					    "observed by this processor", "participation not told" };
static const char *const places[] = { "memory", "reserved", "I/O", "other" };
static const char *const memory[] = { "undefined", "read", "write", "address or command", "scrubbing" };

static const struct {
	uint16_t code;
	const char *words;
} simple_codes[] = {
	{ 0x0000, "no error" },
	{ 0x0001, "unclassified" },
	{ 0x0002, "parity error in the microcode ROM" },
	{ 0x0003, "external: another processor or device drove an error pin" },
	{ 0x0004, "functional redundancy check: two processors disagree" },
	{ 0x0005, "internal parity error" },
	{ 0x0006, "SMM handler ran code outside of its range" },
	{ 0x0400, "internal timer: no instruction retired for too long (three-strike timeout)" },
	{ 0x0e0b, "generic I/O error" },
};

static const char *request(unsigned rrrr)
{
	return rrrr < PM_COUNT(requests) ? requests[rrrr] : "reserved request";
}

const char *pm_mca_code(uint16_t code, struct pm_arena *arena)
{
	unsigned ll = code & 3, tt = code >> 2 & 3, rrrr = code >> 4 & 15;

	for (size_t i = 0; i < PM_COUNT(simple_codes); i++)
		if (simple_codes[i].code == code)
			return simple_codes[i].words;
	if (code & 0xe000)
		return NULL;
	code &= 0x0fff; /* bit 12: reports of corrected errors are filtered */
	if ((code & 0xfffc) == 0x000c)
		return pm_arena_printf(arena, "cache hierarchy, %s", levels[ll]);
	if ((code & 0xfff0) == 0x0010)
		return pm_arena_printf(arena, "TLB: translation of %s, %s", transactions[tt], levels[ll]);
	if ((code & 0xff80) == 0x0080 || (code & 0xff80) == 0x0280) {
		unsigned mmm = code >> 4 & 7, channel = code & 15;
		const char *kind = (code & 0xff80) == 0x0280 ? "memory used as cache" : "memory controller";
		const char *what = mmm < PM_COUNT(memory) ? memory[mmm] : "reserved";

		if (channel == 15)
			return pm_arena_printf(arena, "%s: %s, channel not told", kind, what);
		return pm_arena_printf(arena, "%s: %s, channel %u", kind, what, channel);
	}
	/* Data read, data write and instruction fetch say already what was accessed. */
	if ((code & 0xff00) == 0x0100 && rrrr >= 3 && rrrr <= 5)
		return pm_arena_printf(arena, "cache hierarchy: %s, %s", request(rrrr), levels[ll]);
	if ((code & 0xff00) == 0x0100)
		return pm_arena_printf(arena, "cache hierarchy: %s of %s, %s", request(rrrr),
				       transactions[tt], levels[ll]);
	if ((code & 0xf800) == 0x0800)
		return pm_arena_printf(arena, "bus or interconnect: %s, %s, %s%s, %s", request(rrrr),
				       places[code >> 2 & 3], participants[code >> 9 & 3],
				       code & 0x0100 ? ", timed out" : "", levels[ll]);
	if ((code & 0xfc00) == 0x0400)
		return "internal, unclassified";
	return NULL;
}

enum pm_part pm_mca_part(uint16_t code)
{
	static const struct {
		uint16_t mask, match;
		enum pm_part part;
	} rows[] = {
		{ 0xffff, 0x0002, PM_PART_PROCESSOR }, { 0xffff, 0x0004, PM_PART_PROCESSOR },
		{ 0xffff, 0x0005, PM_PART_PROCESSOR }, { 0xffff, 0x0400, PM_PART_PROCESSOR },
		{ 0xeffc, 0x000c, PM_PART_CACHE },     { 0xeff0, 0x0010, PM_PART_PROCESSOR }, /* TLB */
		{ 0xef80, 0x0080, PM_PART_MEMORY },    { 0xef80, 0x0280, PM_PART_MEMORY }, /* used as cache */
		{ 0xef00, 0x0100, PM_PART_CACHE },     { 0xe800, 0x0800, PM_PART_BUS },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if ((code & rows[i].mask) == rows[i].match)
			return rows[i].part;
	return PM_PART_UNKNOWN;
}

bool pm_mca_corrected_count(uint64_t status, enum pm_mca_vendor vendor, unsigned *count_out)
{
	if (vendor != PM_MCA_INTEL || !is_set(status, 63))
		return false;
	*count_out = (unsigned)(status >> 38 & 0x7fff);
	return true;
}

const char *pm_mcg_status(uint64_t status, struct pm_arena *arena)
{
	return pm_arena_printf(arena, "%s (RIPV), %s (EIPV)%s%s",
			       is_set(status, 0) ? "the interrupted code could go on"
						 : "the interrupted code cannot go on",
			       is_set(status, 1) ? "the instruction at RIP is the one that failed"
						 : "RIP is not where it failed",
			       is_set(status, 2) ? ", a machine check was in progress (MCIP)" : "",
			       is_set(status, 3) ? ", sent to this processor only (LMCE)" : "");
}

struct bit {
	uint8_t bit;
	const char *words;
};

static const struct bit aer_uncorrectable[] = {
	{ 4, "data link protocol error" },  { 5, "surprise down" },
	{ 12, "poisoned packet" },          { 13, "flow control protocol error" },
	{ 14, "completion timeout" },       { 15, "completer abort" },
	{ 16, "unexpected completion" },    { 17, "receiver overflow" },
	{ 18, "malformed packet" },         { 19, "ECRC error" },
	{ 20, "unsupported request" },      { 21, "ACS violation" },
	{ 22, "internal error" },           { 23, "multicast blocked packet" },
	{ 24, "atomic operation blocked" }, { 25, "packet prefix blocked" },
	{ 26, "poisoned packet blocked" },
};

static const struct bit aer_correctable[] = {
	{ 0, "receiver error" },
	{ 6, "bad packet" },
	{ 7, "bad data link packet" },
	{ 8, "replay number rollover" },
	{ 12, "replay timer timeout" },
	{ 13, "advisory non-fatal error" },
	{ 14, "internal error, corrected" },
	{ 15, "header log overflow" },
};

const char *pm_aer_status(uint32_t status, bool correctable, struct pm_arena *arena)
{
	const struct bit *bits = correctable ? aer_correctable : aer_uncorrectable;
	size_t n = correctable ? PM_COUNT(aer_correctable) : PM_COUNT(aer_uncorrectable);
	const char *text = NULL;

	for (size_t i = 0; i < n; i++)
		if (status >> bits[i].bit & 1)
			text = text ? pm_arena_printf(arena, "%s, %s", text, bits[i].words) : bits[i].words;
	return text;
}
