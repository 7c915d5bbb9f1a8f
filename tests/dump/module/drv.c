/* The module of the kernel that image makes, with source lines. */
static const char info[] __attribute__((section(".modinfo"), used)) = "name=drv\0vermagic=6.6.0-test SMP";

void drv_write(void);
void drv_init(void);

__attribute__((aligned(256))) void drv_write(void)
{
	__asm__(".skip 40, 0x90");
}

__attribute__((aligned(256))) void drv_init(void)
{
	__asm__(".skip 40, 0x90");
}
