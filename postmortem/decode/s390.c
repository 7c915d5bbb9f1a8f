#include "decode/arch.h"

/* z/Architecture Principles of Operation (SA22-7832), figure 6-1; arch/s390/kernel/pgm_check.S */
static const struct pm_code_words program_codes[] = {
	{ 0x01, "operation (illegal instruction)" },
	{ 0x02, "privileged operation" },
	{ 0x03, "execute" },
	{ 0x04, "protection" },
	{ 0x05, "addressing" },
	{ 0x06, "specification" },
	{ 0x07, "data" },
	{ 0x08, "fixed-point overflow" },
	{ 0x09, "fixed-point divide" },
	{ 0x0a, "decimal overflow" },
	{ 0x0b, "decimal divide" },
	{ 0x0c, "HFP exponent overflow" },
	{ 0x0d, "HFP exponent underflow" },
	{ 0x0e, "HFP significance" },
	{ 0x0f, "HFP divide" },
	{ 0x10, "segment translation" },
	{ 0x11, "page translation" },
	{ 0x12, "translation specification" },
	{ 0x13, "special operation" },
	{ 0x15, "operand" },
	{ 0x16, "trace table" },
	{ 0x18, "transaction constraint" },
	{ 0x1b, "vector processing" },
	{ 0x1c, "space switch" },
	{ 0x1d, "HFP square root" },
	{ 0x38, "ASCE type" },
	{ 0x39, "region first translation" },
	{ 0x3a, "region second translation" },
	{ 0x3b, "region third translation" },
	{ 0x3d, "secure storage access" },
	{ 0x3e, "non-secure storage access" },
	{ 0x3f, "secure storage violation" },
	{ 0x40, "monitor event (WARN)" },
	{ 0x80, "PER event (single step)" },
};

static const char *program_words(uint64_t code)
{
	return pm_code_find(program_codes, PM_COUNT(program_codes), code & 0xff);
}

/* TEID, Principles of Operation 3.11.3.2: bits 52-53 (0xc00) say fetch or store. */
static void fault(struct pm_incident *inc)
{
	const struct pm_fact *teid = pm_incident_fact(inc, NULL, "teid");
	enum pm_access access = PM_ACCESS_UNKNOWN;
	uint64_t value;

	if (teid && teid->value) {
		struct pm_slice text = pm_slice_of(teid->value);

		if (pm_take_hex(&text, &value, NULL))
			access = (value & 0xc00) == 0x400   ? PM_WRITE
				 : (value & 0xc00) == 0x800 ? PM_READ
							    : access;
	}
	if (inc->fault.has_error_code)
		pm_fault_say(inc, program_words(inc->fault.error_code), access);
	else if (access != PM_ACCESS_UNKNOWN)
		pm_fault_say(inc, NULL, access);
}

/* Principles of Operation 4.3 (figure 4-2): the mask half of the PSW; bit 0 is the leftmost */
#define PSW(n) UINT64_C(1) << (63 - (n)), UINT64_C(1) << (63 - (n))
#define PSW_OFF(n) UINT64_C(1) << (63 - (n)), 0
#define PSW_AS (UINT64_C(3) << (63 - 17))
static const struct pm_bit psw_bits[] = {
	{ PSW(1), "PER" },
	{ PSW(5), "DAT" },
	{ PSW(6), "I/O interrupts on" },
	{ PSW_OFF(6), "I/O interrupts off" },
	{ PSW(7), "external interrupts on" },
	{ PSW_OFF(7), "external interrupts off" },
	{ UINT64_C(0xf) << (63 - 11), 0, NULL },
	{ PSW(13), "machine checks on" },
	{ PSW(14), "wait state" },
	{ PSW(15), "user mode" },
	{ PSW_OFF(15), "kernel mode" },
	{ PSW_AS, 0, "primary space" },
	{ PSW_AS, UINT64_C(1) << (63 - 17), "access registers" },
	{ PSW_AS, UINT64_C(2) << (63 - 17), "secondary space" },
	{ PSW_AS, UINT64_C(3) << (63 - 17), "home space" },
	{ UINT64_C(3) << (63 - 19), 0, NULL },
	{ UINT64_C(0xf) << (63 - 23), 0, NULL },
	{ PSW(24), "reserved bit 24" },
	{ UINT64_C(3) << 31, UINT64_C(3) << 31, "64 bits" },
	{ UINT64_C(3) << 31, UINT64_C(1) << 31, "31 bits" },
};

static const char *reg(struct pm_arena *arena, const struct pm_incident *inc, const struct pm_register *r)
{
	(void)inc;
	if (!strcmp(r->name, "psw") || !strcmp(r->name, "psw_mask"))
		return pm_bits_words(arena, psw_bits, PM_COUNT(psw_bits), r->value, ", ");
	return NULL;
}

const struct pm_decode_arch pm_decode_s390x = { PM_S390X, fault, reg };
