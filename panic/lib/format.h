/* A bounded subset of printf: %s %c %d %i %u %x %X %p %%, with l, ll, z, h; flags -, 0 and #; a width and, of %s, a precision,
 * both also as *.  What it does not know is printed as it stands. */
#ifndef KP_FORMAT_H
#define KP_FORMAT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

/* Both return the bytes written without the NUL, less than size: the rest is cut. Each byte is there as soon as it is made,
 * and to[] ends with a NUL at each time: whoever faults over a bad %s leaves what came before. */
size_t kp_vformat(char *to, size_t size, const char *format, va_list arguments);
size_t kp_format(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
