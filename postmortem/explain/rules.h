/* What a rule is, and what rules share.
 *
 * A rule looks at the incident and adds what it can conclude.  Rules of one
 * theme stand in one file with a table at its end; explain.c runs the tables in
 * order.  The name of a rule is part of the JSON: it does not change.
 */
#ifndef PM_EXPLAIN_RULES_H
#define PM_EXPLAIN_RULES_H

#include "explain/frames.h"
#include "incident.h"

struct pm_rule {
	const char *name;
	/* True: it had something to say. */
	bool (*run)(struct pm_incident *inc, const struct pm_rule *rule);
	uint64_t kinds;        /* PM_K(…) | …; 0: whatever the kind */
	enum pm_system system; /* PM_SYSTEM_UNKNOWN: whatever the system */
};
#define PM_K(id) (UINT64_C(1) << PM_KIND_##id)
_Static_assert(PM_KINDS <= 64, "a set of kinds is a 64-bit mask");

struct pm_theme {
	const struct pm_rule *rules;
	size_t n;
};
#define PM_THEME(table)                                                                                      \
	{                                                                                                    \
		table, PM_COUNT(table)                                                                       \
	}

extern const struct pm_theme pm_theme_trust, pm_theme_memory, pm_theme_sanitizer, pm_theme_stack,
	pm_theme_lock, pm_theme_code, pm_theme_hang, pm_theme_hardware, pm_theme_panic, pm_theme_oom,
	pm_theme_module, pm_theme_dump, pm_theme_image, pm_theme_recorder, pm_theme_keep,
	pm_theme_recorder_late;

/* Order of statements: what was read comes before what is concluded from it. */
enum pm_rank {
	PM_RANK_TRUST = 0,   /* how far the report itself can be believed, and whether it is the first */
	PM_RANK_READ = 10,   /* what happened */
	PM_RANK_CAUSE = 20,  /* why */
	PM_RANK_DETAIL = 30, /* what stands around it */
};

/* Adds a statement; the result takes more evidence until the next one is added. */
struct pm_finding *pm_find(struct pm_incident *inc, const struct pm_rule *rule, enum pm_grade grade, int rank,
			   struct pm_at at, const char *fmt, ...) __attribute__((format(printf, 6, 7)));
/* A place that is not known (line and offset 0) or listed already is not added. */
void pm_because(struct pm_incident *inc, struct pm_finding *finding, struct pm_at at);
/* By name of its rule, or NULL. */
const struct pm_finding *pm_found(const struct pm_incident *inc, const char *rule);

void pm_also(struct pm_incident *inc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
void pm_missing(struct pm_incident *inc, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* command may be NULL.  Texts that stand there already are not added twice. */
void pm_next(struct pm_incident *inc, const char *command, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* What to look at in a dump, with kpanic shell (explain/next_dump.c). */
void pm_next_dump(struct pm_incident *inc);

/* Words for pieces of an incident; all in its arena, never NULL unless said. */
const char *pm_function_words(struct pm_incident *inc, const struct pm_place *place); /* "f() of module m" */
const char *pm_task_words(struct pm_incident *inc, const char *comm, bool has_pid,
			  int64_t pid);                              /* "init (pid 1)" */
const char *pm_bytes_words(struct pm_incident *inc, uint64_t bytes); /* "1 byte", "8 bytes" */

/* Value of a fact, or NULL; group NULL: any. */
const char *pm_value(const struct pm_incident *inc, const char *group, const char *name);

/* The line of the report that matches (base/pattern.h), or NULL; skips lines that only lead up to it
 * unless any is true. */
struct pm_match;
const struct pm_log_line *pm_log_find(const struct pm_incident *inc, const char *pattern, bool any,
				      struct pm_match *match_out);

/* Of a hung task: the lock that it waits for, which lockdep lists among those it holds; NULL: not told. */
const struct pm_lock *pm_lock_waited_for(struct pm_incident *inc);

/* What a WARN printed beside its place, in the arena; NULL: nothing. */
const char *pm_warn_text(struct pm_incident *inc, struct pm_at *at_out);

/* What happened where our recorder tells more than the kind; NULL: the kind says it (rules_recorder.c). */
const char *pm_recorder_headline(struct pm_incident *inc);

/* The stages (explain.c). */
void pm_explain_kind(struct pm_incident *inc);
void pm_explain_headline(struct pm_incident *inc);
void pm_explain_path(struct pm_incident *inc);
void pm_explain_also(struct pm_incident *inc);
void pm_explain_next(struct pm_incident *inc);
void pm_explain_missing(struct pm_incident *inc);

#endif
