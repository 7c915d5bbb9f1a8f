/* Text of the input, made harmless: what a kernel log holds is not to move a
 * terminal's cursor, break a JSON string or open an HTML tag.
 *
 * Bytes that are no UTF-8 come out as "\xNN" everywhere.  Control characters,
 * and the marks that turn the direction of writing, as "\xNN" or "\u{NNNN}" on
 * terminals and pages, as JSON's own escapes in JSON.
 */
#ifndef PM_RENDER_ESCAPE_H
#define PM_RENDER_ESCAPE_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>

/* Takes one code point off the front of *s (NUL-terminated).  False: the first byte is no
 * UTF-8; it is taken alone and *code_out is the byte.  Not called at the end of the string. */
bool pm_utf8_take(const char **s, uint32_t *code_out);

/* Would printing this code point do something other than show it? */
bool pm_is_unprintable(uint32_t code);

/* Appends text for a terminal.  ascii: arrows and dots become "->" and "...", the rest "\u{NNNN}". */
void pm_escape_terminal(struct pm_buf *buf, const char *text, bool ascii);
/* Appends text as HTML, good inside elements and quoted attributes. */
void pm_escape_html(struct pm_buf *buf, const char *text);
/* Appends a JSON string with its quotes. */
void pm_escape_json(struct pm_buf *buf, const char *text);

#endif
