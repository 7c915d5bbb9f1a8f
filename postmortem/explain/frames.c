#include "explain/frames.h"

#include <ctype.h>
#include <string.h>

struct name_class {
	const char *name; /* a '*' at the end: any rest */
	enum pm_frame_class class;
};

/* Names of all architectures and of the versions since 3.10; first match wins. */
static const struct name_class linux_names[] = {
	/* what prints and detects */
	{ "dump_stack*", PM_FRAME_REPORT },
	{ "__dump_stack", PM_FRAME_REPORT },
	{ "show_stack*", PM_FRAME_REPORT },
	{ "show_regs*", PM_FRAME_REPORT },
	{ "__show_regs", PM_FRAME_REPORT },
	{ "show_trace*", PM_FRAME_REPORT },
	{ "dump_backtrace*", PM_FRAME_REPORT },
	{ "unwind_backtrace", PM_FRAME_REPORT },
	{ "walk_stackframe", PM_FRAME_REPORT },
	{ "sched_show_task*", PM_FRAME_REPORT },
	{ "dump_cpu_task", PM_FRAME_REPORT },
	{ "print_address_description*", PM_FRAME_REPORT },
	{ "print_report*", PM_FRAME_REPORT },
	{ "kasan_*", PM_FRAME_REPORT },
	{ "__kasan_*", PM_FRAME_REPORT },
	{ "__asan_*", PM_FRAME_REPORT },
	{ "__hwasan_*", PM_FRAME_REPORT },
	{ "check_memory_region*", PM_FRAME_REPORT },
	{ "check_region_inline", PM_FRAME_REPORT },
	{ "memory_is_poisoned*", PM_FRAME_REPORT },
	{ "kmsan_*", PM_FRAME_REPORT },
	{ "__kmsan_*", PM_FRAME_REPORT },
	{ "__msan_*", PM_FRAME_REPORT },
	{ "kcsan_*", PM_FRAME_REPORT },
	{ "__tsan_*", PM_FRAME_REPORT },
	{ "kfence_*", PM_FRAME_REPORT },
	{ "__kfence_*", PM_FRAME_REPORT },
	{ "ubsan_*", PM_FRAME_REPORT },
	{ "__ubsan_*", PM_FRAME_REPORT },
	{ "__sanitizer_*", PM_FRAME_REPORT },
	{ "end_report*", PM_FRAME_REPORT },
	{ "panic", PM_FRAME_REPORT },
	{ "vpanic", PM_FRAME_REPORT },
	{ "nmi_panic", PM_FRAME_REPORT },
	{ "check_panic_on_warn", PM_FRAME_REPORT },
	{ "__warn*", PM_FRAME_REPORT },
	{ "warn_slowpath*", PM_FRAME_REPORT },
	{ "warn_bogus_irq_restore", PM_FRAME_REPORT },
	{ "report_bug*", PM_FRAME_REPORT },
	{ "__report_bug", PM_FRAME_REPORT },
	{ "fixup_bug*", PM_FRAME_REPORT },
	{ "handle_bug", PM_FRAME_REPORT },
	{ "find_bug", PM_FRAME_REPORT },
	{ "die", PM_FRAME_REPORT },
	{ "die_*", PM_FRAME_REPORT },
	{ "__die*", PM_FRAME_REPORT },
	{ "oops_*", PM_FRAME_REPORT },
	{ "__stack_chk_fail", PM_FRAME_REPORT },
	{ "no_context", PM_FRAME_REPORT },
	{ "page_fault_oops", PM_FRAME_REPORT },
	{ "bad_area*", PM_FRAME_REPORT },
	{ "__bad_area*", PM_FRAME_REPORT },
	{ "kernelmode_fixup_or_oops", PM_FRAME_REPORT },
	{ "mm_fault_error", PM_FRAME_REPORT },
	{ "handle_stack_overflow", PM_FRAME_REPORT },
	{ "handle_bad_stack", PM_FRAME_REPORT },
	{ "make_task_dead", PM_FRAME_REPORT },
	{ "rewind_stack_*", PM_FRAME_REPORT },
	{ "print_circular_bug*", PM_FRAME_REPORT },
	{ "print_deadlock_bug*", PM_FRAME_REPORT },
	{ "print_usage_bug*", PM_FRAME_REPORT },
	{ "print_bad_irq_dependency", PM_FRAME_REPORT },
	{ "print_unlock_imbalance_bug*", PM_FRAME_REPORT },
	{ "print_irq_inversion_bug*", PM_FRAME_REPORT },
	{ "check_noncircular", PM_FRAME_REPORT },
	{ "check_prev_add", PM_FRAME_REPORT },
	{ "check_prevs_add", PM_FRAME_REPORT },
	{ "check_deadlock*", PM_FRAME_REPORT },
	{ "check_irq_usage", PM_FRAME_REPORT },
	{ "validate_chain*", PM_FRAME_REPORT },
	{ "mark_lock*", PM_FRAME_REPORT },
	{ "mark_usage", PM_FRAME_REPORT },
	{ "mark_held_locks", PM_FRAME_REPORT },
	{ "valid_state", PM_FRAME_REPORT },
	{ "register_lock_class", PM_FRAME_REPORT },
	{ "assign_lock_key", PM_FRAME_REPORT },
	{ "__lock_acquire*", PM_FRAME_REPORT },
	{ "lock_acquire*", PM_FRAME_REPORT },
	{ "lock_release*", PM_FRAME_REPORT },
	{ "__lock_release*", PM_FRAME_REPORT },
	{ "lockdep_*", PM_FRAME_REPORT },
	{ "debug_check_no_locks_*", PM_FRAME_REPORT },
	{ "___might_sleep*", PM_FRAME_REPORT },
	{ "__might_sleep", PM_FRAME_REPORT },
	{ "__might_resched*", PM_FRAME_REPORT },
	{ "__might_fault", PM_FRAME_REPORT },
	{ "__schedule_bug*", PM_FRAME_REPORT },
	{ "schedule_debug", PM_FRAME_REPORT },
	{ "check_preemption_disabled", PM_FRAME_REPORT },
	{ "__this_cpu_preempt_check", PM_FRAME_REPORT },
	{ "debug_smp_processor_id", PM_FRAME_REPORT },
	{ "debug_print_object", PM_FRAME_REPORT },
	{ "debug_object_*", PM_FRAME_REPORT },
	{ "__debug_object_*", PM_FRAME_REPORT },
	{ "__debug_check_no_obj_freed", PM_FRAME_REPORT },
	{ "debug_check_no_obj_freed", PM_FRAME_REPORT },
	{ "refcount_warn_saturate", PM_FRAME_REPORT },
	{ "__list_add_valid*", PM_FRAME_REPORT },
	{ "__list_del_entry_valid*", PM_FRAME_REPORT },
	{ "spin_bug", PM_FRAME_REPORT },
	{ "spin_dump", PM_FRAME_REPORT },
	{ "rwlock_bug*", PM_FRAME_REPORT },
	{ "usercopy_abort", PM_FRAME_REPORT },
	{ "__check_object_size*", PM_FRAME_REPORT },
	{ "__check_heap_object", PM_FRAME_REPORT },
	{ "check_object_size", PM_FRAME_REPORT },
	{ "bad_page*", PM_FRAME_REPORT },
	{ "slab_err", PM_FRAME_REPORT },
	{ "object_err", PM_FRAME_REPORT },
	{ "slab_bug", PM_FRAME_REPORT },
	{ "print_trailer", PM_FRAME_REPORT },
	{ "check_bytes_and_report", PM_FRAME_REPORT },
	{ "slab_pad_check*", PM_FRAME_REPORT },
	{ "check_object", PM_FRAME_REPORT },
	{ "free_debug_processing", PM_FRAME_REPORT },
	{ "alloc_debug_processing", PM_FRAME_REPORT },
	{ "dump_page", PM_FRAME_REPORT },
	{ "dump_header*", PM_FRAME_REPORT },
	{ "fail_dump", PM_FRAME_REPORT },
	{ "should_fail*", PM_FRAME_REPORT },
	{ "should_failslab", PM_FRAME_REPORT },
	{ "warn_alloc*", PM_FRAME_REPORT },
	{ "instrument_*", PM_FRAME_REPORT },
	{ "nmi_cpu_backtrace*", PM_FRAME_REPORT },
	{ "nmi_trigger_*", PM_FRAME_REPORT },
	{ "arch_trigger_*", PM_FRAME_REPORT },
	{ "trigger_all_cpu_backtrace", PM_FRAME_REPORT },
	{ "trigger_single_cpu_backtrace", PM_FRAME_REPORT },
	{ "trigger_allbutself_cpu_backtrace", PM_FRAME_REPORT },
	{ "check_hung_uninterruptible_tasks", PM_FRAME_REPORT },
	{ "check_hung_task*", PM_FRAME_REPORT },
	{ "save_stack*", PM_FRAME_REPORT },
	{ "stack_trace_save*", PM_FRAME_REPORT },
	{ "stack_trace_consume_entry*", PM_FRAME_REPORT },
	{ "arch_stack_walk*", PM_FRAME_REPORT },
	{ "set_track*", PM_FRAME_REPORT },
	{ "kasan_save_*", PM_FRAME_REPORT },
	{ "stack_depot_*", PM_FRAME_REPORT },
	{ "__stack_depot_*", PM_FRAME_REPORT },
	{ "save_trace", PM_FRAME_REPORT },
	{ "unwind_next_frame", PM_FRAME_REPORT },
	{ "unwind_get_return_address", PM_FRAME_REPORT },
	{ "rust_helper_BUG", PM_FRAME_REPORT },
	{ "rust_begin_unwind", PM_FRAME_REPORT },
	{ "rust_panic", PM_FRAME_REPORT },
	{ "lock_is_held*", PM_FRAME_REPORT },
	{ "__this_cpu_*", PM_FRAME_REPORT },
	{ "rcu_lockdep_*", PM_FRAME_REPORT },
	{ "debug_lockdep_*", PM_FRAME_REPORT },
	{ "debug_check_*", PM_FRAME_REPORT },
	{ "trace_hardirqs_*", PM_FRAME_REPORT },
	{ "trace_irq_*", PM_FRAME_REPORT },
	{ "print_hex_dump", PM_FRAME_REPORT },
	{ "printk", PM_FRAME_REPORT },
	{ "vprintk*", PM_FRAME_REPORT },
	{ "_printk", PM_FRAME_REPORT },
	{ "console_unlock*", PM_FRAME_REPORT },
	{ "console_trylock*", PM_FRAME_REPORT },
	{ "vprintk_emit", PM_FRAME_REPORT },
	{ "dev_err", PM_FRAME_REPORT },
	{ "_dev_*", PM_FRAME_REPORT },
	{ "kcov_*", PM_FRAME_REPORT },
	{ "__cyg_profile*", PM_FRAME_REPORT },
	{ "watchdog", PM_FRAME_REPORT }, /* of khungtaskd */
	{ "nmi_raise_cpu_backtrace", PM_FRAME_REPORT },
	{ "serial8250_console_*", PM_FRAME_REPORT },
	{ "__x2apic_send_IPI_*", PM_FRAME_WAIT },
	{ "kcsan_*", PM_FRAME_REPORT },
	/* faults */
	{ "asm_exc_nmi", PM_FRAME_NMI },
	{ "exc_nmi", PM_FRAME_NMI },
	{ "do_nmi", PM_FRAME_NMI },
	{ "default_do_nmi", PM_FRAME_NMI },
	{ "nmi_handle*", PM_FRAME_NMI },
	{ "end_repeat_nmi", PM_FRAME_NMI },
	{ "repeat_nmi", PM_FRAME_NMI },
	{ "nmi", PM_FRAME_NMI },
	{ "perf_event_nmi_handler", PM_FRAME_NMI },
	{ "watchdog_overflow_callback", PM_FRAME_REPORT },
	{ "watchdog_hardlockup_check", PM_FRAME_REPORT },
	{ "asm_exc_*", PM_FRAME_EXCEPTION },
	{ "exc_*", PM_FRAME_EXCEPTION },
	{ "page_fault", PM_FRAME_EXCEPTION },
	{ "async_page_fault", PM_FRAME_EXCEPTION },
	{ "do_page_fault", PM_FRAME_EXCEPTION },
	{ "__do_page_fault", PM_FRAME_EXCEPTION },
	{ "trace_page_fault", PM_FRAME_EXCEPTION },
	{ "do_kern_addr_fault", PM_FRAME_EXCEPTION },
	{ "do_user_addr_fault", PM_FRAME_EXCEPTION },
	{ "handle_page_fault", PM_FRAME_EXCEPTION },
	{ "general_protection", PM_FRAME_EXCEPTION },
	{ "do_general_protection", PM_FRAME_EXCEPTION },
	{ "invalid_op", PM_FRAME_EXCEPTION },
	{ "do_invalid_op", PM_FRAME_EXCEPTION },
	{ "divide_error", PM_FRAME_EXCEPTION },
	{ "do_divide_error", PM_FRAME_EXCEPTION },
	{ "double_fault", PM_FRAME_EXCEPTION },
	{ "do_double_fault", PM_FRAME_EXCEPTION },
	{ "error_entry", PM_FRAME_EXCEPTION },
	{ "do_trap*", PM_FRAME_EXCEPTION },
	{ "do_error_trap", PM_FRAME_EXCEPTION },
	{ "math_error", PM_FRAME_EXCEPTION },
	{ "el1h_64_sync*", PM_FRAME_EXCEPTION },
	{ "el1_sync*", PM_FRAME_EXCEPTION },
	{ "el1_abort", PM_FRAME_EXCEPTION },
	{ "el1_da", PM_FRAME_EXCEPTION },
	{ "el1_dbg", PM_FRAME_EXCEPTION },
	{ "el1_brk64", PM_FRAME_EXCEPTION },
	{ "el1_undef", PM_FRAME_EXCEPTION },
	{ "el1t_*", PM_FRAME_EXCEPTION },
	{ "el0_da", PM_FRAME_EXCEPTION },
	{ "el0_ia", PM_FRAME_EXCEPTION },
	{ "do_mem_abort", PM_FRAME_EXCEPTION },
	{ "do_translation_fault", PM_FRAME_EXCEPTION },
	{ "__do_kernel_fault", PM_FRAME_EXCEPTION },
	{ "do_bad_area", PM_FRAME_EXCEPTION },
	{ "do_undefinstr", PM_FRAME_EXCEPTION },
	{ "do_debug_exception", PM_FRAME_EXCEPTION },
	{ "brk_handler", PM_FRAME_EXCEPTION },
	{ "bug_handler", PM_FRAME_EXCEPTION },
	{ "bug_brk_handler", PM_FRAME_EXCEPTION },
	{ "call_break_hook", PM_FRAME_EXCEPTION },
	{ "do_DataAbort", PM_FRAME_EXCEPTION },
	{ "do_PrefetchAbort", PM_FRAME_EXCEPTION },
	{ "__dabt_svc", PM_FRAME_EXCEPTION },
	{ "__pabt_svc", PM_FRAME_EXCEPTION },
	{ "__und_svc*", PM_FRAME_EXCEPTION },
	{ "handle_exception", PM_FRAME_EXCEPTION },
	{ "ret_from_exception", PM_FRAME_EXCEPTION },
	{ "data_access_common_virt", PM_FRAME_EXCEPTION },
	{ "handle_page_fault", PM_FRAME_EXCEPTION },
	{ "program_check_common_virt", PM_FRAME_EXCEPTION },
	/* the timer interrupt's way to the stall detector */
	{ "print_cpu_stall*", PM_FRAME_TICK },
	{ "print_other_cpu_stall*", PM_FRAME_TICK },
	{ "check_cpu_stall*", PM_FRAME_TICK },
	{ "rcu_dump_cpu_stacks*", PM_FRAME_TICK },
	{ "rcu_check_gp_kthread_starvation", PM_FRAME_TICK },
	{ "rcu_pending*", PM_FRAME_TICK },
	{ "__rcu_pending", PM_FRAME_TICK },
	{ "rcu_check_callbacks", PM_FRAME_TICK },
	{ "rcu_sched_clock_irq*", PM_FRAME_TICK },
	{ "update_process_times*", PM_FRAME_TICK },
	{ "tick_*", PM_FRAME_TICK },
	{ "watchdog_timer_fn", PM_FRAME_TICK },
	{ "__run_hrtimer*", PM_FRAME_TICK },
	{ "__hrtimer_run_queues*", PM_FRAME_TICK },
	{ "hrtimer_interrupt*", PM_FRAME_TICK },
	{ "local_apic_timer_interrupt", PM_FRAME_TICK },
	{ "arch_timer_handler_*", PM_FRAME_TICK },
	{ "timer_handler", PM_FRAME_TICK },
	/* interrupts */
	{ "asm_sysvec_*", PM_FRAME_IRQ },
	{ "sysvec_*", PM_FRAME_IRQ },
	{ "__sysvec_*", PM_FRAME_IRQ },
	{ "instr_sysvec_*", PM_FRAME_IRQ },
	{ "asm_common_interrupt", PM_FRAME_IRQ },
	{ "common_interrupt", PM_FRAME_IRQ },
	{ "__common_interrupt", PM_FRAME_IRQ },
	{ "asm_call_*", PM_FRAME_IRQ },
	{ "ret_from_intr", PM_FRAME_IRQ },
	{ "do_IRQ", PM_FRAME_IRQ },
	{ "smp_*_interrupt", PM_FRAME_IRQ },
	{ "smp_apic_timer_interrupt", PM_FRAME_IRQ },
	{ "apic_timer_interrupt", PM_FRAME_IRQ },
	{ "reschedule_interrupt", PM_FRAME_IRQ },
	{ "call_function_interrupt", PM_FRAME_IRQ },
	{ "call_function_single_interrupt", PM_FRAME_IRQ },
	{ "__irq_svc", PM_FRAME_IRQ },
	{ "__irq_usr", PM_FRAME_IRQ },
	{ "el1_irq", PM_FRAME_IRQ },
	{ "el1_interrupt", PM_FRAME_IRQ },
	{ "__el1_irq", PM_FRAME_IRQ },
	{ "el1h_64_irq*", PM_FRAME_IRQ },
	{ "el0_irq*", PM_FRAME_IRQ },
	{ "el0_interrupt", PM_FRAME_IRQ },
	{ "__el0_irq*", PM_FRAME_IRQ },
	{ "el0t_64_irq*", PM_FRAME_IRQ },
	{ "gic_handle_irq*", PM_FRAME_IRQ },
	{ "__gic_handle_irq*", PM_FRAME_IRQ },
	{ "do_interrupt_handler", PM_FRAME_IRQ },
	{ "call_on_irq_stack", PM_FRAME_IRQ },
	{ "handle_irq", PM_FRAME_IRQ },
	{ "__handle_irq", PM_FRAME_IRQ },
	{ "handle_irq_event*", PM_FRAME_IRQ },
	{ "__handle_irq_event_percpu", PM_FRAME_IRQ },
	{ "handle_edge_irq", PM_FRAME_IRQ },
	{ "handle_fasteoi_irq", PM_FRAME_IRQ },
	{ "handle_level_irq", PM_FRAME_IRQ },
	{ "handle_percpu_devid_irq", PM_FRAME_IRQ },
	{ "handle_domain_irq", PM_FRAME_IRQ },
	{ "__handle_domain_irq", PM_FRAME_IRQ },
	{ "generic_handle_*", PM_FRAME_IRQ },
	{ "hardware_interrupt_common*", PM_FRAME_IRQ },
	{ "timer_interrupt", PM_FRAME_IRQ },
	{ "do_irq", PM_FRAME_IRQ },
	{ "run_irq_on_irqstack_cond", PM_FRAME_IRQ },
	{ "run_sysvec_on_irqstack_cond", PM_FRAME_IRQ },
	/* soft interrupts */
	{ "__do_softirq", PM_FRAME_SOFTIRQ },
	{ "do_softirq*", PM_FRAME_SOFTIRQ },
	{ "____do_softirq", PM_FRAME_SOFTIRQ },
	{ "handle_softirqs", PM_FRAME_SOFTIRQ },
	{ "invoke_softirq", PM_FRAME_SOFTIRQ },
	{ "irq_exit*", PM_FRAME_SOFTIRQ },
	{ "__irq_exit*", PM_FRAME_SOFTIRQ },
	{ "__local_bh_enable*", PM_FRAME_SOFTIRQ },
	{ "run_ksoftirqd", PM_FRAME_SOFTIRQ },
	{ "run_softirq_on_irqstack_cond", PM_FRAME_SOFTIRQ },
	/* system calls */
	{ "entry_SYSCALL*", PM_FRAME_SYSCALL },
	{ "entry_SYSENTER*", PM_FRAME_SYSCALL },
	{ "entry_INT80*", PM_FRAME_SYSCALL },
	{ "do_syscall_*", PM_FRAME_SYSCALL },
	{ "x64_sys_call", PM_FRAME_SYSCALL },
	{ "ia32_sys_call", PM_FRAME_SYSCALL },
	{ "do_int80*", PM_FRAME_SYSCALL },
	{ "__do_fast_syscall_32", PM_FRAME_SYSCALL },
	{ "do_fast_syscall_32", PM_FRAME_SYSCALL },
	{ "do_SYSENTER_32", PM_FRAME_SYSCALL },
	{ "system_call*", PM_FRAME_SYSCALL },
	{ "sysenter_*", PM_FRAME_SYSCALL },
	{ "tracesys*", PM_FRAME_SYSCALL },
	{ "sysret_*", PM_FRAME_SYSCALL },
	{ "el0_svc*", PM_FRAME_SYSCALL },
	{ "do_el0_svc*", PM_FRAME_SYSCALL },
	{ "el0t_64_sync*", PM_FRAME_SYSCALL },
	{ "el0_sync*", PM_FRAME_SYSCALL },
	{ "invoke_syscall*", PM_FRAME_SYSCALL },
	{ "__invoke_syscall", PM_FRAME_SYSCALL },
	{ "ret_fast_syscall", PM_FRAME_SYSCALL },
	{ "ret_slow_syscall", PM_FRAME_SYSCALL },
	{ "ret_from_syscall*", PM_FRAME_SYSCALL },
	{ "syscall_*", PM_FRAME_SYSCALL },
	{ "do_syscall", PM_FRAME_SYSCALL },
	{ "__do_syscall", PM_FRAME_SYSCALL },
	{ "handle_sys*", PM_FRAME_SYSCALL },
	{ "do_trap_ecall_u", PM_FRAME_SYSCALL },
	/* kernel threads */
	{ "ret_from_fork*", PM_FRAME_THREAD },
	{ "ret_from_kernel_thread", PM_FRAME_THREAD },
	{ "ret_from_kernel_user_thread", PM_FRAME_THREAD },
	{ "start_kernel_thread", PM_FRAME_THREAD },
	{ "kthread", PM_FRAME_THREAD },
	{ "worker_thread*", PM_FRAME_THREAD },
	{ "process_one_work*", PM_FRAME_THREAD },
	{ "process_scheduled_works*", PM_FRAME_THREAD },
	{ "kthread_worker_fn", PM_FRAME_THREAD },
	{ "smpboot_thread_fn", PM_FRAME_THREAD },
	{ "kernel_thread_helper", PM_FRAME_THREAD },
	{ "kernel_thread_starter", PM_FRAME_THREAD },
	/* idle */
	{ "default_idle*", PM_FRAME_IDLE },
	{ "cpuidle_*", PM_FRAME_IDLE },
	{ "do_idle", PM_FRAME_IDLE },
	{ "cpu_startup_entry", PM_FRAME_IDLE },
	{ "cpu_idle*", PM_FRAME_IDLE },
	{ "arch_cpu_idle*", PM_FRAME_IDLE },
	{ "arch_safe_halt", PM_FRAME_IDLE },
	{ "native_safe_halt", PM_FRAME_IDLE },
	{ "pv_native_safe_halt", PM_FRAME_IDLE },
	{ "mwait_idle*", PM_FRAME_IDLE },
	{ "intel_idle*", PM_FRAME_IDLE },
	{ "acpi_idle_*", PM_FRAME_IDLE },
	{ "acpi_safe_halt", PM_FRAME_IDLE },
	{ "call_cpuidle", PM_FRAME_IDLE },
	{ "start_secondary", PM_FRAME_IDLE },
	{ "secondary_start*", PM_FRAME_IDLE },
	{ "common_startup_64", PM_FRAME_IDLE },
	{ "x86_64_start_*", PM_FRAME_IDLE },
	{ "rest_init", PM_FRAME_IDLE },
	/* waiting */
	{ "native_queued_spin_lock_slowpath*", PM_FRAME_WAIT },
	{ "queued_spin_lock_slowpath*", PM_FRAME_WAIT },
	{ "queued_read_lock_slowpath*", PM_FRAME_WAIT },
	{ "queued_write_lock_slowpath*", PM_FRAME_WAIT },
	{ "queued_spin_lock", PM_FRAME_WAIT },
	{ "__pv_queued_spin_lock_slowpath*", PM_FRAME_WAIT },
	{ "pv_queued_spin_lock_slowpath", PM_FRAME_WAIT },
	{ "pv_wait*", PM_FRAME_WAIT },
	{ "kvm_wait", PM_FRAME_WAIT },
	{ "_raw_spin_lock*", PM_FRAME_WAIT },
	{ "_raw_spin_trylock*", PM_FRAME_WAIT },
	{ "_raw_read_lock*", PM_FRAME_WAIT },
	{ "_raw_write_lock*", PM_FRAME_WAIT },
	{ "__raw_spin_lock*", PM_FRAME_WAIT },
	{ "__raw_read_lock*", PM_FRAME_WAIT },
	{ "__raw_write_lock*", PM_FRAME_WAIT },
	{ "do_raw_spin_lock*", PM_FRAME_WAIT },
	{ "do_raw_read_lock*", PM_FRAME_WAIT },
	{ "do_raw_write_lock*", PM_FRAME_WAIT },
	{ "spin_lock*", PM_FRAME_WAIT },
	{ "lock_sock*", PM_FRAME_WAIT },
	{ "__lock_sock*", PM_FRAME_WAIT },
	{ "console_lock", PM_FRAME_WAIT },
	{ "rtnl_lock*", PM_FRAME_WAIT },
	{ "pipe_lock*", PM_FRAME_WAIT },
	{ "lock_page*", PM_FRAME_WAIT },
	{ "mmap_read_lock*", PM_FRAME_WAIT },
	{ "mmap_write_lock*", PM_FRAME_WAIT },
	{ "inode_lock*", PM_FRAME_WAIT },
	{ "lock_rename", PM_FRAME_WAIT },
	{ "task_rq_lock", PM_FRAME_WAIT },
	{ "__mutex_lock*", PM_FRAME_WAIT },
	{ "mutex_lock*", PM_FRAME_WAIT },
	{ "__ww_mutex_lock*", PM_FRAME_WAIT },
	{ "down", PM_FRAME_WAIT },
	{ "__down*", PM_FRAME_WAIT },
	{ "down_read*", PM_FRAME_WAIT },
	{ "down_write*", PM_FRAME_WAIT },
	{ "down_interruptible", PM_FRAME_WAIT },
	{ "down_killable", PM_FRAME_WAIT },
	{ "down_timeout", PM_FRAME_WAIT },
	{ "rwsem_down_*", PM_FRAME_WAIT },
	{ "call_rwsem_*", PM_FRAME_WAIT },
	{ "percpu_down_*", PM_FRAME_WAIT },
	{ "__percpu_down_*", PM_FRAME_WAIT },
	{ "rt_mutex_lock*", PM_FRAME_WAIT },
	{ "rt_spin_lock*", PM_FRAME_WAIT },
	{ "schedule", PM_FRAME_WAIT },
	{ "schedule_timeout*", PM_FRAME_WAIT },
	{ "schedule_preempt_disabled", PM_FRAME_WAIT },
	{ "schedule_hrtimeout*", PM_FRAME_WAIT },
	{ "schedule_rtlock*", PM_FRAME_WAIT },
	{ "__schedule*", PM_FRAME_WAIT },
	{ "context_switch", PM_FRAME_WAIT },
	{ "__switch_to*", PM_FRAME_WAIT },
	{ "preempt_schedule*", PM_FRAME_WAIT },
	{ "_cond_resched", PM_FRAME_WAIT },
	{ "__cond_resched", PM_FRAME_WAIT },
	{ "io_schedule*", PM_FRAME_WAIT },
	{ "wait_for_*", PM_FRAME_WAIT },
	{ "__wait_for_*", PM_FRAME_WAIT },
	{ "do_wait_for_common", PM_FRAME_WAIT },
	{ "bit_wait*", PM_FRAME_WAIT },
	{ "__wait_on_bit*", PM_FRAME_WAIT },
	{ "out_of_line_wait_on_bit*", PM_FRAME_WAIT },
	{ "wait_on_page_bit*", PM_FRAME_WAIT },
	{ "folio_wait_bit*", PM_FRAME_WAIT },
	{ "__folio_lock*", PM_FRAME_WAIT },
	{ "__lock_page*", PM_FRAME_WAIT },
	{ "msleep*", PM_FRAME_WAIT },
	{ "usleep_range*", PM_FRAME_WAIT },
	{ "do_nanosleep", PM_FRAME_WAIT },
	{ "synchronize_rcu*", PM_FRAME_WAIT },
	{ "synchronize_srcu*", PM_FRAME_WAIT },
	{ "__synchronize_srcu*", PM_FRAME_WAIT },
	{ "__wait_rcu_gp", PM_FRAME_WAIT },
	{ "rcu_barrier*", PM_FRAME_WAIT },
	{ "__flush_work*", PM_FRAME_WAIT },
	{ "flush_work*", PM_FRAME_WAIT },
	{ "smp_call_function_*", PM_FRAME_WAIT },
	{ "smp_call_function", PM_FRAME_WAIT },
	{ "csd_lock_wait*", PM_FRAME_WAIT },
	{ "__csd_lock_wait", PM_FRAME_WAIT },
	{ "on_each_cpu*", PM_FRAME_WAIT },
	{ "smp_call_on_cpu", PM_FRAME_WAIT },
	{ "cpu_relax", PM_FRAME_WAIT },
	{ "rep_nop", PM_FRAME_WAIT },
	/* helpers: they were told what to touch */
	{ "memcpy*", PM_FRAME_HELPER },
	{ "__memcpy*", PM_FRAME_HELPER },
	{ "memset*", PM_FRAME_HELPER },
	{ "__memset*", PM_FRAME_HELPER },
	{ "memmove*", PM_FRAME_HELPER },
	{ "__memmove*", PM_FRAME_HELPER },
	{ "memcmp", PM_FRAME_HELPER },
	{ "memchr*", PM_FRAME_HELPER },
	{ "memscan", PM_FRAME_HELPER },
	{ "rep_movs*", PM_FRAME_HELPER },
	{ "rep_stos*", PM_FRAME_HELPER },
	{ "clear_page*", PM_FRAME_HELPER },
	{ "copy_page*", PM_FRAME_HELPER },
	{ "strcasecmp", PM_FRAME_HELPER },
	{ "strncasecmp", PM_FRAME_HELPER },
	{ "strlen", PM_FRAME_HELPER },
	{ "strnlen", PM_FRAME_HELPER },
	{ "strcmp", PM_FRAME_HELPER },
	{ "strncmp", PM_FRAME_HELPER },
	{ "strcpy", PM_FRAME_HELPER },
	{ "strncpy", PM_FRAME_HELPER },
	{ "strlcpy", PM_FRAME_HELPER },
	{ "strscpy", PM_FRAME_HELPER },
	{ "sized_strscpy", PM_FRAME_HELPER },
	{ "strchr", PM_FRAME_HELPER },
	{ "strstr", PM_FRAME_HELPER },
	{ "string_nocheck", PM_FRAME_HELPER },
	{ "vsnprintf", PM_FRAME_HELPER },
	{ "snprintf", PM_FRAME_HELPER },
	{ "sprintf", PM_FRAME_HELPER },
	{ "copy_user_*", PM_FRAME_HELPER },
	{ "__copy_user*", PM_FRAME_HELPER },
	{ "copy_to_user*", PM_FRAME_HELPER },
	{ "copy_from_user*", PM_FRAME_HELPER },
	{ "_copy_to_user", PM_FRAME_HELPER },
	{ "_copy_from_user", PM_FRAME_HELPER },
	{ "refcount_*", PM_FRAME_HELPER },
	{ "__refcount_*", PM_FRAME_HELPER },
	{ "atomic_inc*", PM_FRAME_HELPER },
	{ "atomic_dec*", PM_FRAME_HELPER },
	{ "atomic_add*", PM_FRAME_HELPER },
	{ "atomic_sub*", PM_FRAME_HELPER },
	{ "atomic_read*", PM_FRAME_HELPER },
	{ "atomic_set*", PM_FRAME_HELPER },
	{ "atomic_fetch_*", PM_FRAME_HELPER },
	{ "atomic_try_*", PM_FRAME_HELPER },
	{ "atomic_cmpxchg*", PM_FRAME_HELPER },
	{ "atomic_xchg*", PM_FRAME_HELPER },
	{ "atomic_long_*", PM_FRAME_HELPER },
	{ "raw_atomic*", PM_FRAME_HELPER },
	{ "arch_atomic*", PM_FRAME_HELPER },
	{ "atomic64_*", PM_FRAME_HELPER },
	{ "kref_*", PM_FRAME_HELPER },
	{ "list_add*", PM_FRAME_HELPER },
	{ "list_del*", PM_FRAME_HELPER },
	{ "__list_add*", PM_FRAME_HELPER },
	{ "__list_del*", PM_FRAME_HELPER },
	{ "hlist_*", PM_FRAME_HELPER },
	{ "__hlist_*", PM_FRAME_HELPER },
	{ "rb_erase", PM_FRAME_HELPER },
	{ "rb_insert_color", PM_FRAME_HELPER },
	{ "rb_next", PM_FRAME_HELPER },
	{ "rb_prev", PM_FRAME_HELPER },
	{ "rb_first", PM_FRAME_HELPER },
	{ "rb_last", PM_FRAME_HELPER },
	{ "__rb_*", PM_FRAME_HELPER },
	{ "kfree", PM_FRAME_HELPER },
	{ "kvfree", PM_FRAME_HELPER },
	{ "kmem_cache_free*", PM_FRAME_HELPER },
	{ "__kmem_cache_free", PM_FRAME_HELPER },
	{ "slab_free*", PM_FRAME_HELPER },
	{ "free_to_partial_list", PM_FRAME_HELPER },
	{ "free_to_pcs*", PM_FRAME_HELPER },
	{ "do_slab_free", PM_FRAME_HELPER },
	{ "___slab_alloc", PM_FRAME_HELPER },
	{ "__slab_alloc*", PM_FRAME_HELPER },
	{ "__kmem_cache_alloc*", PM_FRAME_HELPER },
	{ "alloc_skb*", PM_FRAME_HELPER },
	{ "__alloc_skb", PM_FRAME_HELPER },
	{ "__slab_free", PM_FRAME_HELPER },
	{ "kmalloc*", PM_FRAME_HELPER },
	{ "__kmalloc*", PM_FRAME_HELPER },
	{ "kzalloc*", PM_FRAME_HELPER },
	{ "kmem_cache_alloc*", PM_FRAME_HELPER },
	{ "kmem_cache_zalloc", PM_FRAME_HELPER },
	{ "slab_alloc*", PM_FRAME_HELPER },
	{ "slab_post_alloc_hook", PM_FRAME_HELPER },
	{ "set_freepointer", PM_FRAME_HELPER },
	{ "test_bit", PM_FRAME_HELPER },
	{ "set_bit", PM_FRAME_HELPER },
	{ "clear_bit", PM_FRAME_HELPER },
	{ "_test_bit", PM_FRAME_HELPER },
	{ "arch_test_bit", PM_FRAME_HELPER },
	{ "__read_once_size*", PM_FRAME_HELPER },
	{ "__free_pages*", PM_FRAME_HELPER },
	{ "free_pages*", PM_FRAME_HELPER },
	{ "__free_one_page", PM_FRAME_HELPER },
	{ "free_unref_*", PM_FRAME_HELPER },
	{ "free_pcppages_bulk", PM_FRAME_HELPER },
	{ "free_the_page", PM_FRAME_HELPER },
	{ "kobject_put", PM_FRAME_HELPER },
	{ "kobject_release", PM_FRAME_HELPER },
	{ "kobject_cleanup", PM_FRAME_HELPER },
	{ "init_timer_key", PM_FRAME_HELPER },
	{ "__init_work", PM_FRAME_HELPER },
	{ "do_init_timer", PM_FRAME_HELPER },
	{ "put_device", PM_FRAME_HELPER },
	{ "__virt_addr_valid", PM_FRAME_HELPER },
	{ "__phys_addr*", PM_FRAME_HELPER },
	{ "__srcu_read_*", PM_FRAME_HELPER },
	{ "srcu_read_*", PM_FRAME_HELPER },
	{ "_raw_spin_unlock*", PM_FRAME_HELPER },
	{ "__raw_spin_unlock*", PM_FRAME_HELPER },
	{ "_raw_read_unlock*", PM_FRAME_HELPER },
	{ "_raw_write_unlock*", PM_FRAME_HELPER },
	{ "spin_unlock*", PM_FRAME_HELPER },
	{ "finish_task_switch*", PM_FRAME_HELPER },
	{ "finish_lock_switch", PM_FRAME_HELPER },
	{ "local_irq_*", PM_FRAME_HELPER },
	{ "__local_irq_*", PM_FRAME_HELPER },
	{ "arch_local_*", PM_FRAME_HELPER },
	{ "raw_local_irq_*", PM_FRAME_HELPER },
	{ "native_irq_*", PM_FRAME_HELPER },
	{ "native_save_fl", PM_FRAME_HELPER },
	{ "preempt_count_*", PM_FRAME_HELPER },
	{ "rcu_read_*", PM_FRAME_HELPER },
	{ "__rcu_read_*", PM_FRAME_HELPER },
	{ "rcu_is_watching", PM_FRAME_HELPER },
	{ "rcu_is_cpu_rrupt_from_idle", PM_FRAME_HELPER },
	{ "read_pnmi_seqlock", PM_FRAME_HELPER },
	{ "ktime_get*", PM_FRAME_HELPER },
	{ "__cache_free", PM_FRAME_HELPER },
	{ "___cache_free", PM_FRAME_HELPER },
	{ "__cache_alloc*", PM_FRAME_HELPER },
	{ "qlist_free_all", PM_FRAME_HELPER },
	{ "quarantine_*", PM_FRAME_HELPER },
	{ "kasan_quarantine_*", PM_FRAME_HELPER },
	{ "kmem_cache_*", PM_FRAME_HELPER },
	{ "kmalloc_node*", PM_FRAME_HELPER },
	{ "kcalloc", PM_FRAME_HELPER },
	{ "kmalloc_array*", PM_FRAME_HELPER },
	{ "krealloc*", PM_FRAME_HELPER },
	{ "__do_krealloc", PM_FRAME_HELPER },
	{ "kvmalloc*", PM_FRAME_HELPER },
	{ "__kvmalloc*", PM_FRAME_HELPER },
	{ "kmemdup*", PM_FRAME_HELPER },
	{ "vmalloc*", PM_FRAME_HELPER },
	{ "__vmalloc*", PM_FRAME_HELPER },
	{ "vzalloc*", PM_FRAME_HELPER },
	{ "kzalloc_node", PM_FRAME_HELPER },
	{ "kstrdup*", PM_FRAME_HELPER },
	{ "sk_prot_alloc", PM_FRAME_HELPER },
	{ "kfree_skb*", PM_FRAME_HELPER },
	{ "__kfree_skb*", PM_FRAME_HELPER },
	{ "consume_skb", PM_FRAME_HELPER },
	{ "skb_free_head", PM_FRAME_HELPER },
	{ "skb_release_*", PM_FRAME_HELPER },
	{ "kvfree*", PM_FRAME_HELPER },
	{ "kfree_sensitive", PM_FRAME_HELPER },
	{ "kzfree", PM_FRAME_HELPER },
	{ "alloc_pages*", PM_FRAME_HELPER },
	{ "__alloc_pages*", PM_FRAME_HELPER },
	{ "__alloc_frozen*", PM_FRAME_HELPER },
	{ "get_page_from_freelist", PM_FRAME_HELPER },
	{ "alloc_frozen_pages*", PM_FRAME_HELPER },
	{ "copy_from_iter*", PM_FRAME_HELPER },
	{ "_copy_from_iter*", PM_FRAME_HELPER },
	{ "_copy_to_iter*", PM_FRAME_HELPER },
	{ "copy_to_iter*", PM_FRAME_HELPER },
	{ "__read_mem*", PM_FRAME_HELPER },
	{ "__raw_read*", PM_FRAME_HELPER },
	{ "__raw_write*", PM_FRAME_HELPER },
	{ "readl", PM_FRAME_HELPER },
	{ "writel", PM_FRAME_HELPER },
	{ "logic_in*", PM_FRAME_HELPER },
	{ "logic_out*", PM_FRAME_HELPER },
	{ "iov_iter_*", PM_FRAME_HELPER },
	{ "__write_once_size*", PM_FRAME_HELPER },
};

static const struct name_class bsd_names[] = {
	{ "db_trace_self*", PM_FRAME_REPORT },  { "kdb_*", PM_FRAME_REPORT },
	{ "db_enter", PM_FRAME_REPORT },        { "db_stack_trace*", PM_FRAME_REPORT },
	{ "panic", PM_FRAME_REPORT },           { "vpanic", PM_FRAME_REPORT },
	{ "kern_assert", PM_FRAME_REPORT },     { "__assert", PM_FRAME_REPORT },
	{ "kasan_*", PM_FRAME_REPORT },         { "kmsan_*", PM_FRAME_REPORT },
	{ "__asan_*", PM_FRAME_REPORT },        { "trap_fatal", PM_FRAME_EXCEPTION },
	{ "trap_pfault", PM_FRAME_EXCEPTION },  { "trap", PM_FRAME_EXCEPTION },
	{ "kerntrap", PM_FRAME_EXCEPTION },     { "calltrap", PM_FRAME_EXCEPTION },
	{ "alltraps*", PM_FRAME_EXCEPTION },    { "syscall", PM_FRAME_SYSCALL },
	{ "mi_syscall", PM_FRAME_SYSCALL },     { "sy_call", PM_FRAME_SYSCALL },
	{ "sy_invoke", PM_FRAME_SYSCALL },      { "sys___syscall", PM_FRAME_SYSCALL },
	{ "sys_syscall", PM_FRAME_SYSCALL },    { "memcpy*", PM_FRAME_HELPER },
	{ "memset*", PM_FRAME_HELPER },         { "memmove*", PM_FRAME_HELPER },
	{ "bcopy", PM_FRAME_HELPER },           { "bzero", PM_FRAME_HELPER },
	{ "strlcpy", PM_FRAME_HELPER },         { "strlen", PM_FRAME_HELPER },
	{ "strncmp", PM_FRAME_HELPER },         { "strcmp", PM_FRAME_HELPER },
	{ "copystr", PM_FRAME_HELPER },         { "copyinstr", PM_FRAME_HELPER },
	{ "malloc", PM_FRAME_HELPER },          { "free", PM_FRAME_HELPER },
	{ "snprintf", PM_FRAME_HELPER },        { "kmem_alloc*", PM_FRAME_HELPER },
	{ "kmem_free*", PM_FRAME_HELPER },      { "pool_get", PM_FRAME_HELPER },
	{ "pool_put", PM_FRAME_HELPER },        { "pool_cache_*", PM_FRAME_HELPER },
	{ "m_get*", PM_FRAME_HELPER },          { "m_copydata", PM_FRAME_HELPER },
	{ "m_freem", PM_FRAME_HELPER },         { "uma_zalloc*", PM_FRAME_HELPER },
	{ "uma_zfree*", PM_FRAME_HELPER },

	{ "amd64_syscall", PM_FRAME_SYSCALL },  { "fast_syscall_common", PM_FRAME_SYSCALL },
	{ "Xsyscall*", PM_FRAME_SYSCALL },      { "fork_exit", PM_FRAME_THREAD },
	{ "fork_trampoline", PM_FRAME_THREAD }, { "proc_trampoline", PM_FRAME_THREAD },
	{ "lwp_trampoline", PM_FRAME_THREAD },
};

static const struct name_class darwin_names[] = {
	{ "panic*", PM_FRAME_REPORT },
	{ "handle_debugger_trap", PM_FRAME_REPORT },
	{ "kdp_i386_trap", PM_FRAME_REPORT },
	{ "DebuggerTrapWithState", PM_FRAME_REPORT },
	{ "Debugger", PM_FRAME_REPORT },
	{ "kernel_trap", PM_FRAME_EXCEPTION },
	{ "trap_from_kernel", PM_FRAME_EXCEPTION },
	{ "return_from_trap", PM_FRAME_EXCEPTION },
	{ "hndl_unix_scall64", PM_FRAME_SYSCALL },
	{ "unix_syscall64", PM_FRAME_SYSCALL },
	{ "hndl_mach_scall64", PM_FRAME_SYSCALL },
	{ "mach_call_munger64", PM_FRAME_SYSCALL },
	{ "call_continuation", PM_FRAME_THREAD },
};

static const struct name_class zircon_names[] = {
	{ "platform_halt", PM_FRAME_REPORT },
	{ "_panic", PM_FRAME_REPORT },
	{ "panic", PM_FRAME_REPORT },
	{ "assert_fail*", PM_FRAME_REPORT },
	{ "exception_die", PM_FRAME_REPORT },
	{ "x86_exception_handler", PM_FRAME_EXCEPTION },
	{ "handle_exception_types", PM_FRAME_EXCEPTION },
	{ "x86_pfe_handler", PM_FRAME_EXCEPTION },
	{ "x86_df_handler", PM_FRAME_EXCEPTION },
	{ "interrupt_common", PM_FRAME_EXCEPTION },
	{ "arm64_sync_exception", PM_FRAME_EXCEPTION },
	{ "x86_syscall", PM_FRAME_SYSCALL },
	{ "syscall_dispatcher", PM_FRAME_SYSCALL },
};

static const struct name_class no_names[] = {
	{ "panic", PM_FRAME_REPORT },
	{ "vpanic", PM_FRAME_REPORT },
};

#define TABLE(t)                                                                                             \
	{                                                                                                    \
		t, sizeof(t) / sizeof(*(t))                                                                  \
	}
static const struct {
	const struct name_class *names;
	size_t n;
} tables[PM_SYSTEMS] = {
	[PM_SYSTEM_UNKNOWN] = TABLE(no_names), [PM_LINUX] = TABLE(linux_names),
	[PM_FREEBSD] = TABLE(bsd_names),       [PM_OPENBSD] = TABLE(bsd_names),
	[PM_NETBSD] = TABLE(bsd_names),        [PM_DARWIN] = TABLE(darwin_names),
	[PM_FUCHSIA] = TABLE(zircon_names),
};

size_t pm_symbol_stem(const char *symbol)
{
	const char *dot = strchr(symbol, '.');

	/* Rust's and assembler's names may hold other dots; only compilers' suffixes are cut. */
	for (; dot; dot = strchr(dot + 1, '.')) {
		static const char *const suffixes[] = { ".isra", ".constprop", ".part",  ".cold",
							".llvm", ".lto",       ".__uniq" };

		for (size_t i = 0; i < sizeof(suffixes) / sizeof(*suffixes); i++)
			if (dot != symbol && !strncmp(dot, suffixes[i], strlen(suffixes[i])))
				return (size_t)(dot - symbol);
	}
	return strlen(symbol);
}

bool pm_symbol_same(const char *a, const char *b)
{
	if (!a || !b)
		return false;
	size_t n = pm_symbol_stem(a);

	return n == pm_symbol_stem(b) && !strncmp(a, b, n);
}

enum pm_frame_class pm_frame_class(enum pm_system system, const char *symbol)
{
	if (!symbol || (size_t)system >= PM_SYSTEMS)
		return PM_FRAME_STORY;
	size_t stem = pm_symbol_stem(symbol);

	for (size_t i = 0; i < tables[system].n; i++) {
		const char *name = tables[system].names[i].name;
		size_t n = strlen(name);

		if (name[n - 1] == '*' ? n - 1 <= stem && !strncmp(symbol, name, n - 1)
				       : n == stem && !strncmp(symbol, name, n))
			return tables[system].names[i].class;
	}
	bool calls =
		system == PM_LINUX || system == PM_FREEBSD || system == PM_OPENBSD || system == PM_NETBSD;

	return calls && pm_frame_syscall(symbol) ? PM_FRAME_CALL : PM_FRAME_STORY;
}

const char *pm_frame_syscall(const char *symbol)
{
	static const char *const prefixes[] = {
		"__x64_sys_",
		"__ia32_sys_",
		"__se_sys_",
		"__do_sys_",
		"__arm64_sys_",
		"__riscv_sys_",
		"__s390x_sys_",
		"__s390_sys_",
		"__x64_compat_sys_",
		"__ia32_compat_sys_",
		"__se_compat_sys_",
		"__do_compat_sys_",
		"__arm64_compat_sys_",
		"__powerpc_sys_",
		"SyS_",
		"SYSC_",
		"C_SYSC_",
		"compat_SyS_",
		"compat_sys_",
		"sys_",
		"__se_",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (!strncmp(symbol, prefixes[i], n) && islower((unsigned char)symbol[n]))
			return symbol + n;
	}
	return NULL;
}

/* "asm_sysvec_apic_timer_interrupt" → "apic timer interrupt". */
static const char *irq_words(struct pm_incident *inc, const char *symbol)
{
	static const char *const prefixes[] = { "asm_sysvec_", "__sysvec_", "sysvec_", "smp_" };
	static const char *const generic = "interrupt";

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(*prefixes); i++) {
		size_t n = strlen(prefixes[i]);

		if (strncmp(symbol, prefixes[i], n))
			continue;
		char *words = pm_arena_str(&inc->arena, pm_slice_of(symbol + n));
		for (char *p = words; *p; p++)
			if (*p == '_')
				*p = ' ';
		return strstr(words, "interrupt") ? words
						  : pm_arena_printf(&inc->arena, "%s interrupt", words);
	}
	return generic;
}

static const char *thread_words(struct pm_incident *inc, const struct pm_trace *trace)
{
	bool crash = trace->role == PM_TRACE_CRASH;
	const char *comm = trace->comm ? trace->comm : crash ? inc->actor.comm : NULL;

	if (crash && inc->actor.workqueue)
		return pm_arena_printf(&inc->arena, "workqueue %s", inc->actor.workqueue);
	if (comm)
		return pm_arena_printf(&inc->arena, "kernel thread %s", comm);
	return "kernel thread";
}

static const char *call_words(struct pm_incident *inc, const char *name)
{
	return pm_arena_printf(&inc->arena, "%.*s(2)", (int)pm_symbol_stem(name), name);
}

/* Of a system call whose own function was inlined away. */
static const char *syscall_words(struct pm_incident *inc, bool crash, const struct pm_walk *walk)
{
	const char *outermost = walk->places.v[walk->places.n - 1]->symbol;

	if (crash && inc->actor.syscall)
		return call_words(inc, inc->actor.syscall);
	if (!strncmp(outermost, "ksys_", 5) && outermost[5])
		return call_words(inc, outermost + 5);
	return "system call";
}

/* x86 prints the place apart from the trace, which starts at its caller. */
static void add_place(struct pm_incident *inc, const struct pm_trace *trace, size_t from,
		      struct pm_walk *walk)
{
	const char *symbol = inc->place.symbol;

	switch (pm_frame_class(inc->machine.system, symbol)) {
	case PM_FRAME_STORY:
	case PM_FRAME_WAIT:
	case PM_FRAME_HELPER:
		break;
	default:
		return;
	}
	if (!symbol)
		return;
	for (size_t i = from; i < trace->frames.n; i++) {
		const struct pm_place *place = &trace->frames.v[i].place;

		/* A function that called itself stands there with another offset. */
		if (trace->frames.v[i].trust != PM_SCANNED && pm_symbol_same(place->symbol, symbol) &&
		    (!place->has_offset || !inc->place.has_offset || place->offset == inc->place.offset))
			return;
	}
	*PM_PUSH(&inc->arena, &walk->places) = &inc->place;
}

void pm_walk(struct pm_incident *inc, const struct pm_trace *trace, struct pm_walk *walk)
{
	enum pm_system system = inc->machine.system;
	const uint64_t stalls = UINT64_C(1) << PM_KIND_RCU_STALL | UINT64_C(1) << PM_KIND_SOFT_LOCKUP |
				UINT64_C(1) << PM_KIND_HARD_LOCKUP;
	bool stall = (stalls >> inc->fault.kind & 1) || trace->role == PM_TRACE_CPU;
	bool crash = trace->role == PM_TRACE_CRASH;
	size_t drop = 0; /* frames up to here belong to the detector */
	size_t i;

	memset(walk, 0, sizeof(*walk));
	/* A stall is noticed in an interrupt: what it interrupted is the story. */
	for (i = 0; stall && i < trace->frames.n; i++) {
		const struct pm_frame *frame = &trace->frames.v[i];
		enum pm_frame_class class = pm_frame_class(system, frame->place.symbol);

		if (frame->trust == PM_SCANNED)
			continue;
		if (class == PM_FRAME_SOFTIRQ) /* the stall is in the soft interrupt itself */
			break;
		if (class == PM_FRAME_NMI || class == PM_FRAME_IRQ || class == PM_FRAME_TICK)
			drop = i + 1;
		else if (drop && class != PM_FRAME_REPORT)
			break;
	}
	if (crash)
		add_place(inc, trace, drop, walk);
	for (i = drop; i < trace->frames.n; i++) {
		const struct pm_frame *frame = &trace->frames.v[i];
		const char *symbol = frame->place.symbol;

		if (frame->trust == PM_SCANNED || !symbol)
			continue;
		switch (pm_frame_class(system, symbol)) {
		case PM_FRAME_REPORT:
			break;
		case PM_FRAME_EXCEPTION:
			if (walk->places.n && !walk->entry)
				walk->entry = strstr(symbol, "fault") ? "page fault" : "exception";
			break;
		case PM_FRAME_NMI:
			if (walk->places.n && !walk->entry)
				walk->entry = "NMI";
			break;
		case PM_FRAME_IRQ:
			if (walk->places.n && (!walk->entry || !strcmp(walk->entry, "interrupt")))
				walk->entry = irq_words(inc, symbol);
			break;
		case PM_FRAME_TICK:
			if (walk->places.n && !walk->entry)
				walk->entry = "interrupt";
			break;
		case PM_FRAME_SOFTIRQ:
			if (walk->places.n && !walk->entry)
				walk->entry = "softirq";
			break;
		case PM_FRAME_SYSCALL:
			if (!walk->entry && walk->places.n)
				walk->entry = syscall_words(inc, crash, walk);
			goto done;
		case PM_FRAME_CALL:
			if (walk->entry) {
				walk->interrupted = walk->interrupted ? walk->interrupted : &frame->place;
				goto done;
			}
			walk->entry = call_words(inc, pm_frame_syscall(symbol));
			if (!walk->places.n)
				*PM_PUSH(&inc->arena, &walk->places) = &frame->place;
			goto done;
		case PM_FRAME_THREAD:
			if (!walk->entry && walk->places.n)
				walk->entry = thread_words(inc, trace);
			goto done;
		case PM_FRAME_IDLE:
			walk->idle = true;
			if (!walk->entry && walk->places.n)
				walk->entry = "idle task";
			goto done;
		case PM_FRAME_STORY:
		case PM_FRAME_WAIT:
		case PM_FRAME_HELPER:
			if (walk->entry) { /* below an interrupt: another story */
				walk->interrupted = &frame->place;
				goto done;
			}
			*PM_PUSH(&inc->arena, &walk->places) = &frame->place;
			break;
		}
	}
done:
	return;
}

const struct pm_place *pm_walk_culprit(const struct pm_incident *inc, const struct pm_walk *walk)
{
	for (size_t i = 0; i < walk->places.n; i++)
		if (pm_frame_class(inc->machine.system, walk->places.v[i]->symbol) == PM_FRAME_STORY)
			return walk->places.v[i];
	return NULL;
}
