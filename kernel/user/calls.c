/* System calls with arguments that are not to be trusted: each has an answer, and the kernel goes on. */
#include "lib/string.h"
#include "user/user.h"

#define KERNEL_TEXT 0xffffffff80200000
#define DIRECT_MAP 0xffff800000000000
#define NONCANONICAL 0x0000900000000000
#define USER_LAST 0x00007ffffffffff0 /* not below USER_END */
#define NOT_THERE 0x10

enum { PAGE = 4096 };

static void descriptors(void)
{
	static const uint64_t bad[] = { 3,          15,         16,           1000,      0x7fffffff,
					0x80000000, 0xffffffff, (uint64_t)-1, 1ull << 63 };
	char byte = 'x';

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT(CALL3(write, bad[i], &byte, 1) == -EBADF);
		EXPECT(CALL3(read, bad[i], &byte, 1) == -EBADF);
		EXPECT(CALL1(close, bad[i]) == -EBADF);
	}
	EXPECT(CALL1(close, 0) == 0);
	EXPECT(CALL1(close, 0) == -EBADF);
	for (unsigned i = 0; i < 14; i++)
		EXPECT(CALL1(open, "null") >= 0);
	EXPECT(CALL1(open, "null") == -EMFILE);
}

static void pointers(void)
{
	static const uint64_t bad[] = { 0,         NOT_THERE,    KERNEL_TEXT, DIRECT_MAP, NONCANONICAL,
					USER_LAST, (uint64_t)-1, 1ull << 63 };
	int64_t zero = CALL1(open, "zero");

	for (unsigned i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		EXPECT(CALL3(write, 1, bad[i], 8) == -EFAULT);
		EXPECT(CALL3(read, zero, bad[i], 8) == -EFAULT);
		EXPECT(CALL1(open, bad[i]) == -EFAULT);
		EXPECT(CALL2(sigaction, SIGUSR1, bad[i]) == -EFAULT);
		EXPECT(CALL1(sigaltstack, bad[i]) == -EFAULT);
	}
	EXPECT(CALL3(read, zero, descriptors, 8) == -EFAULT); /* text */
}

static void half_mapped(void)
{
	char *memory = (char *)CALL2(mmap, PAGE, MMAP_WRITE);
	int64_t zero = CALL1(open, "zero");

	EXPECT((int64_t)memory > 0);
	memset(memory, 'x', PAGE);
	EXPECT(CALL3(write, 1, memory + PAGE - 8, 16) == 8);
	EXPECT(CALL3(read, zero, memory + PAGE - 8, 16) == -EFAULT);
	EXPECT(memory[PAGE - 1] == 0 && memory[PAGE - 9] == 'x'); /* what could be copied was */
	EXPECT(CALL2(sigaction, SIGUSR1, memory + PAGE - 8) == -EFAULT);
	memset(memory, 'x', PAGE);
	EXPECT(CALL1(open, memory + PAGE - 8) == -EFAULT);
}

static void lengths(void)
{
	char byte = 'x';
	int64_t null = CALL1(open, "null"), zero = CALL1(open, "zero");

	EXPECT(CALL3(write, null, &byte, (uint64_t)-1) == -EFAULT);
	EXPECT(CALL3(write, null, &byte, 1ull << 63) == -EFAULT);
	EXPECT(CALL3(write, null, &byte, 0xffff800000000000) == -EFAULT);
	EXPECT(CALL3(read, zero, &byte, -(uint64_t)&byte) == -EFAULT);
	EXPECT(CALL3(read, zero, &byte, 1ull << 40) == -EFAULT);
	EXPECT(CALL3(write, null, &byte, 0) == 0);
	EXPECT(CALL2(mmap, 0, MMAP_WRITE) == -EINVAL);
	EXPECT(CALL2(mmap, (uint64_t)-1, MMAP_WRITE) == -EINVAL);
	EXPECT(CALL2(mmap, (uint64_t)-PAGE, MMAP_WRITE) == -EINVAL);
	EXPECT(CALL2(mmap, 1ull << 40, MMAP_WRITE) == -ENOMEM);
	EXPECT(CALL2(mmap, PAGE, 0xff) == -EINVAL);
	EXPECT(CALL2(mmap, PAGE, MMAP_WRITE | MMAP_EXECUTE) == -EINVAL);
}

static void names(void)
{
	char *memory = (char *)CALL2(mmap, PAGE, MMAP_WRITE);

	memset(memory, 'a', PAGE); /* without an end */
	EXPECT(CALL1(open, memory) == -ENAMETOOLONG);
	EXPECT(CALL1(open, memory + PAGE - 4) == -EFAULT);
	EXPECT(CALL1(open, "") == -ENOENT);
	EXPECT(CALL1(open, "nothing of this name") == -ENOENT);
}

static void others(void)
{
	EXPECT(system_call(SYSCALLS_COUNT, 0, 0, 0, 0, 0) == -ENOSYS);
	EXPECT(system_call(-1, 0, 0, 0, 0, 0) == -ENOSYS);
	EXPECT(system_call(INT64_MIN, 0, 0, 0, 0, 0) == -ENOSYS);
	EXPECT(CALL1(wait, 0) == -ECHILD);
	EXPECT(CALL2(kill, 1, SIGKILL) == -EPERM);
	EXPECT(CALL2(kill, 123456, SIGKILL) == -ESRCH);
	EXPECT(CALL2(kill, -1, SIGKILL) == -ESRCH);
	EXPECT(CALL2(kill, CALL0(getpid), 0) == -EINVAL);
	EXPECT(CALL2(kill, CALL0(getpid), SIGNALS_COUNT) == -EINVAL);
}

/* Until there is no more: an error, not the end. */
static void memory(void)
{
	unsigned pages = 0;

	while (CALL2(mmap, 64 * PAGE, MMAP_WRITE) > 0)
		pages++;
	EXPECT(pages > 4 && pages < 100);
	EXPECT(CALL0(getpid) > 1);
}

static void idle(void)
{
	for (;;)
		CALL0(sched_yield);
}

static void children(void)
{
	int64_t ids[80];
	unsigned n = 0;

	for (; n < 80; n++) {
		ids[n] = CALL0(fork);
		if (ids[n] == 0)
			idle();
		if (ids[n] < 0)
			break;
	}
	EXPECT(n > 4 && n < 80);
	for (unsigned i = 0; i < n; i++)
		EXPECT(CALL2(kill, ids[i], SIGKILL) == 0);
	for (unsigned i = 0; i < n; i++)
		EXPECT(CALL1(wait, 0) > 0);
	EXPECT(CALL1(wait, 0) == -ECHILD);
}

const struct test tests_call[] = {
	{ "call-descriptors", descriptors, 0 },
	{ "call-pointers", pointers, 0 },
	{ "call-half-mapped", half_mapped, 0 },
	{ "call-lengths", lengths, 0 },
	{ "call-names", names, 0 },
	{ "call-others", others, 0 },
	{ "call-memory", memory, 0 },
	{ "call-children", children, 0 },
	{ 0 },
};
