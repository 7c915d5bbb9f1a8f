/* The recorder as an image of its own (`make blob`): what stands at its beginning, and how a kernel that is lost enters it.
 *
 * A loader copies the file to a page of physical memory, reserves memory_size bytes there, and calls the initialiser.  The
 * kernel keeps the header up to date, and maps the image somewhere, so that it can jump into it.  From then on nothing of the
 * kernel's is needed: the image has its own page tables, descriptor tables and stacks.  docs/porting.md has the steps. */
#ifndef KP_BLOB_H
#define KP_BLOB_H

#include "kpanic/frame.h"

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define KP_BLOB_MAGIC "KPANBLOB"
#define KP_BLOB_VERSION 2

/* By convention: below 1 MiB, where any kernel can leave memory alone. Any page below 4 GiB will do. */
#define KP_BLOB_ADDRESS 0x10000u

enum kp_blob_screen { KP_BLOB_NO_SCREEN, KP_BLOB_LINEAR, KP_BLOB_VGA_TEXT };

/* formats/SPEC.md has it byte for byte. Strings need no NUL where they fill their place. */
struct kp_blob {
	/* fixed by the image */
	char magic[8];
	uint32_t version, header_size;
	uint32_t image_size;  /* bytes of the file */
	uint32_t memory_size; /* bytes to reserve from the header on: the image, and what it needs to work */
	uint32_t init, panic; /* entries, as offsets from the header */
	/* the image's own */
	uint64_t physical; /* where it lies; the initialiser writes it, or the loader */
	uint32_t entered;  /* 1: a CPU is in it; another that enters stops */
	/* the kernel's to set, at any time */
	uint16_t serial;         /* port of a 16550; 0: none */
	uint16_t serial_divisor; /* of 115200 baud; 0: as the kernel left it */
	uint32_t tsc_khz;        /* 0: no clock */
	uint32_t reserved_0;
	uint64_t text_start, text_end;         /* of the kernel's code, virtual; 0: not known */
	uint32_t screen, width, height, pitch; /* enum kp_blob_screen; the rest as in struct kp_screen */
	uint64_t screen_base;                  /* physical */
	uint8_t bits, red_at, red_bits, green_at, green_bits, blue_at, blue_bits, reserved_1;
	uint32_t build_id_size; /* at most 20 */
	uint8_t build_id[20];   /* of the kernel */
	char system[32], release[32], command[128];
	struct kp_frame frame; /* room for the registers of a kernel that has no other */
	/* Of the kernel's table of names (symbols.h): where it is, and its kp_symbol_find; virtual. 0: there is none. */
	uint64_t symbols, symbols_anchor;
	/* since version 2; 0 where nobody says more.  Of an image that is a kernel's spare (spare.h): */
	uint32_t double_fault,
		nmi;   /* fixed by the image: where those gates lead, as offsets from the header */
	uint32_t sum;  /* CRC-32 of the image behind its header; 0: not known */
	uint32_t apic; /* physical, of the local APICs' registers: the other CPUs are stopped by an NMI */
	uint64_t host_double_fault, host_nmi; /* where these gates lead on, virtual */
	uint64_t watched_start, watched_end;  /* the recorder's own code and constants, virtual, */
	uint32_t watched_sum;                 /* and its CRC-32 */
	uint32_t reserved_2;
	uint64_t why;         /* virtual: a text; why the kernel's recorder gives up */
	uint64_t address;     /* of the fault in `frame`; 0: none */
	uint32_t frame_saved; /* 1: `frame` has the registers of the crash */
	uint32_t reserved_3;
	uint64_t last_stack; /* of the last double fault; 0: the recorder got on since */
	uint64_t
		watched_words; /* the words of what is watched, added up, each time rotated left by a bit; 0: nobody looks */
	uint64_t reserved_4[4];
};

/* Of other frames it has no form; C++ has the word under another name. */
#if defined(__x86_64__) && !defined(KP_ISA_GENERIC) && !defined(__cplusplus)
_Static_assert(sizeof(struct kp_blob) == 640, "as formats/SPEC.md has it");
#endif

/* Both in 64-bit mode.  The first at its physical address; 0: ready, else what is wrong: 1 not on a page, 2 not below 4 GiB. */
typedef uint32_t kp_blob_init(void);
/* By jump or call, where the image is mapped as a whole, writable and executable, with whatever is left of a kernel: no stack
 * and no table is needed.  frame: NULL: the registers are those of the jump, and RIP is what lies at RSP.  message: NULL: none.
 * Both are addresses of the kernel's, and need not be right: they are looked up in its page tables. Does not return. */
typedef void kp_blob_panic(const struct kp_frame *frame, const char *message);

#ifdef __cplusplus
}
#endif

#endif
