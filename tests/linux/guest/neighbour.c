/* A process that does nothing wrong while another crashes the kernel: some threads that sleep in different
 * system calls, files of every kind, mappings of every kind, and a text in its memory.  What a reader of the
 * dump says of it is compared with what /proc says of it here (guest/tell). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

enum { PAGE = 4096, THREADS = 3 };

static const char text[] = "the neighbour was here";
static int pipe_ends[2];
static int poll_fd;
static pthread_mutex_t locked = PTHREAD_MUTEX_INITIALIZER;

static void *sleep_in_read(void *unused)
{
	char byte;

	return read(pipe_ends[0], &byte, 1) < 0 ? unused : NULL;
}

static void *sleep_in_futex(void *unused)
{
	pthread_mutex_lock(&locked);
	return unused;
}

static void *sleep_in_poll(void *unused)
{
	struct epoll_event event;

	return epoll_wait(poll_fd, &event, 1, -1) < 0 ? unused : NULL;
}

static const struct {
	const char *name;
	void *(*run)(void *);
} threads[THREADS] = {
	{ "nb read", sleep_in_read },
	{ "nb-futex", sleep_in_futex },
	{ "nb-poll", sleep_in_poll },
};

static void open_files(void)
{
	struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons(7777) };
	struct epoll_event event = { .events = EPOLLIN };
	int pair[2], event_fd, deleted, tcp;

	lseek(open("/init", O_RDONLY), 100, SEEK_SET);
	open("/proc/self/status", O_RDONLY);
	open("/", O_RDONLY | O_DIRECTORY);
	deleted = open("/tmp/deleted", O_RDWR | O_CREAT | O_APPEND, 0600);
	if (write(deleted, text, sizeof(text)) < 0 || ftruncate(deleted, PAGE) < 0)
		perror("neighbour: /tmp/deleted");
	mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, deleted, 0);
	unlink("/tmp/deleted");
	if (pipe(pipe_ends) < 0 || socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
		perror("neighbour: pipe, socketpair");
	event_fd = eventfd(0, 0);
	timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC);
	inotify_init();
	poll_fd = epoll_create1(0);
	epoll_ctl(poll_fd, EPOLL_CTL_ADD, event_fd, &event);
	tcp = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(tcp, (struct sockaddr *)&address, sizeof(address)) < 0 || listen(tcp, 1) < 0)
		perror("neighbour: TCP");
	dup2(event_fd, 42);
}

static void map_memory(void)
{
	int busybox = open("/bin/busybox", O_RDONLY);
	char *touched = mmap(NULL, 16 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *mapped = mmap(NULL, 4 * PAGE, PROT_READ, MAP_PRIVATE, busybox, PAGE);

	mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	mmap(NULL, 32 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	memcpy(touched + 3 * PAGE + 24, text, sizeof(text));
	printf("text %p %s\n", (void *)(touched + 3 * PAGE + 24), text);
	printf("mapped %p %02x\n", (void *)mapped, (unsigned char)mapped[0]);
}

int main(int argc, char **argv)
{
	pthread_t thread;
	int i;

	/* Facts go to the file that was named; it appears when everything is in place. */
	if (argc < 2 || !freopen("/tmp/facts", "w", stdout))
		return 1;
	open_files();
	map_memory();
	pthread_mutex_lock(&locked);
	for (i = 0; i < THREADS; i++) {
		if (pthread_create(&thread, NULL, threads[i].run, NULL))
			return 1;
		pthread_setname_np(thread, threads[i].name);
	}
	printf("pid %d\n", getpid());
	fflush(stdout);
	usleep(50000);
	rename("/tmp/facts", argv[1]);
	for (;;)
		pause();
}
