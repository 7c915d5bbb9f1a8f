/* The recorder: what a kernel calls.  host.h has what it must supply, config.h what is fixed when building,
 * docs/porting.md the way there. */
#ifndef KP_PANIC_H
#define KP_PANIC_H

#include "kpanic/config.h"
#include "kpanic/frame.h"
#include "kpanic/host.h"

#include <stdarg.h>

#ifdef __cplusplus
extern "C" {
#endif

/* ---- at start ---- */

enum kp_style { /* of the screen; docs/codes.md and `make gallery` */
		KP_STYLE_FULL,
		KP_STYLE_CALM,
		KP_STYLE_CODE,
		KP_STYLE_GURU,
		KP_STYLE_BOMBS,
		KP_STYLE_BLUE,
		KP_STYLE_ART,
		KP_STYLE_OWN,
};

struct kp_policy {
	bool panic_on_oops, panic_on_warn;
	unsigned oops_limit;    /* that many oopses become a panic; 0: no limit */
	int32_t reboot_after_s; /* 0: halt; below 0: at once */
	enum kp_style style;
};

struct kp_system {
	const char *name, *release; /* "kpk", "0.1" */
	const uint8_t *build_id;    /* NULL: none */
	size_t build_id_size;
	const char *command_line; /* may be NULL; also sets the policy, in Linux's words: oops=panic, panic=N,
				     * panic_on_warn, oops_limit=N, and style=NAME */
};

/* Everything works without it, with defaults and no name.  The strings stay the caller's and must live on. */
void kp_init(const struct kp_system *system);
struct kp_policy *kp_policy(void);
/* One word of a command line (word=value); false: none of the recorder's. */
bool kp_policy_word(const char *word, size_t n);

/* Tier 2, x86-64: gates for all exceptions, and for the interrupts that nobody claims; emergency stacks.  For each CPU, on
 * that CPU, as early as it runs C; again after the host's GDT changes, or CR4.SMAP does: the copies of user memory learn of
 * it here.  selector: of the code segment; the TSS is the recorder's own, in the two GDT slots at tss_slot, and its RSP0 set
 * by kp_gates_stack. */
struct kp_gates {
	uint16_t code_selector;
	uint64_t *gdt;
	unsigned tss_slot; /* index of 8-byte entries */
	/* GS base while this CPU runs the kernel. 0: not known; entries that cannot tell whose GS base it is (NMI, #DF, #MC,
	 * #DB) then leave it alone. Entries from user mode do swapgs in any case, on the way in and out. */
	uintptr_t gs_base;
};
void kp_gates_install(const struct kp_gates *gates);
/* The stack for entries from user mode, on this CPU. */
void kp_gates_stack(uintptr_t top);
/* Where the emergency stacks and the recorder's own lie: false past the last.  Page-aligned, and the page below start is
 * used by nobody: unmap it for a guard.  cpu KP_CPUS_MAX: the recorder's own. */
bool kp_gates_emergency_stack(unsigned cpu, unsigned index, uintptr_t *start_out, uintptr_t *end_out);

/* ---- when something is wrong ---- */

struct kp_site {
	const char *file, *function, *what; /* what: the condition, or NULL */
	uint32_t line;
};
#define KP_SITE(text)                                                                                        \
	__extension__({                                                                                      \
		static const struct kp_site kp_site_ = { __FILE__, __func__, text, __LINE__ };               \
		&kp_site_;                                                                                   \
	})

/* Never returns. */
#define KP_PANIC(...) kp_panic_at(KP_SITE(NULL), __VA_ARGS__)
#define KP_BUG() kp_bug_at(KP_SITE(NULL))
#define KP_BUG_ON(condition)                                                                                 \
	do {                                                                                                 \
		if (__builtin_expect(!!(condition), 0))                                                      \
			kp_bug_at(KP_SITE(#condition));                                                      \
	} while (0)
/* Reports and goes on; its value is the condition's. */
#define KP_WARN_ON(condition)                                                                                \
	__extension__({                                                                                      \
		bool kp_warn_ = !!(condition);                                                               \
		if (__builtin_expect(kp_warn_, 0))                                                           \
			kp_warn_at(KP_SITE(#condition));                                                     \
		kp_warn_;                                                                                    \
	})

/* Each saves the registers of its caller first. */
__attribute__((noreturn)) void kp_panic_at(const struct kp_site *site, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
__attribute__((noreturn)) void kp_bug_at(const struct kp_site *site);
void kp_warn_at(const struct kp_site *site);

/* For a host that has gates of its own: call with every exception and NMI; returns when the frame may be returned to.  Runs
 * on the stack it is called on until there is a panic. Below tier 2 every call is a panic. */
void kp_exception(struct kp_frame *frame);

/* Tier 2, x86-64. Goes where frame says, as the return of an exception does: to user mode (a new process; after a signal), or
 * into the kernel. frame may lie anywhere; its vector says nothing. */
__attribute__((noreturn)) void kp_return(struct kp_frame *frame);

bool kp_panicking(void);
unsigned kp_oops_count(void);

/* ---- user memory ---- */

/* Copies that may fault: the instruction's entry in the exception table leads back. Return the bytes not copied; the host
 * has checked that the range lies in user mode's half. */
size_t kp_copy_from_user(void *to, const void *from, size_t n);
size_t kp_copy_to_user(void *to, const void *from, size_t n);
/* Length without the NUL; size: none within size; -1: a fault. */
ptrdiff_t kp_strncpy_from_user(char *to, const char *from, size_t size);
bool kp_get_user(uint64_t *to, const void *from, unsigned size);
bool kp_put_user(void *to, uint64_t value, unsigned size);
/* The same for any address of the kernel's; returns the bytes copied. */
size_t kp_read_own(uintptr_t from, void *to, size_t n);

#ifdef __cplusplus
}
#endif

#endif
