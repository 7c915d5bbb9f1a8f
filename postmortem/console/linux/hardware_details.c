/* Hardware errors: machine checks as the kernel, mcelog and rasdaemon word them, firmware's records
 * (APEI), memory controllers (EDAC), PCIe (AER), NMIs. */
#include "console/linux/details.h"
#include "console/linux/details_rows.h"
#include "decode/machine_check.h"

#include <inttypes.h>

#define RECORDS_MAX 16

struct mce_record {
	uint64_t status;
	struct pm_at at;
};

struct mce {
	struct mce_record records[RECORDS_MAX];
	size_t n;
	enum pm_mca_vendor vendor;
};

static void mce_status(struct pm_detail *d, struct pm_slice text)
{
	struct mce *e = d->state;
	uint64_t status;

	if (e->n == RECORDS_MAX || !pm_slice_hex(text, &status))
		return;
	/* The same bank is told by the kernel and again by mcelog or the AMD decoder. */
	for (size_t i = 0; i < e->n; i++)
		if (e->records[i].status == status)
			return;
	e->records[e->n++] = (struct mce_record){ status, d->at };
}

static void mcg_status(struct pm_detail *d, struct pm_slice text)
{
	uint64_t status;

	if (pm_slice_hex(text, &status))
		pm_detail_mean(d, "mcg_status", pm_mcg_status(status, &d->inc->arena));
}

static void mce_bank(struct pm_detail *d, const struct pm_match *m)
{
	mce_status(d, m->cap[4]);
	mcg_status(d, m->cap[2]);
}

static void mce_rip(struct pm_detail *d, const struct pm_match *m)
{
	(void)m;
	pm_detail_mean(d, "rip",
		       pm_slice_has(d->body, PM_S("INEXACT"))
			       ? "where the processor was, not where the error happened"
			       : "the instruction that the error belongs to");
}

static void mce_extras(struct pm_detail *d, const struct pm_match *m)
{
	static const struct {
		const char *pattern, *name, *meaning;
	} rows[] = {
		{ "TSC {x}", "tsc", "time stamp" },
		{ "ADDR {x}", "mci_addr", "the address that the error belongs to" },
		{ "MISC {x}", "mci_misc", NULL },
		{ "PPIN: {x}", "ppin", "the processor's serial number" },
		{ "SYND {x}", "mci_synd", "syndrome" },
		{ "IPID {x}", "mci_ipid", "which hardware unit reports (AMD)" },
	};
	struct mce *e = d->state;
	struct pm_match part;

	(void)m;
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (pm_match(rows[i].pattern, d->body, &part))
			pm_detail_add_another(d, rows[i].name, part.cap[0], rows[i].meaning);
	if (pm_match("IPID {x}", d->body, NULL))
		e->vendor = PM_MCA_AMD;
}

/* arch/x86/include/asm/processor.h: X86_VENDOR_…, and mcelog's words. */
static void mce_vendor(struct pm_detail *d, const struct pm_match *m)
{
	static const struct {
		const char *text;
		enum pm_mca_vendor vendor;
	} rows[] = {
		{ "0", PM_MCA_INTEL },     { "2", PM_MCA_AMD },   { "9", PM_MCA_AMD },
		{ "Intel", PM_MCA_INTEL }, { "AMD", PM_MCA_AMD }, { "Hygon", PM_MCA_AMD },
	};
	struct mce *e = d->state;

	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (pm_slice_eq(m->cap[0], pm_slice_of(rows[i].text)))
			e->vendor = rows[i].vendor;
	pm_detail_mean(d, "cpu_vendor",
		       e->vendor == PM_MCA_INTEL ? "Intel"
		       : e->vendor == PM_MCA_AMD ? "AMD or Hygon"
						 : NULL);
}

static void mcelog_status(struct pm_detail *d, const struct pm_match *m)
{
	mce_status(d, m->cap[0]);
	mcg_status(d, m->cap[1]);
}

static void amd_status(struct pm_detail *d, const struct pm_match *m)
{
	((struct mce *)d->state)->vendor = PM_MCA_AMD;
	mce_status(d, m->cap[m->n - 1]);
}

static void ras_record(struct pm_detail *d, const struct pm_match *m)
{
	static const struct {
		const char *pattern, *name;
	} rows[] = {
		{ "bank={d}", "bank" },          { "mci={w},", "ras_mci" },
		{ "mca={*}, ", "ras_mca" },      { "cpu={_}{d}", "cpu" },
		{ "socketid={_}{d}", "socket" }, { "addr={_}{x}", "mci_addr" },
		{ "misc={_}{x}", "mci_misc" },   { "mcgstatus={_}{w}", "mcg_status" },
	};
	struct pm_match part;

	(void)m;
	if (pm_match("status={_}{x}", d->body, &part)) {
		pm_detail_add_another(d, "mci_status_as_told", part.cap[0], NULL);
		mce_status(d, part.cap[0]);
	}
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (pm_match(rows[i].pattern, d->body, &part))
			pm_detail_add_another(d, rows[i].name, part.cap[0], NULL);
}

static const struct pm_detail_row mce_rows[] = {
	{ "CPU {d}: Machine Check{*}:{_}{x} Bank {d}: {x}",
	  { "cpu", "", "mcg_status", "bank", "" },
	  NULL,
	  mce_bank,
	  true },
	{ "RIP{*} {x}:<{x}> {{{*}}", { "", "", "rip", "rip_symbol" }, NULL, mce_rip },
	{ "RIP{*} {x}:<{x}>", { "", "", "rip" }, NULL, mce_rip },
	{ "PROCESSOR {d}:{x} TIME {d} SOCKET {d} APIC {x} microcode {x}",
	  { "cpu_vendor", "cpuid", "time", "socket", "apic_id", "microcode" },
	  NULL,
	  mce_vendor },
	{ "PROCESSOR {d}:{x} TIME {d} SOCKET {d} APIC {x}",
	  { "cpu_vendor", "cpuid", "time", "socket", "apic_id" },
	  NULL,
	  mce_vendor },
	{ "Machine check: {*}$", { "verdict" }, "what the kernel made of it", NULL },
	/* mcelog */
	{ "^CPU {d} BANK {d}{*}$", { "cpu", "bank", "" }, NULL, mce_extras, true },
	{ "^CPU {d} {d} {*}$", { "cpu", "bank", "bank_name" }, NULL, NULL, true },
	{ "^STATUS {x} MCGSTATUS {x}", { "", "mcg_status" }, NULL, mcelog_status },
	{ "^CPUID Vendor {w} Family {d} Model {d}",
	  { "cpu_vendor", "cpu_family", "cpu_model" },
	  NULL,
	  mce_vendor },
	{ "^MCA: {*}$", { "mcelog_code" }, "mcelog's words for the error code", NULL, true },
	/* AMD's decoder in the kernel */
	{ "CPU:{d} ({w}) MC{d}_STATUS[{*}]: {x}",
	  { "cpu", "cpu_family_model_stepping", "bank", "" },
	  NULL,
	  amd_status,
	  true },
	{ "Error Addr: {x}", { "mci_addr" }, "the address that the error belongs to", NULL, true },
	{ "IPID: {x}, Syndrome: {x}", { "mci_ipid", "mci_synd" }, NULL, NULL, true },
	{ "cache level: {*}$", { "cache" }, NULL, NULL },
	{ "mce_record:{*}$", { "" }, NULL, ras_record, true },
	{ "Corrected error, no action required", { "corrected" }, "the hardware corrected it" },
	/* powerpc */
	{ "machine check ({w}) {*} [{*}]", { "severity", "verdict", "recovery" }, NULL, NULL },
	{ "[Hardware Error]: TSC {x} ", { "" }, NULL, mce_extras },
	{ "[Hardware Error]: TSC {x}$", { "" }, NULL, mce_extras },
	{ "^MISC {x} ADDR {x}", { "" }, NULL, mce_extras },
	{ "^ADDR {x}$", { "" }, NULL, mce_extras },
};

static void add_record(struct pm_incident *inc, const struct mce_record *record, enum pm_mca_vendor vendor)
{
	struct pm_arena *arena = &inc->arena;
	uint64_t status = record->status;
	unsigned count;

	if (inc->facts.n >= PM_DETAIL_FACTS_MAX)
		return;
	pm_incident_add_fact(inc, "machine-check", "mci_status",
			     pm_slice_of(pm_arena_printf(arena, "%016" PRIx64, status)),
			     pm_mca_severity(status, vendor), record->at);
	for (size_t i = 0; i < pm_mca_nbits; i++) {
		const struct pm_mca_bit *bit = &pm_mca_bits[i];
		bool set = status >> bit->bit & 1;

		if ((bit->vendor != PM_MCA_UNKNOWN && bit->vendor != vendor) || (!set && !bit->clear))
			continue;
		pm_incident_add_fact(inc, "machine-check", pm_arena_printf(arena, "mci_status.%s", bit->name),
				     set ? PM_S("1") : PM_S("0"), set ? bit->set : bit->clear, record->at);
	}
	pm_incident_add_fact(inc, "machine-check", "mci_status.mca_code",
			     pm_slice_of(pm_arena_printf(arena, "%04x", (unsigned)(status & 0xffff))),
			     pm_mca_code((uint16_t)status, arena), record->at)
		->part = pm_mca_part((uint16_t)status);
	pm_incident_add_fact(inc, "machine-check", "mci_status.model_code",
			     pm_slice_of(pm_arena_printf(arena, "%04x", (unsigned)(status >> 16 & 0xffff))),
			     "the processor model's own code", record->at);
	if (pm_mca_corrected_count(status, vendor, &count))
		pm_incident_add_fact(inc, "machine-check", "mci_status.corrected_count",
				     pm_slice_of(pm_arena_printf(arena, "%u", count)),
				     "corrected errors counted", record->at);
}

static void mce_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	struct mce e = { 0 };

	PM_DETAIL_READ(report, inc, "machine-check", mce_rows, &e);
	for (size_t i = 0; i < e.n; i++)
		add_record(inc, &e.records[i], e.vendor);
}

/* ---- Firmware's records: APEI, GHES, BERT ---- */

static const struct pm_detail_word severities[] = {
	{ "fatal", "cannot be contained: the kernel panics" },
	{ "recoverable", "not corrected, but what used the data can be stopped" },
	{ "corrected", "corrected by the hardware" },
	{ "info", "told for information" },
	{ NULL },
};

static void ghes_severity(struct pm_detail *d, const struct pm_match *m)
{
	pm_detail_mean(d, "severity", pm_detail_words(severities, m->cap[0]));
}

static void ghes_address(struct pm_detail *d, const struct pm_match *m)
{
	uint64_t address;

	if (pm_slice_hex(m->cap[0], &address))
		pm_detail_mean(d, "physical_address", "physical memory that the error belongs to");
}

static void aer_uncorrected(struct pm_detail *d, const struct pm_match *m)
{
	uint64_t status;

	if (pm_slice_hex(m->cap[0], &status))
		pm_detail_mean(d, "aer_uncor_status", pm_aer_status((uint32_t)status, false, &d->inc->arena));
}

static void aer_corrected(struct pm_detail *d, const struct pm_match *m)
{
	uint64_t status;

	if (pm_slice_hex(m->cap[0], &status))
		pm_detail_mean(d, "aer_cor_status", pm_aer_status((uint32_t)status, true, &d->inc->arena));
}

static const struct pm_detail_row ghes_rows[] = {
	{ "Hardware error from APEI Generic Hardware Error Source: {d}", { "source" }, NULL, NULL },
	{ "]: event severity: {f}", { "severity" }, NULL, ghes_severity },
	{ "Error {d}, type: {*}$", { "error_number", "error_severity" }, NULL, NULL, true },
	{ "section_type: {*}$", { "section_type" }, NULL, NULL, true },
	{ "section type: {*}$", { "section_type" }, NULL, NULL, true },
	{ "fru_text: {*}$", { "fru_text" }, "the part, as the firmware calls it", NULL },
	{ "]:{_}error_status: {*}$", { "error_status" }, NULL, NULL },
	{ "physical_address: {x}", { "physical_address" }, NULL, ghes_address },
	{ "physical_address_mask: {x}", { "physical_address_mask" }, NULL, NULL },
	{ "error_type: {w}, {*}$", { "error_type", "error_type_words" }, NULL, NULL },
	{ "DIMM location: {*}$", { "dimm" }, "the memory module, as the board's firmware calls it", NULL },
	{ "]:{_}node:{_}{d} {*}$", { "node", "memory_place" }, NULL, NULL },
	{ "port_type: {d}, {*}$", { "", "port_type" }, NULL, NULL },
	{ "]:{_}device_id: {w}", { "pci_address" }, "the PCI device", NULL },
	{ "vendor_id: {x}, device_id: {x}", { "pci_vendor", "pci_device" }, NULL, NULL },
	{ "class_code: {w}", { "pci_class" }, NULL, NULL },
	{ "aer_uncor_status: {x}, aer_uncor_mask: {x}",
	  { "aer_uncor_status", "aer_uncor_mask" },
	  NULL,
	  aer_uncorrected },
	{ "aer_uncor_severity: {x}", { "aer_uncor_severity" }, NULL, NULL },
	{ "aer_cor_status: {x}, aer_cor_mask: {x}",
	  { "aer_cor_status", "aer_cor_mask" },
	  NULL,
	  aer_corrected },
	{ "MIDR: {x}", { "midr" }, "which processor core it is", NULL },
	{ "(MPIDR): {x}", { "mpidr" }, "which processor it is", NULL },
	{ "processor_type: {d}, {*}$", { "", "processor_type" }, NULL, NULL },
	{ "has been corrected by h/w and requires no further action",
	  { "corrected" },
	  "the hardware corrected it" },
};

/* ---- EDAC and rasdaemon's memory events ---- */

static void edac_event(struct pm_detail *d, const struct pm_match *m)
{
	static const struct {
		const char *pattern, *name;
	} rows[] = {
		{ "channel:{w}", "channel" },   { "slot:{w}", "slot" },     { "csrow:{w}", "csrow" },
		{ "page:{x}", "page" },         { "offset:{x}", "offset" }, { "grain:{d}", "grain" },
		{ "syndrome:{x}", "syndrome" }, { "rank:{w}", "rank" },     { "err_code:{w}", "error_code" },
	};
	struct pm_match part;

	(void)m;
	pm_detail_mean(d, "kind", pm_slice_has(d->body, PM_S(" UE ")) ? "uncorrected" : "corrected by ECC");
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (pm_match(rows[i].pattern, d->body, &part))
			pm_detail_add(d, rows[i].name, part.cap[0], NULL);
}

static const struct pm_detail_row edac_rows[] = {
	{ "EDAC MC{d}: {d} {f} {*} on {w} (",
	  { "controller", "count", "kind", "error", "dimm" },
	  NULL,
	  edac_event },
	{ "EDAC MC{d}: {d} {f} {*}$", { "controller", "count", "kind", "error" }, NULL, edac_event },
	{ "EDAC MC{d}: {f} {*}$", { "controller", "kind", "error" }, NULL, edac_event },
	{ "mc_event:{*} {d} {f} error{*}: {*} on {w} (",
	  { "", "count", "kind", "", "error", "dimm" },
	  NULL,
	  NULL },
};

/* ---- PCIe AER ---- */

static void aer_status(struct pm_detail *d, const struct pm_match *m)
{
	const struct pm_fact *severity = pm_incident_fact(d->inc, d->group, "severity");
	uint64_t status;

	if (severity && pm_slice_hex(m->cap[1], &status))
		pm_detail_mean(d, "status",
			       pm_aer_status((uint32_t)status, !strncmp(severity->value, "Corr", 4),
					     &d->inc->arena));
}

static const struct pm_detail_row aer_rows[] = {
	{ "^{w} {w}: {AER: |}PCIe Bus Error: severity={*}, type={*}, ({*})$",
	  { "driver", "pci_address", "", "severity", "layer", "agent" },
	  NULL,
	  NULL },
	{ "PCIe Bus Error: severity={*}, type={*}, {*}$", { "severity", "layer", "agent" }, NULL, NULL },
	{ "PCIe Bus Error: severity={*}, type={*}$", { "severity", "layer" }, NULL, NULL },
	{ "device [{w}] error status/mask={x}/{x}", { "device", "status", "mask" }, NULL, aer_status },
	{ "AER: {*} error {w} {w}$", { "message", "", "pci_address" }, NULL, NULL },
	{ "TLP Header: {*}$", { "tlp_header" }, "the packet that failed", NULL },
};

/* ---- NMIs ---- */

static const struct pm_detail_bit nmi_reasons[] = {
	/* Port 0x61. */
	{ 0x80, "system error line SERR# (memory parity or PCI)" },
	{ 0x40, "I/O check line IOCHK#" },
	{ 0, NULL },
};

static void nmi_reason(struct pm_detail *d, const struct pm_match *m)
{
	uint64_t reason;

	if (!pm_slice_hex(m->cap[m->n - 2], &reason))
		return;
	const char *words = pm_detail_bits(&d->inc->arena, nmi_reasons, reason);
	pm_detail_mean(d, "reason", words ? words : "port 0x61 names no source: neither SERR# nor IOCHK#");
}

static const struct pm_detail_row nmi_rows[] = {
	{ "NMI received for unknown reason {x} on CPU {d}", { "reason", "cpu" }, NULL, nmi_reason },
	{ "NMI: {*} for reason {x} on CPU {d}", { "error", "reason", "cpu" }, NULL, nmi_reason },
	{ "strange power saving mode", { "power_saving_hint" }, "the kernel's guess; seldom the reason" },
};

/* A hardware error has no task; the CPU that reports it is the actor. */
static void reporting_cpu(struct pm_incident *inc)
{
	const struct pm_fact *cpu = pm_incident_fact(inc, "machine-check", "cpu");
	uint64_t number;

	if (!cpu || inc->actor.has_cpu)
		return;
	struct pm_slice s = pm_slice_of(cpu->value);
	if (!pm_take_dec(&s, &number) || s.n || number > UINT32_MAX)
		return;
	inc->actor.has_cpu = true;
	inc->actor.cpu = (uint32_t)number;
	if (!inc->actor.at.line)
		inc->actor.at = cpu->at;
}

/* Which part of the machine a firmware's or driver's record speaks of. */
static void name_parts(struct pm_incident *inc)
{
	static const struct {
		const char *group, *name;
		const char *in; /* stands in the value; NULL: whatever it is */
		enum pm_part part;
	} rows[] = {
		{ "edac", "dimm", NULL, PM_PART_MEMORY },
		{ "edac", "error", NULL, PM_PART_MEMORY },
		{ "ghes", "dimm", NULL, PM_PART_MEMORY },
		{ "ghes", "section_type", "memory", PM_PART_MEMORY },
		{ "ghes", "section_type", "PCIe", PM_PART_PCIE },
		{ "ghes", "section_type", "processor", PM_PART_PROCESSOR },
		{ "aer", "device", NULL, PM_PART_PCIE },
		{ "aer", "severity", NULL, PM_PART_PCIE },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++)
		for (size_t k = 0; k < inc->facts.n; k++) {
			struct pm_fact *fact = &inc->facts.v[k];

			if (!strcmp(fact->group, rows[i].group) && !strcmp(fact->name, rows[i].name) &&
			    (!rows[i].in || strcasestr(fact->value, rows[i].in)))
				fact->part = rows[i].part;
		}
}

void pm_hardware_fields(const struct pm_printk_report *report, struct pm_incident *inc)
{
	mce_fields(report, inc);
	reporting_cpu(inc);
	PM_DETAIL_READ(report, inc, "ghes", ghes_rows, NULL);
	PM_DETAIL_READ(report, inc, "edac", edac_rows, NULL);
	PM_DETAIL_READ(report, inc, "aer", aer_rows, NULL);
	PM_DETAIL_READ(report, inc, "nmi", nmi_rows, NULL);
	name_parts(inc);
}
