/* Writes the kernel of two MiB that the unit tests make, for tests of the command line:
 *
 *	image DUMP [TYPES]     an ELF core; TYPES: its kernel carries no types, they go to that file
 */
#include "../unit/linux_image.h"

static int put(const char *path, const void *bytes, size_t n)
{
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(bytes, 1, n, f) < n || fclose(f)) {
		perror(path);
		return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct image im;

	if (argc < 2)
		return 2;
	image_make(&im, &(struct image_options){ .no_btf = argc > 2 });
	int status = put(argv[1], im.core, im.core_size);

	if (argc > 2)
		status |= put(argv[2], im.memory + (im.btf_at - IMAGE_MAP), im.btf_size);
	image_deinit(&im);
	return status;
}
