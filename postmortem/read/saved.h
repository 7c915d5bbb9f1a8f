/* Where on a disk a dying kernel's dump is (formats/SPEC.md, section 4). */
#ifndef PM_SAVED_H
#define PM_SAVED_H

#include "formats/kdump.h"

struct pm_file;

struct pm_saved {
	uint64_t at; /* byte of the file */
	bool whole;  /* its header was written, too: the last thing that is */
	struct kf_dump dump;
	char system[KF_KDUMP_UTSNAME_FIELD + 1],
		release[KF_KDUMP_UTSNAME_FIELD + 1]; /* any bytes, but a NUL at the end */
};

/* Looks at the start of the file, of its partitions, and then at every block.  false: there is none, or what there is cannot be
 * read (*errno_out, else 0). */
bool pm_saved_find(const struct pm_file *file, struct pm_saved *out, int *errno_out);

#endif
