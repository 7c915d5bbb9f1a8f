/* ipcs: shared memory, semaphores and message queues of System V. */
#include "shell/commands.h"

#include "linux/member.h"
#include "linux/tree.h"

#include <stdlib.h>
#include <string.h>

/* IPCMNI with ipcmni_extend. */
enum { max_objects = 1 << 24 };
/* shm_perm.mode: it goes when the last one detaches; it is locked in memory. */
enum { SHM_DEST = 01000, SHM_LOCKED = 02000 };
/* s_magic of where SHM_HUGETLB has its files */
#define HUGETLBFS_MAGIC 0x958458f6u

struct kind;

struct choice {
	bool details;     /* -M */
	const char *what; /* an id or an address; NULL: all */
	uint64_t space;   /* struct ipc_namespace */
	bool found;       /* what */
};

struct object {
	uint64_t addr, key, id, uid, mode;
};

struct kind {
	const char *structure, *perm; /* and the member that each is entered by */
	const char *label, *columns, *key;
	unsigned ids; /* of ipc_namespace.ids */
	void (*put)(struct pm_shell *sh, const struct object *o, bool details);
};

static uint64_t get(struct pm_shell *sh, const struct object *o, const char *structure, const char *member)
{
	return pm_linux_member_value(sh->lx, o->addr, structure, member);
}

static void put_count(struct pm_shell *sh, bool known, uint64_t n)
{
	if (known)
		fprintf(sh->out, "/%llu", (unsigned long long)n);
	else
		fputs("/?", sh->out);
}

/* How much of its file in memory, and how much swapped out, in pages. */
static void put_shm_pages(struct pm_shell *sh, const struct object *o, uint64_t bytes)
{
	uint64_t file = get(sh, o, "shmid_kernel", "shm_file"), inode = 0, mapping, resident = 0, sb, magic;
	uint64_t pages = bytes / PM_PAGE_SIZE + (bytes % PM_PAGE_SIZE > 0), swapped = 0;
	bool has_inode = pm_linux_get(sh->lx, file, PM_FILE_INODE, &inode);
	bool is_huge = has_inode && pm_linux_member_get(sh->lx, inode, "inode", "i_sb", &sb) &&
		       pm_linux_member_get(sh->lx, sb, "super_block", "s_magic", &magic) &&
		       magic == HUGETLBFS_MAGIC;
	uint64_t info = inode - pm_linux_member_offset(sh->lx, "shmem_inode_info", "vfs_inode");
	/* in huge pages or in pages: kernels differ; they are never swapped */
	bool has_resident = has_inode && !is_huge &&
			    pm_linux_get(sh->lx, inode, PM_INODE_MAPPING, &mapping) &&
			    pm_linux_get(sh->lx, mapping, PM_MAPPING_PAGES, &resident);
	bool has_swapped = has_inode && !is_huge &&
			   pm_linux_member_get(sh->lx, info, "shmem_inode_info", "swapped", &swapped);

	if (sh->json) {
		pm_json_hex(sh->json, "pages", pages);
		if (has_resident)
			pm_json_hex(sh->json, "resident", resident);
		if (has_swapped)
			pm_json_hex(sh->json, "swapped", swapped);
		if (has_inode)
			pm_json_hex(sh->json, "inode", inode);
		return;
	}
	fprintf(sh->out, "PAGES ALLOCATED/RESIDENT/SWAPPED: %llu", (unsigned long long)pages);
	put_count(sh, has_resident, resident);
	put_count(sh, has_swapped, swapped);
	if (has_inode)
		fprintf(sh->out, "\nINODE: %016llx\n", (unsigned long long)inode);
	else
		fputs("\nINODE: ?\n", sh->out);
}

static void put_shm(struct pm_shell *sh, const struct object *o, bool details)
{
	uint64_t bytes = get(sh, o, "shmid_kernel", "shm_segsz"),
		 users = get(sh, o, "shmid_kernel", "shm_nattch");
	bool goes = o->mode & SHM_DEST, locked = o->mode & SHM_LOCKED;

	if (sh->json) {
		pm_json_hex(sh->json, "bytes", bytes);
		pm_json_hex(sh->json, "attached", users);
		pm_json_bool(sh->json, "goes", goes);
		pm_json_bool(sh->json, "locked", locked);
	} else {
		fprintf(sh->out, "%-10llu %-6llu %s%s%s\n", (unsigned long long)bytes,
			(unsigned long long)users, goes ? "dest" : "", goes && locked ? " " : "",
			locked ? "locked" : "");
	}
	if (details)
		put_shm_pages(sh, o, bytes);
	if (details && !sh->json)
		fputc('\n', sh->out);
}

static void put_sem(struct pm_shell *sh, const struct object *o, bool details)
{
	uint64_t n = get(sh, o, "sem_array", "sem_nsems");

	(void)details;
	if (sh->json)
		pm_json_hex(sh->json, "semaphores", n);
	else
		fprintf(sh->out, "%-10lld\n", (long long)(int32_t)n);
}

static void put_msg(struct pm_shell *sh, const struct object *o, bool details)
{
	uint64_t bytes = get(sh, o, "msg_queue", "q_cbytes"), n = get(sh, o, "msg_queue", "q_qnum");

	(void)details;
	if (sh->json) {
		pm_json_hex(sh->json, "bytes", bytes);
		pm_json_hex(sh->json, "messages", n);
	} else {
		fprintf(sh->out, "%-12llu %llu\n", (unsigned long long)bytes, (unsigned long long)n);
	}
}

enum { KIND_SHM, KIND_SEM, KIND_MSG, KINDS };

static const struct kind kinds[KINDS] = {
	{ "shmid_kernel", "shm_perm", "SHMID_KERNEL     KEY      SHMID      UID   PERMS ",
	  "BYTES      NATTCH STATUS", "shared_memory", 2, put_shm },
	{ "sem_array", "sem_perm", "SEM_ARRAY        KEY      SEMID      UID   PERMS ", "NSEMS     ",
	  "semaphores", 0, put_sem },
	{ "msg_queue", "q_perm", "MSG_QUEUE        KEY      MSQID      UID   PERMS ",
	  "USED-BYTES   MESSAGES    ", "message_queues", 1, put_msg },
};

struct walk {
	struct pm_shell *sh;
	const struct kind *kind;
	struct choice *choice;
	size_t n;
	size_t missing;
};

static bool is_meant(const struct object *o, const char *what)
{
	uint64_t value;

	return !what || (pm_shell_number(what, &value) && (value == o->addr || value == o->id));
}

static bool visit(uint64_t index, uint64_t perm, void *user)
{
	struct walk *walk = user;
	struct pm_shell *sh = walk->sh;
	struct object o = { .addr = perm -
				    pm_linux_member_offset(sh->lx, walk->kind->structure, walk->kind->perm) };
	enum pm_absence why;
	uint64_t gap;

	(void)index;
	if (pm_shell_interrupted(sh))
		return false;
	if (pm_shell_gap(sh, o.addr, pm_linux_type_size(sh->lx, walk->kind->structure), &gap, &why) ||
	    !pm_linux_member_get(sh->lx, perm, "kern_ipc_perm", "id", &o.id)) {
		walk->missing++;
		return true;
	}
	o.key = pm_linux_member_value(sh->lx, perm, "kern_ipc_perm", "key");
	o.uid = pm_linux_member_value(sh->lx, perm, "kern_ipc_perm", "uid");
	o.mode = pm_linux_member_value(sh->lx, perm, "kern_ipc_perm", "mode");
	if (!is_meant(&o, walk->choice->what))
		return true;
	walk->choice->found = true;
	if (sh->json) {
		pm_json_open(sh->json, NULL, '{');
		pm_json_hex(sh->json, "address", o.addr);
		pm_json_hex(sh->json, "key", o.key & 0xffffffff);
		pm_json_int(sh->json, "id", (int32_t)o.id);
		pm_json_uint(sh->json, "uid", o.uid & 0xffffffff);
		pm_json_uint(sh->json, "mode", o.mode & 0xffff);
	} else {
		if (!walk->n || walk->choice->details)
			fprintf(sh->out, "%s%s\n", walk->kind->label, walk->kind->columns);
		fprintf(sh->out, "%016llx %08x %-10d %-5u %-5o ", (unsigned long long)o.addr, (uint32_t)o.key,
			(int32_t)o.id, (uint32_t)o.uid, (unsigned)o.mode & 0777);
	}
	walk->n++;
	walk->kind->put(sh, &o, walk->choice->details);
	if (sh->json)
		pm_json_close(sh->json, '}');
	return true;
}

static bool put_kind(struct pm_shell *sh, const struct kind *kind, struct choice *choice)
{
	struct walk walk = { .sh = sh, .kind = kind, .choice = choice };
	uint64_t ids = pm_linux_member_at(sh->lx, choice->space, "ipc_namespace", "ids");
	uint64_t tree = pm_linux_member_at(sh->lx, ids + kind->ids * pm_linux_type_size(sh->lx, "ipc_ids"),
					   "ipc_ids", "ipcs_idr.idr_rt");

	if (!ids || !tree)
		return pm_shell_error(sh, "ipcs", "how this kernel lists them is not known");
	if (sh->json)
		pm_json_open(sh->json, kind->key, '[');
	const char *trouble = pm_linux_xarray_each(sh->lx, tree, visit, &walk);

	if (sh->json)
		pm_json_close(sh->json, ']');
	else if (!walk.n && !choice->what && !walk.missing && !trouble && !pm_shell_interrupted(sh))
		fprintf(sh->out, "%s%s\n(none allocated)\n", kind->label, kind->columns);
	if (!sh->json && !choice->what)
		fputc('\n', sh->out);
	if (walk.missing)
		return pm_shell_error(sh, "ipcs", "%s: %zu of them are not in the dump", kind->key,
				      walk.missing);
	return !trouble || pm_shell_error(sh, "ipcs", "%s: %s", kind->key, trouble);
}

/* Of a task's namespace, or the first one. */
static bool find_space(struct pm_shell *sh, const char *whose, uint64_t *space_out)
{
	const struct pm_linux_task *task;
	uint64_t proxy;

	if (!whose)
		return pm_linux_symbol(sh->lx, "init_ipc_ns", space_out) ||
		       pm_shell_error(sh, "ipcs", "no such symbol: init_ipc_ns");
	task = pm_shell_task(sh, "ipcs", whose);
	if (!task)
		return false;
	return (pm_linux_member_get(sh->lx, task->addr, "task_struct", "nsproxy", &proxy) &&
		pm_linux_member_get(sh->lx, proxy, "nsproxy", "ipc_ns", space_out)) ||
	       pm_shell_error(sh, "ipcs",
			      "%s (pid %d): its namespace is not in the dump, or it has given it up",
			      task->comm, task->pid);
}

bool pm_shell_ipcs(struct pm_shell *sh, int argc, char **argv)
{
	struct choice choice = { 0 };
	bool wanted[KINDS] = { 0 }, ok = true;
	const char *whose = NULL;
	const struct pm_shell_option options[] = {
		{ "-s", PM_OPTION_FLAG, &wanted[KIND_SEM] },
		{ "-m", PM_OPTION_FLAG, &wanted[KIND_SHM] },
		{ "-M", PM_OPTION_FLAG, &choice.details },
		{ "-q", PM_OPTION_FLAG, &wanted[KIND_MSG] },
		{ "-n", PM_OPTION_TEXT, &whose },
	};

	argc = pm_shell_options(sh, argc, argv, options, PM_COUNT(options));
	if (!argc)
		return false;
	if (argc > 2)
		return pm_shell_error(sh, "ipcs", "it takes one id or address: %s", argv[2]);
	wanted[KIND_SHM] |= choice.details;
	choice.what = argc > 1 ? argv[1] : NULL;
	if (!find_space(sh, whose, &choice.space))
		return false;
	bool all = !wanted[KIND_SHM] && !wanted[KIND_SEM] && !wanted[KIND_MSG];

	for (unsigned i = 0; i < KINDS; i++)
		if (all || wanted[i])
			ok &= put_kind(sh, &kinds[i], &choice);
	return ok && (!choice.what || choice.found ||
		      pm_shell_no_such(sh, "ipcs", "id or address", choice.what, NULL));
}
