/* The firmware's table of processors (ACPI MADT). */
#ifndef BOOT_ACPI_H
#define BOOT_ACPI_H

#include <stdint.h>

/* Identifications of the CPUs that may be started; returns how many were put. While boot's page tables are in use. */
unsigned acpi_read_cpus(uint64_t rsdp, uint32_t *apic_ids, unsigned max);

#endif
