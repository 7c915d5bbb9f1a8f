/* Tasks: kernel threads, and processes with one thread each.  Preemptive, in turns, on any CPU. */
#ifndef TASK_TASK_H
#define TASK_TASK_H

#include <stdbool.h>
#include <stdint.h>

#include "lock/lock.h"
#include "task/signal.h"

enum { TASKS_MAX = 64, TASK_NAME_MAX = 24, FILES_MAX = 16, AREAS_MAX = 32 };
enum {
	TASK_ID_FIRST = 1
}; /* of the first process; kernel threads count down from -1, and print as they are */

enum task_state { TASK_FREE, TASK_NEW, TASK_READY, TASK_RUNNING, TASK_SLEEPING, TASK_ZOMBIE };

/* A range of a process's memory; every page of it is there. */
struct area {
	uintptr_t start, end;
	bool write, execute;
};

struct file {
	const struct device *device; /* NULL: closed */
	uint64_t position;
};

struct task {
	enum task_state state;
	int64_t id;
	char name[TASK_NAME_MAX];
	uintptr_t stack_start, stack_end;
	uint64_t stack_pointer; /* while it does not run */
	int only_cpu;           /* -1: any */
	const void *sleeps_on;
	uint64_t wake_at_ns; /* 0: only by task_wake */
	int64_t syscall;     /* number; -1: in none */

	/* Processes. */
	uint64_t root; /* page table; 0: a kernel thread */
	struct task *parent;
	int status; /* of a zombie */
	struct area areas[AREAS_MAX];
	unsigned areas_count;
	uintptr_t mmap_next;
	struct file files[FILES_MAX];
	struct signals signals;
};

/* Held when a task's state is looked at or changed, and across the switch from one to the next. */
extern struct lock task_lock;
extern struct task tasks[TASKS_MAX];

/* The calling CPU's boot stack becomes its idle task. */
void task_init_cpu(uintptr_t stack_start, uintptr_t stack_end);
struct task *task_current(void);

/* A task that is not started yet; NULL: none free, or no memory.  arrive: where it begins, on a stack of its own. */
struct task *task_new(const char *name, void (*arrive)(void *), void *argument);
void task_start(struct task *task);
struct task *task_thread(const char *name, void (*run)(void *), void *argument);
/* Gives back a task that was never started, or a zombie that runs no more. task_lock is not held. */
void task_free(struct task *task);

/* Lets others run. */
void task_yield(void);
/* With task_lock held; it is held again on return.  until_ns: 0: no end. */
void task_sleep(const void *on, uint64_t until_ns);
/* With task_lock held. */
void task_wake(const void *on);
void task_wait_ns(uint64_t ns);
/* The current task becomes a zombie. Does not return. */
_Noreturn void task_end(int status);
/* In the timer's interrupt. */
void task_tick(void);

/* With task_lock held; NULL: none. */
struct task *task_by_id(int64_t id);

#endif
