/* Writes the kernel of two MiB that the unit tests make, for tests of the command line:
 *
 *	image [-b] DUMP [TYPES]     an ELF core; TYPES: its kernel carries no types, they go to that file
 *
 * With all that it can have at once; -b: an earlier one, in which nothing was blocked yet. */
#include "../unit/linux_image.h"

#include <unistd.h>

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
	struct image_options options = { .blocked = true, .machine = true, .queues = true, .calls = true };
	struct image im;

	for (int c; (c = getopt(argc, argv, "b")) >= 0;) {
		if (c != 'b')
			return 2;
		options.blocked = false;
	}
	argc -= optind;
	argv += optind;
	if (argc < 1)
		return 2;
	options.no_btf = argc > 1;
	image_make(&im, &options);
	int status = put(argv[0], im.core, im.core_size);

	if (argc > 1)
		status |= put(argv[1], im.memory + (im.btf_at - IMAGE_MAP), im.btf_size);
	image_deinit(&im);
	return status;
}
