/* The shell's commands on tasks and what they wait for, on a kernel that is made in memory; and where that memory lies. */
#include "shell_fixture.h"

static const struct image_options queues = { .queues = true };

#define EXPECT(command, ...) expect(&queues, command, (const char *const[]){ __VA_ARGS__, NULL })

static void lists_of_tasks(void **state)
{
	(void)state;
	EXPECT("ps -S", "  RU: 2\n", "  ID: 1\n");
	EXPECT("ps -y fifo", "  sh\n");
	EXPECT("ps -l 42", "[4000000000] [RU]  PID: 42 ");
	EXPECT("ps -m 42", "[0 00:00:01.000] [RU]  PID: 42 ");
	EXPECT("ps -p 7", "PID: 0        TASK", "\n PID: 7        TASK");
	EXPECT("ps -c 0", "  PID: 42  ", "  PID: 7  ");
	EXPECT("ps 'kw.*/0'", "  [kworker/0:1]\n");
	EXPECT("ps -H 42", "  sh\n");
	EXPECT("task -R pid,prio 7", "  pid = 7", "  prio = 120");
	EXPECT("task -R pid kworker/0:1", "PID: 7  ");
	struct image im;

	image_make(&im, &queues);
	expect_trouble(&im, "task -R pid,no_such 7", "no such member of task_struct or thread_info: no_such");
	/* pids in hex are none by their first digits */
	expect_trouble(&im, "task 7a", "no such task: 7a");
	expect_trouble(&im, "bt kworker", "no such task: kworker");
	/* a name that two have says nothing */
	lie(&im, im.queue_task + TASK_COMM, 0x6873); /* "sh" */
	expect_trouble(
		&im, "bt sh",
		"sh: several tasks have that name, pid 42 and pid 7 among them; 'foreach sh bt' takes them "
		"all");
	image_deinit(&im);
}

static void run_queues(void **state)
{
	(void)state;
	EXPECT("runq", "  CURRENT: PID: 42  ", "     [120] PID: 7  ");
	EXPECT("runq -t", " CPU 0: 5000000000\n        4000000000  PID: 42  ");
	EXPECT("runq -T", "  CPU 0: 0.00 secs\n");
	EXPECT("runq -m", " CPU 0: [0 00:00:01.000]  PID: 42  ");
	EXPECT("runq -g", "CFS_RQ: ", "     [120] PID: 7  ");
	EXPECT("runq -d", "     [120] PID: 7  ");
}

static void what_waits(void **state)
{
	(void)state;
	EXPECT("sig 42", " [2] ", "    401234 0000000000000000 14000000 (SA_RESTORER|SA_RESTART)\n",
	       "    SIG_IGN 0000000000000000 0 \n", "SIGPENDING: yes\n   BLOCKED: 0000000000000200\n",
	       "    SIGNAL: 0000000000000200\n  SIGQUEUE:  SIG  SIGINFO \n             10  ",
	       "SHARED_PENDING\n    SIGNAL: 0000000000004000\n  SIGQUEUE: (empty)\n");
	EXPECT("sig -s 4200", "SIGUSR1 SIGTERM \n");
	EXPECT("sig -l", "[64] SIGRTMAX\n", "[35] SIGRTMIN+3\n", "[49] SIGRTMAX-15\n");
	EXPECT("waitq some_wait", "PID: 7  ");
	EXPECT("waitq nobody_waits", "wait queue \"nobody_waits\" (ffffffff80", ") is empty\n");
	EXPECT("timer", "JIFFIES   \n1000\n", "TIMER_BASES[0][BASE_STD]: ", "  1010         10  ",
	       "  <schedule>\n", "TIMER_BASES[0][BASE_DEF]: ", "  (none)\n");
	EXPECT("irq", "  4       (unused)          (unused)      \n", "  5   ffffffff80", "\"drv0\"\n");
	EXPECT("irq -u", "  5   ffffffff80");
	EXPECT("irq -a", "  5 drv0                 0\n");
	EXPECT("ipcs", "SHMID_KERNEL     KEY      SHMID      UID   PERMS BYTES      NATTCH STATUS\n",
	       " 0000abcd 3          1000  666   90000      2      dest\n",
	       " 00000000 5          0     600   4  ", " 00001234 6          0     644   120          2\n");
	EXPECT("sbitmapq some_tags", "depth = 10\nbusy = 2\ncleared = 1\nbits_per_word = 8\nmap_nr = 2\n",
	       "\n00000000: 0101\n");
}

static void lies(void **state)
{
	struct image im;

	(void)state;
	image_make(&im, &queues);
	/* below itself; a parent that is another's */
	lie(&im, im.queue_task + TASK_SE + 16, im.queue_task + TASK_SE);
	expect_trouble(&im, "runq", "CPU 0, cfs: a tree contradicts itself");
	lie(&im, im.queue_task + TASK_SE + 16, 0);
	lie(&im, im.queue_task + TASK_SE, im.queue_timer);
	expect_trouble(&im, "runq", "CPU 0, cfs: a tree contradicts itself");
	/* a list of timers that leads to its first */
	lie(&im, im.queue_timer, im.queue_timer);
	expect_trouble(&im, "timer", "CPU 0, BASE_STD: a list of timers does not end");
	lie(&im, im.queue_timer, 0xffffc90000000000);
	expect_trouble(&im, "timer", "a list of timers leads to memory that is not in the dump");
	/* the tree's lower node is its upper one; and one that is nowhere */
	lie(&im, (im.queue_tree & ~3ull) + XA_SLOTS + 8, im.queue_tree);
	expect_trouble(&im, "irq", "the list of interrupts: a tree contradicts itself");
	lie(&im, (im.queue_tree & ~3ull) + XA_SLOTS + 8, 0xffffc90000000002);
	expect_trouble(&im, "irq", "the list of interrupts: a tree leads to memory that is not in the dump");
	image_deinit(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_of_tasks),
		cmocka_unit_test(run_queues),
		cmocka_unit_test(what_waits),
		cmocka_unit_test(lies),
	};

	return cmocka_run_group_tests_name("shell's tasks", tests, NULL, NULL);
}
