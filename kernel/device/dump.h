/* Where a panic's memory dump goes: sinks of the recorder's (kpanic/sink.h), by the command line's dump=. */
#ifndef DEVICE_DUMP_H
#define DEVICE_DUMP_H

#include <kpanic/sink.h>

/* Adds the sinks that dump= names, and tells the recorder what to dump; registers VMCOREINFO with the emulator, so that
 * its own dumps carry it. */
void dump_init(void);

/* dump_disk.c: the virtio disk with this number, from 0; NULL: there is none. */
struct kp_sink *dump_disk(unsigned number);

#endif
