#include "decode/regions.h"

#include "decode/bits.h"

#define U(x) UINT64_C(0x##x)

/* On Linux x86-64 with KASLR (CONFIG_RANDOMIZE_MEMORY, without KASAN) the direct
 * map, vmalloc and vmemmap move within ffff888000000000…fffffdffffffffff:
 * address.c looks at what the registers say before it takes the rows marked
 * likely here. */
static const struct pm_region regions[] = {
	/* Documentation/arch/x86/x86_64/mm.rst; user and non-canonical: Intel SDM vol 1, 3.3.7.1 */
	{ PM_LINUX, PM_X86_64, 0, 0, U(00007fffffffffff), PM_ADDR_USER, PM_CERTAIN, "a user address" },
	{ PM_LINUX, PM_X86_64, 57, U(0000800000000000), U(00ffffffffffffff), PM_ADDR_USER, PM_CERTAIN,
	  "a user address (5-level paging)" },
	{ PM_LINUX, PM_X86_64, 57, U(0100000000000000), U(feffffffffffffff), PM_ADDR_NON_CANONICAL,
	  PM_CERTAIN, "not canonical" },
	{ PM_LINUX, PM_X86_64, 57, U(ff00000000000000), U(ff0fffffffffffff), PM_ADDR_HOLE, PM_CERTAIN,
	  "in the hole kept for the hypervisor, never mapped" },
	{ PM_LINUX, PM_X86_64, 57, U(ff10000000000000), U(ff10ffffffffffff), PM_ADDR_UNKNOWN, PM_LIKELY,
	  "in the LDT remap area" },
	{ PM_LINUX, PM_X86_64, 57, U(ff11000000000000), U(ff90ffffffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the direct map of physical memory" },
	{ PM_LINUX, PM_X86_64, 57, U(ffa0000000000000), U(ffd1ffffffffffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in the vmalloc area" },
	{ PM_LINUX, PM_X86_64, 57, U(ffd4000000000000), U(ffd5ffffffffffff), PM_ADDR_VMEMMAP, PM_LIKELY,
	  "in vmemmap (struct page)" },
	{ PM_LINUX, PM_X86_64, 57, U(ffdf000000000000), U(fffffbffffffffff), PM_ADDR_KASAN_SHADOW, PM_LIKELY,
	  "in KASAN's shadow memory" },
	{ PM_LINUX, PM_X86_64, 57, U(ff91000000000000), U(fffffdffffffffff), PM_ADDR_HOLE, PM_LIKELY,
	  "in a hole between the kernel's regions" },
	{ PM_LINUX, PM_X86_64, 48, U(0000800000000000), U(ffff7fffffffffff), PM_ADDR_NON_CANONICAL,
	  PM_CERTAIN, "not canonical" },
	{ PM_LINUX, PM_X86_64, 0, U(0100000000000000), U(feffffffffffffff), PM_ADDR_NON_CANONICAL, PM_CERTAIN,
	  "not canonical" },
	{ PM_LINUX, PM_X86_64, 0, U(0000800000000000), U(00ffffffffffffff), PM_ADDR_NON_CANONICAL, PM_LIKELY,
	  "not canonical with 4-level paging" },
	{ PM_LINUX, PM_X86_64, 0, U(ff00000000000000), U(ffff7fffffffffff), PM_ADDR_NON_CANONICAL, PM_LIKELY,
	  "not canonical with 4-level paging" },
	{ PM_LINUX, PM_X86_64, 0, U(ffff800000000000), U(ffff87ffffffffff), PM_ADDR_HOLE, PM_CERTAIN,
	  "in the hole kept for the hypervisor, never mapped" },
	/* The LDT remap area took the start of the direct map in 4.20, and in the stable kernels since 4.14.82. */
	{ PM_LINUX, PM_X86_64, 0, U(ffff880000000000), U(ffff887fffffffff), PM_ADDR_HOLE, PM_LIKELY,
	  "in the LDT remap area, below the direct map", 4020, 0 },
	{ PM_LINUX, PM_X86_64, 0, U(ffff880000000000), U(ffff887fffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the direct map of physical memory", 1, 4014 },
	{ PM_LINUX, PM_X86_64, 0, U(ffff880000000000), U(ffff887fffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the direct map of physical memory of older kernels, or the LDT remap area (since 4.20)" },
	{ PM_LINUX, PM_X86_64, 0, U(ffff888000000000), U(ffffc87fffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the direct map of physical memory" },
	{ PM_LINUX, PM_X86_64, 0, U(ffffc90000000000), U(ffffe8ffffffffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in the vmalloc area" },
	{ PM_LINUX, PM_X86_64, 0, U(ffffea0000000000), U(ffffeaffffffffff), PM_ADDR_VMEMMAP, PM_LIKELY,
	  "in vmemmap (struct page)" },
	{ PM_LINUX, PM_X86_64, 0, U(ffffec0000000000), U(fffffbffffffffff), PM_ADDR_KASAN_SHADOW, PM_LIKELY,
	  "in KASAN's shadow memory" },
	{ PM_LINUX, PM_X86_64, 0, U(fffffe0000000000), U(fffffe7fffffffff), PM_ADDR_CPU_ENTRY, PM_CERTAIN,
	  "in the cpu entry area (GDT, TSS, entry and exception stacks)" },
	{ PM_LINUX, PM_X86_64, 0, U(ffffff0000000000), U(ffffff7fffffffff), PM_ADDR_CPU_ENTRY, PM_CERTAIN,
	  "in the espfix stacks" },
	{ PM_LINUX, PM_X86_64, 0, U(ffffffef00000000), U(fffffffeffffffff), PM_ADDR_UNKNOWN, PM_CERTAIN,
	  "in the EFI runtime area" },
	{ PM_LINUX, PM_X86_64, 0, U(ffffffff80000000), U(ffffffff9fffffff), PM_ADDR_KERNEL_TEXT, PM_CERTAIN,
	  "in the kernel image" },
	/* The image's window is 1 GiB with KASLR, 512 MiB without: modules start behind it. */
	{ PM_LINUX, PM_X86_64, 0, U(ffffffffa0000000), U(ffffffffbfffffff), PM_ADDR_MODULE, PM_LIKELY,
	  "in the kernel image or a module" },
	{ PM_LINUX, PM_X86_64, 0, U(ffffffffc0000000), U(fffffffffeffffff), PM_ADDR_MODULE, PM_CERTAIN,
	  "in the module area" },
	{ PM_LINUX, PM_X86_64, 0, U(ffffffffff600000), U(ffffffffff600fff), PM_ADDR_FIXMAP, PM_CERTAIN,
	  "the vsyscall page" },
	{ PM_LINUX, PM_X86_64, 0, U(ffffffffff000000), U(ffffffffffdfffff), PM_ADDR_FIXMAP, PM_CERTAIN,
	  "in the fixmap" },

	/* arch/x86/include/asm/pgtable_32_areas.h; the usual 3G/1G split */
	{ PM_LINUX, PM_I386, 0, 0, U(bfffffff), PM_ADDR_USER, PM_LIKELY, "a user address" },
	{ PM_LINUX, PM_I386, 0, U(c0000000), U(f7ffdfff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in low memory (direct map)" },
	{ PM_LINUX, PM_I386, 0, U(f7ffe000), U(ff7fffff), PM_ADDR_VMALLOC, PM_LIKELY, "in the vmalloc area" },
	{ PM_LINUX, PM_I386, 0, U(ff800000), U(ffffefff), PM_ADDR_FIXMAP, PM_LIKELY,
	  "in the fixmap, the cpu entry area or a kmap" },

	/* Documentation/arch/arm64/memory.rst (since 5.4 the linear map is the lower half) */
	{ PM_LINUX, PM_ARM64, 0, 0, U(0000ffffffffffff), PM_ADDR_USER, PM_CERTAIN, "a user address" },
	{ PM_LINUX, PM_ARM64, 0, U(0001000000000000), U(000fffffffffffff), PM_ADDR_USER, PM_LIKELY,
	  "a user address with 52-bit addresses" },
	{ PM_LINUX, PM_ARM64, 0, U(0010000000000000), U(ffefffffffffffff), PM_ADDR_NON_CANONICAL, PM_CERTAIN,
	  "between user and kernel addresses: never mapped" },
	{ PM_LINUX, PM_ARM64, 39, U(ffffff8000000000), U(ffffffbfffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the linear map of physical memory" },
	{ PM_LINUX, PM_ARM64, 39, U(ffffffc000000000), U(ffffffc007ffffff), PM_ADDR_MODULE, PM_LIKELY,
	  "in the module area" },
	{ PM_LINUX, PM_ARM64, 39, U(ffffffc008000000), U(fffffffdefffffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in the vmalloc area (which holds the kernel image too)" },
	{ PM_LINUX, PM_ARM64, 39, U(fffffffe00000000), U(ffffffffffffffff), PM_ADDR_VMEMMAP, PM_LIKELY,
	  "in vmemmap (struct page)" },
	{ PM_LINUX, PM_ARM64, 48, U(fff0000000000000), U(fffeffffffffffff), PM_ADDR_NON_CANONICAL, PM_LIKELY,
	  "below the kernel's 48-bit addresses: never mapped" },
	{ PM_LINUX, PM_ARM64, 48, U(ffff000000000000), U(ffff5fffffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the linear map of physical memory" },
	{ PM_LINUX, PM_ARM64, 48, U(ffff600000000000), U(ffff7fffffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the linear map, or KASAN's shadow memory" },
	{ PM_LINUX, PM_ARM64, 48, U(ffff800000000000), U(ffff800007ffffff), PM_ADDR_MODULE, PM_LIKELY,
	  "in the module area" },
	{ PM_LINUX, PM_ARM64, 48, U(ffff800008000000), U(fffffbffefffffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in the vmalloc area (which holds the kernel image and, since 6.5, modules too)" },
	{ PM_LINUX, PM_ARM64, 48, U(fffffbfff0000000), U(fffffbfffe7fffff), PM_ADDR_FIXMAP, PM_LIKELY,
	  "in the fixmap" },
	{ PM_LINUX, PM_ARM64, 48, U(fffffc0000000000), U(fffffdffffffffff), PM_ADDR_VMEMMAP, PM_LIKELY,
	  "in vmemmap (struct page)" },
	/* 47 stands for the layout of kernels before 5.4 with 48-bit addresses: the halves are swapped. */
	{ PM_LINUX, PM_ARM64, 47, U(ffff800000000000), U(ffffffffffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the linear map of physical memory (kernels before 5.4)" },
	{ PM_LINUX, PM_ARM64, 47, U(ffff000000000000), U(ffff00000fffffff), PM_ADDR_KERNEL_TEXT, PM_LIKELY,
	  "in the module area or the kernel image (kernels before 5.4)" },
	{ PM_LINUX, PM_ARM64, 47, U(ffff000010000000), U(ffff7dffffffffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in the vmalloc area (kernels before 5.4)" },
	{ PM_LINUX, PM_ARM64, 47, U(ffff7e0000000000), U(ffff7fffffffffff), PM_ADDR_VMEMMAP, PM_LIKELY,
	  "in vmemmap (struct page; kernels before 5.4)" },

	/* Documentation/arch/arm/memory.rst; 3G/1G */
	{ PM_LINUX, PM_ARM, 0, 0, U(beffffff), PM_ADDR_USER, PM_LIKELY, "a user address" },
	{ PM_LINUX, PM_ARM, 0, U(bf000000), U(bfffffff), PM_ADDR_MODULE, PM_LIKELY, "in the module area" },
	{ PM_LINUX, PM_ARM, 0, U(c0000000), U(efffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in low memory (direct map) or the vmalloc area above it" },
	{ PM_LINUX, PM_ARM, 0, U(f0000000), U(ff7fffff), PM_ADDR_VMALLOC, PM_LIKELY, "in the vmalloc area" },
	{ PM_LINUX, PM_ARM, 0, U(ffc80000), U(ffefffff), PM_ADDR_FIXMAP, PM_LIKELY, "in the fixmap" },
	{ PM_LINUX, PM_ARM, 0, U(ffff0000), U(ffff0fff), PM_ADDR_CPU_ENTRY, PM_CERTAIN, "the vector page" },

	/* Documentation/arch/riscv/vm-layout.rst (since 5.13) */
	{ PM_LINUX, PM_RISCV64, 0, 0, U(0000003fffffffff), PM_ADDR_USER, PM_CERTAIN, "a user address" },
	{ PM_LINUX, PM_RISCV64, 39, U(0000004000000000), U(ffffffbfffffffff), PM_ADDR_NON_CANONICAL,
	  PM_CERTAIN, "between user and kernel addresses (sv39): never mapped" },
	{ PM_LINUX, PM_RISCV64, 39, U(ffffffc6fea00000), U(ffffffc6ffffffff), PM_ADDR_FIXMAP, PM_LIKELY,
	  "in the fixmap or the PCI I/O space" },
	{ PM_LINUX, PM_RISCV64, 39, U(ffffffc700000000), U(ffffffc7ffffffff), PM_ADDR_VMEMMAP, PM_LIKELY,
	  "in vmemmap (struct page)" },
	{ PM_LINUX, PM_RISCV64, 39, U(ffffffc800000000), U(ffffffd7ffffffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in the vmalloc area" },
	{ PM_LINUX, PM_RISCV64, 39, U(ffffffd800000000), U(fffffff6ffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the direct map of physical memory" },
	{ PM_LINUX, PM_RISCV64, 39, U(fffffff700000000), U(fffffffeffffffff), PM_ADDR_KASAN_SHADOW, PM_LIKELY,
	  "in KASAN's shadow memory" },
	{ PM_LINUX, PM_RISCV64, 48, U(0000004000000000), U(00007fffffffffff), PM_ADDR_USER, PM_CERTAIN,
	  "a user address" },
	{ PM_LINUX, PM_RISCV64, 48, U(0000800000000000), U(ffff7fffffffffff), PM_ADDR_NON_CANONICAL,
	  PM_CERTAIN, "between user and kernel addresses (sv48): never mapped" },
	{ PM_LINUX, PM_RISCV64, 48, U(ffff8d8000000000), U(ffff8f7fffffffff), PM_ADDR_VMEMMAP, PM_LIKELY,
	  "in vmemmap (struct page)" },
	{ PM_LINUX, PM_RISCV64, 48, U(ffff8f8000000000), U(ffffaf7fffffffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in the vmalloc area" },
	{ PM_LINUX, PM_RISCV64, 48, U(ffffaf8000000000), U(ffffef7fffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the direct map of physical memory" },
	{ PM_LINUX, PM_RISCV64, 48, U(ffffef8000000000), U(fffffffeffffffff), PM_ADDR_KASAN_SHADOW, PM_LIKELY,
	  "in KASAN's shadow memory" },
	{ PM_LINUX, PM_RISCV64, 57, U(0000004000000000), U(00ffffffffffffff), PM_ADDR_USER, PM_CERTAIN,
	  "a user address" },
	{ PM_LINUX, PM_RISCV64, 57, U(0100000000000000), U(feffffffffffffff), PM_ADDR_NON_CANONICAL,
	  PM_CERTAIN, "between user and kernel addresses (sv57): never mapped" },
	{ PM_LINUX, PM_RISCV64, 57, U(ff1c000000000000), U(ff1fffffffffffff), PM_ADDR_VMEMMAP, PM_LIKELY,
	  "in vmemmap (struct page)" },
	{ PM_LINUX, PM_RISCV64, 57, U(ff20000000000000), U(ff5fffffffffffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in the vmalloc area" },
	{ PM_LINUX, PM_RISCV64, 57, U(ff60000000000000), U(ffdeffffffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the direct map of physical memory" },
	{ PM_LINUX, PM_RISCV64, 0, U(ffffffff00000000), U(ffffffff7fffffff), PM_ADDR_MODULE, PM_LIKELY,
	  "in the area of modules and BPF programs" },
	{ PM_LINUX, PM_RISCV64, 0, U(ffffffff80000000), U(ffffffffffffefff), PM_ADDR_KERNEL_TEXT, PM_LIKELY,
	  "in the kernel image" },

	/* arch/powerpc/include/asm/book3s/64/{radix,hash}.h */
	{ PM_LINUX, PM_PPC64, 0, 0, U(000fffffffffffff), PM_ADDR_USER, PM_CERTAIN, "a user address" },
	{ PM_LINUX, PM_PPC64, 0, U(c000000000000000), U(c007ffffffffffff), PM_ADDR_DIRECT_MAP, PM_CERTAIN,
	  "in the direct map of physical memory (the kernel image is its start)" },
	{ PM_LINUX, PM_PPC64, 0, U(c008000000000000), U(c009ffffffffffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in the vmalloc area (modules too)" },
	{ PM_LINUX, PM_PPC64, 0, U(c00a000000000000), U(c00bffffffffffff), PM_ADDR_UNKNOWN, PM_LIKELY,
	  "in the I/O map" },
	{ PM_LINUX, PM_PPC64, 0, U(c00c000000000000), U(c00dffffffffffff), PM_ADDR_VMEMMAP, PM_LIKELY,
	  "in vmemmap (struct page)" },
	{ PM_LINUX, PM_PPC64, 0, U(c00e000000000000), U(c00fffffffffffff), PM_ADDR_KASAN_SHADOW, PM_LIKELY,
	  "in KASAN's shadow memory" },
	{ PM_LINUX, PM_PPC64, 0, U(d000000000000000), U(dfffffffffffffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in the vmalloc area (modules too; kernels before 5.3)" },
	{ PM_LINUX, PM_PPC64, 0, U(f000000000000000), U(f00fffffffffffff), PM_ADDR_VMEMMAP, PM_LIKELY,
	  "in vmemmap (struct page; kernels before 5.3)" },

	/* MIPS64 Architecture vol III: the segments are fixed */
	{ PM_LINUX, PM_MIPS, 64, 0, U(3fffffffffffffff), PM_ADDR_USER, PM_CERTAIN, "a user address" },
	{ PM_LINUX, PM_MIPS, 64, U(8000000000000000), U(bfffffffffffffff), PM_ADDR_DIRECT_MAP, PM_CERTAIN,
	  "in XKPHYS: physical memory" },
	{ PM_LINUX, PM_MIPS, 64, U(c000000000000000), U(c000ffffffffffff), PM_ADDR_VMALLOC, PM_CERTAIN,
	  "in XKSEG: vmalloc, modules" },
	{ PM_LINUX, PM_MIPS, 64, U(ffffffff80000000), U(ffffffff9fffffff), PM_ADDR_DIRECT_MAP, PM_CERTAIN,
	  "in CKSEG0: physical memory, cached (the kernel image)" },
	{ PM_LINUX, PM_MIPS, 64, U(ffffffffa0000000), U(ffffffffbfffffff), PM_ADDR_DIRECT_MAP, PM_CERTAIN,
	  "in CKSEG1: physical memory, uncached (devices)" },
	{ PM_LINUX, PM_MIPS, 64, U(ffffffffc0000000), U(ffffffffffffefff), PM_ADDR_VMALLOC, PM_CERTAIN,
	  "in CKSEG2/3: mapped kernel memory" },
	{ PM_LINUX, PM_MIPS, 32, 0, U(7fffffff), PM_ADDR_USER, PM_CERTAIN, "a user address" },
	{ PM_LINUX, PM_MIPS, 32, U(80000000), U(9fffffff), PM_ADDR_DIRECT_MAP, PM_CERTAIN,
	  "in KSEG0: physical memory, cached (the kernel image)" },
	{ PM_LINUX, PM_MIPS, 32, U(a0000000), U(bfffffff), PM_ADDR_DIRECT_MAP, PM_CERTAIN,
	  "in KSEG1: physical memory, uncached (devices)" },
	{ PM_LINUX, PM_MIPS, 32, U(c0000000), U(ffffefff), PM_ADDR_VMALLOC, PM_CERTAIN,
	  "in KSEG2/3: mapped kernel memory (vmalloc, modules)" },

	/* arch/loongarch/include/asm/addrspace.h: two direct-map windows */
	{ PM_LINUX, PM_LOONGARCH64, 0, 0, U(0000ffffffffffff), PM_ADDR_USER, PM_CERTAIN, "a user address" },
	{ PM_LINUX, PM_LOONGARCH64, 0, U(8000000000000000), U(8fffffffffffffff), PM_ADDR_DIRECT_MAP,
	  PM_CERTAIN, "in the uncached direct map (devices)" },
	{ PM_LINUX, PM_LOONGARCH64, 0, U(9000000000000000), U(9fffffffffffffff), PM_ADDR_DIRECT_MAP,
	  PM_CERTAIN, "in the cached direct map (the kernel image too)" },
	{ PM_LINUX, PM_LOONGARCH64, 0, U(ffff800000000000), U(fffffffffffeffff), PM_ADDR_VMALLOC, PM_LIKELY,
	  "in mapped kernel memory (modules, vmalloc, vmemmap)" },

	/* FreeBSD sys/amd64/include/vmparam.h */
	{ PM_FREEBSD, PM_X86_64, 0, 0, U(00007fffffffffff), PM_ADDR_USER, PM_CERTAIN, "a user address" },
	{ PM_FREEBSD, PM_X86_64, 0, U(0000800000000000), U(ffff7fffffffffff), PM_ADDR_NON_CANONICAL,
	  PM_LIKELY, "not canonical with 4-level paging" },
	{ PM_FREEBSD, PM_X86_64, 0, U(fffff80000000000), U(fffffbffffffffff), PM_ADDR_DIRECT_MAP, PM_LIKELY,
	  "in the direct map" },
	{ PM_FREEBSD, PM_X86_64, 0, U(fffffe0000000000), U(ffffffff7fffffff), PM_ADDR_UNKNOWN, PM_LIKELY,
	  "in kernel virtual memory" },
	{ PM_FREEBSD, PM_X86_64, 0, U(ffffffff80000000), U(ffffffffffffefff), PM_ADDR_KERNEL_TEXT, PM_LIKELY,
	  "in the kernel image or a module" },

	/* Kernels that have our recorder lay out their halves as they like. */
	{ PM_KPANIC, PM_X86_64, 57, U(0100000000000000), U(feffffffffffffff), PM_ADDR_NON_CANONICAL,
	  PM_CERTAIN, "not canonical" },
	{ PM_KPANIC, PM_X86_64, 48, U(0000800000000000), U(ffff7fffffffffff), PM_ADDR_NON_CANONICAL,
	  PM_CERTAIN, "not canonical" },
	{ PM_KPANIC, PM_X86_64, 0, U(0000800000000000), U(ffff7fffffffffff), PM_ADDR_NON_CANONICAL, PM_LIKELY,
	  "not canonical with 4-level paging" },

	/* Any other system: what the processor itself fixes. */
	{ PM_SYSTEM_UNKNOWN, PM_X86_64, 0, 0, U(00007fffffffffff), PM_ADDR_USER, PM_LIKELY,
	  "in the lower half: a user address" },
	{ PM_SYSTEM_UNKNOWN, PM_X86_64, 0, U(0000800000000000), U(ffff7fffffffffff), PM_ADDR_NON_CANONICAL,
	  PM_LIKELY, "not canonical with 4-level paging" },
	{ PM_SYSTEM_UNKNOWN, PM_ARM64, 0, 0, U(0000ffffffffffff), PM_ADDR_USER, PM_LIKELY,
	  "in the lower half: a user address" },
};

static bool has_rows(enum pm_system system, enum pm_arch arch)
{
	for (size_t i = 0; i < PM_COUNT(regions); i++)
		if (regions[i].system == system && regions[i].arch == arch)
			return true;
	return false;
}

const struct pm_region *pm_region_find(const struct pm_address_space *space, uint64_t addr)
{
	enum pm_system system = has_rows(space->system, space->arch) ? space->system : PM_SYSTEM_UNKNOWN;

	for (size_t i = 0; i < PM_COUNT(regions); i++) {
		const struct pm_region *region = &regions[i];

		if (region->system == system && region->arch == space->arch &&
		    (!region->va_bits || region->va_bits == space->va_bits) && addr >= region->start &&
		    addr <= region->end && (!region->since || space->release >= region->since) &&
		    (!region->before || space->release < region->before))
			return region;
	}
	return NULL;
}

/* CONFIG_KASAN_SHADOW_OFFSET of each architecture's Kconfig; shift 4: tag-based. */
const struct pm_kasan_shadow pm_kasan_shadows[] = {
	{ PM_X86_64, U(dffffc0000000000), 3 },  { PM_ARM64, U(dfff800000000000), 3 }, /* 48 and 52 bits */
	{ PM_ARM64, U(dfffa00000000000), 3 }, /* 48 bits, 5.4 to 5.10 */
	{ PM_ARM64, U(dfff200000000000), 3 }, /* 48 bits, before 5.4 */
	{ PM_ARM64, U(dfffffc000000000), 3 }, /* 39 bits */
	{ PM_ARM64, U(efff800000000000), 4 },   { PM_ARM64, U(efffffc000000000), 4 },
	{ PM_RISCV64, U(dfffffff00000000), 3 }, { PM_PPC64, U(a80e000000000000), 3 }, /* book3s radix */
	{ PM_S390X, U(001c000000000000), 3 },   { PM_ARCH_UNKNOWN, 0, 0 },
};
