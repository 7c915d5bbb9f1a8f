/* The recorder's search in its table of names, which may be what was overwritten: any bytes, any address, any room for the name. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kpanic/symbols.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of where and for what: an address, relative to an anchor, and room for the name. */
struct question {
	int64_t at;
	uint8_t room, honest;
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct question question = { 0 };
	struct kp_symbols *table;
	size_t head = sizeof(question.at) + 2, bytes, rows, found_size;
	uintptr_t anchor = (uintptr_t)1 << 40, start = 1;
	char *name;

	if (size < head + sizeof(*table))
		return 0;
	memcpy(&question.at, data, sizeof(question.at));
	question.room = data[8];
	question.honest = data[9];
	bytes = size - head;
	/* Of the heap, and no larger than what it says: a byte beyond is a find. */
	table = malloc(bytes);
	if (!table)
		return 0;
	memcpy(table, data + head, bytes);
	rows = (bytes - sizeof(*table)) / sizeof(struct kp_symbols_row);
	if (question.honest & 1) {
		/* What the linker made, and somebody wrote over: its head is right, so that the rest is looked at. */
		table->magic = KP_SYMBOLS_MAGIC;
		table->count = (uint32_t)(question.honest & 2 ? rows : table->count % (rows + 1));
		table->names_size =
			(uint32_t)(bytes - sizeof(*table) - table->count * sizeof(struct kp_symbols_row));
		table->check = KP_SYMBOLS_CHECK(table->count, table->names_size);
	} else if (table->check == KP_SYMBOLS_CHECK(table->count, table->names_size)) {
		free(table);
		return 0; /* a head that agrees with itself is believed: its sizes are what the linker said */
	}
	name = malloc(question.room ? question.room : 1);
	found_size = 0;
	if (name && kp_symbols_search(table, anchor, anchor + (uintptr_t)question.at, name, question.room,
				      &start, &found_size)) {
		if (!(question.honest & 1) || start > anchor + (uintptr_t)question.at ||
		    anchor + (uintptr_t)question.at - start >= found_size ||
		    (question.room && !memchr(name, 0, question.room)))
			__builtin_trap();
	} else if (start != 1 || found_size) {
		__builtin_trap(); /* changed, where nothing was found */
	}
	free(name);
	free(table);
	return 0;
}
