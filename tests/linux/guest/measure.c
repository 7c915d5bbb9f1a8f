/* measure PROGRAM [ARGUMENT]…: runs it, and says how it ended, how long it took and how much memory it had. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct timespec begin, end;
	struct rusage usage;
	int status;

	if (argc < 2)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (fork() == 0) {
		execv(argv[1], argv + 1);
		perror(argv[1]);
		_exit(127);
	}
	wait4(-1, &status, 0, &usage);
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("kpcrash-truth: status %d\n",
	       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	printf("kpcrash-truth: peak %ld KiB\n", usage.ru_maxrss);
	printf("kpcrash-truth: took %ld ms\n",
	       (end.tv_sec - begin.tv_sec) * 1000 + (end.tv_nsec - begin.tv_nsec) / 1000000);
	return 0;
}
