#include "unwind/orc.h"

#include "symbols/bytes.h"

struct pm_orc_rule pm_orc_decode(enum pm_orc_version version, const uint8_t bytes[6])
{
	static const enum pm_orc_base until_3[16] = {
		PM_ORC_UNDEFINED, PM_ORC_PREV_SP, PM_ORC_DX,  PM_ORC_DI,          PM_ORC_BP,
		PM_ORC_SP,        PM_ORC_R10,     PM_ORC_R13, PM_ORC_BP_INDIRECT, PM_ORC_SP_INDIRECT,
	};
	static const enum pm_orc_base from_4[16] = {
		PM_ORC_UNDEFINED, PM_ORC_AX,          PM_ORC_DX,          PM_ORC_SP,
		PM_ORC_BP,        PM_ORC_DI,          PM_ORC_R10,         PM_ORC_R13,
		PM_ORC_PREV_SP,   PM_ORC_SP_INDIRECT, PM_ORC_BP_INDIRECT,
	};
	static const enum pm_orc_type old_types[4] = { PM_ORC_CALL, PM_ORC_REGS, PM_ORC_REGS_PARTIAL,
						       PM_ORC_NONE };
	static const enum pm_orc_type types[8] = { PM_ORC_NONE, PM_ORC_END, PM_ORC_CALL, PM_ORC_REGS,
						   PM_ORC_REGS_PARTIAL };
	unsigned bits = (unsigned)pm_load(bytes + 4, 2, false);
	const enum pm_orc_base *bases = version >= PM_ORC_4 ? from_4 : until_3;
	struct pm_orc_rule rule = { .sp_offset = (int16_t)pm_load(bytes, 2, false),
				    .bp_offset = (int16_t)pm_load(bytes + 2, 2, false),
				    .sp_base = bases[bits & 15],
				    .bp_base = bases[bits >> 4 & 15] };

	if (version >= PM_ORC_3) {
		rule.type = types[bits >> 8 & 7];
		rule.signal = bits >> 11 & 1;
		return rule;
	}
	bool end = bits >> (version == PM_ORC_2 ? 11 : 10) & 1;

	rule.type = old_types[bits >> 8 & 3];
	rule.signal = version == PM_ORC_2 && bits >> 10 & 1;
	if (rule.sp_base == PM_ORC_UNDEFINED)
		rule.type = end ? PM_ORC_END : PM_ORC_NONE;
	return rule;
}

/* Of the table's rules some hundred at a time are looked at: each page of a compressed dump has its price. */
enum { sample = 640, samples = 24 };

struct rule_counts {
	uint32_t old, new;
	uint32_t bit_10, bit_11; /* of rules without a base */
};

static void count_rules(const uint8_t *rules, size_t n, struct rule_counts *counts)
{
	for (size_t i = 0; i < n; i++) {
		unsigned bits = (unsigned)pm_load(rules + 6 * i + 4, 2, false), type = bits >> 8 & 7;

		if (!(bits & 15)) {
			counts->bit_10 += bits >> 10 & 1;
			counts->bit_11 += bits >> 11 & 1;
		} else if (!(type & 3)) {
			counts->old++;
		} else if (type == 2) {
			counts->new ++;
		}
	}
}

/* Versions 1 and 2 write 0 for a call, version 3 writes 2: type 0 in a rule that has a base is old, 3 or 4 are new.
 * Of the old ones, version 1 marks the ends of stacks with bit 10, version 2 with bit 11. */
static struct pm_error *version_by_rules(struct pm_space *space, const struct pm_orc_table *table,
					 enum pm_orc_version *out)
{
	struct rule_counts counts = { 0 };
	uint8_t rules[6 * sample];

	for (uint32_t i = 0; i < samples; i++) {
		uint32_t at = (uint32_t)((uint64_t)table->n * i / samples);
		uint32_t left = table->n - at, n = left < sample ? left : sample;

		count_rules(rules, pm_space_read(space, table->rules + 6ull * at, rules, 6 * n, NULL) / 6,
			    &counts);
	}
	if (!counts.old && !counts.new)
		return pm_error_new(PM_NOT_FOUND, "the unwinding tables are not in the dump");
	*out = counts.new > counts.old ? PM_ORC_3 : counts.bit_11 > counts.bit_10 ? PM_ORC_2 : PM_ORC_1;
	return NULL;
}

struct pm_error *pm_orc_version_of(struct pm_space *space, const struct pm_orc_table *table,
				   const uint8_t *hash, enum pm_orc_version *out)
{
	static const struct {
		uint8_t hash[4]; /* of SHA-1's 20; scripts/orc_hash.sh makes it from the header's text */
		enum pm_orc_version version;
	} known[] = {
		{ { 0xfe, 0x5d, 0x32, 0xbf }, PM_ORC_3 },
		{ { 0x13, 0x7c, 0x36, 0xad }, PM_ORC_4 },
	};

	if (!hash)
		return version_by_rules(space, table, out);
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (!memcmp(hash, known[i].hash, sizeof(known[i].hash))) {
			*out = known[i].version;
			return NULL;
		}
	return pm_error_new(PM_UNSUPPORTED,
			    "unwinding tables of a format that is not known (%02x%02x%02x%02x)", hash[0],
			    hash[1], hash[2], hash[3]);
}

bool pm_orc_find(struct pm_space *space, const struct pm_orc_table *table, uint64_t pc,
		 struct pm_orc_rule *out)
{
	uint32_t low = 0, high = table->n;

	while (low < high) { /* the first place behind pc */
		uint32_t middle = low + (high - low) / 2;
		uint64_t at = table->places + 4ull * middle, offset;

		if (!pm_space_load(space, at, 4, &offset))
			return false;
		if (at + (uint64_t)(int64_t)(int32_t)offset > pc)
			high = middle;
		else
			low = middle + 1;
	}
	uint8_t bytes[6];

	if (!low ||
	    pm_space_read(space, table->rules + 6ull * (low - 1), bytes, sizeof(bytes), NULL) < sizeof(bytes))
		return false;
	*out = pm_orc_decode(table->version, bytes);
	return true;
}
