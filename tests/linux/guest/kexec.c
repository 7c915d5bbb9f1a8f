/* kexec KERNEL INITRD COMMAND-LINE: loads a kernel that starts when this one panics.  The kernel itself does
 * what kexec-tools' `kexec -p -s` does: the ELF headers of memory, and the command line's elfcorehdr=. */
#include <fcntl.h>
#include <linux/kexec.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	int kernel, initrd;

	if (argc != 4)
		return 2;
	kernel = open(argv[1], O_RDONLY);
	initrd = open(argv[2], O_RDONLY);
	if (kernel < 0 || initrd < 0 ||
	    syscall(SYS_kexec_file_load, kernel, initrd, strlen(argv[3]) + 1, argv[3], KEXEC_FILE_ON_CRASH) <
		    0) {
		perror("kexec");
		return 1;
	}
	return 0;
}
