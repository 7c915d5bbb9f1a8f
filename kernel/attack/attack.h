/* The kernel broken on purpose, in every place where a panic can begin: "attack=DAMAGE@CONTEXT" on the command line, rows of
 * damages.c and contexts.c.  What must become of each is in tests/attack/cells. */
#ifndef ATTACK_ATTACK_H
#define ATTACK_ATTACK_H

#include <stdbool.h>
#include <stdint.h>

/* Where the kernel asks whether it is to be broken here. */
enum attack_place {
	ATTACK_EARLY,      /* after the recorder, before the kernel's page tables */
	ATTACK_BOOT,       /* with memory and one CPU */
	ATTACK_TASKS,      /* tasks run: threads may be started */
	ATTACK_SYSCALL,    /* in a system call of a process's child */
	ATTACK_INTERRUPT,  /* in the timer's interrupt */
	ATTACK_NMI,        /* in a non-maskable interrupt's handler */
	ATTACK_PAGE_FAULT, /* in the handler of a page fault at ATTACK_ADDRESS */
	ATTACK_IDLE,       /* in the idle loop */
};
#define ATTACK_ADDRESS 0xffffb00000001000ull

/* When the command line is known. */
void attack_init(void);
/* Does not return where the attack's time has come. */
void attack_at(enum attack_place place);
/* The first process's argument: what calls for ATTACK_SYSCALL, or keeps it waiting; "": no attack. */
const char *attack_scenario(void);
/* First in a hook of the recorder's host, by its name: panics there, once, if that is the attack. */
void attack_hook(const char *name);

/* ---- between the files of this folder ---- */

enum attack_then { THEN_CALL, THEN_FAULT, THEN_NOTHING };
enum attack_others { OTHERS_RUN, OTHERS_PARKED, OTHERS_DEAF, OTHERS_HOLD_LOG };

struct attack_damage {
	const char *name;
	void (*run)(void);         /* interrupts are off; NULL: nothing to do */
	enum attack_then then;     /* how the panic comes. NOTHING: by what is broken */
	enum attack_others others; /* what the other CPUs do meanwhile */
	const char *hook;          /* of the recorder's host: within the panic this happens in it */
	enum attack_hook_does { HOOK_PANICS, HOOK_PANICS_ALWAYS, HOOK_HANGS, HOOK_HANGS_ALWAYS } does;
	unsigned skip; /* calls of it that do nothing yet */
};
extern const struct attack_damage attack_damages[]; /* a row without a name ends it */
extern const struct attack_damage *attack_damage;   /* the chosen one; NULL: none */

/* Breaks things, and panics. together: all CPUs come here. */
_Noreturn void attack_strike(bool together);
extern const char *attack_context_name;

/* random.c: by attack_seed, the number in "attack=random:SEED@thread". */
void attack_random(void);
extern uint64_t attack_seed;

/* pages.c: page tables that are in use, with large pages or small ones. false: it is not mapped, or no table is left. */
bool attack_unmap(uintptr_t start, uintptr_t end);
bool attack_mapped(uintptr_t address);
/* Writes a byte, whether it may be written or not. */
void attack_poke(uintptr_t address, uint8_t value);
void attack_fill(uintptr_t start, uintptr_t end, uint8_t value);

#endif
