/* Memory, types, lists and trees in the shell: what is in memory that is made here, and that no lie in it keeps a command
 * from ending. */
#include "shell_fixture.h"

#include "shell/globals.h"
#include "shell/scan.h"

#include <unistd.h>

/* Memory that nothing else uses, and where the kernel sees it. */
#define FREE 0x1e0000ull
#define AT (IMAGE_DIRECT + FREE)

static void poke(struct image *im, uint64_t phys, uint64_t value)
{
	for (unsigned i = 0; i < 8; i++)
		im->core[im->memory_at + phys + i] = (uint8_t)(value >> 8 * i);
}

struct row {
	const char *command, *text; /* what it prints; NULL: it fails */
};

static void check_rows(struct run *r, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		unsigned failures = r->sh.failures;

		r->sh.printed = 0;
		const char *text = output(r, rows[i].command);

		if (!rows[i].text && r->sh.failures == failures)
			fail_msg("%s: no error: %s", rows[i].command, text);
		if (rows[i].text && (strcmp(text, rows[i].text) != 0 || r->sh.failures != failures))
			fail_msg("%s: %s", rows[i].command, text);
	}
}

static void expressions(void **state)
{
	static const struct row rows[] = {
		{ "p 1+2*3", "$1 = 7\n" },
		{ "p (1+2)*3", "$1 = 9\n" },
		{ "p 7/2 % 2", "$1 = 1\n" },
		{ "p -5", "$1 = -5\n" },
		{ "p ~0", "$1 = -1\n" },
		{ "p !5", "$1 = 0\n" },
		{ "p 1 << 4", "$1 = 16\n" },
		{ "p '-16 >> 2'", "$1 = -4\n" },
		{ "p '5 > 3 && 0'", "$1 = 0\n" },
		{ "p 6 & 3 ^ 1", "$1 = 3\n" },
		{ "p 0xffffffff", "$1 = 4294967295\n" },
		{ "p 1 - 2u", "$1 = 4294967295\n" },
		{ "p (char)65", "$1 = 65 'A'\n" },
		{ "p (unsigned short)-1", "$1 = 65535\n" },
		{ "p (bool)1", "$1 = true\n" },
		{ "p -x 255", "$1 = 0xff\n" },
		{ "p BLACK", "$1 = 1\n" },
		{ "p sizeof(struct list_head)", "$1 = 16\n" },
		{ "p sizeof(void *)", "$1 = 8\n" },
		{ "p *(struct list_head *)ffff8880001e0000",
		  "$1 = {\n  next = 0xffff8880001e0010,\n  prev = 0xffff8880001e0020\n}\n" },
		{ "p ((struct list_head *)0xffff8880001e0000)->next", "$1 = (void *) 0xffff8880001e0010\n" },
		{ "p &((struct list_head *)0)->prev", "$1 = (void **) 0x8\n" },
		{ "p (struct list_head *)16 + 2", "$1 = (struct list_head *) 0x30\n" },
		{ "p (struct list_head *)0x30 - (struct list_head *)0x10", "$1 = 2\n" },
		{ "p ((long *)0xffff8880001e0000)[4] - 8", "$1 = -131391637553144\n" },
		{ "p (char *)0xffff8880001e0100", "$1 = 0xffff8880001e0100 \"hello \\001\"\n" },
		{ "p init_task.comm", "$1 = \"swapper/0\"\n" },
		{ "p init_task.pid == 0", "$1 = 1\n" },
		{ "p", NULL },
		{ "p 1/0", NULL },
		{ "p (1", NULL },
		{ "p 1 2", NULL },
		{ "p *5", NULL },
		{ "p *(void *)ffff8880001e0000", NULL },
		{ "p init_task.no_such", NULL },
		{ "p *(struct list_head *)0", NULL },
		{ "p (struct list_head)5", NULL },
		{ "p no_such_symbol", NULL },
		{ "p &5", NULL },
	};
	struct image im;
	struct run r;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	poke(&im, FREE, AT + 16);
	poke(&im, FREE + 8, AT + 32);
	poke(&im, FREE + 32, AT + 16);
	memcpy(im.core + im.memory_at + FREE + 0x100, "hello \1", 8);
	open_shell(&r, &im, false);
	check_rows(&r, rows, PM_COUNT(rows));
	/* arrays, up to what was set */
	static const struct row arrays[] = {
		{ "p -x (long[3])*(long *)ffff8880001e0000",
		  "$1 = {0xffff8880001e0010, 0xffff8880001e0020, 0x0}\n" },
		{ "set print_max 2", "print_max: 2\n" },
		{ "p -x (long[3])*(long *)ffff8880001e0000",
		  "$1 = {0xffff8880001e0010, 0xffff8880001e0020...}\n" },
		{ "p -x (long[2])*(long *)ffff8880001e0000",
		  "$1 = {0xffff8880001e0010, 0xffff8880001e0020}\n" },
	};

	check_rows(&r, arrays, PM_COUNT(arrays));
	/* deeper than any expression is */
	char deep[2048] = "p ";

	for (unsigned i = 0; i < 900; i++)
		strcat(deep, i % 2 ? "-" : "(");
	check_rows(&r, &(struct row){ deep, NULL }, 1);
	close_shell(&r);
	image_deinit(&im);
}

/* The table of types is sorted, and each row's first type is one that C can write. */
static void globals(void **state)
{
	const char *name, *types, *before = "";

	(void)state;
	for (size_t i = 0; pm_globals_row(i, &name, &types); i++) {
		if (strcmp(before, name) >= 0)
			fail_msg("%s stands behind %s", name, before);
		before = name;
		assert_true(*types);
	}
}

static void declarations(void **state)
{
	static const struct row rows[] = {
		{ "whatis list_head", "struct list_head {\n    void *next;\n    void *prev;\n}\nSIZE: 16\n" },
		{ "whatis atomic_t", "typedef struct {\n    int counter;\n} atomic_t;\nSIZE: 4\n" },
		{ "whatis init_task", "struct task_struct init_task;\n" },
		{ "whatis init_task.comm", "char [16]\n" },
		{ "whatis 5", "int\n" },
		{ "whatis -r 16 -m no_such", "(none found)\n" },
		{ "whatis no_such", NULL },
		{ "struct list_head.no_such", NULL },
		{ "struct list_head.next,no_such ffff8880001e0000", NULL },
		{ "whatis -r x", NULL },
		{ "struct list_head -ox",
		  "struct list_head {\n    [0x0] void *next;\n    [0x8] void *prev;\n}\nSIZE: 16\n" },
		{ "struct list_head.next ffff8880001e0000 2", "  next = 0x1,\n\n  next = 0x0,\n" },
		{ "struct list_head.next ffff8880001e0010 -c -2", "  next = 0x1,\n\n  next = 0x0,\n" },
		{ "struct list_head.prev -l list_head.prev ffff8880001e0008", "  prev = 0x2,\n" },
		{ "struct -r list_head.prev ffff8880001e0000",
		  "ffff8880001e0008:  0000000000000002                    ........\n" },
		{ "struct -r list_head.next,prev ffff8880001e0000", NULL },
		{ "struct -l no.such list_head 0", NULL },
		{ "struct -c x list_head ffff8880001e0000", NULL },
		{ "struct -f list_head 0", NULL },
	};
	struct image im;
	struct run r;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	poke(&im, FREE, 1);
	poke(&im, FREE + 8, 2);
	open_shell(&r, &im, false);
	check_rows(&r, rows, PM_COUNT(rows));
	/* nothing is printed of what cannot be told whole */
	assert_string_equal(output(&r, "struct list_head.next,no_such ffff8880001e0000"), "");
	assert_non_null(strstr(output(&r, "whatis -r 16"), "16  list_head\n"));
	assert_non_null(strstr(output(&r, "whatis -m list_head"), "  task_struct\n"));
	close_shell(&r);
	image_deinit(&im);
}

static void memory(void **state)
{
	static const struct row rows[] = {
		{ "rd -8 ffff8880001e0000 4",
		  "ffff8880001e0000:  61 62 0a ff                                       ab..\n" },
		{ "rd -d -8 ffff8880001e0000 4", "ffff8880001e0000:   97  98  10  -1\n" },
		{ "rd -D -8 ffff8880001e0000 4", "ffff8880001e0000:   97  98  10 255\n" },
		{ "rd -16 -N -x ffff8880001e0000 2", "ffff8880001e0000:  6162 0aff\n" },
		{ "rd -a ffff8880001e0000", "ffff8880001e0000:  ab\n" },
		{ "rd -x -R ffff8880001e0008 2", "ffff8880001e0000:  00000000ff0a6261 0000000000000000\n" },
		{ "rd -x -o 8 ffff8880001e0000", "ffff8880001e0008:  0000000000000000\n" },
		{ "rd -x (init_task-init_task+0xffff8880001e0000)", "ffff8880001e0000:  00000000ff0a6261\n" },
		{ "rd -p -x 1e0000", "          1e0000:  00000000ff0a6261\n" },
		{ "rd -N ffff8880001e0000", NULL },
		{ "rd -R ffff8880001e0000", NULL },
		{ "rd -f 0", NULL },
		{ "rd -m 0", NULL },
		{ "rd -r", NULL },
		{ "rd -r /tmp/x ffff8880001e0000", NULL },
		{ "rd -r /no/such/folder/file ffff8880001e0000 4", NULL },
		{ "rd ffff8880001e0000 1 2", NULL },
		{ "wr init_task 1", NULL },
		{ "ptob 512a 10", "512a: 512a000\na: a000\n" },
		{ "btop 512a000 12345", "512a000: 512a\n12345: 12\n" },
		{ "ptov 1e0000", "VIRTUAL           PHYSICAL\nffff8880001e0000  1e0000\n" },
		{ "pte d8e067",
		  " PTE    PHYSICAL  FLAGS\nd8e067   d8e000   (PRESENT|RW|USER|ACCESSED|DIRTY)\n" },
		{ "pte 0", "PTE  PHYSICAL  FLAGS\n 0      0      (no mapping)\n" },
		{ "ptov 7fffffff000", NULL },
		{ "ptob x", NULL },
		{ "pte", NULL },
	};
	char path[] = "/tmp/kpanic-test-XXXXXX", command[128], bytes[8];
	struct image im;
	struct run r;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	memcpy(im.core + im.memory_at + FREE, "ab\n\377", 4);
	open_shell(&r, &im, false);
	check_rows(&r, rows, PM_COUNT(rows));
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	snprintf(command, sizeof(command), "rd -r %s ffff8880001e0000 4", path);
	assert_non_null(
		strstr(output(&r, command), "4 bytes copied from 0xffff8880001e0000 to /tmp/kpanic-test-"));
	assert_int_equal(read(fd, bytes, sizeof(bytes)), 4);
	assert_memory_equal(bytes, "ab\n\377", 4);
	/* what is sealed writes nothing */
	r.sh.sealed = true;
	check_rows(&r, &(struct row){ command, NULL }, 1);
	close(fd);
	unlink(path);
	close_shell(&r);
	image_deinit(&im);
}

/* Three nodes of 32 bytes whose links are 8 bytes in; link[i]: where node i leads. */
static void lists(void **state)
{
	static const struct row whole[] = {
		{ "list -H ffff8880001e0000 -o 8", "ffff8880001e0100\nffff8880001e0200\nffff8880001e0300\n" },
		{ "list -H ffff8880001e0000 8 -r", "ffff8880001e0300\nffff8880001e0200\nffff8880001e0100\n" },
		{ "list -h ffff8880001e0100 8 -e ffff8880001e0308", "ffff8880001e0100\nffff8880001e0200\n" },
		{ "list ffff8880001e0108",
		  "ffff8880001e0108\nffff8880001e0208\nffff8880001e0308\nffff8880001e0000\n" },
		{ "list -H ffff8880001e0000 -s list_head.next -l 0",
		  "ffff8880001e0108\n  next = 0xffff8880001e0208,\nffff8880001e0208\n  next = "
		  "0xffff8880001e0308,\nffff8880001e0308\n  next = 0xffff8880001e0000,\n" },
		{ "list -H ffff8880001e0000 -O 8", NULL },
		{ "list -H ffff8880001e0000 -l 8", NULL },
		{ "list", NULL },
		{ "list 1 2 3", NULL },
		{ "list -H 0", NULL },
		{ "list no.such init_task", NULL },
	};
	static const struct {
		uint64_t last; /* where the last node leads */
		const char *command, *text, *error;
	} broken[] = {
		{ AT + 0x208, "list -H ffff8880001e0000 8",
		  "ffff8880001e0100\nffff8880001e0200\nffff8880001e0300\n",
		  "0xffff8880001e0200 comes again, after 3: it was element 1" },
		{ AT + 0x208, "list -B -H ffff8880001e0000 8",
		  "ffff8880001e0100\nffff8880001e0200\nffff8880001e0300\n",
		  "a loop of 2 elements, from element 1 (0xffff8880001e0200) on" },
		{ 0x1234, "list -H ffff8880001e0000 8",
		  "ffff8880001e0100\nffff8880001e0200\nffff8880001e0300\n",
		  "0x1234: mapped by no page table" },
		{ 0, "list -H ffff8880001e0000 8", "ffff8880001e0100\nffff8880001e0200\nffff8880001e0300\n",
		  NULL },
	};

	(void)state;
	for (size_t i = 0; i <= PM_COUNT(broken); i++) {
		bool is_whole = i == PM_COUNT(broken);
		uint64_t last = is_whole ? AT : broken[i].last;
		struct image im;
		struct run r;

		image_make(&im, &(struct image_options){ 0 });
		for (uint64_t k = 0; k < 4; k++) {
			uint64_t link = k ? FREE + 0x100 * k + 8 : FREE;

			poke(&im, link, k == 3 ? last : AT + 0x100 * (k + 1) + 8);
			poke(&im, link + 8, k == 1 ? AT : AT + 0x100 * (k ? k - 1 : 3) + 8);
		}
		open_shell(&r, &im, false);
		if (is_whole) {
			check_rows(&r, whole, PM_COUNT(whole));
		} else {
			assert_string_equal(output(&r, broken[i].command), broken[i].text);
			assert_int_equal(r.sh.failures, broken[i].error != NULL);
		}
		close_shell(&r);
		open_shell(&r, &im, true);
		if (!is_whole && broken[i].error && !strstr(output(&r, broken[i].command), broken[i].error))
			fail_msg("%s: %s", broken[i].command, r.text);
		close_shell(&r);
		image_deinit(&im);
	}
}

/* A root, and on either side of it a node. */
static void trees(void **state)
{
	static const struct row rows[] = {
		{ "tree ffff8880001e0000 -o 8", "ffff8880001e00f8\nffff8880001e01f8\nffff8880001e02f8\n" },
		{ "tree -l ffff8880001e0000", "ffff8880001e0200\nffff8880001e0100\nffff8880001e0300\n" },
		{ "tree -t rb -p ffff8880001e0000", "ffff8880001e0100\n  position: root\nffff8880001e0200\n  "
						    "position: root/l\nffff8880001e0300\n"
						    "  position: root/r\n" },
		{ "tree -N ffff8880001e0300", "ffff8880001e0300\n" },
		{ "tree -r 16 ffff8880001dfff0 -s list_head.next",
		  "ffff8880001e0100\n  next = 0x1,\nffff8880001e0200\n  next = 0xffff8880001e0101,\n"
		  "ffff8880001e0300\n  next = 0xffff8880001e0101,\n" },
		{ "tree", NULL },
		{ "tree -t bush ffff8880001e0000", NULL },
		{ "tree -v ffff8880001e0000", NULL },
		{ "tree -t x -o 8 ffff8880001e0000", NULL },
		{ "tree 1234", NULL },
	};
	/* offset from FREE, value: what is wrong */
	static const uint64_t lies[][2] = {
		{ 0x208, AT + 0x100 }, /* a child that is its parent */
		{ 0x208, AT + 0x200 }, /* a node that is its own child */
		{ 0x210, 0x1234 },     /* a child that is nowhere */
		{ 0x300, AT + 0x201 }, /* the other's child */
		{ 0, 0x1238 },         /* a root that is nowhere */
	};

	(void)state;
	for (size_t i = 0; i <= PM_COUNT(lies); i++) {
		struct image im;
		struct run r;

		image_make(&im, &(struct image_options){ 0 });
		/* the parent with the colour, right, left */
		poke(&im, FREE, AT + 0x100);
		poke(&im, FREE + 0x100, 1);
		poke(&im, FREE + 0x108, AT + 0x300);
		poke(&im, FREE + 0x110, AT + 0x200);
		poke(&im, FREE + 0x200, AT + 0x101);
		poke(&im, FREE + 0x300, AT + 0x101);
		if (i < PM_COUNT(lies))
			poke(&im, FREE + lies[i][0], lies[i][1]);
		open_shell(&r, &im, false);
		if (i == PM_COUNT(lies))
			check_rows(&r, rows, PM_COUNT(rows));
		else
			check_rows(&r, &(struct row){ "tree ffff8880001e0000", NULL }, 1);
		close_shell(&r);
		image_deinit(&im);
	}
}

static void searches(void **state)
{
	static const struct row rows[] = {
		{ "search -p 1122334455667788", "1e0008: 1122334455667788\n1e1000: 1122334455667788\n" },
		{ "search -k -s ffff8880001e0000 -l 2000 1122334455667788",
		  "ffff8880001e0008: 1122334455667788\n" },
		{ "search -p -w 11223344", "1e000c: 11223344\n1e1004: 11223344\n" },
		{ "search -p -h 1122 -s 1e1000 -e 1e1010", "1e1006: 1122\n" },
		{ "search -p -m ffffffff 1122334400000000",
		  "1e0008: 1122334455667788\n1e1000: 1122334455667788\n" },
		{ "search -p -s 1e0fff -l 20 1122334455667788", "1e1000: 1122334455667788\n" },
		/* over the end of what is read at once, and one that begins where the other ends */
		{ "search -p -c acrossthe theend",
		  "ffffc: acrosstheend............................................\n"
		  "100002: theend..................................................\n" },
		{ "search -p -x 1 1122334455667788 -e 1e0800",
		  "          1e0000:  0000000000000000                    ........\n1e0008:  "
		  "1122334455667788\n"
		  "          1e0010:  0000000000000000                    ........\n\n" },
		{ "search -p 99887766aabbccdd", "" },
		{ "search", NULL },
		{ "search -k -p 1", NULL },
		{ "search -w 123456789", NULL },
		{ "search -c ''", NULL },
		{ "search -x 2 -c text", NULL },
		{ "search -m x 1", NULL },
		{ "search -s 1000 1", NULL },
		{ "search no_such_symbol", NULL },
	};
	struct image im;
	struct run r;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	poke(&im, FREE + 8, 0x1122334455667788);
	poke(&im, FREE + 0x1000, 0x1122334455667788);
	memcpy(im.core + im.memory_at + 0xffffc, "acrosstheend", 12);
	open_shell(&r, &im, false);
	check_rows(&r, rows, PM_COUNT(rows));
	assert_non_null(strstr(output(&r, "search -k init_task"), "(init_task)\n"));
	output(&r, "search -t init_task; search -T init_task; search -u 0; search -K 1; search -V 1");
	close_shell(&r);
	image_deinit(&im);
}

/* Units at every place of a block, and behind the last whole one. */
static void scans(void **state)
{
	static const unsigned widths[] = { 2, 4, 8 };
	uint8_t bytes[512];

	(void)state;
	for (size_t w = 0; w < PM_COUNT(widths); w++)
		for (size_t at = 0; at + widths[w] <= sizeof(bytes); at += widths[w]) {
			struct pm_scan scan = { .width = widths[w], .care = ~0ull, .n = 2 };
			size_t which = 9;

			scan.values[0] = 0x5a5a5a5a5a5a5a5a >> (64 - 8 * widths[w]);
			scan.values[1] = 0x0102030405060708 >> (64 - 8 * widths[w]);
			memset(bytes, 0, sizeof(bytes));
			for (unsigned i = 0; i < widths[w]; i++)
				bytes[at + i] = (uint8_t)(scan.values[1] >> 8 * i);
			assert_int_equal(pm_scan_next(&scan, bytes, sizeof(bytes), 0, &which), at);
			assert_int_equal(which, 1);
			assert_int_equal(pm_scan_next(&scan, bytes, sizeof(bytes), at + 1, &which),
					 sizeof(bytes));
		}
}

static uint32_t random_state = 1;

static uint32_t next_random(void)
{
	random_state = random_state * 1664525 + 1013904223;
	return random_state >> 8;
}

/* Does the scan's number `which` stand at bytes + i? */
static bool stands_at(const struct pm_scan *scan, const uint8_t *bytes, size_t n, size_t i, size_t which)
{
	uint64_t value = 0;

	if (!scan->width)
		return scan->texts[which].n <= n - i &&
		       !memcmp(bytes + i, scan->texts[which].p, scan->texts[which].n);
	if (i % scan->width || n - i < scan->width)
		return false;
	for (unsigned k = scan->width; k--;)
		value = value << 8 | (bytes[i + k] ^ (scan->values[which] >> 8 * k & 0xff));
	return !(value & scan->care);
}

static size_t slow_next(const struct pm_scan *scan, const uint8_t *bytes, size_t n, size_t from,
			size_t *which)
{
	for (size_t i = from; i < n; i++)
		for (*which = 0; *which < scan->n; ++*which)
			if (stands_at(scan, bytes, n, i, *which))
				return i;
	return n;
}

/* As bytes of few kinds, of which anything stands everywhere, and with few of them among zeros. */
static void scans_as_byte_by_byte(void **state)
{
	static const unsigned widths[] = { 0, 2, 4, 8 };
	uint8_t bytes[700];

	(void)state;
	for (unsigned round = 0; round < 3000; round++) {
		struct pm_scan scan = { .width = widths[round % 4],
					.care = ~0ull,
					.n = 1 + next_random() % 3 };
		size_t n = next_random() % sizeof(bytes), seldom = 1 + next_random() % 50;
		char texts[3][8];

		for (size_t i = 0; i < n; i++)
			bytes[i] = next_random() % seldom ? 0 : (uint8_t)(next_random() % 3);
		for (unsigned k = 0; round % 3 == 0 && k < 8; k++)
			scan.care &= ~(next_random() % 2 ? 0xffull << 8 * k : 0);
		for (size_t t = 0; t < scan.n; t++) {
			size_t length = 1 + next_random() % sizeof(texts[t]);

			for (size_t k = 0; k < sizeof(texts[t]); k++) {
				texts[t][k] = (char)(next_random() % 3);
				scan.values[t] |= (uint64_t)texts[t][k] << 8 * k;
			}
			scan.texts[t].p = texts[t];
			scan.texts[t].n = length;
		}
		for (size_t from = 0; from < n;) {
			size_t which = 9, slow_which = 9;
			size_t found = pm_scan_next(&scan, bytes, n, from, &which);

			assert_int_equal(found, slow_next(&scan, bytes, n, from, &slow_which));
			if (found < n)
				assert_int_equal(which, slow_which);
			from = found + 1;
		}
	}
}

/* The command finds all that is in memory, over the ends of pages and of what it reads at once. */
static void searches_as_byte_by_byte(void **state)
{
	static const uint64_t end = 0x100000;
	static const size_t around = 300;
	struct image im;
	struct run r;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	uint8_t *memory = im.core + im.memory_at;

	for (size_t i = 0; i < 2 * around; i++)
		memory[end - around + i] = "xy"[next_random() % 2];
	open_shell(&r, &im, false);
	for (unsigned round = 0; round < 40; round++) {
		struct pm_scan scan = { .width = round % 2 ? 0 : 2, .care = ~0ull, .n = 1 };
		char text[8] = { 0 }, command[64];
		size_t length = scan.width ? 2 : 1 + next_random() % 6, which;

		for (size_t k = 0; k < length; k++)
			text[k] = "xy"[next_random() % 2];
		scan.values[0] = (uint64_t)text[0] | (uint64_t)text[1] << 8;
		scan.texts[0].p = text;
		scan.texts[0].n = length;
		if (scan.width)
			snprintf(command, sizeof(command), "search -p -h %llx",
				 (unsigned long long)scan.values[0]);
		else
			snprintf(command, sizeof(command), "search -p -c %s", text);
		const char *line = output(&r, command);
		size_t at = 0;

		while ((at = slow_next(&scan, memory, IMAGE_MEMORY, at, &which)) < IMAGE_MEMORY) {
			if (strtoull(line, NULL, 16) != at)
				fail_msg("%s: not %zx: %.20s", command, at, line);
			line = strchr(line, '\n') + 1;
			at += scan.width ? scan.width : 1;
		}
		assert_int_equal(*line, 0);
	}
	close_shell(&r);
	image_deinit(&im);
}

/* With KASLR vmalloc may begin less than 64 TiB behind the direct map's start. */
static void areas_near_the_direct_map(void **state)
{
	static const uint64_t start = 0xffffa90000000000, tables = 0x4003;
	struct image im;
	struct run r;

	(void)state;
	image_make(&im, &(struct image_options){ .machine = true });
	open_shell(&r, &im, false);
	const char *line = strchr(output(&r, "kmem -v"), '\n');

	assert_non_null(line);
	uint64_t area = strtoull(line, NULL, 16);

	close_shell(&r);
	lie(&im, area, start);
	lie(&im, area + 8, start + 0x3000);
	/* it is mapped to where the direct map's other memory is */
	lie(&im, IMAGE_MAP + 0x1000 + 8 * (start >> 39 & 511), tables);
	open_shell(&r, &im, false);
	assert_non_null(strstr(output(&r, "kmem ffffa90000001000"), "ffffa90000000000 - ffffa90000003000"));
	assert_null(strstr(output(&r, "kmem ffff888000001000"), "ffffa90000000000"));
	close_shell(&r);
	image_deinit(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(areas_near_the_direct_map),
		cmocka_unit_test(expressions),
		cmocka_unit_test(globals),
		cmocka_unit_test(declarations),
		cmocka_unit_test(memory),
		cmocka_unit_test(lists),
		cmocka_unit_test(trees),
		cmocka_unit_test(searches),
		cmocka_unit_test(scans),
		cmocka_unit_test(scans_as_byte_by_byte),
		cmocka_unit_test(searches_as_byte_by_byte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
