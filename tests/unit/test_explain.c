/* What the rules say of incidents made by hand (locks and hangs: test_explain_hang.c). */
#include "explain_case.h"

static void null_member(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_write", "vfs_write", "ksys_write", "do_syscall_64",
	      "entry_SYSCALL_64_after_hwframe");
	fault(PM_KIND_NULL_DEREF, 0x18, PM_ADDR_NULL);
	inc.fault.access = PM_WRITE;
	inc.fault.access_size = 8;
	inc.actor.syscall = "write";
	inc.actor.has_syscall = true;
	operand("rax", 0, 0x18);
	pm_explain(&inc);
	assert_string_equal(inc.headline, "NULL pointer dereference: write of 8 bytes at 0x18");
	assert_says("null-member-offset", PM_LIKELY, "(rax) is NULL and 0x18 is the offset of a member");
	assert_int_equal(found("null-member-offset")->evidence.v[0].line, 3);
	assert_string_equal(inc.path, "write(2) → ksys_write → vfs_write → frob_write");
	assert_silent("recursion");
	assert_silent("poison");
}

static void null_member_named(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_write");
	fault(PM_KIND_NULL_DEREF, 0x18, PM_ADDR_NULL);
	operand("rax", 0, 0x18);
	inc.fault.member = "counter";
	inc.fault.member_type = "struct frob";
	inc.fault.member_variable = "st";
	pm_explain(&inc);
	assert_says("null-member-offset", PM_LIKELY,
		    "(rax, `st`) is NULL and 0x18 is the offset of `counter` in struct frob");
}

/* Registers that do not give the fault address prove nothing about the base. */
static void operand_that_disagrees(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_write");
	fault(PM_KIND_PAGE_FAULT, 0xffffc90000001234, PM_ADDR_VMALLOC);
	operand("rax", 0x5000, 0x18);
	inc.fault.base_from = "mov 0x28(%rdi),%rax";
	pm_explain(&inc);
	assert_says("address-disagrees", PM_CERTAIN, "0x5018");
	assert_silent("base-register-from");
	assert_silent("null-member-offset");
}

static void null_function(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "sock_frob", "vfs_poll");
	fault(PM_KIND_NULL_DEREF, 0, PM_ADDR_NULL);
	inc.fault.access = PM_EXECUTE;
	pm_explain(&inc);
	assert_says("null-call", PM_LIKELY, "by sock_frob()");
	assert_silent("null-member-offset");
	assert_string_equal(inc.headline, "call through a NULL function pointer: jump to 0x0");
}

static void error_code_tells_the_kind(void **state)
{
	static const struct {
		uint64_t code;
		enum pm_address_class class;
		enum pm_kind kind;
	} rows[] = {
		{ 0x2, PM_ADDR_MODULE, PM_KIND_PAGE_FAULT },
		{ 0x3, PM_ADDR_MODULE, PM_KIND_WRITE_READ_ONLY },
		{ 0x11, PM_ADDR_MODULE, PM_KIND_EXECUTE_NX },
		{ 0x11, PM_ADDR_USER, PM_KIND_SMEP },
		{ 0x1, PM_ADDR_USER, PM_KIND_SMAP },
		{ 0x0, PM_ADDR_USER, PM_KIND_PAGE_FAULT },
		{ 0x1, PM_ADDR_MODULE, PM_KIND_PAGE_FAULT },
		{ 0x21, PM_ADDR_USER, PM_KIND_PAGE_FAULT },
	};

	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		tear_down(state);
		set_up(state);
		fault(PM_KIND_PAGE_FAULT, 0xffffffffc0001000, rows[i].class);
		inc.fault.has_error_code = true;
		inc.fault.error_code = rows[i].code;
		pm_explain(&inc);
		assert_int_equal(inc.fault.kind, rows[i].kind);
	}
}

static void flipped_bit(void **state)
{
	(void)state;
	fault(PM_KIND_GPF, UINT64_C(0xfeff888012345678), PM_ADDR_NON_CANONICAL);
	pm_explain(&inc);
	assert_says("flipped-bit", PM_LIKELY, "bit 56");
	assert_silent("non-canonical");
}

static void no_flipped_bit(void **state)
{
	(void)state;
	fault(PM_KIND_GPF, UINT64_C(0xdeadbeefcafe0018), PM_ADDR_NON_CANONICAL);
	pm_explain(&inc);
	assert_silent("flipped-bit");
	assert_says("non-canonical", PM_LIKELY, "0xdeadbeefcafe0018");
}

static void text_over_pointer(void **state)
{
	(void)state;
	fault(PM_KIND_GPF, UINT64_C(0x6f77206f6c6c6568), PM_ADDR_TEXT_LIKE);
	pm_explain(&inc);
	assert_says("text-over-pointer", PM_LIKELY, "\"hello wo\"");
}

static void recursion_of_two(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_STACK_GUARD;
	TRACE(PM_TRACE_CRASH, "leaf", "ping", "pong", "ping", "pong", "ping", "pong", "ping", "pong",
	      "start");
	pm_explain(&inc);
	assert_says("recursion", PM_LIKELY, "4 times");
	assert_non_null(strstr(found("recursion")->text, "pong → ping → pong"));
}

/* Three nested calls are no endless recursion, and in a plain warning even five are none. */
static void nesting_is_no_recursion(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_WARNING;
	TRACE(PM_TRACE_CRASH, "walk", "walk", "walk", "walk", "walk", "start");
	pm_explain(&inc);
	assert_silent("recursion");
}

static void freed_by_another(void **state)
{
	struct pm_trace *trace;

	(void)state;
	inc.fault.kind = PM_KIND_KASAN;
	inc.actor.has_pid = true;
	inc.actor.pid = 7;
	TRACE(PM_TRACE_CRASH, "kasan_report", "frob_read");
	trace = TRACE(PM_TRACE_FREED, "kasan_save_stack", "kfree", "frob_release");
	trace->has_pid = true;
	trace->pid = 8;
	trace->at.line = 50;
	pm_incident_add_fact(&inc, "kasan", "bug_type", PM_S("slab-use-after-free"), "access after free",
			     (struct pm_at){ 1, 0 });
	pm_explain(&inc);
	assert_says("freed-by", PM_CERTAIN, "by pid 8 in frob_release()");
	bool other = false;
	for (size_t i = 0; i < inc.findings.n; i++)
		other |= inc.findings.v[i].grade == PM_LIKELY &&
			 strstr(inc.findings.v[i].text, "another task freed it");
	assert_true(other);
}

static void machine_check_is_hardware(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_MACHINE_CHECK;
	inc.fault.at.line = 4;
	pm_explain(&inc);
	assert_says("not-software", PM_CERTAIN, "hardware");
	assert_silent("suspect-part");
}

/* Bounds that the kernel hashed are none: they never get here. */
static void stack_pointer_below_the_stack(void **state)
{
	struct pm_trace *trace = PM_PUSH(&inc.arena, &inc.traces);
	struct pm_regs *regs = PM_PUSH(&inc.arena, &trace->regs);

	(void)state;
	trace->role = PM_TRACE_CRASH;
	*PM_PUSH(&inc.arena, &regs->regs) =
		(struct pm_register){ .name = "rsp", .value = 0xffffc90000422ff8 };
	inc.fault.kind = PM_KIND_STACK_GUARD;
	pm_explain(&inc);
	assert_silent("stack-bounds");
	inc.fault.has_stack = true;
	inc.fault.stack_low = 0xffffc90000423000;
	inc.fault.stack_high = 0xffffc90000428000;
	pm_explain(&inc);
	assert_says("stack-bounds", PM_CERTAIN, "0xffffc90000423000 to 0xffffc90000427fff: below it");
}

static void init_by_signal(void **state)
{
	(void)state;
	inc.fault.kind = PM_KIND_INIT_KILLED;
	inc.init_exit = (struct pm_init_exit){ .known = true, .signal = 11, .signal_name = "SIGSEGV" };
	inc.panic_at.line = 9;
	pm_explain(&inc);
	assert_says("init-exit", PM_CERTAIN, "signal 11, SIGSEGV: a bad memory access in user space");
}

/* Nothing of Linux is said of another system. */
static void other_systems(void **state)
{
	(void)state;
	inc.machine.system = PM_OPENBSD;
	inc.panic_reason = "Fatal exception in interrupt";
	fault(PM_KIND_PAGE_FAULT, UINT64_C(0xffffffffffffffea), PM_ADDR_ERROR_POINTER);
	pm_explain(&inc);
	assert_silent("error-pointer");
	assert_silent("fault-in-interrupt");
	assert_int_equal(inc.missing.n, 1); /* the trace, whatever the system */
	for (size_t i = 0; i < inc.next.n; i++)
		assert_null(inc.next.v[i].command);
}

/* What has a file but no line has none in the kernel's file, either. */
static void no_line_to_look_for(void **state)
{
	(void)state;
	inc.machine.system = PM_KPANIC;
	inc.place =
		(struct pm_place){ .symbol = "meter_rename", .has_offset = true, .offset = 8, .size = 16 };
	pm_explain(&inc);
	assert_int_equal(inc.next.n, 1);
	assert_non_null(strstr(inc.next.v[0].command, "--vmlinux KERNEL.elf"));
	inc.next.n = 0;
	inc.place.file = "kernel/scenarios/meter.c";
	pm_explain(&inc);
	assert_int_equal(inc.next.n, 1);
	assert_null(inc.next.v[0].command);
}

/* An incident of which nothing is known is explained by saying so. */
static void nothing_known(void **state)
{
	(void)state;
	inc.machine.system = PM_SYSTEM_UNKNOWN;
	pm_explain(&inc);
	assert_non_null(inc.headline);
	assert_int_equal(inc.findings.n, 0);
	assert_null(inc.path);
}

static void every_kind_alone(void **state)
{
	for (enum pm_kind kind = PM_KIND_UNKNOWN; kind < PM_KINDS; kind++) {
		tear_down(state);
		set_up(state);
		inc.fault.kind = kind;
		pm_explain(&inc);
		assert_non_null(inc.headline);
		for (size_t i = 0; i < inc.findings.n; i++)
			assert_true(*inc.findings.v[i].text != 0);
	}
}

/* An out-of-bounds access: the free on record is not the object's end, and the page's is not the object's. */
static void page_free_is_not_the_objects(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "kasan_report", "frob_read", "vfs_read");
	TRACE(PM_TRACE_ALLOCATED, "kasan_save_stack", "__kasan_slab_alloc", "kmem_cache_alloc", "frob_new")
		->title = "Allocated by task 9";
	TRACE(PM_TRACE_FREED, "free_pcp_prepare", "free_unref_page", "exit_mmap")->title =
		"page last free stack trace";
	fault(PM_KIND_KASAN, 0xffff888012345678, PM_ADDR_DIRECT_MAP);
	fact("kasan", "bug_type", "slab-out-of-bounds");
	pm_explain(&inc);
	assert_silent("freed-by");
	assert_says("allocated-by", PM_CERTAIN, "the object was allocated in frob_new()");
	for (size_t i = 0; i < inc.findings.n; i++)
		assert_null(strstr(inc.findings.v[i].text, "free_pcp_prepare"));
}

static void page_of_a_use_after_free(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "kasan_report", "frob_read", "vfs_read");
	TRACE(PM_TRACE_FREED, "free_pcp_prepare", "__folio_put", "frob_unmap")->of_page = true;
	fault(PM_KIND_KASAN, 0xffff888012345678, PM_ADDR_DIRECT_MAP);
	fact("kasan", "bug_type", "use-after-free");
	pm_explain(&inc);
	assert_says("freed-by", PM_CERTAIN, "the page was last freed in frob_unmap()");
}

/* An interrupt that frees wears the pid of the task below. */
static void freed_in_idle_tells_no_task(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "kasan_report", "frob_read", "vfs_read");
	struct pm_trace *freed = TRACE(PM_TRACE_FREED, "____kasan_slab_free", "kfree", "frob_done");
	freed->has_pid = true;
	freed->pid = 0;
	inc.actor.has_pid = true;
	inc.actor.pid = 17;
	fault(PM_KIND_KASAN, 0xffff888012345678, PM_ADDR_DIRECT_MAP);
	fact("kasan", "bug_type", "use-after-free");
	pm_explain(&inc);
	assert_says("freed-by", PM_CERTAIN, "in frob_done()");
	for (size_t i = 0; i < inc.findings.n; i++)
		assert_null(strstr(inc.findings.v[i].text, "another task freed it"));
}

/* KASAN's check of a NULL pointer's member faults at the shadow: that is not the access. */
static void shadow_of_null(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_read", "vfs_read");
	fault(PM_KIND_GPF, 0xdffffc0000000019, PM_ADDR_KASAN_SHADOW);
	inc.fault.has_shadowed = true;
	inc.fault.shadowed_first = 0xc8;
	inc.fault.shadowed_last = 0xcf;
	inc.fault.shadowed_class = PM_ADDR_NULL;
	inc.fault.shadowed_words = "NULL + 0xc8";
	inc.machine.kasan = true;
	inc.fault.access = PM_READ;
	inc.fault.access_size = 1;
	pm_explain(&inc);
	assert_non_null(strstr(inc.headline, "NULL pointer dereference"));
	assert_non_null(strstr(inc.headline, "an access to 0xc8-0xcf"));
	assert_null(strstr(inc.headline, "1 byte"));
	assert_says("kasan-range", PM_LIKELY,
		    "before an access to 0xc8-0xcf: NULL + 0xc8, so a NULL pointer");
	assert_silent("unmapped-area");
	assert_false(advises("KASAN"));
}

static void shadow_of_nonsense(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_read", "vfs_read");
	fault(PM_KIND_GPF, 0xe3fffa2006694700, PM_ADDR_KASAN_SHADOW);
	inc.fault.has_shadowed = true;
	inc.fault.shadowed_first = 0x1ffff10033480000;
	inc.fault.shadowed_last = 0x1ffff10033480007;
	inc.fault.shadowed_class = PM_ADDR_NON_CANONICAL;
	inc.fault.shadowed_words = "not canonical";
	pm_explain(&inc);
	assert_null(strstr(inc.headline, "NULL"));
	assert_says("kasan-range", PM_LIKELY, "so a wild pointer");
}

static void number_as_pointer(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_write");
	fault(PM_KIND_PAGE_FAULT, 0x100000137, PM_ADDR_USER);
	operand("rax", 0xffffffff, 0x138);
	pm_explain(&inc);
	assert_says("number-as-pointer", PM_LIKELY, "the number -1 of 32 bits");
	assert_silent("user-pointer");
	assert_false(advises("KASAN"));
}

static void constant_is_not_overwritten(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_write");
	fault(PM_KIND_NON_CANONICAL, 0xdeadbeefcafe0018, PM_ADDR_NON_CANONICAL);
	operand("rax", 0xdeadbeefcafe0000, 0x18);
	inc.fault.base_from = "movabs $0xdeadbeefcafe0000,%rax";
	inc.fault.base_origin = PM_ORIGIN_CONSTANT;
	pm_explain(&inc);
	assert_says("constant-pointer", PM_LIKELY, "no pointer was overwritten");
	assert_null(strstr(found("non-canonical")->text, "overwritten"));
	assert_silent("base-register-from");
}

static void fault_without_a_word(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_write");
	inc.fault.kind = PM_KIND_GPF;
	inc.fault.at.line = 1;
	pm_explain(&inc);
	assert_says("gpf-untold", PM_LIKELY, "does not tell why");
	log_line("[    1.000000] kasan: GPF could be caused by NULL-ptr deref or user memory access");
	inc.findings.n = 0;
	pm_explain(&inc);
	assert_says("kasan-range", PM_LIKELY, "NULL, or of user space");
	assert_silent("gpf-untold");
}

static void double_faults(void **state)
{
	static const struct {
		uint64_t sp, cr2;
		enum pm_address_class class;
		const char *words;
	} rows[] = {
		{ 0xffffc90000f58000, 0xffffc90000f57ff8, PM_ADDR_VMALLOC,
		  "RSP stands at the start of a page and CR2 is RSP - 8" },
		{ 0xffffc90000f58120, 0xffffc90000f58118, PM_ADDR_VMALLOC, "CR2 lies just below RSP" },
		{ 0xffffc90000f58120, 0x6001, PM_ADDR_VMALLOC, "is not near RSP" },
		{ 0x7ffc12345678, 0x7ffc12345670, PM_ADDR_USER, "an address of user space" },
		{ 0xffffff0000001ff0, 0xffffff0000001fe8, PM_ADDR_CPU_ENTRY, "espfix" },
		{ 0, 0, PM_ADDR_UNKNOWN, "while another one was being delivered" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		pm_incident_deinit(&inc);
		pm_incident_init(&inc);
		inc.machine.system = PM_LINUX;
		TRACE(PM_TRACE_CRASH, "frob_read");
		inc.fault.kind = PM_KIND_DOUBLE_FAULT;
		inc.fault.at.line = 1;
		struct pm_regs *regs = PM_PUSH(&inc.arena, &inc.traces.v[0].regs);
		if (rows[i].sp) {
			*PM_PUSH(&inc.arena, &regs->regs) = (struct pm_register){ .name = "rsp",
										  .value = rows[i].sp,
										  .bits = 64,
										  .class = rows[i].class,
										  .at = { .line = 2 } };
			*PM_PUSH(&inc.arena, &regs->regs) = (struct pm_register){
				.name = "cr2", .value = rows[i].cr2, .bits = 64, .at = { .line = 3 }
			};
		}
		pm_explain(&inc);
		if (!strstr(found("stack-full-double-fault")->text, rows[i].words))
			fail_msg("%s", found("stack-full-double-fault")->text);
	}
}

static void breakpoint_sites(void **state)
{
	static const struct {
		const char *bytes;
		size_t n, marked;
		const char *words;
	} rows[] = {
		{ "\xf3\x0f\x1e\xfa\xcc\x1f\x44\x00\x00\x41", 10, 5, "at the function's start: tracing" },
		{ "\x48\x89\xd0\xcc\x90\x41\x57", 7, 4, "exchanges while it runs" },
		{ "\xc3\xcc\xcc\xcc\xcc\xcc", 6, 3, "padding" },
		{ "\x48\x89\xd0\xcc\xc3\x41\x57", 7, 4, "left behind by a patch" },
		{ "\x48\x89\xd0\xe8\x12\x34\x56", 7, 4, "no longer knew of it" },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		bool seen = false;

		pm_incident_deinit(&inc);
		pm_incident_init(&inc);
		inc.machine.system = PM_LINUX;
		TRACE(PM_TRACE_CRASH, "frob_read", "vfs_read");
		inc.fault.kind = PM_KIND_BREAKPOINT;
		inc.place.symbol = "frob_read";
		inc.place.has_offset = true;
		inc.place.offset = i ? 0x20 : 5;
		code_bytes(rows[i].bytes, rows[i].n, rows[i].marked);
		pm_explain(&inc);
		for (size_t k = 0; k < inc.findings.n; k++)
			seen |= !strcmp(inc.findings.v[k].rule, "stray-breakpoint") &&
				inc.findings.v[k].grade == PM_LIKELY &&
				strstr(inc.findings.v[k].text, rows[i].words);
		assert_true(seen);
		assert_silent("patched-meanwhile");
	}
}

static void breakpoint_without_code(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_read", "vfs_read");
	inc.fault.kind = PM_KIND_BREAKPOINT;
	inc.code.marked = SIZE_MAX; /* the line was there, its bytes were not */
	pm_explain(&inc);
	assert_non_null(strstr(found("stray-breakpoint")->text, "nobody in the kernel claims"));
}

static void breakpoint_of_a_patch(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_read", "vfs_read");
	struct pm_trace *other = TRACE(PM_TRACE_CPU, "text_poke_bp_batch", "arch_jump_label_transform_apply");
	other->has_cpu = true;
	other->cpu = 3;
	inc.fault.kind = PM_KIND_BREAKPOINT;
	code_bytes("\x48\x89\xd0\xcc\xc3\x41\x57", 7, 4);
	pm_explain(&inc);
	assert_says("patched-meanwhile", PM_LIKELY,
		    "code was being patched at that time, by text_poke_bp_batch() on CPU 3");
}

static void retpoline_names_its_register(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_release", "__fput");
	inc.fault.kind = PM_KIND_GPF;
	inc.fault.at.line = 1;
	inc.place.symbol = "__x86_indirect_thunk_rbx";
	operand("rsp", 0xffff8881d89af2b0, 0);
	struct pm_register *rbx = PM_PUSH(&inc.arena, &inc.traces.v[0].regs.v[0].regs);
	*rbx = (struct pm_register){
		.name = "rbx", .value = 0x894cdffffc000000, .bits = 64, .at = { .line = 4 }
	};
	inc.fault.effective_fine = true;
	struct pm_insn *insn = PM_PUSH(&inc.arena, &inc.code.insns);
	*insn = (struct pm_insn){ .text = "ret", .kind = PM_INSN_RETURN, .marked = true };
	pm_explain(&inc);
	assert_null(strstr(inc.headline, "0xffff8881d89af2b0"));
	assert_says("retpoline-target", PM_LIKELY, "through rbx, which holds 0x894cdffffc000000");
	assert_says("retpoline-target", PM_LIKELY, "called by frob_release()");
}

static void inside_of_a_lock_is_no_poison(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_read");
	fault(PM_KIND_GPF, 0xdead4ead00000198, PM_ADDR_OTHER_POISON);
	inc.fault.address_poison = PM_POISON_INSIDE;
	pm_explain(&inc);
	assert_says("poison", PM_LIKELY, "part of another object");
	assert_null(strstr(found("poison")->text, "had poisoned"));
}

/* A quarantine that breaks was broken by somebody: its caller gave it nothing. */
static void allocator_is_not_its_caller(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "qlist_free_all", "quarantine_reduce", "kmem_cache_alloc", "frob_open",
	      "vfs_open");
	fault(PM_KIND_PAGE_FAULT, 0xffffe8ffffe00000, PM_ADDR_VMALLOC);
	inc.place.symbol = "__memmove";
	pm_explain(&inc);
	assert_says("told-by-caller", PM_LIKELY,
		    "inside of the memory allocator, which frob_open() only called");
}

static void helper_and_its_caller(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_copy", "vfs_open");
	fault(PM_KIND_PAGE_FAULT, 0xffffe8ffffe00000, PM_ADDR_VMALLOC);
	inc.place.symbol = "__memmove";
	pm_explain(&inc);
	assert_says("told-by-caller", PM_LIKELY, "came from its caller, frob_copy()");
}

static void bug_says_why(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "skb_panic", "skb_push", "frob_header", "vfs_write");
	log_line("[    1.000000] skbuff: skb_under_panic: text:0000 len:82 put:24 dev:frob0");
	log_line("[    1.000001] ------------[ cut here ]------------");
	log_line("[    1.000002] kernel BUG at net/core/skbuff.c:104!");
	inc.fault.kind = PM_KIND_BUG;
	inc.fault.at = inc.log.v[2].at;
	pm_explain(&inc);
	assert_says("failed-check-says", PM_CERTAIN,
		    "skb_under_panic: text:0000 len:82 put:24 dev:frob0: data was put");
}

static void earlier_report_is_no_reason(void **state)
{
	(void)state;
	TRACE(PM_TRACE_CRASH, "frob_check", "vfs_write");
	log_line("[    1.000000] page dumped because: nonzero mapcount");
	log_line("[    1.000001] ---[ end trace 0000000000000000 ]---");
	log_line("[    1.000002] kernel BUG at drivers/frob.c:104!");
	inc.fault.kind = PM_KIND_BUG;
	inc.fault.at = inc.log.v[2].at;
	pm_explain(&inc);
	assert_silent("failed-check-says");
}

static void headlines_read_well(void **state)
{
	(void)state;
	fault(PM_KIND_PAGE_FAULT, 0x1234, PM_ADDR_UNKNOWN);
	pm_explain(&inc);
	assert_string_equal(inc.headline, "bad memory access at 0x1234");
	tear_down(NULL);
	set_up(NULL);
	inc.fault.kind = PM_KIND_UBSAN;
	fact("ubsan", "check", "Undefined behaviour");
	fact("ubsan", "source", "drivers/frob.c:12:3");
	fact("ubsan", "shift_exponent", "-1");
	pm_explain(&inc);
	assert_string_equal(inc.headline,
			    "undefined behaviour (UBSAN): shift-out-of-bounds at drivers/frob.c:12:3");
}

/* What a dump's counters say, the largest first; parts of less than a hundredth together. */
static void memory_of_a_dump(void **state)
{
	static const char *const facts[][3] = {
		{ "total_kb", "2097152", NULL },
		{ "free_kb", "8192", NULL },
		{ "cpu_free_kb", "2048", NULL },
		{ "anonymous_kb", "409600", NULL },
		{ "slab_kb", "1048576", NULL },
		{ "cache_kb", "1024", NULL },
		{ "page_tables_kb", "2048", NULL },
		{ "unaccounted_kb", "524288", NULL },
		{ "slab_cache_kb", "1000000", "dentry" },
		{ "slab_cache_kb", "1000", "inode_cache" },
		{ "process_kb", "300000", "java (pid 7)" },
		{ "process_kb", "60000", "sh (pid 8)" },
	};
	size_t n = 0;

	(void)state;
	inc.fault.kind = PM_KIND_OOM;
	for (size_t i = 0; i < PM_COUNT(facts); i++)
		pm_incident_add_fact(&inc, "memory", facts[i][0], pm_slice_of(facts[i][1]), facts[i][2],
				     (struct pm_at){ 0 });
	pm_explain(&inc);
	static const char *const texts[] = {
		"of the machine's 2.0 GiB of memory 1.0 GiB (50 %) are slab caches, 512 MiB (25 %) are in no "
		"counter, 400 MiB (20 %) are programs' own, 3.0 MiB others; 10 MiB (0 %) are free",
		"the largest processes: java (pid 7) 293 MiB, sh (pid 8) 59 MiB",
		"512 MiB (25 %) are in no counter of the kernel: pages that a driver took by itself, or the "
		"areas of CPUs",
		"the largest slab caches: dentry 977 MiB",
	};
	for (size_t i = 0; i < inc.findings.n; i++)
		if (!strcmp(inc.findings.v[i].rule, "memory-use")) {
			assert_true(n < PM_COUNT(texts));
			assert_string_equal(inc.findings.v[i].text, texts[n++]);
		}
	assert_int_equal(n, PM_COUNT(texts));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(null_member),
		TEST(null_member_named),
		TEST(operand_that_disagrees),
		TEST(null_function),
		TEST(error_code_tells_the_kind),
		TEST(flipped_bit),
		TEST(no_flipped_bit),
		TEST(text_over_pointer),
		TEST(recursion_of_two),
		TEST(nesting_is_no_recursion),
		TEST(freed_by_another),
		TEST(machine_check_is_hardware),
		TEST(stack_pointer_below_the_stack),
		TEST(init_by_signal),
		TEST(other_systems),
		TEST(no_line_to_look_for),
		TEST(nothing_known),
		TEST(every_kind_alone),
		TEST(page_free_is_not_the_objects),
		TEST(page_of_a_use_after_free),
		TEST(freed_in_idle_tells_no_task),
		TEST(shadow_of_null),
		TEST(shadow_of_nonsense),
		TEST(number_as_pointer),
		TEST(constant_is_not_overwritten),
		TEST(fault_without_a_word),
		TEST(double_faults),
		TEST(breakpoint_sites),
		TEST(breakpoint_without_code),
		TEST(breakpoint_of_a_patch),
		TEST(retpoline_names_its_register),
		TEST(inside_of_a_lock_is_no_poison),
		TEST(allocator_is_not_its_caller),
		TEST(helper_and_its_caller),
		TEST(bug_says_why),
		TEST(earlier_report_is_no_reason),
		TEST(headlines_read_well),
		TEST(memory_of_a_dump),
	};

	return cmocka_run_group_tests_name("explain", tests, NULL, NULL);
}
