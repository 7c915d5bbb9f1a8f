/* The network of a kernel in a dump: devices and their addresses, neighbours, sockets. */
#ifndef PM_LINUX_NET_H
#define PM_LINUX_NET_H

#include "linux/linux.h"

enum { PM_NET_TEXT = 64 };

struct pm_linux_netdev {
	uint64_t addr; /* of its struct net_device */
	char name[17];
	unsigned type;          /* ARPHRD_… */
	const char *const *ips; /* [ips_n]: "10.0.0.1", "fe80::1" */
	size_t ips_n;
};

struct pm_linux_netdevs {
	struct pm_arena arena;
	PM_VEC(struct pm_linux_netdev) v;
	const char *trouble; /* why the list ends early; NULL: it does not */
};

/* Of a namespace (its struct net); net 0: the first one. */
void pm_linux_netdevs_read(struct pm_linux *lx, uint64_t net, struct pm_linux_netdevs *devices);
void pm_linux_netdevs_deinit(struct pm_linux_netdevs *devices);
/* The network namespace of a task; 0: it has none any more, or that is not in the dump. */
uint64_t pm_linux_net_of(struct pm_linux *lx, uint64_t task);

struct pm_linux_neighbour {
	uint64_t addr; /* of its struct neighbour */
	char ip[PM_NET_TEXT], hardware[PM_NET_TEXT], device[17];
	unsigned type;  /* of the device: ARPHRD_… */
	unsigned state; /* NUD_… */
};
/* Those of IPv4, of all namespaces.  Returns why not all were told; NULL: they were. */
const char *pm_linux_neighbours(struct pm_linux *lx,
				bool (*fn)(const struct pm_linux_neighbour *n, void *user), void *user);
/* "ETHER", "STALE"; in a constant, "UNKNOWN" where it is none. */
const char *pm_linux_hardware_name(unsigned type);
const char *pm_linux_neighbour_state(unsigned state);

struct pm_linux_socket {
	uint64_t socket, sock; /* struct socket, struct sock; sock 0: it has none any more */
	unsigned family, type, state, protocol;
	bool has_ports;
	char source[PM_NET_TEXT], destination[PM_NET_TEXT];
	unsigned source_port, destination_port;
	char path[109]; /* of a socket of AF_UNIX; '@' before an abstract one; "": none */
};
/* The socket that a file (its struct file) is; false: it is none, or not in the dump. */
bool pm_linux_socket_of(struct pm_linux *lx, uint64_t file, uint64_t mode, struct pm_linux_socket *out);
/* "INET", "STREAM"; NULL: not known. */
const char *pm_linux_family_name(unsigned family);
const char *pm_linux_socket_type_name(unsigned type);
const char *pm_linux_netlink_name(unsigned protocol);

/* "10.0.0.1" of four bytes as they lie in memory, read as a little endian number. */
void pm_linux_ipv4(uint32_t bytes, char buf[PM_NET_TEXT]);

#endif
