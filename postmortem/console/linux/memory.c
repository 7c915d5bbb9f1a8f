#include "console/linux/details_rows.h"
#include "console/linux/rows.h"

#define COUNTER(words)                                                                                       \
	{                                                                                                    \
		"BUG:", "BUG: " words, { NULL }, "BUG: " words, { NULL }, PM_KIND_BAD_PAGE,                  \
			.flags = PM_ROW_NO_TRACE                                                             \
	}
#define ALLOCATORS                                                                                           \
	"*kmemleak* *mmap* *kmem* *slab* *alloc* *create_object* *idr_get* *list_lru_init* *kasprintf* "     \
	"*kvasprintf* *pcpu_create* *strdup* *strndup* *memdup*"
#define BAD_PAGE(word_)                                                                                      \
	{                                                                                                    \
		"BUG:", "BUG: Bad page " word_, { NULL }, "BUG: Bad page " word_ " in {f}", { NULL },        \
			PM_KIND_BAD_PAGE, { { PM_STEP_LINE, "page last allocated" }, { PM_STEP_FRAMES } },   \
			PM_AT_TRACE,                                                                         \
			.skip = "*free_page* *put_page* *get_page* *update_page* *release_page* "            \
				"*free_unref* folio* "                                                       \
				"_folio* __folio* *truncate_inode_pages* *page_frag_free* *alloc* *vmap* "   \
				"*page_owner* *bad_page* *free_pages* *free_pcp* *free_tail* "               \
				"*free_compound* *check_new_page* *pcp_list*"                                \
	}

static const struct pm_printk_row rows[] = {
	/* Who allocated the page says more than who found it bad; only CONFIG_PAGE_OWNER tells. */
	BAD_PAGE("state"),
	BAD_PAGE("cache"),
	{ "BUG:", "BUG: Bad page map", { NULL }, "BUG: Bad page map", { NULL }, PM_KIND_BAD_PAGE },
	COUNTER("Bad rss-counter state"),
	COUNTER("non-zero nr_ptes on freeing mm"),
	COUNTER("non-zero nr_pmds on freeing mm"),
	{ "BUG:",
	  "BUG: memory leak",
	  { NULL },
	  "memory leak in {f}",
	  { NULL },
	  PM_KIND_MEMORY_LEAK,
	  { { PM_STEP_LINE, "backtrace{*}:" }, { PM_STEP_FRAMES } },
	  .skip = ALLOCATORS },
	{ "unreferenced object",
	  "unreferenced object 0x{x} (size {d}):",
	  { NULL },
	  "memory leak in {f}",
	  { NULL },
	  PM_KIND_MEMORY_LEAK,
	  { { PM_STEP_LINE, "backtrace{*}:" }, { PM_STEP_FRAMES } },
	  .skip = ALLOCATORS,
	  .flags = PM_ROW_FOLLOWS },

	{ "WARNING:",
	  "WARNING: {*}mm/usercopy.c{*} {usercopy_warn|at}",
	  { NULL },
	  "WARNING: bad usercopy in {f}",
	  { NULL },
	  PM_KIND_USERCOPY,
	  PM_AT_WARNING,
	  PM_AT_TRACE,
	  .skip = "*usercopy* *__check*" },
	{ "kernel BUG",
	  "kernel BUG at {*}mm/usercopy.c",
	  { NULL },
	  "BUG: bad usercopy in {f}",
	  { NULL },
	  PM_KIND_USERCOPY,
	  PM_AT_TRACE,
	  .skip = "*usercopy* *__check*" },
	{ "WARNING:",
	  "WARNING: {*}mm/{*}.c{*} {kmalloc|kvmalloc|vmalloc|malloc}",
	  { NULL },
	  "WARNING: kmalloc bug in {f}",
	  { NULL },
	  PM_KIND_WARNING,
	  PM_AT_WARNING,
	  PM_AT_TRACE,
	  .skip = "*kmalloc* *krealloc* *slab* *kmem*" },
	{ "WARNING:",
	  "WARNING: {*}mm/vmalloc.c{*}__vmalloc_node",
	  { NULL },
	  "WARNING: zero-size vmalloc in {f}",
	  { NULL },
	  PM_KIND_WARNING,
	  PM_AT_WARNING,
	  PM_AT_TRACE },

	{ "BUG ",
	  "BUG {w} ({*}ainted{*}): Object already free",
	  { NULL },
	  "BUG: Object already free",
	  { NULL },
	  PM_KIND_SLAB_CORRUPTION },
	{ "BUG ",
	  "BUG {w} ({*}ainted{*}): "
	  "{Poison overwritten|Redzone overwritten|Left Redzone overwritten|Right Redzone overwritten|"
	  "kmalloc Redzone overwritten|Object padding overwritten|Padding overwritten|"
	  "Alignment padding overwritten|Freepointer corrupt|Freechain corrupt|Freelist |"
	  "Invalid object pointer|Objects remaining |Not a valid slab page|Wrong slab page|"
	  "page slab pointer corrupt|Wrong object count|objects |inuse |Slab has |Object corrupt}",
	  { NULL },
	  "BUG: {4} in slab {1}",
	  { NULL },
	  PM_KIND_SLAB_CORRUPTION },
	{ "slab error in",
	  "slab error in {f}",
	  { NULL },
	  "slab error in {1}",
	  { NULL },
	  PM_KIND_SLAB_CORRUPTION }, /* SLAB, until 6.7 */
	/* What is left when the first lines of an old KASAN or SLUB report are lost. */
	{ "INFO:",
	  "INFO: {Freed|Allocated} in {*}$",
	  { NULL },
	  "INFO: {1} in {2}",
	  { NULL },
	  PM_KIND_SLAB_CORRUPTION,
	  .flags = PM_ROW_CORRUPTED },
	/* the same, of SLUB until 5.12: lines below "BUG cache (…): …" */
	{ "INFO:",
	  "INFO: {Slab|Object} 0x{*}$",
	  { NULL },
	  "INFO: {1} 0x{2}",
	  { NULL },
	  PM_KIND_SLAB_CORRUPTION,
	  .flags = PM_ROW_NO_TRACE | PM_ROW_FOLLOWS },
	{ "INFO:",
	  "INFO: 0x{*}. First byte {*}$",
	  { NULL },
	  "INFO: 0x{1}. First byte {2}",
	  { NULL },
	  PM_KIND_SLAB_CORRUPTION,
	  .flags = PM_ROW_NO_TRACE | PM_ROW_FOLLOWS },
};

const struct pm_printk_family pm_family_memory = PM_ROWS("memory", rows, pm_memory_fields);
