/* Kinds that kernels print as one and only the processor's error code tells apart. */
#include "explain/rules.h"

/* x86 page-fault error code: 1 protection (else not present), 2 write, 0x10 instruction fetch. */
enum { PF_PRESENT = 1, PF_WRITE = 2, PF_USER = 4, PF_RESERVED = 8, PF_FETCH = 0x10 };

void pm_explain_kind(struct pm_incident *inc)
{
	struct pm_fault *f = &inc->fault;
	bool x86 = inc->machine.arch == PM_X86_64 || inc->machine.arch == PM_I386;

	if (f->kind != PM_KIND_PAGE_FAULT || !x86 || !f->has_error_code)
		return;
	if (!(f->error_code & PF_PRESENT) || f->error_code & (PF_USER | PF_RESERVED))
		return;
	/* A present page of the user's that the kernel may not touch: SMAP, unless a protection key said no. */
	if (f->error_code & PF_FETCH)
		f->kind = f->address_class == PM_ADDR_USER ? PM_KIND_SMEP : PM_KIND_EXECUTE_NX;
	else if (f->address_class == PM_ADDR_USER &&
		 f->error_code == (f->error_code & (PF_PRESENT | PF_WRITE)))
		f->kind = PM_KIND_SMAP;
	else if (f->error_code & PF_WRITE && f->address_class != PM_ADDR_USER)
		f->kind = PM_KIND_WRITE_READ_ONLY;
}
