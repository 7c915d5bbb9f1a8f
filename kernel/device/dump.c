/* dump=WORD,… on the command line: sinks in the order in which they are tried, what is dumped, and how. */
#include "device/dump.h"

#include "boot/boot.h"
#include "cpu/instructions.h"
#include "lib/string.h"
#include "log.h"
#include "mm/layout.h"
#include "scenarios/bench.h"

/* ---- sinks of bytes: a port that takes a dump, a second serial port that takes the report ---- */

enum { STREAM_PORT = 0x404, TEXT_PORT = 0x2f8, TEXT_STATUS = 5, TEXT_READY = 0x20, TEXT_SPINS = 10000 };

static bool open_port(struct kp_sink *sink)
{
	(void)sink;
	return true;
}

static bool start_stream(struct kp_sink *sink, uint64_t offset, const struct kp_piece *pieces, unsigned n)
{
	(void)sink;
	(void)offset;
	for (unsigned i = 0; i < n; i++) {
		const void *at = pieces[i].at;
		size_t left = pieces[i].n;

		__asm__ volatile("rep outsb" : "+S"(at), "+c"(left) : "d"((uint16_t)STREAM_PORT) : "memory");
	}
	return true;
}

static bool start_text(struct kp_sink *sink, uint64_t offset, const struct kp_piece *pieces, unsigned n)
{
	(void)sink;
	(void)offset;
	for (unsigned i = 0; i < n; i++) {
		for (size_t at = 0; at < pieces[i].n; at++) {
			unsigned spins = 0;

			while (!(in8(TEXT_PORT + TEXT_STATUS) & TEXT_READY))
				if (++spins > TEXT_SPINS)
					return false;
			out8(TEXT_PORT, ((const uint8_t *)pieces[i].at)[at]);
		}
	}
	return true;
}

static enum kp_sink_result wait_port(struct kp_sink *sink, uint64_t timeout_ns)
{
	(void)sink;
	(void)timeout_ns;
	return KP_SINK_DONE;
}

static struct kp_sink stream = {
	.name = "stream",
	.kind = KP_SINK_STREAMS,
	.block = 1,
	.largest = 65536,
	.open = open_port,
	.start = start_stream,
	.wait = wait_port,
};
static struct kp_sink text = {
	.name = "serial2",
	.kind = KP_SINK_TEXT,
	.block = 1,
	.largest = 256,
	.open = open_port,
	.start = start_text,
	.wait = wait_port,
};

/* ---- the command line ---- */

static uint8_t work[KP_DUMP_WORK_SIZE] __attribute__((aligned(PAGE_SIZE)));
static struct kp_dump_plan plan;

static void add(struct kp_sink *sink, const char *name)
{
	if (!sink || !kp_sink_add(sink))
		log_line("dump: no %s", name);
}

/* Hexadecimal, up to a character that is none; *at moves on behind it. */
static uint64_t take_hex(const char **at)
{
	uint64_t value = 0;

	if ((*at)[0] == '0' && (*at)[1] == 'x')
		*at += 2;
	for (;; (*at)++) {
		char c = **at;

		if (c >= '0' && c <= '9')
			value = value << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value << 4 | (uint64_t)(c - 'a' + 10);
		else
			return value;
	}
}

static struct kp_dump_range ranges[8];

/* 0x100000-0x200000 */
static bool take_range(const char *word)
{
	struct kp_dump_range range = { take_hex(&word), 0 };

	if (*word != '-' || plan.list_count == sizeof(ranges) / sizeof(*ranges))
		return false;
	word++;
	range.end = take_hex(&word);
	if (*word || range.end <= range.start)
		return false;
	ranges[plan.list_count++] = range;
	plan.list = ranges;
	plan.what = KP_DUMP_LIST;
	return true;
}

static void take_word(const char *word)
{
	if (!strcmp(word, "disk0"))
		add(dump_disk(0), word);
	else if (!strcmp(word, "disk1"))
		add(dump_disk(1), word);
	else if (!strcmp(word, "stream"))
		add(&stream, word);
	else if (!strcmp(word, "text"))
		add(&text, word);
	else if (!strcmp(word, "kernel"))
		plan.what = KP_DUMP_KERNEL;
	else if (!strcmp(word, "all"))
		plan.what = KP_DUMP_ALL;
	else if (!strcmp(word, "snappy"))
		plan.work = work;
	else if (!take_range(word))
		log_line("dump: what is \"%s\"?", word);
}

/* ---- QEMU's vmcoreinfo device: a note of the guest's, which the emulator's dumps carry ---- */

enum {
	CONFIG_SELECT = 0x510,
	CONFIG_DATA = 0x511,
	CONFIG_DMA_HIGH = 0x514,
	CONFIG_DMA_LOW = 0x518,
	CONFIG_SIGNATURE = 0,
	CONFIG_FEATURES = 1,
	CONFIG_FILES = 0x19,
	CONFIG_DMA = 1 << 1,
	CONFIG_FILES_MAX = 256,
	DMA_ERROR = 1,
	DMA_SELECT = 8,
	DMA_WRITE = 16,
	DMA_SPINS = 1000000,
};

static void select(uint16_t item)
{
	out16(CONFIG_SELECT, item);
}

/* Big-endian numbers, a byte at a time. */
static uint32_t config_number(unsigned bytes)
{
	uint32_t value = 0;

	while (bytes--)
		value = value << 8 | in8(CONFIG_DATA);
	return value;
}

static bool has_config(void)
{
	static const char signature[4] = "QEMU";

	select(CONFIG_SIGNATURE);
	for (unsigned i = 0; i < sizeof(signature); i++)
		if (in8(CONFIG_DATA) != (uint8_t)signature[i])
			return false;
	select(CONFIG_FEATURES);
	return (in8(CONFIG_DATA) & CONFIG_DMA) != 0;
}

/* 0: there is none. */
static uint16_t config_file(const char *wanted)
{
	char name[56];
	uint32_t count;

	select(CONFIG_FILES);
	count = config_number(4);
	for (uint32_t i = 0; i < count && i < CONFIG_FILES_MAX; i++) {
		uint16_t item;

		config_number(4);
		item = (uint16_t)config_number(2);
		config_number(2);
		for (unsigned c = 0; c < sizeof(name); c++)
			name[c] = (char)in8(CONFIG_DATA);
		name[sizeof(name) - 1] = '\0';
		if (!strcmp(name, wanted))
			return item;
	}
	return 0;
}

static void register_vmcoreinfo(void)
{
	static struct {
		uint16_t host_format, guest_format;
		uint32_t size;
		uint64_t physical;
	} __attribute__((packed)) told;
	static volatile struct {
		uint32_t control, length;
		uint64_t address;
	} request __attribute__((aligned(16)));
	uint16_t item = has_config() ? config_file("etc/vmcoreinfo") : 0;
	uint64_t at;
	size_t size;
	const void *note = kp_vmcoreinfo(&size);

	if (!item)
		return;
	told.guest_format = 1; /* ELF */
	told.size = (uint32_t)size;
	told.physical = kp_host_physical(note);
	request.control = __builtin_bswap32((uint32_t)item << 16 | DMA_SELECT | DMA_WRITE);
	request.length = __builtin_bswap32(sizeof(told));
	request.address = __builtin_bswap64(kp_host_physical(&told));
	at = kp_host_physical(&request);
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	out32(CONFIG_DMA_HIGH, __builtin_bswap32((uint32_t)(at >> 32)));
	out32(CONFIG_DMA_LOW, __builtin_bswap32((uint32_t)at));
	for (unsigned i = 0; i < DMA_SPINS && request.control & ~__builtin_bswap32(DMA_ERROR); i++)
		pause();
	log_line("vmcoreinfo: %s", request.control ? "refused" : "registered");
}

void dump_init(void)
{
	static char words[BOOT_COMMAND_LINE_MAX];
	const char *value;

	register_vmcoreinfo();
	bench_fill();
	bench_write("start");
	value = boot_option("dump");
	if (!value)
		return;
	strcopy(words, value, sizeof(words));
	for (char *word = words; *word;) {
		char *end = word;

		while (*end && *end != ',')
			end++;
		bool more = *end == ',';

		*end = '\0';
		take_word(word);
		word = end + more;
	}
	plan.work_physical = kp_host_physical(work);
	kp_dump_plan(&plan);
}
