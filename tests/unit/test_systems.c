/* Reports of kernels other than Linux, through the whole console reader. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "console/plain/trace.h"
#include "console/console.h"
#include "console/source.h"
#include "console/system.h"

#include <stdio.h>
#include <stdlib.h>

typedef void (*check_fn)(const struct pm_incident *inc);

struct reading {
	unsigned n;
	check_fn first;
	char titles[8][128];
	uint32_t boots[8];
	bool follows[8];
};

static bool on_incident(struct pm_incident *inc, void *user)
{
	struct reading *reading = user;

	if (reading->n < 8) {
		reading->boots[reading->n] = inc->boot;
		reading->follows[reading->n] = inc->follows != NULL;
		snprintf(reading->titles[reading->n], sizeof(reading->titles[0]), "%s", inc->title);
	}
	if (!reading->n++ && reading->first)
		reading->first(inc);
	return true;
}

static struct reading read_text(const char *text, check_fn first)
{
	struct reading reading = { .first = first };
	struct pm_source *source = pm_source_memory("text", pm_slice_of(text));

	pm_error_free(pm_console_read_source(source, "text", on_incident, &reading));
	pm_source_close(source);
	return reading;
}

#define expect(text, n_reports, first_title, check)                                                          \
	do {                                                                                                 \
		struct reading r_ = read_text(text, check);                                                  \
		assert_string_equal(r_.titles[0], first_title);                                              \
		assert_int_equal(r_.n, n_reports);                                                           \
	} while (0)

static const struct pm_frame *frame(const struct pm_incident *inc, size_t i)
{
	struct pm_trace *trace = pm_incident_crash_trace(inc);

	assert_non_null(trace);
	assert_true(i < trace->frames.n);
	return &trace->frames.v[i];
}

static uint64_t reg(const struct pm_incident *inc, const char *name)
{
	struct pm_regs *regs = pm_incident_regs(inc, PM_REGS_FAULT);
	struct pm_register *found = regs ? pm_regs_find(regs, name) : NULL;

	assert_non_null(found);
	return found->value;
}

static const char *fact(const struct pm_incident *inc, const char *group, const char *name)
{
	struct pm_fact *found = pm_incident_fact(inc, group, name);

	assert_non_null(found);
	return found->value;
}

/* --- FreeBSD ----------------------------------------------------------------------------- */

static const char freebsd_trap[] =
	"FreeBSD 13.2-RELEASE releng/13.2-n254617-525ecfdad597 GENERIC amd64\n"
	"Fatal trap 12: page fault while in kernel mode\n"
	"cpuid = 2; apic id = 02\n"
	"fault virtual address\t= 0x28\n"
	"fault code\t\t= supervisor write data, page not present\n"
	"instruction pointer\t= 0x20:0xffffffff82a1b0c4\n"
	"stack pointer\t        = 0x28:0xfffffe00c1d2ea10\n"
	"frame pointer\t        = 0x28:0xfffffe00c1d2ea50\n"
	"code segment\t\t= base 0x0, limit 0xfffff, type 0x1b\n"
	"\t\t\t= DPL 0, pres 1, long 1, def32 0, gran 1\n"
	"processor eflags\t= interrupt enabled, resume, IOPL = 0\n"
	"current process\t\t= 4711 (my tool)\n"
	"trap number\t\t= 12\n"
	"panic: page fault\n"
	"cpuid = 2\n"
	"time = 1700000123\n"
	"KDB: stack backtrace:\n"
	"db_trace_self_wrapper() at db_trace_self_wrapper+0x2b/frame 0xfffffe00c1d2e7d0\n"
	"vpanic() at vpanic+0x151/frame 0xfffffe00c1d2e820\n"
	"panic() at panic+0x43/frame 0xfffffe00c1d2e880\n"
	"trap_fatal() at trap_fatal+0x387/frame 0xfffffe00c1d2e8e0\n"
	"calltrap() at calltrap+0x8/frame 0xfffffe00c1d2e940\n"
	"--- trap 0xc, rip = 0xffffffff82a1b0c4, rsp = 0xfffffe00c1d2ea10, rbp = 0xfffffe00c1d2ea50 ---\n"
	"my_write() at my_write+0x94/frame 0xfffffe00c1d2ea50\n"
	"devfs_write_f() at devfs_write_f+0xde/frame 0xfffffe00c1d2eab0\n"
	"amd64_syscall() at amd64_syscall+0x10c/frame 0xfffffe00c1d2ef30\n"
	"--- syscall (4, FreeBSD ELF64, write), rip = 0x3b5d2a, rsp = 0x8206c8d98, rbp = 0x8206c8db0 ---\n"
	"Uptime: 3m12s\n"
	"Dumping 512 out of 8090 MB:..4%\n";

static void check_freebsd_trap(const struct pm_incident *inc)
{
	assert_int_equal(inc->machine.system, PM_FREEBSD);
	assert_int_equal(inc->machine.system_grade, PM_CERTAIN);
	assert_string_equal(inc->machine.release, "13.2-RELEASE");
	assert_int_equal(inc->fault.kind, PM_KIND_NULL_DEREF);
	assert_true(inc->fault.has_address);
	assert_int_equal(inc->fault.address, 0x28);
	assert_int_equal(inc->fault.access, PM_WRITE);
	assert_int_equal(inc->fault.vector, 14);
	assert_string_equal(inc->actor.comm, "my tool");
	assert_int_equal(inc->actor.pid, 4711);
	assert_int_equal(inc->actor.cpu, 2);
	assert_int_equal(inc->actor.syscall_nr, 4);
	assert_string_equal(frame(inc, 0)->place.symbol, "my_write");
	assert_int_equal(frame(inc, 0)->place.offset, 0x94);
	assert_true(frame(inc, 0)->interrupted);
	assert_string_equal(frame(inc, 2)->place.symbol, "amd64_syscall");
	assert_string_equal(inc->place.symbol, "my_write");
	assert_int_equal(reg(inc, "rip"), 0xffffffff82a1b0c4);
	assert_int_equal(inc->end, PM_END_KDUMP);
	assert_string_equal(fact(inc, "trap", "apic_id"), "02");
	assert_string_equal(inc->frame, "my_write");
	assert_false(inc->corrupted);
}

static void freebsd_fatal_trap(void **state)
{
	(void)state;
	expect(freebsd_trap, 1, "Fatal trap NUM: page fault in my_write", check_freebsd_trap);
}

static void freebsd_numbered_frames(void **state)
{
	(void)state;
	expect("Fatal trap 9: general protection fault while in kernel mode\n"
	       "cpuid = 1; apic id = 01\n"
	       "KDB: stack backtrace:\n"
	       "#0 0xffffffff80aada97 at kdb_backtrace+0x67\n"
	       "#1 0xffffffff80a6bb76 at vpanic+0x186\n"
	       "#2 0xffffffff80edf832 at trap_fatal+0x322\n"
	       "#3 0xffffffff80c05ba7 at my_output+0x157\n",
	       1, "Fatal trap NUM: general protection fault while in kernel mode in my_output", NULL);
}

static void freebsd_destroyed_lock(void **state)
{
	(void)state;
	expect("panic: mtx_lock() of destroyed mutex @ /home/me/src/sys/net/if_my.c:1234\n"
	       "cpuid = 0\nKDB: stack backtrace:\n#0 0xffffffff80aada97 at kdb_backtrace+0x67\n",
	       1, "panic: mtx_lock() of destroyed mutex at sys/net/if_my.c:LINE", NULL);
}

static void freebsd_sanitizer(void **state)
{
	(void)state;
	expect("panic: ASan: Invalid access, 8-byte write at 0xfffffe0057414be0, MallocRedZone(fb)\n"
	       "cpuid = 1\n"
	       "KDB: stack backtrace:\n"
	       "panic() at panic+0xb5/frame 0xfffffe0099890ad0\n"
	       "__asan_store8_noabort() at __asan_store8_noabort+0x11a/frame 0xfffffe0099890b90\n"
	       "my_ioctl() at my_ioctl+0x10/frame 0xfffffe0099890bd0\n",
	       1, "panic: ASan: Invalid access, NUM-byte write in my_ioctl", NULL);
}

static void check_reversal(const struct pm_incident *inc)
{
	assert_int_equal(inc->fault.kind, PM_KIND_DEADLOCK);
	assert_int_equal(inc->locks.n, 2);
	assert_string_equal(inc->locks.v[0].name, "my structure");
	assert_int_equal(inc->locks.v[0].role, PM_LOCK_HELD);
	assert_string_equal(inc->locks.v[0].type, "sx");
	assert_int_equal(inc->locks.v[0].taken.file_line, 25);
	assert_string_equal(inc->locks.v[1].name, "ufs");
	assert_int_equal(inc->lock_edges.n, 2);
	assert_false(inc->lock_edges.v[0].new_edge);
	assert_true(inc->lock_edges.v[1].new_edge);
	assert_string_equal(inc->lock_edges.v[1].to, "ufs");
	assert_int_equal(inc->lock_edges.v[1].trace, 1);
	assert_null(inc->panic_reason);
}

static void freebsd_lock_order(void **state)
{
	(void)state;
	struct reading r = read_text(
		"lock order reversal:\n"
		" 1st 0xfffff80003a4b9a8 my structure (my structure, sx) @ /usr/src/sys/kern/a.c:25\n"
		" 2nd 0xfffff8000447c070 ufs (ufs, lockmgr) @ /usr/src/sys/kern/b.c:35\n"
		"lock order ufs -> my structure established at:\n"
		"#0 0xffffffff80c5c8f1 at witness_checkorder+0x321\n"
		"#1 0xffffffff80bffb21 at _sx_xlock+0x61\n"
		"lock order my structure -> ufs attempted at:\n"
		"#0 0xffffffff80c5d1f1 at witness_checkorder+0xc21\n"
		"#1 0xffffffff80eee6fc at ffs_lock+0x8c\n"
		"a program's line\n"
		"panic: later\ncpuid = 0\nKDB: stack backtrace:\n",
		check_reversal);
	assert_int_equal(r.n, 2);
	assert_string_equal(r.titles[0], "witness: reversal: my ufs");
	assert_string_equal(r.titles[1], "panic: later");
}

/* --- OpenBSD ----------------------------------------------------------------------------- */

static void check_uvm_fault(const struct pm_incident *inc)
{
	assert_int_equal(inc->machine.system, PM_OPENBSD);
	assert_string_equal(inc->machine.release, "7.4");
	assert_int_equal(inc->fault.kind, PM_KIND_NULL_DEREF);
	assert_int_equal(inc->fault.address, 0x50);
	assert_int_equal(inc->fault.access, PM_WRITE);
	assert_string_equal(inc->place.symbol, "my_writechk");
	assert_int_equal(inc->place.offset, 0x13);
	assert_int_equal(inc->actor.pid, 71);
	assert_int_equal(inc->actor.cpu, 1);
	assert_string_equal(inc->actor.comm, "my daemon");
	assert_string_equal(fact(inc, "process", "tid"), "482899");
	assert_string_equal(frame(inc, 1)->place.symbol, "sys_my");
	assert_string_equal(frame(inc, 1)->place.file, "sys/kern/my.c");
	assert_int_equal(frame(inc, 1)->place.file_line, 12);
	/* The debugger's second print of the stack is the same one. */
	assert_int_equal(inc->traces.n, 1);
	assert_int_equal(reg(inc, "rax"), 0x10);
	assert_int_equal(inc->machine.arch, PM_X86_64);
}

static void openbsd_uvm_fault(void **state)
{
	(void)state;
	expect("OpenBSD 7.4 (GENERIC.MP) #1397: Tue Oct 10 09:02:37 MDT 2023\n"
	       "login: uvm_fault(0xfffffd8057333668, 0x50, 0, 2) -> e\n"
	       "kernel: page fault trap, code=2\n"
	       "Stopped at      my_writechk+0x13:       movl    $0x1,0x50(%rax)\n"
	       "    TID    PID    UID     PRFLAGS     PFLAGS  CPU  COMMAND\n"
	       " 333692  13365     73    0x100010          0    0K syslogd\n"
	       "*482899     71      0     0x14000      0x200    1  my daemon\n"
	       "my_writechk(ffff800000aaf800,1) at my_writechk+0x13\n"
	       "sys_my(ffff800000aaf800) at sys_my+0x4a1 sys/kern/my.c:12\n"
	       "Xsyscall() at Xsyscall+0x128\n"
	       "end of kernel\n"
	       "end trace frame: 0xc8f686c38f0, count: 12\n"
	       "https://www.openbsd.org/ddb.html describes the minimum info required in bug\n"
	       "ddb{1}> trace\n"
	       "my_writechk(ffff800000aaf800,1) at my_writechk+0x13\n"
	       "sys_my(ffff800000aaf800) at sys_my+0x4a1 sys/kern/my.c:12\n"
	       "Xsyscall() at Xsyscall+0x128\n"
	       "ddb{1}> show registers\n"
	       "rdi               0xffff80001e7a0000\n"
	       "rax                             0x10\n"
	       "rip               0xffffffff81ed143f    my_writechk+0x13\n",
	       1, "uvm_fault: my_writechk", check_uvm_fault);
}

static void check_corrupted(const struct pm_incident *inc)
{
	assert_true(inc->corrupted);
	assert_non_null(inc->corrupted_why);
}

static void openbsd_fault_cut_short(void **state)
{
	(void)state;
	expect("uvm_fault(0xfffffd8057333668, 0x50, 0, 1) -> e\nkernel: page fault trap, code=0\n", 1,
	       "uvm_fault", check_corrupted);
	/* The virtual machine monitor's message is no fault of the kernel's. */
	assert_int_equal(read_text("my_ept: uvm_fault returns 14, GPA=0x200000\n", NULL).n, 0);
}

static void openbsd_protection_fault(void **state)
{
	(void)state;
	expect("kernel: protection fault trap, code=0\n"
	       "Stopped at      my_lookup+0x2c: movq    0x18(%rcx),%rdx\n"
	       "ddb{0}> \n",
	       1, "protection_fault: my_lookup", NULL);
}

static void openbsd_messages(void **state)
{
	static const char *const cases[][2] = {
		{ "panic: pool_do_put: mypl: double pool_put: 0xffff800000aaf800", "pool: double put: mypl" },
		{ "panic: pool_p_free: mypl free list modified: page 0xffff8000",
		  "pool: free list modified: mypl" },
		{ "panic: Data modified on freelist: word 5 of object 0xffff8000006a0600 size 0x100 "
		  "previous type temp (0xd != 0xdeadbeef)",
		  "malloc: free list modified: temp" },
		{ "panic: timeout_add: to_ticks (-12) < 0", "panic: timeout_add: to_ticks < NUM" },
		{ "panic: receive 3a: so 0xffff8000006a0600", "soreceive 3a" },
		{ "panic: knote_remove:12: kq=0xffff8000006a0600 knote still there", "kqueue: still there" },
		{ "panic: mtx 0xffffffff82a1b0c4: locking against myself",
		  "panic: mtx ADDR: locking against myself" },
		{ "panic: kernel diagnostic assertion \"a->b == 3\" failed: file \"/usr/src/sys/net/if.c\", "
		  "line 9",
		  "assert \"a->b == NUM\" failed in if.c" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(cases); i++) {
		char text[512];

		snprintf(text, sizeof(text),
			 "%s\nStopped at      db_enter+0x18:  addq    $0x8,%%rsp\nddb> \n", cases[i][0]);
		expect(text, 1, cases[i][1], NULL);
	}
}

/* On several CPUs the first line may be mixed; the debugger has it whole. */
static void openbsd_mixed_line(void **state)
{
	(void)state;
	expect("panic: myu_vm_fault(cheack\n"
	       "Stopped at      db_enter+0x18:  addq    $0x8,%rsp\n"
	       "ddb{0}> show panic\n"
	       "*cpu0: my_check: 12 is wrong\n"
	       " cpu1: kernel page fault\n"
	       "ddb{0}> trace\n",
	       1, "panic: my_check: NUM is wrong", NULL);
}

static void check_wrapped(const struct pm_incident *inc)
{
	assert_string_equal(frame(inc, 0)->place.symbol, "my_function_with_a_long_name");
	assert_int_equal(frame(inc, 0)->place.offset, 0x24);
	assert_string_equal(frame(inc, 1)->place.symbol, "Xsyscall");
}

static void openbsd_lines_of_80(void **state)
{
	(void)state;
	expect("panic: unhandled af 77\n"
	       "Stopped at      db_enter+0xa:   popq    %rbp\n"
	       "db_enter() at db_enter+0xa\n"
	       "panic() at panic+0x147\n"
	       "my_function_with_a_long_name(ffffffff81a7b7d4,ffff800014a93ec0,ffffffff81ee149) \n"
	       "at my_function_with_a_long_name+0x24\n"
	       "Xsyscall(6,0,0,0,0,0) at Xsyscall+0x128\n"
	       "end trace frame: 0x7f7fffff4560, count: 1\n",
	       1, "panic: unhandled af", check_wrapped);
}

static void openbsd_witness(void **state)
{
	(void)state;
	expect("witness: lock order reversal:\n"
	       " 1st 0xffff800000c0d8f0 mymap (&map->lock)\n"
	       " 2nd 0xfffffd806ca7ab28 inode (&ip->i_lock)\n"
	       "lock order \"&ip->i_lock\"(rrwlock) -> \"&map->lock\"(rwlock) first seen at:\n"
	       "#0  rw_enter_read+0x50\n",
	       1, "witness: reversal: mymap inode", NULL);
	expect("witness: userret: returning with the following locks held:\n"
	       "exclusive rrwlock inode r = 0 (0xfffffd806ca7ab28)\n"
	       "#0  witness_lock+0x4bd\n#1  rw_enter+0x88\n#2  sys_open+0x11\n#3  syscall+0x489\n",
	       1, "witness: userret: open", NULL);
}

/* --- NetBSD ------------------------------------------------------------------------------ */

static void check_netbsd_fault(const struct pm_incident *inc)
{
	assert_int_equal(inc->machine.system, PM_NETBSD);
	assert_int_equal(inc->fault.address, 0x18);
	assert_int_equal(inc->fault.error_code, 2);
	assert_int_equal(inc->fault.access, PM_WRITE);
	assert_int_equal(inc->actor.pid, 603);
	assert_string_equal(inc->actor.comm, "my tool");
	assert_string_equal(inc->place.symbol, "my_copy");
	assert_string_equal(frame(inc, 1)->place.symbol, "sys_my");
	assert_int_equal(reg(inc, "rip"), 0xffffffff8021beee);
}

static void netbsd_page_fault(void **state)
{
	(void)state;
	expect("[  42.4206285] fatal page fault in supervisor mode\n"
	       "[  42.4206285] trap type 6 code 0x2 rip 0xffffffff8021beee cs 0x8 rflags 0x10206 cr2 0x18 "
	       "ilevel 0 rsp 0xffffa6816efd4b38\n"
	       "[  42.4355864] curlwp 0xffffa6801323f320 pid 603.1 lowest kstack 0xffffa6816efcd2c0\n"
	       "kernel: page fault trap, code=0\n"
	       "Stopped in pid 603.1 (my tool) at      netbsd:my_copy+0xe:     movq $0,0x18(%rsi)\n"
	       "my_copy() at netbsd:my_copy+0xe\n"
	       "sys_my() at netbsd:sys_my+0x1a5\n"
	       "syscall() at netbsd:syscall+0x397\n"
	       "--- syscall (number 5) ---\n",
	       1, "page fault in my_copy", check_netbsd_fault);
	expect("[  42.4206285] fatal page fault in supervisor mode\n", 1, "fault in supervisor mode",
	       check_corrupted);
}

static void check_lock_error(const struct pm_incident *inc)
{
	assert_int_equal(inc->fault.kind, PM_KIND_LOCKING);
	assert_int_equal(inc->actor.cpu, 1);
	assert_string_equal(fact(inc, "lockdebug", "lock_type"), "sleep/adaptive");
}

static void netbsd_messages(void **state)
{
	(void)state;
	expect("[ 10.0000010] panic: kernel diagnostic assertion \"mine != NULL\" failed: file "
	       "\"/src/sys/kern/my.c\", line 12 \n",
	       1, "assert failed: mine != NULL", NULL);
	expect("[ 10.0000010] panic: lock error: Mutex error: mutex_vector_enter,512: locking against "
	       "myself\n"
	       "[ 10.0000010] lock address : 0xffffa68013239c40\n"
	       "[ 10.0000010] type     :     sleep/adaptive\n"
	       "[ 10.0000010] cpu1: Begin traceback...\n"
	       "[ 10.0000010] vpanic() at netbsd:vpanic+0x214\n"
	       "[ 10.0000010] lockdebug_abort() at netbsd:lockdebug_abort+0xfd\n"
	       "[ 10.0000010] mutex_vector_enter() at netbsd:mutex_vector_enter+0x38e\n"
	       "[ 10.0000010] my_attach() at netbsd:my_attach+0x38e\n"
	       "[ 10.0000010] cpu1: End traceback...\n",
	       1, "lock error in my_attach", check_lock_error);
	expect("[ 10.0000010] panic: MSan: Uninitialized Memory In my_read:my_size At Offset 0\n"
	       "__msan_warning() at netbsd:__msan_warning+0x10\n"
	       "my_read() at netbsd:my_read+0x1a5\n",
	       1, "MSan: Uninitialized Memory in my_read", NULL);
	expect("[ 1.0000030] UBSan: Undefined Behavior in /src/sys/a.c:265:17, left shift of 255\n", 1,
	       "UBSan: Undefined behavior", NULL);
	assert_int_equal(read_text("ddb.onpanic: 1 -> 1\n", NULL).n, 0);
}

/* --- Darwin ------------------------------------------------------------------------------- */

static void check_darwin(const struct pm_incident *inc)
{
	assert_int_equal(inc->machine.system, PM_DARWIN);
	assert_int_equal(inc->fault.vector, 14);
	assert_int_equal(inc->fault.address, 0x28);
	assert_int_equal(inc->fault.error_code, 2);
	assert_int_equal(inc->actor.cpu, 3);
	assert_string_equal(inc->actor.comm, "my process");
	assert_string_equal(inc->machine.release, "20.3.0");
	assert_int_equal(inc->machine.arch, PM_X86_64);
	assert_int_equal(inc->machine.kaslr, 0x11800000);
	assert_string_equal(inc->modules.v[0].name, "com.example.driver");
	assert_int_equal(reg(inc, "rax"), 0x10);
	assert_string_equal(frame(inc, 0)->place.symbol, "my_attach");
	assert_string_equal(frame(inc, 0)->place.module, "com.example.driver");
}

static void darwin_trap(void **state)
{
	(void)state;
	expect("panic(cpu 3 caller 0xffffff80186da902): Kernel trap at 0xffffff7f9a1c2d3e, type 14=page "
	       "fault, "
	       "registers:\n"
	       "CR0: 0x0000000080010033, CR2: 0x0000000000000028, CR3: 0x0000000012345000, CR4: "
	       "0x00000000003606e0\n"
	       "RAX: 0x0000000000000010, RBX: 0x0000000000000000, RCX: 0x0000000000000001, RDX: "
	       "0x0000000000000002\n"
	       "RFL: 0x0000000000010246, RIP: 0xffffff7f9a1c2d3e, CS:  0x0000000000000008, SS: "
	       "0x0000000000000010\n"
	       "Fault CR2: 0x0000000000000028, Error code: 0x0000000000000002, Fault CPU: 0x3, PL: 0, VF: 1\n"
	       "\n"
	       "Backtrace (CPU 3), Frame : Return Address\n"
	       "0xffffffb05e78ec10 : 0xffffff80176a0d75 mach_kernel : _handle_debugger_trap + 0x5d5\n"
	       "0xffffffb05e78ec70 : 0xffffff7f9a1c2d3e com.example.driver : _my_attach + 0x2d4\n"
	       "      Kernel Extensions in backtrace:\n"
	       "         com.example.driver(1.2.3)[01234567-89AB-CDEF-0123-456789ABCDEF]@0xffffff7f9a1c0000->"
	       "0xffffff7f9a1c9fff\n"
	       "\n"
	       "BSD process name corresponding to current thread: my process\n"
	       "Mac OS version:\n"
	       "20D64\n"
	       "Kernel version:\n"
	       "Darwin Kernel Version 20.3.0: Thu Jan 21 00:07:06 PST 2021; "
	       "root:xnu-7195.81.3~1/RELEASE_X86_64\n"
	       "Kernel slide:     0x0000000011800000\n",
	       1, "panic: Kernel trap type NUM=page fault", check_darwin);
}

static void check_ips(const struct pm_incident *inc)
{
	assert_int_equal(inc->machine.system, PM_DARWIN);
	assert_int_equal(inc->fault.kind, PM_KIND_PAGE_FAULT);
	assert_int_equal(inc->fault.address, 0xdead0000beef);
	assert_int_equal(reg(inc, "x1"), 0x10);
	assert_int_equal(inc->actor.pid, 123);
	assert_string_equal(inc->actor.comm, "my\"app");
	assert_string_equal(inc->machine.hardware, "iPhone12,1");
	assert_int_equal(frame(inc, 0)->place.addr, 0xfffffff0081ab3c0);
}

static void darwin_ips(void **state)
{
	(void)state;
	expect("{\"bug_type\":\"210\"}\n"
	       "{\n"
	       "  \"build\" : \"iPhone OS 14.4 (18D52)\",\n"
	       "  \"product\" : \"iPhone12,1\",\n"
	       "  \"panicString\" : \"panic(cpu 1 caller 0xfffffff0081c2d3e): Kernel data abort. at pc "
	       "0xfffffff007654320, lr 0xfffffff007654300 (saved state: 0xffffffe3f8b1b000)\\n\\t  x0: "
	       "0x0000000000000000 x1:  0x0000000000000010  x2:  0x0000000000000001  x3:  "
	       "0x0000000000000000\\n\\t  pc: 0xfffffff007654320 cpsr: 0x60400204         esr: 0x96000006 "
	       "         far: 0x0000dead0000beef\\n\\nDebugger message: panic\\nPanicked task "
	       "0xffffffe19b0d5c00: 100 pages, 3 threads: pid 123: my\\\"app\\nPanicked thread: "
	       "0xffffffe19b1c0000, backtrace: 0xffffffe3f8b1b900, tid: 4242\\n\\t\\t  lr: "
	       "0xfffffff0081ab3c0  fp: 0xffffffe3f8b1b9c0\\n\\t\\t  lr: 0xfffffff0081ab000  fp: "
	       "0xffffffe3f8b1ba00\\n\"\n"
	       "}\n",
	       1, "panic: Kernel data abort. at pc ADDR, lr ADDR (saved state: ADDR)", check_ips);
}

/* --- Fuchsia ------------------------------------------------------------------------------ */

static void check_zircon(const struct pm_incident *inc)
{
	assert_int_equal(inc->machine.system, PM_FUCHSIA);
	assert_int_equal(inc->fault.kind, PM_KIND_ASSERT);
	assert_string_equal(fact(inc, "assert", "expression"), "count < MY_MAX");
	assert_string_equal(fact(inc, "assert", "line"), "90");
	assert_int_equal(inc->machine.uptime_ns, 1234000000);
	assert_string_equal(inc->machine.build_id, "0123456789abcdef");
	assert_string_equal(inc->place.symbol, "My::List::Push");
	assert_int_equal(inc->actor.cpu, 2);
	assert_true(frame(inc, 1)->inlined);
	assert_string_equal(frame(inc, 2)->place.symbol, "operator new");
	assert_int_equal(inc->end, PM_END_HALT);
}

static void zircon_assertion(void **state)
{
	(void)state;
	expect("ZIRCON KERNEL PANIC\n"
	       "\n"
	       "UPTIME: 1234ms\n"
	       "BUILDID git-0123456789abcdef0123456789abcdef01234567\n"
	       "dso: id=0123456789abcdef base=0xffffffff00100000 name=zircon.elf\n"
	       "halting cpu 2\n"
	       "panic (caller 0xffffffff00131673 frame 0xffffff9c8a6c3da0): DEBUG ASSERT FAILED at "
	       "(kernel/my/list.cpp:90): count < MY_MAX\n"
	       "platform_halt suggested_action 0 reason 9\n"
	       "bt#00: 0x00105972 platform_halt platform/pc/power.cpp:122\n"
	       "bt#01: 0x001a22c4 _panic lib/debug/debug.cpp:39\n"
	       "bt#02: 0x001dd8ef My::List::Push my/list.cpp:90\n"
	       "bt#03: [ inline ] lambda my/list.cpp:12\n"
	       "bt#03: 0x001dd965 operator new my/new.cpp:254\n"
	       "bt#04: end\n"
	       "Halted\n",
	       1, "ASSERT FAILED in My::List::Push", check_zircon);
}

static void check_markup(const struct pm_incident *inc)
{
	assert_int_equal(frame(inc, 1)->place.addr, 0xffffffff00108425);
	assert_int_equal(inc->modules.n, 1);
}

static void zircon_markup(void **state)
{
	(void)state;
	expect("[00012.345][1234][5678][klog] ERROR: ZIRCON KERNEL PANIC\n"
	       "panic (caller 0xffffffff00131673 frame 0xffffff9c8a6c3da0): ASSERT FAILED at "
	       "(kernel/my/list.cpp:90): count < MY_MAX\n"
	       "{{{module:0:kernel:elf:0123456789abcdef}}}\n"
	       "{{{bt:0:0xffffffff00105972:ra}}}\n"
	       "{{{bt:1:0xffffffff00108425:ra}}}\n",
	       1, "ASSERT FAILED: count < MY_MAX", check_markup);
}

static void starnix_panic(void **state)
{
	(void)state;
	expect("[1.500][starnix] STARNIX KERNEL PANIC\n"
	       "[1.500][starnix] ERROR: PANIC info=panicked at ../../src/my/file.rs:12:34:\n"
	       "my message\n"
	       "[1.501][starnix] stack backtrace:\n"
	       "#1    0x000002a31d2c1f20 in my::inner /src/my/file.rs:12 <my>+0x31f20\n",
	       1, "starnix kernel panic in src/my/file.rs: my message", NULL);
}

/* --- which system ------------------------------------------------------------------------- */

static void check_unknown(const struct pm_incident *inc)
{
	assert_int_equal(inc->machine.system, PM_SYSTEM_UNKNOWN);
	assert_int_equal(inc->machine.system_grade, PM_NO_GRADE);
	assert_null(inc->machine.system_why);
}

static void system_is_not_assumed(void **state)
{
	(void)state;
	expect("panic: my own words\n", 1, "panic: my own words", check_unknown);
	/* A program may have said it: what follows is not taken along. */
	struct reading r = read_text("panic: my own words\nall is well\npanic: again\n", NULL);
	assert_int_equal(r.n, 2);
	expect("KVM internal error. Suberror: 1\nemulation failure\n", 1, "KVM internal error",
	       check_unknown);
}

static void programs_are_no_kernels(void **state)
{
	(void)state;
	assert_int_equal(read_text("panic: runtime error: index out of range\n\ngoroutine 1 [running]:\n"
				   "main.main()\n\t/my/main.go:12 +0x1d\n",
				   NULL)
				 .n,
			 0);
	assert_int_equal(read_text("my.c:1: fatal error: my.h: No such file or directory\n", NULL).n, 0);
}

static void check_not_other(const struct pm_incident *inc)
{
	assert_true(inc->machine.system == PM_LINUX);
}

static void linux_text_gives_linux_reports_only(void **state)
{
	(void)state;
	struct reading r = read_text("[    0.000000] Linux version 6.1.0 (me@host) (gcc 12) #1 SMP\n"
				     "[   12.000000] my_daemon: panic: not a kernel's\n"
				     "[   12.100000] uvm_fault(0x1, 0x2, 0, 1) -> e\n"
				     "[   12.200000] lock order reversal:\n",
				     check_not_other);
	assert_true(r.n == 0 || r.n == 1);
}

static void second_boot_ends_the_report(void **state)
{
	(void)state;
	struct reading r = read_text("panic: first\ncpuid = 0\nKDB: stack backtrace:\n"
				     "---<<BOOT>>---\n"
				     "Copyright (c) 1992-2021 The FreeBSD Project.\n"
				     "panic: second\ncpuid = 1\nKDB: stack backtrace:\n",
				     NULL);
	assert_int_equal(r.n, 2);
	assert_string_equal(r.titles[1], "panic: second");
}

/* The machine goes on: what it prints later is a report of its own. */
static void a_fuzzers_line_is_one_line(void **state)
{
	static const char *const boots[] = {
		"FreeBSD 14.0-RELEASE #0: Fri Nov 10 05:57:23 UTC 2023\n",
		"OpenBSD 7.4 (GENERIC.MP) #1397: Tue Oct 10 09:02:37 MDT 2023\n",
		"NetBSD 10.0 (GENERIC) #0: Thu Mar 28 08:33:33 UTC 2024\n",
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(boots); i++) {
		char text[512];

		snprintf(text, sizeof(text), "%sSYZFAIL: no answer\npanic: second\n", boots[i]);
		struct reading r = read_text(text, NULL);
		assert_int_equal(r.n, 2);
		assert_string_equal(r.titles[0], "SYZFAIL: no answer");
		assert_string_equal(r.titles[1], "panic: second");
	}
}

/* One boot says several times that it begins. */
static void boots_are_numbered(void **state)
{
	static const char *const boots[] = {
		"---<<BOOT>>---\nCopyright (c) 1992-2021 The FreeBSD Project.\nCopyright (c) 1979, 1980, "
		"1983, 1986 "
		"The Regents\nFreeBSD 14.0-RELEASE #0: Fri Nov 10 05:57:23 UTC 2023\n",
		">> OpenBSD/amd64 BOOT 3.65\nboot>\nCopyright (c) 1982, 1986, 1989, 1991, 1993\nOpenBSD 7.4 "
		"(GENERIC.MP) #1397: Tue Oct 10 09:02:37 MDT 2023\n",
		">> NetBSD/x86 BIOS Boot\nCopyright (c) 1996, 1997, 1998 The NetBSD Foundation, "
		"Inc.\nCopyright (c) "
		"1982, 1986, 1989, 1991, 1993\nNetBSD 10.0 (GENERIC) #0: Thu Mar 28 08:33:33 UTC 2024\n",
	};
	static const char *const panics[][2] = {
		{ "panic: one\ncpuid = 0\n", "panic: two\ncpuid = 0\n" },
		{ "panic: one\nStopped at  db_enter+0x18\n", "panic: two\nStopped at  db_enter+0x18\n" },
		{ "panic: one\ncpu0: Begin traceback...\n", "panic: two\ncpu0: Begin traceback...\n" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(boots); i++) {
		char text[2048];

		snprintf(text, sizeof(text), "%s%s%s%s", boots[i], panics[i][0], boots[i], panics[i][1]);
		struct reading r = read_text(text, NULL);
		assert_int_equal(r.n, 2);
		assert_int_equal(r.boots[0], 1);
		assert_int_equal(r.boots[1], 2);
		assert_false(r.follows[1]);
	}
}

static char fingerprint[17];
static void keep_fingerprint(const struct pm_incident *inc)
{
	snprintf(fingerprint, sizeof(fingerprint), "%s", inc->fingerprint);
}

/* Of builds whose compilers cut functions apart, or did not. */
static void fingerprints_stay(void **state)
{
	static const char text[] = "FreeBSD 14.0-RELEASE #0: Fri Nov 10 05:57:23 UTC 2023\n"
				   "panic: frob\ncpuid = 0\nKDB: stack backtrace:\n"
				   "panic() at panic+0x43/frame 0xfffffe00\n"
				   "frob_take%s() at frob_take%s+0x12/frame 0xfffffe10\n"
				   "sys_frob() at sys_frob+0x34/frame 0xfffffe20\n";
	char one[512], first[sizeof(fingerprint)];

	(void)state;
	snprintf(one, sizeof(one), text, "", "");
	(void)read_text(one, keep_fingerprint);
	memcpy(first, fingerprint, sizeof(first));
	snprintf(one, sizeof(one), text, ".part.0", ".part.0");
	(void)read_text(one, keep_fingerprint);
	assert_string_equal(fingerprint, first);
	snprintf(one, sizeof(one), text, "_other", "_other");
	(void)read_text(one, keep_fingerprint);
	assert_string_not_equal(fingerprint, first);
}

static void frames_of_all_kinds(void **state)
{
	static const struct {
		const char *text, *symbol;
		uint64_t offset;
	} good[] = {
		{ "f() at f+0x1/frame 0xfffffe00", "f", 1 },
		{ "f(1,2) at netbsd:f+0x12 sys/a.c:3", "f", 0x12 },
		{ "f() at netbsd:f+0x12 g sys/a.c:3 [inline]", "g", 0 },
		{ "#0 0xffffffff80aada97 at kdb_backtrace+0x67", "kdb_backtrace", 0x67 },
		{ "#0  malloc+0xda0 sys/kern/kern_malloc.c:446", "malloc", 0xda0 },
		{ "#1  doadump (textdump=1) at /usr/src/sys/kern/kern_shutdown.c:371", "doadump", 0 },
		{ "bt#01: 0x001a22c4 _panic lib/debug/debug.cpp:39", "_panic", 0 },
	};
	static const char *const bad[] = {
		"", "f() at", "#", "#x", "bt#16: end", "f at f+0x1", "(at) at x", "0x1 : 0x2", "{{{bt:0",
	};
	struct pm_plain_frame f;

	(void)state;
	for (size_t i = 0; i < PM_COUNT(good); i++) {
		assert_true(pm_plain_frame_parse(pm_slice_of(good[i].text), &f));
		assert_true(pm_slice_eq(f.symbol, pm_slice_of(good[i].symbol)));
		assert_int_equal(f.has_offset ? f.offset : 0, good[i].offset);
	}
	for (size_t i = 0; i < PM_COUNT(bad); i++)
		assert_false(pm_plain_frame_parse(pm_slice_of(bad[i]), &f));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(freebsd_fatal_trap),
		cmocka_unit_test(freebsd_numbered_frames),
		cmocka_unit_test(freebsd_destroyed_lock),
		cmocka_unit_test(freebsd_sanitizer),
		cmocka_unit_test(freebsd_lock_order),
		cmocka_unit_test(openbsd_uvm_fault),
		cmocka_unit_test(openbsd_fault_cut_short),
		cmocka_unit_test(openbsd_protection_fault),
		cmocka_unit_test(openbsd_messages),
		cmocka_unit_test(openbsd_mixed_line),
		cmocka_unit_test(openbsd_lines_of_80),
		cmocka_unit_test(openbsd_witness),
		cmocka_unit_test(netbsd_page_fault),
		cmocka_unit_test(netbsd_messages),
		cmocka_unit_test(darwin_trap),
		cmocka_unit_test(darwin_ips),
		cmocka_unit_test(zircon_assertion),
		cmocka_unit_test(zircon_markup),
		cmocka_unit_test(starnix_panic),
		cmocka_unit_test(system_is_not_assumed),
		cmocka_unit_test(programs_are_no_kernels),
		cmocka_unit_test(linux_text_gives_linux_reports_only),
		cmocka_unit_test(second_boot_ends_the_report),
		cmocka_unit_test(a_fuzzers_line_is_one_line),
		cmocka_unit_test(boots_are_numbered),
		cmocka_unit_test(fingerprints_stay),
		cmocka_unit_test(frames_of_all_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
