/* A sum over bytes that both halves make and check. */
#ifndef KF_SUM_H
#define KF_SUM_H

#include <stddef.h>
#include <stdint.h>

/* zlib's crc32 (polynomial 0xedb88320) of what crc covers and n more bytes; crc is 0 to begin with. */
uint32_t kf_crc32(uint32_t crc, const void *bytes, size_t n);

#endif
