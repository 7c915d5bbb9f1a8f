/* A kernel of two MiB that is made here: what is found in it, and what is not when something is missing. */
#include "linux_opened.h"

#include "incident.h"
#include "linux/user.h"
#include "linux/report.h"

static void symbols_in_every_encoding(void **state)
{
	(void)state;
	for (enum image_encoding e = IMAGE_PERCPU_BASE; e <= IMAGE_ABSOLUTE; e++) {
		struct opened o;
		uint64_t addr, start, end;
		uint32_t index;
		char name[PM_LINUX_NAME_MAX];

		open_image(&o, &(struct image_options){ .encoding = e, .big_names = true });
		assert_non_null(o.lx->symbols);
		assert_int_equal(pm_linux_symbols_count(o.lx->symbols), o.image.symbols_n);
		assert_true(pm_linux_symbol(o.lx, "vfs_write", &addr));
		assert_int_equal(addr, image_function("vfs_write"));
		assert_true(pm_linux_symbols_find(o.lx->symbols, addr + 10, &index, &start, &end));
		assert_int_equal(start, addr);
		assert_int_equal(end, addr + 64);
		assert_int_equal(pm_linux_symbols_name(o.lx->symbols, index, name), 'T');
		assert_string_equal(name, "vfs_write");
		assert_true(pm_linux_symbols_find(o.lx->symbols, IMAGE_TEXT + 64 * IMAGE_FUNCTIONS + 20,
						  &index, &start, &end));
		assert_int_equal(pm_linux_symbols_name(o.lx->symbols, index, name), 't');
		assert_int_equal(strlen(name), 200);
		assert_false(pm_linux_symbol(o.lx, "no_such_symbol", &addr));
		close_image(&o);
	}
}

/* Their tokens have one character or more, at either end. */
static void symbols_by_name(void **state)
{
	static const char *const none[] = { "",         "v",          "vfs",        "vfs_writ",
					    "fs_write", "vfs_writee", "vfs_xwrite", "__start_ORC_unwind_ip" };
	struct opened o;
	uint64_t addr, first;

	(void)state;
	open_image(&o, &(struct image_options){ .big_names = true });
	for (size_t i = 0; i < o.image.symbols_n; i++) {
		first = o.image.symbols[i].addr;
		/* of several with a name it is the first one */
		for (size_t k = 0; k < o.image.symbols_n; k++)
			if (!strcmp(o.image.symbols[k].name, o.image.symbols[i].name) &&
			    o.image.symbols[k].addr < first)
				first = o.image.symbols[k].addr;
		if (!pm_linux_symbols_lookup(o.lx->symbols, o.image.symbols[i].name, &addr))
			fail_msg("%s", o.image.symbols[i].name);
		assert_int_equal(addr, first);
	}
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		assert_false(pm_linux_symbols_lookup(o.lx->symbols, none[i], &addr));
	close_image(&o);
}

static void vmcoreinfo_is_searched_in_memory(void **state)
{
	struct opened o;

	(void)state;
	open_image(&o, &(struct image_options){ .no_note = true });
	assert_true(o.lx->info_searched);
	assert_string_equal(o.lx->release, "6.6.0-test");
	close_image(&o);
}

/* A note that is wrong in one place (of a kernel that ran before, of a tool that patched it): memory knows better. */
static void vmcoreinfo_that_lies(void **state)
{
	static const char *const keys[] = { "SYMBOL(_stext)=",           "SYMBOL(swapper_pg_dir)=",
					    "SYMBOL(kallsyms_names)=",   "SYMBOL(kallsyms_num_syms)=",
					    "SYMBOL(kallsyms_offsets)=", "NUMBER(phys_base)=" };

	(void)state;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		struct opened o;
		uint64_t addr;

		image_make(&o.image, &(struct image_options){ 0 });
		char *note = memmem(o.image.core, o.image.memory_at, keys[i], strlen(keys[i]));
		assert_non_null(note);
		char *value = note + strlen(keys[i]), *end = strchr(value, '\n');
		if (end - value > 8)
			memcpy(end - 6, "e00000", 6);
		else
			*value = '7';
		o.dump = image_open(&o.image);
		assert_null(pm_session_open(o.dump, NULL, &o.session));
		o.lx = pm_session_kernel(o.session);
		assert_non_null(o.lx->symbols);
		assert_true(pm_linux_symbol(o.lx, "vfs_write", &addr));
		assert_int_equal(addr, image_function("vfs_write"));
		close_image(&o);
	}
}

static void types_give_offsets(void **state)
{
	struct opened o;
	struct pm_btf_member member;
	char path[64];

	(void)state;
	open_image(&o, &(struct image_options){ 0 });
	assert_non_null(o.lx->btf);
	assert_int_equal(o.lx->fields[PM_TASK_COMM].offset, TASK_COMM);
	assert_int_equal(o.lx->fields[PM_TASK_COMM].size, 16);
	/* through an unnamed union, and the first of two names that this kernel has */
	assert_int_equal(o.lx->fields[PM_TASK_PID].offset, TASK_PID);
	assert_int_equal(o.lx->fields[PM_TASK_STATE].offset, TASK_STATE);
	assert_int_equal(o.lx->fields[PM_TASK_THREAD_SP].offset, TASK_SP);
	assert_int_equal(o.lx->fields[PM_MM_MMAP].offset, -1);
	uint32_t id = pm_btf_find_written(o.lx->btf, "struct task_struct");
	assert_true(pm_btf_member_at(o.lx->btf, id, TASK_TASKS + 8, path, sizeof(path), &member));
	assert_string_equal(path, "tasks.prev");
	assert_true(pm_btf_find_member(o.lx->btf, id, "comm[3]", &member));
	assert_int_equal(member.bit_offset, 8 * (TASK_COMM + 3));
	assert_false(pm_btf_find_member(o.lx->btf, id, "comm[3", &member));
	assert_false(pm_btf_find_member(o.lx->btf, id, "tasks.none", &member));
	close_image(&o);
}

static void log_of(struct opened *o, struct pm_buf *text, unsigned style)
{
	const struct pm_error *trouble;
	struct pm_log *log = pm_session_log(o->session, &trouble);

	assert_null(trouble);
	assert_int_equal(log->lost, 0);
	for (size_t i = 0; i < log->records.n; i++)
		pm_linux_log_format(&log->records.v[i], style, text);
}

/* Bits that no address has are not left out of the walk. */
static void addresses_that_are_none(void **state)
{
	struct opened o;
	uint64_t value;

	(void)state;
	open_image(&o, &(struct image_options){ 0 });
	assert_true(pm_space_load(&o.lx->kernel, IMAGE_DIRECT + 0x1000, 8, &value));
	for (unsigned bit = 57; bit < 64; bit++)
		assert_false(pm_space_load(&o.lx->kernel, (IMAGE_DIRECT + 0x1000) ^ 1ull << bit, 8, &value));
	close_image(&o);
}

static void log_whole_and_wrapped(void **state)
{
	(void)state;
	for (unsigned where = 0; where < 3; where++) {
		struct opened o;
		struct pm_buf text = { 0 };

		open_image(&o,
			   &(struct image_options){ .wrapped_log = where == 1, .fitting_log = where == 2 });
		log_of(&o, &text, PM_LOG_PLAIN);
		assert_string_equal(text.data,
				    "[    1.000000] Linux version 6.6.0-test (somebody@somewhere) #1 SMP\n"
				    "[    2.000000] two\n"
				    "[    2.000000] lines\n"
				    "[    3.000000] sysrq: Trigger a crash\n"
				    "[    4.000000] Kernel panic - not syncing: sysrq triggered crash\n");
		text.n = 0;
		log_of(&o, &text, PM_LOG_CALLERS | PM_LOG_LEVELS);
		assert_non_null(strstr(text.data, "<6>[    4.000000][   T42] Kernel panic"));
		pm_buf_deinit(&text);
		close_image(&o);
	}
}

static const char log_found[] = "Linux version 6.6.0-test (somebody@somewhere) #1 SMP\n"
				"two\n"
				"lines\n"
				"sysrq: Trigger a crash\n"
				"Kernel panic - not syncing: sysrq triggered crash\n";

/* The pointer to its ring is overwritten: the text is found where it lies. */
static void log_without_its_ring(void **state)
{
	const struct pm_error *trouble;
	struct pm_buf text = { 0 };
	struct opened o;

	(void)state;
	for (int moved = 0; moved < 2; moved++) {
		image_make(&o.image, &(struct image_options){ .moved_log = moved });
		const char *prb = memmem(o.image.core, o.image.core_size, "SYMBOL(prb)=", 12);

		assert_non_null(prb);
		o.image.core[o.image.memory_at + (strtoull(prb + 12, NULL, 16) - IMAGE_MAP) + 3] ^= 0x55;
		open_made(&o, NULL);
		text.n = 0;
		pm_linux_log_text(pm_session_log(o.session, &trouble), PM_LOG_CALLERS | PM_LOG_LEVELS, &text);
		assert_string_equal(text.data, log_found);
		assert_non_null(trouble);
		assert_non_null(strstr(trouble->message,
				       ": 4 records were found by searching memory, without times"));
		close_image(&o);
	}
	pm_buf_deinit(&text);
}

static bool count_panics(struct pm_incident *inc, void *user)
{
	unsigned *panics = user;

	*panics += inc->panicked;
	assert_int_equal(inc->missing.n > 0, 1);
	return true;
}

/* Nothing tells where the kernel is, or what it is. */
static void log_without_its_kernel(void **state)
{
	struct pm_linux_session *session;
	struct pm_error *err;
	unsigned panics = 0;
	struct opened o;

	(void)state;
	image_make(&o.image, &(struct image_options){ .no_note = true });
	for (size_t i = 0; i + 10 < o.image.core_size; i++)
		if (!memcmp(o.image.core + i, "OSRELEASE=", 10))
			o.image.core[i] = 'o';
	o.dump = image_open(&o.image);
	err = pm_session_open(o.dump, NULL, &session);
	assert_non_null(err);
	pm_error_free(err);
	pm_linux_read_log_alone(o.dump, count_panics, &panics);
	assert_int_equal(panics, 1);
	pm_dump_close(o.dump);
	image_deinit(&o.image);
}

static void tasks_and_modules(void **state)
{
	struct opened o;

	(void)state;
	open_image(&o, &(struct image_options){ 0 });
	struct pm_linux_tasks *tasks = pm_session_tasks(o.session);
	struct pm_linux_modules *modules = pm_session_modules(o.session);
	const char *name;
	uint64_t start, end;

	assert_null(tasks->trouble);
	assert_int_equal(tasks->v.n, 2); /* the first task is not on its own list */
	assert_string_equal(pm_linux_task_by_pid(tasks, 42)->comm, "sh");
	assert_int_equal(pm_linux_task_by_pid(tasks, 7)->state, 'I');
	assert_null(modules->trouble);
	assert_int_equal(modules->v.n, 1);
	assert_string_equal(modules->v.v[0].name, "drv");
	assert_string_equal(modules->v.v[0].build_id, "a0a1a2a3a4a5a6a7a8a9aaabacadaeafb0b1b2b3");
	assert_true(
		pm_linux_module_symbol(o.lx, &modules->v.v[0], IMAGE_MODULE + 0x180, &name, &start, &end));
	assert_string_equal(name, "drv_write");
	assert_int_equal(start, IMAGE_MODULE + 0x100);
	assert_int_equal(end, IMAGE_MODULE + 0x200);
	assert_true(
		pm_linux_module_symbol(o.lx, &modules->v.v[0], IMAGE_MODULE + 0x280, &name, &start, &end));
	assert_int_equal(end, IMAGE_MODULE + 0x1000);
	assert_false(
		pm_linux_module_symbol(o.lx, &modules->v.v[0], IMAGE_MODULE + 0x80, &name, &start, &end));
	close_image(&o);
}

static void traces_by_every_version(void **state)
{
	static const char *const crash[] = {
		"panic",      "sysrq_handle_crash", "vfs_write",
		"ksys_write", "do_syscall_64",      "entry_SYSCALL_64_after_hwframe",
		NULL
	};
	static const char *const sleep[] = { "__schedule", "schedule", "kthread", "ret_from_fork", NULL };

	(void)state;
	for (unsigned version = 1; version <= 4; version++) {
		struct opened o;
		struct pm_stack_trace trace;

		open_image(&o, &(struct image_options){ .orc = version });
		assert_int_equal(pm_session_unwinder(o.session)->orc.version, version);
		struct pm_linux_cpus *cpus = pm_session_cpus(o.session);
		assert_int_equal(cpus->panic_cpu, 0);
		assert_true(cpus->v.v[0].has_regs);
		const struct pm_linux_task *task = pm_linux_task_by_pid(pm_session_tasks(o.session), 42);
		pm_session_unwind(o.session, task, &trace);
		assert_frames(&o, &trace, crash);
		assert_null(trace.ended);
		assert_true(trace.has_user);
		assert_int_equal(trace.user.v[PM_X86_IP], 0x401000);
		pm_stack_trace_deinit(&trace);
		pm_session_unwind(o.session, pm_linux_task_by_pid(pm_session_tasks(o.session), 7), &trace);
		assert_frames(&o, &trace, sleep);
		assert_null(trace.ended);
		/* what it was switched out with */
		assert_int_equal(trace.frames.v[0].regs.v[PM_X86_BX], 0xbbbb);
		assert_int_equal(trace.frames.v[0].regs.v[PM_X86_R15], 0x1515);
		pm_stack_trace_deinit(&trace);
		close_image(&o);
	}
}

/* A rule that is damaged and ends a trace in the middle of a stack is not believed: calls lead on. */
static void a_rule_that_ends_too_early(void **state)
{
	static const char *const crash[] = {
		"panic",      "sysrq_handle_crash", "vfs_write",
		"ksys_write", "do_syscall_64",      "entry_SYSCALL_64_after_hwframe",
		NULL
	};
	struct opened o;
	struct pm_stack_trace trace;

	(void)state;
	image_make(&o.image, &(struct image_options){ .orc = 3 });
	for (size_t i = 0; i < o.image.symbols_n; i++)
		if (!strcmp(o.image.symbols[i].name,
			    "__start_orc_unwind")) /* of sysrq_handle_crash, the second: END, not CALL */
			o.image.core[o.image.memory_at + (o.image.symbols[i].addr - IMAGE_MAP) + 6 + 5] ^= 3;
	open_made(&o, NULL);
	pm_session_unwind(o.session, pm_linux_task_by_pid(pm_session_tasks(o.session), 42), &trace);
	assert_frames(&o, &trace, crash);
	pm_stack_trace_deinit(&trace);
	close_image(&o);
}

/* Addresses ascend: one that does not, and those beside it, are not told. */
static void symbols_out_of_order(void **state)
{
	struct opened o;
	uint64_t addr, offsets = 0;

	(void)state;
	image_make(&o.image, &(struct image_options){ .encoding = IMAGE_BASE });
	char *told = strstr(o.image.info, "kallsyms_offsets)=");
	assert_non_null(told);
	offsets = strtoull(strchr(told, '=') + 1, NULL, 16);
	o.dump = image_open(&o.image);
	assert_null(pm_session_open(o.dump, NULL, &o.session));
	uint32_t index;
	uint64_t start, end;
	assert_true(pm_linux_symbols_find(pm_session_kernel(o.session)->symbols, image_function("vfs_write"),
					  &index, &start, &end));
	pm_session_close(o.session);
	pm_dump_close(o.dump);
	o.image.core[o.image.memory_at + (offsets - IMAGE_MAP) + 4 * index + 2] ^= 0x40;
	open_made(&o, NULL);
	assert_non_null(o.lx->symbols);
	assert_false(pm_linux_symbol(o.lx, "vfs_write", &addr));
	assert_true(pm_linux_symbol(o.lx, "schedule", &addr));
	close_image(&o);
}

static bool count(struct pm_incident *inc, void *user)
{
	unsigned *n = user;

	(*n)++;
	assert_string_equal(inc->title, "kernel panic: sysrq triggered crash");
	assert_string_equal(inc->machine.release, "6.6.0-test");
	struct pm_trace *trace = pm_incident_crash_trace(inc);
	assert_non_null(trace);
	assert_string_equal(trace->frames.v[0].place.symbol, "sysrq_handle_crash");
	assert_int_equal(trace->frames.n, 5);
	return true;
}

static void incident(void **state)
{
	struct opened o;
	unsigned n = 0;

	(void)state;
	open_image(&o, &(struct image_options){ 0 });
	assert_null(pm_linux_read_dump(o.session, count, &n));
	assert_int_equal(n, 1);
	close_image(&o);
}

/* The bit of encrypted memory in page tables is no part of an address, of the kernel's memory or a process's. */
static void encrypted_memory(void **state)
{
	struct opened o;
	struct pm_linux_user process;
	uint64_t here, there;
	unsigned n = 0;

	(void)state;
	open_image(&o, &(struct image_options){ .sme = true });
	assert_int_equal(o.lx->kernel.crypt_mask, 1ull << 47);
	assert_null(pm_linux_read_dump(o.session, count, &n));
	assert_int_equal(n, 1);
	pm_linux_user_init(&process, o.lx, pm_linux_task_by_pid(pm_session_tasks(o.session), 42)->mm);
	assert_int_equal(pm_linux_user_read(&process, 0x400000 + 0x1000, &there, 8, NULL), 8);
	assert_true(pm_space_load(&o.lx->kernel, IMAGE_MAP + 0x1000, 8, &here));
	assert_int_equal(there, here);
	assert_int_not_equal(here, 0);
	close_image(&o);
}

static bool holder(struct pm_incident *inc, void *user)
{
	unsigned *n = user;

	for (size_t i = 0; i < inc->traces.n; i++) {
		const struct pm_trace *trace = &inc->traces.v[i];

		if (!trace->has_pid || trace->pid != 8)
			continue;
		(*n)++;
		assert_int_equal(trace->role, PM_TRACE_TASK);
		assert_string_equal(trace->title, "holds the mutex lock_a");
		assert_string_equal(trace->comm, "kworker/0:2");
		assert_string_equal(trace->frames.v[0].place.symbol, "__schedule");
	}
	return true;
}

/* What a lock's owner does, who waits for no lock himself. */
static void holders_trace(void **state)
{
	struct opened o;
	unsigned n = 0;

	(void)state;
	open_image(&o, &(struct image_options){ .held = true });
	assert_null(pm_linux_read_dump(o.session, holder, &n));
	assert_int_equal(n, 1);
	close_image(&o);
}

/* A loop, a lie or a hole in any list ends it, and says so. */
static void lists_that_lie(void **state)
{
	struct opened o;
	struct image im;
	struct pm_error *err;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	uint64_t head = 0;
	for (size_t i = 0; i < im.symbols_n; i++)
		if (!strcmp(im.symbols[i].name, "modules"))
			head = im.symbols[i].addr;
	/* the module's next pointer leads to nowhere */
	uint64_t module = 0;
	memcpy(&module, im.core + im.memory_at + (head - IMAGE_MAP), 8);
	memset(im.core + im.memory_at + (module - IMAGE_MAP), 0x6b, 8);
	o.image = im;
	o.dump = image_open(&im);
	err = pm_session_open(o.dump, NULL, &o.session);
	assert_null(err);
	o.lx = pm_session_kernel(o.session);
	assert_non_null(pm_session_modules(o.session)->trouble);
	close_image(&o);
}

static void states_of_tasks(void **state)
{
	static const struct {
		uint64_t bits;
		char letter;
	} rows[] = {
		{ 0, 'R' },
		{ 1, 'S' },
		{ 2, 'D' },
		{ 0x402, 'I' },
		{ 0x102, 'D' },
		{ 4, 'T' },
		{ 8, 't' },
		{ 0x80, 'X' },
		{ 0x1000, 'D' } /* PREEMPT_RT's locks */,
		{ 0x8000, 'D' } /* frozen */,
		{ 0x4402, 'I' },
	};

	(void)state;
	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		struct opened o;
		struct pm_linux_task task;

		open_image(&o, &(struct image_options){ 0 });
		uint64_t addr = pm_linux_task_by_pid(pm_session_tasks(o.session), 42)->addr;
		uint64_t phys = addr - (addr >= IMAGE_MAP ? IMAGE_MAP : IMAGE_DIRECT);

		memcpy(o.image.core + o.image.memory_at + phys + TASK_STATE, &rows[i].bits, 4);
		pm_dump_forget(o.dump);
		assert_true(pm_linux_task_read(o.lx, addr, &task));
		assert_int_equal(task.state, rows[i].letter);
		close_image(&o);
	}
}

static void no_kernel(void **state)
{
	struct image im;
	struct pm_dump *dump;
	struct pm_linux_session *session;
	struct pm_error *err;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	/* what VMCOREINFO tells of is not there */
	memset(im.core + im.memory_at + 0x1000, 0, 0x4000);
	dump = image_open(&im);
	err = pm_session_open(dump, NULL, &session);
	assert_non_null(err);
	assert_int_equal(err->code, PM_NOT_FOUND);
	assert_non_null(strstr(err->message, "no Linux kernel in it"));
	pm_error_free(err);
	pm_dump_close(dump);
	image_deinit(&im);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(symbols_in_every_encoding),
		cmocka_unit_test(symbols_by_name),
		cmocka_unit_test(vmcoreinfo_is_searched_in_memory),
		cmocka_unit_test(vmcoreinfo_that_lies),
		cmocka_unit_test(types_give_offsets),
		cmocka_unit_test(addresses_that_are_none),
		cmocka_unit_test(log_whole_and_wrapped),
		cmocka_unit_test(log_without_its_ring),
		cmocka_unit_test(log_without_its_kernel),
		cmocka_unit_test(tasks_and_modules),
		cmocka_unit_test(traces_by_every_version),
		cmocka_unit_test(a_rule_that_ends_too_early),
		cmocka_unit_test(symbols_out_of_order),
		cmocka_unit_test(incident),
		cmocka_unit_test(holders_trace),
		cmocka_unit_test(encrypted_memory),
		cmocka_unit_test(lists_that_lie),
		cmocka_unit_test(states_of_tasks),
		cmocka_unit_test(no_kernel),
	};

	return cmocka_run_group_tests_name("linux_image", tests, NULL, NULL);
}
