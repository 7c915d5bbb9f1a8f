#include "task/elf.h"

#include <stdbool.h>
#include <stddef.h>

#include "lib/string.h"
#include "mm/layout.h"
#include "mm/space.h"

enum { SEGMENTS_MAX = 16, TYPE_EXECUTABLE = 2, MACHINE_X86_64 = 62, SEGMENT_LOAD = 1 };
enum { SEGMENT_EXECUTE = 1, SEGMENT_WRITE = 2 };

struct header {
	uint8_t identification[16];
	uint16_t type, machine;
	uint32_t version;
	uint64_t entry, segments_at, sections_at;
	uint32_t flags;
	uint16_t size, segment_size, segments_count;
};

struct segment {
	uint32_t type, flags;
	uint64_t offset, address, physical, in_file, in_memory, alignment;
};

static const char *load(struct task *task, const uint8_t *file, uint64_t size, const struct segment *segment)
{
	uint64_t start = segment->address & ~(uint64_t)(PAGE_SIZE - 1);

	if (segment->offset > size || segment->in_file > size - segment->offset)
		return "a segment is not whole";
	if (segment->in_file > segment->in_memory || !space_is_user(segment->address, segment->in_memory))
		return "a segment's size makes no sense";

	uint64_t end = (segment->address + segment->in_memory + PAGE_SIZE - 1) & ~(uint64_t)(PAGE_SIZE - 1);
	if (space_add(task, start, end - start, segment->flags & SEGMENT_WRITE,
		      segment->flags & SEGMENT_EXECUTE))
		return "a segment cannot be mapped";
	space_write(task, segment->address, file + segment->offset, segment->in_file);
	return NULL;
}

const char *elf_load(struct task *task, const void *file, uint64_t size, uint64_t *entry_out)
{
	struct header header;
	struct segment segment;

	if (size < sizeof(header))
		return "it is no ELF file";
	memcpy(&header, file, sizeof(header));
	if (memcmp(header.identification, "\177ELF\2\1", 6) != 0)
		return "it is no ELF file";
	if (header.type != TYPE_EXECUTABLE || header.machine != MACHINE_X86_64)
		return "it is no program for this machine";
	if (header.segment_size != sizeof(segment) || !header.segments_count ||
	    header.segments_count > SEGMENTS_MAX)
		return "its header makes no sense";
	if (header.segments_at > size || header.segments_count * sizeof(segment) > size - header.segments_at)
		return "it is not whole";

	for (unsigned i = 0; i < header.segments_count; i++) {
		memcpy(&segment, (const uint8_t *)file + header.segments_at + i * sizeof(segment),
		       sizeof(segment));
		if (segment.type != SEGMENT_LOAD || !segment.in_memory)
			continue;
		const char *why = load(task, file, size, &segment);
		if (why)
			return why;
	}
	if (!space_is_user(header.entry, 1))
		return "it begins nowhere";
	*entry_out = header.entry;
	return NULL;
}
