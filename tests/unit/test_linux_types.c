/* Where a dump's types are from: itself, a file, a module. */
#include "folder.h"
#include "linux_opened.h"

#include "incident.h"
#include "linux/kernel_types.h"
#include "linux/report.h"

#include <unistd.h>

static const uint8_t *types_of(const struct image *im)
{
	return im->memory + (im->btf_at - IMAGE_MAP);
}

static char folder[] = "/tmp/kpanic-types.XXXXXX";

static const char *put_file(const char *name, const void *bytes, size_t n)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *f = fopen(path, "wb");
	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	fclose(f);
	return path;
}

/* A vmlinux of two sections: .BTF, and a build id of 20 bytes of `id`. */
static const char *put_elf(const void *btf, size_t n, uint8_t id)
{
	static const char names[] = "\0.BTF\0.notes\0.shstrtab";
	uint8_t note[36] = { 4, 0, 0, 0, 20, 0, 0, 0, 3, 0, 0, 0, 'G', 'N', 'U', 0 };
	Elf64_Ehdr eh = { .e_ident = { 0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1 },
			  .e_type = ET_EXEC,
			  .e_machine = EM_X86_64,
			  .e_version = 1,
			  .e_ehsize = sizeof(eh),
			  .e_shentsize = sizeof(Elf64_Shdr),
			  .e_shnum = 4,
			  .e_shstrndx = 3 };
	size_t at = sizeof(eh);
	Elf64_Shdr sh[4] = { 0 };
	struct pm_buf out = { 0 };

	memset(note + 16, id, 20);
	sh[1] = (Elf64_Shdr){ .sh_name = 1, .sh_type = SHT_PROGBITS, .sh_offset = at, .sh_size = n };
	sh[2] = (Elf64_Shdr){
		.sh_name = 6, .sh_type = SHT_NOTE, .sh_offset = at + n, .sh_size = 36, .sh_addralign = 4
	};
	sh[3] = (Elf64_Shdr){
		.sh_name = 13, .sh_type = SHT_STRTAB, .sh_offset = at + n + 36, .sh_size = sizeof(names)
	};
	eh.e_shoff = at + n + 36 + sizeof(names);
	pm_buf_add(&out, &eh, sizeof(eh));
	pm_buf_add(&out, btf, n);
	pm_buf_add(&out, note, sizeof(note));
	pm_buf_add(&out, names, sizeof(names));
	pm_buf_add(&out, sh, sizeof(sh));
	const char *path = put_file("vmlinux", out.data, out.n);

	pm_buf_deinit(&out);
	return path;
}

struct told {
	unsigned reports;
	size_t frames;
	bool says_btf;
};

static bool on_incident(struct pm_incident *inc, void *user)
{
	struct told *told = user;
	struct pm_trace *trace = pm_incident_crash_trace(inc);

	told->reports++;
	told->frames = trace ? trace->frames.n : 0;
	for (size_t i = 0; i < inc->missing.n; i++)
		told->says_btf |= strstr(inc->missing.v[i], "--btf FILE adds them") != NULL;
	return true;
}

/* Log, symbols and notes are there all the same, and it is said what would give the rest. */
static void none(void **state)
{
	struct opened o;
	struct told told = { 0 };
	uint64_t addr;

	(void)state;
	image_make(&o.image, &(struct image_options){ .no_btf = true });
	open_made(&o, NULL);
	assert_null(o.lx->btf);
	assert_string_equal(o.lx->btf_trouble->message, "this kernel carries no types (BTF)");
	assert_int_equal(pm_session_tasks(o.session)->v.n, 0);
	assert_true(pm_linux_symbol(o.lx, "vfs_write", &addr));
	assert_int_equal(pm_session_log(o.session, NULL)->records.n, 4);
	assert_null(pm_linux_read_dump(o.session, on_incident, &told));
	assert_int_equal(told.reports, 1);
	assert_true(told.says_btf);
	assert_int_equal(told.frames, 5);
	close_image(&o);
}

static void of_a_file(void **state)
{
	(void)state;
	for (unsigned elf = 0; elf < 2; elf++) {
		struct opened o;
		struct told told = { 0 };

		image_make(&o.image, &(struct image_options){ .no_btf = true });
		const char *path = elf ? put_elf(types_of(&o.image), o.image.btf_size, 0)
				       : put_file("btf", types_of(&o.image), o.image.btf_size);

		/* its build id is the dump's */
		if (elf) {
			static const uint8_t id[20] = { 0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd,
							0xef, 0x01, 0x23, 0x45, 0x67, 0x89, 0xab,
							0xcd, 0xef, 0x01, 0x23, 0x45, 0x67 };
			FILE *f = fopen(path, "r+b");

			assert_int_equal(
				fseek(f, (long)(sizeof(Elf64_Ehdr) + o.image.btf_size + 16), SEEK_SET), 0);
			assert_int_equal(fwrite(id, 1, 20, f), 20);
			fclose(f);
		}
		open_made(&o, elf ? &(struct pm_linux_options){ .vmlinux = path }
				  : &(struct pm_linux_options){ .btf = path });
		assert_null(o.lx->types_refused);
		assert_non_null(o.lx->btf);
		assert_string_equal(o.lx->btf_file, path);
		assert_int_equal(o.lx->fields[PM_TASK_COMM].offset, TASK_COMM);
		assert_int_equal(pm_session_tasks(o.session)->v.n, 2);
		assert_null(pm_linux_read_dump(o.session, on_incident, &told));
		assert_false(told.says_btf);
		close_image(&o);
	}
}

/* What is wrong with the file, in one line; the dump's own types are used then. */
static void refused(const void *bytes, size_t n, bool elf, const char *words)
{
	struct opened o;
	char expected[256];

	image_make(&o.image, &(struct image_options){ 0 });
	const char *path = elf ? put_elf(bytes, n, 0xee) : put_file("btf", bytes, n);

	snprintf(expected, sizeof(expected), "%s: %s", path, words);
	open_made(&o, &(struct pm_linux_options){ .btf = path });
	assert_non_null(o.lx->types_refused);
	assert_string_equal(o.lx->types_refused->message, expected);
	assert_non_null(o.lx->btf);
	assert_null(o.lx->btf_file);
	close_image(&o);
}

static void wrong_files(void **state)
{
	struct image im;

	(void)state;
	image_make(&im, &(struct image_options){ 0 });
	size_t n = im.btf_size;
	uint8_t *bytes = pm_alloc(n);

	memcpy(bytes, types_of(&im), n);
	refused(bytes, n, true,
		"another kernel: its build id is eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee, the dump's "
		"0123456789abcdef0123456789abcdef01234567");
	/* a structure of another size */
	struct image_btf b = { 0 };
	pm_buf_add(&b.strings, "", 1);
	uint32_t u64 = image_btf_type(&b, "long", 1, 0, 8);
	image_btf_u32(&b, 64);
	image_btf_struct(
		&b, "list_head", 4, 24,
		(struct image_member[]){ { "next", u64, 0, 0, 0 }, { "prev", u64, 16, 0, 0 }, { 0 } });
	uint8_t other[512] = { 0x9f, 0xeb, 1, 0, 24 };
	const uint32_t parts[] = { 0, (uint32_t)b.types.n, (uint32_t)b.types.n, (uint32_t)b.strings.n };
	memcpy(other + 8, parts, 16);
	memcpy(other + 24, b.types.data, b.types.n);
	memcpy(other + 24 + b.types.n, b.strings.data, b.strings.n);
	size_t other_n = 24 + b.types.n + b.strings.n;
	refused(other, other_n, false,
		"types of another kernel: list_head is of size 24 there, 16 in the dump");
	/* the size of struct list_head is right, but there are no tasks */
	for (size_t at = 24; at + 4 < other_n; at += 4)
		if (other[at] == 24 && !memcmp(other + at - 4, "\x02\0\0\x04", 4))
			other[at] = 16;
	other[24 + b.types.n - 4] = 64;
	refused(other, other_n, false, "types of something else than a kernel: there is no task_struct");
	refused((const uint8_t[24]){ 0x9f, 0xeb, 2 }, 24, false, "BTF: version 2");
	refused("no types", 8, false, "not an ELF file");
	pm_buf_deinit(&b.types);
	pm_buf_deinit(&b.strings);
	/* names and sizes fit, but the first task is not found where they say */
	for (size_t at = 24; at + 12 < n; at += 4) {
		uint32_t name, offset;

		memcpy(&name, bytes + at, 4);
		memcpy(&offset, bytes + at + 8, 4);
		if (offset == 8 * TASK_COMM && name < n &&
		    !strcmp((const char *)types_of(&im) + 24 + (n - 24 - im.btf_strings) + name, "comm"))
			bytes[at + 8] += 64;
	}
	refused(bytes, n, false, "types of another kernel: by them the first task is not called swapper");
	free(bytes);
	image_deinit(&im);
}

/* struct drv_state { long int ready; struct list_head queue; } of the module, behind the kernel's. */
static void module_types(void **state)
{
	struct opened o;
	struct image_btf b = { 0 };
	uint64_t head = 0, module = 0, at = IMAGE_MAP + 0x1e0000;

	(void)state;
	image_make(&o.image, &(struct image_options){ 0 });
	b.n = o.image.btf_types;
	for (size_t i = 0; i < o.image.symbols_n; i++)
		if (!strcmp(o.image.symbols[i].name, "modules"))
			head = o.image.symbols[i].addr;
	memcpy(&module, o.image.memory + (head - IMAGE_MAP), 8);
	module -= MODULE_LIST;
	pm_buf_add(&b.strings, "", 1);
	open_made(&o, NULL);
	uint32_t list = pm_btf_find(o.lx->btf, PM_BTF_STRUCT, "list_head");
	pm_session_close(o.session);
	pm_dump_close(o.dump);

	/* the names' offsets go on behind the kernel's strings */
	image_btf_u32(&b, o.image.btf_strings + image_btf_string(&b, "drv_state"));
	image_btf_u32(&b, 4 << 24 | 2);
	image_btf_u32(&b, 24);
	image_btf_u32(&b, o.image.btf_strings + image_btf_string(&b, "ready"));
	image_btf_u32(&b, 1);
	image_btf_u32(&b, 0);
	image_btf_u32(&b, o.image.btf_strings + image_btf_string(&b, "queue"));
	image_btf_u32(&b, list);
	image_btf_u32(&b, 64);
	const uint32_t header[] = { 0x0001eb9f,           24, 0, (uint32_t)b.types.n, (uint32_t)b.types.n,
				    (uint32_t)b.strings.n };
	for (unsigned i = 0; i < 6; i++)
		image_put(&o.image, at + 4 * i, header[i], 4);
	memcpy(o.image.memory + 0x1e0000 + 24, b.types.data, b.types.n);
	memcpy(o.image.memory + 0x1e0000 + 24 + b.types.n, b.strings.data, b.strings.n);
	image_put(&o.image, module + MODULE_BTF, at, 8);
	image_put(&o.image, module + MODULE_BTF + 8, 24 + b.types.n + b.strings.n, 4);
	memcpy(o.image.core + o.image.memory_at, o.image.memory, IMAGE_MEMORY);
	pm_buf_deinit(&b.types);
	pm_buf_deinit(&b.strings);

	open_made(&o, NULL);
	struct pm_linux_modules *modules = pm_session_modules(o.session);
	struct pm_btf *types = pm_linux_module_types(o.lx, &modules->v.v[0]);
	struct pm_btf_member member;

	assert_non_null(types);
	uint32_t id = pm_btf_find_written(types, "struct drv_state");
	assert_int_not_equal(id, 0);
	assert_true(pm_btf_find_member(types, id, "queue.prev", &member));
	assert_int_equal(member.bit_offset, 8 * 16);
	assert_int_equal(pm_btf_find_written(o.lx->btf, "struct drv_state"), 0);
	close_image(&o);
}

/* Types that are broken in a place: what is known is used, and what is lost is said. */
static void broken(void **state)
{
	struct opened o;
	struct told told = { 0 };

	(void)state;
	image_make(&o.image, &(struct image_options){ 0 });
	/* the last types, of modules, are lost; tasks are known by those before */
	size_t at = o.image.btf_size - o.image.btf_strings - 40;
	memset(o.image.core + o.image.memory_at + (o.image.btf_at - IMAGE_MAP) + at - 600, 0, 640);
	open_made(&o, NULL);
	assert_non_null(o.lx->btf);
	assert_non_null(strstr(o.lx->btf_lost, "lost from offset 0x"));
	assert_int_equal(pm_session_tasks(o.session)->v.n, 2);
	assert_null(pm_linux_read_dump(o.session, on_incident, &told));
	assert_int_equal(told.reports, 1);
	close_image(&o);
}

static int make_folder(void **state)
{
	(void)state;
	return folder_make(folder);
}

static int remove_folder(void **state)
{
	static const char *const files[] = { "btf", "vmlinux", NULL };

	(void)state;
	return folder_remove(folder, files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(none),         cmocka_unit_test(of_a_file), cmocka_unit_test(wrong_files),
		cmocka_unit_test(module_types), cmocka_unit_test(broken),
	};

	return cmocka_run_group_tests_name("linux_types", tests, make_folder, remove_folder);
}
