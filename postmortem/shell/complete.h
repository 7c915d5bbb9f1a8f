/* What the Tab key finds: words that a line may go on with. */
#ifndef PM_SHELL_COMPLETE_H
#define PM_SHELL_COMPLETE_H

#include "shell/shell.h"

struct pm_shell_matches {
	struct pm_arena arena;
	PM_VEC(const char *) names; /* sorted, each once; each begins with what is there of the word */
	size_t length;              /* of what is there: bytes before the cursor */
	bool many;                  /* there are more than are listed */
	bool is_prefix;             /* more belongs to the word: no blank behind it */
};

/* line: up to the cursor.  Freed by the next. */
void pm_shell_complete(struct pm_shell *sh, const char *line, struct pm_shell_matches *out);
void pm_shell_matches_free(struct pm_shell_matches *matches);
/* How many bytes all of the names begin with. */
size_t pm_shell_common(const struct pm_shell_matches *matches);

#endif
