/* Memory functions of the recorder's own. */
#ifndef KP_MEM_H
#define KP_MEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

void *memset(void *to, int byte, size_t n);
void *memcpy(void *restrict to, const void *restrict from, size_t n);
void *memmove(void *to, const void *from, size_t n);
int memcmp(const void *a, const void *b, size_t n);

size_t kp_length(const char *s, size_t limit);
bool kp_same(const char *a, const char *b);
/* Copies a string, cut to size - 1 bytes; NULL gives "". */
void kp_string_copy(char *to, size_t size, const char *from);

/* zlib's CRC-32. Starts with 0, goes on with what it returned. */
uint32_t kp_crc32(uint32_t crc, const void *bytes, size_t n);

#endif
