/* What the values of a crash are, in a kernel that is made here: user addresses, the system call, words of the stack, the
 * member that was accessed and where its pointer came from. */
#include "linux_opened.h"

#include "decode/decode.h"
#include "explain/explain.h"
#include "explain/rules.h"
#include "linux/report.h"
#include "linux/report_code.h"
#include "linux/report_values.h"
#include "linux/user.h"

/* What is changed in the file after it was made. */
static void change(struct image *im, uint64_t virt, const void *bytes, size_t n)
{
	uint64_t phys = virt >= IMAGE_MAP ? virt - IMAGE_MAP : virt - IMAGE_DIRECT;

	memcpy(im->core + im->memory_at + phys, bytes, n);
}

static void change_word(struct image *im, uint64_t virt, uint64_t value)
{
	change(im, virt, &value, sizeof(value));
}

static void user_addresses(void **state)
{
	(void)state;
	for (unsigned old = 0; old < 2; old++) {
		struct opened o;
		struct pm_linux_user user;
		char words[256], text[6];

		open_image(&o, &(struct image_options){ .old = old });
		const struct pm_linux_task *task = pm_linux_task_by_pid(pm_session_tasks(o.session), 42);

		pm_linux_user_init(&user, o.lx, task->mm);
		assert_int_equal(pm_linux_user_words(&user, IMAGE_VMA_START + 0x12, words, sizeof(words)),
				 PM_MAPPED);
		assert_string_equal(words, "user address, mapped from /bin/sh + 0x12");
		assert_int_equal(pm_linux_user_words(&user, IMAGE_VMA_START - 1, words, sizeof(words)),
				 PM_NOT_MAPPED);
		assert_string_equal(words, "user address, not mapped");
		assert_int_equal(pm_linux_user_words(&user, IMAGE_VMA_START + 0x10000, words, sizeof(words)),
				 PM_NOT_MAPPED);
		/* numbers, and the kernel's half */
		assert_int_equal(pm_linux_user_words(&user, 0x18, words, sizeof(words)), PM_MAPPED_UNKNOWN);
		assert_int_equal(pm_linux_user_words(&user, IMAGE_DIRECT, words, sizeof(words)),
				 PM_MAPPED_UNKNOWN);
		assert_int_equal(pm_linux_user_read(&user, IMAGE_VMA_START + IMAGE_USER_TEXT, text, 6, NULL),
				 6);
		assert_memory_equal(text, "hello\n", 6);
		pm_linux_user_init(&user, o.lx, 0); /* a kernel thread */
		assert_int_equal(pm_linux_user_words(&user, IMAGE_VMA_START, words, sizeof(words)),
				 PM_MAPPED_UNKNOWN);
		close_image(&o);
	}
}

/* A list of mappings that leads back into itself, and a tree that leads to a mapping of elsewhere: nothing is known of
 * what stands behind. */
static void mappings_that_are_broken(void **state)
{
	(void)state;
	for (unsigned old = 0; old < 2; old++) {
		struct opened o;
		struct pm_linux_user user;
		struct pm_linux_vmas vmas;
		char words[256];
		uint64_t mm, vma, node = IMAGE_DIRECT + 0x60000;

		open_image(&o, &(struct image_options){ .old = old });
		mm = pm_linux_task_by_pid(pm_session_tasks(o.session), 42)->mm;
		assert_true(pm_space_load(&o.lx->kernel, mm + 16, 8, &vma));
		if (!old)
			assert_true(pm_space_load(&o.lx->kernel, (vma & ~255ull) + MAPLE_SLOT + 8, 8, &vma));
		pm_session_close(o.session);
		pm_dump_close(o.dump);
		if (old) {
			change_word(&o.image, vma + 40, vma);
		} else { /* a leaf whose only slot has it, up to the very end */
			change_word(&o.image, mm + 16, node | 1 << 3 | 2);
			change_word(&o.image, node + MAPLE_PIVOT, UINT64_MAX);
			change_word(&o.image, node + MAPLE_SLOT, vma);
		}
		open_made(&o, NULL);
		pm_linux_user_init(&user, o.lx, mm);
		assert_int_equal(pm_linux_user_words(&user, IMAGE_VMA_START + 0x12, words, sizeof(words)),
				 PM_MAPPED);
		assert_int_equal(pm_linux_user_words(&user, IMAGE_VMA_START + 0x10000, words, sizeof(words)),
				 PM_MAPPED_UNKNOWN);
		pm_linux_vmas_read(o.lx, mm, &vmas);
		assert_int_equal(vmas.v.n, 1);
		if (old)
			assert_string_equal(vmas.trouble, "mappings that do not ascend");
		pm_linux_vmas_deinit(&vmas);
		close_image(&o);
	}
}

static struct pm_incident taken;

static bool take(struct pm_incident *inc, void *user)
{
	(void)user;
	taken = *inc;
	pm_incident_init(inc);
	return false;
}

/* The incident of an image, in `taken`. */
static void read_dump(struct opened *o)
{
	assert_null(pm_linux_read_dump(o->session, take, NULL));
}

static void has_arguments(const char *first, const char *second, const char *third)
{
	const struct pm_actor *a = &taken.actor;

	assert_string_equal(a->syscall, "write");
	assert_int_equal(a->syscall_args.n, 3);
	assert_string_equal(a->syscall_args.v[0].words, first);
	assert_string_equal(a->syscall_args.v[1].words, second);
	assert_string_equal(a->syscall_args.v[2].words, third);
}

static void system_call(void **state)
{
	(void)state;
	for (unsigned calls = 0; calls < 2; calls++) {
		struct opened o;

		open_image(&o, &(struct image_options){ .calls = calls });
		read_dump(&o);
		has_arguments("3 </bin/sh>", "\"hello\\n\"", "6");
		assert_int_equal(taken.actor.syscall_nr, 1);
		assert_false(taken.actor.syscall_compat);
		/* by the kernel's own description, where it has one */
		assert_string_equal(taken.actor.syscall_args.v[1].name, calls ? "what" : "buf");
		struct pm_regs *regs = pm_incident_regs(&taken, PM_REGS_USER);
		assert_non_null(regs);
		assert_string_equal(pm_regs_find(regs, "rdi")->meaning, "fd: 3 </bin/sh>");
		assert_string_equal(pm_regs_find(regs, "rip")->meaning,
				    "user address, mapped from /bin/sh + 0x1000");
		pm_incident_deinit(&taken);
		close_image(&o);
	}
}

static void system_call_of_the_other_interface(void **state)
{
	struct opened o;

	(void)state;
	image_make(&o.image, &(struct image_options){ 0 });
	change_word(&o.image, o.image.user_regs + 8 * 15, 4); /* i386's write */
	change_word(&o.image, o.image.user_regs + 8 * 17, 0x23);
	change_word(&o.image, o.image.user_regs + 8 * 14, 77); /* rdi: no argument of it */
	open_made(&o, NULL);
	read_dump(&o);
	assert_true(taken.actor.syscall_compat);
	has_arguments("3 </bin/sh>", "\"hello\\n\"", "6");
	pm_incident_deinit(&taken);
	close_image(&o);
}

/* An argument that points nowhere, a file that is not open, more text than is shown. */
static void arguments_that_are_wrong(void **state)
{
	struct opened o;

	(void)state;
	image_make(&o.image, &(struct image_options){ 0 });
	change_word(&o.image, o.image.user_regs + 8 * 13, 0x700000);
	change_word(&o.image, o.image.user_regs + 8 * 14, 2);
	open_made(&o, NULL);
	read_dump(&o);
	has_arguments("2 (not open)", "0x700000 (not mapped)", "6");
	pm_incident_deinit(&taken);
	close_image(&o);
	/* a page of the process that a filter left out */
	image_make(&o.image, &(struct image_options){ 0 });
	change_word(&o.image, IMAGE_DIRECT + 0x6000 + 8 * (IMAGE_VMA_START >> 21), 0);
	open_made(&o, NULL);
	read_dump(&o);
	has_arguments("3 </bin/sh>", "0x407000 (mapped from /bin/sh + 0x7000, not in the dump)", "6");
	pm_incident_deinit(&taken);
	close_image(&o);
	image_make(&o.image, &(struct image_options){ 0 });
	for (unsigned i = 0; i < 100; i++)
		change(&o.image, IMAGE_DIRECT + IMAGE_USER_TEXT + i, "\"", 1);
	change_word(&o.image, o.image.user_regs + 8 * 12, 100);
	open_made(&o, NULL);
	read_dump(&o);
	assert_int_equal(strlen(taken.actor.syscall_args.v[1].words), 2 * 40 + 5);
	pm_incident_deinit(&taken);
	close_image(&o);
}

static void change_text(struct image *im, const char *from, const char *to, size_t n)
{
	uint8_t *at = memmem(im->core + im->memory_at, IMAGE_MEMORY, from, n);

	assert_non_null(at);
	memcpy(at, to, n);
}

/* pipe(int *fildes): where files are to be told, which is no file; no text at NULL, however short. */
static void pointers_that_are_no_text(void **state)
{
	struct opened o;

	(void)state;
	image_make(&o.image, &(struct image_options){ .calls = true });
	change_text(&o.image, "\0unsigned int", "\0int *\0\0\0\0\0\0\0", 14);
	change_word(&o.image, o.image.user_regs + 8 * 13, 0);
	change_word(&o.image, o.image.user_regs + 8 * 12, 0);
	open_made(&o, NULL);
	read_dump(&o);
	has_arguments("0x3", "NULL", "0");
	pm_incident_deinit(&taken);
	close_image(&o);
}

/* In an interrupt of user mode the task was in no system call. */
static void no_system_call(void **state)
{
	struct opened o;

	(void)state;
	image_make(&o.image, &(struct image_options){ 0 });
	change_word(&o.image, o.image.user_regs + 8 * 15, ~0ull);
	open_made(&o, NULL);
	read_dump(&o);
	assert_false(taken.actor.has_syscall);
	assert_false(taken.actor.has_syscall_args);
	pm_incident_deinit(&taken);
	close_image(&o);
}

/* The report is of a task that is gone: what the panicking CPU runs now is not its. */
static void system_call_of_another_task(void **state)
{
	struct opened o;

	(void)state;
	open_image(&o, &(struct image_options){ 0 });
	for (unsigned own = 0; own < 2; own++) {
		pm_incident_init(&taken);
		taken.actor.has_pid = true;
		taken.actor.pid = own ? 42 : 99;
		pm_linux_report_values(o.session, &taken);
		assert_int_equal(taken.actor.has_syscall, own);
		pm_incident_deinit(&taken);
	}
	close_image(&o);
}

static const struct pm_stack_word *word_at(uint64_t from_sp)
{
	for (size_t i = 0; i < taken.stack_words.n; i++)
		if (taken.stack_words.v[i].from_sp == from_sp)
			return &taken.stack_words.v[i];
	return NULL;
}

static void words_of_the_stack(void **state)
{
	struct opened o;
	uint64_t sp = IMAGE_DIRECT + IMAGE_STACK + 0x3000 + 0x28; /* of the caller of panic */

	(void)state;
	image_make(&o.image, &(struct image_options){ 0 });
	change_word(&o.image, sp, IMAGE_DIRECT + IMAGE_SLAB + 3 * 64 + 8); /* a free object */
	change_word(&o.image, sp + 8, IMAGE_DIRECT + IMAGE_SLAB + 64);     /* one that is in use */
	change_word(&o.image, sp + 16, image_function("schedule") + 32);   /* of an earlier call */
	change_word(&o.image, sp + 24, 12345);
	change_word(&o.image, sp + 0x28,
		    IMAGE_DIRECT + IMAGE_SLAB + 72); /* the same, in the caller's frame */
	change_word(&o.image, sp + 0x38, IMAGE_DIRECT + IMAGE_SLAB + 5 * 64); /* long gone */
	change_word(&o.image, sp + 0x30, image_function("schedule"));         /* to be called */
	open_made(&o, NULL);
	read_dump(&o);
	assert_string_equal(word_at(0)->meaning, "test-48 object + 0x8, free");
	assert_true(word_at(0)->object_free && word_at(0)->telling);
	assert_string_equal(word_at(0)->function, "sysrq_handle_crash");
	assert_string_equal(word_at(8)->meaning, "test-48 object");
	assert_true(word_at(8)->telling);
	assert_string_equal(word_at(16)->meaning, "schedule + 0x20");
	assert_false(word_at(16)->telling);
	assert_null(word_at(24));
	assert_null(word_at(0x20)); /* the return address: it stands in the trace */
	assert_false(word_at(0x28)->telling);
	assert_string_equal(word_at(0x28)->function, "vfs_write");
	assert_true(word_at(0x38)->object_free && !word_at(0x38)->telling);
	assert_string_equal(word_at(0x30)->meaning, "schedule");
	assert_true(word_at(0x30)->telling);
	pm_incident_deinit(&taken);
	close_image(&o);
}

/* ---- the member ---- */

/* nopl; mov %rdi,%rbx; mov 0x8(%rbx),%rax; > mov 0x10(%rax),%rcx */
static const uint8_t fault_code[] = { 0x0f, 0x1f, 0x44, 0x00, 0x00, 0x48, 0x89, 0xfb,
				      0x48, 0x8b, 0x43, 0x08, 0x48, 0x8b, 0x48, 0x10 };
enum { FAULT_AT = 12 };

static void add_reg(struct pm_incident *inc, struct pm_regs *regs, const char *name, uint64_t value)
{
	*PM_PUSH(&inc->arena, &regs->regs) =
		(struct pm_register){ .name = name, .value = value, .bits = 64, .at = { .line = 1 } };
}

/* `taken` and its trace, of a NULL pointer's use at pc in a function that returns to return_address. */
static void crashed_at(struct pm_stack_trace *trace, uint64_t pc, uint64_t return_address)
{
	pm_incident_init(&taken);
	pm_arena_init(&trace->arena);
	*PM_PUSH(&trace->arena, &trace->frames) = (struct pm_stack_frame){ .pc = pc, .exact_pc = true };
	*PM_PUSH(&trace->arena, &trace->frames) = (struct pm_stack_frame){ .pc = return_address };
	taken.of_dump = true;
	taken.machine.system = PM_LINUX;
	taken.machine.arch = PM_X86_64;
	taken.fault.kind = PM_KIND_NULL_DEREF;
	taken.fault.has_address = true;
	taken.code.marked = SIZE_MAX;
	struct pm_trace *crash = PM_PUSH(&taken.arena, &taken.traces);
	crash->role = PM_TRACE_CRASH;
	struct pm_regs *regs = PM_PUSH(&taken.arena, &crash->regs);
	regs->role = PM_REGS_FAULT;
	regs->pc = (struct pm_place){ .has_addr = true, .addr = pc };
}

/* A fault in vfs_write, over dev->ops->go; rbx holds dev. */
static void fault_in(struct opened *o, uint64_t rax, uint64_t rbx)
{
	struct pm_stack_trace trace = { 0 };

	crashed_at(&trace, image_function("vfs_write") + FAULT_AT, image_function("ksys_write") + 32);
	if (rax)
		taken.fault.kind = PM_KIND_PAGE_FAULT;
	taken.fault.address = rax + 0x10;
	struct pm_regs *regs = pm_incident_regs(&taken, PM_REGS_FAULT);
	add_reg(&taken, regs, "rax", rax);
	add_reg(&taken, regs, "rbx", rbx);
	add_reg(&taken, regs, "rsi", 7);
	pm_linux_report_code(o->session, &taken, &trace, 0);
	pm_linux_report_member(o->session, &taken, &trace, 0);
	pm_linux_report_values(o->session, &taken);
	pm_decode(&taken);
	pm_explain(&taken);
	pm_stack_trace_deinit(&trace);
}

static const char *finding(const char *rule)
{
	for (size_t i = 0; i < taken.findings.n; i++)
		if (!strcmp(taken.findings.v[i].rule, rule)) {
			assert_int_equal(taken.findings.v[i].grade, PM_LIKELY);
			assert_int_not_equal(taken.findings.v[i].evidence.n, 0);
			return taken.findings.v[i].text;
		}
	return "";
}

/* Does a statement rest on that place in memory? */
static bool rests_on(const char *rule, uint64_t memory)
{
	for (size_t i = 0; i < taken.findings.n; i++)
		for (size_t k = 0; k < taken.findings.v[i].evidence.n; k++)
			if (!strcmp(taken.findings.v[i].rule, rule) &&
			    taken.findings.v[i].evidence.v[k].memory == memory)
				return true;
	return false;
}

static void member_by_types(void **state)
{
	struct opened o;

	(void)state;
	image_make(&o.image, &(struct image_options){ 0 });
	change(&o.image, image_function("vfs_write"), fault_code, sizeof(fault_code));
	open_made(&o, NULL);
	fault_in(&o, 0, IMAGE_DIRECT + IMAGE_SLAB + 64);
	/* the code is memory's, from the function's start on: nothing is doubtful */
	assert_int_equal(taken.code.insns.v[0].offset, -FAULT_AT);
	assert_string_equal(taken.code.insns.v[2].text, "mov 0x8(%rbx),%rax");
	for (size_t i = 0; i < taken.code.insns.n; i++)
		assert_false(taken.code.insns.v[i].doubtful);
	assert_string_equal(taken.fault.member_variable, "dev->ops");
	assert_string_equal(taken.fault.member_type, "struct drv_ops");
	assert_string_equal(taken.fault.member, "go");
	assert_int_equal(taken.fault.member_offset, 16);
	assert_string_equal(taken.fault.origin_reg, "rbx");
	assert_int_equal(taken.fault.origin_offset, DEVICE_OPS);
	const struct pm_regs *regs = pm_incident_regs(&taken, PM_REGS_FAULT);
	assert_string_equal(pm_regs_find(regs, "rbx")->holds, "dev");
	assert_string_equal(pm_regs_find(regs, "rsi")->holds, "flags");
	assert_string_equal(
		finding("null-member-offset"),
		"the base pointer (rax, `dev->ops`) is NULL and 0x10 is the offset of `go` in struct "
		"drv_ops");
	assert_string_equal(finding("pointer-from-object"),
			    "rax was loaded from rbx + 0x8; rbx (`dev`) is: test-48 object");
	assert_true(rests_on("pointer-from-object", IMAGE_DIRECT + IMAGE_SLAB + 64 + 8));
	assert_string_equal(finding("freed-object-in-memory"), "");
	assert_string_equal(finding("base-register-from"), "");
	pm_incident_deinit(&taken);
	/* the object that the bad pointer was read from is free */
	fault_in(&o, 0xffffdeadbeef0000, IMAGE_DIRECT + IMAGE_SLAB + 3 * 64);
	assert_string_equal(
		finding("faulting-member"),
		"the pointer that was used is `dev->ops` (rax), for `go` at offset 0x10 of struct "
		"drv_ops");
	assert_string_equal(finding("freed-object-in-memory"),
			    "rax was loaded from rbx + 0x8, and what rbx points to is free (test-48 object): "
			    "use after free");
	assert_true(rests_on("freed-object-in-memory", IMAGE_DIRECT + IMAGE_SLAB + 3 * 64));
	assert_string_equal(finding("pointer-from-object"), "");
	pm_incident_deinit(&taken);
	close_image(&o);
}

/* A function of a module that has no types: its parameters are those of the pointer that it was called through. */
static void parameters_by_the_caller(void **state)
{
	/* mov 0x8(%rdi),%rax; call *0x10(%rax) */
	static const uint8_t call_code[] = { 0x48, 0x8b, 0x47, 0x08, 0xff, 0x50, 0x10 };
	/* mov %rdi,%rbx; > mov 0x10(%rbx),%rcx */
	static const uint8_t code[] = { 0x48, 0x89, 0xfb, 0x48, 0x8b, 0x4b, 0x10 };

	(void)state;
	for (unsigned direct = 0; direct < 2; direct++) {
		struct pm_stack_trace trace = { 0 };
		uint64_t pc = IMAGE_MODULE + 0x100 + 3;
		struct opened o;

		image_make(&o.image, &(struct image_options){ 0 });
		change(&o.image, image_function("vfs_write"), call_code, sizeof(call_code));
		if (direct) /* call +0 */
			change(&o.image, image_function("vfs_write") + 2, "\xe8\0\0\0\0", 5);
		change(&o.image, IMAGE_MODULE + 0x100, code, sizeof(code));
		open_made(&o, NULL);
		crashed_at(&trace, pc, image_function("vfs_write") + sizeof(call_code));
		struct pm_regs *regs = pm_incident_regs(&taken, PM_REGS_FAULT);
		add_reg(&taken, regs, "rbx", 0);
		taken.fault.address = 0x10;
		pm_linux_report_code(o.session, &taken, &trace, 0);
		pm_linux_report_member(o.session, &taken, &trace, 0);
		if (direct)
			assert_null(taken.fault.member_variable);
		else
			assert_string_equal(taken.fault.member_variable, "data");
		pm_stack_trace_deinit(&trace);
		pm_incident_deinit(&taken);
		close_image(&o);
	}
}

/* A cache that keeps who allocated and freed its objects (slub_debug=U) tells it. */
static void freed_by_whom(void **state)
{
	struct opened o;
	uint64_t object = IMAGE_DIRECT + IMAGE_SLAB + 3 * 64, cache;

	(void)state;
	open_image(&o, &(struct image_options){ 0 });
	cache = pm_session_caches(o.session)->v.v[0].addr;
	pm_session_close(o.session);
	pm_dump_close(o.dump);
	change(&o.image, image_function("vfs_write"), fault_code, sizeof(fault_code));
	change_word(&o.image, cache + CACHE_FLAGS_AT, 0x10000);
	change_word(&o.image, cache + CACHE_INUSE_AT, 16);
	change_word(&o.image, object + 16, image_function("ksys_write") + 32);
	change_word(&o.image, object + 16 + TRACK_SIZE, IMAGE_MODULE + 0x120);
	change_word(&o.image, object + 24 + TRACK_SIZE, 42ull << 32);
	open_made(&o, NULL);
	fault_in(&o, 0xffffdeadbeef0000, object);
	assert_string_equal(
		finding("freed-object-in-memory"),
		"rax was loaded from rbx + 0x8, and what rbx points to is free (test-48 object, freed by "
		"drv_write() [drv], sh (pid 42)): use after free");
	assert_int_equal(taken.traces.v[1].role, PM_TRACE_ALLOCATED);
	assert_string_equal(taken.traces.v[1].frames.v[0].place.symbol, "ksys_write");
	/* what is told of it is not told again */
	size_t told = taken.traces.n;
	pm_linux_report_values(o.session, &taken);
	assert_int_equal(taken.traces.n, told);
	pm_incident_deinit(&taken);
	close_image(&o);
}

/* An address of the process, directly used: what it has mapped there. */
static void fault_at_a_user_address(void **state)
{
	struct opened o;

	(void)state;
	image_make(&o.image, &(struct image_options){ 0 });
	change(&o.image, image_function("vfs_write"), fault_code, sizeof(fault_code));
	open_made(&o, NULL);
	for (unsigned mapped = 0; mapped < 2; mapped++) {
		fault_in(&o, mapped ? IMAGE_VMA_START : 0x700000, IMAGE_DIRECT + IMAGE_SLAB + 64);
		const struct pm_finding *found = pm_found(&taken, "address-in-memory");

		assert_non_null(found);
		assert_int_equal(found->grade, PM_CERTAIN);
		assert_string_equal(found->text,
				    mapped ? "the fault address in the process: mapped from /bin/sh + 0x10"
					   : "the fault address in the process: not mapped");
		pm_incident_deinit(&taken);
	}
	close_image(&o);
}

/* Without types there is still the register that it was read from. */
static void member_without_types(void **state)
{
	struct opened o;

	(void)state;
	image_make(&o.image, &(struct image_options){ .no_btf = true });
	change(&o.image, image_function("vfs_write"), fault_code, sizeof(fault_code));
	open_made(&o, NULL);
	fault_in(&o, 0, IMAGE_DIRECT + IMAGE_SLAB + 64);
	assert_null(taken.fault.member_variable);
	assert_null(taken.fault.member);
	assert_string_equal(taken.fault.origin_reg, "rbx");
	pm_incident_deinit(&taken);
	close_image(&o);
}

/* The lock that a CPU spins for is what the waiting function was given. */
static void lock_that_is_waited_for(void **state)
{
	(void)state;
	pm_incident_init(&taken);
	taken.machine.system = PM_LINUX;
	taken.fault.kind = PM_KIND_SOFT_LOCKUP;
	struct pm_trace *crash = PM_PUSH(&taken.arena, &taken.traces);
	crash->role = PM_TRACE_CRASH;
	PM_PUSH(&taken.arena, &crash->frames)->place.symbol = "native_queued_spin_lock_slowpath";
	struct pm_regs *regs = PM_PUSH(&taken.arena, &crash->regs);
	regs->role = PM_REGS_FAULT;
	*PM_PUSH(&taken.arena, &regs->regs) =
		(struct pm_register){ .name = "rsi", .holds = "val", .meaning = "a number" };
	*PM_PUSH(&taken.arena, &regs->regs) = (struct pm_register){
		.name = "rdi", .holds = "lock", .meaning = "drv_lock [drv]", .at = { .line = 1 }
	};
	pm_explain(&taken);
	assert_string_equal(finding("spin-lock-in-memory"),
			    "the lock that it spins for (rdi, `lock`) is drv_lock [drv]");
	taken.findings.n = 0;
	taken.traces.v[0].frames.v[0].place.symbol = "drv_write";
	pm_explain(&taken);
	assert_string_equal(finding("spin-lock-in-memory"), "");
	pm_incident_deinit(&taken);
}

/* The log printed other bytes than memory has: those stay, and it is said. */
static void code_that_differs(void **state)
{
	struct opened o;
	struct pm_stack_trace trace = { 0 };

	(void)state;
	open_image(&o, &(struct image_options){ 0 });
	fault_in(&o, 0, 0);
	pm_arena_init(&trace.arena);
	*PM_PUSH(&trace.arena, &trace.frames) =
		(struct pm_stack_frame){ .pc = image_function("vfs_write") + FAULT_AT, .exact_pc = true };
	for (size_t i = 0; i < taken.code.bytes.n; i++)
		taken.code.bytes.v[i] = 0xcc;
	pm_linux_report_code(o.session, &taken, &trace, 0);
	assert_int_equal(taken.code.bytes.v[0], 0xcc);
	assert_non_null(pm_incident_fact(&taken, "dump", "code"));
	pm_stack_trace_deinit(&trace);
	pm_incident_deinit(&taken);
	close_image(&o);
}

/* A CPU that has panicked waits in panic()'s loop: where its stack is lost, that loop is not where it died. */
static void panics_own_loop(void **state)
{
	struct opened o;

	(void)state;
	open_image(&o, &(struct image_options){ .lost_stack = true });
	read_dump(&o);
	assert_true(taken.panicked);
	for (size_t i = 0; i < taken.traces.n; i++)
		for (size_t k = 0; k < taken.traces.v[i].frames.n; k++) {
			const char *symbol = taken.traces.v[i].frames.v[k].place.symbol;

			assert_true(!symbol || strcmp(symbol, "delay_tsc") != 0);
		}
	assert_null(pm_incident_regs(&taken, PM_REGS_FAULT));
	bool said = false;

	for (size_t i = 0; i < taken.missing.n; i++)
		said |= strstr(taken.missing.v[i], "the stack that led to panic() on CPU 0: ") != NULL;
	assert_true(said);
	pm_incident_deinit(&taken);
	close_image(&o);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(user_addresses),
		cmocka_unit_test(mappings_that_are_broken),
		cmocka_unit_test(system_call),
		cmocka_unit_test(system_call_of_the_other_interface),
		cmocka_unit_test(arguments_that_are_wrong),
		cmocka_unit_test(pointers_that_are_no_text),
		cmocka_unit_test(no_system_call),
		cmocka_unit_test(system_call_of_another_task),
		cmocka_unit_test(words_of_the_stack),
		cmocka_unit_test(member_by_types),
		cmocka_unit_test(parameters_by_the_caller),
		cmocka_unit_test(freed_by_whom),
		cmocka_unit_test(fault_at_a_user_address),
		cmocka_unit_test(member_without_types),
		cmocka_unit_test(lock_that_is_waited_for),
		cmocka_unit_test(code_that_differs),
		cmocka_unit_test(panics_own_loop),
	};

	return cmocka_run_group_tests_name("linux_values", tests, NULL, NULL);
}
