/* A kernel that loads the recorder's blob (a multiboot module), destroys itself, and jumps.  Words of its command line:
 *   at=HEX    where the blob is put (10000)
 *   high      it is entered where the kernel has it mapped a second time, not where it lies
 *   frame     with registers that the kernel saved; else with none
 *   keep      the page tables survive, and all of the memory; the stack and the descriptor tables do not
 *   screen    the header tells of a screen that ends where nothing is
 *   normal    no blob: the recorder that is linked with the kernel, in the same state
 *   sane      that one, and nothing is destroyed */
#include "kpanic/blob.h"
#include "kpanic/panic.h"
#include "kpanic/symbols.h"

#include <stddef.h>
#include <stdint.h>

#define HIGH 0xffff800000000000ull
#define SERIAL 0x3f8
#define WRONG 0x4000000018ull /* nothing is mapped there */

void kp_host_putc(char c)
{
	__asm__ volatile("outb %0, %w1" : : "a"(c), "Nd"(SERIAL));
}

static void say(const char *text)
{
	while (*text)
		kp_host_putc(*text++);
}

static void copy(void *to, const void *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		((volatile uint8_t *)to)[i] = ((const uint8_t *)from)[i];
}

/* The value of a word, "" where it has none, or NULL. */
static const char *word(const char *line, const char *name)
{
	for (; *line; line++) {
		size_t n = 0;

		while (name[n] && line[n] == name[n])
			n++;
		if (!name[n])
			return line[n] == '=' ? line + n + 1 : line + n;
	}
	return NULL;
}

static uintptr_t hex(const char *at)
{
	uintptr_t value = 0;

	for (; (*at >= '0' && *at <= '9') || (*at >= 'a' && *at <= 'f'); at++)
		value = value * 16 + (uintptr_t)(*at <= '9' ? *at - '0' : *at - 'a' + 10);
	return value;
}

/* ---- the page tables that are left ---- */

typedef uint64_t table[512];
static table first[4] __attribute__((section(".ruin.tables"), aligned(4096)));
static table last[16] __attribute__((section(".ruin.tables"), aligned(4096)));
static unsigned used = 1;

static unsigned levels(void)
{
	uint64_t cr4;

	__asm__ volatile("mov %%cr4, %0" : "=r"(cr4));
	return cr4 >> 12 & 1 ? 5 : 4;
}

static void map(uint64_t virtual, uint64_t physical)
{
	uint64_t *at = last[0];

	for (unsigned level = levels(); level > 1; level--) {
		uint64_t *entry = &at[virtual >> (12 + 9 * (level - 1)) & 511];
		if (!*entry)
			*entry = (uintptr_t)last[used++] | 3;
		at = (uint64_t *)(uintptr_t)(*entry & ~0xfffull);
	}
	at[virtual >> 12 & 511] = physical | 3;
}

extern const struct kp_symbols kp_symbols __attribute__((weak));
extern char ruin_words[], text_start[], text_end[];
_Noreturn void ruin_jump(void *first_root, void *last_root, uint64_t to, const void *frame,
			 const char *words);
_Noreturn void ruin_keep(void *first_root, void *last_root, uint64_t to, const void *frame,
			 const char *words);

static __attribute__((noinline)) void door_open(volatile uint64_t *door)
{
	door[3] = 1;
}

static __attribute__((noinline)) void normal(void)
{
	KP_PANIC("%s", ruin_words);
}

/* ---- the loader ---- */

struct module {
	uint32_t start, end, words, reserved;
};
struct multiboot {
	uint32_t flags, memory[2], boot_device, command, modules, module;
};

static struct kp_blob *load(const struct module *module, uintptr_t at)
{
	struct kp_blob *blob = (struct kp_blob *)at;

	copy(blob, (const void *)(uintptr_t)module->start, module->end - module->start);
	if (((kp_blob_init *)(at + blob->init))())
		say("the blob does not like its place\n");
	copy(blob->system, "doorman", 8);
	copy(blob->release, "0.0.2", 6);
	copy(blob->command, "style=calm", 11);
	copy(blob->build_id, "12345678901234567890", 20);
	blob->build_id_size = 20;
	blob->tsc_khz = 1000000;
	blob->screen = KP_BLOB_VGA_TEXT;
	blob->width = 80;
	blob->height = 25;
	blob->screen_base = 0xb8000;
	return blob;
}

static void save(struct kp_frame *frame, bool high, bool twice)
{
	const uint64_t rsp = 0x123456789a8;

	*frame = (struct kp_frame){
		.rax = 0xa0a0a0a0a0a0a0a0,
		.rdi = WRONG - 24,
		.r15 = 0x1515151515151515,
		.vector = twice ? 8 : 14,
		.error = twice ? 0 : 2,
		.rip = (uintptr_t)door_open + (high ? HIGH : 0),
		.cs = 8,
		.rflags = 0x46,
		.rsp = rsp,
		.rbp = 0,
		.ss = 16,
	};
	__asm__ volatile("mov %0, %%cr2" : : "r"(twice ? rsp - 8 : WRONG));
}

void main(const struct multiboot *information);
void main(const struct multiboot *information)
{
	const char *line = (const char *)(uintptr_t)information->command;
	const char *place = word(line, "at");
	bool high = word(line, "high"), keep = word(line, "keep");
	uint64_t way = high ? HIGH : 0;
	struct kp_blob *blob;

	if (word(line, "sane"))
		normal();
	if (word(line, "handler")) {
		struct kp_frame frame;
		uint64_t bottom[2] = { 0 };

		save(&frame, false, false);
		frame.rbp = frame.rsp = (uintptr_t)bottom;
		kp_exception(&frame);
	}
	blob = load((const struct module *)(uintptr_t)information->module,
		    place ? hex(place) : KP_BLOB_ADDRESS);
	if (word(line, "screen")) {
		blob->screen = KP_BLOB_LINEAR;
		blob->width = 1024;
		blob->height = 768;
		blob->pitch = 4096;
		blob->bits = 32;
		blob->screen_base = 0xfffff000;
	}
	if (word(line, "frame")) {
		save(&blob->frame, high, word(line, "twice"));
		blob->symbols = (uintptr_t)&kp_symbols + way;
		blob->symbols_anchor = (uintptr_t)kp_symbol_find + way;
		blob->text_start = (uintptr_t)text_start + way;
		blob->text_end = (uintptr_t)text_end + way;
	}
	first[0][0] = (uintptr_t)first[1] | 3;
	first[1][0] = (uintptr_t)first[2] | 3;
	first[2][0] = 0x83;
	first[3][0] = (uintptr_t)first[0] | 3;
	map((uintptr_t)ruin_words & ~0xfffull, (uintptr_t)ruin_words & ~0xfffull);
	for (uintptr_t at = 0; at < blob->memory_size; at += 4096)
		map((uintptr_t)blob + at + way, (uintptr_t)blob + at);
	say("the kernel ends\n");
	(keep ? ruin_keep : ruin_jump)(
		first, last, word(line, "normal") ? (uintptr_t)normal : (uintptr_t)blob + blob->panic + way,
		word(line, "frame") ? (char *)&blob->frame + way : NULL, ruin_words + (keep ? way : 0));
	door_open((uint64_t *)WRONG);
}
