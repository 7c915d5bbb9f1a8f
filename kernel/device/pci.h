/* Configuration space of PCI, by the ports that every PC has. */
#ifndef DEVICE_PCI_H
#define DEVICE_PCI_H

#include <stdbool.h>
#include <stdint.h>

struct pci_device {
	uint8_t bus, slot, function;
};

/* The first device with these identifications; false: none. */
bool pci_find(uint16_t vendor, uint16_t device, struct pci_device *out);
/* The same with the number given, from 0. */
bool pci_find_nth(uint16_t vendor, uint16_t device, unsigned number, struct pci_device *out);
uint32_t pci_read(struct pci_device device, uint8_t at);
void pci_write(struct pci_device device, uint8_t at, uint32_t value);
void pci_write_byte(struct pci_device device, uint8_t at, uint8_t value);
/* Physical address of a memory bar, and its size in bytes; 0: none. */
uint64_t pci_memory_bar(struct pci_device device, unsigned index, uint64_t *size_out);
/* First port of a bar of ports; 0: none. The device may then do transfers of its own. */
uint16_t pci_port_bar(struct pci_device device, unsigned index);

#endif
