/* What a C compiler expects to find, and the few functions on strings that the kernel needs. */
#ifndef LIB_STRING_H
#define LIB_STRING_H

#include <stdbool.h>
#include <stddef.h>

void *memcpy(void *to, const void *from, size_t n);
void *memmove(void *to, const void *from, size_t n);
void *memset(void *to, int byte, size_t n);
int memcmp(const void *a, const void *b, size_t n);
size_t strlen(const char *s);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t n);
/* Copies what fits, and ends it with a NUL. */
void strcopy(char *to, const char *from, size_t size);
/* A decimal number, or hexadecimal behind 0x; what follows is left alone. */
unsigned long number_of(const char *s);

#endif
