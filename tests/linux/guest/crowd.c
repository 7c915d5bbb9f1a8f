/* crowd N FILE: N threads that sleep in different system calls, a hundred to a process.  FILE appears when all of them
 * sleep.  For dumps with many tasks: how long a reader needs for all of their traces. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <unistd.h>

enum { PER_PROCESS = 100, STACK = 16384 };

static pthread_mutex_t locked = PTHREAD_MUTEX_INITIALIZER;
static int pipe_ends[2], poll_fd;

static void *in_pause(void *unused)
{
	pause();
	return unused;
}

static void *in_read(void *unused)
{
	char byte;

	return read(pipe_ends[0], &byte, 1) < 0 ? unused : NULL;
}

static void *in_futex(void *unused)
{
	pthread_mutex_lock(&locked);
	return unused;
}

static void *in_poll(void *unused)
{
	struct epoll_event event;

	return epoll_wait(poll_fd, &event, 1, -1) < 0 ? unused : NULL;
}

static void *in_nanosleep(void *unused)
{
	sleep(3600);
	return unused;
}

static void *(*const ways[])(void *) = { in_pause, in_read, in_futex, in_poll, in_nanosleep };

/* Says in *sleeping how many threads there are; the process itself is one of them. */
static void process(int threads, int *sleeping)
{
	struct epoll_event event = { .events = EPOLLIN };
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_mutex_lock(&locked);
	poll_fd = epoll_create1(0);
	if (pipe(pipe_ends) < 0 || epoll_ctl(poll_fd, EPOLL_CTL_ADD, pipe_ends[0], &event) < 0)
		perror("crowd: pipe, epoll");
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, STACK);
	for (int i = 1; i < threads; i++)
		if (pthread_create(&thread, &attributes, ways[i % (int)(sizeof(ways) / sizeof(ways[0]))],
				   NULL))
			perror("crowd: pthread_create");
		else
			__atomic_add_fetch(sleeping, 1, __ATOMIC_SEQ_CST);
	__atomic_add_fetch(sleeping, 1, __ATOMIC_SEQ_CST);
	pause();
}

/* The kernel's limits are for machines that did not come for this. */
static void raise_limits(int n)
{
	static const char *const files[] = { "/proc/sys/kernel/threads-max", "/proc/sys/kernel/pid_max" };

	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		FILE *f = fopen(files[i], "w");

		if (!f || fprintf(f, "%d\n", n + 20000) < 0 || fclose(f))
			perror(files[i]);
	}
}

int main(int argc, char **argv)
{
	int n = argc == 3 ? atoi(argv[1]) : 0, left = n;
	int *sleeping = mmap(NULL, sizeof(int), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (n < 1 || sleeping == MAP_FAILED)
		return 1;
	raise_limits(n);
	while (left > 0) {
		int threads = left < PER_PROCESS ? left : PER_PROCESS;
		pid_t pid = fork();

		if (pid < 0) {
			perror("crowd: fork");
			return 1;
		}
		if (!pid) {
			process(threads, sleeping);
			return 0;
		}
		left -= threads;
	}
	for (int waited = 0; __atomic_load_n(sleeping, __ATOMIC_SEQ_CST) < n && waited < 600; waited++)
		usleep(100000);
	usleep(500000); /* the last ones reach their system calls */
	if (close(open(argv[2], O_WRONLY | O_CREAT, 0600)) < 0)
		perror(argv[2]);
	pause();
}
