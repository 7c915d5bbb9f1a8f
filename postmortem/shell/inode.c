/* inode, dentry: what an address of one is. */
#include "shell/commands.h"
#include "shell/files.h"
#include "shell/seen.h"

#include "linux/files.h"
#include "linux/list.h"
#include "linux/member.h"

/* More names than a file has, more files than a folder that is looked at. */
enum { max_names = 65536, max_children = 1 << 20 };

/* ---- inode ---- */

static void put_inode(struct pm_shell *sh, const struct pm_file_inode *inode)
{
	if (sh->json) {
		pm_json_hex(sh->json, "inode", inode->addr);
		pm_json_uint(sh->json, "number", inode->number & ((1ull << 53) - 1));
		pm_json_str(sh->json, "type", pm_file_type(inode->mode));
		pm_json_uint(sh->json, "mode", inode->mode);
		pm_json_hex(sh->json, "size", inode->size);
		pm_json_uint(sh->json, "links", inode->links);
		pm_json_uint(sh->json, "count", inode->count);
		pm_json_hex(sh->json, "super_block", inode->sb);
		pm_json_str(sh->json, "file_system", inode->type);
		pm_json_str(sh->json, "device", inode->device);
		pm_json_hex(sh->json, "mapping", inode->mapping);
		pm_json_uint(sh->json, "nrpages", inode->pages);
		return;
	}
	fprintf(sh->out,
		"       INODE: %016llx  (%s %llu)\n        TYPE: %s  MODE: %06llo  SIZE: %llu\n"
		"       LINKS: %llu  COUNT: %llu\n    SUPERBLK: %016llx  (%s, %s)\n"
		"   I_MAPPING: %016llx  NRPAGES: %llu\n",
		(unsigned long long)inode->addr, inode->type, (unsigned long long)inode->number,
		pm_file_type(inode->mode), (unsigned long long)inode->mode, (unsigned long long)inode->size,
		(unsigned long long)inode->links, (unsigned long long)inode->count,
		(unsigned long long)inode->sb, inode->type, inode->device, (unsigned long long)inode->mapping,
		(unsigned long long)inode->pages);
}

/* Elements of a hlist, whose head has one pointer, and whose end is 0. */
static const char *each_of_hlist(struct pm_shell *sh, uint64_t head, size_t most,
				 bool (*fn)(struct pm_shell *sh, uint64_t node, void *user), void *user)
{
	struct pm_shell_seen seen = { 0 };
	const char *trouble = NULL;
	uint64_t at, first;

	if (!pm_space_load(&sh->lx->kernel, head, 8, &at))
		return "the list is not in the dump";
	for (size_t i = 0; at && !trouble; i++) {
		if (i == most || !pm_shell_seen_add(&seen, at, i, &first))
			trouble = "the list does not end";
		else if (pm_shell_interrupted(sh) || !fn(sh, at, user))
			break;
		else if (!pm_space_load(&sh->lx->kernel, at, 8, &at))
			trouble = "the list leads to memory that is not in the dump";
	}
	pm_shell_seen_free(&seen);
	return trouble;
}

struct names {
	const struct pm_linux_mounts *mounts;
	uint64_t link;
	bool ok;
};

static bool put_one(struct pm_shell *sh, uint64_t node, void *user)
{
	struct names *names = user;

	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	names->ok &= pm_file_put_dentry(sh, "inode", names->mounts, node - names->link);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return true;
}

static bool put_names(struct pm_shell *sh, const struct pm_file_inode *inode,
		      const struct pm_linux_mounts *mounts)
{
	uint64_t head = pm_linux_member_at(sh->lx, inode->addr, "inode", "i_dentry"), first = 0;
	struct names names = { mounts, pm_linux_member_offset(sh->lx, "dentry", "d_u.d_alias|d_alias"),
			       true };

	pm_space_load(&sh->lx->kernel, head, 8, &first);
	if (sh->json)
		pm_json_open(sh->json, "dentries", '[');
	else if (first)
		pm_file_put_dentry_header(sh);
	const char *trouble = each_of_hlist(sh, head, max_names, put_one, &names);

	if (sh->json)
		pm_json_close(sh->json, ']');
	return trouble ? pm_shell_error(sh, "inode", "0x%llx: its dentries: %s",
					(unsigned long long)inode->addr, trouble)
		       : names.ok;
}

/* What each address is told with. */
struct asked {
	const struct pm_linux_mounts *mounts;
	bool more; /* with its pages, or its children */
	bool any;  /* one was told already */
};

static bool one_inode(struct pm_shell *sh, uint64_t addr, struct asked *asked)
{
	struct pm_file_inode inode;

	if (!pm_file_inode_read(sh, "inode", addr, &inode))
		return false;
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	put_inode(sh, &inode);
	bool ok = put_names(sh, &inode, asked->mounts);

	if (asked->more)
		ok &= pm_file_put_pages(sh, "inode", addr);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
}

/* ---- dentry ---- */

static bool put_children(struct pm_shell *sh, uint64_t dentry, const struct pm_linux_mounts *mounts)
{
	uint64_t list = pm_linux_member_at(sh->lx, dentry, "dentry", "d_subdirs"); /* until 6.7 */
	uint64_t hlist = pm_linux_member_at(sh->lx, dentry, "dentry", "d_children");
	struct names names = { mounts, pm_linux_member_offset(sh->lx, "dentry", "d_sib|d_child"), true };
	const char *trouble = "how this kernel lists them is not known";

	if (sh->json)
		pm_json_open(sh->json, "children", '[');
	if (hlist) {
		trouble = each_of_hlist(sh, hlist, max_children, put_one, &names);
	} else if (list) {
		struct pm_linux_nodes nodes;

		pm_linux_nodes_read(sh->lx, list, max_children, &nodes);
		for (size_t i = 0; i < nodes.n && !pm_shell_interrupted(sh); i++)
			put_one(sh, nodes.v[i], &names);
		trouble = nodes.trouble;
		pm_linux_nodes_free(&nodes);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	return trouble ? pm_shell_error(sh, "dentry", "0x%llx: its children: %s", (unsigned long long)dentry,
					trouble)
		       : names.ok;
}

static bool one_dentry(struct pm_shell *sh, uint64_t addr, struct asked *asked)
{
	if (!pm_file_is_dentry(sh, "dentry", addr))
		return false;
	if (sh->json)
		pm_json_open(sh->json, NULL, '{');
	if (!asked->any)
		pm_file_put_dentry_header(sh);
	asked->any = true;
	bool ok = pm_file_put_dentry(sh, "dentry", asked->mounts, addr);

	if (ok && asked->more)
		ok = put_children(sh, addr, asked->mounts);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return ok;
}

static bool each(struct pm_shell *sh, int argc, char **argv, const char *key, bool more,
		 bool (*fn)(struct pm_shell *sh, uint64_t addr, struct asked *asked))
{
	struct pm_linux_mounts mounts;
	struct asked asked = { &mounts, more, false };
	bool ok = true;

	if (argc < 2)
		return pm_shell_error(sh, argv[0], "it takes an address");
	pm_linux_mounts_read(sh->lx, 0, &mounts);
	if (sh->json)
		pm_json_open(sh->json, key, '[');
	for (int i = 1; i < argc; i++) {
		uint64_t addr;

		ok &= pm_shell_address(sh, argv[0], argv[i], &addr) && fn(sh, addr, &asked);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	pm_linux_mounts_deinit(&mounts);
	return ok;
}

bool pm_shell_inode(struct pm_shell *sh, int argc, char **argv)
{
	bool pages = false;
	const struct pm_shell_option options[] = { { "-p", PM_OPTION_FLAG, &pages } };

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	return argc && each(sh, argc, argv, "inodes", pages, one_inode);
}

bool pm_shell_dentry(struct pm_shell *sh, int argc, char **argv)
{
	bool children = false;
	const struct pm_shell_option options[] = { { "-c", PM_OPTION_FLAG, &children } };

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	return argc && each(sh, argc, argv, "dentries", children, one_dentry);
}
