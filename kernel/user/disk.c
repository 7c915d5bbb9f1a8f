/* The disk, for a machine that has one. */
#include "lib/string.h"
#include "user/user.h"

enum { SECTOR = 512, SECTORS = 20 };

static char written[SECTORS * SECTOR], back[SECTORS * SECTOR];

/* At the same place: a file's position moves on with each transfer, and a new file begins at 0. */
static void write_and_read(void)
{
	int64_t out = CALL1(open, "disk"), in = CALL1(open, "disk");

	for (unsigned i = 0; i < sizeof(written); i++)
		written[i] = (char)(i * 7 + i / SECTOR);
	EXPECT(CALL3(write, out, written, sizeof(written)) == sizeof(written));
	EXPECT(CALL3(read, in, back, sizeof(back)) == sizeof(back));
	EXPECT(!memcmp(written, back, sizeof(back)));
	EXPECT(CALL3(write, out, written, SECTOR - 1) == -EINVAL);
	EXPECT(CALL3(write, out, (char *)0x10, SECTOR) == -EFAULT);
	/* To its end. */
	int64_t n, total = sizeof(back);
	while ((n = CALL3(read, in, back, sizeof(back))) > 0)
		total += n;
	EXPECT(n == 0 && total == 1 << 20);
}

const struct test tests_disk[] = {
	{ "disk", write_and_read, 0 },
	{ 0 },
};
