/* A function's name without what compilers and the entries of system calls put around it.
 *
 * There are two conventions, on purpose (docs/adr/0006): what we say of a function keeps dots of its
 * own, what names a bucket follows the public dashboards, so that one bug has one name there and here.
 */
#ifndef PM_SYMBOL_H
#define PM_SYMBOL_H

#include "base/slice.h"

/* A symbol, and its length, without ".isra.0", ".constprop.1", ".part.2", ".cold", ….  Only compilers' suffixes are
 * cut: assembler's and Rust's names may hold other dots. */
struct pm_slice pm_symbol_cut(struct pm_slice symbol);
size_t pm_symbol_stem(const char *symbol);
/* Are they one function, whatever the compiler appended?  NULL is the same as nothing. */
bool pm_symbol_same(const char *a, const char *b);

/* The call behind a kernel function, "__x64_sys_write" → "write", without compilers' suffixes; empty when
 * system calls do not enter by it. */
struct pm_slice pm_symbol_syscall(struct pm_slice symbol);

/* The dashboards' convention, for titles and fingerprints: nothing from the first dot on; names of Rust and
 * C++ ("::") whole. */
struct pm_slice pm_symbol_title(struct pm_slice symbol);
/* The forms of a system call's name by that convention: i = 0, 1, … until false.  0 is the raw name; each
 * other is without one prefix, or raw where that prefix does not fit. */
bool pm_symbol_title_form(struct pm_slice raw, size_t i, struct pm_slice *out);

#endif
