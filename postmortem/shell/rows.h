/* Tables: what a command lists is told once, and printed as lines with columns or as JSON objects. */
#ifndef PM_SHELL_ROWS_H
#define PM_SHELL_ROWS_H

#include "shell/shell.h"

enum pm_cell_kind {
	PM_CELL_ADDRESS,  /* 16 hex digits */
	PM_CELL_HEX,      /* as many as it has */
	PM_CELL_UNSIGNED, /* below 2^53 */
	PM_CELL_SIGNED,
	PM_CELL_TEXT,
};

struct pm_column {
	const char *title; /* NULL: not in lines */
	const char *key;   /* NULL: not in objects */
	int width;         /* columns; < 0: from the left */
	enum pm_cell_kind kind;
};

struct pm_cell {
	uint64_t n;
	const char *s; /* of a text; NULL: none */
	bool absent;   /* not known: "?", and no member */
};

/* Two blanks stand between columns, and none behind the last one. */
void pm_shell_titles(struct pm_shell *sh, const struct pm_column *columns, size_t n);
void pm_shell_cells(struct pm_shell *sh, const struct pm_column *columns, size_t n,
		    const struct pm_cell *cells);
/* The same in parts: the object's members, without its braces; nothing where lines are printed. */
void pm_shell_cell_members(struct pm_shell *sh, const struct pm_column *columns, size_t n,
			   const struct pm_cell *cells);

#define PM_TITLES(sh, columns) pm_shell_titles((sh), (columns), PM_COUNT(columns))
#define PM_ROW(sh, columns, ...)                                                                             \
	pm_shell_cells((sh), (columns), PM_COUNT(columns),                                                   \
		       (const struct pm_cell[PM_COUNT(columns)]){ __VA_ARGS__ })
#define PM_ROW_MEMBERS(sh, columns, ...)                                                                     \
	pm_shell_cell_members((sh), (columns), PM_COUNT(columns),                                            \
			      (const struct pm_cell[PM_COUNT(columns)]){ __VA_ARGS__ })

/* "288.3 MB" as crash prints sizes. */
void pm_shell_size_words(uint64_t bytes, char *buf, size_t size);

/* Arrays and objects, as JSON only. */
void pm_shell_open(struct pm_shell *sh, const char *key, char bracket);
void pm_shell_close(struct pm_shell *sh, char bracket);
/* Text as lines only. */
void pm_shell_say(struct pm_shell *sh, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
