/* BTF with its header made right: the kernel's, a module's behind it, and a module's on a distilled base.
 *
 *	kernel's types and strings, module's types and strings: lengths of the first three in 2 bytes each, in words
 */
#include "base/memory.h"
#include "symbols/btf.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint8_t *part(const uint8_t *types, size_t types_n, const uint8_t *strings, size_t strings_n,
		     size_t *n_out)
{
	uint32_t header[] = {
		0x0001eb9f, 24, 0, (uint32_t)types_n, (uint32_t)types_n, (uint32_t)strings_n + 1
	};
	uint8_t *bytes = pm_alloc(24 + types_n + strings_n + 1);

	memcpy(bytes, header, 24);
	memcpy(bytes + 24, types, types_n);
	memcpy(bytes + 24 + types_n, strings, strings_n);
	*n_out = 24 + types_n + strings_n + 1;
	return bytes;
}

static void use(struct pm_btf *btf)
{
	char text[300];

	for (uint32_t id = 0; id <= pm_btf_count(btf) && id < 300; id++) {
		struct pm_btf_member member;
		int64_t value;

		pm_btf_declare(btf, id, "x", text, sizeof(text));
		pm_btf_size(btf, id);
		pm_btf_member_at(btf, id, id % 40, text, sizeof(text), &member);
		pm_btf_find_member(btf, id, "a[1].b", &member);
		pm_btf_enum(btf, id, 0, &value);
		pm_btf_name(btf, id); /* what is of a kind that we do not know has one, too */
	}
	if (pm_btf_kind(btf, 0) || *pm_btf_name(btf, 0))
		abort();
	pm_btf_find_written(btf, "struct a");
	pm_btf_find_written(btf, "a");
	pm_btf_find(btf, PM_BTF_FUNC, "f");
}

static size_t take(const uint8_t **data, size_t *size, size_t n)
{
	n = n < *size ? n : *size;
	*data += n;
	*size -= n;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t lengths[4], n;
	const uint8_t *parts[4];
	struct pm_btf *kernel, *module = NULL;

	if (size < 6)
		return 0;
	for (unsigned i = 0; i < 3; i++)
		lengths[i] = 4 * (data[2 * i] | (size_t)data[2 * i + 1] << 8);
	data += 6;
	size -= 6;
	lengths[3] = size;
	for (unsigned i = 0; i < 4; i++) {
		parts[i] = data;
		lengths[i] = take(&data, &size, lengths[i]);
	}
	uint8_t *bytes = part(parts[0], lengths[0], parts[1], lengths[1], &n);

	/* what the header says is anything, too */
	if (lengths[0] >= 24) {
		uint8_t *raw = pm_alloc(lengths[0]);

		memcpy(raw, parts[0], lengths[0]);
		memcpy(raw, "\x9f\xeb\x01", 3);
		kernel = NULL;
		if (pm_error_take(pm_btf_open(raw, lengths[0], NULL, &kernel)) == PM_OK)
			use(kernel);
		pm_btf_close(kernel);
	}
	if (pm_error_take(pm_btf_open(bytes, n, NULL, &kernel)) != PM_OK)
		abort();
	use(kernel);
	bytes = part(parts[2], lengths[2], parts[3], lengths[3], &n);
	if (pm_error_take(pm_btf_open(bytes, n, kernel, &module)) == PM_OK)
		use(module);
	pm_btf_close(module);
	/* the first as the base of the second, on itself */
	size_t base_n;
	uint8_t *base = part(parts[0], lengths[0], parts[1], lengths[1], &base_n);

	module = NULL;
	bytes = part(parts[2], lengths[2], parts[3], lengths[3], &n);
	if (pm_error_take(pm_btf_open_distilled(bytes, n, base, base_n, kernel, &module)) == PM_OK)
		use(module);
	pm_btf_close(module);
	pm_btf_close(kernel);
	return 0;
}
