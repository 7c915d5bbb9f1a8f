#include "console/linux/identify.h"

#define TITLE_MAX 120

static bool is_low_hex(char c)
{
	return pm_is_digit(c) || (c >= 'a' && c <= 'f');
}

static size_t digits(struct pm_slice s, size_t pos)
{
	size_t n = 0;

	while (pos + n < s.n && pm_is_digit(s.p[pos + n]))
		n++;
	return n;
}

/* A rule looks at one position of the text: how much of it is taken, and what it becomes. */
struct taken {
	size_t n;
	struct pm_slice keep; /* a part that stays, before `text` */
	const char *text;
};

static struct taken numbered(struct pm_slice s, size_t pos, struct pm_slice name, bool dot, const char *text)
{
	struct pm_slice rest = pm_slice_from(s, pos);
	size_t n, i = name.n;

	if (!pm_slice_starts(rest, name))
		return (struct taken){ 0 };
	i += dot && i < rest.n && rest.p[i] == '.';
	n = digits(rest, i);
	if (!n)
		return (struct taken){ 0 };
	i += n;
	if (i < rest.n && (rest.p[i] == '/' || rest.p[i] == ':') && digits(rest, i + 1))
		i += 1 + digits(rest, i + 1);
	return (struct taken){ i, { NULL, 0 }, text };
}

/* Names of fuzzers' processes carry numbers. */
static struct taken executor(struct pm_slice s, size_t pos)
{
	return numbered(s, pos, PM_S("syz-executor"), true, "syz-executor");
}

static struct taken syzkaller(struct pm_slice s, size_t pos)
{
	return numbered(s, pos, PM_S("syzkaller"), false, "syzkaller");
}

static struct taken addr(struct pm_slice s, size_t pos)
{
	size_t i = pos, n = 0;

	if (!pos || pm_is_alnum(s.p[pos - 1]))
		return (struct taken){ 0 };
	if (i + 2 < s.n && s.p[i] == '0' && s.p[i + 1] == 'x')
		i += 2;
	while (i + n < s.n && is_low_hex(s.p[i + n]))
		n++;
	return n >= 6 ? (struct taken){ i + n - pos, { NULL, 0 }, "ADDR" } : (struct taken){ 0 };
}

static struct taken ip(struct pm_slice s, size_t pos)
{
	size_t i = pos;

	for (int part = 0; part < 4; part++) {
		size_t n = digits(s, i);

		if (!n)
			return (struct taken){ 0 };
		if (n > 3 && part)
			n = 3;
		i += n;
		if (n > 3 || (part < 3 && (i >= s.n || s.p[i++] != '.')))
			return (struct taken){ 0 };
	}
	return (struct taken){ i - pos, { NULL, 0 }, "IP" };
}

/* ".c:123:45" */
static struct taken line_number(struct pm_slice s, size_t pos)
{
	size_t i = pos + 1, end;

	if (s.p[pos] != '.')
		return (struct taken){ 0 };
	while (i < s.n && pm_is_word(s.p[i]))
		i++;
	if (i == pos + 1)
		return (struct taken){ 0 };
	for (end = i; end < s.n && s.p[end] == ':' && digits(s, end + 1);)
		end += 1 + digits(s, end + 1);
	return end > i ? (struct taken){ end - pos, { s.p + pos, i - pos }, ":LINE" } : (struct taken){ 0 };
}

/* "name+0x12/0x34" */
static struct taken offset(struct pm_slice s, size_t pos)
{
	size_t i = pos, name;

	if (!pm_is_alpha(s.p[pos]))
		return (struct taken){ 0 };
	while (i < s.n && (pm_is_word(s.p[i]) || s.p[i] == '.'))
		i++;
	name = i;
	for (int part = 0; part < 2; part++) {
		if (i + 3 >= s.n || s.p[i] != "+/"[part] || s.p[i + 1] != '0' || s.p[i + 2] != 'x')
			return (struct taken){ 0 };
		size_t start = i += 3;
		while (i < s.n && (pm_is_digit(s.p[i]) || (s.p[i] >= 'a' && s.p[i] <= 'z')))
			i++;
		if (i == start)
			return (struct taken){ 0 };
	}
	if (name < pos + 2)
		return (struct taken){ 0 };
	return (struct taken){ i - pos, { s.p + pos, name - pos }, "" };
}

static struct taken cpu(struct pm_slice s, size_t pos)
{
	size_t n;

	if (!pm_slice_starts(pm_slice_from(s, pos), PM_S("CPU#")) || !(n = digits(s, pos + 4)))
		return (struct taken){ 0 };
	return (struct taken){ 4 + n, { NULL, 0 }, "CPU" };
}

static struct taken number(struct pm_slice s, size_t pos)
{
	size_t n = digits(s, pos);

	if (!n || !pos || pm_is_word(s.p[pos - 1]) || (pos + n < s.n && pm_is_word(s.p[pos + n])))
		return (struct taken){ 0 };
	return (struct taken){ n, { NULL, 0 }, "NUM" };
}

/* Short numbers belong to names (cfg80211, nl802154); long ones do not. */
static struct taken long_number(struct pm_slice s, size_t pos)
{
	size_t n = digits(s, pos);

	return n >= 7 ? (struct taken){ n, { NULL, 0 }, "NUM" } : (struct taken){ 0 };
}

/* In this order: each works on what the one before left. */
static struct taken (*const rules[])(struct pm_slice s, size_t pos) = {
	executor, syzkaller, addr, ip, line_number, offset, cpu, number, long_number,
};

static void apply(struct taken (*rule)(struct pm_slice, size_t), const struct pm_buf *in, struct pm_buf *out)
{
	struct pm_slice s = { in->data, in->n };

	out->n = 0;
	for (size_t i = 0; i < s.n;) {
		struct taken t = rule(s, i);

		if (t.n) {
			pm_buf_add(out, t.keep.p, t.keep.n);
			pm_buf_str(out, t.text);
			i += t.n;
		} else {
			pm_buf_add(out, s.p + i, 1);
			i++;
		}
	}
}

const char *pm_title_clean(struct pm_arena *arena, struct pm_slice title)
{
	struct pm_buf a = { NULL, 0, 0 }, b = { NULL, 0, 0 };
	char out[TITLE_MAX + 1], prev = ' ';
	size_t n = 0;

	pm_buf_add(&a, title.p, title.n < 4 * TITLE_MAX ? title.n : 4 * TITLE_MAX);
	for (size_t i = 0; i < PM_COUNT(rules); i++) {
		apply(rules[i], &a, &b);
		struct pm_buf swap = a;
		a = b;
		b = swap;
	}
	for (size_t i = 0; i < a.n && i < TITLE_MAX; i++) {
		char c = a.data[i] == '\t' ? ' ' : a.data[i];

		if (c < 0x20 || c >= 0x7f || (c == ' ' && prev == ' '))
			continue;
		out[n++] = prev = c;
	}
	pm_buf_deinit(&a);
	pm_buf_deinit(&b);
	return pm_arena_str(arena, pm_slice_trim((struct pm_slice){ out, n }));
}

const char *pm_title_make(struct pm_arena *arena, const char *template, const struct pm_slice *captures,
			  size_t n, struct pm_slice f, struct pm_slice g)
{
	struct pm_buf buf = { NULL, 0, 0 };

	for (const char *p = template; *p; p++) {
		if (*p != '{' || !p[1] || p[2] != '}') {
			pm_buf_add(&buf, p, 1);
			continue;
		}
		struct pm_slice part = { NULL, 0 };
		if (p[1] == 'f')
			part = f;
		else if (p[1] == 'g')
			part = g;
		else if (pm_is_digit(p[1]) && p[1] != '0' && (size_t)(p[1] - '1') < n)
			part = captures[p[1] - '1'];
		pm_buf_add(&buf, part.p, part.n);
		p += 2;
	}
	char *title = pm_arena_str(arena, (struct pm_slice){ buf.data, buf.n });
	pm_buf_deinit(&buf);
	return title;
}

/* Classes of bugs by how their titles begin; the special before the general. */
static const struct {
	const char *type; /* NULL: none */
	const char *starts[20];
} types[] = {
	{ "KFENCE-USE-AFTER-FREE-WRITE", { "KFENCE: use-after-free write" } },
	{ "KFENCE-USE-AFTER-FREE-READ", { "KFENCE: use-after-free" } },
	{ "KFENCE-WRITE", { "KFENCE: invalid write", "KFENCE: out-of-bounds write" } },
	{ "KFENCE-READ", { "KFENCE: invalid read", "KFENCE: out-of-bounds" } },
	{ "KFENCE-MEMORY-CORRUPTION", { "KFENCE: memory corruption" } },
	{ "KFENCE-INVALID-FREE", { "KFENCE: invalid free" } },
	{ "KFENCE-UNKNOWN", { "KFENCE:" } },
	{ "KMSAN-UNINIT-VALUE", { "KMSAN: uninit-value" } },
	{ "KMSAN-USE-AFTER-FREE-READ",
	  { "KMSAN: kernel-infoleak-after-free", "KMSAN: kernel-usb-infoleak-after-free",
	    "KMSAN: use-after-free" } },
	{ "KMSAN-INFO-LEAK", { "KMSAN: kernel-infoleak", "KMSAN: kernel-usb-infoleak" } },
	{ "KMSAN-UNKNOWN", { "KMSAN:" } },
	{ "KASAN-NULL-POINTER-DEREFERENCE-WRITE", { "KASAN: null-ptr-deref Write" } },
	{ "KASAN-NULL-POINTER-DEREFERENCE-READ", { "KASAN: null-ptr-deref Read" } },
	{ "KASAN-WRITE",
	  { "KASAN: global-out-of-bounds Write", "KASAN: out-of-bounds Write",
	    "KASAN: slab-out-of-bounds Write", "KASAN: stack-out-of-bounds Write",
	    "KASAN: user-memory-access Write", "KASAN: vmalloc-out-of-bounds Write",
	    "KASAN: wild-memory-access Write" } },
	/* "Read" or nothing: a damaged title does not say Write */
	{ "KASAN-READ",
	  { "KASAN: global-out-of-bounds Read", "KASAN: invalid-access Read", "KASAN: out-of-bounds Read",
	    "KASAN: slab-out-of-bounds", "KASAN: stack-out-of-bounds", "KASAN: unknown-crash Read",
	    "KASAN: user-memory-access Read", "KASAN: vmalloc-out-of-bounds Read",
	    "KASAN: wild-memory-access" } },
	{ "KASAN-INVALID-FREE", { "KASAN: double-free or invalid-free", "KASAN: invalid-free" } },
	{ "KASAN-USE-AFTER-FREE-WRITE",
	  { "KASAN: slab-use-after-free Write", "KASAN: use-after-free Write" } },
	{ "KASAN-USE-AFTER-FREE-READ", { "KASAN: slab-use-after-free Read", "KASAN: use-after-free" } },
	{ "KASAN-UNKNOWN", { "KASAN:" } },
	{ "NULL-POINTER-DEREFERENCE", { "BUG: unable to handle kernel NULL pointer dereference in" } },
	{ "MEMORY_SAFETY_BUG", { "BUG: corrupted list", "BUG: unable to handle kernel paging request" } },
	{ "REFCOUNT_WARNING", { "WARNING: refcount bug" } },
	{ "MEMORY_SAFETY_UBSAN", { "UBSAN: array-index-out-of-bounds" } },
	{ "UBSAN", { "UBSAN:" } },
	{ "KCSAN-DATARACE", { "KCSAN: data-race" } },
	{ "KCSAN-ASSERT", { "KCSAN: assert: race in" } },
	{ "KCSAN-UNKNOWN", { "KCSAN:" } },
	{ "LOCKDEP",
	  { "possible deadlock in", "inconsistent lock state in", "BUG: bad unlock balance in",
	    "BUG: held lock freed in", "BUG: rwlock", "BUG: spinlock", "BUG: still has locks held in",
	    "BUG: using", "WARNING: bad unlock balance in", "WARNING: held lock freed in",
	    "WARNING: lock held", "WARNING: locking bug in", "WARNING: nested lock was not taken in",
	    "WARNING: still has locks held in", "WARNING: suspicious RCU usage in" } },
	{ "ATOMIC_SLEEP",
	  { "BUG: scheduling while atomic in", "BUG: sleeping function called from invalid context in" } },
	{ "LEAK", { "memory leak in" } },
	{ "BUG", { "BUG: bad usercopy in", "kernel BUG" } },
	{ NULL,
	  { "WARNING: corrupted", "WARNING: kernel stack frame pointer has bad value",
	    "WARNING: kernel stack regs has bad" } }, /* only printed, nothing was checked */
	{ "WARNING", { "WARNING in", "WARNING:" } },
	{ "HANG",
	  { "BUG: soft lockup in", "BUG: hard lockup in", "INFO: rcu detected stall in",
	    "INFO: task can't die in", "INFO: task hung in" } },
	{ "DoS",
	  { "general protection fault in", "divide error in", "invalid opcode in", "stack segment fault in",
	    "Internal error in", "Unhandled fault in", "Alignment trap in",
	    "kernel panic:", "kernel stack overflow", "PANIC: double fault", "BUG: Object already free",
	    "VFS: Busy inodes after unmount", "VFS: Close: file count is zero",
	    "unregister_netdevice: waiting for", "rust_kernel panicked", "trusty:", "go runtime error" } },
	{ "SYZ_FAILURE", { "SYZFAIL", "SYZFATAL:" } },
	{ "REBOOT", { "unexpected kernel reboot" } },
};

const char *pm_title_type(const char *title)
{
	struct pm_slice s = pm_slice_of(title);

	for (size_t i = 0; i < PM_COUNT(types); i++)
		for (size_t k = 0; k < PM_COUNT(types[i].starts) && types[i].starts[k]; k++)
			if (pm_slice_starts(s, pm_slice_of(types[i].starts[k])))
				return types[i].type;
	return NULL;
}

const char *pm_title_frame(struct pm_arena *arena, const char *title)
{
	struct pm_slice rest = pm_slice_of(title), last = { NULL, 0 };
	size_t pos, n = 0;

	while ((pos = pm_slice_find(rest, PM_S(" in "))) != PM_NPOS) {
		rest = pm_slice_from(rest, pos + 4);
		if (rest.n && (pm_is_word(rest.p[0]) || rest.p[0] == '<'))
			last = rest;
	}
	if (!last.n)
		return NULL;
	if (last.p[0] == '<') { /* Rust: "<type as trait>::name" */
		size_t end = pm_slice_find_char(last, '>');

		if (end == PM_NPOS)
			return NULL;
		n = end + 1;
	}
	while (n < last.n && (pm_is_word(last.p[n]) || last.p[n] == ':'))
		n++;
	return pm_arena_str(arena, pm_slice_upto(last, n));
}
