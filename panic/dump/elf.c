/* A plain ELF core for a sink that takes bytes one after the other: whatever is there is written, in order, nothing is left
 * out, and nothing told beforehand can be mended afterwards.  A page that cannot be read is one of zeros. */
#include "dump/dump.h"

#include "lib/mem.h"

#define RANGES_MAX 64
#define LARGEST 65536u

enum { ELF_HEADER = 64, PROGRAM_HEADER = 56, PT_LOAD = 1, PT_NOTE = 4, ET_CORE = 4 };

static struct kp_sink *sink;
static uint64_t sent;
static uint8_t zeros[KP_PAGE];

static bool send(const void *bytes, size_t n)
{
	while (n) {
		size_t part = sink->largest && n > sink->largest ? sink->largest : n;
		struct kp_piece piece = { bytes, kp_host_physical(bytes), part };

		if (!kp_sink_start(sink, sent, &piece, 1) || !kp_sink_wait(sink))
			return false;
		bytes = (const char *)bytes + part;
		sent += part;
		n -= part;
	}
	return true;
}

/* Numbers as they lie in memory: the machine's own order. */
struct elf_header {
	uint8_t ident[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, program_headers, section_headers;
	uint32_t flags;
	uint16_t size, program_header_size, program_header_count, section_header_size, section_header_count,
		names;
};
_Static_assert(sizeof(struct elf_header) == ELF_HEADER, "as the format has it");

static bool send_program_header(uint32_t type, uint64_t offset, uint64_t at, uint64_t physical, uint64_t size)
{
	struct {
		uint32_t type, flags;
		uint64_t rest[6];
	} header = { type,
		     4,
		     { offset, at, physical, size, type == PT_LOAD ? size : 0,
		       type == PT_LOAD ? KP_PAGE : 4 } };

	return send(&header, sizeof(header));
}

static bool send_headers(unsigned ranges, uint64_t notes)
{
	const uint16_t one = 1;
	static struct elf_header header;
	uint64_t at =
		(ELF_HEADER + (ranges + 1ull) * PROGRAM_HEADER + notes + KP_PAGE - 1) / KP_PAGE * KP_PAGE;
	uint64_t from = 0, start, end;

	header = (struct elf_header){
		.ident = { 0x7f, 'E', 'L', 'F', 2, *(const uint8_t *)&one ? 1 : 2, 1 },
		.type = ET_CORE,
		.machine = (uint16_t)kp_isa_elf_machine,
		.version = 1,
		.program_headers = ELF_HEADER,
		.size = ELF_HEADER,
		.program_header_size = PROGRAM_HEADER,
		.program_header_count = (uint16_t)(ranges + 1),
	};
	if (!send(&header, sizeof(header)) ||
	    !send_program_header(PT_NOTE, ELF_HEADER + (ranges + 1ull) * PROGRAM_HEADER, 0, 0, notes))
		return false;
	for (unsigned i = 0; i < ranges && kp_dump_next(from, &start, &end); i++, from = end) {
		uint64_t size = (end - start) * KP_PAGE;

		if (!send_program_header(PT_LOAD, at, (uintptr_t)kp_dump_page(start), start * KP_PAGE, size))
			return false;
		at += size;
	}
	return true;
}

static bool send_page(uint64_t page, struct kp_dump_count *count)
{
	const void *at = kp_dump_wants(page) ? kp_dump_page(page) : zeros;

	if (!at) {
		count->lost++;
		at = zeros;
	} else if (at != zeros) {
		count->pages++;
	}
	count->bytes += KP_PAGE;
	return send(at, KP_PAGE);
}

enum kp_dump_end kp_dump_elf(struct kp_sink *to, struct kp_dump_count *count)
{
	uint64_t start, end, at, size, max = kp_dump_max(), notes;
	size_t unused[2];
	unsigned ranges = 0;

	sink = to;
	sent = 0;
	notes = kp_notes_size(&unused[0], &unused[1]);
	for (uint64_t from = 0; ranges < RANGES_MAX && kp_dump_next(from, &start, &end); from = end)
		ranges++;
	if (!send_headers(ranges, notes) || !kp_notes_put(send) ||
	    !send(zeros, (KP_PAGE - sent % KP_PAGE) % KP_PAGE))
		return KP_DUMP_FAILED;
	at = 0;
	for (unsigned i = 0; i < ranges && kp_dump_next(at, &start, &end); i++, at = end) {
		for (uint64_t page = start; page < end; page++) {
			if (!send_page(page, count))
				return KP_DUMP_FAILED;
			if (page % 256 == 0 && kp_dump_is_late())
				return KP_DUMP_EARLY;
			if (page % 256 == 0)
				kp_dump_progress(page, max);
		}
	}
	size = count->lost;
	return kp_sink_flush(sink) ? (size ? KP_DUMP_LOST : KP_DUMP_DONE) : KP_DUMP_FAILED;
}
