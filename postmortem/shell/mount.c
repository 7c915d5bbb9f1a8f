/* mount: the file systems that are mounted. */
#include "shell/commands.h"
#include "shell/files.h"
#include "shell/rows.h"
#include "shell/seen.h"

#include "linux/files.h"
#include "linux/list.h"
#include "linux/member.h"

#include <stdlib.h>
#include <string.h>

/* More inodes of a file system than are shown are no list for people. */
enum { max_inodes = 1 << 24 };

static bool directory_of(struct pm_shell *sh, const struct pm_linux_mount *m, char *buf, size_t size)
{
	return pm_linux_path(sh->lx, m->vfsmount, m->root, buf, size);
}

/* One of its addresses, its device, its directory; a dentry or an inode of its file system. */
static bool is_meant(struct pm_shell *sh, const struct pm_linux_mount *m, const char *name)
{
	char directory[PM_LINUX_PATH_MAX];
	uint64_t addr;

	if (!strcmp(name, m->device))
		return true;
	if (*name == '/')
		return directory_of(sh, m, directory, sizeof(directory)) && !strcmp(directory, name);
	if (!pm_shell_number(name, &addr))
		return false;
	if (addr == m->addr || addr == m->vfsmount || addr == m->sb)
		return true;
	return pm_linux_member_value(sh->lx, addr, "dentry", "d_sb") == m->sb ||
	       pm_linux_member_value(sh->lx, addr, "inode", "i_sb") == m->sb;
}

static void put_header(struct pm_shell *sh)
{
	if (!sh->json)
		fputs("     MOUNT           SUPERBLK     TYPE   DEVNAME   DIRNAME\n", sh->out);
}

static void put_mount(struct pm_shell *sh, const struct pm_linux_mount *m)
{
	char directory[PM_LINUX_PATH_MAX];
	bool known = directory_of(sh, m, directory, sizeof(directory));

	if (!sh->json) {
		fprintf(sh->out, "%016llx %016llx %-6s %-9s %s\n", (unsigned long long)m->addr,
			(unsigned long long)m->sb, m->type, m->device, known ? directory : "?");
		return;
	}
	pm_json_hex(sh->json, "mount", m->addr);
	pm_json_hex(sh->json, "super_block", m->sb);
	pm_json_str(sh->json, "type", m->type);
	pm_json_str(sh->json, "device", m->device);
	pm_json_str(sh->json, "directory", known ? directory : NULL);
}

/* -f: what tasks have open of it. */
static bool put_open_files(struct pm_shell *sh, const struct pm_linux_mount *m,
			   const struct pm_linux_mounts *mounts)
{
	const struct pm_linux_tasks *tasks = pm_session_tasks(sh->session);
	struct pm_shell_seen seen = { 0 };
	uint64_t n = 0, sb, first;
	size_t missing = 0;
	bool ok = true;

	pm_shell_say(sh, "OPEN FILES:\n");
	pm_file_put_dentry_header(sh);
	pm_shell_open(sh, "open_files", '[');
	for (size_t i = 0; i < tasks->v.n && !pm_shell_interrupted(sh); i++) {
		struct pm_linux_fds fds;

		pm_linux_fds_read(sh->lx, tasks->v.v[i].addr, &fds);
		missing += fds.trouble != NULL;
		for (size_t k = 0; k < fds.v.n && !pm_shell_interrupted(sh); k++) {
			uint64_t dentry = fds.v.v[k].dentry;

			if (!pm_linux_member_get(sh->lx, dentry, "dentry", "d_sb", &sb)) {
				missing++;
				continue;
			}
			if (sb != m->sb || !pm_shell_seen_add(&seen, dentry, n++, &first))
				continue;
			pm_shell_open(sh, NULL, '{');
			ok &= pm_file_put_dentry(sh, "mount", mounts, dentry);
			pm_shell_close(sh, '}');
		}
		pm_linux_fds_deinit(&fds);
	}
	pm_shell_close(sh, ']');
	pm_shell_seen_free(&seen);
	if (missing)
		ok = pm_shell_error(sh, "mount", "-f: %zu open files, or tables of them, are not in the dump",
				    missing);
	return ok;
}

/* I_DIRTY: of the inode itself, of its data, of its pages. */
static uint64_t dirty_bits(struct pm_linux *lx)
{
	static const char *const names[] = { "I_DIRTY_SYNC", "I_DIRTY_DATASYNC", "I_DIRTY_PAGES" };
	uint64_t bits = 0, one;

	for (size_t i = 0; i < PM_COUNT(names); i++)
		bits |= pm_linux_enumerator(lx, "inode_state_flags_enum", names[i], &one) ? one : 1ull << i;
	return bits;
}

static bool put_dirty_inodes(struct pm_shell *sh, const struct pm_linux_mount *m)
{
	uint64_t list = pm_linux_at(sh->lx, m->sb, PM_SB_INODES), bits = dirty_bits(sh->lx);
	uint64_t link = pm_linux_at(sh->lx, 0, PM_INODE_SB_LIST), state;
	struct pm_linux_list walk;
	size_t missing = 0;
	uint64_t node;

	if (!list || pm_linux_member(sh->lx, "inode", "i_state.__state|i_state")->offset < 0)
		return pm_shell_error(sh, "mount", "how this kernel lists inodes is not known");
	if (sh->json)
		pm_json_open(sh->json, "dirty_inodes", '[');
	else
		fputs("DIRTY INODES\n", sh->out);
	pm_linux_list_init(&walk, sh->lx, list);
	for (size_t i = 0; i < max_inodes && pm_linux_list_next(&walk, &node) && !pm_shell_interrupted(sh);
	     i++) {
		uint64_t inode = node - link;

		if (!pm_linux_member_get(sh->lx, inode, "inode", "i_state.__state|i_state", &state)) {
			missing++;
			continue;
		}
		if (!(state & bits))
			continue;
		if (sh->json)
			pm_json_hex(sh->json, NULL, inode);
		else
			fprintf(sh->out, "%016llx\n", (unsigned long long)inode);
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	if (missing)
		return pm_shell_error(sh, "mount", "%zu inodes of %s are not in the dump", missing,
				      m->device);
	return !walk.trouble || pm_shell_error(sh, "mount", "inodes of %s: %s", m->device, walk.trouble);
}

struct choice {
	bool files, inodes;
};

static bool put_chosen(struct pm_shell *sh, int argc, char **argv, const struct pm_linux_mounts *mounts,
		       const struct choice *choice)
{
	bool *found = pm_alloc((size_t)argc + 1), ok = true, first = true;

	if (sh->json)
		pm_json_open(sh->json, "mounts", '[');
	for (size_t i = 0; i < mounts->v.n && !pm_shell_interrupted(sh); i++) {
		const struct pm_linux_mount *m = &mounts->v.v[i];
		bool meant = argc < 2;

		for (int k = 1; k < argc; k++)
			if (is_meant(sh, m, argv[k]))
				meant = found[k] = true;
		if (!meant)
			continue;
		if (first || choice->files || choice->inodes) {
			if (!first && !sh->json)
				fputc('\n', sh->out);
			put_header(sh);
		}
		first = false;
		if (sh->json)
			pm_json_open(sh->json, NULL, '{');
		put_mount(sh, m);
		if (choice->files)
			ok &= put_open_files(sh, m, mounts);
		if (choice->inodes)
			ok &= put_dirty_inodes(sh, m);
		if (sh->json)
			pm_json_close(sh->json, '}');
	}
	if (sh->json)
		pm_json_close(sh->json, ']');
	for (int k = 1; k < argc; k++)
		ok &= found[k] || pm_shell_no_such(sh, "mount", "mount", argv[k], mounts->trouble);
	free(found);
	return ok;
}

bool pm_shell_mount(struct pm_shell *sh, int argc, char **argv)
{
	struct choice choice = { 0 };
	const char *task = NULL;
	const struct pm_shell_option options[] = {
		{ "-f", PM_OPTION_FLAG, &choice.files },
		{ "-i", PM_OPTION_FLAG, &choice.inodes },
		{ "-n", PM_OPTION_TEXT, &task },
	};
	struct pm_linux_mounts mounts;
	uint64_t whose = 0;

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (task) {
		const struct pm_linux_task *named = pm_shell_task(sh, "mount", task);

		if (!named)
			return false;
		whose = named->addr;
	}
	pm_linux_mounts_read(sh->lx, whose, &mounts);
	bool ok = put_chosen(sh, argc, argv, &mounts, &choice);

	if (mounts.trouble)
		ok = pm_shell_error(sh, "mount", "the list of mounts: %s", mounts.trouble);
	pm_linux_mounts_deinit(&mounts);
	return ok;
}
