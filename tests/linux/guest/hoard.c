/* A process that has what few have: System V memory, semaphores and messages, pages that were swapped out, sockets of IPv6,
 * and words in the audit log.  What a reader of the dump says of them is compared with what /proc says here (guest/tell). */
#define _GNU_SOURCE
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/mman.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/sysinfo.h>
#include <sys/un.h>
#include <unistd.h>

enum {
	PAGE = 4096,
	SWAPPED = 3072 /* more than the disk holds */,
	PORT = 8080,
	PAGEOUT = 21 /* MADV_PAGEOUT */
};

/* The address of shared memory of which two pages are in use. */
static char *make_ipc(void)
{
	static const struct {
		long type;
		char text[30];
	} message = { 7, "the hoard was here" };
	int queue = msgget(0x4d53, IPC_CREAT | 0620), memory = shmget(0x4b50, 3 * PAGE, IPC_CREAT | 0640);
	char *at = shmat(memory, NULL, 0);

	memset(at, 'h', 2 * PAGE);
	memory = shmget(IPC_PRIVATE, 1 << 20, IPC_CREAT | 0600);
	shmat(memory, NULL, 0);
	shmat(memory, NULL, SHM_RDONLY);
	shmctl(memory, IPC_RMID, NULL);
	memory = shmget(0x4b51, 100, IPC_CREAT | 0666);
	shmctl(memory, SHM_LOCK, NULL);
	if (semget(0x5345, 5, IPC_CREAT | 0604) < 0 || msgsnd(queue, &message, 10, 0) < 0 ||
	    msgsnd(queue, &message, sizeof(message.text), 0) < 0)
		perror("hoard: semaphores, messages");
	return at;
}

static void open_sockets(void)
{
	struct sockaddr_in6 here = { .sin6_family = AF_INET6,
				     .sin6_port = htons(PORT),
				     .sin6_addr = IN6ADDR_LOOPBACK_INIT };
	const struct sockaddr_un name = { .sun_family = AF_UNIX, .sun_path = "\0hoard" };
	int tcp = socket(AF_INET6, SOCK_STREAM, 0), other = socket(AF_INET6, SOCK_STREAM, 0);
	int udp = socket(AF_INET6, SOCK_DGRAM, 0), local = socket(AF_UNIX, SOCK_DGRAM, 0);

	if (bind(tcp, (struct sockaddr *)&here, sizeof(here)) < 0 || listen(tcp, 1) < 0 ||
	    connect(other, (struct sockaddr *)&here, sizeof(here)) < 0 ||
	    connect(udp, (struct sockaddr *)&here, sizeof(here)) < 0 || accept(tcp, NULL, NULL) < 0 ||
	    bind(local, (const struct sockaddr *)&name, sizeof(sa_family_t) + 6) < 0)
		perror("hoard: sockets");
}

/* Needs audit=1 on the kernel's command line. */
static void tell_audit(void)
{
	struct {
		struct nlmsghdr head;
		char text[32];
	} message = { { sizeof(message), AUDIT_USER, NLM_F_REQUEST, 1, 0 }, "op=hoard res=success" };
	int audit = socket(AF_NETLINK, SOCK_RAW, NETLINK_AUDIT);

	if (send(audit, &message, sizeof(message), 0) < 0)
		perror("hoard: audit");
	close(audit);
}

/* Of the shared memory one page, of its own as much as there is room for; of the first one, what /proc says of where it is. */
static void swap_out(char *shared)
{
	char *at = mmap(NULL, SWAPPED * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int map = open("/proc/self/pagemap", O_RDONLY);
	struct sysinfo info;
	uint64_t entry = 0;

	for (int i = 0; i < SWAPPED * PAGE; i++)
		at[i] = (char)(i * 2654435761u >> 13);
	for (int tries = 0; tries < 50 && (!sysinfo(&info) && info.freeswap); tries++) {
		madvise(shared, PAGE, PAGEOUT);
		madvise(at, SWAPPED * PAGE, PAGEOUT);
		usleep(100000);
	}
	if (pread(map, &entry, 8, (off_t)((uintptr_t)at / PAGE * 8)) != 8)
		perror("hoard: pagemap");
	if (entry >> 62 & 1)
		printf("swapped %p %llu %llu\n", (void *)at, (unsigned long long)(entry & 31),
		       (unsigned long long)(entry >> 5 & ((1ull << 50) - 1)));
	close(map);
}

int main(int argc, char **argv)
{
	/* Facts go to the file that was named; it appears when everything is in place. */
	if (argc < 2 || !freopen("/tmp/facts", "w", stdout))
		return 1;
	char *shared = make_ipc();

	open_sockets();
	tell_audit();
	swap_out(shared);
	printf("pid %d\n", getpid());
	fflush(stdout);
	rename("/tmp/facts", argv[1]);
	for (;;)
		pause();
}
