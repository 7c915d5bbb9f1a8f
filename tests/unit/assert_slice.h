/* A slice against a text. */
#ifndef ASSERT_SLICE_H
#define ASSERT_SLICE_H

#include "base/slice.h"

#define assert_slice(s, text)                                                                                \
	do {                                                                                                 \
		struct pm_slice s_ = (s);                                                                    \
		if (!pm_slice_eq(s_, pm_slice_of(text)))                                                     \
			fail_msg("\"%.*s\", not \"%s\"", PM_FMT(s_), text);                                  \
	} while (0)

#endif
