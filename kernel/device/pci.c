#include "device/pci.h"

#include "cpu/instructions.h"

enum { ADDRESS = 0xcf8, DATA = 0xcfc };
enum {
	CONFIG_COMMAND = 0x04,
	CONFIG_BARS = 0x10,
	COMMAND_PORTS = 1 << 0,
	COMMAND_MEMORY = 1 << 1,
	COMMAND_MASTER = 1 << 2
};
enum { BAR_IO = 1 << 0, BAR_64 = 1 << 2 };

static void select(struct pci_device device, uint8_t at)
{
	out32(ADDRESS, 1u << 31 | (uint32_t)device.bus << 16 | (uint32_t)device.slot << 11 |
			       (uint32_t)device.function << 8 | (at & 0xfc));
}

uint32_t pci_read(struct pci_device device, uint8_t at)
{
	select(device, at);
	return in32(DATA);
}

void pci_write(struct pci_device device, uint8_t at, uint32_t value)
{
	select(device, at);
	out32(DATA, value);
}

void pci_write_byte(struct pci_device device, uint8_t at, uint8_t value)
{
	select(device, at);
	out8((uint16_t)(DATA + (at & 3)), value);
}

bool pci_find(uint16_t vendor, uint16_t device, struct pci_device *out)
{
	return pci_find_nth(vendor, device, 0, out);
}

bool pci_find_nth(uint16_t vendor, uint16_t device, unsigned number, struct pci_device *out)
{
	for (unsigned bus = 0; bus < 8; bus++) {
		for (unsigned i = 0; i < 256; i++) {
			struct pci_device at = { (uint8_t)bus, (uint8_t)(i >> 3), (uint8_t)(i & 7) };

			if (pci_read(at, 0) != ((uint32_t)device << 16 | vendor) || number--)
				continue;
			*out = at;
			return true;
		}
	}
	return false;
}

uint64_t pci_memory_bar(struct pci_device device, unsigned index, uint64_t *size_out)
{
	uint8_t at = (uint8_t)(CONFIG_BARS + index * 4);
	uint32_t low = pci_read(device, at);
	uint64_t address = low & ~0xfu;

	if (low & BAR_IO)
		return 0;
	/* Which bits can be set tells the size. */
	pci_write(device, at, 0xffffffff);
	*size_out = -(uint64_t)(pci_read(device, at) & ~0xfu) & 0xffffffff;
	pci_write(device, at, low);
	if (low & BAR_64)
		address |= (uint64_t)pci_read(device, (uint8_t)(at + 4)) << 32;
	pci_write(device, CONFIG_COMMAND, pci_read(device, CONFIG_COMMAND) | COMMAND_MEMORY);
	return address;
}

uint16_t pci_port_bar(struct pci_device device, unsigned index)
{
	uint32_t bar = pci_read(device, (uint8_t)(CONFIG_BARS + index * 4));

	if (!(bar & BAR_IO))
		return 0;
	pci_write(device, CONFIG_COMMAND, pci_read(device, CONFIG_COMMAND) | COMMAND_PORTS | COMMAND_MASTER);
	return (uint16_t)(bar & ~3u);
}
