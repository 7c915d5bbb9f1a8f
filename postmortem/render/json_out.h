/* A JSON writer that streams: commas and nesting are kept right, nothing is held. */
#ifndef PM_RENDER_JSON_OUT_H
#define PM_RENDER_JSON_OUT_H

#include "base/memory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct pm_json {
	FILE *out;
	struct pm_buf buf; /* for one string at a time */
	bool comma;        /* the next value needs one before it */
};

void pm_json_init(struct pm_json *json, FILE *out);
void pm_json_deinit(struct pm_json *json);

/* key NULL: an element of an array. */
void pm_json_open(struct pm_json *json, const char *key, char bracket);     /* '{' or '[' */
void pm_json_close(struct pm_json *json, char bracket);                     /* '}' or ']' */
void pm_json_str(struct pm_json *json, const char *key, const char *value); /* NULL: nothing is written */
void pm_json_null(struct pm_json *json, const char *key);
void pm_json_bool(struct pm_json *json, const char *key, bool value);
void pm_json_uint(struct pm_json *json, const char *key, uint64_t value); /* below 2^53 */
void pm_json_int(struct pm_json *json, const char *key, int64_t value);
/* "0x…": addresses and all that may need more than 53 bits. */
void pm_json_hex(struct pm_json *json, const char *key, uint64_t value);

#endif
