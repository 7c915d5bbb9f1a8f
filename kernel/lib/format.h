/* printf's directives, those that the kernel uses: %s %c %d %u %x %p %%, with widths, 0, - and l, z. */
#ifndef LIB_FORMAT_H
#define LIB_FORMAT_H

#include <stdarg.h>
#include <stddef.h>

/* Writes what fits, with a NUL; returns the length written. */
size_t format(char *to, size_t size, const char *text, ...) __attribute__((format(printf, 3, 4)));
size_t format_list(char *to, size_t size, const char *text, va_list list)
	__attribute__((format(printf, 3, 0)));

#endif
