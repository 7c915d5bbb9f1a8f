/* Linux's reports by name: one text or more for every row of every family. */
#include "console/system.h"
#include "linux_text.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/* The parts that most reports share; all names are made up. */
#define CPU "CPU: 1 PID: 77 Comm: frobd Not tainted 6.1.0 #1\n"
#define RIP(f) "RIP: 0010:" f "+0x1c/0x30\nCode: 00 11 <22> 33\nRSP: 0018:ffffc90000123456 EFLAGS: 00010246\n"
#define TRACE(frames) "Call Trace:\n <TASK>\n" frames " </TASK>\n"
#define F(f) " " f "+0x10/0x20\n"
#define SYSCALL F("do_syscall_64") F("entry_SYSCALL_64_after_hwframe")
#define OOPS(f)                                                                                              \
	CPU RIP(f) TRACE(F(f) F("frob_write") F("vfs_write") SYSCALL) "---[ end trace 0000000000000000 "     \
								      "]---\n"
#define STACK CPU TRACE(F("dump_stack_lvl") F("frob_open.isra.0") F("vfs_open") SYSCALL) "\n\n"
#define WARN(f)                                                                                              \
	CPU RIP(f) TRACE(F("kfree") F("frob_close.part.0.cold") F("__fput") SYSCALL) "---[ end trace ]---\n"
#define AT(f) "ffff8880 (&frob->lock){+.+.}-{3:3}, at: " f "+0x12/0x34\n"
#define OLD_AT(f) " (&frob->lock){+.+.}, at: [<ffffffff81234567>] " f "+0x12/0x34\n"

#define S390                                                                                                 \
	"Krnl PSW : 0704c00180000000 000003ffe0123456 (frob_set+0x1c/0x30)\nCall Trace:\n"                   \
	" [<000003ffe0123456>] frob_set+0x1c/0x30 \n [<000003ffe0123456>] frob_b+0x1c/0x30 \n\n"
#define MIPS                                                                                                 \
	"epc   : 80123456 frob_set+0x1/0x2\nCall Trace:\n[<80123456>] frob_set+0x1/0x2\n"                    \
	"[<80123456>] frob_b+0x1/0x2\n\n"

struct example {
	const char *text, *title, *type, *alt;
	bool corrupted;
};

/* clang-format off */
static const struct example examples[] = {
	/* access */
	{ "BUG: unable to handle kernel paging request at ffff880012345678\nIP: frob_read+0x1/0x2\n" OOPS("frob_read"), "BUG: unable to handle kernel paging request in frob_read", "MEMORY_SAFETY_BUG", "bad-access in frob_read" },
	{ "BUG: unable to handle page fault for address: ffff880012345678\n#PF: supervisor read access in kernel mode\n" OOPS("memcpy_erms"), "BUG: unable to handle kernel paging request in frob_write", "MEMORY_SAFETY_BUG", "bad-access in frob_write" },
	{ "BUG: Unable to handle kernel data access on read at 0xc0002\nNIP [c000000000123456] frob_read+0x1/0x2\nCall Trace:\n[c000000001234567] [c000000000123456] frob_read+0x1/0x2 (unreliable)\n[c000000001234567] [c000000000123456] frob_b+0x1/0x2\n\n", "BUG: unable to handle kernel paging request in frob_read", "MEMORY_SAFETY_BUG" },
	{ "BUG: Unable to handle kernel instruction fetch (NULL pointer?)\nNIP [0000000000000000] 0x0\nCall Trace:\n[c000000001234567] [c000000000123456] frob_b+0x1/0x2\n\n\n", "BUG: unable to handle kernel paging request in frob_b", "MEMORY_SAFETY_BUG" },
	{ "BUG: unable to handle kernel NULL pointer dereference at 0000000000000018\n" OOPS("frob_read"), "BUG: unable to handle kernel NULL pointer dereference in frob_read", "NULL-POINTER-DEREFERENCE", "bad-access in frob_read" },
	{ "BUG: kernel NULL pointer dereference, address: 0000000000000018\n" OOPS("frob_read"), "BUG: unable to handle kernel NULL pointer dereference in frob_read", "NULL-POINTER-DEREFERENCE" },
	{ "BUG: Kernel NULL pointer dereference on write at 0x00000018\nNIP [c000000000123456] frob_read+0x1/0x2\nCall Trace:\n[c000000001234567] [c000000000123456] frob_b+0x1/0x2\n\n\n", "BUG: unable to handle kernel NULL pointer dereference in frob_read", "NULL-POINTER-DEREFERENCE" },
	{ "BUG: unable to handle kernel \nIP: frob_read+0x1/0x2\n", "BUG: unable to handle kernel", NULL, NULL, true },
	{ "BUG: Unable to handle kernel unaligned access at 0xc0002\nNIP [c000000000123456] frob_read+0x1/0x2\nCall Trace:\n[c000000001234567] [c000000000123456] frob_b+0x1/0x2\n\n\n", "BUG: unable to handle kernel paging request in frob_read", "MEMORY_SAFETY_BUG" },
	{ "BUG: Unable to handle unknown paging fault at 0xc0002\nNIP [c000000000123456] frob_read+0x1/0x2\nCall Trace:\n[c000000001234567] [c000000000123456] frob_b+0x1/0x2\n\n\n", "BUG: unable to handle kernel paging request in frob_read", "MEMORY_SAFETY_BUG" },
	{ "Unable to handle kernel paging request at virtual address ffff800012345678\nMem abort info:\n  ESR = 0x96000046\npc : frob_set+0x1/0x2\nlr : frob_a+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n frob_a+0x1/0x2\n el0_svc+0x1/0x2\n", "BUG: unable to handle kernel paging request in frob_set", "MEMORY_SAFETY_BUG" },
	{ "Unable to handle kernel NULL pointer dereference at virtual address 00000018\npgd = (ptrval)\nInternal error: Oops: 805 [#1] SMP ARM\nPC is at frob_set+0x1/0x2\nLR is at frob_a+0x1/0x2\npc : [<c0123456>]    lr : [<c0123457>]    psr: 60000013\nBacktrace: \n[<c0123456>] (frob_set) from [<c0123457>] (frob_a+0x1/0x2)\n[<c0123456>] (frob_a) from [<c0123457>] (vfs_write+0x1/0x2)\n\n", "BUG: unable to handle kernel NULL pointer dereference in frob_set", "NULL-POINTER-DEREFERENCE" },
	{ "Unable to handle kernel access to user memory outside uaccess routines at virtual address 0000000012345678\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "BUG: unable to handle kernel access to user memory in frob_set", NULL },
	{ "Unable to handle kernel execution of user memory at virtual address 0000000012345678\npc : 0x12345678\nCall trace:\n frob_set+0x1/0x2\n\n\n", "BUG: unable to handle kernel execution of user memory in frob_set", NULL },
	{ "Unable to handle kernel write to read-only memory at virtual address ffff800012345678\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "BUG: unable to handle kernel write to read-only memory in frob_set", NULL },
	{ "Unable to handle kernel execute from non-executable memory at virtual address ffff800012345678\npc : 0xffff800012345678\nCall trace:\n 0xffff800012345678\n frob_set+0x1/0x2\n\n\n", "BUG: unable to handle kernel execute from non-executable memory in frob_set", NULL },
	{ "Unable to handle kernel read from unreadable memory at virtual address ffff800012345678\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "BUG: unable to handle kernel read from unreadable memory in frob_set", NULL },
	{ "Unable to handle kernel pointer dereference in virtual kernel address space\nKrnl PSW : 0704c00180000000 000003ffe0123456 (frob_set+0x1c/0x30)\nCall Trace:\n [<000003ffe0123456>] frob_set+0x1c/0x30 \n [<000003ffe0123456>] frob_b+0x1c/0x30 \n\n", "BUG: unable to handle kernel pointer dereference in frob_set", NULL },
	{ "Unable to handle kernel for data at address 0x00000018\nNIP [c000000000123456] frob_read+0x1/0x2\nCall Trace:\n[c000000001234567] [c000000000123456] frob_b+0x1/0x2\n\n\n", "BUG: unable to handle kernel paging request in frob_read", "MEMORY_SAFETY_BUG" },
	{ "Unable to handle kernel whatever it is\nepc : frob_set+0x1/0x2\n ra : frob_a+0x1/0x2\nCall Trace:\n[<ffffffff80123456>] frob_set+0x1/0x2\n\n\n", "BUG: unable to handle kernel access in frob_set", NULL },
	{ "general protection fault: 0000 [#1] SMP PTI\n" OOPS("frob_read"), "general protection fault in frob_read", "DoS", "bad-access in frob_read" },
	{ "Oops: general protection fault, probably for non-canonical address 0xdffffc0000000003: 0000 [#1] PREEMPT SMP\n" OOPS("__x64_sys_frob"), "general protection fault in sys_frob", "DoS", "general protection fault in __x64_sys_frob" },
	{ "stack segment: 0000 [#1] SMP\n" OOPS("frob_read"), "stack segment fault in frob_read", "DoS" },
	{ "Internal error: synchronous external abort: 96000210 [#1] PREEMPT SMP\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "Internal error in frob_set", "DoS", "bad-access in frob_set" },
	{ "Internal error: SError: 0 [#1] SMP\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "Internal error in frob_set", "DoS" },
	{ "Internal error: : alignment fault: 96000021 [#1] SMP\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "Internal error in frob_set", "DoS" },
	{ "Internal error: Oops - BUG: 0 [#1] SMP\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "Internal error in frob_set", "DoS" },
	{ "Internal error: Oops - undefined instruction: 0 [#1] SMP ARM\nPC is at frob_set+0x1/0x2\nBacktrace: \n[<c0123456>] (frob_set) from [<c0123457>] (frob_a+0x1/0x2)\n\n\n", "Internal error in frob_set", "DoS" },
	{ "Internal error: Oops - Undefined instruction: 2000000 [#1] SMP\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "Internal error in frob_set", "DoS" },
	{ "Internal error: Oops: 96000004 [#1] SMP\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "Internal error in frob_set", "DoS" },
	{ "Unhandled fault: external abort on non-linefetch (0x1008) at 0xf0123456\nPC is at frob_set+0x1/0x2\nBacktrace: \n[<c0123456>] (frob_set) from [<c0123457>] (frob_a+0x1/0x2)\n\n\n", "Unhandled fault in frob_set", "DoS", "bad-access in frob_set" },
	{ "Unhandled fault: page domain fault (0x01b) at 0x00000018\nPC is at frob_set+0x1/0x2\nBacktrace: \n[<c0123456>] (frob_set) from [<c0123457>] (frob_a+0x1/0x2)\n\n\n", "Unhandled fault in frob_set", "DoS" },
	{ "Alignment trap: not handling instruction e1923f9f at [<c0123456>]\nPC is at frob_set+0x1/0x2\nBacktrace: \n[<c0123456>] (frob_set) from [<c0123457>] (frob_a+0x1/0x2)\n\n\n", "Alignment trap in frob_set", "DoS" },
	{ "alignment check: 0000 [#1] SMP\n" OOPS("frob_read"), "Alignment trap in frob_read", "DoS" },
	{ "Oops: Kernel access of bad area, sig: 11 [#1]\nNIP [c000000000123456] frob_read+0x1/0x2\nCall Trace:\n[c000000001234567] [c000000000123456] frob_b+0x1/0x2\n\n\n", "BUG: unable to handle kernel paging request in frob_read", "MEMORY_SAFETY_BUG" },
	{ "Oops - load access fault [#1]\nepc : frob_set+0x1/0x2\nCall Trace:\n[<ffffffff80123456>] frob_set+0x1/0x2\n\n\n", "BUG: unable to handle kernel paging request in frob_set", "MEMORY_SAFETY_BUG" },
	{ "Oops - store (or AMO) address misaligned [#1]\nepc : frob_set+0x1/0x2\nCall Trace:\n[<ffffffff80123456>] frob_set+0x1/0x2\n\n\n", "Alignment trap in frob_set", "DoS" },
	{ "Oops - illegal instruction [#1]\nepc : frob_set+0x1/0x2\nCall Trace:\n[<ffffffff80123456>] frob_set+0x1/0x2\n\n\n", "invalid opcode in frob_set", "DoS" },
	{ "Oops: 0002 [#1] SMP\n" OOPS("frob_read"), "Oops in frob_read", NULL },
	{ "Oops[#1]:\n\nepc   : 80123456 frob_set+0x1/0x2\nCall Trace:\n[<80123456>] frob_set+0x1/0x2\n\n\n", "Oops in frob_set", NULL },

	{ "Internal error: synchronous parity or ECC error: 96000218 [#1] SMP\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "Internal error in frob_set", "DoS" },
	{ "Internal error: : 1008 [#1] SMP ARM\nPC is at frob_set+0x1/0x2\nBacktrace: \n[<c0123456>] (frob_set) from [<c0123457>] (frob_a+0x1/0x2)\n\n\n", "Internal error in frob_set", "DoS" },
	{ "Internal error: Oops - BTI: 0000000034000001 [#1] SMP\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "Internal error in frob_set", "DoS" },
	{ "Oops - store (or AMO) access fault [#1]\nepc : frob_set+0x1/0x2\nCall Trace:\n[<ffffffff80123456>] frob_set+0x1/0x2\n\n\n", "BUG: unable to handle kernel paging request in frob_set", "MEMORY_SAFETY_BUG" },
	{ "Oops - BUG[#1]:\nERA: 9000000000123456 frob_set+0x1/0x2\nCall Trace:\n[<9000000000123456>] frob_set+0x1/0x2\n\n\n", "kernel BUG in frob_set", "BUG" },
	{ "Oops: Machine check, sig: 7 [#1]\nNIP [c000000000123456] frob_read+0x1/0x2\nCall Trace:\n[c000000001234567] [c000000000123456] frob_b+0x1/0x2\n\n\n", "Oops in frob_read", NULL },

	/* traps */
	{ "bounds: 0000 [#1] SMP\n" OOPS("frob_read"), "bounds in frob_read", NULL },
	{ "overflow: 0000 [#1] SMP\n" OOPS("frob_read"), "overflow in frob_read", NULL },
	{ "invalid TSS: 0000 [#1] SMP\n" OOPS("frob_read"), "invalid TSS in frob_read", NULL },
	{ "segment not present: 0018 [#1] SMP\n" OOPS("frob_read"), "segment not present in frob_read", NULL },
	{ "coprocessor segment overrun: 0000 [#1] SMP\n" OOPS("frob_read"), "segment overrun in frob_read", NULL },
	{ "simd exception: 0000 [#1] SMP\n" OOPS("frob_read"), "simd exception in frob_read", NULL },
	{ "fpu exception: 0000 [#1] SMP\n" OOPS("frob_read"), "fpu exception in frob_read", NULL },
	{ "Oops: control protection fault: 0003 [#1] SMP\n" OOPS("frob_read"), "control protection fault in frob_read", NULL },
	{ "virtualization exception: 0000 [#1] SMP\n" OOPS("frob_read"), "virtualization exception in frob_read", NULL },
	{ "iret exception: 0000 [#1] SMP\n" OOPS("frob_read"), "iret exception in frob_read", NULL },
	{ "double fault: 0000 [#1] SMP\n" OOPS("frob_read"), "double fault in frob_read", NULL },
	{ "PANIC: early exception 0x0e IP 10:ffffffff81234567 error 0 cr2 0x18\n" OOPS("frob_read"), "PANIC: early exception 0x0e in frob_read", NULL },
	{ "illegal operation: 0001 ilc:1 [#1] SMP\n" S390, "illegal operation in frob_set", NULL },
	{ "fixpoint divide exception: 0009 ilc:2 [#1] SMP\n" S390, "fixpoint divide exception in frob_set", NULL },
	{ "addressing exception: 0005 ilc:2 [#1] SMP\n" S390, "addressing exception in frob_set", NULL },
	{ "monitor event: 0040 ilc:2 [#1] SMP\n" S390, "kernel BUG in frob_set", "BUG" },
	{ "specification exception: 0006 ilc:2 [#1] SMP\n" S390, "specification exception in frob_set", NULL },
	{ "Kernel bug detected[#1]:\n" MIPS, "kernel BUG in frob_set", "BUG" },
	{ "Reserved instruction in kernel code[#1]:\n" MIPS, "invalid opcode in frob_set", "DoS" },
	{ "Break instruction in kernel code[#1]:\n" MIPS, "Break instruction in frob_set", NULL },
	{ "Unhandled kernel unaligned access[#1]:\n" MIPS, "Alignment trap in frob_set", "DoS" },
	{ "do_cpu invoked from kernel context![#1]:\n" MIPS, "do_cpu from kernel context in frob_set", NULL },

	/* stack */
	{ "BUG: TASK stack guard page was hit at ffffc90000123ff8 (stack is ffffc90000124000..ffffc90000128000)\n" CPU RIP("frob_deep") TRACE(F("frob_deep") F("frob_deep") F("frob_top") SYSCALL), "BUG: stack guard page was hit in frob_top", NULL, "stack-overflow in frob_top" },
	{ "PANIC: double fault, error_code: 0x0\n" OOPS("frob_read"), "PANIC: double fault in frob_read", "DoS" },
	{ "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: frob_read.isra.0+0x1/0x2\n", "kernel panic: stack is corrupted in frob_read", "DoS" },
	{ "Kernel panic - not syncing: stack-protector: Kernel stack is corrupted in: ffffffff81234567\n\n" CPU TRACE(F("dump_stack") F("panic") F("__stack_chk_fail") F("frob_read") F("frob_b")), "kernel panic: stack is corrupted in frob_read", "DoS" },
	{ "Kernel panic - not syncing: corrupted stack end detected inside scheduler\n" CPU TRACE(F("panic") F("__schedule") F("frob_deep") F("frob_top") SYSCALL), "kernel panic: corrupted stack end in frob_top", "DoS", "stack-overflow in frob_top" },
	{ "Kernel panic - not syncing: kernel stack overflow\n" CPU "Call trace:\n dump_backtrace+0x1/0x2\n panic+0x1/0x2\n handle_bad_stack+0x1/0x2\n frob_top+0x1/0x2\n invoke_syscall+0x1/0x2\n", "kernel stack overflow in frob_top", "DoS" },
	{ "WARNING: kernel stack regs at 00000000f1234567 in frobd:77 has bad 'bp' value 000000001234abcd\n", "WARNING: kernel stack regs has bad 'bp' value", NULL },
	{ "WARNING: kernel stack frame pointer at 00000000f1234567 in frobd:77 has bad value 000000001234abcd\n", "WARNING: kernel stack frame pointer has bad value", NULL },
	{ "WARNING: kernel stack regs (ptrval) has bad 'bp' value\n", "WARNING: kernel stack regs has bad value", NULL },

	{ "WARNING: can't access registers at asm_exc_frob+0x1/0x2\n", "WARNING: can't access registers at asm_exc_frob", "WARNING" },

	/* hardware */
	{ "mce: [Hardware Error]: CPU 2: Machine Check Exception: 5 Bank 4: b200000000070f0f\n", "machine check exception", NULL },
	{ "mce: [Hardware Error]: Machine check events logged\n", "machine check event", NULL },
	{ "[Hardware Error]: Corrected error, no action required.\n", "machine check event", NULL },
	{ "CPU 1: Machine Check Exception: 0000000000000004 Bank 4: b200000000070f0f\n", "machine check exception", NULL },
	{ "{1}[Hardware Error]: Hardware error from APEI Generic Hardware Error Source: 1\n", "hardware error from APEI", NULL },
	{ "Hardware event. This is not a software error.\n", "machine check event", NULL },
	{ "mce_record: 2024-01-01 00:00:00 +0000 bank=4, status= b200000000070f0f\n", "machine check event", NULL },
	{ "EDAC MC0: 12 CE memory read error on CPU_SrcID#0\n", "EDAC CE error", NULL },
	{ "EDAC MC0: 1 UE memory read error on CPU_SrcID#0\n", "EDAC UE error", NULL },
	{ "BERT: Error records from previous boot:\n[Hardware Error]: event severity: fatal\n[Hardware Error]:  Error 0, type: fatal\n[Hardware Error]:   section_type: memory error\n", "hardware error of the boot before (BERT)", NULL },
	{ "pcieport 0000:00:01.0: PCIe Bus Error: severity=Uncorrected (Non-Fatal), type=Transaction Layer, (Receiver ID)\n", "PCIe Bus Error: uncorrectable (Non-Fatal)", NULL },
	{ "pcieport 0000:00:01.0: PCIe Bus Error: severity=Uncorrectable (Fatal), type=Data Link Layer, (Receiver ID)\n", "PCIe Bus Error: uncorrectable (Fatal)", NULL },
	{ "EDAC MC1: CE page 0x12, offset 0x0\n", "EDAC CE error", NULL },
	{ "Uhhuh. NMI received for unknown reason 3d on CPU 1.\n", "NMI for unknown reason", NULL },
	{ "NMI: PCI system error (SERR) for reason a1 on CPU 0.\n", "NMI: PCI system error", NULL },
	{ "NMI: IOCK error (debug interrupt?) for reason 71 on CPU 0.\n", "NMI: IOCK error", NULL },
	{ "Kernel panic - not syncing: Fatal machine check on current CPU\n", "kernel panic: Fatal machine check on current CPU", "DoS" },
	{ "Kernel panic - not syncing: Asynchronous SError Interrupt\nCall trace:\n frob_set+0x1/0x2\n\n\n", "kernel panic: Asynchronous SError Interrupt", "DoS" },
	{ "Kernel panic - not syncing: NMI: Not continuing\nCall Trace:\n frob_set+0x1/0x2\n\n\n", "kernel panic: NMI: Not continuing", "DoS" },

	/* rcu, lockup, hung */
	{ "rcu: INFO: rcu_preempt detected stalls on CPUs/tasks:\nrcu: \t1-...!: (1 GPs behind)\nCall Trace:\n <IRQ>\n asm_sysvec_apic_timer_interrupt+0x1/0x2\nRIP: 0010:frob_spin+0x1/0x2\n frob_loop+0x1/0x2\n frob_ioctl+0x1/0x2\n vfs_ioctl+0x1/0x2\n", "INFO: rcu detected stall in frob_ioctl", "HANG", "stall in frob_ioctl" },
	{ "rcu: INFO: rcu_sched self-detected stall on CPU\nCall trace:\n el1h_64_irq+0x1/0x2\n frob_loop+0x1/0x2\n __arm64_sys_frob+0x1/0x2\n invoke_syscall+0x1/0x2\n", "INFO: rcu detected stall in sys_frob", "HANG", "stall in __arm64_sys_frob" },
	{ "rcu: INFO: rcu_preempt detected expedited stalls on CPUs/tasks: { 1-... } 21 jiffies s: 5 root: 0x2/.\nCall Trace:\n frob_loop+0x1/0x2\n\n\n", "INFO: rcu detected stall in corrupted", "HANG", NULL, true },
	{ "INFO: rcu_tasks detected stalls on tasks:\n0000000012345678: .. nvcsw: 2/2 holdout: 1 idle_cpu: -1/1\ntask:frobd state:R  running task stack:0 pid:77\nCall Trace:\n __schedule+0x1/0x2\n frob_loop+0x1/0x2\n kthread+0x1/0x2\n", "INFO: rcu detected stall in frob_loop", "HANG" },
	{ "BUG: NMI Watchdog detected LOCKUP on CPU1, ip c0123456, registers:\n" CPU RIP("frob_spin") TRACE(F("frob_spin") F("frob_ioctl") F("vfs_ioctl")), "BUG: hard lockup in frob_ioctl", "HANG" },
	{ "watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [frobd:77]\n" CPU RIP("frob_spin") TRACE(F("frob_spin") F("smp_call_function_many_cond") F("frob_b")), "BUG: soft lockup in smp_call_function", "HANG", "stall in smp_call_function_many_cond" },
	{ "NMI watchdog: Watchdog detected hard LOCKUP on cpu 1\n" CPU RIP("frob_spin") TRACE(F("frob_spin") F("frob_ioctl") F("vfs_ioctl")), "BUG: hard lockup in frob_ioctl", "HANG", "stall in frob_ioctl" },
	{ "watchdog: CPU 3 self-detected hard LOCKUP @ frob_spin+0x1/0x2\nNIP [c000000000123456] frob_spin+0x1/0x2\nCall Trace:\n[c000000001234567] [c000000000123456] frob_top+0x1/0x2\n[c000000001234567] [c000000000123456] kthread+0x1/0x2\n\n", "BUG: hard lockup in frob_top", "HANG" },
	{ "watchdog: CPU 3 detected hard LOCKUP on other CPUs 1\nNIP [c000000000123456] frob_spin+0x1/0x2\nCall Trace:\n[c000000001234567] [c000000000123456] frob_top+0x1/0x2\n[c000000001234567] [c000000000123456] kthread+0x1/0x2\n\n", "BUG: hard lockup in frob_top", "HANG" },
	{ "BUG: workqueue lockup - pool cpus=0 node=0 flags=0x0 nice=0 stuck for 32s!\n", "BUG: workqueue lockup", NULL },
	{ "INFO: task frobd:77 blocked for more than 120 seconds.\n      Not tainted 6.1.0 #1\n" TRACE(F("__schedule") F("schedule") F("schedule_timeout") F("wait_for_completion") F("frob_wait_event_done") F("frob_sync") F("kthread")), "INFO: task hung in frob_sync", "HANG", "hang in frob_sync" },
	{ "INFO: task frobd:77 blocked in I/O wait for more than 120 seconds.\n" TRACE(F("__schedule") F("io_schedule") F("frob_sync") F("kthread")), "INFO: task hung in frob_sync", "HANG" },
	{ "INFO: task frobd:77 can't die for more than 143 seconds.\n" TRACE(F("__schedule") F("schedule") F("frob_sync")), "INFO: task can't die in frob_sync", "HANG", "hang in frob_sync" },

	/* sanitizers */
	{ "BUG: KASAN: slab-out-of-bounds in frob_read+0x1/0x2\nRead of size 8 at addr ffff888012345678 by task frobd/77\n\n" STACK "Allocated by task 77:\n kasan_save_stack+0x1/0x2\n frob_alloc+0x1/0x2\n\n", "KASAN: slab-out-of-bounds Read in frob_read", "KASAN-READ", "bad-access in frob_read" },
	/* symbolised: a line for each inlined function too */
	{ "BUG: KASAN: slab-out-of-bounds in frob_get include/linux/frob.h:12 [inline]\nBUG: KASAN: slab-out-of-bounds in frob_read+0x1/0x2 fs/frob.c:56\nRead of size 8 at addr ffff888012345678 by task frobd/77\n\n" STACK, "KASAN: slab-out-of-bounds Read in frob_read", "KASAN-READ" },
	{ "BUG: KASAN: invalid-access in kmem_cache_free+0x1/0x2\nWrite at addr f0ff888012345678 by task frobd/77\nPointer tag: [f0], memory tag: [fe]\n\n" STACK, "KASAN: invalid-access Write in frob_open", "KASAN-UNKNOWN" },
	{ "BUG: KASAN: double-free or invalid-free in frob_free+0x1/0x2\n\n" STACK, "KASAN: invalid-free in frob_free", "KASAN-INVALID-FREE", "invalid-free in frob_free" },
	{ "BUG: KASAN: double-free in kfree+0x1/0x2\nFree of addr ffff888012345678 by task frobd/77\n\n" STACK, "KASAN: invalid-free in frob_open", "KASAN-INVALID-FREE" },
	{ "BUG: KASAN: invalid-free in frob_free+0x1/0x2\nFree of addr ffff888012345678 by task frobd/77\n\n" STACK, "KASAN: invalid-free in frob_free", "KASAN-INVALID-FREE" },
	{ "BUG: KASAN: null-ptr-deref on address 0000000000000018\nRead of size 4 by task frobd/77\n" STACK, "KASAN: null-ptr-deref Read", "KASAN-NULL-POINTER-DEREFERENCE-READ" },
	{ "BUG: KASAN: use-after-free in frob_read+0x1/0x2 at addr ffff888012345678\n", "KASAN: use-after-free in frob_read at addr ADDR", "KASAN-USE-AFTER-FREE-READ", NULL, true },
	{ "BUG: KFENCE: use-after-free read in frob_read+0x1/0x2\n\nUse-after-free read at 0xffff888012345678 (in kfence-#12):\n frob_read+0x1/0x2\n frob_b+0x1/0x2\n\n", "KFENCE: use-after-free read in frob_read", "KFENCE-USE-AFTER-FREE-READ", "bad-access in frob_read" },
	{ "BUG: KFENCE: invalid write in frob_read+0x1/0x2\n\nInvalid write at 0xffff888012345678:\n frob_read+0x1/0x2\n\n", "KFENCE: invalid write in frob_read", "KFENCE-WRITE" },
	{ "BUG: KFENCE: invalid free in frob_read+0x1/0x2\n\nInvalid free of 0xffff888012345678 (in kfence-#12):\n frob_read+0x1/0x2\n\n", "KFENCE: invalid free in frob_read", "KFENCE-INVALID-FREE", "invalid-free in frob_read" },
	{ "BUG: KFENCE: memory corruption in frob_read+0x1/0x2\n\nCorrupted memory at 0xffff888012345678:\n frob_read+0x1/0x2\n\n", "KFENCE: memory corruption in frob_read", "KFENCE-MEMORY-CORRUPTION" },
	{ "BUG: KMSAN: uninit-value in memcmp+0x1/0x2\n memcmp+0x1/0x2\n frob_read+0x1/0x2\n\nUninit was created at:\n slab_post_alloc_hook+0x1/0x2\n frob_new+0x1/0x2\n\n" CPU, "KMSAN: uninit-value in frob_read", "KMSAN-UNINIT-VALUE", "bad-access in frob_read" },
	{ "BUG: KMSAN: kernel-usb-infoleak in usb_submit_urb+0x1/0x2\n usb_submit_urb+0x1/0x2\n frob_send+0x1/0x2\n\nUninit was created at:\n slab_post_alloc_hook+0x1/0x2\n frob_new+0x1/0x2\n\n" CPU, "KMSAN: kernel-usb-infoleak in frob_send", "KMSAN-INFO-LEAK", "KMSAN origin in frob_new" },
	{ "BUG: KCSAN: data-race in frob_a.isra.0 / frob_b\n\nwrite to 0xffff888012345678 of 4 bytes by task 77 on cpu 1:\n frob_a+0x1/0x2\n", "KCSAN: data-race in frob_a.isra.NUM / frob_b", "KCSAN-DATARACE" },
	{ "UBSAN: Undefined behaviour in drivers/frob/frob.c:12:3\nshift exponent 64 is too large\n" CPU TRACE(F("dump_stack") F("ubsan_epilogue") F("__ubsan_handle_shift_out_of_bounds") F("frob_read")), "UBSAN: undefined-behaviour in frob_read", "UBSAN" },
	{ "UBSAN: array-index-out-of-bounds in drivers/frob/frob.c:12:3\n" CPU TRACE(F("dump_stack_lvl") F("ubsan_epilogue") F("__ubsan_handle_out_of_bounds") F("frob_read")), "UBSAN: array-index-out-of-bounds in frob_read", "MEMORY_SAFETY_UBSAN", "bad-access in frob_read" },
	{ "UBSAN: shift-out-of-bounds in drivers/frob/frob.c:12:3\n" CPU TRACE(F("dump_stack_lvl") F("ubsan_epilogue") F("frob_read")), "UBSAN: shift-out-of-bounds in frob_read", "UBSAN" },

	{ "Internal error: UBSAN: array index out of bounds: 00000000f2005512 [#1] SMP\npc : frob_set+0x1/0x2\nCall trace:\n frob_set+0x1/0x2\n\n\n", "UBSAN: array index out of bounds in frob_set", "UBSAN" },
	{ "UBSAN: integer addition overflow at frob_read+0x1/0x2\nOops: invalid opcode: 0000 [#1] SMP\n" OOPS("frob_read"), "UBSAN: integer addition overflow in frob_read", "UBSAN" },

	/* lockdep */
	{ "WARNING: possible circular locking dependency detected\n6.1.0 #1 Not tainted\nfrobd/77 is trying to acquire lock:\n" AT("flush_workqueue") "\nbut task is already holding lock:\n" AT("frob_a") "\n-> #1 (&frob->lock){+.+.}-{3:3}:\n lock_acquire+0x1/0x2\n frob_b+0x1/0x2\n\nstack backtrace:\n" STACK, "possible deadlock in frob_a", "LOCKDEP" },
	{ "WARNING: possible irq lock inversion dependency detected\nfrobd/77 just changed the state of lock:\n" AT("frob_a.isra.0") "but this lock took another\nstack backtrace:\n" STACK, "possible deadlock in frob_a", "LOCKDEP" },
	{ "WARNING: possible recursive locking detected\nfrobd/77 is trying to acquire lock:\n" AT("frob_a") "stack backtrace:\n" STACK, "possible deadlock in frob_a", "LOCKDEP" },
	{ "WARNING: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected\nfrobd/77 is trying to acquire:\n" AT("frob_a") "the dependencies between the locks, which became HARDIRQ-irq-safe at:\nwhich became HARDIRQ-irq-safe at:\n lock_acquire+0x1/0x2\n frob_irq+0x1/0x2\nstack backtrace:\n" STACK, "possible deadlock in frob_irq", "LOCKDEP" },
	{ "[ INFO: possible circular locking dependency detected ]\nfrobd/77 is trying to acquire lock:\n" OLD_AT("frob_a") "stack backtrace:\n" STACK, "possible deadlock in frob_a", "LOCKDEP" },
	{ "[ INFO: possible irq lock inversion dependency detected ]\nfrobd/77 just changed the state of lock:\n" OLD_AT("frob_a") "stack backtrace:\n" STACK, "possible deadlock in frob_a", "LOCKDEP" },
	{ "[ INFO: possible recursive locking detected ]\nfrobd/77 is trying to acquire lock:\n" OLD_AT("frob_a") "stack backtrace:\n" STACK, "possible deadlock in frob_a", "LOCKDEP" },
	{ "[ INFO: SOFTIRQ-safe -> SOFTIRQ-unsafe lock order detected ]\nfrobd/77 is trying to acquire:\n" OLD_AT("frob_a") "stack backtrace:\n" STACK, "possible deadlock in frob_a", "LOCKDEP" },
	{ "[ INFO: HARDIRQ-safe -> HARDIRQ-unsafe lock order detected ]\nfrobd/77 is trying to acquire:\n" OLD_AT("frob_a") "stack backtrace:\n" STACK, "possible deadlock in frob_a", "LOCKDEP" },
	{ "WARNING: inconsistent lock state\ninconsistent {IN-SOFTIRQ-W} -> {SOFTIRQ-ON-W} usage.\nfrobd/77 takes:\n" AT("frob_a") "stack backtrace:\n" STACK, "inconsistent lock state in frob_open", "LOCKDEP" },
	{ "[ INFO: inconsistent lock state ]\nfrobd/77 takes:\n" OLD_AT("frob_a") "stack backtrace:\n" STACK, "inconsistent lock state in frob_a", "LOCKDEP" },
	{ "WARNING: CPU: 1 PID: 77 at kernel/locking/lockdep.c:1234 __lock_acquire+0x1/0x2\n" WARN("__lock_acquire"), "WARNING: locking bug in frob_close", "LOCKDEP" },
	{ "[ BUG: Invalid wait context ]\n6.1.0 #1 Not tainted\n" STACK, "WARNING: locking bug in frob_open", "LOCKDEP" },
	{ "[ BUG: bad unlock balance detected! ]\nfrobd/77 is trying to release lock (&frob->lock) at:\n[<ffffffff81234567>] frob_a+0x1/0x2\nbut there are no more locks to release!\n" STACK, "BUG: bad unlock balance in frob_a", "LOCKDEP" },
	{ "WARNING: bad unlock balance detected!\nfrobd/77 is trying to release lock (&frob->lock) at:\n[<ffffffff81234567>] frob_a+0x1/0x2\nbut there are no more locks to release!\n" STACK, "WARNING: bad unlock balance in frob_a", "LOCKDEP" },
	{ "[ BUG: held lock freed! ]\nfrobd/77 is freeing memory, with a lock still held there!\n #0: (&frob->lock){+.+.}, at: [<ffffffff81234567>] frob_a+0x1/0x2\n" STACK, "BUG: held lock freed in frob_a", "LOCKDEP" },
	{ "WARNING: held lock freed!\nfrobd/77 is freeing memory, with a lock still held there!\n" AT("frob_a") STACK, "WARNING: held lock freed in frob_a", "LOCKDEP" },
	{ "[ BUG: frobd/77 still has locks held! ]\n1 lock held by frobd/77:\n #0: (&frob->lock){+.+.}, at: [<ffffffff81234567>] frob_a+0x1/0x2\n" STACK, "BUG: still has locks held in frob_a", "LOCKDEP" },
	{ "WARNING: frobd/77 still has locks held!\n1 lock held by frobd/77:\n #0: " AT("frob_a") STACK, "WARNING: still has locks held in frob_a", "LOCKDEP" },
	{ "[ BUG: lock held when returning to user space! ]\nfrobd/77 is leaving the kernel with locks still held!\n #0: " AT("frob_a"), "BUG: lock held when returning to user space in frob_a", NULL },
	{ "WARNING: lock held when returning to user space!\nfrobd/77 is leaving the kernel with locks still held!\n #0: " AT("frob_a"), "WARNING: lock held when returning to user space in frob_a", "LOCKDEP" },
	{ "WARNING: Nested lock was not taken\nfrobd/77 is trying to lock:\n" AT("frob_a") "stack backtrace:\n" STACK, "WARNING: nested lock was not taken in frob_open", "LOCKDEP" },
	{ "INFO: trying to register non-static key.\nthe code is fine but needs lockdep annotation.\n" STACK, "INFO: trying to register non-static key in frob_open", NULL },
	{ "BUG: spinlock bad magic on CPU#1, frobd/77\n lock: 0xffff888012345678, .magic: 00000000\n" STACK, "BUG: spinlock bad magic in frob_open", "LOCKDEP" },
	{ "WARNING: suspicious RCU usage\n6.1.0 #1 Not tainted\ndrivers/frob/frob.c:12 suspicious rcu_dereference_check() usage!\n" STACK, "WARNING: suspicious RCU usage in frob_open", "LOCKDEP" },
	{ "[ INFO: suspicious RCU usage. ]\ndrivers/frob/frob.c:12 suspicious rcu_dereference_check() usage!\n" STACK, "INFO: suspicious RCU usage in frob_open", NULL },
	{ "WARNING: suspicious RCU usage\n6.1.0 #1 Not tainted\n", "WARNING: suspicious RCU usage", "WARNING", NULL, true },
	{ "[ INFO: suspicious rcu_dereference_check() usage. ]\ndrivers/frob/frob.c:12 invoked rcu_dereference_check() without protection!\n" STACK, "INFO: suspicious RCU usage in frob_open", NULL },
	{ "WARNING: bad contention detected!\nfrobd/77 is trying to contend lock (&frob->lock) at:\n[<ffffffff81234567>] frob_a+0x1/0x2\nbut there are no locks held!\n" STACK, "WARNING: bad contention detected!", "WARNING" },
	{ "[ BUG: circular locking deadlock detected! ]\n" STACK, "BUG: circular locking deadlock detected! ]", NULL },
	{ "BUG: workqueue leaked atomic, lock or RCU: kworker/2:1[106]\n     preempt=0x00000000 lock=0->0 RCU=0->1 workfn=frob_work\n" STACK, "BUG: workqueue leaked atomic, lock or RCU: kworker/NUM:NUM[NUM]", NULL },
	{ "BUG: workqueue leaked lock or atomic: kworker/1:1/0x00000000/77\n     last function: frob_work \n", "BUG: workqueue leaked lock or atomic in frob_work", NULL },

	/* atomic */
	{ "BUG: sleeping function called from invalid context at mm/slab.h:123\nin_atomic(): 1\n" CPU TRACE(F("dump_stack") F("__might_resched") F("frob_read")), "BUG: sleeping function called from invalid context in frob_read", "ATOMIC_SLEEP" },
	{ "BUG: scheduling while atomic: frobd/77/0x00000002\n" CPU TRACE(F("dump_stack") F("__schedule_bug") F("schedule") F("frob_read")), "BUG: scheduling while atomic in frob_read", "ATOMIC_SLEEP" },
	{ "BUG: using smp_processor_id() in preemptible [00000000] code: frobd/77\n" CPU TRACE(F("dump_stack") F("check_preemption_disabled") F("frob_read")), "BUG: using smp_processor_id() in preemptible code in frob_read", "LOCKDEP" },

	/* object */
	{ "WARNING: CPU: 1 PID: 77 at lib/debugobjects.c:12 debug_print_object+0x1/0x2\n" WARN("debug_print_object"), "WARNING: ODEBUG bug in frob_close", "WARNING" },
	{ "WARNING: CPU: 1 PID: 77 at lib/kobject.c:12 kobject_get+0x1/0x2\n" WARN("kobject_get"), "WARNING: kobject bug in frob_close", "WARNING" },
	{ "WARNING: CPU: 1 PID: 77 at fs/proc/generic.c:12 proc_register+0x1/0x2\n" WARN("proc_register"), "WARNING: proc registration bug in frob_close", "WARNING" },
	{ "WARNING: lib/refcount.c:12 at refcount_warn_saturate+0x1/0x2, CPU#1: frobd/77\n" WARN("refcount_warn_saturate"), "WARNING: refcount bug in frob_close", "REFCOUNT_WARNING" },
	{ "list_del corruption. prev->next should be x\nkernel BUG at lib/list_debug.c:12!\n" CPU RIP("__list_del_entry_valid") TRACE(F("frob_del")), "BUG: corrupted list in frob_del", "MEMORY_SAFETY_BUG", "bad-access in frob_del" },

	{ "list_del corruption. prev->next should be x\nkernel BUG at ../lib/list_debug.c:12!\n" CPU RIP("__list_del_entry_valid") TRACE(F("frob_del")), "BUG: corrupted list in frob_del", "MEMORY_SAFETY_BUG" },

	/* memory */
	{ "BUG: Bad page state in process frobd  pfn:12345\npage last allocated via order 0, migratetype Unmovable\n prep_new_page+0x1/0x2\n __alloc_pages+0x1/0x2\n frob_new+0x1/0x2\n" STACK, "BUG: Bad page state in prep_new_page", NULL },
	{ "BUG: Bad page cache in process frobd  pfn:12345\npage last allocated via order 0\n __alloc_pages+0x1/0x2\n frob_new+0x1/0x2\n" STACK, "BUG: Bad page cache in frob_new", NULL },
	/* without CONFIG_PAGE_OWNER */
	{ "BUG: Bad page state in process frobd  pfn:12345\npage dumped because: nonzero mapcount\n" CPU TRACE(F("dump_stack_lvl") F("bad_page") F("free_pages_check_bad") F("free_unref_page") F("frob_close")), "BUG: Bad page state in frob_close", NULL },
	{ "BUG: Bad page map in process frobd  pte:12345 pmd:12345\n" STACK, "BUG: Bad page map", NULL },
	{ "BUG: Bad rss-counter state mm:ffff888012345678 idx:0 val:1\n", "BUG: Bad rss-counter state", NULL },
	{ "BUG: non-zero nr_ptes on freeing mm: 1\n", "BUG: non-zero nr_ptes on freeing mm", NULL },
	{ "BUG: non-zero nr_pmds on freeing mm: 1\n", "BUG: non-zero nr_pmds on freeing mm", NULL },
	{ "BUG: memory leak\nunreferenced object 0xffff888012345678 (size 64):\n  backtrace (crc 12345678):\n    [<0000000012345678>] kmalloc_trace+0x1/0x2\n    [<0000000012345678>] frob_new+0x1/0x2\n\n", "memory leak in frob_new", "LEAK" },
	{ "unreferenced object 0xffff888012345678 (size 64):\n  comm \"frobd\", pid 77\n  backtrace:\n    [<0000000012345678>] kmemleak_alloc+0x1/0x2\n    [<0000000012345678>] frob_new+0x1/0x2\n\n", "memory leak in frob_new", "LEAK" },
	{ "WARNING: CPU: 1 PID: 77 at mm/usercopy.c:12 usercopy_warn+0x1/0x2\n" WARN("usercopy_warn"), "WARNING: bad usercopy in frob_close", "WARNING" },
	{ "usercopy: Kernel memory exposure attempt detected\nkernel BUG at mm/usercopy.c:12!\n" CPU RIP("usercopy_abort") TRACE(F("__check_object_size") F("frob_read")), "BUG: bad usercopy in frob_read", "BUG" },
	{ "WARNING: CPU: 1 PID: 77 at mm/slab_common.c:12 kmalloc_slab+0x1/0x2\n" WARN("kmalloc_slab"), "WARNING: kmalloc bug in frob_close", "WARNING" },
	{ "WARNING: CPU: 1 PID: 77 at mm/vmalloc.c:12 __vmalloc_node_range+0x1/0x2\n" WARN("__vmalloc_node_range"), "WARNING: zero-size vmalloc in frob_close", "WARNING" },
	{ "BUG kmalloc-64 (Not tainted): Object already free\n" STACK, "BUG: Object already free", "DoS" },
	{ "BUG frob_cache (Tainted: G    B     ): Poison overwritten\n" STACK, "BUG: Poison overwritten in slab frob_cache", NULL },
	{ "slab error in verify_redzone_free(): cache `frob': memory outside object was overwritten\n" STACK, "slab error in verify_redzone_free", NULL },
	/* an injected fault's stack in between, below what names the report */
	{ "BUG: KASAN: use-after-free in frob_read+0x1/0x2\nRead of size 8 at addr ffff888012345678 by task frobd/77\n" CPU TRACE(F("frob_read") F("frob_a") F("frob_b") F("frob_c") F("should_failslab.cold") F("frob_d")), "KASAN: use-after-free Read in frob_read", "KASAN-USE-AFTER-FREE-READ", "bad-access in frob_read", true },
	/* 4.x: the first frame of another stack stands behind its tag */
	{ "BUG: sleeping function called from invalid context at mm/frob.c:12\nCall Trace:\n <IRQ>  [<ffffffff81234567>] frob_show+0x1/0x2\n [<ffffffff81234567>] frob_sleep+0x1/0x2\n [<ffffffff81234567>] frob_b+0x1/0x2\n", "BUG: sleeping function called from invalid context in frob_sleep", "ATOMIC_SLEEP" },
	{ "BUG: unable to handle kernel paging request at ffff880012345678\nIP: 0xffffffff81234567:\nCall Trace:\n frob_b+0x1/0x2\n frob_c+0x1/0x2\n", "BUG: unable to handle kernel paging request in frob_b", "MEMORY_SAFETY_BUG" },
	{ "BUG: frob entries too low!\n" CPU TRACE(F("frob_a")), "BUG: frob entries too low!", NULL },
	{ "trusty: panic (caller 0x123): ASSERT FAILED at (trusty/frob.c:12): \nfrob: x\n", "trusty: ASSERT FAILED:", "DoS", NULL, true },
	{ "WARNING: CPU: 1 PID: 77 at\nfrob: x\n", "WARNING: CPU: NUM PID: NUM at", "WARNING" },
	{ "SYZFAIL: wrong response packet\n", "SYZFAIL: wrong response packet", "SYZ_FAILURE" },
	{ "2024/01/02 03:04:05 SYZFATAL: failed to read 1234 bytes: EOF\n", "SYZFATAL: failed to read NUM bytes: EOF", "SYZ_FAILURE", "SYZFATAL" },
	{ "fatal error: all goroutines are asleep - deadlock!\n\ngoroutine 1 [running]:\n", "go runtime error", "DoS" },
	{ "frobfs: loop0: BUG: inode 12 has 3 parents\n", "BUG: inode NUM has NUM parents", NULL },
	{ "INFO: Slab 0xffffea0000123450 objects=20 used=2 fp=0xffff888012345678 flags=0x8000000000004080\nCall Trace:\n", "INFO: Slab ADDR objects=NUM used=NUM fp=ADDR flags=ADDR", NULL },
	{ "INFO: 0xffff888012345678-0xffff88801234567b. First byte 0x6a instead of 0x6b\n", "INFO: ADDR-ADDR. First byte 0x6a instead of 0x6b", NULL },
	{ "INFO: Freed in frob_free+0x1/0x2 age=12 cpu=1 pid=77\n", "INFO: Freed in frob_free age=NUM cpu=NUM pid=NUM", NULL, NULL, true },

	/* oom */
	{ "frobd invoked oom-killer: gfp_mask=0x100cca(GFP_HIGHUSER_MOVABLE), order=0, oom_score_adj=0\n", "out of memory", NULL },
	{ "Memory cgroup out of memory: Killed process 77 (frobd) total-vm:1kB\n", "out of memory", NULL },
	{ "Kernel panic - not syncing: Out of memory: system-wide panic_on_oom is enabled\n" STACK, "kernel panic: Out of memory: system-wide panic_on_oom is enabled", "DoS" },

	/* bug */
	{ "WARNING: CPU: 1 PID: 77 at drivers/usb/core/urb.c:12 usb_submit_urb+0x1/0x2\n" WARN("usb_submit_urb"), "WARNING in frob_close/usb_submit_urb", "WARNING" },
	{ "WARNING: drivers/frob/frob.c:12 at 0x0, CPU#1: frobd/77\n" WARN("frob_read"), "WARNING in frob_read", "WARNING" },
	{ "WARNING: CPU: 1 PID: 77 at drivers/frob/frob.c:12 frob_read+0x1/0x2 [frob]\n" WARN("frob_read"), "WARNING in frob_read", "WARNING" },
	{ "WARNING: at drivers/frob/frob.c:12 frob_read+0x1/0x2()\n" STACK, "WARNING in frob_open", "WARNING" },
	{ "WARNING: drivers/frob/frob.c:12 at frob_read+0x1/0x2, CPU#1: frobd/77\n" WARN("frob_read"), "WARNING in frob_read", "WARNING" },
	{ "WARNING: [x > y] drivers/frob/frob.c:12 at frob_read+0x1/0x2, CPU#1: frobd/77\n" WARN("frob_read"), "WARNING in frob_read", "WARNING" },
	{ "WARNING: \n", "WARNING: corrupted", NULL, NULL, true },
	/* no row, but a stack */
	{ "WARNING: frob chain broken at 0xffff888012345678\n" STACK, "WARNING: frob chain broken at ADDR", "WARNING" },
	{ "Kernel BUG [#1]\nepc : frob_set+0x1/0x2\nCall Trace:\n[<ffffffff80123456>] frob_set+0x1/0x2\n\n\n", "kernel BUG in frob_set", "BUG" },
	{ "kernel BUG at drivers/frob/frob.c:12!\ninvalid opcode: 0000 [#1] SMP\n" OOPS("skb_put"), "kernel BUG in frob_write", "BUG" },
	{ "Kernel BUG at c0123456 [verbose debug info unavailable]\n" STACK, "kernel BUG at ADDR [verbose debug info unavailable]", "BUG" },
	{ "Oops: int3: 0000 [#1] PREEMPT SMP\n" OOPS("frob_read"), "Oops in frob_read", NULL },
	{ "int3: 0000 [#1] PREEMPT SMP\n" OOPS("frob_read"), "Oops in frob_read", NULL },
	{ "divide error: 0000 [#1] SMP\n" OOPS("frob_read"), "divide error in frob_read", "DoS" },
	{ "divide_error: 0000 [#1] SMP\n" OOPS("frob_read"), "divide error in frob_read", "DoS" },
	{ "invalid opcode: 0000 [#1] SMP\n" OOPS("frob_read"), "invalid opcode in frob_read", "DoS" },
	{ "CFI failure at frob_read+0x1/0x2 (target: frob_b+0x0/0x2; expected type: 0x12345678)\n" STACK, "CFI failure in frob_read", NULL },
	{ "BUG:\n", "BUG: corrupted", NULL, NULL, true },
	{ "BUG: MAX_FROBS too low!\n", "BUG: MAX_FROBS too low!", NULL },

	/* panic */
	{ "Kernel panic - not syncing: Attempted to kill init! exitcode=0x00000009\n" STACK, "kernel panic: Attempted to kill init!", "DoS" },
	{ "Kernel panic - not syncing: VFS: Unable to mount root fs on unknown-block(0,0)\n" STACK, "kernel panic: VFS: Unable to mount root fs on unknown-block(NUM,NUM)", "DoS" },
	{ "Kernel panic - not syncing: No working init found.  Try passing init= option to kernel.\n" STACK, "kernel panic: No working init found. Try passing init= option to kernel.", "DoS" },
	{ "Kernel panic - not syncing: Couldn't open N_TTY ldisc for ptm1 --- error -12.\n" STACK, "kernel panic: Couldn't open N_TTY ldisc", "DoS" },
	{ "Kernel panic - not syncing: Fatal exception in interrupt\n", "kernel panic: Fatal exception", "DoS", NULL, true },
	{ "Kernel panic - not syncing: panic_on_warn set ...\n", "kernel panic: panic_on_warn set", "DoS", NULL, true },
	{ "Kernel panic - not syncing: hung_task: blocked tasks\n" STACK, "kernel panic: hung_task: blocked tasks", "DoS", NULL, true },
	{ "Kernel panic - not syncing: frob 12 exploded at 0xffff888012345678\n" STACK, "kernel panic: frob NUM exploded at ADDR", "DoS" },
	{ "rust_kernel: panicked at drivers/frob/frob.rs:12:3:\nindex out of bounds\n" CPU TRACE(F("_RNvCscSpY9Juk0HT_7___rustc17rust_begin_unwind") F("_RNvNtCs1234_4core9panicking9panic_fmt") F("_RNvXCs5_4frobNtB2_4FrobNtNtCs6_6kernel4file10Operations4read")), "index out of bounds in <frob::Frob as kernel::file::Operations>::read", NULL },

	/* other */
	{ "BUG: Dentry ffff888012345678{i=12,n=frob}  still in use (1) [unmount of frobfs sda1]\n" STACK, "BUG: Dentry still in use in unmount", NULL, "BUG: Dentry still in use [unmount of frobfs sda1]" },
	{ "BUG: Dentry ffff888012345678{i=12,n=frob}  still in use (1) [unm\n" STACK, "BUG: Dentry ADDR{i=NUM,n=frob} still in use (NUM) [unm", NULL, NULL, true },
	{ "Booting the kernel.\n", "unexpected kernel reboot", "REBOOT" },
	{ "unregister_netdevice: waiting for lo to become free. Usage count = 2\n", "unregister_netdevice: waiting for DEV to become free", "DoS" },
	{ "VFS: Close: file count is 0\n", "VFS: Close: file count is zero (use-after-free)", "DoS" },
	{ "VFS: Busy inodes after unmount of sda1. Self-destruct in 5 seconds.\n", "VFS: Busy inodes after unmount (use-after-free)", "DoS" },
	{ "KVM internal error. Suberror: 1\n", "KVM internal error", NULL },
	{ "trusty: panic (caller 0x12): ASSERT FAILED at (lib/frob.c:12): frob\n", "trusty: ASSERT FAILED: frob", "DoS" },
	{ "trusty: panic ASSERT FAILED at : frob\n", "trusty: ASSERT FAILED: frob", "DoS", NULL, true },
	{ "trusty: panic (caller \ntrusty: 0x12): ASSERT FAILED at (lib/frob.c:12): frob\n", "trusty: ASSERT FAILED: frob", "DoS", NULL, true },
	{ "trusty: panic (caller 0x12): frob\n", "trusty: panic: frob", "DoS" },
	{ "INFO: \n", "INFO: corrupted", NULL, NULL, true },
};

/* Lines with the words of reports, that are none. */
static const char *const no_reports[] = {
	"WARNING: Unprivileged eBPF is enabled with eIBRS on",
	"WARNING: /etc/frob/moduli does not exist, using fixed modulus",
	"frob: WARNING: cable unplugged",
	/* the stack is another's */
	"WARNING: frob is deprecated\nfrob: a\nfrob: b\nfrob: c\nfrob: d\nfrob: e\nfrob: page allocation failure\n"
	"CPU: 1 PID: 77 Comm: frobd Not tainted 6.1.0 #1\nCall Trace:\n frob_a+0x1/0x2\n",
	"INFO: lockdep is turned off.",
	"INFO: NMI handler (frob_handler) took too long to run: 1.356 msecs",
	"INFO: Stall ended before state dump start",
	"ODEBUG: activate active (active state 0) object type: timer_list",
	"frob.c:3:10: fatal error: frob.h: No such file or directory",
	"FROB_DEBUG: enabled",
	"traps: frobd[77] general protection fault ip:7f1234567890 sp:7ffd12345678 error:0 in libfrob.so[7f1234500000+1000]",
	"frobd[77]: segfault at 18 ip 00007f1234567890 sp 00007ffd12345678 error 4 in frobd[400000+1000]",
	"Modules linked in: frob(OE)",
	"kernel: oops=panic panic=10",
	"Command line: oops=panic panic_on_oops=1 nmi_watchdog=panic",
	"EDAC MC0: Giving out device to module frob_edac",
	"NMI watchdog: Enabled. Permanently consumes one hw-PMU counter.",
	"mce: CPU supports 9 MCE banks",
	"kmemleak: Kernel memory leak detector initialized",
	"HEST: Enabling Firmware First mode for corrected errors.",
	"early console in extract_kernel, booting the kernel.",
	"DEBUG: all fine",
	"",
};
/* clang-format on */

static const char *alt_of(const struct pm_incident *inc, const char *want)
{
	for (size_t i = 0; i < inc->alt_titles.n; i++)
		if (!strcmp(inc->alt_titles.v[i], want))
			return want;
	return inc->alt_titles.n ? inc->alt_titles.v[0] : "none";
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

static const struct pm_printk_family *const families[] = {
	&pm_family_access, &pm_family_traps, &pm_family_stack,   &pm_family_hardware, &pm_family_rcu,
	&pm_family_lockup, &pm_family_hung,  &pm_family_kasan,   &pm_family_kfence,   &pm_family_kmsan,
	&pm_family_kcsan,  &pm_family_ubsan, &pm_family_lockdep, &pm_family_atomic,   &pm_family_object,
	&pm_family_memory, &pm_family_oom,   &pm_family_bug,     &pm_family_panic,    &pm_family_other,
};

static const char *const prefixes[] = { "[   12.345678][   T77] ", "[   12.345678] ",
					"Jan  2 03:04:05 host kernel: [   12.345678] " };

static bool identify(const char *prefix, const char *text, struct pm_incident *inc,
		     const struct pm_printk_row **row_out)
{
	struct text_window tw;
	struct pm_printk_report report;
	bool found = text_window_make(&tw, prefix, text);

	pm_incident_init(inc);
	if (found) {
		pm_printk_segment(&tw.window, &inc->arena, &report);
		found = pm_printk_identify(&report, inc);
		if (row_out)
			*row_out = pm_printk_row_of(&report, NULL);
	}
	text_window_free(&tw);
	return found;
}

static void every_row(void **state)
{
	const struct pm_printk_row *hit[PM_COUNT(examples)] = { NULL };
	unsigned bad = 0;

	(void)state;
	for (size_t i = 0; i < PM_COUNT(examples); i++)
		for (size_t p = 0; p < PM_COUNT(prefixes); p++) {
			const struct example *e = &examples[i];
			struct pm_incident inc;

			if (!identify(prefixes[p], e->text, &inc, &hit[i])) {
				print_error("no report: %s\n", e->text);
				bad++;
			} else if (!same(inc.title, e->title) || !same(inc.type, e->type) ||
				   inc.corrupted != e->corrupted ||
				   (e->alt && !same(alt_of(&inc, e->alt), e->alt))) {
				print_error("%s\n  title %s (%s)\n  not   %s (%s)\n  alt %s not %s\n  "
					    "corrupted: %s\n",
					    e->text, inc.title, inc.type ? inc.type : "-", e->title,
					    e->type ? e->type : "-", e->alt ? alt_of(&inc, e->alt) : "-",
					    e->alt ? e->alt : "-", inc.corrupted ? inc.corrupted_why : "no");
				bad++;
			}
			pm_incident_deinit(&inc);
		}
	for (size_t f = 0; f < PM_COUNT(families); f++)
		for (size_t r = 0; r < families[f]->n; r++) {
			bool found = false;

			for (size_t i = 0; i < PM_COUNT(hit); i++)
				found |= hit[i] == &families[f]->rows[r];
			if (!found) {
				print_error("%s: no example of row \"%s\"\n", families[f]->name,
					    families[f]->rows[r].line);
				bad++;
			}
		}
	assert_int_equal(bad, 0);
}

static void what_is_no_report(void **state)
{
	(void)state;
	for (size_t i = 0; i < PM_COUNT(no_reports); i++) {
		struct text_window tw;

		struct pm_incident inc;

		pm_incident_init(&inc);
		if (text_window_make(&tw, "[    1.000000] ", no_reports[i]) &&
		    pm_console_linux.read(&tw.window, &inc))
			fail_msg("a report: %s", no_reports[i]);
		pm_incident_deinit(&inc);
		text_window_free(&tw);
	}
}

/* Kernels without printk times print the same; what tells is on the line or around it. */
static void bare_lines(void **state)
{
	static const char *const cases[][2] = {
		{ "segment-related general protection fault: beec [#2] SMP\n" OOPS("frob_read"),
		  "general protection fault in frob_read" },
		{ "I saw a general protection fault: it came again\n", NULL },
		{ "[ INFO: suspicious RCU usage. ]\n4.3.5+ #8 Not tainted\n-----\n"
		  "net/frob.c:544 suspicious rcu_dereference_check() usage!\n\n"
		  "other info that might help us debug this:\n",
		  "INFO: suspicious RCU usage in corrupted" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct pm_systems systems;
		struct pm_incident inc;
		struct text_window tw;

		pm_systems_init(&systems);
		pm_incident_init(&inc);
		bool found =
			text_window_make(&tw, "", cases[i][0]) && pm_systems_read(&systems, &tw.window, &inc);
		if (!cases[i][1] ? found : !found || !same(inc.title, cases[i][1]))
			fail_msg("%s: %s", cases[i][0], found ? inc.title : "no report");
		pm_incident_deinit(&inc);
		text_window_free(&tw);
	}
}

/* Every word of a row is one that the scanner is told of, and every word has a row. */
static void words(void **state)
{
	(void)state;
	for (size_t f = 0; f < PM_COUNT(families); f++)
		for (size_t r = 0; r < families[f]->n; r++) {
			bool found = false;

			for (const char *const *w = pm_printk_words; *w; w++)
				found |= !strcmp(*w, families[f]->rows[r].word);
			if (!found)
				fail_msg("%s: \"%s\" is no word", families[f]->name,
					 families[f]->rows[r].word);
		}
}

static const char *fingerprint(const char *text, char *out)
{
	struct pm_incident inc;

	assert_true(identify(prefixes[0], text, &inc, NULL));
	strcpy(out, inc.fingerprint);
	pm_incident_deinit(&inc);
	return out;
}

/* The same across builds: offsets, sizes, compilers' suffixes, CPUs, addresses; not across functions. */
static void fingerprints(void **state)
{
	char a[32], b[32];

	(void)state;
	assert_string_equal(
		fingerprint(
			"BUG: kernel NULL pointer dereference, address: 0000000000000018\n" CPU
			"RIP: 0010:frob_read.isra.0+0x1/0x2\n" TRACE(" frob_b.constprop.0+0x1/0x2\n" F("c")),
			a),
		fingerprint("BUG: kernel NULL pointer dereference, address: 0000000000000020\n"
			    "CPU: 3 PID: 1 Comm: init Tainted: G        W         6.2.0 #2\n"
			    "RIP: 0010:frob_read+0x9/0x99\n" TRACE(" frob_b+0x7/0x8\n" F("c.cold")),
			    b));
	assert_string_not_equal(
		a, fingerprint("BUG: kernel NULL pointer dereference, address: 0000000000000018\n" CPU
			       "RIP: 0010:frob_write+0x1/0x2\n" TRACE(F("frob_b") F("c")),
			       b));
	/* a title that quotes the line's names */
	assert_string_equal(
		fingerprint("BUG: KCSAN: data-race in frob_a.isra.0 / frob_b\n", a),
		fingerprint("BUG: KCSAN: data-race in frob_a.constprop.0.cold / frob_b.llvm.1234567890\n",
			    b));
	/* where a loop was caught changes; what was called does not */
#define LOOP(f)                                                                                              \
	"watchdog: BUG: soft lockup - CPU#1 stuck for 22s! [frobd:77]\n" CPU RIP(f)                          \
		TRACE(F(f) F("frob_top") SYSCALL)
	assert_string_equal(fingerprint(LOOP("frob_x"), a), fingerprint(LOOP("frob_y"), b));
}

/* Lines of two tasks, interleaved: each report takes its own, and each is found. */
static void two_contexts(void **state)
{
	static const char text[] = "[    1.0][   T1] WARNING: CPU: 0 PID: 1 at a/one.c:1 one+0x1/0x2\n"
				   "[    1.0][   T2] BUG: kernel NULL pointer dereference, address: 0\n"
				   "[    1.1][   T1] RIP: 0010:one+0x1/0x2\n"
				   "[    1.1][   T2] RIP: 0010:two+0x1/0x2\n"
				   "[    1.2][   T1] Call Trace:\n"
				   "[    1.2][   T2] Call Trace:\n"
				   "[    1.2][   T1]  one_caller+0x1/0x2\n"
				   "[    1.2][   T2]  two_caller+0x1/0x2\n"
				   "[    1.3][   T1] ---[ end trace 0 ]---\n"
				   "[    1.3][   T2] Kernel panic - not syncing: Fatal exception\n";
	struct text_window tw;
	struct pm_printk_report report;
	struct pm_incident inc;

	(void)state;
	assert_true(text_window_make(&tw, "", text));
	pm_incident_init(&inc);
	pm_printk_segment(&tw.window, &inc.arena, &report);
	assert_int_equal(report.lines.n, 5);
	assert_true(pm_printk_identify(&report, &inc));
	assert_string_equal(inc.title, "WARNING in one");
	pm_incident_deinit(&inc);
	assert_false(tw.window.taken[1]);
	tw.window.start = 1;
	pm_incident_init(&inc);
	pm_printk_segment(&tw.window, &inc.arena, &report);
	assert_int_equal(report.lines.n, 5);
	assert_true(pm_printk_identify(&report, &inc));
	assert_string_equal(inc.title, "BUG: unable to handle kernel NULL pointer dereference in two");
	assert_true(inc.panicked);
	assert_string_equal(inc.panic_reason, "Fatal exception");
	assert_int_equal(inc.panic_at.line, 10);
	pm_incident_deinit(&inc);
	for (size_t i = 0; i < tw.window.n; i++)
		assert_true(tw.window.taken[i]);
	text_window_free(&tw);
}

/* Without caller ids the second report ends the first; long after it, a panic is one of its own. */
static void one_console(void **state)
{
	static const char text[] = "[    1.0] WARNING: CPU: 0 PID: 1 at a/one.c:1 one+0x1/0x2\n"
				   "[    1.0] RIP: 0010:one+0x1/0x2\n"
				   "[    1.0] Call Trace:\n"
				   "[    1.0]  one_caller+0x1/0x2\n"
				   "[    1.0] ---[ end trace 0 ]---\n"
				   "[    1.1] frob: all is well\n"
				   "[   90.0] Kernel panic - not syncing: frob is lost\n";
	struct text_window tw;
	struct pm_printk_report report;
	struct pm_arena arena;

	(void)state;
	pm_arena_init(&arena);
	assert_true(text_window_make(&tw, "", text));
	pm_printk_segment(&tw.window, &arena, &report);
	assert_false(tw.window.taken[6]);
	text_window_free(&tw);
	pm_arena_deinit(&arena);
}

static void guilty_files(void **state)
{
	static const struct {
		const char *text, *file;
	} cases[] = {
		/* general code is passed over; headers too */
		{ "WARNING: CPU: 1 PID: 77 at lib/frob.c:12 x+0x1/0x2\nCall Trace:\n a+0x1/0x2 mm/slub.c:1\n"
		  " b include/linux/frob.h:1 [inline]\n c+0x1/0x2 ./drivers/frob/core.c:1\n d+0x1/0x2 "
		  "fs/x.c:1\n",
		  "drivers/frob/core.c" },
		/* a driver below its subsystem's folder */
		{ "WARNING: CPU: 1 PID: 77 at net/core/dev.c:12 x+0x1/0x2\nCall Trace:\n a+0x1/0x2 "
		  "drivers/hid/core.c:1\n"
		  " b+0x1/0x2 drivers/hid/usbhid/main.c:1\n",
		  "drivers/hid/usbhid/main.c" },
		{ "WARNING: CPU: 1 PID: 77 at lib/frob.c:12 x+0x1/0x2\n", "lib/frob.c" },
		{ "BUG: Bad rss-counter state mm:ffff888012345678\n", NULL },
		/* the way to the tree in which the kernel was built */
		{ "WARNING: CPU: 1 PID: 77 at ../lib/frob.c:12 x+0x1/0x2\nCall Trace:\n a+0x1/0x2 "
		  "./mm/slub.c:1\n b+0x1/0x2 ../fs/frob.c:1\n",
		  "fs/frob.c" },
		{ "kernel BUG at /build/linux-6.1.76/net/ipv4/tcp.c:12!\n", "net/ipv4/tcp.c" },
		{ "kernel BUG at /home/frob/kernel/net/core/filter.c:12!\n", "net/core/filter.c" },
		{ "kernel BUG at /home/frob/frob.c:12!\n", "/home/frob/frob.c" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(cases); i++) {
		struct pm_incident inc;

		assert_true(identify(prefixes[0], cases[i].text, &inc, NULL));
		if (!same(inc.guilty_file, cases[i].file))
			fail_msg("%s: %s", cases[i].text, inc.guilty_file ? inc.guilty_file : "none");
		pm_incident_deinit(&inc);
	}
}

static void clean_titles(void **state)
{
	static const char *const cases[][2] = {
		{ "kernel panic: EXT4-fs (device sda1): panic forced after error 12",
		  "kernel panic: EXT4-fs (device sda1): panic forced after error NUM" },
		{ "x at ffff888012345678", "x at ADDR" },
		{ "x at 0xdeadbeef,1,2,3", "x at ADDR,NUM,NUM,NUM" },
		{ "x at drivers/frob.c:12:3!", "x at drivers/frob.c:LINE!" },
		{ "x frob_read+0x1/0x2 y", "x frob_read y" },
		{ "x 10.1.2.3", "x IP" },
		{ "cfg80211 on CPU#3", "cfg80211 on CPU" },
		{ "foo12345678bar", "fooNUMbar" },
		{ "two  blanks\tand \x01 control", "two blanks and control" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(cases); i++) {
		struct pm_arena arena;

		pm_arena_init(&arena);
		assert_string_equal(pm_title_clean(&arena, pm_slice_of(cases[i][0])), cases[i][1]);
		pm_arena_deinit(&arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_row),    cmocka_unit_test(what_is_no_report),
		cmocka_unit_test(words),        cmocka_unit_test(bare_lines),
		cmocka_unit_test(fingerprints), cmocka_unit_test(two_contexts),
		cmocka_unit_test(one_console),  cmocka_unit_test(guilty_files),
		cmocka_unit_test(clean_titles),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
