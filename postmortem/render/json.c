#include "render/render.h"

#include <json-c/json.h>

void pm_render_json_begin(FILE *out, const char *input)
{
	(void)input;
	fputs("{\"schema\": 1, \"reports\": [", out);
}

void pm_render_json_report(FILE *out, const struct pm_incident *inc, bool first)
{
	struct json_object *report = json_object_new_object();
	struct json_object *alt = json_object_new_array();

	json_object_object_add(report, "title", json_object_new_string(inc->title ? inc->title : ""));
	for (size_t i = 0; i < inc->alt_titles.n; i++)
		json_object_array_add(alt, json_object_new_string(inc->alt_titles.v[i]));
	json_object_object_add(report, "alt_titles", alt);
	if (inc->type)
		json_object_object_add(report, "type", json_object_new_string(inc->type));
	if (inc->frame)
		json_object_object_add(report, "frame", json_object_new_string(inc->frame));
	json_object_object_add(report, "guilty_file", json_object_new_string(inc->guilty_file ? inc->guilty_file : ""));
	json_object_object_add(report, "corrupted", json_object_new_boolean(inc->corrupted));
	json_object_object_add(report, "panicked", json_object_new_boolean(inc->panicked));
	fprintf(out, "%s\n  %s", first ? "" : ",", json_object_to_json_string_ext(report, JSON_C_TO_STRING_PLAIN));
	json_object_put(report);
}

void pm_render_json_end(FILE *out)
{
	fputs("\n]}\n", out);
}
