/* The registers of an interrupted context, and what a processor's exception means. */
#ifndef KP_FRAME_H
#define KP_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__x86_64__) && !defined(KP_ISA_GENERIC)
#include "kpanic/isa/x86_64.h"
#else
#include "kpanic/isa/generic.h"
#endif

/* struct kp_frame's vector where a call was made (KP_PANIC, KP_WARN_ON), and the same for KP_BUG. */
#define KP_VECTOR_CALL 0x1000
#define KP_VECTOR_BUG 0x1001

enum kp_access { KP_ACCESS_UNKNOWN, KP_ACCESS_NONE, KP_ACCESS_READ, KP_ACCESS_WRITE, KP_ACCESS_EXECUTE };

/* Why the address could not be used. */
enum kp_address_state {
	KP_STATE_UNKNOWN,
	KP_STATE_ABSENT,
	KP_STATE_PROTECTED,
	KP_STATE_RESERVED,
	KP_STATE_NONCANONICAL,
};

/* What the address is. */
enum kp_address_class {
	KP_CLASS_UNKNOWN,
	KP_CLASS_NULL, /* in the first page */
	KP_CLASS_USER,
	KP_CLASS_KERNEL,
	KP_CLASS_GUARD, /* in one of the host's KP_REGION_GUARD */
	KP_CLASS_NONCANONICAL,
};

struct kp_fault {
	unsigned vector;
	const char *name; /* Linux's words: "page fault"; NULL: no exception */
	bool has_error, has_address;
	bool user;     /* the processor was in user mode */
	bool stale;    /* the address register was not written by this fault (SPEC: sent) */
	bool inferred; /* access and address come from the instruction */
	uint64_t error, address;
	unsigned size; /* bytes accessed; 0: not known */
	enum kp_access access;
	enum kp_address_state state;
	enum kp_address_class address_class;
	char region[24]; /* name of the host's region that holds the address; "": none */
};

#endif
