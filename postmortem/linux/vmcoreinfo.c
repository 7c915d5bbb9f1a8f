#include "linux/vmcoreinfo.h"

#include <stdio.h>

bool pm_vmcoreinfo_get(const struct pm_vmcoreinfo *info, const char *key, struct pm_slice *value_out)
{
	struct pm_slice text = info->text, line, wanted = pm_slice_of(key);

	while (pm_take_line(&text, &line))
		if (line.n > wanted.n && line.p[wanted.n] == '=' && pm_slice_starts(line, wanted)) {
			*value_out = pm_slice_from(line, wanted.n + 1);
			return true;
		}
	return false;
}

static bool get(const struct pm_vmcoreinfo *info, const char *kind, const char *name,
		struct pm_slice *value_out)
{
	char key[128];
	int n = snprintf(key, sizeof(key), "%s(%s)", kind, name);

	return n > 0 && (size_t)n < sizeof(key) && pm_vmcoreinfo_get(info, key, value_out);
}

bool pm_vmcoreinfo_symbol(const struct pm_vmcoreinfo *info, const char *name, uint64_t *value_out)
{
	struct pm_slice value;

	return get(info, "SYMBOL", name, &value) && pm_take_hex(&value, value_out, NULL);
}

bool pm_vmcoreinfo_number(const struct pm_vmcoreinfo *info, const char *name, int64_t *value_out)
{
	struct pm_slice value;
	uint64_t number;

	if (!get(info, "NUMBER", name, &value))
		return false;
	bool negative = pm_take_char(&value, '-');
	bool is_hex = pm_slice_starts(value, PM_S("0x"));

	if (!(is_hex ? pm_take_hex(&value, &number, NULL) : pm_take_dec(&value, &number)))
		return false;
	*value_out = (int64_t)(negative ? -number : number);
	return true;
}

static bool get_decimal(const struct pm_vmcoreinfo *info, const char *kind, const char *name,
			uint64_t *value_out)
{
	struct pm_slice value;

	return get(info, kind, name, &value) && pm_take_dec(&value, value_out);
}

bool pm_vmcoreinfo_offset(const struct pm_vmcoreinfo *info, const char *name, uint64_t *value_out)
{
	return get_decimal(info, "OFFSET", name, value_out);
}

bool pm_vmcoreinfo_size(const struct pm_vmcoreinfo *info, const char *name, uint64_t *value_out)
{
	return get_decimal(info, "SIZE", name, value_out);
}
