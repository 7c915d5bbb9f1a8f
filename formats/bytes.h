/* Numbers as bytes, little-endian, at any address: a struct is never laid over what passes between the halves. */
#ifndef KF_BYTES_H
#define KF_BYTES_H

#include <stdint.h>

static inline void kf_put16(uint8_t *to, uint16_t value)
{
	to[0] = (uint8_t)value;
	to[1] = (uint8_t)(value >> 8);
}

static inline void kf_put32(uint8_t *to, uint32_t value)
{
	kf_put16(to, (uint16_t)value);
	kf_put16(to + 2, (uint16_t)(value >> 16));
}

static inline void kf_put64(uint8_t *to, uint64_t value)
{
	kf_put32(to, (uint32_t)value);
	kf_put32(to + 4, (uint32_t)(value >> 32));
}

static inline uint16_t kf_get16(const uint8_t *from)
{
	return (uint16_t)(from[0] | from[1] << 8);
}

static inline uint32_t kf_get32(const uint8_t *from)
{
	return kf_get16(from) | (uint32_t)kf_get16(from + 2) << 16;
}

static inline uint64_t kf_get64(const uint8_t *from)
{
	return kf_get32(from) | (uint64_t)kf_get32(from + 4) << 32;
}

#endif
