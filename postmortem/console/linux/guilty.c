/* Who is to blame: the first function of the path that is not there by profession.
 *
 * A check that fires, an allocator, a lock or a string function shows up at the
 * top of every trace of its users' bugs.  Such infrastructure is passed over, so
 * that a bug is named by the code that has it, and has one name.  The lists follow the public dashboards; what
 * is true of the kernel stands in functions/ (docs/adr/0006).
 */
#include "base/demangle.h"
#include "base/path.h"
#include "base/symbol.h"
#include "console/oops/frame.h"
#include "console/linux/identify.h"
#include "console/scan.h"

/* Globs, blank-separated.  They are matched against names without compiler suffix. */
static const struct {
	const char *why;
	const char *globs;
} infrastructure[] = {
	{ "sanitizers and what they instrument",
	  "*kasan* *hwasan* *__asan* *__sanitizer* *kmsan* *__msan* *kcsan_setup_watchpoint* "
	  "*check_memory_region* *read_word_at_a_time* *read_once_*nocheck* *write_once_*nocheck* "
	  "*print_address_description*" },
	{ "the report itself: traps, warnings, stack dumps, panic",
	  "*panic* *invalid_op* *report_bug* *fixup_bug* *print_report* *do_error* *_trap *do_trap* "
	  "*show_stack* *dump_stack* *walk_stack* *dump_backtrace* *arch_stack_walk* *stack_trace_save* "
	  "*stack_trace_consume_entry* *warn_slowpath* *warn_alloc* *warn_bogus* *__warn* *assertfail* "
	  "*program_check_exception* *program_check_common* *print_tainted* get_taint *__fortify_report* "
	  "*hex_dump_to_buffer* *print_hex_dump*" },
	{ "the way through a fault's handler on arm64",
	  "*do_kernel_fault* *do_translation_fault* *do_mem_abort* *el1_abort* *el1h_64_sync*" },
	{ "the debugging of objects",
	  "*debug_object* *timer_is_static_object* *work_is_static_object* *ref_tracker*" },
	{ "lockdep",
	  "*lockdep* *lock_acquire* *lock_release* *lock_class* *mark_lock* *reacquire_held_locks* "
	  "*mark_held_locks* *print_usage_bug* *print_unlock* *imbalance_bug* *trace_hardirq* "
	  "*trace_softirq* *seqprop_assert*" },
	{ "might-sleep checks", "*might_fault* *might_sleep* *__might_resched*" },
	{ "locks: their holder is of interest",
	  "*raw_spin_rq* *spin_lock* *spin_trylock* *spin_unlock* *read_lock* *read_trylock* *write_lock* "
	  "*write_trylock* *read_unlock* *write_unlock* down *down_read* *down_write* *down_trylock* "
	  "*up_read* *up_write* mutex_* __mutex_* rt_mutex_* *owner_on_cpu* *osq_lock* *osq_unlock* "
	  "lock_page* unlock_page* *bh_enable* *bh_disable*" },
	{ "waiting and waking", "*__wake_up* complete *wait_for_completion* *finish_wait*" },
	{ "atomics, bits and reference counts",
	  "*atomic_dec* *atomic_inc* *atomic_read* *atomic_set* *atomic_or* *atomic_xor* *atomic_and* "
	  "*atomic_add* *atomic_sub* *atomic_fetch* *atomic_xchg* *atomic_cmpxchg* *atomic_try* "
	  "*atomic64_dec* *atomic64_inc* *atomic64_read* *atomic64_set* *atomic64_or* *atomic64_xor* "
	  "*atomic64_and* *atomic64_add* *atomic64_sub* *atomic64_fetch* *atomic64_xchg* "
	  "*atomic64_cmpxchg* *atomic64_try* *set_bit* *clear_bit* *change_bit* *test_bit* refcount_* "
	  "kref_*" },
	{ "allocators",
	  "*alloc_page* *kmalloc* *kzalloc* *kcalloc* *vmalloc* *vzalloc* *vcalloc* *malloc* *zalloc* "
	  "*calloc* "
	  "*krealloc* *kmem_cache* *allocate_slab* *slab_* *check_heap_object* *check_object* "
	  "*__alloc_frozen_pages_noprof* kfree kvfree *kfree_skb* *memdup* *strdup* *strndup* *ida_free*" },
	{ "the page cache's own",
	  "*folio_alloc* *folio_unlock* *filemap_alloc_folio* *__filemap_get_folio* *find_or_create_page* "
	  "*do_read_cache_folio* *read_cache_page* *pagecache_get_page* *grab_cache_page_write_begin* "
	  "*find_lock_entries* *truncate_inode_pages_range* *xas_start* *xas_load* *xas_find*" },
	{ "memory and string functions",
	  "*memcpy* *memcmp* *memset* *memchr* *memmove* *strcmp* *strncmp* *strcpy* *strlcpy* *strncpy* "
	  "*strscpy* *strlen* *strstr* *strnstr* *strnlen* *strchr* *string*" },
	{ "copies from and to users",
	  "*copy_to_user* *copy_from_user* *copy_to_iter* *copy_from_iter* *copy_page_to_iter* "
	  "*copy_page_from_iter* *copy_folio_to_iter* copyin copyout *put_user* *get_user* "
	  "*extract_user_to_sg* *extract_iter_to_sg*" },
	{ "lists, trees and tables",
	  "*list_add* *list_del* *list_replace* *list_move* *list_splice* klist_* rb_* __rb_* "
	  "*rhashtable_lookup*" },
	{ "printing",
	  "*pointer* *snprintf* *scnprintf* *kasprintf* *kvasprintf* *printk* *va_format* *dev_info* "
	  "*dev_notice* *dev_warn* *dev_err* *dev_alert* *dev_crit* *dev_emerg* *perf_trace*" },
	{ "checksums", "crc0* crc1* crc2* crc3* crc4* crc5* crc6* crc7* crc8* crc9* *crc_itu_t*" },
	{ "input and output instructions",
	  "*readb *readw *readl *readq *writeb *writew *writel *writeq *logic_in* *logic_out*" },
	{ "timers: who armed or deleted one",
	  "*del_timer* *lock_timer_base* *__timer_delete_sync* *sk_stop_timer_sync* *__mod_timer*" },
	{ "workqueues: who queued or flushed",
	  "*flush_work* *__cancel_work_timer* *cancel_work_sync* *try_to_grab_pending* *drain_workqueue* "
	  "*destroy_workqueue* *queue_work* *insert_work* *__queue_delayed_work* *queue_delayed_work_on* "
	  "*kthread_stop*" },
	{ "the device model: who registered or removed",
	  "*kobject_* *add_uevent_var* *get_device_parent* *device_add* *device_del* *device_unregister* "
	  "*device_destroy* *device_release* *devres_release_all* *device_for_each_child* *sysfs_remove* "
	  "*device_remove_file* put_device *hwrng_unregister* *i2c_del_adapter* *__unregister_client* "
	  "*tty_unregister_device* *rollback_registered* *unregister_netdev*" },
	{ "USB's core: the driver is of interest",
	  "*dummy_urb_enqueue* *usb_kill_urb* *usb_kill_anchored_urbs* *usb_control_msg* "
	  "*usb_hcd_submit_urb* *usb_submit_urb*" },
	{ "inodes, dentries and buffers: who held, dropped or dirtied one",
	  "iput iput_final ihold *drop_nlink* *dput* mark_buffer_dirty* __brelse __bread*" },
	{ "RCU's helpers", "*cleanup_srcu_struct*" },
	{ "thunks and address checks", "*_indirect_thunk_* *__phys_addr*" },
};

/* Where a stall's path leaves the general code: dispatchers of work, system calls, timers and
 * interrupts, and the callers of file, socket and memory operations.  What they called is what hangs. */
static const char anchors[] =
	/* work, system calls, threads */
	"*process_one_work* *do_syscall_* *do_fast_syscall_* *sysenter_dispatch* *tracesys_phase2* "
	"*el0_svc_handler* *invoke_syscall* *ret_fast_syscall* kthread *ret_from_fork* *smpboot_thread_fn* "
	"*start_secondary* *cpu_startup_entry* *task_work_run* *exit_to_usermode* *smp_call_function* "
	/* soft interrupts, timers */
	"*netif_receive_skb* *do_softirq* *call_timer_fn* *_run_timers* *run_timer_softirq* *hrtimer_run* "
	"*run_ksoftirqd* *tasklet_action* *tasklet_hi_action* "
	/* files */
	"*vfs_write* *vfs_read* *vfs_iter_read* *vfs_iter_write* *do_iter_read* *do_iter_write* "
	"*call_read_iter* *call_write_iter* *new_sync_read* *new_sync_write* *vfs_ioctl* *ksys_ioctl* "
	"*compat_ioctl* *compat_sys_ioctl* *blkdev_driver_ioctl* *blkdev_ioctl* *do_iter_readv_writev* "
	"*do_dentry_open* *vfs_open* *__fput* ioctl* sys_ioctl* "
	/* memory */
	"call_mmap* *mmap_region* *do_mmap* *__do_fault* *do_page_fault* page_fault "
	/* sockets */
	"sock_sendmsg* sock_recvmsg* sock_release* __sock_release* setsockopt *kernel_setsockopt* "
	"*sock_common_setsockopt* listen *kernel_listen* *sk_common_release* sock_mmap* accept "
	"*kernel_accept* sock_do_ioctl* sock_ioctl* compat_sock_ioctl* nfnetlink_rcv_msg* "
	"rtnetlink_rcv_msg* netlink_dump* socketpair* sys_socketpair* connect* sys_connect*";

/* A hung task waits: these are how, not why. */
static const char waiting[] =
	"*sched* *_lock* *_slowlock* *down* *rwsem* *completion* *kthread* *wait* "
	"*synchronize* *context_switch* *__switch_to* *cancel_delayed_work* *rcu_barrier*";

/* Waits whose reason is elsewhere: all their victims share one name. */
static const struct {
	const char *part, *name;
} shared_waits[] = {
	{ "rtnl_lock", NULL },
	{ "synchronize_rcu", "synchronize_rcu" },
	{ "synchronize_srcu", "synchronize_rcu" },
	{ "synchronize_net", "synchronize_rcu" },
	{ "synchronize_sched", "synchronize_rcu" },
};

static bool glob(struct pm_slice pattern, struct pm_slice name)
{
	bool anywhere = false; /* a '*' stands before the part */

	for (;;) {
		if (!pattern.n)
			return anywhere || !name.n;
		if (pattern.p[0] == '*') {
			anywhere = true;
			pattern = pm_slice_from(pattern, 1);
			continue;
		}
		size_t n = pm_slice_find_char(pattern, '*');
		struct pm_slice part = pm_slice_upto(pattern, n);
		bool last = part.n == pattern.n;

		if (!anywhere) {
			if (!pm_slice_starts(name, part))
				return false;
			name = pm_slice_from(name, part.n);
		} else if (last) {
			return pm_slice_ends(name, part);
		} else {
			size_t found = pm_slice_find(name, part);
			if (found == PM_NPOS)
				return false;
			name = pm_slice_from(name, found + part.n);
		}
		pattern = pm_slice_from(pattern, part.n);
		anywhere = false;
	}
}

static bool next_glob(struct pm_slice *rest, struct pm_slice *one)
{
	pm_take_blanks(rest);
	*one = pm_slice_upto(*rest, pm_slice_find_char(*rest, ' '));
	*rest = pm_slice_from(*rest, one->n);
	return one->n > 0;
}

static bool any_glob(const char *globs, struct pm_slice name)
{
	struct pm_slice rest = pm_slice_of(globs), one;

	while (next_glob(&rest, &one))
		if (glob(one, name))
			return true;
	return false;
}

/* The globs of a long list: "*text*" is looked for by one scan for all texts, the others one by one. */
struct glob_set {
	bool built;
	struct pm_arena arena; /* lives as long as the program */
	struct pm_scanner texts;
	PM_VEC(struct pm_slice) others;
};

static void glob_set_add(struct glob_set *set, const char *globs)
{
	struct pm_slice rest = pm_slice_of(globs), one;

	while (next_glob(&rest, &one)) {
		struct pm_slice inner = one.n > 2 ? (struct pm_slice){ one.p + 1, one.n - 2 } : one;

		if (one.p[0] == '*' && one.p[one.n - 1] == '*' && inner.n >= PM_SCAN_WORD_MIN &&
		    pm_slice_find_char(inner, '*') == PM_NPOS) {
			const char *words[] = { pm_arena_str(&set->arena, inner), NULL };

			pm_scanner_add(&set->texts, words);
		} else {
			*PM_PUSH(&set->arena, &set->others) = one;
		}
	}
}

static void glob_set_begin(struct glob_set *set)
{
	pm_arena_init(&set->arena);
	pm_scanner_init(&set->texts);
}

static void glob_set_end(struct glob_set *set)
{
	pm_scanner_build(&set->texts, false);
	set->built = true;
}

static bool glob_set_has(const struct glob_set *set, struct pm_slice name)
{
	if (pm_scan(&set->texts, name, 0) != PM_NPOS)
		return true;
	for (size_t i = 0; i < set->others.n; i++)
		if (glob(set->others.v[i], name))
			return true;
	return false;
}

static bool is_infrastructure(struct pm_slice name)
{
	static struct glob_set set;

	if (!set.built) {
		glob_set_begin(&set);
		for (size_t i = 0; i < PM_COUNT(infrastructure); i++)
			glob_set_add(&set, infrastructure[i].globs);
		glob_set_end(&set);
	}
	return glob_set_has(&set, name);
}

static bool is_anchor(struct pm_slice name)
{
	static struct glob_set set;

	if (!set.built) {
		glob_set_begin(&set);
		glob_set_add(&set, anchors);
		glob_set_end(&set);
	}
	return glob_set_has(&set, name);
}

bool pm_guilty_passed_over(struct pm_slice name, const char *skip)
{
	return is_infrastructure(name) || (skip && any_glob(skip, name));
}

static struct pm_slice canonical(struct pm_slice raw)
{
	struct pm_slice best = raw, form;

	for (size_t i = 1; pm_symbol_title_form(raw, i, &form); i++)
		if (form.n < best.n)
			best = form;
	return best;
}

struct candidates {
	struct pm_arena *arena;
	struct pm_slice raw[PM_CANDIDATES];
	size_t n;
};

static void add(struct candidates *c, struct pm_slice symbol, const char *skip)
{
	struct pm_slice name;

	if (!pm_demangle(c->arena, symbol, &name))
		name = pm_symbol_title(symbol);
	if (name.n && c->n < PM_CANDIDATES && !pm_guilty_passed_over(name, skip))
		c->raw[c->n++] = name;
}

/* "RIP: 0010:name+0x…", "pc : name+0x…", "NIP [c…] name+0x…": what stands before the place. */
static const char *const pc_marks[] = {
	"RIP: ",      "EIP: ",  "IP: ",     "NIP ",  "pc : ",       "PC is at ",
	"EIP is at ", "epc : ", "epc   : ", "ERA: ", "Krnl PSW : ", "--- interrupt: ",
};

static bool is_pc(struct pm_slice body, struct pm_slice *symbol_out)
{
	*symbol_out = (struct pm_slice){ NULL, 0 };
	for (size_t i = 0; i < PM_COUNT(pc_marks); i++) {
		size_t pos = pm_slice_find(body, pm_slice_of(pc_marks[i]));
		struct pm_frame_text frame;
		struct pm_slice rest, word;
		uint64_t value;
		unsigned n_digits;

		if (pos == PM_NPOS)
			continue;
		rest = pm_slice_from(body, pos + strlen(pc_marks[i]));
		word = rest;
		if (pm_take_hex(&word, &value, &n_digits) && n_digits <= 4 && pm_take_char(&word, ':'))
			rest = word; /* the code segment */
		pm_take_blanks(&rest);
		size_t at = pm_slice_find(rest, PM_S(" at "));
		if (pc_marks[i][0] == '-') { /* powerpc: "--- interrupt: 700 at name+0x…" */
			if (at == PM_NPOS)
				continue;
			rest = pm_slice_from(rest, at + 4);
		}
		size_t paren = pm_slice_find_char(rest, '(');
		if (pc_marks[i][0] == 'K') { /* s390: "0704… 000… (name+0x…/0x…)" */
			if (paren == PM_NPOS)
				continue;
			rest = pm_slice_from(rest, paren + 1);
		}
		if (pc_marks[i][0] == 'e' ||
		    pc_marks[i][0] == 'E') { /* mips, loongarch: address, then name */
			word = rest;
			if (pm_take_hex(&word, &value, NULL) && pm_take_char(&word, ' '))
				rest = word;
		}
		if (pm_frame_parse(rest, &frame) && (frame.has_offset || !frame.symbol.n)) {
			*symbol_out = frame.symbol;
			return true;
		}
		if (pm_match("^{a}0x{x}", rest, NULL) || pm_slice_has(rest, PM_S("(null)")))
			return true;
	}
	return false;
}

static bool is_call_trace(struct pm_slice body)
{
	return pm_slice_has(body, PM_S("Call Trace:")) || pm_slice_has(body, PM_S("Call trace:")) ||
	       pm_slice_has(body, PM_S("Backtrace:"));
}

/* Fault injection's stacks are often interleaved with reports; such a report cannot be trusted. */
static bool is_injected(struct pm_slice body)
{
	struct pm_frame_text frame;
	struct pm_slice name;

	if (!pm_slice_has(body, PM_S("should_fail")) || !pm_frame_parse(body, &frame) || !frame.has_offset)
		return false;
	name = pm_symbol_title(frame.symbol);
	return pm_slice_eq(name, PM_S("should_fail")) || pm_slice_eq(name, PM_S("should_failslab"));
}

/* "<EOI>  [<ffff…>] name": kernels before 4.9 put where another stack begins and its first frame on one
 * line.  That frame is machinery of the change, and names no report. */
bool pm_stack_tagged(struct pm_slice body)
{
	pm_take_blanks(&body);
	return pm_slice_starts(body, PM_S("<")) && pm_slice_find_char(body, '[') != PM_NPOS;
}

static bool takes(const struct pm_step *step, struct pm_slice body, struct candidates *c, const char *skip)
{
	struct pm_match match;
	struct pm_slice symbol;
	size_t n;

	switch (step->kind) {
	case PM_STEP_LINE:
		if (!pm_match(step->pattern, body, &match))
			return false;
		n = strlen(step->pattern);
		if (match.n && n > 3 && !strcmp(step->pattern + n - 3, "{f}") && match.n <= PM_CAPTURES) {
			/* a function's name is followed by its offset or suffix */
			symbol = match.cap[match.n - 1];
			if (match.end < body.n && body.p[match.end] == '+')
				add(c, symbol, skip);
			else if (pm_slice_find_char(symbol, '.') == PM_NPOS)
				return false;
			else
				add(c, symbol, skip);
		}
		return true;
	case PM_STEP_PC:
	case PM_STEP_NEXT_PC:
		if (!is_pc(body, &symbol))
			return false;
		add(c, symbol, skip);
		return true;
	case PM_STEP_TRACE:
		return is_call_trace(body);
	default:
		return false;
	}
}

/* For a pick that needs no more than one candidate, parsing can stop early. */
static bool enough(const struct pm_printk_row *row, const struct candidates *c)
{
	return row->pick == PM_PICK_FIRST && c->n >= 3;
}

static void pick(const struct pm_printk_row *row, const struct candidates *c, struct pm_search *out)
{
	struct pm_guilty guilty = { PM_S("corrupted"), PM_S("corrupted") };
	size_t chosen = c->n;

	if (row->pick == PM_PICK_FIRST && c->n) {
		chosen = 0;
		guilty = (struct pm_guilty){ c->raw[0], canonical(c->raw[0]) };
	}
	for (size_t i = 0; row->pick == PM_PICK_STALL && i < c->n; i++) {
		if (!is_anchor(canonical(c->raw[i])))
			continue;
		bool call = pm_slice_has(c->raw[i], PM_S("smp_call_function"));
		chosen = i && !call ? i - 1 : i;
		guilty = (struct pm_guilty){ c->raw[chosen], canonical(c->raw[chosen]) };
		if (call)
			guilty.canonical = PM_S("smp_call_function"); /* _single, _many …: one wait */
		break;
	}
	if (row->pick == PM_PICK_HUNG) {
		for (size_t i = 0; i < c->n && chosen == c->n; i++)
			for (size_t k = 0; k < PM_COUNT(shared_waits); k++) {
				if (!pm_slice_has(c->raw[i], pm_slice_of(shared_waits[k].part)))
					continue;
				chosen = i;
				guilty = (struct pm_guilty){ c->raw[i],
							     shared_waits[k].name
								     ? pm_slice_of(shared_waits[k].name)
								     : canonical(c->raw[i]) };
				break;
			}
		for (size_t i = 0; i < c->n && chosen == c->n; i++)
			if (!any_glob(waiting, canonical(c->raw[i]))) {
				chosen = i;
				guilty = (struct pm_guilty){ c->raw[i], canonical(c->raw[i]) };
			}
	}
	if (chosen == c->n)
		out->ok = false;
	if (out->n < 2)
		out->guilty[out->n++] = guilty;
	if (out->n == 1 && chosen < c->n) {
		/* Above a stall's function everything varies; below it, all is the same. */
		out->callers[out->callers_n++] = guilty.canonical;
		for (size_t i = chosen + 1; row->pick == PM_PICK_FIRST && i < c->n && i < chosen + 3; i++)
			out->callers[out->callers_n++] = canonical(c->raw[i]);
	}
}

static void search(const struct pm_view *view, size_t from, const struct pm_printk_row *row,
		   const struct pm_step *steps, struct pm_arena *arena, struct pm_search *out)
{
	struct candidates c;
	unsigned stacks = 0;
	size_t at = from;

	c.arena = arena;
	c.n = 0;
	*out = (struct pm_search){ .ok = true };
	for (size_t s = 0; s < PM_ROW_STEPS && steps[s].kind != PM_STEP_END; s++) {
		const struct pm_step *next =
			s + 1 < PM_ROW_STEPS && steps[s + 1].kind != PM_STEP_END ? &steps[s + 1] : NULL;

		if (steps[s].kind == PM_STEP_FRAMES && stacks++) {
			pick(row, &c, out);
			c.n = 0;
		}
		for (; at < view->own; at++) {
			struct pm_slice body = view->lines.v[at];
			struct pm_frame_text frame;

			if (is_injected(body)) {
				out->ok = false;
				at++;
				break;
			}
			if (steps[s].kind != PM_STEP_FRAMES) {
				if (takes(&steps[s], body, &c, row->skip)) {
					at++;
					break;
				}
				if (steps[s].kind == PM_STEP_NEXT_PC) {
					at = view->own;
					break;
				}
				continue;
			}
			if (pm_stack_starts(body)) {
				at++;
				break;
			}
			if (next && takes(next, body, &c, row->skip)) {
				s++;
				at++;
				break;
			}
			/* what is left of the stack is only looked at for injected faults */
			if ((!next && enough(row, &c)) || pm_stack_tagged(body) ||
			    !pm_frame_parse(body, &frame) || frame.unreliable || frame.inlined)
				continue;
			add(&c, frame.callee, row->skip);
			add(&c, frame.symbol, row->skip);
		}
	}
	pick(row, &c, out);
}

void pm_guilty_search(const struct pm_view *view, size_t from, const struct pm_printk_row *row,
		      struct pm_arena *arena, struct pm_search *out)
{
	search(view, from, row, row->steps, arena, out);
	if (!out->ok && row->steps2[0].kind != PM_STEP_END)
		search(view, from, row, row->steps2, arena, out);
	if (!out->ok && row->steps3[0].kind != PM_STEP_END)
		search(view, from, row, row->steps3, arena, out);
}

/* Files that are in everybody's path. */
static const struct {
	const char *why;
	const char *globs;
} general_files[] = {
	{ "headers: inlined into their users", "*.h" },
	{ "libraries", "lib/* virt/lib/* arch/*/lib/crc*" },
	{ "sanitizers", "mm/kasan/* mm/kmsan/* kernel/kcov.c" },
	{ "allocators and the page cache", "mm/slab.c mm/slub.c mm/slob.c mm/slab_common.c mm/memory.c "
					   "mm/percpu* mm/vmalloc.c mm/page_alloc.c mm/mempool.c "
					   "mm/util.c mm/filemap.c mm/folio-compat.c mm/truncate.c" },
	{ "traps, faults, unwinding",
	  "arch/*/kernel/traps.c arch/*/kernel/unwind*.c arch/*/mm/fault.c arch/*/mm/physaddr.c "
	  "arch/*/kernel/stacktrace.c arch/*/kernel/apic/apic.c arch/arm64/kernel/entry*.c "
	  "arch/arm64/kernel/process.c kernel/stacktrace.c" },
	{ "locks, RCU, scheduling, deferred work",
	  "kernel/locking/* kernel/rcu/* kernel/sched/*.c kernel/softirq.c kernel/kthread.c "
	  "kernel/time/timer.c kernel/workqueue.c" },
	{ "reporting", "kernel/panic.c kernel/printk/printk*.c" },
	{ "the network's core", "net/core/dev.c net/core/sock.c net/core/skbuff.c" },
	{ "wrappers whose callers are wrong", "fs/proc/generic.c drivers/usb/core/urb.c" },
	{ "not in Linux's tree", "trusty/*" },
};

static bool general_file(struct pm_slice file)
{
	for (size_t i = 0; i < PM_COUNT(general_files); i++)
		if (any_glob(general_files[i].globs, file))
			return true;
	return false;
}

static bool is_path_char(char c)
{
	return pm_is_word(c) || c == '-' || c == '.' || c == '/';
}

/* The first "path/file.c:123" of the line. */
static bool source_of(struct pm_slice body, struct pm_slice *file_out)
{
	size_t pos = 0;

	for (;;) {
		size_t colon = pm_slice_find_char(pm_slice_from(body, pos), ':');

		if (colon == PM_NPOS)
			return false;
		colon += pos;
		pos = colon + 1;
		if (colon < 3 || (body.p[colon - 1] != 'c' && body.p[colon - 1] != 'h') ||
		    body.p[colon - 2] != '.' || !is_path_char(body.p[colon - 3]) ||
		    body.p[colon - 3] == '.' || body.p[colon - 3] == '/' || pos >= body.n ||
		    body.p[pos] < '0' || body.p[pos] > '9')
			continue;
		size_t start = colon - 3;
		while (start && is_path_char(body.p[start - 1]))
			start--;
		*file_out = (struct pm_slice){ body.p + start, colon - start };
		return true;
	}
}

/* Lines that name a source by chance: lockdep's statistics of interrupts, what a register points to. */
static bool by_chance(struct pm_slice body)
{
	return pm_match("{hardirqs|softirqs} {_}last {_}{enabled|disabled}", body, NULL) ||
	       pm_match("^Register r{d} information", body, NULL);
}

/* Folders at the top of Linux's tree, with a blank around each. */
static const char top_folders[] =
	" arch block certs crypto drivers fs include init io_uring ipc kernel lib mm net "
	"rust samples scripts security sound tools usr virt ";

static bool is_top_folder(struct pm_slice name)
{
	char padded[16];

	if (!name.n || name.n > sizeof(padded) - 2)
		return false;
	padded[0] = padded[name.n + 1] = ' ';
	memcpy(padded + 1, name.p, name.n);
	return pm_slice_has(pm_slice_of(top_folders), (struct pm_slice){ padded, name.n + 2 });
}

/* Where a kernel was not built in its own tree, files come with the way to it: "../mm/slub.c",
 * "/build/linux-6.1.76/mm/slub.c". */
static struct pm_slice tree_path(struct pm_arena *arena, struct pm_slice file)
{
	char *clean = pm_arena_str(arena, file);
	pm_path_clean(clean);
	struct pm_slice path = pm_slice_of(clean), rest = path, part;
	bool way = path.n && (path.p[0] == '/' || path.p[0] == '.');

	for (; way && pm_slice_find_char(rest, '/') != PM_NPOS; (void)pm_take_char(&rest, '/')) {
		struct pm_slice next = rest, below;

		if (!pm_take_until(&next, "/", &part))
			part = (struct pm_slice){ rest.p, 0 };
		(void)pm_take_char(&next, '/');
		below = pm_slice_upto(next, pm_slice_find_char(next, '/'));
		/* "/home/frob/kernel/net/core/dev.c": a tree in a folder of that name */
		if (is_top_folder(part) && !(pm_slice_eq(part, PM_S("kernel")) && is_top_folder(below)))
			return rest;
		rest = pm_slice_from(rest, part.n);
	}
	return path;
}

static struct pm_slice folder(struct pm_slice path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	path.n -= path.n > 1;
	return path.n ? path : PM_S(".");
}

static const char *guilty_from(const struct pm_view *view, size_t from, struct pm_arena *arena)
{
	struct pm_slice guilty = { NULL, 0 }, deepest, file;
	size_t i = from;

	for (; i < view->lines.n; i++) {
		if (!source_of(view->lines.v[i], &file))
			continue;
		file = tree_path(arena, file);
		if (!guilty.n)
			guilty = file; /* better than none */
		if (general_file(file) || by_chance(view->lines.v[i]))
			continue;
		guilty = file;
		i++;
		break;
	}
	/* A driver in a folder below calls its subsystem's helpers above: it is more likely to be wrong. */
	for (deepest = folder(guilty); i < view->lines.n; i++) {
		if (!source_of(view->lines.v[i], &file) || by_chance(view->lines.v[i]))
			continue;
		struct pm_slice below = tree_path(arena, file);
		if (general_file(below))
			continue;
		if (!pm_slice_starts(below, deepest))
			continue;
		struct pm_slice rest = pm_slice_from(below, deepest.n);
		if (pm_take_char(&rest, '/') && rest.n && rest.p[0] != '/' &&
		    pm_slice_find_char(rest, '/') != PM_NPOS) {
			guilty = below;
			deepest = folder(below);
		}
	}
	return guilty.n ? pm_arena_str(arena, guilty) : NULL;
}

const char *pm_guilty_file(const struct pm_view *view, const char *title, struct pm_arena *arena)
{
	/* A stall is reported by the timer's interrupt: what it interrupted comes behind its entry. */
	static const char *const entries[] = { "apic_timer_interrupt+0x", "el1h_64_irq+0x",
					       "Exception stack" };

	if (pm_slice_starts(pm_slice_of(title), PM_S("INFO: rcu detected stall")))
		for (size_t e = 0; e < PM_COUNT(entries); e++)
			for (size_t i = 0; i < view->lines.n; i++) {
				if (!pm_slice_has(view->lines.v[i], pm_slice_of(entries[e])))
					continue;
				const char *file = guilty_from(view, i, arena);
				if (file)
					return file;
				break;
			}
	return guilty_from(view, 0, arena);
}
