/* What a file is that is no dump: one line that says what to do with it, where that is known. */
#include "read/format.h"

#include "base/memory.h"
#include "symbols/bytes.h"

#include <elf.h>

static const struct {
	size_t at;
	const char *magic;
	size_t size;
	enum pm_code code; /* PM_UNSUPPORTED: a dump, or one inside */
	const char *words;
} known[] = {
	{ 0, "DISKDUMP", 8, PM_UNSUPPORTED,
	  "a diskdump of a 2.4 or early 2.6 kernel, which is not supported" },
	{ 0, "\xed\x23\x8f\x61\x73\x01\x19\xa8", 8, PM_UNSUPPORTED, "an LKCD dump, which is not supported" },
	{ 0, "\xa8\x19\x01\x73\x61\x8f\x23\xfd", 8, PM_UNSUPPORTED,
	  "an s390 stand-alone dump: convert it with zgetdump" },
	{ 0, "PAGEDU64", 8, PM_UNSUPPORTED, "a Windows memory dump, not one of a Linux kernel" },
	{ 0, "PAGEDUMP", 8, PM_UNSUPPORTED, "a Windows memory dump, not one of a Linux kernel" },
	{ 0, "MDMP", 4, PM_UNSUPPORTED, "a Windows minidump, not the memory of a Linux kernel" },
	{ 0, "minidump FreeBSD/", 17, PM_UNSUPPORTED, "a FreeBSD minidump, not one of a Linux kernel" },
	{ 0, "QEVM", 4, PM_UNSUPPORTED, "the saved state of a QEMU machine: use dump-guest-memory" },
	{ 0, "LibvirtQemudSave", 16, PM_UNSUPPORTED,
	  "a machine saved by libvirt: use virsh dump --memory-only" },
	{ 0, "\xd1\xbe\xd1\xbe", 4, PM_UNSUPPORTED, "a VMware snapshot: convert it with vmss2core" },
	{ 0, "\xd2\xbe\xd2\xbe", 4, PM_UNSUPPORTED, "a VMware snapshot: convert it with vmss2core" },
	{ 0, "\xd3\xbe\xd3\xbe", 4, PM_UNSUPPORTED, "a VMware snapshot: convert it with vmss2core" },
	{ 0, "QFI\xfb", 4, PM_NOT_FOUND, "a qcow2 disk image, not a memory dump" },
	{ 0, "LUKS\xba\xbe", 6, PM_UNSUPPORTED, "encrypted (LUKS): decrypt it first" },
	{ 0, "Salted__", 8, PM_UNSUPPORTED, "encrypted (OpenSSL): decrypt it first" },
	{ 0, "age-encryption.org/", 19, PM_UNSUPPORTED, "encrypted (age): decrypt it first" },
	{ 0, "-----BEGIN AGE ENCRYPTED", 24, PM_UNSUPPORTED, "encrypted (age): decrypt it first" },
	{ 0, "-----BEGIN PGP MESSAGE", 22, PM_UNSUPPORTED, "encrypted (OpenPGP): decrypt it first" },
	{ 0, "\x85\x01\x0c\x03", 4, PM_UNSUPPORTED, "encrypted (OpenPGP): decrypt it first" },
	{ 0, "\x85\x02\x0c\x03", 4, PM_UNSUPPORTED, "encrypted (OpenPGP): decrypt it first" },
	{ 0, "\x8c\x0d\x04", 3, PM_UNSUPPORTED, "encrypted (OpenPGP): decrypt it first" },
	{ 0, "BZh", 3, PM_UNSUPPORTED, "bzip2-compressed: unpack it first" },
	{ 0, "\x04\x22\x4d\x18", 4, PM_UNSUPPORTED, "lz4-compressed: unpack it first" },
	{ 0, "\x89LZO\0\r\n\x1a\n", 9, PM_UNSUPPORTED, "lzop-compressed: unpack it first" },
	{ 0, "PK\3\4", 4, PM_UNSUPPORTED, "a zip archive: unpack it first" },
	{ 0, "7z\xbc\xaf\x27\x1c", 6, PM_UNSUPPORTED, "a 7z archive: unpack it first" },
	{ 257, "ustar", 5, PM_UNSUPPORTED, "a tar archive: unpack it first" },
	{ 0, "LPKSHHRH", 8, PM_NOT_FOUND, "a binary journal file: journalctl --file reads it" },
	{ 0, "MZ", 2, PM_NOT_FOUND, "a kernel image or another program, not a memory dump" },
};

static const char *elf_words(const uint8_t *start, size_t n)
{
	static const char *const words[] = {
		[ET_NONE] = "an ELF file of no type, not a memory dump",
		[ET_REL] = "an ELF object file or kernel module, not a memory dump",
		[ET_EXEC] = "an ELF executable (a vmlinux, maybe), not a memory dump",
		[ET_DYN] = "an ELF program or library, not a memory dump",
	};
	uint64_t type = n >= 18 ? pm_load(start + 16, 2, start[EI_DATA] == ELFDATA2MSB) : ET_NONE;

	return n < 18                                    ? "an ELF header that is cut off"
	       : type < sizeof(words) / sizeof(words[0]) ? words[type]
							 : words[ET_NONE];
}

static bool is_text(const uint8_t *start, size_t n)
{
	size_t odd = 0;

	for (size_t i = 0; i < n; i++) {
		if (!start[i])
			return false;
		odd += start[i] < 0x20 && !strchr("\t\n\r\f\b\33", start[i]);
	}
	return odd <= n / 64;
}

static bool is_zero(const uint8_t *start, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (start[i])
			return false;
	return true;
}

struct pm_error *pm_dump_foreign(const char *name, const uint8_t *start, size_t n)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (n >= known[i].at + known[i].size &&
		    !memcmp(start + known[i].at, known[i].magic, known[i].size))
			return pm_error_new(known[i].code, "%s: %s", name, known[i].words);
	return NULL;
}

bool pm_dump_may_be_raw(const struct pm_file *file)
{
	static const uint64_t least = 4 << 20; /* less than the smallest machine has */
	uint8_t start[4096];
	uint64_t size = pm_file_size(file);

	if (size < least || size % PM_PAGE_SIZE ||
	    pm_file_read(file, 0, start, sizeof(start), NULL) < sizeof(start))
		return false;
	struct pm_error *foreign = pm_dump_foreign("", start, sizeof(start));

	pm_error_free(foreign);
	return !foreign && memcmp(start, ELFMAG, SELFMAG) != 0 && !is_text(start, sizeof(start));
}

struct pm_error *pm_dump_not_one(const char *name, const uint8_t *start, size_t n)
{
	if (!n)
		return pm_error_new(PM_NOT_FOUND, "%s: empty", name);
	struct pm_error *foreign = pm_dump_foreign(name, start, n);

	if (foreign)
		return foreign;
	if (n >= 4 && !memcmp(start, ELFMAG, SELFMAG))
		return pm_error_new(PM_NOT_FOUND, "%s: %s", name, elf_words(start, n));
	if (is_zero(start, n))
		return pm_error_new(PM_NOT_FOUND, "%s: begins with zeros: no dump, but maybe --raw memory",
				    name);
	if (is_text(start, n))
		return pm_error_new(PM_NOT_FOUND, "%s: a text, not a memory dump", name);
	return pm_error_new(PM_NOT_FOUND, "%s: not a memory dump", name);
}
