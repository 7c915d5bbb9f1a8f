/* Lines of the text report: built in one static buffer, summed up, and put byte by byte.  formats/SPEC.md says what they
 * look like. One CPU writes at a time (panic.c). */
#ifndef KP_LINE_H
#define KP_LINE_H

#include "stages.h"

#define KP_LINE_MAX 200 /* bytes with the "\n" */

/* Where whole lines go from now on, with their ends; NULL: the host's console.  A stage that sets it sets it back; the stages
 * that write to the console do so, too. */
typedef void kp_line_sink(const char *line, size_t n);
bool kp_line_on_console(void);
void kp_line_to(kp_line_sink *sink);
/* Forgets sum, count and what stands in the line. */
void kp_line_start(void);
/* Adds to the line; what is too long is cut. */
void kp_add(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* Adds what others may have made up, up to limit bytes: control characters, and bytes that are no UTF-8, become "?". */
void kp_add_foreign(const char *text, size_t limit);
/* Ends it. */
void kp_end_line(void);
/* Ends it where a step was left in the middle of one, or of putting one. */
void kp_line_mend(void);

/* An extension line: KPANIC 1 word, then its keys, then kp_end_line. */
void kp_extension(const char *word);
void kp_key_number(const char *key, uint64_t value);
void kp_key_signed(const char *key, int64_t value);
void kp_key_hex(const char *key, uint64_t value);
void kp_key_word(const char *key, const char *value);
/* Quoted; cut where the line ends. NULL leaves the key out. */
void kp_key_string(const char *key, const char *value);

/* symbol+0x1/0x20, or 0x… where none is known.  after_call: the address is what follows a call, which may be the last
 * instruction of its function. */
void kp_add_place(uintptr_t address, bool after_call);
void kp_add_registers(const struct kp_frame *frame);
void kp_add_trace(const struct kp_trace *trace);

unsigned kp_line_count(void);
uint32_t kp_line_crc(void);
/* Room that is left in the line. */
size_t kp_line_room(void);

#endif
