/* Instructions of BPF's virtual machine in words. */
#ifndef PM_DECODE_BPF_H
#define PM_DECODE_BPF_H

#include <stddef.h>
#include <stdint.h>

/* As they lie in memory: 8 bytes, an immediate of 64 bits takes a second one. */
struct pm_bpf_insn {
	uint8_t code, dst, src;
	int16_t offset;
	int32_t imm;
};
void pm_bpf_load(const uint8_t bytes[8], struct pm_bpf_insn *out);
/* How many words of 8 bytes the instruction has: 1 or 2. */
unsigned pm_bpf_words(const struct pm_bpf_insn *insn);

/* What a reference is: a call's function, a map that is loaded. */
struct pm_bpf_names {
	/* NULL: not known; else what to write for it, in buf or a constant. */
	const char *(*function)(int32_t imm, void *user, char *buf, size_t size);
	const char *(*value)(uint64_t imm, void *user, char *buf, size_t size);
	void *user;
};

/* "r1 = *(u64 *)(r6 +8)", with the code in front, as the kernel's verifier writes it.  next: the second word's imm, of those
 * that have one.  names: NULL: none. */
void pm_bpf_text(const struct pm_bpf_insn *insn, int32_t next, const struct pm_bpf_names *names, char *buf,
		 size_t size);

#endif
