#include "render/json_out.h"

#include "render/escape.h"

#include <inttypes.h>

void pm_json_init(struct pm_json *json, FILE *out)
{
	*json = (struct pm_json){ .out = out };
}

void pm_json_deinit(struct pm_json *json)
{
	pm_buf_deinit(&json->buf);
}

static void string(struct pm_json *json, const char *text)
{
	json->buf.n = 0;
	pm_escape_json(&json->buf, text);
	fwrite(json->buf.data, 1, json->buf.n, json->out);
}

static void before(struct pm_json *json, const char *key)
{
	if (json->comma)
		fputc(',', json->out);
	json->comma = true;
	if (!key)
		return;
	string(json, key);
	fputc(':', json->out);
}

void pm_json_open(struct pm_json *json, const char *key, char bracket)
{
	before(json, key);
	fputc(bracket, json->out);
	json->comma = false;
}

void pm_json_close(struct pm_json *json, char bracket)
{
	fputc(bracket, json->out);
	json->comma = true;
}

void pm_json_str(struct pm_json *json, const char *key, const char *value)
{
	if (!value)
		return;
	before(json, key);
	string(json, value);
}

void pm_json_bool(struct pm_json *json, const char *key, bool value)
{
	before(json, key);
	fputs(value ? "true" : "false", json->out);
}

void pm_json_uint(struct pm_json *json, const char *key, uint64_t value)
{
	before(json, key);
	fprintf(json->out, "%" PRIu64, value);
}

void pm_json_int(struct pm_json *json, const char *key, int64_t value)
{
	before(json, key);
	fprintf(json->out, "%" PRId64, value);
}

void pm_json_hex(struct pm_json *json, const char *key, uint64_t value)
{
	before(json, key);
	fprintf(json->out, "\"0x%" PRIx64 "\"", value);
}

void pm_json_null(struct pm_json *json, const char *key)
{
	before(json, key);
	fputs("null", json->out);
}
