/* dev -i, -p: the resources that devices take, and the devices on PCI buses. */
#include "shell/dev.h"
#include "shell/seen.h"

#include "linux/list.h"
#include "linux/member.h"

#include <string.h>

/* ---- -i ---- */

/* More than any machine has, in whatever way their links lie. */
enum { max_resources = 1 << 16, max_depth = 64, max_buses = 4096, max_devices = 65536 };

struct resources {
	struct pm_shell *sh;
	int width; /* hex digits */
	unsigned n;
	struct pm_shell_seen seen;
	const char *trouble;
};

static void print_resource(struct resources *r, uint64_t at, unsigned depth)
{
	static const struct pm_column columns[] = {
		{ NULL, "address", 0, PM_CELL_ADDRESS }, { NULL, "start", 0, PM_CELL_HEX },
		{ NULL, "end", 0, PM_CELL_HEX },         { NULL, "name", 0, PM_CELL_TEXT },
		{ NULL, "depth", 0, PM_CELL_UNSIGNED },
	};
	struct pm_shell *sh = r->sh;
	uint64_t start, end;
	char name[128];

	if (!pm_linux_member_get(sh->lx, at, "resource", "start", &start) ||
	    !pm_linux_member_get(sh->lx, at, "resource", "end", &end)) {
		r->trouble = "one is not in the dump";
		return;
	}
	pm_linux_member_text(sh->lx, at, "resource", "name", name, sizeof(name));
	if (sh->json)
		PM_ROW(sh, columns, { at }, { start }, { end }, { .s = name }, { depth });
	else
		fprintf(sh->out, "%016llx  %0*llx-%0*llx  %s\n", (unsigned long long)at, r->width,
			(unsigned long long)start, r->width, (unsigned long long)end, name);
}

/* Each one, then those inside of it, then the next beside it. */
static void print_resources(struct resources *r, uint64_t root)
{
	uint64_t parents[max_depth], at = root;
	unsigned depth = 0;

	while (at && !pm_shell_interrupted(r->sh)) {
		uint64_t child = 0, sibling = 0, first;

		if (!pm_shell_seen_add(&r->seen, at, r->n, &first)) {
			r->trouble = "their tree leads back into itself";
			return;
		}
		if (r->n++ == max_resources) {
			r->trouble = "their tree does not end";
			return;
		}
		print_resource(r, at, depth);
		if (!pm_linux_member_get(r->sh->lx, at, "resource", "child", &child) ||
		    !pm_linux_member_get(r->sh->lx, at, "resource", "sibling", &sibling))
			r->trouble = "one is not in the dump";
		if (child && depth + 1 < max_depth) {
			parents[depth++] = at == root ? 0 : sibling;
			at = child;
			continue;
		}
		at = at == root ? 0 : sibling;
		while (!at && depth)
			at = parents[--depth];
	}
}

bool pm_shell_resources(struct pm_shell *sh)
{
	static const struct {
		const char *symbol, *key;
		int width;
	} roots[] = { { "ioport_resource", "ports", 4 }, { "iomem_resource", "memory", 8 } };
	bool ok = true;

	for (size_t i = 0; i < PM_COUNT(roots); i++) {
		struct resources r = { .sh = sh, .width = roots[i].width };
		uint64_t at;

		if (!pm_linux_symbol(sh->lx, roots[i].symbol, &at)) {
			ok = pm_shell_error(sh, "dev", "-i: %s is not in the dump", roots[i].symbol);
			continue;
		}
		pm_shell_say(sh, "%s%-16s  %-*s  NAME\n", i ? "\n" : "", "RESOURCE", 2 * r.width + 1,
			     "RANGE");
		pm_shell_open(sh, roots[i].key, '[');
		print_resources(&r, at);
		pm_shell_seen_free(&r.seen);
		pm_shell_close(sh, ']');
		if (r.trouble)
			ok = pm_shell_error(sh, "dev", "-i: %s: %s", roots[i].symbol, r.trouble);
	}
	return ok;
}

/* ---- -p ---- */

struct buses {
	struct pm_shell *sh;
	unsigned left, devices; /* that may be told */
	const char *trouble;
};

/* By the capability of PCI Express, where it has one. */
static const char *device_type(struct pm_shell *sh, uint64_t device)
{
	static const char *const types[] = { [0] = "ENDPOINT",    [1] = "LEG_END",    [4] = "ROOT_PORT",
					     [5] = "UPSTREAM",    [6] = "DOWNSTREAM", [7] = "PCI_BRIDGE",
					     [8] = "PCIE_BRIDGE", [9] = "RC_END",     [10] = "RC_EC" };
	uint64_t type = 0;

	if (pm_linux_member_value(sh->lx, device, "pci_dev", "pcie_cap"))
		type = pm_linux_member_value(sh->lx, device, "pci_dev", "pcie_flags_reg") >> 4 & 15;
	return type < PM_COUNT(types) && types[type] ? types[type] : "UNKNOWN";
}

static void print_device(struct pm_shell *sh, uint64_t device)
{
	static const struct pm_column columns[] = {
		{ "  PCI DEV", NULL, -18, PM_CELL_TEXT },     { NULL, "address", 0, PM_CELL_ADDRESS },
		{ "DO:BU:SL.FN", "name", -12, PM_CELL_TEXT }, { "CLASS", "class", -5, PM_CELL_TEXT },
		{ "PCI_ID", "id", -9, PM_CELL_TEXT },         { "TYPE", "type", -1, PM_CELL_TEXT },
	};
	struct pm_linux *lx = sh->lx;
	char addr[32], name[32], class[16], id[16];
	uint64_t code = 0, vendor = 0, number = 0;

	if (!device) {
		PM_TITLES(sh, columns);
		return;
	}
	pm_linux_member_text(lx, device, "pci_dev", "dev.kobj.name", name, sizeof(name));
	snprintf(addr, sizeof(addr), "  %016llx", (unsigned long long)device);
	bool known = pm_linux_member_get(lx, device, "pci_dev", "class", &code) &&
		     pm_linux_member_get(lx, device, "pci_dev", "vendor", &vendor) &&
		     pm_linux_member_get(lx, device, "pci_dev", "device", &number);

	snprintf(class, sizeof(class), "%04llx", (unsigned long long)code >> 8 & 0xffff);
	snprintf(id, sizeof(id), "%04llx:%04llx", (unsigned long long)vendor & 0xffff,
		 (unsigned long long)number & 0xffff);
	PM_ROW(sh, columns, { .s = addr }, { device }, { .s = name }, { .s = class, .absent = !known },
	       { .s = id, .absent = !known }, { .s = device_type(sh, device), .absent = !known });
}

static void print_bus(struct buses *b, uint64_t bus, unsigned depth)
{
	struct pm_linux *lx = b->sh->lx;
	uint64_t link = pm_linux_member_offset(lx, "pci_dev", "bus_list");
	uint64_t devices = pm_linux_member_at(lx, bus, "pci_bus", "devices");
	uint64_t children = pm_linux_member_at(lx, bus, "pci_bus", "children");
	uint64_t next = pm_linux_member_offset(lx, "pci_bus", "node");
	struct pm_linux_nodes list;

	if (!devices || !children || depth > max_depth || !b->left || !b->devices) {
		b->trouble = "the tree of buses does not end, or is not in the dump";
		return;
	}
	b->left--;
	pm_linux_nodes_read(lx, devices, max_devices, &list);
	for (size_t i = 0; i < list.n && b->devices && !pm_shell_interrupted(b->sh); i++, b->devices--)
		print_device(b->sh, list.v[i] - link);
	if (list.trouble)
		b->trouble = list.trouble;
	pm_linux_nodes_free(&list);
	pm_linux_nodes_read(lx, children, max_buses, &list);
	for (size_t i = 0; i < list.n && !pm_shell_interrupted(b->sh); i++)
		print_bus(b, list.v[i] - next, depth + 1);
	if (list.trouble)
		b->trouble = list.trouble;
	pm_linux_nodes_free(&list);
}

bool pm_shell_pci(struct pm_shell *sh)
{
	struct buses b = { sh, max_buses, max_devices, NULL };
	struct pm_linux_nodes roots;
	uint64_t head, link = pm_linux_member_offset(sh->lx, "pci_bus", "node");
	char name[32];

	if (!pm_linux_symbol(sh->lx, "pci_root_buses", &head))
		return pm_shell_error(sh, "dev", "-p: the kernel knows no PCI, or no symbol leads to it");
	pm_linux_nodes_read(sh->lx, head, max_buses, &roots);
	pm_shell_open(sh, "buses", '[');
	for (size_t i = 0; i < roots.n; i++) {
		uint64_t bus = roots.v[i] - link;

		pm_linux_member_text(sh->lx, bus, "pci_bus", "dev.kobj.name", name, sizeof(name));
		if (sh->json) {
			pm_json_open(sh->json, NULL, '{');
			pm_json_hex(sh->json, "address", bus);
			pm_json_str(sh->json, "name", name);
			pm_json_open(sh->json, "devices", '[');
		} else {
			fprintf(sh->out, "%-16s  BUSNAME\n%016llx  %s\n", "ROOT BUS", (unsigned long long)bus,
				name);
			print_device(sh, 0);
		}
		print_bus(&b, bus, 0);
		pm_shell_close(sh, ']');
		pm_shell_close(sh, '}');
		pm_shell_say(sh, "\n");
	}
	pm_shell_close(sh, ']');
	if (roots.trouble)
		b.trouble = roots.trouble;
	pm_linux_nodes_free(&roots);
	return !b.trouble || pm_shell_error(sh, "dev", "-p: %s", b.trouble);
}
