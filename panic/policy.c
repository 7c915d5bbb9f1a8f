/* What the host calls at start. */
#include "lib/mem.h"
#include "stages.h"

struct kp_system kp_system;

static struct kp_policy policy;

struct kp_policy *kp_policy(void)
{
	return &policy;
}

#if KP_TIER >= 1
/* Digits with a sign; false: anything else, and *out is as it was. */
static bool number(const char *at, size_t n, int32_t *out)
{
	bool minus = n && *at == '-';
	uint32_t value = 0;
	size_t i = minus;

	if (i == n)
		return false;
	for (; i < n; i++) {
		if (at[i] < '0' || at[i] > '9' || value > 200000000)
			return false;
		value = value * 10 + (uint32_t)(at[i] - '0');
	}
	*out = minus ? -(int32_t)value : (int32_t)value;
	return true;
}

static const struct {
	const char *name;
	enum kp_style style;
} styles[] = {
	{ "full", KP_STYLE_FULL }, { "calm", KP_STYLE_CALM },   { "code", KP_STYLE_CODE },
	{ "guru", KP_STYLE_GURU }, { "bombs", KP_STYLE_BOMBS }, { "blue", KP_STYLE_BLUE },
	{ "art", KP_STYLE_ART },   { "own", KP_STYLE_OWN },
};

static bool is(const char *at, size_t n, const char *word)
{
	size_t length = kp_length(word, n + 1);

	return length == n && !memcmp(at, word, n);
}

bool kp_policy_word(const char *word, size_t n)
{
	size_t name = 0;
	const char *value;
	size_t value_n;
	int32_t x = 1;
	bool given;

	while (name < n && word[name] != '=')
		name++;
	value = word + name + (name < n);
	value_n = n - name - (name < n);
	given = number(value, value_n, &x);

	/* Linux takes panic_on_warn with and without a value. */
	if (is(word, name, "oops") && is(value, value_n, "panic"))
		policy.panic_on_oops = true;
	else if (is(word, name, "panic_on_oops"))
		policy.panic_on_oops = x != 0;
	else if (is(word, name, "panic_on_warn"))
		policy.panic_on_warn = x != 0;
	else if (is(word, name, "panic") && given)
		policy.reboot_after_s = x;
	else if (is(word, name, "oops_limit") && given && x >= 0)
		policy.oops_limit = (unsigned)x;
	else if (is(word, name, "style")) {
		for (size_t i = 0; i < sizeof(styles) / sizeof(*styles); i++) {
			if (is(value, value_n, styles[i].name)) {
				policy.style = styles[i].style;
				return true;
			}
		}
		return false;
	} else {
		return false;
	}
	return true;
}
#else
/* What it says needs a clock and a screen, but for two words that a host without them can set itself. */
bool kp_policy_word(const char *word, size_t n)
{
	(void)word;
	(void)n;
	return false;
}
#endif

#if KP_TIER >= 2
static uint32_t kp_system_sum; /* 0: kp_init was not called */

bool kp_system_intact(void)
{
	return !kp_system_sum || kp_crc32(0, &kp_system, sizeof(kp_system)) == kp_system_sum;
}
#endif

void kp_init(const struct kp_system *system)
{
	kp_system = *system;
#if KP_TIER >= 2
	kp_system_sum = kp_crc32(0, &kp_system, sizeof(kp_system));
#endif
#if KP_TIER >= 1
	const char *at = system->command_line;

	while (at && *at) {
		size_t n = 0;

		while (at[n] && at[n] != ' ')
			n++;
		kp_policy_word(at, n);
		at += n + (at[n] == ' ');
	}
#endif
#if KP_TIER >= 3
	kp_note_begin();
#endif
}
