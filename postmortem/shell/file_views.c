#include "shell/files.h"

#include "linux/files.h"
#include "linux/member.h"
#include "linux/memory.h"
#include "linux/tree.h"

#include <string.h>

const char *pm_file_type(uint64_t mode)
{
	/* S_IFMT of i_mode */
	static const char *const words[16] = {
		[1] = "FIFO", [2] = "CHR", [4] = "DIR", [6] = "BLK", [8] = "REG", [10] = "LNK", [12] = "SOCK"
	};
	const char *word = words[mode >> 12 & 15];

	return word ? word : "UNKN";
}

/* All of a structure is there; false: said which byte of it is not. */
static bool is_whole(struct pm_shell *sh, const char *command, const char *structure, uint64_t addr)
{
	enum pm_absence why;
	uint64_t at;

	return !pm_shell_gap(sh, addr, pm_linux_type_size(sh->lx, structure), &at, &why) ||
	       pm_shell_absent(sh, command, at, why);
}

bool pm_file_inode_read(struct pm_shell *sh, const char *command, uint64_t inode, struct pm_file_inode *out)
{
	struct pm_linux *lx = sh->lx;
	uint64_t type = 0, host;

	*out = (struct pm_file_inode){ .addr = inode };
	if (!is_whole(sh, command, "inode", inode))
		return false;
	/* the address space in it is its own, whoever's it uses */
	if (pm_linux_member_get(lx, inode, "inode", "i_data.host", &host) && host != inode)
		return pm_shell_error(sh, command,
				      "0x%llx: no inode: the host of its i_data is 0x%llx; 'struct inode' "
				      "shows it as one all the same",
				      (unsigned long long)inode, (unsigned long long)host);
	pm_linux_get(lx, inode, PM_INODE_MODE, &out->mode);
	pm_linux_get(lx, inode, PM_INODE_SB, &out->sb);
	pm_linux_get(lx, inode, PM_INODE_INO, &out->number);
	out->size = pm_linux_member_value(lx, inode, "inode", "i_size");
	out->links = pm_linux_member_value(lx, inode, "inode", "i_nlink");
	out->count = pm_linux_member_value(lx, inode, "inode", "i_count");
	if (pm_linux_get(lx, inode, PM_INODE_MAPPING, &out->mapping))
		pm_linux_get(lx, out->mapping, PM_MAPPING_PAGES, &out->pages);
	if (pm_linux_get(lx, out->sb, PM_SB_TYPE, &type))
		pm_linux_member_text(lx, type, "file_system_type", "name", out->type, sizeof(out->type));
	pm_linux_member_text(lx, out->sb, "super_block", "s_id", out->device, sizeof(out->device));
	return true;
}

/* The path of a dentry, below where its file system is mounted, if it is; false: not even its name is in the dump. */
static bool dentry_path(struct pm_linux *lx, const struct pm_linux_mounts *mounts, uint64_t dentry, char *buf,
			size_t size)
{
	uint64_t sb = pm_linux_member_value(lx, dentry, "dentry", "d_sb");
	const struct pm_linux_mount *mount = mounts ? pm_linux_mount_of(mounts, sb) : NULL;

	return pm_linux_path(lx, mount ? mount->vfsmount : 0, dentry, buf, size);
}

void pm_file_put_dentry_header(struct pm_shell *sh)
{
	if (!sh->json)
		fputs("     DENTRY           INODE           SUPERBLK     TYPE PATH\n", sh->out);
}

bool pm_file_is_dentry(struct pm_shell *sh, const char *command, uint64_t dentry)
{
	uint64_t parent, sb, other, at;
	enum pm_absence why;

	if (!is_whole(sh, command, "dentry", dentry))
		return false;
	if (!pm_linux_member_get(sh->lx, dentry, "dentry", "d_parent", &parent) ||
	    !pm_linux_member_get(sh->lx, dentry, "dentry", "d_sb", &sb))
		return true;
	/* one that the dump's filter left out is no reason to doubt */
	bool is_there = pm_linux_member_get(sh->lx, parent, "dentry", "d_sb", &other);

	if (is_there ? other == sb : pm_shell_gap(sh, parent, 1, &at, &why) && why != PM_UNMAPPED)
		return true;
	return pm_shell_error(sh, command,
			      "0x%llx: no dentry: its parent (0x%llx) is none of its file system; 'struct "
			      "dentry' shows it as one all the same",
			      (unsigned long long)dentry, (unsigned long long)parent);
}

bool pm_file_put_dentry(struct pm_shell *sh, const char *command, const struct pm_linux_mounts *mounts,
			uint64_t dentry)
{
	char path[PM_LINUX_PATH_MAX] = "";
	uint64_t inode = 0, sb, mode = 0;

	if (!is_whole(sh, command, "dentry", dentry))
		return false;
	if (!pm_linux_get(sh->lx, dentry, PM_DENTRY_INODE, &inode) ||
	    !pm_linux_member_get(sh->lx, dentry, "dentry", "d_sb", &sb))
		return pm_shell_error(sh, command, "0x%llx: the dentry is not whole in the dump",
				      (unsigned long long)dentry);
	bool has_mode = inode && pm_linux_get(sh->lx, inode, PM_INODE_MODE, &mode);
	bool known = dentry_path(sh->lx, mounts, dentry, path, sizeof(path));
	const char *type = !inode ? "NEG" : has_mode ? pm_file_type(mode) : "?";

	if (!sh->json) {
		fprintf(sh->out, "%016llx %016llx %016llx %-4s %s\n", (unsigned long long)dentry,
			(unsigned long long)inode, (unsigned long long)sb, type,
			known ? path : "(not in the dump)");
		return true;
	}
	pm_json_hex(sh->json, "dentry", dentry);
	if (inode)
		pm_json_hex(sh->json, "inode", inode);
	pm_json_hex(sh->json, "super_block", sb);
	pm_json_str(sh->json, "type", type);
	pm_json_str(sh->json, "path", known ? path : NULL);
	return true;
}

/* ---- the page cache ---- */

struct pages {
	struct pm_shell *sh;
	const struct pm_linux_caches *caches;
	uint64_t missing;
};

static bool put_page(uint64_t first, uint64_t last, uint64_t page, void *user)
{
	struct pages *pages = user;
	struct pm_shell *sh = pages->sh;
	uint64_t mapping = 0, index = first, count = 0, flags = 0;
	char names[256] = "";

	if (pm_shell_interrupted(sh))
		return false;
	/* what was there once, or is in swap: no page */
	if (page & 1)
		return true;
	if (!pm_linux_get(sh->lx, page, PM_PAGE_FLAGS, &flags)) {
		pages->missing++;
		return true;
	}
	pm_linux_get(sh->lx, page, PM_PAGE_MAPPING, &mapping);
	pm_linux_get(sh->lx, page, PM_PAGE_INDEX, &index);
	pm_linux_get(sh->lx, page, PM_PAGE_REFCOUNT, &count);
	pm_linux_page_flags(sh->lx, flags, names, sizeof(names));
	uint64_t address = pm_linux_page_address(sh->lx, pages->caches, page);
	uint64_t physical = address - sh->lx->page_offset;

	if (!sh->json) {
		char where[24] = "?";

		if (address)
			snprintf(where, sizeof(where), "%llx", (unsigned long long)physical);
		fprintf(sh->out, "%016llx %9s %016llx %8llu %3d %llx %s\n", (unsigned long long)page, where,
			(unsigned long long)mapping, (unsigned long long)index, (int32_t)count,
			(unsigned long long)flags, names);
		return true;
	}
	pm_json_open(sh->json, NULL, '{');
	pm_json_hex(sh->json, "page", page);
	if (address)
		pm_json_hex(sh->json, "physical", physical);
	pm_json_hex(sh->json, "mapping", mapping);
	pm_json_uint(sh->json, "index", index);
	pm_json_uint(sh->json, "pages", last - first + 1);
	pm_json_int(sh->json, "count", (int32_t)count);
	pm_json_hex(sh->json, "flags", flags);
	pm_json_str(sh->json, "flag_names", names);
	pm_json_close(sh->json, '}');
	return true;
}

bool pm_file_put_pages(struct pm_shell *sh, const char *command, uint64_t inode)
{
	struct pages pages = { .sh = sh, .caches = pm_session_caches(sh->session) };
	struct pm_linux_tree tree = { .lx = sh->lx, .visit = put_page, .user = &pages };
	struct pm_file_inode known;

	if (!pm_file_inode_read(sh, command, inode, &known))
		return false;
	if (!known.mapping)
		return pm_shell_error(sh, command, "0x%llx: its i_mapping is NULL",
				      (unsigned long long)inode);
	/* of the command inode they stand among what it told of the inode */
	if (sh->json && strcmp(command, "inode") != 0) {
		pm_json_hex(sh->json, "inode", inode);
		pm_json_uint(sh->json, "nrpages", known.pages);
	}
	if (sh->json) {
		pm_json_open(sh->json, "pages", '[');
	} else {
		fprintf(sh->out, "     INODE        NRPAGES\n%016llx %7llu\n\n", (unsigned long long)inode,
			(unsigned long long)known.pages);
		if (known.pages)
			fputs("      PAGE        PHYSICAL      MAPPING         INDEX CNT FLAGS\n", sh->out);
	}
	pm_linux_xarray_walk(&tree,
			     pm_linux_member_at(sh->lx, known.mapping, "address_space", "i_pages|page_tree"));
	if (sh->json)
		pm_json_close(sh->json, ']');
	else
		fputc('\n', sh->out);
	if (tree.trouble)
		return pm_shell_error(sh, command, "0x%llx: its pages: %s", (unsigned long long)inode,
				      tree.trouble);
	return !pages.missing || pm_shell_error(sh, command, "0x%llx: %llu of its pages are not in the dump",
						(unsigned long long)inode, (unsigned long long)pages.missing);
}
