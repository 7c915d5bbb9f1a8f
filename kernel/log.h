/* The log: a ring buffer, and a copy of every line on the consoles. */
#ifndef LOG_H
#define LOG_H

#include <stddef.h>

/* One line, without its end. At most 200 bytes are kept. From any context but an NMI. */
void log_line(const char *text, ...) __attribute__((format(printf, 1, 2)));
/* The last n bytes, oldest first; returns how many there were.  Takes no lock: what is being written may be torn. */
size_t log_tail(char *to, size_t n);
/* Takes the log's lock, for ever (attack/contexts.c). */
void log_hold(void);

#endif
