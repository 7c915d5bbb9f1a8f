/* The shell's commands on the kernel: its memory, devices, network, programs, on a kernel that is made in memory. */
#include "json_check.h"
#include "shell_fixture.h"

#include "decode/bpf.h"

#include <fcntl.h>
#include <unistd.h>

static const struct image_options machine = { .machine = true };

#define EXPECT(command, ...) expect(&machine, command, (const char *const[]){ __VA_ARGS__, NULL })

static void memory_of_zones(void **state)
{
	(void)state;
	EXPECT("kmem -f", "0     DMA32          512         4  ffff888000040000             0            0\n",
	       "  2      16k  ", "       1         4  MOVABLE\n",
	       "1     Normal           0         0  0000000000000000", "nr_free_pages: 4  (verified)\n");
	EXPECT("kmem -F", "\nffff888000042000\n");
	EXPECT("kmem -f ffff888000042040", "ffff888000042000  (ffff888000042040 is number 2 of 4 pages)\n");
	EXPECT("kmem 81000", "is number 2 of 4 pages", "PAGE              ");
	EXPECT("kmem -z", "SIZE: 512  PRESENT: 500  MIN/LOW/HIGH: 10/20/30\n", "NR_FREE_PAGES: 4\n",
	       "NAME: \"Normal\"\n  [unpopulated]\n");
	EXPECT("kmem -n", "   0         512  ffffffff80", "ffff888000040000  ffff888000040000  PMOE   0\n");
	EXPECT("kmem -v", "ffffc90000000000 - ffffc90000003000        12288\n");
	EXPECT("kmem -v ffffc90000001000", "ffffc90000000000 - ffffc90000003000        12288\n");
	EXPECT("kmem -V", "NR_FREE_PAGES: 200\n", "PGFAULT: 77\n");
	EXPECT("kmem -o", "CPU 0: 0000000000020000\n");
	EXPECT("kmem -h", "   2MB       3       5  hugepages-2048kB\n");
	EXPECT("kmem -g 88", "PG_reserved               3  0000008\n",
	       "PG_slab                   7  0000080\n");
	EXPECT("kmem -p", "ffff888000041800         60000", "ffff888000041840         61000");
	EXPECT("kmem -p 61000",
	       "ffff888000041840         61000                 0                 0    2  8 reserved\n");
	EXPECT("kmem -m flags,_refcount,buddy_list 80000",
	       "ffff888000042000  0000000000000000          0  ffffffff80");
}

/* What is not there, or lies where it cannot. */
static void what_cannot_be(void **state)
{
	struct image im;

	(void)state;
	image_make(&im, &machine);
	expect_trouble(&im, "kmem -m beyond 80000", "-m: beyond: it would lie behind the struct page");
	image_deinit(&im);
}

static void objects(void **state)
{
	(void)state;
	EXPECT("kmem -S test-48", "CPU 0 SLAB:\n", "     0     64         62     2\n",
	       "   ffff888000051040  (cpu 0 cache)\n", "  [ffff888000051000]\n", "NODE 0 PARTIAL:\n",
	       "     0     64         61     3\n", "   ffff8880000500c0\n",
	       "NODE 0 FULL:\n  (not tracked)\n");
	EXPECT("kmem -s -I test-48", "[IGNORED]");
	EXPECT("kmem -s list", "  test-48\n");
}

static void network(void **state)
{
	(void)state;
	EXPECT("net", "  eth0       10.0.16.2\n");
	EXPECT("net -n 42", "  eth0       10.0.16.2\n");
	EXPECT("net -a", "  10.0.16.1        ETHER       11:22:33:44:55:66  eth0        STALE\n");
	EXPECT("net -s 42", "  4  ", "INET:STREAM     10.0.16.2-12345        10.0.16.1-80\n");
	EXPECT("net -s -R 4 42", "INET:STREAM");
	EXPECT("net -s 7", "No open sockets.\n");
	EXPECT("net -S 42", "struct socket {\n  type = 1,", "struct inet_sock {");
	EXPECT("net -N 1041236234", "10.1.16.62\n");
	EXPECT("log -a", "type=1300 audit(1.2:3): arch=x\n");
}

static void devices(void **state)
{
	(void)state;
	EXPECT("dev", "   5      tty               ffffffff80", "  vfs_write\n",
	       "   8      sd                ffffffff80");
	EXPECT("dev -d", "  vda  ", "      1      0      1\n");
	EXPECT("dev -V", "          20  eth0\n");
	EXPECT("dev -v 0", "DEVICE: eth0\n", "  registers of a c\n");
	EXPECT("dev -i", "  0000-ffff  PCI IO\n", "  0060-0064  keyboard\n",
	       "  00000000-ffffffff  PCI mem\n");
	EXPECT("dev -p", "  0000:00\n", "0000:00:1c.0  0604   8086:1237  ROOT_PORT\n");
}

static void sheaves_that_are_missing(void **state)
{
	struct image im;
	struct run r;
	uint64_t caches, link, per_cpu;

	(void)state;
	image_make(&im, &(struct image_options){ .sheaves = true });
	open_shell(&r, &im, false);
	assert_true(pm_linux_symbol(r.sh.lx, "slab_caches", &caches));
	assert_true(pm_space_load(&r.sh.lx->kernel, caches, 8, &link));
	assert_true(pm_space_load(&r.sh.lx->kernel, link - CACHE_LIST_AT + CACHE_CPU, 8, &per_cpu));
	close_shell(&r);
	lie(&im, per_cpu + IMAGE_PERCPU, 0xffffc90000000000);
	expect_trouble(&im, "kmem -s", "test-48: a sheaf of free objects is not in the dump");
	image_deinit(&im);
}

/* What leads out of the dump is told, and what was found stays. */
static void addresses_that_are_missing(void **state)
{
	struct image im;
	struct run r;
	uint64_t net, device, ip;

	(void)state;
	image_make(&im, &machine);
	open_shell(&r, &im, false);
	assert_true(pm_linux_symbol(r.sh.lx, "init_net", &net));
	assert_true(pm_space_load(&r.sh.lx->kernel, net, 8, &device)); /* its link, 16 bytes into it */
	assert_true(pm_space_load(&r.sh.lx->kernel, device + 16, 8, &ip));
	close_shell(&r);
	lie(&im, ip, 0xffffc90000000000);
	expect_trouble(&im, "net", "the list of devices: an address is not in the dump");
	image_deinit(&im);
}

/* Resources below one that are that one: each is told once. */
static void devices_in_a_circle(void **state)
{
	struct image im;
	struct run r;
	uint64_t ports;

	(void)state;
	image_make(&im, &machine);
	open_shell(&r, &im, false);
	assert_true(pm_linux_symbol(r.sh.lx, "ioport_resource", &ports));
	close_shell(&r);
	lie(&im, image_member(&im, ports, "resource.child"), ports);
	expect_trouble(&im, "dev -i", "ioport_resource: their tree leads back into itself");
	image_deinit(&im);
}

static void system_tables(void **state)
{
	struct run r;

	(void)state;
	EXPECT("sys", "LOAD AVERAGE: 1.50, 0.00, 0.00\n", "MEMORY: 2 MB\n");
	EXPECT("sys -c", "  0  ksys_write\n", "  1  vfs_write\n");
	EXPECT("sys -c 1", "  1  vfs_write\n");
	EXPECT("sys -t", "TAINTED_MASK: 1080  DO\n", "  D: kernel died before");
	EXPECT("sys -i", "DMI_SYS_VENDOR: QEMU\n");
	EXPECT("sys config", "CONFIG_64BIT=y\n# CONFIG_KASAN is not set\n");
	EXPECT("mach", "PROCESSOR SPEED: 2500 Mhz\n", "HZ: 250\n", "KERNEL VIRTUAL BASE: ffff888000000000\n");
	EXPECT("mach -m", "0000000000001000 - 000000000009f000  E820_RAM\n");
	EXPECT("mach -c", "CPU 0:\nstruct cpuinfo_x86 {\n  x86 = 6,");
	/* without a symbol the configuration is found by its mark */
	start(&r, &(struct image_options){ .machine = true, .old = true }, true);
	assert_non_null(strstr(
		output(&r, "sys config"),
		"\"config\":{\"CONFIG_64BIT\":\"y\",\"CONFIG_KASAN\":\"n\",\"CONFIG_HZ\":\"250\"}}\n"));
	end(&r);
	/* what is not there is said */
	start(&r, &(struct image_options){ 0 }, false);
	static const char *const none[] = { "sys config",  "sys -c",  "sys -t",  "sys -i",       "log -a",
					    "log -s",      "mach -m", "mach -c", "mach -o",      "net",
					    "net -a",      "dev",     "dev -i",  "dev -p",       "dev -V",
					    "dev -v 0",    "bpf",     "kmem -v", "kmem -f",      "kmem -n",
					    "kmem -h",     "kmem -c", "kmem -r", "sys -panic",   "bpf -t",
					    "net -s 4711", "why",     "diff",    "diff /nowhere" };

	for (size_t i = 0; i < PM_COUNT(none); i++) {
		unsigned before = r.sh.failures;

		output(&r, none[i]);
		if (r.sh.failures != before + 1)
			fail_msg("%s did not say what it lacks", none[i]);
	}
	end(&r);
}

static void programs(void **state)
{
	(void)state;
	EXPECT("bpf", "  13  ffffffff80", "SOCKET_FILTER     0123456789abcdef  21\n",
	       "HASH                  00000000\n");
	EXPECT("bpf -p 13 -t", "XLATED: 40  JITED: 2  MEMLOCK: 4096\n", "NAME: \"watch\"",
	       "   0: (62) *(u32 *)(r10 -4) = 7\n", "   1: (18) r1 = map[id:21]\n",
	       "   3: (15) if r0 == 0x1 goto pc+1\n", "   4: (95) exit\n");
	EXPECT("bpf -P -j", "0xffffffff80100e00:\tpush %rbp\n", "0xffffffff80100e01:\tret\n");
	EXPECT("bpf -m 21", "KEY_SIZE: 4  VALUE_SIZE: 8  MAX_ENTRIES: 64  MEMLOCK: 4096\n", "NAME: \"seen\"");
	EXPECT("bpf -Ms", "struct bpf_map {");
}

/* Every kind of instruction, as the verifier's words have it. */
static void instructions(void **state)
{
	static const struct {
		uint64_t insn;
		const char *text;
	} rows[] = {
		{ 0x00000000000061bf, "(bf) r1 = r6" },
		{ 0xfffffffc00000207, "(07) r2 += -4" },
		{ 0x0000001000000002 + 0xb2, "(b4) (u32) r0 = (u32) 16" },
		{ 0x0000000000c06769, "(69) r7 = *(u16 *)(r6 +192)" },
		{ 0x00000000fff81a7b, "(7b) *(u64 *)(r10 -8) = r1" },
		{ 0x0000000000001a5f, "(5f) r10 &= r1" },
		{ 0x0000000000000187, "(87) r1 = -r1" },
		{ 0x00000010000001dc, "(dc) r1 = be16 r1" },
		{ 0x00000005fffe1a1d, "(1d) if r10 == r1 goto pc-2" },
		{ 0x00000007000301a6, "(a6) if (u32) r1 < 0x7 goto pc+3" },
		{ 0x0000000000050005, "(05) goto pc+5" },
		{ 0x0000000500000085, "(85) call unknown#5" },
		{ 0x0000000500001085, "(85) call pc+5" },
		{ 0x00000000fff01adb, "(db) lock *(u64 *)(r10 -16) += r1" },
		{ 0x000000e1fff01adb, "(db) r1 = atomic_xchg((u64 *)(r10 -16), r1)" },
		{ 0x0000000c00000028, "(28) r0 = *(u16 *)skb[12]" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		uint8_t bytes[8];
		struct pm_bpf_insn insn;
		char text[128];

		for (unsigned k = 0; k < 8; k++)
			bytes[k] = (uint8_t)(rows[i].insn >> 8 * k);
		pm_bpf_load(bytes, &insn);
		pm_bpf_text(&insn, 0, NULL, text, sizeof(text));
		assert_string_equal(text, rows[i].text);
	}
}

/* Two dumps of one boot: a task began, a cache grew. */
static void differences(void **state)
{
	char path[] = "/tmp/kpanic-diff.XXXXXX", command[64];
	struct image other;
	struct run r;
	int fd = mkstemp(path);

	(void)state;
	image_make(&other, &(struct image_options){ .machine = true, .blocked = true });
	assert_int_equal(write(fd, other.core, other.core_size), (ssize_t)other.core_size);
	close(fd);
	image_deinit(&other);
	snprintf(command, sizeof(command), "diff %s", path);
	start(&r, &machine, false);
	const char *text = output(&r, command);

	assert_non_null(strstr(text, "TASKS that came:\n"));
	assert_non_null(strstr(text, "  kworker/0:2\n"));
	assert_non_null(strstr(text, "SLABS: no difference\n"));
	assert_int_equal(r.sh.failures, 0);
	end(&r);
	start(&r, &machine, true);
	assert_non_null(strstr(output(&r, command), "\"came\":[{\"pid\":8,"));
	end(&r);
	unlink(path);
}

static const char *const all[] = {
	"kmem -f",
	"kmem -F",
	"kmem -v",
	"kmem -V",
	"kmem -n",
	"kmem -z",
	"kmem -o",
	"kmem -h",
	"kmem -g 88",
	"kmem -p 61000",
	"kmem -m flags,buddy_list 61000",
	"kmem -S",
	"kmem -s list",
	"kmem 81000",
	"kmem -f 81000",
	"kmem -v ffffc90000000000",
	"net",
	"net -a",
	"net -S 42",
	"net -n 42",
	"net -N 1",
	"log -a",
	"log -d",
	"log -s",
	"dev",
	"dev -i",
	"dev -p",
	"dev -d",
	"dev -V",
	"sys -c",
	"sys -t",
	"sys -i",
	"sys config",
	"mach",
	"mach -m",
	"mach -c",
	"bpf",
	"bpf -PM -Tjs",
	"mod -t",
	"mod -s test /nowhere",
	"why",
};

static void each_is_json(void **state)
{
	(void)state;
	for (size_t i = 0; i < PM_COUNT(all); i++) {
		struct run r;

		start(&r, &machine, true);
		const char *text = output(&r, all[i]);

		json_value(&text);
		assert_string_equal(text, "\n");
		assert_int_equal(r.sh.failures != 0, strstr(r.text, "\"errors\":[") != NULL);
		end(&r);
	}
}

/* Every word of these structures is replaced in turn, as test_shell.c does with others: each command ends, and what it prints
 * is JSON. */
static void lies(void **state)
{
	static const char commands[] = "kmem -f; kmem -v; kmem -z; kmem -h; net; net -a; net -s 42; log -a; "
				       "dev; dev -i; dev -p; sys -c; sys -i; "
				       "mach -m; bpf -PMT; kmem 81000";
	struct image im;
	unsigned n = 1;
	int saved = dup(STDERR_FILENO), null = open("/dev/null", O_WRONLY);

	(void)state;
	for (const char *c = commands; *c; c++)
		n += *c == ';';
	fflush(stderr);
	dup2(null, STDERR_FILENO);
	close(null);
	image_make(&im, &machine);
	for (uint64_t at = im.machine_from & ~7ull; at < im.machine_to; at += 8)
		for (unsigned lie = 0; lie < 3; lie++) {
			uint8_t *word = im.core + im.memory_at + at;
			uint64_t kept, value;
			struct run r;

			memcpy(&kept, word, 8);
			/* tables of zeros are long, and all alike */
			if (!kept && at % 64)
				continue;
			value = lie == 0 ? 0x6b6b6b6b6b6b6b6b : lie == 1 ? IMAGE_MAP + at : ~0ull;
			memcpy(word, &value, 8);
			open_shell(&r, &im, true);
			const char *text = output(&r, commands);

			for (unsigned i = 0; i < n; i++) {
				json_value(&text);
				assert_int_equal(*text++, '\n');
			}
			close_shell(&r);
			memcpy(word, &kept, 8);
		}
	image_deinit(&im);
	dup2(saved, STDERR_FILENO);
	close(saved);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_of_zones),
		cmocka_unit_test(what_cannot_be),
		cmocka_unit_test(objects),
		cmocka_unit_test(network),
		cmocka_unit_test(devices),
		cmocka_unit_test(devices_in_a_circle),
		cmocka_unit_test(addresses_that_are_missing),
		cmocka_unit_test(sheaves_that_are_missing),
		cmocka_unit_test(system_tables),
		cmocka_unit_test(programs),
		cmocka_unit_test(instructions),
		cmocka_unit_test(differences),
		cmocka_unit_test(each_is_json),
		cmocka_unit_test(lies),
	};

	return cmocka_run_group_tests_name("shell: the kernel", tests, NULL, NULL);
}
