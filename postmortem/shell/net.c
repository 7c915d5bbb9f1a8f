/* net: network devices, neighbours, sockets. */
#include "linux/net.h"

#include "linux/files.h"
#include "shell/commands.h"
#include "shell/rows.h"
#include "shell/value.h"

#include <string.h>

/* ---- devices ---- */

static bool print_devices(struct pm_shell *sh, uint64_t net)
{
	static const struct pm_column columns[] = { { "NET_DEVICE", "address", -16, PM_CELL_ADDRESS },
						    { "NAME", "name", -9, PM_CELL_TEXT },
						    { "IP ADDRESS(ES)", NULL, -1, PM_CELL_TEXT } };
	struct pm_linux_netdevs devices;

	pm_linux_netdevs_read(sh->lx, net, &devices);
	PM_TITLES(sh, columns);
	pm_shell_open(sh, "devices", '[');
	for (size_t i = 0; i < devices.v.n; i++) {
		const struct pm_linux_netdev *d = &devices.v.v[i];
		struct pm_buf ips = { 0 };

		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			PM_ROW_MEMBERS(sh, columns, { d->addr }, { .s = d->name }, { 0 });
			pm_json_str(sh->json, "hw_type", pm_linux_hardware_name(d->type));
			pm_json_open(sh->json, "addresses", '[');
			for (size_t k = 0; k < d->ips_n; k++)
				pm_json_str(sh->json, NULL, d->ips[k]);
			pm_json_close(sh->json, ']');
			pm_json_close(sh->json, '}');
			continue;
		}
		for (size_t k = 0; k < d->ips_n; k++)
			pm_buf_printf(&ips, "%s%s", k ? ", " : "", d->ips[k]);
		PM_ROW(sh, columns, { d->addr }, { .s = d->name }, { .s = ips.data });
		pm_buf_deinit(&ips);
	}
	pm_shell_close(sh, ']');
	bool ok = !devices.trouble || pm_shell_error(sh, "net", "the list of devices: %s", devices.trouble);

	pm_linux_netdevs_deinit(&devices);
	return ok;
}

static bool print_namespace(struct pm_shell *sh, const struct pm_linux_task *task)
{
	uint64_t net = pm_linux_net_of(sh->lx, task->addr);

	if (!net)
		return pm_shell_error(sh, "net",
				      "-n: %s (pid %d) has no network any more, or it is not in the dump",
				      task->comm, task->pid);
	return print_devices(sh, net);
}

/* ---- -a ---- */

static const struct pm_column neighbour_columns[] = {
	{ "NEIGHBOUR", "address", -16, PM_CELL_ADDRESS }, { "IP ADDRESS", "ip", -15, PM_CELL_TEXT },
	{ "HW TYPE", "hw_type", -10, PM_CELL_TEXT },      { "HW ADDRESS", "hw_address", -17, PM_CELL_TEXT },
	{ "DEVICE", "device", -10, PM_CELL_TEXT },        { "STATE", "state", -1, PM_CELL_TEXT },
};

struct neighbours {
	struct pm_shell *sh;
	bool any;
};

static bool print_neighbour(const struct pm_linux_neighbour *n, void *user)
{
	struct neighbours *list = user;

	if (!list->any)
		PM_TITLES(list->sh, neighbour_columns);
	list->any = true;
	PM_ROW(list->sh, neighbour_columns, { n->addr }, { .s = n->ip },
	       { .s = pm_linux_hardware_name(n->type) }, { .s = n->hardware }, { .s = n->device },
	       { .s = pm_linux_neighbour_state(n->state) });
	return !pm_shell_interrupted(list->sh);
}

static bool print_neighbours(struct pm_shell *sh)
{
	struct neighbours list = { sh, false };

	pm_shell_open(sh, "neighbours", '[');
	const char *trouble = pm_linux_neighbours(sh->lx, print_neighbour, &list);

	pm_shell_close(sh, ']');
	return !trouble || pm_shell_error(sh, "net", "-a: %s", trouble);
}

/* ---- -s, -S ---- */

static const struct pm_column socket_columns[] = {
	{ "FD", "fd", 3, PM_CELL_UNSIGNED },        { "SOCKET", "socket", -16, PM_CELL_ADDRESS },
	{ "SOCK", "sock", -16, PM_CELL_ADDRESS },   { "FAMILY:TYPE", NULL, -14, PM_CELL_TEXT },
	{ "SOURCE-PORT", NULL, -21, PM_CELL_TEXT }, { "DESTINATION-PORT", NULL, -1, PM_CELL_TEXT },
};

/* What the command was told, for each task. */
struct asked {
	bool structures, hex;
	const char *reference; /* a descriptor, or the address of a socket or sock; NULL: all */
};

static bool is_meant(const struct asked *asked, uint32_t fd, const struct pm_linux_socket *s)
{
	uint64_t value, number;

	if (!asked->reference)
		return true;
	return (pm_slice_dec(pm_slice_of(asked->reference), &number) && number == fd) ||
	       (pm_slice_hex(pm_slice_of(asked->reference), &value) &&
		(value == s->socket || value == s->sock));
}

static void print_structures(struct pm_shell *sh, const struct asked *asked, const struct pm_linux_socket *s)
{
	const struct {
		const char *name;
		uint64_t at;
		const char *key;
	} rows[] = { { "socket", s->socket, "socket_value" },
		     { s->family == 2 || s->family == 10 ? "inet_sock"
		       : s->family == 1                  ? "unix_sock"
							 : "sock",
		       s->sock, "sock_value" } };
	const struct pm_value_style style = { .hex = asked->hex };

	for (size_t i = 0; i < PM_COUNT(rows); i++) {
		uint32_t type = pm_btf_find(sh->lx->btf, PM_BTF_STRUCT, rows[i].name);

		sh->members = PM_VALUE_MEMBERS;

		if (!type || !rows[i].at)
			continue;
		if (sh->json) {
			pm_value_json(sh, rows[i].key, rows[i].at, type);
			continue;
		}
		fprintf(sh->out, "\nstruct %s ", rows[i].name);
		pm_value_print(sh, rows[i].at, type, &style);
		fputc('\n', sh->out);
	}
	pm_shell_say(sh, "\n");
}

static void print_socket(struct pm_shell *sh, const struct asked *asked, uint32_t fd,
			 const struct pm_linux_socket *s)
{
	const char *family = pm_linux_family_name(s->family), *type = pm_linux_socket_type_name(s->type);
	char kind[64], source[PM_NET_TEXT + 8] = "", destination[PM_NET_TEXT + 8] = "";

	const char *netlink = s->family == 16 ? pm_linux_netlink_name(s->protocol) : NULL;

	snprintf(kind, sizeof(kind), "%s%s%s:%s",
		 !s->sock ? "?"
		 : family ? family
			  : "UNKNOWN",
		 netlink ? "/" : "", netlink ? netlink : "", type ? type : "UNKNOWN");
	if (s->has_ports) {
		snprintf(source, sizeof(source), "%s-%u", s->source, s->source_port);
		snprintf(destination, sizeof(destination), "%s-%u", s->destination, s->destination_port);
	}
	const struct pm_cell cells[] = { { fd },        { s->socket },   { s->sock },
					 { .s = kind }, { .s = source }, { .s = destination } };

	if (!sh->json) {
		pm_shell_cells(sh, socket_columns, asked->structures ? 3 : PM_COUNT(socket_columns), cells);
	} else {
		pm_json_open(sh->json, NULL, '{');
		pm_shell_cell_members(sh, socket_columns, PM_COUNT(socket_columns), cells);
		pm_json_str(sh->json, "family", family);
		pm_json_str(sh->json, "type", type);
		pm_json_uint(sh->json, "protocol", s->protocol);
		pm_json_uint(sh->json, "state", s->state);
		if (s->has_ports) {
			pm_json_str(sh->json, "source", s->source);
			pm_json_uint(sh->json, "source_port", s->source_port);
			pm_json_str(sh->json, "destination", s->destination);
			pm_json_uint(sh->json, "destination_port", s->destination_port);
		}
		pm_json_str(sh->json, "path", *s->path ? s->path : NULL);
	}
	if (asked->structures)
		print_structures(sh, asked, s);
	pm_shell_close(sh, '}');
}

static bool print_sockets(struct pm_shell *sh, const struct pm_linux_task *task, const struct asked *asked)
{
	struct pm_linux_fds fds;
	bool any = false, ok = true;

	pm_shell_open(sh, NULL, '{');
	pm_linux_fds_read(sh->lx, task->addr, &fds);
	/* of many tasks those alone that have what is looked for */
	if (!asked->reference || sh->json)
		pm_shell_put_task(sh, task);
	pm_shell_open(sh, "sockets", '[');
	for (size_t i = 0; i < fds.v.n && !pm_shell_interrupted(sh); i++) {
		struct pm_linux_socket s;

		if (!pm_linux_socket_of(sh->lx, fds.v.v[i].file, fds.v.v[i].mode, &s) ||
		    !is_meant(asked, fds.v.v[i].fd, &s))
			continue;
		if (!any && asked->reference && !sh->json)
			pm_shell_put_task(sh, task);
		if (!any || asked->structures)
			pm_shell_titles(sh, socket_columns, asked->structures ? 3 : PM_COUNT(socket_columns));
		any = true;
		print_socket(sh, asked, fds.v.v[i].fd, &s);
	}
	pm_shell_close(sh, ']');
	if (!any && !asked->reference && !fds.trouble && !pm_shell_interrupted(sh))
		pm_shell_say(sh, "No open sockets.\n");
	pm_shell_close(sh, '}');
	if (fds.trouble)
		ok = pm_shell_error(sh, "net", "%s (pid %d): %s", task->comm, task->pid, fds.trouble);
	pm_linux_fds_deinit(&fds);
	return ok;
}

static bool each_sockets(struct pm_shell *sh, int argc, char **argv, const struct asked *asked)
{
	struct pm_linux_task current;
	bool ok = true;

	pm_shell_open(sh, "processes", '[');
	for (int i = 1; i < argc; i++) {
		const struct pm_linux_task *task = pm_shell_task(sh, "net", argv[i]);

		ok &= task && print_sockets(sh, task, asked);
	}
	if (argc < 2)
		ok = pm_shell_current(sh, "net", &current) && print_sockets(sh, &current, asked);
	pm_shell_close(sh, ']');
	return ok;
}

/* ---- -N ---- */

static bool translate(struct pm_shell *sh, const char *text)
{
	uint64_t value;
	char ip[PM_NET_TEXT];
	struct pm_slice hex = pm_slice_of(text);

	if (!(pm_take(&hex, PM_S("0x")) ? pm_slice_hex(hex, &value)
					: pm_slice_dec(hex, &value) || pm_slice_hex(hex, &value)) ||
	    value > UINT32_MAX)
		return pm_shell_error(sh, "net", "-N: not a number of 32 bits: %s", text);
	pm_linux_ipv4((uint32_t)value, ip);
	if (sh->json)
		pm_json_str(sh->json, "ip", ip);
	else
		fprintf(sh->out, "%s\n", ip);
	return true;
}

bool pm_shell_net(struct pm_shell *sh, int argc, char **argv)
{
	struct asked asked = { .hex = sh->hex };
	bool neighbours = false, sockets = false, namespace = false, decimal = false;
	const char *number = NULL;
	const struct pm_shell_option options[] = {
		{ "-a", PM_OPTION_FLAG, &neighbours, NULL },
		{ "-s", PM_OPTION_FLAG, &sockets, NULL },
		{ "-S", PM_OPTION_FLAG, &asked.structures, NULL },
		{ "-n", PM_OPTION_FLAG, &namespace, NULL },
		{ "-N", PM_OPTION_TEXT, &number, NULL },
		{ "-R", PM_OPTION_TEXT, &asked.reference, NULL },
		{ "-x", PM_OPTION_FLAG, &asked.hex, NULL },
		{ "-d", PM_OPTION_FLAG, &decimal, NULL },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	asked.hex &= !decimal;
	if (number)
		return translate(sh, number);
	if (neighbours)
		return print_neighbours(sh);
	if (sockets || asked.structures)
		return each_sockets(sh, argc, argv, &asked);
	if (asked.reference)
		return pm_shell_error(sh, "net", "-R goes with -s or -S");
	if (namespace)
		return pm_shell_each_task(sh, argc < 2 ? argc : 2, argv, 1, print_namespace);
	if (argc > 1)
		return pm_shell_error(
			sh, "net", "which sockets or devices?  'help net' lists what there is: %s", argv[1]);
	return print_devices(sh, 0);
}
