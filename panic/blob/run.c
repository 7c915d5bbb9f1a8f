/* From the entry to the recorder: the image has a stack and page tables of its own, and nothing else yet. */
#include "blob/blob.h"

#include "lib/mem.h"
#include "stages.h"

#include "fault/x86_64/x86.h"

/* Neither among what is cleared, nor of the image that is summed up: written by the entry. */
struct kp_frame kp_blob_found __attribute__((section(".blob.memory")));

struct relocation {
	uint64_t offset, kind;
	int64_t addend;
};
extern const struct relocation kp_blob_relocations[], kp_blob_relocations_end[];
extern char kp_blob_bss[], kp_blob_memory_end[];

/* The image applies them itself, each time: what the kernel has overwritten of its pointers is mended.  All are of one kind
 * (panic/blob/check). */
static void relocate(void)
{
	uint64_t base = (uint64_t)(uintptr_t)&kp_blob;

	for (const struct relocation *r = kp_blob_relocations; r < kp_blob_relocations_end; r++)
		*(volatile uint64_t *)(uintptr_t)(base + r->offset) = base + (uint64_t)r->addend;
}

static void clear(void)
{
	for (volatile char *at = kp_blob_bss; at < kp_blob_memory_end; at++)
		*at = 0;
}

/* The header's strings, which may fill their places. */
static struct {
	char name[33], release[33], command[129];
	uint8_t build_id[20];
} words;

static void copy(char *to, const char *from, size_t n)
{
	size_t length = kp_length(from, n);

	memcpy(to, from, length);
	to[length] = 0;
}

static void start(void)
{
	static struct kp_system system;
	uint32_t build_id_size = kp_blob.build_id_size;

	copy(words.name, kp_blob.system, sizeof(kp_blob.system));
	copy(words.release, kp_blob.release, sizeof(kp_blob.release));
	copy(words.command, kp_blob.command, sizeof(kp_blob.command));
	memcpy(words.build_id, kp_blob.build_id, sizeof(words.build_id));
	system = (struct kp_system){
		.name = words.name[0] ? words.name : NULL,
		.release = words.release[0] ? words.release : NULL,
		.command_line = words.command[0] ? words.command : NULL,
		.build_id = build_id_size && build_id_size <= sizeof(words.build_id) ? words.build_id : NULL,
		.build_id_size = build_id_size,
	};
	kp_init(&system);
}

/* The registers that the kernel saved, or else those that it came with. */
static void get_frame(struct kp_frame *frame)
{
	uint64_t word;

	if (kp_blob_found.rdi && kp_blob_read(kp_blob_found.rdi, frame, sizeof(*frame)) == sizeof(*frame))
		return;
	*frame = kp_blob_found;
	frame->vector = KP_VECTOR_CALL;
	frame->error = 0;
	frame->rip = 0;
	if (kp_blob_read(frame->rsp, &word, sizeof(word)) == sizeof(word)) {
		frame->rip = word;
		frame->rsp += sizeof(word);
	}
}

static void get_text(uint64_t from, char *to, size_t size)
{
	size_t n = 0;

	to[0] = 0;
	while (from && n + 1 < size && kp_blob_read(from + n, to + n, 1) && to[n])
		n++;
	to[n] = 0;
}

static void report(const struct kp_event *event, const char *format, ...)
{
	struct kp_event with = *event;
	va_list arguments;

	va_start(arguments, format);
	with.format = format;
	with.arguments = &arguments;
	kp_report_make(&with);
	va_end(arguments);
}

/* Before anything of the image is changed. */
static bool damaged(void)
{
	const char *image = (const char *)&kp_blob;

	return kp_blob.sum && kp_crc32(0, image + kp_blob.header_size,
				       kp_blob.image_size - kp_blob.header_size) != kp_blob.sum;
}

/* By an NMI to all but this one; those that have none of their gates left will reset the machine one day, or go on. */
static void stop_others(void)
{
	volatile uint32_t *command = (volatile uint32_t *)((uintptr_t)kp_blob.apic + 0x300);

	if (kp_blob.apic)
		*command = 0x000c4400;
}

_Noreturn void kp_blob_run(void)
{
	static struct kp_frame frame;
	static struct kp_fault fault;
	static char message[KP_MESSAGE_MAX], why[KP_MESSAGE_MAX];
	struct kp_event event = { .kind = KP_KIND_PANIC };
	bool sum_is_wrong = damaged();

	stop_others();
	clear();
	relocate();
	start();
	get_frame(&frame);
	get_text(kp_blob_found.rsi, message, sizeof(message));
	get_text(kp_blob.why, why, sizeof(why));
	event.because = sum_is_wrong        ? "the spare: it was changed itself"
			: why[0]            ? why
			: frame.vector < 32 ? "a fault that the kernel handed over"
			: message[0]        ? "called"
					    : "called without a message";
	event.frame = &frame;
	if (frame.vector < 32) {
		kp_isa_fault(&frame, &fault);
		event.fault = &fault;
		event.oops = true;
	}
	if (message[0])
		report(&event, "%s", message);
	else
		kp_report_make(&event);
	kp_isa_stop();
}

/* The entry changed these. */
void kp_x86_as_found(struct kp_machine *machine)
{
	machine->cr0 = kp_blob_cr0;
	machine->cr3 = kp_blob_cr3;
	machine->cr4 = kp_blob_cr4;
}
