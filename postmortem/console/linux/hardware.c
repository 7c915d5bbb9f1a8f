#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

#define HARDWARE(word_, pattern, title_, kind_, flags_)                                                      \
	{                                                                                                    \
		word_, pattern, { NULL }, title_, { NULL }, kind_,                                           \
			.flags = PM_ROW_NO_TRACE | PM_ROW_ASIDE | (flags_)                                   \
	}

static const struct pm_printk_row rows[] = {
	HARDWARE("Hardware Error", "[Hardware Error]: CPU {d}: Machine Check{*}: {x} Bank {d}:",
		 "machine check exception", PM_KIND_MACHINE_CHECK, PM_ROW_FOLLOWS),
	HARDWARE("Hardware Error", "[Hardware Error]: Machine check events logged", "machine check event",
		 PM_KIND_MACHINE_CHECK, PM_ROW_FOLLOWS),
	/* AMD's decoder */
	HARDWARE("Hardware Error", "[Hardware Error]: {Corrected|Deferred|Uncorrected}{*} error",
		 "machine check event", PM_KIND_MACHINE_CHECK, PM_ROW_FOLLOWS),
	/* kernels before 3.x */
	HARDWARE("Machine Check Exception:", "CPU {d}: Machine Check Exception: {x} Bank {d}:",
		 "machine check exception", PM_KIND_MACHINE_CHECK, PM_ROW_FOLLOWS),
	HARDWARE("Hardware Error",
		 "Hardware Error{*}: Hardware error from APEI Generic Hardware Error Source",
		 "hardware error from APEI", PM_KIND_HARDWARE_ERROR, 0),
	HARDWARE("BERT: Error records", "BERT: Error records from previous boot",
		 "hardware error of the boot before (BERT)", PM_KIND_HARDWARE_ERROR, 0),
	HARDWARE("Hardware event.", "Hardware event. This is not a software error.", "machine check event",
		 PM_KIND_MACHINE_CHECK, PM_ROW_FOLLOWS), /* mcelog */
	HARDWARE("mce_record:", "mce_record:", "machine check event", PM_KIND_MACHINE_CHECK,
		 0), /* rasdaemon */
	HARDWARE("EDAC ", "EDAC {w} {d} {CE|UE}", "EDAC {3} error", PM_KIND_HARDWARE_ERROR, 0),
	HARDWARE("EDAC ", "EDAC MC{d}: {CE|UE} ", "EDAC {2} error", PM_KIND_HARDWARE_ERROR, 0),
	/* PCIe; what was corrected is told so often that it is no report.  "Uncorrected" until 6.9. */
	HARDWARE("PCIe Bus Error:", "PCIe Bus Error: severity=Uncorrect{ed|able} ({*})",
		 "PCIe Bus Error: uncorrectable ({2})", PM_KIND_HARDWARE_ERROR, 0),
	/* x86 */
	HARDWARE("NMI received", "Uhhuh. NMI received for unknown reason", "NMI for unknown reason",
		 PM_KIND_NMI, 0),
	HARDWARE("NMI: ", "NMI: PCI system error (SERR)", "NMI: PCI system error", PM_KIND_NMI, 0),
	HARDWARE("NMI: ", "NMI: IOCK error", "NMI: IOCK error", PM_KIND_NMI, 0),
	{ "Kernel panic",
	  "Kernel panic - not syncing: {Fatal m|M|Fatal Local m}achine check{*}$",
	  { NULL },
	  "kernel panic: {1}achine check{2}",
	  { NULL },
	  PM_KIND_MACHINE_CHECK,
	  .flags = PM_ROW_NO_TRACE | PM_ROW_FOLLOWS },
	{ "Kernel panic",
	  "Kernel panic - not syncing: {Asynchronous SError Interrupt|Asynchronous SError interrupt}",
	  { NULL },
	  "kernel panic: {1}",
	  { NULL },
	  PM_KIND_EXTERNAL_ABORT,
	  .flags = PM_ROW_FOLLOWS },
	{ "Kernel panic",
	  "Kernel panic - not syncing: {NMI: Not continuing|NMI IOCK error: Not continuing}",
	  { NULL },
	  "kernel panic: {1}",
	  { NULL },
	  PM_KIND_NMI,
	  .flags = PM_ROW_FOLLOWS },
};

const struct pm_printk_family pm_family_hardware = PM_ROWS("hardware", rows, pm_hardware_fields);
