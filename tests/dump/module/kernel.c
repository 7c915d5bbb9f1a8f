/* The functions of the kernel that image makes, where they lie there, for a vmlinux with source lines: kernel.lds puts each
 * in its 64 bytes, and what calls the next one ends at byte 32. */
struct drv_device;

#define FUNCTION(name, ...)                                                                                  \
	__attribute__((section(".text." #name), used)) void name(__VA_ARGS__);                               \
	void name(__VA_ARGS__)                                                                               \
	{                                                                                                    \
		__asm__(".skip 40, 0x90");                                                                   \
	}

FUNCTION(panic, void)
FUNCTION(sysrq_handle_crash, void)
FUNCTION(vfs_write, struct drv_device *dev, unsigned long flags)
FUNCTION(ksys_write, void)
FUNCTION(do_syscall_64, void)
FUNCTION(__schedule, void)
FUNCTION(schedule, void)
FUNCTION(__mutex_lock, void)
FUNCTION(kthread, void *data)
FUNCTION(ret_from_fork, void)
