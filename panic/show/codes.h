/* What a panic was about, as a number: formats/codes.def has the list. */
#ifndef KP_CODES_H
#define KP_CODES_H

struct kp_report;

enum kp_code_number {
#define KP_CODE(number, name, bombs, words, advice) KP_CODE_##name = number,
#include "../../formats/codes.def"
#undef KP_CODE
};

struct kp_code_row {
	unsigned short number, bombs;
	const char *words, *advice;
};

/* The number that fits a report best: there is always one. */
const struct kp_code_row *kp_code_of(const struct kp_report *report);
/* NULL: there is no such number. */
const struct kp_code_row *kp_code_find(unsigned number);

#endif
