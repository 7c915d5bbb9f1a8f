#include "console/linux/details.h"

#include "console/oops/frame.h"

struct pm_slice pm_detail_line(const struct pm_detail *d, size_t i)
{
	if (i >= d->n)
		return PM_S("");
	return pm_slice_upto(d->lines[i]->body, PM_DETAIL_LINE_MAX);
}

void pm_detail_go(struct pm_detail *d, size_t i)
{
	if (i >= d->n)
		return;
	d->i = i;
	d->body = pm_detail_line(d, i);
	pm_take_blanks(&d->body);
	d->at = d->lines[i]->at;
}

static void read_row(struct pm_detail *d, const struct pm_detail_row *row, const struct pm_match *m)
{
	for (size_t k = 0; k < m->n && k < PM_DETAIL_NAMES && row->names[k]; k++) {
		if (!*row->names[k])
			continue;
		(row->repeats ? pm_detail_add_another : pm_detail_add)(d, row->names[k], m->cap[k],
								       k ? NULL : row->meaning);
	}
	if (!m->n && row->names[0] && *row->names[0])
		pm_detail_add_words(d, row->names[0], "true", row->meaning);
	if (row->read)
		row->read(d, m);
}

static void read_lines(struct pm_detail *d, const struct pm_detail_row *rows, size_t nrows)
{
	struct pm_match m;

	/* Readers that look ahead move d->i on, never back. */
	for (size_t i = 0; i < d->n; i = d->i + 1) {
		pm_detail_go(d, i);
		if (!pm_slice_trim(d->body).n)
			continue;
		for (size_t r = 0; r < nrows; r++)
			if (pm_match(rows[r].pattern, d->body, &m)) {
				read_row(d, &rows[r], &m);
				break;
			}
	}
}

void pm_detail_read(const struct pm_printk_report *report, struct pm_incident *inc, const char *group,
		    const struct pm_detail_row *rows, size_t nrows, void *state)
{
	struct pm_detail d = { .report = report, .inc = inc, .group = group, .state = state };

	d.lines = report->lines.v;
	d.n = report->own && report->own < report->lines.n ? report->own : report->lines.n;
	read_lines(&d, rows, nrows);
}

void pm_detail_read_before(const struct pm_printk_report *report, struct pm_incident *inc, const char *group,
			   const struct pm_detail_row *rows, size_t nrows, void *state, size_t most)
{
	struct pm_detail d = { .report = report, .inc = inc, .group = group, .state = state };

	d.n = report->before.n < most ? report->before.n : most;
	if (!d.n)
		return;
	d.lines = report->before.v + (report->before.n - d.n);
	read_lines(&d, rows, nrows);
}

struct pm_fact *pm_detail_add_another(struct pm_detail *d, const char *name, struct pm_slice value,
				      const char *meaning)
{
	value = pm_slice_trim(value);
	while (pm_slice_ends(value, PM_S(",")))
		value.n--;
	if (!value.n || d->inc->facts.n >= PM_DETAIL_FACTS_MAX)
		return NULL;
	return pm_incident_add_fact(d->inc, d->group, name, value, meaning, d->at);
}

struct pm_fact *pm_detail_add(struct pm_detail *d, const char *name, struct pm_slice value,
			      const char *meaning)
{
	if (pm_incident_fact(d->inc, d->group, name))
		return NULL;
	return pm_detail_add_another(d, name, value, meaning);
}

struct pm_fact *pm_detail_add_words(struct pm_detail *d, const char *name, const char *value,
				    const char *meaning)
{
	return pm_detail_add(d, name, pm_slice_of(value), meaning);
}

void pm_detail_mean(struct pm_detail *d, const char *name, const char *meaning)
{
	struct pm_fact *fact = pm_incident_fact(d->inc, d->group, name);

	if (fact && meaning)
		fact->meaning = meaning;
}

void pm_detail_place(struct pm_detail *d, struct pm_slice text, struct pm_place *place_out)
{
	struct pm_frame_text frame;
	struct pm_place place = { .at = d->at };

	*place_out = place;
	text = pm_slice_trim(text);
	if (!text.n || !pm_frame_parse(text, &frame))
		return;
	if (frame.symbol.n)
		place.symbol = pm_detail_str(d, frame.symbol);
	place.has_offset = frame.has_offset;
	place.offset = frame.offset;
	place.size = frame.size;
	/* "[<00000000366b10e7>]": 4.15 to 4.19 printed the addresses of code as hashes. */
	struct pm_match hash;
	place.has_addr =
		frame.has_addr && !(pm_match("[<{x}>]", text, &hash) && pm_oops_is_hashed(hash.cap[0]));
	place.addr = place.has_addr ? frame.addr : 0;
	if (frame.module.n)
		place.module = pm_detail_str(d, frame.module);
	if (frame.build_id.n)
		place.build_id = pm_detail_str(d, frame.build_id);
	if (frame.file.n) {
		place.file = pm_detail_str(d, frame.file);
		place.file_line = frame.file_line;
	}
	*place_out = place;
}

const char *pm_detail_str(struct pm_detail *d, struct pm_slice s)
{
	return pm_arena_str(&d->inc->arena, pm_slice_trim(s));
}

const char *pm_detail_words(const struct pm_detail_word *table, struct pm_slice value)
{
	for (; table->value; table++)
		if (pm_slice_eq(value, pm_slice_of(table->value)))
			return table->words;
	return NULL;
}

const char *pm_detail_bits(struct pm_arena *arena, const struct pm_detail_bit *table, uint64_t value)
{
	const char *text = NULL;

	for (; table->words; table++)
		if (value & table->mask)
			text = text ? pm_arena_printf(arena, "%s, %s", text, table->words) : table->words;
	return text;
}

void pm_detail_fault_address(struct pm_detail *d, uint64_t address)
{
	struct pm_fault *fault = &d->inc->fault;

	if (fault->has_address)
		return;
	fault->has_address = true;
	fault->address = address;
	fault->address_at = d->at;
}

void pm_detail_fault_pointer(struct pm_detail *d, struct pm_slice address)
{
	uint64_t value;

	if (!pm_oops_is_hashed(address) && pm_slice_hex(address, &value))
		pm_detail_fault_address(d, value);
}

void pm_detail_fault_access(struct pm_detail *d, struct pm_slice word)
{
	static const struct {
		const char *prefix;
		enum pm_access access;
	} rows[] = {
		{ "Read", PM_READ }, { "read", PM_READ }, { "Write", PM_WRITE }, { "write", PM_WRITE },
		{ "Free", PM_FREE }, { "free", PM_FREE }, { "store", PM_WRITE }, { "load", PM_READ },
	};

	if (d->inc->fault.access != PM_ACCESS_UNKNOWN)
		return;
	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (pm_slice_starts(word, pm_slice_of(rows[i].prefix)))
			d->inc->fault.access = rows[i].access;
}

void pm_detail_fault_size(struct pm_detail *d, struct pm_slice bytes)
{
	uint64_t size;

	if (!d->inc->fault.access_size && pm_slice_dec(bytes, &size) && size <= UINT32_MAX)
		d->inc->fault.access_size = (uint32_t)size;
}
