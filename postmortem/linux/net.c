#include "linux/net.h"

#include "base/interrupt.h"
#include "linux/list.h"
#include "linux/member.h"
#include "symbols/bytes.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

/* Bounds that no machine reaches. */
enum { max_devices = 1 << 16, max_ips = 256, max_buckets_shift = 20, max_neighbours = 1 << 17 };

void pm_linux_ipv4(uint32_t bytes, char buf[PM_NET_TEXT])
{
	snprintf(buf, PM_NET_TEXT, "%u.%u.%u.%u", bytes & 255, bytes >> 8 & 255, bytes >> 16 & 255,
		 bytes >> 24);
}

/* false: not in the dump. */
static bool ipv6(struct pm_linux *lx, uint64_t at, char buf[PM_NET_TEXT])
{
	uint8_t bytes[16];

	return at && pm_space_read(&lx->kernel, at, bytes, sizeof(bytes), NULL) == sizeof(bytes) &&
	       inet_ntop(AF_INET6, bytes, buf, PM_NET_TEXT);
}

/* ---- devices ---- */

static void add_ip(struct pm_linux_netdevs *devices, const char **ips, size_t *n, const char *text)
{
	if (*n < max_ips)
		ips[(*n)++] = pm_arena_printf(&devices->arena, "%s", text);
}

static void read_ips(struct pm_linux *lx, struct pm_linux_netdevs *devices, struct pm_linux_netdev *d)
{
	static const char missing_ip[] = "an address is not in the dump";
	const char *ips[max_ips];
	char text[PM_NET_TEXT];
	uint64_t ip = pm_linux_member_value(lx, d->addr, "net_device", "ip_ptr"), value;
	uint64_t at = pm_linux_member_value(lx, ip, "in_device", "ifa_list"), head;
	size_t n = 0;

	for (unsigned i = 0; at && i < max_ips; i++) {
		if (!pm_linux_member_get(lx, at, "in_ifaddr", "ifa_address", &value)) {
			devices->trouble = missing_ip;
			break;
		}
		pm_linux_ipv4((uint32_t)value, text);
		add_ip(devices, ips, &n, text);
		at = pm_linux_member_value(lx, at, "in_ifaddr", "ifa_next");
	}
	ip = pm_linux_member_value(lx, d->addr, "net_device", "ip6_ptr");
	head = pm_linux_member_at(lx, ip, "inet6_dev", "addr_list");
	if (head) {
		struct pm_linux_nodes list;
		uint64_t link = pm_linux_member_offset(lx, "inet6_ifaddr", "if_list");

		pm_linux_nodes_read(lx, head, max_ips, &list);
		if (list.trouble)
			devices->trouble = missing_ip;
		for (size_t i = 0; i < list.n; i++)
			if (ipv6(lx, pm_linux_member_at(lx, list.v[i] - link, "inet6_ifaddr", "addr"), text))
				add_ip(devices, ips, &n, text);
			else
				devices->trouble = missing_ip;
		pm_linux_nodes_free(&list);
	}
	const char **kept = pm_arena_alloc(&devices->arena, (n + 1) * sizeof(*kept));

	memcpy(kept, ips, n * sizeof(*kept));
	d->ips = kept;
	d->ips_n = n;
}

void pm_linux_netdevs_read(struct pm_linux *lx, uint64_t net, struct pm_linux_netdevs *devices)
{
	uint64_t head, link = pm_linux_member_offset(lx, "net_device", "dev_list");
	struct pm_linux_nodes list;

	*devices = (struct pm_linux_netdevs){ 0 };
	pm_arena_init(&devices->arena);
	if (!net && !pm_linux_symbol(lx, "init_net", &net)) {
		devices->trouble = "no symbol leads to them";
		return;
	}
	head = pm_linux_member_at(lx, net, "net", "dev_base_head");
	if (!head) {
		devices->trouble = "the kernel's types do not tell them";
		return;
	}
	pm_linux_nodes_read(lx, head, max_devices, &list);
	for (size_t i = 0; i < list.n && !pm_interrupted(); i++) {
		struct pm_linux_netdev d = { .addr = list.v[i] - link };

		if (!pm_linux_member_text(lx, d.addr, "net_device", "name", d.name, sizeof(d.name))) {
			devices->trouble = "a device is not in the dump";
			continue;
		}
		d.type = (unsigned)pm_linux_member_value(lx, d.addr, "net_device", "type");
		read_ips(lx, devices, &d);
		*PM_PUSH(&devices->arena, &devices->v) = d;
	}
	if (list.trouble)
		devices->trouble = list.trouble;
	pm_linux_nodes_free(&list);
}

void pm_linux_netdevs_deinit(struct pm_linux_netdevs *devices)
{
	pm_arena_deinit(&devices->arena);
}

uint64_t pm_linux_net_of(struct pm_linux *lx, uint64_t task)
{
	return pm_linux_member_value(lx, pm_linux_member_value(lx, task, "task_struct", "nsproxy"), "nsproxy",
				     "net_ns");
}

/* ---- neighbours ---- */

const char *pm_linux_hardware_name(unsigned type)
{
	/* ARPHRD_…, include/uapi/linux/if_arp.h */
	static const struct {
		unsigned type;
		const char *name;
	} rows[] = { { 1, "ETHER" },   { 6, "IEEE802" },     { 24, "IEEE1394" },  { 32, "INFINIBAND" },
		     { 512, "PPP" },   { 768, "TUNNEL" },    { 772, "LOOPBACK" }, { 776, "SIT" },
		     { 778, "IPGRE" }, { 801, "IEEE80211" }, { 65534, "NONE" } };

	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (rows[i].type == type)
			return rows[i].name;
	return "UNKNOWN";
}

const char *pm_linux_neighbour_state(unsigned state)
{
	/* NUD_…, include/uapi/linux/neighbour.h */
	static const struct {
		unsigned bit;
		const char *name;
	} rows[] = { { 1, "INCOMPLETE" }, { 2, "REACHABLE" }, { 4, "STALE" },  { 8, "DELAY" },
		     { 16, "PROBE" },     { 32, "FAILED" },   { 64, "NOARP" }, { 128, "PERMANENT" } };

	for (size_t i = 0; i < PM_COUNT(rows); i++)
		if (state & rows[i].bit)
			return rows[i].name;
	return state ? "UNKNOWN" : "NONE";
}

static bool read_neighbour(struct pm_linux *lx, uint64_t addr, struct pm_linux_neighbour *n)
{
	uint64_t key, state = 0, length = 0, device = pm_linux_member_value(lx, addr, "neighbour", "dev");
	uint64_t key_at = pm_linux_member_at(lx, addr, "neighbour", "primary_key");
	uint64_t ha = pm_linux_member_at(lx, addr, "neighbour", "ha");
	uint8_t bytes[20];

	*n = (struct pm_linux_neighbour){ .addr = addr };
	if (!key_at || !pm_space_load(&lx->kernel, key_at, 4, &key) ||
	    !pm_linux_member_get(lx, addr, "neighbour", "nud_state", &state))
		return false;
	pm_linux_ipv4((uint32_t)key, n->ip);
	n->state = (unsigned)state;
	pm_linux_member_text(lx, device, "net_device", "name", n->device, sizeof(n->device));
	n->type = (unsigned)pm_linux_member_value(lx, device, "net_device", "type");
	pm_linux_member_get(lx, device, "net_device", "addr_len", &length);
	if (length > sizeof(bytes) || !ha || pm_space_read(&lx->kernel, ha, bytes, length, NULL) < length)
		length = 0;
	for (uint64_t i = 0, at = 0; i < length; i++)
		at += (uint64_t)snprintf(n->hardware + at, sizeof(n->hardware) - at, "%s%02x", i ? ":" : "",
					 bytes[i]);
	return true;
}

const char *pm_linux_neighbours(struct pm_linux *lx,
				bool (*fn)(const struct pm_linux_neighbour *n, void *user), void *user)
{
	uint64_t table, hash, buckets, shift = 0, at;
	/* hlists from 6.13 on, chains of pointers before */
	bool has_lists = pm_linux_member(lx, "neigh_hash_table", "hash_heads")->offset >= 0;
	uint64_t link = has_lists ? pm_linux_member_offset(lx, "neighbour", "hash") : 0;
	const char *trouble = NULL;
	unsigned n_all = 0;

	if (!pm_linux_symbol(lx, "arp_tbl", &table))
		return "no symbol leads to the table";
	hash = pm_linux_member_value(lx, table, "neigh_table", "nht");
	buckets = pm_linux_member_value(lx, hash, "neigh_hash_table", "hash_heads|hash_buckets");
	if (!buckets || !pm_linux_member_get(lx, hash, "neigh_hash_table", "hash_shift", &shift))
		return "the table is not in the dump";
	if (shift > max_buckets_shift)
		return "the table lies about its size";
	for (uint64_t i = 0; i < 1ull << shift && !pm_interrupted(); i++) {
		if (!pm_space_load(&lx->kernel, buckets + 8 * i, 8, &at)) {
			trouble = "parts of the table are not in the dump";
			continue;
		}
		for (uint64_t first = at; at;) {
			struct pm_linux_neighbour n;

			if (n_all++ == max_neighbours)
				return "more neighbours than can be";
			if (!read_neighbour(lx, at - link, &n)) {
				trouble = "an entry is not in the dump";
				break;
			}
			if (!fn(&n, user))
				return trouble;
			if (has_lists ? !pm_space_load(&lx->kernel, at, 8, &at)
				      : !pm_linux_member_get(lx, at, "neighbour", "next", &at)) {
				trouble = "a chain leads to memory that is not in the dump";
				break;
			}
			if (at == first) {
				trouble = "a chain does not end";
				break;
			}
		}
	}
	return trouble;
}

/* ---- sockets ---- */

enum { UNIX = 1, INET = 2, INET6 = 10 };

const char *pm_linux_family_name(unsigned family)
{
	/* AF_…, include/linux/socket.h */
	static const char *const names[] = {
		[0] = "UNSPEC",     [UNIX] = "UNIX", [INET] = "INET", [3] = "AX25",        [4] = "IPX",
		[5] = "APPLETALK",  [8] = "ATMPVC",  [9] = "X25",     [INET6] = "INET6",   [15] = "KEY",
		[16] = "NETLINK",   [17] = "PACKET", [20] = "ATMSVC", [21] = "RDS",        [24] = "PPPOX",
		[26] = "LLC",       [27] = "IB",     [28] = "MPLS",   [29] = "CAN",        [30] = "TIPC",
		[31] = "BLUETOOTH", [33] = "RXRPC",  [35] = "PHONET", [36] = "IEEE802154", [38] = "ALG",
		[39] = "NFC",       [40] = "VSOCK",  [41] = "KCM",    [42] = "QIPCRTR",    [43] = "SMC",
		[44] = "XDP",       [45] = "MCTP",
	};

	return family < PM_COUNT(names) ? names[family] : NULL;
}

const char *pm_linux_socket_type_name(unsigned type)
{
	static const char *const names[] = { [1] = "STREAM",    [2] = "DGRAM", [3] = "RAW",    [4] = "RDM",
					     [5] = "SEQPACKET", [6] = "DCCP",  [10] = "PACKET" };

	return type < PM_COUNT(names) ? names[type] : NULL;
}

const char *pm_linux_netlink_name(unsigned protocol)
{
	/* NETLINK_…, include/uapi/linux/netlink.h */
	static const char *const names[] = {
		"ROUTE",         "UNUSED",   "USERSOCK", "FIREWALL",       "SOCK_DIAG",  "NFLOG",
		"XFRM",          "SELINUX",  "ISCSI",    "AUDIT",          "FIB_LOOKUP", "CONNECTOR",
		"NETFILTER",     "IP6_FW",   "DNRTMSG",  "KOBJECT_UEVENT", "GENERIC",    "DM",
		"SCSITRANSPORT", "ECRYPTFS", "RDMA",     "CRYPTO",         "SMC"
	};

	return protocol < PM_COUNT(names) ? names[protocol] : NULL;
}

static unsigned big_endian_16(uint64_t value)
{
	return (unsigned)((value & 0xff) << 8 | (value >> 8 & 0xff));
}

static void read_ports(struct pm_linux *lx, struct pm_linux_socket *s)
{
	uint64_t value = 0;

	s->source_port = big_endian_16(pm_linux_member_value(lx, s->sock, "inet_sock", "inet_sport"));
	s->destination_port = big_endian_16(pm_linux_member_value(lx, s->sock, "sock_common", "skc_dport"));
	if (s->family == INET6) {
		s->has_ports = ipv6(lx, pm_linux_member_at(lx, s->sock, "sock_common", "skc_v6_rcv_saddr"),
				    s->source) &&
			       ipv6(lx, pm_linux_member_at(lx, s->sock, "sock_common", "skc_v6_daddr"),
				    s->destination);
		return;
	}
	s->has_ports = pm_linux_member_get(lx, s->sock, "sock_common", "skc_rcv_saddr", &value);
	pm_linux_ipv4((uint32_t)value, s->source);
	pm_linux_ipv4((uint32_t)pm_linux_member_value(lx, s->sock, "sock_common", "skc_daddr"),
		      s->destination);
}

/* Behind the family in the address that it was bound to; an abstract one begins with a zero. */
static void read_path(struct pm_linux *lx, struct pm_linux_socket *s)
{
	enum { family = 2 };
	uint64_t addr = pm_linux_member_value(lx, s->sock, "unix_sock", "addr"), length = 0;
	uint64_t name = pm_linux_member_at(lx, addr, "unix_address", "name");

	if (!name || !pm_linux_member_get(lx, addr, "unix_address", "len", &length) || length <= family)
		return;
	size_t n = (size_t)(length - family) < sizeof(s->path) - 1 ? (size_t)(length - family)
								   : sizeof(s->path) - 1;

	n = pm_space_read(&lx->kernel, name + family, s->path, n, NULL);
	s->path[n] = 0;
	if (n && !*s->path)
		*s->path = '@';
}

bool pm_linux_socket_of(struct pm_linux *lx, uint64_t file, uint64_t mode, struct pm_linux_socket *s)
{
	uint64_t value = 0;

	*s = (struct pm_linux_socket){ 0 };
	if ((mode & 0170000) != 0140000 ||
	    !pm_linux_member_get(lx, file, "file", "private_data", &s->socket) || !s->socket ||
	    !pm_linux_member_get(lx, s->socket, "socket", "type", &value))
		return false;
	s->type = (unsigned)value;
	s->sock = pm_linux_member_value(lx, s->socket, "socket", "sk");
	if (!s->sock)
		return true;
	s->family = (unsigned)pm_linux_member_value(lx, s->sock, "sock_common", "skc_family");
	s->protocol = (unsigned)pm_linux_member_value(lx, s->sock, "sock", "sk_protocol");
	s->state = (unsigned)pm_linux_member_value(lx, s->sock, "sock_common", "skc_state");
	if (s->family == INET || s->family == INET6)
		read_ports(lx, s);
	else if (s->family == UNIX)
		read_path(lx, s);
	return true;
}
