#include "show/sections.h"

#include "lib/format.h"
#include "lib/mem.h"

static char line[KP_LINE_MAX + 1];
static size_t used, put; /* put: of a line that is on its way out */
static unsigned lines;
static uint32_t crc;
#if KP_TIER >= 3
static kp_line_sink *sink;

void kp_line_to(kp_line_sink *to)
{
	sink = to;
}

bool kp_line_on_console(void)
{
	return !sink;
}
#endif

void kp_line_start(void)
{
	used = put = 0;
	lines = 0;
	crc = 0;
}

size_t kp_line_room(void)
{
	return KP_LINE_MAX - 1 - used;
}

static void add_arguments(const char *format, va_list arguments)
{
	used += kp_vformat(line + used, KP_LINE_MAX - used, format, arguments);
}

void kp_add(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	add_arguments(format, arguments);
	va_end(arguments);
}

#if KP_TIER >= 1
/* Bytes of the UTF-8 character at text that is neither ASCII nor a control character; 0: it is none. */
static unsigned utf8(const unsigned char *text, size_t limit)
{
	unsigned n = text[0] >= 0xf0 ? 4 : text[0] >= 0xe0 ? 3 : 2;

	if (text[0] < 0xc2 || text[0] > 0xf4 || n > limit || (text[0] == 0xc2 && text[1] < 0xa0))
		return 0;
	for (unsigned i = 1; i < n; i++) {
		if (text[i] >> 6 != 2)
			return 0;
	}
	return n;
}
#else
static unsigned utf8(const unsigned char *text, size_t limit)
{
	(void)text;
	(void)limit;
	return 0;
}
#endif

void kp_add_foreign(const char *text, size_t limit)
{
	limit = kp_length(text, limit);
	for (size_t at = 0; at < limit;) {
		unsigned n = utf8((const unsigned char *)text + at, limit - at);
		unsigned char c = (unsigned char)text[at];

		/* Told that it is cut. */
		if (kp_line_room() < 7 && limit - at > kp_line_room()) {
			kp_add("...");
			return;
		}
		if (n) {
			kp_add("%.*s", (int)n, text + at);
			at += n;
		} else {
			kp_add("%c", c == '\n' ? ' ' : (c < ' ' && c != '\t') || c >= 0x7f ? '?' : c);
			at++;
		}
	}
}

void kp_end_line(void)
{
	if (!put)
		line[used++] = '\n';
#if KP_TIER >= 3
	if (sink) {
		crc = kp_crc32(crc, line, used);
		put = used;
		sink(line, used);
	}
#endif
	/* A byte that the hook does not come back from is tried once, as all else, and not summed up: it is not out. */
	while (put < used) {
		const char *at = &line[put++];

		kp_host_putc(*at);
		crc = kp_crc32(crc, at, 1);
	}
	lines++;
	used = put = 0;
}

void kp_line_mend(void)
{
	if (used)
		kp_end_line();
}

unsigned kp_line_count(void)
{
	return lines;
}

uint32_t kp_line_crc(void)
{
	return crc;
}

void kp_extension(const char *word)
{
	kp_line_mend();
	kp_add("KPANIC 1 %s", word);
}

void kp_key_number(const char *key, uint64_t value)
{
	kp_add(" %s=%llu", key, (unsigned long long)value);
}

#if KP_TIER >= 2
void kp_key_signed(const char *key, int64_t value)
{
	kp_add(" %s=%lld", key, (long long)value);
}
void kp_key_hex(const char *key, uint64_t value)
{
	kp_add(" %s=%llx", key, (unsigned long long)value);
}

void kp_key_word(const char *key, const char *value)
{
	kp_add(" %s=%s", key, value);
}
#endif

void kp_key_string(const char *key, const char *value)
{
	if (!value || kp_line_room() < kp_length(key, KP_LINE_MAX) + 8)
		return;
	kp_add(" %s=\"", key);
	/* The longest form of a byte, and what says that it is cut, with the quote. */
	for (; *value && kp_line_room() > 8; value++) {
		unsigned char c = (unsigned char)*value;
		bool escaped = c == '"' || c == '\\' || c == '\n';

		kp_add(escaped ? "\\%c" : c < ' ' || c >= 0x7f ? "\\x%02x" : "%c", c == '\n' ? 'n' : c);
	}
	kp_add(*value ? "...\"" : "\"");
}

void kp_add_place(uintptr_t address, bool after_call)
{
#if KP_TIER >= 2
	static struct kp_symbol symbol;

	if (kp_symbol(address - after_call, &symbol)) {
		kp_add("%s+0x%llx", symbol.name, (unsigned long long)(address - symbol.start));
		if (symbol.size)
			kp_add("/0x%llx", (unsigned long long)symbol.size);
		return;
	}
#else
	(void)after_call;
#endif
	kp_add("0x%llx", (unsigned long long)address);
}

void kp_add_registers(const struct kp_frame *frame)
{
	for (unsigned i = 0; i < kp_register_count; i++) {
		kp_add("%s%s: %016llx", i % 3 ? " " : "", kp_registers[i].name,
		       (unsigned long long)kp_register(frame, i));
		if (i % 3 == 2 || i + 1 == kp_register_count)
			kp_end_line();
	}
}

void kp_add_trace(const struct kp_trace *trace)
{
	const char *open = NULL;

	kp_add("Call Trace:");
	kp_end_line();
	for (unsigned i = 0; i < trace->n && i < KP_FRAMES_MAX; i++) {
		const struct kp_trace_frame *frame = &trace->frames[i];
		const char *stack = kp_stack_name(frame->stack);
		if (stack != open) {
			if (open) {
				kp_add(" </%s>", open);
				kp_end_line();
			}
			kp_add(" <%s>", stack);
			kp_end_line();
			open = stack;
		}
		kp_add(" %s", frame->grade == KP_FRAME_SCANNED ? "? " : "");
		kp_add_place(frame->address, !frame->interrupted);
		if (frame->repeats)
			kp_add(" (x%u)", frame->repeats + 1u);
		kp_end_line();
	}
	if (open) {
		kp_add(" </%s>", open);
		kp_end_line();
	}
	if (trace->more) {
		kp_add(" ...");
		kp_end_line();
	}
}

#if KP_TIER >= 1
/* Nanoseconds over 1000, in 16-bit pieces; up to 2^32 thousands. */
static uint64_t over_1000(uint64_t n)
{
	uint32_t rest = 0;
	uint64_t quotient = 0;

	for (int shift = 48; shift >= 0; shift -= 16) {
		uint32_t part = rest << 16 | (uint32_t)(n >> shift & 0xffff);
		quotient |= (uint64_t)(part / 1000) << shift;
		rest = part % 1000;
	}
	return quotient;
}

uint32_t kp_seconds(uint64_t ns)
{
	return (uint32_t)over_1000(over_1000(over_1000(ns)));
}

uint32_t kp_microseconds(uint64_t ns)
{
	return (uint32_t)(over_1000(ns) - (uint64_t)kp_seconds(ns) * 1000000u);
}
#endif
