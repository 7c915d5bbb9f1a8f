/* What only reports about memory carry: sanitizers, slabs, pages, the OOM killer. */
#include "details_scene.h"

static void kasan_slab(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "BUG: KASAN: slab-use-after-free in frob_read+0x1c/0x80\n"
	      "Write of size 4 at addr ffff88801234a018 by task frob/d/77\n"
	      "\n"
	      "The buggy address belongs to the object at ffff88801234a000\n"
	      " which belongs to the cache kmalloc-64 of size 64\n"
	      "The buggy address is located 24 bytes inside of\n"
	      " freed 64-byte region [ffff88801234a000, ffff88801234a040)\n"
	      "\n"
	      "The buggy address belongs to the physical page:\n"
	      "page: refcount:1 mapcount:0 mapping:0000000000000000 index:0x0 pfn:0x1234a\n"
	      "flags: 0xfff00000000800(slab|node=0|zone=1|lastcpupid=0x7ff)\n"
	      "page dumped because: kasan: bad access detected\n"
	      "\n"
	      "Memory state around the buggy address:\n"
	      " ffff888012349f80: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 05\n"
	      ">ffff88801234a000: fa fb fb fb fb fb fb fb fc fc fc fc fc fc fc fc\n"
	      "                            ^\n"
	      " ffff88801234a080: fc fc fc fc fc fc fc fc fc fc fc fc fc fc fc fc\n");
	pm_kasan_fields(&s.report, &s.inc);
	expect_fact(&s, "kasan", "bug_type", "slab-use-after-free", "after it was freed");
	expect_fact(&s, "kasan", "access_size", "4", NULL);
	expect_fact(&s, "kasan", "cache", "kmalloc-64", NULL);
	expect_fact(&s, "kasan", "region_state", "freed", NULL);
	expect_fact(&s, "kasan", "shadow_byte", "fb", "freed slab object");
	expect_fact(&s, "kasan", "shadow_row",
		    "ffff888012349f80: 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 05",
		    "15 × accessible; 1 × the first 5");
	expect_fact(&s, "page", "flags", "0xfff00000000800", "used by the slab allocator, node=0");
	expect_fact(&s, "page", "pfn", "0x1234a", NULL);
	assert_int_equal(s.inc.fault.access, PM_WRITE);
	assert_int_equal(s.inc.fault.access_size, 4);
	assert_true(s.inc.fault.has_address && s.inc.fault.address == 0xffff88801234a018);
	assert_string_equal(s.inc.fault.object, "freed object of cache kmalloc-64, size 64; 24 bytes inside");
	assert_string_equal(s.inc.actor.comm, "frob/d");
	assert_int_equal(s.inc.actor.pid, 77);
	strike(&s);
}

static void kasan_stack(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "BUG: KASAN: stack-out-of-bounds in frob+0x1c/0x80\n"
	      "Read of size 1 at addr ffffc90000117d2a by task x/1\n"
	      "The buggy address belongs to stack of task x/1\n"
	      " and is located at offset 42 in frame:\n"
	      " frob+0x0/0x80\n"
	      "this frame has 2 objects:\n"
	      " [32, 42) 'name'\n"
	      " [64, 72) 'st'\n");
	pm_kasan_fields(&s.report, &s.inc);
	expect_fact(&s, "kasan", "stack_objects", "2", NULL);
	expect_fact(&s, "kasan", "stack_object", "[32, 42) 'name'", "10 bytes at offset 32");
	assert_string_equal(s.inc.fault.object,
			    "stack frame of frob+0x0/0x80, offset 42: 0 bytes behind variable 'name'");
	strike(&s);
}

static void kasan_tags(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "BUG: KASAN: invalid-access in frob+0x1c/0x80\n"
	      "Read at addr f4ff000012345680 by task x/1\n"
	      "Pointer tag: [f4], memory tag: [fe]\n"
	      "Memory state around the buggy address:\n"
	      " ffff000012345500: f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4\n"
	      ">ffff000012345600: f4 f4 f4 f4 f4 f4 f4 f4 fe fe fe fe fe fe fe fe\n"
	      "                                           ^\n");
	pm_kasan_fields(&s.report, &s.inc);
	expect_fact(&s, "kasan", "shadow_byte", "fe", "freed or never allocated");
	expect_fact(&s, "kasan", "shadow_address", "0xffff000012345680", "16 bytes");
	expect_fact(&s, "kasan", "shadow_row",
		    "ffff000012345500: f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4 f4", "the pointer's own");
	assert_int_equal(s.inc.fault.access, PM_READ);
	assert_int_equal(s.inc.fault.access_size, 0);
	strike(&s);
}

static void kasan_range(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "Oops: general protection fault, probably for non-canonical address 0xdffffc0000000003: 0000 "
	      "[#1]\n"
	      "KASAN: null-ptr-deref in range [0x0000000000000018-0x000000000000001f]\n");
	pm_access_fields(&s.report, &s.inc);
	expect_fact(&s, "kasan", "range", "[0x0000000000000018-0x000000000000001f]", NULL);
	expect_fact(&s, "kasan", "range_type", "null-ptr-deref", "NULL pointer");
	assert_false(s.inc.fault.has_address);
	strike(&s);
}

static void kfence(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "BUG: KFENCE: out-of-bounds write in frob+0x1c/0x80\n"
	      "\n"
	      "Out-of-bounds write at 0xffff88807fe01ffe (2B left of kfence-#7):\n"
	      " frob+0x1c/0x80\n"
	      "\n"
	      "kfence-#7: 0xffff88807fe02000-0xffff88807fe0201f, size=32, cache=kmalloc-32\n"
	      "\n"
	      "allocated by task 12 on cpu 3 at 4.250000s (0.000100s ago):\n");
	pm_kfence_fields(&s.report, &s.inc);
	expect_fact(&s, "kfence", "error", "out-of-bounds", "guard page");
	expect_fact(&s, "kfence", "alloc_time", "4.250000s", NULL);
	assert_string_equal(s.inc.fault.object,
			    "object kfence-#7 of cache kmalloc-32, size 32; 2 bytes before its start");
	assert_true(s.inc.fault.address == 0xffff88807fe01ffe);
	assert_int_equal(s.inc.fault.access, PM_WRITE);
	strike(&s);

	/* A hashed pointer is no address. */
	stage(&s, NULL,
	      "BUG: KFENCE: memory corruption in frob+0x1c/0x80\n"
	      "Corrupted memory at 0x00000000deadcafe [ ! . 0xac . ] (in kfence-#9):\n");
	pm_kfence_fields(&s.report, &s.inc);
	assert_false(s.inc.fault.has_address);
	expect_fact(&s, "kfence", "address", "0x00000000deadcafe", "hashed");
	expect_fact(&s, "kfence", "redzone", "! . 0xac .", "2 of the 4 bytes");
	strike(&s);
}

static void kmsan_kcsan_ubsan(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "BUG: KMSAN: kernel-infoleak in frob_to_user+0x1c/0x80\n"
	      "Uninit was created at:\n"
	      "Bytes 4-7 of 16 are uninitialized\n"
	      "Memory access of size 16 starts at ffff888012345670\n"
	      "Data copied to user address 00007ffe12345678\n");
	pm_kmsan_fields(&s.report, &s.inc);
	expect_fact(&s, "kmsan", "first_byte", "4", NULL);
	expect_fact(&s, "kmsan", "last_byte", "7", NULL);
	expect_fact(&s, "kmsan", "user_address", "00007ffe12345678", NULL);
	assert_int_equal(s.inc.fault.access_size, 16);
	strike(&s);

	stage(&s, NULL,
	      "BUG: KCSAN: data-race in frob / unfrob\n"
	      "write (marked) to 0xffff888012345670 of 8 bytes by task 12 on cpu 3:\n"
	      "read to 0xffff888012345670 of 8 bytes by interrupt on cpu 0:\n"
	      "value changed: 0x0000000000000001 -> 0x0000000000000002\n");
	pm_kcsan_fields(&s.report, &s.inc);
	expect_fact(&s, "kcsan", "side", "write (marked) of 8 bytes by task 12 on cpu 3",
		    "the other one is plain");
	expect_fact(&s, "kcsan", "value_after", "0x0000000000000002", NULL);
	strike(&s);

	stage(&s, NULL,
	      "UBSAN: array-index-out-of-bounds in drivers/frob/frob.c:12:7\n"
	      "index 8 is out of range for type 'int [8]'\n");
	pm_ubsan_fields(&s.report, &s.inc);
	expect_fact(&s, "ubsan", "index", "8", NULL);
	expect_fact(&s, "ubsan", "type", "'int [8]'", NULL);
	expect_fact(&s, "ubsan", "source", "drivers/frob/frob.c:12:7", NULL);
	strike(&s);

	stage(&s, NULL,
	      "UBSAN: Undefined behaviour in a/b.c:1:2\nshift exponent 64 is too large for 32-bit type "
	      "'int'\n");
	pm_ubsan_fields(&s.report, &s.inc);
	expect_fact(&s, "ubsan", "check", "Undefined behaviour", "a shift");
	expect_fact(&s, "ubsan", "type_bits", "32", NULL);
	strike(&s);
}

static void oom(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "frob invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=2, oom_score_adj=-5\n"
	      "Mem-Info:\n"
	      "active_anon:100 inactive_anon:200 isolated_anon:0\n"
	      "Node 0 DMA32 free:100kB min:200kB low:300kB high:400kB active_anon:1kB\n"
	      "1000 pages RAM\n"
	      "Tasks state (memory values in pages):\n"
	      "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n"
	      "[     12]     0    12      900       10    40960        0             0 small one\n"
	      "[     13]     0    13      900      800    40960        0             0 hog\n"
	      "[     14]     0    14      900      20    40960        0             0 third\n"
	      "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),cpuset=/,mems_allowed=0,oom_memcg=/"
	      "a,task_memcg=/a/b,task=hog,pid=13,uid=0\n"
	      "Memory cgroup out of memory: Killed process 13 (hog) total-vm:3600kB, anon-rss:3200kB, "
	      "file-rss:0kB, shmem-rss:0kB, UID:0\n");
	pm_oom_fields(&s.report, &s.inc);
	expect_fact(&s, "oom", "gfp_mask", "0xcc0(GFP_KERNEL)", "may sleep");
	expect_fact(&s, "oom", "order", "2", "4 contiguous pages");
	expect_fact(&s, "oom", "constraint", "CONSTRAINT_MEMCG", "its limit");
	expect_fact(&s, "oom", "task_memcg", "/a/b", NULL);
	expect_fact(&s, "oom", "largest_task", "hog (pid 13): 800 pages resident", "number 1 of 3");
	expect_fact(&s, "oom", "killed", "hog", NULL);
	expect_fact(&s, "oom", "zone", "Node 0 DMA32 free:100kB min:200kB low:300kB high:400kB", "below min");
	assert_int_equal(s.inc.memory.n, 4);
	strike(&s);
}

/* Version 1 of cgroups; its statistics on one line until 5.2. */
static void oom_cgroup(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "frob invoked oom-killer: gfp_mask=0xd0, order=0, oom_score_adj=0\n"
	      "Task in /a/b killed as a result of limit of /a\n"
	      "memory: usage 10240kB, limit 10240kB, failcnt 123\n"
	      "memory+swap: usage 10240kB, limit 20480kB, failcnt 4\n"
	      "kmem: usage 512kB, limit 9007199254740988kB, failcnt 0\n"
	      "Memory cgroup stats for /a: cache:12KB rss:9700KB rss_huge:0KB mapped_file:4KB dirty:0KB "
	      "writeback:0KB inactive_anon:0KB\n"
	      "[  pid  ]   uid  tgid total_vm      rss pgtables_bytes swapents oom_score_adj name\n");
	pm_oom_fields(&s.report, &s.inc);
	expect_fact(&s, "oom", "memcg_usage", "10240kB", "the limit is in");
	expect_fact(&s, "oom", "memcg_failcnt", "123", NULL);
	expect_fact(&s, "oom", "memcg_memsw_limit", "20480kB", NULL);
	expect_fact(&s, "oom", "memcg_kmem_usage", "512kB", "kernel");
	expect_fact(&s, "oom", "memcg", "/a", NULL);
	expect_fact(&s, "oom", "memcg_anon", "9700KB", "programs");
	expect_fact(&s, "oom", "memcg_file", "12KB", "cache");
	expect_fact(&s, "oom", "memcg_file_mapped", "4KB", NULL);
	strike(&s);

	stage(&s, NULL,
	      "frob invoked oom-killer: gfp_mask=0xcc0(GFP_KERNEL), order=0, oom_score_adj=0\n"
	      "anon 77\n"
	      "memory: usage 8192kB, limit 8192kB, failcnt 19\n"
	      "swap: usage 0kB, limit 0kB, failcnt 5\n"
	      "Memory cgroup stats for /frob:\n"
	      "anon 8282112\n"
	      "kernel_stack 16384\n"
	      "Tasks state (memory values in pages):\n"
	      "sock 99\n");
	pm_oom_fields(&s.report, &s.inc);
	expect_fact(&s, "oom", "memcg_swap_limit", "0kB", NULL);
	expect_fact(&s, "oom", "memcg_anon", "8282112", NULL);
	expect_fact(&s, "oom", "memcg_kernel_stack", "16384", NULL);
	assert_null(pm_incident_fact(&s.inc, "oom", "memcg_sock"));
	strike(&s);
}

static void memory(void **state)
{
	struct scene s;

	(void)state;
	stage(&s, NULL,
	      "BUG kmalloc-64 (Tainted: G    B   OE  ): Poison overwritten\n"
	      "0xffff888012345608-0xffff888012345608 @offset=1544. First byte 0x41 instead of 0x6b\n"
	      "Allocated in frob_open+0x1c/0x80 [frob] age=5 cpu=1 pid=77\n"
	      "Object 0xffff888012345600 @offset=1536 fp=0x0000000000000000\n"
	      "Object   ffff888012345600: 6b 6b 6b 6b 6b 6b 6b 6b 41 6b 6b 6b 6b 6b 6b a5  "
	      "kkkkkkkkAkkkkkk.\n");
	pm_memory_fields(&s.report, &s.inc);
	expect_fact(&s, "slab", "error", "Poison overwritten", "freed object was written");
	expect_fact(&s, "slab", "expected", "0x6b", "poison");
	expect_fact(&s, "slab", "allocated_in", "frob_open+0x1c/0x80", NULL);
	assert_string_equal(s.inc.fault.object,
			    "object 0xffff888012345600 of cache kmalloc-64; damaged from byte 8 on");
	strike(&s);

	stage(&s, NULL,
	      "unreferenced object 0xffff888012345600 (size 96):\n"
	      "  comm \"frob d\", pid 77, jiffies 4294767514 (age 15.374s)\n"
	      "  hex dump (first 32 bytes):\n"
	      "    a0 ad 58 76 00 88 ff ff b0 ab 58 76 00 88 ff ff  ..Xv......Xv....\n");
	pm_memory_fields(&s.report, &s.inc);
	expect_fact(&s, "kmemleak", "comm", "frob d", NULL);
	expect_fact(&s, "kmemleak", "age", "15.374s", NULL);
	strike(&s);

	stage(&s,
	      "list_del corruption. prev->next should be ffff888012345600, but was dead000000000122. "
	      "(prev=ffff888012345610)\n",
	      "kernel BUG at lib/list_debug.c:62!\n");
	pm_bug_fields(&s.report, &s.inc);
	expect_fact(&s, "list", "expected", "ffff888012345600", NULL);
	strike(&s);

	stage(&s,
	      "usercopy: Kernel memory exposure attempt detected from SLUB object 'frob_cache' (offset 8, "
	      "size 100)!\n",
	      "kernel BUG at mm/usercopy.c:102!\n");
	pm_bug_fields(&s.report, &s.inc);
	expect_fact(&s, "usercopy", "object", "SLUB object 'frob_cache'", NULL);
	assert_int_equal(s.inc.fault.access_size, 100);
	strike(&s);

	stage(&s, NULL,
	      "BUG: Bad page state in process frob  pfn:1234a\n"
	      "page:ffffea000048d280 refcount:-1 mapcount:0 mapping:0000000000000000 index:0x0 pfn:0x1234a\n"
	      "flags: 0x40019(locked|uptodate|dirty|swapbacked)\n"
	      "page dumped because: nonzero _refcount\n");
	pm_memory_fields(&s.report, &s.inc);
	expect_fact(&s, "page", "process", "frob", NULL);
	expect_fact(&s, "page", "flags", "0x40019", "locked, up to date, dirty, backed by swap");
	expect_fact(&s, "page", "dumped_because", "nonzero _refcount", NULL);
	strike(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kasan_slab), cmocka_unit_test(kasan_stack),
		cmocka_unit_test(kasan_tags), cmocka_unit_test(kasan_range),
		cmocka_unit_test(kfence),     cmocka_unit_test(kmsan_kcsan_ubsan),
		cmocka_unit_test(oom),        cmocka_unit_test(oom_cgroup),
		cmocka_unit_test(memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
