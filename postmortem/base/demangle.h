/* Names of Rust and C++ functions as people know them, without parameters. */
#ifndef PM_DEMANGLE_H
#define PM_DEMANGLE_H

#include "base/memory.h"

/* "_RNv…" (Rust v0, RFC 2603), "_ZN…17h…E" (Rust before), "_Z…" (C++, plain and nested names only).
 * False: not such a name, or one that is not understood; *out is then the symbol itself. */
bool pm_demangle(struct pm_arena *arena, struct pm_slice symbol, struct pm_slice *out);

#endif
