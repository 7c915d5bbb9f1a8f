/* The ring has three parts: descriptors (state and place of each record's text), infos (time, level, length)
 * and the text itself.  Which descriptor belongs to an id: id modulo their number.  kernel/printk/
 * printk_ringbuffer.c has the theory; what a reader of a dead kernel needs is that a record counts when its
 * state is committed or finalized and its id is the one that was asked for. */
#include "linux/log.h"

#include "symbols/bytes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Sizes that no kernel has: CONFIG_LOG_BUF_SHIFT goes to 25, log_buf_len= to 2 GiB. */
static const uint64_t max_count_bits = 26, max_size_bits = 31;

/* ---- the ring ---- */

struct layout {
	uint64_t desc_size, state_at, begin_at, next_at;
	uint64_t info_size, seq_at, ts_at, text_len_at, caller_at;
	uint64_t subsystem_at, subsystem_n, device_at, device_n; /* in the info; n 0: not described */
};

struct ring {
	struct layout at;
	uint64_t count, mask; /* descriptors */
	uint64_t head, tail;  /* ids */
	uint64_t size;        /* of the text */
	uint64_t descs, infos, text;
};

static bool need(const struct pm_vmcoreinfo *info, bool is_size, const char *name, uint64_t *out)
{
	return is_size ? pm_vmcoreinfo_size(info, name, out) : pm_vmcoreinfo_offset(info, name, out);
}

/* Texts of fixed length inside of the info. */
static void read_device_layout(const struct pm_vmcoreinfo *info, struct layout *l)
{
	uint64_t at;
	struct pm_slice subsystem_n, device_n;

	if (!pm_vmcoreinfo_offset(info, "printk_info.dev_info", &at) ||
	    !pm_vmcoreinfo_offset(info, "dev_printk_info.subsystem", &l->subsystem_at) ||
	    !pm_vmcoreinfo_offset(info, "dev_printk_info.device", &l->device_at) ||
	    !pm_vmcoreinfo_get(info, "LENGTH(printk_info_subsystem)", &subsystem_n) ||
	    !pm_vmcoreinfo_get(info, "LENGTH(printk_info_device)", &device_n) ||
	    !pm_slice_dec(subsystem_n, &l->subsystem_n) || !pm_slice_dec(device_n, &l->device_n) ||
	    at > l->info_size || l->subsystem_at > l->info_size || l->device_at > l->info_size ||
	    l->subsystem_n > l->info_size || l->device_n > l->info_size ||
	    at + l->subsystem_at + l->subsystem_n > l->info_size ||
	    at + l->device_at + l->device_n > l->info_size) {
		l->subsystem_n = l->device_n = 0;
		return;
	}
	l->subsystem_at += at;
	l->device_at += at;
}

static bool read_layout(const struct pm_vmcoreinfo *info, struct layout *l)
{
	uint64_t blk = 0, begin = 0, next = 0;
	const struct {
		bool is_size;
		const char *name;
		uint64_t *out;
	} rows[] = {
		{ true, "prb_desc", &l->desc_size },
		{ false, "prb_desc.state_var", &l->state_at },
		{ false, "prb_desc.text_blk_lpos", &blk },
		{ false, "prb_data_blk_lpos.begin", &begin },
		{ false, "prb_data_blk_lpos.next", &next },
		{ true, "printk_info", &l->info_size },
		{ false, "printk_info.seq", &l->seq_at },
		{ false, "printk_info.ts_nsec", &l->ts_at },
		{ false, "printk_info.text_len", &l->text_len_at },
		{ false, "printk_info.caller_id", &l->caller_at },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!need(info, rows[i].is_size, rows[i].name, rows[i].out) || *rows[i].out > 4096)
			return false;
	read_device_layout(info, l);
	l->begin_at = blk + begin;
	l->next_at = blk + next;
	return l->desc_size >= l->next_at + 8 && l->desc_size >= l->state_at + 8 &&
	       l->info_size >= l->ts_at + 8 && l->info_size >= l->seq_at + 8 &&
	       l->info_size >= l->caller_at + 4 && l->info_size >= l->text_len_at + 4;
}

static struct pm_error *read_ring(struct pm_linux *lx, uint64_t prb, struct ring *ring)
{
	const struct pm_vmcoreinfo *info = &lx->info;
	uint64_t desc_at, data_at, count_bits_at, descs_at, infos_at, head_at, tail_at, size_bits_at, text_at;
	uint64_t count_bits, size_bits;

	if (!read_layout(info, &ring->at) ||
	    !pm_vmcoreinfo_offset(info, "printk_ringbuffer.desc_ring", &desc_at) ||
	    !pm_vmcoreinfo_offset(info, "printk_ringbuffer.text_data_ring", &data_at) ||
	    !pm_vmcoreinfo_offset(info, "prb_desc_ring.count_bits", &count_bits_at) ||
	    !pm_vmcoreinfo_offset(info, "prb_desc_ring.descs", &descs_at) ||
	    !pm_vmcoreinfo_offset(info, "prb_desc_ring.infos", &infos_at) ||
	    !pm_vmcoreinfo_offset(info, "prb_desc_ring.head_id", &head_at) ||
	    !pm_vmcoreinfo_offset(info, "prb_desc_ring.tail_id", &tail_at) ||
	    !pm_vmcoreinfo_offset(info, "prb_data_ring.size_bits", &size_bits_at) ||
	    !pm_vmcoreinfo_offset(info, "prb_data_ring.data", &text_at))
		return pm_error_new(PM_NOT_FOUND, "VMCOREINFO does not describe the log's ring");
	desc_at += prb;
	data_at += prb;
	if (!pm_space_load(&lx->kernel, desc_at + count_bits_at, 4, &count_bits) ||
	    !pm_space_load(&lx->kernel, desc_at + descs_at, 8, &ring->descs) ||
	    !pm_space_load(&lx->kernel, desc_at + infos_at, 8, &ring->infos) ||
	    !pm_space_load(&lx->kernel, desc_at + head_at, 8, &ring->head) ||
	    !pm_space_load(&lx->kernel, desc_at + tail_at, 8, &ring->tail) ||
	    !pm_space_load(&lx->kernel, data_at + size_bits_at, 4, &size_bits) ||
	    !pm_space_load(&lx->kernel, data_at + text_at, 8, &ring->text))
		return pm_error_new(PM_TRUNCATED, "the log's ring at 0x%llx is not in the dump",
				    (unsigned long long)prb);
	if (!count_bits || count_bits > max_count_bits || !size_bits || size_bits > max_size_bits)
		return pm_error_new(PM_BAD_DATA,
				    "the log's ring at 0x%llx tells of 2^%llu records, 2^%llu bytes",
				    (unsigned long long)prb, (unsigned long long)count_bits,
				    (unsigned long long)size_bits);
	ring->count = 1ull << count_bits;
	ring->mask = ring->count - 1;
	ring->size = 1ull << size_bits;
	return NULL;
}

enum { STATE_COMMITTED = 1, STATE_FINALIZED = 2 };

static void set_caller(struct pm_log_record *record, uint32_t caller)
{
	record->has_caller = true;
	record->caller_is_cpu = caller >> 31;
	record->caller = caller & 0x7fffffff;
}

/* The text of a record lies at begin..next, both modulo the size, behind 8 bytes of its id.  A block that does
 * not fit before the end begins at 0 instead. */
static bool read_text(struct pm_linux *lx, const struct ring *ring, struct pm_log *log, uint64_t id,
		      uint64_t begin, uint64_t next, uint64_t length, struct pm_slice *out)
{
	uint64_t told;

	*out = (struct pm_slice){ "", 0 };
	if (begin == next || begin & 1) /* no text; odd: it was lost, or had none */
		return !(begin & 1) || (begin == 3 && next == 3);
	begin &= ring->size - 1;
	next &= ring->size - 1;
	/* one that fits before the end to the last byte begins at 0 all the same, but in the latest kernels (6.18 or so) */
	if (!next)
		next = ring->size;
	if (begin > next)
		begin = 0;
	if (begin == next || next - begin < 8)
		return begin == next;
	if (!pm_space_load(&lx->kernel, ring->text + begin, 8, &told) || told != id)
		return false;
	if (length > next - begin - 8)
		length = next - begin - 8;
	char *text = pm_arena_alloc(&log->arena, (size_t)length + 1);
	size_t got = pm_space_read(&lx->kernel, ring->text + begin + 8, text, (size_t)length, NULL);

	*out = (struct pm_slice){ text, got };
	return got == length;
}

static struct pm_slice copy(struct pm_log *log, const uint8_t *text, uint64_t most)
{
	size_t n = most ? strnlen((const char *)text, (size_t)most) : 0;

	return n ? (struct pm_slice){ pm_arena_str(&log->arena, (struct pm_slice){ (const char *)text, n }),
				      n }
		 : (struct pm_slice){ "", 0 };
}

static void read_record(struct pm_linux *lx, const struct ring *ring, struct pm_log *log, uint64_t id)
{
	const struct layout *at = &ring->at;
	uint8_t desc[4096], info[4096];

	if (pm_space_read(&lx->kernel, ring->descs + (id & ring->mask) * at->desc_size, desc, at->desc_size,
			  NULL) < at->desc_size ||
	    pm_space_read(&lx->kernel, ring->infos + (id & ring->mask) * at->info_size, info, at->info_size,
			  NULL) < at->info_size) {
		log->lost++;
		return;
	}
	uint64_t state = pm_load(desc + at->state_at, 8, false);
	struct pm_log_record record = { .has_time = true };

	if (((state ^ id) & ~0ull >> 2) || (state >> 62 != STATE_COMMITTED && state >> 62 != STATE_FINALIZED))
		return;
	record.seq = pm_load(info + at->seq_at, 8, false);
	record.ts_ns = pm_load(info + at->ts_at, 8, false);
	/* u16 text_len, u8 facility, u8 flags:5 level:3 */
	uint64_t length = pm_load(info + at->text_len_at, 2, false);
	record.facility = info[at->text_len_at + 2];
	record.level = info[at->text_len_at + 3] >> 5;
	set_caller(&record, (uint32_t)pm_load(info + at->caller_at, 4, false));
	record.subsystem = copy(log, info + at->subsystem_at, at->subsystem_n);
	record.device = copy(log, info + at->device_at, at->device_n);
	if (!read_text(lx, ring, log, id, pm_load(desc + at->begin_at, 8, false),
		       pm_load(desc + at->next_at, 8, false), length, &record.text))
		log->lost++;
	if (record.text.n || !length)
		*PM_PUSH(&log->arena, &log->records) = record;
}

static struct pm_error *read_new(struct pm_linux *lx, uint64_t prb, struct pm_log *log)
{
	struct ring ring = { 0 };
	struct pm_error *err = read_ring(lx, prb, &ring);

	if (err)
		return err;
	/* Ids have 62 bits, and go round. */
	uint64_t n = ((ring.head - ring.tail) & ~0ull >> 2) + 1;

	if (n > ring.count)
		n = ring.count;
	for (uint64_t i = 0; i < n; i++)
		read_record(lx, &ring, log, (ring.head - (n - 1) + i) & ~0ull >> 2);
	return NULL;
}

/* ---- before 5.10 ---- */

static struct pm_error *read_old(struct pm_linux *lx, struct pm_log *log)
{
	const struct pm_vmcoreinfo *info = &lx->info;
	uint64_t buf, size, first, next, head, ts_at, len_at, text_len_at;

	if (!pm_linux_variable(lx, "log_buf", 8, &buf) || !pm_linux_variable(lx, "log_buf_len", 4, &size) ||
	    !pm_linux_variable(lx, "log_first_idx", 4, &first) ||
	    !pm_linux_variable(lx, "log_next_idx", 4, &next))
		return pm_error_new(PM_TRUNCATED, "the log is not in the dump");
	if (!pm_vmcoreinfo_size(info, "printk_log", &head) ||
	    !pm_vmcoreinfo_offset(info, "printk_log.ts_nsec", &ts_at) ||
	    !pm_vmcoreinfo_offset(info, "printk_log.len", &len_at) ||
	    !pm_vmcoreinfo_offset(info, "printk_log.text_len", &text_len_at))
		return pm_error_new(PM_NOT_FOUND, "VMCOREINFO does not describe the log");
	if (head < 16 || head > 64 || ts_at > head - 8 || len_at > head - 2 || text_len_at > head - 2 ||
	    size < head || size > 1ull << max_size_bits || first >= size || next > size)
		return pm_error_new(PM_BAD_DATA, "the log at 0x%llx tells of %llu bytes, from %llu to %llu",
				    (unsigned long long)buf, (unsigned long long)size,
				    (unsigned long long)first, (unsigned long long)next);
	uint64_t pos = first, seq = 0, walked = 0;

	pm_linux_variable(lx, "log_first_seq", 8, &seq);
	while (pos != next && walked <= size) {
		uint8_t bytes[64];

		if (pos + head > size ||
		    pm_space_read(&lx->kernel, buf + pos, bytes, (size_t)head, NULL) < head) {
			log->lost++;
			break;
		}
		uint64_t length = pm_load(bytes + len_at, 2, false);

		if (!length) { /* the rest did not fit: it goes on at the start */
			walked += size - pos;
			pos = 0;
			continue;
		}
		uint64_t text_len = pm_load(bytes + text_len_at, 2, false);
		struct pm_log_record record = { .seq = seq,
						.ts_ns = pm_load(bytes + ts_at, 8, false),
						.has_time = true };

		if (length < head || text_len > length - head)
			return pm_error_new(PM_BAD_DATA, "the log at 0x%llx: a record of %llu bytes at %llu",
					    (unsigned long long)buf, (unsigned long long)length,
					    (unsigned long long)pos);
		/* u16 dict_len, u8 facility, u8 flags:5 level:3 and, with PRINTK_CALLER, u32 caller_id */
		record.facility = bytes[text_len_at + 4];
		record.level = bytes[text_len_at + 5] >> 5;
		if (head >= 20)
			set_caller(&record, (uint32_t)pm_load(bytes + 16, 4, false));
		char *text = pm_arena_alloc(&log->arena, (size_t)text_len + 1);
		size_t got = pm_space_read(&lx->kernel, buf + pos + head, text, (size_t)text_len, NULL);

		record.text = (struct pm_slice){ text, got };
		log->lost += got < text_len;
		*PM_PUSH(&log->arena, &log->records) = record;
		seq++;
		pos += length;
		walked += length;
	}
	return NULL;
}

struct pm_error *pm_linux_log_read(struct pm_linux *lx, struct pm_log *log, struct pm_error **trouble_out)
{
	uint64_t prb;
	struct pm_error *err;

	*log = (struct pm_log){ 0 };
	*trouble_out = NULL;
	pm_arena_init(&log->arena);
	if (!pm_vmcoreinfo_symbol(&lx->info, "prb", &prb) &&
	    (!lx->symbols || !pm_linux_symbols_lookup(lx->symbols, "prb", &prb)))
		err = read_old(lx, log);
	else if (!pm_space_load(&lx->kernel, prb, 8, &prb))
		err = pm_error_new(PM_TRUNCATED, "the pointer to the log's ring is not in the dump");
	else
		err = read_new(lx, prb, log);
	if (err && log->records.n) {
		*trouble_out = err;
		err = NULL;
	}
	return err;
}

void pm_linux_log_deinit(struct pm_log *log)
{
	pm_arena_deinit(&log->arena);
}

void pm_linux_log_format(const struct pm_log_record *record, unsigned style, struct pm_buf *out)
{
	struct pm_slice text = record->text, line;
	bool first = true;

	do {
		size_t end = pm_slice_find_char(text, '\n');

		line = pm_slice_upto(text, end);
		if (!first && end == PM_NPOS && !line.n) /* a line end at the very end ends the record */
			break;
		if (style & PM_LOG_LEVELS && record->has_time)
			pm_buf_printf(out, "<%u>",
				      style & PM_LOG_NO_FACILITY ? record->level
								 : record->facility << 3 | record->level);
		if (!(style & PM_LOG_NO_TIME) && record->has_time)
			pm_buf_printf(out, "[%5llu.%06llu]%s",
				      (unsigned long long)(record->ts_ns / 1000000000),
				      (unsigned long long)(record->ts_ns / 1000 % 1000000),
				      style & PM_LOG_CALLERS ? "" : " ");
		if (style & PM_LOG_CALLERS && record->has_caller) {
			char id[24];

			snprintf(id, sizeof(id), "%c%u", record->caller_is_cpu ? 'C' : 'T', record->caller);
			pm_buf_printf(out, "[%6s] ", id);
		} else if (style & PM_LOG_CALLERS && record->has_time) {
			pm_buf_str(out, " ");
		}
		pm_buf_add(out, line.p, line.n);
		pm_buf_str(out, "\n");
		first = false;
		text = end == PM_NPOS ? (struct pm_slice){ "", 0 } : pm_slice_from(text, end + 1);
		if (end == PM_NPOS)
			break;
	} while (true);
}

void pm_linux_log_text(const struct pm_log *log, unsigned style, struct pm_buf *out)
{
	for (size_t i = 0; i < log->records.n; i++)
		pm_linux_log_format(&log->records.v[i], style, out);
}
