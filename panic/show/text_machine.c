/* Sections of the text report that need a host of tier 2. */
#include "show/sections.h"

#include "lib/mem.h"

enum kp_stage_result kp_text_task(void)
{
	static const struct {
		unsigned bit;
		const char *name;
	} contexts[] = {
		{ KP_IN_INTERRUPT, "interrupt" },
		{ KP_IN_IDLE, "idle" },
		{ KP_IN_FIRST, "first" },
		{ KP_IN_CRITICAL, "critical" },
	};
	const struct kp_task *task = &kp_report.task;
	const char *between = "";

	if (!kp_report.task_known)
		return KP_RESULT_NONE;
	kp_extension("task");
	kp_key_signed("id", (int64_t)task->id);
	if (task->stack_end)
		kp_add(" stack=%llx-%llx", (unsigned long long)task->stack_start,
		       (unsigned long long)task->stack_end);
	kp_add(" context=");
	for (unsigned i = 0; i < sizeof(contexts) / sizeof(*contexts); i++) {
		if (!(task->context & contexts[i].bit))
			continue;
		kp_add("%s%s", between, contexts[i].name);
		between = "+";
	}
	if (!*between)
		kp_add("none");
	if (task->syscall >= 0)
		kp_key_signed("syscall", task->syscall);
	kp_key_string("name", kp_report.task_name);
	kp_end_line();
	return KP_RESULT_DONE;
}

enum kp_stage_result kp_text_fault(void)
{
	static const char *const accesses[] = {
		[KP_ACCESS_NONE] = "none",
		[KP_ACCESS_READ] = "read",
		[KP_ACCESS_WRITE] = "write",
		[KP_ACCESS_EXECUTE] = "execute",
	};
	static const char *const states[] = {
		[KP_STATE_ABSENT] = "absent",
		[KP_STATE_PROTECTED] = "protected",
		[KP_STATE_RESERVED] = "reserved",
		[KP_STATE_NONCANONICAL] = "noncanonical",
	};
	static const char *const classes[] = {
		[KP_CLASS_NULL] = "null",
		[KP_CLASS_USER] = "user",
		[KP_CLASS_KERNEL] = "kernel",
		[KP_CLASS_GUARD] = "guard",
		[KP_CLASS_NONCANONICAL] = "noncanonical",
	};
	const struct kp_fault *fault = &kp_report.fault;

	if (!fault->name)
		return KP_RESULT_NONE;
	kp_extension("fault");
	kp_key_number("vector", fault->vector);
	/* Linux says "Oops" for a page fault, which is no name for it. */
	kp_key_string("name", kp_same(fault->name, "Oops") ? "page fault" : fault->name);
	if (fault->has_error)
		kp_key_hex("error", fault->error);
	kp_key_word("mode", fault->user ? "user" : "kernel");
	if (fault->access)
		kp_key_word("access", accesses[fault->access]);
	if (fault->size)
		kp_key_number("size", fault->size);
	if (fault->has_address)
		kp_key_hex("address", fault->address);
	if (fault->state)
		kp_key_word("state", states[fault->state]);
	if (fault->address_class)
		kp_key_word("class", classes[fault->address_class]);
	if (fault->stale)
		kp_key_number("sent", 1);
	if (fault->inferred)
		kp_key_number("inferred", 1);
	if (fault->region[0])
		kp_key_string("region", fault->region);
	kp_end_line();
	return KP_RESULT_DONE;
}

/* In Linux's words. */
void kp_text_page_fault(void)
{
	static const char *const actions[] = {
		[KP_ACCESS_READ] = "read access",
		[KP_ACCESS_WRITE] = "write access",
		[KP_ACCESS_EXECUTE] = "instruction fetch",
	};
	static const char *const states[] = {
		[KP_STATE_ABSENT] = "not-present page",
		[KP_STATE_PROTECTED] = "permissions violation",
		[KP_STATE_RESERVED] = "reserved bit violation",
	};
	const struct kp_fault *fault = &kp_report.fault;

	if (!fault->name || !fault->has_address || !kp_same(fault->name, "Oops"))
		return;
	if (fault->address_class == KP_CLASS_NULL)
		kp_add("BUG: kernel NULL pointer dereference, address: %016llx",
		       (unsigned long long)fault->address);
	else
		kp_add("BUG: unable to handle page fault for address: %016llx",
		       (unsigned long long)fault->address);
	kp_end_line();
	kp_add("#PF: %s %s in %s mode", fault->error & 4 ? "user" : "supervisor", actions[fault->access],
	       fault->user ? "user" : "kernel");
	kp_end_line();
	kp_add("#PF: error_code(0x%04llx) - %s", (unsigned long long)fault->error,
	       states[fault->state] ? states[fault->state] : "not known");
	kp_end_line();
}

enum kp_stage_result kp_text_machine(void)
{
	const struct kp_machine *machine = &kp_report.machine;
	unsigned code, stack;

	if (!machine->known)
		return KP_RESULT_NONE;
	kp_isa_selectors(&kp_report.frame, &code, &stack);
	kp_line_mend();
	kp_add("FS:  %016llx(%04x) GS:%016llx(%04x) knlGS:%016llx", (unsigned long long)machine->fs_base,
	       machine->fs, (unsigned long long)machine->gs_base, machine->gs,
	       (unsigned long long)machine->kernel_gs_base);
	kp_end_line();
	kp_add("CS:  %04x DS: %04x ES: %04x CR0: %016llx", code, machine->ds, machine->es,
	       (unsigned long long)machine->cr0);
	kp_end_line();
	kp_add("CR2: %016llx CR3: %016llx CR4: %016llx CR8: %llx", (unsigned long long)machine->cr2,
	       (unsigned long long)machine->cr3, (unsigned long long)machine->cr4,
	       (unsigned long long)machine->cr8);
	kp_end_line();
	kp_add("DR0: %016llx DR1: %016llx DR2: %016llx", (unsigned long long)machine->dr[0],
	       (unsigned long long)machine->dr[1], (unsigned long long)machine->dr[2]);
	kp_end_line();
	kp_add("DR3: %016llx DR6: %016llx DR7: %016llx", (unsigned long long)machine->dr[3],
	       (unsigned long long)machine->dr[6], (unsigned long long)machine->dr[7]);
	kp_end_line();
	return KP_RESULT_DONE;
}

enum kp_stage_result kp_text_causes(void)
{
	for (unsigned i = 0; i < kp_report.cause_count; i++) {
		kp_extension("cause");
		kp_key_word("grade", kp_report.causes[i].grade == KP_CERTAIN ? "certain" : "likely");
		kp_key_string("words", kp_report.causes[i].words);
		kp_end_line();
	}
	return KP_RESULT_DONE;
}

enum kp_stage_result kp_text_walk(void)
{
	static const char *const ends[] = {
		[KP_WALK_MAPPED] = "mapped",
		[KP_WALK_ABSENT] = "absent",
		[KP_WALK_RESERVED] = "reserved",
		[KP_WALK_UNREADABLE] = "unreadable",
	};
	const struct kp_walk *walk = &kp_report.walk;

	if (walk->end == KP_WALK_NONE)
		return KP_RESULT_NONE;
	kp_extension("walk");
	kp_key_hex("address", walk->address);
	kp_key_hex("root", walk->root);
	for (unsigned level = walk->top; level >= walk->level && level >= 1; level--) {
		if (level != walk->level || walk->end != KP_WALK_UNREADABLE)
			kp_add(" l%u=%llx", level, (unsigned long long)walk->entries[level]);
	}
	kp_key_word("end", ends[walk->end]);
	kp_key_number("level", walk->level);
	if (walk->end == KP_WALK_MAPPED) {
		kp_key_number("page", walk->page);
		kp_key_hex("physical", walk->physical);
	}
	kp_end_line();
	return KP_RESULT_DONE;
}

enum kp_stage_result kp_text_gates(void)
{
	static struct kp_symbol symbol;
	const struct kp_machine *machine = &kp_report.machine;

	for (unsigned i = 0; i < machine->gate_count; i++) {
		const struct kp_gate *gate = &machine->gates[i];
		kp_extension("gate");
		kp_key_number("vector", gate->vector);
		if (gate->known) {
			kp_key_number("present", gate->present);
			kp_key_hex("type", gate->type);
			kp_key_number("dpl", gate->dpl);
			kp_key_hex("selector", gate->selector);
			kp_key_hex("offset", gate->offset);
			kp_key_number("ist", gate->ist);
			if (kp_symbol((uintptr_t)gate->offset, &symbol))
				kp_key_word("symbol", symbol.name);
		}
		kp_end_line();
	}
	return KP_RESULT_DONE;
}

enum kp_stage_result kp_text_tables(void)
{
	const struct kp_machine *machine = &kp_report.machine;

	if (!machine->idt)
		return KP_RESULT_NONE;
	kp_extension("table");
	kp_key_hex("gdt", machine->gdt);
	kp_key_hex("gdt_limit", machine->gdt_limit);
	kp_key_hex("idt", machine->idt);
	kp_key_hex("idt_limit", machine->idt_limit);
	kp_key_hex("tr", machine->tr);
	kp_key_hex("ldt", machine->ldt);
	if (machine->unclaimed)
		kp_key_number("unclaimed", machine->unclaimed);
	kp_end_line();
	if (!machine->tss_known)
		return KP_RESULT_DONE;
	kp_extension("tss");
	kp_key_hex("base", machine->tss);
	kp_key_hex("rsp0", machine->rsp0);
	for (unsigned i = 1; i < 8; i++) {
		if (machine->ist[i])
			kp_add(" ist%u=%llx", i, (unsigned long long)machine->ist[i]);
	}
	kp_end_line();
	return KP_RESULT_DONE;
}

enum kp_stage_result kp_text_msrs(void)
{
	bool open = false;

	for (unsigned i = 0; i < kp_report.machine.msr_count; i++) {
		const struct kp_named *msr = &kp_report.machine.msrs[i];
		if (!open || kp_line_room() < 40) {
			kp_extension("msr"); /* ends the one before */
			open = true;
		}
		if (msr->index == KP_NO_INDEX)
			kp_key_hex(msr->name, msr->value);
		else
			kp_add(" %s%u=%llx", msr->name, msr->index, (unsigned long long)msr->value);
	}
	kp_line_mend();
	return open ? KP_RESULT_DONE : KP_RESULT_NONE;
}

enum kp_stage_result kp_text_locks(void)
{
	for (unsigned i = 0; i < kp_report.lock_count; i++) {
		const struct kp_lock *lock = &kp_report.locks[i].lock;
		kp_extension("lock");
		kp_key_hex("address", lock->address);
		kp_add(" taken_at=");
		kp_add_place(lock->taken_at, true);
		kp_key_number("owner", lock->owner_cpu);
		if (lock->waits)
			kp_key_number("waits", 1);
		kp_key_string("name", lock->name);
		kp_end_line();
	}
	return KP_RESULT_DONE;
}

enum kp_stage_result kp_text_raw(void)
{
	const struct kp_raw_stack *raw = &kp_report.raw;

	for (unsigned i = 0; i < raw->n; i++) {
		if (i % 8 == 0) {
			kp_extension("stack"); /* ends the one before */
			kp_key_hex("at", raw->at + i * sizeof(uintptr_t));
		}
		kp_add(" %0*llx", (int)(2 * sizeof(uintptr_t)), (unsigned long long)raw->words[i]);
	}
	kp_line_mend();
	return KP_RESULT_DONE;
}

enum kp_stage_result kp_text_cpus(void)
{
	static const char *const states[] = {
		[KP_CPU_OFFLINE] = "offline",
		[KP_CPU_RUNNING] = "silent",
		[KP_CPU_FROZEN] = "frozen",
		[KP_CPU_SILENT] = "silent",
	};

	if (kp_report.kind != KP_KIND_PANIC)
		return KP_RESULT_NONE;
	for (unsigned i = 0; i < KP_CPUS_MAX && i < kp_report.cpus; i++) {
		const struct kp_cpu_record *record = &kp_others[i];
		unsigned state = __atomic_load_n(&record->state, __ATOMIC_ACQUIRE);
		unsigned code, stack;

		if (i == kp_report.cpu)
			continue;
		kp_extension("cpu");
		kp_key_number("cpu", i);
		kp_key_word("state", states[state == KP_CPU_OFFLINE ? KP_CPU_SILENT : state]);
		if (state == KP_CPU_FROZEN && record->panicked)
			kp_key_number("panicked", 1);
		if (state == KP_CPU_FROZEN && record->task_known) {
			kp_key_signed("task", (int64_t)record->task);
			kp_key_string("name", record->task_name);
		}
		kp_end_line();
		if (state != KP_CPU_FROZEN)
			continue;
		kp_isa_selectors(&record->frame, &code, &stack);
		kp_add("RIP: %04x:", code);
		kp_add_place((uintptr_t)KP_FRAME_PC(&record->frame), false);
		kp_end_line();
		kp_add("RSP: %04x:%016llx", stack, (unsigned long long)KP_FRAME_SP(&record->frame));
		kp_isa_add_flags(&record->frame);
		kp_end_line();
		kp_add_registers(&record->frame);
		kp_add_trace(&record->trace);
	}
	return KP_RESULT_DONE;
}

enum kp_stage_result kp_text_log(void)
{
	size_t at = 0;

	if (!kp_report.log_size)
		return KP_RESULT_NONE;
	kp_extension("log");
	kp_key_number("bytes", kp_report.log_size);
	kp_end_line();
	while (at < kp_report.log_size) {
		size_t n = 0;

		kp_add("> ");
		while (at + n < kp_report.log_size && kp_report.log[at + n] != '\n') {
			/* Else it would end the line. */
			if (!kp_report.log[at + n])
				kp_report.log[at + n] = '?';
			n++;
		}
		kp_add_foreign(kp_report.log + at, n);
		at += n + 1;
		kp_end_line();
	}
	return KP_RESULT_DONE;
}
