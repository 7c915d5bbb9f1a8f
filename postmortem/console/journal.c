#include "console/journal.h"

/* Journals reach back over some thousand boots at most; a longer number is none. */
#define NUMBER_MAX 1000000
/* The year 9999 ends here: what is later is no time, and no time zone can overflow it. */
#define SECONDS_MAX 253402300799u

static bool is_id(struct pm_slice s)
{
	uint64_t value;

	for (size_t i = 0; i < 32; i += 16) {
		struct pm_slice half = pm_slice_upto(pm_slice_from(s, i), 16);
		unsigned digits;

		if (!pm_take_hex(&half, &value, &digits) || half.n || digits != 16)
			return false;
	}
	return s.n == 32;
}

bool pm_journal_boot(struct pm_slice *list, struct pm_journal_boot *boot_out)
{
	struct pm_slice line;

	while (pm_take_line(list, &line)) {
		struct pm_slice digits;
		uint64_t number;

		pm_take_blanks(&line);
		if (!pm_take_word(&line, &boot_out->offset))
			continue;
		digits = boot_out->offset;
		bool earlier = pm_take_char(&digits, '-');
		if (!pm_take_dec(&digits, &number) || digits.n || number > NUMBER_MAX)
			continue;
		pm_take_blanks(&line);
		if (!pm_take_word(&line, &boot_out->id) || !is_id(boot_out->id))
			continue;
		boot_out->number = earlier ? -(int)number : (int)number;
		return true;
	}
	return false;
}

bool pm_journal_time(struct pm_slice line, time_t *time_out)
{
	uint64_t seconds;

	/* Ten columns wide: a clock that was never set gives fewer digits. */
	pm_take_blanks(&line);
	if (!pm_take_dec(&line, &seconds) || !seconds || seconds > SECONDS_MAX)
		return false;
	*time_out = (time_t)seconds;
	return true;
}
