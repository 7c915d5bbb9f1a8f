#include "symbols/find.h"

#include <fts.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bounds of a recursive search: a kernel's build tree has about 100,000 files. */
#define DEPTH_MAX 16
#define ENTRIES_MAX 1000000

/* The files below one folder that can be a vmlinux or a module. */
struct tree {
	char *dir;
	struct pm_arena arena;
	pm_paths vmlinux, modules;
};

struct pm_finder {
	const char *root;
	const char *const *debug_dirs;
	size_t debug_dirs_n;
	const char *modules_path;
	struct tree **trees; /* searched so far */
	size_t trees_n;
};

struct pm_finder *pm_finder_create(const char *root, const char *const *debug_dirs, size_t debug_dirs_n,
				   const char *modules_path)
{
	struct pm_finder *finder = pm_alloc(sizeof(*finder));

	finder->root = root ? root : "";
	finder->debug_dirs = debug_dirs;
	finder->debug_dirs_n = debug_dirs_n;
	finder->modules_path = modules_path;
	return finder;
}

void pm_finder_destroy(struct pm_finder *finder)
{
	if (!finder)
		return;
	for (size_t i = 0; i < finder->trees_n; i++) {
		pm_arena_deinit(&finder->trees[i]->arena);
		free(finder->trees[i]->dir);
		free(finder->trees[i]);
	}
	free(finder->trees);
	free(finder);
}

static bool is_file(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && st.st_size;
}

static void offer(struct pm_arena *arena, pm_paths *paths, const char *path)
{
	if (!is_file(path))
		return;
	for (size_t i = 0; i < paths->n; i++)
		if (!strcmp(paths->v[i], path))
			return;
	*PM_PUSH(arena, paths) = pm_arena_str(arena, pm_slice_of(path));
}

static void offer_printf(struct pm_arena *arena, pm_paths *paths, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));
static void offer_printf(struct pm_arena *arena, pm_paths *paths, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	char *path = pm_vprintf(fmt, ap);
	va_end(ap);
	offer(arena, paths, path);
	free(path);
}

static const struct tree *tree_of(struct pm_finder *finder, const char *dir)
{
	for (size_t i = 0; i < finder->trees_n; i++)
		if (!strcmp(finder->trees[i]->dir, dir))
			return finder->trees[i];

	struct tree *tree = pm_alloc(sizeof(*tree));
	char *copy = pm_printf("%s", dir), *argv[] = { copy, NULL };
	size_t entries = 0;

	tree->dir = copy;
	pm_arena_init(&tree->arena);
	finder->trees = pm_realloc(finder->trees, (finder->trees_n + 1) * sizeof(struct tree *));
	finder->trees[finder->trees_n++] = tree;
	FTS *fts = fts_open(argv, FTS_PHYSICAL | FTS_NOCHDIR | FTS_NOSTAT | FTS_COMFOLLOW, NULL);
	for (FTSENT *entry; fts && entries < ENTRIES_MAX && (entry = fts_read(fts)); entries++) {
		if (entry->fts_info == FTS_D) {
			if (entry->fts_level > DEPTH_MAX || !strcmp(entry->fts_name, ".git"))
				fts_set(fts, entry, FTS_SKIP);
			continue;
		}
		/* A build id's folder has links to all there is; it is looked into by name. */
		if (entry->fts_info == FTS_DP || strlen(entry->fts_name) < 4)
			continue;
		if (!strncmp(entry->fts_name, "vmlinux", 7)) {
			static const char *const no[] = { ".o", ".lds",     ".lds.S", ".map",
							  ".a", ".symvers", ".h" };
			struct pm_slice name = pm_slice_of(entry->fts_name);
			bool fits = true;

			for (size_t i = 0; i < PM_COUNT(no); i++)
				fits = fits && !pm_slice_ends(name, pm_slice_of(no[i]));
			if (fits)
				*PM_PUSH(&tree->arena, &tree->vmlinux) =
					pm_arena_str(&tree->arena, pm_slice_of(entry->fts_path));
		} else if (strstr(entry->fts_name, ".ko")) {
			*PM_PUSH(&tree->arena, &tree->modules) =
				pm_arena_str(&tree->arena, pm_slice_of(entry->fts_path));
		}
	}
	if (fts)
		fts_close(fts);
	return tree;
}

static void by_build_id(const char *dir, const char *build_id, struct pm_arena *arena, pm_paths *paths)
{
	if (!build_id || strlen(build_id) < 8 || strspn(build_id, "0123456789abcdef") != strlen(build_id))
		return;
	offer_printf(arena, paths, "%s/.build-id/%.2s/%s.debug", dir, build_id, build_id + 2);
}

/* Does a path have the release as (a part of) one of its components? */
static bool names_release(const char *path, const char *release)
{
	const char *found = release && *release ? strstr(path, release) : NULL;

	return found && (found[strlen(release)] == '/' || !found[strlen(release)] ||
			 !strcmp(found + strlen(release), ".debug"));
}

static void by_root_build_id(const struct pm_finder *finder, const char *build_id, struct pm_arena *arena,
			     pm_paths *paths)
{
	char *debug = pm_printf("%s/usr/lib/debug", finder->root);

	by_build_id(debug, build_id, arena, paths);
	free(debug);
}

/* A release comes from the log: it must not lead out of the folders meant. */
static bool is_folder_name(const char *release)
{
	return release && *release && !strchr(release, '/') && strcmp(release, "..") != 0;
}

void pm_find_vmlinux(struct pm_finder *finder, const char *release, const char *build_id,
		     struct pm_arena *arena, pm_paths *paths)
{
	static const char *const usual[] = {
		"/usr/lib/debug/lib/modules/%s/vmlinux",
		"/usr/lib/debug/boot/vmlinux-%s",
		"/usr/lib/debug/boot/vmlinux-%s.debug",
		"/usr/lib/debug/usr/lib/modules/%s/vmlinux",
		"/usr/lib/debug/lib/modules/%s/vmlinux.debug",
		"/usr/lib/debug/usr/lib/modules/%s/vmlinux.debug",
		"/boot/vmlinux-%s",
		"/boot/vmlinux-%s.debug",
		"/lib/modules/%s/vmlinux",
		"/lib/modules/%s/build/vmlinux",
		"/usr/lib/modules/%s/vmlinux",
		"/usr/lib/modules/%s/build/vmlinux",
	};

	for (size_t i = 0; i < finder->debug_dirs_n; i++)
		by_build_id(finder->debug_dirs[i], build_id, arena, paths);
	for (size_t i = 0; i < finder->debug_dirs_n; i++) {
		const struct tree *tree = tree_of(finder, finder->debug_dirs[i]);

		for (int named = 1; named >= 0; named--)
			for (size_t k = 0; k < tree->vmlinux.n; k++)
				if (names_release(tree->vmlinux.v[k], release) == named)
					offer(arena, paths, tree->vmlinux.v[k]);
	}
	by_root_build_id(finder, build_id, arena, paths);
	if (!is_folder_name(release))
		return;
	for (size_t i = 0; i < PM_COUNT(usual); i++) {
		const char *mark = strstr(usual[i], "%s");

		offer_printf(arena, paths, "%s%.*s%s%s", finder->root, (int)(mark - usual[i]), usual[i],
			     release, mark + 2);
	}
}

static char dash_as_underscore(char c)
{
	return c == '-' ? '_' : c;
}

/* Is path "…/name.ko", ".ko.xz", ".ko.debug" …?  The kernel prints '-' as '_'. */
static bool is_module(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/'), *p = slash ? slash + 1 : path;

	while (*name && dash_as_underscore(*p) == dash_as_underscore(*name)) {
		p++;
		name++;
	}
	return !*name && !strncmp(p, ".ko", 3) &&
	       (!p[3] || !strcmp(p + 3, ".debug") || !strcmp(p + 3, ".xz") || !strcmp(p + 3, ".gz") ||
		!strcmp(p + 3, ".zst"));
}

static void from_tree(struct pm_finder *finder, const char *dir, const char *name, struct pm_arena *arena,
		      pm_paths *paths)
{
	const struct tree *tree = tree_of(finder, dir);

	for (size_t i = 0; i < tree->modules.n; i++)
		if (is_module(tree->modules.v[i], name))
			offer(arena, paths, tree->modules.v[i]);
}

void pm_find_module(struct pm_finder *finder, const char *name, const char *release, const char *build_id,
		    const char *beside, struct pm_arena *arena, pm_paths *paths)
{
	static const char *const usual[] = {
		"/usr/lib/debug/lib/modules/%s",
		"/usr/lib/debug/usr/lib/modules/%s",
		"/lib/modules/%s",
		"/usr/lib/modules/%s",
	};

	if (strchr(name, '/'))
		return;
	if (finder->modules_path)
		from_tree(finder, finder->modules_path, name, arena, paths);
	for (size_t i = 0; i < finder->debug_dirs_n; i++)
		by_build_id(finder->debug_dirs[i], build_id, arena, paths);
	for (size_t i = 0; i < finder->debug_dirs_n; i++)
		from_tree(finder, finder->debug_dirs[i], name, arena, paths);
	if (beside && strrchr(beside, '/')) {
		char *dir = pm_printf("%.*s", (int)(strrchr(beside, '/') - beside), beside);

		if (*dir) /* never the whole machine */
			from_tree(finder, dir, name, arena, paths);
		free(dir);
	} else if (beside) {
		from_tree(finder, ".", name, arena, paths);
	}
	by_root_build_id(finder, build_id, arena, paths);
	if (!is_folder_name(release))
		return;
	for (size_t i = 0; i < PM_COUNT(usual); i++) {
		const char *mark = strstr(usual[i], "%s");
		char *dir = pm_printf("%s%.*s%s", finder->root, (int)(mark - usual[i]), usual[i], release);

		if (!access(dir, X_OK))
			from_tree(finder, dir, name, arena, paths);
		free(dir);
	}
}

/* How releases look where a distribution built the kernel, and what gives its debug information. */
static const struct {
	const char *part; /* stands in the release */
	bool at_end;
	const char *words; /* %s: the release */
} hints[] = {
	{ "-generic", true, "install linux-image-unsigned-%s-dbgsym (from the ddebs archive)" },
	{ "-lowlatency", true, "install linux-image-unsigned-%s-dbgsym (from the ddebs archive)" },
	{ "-azure", true, "install linux-image-unsigned-%s-dbgsym (from the ddebs archive)" },
	{ "-aws", true, "install linux-image-unsigned-%s-dbgsym (from the ddebs archive)" },
	{ "-gcp", true, "install linux-image-unsigned-%s-dbgsym (from the ddebs archive)" },
	{ "-kvm", true, "install linux-image-unsigned-%s-dbgsym (from the ddebs archive)" },
	{ ".fc", false, "install kernel-debuginfo-%s (dnf debuginfo-install kernel-core)" },
	{ ".el", false, "install kernel-debuginfo-%s (debuginfo-install kernel)" },
	{ ".amzn", false, "install kernel-debuginfo-%s (debuginfo-install kernel)" },
	{ ".azl", false, "install kernel-debuginfo-%s" },
	{ ".uek", false, "install kernel-uek-debuginfo-%s" },
	{ "-default", true, "install kernel-default-debuginfo of %s" },
	{ "-arch", false, "set DEBUGINFOD_URLS=https://debuginfod.archlinux.org" },
	{ "-pve", true, "install proxmox-kernel-%s-dbgsym" },
	{ "-amd64", true, "install linux-image-%s-dbg" },
	{ "-arm64", true, "install linux-image-%s-dbg" },
	{ "-armmp", true, "install linux-image-%s-dbg" },
	{ "-armmp-lpae", true, "install linux-image-%s-dbg" },
	{ "-686", true, "install linux-image-%s-dbg" },
	{ "-686-pae", true, "install linux-image-%s-dbg" },
	{ "-riscv64", true, "install linux-image-%s-dbg" },
	{ "-powerpc64le", true, "install linux-image-%s-dbg" },
	{ "-s390x", true, "install linux-image-%s-dbg" },
	{ "-loong64", true, "install linux-image-%s-dbg" },
};

const char *pm_find_hint(const char *release, struct pm_arena *arena)
{
	struct pm_slice s = pm_slice_of(release);

	for (size_t i = 0; release && i < PM_COUNT(hints); i++) {
		struct pm_slice part = pm_slice_of(hints[i].part);

		if (!(hints[i].at_end ? pm_slice_ends(s, part) : pm_slice_has(s, part)))
			continue;
		const char *mark = strstr(hints[i].words, "%s");
		if (!mark)
			return pm_arena_str(arena, pm_slice_of(hints[i].words));
		return pm_arena_printf(arena, "%.*s%s%s", (int)(mark - hints[i].words), hints[i].words,
				       release, mark + 2);
	}
	return NULL;
}
