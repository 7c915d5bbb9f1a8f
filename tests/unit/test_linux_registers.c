/* Oopses of every architecture, of all ages: registers, code, and what else only they print.
 * All texts are made up after the kernels' formats. */
#include "linux_fields.h"

static const char x86_new[] =
	"[   12.500000][  T145] BUG: kernel NULL pointer dereference, address: 0000000000000028\n"
	"[   12.500001][  T145] #PF: supervisor write access in kernel mode\n"
	"[   12.500002][  T145] #PF: error_code(0x0002) - not-present page\n"
	"[   12.500003][  T145] PGD 1490d067 P4D 1972067 PUD 149e9067 PMD 0 \n"
	"[   12.500004][  T145] Oops: Oops: 0002 [#2] PREEMPT SMP KASAN PTI\n"
	"[   12.500005][  T145] CPU: 3 UID: 1000 PID: 145 Comm: my tool:1 Kdump: loaded Tainted: G        W  "
	"OE      6.12.7-test #4 PREEMPT(full) 0123456789abcdef0123456789abcdef01234567\n"
	"[   12.500006][  T145] Tainted: [W]=WARN, [O]=OOT_MODULE, [E]=UNSIGNED_MODULE\n"
	"[   12.500007][  T145] Hardware name: Acme Rocket 9 (x, y)/Board, BIOS 1.2.3 01/02/2024\n"
	"[   12.500008][  T145] RIP: 0010:rocket_write+0x13/0x60 [rocket]\n"
	"[   12.500009][  T145] Code: 90 90 48 89 e5 <49> 89 6d 28 c3\n"
	"[   12.500010][  T145] RSP: 0018:ffffc90000423d58 EFLAGS: 00010246\n"
	"[   12.500011][  T145] RAX: 0000000000000000 RBX: 0000000000000001 RCX: 0000000000000002\n"
	"[   12.500012][  T145] R13: 0000000000000000 R14: 0000000030146da0 R15: ffff888002dff3c2\n"
	"[   12.500013][  T145] FS:  00000000301443c0(0000) GS:ffff88802df00000(0000) "
	"knlGS:0000000000000000\n"
	"[   12.500014][  T145] CS:  0010 DS: 0000 ES: 0000 CR0: 0000000080050033\n"
	"[   12.500015][  T145] CR2: 0000000000000028 CR3: 0000000001b40000 CR4: 0000000000751ef0\n"
	"[   12.500016][  T145] PKRU: 55555554\n"
	"[   12.500017][  T145] Call Trace:\n"
	"[   12.500018][  T145]  <TASK>\n"
	"[   12.500019][  T145]  ? __die+0x23/0x70\n"
	"[   12.500020][  T145]  vfs_write+0xf8/0x450\n"
	"[   12.500021][  T145]  ksys_write+0x6f/0xf0 fs/read_write.c:643\n"
	"[   12.500022][  T145]  helper lib/helper.h:12 [inline]\n"
	"[   12.500023][  T145]  do_syscall_64+0x87/0x180\n"
	"[   12.500024][  T145]  entry_SYSCALL_64_after_hwframe+0x76/0x7e\n"
	"[   12.500025][  T145] RIP: 0033:0x47b7a0\n"
	"[   12.500026][  T145] Code: 40 00 0f 05 <48> 3d 00 f0\n"
	"[   12.500027][  T145] RSP: 002b:00007fff38136b68 EFLAGS: 00000202 ORIG_RAX: 0000000000000001\n"
	"[   12.500028][  T145] RAX: ffffffffffffffda RBX: 0000000000000001 RCX: 000000000047b7a0\n"
	"[   12.500029][  T145]  </TASK>\n"
	"[   12.500030][  T145] Modules linked in: rocket(OE+) usbcore snd_hda_intel(-) [last unloaded: "
	"pump(O)]\n"
	"[   12.500031][  T145] CR2: 0000000000000028\n"
	"[   12.500032][  T145] ---[ end trace 0000000000000000 ]---\n"
	"[   12.500033][  T145] RIP: 0010:rocket_write+0x13/0x60 [rocket]\n"
	"[   12.500034][  T145] Code: 90 90 48 89 e5 <49> 89 6d 28 c3\n"
	"[   12.500035][  T145] RSP: 0018:ffffc90000423d58 EFLAGS: 00010246\n"
	"[   12.500036][  T145] Kernel panic - not syncing: Fatal exception\n"
	"[   12.500037][  T145] Kernel Offset: 0x25c00000 from 0xffffffff81000000 (relocation range: "
	"0xffffffff80000000-0xffffffffbfffffff)\n"
	"[   12.500038][  T145] ---[ end Kernel panic - not syncing: Fatal exception ]---\n";

static void x86_oops(void **state)
{
	struct reading *r = *state;

	read_text(r, x86_new);
	all_seen(r);
	const struct pm_fault *fault = &r->inc.fault;
	assert_true(fault->has_address && fault->address == 0x28 && fault->address_at.line == 1);
	assert_true(fault->has_error_code && fault->error_code == 2);
	assert_true(fault->has_vector && fault->vector == 14);
	assert_int_equal(fault->access, PM_WRITE);
	assert_int_equal(fault->oops_count, 2);
	assert_string_equal(fault->flags, "PREEMPT SMP KASAN PTI");
	assert_string_equal(fault->message,
			    "BUG: kernel NULL pointer dereference, address: 0000000000000028");
	assert_string_equal(fact(r, "page-table", "pgd"), "1490d067");
	assert_string_equal(fact(r, "page-table", "pmd"), "0");
	assert_string_equal(fact(r, "page-fault", "reason"), "not-present page");

	const struct pm_actor *actor = &r->inc.actor;
	assert_true(actor->has_pid && actor->pid == 145);
	assert_true(actor->has_cpu && actor->cpu == 3);
	assert_true(actor->has_uid && actor->uid == 1000);
	assert_string_equal(actor->comm, "my tool:1");
	assert_int_equal(actor->context, PM_RUNS_TASK);
	assert_true(actor->has_syscall && actor->syscall_nr == 1);

	const struct pm_machine *m = &r->inc.machine;
	assert_int_equal(m->arch, PM_X86_64);
	assert_int_equal(m->arch_grade, PM_CERTAIN);
	assert_string_equal(m->release, "6.12.7-test");
	assert_string_equal(m->build, "#4 PREEMPT(full)");
	assert_string_equal(m->build_id, "0123456789abcdef0123456789abcdef01234567");
	assert_string_equal(m->hardware, "Acme Rocket 9 (x, y)/Board");
	assert_string_equal(m->bios, "1.2.3 01/02/2024");
	assert_string_equal(m->taint, "G        W  OE");
	assert_int_equal(m->taints.n, 3);
	assert_int_equal(m->taints.v[0].letter, 'W');
	assert_string_equal(m->taints.v[1].words, "out-of-tree module");
	assert_string_equal(fact(r, "machine", "kdump"), "loaded");
	assert_true(m->has_kaslr && m->kaslr == 0x25c00000);
	assert_true(m->has_uptime && m->uptime_ns == 12500000000);

	assert_string_equal(r->inc.place.symbol, "rocket_write");
	assert_int_equal(r->inc.place.offset, 0x13);
	assert_int_equal(r->inc.place.size, 0x60);
	assert_string_equal(r->inc.place.module, "rocket");
	assert_int_equal(r->inc.place.at.line, 9);
	assert_int_equal(r->inc.code.bytes.n, 10);
	assert_int_equal(r->inc.code.marked, 5);
	assert_int_equal(r->inc.code.bytes.v[5], 0x49);

	/* The block behind the end mark is the fault's again: not kept twice. */
	assert_int_equal(r->inc.traces.n, 1);
	const struct pm_trace *crash = trace(r, PM_TRACE_CRASH);
	assert_int_equal(crash->regs.n, 2);
	assert_int_equal(reg(r, PM_REGS_FAULT, "rsp"), 0xffffc90000423d58);
	assert_int_equal(reg(r, PM_REGS_FAULT, "ss"), 0x18);
	assert_int_equal(reg(r, PM_REGS_FAULT, "gs_base"), 0xffff88802df00000);
	assert_int_equal(reg(r, PM_REGS_FAULT, "gs"), 0);
	assert_int_equal(reg(r, PM_REGS_FAULT, "kernel_gs_base"), 0);
	assert_int_equal(reg(r, PM_REGS_FAULT, "cr4"), 0x751ef0);
	assert_int_equal(reg(r, PM_REGS_FAULT, "pkru"), 0x55555554);
	assert_int_equal(reg(r, PM_REGS_USER, "orig_rax"), 1);
	assert_int_equal(reg(r, PM_REGS_USER, "rip"), 0x47b7a0);
	assert_string_equal(crash->regs.v[1].code_segment, "0033");
	assert_int_equal(crash->regs.v[0].regs.v[0].at.line, 9);

	assert_int_equal(crash->frames.n, 6);
	assert_int_equal(crash->frames.v[0].trust, PM_SCANNED);
	assert_int_equal(crash->frames.v[1].trust, PM_EXACT);
	assert_string_equal(crash->frames.v[1].stack_name, "TASK");
	assert_string_equal(crash->frames.v[2].place.file, "fs/read_write.c");
	assert_true(crash->frames.v[3].inlined);

	assert_int_equal(r->inc.modules.n, 3);
	assert_string_equal(r->inc.modules.v[0].flags, "OE+");
	assert_null(r->inc.modules.v[1].flags);
	assert_string_equal(fact(r, "modules", "last_unloaded"), "pump(O)");
	assert_string_equal(r->inc.panic_reason, "Fatal exception");
	assert_int_equal(r->inc.end, PM_END_HALT);
	assert_int_equal(r->inc.log.n, r->report.lines.n);
	done(r);
}

/* Kernels before 3.10, and the addresses of those before 4.11. */
static void x86_old(void **state)
{
	struct reading *r = *state;

	read_text(r,
		  "BUG: unable to handle kernel NULL pointer dereference at           (null)\n"
		  "IP: [<ffffffff812a3c4d>] pump_start+0xd/0x40 [pump]\n"
		  "PGD 7a0d5067 PUD 7a0d6067 PMD 0 \n"
		  "Oops: 0000 [#1] SMP \n"
		  "CPU 1 \n"
		  "Modules linked in: pump(O) ext3 jbd\n"
		  "\n"
		  "Pid: 2345, comm: start pump Tainted: P        W  O 2.6.39-2-amd64 #1 Acme Rocket/Board\n"
		  "RIP: 0010:[<ffffffff812a3c4d>]  [<ffffffff812a3c4d>] pump_start+0xd/0x40 [pump]\n"
		  "RSP: 0018:ffff88007a0d3e78  EFLAGS: 00010286\n"
		  "RAX: 0000000000000000 RBX: ffff88007a0d3f48 RCX: 0000000000000001\n"
		  "Process start pump (pid: 2345, threadinfo ffff88007a0d2000, task ffff88007c3d8000)\n"
		  "Stack:\n"
		  " ffff88007a0d3e98 ffffffff8110d5a3 ffff88007a0d3f48 0000000000000001\n"
		  "Call Trace:\n"
		  " <IRQ>  [<ffffffff8110d5a3>] ? pump_irq+0x23/0x50 [pump]\n"
		  " [<ffffffff8104f3c2>] __do_softirq+0xc2/0x190\n"
		  " <EOI>  [<ffffffff8110d6a3>] vfs_read+0xa3/0x160\n"
		  "Code: 48 89 e5 <48> 8b 00 c3 \n"
		  "RIP  [<ffffffff812a3c4d>] pump_start+0xd/0x40 [pump]\n"
		  " RSP <ffff88007a0d3e78>\n"
		  "CR2: 0000000000000000\n"
		  "---[ end trace a7919e7f17c0a725 ]---\n");
	all_seen(r);
	assert_true(r->inc.fault.has_address && !r->inc.fault.address);
	assert_true(r->inc.fault.has_vector && r->inc.fault.vector == 14);
	assert_string_equal(r->inc.place.symbol, "pump_start");
	assert_int_equal(r->inc.place.addr, 0xffffffff812a3c4d);
	assert_string_equal(r->inc.place.module, "pump");
	assert_string_equal(r->inc.actor.comm, "start pump");
	assert_string_equal(r->inc.machine.release, "2.6.39-2-amd64");
	assert_string_equal(r->inc.machine.taint, "P        W  O");
	assert_string_equal(r->inc.machine.hardware, "Acme Rocket/Board");
	assert_int_equal(r->inc.code.marked, 3);
	const struct pm_trace *crash = trace(r, PM_TRACE_CRASH);
	assert_int_equal(crash->frames.n, 3);
	assert_int_equal(crash->frames.v[0].stack, PM_STACK_IRQ);
	assert_int_equal(crash->frames.v[0].trust, PM_SCANNED);
	assert_int_equal(crash->frames.v[2].stack, PM_STACK_TASK);
	assert_int_equal(r->inc.actor.context, PM_RUNS_SOFTIRQ);
	assert_int_equal(reg(r, PM_REGS_FAULT, "rip"), 0xffffffff812a3c4d);
	done(r);
}

static void i386(void **state)
{
	struct reading *r = *state;

	read_text(r, "BUG: kernel NULL pointer dereference, address: 00000008\n"
		     "#PF: supervisor read access in kernel mode\n"
		     "*pdpt = 0000000034a3c001 *pde = 0000000000000000 \n"
		     "Oops: 0000 [#1] SMP NOPTI\n"
		     "CPU: 0 PID: 77 Comm: cat Not tainted 5.10.0-686 #1\n"
		     "EIP: pump_read+0x12/0x30 [pump]\n"
		     "Code: 55 89 e5 <8b> 40 08 5d c3\n"
		     "EAX: 00000000 EBX: c7a01f00 ECX: 00000000 EDX: 00000001\n"
		     "ESI: c7a01f10 EDI: b7f3c000 EBP: c7a01ee8 ESP: c7a01ee0\n"
		     "DS: 007b ES: 007b FS: 00d8 GS: 0033 SS: 0068 EFLAGS: 00010246\n"
		     "CR0: 80050033 CR2: 00000008 CR3: 07a40000 CR4: 000006f0\n"
		     "Call Trace:\n"
		     " vfs_read+0x91/0x130\n"
		     " do_int80_syscall_32+0x2c/0x40\n"
		     "EIP: 0xb7f6c1a2\n"
		     "Code: 90 <cd> 80\n"
		     "EAX: ffffffda EBX: 00000003 ECX: b7f3c000 EDX: 00020000\n"
		     "DS: 007b ES: 007b FS: 0000 GS: 0033 SS: 007b EFLAGS: 00000246\n");
	all_seen(r);
	assert_int_equal(r->inc.machine.arch, PM_I386);
	assert_string_equal(r->inc.place.symbol, "pump_read");
	assert_int_equal(reg(r, PM_REGS_FAULT, "esp"), 0xc7a01ee0);
	assert_int_equal(pm_regs_find(pm_incident_regs(&r->inc, PM_REGS_FAULT), "eax")->bits, 32);
	assert_int_equal(pm_regs_find(pm_incident_regs(&r->inc, PM_REGS_FAULT), "ds")->bits, 16);
	assert_int_equal(reg(r, PM_REGS_USER, "eax"), 0xffffffda);
	assert_int_equal(r->inc.code.marked, 3);
	assert_string_equal(fact(r, "page-table", "pde"), "0000000000000000");
	done(r);
}

static void arm64(void **state)
{
	struct reading *r = *state;

	read_text(r, "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000018\n"
		     "Mem abort info:\n"
		     "  ESR = 0x0000000096000046\n"
		     "  EC = 0x25: DABT (current EL), IL = 32 bits\n"
		     "  SET = 0, FnV = 0\n"
		     "  EA = 0, S1PTW = 0\n"
		     "  FSC = 0x06: level 2 translation fault\n"
		     "Data abort info:\n"
		     "  ISV = 0, ISS = 0x00000046, ISS2 = 0x00000000\n"
		     "  CM = 0, WnR = 1, TnD = 0, TagAccess = 0\n"
		     "  GCS = 0, Overlay = 0, DirtyBit = 0, Xs = 0\n"
		     "user pgtable: 4k pages, 48-bit VAs, pgdp=0000000043a5e000\n"
		     "[0000000000000018] pgd=0800000043a60003, p4d=0800000043a60003, pud=0800000043a61003, "
		     "pmd=0000000000000000\n"
		     "Internal error: Oops: 0000000096000046 [#1]  SMP\n"
		     "Modules linked in: rocket(O)\n"
		     "CPU: 1 UID: 0 PID: 99 Comm: sh Tainted: G           O       6.13.0 #2\n"
		     "Hardware name: linux,dummy-virt (DT)\n"
		     "pstate: 60400005 (nZCv daif +PAN -UAO -TCO -DIT -SSBS BTYPE=--)\n"
		     "pc : rocket_write+0x24/0x60 [rocket]\n"
		     "lr : rocket_write+0x1c/0x60 [rocket]\n"
		     "sp : ffff800082b6bd20\n"
		     "x29: ffff800082b6bd20 x28: ffff0000c1a2b3c0 x27: 0000000000000000\n"
		     "x2 : 0000000000000005 x1 : 0000000000000001 x0 : 0000000000000018\n"
		     "Call trace:\n"
		     " rocket_write+0x24/0x60 [rocket] (P)\n"
		     " vfs_write+0xc8/0x390\n"
		     " el0_svc+0x30/0xd0\n"
		     "Code: 910003fd f9000bf3 aa0003f3 97932e41 (f9000c13) \n"
		     "---[ end trace 0000000000000000 ]---\n");
	all_seen(r);
	assert_int_equal(r->inc.machine.arch, PM_ARM64);
	assert_int_equal(r->inc.machine.arch_grade, PM_CERTAIN);
	assert_int_equal(r->inc.fault.address, 0x18);
	assert_int_equal(r->inc.fault.error_code, 0x96000046);
	assert_false(r->inc.fault.has_vector);
	assert_int_equal(r->inc.fault.access, PM_WRITE);
	assert_string_equal(fact(r, "mem-abort", "ec"), "0x25: DABT (current EL)");
	assert_string_equal(fact(r, "mem-abort", "il"), "32 bits");
	assert_string_equal(fact(r, "mem-abort", "fsc"), "0x06: level 2 translation fault");
	assert_string_equal(fact(r, "mem-abort", "iss2"), "0x00000000");
	assert_string_equal(fact(r, "page-table", "pud"), "0800000043a61003");
	assert_string_equal(r->inc.place.symbol, "rocket_write");
	assert_int_equal(reg(r, PM_REGS_FAULT, "x28"), 0xffff0000c1a2b3c0);
	assert_int_equal(reg(r, PM_REGS_FAULT, "x0"), 0x18);
	assert_int_equal(reg(r, PM_REGS_FAULT, "sp"), 0xffff800082b6bd20);
	assert_int_equal(reg(r, PM_REGS_FAULT, "pstate"), 0x60400005);
	/* Words are taken apart: little-endian. */
	assert_int_equal(r->inc.code.bytes.n, 20);
	assert_int_equal(r->inc.code.marked, 16);
	assert_int_equal(r->inc.code.bytes.v[16], 0x13);
	assert_int_equal(r->inc.code.bytes.v[19], 0xf9);
	assert_true(trace(r, PM_TRACE_CRASH)->frames.v[0].interrupted);
	done(r);
}

static void arm64_old(void **state)
{
	struct reading *r = *state;

	read_text(r, "Unable to handle kernel paging request at virtual address dead000000000108\n"
		     "pgd = ffffffc0a39a0000\n"
		     "[dead000000000108] *pgd=0000000000000000, *pud=0000000000000000\n"
		     "Internal error: Oops: 96000044 [#1] PREEMPT SMP\n"
		     "CPU: 2 PID: 121 Comm: pump Tainted: G    BU         3.18.0 #78\n"
		     "task: ffffffc016e04e80 ti: ffffffc016110000 task.ti: ffffffc016110000\n"
		     "PC is at pump_stop.constprop.9+0x184/0x2b0\n"
		     "LR is at pump_stop.constprop.9+0x180/0x2b0\n"
		     "pc : [<ffffffc000d394c4>] lr : [<ffffffc000d394c0>] pstate: 200001c5\n"
		     "sp : ffffffc016113990\n"
		     "x29: ffffffc016113990 x28: ffffffc016110000 \n"
		     "Call trace:\n"
		     "[<ffffffc000d394c4>] pump_stop.constprop.9+0x184/0x2b0\n");
	all_seen(r);
	assert_int_equal(r->inc.machine.arch, PM_ARM64);
	assert_int_equal(r->inc.place.addr, 0xffffffc000d394c4);
	assert_string_equal(r->inc.place.symbol, "pump_stop.constprop.9");
	assert_int_equal(reg(r, PM_REGS_FAULT, "lr"), 0xffffffc000d394c0);
	assert_int_equal(trace(r, PM_TRACE_CRASH)->regs.n, 1);
	assert_string_equal(fact(r, "stack", "thread_info"), "ffffffc016110000");
	done(r);
}

static void arm(void **state)
{
	struct reading *r = *state;

	read_text(r, "8<--- cut here ---\n"
		     "Unable to handle kernel NULL pointer dereference at virtual address 0000000c\n"
		     "[0000000c] *pgd=8c44e003, *pmd=00000000\n"
		     "Internal error: Oops: 206 [#1] PREEMPT SMP ARM\n"
		     "CPU: 1 PID: 261 Comm: pump Not tainted 6.1.0 #3\n"
		     "Hardware name: ARM-Versatile Express\n"
		     "PC is at pump_queue+0xa0/0x74c\n"
		     "LR is at 0x82c00000\n"
		     "pc : [<80260410>]    lr : [<82c00000>]    psr: 60000093\n"
		     "sp : ec3d1ac8  ip : 82c00024  fp : ec3d1b0c\n"
		     "r10: 8280e800  r9 : 00000000  r8 : 82446498\n"
		     "r3 : 00000000  r2 : 00000000  r1 : 00000004  r0 : 8280e800\n"
		     "Flags: nZCv  IRQs off  FIQs on  Mode SVC_32  ISA ARM  Segment none\n"
		     "Control: 30c5387d  Table: 8437b900  DAC: 00000000\n"
		     "Register r0 information: slab kmalloc-512 start 8280e800 pointer offset 0 size 512\n"
		     "Register r12 information: slab radix_tree_node start 82c00000 pointer offset 36\n"
		     "Process pump (pid: 261, stack limit = 0xec3d0000)\n"
		     "Stack: (0xec3d1ac8 to 0xec3d2000)\n"
		     "1ac0:                   80275518 802a0f18 820a235c 855d9700 00000038 00000001\n"
		     "Backtrace: \n"
		     "[<80260370>] (pump_queue) from [<80260b0c>] (pump_write+0x50/0x5c)\n"
		     " r10:8538e974 r9:8250ca80 r8:ec3d1b63\n"
		     "[<81298e00>] (pump_write) from [<80200060>] (ret_fast_syscall+0x0/0x1c)\n"
		     "Exception stack(0xec3d1fb0 to 0xec3d1ff8)\n"
		     "1fa0:                                     00000006 20000140 00000000 00000000\n"
		     "1fc0: 00000000 00000000 0014c110 00000004 7ef253d2 76b8e6d0 7ef25544 76b8e20c\n"
		     "1fe0: 76b8e020 76b8e010 000164dc 0004d5a0 60000010 00000006\n"
		     "Code: e3a02000 e1a03000 (e593000c) \n");
	all_seen(r);
	assert_int_equal(r->inc.machine.arch, PM_ARM);
	assert_int_equal(r->inc.fault.address, 0xc);
	assert_int_equal(r->inc.fault.error_code, 0x206);
	assert_string_equal(r->inc.place.symbol, "pump_queue");
	assert_int_equal(reg(r, PM_REGS_FAULT, "r10"), 0x8280e800);
	assert_int_equal(reg(r, PM_REGS_FAULT, "psr"), 0x60000093);
	const struct pm_regs *regs = pm_incident_regs(&r->inc, PM_REGS_FAULT);
	assert_string_equal(pm_regs_find(regs, "r0")->meaning,
			    "slab kmalloc-512 start 8280e800 pointer offset 0 size 512");
	assert_string_equal(pm_regs_find(regs, "ip")->meaning,
			    "slab radix_tree_node start 82c00000 pointer offset 36");
	assert_int_equal(reg(r, PM_REGS_USER, "r7"), 4);
	assert_int_equal(reg(r, PM_REGS_USER, "pc"), 0x4d5a0);
	assert_true(r->inc.actor.has_syscall && r->inc.actor.syscall_nr == 4);
	assert_string_equal(fact(r, "stack", "limit"), "0xec3d0000");
	assert_int_equal(r->inc.code.marked, 8);
	assert_int_equal(trace(r, PM_TRACE_CRASH)->frames.n, 2);
	done(r);
}

/* The same stack printed from eight bytes before the registers on: their last two words are not there. */
static void arm_early_stack(void **state)
{
	struct reading *r = *state;

	read_text(r, "Unable to handle kernel NULL pointer dereference at virtual address 0000000c\n"
		     "Internal error: Oops: 206 [#1] PREEMPT SMP ARM\n"
		     "CPU: 1 PID: 261 Comm: pump Not tainted 6.1.0 #3\n"
		     "PC is at pump_queue+0xa0/0x74c\n"
		     "pc : [<80260410>]    lr : [<82c00000>]    psr: 60000093\n"
		     "Backtrace: \n"
		     "[<80260370>] (pump_queue) from [<80260b0c>] (pump_write+0x50/0x5c)\n"
		     "[<81298e00>] (pump_write) from [<80200060>] (ret_fast_syscall+0x0/0x1c)\n"
		     "Exception stack(0xec3d1fa8 to 0xec3d1ff0)\n"
		     "1fa0:                   20000140 00000000 00000003 20000240 00000010 00000000\n"
		     "1fc0: 00000000 00000000 0014c110 00000004 7ef253d2 76b8e6d0 7ef25544 76b8e20c\n"
		     "1fe0: 76b8e020 76b8e010 000164dc 0004d5a0\n"
		     "Code: e3a02000 e1a03000 (e593000c) \n");
	assert_int_equal(reg(r, PM_REGS_USER, "r0"), 3);
	assert_int_equal(reg(r, PM_REGS_USER, "r7"), 4);
	assert_int_equal(reg(r, PM_REGS_USER, "pc"), 0x4d5a0);
	assert_true(r->inc.actor.has_syscall && r->inc.actor.syscall_nr == 4);
	done(r);
}

static void riscv(void **state)
{
	struct reading *r = *state;

	read_text(r, "Unable to handle kernel NULL pointer dereference at virtual address 0000000000000010\n"
		     "Oops [#1]\n"
		     "CPU: 0 UID: 0 PID: 88 Comm: cat Not tainted 6.11.0 #5\n"
		     "epc : rocket_read+0x10/0x20\n"
		     " ra : vfs_read+0xa0/0x200\n"
		     "epc : ffffffff80410010 ra : ffffffff801f00a0 sp : ff2000000072bd80\n"
		     " gp : ffffffff81715c00 tp : ff600000022d8000 t0 : ff60000001a3c010\n"
		     " t5 : 0000000000000004 t6 : ff60000001e3c000\n"
		     "status: 0000000200000120 badaddr: 0000000000000010 cause: 000000000000000d\n"
		     "[<ffffffff80410010>] rocket_read+0x10/0x20\n"
		     "Code: 1141 e406 (6908) 60a2\n"
		     "---[ end trace 0000000000000000 ]---\n");
	all_seen(r);
	assert_int_equal(r->inc.machine.arch, PM_RISCV64);
	assert_int_equal(r->inc.fault.error_code, 13);
	assert_int_equal(r->inc.fault.address, 0x10);
	assert_int_equal(r->inc.fault.oops_count, 1);
	assert_string_equal(r->inc.place.symbol, "rocket_read");
	assert_int_equal(r->inc.place.addr, 0xffffffff80410010);
	assert_int_equal(reg(r, PM_REGS_FAULT, "tp"), 0xff600000022d8000);
	assert_int_equal(r->inc.code.marked, 4);
	assert_int_equal(r->inc.code.bytes.v[4], 0x08);
	done(r);
}

static void powerpc(void **state)
{
	struct reading *r = *state;

	read_text(r, "BUG: Kernel NULL pointer dereference on write at 0x00000018\n"
		     "Faulting instruction address: 0xc0000000007f0a3c\n"
		     "Oops: Kernel access of bad area, sig: 11 [#1]\n"
		     "BE PAGE_SIZE=64K MMU=Hash SMP NR_CPUS=2048 NUMA pSeries\n"
		     "CPU: 5 PID: 300 Comm: sh Not tainted 5.14.0 #9\n"
		     "NIP:  c0000000007f0a3c LR: c0000000007f0a38 CTR: 0000000000000000\n"
		     "REGS: c00000007a3ef6e0 TRAP: 0300   Not tainted  (5.14.0)\n"
		     "MSR:  8000000000009032 <SF,EE,ME,IR,DR,RI>  CR: 22824428  XER: 20000000\n"
		     "CFAR: c000000000aaf11c DAR: 0000000000000018 DSISR: 42000000 IRQMASK: 0 \n"
		     "GPR00: c0000000007f0a38 c00000007a3ef970 c000000001f24600 0000000000000018 \n"
		     "GPR28: 0000000000000002 c00000005e0a5800 0000000000000000 8000000041a25400 \n"
		     "NIP [c0000000007f0a3c] rocket_write+0x1c/0x50\n"
		     "LR [c0000000007f0a38] rocket_write+0x18/0x50\n"
		     "Call Trace:\n"
		     "[c00000007a3efa20] [c0000000003a060c] vfs_write+0x10c/0x300 (unreliable)\n"
		     "[c00000007a3efe20] [c00000000000bfbc] system_call_exception+0x10c/0x200\n"
		     "--- interrupt: c00 at 0x7fff8d1b2c3c\n"
		     "NIP:  00007fff8d1b2c3c LR: 0000000000000000 CTR: 0000000000000000\n"
		     "REGS: c00000007a3efe80 TRAP: 0c00   Not tainted  (5.14.0)\n"
		     "MSR:  800000000280f033 <SF,VEC,VSX,EE,PR,FP,ME,IR,DR,RI>  CR: 24004442  XER: 00000000\n"
		     "IRQMASK: 0 \n"
		     "GPR00: 0000000000000004 00007ffff1a3b0c0 00007fff8d2c7f00 0000000000000001 \n"
		     "NIP [00007fff8d1b2c3c] 0x7fff8d1b2c3c\n"
		     "LR [0000000000000000] 0x0\n"
		     "--- interrupt: c00\n"
		     "Instruction dump:\n"
		     "7fa3eb78 38a00000 38800800 3fe2ffb0 3bff4e00 488818d9 60000000 3d220005 \n"
		     "39291df8 <90830018> 4bff81e9 XXXXXXXX \n"
		     "---[ end trace ecc3a767a3dac4b3 ]---\n");
	all_seen(r);
	assert_int_equal(r->inc.machine.arch, PM_PPC64);
	assert_true(r->inc.machine.big_endian);
	assert_int_equal(r->inc.fault.address, 0x18);
	assert_int_equal(r->inc.fault.access, PM_WRITE);
	assert_string_equal(fact(r, "oops", "signal"), "11");
	assert_string_equal(r->inc.place.symbol, "rocket_write");
	assert_int_equal(reg(r, PM_REGS_FAULT, "r31"), 0x8000000041a25400);
	assert_int_equal(reg(r, PM_REGS_FAULT, "dsisr"), 0x42000000);
	assert_int_equal(reg(r, PM_REGS_USER, "r0"), 4);
	assert_true(r->inc.actor.has_syscall && r->inc.actor.syscall_nr == 4);
	assert_int_equal(r->inc.code.marked, 36);
	assert_int_equal(r->inc.code.bytes.v[36], 0x90);
	assert_int_equal(trace(r, PM_TRACE_CRASH)->frames.v[0].trust, PM_SCANNED);
	done(r);
}

static void s390(void **state)
{
	struct reading *r = *state;

	read_text(r, "Unable to handle kernel pointer dereference in virtual kernel address space\n"
		     "Failing address: 0000000000000000 TEID: 0000000000000483\n"
		     "Fault in home space mode while using kernel ASCE.\n"
		     "AS:00000001a3c00007 R3:00000001ffbd4007 S:00000001ffbda000 P:000000000000013d \n"
		     "Oops: 0004 ilc:3 [#1] SMP \n"
		     "CPU: 2 PID: 400 Comm: sh Not tainted 6.1.0 #1\n"
		     "Krnl PSW : 0704c00180000000 000003ff8001a0c6 (rocket_write+0x26/0x60 [rocket])\n"
		     "           R:0 T:1 IO:1 EX:1 Key:0 M:1 W:0 P:0 AS:3 CC:0 PM:0 RI:0 EA:3\n"
		     "Krnl GPRS: 0000000000000018 0000000000000000 0000000000000001 0000000000000002\n"
		     "           0000000000000004 0000000000000005 0000000000000006 0000000000000007\n"
		     "           0000000000000008 0000000000000009 000000000000000a 000000000000000b\n"
		     "           000000000000000c 000000000000000d 000003ff8001a0b0 000000037fe5fc20\n"
		     "Krnl Code: 000003ff8001a0ba: e31020000004\tlg\t%r1,0(%r2)\n"
		     "          #000003ff8001a0c0: e54c00180001\tmvhi\t24,1\n"
		     "          >000003ff8001a0c6: 07fe\t\tbcr\t15,%r14\n"
		     "Call Trace:\n"
		     " [<000003ff8001a0c6>] rocket_write+0x26/0x60 [rocket] \n"
		     "([<000003ff8001a0b0>] rocket_write+0x10/0x60 [rocket])\n"
		     "Last Breaking-Event-Address:\n"
		     " [<000000000033a0c0>] vfs_write+0x90/0x2c0\n"
		     "Kernel panic - not syncing: Fatal exception: panic_on_oops\n");
	all_seen(r);
	assert_int_equal(r->inc.machine.arch, PM_S390X);
	assert_true(r->inc.machine.big_endian);
	assert_true(r->inc.fault.has_address && !r->inc.fault.address);
	assert_int_equal(r->inc.fault.error_code, 4);
	assert_false(r->inc.fault.has_vector);
	assert_string_equal(r->inc.place.symbol, "rocket_write");
	assert_string_equal(r->inc.place.module, "rocket");
	assert_int_equal(reg(r, PM_REGS_FAULT, "r15"), 0x37fe5fc20);
	assert_int_equal(r->inc.code.bytes.n, 14);
	assert_int_equal(r->inc.code.marked, 12);
	assert_string_equal(fact(r, "registers", "last_breaking_event"),
			    "[<000000000033a0c0>] vfs_write+0x90/0x2c0");
	assert_int_equal(trace(r, PM_TRACE_CRASH)->frames.n, 2);
	done(r);
}

static void mips(void **state)
{
	struct reading *r = *state;

	read_text(r, "CPU 1 Unable to handle kernel paging request at virtual address 00000018, epc == "
		     "80410abc, ra == 80410ab0\n"
		     "Oops[#1]:\n"
		     "CPU: 1 PID: 55 Comm: sh Not tainted 5.15.0 #1\n"
		     "$ 0   : 00000000 00000001 00000018 00000003\n"
		     "$ 4   : 80801c70 00000000 00000006 00000007\n"
		     "$28   : 80800000 80801c50 00000000 80410ab0\n"
		     "Hi    : 00000000\n"
		     "Lo    : 00000012\n"
		     "epc   : 80410abc rocket_write+0x1c/0x50\n"
		     "ra    : 80410ab0 rocket_write+0x10/0x50\n"
		     "Status: 1000a403\tKERNEL EXL IE \n"
		     "Cause : 0080000c (ExcCode 03)\n"
		     "BadVA : 00000018\n"
		     "PrId  : 00019300 (MIPS 24Kc)\n"
		     "Call Trace:\n"
		     "[<80410abc>] rocket_write+0x1c/0x50\n");
	all_seen(r);
	assert_int_equal(r->inc.machine.arch, PM_MIPS);
	assert_int_equal(r->inc.fault.address, 0x18);
	assert_string_equal(r->inc.place.symbol, "rocket_write");
	assert_int_equal(r->inc.place.addr, 0x80410abc);
	assert_int_equal(reg(r, PM_REGS_FAULT, "r29"), 0x80801c50);
	assert_int_equal(reg(r, PM_REGS_FAULT, "cause"), 0x80000c);
	done(r);
}

static void loongarch(void **state)
{
	struct reading *r = *state;

	read_text(r, "CPU 0 Unable to handle kernel paging request at virtual address 0000000000000018, era "
		     "== 9000000001a2b3c4, ra == 9000000001a2b3c0\n"
		     "Oops[#1]:\n"
		     "CPU: 0 PID: 66 Comm: sh Not tainted 6.8.0 #1\n"
		     "pc 9000000001a2b3c4 ra 9000000001a2b3c0 tp 9000000100b34000 sp 9000000100b37d00\n"
		     "a0 0000000000000018 a1 0000000000000001 a2 0000000000000002 a3 0000000000000003\n"
		     "   ra: 9000000001a2b3c0 rocket_write+0x10/0x40\n"
		     "  ERA: 9000000001a2b3c4 rocket_write+0x14/0x40\n"
		     " CRMD: 000000b0 (PLV0 -IE -DA +PG DACF=CC DACM=CC -WE)\n"
		     " PRMD: 00000004 (PPLV0 +PIE -PWE)\n"
		     "ESTAT: 00010000 [PIL] (IS= ECode=1 EsubCode=0)\n"
		     " BADV: 0000000000000018\n"
		     "Call Trace:\n"
		     "[<9000000001a2b3c4>] rocket_write+0x14/0x40\n");
	all_seen(r);
	assert_int_equal(r->inc.machine.arch, PM_LOONGARCH64);
	assert_string_equal(r->inc.place.symbol, "rocket_write");
	assert_int_equal(reg(r, PM_REGS_FAULT, "a0"), 0x18);
	assert_int_equal(reg(r, PM_REGS_FAULT, "sp"), 0x9000000100b37d00);
	assert_int_equal(r->inc.fault.error_code, 0x10000);
	done(r);
}

int main(void)
{
	struct reading *r = calloc(1, sizeof(*r));
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(x86_oops, r),
		cmocka_unit_test_prestate(x86_old, r),
		cmocka_unit_test_prestate(i386, r),
		cmocka_unit_test_prestate(arm64, r),
		cmocka_unit_test_prestate(arm64_old, r),
		cmocka_unit_test_prestate(arm, r),
		cmocka_unit_test_prestate(arm_early_stack, r),
		cmocka_unit_test_prestate(riscv, r),
		cmocka_unit_test_prestate(powerpc, r),
		cmocka_unit_test_prestate(s390, r),
		cmocka_unit_test_prestate(mips, r),
		cmocka_unit_test_prestate(loongarch, r),
	};
	int failed = cmocka_run_group_tests_name("linux_registers", tests, NULL, NULL);

	free(r);
	return failed;
}
