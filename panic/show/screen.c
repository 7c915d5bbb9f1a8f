/* The panic screen: which style, on which screen, and which page of it. */
#include "kpanic/screen.h"

#include "lib/format.h"
#include "lib/mem.h"
#include "show/story.h"
#include "show/styles.h"
#include "stages.h"

#define PAGE_NS 10000000000ull
#define PAGE_POLLS 400000000u /* the same, about, where there is no clock */
#define PAGES_MAX 99

/* Pictures of their own colours, by style. */
static const uint32_t calm_rgb[KP_INKS] = {
	[KP_BLACK] = 0x1d2b38,       [KP_LIGHT] = 0xd5dde5,  [KP_DARK] = 0x8fa3b5,
	[KP_BRIGHT_CYAN] = 0x8fd0e8, [KP_YELLOW] = 0xf2c879, [KP_WHITE] = 0xffffff,
};
static const uint32_t code_rgb[KP_INKS] = {
	[KP_BLACK] = 0x111111,
	[KP_DARK] = 0x8a8a8a,
	[KP_LIGHT] = 0xc8c8c8,
	[KP_WHITE] = 0xffffff,
};
static const uint32_t guru_rgb[KP_INKS] = {
	[KP_RED] = 0xa81812,  [KP_BRIGHT_RED] = 0xff3b30, [KP_LIGHT] = 0xc8c8c8,
	[KP_DARK] = 0x8a8a8a, [KP_WHITE] = 0xffffff,
};
static const uint32_t bombs_rgb[KP_INKS] = {
	[KP_LIGHT] = 0xf4f4f0,
	[KP_DARK] = 0x5c5c58,
	[KP_RED] = 0xb3261e,
};
static const uint32_t blue_rgb[KP_INKS] = {
	[KP_BLUE] = 0x0b2fa0,   [KP_LIGHT] = 0xd6def5, [KP_CYAN] = 0x8ea6e6,
	[KP_YELLOW] = 0xffe27a, [KP_WHITE] = 0xffffff,
};
static const uint32_t art_rgb[KP_INKS] = {
	[KP_BLACK] = 0x14161f, [KP_DARK] = 0x8b90a0,   [KP_LIGHT] = 0xc9cedb,
	[KP_GREEN] = 0x3f8f4a, [KP_BROWN] = 0xb98a4a,  [KP_BRIGHT_GREEN] = 0x7bc96f,
	[KP_PINK] = 0xf0a0b8,  [KP_YELLOW] = 0xf5e0a0, [KP_WHITE] = 0xffffff,
};

static const struct style {
	kp_draw *draw;
	const uint32_t *rgb;
	enum kp_ink paper, note; /* note: the ink of "page 1 of 3" */
	unsigned columns, rows;  /* cells wanted: what is left over makes them larger */
} styles[] = {
	[KP_STYLE_FULL] = { kp_style_full, NULL, KP_BLACK, KP_YELLOW, 80, 25 },
	[KP_STYLE_CALM] = { kp_style_calm, calm_rgb, KP_BLACK, KP_DARK, 50, 20 },
	[KP_STYLE_CODE] = { kp_style_code, code_rgb, KP_BLACK, KP_DARK, 40, 14 },
	[KP_STYLE_GURU] = { kp_style_guru, guru_rgb, KP_BLACK, KP_DARK, 60, 16 },
	[KP_STYLE_BOMBS] = { kp_style_bombs, bombs_rgb, KP_LIGHT, KP_DARK, 60, 18 },
	[KP_STYLE_BLUE] = { kp_style_blue, blue_rgb, KP_BLUE, KP_YELLOW, 80, 25 },
	[KP_STYLE_ART] = { kp_style_art, art_rgb, KP_BLACK, KP_DARK, 56, 22 },
	/* until there is one */
	[KP_STYLE_OWN] = { kp_style_full, NULL, KP_BLACK, KP_YELLOW, 80, 25 },
};

static struct style own;
static unsigned pages_shown; /* of the style, when a page of it was drawn last; 0: none */
static struct kp_canvas canvas;

void kp_style_own(const struct kp_own_style *style)
{
	own = (struct style){
		style->draw,      style->rgb,
		style->paper & 7, (style->paper & 7) == KP_LIGHT ? KP_BLACK : KP_LIGHT,
		style->columns,   style->rows,
	};
}

static const struct style *style_now(void)
{
	unsigned style = kp_policy()->style;

	if (style == KP_STYLE_OWN && own.draw)
		return &own;
	return style < sizeof(styles) / sizeof(*styles) ? &styles[style] : &styles[KP_STYLE_FULL];
}

/* The longest form that fits. */
static void note_page(const struct style *style, unsigned page, unsigned pages)
{
	static const char *const forms[] = {
		" page %u of %u - the next follows by itself, or press a key ",
		" page %u of %u ",
		"%u/%u",
	};
	static char words[80];

	for (unsigned i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		size_t n = kp_format(words, sizeof(words), forms[i], page + 1, pages);

		if (n <= canvas.columns) {
			kp_canvas_text(&canvas, canvas.columns - (unsigned)n, canvas.rows - 1, (unsigned)n,
				       words, style->note, style->paper);
			return;
		}
	}
}

unsigned kp_screen_show(unsigned page)
{
	static struct kp_screen screen;
	const struct style *style = style_now();
	unsigned pages;

	pages_shown = 0;
	memset(&screen, 0, sizeof(screen));
	if (!kp_host_screen(&screen) ||
	    !kp_canvas_open(&canvas, &screen, style->rgb, style->columns, style->rows))
		return 0;
	kp_canvas_clear(&canvas, style->paper);
	pages = style->draw(&canvas, kp_story_of(&kp_report), page);
	if (pages > PAGES_MAX)
		pages = PAGES_MAX;
	if (pages > 1 && canvas.rows > 1)
		note_page(style, page, pages);
	pages_shown = pages ? pages : 1;
	return pages_shown;
}

enum kp_stage_result kp_show_screen(void)
{
	return kp_screen_show(0) ? KP_RESULT_DONE : KP_RESULT_NONE;
}

/* Until a key, or long enough; false: the end has come. */
static bool wait(uint64_t until_ns)
{
	uint64_t start = kp_host_time_ns(), now = start;

	for (uint32_t polls = 0; now - start < PAGE_NS; polls++) {
		if (kp_host_key())
			return true;
		if (!start && polls >= PAGE_POLLS)
			return true;
		kp_isa_relax();
		now = kp_host_time_ns();
		if (now >= until_ns)
			return false;
	}
	return true;
}

void kp_screen_linger(uint64_t until_ns)
{
	unsigned page = 0;

	while (pages_shown > 1 && wait(until_ns)) {
		page = page + 1 < pages_shown ? page + 1 : 0;
		kp_screen_show(page);
	}
}
